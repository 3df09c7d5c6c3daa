//! Opus in Ogg (RFC 7845).

use std::{
    fs::File,
    io::{self, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use ogg::{OggReadError, PacketReader, PacketWriteEndInfo, PacketWriter};

use crate::{
    encoded::{Codec, Head as EncodedHead, Opened, Packet, Packets, TimeBase, no_track},
    error::Problem,
    media::{self, Stored},
};

/// Of the clock of Opus, whatever the rate of what was encoded.
pub const RATE: u32 = 48_000;
/// Who wrote it, and no comments: they may say anything.
const TAGS: &[u8] = b"OpusTags\x09\0\0\0framegate\0\0\0\0";
const SERIAL: u32 = 1;

/// The identification header (§5.1).
#[derive(Clone)]
pub struct Head(Vec<u8>);

/// An Ogg that is being read.
pub struct Reader {
    path: PathBuf,
    packets: PacketReader<BufReader<File>>,
    serial: u32,
    /// How many samples came before, of each channel.
    position: u64,
    /// What the file counts from.
    origin: Option<u64>,
    is_complete: bool,
}

/// An Ogg that is being written, each packet on a page of its own.
pub struct Writer {
    ogg: PacketWriter<'static, BufWriter<File>>,
    /// The last one, which ends the stream if no other comes.
    last: Vec<u8>,
    position: u64,
    /// How long the file is with it.
    length: u64,
}

impl Head {
    /// None for one that is malformed, or of a later version.
    pub fn parse(head: &[u8]) -> Option<Self> {
        let is_head = head.starts_with(b"OpusHead") && head.len() >= 19 && head[8] & 0xF0 == 0;
        let mapped = head.get(18) == Some(&0) || head.len() >= 21;
        (is_head && mapped).then(|| Self(head.to_vec()))
    }

    /// How many streams are in a packet.
    pub fn streams(&self) -> u8 {
        match self.0[18] {
            0 => 1,
            _ => self.0[19],
        }
    }

    /// How much of the beginning is none of the recording, which is how far the encoder looked ahead, rounded up to ticks.
    pub fn lookahead(&self, TimeBase { ticks, seconds }: TimeBase) -> u64 {
        let samples = u64::from(u16::from_le_bytes([self.0[10], self.0[11]]));
        (samples * u64::from(ticks)).div_ceil(u64::from(RATE) * u64::from(seconds))
    }
}

/// How many samples a packet lasts (RFC 6716 §3.1 and §3.2). None for one that is malformed.
pub fn samples(packet: &[u8]) -> Option<u64> {
    let toc = packet.first()?;
    let frame = match toc >> 3 {
        silk @ 0..12 => [480, 960, 1920, 2880][usize::from(silk & 3)],
        hybrid @ 12..16 => [480, 960][usize::from(hybrid & 1)],
        celt => 120 << (celt & 3),
    };
    let frames = match toc & 3 {
        0 => 1,
        1 | 2 => 2,
        _ => u64::from(packet.get(1)? & 0x3F),
    };
    Some(frame * frames)
}

pub fn open(path: &Path) -> Result<Opened, Problem> {
    let mut packets = PacketReader::new(media::open(path)?);
    let mut expected = || {
        let packet = packets
            .read_packet()
            .map_err(|error| unreadable(path, error))?;
        packet.ok_or_else(|| Problem::cut_short(path))
    };
    let first = expected()?;
    let head = Head::parse(&first.data).ok_or_else(|| no_track(path, Codec::Opus))?;
    let _tags = expected()?;
    Ok(Opened {
        packets: Packets::Ogg(Reader {
            path: path.into(),
            packets,
            serial: first.stream_serial(),
            position: 0,
            origin: None,
            is_complete: false,
        }),
        head: EncodedHead::Sound(head),
        time_base: TimeBase {
            ticks: RATE,
            seconds: 1,
        },
    })
}

impl Reader {
    pub fn next(&mut self) -> Result<Option<Packet>, Problem> {
        let packet = self.packets.read_packet();
        let packet = packet.map_err(|error| unreadable(&self.path, error))?;
        let Some(packet) = packet else {
            return if self.is_complete {
                Ok(None)
            } else {
                Err(Problem::cut_short(&self.path))
            };
        };
        if packet.stream_serial() != self.serial {
            return Err(no_track(&self.path, Codec::Opus));
        }
        self.is_complete = packet.last_in_stream();
        let at = self.position;
        let ticks = samples(&packet.data).unwrap_or_default();
        self.position += ticks;
        // At the end there may be less than is in the packets.
        if packet.last_in_page() && !packet.last_in_stream() {
            let origin = packet.absgp_page().checked_sub(self.position);
            if origin.is_none() || self.origin.is_some_and(|known| Some(known) != origin) {
                let what = "the packets and their times do not agree";
                return Err(Problem::new(&self.path, what, "record it without gaps")
                    .at(format_args!("before sample {}", self.position)));
            }
            self.origin = origin;
        }
        Ok(Some(Packet {
            bytes: packet.data,
            at,
            ticks: Some(ticks),
            keyframe: None,
        }))
    }
}

impl Writer {
    pub fn create(path: &Path, head: &Head) -> io::Result<Self> {
        let file = BufWriter::new(File::create_new(path)?);
        let mut ogg = PacketWriter::new(file);
        for header in [&head.0[..], TAGS] {
            ogg.write_packet(header.to_vec(), SERIAL, PacketWriteEndInfo::EndPage, 0)?;
        }
        Ok(Self {
            length: page(&head.0) + page(TAGS),
            ogg,
            last: Vec::new(),
            position: 0,
        })
    }

    /// Without gaps: where one was withheld, the next follows on what was before.
    pub fn write(&mut self, packet: &[u8]) -> io::Result<Stored> {
        self.put_last(PacketWriteEndInfo::EndPage)?;
        self.last = packet.to_vec();
        self.position += samples(packet).unwrap_or_default();
        self.length += page(packet);
        Ok(Stored {
            start: self.length - packet.len() as u64,
            bytes: packet.to_vec(),
        })
    }

    fn put_last(&mut self, end: PacketWriteEndInfo) -> io::Result<()> {
        let last = std::mem::take(&mut self.last);
        if last.is_empty() {
            return Ok(());
        }
        self.ogg.write_packet(last, SERIAL, end, self.position)
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.put_last(PacketWriteEndInfo::EndStream)?;
        self.ogg.into_inner().flush()
    }
}

/// The length of a page with one packet (RFC 3533 §6), of which all here fit.
fn page(packet: &[u8]) -> u64 {
    (27 + packet.len() / 255 + 1 + packet.len()) as u64
}

fn unreadable(path: &Path, error: OggReadError) -> Problem {
    match error {
        OggReadError::ReadError(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
            Problem::cut_short(path)
        }
        OggReadError::ReadError(error) => Problem::unreadable(path, &error),
        error => Problem::new(path, error, "convert it to a plain Ogg of Opus"),
    }
}
