//! From packets to a tap: what was captured before a grant, and arrives after it, is withheld.

use std::time::Duration;

use framegate::{
    Frame, Kind, Participant, Purposes, StreamOptions, Time, Verdict,
    format::{Format, Samples},
    receive::{CaptureClock, SenderClock, SourceMap},
    wire::{
        rtcp::{Compound, NtpTime},
        rtp::Packet,
    },
};

use crate::common::{self, agree, meeting};

const RATE: u32 = 8_000;
const SSRC: u32 = 0x1234_5678;
/// Of a packet, in microseconds.
const LENGTH: i64 = 20_000;
const ERROR: Duration = Duration::from_millis(1);
const WORST: Duration = Duration::from_millis(400);
/// Close to the end of the timestamps, and to that of an era of NTP.
const FIRST: u32 = u32::MAX - 30_000;
const START: u64 = (u32::MAX as u64 - 4) << 32;

/// What came over the network, and when.
struct Received {
    bytes: Vec<u8>,
    captured: i64,
    arrival: i64,
}

fn media(at: i64) -> u32 {
    let ticks = at * i64::from(RATE) / 1_000_000;
    FIRST.wrapping_add(u32::try_from(ticks).unwrap())
}

/// Ten seconds of somebody's voice, each sample of which says in which of the packets it was; on its way for 150 to 390 ms, with a report every second.
fn received() -> Vec<Received> {
    let mut received = Vec::new();
    for number in 0..500_u16 {
        let captured = 37 + i64::from(number) * LENGTH;
        let way = |salt: i64| 150_000 + (captured + salt) / LENGTH % 7 * 40_000;
        let header = [0x80, 0, number.to_be_bytes()[0], number.to_be_bytes()[1]];
        let mut bytes = header.to_vec();
        bytes.extend(media(captured).to_be_bytes());
        bytes.extend(SSRC.to_be_bytes());
        bytes.extend(number.to_le_bytes().repeat(80));
        received.push(Received {
            bytes,
            captured,
            arrival: captured + way(0),
        });
        if number % 50 == 0 {
            let units = (i128::from(captured) << 32) / 1_000_000;
            let ntp = START.wrapping_add(u64::try_from(units).unwrap());
            let mut bytes = vec![0x80, 200, 0, 6];
            bytes.extend(SSRC.to_be_bytes());
            bytes.extend(ntp.to_be_bytes());
            bytes.extend(media(captured).to_be_bytes());
            bytes.extend([0; 8]);
            received.push(Received {
                bytes,
                captured,
                arrival: captured + way(3),
            });
        }
    }
    received.sort_by_key(|received| received.arrival);
    received
}

/// How a receiver dates what arrives.
#[derive(Clone, Copy, Debug)]
enum Dated {
    Synchronized,
    Unrelated,
    WithoutReports,
    ByArrival,
}

/// When what was released had been captured, in the sender's microseconds. Ada speaks, agreed at `GRANT`, and from `CHANGE` on the same number is Ben's, who did not.
fn released(dated: Dated) -> Vec<i64> {
    let (mut meeting, notice, [ada, ben]) = meeting();
    let format = Format::pcm(Samples::S16, 1);
    let mut tap = common::tap(
        &mut meeting,
        StreamOptions::mix(Kind::Audio, format),
        Purposes::RECORD,
    );
    let sender = match dated {
        Dated::Synchronized => SenderClock::Synchronized {
            start: NtpTime::from_bits(START),
            error: ERROR,
        },
        _ => SenderClock::Unrelated,
    };
    let mut clock = CaptureClock::new(RATE, sender, WORST).unwrap();
    let mut sources = SourceMap::new(8);
    sources.assign(SSRC, ada, Time::START).unwrap();
    sources
        .assign(SSRC, ben, Time::from_micros(CHANGE))
        .unwrap();
    let mut outlet = Vec::new();
    let mut has_agreed = false;
    for Received {
        bytes,
        captured,
        arrival,
    } in received()
    {
        let now = Time::from_micros(arrival);
        if !has_agreed && arrival >= GRANT {
            let at = Time::from_micros(GRANT);
            agree(&mut meeting, notice, ada, common::SCOPE, at);
            has_agreed = true;
        }
        if let Ok(compound) = Compound::parse(&bytes) {
            for report in compound.sender_reports() {
                if !matches!(dated, Dated::WithoutReports) {
                    clock.report(&report, now);
                }
            }
            continue;
        }
        let packet = Packet::parse(&bytes).unwrap();
        let mut said = clock.captured(packet.timestamp(), None, packet.csrcs(), now);
        if matches!(dated, Dated::ByArrival) {
            said = now;
        }
        let mut room: [Participant; 16] = SourceMap::ROOM;
        let who = sources.contributors(packet.ssrc(), packet.csrcs(), said, now, &mut room);
        let admission = tap.admit(
            &Frame::new(said, who),
            packet.payload().into(),
            now,
            |cleared| cleared.bytes().map(<[u8]>::to_vec),
        );
        if admission.verdict() == Verdict::Whole {
            let sound = admission.output.flatten().unwrap();
            let number = i64::from(u16::from_le_bytes([sound[0], sound[1]]));
            assert_eq!(37 + number * LENGTH, captured);
            outlet.push(captured);
        }
    }
    outlet
}

/// Not on a millisecond.
const GRANT: i64 = 3_000_500;
const CHANGE: i64 = 8_000_000;

#[test]
fn r5_speech_from_before_a_grant_that_arrives_after_it_is_withheld_to_the_millisecond() {
    // Consent begins with the next millisecond.
    let begun = 3_001_000;
    let synchronized = released(Dated::Synchronized);
    let first = *synchronized.iter().min().unwrap();
    assert!(first >= begun, "{first}");
    // The first packet that begins after it, the error, and the drift since a report of at most two seconds ago.
    assert!(first < begun + LENGTH + 1_000 + 3_000, "{first}");
    for dated in [Dated::Unrelated, Dated::WithoutReports] {
        let outlet = released(dated);
        let first = *outlet.iter().min().unwrap();
        assert!(first >= begun, "{dated:?}: {first}");
        assert!(first < begun + LENGTH + 400_000, "{dated:?}: {first}");
    }
    // The control.
    let by_arrival = released(Dated::ByArrival);
    let before = by_arrival.iter().filter(|captured| **captured < begun);
    assert!(before.count() >= 7);
}

#[test]
fn r4_nothing_of_a_speaker_is_taken_for_anothers_who_had_the_number_before() {
    for dated in [Dated::Synchronized, Dated::Unrelated, Dated::WithoutReports] {
        let outlet = released(dated);
        let last = *outlet.iter().max().unwrap();
        assert!(last < CHANGE, "{dated:?}: {last}");
        assert!(last > CHANGE - 500_000, "{dated:?}: {last}");
    }
}
