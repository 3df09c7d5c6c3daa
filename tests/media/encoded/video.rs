//! Encoded pictures: making them, putting them into files, and decoding them by two decoders of other people's each.

use std::{fs, iter, path::Path};

use framegate::format::Format;

use super::mp4;
use crate::common::tools::{Folder, run, standup, try_to_run, words};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    H264,
    Hevc,
    Vp8,
    Vp9,
    Av1,
}

/// One decoded picture: Y, U and V in 4:2:0, row after row. Samples of ten bits are little-endian.
pub type Picture = Vec<u8>;

/// A real stream, and what a decoder makes of it.
pub struct Stream {
    pub codec: Codec,
    pub width: usize,
    pub height: usize,
    pub frames: Vec<Encoded>,
    pub pictures: Vec<Picture>,
    /// Whether a sample has ten bits, in two bytes.
    pub is_deep: bool,
    /// Whether of two decoders only ffmpeg shows it right.
    pub by_ffmpeg_alone: bool,
    /// Whether it has spatial layers, of which ffmpeg shows each as a picture.
    is_layered: bool,
    /// The decoder's configuration, if it is apart from the frames.
    pub config: Option<Vec<u8>>,
    /// The sample description of MP4 that holds it, if frames are put into one.
    pub description: Option<Vec<u8>>,
}

#[derive(Clone)]
pub struct Encoded {
    pub bytes: Vec<u8>,
    /// Whether ffprobe holds it for a keyframe.
    pub is_key: bool,
}

impl Codec {
    pub fn format(self) -> Format {
        match self {
            Self::H264 => Format::H264,
            Self::Hevc => Format::HEVC,
            Self::Vp8 => Format::VP8,
            Self::Vp9 => Format::VP9,
            Self::Av1 => Format::AV1,
        }
    }

    /// As ffmpeg is told, for closed groups of pictures without reordering.
    fn options(self) -> &'static str {
        match self {
            Self::H264 => {
                "-c:v libx264 -preset veryfast -profile:v baseline -x264-params bframes=0:open-gop=0:scenecut=0:repeat-headers=1"
            }
            Self::Hevc => {
                "-c:v libx265 -preset ultrafast -x265-params log-level=none:bframes=0:open-gop=0:scenecut=0:repeat-headers=1"
            }
            Self::Vp9 => {
                "-c:v libvpx-vp9 -deadline realtime -cpu-used 8 -lag-in-frames 0 -auto-alt-ref 0 -b:v 200k"
            }
            Self::Av1 => "-c:v libaom-av1 -usage realtime -cpu-used 8 -lag-in-frames 0 -b:v 200k",
            Self::Vp8 => {
                "-c:v libvpx -deadline realtime -lag-in-frames 0 -auto-alt-ref 0 -b:v 200k"
            }
        }
    }

    pub fn file(self) -> &'static str {
        match self {
            Self::H264 => "stream.h264",
            Self::Hevc => "stream.hevc",
            Self::Vp8 | Self::Vp9 | Self::Av1 => "stream.ivf",
        }
    }
}

impl Stream {
    /// The recorded gallery, scaled, with a keyframe every so many frames. `more` is what else ffmpeg is told.
    pub fn of_gallery(codec: Codec, size: (usize, usize), interval: usize, more: &str) -> Self {
        let mut stream = Self::encoded(codec, size, interval, more);
        stream.show();
        stream
    }

    /// The same, not decoded.
    pub fn encoded(codec: Codec, size: (usize, usize), interval: usize, more: &str) -> Self {
        Self::encoded_from(&standup("gallery.y4m"), codec, size, interval, more)
    }

    /// The pictures of a file, encoded likewise.
    pub fn encoded_from(
        from: &Path,
        codec: Codec,
        (width, height): (usize, usize),
        interval: usize,
        more: &str,
    ) -> Self {
        let folder = Folder::new();
        let to = folder.path(codec.file());
        let line = format!(
            "-v error -i {{}} -vf scale={width}:{height} -g {interval} {} {more} {{}}",
            codec.options()
        );
        run("ffmpeg", words(&line, &[from, &to]));
        let file = fs::read(&to).unwrap();
        // In IVF a packet begins with its length and time.
        let before = if codec.file() == "stream.ivf" { 12 } else { 0 };
        let frames = packets(&to, &file, before);
        Self {
            codec,
            width,
            height,
            frames,
            pictures: Vec::new(),
            is_deep: more.contains("p10"),
            by_ffmpeg_alone: more.contains("bframes=2"),
            is_layered: false,
            config: None,
            description: None,
        }
    }

    /// The gallery by `OpenH264`, of this profile and with these properties of `GStreamer`'s element.
    pub fn of_openh264((width, height): (usize, usize), profile: &str, more: &str) -> Self {
        let folder = Folder::new();
        let to = folder.path("stream.h264");
        let line = format!(
            "-q filesrc location={{}} ! y4mdec ! videoconvert ! videoscale ! video/x-raw,format=I420,width={width},height={height} \
             ! openh264enc gop-size=6 {more} ! video/x-h264,profile={profile} ! filesink location={{}}"
        );
        run(
            "gst-launch-1.0",
            words(&line, &[&standup("gallery.y4m"), &to]),
        );
        let file = fs::read(&to).unwrap();
        let mut stream = Self {
            codec: Codec::H264,
            width,
            height,
            frames: packets(&to, &file, 0),
            pictures: Vec::new(),
            by_ffmpeg_alone: false,
            is_deep: false,
            is_layered: false,
            config: None,
            description: None,
        };
        stream.show();
        stream
    }

    /// The gallery in VP9 with spatial layers, as libvpx puts them into superframes.
    pub fn of_layers(layers: usize) -> Self {
        let (width, height) = (352, 288);
        let folder = Folder::new();
        let [program, plain, to] = ["svc", "gallery.yuv", "svc.ivf"].map(|name| folder.path(name));
        let source = Path::new(concat!(
            env!("CARGO_MANIFEST_DIR"),
            "/tests/media/encoded/svc.c"
        ));
        run("cc", words("-O1 -o {} {} -lvpx", &[&program, source]));
        let line = format!(
            "-v error -i {{}} -vf scale={width}:{height} -t 4 -f rawvideo -pix_fmt yuv420p {{}}"
        );
        run("ffmpeg", words(&line, &[&standup("gallery.y4m"), &plain]));
        let line = format!("{{}} {width} {height} {layers} 6");
        let file = run(program.to_str().unwrap(), words(&line, &[&plain]));
        fs::write(&to, &file).unwrap();
        let mut stream = Self {
            codec: Codec::Vp9,
            width,
            height,
            frames: packets(&to, &file, 12),
            pictures: Vec::new(),
            is_deep: false,
            by_ffmpeg_alone: false,
            is_layered: true,
            config: None,
            description: None,
        };
        stream.show();
        stream
    }

    /// The gallery as ffmpeg puts it into MP4: units behind lengths of four bytes, parameter sets apart.
    pub fn in_mp4(codec: Codec, (width, height): (usize, usize), more: &str) -> Self {
        let (options, box_type) = match codec {
            Codec::H264 => ("-c:v libx264 -x264-params", "avcC"),
            _ => (
                "-c:v libx265 -preset ultrafast -tag:v hvc1 -x265-params log-level=none",
                "hvcC",
            ),
        };
        let separator = if codec == Codec::H264 { " " } else { ":" };
        let folder = Folder::new();
        let to = folder.path("stream.mp4");
        let line = format!(
            "-v error -i {{}} -vf scale={width}:{height} -g 6 {options}{separator}bframes=0:open-gop=0:scenecut=0 {more} {{}}"
        );
        run("ffmpeg", words(&line, &[&standup("gallery.y4m"), &to]));
        let file = fs::read(&to).unwrap();
        let mut stream = Self {
            codec,
            width,
            height,
            frames: packets(&to, &file, 0),
            pictures: Vec::new(),
            is_deep: false,
            by_ffmpeg_alone: true,
            is_layered: false,
            config: Some(mp4::find(&file, box_type)[8..].to_vec()),
            description: Some(mp4::find(&file, "stsd").to_vec()),
        };
        stream.show();
        stream
    }

    /// Has its pictures shown as they are ungated.
    pub fn show(&mut self) {
        let whole: Vec<_> = self.frames.iter().map(|frame| &frame.bytes[..]).collect();
        self.pictures = self.decoded(&whole).unwrap();
        assert_eq!(self.pictures.len(), self.frames.len());
    }

    pub fn picture_bytes(&self) -> usize {
        let samples =
            self.width * self.height + 2 * self.width.div_ceil(2) * self.height.div_ceil(2);
        samples * if self.is_deep { 2 } else { 1 }
    }

    pub fn black(&self) -> Picture {
        let (luma, chroma) = if self.is_deep {
            (&64u16.to_le_bytes()[..], &512u16.to_le_bytes()[..])
        } else {
            (&[16][..], &[128][..])
        };
        let mut picture = luma.repeat(self.width * self.height);
        let rest = self.picture_bytes() - picture.len();
        picture.extend(chroma.repeat(rest / chroma.len()));
        picture
    }

    fn file(&self) -> &'static str {
        match self.description {
            Some(_) => "stream.mp4",
            None => self.codec.file(),
        }
    }

    /// The frames in a file as decoders read it.
    fn contained(&self, frames: &[&[u8]]) -> Vec<u8> {
        let size = (self.width, self.height);
        match self.codec {
            _ if self.description.is_some() => {
                mp4::file(self.description.as_deref().unwrap(), size, frames)
            }
            Codec::H264 | Codec::Hevc => [
                self.config.as_deref().unwrap_or_default(),
                &frames.concat()[..],
            ]
            .concat(),
            Codec::Vp8 => ivf(*b"VP80", size, frames),
            Codec::Vp9 => ivf(*b"VP90", size, frames),
            Codec::Av1 => ivf(*b"AV01", size, frames),
        }
    }

    /// What both decoders make of these frames, if neither complains and they agree.
    pub fn decoded(&self, frames: &[&[u8]]) -> Result<Vec<Picture>, String> {
        if frames.is_empty() {
            return Ok(Vec::new());
        }
        let mut first = Vec::new();
        if !self.is_layered {
            first = self.decoded_by_ffmpeg(frames, "-v error -xerror -err_detect explode")?;
        }
        if self.by_ffmpeg_alone {
            return Ok(first);
        }
        let folder = Folder::new();
        let path = folder.file(self.file(), &self.contained(frames));
        let to = folder.path("decoded");
        let by = |program: &str, line: &str, paths: &[&Path]| {
            let output = try_to_run(program, words(line, paths));
            let said = String::from_utf8_lossy(&output.stderr);
            if !output.status.success() || said.contains("WARNING") {
                return Err(format!("{program}: {said}"));
            }
            Ok(fs::read(&to).unwrap_or_default())
        };
        let second = match self.codec {
            Codec::H264 => {
                let line =
                    "-q filesrc location={} ! h264parse ! openh264dec ! filesink location={}";
                self.without_padding(&by("gst-launch-1.0", line, &[&path, &to])?)
            }
            Codec::Hevc => by("libde265-dec265", "-q -o {} {}", &[&to, &path])?,
            Codec::Vp8 => by(
                "vpxdec",
                "--codec=vp8 --i420 --rawvideo -o {} {}",
                &[&to, &path],
            )?,
            Codec::Vp9 => by(
                "vpxdec",
                "--codec=vp9 --i420 --rawvideo -o {} {}",
                &[&to, &path],
            )?,
            Codec::Av1 => by("dav1d", "-q --muxer yuv -o {} -i {}", &[&to, &path])?,
        };
        let second = self.split(&second)?;
        if self.is_layered || first == second {
            Ok(second)
        } else {
            Err("the decoders disagree".into())
        }
    }

    /// What ffmpeg makes of these frames, if it says nothing; `how` is what else it is told.
    pub fn decoded_by_ffmpeg(&self, frames: &[&[u8]], how: &str) -> Result<Vec<Picture>, String> {
        let folder = Folder::new();
        let path = folder.file(self.file(), &self.contained(frames));
        self.shown_by_ffmpeg(&path, how)
    }

    /// What ffmpeg shows of a file with such pictures.
    pub fn shown_by_ffmpeg(&self, path: &Path, how: &str) -> Result<Vec<Picture>, String> {
        // By itself it would take what decodes AV1 below.
        let by = if self.codec == Codec::Av1 {
            "-c:v libaom-av1"
        } else {
            ""
        };
        let line = format!(
            "{how} {by} -i {{}} -vf settb=1/5,setpts=N -fps_mode passthrough -f rawvideo -pix_fmt {} -",
            if self.is_deep {
                "yuv420p10le"
            } else {
                "yuv420p"
            }
        );
        let output = try_to_run("ffmpeg", words(&line, &[path]));
        if !output.status.success() || !output.stderr.is_empty() {
            return Err(format!(
                "ffmpeg: {}",
                String::from_utf8_lossy(&output.stderr)
            ));
        }
        self.split(&output.stdout)
    }

    fn split(&self, pictures: &[u8]) -> Result<Vec<Picture>, String> {
        let pictures = pictures.chunks(self.picture_bytes());
        let pictures: Vec<_> = pictures.map(<[u8]>::to_vec).collect();
        match pictures.last() {
            Some(last) if last.len() != self.picture_bytes() => Err("another size".into()),
            _ => Ok(pictures),
        }
    }

    /// Pictures as `GStreamer` lays them out, without what fills their rows up to multiples of four bytes.
    fn without_padding(&self, pictures: &[u8]) -> Vec<u8> {
        let chroma = (self.width.div_ceil(2), self.height.div_ceil(2));
        let planes = [(self.width, self.height), chroma, chroma];
        let rows = planes
            .into_iter()
            .flat_map(|(width, height)| iter::repeat_n(width, height));
        let (mut plain, mut rest) = (Vec::new(), pictures);
        for width in rows.cycle() {
            let Some((row, after)) = rest.split_at_checked(width.next_multiple_of(4)) else {
                break;
            };
            plain.extend(&row[..width]);
            rest = after;
        }
        [&plain[..], rest].concat()
    }
}

/// The packets of a file, each so many bytes behind where it is said to be. Independent of how the gate reads them.
fn packets(path: &Path, file: &[u8], before: usize) -> Vec<Encoded> {
    let line = "-v error -show_entries packet=pos,size,flags -of csv=p=0 {}";
    let packets = String::from_utf8(run("ffprobe", words(line, &[path]))).unwrap();
    let packet = |line: &str| {
        let mut fields = line.split(',');
        let (size, at): (usize, usize) = (
            fields.next().unwrap().parse().unwrap(),
            fields.next().unwrap().parse().unwrap(),
        );
        Encoded {
            bytes: file[at + before..][..size].to_vec(),
            is_key: fields.next().unwrap().starts_with('K'),
        }
    };
    packets.lines().map(packet).collect()
}

/// The NAL units of an access unit, without start codes.
pub fn units(frame: &[u8]) -> Vec<&[u8]> {
    let mut units = Vec::new();
    let code = |at: &usize| frame[*at..].starts_with(&[0, 0, 1]);
    let starts: Vec<_> = (0..frame.len()).filter(code).map(|at| at + 3).collect();
    let ends = starts
        .iter()
        .skip(1)
        .map(|next| next - 3)
        .chain([frame.len()]);
    for (start, end) in starts.iter().zip(ends) {
        let unit = &frame[*start..end];
        // A zero before a start code belongs to that.
        units.push(unit.strip_suffix(&[0]).unwrap_or(unit));
    }
    units
}

/// Frames in the container of libvpx and libaom.
fn ivf(fourcc: [u8; 4], (width, height): (usize, usize), frames: &[&[u8]]) -> Vec<u8> {
    let short = |number: usize| u16::try_from(number).unwrap().to_le_bytes();
    let long = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    let mut file = b"DKIF\0\0\x20\0".to_vec();
    file.extend(fourcc);
    file.extend([short(width), short(height)].concat());
    file.extend([long(5), long(1), long(frames.len()), long(0)].concat());
    for (at, frame) in frames.iter().enumerate() {
        file.extend([long(frame.len()), long(at), long(0)].concat());
        file.extend(*frame);
    }
    file
}
