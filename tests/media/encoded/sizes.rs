//! Black pictures of sizes that are drawn, by every decoder that there is of the codec.

use std::env;

use proptest::{prelude::*, test_runner::TestRunner};

use super::{
    check,
    gate::{Door, Gated},
    judge,
    video::{Codec, Stream},
};
use crate::common::judges::needs;

/// Sizes of each codec; with `FRAMEGATE_DEEP` set 500.
const SIZES: u32 = 60;

const DEEP: &str = "-pix_fmt yuv420p10le";

/// A stream of which the first picture is released and the others are withheld: a black keyframe, and two that repeat it.
fn blanked(codec: Codec, size: (usize, usize), more: &str) -> Result<(Stream, Vec<Gated>), String> {
    let stream = Stream::of_gallery(codec, size, 1, &format!("-frames:v 4 {more}"));
    let gated = check(&stream, &[true, true, false, false], true, Door::Admit)?;
    Ok((stream, gated))
}

/// Draws sizes with sides from `least` on, in steps of `step`. `more` is what else ffmpeg is told.
fn sizes_are_blanked(codec: Codec, least: usize, step: usize, more: &str) {
    let is_deep = env::var_os("FRAMEGATE_DEEP").is_some();
    let config = ProptestConfig {
        cases: if is_deep { 500 } else { SIZES },
        // Any size is as easy to look into as the smallest.
        max_shrink_iters: 0,
        failure_persistence: None,
        ..ProptestConfig::default()
    };
    let longest = if is_deep { 1400 } else { 400 };
    let side = || (0..=(longest - least) / step).prop_map(move |steps| least + step * steps);
    let run = TestRunner::new(config).run(&(side(), side()), |size| {
        blanked(codec, size, more)
            .map(drop)
            .map_err(TestCaseError::fail)
    });
    run.unwrap_or_else(|error| panic!("{codec:?}: {error}"));
}

#[test]
fn h264_of_any_size_is_blanked() {
    needs!("ffmpeg", "ffprobe", "openh264dec");
    sizes_are_blanked(Codec::H264, 16, 2, "");
}

#[test]
fn hevc_of_any_size_is_blanked() {
    needs!("ffmpeg", "ffprobe", "libde265-dec265");
    sizes_are_blanked(Codec::Hevc, 16, 2, "");
}

#[test]
fn vp8_of_any_size_is_blanked() {
    needs!("ffmpeg", "ffprobe", "vpxdec");
    sizes_are_blanked(Codec::Vp8, 1, 1, "");
}

#[test]
fn vp9_of_any_size_is_blanked() {
    needs!("ffmpeg", "ffprobe", "vpxdec");
    sizes_are_blanked(Codec::Vp9, 33, 1, "");
}

#[test]
fn av1_of_any_size_is_blanked() {
    needs!("ffmpeg", "ffprobe", "dav1d");
    sizes_are_blanked(Codec::Av1, 33, 1, "");
}

#[test]
fn vp9_of_ten_bits_and_any_size_is_blanked() {
    needs!("ffmpeg", "ffprobe", "vpxdec");
    sizes_are_blanked(Codec::Vp9, 33, 1, DEEP);
}

#[test]
fn av1_of_ten_bits_and_any_size_is_blanked() {
    needs!("ffmpeg", "ffprobe", "dav1d");
    sizes_are_blanked(Codec::Av1, 33, 1, DEEP);
}

/// The black keyframe of these ends with padding, without which its last byte is that of a superframe index.
#[test]
fn vp9_that_looks_like_a_superframe_is_refused() {
    needs!("ffmpeg", "ffprobe", "vpxdec");
    for size in [(160, 90), (161, 121), (240, 180), (320, 320)] {
        let (stream, mut gated) = blanked(Codec::Vp9, size, "").unwrap();
        let black = gated[1].bytes.as_mut().unwrap();
        assert_eq!(black.pop(), Some(0), "{size:?}");
        assert_eq!(black.last().unwrap() & 0xE0, 0xC0, "{size:?}");
        // Control: without the padding it is not decoded, nor are those that repeat it.
        assert!(judge(&stream, &gated).is_err(), "{size:?}");
    }
}
