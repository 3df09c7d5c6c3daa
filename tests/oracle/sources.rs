//! What is kept of a script's frames, so that later ones can be made from them.

use framegate::{Cleared, KeptSource, MAX_REGIONS, Participant};

use crate::{
    derived,
    run::{Disagreement, agree},
};

/// A source as the gate knows it.
#[derive(Clone, Debug)]
pub struct Kept {
    pub source: KeptSource,
    /// Of each region, whether it was hidden; nothing of what was put together.
    pub hidden: Vec<bool>,
}

/// The same in the gate's words and in the oracle's.
#[derive(Clone, Debug)]
pub struct Pair {
    pub gate: Kept,
    pub oracle: derived::Source,
    /// The earliest time at which anything in it was captured, hidden or not.
    pub captured: i64,
}

/// More than anybody is in a meeting.
const ROOM: usize = 2100;

impl Kept {
    /// What the gate says of what an outlet received.
    pub fn of(cleared: &Cleared<'_>) -> Option<Self> {
        let mut room = vec![Participant::UNKNOWN; ROOM];
        let source = cleared.source(&mut room)?;
        let kept = Self {
            source: source.keep(),
            hidden: (0..MAX_REGIONS)
                .map(|region| cleared.hides(region))
                .collect(),
        };
        let too_small = &mut room[..kept.source.as_source().people().len() - 1];
        assert!(cleared.source(too_small).is_none(), "it has no room");
        Some(kept)
    }
}

impl Pair {
    /// What was kept from before its meeting was resumed: the handles of who is in it are nobody's any more.
    pub fn estrange(&mut self) {
        self.oracle.people.fill(None);
    }

    /// Two of them in one.
    pub fn joined(&self, other: &Self) -> Result<Self, Disagreement> {
        let oracle = self.oracle.joined(&other.oracle);
        let mut room = vec![Participant::UNKNOWN; ROOM];
        let [first, second] = [&self.gate, &other.gate].map(|kept| kept.source.as_source());
        let joined = first.meet(&second, &mut room).expect("room");
        let gate = Kept {
            source: joined.keep(),
            hidden: Vec::new(),
        };
        agree("joined tags", &joined.tag().to_bytes(), &oracle.tag)?;
        let captured = self.captured.min(other.captured);
        Ok(Self {
            gate,
            oracle,
            captured,
        })
    }
}
