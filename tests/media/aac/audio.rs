//! AAC: made by FFmpeg, and decoded by it and by libfaad.

use std::{fs, path::Path, sync::OnceLock};

use crate::common::tools::{Folder, run, try_to_run, words};
use crate::opus::audio::fed;

/// How many samples of a channel a frame of FFmpeg's has.
pub const SAMPLES: usize = 1024;
/// Of a header without a checksum.
const HEADER: usize = 7;

/// A real stream of AAC-LC.
pub struct Stream {
    pub rate: usize,
    pub channels: usize,
    /// In ADTS.
    pub frames: Vec<Vec<u8>>,
    /// FFmpeg's `AudioSpecificConfig`.
    pub config: Vec<u8>,
    whole: OnceLock<[Decoded; 2]>,
}

/// What a decoder makes of each frame: its samples, of all channels by turns.
pub type Decoded = Vec<Vec<i16>>;

/// A layout of channels, how many they are, and the sampling rate.
pub type Sound = (&'static str, usize, usize);

/// Loud noise over tones, for so many seconds, the same every time.
pub fn noise((_, channels, rate): Sound, seconds: usize) -> Vec<i16> {
    let mut state = 1_u32;
    let mut sample = |at: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let noise = i16::try_from(state >> 20).unwrap() - 2048;
        let period = 60 + at % channels * 7;
        let tone = if (at / channels) % period < period / 2 {
            6000
        } else {
            -6000
        };
        noise + tone
    };
    (0..seconds * rate * channels).map(&mut sample).collect()
}

impl Stream {
    /// As FFmpeg's own encoder makes it. Noise that the decoder is to make up would differ from run to run.
    pub fn of((layout, channels, rate): Sound, samples: &[i16]) -> Self {
        let folder = Folder::new();
        let bytes: Vec<_> = samples.iter().flat_map(|it| it.to_le_bytes()).collect();
        let from = folder.file("samples.raw", &bytes);
        let [encoded, to] = ["stream.mp4", "stream.aac"].map(|name| folder.path(name));
        let line = format!(
            "-v error -f s16le -ac {channels} -channel_layout {layout} -ar {rate} -i {{}} -c:a aac -aac_coder fast -aac_pns 0 {{}}"
        );
        run("ffmpeg", words(&line, &[&from, &encoded]));
        run(
            "ffmpeg",
            words("-v error -i {} -c copy {}", &[&encoded, &to]),
        );
        let file = fs::read(to).unwrap();
        let mut rest = &file[..];
        let mut frames = Vec::new();
        while !rest.is_empty() {
            let frame;
            (frame, rest) = rest.split_at(length(rest));
            frames.push(frame.to_vec());
        }
        Self {
            rate,
            channels,
            frames,
            config: config(&encoded),
            whole: OnceLock::new(),
        }
    }

    /// The frames without their headers.
    pub fn raw(&self) -> Vec<Vec<u8>> {
        let frames = self.frames.iter();
        frames.map(|frame| frame[HEADER..].to_vec()).collect()
    }

    /// A raw frame with a header as the stream has it.
    pub fn in_adts(&self, raw: &[u8]) -> Vec<u8> {
        let mut frame = [&self.frames[0][..HEADER], raw].concat();
        let [.., top, high, low] = (frame.len() << 5).to_be_bytes();
        frame[3] = frame[3] & !3 | top;
        frame[4] = high;
        frame[5] = frame[5] & 0x1F | low;
        frame
    }

    /// What both decoders make of it.
    pub fn whole(&self) -> &[Decoded; 2] {
        self.whole.get_or_init(|| {
            let frames = &self.frames;
            [
                self.by_ffmpeg(frames).unwrap(),
                by_faad(None, frames).unwrap(),
            ]
        })
    }

    /// What FFmpeg makes of frames in ADTS, if it does not complain.
    pub fn by_ffmpeg(&self, frames: &[Vec<u8>]) -> Result<Decoded, String> {
        let folder = Folder::new();
        let path = folder.file("gated.aac", &frames.concat());
        let line = "-v error -xerror -err_detect explode -f aac -i {} -f s16le -";
        let output = try_to_run("ffmpeg", words(line, &[&path]));
        if !output.status.success() || !output.stderr.is_empty() {
            return Err(String::from_utf8_lossy(&output.stderr).into());
        }
        let decoded: Decoded = output
            .stdout
            .chunks(2 * SAMPLES * self.channels)
            .map(samples)
            .collect();
        let is_whole = decoded.len() == frames.len()
            && decoded.iter().all(|it| it.len() == SAMPLES * self.channels);
        is_whole
            .then_some(decoded)
            .ok_or_else(|| "another duration by ffmpeg".into())
    }
}

/// What libfaad makes of frames, raw ones with their configuration, if it does not complain. Of the first it hands on nothing, and mono in both channels of stereo.
pub fn by_faad(config: Option<&[u8]>, frames: &[Vec<u8>]) -> Result<Decoded, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/media/aac/faad.py");
    let config = config.map_or("adts".into(), hexadecimal);
    let mut input = Vec::new();
    for frame in frames {
        input.extend(u32::try_from(frame.len()).unwrap().to_le_bytes());
        input.extend(frame);
    }
    let printed = fed("python3", vec![script.to_str().unwrap(), &config], &input);
    let (mut rest, mut decoded) = (&printed[..], Vec::new());
    while let Some((head, after)) = rest.split_first_chunk::<16>() {
        let number = |at: usize| u32::from_le_bytes(head[at..at + 4].try_into().unwrap());
        if number(0) != 0 {
            return Err(format!("{}: error {} by libfaad", decoded.len(), number(0)));
        }
        let of_it;
        (of_it, rest) = after.split_at(2 * number(12) as usize);
        decoded.push(samples(of_it));
    }
    assert_eq!(decoded.len(), frames.len());
    Ok(decoded)
}

fn hexadecimal(bytes: &[u8]) -> String {
    let bytes = bytes.iter().map(|byte| format!("{byte:02x}"));
    bytes.collect::<Vec<_>>().concat()
}

fn samples(bytes: &[u8]) -> Vec<i16> {
    let samples = bytes.chunks_exact(2);
    samples
        .map(|it| i16::from_le_bytes([it[0], it[1]]))
        .collect()
}

/// The length of the first frame of ADTS, as it says.
pub fn length(frame: &[u8]) -> usize {
    usize::from(frame[3] & 3) << 11 | usize::from(frame[4]) << 3 | usize::from(frame[5] >> 5)
}

/// What FFmpeg says of a stream in MP4 beforehand, out of its dump in hexadecimal: an offset, groups of bytes, and these as characters.
fn config(path: &Path) -> Vec<u8> {
    let line = "-v error -show_entries stream=extradata -show_data -of default=nw=1 {}";
    let printed = String::from_utf8(run("ffprobe", words(line, &[path]))).unwrap();
    let lines = printed.lines().filter_map(|line| line.split_once(": "));
    let groups = lines.flat_map(|(_, dump)| {
        let dump = dump.split("  ").next().unwrap();
        dump.split(' ').flat_map(|group| {
            (0..group.len())
                .step_by(2)
                .map(|at| group[at..at + 2].to_owned())
        })
    });
    groups
        .map(|byte| u8::from_str_radix(&byte, 16).unwrap())
        .collect()
}

/// A silent raw frame of stereo, as FFmpeg writes it.
pub const STEREO_FRAME: &[u8] = &[0x21, 0x10, 0x04, 0x60, 0x8C, 0x1C];

/// Bits as bytes, the last filled up with zeros.
pub fn packed(bits: &[u8]) -> Vec<u8> {
    let byte = |bits: &[u8]| {
        let byte = bits.iter().fold(0, |byte, bit| byte << 1 | bit);
        byte << (8 - bits.len())
    };
    bits.chunks(8).map(byte).collect()
}
