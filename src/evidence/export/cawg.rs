//! The training and data mining assertion of the Creator Assertions Working Group, version 1.1, for a C2PA manifest.

use serde::Serialize;

use super::standing::everybody;
use crate::{
    control::verified::VerifiedLedger,
    types::{ids::OutletId, purpose::Purposes},
};

/// An assertion as a C2PA manifest definition takes it (§3.1 "Overview", §3.2 "Schema and example").
///
/// A use is allowed only if everybody who ever joined agreed to its purpose without an end, in every stay until they left, the meeting ended
/// or the ledger stops; if that held for all that the outlet may have of them; and if nobody has withdrawn and no notice of theirs is superseded.
/// Leaving withdraws nothing. Whoever agreed to nothing has not allowed it, even if nothing of theirs is in the output.
///
/// An assertion speaks to whoever gets the output. What people agreed to is the controller's own use:
/// put one that allows something only on what stays with the controller.
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::export::cawg::{Permission, TrainingMining};
///
/// # let scene = scene::scene();
/// let assertion = TrainingMining::of(&scene.ledger(), scene.recorder.id());
/// // Ada agreed to be recorded, and to no training.
/// assert_eq!(assertion.data.entries.ai_training.permission, Permission::NotAllowed);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct TrainingMining {
    /// `cawg.training-mining`.
    pub label: &'static str,
    /// What it says.
    pub data: Data,
}

/// The assertion's own content.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Data {
    /// What it says of each use.
    pub entries: Entries,
}

/// The four uses that the specification defines.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Entries {
    /// As training data of a model that can generate: [`TRAIN`](Purposes::TRAIN).
    #[serde(rename = "cawg.ai_generative_training")]
    pub ai_generative_training: Entry,
    /// As training data of any other model: [`TRAIN`](Purposes::TRAIN).
    #[serde(rename = "cawg.ai_training")]
    pub ai_training: Entry,
    /// As input to a trained model: [`ASSIST`](Purposes::ASSIST).
    #[serde(rename = "cawg.ai_inference")]
    pub ai_inference: Entry,
    /// To find patterns, trends and correlations: [`ANALYTICS`](Purposes::ANALYTICS).
    #[serde(rename = "cawg.data_mining")]
    pub data_mining: Entry,
}

/// What it says of one use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Entry {
    /// Whether it is allowed.
    #[serde(rename = "use")]
    pub permission: Permission,
}

/// Whether a use is allowed. The specification's third value, `constrained`, is never needed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Permission {
    /// It is.
    Allowed,
    /// It is not.
    NotAllowed,
}

impl TrainingMining {
    /// Returns the assertion for the frames that an outlet got. For an unknown outlet it allows nothing.
    #[must_use]
    pub fn of(ledger: &VerifiedLedger, outlet: OutletId) -> Self {
        let entry = |purpose| Entry {
            permission: if everybody(ledger, outlet, purpose) {
                Permission::Allowed
            } else {
                Permission::NotAllowed
            },
        };
        let train = entry(Purposes::TRAIN);
        Self {
            label: "cawg.training-mining",
            data: Data {
                entries: Entries {
                    ai_generative_training: train,
                    ai_training: train,
                    ai_inference: entry(Purposes::ASSIST),
                    data_mining: entry(Purposes::ANALYTICS),
                },
            },
        }
    }
}
