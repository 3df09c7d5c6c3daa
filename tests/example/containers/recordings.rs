//! Recordings that FFmpeg makes, and what it makes of their copies.

use std::{ops::Range, path::Path, time::Duration};

use crate::common::tools::{run, standup, try_to_run, words};

/// A recording: what it is called, how it is encoded, its kind, its file, what an outlet's copy is called, and how FFmpeg makes it.
pub struct Recording {
    pub name: &'static str,
    pub codec: &'static str,
    pub file: &'static str,
    pub copy: &'static str,
    made: &'static str,
}

pub const RECORDINGS: [Recording; 8] = [
    Recording {
        name: "ogg",
        codec: "opus",
        file: "voice.ogg",
        copy: "voice.ogg",
        made: "-c:a libopus -b:a 24k",
    },
    Recording {
        name: "webm-sound",
        codec: "opus",
        file: "voice.webm",
        copy: "voice.webm.ogg",
        made: "-c:a libopus -b:a 24k",
    },
    Recording {
        name: "ivf",
        codec: "vp8",
        file: "first.ivf",
        copy: "first.ivf",
        made: "-c:v libvpx -deadline realtime -lag-in-frames 0 -auto-alt-ref 0 -b:v 200k",
    },
    Recording {
        name: "webm",
        codec: "vp9",
        file: "second.webm",
        copy: "second.webm.ivf",
        made: "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -lag-in-frames 0 -auto-alt-ref 0 -b:v 200k",
    },
    Recording {
        name: "mp4",
        codec: "h264",
        file: "third.mp4",
        copy: "third.mp4.ivf",
        made: "-c:v libx264 -preset veryfast -x264-params bframes=0:open-gop=0:scenecut=0",
    },
    Recording {
        name: "mkv",
        codec: "h264",
        file: "fourth.mkv",
        copy: "fourth.mkv.ivf",
        made: "-c:v libx264 -preset veryfast -x264-params bframes=0:open-gop=0:scenecut=0",
    },
    Recording {
        name: "av1-mp4",
        codec: "av1",
        file: "fifth.mp4",
        copy: "fifth.mp4.ivf",
        made: "-c:v libaom-av1 -usage realtime -cpu-used 8 -lag-in-frames 0 -b:v 200k",
    },
    Recording {
        name: "av1-ivf",
        codec: "av1",
        file: "sixth.ivf",
        copy: "sixth.ivf",
        made: "-c:v libaom-av1 -usage realtime -cpu-used 8 -lag-in-frames 0 -b:v 200k",
    },
];

/// How much earlier than it is counted a packet's first sound may be from: the encoder's look-ahead, rounded up.
const LOOKAHEAD: u64 = 7;
const PICTURE: usize = 160 * 120 * 3 / 2;
/// Of all sound that is decoded here, in a packet of 20 ms.
const SAMPLES: u16 = 960;

impl Recording {
    pub fn is_sound(&self) -> bool {
        self.codec == "opus"
    }
}

pub fn make(recording: &Recording, folder: &Path) {
    let from = standup(if recording.is_sound() {
        "reader.wav"
    } else {
        "gallery.y4m"
    });
    let line = format!("-v error -i {{}} -g 10 {} {{}}", recording.made);
    run(
        "ffmpeg",
        words(&line, &[&from, &folder.join(recording.file)]),
    );
}

/// When each packet of a file begins and ends, in milliseconds, and whether it is a keyframe, as ffprobe has it.
pub fn packets(path: &Path, is_sound: bool) -> Vec<(Range<u64>, bool)> {
    let line = "-v error -show_entries packet=pts_time,flags -of csv=p=0 {}";
    let printed = String::from_utf8(run("ffprobe", words(line, &[path]))).unwrap();
    // What is to be skipped of sound stands on a line of its own.
    let lines = printed.lines().filter(|line| line.contains('_'));
    let packets = lines.enumerate().map(|(at, line)| {
        let (time, flags) = line.split_once(',').unwrap();
        if is_sound {
            // ffprobe begins to count where the recording does, which is in the midst of a packet.
            let at = 20 * at as u64;
            return (at.saturating_sub(LOOKAHEAD)..at + 20, true);
        }
        let seconds: f64 = time.parse().unwrap();
        let millis = u64::try_from(Duration::from_secs_f64(seconds).as_millis()).unwrap();
        (millis..millis + 200, flags.starts_with('K'))
    });
    packets.collect()
}

/// What FFmpeg decodes, if it does not complain.
fn decoded(file: &Path, recording: &Recording) -> Result<Vec<Vec<u8>>, String> {
    let (line, size) = if recording.is_sound() {
        // With what players leave out at the beginning.
        (
            "-v error -xerror -err_detect explode -flags2 +skip_manual -i {} -f s16le -ac 1 -ar 48000 -",
            2 * usize::from(SAMPLES),
        )
    } else {
        (
            "-v error -xerror -err_detect explode -i {} -vf setpts=N -fps_mode passthrough -f rawvideo -pix_fmt yuv420p -",
            PICTURE,
        )
    };
    let output = try_to_run("ffmpeg", words(line, &[file]));
    if !output.status.success() || !output.stderr.is_empty() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let frames = output
        .stdout
        .chunks(size)
        .filter(|frame| frame.len() == size);
    Ok(frames.map(<[u8]>::to_vec).collect())
}

/// Whether an outlet has what it may have, as it was, and black or silence where it was blanked.
pub fn judge(
    recording: &Recording,
    source: &Path,
    copy: &Path,
    verdicts: &[String],
) -> Result<(), String> {
    let source = decoded(source, recording)?;
    let mut received = decoded(copy, recording)?.into_iter();
    let mut black = vec![16; 160 * 120];
    black.resize(PICTURE, 128);
    // So many packets since the last change: a decoder of sound goes over from one to the other.
    let (mut since, mut before) = (0, "");
    for (at, (verdict, original)) in verdicts.iter().zip(&source).enumerate() {
        since = if *verdict == before { since + 1 } else { 0 };
        before = verdict;
        if verdict == "dropped" {
            continue;
        }
        let Some(received) = received.next() else {
            // ffmpeg leaves out some of the last packet's sound.
            let is_end = recording.is_sound() && at + 2 >= verdicts.len();
            return if is_end {
                Ok(())
            } else {
                Err(format!("{at}: nothing"))
            };
        };
        let fits = match &**verdict {
            "whole" if recording.is_sound() => since < 10 || is_alike(&received, original),
            "whole" => received == *original,
            _ if recording.is_sound() => since < 1 || samples(&received).all(|it| it.abs() <= 16),
            _ => received == black,
        };
        if !fits {
            return Err(format!("{at}: {verdict} is something else"));
        }
    }
    received
        .next()
        .map_or(Ok(()), |_| Err("more frames".into()))
}

fn samples(bytes: &[u8]) -> impl Iterator<Item = i32> {
    let (samples, _) = bytes.as_chunks();
    samples
        .iter()
        .map(|sample| i16::from_le_bytes(*sample).into())
}

/// Sound after a silence is nearly what it was: what is predicted is predicted from something else.
fn is_alike(a: &[u8], b: &[u8]) -> bool {
    let off: i64 = samples(a)
        .zip(samples(b))
        .map(|(a, b)| i64::from(a - b).pow(2))
        .sum();
    let all: i64 = samples(b).map(|b| i64::from(b).pow(2)).sum();
    off <= all / 50 + 900 * i64::from(SAMPLES)
}

/// Each frame of an IVF, with its header.
pub fn ivf_frames(file: &[u8]) -> Vec<Vec<u8>> {
    let mut frames = Vec::new();
    let mut rest = &file[32..];
    while let Some((size, _)) = rest.split_first_chunk::<4>() {
        let size = 12 + u32::from_le_bytes(*size) as usize;
        frames.push(rest[..size].to_vec());
        rest = &rest[size..];
    }
    frames
}
