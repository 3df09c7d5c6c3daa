//! Every door has its own answer to bad input: an error at setup, a withheld frame on the hot half; never a panic, never more cleared.

use framegate::{
    Area, Authority, Contributors, Digest, Error, Frame, Grant, JoinOptions, Kind, Kinds,
    MAX_REGIONS, Meeting, MeetingOptions, Method, Notice, OutletOptions, Participant, Payload,
    PayloadMut, Plane, PlaneMut, Purposes, Reason, Region, Scope, StreamOptions, Tap, Time,
    Verdict,
    format::{ColorRange, Field, Format, PixelFormat, Samples, Schema},
};
use framegate::{Argument, Resource};

use crate::common::{
    self, SCOPE, agree, meeting, microphone, millis, own, picture, picture_bytes, tap,
};

const MALFORMED: Verdict = Verdict::Dropped(Reason::Malformed);

/// The verdict of each of the three ways, which must be the same, and for the two that write: whether the buffer was wiped.
fn verdict(tap: &mut Tap, frame: &Frame<'_>, payload: Payload<'_>, now: Time) -> Verdict {
    let verdict = tap.admit(frame, payload, now, |_| ()).verdict();
    if let Payload::Bytes(bytes) = payload {
        let mut buffer = vec![7; bytes.len()];
        let into = tap.admit_into(frame, payload, (&mut buffer[..]).into(), now, |_| ());
        assert_eq!(into.verdict(), verdict);
        let wiped = buffer.iter().all(|byte| *byte == 0);
        assert!(wiped || !matches!(verdict, Verdict::Dropped(_)));
        buffer.copy_from_slice(bytes);
        let in_place = tap.admit_in_place(frame, (&mut buffer[..]).into(), now, |_| ());
        assert_eq!(in_place.verdict(), verdict);
    }
    verdict
}

/// A tap of somebody who agrees to everything.
fn agreed(stream: fn(Participant) -> StreamOptions) -> (Meeting, Participant, Tap) {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, SCOPE, Time::START);
    let tap = tap(&mut meeting, stream(who), Purposes::RECORD);
    (meeting, who, tap)
}

#[test]
fn r1_times() {
    let (mut meeting, who, mut tap) = agreed(microphone);
    let payload = Payload::Bytes(&[1; 4]);
    let late = Time::from_millis(i64::from(u32::MAX));
    for (captured, now) in [
        (millis(-1), millis(1)),
        (Time::from_micros(i64::MIN), millis(1)),
        (millis(2), millis(1)),
        (millis(1), late),
        (late, late),
        (Time::from_micros(i64::MAX), Time::from_micros(i64::MAX)),
        (millis(1), millis(-1)),
    ] {
        let got = verdict(&mut tap, &own(captured), payload, now);
        assert_eq!(got, Verdict::Dropped(Reason::Time), "{captured:?} {now:?}");
    }
    assert_eq!(
        verdict(&mut tap, &own(millis(1)), payload, millis(1)),
        Verdict::Whole
    );

    assert_eq!(
        meeting.join(JoinOptions::adult("late"), late),
        Err(Error::Time)
    );
    let lifted = meeting.lift(Authority::Host, None, Scope::ALL, millis(-1));
    assert_eq!(lifted, Err(Error::Time));
    // What narrows does so now, whatever the time.
    let _ = meeting
        .withdraw(
            Authority::Participant,
            who,
            Scope::ALL,
            Time::from_micros(i64::MIN),
        )
        .unwrap();
    let now = millis(1);
    let admission = tap.admit(&own(now), payload, now, |_| ());
    assert_eq!(admission.verdict(), Verdict::Dropped(Reason::Withdrawn));
}

#[test]
fn r1_audio_that_is_no_whole_number_of_samples() {
    let stream = |who| StreamOptions::owned(who, Kind::Audio, Format::pcm(Samples::F32, 3));
    let (_meeting, _, mut tap) = agreed(stream);
    for length in 0..=24 {
        let bytes = vec![1; length];
        let got = verdict(&mut tap, &own(millis(1)), Payload::Bytes(&bytes), millis(1));
        let whole = length > 0 && length % 12 == 0;
        assert_eq!(got, if whole { Verdict::Whole } else { MALFORMED });
    }
    let plane = Plane {
        data: &[1; 12],
        stride: 12,
    };
    let picture = Payload::i420(plane, plane, plane);
    assert_eq!(
        verdict(&mut tap, &own(millis(1)), picture, millis(1)),
        MALFORMED
    );
}

#[test]
fn r1_withheld_text_is_not_looked_through() {
    let (mut meeting, notice, [who]) = meeting();
    let stream = StreamOptions::owned(who, Kind::Chat, Format::UTF8);
    let mut tap = tap(&mut meeting, stream, Purposes::RECORD);
    let admit = |tap: &mut Tap, text: &[u8], regions: &[Region]| {
        let (mut buffer, frame) = (text.to_vec(), own(millis(1)).regions(regions));
        let admission = tap.admit_in_place(&frame, (&mut buffer[..]).into(), millis(1), |_| ());
        (admission.verdict(), buffer)
    };
    let not_granted = Verdict::Blanked(Reason::NotGranted);
    assert_eq!(
        admit(&mut tap, b"ab\xC3", &[]),
        (not_granted, b"***".to_vec())
    );
    // Where a part of it might go, it is.
    let part = Region::new(who, Area::Span { start: 0, end: 1 });
    assert_eq!(admit(&mut tap, b"ab\xC3", &[part]).0, MALFORMED);
    assert_eq!(admit(&mut tap, b"abc", &[part]).0, not_granted);
    agree(&mut meeting, notice, who, SCOPE, Time::START);
    assert_eq!(admit(&mut tap, b"ab\xC3", &[]).0, MALFORMED);
}

#[test]
fn r1_text_that_is_no_utf8() {
    let stream = |who| StreamOptions::owned(who, Kind::Chat, Format::UTF8);
    let (_meeting, who, mut tap) = agreed(stream);
    for text in [&b"\xFF"[..], b"ab\xC3", b"\xED\xA0\x80", b""] {
        assert_eq!(
            verdict(&mut tap, &own(millis(1)), Payload::Bytes(text), millis(1)),
            MALFORMED
        );
    }
    let text = Payload::Bytes("aé€😀".as_bytes());
    for (start, end, fits) in [
        (0, 1, true),
        (1, 3, true),
        (6, 10, true),
        (0, 2, false),
        (2, 3, false),
        (4, 6, false),
        (3, 9, false),
        (1, 1, false),
        (3, 1, false),
        (6, 11, false),
        (10, 11, false),
        (0, u32::MAX, false),
    ] {
        let regions = [Region::new(who, Area::Span { start, end })];
        let got = verdict(&mut tap, &own(millis(1)).regions(&regions), text, millis(1));
        assert_eq!(
            got,
            if fits { Verdict::Whole } else { MALFORMED },
            "{start}..{end}"
        );
    }
}

#[test]
fn r1_pictures_with_planes_that_are_too_small() {
    const WIDTH: usize = 5;
    const HEIGHT: usize = 3;
    let stream = |who| StreamOptions::owned(who, Kind::Video, Format::i420(5, 3));
    let (_meeting, who, mut tap) = agreed(stream);
    let data = vec![1; picture_bytes(WIDTH, HEIGHT)];
    let Payload::Planes(good) = picture(&data, WIDTH, HEIGHT) else {
        unreachable!()
    };
    let mut verdict = |planes: [Plane<'_>; 4], regions: &[Region]| {
        let frame = own(millis(1)).regions(regions);
        tap.admit(&frame, Payload::Planes(planes), millis(1), |_| ())
            .verdict()
    };
    assert_eq!(verdict(good, &[]), Verdict::Whole);
    for (plane, (width, height)) in [(WIDTH, HEIGHT), (3, 2), (3, 2)].into_iter().enumerate() {
        for (length, stride, fits) in [
            ((height - 1) * width + width, width, true),
            ((height - 1) * width + width - 1, width, false),
            (height * width, width - 1, false),
            (height * width, 0, false),
            (height * width, usize::MAX, false),
            ((height - 1) * 100 + width, 100, true),
            (0, width, false),
        ] {
            let data = vec![1; length];
            let mut planes = good;
            planes[plane] = Plane {
                data: &data,
                stride,
            };
            let expected = if fits { Verdict::Whole } else { MALFORMED };
            assert_eq!(
                verdict(planes, &[]),
                expected,
                "plane {plane}: {length} bytes, stride {stride}"
            );
        }
    }
    let mut fourth = good;
    fourth[3] = Plane {
        data: &[1],
        stride: 1,
    };
    assert_eq!(verdict(fourth, &[]), MALFORMED);

    for (x, y, width, height, fits) in [
        (4, 2, 1, 1, true),
        (0, 0, u32::MAX, u32::MAX, true),
        (4, 2, u32::MAX, u32::MAX, true),
        (5, 0, 1, 1, false),
        (0, 3, 1, 1, false),
        (u32::MAX, u32::MAX, u32::MAX, u32::MAX, false),
        (0, 0, 0, 1, false),
        (0, 0, 1, 0, false),
    ] {
        let region = Region::new(
            who,
            Area::Rectangle {
                x,
                y,
                width,
                height,
            },
        );
        let expected = if fits { Verdict::Whole } else { MALFORMED };
        assert_eq!(verdict(good, &[region]), expected, "{region:?}");
    }
    for area in [Area::Channel(0), Area::Span { start: 0, end: 1 }] {
        assert_eq!(verdict(good, &[Region::new(who, area)]), MALFORMED);
    }
    let region = Region::new(
        who,
        Area::Rectangle {
            x: 0,
            y: 0,
            width: 1,
            height: 1,
        },
    );
    assert_eq!(verdict(good, &[region; MAX_REGIONS]), Verdict::Whole);
    assert_eq!(verdict(good, &[region; MAX_REGIONS + 1]), MALFORMED);
}

#[test]
fn r1_a_buffer_that_is_not_like_the_payload() {
    let (_meeting, _, mut tap) = agreed(microphone);
    for length in [0, 3, 5] {
        let mut buffer = vec![7; length];
        let payload = Payload::Bytes(&[1; 4]);
        let now = millis(1);
        let admission = tap.admit_into(&own(now), payload, (&mut buffer[..]).into(), now, |_| ());
        assert_eq!(admission.verdict(), MALFORMED);
        assert!(buffer.iter().all(|byte| *byte == 0));
    }
    let planes = PayloadMut::Planes(std::array::from_fn(|_| PlaneMut::default()));
    let now = millis(1);
    let admission = tap.admit_into(&own(now), Payload::Bytes(&[1; 4]), planes, now, |_| ());
    assert_eq!(admission.verdict(), MALFORMED);
}

#[test]
fn r4_lists_with_strangers_and_repetitions() {
    let stream = |_| StreamOptions::mix(Kind::Audio, Format::OPAQUE);
    let (mut meeting, who, mut tap) = agreed(stream);
    let gone = meeting.join(JoinOptions::adult("gone"), millis(1)).unwrap();
    let _ = meeting.leave(gone, millis(1)).unwrap();
    // In the same slot of their meeting, and the first there, too.
    let (other, _, [foreign]) = common::meeting();
    let unknown = Participant::UNKNOWN;
    let many = vec![who; 100_000];
    let dropped = Verdict::Dropped;
    for (contributors, expected) in [
        (Contributors::Complete(&[who, who]), Verdict::Whole),
        (Contributors::Complete(&many), Verdict::Whole),
        (Contributors::Complete(&[]), dropped(Reason::Incomplete)),
        (Contributors::Partial(&[who]), dropped(Reason::Incomplete)),
        (Contributors::Owner, dropped(Reason::Incomplete)),
        (Contributors::from_csrcs(&[who; 14]), Verdict::Whole),
        (
            Contributors::from_csrcs(&[who; 15]),
            dropped(Reason::Incomplete),
        ),
        (
            Contributors::Complete(&[who, unknown]),
            dropped(Reason::Unknown),
        ),
        (
            Contributors::Complete(&[gone, who]),
            dropped(Reason::Absent),
        ),
        (
            Contributors::Complete(&[who, foreign]),
            dropped(Reason::Unknown),
        ),
    ] {
        let frame = Frame::new(millis(1), contributors);
        let payload = Payload::Bytes(&[1]);
        let now = millis(1);
        assert_eq!(tap.admit(&frame, payload, now, |_| ()).verdict(), expected);
        assert_eq!(
            tap.decide(&frame, now).verdict().is_released(),
            expected == Verdict::Whole
        );
    }
    drop(other);
}

#[test]
fn r1_the_end_and_the_loss_of_a_meeting_close_every_tap() {
    let (mut meeting, who, mut tap) = agreed(microphone);
    let payload = Payload::Bytes(&[1; 4]);
    let _ = meeting.end();
    let ended = Verdict::Dropped(Reason::Ended);
    assert_eq!(
        verdict(&mut tap, &own(millis(1)), payload, millis(1)),
        ended
    );
    assert_eq!(
        meeting.join(JoinOptions::adult("late"), millis(2)),
        Err(Error::Ended)
    );
    let settling = meeting
        .withdraw(Authority::Participant, who, Scope::ALL, millis(2))
        .unwrap();
    assert!(settling.is_settled());

    let (meeting, _, mut tap) = agreed(microphone);
    drop(meeting);
    assert_eq!(
        verdict(&mut tap, &own(millis(1)), payload, millis(1)),
        ended
    );
}

#[test]
fn setup_answers_with_errors() {
    let full = |participants| Meeting::open(MeetingOptions::new("m", participants)).err();
    assert_eq!(full(65_536), Some(Error::Full(Resource::Participants)));
    assert_eq!(full(0), Some(Error::Empty(Argument::Room)));
    assert_eq!(
        Meeting::open(MeetingOptions::new("", 1)).err(),
        Some(Error::Empty(Argument::Id))
    );

    let mut meeting = Meeting::open(MeetingOptions::new("m", 1)).unwrap();
    assert_eq!(
        meeting.join(JoinOptions::adult(""), Time::START),
        Err(Error::Empty(Argument::Id))
    );
    let who = meeting.join(JoinOptions::adult("a"), Time::START).unwrap();
    assert_eq!(
        meeting.join(JoinOptions::adult("a"), Time::START),
        Err(Error::AlreadyJoined)
    );
    assert_eq!(
        meeting.join(JoinOptions::adult("b"), Time::START),
        Err(Error::Full(Resource::Participants))
    );

    for format in [
        Format::pcm(Samples::S16, 0),
        Format::i420(0, 1),
        Format::i420(1, 0),
        Format::i420(32_769, 1),
        Format::i420(u32::MAX, u32::MAX),
    ] {
        let stream = StreamOptions::owned(who, Kind::File, format);
        assert_eq!(meeting.open_stream(stream), Err(Error::Format));
    }
    let stranger = StreamOptions::owned(Participant::UNKNOWN, Kind::Audio, Format::OPAQUE);
    assert_eq!(
        meeting.open_stream(stranger),
        Err(Error::UnknownParticipant)
    );

    let record = meeting.third_party(Purposes::RECORD, "ACME Ltd").unwrap();
    assert_eq!(
        meeting.third_party(Purposes::RECORD, "ACME Ltd"),
        Ok(record)
    );
    let foreign = Err(Error::ForeignPurpose);
    for (outlet, expected) in [
        (
            OutletOptions::new("", Purposes::RECORD),
            Err(Error::Empty(Argument::OutletName)),
        ),
        (
            OutletOptions::new("o", Purposes::empty()),
            Err(Error::Empty(Argument::OutletPurposes)),
        ),
        (OutletOptions::new("o", record), foreign.clone()),
        (
            OutletOptions::new("o", Purposes::RECORD).recipient("ACME Ltd"),
            foreign.clone(),
        ),
        (
            OutletOptions::new("o", record).recipient("Other Ltd"),
            foreign.clone(),
        ),
        (
            OutletOptions::new("o", record | Purposes::RECORD).recipient("ACME Ltd"),
            foreign.clone(),
        ),
        (OutletOptions::new("o", Purposes::all()), foreign),
    ] {
        assert_eq!(meeting.open_outlet(outlet), expected);
    }
    let outlet = OutletOptions::new("o", record).recipient("ACME Ltd");
    assert!(meeting.open_outlet(outlet).is_ok());
    for purpose in [
        Purposes::empty(),
        record,
        Purposes::RECORD | Purposes::TRAIN,
    ] {
        assert_eq!(
            meeting.third_party(purpose, "ACME Ltd"),
            Err(Error::NotOnePurpose)
        );
    }
    assert_eq!(
        meeting.third_party(Purposes::RECORD, ""),
        Err(Error::Empty(Argument::Recipient))
    );
    for name in 1..7 {
        meeting
            .third_party(Purposes::RECORD, &name.to_string())
            .unwrap();
    }
    let eighth = meeting.third_party(Purposes::RECORD, "8");
    assert_eq!(eighth, Err(Error::Full(Resource::ThirdPartyPurposes)));
}

#[test]
fn r3_a_grant_needs_a_notice_that_describes_it() {
    let mut meeting = Meeting::open(MeetingOptions::new("m", 1)).unwrap();
    let who = meeting.join(JoinOptions::adult("a"), Time::START).unwrap();
    let scope = Scope::new(Kinds::AUDIO, Purposes::RECORD);
    let notice = Notice {
        digest: Digest::of("We record what you say."),
        version: "1".into(),
        language: "en".into(),
        controller: "Example Conferencing".into(),
        scope,
    };
    let grant = |meeting: &mut Meeting, digest, scope, until: Option<Time>| {
        let grant = Grant {
            until,
            ..Grant::new(digest, scope, Method::Clicked)
        };
        meeting.grant(Authority::Participant, who, &grant, millis(5))
    };
    let digest = notice.digest;
    assert_eq!(
        grant(&mut meeting, digest, scope, None),
        Err(Error::UnknownNotice)
    );
    meeting.show(notice.clone()).unwrap();
    let conflicting = Notice {
        scope: Scope::ALL,
        ..notice.clone()
    };
    assert_eq!(meeting.show(conflicting), Err(Error::ConflictingNotice));
    let nothing = Scope::new(Kinds::AUDIO, Purposes::empty());
    let empty = Notice {
        scope: nothing,
        ..notice
    };
    assert_eq!(
        meeting.show(empty),
        Err(Error::Empty(Argument::NoticeScope))
    );

    for beyond in [
        Scope::new(Kinds::VIDEO, Purposes::RECORD),
        Scope::new(Kinds::AUDIO, Purposes::TRAIN),
        Scope::ALL,
    ] {
        assert_eq!(
            grant(&mut meeting, digest, beyond, None),
            Err(Error::BeyondNotice)
        );
    }
    assert_eq!(
        grant(&mut meeting, digest, nothing, None),
        Err(Error::Empty(Argument::GrantScope))
    );
    for end in [
        millis(5),
        millis(4),
        millis(-1),
        Time::from_micros(i64::MAX),
    ] {
        assert_eq!(
            grant(&mut meeting, digest, scope, Some(end)),
            Err(Error::Time)
        );
    }
    assert_eq!(grant(&mut meeting, digest, scope, Some(millis(6))), Ok(()));
}

/// What a stream of each kind can be of; what is opaque, of any.
#[test]
fn sound_is_no_picture_and_neither_is_text() {
    const SOUND: &[Format] = &[
        Format::pcm(Samples::S16, 2),
        Format::planar_pcm(Samples::MuLaw, 1),
        Format::OPUS,
        Format::OPUS_RED,
        Format::opus_multistream(2),
        Format::AAC,
    ];
    const PICTURES: &[Format] = &[
        Format::i420(16, 16),
        Format::picture(PixelFormat::Gray8, ColorRange::Full, 8, 8),
        Format::H264,
        Format::HEVC,
        Format::VP8,
        Format::VP9,
        Format::AV1,
    ];
    const WRITTEN: &[Format] = &[Format::UTF8, Format::JSON];
    let field = Field {
        name: "x".into(),
        unit: "packets".into(),
        range: 0..=1,
    };
    let schema = Schema::new(vec![field], 60).unwrap();
    let (mut meeting, _, [who]) = meeting();
    for kind in Kind::ALL {
        let (sound, pictures, written, records) = match kind {
            Kind::Audio => (true, false, false, false),
            Kind::Video | Kind::Screen => (false, true, false, false),
            Kind::Whiteboard => (false, true, true, false),
            Kind::Chat
            | Kind::Caption
            | Kind::Reaction
            | Kind::Poll
            | Kind::Note
            | Kind::Comment
            | Kind::Calendar => (false, false, true, false),
            Kind::File => (true, true, true, false),
            Kind::Telemetry | Kind::Diagnostic | Kind::Usage | Kind::Unclassified => {
                (true, true, true, true)
            }
        };
        let told = [
            (SOUND, sound),
            (PICTURES, pictures),
            (WRITTEN, written),
            (&[Format::OPAQUE], true),
        ];
        for (formats, fits) in told {
            for format in formats {
                assert_eq!(format.fits(kind), fits, "{kind} {format:?}");
                for stream in [
                    StreamOptions::owned(who, kind, *format),
                    StreamOptions::mix(kind, *format),
                    StreamOptions::composite(kind, *format),
                    StreamOptions::derived(kind, *format),
                ] {
                    let opened = meeting.open_stream(stream).map(drop);
                    let expected = if fits { Ok(()) } else { Err(Error::Format) };
                    assert_eq!(opened, expected, "{kind} {format:?}");
                }
            }
        }
        let opened = meeting.open_stream(StreamOptions::records(who, kind, schema.clone()));
        assert_eq!(opened.is_ok(), records, "{kind}");
    }
}

/// Somebody agreed to sound alone, and pictures come under that name.
#[test]
fn pictures_never_go_by_consent_to_sound() {
    let (mut meeting, _, [who]) = meeting();
    let pictures = Format::picture(PixelFormat::Gray8, ColorRange::Full, 8, 8);
    let opened = meeting.open_stream(StreamOptions::owned(who, Kind::Audio, pictures));
    assert_eq!(opened, Err(Error::Format));
    let said = Error::Format.to_string();
    assert!(said.contains("format") && said.contains("kind"), "{said}");
}
