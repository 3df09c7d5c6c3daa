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
    /// They agreed before this stay of theirs, before the notice was shown, or before a withdrawal of the same, and the grant comes only now.
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
    /// Returns what the refusal means, in words.
    #[must_use]
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::Overreach => {
                "only the participant, or their guardian if they have one, can consent"
            }
            Self::AgreedEarlier => {
                "`at` is before the participant joined, before the notice was shown, or before the last withdrawal of it"
            }
            Self::Unsigned => {
                "signature missing, though the participant joined with a key or the method is signed"
            }
            Self::Keyless => "signature given, but the participant joined without a key",
            Self::ForeignMeeting => "signed for another meeting",
            Self::Replayed => {
                "signed over an earlier challenge: ask `Meeting::challenge` for the present one"
            }
            Self::WrongSignature => "the signature is not by the participant's key over this grant",
        }
    }
}
