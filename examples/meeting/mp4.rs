//! MP4.

use std::{
    fs::File,
    io::{BufReader, Read, Seek, SeekFrom},
    path::{Path, PathBuf},
    vec,
};

use re_mp4::{Error, Mp4, Sample, StsdBoxContent};

use crate::{
    encoded::{Codec, Head, Opened, Packet, Packets, TimeBase, no_track},
    error::Problem,
    media,
    units::Framing,
};

/// An MP4 that is being read.
pub struct Reader {
    path: PathBuf,
    file: BufReader<File>,
    samples: vec::IntoIter<Sample>,
    framing: Framing,
}

const fn codec_of(content: &StsdBoxContent) -> Option<Codec> {
    match content {
        StsdBoxContent::Av01(_) => Some(Codec::Av1),
        StsdBoxContent::Avc1(_) => Some(Codec::H264),
        StsdBoxContent::Vp08(_) => Some(Codec::Vp8),
        StsdBoxContent::Vp09(_) => Some(Codec::Vp9),
        _ => None,
    }
}

pub fn open(path: &Path, codec: Codec) -> Result<Opened, Problem> {
    let mut file = media::open(path)?;
    let length = file.get_ref().metadata();
    let length = length
        .map_err(|error| Problem::unreadable(path, &error))?
        .len();
    let mp4 = Mp4::read(&mut file, length).map_err(|error| unreadable(path, error))?;
    let mut tracks = mp4.tracks().values().filter(|track| {
        let description = &track.trak(&mp4).mdia.minf.stbl.stsd;
        codec_of(&description.contents) == Some(codec)
    });
    let (Some(track), None) = (tracks.next(), tracks.next()) else {
        return Err(no_track(path, codec));
    };
    let unsupported = |what| Problem::new(path, what, "write it anew with another program");
    let config = track.raw_codec_config(&mp4).unwrap_or_default();
    let framing = Framing::new(codec, &config);
    let framing = framing.ok_or_else(|| unsupported("a track without its parameter sets"))?;
    let ticks = u32::try_from(track.timescale).ok().filter(|it| *it > 0);
    let ticks = ticks.ok_or_else(|| unsupported("a time scale out of range"))?;
    let is_cut = |sample: &Sample| sample.offset.saturating_add(sample.size) > length;
    if track.samples.iter().any(is_cut) {
        return Err(Problem::cut_short(path));
    }
    Ok(Opened {
        head: Head::Pictures {
            width: track.width,
            height: track.height,
        },
        time_base: TimeBase { ticks, seconds: 1 },
        packets: Packets::Mp4(Reader {
            path: path.into(),
            file,
            samples: track.samples.clone().into_iter(),
            framing,
        }),
    })
}

impl Reader {
    pub fn next(&mut self) -> Result<Option<Packet>, Problem> {
        let Some(sample) = self.samples.next() else {
            return Ok(None);
        };
        let mut bytes = Vec::new();
        self.file
            .seek(SeekFrom::Start(sample.offset))
            .and_then(|_| (&mut self.file).take(sample.size).read_to_end(&mut bytes))
            .map_err(|error| Problem::unreadable(&self.path, &error))?;
        let bytes = self.framing.plain(bytes);
        Ok(Some(Packet {
            bytes: bytes.ok_or_else(|| Problem::cut_short(&self.path))?,
            at: u64::try_from(sample.composition_timestamp).unwrap_or_default(),
            ticks: None,
            keyframe: Some(sample.is_sync),
        }))
    }
}

fn unreadable(path: &Path, error: Error) -> Problem {
    match error {
        Error::Io(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Problem::cut_short(path)
        }
        Error::Io(error) => Problem::unreadable(path, &error),
        error => Problem::new(path, error, "write it anew with another program"),
    }
}
