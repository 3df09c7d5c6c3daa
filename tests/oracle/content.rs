//! What frames are made of, and what is left of them, point by point.
//!
//! A point is the smallest part of a frame that can be somebody's: a channel of sound, a byte of text, a luma sample of a picture, a field of a record.

use std::ops::Range;

use framegate::Area;

use crate::records::Declared;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// 16-bit stereo.
    Sound,
    /// The same, one channel after the other.
    PlanarSound,
    Text,
    /// One of [`JSON`].
    Json,
    /// I420 or NV12.
    Picture {
        width: u32,
        height: u32,
        is_nv12: bool,
    },
    Record(Declared),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Content {
    /// Sample after sample, each of both channels.
    Sound(Vec<u8>),
    Text(Vec<u8>),
    Json(Vec<u8>),
    Record(Vec<u8>),
    Picture {
        width: u32,
        height: u32,
        /// Y, U and V, row after row without a gap.
        planes: [Vec<u8>; 3],
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

/// What is in the place of what must not be seen: of a byte of sound or text, and of a sample of Y, U and V.
const SILENCE: u8 = 0;
const MASK: u8 = b'*';
const NO_VALUE: u8 = 0;
/// Of a field of a record.
const BYTES: usize = 8;
const BLACK: [u8; 3] = [16, 128, 128];

impl Content {
    /// Whether it can be what a stream of this format carries, by its form and length.
    pub fn is(&self, format: Format) -> bool {
        match (self, format) {
            (Self::Json(bytes), Format::Json) | (Self::Text(bytes), Format::Text) => {
                !bytes.is_empty()
            }
            (Self::Sound(bytes), Format::Sound | Format::PlanarSound) => {
                !bytes.is_empty() && bytes.len() % 4 == 0
            }
            (Self::Record(bytes), Format::Record(declared)) => declared.is_of(bytes),
            (
                Self::Picture {
                    width,
                    height,
                    planes,
                },
                Format::Picture {
                    width: needed_width,
                    height: needed_height,
                    ..
                },
            ) => {
                let is_complete = |plane: usize| {
                    let (across, down) = plane_size(plane, *width, *height);
                    planes[plane].len() == across * down
                };
                (*width, *height) == (needed_width, needed_height) && (0..3).all(is_complete)
            }
            _ => false,
        }
    }

    /// Whether what is in it can be read.
    pub fn is_legible(&self) -> bool {
        match self {
            Self::Json(bytes) => JSON.iter().any(|text| text.as_bytes() == bytes),
            Self::Text(bytes) => str::from_utf8(bytes).is_ok(),
            Self::Sound(_) | Self::Record(_) | Self::Picture { .. } => true,
        }
    }

    pub fn points(&self) -> Vec<(u32, u32)> {
        let (width, height) = match self {
            Self::Json(bytes) => {
                let values = values(bytes).into_iter().flatten();
                return values.map(|at| (number(at), 0)).collect();
            }
            Self::Sound(_) => (CHANNELS, 1),
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
            (Self::Sound(_), Area::Channel(channel)) => u32::from(channel) < CHANNELS,
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
        let points = self.points();
        if let Self::Picture {
            width,
            height,
            planes,
        } = &mut self
        {
            for (plane, samples) in planes.iter_mut().enumerate().skip(1) {
                let (across, _) = plane_size(plane, *width, *height);
                for (at, sample) in samples.iter_mut().enumerate() {
                    let seen =
                        |&&(x, y): &&(u32, u32)| (y / 2) as usize * across + (x / 2) as usize == at;
                    let covers_it = |area: &&Area| {
                        points
                            .iter()
                            .filter(seen)
                            .all(|&point| covers(**area, point))
                    };
                    if !areas.iter().any(|area| covers_it(&area)) {
                        *sample = BLACK[plane];
                    }
                }
            }
        }
        self
    }

    /// What is left if these points must not be seen.
    pub fn without(&self, hidden: &[(u32, u32)]) -> Self {
        let mut left = self.clone();
        match &mut left {
            Self::Sound(bytes) => {
                for (at, byte) in bytes.iter_mut().enumerate() {
                    let channel = at / 2 % CHANNELS as usize;
                    if hidden.iter().any(|&(x, _)| x as usize == channel) {
                        *byte = SILENCE;
                    }
                }
            }
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
            Self::Picture {
                width,
                height,
                planes,
            } => {
                for (plane, samples) in planes.iter_mut().enumerate() {
                    let (across, _) = plane_size(plane, *width, *height);
                    // A sample of colour is seen in up to four points.
                    let shared = if plane == 0 { 1 } else { 2 };
                    for &(x, y) in hidden {
                        samples[(y / shared) as usize * across + (x / shared) as usize] =
                            BLACK[plane];
                    }
                }
            }
        }
        left
    }

    /// Each byte, one plane after the other.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Sound(bytes) | Self::Text(bytes) | Self::Json(bytes) | Self::Record(bytes) => {
                bytes.clone()
            }
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
    u32::try_from(at).expect("a short text")
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

/// How many samples a plane is wide and high.
pub fn plane_size(plane: usize, width: u32, height: u32) -> (usize, usize) {
    let shared = if plane == 0 { 1 } else { 2 };
    (
        width.div_ceil(shared) as usize,
        height.div_ceil(shared) as usize,
    )
}
