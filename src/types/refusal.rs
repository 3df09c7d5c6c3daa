use serde::{Deserialize, Serialize};

use crate::types::word::words;

/// Why somebody could not agree. Of several the first is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(
    feature = "binding",
    expect(clippy::exhaustive_enums, reason = "a new case must get a status")
)]
#[cfg_attr(not(feature = "binding"), non_exhaustive)]
pub enum Refusal {
    /// They are not the one who agrees for the person: the person themselves or, if there is one, their guardian.
    Overreach,
    /// They agreed before this stay of theirs, before the notice was shown, or before somebody withdrew some of it, and the meeting is told only now.
    AgreedEarlier,
    /// There was no signature, though the person joined with a key, or the method says that they signed.
    Unsigned,
    /// There was a signature, and the person joined without a key that could tell whose it is.
    Keyless,
    /// The signature is of another meeting.
    ForeignMeeting,
    /// The signature is over an earlier challenge.
    Replayed,
    /// The signature is not by the person's key over this grant.
    WrongSignature,
}

words! { Refusal, "refusal":
    Overreach = "overreach",
    AgreedEarlier = "agreed_earlier",
    Unsigned = "unsigned",
    Keyless = "keyless",
    ForeignMeeting = "foreign_meeting",
    Replayed = "replayed",
    WrongSignature = "wrong_signature",
}

impl Refusal {
    /// What it means, in words.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Overreach => "only the person can, or their guardian if they have one",
            Self::AgreedEarlier => {
                "that was before they came, before the notice was shown, or before the last withdrawal of it"
            }
            Self::Unsigned => {
                "nothing is signed, though the person joined with a key or is said to have signed"
            }
            Self::Keyless => "the person joined without a key, and something is signed",
            Self::ForeignMeeting => "what is signed is of another meeting",
            Self::Replayed => "what is signed is over an earlier challenge",
            Self::WrongSignature => "the signature is not by the person's key over this grant",
        }
    }
}
