//! Whom and what a meeting knows: handles, which are good in one meeting alone, and the numbers that ledgers and tags carry.

use serde::{Deserialize, Deserializer, Serialize, de::Error};

/// A data subject in a meeting: a handle of one stay of theirs, from joining to leaving.
///
/// In any other meeting, and in this one once it was resumed, it is nobody's. It is no data: it cannot be written down and read again.
// Laid out as the C interface has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Participant {
    /// The number of the stay, which no other stay of this process has; 0 is nobody's.
    pub(crate) stay: u32,
    pub(crate) slot: u16,
    /// Of which meeting, as far as 16 bits tell: for the reason why, never for a verdict.
    pub(crate) meeting: u16,
}

impl Participant {
    /// Somebody who did not join: a voice in the room, a face behind a colleague. Nothing of theirs is ever cleared.
    pub const UNKNOWN: Self = Self {
        stay: 0,
        slot: u16::MAX,
        meeting: 0,
    };
}

/// A source of frames that was registered: a handle, good in its meeting alone, and not after that was resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Stream {
    pub(crate) life: Life,
    pub(crate) id: StreamId,
}

impl Stream {
    /// Returns the stream's id, as tags, counters and the ledger have it.
    #[must_use]
    pub const fn id(self) -> StreamId {
        self.id
    }
}

/// A destination that was declared: a handle, good in its meeting alone, and not after that was resumed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Outlet {
    pub(crate) life: Life,
    pub(crate) id: OutletId,
}

impl Outlet {
    /// Returns the outlet's id, as counters and the ledger have it.
    #[must_use]
    pub const fn id(self) -> OutletId {
        self.id
    }
}

/// A meeting from when it was opened or resumed: no other of this process has the number.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub(crate) struct Life(pub(crate) u64);

impl Life {
    /// As far as 16 bits tell; never 0, which is nobody's.
    pub(crate) fn short(self) -> u16 {
        u16::try_from(self.0 % u64::from(u16::MAX) + 1).unwrap_or(u16::MAX)
    }
}

/// A stream's number in its meeting, up to 65,534.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[repr(transparent)]
pub struct StreamId(#[serde(deserialize_with = "stream_number")] pub(crate) u16);

fn stream_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let number = u16::deserialize(deserializer)?;
    let is_valid = StreamId(number).is_valid();
    is_valid
        .then_some(number)
        .ok_or_else(|| D::Error::custom("no stream has this number"))
}

impl StreamId {
    /// Returns the number, as tags carry it.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    pub(crate) const fn is_valid(self) -> bool {
        self.0 != u16::MAX
    }
}

/// An outlet's number in its meeting, up to 65,534.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
#[repr(transparent)]
pub struct OutletId(#[serde(deserialize_with = "outlet_number")] pub(crate) u16);

fn outlet_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let number = u16::deserialize(deserializer)?;
    let is_valid = OutletId(number).is_valid();
    is_valid
        .then_some(number)
        .ok_or_else(|| D::Error::custom("no outlet has this number"))
}

impl OutletId {
    /// Returns the number, from 0 in the order of opening.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    pub(crate) const fn is_valid(self) -> bool {
        self.0 != u16::MAX
    }
}
