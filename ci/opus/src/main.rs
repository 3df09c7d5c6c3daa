//! Speech whose loud middle nobody agrees to, encoded by libopus with its extensions and gated: nothing loud is heard in what was released,
//! with any loss. Scalable quality passes whole at once, deep redundancy as soon as it reaches back to nothing withheld.
//!
//! The control: packets that are released by their own time alone are heard.

mod libopus;

use framegate::{
    Authority, Contributors, Digest, Frame, Grant, JoinOptions, Kind, Kinds, Meeting,
    MeetingOptions, Method, Notice, OutletOptions, Purposes, Scope, StreamOptions, Time,
    format::Format,
};
use libopus::{Decoder, Options, encode};

/// The loud middle, in microseconds.
const LOUD: std::ops::Range<i64> = 2_000_000..4_000_000;
const END: usize = 7 * 48_000;
/// The encoder's look-ahead.
const AHEAD: i64 = 6_500;
/// How much quieter the rest is.
const QUIETER: i16 = 200;
/// What is loud: 6 times the loudest of the rest.
const LOUD_PEAK: u16 = 6 * 160;

fn micros(sample: usize) -> i64 {
    i64::try_from(sample * 125 / 6).unwrap()
}

/// The recording, three samples for each of its own, loud in the middle alone.
fn speech() -> Vec<i16> {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../../examples/meeting/standup/reader.wav"
    );
    let mut file = hound::WavReader::open(path).unwrap();
    let samples = file
        .samples::<i16>()
        .map(|sample| sample.unwrap().saturating_mul(2));
    let samples = samples.flat_map(|sample| [sample; 3]).take(END).enumerate();
    let quieter = |(at, sample)| {
        if LOUD.contains(&micros(at)) {
            sample
        } else {
            sample / QUIETER
        }
    };
    samples.map(quieter).collect()
}

/// Which packets are released whole.
fn gated(packets: &[Vec<u8>], frame: usize) -> Vec<bool> {
    let mut meeting = Meeting::open(MeetingOptions::new("opus", 2)).unwrap();
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
    let stream = meeting
        .open_stream(StreamOptions::owned(who, Kind::Audio, Format::OPUS))
        .unwrap();
    let outlet = meeting
        .open_outlet(OutletOptions::new("recorder", Purposes::RECORD))
        .unwrap();
    let mut tap = meeting.tap(stream, outlet).unwrap();
    let grant = Grant::new(notice, scope, Method::Clicked);
    meeting
        .grant(Authority::Participant, who, &grant, Time::START)
        .unwrap();
    let mut agrees = true;
    let each = packets.iter().enumerate().map(|(at, packet)| {
        let begin = micros(at * frame);
        let captured = Time::from_micros((begin - AHEAD).max(0));
        let end = begin + micros(frame);
        // Withdrawn before the first packet with anything loud, and agreed to again behind it.
        if agrees && end > LOUD.start && begin < LOUD.end {
            agrees = false;
            let at = Time::from_micros(LOUD.start.min(begin));
            assert!(
                meeting
                    .withdraw(Authority::Participant, who, scope, at)
                    .unwrap()
                    .is_settled()
            );
        } else if !agrees && begin >= LOUD.end {
            agrees = true;
            let at = Time::from_micros(LOUD.end);
            meeting
                .grant(Authority::Participant, who, &grant, at)
                .unwrap();
        }
        let frame = Frame::new(captured, Contributors::Owner);
        let now = Time::from_micros(end);
        tap.admit(&frame, packet[..].into(), now, |_| ())
            .verdict()
            .is_released()
    });
    each.collect()
}

fn check(options: Options, decoder: &mut Decoder) {
    let packets = encode(&speech(), options);
    let released = gated(&packets, options.frame);
    let (mut extended, mut deep, mut whole, mut leaks, mut first) = (0, 0, 0, 0, None);
    for (at, packet) in packets.iter().enumerate() {
        let begin = micros(at * options.frame);
        let has_padding = packet[0] & 3 == 3 && packet[1] & 0x40 != 0;
        let has_deep = decoder.deep(packet).is_some();
        extended += usize::from(has_padding && !has_deep);
        deep += usize::from(has_deep);
        let is_near = (LOUD.end..LOUD.end + 1_500_000).contains(&begin);
        if released[at] {
            whole += 1;
            if begin >= LOUD.end && has_deep {
                first.get_or_insert(begin - LOUD.end);
            }
            let heard = decoder.all_of(packet, options.frame);
            assert!(heard < LOUD_PEAK, "{options:?}: {heard} in packet {at}");
        } else {
            // Without extensions that reach back, all that was agreed to is whole.
            let is_agreed = begin > LOUD.end + AHEAD + micros(options.frame);
            assert!(
                !is_agreed || has_deep,
                "{options:?}: packet {at} is withheld"
            );
            if is_near && has_deep {
                leaks += usize::from(decoder.all_of(packet, options.frame) >= LOUD_PEAK);
            }
        }
    }
    println!(
        "{options:?}: of {} packets {extended} with quality, {deep} with redundancy; {whole} whole; withheld and loud {leaks}; first redundancy after {first:?} µs",
        packets.len()
    );
    assert!(!options.quality || options.deep > 0 || extended > 50);
    if options.deep > 0 {
        // The control.
        assert!(leaks > 3, "{options:?}");
        assert!(
            first.is_some_and(|first| (1_080_000..1_700_000).contains(&first)),
            "{options:?}"
        );
    }
}

fn main() {
    let plain = Options {
        frame: 960,
        bitrate: 96_000,
        ..Options::default()
    };
    let quality = Options {
        bitrate: 160_000,
        quality: true,
        ..plain
    };
    let deep = Options { deep: 104, ..plain };
    let mut decoder = Decoder::new();
    for options in [
        quality,
        Options {
            frame: 480,
            ..quality
        },
        Options {
            frame: 2880,
            ..quality
        },
        deep,
        Options { frame: 480, ..deep },
        Options {
            frame: 2880,
            ..deep
        },
        Options {
            fec: true,
            bitrate: 48_000,
            ..deep
        },
        Options { dtx: true, ..deep },
        Options {
            quality: true,
            bitrate: 200_000,
            ..deep
        },
    ] {
        check(options, &mut decoder);
    }
}
