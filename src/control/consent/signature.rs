//! Signatures of consent, and how they are checked; `message.rs` has what is signed.
//!
//! A challenge is the SHA-256 of these, one after the other, and so can be read off the ledger: `framegate challenge 1`,
//! the 32 bytes of the SHA-256 of the line that renewed it, without its line feed, and the person's id in UTF-8.
//! That line is the last `joined` or `withdrew` of this id, or a `resumed` with `torn` while they were there.

use alloc::string::String;

use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};

use crate::types::{digest::Digest, instance::Instance, masked, refusal::Refusal};

/// An Ed25519 public key (RFC 8032).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct PublicKey(#[serde(with = "crate::types::hex")] pub [u8; 32]);

/// What a signature must cover to open anything: the gate renews it for a person at each join and each withdrawal,
/// and for everybody after a torn line, so that a signature over an earlier challenge opens nothing.
///
/// It is the SHA-256 of `framegate challenge 1`, the 32 bytes of the SHA-256 of the ledger's line that renewed it, and the person's id in UTF-8.
pub type Challenge = Digest;

/// A signature, and for which meeting and challenge it was made.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct Signed {
    /// Which meeting it is: [`Meeting::instance`](crate::Meeting::instance).
    pub instance: Instance,
    /// The meeting's id.
    pub meeting: String,
    /// The person's challenge.
    pub challenge: Challenge,
    /// The Ed25519 signature over [`Grant::message`](crate::Grant::message).
    #[serde(with = "crate::types::hex")]
    pub signature: [u8; 64],
}

masked::debug!(Signed);

impl PublicKey {
    /// Whether these are the bytes of a key that a signature can be checked with; not of one of the weak ones.
    pub(crate) fn is_valid(&self) -> bool {
        VerifyingKey::from_bytes(&self.0).is_ok_and(|key| !key.is_weak())
    }

    pub(crate) fn has_signed(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = Signature::from_bytes(signature);
        VerifyingKey::from_bytes(&self.0)
            .is_ok_and(|key| key.verify_strict(message, &signature).is_ok())
    }
}

impl core::fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("PublicKey")
            .field(&masked::Bytes(self.0.len()))
            .finish()
    }
}

impl Signed {
    /// Whether it is the signature of this key over this message, made for this meeting and over the person's present challenge (R2; GDPR Art. 7(1)).
    pub(crate) fn check(
        &self,
        key: &PublicKey,
        (instance, meeting): (Instance, &str),
        challenge: Challenge,
        message: &[u8],
    ) -> Result<(), Refusal> {
        if self.instance != instance || self.meeting != meeting {
            return Err(Refusal::ForeignMeeting);
        }
        if self.challenge != challenge {
            return Err(Refusal::Replayed);
        }
        if key.has_signed(message, &self.signature) {
            Ok(())
        } else {
            Err(Refusal::WrongSignature)
        }
    }
}
