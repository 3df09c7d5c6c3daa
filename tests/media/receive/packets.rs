//! Packets of RTP and RTCP, taken apart: by hand, by tshark, and what is none.

use std::time::{Duration, UNIX_EPOCH};

use framegate::{
    Time,
    receive::{CaptureClock, SenderClock},
    wire::{
        rtcp::{Compound, NtpTime, SenderReport},
        rtp::{AbsoluteCaptureTime, Malformed, Packet},
    },
};
use proptest::prelude::*;

use crate::{
    common::judges::needs,
    wire::{
        packets::{Parts, by_ffmpeg, captured, one_byte, sent_by_ffmpeg, two_byte},
        tshark,
    },
};

/// As tshark prints them.
fn printed(packet: &Packet<'_>, padding: usize) -> Vec<String> {
    let hex = |bytes: &[u8]| {
        let digits: Vec<_> = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
        digits.concat()
    };
    let csrcs: Vec<_> = packet.csrcs().map(|csrc| format!("0x{csrc:08x}")).collect();
    let padding = if padding > 0 {
        padding.to_string()
    } else {
        String::new()
    };
    vec![
        tshark_bool(packet.marker()),
        packet.payload_type().to_string(),
        packet.sequence_number().to_string(),
        packet.timestamp().to_string(),
        format!("0x{:08x}", packet.ssrc()),
        csrcs.join(","),
        padding,
        hex(packet.payload()),
    ]
}

fn tshark_bool(is: bool) -> String {
    u8::from(is).to_string()
}

#[test]
fn tshark_takes_packets_apart_alike() {
    needs!("tshark", "ffmpeg");
    let mut packets = captured();
    packets.extend(by_ffmpeg(
        "operator.wav",
        &["-c:a", "pcm_mulaw", "-ar", "8000"],
    ));
    packets.retain(|packet| !(64..=95).contains(&(packet[1] & 0x7F)));
    for sources in [0_u32, 1, 15] {
        for padding in [0, 1, 4, 255] {
            for extension in [
                None,
                Some(one_byte(&[(3, b"abc")])),
                Some(two_byte(&[(3, b"")])),
            ] {
                let parts = Parts {
                    sources: (1..=sources).map(|source| source * 0x0101_0101).collect(),
                    extension,
                    payload: b"an encoded frame".to_vec(),
                    padding,
                };
                packets.push(parts.packet());
            }
        }
    }
    assert!(packets.len() > 150);
    for (packet, read) in packets.iter().zip(tshark::read(&packets)) {
        let own = Packet::parse(packet).unwrap();
        let has_padding = packet[0] & 0x20 != 0;
        let padding = if has_padding {
            usize::from(packet[packet.len() - 1])
        } else {
            0
        };
        let mut others = read.others;
        others[7] = others[7].replace(':', "");
        assert_eq!(printed(&own, padding), others, "{packet:x?}");
        for (id, _, data) in read.extensions {
            assert_eq!(own.extension(id), Some(&data[..]));
        }
    }
}

#[test]
fn abs_capture_time_is_read_by_its_id_and_by_its_length() {
    let captured = 0xEE12_3456_8000_0001_u64.to_be_bytes();
    let long = [captured, (-2_i64).to_be_bytes()].concat();
    let read = |elements: &[(u8, &[u8])]| {
        let parts = Parts {
            extension: Some(one_byte(elements)),
            ..Parts::default()
        };
        let packet = parts.packet();
        Packet::parse(&packet).unwrap().absolute_capture_time(5)
    };
    let said = |clock_offset| {
        Some(AbsoluteCaptureTime {
            captured: NtpTime::from_bits(0xEE12_3456_8000_0001),
            clock_offset,
        })
    };
    assert_eq!(read(&[(4, b"x"), (5, &captured)]), said(None));
    assert_eq!(read(&[(5, &long)]), said(Some(-2)));
    assert_eq!(read(&[(4, &long)]), None);
    for length in [1, 7, 9, 15] {
        assert_eq!(read(&[(5, &long[..length])]), None);
    }
    // Of two, neither counts.
    assert_eq!(read(&[(5, &captured), (5, &captured)]), None);
}

#[test]
fn r1_padding_that_does_not_fit_is_malformed() {
    let packet = |last: u8| {
        let mut packet = Parts {
            payload: vec![7; 9],
            ..Parts::default()
        }
        .packet();
        packet[0] |= 0x20;
        packet.push(last);
        packet
    };
    let payload = |packet: &[u8]| Packet::parse(packet).map(|packet| packet.payload().len());
    assert_eq!(payload(&packet(1)), Ok(9));
    assert_eq!(payload(&packet(10)), Ok(0));
    for bad in [0, 11, 255] {
        assert_eq!(payload(&packet(bad)), Err(Malformed));
    }
    // Header and nothing, which cannot count its padding.
    assert_eq!(payload(&packet(1)[..12]), Err(Malformed));
}

fn report(ssrc: u32, ntp: u64, rtp: u32, blocks: u8) -> Vec<u8> {
    let mut packet = vec![0x80 | blocks, 200, 0, 6 + 6 * blocks];
    packet.extend(ssrc.to_be_bytes());
    packet.extend(ntp.to_be_bytes());
    packet.extend(rtp.to_be_bytes());
    packet.extend(vec![9; 8 + 24 * usize::from(blocks)]);
    packet
}

fn goodbye(sources: &[u32], reason: &str) -> Vec<u8> {
    let mut packet = vec![0x80 | u8::try_from(sources.len()).unwrap(), 203, 0, 0];
    packet.extend(sources.iter().flat_map(|source| source.to_be_bytes()));
    if !reason.is_empty() {
        packet.push(reason.len().try_into().unwrap());
        packet.extend(reason.as_bytes());
        packet.resize(packet.len().next_multiple_of(4), 0);
    }
    packet[3] = (packet.len() / 4 - 1).try_into().unwrap();
    packet
}

/// An empty receiver report, a description, feedback, and something of an unknown type.
fn others() -> [Vec<u8>; 4] {
    [
        vec![0x80, 201, 0, 1, 0, 0, 0, 1],
        vec![0x81, 202, 0, 2, 0, 0, 0, 1, 1, 1, b'x', 0],
        vec![0x81, 206, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2],
        vec![0x80, 223, 0, 0],
    ]
}

#[test]
fn a_compound_packet_gives_its_reports_and_goodbyes() {
    let [receiver, description, feedback, unknown] = others();
    let mut compound = [
        report(1, 2, 3, 0),
        description,
        report(4, u64::MAX, u32::MAX, 31),
        goodbye(&[5, 6], "gone home"),
        receiver,
        goodbye(&[], ""),
        feedback,
        unknown,
        goodbye(&[7], ""),
    ]
    .concat();
    let expect = |bytes: &[u8]| {
        let read = Compound::parse(bytes).unwrap();
        let report = |ssrc, ntp, rtp_timestamp| SenderReport {
            ssrc,
            ntp: NtpTime::from_bits(ntp),
            rtp_timestamp,
        };
        let reports: Vec<_> = read.sender_reports().collect();
        assert_eq!(reports, [report(1, 2, 3), report(4, u64::MAX, u32::MAX)]);
        assert!(read.goodbyes().eq([5, 6, 7]));
    };
    expect(&compound);
    // Padding at the end of the last is none of it.
    let last = compound.len() - 8;
    compound[last] |= 0x20;
    compound[last + 3] += 1;
    compound.extend([0, 0, 0, 4]);
    expect(&compound);
    // None of it counts if it is cut short anywhere but between two.
    let mut whole = 0;
    for length in 0..compound.len() {
        match Compound::parse(&compound[..length]) {
            Ok(_) => whole += 1,
            Err(error) => assert_eq!(error, Malformed),
        }
    }
    assert_eq!(whole, 8);
}

#[test]
fn r1_nothing_of_a_malformed_packet_counts() {
    let change = |packet: Vec<u8>, at: usize, to: u8| {
        let mut packet = packet;
        packet[at] = to;
        packet
    };
    for bad in [
        vec![],
        change(report(1, 2, 3, 0), 0, 0x40),
        // RTP's, and a port shared with something else.
        change(report(1, 2, 3, 0), 1, 96),
        change(report(1, 2, 3, 0), 1, 224),
        // More blocks than there are, sources, and more of a reason.
        change(report(1, 2, 3, 0), 0, 0x81),
        change(goodbye(&[1], ""), 0, 0x82),
        change(goodbye(&[1], "abc"), 8, 4),
        change(report(1, 2, 3, 0), 3, 7),
        change(report(1, 2, 3, 0), 3, 5),
        // Padding of 9, no multiple of four, and of 0.
        change(report(1, 2, 3, 0), 0, 0xA0),
        change(change(report(1, 2, 3, 0), 0, 0xA0), 27, 0),
        // So much padding that the report is in it.
        change(change(report(1, 2, 3, 0), 0, 0xA0), 27, 8),
        change(change(report(1, 2, 3, 0), 0, 0xA0), 27, 252),
    ] {
        assert_eq!(Compound::parse(&bad).err(), Some(Malformed), "{bad:x?}");
        let good = report(1, 2, 3, 0);
        assert!(Compound::parse(&good).is_ok());
        if !bad.is_empty() {
            let both = [good, bad].concat();
            assert_eq!(Compound::parse(&both).err(), Some(Malformed), "{both:x?}");
        }
    }
    // Padding anywhere but in the last.
    let mut padded = change(change(goodbye(&[1], "abc"), 0, 0xA1), 3, 3);
    padded.extend([0, 0, 0, 4]);
    assert!(Compound::parse(&padded).is_ok());
    let both = [padded, report(1, 2, 3, 0)].concat();
    assert_eq!(Compound::parse(&both).err(), Some(Malformed));
}

#[test]
fn tshark_reads_the_reports_of_ffmpeg_alike() {
    needs!("tshark", "ffmpeg");
    let sent = by_ffmpeg("operator.wav", &["-c:a", "pcm_mulaw", "-ar", "8000"]);
    let reports: Vec<_> = sent.into_iter().filter(|packet| packet[1] == 200).collect();
    assert!(!reports.is_empty());
    let fields = [
        "rtcp.senderssrc",
        "rtcp.timestamp.ntp.msw",
        "rtcp.timestamp.ntp.lsw",
        "rtcp.timestamp.rtp",
    ];
    for (packet, printed) in reports
        .iter()
        .zip(tshark::fields(&reports, "rtcp", &fields))
    {
        let compound = Compound::parse(packet).unwrap();
        let report = compound.sender_reports().next().unwrap();
        let ntp = report.ntp.to_bits();
        let own = [
            format!("0x{:08x}", report.ssrc),
            (ntp >> 32).to_string(),
            (ntp & 0xFFFF_FFFF).to_string(),
            report.rtp_timestamp.to_string(),
        ];
        assert_eq!(own.to_vec(), printed);
    }
}

/// Its reports are written by this machine's clock.
#[test]
fn r5_reports_of_ffmpeg_date_what_it_sends() {
    needs!("ffmpeg");
    let sent = sent_by_ffmpeg("operator.wav", &["-c:a", "pcm_mulaw", "-ar", "8000"]);
    // So that whatever is not dated by a report is out of range.
    let start = sent[0].1.checked_sub(Duration::from_secs(10)).unwrap();
    let sender = SenderClock::Synchronized {
        start: NtpTime::from_unix(start.duration_since(UNIX_EPOCH).unwrap()),
        // It sends a quarter of a second at once, and by its report the first sample of that is captured when it is sent.
        error: Duration::from_millis(300),
    };
    let mut clock = CaptureClock::new(8_000, sender, Duration::from_secs(60)).unwrap();
    let mut times = Vec::new();
    for (bytes, at) in &sent {
        let arrival = Time::from(at.duration_since(start).unwrap());
        if let Ok(compound) = Compound::parse(bytes) {
            for report in compound.sender_reports() {
                clock.report(&report, arrival);
            }
        } else if let Ok(packet) = Packet::parse(bytes) {
            let captured = clock.captured(packet.timestamp(), None, packet.csrcs(), arrival);
            times.push((captured.as_micros(), arrival.as_micros()));
        }
    }
    assert!(times.len() >= 5);
    for (captured, arrival) in times {
        // In range, so by a report.
        assert!(captured <= arrival, "{captured}, {arrival}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(5000) })]

    /// What anybody sends does no harm, and what is read is in it.
    #[test]
    fn anything_can_be_taken_apart(mut bytes in prop::collection::vec(any::<u8>(), 0..120), kind in 190..210_u8, words in 0..30_u8, rtcp: bool) {
        if let [first, second, third, fourth, ..] = &mut bytes[..] {
            *first = *first & 0x3F | 0x80;
            if rtcp {
                (*second, *third, *fourth) = (kind, 0, words);
            }
        }
        if let Ok(packet) = Packet::parse(&bytes) {
            prop_assert!(packet.payload().len() + 12 + 4 * packet.csrcs().len() <= bytes.len());
            for id in 0..=255 {
                let _ = packet.absolute_capture_time(id);
            }
        }
        if let Ok(compound) = Compound::parse(&bytes) {
            prop_assert!(28 * compound.sender_reports().count() + 4 * compound.goodbyes().count() <= bytes.len());
        }
    }
}
