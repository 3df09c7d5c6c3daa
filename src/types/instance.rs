use core::fmt;
#[cfg(feature = "std")]
use std::{
    collections::BTreeSet,
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::types::{argument::Argument, error::Error, hex};

/// Which meeting it was: 128 random bits in the first line of its ledger. They are no secret.
///
/// A meeting's id is a name, and a daily meeting has the same one every day. Whatever outlives a meeting is bound to its instance instead,
/// so that no ledger, seal, archive or signature of one meeting passes for another's.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Instance([u8; 16]);

impl Instance {
    /// Where there is no ledger yet. It is never written, and never read.
    pub(crate) const NONE: Self = Self([0; 16]);

    /// Returns an instance with known bytes: those of an earlier meeting, or 16 random ones for a new meeting.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] if all bytes are zero.
    pub fn from_bytes(bytes: [u8; 16]) -> Result<Self, Error> {
        let instance = Self(bytes);
        let is_there = instance != Self::NONE;
        is_there
            .then_some(instance)
            .ok_or(Error::Empty(Argument::Instance))
    }

    /// Returns the instance's 16 bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }

    /// Draws a new instance from the operating system's random numbers.
    ///
    /// # Errors
    ///
    /// [`Error::Random`] if the operating system has none.
    #[cfg(feature = "std")]
    pub fn draw() -> Result<Self, Error> {
        let mut bytes = [0; 16];
        getrandom::fill(&mut bytes).map_err(|_| Error::Random)?;
        Self::from_bytes(bytes).map_err(|_| Error::Random)
    }

    /// Takes it for a meeting of this process; says whether no other had it before.
    #[cfg(feature = "std")]
    pub(crate) fn take(self) -> bool {
        let mut used = USED.lock().unwrap_or_else(PoisonError::into_inner);
        used.insert(self)
    }

    /// Without `std` nothing is shared by a process, and whoever gives the instance sees to it that it is new.
    #[cfg(not(feature = "std"))]
    #[expect(clippy::unused_self, reason = "as with std")]
    pub(crate) const fn take(self) -> bool {
        true
    }
}

/// Those of all meetings of this process that were opened or resumed.
#[cfg(feature = "std")]
static USED: Mutex<BTreeSet<Instance>> = Mutex::new(BTreeSet::new());

impl fmt::Display for Instance {
    /// 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Instance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for Instance {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        hex::serialize(&self.0, serializer)
    }
}

impl<'de> Deserialize<'de> for Instance {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_bytes(hex::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
