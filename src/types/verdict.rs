use core::fmt;

use serde::{Deserialize, Serialize};

use crate::types::word::words;

/// What the gate did with a frame.
///
/// Exhaustive on purpose: a new outcome must break the builds of those who decide by it.
/// In files it is an object of `verdict` and, unless that is `whole`, `reason`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(
    tag = "verdict",
    content = "reason",
    rename_all = "snake_case",
    deny_unknown_fields
)]
#[must_use]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new one must break the builds of those who decide by it"
)]
pub enum Verdict {
    /// Handed on as it was.
    Whole,
    /// Handed on without the parts of those who did not agree, or derived from a frame that was (R8).
    Redacted(Reason),
    /// Withheld; in its place the outlet received an empty frame of the same form.
    Blanked(Reason),
    /// Withheld; the outlet received nothing.
    Dropped(Reason),
}

impl Verdict {
    /// Returns why the frame was not handed on whole; `None` if it was.
    #[must_use]
    pub const fn reason(self) -> Option<Reason> {
        match self {
            Self::Whole => None,
            Self::Redacted(reason) | Self::Blanked(reason) | Self::Dropped(reason) => Some(reason),
        }
    }

    /// Returns whether anything of the frame reached the outlet.
    #[must_use]
    pub const fn is_released(self) -> bool {
        matches!(self, Self::Whole | Self::Redacted(_))
    }

    /// Returns the name in lower case, as files and reports write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Redacted(_) => "redacted",
            Self::Blanked(_) => "blanked",
            Self::Dropped(_) => "dropped",
        }
    }
}

impl fmt::Display for Verdict {
    /// `whole`, or such as `dropped (not granted)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())?;
        match self.reason() {
            Some(reason) => write!(f, " ({reason})"),
            None => Ok(()),
        }
    }
}

macro_rules! reasons {
    ($($(#[$doc:meta])* $reason:ident = $number:literal, $name:literal;)*) => {
        /// Why a frame was not handed on whole.
        ///
        /// Where several hold, the one with the smallest number is given. Numbers are never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum Reason { $($(#[$doc])* #[serde(rename = $name)] $reason = $number,)* }

        words! { Reason, "reason": $($reason = $name,)* }

        impl Reason {
            pub(crate) const ALL: [Self; [$($name),*].len()] = [$(Self::$reason),*];

            pub(crate) const fn from_number(number: u8) -> Option<Self> {
                match number { $($number => Some(Self::$reason),)* _ => None }
            }
        }
    };
}

impl Reason {
    /// Whether the frame itself or the meeting is at fault, rather than somebody's consent missing. Such a frame is dropped, never blanked.
    pub(crate) const fn is_fault(self) -> bool {
        (self as u8) < Self::Incomplete as u8
    }

    /// Whether it can hold for a part of a frame alone.
    pub(crate) const fn is_of_a_part(self) -> bool {
        !matches!(
            self,
            Self::Ended
                | Self::Time
                | Self::Clock
                | Self::Malformed
                | Self::Contended
                | Self::OverBudget
                | Self::Incomplete
                | Self::BeyondSource
                | Self::AwaitsKeyframe
                | Self::ReachesBack
                | Self::Disjoint
        )
    }

    /// By the number of each, its place in [`Reason::ALL`].
    #[expect(
        clippy::cast_possible_truncation,
        clippy::indexing_slicing,
        reason = "found out when this is compiled"
    )]
    const PLACES: [u8; 1 << u8::BITS] = {
        let (mut places, mut place) = ([0; 1 << u8::BITS], 0);
        while place < Self::ALL.len() {
            places[Self::ALL[place] as usize] = place as u8;
            place += 1;
        }
        places
    };

    /// Returns its place in [`Reason::ALL`].
    #[inline]
    pub(crate) fn place(self) -> usize {
        let place = Self::PLACES.get(usize::from(self as u8));
        place.copied().unwrap_or_default().into()
    }

    /// The one to give where both hold.
    pub(crate) fn strongest(a: Option<Self>, b: Option<Self>) -> Option<Self> {
        match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (reason, None) | (None, reason) => reason,
        }
    }
}

reasons! {
    /// The meeting is over.
    Ended = 1, "ended";
    /// A time is out of range, or the frame would have been captured after its release.
    Time = 2, "time";
    /// The payload does not match the stream's format, or a region does not lie in it. A text without regions is validated only if consent would release it.
    /// A payload without bytes, in an encoded stream, has this verdict too, but is no frame: it is not counted.
    Malformed = 3, "malformed";
    /// The kind is unclassified.
    Unclassified = 4, "unclassified";
    /// Service data that is not a record of registered fields.
    FreeBytes = 5, "free bytes";
    /// Consent, or what is left of a budget, changed faster than the frame could be judged.
    Contended = 6, "contended";
    /// A record would exceed the bits that one person may send to one outlet in a minute.
    OverBudget = 7, "over budget";
    /// A record's field is not in the range that its schema gives.
    OutOfRange = 8, "out of range";
    /// The tap was passed a time more than a day ahead of the meeting's, and withholds from then on.
    Clock = 9, "clock";
    /// Not everybody in the frame was named.
    Incomplete = 16, "incomplete";
    /// Somebody in the frame is not known to the meeting.
    Unknown = 17, "unknown";
    /// Somebody in the frame has left the meeting.
    Absent = 18, "absent";
    /// The host, an administrator or the vendor restricts it.
    Restricted = 32, "restricted";
    /// Somebody refused, or withdrew.
    Withdrawn = 33, "withdrawn";
    /// The notice under which somebody agreed has been superseded.
    StaleNotice = 34, "stale notice";
    /// Somebody's consent came to its end.
    Expired = 35, "expired";
    /// Somebody never agreed.
    NotGranted = 36, "not granted";
    /// Everybody agrees now, but not without a break since the frame was captured.
    CapturedEarlier = 37, "captured earlier";
    /// What it was derived from was not cleared for this.
    BeyondSource = 40, "beyond its source";
    /// An encoded frame that may depend on one that was withheld or never came: after a withheld one, or where somebody did not agree without a break
    /// since the last frame that went through was captured. The stream resumes with the next frame that starts afresh.
    AwaitsKeyframe = 48, "awaits keyframe";
    /// An encoded frame that may yield media captured before it, by an unknown time.
    ReachesBack = 49, "reaches back";
    /// Joined frames that have no cleared purpose in common: [`Tag::meet`](crate::Tag::meet).
    Disjoint = 255, "disjoint";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_reason_has_a_place_of_its_own() {
        for (place, reason) in Reason::ALL.into_iter().enumerate() {
            assert_eq!(reason.place(), place, "{reason}");
        }
    }
}
