//! Encoded media: what a frame's own header says of it, where a stream goes on after a frame was withheld, and what is in its place.
//!
//! Knows bitstreams, nothing of consent. Headers are read as far as they must be; nothing is decoded.

mod arithmetic;
mod av1;
mod bits;
mod black;
mod blocks;
mod cabac;
mod h264;
mod hevc;
pub(crate) mod nal;
pub(crate) mod obu;
mod opus;
mod resume;
mod symbols;
mod vp8;
mod vp9;

use alloc::{boxed::Box, vec};

use black::Black;
use resume::{Position, Resume};

use crate::types::{
    time::Time,
    verdict::{Reason, Verdict},
};

/// How the frames of a stream are encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Codec {
    /// So many streams in one packet (RFC 7845 §5.1.1).
    Opus {
        streams: u8,
    },
    /// One stream, with earlier packets once more (RFC 2198).
    RedundantOpus,
    H264,
    Hevc,
    Vp8,
    Vp9,
    Av1,
}

/// What a frame's own header says of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Header {
    position: Position,
    /// How many microseconds before its capture the earliest sample was captured that it can yield; none if that cannot be told.
    reach: Option<u32>,
    sequence: Sequence,
    is_shown: bool,
    /// What takes its place, if it is audio.
    silence: Option<opus::Silence>,
}

/// What the pictures from a frame on are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Sequence {
    /// As those before it.
    Same,
    Of(Size),
    /// Something of which there are no black ones.
    Other,
}

/// The size of a picture of 8-bit 4:2:0, in luma samples, as it is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Size {
    width: u32,
    height: u32,
}

/// A frame whose header was read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Read {
    header: Header,
    /// What [`Read::reaches_back_to`] says.
    last: Time,
}

/// What a tap keeps of a stream of encoded frames.
pub(crate) struct Coded {
    codec: Codec,
    resume: Resume,
    blanks: Option<Blanks>,
}

enum Blanks {
    Silent(Box<[u8]>),
    Black(Black),
}

impl Header {
    /// A frame of audio, which depends on nothing.
    const fn audio(reach: Option<u32>, silence: opus::Silence) -> Self {
        Self {
            position: Position::Alone,
            reach,
            sequence: Sequence::Same,
            is_shown: true,
            silence: Some(silence),
        }
    }

    const fn start(sequence: Sequence) -> Self {
        Self {
            position: Position::Start,
            sequence,
            ..Self::inner(true)
        }
    }

    const fn inner(is_shown: bool) -> Self {
        Self {
            position: Position::Inner,
            reach: Some(0),
            sequence: Sequence::Same,
            is_shown,
            silence: None,
        }
    }
}

impl Size {
    /// Of the largest pictures of which there are black ones, in macroblocks of 16 by 16: 4096 by 2304 for example.
    const MOST_MACROBLOCKS: usize = 36_864;
    const LONGEST_SIDE: u32 = 8192;

    /// None for one that is larger, or empty.
    fn new(width: u32, height: u32) -> Option<Self> {
        let size = Self { width, height };
        let (across, down) = size.blocks(16);
        let sides = 1..=Self::LONGEST_SIDE;
        let is_valid = sides.contains(&width)
            && sides.contains(&height)
            && across as usize * down as usize <= Self::MOST_MACROBLOCKS;
        is_valid.then_some(size)
    }

    /// How many blocks of so many samples a side it has, across and down.
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

    /// Whether it is sound, rather than pictures.
    pub(crate) const fn is_sound(self) -> bool {
        matches!(self, Self::Opus { .. } | Self::RedundantOpus)
    }

    /// What takes the place of withheld frames.
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

impl Read {
    /// How many microseconds before its capture the earliest sample was captured that it can yield, as far as can be told.
    pub(crate) fn reach(&self) -> u32 {
        self.header.reach.unwrap_or_default()
    }

    /// When the last frame was captured that was handed on, if this one may be predicted from it, or from others since then that never came; else never.
    pub(crate) fn reaches_back_to(&self) -> Time {
        self.last
    }
}

impl Coded {
    /// Of a stream of which nothing was handed on yet; takes the room for blank frames, if there are to be some.
    pub(crate) fn new(codec: Codec, blanks: bool) -> Self {
        Self {
            codec,
            resume: Resume::new(),
            blanks: blanks.then(|| codec.blanks()),
        }
    }

    /// Reads a frame's header; none if it is not one of the codec. `keyframe` is what the client says of it, if it does.
    pub(crate) fn read(&mut self, frame: &[u8], keyframe: Option<bool>) -> Option<Read> {
        let frame = Some(frame).filter(|frame| !frame.is_empty())?;
        let mut header = self.codec.read(frame)?;
        if let Some(Blanks::Black(black)) = &mut self.blanks {
            black.go_on_as(header.sequence);
        }
        header.position = header.position.said_to_be(keyframe);
        let last = self.resume.reaches_back_to(header.position);
        Some(Read { header, last })
    }

    /// What becomes of a frame after what became of those before it, and of those after it; `verdict` is what consent makes of it.
    ///
    /// Without a header, of what is no frame of the codec, it is withheld already.
    pub(crate) fn follow(
        &mut self,
        frame: Option<&Read>,
        captured: Time,
        verdict: Verdict,
    ) -> Verdict {
        let Some(Read { header, .. }) = frame.filter(|_| verdict.is_released()) else {
            self.interrupt();
            return verdict;
        };
        if header.reach.is_none() {
            return Verdict::Dropped(Reason::ReachesBack);
        }
        if !self.resume.passes(header.position, captured) {
            return Verdict::Dropped(Reason::AwaitsKeyframe);
        }
        if let Some(Blanks::Black(black)) = &mut self.blanks {
            black.interrupt();
        }
        verdict
    }

    /// A frame was withheld.
    pub(crate) fn interrupt(&mut self) {
        self.resume.withhold();
    }

    /// Whether the last frame was held back only for want of one that starts afresh.
    pub(crate) fn wants_keyframe(&self) -> bool {
        self.resume.wants_keyframe()
    }

    /// An empty frame in the place of one that is withheld; none if there is none of the kind.
    pub(crate) fn blank(&mut self, frame: Option<&Read>) -> Option<&[u8]> {
        let Read { header, .. } = frame?;
        match (self.blanks.as_mut()?, header.silence) {
            (Blanks::Silent(room), Some(silence)) => {
                let length = silence.write(room)?;
                room.get(..length)
            }
            // After what leads the stream may go on, as it could not after a black picture.
            (Blanks::Black(_), _) if header.position == Position::Leading => None,
            (Blanks::Black(black), _) if header.is_shown => black.next(),
            _ => None,
        }
    }
}
