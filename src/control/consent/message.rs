//! What a person signs to agree.
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

use alloc::{string::String, vec::Vec};

use super::{grant::Grant, signature::Challenge};
use crate::types::{instance::Instance, time::Time};

impl Grant {
    /// Returns the bytes that a person signs (Ed25519, RFC 8032) to agree to this grant, in a meeting, under their id there.
    /// `recipients` are the names of the third parties' purposes in the grant: [`Meeting::recipients`](crate::Meeting::recipients).
    ///
    /// They are each of these with its length in bytes before it, as 32 bits big-endian: `framegate grant 2`; the 16 bytes of the meeting's instance;
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
