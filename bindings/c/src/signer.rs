//! A C caller's signer: the device's key, wherever the caller keeps it.

use alloc::sync::Arc;

use super::{
    callbacks::Callbacks,
    memory::{In, Sign, SignCallback, User},
    status::Status,
};
use framegate::{
    PublicKey,
    ledger::{Signer, SignerError},
};

/// A signer for the meeting.
pub(super) struct CallersSigner {
    key: PublicKey,
    sign: SignCallback,
    callbacks: Arc<Callbacks>,
}

impl CallersSigner {
    /// The signer; none if the caller names none. Its key goes with it.
    pub(super) fn new(
        (sign, user): (Sign, User),
        key: In<'_, [u8; 32]>,
        callbacks: &Arc<Callbacks>,
    ) -> Result<Option<Self>, Status> {
        match (sign.with(user), key.optional()?) {
            (None, None) => Ok(None),
            (Some(sign), Some(key)) => Ok(Some(Self {
                key: PublicKey(*key),
                sign,
                callbacks: Arc::clone(callbacks),
            })),
            _ => Err(Status::Null),
        }
    }
}

impl Signer for CallersSigner {
    fn public_key(&self) -> PublicKey {
        self.key
    }

    fn sign(&mut self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        let _under_way = self.callbacks.sign().ok_or_else(SignerError::default)?;
        self.sign.call(message).ok_or_else(SignerError::default)
    }
}
