use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::scope::Scope;
use crate::types::{digest::Digest, time::Time};

/// What people were shown before they were asked (GDPR Art. 4(11), 13).
///
/// A grant under it covers no more than its scope.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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
