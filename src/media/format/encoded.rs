//! The formats of encoded frames.

use super::{Format, Layout};
use crate::media::codec::{Codec, DecoderConfig};

impl Format {
    /// Opus: one packet per frame (RFC 6716 §3). A blank frame is silence of the same duration.
    ///
    /// A packet that repeats earlier audio (in-band forward error correction) counts as captured that much earlier;
    /// one with deep redundancy (DRED, as libopus 1.6 writes it) 1.08 s earlier, and earlier still by its offset.
    /// That it holds sound of people whom earlier frames named, and it does not, cannot be seen: it is withheld as long as it reaches back to such a frame,
    /// and for 1.08 s from a tap's first frame. Offer the tap every frame, so that it knows of them.
    /// Scalable quality (QEXT) refines its own frame, and counts for nothing. A packet with any other extension, or with padding that is neither zero nor well-formed
    /// extensions (draft-ietf-mlcodec-opus-extension), may hold other earlier audio, and is withheld.
    /// Encoder look-ahead is for the client to account for: the earliest sample in a packet is older than the newest by the look-ahead plus the packet's duration.
    /// Decoders fade the last audio before a blank frame into its first 5 ms.
    pub const OPUS: Self = Self(Layout::Encoded(Codec::Opus { streams: 1 }));

    /// Opus with redundancy: one RTP payload per frame, with copies of earlier packets before the packet itself (RFC 2198).
    ///
    /// It counts as captured with the earliest of them. A payload with blocks of another codec is withheld. A blank frame has no redundancy.
    pub const OPUS_RED: Self = Self(Layout::Encoded(Codec::RedundantOpus));

    /// H.264: one access unit per frame, as a byte stream with start codes (ITU-T H.264 annex B), any number of zeros before the first,
    /// or with length-prefixed NAL units as in MP4 if the stream is opened with such a [decoder configuration](crate::StreamOptions::decoder_config).
    /// One with slices of further layers or views (annexes G to I) is malformed.
    ///
    /// After a withheld frame the stream resumes only at an IDR picture with its parameter sets before it in the same access unit,
    /// or in the decoder configuration.
    /// A blank frame is black, with parameter sets of its own, or repeats a black one. That needs a progressive 8-bit 4:2:0 sequence,
    /// not above 4096 by 2304, that signals no reordering; withheld frames of other sequences are dropped.
    pub const H264: Self = Self(Layout::Encoded(Codec::H264));

    /// HEVC: one access unit per frame, as a byte stream with start codes (ITU-T H.265 annex B) or with length-prefixed NAL units, as [`Format::H264`].
    /// One with NAL units of further layers (annex F) is malformed.
    ///
    /// After a withheld frame the stream resumes only at an IDR or BLA picture with its parameter sets before it in the same access unit, or in the decoder configuration;
    /// RASL pictures that lead a BLA picture are withheld, as they depend on earlier pictures.
    /// A blank frame is a black IDR picture, with parameter sets of its own, for the same sequences as with [`Format::H264`].
    pub const HEVC: Self = Self(Layout::Encoded(Codec::Hevc));

    /// VP8: one frame as in RFC 6386 §9.1.
    ///
    /// After a withheld frame the stream resumes only at a keyframe. A blank frame is a black keyframe, or repeats one, up to 4096 by 2304;
    /// withheld frames of larger streams are dropped, as are frames that are not shown.
    pub const VP8: Self = Self(Layout::Encoded(Codec::Vp8));

    /// VP9: one frame or superframe. After a withheld one the stream resumes only at a keyframe.
    ///
    /// A blank frame is a black keyframe, or shows one again, for 4:2:0 pictures of 8 or 10 bits (profiles 0 and 2) from 33 by 33 to 4096 by 2304;
    /// withheld frames of other streams are dropped: of 12 bits, 4:4:4, 4:4:0, 4:2:2 and RGB.
    /// It has the size of the frame that it replaces; of several spatial layers in one superframe, that of the last one shown. It has no size to render (`render_size`) of its own.
    /// That a frame has the size of a reference is followed from the last keyframe on; after one that could not be read, withheld frames are dropped up to the next keyframe.
    pub const VP9: Self = Self(Layout::Encoded(Codec::Vp9));

    /// AV1: one temporal unit, or one spatial layer of it, as consecutive OBUs (low-overhead format, AV1 specification §5.2).
    ///
    /// After a withheld one the stream resumes only at a shown keyframe with a sequence header before it and no operating point that leaves it out.
    /// A blank one is a black keyframe, with a sequence header of its own, for 4:2:0 pictures of 8 or 10 bits (Main profile) from 33 by 33 to 4096 by 2304,
    /// also in place of a still picture with a reduced header (AVIF); withheld ones of other streams are dropped: of 12 bits, 4:4:4, 4:2:2 and without colour,
    /// and of sequences that time their decoder's buffers.
    /// It has the size of the frame that it replaces, after any super-resolution; of several spatial layers, that of the highest in the first operating point.
    /// A unit without that layer is dropped, as is one that shows several frames without such layers. It has no size to render (`render_size`) of its own.
    /// That a frame has the size of a reference is followed as with [`Format::VP9`].
    pub const AV1: Self = Self(Layout::Encoded(Codec::Av1));

    /// Returns the format of Opus with more than two channels: `streams` streams in one packet, all but the last self-delimited (RFC 7845 §5.1.1). At least one.
    #[must_use]
    pub const fn opus_multistream(streams: u8) -> Self {
        Self(Layout::Encoded(Codec::Opus { streams }))
    }
    /// Reads what an encoder of this format says beforehand.
    pub(crate) fn decoder_config(self, bytes: &[u8]) -> Option<DecoderConfig> {
        match self.0 {
            Layout::Encoded(codec) => DecoderConfig::new(codec, bytes),
            _ => None,
        }
    }
}
