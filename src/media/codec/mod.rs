//! Encoded media: reads frame headers, finds where a stream can resume after a withheld frame, and writes blank frames.
//!
//! Knows bitstreams, nothing of consent. Headers are read as far as needed; nothing is decoded.

mod av1;
mod bits;
mod black;
mod blocks;
mod bool_coder;
mod cabac;
mod config;
mod extensions;
mod fault;
mod h264;
mod header;
mod hevc;
pub(crate) mod nal;
pub(crate) mod obu;
mod opus;
mod range_coder;
mod resume;
mod silence;
mod vp8;
mod vp9;

use alloc::{boxed::Box, vec};
use core::time::Duration;

use black::Black;
pub(crate) use config::DecoderConfig;
pub(crate) use header::Codec;
use header::Header;
use nal::Form;
use resume::{Continuity, Dependency};

use crate::types::{
    time::Time,
    verdict::{Reason, Verdict},
};

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
    /// What the encoder said beforehand, if it did: then the frames are read by it.
    config: Option<DecoderConfig>,
    continuity: Continuity,
    blanks: Option<Blanks>,
    /// Until when others than the stream's owner were in it, or may have been.
    others: Option<Time>,
}

/// How many microseconds redundancy beside a packet (RFC 2198) never reaches back, and redundancy within it always does.
const FAR: u32 = 1_000_000;
/// The maximum duration of a frame of sound.
const LONGEST: Duration = Duration::from_millis(120);

enum Blanks {
    Silent(Box<[u8]>),
    Black(Black),
}

impl Codec {
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

    /// Allocates the room for blank frames.
    fn blanks(self, form: Form) -> Blanks {
        let silent = |streams: u8| {
            let room = 1 + silence::LONGEST_SILENCE * usize::from(streams);
            Blanks::Silent(vec![0; room].into())
        };
        match self {
            Self::Opus { streams } => silent(streams),
            Self::RedundantOpus => silent(1),
            Self::H264 | Self::Hevc | Self::Vp8 | Self::Vp9 | Self::Av1 => {
                Blanks::Black(Black::new(self, form))
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
    pub(crate) fn new(codec: Codec, config: Option<DecoderConfig>, blanks: bool) -> Self {
        let form = match &config {
            None => Some(Form::BYTE_STREAM),
            Some(config) => config.form(),
        };
        let mut blanks = form.filter(|_| blanks).map(|form| codec.blanks(form));
        if let (Some(Blanks::Black(black)), Some(config)) = (&mut blanks, &config) {
            black.set_sequence(config.sequence());
        }
        Self {
            codec,
            config,
            continuity: Continuity::new(),
            blanks,
            others: None,
        }
    }

    /// Reads a frame's header. Returns `None` if it is not a frame of the codec. `keyframe` is the client's hint.
    pub(crate) fn read(&mut self, frame: &[u8], keyframe: Option<bool>) -> Option<ParsedFrame> {
        let frame = Some(frame).filter(|frame| !frame.is_empty())?;
        let mut header = match &mut self.config {
            None => self.codec.read(frame)?,
            Some(config) => config.read(frame)?,
        };
        if let Some(Blanks::Black(black)) = &mut self.blanks {
            black.learn(frame, header.sequence);
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
            if let Some(frame) = frame {
                self.may_hold_others(captured, frame.reach());
            }
            self.interrupt();
            return verdict;
        };
        if header
            .reach
            .is_none_or(|reach| reach > FAR && self.may_hold_others(captured, reach))
        {
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

    /// Notes that others than the stream's owner are in a frame.
    #[cold]
    pub(crate) fn name_others(&mut self, captured: Time) {
        let end = captured.later(LONGEST);
        self.others = self.others.max(Some(end));
    }

    /// Whether a frame that reaches back to `since` may hold sound of people whom frames since then named, and it does not.
    ///
    /// Nor is it known who was in what came before the first frame of which this is asked.
    #[cold]
    fn may_hold_others(&mut self, since: Time, reach: u32) -> bool {
        // Before the meeting, or of no time: it is the first of nothing.
        if !since.in_range() {
            return true;
        }
        let first = || since.later(Duration::from_micros(reach.into()));
        since < *self.others.get_or_insert_with(first)
    }

    /// Notes that a frame was withheld.
    pub(crate) fn interrupt(&mut self) {
        self.continuity.interrupt();
    }

    /// Whether the last frame was withheld only because it depends on frames that were not released.
    pub(crate) fn wants_keyframe(&self) -> bool {
        self.continuity.wants_keyframe()
    }

    /// Returns whether there are blank frames of the stream; `None` as long as its frames do not say.
    pub(crate) fn can_blank(&self) -> Option<bool> {
        match &self.blanks {
            None => Some(false),
            Some(Blanks::Silent(_)) => Some(true),
            Some(Blanks::Black(black)) => black.is_possible(),
        }
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
