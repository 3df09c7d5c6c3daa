//! The check before training beside looking one person up, and sealing beside a bare MAC.

use std::{collections::HashMap, hint::black_box};

use criterion::Criterion;
use framegate::{
    JoinOptions, Kind, Kinds, Meeting, MeetingOptions, Purposes, StreamOptions, Tag, Time,
    archive::{Archived, Carried, Finding, MeetingKey, Seals, Subject, Subjects, Verifier},
    format::Format,
    ledger::{Head, Ledger},
};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use crate::{
    common::{Memory, SCOPE, agree, notice, own, tap},
    line::{Budget::AtMost, Line, NOW},
};

const FRAMES: usize = 1000;
const PEOPLE: u32 = 10;
/// A second of sound.
const SEALED: usize = 50;
/// 20 ms at 48 kHz, one channel of 16 bits.
const PAYLOAD: [u8; 1920] = [0; 1920];

pub fn verifying(criterion: &mut Criterion) {
    let group = &mut criterion.benchmark_group("verifying");
    let ids: Vec<_> = (0..PEOPLE).map(|at| format!("person-{at}")).collect();
    let (verifier, tags) = meeting(&ids);
    let key = MeetingKey::new(&[1; 32], verifier.head().instance).unwrap();
    let subject = |id| Subject {
        id,
        kinds: Kinds::empty(),
    };
    let subjects: Vec<_> = ids.iter().map(|id| [subject(id)]).collect();
    let frames: Vec<_> = tags
        .iter()
        .enumerate()
        .map(|(at, tag)| {
            let subjects = Subjects::new(&subjects[at % subjects.len()]).expect("one");
            let stream = key.stream(*tag);
            let digest = stream.digest_pieces([&PAYLOAD[..]]);
            let seal = Some(stream.seal(*tag, subjects, digest));
            Archived {
                instance: key.instance(),
                carried: Some(Carried { tag: *tag, seal }),
                subjects,
                digest: Some(digest),
            }
        })
        .collect();
    let (mut bits, mut findings) = ([0; FRAMES.div_ceil(64)], [Finding::NoTag; FRAMES]);

    let numbers: HashMap<_, _> = ids.iter().zip(0..).collect();
    let mut look_up = |_: usize| {
        for frame in black_box(&ids).iter().cycle().take(FRAMES) {
            black_box(numbers.get(frame));
        }
    };
    Line {
        name: "1000 tags without seals",
        bytes: 0,
        batch: 20,
        prepare: &mut || {},
        budget: None,
        floor: ("1000 look-ups in a HashMap", &mut look_up),
        run: &mut |_| {
            let count = verifier.verify_batch(
                black_box(&frames),
                Purposes::RECORD,
                Seals::DryRun,
                &mut bits,
                &mut findings,
            );
            assert_eq!(count, FRAMES);
        },
    }
    .measure(group);
    let head: Head = verifier.head();
    Line {
        name: "rechecking 1000 tags",
        bytes: 0,
        batch: 20,
        prepare: &mut || {},
        budget: None,
        floor: ("1000 look-ups in a HashMap", &mut look_up),
        run: &mut |_| {
            let count = verifier.recheck(&head, black_box(&frames), &mut bits, &mut findings);
            assert_eq!(count, Ok(FRAMES));
        },
    }
    .measure(group);

    let mac = Hmac::<Sha256>::new(&[1; 64].into());
    let mut bare = |_: usize| {
        for _ in 0..SEALED {
            let mut mac = black_box(&mac).clone();
            mac.update(black_box(&PAYLOAD));
            black_box(mac.finalize());
        }
    };
    Line {
        name: "50 sealed frames of 20 ms",
        bytes: SEALED * PAYLOAD.len(),
        batch: 1,
        prepare: &mut || {},
        budget: Some(AtMost(2.0)),
        floor: ("HMAC-SHA-256 of the payloads", &mut bare),
        run: &mut |_| {
            let count = verifier.verify_batch(
                black_box(&frames[..SEALED]),
                Purposes::RECORD,
                Seals::Checked(&key),
                &mut bits,
                &mut findings,
            );
            assert_eq!(count, SEALED);
        },
    }
    .measure(group);
}

/// A meeting in which everybody agrees, and tags of their microphones, one after the other.
fn meeting(ids: &[String]) -> (Verifier, Vec<Tag>) {
    let ledger = Memory::default();
    let mut meeting =
        Meeting::open(MeetingOptions::new("archived", ids.len()).ledger(ledger.writer()))
            .expect("a meeting");
    let notice = meeting.show(notice()).expect("a notice");
    let mut microphones: Vec<_> = ids
        .iter()
        .map(|id| {
            let who = meeting
                .join(JoinOptions::adult(id), Time::START)
                .expect("room");
            agree(&mut meeting, notice, who, SCOPE, Time::START);
            let stream = StreamOptions::owned(who, Kind::Audio, Format::OPAQUE);
            tap(&mut meeting, stream, Purposes::RECORD)
        })
        .collect();
    let count = microphones.len();
    let tags = (0..FRAMES).map(|at| {
        let admission = microphones[at % count].admit(&own(NOW), PAYLOAD[..].into(), NOW, |_| ());
        admission.tag
    });
    let tags = tags.collect();
    let ledger: Ledger = ledger.read();
    (Verifier::new(&crate::common::verified(&ledger)), tags)
}
