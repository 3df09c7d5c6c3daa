//! The five codecs, their containers, and the second decoder of each.

use std::path::Path;

use framegate::format::Format;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Codec {
    H264,
    Hevc,
    Vp8,
    Vp9,
    Av1,
}

pub const CODECS: [Codec; 5] = [Codec::H264, Codec::Hevc, Codec::Vp8, Codec::Vp9, Codec::Av1];

impl Codec {
    /// As ffprobe names it.
    pub fn of(name: &str) -> Option<Self> {
        Some(match name {
            "h264" => Self::H264,
            "hevc" => Self::Hevc,
            "vp8" => Self::Vp8,
            "vp9" => Self::Vp9,
            "av1" => Self::Av1,
            _ => return None,
        })
    }

    pub fn format(self) -> Format {
        match self {
            Self::H264 => Format::H264,
            Self::Hevc => Format::HEVC,
            Self::Vp8 => Format::VP8,
            Self::Vp9 => Format::VP9,
            Self::Av1 => Format::AV1,
        }
    }

    pub fn is_in_ivf(self) -> bool {
        !matches!(self, Self::H264 | Self::Hevc)
    }

    pub fn file(self) -> &'static str {
        match self {
            Self::H264 => "stream.h264",
            Self::Hevc => "stream.hevc",
            Self::Vp8 | Self::Vp9 | Self::Av1 => "stream.ivf",
        }
    }

    /// How ffmpeg decodes it: AV1 by libaom, as the second decoder is dav1d.
    pub fn by_ffmpeg(self) -> &'static str {
        match self {
            Self::Av1 => "-c:v libaom-av1",
            _ => "",
        }
    }

    pub fn second(self) -> &'static str {
        match self {
            Self::H264 => "OpenH264",
            Self::Hevc => "libde265",
            Self::Vp8 | Self::Vp9 => "vpxdec",
            Self::Av1 => "dav1d",
        }
    }

    /// The second decoder's command line, with places for the stream and what is decoded.
    pub fn second_line(self, stream: &Path, to: &Path) -> String {
        let (stream, to) = (stream.display(), to.display());
        match self {
            Self::H264 => format!(
                "gst-launch-1.0 -q filesrc location={stream} ! h264parse ! openh264dec ! filesink location={to}"
            ),
            Self::Hevc => format!("libde265-dec265 -q -o {to} {stream}"),
            Self::Vp8 => format!("vpxdec --codec=vp8 --rawvideo -o {to} {stream}"),
            Self::Vp9 => format!("vpxdec --codec=vp9 --rawvideo -o {to} {stream}"),
            Self::Av1 => format!("dav1d -q --muxer yuv -o {to} -i {stream}"),
        }
    }

    /// The frames in a file as decoders read it.
    pub fn contained(self, frames: &[&[u8]]) -> Vec<u8> {
        match self {
            Self::H264 | Self::Hevc => frames.concat(),
            Self::Vp8 => ivf(*b"VP80", frames),
            Self::Vp9 => ivf(*b"VP90", frames),
            Self::Av1 => ivf(*b"AV01", frames),
        }
    }

    /// Where each of these frames is in that file, as ffprobe says it.
    pub fn places(self, frames: &[&[u8]]) -> Vec<u64> {
        let (mut place, before) = if self.is_in_ivf() { (32, 12) } else { (0, 0) };
        let mut places = Vec::new();
        for frame in frames {
            places.push(place);
            place += before + frame.len() as u64;
        }
        places
    }
}

/// Frames in the container of libvpx and libaom. Decoders take the size from the frames.
fn ivf(fourcc: [u8; 4], frames: &[&[u8]]) -> Vec<u8> {
    let long = |number: usize| u32::try_from(number).unwrap().to_le_bytes();
    let mut file = b"DKIF\0\0\x20\0".to_vec();
    file.extend(fourcc);
    file.extend([64, 0, 64, 0]);
    file.extend([long(5), long(1), long(frames.len()), long(0)].concat());
    for (at, frame) in frames.iter().enumerate() {
        file.extend([long(frame.len()), long(at), long(0)].concat());
        file.extend(*frame);
    }
    file
}
