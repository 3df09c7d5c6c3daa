//! Raw formats: the layout of their samples in memory, and the fill of hidden ones.
//!
//! All that the gate knows of a raw format is in the tables here.

use serde::{Deserialize, Serialize};

use crate::media::payload::{Extent, Plane};

/// The storage format of audio samples.
///
/// Samples of 16 and 32 bits may be in either byte order, as silence is the same in both.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
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

/// The storage format of pixels, by its name in `WebCodecs` and `FFmpeg`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum PixelFormat {
    /// Planes Y, U and V of 8 bits, U and V at half the width and half the height, rounded up.
    I420,
    /// Planes Y, U and V of 8 bits, U and V at half the width, rounded up.
    I422,
    /// Planes Y, U and V of 8 bits, all of the picture's size.
    I444,
    /// A plane Y of 8 bits, and one of interleaved U and V, at half the width and half the height, rounded up.
    Nv12,
    /// A plane Y of 8 bits, and one of interleaved V and U, at half the width and half the height, rounded up.
    Nv21,
    /// One plane of Y, U, Y, V for every two pixels side by side, 8 bits each; an odd width is rounded up.
    Yuy2,
    /// One plane of U, Y, V, Y for every two pixels side by side, 8 bits each; an odd width is rounded up.
    Uyvy,
    /// Like NV12, with 10 bits in the upper bits of 16, little-endian.
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

/// The range of luma values.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "there is no third")]
pub enum ColorRange {
    /// Black is 16, or 64 of 10 bits (ITU-R BT.601 §2.5.3), as in most video.
    #[default]
    Limited,
    /// Black is 0, as in JPEG and the output of many cameras. RGB is always full range.
    Full,
}

/// How one plane is divided into units, the smallest parts of it that can be hidden.
#[derive(Clone, Copy, Debug)]
pub(crate) struct PlaneLayout {
    pub(crate) subsampling: Subsampling,
    /// Bytes of one unit.
    pub(crate) unit_bytes: usize,
    /// The fill of a hidden unit in limited range and in full range.
    limited: Fill,
    full: Fill,
}

/// A pattern of four bytes, repeated from a unit's first byte on; a unit is a whole number of the pattern's periods long.
pub(crate) type Fill = [u8; 4];

/// How the units of a plane are subsampled against luma samples, across and down.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Subsampling {
    pub(crate) x: Scale,
    pub(crate) y: Scale,
}

/// How many luma samples share one unit in one direction: never 0, so that dividing by it cannot panic.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scale {
    Full,
    Half,
}

use Scale::{Full, Half};

impl Scale {
    #[inline]
    pub(crate) const fn luma_samples(self) -> u32 {
        match self {
            Full => 1,
            Half => 2,
        }
    }
}

impl Subsampling {
    /// One unit for each luma sample.
    pub(crate) const NONE: Self = Self::new(Full, Full);

    pub(crate) const fn new(x: Scale, y: Scale) -> Self {
        Self { x, y }
    }

    /// Returns the size of a plane, in units, for a picture's size.
    pub(crate) const fn plane_extent(self, picture: Extent) -> Extent {
        Extent {
            width: picture.width.div_ceil(self.x.luma_samples()),
            height: picture.height.div_ceil(self.y.luma_samples()),
        }
    }
}

const FULL_SIZE: Subsampling = Subsampling::NONE;
const HALF_WIDTH: Subsampling = Subsampling::new(Half, Full);
const HALF_BOTH: Subsampling = Subsampling::new(Half, Half);

const Y: PlaneLayout = PlaneLayout::new(FULL_SIZE, 1, [16; 4], [0; 4]);
const Y_16: PlaneLayout = PlaneLayout::new(FULL_SIZE, 2, [0x00, 0x10, 0x00, 0x10], [0; 4]);
/// U and V in planes of their own.
const UV_444: PlaneLayout = PlaneLayout::new(FULL_SIZE, 1, [128; 4], [128; 4]);
const UV_422: PlaneLayout = PlaneLayout::new(HALF_WIDTH, 1, [128; 4], [128; 4]);
const UV_420: PlaneLayout = PlaneLayout::new(HALF_BOTH, 1, [128; 4], [128; 4]);
/// U and V interleaved in one plane.
const UV_PAIR: PlaneLayout = PlaneLayout::new(HALF_BOTH, 2, [128; 4], [128; 4]);
const UV_PAIR_16: PlaneLayout = PlaneLayout::new(
    HALF_BOTH,
    4,
    [0x00, 0x80, 0x00, 0x80],
    [0x00, 0x80, 0x00, 0x80],
);
/// Two pixels and the chroma samples that they share.
const YUYV: PlaneLayout = PlaneLayout::new(HALF_WIDTH, 4, [16, 128, 16, 128], [0, 128, 0, 128]);
const UYVY: PlaneLayout = PlaneLayout::new(HALF_WIDTH, 4, [128, 16, 128, 16], [128, 0, 128, 0]);
const RGB: PlaneLayout = PlaneLayout::new(FULL_SIZE, 3, [0; 4], [0; 4]);
/// Opaque.
const WITH_ALPHA: PlaneLayout = PlaneLayout::new(FULL_SIZE, 4, [0, 0, 0, 255], [0, 0, 0, 255]);

impl PixelFormat {
    /// Returns the layouts of its planes, in their order.
    pub(crate) const fn plane_layouts(self) -> &'static [PlaneLayout] {
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

    /// Returns every byte of a silent sample.
    pub(crate) const fn silence(self) -> u8 {
        match self {
            Self::S16 | Self::S32 | Self::F32 => 0,
            Self::U8 => 0x80,
            Self::MuLaw => 0xFF,
            Self::ALaw => 0xD5,
        }
    }
}

impl PlaneLayout {
    /// Units of bytes that are all hidden by the same byte.
    pub(crate) const fn uniform(unit_bytes: usize, fill: u8) -> Self {
        Self::new(Subsampling::NONE, unit_bytes, [fill; 4], [fill; 4])
    }

    const fn new(subsampling: Subsampling, unit_bytes: usize, limited: Fill, full: Fill) -> Self {
        Self {
            subsampling,
            unit_bytes,
            limited,
            full,
        }
    }

    /// Returns the fill byte of units that are not of a picture.
    pub(crate) const fn fill_byte(&self) -> u8 {
        let [byte, ..] = self.limited;
        byte
    }

    pub(crate) const fn fill(&self, range: ColorRange) -> Fill {
        match range {
            ColorRange::Limited => self.limited,
            ColorRange::Full => self.full,
        }
    }

    /// Returns the bytes of a row, in a picture of this size.
    pub(super) const fn row(&self, picture: Extent) -> usize {
        let Extent { width, .. } = self.subsampling.plane_extent(picture);
        // Neither side is more than 32,768, nor a unit more than a few bytes.
        width as usize * self.unit_bytes
    }

    /// Whether a plane is as large as it has to be in a picture of this size.
    pub(super) fn fits(&self, plane: &Plane<'_>, picture: Extent) -> bool {
        let Extent { height, .. } = self.subsampling.plane_extent(picture);
        let width = self.row(picture);
        let rows_before = height.saturating_sub(1) as usize;
        let needed = rows_before
            .checked_mul(plane.stride)
            .and_then(|before| before.checked_add(width));
        plane.stride >= width && needed.is_some_and(|needed| plane.data.len() >= needed)
    }
}
