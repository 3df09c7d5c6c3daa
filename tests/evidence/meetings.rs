//! Random meetings: people who change their minds, frames, a store that refuses, and processes that die.

use std::{collections::BTreeMap, time::UNIX_EPOCH};

use ed25519_dalek::{Signer, SigningKey};
use framegate::{
    Authority, Digest, Durability, Format, Grant, Instance, Join, Kind, Kinds, Ledger, Meeting,
    Method, Notice, OutletOptions, Participant, PastMeeting, PublicKey, Purposes, Samples, Scope,
    Settling, Signed, StreamOptions, Tap, Time,
};

use crate::{
    chance::Chance,
    disk::Disk,
    frames::{Kept, Released},
    recording::PAST,
};

const IDS: [&str; 5] = ["ana", "ben", "kim", "olu", "zoe"];
/// Who has a guardian, and who signs.
pub const CHILD: &str = "zoe";
const SIGNER: &str = "kim";
const DEVICE: [u8; 32] = [77; 32];
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
    handle: framegate::Stream,
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
    disk: Disk,
    /// The time, in µs; after a crash the clock may be behind.
    pub now: i64,
    /// Times at which something happened.
    moments: Vec<i64>,
    notices: Vec<Digest>,
    pairs: Vec<Purposes>,
    pub streams: Vec<Stream>,
    outlets: Vec<(framegate::Outlet, usize)>,
    pub taps: Vec<OpenTap>,
    settlings: Vec<Settling>,
    /// What captions can be made of.
    pub kept: Vec<Kept>,
    pub frames: Vec<Released>,
    /// From which on they are of this process.
    own: usize,
    /// How many of the ids there are: what everybody must agree to stands more often if they are few.
    ids: usize,
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
    fn open(seed: u64) -> Self {
        let mut chance = Chance::new(seed);
        let ids = if chance.one_in(4) { 2 } else { IDS.len() };
        let disk = Disk::default();
        // Instances of one process never repeat, and runs of the same number in one process do.
        let instance = Instance::draw().expect("random bits");
        let writer = disk
            .writer()
            .device(&DEVICE)
            .durability(durability(&mut chance));
        let meeting = Meeting::open_as(instance, "evidence", ROOM, writer).expect("a meeting");
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
    fn prepare(&mut self) {
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
    fn set_up(&mut self) {
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

    fn step(&mut self) {
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
    fn told(&mut self) -> Time {
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
        let near = match self.chance.below(3) {
            0 => self.now,
            _ => {
                let recent = self.moments.len().saturating_sub(12);
                self.chance.of(&self.moments[recent..])
            }
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
    fn frames(&mut self) {
        for _ in 0..=self.chance.below(3) {
            self.frame();
        }
    }

    /// Agreeing, and at once a frame, and perhaps a crash.
    fn grant_and_release(&mut self) {
        self.grant();
        self.frame();
        if self.chance.one_in(2) {
            self.crash();
        }
    }

    fn kinds(&mut self) -> Kinds {
        let sound = Kinds::AUDIO | Kinds::CAPTION;
        self.chance.of(&[
            Kinds::all(),
            Kinds::all(),
            sound,
            Kinds::AUDIO,
            Kinds::CHAT | Kinds::VIDEO,
        ])
    }

    /// With third parties, named and not.
    fn purposes(&mut self) -> Purposes {
        let pair = self
            .chance
            .index(&self.pairs)
            .map_or(Purposes::TRAIN, |at| self.pairs[at]);
        let two = Purposes::RECORD | Purposes::TRAIN;
        self.chance.of(&[
            Purposes::all(),
            Purposes::FIRST_PARTY,
            two,
            two | pair,
            Purposes::TRAIN,
            Purposes::RECORD,
            pair,
        ])
    }

    fn scope(&mut self) -> Scope {
        Scope::new(self.kinds(), self.purposes())
    }

    pub fn present(&mut self) -> Option<(String, Participant)> {
        let people: Vec<_> = self.meeting.participants().collect();
        self.chance.index(&people).map(|at| people[at].clone())
    }

    /// Somebody who is there, or was.
    fn anybody(&mut self) -> Option<(String, Participant)> {
        let people: Vec<_> = self.meeting.stays().collect();
        self.chance.index(&people).map(|at| people[at].clone())
    }

    fn join(&mut self) {
        let id = self.chance.of(&IDS[..self.ids]);
        let join = match id {
            CHILD => Join::with_guardian(id, "gus"),
            SIGNER => Join::adult(id).key(PublicKey(signer().verifying_key().to_bytes())),
            _ => Join::adult(id),
        };
        let now = self.told();
        // Whoever is there already, or comes after the end, does not.
        let _ = self.meeting.join(join, now);
    }

    fn leave(&mut self) {
        if let Some((_, who)) = self.anybody() {
            let now = self.told();
            self.settlings.extend(self.meeting.leave(who, now));
        }
    }

    fn show(&mut self, scope: Scope) {
        let digest = Digest::of(&format!("notice {}", self.notices.len()));
        let (version, language) = ("1".into(), "en".into());
        let controller = "Example Conferencing".into();
        if self
            .meeting
            .show(Notice {
                digest,
                version,
                language,
                controller,
                scope,
            })
            .is_ok()
        {
            self.notices.push(digest);
        }
    }

    fn show_some(&mut self) {
        let scope = self.scope();
        self.show(scope);
    }

    fn supersede(&mut self) {
        if let Some(at) = self.chance.index(&self.notices) {
            let now = self.told();
            self.settlings
                .extend(self.meeting.supersede(self.notices[at], now));
            self.show(Scope::ALL);
        }
    }

    fn name(&mut self) {
        let purpose = self.chance.of(&[Purposes::RECORD, Purposes::TRAIN]);
        let recipient = self.chance.of(&["ACME Ltd", "Umbrella"]);
        if let Ok(pair) = self.meeting.third_party(purpose, recipient)
            && !self.pairs.contains(&pair)
        {
            self.pairs.push(pair);
            // Only a notice that is shown after it has a name describes it.
            self.show(Scope::ALL);
        }
    }

    fn open_outlet(&mut self) {
        let options = match self.chance.index(&self.pairs) {
            Some(at) if self.chance.one_in(3) => {
                let pair = self.pairs[at];
                let both = ["ACME Ltd", "Umbrella"];
                let to = |to: &&&str| {
                    let purposes = [Purposes::RECORD, Purposes::TRAIN];
                    purposes
                        .iter()
                        .any(|of| self.meeting.third_party(*of, to) == Ok(pair))
                };
                let name = both.iter().find(to).copied().unwrap_or("ACME Ltd");
                OutletOptions::new("partner", pair).recipient(name)
            }
            _ => {
                let two = Purposes::RECORD | Purposes::TRAIN;
                let mixed = Purposes::ASSIST | Purposes::ANALYTICS;
                let all = [
                    Purposes::RECORD,
                    Purposes::TRAIN,
                    Purposes::TRAIN,
                    two,
                    mixed,
                ];
                OutletOptions::new("own", self.chance.of(&all))
            }
        };
        if let Ok(outlet) = self.meeting.open_outlet(options) {
            self.outlets.push((outlet, self.entries() - 1));
        }
    }

    fn open_stream(&mut self) {
        let Some((_, owner)) = self.present() else {
            return;
        };
        let (mono, stereo) = (Format::pcm(Samples::S16, 1), Format::pcm(Samples::S16, 2));
        let owned = |kind, format| {
            (
                StreamOptions::owned(owner, kind, format),
                Shape::Owned,
                kind,
            )
        };
        let (options, shape, kind) = match self.chance.below(7) {
            0..2 => owned(Kind::Audio, mono),
            2 => owned(Kind::Video, Format::OPAQUE),
            3 => owned(Kind::Chat, Format::UTF8),
            4 => (
                StreamOptions::mix(Kind::Audio, mono),
                Shape::Mix,
                Kind::Audio,
            ),
            5 => (
                StreamOptions::composite(Kind::Audio, stereo),
                Shape::Composite,
                Kind::Audio,
            ),
            _ => (
                StreamOptions::derived(Kind::Caption, Format::UTF8),
                Shape::Captions,
                Kind::Caption,
            ),
        };
        if let Ok(handle) = self.meeting.open_stream(options) {
            self.streams.push(Stream {
                handle,
                kind,
                shape,
            });
        }
    }

    fn open_tap(&mut self) {
        let (Some(stream), Some(outlet)) = (
            self.chance.index(&self.streams),
            self.chance.index(&self.outlets),
        ) else {
            return;
        };
        let (outlet, declared) = self.outlets[outlet];
        if let Ok(tap) = self.meeting.tap(self.streams[stream].handle, outlet) {
            self.taps.push(OpenTap {
                tap,
                stream,
                outlet: outlet.id().number(),
                declared,
            });
        }
    }

    fn grant(&mut self) {
        // One of the last that were shown, as earlier ones may have been superseded.
        let earlier = self.notices.len().saturating_sub(3);
        let (Some((id, who)), Some(notice)) =
            (self.present(), self.chance.index(&self.notices[earlier..]))
        else {
            return;
        };
        // A click agrees to all but recognising people, so that it is typed.
        let mut grant = Grant::new(self.notices[earlier + notice], self.scope(), Method::Typed);
        if self.chance.one_in(3) {
            let ahead = self.chance.of(&[1, 1000, 1500, 3000, 21_000, 2_000_000]);
            grant = grant.until(Time::from_micros(self.now + ahead));
        }
        let now = self.told();
        let by = match id.as_str() {
            CHILD => Authority::Guardian,
            _ if self.chance.one_in(20) => Authority::Host,
            _ => Authority::Participant,
        };
        if id == SIGNER {
            grant = self.signed(who, &id, grant);
        }
        // What is refused is in the ledger, too.
        let _ = self.meeting.grant(by, who, &grant, now);
    }

    fn signed(&self, who: Participant, id: &str, grant: Grant) -> Grant {
        let challenge = self.meeting.challenge(who).expect("who is there");
        let recipients = self.meeting.recipients(grant.scope.purposes);
        let (instance, meeting) = (self.meeting.instance(), self.meeting.id());
        let message = grant.message(instance, meeting, id, &recipients, challenge);
        grant.signed(Signed {
            instance,
            meeting: meeting.into(),
            challenge,
            signature: signer().sign(&message).to_bytes(),
        })
    }

    fn withdraw(&mut self) {
        let Some((id, who)) = self.anybody() else {
            return;
        };
        let scope = self.scope();
        let by = match id.as_str() {
            CHILD if self.chance.one_in(2) => Authority::Guardian,
            _ => Authority::Participant,
        };
        let now = match self.chance.below(6) {
            0 => Time::from_micros(-1),
            1 => Time::START,
            _ => self.told(),
        };
        self.settlings
            .extend(self.meeting.withdraw(by, who, scope, now));
    }

    fn restrainer(&mut self) -> (Authority, Option<Participant>) {
        let by = self.chance.of(&[Authority::Host, Authority::Administrator]);
        let one = self.present().map(|(_, who)| who);
        (by, if self.chance.one_in(2) { one } else { None })
    }

    fn restrict(&mut self) {
        let ((by, whom), scope) = (self.restrainer(), self.scope());
        let now = self.told();
        self.settlings
            .extend(self.meeting.restrict(by, whom, scope, now));
    }

    fn lift(&mut self) {
        let (by, whom) = self.restrainer();
        let scope = if self.chance.one_in(2) {
            Scope::ALL
        } else {
            self.scope()
        };
        let now = self.told();
        let _ = self.meeting.lift(by, whom, scope, now);
    }

    fn settle(&mut self) {
        if let Some(settling) = self.settlings.pop() {
            let now = self.told();
            self.meeting.settled(&settling, now).expect("its own");
        }
    }

    fn tick_or_count(&mut self) {
        let now = self.told();
        if self.chance.one_in(2) {
            self.meeting.tick(now);
        } else {
            // A store that refuses does not get it, and nor does a meeting that has ended.
            let _ = self.meeting.count(now);
        }
    }

    /// The store refuses from now on, or no longer.
    fn refuse(&mut self) {
        self.disk.refuse(self.chance.one_in(2));
    }

    fn end(&mut self) {
        self.settlings.push(self.meeting.end());
    }

    /// How many lines the ledger has, those that the store does not have yet included.
    pub fn entries(&self) -> usize {
        usize::try_from(self.meeting.generation()).expect("not so many")
    }

    fn crash(&mut self) {
        if self.chance.one_in(3) {
            // It dies while it writes what comes next.
            self.disk
                .die_while_writing(self.chance.of(&[0, 10, 500, 999, 1000]));
            match self.chance.below(3) {
                0 => self.grant(),
                1 => self.withdraw(),
                _ => self.lift(),
            }
            self.frame();
        }
        let of_machine = self.chance.one_in(2);
        let left = self.disk.after_crash(of_machine, &mut self.chance);
        self.go_on_after(&left);
    }

    /// Another process goes on with what is left of the ledger.
    fn go_on_after(&mut self, left: &[u8]) {
        let ledger = Ledger::read(left, None, None).expect("what the meeting wrote");
        self.forget_lost(ledger.lines.len());
        if ledger.lines.is_empty() {
            return;
        }
        let length = usize::try_from(ledger.length).expect("not so long");
        let mut ledger = ledger;
        let mut disk = Disk::with(&left[..length]);
        if self.chance.one_in(3) {
            let torn = ledger.torn;
            self.withdraw_past(ledger, &disk);
            let bytes = disk.bytes();
            ledger = Ledger::read(&bytes, None, None).expect("what was entered");
            ledger.torn = torn && bytes.len() == length;
            disk = Disk::with(&bytes);
        }
        let writer = disk
            .writer()
            .device(&DEVICE)
            .durability(durability(&mut self.chance));
        let last = ledger.lines.last().map_or(0, |line| line.at.as_micros());
        let Ok(meeting) = Meeting::resume(&ledger, writer) else {
            // It had ended.
            self.disk = disk;
            return;
        };
        self.meeting = meeting;
        self.disk = disk;
        self.now = match self.chance.below(8) {
            0..3 => self.now + self.chance.of(&[0, 1, 1000, 300_000]),
            3 => self.now + 3_600_000_000,
            4 => last,
            5 => (last - self.chance.of(&[1, 1000, 5000])).max(0),
            6 => last / 2,
            _ => 0,
        };
        self.streams.clear();
        self.outlets.clear();
        self.taps.clear();
        self.settlings.clear();
        self.kept.clear();
        self.set_up();
    }

    /// Lines that were lost say nothing of the frames that were released after them.
    fn forget_lost(&mut self, lines: usize) {
        for frame in &mut self.frames[self.own..] {
            frame.is_lost |= frame.released_at > lines;
            frame.after = frame.after.min(lines);
            frame.outlet = frame.outlet.filter(|_| frame.declared < lines);
        }
        self.own = self.frames.len();
    }

    /// Somebody withdraws while no process has the meeting.
    fn withdraw_past(&mut self, ledger: Ledger, disk: &Disk) {
        let id = self.chance.of(&IDS);
        let scope = self.scope();
        let restricts = self.chance.one_in(4);
        let store = Box::new(disk.clone());
        let mut past = PastMeeting::of(ledger, store, None).expect("what the meeting wrote");
        let wall = UNIX_EPOCH + PAST;
        // Of somebody who never joined there is nothing to withdraw.
        let _ = past.withdraw(Authority::Participant, id, scope, wall);
        if restricts {
            let _ = past.restrict(Authority::Host, None, scope, wall);
        }
    }

    fn finish(mut self) -> Told {
        let instance = self.meeting.instance();
        if self.chance.one_in(3) {
            self.end();
        }
        let mut ledger = if self.chance.one_in(2) {
            self.disk.after_crash(true, &mut self.chance)
        } else {
            let disk = self.disk.clone();
            disk.refuse(false);
            self.taps.clear();
            self.settlings.clear();
            self.meeting.tick(Time::START);
            disk.bytes()
        };
        let read = Ledger::read(&ledger, None, None).expect("what the meeting wrote");
        self.forget_lost(read.lines.len());
        if self.chance.one_in(3) && !read.lines.is_empty() {
            let length = usize::try_from(read.length).expect("not so long");
            let disk = Disk::with(&ledger[..length]);
            let before = disk.bytes();
            self.withdraw_past(read, &disk);
            if disk.bytes() != before {
                ledger = disk.bytes();
            }
        }
        Told {
            instance,
            ledger,
            frames: self.frames,
        }
    }
}

fn durability(chance: &mut Chance) -> Durability {
    if chance.one_in(3) {
        Durability::Batched
    } else {
        Durability::Each
    }
}

fn signer() -> SigningKey {
    SigningKey::from_bytes(&[5; 32])
}

/// By id, as what somebody is in a frame.
pub type People = BTreeMap<String, Kinds>;
