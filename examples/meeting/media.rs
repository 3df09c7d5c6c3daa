//! Recordings of any medium: read frame by frame, written as far as they were cleared.

use std::{
    fs::File,
    io::{self, BufReader},
    ops::Range,
    path::Path,
};

use framegate::{Cleared, Format, Payload, PayloadMut, Time};

use crate::{audio, chat, error::Problem, people::People, video};

/// A recording that is being read.
pub enum Reader {
    Audio(audio::Reader),
    Video(video::Reader),
    Chat(chat::Reader),
}

/// An outlet's copy of a recording.
pub enum Writer {
    Audio(audio::Writer),
    Video(video::Writer),
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
    pub fn open(path: &Path, opened: Time, people: &People) -> Result<Self, Problem> {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("wav") => audio::Reader::open(path, opened).map(Self::Audio),
            Some("y4m") => video::Reader::open(path, opened).map(Self::Video),
            Some("jsonl") => chat::Reader::open(path, opened, people).map(Self::Chat),
            _ => Err(Problem::new(
                path,
                "not a kind of file that is read here",
                "convert it to .wav, .y4m or .jsonl",
            )),
        }
    }

    /// What its frames look like.
    pub fn format(&self) -> Format {
        match self {
            Self::Audio(audio) => audio.format(),
            Self::Video(video) => video.format(),
            Self::Chat(_) => Format::UTF8,
        }
    }

    /// Reads the next frame into `bytes`: when its first sample was captured, and when its last one had been recorded. None at the end.
    pub fn read(&mut self, bytes: &mut Vec<u8>) -> Result<Option<Range<Time>>, Problem> {
        bytes.clear();
        match self {
            Self::Audio(audio) => audio.read(bytes),
            Self::Video(video) => video.read(bytes),
            Self::Chat(chat) => Ok(chat.read(bytes)),
        }
    }

    /// The bytes of a frame, as the gate takes them.
    pub fn payload<'a>(&self, bytes: &'a [u8]) -> Payload<'a> {
        match self {
            Self::Video(video) => video.payload(bytes),
            Self::Audio(_) | Self::Chat(_) => bytes.into(),
        }
    }

    /// A buffer as long as a frame, as the gate takes it.
    pub fn payload_mut<'a>(&self, bytes: &'a mut [u8]) -> PayloadMut<'a> {
        match self {
            Self::Video(video) => video.payload_mut(bytes),
            Self::Audio(_) | Self::Chat(_) => bytes.into(),
        }
    }

    /// The chat message that was read last.
    pub fn message(&self) -> Option<&chat::Message> {
        match self {
            Self::Chat(chat) => chat.message(),
            Self::Audio(_) | Self::Video(_) => None,
        }
    }

    /// Begins an outlet's copy of this recording.
    pub fn copy_to(&self, path: &Path) -> io::Result<Writer> {
        match self {
            Self::Audio(audio) => audio.copy_to(path).map(Writer::Audio),
            Self::Video(video) => video.copy_to(path).map(Writer::Video),
            Self::Chat(_) => chat::Writer::create(path).map(Writer::Chat),
        }
    }
}

impl Writer {
    /// Writes what was cleared of a frame; `message` is the one that it was, if any.
    pub fn write(
        &mut self,
        cleared: &Cleared<'_>,
        message: Option<&chat::Message>,
    ) -> io::Result<Stored> {
        match (self, message) {
            (Self::Audio(audio), _) => audio.write(cleared),
            (Self::Video(video), _) => video.write(cleared),
            (Self::Chat(chat), Some(message)) => chat.write(cleared, message),
            (Self::Chat(_), None) => Ok(Stored::default()),
        }
    }

    /// Completes the file.
    pub fn finish(self) -> io::Result<()> {
        match self {
            Self::Audio(audio) => audio.finish(),
            Self::Video(video) => video.finish(),
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
