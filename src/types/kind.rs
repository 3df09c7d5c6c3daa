use core::iter;

use serde::{Deserialize, Serialize};

use crate::types::{verdict::Reason, word::words};

macro_rules! kinds {
    ($($(#[doc = $doc:literal])* $kind:ident = $number:literal, $flag:ident, $name:literal;)*) => {
        /// What a frame is.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(rename_all = "snake_case")]
        #[repr(u8)]
        #[expect(clippy::exhaustive_enums, reason = "its 16 numbers are all used")]
        pub enum Kind { $($(#[doc = $doc])* $kind = $number,)* }

        impl Kind {
            /// Every kind, in the order of its number.
            pub const ALL: [Self; 16] = [$(Self::$kind),*];
        }

        words! { Kind, "kind": $($kind = $name,)* }

        bitflags::bitflags! {
            /// A set of kinds.
            #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
            #[serde(transparent)]
            pub struct Kinds: u16 { $($(#[doc = $doc])* const $flag = 1 << $number;)* }
        }
    };
}

kinds! {
    /// Voices and other sound.
    Audio = 0, AUDIO, "audio";
    /// Cameras, and galleries of them.
    Video = 1, VIDEO, "video";
    /// A shared screen or window.
    Screen = 2, SCREEN, "screen";
    /// Written messages.
    Chat = 3, CHAT, "chat";
    /// What was said, as text.
    Caption = 4, CAPTION, "caption";
    /// A raised hand, an emoji.
    Reaction = 5, REACTION, "reaction";
    /// A poll and its answers.
    Poll = 6, POLL, "poll";
    /// Strokes and shapes of a whiteboard.
    Whiteboard = 7, WHITEBOARD, "whiteboard";
    /// Notes of the meeting.
    Note = 8, NOTE, "note";
    /// Remarks on something shared.
    Comment = 9, COMMENT, "comment";
    /// Invitations and calendar entries.
    Calendar = 10, CALENDAR, "calendar";
    /// A file that was handed round.
    File = 11, FILE, "file";
    /// Measurements that the client sends home.
    Telemetry = 12, TELEMETRY, "telemetry";
    /// Logs and crash reports.
    Diagnostic = 13, DIAGNOSTIC, "diagnostic";
    /// Which features were used.
    Usage = 14, USAGE, "usage";
    /// Anything else. It can never be cleared: consent to the unspecified is not specific (GDPR Art. 4(11)).
    Unclassified = 15, UNCLASSIFIED, "unclassified";
}

/// Returns the indexes of the bits that are set, from the lowest up.
pub(crate) fn set_bits(mut set: u16) -> impl Iterator<Item = usize> {
    iter::from_fn(move || {
        let rest = set & set.checked_sub(1)?;
        let index = set.trailing_zeros() as usize;
        set = rest;
        // So that the compiler sees that it is in bounds.
        Some(index % u16::BITS as usize)
    })
}

impl Kind {
    /// The number of kinds.
    pub(crate) const COUNT: usize = Self::ALL.len();

    /// Why nothing of this kind can ever be cleared, whatever anybody agreed to (R9).
    pub(crate) fn never_cleared(self) -> Option<Reason> {
        (self == Self::Unclassified).then_some(Reason::Unclassified)
    }

    /// Why payload bytes of this kind that are no record can never be cleared, whatever anybody agreed to (R9).
    pub(crate) const fn never_cleared_as_bytes(self) -> Option<Reason> {
        match self {
            Self::Unclassified => Some(Reason::Unclassified),
            Self::Telemetry | Self::Diagnostic | Self::Usage => Some(Reason::FreeBytes),
            _ => None,
        }
    }

    /// Those of a set.
    pub(crate) fn each(kinds: Kinds) -> impl Iterator<Item = Self> {
        let is_in = move |kind: &Self| kinds.contains((*kind).into());
        Self::ALL.into_iter().filter(is_in)
    }

    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.get(usize::from(number)).copied()
    }
}

impl From<Kind> for Kinds {
    fn from(kind: Kind) -> Self {
        Self::from_bits_retain(1 << kind as u8)
    }
}
