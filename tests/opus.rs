//! Opus through taps while somebody changes their mind, with libopus, opusdec and ffmpeg as judges.

mod common;

#[path = "encoded/audio.rs"]
mod audio;
#[path = "encoded/gate.rs"]
mod gate;
#[path = "encoded/tools.rs"]
mod tools;

use audio::{Stream, before_each};
use framegate::{Kind, Reason, Time, Verdict};
use gate::{DOORS, Door, Gated, Sent, gate};
use proptest::{prelude::*, test_runner::TestRunner};

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
    let agreed = changes.iter().map(|change| {
        agrees ^= change;
        agrees
    });
    agreed.collect()
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
    let earlier = before_each(
        &stream
            .packets
            .iter()
            .map(|packet| &packet[..])
            .collect::<Vec<_>>(),
    );
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
    for duration in ["2.5", "5", "10", "20", "40", "60", "80", "100", "120"] {
        let more = format!("-t 4 -b:a 32k -application audio -frame_duration {duration}");
        check_all(&Stream::of_recording("reader.wav", &more), 1);
    }
}

#[test]
fn speech_that_carries_what_came_before_it_does_not_yield_what_was_withheld() {
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
    check_all(
        &Stream::of_recording("mix.wav", "-t 4 -ac 6 -mapping_family 1 -b:a 128k"),
        2,
    );
}
