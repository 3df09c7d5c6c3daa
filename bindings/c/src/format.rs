//! Formats by their numbers.

use super::status::Status;
use framegate::format::{ColorRange, Format, PixelFormat, Samples};

// How the samples of several channels are stored. Of one it need not be said.
const UNSAID: u32 = 0;
pub(super) const INTERLEAVED: u32 = 1;
pub(super) const PLANAR: u32 = 2;

/// How audio is stored, from 1 on.
pub(super) const SAMPLES: [Samples; 6] = [
    Samples::U8,
    Samples::S16,
    Samples::S32,
    Samples::F32,
    Samples::MuLaw,
    Samples::ALaw,
];

pub(super) const UTF8: u32 = 16;
pub(super) const JSON: u32 = 17;
pub(super) const OPAQUE: u32 = 18;

/// How pictures are, from this number on.
pub(super) const PICTURES: u32 = 32;

pub(super) const PIXELS: [PixelFormat; 12] = [
    PixelFormat::I420,
    PixelFormat::I422,
    PixelFormat::I444,
    PixelFormat::Nv12,
    PixelFormat::Nv21,
    PixelFormat::Yuy2,
    PixelFormat::Uyvy,
    PixelFormat::P010,
    PixelFormat::Rgba,
    PixelFormat::Bgra,
    PixelFormat::Rgb24,
    PixelFormat::Gray8,
];

/// How encoded frames are, from this number on.
pub(super) const ENCODED: u32 = 64;

pub(super) const CODECS: [(&str, Format); 7] = [
    ("OPUS", Format::OPUS),
    ("OPUS_RED", Format::OPUS_RED),
    ("H264", Format::H264),
    ("HEVC", Format::HEVC),
    ("VP8", Format::VP8),
    ("VP9", Format::VP9),
    ("AV1", Format::AV1),
];

pub(super) const OPUS_MULTISTREAM: u32 = 71;
pub(super) const AAC: u32 = 72;

/// What a stream's options say of its format.
pub(super) struct FormatIn {
    pub(super) format: u32,
    pub(super) channels: u32,
    pub(super) layout: u32,
    pub(super) full_range: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

/// The format of this number if its payloads have a canonical form other than their bytes.
pub(super) fn canonical(number: u32) -> Result<Option<Format>, Status> {
    let codec = nth(&CODECS, number, ENCODED).map(|(_, format)| format);
    let is_other = matches!(number, UTF8 | JSON | OPAQUE | OPUS_MULTISTREAM | AAC)
        || nth(&SAMPLES, number, 1).is_some()
        || nth(&PIXELS, number, PICTURES).is_some();
    match codec {
        Some(Format::H264 | Format::HEVC | Format::AV1) => Ok(codec),
        Some(_) => Ok(None),
        None => is_other.then_some(None).ok_or(Status::Number),
    }
}

/// The format of what a stream's options say of it.
pub(super) fn format(options: &FormatIn) -> Result<Format, Status> {
    match options.format {
        UTF8 => return Ok(Format::UTF8),
        JSON => return Ok(Format::JSON),
        OPAQUE => return Ok(Format::OPAQUE),
        AAC => return Ok(Format::AAC),
        OPUS_MULTISTREAM => {
            let streams = u8::try_from(options.channels).map_err(|_| Status::Format)?;
            return Ok(Format::opus_multistream(streams));
        }
        _ => {}
    }
    if let Some((_, format)) = nth(&CODECS, options.format, ENCODED) {
        return Ok(format);
    }
    if let Some(samples) = nth(&SAMPLES, options.format, 1) {
        let channels = u16::try_from(options.channels).map_err(|_| Status::Format)?;
        return match options.layout {
            UNSAID if channels <= 1 => Ok(Format::pcm(samples, channels)),
            INTERLEAVED => Ok(Format::pcm(samples, channels)),
            PLANAR => Ok(Format::planar_pcm(samples, channels)),
            _ => Err(Status::Number),
        };
    }
    let pixels = nth(&PIXELS, options.format, PICTURES).ok_or(Status::Number)?;
    let range = match options.full_range {
        0 => ColorRange::Limited,
        1 => ColorRange::Full,
        _ => return Err(Status::Number),
    };
    Ok(Format::picture(
        pixels,
        range,
        options.width,
        options.height,
    ))
}

/// The one of a list whose first has this number.
fn nth<T: Copy>(list: &[T], number: u32, first: u32) -> Option<T> {
    let index = usize::try_from(number.checked_sub(first)?).ok()?;
    list.get(index).copied()
}
