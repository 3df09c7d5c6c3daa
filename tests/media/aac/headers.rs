//! Which configurations and frames are AAC-LC, and how far back they are dated.

use framegate::{
    Contributors, Error, Fault, Kind, Reason, StreamOptions, Time, Verdict, format::Format,
};
use proptest::{prelude::*, sample::select};

use super::audio::{STEREO_FRAME, by_faad, length, packed};
use crate::{
    common::{self, judges::needs, meeting},
    encoded::gate::{self, Door, Sent, tap},
};

const MALFORMED: Verdict = Verdict::Dropped(Reason::Malformed);
/// AAC-LC in stereo at 48 kHz, unsaid whether bands are replicated; and said that they are not.
const SHORT: &[u8] = &[0x11, 0x90];
const NONE: &[u8] = &[0x11, 0x90, 0x56, 0xE5, 0];

/// What becomes of one frame, captured when its owner has agreed for so many microseconds, and its fault.
fn after(config: Option<&[u8]>, bytes: &[u8], micros: i64) -> (gate::Gated, Option<Fault>) {
    let (mut meeting, notice, [who]) = meeting();
    let mut stream = StreamOptions::owned(who, Kind::Audio, Format::AAC);
    if let Some(config) = config {
        stream = stream.decoder_config(config);
    }
    let mut tap = tap(&mut meeting, stream, true);
    let from = common::millis(1000);
    common::agree(&mut meeting, notice, who, common::SCOPE, from);
    let captured = Time::from_micros(1_000_000 + micros);
    let sent = Sent {
        bytes,
        captured,
        keyframe: None,
    };
    let gated = gate::send(&mut tap, Contributors::Owner, &sent, captured, Door::Admit);
    (gated, tap.last_fault())
}

fn verdict(config: Option<&[u8]>, bytes: &[u8]) -> Verdict {
    after(config, bytes, 1_000_000).0.verdict
}

fn fault(config: Option<&[u8]>, bytes: &[u8]) -> Option<Fault> {
    let (gated, fault) = after(config, bytes, 1_000_000);
    assert_eq!(fault.is_some(), gated.verdict == MALFORMED);
    fault
}

/// Bits by groups, of each its value and how many there are.
fn bits(groups: &[(u32, usize)]) -> Vec<u8> {
    let bits = groups.iter().flat_map(|(value, count)| {
        let bit = |at| u8::from(at < 32 && value >> at & 1 == 1);
        (0..*count).rev().map(bit).collect::<Vec<_>>()
    });
    packed(&bits.collect::<Vec<_>>())
}

/// A header of ADTS with everything that counts, before a frame.
#[derive(Clone, Copy)]
struct Head {
    mpeg2: u32,
    layer: u32,
    profile: u32,
    rate: u32,
    channels: u32,
    further: u32,
    check: usize,
}

const HEAD: Head = Head {
    mpeg2: 0,
    layer: 0,
    profile: 1,
    rate: 3,
    channels: 2,
    further: 0,
    check: 0,
};

impl Head {
    fn before(self, raw: &[u8]) -> Vec<u8> {
        let length = 7 + self.check + raw.len();
        let head = bits(&[
            (0xFFF, 12),
            (self.mpeg2, 1),
            (self.layer, 2),
            ((self.check == 0).into(), 1),
            (self.profile, 2),
            (self.rate, 4),
            (0, 1),
            (self.channels, 3),
            (0, 4),
            (u32::try_from(length).unwrap(), 13),
            (0x7FF, 11),
            (self.further, 2),
        ]);
        [&head[..], &vec![0xA5; self.check], raw].concat()
    }
}

#[test]
fn a_frame_is_dated_by_what_its_transform_covers() {
    let rates = [
        96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025,
        8000, 7350,
    ];
    let is_reach = |config: Option<&[u8]>, frame: &[u8], samples: i64, rate: i64| {
        let reach = (samples * 1_000_000 + rate - 1) / rate;
        let earlier = Verdict::Blanked(Reason::CapturedEarlier);
        let verdict = |micros| after(config, frame, micros).0.verdict;
        assert_eq!(verdict(reach - 1), earlier, "{config:02x?} {rate}");
        assert_eq!(verdict(reach), Verdict::Whole, "{config:02x?} {rate}");
    };
    for (index, rate) in (0..).zip(rates) {
        let head = Head {
            rate: index,
            ..HEAD
        };
        is_reach(None, &head.before(STEREO_FRAME), 2048, rate);
        for (short, samples) in [(0, 1024), (1, 960)] {
            let config = [(2, 5), (index, 4), (2, 4), (short, 1), (0, 2)];
            is_reach(Some(&bits(&config)), STEREO_FRAME, 2 * samples, rate);
            let said = [&config[..], &[(0x2B7, 11), (5, 5), (0, 1)]].concat();
            is_reach(Some(&bits(&said)), STEREO_FRAME, samples, rate);
        }
    }
    // A rate that is written out.
    let other = bits(&[(2, 5), (15, 4), (44_101, 24), (2, 4), (0, 3)]);
    is_reach(Some(&other), STEREO_FRAME, 2048, 44_101);
}

#[test]
fn configurations_of_other_profiles_are_refused() {
    let opens = |config: &[u8]| {
        let (mut meeting, _, [who]) = meeting();
        let stream = StreamOptions::owned(who, Kind::Audio, Format::AAC).decoder_config(config);
        match meeting.open_stream(stream) {
            Ok(_) => true,
            Err(Error::Format) => false,
            Err(error) => panic!("{error}"),
        }
    };
    let lc = |rate: u32, channels: u32, flags: u32| {
        bits(&[(2, 5), (rate, 4), (channels, 4), (flags, 3)])
    };
    // A program of a pair, with a mixdown and a comment.
    let program = |profile: u32| {
        let head = [(2, 5), (3, 4), (0, 4), (0, 3)];
        let element = [
            (0, 4),
            (profile, 2),
            (3, 4),
            (1, 4),
            (0, 4),
            (0, 4),
            (0, 2),
            (0, 3),
            (0, 4),
        ];
        let rest = [
            (0, 2),
            (1, 1),
            (5, 3),
            (1, 1),
            (0, 4),
            (0, 0),
            (2, 8),
            (0x4142, 16),
        ];
        // Aligned: 16 bits, 31, 2 + 4 + 5, and so 6 more.
        let [flags, mixdown, kind, pair, tag, _, count, comment] = rest;
        let before = [&head[..], &element, &[flags, mixdown, kind, pair, tag]].concat();
        let length: usize = before.iter().map(|(_, count)| count).sum();
        let padding = (0, length.next_multiple_of(8) - length);
        bits(&[&before[..], &[padding, count, comment]].concat())
    };
    assert!(opens(SHORT) && opens(NONE) && !opens(&lc(3, 0, 0)));
    assert!(opens(&program(1)));
    for channels in 1..8 {
        assert!(opens(&lc(11, channels, 0)) && opens(&lc(0, channels, 4)));
    }
    assert!(opens(&[SHORT, &[0; 9]].concat()));
    // Main, SSR, LTP, SBR, scalable, low delay, SBR and stereo by their own numbers, and one written out.
    for profile in [0, 1, 3, 4, 5, 6, 23, 29, 31] {
        assert!(
            !opens(&bits(&[(profile, 5), (3, 4), (2, 4), (0, 11)])),
            "{profile}"
        );
    }
    let sync = |kind, present| {
        [
            SHORT,
            &bits(&[(0x2B7, 11), (kind, 5), (present, 1), (3, 7)]),
        ]
        .concat()
    };
    for refused in [
        // Replicated by announcement, or in a way that is not known.
        sync(5, 1),
        sync(22, 0),
        sync(5, 0),
        // Later on, where decoders find it.
        [SHORT, &[0], &sync(5, 1)[2..]].concat(),
        [SHORT, &bits(&[(0x2B7, 11), (5, 5)])].concat(),
        // That depend on a core, or are extended; rates and channels that there are not.
        lc(3, 2, 2),
        lc(3, 2, 1),
        lc(13, 2, 0),
        lc(14, 2, 0),
        lc(3, 8, 0),
        bits(&[(2, 5), (15, 4), (96_001, 24), (2, 4), (0, 3)]),
        bits(&[(2, 5), (15, 4), (0, 24), (2, 4), (0, 3)]),
        program(0),
        program(1)[..program(1).len() - 1].to_vec(),
        Vec::new(),
        vec![0x11],
        HEAD.before(STEREO_FRAME),
    ] {
        assert!(!opens(&refused), "{refused:02x?}");
    }
    // Of H.264 neither.
    let (mut meeting, _, [who]) = meeting();
    let stream = StreamOptions::owned(who, Kind::Video, Format::H264).decoder_config(SHORT);
    assert_eq!(meeting.open_stream(stream).unwrap_err(), Error::Format);
}

type Case<'a> = (Option<&'a [u8]>, Vec<u8>, Fault);

#[test]
fn each_frame_has_its_fault() {
    let adts = HEAD.before(STEREO_FRAME);
    let with = |change: fn(&mut Head)| {
        let mut head = HEAD;
        change(&mut head);
        head.before(STEREO_FRAME)
    };
    assert_eq!(fault(None, &adts), None);
    assert_eq!(fault(Some(SHORT), STEREO_FRAME), None);
    // MPEG-2, with a checksum, and of another number of blocks.
    for right in [
        with(|head| head.mpeg2 = 1),
        with(|head| head.check = 2),
        with(|head| head.further = 1),
        with(|head| (head.further, head.check) = (3, 8)),
    ] {
        assert_eq!(fault(None, &right), None, "{right:02x?}");
    }
    let window = |predicted: u32, bands: u32| {
        bits(&[
            (1, 3),
            (0, 4),
            (1, 1),
            (0, 3),
            (0, 1),
            (bands, 6),
            (predicted, 1),
            (0, 32),
        ])
    };
    let mono = [0, 0, 0, 0, 0];
    let cases: [Case<'_>; 21] = [
        (Some(SHORT), adts.clone(), Fault::Adts),
        (None, STEREO_FRAME.to_vec(), Fault::NoAdts),
        (None, vec![0xFF], Fault::NoAdts),
        // Layer 3, which is MP3; LATM.
        (None, with(|head| head.layer = 1), Fault::NoAdts),
        (None, vec![0x56, 0xE0, 9, 1, 2, 3, 4, 5, 6], Fault::NoAdts),
        (None, with(|head| head.rate = 13), Fault::NoAdts),
        (None, with(|head| head.profile = 0), Fault::AacProfile),
        (None, with(|head| head.profile = 2), Fault::AacProfile),
        (None, with(|head| head.profile = 3), Fault::AacProfile),
        (None, adts.repeat(2), Fault::SeveralFrames),
        (None, [&adts[..], &[0]].concat(), Fault::UnitSize),
        (None, adts[..adts.len() - 1].to_vec(), Fault::UnitSize),
        (None, with(|head| head.channels = 1), Fault::AacFrame),
        (None, HEAD.before(&[]), Fault::AacFrame),
        (None, HEAD.before(&window(1, 0)), Fault::AacProfile),
        (Some(SHORT), window(1, 0), Fault::AacProfile),
        (Some(SHORT), window(0, 52), Fault::AacFrame),
        (Some(SHORT), mono.to_vec(), Fault::AacFrame),
        // Nothing but an end, and a coupling channel.
        (Some(SHORT), vec![0xE0], Fault::AacFrame),
        (Some(SHORT), vec![0x40, 0, 0, 0, 0, 0], Fault::AacFrame),
        // Filled to beyond its end.
        (Some(SHORT), vec![0xDE, 0xFF, 1, 2, 3], Fault::AacFrame),
    ];
    for (config, bytes, expected) in cases {
        assert_eq!(
            fault(config, &bytes),
            Some(expected),
            "{config:?} {bytes:02x?}"
        );
    }
    assert_eq!(fault(Some(SHORT), &window(0, 51)), None);
}

/// Their lengths are not known, so that no blank frame is as long.
#[test]
fn several_blocks_in_a_frame_are_whole_or_dropped() {
    let head = Head { further: 1, ..HEAD };
    let frame = head.before(&STEREO_FRAME.repeat(2));
    let (gated, _) = after(None, &frame, 1_000_000);
    assert_eq!(gated.verdict, Verdict::Whole);
    let (gated, _) = after(None, &frame, 0);
    assert_eq!(gated.verdict, Verdict::Dropped(Reason::CapturedEarlier));
    let (gated, _) = after(None, &HEAD.before(STEREO_FRAME), 0);
    assert!(matches!(gated.verdict, Verdict::Blanked(_)));
}

/// Of each number of channels and each length: silence, all of it.
#[test]
fn blank_frames_are_silent_by_libfaad() {
    needs!("libfaad");
    for (channels, heard) in (1_u32..8).zip([2, 2, 3, 4, 5, 6, 8]) {
        for (short, samples) in [(0, 1024), (1, 960)] {
            let config = bits(&[(2, 5), (3, 4), (channels, 4), (short, 1), (0, 2)]);
            let element = u32::from(channels == 2);
            let frame = bits(&[(element, 3), (0, 40)]);
            let (gated, _) = after(Some(&config), &frame, 0);
            let blank = gated.bytes.unwrap();
            assert_eq!(verdict(Some(&config), &blank), Verdict::Whole);
            let decoded = by_faad(Some(&config), &vec![blank; 5]).unwrap();
            for of_frame in &decoded[1..] {
                assert_eq!(*of_frame, vec![0; samples * heard], "{channels}");
            }
        }
    }
}

/// A header as the standard has it, looked at once more.
fn is_adts(frame: &[u8]) -> bool {
    frame.len() >= 7
        && frame[0] == 0xFF
        && frame[1] & 0xF6 == 0xF0
        && frame[2] >> 6 == 1
        && frame[2] >> 2 & 0xF < 13
        && length(frame) == frame.len()
}

fn frames() -> impl Strategy<Value = Vec<u8>> {
    let real = (
        select(vec![0_u32, 3]),
        0..8_u32,
        prop::collection::vec(any::<u8>(), 0..40),
    );
    let real = real.prop_map(|(further, channels, raw)| {
        let head = Head {
            channels,
            further,
            ..HEAD
        };
        head.before(&raw)
    });
    let changed = (real.clone(), any::<prop::sample::Index>(), any::<u8>());
    let changed = changed.prop_map(|(mut frame, at, byte)| {
        let at = at.index(frame.len());
        frame[at] = byte;
        frame
    });
    prop_oneof![real, changed, prop::collection::vec(any::<u8>(), 1..40)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]

    #[test]
    fn anything_is_withheld_unless_it_is_a_frame(frame in frames()) {
        let (gated, found) = after(None, &frame, 1_000_000);
        prop_assert_eq!(gated.verdict == Verdict::Whole, found.is_none());
        prop_assert!(gated.verdict != Verdict::Whole || is_adts(&frame));
        let (blank, _) = after(None, &frame, 0);
        if let Some(blank) = blank.bytes {
            prop_assert!(is_adts(&blank) && blank.len() <= 31);
            // Of the same channels and rate.
            prop_assert_eq!((blank[2] & !2, blank[3] & 0xC0), (frame[2] & !2, frame[3] & 0xC0));
            prop_assert_eq!(verdict(None, &blank), Verdict::Whole);
        }
    }

    #[test]
    fn anything_raw_is_withheld_unless_it_begins_as_one(config in select(vec![SHORT, NONE]), raw in prop::collection::vec(any::<u8>(), 1..60)) {
        let (gated, found) = after(Some(config), &raw, 1_000_000);
        prop_assert_eq!(gated.verdict == Verdict::Whole, found.is_none());
        // A pair, or something to skip before it.
        prop_assert!(gated.verdict != Verdict::Whole || matches!(raw[0] >> 5, 1 | 4 | 5 | 6));
    }

    #[test]
    fn any_configuration_opens_a_stream_or_none(config in prop::collection::vec(any::<u8>(), 0..30), is_lc in any::<bool>()) {
        let mut config = config;
        if let (true, Some(first)) = (is_lc, config.first_mut()) {
            *first = 0x10 | *first & 7;
        }
        let (mut meeting, _, [who]) = meeting();
        let stream = StreamOptions::owned(who, Kind::Audio, Format::AAC).decoder_config(&config[..]);
        let opened = meeting.open_stream(stream);
        prop_assert!(opened.is_err() || config[0] >> 3 == 2);
    }
}
