//! Why an encoded frame could not be read, or why a stream does not resume at it: found only once it was withheld, apart from the readers.

use super::{Coded, aac, av1, h264, header::Codec, hevc, nal, opus, resume::Dependency};
use crate::types::fault::Fault;

impl Codec {
    /// Returns why a frame that is not empty cannot be read.
    #[cold]
    pub(crate) fn fault(self, frame: &[u8]) -> Fault {
        match self {
            Self::H264 | Self::Hevc if nal::is_length_prefixed(frame) => Fault::LengthPrefixed,
            Self::H264 | Self::Hevc => nal::units(frame).map_or(Fault::NoStartCode, |units| {
                if self == Self::H264 {
                    h264::fault(units)
                } else {
                    hevc::fault(units)
                }
            }),
            Self::Vp8 | Self::Vp9 => Fault::FrameHeader,
            Self::Av1 if av1::is_length_delimited(frame) => Fault::LengthDelimited,
            Self::Av1 => av1::fault(frame),
            Self::Opus { streams } => opus::fault(frame, streams),
            Self::RedundantOpus => Fault::OpusRedundancy,
            Self::Aac => aac::fault_adts(frame),
            Self::RawAac(configuration) => aac::fault_raw(frame, configuration),
        }
    }

    /// Returns why a stream does not resume at a frame, if it looks like one at which it was meant to.
    fn stall(self, frame: &[u8]) -> Option<Fault> {
        match self {
            // A length from 256 to 511, or of 1, looks like a start code.
            Self::H264 | Self::Hevc if nal::is_length_prefixed(frame) => {
                Some(Fault::LengthPrefixed)
            }
            Self::H264 => h264::stall(nal::units(frame)?),
            Self::Hevc => hevc::stall(nal::units(frame)?),
            Self::Av1 if av1::is_length_delimited(frame) => Some(Fault::LengthDelimited),
            Self::Av1 => av1::stall(frame),
            Self::Opus { .. }
            | Self::RedundantOpus
            | Self::Aac
            | Self::RawAac(_)
            | Self::Vp8
            | Self::Vp9 => None,
        }
    }
}

impl Coded {
    /// Returns why a frame of the stream that is not empty cannot be read.
    #[cold]
    pub(crate) fn fault(&self, frame: &[u8]) -> Fault {
        match (self.codec, &self.config) {
            (Some(codec), _) => codec.fault(frame),
            (None, Some(config)) => config.fault(frame),
            (None, None) => Fault::FrameHeader,
        }
    }

    /// Returns why the stream does not resume at a frame that was read, if it looks like one at which it was meant to. `keyframe` is the client's hint.
    #[cold]
    pub(crate) fn stall(&mut self, frame: &[u8], keyframe: Option<bool>) -> Option<Fault> {
        // Without the hint. By the way of every frame, as a second caller of the codecs' readers would keep them from being inlined there.
        let dependency = self.read(frame, None)?.header.dependency;
        if dependency.with_hint(keyframe) != dependency {
            return Some(Fault::DeniedKeyframe);
        }
        if dependency == Dependency::Cra {
            return Some(Fault::OpenGroup);
        }
        match self.codec {
            Some(codec) => codec.stall(frame),
            None => self.config.as_ref()?.stall(frame),
        }
    }
}
