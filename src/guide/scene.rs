// What examples of the documentation begin with, in a hidden line: Ada agreed to be recorded, Ben did not. It is no module of the library.

use std::sync::{Arc, Mutex};

use framegate::{
    Authority, Digest, Grant, JoinOptions, Kind, Kinds, Meeting, MeetingOptions, Method, Notice,
    Outlet, OutletOptions, Participant, Purposes, Scope, Stream, StreamOptions, Tap, Time,
    format::{Format, Samples},
    ledger::{Ledger, LedgerWriter, Store, StoreError, VerifiedLedger},
};

pub struct Scene {
    pub meeting: Meeting,
    pub ada: Participant,
    pub ben: Participant,
    /// Audio, to record.
    pub scope: Scope,
    pub notice: Digest,
    /// Ada's.
    pub microphone: Stream,
    pub recorder: Outlet,
    /// From the one into the other.
    pub tap: Tap,
    lines: Lines,
}

/// A ledger in memory.
#[derive(Clone, Default)]
struct Lines(Arc<Mutex<Vec<u8>>>);

impl Store for Lines {
    fn append(&mut self, lines: &[u8], _: bool) -> Result<(), StoreError> {
        self.0.lock().unwrap().extend_from_slice(lines);
        Ok(())
    }
}

pub fn scene() -> Scene {
    let lines = Lines::default();
    let writer = LedgerWriter::new(Box::new(lines.clone()));
    let mut meeting = Meeting::open(MeetingOptions::new("standup", 100).ledger(writer)).unwrap();
    let ada = meeting
        .join(JoinOptions::adult("ada"), Time::START)
        .unwrap();
    let ben = meeting
        .join(JoinOptions::adult("ben"), Time::START)
        .unwrap();
    let scope = Scope::new(Kinds::AUDIO, Purposes::RECORD);
    let notice = meeting
        .show(Notice {
            digest: Digest::of("We record what you say."),
            version: "1".into(),
            language: "en".into(),
            controller: "Example Ltd".into(),
            scope,
        })
        .unwrap();
    let grant = Grant::new(notice, scope, Method::Clicked);
    meeting
        .grant(Authority::Participant, ada, &grant, Time::START)
        .unwrap();
    let sound = Format::pcm(Samples::S16, 1);
    let microphone = meeting
        .open_stream(StreamOptions::owned(ada, Kind::Audio, sound))
        .unwrap();
    let recorder = meeting
        .open_outlet(OutletOptions::new("recorder", Purposes::RECORD))
        .unwrap();
    let tap = meeting.tap(microphone, recorder).unwrap();
    Scene {
        meeting,
        ada,
        ben,
        scope,
        notice,
        microphone,
        recorder,
        tap,
        lines,
    }
}

impl Scene {
    pub fn ledger(&self) -> VerifiedLedger {
        let bytes = self.lines.0.lock().unwrap();
        Ledger::read(&bytes, Some(&self.meeting.head()), None)
            .unwrap()
            .verify()
            .unwrap()
    }
}
