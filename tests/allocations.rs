//! The hot half allocates nothing.

mod common;

use std::{
    alloc::{GlobalAlloc, Layout, System},
    cell::Cell,
    hint::black_box,
};

use common::{
    agree,
    layout::{self, Memory},
    meeting, microphone, millis, own, picture, picture_bytes, picture_mut, tap,
};
use framegate::{
    Area, Authority, Cleared, Contributors, Frame, JoinOptions, Kind, Kinds, Lineage, MAX_REGIONS,
    Payload, Purposes, Reason, Region, Scope, StreamOptions, Time, Verdict,
    archive::{Archived, Carried, Finding, MeetingKey, Seals, Subject, Subjects, Verifier},
    format::{ColorRange, Field, Format, Samples, Schema},
    receive::{CaptureClock, SenderClock, SourceMap},
    wire::{rtcp::Compound, rtp::Packet},
};

struct Counting;

thread_local! {
    static ALLOCATIONS: Cell<u64> = const { Cell::new(0) };
}

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATIONS.set(ALLOCATIONS.get() + 1);
        // SAFETY: the caller keeps the same contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: the caller keeps the same contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

const FRAMES: i64 = 100_000;

/// The allocations of so many calls.
fn allocations(frames: i64, mut call: impl FnMut(Time)) -> u64 {
    let before = ALLOCATIONS.get();
    for frame in 0..frames {
        call(Time::from_micros(frame * 20));
    }
    ALLOCATIONS.get() - before
}

#[test]
fn control_an_allocation_is_seen() {
    let seen = allocations(FRAMES, |_| {
        black_box(Box::new(0));
    });
    assert_eq!(seen, FRAMES.unsigned_abs());
}

#[test]
fn admitting_audio() {
    let (mut meeting, notice, [agrees, refuses]) = meeting();
    agree(&mut meeting, notice, agrees, common::SCOPE, Time::START);
    let samples = [1; 640];
    let mut buffer = [0; 640];
    for (who, released) in [(agrees, true), (refuses, false)] {
        let mut tap = tap(&mut meeting, microphone(who), Purposes::RECORD);
        let seen = allocations(FRAMES, |now| {
            let payload = Payload::Bytes(&samples);
            let frame = own(now);
            black_box(tap.decide(&frame, now));
            let first = tap.admit(&frame, payload, now, |cleared| black_box(cleared.tag()));
            let second = tap.admit_into(&frame, payload, (&mut buffer[..]).into(), now, |_| ());
            let third = tap.admit_in_place(&frame, (&mut buffer[..]).into(), now, |_| ());
            for verdict in [first.verdict(), second.verdict(), third.verdict()] {
                assert_eq!(verdict.is_released(), released);
            }
        });
        assert_eq!(seen, 0);
    }
}

#[test]
fn dating_and_naming_what_is_received() {
    let (_meeting, _, [ada, ben]) = meeting();
    let sender = SenderClock::Unrelated;
    let worst = std::time::Duration::from_millis(500);
    let mut clock = CaptureClock::new(48_000, sender, worst).unwrap();
    let mut sources = SourceMap::new(16);
    sources.assign(1, ada, Time::START).unwrap();
    sources.assign_mixer(9, Time::START).unwrap();
    let mut report = vec![0x80, 200, 0, 6, 0, 0, 0, 1, 0xEE];
    report.resize(28, 7);
    let mut packet = vec![
        0x92, 96, 0, 1, 0, 0, 0, 2, 0, 0, 0, 9, 0, 0, 0, 1, 0, 0, 0, 5,
    ];
    packet.extend([
        0xBE, 0xDE, 0, 3, 0x37, 0xEE, 7, 7, 7, 7, 7, 7, 7, 0, 0, 0, 1, 2, 3,
    ]);
    let seen = allocations(FRAMES, |now| {
        let compound = Compound::parse(&report).unwrap();
        for report in compound.sender_reports() {
            clock.report(&report, now);
        }
        let packet = Packet::parse(&packet).unwrap();
        let absolute = packet.absolute_capture_time(3);
        assert!(absolute.is_some());
        let timestamp = packet.timestamp();
        let captured = clock.captured(timestamp, absolute, packet.csrcs(), now);
        let mut room = SourceMap::ROOM;
        let csrcs = packet.csrcs();
        let people = sources.contributors(packet.ssrc(), csrcs, captured, now, &mut room);
        black_box(people);
        // A number that changes hands, again and again.
        sources.assign(1, ben, now).unwrap();
        sources.end(2, now);
    });
    assert_eq!(seen, 0);
}

#[test]
fn admitting_audio_with_a_channel_for_each_person() {
    let (mut meeting, notice, [agrees, refuses]) = meeting();
    agree(&mut meeting, notice, agrees, common::SCOPE, Time::START);
    let stream = StreamOptions::composite(Kind::Audio, Format::pcm(Samples::F32, 2));
    let mut tap = tap(&mut meeting, stream, Purposes::RECORD);
    let samples = [1; 2560];
    let mut buffer = [0; 2560];
    let members = [agrees, refuses];
    let regions = [
        Region::new(agrees, Area::Channel(0)),
        Region::new(refuses, Area::Channel(1)),
    ];
    let seen = allocations(FRAMES, |now| {
        let frame = Frame::new(now, Contributors::Complete(&members)).regions(&regions);
        let payload = Payload::Bytes(&samples);
        let admission = tap.admit_into(&frame, payload, (&mut buffer[..]).into(), now, |_| ());
        assert!(matches!(admission.verdict(), Verdict::Redacted(_)));
    });
    assert_eq!(seen, 0);
}

#[test]
fn admitting_video() {
    const SIDE: usize = 16;
    let (mut meeting, notice, [agrees, refuses]) = meeting();
    agree(&mut meeting, notice, agrees, common::SCOPE, Time::START);
    let format = Format::i420(16, 16);
    let mut camera = tap(
        &mut meeting,
        StreamOptions::owned(agrees, Kind::Video, format),
        Purposes::TRAIN,
    );
    let mut gallery = tap(
        &mut meeting,
        StreamOptions::composite(Kind::Video, format),
        Purposes::TRAIN,
    );
    let image = vec![200; picture_bytes(SIDE, SIDE)];
    let mut buffer = image.clone();
    let members = [agrees, refuses];
    let tile = |owner, x| {
        Region::new(
            owner,
            Area::Rectangle {
                x,
                y: 0,
                width: 8,
                height: 16,
            },
        )
    };
    let regions = [tile(agrees, 0), tile(refuses, 8)];
    let seen = allocations(FRAMES, |now| {
        let from = picture(&image, SIDE, SIDE);
        let whole = camera.admit(&own(now), from, now, |_| ());
        assert_eq!(whole.verdict(), Verdict::Whole);
        let frame = Frame::new(now, Contributors::Complete(&members)).regions(&regions);
        let into = gallery.admit_into(
            &frame,
            from,
            picture_mut(&mut buffer, SIDE, SIDE),
            now,
            |_| (),
        );
        assert!(matches!(into.verdict(), Verdict::Redacted(_)));
        let in_place =
            gallery.admit_in_place(&frame, picture_mut(&mut buffer, SIDE, SIDE), now, |_| ());
        assert!(matches!(in_place.verdict(), Verdict::Redacted(_)));
    });
    assert_eq!(seen, 0);
}

/// Regions of as many people as can be, and text long enough to be looked through in blocks.
#[test]
fn admitting_with_as_many_regions_as_may_be() {
    let (mut meeting, notice, [agrees, refuses]) = meeting();
    agree(&mut meeting, notice, agrees, common::SCOPE, Time::START);
    let mut gallery = tap(
        &mut meeting,
        StreamOptions::composite(Kind::Video, Format::i420(16, 16)),
        Purposes::TRAIN,
    );
    let chat = StreamOptions::owned(agrees, Kind::Chat, Format::UTF8);
    let mut chat = tap(&mut meeting, chat, Purposes::RECORD);
    let mut image = vec![200; picture_bytes(16, 16)];
    let mut text = "über ".repeat(100).into_bytes();
    let members = [agrees, refuses];
    let owner = |index: u32| members[(index % 2) as usize];
    let tiles: [Region; MAX_REGIONS] = std::array::from_fn(|index| {
        let index = u32::try_from(index).unwrap();
        let (x, y) = (index % 8 * 2, index / 8 * 2);
        let (width, height) = (3, 3);
        Region::new(
            owner(index),
            Area::Rectangle {
                x,
                y,
                width,
                height,
            },
        )
    });
    let spans: [Region; MAX_REGIONS] = std::array::from_fn(|index| {
        let index = u32::try_from(index).unwrap();
        let (start, end) = (index * 6, index * 6 + 6);
        Region::new(owner(index), Area::Span { start, end })
    });
    let seen = allocations(FRAMES, |now| {
        let frame = Frame::new(now, Contributors::Complete(&members)).regions(&tiles);
        let payload = picture_mut(&mut image, 16, 16);
        let mosaic = gallery.admit_in_place(&frame, payload, now, |_| ());
        assert!(matches!(mosaic.verdict(), Verdict::Redacted(_)));
        let frame = own(now).regions(&spans);
        let quoting = chat.admit_in_place(&frame, (&mut text[..]).into(), now, |_| ());
        assert!(matches!(quoting.verdict(), Verdict::Redacted(_)));
    });
    assert_eq!(seen, 0);
}

/// Each raw format in part, into a buffer and in place, and empty.
#[test]
fn redacting_and_blanking_each_raw_format() {
    const SIDE: u32 = 5;
    let (mut meeting, notice, [agrees, refuses]) = meeting();
    agree(&mut meeting, notice, agrees, common::SCOPE, Time::START);
    let mut formats = Vec::new();
    for pixels in layout::PIXELS {
        let parts = layout::parts(pixels, ColorRange::Limited);
        let picture = Memory::picture(&parts, [SIDE as usize; 2], 1, 3, 0);
        let format = Format::picture(pixels, ColorRange::Limited, SIDE, SIDE);
        let corner = Area::Rectangle {
            x: 1,
            y: 1,
            width: 2,
            height: 2,
        };
        formats.push((format, picture, corner));
    }
    for (samples, size, _) in layout::SAMPLES {
        for format in [Format::pcm(samples, 3), Format::planar_pcm(samples, 3)] {
            let sound = Memory::Bytes(vec![1; 300 * size]);
            formats.push((format, sound, Area::Channel(1)));
        }
    }
    let json = br#"{"type":"poll","votes":[1,null,true,-0.5e3],"\u00fcber":"was?"}"#;
    let span = Area::Span { start: 20, end: 30 };
    formats.push((Format::JSON, Memory::Bytes(json.to_vec()), span));

    for (format, sent, area) in formats {
        let stream = |owner| {
            let stream = StreamOptions::owned(owner, Kind::File, format);
            if format == Format::JSON {
                stream.structural_keys(["type", "votes"])
            } else {
                stream
            }
        };
        let mut part = tap(&mut meeting, stream(agrees), Purposes::RECORD);
        let mut none = tap(&mut meeting, stream(refuses), Purposes::RECORD);
        let regions = [Region::new(refuses, area)];
        let (mut buffer, mut place, mut empty) = (sent.clone(), sent.clone(), sent.clone());
        let seen = allocations(1000, |now| {
            let frame = own(now).regions(&regions);
            let into = part.admit_into(&frame, sent.payload(), buffer.payload_mut(), now, |_| ());
            let in_place = part.admit_in_place(&frame, place.payload_mut(), now, |_| ());
            for verdict in [into.verdict(), in_place.verdict()] {
                assert!(matches!(verdict, Verdict::Redacted(_)), "{format:?}");
            }
            let into = none.admit_into(&own(now), sent.payload(), empty.payload_mut(), now, |_| ());
            let in_place = none.admit_in_place(&own(now), empty.payload_mut(), now, |_| ());
            for verdict in [into.verdict(), in_place.verdict()] {
                assert!(matches!(verdict, Verdict::Blanked(_)), "{format:?}");
            }
        });
        assert_eq!(seen, 0, "{format:?}");
    }
}

#[test]
fn admitting_chat_that_quotes() {
    let (mut meeting, notice, [agrees, refuses]) = meeting();
    agree(&mut meeting, notice, agrees, common::SCOPE, Time::START);
    let mut tap = tap(
        &mut meeting,
        StreamOptions::mix(Kind::Chat, Format::UTF8),
        Purposes::RECORD,
    );
    let text = "\u{201c}ça va\u{201d}, no?".as_bytes();
    let mut buffer = text.to_vec();
    let regions = [Region::new(refuses, Area::Span { start: 3, end: 9 }).captured(Time::START)];
    let authors = [agrees];
    let seen = allocations(FRAMES, |now| {
        let frame = Frame::new(now, Contributors::Complete(&authors)).regions(&regions);
        let payload = Payload::Bytes(text);
        let admission = tap.admit_into(&frame, payload, (&mut buffer[..]).into(), now, |_| ());
        assert!(matches!(admission.verdict(), Verdict::Redacted(_)));
        let dropped = tap.admit(&frame, payload, now, |_| ());
        assert!(matches!(dropped.verdict(), Verdict::Dropped(_)));
    });
    assert_eq!(seen, 0);
    assert_eq!(
        std::str::from_utf8(&buffer),
        Ok("\u{201c}******\u{201d}, no?")
    );
}

#[test]
fn admitting_what_was_derived() {
    let (mut meeting, notice, people) = meeting::<2>();
    for who in people {
        agree(&mut meeting, notice, who, common::SCOPE, Time::START);
    }
    let mut voice = tap(&mut meeting, microphone(people[0]), Purposes::RECORD);
    let captions = StreamOptions::derived(Kind::Caption, Format::UTF8);
    let mut captions = tap(&mut meeting, captions, Purposes::RECORD);
    let notes = StreamOptions::derived(Kind::Note, Format::UTF8);
    let mut notes = tap(&mut meeting, notes, Purposes::RECORD);
    let (samples, text) = (Payload::Bytes(&[1; 640]), Payload::Bytes(b"text"));
    let mut lineage = Lineage::new(2);
    let seen = allocations(FRAMES, |now| {
        let heard = voice.admit(&own(now), samples, now, |cleared| {
            lineage.clear();
            lineage.add(&cleared);
            let mut room = people;
            lineage.add_source(&cleared.source(&mut room).unwrap());
            let sources = [lineage.source()];
            black_box(captions.decide(&Frame::derived(&sources), now));
            let mut room = people;
            let sources = [cleared.source(&mut room).unwrap(); 3];
            let frame = Frame::derived(&sources);
            black_box(captions.decide(&frame, now));
            let note = captions.admit(&frame, text, now, |cleared| {
                let mut room = people;
                let sources = [cleared.source(&mut room).unwrap()];
                notes.admit(&Frame::derived(&sources), text, now, |_| ())
            });
            note.output.map(|note| note.verdict())
        });
        let note = heard.output.flatten();
        assert_eq!(note, Some(Verdict::Whole));
        let ordinary = captions.admit(&own(now), samples, now, |_| ());
        assert!(!ordinary.verdict().is_released());
    });
    assert_eq!(seen, 0);
}

#[test]
fn admitting_records() {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, common::SCOPE, Time::START);
    let field = |name: &str| Field {
        name: name.into(),
        unit: "packets".into(),
        range: 0..=9,
    };
    let bits = u32::try_from(8 * FRAMES).unwrap() + 8;
    let schema = Schema::new(vec![field("sent"), field("lost")], bits).unwrap();
    let stream = StreamOptions::records(who, Kind::Telemetry, schema);
    let mut tap = tap(&mut meeting, stream, Purposes::RECORD);
    let record = [[1, 0, 0, 0, 0, 0, 0, 0], [10, 0, 0, 0, 0, 0, 0, 0]].concat();
    let mut buffer = record.clone();
    let seen = allocations(FRAMES, |now| {
        let payload = Payload::Bytes(&record);
        let frame = own(now);
        black_box(tap.decide(&frame, now));
        let into = tap.admit_into(&frame, payload, (&mut buffer[..]).into(), now, |_| ());
        assert!(matches!(into.verdict(), Verdict::Redacted(_)));
        let dropped = tap.admit(&frame, payload, now, |_| ());
        assert!(matches!(dropped.verdict(), Verdict::Dropped(_)));
    });
    assert_eq!(seen, 0);
    // The last that was affordable, and one that is not.
    let now = Time::from_micros(FRAMES * 20);
    buffer[8..].fill(0);
    let mut verdict = || {
        tap.admit(&own(now), Payload::Bytes(&buffer), now, |_| ())
            .verdict()
    };
    assert_eq!(verdict(), Verdict::Whole);
    let mut over = Verdict::Whole;
    let seen = allocations(FRAMES, |_| over = verdict());
    assert_eq!((seen, over), (0, Verdict::Dropped(Reason::OverBudget)));
}

/// Keyframes of 2 by 2, 8 by 8 and 64 by 48 pictures, of sound 60 ms with a copy of the 60 ms before, and what depends on such.
fn encoded() -> [(Format, Vec<u8>, Vec<u8>); 9] {
    let hex = |text: &str| {
        let digits = text
            .as_bytes()
            .chunks(2)
            .map(|byte| str::from_utf8(byte).unwrap());
        let bytes = digits.map(|byte| u8::from_str_radix(byte, 16).unwrap());
        bytes.collect::<Vec<_>>()
    };
    let h264 = "000000016742c01f0fd91f888884000003000400000300c83c60c92000000001\
                6887cb83cb20000000016588840af2628000a7be";
    let hevc = "0000000140010c01ffff01600000030090000003000003005d930240000000014201\
                0101600000030090000003000003005da0208316593aac2080000000014401c07180\
                12000000012601f8ab";
    let vp8 = "1002009d012a080008000047088585888584880202000c0d6000feffab5080";
    let av1 = "12000a0c0000004bfc00fc00bc000008320919ff0000000a06e180";
    let [packet, earlier] = [[0x18, 0x10, 0, 0], [0x18, 0, 0, 0]];
    let twice = |packet: &[u8]| [&packet[..1], &[3], &packet[1..], packet].concat();
    let red = |packet: &[u8]| [&[0xEF, 0x2D, 0, 4, 0x6F], packet, packet].concat();
    [
        (Format::H264, hex(h264), hex("00000001419a")),
        (Format::HEVC, hex(hevc), hex("000000010201f8ab")),
        (Format::VP8, hex(vp8), hex("110000")),
        (Format::VP9, hex("824983422003f002f0"), hex("86004002")),
        (Format::AV1, hex(av1), hex("12003209300000000000000000")),
        (Format::OPUS, packet.to_vec(), earlier.to_vec()),
        (Format::opus_multistream(2), twice(&packet), twice(&earlier)),
        (Format::OPUS_RED, red(&packet), red(&earlier)),
        (
            Format::AAC,
            hex("fff14c8001bffc211004608c1c"),
            hex("fff14c8001bffc211004608c1d"),
        ),
    ]
}

/// The same keyframe behind lengths of four bytes, with its parameter sets in a record, and what depends on it.
fn with_lengths(key: &[u8]) -> [Vec<u8>; 3] {
    let units: Vec<_> = key.windows(4).enumerate().collect();
    let codes = units.iter().filter(|(_, bytes)| **bytes == [0, 0, 0, 1]);
    let codes: Vec<_> = codes.map(|(at, _)| *at).chain([key.len()]).collect();
    let unit = |at: usize| {
        let unit = &key[codes[at] + 4..codes[at + 1]];
        [&u32::try_from(unit.len()).unwrap().to_be_bytes(), unit].concat()
    };
    let [sps, pps, idr] = [0, 1, 2].map(unit);
    let record = [
        &[1, 0x42, 0xC0, 0x1F, 0xFF, 0xE1],
        &sps[2..],
        &[1],
        &pps[2..],
    ];
    [record.concat(), idr, vec![0, 0, 0, 2, 0x41, 0x9A]]
}

#[test]
fn admitting_encoded_frames() {
    let [record, idr, inner] = with_lengths(&encoded()[0].1);
    // Of 5.1 channels, and of another beginning.
    let (config, raw) = (vec![0x11, 0xB0], vec![0; 8]);
    let filled = [&[0xC2, 1][..], &raw].concat();
    let plain = encoded()
        .into_iter()
        .map(|(format, key, inner)| (format, None, key, inner));
    let all = plain.chain([
        (Format::H264, Some(record), idr, inner),
        (Format::AAC, Some(config), raw, filled),
    ]);
    for (format, config, key, inner) in all {
        let (mut meeting, notice, [agrees, refuses]) = meeting();
        agree(&mut meeting, notice, agrees, common::SCOPE, Time::START);
        for (who, released) in [(agrees, true), (refuses, false)] {
            let mut stream = StreamOptions::owned(who, Kind::File, format);
            if let Some(config) = &config {
                stream = stream.decoder_config(&config[..]);
            }
            let mut tap = tap(&mut meeting, stream, Purposes::RECORD);
            let mut buffer = key.clone();
            let mut blanks = 0;
            let mut next = 0;
            let seen = allocations(FRAMES, |now| {
                let now = Time::from_micros(now.as_micros() + 1_000_000);
                let frame = own(now).keyframe(true);
                let received = |cleared: Cleared<'_>| black_box(cleared.bytes()).map(<[u8]>::len);
                let payload = Payload::Bytes(&key);
                buffer.copy_from_slice(&key);
                next += 1;
                let admission = match next % 4 {
                    0 => tap.admit(&own(now), Payload::Bytes(&inner), now, received),
                    1 => tap.admit(&frame, payload, now, received),
                    2 => tap.admit_in_place(&frame, (&mut buffer[..]).into(), now, received),
                    _ => tap.admit_into(&frame, payload, (&mut buffer[..]).into(), now, received),
                };
                assert_eq!(admission.verdict().is_released(), released, "{format:?}");
                blanks += i64::from(!released && admission.output.is_some());
            });
            assert_eq!((seen, blanks), (0, if released { 0 } else { FRAMES }));
        }
    }
}

/// Sealing, the check before training, with seals and without, and rechecking.
#[test]
fn sealing_and_verifying_archives() {
    let ledger = common::Memory::default();
    let mut meeting = common::open("archived", 2, ledger.writer());
    let notice = meeting.show(common::notice()).unwrap();
    let who = meeting
        .join(JoinOptions::adult("ana"), Time::START)
        .unwrap();
    agree(&mut meeting, notice, who, common::SCOPE, Time::START);
    let mut tap = tap(&mut meeting, microphone(who), Purposes::RECORD);
    let samples = [1; 640];
    let key = MeetingKey::new(&[1; 32], meeting.instance()).unwrap();
    let subjects = [Subject {
        id: "ana",
        kinds: Kinds::empty(),
    }];
    let subjects = Subjects::new(&subjects).unwrap();
    let mut last = None;
    let seen = allocations(FRAMES, |now| {
        let admission = tap.admit(&own(now), samples[..].into(), now, |cleared| {
            let (tag, payload) = (cleared.tag(), cleared.bytes().unwrap());
            let key = key.stream(tag);
            let digest = key.digest(Format::OPAQUE, payload);
            let seal = Some(key.seal(tag, subjects, digest));
            Carried { tag, seal }
        });
        last = admission.output;
    });
    assert_eq!(seen, 0);

    let verifier = Verifier::new(&common::verified(&ledger.read()));
    let frame = Archived {
        instance: key.instance(),
        carried: last,
        subjects,
        digest: last.map(|last| key.stream(last.tag).digest(Format::OPAQUE, &samples)),
    };
    let (frames, mut bits) = ([frame; 100], [0; 2]);
    let (mut findings, mut seals) = ([Finding::NoTag; 100], [None; 100]);
    let head = verifier.head();
    let before = ALLOCATIONS.get();
    for _ in 0..1000 {
        for seals in [Seals::Checked(&key), Seals::DryRun] {
            let purpose = Purposes::RECORD;
            let count = verifier.verify_batch(&frames, purpose, seals, &mut bits, &mut findings);
            assert_eq!(count, 100);
        }
        let stay = verifier.recheck(&head, &frames, &mut bits, &mut findings);
        assert_eq!(stay, Ok(100));
        assert_eq!(key.seal_batch(&frames, &mut seals).len(), 100);
    }
    assert_eq!(ALLOCATIONS.get() - before, 0);
}

/// Every way through the slow half of a decision: just after a change, with others' purposes open, expired.
#[test]
fn deciding_by_intervals() {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, common::SCOPE, Time::START);
    let mut tap = tap(&mut meeting, microphone(who), Purposes::RECORD);
    let end = millis(FRAMES);
    let _ = meeting
        .withdraw(Authority::Participant, who, Scope::ALL, end)
        .unwrap();
    agree(&mut meeting, notice, who, common::SCOPE, end);
    let samples = [1; 640];
    let seen = allocations(FRAMES, |since| {
        let captured = Time::from_micros(end.as_micros() - 1_000_000 + since.as_micros());
        let now = millis(FRAMES + 1001);
        let admission = tap.admit(&own(captured), Payload::Bytes(&samples), now, |_| ());
        assert_eq!(admission.verdict() == Verdict::Whole, captured >= end);
    });
    assert_eq!(seen, 0);
}
