//! Why an encoded frame could not be read, or why a stream does not resume at it: found only once it was withheld, apart from the readers.

use super::{Coded, av1, h264, header::Codec, hevc, nal, opus, resume::Dependency};
use crate::types::fault::Fault;

impl Codec {
    /// Returns why a frame that is not empty cannot be read.
    #[cold]
    pub(crate) fn fault(self, frame: &[u8]) -> Fault {
        match self {
            Self::H264 | Self::Hevc if is_length_prefixed(frame) => Fault::LengthPrefixed,
            Self::H264 | Self::Hevc if nal::units(frame).is_none() => Fault::NoStartCode,
            Self::H264 => h264::fault(frame),
            Self::Hevc => hevc::fault(frame),
            Self::Vp8 | Self::Vp9 => Fault::FrameHeader,
            Self::Av1 if av1::is_length_delimited(frame) => Fault::LengthDelimited,
            Self::Av1 => av1::fault(frame),
            Self::Opus { streams } => opus::fault(frame, streams),
            Self::RedundantOpus => Fault::OpusRedundancy,
        }
    }

    /// Returns why a stream does not resume at a frame, if it looks like one at which it was meant to. `dependency` is what its own header says,
    /// `keyframe` the client's hint.
    fn stall(self, frame: &[u8], dependency: Dependency, keyframe: Option<bool>) -> Option<Fault> {
        if dependency.with_hint(keyframe) != dependency {
            return Some(Fault::DeniedKeyframe);
        }
        if dependency == Dependency::Cra {
            return Some(Fault::OpenGroup);
        }
        match self {
            // A length from 256 to 511, or of 1, looks like a start code.
            Self::H264 | Self::Hevc if is_length_prefixed(frame) => Some(Fault::LengthPrefixed),
            Self::H264 => h264::stall(frame),
            Self::Hevc => hevc::stall(frame),
            Self::Av1 if av1::is_length_delimited(frame) => Some(Fault::LengthDelimited),
            Self::Av1 => av1::stall(frame),
            Self::Opus { .. } | Self::RedundantOpus | Self::Vp8 | Self::Vp9 => None,
        }
    }
}

impl Coded {
    /// Returns why the stream does not resume at a frame that was read, if it looks like one at which it was meant to. `keyframe` is the client's hint.
    #[cold]
    pub(crate) fn stall(&mut self, frame: &[u8], keyframe: Option<bool>) -> Option<Fault> {
        // Without the hint. By the way of every frame, as a second caller of the codecs' readers would keep them from being inlined there.
        let dependency = self.read(frame, None)?.header.dependency;
        self.codec.stall(frame, dependency, keyframe)
    }
}

/// Whether it is units with lengths of four, two or one bytes before them, which add up (ISO/IEC 14496-15 §5.3.3.1.2).
fn is_length_prefixed(frame: &[u8]) -> bool {
    [4, 2, 1].into_iter().any(|size| {
        let mut rest = frame;
        while let Some((length, after)) = rest.split_at_checked(size) {
            let length = length
                .iter()
                .fold(0, |all, byte| all << 8 | usize::from(*byte));
            match after.split_at_checked(length) {
                Some((unit, after)) if !unit.is_empty() => rest = after,
                _ => return false,
            }
        }
        rest.is_empty()
    })
}
