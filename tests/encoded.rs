//! Encoded media: real streams through taps while their owner changes their mind, with real decoders as judges.

mod common;

#[path = "encoded/gate.rs"]
mod gate;
#[path = "encoded/tools.rs"]
mod tools;
#[path = "encoded/video.rs"]
mod video;

use framegate::{Kind, Verdict};
use gate::{DOORS, Door, Gated, Sent, expected, gate};
use proptest::{prelude::*, test_runner::TestRunner};
use video::{Codec, Stream};

/// What two decoders make of a gated stream: as it was where it was released, black where it was blanked, and nothing else.
fn judge(stream: &Stream, gated: &[Gated]) -> Result<(), String> {
    let received: Vec<_> = gated
        .iter()
        .filter_map(|gated| gated.bytes.as_deref())
        .collect();
    let mut shown = stream.decoded(&received)?.into_iter();
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

/// Gates a stream whose owner changes their mind before these frames, and judges what comes out.
fn check(
    stream: &Stream,
    changes: &[bool],
    blanks: bool,
    door: Door,
) -> Result<Vec<Gated>, String> {
    let gated = gate(
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
            Some(reason) if blanks && stream.codec.blanks() => Verdict::Blanked(reason),
            Some(reason) => Verdict::Dropped(reason),
        };
        if gated.verdict != expected {
            return Err(format!("{at}: {:?}, not {expected:?}", gated.verdict));
        }
        let awaits = expected.reason() == Some(framegate::Reason::AwaitsKeyframe);
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

#[test]
fn h264_decodes_as_it_was_or_black() {
    check_all(&Stream::of_gallery(Codec::H264, (160, 120), 6, ""), 8);
}

#[test]
fn vp8_decodes_as_it_was_or_black() {
    check_all(&Stream::of_gallery(Codec::Vp8, (160, 120), 6, ""), 8);
}

#[test]
fn hevc_decodes_as_it_was() {
    check_all(&Stream::of_gallery(Codec::Hevc, (160, 120), 6, ""), 8);
}

#[test]
fn vp9_decodes_as_it_was() {
    check_all(&Stream::of_gallery(Codec::Vp9, (160, 120), 6, ""), 8);
}

#[test]
fn av1_decodes_as_it_was() {
    check_all(&Stream::of_gallery(Codec::Av1, (160, 120), 6, ""), 8);
}
