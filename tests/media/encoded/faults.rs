//! The fault behind each encoded frame that cannot be read, and each at which a stream was meant to resume.

use std::collections::HashSet;

use framegate::{
    Fault, Kind, Payload, Plane, Purposes, Reason, StreamOptions, Verdict, format::Format,
};

use super::{
    gallery,
    gate::tap,
    video::{self, Codec},
};
use crate::common::{self, SCOPE, agree, judges::needs, meeting, millis, own};

/// What becomes of one frame of a stream whose owner agrees, and its fault.
fn fault(format: Format, bytes: &[u8], keyframe: Option<bool>) -> (Verdict, Option<Fault>) {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, SCOPE, millis(0));
    // Which fits sound and pictures.
    let stream = StreamOptions::owned(who, Kind::File, format);
    let mut tap = tap(&mut meeting, stream, false);
    let mut frame = own(millis(10));
    if let Some(keyframe) = keyframe {
        frame = frame.keyframe(keyframe);
    }
    let mut found = [None; 3];
    for (door, found) in found.iter_mut().enumerate() {
        let mut buffer = bytes.to_vec();
        let to = (&mut buffer[..]).into();
        let admission = match door {
            0 => tap.admit(&frame, bytes.into(), millis(10), |_| ()),
            1 => tap.admit_into(&frame, bytes.into(), to, millis(10), |_| ()),
            _ => tap.admit_in_place(&frame, to, millis(10), |_| ()),
        };
        *found = Some((admission.verdict(), tap.last_fault()));
    }
    let [Some(first), others @ ..] = found else {
        unreachable!()
    };
    assert_eq!(others, [Some(first); 2]);
    first
}

const MALFORMED: Verdict = Verdict::Dropped(Reason::Malformed);
const AWAITS: Verdict = Verdict::Dropped(Reason::AwaitsKeyframe);

const SPS: [u8; 13] = [
    0, 0, 0, 1, 0x67, 0x42, 0xC0, 0x1F, 0xF4, 0x0A, 0x02, 0xFC, 0x80,
];
const PPS: [u8; 8] = [0, 0, 0, 1, 0x68, 0xCE, 0x3C, 0x80];
const IDR: [u8; 8] = [0, 0, 0, 1, 0x65, 0x88, 0x84, 0x55];
const DELTA: [u8; 8] = [0, 0, 0, 1, 0x41, 0x9A, 0x24, 0x55];

type Case<'a> = (Format, &'a [u8], Verdict, Fault);

#[rustfmt::skip]
const CASES: [Case<'static>; 31] = [
    (Format::H264, &[0, 0, 0, 5, 0x65, 1, 2, 3, 4], MALFORMED, Fault::LengthPrefixed),
    (Format::H264, &[0, 3, 0x65, 1, 2, 0, 1, 0x68], MALFORMED, Fault::LengthPrefixed),
    (Format::H264, &[0x65; 10], MALFORMED, Fault::NoStartCode),
    (Format::H264, &[0, 0, 0, 1, 0xE5, 1, 2, 3], MALFORMED, Fault::UnitHeader),
    (Format::H264, &[0, 0, 1], MALFORMED, Fault::UnitHeader),
    (Format::H264, &[0, 0, 0, 1, 0x74, 1, 2, 3], MALFORMED, Fault::Layer),
    (Format::H264, &IDR, AWAITS, Fault::NoParameterSets),
    (Format::HEVC, &[0, 0, 0, 5, 0x26, 1, 2, 3, 4], MALFORMED, Fault::LengthPrefixed),
    (Format::HEVC, &[0x26; 10], MALFORMED, Fault::NoStartCode),
    (Format::HEVC, &[0, 0, 0, 1, 0xA6, 1, 9, 9], MALFORMED, Fault::UnitHeader),
    (Format::HEVC, &[0, 0, 1, 0x26], MALFORMED, Fault::UnitHeader),
    (Format::HEVC, &[0, 0, 0, 1, 0x26, 9, 9, 9], MALFORMED, Fault::Layer),
    (Format::HEVC, &[0, 0, 0, 1, 0x26, 1, 9, 9], AWAITS, Fault::NoParameterSets),
    (Format::HEVC, &[0, 0, 0, 1, 0x2A, 1, 9, 9], AWAITS, Fault::OpenGroup),
    (Format::VP8, &[0; 10], MALFORMED, Fault::FrameHeader),
    (Format::VP8, &[0x10], MALFORMED, Fault::FrameHeader),
    (Format::VP9, &[0xFF; 10], MALFORMED, Fault::FrameHeader),
    (Format::VP9, &[0x82, 1, 2, 3], MALFORMED, Fault::FrameHeader),
    (Format::AV1, &[0x80, 1], MALFORMED, Fault::UnitHeader),
    (Format::AV1, &[0x12, 5], MALFORMED, Fault::UnitSize),
    (Format::AV1, &[0x12, 0, 0x32, 0], MALFORMED, Fault::FrameHeader),
    (Format::AV1, &[0x08, 0, 0, 0], AWAITS, Fault::NoUnitSize),
    (Format::AV1, &[0x12, 0, 0x32, 2, 0x10, 0], AWAITS, Fault::NoParameterSets),
    // An operating point without the temporal layer that the keyframe is of.
    (Format::AV1, &[0x0A, 4, 0, 1, 1, 0, 0x36, 0x20, 1, 0x10], AWAITS, Fault::Layer),
    (Format::AV1, &[0x12, 0, 0x32, 1, 0x30, 0x12, 0, 0x32, 1, 0x10], AWAITS, Fault::SeveralFrames),
    (Format::AV1, &[7, 6, 1, 0x10, 3, 0x30, 0x10, 0], MALFORMED, Fault::LengthDelimited),
    (Format::AV1, &[8, 7, 1, 0x10, 4, 0x30, 0x10, 0, 0], AWAITS, Fault::LengthDelimited),
    (Format::OPUS, &[0xFB], MALFORMED, Fault::OpusPacket),
    (Format::opus_multistream(2), &[0xF8, 1, 2, 3], MALFORMED, Fault::OpusStreams),
    (Format::opus_multistream(2), &[0xFB], MALFORMED, Fault::OpusPacket),
    (Format::OPUS_RED, &[0x80], MALFORMED, Fault::OpusRedundancy),
];

#[test]
fn each_frame_has_its_fault() {
    let keyframe = [&SPS[..], &PPS, &IDR].concat();
    let behind_another = [&DELTA[..], &keyframe].concat();
    // A length that looks like a start code.
    let of_258 = [&[0, 0, 1, 2, 0x65, 0x88][..], &[0x55; 256]].concat();
    let hevc: [&[u8]; 2] = [
        &[0, 0, 0, 1, 2, 1, 9, 9, 9],
        &[0, 0, 0, 1, 0x26, 1, 9, 9, 9],
    ];
    let hevc_behind_another = hevc.concat();
    let longer = [
        (Format::H264, &of_258[..], AWAITS, Fault::LengthPrefixed),
        (Format::H264, &behind_another, AWAITS, Fault::SeveralFrames),
        (
            Format::HEVC,
            &hevc_behind_another,
            AWAITS,
            Fault::SeveralFrames,
        ),
    ];
    let cases: Vec<Case<'_>> = CASES.into_iter().chain(longer).collect();
    for (format, bytes, verdict, expected) in &cases {
        let got = fault(*format, bytes, None);
        assert_eq!(got, (*verdict, Some(*expected)), "{format:?} {bytes:?}");
        assert_eq!(fault(*format, &[], None), (MALFORMED, None));
    }
    let found: HashSet<_> = cases.iter().map(|(.., fault)| fault).collect();
    assert_eq!(found.len(), 14);

    // Control: what goes through has none, nor what only waits.
    let whole = (Verdict::Whole, None);
    assert_eq!(fault(Format::H264, &keyframe, None), whole);
    assert_eq!(fault(Format::H264, &keyframe, Some(true)), whole);
    assert_eq!(fault(Format::H264, &DELTA, None), (AWAITS, None));
    assert_eq!(fault(Format::OPUS, &[0xF8, 1, 2], None), whole);
    let denied = (AWAITS, Some(Fault::DeniedKeyframe));
    assert_eq!(fault(Format::H264, &keyframe, Some(false)), denied);
}

#[test]
fn pictures_are_no_encoded_frames() {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, SCOPE, millis(0));
    let stream = StreamOptions::owned(who, Kind::Video, Format::H264);
    let mut tap = common::tap(&mut meeting, stream, Purposes::RECORD);
    let plane = Plane {
        data: &IDR,
        stride: 4,
    };
    let admission = tap.admit(&own(millis(1)), Payload::packed(plane), millis(1), |_| ());
    assert_eq!(admission.verdict(), MALFORMED);
    assert_eq!(tap.last_fault(), Some(Fault::Planes));
}

/// As an encoder's frames come out of MP4: every access unit of a real stream.
#[test]
fn real_streams_with_lengths_are_told_as_such() {
    needs!("ffmpeg", "ffprobe");
    for codec in [Codec::H264, Codec::Hevc] {
        for frame in &gallery(codec).frames[..12] {
            let units = video::units(&frame.bytes).into_iter();
            let prefixed = units
                .map(|unit| [&u32::try_from(unit.len()).unwrap().to_be_bytes(), unit].concat());
            let prefixed = prefixed.collect::<Vec<_>>().concat();
            let (verdict, found) = fault(codec.format(), &prefixed, None);
            assert!(!verdict.is_released());
            assert_eq!(found, Some(Fault::LengthPrefixed), "{codec:?}");
        }
    }
}
