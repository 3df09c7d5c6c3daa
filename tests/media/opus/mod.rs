//! Opus through taps while somebody changes their mind, with libopus, opusdec and ffmpeg as judges.

pub mod audio;
mod extensions;

use audio::{Stream, before_each, parsed};
use std::sync::LazyLock;

use framegate::{Contributors, Kind, Reason, Time, Verdict, format::Format};
use proptest::{prelude::*, strategy::ValueTree, test_runner::TestRunner};

use crate::{
    common::{self, judges::needs},
    encoded::gate::{self, DOORS, Door, Gated, Sent, gate, tap},
};

/// What may be heard where nothing is, of 32,767.
const SILENT: u16 = 16;
/// For how many samples a decoder fades out what was there before. Within the first blank packet, but for the very short ones.
const FADES: usize = 240;

/// The packets, each captured when its first sample was.
fn sent<'a>(stream: &Stream, packets: &'a [Vec<u8>]) -> Vec<Sent<'a>> {
    let mut samples = 48_000;
    let packets = packets.iter().zip(&stream.durations);
    let sent = packets.map(|(bytes, duration)| {
        let at = samples;
        samples += duration;
        Sent {
            bytes,
            captured: Time::from_micros(i64::try_from(at * 125 / 6).unwrap()),
            keyframe: None,
        }
    });
    sent.collect()
}

/// Whether the owner agrees, frame by frame.
fn agreed(changes: &[bool]) -> Vec<bool> {
    let mut agrees = false;
    let each = changes.iter().map(|change| {
        agrees ^= change;
        agrees
    });
    each.collect()
}

/// Whether what an outlet received is silent wherever it must be: but for where the sound before it fades, by every decoder.
fn judge(stream: &Stream, gated: &[Gated]) -> Result<(), String> {
    let received: Vec<_> = gated
        .iter()
        .filter_map(|gated| gated.bytes.as_deref())
        .collect();
    assert_eq!(received.len(), stream.packets.len());
    let by_libopus = stream.by_libopus(&received);
    let lasts: Vec<_> = by_libopus.iter().map(|decoded| decoded.samples).collect();
    let (last, all) = stream.durations.split_last().unwrap();
    // The file's end may cut the last one short.
    if lasts[..all.len()] != *all || lasts[all.len()] < *last {
        return Err("another duration".into());
    }
    let [by_ffmpeg, by_opusdec] = stream.by_players(&received)?;
    let by_libopus = by_libopus.iter().map(|decoded| decoded.peak).collect();
    for (name, peaks) in [
        ("libopus", by_libopus),
        ("ffmpeg", by_ffmpeg),
        ("opusdec", by_opusdec),
    ] {
        let mut blank = 0;
        for (at, gated) in gated.iter().enumerate() {
            if !matches!(gated.verdict, Verdict::Blanked(_)) {
                blank = 0;
                continue;
            }
            if blank >= FADES && peaks[at] > SILENT {
                return Err(format!(
                    "{at}: {} by {name} after {blank} samples",
                    peaks[at]
                ));
            }
            blank += stream.durations[at];
        }
    }
    Ok(())
}

/// What a tap makes of a stream is right: released where its owner agrees to what each packet can yield, and where they do not nothing of it is heard.
fn check(stream: &Stream, changes: &[bool], door: Door) -> Result<Vec<Gated>, String> {
    let gated = gate(
        Kind::Audio,
        stream.format(),
        &sent(stream, &stream.packets),
        changes,
        true,
        door,
    );
    let agreed = agreed(changes);
    let earlier = before_each(&all(&stream.packets));
    for (at, gated) in gated.iter().enumerate() {
        let is_first = at == 0 || !agreed[at - 1];
        let yields_earlier = earlier[at].peak > SILENT;
        match gated.verdict {
            Verdict::Whole if agreed[at] && !(is_first && yields_earlier) => {}
            // It says that it has what it has not: stricter.
            Verdict::Blanked(Reason::CapturedEarlier | Reason::NotGranted)
                if agreed[at] && is_first => {}
            Verdict::Blanked(Reason::Withdrawn | Reason::NotGranted) if !agreed[at] => {}
            verdict => return Err(format!("{at}: {verdict:?}, agreed: {}", agreed[at])),
        }
        if gated.wants_keyframe {
            return Err("sound has no keyframes".into());
        }
    }
    judge(stream, &gated)?;
    Ok(gated)
}

fn check_all(stream: &Stream, cases: u32) {
    let config = ProptestConfig {
        cases,
        max_shrink_iters: 10,
        ..ProptestConfig::default()
    };
    let changes = prop::collection::vec(prop::bool::weighted(0.06), stream.packets.len());
    let mut runner = TestRunner::new(config);
    let given = (changes, prop::sample::select(&DOORS[..]));
    let checked = runner.run(&given, |(changes, door)| {
        check(stream, &changes, door)
            .map(drop)
            .map_err(TestCaseError::fail)
    });
    checked.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn every_duration_is_silent_for_as_long() {
    needs!("ffmpeg", "ffprobe", "opusdec", "libopus");
    for duration in ["2.5", "5", "10", "20", "40", "60", "80", "100", "120"] {
        let more = format!("-t 4 -b:a 32k -application audio -frame_duration {duration}");
        check_all(&Stream::of_recording("reader.wav", &more), 1);
    }
}

#[test]
fn speech_that_carries_what_came_before_it_does_not_yield_what_was_withheld() {
    needs!("ffmpeg", "ffprobe", "opusdec", "libopus");
    for more in [
        "",
        "-ac 2",
        "-frame_duration 60",
        "-frame_duration 40 -ac 2",
    ] {
        let more = format!("-t 6 -b:a 24k -application voip -fec 1 -packet_loss 20 {more}");
        check_all(&Stream::of_recording("reader.wav", &more), 1);
    }
}

#[test]
fn several_streams_in_one_packet() {
    needs!("ffmpeg", "ffprobe", "opusdec", "libopus");
    check_all(
        &Stream::of_recording("mix.wav", "-t 4 -ac 6 -mapping_family 1 -b:a 128k"),
        2,
    );
}

/// Speech with in-band forward error correction, as libopus makes it.
fn speech() -> &'static Stream {
    static SPEECH: LazyLock<Stream> = LazyLock::new(|| {
        let more = "-t 6 -b:a 24k -application voip -fec 1 -packet_loss 20";
        Stream::of_recording("reader.wav", more)
    });
    &SPEECH
}

fn all(packets: &[Vec<u8>]) -> Vec<&[u8]> {
    packets.iter().map(|packet| &packet[..]).collect()
}

/// What becomes of one frame, captured when its owner has agreed for so many microseconds.
fn after(format: Format, bytes: &[u8], micros: i64) -> Gated {
    let (mut meeting, notice, [who]) = common::meeting();
    let stream = framegate::StreamOptions::owned(who, Kind::Audio, format);
    let mut tap = tap(&mut meeting, stream, true);
    common::agree(
        &mut meeting,
        notice,
        who,
        common::SCOPE,
        common::millis(1000),
    );
    let captured = Time::from_micros(1_000_000 + micros);
    let sent = Sent {
        bytes,
        captured,
        keyframe: None,
    };
    gate::send(&mut tap, Contributors::Owner, &sent, captured, Door::Admit)
}

#[test]
fn control_what_carries_what_came_before_it_is_there_and_is_found() {
    needs!("ffmpeg", "ffprobe", "libopus");
    let speech = speech();
    let earlier = before_each(&all(&speech.packets));
    let (mut withheld, mut released) = (0, 0);
    for (packet, earlier) in speech.packets.iter().zip(earlier) {
        let first = after(Format::OPUS, packet, 19_999);
        let second = after(Format::OPUS, packet, 20_000);
        assert_eq!(second.verdict, Verdict::Whole);
        if first.verdict == Verdict::Whole {
            assert!(earlier.peak <= SILENT);
            released += 1;
        } else {
            assert_eq!(first.verdict, Verdict::Blanked(Reason::CapturedEarlier));
            withheld += usize::from(earlier.peak > 1000);
        }
    }
    assert!(withheld > 50 && released > 50, "{withheld} {released}");
}

#[test]
fn control_a_planted_leak_is_heard() {
    needs!("ffmpeg", "ffprobe", "opusdec", "libopus");
    let speech = speech();
    let mut changes = vec![false; speech.packets.len()];
    let gate = |changes: &[bool]| check(speech, changes, Door::Admit).unwrap();
    (changes[10], changes[100]) = (true, true);
    let mut gated = gate(&changes);
    gated[150].bytes = Some(speech.packets[150].clone());
    assert!(judge(speech, &gated).unwrap_err().contains("libopus"));
}

#[test]
fn copies_of_earlier_packets_count_with_the_packet() {
    const KIND: u8 = 111;
    needs!("ffmpeg", "ffprobe");
    let speech = Stream::of_recording("reader.wav", "-t 6 -b:a 24k");
    let offset = |samples: u16, length: usize, kind: u8| {
        let length = u16::try_from(length).unwrap();
        let [high, low] = (samples << 2 | length >> 8).to_be_bytes();
        [0x80 | kind, high, low, length.to_be_bytes()[1]]
    };
    let [first, second, third] = [100, 101, 102].map(|at| &speech.packets[at][..]);
    let redundant = |kind| {
        let heads = [
            offset(1920, first.len(), kind),
            offset(960, second.len(), KIND),
        ]
        .concat();
        [&heads[..], &[KIND], first, second, third].concat()
    };
    let verdict = |bytes: &[u8], micros| after(Format::OPUS_RED, bytes, micros).verdict;
    let earlier = Verdict::Blanked(Reason::CapturedEarlier);
    assert_eq!(verdict(&redundant(KIND), 39_999), earlier);
    assert_eq!(verdict(&redundant(KIND), 40_000), Verdict::Whole);
    let unknown = Verdict::Blanked(Reason::ReachesBack);
    assert_eq!(verdict(&redundant(9), 1_000_000), unknown);
    // Alone, or with a copy that is not there.
    let alone = [&[KIND][..], third].concat();
    let without = [&offset(1920, 0, KIND)[..], &alone].concat();
    for bytes in [&alone, &without] {
        assert_eq!(verdict(bytes, 0), Verdict::Whole);
    }
    // A blank one is silence, and nothing before it.
    let blank = after(Format::OPUS_RED, &redundant(KIND), 0).bytes;
    assert_eq!(blank, Some([KIND, 0xF8, 0xFF, 0xFE].to_vec()));
    // Cut short.
    let whole = redundant(KIND);
    let heads = 9 + first.len() + second.len();
    for length in 0..=heads {
        let malformed = Verdict::Dropped(Reason::Malformed);
        assert_eq!(verdict(&whole[..length], 1_000_000), malformed, "{length}");
    }
}

#[test]
fn padding_that_says_something_is_withheld() {
    needs!("ffmpeg", "ffprobe", "libopus");
    let speech = Stream::of_recording("reader.wav", "-t 1 -b:a 24k");
    let packet = &speech.packets[20];
    assert_eq!(packet[0] & 3, 0);
    // One frame, and three bytes of padding.
    let padded =
        |padding: [u8; 3]| [&[packet[0] | 3, 0x41, 3][..], &packet[1..], &padding].concat();
    let extended = padded([2 << 1, 0xD2, 0x3D]);
    let both = [&padded([0; 3])[..], &extended];
    let decoded = speech.by_libopus(&both);
    assert!(decoded.iter().all(|decoded| decoded.samples == 960));
    let verdict = |bytes: &[u8]| after(Format::OPUS, bytes, 1_000_000).verdict;
    assert_eq!(verdict(both[0]), Verdict::Whole);
    assert_eq!(verdict(both[1]), Verdict::Blanked(Reason::ReachesBack));
}

/// Anything that begins as a packet might.
fn packets() -> impl Strategy<Value = Vec<u8>> {
    let code = prop_oneof![3 => Just(3u8), 1 => 0u8..3];
    let head = (0u8..64, code, any::<u8>(), any::<[bool; 2]>(), 0u8..8);
    let rest = prop::collection::vec(prop_oneof![0u8..20, any::<u8>()], 0..60);
    (head, rest).prop_map(|((toc, code, any, [few, bare], count), rest)| {
        let count = if few { any & 0xC0 | count } else { any };
        let head = [toc << 2 | code, count];
        [&head[..if bare { 1 } else { 2 }], &rest].concat()
    })
}

#[test]
fn what_is_a_packet_is_what_libopus_takes_for_one() {
    needs!("libopus");
    let mut runner = TestRunner::deterministic();
    let packets = prop::collection::vec(packets(), 4000);
    let packets = packets.new_tree(&mut runner).unwrap().current();
    let samples = parsed(&all(&packets));
    let (mut counts, mut blanks, mut lasts) = ([0; 2], Vec::new(), Vec::new());
    for (packet, samples) in packets.iter().zip(samples) {
        let gated = after(Format::OPUS, packet, 1_000_000);
        let is_packet = gated.verdict != Verdict::Dropped(Reason::Malformed);
        assert_eq!(is_packet, samples > 0, "{packet:02x?}");
        counts[usize::from(is_packet)] += 1;
        if let Some(blank) = gated.bytes.filter(|_| !gated.verdict.is_released()) {
            blanks.push(blank);
            lasts.push(samples);
        }
    }
    // What takes its place is as long.
    assert_eq!(parsed(&all(&blanks)), lasts);
    assert!(counts.iter().all(|count| *count > 500), "{counts:?}");
}
