//! How the samples of each raw format lie in memory, and what takes the place of those that must not be seen.
//!
//! All that the gate knows of a raw format is its rows in the tables here.

use serde::{Deserialize, Serialize};

/// How one audio sample is stored.
///
/// 16 and 32 bits are in either byte order, as silence is the same in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Samples {
    /// 8-bit unsigned integers; silence is 128.
    U8,
    /// 16-bit signed integers.
    S16,
    /// 32-bit signed integers.
    S32,
    /// 32-bit floating point.
    F32,
    /// G.711 µ-law, one byte a sample (PCMU, RFC 3551 §4.5.14); silence is `FF`.
    MuLaw,
    /// G.711 A-law, one byte a sample (PCMA, RFC 3551 §4.5.14); silence is `D5`.
    ALaw,
}

/// How the pixels of a picture are stored, by the names that `WebCodecs` and `FFmpeg` use.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PixelFormat {
    /// Planes Y, U and V of 8 bits, U and V at half the width and half the height, rounded up.
    I420,
    /// Planes Y, U and V of 8 bits, U and V at half the width, rounded up.
    I422,
    /// Planes Y, U and V of 8 bits, all of the picture's size.
    I444,
    /// A plane Y of 8 bits, and one of U and V by turns, at half the width and half the height, rounded up.
    Nv12,
    /// A plane Y of 8 bits, and one of V and U by turns, at half the width and half the height, rounded up.
    Nv21,
    /// One plane of Y, U, Y, V for each two pixels side by side, 8 bits each; of an odd width the last two count in full.
    Yuy2,
    /// One plane of U, Y, V, Y for each two pixels side by side, 8 bits each; of an odd width the last two count in full.
    Uyvy,
    /// As NV12, with 10 bits in the upper ones of 16, little-endian.
    P010,
    /// One plane of red, green, blue and alpha, 8 bits each.
    Rgba,
    /// One plane of blue, green, red and alpha, 8 bits each.
    Bgra,
    /// One plane of red, green and blue, 8 bits each.
    Rgb24,
    /// One plane of luma, 8 bits.
    Gray8,
}

/// Between which values luma is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum ColorRange {
    /// Black is 16, or 64 of 10 bits (ITU-R BT.601 §2.5.3), as in most video.
    #[default]
    Limited,
    /// Black is 0, as in JPEG and in what many cameras give. RGB is so whatever is said.
    Full,
}

/// How one plane is divided into groups of samples, the smallest parts of it that can be hidden.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Grid {
    /// How many luma samples share one group.
    pub(crate) sampling: Sampling,
    /// Bytes of one.
    pub(crate) group: usize,
    /// What takes its place in limited range and in full range.
    limited: Fill,
    full: Fill,
}

/// A pattern of four bytes, repeated from a group's first byte on; a group is a whole number of the pattern's periods long.
pub(crate) type Fill = [u8; 4];

/// How many luma samples across and down share one group of a plane.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Sampling {
    pub(crate) across: Shared,
    pub(crate) down: Shared,
}

/// How many share one: never 0, so that dividing by it cannot panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shared {
    ByOne,
    ByTwo,
}

use Shared::{ByOne, ByTwo};

impl Shared {
    #[inline]
    pub(crate) const fn get(self) -> u32 {
        match self {
            ByOne => 1,
            ByTwo => 2,
        }
    }
}

impl Sampling {
    /// Each by itself.
    pub(crate) const ONE: Self = Self::new(ByOne, ByOne);

    pub(crate) const fn new(across: Shared, down: Shared) -> Self {
        Self { across, down }
    }
}

const FULL_SIZE: Sampling = Sampling::ONE;
const HALF_WIDTH: Sampling = Sampling::new(ByTwo, ByOne);
const HALF_BOTH: Sampling = Sampling::new(ByTwo, ByTwo);

const Y: Grid = Grid::new(FULL_SIZE, 1, [16; 4], [0; 4]);
const Y_16: Grid = Grid::new(FULL_SIZE, 2, [0x00, 0x10, 0x00, 0x10], [0; 4]);
/// U and V, at the same size, at half the width, and at half the height as well.
const UV_444: Grid = Grid::new(FULL_SIZE, 1, [128; 4], [128; 4]);
const UV_422: Grid = Grid::new(HALF_WIDTH, 1, [128; 4], [128; 4]);
const UV_420: Grid = Grid::new(HALF_BOTH, 1, [128; 4], [128; 4]);
/// Both in one plane.
const UV_PAIR: Grid = Grid::new(HALF_BOTH, 2, [128; 4], [128; 4]);
const UV_PAIR_16: Grid = Grid::new(
    HALF_BOTH,
    4,
    [0x00, 0x80, 0x00, 0x80],
    [0x00, 0x80, 0x00, 0x80],
);
/// Two pixels, and the color that they share.
const YUYV: Grid = Grid::new(HALF_WIDTH, 4, [16, 128, 16, 128], [0, 128, 0, 128]);
const UYVY: Grid = Grid::new(HALF_WIDTH, 4, [128, 16, 128, 16], [128, 0, 128, 0]);
const RGB: Grid = Grid::new(FULL_SIZE, 3, [0; 4], [0; 4]);
/// Opaque.
const WITH_ALPHA: Grid = Grid::new(FULL_SIZE, 4, [0, 0, 0, 255], [0, 0, 0, 255]);

impl PixelFormat {
    /// Its planes, in their order.
    pub(crate) const fn grids(self) -> &'static [Grid] {
        match self {
            Self::I420 => &[Y, UV_420, UV_420],
            Self::I422 => &[Y, UV_422, UV_422],
            Self::I444 => &[Y, UV_444, UV_444],
            Self::Nv12 | Self::Nv21 => &[Y, UV_PAIR],
            Self::Yuy2 => &[YUYV],
            Self::Uyvy => &[UYVY],
            Self::P010 => &[Y_16, UV_PAIR_16],
            Self::Rgba | Self::Bgra => &[WITH_ALPHA],
            Self::Rgb24 => &[RGB],
            Self::Gray8 => &[Y],
        }
    }
}

impl Samples {
    pub(crate) const fn bytes(self) -> usize {
        match self {
            Self::U8 | Self::MuLaw | Self::ALaw => 1,
            Self::S16 => 2,
            Self::S32 | Self::F32 => 4,
        }
    }

    /// Every byte of a silent sample.
    pub(crate) const fn silence(self) -> u8 {
        match self {
            Self::S16 | Self::S32 | Self::F32 => 0,
            Self::U8 => 0x80,
            Self::MuLaw => 0xFF,
            Self::ALaw => 0xD5,
        }
    }
}

impl Grid {
    /// Groups of so many bytes, every one of which is hidden as the same.
    pub(crate) const fn of(group: usize, hidden: u8) -> Self {
        Self::new(Sampling::ONE, group, [hidden; 4], [hidden; 4])
    }

    const fn new(sampling: Sampling, group: usize, limited: Fill, full: Fill) -> Self {
        Self {
            sampling,
            group,
            limited,
            full,
        }
    }

    /// Every byte of what takes the place of a group that is not of a picture.
    pub(crate) const fn byte(&self) -> u8 {
        let [byte, ..] = self.limited;
        byte
    }

    pub(crate) const fn fill(&self, range: ColorRange) -> Fill {
        match range {
            ColorRange::Limited => self.limited,
            ColorRange::Full => self.full,
        }
    }
}
