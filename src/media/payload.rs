//! The bytes of a frame.

use core::fmt;

use crate::types::masked;

/// The size of a frame in the units of its regions: luma samples; channels by samples of each, or by 1 if they are planar; bytes by 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Extent {
    /// The extent of a payload without parts that a region could cover.
    pub(crate) const ONE: Self = Self {
        width: 1,
        height: 1,
    };
}

/// One plane of a picture: rows of contiguous samples, each `stride` bytes after the one before.
///
/// The bytes between rows, and those below the last, are slack: decoders repeat the picture's edge there, and in a crop they show its surroundings.
/// A whole frame is released with its slack unchanged; [`Tap::admit_into`](crate::Tap::admit_into) copies none, so the buffer keeps its own.
/// In place and in a buffer, the slack of a redacted or blanked frame is filled with black, that of a dropped one with zeros.
#[derive(Clone, Copy, Default)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct Plane<'a> {
    /// The bytes from the first row's first sample to at least the last row's last.
    pub data: &'a [u8],
    /// Bytes from one row to the next; at least a row's width.
    pub stride: usize,
}

impl fmt::Debug for Plane<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Plane")
            .field("data", &masked::Bytes(self.data.len()))
            .field("stride", &self.stride)
            .finish()
    }
}

/// One mutable plane of a picture.
#[derive(Default)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct PlaneMut<'a> {
    /// The bytes from the first row's first sample to at least the last row's last.
    pub data: &'a mut [u8],
    /// Bytes from one row to the next; at least a row's width.
    pub stride: usize,
}

impl fmt::Debug for PlaneMut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PlaneMut")
            .field("data", &masked::Bytes(self.data.len()))
            .field("stride", &self.stride)
            .finish()
    }
}

/// A frame's content.
///
/// # Examples
///
/// ```
/// use framegate::{Payload, Plane};
///
/// // 20 ms of PCM.
/// let samples = [0_u8; 640];
/// let sound = Payload::from(&samples[..]);
///
/// // A picture of 4 by 2 pixels in I420, in rows of 8 bytes.
/// let (y, u, v) = ([16_u8; 16], [128_u8; 8], [128_u8; 8]);
/// let plane = |data| Plane { data, stride: 8 };
/// let picture = Payload::i420(plane(&y), plane(&u), plane(&v));
/// # let _ = (sound, picture);
/// ```
#[derive(Clone, Copy)]
#[expect(clippy::exhaustive_enums, reason = "an outlet has to handle each form")]
pub enum Payload<'a> {
    /// One run of bytes: audio, text, a record, an encoded frame, opaque.
    Bytes(&'a [u8]),
    /// A picture of up to four planes, the unused ones empty.
    Planes([Plane<'a>; 4]),
}

impl fmt::Debug for Payload<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => f
                .debug_tuple("Bytes")
                .field(&masked::Bytes(bytes.len()))
                .finish(),
            Self::Planes(planes) => f.debug_tuple("Planes").field(planes).finish(),
        }
    }
}

/// A frame's mutable content.
#[expect(clippy::exhaustive_enums, reason = "an outlet has to handle each form")]
pub enum PayloadMut<'a> {
    /// One run of bytes: audio, text, a record, an encoded frame, opaque.
    Bytes(&'a mut [u8]),
    /// A picture of up to four planes, the unused ones empty.
    Planes([PlaneMut<'a>; 4]),
}

impl fmt::Debug for PayloadMut<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bytes(bytes) => f
                .debug_tuple("Bytes")
                .field(&masked::Bytes(bytes.len()))
                .finish(),
            Self::Planes(planes) => f.debug_tuple("Planes").field(planes).finish(),
        }
    }
}

impl<'a> Payload<'a> {
    /// Returns a picture of three planes, Y, U and V: I420, I422, I444.
    #[must_use]
    pub fn i420(y: Plane<'a>, u: Plane<'a>, v: Plane<'a>) -> Self {
        Self::Planes([y, u, v, Plane::default()])
    }

    /// Returns a picture of two planes, Y and interleaved chroma: NV12, NV21, P010.
    #[must_use]
    pub fn semi_planar(y: Plane<'a>, uv: Plane<'a>) -> Self {
        Self::Planes([y, uv, Plane::default(), Plane::default()])
    }

    /// Returns a picture of one plane: YUY2, UYVY, RGBA, BGRA, RGB24, GRAY8.
    #[must_use]
    pub fn packed(pixels: Plane<'a>) -> Self {
        Self::Planes([pixels, Plane::default(), Plane::default(), Plane::default()])
    }
}

impl<'a> PayloadMut<'a> {
    /// Returns a picture of three planes, Y, U and V: I420, I422, I444.
    #[must_use]
    pub fn i420(y: PlaneMut<'a>, u: PlaneMut<'a>, v: PlaneMut<'a>) -> Self {
        Self::Planes([y, u, v, PlaneMut::default()])
    }

    /// Returns a picture of two planes, Y and interleaved chroma: NV12, NV21, P010.
    #[must_use]
    pub fn semi_planar(y: PlaneMut<'a>, uv: PlaneMut<'a>) -> Self {
        Self::Planes([y, uv, PlaneMut::default(), PlaneMut::default()])
    }

    /// Returns a picture of one plane: YUY2, UYVY, RGBA, BGRA, RGB24, GRAY8.
    #[must_use]
    pub fn packed(pixels: PlaneMut<'a>) -> Self {
        Self::Planes([
            pixels,
            PlaneMut::default(),
            PlaneMut::default(),
            PlaneMut::default(),
        ])
    }

    pub(crate) fn as_payload(&self) -> Payload<'_> {
        match self {
            Self::Bytes(bytes) => Payload::Bytes(bytes),
            Self::Planes(planes) => Payload::Planes(planes.each_ref().map(|plane| Plane {
                data: plane.data,
                stride: plane.stride,
            })),
        }
    }
}

impl<'a> From<&'a [u8]> for Payload<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Self::Bytes(bytes)
    }
}

impl<'a> From<&'a mut [u8]> for PayloadMut<'a> {
    fn from(bytes: &'a mut [u8]) -> Self {
        Self::Bytes(bytes)
    }
}
