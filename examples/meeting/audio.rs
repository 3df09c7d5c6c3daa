//! WAV, in frames of 20 ms.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter},
    ops::Range,
    path::{Path, PathBuf},
};

use framegate::{
    Cleared, Time,
    format::{Format, Samples},
};
use hound::{SampleFormat, WavReader, WavWriter};

use crate::{
    error::Problem,
    media::{self, Clock, Stored},
};

const FRAMES_PER_SECOND: u64 = 50;

/// A WAV that is being read.
pub struct Reader {
    path: PathBuf,
    wav: WavReader<BufReader<File>>,
    samples: SampleFormat,
    clock: Clock,
    frames: u64,
}

/// A WAV that is being written.
pub struct Writer {
    wav: WavWriter<BufWriter<File>>,
    samples: SampleFormat,
    /// How long the file is.
    length: u64,
}

impl Reader {
    pub fn open(path: &Path, opened: Time) -> Result<Self, Problem> {
        let wav = WavReader::new(media::open(path)?).map_err(|error| unreadable(path, error))?;
        let spec = wav.spec();
        let samples = match (spec.sample_format, spec.bits_per_sample) {
            (samples @ SampleFormat::Int, 16) | (samples @ SampleFormat::Float, 32) => samples,
            (_, bits) => return Err(unsupported(path, format_args!("{bits}-bit samples"))),
        };
        if u64::from(spec.sample_rate) < FRAMES_PER_SECOND {
            let rate = format_args!("{} Hz: less than a sample a frame", spec.sample_rate);
            return Err(unsupported(path, rate));
        }
        let clock = Clock {
            opened,
            count: spec.sample_rate.into(),
            seconds: 1,
        };
        Ok(Self {
            path: path.into(),
            wav,
            samples,
            clock,
            frames: 0,
        })
    }

    pub fn format(&self) -> Format {
        let samples = match self.samples {
            SampleFormat::Int => Samples::S16,
            SampleFormat::Float => Samples::F32,
        };
        Format::pcm(samples, self.channels())
    }

    pub fn channels(&self) -> u16 {
        self.wav.spec().channels
    }

    pub fn read(&mut self, bytes: &mut Vec<u8>) -> Result<Option<Range<Time>>, Problem> {
        // The rate need not be a multiple of the frames': then their lengths differ by a sample.
        let boundary = |frame: u64| {
            (frame * self.clock.count / FRAMES_PER_SECOND).min(self.wav.duration().into())
        };
        let (start, end) = (boundary(self.frames), boundary(self.frames + 1));
        if start == end {
            return Ok(None);
        }
        self.frames += 1;
        let times = self.clock.time(start)..self.clock.time(end);

        let samples = usize::try_from(end - start).unwrap_or(usize::MAX);
        let count = samples.saturating_mul(self.channels().into());
        match self.samples {
            SampleFormat::Int => append(&mut self.wav, count, bytes, i16::to_le_bytes),
            SampleFormat::Float => append(&mut self.wav, count, bytes, f32::to_le_bytes),
        }
        .map_err(|error| unreadable(&self.path, error).at(format_args!("after sample {start}")))?;
        Ok(Some(times))
    }

    pub fn copy_to(&self, path: &Path) -> io::Result<Writer> {
        let mut wav = WavWriter::create(path, self.wav.spec()).map_err(writing)?;
        // The header is as long as the format makes it.
        wav.flush().map_err(writing)?;
        Ok(Writer {
            wav,
            samples: self.samples,
            length: path.metadata()?.len(),
        })
    }
}

fn append<S: hound::Sample, const N: usize>(
    wav: &mut WavReader<BufReader<File>>,
    count: usize,
    bytes: &mut Vec<u8>,
    to_bytes: impl Fn(S) -> [u8; N],
) -> hound::Result<()> {
    for sample in wav.samples().take(count) {
        bytes.extend_from_slice(&to_bytes(sample?));
    }
    Ok(())
}

impl Writer {
    pub fn write(&mut self, cleared: &Cleared<'_>) -> io::Result<Stored> {
        let bytes = cleared.bytes().unwrap_or_default();
        match self.samples {
            SampleFormat::Int => bytes
                .as_chunks()
                .0
                .iter()
                .try_for_each(|sample| self.wav.write_sample(i16::from_le_bytes(*sample))),
            SampleFormat::Float => bytes
                .as_chunks()
                .0
                .iter()
                .try_for_each(|sample| self.wav.write_sample(f32::from_le_bytes(*sample))),
        }
        .map_err(writing)?;
        let start = self.length;
        self.length += bytes.len() as u64;
        Ok(Stored {
            start,
            bytes: bytes.to_vec(),
        })
    }

    pub fn finish(self) -> io::Result<()> {
        self.wav.finalize().map_err(writing)
    }
}

fn unreadable(path: &Path, error: hound::Error) -> Problem {
    match error {
        // So the decoder tells of an end where there should be none.
        hound::Error::IoError(error) if error.kind() == io::ErrorKind::Other => {
            Problem::cut_short(path)
        }
        hound::Error::IoError(error) => Problem::unreadable(path, &error),
        hound::Error::Unsupported | hound::Error::TooWide => {
            unsupported(path, "another sample format")
        }
        error => Problem::new(path, error, "convert it to a plain WAV of S16 or F32"),
    }
}

fn unsupported(path: &Path, what: impl std::fmt::Display) -> Problem {
    Problem::new(path, what, "convert it to S16 or F32, 50 Hz at least")
}

fn writing(error: hound::Error) -> io::Error {
    match error {
        hound::Error::IoError(error) => error,
        error => io::Error::other(error),
    }
}
