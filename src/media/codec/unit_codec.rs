//! What NAL units of H.264 and HEVC have in common.

use super::{h264, header::Codec, hevc, nal::Set};

/// A codec whose access units are NAL units.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum UnitCodec {
    H264,
    Hevc,
}

impl UnitCodec {
    pub(super) fn new(codec: Codec) -> Option<Self> {
        match codec {
            Codec::H264 => Some(Self::H264),
            Codec::Hevc => Some(Self::Hevc),
            _ => None,
        }
    }

    /// Whether it is a slice, of the base layer or of another.
    pub(super) fn is_slice(self, nal: &[u8]) -> bool {
        match self {
            Self::H264 => h264::is_slice(nal),
            Self::Hevc => hevc::is_slice(nal),
        }
    }

    /// Returns the rank of a parameter set, and which one it is if that can be read; `None` for any other NAL unit.
    pub(super) fn parameter_set(self, nal: &[u8]) -> Option<(usize, Option<Set>)> {
        match self {
            Self::H264 => h264::parameter_set(nal),
            Self::Hevc => hevc::parameter_set(nal),
        }
    }

    /// Returns the id of the set of the rank before that a parameter set refers to.
    pub(super) fn refers_to(self, set: &[u8]) -> Option<u32> {
        match self {
            Self::H264 => h264::refers_to(set),
            Self::Hevc => hevc::refers_to(set),
        }
    }
}
