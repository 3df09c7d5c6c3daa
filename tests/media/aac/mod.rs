//! AAC-LC through taps while somebody changes their mind, raw and in ADTS, with FFmpeg and libfaad as judges.

mod audio;
mod headers;

use audio::{Decoded, SAMPLES, Sound, Stream, by_faad, noise, packed};
use framegate::{
    Authority, Contributors, Kind, Kinds, Purposes, Reason, Scope, StreamOptions, Time, Verdict,
    format::Format,
};
use proptest::{prelude::*, test_runner::TestRunner};

use crate::{
    common::{self, judges::needs, meeting},
    encoded::gate::{self, DOORS, Door, Gated, Sent, gate_with, tap},
};

/// The form of the frames.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Adts,
    /// Raw, with the configuration of FFmpeg, which says that nothing is replicated.
    Raw,
    /// Raw, with a configuration that does not say.
    RawShort,
}

const FORMS: [Form; 3] = [Form::Adts, Form::Raw, Form::RawShort];
const STEREO: Sound = ("stereo", 2, 48_000);

impl Form {
    /// How many frames before it what a frame yields was captured.
    fn reach(self) -> usize {
        if self == Self::Raw { 1 } else { 2 }
    }

    fn config(self, stream: &Stream) -> Option<&[u8]> {
        match self {
            Self::Adts => None,
            Self::Raw => Some(&stream.config),
            Self::RawShort => Some(&stream.config[..2]),
        }
    }

    fn frames(self, stream: &Stream) -> Vec<Vec<u8>> {
        match self {
            Self::Adts => stream.frames.clone(),
            Self::Raw | Self::RawShort => stream.raw(),
        }
    }
}

/// When the first sample came that the transform of a frame adds: FFmpeg's first transform begins a frame before the first sample.
fn captured(stream: &Stream, frame: usize) -> i64 {
    1_000_000 + i64::try_from(frame * SAMPLES * 1_000_000 / stream.rate).unwrap()
}

fn reach(stream: &Stream, form: Form) -> i64 {
    let samples = form.reach() * SAMPLES * 1_000_000;
    i64::try_from(samples.div_ceil(stream.rate)).unwrap()
}

fn sent<'a>(stream: &Stream, frames: &'a [Vec<u8>]) -> Vec<Sent<'a>> {
    let sent = frames.iter().enumerate().map(|(at, bytes)| Sent {
        bytes,
        captured: Time::from_micros(captured(stream, at)),
        keyframe: None,
    });
    sent.collect()
}

/// What two decoders make of frames.
fn decoded(stream: &Stream, form: Form, frames: &[Vec<u8>]) -> Result<[Decoded; 2], String> {
    let in_adts: Vec<_> = frames
        .iter()
        .map(|frame| match form {
            Form::Adts => frame.clone(),
            Form::Raw | Form::RawShort => stream.in_adts(frame),
        })
        .collect();
    Ok([
        stream.by_ffmpeg(&in_adts)?,
        by_faad(form.config(stream), frames)?,
    ])
}

/// Whether every decoder hears each frame as it was if it and the one before were released, and nothing if neither was.
fn judge(stream: &Stream, form: Form, gated: &[Gated]) -> Result<(), String> {
    // What was dropped is not there.
    let received: Vec<_> = gated
        .iter()
        .enumerate()
        .filter_map(|(at, gated)| Some((at, gated.bytes.clone()?)))
        .collect();
    let frames: Vec<_> = received.iter().map(|(_, bytes)| bytes.clone()).collect();
    let heard = decoded(stream, form, &frames)?;
    for (whole, heard) in stream.whole().iter().zip(heard) {
        for (heard, pair) in heard[1..].iter().zip(received.windows(2)) {
            let [(before, _), (at, _)] = pair else {
                unreachable!()
            };
            let [was, is] = [*before, *at].map(|at| gated[at].verdict.is_released());
            let is_right = match (was, is) {
                (true, true) if before + 1 == *at => *heard == whole[*at],
                (false, false) => heard.iter().all(|sample| *sample == 0),
                // What fades, and what was cut.
                _ => true,
            };
            if !is_right {
                return Err(format!("{at}: {was} {is}"));
            }
        }
    }
    Ok(())
}

fn check(
    stream: &Stream,
    form: Form,
    changes: &[bool],
    blanks: bool,
    door: Door,
) -> Result<Vec<Gated>, String> {
    let frames = form.frames(stream);
    let sent = sent(stream, &frames);
    let config = form.config(stream);
    let gated = gate_with(
        config,
        Kind::Audio,
        Format::AAC,
        &sent,
        changes,
        blanks,
        door,
    );
    let mut since = None;
    for (at, gated) in gated.iter().enumerate() {
        let now = captured(stream, at);
        if changes[at] {
            since = since.xor(Some(now));
        }
        // Consent begins on the next millisecond.
        let is_cleared = since
            .is_some_and(|since: i64| now - reach(stream, form) >= (since + 999) / 1000 * 1000);
        let is_right = match gated.verdict {
            Verdict::Whole => is_cleared && gated.bytes.as_ref() == Some(&frames[at]),
            Verdict::Blanked(_) => !is_cleared && blanks,
            Verdict::Dropped(_) => !is_cleared && !blanks,
            Verdict::Redacted(_) => false,
        };
        let is_consent = gated.verdict.reason().is_none_or(|reason| {
            matches!(
                reason,
                Reason::NotGranted | Reason::Withdrawn | Reason::CapturedEarlier
            )
        });
        if !is_right || !is_consent || gated.wants_keyframe {
            return Err(format!("{at}: {:?}, {is_cleared}", gated.verdict));
        }
        // A blank frame says nothing of what was there.
        if let (false, Some(blank)) = (is_cleared, &gated.bytes) {
            let first = gated_blank(stream, form);
            if *blank != first {
                return Err(format!("{at}: {blank:02x?}"));
            }
        }
    }
    judge(stream, form, &gated)?;
    Ok(gated)
}

/// The one blank frame that a stream has.
fn gated_blank(stream: &Stream, form: Form) -> Vec<u8> {
    let elements: &[u8] = match stream.channels {
        1 => &[0],
        2 => &[1],
        3 => &[0, 1],
        4 => &[0, 1, 0],
        5 => &[0, 1, 1],
        6 => &[0, 1, 1, 3],
        _ => &[0, 1, 1, 1, 3],
    };
    let (mut bits, mut tags) = (Vec::new(), [0_u8; 4]);
    let mut put = |value: u8, count: u32| {
        bits.extend((0..count).rev().map(|at| value.unbounded_shr(at) & 1));
    };
    for element in elements {
        let tag = &mut tags[usize::from(*element)];
        put(*element, 3);
        put(*tag, 4);
        *tag += 1;
        // A common window; and zeros.
        if *element == 1 {
            put(1, 1);
            put(0, 35);
        } else {
            put(0, 22);
        }
    }
    put(7, 3);
    let raw = packed(&bits);
    match form {
        Form::Adts => {
            let mut frame = stream.in_adts(&raw);
            // Of a variable bit rate.
            frame[5] |= 0x1F;
            frame[6] = 0xFC;
            frame
        }
        Form::Raw | Form::RawShort => raw,
    }
}

/// They agree to the first third and the last.
fn thirds(stream: &Stream) -> Vec<bool> {
    let third = stream.frames.len() / 3;
    let frames = 0..stream.frames.len();
    frames.map(|at| at % third == 0 && at < 3 * third).collect()
}

#[test]
fn every_rate_and_layout_is_as_it_was_or_silent() {
    needs!("ffmpeg", "ffprobe", "libfaad");
    let rates = [
        8000, 11_025, 12_000, 16_000, 22_050, 24_000, 32_000, 44_100, 48_000, 64_000, 88_200,
        96_000,
    ];
    let mono = rates.map(|rate| ("mono", 1, rate));
    let others = [
        STEREO,
        ("stereo", 2, 44_100),
        ("stereo", 2, 16_000),
        ("3.0", 3, 48_000),
        ("4.0", 4, 48_000),
        ("5.0", 5, 48_000),
        ("5.1", 6, 44_100),
        ("5.1", 6, 96_000),
        ("7.1", 8, 48_000),
    ];
    for (at, sound) in mono.into_iter().chain(others).enumerate() {
        let stream = Stream::of(sound, &noise(sound, if sound.2 < 20_000 { 3 } else { 1 }));
        let form = FORMS[at % FORMS.len()];
        let door = DOORS[at / FORMS.len() % DOORS.len()];
        let gated = check(&stream, form, &thirds(&stream), at % 2 == 0, door);
        let gated = gated.unwrap_or_else(|error| panic!("{sound:?} {form:?}: {error}"));
        let whole = gated.iter().filter(|gated| gated.verdict.is_released());
        assert!(whole.count() > stream.frames.len() / 3, "{sound:?}");
    }
}

#[test]
fn all_is_whole_if_all_is_agreed() {
    needs!("ffmpeg", "ffprobe", "libfaad");
    let stream = Stream::of(STEREO, &noise(STEREO, 1));
    for form in FORMS {
        let mut changes = vec![false; stream.frames.len()];
        changes[0] = true;
        let gated = check(&stream, form, &changes, true, Door::Admit).unwrap();
        let first = gated.iter().position(|gated| gated.verdict.is_released());
        // The reach is rounded up.
        assert_eq!(first, Some(form.reach() + 1));
    }
}

#[test]
fn minds_that_change_often() {
    needs!("ffmpeg", "ffprobe", "libfaad");
    let stream = Stream::of(STEREO, &noise(STEREO, 2));
    let config = ProptestConfig {
        cases: 9,
        max_shrink_iters: 10,
        ..ProptestConfig::default()
    };
    let changes = prop::collection::vec(prop::bool::weighted(0.1), stream.frames.len());
    let given = (
        changes,
        prop::sample::select(&FORMS[..]),
        any::<bool>(),
        prop::sample::select(&DOORS[..]),
    );
    let mut runner = TestRunner::new(config);
    let checked = runner.run(&given, |(changes, form, blanks, door)| {
        check(&stream, form, &changes, blanks, door)
            .map(drop)
            .map_err(TestCaseError::fail)
    });
    checked.unwrap_or_else(|error| panic!("{error}"));
}

/// Sound of the middle alone, to all else of which its owner agrees, each frame sent when its last sample has come.
fn without_the_middle(stream: &Stream, form: Form, blanks: bool, middle: [i64; 2]) -> Vec<Gated> {
    let (mut meeting, notice, [who]) = meeting();
    let mut options = StreamOptions::owned(who, Kind::Audio, Format::AAC);
    if let Some(config) = form.config(stream) {
        options = options.decoder_config(config);
    }
    let mut tap = tap(&mut meeting, options, blanks);
    let [start, end] = middle.map(Time::from_micros);
    common::agree(&mut meeting, notice, who, common::SCOPE, Time::START);
    let frames = form.frames(stream);
    let mut gated = Vec::new();
    let (mut is_withdrawn, mut is_agreed) = (false, false);
    for (at, sent) in sent(stream, &frames).iter().enumerate() {
        let now = Time::from_micros(captured(stream, at + 1) + 1);
        if now >= start && !is_withdrawn {
            let scope = Scope::new(Kinds::all(), Purposes::RECORD);
            let withdrawn = meeting.withdraw(Authority::Participant, who, scope, start);
            let _ = withdrawn.unwrap();
            is_withdrawn = true;
        }
        if now >= end && !is_agreed {
            common::agree(&mut meeting, notice, who, common::SCOPE, end);
            is_agreed = true;
        }
        let contributors = Contributors::Owner;
        gated.push(gate::send(&mut tap, contributors, sent, now, Door::Admit));
    }
    gated
}

/// The loudest sample that any decoder hears.
fn loudest(stream: &Stream, form: Form, gated: &[Gated]) -> u16 {
    let received: Vec<_> = gated
        .iter()
        .filter_map(|gated| gated.bytes.clone())
        .collect();
    let decoded = decoded(stream, form, &received).unwrap();
    let samples = decoded.iter().flatten().flatten();
    samples.map(|it| it.unsigned_abs()).max().unwrap()
}

#[test]
fn what_was_withheld_is_not_heard() {
    needs!("ffmpeg", "ffprobe", "libfaad");
    for sound in [STEREO, ("mono", 1, 16_000), ("5.1", 6, 44_100)] {
        let (_, channels, rate) = sound;
        let mut heard = 0;
        // Which begins and ends within frames, and within their halves.
        for (part, form) in [0, 300, 700].into_iter().zip(FORMS) {
            let second = channels * rate;
            let (start, end) = (
                second + part * channels,
                second * 2 + (part + 250) * channels,
            );
            let mut samples = noise(sound, 4);
            samples[..start].fill(0);
            samples[end..].fill(0);
            let stream = Stream::of(sound, &samples);
            let micros = |at: usize| {
                let micros = at / channels * 1_000_000 / rate;
                1_000_000 + i64::try_from(micros).unwrap()
            };
            let middle = [micros(start), micros(end) + 1];
            for blanks in [false, true] {
                let gated = without_the_middle(&stream, form, blanks, middle);
                let released = gated.iter().filter(|gated| gated.verdict.is_released());
                assert!(released.count() > stream.frames.len() / 2);
                assert_eq!(loudest(&stream, form, &gated), 0, "{sound:?} {form:?}");
            }
            // Control: the frame before the first that is released, which a reach of zero would let through.
            let mut gated = without_the_middle(&stream, form, true, middle);
            let first = gated.iter().enumerate().position(|(at, gated)| {
                captured(&stream, at) >= middle[1] && !gated.verdict.is_released()
            });
            let first = first.unwrap();
            assert_eq!(
                gated[first].verdict,
                Verdict::Blanked(Reason::CapturedEarlier)
            );
            gated[first].bytes = Some(form.frames(&stream).swap_remove(first));
            heard = heard.max(loudest(&stream, form, &gated));
        }
        // Of some its first half is short: then it has none of what was before.
        assert!(heard > 1000, "{sound:?} {heard}");
    }
}

#[test]
fn control_a_planted_leak_is_heard() {
    needs!("ffmpeg", "ffprobe", "libfaad");
    let stream = Stream::of(STEREO, &noise(STEREO, 1));
    for form in FORMS {
        let mut gated = check(&stream, form, &thirds(&stream), true, Door::Admit).unwrap();
        let at = stream.frames.len() / 2;
        assert!(!gated[at].verdict.is_released());
        gated[at].bytes = Some(form.frames(&stream).swap_remove(at));
        assert!(judge(&stream, form, &gated).is_err(), "{form:?}");
        // And a frame that is not as it was.
        let mut gated = check(&stream, form, &thirds(&stream), true, Door::Admit).unwrap();
        gated[8].bytes = gated[9].bytes.clone();
        assert!(judge(&stream, form, &gated).is_err(), "{form:?}");
    }
}

/// Of a layout that no channel configuration has.
#[test]
fn channels_told_otherwise_are_whole_or_dropped() {
    needs!("ffmpeg", "ffprobe", "libfaad");
    let quad = ("quad", 4, 48_000);
    let stream = Stream::of(quad, &noise(quad, 1));
    assert_eq!(stream.frames[0][2] & 1 | stream.frames[0][3] >> 6, 0);
    for form in [Form::Adts, Form::Raw] {
        let frames = form.frames(&stream);
        let sent = sent(&stream, &frames);
        let (config, changes) = (form.config(&stream), thirds(&stream));
        let door = Door::Admit;
        let gated = gate_with(
            config,
            Kind::Audio,
            Format::AAC,
            &sent,
            &changes,
            true,
            door,
        );
        for (at, gated) in gated.iter().enumerate() {
            let is_dropped =
                matches!(gated.verdict, Verdict::Dropped(reason) if reason != Reason::Malformed);
            assert!(
                is_dropped || gated.verdict == Verdict::Whole,
                "{form:?} {at}"
            );
        }
        if form == Form::Raw {
            assert_eq!(gated[0].can_blank, Some(false));
        }
    }
}
