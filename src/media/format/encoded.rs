//! The formats of encoded frames.

use super::{Format, Layout};
use crate::media::codec::{Codec, DecoderConfig, audio_configuration};

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

    /// AAC-LC (ISO/IEC 14496-3), one frame each, as `WebCodecs` [has it](https://www.w3.org/TR/webcodecs-aac-codec-registration/): of ADTS (§1.A.3.2), or raw
    /// (`raw_data_block`, §4.4.2.1) if the stream is opened with its `AudioSpecificConfig` as [decoder configuration](crate::StreamOptions::decoder_config).
    ///
    /// A frame's transform covers twice as many samples as the frame lasts: those that the frame before added, and as many new ones (§4.6.11).
    /// Its capture time is that of the first new one. The encoder's look-ahead is for the client to account for, as with Opus: a frame
    /// may have begun long before the samples that were put in last. A presentation time with the priming samples taken off, as in MP4 or from FFmpeg,
    /// is a frame earlier than that, and errs on the safe side.
    ///
    /// The frame counts as captured two frames earlier: one for the first half of its transform, and one for high bands (SBR) and stereo (PS),
    /// which can be in any frame unannounced and lag behind it by less than a frame (§4.6.18); only one if the `AudioSpecificConfig` says that there are none
    /// (`sbrPresentFlag` 0). Name in a frame everybody who is in the one before, too: each has sound of both.
    ///
    /// A frame of another profile is malformed, because main and LTP predict it from earlier ones; so is one that begins as none of the stream's channels does.
    /// The sound itself is not decoded. A stream cannot be opened with a configuration that announces SBR or PS (HE-AAC).
    ///
    /// A blank frame is silence of the same duration and channels, without SBR and checksum. The last sound before fades out in the first,
    /// and the next sound fades in with the first frame behind the last; of the withheld frames neither holds anything. High bands of HE-AAC are right again after its next header.
    /// Withheld frames are dropped, and never blanked, if a program configuration says their channels (`channelConfiguration` 0), and in ADTS if they have several raw data blocks.
    pub const AAC: Self = Self(Layout::Encoded(Codec::Aac));

    /// H.264: one access unit per frame, as a byte stream with start codes (ITU-T H.264 annex B), any number of zeros before the first,
    /// or with length-prefixed NAL units as in MP4 if the stream is opened with such a [decoder configuration](crate::StreamOptions::decoder_config).
    /// One with slices of further layers or views (annexes G to I) is malformed.
    ///
    /// After a withheld frame the stream resumes only at an IDR picture with its parameter sets before it in the same access unit,
    /// or in the decoder configuration.
    ///
    /// A blank frame is a black IDR picture under the stream's own parameter sets, which are written anew from what their fields say, or repeats one.
    /// That needs a progressive 8-bit 4:2:0 sequence, not above 4096 by 2304, with `pic_order_cnt_type` 0 or 2, that signals no reordering and has no B slices;
    /// withheld frames of other sequences are dropped ([table](crate::guide::blanks)). Entropy coding, references, weighted prediction, transforms and slices may be any.
    /// Sets with lists of numbers of the encoder's choice, scaling lists or several buffers (HRD), go on only if receivers have them.
    /// Black is a luma of 16 and chroma of 128, in full range, too.
    pub const H264: Self = Self(Layout::Encoded(Codec::H264));

    /// HEVC: one access unit per frame, as a byte stream with start codes (ITU-T H.265 annex B) or with length-prefixed NAL units, as [`Format::H264`].
    /// One with NAL units of further layers (annex F) is malformed.
    ///
    /// After a withheld frame the stream resumes only at an IDR or BLA picture with its parameter sets before it in the same access unit, or in the decoder configuration;
    /// RASL pictures that lead a BLA picture are withheld, as they depend on earlier pictures.
    ///
    /// A blank frame is a black IDR picture under the stream's own parameter sets, which are written anew from what their fields say. That needs a progressive 4:2:0 sequence
    /// of 8 or 10 bits that signals no reordering, not above 4096 by 2304, with `general_profile_idc` 1 to 4: main, main 10, main still picture, format range extensions.
    /// Blocks, tools, filters, slices, tiles and synchronised rows (WPP) may be any. Black is a luma of 16 and chroma of 128, or 64 and 512 in 10 bits, in full range, too.
    /// Withheld frames of other sequences are dropped: of other chroma formats or depths, of fields (`field_seq_flag`), with transforms of 4 by 4 alone, with tiles and synchronised rows at once,
    /// with extended precision or extensions for layers, 3D or screen content, or with scaling lists by which no coefficient is exactly black.
    /// Sets with lists of numbers of the encoder's choice could carry anything: scaling lists, buffer sizes (HRD), layer sets, long-term references, more than 16 sets of references.
    /// They go on only if receivers have them; until then frames are dropped.
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

    /// Reads what an encoder of this format says beforehand. Returns the format of the frames that go with it, and what is needed beside it.
    pub(crate) fn configured(self, bytes: &[u8]) -> Option<(Self, Option<DecoderConfig>)> {
        match self.0 {
            Layout::Encoded(Codec::Aac) => {
                let codec = Codec::RawAac(audio_configuration(bytes)?);
                Some((Self(Layout::Encoded(codec)), None))
            }
            Layout::Encoded(codec) => Some((self, Some(DecoderConfig::new(codec, bytes)?))),
            _ => None,
        }
    }
}
