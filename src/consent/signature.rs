//! Signed consent: what is signed, and how it is checked.
//!
//! What is signed is, one after the other, each of these fields with its length in bytes before it as 32 bits big-endian:
//!
//! | field | bytes |
//! |---|---|
//! | what it is | `framegate grant 2` |
//! | the meeting's instance | 16 |
//! | meeting id, participant id | UTF-8 |
//! | digest of the notice's text | 32 |
//! | kinds, purposes | 16 bits each, big-endian |
//! | recipients | for each third party's purpose in the order of the bits: its name, `PURPOSE@RECIPIENT` in UTF-8, and a line feed; a name has no control characters, so that each is read back as it was |
//! | method | `clicked`, `typed`, `spoken` or `signed` |
//! | time of agreeing, end | microseconds since the meeting's start, 64 bits signed, big-endian; empty if there is none |
//! | challenge | 32 |
//!
//! A challenge is the SHA-256 of these, one after the other, and so can be read off the ledger: `framegate challenge 1`,
//! the 32 bytes of the SHA-256 of the line that renewed it, without its line feed, and the person's id in UTF-8.
//! That line is the last `joined` or `withdrew` of this id, or a `resumed` with `torn` while they were there.

use alloc::{string::String, vec::Vec};

use ed25519_dalek::{Signature, VerifyingKey};
use serde::{Deserialize, Serialize};

use super::{Digest, Grant};
use crate::{instance::Instance, refusal::Refusal, time::Time};

/// An Ed25519 public key (RFC 8032).
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PublicKey(#[serde(with = "crate::hex")] pub [u8; 32]);

/// What a signature must cover to open anything: the gate renews it for a person at each join and each withdrawal,
/// and for everybody after a torn line, so that a signature over an earlier challenge opens nothing.
///
/// It is the SHA-256 of `framegate challenge 1`, the 32 bytes of the SHA-256 of the ledger's line that renewed it, and the person's id in UTF-8.
pub type Challenge = Digest;

/// A signature, and for which meeting and challenge it was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signed {
    /// Which meeting it is: [`Meeting::instance`](crate::Meeting::instance).
    pub instance: Instance,
    /// The meeting's id.
    pub meeting: String,
    /// The person's challenge.
    pub challenge: Challenge,
    /// The Ed25519 signature over [`Grant::message`].
    #[serde(with = "crate::hex")]
    pub signature: [u8; 64],
}

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
        core::fmt::Display::fmt(&Digest(self.0), f)
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

impl Grant {
    /// What a person signs to agree to this, for a meeting, under their id there, with the names of the third parties' purposes in it.
    ///
    /// Each of these with its length in bytes before it, as 32 bits big-endian: `framegate grant 2`; the 16 bytes of the meeting's instance;
    /// the meeting's id and the participant's, in UTF-8;
    /// the 32 bytes of the notice's digest; kinds and purposes, 16 bits each, big-endian; of each third party's purpose in the order of the bits
    /// its name, `PURPOSE@RECIPIENT` in UTF-8, and a line feed; the method, `clicked`, `typed`, `spoken` or `signed`;
    /// the time of agreeing and the end, in microseconds since the meeting's start, 64 bits signed, big-endian, or nothing; the challenge.
    #[must_use]
    pub fn message(
        &self,
        instance: Instance,
        meeting: &str,
        participant: &str,
        recipients: &[String],
        challenge: Challenge,
    ) -> Vec<u8> {
        let micros = |time: Option<Time>| {
            time.map_or(Vec::new(), |time| time.as_micros().to_be_bytes().to_vec())
        };
        let mut names = Vec::new();
        for name in recipients {
            names.extend_from_slice(name.as_bytes());
            names.push(b'\n');
        }
        let mut message = Vec::new();
        let fields: [&[u8]; 12] = [
            b"framegate grant 2",
            &instance.to_bytes(),
            meeting.as_bytes(),
            participant.as_bytes(),
            &self.notice.0,
            &self.scope.kinds.bits().to_be_bytes(),
            &self.scope.purposes.bits().to_be_bytes(),
            &names,
            self.method.name().as_bytes(),
            &micros(self.at),
            &micros(self.until),
            &challenge.0,
        ];
        for field in fields {
            let length = u32::try_from(field.len()).unwrap_or(u32::MAX);
            message.extend_from_slice(&length.to_be_bytes());
            message.extend_from_slice(field);
        }
        message
    }
}
