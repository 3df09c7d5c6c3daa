//! Extensions in the padding of a packet: what they can yield is known of some, and a packet with any other is withheld.

use framegate::{
    Contributors, Kind, Participant, Reason, StreamOptions, Time, Verdict, format::Format,
};
use proptest::{prelude::*, sample::select, strategy::ValueTree, test_runner::TestRunner};

use crate::{
    common,
    encoded::gate::{self, Door, Sent, tap},
};

const QEXT: u8 = 124;
const DRED: u8 = 126;
/// What deep redundancy reaches back at least, in microseconds.
const LONGEST: i64 = 1_080_000;

/// A silent packet of so many frames of 20 ms, and what it is padded with.
fn packet(frames: u8, padding: &[u8]) -> Vec<u8> {
    let mut packet = vec![0xFB, 0x40 | frames];
    let mut left = padding.len();
    while left > 254 {
        packet.push(255);
        left -= 254;
    }
    packet.push(u8::try_from(left).unwrap());
    for _ in 0..frames {
        packet.extend([0xFF, 0xFE]);
    }
    [&packet, padding].concat()
}

/// Deep redundancy that ends so many blocks of 2.5 ms before its frame, with `more` behind its header.
fn deep(blocks: u32, more: usize) -> Vec<u8> {
    let offset = blocks + 16;
    let (upper, lower) = (offset >> 5, offset & 31);
    let byte = |value: u32| u8::try_from(value).unwrap();
    let header = if upper == 0 {
        [0x6C, byte(lower << 3), 0]
    } else {
        [0x6D, byte(upper), byte(lower << 3)]
    };
    [&b"D\x0c"[..], &header, &vec![0xA5; more]].concat()
}

/// An extension with its length, or one that takes the rest.
fn long(id: u8, payload: &[u8]) -> Vec<u8> {
    [&[id << 1 | 1], &repeated(payload)[..]].concat()
}

fn last(id: u8, payload: &[u8]) -> Vec<u8> {
    [&[id << 1], payload].concat()
}

/// The payload of one that is repeated, behind its length.
fn repeated(payload: &[u8]) -> Vec<u8> {
    let mut lengths = vec![255; payload.len() / 255];
    lengths.push(u8::try_from(payload.len() % 255).unwrap());
    [&lengths, payload].concat()
}

/// What becomes of a packet that was captured when its owner has agreed for so many microseconds, and with whom; others were named so long before it.
fn verdict(bytes: &[u8], micros: i64, others_before: Option<i64>) -> Verdict {
    let (mut meeting, notice, people) = common::meeting::<2>();
    let [who, other] = people;
    let stream = StreamOptions::owned(who, Kind::Audio, Format::OPUS);
    let mut tap = tap(&mut meeting, stream, true);
    for person in [who, other] {
        let from = common::millis(1000);
        common::agree(&mut meeting, notice, person, common::SCOPE, from);
    }
    let mut send = |bytes: &[u8], captured: i64, people: &[Participant]| {
        let captured = Time::from_micros(captured);
        let sent = Sent {
            bytes,
            captured,
            keyframe: None,
        };
        let contributors = match people {
            [] => Contributors::Owner,
            people => Contributors::Complete(people),
        };
        gate::send(&mut tap, contributors, &sent, captured, Door::Admit).verdict
    };
    let plain = packet(1, &[]);
    // The first would reach back to before the meeting, and the second is withheld.
    for bytes in [&packet(1, &last(DRED, &deep(0, 20))), &plain] {
        assert!(!send(bytes, 0, &[]).is_released());
    }
    let captured = 1_000_000 + micros;
    if let Some(before) = others_before {
        let _ = send(&plain, captured - before, &people);
    }
    send(bytes, captured, &[])
}

/// How many microseconds a packet reaches back, if that is known: it is released no sooner.
fn reach(bytes: &[u8], expected: Option<i64>) -> Result<(), String> {
    let reached = |micros| verdict(bytes, micros, None);
    let far = 60_000_000;
    let is_right = match expected {
        None => reached(far) == Verdict::Blanked(Reason::ReachesBack),
        Some(0) => reached(0) == Verdict::Whole,
        Some(back) => {
            let earlier = Verdict::Blanked(Reason::CapturedEarlier);
            reached(back - 1) == earlier && reached(back) == Verdict::Whole
        }
    };
    let message = || format!("{bytes:02x?}: {:?}, not {expected:?}", reached(far));
    is_right.then_some(()).ok_or_else(message)
}

#[test]
fn what_is_known_is_dated_by_what_it_can_yield() {
    let quality = [0xA5; 40];
    let near = deep(0, 20);
    let far = deep(100, 300);
    let known = [
        // Scalable quality refines its own frame, in each way in which it may be written.
        (1, last(QEXT, &quality), Some(0)),
        (1, long(QEXT, &quality), Some(0)),
        (1, last(QEXT, &[]), Some(0)),
        (1, last(QEXT, &near), Some(0)),
        (1, [&[1; 9], &last(QEXT, &quality)[..]].concat(), Some(0)),
        (1, [long(QEXT, &[0xA5; 510]), vec![0; 3]].concat(), Some(0)),
        (
            3,
            [&long(QEXT, &quality)[..], &[2], &last(QEXT, &quality)].concat(),
            Some(0),
        ),
        (
            3,
            [&long(QEXT, &quality)[..], &[3, 2], &last(QEXT, &quality)].concat(),
            Some(0),
        ),
        (
            3,
            [
                &long(QEXT, &quality)[..],
                &[4],
                &repeated(&quality),
                &quality,
            ]
            .concat(),
            Some(0),
        ),
        // Deep redundancy reaches as far as it is long, before its own end.
        (1, last(DRED, &near), Some(LONGEST)),
        (1, last(DRED, &far), Some(LONGEST + 250_000)),
        (
            1,
            last(DRED, &deep(8175 - 16, 9)),
            Some(LONGEST + 8159 * 2500),
        ),
        (
            1,
            [long(DRED, &far), vec![0; 9]].concat(),
            Some(LONGEST + 250_000),
        ),
        (
            1,
            [long(DRED, &near), last(QEXT, &quality)].concat(),
            Some(LONGEST),
        ),
        (
            1,
            [long(QEXT, &quality), last(DRED, &far)].concat(),
            Some(LONGEST + 250_000),
        ),
        // From where its frame begins; two in one packet, the farther.
        (
            3,
            [&[2], &last(DRED, &far)[..]].concat(),
            Some(LONGEST + 230_000),
        ),
        (
            3,
            [&[3, 0, 3, 2], &last(DRED, &far)[..]].concat(),
            Some(LONGEST + 210_000),
        ),
        (
            3,
            [&long(DRED, &far)[..], &[2], &last(DRED, &near)].concat(),
            Some(LONGEST + 250_000),
        ),
        (
            2,
            [&long(DRED, &near)[..], &[4], &far].concat(),
            Some(LONGEST + 230_000),
        ),
        (
            2,
            [&long(DRED, &near)[..], &[5], &repeated(&far), &[0]].concat(),
            Some(LONGEST + 230_000),
        ),
        (
            3,
            [
                &long(QEXT, &quality)[..],
                &[1],
                &long(DRED, &near),
                &[1, 3, 0, 5],
                &repeated(&[]),
                &repeated(&near),
                &repeated(&[]),
                &repeated(&far),
            ]
            .concat(),
            Some(LONGEST + 210_000),
        ),
        // What repeats in the last frame repeats nothing.
        (1, [&long(QEXT, &quality)[..], &[5, 4, 0]].concat(), Some(0)),
    ];
    for (frames, padding, expected) in known {
        reach(&packet(frames, &padding), expected).unwrap();
    }
}

#[test]
fn what_is_not_known_is_withheld() {
    let near = deep(0, 20);
    let mut unknown: Vec<(u8, Vec<u8>)> = (3..=127)
        .filter(|id| ![QEXT, DRED].contains(id))
        .map(|id| (1, last(id, &near)))
        .collect();
    unknown.extend([
        // Behind what is known, and hidden in padding.
        (1, [long(QEXT, &[7]), last(125, &[])].concat()),
        (2, [&long(QEXT, &[7])[..], &[2], &last(127, &[])].concat()),
        (1, [&[0], &last(DRED, &near)[..]].concat()),
        (1, vec![0, 0, 1]),
        // Other versions of deep redundancy, and what is too short to have an offset.
        (1, last(DRED, &[&b"D\x0b"[..], &near[2..]].concat())),
        (1, last(DRED, &[&b"E\x0c"[..], &near[2..]].concat())),
        (1, last(DRED, &near[..4])),
        (1, last(DRED, &[])),
        // Lengths beyond the end, separators beyond the last frame, repetitions without their payloads.
        (1, vec![QEXT << 1 | 1]),
        (1, vec![QEXT << 1 | 1, 2, 0]),
        (1, vec![QEXT << 1 | 1, 255]),
        (1, vec![2]),
        (2, vec![3, 2]),
        (2, vec![3]),
        (3, [&long(QEXT, &[7])[..], &[5], &repeated(&[])].concat()),
    ]);
    for (frames, padding) in unknown {
        reach(&packet(frames, &padding), None).unwrap();
    }
}

#[test]
fn what_reaches_far_back_waits_until_nobody_else_was_named_since() {
    let deep = packet(1, &last(DRED, &deep(0, 20)));
    let reaches = Verdict::Blanked(Reason::ReachesBack);
    let end = LONGEST + 120_000;
    for (before, expected) in [(20_000, reaches), (end - 1, reaches), (end, Verdict::Whole)] {
        assert_eq!(
            verdict(&deep, 2_000_000, Some(before)),
            expected,
            "{before}"
        );
    }
    // A mix names others in each.
    let quality = packet(1, &last(QEXT, &[7]));
    assert_eq!(verdict(&quality, 2_000_000, Some(20_000)), Verdict::Whole);
}

/// A fault in reading extensions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    QualityIsDeep,
    DeepIsQuality,
    ChainIsOneShort,
    ChainIsOneLong,
    SeparatorEnds,
    SeparatorGoesNowhere,
    RepeatIsNone,
    RepeatEndsWithLengths,
}

/// How far back a packet's padding reaches, read in the plain way: all extensions are listed first.
fn read(padding: &[u8], frames: u8, fault: Fault) -> Option<i64> {
    let mut all: Vec<(u8, u8, Vec<u8>)> = Vec::new();
    let (mut at, mut frame, mut group) = (0, 0, Vec::new());
    let payload = |at: &mut usize, to_end: bool| {
        let mut length = 0;
        if to_end {
            length = padding.len() - *at;
        } else {
            loop {
                let part = usize::from(*padding.get(*at)?);
                *at += 1;
                length += part;
                if part < 255 {
                    break;
                }
            }
            match fault {
                Fault::ChainIsOneShort => length = length.saturating_sub(1),
                Fault::ChainIsOneLong => length += 1,
                _ => {}
            }
        }
        let taken = padding.get(*at..*at + length)?.to_vec();
        *at += length;
        Some(taken)
    };
    let rest_is_zero = |at: usize| padding[at..].iter().all(|byte| *byte == 0);
    while at < padding.len() {
        let head = padding[at];
        at += 1;
        match head {
            0 if rest_is_zero(at) => break,
            0 => return None,
            1 => {}
            2 | 3 if fault == Fault::SeparatorEnds => break,
            2 | 3 => {
                let step = if head == 2 { 1 } else { *padding.get(at)? };
                at += usize::from(head == 3);
                if step > 0 {
                    if u16::from(frame) + u16::from(step) >= u16::from(frames) {
                        return None;
                    }
                    frame += if fault == Fault::SeparatorGoesNowhere {
                        0
                    } else {
                        step
                    };
                    group.clear();
                }
            }
            4 | 5 => {
                let count = group.len();
                for later in frame + 1..frames {
                    for (index, id) in group.iter().enumerate() {
                        if fault == Fault::RepeatIsNone {
                            continue;
                        }
                        let to_end = head == 4 && later + 1 == frames && index + 1 == count;
                        let to_end = to_end && fault != Fault::RepeatEndsWithLengths;
                        all.push((*id, later, payload(&mut at, to_end)?));
                    }
                }
                group.clear();
                if head == 4 {
                    frame += 1;
                    if frame >= frames {
                        if rest_is_zero(at) {
                            break;
                        }
                        return None;
                    }
                }
            }
            head => {
                all.push((head >> 1, frame, payload(&mut at, head & 1 == 0)?));
                group.push(head >> 1);
            }
        }
    }
    all.iter()
        .try_fold(0, |most, one| Some(yielded(one, fault)?.max(most)))
}

/// How far back an extension of a frame reaches.
fn yielded((id, frame, payload): &(u8, u8, Vec<u8>), fault: Fault) -> Option<i64> {
    let id = match (*id, fault) {
        (QEXT, Fault::QualityIsDeep) => DRED,
        (DRED, Fault::DeepIsQuality) => QEXT,
        (id, _) => id,
    };
    match (id, &payload[..]) {
        (QEXT, _) => Some(0),
        (DRED, [b'D', 12, first, second, third, ..]) => {
            let bits = u32::from_be_bytes([0, *first, *second, *third]);
            let offset = if bits >> 16 & 1 == 0 {
                bits >> 11 & 31
            } else {
                (bits >> 8 & 255) * 32 + (bits >> 3 & 31)
            };
            let blocks = i64::from(offset) - 16 - 8 * i64::from(*frame);
            Some(LONGEST + 2500 * blocks.max(0))
        }
        _ => None,
    }
}

/// Padding that is written by the rules, mostly.
fn paddings() -> impl Strategy<Value = (u8, Vec<u8>)> {
    let payload = || {
        prop_oneof![
            (0..200u32, select(&[0, 1, 9, 249, 250, 251, 505][..]))
                .prop_map(|(blocks, more)| deep(blocks, more)),
            prop::collection::vec(any::<u8>(), 0..4),
        ]
    };
    let id = || select(&[QEXT, DRED, DRED][..]);
    let piece = prop_oneof![
        6 => (id(), payload()).prop_map(|(id, payload)| long(id, &payload)),
        1 => (id(), payload()).prop_map(|(id, payload)| last(id, &payload)),
        3 => payload().prop_map(|payload| repeated(&payload)),
        2 => payload(),
        2 => Just(vec![5]),
        1 => Just(vec![4]),
        1 => Just(vec![1]),
        1 => Just(vec![2]),
        1 => (0..3u8).prop_map(|step| vec![3, step]),
        1 => Just(vec![0]),
    ];
    let pieces = prop::collection::vec(piece, 0..7).prop_map(|pieces| pieces.concat());
    (1..5u8, pieces)
}

#[test]
fn the_gate_reads_them_as_the_plain_way_does_and_planted_faults_are_found() {
    let mut runner = TestRunner::deterministic();
    let paddings = prop::collection::vec(paddings(), 4000);
    let paddings = paddings.new_tree(&mut runner).unwrap().current();
    let faults = [
        Fault::QualityIsDeep,
        Fault::DeepIsQuality,
        Fault::ChainIsOneShort,
        Fault::ChainIsOneLong,
        Fault::SeparatorEnds,
        Fault::SeparatorGoesNowhere,
        Fault::RepeatIsNone,
        Fault::RepeatEndsWithLengths,
    ];
    let (mut counts, mut found) = ([0; 3], [0; 8]);
    for (frames, padding) in &paddings {
        let packet = packet(*frames, padding);
        let expected = read(padding, *frames, Fault::None);
        reach(&packet, expected).unwrap();
        counts[match expected {
            None => 0,
            Some(0) => 1,
            Some(_) => 2,
        }] += 1;
        for (fault, found) in faults.iter().zip(&mut found) {
            let wrong = read(padding, *frames, *fault);
            if wrong != expected && reach(&packet, wrong).is_err() {
                *found += 1;
            }
        }
    }
    assert!(counts.iter().all(|count| *count > 200), "{counts:?}");
    assert!(found.iter().all(|count| *count > 5), "{found:?}");
}
