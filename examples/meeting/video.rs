//! Y4M, picture by picture.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, Seek, Write},
    ops::Range,
    path::{Path, PathBuf},
};

use framegate::{
    Cleared, Payload, PayloadMut, Plane, PlaneMut, Time,
    format::{ColorRange, Format, PixelFormat},
};
use y4m::{Colorspace, Decoder};

use crate::{
    error::Problem,
    media::{self, Clock, Stored},
};

const MAGIC: &[u8] = b"YUV4MPEG2 ";
const FRAME: &[u8] = b"FRAME";
const RANGE: &[u8] = b"XCOLORRANGE=";

/// The longest side of a picture that the gate takes.
const MAX_SIDE: u32 = 1 << 15;

/// A Y4M that is being read.
pub struct Reader {
    path: PathBuf,
    y4m: Decoder<BufReader<File>>,
    size: Size,
    clock: Clock,
    frames: u64,
    /// How many bytes of the file have been read, and how many there are.
    position: u64,
    length: u64,
}

/// A Y4M that is being written.
pub struct Writer {
    file: BufWriter<File>,
    /// How long the file is.
    length: u64,
}

/// The sides of a picture in luma samples, both even.
#[derive(Clone, Copy)]
pub struct Size {
    pub width: u32,
    pub height: u32,
}

impl Reader {
    pub fn open(path: &Path, opened: Time) -> Result<Self, Problem> {
        let mut file = media::open(path)?;
        let unreadable = |error| Problem::unreadable(path, &error);
        let length = file.get_ref().metadata().map_err(unreadable)?.len();
        // The decoder multiplies the sides before it looks at them, so they are looked at first.
        if !sides_fit(file.fill_buf().map_err(unreadable)?) {
            let what = format_args!("a picture's side of more than {MAX_SIDE}, or none");
            return Err(unsupported(path, what));
        }
        let y4m = Decoder::new(file).map_err(|error| match error {
            y4m::Error::UnknownColorspace => unsupported(path, "an unknown colour space"),
            y4m::Error::OutOfMemory => unsupported(path, "pictures of more than 1 GiB"),
            y4m::Error::EOF => Problem::cut_short(path),
            error => Problem::new(path, error, "convert it to a plain Y4M").at("line 1"),
        })?;
        match y4m.get_colorspace() {
            Colorspace::C420
            | Colorspace::C420jpeg
            | Colorspace::C420paldv
            | Colorspace::C420mpeg2 => {}
            other => return Err(unsupported(path, format_args!("colour space {other:?}"))),
        }
        let (width, height) = (y4m.get_width(), y4m.get_height());
        let (Ok(size), true) = (
            Size::try_from((width, height)),
            width.is_multiple_of(2) && height.is_multiple_of(2),
        ) else {
            return Err(unsupported(
                path,
                format_args!("pictures of {width}x{height}"),
            ));
        };
        let rate = y4m.get_framerate();
        if rate.num == 0 || rate.den == 0 {
            let what = format_args!("a frame rate of {rate}");
            return Err(Problem::new(path, what, "write it as F25:1, for example").at("line 1"));
        }
        Ok(Self {
            path: path.into(),
            position: (MAGIC.len() + y4m.get_raw_params().len() + 1) as u64,
            length,
            size,
            clock: Clock {
                opened,
                count: rate.num as u64,
                seconds: rate.den as u64,
            },
            frames: 0,
            y4m,
        })
    }

    pub fn format(&self) -> Format {
        let Size { width, height } = self.size;
        let range = range(self.y4m.get_raw_params());
        Format::picture(PixelFormat::I420, range, width, height)
    }

    pub fn size(&self) -> Size {
        self.size
    }

    pub fn read(&mut self, bytes: &mut Vec<u8>) -> Result<Option<Range<Time>>, Problem> {
        let picture = match self.y4m.read_frame() {
            Ok(picture) => picture,
            // The decoder has one error for the end of the file, wherever that is.
            Err(y4m::Error::EOF) if self.position == self.length => return Ok(None),
            Err(error) => {
                let problem = match error {
                    y4m::Error::EOF => Problem::cut_short(&self.path),
                    error => Problem::new(&self.path, error, "copy or record it again"),
                };
                return Err(problem.at(format_args!("picture {}", self.frames)));
            }
        };
        let planes = [
            picture.get_y_plane(),
            picture.get_u_plane(),
            picture.get_v_plane(),
        ];
        bytes.extend(planes.into_iter().flatten());
        let parameters = picture.get_raw_params().map_or(0, |raw| 1 + raw.len());
        self.position += (FRAME.len() + parameters + 1 + bytes.len()) as u64;
        self.frames += 1;
        Ok(Some(
            self.clock.time(self.frames - 1)..self.clock.time(self.frames),
        ))
    }

    pub fn payload<'a>(&self, bytes: &'a [u8]) -> Payload<'a> {
        let (luma, chroma) = self.strides();
        let (y, uv) = bytes.split_at(luma * self.rows());
        let (u, v) = uv.split_at(uv.len() / 2);
        let plane = |data, stride| Plane { data, stride };
        Payload::i420(plane(y, luma), plane(u, chroma), plane(v, chroma))
    }

    pub fn payload_mut<'a>(&self, bytes: &'a mut [u8]) -> PayloadMut<'a> {
        let (luma, chroma) = self.strides();
        let (y, uv) = bytes.split_at_mut(luma * self.rows());
        let (u, v) = uv.split_at_mut(uv.len() / 2);
        let plane = |data, stride| PlaneMut { data, stride };
        PayloadMut::i420(plane(y, luma), plane(u, chroma), plane(v, chroma))
    }

    fn strides(&self) -> (usize, usize) {
        (self.y4m.get_width(), self.y4m.get_width() / 2)
    }

    fn rows(&self) -> usize {
        self.y4m.get_height()
    }

    /// The header goes along but for its comments, which may say anything; the crate's own encoder would lose what it does not know.
    pub fn copy_to(&self, path: &Path) -> io::Result<Writer> {
        let mut file = BufWriter::new(File::create_new(path)?);
        file.write_all(MAGIC.trim_ascii_end())?;
        let parameters = self.y4m.get_raw_params().split(|byte| *byte == b' ');
        parameters
            .filter(|parameter| !is_comment(parameter))
            .try_for_each(|parameter| file.write_all(&[b" ", parameter].concat()))?;
        file.write_all(b"\n")?;
        let length = file.stream_position()?;
        Ok(Writer { file, length })
    }
}

impl Writer {
    /// A picture's own parameters stay behind: they may say anything, and the gate did not judge them.
    pub fn write(&mut self, cleared: &Cleared<'_>) -> io::Result<Stored> {
        self.file.write_all(FRAME)?;
        self.file.write_all(b"\n")?;
        let bytes = match cleared.payload() {
            Payload::Planes(planes) => planes.map(|plane| plane.data).concat(),
            Payload::Bytes(_) => Vec::new(),
        };
        self.file.write_all(&bytes)?;
        let start = self.length + FRAME.len() as u64 + 1;
        self.length = start + bytes.len() as u64;
        Ok(Stored { start, bytes })
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.file.flush()
    }
}

impl TryFrom<(usize, usize)> for Size {
    type Error = std::num::TryFromIntError;

    fn try_from((width, height): (usize, usize)) -> Result<Self, Self::Error> {
        Ok(Self {
            width: width.try_into()?,
            height: height.try_into()?,
        })
    }
}

/// Anything that begins with X is the writer's own, but for the two that players know.
fn is_comment(parameter: &[u8]) -> bool {
    let known: [&[u8]; 2] = [b"XYSCSS=", RANGE];
    parameter.is_empty()
        || parameter.starts_with(b"X") && !known.iter().any(|known| parameter.starts_with(known))
}

/// The range of the samples: black is 0 in full range. If it is there several times, players go by the last.
fn range(parameters: &[u8]) -> ColorRange {
    let mut parameters = parameters.split(|byte| *byte == b' ').rev();
    match parameters.find_map(|parameter| parameter.strip_prefix(RANGE)) {
        Some(b"FULL") => ColorRange::Full,
        _ => ColorRange::Limited,
    }
}

/// Whether the width and height in a file's first line are such as the gate takes.
fn sides_fit(file: &[u8]) -> bool {
    let header = file.split(|byte| *byte == b'\n').next().unwrap_or_default();
    header
        .split(|byte| *byte == b' ')
        .filter_map(|parameter| {
            parameter
                .strip_prefix(b"W")
                .or(parameter.strip_prefix(b"H"))
        })
        .all(|side| {
            let side = str::from_utf8(side).ok().and_then(|side| side.parse().ok());
            side.is_some_and(|side| (1..=MAX_SIDE).contains(&side))
        })
}

fn unsupported(path: &Path, what: impl std::fmt::Display) -> Problem {
    let remedy = "convert it to 4:2:0, 8 bit, of even width and height";
    Problem::new(path, what, remedy).at("line 1")
}
