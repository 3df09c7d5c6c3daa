//! With the feature `tracing` each entry is told by its name, and nothing tells whom it is about.

#![cfg(all(feature = "tracing", feature = "std"))]

mod common;

use std::{
    fmt::{Debug, Write as _},
    sync::{Arc, Mutex},
};

use common::{Memory, SCOPE, agree, microphone, millis, own, tap};
use framegate::{
    Authority, Digest, Error, JoinOptions, Meeting, MeetingOptions, Notice, Payload, PublicKey,
    Purposes, Scope,
    ledger::{Device, Signer, SignerError},
};
use tracing::{
    Event, Level, Metadata, Subscriber,
    field::{Field, Visit},
    span,
};

/// Keeps the level and the fields of each event.
#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<(Level, String)>>>);

struct Fields(String);

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn Debug) {
        write!(self.0, "{field}={value:?} ").unwrap();
    }
}

impl Subscriber for Kept {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }

    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}

    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}

    fn event(&self, event: &Event<'_>) {
        let mut fields = Fields(String::new());
        event.record(&mut fields);
        let (level, target) = (*event.metadata().level(), event.metadata().target());
        assert_eq!(target, "framegate");
        self.0.lock().unwrap().push((level, fields.0));
    }

    fn enter(&self, _: &span::Id) {}

    fn exit(&self, _: &span::Id) {}
}

/// Signs if it is told to.
#[derive(Clone, Default)]
struct Card(Arc<Mutex<bool>>);

fn device() -> Device {
    Device::new(&[7; 32]).unwrap()
}

impl Signer for Card {
    fn public_key(&self) -> PublicKey {
        device().public_key()
    }

    fn sign(&mut self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        if *self.0.lock().unwrap() {
            device().sign(message)
        } else {
            Err(SignerError::new(std::io::Error::other("s3cret-cause")))
        }
    }
}

const SECRETS: [&str; 7] = [
    "s3cret-person",
    "s3cret-party",
    "s3cret-outlet",
    "s3cret-controller",
    "s3cret-meeting",
    "s3cret-cause",
    "s3cret-payload",
];

#[test]
fn each_entry_is_traced_by_its_name_and_nobody_is_told_of() {
    let (kept, memory, card) = (Kept::default(), Memory::default(), Card::default());
    tracing::subscriber::set_global_default(kept.clone()).unwrap();
    {
        let writer = memory.writer().device(card.clone());
        let mut meeting =
            Meeting::open(MeetingOptions::new("s3cret-meeting", 4).ledger(writer)).unwrap();
        let notice = meeting
            .show(Notice {
                controller: "s3cret-controller".into(),
                ..common::notice()
            })
            .unwrap();
        let ana = meeting
            .join(JoinOptions::adult("s3cret-person"), millis(1))
            .unwrap();
        agree(&mut meeting, notice, ana, SCOPE, millis(2));
        meeting
            .third_party(Purposes::RECORD, "s3cret-party")
            .unwrap();
        let mut tap = tap(&mut meeting, microphone(ana), Purposes::RECORD);
        let outlet = framegate::OutletOptions::new("s3cret-outlet", Purposes::RECORD);
        meeting.open_outlet(outlet).unwrap();
        let payload = Payload::Bytes(b"s3cret-payload..");
        let released = tap.admit(&own(millis(3)), payload, millis(3), |_| ());
        assert!(released.verdict().is_released());
        memory.fail(true);
        let settling = meeting
            .withdraw(Authority::Participant, ana, Scope::ALL, millis(4))
            .unwrap();
        assert!(!settling.is_settled());
        memory.fail(false);
        assert!(settling.is_settled());
        let counted = meeting.count(millis(5));
        assert_eq!(counted, Err(Error::Signer(SignerError::default())));
        *card.0.lock().unwrap() = true;
        drop(meeting.end());
    }
    let ledger = memory.read();
    let events = kept.0.lock().unwrap();
    let told = events.iter().filter(|(level, _)| *level == Level::INFO);
    let told: Vec<_> = told.map(|(_, fields)| fields.as_str()).collect();
    for (line, told) in ledger.lines().iter().zip(&told) {
        let begin = format!(
            "message=entered entry=\"{}\" n={} at={} ",
            line.entry.name(),
            line.n,
            line.at.as_micros()
        );
        assert_eq!(*told, begin);
    }
    assert_eq!(told.len(), ledger.lines().len());
    let warned = |what: &str| {
        let mut warnings = events.iter().filter(|(level, _)| *level == Level::WARN);
        warnings.any(|(_, fields)| fields.contains(what))
    };
    assert!(warned("fault=Store"));
    assert!(warned("fault=Signer"));

    // Digests, keys and signatures are in the ledger by their digits.
    let text = String::from_utf8(memory.bytes()).unwrap();
    let hex = |bytes: &[u8]| {
        bytes.iter().fold(String::new(), |mut digits, byte| {
            write!(digits, "{byte:02x}").unwrap();
            digits
        })
    };
    let digits = [
        hex(&device().public_key().0),
        hex(&Digest::of("We record, and we train.").0),
    ];
    let secrets = SECRETS
        .iter()
        .copied()
        .chain(digits.iter().map(String::as_str));
    let all: String = events.iter().map(|(_, fields)| fields.as_str()).collect();
    for secret in secrets {
        assert!(!all.contains(secret), "{secret}: {all}");
        // The control: it was there to be told.
        let was_there = !["s3cret-cause", "s3cret-payload"].contains(&secret);
        assert_eq!(text.contains(secret), was_there, "{secret}");
    }
}
