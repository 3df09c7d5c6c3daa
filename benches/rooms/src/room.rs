//! A room full of people who have agreed, each with two taps on streams of theirs alone, and a group of them all.

use std::{
    hint, mem,
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering::Relaxed},
    },
};

use framegate::{
    Authority, Digest, Grant, Group, Kind, Kinds, Meeting, Method, Notice, Participant, Purposes,
    Scope, Settling, Tap, Time,
};

use crate::library::{
    self, Join, LedgerWriter, Outlet, OutletOptions, Store, StoreError, leave, withdraw,
};

/// Three kinds and four purposes.
const SCOPE: Scope = Scope::new(
    Kinds::AUDIO.union(Kinds::VIDEO).union(Kinds::CHAT),
    Purposes::RECORD
        .union(Purposes::TRANSCRIBE)
        .union(Purposes::ASSIST)
        .union(Purposes::TRAIN),
);
/// By then everything is over that is measured.
const END: Time = Time::from_millis(12 * 60 * 60_000);

pub struct Room {
    meeting: Meeting,
    notice: Digest,
    notices: u32,
    outlet: Outlet,
    pub people: Vec<Participant>,
    taps: Vec<Tap>,
    group: Option<Group>,
    joined: u32,
    /// The time of the last act, in milliseconds, for a tap beside it.
    pub clock: Arc<AtomicI64>,
}

/// A store that keeps the last lines.
struct Memory(Vec<u8>);

impl Memory {
    const BYTES: usize = 1 << 20;
}

impl Store for Memory {
    fn append(&mut self, lines: &[u8], _durable: bool) -> Result<(), StoreError> {
        // What is measured is no copying of lines that nobody reads.
        if self.0.len() + lines.len() > Self::BYTES {
            self.0.clear();
        }
        self.0.extend_from_slice(lines);
        Ok(())
    }
}

impl Room {
    /// A room in which nobody is yet, for so many, whose ledger is kept in memory.
    pub fn open(room: usize) -> Self {
        let store = Memory(Vec::with_capacity(Memory::BYTES));
        Self::with_ledger(room, LedgerWriter::new(Box::new(store)))
    }

    /// The same without a ledger.
    pub fn without_ledger(room: usize) -> Self {
        Self::with_ledger(room, LedgerWriter::default())
    }

    fn with_ledger(room: usize, ledger: LedgerWriter) -> Self {
        let mut meeting = library::open(room, ledger);
        let outlet = OutletOptions::new("recorder", Purposes::RECORD);
        let outlet = meeting.open_outlet(outlet).expect("an outlet");
        let mut room = Self {
            meeting,
            notice: Digest::of(""),
            notices: 0,
            outlet,
            people: Vec::with_capacity(room),
            taps: Vec::new(),
            group: None,
            joined: 0,
            clock: Arc::default(),
        };
        room.show();
        room
    }

    /// So many people, and room for one more.
    pub fn full(people: usize) -> Self {
        let mut room = Self::open(people + 1);
        for _ in 0..people {
            let id = room.next_id();
            let who = room.join(&id);
            room.people.push(who);
            room.agree(who);
        }
        for at in 0..people {
            let who = room.people[at];
            let taps = room.tap(who);
            room.taps.extend(taps);
        }
        room.regroup(&[]);
        room
    }

    /// A time after all that were.
    pub fn now(&mut self) -> Time {
        Time::from_millis(self.clock.fetch_add(1, Relaxed) + 1)
    }

    /// 16 bytes, as a UUID has.
    pub fn next_id(&mut self) -> String {
        self.joined += 1;
        format!("participant{:05}", self.joined)
    }

    pub fn join(&mut self, id: &str) -> Participant {
        let now = self.now();
        self.meeting.join(Join::adult(id), now).expect("room")
    }

    /// Agrees until long after what is measured.
    pub fn agree(&mut self, who: Participant) {
        self.agree_until(who, Some(END));
    }

    /// Agrees until the very next time.
    pub fn agree_for_a_moment(&mut self, who: Participant) {
        let next = Time::from_millis(self.clock.load(Relaxed) + 2);
        self.agree_until(who, Some(next));
    }

    /// Agrees without an end.
    pub fn agree_for_good(&mut self, who: Participant) {
        self.agree_until(who, None);
    }

    fn agree_until(&mut self, who: Participant, until: Option<Time>) {
        let now = self.now();
        let mut grant = Grant::new(self.notice, SCOPE, Method::Clicked);
        grant.until = until;
        let granted = self.meeting.grant(Authority::Participant, who, &grant, now);
        granted.expect("a grant");
    }

    pub fn withdraw(&mut self, who: Participant) {
        let now = self.now();
        settle(&withdraw(&mut self.meeting, who, SCOPE, now));
    }

    pub fn leave(&mut self, who: Participant) {
        let now = self.now();
        settle(&leave(&mut self.meeting, who, now));
    }

    pub fn tick(&mut self) {
        let now = self.now();
        self.meeting.tick(now);
    }

    pub fn next_deadline(&self) -> Option<Time> {
        self.meeting.next_deadline()
    }

    pub fn restrict(&mut self) {
        let now = self.now();
        let all = self.meeting.restrict(Authority::Host, None, SCOPE, now);
        settle(&all.expect("a restriction"));
    }

    pub fn lift(&mut self) {
        let now = self.now();
        let lifted = self.meeting.lift(Authority::Host, None, SCOPE, now);
        lifted.expect("what was restricted");
    }

    /// Shows a new notice, and returns the one that it is to replace.
    pub fn show(&mut self) -> Digest {
        self.notices += 1;
        let notice = Notice {
            digest: Digest::of(&self.notices.to_string()),
            version: "1".into(),
            language: "en".into(),
            controller: "Example Conferencing".into(),
            scope: Scope::ALL,
        };
        let shown = self.meeting.show(notice).expect("a notice");
        mem::replace(&mut self.notice, shown)
    }

    pub fn supersede(&mut self, notice: Digest) {
        let now = self.now();
        let superseded = self.meeting.supersede(notice, now);
        settle(&superseded.expect("a notice that was shown"));
    }

    /// Opens two taps on streams of somebody alone.
    pub fn tap(&mut self, who: Participant) -> [Tap; 2] {
        [Kind::Audio, Kind::Video].map(|kind| {
            let stream = self.meeting.open_stream(library::stream(who, kind));
            let tap = self.meeting.tap(stream.expect("a stream"), self.outlet);
            tap.expect("a tap")
        })
    }

    /// Registers everybody anew as one group, with these beside them.
    pub fn regroup(&mut self, beside: &[Participant]) {
        let all = [&self.people[..], beside].concat();
        self.group = None;
        self.group = Some(self.meeting.group(&all).expect("a group"));
    }
}

/// Waits until no tap is releasing any more.
fn settle(settling: &Settling) {
    while !settling.is_settled() {
        hint::spin_loop();
    }
}
