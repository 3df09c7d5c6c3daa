use alloc::sync::Arc;
use core::fmt;

/// A store did not take what it was given, and perhaps why.
#[derive(Clone, Debug, Default)]
pub struct StoreError(Option<Arc<dyn core::error::Error + Send + Sync>>);

impl StoreError {
    /// Returns the error of a store that failed because of `cause`, such as an [`std::io::Error`], which is its source.
    #[must_use]
    pub fn new(cause: impl core::error::Error + Send + Sync + 'static) -> Self {
        Self(Some(Arc::new(cause)))
    }
}

/// Whatever their causes, which cannot be compared.
impl PartialEq for StoreError {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Eq for StoreError {}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the ledger's store did not take a line")?;
        match &self.0 {
            Some(cause) => write!(f, ": {cause}"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        let cause = self.0.as_deref()?;
        Some(cause)
    }
}
