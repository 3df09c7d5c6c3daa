//! Time of day, which the library does not have.

use alloc::{format, string::String};
use core::time::Duration;

use crate::types::time::Millis;

const DAY: u64 = 24 * 60 * 60;

/// A time in a meeting that started so long after 1970-01-01T00:00:00Z, as RFC 3339 writes it.
pub(crate) fn rfc3339(started: Duration, at: Millis) -> String {
    let time = started.saturating_add(Duration::from_millis(at.into()));
    let (days, second) = (time.as_secs() / DAY, time.as_secs() % DAY);
    // Years that begin in March, so that the leap day comes last; 400 of them have 146,097 days.
    let days = days + 719_468;
    let day_of_era = days % 146_097;
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = (month_from_march + 2) % 12 + 1;
    let year = days / 146_097 * 400 + year_of_era + u64::from(month <= 2);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
        second / 3600,
        second / 60 % 60,
        second % 60,
        time.subsec_millis(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_those_of_the_calendar() {
        let at = |seconds| rfc3339(Duration::from_secs(seconds), 7);
        assert_eq!(at(0), "1970-01-01T00:00:00.007Z");
        assert_eq!(at(951_782_400 - 1), "2000-02-28T23:59:59.007Z");
        assert_eq!(at(951_782_400), "2000-02-29T00:00:00.007Z");
        assert_eq!(at(951_868_800), "2000-03-01T00:00:00.007Z");
        assert_eq!(at(1_735_820_130), "2025-01-02T12:15:30.007Z");
        assert_eq!(at(4_107_542_400), "2100-03-01T00:00:00.007Z");
        assert_eq!(at(253_402_300_799), "9999-12-31T23:59:59.007Z");
    }
}
