//! The serialised form of a format.

use serde::{Deserialize, Deserializer, Serialize, Serializer, de, ser};

use super::{ColorRange, Format, Layout, Order, PixelFormat, Samples};
use crate::{media::codec::Codec, types::error::Error};

/// A format that a client can ask for, by its name.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
enum Written {
    Pcm {
        samples: Samples,
        channels: u16,
        #[serde(default)]
        planar: bool,
    },
    Picture {
        pixels: PixelFormat,
        #[serde(default)]
        range: ColorRange,
        width: u32,
        height: u32,
    },
    Utf8,
    Json,
    Opaque,
    Opus,
    OpusRed,
    OpusMultistream {
        streams: u8,
    },
    Aac,
    H264,
    Hevc,
    Vp8,
    Vp9,
    Av1,
}

impl TryFrom<Written> for Format {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self, Error> {
        let format = match written {
            Written::Pcm {
                samples,
                channels,
                planar: false,
            } => Self::pcm(samples, channels),
            Written::Pcm {
                samples,
                channels,
                planar: true,
            } => Self::planar_pcm(samples, channels),
            Written::Picture {
                pixels,
                range,
                width,
                height,
            } => Self::picture(pixels, range, width, height),
            Written::Utf8 => Self::UTF8,
            Written::Json => Self::JSON,
            Written::Opaque => Self::OPAQUE,
            Written::Opus => Self::OPUS,
            Written::OpusRed => Self::OPUS_RED,
            Written::OpusMultistream { streams } => Self::opus_multistream(streams),
            Written::Aac => Self::AAC,
            Written::H264 => Self::H264,
            Written::Hevc => Self::HEVC,
            Written::Vp8 => Self::VP8,
            Written::Vp9 => Self::VP9,
            Written::Av1 => Self::AV1,
        };
        format.is_valid().then_some(format).ok_or(Error::Format)
    }
}

impl Written {
    /// Returns `None` for a record, whose schema is written instead.
    const fn of(format: Format) -> Option<Self> {
        Some(match format.0 {
            Layout::Pcm {
                samples,
                channels,
                order,
            } => Self::Pcm {
                samples,
                channels,
                planar: matches!(order, Order::Planar),
            },
            Layout::Picture {
                pixels,
                range,
                width,
                height,
            } => Self::Picture {
                pixels,
                range,
                width,
                height,
            },
            Layout::Record { .. } => return None,
            Layout::Utf8 => Self::Utf8,
            Layout::Json => Self::Json,
            Layout::Opaque => Self::Opaque,
            Layout::Encoded(Codec::Opus { streams: 1 }) => Self::Opus,
            Layout::Encoded(Codec::Opus { streams }) => Self::OpusMultistream { streams },
            Layout::Encoded(Codec::RedundantOpus) => Self::OpusRed,
            Layout::Encoded(Codec::Aac | Codec::RawAac(_)) => Self::Aac,
            Layout::Encoded(Codec::H264) => Self::H264,
            Layout::Encoded(Codec::Hevc) => Self::Hevc,
            Layout::Encoded(Codec::Vp8) => Self::Vp8,
            Layout::Encoded(Codec::Vp9) => Self::Vp9,
            Layout::Encoded(Codec::Av1) => Self::Av1,
        })
    }
}

impl Serialize for Format {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let written = Written::of(*self);
        let written = written.ok_or_else(|| ser::Error::custom("a record has a schema"))?;
        written.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Format {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let written = Written::deserialize(deserializer)?;
        written.try_into().map_err(de::Error::custom)
    }
}
