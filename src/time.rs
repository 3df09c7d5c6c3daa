use core::time::Duration;

use serde::{Deserialize, Serialize};

/// A time: microseconds since the meeting's start.
///
/// The library has no clock; the client passes the time, from one steady clock for everything in a meeting.
/// Any number can be written here. One that is negative, or 2³² − 1 milliseconds (49.7 days) or more, is out of range:
/// a frame that carries it is withheld, a grant refused, a withdrawal takes effect now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Time(i64);

/// Milliseconds; consent begins and ends on them, and tags carry them.
pub(crate) type Millis = u32;

/// The end of a consent without end, and the beginning of one that never begins.
pub(crate) const NEVER: Millis = Millis::MAX;

impl Time {
    /// The meeting's start.
    pub const START: Self = Self(0);

    const LIMIT: i64 = NEVER as i64 * 1000;

    /// The time `micros` microseconds after the meeting's start.
    #[must_use]
    #[inline]
    pub const fn from_micros(micros: i64) -> Self {
        Self(micros)
    }

    /// The time `millis` milliseconds after the meeting's start; out of range where that overflows.
    #[must_use]
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis.saturating_mul(1000))
    }

    /// Microseconds since the meeting's start.
    #[must_use]
    #[inline]
    pub const fn as_micros(self) -> i64 {
        self.0
    }

    #[must_use]
    #[inline]
    pub(crate) const fn in_range(self) -> bool {
        0 <= self.0 && self.0 < Self::LIMIT
    }

    /// The millisecond in which this time lies: what an end, a capture or a release counts as.
    /// Out of range it is the nearest end of the range.
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "clamped to the range of u32 first"
    )]
    pub(crate) const fn floor(self) -> Millis {
        let micros = if self.0 < 0 {
            0
        } else if self.0 < Self::LIMIT {
            self.0
        } else {
            Self::LIMIT
        };
        (micros as u64 / 1000) as Millis
    }

    /// The same of a time that is known to be in range.
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "in range, it fits"
    )]
    pub(crate) const fn floor_in_range(self) -> Millis {
        (self.0 as u64 / 1000) as Millis
    }

    /// The first millisecond that begins at or after this time: what a beginning counts as.
    pub(crate) const fn ceil(self) -> Millis {
        Self(self.0.saturating_add(999)).floor()
    }
}

impl From<Duration> for Time {
    /// The time so long after the meeting's start; out of range where that overflows.
    fn from(since_start: Duration) -> Self {
        Self(i64::try_from(since_start.as_micros()).unwrap_or(i64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn r5_starts_round_up_and_ends_down() {
        let time = Time::from_micros(5_000_001);
        assert_eq!((time.floor(), time.ceil()), (5000, 5001));
        let time = Time::from_millis(5000);
        assert_eq!((time.floor(), time.ceil()), (5000, 5000));
    }

    #[test]
    fn r1_the_range_ends_where_a_tag_does() {
        let last = Time::from_micros(Time::LIMIT - 1);
        assert!(last.in_range() && !Time(Time::LIMIT).in_range() && !Time(-1).in_range());
        assert_eq!((last.floor(), last.ceil()), (NEVER - 1, NEVER));
        assert_eq!(Time::from_millis(i64::MAX).floor(), NEVER);
        assert_eq!(Time::from_millis(i64::MIN).ceil(), 0);
        assert!(!Time::from(Duration::MAX).in_range());
    }
}
