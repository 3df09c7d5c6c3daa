//! Encoded media: real streams through taps while their owner changes their mind, with real decoders as judges.

mod faults;
mod gap;
pub mod gate;
mod hevc_drawn;
mod hevc_sets;
mod lengths;
mod mp4;
mod muxed;
mod requests;
mod sizes;
mod table;
mod video;
mod zeros;

use std::sync::OnceLock;

use framegate::{Kind, Reason, Verdict, format::Format};
use gate::{DOORS, Door, Gated, Sent, gate, gate_with};
use proptest::{prelude::*, test_runner::TestRunner};
use video::{Codec, Picture, Stream};

use crate::common::{self, judges::needs};

/// What two decoders make of a gated stream: as it was where it was released, black where it was blanked, and nothing else.
fn judge(stream: &Stream, gated: &[Gated]) -> Result<(), String> {
    compare(stream, gated, stream.decoded(&received(gated))?)
}

/// What the outlet received.
fn received(gated: &[Gated]) -> Vec<&[u8]> {
    let received = gated.iter().filter_map(|gated| gated.bytes.as_deref());
    received.collect()
}

/// Whether these are the pictures that are to be shown.
fn compare(stream: &Stream, gated: &[Gated], shown: Vec<Picture>) -> Result<(), String> {
    let mut shown = shown.into_iter();
    for (at, (gated, original)) in gated.iter().zip(&stream.pictures).enumerate() {
        let expected = match gated.verdict {
            Verdict::Whole => original.clone(),
            Verdict::Blanked(_) => stream.black(),
            Verdict::Dropped(_) => continue,
            Verdict::Redacted(_) => return Err("redacted".into()),
        };
        let shown = shown.next().ok_or(format!("{at}: no picture"))?;
        if shown != expected {
            return Err(format!("{at}: {:?} shows something else", gated.verdict));
        }
    }
    shown.next().map_or(Ok(()), |_| Err("more pictures".into()))
}

fn sent(stream: &Stream) -> Vec<Sent<'_>> {
    let frames = (0..).zip(&stream.frames);
    let sent = frames.map(|(at, frame)| Sent {
        bytes: &frame.bytes,
        captured: common::millis(1000 + 200 * at),
        keyframe: None,
    });
    sent.collect()
}

/// What becomes of such a stream, told once more: whether each frame is released, and if not, whether only for want of a keyframe.
fn expected(keys: &[bool], changes: &[bool]) -> Vec<Option<Reason>> {
    let (mut agrees, mut ever_did, mut goes_on) = (false, false, false);
    let mut reasons = Vec::new();
    for (is_key, changes) in keys.iter().zip(changes) {
        agrees ^= changes;
        ever_did |= agrees;
        goes_on = agrees && (goes_on || *is_key);
        reasons.push(match (agrees, goes_on) {
            (true, true) => None,
            (true, false) => Some(Reason::AwaitsKeyframe),
            (false, _) if ever_did => Some(Reason::Withdrawn),
            (false, _) => Some(Reason::NotGranted),
        });
    }
    reasons
}

/// Gates a stream whose owner changes their mind before these frames, and judges what comes out.
fn check(
    stream: &Stream,
    changes: &[bool],
    blanks: bool,
    door: Door,
) -> Result<Vec<Gated>, String> {
    let gated = gate_with(
        stream.config.as_deref(),
        Kind::Video,
        stream.codec.format(),
        &sent(stream),
        changes,
        blanks,
        door,
    );
    let keys: Vec<_> = stream.frames.iter().map(|frame| frame.is_key).collect();
    for (at, (gated, expected)) in gated.iter().zip(expected(&keys, changes)).enumerate() {
        let expected = match expected {
            None => Verdict::Whole,
            Some(reason) if blanks => Verdict::Blanked(reason),
            Some(reason) => Verdict::Dropped(reason),
        };
        if gated.verdict != expected {
            return Err(format!("{at}: {:?}, not {expected:?}", gated.verdict));
        }
        // The first frame is a keyframe, of a sequence that has black pictures; each that is withheld is blanked.
        if gated.can_blank != Some(blanks) {
            return Err(format!("{at}: can blank: {:?}", gated.can_blank));
        }
        let awaits = expected.reason() == Some(Reason::AwaitsKeyframe);
        if gated.wants_keyframe != awaits {
            return Err(format!(
                "{at}: asks for a keyframe: {}",
                gated.wants_keyframe
            ));
        }
    }
    judge(stream, &gated)?;
    Ok(gated)
}

/// Random changes of mind, through each door, blanked and dropped.
fn check_all(stream: &Stream, cases: u32) {
    let count = stream.frames.len();
    let config = ProptestConfig {
        cases,
        max_shrink_iters: 20,
        ..ProptestConfig::default()
    };
    let changes = prop::collection::vec(prop::bool::weighted(0.15), count);
    let given = (changes, any::<bool>(), prop::sample::select(&DOORS[..]));
    let mut runner = TestRunner::new(config);
    let checked = runner.run(&given, |(changes, blanks, door)| {
        let checked = check(stream, &changes, blanks, door);
        checked.map(drop).map_err(TestCaseError::fail)
    });
    checked.unwrap_or_else(|error| panic!("{:?}: {error}", stream.codec));
}

/// As large as recorded, with a keyframe every six pictures.
fn gallery(codec: Codec) -> &'static Stream {
    static GALLERIES: [OnceLock<Stream>; 5] = [const { OnceLock::new() }; 5];
    GALLERIES[codec as usize].get_or_init(|| Stream::of_gallery(codec, (160, 120), 6, ""))
}

#[test]
fn h264_decodes_as_it_was_or_black() {
    needs!("ffmpeg", "ffprobe", "openh264dec");
    check_all(gallery(Codec::H264), 6);
}

/// Whose pictures have arithmetic coding and larger transforms.
#[test]
fn h264_of_the_high_profile_decodes_as_it_was_or_black() {
    needs!("ffmpeg", "ffprobe");
    let stream = Stream::of_gallery(Codec::H264, (160, 120), 6, "-profile:v high");
    check_all(&stream, 4);
}

#[test]
fn hevc_decodes_as_it_was_or_black() {
    needs!("ffmpeg", "ffprobe", "libde265-dec265");
    check_all(gallery(Codec::Hevc), 6);
}

#[test]
fn vp8_decodes_as_it_was_or_black() {
    needs!("ffmpeg", "ffprobe", "vpxdec");
    check_all(gallery(Codec::Vp8), 6);
}

#[test]
fn vp9_decodes_as_it_was_or_black() {
    needs!("ffmpeg", "ffprobe", "vpxdec");
    check_all(gallery(Codec::Vp9), 6);
}

#[test]
fn av1_decodes_as_it_was_or_black() {
    needs!("ffmpeg", "ffprobe", "dav1d");
    check_all(gallery(Codec::Av1), 6);
}

#[test]
fn vp9_of_ten_bits_decodes_as_it_was_or_black() {
    needs!("ffmpeg", "ffprobe", "vpxdec");
    let deep = Stream::of_gallery(Codec::Vp9, (160, 120), 6, "-pix_fmt yuv420p10le");
    check_all(&deep, 4);
}

#[test]
fn av1_of_ten_bits_decodes_as_it_was_or_black() {
    needs!("ffmpeg", "ffprobe", "dav1d");
    for more in ["", "-c:v librav1e -speed 10", "-c:v libsvtav1 -preset 12"] {
        let more = format!("-pix_fmt yuv420p10le {more}");
        check_all(&Stream::of_gallery(Codec::Av1, (160, 120), 6, &more), 2);
    }
}

/// Of another size than the sequence's maximum, in every frame; or scaled up to it when it is decoded.
#[test]
fn av1_with_frames_of_their_own_size_decodes_as_it_was_or_black() {
    needs!("ffmpeg", "ffprobe", "dav1d");
    let resized = |denominator: usize| {
        let more = format!(
            "-c:v libsvtav1 -preset 12 -svtav1-params resize-mode=1:resize-denom={denominator}:resize-kf-denom={denominator}"
        );
        let mut stream = Stream::encoded(Codec::Av1, (160, 120), 6, &more);
        let scaled = |side: usize| (side * 8 + denominator / 2) / denominator;
        (stream.width, stream.height) = (scaled(160), scaled(120));
        stream.show();
        stream
    };
    for denominator in [10, 12, 16] {
        check_all(&resized(denominator), 2);
    }
    let more = "-c:v libsvtav1 -preset 12 -svtav1-params superres-mode=1:superres-denom=13:superres-kf-denom=13";
    check_all(&Stream::of_gallery(Codec::Av1, (160, 120), 6, more), 2);

    // Control: of the size of the sequence, the picture would be another.
    let mut stream = resized(12);
    let gated = check(&stream, &but_for_three(&stream), true, Door::Admit).unwrap();
    (stream.width, stream.height) = (160, 120);
    assert!(judge(&stream, &gated).is_err());
}

/// As in AVIF: the header of the sequence says all, that of the frame neither type nor size.
#[test]
fn av1_still_pictures_are_blanked() {
    needs!("ffmpeg", "ffprobe", "dav1d");
    for more in ["", "-pix_fmt yuv420p10le"] {
        let more = format!("-still-picture 1 -frames:v 1 -crf 30 {more}");
        let mut stream = Stream::encoded(Codec::Av1, (160, 120), 1, &more);
        let still = stream.frames.remove(0);
        stream.frames = (0..6).map(|_| still.clone()).collect();
        stream.show();
        check_all(&stream, 2);
    }
}

/// Predicted from one another, all of a picture in one superframe.
#[test]
fn vp9_of_several_spatial_layers_is_blanked_at_the_size_shown() {
    needs!("ffmpeg", "ffprobe", "vpxdec", "libvpx");
    for layers in [2, 3] {
        let mut stream = Stream::of_layers(layers);
        check_all(&stream, 2);
        let gated = check(&stream, &but_for_three(&stream), true, Door::Admit).unwrap();
        // Control: of the size of the base layer, the picture would be another.
        (stream.width, stream.height) = (352 >> (layers - 1), 288 >> (layers - 1));
        assert!(judge(&stream, &gated).is_err());
    }
}

/// Each has sequence headers of its own; the last shows pictures that were sent before in one temporal unit.
#[test]
fn av1_of_other_encoders_decodes_as_it_was_or_black() {
    needs!("ffmpeg", "ffprobe", "dav1d");
    let others = [
        "-tune-content screen -aom-params enable-order-hint=0:film-grain-test=1",
        "-c:v librav1e -speed 10 -rav1e-params low_latency=true",
        "-c:v libsvtav1 -preset 12 -svtav1-params pred-struct=1:tile-columns=1",
        "-c:v libsvtav1 -preset 12",
    ];
    for more in others {
        check_all(&Stream::of_gallery(Codec::Av1, (160, 120), 6, more), 2);
    }
}

/// Of twelve bits, without colour, or with more of it.
#[test]
fn what_has_no_black_pictures_is_dropped() {
    needs!("ffmpeg", "ffprobe");
    let cases = [
        (Codec::Av1, "-pix_fmt yuv444p"),
        (Codec::Av1, "-pix_fmt gray"),
        (Codec::Vp9, "-pix_fmt yuv420p12le"),
        (Codec::Vp9, "-pix_fmt yuv444p"),
        (Codec::H264, "-profile:v high10 -pix_fmt yuv420p10le"),
        (Codec::Hevc, "-pix_fmt yuv422p"),
    ];
    for (codec, more) in cases {
        let stream = Stream::encoded(codec, (160, 120), 6, more);
        let verdicts = after_the_first(&stream, &sent(&stream), true);
        let expected = [Verdict::Dropped(Reason::NotGranted), AWAITS];
        assert_eq!(verdicts[..2], expected, "{codec:?} {more}");
        assert!(verdicts.contains(&Verdict::Whole), "{codec:?} {more}");
        assert_eq!(can_blank(&stream), [None, Some(false)], "{codec:?} {more}");
    }
}

/// Whether a tap can blank a stream that begins with a picture that depends on others: after that, and after the keyframe that comes then.
fn can_blank(stream: &Stream) -> [Option<bool>; 2] {
    let keyframe = (1..)
        .zip(&stream.frames[1..])
        .find(|(_, frame)| frame.is_key);
    let (at, _) = keyframe.expect("a keyframe");
    let frames = [&sent(stream)[1], &sent(stream)[at]].map(|frame| Sent { ..*frame });
    let changes = [false; 2];
    let format = stream.codec.format();
    let gated = gate(Kind::Video, format, &frames, &changes, true, Door::Admit);
    [gated[0].can_blank, gated[1].can_blank]
}

#[test]
fn whether_a_stream_can_be_blanked_is_known_from_its_first_keyframe_on() {
    needs!("ffmpeg", "ffprobe");
    for codec in [Codec::H264, Codec::Hevc, Codec::Vp8, Codec::Vp9, Codec::Av1] {
        assert_eq!(can_blank(gallery(codec)), [None, Some(true)], "{codec:?}");
    }
    let dropped = [
        (Codec::H264, "-profile:v high444 -pix_fmt yuv444p"),
        (
            Codec::H264,
            "-profile:v high -x264-params bframes=2:b-adapt=0:open-gop=0:scenecut=0:repeat-headers=1",
        ),
    ];
    for (codec, more) in dropped {
        let stream = Stream::encoded(codec, (160, 120), 6, more);
        assert_eq!(can_blank(&stream), [None, Some(false)], "{more}");
    }
}

/// Not whole blocks, one block, many.
#[test]
fn pictures_of_any_size_are_blanked() {
    needs!(
        "ffmpeg",
        "ffprobe",
        "openh264dec",
        "libde265-dec265",
        "vpxdec",
        "dav1d"
    );
    let sizes = [
        (Codec::H264, [(150, 106), (16, 16), (1280, 720)]),
        (Codec::Hevc, [(150, 106), (16, 16), (1280, 720)]),
        (Codec::Vp8, [(151, 107), (1, 1), (1280, 720)]),
        (Codec::Vp9, [(151, 107), (33, 65), (1280, 720)]),
        (Codec::Av1, [(151, 107), (33, 65), (1280, 720)]),
    ];
    for (codec, sizes) in sizes {
        for size in sizes {
            check_all(&Stream::of_gallery(codec, size, 4, "-t 3"), 1);
        }
    }
}

/// Who agrees from the beginning on, but for three pictures in the midst of the second six.
fn but_for_three(stream: &Stream) -> Vec<bool> {
    let changes = (0..stream.frames.len()).map(|at| [0, 8, 11].contains(&at));
    changes.collect()
}

#[test]
fn control_a_planted_leak_is_seen() {
    needs!(
        "ffmpeg",
        "ffprobe",
        "openh264dec",
        "libde265-dec265",
        "vpxdec",
        "dav1d"
    );
    for codec in [Codec::H264, Codec::Hevc, Codec::Vp8, Codec::Vp9, Codec::Av1] {
        let stream = gallery(codec);
        let changes = but_for_three(stream);
        let mut gated = check(stream, &changes, true, Door::Admit).unwrap();
        gated[8].bytes = Some(stream.frames[6].bytes.clone());
        assert!(judge(stream, &gated).is_err(), "{codec:?}");
    }
}

#[test]
fn control_what_was_held_back_cannot_be_decoded() {
    needs!(
        "ffmpeg",
        "ffprobe",
        "openh264dec",
        "libde265-dec265",
        "vpxdec",
        "dav1d"
    );
    for codec in [Codec::H264, Codec::Hevc, Codec::Vp8, Codec::Vp9, Codec::Av1] {
        let stream = gallery(codec);
        let changes = but_for_three(stream);
        let mut gated = check(stream, &changes, false, Door::Admit).unwrap();
        assert_eq!(gated[11].verdict, Verdict::Dropped(Reason::AwaitsKeyframe));
        gated[11].verdict = Verdict::Whole;
        gated[11].bytes = Some(stream.frames[11].bytes.clone());
        assert!(judge(stream, &gated).is_err(), "{codec:?}");
    }
}

/// What becomes of frames whose owner agrees from the second on.
fn after_the_first(stream: &Stream, frames: &[Sent<'_>], blanks: bool) -> Vec<Verdict> {
    let changes: Vec<_> = (0..frames.len()).map(|at| at == 1).collect();
    let gated = gate(
        Kind::Video,
        stream.codec.format(),
        frames,
        &changes,
        blanks,
        Door::Admit,
    );
    gated.iter().map(|gated| gated.verdict).collect()
}

const AWAITS: Verdict = Verdict::Dropped(Reason::AwaitsKeyframe);

#[test]
fn where_the_client_and_the_header_disagree_the_stream_does_not_go_on() {
    needs!(
        "ffmpeg",
        "ffprobe",
        "openh264dec",
        "libde265-dec265",
        "vpxdec",
        "dav1d"
    );
    for codec in [Codec::H264, Codec::Hevc, Codec::Vp8, Codec::Vp9, Codec::Av1] {
        let stream = gallery(codec);
        let verdicts = |said: &dyn Fn(usize) -> Option<bool>| {
            let mut frames = sent(stream);
            for (at, frame) in frames.iter_mut().enumerate() {
                frame.keyframe = said(at);
            }
            after_the_first(stream, &frames[..20], false)
        };
        let never = [&[Verdict::Dropped(Reason::NotGranted)][..], &[AWAITS; 19]].concat();
        let from = |at: usize| [&never[..at], &vec![Verdict::Whole; 20 - at]].concat();
        assert_eq!(verdicts(&|_| Some(true)), from(6));
        assert_eq!(verdicts(&|at| Some(at % 6 == 0)), from(6));
        assert_eq!(verdicts(&|at| (at == 6).then_some(false)), from(12));
        assert_eq!(verdicts(&|_| Some(false)), never);
    }
}

#[test]
fn a_stream_does_not_go_on_without_parameter_sets() {
    type UnitKind<'a> = &'a dyn Fn(u8) -> u8;
    needs!(
        "ffmpeg",
        "ffprobe",
        "openh264dec",
        "libde265-dec265",
        "vpxdec",
        "dav1d"
    );
    let without = |stream: &Stream, kinds: &[u8], kind: UnitKind<'_>| {
        let frames = stream.frames.iter().map(|frame| {
            let mut units = Vec::new();
            for unit in video::units(&frame.bytes) {
                if !kinds.contains(&kind(unit[0])) {
                    units.extend([&[0, 0, 0, 1], unit].concat());
                }
            }
            units
        });
        frames.collect::<Vec<_>>()
    };
    let h264 = |header: u8| header & 0x1F;
    let hevc = |header: u8| header >> 1 & 0x3F;
    let cases: [(Codec, &[u8], UnitKind<'_>); 6] = [
        (Codec::H264, &[], &h264),
        (Codec::H264, &[7], &h264),
        (Codec::H264, &[8], &h264),
        (Codec::Hevc, &[32], &hevc),
        (Codec::Hevc, &[33], &hevc),
        (Codec::Hevc, &[34], &hevc),
    ];
    for (codec, kinds, kind) in cases {
        let stream = gallery(codec);
        let frames = without(stream, kinds, kind);
        let mut sent = sent(stream);
        for (sent, bytes) in sent.iter_mut().zip(&frames) {
            sent.bytes = bytes;
        }
        let verdicts = after_the_first(stream, &sent, false);
        let goes_on = verdicts.contains(&Verdict::Whole);
        assert_eq!(goes_on, kinds.is_empty(), "{codec:?} {kinds:?}");
    }
    // In AV1 the sequence header, which here stands behind the two bytes that begin a temporal unit.
    let stream = gallery(Codec::Av1);
    let mut frames = sent(stream);
    for frame in &mut frames {
        if let [0x12, 0, 0x0A, size, rest @ ..] = frame.bytes {
            frame.bytes = &rest[usize::from(*size)..];
        }
    }
    let verdicts = after_the_first(stream, &frames, false);
    assert!(!verdicts.contains(&Verdict::Whole));
}

#[test]
fn pictures_out_of_order_are_dropped_and_go_on_at_an_idr_picture() {
    needs!("ffmpeg", "ffprobe");
    let more =
        "-profile:v high -x264-params bframes=2:b-adapt=0:open-gop=0:scenecut=0:repeat-headers=1";
    let stream = Stream::of_gallery(Codec::H264, (160, 120), 6, more);
    let changes = but_for_three(&stream);
    let gated = gate(
        Kind::Video,
        Format::H264,
        &sent(&stream),
        &changes,
        true,
        Door::Admit,
    );
    let received: Vec<_> = gated
        .iter()
        .filter_map(|gated| gated.bytes.as_deref())
        .collect();
    assert_eq!(received.len(), stream.frames.len() - 4);
    let shown = stream.decoded(&received).unwrap();
    assert!(
        shown
            .iter()
            .all(|picture| stream.pictures.contains(picture))
    );
    assert_eq!(shown.len(), received.len());
}

#[test]
fn open_groups_of_pictures_never_go_on() {
    needs!("ffmpeg", "ffprobe");
    let h264 =
        "-profile:v high -x264-params bframes=2:b-adapt=0:open-gop=1:scenecut=0:repeat-headers=1";
    let hevc =
        "-x265-params log-level=none:bframes=2:b-adapt=0:open-gop=1:scenecut=0:repeat-headers=1";
    for (codec, more) in [(Codec::H264, h264), (Codec::Hevc, hevc)] {
        let stream = Stream::of_gallery(codec, (160, 120), 6, more);
        // Others hold them for keyframes.
        assert!(stream.frames.iter().filter(|frame| frame.is_key).count() > 5);
        let verdicts = after_the_first(&stream, &sent(&stream), true);
        assert!(
            verdicts[1..].iter().all(|verdict| *verdict == AWAITS),
            "{codec:?}"
        );
    }
}

/// As a splicer does it: the pictures from which an open group could be decoded are called broken links.
#[test]
fn what_leads_a_broken_link_is_dropped() {
    const CRA: u8 = 21;
    const BLA: u8 = 16;
    needs!("ffmpeg", "ffprobe");
    let more =
        "-x265-params log-level=none:bframes=2:b-adapt=0:open-gop=1:scenecut=0:repeat-headers=1";
    let mut stream = Stream::of_gallery(Codec::Hevc, (160, 120), 6, more);
    let mut leading = 0;
    for frame in &mut stream.frames {
        let mut bytes = Vec::new();
        for unit in video::units(&frame.bytes) {
            let mut unit = unit.to_vec();
            let kind = unit[0] >> 1 & 0x3F;
            leading += usize::from([8, 9].contains(&kind));
            if kind == CRA {
                unit[0] = BLA << 1;
            }
            bytes.extend([&[0, 0, 0, 1], &unit[..]].concat());
        }
        frame.bytes = bytes;
    }
    assert!(leading > 5);
    let changes = but_for_three(&stream);
    let gated = gate(
        Kind::Video,
        Format::HEVC,
        &sent(&stream),
        &changes,
        true,
        Door::Admit,
    );
    let received: Vec<_> = gated
        .iter()
        .filter_map(|gated| gated.bytes.as_deref())
        .collect();
    let held = gated.iter().filter(|gated| gated.verdict == AWAITS).count();
    assert!(held >= leading, "{held} {leading}");
    assert!(received.len() > stream.frames.len() / 2);
    let shown = stream.decoded(&received).unwrap();
    assert!(
        shown
            .iter()
            .all(|picture| stream.pictures.contains(picture))
    );
    assert_eq!(shown.len(), received.len());
}

#[test]
fn what_is_no_frame_is_dropped() {
    let malformed = Verdict::Dropped(Reason::Malformed);
    let verdict = |format, bytes: &[u8]| {
        let frames = [0, 1].map(|at| Sent {
            bytes,
            captured: common::millis(1000 + at),
            keyframe: None,
        });
        let changes = [true, false];
        gate(Kind::Video, format, &frames, &changes, true, Door::Into)[1].verdict
    };
    let formats = [
        Format::H264,
        Format::HEVC,
        Format::VP8,
        Format::VP9,
        Format::AV1,
    ];
    for format in formats {
        for bytes in [&[][..], &[0x81], &[0xFF; 100]] {
            assert_eq!(verdict(format, bytes), malformed, "{format:?} {bytes:?}");
        }
    }
    needs!(
        "ffmpeg",
        "ffprobe",
        "openh264dec",
        "libde265-dec265",
        "vpxdec",
        "dav1d"
    );
    // With lengths before the units, as in MP4.
    for (codec, format) in [(Codec::H264, Format::H264), (Codec::Hevc, Format::HEVC)] {
        let frame = &gallery(codec).frames[0].bytes;
        let units = video::units(frame).into_iter();
        let prefixed =
            units.map(|unit| [&u32::try_from(unit.len()).unwrap().to_be_bytes(), unit].concat());
        assert_eq!(
            verdict(format, &prefixed.collect::<Vec<_>>().concat()),
            malformed
        );
    }
    let frame = &gallery(Codec::Vp8).frames[0].bytes;
    assert_eq!(verdict(Format::VP8, frame), Verdict::Whole);
    for cut in 0..100 {
        assert_eq!(verdict(Format::VP8, &frame[..cut]), malformed);
    }
}
