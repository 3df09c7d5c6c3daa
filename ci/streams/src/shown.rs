//! What decoders show of frames.

use std::{
    fs,
    process::{Command, Output},
};

use crate::codec::Codec;

/// A decoded picture, its planes one after the other.
#[derive(Clone, PartialEq, Eq)]
pub struct Picture {
    pub width: usize,
    pub height: usize,
    /// Bits a sample, and how many columns and rows share a sample of colour; none without colour.
    pub depth: u32,
    pub shared: Option<(usize, usize)>,
    pub samples: Vec<u8>,
}

impl Picture {
    /// Of a size and a pixel format as ffprobe names it.
    fn new(width: usize, height: usize, format: &str) -> Option<Self> {
        let (name, depth) = match format.strip_suffix("le") {
            Some(name) => name.split_at_checked(name.len() - 2)?,
            None => (format, "8"),
        };
        let shared = match name.trim_end_matches('p') {
            "yuv420" | "yuvj420" => Some((2, 2)),
            "yuv422" | "yuvj422" => Some((2, 1)),
            "yuv444" | "yuvj444" | "gbr" => Some((1, 1)),
            "yuv440" | "yuvj440" => Some((1, 2)),
            "gray" => None,
            _ => return None,
        };
        Some(Self {
            width,
            height,
            depth: depth.parse().ok()?,
            shared,
            samples: Vec::new(),
        })
    }

    fn planes(&self) -> Vec<(usize, usize)> {
        let mut planes = vec![(self.width, self.height)];
        if let Some((across, down)) = self.shared {
            let colour = (self.width.div_ceil(across), self.height.div_ceil(down));
            planes.extend([colour, colour]);
        }
        planes
    }

    fn sample_bytes(&self) -> usize {
        if self.depth > 8 { 2 } else { 1 }
    }

    /// Takes its samples from the front of these, with rows of multiples of so many bytes.
    fn fill(&mut self, raw: &mut &[u8], multiple: usize) -> Option<()> {
        for (width, height) in self.planes() {
            let width = width * self.sample_bytes();
            for _ in 0..height {
                let row = raw.split_off(..width.next_multiple_of(multiple))?;
                self.samples.extend(&row[..width]);
            }
        }
        Some(())
    }

    pub fn is_black(&self) -> bool {
        let luma = self.width * self.height * self.sample_bytes();
        let all = |samples: &[u8], value: u32| {
            let value = (value << (self.depth - 8)).to_le_bytes();
            let size = self.sample_bytes();
            samples.chunks(size).all(|sample| sample == &value[..size])
        };
        let (luma, colour) = self.samples.split_at(luma);
        all(luma, 16) && all(colour, 128)
    }

    /// Black of the same form, of video range.
    pub fn as_black(&self) -> Self {
        let mut black = self.clone();
        let size = self.sample_bytes();
        let luma = self.width * self.height * size;
        let value = |value: u32| (value << (self.depth - 8)).to_le_bytes();
        for (at, sample) in black.samples.chunks_mut(size).enumerate() {
            let value = value(if at * size < luma { 16 } else { 128 });
            sample.copy_from_slice(&value[..size]);
        }
        black
    }

    pub fn has_form_of(&self, other: &Self) -> bool {
        (self.width, self.height, self.depth, self.shared)
            == (other.width, other.height, other.depth, other.shared)
    }
}

/// What ffmpeg shows, each with the place in the file from which it was decoded; and whether it complained.
pub struct Shown {
    pub pictures: Vec<(Option<u64>, Picture)>,
    pub complains: bool,
}

pub fn run(line: &str) -> Output {
    let mut words = line.split_whitespace();
    let program = words.next().unwrap();
    let output = Command::new(program).args(words).output();
    output.unwrap_or_else(|error| panic!("{program} is needed: {error}"))
}

pub fn by_ffmpeg(codec: Codec, frames: &[&[u8]]) -> Result<Shown, String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(codec.file());
    fs::write(&path, codec.contained(frames)).unwrap();
    let by = codec.by_ffmpeg();
    let path = path.display();
    let listed = run(&format!(
        "ffprobe -v quiet -threads 1 -show_entries frame=pkt_pos,width,height,pix_fmt -of compact=p=0 {path}"
    ));
    let decoded = run(&format!(
        "ffmpeg -v error -threads 1 {by} -i {path} -map 0:v:0 -autoscale 0 -vf settb=1/5,setpts=N -fps_mode passthrough -f rawvideo -"
    ));
    let mut raw = &decoded.stdout[..];
    let mut pictures = Vec::new();
    for line in String::from_utf8_lossy(&listed.stdout).lines() {
        let field = |name: &str| {
            let mut fields = line.split('|').filter_map(|field| field.split_once('='));
            fields.find(|(key, _)| *key == name).map(|(_, value)| value)
        };
        let (Some(width), Some(height), Some(format)) =
            (field("width"), field("height"), field("pix_fmt"))
        else {
            continue;
        };
        let number = |text: &str| text.parse().map_err(|_| format!("ffprobe: {line}"));
        let picture = Picture::new(number(width)?, number(height)?, format);
        let mut picture = picture.ok_or(format!("pixel format {format}"))?;
        picture
            .fill(&mut raw, 1)
            .ok_or("ffmpeg shows less than ffprobe")?;
        pictures.push((
            field("pkt_pos").and_then(|place| place.parse().ok()),
            picture,
        ));
    }
    if !raw.is_empty() {
        return Err("ffmpeg shows more than ffprobe".into());
    }
    let complains = !decoded.stderr.is_empty();
    Ok(Shown {
        pictures,
        complains,
    })
}

/// Whether the second decoder shows these pictures and no others.
pub fn second_shows(codec: Codec, frames: &[&[u8]], expected: &[Picture]) -> Result<(), String> {
    if frames.is_empty() {
        return Ok(());
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(codec.file());
    let to = folder.path().join("decoded");
    fs::write(&path, codec.contained(frames)).unwrap();
    run(&codec.second_line(&path, &to));
    let decoded = fs::read(&to).unwrap_or_default();
    let mut raw = &decoded[..];
    // GStreamer fills rows up.
    let multiple = if codec == Codec::H264 { 4 } else { 1 };
    for (at, expected) in expected.iter().enumerate() {
        let mut picture = Picture {
            samples: Vec::new(),
            ..expected.clone()
        };
        let ended = format!("ends before picture {at} of {}", expected.samples.len());
        picture.fill(&mut raw, multiple).ok_or(ended)?;
        if picture != *expected {
            return Err(format!("picture {at} is another"));
        }
    }
    raw.is_empty().then_some(()).ok_or("shows more".into())
}
