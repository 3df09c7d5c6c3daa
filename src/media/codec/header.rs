//! What the header of an encoded frame says.

use super::{asc::Configuration, resume::Dependency, silence::Silence};

/// How the frames of a stream are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    /// One or more streams in one packet (RFC 7845 §5.1.1).
    Opus {
        streams: u8,
    },
    /// One stream, each packet with copies of earlier ones (RFC 2198).
    RedundantOpus,
    /// AAC-LC in ADTS.
    Aac,
    /// AAC-LC of which the encoder has said the configuration.
    RawAac(Configuration),
    H264,
    Hevc,
    Vp8,
    Vp9,
    Av1,
}

/// What a frame's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Header {
    pub(super) dependency: Dependency,
    /// How many microseconds before the frame the earliest audio in it was captured; `None` if it does not say.
    pub(super) reach: Option<u32>,
    pub(super) sequence: Sequence,
    pub(super) is_shown: bool,
    /// Its blank frame, if it is audio.
    pub(super) silence: Option<Silence>,
}

/// The pictures from a frame on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sequence {
    /// Like those before it.
    Same,
    /// 8-bit 4:2:0, shown in decoding order.
    Of(Size),
    /// 10-bit 4:2:0 of VP9 or AV1.
    Deep(Size),
    /// Said in the frame, and read only for black frames: [`vp9::Pictures`](super::vp9::Pictures), [`av1::Pictures`](super::av1::Pictures).
    Within,
    /// Any others: they have no black frames.
    Other,
}

/// The size of a picture as shown, in luma samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Size {
    pub(super) width: u32,
    pub(super) height: u32,
}

/// How many bits a sample has, in 4:2:0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Depth {
    Eight,
    Ten,
}

impl Sequence {
    /// Pictures of this size; those of a `depth` of `None`, and very large ones, have no black frames.
    pub(super) fn new(size: Size, depth: Option<Depth>) -> Self {
        match (Size::new(size.width, size.height), depth) {
            (Some(size), Some(Depth::Eight)) => Self::Of(size),
            (Some(size), Some(Depth::Ten)) => Self::Deep(size),
            _ => Self::Other,
        }
    }
}

impl Codec {
    pub(crate) const fn is_valid(self) -> bool {
        !matches!(self, Self::Opus { streams: 0 })
    }

    /// Whether it is an audio codec.
    pub(crate) const fn is_sound(self) -> bool {
        matches!(
            self,
            Self::Opus { .. } | Self::RedundantOpus | Self::Aac | Self::RawAac(_)
        )
    }

    /// Whether there are blank frames of it, as far as it says.
    pub(super) const fn has_blanks(self) -> bool {
        !matches!(self, Self::RawAac(Configuration { channels: 0, .. }))
    }
}

impl Header {
    /// An audio frame.
    pub(super) const fn audio(reach: Option<u32>, silence: Silence) -> Self {
        Self {
            dependency: Dependency::Independent,
            reach,
            sequence: Sequence::Same,
            is_shown: true,
            silence: Some(silence),
        }
    }

    pub(super) const fn keyframe(sequence: Sequence) -> Self {
        Self {
            dependency: Dependency::Idr,
            sequence,
            ..Self::delta(true)
        }
    }

    /// The pictures are said within the frame.
    pub(super) const fn with_pictures_within(self) -> Self {
        Self {
            sequence: Sequence::Within,
            ..self
        }
    }

    pub(super) const fn delta(is_shown: bool) -> Self {
        Self {
            dependency: Dependency::Delta,
            reach: Some(0),
            sequence: Sequence::Same,
            is_shown,
            silence: None,
        }
    }
}

impl Size {
    /// The size of the largest black frames in macroblocks of 16 by 16: 4096 by 2304, for example.
    pub(super) const MOST_MACROBLOCKS: usize = 36_864;
    pub(super) const LONGEST_SIDE: u32 = 8192;

    /// Returns `None` for an empty size, and for one too large for black frames.
    pub(super) fn new(width: u32, height: u32) -> Option<Self> {
        let size = Self { width, height };
        let (across, down) = size.blocks(16);
        let sides = 1..=Self::LONGEST_SIDE;
        let is_valid = sides.contains(&width)
            && sides.contains(&height)
            && across as usize * down as usize <= Self::MOST_MACROBLOCKS;
        is_valid.then_some(size)
    }

    /// Returns how many blocks of `side` by `side` samples it has, across and down.
    pub(super) fn blocks(self, side: u32) -> (u32, u32) {
        (
            self.width.div_ceil(side.max(1)),
            self.height.div_ceil(side.max(1)),
        )
    }
}
