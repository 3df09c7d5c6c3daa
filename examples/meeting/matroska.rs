//! Matroska and `WebM`.

use std::{
    fs::File,
    io::BufReader,
    path::{Path, PathBuf},
};

use matroska_demuxer::{DemuxError, Frame, MatroskaFile};

use crate::{
    encoded::{Codec, Head, Opened, Packet, Packets, TimeBase, no_track},
    error::Problem,
    media, opus,
    units::Framing,
};

const NANOS: u32 = 1_000_000_000;

/// A Matroska file that is being read.
pub struct Reader {
    path: PathBuf,
    file: MatroskaFile<BufReader<File>>,
    track: u64,
    framing: Framing,
    time_base: TimeBase,
}

const fn codec_id(codec: Codec) -> &'static str {
    match codec {
        Codec::Opus => "A_OPUS",
        Codec::Vp8 => "V_VP8",
        Codec::Vp9 => "V_VP9",
        Codec::Av1 => "V_AV1",
        Codec::H264 => "V_MPEG4/ISO/AVC",
    }
}

pub fn open(path: &Path, codec: Codec) -> Result<Opened, Problem> {
    let file = MatroskaFile::open(media::open(path)?).map_err(|error| unreadable(path, error))?;
    let mut tracks = file
        .tracks()
        .iter()
        .filter(|track| track.codec_id() == codec_id(codec));
    let (Some(track), None) = (tracks.next(), tracks.next()) else {
        return Err(no_track(path, codec));
    };
    let unsupported = |what| Problem::new(path, what, "write it anew with another program");
    if track.content_encodings().is_some() {
        return Err(unsupported("tracks that are compressed or encrypted"));
    }
    let private = track.codec_private().unwrap_or_default();
    let head = match track.video() {
        _ if codec == Codec::Opus => opus::Head::parse(private).map(Head::Sound),
        Some(video) => {
            let side = |side: u64| u16::try_from(side).ok();
            let sides = side(video.pixel_width().get()).zip(side(video.pixel_height().get()));
            sides.map(|(width, height)| Head::Pictures { width, height })
        }
        None => None,
    };
    let head = head.ok_or_else(|| unsupported("a track without its header"))?;
    let framing = Framing::new(codec, private);
    let framing = framing.ok_or_else(|| unsupported("a track without its parameter sets"))?;
    let scale = u32::try_from(file.info().timestamp_scale().get());
    let scale = scale.map_err(|_| unsupported("ticks of more than four seconds"))?;
    let time_base = if NANOS.is_multiple_of(scale) {
        TimeBase {
            ticks: NANOS / scale,
            seconds: 1,
        }
    } else {
        TimeBase {
            ticks: NANOS,
            seconds: scale,
        }
    };
    Ok(Opened {
        head,
        time_base,
        packets: Packets::Matroska(Box::new(Reader {
            path: path.into(),
            track: track.track_number().get(),
            file,
            framing,
            time_base,
        })),
    })
}

impl Reader {
    pub fn next(&mut self) -> Result<Option<Packet>, Problem> {
        let mut frame = Frame::default();
        loop {
            let read = self.file.next_frame(&mut frame);
            if !read.map_err(|error| unreadable(&self.path, error))? {
                return Ok(None);
            }
            if frame.track == self.track {
                break;
            }
        }
        let bytes = self.framing.plain(frame.data);
        let bytes = bytes.ok_or_else(|| Problem::cut_short(&self.path))?;
        let ticks = match self.framing {
            Framing::Sound => opus::samples(&bytes).map(|samples| {
                let TimeBase { ticks, seconds } = self.time_base;
                samples * u64::from(ticks) / (u64::from(opus::RATE) * u64::from(seconds))
            }),
            _ => None,
        };
        Ok(Some(Packet {
            keyframe: frame.is_keyframe.filter(|_| ticks.is_none()),
            at: frame.timestamp,
            ticks,
            bytes,
        }))
    }
}

fn unreadable(path: &Path, error: DemuxError) -> Problem {
    match error {
        DemuxError::IoError(error) if error.kind() == std::io::ErrorKind::UnexpectedEof => {
            Problem::cut_short(path)
        }
        DemuxError::IoError(error) => Problem::unreadable(path, &error),
        error => Problem::new(path, error, "write it anew with another program"),
    }
}
