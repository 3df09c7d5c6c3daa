//! Times of NTP, as RTCP and RTP header extensions carry them.

use core::time::Duration;

/// A time of NTP: seconds since 1 January 1900 in the upper 32 bits, and their fraction in the lower (RFC 5905 §6, RFC 3550 §4).
///
/// The seconds begin again in 2036. Only the difference of two times means something, and only if they are less than 68 years apart.
///
/// # Examples
///
/// ```
/// use std::time::{Duration, SystemTime, UNIX_EPOCH};
///
/// use framegate::wire::rtcp::NtpTime;
///
/// let now = NtpTime::from_unix(SystemTime::now().duration_since(UNIX_EPOCH)?);
/// # let _ = now;
/// assert_eq!(NtpTime::from_unix(Duration::ZERO).to_bits() >> 32, 2_208_988_800);
/// # Ok::<(), std::time::SystemTimeError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct NtpTime(u64);

/// How much later the Unix epoch is than that of NTP, in seconds.
const UNIX_EPOCH: u64 = 2_208_988_800;

const MICROS: i128 = 1_000_000;

impl NtpTime {
    /// Returns the time of these 64 bits.
    #[must_use]
    pub const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    /// Returns the 64 bits.
    #[must_use]
    pub const fn to_bits(self) -> u64 {
        self.0
    }

    /// Returns the time so long after 1 January 1970, UTC.
    #[must_use]
    pub const fn from_unix(since_1970: Duration) -> Self {
        let seconds = since_1970.as_secs().wrapping_add(UNIX_EPOCH);
        // Less than a second, so that it fits.
        let fraction = ((since_1970.subsec_nanos() as u64) << 32) / 1_000_000_000;
        Self(seconds << 32 | fraction)
    }

    /// Returns how many microseconds this is after `other`, rounded down; negative if it is before.
    #[expect(
        clippy::cast_possible_wrap,
        clippy::cast_possible_truncation,
        reason = "a difference of less than 68 years has 63 bits, and as many microseconds fit"
    )]
    pub(crate) const fn micros_since(self, other: Self) -> i64 {
        let units = self.0.wrapping_sub(other.0) as i64;
        ((units as i128 * MICROS) >> 32) as i64
    }

    /// Returns the time earlier by a number of 2⁻³² seconds, which may be negative.
    pub(crate) const fn earlier(self, units: i64) -> Self {
        Self(self.0.wrapping_add_signed(units.wrapping_neg()))
    }
}
