//! Recordings of any medium: read frame by frame, written as far as they were cleared.

use std::{
    fs::File,
    io::{self, BufReader},
    ops::Range,
    path::Path,
};

use framegate::{Cleared, Payload, PayloadMut, Time, format::Format};

use crate::{
    audio, chat,
    encoded::{self, Codec},
    error::Problem,
    people::People,
    video,
};

/// A recording that is being read.
pub enum Reader {
    Audio(audio::Reader),
    Video(video::Reader),
    Encoded(Box<encoded::Reader>),
    Chat(chat::Reader),
}

/// An outlet's copy of a recording.
pub enum Writer {
    Audio(audio::Writer),
    Video(video::Writer),
    Encoded(encoded::Writer),
    Chat(chat::Writer),
}

/// A frame as it is in an outlet's file.
#[derive(Default)]
pub struct Stored {
    /// Where it begins in the file.
    pub start: u64,
    pub bytes: Vec<u8>,
}

impl Reader {
    /// Opens a recording whose first sample or picture was captured at `opened`.
    pub fn open(
        path: &Path,
        codec: Option<Codec>,
        opened: Time,
        people: &People,
    ) -> Result<Self, Problem> {
        let extension = path.extension().and_then(|extension| extension.to_str());
        let is_container = extension.is_some_and(encoded::is_container);
        match (extension, codec) {
            (_, Some(codec)) if is_container => {
                let reader = encoded::Reader::open(path, codec, opened)?;
                Ok(Self::Encoded(Box::new(reader)))
            }
            (_, None) if is_container => Err(Problem::new(
                path,
                "its codec is not said",
                "write `codec` beside `file`",
            )),
            (_, Some(_)) => Err(Problem::new(
                path,
                "not a container of encoded media",
                "leave out `codec`",
            )),
            (Some("wav"), None) => audio::Reader::open(path, opened).map(Self::Audio),
            (Some("y4m"), None) => video::Reader::open(path, opened).map(Self::Video),
            (Some("jsonl"), None) => chat::Reader::open(path, opened, people).map(Self::Chat),
            _ => Err(Problem::new(
                path,
                "not a kind of file that is read here",
                "convert it to .wav, .y4m, .jsonl, .ogg, .ivf, .webm, .mkv or .mp4",
            )),
        }
    }

    /// What its frames look like.
    pub fn format(&self) -> Format {
        match self {
            Self::Audio(audio) => audio.format(),
            Self::Video(video) => video.format(),
            Self::Encoded(encoded) => encoded.format(),
            Self::Chat(_) => Format::UTF8,
        }
    }

    /// Reads the next frame into `bytes`: when its first sample was captured, and when its last one had been recorded. None at the end.
    pub fn read(&mut self, bytes: &mut Vec<u8>) -> Result<Option<Range<Time>>, Problem> {
        bytes.clear();
        match self {
            Self::Audio(audio) => audio.read(bytes),
            Self::Video(video) => video.read(bytes),
            Self::Encoded(encoded) => encoded.read(bytes),
            Self::Chat(chat) => Ok(chat.read(bytes)),
        }
    }

    /// The bytes of a frame, as the gate takes them.
    pub fn payload<'a>(&self, bytes: &'a [u8]) -> Payload<'a> {
        match self {
            Self::Video(video) => video.payload(bytes),
            Self::Audio(_) | Self::Encoded(_) | Self::Chat(_) => bytes.into(),
        }
    }

    /// A buffer as long as a frame, as the gate takes it.
    pub fn payload_mut<'a>(&self, bytes: &'a mut [u8]) -> PayloadMut<'a> {
        match self {
            Self::Video(video) => video.payload_mut(bytes),
            Self::Audio(_) | Self::Encoded(_) | Self::Chat(_) => bytes.into(),
        }
    }

    /// The chat message that was read last.
    pub fn message(&self) -> Option<&chat::Message> {
        match self {
            Self::Chat(chat) => chat.message(),
            Self::Audio(_) | Self::Video(_) | Self::Encoded(_) => None,
        }
    }

    /// Whether the frame that was read last is a keyframe, if its container says so.
    pub fn keyframe(&self) -> Option<bool> {
        match self {
            Self::Encoded(encoded) => encoded.keyframe(),
            Self::Audio(_) | Self::Video(_) | Self::Chat(_) => None,
        }
    }

    /// Begins an outlet's copy of this recording.
    pub fn copy_to(&self, path: &Path) -> io::Result<Writer> {
        match self {
            Self::Audio(audio) => audio.copy_to(path).map(Writer::Audio),
            Self::Video(video) => video.copy_to(path).map(Writer::Video),
            Self::Encoded(encoded) => encoded.copy_to(path).map(Writer::Encoded),
            Self::Chat(_) => chat::Writer::create(path).map(Writer::Chat),
        }
    }
}

impl Writer {
    /// Writes what was cleared of the frame that was read last.
    pub fn write(&mut self, cleared: &Cleared<'_>, reader: &Reader) -> io::Result<Stored> {
        match (self, reader) {
            (Self::Audio(audio), _) => audio.write(cleared),
            (Self::Video(video), _) => video.write(cleared),
            (Self::Encoded(encoded), Reader::Encoded(reader)) => encoded.write(cleared, reader),
            (Self::Chat(chat), Reader::Chat(reader)) => match reader.message() {
                Some(message) => chat.write(cleared, message),
                None => Ok(Stored::default()),
            },
            (Self::Encoded(_) | Self::Chat(_), _) => Ok(Stored::default()),
        }
    }

    /// Completes the file.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Audio(audio) => audio.finish(),
            Self::Video(video) => video.finish(),
            Self::Encoded(encoded) => encoded.finish(),
            Self::Chat(chat) => chat.finish(),
        }
    }
}

/// Opens a source file, only ever to read it.
pub fn open(path: &Path) -> Result<BufReader<File>, Problem> {
    let open = || {
        // Opening a pipe would wait for a writer that may never come.
        if !path.metadata()?.is_file() {
            return Err(io::Error::other("not a file"));
        }
        File::open(path).map(BufReader::new)
    };
    open().map_err(|error| Problem::unreadable(path, &error))
}

/// When the samples or pictures of a recording were captured.
pub struct Clock {
    /// When the first one was.
    pub opened: Time,
    /// So many of them in `seconds`.
    pub count: u64,
    pub seconds: u64,
}

impl Clock {
    /// The time of the `index`-th, rounded down to a microsecond.
    pub fn time(&self, index: u64) -> Time {
        let micros = u128::from(index)
            .saturating_mul(self.seconds.into())
            .saturating_mul(1_000_000)
            / u128::from(self.count);
        let micros = i64::try_from(micros).unwrap_or(i64::MAX);
        Time::from_micros(self.opened.as_micros().saturating_add(micros))
    }
}
