//! What raw formats look like, told once more: sample by sample, with nothing of the library's own but their names.

use framegate::{
    Payload, PayloadMut, Plane, PlaneMut,
    format::{ColorRange, PixelFormat, Samples},
};

pub const PIXELS: [PixelFormat; 12] = [
    PixelFormat::I420,
    PixelFormat::I422,
    PixelFormat::I444,
    PixelFormat::Nv12,
    PixelFormat::Nv21,
    PixelFormat::Yuy2,
    PixelFormat::Uyvy,
    PixelFormat::P010,
    PixelFormat::Rgba,
    PixelFormat::Bgra,
    PixelFormat::Rgb24,
    PixelFormat::Gray8,
];

pub const RANGES: [ColorRange; 2] = [ColorRange::Limited, ColorRange::Full];

/// Each with a sample's bytes, and every byte of silence.
pub const SAMPLES: [(Samples, usize, u8); 6] = [
    (Samples::U8, 1, 0x80),
    (Samples::S16, 2, 0),
    (Samples::S32, 4, 0),
    (Samples::F32, 4, 0),
    (Samples::MuLaw, 1, 0xFF),
    (Samples::ALaw, 1, 0xD5),
];

/// One plane of a picture.
#[derive(Clone, Copy)]
pub struct Part {
    /// How many pixels across and down are in the same bytes of it.
    across: usize,
    down: usize,
    /// Those bytes, black.
    black: &'static [u8],
}

pub fn parts(pixels: PixelFormat, range: ColorRange) -> Vec<Part> {
    let part = |across, down, limited, full| {
        let black = match range {
            ColorRange::Limited => limited,
            ColorRange::Full => full,
        };
        Part {
            across,
            down,
            black,
        }
    };
    let luma = part(1, 1, &[16], &[0]);
    let color = |across, down| part(across, down, &[128], &[128]);
    match pixels {
        PixelFormat::I420 => vec![luma, color(2, 2), color(2, 2)],
        PixelFormat::I422 => vec![luma, color(2, 1), color(2, 1)],
        PixelFormat::I444 => vec![luma, color(1, 1), color(1, 1)],
        PixelFormat::Nv12 | PixelFormat::Nv21 => vec![luma, part(2, 2, &[128, 128], &[128, 128])],
        PixelFormat::Yuy2 => vec![part(2, 1, &[16, 128, 16, 128], &[0, 128, 0, 128])],
        PixelFormat::Uyvy => vec![part(2, 1, &[128, 16, 128, 16], &[128, 0, 128, 0])],
        PixelFormat::P010 => {
            // 64 and 512 of 10 bits, in the upper ones of 16.
            let color = &[0x00, 0x80, 0x00, 0x80];
            vec![part(1, 1, &[0x00, 0x10], &[0, 0]), part(2, 2, color, color)]
        }
        PixelFormat::Rgba | PixelFormat::Bgra => {
            vec![part(1, 1, &[0, 0, 0, 255], &[0, 0, 0, 255])]
        }
        PixelFormat::Rgb24 => vec![part(1, 1, &[0, 0, 0], &[0, 0, 0])],
        PixelFormat::Gray8 => vec![luma],
        _ => unreachable!("a format that is not told of here"),
    }
}

impl Part {
    /// How many bytes a row has, and how many rows there are, of a picture of this size.
    pub fn size(&self, width: usize, height: usize) -> (usize, usize) {
        let bytes = width.div_ceil(self.across) * self.black.len();
        (bytes, height.div_ceil(self.down))
    }

    /// The pixels that a byte has anything of.
    pub fn pixels(&self, byte: usize, row: usize, size: [usize; 2]) -> Vec<(usize, usize)> {
        let (left, top) = (byte / self.black.len() * self.across, row * self.down);
        let [right, bottom] = [
            (left + self.across).min(size[0]),
            (top + self.down).min(size[1]),
        ];
        let row = |y| (left..right).map(move |x| (x, y));
        (top..bottom).flat_map(row).collect()
    }

    /// What a byte of a row is in black.
    pub fn black(&self, byte: usize) -> u8 {
        self.black[byte % self.black.len()]
    }
}

/// A payload in memory.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Memory {
    Bytes(Vec<u8>),
    /// A picture's planes: anywhere, with gaps between the rows.
    Planes(Vec<Rows>),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rows {
    /// The plane begins after so many bytes.
    pub before: usize,
    pub stride: usize,
    pub memory: Vec<u8>,
}

impl Memory {
    /// Full of bytes of which few are black, in rows with such gaps after them, and so many bytes after the last one.
    pub fn picture(
        parts: &[Part],
        size: [usize; 2],
        before: usize,
        gap: usize,
        after: usize,
    ) -> Self {
        let rows = |part: &Part| {
            let (bytes, rows) = part.size(size[0], size[1]);
            let stride = bytes + gap;
            let length = before + stride * (rows - 1) + bytes + after;
            let memory = (1..=251).cycle().take(length).collect();
            Rows {
                before,
                stride,
                memory,
            }
        };
        Self::Planes(parts.iter().map(rows).collect())
    }

    pub fn planes(&mut self) -> &mut [Rows] {
        match self {
            Self::Bytes(_) => &mut [],
            Self::Planes(planes) => planes,
        }
    }

    pub fn fill(&mut self, byte: u8) {
        match self {
            Self::Bytes(bytes) => bytes.fill(byte),
            Self::Planes(planes) => planes.iter_mut().for_each(|rows| rows.memory.fill(byte)),
        }
    }

    /// Of all planes, one after the other.
    pub fn bytes(&self) -> Vec<u8> {
        match self {
            Self::Bytes(bytes) => bytes.clone(),
            Self::Planes(planes) => planes.iter().flat_map(|rows| rows.memory.clone()).collect(),
        }
    }

    pub fn payload(&self) -> Payload<'_> {
        let mut planes = match self {
            Self::Bytes(bytes) => return Payload::Bytes(bytes),
            Self::Planes(planes) => planes.iter().map(|rows| Plane {
                data: &rows.memory[rows.before..],
                stride: rows.stride,
            }),
        };
        match planes.len() {
            1 => Payload::packed(planes.next().unwrap()),
            2 => Payload::semi_planar(planes.next().unwrap(), planes.next().unwrap()),
            3 => Payload::i420(
                planes.next().unwrap(),
                planes.next().unwrap(),
                planes.next().unwrap(),
            ),
            _ => Payload::Planes(std::array::from_fn(|_| planes.next().unwrap())),
        }
    }

    pub fn payload_mut(&mut self) -> PayloadMut<'_> {
        let mut planes = match self {
            Self::Bytes(bytes) => return (&mut bytes[..]).into(),
            Self::Planes(planes) => planes.iter_mut().map(|rows| PlaneMut {
                data: &mut rows.memory[rows.before..],
                stride: rows.stride,
            }),
        };
        match planes.len() {
            1 => PayloadMut::packed(planes.next().unwrap()),
            2 => PayloadMut::semi_planar(planes.next().unwrap(), planes.next().unwrap()),
            3 => PayloadMut::i420(
                planes.next().unwrap(),
                planes.next().unwrap(),
                planes.next().unwrap(),
            ),
            _ => PayloadMut::Planes(std::array::from_fn(|_| planes.next().unwrap())),
        }
    }
}
