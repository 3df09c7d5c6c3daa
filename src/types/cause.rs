//! Why something outside the library failed.

use alloc::sync::Arc;
use core::fmt;

/// What a caller's own code gave as its reason, if it gave one. Causes cannot be compared, so all are equal.
#[derive(Clone, Debug, Default)]
pub(crate) struct Cause(Option<Arc<dyn core::error::Error + Send + Sync>>);

impl Cause {
    pub(crate) fn new(cause: impl core::error::Error + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(cause)))
    }

    pub(crate) fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        let cause = self.0.as_deref()?;
        Some(cause)
    }

    /// Writes what failed, and why.
    pub(crate) fn fmt_after(&self, what: &str, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(what)?;
        match &self.0 {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}

impl PartialEq for Cause {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for Cause {}
