use core::fmt;

use crate::types::cause::Cause;

/// A signer did not sign, or not so that its public key verifies it, and perhaps why. Two are equal whatever their causes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SignerError(Cause);

impl SignerError {
    /// Returns the error of a signer that failed for a reason, such as a TPM's answer, which becomes the error's source.
    #[must_use]
    pub fn new(cause: impl core::error::Error + Send + Sync + 'static) -> Self {
        Self(Cause::new(cause))
    }
}

impl fmt::Display for SignerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt_after("the device's signer did not sign", f)
    }
}

impl core::error::Error for SignerError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        self.0.source()
    }
}
