//! AI usage preferences (`draft-ietf-aipref-vocab`).

use super::standing::everybody;
use crate::{
    control::verified::VerifiedLedger,
    types::{ids::OutletId, purpose::Purposes},
};

/// Returns the preference to state with the frames that an outlet got: `train-ai=y` if [everybody agreed](super::cawg::TrainingMining) to
/// [`TRAIN`](Purposes::TRAIN), else `train-ai=n` (in the form of RFC 9651 §3.2, after the draft's "Exemplary Serialization Format").
///
/// It says nothing about `search` and `ai-use`, so these are unknown: no purpose stands for them.
/// The draft's categories are anybody's use. People agreed to the controller's use alone: state a `y` only if nobody else gets the frames.
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::export::aipref;
///
/// # let scene = scene::scene();
/// assert_eq!(aipref::preference(&scene.ledger(), scene.recorder.id()), "train-ai=n");
/// ```
#[must_use]
pub fn preference(ledger: &VerifiedLedger, outlet: OutletId) -> &'static str {
    if everybody(ledger, outlet, Purposes::TRAIN) {
        "train-ai=y"
    } else {
        "train-ai=n"
    }
}
