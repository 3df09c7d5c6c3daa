//! Seals: whatever is changed of a sealed frame shows, and what a transport may change does not; Python makes the same seals.

use std::{
    io::Write,
    process::{Command, Stdio},
};

use crate::common::judges::needs;
use framegate::{
    Argument, Error, Instance, Kinds, Purposes, Tag,
    archive::{Archived, Carried, MeetingKey, PayloadDigest, Seal, StreamKey, Subject, Subjects},
    format::Format,
    wire::{obu, sei},
};
use proptest::{
    prelude::*,
    strategy::ValueTree,
    test_runner::{Config, TestRunner},
};
use serde_json::json;

const MEETING: [u8; 16] = [0xC3; 16];
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
        let digest = key.digest(Format::OPAQUE, &self.payload);
        key.seal(self.tag, Subjects::new(&subjects).unwrap(), digest)
    }

    /// As a verifier does it, who has only what came.
    fn holds(&self, meeting: [u8; 16], seal: Seal) -> bool {
        let key = key_of(meeting).stream(self.tag);
        let (digest, subjects) = (key.digest(Format::OPAQUE, &self.payload), self.subjects());
        Subjects::new(&subjects)
            .is_some_and(|subjects| key.verify(seal, self.tag, subjects, digest))
    }
}

fn key_of(meeting: [u8; 16]) -> MeetingKey {
    MeetingKey::new(&SECRET, Instance::from_bytes(meeting).unwrap()).unwrap()
}

#[test]
fn a_secret_that_was_forgotten_is_none() {
    let instance = Instance::from_bytes(MEETING).unwrap();
    let forgotten = MeetingKey::new(&[0; 32], instance);
    assert_eq!(forgotten.err(), Some(Error::Empty(Argument::Secret)));
    let mut secret = [0; 32];
    secret[31] = 1;
    assert!(MeetingKey::new(&secret, instance).is_ok());
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
    thousand_of(frames())
}

fn thousand_of<T>(strategy: impl Strategy<Value = T>) -> Vec<T> {
    let mut runner =
        TestRunner::new_with_rng(Config::default(), TestRunner::deterministic().new_rng());
    (0..1000)
        .map(|_| strategy.new_tree(&mut runner).unwrap().current())
        .collect()
}

fn format_of(name: &str) -> Format {
    match name {
        "h264" => Format::H264,
        "hevc" => Format::HEVC,
        "av1" => Format::AV1,
        _ => unreachable!("{name}"),
    }
}

/// A picture as it was sealed, and as it may arrive.
#[derive(Clone, Debug)]
struct Sent {
    name: &'static str,
    sealed: Vec<u8>,
    arrives: Vec<u8>,
}

impl Sent {
    /// With a tag in it.
    fn tagged(&self, carried: Carried) -> Vec<u8> {
        let mut room = vec![0; self.arrives.len() + 100];
        let written = match self.name {
            "h264" => sei::write(&self.arrives, sei::Codec::H264, carried, &mut room),
            "hevc" => sei::write(&self.arrives, sei::Codec::Hevc, carried, &mut room),
            _ => obu::write(&self.arrives, carried, &mut room),
        };
        written.unwrap().to_vec()
    }
}

/// Units of a few kinds, a picture last, as two who packetise them write them; AV1 with a temporal delimiter or without.
fn sent() -> impl Strategy<Value = Sent> {
    // No zeros, so that nothing in it looks like a start code.
    let body = prop::collection::vec(1..=u8::MAX, 1..200);
    let unit = (0..3_usize, body, any::<[bool; 2]>());
    let units = prop::collection::vec(unit, 1..5);
    let names = prop::sample::select(&["h264", "hevc", "av1"][..]);
    (names, units, any::<[bool; 2]>()).prop_map(|(name, units, delimited)| {
        let last = units.len() - 1;
        let write = |side: usize| {
            let mut bytes = Vec::new();
            if name == "av1" && delimited[side] {
                bytes.extend([0x12, 0]);
            }
            for (at, (kind, body, forms)) in units.iter().enumerate() {
                let kind = if at == last { 3 } else { *kind };
                let mut body = body.clone();
                if name == "av1" {
                    // Metadata begins with its type.
                    body[0] &= 0x7F;
                    // A sequence header, metadata that is not ours, padding, a frame.
                    let header = [1 << 3, 5 << 3, 15 << 3, 6 << 3][kind];
                    let size = u8::try_from(body.len()).unwrap();
                    match (at == last, forms[side]) {
                        (true, true) => bytes.push(header),
                        (_, false) if size < 128 => bytes.extend([header | 2, size]),
                        (_, false) => bytes.extend([header | 2, size | 128, 1]),
                        // In more bytes than it takes.
                        (_, true) => bytes.extend([header | 2, size | 128, 128 | size >> 7, 0]),
                    }
                } else {
                    bytes.extend(if forms[side] {
                        &[0, 0, 0, 1][..]
                    } else {
                        &[0, 0, 1]
                    });
                    // A parameter set, supplemental information that is not ours, a delimiter, a picture.
                    match name {
                        "h264" => bytes.push([7, 6, 9, 0x65][kind]),
                        _ => bytes.extend([[33 << 1, 39 << 1, 35 << 1, 19 << 1][kind], 1]),
                    }
                    if kind == 1 {
                        bytes.extend([5, 3, 7, 7, 7, 0x80]);
                        continue;
                    }
                }
                bytes.extend(body);
            }
            bytes
        };
        Sent {
            name,
            sealed: write(0),
            arrives: write(1),
        }
    })
}

#[test]
fn a_seal_holds_where_the_frame_arrives() {
    let frame = &thousand()[0];
    let key = key_of(MEETING).stream(frame.tag);
    let mut rewritten = 0;
    for one in thousand_of(sent()) {
        let format = format_of(one.name);
        let digest = key.digest(format, &one.sealed);
        assert_eq!(key.digest(format, &one.arrives), digest, "{one:?}");
        rewritten += usize::from(one.sealed != one.arrives);
        let seal = Some(Seal::from_bytes([0; 16]));
        for carried in [
            frame.tag.into(),
            Carried {
                tag: frame.tag,
                seal,
            },
        ] {
            let tagged = one.tagged(carried);
            assert_eq!(key.digest(format, &tagged), digest, "{one:?}");
            // After the picture it is no carrier, but something that was put in.
            let behind = [&one.sealed[..], &tagged].concat();
            let twice = [&one.sealed[..], &one.sealed].concat();
            if one.name != "av1" {
                assert_ne!(key.digest(format, &behind), key.digest(format, &twice));
            }
        }
        // Whatever is shown counts.
        let mut other = one.sealed.clone();
        *other.last_mut().unwrap() ^= 2;
        assert_ne!(key.digest(format, &other), digest);
        let more = [&one.sealed[..], b"x"].concat();
        assert_ne!(key.digest(format, &more), digest);
    }
    assert!(rewritten > 500, "{rewritten}");
    // What is of no such format is taken as it is.
    let length_prefixed = &b"\0\0\x05\x65what has its length before it"[..];
    for (format, bytes) in [
        (Format::H264, length_prefixed),
        (Format::HEVC, length_prefixed),
        (Format::H264, b"\x80no start code"),
        (Format::HEVC, b""),
        (Format::AV1, b"\x80no header of an OBU"),
        (Format::AV1, b"\x0A\x7Flonger than it is"),
        (Format::VP9, b"\x12\0"),
    ] {
        assert_eq!(key.digest(format, bytes), key.digest_pieces([bytes]));
    }
}

#[test]
fn a_digest_is_keyed_by_meeting_and_stream() {
    let frames = thousand();
    let [one, other] = [&frames[0], &frames[1]];
    assert_ne!(one.tag.stream(), other.tag.stream());
    let digest = |key: MeetingKey, tag| key.stream(tag).digest(Format::OPAQUE, b"yes");
    let digests = [
        digest(key_of(MEETING), one.tag),
        digest(key_of(MEETING), other.tag),
        digest(key_of([1; 16]), one.tag),
        digest(
            MeetingKey::new(&[1; 32], Instance::from_bytes(MEETING).unwrap()).unwrap(),
            one.tag,
        ),
    ];
    for (at, digest) in digests.iter().enumerate() {
        assert!(!digests[..at].contains(digest));
    }
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
    let key = key_of(MEETING);
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
        for changed in flipped(&MEETING) {
            assert!(!frame.holds(changed.try_into().unwrap(), seal));
        }
        let (key, subjects) = (key.stream(frame.tag), frame.subjects());
        let subjects = Subjects::new(&subjects).unwrap();
        let digest = key.digest(Format::OPAQUE, &frame.payload);
        for changed in flipped(&digest.to_bytes()) {
            let changed = PayloadDigest::from_bytes(changed.try_into().unwrap());
            assert!(changed != digest && !key.verify(seal, frame.tag, subjects, changed));
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
    let key = key_of(MEETING);
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
        let secret = MeetingKey::new(&[0x5B; 32], Instance::from_bytes(MEETING).unwrap()).unwrap();
        assert!(!one.holds(MEETING, one.seal(&secret.stream(one.tag))));
    }
}

#[test]
fn a_payload_in_pieces_is_the_same_payload() {
    let key = key_of(MEETING);
    for frame in thousand() {
        let key = key.stream(frame.tag);
        let pieces = key.digest_pieces(frame.payload.chunks(7));
        assert_eq!(pieces, key.digest(Format::UTF8, &frame.payload));
    }
}

#[test]
fn many_at_once_are_sealed_as_one_by_one() {
    let frames = thousand();
    let key = key_of(MEETING);
    let subjects: Vec<_> = frames.iter().map(Frame::subjects).collect();
    let mut archived: Vec<_> = frames
        .iter()
        .zip(&subjects)
        .map(|(frame, subjects)| Archived {
            instance: key.instance(),
            carried: Some(frame.tag.into()),
            subjects: Subjects::new(subjects).unwrap(),
            digest: Some(key.stream(frame.tag).digest(Format::OPAQUE, &frame.payload)),
        })
        .collect();
    archived[5].carried = None;
    archived[6].digest = None;
    archived[7].instance = Instance::draw().unwrap();
    let mut seals = vec![None; 990];
    let sealed = key.seal_batch(&archived, &mut seals);
    assert_eq!(sealed.len(), 990);
    for (at, (frame, seal)) in frames.iter().zip(sealed).enumerate() {
        let alone = (!(5..8).contains(&at)).then(|| frame.seal(&key.stream(frame.tag)));
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
    needs!("python3");
    let frames = thousand();
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/evidence/seal/seal.py");
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
    let people = |frame: &Frame| {
        let people = frame.people.iter();
        people
            .map(|(id, kinds)| json!([id, kinds.bits()]))
            .collect::<Vec<_>>()
    };
    let encoded = thousand_of(sent());
    for frame in &frames {
        let line = json!({
            "secret": hexadecimal(&SECRET), "instance": hexadecimal(&MEETING), "tag": frame.tag,
            "subjects": people(frame), "payload": hexadecimal(&frame.payload), "format": "opaque",
        });
        writeln!(lines, "{line}").unwrap();
    }
    for Sent { name, arrives, .. } in &encoded {
        let line = json!({
            "secret": hexadecimal(&SECRET), "instance": hexadecimal(&MEETING), "tag": frames[0].tag,
            "subjects": people(&frames[0]), "payload": hexadecimal(arrives), "format": name,
        });
        writeln!(lines, "{line}").unwrap();
    }
    let mut input = python.stdin.take().unwrap();
    let writer = std::thread::spawn(move || input.write_all(&lines));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success());
    let printed = String::from_utf8(output.stdout).unwrap();
    let key = key_of(MEETING);
    let seals = frames
        .iter()
        .map(|frame| frame.seal(&key.stream(frame.tag)));
    let mut expected: Vec<_> = seals.map(|seal| seal.to_string()).collect();
    expected.extend(encoded.iter().map(|Sent { name, arrives, .. }| {
        let (frame, key) = (&frames[0], key.stream(frames[0].tag));
        let subjects = frame.subjects();
        let digest = key.digest(format_of(name), arrives);
        let subjects = Subjects::new(&subjects).unwrap();
        key.seal(frame.tag, subjects, digest).to_string()
    }));
    assert_eq!(printed.lines().collect::<Vec<_>>(), expected);
}

#[test]
fn keys_do_not_show_and_seals_are_written_as_digits() {
    let key = key_of(MEETING);
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
