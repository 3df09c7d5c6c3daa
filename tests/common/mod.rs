//! A meeting as tests and benches need it.

#![allow(
    dead_code,
    unused_imports,
    unused_macros,
    reason = "no test needs all of it"
)]

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicU64, Ordering::SeqCst},
};

use framegate::{
    Authority, Contributors, Digest, Frame, Grant, Instance, JoinOptions, Kind, Kinds, Meeting,
    MeetingOptions, Method, Notice, OutletOptions, Participant, Payload, PayloadMut, Plane,
    PlaneMut, Purposes, Scope, StreamOptions, Tap, Time, WallTime,
    export::Moment,
    format::{Format, Samples},
    ledger::{Ledger, LedgerWriter, Store, StoreError, VerifiedLedger},
};

mod canonical;
pub mod forged;
pub mod judges;
pub mod layout;
pub mod program;
pub mod replay;
pub mod tools;
pub use canonical::{canonical, ordered, paths, rechained};

/// RECORD and TRAIN of everything.
pub const SCOPE: Scope = Scope::new(Kinds::all(), Purposes::RECORD.union(Purposes::TRAIN));

pub fn millis(millis: i64) -> Time {
    Time::from_millis(millis)
}

pub fn notice() -> Notice {
    Notice {
        digest: Digest::of("We record, and we train."),
        version: "1".into(),
        language: "en".into(),
        controller: "Example Conferencing".into(),
        scope: Scope::ALL,
    }
}

/// When the tests' meetings started, if it matters.
pub fn started() -> WallTime {
    "2025-01-02T12:00:00Z".parse().unwrap()
}

/// Of consents and what was released under them, which begin and end on milliseconds.
pub fn ms(moment: Moment) -> u32 {
    let micros = moment.micros.as_micros();
    assert_eq!(micros % 1000, 0, "{moment:?}");
    u32::try_from(micros / 1000).unwrap()
}

/// A meeting, with the library's default features or without.
pub fn open(id: &str, participants: usize, ledger: LedgerWriter) -> Meeting {
    static LAST: AtomicU64 = AtomicU64::new(0);
    // From the other end than any test counts its own.
    let number = u128::MAX - u128::from(LAST.fetch_add(1, SeqCst));
    let instance = Instance::from_bytes(number.to_le_bytes()).unwrap();
    Meeting::open(
        MeetingOptions::new(id, participants)
            .instance(instance)
            .started(started())
            .ledger(ledger),
    )
    .unwrap()
}

/// A meeting with a notice over everything, and people who have agreed to nothing.
pub fn meeting<const N: usize>() -> (Meeting, Digest, [Participant; N]) {
    let mut meeting = open("test", N + 2, LedgerWriter::default());
    let notice = meeting.show(notice()).unwrap();
    let people = std::array::from_fn(|index| {
        let id = index.to_string();
        meeting.join(JoinOptions::adult(&id), Time::START).unwrap()
    });
    (meeting, notice, people)
}

pub fn agree(meeting: &mut Meeting, notice: Digest, who: Participant, scope: Scope, at: Time) {
    let grant = Grant::new(notice, scope, Method::Clicked);
    meeting
        .grant(Authority::Participant, who, &grant, at)
        .unwrap();
}

/// A tap into an outlet for `purposes` that blanks everything.
pub fn tap(meeting: &mut Meeting, stream: StreamOptions, purposes: Purposes) -> Tap {
    let stream = meeting.open_stream(stream).unwrap();
    let outlet = OutletOptions::new("outlet", purposes).blank(Kinds::all());
    let outlet = meeting.open_outlet(outlet).unwrap();
    meeting.tap(stream, outlet).unwrap()
}

pub fn microphone(owner: Participant) -> StreamOptions {
    StreamOptions::owned(owner, Kind::Audio, Format::pcm(Samples::S16, 1))
}

/// A frame of nobody but the stream's owner.
pub fn own(captured: Time) -> Frame<'static> {
    Frame::new(captured, Contributors::Owner)
}

/// The planes of an I420 picture, one after the other in one buffer.
pub fn picture(data: &[u8], width: usize, height: usize) -> Payload<'_> {
    let (across, down) = (width.div_ceil(2), height.div_ceil(2));
    let (y, chroma) = data.split_at(width * height);
    let (u, v) = chroma.split_at(across * down);
    let plane = |data, stride| Plane { data, stride };
    Payload::i420(plane(y, width), plane(u, across), plane(v, across))
}

/// The same to write to.
pub fn picture_mut(data: &mut [u8], width: usize, height: usize) -> PayloadMut<'_> {
    let (across, down) = (width.div_ceil(2), height.div_ceil(2));
    let (y, chroma) = data.split_at_mut(width * height);
    let (u, v) = chroma.split_at_mut(across * down);
    let plane = |data, stride| PlaneMut { data, stride };
    PayloadMut::i420(plane(y, width), plane(u, across), plane(v, across))
}

pub fn picture_bytes(width: usize, height: usize) -> usize {
    width * height + 2 * width.div_ceil(2) * height.div_ceil(2)
}

/// A store in memory that can be made to fail.
#[derive(Clone, Default)]
pub struct Memory {
    bytes: Arc<Mutex<Vec<u8>>>,
    fails: Arc<AtomicBool>,
}

impl Memory {
    pub fn writer(&self) -> LedgerWriter {
        LedgerWriter::new(Box::new(self.clone()))
    }

    pub fn bytes(&self) -> Vec<u8> {
        self.bytes.lock().unwrap().clone()
    }

    pub fn read(&self) -> Ledger {
        Ledger::read(&self.bytes(), None, None).unwrap()
    }

    pub fn fail(&self, fails: bool) {
        self.fails.store(fails, SeqCst);
    }
}

/// A ledger as everything is made of it.
pub fn verified(ledger: &Ledger) -> VerifiedLedger {
    ledger.clone().verify().unwrap()
}

/// Whatever a meeting did in a test, its ledger says what could have happened. What goes on after another one is no ledger by itself.
impl Drop for Memory {
    fn drop(&mut self) {
        let is_last = Arc::strong_count(&self.bytes) == 1;
        if is_last
            && !std::thread::panicking()
            && let Ok(ledger) = Ledger::read(&self.bytes(), None, None)
            && !ledger.lines().is_empty()
        {
            let verified = ledger.clone().verify().map(drop);
            assert_eq!(verified, Ok(()), "{:#?}", ledger.lines());
        }
    }
}

impl Store for Memory {
    fn append(&mut self, lines: &[u8], _durable: bool) -> Result<(), StoreError> {
        if self.fails.load(SeqCst) {
            return Err(StoreError::default());
        }
        self.bytes.lock().unwrap().extend_from_slice(lines);
        Ok(())
    }
}
