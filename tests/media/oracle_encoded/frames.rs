//! Frames made from nothing, of which it is known what they are: headers bit by bit, and no picture or sound behind them.

use framegate::format::Format;
use proptest::{prelude::*, sample::select};

/// What a frame is.
#[derive(Clone, Debug)]
pub struct Made {
    pub bytes: Vec<u8>,
    pub nature: Nature,
    /// Whether it is shown by itself.
    pub is_shown: bool,
    /// Whether there are black pictures of its size; none if it says nothing of it.
    pub can_be_black: Option<bool>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nature {
    /// Sound: nothing depends on it. How many milliseconds before its capture it reaches back, if that can be told.
    Sound(Option<i64>),
    /// Starts afresh.
    Fresh,
    /// Likewise, but what leads it depends on what was before.
    BrokenLink,
    /// What follows it may depend on nothing before it, but it starts nothing.
    Renewal,
    /// Depends on what was before it.
    Inner,
    /// Likewise, on what was before the last renewal; nothing but what leads likewise depends on it.
    Leading,
    /// No frame of the codec.
    Malformed,
    /// No bytes, as of an encoder that leaves a frame out.
    Nothing,
}

impl Made {
    fn new(bytes: impl Into<Vec<u8>>, nature: Nature) -> Self {
        let bytes = bytes.into();
        let is_shown = true;
        Self {
            bytes,
            nature,
            is_shown,
            can_be_black: None,
        }
    }

    fn fresh(bytes: impl Into<Vec<u8>>, can_be_black: bool) -> Self {
        Self {
            can_be_black: Some(can_be_black),
            ..Self::new(bytes, Nature::Fresh)
        }
    }

    fn unshown(self) -> Self {
        let is_shown = false;
        Self { is_shown, ..self }
    }
}

/// One of the formats, and the frames that it can have.
pub fn streams() -> impl Strategy<Value = (Format, Vec<Made>)> {
    select(all()).prop_map(|(format, mut frames)| {
        frames.push(Made::new([], Nature::Nothing));
        (format, frames)
    })
}

/// Each format; of its frames what is common is there more than once.
pub fn all() -> Vec<(Format, Vec<Made>)> {
    vec![
        (Format::OPUS, opus()),
        (Format::OPUS_RED, redundant_opus()),
        (Format::H264, h264()),
        (Format::HEVC, hevc()),
        (Format::VP8, vp8()),
        (Format::VP9, vp9()),
        (Format::AV1, av1()),
    ]
}

/// Zeros, ones and spaces, filled up with zeros.
pub fn bits(text: &str) -> Vec<u8> {
    let bits: Vec<_> = text.bytes().filter(|byte| *byte != b' ').collect();
    let byte = |bits: &[u8]| {
        let bits = bits.iter().chain([&b'0'; 8]).take(8);
        bits.fold(0, |byte, bit| byte << 1 | u8::from(*bit == b'1'))
    };
    bits.chunks(8).map(byte).collect()
}

/// A number in Exp-Golomb code.
pub fn golomb(number: u32) -> String {
    let code = format!("{:b}", number + 1);
    format!("{}{code}", "0".repeat(code.len() - 1))
}

pub fn golombs(numbers: &[u32]) -> String {
    numbers.iter().map(|number| golomb(*number)).collect()
}

pub fn units(units: &[&[u8]]) -> Vec<u8> {
    let unit = |unit: &&[u8]| [&[0, 0, 1], *unit].concat();
    units.iter().flat_map(unit).collect()
}

fn h264() -> Vec<Made> {
    let sps = |profile: u8, reordered: Option<u32>| {
        // How many pictures are reordered, if it is said.
        let usage = reordered.map_or("0".into(), |count| {
            format!("1 0000 0000 11 {}", golombs(&[0, 0, 0, 0, count, 2]))
        });
        // The constraints and level, 64 by 48 in macroblocks.
        let rest = format!(
            "{}{}0{}110 {usage} 1",
            golombs(&[0, 0, 0, 0]),
            golomb(1),
            golombs(&[3, 2])
        );
        [&[0x67, profile, 0xC0, 0x1F], &bits(&rest)[..]].concat()
    };
    let pps = format!(
        "{} 00 {} 000 {} 000 1",
        golombs(&[0, 0]),
        golombs(&[0; 3]),
        golombs(&[0; 3])
    );
    let pps = [&[0x68], &bits(&pps)[..]].concat();
    let slice = |header: u8| [&[header], &bits(&(golombs(&[0, 7, 0]) + "1"))[..], &[0xAB]].concat();
    let (idr, inner) = (slice(0x65), slice(0x41));
    let other = [&[0x65], &bits(&(golombs(&[4, 7, 1]) + "1"))[..], &[0xAB]].concat();
    // Of a layer above, and of another view.
    let [layer, view] = [[0x74, 0xC0, 0x80, 7, 0xAB], [0x74, 0x40, 0, 7, 0xAB]];
    // Nothing is reordered in the baseline profile, nor in others unless they say so or a B slice comes.
    let (sps, main, reordered) = (sps(66, None), sps(77, None), sps(77, Some(2)));
    let recovery: &[u8] = &[0x06, 6, 1, 0xC4, 0x80];
    let inner_frame = Made::new(units(&[&inner]), Nature::Inner);
    vec![
        inner_frame.clone(),
        inner_frame.clone(),
        inner_frame,
        Made::new(units(&[&sps, &pps, recovery, &inner]), Nature::Inner),
        Made::fresh(units(&[&sps, &pps, &idr]), true),
        Made::fresh(units(&[recovery, &sps, &pps, &idr, &idr]), true),
        Made::fresh(units(&[&main, &pps, &idr]), true),
        Made::fresh(units(&[&reordered, &pps, &idr]), false),
        // Its second slice is of a picture parameter set that does not come with it.
        Made::new(units(&[&sps, &pps, &idr, &other]), Nature::Inner),
        Made::new(units(&[&idr]), Nature::Inner),
        Made::new(units(&[&sps, &idr]), Nature::Inner),
        Made::new(units(&[&pps, &idr]), Nature::Inner),
        Made::new(units(&[&idr, &sps, &pps]), Nature::Inner),
        Made::new(units(&[&sps, &pps]), Nature::Inner).unshown(),
        Made::new(units(&[&sps, &pps, &idr, &layer]), Nature::Malformed),
        Made::new(units(&[&inner, &view]), Nature::Malformed),
        Made::new(units(&[&layer]), Nature::Malformed),
        Made::new(units(&[&[0xE5, 0x88]]), Nature::Malformed),
        Made::new([0, 0, 0, 5, 0x65, 0x88, 0x84, 0, 7], Nature::Malformed),
    ]
}

fn hevc() -> Vec<Made> {
    // The main profile, progressive, of level 3.1, with emulation prevention.
    const PROFILE: [u8; 15] = [1, 0x60, 0, 0, 3, 0, 0x90, 0, 0, 3, 0, 0, 3, 0, 0x5D];
    let sps = |reordered: u32| {
        let rest = format!(
            "{} 0 {} 1 {} {} 0000 {} 00000 1",
            golombs(&[0, 1, 64, 48]),
            golombs(&[0, 0, 4]),
            golombs(&[3, reordered, 0]),
            // Coding blocks of 8 to 16, transforms of 4 to 8.
            golombs(&[0, 1, 0, 1, 0, 0]),
            golomb(0)
        );
        [&[0x42, 1, 1], &PROFILE[..], &bits(&rest)].concat()
    };
    let vps = format!("1 {} 000000 {} 00 1", golombs(&[3, 0, 0]), golomb(0));
    let vps = [
        &[0x40, 1, 0x0C, 1, 0xFF, 0xFF],
        &PROFILE[..],
        &bits(&vps)[..],
    ];
    let pps = format!(
        "{} 0000000 {} 000 {} 0000000000 {} 00 1",
        golombs(&[0, 0]),
        golombs(&[0; 3]),
        golombs(&[0; 2]),
        golomb(0)
    );
    let (vps, pps) = (
        &vps.concat()[..],
        &[&[0x44, 1], &bits(&pps)[..]].concat()[..],
    );
    let slice = |kind: u8, layer: u8| [kind << 1, layer << 3 | 1, 0b1111_1000, 0xAB];
    let (sps, reordered) = (sps(0), sps(2));
    let with = |kind: u8| units(&[vps, &sps, pps, &slice(kind, 0)]);
    let alone = |kind: u8| units(&[&slice(kind, 0)]);
    let link = Made {
        can_be_black: Some(true),
        ..Made::new(with(16), Nature::BrokenLink)
    };
    vec![
        Made::new(alone(1), Nature::Inner),
        Made::new(alone(0), Nature::Inner),
        Made::new(alone(1), Nature::Inner),
        Made::new(alone(8), Nature::Leading),
        Made::new(alone(9), Nature::Leading),
        Made::new(alone(6), Nature::Inner),
        Made::fresh(with(19), true),
        Made::fresh(with(20), true),
        Made::fresh(units(&[vps, &reordered, pps, &slice(19, 0)]), false),
        link,
        Made::new(with(21), Nature::Renewal),
        Made::new(alone(19), Nature::Inner),
        Made::new(alone(16), Nature::Inner),
        Made::new(units(&[vps, &sps, &slice(19, 0)]), Nature::Inner),
        Made::new(units(&[&sps, pps, &slice(19, 0)]), Nature::Inner),
        // With slices of a layer above the one that needs no other, and of such alone.
        Made::new(
            units(&[vps, &sps, pps, &slice(19, 0), &slice(1, 1)]),
            Nature::Malformed,
        ),
        Made::new(units(&[vps, &sps, pps, &slice(19, 1)]), Nature::Malformed),
        // Its second slice is of a picture parameter set that does not come with it.
        Made::new(
            units(&[vps, &sps, pps, &slice(19, 0), &[38, 1, 0b0001_0100, 0xAB]]),
            Nature::Inner,
        ),
        Made::new(units(&[vps, &sps, pps]), Nature::Inner).unshown(),
        Made::new(units(&[&[0xA6, 1]]), Nature::Malformed),
    ]
}

fn vp8() -> Vec<Made> {
    let key = |tag: u8, [width, height]: [u16; 2]| {
        let sides = [width.to_le_bytes(), height.to_le_bytes()].concat();
        [&[tag | 2 << 5, 0, 0, 0x9D, 1, 0x2A], &sides[..], &[1, 2, 3]].concat()
    };
    let inner = Made::new([0x11 | 2 << 5, 0, 0, 1, 2, 3], Nature::Inner);
    vec![
        inner.clone(),
        inner.clone(),
        inner.clone(),
        Made {
            bytes: vec![1 | 2 << 5, 0, 0, 1, 2],
            ..inner
        }
        .unshown(),
        Made::fresh(key(0x10, [64, 48]), true),
        Made::fresh(key(0x10, [16_383, 16_383]), false),
        Made::fresh(key(0, [64, 48]), true).unshown(),
        Made::new(
            [0x10, 0, 0, 0x9D, 1, 0x2B, 64, 0, 48, 0, 1],
            Nature::Malformed,
        ),
        Made::new(
            [0x10 | 7 << 5, 0, 0, 0x9D, 1, 0x2A, 64, 0, 48, 0, 1],
            Nature::Malformed,
        ),
    ]
}

fn vp9() -> Vec<Made> {
    let sides = "0000000000111111 0000000000101111";
    let key = |profile: &str, shown: u8| {
        let sync = "01001001 10000011 01000010";
        let head = format!("10 {profile} 0 0 {shown} 0 {sync} 001 0 {sides}");
        [bits(&head), vec![0x15; 4]].concat()
    };
    let inner = Made::new(
        bits("10 00 0 1 1 0 00 00000000 0000 0000 0000 1"),
        Nature::Inner,
    );
    vec![
        inner.clone(),
        inner.clone(),
        inner,
        Made::new(
            bits("10 00 0 1 0 0 0 00 00000000 0000 0000 0000 1"),
            Nature::Inner,
        )
        .unshown(),
        // Within a superframe, and intra-only.
        Made::new(
            [
                &bits("10 00 0 1 0 0 0 00 00000000 0000 0000 0000 1")[..],
                &[0xC1],
            ]
            .concat(),
            Nature::Inner,
        ),
        Made::new(
            bits(&format!(
                "10 00 0 1 0 0 1 00 01001001 10000011 01000010 00000000 {sides}"
            )),
            Nature::Inner,
        )
        .unshown(),
        Made::new(bits("10 00 1 101"), Nature::Inner),
        Made::fresh(key("00", 1), true),
        Made::fresh(key("10", 1), false),
        Made::fresh(key("00", 0), true).unshown(),
        Made::new(bits("11 00 0 0 1 0"), Nature::Malformed),
        Made::new(
            bits("10 00 0 0 1 0 01001001 10000011 01000011 001"),
            Nature::Malformed,
        ),
    ]
}

fn av1() -> Vec<Made> {
    let unit = |kind: u8, content: &[u8]| {
        [&[kind << 3 | 2, content.len().try_into().unwrap()], content].concat()
    };
    let sequence = |points: &str, deep: u8| {
        // 64 by 48, as the encoders have it that choose by frame whether there is screen content.
        let head = format!("000 0 0 {points} 0101 0101 111111 101111 0 1111111 1 00 1 1 110 111");
        unit(1, &bits(&format!("{head} {deep} 0 0 0 00 0 0 1")))
    };
    let plain = sequence("0 0 00000 0000 00000000 00100", 0);
    // Two of its points leave layers out: the first one the upper, the second one the lower.
    let apart = sequence("0 0 00001 0001 00000001 00100 0010 00000001 00100", 0);
    let layered = sequence("0 0 00001 0011 00000001 00100 0001 00000001 00100", 0);
    let deep = sequence("0 0 00000 0000 00000000 00100", 1);
    // With the times of its display and of its decoder's buffers, in delays of four bits; its second point leaves the lower layer out, or does not.
    let timed = |second: &str| {
        let (zeros, point) = ("0".repeat(32), "00000001 01001 0 1 1111 1111 1 1 1010");
        let head = format!("1 {zeros} {zeros} 1 1 1 00011 {zeros} 00000 00000 1 00001");
        sequence(&format!("{head} 0001 {point} {second} {point}"), 0)
    };
    let frame = |head: &str| unit(6, &bits(head));
    // Of references: an index of three bits for each of seven, and an order hint of seven for each of eight.
    let (refs, hints) = ("000".repeat(7), "0000000".repeat(8));
    let (key, inner) = (
        frame("0 00 1 0 1 1 0 10101"),
        frame(&format!("0 01 1 0 1 0 0 0000000 000 00000000 0 {refs}")),
    );
    let with = |sequence: &[u8], frame: &[u8]| [&[0x12, 0], sequence, frame].concat();
    // The same with an extension that says which layers it is of, the lowest ones.
    let lower = [&[key[0] | 4, 0], &key[1..]].concat();
    let alone = |frame: &[u8]| [&[0x12, 0], frame].concat();
    vec![
        Made::new(alone(&inner), Nature::Inner),
        Made::new(inner.clone(), Nature::Inner),
        Made::new(with(&plain, &inner), Nature::Inner),
        Made::fresh(with(&plain, &key), true),
        Made::fresh(with(&layered, &key), false),
        Made::fresh(with(&deep, &key), true),
        // A keyframe of the lower layer alone, which one point leaves out; of the layered ones above all have it.
        Made {
            can_be_black: Some(true),
            ..Made::new([&[0x12, 0], &apart[..], &lower].concat(), Nature::Inner)
        },
        Made::fresh([&[0x12, 0], &layered[..], &lower].concat(), false),
        Made {
            can_be_black: Some(false),
            ..Made::new(
                [&[0x12, 0], &timed("0010")[..], &lower].concat(),
                Nature::Inner,
            )
        },
        Made::fresh([&[0x12, 0], &timed("0011")[..], &lower].concat(), false),
        // Of a size of its own.
        Made::fresh(
            with(&plain, &frame("0 00 1 0 1 1 1 0000000 100111 100111")),
            true,
        ),
        Made::new(alone(&key), Nature::Inner),
        // Shown later, intra-only, switching, shown again.
        Made::new(
            with(
                &plain,
                &frame(&format!("0 00 0 0 1 1 0 0 0000000 00000000 {hints}")),
            ),
            Nature::Inner,
        ),
        Made::new(
            with(&plain, &frame("0 10 1 0 1 0 0 0000000 00000000")),
            Nature::Inner,
        ),
        Made::new(
            with(
                &plain,
                &frame(&format!(
                    "0 11 1 1 0 0000000 {hints} 0 {refs} 100111 100111"
                )),
            ),
            Nature::Inner,
        ),
        Made::new(with(&plain, &frame("1 000 1111")), Nature::Inner),
        Made::new(alone(&plain), Nature::Inner).unshown(),
        Made::new(alone(&[0xB2, 0]), Nature::Malformed),
        Made::new(alone(&[0x32, 9, 1]), Nature::Malformed),
    ]
}

fn opus() -> Vec<Made> {
    let sound = |bytes: &[u8], reach| Made::new(bytes, Nature::Sound(reach));
    vec![
        sound(&[31 << 3, 1, 2, 3], Some(0)),
        sound(&[1 << 3, 0b1000_0000, 7], Some(0)),
        // The second bit says that the one before is in it, too, of 20 ms; of 60 ms the fourth.
        sound(&[1 << 3, 0b1100_0000, 7], Some(20)),
        sound(&[3 << 3, 0b1111_0000, 7], Some(60)),
        // Padding, of zeros and of something else.
        sound(&[31 << 3 | 3, 0x41, 2, 7, 7, 0, 0], Some(0)),
        sound(&[31 << 3 | 3, 0x41, 2, 7, 7, 0, 9], None),
        Made::new([31 << 3 | 3, 0], Nature::Malformed),
        Made::new([31 << 3 | 1, 1, 2, 3], Nature::Malformed),
    ]
}

fn redundant_opus() -> Vec<Made> {
    let sound = |bytes: &[u8], reach| Made::new(bytes, Nature::Sound(reach));
    let (kind, packet) = (111, [31 << 3, 1, 2]);
    // 40 ms earlier, in the clock's ticks.
    let [high, low] = (1920_u16 << 2).to_be_bytes();
    let earlier = |kind: u8, packet: &[u8]| {
        let length = u8::try_from(packet.len()).unwrap();
        [
            &[0x80 | kind, high, low, length, 111],
            packet,
            &[31 << 3, 1, 2],
        ]
        .concat()
    };
    vec![
        sound(&[&[kind][..], &packet].concat(), Some(0)),
        sound(&earlier(kind, &packet), Some(40)),
        sound(&earlier(kind, &[1 << 3, 0b1100_0000, 7]), Some(60)),
        sound(&earlier(kind, &[]), Some(0)),
        sound(&earlier(0, &packet), None),
        Made::new([0xFF, 0, 0], Nature::Malformed),
    ]
}
