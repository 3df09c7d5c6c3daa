//! When something was, for people and programs alike.

use serde::{Deserialize, Serialize};

use crate::types::{
    time::{Millis, NEVER, Time},
    wall_time::{WallTime, date},
};

/// A time of a meeting, and its date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "one time twice")]
pub struct Moment {
    /// The time, in microseconds since the meeting's start.
    pub micros: Time,
    /// The time of day then, in UTC as RFC 3339 writes it: so much later than the [start](crate::ledger::VerifiedLedger::started) that the ledger states.
    #[serde(with = "date")]
    pub date: WallTime,
}

impl Moment {
    /// Of a meeting that started then.
    pub(crate) fn new(started: WallTime, micros: Time) -> Self {
        let date = started.after(micros);
        Self { micros, date }
    }

    pub(crate) fn from_millis(started: WallTime, at: Millis) -> Self {
        Self::new(started, Time::from_floor(at))
    }

    /// Of an end, if there is one.
    pub(crate) fn of_end(started: WallTime, until: Millis) -> Option<Self> {
        (until < NEVER).then(|| Self::from_millis(started, until))
    }
}
