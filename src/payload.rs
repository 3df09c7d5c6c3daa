use crate::{codec::Codec, utf8};

/// How one audio sample is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Samples {
    /// 16-bit signed integers.
    S16,
    /// 32-bit floating point.
    F32,
}

impl Samples {
    pub(crate) const fn bytes(self) -> usize {
        match self {
            Self::S16 => 2,
            Self::F32 => 4,
        }
    }
}

/// What the payloads of a stream look like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format(pub(crate) Layout);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    Pcm {
        samples: Samples,
        channels: u16,
    },
    I420 {
        width: u32,
        height: u32,
    },
    Utf8,
    Opaque,
    Encoded(Codec),
    /// So many integers. Only a stream with a schema has this layout.
    Record {
        fields: usize,
    },
}

impl Format {
    /// Text in UTF-8, one message a frame, not empty.
    pub const UTF8: Self = Self(Layout::Utf8);

    /// Bytes whose inside the gate does not know: handed on whole or dropped.
    ///
    /// Whatever is encrypted (`SFrame`, RFC 9605) is opaque, whichever codec is inside: no blank frame can be made for whoever decrypts it,
    /// nor can it be seen where a stream may go on. The gate stands before encryption, or after decryption.
    /// AAC is opaque, too: each of its frames decodes without those that were dropped before it.
    pub const OPAQUE: Self = Self(Layout::Opaque);

    /// Opus: one packet a frame (RFC 6716 §3). A blank one is as long silence.
    ///
    /// A packet that has the sound before it once more (in-band forward error correction) counts as captured that much earlier,
    /// and one with padding that is not zero, in which other earlier sound may be, is withheld.
    /// What an encoder looks ahead is for the client to count: the earliest sample in a packet is as much older than the newest as that and the packet are long.
    /// A decoder fades the last sound of before into the first 2.5 ms of the first blank packet.
    pub const OPUS: Self = Self(Layout::Encoded(Codec::Opus { streams: 1 }));

    /// Opus with redundancy: one RTP payload a frame, in which earlier packets stand before the packet itself (RFC 2198).
    ///
    /// It counts as captured when the earliest of them was. With blocks of another codec it is withheld. A blank one has no redundancy.
    pub const OPUS_RED: Self = Self(Layout::Encoded(Codec::RedundantOpus));

    /// H.264: one access unit a frame, as a byte stream with start codes (ITU-T H.264 annex B); not with lengths before the NAL units, as MP4 has it.
    ///
    /// After a withheld frame only an IDR picture is released, with its parameter sets before it in the same access unit.
    /// A blank frame is black, with parameter sets of its own, or repeats a black one: for sequences of 8-bit 4:2:0 that are progressive,
    /// not above 4096 by 2304, and say that they are not reordered; the withheld frames of others are dropped.
    pub const H264: Self = Self(Layout::Encoded(Codec::H264));

    /// HEVC: one access unit a frame, as a byte stream with start codes (ITU-T H.265 annex B).
    ///
    /// After a withheld frame only an IDR or BLA picture is released, with its parameter sets before it in the same access unit;
    /// of those that lead a BLA picture, none that depends on what came before it. Withheld frames are dropped.
    pub const HEVC: Self = Self(Layout::Encoded(Codec::Hevc));

    /// VP8: one frame as RFC 6386 §9.1 has it.
    ///
    /// After a withheld frame only a keyframe is released. A blank frame is a black keyframe, or repeats one, up to 4096 by 2304;
    /// the withheld frames of larger streams are dropped, as are those that would not be shown.
    pub const VP8: Self = Self(Layout::Encoded(Codec::Vp8));

    /// VP9: one frame or superframe. After a withheld one only a keyframe is released. Withheld frames are dropped.
    pub const VP9: Self = Self(Layout::Encoded(Codec::Vp9));

    /// AV1: one temporal unit, or one spatial layer of it, as open bitstream units one after the other (low-overhead format, AV1 specification §5.2).
    ///
    /// After a withheld one only a keyframe that is shown is released, with a sequence header before it. Withheld frames are dropped.
    pub const AV1: Self = Self(Layout::Encoded(Codec::Av1));

    /// Opus of more than two channels: as many streams in one packet, the first ones with their lengths (RFC 7845 §5.1.1). At least one.
    #[must_use]
    pub const fn opus_multistream(streams: u8) -> Self {
        Self(Layout::Encoded(Codec::Opus { streams }))
    }

    /// Interleaved PCM of at least one channel; a payload is a whole number of samples of every channel.
    #[must_use]
    pub const fn pcm(samples: Samples, channels: u16) -> Self {
        Self(Layout::Pcm { samples, channels })
    }

    /// A planar picture of 8-bit Y, U and V in limited range, U and V at half the width and height, rounded up.
    /// Each side is from 1 to 32,768 luma samples.
    #[must_use]
    pub const fn i420(width: u32, height: u32) -> Self {
        Self(Layout::I420 { width, height })
    }

    pub(crate) const fn is_valid(self) -> bool {
        match self.0 {
            Layout::Pcm { channels, .. } => channels > 0,
            Layout::I420 { width, height } => {
                0 < width && width <= MAX_SIDE && 0 < height && height <= MAX_SIDE
            }
            Layout::Encoded(codec) => codec.is_valid(),
            Layout::Utf8 | Layout::Opaque | Layout::Record { .. } => true,
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

    /// The extent of a payload of this format, or none where it is not one, or encoded.
    pub(crate) fn extent(self, payload: &Payload<'_>) -> Option<Extent> {
        match (self.0, payload) {
            (_, Payload::Bytes([])) => None,
            (Layout::Pcm { samples, channels }, Payload::Bytes(bytes)) => {
                let whole = bytes
                    .len()
                    .is_multiple_of(samples.bytes() * usize::from(channels));
                whole.then_some(Extent {
                    width: channels.into(),
                    height: 1,
                })
            }
            (Layout::Utf8, Payload::Bytes(bytes)) => {
                let width = u32::try_from(bytes.len()).ok()?;
                utf8::is_valid(bytes).then_some(Extent { width, height: 1 })
            }
            (Layout::I420 { width, height }, Payload::Planes(planes)) => {
                let extent = Extent { width, height };
                let fits = planes
                    .iter()
                    .zip(I420)
                    .all(|(plane, sampling)| match sampling {
                        Some(sampling) => plane.holds(extent.sampled(sampling)),
                        None => plane.data.is_empty(),
                    });
                fits.then_some(extent)
            }
            (Layout::Opaque, Payload::Bytes(_)) => Some(Extent::ONE),
            (Layout::Record { fields }, Payload::Bytes(bytes)) => {
                (bytes.len() == fields * size_of::<i64>()).then_some(Extent::ONE)
            }
            _ => None,
        }
    }
}

const MAX_SIDE: u32 = 1 << 15;

/// The size of a frame in what regions are measured in: luma samples, channels by 1, bytes by 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Extent {
    pub(crate) width: u32,
    pub(crate) height: u32,
}

/// How many luma samples across and down share one sample of a plane.
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

impl Shared {
    #[inline]
    pub(crate) const fn get(self) -> u32 {
        match self {
            Self::ByOne => 1,
            Self::ByTwo => 2,
        }
    }
}

/// The planes of I420: Y, U, V, and no fourth.
pub(crate) const I420: [Option<Sampling>; 4] = {
    const FULL: Option<Sampling> = Some(Sampling::ONE);
    const HALF: Option<Sampling> = Some(Sampling::new(Shared::ByTwo, Shared::ByTwo));
    [FULL, HALF, HALF, None]
};

impl Sampling {
    /// Each by itself.
    pub(crate) const ONE: Self = Self::new(Shared::ByOne, Shared::ByOne);

    pub(crate) const fn new(across: Shared, down: Shared) -> Self {
        Self { across, down }
    }
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

/// One plane of a picture: rows of one byte a sample, each `stride` bytes after the one before.
///
/// What lies between the rows goes with them, except where a frame is copied: a crop of a larger picture shows its neighbours there.
#[derive(Clone, Copy, Debug, Default)]
pub struct Plane<'a> {
    /// From the first row's first sample at least to the last row's last.
    pub data: &'a [u8],
    /// Bytes from one row to the next; at least a row's width.
    pub stride: usize,
}

/// One plane of a picture that may be changed.
#[derive(Debug, Default)]
pub struct PlaneMut<'a> {
    /// From the first row's first sample at least to the last row's last.
    pub data: &'a mut [u8],
    /// Bytes from one row to the next; at least a row's width.
    pub stride: usize,
}

impl Plane<'_> {
    fn holds(&self, Extent { width, height }: Extent) -> bool {
        let (width, rows_before) = (width as usize, height.saturating_sub(1) as usize);
        let needed = rows_before
            .checked_mul(self.stride)
            .and_then(|before| before.checked_add(width));
        self.stride >= width && needed.is_some_and(|needed| self.data.len() >= needed)
    }
}

/// A frame's content.
#[derive(Clone, Copy, Debug)]
pub enum Payload<'a> {
    /// One run of bytes: audio, text, a record, an encoded frame, opaque.
    Bytes(&'a [u8]),
    /// A picture of up to four planes, the unused ones empty.
    Planes([Plane<'a>; 4]),
}

/// A frame's content that may be changed.
#[derive(Debug)]
pub enum PayloadMut<'a> {
    /// One run of bytes: audio, text, a record, an encoded frame, opaque.
    Bytes(&'a mut [u8]),
    /// A picture of up to four planes, the unused ones empty.
    Planes([PlaneMut<'a>; 4]),
}

impl<'a> Payload<'a> {
    /// A picture in I420: Y, U and V.
    #[must_use]
    pub fn i420(y: Plane<'a>, u: Plane<'a>, v: Plane<'a>) -> Self {
        Self::Planes([y, u, v, Plane::default()])
    }
}

impl<'a> PayloadMut<'a> {
    /// A picture in I420: Y, U and V.
    #[must_use]
    pub fn i420(y: PlaneMut<'a>, u: PlaneMut<'a>, v: PlaneMut<'a>) -> Self {
        Self::Planes([y, u, v, PlaneMut::default()])
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
