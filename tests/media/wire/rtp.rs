//! Header extensions of RTP.

use framegate::{
    Carried, Tag, TagError,
    wire::{WireError, rtp},
};
use proptest::prelude::*;

use super::{
    both, bytes,
    packets::{Parts, by_ffmpeg, captured, one_byte, two_byte},
    tshark,
};
use crate::common::judges::needs;

fn written(packet: &[u8], id: u8, carried: Carried) -> Vec<u8> {
    let mut buffer = [0xAA; 4096];
    rtp::write(packet, id, carried, &mut buffer)
        .expect("a packet with room")
        .to_vec()
}

type Named = Vec<(u8, Vec<u8>)>;

/// Packets of all shapes, and the extensions that are in them.
fn shapes() -> Vec<(Parts, Named)> {
    // Audio level, absolute send time, transport sequence number, mid.
    let common: [(u8, &[u8]); 4] = [
        (1, &[0x9F]),
        (2, b"\x12\x34\x56"),
        (3, &[7, 9]),
        (14, b"mid"),
    ];
    let long: &[(u8, &[u8])] = &[(5, b""), (15, b"x"), (200, &[0xAB; 40])];
    let named = |elements: &[(u8, &[u8])]| {
        let named = elements.iter().map(|(id, data)| (*id, data.to_vec()));
        named.collect::<Vec<_>>()
    };
    let extensions = [
        (None, vec![]),
        (Some(one_byte(&common)), named(&common)),
        (Some(two_byte(&common)), named(&common)),
        (Some(two_byte(long)), named(long)),
        (Some((0xBEDE, vec![])), vec![]),
    ];
    let mut shapes = Vec::new();
    for (extension, elements) in extensions {
        for (sources, padding) in [(0, 0), (3, 0), (15, 4), (1, 255)] {
            let parts = Parts {
                sources: (1..=sources).map(|source| source * 0x0101_0101).collect(),
                extension: extension.clone(),
                payload: b"an encoded frame".to_vec(),
                padding,
            };
            shapes.push((parts, elements.clone()));
        }
    }
    shapes
}

#[test]
fn tshark_reads_both_forms_as_written_and_all_others_unharmed() {
    needs!("tshark");
    for carried in both() {
        for id in [4, 13, 100] {
            let shapes = shapes();
            let before: Vec<_> = shapes.iter().map(|(parts, _)| parts.packet()).collect();
            let after: Vec<_> = before
                .iter()
                .map(|packet| written(packet, id, carried))
                .collect();
            let (read_before, read) = (tshark::read(&before), tshark::read(&after));
            for (((_, others), before), read) in shapes.iter().zip(read_before).zip(read) {
                let mut expected = others.clone();
                expected.push((id, bytes(carried)));
                let sized = |(id, data): (u8, Vec<u8>)| (id, data.len(), data);
                let expected: Vec<_> = expected.into_iter().map(sized).collect();
                assert_eq!(read.extensions, expected);
                assert_eq!(read.others, before.others);
            }
        }
    }
}

#[test]
fn packets_of_ffmpeg_are_the_same_apart_from_the_extension() {
    needs!("ffmpeg", "tshark");
    let sound = by_ffmpeg("operator.wav", &["-c:a", "pcm_mulaw", "-ar", "8000"]);
    let picture = by_ffmpeg("gallery.y4m", &["-c:v", "libvpx", "-deadline", "realtime"]);
    let packets: Vec<_> = sound.into_iter().chain(picture).collect();
    let packets: Vec<_> = packets
        .into_iter()
        .filter(|packet| packet[1] & 0x7F < 72 || packet[1] & 0x7F > 76)
        .collect();
    assert!(packets.len() >= 20, "{}", packets.len());
    let before = tshark::read(&packets);
    for carried in both() {
        let tagged: Vec<_> = packets
            .iter()
            .map(|packet| written(packet, 5, carried))
            .collect();
        for (packet, tagged) in packets.iter().zip(&tagged) {
            assert_eq!(rtp::read(tagged, 5), Ok(carried));
            let added = tagged.len() - packet.len();
            assert_eq!(tagged[0], packet[0] | 0x10);
            assert_eq!(tagged[1..12], packet[1..12]);
            assert_eq!(tagged[12 + added..], packet[12..]);
            assert_eq!(added, if carried.seal.is_some() { 40 } else { 24 });
        }
        let after = tshark::read(&tagged);
        for (before, after) in before.iter().zip(&after) {
            assert_eq!(before.others, after.others);
        }
        // What tshark is asked does tell one packet from another.
        assert_ne!(before[0].others, after[1].others);
    }
}

/// Of a browser, with extensions of its own.
#[test]
fn packets_of_a_capture_are_the_same_apart_from_the_extension() {
    needs!("tshark");
    let packets = captured();
    assert_eq!(packets.len(), 104);
    let before = tshark::read(&packets);
    let has_own = |read: &&tshark::Read| !read.extensions.is_empty();
    assert!(before.iter().filter(has_own).count() > 90);
    for (id, carried) in [13, 14, 77]
        .into_iter()
        .flat_map(|id| both().map(|carried| (id, carried)))
    {
        let tagged: Vec<_> = packets
            .iter()
            .map(|packet| written(packet, id, carried))
            .collect();
        let after = tshark::read(&tagged);
        for ((packet, tagged), (before, after)) in
            packets.iter().zip(&tagged).zip(before.iter().zip(&after))
        {
            assert_eq!(rtp::read(packet, id), Err(WireError::Absent));
            assert_eq!(rtp::read(tagged, id), Ok(carried));
            let own = bytes(carried);
            let expected = [&before.extensions[..], &[(id, own.len(), own)]].concat();
            assert_eq!(after.extensions, expected);
            assert_eq!(after.others, before.others);
            // Bit for bit, whatever a reader makes of it.
            assert_eq!(tagged[0] | 0x10, packet[0] | 0x10);
            assert_eq!(tagged[1..12], packet[1..12]);
            let behind = |packet: &[u8]| {
                let words = u16::from_be_bytes([packet[14], packet[15]]);
                packet[16 + 4 * usize::from(words)..].to_vec()
            };
            let payload = if packet[0] & 0x10 == 0 {
                packet[12..].to_vec()
            } else {
                behind(packet)
            };
            assert_eq!(behind(tagged), payload);
        }
    }
}

#[test]
fn a_tag_is_replaced_and_stays_where_its_form_is() {
    let [plain, sealed] = both();
    for (parts, _) in shapes() {
        let once = written(&parts.packet(), 4, plain);
        assert_eq!(written(&once, 4, plain), once);
        let twice = written(&once, 4, sealed);
        assert_eq!(rtp::read(&twice, 4), Ok(sealed));
        // Of another id it is another.
        let other = written(&twice, 6, plain);
        assert_eq!(rtp::read(&other, 4), Ok(sealed));
        assert_eq!(rtp::read(&other, 6), Ok(plain));
        assert_eq!(rtp::read(&other, 7), Err(WireError::Absent));
    }
}

/// RFC 8285 §4.2: an id of 15, or of 0 with a length, ends the reading of the one-byte form.
#[test]
fn nothing_is_read_behind_what_ends_the_one_byte_form() {
    let [plain, sealed] = both();
    for end in [0xF0, 0xF7, 0x01, 0x0F] {
        let mut block = vec![0x10, 0x9F, 0, end];
        block.push(0x4F);
        block.extend(plain.tag.to_bytes());
        block.extend([0; 3]);
        let parts = Parts {
            extension: Some((0xBEDE, block.clone())),
            payload: vec![1, 2, 3],
            ..Parts::default()
        };
        let packet = parts.packet();
        assert_eq!(rtp::read(&packet, 4), Err(WireError::Absent), "{end:x}");
        let tagged = written(&packet, 4, plain);
        assert_eq!(rtp::read(&tagged, 4), Ok(plain));
        // What nobody reads is still there.
        assert!(tagged.windows(21).any(|window| window == &block[3..]));
        let mut buffer = [0; 4096];
        let converted = rtp::write(&packet, 4, sealed, &mut buffer);
        assert_eq!(converted, Err(WireError::Foreign));
        // Without the end it would have been read.
        block[3] = 0;
        let extension = Some((0xBEDE, block));
        let parts = Parts { extension, ..parts };
        assert_eq!(rtp::read(&parts.packet(), 4), Ok(plain));
    }
}

#[test]
fn what_is_no_tag_is_not_read_and_what_is_no_packet_not_written() {
    let [plain, sealed] = both();
    let with = |extension| {
        Parts {
            extension: Some(extension),
            ..Parts::default()
        }
        .packet()
    };
    let own = plain.tag.to_bytes();
    let mut invalid = own;
    invalid[2] = 9;
    for (block, expected) in [
        (one_byte(&[(4, &own), (4, &own)]), WireError::Several),
        (one_byte(&[(4, &own[..15])]), TagError::Length(15).into()),
        (two_byte(&[(4, &[1; 31])]), TagError::Length(31).into()),
        (two_byte(&[(4, b"")]), TagError::Length(0).into()),
        (one_byte(&[(4, &invalid)]), TagError::Invalid.into()),
        (one_byte(&[(4, &[2; 16])]), TagError::Version(2).into()),
        // Longer than the block, before or after ours.
        ((0xBEDE, vec![0x4F, 1, 1, 1]), WireError::Malformed),
        ((0x1000, vec![4, 9, 1, 1]), WireError::Malformed),
        ((0x1000, vec![0, 0, 0, 4]), WireError::Malformed),
        ((0xABCD, own.to_vec()), WireError::Absent),
    ] {
        assert_eq!(
            rtp::read(&with(block.clone()), 4),
            Err(expected),
            "{block:?}"
        );
    }
    let mut room = [0; 4096];
    let foreign = with((0xABCD, vec![1; 8]));
    let mut write = |packet: &[u8], id| rtp::write(packet, id, sealed, &mut room).map(|_| ());
    assert_eq!(write(&foreign, 4), Err(WireError::Foreign));
    let good = Parts {
        payload: vec![1],
        ..Parts::default()
    }
    .packet();
    assert_eq!(write(&good, 0), Err(WireError::Id));
    assert_eq!(write(&good, 4), Ok(()));
    let rtcp = [&[0x80, 200][..], &good[2..]].concat();
    assert_eq!(write(&rtcp, 4), Err(WireError::Malformed));
    let version_1 = [&[0x40][..], &good[1..]].concat();
    assert_eq!(write(&version_1, 4), Err(WireError::Malformed));
    for length in 0..12 {
        assert_eq!(write(&good[..length], 4), Err(WireError::Malformed));
    }
    let tagged = written(&good, 4, sealed);
    for room in 0..tagged.len() {
        let mut short = vec![0; room];
        let error = WireError::NoRoom(tagged.len());
        assert_eq!(rtp::write(&good, 4, sealed, &mut short), Err(error));
    }
    for length in 0..tagged.len() - 1 {
        assert!(rtp::read(&tagged[..length], 4).is_err());
    }
}

fn elements(largest: u8, lengths: std::ops::Range<usize>) -> impl Strategy<Value = Named> {
    let element = (1..=largest, prop::collection::vec(any::<u8>(), lengths));
    prop::collection::vec(element, 0..6)
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(2000) })]

    /// Written and read by hand, from the bytes up.
    #[test]
    fn what_is_written_is_read_and_all_else_stays(
        short in elements(14, 1..17),
        long in elements(255, 0..60),
        two: bool,
        rest in prop::collection::vec(any::<u8>(), 0..80),
        id in 1u8..=255,
        sealed: bool,
    ) {
        let elements = if two { long } else { short };
        let borrowed: Vec<_> = elements.iter().map(|(id, data)| (*id, &data[..])).collect();
        let extension = if two { two_byte(&borrowed) } else { one_byte(&borrowed) };
        let parts = Parts { extension: Some(extension), payload: rest.clone(), ..Parts::default() };
        let carried = both()[usize::from(sealed)];
        let tagged = written(&parts.packet(), id, carried);
        prop_assert_eq!(rtp::read(&tagged, id), Ok(carried));
        let words = usize::from(u16::from_be_bytes([tagged[14], tagged[15]]));
        prop_assert_eq!(&tagged[16 + 4 * words..], rest);
        let stays = elements.iter().filter(|(other, _)| *other != id).cloned();
        let expected: Vec<_> = stays.chain([(id, bytes(carried))]).collect();
        let profile = u16::from_be_bytes([tagged[12], tagged[13]]);
        prop_assert_eq!(by_hand(profile, &tagged[16..16 + 4 * words]), expected);
    }
}

fn by_hand(profile: u16, mut block: &[u8]) -> Named {
    let mut elements = Vec::new();
    while let [first, rest @ ..] = block {
        if *first == 0 {
            block = rest;
            continue;
        }
        let (id, length, rest) = if profile == 0xBEDE {
            (first >> 4, usize::from(first & 15) + 1, rest)
        } else {
            (*first, usize::from(rest[0]), &rest[1..])
        };
        elements.push((id, rest[..length].to_vec()));
        block = &rest[length..];
    }
    elements
}

#[test]
fn a_tag_with_its_seal_is_32_bytes_and_nothing_else() {
    let [plain, sealed] = both();
    for carried in [plain, sealed] {
        assert_eq!(Carried::from_bytes(&bytes(carried)), Ok(carried));
    }
    for length in (0..200).filter(|length| ![16, 32].contains(length)) {
        let bytes = [bytes(sealed), vec![0; 168]].concat();
        let refused = Carried::from_bytes(&bytes[..length]);
        assert_eq!(refused, Err(TagError::Length(length)));
    }
    assert!(Tag::from_bytes(plain.tag.to_bytes()).is_ok());
}
