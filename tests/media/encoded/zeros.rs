//! Zeros before a stream's first start code, and frames of no bytes at all.

use std::iter;

use framegate::{Contributors, Kind, Reason, StreamOptions, Verdict, format::Format};

use super::{
    but_for_three, check, gallery,
    gate::{DOORS, Door, Sent, gate, send, tap, wants_keyframe},
    sent,
    video::{Codec, Stream},
};
use crate::common::{SCOPE, agree, judges::needs, meeting, millis, own};

/// A stream whose frames begin with so many zeros more.
fn behind_zeros(codec: Codec, zeros: impl Fn(usize) -> usize) -> Stream {
    let mut stream = Stream::of_gallery(codec, (160, 120), 6, "-frames:v 20");
    for (at, frame) in stream.frames.iter_mut().enumerate() {
        let leading = iter::repeat_n(0, zeros(at));
        frame.bytes.splice(..0, leading);
    }
    stream
}

/// The byte stream syntax allows any number of zeros before the first start code, and after a unit, which before the next frame is the same.
#[test]
fn zeros_before_a_start_code_are_part_of_the_stream() {
    needs!("ffmpeg", "ffprobe", "openh264dec", "libde265-dec265");
    for codec in [Codec::H264, Codec::Hevc] {
        let first_alone = behind_zeros(codec, |at| if at == 0 { 3 } else { 0 });
        let all = behind_zeros(codec, |at| [1, 2, 3, 5, 64, 1000][at % 6]);
        for stream in [first_alone, all] {
            let always: Vec<_> = (0..stream.frames.len()).map(|at| at == 0).collect();
            for changes in [always, but_for_three(&stream)] {
                for door in DOORS {
                    check(&stream, &changes, true, door).unwrap();
                }
            }
        }
    }
}

#[test]
fn control_nothing_else_is_before_a_start_code() {
    let idr: &[u8] = &[0, 0, 1, 0x65, 0x88, 0x84];
    let verdict = |before: &[u8], format| {
        let bytes = [before, idr].concat();
        let frames = [0, 1].map(|at| Sent {
            bytes: &bytes,
            captured: millis(1000 + at),
            keyframe: None,
        });
        gate(
            Kind::Video,
            format,
            &frames,
            &[true, false],
            false,
            Door::Admit,
        )[1]
        .verdict
    };
    let awaits = Verdict::Dropped(Reason::AwaitsKeyframe);
    let malformed = Verdict::Dropped(Reason::Malformed);
    for zeros in [&[][..], &[0], &[0, 0], &[0; 5], &[0; 500]] {
        assert_eq!(verdict(zeros, Format::H264), awaits);
        for other in [1, 2, 0x65, 0xFF] {
            let before = [zeros, &[other], zeros].concat();
            // Which with two zeros before it is a start code.
            let is_code = other == 1 && zeros.len() >= 2;
            if !is_code {
                assert_eq!(verdict(&before, Format::H264), malformed, "{before:?}");
            }
        }
    }
    // Zeros alone are none.
    let frames = [0, 1].map(|at| Sent {
        bytes: &[0; 100],
        captured: millis(1000 + at),
        keyframe: None,
    });
    for format in [Format::H264, Format::HEVC] {
        let gated = gate(
            Kind::Video,
            format,
            &frames,
            &[true, false],
            true,
            Door::Into,
        );
        assert_eq!(gated[1].verdict, malformed);
    }
}

/// As of an encoder that leaves a frame out: between any two frames, released, blanked and waiting, at each door.
#[test]
fn frames_without_bytes_change_nothing() {
    needs!("ffmpeg", "ffprobe", "openh264dec");
    let stream = gallery(Codec::H264);
    let frames = sent(stream);
    let changes = but_for_three(stream);
    for door in DOORS {
        let with = {
            let nothing = |sent: &Sent<'_>| Sent {
                bytes: &[],
                ..*sent
            };
            let twice = frames
                .iter()
                .flat_map(|sent| [nothing(sent), Sent { ..*sent }]);
            let twice: Vec<_> = twice.collect();
            let changes: Vec<_> = changes.iter().flat_map(|one| [*one, false]).collect();
            gate(Kind::Video, Format::H264, &twice, &changes, true, door)
        };
        let without = gate(Kind::Video, Format::H264, &frames, &changes, true, door);
        let said =
            |gated: &super::Gated| (gated.verdict, gated.bytes.clone(), gated.wants_keyframe);
        assert!(
            with.iter()
                .skip(1)
                .step_by(2)
                .map(said)
                .eq(without.iter().map(said))
        );
        let mut wants = false;
        for pair in with.chunks(2) {
            assert_eq!(pair[0].verdict, Verdict::Dropped(Reason::Malformed));
            assert_eq!(pair[0].bytes, None);
            assert_eq!(pair[0].wants_keyframe, wants);
            wants = pair[1].wants_keyframe;
        }
    }
}

/// Neither are they counted; and in a raw stream they are malformed.
#[test]
fn frames_without_bytes_are_not_counted() {
    let formats = [
        (Kind::Audio, Format::OPUS),
        (Kind::Audio, Format::OPUS_RED),
        (Kind::Audio, Format::opus_multistream(2)),
        (Kind::Audio, Format::AAC),
        (Kind::Video, Format::H264),
        (Kind::Video, Format::HEVC),
        (Kind::Video, Format::VP8),
        (Kind::Video, Format::VP9),
        (Kind::Video, Format::AV1),
        (Kind::Audio, Format::OPAQUE),
    ];
    for (kind, format) in formats {
        let (mut meeting, notice, [who]) = meeting();
        agree(&mut meeting, notice, who, SCOPE, millis(0));
        let mut tap = tap(&mut meeting, StreamOptions::owned(who, kind, format), true);
        let nothing = Sent {
            bytes: &[],
            captured: millis(10),
            keyframe: None,
        };
        for door in DOORS {
            let contributors = Contributors::Owner;
            let gated = send(&mut tap, contributors, &nothing, millis(10), door);
            assert_eq!(gated.verdict, Verdict::Dropped(Reason::Malformed));
        }
        // Whatever is in the room for it.
        let mut room = [7; 4];
        let into = (&mut room[..]).into();
        let admission =
            tap.admit_into(&own(millis(10)), (&[][..]).into(), into, millis(10), |_| ());
        assert_eq!((admission.output, room), (None, [0; 4]));
        let is_raw = format == Format::OPAQUE;
        assert_eq!(
            tap.counters().seen,
            if is_raw { 4 } else { 0 },
            "{format:?}"
        );
        assert_eq!(tap.last_fault().is_some(), is_raw);
        assert!(!wants_keyframe(&mut tap));
    }
}
