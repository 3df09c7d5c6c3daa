//! Encoded sound: making it, and decoding it by decoders of other people's.

use std::{
    fs,
    io::{Cursor, Write},
    path::Path,
    process::{Command, Stdio},
};

use framegate::format::Format;
use ogg::{PacketReader, PacketWriteEndInfo, PacketWriter};

use crate::common::tools::{Folder, run, standup, try_to_run, words};

/// Of all decoders here, samples a second.
const RATE: usize = 48_000;

/// A real stream of Opus.
pub struct Stream {
    pub packets: Vec<Vec<u8>>,
    /// In samples at 48 kHz, as ffprobe has it.
    pub durations: Vec<usize>,
    streams: u8,
    coupled: u8,
    heads: Vec<Vec<u8>>,
    skipped: usize,
}

/// What a decoder makes of a packet.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decoded {
    pub samples: usize,
    /// Its loudest sample, of 32,767.
    pub peak: u16,
}

impl Stream {
    /// A recording that ships with the meeting example, as ffmpeg makes it with libopus; `more` is what it is told.
    pub fn of_recording(file: &str, more: &str) -> Self {
        let folder = Folder::new();
        let to = folder.path("stream.opus");
        let line = format!("-v error -i {{}} -c:a libopus {more} {{}}");
        run("ffmpeg", words(&line, &[&standup(file), &to]));
        let mut all = packets(&fs::read(&to).unwrap());
        let packets = all.split_off(2);
        let head = &all[0];
        assert!(head.starts_with(b"OpusHead"));
        let (streams, coupled) = match head[18] {
            0 => (1, head[9] - 1),
            _ => (head[19], head[20]),
        };
        Self {
            durations: durations(&to),
            packets,
            streams,
            coupled,
            skipped: usize::from(u16::from_le_bytes([head[10], head[11]])),
            heads: all,
        }
    }

    pub fn format(&self) -> Format {
        match self.streams {
            1 => Format::OPUS,
            streams => Format::opus_multistream(streams),
        }
    }

    fn channels(&self) -> usize {
        usize::from(self.streams) + usize::from(self.coupled)
    }

    /// What libopus makes of packets, one after the other.
    pub fn by_libopus(&self, packets: &[&[u8]]) -> Vec<Decoded> {
        let (streams, coupled) = (self.streams.to_string(), self.coupled.to_string());
        by_libopus(&[&streams, &coupled], packets)
    }

    /// What ffmpeg and opusdec make of as many packets as there were, if neither complains: the loudest sample of each.
    pub fn by_players(&self, packets: &[&[u8]]) -> Result<[Vec<u16>; 2], String> {
        let folder = Folder::new();
        let path = folder.file("gated.opus", &self.contained(packets));
        assert_eq!(durations(&path), self.durations);
        let line = format!("-v error -xerror -err_detect explode -i {{}} -f s16le -ar {RATE} -");
        let output = try_to_run("ffmpeg", words(&line, &[&path]));
        if !output.status.success() || !output.stderr.is_empty() {
            return Err(format!(
                "ffmpeg: {}",
                String::from_utf8_lossy(&output.stderr)
            ));
        }
        let first = output.stdout;
        let to = folder.path("gated.raw");
        let output = try_to_run(
            "opusdec",
            words("--quiet --rate 48000 --no-dither {} {}", &[&path, &to]),
        );
        if !output.status.success() || !output.stderr.is_empty() {
            return Err(format!(
                "opusdec: {}",
                String::from_utf8_lossy(&output.stderr)
            ));
        }
        let second = fs::read(to).unwrap();
        Ok([self.peaks(&first), self.peaks(&second)])
    }

    /// The loudest sample of each packet of a decoded stream, the beginning of which is skipped.
    fn peaks(&self, pcm: &[u8]) -> Vec<u16> {
        let samples = pcm
            .chunks_exact(2)
            .map(|bytes| i16::from_le_bytes([bytes[0], bytes[1]]));
        let skipped = std::iter::repeat_n(0, self.skipped * self.channels());
        let samples: Vec<_> = skipped.chain(samples).collect();
        let mut rest = &samples[..];
        let peak = |duration: &usize| {
            let (packet, after) = rest.split_at((duration * self.channels()).min(rest.len()));
            rest = after;
            packet
                .iter()
                .map(|sample| sample.unsigned_abs())
                .max()
                .unwrap_or(0)
        };
        self.durations.iter().map(peak).collect()
    }

    fn contained(&self, packets: &[&[u8]]) -> Vec<u8> {
        let mut file = Vec::new();
        let mut writer = PacketWriter::new(&mut file);
        for head in &self.heads {
            writer
                .write_packet(&head[..], 1, PacketWriteEndInfo::EndPage, 0)
                .unwrap();
        }
        let mut at = 0;
        for (index, (packet, duration)) in packets.iter().zip(&self.durations).enumerate() {
            at += duration;
            let end = if index + 1 == packets.len() {
                PacketWriteEndInfo::EndStream
            } else {
                PacketWriteEndInfo::EndPage
            };
            writer.write_packet(*packet, 1, end, at as u64).unwrap();
        }
        file
    }
}

/// What a decoder that heard nothing makes of the time before each packet.
pub fn before_each(packets: &[&[u8]]) -> Vec<Decoded> {
    by_libopus(&["fec"], packets)
}

/// How many samples each packet would have; 0 for what is no packet.
pub fn parsed(packets: &[&[u8]]) -> Vec<usize> {
    let parsed = by_libopus(&["parse"], packets).into_iter();
    parsed.map(|decoded| decoded.samples).collect()
}

fn by_libopus(arguments: &[&str], packets: &[&[u8]]) -> Vec<Decoded> {
    let mut input = Vec::new();
    for packet in packets {
        input.extend(u32::try_from(packet.len()).unwrap().to_le_bytes());
        input.extend(*packet);
    }
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/media/opus/opus.py");
    let script = script.to_str().unwrap();
    let printed = fed("python3", [&[script], arguments].concat(), &input);
    let printed = String::from_utf8(printed).unwrap();
    let line = |line: &str| {
        let (samples, peak) = line.split_once(' ').unwrap();
        Decoded {
            samples: samples.parse().unwrap(),
            peak: peak.parse().unwrap(),
        }
    };
    printed.lines().map(line).collect()
}

/// What a program prints that reads its input.
pub fn fed(program: &str, arguments: Vec<&str>, input: &[u8]) -> Vec<u8> {
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("the tests need {program}: {error}"));
    let mut stdin = child.stdin.take().unwrap();
    // What it prints does not wait for all of its input to be read.
    let output = std::thread::scope(|scope| {
        scope.spawn(move || stdin.write_all(input).unwrap());
        child.wait_with_output().unwrap()
    });
    assert!(output.status.success(), "{program}");
    output.stdout
}

fn packets(file: &[u8]) -> Vec<Vec<u8>> {
    let mut reader = PacketReader::new(Cursor::new(file));
    let mut packets = Vec::new();
    while let Some(packet) = reader.read_packet().unwrap() {
        packets.push(packet.data);
    }
    packets
}

fn durations(path: &Path) -> Vec<usize> {
    let line = "-v error -show_entries packet=duration -of csv=p=0 {}";
    let printed = String::from_utf8(run("ffprobe", words(line, &[path]))).unwrap();
    // What is said beside a packet has lines of its own.
    let durations = printed
        .lines()
        .filter_map(|line| line.split(',').next()?.parse().ok());
    durations.collect()
}
