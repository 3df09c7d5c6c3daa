//! Encoded media: reads frame headers, finds where a stream can resume after a withheld frame, and writes blank frames.
//!
//! Knows bitstreams, nothing of consent. Headers are read as far as needed; nothing is decoded.

mod av1;
mod bits;
mod black;
mod blocks;
mod bool_coder;
mod cabac;
mod h264;
mod hevc;
pub(crate) mod nal;
pub(crate) mod obu;
mod opus;
mod range_coder;
mod resume;
mod vp8;
mod vp9;

use alloc::{boxed::Box, vec};

use black::Black;
use resume::{Continuity, Dependency};

use crate::types::{
    time::Time,
    verdict::{Reason, Verdict},
};

/// How the frames of a stream are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    /// One or more streams in one packet (RFC 7845 §5.1.1).
    Opus {
        streams: u8,
    },
    /// One stream, each packet with copies of earlier ones (RFC 2198).
    RedundantOpus,
    H264,
    Hevc,
    Vp8,
    Vp9,
    Av1,
}

/// What a frame's header says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    dependency: Dependency,
    /// How many microseconds before the frame the earliest audio in it was captured; `None` if it does not say.
    reach: Option<u32>,
    sequence: Sequence,
    is_shown: bool,
    /// Its blank frame, if it is audio.
    silence: Option<opus::Silence>,
}

/// The pictures from a frame on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sequence {
    /// Like those before it.
    Same,
    /// 8-bit 4:2:0, shown in decoding order.
    Of(Size),
    /// Any others: they have no black frames.
    Other,
}

/// The size of a picture as shown, in luma samples.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    width: u32,
    height: u32,
}

/// A frame whose header was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ParsedFrame {
    header: Header,
    /// See [`ParsedFrame::reaches_back_to`].
    last: Time,
}

/// The decoding state of an encoded stream, as the receivers of one tap have it.
pub(crate) struct Coded {
    codec: Codec,
    continuity: Continuity,
    blanks: Option<Blanks>,
}

enum Blanks {
    Silent(Box<[u8]>),
    Black(Black),
}

impl Header {
    /// An audio frame.
    const fn audio(reach: Option<u32>, silence: opus::Silence) -> Self {
        Self {
            dependency: Dependency::Independent,
            reach,
            sequence: Sequence::Same,
            is_shown: true,
            silence: Some(silence),
        }
    }

    const fn keyframe(sequence: Sequence) -> Self {
        Self {
            dependency: Dependency::Idr,
            sequence,
            ..Self::delta(true)
        }
    }

    const fn delta(is_shown: bool) -> Self {
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
    const MOST_MACROBLOCKS: usize = 36_864;
    const LONGEST_SIDE: u32 = 8192;

    /// Returns `None` for an empty size, and for one too large for black frames.
    fn new(width: u32, height: u32) -> Option<Self> {
        let size = Self { width, height };
        let (across, down) = size.blocks(16);
        let sides = 1..=Self::LONGEST_SIDE;
        let is_valid = sides.contains(&width)
            && sides.contains(&height)
            && across as usize * down as usize <= Self::MOST_MACROBLOCKS;
        is_valid.then_some(size)
    }

    /// Returns how many blocks of `side` by `side` samples it has, across and down.
    fn blocks(self, side: u32) -> (u32, u32) {
        (
            self.width.div_ceil(side.max(1)),
            self.height.div_ceil(side.max(1)),
        )
    }
}

impl Codec {
    pub(crate) const fn is_valid(self) -> bool {
        !matches!(self, Self::Opus { streams: 0 })
    }

    fn read(self, frame: &[u8]) -> Option<Header> {
        match self {
            Self::Opus { streams } => opus::read(frame, streams),
            Self::RedundantOpus => opus::read_redundant(frame),
            Self::H264 => h264::read(frame),
            Self::Hevc => hevc::read(frame),
            Self::Vp8 => vp8::read(frame),
            Self::Vp9 => vp9::read(frame),
            Self::Av1 => av1::read(frame),
        }
    }

    /// Whether it is an audio codec.
    pub(crate) const fn is_sound(self) -> bool {
        matches!(self, Self::Opus { .. } | Self::RedundantOpus)
    }

    /// Allocates the room for blank frames.
    fn blanks(self) -> Blanks {
        let silent = |streams: u8| {
            let room = 1 + opus::LONGEST_SILENCE * usize::from(streams);
            Blanks::Silent(vec![0; room].into())
        };
        match self {
            Self::Opus { streams } => silent(streams),
            Self::RedundantOpus => silent(1),
            Self::H264 | Self::Hevc | Self::Vp8 | Self::Vp9 | Self::Av1 => {
                Blanks::Black(Black::new(self))
            }
        }
    }
}

impl ParsedFrame {
    /// Returns how many microseconds before the frame the earliest audio in it was captured, as far as it says.
    pub(crate) fn reach(&self) -> u32 {
        self.header.reach.unwrap_or_default()
    }

    /// Returns the capture time of the last released frame if this one may be predicted from it, or from frames since then that were never offered;
    /// else [`Time::NEVER`].
    pub(crate) fn reaches_back_to(&self) -> Time {
        self.last
    }
}

impl Coded {
    /// Begins with no frame released. Allocates the room for blank frames if `blanks` is set.
    pub(crate) fn new(codec: Codec, blanks: bool) -> Self {
        Self {
            codec,
            continuity: Continuity::new(),
            blanks: blanks.then(|| codec.blanks()),
        }
    }

    /// Reads a frame's header. Returns `None` if it is not a frame of the codec. `keyframe` is the client's hint.
    pub(crate) fn read(&mut self, frame: &[u8], keyframe: Option<bool>) -> Option<ParsedFrame> {
        let frame = Some(frame).filter(|frame| !frame.is_empty())?;
        let mut header = self.codec.read(frame)?;
        if let Some(Blanks::Black(black)) = &mut self.blanks {
            black.set_sequence(header.sequence);
        }
        header.dependency = header.dependency.with_hint(keyframe);
        let last = self.continuity.reaches_back_to(header.dependency);
        Some(ParsedFrame { header, last })
    }

    /// Applies the stream's decoding state to the consent verdict, and updates it. An unparsable frame (`None`) is always withheld.
    pub(crate) fn follow(
        &mut self,
        frame: Option<&ParsedFrame>,
        captured: Time,
        verdict: Verdict,
    ) -> Verdict {
        let Some(ParsedFrame { header, .. }) = frame.filter(|_| verdict.is_released()) else {
            self.interrupt();
            return verdict;
        };
        if header.reach.is_none() {
            return Verdict::Dropped(Reason::ReachesBack);
        }
        if !self.continuity.accepts(header.dependency, captured) {
            return Verdict::Dropped(Reason::AwaitsKeyframe);
        }
        if let Some(Blanks::Black(black)) = &mut self.blanks {
            black.interrupt();
        }
        verdict
    }

    /// Notes that a frame was withheld.
    pub(crate) fn interrupt(&mut self) {
        self.continuity.interrupt();
    }

    /// Whether the last frame was withheld only because it depends on frames that were not released.
    pub(crate) fn wants_keyframe(&self) -> bool {
        self.continuity.wants_keyframe()
    }

    /// Returns a blank frame in place of a withheld one, or `None` if there is none for it.
    pub(crate) fn blank(&mut self, frame: Option<&ParsedFrame>) -> Option<&[u8]> {
        let ParsedFrame { header, .. } = frame?;
        match (self.blanks.as_mut()?, header.silence) {
            (Blanks::Silent(room), Some(silence)) => {
                let length = silence.write(room)?;
                room.get(..length)
            }
            // After a RASL picture the stream may resume with the next frame, but not after a black IDR picture in its place.
            (Blanks::Black(_), _) if header.dependency == Dependency::Rasl => None,
            (Blanks::Black(black), _) if header.is_shown => black.next(),
            _ => None,
        }
    }
}
