//! Who and what a meeting knows by a number.

use serde::{Deserialize, Deserializer, Serialize, de::Error};

/// A data subject in a meeting: one stay of theirs, from joining to leaving.
// Laid out as the C interface has it, which tells in the padding which meeting it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Participant {
    /// Which of the slot's occupants; never 0.
    pub(crate) stay: u32,
    pub(crate) slot: u16,
}

impl Participant {
    /// Somebody who did not join: a voice in the room, a face behind a colleague. Nothing of theirs is ever cleared.
    pub const UNKNOWN: Self = Self {
        slot: u16::MAX,
        stay: 0,
    };
}

/// A stream's number in its meeting, up to 65,534.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamId(#[serde(deserialize_with = "stream_number")] pub(crate) u16);

fn stream_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let number = u16::deserialize(deserializer)?;
    let is_valid = StreamId(number).is_valid();
    is_valid
        .then_some(number)
        .ok_or_else(|| D::Error::custom("no stream has this number"))
}

impl StreamId {
    /// The number, as tags carry it.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    pub(crate) const fn is_valid(self) -> bool {
        self.0 != u16::MAX
    }
}

/// An outlet's number in its meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OutletId(pub(crate) u16);

impl OutletId {
    /// The number, from 0 in the order of opening.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }
}
