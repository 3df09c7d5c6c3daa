//! H.264 and HEVC with their parameter sets apart: behind lengths, as in MP4, and as a byte stream.

use framegate::{
    Error, Fault, Kind, Reason, StreamOptions, Verdict,
    format::{Format, Samples},
};

use super::{
    AWAITS, check, check_all,
    gate::{Door, Gated, Sent, gate_with, tap},
    judge, sent,
    video::{Codec, Encoded, Stream},
};
use crate::common::{SCOPE, agree, judges::needs, meeting, millis, own};

const CODECS: [Codec; 2] = [Codec::H264, Codec::Hevc];

/// The units behind lengths of so many bytes.
fn in_lengths(units: &[&[u8]], size: usize) -> Vec<u8> {
    let unit = |unit: &&[u8]| {
        let length = unit.len().to_be_bytes();
        assert!(length[..8 - size].iter().all(|byte| *byte == 0));
        [&length[8 - size..], *unit].concat()
    };
    units.iter().flat_map(unit).collect()
}

/// The units behind lengths of four bytes.
fn units(mut frame: &[u8]) -> Vec<&[u8]> {
    let mut units = Vec::new();
    while let Some((length, rest)) = frame.split_first_chunk() {
        let unit;
        (unit, frame) = rest.split_at(u32::from_be_bytes(*length).try_into().unwrap());
        units.push(unit);
    }
    units
}

fn kind(codec: Codec, unit: &[u8]) -> u8 {
    match codec {
        Codec::H264 => unit[0] & 0x1F,
        _ => unit[0] >> 1 & 0x3F,
    }
}

fn is_slice(codec: Codec, unit: &[u8]) -> bool {
    match codec {
        Codec::H264 => (1..=5).contains(&kind(codec, unit)),
        _ => kind(codec, unit) < 32,
    }
}

fn is_set(codec: Codec, unit: &[u8]) -> bool {
    matches!(
        (codec, kind(codec, unit)),
        (Codec::H264, 7 | 8) | (Codec::Hevc, 32..35)
    )
}

/// The parameter sets of a configuration, as they are in the frames of a byte stream.
fn sets(codec: Codec, config: &[u8]) -> Vec<&[u8]> {
    let (mut rest, mut sets) = (config, Vec::new());
    let mut take = |count: usize| rest.split_off(..count).unwrap();
    if codec == Codec::H264 {
        take(5);
        for mask in [0x1F, 0xFF] {
            for _ in 0..take(1)[0] & mask {
                let length = u16::from_be_bytes(take(2).try_into().unwrap());
                sets.push(take(length.into()));
            }
        }
    } else {
        take(22);
        for _ in 0..take(1)[0] {
            take(1);
            for _ in 0..u16::from_be_bytes(take(2).try_into().unwrap()) {
                let length = u16::from_be_bytes(take(2).try_into().unwrap());
                sets.push(take(length.into()));
            }
        }
    }
    sets
}

/// The stream with its units behind lengths of another size, without supplemental information, which is long.
fn with_lengths(mut stream: Stream, size: usize) -> Stream {
    let codec = stream.codec;
    for frame in &mut stream.frames {
        let kept = units(&frame.bytes);
        let kept = kept.into_iter().filter(|unit| is_slice(codec, unit));
        frame.bytes = in_lengths(&kept.collect::<Vec<_>>(), size);
    }
    let config = stream.config.as_mut().unwrap();
    let description = stream.description.as_mut().unwrap();
    let at = description.windows(config.len());
    let at = at.clone().position(|bytes| bytes == config).unwrap();
    let place = if codec == Codec::H264 { 4 } else { 21 };
    let sizes = config[place] & !3 | u8::try_from(size - 1).unwrap();
    (config[place], description[at + place]) = (sizes, sizes);
    stream.show();
    stream
}

/// The stream as a byte stream, with its parameter sets before it.
fn as_byte_stream(mut stream: Stream) -> Stream {
    let code = |units: Vec<&[u8]>| {
        let unit = |unit: &[u8]| [&[0, 0, 0, 1], unit].concat();
        units.into_iter().flat_map(unit).collect()
    };
    for frame in &mut stream.frames {
        frame.bytes = code(units(&frame.bytes));
    }
    stream.config = stream
        .config
        .map(|config| code(sets(stream.codec, &config)));
    stream.description = None;
    stream.show();
    stream
}

#[test]
fn frames_with_lengths_decode_as_they_were_or_black() {
    needs!("ffmpeg", "ffprobe");
    for codec in CODECS {
        let stream = Stream::in_mp4(codec, (160, 120), "");
        for frame in &stream.frames {
            let units = units(&frame.bytes);
            let sets = sets(codec, stream.config.as_deref().unwrap());
            assert!(!units.iter().any(|unit| sets.contains(unit)), "{codec:?}");
        }
        check_all(&stream, 5);
        check_all(&with_lengths(stream, 2), 3);
    }
    check_all(
        &Stream::in_mp4(Codec::H264, (150, 106), "-profile:v baseline"),
        2,
    );
}

/// Whose units have less than 256 bytes.
#[test]
fn small_frames_with_lengths_of_a_byte_decode_as_they_were_or_black() {
    needs!("ffmpeg", "ffprobe");
    for codec in CODECS {
        let stream = Stream::in_mp4(codec, (64, 48), "-qp 50");
        check_all(&with_lengths(stream, 1), 3);
    }
}

/// As `MediaCodec` gives them.
#[test]
fn frames_of_a_byte_stream_with_sets_apart_decode_as_they_were_or_black() {
    needs!("ffmpeg", "ffprobe");
    for codec in CODECS {
        check_all(&as_byte_stream(Stream::in_mp4(codec, (160, 120), "")), 3);
    }
}

/// A stream that goes on with other parameter sets of the same ids, which each of its keyframes then has.
fn updated(codec: Codec) -> Stream {
    let mut stream = Stream::in_mp4(codec, (160, 120), "-t 4");
    let other = match codec {
        Codec::H264 => "-t 4 -profile:v baseline",
        _ => "-t 4 -preset medium",
    };
    let other = Stream::in_mp4(codec, (160, 120), other);
    let other_sets = sets(codec, other.config.as_deref().unwrap());
    assert_ne!(other_sets, sets(codec, stream.config.as_deref().unwrap()));
    let sets = in_lengths(&other_sets, 4);
    for Encoded { mut bytes, is_key } in other.frames {
        if is_key {
            bytes.splice(..0, sets.iter().copied());
        }
        stream.frames.push(Encoded { bytes, is_key });
    }
    stream.show();
    stream
}

#[test]
fn sets_that_change_on_the_way_decode_as_they_were_or_black() {
    needs!("ffmpeg", "ffprobe");
    for codec in CODECS {
        check_all(&updated(codec), 3);
    }
}

/// What becomes of frames whose owner agrees from the second on, and the last fault.
fn after_the_first(
    stream: &Stream,
    config: Option<&[u8]>,
    frames: &[&[u8]],
) -> (Vec<Verdict>, Option<Fault>) {
    let (mut meeting, notice, [who]) = meeting();
    let mut options = StreamOptions::owned(who, Kind::Video, stream.codec.format());
    if let Some(config) = config {
        options = options.decoder_config(config);
    }
    let mut tap = tap(&mut meeting, options, false);
    let mut verdicts = Vec::new();
    for (at, frame) in (1..).zip(frames) {
        let now = millis(10 * at);
        if at == 2 {
            agree(&mut meeting, notice, who, SCOPE, now);
        }
        let admission = tap.admit(&own(now), (*frame).into(), now, |_| ());
        verdicts.push(admission.verdict());
    }
    (verdicts, tap.last_fault())
}

#[test]
fn a_keyframe_without_sets_counts_as_long_as_none_came_in_their_place() {
    needs!("ffmpeg", "ffprobe");
    for codec in CODECS {
        let stream = updated(codec);
        let config = stream.config.as_deref();
        let keys = stream.frames.iter().filter(|frame| frame.is_key);
        let keys: Vec<_> = keys.map(|frame| &frame.bytes[..]).collect();
        let (first, last) = (keys[0], keys[keys.len() - 1]);
        // Without the sets before it.
        let bare = units(last).into_iter().filter(|unit| is_slice(codec, unit));
        let bare = in_lengths(&bare.collect::<Vec<_>>(), 4);
        let of = |frames: &[&[u8]]| {
            let (verdicts, fault) = after_the_first(&stream, config, frames);
            (*verdicts.last().unwrap(), fault)
        };
        let stalled = (AWAITS, Some(Fault::NoParameterSets));
        let whole = (Verdict::Whole, None);
        assert_eq!(of(&[first, first]), whole);
        assert_eq!(of(&[first, last]), whole);
        // One with other sets was withheld; receivers may have these or those.
        assert_eq!(of(&[last, first]), stalled, "{codec:?}");
        assert_eq!(of(&[last, &bare]), stalled, "{codec:?}");
        assert_eq!(of(&[last, last]), whole);
        // A single set is enough for that.
        for set in units(last) {
            let known = sets(codec, config.unwrap());
            if is_set(codec, set) && !known.contains(&set) {
                let changed = in_lengths(&[set], 4);
                assert_eq!(of(&[&changed, first]), stalled, "{codec:?} {set:?}");
            }
        }
        // The same sets once more change nothing, nor do those of another id.
        let config = config.unwrap();
        let same = in_lengths(&sets(codec, config), 4);
        assert_eq!(of(&[&same, first]), whole);
        // Control: one that cannot be read may be any.
        let header: &[u8] = if codec == Codec::H264 {
            &[0x68, 0]
        } else {
            &[34 << 1, 1]
        };
        assert_eq!(of(&[&in_lengths(&[header], 4), first]), stalled);
        // Control: with no configuration none counts.
        let byte_stream = as_byte_stream(Stream::in_mp4(codec, (160, 120), "-t 1"));
        let key = &byte_stream.frames[0].bytes[..];
        let (verdicts, fault) = after_the_first(&byte_stream, None, &[key, key]);
        assert_eq!((verdicts[1], fault), stalled);
    }
}

/// After a set in the place of one that was known beforehand receivers may have either.
#[test]
fn black_pictures_bring_sets_that_receivers_may_have_lost() {
    needs!("ffmpeg", "ffprobe");
    for codec in CODECS {
        let stream = updated(codec);
        let frames = &stream.frames;
        let known = sets(codec, stream.config.as_deref().unwrap());
        let last = frames.iter().rfind(|frame| frame.is_key).unwrap();
        let mut others = units(&last.bytes).into_iter();
        let other = others.rfind(|unit| is_set(codec, unit) && !known.contains(unit));
        let other = in_lengths(&[other.unwrap()], 4);
        let gated = |second: &[u8]| {
            let bytes = [&frames[0].bytes[..], second, &frames[2].bytes];
            let sent: Vec<_> = (0..)
                .zip(bytes)
                .map(|(at, bytes)| Sent {
                    bytes,
                    ..sent(&stream)[at]
                })
                .collect();
            let config = stream.config.as_deref();
            let format = codec.format();
            gate_with(
                config,
                Kind::Video,
                format,
                &sent,
                &[false; 3],
                true,
                Door::Admit,
            )
        };
        let brings_sets = |gated: &Gated| {
            let units = units(gated.bytes.as_deref().unwrap());
            units.into_iter().any(|unit| !is_slice(codec, unit))
        };
        let changed = [&other, &frames[1].bytes[..]].concat();
        let brought: Vec<_> = gated(&changed).iter().map(brings_sets).collect();
        assert_eq!(brought[..2], [false, true], "{codec:?}");
        // Control: without it none does.
        assert!(
            !gated(&frames[1].bytes).iter().any(brings_sets),
            "{codec:?}"
        );
    }
}

const MALFORMED: Verdict = Verdict::Dropped(Reason::Malformed);

#[test]
fn a_frame_in_the_wrong_form_says_so() {
    needs!("ffmpeg", "ffprobe");
    for codec in CODECS {
        let stream = Stream::in_mp4(codec, (160, 120), "-t 2");
        let byte_stream = as_byte_stream(Stream::in_mp4(codec, (160, 120), "-t 2"));
        let of = |stream: &Stream, frame: &[u8]| {
            let config = stream.config.as_deref();
            let (verdicts, fault) = after_the_first(stream, config, &[frame, frame]);
            (verdicts[1], fault.unwrap())
        };
        for (prefixed, coded) in stream.frames.iter().zip(&byte_stream.frames) {
            let (prefixed, coded) = (&prefixed.bytes[..], &coded.bytes[..]);
            assert_eq!(of(&stream, coded), (MALFORMED, Fault::StartCode));
            let (verdict, fault) = of(&byte_stream, prefixed);
            assert!(!verdict.is_released());
            assert_eq!(fault, Fault::LengthPrefixed);
            let cut_off = &prefixed[..prefixed.len() - 1];
            assert_eq!(of(&stream, cut_off), (MALFORMED, Fault::UnitSize));
            let holding_codes = [prefixed, &in_lengths(&[coded], 4)].concat();
            assert_eq!(of(&stream, &holding_codes), (MALFORMED, Fault::StartCode));
            let of_a_layer = [prefixed, &in_lengths(&[&[0x74, 9, 9]], 4)].concat();
            assert_eq!(of(&stream, &of_a_layer).0, MALFORMED);
            let with_an_empty_one = [prefixed, &[0; 4]].concat();
            assert_eq!(
                of(&stream, &with_an_empty_one),
                (MALFORMED, Fault::UnitSize)
            );
        }
    }
}

#[test]
fn a_configuration_that_cannot_be_read_is_refused() {
    needs!("ffmpeg", "ffprobe");
    let (mut meeting, _, [who]) = meeting();
    let mut open = |format, config: &[u8]| {
        let kind = if format == Format::OPUS {
            Kind::Audio
        } else {
            Kind::Video
        };
        let stream = StreamOptions::owned(who, kind, format).decoder_config(config);
        meeting.open_stream(stream).map(drop)
    };
    for codec in CODECS {
        let stream = Stream::in_mp4(codec, (64, 48), "-t 1 -profile:v main");
        let config = stream.config.clone().unwrap();
        let format = codec.format();
        assert_eq!(open(format, &config), Ok(()));
        let other = if codec == Codec::H264 {
            Format::HEVC
        } else {
            Format::H264
        };
        let formats = [other, Format::VP8, Format::AV1, Format::i420(64, 48)];
        for format in formats.into_iter().chain([Format::OPUS, Format::OPAQUE]) {
            assert_eq!(open(format, &config), Err(Error::Format), "{format:?}");
        }
        for length in 0..config.len() {
            assert_eq!(open(format, &config[..length]), Err(Error::Format));
        }
        let place = if codec == Codec::H264 { 4 } else { 21 };
        let sets = sets(codec, &config);
        let set = config
            .windows(sets[0].len())
            .position(|bytes| bytes == sets[0]);
        // The version, a length of three bytes, another unit in a set's place.
        for (at, byte) in [
            (0, 2),
            (place, config[place] & !3 | 2),
            (set.unwrap(), 0x06),
        ] {
            let mut config = config.clone();
            config[at] = byte;
            assert_eq!(open(format, &config), Err(Error::Format), "{at}");
        }
        let frame = as_byte_stream(stream);
        let config = frame.config.as_deref().unwrap();
        assert_eq!(open(format, config), Ok(()));
        let with_picture = [config, &frame.frames[0].bytes].concat();
        assert_eq!(open(format, &with_picture), Err(Error::Format));
        assert_eq!(open(format, &[0, 0, 0, 1, 6, 1, 9]), Err(Error::Format));
    }
    let pcm = Format::pcm(Samples::S16, 1);
    let stream = StreamOptions::owned(who, Kind::Audio, pcm).decoder_config([1]);
    assert_eq!(meeting.open_stream(stream).map(drop), Err(Error::Format));
}

#[test]
fn control_a_planted_leak_among_frames_with_lengths_is_seen() {
    needs!("ffmpeg", "ffprobe");
    for codec in CODECS {
        let stream = Stream::in_mp4(codec, (160, 120), "");
        let changes: Vec<_> = (0..stream.frames.len())
            .map(|at| [0, 8, 11].contains(&at))
            .collect();
        let mut gated = check(&stream, &changes, true, Door::Admit).unwrap();
        gated[8].bytes = Some(stream.frames[6].bytes.clone());
        assert!(judge(&stream, &gated).is_err(), "{codec:?}");

        // Black pictures have no sets of their own.
        let black = gated[9].bytes.clone().unwrap();
        let own = units(&black);
        let mut own = own.into_iter().filter(|unit| !is_slice(codec, unit));
        assert!(codec != Codec::H264 || own.next().is_none());
    }
}

/// The length of a byte is too short for larger black pictures; then there are none.
#[test]
fn what_does_not_fit_behind_a_byte_is_not_blanked() {
    needs!("ffmpeg", "ffprobe");
    let stream = Stream::in_mp4(Codec::H264, (160, 120), "-t 1");
    let large = Stream::in_mp4(Codec::H264, (640, 480), "-t 1 -profile:v baseline");
    for (stream, size, can_blank) in [(&stream, 1, true), (&large, 1, false), (&large, 2, true)] {
        let mut config = stream.config.clone().unwrap();
        config[4] = config[4] & !3 | (size - 1);
        let frames = [Sent { ..sent(stream)[0] }];
        let format = Format::H264;
        let gated = gate_with(
            Some(&config),
            Kind::Video,
            format,
            &frames,
            &[false],
            true,
            Door::Admit,
        );
        assert_eq!(gated[0].can_blank, Some(can_blank), "{size}");
    }
}
