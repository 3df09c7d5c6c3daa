//! H.264 as encoders of all sorts write it, blanked under its own parameter sets, as a stream and in files.

use std::fs;

use framegate::{Kind, Reason, Verdict, format::Format};

use super::{
    but_for_three, can_blank, check, check_all, compare,
    gate::{Door, Gated, Sent, gate},
    received, sent,
    video::{Codec, Stream},
};
use crate::common::{
    judges::needs,
    millis,
    tools::{Folder, run, try_to_run, words},
};

const SIZE: (usize, usize) = (160, 120);

/// What ffmpeg is told for such parameters of x264.
fn parameters(more: &str) -> String {
    format!(
        "-profile:v high444 -pix_fmt yuv420p -x264-params bframes=0:open-gop=0:scenecut=0:repeat-headers=1:{more}"
    )
}

/// The gallery by x264 with such parameters.
fn x264(more: &str) -> Stream {
    Stream::of_gallery(Codec::H264, SIZE, 6, &parameters(more))
}

/// What writes a file: a name that begins with the program's, the file's extension, and what the program is told.
pub type Muxer = (&'static str, &'static str, &'static str);

const MUXERS: [Muxer; 7] = [
    ("ffmpeg, mp4", "mp4", "-c copy {}"),
    ("ffmpeg, mkv", "mkv", "-c copy {}"),
    ("ffmpeg, ts", "ts", "-c copy {}"),
    (
        "ffmpeg, fragmented",
        "mp4",
        "-c copy -movflags frag_keyframe+empty_moov {}",
    ),
    (
        "gstreamer, avc1",
        "mp4",
        "h264parse ! video/x-h264,stream-format=avc ! mp4mux",
    ),
    (
        "gstreamer, avc3",
        "mp4",
        "h264parse ! video/x-h264,stream-format=avc3 ! mp4mux",
    ),
    ("gstreamer, mkv", "mkv", "h264parse ! matroskamux"),
];

fn judge_files(stream: &Stream, gated: &[Gated]) -> Result<(), String> {
    judge_files_of(stream, gated, &MUXERS)
}

/// Whether every file shows what is to be shown.
pub fn judge_files_of(stream: &Stream, gated: &[Gated], muxers: &[Muxer]) -> Result<(), String> {
    let folder = Folder::new();
    let from = folder.file(stream.codec.file(), &received(gated).concat());
    let timed = folder.path("timed.ts");
    let line = "-v error -framerate 5 -i {} -c copy {}";
    run("ffmpeg", words(line, &[&from, &timed]));
    for (name, extension, how) in muxers {
        let to = folder.path(&format!("muxed.{extension}"));
        let output = if name.starts_with("ffmpeg") {
            let line = format!("-v error -y -framerate 5 -i {{}} {how}");
            try_to_run("ffmpeg", words(&line, &[&from, &to]))
        } else {
            let line =
                format!("-q filesrc location={{}} ! tsdemux ! {how} ! filesink location={{}}");
            try_to_run("gst-launch-1.0", words(&line, &[&timed, &to]))
        };
        if !output.status.success() {
            let said = String::from_utf8_lossy(&output.stderr);
            return Err(format!("{name}: {said}"));
        }
        let shown = stream.shown_by_ffmpeg(&to, "-v error -xerror -err_detect explode");
        // Its demuxer may keep the last picture of a stream without access unit delimiters.
        let is_short =
            |shown: &Vec<_>| name.starts_with("gstreamer") && shown.len() + 1 == gated.len();
        let compared = shown.and_then(|shown| {
            let count = gated.len() - usize::from(is_short(&shown));
            compare(stream, &gated[..count], shown)
        });
        compared.map_err(|error| format!("{name}: {error}"))?;
        fs::remove_file(to).unwrap();
    }
    Ok(())
}

/// Random changes of mind, and files of what is withheld in the midst and from the beginning.
fn check_files(stream: &Stream, name: &str) {
    check_all(stream, 1);
    let late: Vec<_> = (0..stream.frames.len()).map(|at| at == 4).collect();
    for changes in [but_for_three(stream), late] {
        let gated = check(stream, &changes, true, Door::Admit).unwrap();
        judge_files(stream, &gated).unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

/// Whose sequence or picture parameter sets say something more than usual ones.
const PARAMETERS: &[&str] = &[
    "ref=1",
    "ref=4:weightp=2",
    "cabac=0:ref=16:weightp=0",
    "cabac=0:8x8dct=1:weightp=1",
    "8x8dct=0:no-deblock=1",
    "nal-hrd=vbr:vbv-maxrate=400:vbv-bufsize=400",
    "nal-hrd=cbr:bitrate=300:vbv-maxrate=300:vbv-bufsize=300:filler=1",
    "constrained-intra=1:slices=4",
    "slice-max-size=300",
    "sar=40/33:overscan=show:videoformat=ntsc:colorprim=bt709:transfer=bt709:colormatrix=bt709:chromaloc=1",
    "aud=1:pic-struct=1:force-cfr=1",
    "frame-packing=3:level=5.1",
    "keyint=3:min-keyint=1:chroma-qp-offset=-6",
    "chroma-qp-offset=6:qp=51",
    "qpmin=1:qp=1:cabac=0",
];

#[test]
fn h264_of_x264_is_blanked_under_its_own_sets() {
    needs!("ffmpeg", "ffprobe", "openh264dec", "mp4mux");
    for more in PARAMETERS {
        check_files(&x264(more), more);
    }
    let cropped = Stream::of_gallery(Codec::H264, (150, 106), 6, &parameters("ref=2"));
    check_files(&cropped, "cropped");
}

/// Whose pictures are numbered by the low bits of a counter, and which tells nothing of their order.
#[test]
fn h264_of_openh264_is_blanked_under_its_own_sets() {
    needs!(
        "ffmpeg",
        "ffprobe",
        "openh264dec",
        "openh264enc",
        "gst-launch-1.0"
    );
    for profile in ["constrained-baseline", "main", "high"] {
        for more in [
            "",
            "slice-mode=n-slices num-slices=4",
            "complexity=high usage-type=screen",
        ] {
            let name = format!("{profile} {more}");
            check_files(&Stream::of_openh264(SIZE, profile, more), &name);
        }
    }
}

/// Whose residuals are scaled by lists of its own, or not at all.
#[test]
fn h264_with_lists_is_blanked_once_receivers_have_them() {
    needs!("ffmpeg", "ffprobe", "openh264dec", "mp4mux");
    let own = "cqm4=7,13,20,28,13,20,28,32,20,28,32,37,28,32,37,42";
    for more in ["cqm=jvt", own, "cqm=jvt:cabac=0", "cqm=jvt:8x8dct=0"] {
        let stream = x264(more);
        let gated = check(&stream, &but_for_three(&stream), true, Door::Admit).unwrap();
        judge_files(&stream, &gated).unwrap_or_else(|error| panic!("{more}: {error}"));
        // From the beginning on they are withheld.
        let late: Vec<_> = (0..stream.frames.len()).map(|at| at == 4).collect();
        let gated = gate(
            Kind::Video,
            Format::H264,
            &sent(&stream),
            &late,
            true,
            Door::Admit,
        );
        assert_eq!(
            gated[0].verdict,
            Verdict::Dropped(Reason::NotGranted),
            "{more}"
        );
        assert_eq!(gated[6].verdict, Verdict::Whole, "{more}");
        assert_eq!(gated[0].can_blank, Some(false), "{more}");
        assert_eq!(gated[6].can_blank, Some(true), "{more}");
    }
}

/// Lists of a keyframe that is withheld just behind released frames with other sets reach nobody, whatever the client says of it.
#[test]
fn lists_of_a_withheld_keyframe_are_not_known() {
    needs!("ffmpeg", "ffprobe");
    let hevc = |more: &str| {
        format!(
            "-x265-params log-level=none:bframes=0:open-gop=0:scenecut=0:repeat-headers=1{more}"
        )
    };
    let pairs = [
        (Codec::H264, [parameters("ref=1"), parameters("cqm=jvt")]),
        (
            Codec::Hevc,
            [hevc(""), hevc(":hrd=1:vbv-maxrate=400:vbv-bufsize=400")],
        ),
    ];
    for (codec, options) in pairs {
        let [plain, lists] = options.map(|more| Stream::encoded(codec, SIZE, 6, &more));
        let frames = [&plain.frames[..6], &lists.frames[..6], &lists.frames[..6]].concat();
        for keyframe in [None, Some(false)] {
            let sent: Vec<_> = (0..)
                .zip(&frames)
                .map(|(at, frame)| Sent {
                    bytes: &frame.bytes,
                    captured: millis(1000 + 200 * at),
                    keyframe: keyframe.filter(|_| at == 6),
                })
                .collect();
            let changes: Vec<_> = (0..frames.len())
                .map(|at| [0, 6, 12, 14].contains(&at))
                .collect();
            let gated = gate(
                Kind::Video,
                codec.format(),
                &sent,
                &changes,
                true,
                Door::Admit,
            );
            let withdrawn = Reason::Withdrawn;
            for (at, gated) in gated.iter().enumerate() {
                let expected = match at {
                    6..12 => Verdict::Dropped(withdrawn),
                    // Control: once such a keyframe was released they are.
                    14.. => Verdict::Blanked(withdrawn),
                    _ => Verdict::Whole,
                };
                assert_eq!(gated.verdict, expected, "{codec:?} {keyframe:?} {at}");
            }
        }
    }
}

#[test]
fn h264_without_loss_is_blanked() {
    needs!("ffmpeg", "ffprobe", "openh264dec", "mp4mux");
    for more in ["qp=0", "qp=0:cabac=0"] {
        let mut stream = Stream::encoded(Codec::H264, SIZE, 6, &parameters(more));
        stream.by_ffmpeg_alone = true;
        stream.show();
        check_files(&stream, more);
    }
}

/// Named in [`Format::H264`]: what has no black pictures.
#[test]
fn h264_of_other_sequences_is_dropped() {
    needs!("ffmpeg", "ffprobe");
    for more in ["bframes=2", "interlaced=1", "fake-interlaced=1"] {
        let stream = Stream::encoded(Codec::H264, SIZE, 6, &parameters(more));
        assert_eq!(can_blank(&stream), [None, Some(false)], "{more}");
    }
    for format in ["yuv420p10le", "yuv422p", "yuv444p", "gray"] {
        let more = format!("{} -pix_fmt {format}", parameters("ref=1"));
        let stream = Stream::encoded(Codec::H264, SIZE, 6, &more);
        assert_eq!(can_blank(&stream), [None, Some(false)], "{format}");
    }
}

/// Black pictures under sets of another profile, as an outlet would get them that has its own: the check sees what muxers make of them.
#[test]
fn control_other_sets_on_the_way_are_seen() {
    needs!("ffmpeg", "ffprobe", "openh264dec", "mp4mux");
    let stream = x264("ref=1");
    let baseline = Stream::of_gallery(Codec::H264, SIZE, 6, "");
    let changes = but_for_three(&stream);
    let mut gated = check(&stream, &changes, true, Door::Admit).unwrap();
    let others = check(&baseline, &changes, true, Door::Admit).unwrap();
    for (ours, others) in gated.iter_mut().zip(others) {
        if ours.verdict != Verdict::Whole {
            ours.bytes = others.bytes;
        }
    }
    assert!(judge_files(&stream, &gated).is_err());
}
