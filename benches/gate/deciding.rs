//! Deciding and admitting beside bare atomic loads.

use std::{
    array,
    cell::RefCell,
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering::Acquire},
};

use criterion::Criterion;
use framegate::{
    Authority, Contributors, Frame, Kind, Payload, Purposes, Scope, StreamOptions, Tap, Time,
    format::Format,
};

use crate::{
    common::{SCOPE, agree, meeting, own, tap},
    line::{Budget::AtMost, Group, Line, NOW},
    load::{OPUS_FRAME, admit, joined, opened},
};

const BATCH: usize = 64;

/// A participant's word, as far from the next as in a consent table.
#[repr(align(2048))]
struct Word(AtomicU64);

pub fn deciding(criterion: &mut Criterion) {
    let group = &mut criterion.benchmark_group("deciding");
    let (mut meeting, notice, people) = meeting::<15>();
    for who in people {
        agree(&mut meeting, notice, who, SCOPE, Time::START);
    }
    let one = StreamOptions::owned(people[0], Kind::Audio, Format::OPAQUE);
    let one = RefCell::new(tap(&mut meeting, one, Purposes::RECORD));
    let mut mixed = tap(&mut meeting, mix(), Purposes::RECORD);
    let words: [Word; 16] = array::from_fn(|at| Word(AtomicU64::new(at as u64 + 1)));

    // Of a length that is known only when it runs, as a frame's.
    let list = (0..15).collect::<Vec<usize>>();
    // Each waits for the one before: the next capture time, or the next word, is what the last one gave.
    let (mut at, mut captured) = (0, NOW);
    Line {
        name: "a frame of one person, in a chain",
        bytes: 0,
        batch: 1000,
        prepare: &mut || {},
        budget: Some(AtMost(2.0)),
        floor: ("atomic load, in a chain", &mut |_| {
            let next = words[at % 16].0.load(Acquire);
            at = usize::try_from(next).unwrap_or(0);
        }),
        run: &mut |_| {
            captured = one.borrow_mut().decide(&own(captured), NOW).captured();
        },
    }
    .measure(group);
    black_box(at);

    let mut one_frame = |_: usize| {
        black_box(one.borrow_mut().decide(&own(black_box(NOW)), NOW));
    };
    Line {
        name: "a frame of one person",
        bytes: 0,
        batch: 1000,
        prepare: &mut || {},
        budget: None,
        floor: ("atomic load", &mut |_| {
            black_box(black_box(&words)[0].0.load(Acquire));
        }),
        run: &mut one_frame,
    }
    .measure(group);

    Line {
        name: "a frame of 15 people",
        bytes: 0,
        batch: 1000,
        prepare: &mut || {},
        budget: Some(AtMost(2.5)),
        floor: ("15 atomic loads by a list", &mut |_| {
            let words = black_box(&words[..]);
            let word = |at: &usize| words.get(*at).map_or(0, |word| word.0.load(Acquire));
            black_box(
                black_box(&list[..])
                    .iter()
                    .fold(0, |all, at| all & word(at)),
            );
        }),
        run: &mut |_| {
            let frame = Frame::new(black_box(NOW), Contributors::Complete(&people));
            black_box(mixed.decide(&frame, NOW));
        },
    }
    .measure(group);

    let (mut large, digest) = opened();
    let thousand = joined(&mut large, digest);
    let members = large.group(&thousand).expect("a group");
    let mut gallery = tap(&mut large, mix(), Purposes::RECORD);
    Line {
        name: "a frame of a group of 1000",
        bytes: 0,
        batch: 1000,
        prepare: &mut || {},
        budget: Some(AtMost(2.5)),
        floor: ("a frame of one person", &mut one_frame),
        run: &mut |_| {
            let frame = Frame::new(black_box(NOW), Contributors::Group(&members));
            black_box(gallery.decide(&frame, NOW));
        },
    }
    .measure(group);

    Line {
        name: "admitting a frame of one person",
        bytes: 0,
        batch: 1000,
        prepare: &mut || {},
        budget: Some(AtMost(10.0)),
        floor: ("a frame of one person", &mut one_frame),
        run: &mut |_| admit(&mut one.borrow_mut(), Contributors::Owner),
    }
    .measure(group);

    batches(group, &one);

    let _ = meeting
        .withdraw(Authority::Participant, people[0], Scope::ALL, NOW)
        .unwrap();
    agree(&mut meeting, notice, people[0], SCOPE, NOW);
    just_after_a_change(group, &one);
}

fn just_after_a_change(group: &mut Group<'_>, one: &RefCell<Tap>) {
    let word = Word(AtomicU64::new(1));
    Line {
        name: "admitting just after a change",
        bytes: 0,
        batch: 1000,
        prepare: &mut || {},
        budget: None,
        floor: ("atomic load", &mut |_| {
            black_box(black_box(&word).0.load(Acquire));
        }),
        run: &mut |_| admit(&mut one.borrow_mut(), Contributors::Owner),
    }
    .measure(group);
}

fn mix() -> StreamOptions {
    StreamOptions::mix(Kind::Audio, Format::OPAQUE)
}

/// So many at once, beside as many one by one.
fn batches(group: &mut Group<'_>, one: &RefCell<Tap>) {
    let frames = [own(NOW); BATCH];
    let mut tags = [one.borrow_mut().decide(&own(NOW), NOW); BATCH];
    Line {
        name: "64 frames of one person",
        bytes: 0,
        batch: 100,
        prepare: &mut || {},
        budget: Some(AtMost(0.9)),
        floor: ("one by one", &mut |_| {
            for frame in black_box(&frames) {
                black_box(one.borrow_mut().decide(frame, NOW));
            }
        }),
        run: &mut |_| {
            black_box(
                one.borrow_mut()
                    .decide_batch(black_box(&frames), NOW, &mut tags),
            );
        },
    }
    .measure(group);
    Line {
        name: "admitting 64 frames of one person",
        bytes: 0,
        batch: 100,
        prepare: &mut || {},
        budget: Some(AtMost(0.9)),
        floor: ("one by one", &mut |_| {
            for _ in 0..BATCH {
                admit(&mut one.borrow_mut(), Contributors::Owner);
            }
        }),
        run: &mut |_| {
            one.borrow_mut().batch(NOW, |batch| {
                for frame in black_box(&frames) {
                    let payload = Payload::Bytes(black_box(&OPUS_FRAME));
                    let _ = batch.admit(frame, payload, |cleared| {
                        black_box(cleared.tag());
                    });
                }
            });
        },
    }
    .measure(group);
}
