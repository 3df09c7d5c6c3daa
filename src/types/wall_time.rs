//! Time of day.

use core::{fmt, str::FromStr};
#[cfg(feature = "std")]
use std::time::{SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

use crate::types::time::Time;

/// A time of day: microseconds since 1970-01-01T00:00:00Z, before the year 10000, as [`Time`] is one of a meeting.
///
/// The ledger's first line has that of the meeting's start, so that every [`Time`] has a date. It is as right as the clock that it came from.
///
/// As text it is written as RFC 3339 has it, in UTC: `2026-11-30T09:00:00.000Z`, with six digits behind the full stop if there are microseconds.
/// In ledgers it is its number of microseconds; what is made of them for people ([`export`](crate::export)) has the text.
///
/// # Examples
///
/// ```
/// use framegate::WallTime;
///
/// let nine: WallTime = "2026-11-30T09:00:00Z".parse()?;
/// assert_eq!(nine.as_micros(), 1_796_029_200_000_000);
/// assert_eq!(nine.to_string(), "2026-11-30T09:00:00.000Z");
/// # Ok::<(), framegate::WallTimeError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct WallTime(u64);

/// Not a [`WallTime`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid time of day: write it in UTC, from 1970 to 9999, as in 2026-11-30T09:00:00Z")]
#[non_exhaustive]
pub struct WallTimeError;

/// The year 10000, which RFC 3339 cannot write.
const END: u64 = 253_402_300_800_000_000;

const SECOND: u64 = 1_000_000;
const DAY: u64 = 24 * 60 * 60 * SECOND;

/// Days from 0000-03-01 to 1970-01-01.
const DAYS_TO_1970: u64 = 719_468;
/// In 400 years.
const DAYS_OF_ERA: u64 = 146_097;

impl WallTime {
    /// Returns the time of day so many microseconds after 1970-01-01T00:00:00Z.
    ///
    /// # Errors
    ///
    /// [`WallTimeError`] from the year 10000 on.
    pub const fn from_micros(micros: u64) -> Result<Self, WallTimeError> {
        if micros < END {
            Ok(Self(micros))
        } else {
            Err(WallTimeError)
        }
    }

    /// Microseconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn as_micros(self) -> u64 {
        self.0
    }

    /// Reads the system's clock.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn now() -> Self {
        SystemTime::now().into()
    }

    /// Whether it is the very beginning, as where a time of day was forgotten.
    pub(crate) const fn is_forgotten(self) -> bool {
        self.0 == 0
    }

    /// Returns the time of day at a time of a meeting that started at this one; 9999's last if that is later, or the time is out of range.
    #[must_use]
    pub fn after(self, at: Time) -> Self {
        let micros = u64::try_from(at.as_micros()).unwrap_or(u64::MAX);
        Self(self.0.saturating_add(micros).min(END - 1))
    }

    /// The time of a meeting that started at this time of day, at another; its start if that is earlier, and out of range if it is too late.
    pub(crate) fn until(self, wall: Self) -> Time {
        let micros = wall.0.saturating_sub(self.0);
        i64::try_from(micros).map_or(Time::NEVER, Time::from_micros)
    }
}

#[cfg(feature = "std")]
impl From<SystemTime> for WallTime {
    /// Earlier times are 1970's first microsecond and later ones 9999's last, since no withdrawal fails for its date.
    fn from(time: SystemTime) -> Self {
        let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
        let micros = u64::try_from(since.as_micros()).unwrap_or(u64::MAX);
        Self(micros.min(END - 1))
    }
}

impl fmt::Display for WallTime {
    /// RFC 3339 §5.6, in UTC.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (days, micros) = (self.0 / DAY, self.0 % DAY);
        // Years that begin in March, so that the leap day comes last.
        let days = days + DAYS_TO_1970;
        let day_of_era = days % DAYS_OF_ERA;
        let year_of_era =
            (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
        let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let month_from_march = (5 * day_of_year + 2) / 153;
        let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
        let month = (month_from_march + 2) % 12 + 1;
        let year = days / DAYS_OF_ERA * 400 + year_of_era + u64::from(month <= 2);
        let (second, micros) = (micros / SECOND, micros % SECOND);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.",
            second / 3600,
            second / 60 % 60,
            second % 60,
        )?;
        match micros % 1000 {
            0 => write!(f, "{:03}Z", micros / 1000),
            _ => write!(f, "{micros:06}Z"),
        }
    }
}

impl FromStr for WallTime {
    type Err = WallTimeError;

    /// Reads what [`WallTime`] is written as; the fraction of a second may be left out.
    fn from_str(text: &str) -> Result<Self, WallTimeError> {
        read(text).ok_or(WallTimeError)
    }
}

fn read(text: &str) -> Option<WallTime> {
    let number = |from: usize, to: usize| -> Option<u64> { text.get(from..to)?.parse().ok() };
    let (year, month, day) = (number(0, 4)?, number(5, 7)?, number(8, 10)?);
    let (hour, minute, second) = (number(11, 13)?, number(14, 16)?, number(17, 19)?);
    let micros = match text.len() {
        20 => 0,
        24 => number(20, 23)? * 1000,
        27 => number(20, 26)?,
        _ => return None,
    };
    let year = year.checked_sub(u64::from(month <= 2))?;
    let year_of_era = year % 400;
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day.checked_sub(1)?;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    let days = (year / 400 * DAYS_OF_ERA + day_of_era).checked_sub(DAYS_TO_1970)?;
    let micros = (days * 86_400 + hour * 3600 + minute * 60 + second) * SECOND + micros;
    let time = WallTime::from_micros(micros).ok()?;
    // Whatever is no day of the calendar, no hour of a day or otherwise punctuated is written differently.
    let written = alloc::format!("{time}");
    let (whole, fraction) = text.split_at_checked(19)?;
    let is_so = written.starts_with(whole)
        && match fraction {
            "Z" => true,
            _ => written.ends_with(fraction) || fraction.ends_with("000Z"),
        };
    is_so.then_some(time)
}

impl fmt::Debug for WallTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl Serialize for WallTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for WallTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_micros(u64::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

/// As text, in what people read: `#[serde(with = "date")]`.
pub(crate) mod date {
    use alloc::string::String;

    use serde::{Deserialize, Deserializer, Serializer, de::Error as _};

    use super::WallTime;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "as serde asks")]
    pub(crate) fn serialize<S: Serializer>(
        time: &WallTime,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_str(time)
    }

    pub(crate) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<WallTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        text.parse().map_err(D::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::*;

    const DAYS: [(u64, &str); 7] = [
        (0, "1970-01-01T00:00:00.007Z"),
        (951_782_400 - 1, "2000-02-28T23:59:59.007Z"),
        (951_782_400, "2000-02-29T00:00:00.007Z"),
        (951_868_800, "2000-03-01T00:00:00.007Z"),
        (1_735_820_130, "2025-01-02T12:15:30.007Z"),
        (4_107_542_400, "2100-03-01T00:00:00.007Z"),
        (253_402_300_799, "9999-12-31T23:59:59.007Z"),
    ];

    fn at(micros: u64) -> WallTime {
        WallTime::from_micros(micros).unwrap()
    }

    #[test]
    fn days_are_those_of_the_calendar() {
        for (seconds, text) in DAYS {
            assert_eq!(at(seconds * SECOND + 7000).to_string(), text);
        }
        assert_eq!(at(1).to_string(), "1970-01-01T00:00:00.000001Z");
        assert_eq!(at(END - 1).to_string(), "9999-12-31T23:59:59.999999Z");
        assert_eq!(WallTime::from_micros(END), Err(WallTimeError));
    }

    #[test]
    fn every_day_comes_back_as_it_was_written() {
        let step = DAY + 3_661 * SECOND + 1;
        let mut micros = 0;
        while micros < END {
            assert_eq!(at(micros).to_string().parse(), Ok(at(micros)), "{micros}");
            let millis = micros - micros % 1000;
            assert_eq!(at(millis).to_string().parse(), Ok(at(millis)));
            micros += step;
        }
        for (seconds, text) in DAYS {
            let whole = alloc::format!("{}Z", text.get(..19).unwrap());
            assert_eq!(whole.parse(), Ok(at(seconds * SECOND)), "{whole}");
        }
    }

    #[test]
    fn what_is_no_time_of_day_is_not_read() {
        for text in [
            "",
            "Z",
            "2026-11-30",
            "2026-11-30T09:00:00",
            "2026-11-30 09:00:00Z",
            "2026-11-30T09:00:00z",
            "2026-11-30T09:00:00.Z",
            "2026-11-30T09:00:00.5Z",
            "2026-11-30T09:00:00.500",
            "2026-11-30T09:00:00.500z",
            "2026-11-30T09:00:00.+00Z",
            "2026-11-30T09:00:00,500Z",
            "2026-11-30T09:00:00+01:00",
            "2026-11-31T09:00:00Z",
            "2026-02-29T09:00:00Z",
            "2026-13-01T09:00:00Z",
            "2026-00-01T09:00:00Z",
            "2026-01-00T09:00:00Z",
            "2026-11-30T24:00:00Z",
            "2026-11-30T09:60:00Z",
            "2026-11-30T09:00:60Z",
            "1969-12-31T23:59:59Z",
            "+026-11-30T09:00:00Z",
            "10000-01-01T00:00:00Z",
            "２026-11-30T09:00:0Z",
        ] {
            assert_eq!(text.parse::<WallTime>(), Err(WallTimeError), "{text}");
        }
    }

    #[test]
    fn times_of_a_meeting_and_of_the_day_are_each_others() {
        let (start, later) = (at(5), Time::from_micros(1_000_007));
        assert_eq!(start.after(later), at(1_000_012));
        assert_eq!(start.until(start.after(later)), later);
        // A clock that was set back, and one that is weeks ahead.
        assert_eq!(start.until(at(4)), Time::START);
        assert!(!start.until(at(50 * DAY)).in_range());
        assert_eq!(at(END - 1).after(later), at(END - 1));
        assert_eq!(start.after(Time::NEVER), at(END - 1));
    }

    #[cfg(feature = "std")]
    #[test]
    fn a_system_time_is_never_refused() {
        use core::time::Duration;
        let second = Duration::from_secs(1);
        assert_eq!(WallTime::from(UNIX_EPOCH + second), at(SECOND));
        assert_eq!(WallTime::from(UNIX_EPOCH - second), at(0));
        let far = UNIX_EPOCH + Duration::from_secs(END / SECOND);
        assert_eq!(WallTime::from(far), at(END - 1));
        assert!(WallTime::now() > at(0));
    }
}
