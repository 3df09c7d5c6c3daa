//! Random meetings: people who change their minds, frames, a store that refuses, and processes that die.

use std::collections::BTreeMap;

use framegate::{
    Digest, Instance, Kind, Kinds, Meeting, MeetingOptions, Participant, Purposes, Scope, Settling,
    Tap, Time, WallTime, ledger::Durability,
};

use super::{
    chance::Chance,
    disk::Disk,
    exporting::STARTED_MILLIS,
    frames::{Kept, Released},
};

pub const IDS: [&str; 5] = ["ana", "ben", "kim", "olu", "zoe"];
/// Who has a guardian, and who signs.
pub const CHILD: &str = "zoe";
pub const SIGNER: &str = "kim";
const ROOM: usize = 6;

/// What there is of a meeting in the end.
pub struct Told {
    pub instance: Instance,
    /// Its ledger, whose last line may be torn.
    pub ledger: Vec<u8>,
    /// All that went into any outlet.
    pub frames: Vec<Released>,
}

/// A source of frames.
pub struct Stream {
    pub handle: framegate::Stream,
    pub kind: Kind,
    pub shape: Shape,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    Owned,
    Mix,
    /// A channel of each of two people.
    Composite,
    /// Captions of what others said.
    Captions,
}

pub struct OpenTap {
    pub tap: Tap,
    pub stream: usize,
    pub outlet: u16,
    /// With which line of the ledger the outlet was declared.
    pub declared: usize,
}

/// A meeting in one of its processes.
pub struct Run {
    pub chance: Chance,
    pub meeting: Meeting,
    pub disk: Disk,
    /// The time, in µs; after a crash the clock may be behind.
    pub now: i64,
    /// Times at which something happened.
    pub moments: Vec<i64>,
    pub notices: Vec<Digest>,
    pub pairs: Vec<Purposes>,
    pub streams: Vec<Stream>,
    pub outlets: Vec<(framegate::Outlet, usize)>,
    pub taps: Vec<OpenTap>,
    pub settlings: Vec<Settling>,
    /// What captions can be made of.
    pub kept: Vec<Kept>,
    pub frames: Vec<Released>,
    /// From which on they are of this process.
    pub own: usize,
    /// How many of the ids there are: what everybody must agree to stands more often if they are few.
    pub ids: usize,
}

pub fn run(seed: u64) -> Told {
    let mut run = Run::open(seed);
    let steps = 40 + run.chance.below(80);
    run.prepare();
    for _ in 0..steps {
        run.step();
    }
    run.finish()
}

impl Run {
    pub fn open(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let ids = if chance.one_in(4) { 2 } else { IDS.len() };
        let disk = Disk::default();
        // Instances of one process never repeat, and runs of the same number in one process do.
        let instance = Instance::draw().expect("random bits");
        let writer = disk.writer().durability(durability(&mut chance));
        let meeting = Meeting::open(
            MeetingOptions::new("evidence", ROOM)
                .instance(instance)
                .started(WallTime::from_micros(STARTED_MILLIS * 1000).expect("a time of day"))
                .ledger(writer),
        )
        .expect("a meeting");
        Self {
            chance,
            meeting,
            disk,
            now: 0,
            moments: vec![0],
            notices: Vec::new(),
            pairs: Vec::new(),
            streams: Vec::new(),
            outlets: Vec::new(),
            taps: Vec::new(),
            settlings: Vec::new(),
            kept: Vec::new(),
            frames: Vec::new(),
            own: 0,
            ids,
        }
    }

    /// People and what they were shown, so that something can happen.
    pub fn prepare(&mut self) {
        self.show(Scope::ALL);
        for _ in 0..4 {
            self.join();
        }
        self.set_up();
        for _ in 0..2 {
            self.grant();
        }
    }

    /// Streams, outlets and taps between them.
    pub fn set_up(&mut self) {
        for _ in 0..2 {
            self.open_outlet();
        }
        for _ in 0..4 {
            self.open_stream();
        }
        for _ in 0..5 {
            self.open_tap();
        }
    }

    pub fn step(&mut self) {
        self.now += self
            .chance
            .of(&[0, 0, 1, 400, 999, 1000, 1000, 1001, 7000, 20_000, 1_000_000]);
        match self.chance.below(100) {
            0..50 => self.frames(),
            50..64 => self.grant(),
            64..69 => self.withdraw(),
            69..72 => self.restrict(),
            72..75 => self.lift(),
            75 => self.leave(),
            76..79 => self.join(),
            79 => self.supersede(),
            80..82 => self.show_some(),
            82 => self.name(),
            83 => self.open_outlet(),
            84..86 => self.open_stream(),
            86..89 => self.open_tap(),
            89..91 => self.tick_or_count(),
            91..93 => self.settle(),
            93 => self.refuse(),
            94..98 => self.crash(),
            98 if self.chance.one_in(3) => self.end(),
            _ => self.grant_and_release(),
        }
    }

    /// The time that a call is given: sometimes of a clock that is behind.
    pub fn told(&mut self) -> Time {
        self.moments.push(self.now);
        let behind = if self.chance.one_in(6) {
            self.chance.of(&[1, 1000, 1500, 40_000])
        } else {
            0
        };
        Time::from_micros((self.now - behind).max(0))
    }

    /// A time at or near which something happened, up to now.
    pub fn near(&mut self) -> i64 {
        let near = if self.chance.one_in(3) {
            self.now
        } else {
            let recent = self.moments.len().saturating_sub(12);
            self.chance.of(&self.moments[recent..])
        };
        if self.chance.one_in(3) {
            return self.now;
        }
        let off = self
            .chance
            .of(&[0, 0, 0, 1, -1, 999, 1000, -1000, -1001, -20_000]);
        (near + off).clamp(0, self.now)
    }

    /// Some frames of the same moment.
    pub fn frames(&mut self) {
        for _ in 0..=self.chance.below(3) {
            self.frame();
        }
    }

    /// Agreeing, and at once a frame, and perhaps a crash.
    pub fn grant_and_release(&mut self) {
        self.grant();
        self.frame();
        if self.chance.one_in(2) {
            self.crash();
        }
    }

    pub fn present(&mut self) -> Option<(String, Participant)> {
        let people: Vec<_> = self.meeting.participants().collect();
        self.chance.index(&people).map(|at| people[at].clone())
    }

    /// Somebody who is there, or was.
    pub fn anybody(&mut self) -> Option<(String, Participant)> {
        let people: Vec<_> = self.meeting.stays().collect();
        self.chance.index(&people).map(|at| people[at].clone())
    }

    /// The store refuses from now on, or no longer.
    pub fn refuse(&mut self) {
        self.disk.refuse(self.chance.one_in(2));
    }

    pub fn end(&mut self) {
        self.settlings.push(self.meeting.end());
    }

    /// How many lines the ledger has, those that the store does not have yet included.
    pub fn entries(&self) -> usize {
        usize::try_from(self.meeting.generation()).expect("not so many")
    }
}

pub fn durability(chance: &mut Chance) -> Durability {
    if chance.one_in(3) {
        Durability::Batched
    } else {
        Durability::Each
    }
}

/// By id, as what somebody is in a frame.
pub type People = BTreeMap<String, Kinds>;
