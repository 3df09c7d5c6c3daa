//! Seals: whatever is changed of a sealed frame shows; Python makes the same seals.

mod common;

use std::{
    io::Write,
    process::{Command, Stdio},
};

use framegate::{
    Archived, Carried, Kinds, MeetingKey, Purposes, Seal, StreamKey, Subject, Subjects, Tag,
};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use serde_json::json;

const MEETING: &str = "standup";
const SECRET: [u8; 32] = [0x5A; 32];

#[derive(Clone, Debug)]
struct Frame {
    tag: Tag,
    people: Vec<(String, Kinds)>,
    payload: Vec<u8>,
}

impl Frame {
    fn subjects(&self) -> Vec<Subject<'_>> {
        let subjects = self
            .people
            .iter()
            .map(|(id, kinds)| Subject { id, kinds: *kinds });
        subjects.collect()
    }

    fn seal(&self, key: &StreamKey) -> Seal {
        let subjects = self.subjects();
        key.seal(
            self.tag,
            Subjects::new(&subjects).unwrap(),
            [&self.payload[..]],
        )
    }

    /// As a verifier does it, who has only what came.
    fn holds(&self, meeting: &str, seal: Seal) -> bool {
        let key = MeetingKey::new(&SECRET, meeting).stream(self.tag);
        let subjects = self.subjects();
        Subjects::new(&subjects)
            .is_some_and(|subjects| key.verify(seal, self.tag, subjects, [&self.payload[..]]))
    }
}

/// Whatever a gate can write, of the released.
fn frames() -> impl Strategy<Value = Frame> {
    let tag = any::<[u8; 12]>().prop_map(|rest| {
        let whole = [&[1, rest[0] % 15, 1, 0][..], &rest].concat();
        Tag::from_bytes(whole.try_into().unwrap()).ok()
    });
    let tag = tag.prop_filter_map("a tag", |tag| tag);
    let people = prop::collection::btree_map("[a-zé]{0,12}", any::<u16>(), 1..6);
    let payload = prop::collection::vec(any::<u8>(), 0..300);
    (tag, people, payload).prop_map(|(tag, people, payload)| Frame {
        tag,
        people: people
            .into_iter()
            .map(|(id, kinds)| (id, Kinds::from_bits_retain(kinds)))
            .collect(),
        payload,
    })
}

fn thousand() -> Vec<Frame> {
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRunner::deterministic().new_rng());
    let frames = frames();
    (0..1000)
        .map(|_| frames.new_tree(&mut runner).unwrap().current())
        .collect()
}

fn flipped(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..8 * bytes.len()).map(|bit| {
        let mut changed = bytes.to_vec();
        changed[bit / 8] ^= 1 << (bit % 8);
        changed
    })
}

#[test]
fn every_changed_bit_of_a_sealed_frame_is_refused() {
    let key = MeetingKey::new(&SECRET, MEETING);
    let (mut unreadable, mut forged) = (0, 0);
    for frame in thousand() {
        let seal = frame.seal(&key.stream(frame.tag));
        assert!(frame.holds(MEETING, seal));
        // The stream is in it.
        for changed in flipped(&frame.tag.to_bytes()) {
            match Tag::from_bytes(changed.try_into().unwrap()) {
                Err(_) => unreadable += 1,
                Ok(tag) => {
                    assert!(
                        !Frame {
                            tag,
                            ..frame.clone()
                        }
                        .holds(MEETING, seal)
                    );
                    forged += 1;
                }
            }
        }
        for changed in flipped(&seal.to_bytes()) {
            assert!(!frame.holds(MEETING, Seal::from_bytes(changed.try_into().unwrap())));
        }
        for payload in flipped(&frame.payload) {
            assert!(
                !Frame {
                    payload,
                    ..frame.clone()
                }
                .holds(MEETING, seal)
            );
        }
        for changed in flipped(MEETING.as_bytes()) {
            assert!(!String::from_utf8(changed).is_ok_and(|meeting| frame.holds(&meeting, seal)));
        }
        for (at, (id, kinds)) in frame.people.iter().enumerate() {
            let mut changed = frame.clone();
            for bit in 0..16 {
                changed.people[at].1 = Kinds::from_bits_retain(kinds.bits() ^ 1 << bit);
                assert!(!changed.holds(MEETING, seal));
            }
            changed.people[at].1 = *kinds;
            for id in flipped(id.as_bytes()).filter_map(|id| String::from_utf8(id).ok()) {
                changed.people[at].0 = id;
                assert!(!changed.holds(MEETING, seal));
            }
            changed.people.remove(at);
            assert!(!changed.holds(MEETING, seal));
        }
    }
    assert!(unreadable > 1000 && forged > 1000, "{unreadable}, {forged}");
}

#[test]
fn a_seal_moved_to_another_frame_does_not_hold() {
    let frames = thousand();
    let key = MeetingKey::new(&SECRET, MEETING);
    for pair in frames.windows(2) {
        let [one, other] = pair else { unreachable!() };
        let seal = one.seal(&key.stream(one.tag));
        for mixed in [
            Frame {
                tag: other.tag,
                ..one.clone()
            },
            Frame {
                people: other.people.clone(),
                ..one.clone()
            },
            Frame {
                payload: other.payload.clone(),
                ..one.clone()
            },
        ] {
            let same =
                mixed.tag == one.tag && mixed.people == one.people && mixed.payload == one.payload;
            assert_eq!(mixed.holds(MEETING, seal), same);
        }
        // What moves from one field to the next is another message.
        let mut longer = one.clone();
        longer.people[0].0.push('x');
        longer.payload.insert(0, b'x');
        assert!(!longer.holds(MEETING, seal));
        // The key of one stream makes no seal of another.
        if one.tag.stream() != other.tag.stream() {
            assert!(!one.holds(MEETING, one.seal(&key.stream(other.tag))));
        }
        let secret = MeetingKey::new(&[0x5B; 32], MEETING);
        assert!(!one.holds(MEETING, one.seal(&secret.stream(one.tag))));
    }
}

#[test]
fn a_payload_in_pieces_is_the_same_payload() {
    let key = MeetingKey::new(&SECRET, MEETING);
    for frame in thousand() {
        let subjects = frame.subjects();
        let subjects = Subjects::new(&subjects).unwrap();
        let pieces = key
            .stream(frame.tag)
            .seal(frame.tag, subjects, frame.payload.chunks(7));
        assert_eq!(pieces, frame.seal(&key.stream(frame.tag)));
    }
}

#[test]
fn many_at_once_are_sealed_as_one_by_one() {
    let frames = thousand();
    let key = MeetingKey::new(&SECRET, MEETING);
    let subjects: Vec<_> = frames.iter().map(Frame::subjects).collect();
    let mut archived: Vec<_> = frames
        .iter()
        .zip(&subjects)
        .map(|(frame, subjects)| Archived {
            carried: Some(frame.tag.into()),
            subjects: Subjects::new(subjects).unwrap(),
            payload: &frame.payload,
        })
        .collect();
    archived[5].carried = None;
    let mut seals = vec![None; 990];
    let sealed = key.seal_batch(&archived, &mut seals);
    assert_eq!(sealed.len(), 990);
    for (at, (frame, seal)) in frames.iter().zip(sealed).enumerate() {
        let alone = (at != 5).then(|| frame.seal(&key.stream(frame.tag)));
        assert_eq!(*seal, alone);
    }
}

#[test]
fn people_are_in_order_and_each_once() {
    let subject = |id| Subject {
        id,
        kinds: Kinds::empty(),
    };
    let is_list = |ids: &[&'static str]| {
        let subjects: Vec<_> = ids.iter().map(|id| subject(id)).collect();
        Subjects::new(&subjects).is_some()
    };
    assert!(is_list(&[]) && is_list(&["a"]) && is_list(&["a", "b", "ba"]));
    assert!(!is_list(&["b", "a"]) && !is_list(&["a", "a"]) && !is_list(&["a", "c", "b"]));
}

#[test]
fn python_makes_the_same_seals() {
    let frames = thousand();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/seal/seal.py");
    let mut python = Command::new("python3")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3");
    let hexadecimal = |bytes: &[u8]| {
        let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
        digits.collect::<Vec<_>>().concat()
    };
    let mut lines = Vec::new();
    for frame in &frames {
        let subjects = frame
            .people
            .iter()
            .map(|(id, kinds)| json!([id, kinds.bits()]));
        let line = json!({
            "secret": hexadecimal(&SECRET), "meeting": MEETING, "tag": frame.tag,
            "subjects": subjects.collect::<Vec<_>>(), "payload": hexadecimal(&frame.payload),
        });
        writeln!(lines, "{line}").unwrap();
    }
    let mut input = python.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(&lines));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    let key = MeetingKey::new(&SECRET, MEETING);
    let seals = frames
        .iter()
        .map(|frame| frame.seal(&key.stream(frame.tag)));
    let expected: Vec<_> = seals.map(|seal| seal.to_string()).collect();
    assert_eq!(printed.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn keys_do_not_show_and_seals_are_written_as_digits() {
    let key = MeetingKey::new(&SECRET, MEETING);
    let frame = &thousand()[0];
    let shown = format!("{key:?} {:?}", key.stream(frame.tag));
    assert!(
        !shown.contains("90") && !shown.contains("5a") && !shown.contains("5A"),
        "{shown}"
    );
    let seal = frame.seal(&key.stream(frame.tag));
    let written = serde_json::to_string(&seal).unwrap();
    assert_eq!(written, format!("\"{seal}\""));
    assert_eq!(serde_json::from_str::<Seal>(&written).unwrap(), seal);
    let carried = Carried {
        tag: frame.tag,
        seal: Some(seal),
    };
    assert_ne!(carried, frame.tag.into());
    assert!(frame.tag.purposes() != Purposes::empty());
}
