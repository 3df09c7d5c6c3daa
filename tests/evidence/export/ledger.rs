//! Ledgers written line by line, by hand.

use framegate::{
    Authority, Digest, Grant, Instance, Kind, Kinds, Method, Notice, OutletId, Purposes, Scope,
    StreamId, Time,
    ledger::{Entry, Ledger, Line, TapCount},
};
use serde_json::{from_value, json};

use crate::common::started;

#[derive(Clone)]
pub struct Book {
    bytes: String,
    entries: u64,
    last: Digest,
}

impl Book {
    /// A meeting in which two notices of everything were shown.
    pub fn new() -> Self {
        Self::shown([])
    }

    /// The same after a third party had got its name for recording.
    pub fn naming(recipient: &str) -> Self {
        Self::shown([named(recipient)])
    }

    fn shown<const N: usize>(before: [Entry; N]) -> Self {
        let mut book = Self {
            bytes: String::new(),
            entries: 0,
            last: Digest([0; 32]),
        };
        let (meeting, participants) = ("standup".into(), 10);
        book.enter(
            0,
            &Entry::Opened {
                format: Ledger::FORMAT,
                instance: Instance::from_bytes([0x0B; 16]).unwrap(),
                meeting,
                started: started(),
                participants,
            },
        );
        for entry in before {
            book.enter(0, &entry);
        }
        for number in 0..2 {
            book.enter(
                0,
                &Entry::Shown {
                    notice: notice(number),
                },
            );
        }
        book
    }

    /// Writes a line, at a time in microseconds.
    pub fn enter(&mut self, micros: i64, entry: &Entry) {
        let line = Line {
            n: self.entries,
            prev: self.last,
            at: Time::from_micros(micros),
            wall: None,
            entry: entry.clone(),
        };
        let line = serde_json::to_string(&line).expect("a line");
        self.entries += 1;
        self.last = Digest::of(&line);
        self.bytes.push_str(&line);
        self.bytes.push('\n');
    }

    /// Writes lines at times in milliseconds.
    pub fn with(mut self, lines: impl IntoIterator<Item = (i64, Entry)>) -> Self {
        for (millis, entry) in lines {
            self.enter(millis * 1000, &entry);
        }
        self
    }

    pub fn read(&self) -> Ledger {
        Ledger::read(self.bytes.as_bytes(), None, None).expect("a ledger")
    }

    /// As a crash in the middle of a line leaves it.
    pub fn read_torn(&self) -> Ledger {
        let bytes = format!("{}{{\"n\":", self.bytes);
        Ledger::read(bytes.as_bytes(), None, None).expect("a ledger")
    }
}

pub fn notice(number: u8) -> Notice {
    Notice {
        digest: Digest::of(&format!("notice {number}")),
        version: number.to_string(),
        language: "en".into(),
        controller: "Example Ltd".into(),
        scope: Scope::ALL,
    }
}

pub fn joined(who: &str) -> Entry {
    let (who, guardian, key) = (who.into(), None, None);
    Entry::Joined { who, guardian, key }
}

pub fn joined_with_guardian(who: &str, guardian: &str) -> Entry {
    let (who, guardian, key) = (who.into(), Some(guardian.into()), None);
    Entry::Joined { who, guardian, key }
}

pub fn left(who: &str) -> Entry {
    Entry::Left { who: who.into() }
}

pub fn grant(kinds: Kinds, purposes: Purposes) -> Grant {
    Grant::new(notice(0).digest, Scope::new(kinds, purposes), Method::Typed)
}

pub fn granted(who: &str, grant: Grant) -> Entry {
    granted_by(Authority::Participant, who, grant)
}

pub fn granted_by(by: Authority, who: &str, grant: Grant) -> Entry {
    Entry::Granted {
        who: who.into(),
        by,
        grant,
    }
}

pub fn withdrew(who: &str, kinds: Kinds, purposes: Purposes) -> Entry {
    withdrew_by(Authority::Participant, who, kinds, purposes)
}

pub fn withdrew_by(by: Authority, who: &str, kinds: Kinds, purposes: Purposes) -> Entry {
    let (who, scope) = (who.into(), Scope::new(kinds, purposes));
    Entry::Withdrew { who, by, scope }
}

pub fn superseded(number: u8) -> Entry {
    Entry::Superseded {
        notice: notice(number).digest,
    }
}

pub fn outlet_id(number: u16) -> OutletId {
    from_value(json!(number)).expect("a number")
}

pub fn stream_id(number: u16) -> StreamId {
    from_value(json!(number)).expect("a number")
}

pub fn outlet(number: u16, name: &str, purposes: Purposes) -> Entry {
    outlet_to(None, number, name, purposes)
}

pub fn outlet_to(recipient: Option<&str>, number: u16, name: &str, purposes: Purposes) -> Entry {
    Entry::OutletOpened {
        outlet: outlet_id(number),
        name: name.into(),
        recipient: recipient.map(String::from),
        purposes,
        blanks: Kinds::empty(),
    }
}

pub fn stream(number: u16, kind: Kind, owner: Option<&str>) -> Entry {
    let (stream, owner) = (stream_id(number), owner.map(String::from));
    Entry::StreamOpened {
        stream,
        kind,
        owner,
        alone: false,
    }
}

/// A stream of Ada's sound alone.
pub fn alone(number: u16) -> Entry {
    let (stream, owner) = (stream_id(number), Some("ada".into()));
    Entry::StreamOpened {
        stream,
        kind: Kind::Audio,
        owner,
        alone: true,
    }
}

/// No tap that can carry whoever the narrowing was about is open any more.
pub fn settled(narrowing: u64) -> Entry {
    let taps = Vec::new();
    Entry::Settled { narrowing, taps }
}

pub fn restricted(who: Option<&str>) -> Entry {
    Entry::Restricted {
        who: who.map(String::from),
        by: Authority::Host,
        scope: Scope::new(Kinds::VIDEO, Purposes::RECORD),
    }
}

/// The counters of taps: stream, outlet, whole, redacted.
pub fn counted(taps: &[(u16, u16, u64, u64)]) -> Entry {
    let tap = |(stream, outlet, whole, redacted): &(u16, u16, u64, u64)| {
        let (stream, outlet) = (stream_id(*stream), outlet_id(*outlet));
        let frames = json!({
            "seen": whole + redacted + 5, "whole": whole, "redacted": redacted, "blanked": 0, "dropped": 5,
        });
        let frames = from_value(frames).expect("counters");
        TapCount {
            stream,
            outlet,
            frames,
        }
    };
    Entry::Counted {
        taps: taps.iter().map(tap).collect(),
    }
}

/// The pair of recording and a third party.
pub const PAIR: Purposes = Purposes::from_bits_retain(1 << 9);

fn named(recipient: &str) -> Entry {
    let (purpose, recipient) = (Purposes::RECORD, recipient.into());
    Entry::Named {
        purpose,
        recipient,
        pair: PAIR,
    }
}

pub fn until(grant: Grant, millis: i64) -> Grant {
    grant.until(Time::from_millis(millis))
}
