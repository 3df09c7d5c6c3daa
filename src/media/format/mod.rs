//! Formats of payloads: the type, its constants, and what the gate asks of it.

mod encoded;
mod fault;
mod raw;
mod schema;
mod serde;

pub use raw::{ColorRange, PixelFormat, Samples};
pub(crate) use raw::{Fill, PlaneLayout, Scale, Subsampling};
pub use schema::{Field, MAX_FIELDS, Schema};

use crate::{
    media::{
        codec::Codec,
        json,
        payload::{Extent, Payload, PayloadMut},
        utf8,
    },
    types::kind::Kind,
};

/// The format of a stream's payloads.
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
    /// A number of integers. Only a stream with a schema has this layout.
    Record {
        fields: usize,
    },
    Json,
    Opaque,
    Encoded(Codec),
}

/// The order of the samples of several channels.
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
    /// Whole values are hidden in place: the text keeps its length and remains JSON.
    /// A string keeps its quotes, with `*` for every byte between them. A number, `true`, `false` or `null` is replaced by a number of the same length:
    /// all ones or, from 16 bytes on, zeros after `0.`. Keys are hidden like strings, so that an object may then have equal keys;
    /// only those that the stream was opened with stay: [`StreamOptions::structural_keys`](crate::StreamOptions::structural_keys).
    ///
    /// Still visible are the length of each value, and so whether it was `true` or `false`, the number of values, and which ones are strings.
    /// If that tells too much, let the outlet drop instead of blanking, or have the client send 0 and 1.
    ///
    /// A region is an [`Area::Span`](crate::Area::Span) of bytes; it hides every string, number, literal and key that it overlaps.
    /// To hide an object or array, a span covers all of it: brackets, commas, colons and whitespace always stay. If no value is left, the frame is withheld.
    pub const JSON: Self = Self(Layout::Json);

    /// Bytes that the gate cannot inspect: released whole or dropped.
    ///
    /// Encrypted media (`SFrame`, RFC 9605) is opaque, whatever the codec: the gate cannot make a blank frame that the receiver could decrypt,
    /// and cannot see where the stream could resume. Put the gate before encryption, or after decryption.
    pub const OPAQUE: Self = Self(Layout::Opaque);

    /// Returns the format of interleaved audio of at least one channel; a payload holds a whole number of samples of every channel.
    #[must_use]
    pub const fn pcm(samples: Samples, channels: u16) -> Self {
        Self::audio(samples, channels, Order::Interleaved)
    }

    /// Returns the format of planar audio of at least one channel, in one run of bytes: all samples of the first channel, then as many of the second.
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

    /// Returns the format of a raw picture; each side is from 1 to 32,768 pixels.
    ///
    /// Its planes are those of its [`PixelFormat`]. A rectangle is hidden together with every chroma sample that it overlaps,
    /// and in [`PixelFormat::Yuy2`] and [`PixelFormat::Uyvy`] with both pixels that share that sample.
    /// It is filled with black: blurring or pixelating can be undone by trying candidates.
    #[must_use]
    pub const fn picture(pixels: PixelFormat, range: ColorRange, width: u32, height: u32) -> Self {
        Self(Layout::Picture {
            pixels,
            range,
            width,
            height,
        })
    }

    /// Returns the format of a picture in [`PixelFormat::I420`] and limited range; sides in pixels.
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

    /// Returns whether a stream of this kind can have this format. Otherwise sound could pass as pictures, and be released by consent to those.
    ///
    /// | kinds | formats |
    /// |---|---|
    /// | audio | sound: PCM, Opus, AAC |
    /// | video, screen | raw and encoded pictures |
    /// | whiteboard | raw and encoded pictures, text, JSON |
    /// | chat, caption, reaction, poll, note, comment, calendar | text, JSON |
    /// | file | all but records |
    /// | telemetry, diagnostic, usage, unclassified | all; of these kinds only records are ever cleared, and nothing of unclassified |
    ///
    /// [`Format::OPAQUE`] fits every kind, as the gate cannot inspect it.
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

    /// Returns how `length` bytes are divided into units that can be hidden, and their fill. `None` for a format without such units.
    // Inlined into a caller that has excluded some formats, its jump table would keep unreachable entries, which look like panics to `ci/hot/check`.
    #[inline(never)]
    pub(crate) fn unit_layout(self, length: usize) -> Option<PlaneLayout> {
        match self.0 {
            Layout::Pcm {
                samples,
                order: Order::Interleaved,
                ..
            } => Some(PlaneLayout::uniform(samples.bytes(), samples.silence())),
            Layout::Pcm {
                samples,
                channels,
                order: Order::Planar,
            } => {
                let channel = length.checked_div(channels.into())?;
                Some(PlaneLayout::uniform(channel, samples.silence()))
            }
            Layout::Utf8 => Some(PlaneLayout::uniform(1, MASK)),
            Layout::Record { .. } => Some(PlaneLayout::uniform(INTEGER, NO_VALUE)),
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

    /// Returns the extent of a payload, or `None` if it is not of this format, or encoded. The contents of text are not checked.
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
                let layouts = pixels.plane_layouts();
                let mut needed = planes.iter().zip(layouts);
                let mut others = planes.iter().skip(layouts.len());
                let fits = needed.all(|(plane, layout)| layout.fits(plane, extent))
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

    /// Whether there are blank frames of a raw format.
    pub(crate) const fn has_blanks(self) -> bool {
        match self.0 {
            Layout::Pcm { .. }
            | Layout::Picture { .. }
            | Layout::Utf8
            | Layout::Json
            | Layout::Record { .. } => true,
            Layout::Opaque | Layout::Encoded(_) => false,
        }
    }

    /// Whether its payloads are text, which [`Format::text_is_valid`] has to check.
    pub(crate) const fn is_text(self) -> bool {
        matches!(self.0, Layout::Utf8 | Layout::Json)
    }

    /// Whether a text is valid.
    #[inline(never)]
    pub(crate) fn text_is_valid(self, text: &Payload<'_>) -> bool {
        match (self.0, text) {
            (Layout::Utf8, Payload::Bytes(text)) => utf8::is_valid(text),
            (Layout::Json, Payload::Bytes(text)) => json::is_valid(text),
            _ => false,
        }
    }
}

const MAX_SIDE: u32 = 1 << 15;

/// Every byte of hidden text: its length in bytes stays, but neither script nor words show.
pub(crate) const MASK: u8 = b'*';

/// Bytes of one integer of a record.
pub(crate) const INTEGER: usize = size_of::<i64>();
/// Every byte of a missing integer.
pub(crate) const NO_VALUE: u8 = 0;
