//! HEVC as encoders of all sorts write it, and under parameter sets that are drawn, blanked under its own sets, as a stream and in files.

use std::{collections::HashSet, env, fs};

use framegate::{Kind, Reason, Verdict, format::Format};

use super::{
    but_for_three, can_blank, check, check_all,
    gate::{Door, Gated, Sent, gate, gate_with},
    hevc_drawn::{Draw, Drawn},
    judge,
    muxed::{Muxer, judge_files_of},
    received, sent,
    video::{self, Codec, Stream},
};
use crate::common::{
    judges::needs,
    millis,
    tools::{Folder, run, try_to_run, words},
};

const SIZE: (usize, usize) = (160, 120);

/// What ffmpeg is told for such parameters of x265.
fn parameters(more: &str) -> String {
    format!(
        "-t 3 -x265-params log-level=none:bframes=0:open-gop=0:scenecut=0:repeat-headers=1:{more}"
    )
}

/// The gallery by x265 with such parameters.
fn x265(more: &str) -> Stream {
    // Which libde265 decodes otherwise, ungated, too.
    let by_ffmpeg_alone = ["ctu=16", "lossless", "10le"];
    let by_ffmpeg_alone = by_ffmpeg_alone.iter().any(|name| more.contains(name));
    let mut stream = Stream::encoded(Codec::Hevc, SIZE, 6, &parameters(more));
    stream.by_ffmpeg_alone = by_ffmpeg_alone;
    stream.show();
    stream
}

/// Who agrees from the beginning on, but for the middle third.
fn but_for_a_third(stream: &Stream) -> Vec<bool> {
    let count = stream.frames.len();
    let changes = [0, count / 3, 2 * count / 3];
    (0..count).map(|at| changes.contains(&at)).collect()
}

/// The parameter sets in a frame.
fn sets(frame: &[u8]) -> Vec<&[u8]> {
    let is_set = |unit: &&[u8]| (32..35).contains(&(unit[0] >> 1));
    video::units(frame).into_iter().filter(is_set).collect()
}

/// Whether each black picture is under the very sets of the last keyframe.
fn have_own_sets(stream: &Stream, gated: &[Gated]) -> bool {
    let mut own = Vec::new();
    stream.frames.iter().zip(gated).all(|(frame, gated)| {
        if frame.is_key {
            own = sets(&frame.bytes);
        }
        let black = gated.bytes.as_deref().unwrap();
        gated.verdict == Verdict::Whole || own.len() == 3 && sets(black) == own
    })
}

/// Whose blocks, tools, filters, streams or descriptions are other than usual.
const PARAMETERS: &[&str] = &[
    "ctu=16",
    "ctu=32:min-cu-size=16",
    "ctu=64:min-cu-size=32",
    "ctu=64:min-cu-size=8:rect=1:amp=1",
    "max-tu-size=8",
    "max-tu-size=16:tu-intra-depth=4:tu-inter-depth=4",
    "tu-intra-depth=1:tu-inter-depth=1",
    "tu-intra-depth=3:tu-inter-depth=2",
    "wpp=0",
    "slices=3",
    "tskip=1:fast-intra=1",
    "cu-lossless=1",
    "lossless=1",
    "scaling-list=default",
    "sao=0:deblock=0",
    "deblock=-2,3:limit-sao=1",
    "aud=1:info=0:hash=1",
    "bitrate=200:vbv-maxrate=300:vbv-bufsize=300",
    "temporal-layers=1",
    "sar=3:overscan=show:videoformat=pal:colorprim=bt709:transfer=bt709:colormatrix=bt709:chromaloc=1",
    "display-window=4,4,4,4",
    "constrained-intra=1:strong-intra-smoothing=0",
    "signhide=0:temporal-mvp=0",
    "hevc-aq=1",
    "aq-mode=0:cutree=0:qp=30",
    "opt-qp-pps=1:opt-ref-list-length-pps=1",
    "ref=5:weightp=1:limit-refs=0",
    "keyint=3:min-keyint=1",
    "cbqpoffs=5:crqpoffs=-7",
    "qp=51",
    "qp=1",
    "level-idc=5.1:high-tier=1",
    " -profile:v main-intra",
    " -pix_fmt yuv420p10le",
    "ctu=16 -pix_fmt yuv420p10le",
];

#[test]
fn hevc_of_x265_is_blanked_under_its_own_sets() {
    needs!("ffmpeg", "ffprobe", "libde265-dec265");
    for more in PARAMETERS {
        let stream = x265(more);
        let gated = check(&stream, &but_for_a_third(&stream), true, Door::Admit);
        let gated = gated.unwrap_or_else(|error| panic!("{more}: {error}"));
        assert!(have_own_sets(&stream, &gated), "{more}");
    }
}

const MUXERS: [Muxer; 9] = [
    ("ffmpeg, hvc1", "mp4", "-c copy -tag:v hvc1 {}"),
    // Which has no sets but those of the first keyframe, apart from the frames.
    (
        "ffmpeg, hvc1 alone",
        "mp4",
        "-c copy -tag:v hvc1 -bsf:v filter_units=remove_types=32-34 {}",
    ),
    ("ffmpeg, hev1", "mp4", "-c copy -tag:v hev1 {}"),
    ("ffmpeg, mkv", "mkv", "-c copy {}"),
    ("ffmpeg, ts", "ts", "-c copy {}"),
    (
        "ffmpeg, fragmented",
        "mp4",
        "-c copy -tag:v hvc1 -movflags frag_keyframe+empty_moov {}",
    ),
    (
        "gstreamer, hvc1",
        "mp4",
        "h265parse ! video/x-h265,stream-format=hvc1 ! mp4mux",
    ),
    (
        "gstreamer, hev1",
        "mp4",
        "h265parse ! video/x-h265,stream-format=hev1 ! mp4mux",
    ),
    ("gstreamer, mkv", "mkv", "h265parse ! matroskamux"),
];

#[test]
fn hevc_in_files_is_shown_as_it_was_or_black() {
    needs!("ffmpeg", "ffprobe", "libde265-dec265", "mp4mux");
    for more in ["ref=1", "wpp=0:aud=1", "slices=3:ctu=64", "ref=3:qp=40"] {
        let stream = x265(more);
        check_all(&stream, 1);
        let late: Vec<_> = (0..stream.frames.len()).map(|at| at == 4).collect();
        for changes in [but_for_three(&stream), late] {
            let gated = check(&stream, &changes, true, Door::Admit).unwrap();
            let judged = judge_files_of(&stream, &gated, &MUXERS);
            judged.unwrap_or_else(|error| panic!("{more}: {error}"));
        }
    }
}

/// Black pictures under sets of other blocks, as an outlet would get them that has its own: the check sees what muxers make of them.
#[test]
fn control_other_hevc_sets_on_the_way_are_seen() {
    needs!("ffmpeg", "ffprobe", "libde265-dec265", "mp4mux");
    let (stream, other) = (x265("ref=1"), x265("ctu=64:min-cu-size=32:wpp=0"));
    let changes = but_for_three(&stream);
    let mut gated = check(&stream, &changes, true, Door::Admit).unwrap();
    let others = check(&other, &changes, true, Door::Admit).unwrap();
    for (ours, others) in gated.iter_mut().zip(others) {
        if ours.verdict != Verdict::Whole {
            ours.bytes = others.bytes;
        }
    }
    assert!(!have_own_sets(&stream, &gated));
    assert!(judge_files_of(&stream, &gated, &MUXERS).is_err());
}

/// Their lists of numbers could say anything.
#[test]
fn hevc_with_lists_is_blanked_once_receivers_have_them() {
    needs!("ffmpeg", "ffprobe", "libde265-dec265");
    let stream = x265("hrd=1:bitrate=200:vbv-maxrate=300:vbv-bufsize=300");
    let gated = check(&stream, &but_for_three(&stream), true, Door::Admit).unwrap();
    assert!(have_own_sets(&stream, &gated));
    // From the beginning on they are withheld.
    let late: Vec<_> = (0..stream.frames.len()).map(|at| at == 4).collect();
    let gated = gate(
        Kind::Video,
        Format::HEVC,
        &sent(&stream),
        &late,
        true,
        Door::Admit,
    );
    assert_eq!(gated[0].verdict, Verdict::Dropped(Reason::NotGranted));
    assert_eq!(gated[6].verdict, Verdict::Whole);
    assert_eq!(gated[0].can_blank, Some(false));
    assert_eq!(gated[6].can_blank, Some(true));
}

/// Named in [`Format::HEVC`]: what has no black pictures.
#[test]
fn hevc_of_other_sequences_is_dropped() {
    needs!("ffmpeg", "ffprobe");
    let cases = [
        "bframes=2",
        "interlace=tff",
        "max-tu-size=4",
        " -pix_fmt yuv422p",
        " -pix_fmt yuv444p",
        " -pix_fmt gray",
        " -pix_fmt yuv420p12le",
    ];
    for more in cases {
        let stream = Stream::encoded(Codec::Hevc, SIZE, 6, &parameters(more));
        assert_eq!(can_blank(&stream), [None, Some(false)], "{more}");
    }
}

/// Nothing goes on but what the fields of its sets say.
#[test]
fn hevc_with_more_in_its_sets_is_dropped() {
    needs!("ffmpeg", "ffprobe", "libde265-dec265");
    let stream = x265("ref=1");
    for set in 32..35 {
        for more in [&[][..], &[0x80], b"\x55\x80"] {
            let mut frame = Vec::new();
            for unit in video::units(&stream.frames[0].bytes) {
                let more = if unit[0] >> 1 == set { more } else { &[] };
                frame.extend([&[0, 0, 1], unit, more].concat());
            }
            let gated = gated_alone(&frame, None);
            let can_blank = more.is_empty();
            assert_eq!(gated.can_blank, Some(can_blank), "{set} {more:?}");
            assert_eq!(gated.bytes.is_some(), can_blank);
        }
    }
}

/// What becomes of a frame whose owner agrees to nothing.
fn gated_alone(frame: &[u8], config: Option<&[u8]>) -> Gated {
    let sent = Sent {
        bytes: frame,
        captured: millis(1000),
        keyframe: None,
    };
    let (format, door) = (Format::HEVC, Door::Admit);
    let mut gated = gate_with(config, Kind::Video, format, &[sent], &[false], true, door);
    gated.remove(0)
}

/// Of full range, in which ffmpeg is not to scale what it shows.
#[test]
fn hevc_of_full_range_is_blanked() {
    needs!("ffmpeg", "ffprobe");
    let stream = Stream::encoded(Codec::Hevc, SIZE, 6, &parameters("range=full"));
    let changes = but_for_a_third(&stream);
    let gated = gate(
        Kind::Video,
        Format::HEVC,
        &sent(&stream),
        &changes,
        true,
        Door::Admit,
    );
    let shown = |frames: &[&[u8]]| {
        let folder = Folder::new();
        let from = folder.file("stream.hevc", &frames.concat());
        run(
            "ffmpeg",
            words(
                "-v error -i {} -fps_mode passthrough -f rawvideo -",
                &[&from],
            ),
        )
    };
    let frames: Vec<_> = stream.frames.iter().map(|frame| &frame.bytes[..]).collect();
    let (whole, shown) = (shown(&frames), shown(&received(&gated)));
    assert_eq!(shown.len(), whole.len());
    let pictures = whole.chunks(stream.picture_bytes());
    let all = pictures.zip(shown.chunks(stream.picture_bytes()));
    for ((original, shown), gated) in all.zip(&gated) {
        match gated.verdict {
            Verdict::Whole => assert!(shown == original),
            _ => assert!(shown == stream.black()),
        }
    }
}

/// Black access units under drawn sets, and what the decoders make of two of them.
fn judge_drawn(drawn: &Drawn, units: &[u8]) -> Result<(), String> {
    let folder = Folder::new();
    let from = folder.file("stream.hevc", units);
    let mut black = vec![16; drawn.width * drawn.height];
    black.resize(black.len() / 2 * 3, 128);
    let twice = [&black[..], &black].concat();
    let line = "-v error -xerror -err_detect explode -flags unaligned -i {} -fps_mode passthrough -f rawvideo -";
    let output = try_to_run("ffmpeg", words(line, &[&from]));
    let said = String::from_utf8_lossy(&output.stderr);
    let expected = if drawn.is_10_bit {
        let deeper = twice.iter().map(|sample| 4 * u16::from(*sample));
        deeper.flat_map(u16::to_le_bytes).collect()
    } else {
        twice.clone()
    };
    if !said.is_empty() || output.stdout != expected {
        return Err(format!("ffmpeg: {said}"));
    }
    if drawn.is_for_libde265 {
        let to = folder.path("decoded");
        let output = try_to_run("libde265-dec265", words("-q -o {} {}", &[&to, &from]));
        let said = String::from_utf8_lossy(&output.stderr);
        if said.contains("WARNING") || fs::read(&to).unwrap_or_default() != twice {
            return Err(format!("libde265: {said}"));
        }
    }
    Ok(())
}

/// The black access unit in the place of one under drawn sets, which receivers have beforehand if they have lists.
fn black_of(drawn: &Drawn) -> Option<Vec<u8>> {
    let code = |unit: &[u8]| [&[0, 0, 0, 1], unit].concat();
    let sets: Vec<_> = drawn.sets.iter().flat_map(|set| code(set)).collect();
    // Of a slice only its beginning is read: two flags, and which set it refers to.
    let mut slice = format!("11{:b}", drawn.pps_id + 1);
    slice.insert_str(2, &"0".repeat(slice.len() - 3));
    slice.push_str("1000000");
    let number = u32::from_str_radix(&slice, 2).unwrap() << (32 - slice.len());
    let slice = [&[19 << 1, 1], &number.to_be_bytes()[..2], &[0xAB]].concat();
    if drawn.has_lists {
        assert_eq!(
            gated_alone(&[&sets[..], &code(&slice)].concat(), None).can_blank,
            Some(false)
        );
        let gated = gated_alone(&code(&slice), Some(&sets));
        return Some([&sets[..], &gated.bytes?].concat());
    }
    let black = gated_alone(&[&sets[..], &code(&slice)].concat(), None).bytes?;
    assert!(black.starts_with(&sets));
    Some(black)
}

#[test]
fn hevc_under_any_sets_is_blanked() {
    needs!("ffmpeg", "libde265-dec265");
    let count = if env::var_os("FRAMEGATE_DEEP").is_some() {
        500
    } else {
        60
    };
    let mut is_there = HashSet::new();
    let mut black = 0;
    for seed in 0..count {
        let drawn = Drawn::new(&mut Draw(seed));
        is_there.insert((drawn.is_10_bit, drawn.has_lists));
        // Of some lists no coefficient is exact.
        let Some(unit) = black_of(&drawn) else {
            assert!(drawn.has_lists, "{seed}");
            continue;
        };
        black += 1;
        let judged = judge_drawn(&drawn, &[&unit[..], &unit].concat());
        judged.unwrap_or_else(|error| panic!("{seed}: {error}"));
    }
    assert_eq!(is_there.len(), 4);
    assert!(black > count - count / 10, "{black}");
}

#[test]
fn control_another_picture_under_drawn_sets_is_seen() {
    needs!("ffmpeg", "libde265-dec265");
    let draw = |seed| {
        let drawn = Drawn::new(&mut Draw(seed));
        let black = black_of(&drawn).unwrap();
        (drawn, black)
    };
    for seed in 0..4 {
        let ((drawn, black), (_, other)) = (draw(seed), draw(seed + 4));
        let slice = video::units(&other).pop().unwrap();
        let others = [&black[..], &[0, 0, 1], slice].concat();
        assert!(judge_drawn(&drawn, &others).is_err(), "{seed}");
        // Nor does one pass that is shown once.
        assert!(judge_drawn(&drawn, &black).is_err(), "{seed}");
    }
}

#[test]
fn control_hevc_shown_otherwise_is_seen() {
    needs!("ffmpeg", "ffprobe", "libde265-dec265");
    let stream = x265("slices=3");
    let mut gated = check(&stream, &but_for_a_third(&stream), true, Door::Admit).unwrap();
    let count = gated.len();
    gated[count / 2].bytes = Some(stream.frames[0].bytes.clone());
    assert!(judge(&stream, &gated).is_err());
}
