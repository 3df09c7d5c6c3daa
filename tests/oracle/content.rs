//! What frames are made of, and what is left of them, point by point.
//!
//! A point is the smallest part of a frame that can be somebody's: a channel of sound, a byte of text, a luma sample of a picture, a field of a record.

use std::ops::Range;

use framegate::{
    Area,
    format::{ColorRange, PixelFormat, Samples},
};

use crate::{
    common::layout::{Part, SAMPLES, parts},
    records::Declared,
};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Stereo.
    Sound(Samples),
    /// The same, one channel after the other.
    PlanarSound(Samples),
    Text,
    /// One of [`JSON`].
    Json,
    Picture {
        width: u32,
        height: u32,
        pixels: PixelFormat,
        range: ColorRange,
    },
    Record(Declared),
    /// Bytes of which nothing is known.
    Opaque,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Sample after sample, each of both channels.
    Sound(Samples, Vec<u8>),
    Text(Vec<u8>),
    Json(Vec<u8>),
    Record(Vec<u8>),
    Opaque(Vec<u8>),
    Picture {
        width: u32,
        height: u32,
        pixels: PixelFormat,
        range: ColorRange,
        /// Row after row without a gap.
        planes: Vec<Vec<u8>>,
    },
}

/// Without keys, so that whatever is neither brackets, commas nor blanks is a value; and without what takes a value's place.
pub const JSON: [&str; 4] = [
    "[5]",
    "[\"ab\",true]",
    " [[2e3],null,\"ß\"]",
    "[-7,\"\\n\",[]]",
];

const CHANNELS: u32 = 2;

/// What is in the place of what must not be seen: of a byte of text, and of a field of a record.
const MASK: u8 = b'*';
const NO_VALUE: u8 = 0;
/// Of a field of a record.
const BYTES: usize = 8;

/// How many bytes a sample has, and each byte of silence.
pub fn sample(of: Samples) -> (usize, u8) {
    let known = SAMPLES.iter().find(|(samples, ..)| *samples == of);
    let (_, bytes, silence) = known.expect("a format that is told of there");
    (*bytes, *silence)
}

impl Content {
    /// Whether it can be what a stream of this format carries, by its form and length.
    pub fn is(&self, format: Format) -> bool {
        match (self, format) {
            (Self::Json(bytes), Format::Json) | (Self::Text(bytes), Format::Text) => {
                !bytes.is_empty()
            }
            (Self::Sound(of, bytes), Format::Sound(samples) | Format::PlanarSound(samples)) => {
                *of == samples && !bytes.is_empty() && bytes.len() % (2 * sample(samples).0) == 0
            }
            (Self::Opaque(bytes), Format::Opaque) => !bytes.is_empty(),
            (Self::Record(bytes), Format::Record(declared)) => declared.is_of(bytes),
            (
                Self::Picture {
                    width,
                    height,
                    pixels,
                    range,
                    planes,
                },
                Format::Picture {
                    width: needed_width,
                    height: needed_height,
                    pixels: needed_pixels,
                    ..
                },
            ) => {
                let sizes = plane_sizes(*pixels, *range, *width, *height);
                let lengths = sizes.iter().map(|(row, rows)| row * rows);
                (*width, *height, *pixels) == (needed_width, needed_height, needed_pixels)
                    && lengths.eq(planes.iter().map(Vec::len))
            }
            _ => false,
        }
    }

    /// Whether what is in it can be read.
    pub fn is_legible(&self) -> bool {
        match self {
            Self::Json(bytes) => JSON.iter().any(|text| text.as_bytes() == bytes),
            Self::Text(bytes) => str::from_utf8(bytes).is_ok(),
            Self::Sound(..) | Self::Record(_) | Self::Opaque(_) | Self::Picture { .. } => true,
        }
    }

    pub fn points(&self) -> Vec<(u32, u32)> {
        let (width, height) = match self {
            Self::Json(bytes) => {
                let values = values(bytes).into_iter().flatten();
                return values.map(|at| (number(at), 0)).collect();
            }
            Self::Sound(..) => (CHANNELS, 1),
            // Nobody's in particular.
            Self::Opaque(_) => (0, 0),
            Self::Text(bytes) => (u32::try_from(bytes.len()).expect("a short text"), 1),
            Self::Record(bytes) => {
                let fields = u32::try_from(bytes.len() / BYTES).expect("a short record");
                (fields, 1)
            }
            Self::Picture { width, height, .. } => (*width, *height),
        };
        (0..height)
            .flat_map(|y| (0..width).map(move |x| (x, y)))
            .collect()
    }

    /// Whether an area can be meant: of the right form, not empty, not all outside, and not through a character.
    pub fn has_area(&self, area: Area) -> bool {
        let is_boundary = |bytes: &[u8], at: u32| {
            str::from_utf8(bytes).is_ok_and(|text| text.is_char_boundary(at as usize))
        };
        match (self, area) {
            // Its parts cannot be seen: a region only says who is in it.
            (Self::Opaque(_), _) => true,
            (Self::Sound(..), Area::Channel(channel)) => u32::from(channel) < CHANNELS,
            (Self::Json(bytes), Area::Span { start, end }) => {
                start < end && end <= number(bytes.len())
            }
            (Self::Text(bytes), Area::Span { start, end }) => {
                start < end && is_boundary(bytes, start) && is_boundary(bytes, end)
            }
            (Self::Picture { .. }, Area::Rectangle { .. }) => {
                self.points().iter().any(|&point| covers(area, point))
            }
            _ => false,
        }
    }

    /// All that goes with these points, as nothing goes in part of a value of JSON.
    pub fn with_the_rest(&self, hidden: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
        let Self::Json(bytes) = self else {
            return hidden;
        };
        let goes =
            |value: &Range<usize>| hidden.iter().any(|&(x, _)| value.contains(&(x as usize)));
        let values = values(bytes).into_iter().filter(goes).flatten();
        values.map(|at| (number(at), 0)).collect()
    }

    /// Without the samples of colour that lie in no single one of these areas: where two meet within one it goes.
    pub fn without_what_areas_share(mut self, areas: &[Area]) -> Self {
        let is_seen_in_one = |group: &[(usize, usize)]| {
            areas.iter().any(|&area| {
                let mut points = group.iter().map(|&(x, y)| (number(x), number(y)));
                points.all(|point| covers(area, point))
            })
        };
        self.blacken(|group| group.len() > 1 && !is_seen_in_one(group));
        self
    }

    /// What is left if these points must not be seen.
    pub fn without(&self, hidden: &[(u32, u32)]) -> Self {
        let mut left = self.clone();
        match &mut left {
            Self::Sound(samples, bytes) => {
                let (size, silence) = sample(*samples);
                for (at, byte) in bytes.iter_mut().enumerate() {
                    let channel = at / size % CHANNELS as usize;
                    if hidden.iter().any(|&(x, _)| x as usize == channel) {
                        *byte = silence;
                    }
                }
            }
            Self::Opaque(_) => {}
            Self::Json(bytes) => {
                for value in values(bytes) {
                    if hidden.iter().any(|&(x, _)| value.contains(&(x as usize))) {
                        let is_string = bytes[value.start] == b'"';
                        bytes[value.clone()].fill(if is_string { MASK } else { b'1' });
                        if is_string {
                            (bytes[value.start], bytes[value.end - 1]) = (b'"', b'"');
                        }
                    }
                }
            }
            Self::Text(bytes) => {
                for &(x, _) in hidden {
                    bytes[x as usize] = MASK;
                }
            }
            Self::Record(bytes) => {
                for &(x, _) in hidden {
                    bytes[BYTES * x as usize..][..BYTES].fill(NO_VALUE);
                }
            }
            Self::Picture { .. } => left.blacken(|group| {
                let mut points = group.iter().map(|&(x, y)| (number(x), number(y)));
                points.any(|point| hidden.contains(&point))
            }),
        }
        left
    }

    /// Makes of a picture those bytes black of which this is said, by the pixels that are in each.
    fn blacken(&mut self, is_black: impl Fn(&[(usize, usize)]) -> bool) {
        let Self::Picture {
            width,
            height,
            pixels,
            range,
            planes,
        } = self
        else {
            return;
        };
        let size = [*width as usize, *height as usize];
        for (part, bytes) in parts(*pixels, *range).iter().zip(planes) {
            let (row, _) = part.size(size[0], size[1]);
            for (at, byte) in bytes.iter_mut().enumerate() {
                if is_black(&part.pixels(at % row, at / row, size)) {
                    *byte = part.black(at % row);
                }
            }
        }
    }

    /// Each byte, one plane after the other.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Sound(_, bytes)
            | Self::Text(bytes)
            | Self::Json(bytes)
            | Self::Record(bytes)
            | Self::Opaque(bytes) => bytes.clone(),
            Self::Picture { planes, .. } => planes.concat(),
        }
    }
}

/// Where the values of a text are.
fn values(json: &[u8]) -> Vec<Range<usize>> {
    let is_value = |byte: &u8| !b"[], ".contains(byte);
    let mut values: Vec<Range<usize>> = Vec::new();
    for (at, _) in json.iter().enumerate().filter(|(_, byte)| is_value(byte)) {
        match values.last_mut() {
            Some(last) if last.end == at => last.end += 1,
            _ => values.push(at..at + 1),
        }
    }
    values
}

fn number(at: usize) -> u32 {
    u32::try_from(at).expect("a short frame")
}

/// Whether a point lies in an area.
pub fn covers(area: Area, (x, y): (u32, u32)) -> bool {
    let within = |at: u32, from: u32, length: u32| at >= from && at - from < length;
    match area {
        Area::Channel(channel) => u32::from(channel) == x,
        Area::Span { start, end } => start <= x && x < end,
        Area::Rectangle {
            x: left,
            y: top,
            width,
            height,
        } => within(x, left, width) && within(y, top, height),
    }
}

/// How many bytes each plane has in a row, and how many rows.
pub fn plane_sizes(
    pixels: PixelFormat,
    range: ColorRange,
    width: u32,
    height: u32,
) -> Vec<(usize, usize)> {
    let size = |part: &Part| part.size(width as usize, height as usize);
    parts(pixels, range).iter().map(size).collect()
}
