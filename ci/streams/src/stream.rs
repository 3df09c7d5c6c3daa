//! Streams: as encoders make them, and as files bring them.

use std::{fs, path::Path};

use crate::{codec::Codec, encoders, shown::run};

pub struct Stream {
    pub name: String,
    pub codec: Codec,
    pub frames: Vec<Vec<u8>>,
    /// What ffprobe holds for keyframes.
    pub keys: Vec<bool>,
}

/// Of a file that has only headers.
pub const NO_FRAMES: &str = "no frames";

/// The most frames that are used of one, and samples of brightness in them.
const MOST: usize = 60;
const MOST_SAMPLES: usize = 16_000_000;

impl Stream {
    /// The first packets of a file. Independent of how the gate reads them.
    fn read(name: String, codec: Codec, path: &Path) -> Result<Self, String> {
        let file = fs::read(path).map_err(|error| error.to_string())?;
        let shown = path.display();
        let listed = run(&format!(
            "ffprobe -v error -show_entries packet=pos,size,flags -of csv=p=0 {shown}"
        ));
        let size = run(&format!(
            "ffprobe -v error -show_entries stream=width,height -of csv=p=0:s=x {shown}"
        ));
        let size = String::from_utf8_lossy(&size.stdout);
        let sides = size.trim().split('x').take(2);
        let samples = sides
            .filter_map(|side| side.parse::<usize>().ok())
            .product::<usize>();
        let most = MOST.min(MOST_SAMPLES / samples.max(1)).max(3);
        let before = if codec.is_in_ivf() { 12 } else { 0 };
        let (mut frames, mut keys) = (Vec::new(), Vec::new());
        for line in String::from_utf8_lossy(&listed.stdout).lines().take(most) {
            let fields: Vec<_> = line.split(',').collect();
            let number = |at: usize| fields.get(at).and_then(|field| field.parse::<usize>().ok());
            let (Some(size), Some(at)) = (number(0), number(1)) else {
                return Err(format!("ffprobe: {line}"));
            };
            let bytes = file[at + before..].get(..size);
            frames.push(bytes.ok_or("a packet behind the file")?.to_vec());
            keys.push(fields[2].starts_with('K'));
        }
        if frames.is_empty() {
            return Err(NO_FRAMES.into());
        }
        let mut this = Self {
            name,
            codec,
            frames,
            keys,
        };
        // Played three times in a row, if it would not go on behind its middle third.
        let last = this.keys.len() - this.keys.len() / 3;
        if !this.keys[last..].contains(&true) {
            this.frames = [&this.frames[..]; 3].concat();
            this.keys = this.keys.repeat(3);
        }
        Ok(this)
    }
}

/// What each of the encoders makes, or why it makes nothing.
pub fn made(at: usize, from: &Path) -> Option<(String, Result<Stream, String>)> {
    let (name, codec, line) = encoders::recipes().into_iter().nth(at)?;
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join(codec.file());
    let words = line.split_whitespace().map(|word| {
        let word = word.replace("location=IN", &format!("location={}", from.display()));
        let word = word.replace("location=OUT", &format!("location={}", to.display()));
        match &word[..] {
            "IN" => from.display().to_string(),
            "OUT" => to.display().to_string(),
            _ => word,
        }
    });
    let output = run(&words.collect::<Vec<_>>().join(" "));
    let stream = if output.status.success() {
        Stream::read(name.clone(), codec, &to)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().into())
    };
    Some((name, stream))
}

/// The stream of a capture of RTP packets, named after its codec; nothing if there is nothing that puts its packets together.
fn captured(name: &str, path: &Path) -> Option<Result<Stream, String>> {
    let stem = path.file_stem()?.to_str()?;
    let (codec, encoding, after) = match stem.rsplit('_').next()? {
        "h264" => (
            Codec::H264,
            "H264",
            "! video/x-h264,stream-format=byte-stream,alignment=au",
        ),
        "h265" => (
            Codec::Hevc,
            "H265",
            "! video/x-h265,stream-format=byte-stream,alignment=au",
        ),
        "vp8" => (Codec::Vp8, "VP8", ""),
        "vp9" => (Codec::Vp9, "VP9", ""),
        _ => return None,
    };
    let depay = encoding.to_lowercase();
    let folder = tempfile::tempdir().unwrap();
    let shown = folder.path().display();
    let output = run(&format!(
        "gst-launch-1.0 -q filesrc location={} ! pcapparse \
         caps=application/x-rtp,media=video,encoding-name={encoding},clock-rate=90000,payload=96 \
         ! rtp{depay}depay {after} ! multifilesink location={shown}/%05d.frame",
        path.display()
    ));
    if !output.status.success() {
        return Some(Err(String::from_utf8_lossy(&output.stderr).trim().into()));
    }
    let mut files: Vec<_> = fs::read_dir(&folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    files.sort();
    let frames: Vec<_> = files.iter().map(|file| fs::read(file).unwrap()).collect();
    let frames: Vec<_> = frames.iter().map(|frame| &frame[..]).collect();
    let to = folder.path().join(codec.file());
    fs::write(&to, codec.contained(&frames)).unwrap();
    Some(Stream::read(name.into(), codec, &to))
}

/// The stream of pictures in a file, taken out of its container; nothing if it has none of these codecs.
pub fn brought(name: &str, path: &Path) -> Option<Result<Stream, String>> {
    if path.extension().is_some_and(|end| end == "pcap") {
        return captured(name, path);
    }
    let from = path.display();
    let probed = run(&format!(
        "ffprobe -v quiet -select_streams v:0 -show_entries stream=codec_name -of csv=p=0 {from}"
    ));
    let probed = String::from_utf8_lossy(&probed.stdout);
    let codec = Codec::of(probed.lines().next()?.trim().trim_end_matches(','))?;
    let folder = tempfile::tempdir().unwrap();
    let to = folder.path().join(codec.file());
    let kept = match codec {
        Codec::H264 | Codec::Hevc if path.extension().is_some_and(|end| end == "mp4") => {
            let name = if codec == Codec::H264 { "h264" } else { "hevc" };
            format!("-bsf:v {name}_mp4toannexb")
        }
        _ => String::new(),
    };
    // As it is, unless it is in a container.
    let end = path.extension().and_then(|end| end.to_str()).unwrap_or("");
    let output = if ["h264", "h265", "ivf"].contains(&end) {
        return Some(Stream::read(name.into(), codec, path));
    } else {
        run(&format!(
            "ffmpeg -v error -i {from} -map 0:v:0 -c copy {kept} {}",
            to.display()
        ))
    };
    Some(if output.status.success() {
        Stream::read(name.into(), codec, &to)
    } else {
        Err(String::from_utf8_lossy(&output.stderr).trim().into())
    })
}
