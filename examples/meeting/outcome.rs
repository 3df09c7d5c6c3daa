//! What became of a meeting: what the report and the picture are made of.

use std::{collections::BTreeMap, ops::Range, time::Duration};

use framegate::{
    Counters, Error, Kind, Reason, Refusal as Why, Time, Verdict, WallTime, ledger::Head,
};

use crate::{
    input::Entry,
    layout::{By, Millis},
    people::{People, Person},
};

/// What became of a meeting.
pub struct Outcome {
    pub meeting: String,
    pub started: WallTime,
    pub people: People,
    pub outlets: Vec<String>,
    /// Frames of all streams together.
    pub frames: u64,
    pub refused: Vec<Refusal>,
    pub counts: BTreeMap<Case, u64>,
    /// By stream, then by outlet.
    pub lanes: Vec<Lane>,
    /// How long the gate took for each frame of a kind.
    pub times: BTreeMap<Kind, Vec<Duration>>,
    /// How far the ledger goes.
    pub head: Head,
    /// The notices' ids.
    pub notices: Vec<String>,
    pub timeline: Vec<Entry>,
    /// When the last frame came or the last event happened.
    pub end: Time,
}

/// An attempt to agree that was refused, by position in the timeline.
pub struct Refusal {
    pub entry: usize,
    pub at: Millis,
    pub by: By,
    pub who: usize,
    pub why: Why,
    pub error: Error,
}

/// What frames that are counted together have in common.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Case {
    /// Everybody who was named for them, once, in order.
    pub people: Vec<Person>,
    pub kind: Kind,
    pub outlet: usize,
    pub verdict: &'static str,
    pub reason: Option<Reason>,
}

/// A stream on its way into an outlet.
pub struct Lane {
    pub stream: String,
    pub kind: Kind,
    pub outlet: usize,
    pub counters: Counters,
    /// How often the sender would have been asked for a keyframe.
    pub keyframes_wanted: u64,
    pub runs: Vec<Run>,
}

/// Frames of one verdict, without a gap between them.
pub struct Run {
    pub times: Range<Time>,
    pub verdict: Verdict,
}

impl Lane {
    /// Adds a frame to the runs.
    pub fn extend(&mut self, times: Range<Time>, verdict: Verdict) {
        match self.runs.last_mut() {
            Some(run) if run.verdict.name() == verdict.name() && run.times.end >= times.start => {
                run.times.end = times.end;
            }
            _ => self.runs.push(Run { times, verdict }),
        }
    }
}
