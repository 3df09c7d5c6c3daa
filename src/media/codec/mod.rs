//! Encoded media: reads frame headers, finds where a stream can resume after a withheld frame, and writes blank frames.
//!
//! Knows bitstreams, nothing of consent. Headers are read as far as needed; nothing is decoded.

mod aac;
mod aac_silence;
mod asc;
mod av1;
mod bits;
mod black;
mod black_units;
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
mod rewrite;
mod silence;
mod unit_codec;
mod vp8;
mod vp9;

use alloc::{boxed::Box, vec};
use core::time::Duration;

pub(crate) use asc::read as audio_configuration;
use black::Black;
use black_units::BlackUnits;
pub(crate) use config::DecoderConfig;
pub(crate) use header::Codec;
use header::Header;
use resume::{Continuity, Dependency};
use unit_codec::UnitCodec;

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
    /// By itself; none if the frames are read by what the encoder said beforehand.
    codec: Option<Codec>,
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
    Black(Box<Black>),
    BlackUnits(Box<BlackUnits>),
}

impl Codec {
    /// Allocates the room for blank frames.
    fn blanks(self, config: Option<&DecoderConfig>) -> Blanks {
        let silent = |room: usize| Blanks::Silent(vec![0; room].into());
        let of_opus = |streams: u8| silent(1 + silence::LONGEST_SILENCE * usize::from(streams));
        let units = |codec| Blanks::BlackUnits(BlackUnits::new(codec, config).into());
        match self {
            Self::Opus { streams } => of_opus(streams),
            Self::RedundantOpus => of_opus(1),
            Self::Aac | Self::RawAac(_) => silent(aac_silence::AacSilence::LONGEST),
            Self::H264 => units(UnitCodec::H264),
            Self::Hevc => units(UnitCodec::Hevc),
            Self::Vp8 | Self::Vp9 | Self::Av1 => Blanks::Black(Black::new(self).into()),
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
        let blanks = blanks && codec.has_blanks();
        let blanks = blanks.then(|| codec.blanks(config.as_ref()));
        Self {
            codec: config.is_none().then_some(codec),
            config,
            continuity: Continuity::new(),
            blanks,
            others: None,
        }
    }

    /// Reads a frame's header. Returns `None` if it is not a frame of the codec, as one without bytes is of none. `keyframe` is the client's hint.
    pub(crate) fn read(&mut self, frame: &[u8], keyframe: Option<bool>) -> Option<ParsedFrame> {
        let mut header = match self.codec {
            Some(Codec::H264) => self.learn(frame, h264::read(frame)?),
            Some(Codec::Hevc) => self.learn(frame, hevc::read(frame)?),
            Some(Codec::Opus { streams }) => opus::read(frame, streams)?,
            Some(Codec::RedundantOpus) => opus::read_redundant(frame)?,
            Some(Codec::Aac) => aac::read_adts(frame)?,
            Some(Codec::RawAac(configuration)) => aac::read_raw(frame, configuration)?,
            Some(Codec::Vp8) => self.note(&[], vp8::read(frame)?),
            Some(Codec::Vp9) => self.note(frame, vp9::read(frame)?),
            Some(Codec::Av1) => self.note(frame, av1::read(frame)?),
            None => {
                let header = self.config.as_mut()?.read(frame)?;
                self.learn(frame, header)
            }
        };
        header.dependency = header.dependency.with_hint(keyframe);
        let last = self.continuity.reaches_back_to(header.dependency);
        Some(ParsedFrame { header, last })
    }

    /// Has black frames made by what this one says of the pictures. Returns its header.
    #[inline]
    fn note(&mut self, frame: &[u8], header: Header) -> Header {
        if let Some(Blanks::Black(black)) = &mut self.blanks {
            black.learn(frame, header.sequence);
        }
        header
    }

    /// Has black access units made by what this one says of the pictures. Returns its header.
    fn learn(&mut self, unit: &[u8], header: Header) -> Header {
        if let Some(Blanks::BlackUnits(black)) = &mut self.blanks {
            if self.continuity.is_intact() {
                black.note_known();
            }
            let is_refresh = matches!(header.dependency, Dependency::Idr | Dependency::Bla);
            if is_refresh || black.awaits_b_slice() {
                black.learn(unit, self.config.as_ref(), is_refresh);
            }
            if self
                .config
                .as_ref()
                .is_some_and(DecoderConfig::has_lost_sets)
            {
                black.bring_sets();
            }
        }
        header
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
        let reaches_back = match header.reach {
            Some(..=FAR) => false,
            Some(reach) => self.may_hold_others(captured, reach),
            None => true,
        };
        if reaches_back {
            return Verdict::Dropped(Reason::ReachesBack);
        }
        if !self.continuity.accepts(header.dependency, captured) {
            return Verdict::Dropped(Reason::AwaitsKeyframe);
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
            Some(Blanks::BlackUnits(black)) => black.is_possible(self.continuity.is_intact()),
        }
    }

    /// Returns a blank frame in place of a withheld one, or `None` if there is none for it.
    pub(crate) fn blank(&mut self, frame: Option<&ParsedFrame>) -> Option<&[u8]> {
        let ParsedFrame { header, .. } = frame?;
        let went_on = self.continuity.take_went_on();
        let blanks = self.blanks.as_mut()?;
        match blanks {
            Blanks::Black(black) if went_on => black.interrupt(),
            Blanks::BlackUnits(black) if went_on => black.interrupt(),
            _ => {}
        }
        match (blanks, header.silence) {
            (Blanks::Silent(room), Some(silence)) => {
                let length = silence.write(room)?;
                room.get(..length)
            }
            // After a RASL picture the stream may resume with the next frame, but not after a black IDR picture in its place.
            _ if header.dependency == Dependency::Rasl => None,
            (Blanks::Black(black), _) if header.is_shown => black.next(),
            (Blanks::BlackUnits(black), _) if header.is_shown => black.next(),
            _ => None,
        }
    }
}
