//! What is kept of a script's frames, so that later ones can be made from them.

use framegate::{Cleared, Kinds, MAX_REGIONS, Participant, Source, Tag, Time};

use crate::{
    derived,
    run::{Disagreement, agree},
    scripts::Untold,
};

/// A source as the gate knows it.
#[derive(Clone, Debug)]
pub struct Kept {
    pub tag: Tag,
    pub people: Vec<Participant>,
    pub kinds: Kinds,
    pub captured: Time,
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
const ROOM: usize = 64;

impl Kept {
    /// What the gate says of what an outlet received.
    pub fn of(cleared: &Cleared<'_>) -> Option<Self> {
        let mut room = [Participant::UNKNOWN; ROOM];
        let source = cleared.source(&mut room)?;
        let kept = Self {
            tag: source.tag,
            people: source.people.to_vec(),
            kinds: source.kinds,
            captured: source.captured,
            hidden: (0..MAX_REGIONS)
                .map(|region| cleared.hides(region))
                .collect(),
        };
        let too_small = &mut room[..kept.people.len() - 1];
        assert!(cleared.source(too_small).is_none(), "it has no room");
        Some(kept)
    }

    pub fn as_source(&self) -> Source<'_> {
        Source {
            tag: self.tag,
            people: &self.people,
            kinds: self.kinds,
            captured: self.captured,
        }
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
        let gate = Kept {
            tag: self.gate.tag.meet(other.gate.tag),
            people: [&self.gate.people[..], &other.gate.people].concat(),
            kinds: self.gate.kinds | other.gate.kinds,
            captured: self.gate.captured.min(other.gate.captured),
            hidden: Vec::new(),
        };
        agree("joined tags", &gate.tag.to_bytes(), &oracle.tag)?;
        let captured = self.captured.min(other.captured);
        Ok(Self {
            gate,
            oracle,
            captured,
        })
    }

    /// As somebody who does not tell everything would say it.
    pub fn told(mut self, untold: Untold, time: i64) -> Self {
        let Self { gate, oracle, .. } = &mut self;
        match untold {
            Untold::Nothing => {}
            Untold::People => {
                gate.people.clear();
                oracle.people.clear();
            }
            Untold::Kinds => {
                gate.kinds = Kinds::empty();
                oracle.kinds = Kinds::empty();
            }
            Untold::Capture(_) => {
                gate.captured = Time::from_micros(time);
                oracle.captured = time;
            }
        }
        self
    }
}
