//! Who vouches for a ledger: a device's key, in memory or wherever it is kept.

use alloc::boxed::Box;
use core::fmt;

use ed25519_dalek::{Signer as _, SigningKey};
use subtle::ConstantTimeEq;

use super::{
    caught::caught,
    entry::{Entry, Head},
};
use crate::{
    control::consent::PublicKey,
    types::{argument::Argument, error::Error, signer_error::SignerError},
};

/// The key of the device that vouches for a ledger, wherever it is kept: in a TPM, a keychain, a service. [`Device`] has it in memory.
///
/// It may take its time, refuse or panic. No lock is held meanwhile that anybody who withdraws would wait for, nor does the ledger's store wait:
/// entries go on without the signature, which stays due. It is asked for again by each call on the meeting that may enter something, and as the meeting is dropped.
///
/// # Examples
///
/// ```
/// use framegate::{PublicKey, ledger::{Device, LedgerWriter, Signer, SignerError}};
///
/// /// A key that some service has.
/// struct Remote {
///     key: PublicKey,
///     # service: Device,
/// }
///
/// impl Signer for Remote {
///     fn public_key(&self) -> PublicKey {
///         self.key
///     }
///
///     fn sign(&mut self, message: &[u8]) -> Result<[u8; 64], SignerError> {
///         # return self.service.sign(message);
///         # #[cfg(any())]
///         self.request(message).map_err(SignerError::new)
///     }
/// }
///
/// # let service = Device::new(&[7; 32])?;
/// # let remote = Remote { key: service.public_key(), service };
/// let writer = LedgerWriter::default().device(remote);
/// # drop(writer);
/// # Ok::<(), framegate::Error>(())
/// ```
pub trait Signer: Send {
    /// Returns the key that its signatures are checked against. It is asked once, as the ledger's writer is made.
    fn public_key(&self) -> PublicKey;

    /// Returns the Ed25519 signature (RFC 8032 §5.1.6) over a message: [`Head::message`].
    ///
    /// # Errors
    ///
    /// [`SignerError`] if there is none. A panic counts as that, and so does a signature that does not verify: it is not entered.
    fn sign(&mut self, message: &[u8]) -> Result<[u8; 64], SignerError>;
}

/// A device's key whose secret is in memory (Ed25519, RFC 8032 §5.1.5). The secret is wiped when this is dropped.
#[derive(Clone)]
pub struct Device(SigningKey);

impl fmt::Debug for Device {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Device").finish_non_exhaustive()
    }
}

impl Device {
    /// Returns a device with a secret key (Ed25519, RFC 8032): 32 random bytes that nobody else has.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] if all bytes are zero, because anybody could sign with that key.
    pub fn new(secret: &[u8; 32]) -> Result<Self, Error> {
        if secret.ct_eq(&[0; 32]).into() {
            return Err(Error::Empty(Argument::DeviceSecret));
        }
        Ok(Self(SigningKey::from_bytes(secret)))
    }

    /// Returns the key that its signatures are checked against.
    #[must_use]
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key().to_bytes())
    }
}

impl Signer for Device {
    fn public_key(&self) -> PublicKey {
        self.public_key()
    }

    fn sign(&mut self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        Ok(self.0.sign(message).to_bytes())
    }
}

/// A signer, and the key that it is known by.
pub(crate) struct Voucher {
    signer: Box<dyn Signer>,
    key: PublicKey,
}

/// With it nobody could read the ledger any more.
#[derive(Debug, thiserror::Error)]
#[error("its signature does not verify with its public key")]
struct DoesNotVerify;

impl Voucher {
    pub(crate) fn new(signer: Box<dyn Signer>) -> Self {
        let key = signer.public_key();
        Self { signer, key }
    }

    #[cfg(feature = "std")]
    pub(crate) fn public_key(&self) -> PublicKey {
        self.key
    }

    /// Its signature over all entries up to a head, as whoever reads the ledger takes it. Waits for the signer.
    pub(crate) fn signed(&mut self, head: Head) -> Result<Entry, SignerError> {
        let message = head.message();
        let signature = caught(|| self.signer.sign(&message))?;
        if !self.key.has_signed(&message, &signature) {
            return Err(SignerError::new(DoesNotVerify));
        }
        Ok(Entry::Signed {
            device: self.key,
            signature,
        })
    }
}
