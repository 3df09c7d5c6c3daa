use core::fmt;

use crate::{
    media::{
        codec::Codec,
        grid::{ColorRange, Grid, PixelFormat, Samples, Sampling},
        json, utf8,
    },
    types::{kind::Kind, masked},
};

/// What the payloads of a stream look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format(pub(crate) Layout);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Pcm {
        samples: Samples,
        channels: u16,
        order: Order,
    },
    Picture {
        pixels: PixelFormat,
        range: ColorRange,
        width: u32,
        height: u32,
    },
    Utf8,
    /// So many integers. Only a stream with a schema has this layout.
    Record {
        fields: usize,
    },
    Json,
    Opaque,
    Encoded(Codec),
}

/// In which order the samples of several channels come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Order {
    Interleaved,
    Planar,
}

impl Format {
    /// Text in UTF-8, one message a frame, not empty.
    pub const UTF8: Self = Self(Layout::Utf8);

    /// A JSON text (RFC 8259) in UTF-8, with objects and arrays nested at most 128 deep; anything else is malformed.
    ///
    /// Whole values are hidden in place: the text keeps its length and is still JSON.
    /// A string keeps its quotes, with `*` for every byte between them. A number, `true`, `false` or `null` becomes a number of as many bytes:
    /// all ones or, from 16 bytes on, zeros after `0.`. Keys are hidden like strings, so that an object may then have equal keys;
    /// only those that the stream was registered with stay: [`StreamOptions::structural_keys`](crate::StreamOptions::structural_keys).
    ///
    /// The length of each value can still be seen, and so whether it was `true` or `false`; so can how many values there are, and which are strings.
    /// If that tells too much, let the outlet drop instead of blanking, or have the client send 0 and 1.
    ///
    /// A region is an [`Area::Span`](crate::Area::Span) of bytes; it takes with it every string, number, literal and key that it shares any byte with.
    /// To hide an object or array, a span covers all of it: brackets, commas, colons and whitespace always stay. If no value is left, the frame is withheld.
    pub const JSON: Self = Self(Layout::Json);

    /// Bytes that the gate cannot look into: handed on whole or dropped.
    ///
    /// Whatever is encrypted (`SFrame`, RFC 9605) is opaque, whichever codec is inside: no blank frame can be made that its receiver could decrypt,
    /// and the gate cannot see where the stream could resume. Put the gate before encryption, or after decryption.
    /// AAC is opaque, too: each of its frames decodes without those that were dropped before it.
    pub const OPAQUE: Self = Self(Layout::Opaque);

    /// Interleaved audio of at least one channel; a payload is a whole number of samples of every channel.
    #[must_use]
    pub const fn pcm(samples: Samples, channels: u16) -> Self {
        Self::audio(samples, channels, Order::Interleaved)
    }

    /// Audio of at least one channel, one after the other in one run of bytes: all samples of the first, then as many of the second.
    #[must_use]
    pub const fn planar_pcm(samples: Samples, channels: u16) -> Self {
        Self::audio(samples, channels, Order::Planar)
    }

    const fn audio(samples: Samples, channels: u16, order: Order) -> Self {
        Self(Layout::Pcm {
            samples,
            channels,
            order,
        })
    }

    /// A picture; each side is from 1 to 32,768 pixels.
    ///
    /// Its planes are those of its [`PixelFormat`]. A rectangle is hidden together with every chroma sample that it overlaps,
    /// and in [`PixelFormat::Yuy2`] and [`PixelFormat::Uyvy`] with both pixels that share that sample.
    /// It is filled with black: blurring or pixelating can be undone, by trying what would look the same.
    #[must_use]
    pub const fn picture(pixels: PixelFormat, range: ColorRange, width: u32, height: u32) -> Self {
        Self(Layout::Picture {
            pixels,
            range,
            width,
            height,
        })
    }

    /// A picture in [`PixelFormat::I420`] and limited range.
    #[must_use]
    pub const fn i420(width: u32, height: u32) -> Self {
        Self::picture(PixelFormat::I420, ColorRange::Limited, width, height)
    }

    pub(crate) const fn is_valid(self) -> bool {
        match self.0 {
            Layout::Pcm { channels, .. } => channels > 0,
            Layout::Picture { width, height, .. } => {
                0 < width && width <= MAX_SIDE && 0 < height && height <= MAX_SIDE
            }
            Layout::Encoded(codec) => codec.is_valid(),
            Layout::Utf8 | Layout::Json | Layout::Opaque | Layout::Record { .. } => true,
        }
    }

    /// Whether a stream of this kind can have this format. Otherwise sound could pass as pictures, and go by consent to those.
    ///
    /// | kinds | formats |
    /// |---|---|
    /// | audio | sound: PCM, Opus |
    /// | video, screen | raw and encoded pictures |
    /// | whiteboard | raw and encoded pictures, text, JSON |
    /// | chat, caption, reaction, poll, note, comment, calendar | text, JSON |
    /// | file | all but records |
    /// | telemetry, diagnostic, usage, unclassified | all; of these kinds only records are ever cleared, and nothing of unclassified |
    ///
    /// [`Format::OPAQUE`] fits every kind, as the gate cannot see what it is.
    #[must_use]
    pub const fn fits(self, kind: Kind) -> bool {
        let (is_sound, is_picture, is_text) = match self.0 {
            Layout::Opaque => return true,
            Layout::Record { .. } => return kind.never_cleared_as_bytes().is_some(),
            Layout::Pcm { .. } => (true, false, false),
            Layout::Encoded(codec) => (codec.is_sound(), !codec.is_sound(), false),
            Layout::Picture { .. } => (false, true, false),
            Layout::Utf8 | Layout::Json => (false, false, true),
        };
        match kind {
            Kind::Audio => is_sound,
            Kind::Video | Kind::Screen => is_picture,
            Kind::Whiteboard => is_picture || is_text,
            Kind::Chat
            | Kind::Caption
            | Kind::Reaction
            | Kind::Poll
            | Kind::Note
            | Kind::Comment
            | Kind::Calendar => is_text,
            Kind::File | Kind::Telemetry | Kind::Diagnostic | Kind::Usage | Kind::Unclassified => {
                true
            }
        }
    }

    /// How so many bytes are divided into what can be hidden, and what then takes its place. None of what has no such parts, or is no run of bytes.
    // Where the caller has told some formats apart, the jump table of an inlined copy keeps entries that cannot be reached and look like panics to `ci/hot/check`.
    #[inline(never)]
    pub(crate) fn grid_of(self, bytes: usize) -> Option<Grid> {
        match self.0 {
            Layout::Pcm {
                samples,
                order: Order::Interleaved,
                ..
            } => Some(Grid::of(samples.bytes(), samples.silence())),
            Layout::Pcm {
                samples,
                channels,
                order: Order::Planar,
            } => {
                let channel = bytes.checked_div(channels.into())?;
                Some(Grid::of(channel, samples.silence()))
            }
            Layout::Utf8 => Some(Grid::of(1, MASK)),
            Layout::Record { .. } => Some(Grid::of(INTEGER, NO_VALUE)),
            Layout::Picture { .. } | Layout::Json | Layout::Encoded(_) | Layout::Opaque => None,
        }
    }

    /// Whether a payload of this format can be copied to `buffer`.
    pub(crate) fn is_room_for(self, payload: &Payload<'_>, buffer: &PayloadMut<'_>) -> bool {
        match (payload, buffer) {
            (Payload::Bytes(from), PayloadMut::Bytes(to)) => from.len() == to.len(),
            (Payload::Planes(_), PayloadMut::Planes(_)) => {
                self.extent(&buffer.as_payload()).is_some()
            }
            _ => false,
        }
    }

    /// The extent of a payload of this format, or none where it is not one, or encoded. Of text what is in it is not looked at.
    pub(crate) fn extent(self, payload: &Payload<'_>) -> Option<Extent> {
        match (self.0, payload) {
            (_, Payload::Bytes([])) => None,
            (
                Layout::Pcm {
                    samples,
                    channels,
                    order,
                },
                Payload::Bytes(bytes),
            ) => {
                let every_channel = samples.bytes() * usize::from(channels);
                let height = match order {
                    Order::Interleaved => bytes.len().checked_div(every_channel)?,
                    Order::Planar => 1,
                };
                let (width, height) = (channels.into(), u32::try_from(height).ok()?);
                let is_whole = bytes.len().is_multiple_of(every_channel);
                is_whole.then_some(Extent { width, height })
            }
            (Layout::Utf8 | Layout::Json, Payload::Bytes(bytes)) => {
                let width = u32::try_from(bytes.len()).ok()?;
                Some(Extent { width, height: 1 })
            }
            (
                Layout::Picture {
                    pixels,
                    width,
                    height,
                    ..
                },
                Payload::Planes(planes),
            ) => {
                let extent = Extent { width, height };
                let grids = pixels.grids();
                let mut needed = planes.iter().zip(grids);
                let mut others = planes.iter().skip(grids.len());
                let fits = needed.all(|(plane, grid)| plane.holds(extent, *grid))
                    && others.all(|plane| plane.data.is_empty());
                fits.then_some(extent)
            }
            (Layout::Opaque, Payload::Bytes(_)) => Some(Extent::ONE),
            (Layout::Record { fields }, Payload::Bytes(bytes)) => {
                (bytes.len() == fields * INTEGER).then_some(Extent::ONE)
            }
            _ => None,
        }
    }

    /// Whether its payloads are text, which says only when it is looked through whether it is one.
    pub(crate) const fn is_text(self) -> bool {
        matches!(self.0, Layout::Utf8 | Layout::Json)
    }

    /// Whether a text is what this format says.
    #[inline(never)]
    pub(crate) fn is_legible(self, text: &Payload<'_>) -> bool {
        match (self.0, text) {
            (Layout::Utf8, Payload::Bytes(text)) => utf8::is_valid(text),
            (Layout::Json, Payload::Bytes(text)) => json::is_valid(text),
            _ => false,
        }
    }
}

const MAX_SIDE: u32 = 1 << 15;

/// Every byte of hidden text, whatever it was: the length in bytes stays, and neither script nor words show.
pub(crate) const MASK: u8 = b'*';

/// Of a record.
pub(crate) const INTEGER: usize = size_of::<i64>();
/// Every byte of an integer that is not there.
pub(crate) const NO_VALUE: u8 = 0;

/// The size of a frame in what regions are measured in: luma samples; channels by samples of each, or by 1 if they are not interleaved; bytes by 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

impl Extent {
    /// Of what has no parts that regions could be of.
    pub(crate) const ONE: Self = Self {
        width: 1,
        height: 1,
    };

    /// The size of a plane of a picture of this size.
    pub(crate) const fn sampled(self, sampling: Sampling) -> Self {
        Self {
            width: self.width.div_ceil(sampling.across.get()),
            height: self.height.div_ceil(sampling.down.get()),
        }
    }
}

/// One plane of a picture: rows of contiguous samples, each row starting `stride` bytes after the one before.
///
/// The bytes between rows, and those below the last, are slack: decoders repeat the picture's edge there, and in a crop they show its surroundings.
/// A whole frame is handed on with its slack as it is; [`Tap::admit_into`](crate::Tap::admit_into) copies none, so the buffer keeps its own.
/// In place and in a buffer, slack of a redacted or blanked frame becomes black, and of a dropped one zeros.
#[derive(Clone, Copy, Default)]
pub struct Plane<'a> {
    /// From the first row's first sample at least to the last row's last.
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

/// One plane of a picture that may be changed.
#[derive(Default)]
pub struct PlaneMut<'a> {
    /// From the first row's first sample at least to the last row's last.
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

impl Plane<'_> {
    fn holds(&self, extent: Extent, grid: Grid) -> bool {
        let Extent { width, height } = extent.sampled(grid.sampling);
        // Neither is more than 32,768, nor a group more than a few bytes.
        let (width, rows_before) = (
            width as usize * grid.group,
            height.saturating_sub(1) as usize,
        );
        let needed = rows_before
            .checked_mul(self.stride)
            .and_then(|before| before.checked_add(width));
        self.stride >= width && needed.is_some_and(|needed| self.data.len() >= needed)
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

/// A frame's content that may be changed.
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
    /// A picture of three planes, Y, U and V: I420, I422, I444.
    #[must_use]
    pub fn i420(y: Plane<'a>, u: Plane<'a>, v: Plane<'a>) -> Self {
        Self::Planes([y, u, v, Plane::default()])
    }

    /// A picture of two planes, Y and what has U and V by turns: NV12, NV21, P010.
    #[must_use]
    pub fn semi_planar(y: Plane<'a>, uv: Plane<'a>) -> Self {
        Self::Planes([y, uv, Plane::default(), Plane::default()])
    }

    /// A picture of one plane: YUY2, UYVY, RGBA, BGRA, RGB24, GRAY8.
    #[must_use]
    pub fn packed(pixels: Plane<'a>) -> Self {
        Self::Planes([pixels, Plane::default(), Plane::default(), Plane::default()])
    }
}

impl<'a> PayloadMut<'a> {
    /// A picture of three planes, Y, U and V: I420, I422, I444.
    #[must_use]
    pub fn i420(y: PlaneMut<'a>, u: PlaneMut<'a>, v: PlaneMut<'a>) -> Self {
        Self::Planes([y, u, v, PlaneMut::default()])
    }

    /// A picture of two planes, Y and what has U and V by turns: NV12, NV21, P010.
    #[must_use]
    pub fn semi_planar(y: PlaneMut<'a>, uv: PlaneMut<'a>) -> Self {
        Self::Planes([y, uv, PlaneMut::default(), PlaneMut::default()])
    }

    /// A picture of one plane: YUY2, UYVY, RGBA, BGRA, RGB24, GRAY8.
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
