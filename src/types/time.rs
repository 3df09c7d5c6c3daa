use core::{fmt, time::Duration};

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A time: microseconds since the meeting's start.
///
/// The library has no clock; the client passes the time, from one steady clock for everything in a meeting.
/// Which time of day a meeting's start was is a [`WallTime`](crate::WallTime).
/// One that is negative, or 2³² − 1 milliseconds (49.7 days) or more, is out of range, and which it was is not kept:
/// a frame that carries it is withheld, a grant refused, a withdrawal takes effect now.
///
/// In files it is its number of microseconds.
// The milliseconds in the upper half, where a tag has them, and the microseconds beyond them in the lower.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Time(u64);

/// Milliseconds; consent begins and ends on them, and tags carry them.
pub(crate) type Millis = u32;

/// The end of a consent without end, and the beginning of one that never begins.
pub(crate) const NEVER: Millis = Millis::MAX;

impl Time {
    /// The meeting's start.
    pub const START: Self = Self(0);

    /// The last in range.
    pub(crate) const LAST: Self = Self::from_millis(NEVER as i64 - 1);

    /// Later than every time in range, and none itself.
    pub(crate) const NEVER: Self = Self(u64::MAX);

    /// Returns the time `micros` microseconds after the meeting's start.
    #[must_use]
    #[inline]
    #[expect(clippy::cast_sign_loss, reason = "not negative")]
    pub const fn from_micros(micros: i64) -> Self {
        if 0 <= micros && micros < NEVER as i64 * 1000 {
            let micros = micros as u64;
            Self(((micros / 1000) << 32) | (micros % 1000))
        } else {
            Self::NEVER
        }
    }

    /// Returns the time `millis` milliseconds after the meeting's start.
    #[must_use]
    #[inline]
    #[expect(clippy::cast_sign_loss, reason = "not negative")]
    pub const fn from_millis(millis: i64) -> Self {
        if 0 <= millis && millis < NEVER as i64 {
            Self((millis as u64) << 32)
        } else {
            Self::NEVER
        }
    }

    /// Returns the microseconds since the meeting's start; the largest number for a time out of range.
    #[must_use]
    #[inline]
    #[expect(clippy::cast_possible_wrap, reason = "32 bits")]
    pub const fn as_micros(self) -> i64 {
        if self.in_range() {
            self.floor() as i64 * 1000 + (self.0 & LOWER) as i64
        } else {
            i64::MAX
        }
    }

    /// So many microseconds before; out of range if that is before the meeting's start.
    pub(crate) const fn earlier(self, micros: u32) -> Self {
        Self::from_micros(self.as_micros().saturating_sub(micros as i64))
    }

    /// So long after; out of range if that is beyond it.
    pub(crate) fn later(self, by: Duration) -> Self {
        let micros = i64::try_from(by.as_micros()).unwrap_or(i64::MAX);
        Self::from_micros(self.as_micros().saturating_add(micros))
    }

    #[must_use]
    #[inline]
    pub(crate) const fn in_range(self) -> bool {
        self.0 != Self::NEVER.0
    }

    /// The millisecond in which this time lies: what an end, a capture or a release counts as; [`NEVER`] out of range.
    #[inline]
    pub(crate) const fn floor(self) -> Millis {
        (self.0 >> 32) as Millis
    }

    /// The first millisecond that begins at or after this time: what a beginning counts as.
    pub(crate) const fn ceil(self) -> Millis {
        self.floor().saturating_add((self.0 & LOWER != 0) as Millis)
    }

    /// The time of which [`Time::floor`] gives `millis`, or the first of them.
    #[inline]
    pub(crate) const fn from_floor(millis: Millis) -> Self {
        if millis == NEVER {
            Self::NEVER
        } else {
            Self((millis as u64) << 32)
        }
    }

    /// For an atomic.
    #[inline]
    pub(crate) const fn to_bits(self) -> u64 {
        self.0
    }

    /// Of what [`Time::to_bits`] gave.
    #[inline]
    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }
}

const LOWER: u64 = 0xFFFF_FFFF;

impl fmt::Debug for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.in_range() {
            f.debug_tuple("Time").field(&self.as_micros()).finish()
        } else {
            f.write_str("Time(out of range)")
        }
    }
}

impl Serialize for Time {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.as_micros().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Time {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        i64::deserialize(deserializer).map(Self::from_micros)
    }
}

impl From<Duration> for Time {
    /// The time so long after the meeting's start; out of range where that overflows.
    fn from(since_start: Duration) -> Self {
        Self::from_micros(i64::try_from(since_start.as_micros()).unwrap_or(i64::MAX))
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
        let end = i64::from(NEVER) * 1000;
        let last = Time::from_micros(end - 1);
        assert!(last.in_range());
        assert_eq!((last.floor(), last.ceil()), (NEVER - 1, NEVER));
        for out in [
            Time::from_micros(end),
            Time::from_micros(-1),
            Time::from_micros(i64::MIN),
            Time::from_millis(NEVER.into()),
            Time::from_millis(-1),
            Time::from(Duration::MAX),
        ] {
            assert!(!out.in_range() && last < out);
            assert_eq!((out.floor(), out.ceil()), (NEVER, NEVER));
            assert_eq!(out.as_micros(), i64::MAX);
        }
    }

    #[test]
    fn microseconds_come_out_as_they_went_in() {
        for micros in [
            0,
            1,
            999,
            1000,
            1001,
            60_000_000,
            i64::from(NEVER) * 1000 - 1,
        ] {
            let time = Time::from_micros(micros);
            assert_eq!(time.as_micros(), micros);
            assert_eq!(Time::from_bits(time.to_bits()), time);
        }
    }
}
