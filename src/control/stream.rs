//! A source of frames to be opened.

use alloc::{string::String, vec::Vec};

use crate::{
    media::format::{Format, Layout, Schema},
    types::{ids::Participant, kind::Kind},
};

/// A registered source of frames.
#[derive(Clone, Debug)]
#[must_use]
pub struct StreamOptions {
    pub(crate) owner: Owner,
    pub(crate) kind: Kind,
    pub(crate) format: Format,
    pub(crate) schema: Option<Schema>,
    pub(crate) keys: Vec<String>,
    pub(crate) decoder_config: Option<Vec<u8>>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner {
    One {
        owner: Participant,
        /// Whether nobody else is in any frame.
        alone: bool,
    },
    Mix,
    Composite,
    Derived,
}

impl StreamOptions {
    /// Returns the options for one person's stream. Its owner counts in every frame.
    pub const fn owned(owner: Participant, kind: Kind, format: Format) -> Self {
        let alone = false;
        Self::new(Owner::One { owner, alone }, kind, format)
    }

    /// Returns the options for a stream of its owner alone, such as a headset's microphone: a frame that names anybody else, in whatever way, is withheld.
    ///
    /// No call about anybody else has to look at its taps, so that in a room of thousands each call takes as long as in a small one.
    pub const fn alone(owner: Participant, kind: Kind, format: Format) -> Self {
        let alone = true;
        Self::new(Owner::One { owner, alone }, kind, format)
    }

    /// Returns the options for service data about one person: records of integers (R9). Telemetry, diagnostics and usage are released in no other form.
    ///
    /// It is a stream of its owner [alone](Self::alone), and its frames have no regions.
    pub fn records(owner: Participant, kind: Kind, schema: Schema) -> Self {
        let fields = schema.fields().len();
        Self {
            schema: Some(schema),
            ..Self::alone(owner, kind, Format(Layout::Record { fields }))
        }
    }

    /// Returns the options for a stream of several people who cannot be told apart. Each frame names its people.
    pub const fn mix(kind: Kind, format: Format) -> Self {
        Self::new(Owner::Mix, kind, format)
    }

    /// Returns the options for a stream of several people side by side: a gallery, or a channel for each person. Each frame names its members,
    /// and its regions say which part is whose.
    ///
    /// A part that regions cover belongs to the owners of all the regions over it; the rest belongs to all members.
    pub const fn composite(kind: Kind, format: Format) -> Self {
        Self::new(Owner::Composite, kind, format)
    }

    /// Returns the options for a stream made from frames of other streams: captions, embeddings, summaries, statistics (R8).
    /// Each of its frames names its sources: [`Frame::derived`](crate::Frame::derived).
    ///
    /// A frame is cleared for no more than each of its sources was, and needs consent to its own kind as well as to theirs.
    pub const fn derived(kind: Kind, format: Format) -> Self {
        Self::new(Owner::Derived, kind, format)
    }

    const fn new(owner: Owner, kind: Kind, format: Format) -> Self {
        Self {
            owner,
            kind,
            format,
            schema: None,
            keys: Vec::new(),
            decoder_config: None,
        }
    }

    /// Lists the keys of a [`Format::JSON`] stream that say what values are and nothing about anybody.
    /// These are never hidden; all other keys are hidden as values are.
    ///
    /// A key counts as listed only if it is spelt without escapes. A stream of any other format cannot be opened with keys.
    pub fn structural_keys<K: Into<String>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        self.keys = keys.into_iter().map(Into::into).collect();
        self
    }

    /// Gives what the encoder says of a [`Format::H264`], [`Format::HEVC`] or [`Format::AAC`] stream beforehand. The frames then have the form that goes with it:
    ///
    /// | configuration | from | frames |
    /// |---|---|---|
    /// | `AVCDecoderConfigurationRecord`, `HEVCDecoderConfigurationRecord` (ISO/IEC 14496-15) | `description` of `WebCodecs`, `avcC` and `hvcC` of MP4 and `VideoToolbox` | NAL units behind their lengths |
    /// | parameter sets behind start codes (annex B) | `csd-0` and `csd-1` of `MediaCodec`, one after the other | a byte stream |
    /// | `AudioSpecificConfig` (ISO/IEC 14496-3 §1.6.2.1) of AAC-LC | `description` of `WebCodecs`, `esds` of MP4, `csd-0` of `MediaCodec` | raw AAC |
    ///
    /// Without it AAC is in ADTS, and H.264 and HEVC are a byte stream with the parameter sets in each keyframe's access unit. With it a keyframe needs none, as long as no frame that was
    /// offered had others in their place; after such a frame a withheld stream resumes only at a keyframe with its own.
    /// Receivers must have the same configuration.
    ///
    /// Blank frames have the same form, and refer to the configuration's parameter sets; they bring them only after a frame that had others in their place.
    /// Behind lengths of one byte only small pictures have blank frames.
    ///
    /// The stream cannot be opened with a configuration that cannot be read, nor with one of any other format.
    pub fn decoder_config(mut self, config: impl Into<Vec<u8>>) -> Self {
        self.decoder_config = Some(config.into());
        self
    }
}
