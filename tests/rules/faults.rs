//! The fault behind each frame that is withheld because of the client: exactly that one, through every door.

use std::collections::HashSet;

use framegate::{
    Area, Contributors, Fault, Frame, Kind, MAX_REGIONS, MAX_SOURCES, Meeting, Participant,
    Payload, PayloadMut, Plane, Purposes, Reason, Region, StreamOptions, Tap, Time, Verdict,
    format::{ColorRange, Field, Format, PixelFormat, Samples, Schema},
};

use crate::common::{self, SCOPE, agree, meeting, millis, own, picture};

const NOW: Time = Time::from_millis(1000);

/// A frame that is withheld, and why.
struct Case<'a> {
    stream: StreamOptions,
    frame: Frame<'a>,
    payload: Payload<'a>,
    reason: Reason,
    fault: Fault,
}

fn case<'a>(
    stream: StreamOptions,
    frame: Frame<'a>,
    payload: impl Into<Payload<'a>>,
    fault: Fault,
) -> Case<'a> {
    Case {
        stream,
        frame,
        payload: payload.into(),
        reason: Reason::Malformed,
        fault,
    }
}

impl Case<'_> {
    fn because(self, reason: Reason) -> Self {
        Self { reason, ..self }
    }
}

fn admit(tap: &mut Tap, frame: &Frame<'_>, payload: Payload<'_>, door: usize) -> Verdict {
    let Payload::Bytes(bytes) = payload else {
        return tap.admit(frame, payload, NOW, |_| ()).verdict();
    };
    let mut buffer = bytes.to_vec();
    let to = PayloadMut::Bytes(&mut buffer);
    match door {
        0 => tap.admit(frame, payload, NOW, |_| ()).verdict(),
        1 => tap.admit_into(frame, payload, to, NOW, |_| ()).verdict(),
        _ => tap.admit_in_place(frame, to, NOW, |_| ()).verdict(),
    }
}

/// Each case has its fault and no other, through every door; what is withheld for want of consent has none.
fn check(meeting: &mut Meeting, cases: &[Case<'_>]) -> HashSet<Fault> {
    for case in cases {
        for door in 0..3 {
            let mut tap = common::tap(meeting, case.stream.clone(), Purposes::RECORD);
            assert_eq!(tap.last_fault(), None);
            let got = admit(&mut tap, &case.frame, case.payload, door);
            let expected = (Some(case.reason), Some(case.fault));
            assert_eq!((got.reason(), tap.last_fault()), expected, "door {door}");
            assert!(!got.is_released());
            // Neither a time out of range nor anything else that outranks it is a fault of the frame.
            let mut other = common::tap(meeting, case.stream.clone(), Purposes::RECORD);
            let late = other.admit(&case.frame, case.payload, millis(-1), |_| ());
            assert_eq!(late.verdict(), Verdict::Dropped(Reason::Time));
            assert_eq!(other.last_fault(), None);
        }
    }
    cases.iter().map(|case| case.fault).collect()
}

fn owned(who: Participant, kind: Kind, format: Format) -> StreamOptions {
    StreamOptions::owned(who, kind, format)
}

fn planes(of: &[(usize, usize)]) -> Payload<'static> {
    let mut planes = [Plane::default(); 4];
    for (plane, (length, stride)) in planes.iter_mut().zip(of) {
        (plane.data, plane.stride) = (&[7; 64][..*length], *stride);
    }
    Payload::Planes(planes)
}

#[test]
fn payloads_of_another_form() {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, SCOPE, Time::START);
    let frame = own(NOW);
    let stereo = || owned(who, Kind::Audio, Format::pcm(Samples::S16, 2));
    let planar = || owned(who, Kind::Audio, Format::planar_pcm(Samples::S16, 2));
    let chat = || owned(who, Kind::Chat, Format::UTF8);
    let poll = || owned(who, Kind::Poll, Format::JSON);
    // Five by three: rows of five, and three by two samples of chroma.
    let odd = || owned(who, Kind::Video, Format::i420(5, 3));
    let grey = || {
        let format = Format::picture(PixelFormat::Gray8, ColorRange::Limited, 4, 4);
        owned(who, Kind::Video, format)
    };
    let records = |kind| {
        let field = |name: &str| Field {
            name: name.into(),
            unit: "packets".into(),
            range: 0..=9,
        };
        let schema = Schema::new(vec![field("lost"), field("late")], 1000).unwrap();
        StreamOptions::records(who, kind, schema)
    };
    let part = [Region::new(who, Area::Channel(0))];
    let others = [Participant::UNKNOWN];
    let cases = [
        case(stereo(), frame, planes(&[(4, 4)]), Fault::Planes),
        case(chat(), frame, planes(&[(4, 4)]), Fault::Planes),
        case(odd(), frame, &[0; 64][..], Fault::Bytes),
        case(stereo(), frame, &[][..], Fault::Empty),
        case(chat(), frame, &[][..], Fault::Empty),
        case(odd(), frame, planes(&[]), Fault::Empty),
        case(stereo(), frame, &[0; 641][..], Fault::PartialSample),
        case(stereo(), frame, &[0; 642][..], Fault::PartialSample),
        case(planar(), frame, &[0; 6][..], Fault::PartialSample),
        case(
            odd(),
            frame,
            planes(&[(15, 5), (6, 3)]),
            Fault::MissingPlane,
        ),
        case(grey(), frame, planes(&[(16, 4), (4, 2)]), Fault::ExtraPlane),
        case(
            odd(),
            frame,
            planes(&[(15, 4), (6, 3), (6, 3)]),
            Fault::Stride,
        ),
        case(
            odd(),
            frame,
            planes(&[(14, 5), (6, 3), (6, 3)]),
            Fault::PlaneTooSmall,
        ),
        case(
            odd(),
            frame,
            planes(&[(15, 5), (2, 2), (2, 2)]),
            Fault::ChromaRoundedDown,
        ),
        case(chat(), frame, &b"ab\xC3"[..], Fault::NotUtf8),
        case(poll(), frame, &b"{\"a\":"[..], Fault::NotJson),
        case(
            records(Kind::Telemetry),
            frame,
            &[0; 15][..],
            Fault::RecordLength,
        ),
        case(
            records(Kind::Telemetry),
            frame.regions(&part),
            &[0; 16][..],
            Fault::RecordOfOthers,
        ),
        case(
            records(Kind::Telemetry),
            Frame::new(NOW, Contributors::Complete(&others)),
            &[0; 16][..],
            Fault::RecordOfOthers,
        ),
        case(
            StreamOptions::alone(who, Kind::Chat, Format::UTF8),
            Frame::new(NOW, Contributors::Complete(&others)),
            &b"ab"[..],
            Fault::OthersNamed,
        ),
    ];
    let found = check(&mut meeting, &cases);
    assert_eq!(found.len(), 14);
}

/// Only addresses of 64 bits have so much; nothing of it is ever read.
#[cfg(target_pointer_width = "64")]
#[test]
fn more_than_32_bits_count() {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, SCOPE, Time::START);
    let mut tap = common::tap(
        &mut meeting,
        owned(who, Kind::Chat, Format::UTF8),
        SCOPE.purposes,
    );
    let long = vec![0; 1 << 32];
    let got = tap.admit(&own(NOW), long[..].into(), NOW, |_| ());
    assert_eq!(got.verdict(), Verdict::Dropped(Reason::Malformed));
    assert_eq!(tap.last_fault(), Some(Fault::TooLong));
}

#[test]
fn buffers_that_do_not_fit() {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, SCOPE, Time::START);
    let formats = [
        (Kind::Audio, Format::pcm(Samples::S16, 1), &[0, 0, 0, 0][..]),
        (Kind::Chat, Format::UTF8, b"abcd"),
        (Kind::Audio, Format::OPAQUE, b"abcd"),
        (Kind::Audio, Format::OPUS, &[0xF8, 1, 2, 3]),
    ];
    for (kind, format, bytes) in formats {
        let mut tap = common::tap(&mut meeting, owned(who, kind, format), Purposes::RECORD);
        let mut buffer = [0; 3];
        let to = buffer[..].as_mut().into();
        let got = tap.admit_into(&own(NOW), bytes.into(), to, NOW, |_| ());
        assert_eq!(got.verdict(), Verdict::Dropped(Reason::Malformed));
        assert_eq!(tap.last_fault(), Some(Fault::Buffer), "{format:?}");
    }
    let format = Format::i420(4, 4);
    let stream = owned(who, Kind::Video, format);
    let mut tap = common::tap(&mut meeting, stream, Purposes::RECORD);
    let (pixels, mut smaller) = ([0; 24], [0; 6]);
    let to = common::picture_mut(&mut smaller, 2, 2);
    let got = tap.admit_into(&own(NOW), picture(&pixels, 4, 4), to, NOW, |_| ());
    assert_eq!(got.verdict(), Verdict::Dropped(Reason::Malformed));
    assert_eq!(tap.last_fault(), Some(Fault::Buffer));
}

#[test]
fn regions_that_are_none() {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, SCOPE, Time::START);
    let stereo = || owned(who, Kind::Audio, Format::pcm(Samples::S16, 2));
    let camera = || owned(who, Kind::Video, Format::i420(4, 4));
    let chat = || owned(who, Kind::Chat, Format::UTF8);
    let poll = || owned(who, Kind::Poll, Format::JSON);
    let region = |area| [Region::new(who, area)];
    let rectangle = |x, width| {
        let (y, height) = (0, 4);
        region(Area::Rectangle {
            x,
            y,
            width,
            height,
        })
    };
    let span = |start, end| region(Area::Span { start, end });
    let (sound, text, json) = (&[0; 8][..], "aé€".as_bytes(), &b"[1,2]"[..]);
    let pixels = [0; 24];
    let many = [Region::new(who, Area::Channel(0)); MAX_REGIONS + 1];
    let cases: &[(StreamOptions, [Region; 1], Payload<'_>, Fault)] = &[
        (stereo(), rectangle(0, 1), sound.into(), Fault::AreaKind),
        (stereo(), span(0, 1), sound.into(), Fault::AreaKind),
        (
            camera(),
            span(0, 1),
            picture(&pixels, 4, 4),
            Fault::AreaKind,
        ),
        (
            chat(),
            region(Area::Channel(0)),
            text.into(),
            Fault::AreaKind,
        ),
        (
            stereo(),
            region(Area::Channel(2)),
            sound.into(),
            Fault::NoSuchChannel,
        ),
        (
            camera(),
            rectangle(0, 0),
            picture(&pixels, 4, 4),
            Fault::EmptyArea,
        ),
        (chat(), span(1, 1), text.into(), Fault::EmptyArea),
        (chat(), span(3, 1), text.into(), Fault::EmptyArea),
        (
            camera(),
            rectangle(4, 1),
            picture(&pixels, 4, 4),
            Fault::AreaOutside,
        ),
        (chat(), span(0, 7), text.into(), Fault::AreaOutside),
        (poll(), span(2, 6), json.into(), Fault::AreaOutside),
        (chat(), span(0, 2), text.into(), Fault::SplitCharacter),
        (chat(), span(4, 6), text.into(), Fault::SplitCharacter),
    ];
    let mut all: Vec<_> = cases
        .iter()
        .map(|(stream, regions, payload, fault)| {
            case(stream.clone(), own(NOW).regions(regions), *payload, *fault)
        })
        .collect();
    let too_many = own(NOW).regions(&many);
    all.push(case(stereo(), too_many, sound, Fault::TooManyRegions));
    assert_eq!(check(&mut meeting, &all).len(), 6);

    // A bare decision sees no payload, but how many there are.
    let mut tap = common::tap(&mut meeting, stereo(), Purposes::RECORD);
    let decision = tap.decide(&too_many, NOW);
    assert_eq!(decision.verdict(), Verdict::Dropped(Reason::Malformed));
    assert_eq!(tap.last_fault(), Some(Fault::TooManyRegions));
}

#[test]
fn contributors_that_the_stream_cannot_have() {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, SCOPE, Time::START);
    let mut voice = common::tap(&mut meeting, common::microphone(who), Purposes::RECORD);
    let kept = voice.admit(&own(NOW), (&[0; 2][..]).into(), NOW, |cleared| {
        let mut room = [Participant::UNKNOWN; 2];
        let source = cleared.source(&mut room);
        source.map(|source| source.keep())
    });
    let kept = kept.output.flatten().unwrap();
    let sources = vec![kept.as_source(); MAX_SOURCES + 1];
    let mix = || StreamOptions::mix(Kind::Audio, Format::OPAQUE);
    let own_chat = || owned(who, Kind::Chat, Format::UTF8);
    let derived = || StreamOptions::derived(Kind::Caption, Format::UTF8);
    let people = [who];
    let text = &b"a caption"[..];
    let incomplete =
        |stream, frame, fault| case(stream, frame, text, fault).because(Reason::Incomplete);
    let listed = |people| Frame::new(NOW, Contributors::Complete(people));
    let cases = [
        incomplete(mix(), own(NOW), Fault::NoOwner),
        incomplete(
            StreamOptions::composite(Kind::Audio, Format::OPAQUE),
            own(NOW),
            Fault::NoOwner,
        ),
        incomplete(mix(), listed(&[]), Fault::NobodyNamed),
        incomplete(own_chat(), listed(&[]), Fault::NobodyNamed),
        incomplete(mix(), Frame::derived(&sources[..1]), Fault::NotDerived),
        incomplete(own_chat(), Frame::derived(&sources[..1]), Fault::NotDerived),
        incomplete(derived(), own(NOW), Fault::NoSources),
        incomplete(derived(), listed(&people), Fault::NoSources),
        incomplete(derived(), Frame::derived(&[]), Fault::NoSources),
        case(
            derived(),
            Frame::derived(&sources),
            text,
            Fault::TooManySources,
        ),
    ];
    for case in &cases {
        let mut tap = common::tap(&mut meeting, case.stream.clone(), Purposes::RECORD);
        let got = tap.admit(&case.frame, case.payload, NOW, |_| ()).verdict();
        let expected = (Some(case.reason), Some(case.fault));
        assert_eq!((got.reason(), tap.last_fault()), expected);
        let mut tap = common::tap(&mut meeting, case.stream.clone(), Purposes::RECORD);
        let decision = tap.decide(&case.frame, NOW);
        assert_eq!((decision.verdict().reason(), tap.last_fault()), expected);
    }
    let found: HashSet<_> = cases.iter().map(|case| case.fault).collect();
    assert_eq!(found.len(), 5);

    // Who says that a list is not complete has made no mistake.
    let mut tap = common::tap(&mut meeting, mix(), Purposes::RECORD);
    let partial = Frame::new(NOW, Contributors::Partial(&people));
    let got = tap.admit(&partial, text.into(), NOW, |_| ());
    assert_eq!(got.verdict(), Verdict::Dropped(Reason::Incomplete));
    assert_eq!(tap.last_fault(), None);
}

#[test]
fn a_fault_stays_until_the_next_and_consent_is_none() {
    let (mut meeting, notice, [who]) = meeting();
    let mut tap = common::tap(&mut meeting, common::microphone(who), Purposes::RECORD);
    let admit =
        |tap: &mut Tap, bytes: &[u8]| tap.admit(&own(NOW), bytes.into(), NOW, |_| ()).verdict();
    assert_eq!(
        admit(&mut tap, &[0; 2]),
        Verdict::Dropped(Reason::NotGranted)
    );
    assert_eq!(tap.last_fault(), None);
    agree(&mut meeting, notice, who, SCOPE, Time::START);
    assert_eq!(
        admit(&mut tap, &[0; 3]),
        Verdict::Dropped(Reason::Malformed)
    );
    assert_eq!(tap.last_fault(), Some(Fault::PartialSample));
    assert_eq!(admit(&mut tap, &[0; 2]), Verdict::Whole);
    assert_eq!(tap.last_fault(), Some(Fault::PartialSample));
    assert_eq!(admit(&mut tap, &[]), Verdict::Dropped(Reason::Malformed));
    assert_eq!(tap.last_fault(), Some(Fault::Empty));
    let told = tap.last_fault().unwrap().to_string();
    assert_eq!(told, "empty payload: do not offer frames without content");
}

#[test]
fn the_guide_has_every_fault() {
    let page = include_str!("../../src/guide/faults.rs");
    for fault in Fault::ALL {
        let (name, remedy) = (fault.name(), fault.remedy());
        let row = format!("//! | [`{fault:?}`](Fault::{fault:?}) | {name} | {remedy} |\n");
        assert!(page.contains(&row), "{row}");
    }
    assert_eq!(page.matches("](Fault::").count(), Fault::ALL.len());
}
