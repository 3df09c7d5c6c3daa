//! Noise in the middle, to which nobody agrees, encoded by libfdk-aac and gated: nothing of it is heard in what was released, whole or with blank frames between,
//! by its decoder and, of AAC-LC, by symphonia; and what was released is heard as if nothing had been withheld.
//!
//! The controls: frames that are released by their own time alone are heard, and of HE-AAC those that count as one frame earlier instead of two.

mod fdk;

use fdk::{CHANNELS, Options, Stream, encode};
use framegate::{
    Authority, Contributors, Digest, Frame, Grant, JoinOptions, Kind, Kinds, Meeting,
    MeetingOptions, Method, Notice, OutletOptions, Purposes, Scope, StreamOptions, Time,
    format::Format,
};
use symphonia_codec_aac::AacDecoder;
use symphonia_core::{
    codecs::audio::{
        AudioCodecParameters, AudioDecoder, AudioDecoderOptions, well_known::CODEC_ID_AAC,
    },
    packet::PacketRef,
    units::{Duration, Timestamp},
};

const START: i64 = 1_000_000;
/// What is heard of silence, of 32,767.
const SILENT: u16 = 16;
const LOUD: u16 = 1000;

const LC: Options = Options {
    name: "AAC-LC in ADTS",
    object_type: 2,
    rate: 48_000,
    bitrate: 160_000,
    is_adts: true,
    has_checksums: false,
    blocks: 1,
};

const ALL: [Options; 8] = [
    LC,
    Options {
        name: "with checksums",
        has_checksums: true,
        ..LC
    },
    Options {
        name: "two blocks in a frame",
        blocks: 2,
        ..LC
    },
    Options {
        name: "four blocks in a frame, with checksums",
        blocks: 4,
        has_checksums: true,
        ..LC
    },
    Options {
        name: "raw AAC-LC",
        is_adts: false,
        ..LC
    },
    Options {
        name: "HE-AAC in ADTS",
        object_type: 5,
        bitrate: 64_000,
        ..LC
    },
    Options {
        name: "HE-AAC v2 in ADTS",
        object_type: 29,
        bitrate: 32_000,
        rate: 44_100,
        ..LC
    },
    Options {
        name: "raw HE-AAC, unannounced",
        object_type: 5,
        bitrate: 64_000,
        is_adts: false,
        ..LC
    },
];

/// A frame as it comes out of the gate.
struct Gated {
    bytes: Option<Vec<u8>>,
    is_whole: bool,
}

impl Stream {
    /// When the first sample came that a frame's transform adds.
    fn captured(&self, options: Options, frame: usize) -> i64 {
        let first = (frame * options.blocks as usize + 1) * self.samples;
        let sample = i64::try_from(first).unwrap() - i64::try_from(self.delay).unwrap();
        START + sample * 1_000_000 / i64::from(options.rate)
    }
}

/// Noise, from the first sample to the second alone.
fn noise(options: Options, from: usize, to: usize) -> Vec<i16> {
    let mut state = 1_u32;
    let mut sample = |at: usize| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let is_loud = (from..to).contains(&(at / CHANNELS));
        let noise = i16::try_from(state >> 17).unwrap() - 16_384;
        if is_loud { noise } else { 0 }
    };
    (0..4 * options.rate as usize * CHANNELS)
        .map(&mut sample)
        .collect()
}

/// What becomes of frames each of which is sent when its last sample has come, while nobody agrees between two times.
fn gated(options: Options, stream: &Stream, blanks: bool, middle: [i64; 2]) -> Vec<Gated> {
    let mut meeting = Meeting::open(MeetingOptions::new("aac", 2)).unwrap();
    let scope = Scope::new(Kinds::AUDIO, Purposes::RECORD);
    let who = meeting
        .join(JoinOptions::adult("ada"), Time::START)
        .unwrap();
    let notice = Notice {
        digest: Digest::of("We record."),
        version: "1".into(),
        language: "en".into(),
        controller: "Example".into(),
        scope,
    };
    let notice = meeting.show(notice).unwrap();
    let mut source = StreamOptions::owned(who, Kind::Audio, Format::AAC);
    if !options.is_adts {
        source = source.decoder_config(&stream.config[..]);
    }
    let source = meeting.open_stream(source).unwrap();
    let kinds = if blanks { Kinds::AUDIO } else { Kinds::empty() };
    let outlet = OutletOptions::new("recorder", Purposes::RECORD).blank(kinds);
    let outlet = meeting.open_outlet(outlet).unwrap();
    let mut tap = meeting.tap(source, outlet).unwrap();
    let grant = Grant::new(notice, scope, Method::Clicked);
    let by = Authority::Participant;
    meeting.grant(by, who, &grant, Time::START).unwrap();
    let [start, end] = middle.map(Time::from_micros);
    let (mut is_withdrawn, mut is_agreed) = (false, false);
    let each = stream.frames.iter().enumerate().map(|(at, bytes)| {
        let now = Time::from_micros(stream.captured(options, at + 1) + 1);
        if now >= start && !is_withdrawn {
            let _ = meeting.withdraw(by, who, scope, start).unwrap();
            is_withdrawn = true;
        }
        if now >= end && !is_agreed {
            meeting.grant(by, who, &grant, end).unwrap();
            is_agreed = true;
        }
        let captured = Time::from_micros(stream.captured(options, at));
        let frame = Frame::new(captured, Contributors::Owner);
        let received = |cleared: framegate::Cleared<'_>| cleared.bytes().unwrap().to_vec();
        let admission = tap.admit(&frame, bytes[..].into(), now, received);
        Gated {
            is_whole: admission.verdict().is_released(),
            bytes: admission.output,
        }
    });
    each.collect()
}

/// What symphonia makes of each frame of AAC-LC of one block.
fn by_symphonia(stream: &Stream, head: usize, frames: &[Vec<u8>]) -> Vec<Vec<i16>> {
    let mut parameters = AudioCodecParameters::new();
    parameters
        .for_codec(CODEC_ID_AAC)
        .with_extra_data(stream.config.clone().into());
    let options = AudioDecoderOptions::default();
    let mut decoder = AacDecoder::try_new(&parameters, &options).unwrap();
    let each = frames.iter().map(|frame| {
        // A header says whether it has a checksum, which a blank frame has not.
        let head = if head > 0 && frame[1] & 1 == 1 {
            7
        } else {
            head
        };
        let packet = PacketRef::new(0, Timestamp::new(0), Duration::new(1024), &frame[head..]);
        let mut samples = Vec::<i16>::new();
        let decoded = decoder.decode_ref(&packet).unwrap();
        decoded.copy_to_vec_interleaved(&mut samples);
        samples
    });
    each.collect()
}

fn decoded(options: Options, stream: &Stream, frames: &[Vec<u8>]) -> Vec<Vec<Vec<i16>>> {
    let config = (!options.is_adts).then_some(&stream.config[..]);
    let mut all = vec![fdk::decode(config, options.blocks, frames)];
    if options.object_type == 2 && options.blocks == 1 {
        let head = match (options.is_adts, options.has_checksums) {
            (false, _) => 0,
            (true, false) => 7,
            (true, true) => 9,
        };
        all.push(by_symphonia(stream, head, frames));
    }
    all
}

fn handed_on(gated: &[Gated]) -> Vec<Vec<u8>> {
    gated.iter().filter_map(|it| it.bytes.clone()).collect()
}

fn loudest(options: Options, stream: &Stream, frames: &[Vec<u8>]) -> u16 {
    let decoded = decoded(options, stream, frames);
    let samples = decoded.iter().flatten().flatten();
    samples.map(|it| it.unsigned_abs()).max().unwrap()
}

/// The largest difference from the ungated stream where a frame and the one before it were released.
fn difference(options: Options) -> u16 {
    let rate = options.rate as usize;
    // No noise, in whose place decoders would make up their own.
    let tones = (0..4 * rate * CHANNELS).map(|at| {
        let is_up = (at / CHANNELS) % 100 < 50 + at % CHANNELS * 20;
        if is_up { 8000 } else { -8000 }
    });
    let stream = encode(options, &tones.collect::<Vec<_>>());
    let whole = decoded(options, &stream, &stream.frames);
    let gated = gated(
        options,
        &stream,
        true,
        [START + 1_000_000, START + 2_000_000],
    );
    let heard = decoded(options, &stream, &handed_on(&gated));
    let mut most = 0;
    for (whole, heard) in whole.iter().zip(&heard) {
        assert_eq!(whole.len(), heard.len(), "{}", options.name);
        for (at, pair) in gated.windows(2).enumerate() {
            if pair.iter().all(|it| it.is_whole) {
                let [whole, heard] = [&whole[at + 1], &heard[at + 1]];
                assert_eq!(whole.len(), heard.len());
                let each = whole.iter().zip(heard);
                most = each.map(|(a, b)| a.abs_diff(*b)).fold(most, u16::max);
            }
        }
    }
    most
}

fn main() {
    for options in ALL {
        let rate = options.rate as usize;
        let (mut leaked, mut by_time, mut by_frame) = (0, 0, 0);
        let (mut withheld, mut blank) = (0, 0);
        for part in (0..2048).step_by(256) {
            let (from, to) = (rate + part, 2 * rate + part * 3 / 2);
            let stream = encode(options, &noise(options, from, to));
            let micros = |sample: usize| {
                let micros = sample * 1_000_000 / rate;
                START + i64::try_from(micros).unwrap()
            };
            let middle = [micros(from), micros(to) + 1];
            for blanks in [false, true] {
                let mut gated = gated(options, &stream, blanks, middle);
                withheld += gated.iter().filter(|it| !it.is_whole).count();
                blank += handed_on(&gated).len() - gated.iter().filter(|it| it.is_whole).count();
                leaked = loudest(options, &stream, &handed_on(&gated)).max(leaked);
                // Released by its own time alone, and by its transform alone.
                let is_after = |at: usize, frames: i64| {
                    let frame = i64::try_from(stream.samples * 1_000_000 / rate).unwrap();
                    stream.captured(options, at) - frames * frame >= middle[1]
                };
                for (frames, heard) in [(1, &mut by_frame), (0, &mut by_time)] {
                    for (at, it) in gated.iter_mut().enumerate() {
                        if is_after(at, frames) {
                            it.bytes = Some(stream.frames[at].clone());
                        }
                    }
                    *heard = loudest(options, &stream, &handed_on(&gated)).max(*heard);
                }
            }
        }
        let difference = if options.blocks == 1 {
            difference(options)
        } else {
            0
        };
        println!(
            "{}: of {withheld} withheld frames, {blank} blanked, at most {leaked} of 32,767 is heard; {by_frame} if a frame counted as one earlier, {by_time} by its own time; \
             what was released differs by {difference}",
            options.name
        );
        assert!(leaked <= SILENT, "it leaks");
        assert!(by_time > LOUD, "the control was not heard");
        if options.object_type == 2 {
            assert_eq!((leaked, by_frame), (0, 0), "it reaches further back");
            assert_eq!(difference, 0, "it differs");
        } else {
            assert!(by_frame > LOUD, "replicated bands were not heard");
        }
        assert_eq!(blank > 0, options.blocks == 1);
    }
}
