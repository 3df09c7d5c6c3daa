use core::fmt;

use crate::types::cause::Cause;

/// A store did not take what it was given, and perhaps why. Two are equal whatever their causes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StoreError(Cause);

impl StoreError {
    /// Returns the error of a store that failed because of `cause`, such as an [`std::io::Error`], which is its source.
    #[must_use]
    pub fn new(cause: impl core::error::Error + Send + Sync + 'static) -> Self {
        Self(Cause::new(cause))
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0
            .fmt_after("the ledger's store did not take a line", f)
    }
}

impl core::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.0.source()
    }
}
