use serde::{Deserialize, Serialize};

use crate::types::word::words;

/// In whose name something is asked of a meeting.
///
/// Only the person opens, or the guardian of one who needs one; the others can only narrow (R2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(
    clippy::exhaustive_enums,
    reason = "a new one must break the builds of those who match it"
)]
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

words! { Authority, "authority":
    Participant = "participant", Guardian = "guardian", Host = "host", Administrator = "administrator", Vendor = "vendor",
}
