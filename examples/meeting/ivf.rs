//! IVF, the container of libvpx and libaom: a header of 32 bytes, and one of 12 before each frame.

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
};

use crate::{
    encoded::{self, Codec, Head, Opened, Packet, Packets, TimeBase},
    error::Problem,
    media::{self, Stored},
};

const MAGIC: [u8; 4] = *b"DKIF";
const HEADER: u16 = 32;
const FRAME_HEADER: usize = 12;
/// Where in the header the number of frames is.
const COUNT: u64 = 24;

/// An IVF that is being read.
pub struct Reader {
    path: PathBuf,
    file: BufReader<File>,
    frames: u64,
}

/// An IVF that is being written.
pub struct Writer {
    file: BufWriter<File>,
    frames: u32,
    /// How long the file is.
    length: u64,
}

/// That of H.264 is what `WebRTC` writes and FFmpeg reads.
const fn four_characters(codec: Codec) -> Option<[u8; 4]> {
    Some(match codec {
        Codec::Vp8 => *b"VP80",
        Codec::Vp9 => *b"VP90",
        Codec::Av1 => *b"AV01",
        Codec::H264 => *b"H264",
        Codec::Opus => return None,
    })
}

pub fn open(path: &Path, codec: Codec) -> Result<Opened, Problem> {
    let mut file = media::open(path)?;
    let mut header = [0; HEADER as usize];
    file.read_exact(&mut header)
        .map_err(|error| unreadable(path, &error))?;
    let short = |at: usize| u16::from_le_bytes([header[at], header[at + 1]]);
    let long = |at: usize| u32::from(short(at)) | u32::from(short(at + 2)) << 16;
    if header[..4] != MAGIC || short(6) != HEADER {
        return Err(Problem::new(
            path,
            "not an IVF",
            "convert it to a plain IVF",
        ));
    }
    if four_characters(codec).is_none_or(|four| header[8..12] != four) {
        return Err(encoded::no_track(path, codec));
    }
    let time_base = TimeBase {
        ticks: long(16),
        seconds: long(20),
    };
    if time_base.ticks == 0 || time_base.seconds == 0 {
        return Err(Problem::new(path, "a time base of zero", "write it anew"));
    }
    Ok(Opened {
        packets: Packets::Ivf(Reader {
            path: path.into(),
            file,
            frames: 0,
        }),
        head: Head::Pictures {
            width: short(12),
            height: short(14),
        },
        time_base,
    })
}

impl Reader {
    pub fn next(&mut self) -> Result<Option<Packet>, Problem> {
        let mut header = Vec::new();
        let mut bytes = Vec::new();
        let mut read = || -> io::Result<Option<u64>> {
            (&mut self.file)
                .take(FRAME_HEADER as u64)
                .read_to_end(&mut header)?;
            let Some((size, at)) = header.split_first_chunk() else {
                return if header.is_empty() {
                    Ok(None)
                } else {
                    Err(io::ErrorKind::UnexpectedEof.into())
                };
            };
            let at = at.try_into().map_err(|_| io::ErrorKind::UnexpectedEof)?;
            let size = u64::from(u32::from_le_bytes(*size));
            (&mut self.file).take(size).read_to_end(&mut bytes)?;
            if (bytes.len() as u64) < size {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok(Some(u64::from_le_bytes(at)))
        };
        let at = read().map_err(|error| {
            unreadable(&self.path, &error).at(format_args!("frame {}", self.frames))
        })?;
        self.frames += 1;
        Ok(at.map(|at| Packet {
            bytes,
            at,
            ..Packet::default()
        }))
    }
}

impl Writer {
    pub fn create(
        path: &Path,
        codec: Codec,
        (width, height): (u16, u16),
        time_base: TimeBase,
    ) -> io::Result<Self> {
        let mut file = BufWriter::new(File::create_new(path)?);
        file.write_all(&MAGIC)?;
        for number in [0, HEADER] {
            file.write_all(&number.to_le_bytes())?;
        }
        file.write_all(&four_characters(codec).unwrap_or_default())?;
        for side in [width, height] {
            file.write_all(&side.to_le_bytes())?;
        }
        for number in [time_base.ticks, time_base.seconds, 0, 0] {
            file.write_all(&number.to_le_bytes())?;
        }
        Ok(Self {
            file,
            frames: 0,
            length: HEADER.into(),
        })
    }

    pub fn write(&mut self, frame: &[u8], at: u64) -> io::Result<Stored> {
        let size = u32::try_from(frame.len()).map_err(io::Error::other)?;
        self.file.write_all(&size.to_le_bytes())?;
        self.file.write_all(&at.to_le_bytes())?;
        self.file.write_all(frame)?;
        self.frames += 1;
        let start = self.length + FRAME_HEADER as u64;
        self.length = start + u64::from(size);
        Ok(Stored {
            start,
            bytes: frame.to_vec(),
        })
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(COUNT))?;
        self.file.write_all(&self.frames.to_le_bytes())?;
        self.file.flush()
    }
}

fn unreadable(path: &Path, error: &io::Error) -> Problem {
    match error.kind() {
        io::ErrorKind::UnexpectedEof => Problem::cut_short(path),
        _ => Problem::unreadable(path, error),
    }
}
