//! The formats of encoded frames.

use crate::{
    codec::Codec,
    payload::{Format, Layout},
};

impl Format {
    /// Opus: one packet a frame (RFC 6716 §3). A blank one is as long silence.
    ///
    /// A packet that has the sound before it once more (in-band forward error correction) counts as captured that much earlier,
    /// and one with padding that is not zero, in which other earlier sound may be, is withheld.
    /// What an encoder looks ahead is for the client to count: the earliest sample in a packet is as much older than the newest as that and the packet are long.
    /// Decoders fade the last sound before into the first 5 ms of the blank ones.
    pub const OPUS: Self = Self(Layout::Encoded(Codec::Opus { streams: 1 }));

    /// Opus with redundancy: one RTP payload a frame, in which earlier packets stand before the packet itself (RFC 2198).
    ///
    /// It counts as captured when the earliest of them was. With blocks of another codec it is withheld. A blank one has no redundancy.
    pub const OPUS_RED: Self = Self(Layout::Encoded(Codec::RedundantOpus));

    /// H.264: one access unit a frame, as a byte stream with start codes (ITU-T H.264 annex B); not with lengths before the NAL units, as MP4 has it.
    /// One with slices of further layers or views (annexes G to I) is malformed.
    ///
    /// After a withheld frame only an IDR picture is released, with its parameter sets before it in the same access unit.
    /// A blank frame is black, with parameter sets of its own, or repeats a black one: for sequences of 8-bit 4:2:0 that are progressive,
    /// not above 4096 by 2304, and say that they are not reordered; the withheld frames of others are dropped.
    pub const H264: Self = Self(Layout::Encoded(Codec::H264));

    /// HEVC: one access unit a frame, as a byte stream with start codes (ITU-T H.265 annex B). One with units of further layers (annex F) is malformed.
    ///
    /// After a withheld frame only an IDR or BLA picture is released, with its parameter sets before it in the same access unit;
    /// of those that lead a BLA picture, none that depends on what came before it.
    /// A blank frame is a black IDR picture, with parameter sets of its own, for sequences as of [`Format::H264`].
    pub const HEVC: Self = Self(Layout::Encoded(Codec::Hevc));

    /// VP8: one frame as RFC 6386 §9.1 has it.
    ///
    /// After a withheld frame only a keyframe is released. A blank frame is a black keyframe, or repeats one, up to 4096 by 2304;
    /// the withheld frames of larger streams are dropped, as are those that would not be shown.
    pub const VP8: Self = Self(Layout::Encoded(Codec::Vp8));

    /// VP9: one frame or superframe. After a withheld one only a keyframe is released. The size of a blank one is that of the last keyframe, even where frames between have others.
    ///
    /// A blank frame is a black keyframe, or shows one once more, for pictures of 8-bit 4:2:0 from 33 by 33 to 4096 by 2304; the withheld frames of others are dropped.
    pub const VP9: Self = Self(Layout::Encoded(Codec::Vp9));

    /// AV1: one temporal unit, or one spatial layer of it, as open bitstream units one after the other (low-overhead format, AV1 specification §5.2).
    ///
    /// After a withheld one only a keyframe that is shown is released, with a sequence header before it, and no operating point that leaves it out.
    /// A blank one is a black keyframe, with a sequence header of its own, for pictures of 8-bit 4:2:0 from 33 by 33 to 4096 by 2304;
    /// the withheld ones of others are dropped, as are those of several spatial layers and of sequences that time their decoder's buffers.
    pub const AV1: Self = Self(Layout::Encoded(Codec::Av1));

    /// Opus of more than two channels: as many streams in one packet, the first ones with their lengths (RFC 7845 §5.1.1). At least one.
    #[must_use]
    pub const fn opus_multistream(streams: u8) -> Self {
        Self(Layout::Encoded(Codec::Opus { streams }))
    }
}
