//! Encoded recordings: packets out of any container, into Ogg or IVF.

use std::{io, ops::Range, path::Path};

use framegate::{Cleared, Time, format::Format};
use serde::Deserialize;

use crate::{
    error::Problem,
    ivf, matroska,
    media::{Clock, Stored},
    mp4, opus,
};

/// How a recording is encoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Codec {
    Opus,
    Vp8,
    Vp9,
    Av1,
    H264,
}

/// What a container has of a frame.
#[derive(Default)]
pub struct Packet {
    pub bytes: Vec<u8>,
    /// When it is shown or begins to sound, in the container's ticks.
    pub at: u64,
    /// How long it lasts, if that is known.
    pub ticks: Option<u64>,
    /// What the container says of it.
    pub keyframe: Option<bool>,
}

/// What a copy's header is made of.
#[derive(Clone)]
pub enum Head {
    Sound(opus::Head),
    Pictures { width: u16, height: u16 },
}

/// So many ticks in so many seconds.
#[derive(Clone, Copy)]
pub struct TimeBase {
    pub ticks: u32,
    pub seconds: u32,
}

/// A container that was opened.
pub struct Opened {
    pub packets: Packets,
    pub head: Head,
    pub time_base: TimeBase,
}

pub enum Packets {
    Ogg(opus::Reader),
    Ivf(ivf::Reader),
    Matroska(Box<matroska::Reader>),
    Mp4(mp4::Reader),
}

/// An encoded recording that is being read.
pub struct Reader {
    codec: Codec,
    opened: Opened,
    clock: Clock,
    /// The one that was read last, and the one after it.
    current: Packet,
    next: Option<Packet>,
    /// How long the last one lasted, and when all before it had ended.
    step: u64,
    end: u64,
}

pub enum Writer {
    Ogg(opus::Writer),
    Ivf(ivf::Writer),
}

impl Codec {
    pub const fn name(self) -> &'static str {
        match self {
            Self::Opus => "opus",
            Self::Vp8 => "vp8",
            Self::Vp9 => "vp9",
            Self::Av1 => "av1",
            Self::H264 => "h264",
        }
    }
}

/// Whether files with such a name are containers of encoded media.
pub fn is_container(extension: &str) -> bool {
    ["ogg", "opus", "ivf", "webm", "mkv", "mp4"].contains(&extension)
}

/// What an outlet's copy of a file is called: in another container than the original where no writer of that is at hand.
pub fn copy_name(file: &str, codec: Option<Codec>) -> String {
    let extension = Path::new(file).extension().and_then(|it| it.to_str());
    match (extension, codec) {
        (Some("webm" | "mkv" | "mp4"), Some(Codec::Opus)) => format!("{file}.ogg"),
        (Some("webm" | "mkv" | "mp4"), Some(_)) => format!("{file}.ivf"),
        _ => file.to_owned(),
    }
}

impl Packets {
    fn next(&mut self) -> Result<Option<Packet>, Problem> {
        match self {
            Self::Ogg(ogg) => ogg.next(),
            Self::Ivf(ivf) => ivf.next(),
            Self::Matroska(matroska) => matroska.next(),
            Self::Mp4(mp4) => mp4.next(),
        }
    }
}

impl Reader {
    pub fn open(path: &Path, codec: Codec, opened: Time) -> Result<Self, Problem> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let mut container = match extension {
            Some("ivf") => ivf::open(path, codec)?,
            Some("webm" | "mkv") => matroska::open(path, codec)?,
            Some("mp4") => mp4::open(path, codec)?,
            _ if codec == Codec::Opus => opus::open(path)?,
            _ => return Err(no_track(path, codec)),
        };
        let TimeBase { ticks, seconds } = container.time_base;
        Ok(Self {
            codec,
            next: container.packets.next()?,
            opened: container,
            clock: Clock {
                opened,
                count: ticks.into(),
                seconds: seconds.into(),
            },
            current: Packet::default(),
            step: 0,
            end: 0,
        })
    }

    pub fn format(&self) -> Format {
        match (self.codec, &self.opened.head) {
            (Codec::Vp8, _) => Format::VP8,
            (Codec::Vp9, _) => Format::VP9,
            (Codec::Av1, _) => Format::AV1,
            (Codec::H264, _) => Format::H264,
            (Codec::Opus, Head::Sound(head)) => Format::opus_multistream(head.streams()),
            (Codec::Opus, Head::Pictures { .. }) => Format::OPAQUE,
        }
    }

    /// What the container says of the frame that was read last.
    pub fn keyframe(&self) -> Option<bool> {
        self.current.keyframe
    }

    /// A frame lasts until the next one; sound as long as it says, and from as much earlier on as the encoder looked ahead.
    pub fn read(&mut self, bytes: &mut Vec<u8>) -> Result<Option<Range<Time>>, Problem> {
        let Some(packet) = self.next.take() else {
            return Ok(None);
        };
        self.next = self.opened.packets.next()?;
        let until_next = self.next.as_ref().and_then(|next| {
            let ticks = next.at.checked_sub(packet.at)?;
            (ticks > 0).then_some(ticks)
        });
        self.step = packet.ticks.or(until_next).unwrap_or(self.step);
        // Pictures that come out of order are complete when those before them are.
        self.end = self.end.max(packet.at.saturating_add(self.step));
        let earlier = match &self.opened.head {
            Head::Sound(head) => head.lookahead(self.opened.time_base),
            Head::Pictures { .. } => 0,
        };
        let start = packet.at.saturating_sub(earlier);
        bytes.extend(&packet.bytes);
        self.current = packet;
        Ok(Some(self.clock.time(start)..self.clock.time(self.end)))
    }

    pub fn copy_to(&self, path: &Path) -> io::Result<Writer> {
        match &self.opened.head {
            Head::Sound(head) => opus::Writer::create(path, head).map(Writer::Ogg),
            Head::Pictures { width, height } => {
                let size = (*width, *height);
                ivf::Writer::create(path, self.codec, size, self.opened.time_base).map(Writer::Ivf)
            }
        }
    }
}

impl Writer {
    /// Writes what was cleared of the frame that was read last.
    pub fn write(&mut self, cleared: &Cleared<'_>, reader: &Reader) -> io::Result<Stored> {
        let bytes = cleared.bytes().unwrap_or_default();
        match self {
            Self::Ogg(ogg) => ogg.write(bytes),
            Self::Ivf(ivf) => ivf.write(bytes, reader.current.at),
        }
    }

    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Ogg(ogg) => ogg.finish(),
            Self::Ivf(ivf) => ivf.finish(),
        }
    }
}

/// A file in which there is not just one track of a codec.
pub fn no_track(path: &Path, codec: Codec) -> Problem {
    let what = format_args!("not one track of {}", codec.name());
    Problem::new(path, what, "name the codec of what is in it, or split it")
}
