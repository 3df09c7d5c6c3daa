//! What people were shown before they were asked.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::scope::Scope;
use crate::types::{digest::Digest, time::Time};

/// What people were shown before they were asked (GDPR Art. 4(11), 13).
///
/// A grant under it covers no more than its scope.
///
/// # Examples
///
/// ```
/// use framegate::{Digest, Kinds, Meeting, MeetingOptions, Notice, Purposes, Scope};
///
/// let mut meeting = Meeting::open(MeetingOptions::new("standup", 100))?;
/// // A third party is named first: a notice describes nobody who has no name.
/// let acme = meeting.third_party(Purposes::TRAIN, "ACME Ltd")?;
/// let text = "We record what you say. ACME Ltd trains its speech models on it."; // kept as long as the ledger
/// let notice = Notice {
///     digest: Digest::of(text),
///     version: "2026-11".into(),
///     language: "en".into(),
///     controller: "Example Ltd".into(),
///     scope: Scope::new(Kinds::AUDIO, Purposes::RECORD | acme),
/// };
/// assert_eq!(meeting.show(notice)?, Digest::of(text));
/// # Ok::<(), framegate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct Notice {
    /// The digest of its text.
    pub digest: Digest,
    /// Its version, as the controller counts them.
    pub version: String,
    /// The language of its text, as a BCP 47 tag.
    pub language: String,
    /// Who decides on purposes and means (GDPR Art. 4(7)).
    pub controller: String,
    /// The kinds and purposes, third parties' included, that it describes.
    pub scope: Scope,
}

/// A notice that was shown in the meeting.
pub(crate) struct Shown {
    pub(crate) notice: Notice,
    /// What of its scope had a name when it was shown.
    pub(crate) describes: Scope,
    /// When it was shown first.
    pub(crate) at: Time,
    pub(crate) is_superseded: bool,
}
