use serde::{Deserialize, Serialize};

/// In whose name something is asked of a meeting.
///
/// Only the person opens, or the guardian of one who needs one; the others can only narrow (R2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Authority {
    /// The data subject.
    Participant,
    /// The guardian named when the data subject joined (GDPR Art. 8).
    Guardian,
    /// The meeting's host.
    Host,
    /// An administrator of the organisation.
    Administrator,
    /// The service's vendor.
    Vendor,
}

impl Authority {
    /// The name in lower case, as files and reports write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Participant => "participant",
            Self::Guardian => "guardian",
            Self::Host => "host",
            Self::Administrator => "administrator",
            Self::Vendor => "vendor",
        }
    }
}
