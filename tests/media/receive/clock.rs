//! Times of capture beside plain arithmetic: of numbers that do not begin again, with all that was ever said at hand.

use std::time::Duration;

use framegate::{
    Error, Time,
    receive::{CaptureClock, SenderClock},
    wire::{
        rtcp::{NtpTime, SenderReport},
        rtp::AbsoluteCaptureTime,
    },
};
use proptest::prelude::*;

use super::cases;

/// A second of NTP.
const SECOND: i128 = 1 << 32;

/// Timestamps and times of NTP are as they would be if they did not begin again.
#[derive(Clone, Debug)]
enum Event {
    Report {
        rtp: i128,
        ntp: i128,
        arrival: i64,
    },
    Packet {
        rtp: i128,
        absolute: Option<(i128, Option<i64>)>,
        csrcs: Vec<u32>,
        arrival: i64,
    },
}

#[derive(Clone, Debug)]
struct Case {
    rate: u32,
    /// The start and the error; none of a clock of which nothing is known.
    synchronized: Option<(i128, u64)>,
    worst: u64,
    events: Vec<Event>,
}

/// What could be done wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    None,
    /// The reports before the last.
    OneReportBack,
    /// The one that has not come yet, too.
    OneReportAhead,
    OnlyTheLast,
    TheLaterOfTwo,
    RepeatedCounts,
    WithoutWallClock,
    AnyAge,
    TimestampsDoNotBeginAgain,
    OneEra,
    RoundedUp,
    NoDrift,
    ClocksAreExact,
    LaterThanArrival,
    CutToArrival,
    OffsetBackwards,
    OffsetForgotten,
    NoOffsetIsNone,
    AnySystem,
    MixerKeepsTime,
    FirstOfSeveral,
}

const FAULTS: [Fault; 20] = [
    Fault::OneReportBack,
    Fault::OneReportAhead,
    Fault::OnlyTheLast,
    Fault::TheLaterOfTwo,
    Fault::RepeatedCounts,
    Fault::WithoutWallClock,
    Fault::AnyAge,
    Fault::TimestampsDoNotBeginAgain,
    Fault::OneEra,
    Fault::RoundedUp,
    Fault::NoDrift,
    Fault::ClocksAreExact,
    Fault::LaterThanArrival,
    Fault::CutToArrival,
    Fault::OffsetBackwards,
    Fault::OffsetForgotten,
    Fault::NoOffsetIsNone,
    Fault::AnySystem,
    Fault::MixerKeepsTime,
    Fault::FirstOfSeveral,
];

/// What abs-capture-time says of a system by then: the timestamp, the time by the sender's clock, and the arrival.
type Said = (i128, i128, i64);

impl Case {
    fn clock(&self) -> CaptureClock {
        let sender = match self.synchronized {
            None => SenderClock::Unrelated,
            Some((start, error)) => SenderClock::Synchronized {
                start: ntp_time(start),
                error: Duration::from_micros(error),
            },
        };
        CaptureClock::new(self.rate, sender, Duration::from_micros(self.worst)).unwrap()
    }

    /// What the library makes of each packet, in microseconds.
    fn by_library(&self) -> Vec<Option<i64>> {
        let mut clock = self.clock();
        let mut times = Vec::new();
        for event in &self.events {
            match event {
                Event::Report { rtp, ntp, arrival } => clock.report(
                    &SenderReport {
                        ssrc: 1,
                        ntp: ntp_time(*ntp),
                        rtp_timestamp: timestamp(*rtp),
                    },
                    Time::from_micros(*arrival),
                ),
                Event::Packet {
                    rtp,
                    absolute,
                    csrcs,
                    arrival,
                } => {
                    let absolute = absolute.map(|(captured, clock_offset)| AbsoluteCaptureTime {
                        captured: ntp_time(captured),
                        clock_offset,
                    });
                    let csrcs = csrcs.iter().copied();
                    let arrival = Time::from_micros(*arrival);
                    let captured = clock.captured(timestamp(*rtp), absolute, csrcs, arrival);
                    times.push(in_range(captured.as_micros().into()));
                }
            }
        }
        times
    }

    fn by_hand(&self, fault: Fault) -> Vec<Option<i64>> {
        let packets = self.events.iter().enumerate();
        let packets = packets.filter_map(|(at, event)| match event {
            Event::Packet {
                rtp,
                csrcs,
                arrival,
                ..
            } => Some(self.captured(at, *rtp, csrcs, *arrival, fault)),
            Event::Report { .. } => None,
        });
        packets.collect()
    }

    fn captured(
        &self,
        at: usize,
        rtp: i128,
        csrcs: &[u32],
        arrival: i64,
        fault: Fault,
    ) -> Option<i64> {
        in_range(arrival.into())?;
        let now = i128::from(arrival);
        let worst = now - i128::from(self.worst);
        let reports = self.reports(at, arrival, fault);
        let mut claims: Vec<i128> = reports
            .iter()
            .map(|report| self.written(*report, fault) + self.ticks(report.0, rtp, fault))
            .collect();
        if fault == Fault::TheLaterOfTwo {
            claims = claims.iter().max().copied().into_iter().collect();
        }
        let system = csrcs.first().copied();
        let (speaks, said) = self.said(at, system, fault);
        let said =
            said.filter(|said| fault == Fault::AnyAge || (arrival - said.2).abs() <= 60_000_000);
        let absolute = said.and_then(|(from, ntp, _)| {
            let begun = if self.synchronized.is_some() {
                Some(self.written((0, ntp, 0), fault))
            } else {
                let by_each = reports.iter().map(|report| {
                    self.written(*report, fault) + less(micros(ntp - report.1, fault), fault)
                });
                by_each.min()
            };
            Some(begun? + self.ticks(from, rtp, fault))
        });
        claims.extend(absolute);
        let is_mixed = system.is_some() && fault != Fault::MixerKeepsTime;
        let is_of_several = csrcs.len() > 1 && fault != Fault::FirstOfSeveral;
        if claims.is_empty() || ((speaks || is_mixed) && absolute.is_none()) || is_of_several {
            claims.push(worst);
        }
        let believed = claims.iter().map(|claim| match fault {
            _ if *claim <= now => *claim,
            Fault::LaterThanArrival => *claim,
            Fault::CutToArrival => now,
            _ => worst,
        });
        in_range(believed.min().unwrap())
    }

    /// Timestamp, time and arrival of the reports that count.
    fn reports(&self, at: usize, arrival: i64, fault: Fault) -> Vec<Said> {
        let mut reports: Vec<Said> = Vec::new();
        let mut ahead = usize::from(fault == Fault::OneReportAhead);
        for (index, event) in self.events.iter().enumerate() {
            let Event::Report { rtp, ntp, arrival } = event else {
                continue;
            };
            if index > at {
                if ahead == 0 {
                    break;
                }
                ahead -= 1;
            }
            let is_none = fault != Fault::WithoutWallClock && *ntp == 0;
            let last = reports.iter().rev().take(2);
            let is_repeated = last
                .clone()
                .any(|report| (report.0, report.1) == (*rtp, *ntp));
            let is_repeated = is_repeated && fault != Fault::RepeatedCounts;
            if !is_none && !is_repeated && in_range((*arrival).into()).is_some() {
                reports.push((*rtp, *ntp, *arrival));
            }
        }
        if fault == Fault::OneReportBack {
            reports.pop();
        }
        let most = if fault == Fault::OnlyTheLast { 1 } else { 2 };
        let last = reports.iter().rev().take(most);
        let fresh = last
            .filter(|report| fault == Fault::AnyAge || (arrival - report.2).abs() <= 60_000_000);
        fresh.copied().collect()
    }

    /// Whether abs-capture-time has spoken of anybody by then, and what it said last if that is of this system.
    fn said(&self, at: usize, system: Option<u32>, fault: Fault) -> (bool, Option<Said>) {
        let mut last: Option<(Option<u32>, Option<i64>, Option<Said>)> = None;
        for event in &self.events[..=at] {
            let Event::Packet {
                rtp,
                absolute: Some((captured, offset)),
                csrcs,
                arrival,
            } = event
            else {
                continue;
            };
            if in_range((*arrival).into()).is_none() {
                continue;
            }
            let system = csrcs.first().copied();
            let known = last.filter(|last| last.0 == system || fault == Fault::AnySystem);
            let before = known.and_then(|known| known.1);
            let before = before.filter(|_| fault != Fault::OffsetForgotten);
            let mut offset = offset.or(before);
            if fault == Fault::NoOffsetIsNone {
                offset = offset.or(Some(0));
            }
            let sign = if fault == Fault::OffsetBackwards {
                -1
            } else {
                1
            };
            let said = offset.map(|offset| (*rtp, captured - sign * i128::from(offset), *arrival));
            last = Some((system, offset, said));
        }
        let known = last.filter(|last| last.0 == system || fault == Fault::AnySystem);
        (last.is_some(), known.and_then(|known| known.2))
    }

    /// When the sender's clock stood so, by the meeting's.
    fn written(&self, (_, ntp, arrival): Said, fault: Fault) -> i128 {
        match self.synchronized {
            Some((start, error)) => {
                let error = if fault == Fault::ClocksAreExact {
                    0
                } else {
                    error
                };
                micros(ntp - start, fault) - i128::from(error)
            }
            None => i128::from(arrival) - i128::from(self.worst),
        }
    }

    fn ticks(&self, from: i128, to: i128, fault: Fault) -> i128 {
        let ticks = if fault == Fault::TimestampsDoNotBeginAgain {
            i128::from(timestamp(to)) - i128::from(timestamp(from))
        } else {
            to - from
        };
        less(floor(ticks * 1_000_000, self.rate.into(), fault), fault)
    }
}

fn floor(number: i128, by: i128, fault: Fault) -> i128 {
    if fault == Fault::RoundedUp {
        -(-number).div_euclid(by)
    } else {
        number.div_euclid(by)
    }
}

fn micros(mut since: i128, fault: Fault) -> i128 {
    if fault == Fault::OneEra {
        // As if the difference of two times could be more than half of what 64 bits hold.
        since = since.rem_euclid(1 << 64);
    }
    floor(since * 1_000_000, SECOND, fault)
}

fn less(since: i128, fault: Fault) -> i128 {
    let drift = -(-since.abs()).div_euclid(1000);
    if fault == Fault::NoDrift {
        since
    } else {
        since - drift
    }
}

fn in_range(micros: i128) -> Option<i64> {
    let range = 0..i128::from(u32::MAX) * 1000;
    range.contains(&micros).then(|| micros.try_into().unwrap())
}

fn timestamp(rtp: i128) -> u32 {
    rtp.rem_euclid(1 << 32).try_into().unwrap()
}

fn ntp_time(ntp: i128) -> NtpTime {
    NtpTime::from_bits(ntp.rem_euclid(1 << 64).try_into().unwrap())
}

/// Of all that can be said, mostly of the same few seconds; near the end of an era, and near the end of the timestamps.
fn case() -> impl Strategy<Value = Case> {
    let rates = prop::sample::select(vec![8_000_u32, 48_000, 90_000, 44_100]);
    let worst = prop_oneof![8 => 1..2_000_000_u64, 1 => Just(u64::MAX)];
    let setting = (
        rates,
        any::<bool>(),
        1..50_000_u64,
        worst,
        -20_i64..20,
        any::<bool>(),
    );
    let events = prop::collection::vec((event(), 0..3_000_000_i64), 1..16);
    (setting, events).prop_map(|((rate, synchronized, error, worst, era, wraps), events)| {
        let start = (1 << 64) + i128::from(era) * SECOND;
        let base = if wraps { 1 << 32 } else { 1 << 30 };
        let mut now = 1_000_000;
        let mut made: Vec<Event> = Vec::new();
        for (event, after) in events {
            // Now and then a minute passes.
            now += if after % 29 == 0 { 61_000_000 } else { after };
            let wall = start + i128::from(now) * SECOND / 1_000_000;
            let media = base + i128::from(now) * i128::from(rate) / 1_000_000;
            let mut repeated = made
                .iter()
                .rfind(|event| matches!(event, Event::Report { .. }))
                .cloned();
            made.push(match event {
                Event::Report { rtp, ntp, arrival } => match (&mut repeated, arrival % 7) {
                    (Some(Event::Report { arrival, .. }), 0) => {
                        *arrival = now;
                        repeated.unwrap()
                    }
                    (_, 1) => Event::Report {
                        rtp: rtp + media,
                        ntp: 0,
                        arrival: now,
                    },
                    (_, 2) => Event::Report {
                        rtp: rtp + media,
                        ntp: ntp + wall,
                        arrival: -1,
                    },
                    _ => Event::Report {
                        rtp: rtp + media,
                        ntp: ntp + wall,
                        arrival: now,
                    },
                },
                Event::Packet {
                    rtp,
                    absolute,
                    csrcs,
                    arrival,
                } => Event::Packet {
                    rtp: rtp + media,
                    absolute: absolute.map(|(captured, offset)| (captured + wall, offset)),
                    csrcs,
                    arrival: if arrival == 0 { i64::MAX } else { now },
                },
            });
        }
        let synchronized = synchronized.then_some((start, error));
        Case {
            rate,
            synchronized,
            worst,
            events: made,
        }
    })
}

/// Beside what the clocks say at the moment.
fn event() -> impl Strategy<Value = Event> {
    let near = || (-2_000_000_000..1_000_000_000_i64).prop_map(i128::from);
    let report =
        (-200_000..50_000_i64, near(), 0..100_i64).prop_map(|(rtp, ntp, arrival)| Event::Report {
            rtp: rtp.into(),
            ntp,
            arrival,
        });
    let offset = prop::option::of(-3_000_000_000..3_000_000_000_i64);
    let absolute = prop::option::weighted(0.3, (near(), offset));
    let csrcs = prop::collection::vec(1..3_u32, 0..3);
    let csrcs = prop_oneof![3 => Just(vec![]), 1 => csrcs];
    let packet = (-200_000..20_000_i64, absolute, csrcs, 0..100_i64).prop_map(
        |(rtp, absolute, csrcs, arrival)| Event::Packet {
            rtp: rtp.into(),
            absolute,
            csrcs,
            arrival,
        },
    );
    prop_oneof![2 => report, 3 => packet]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(5000) })]

    #[test]
    fn r5_times_are_those_of_plain_arithmetic(case in case()) {
        prop_assert_eq!(case.by_library(), case.by_hand(Fault::None));
    }
}

#[test]
fn control_each_planted_fault_is_found() {
    let cases = cases(&case(), 5000);
    for fault in FAULTS {
        let found = cases
            .iter()
            .any(|case| case.by_library() != case.by_hand(fault));
        assert!(found, "{fault:?}");
    }
}

/// A sender whose clocks are as wrong as they may be, and a network that takes as long as it may.
#[derive(Clone, Copy, Debug)]
struct Sender {
    rate: u32,
    /// How fast the media clock is, in millionths.
    fast: i64,
    /// How far the wall clock is ahead, in microseconds.
    ahead: i64,
    follows_utc: bool,
    /// What the way of a report and of a packet takes, a number of each.
    ways: [i64; 8],
    since: [i64; 8],
}

const WORST: i64 = 700_000;
const ERROR: i64 = 20_000;

impl Sender {
    /// The true time of capture of each packet, and what the library says.
    fn times(self) -> Vec<(i64, i64)> {
        let start = i128::from(NtpTime::from_unix(Duration::from_secs(1_790_000_000)).to_bits());
        let sender = if self.follows_utc {
            SenderClock::Synchronized {
                start: ntp_time(start),
                error: Duration::from_micros(ERROR.unsigned_abs()),
            }
        } else {
            SenderClock::Unrelated
        };
        let worst = Duration::from_micros(WORST.unsigned_abs());
        let mut clock = CaptureClock::new(self.rate, sender, worst).unwrap();
        let wall = |at: i64| start + i128::from(at + self.ahead) * SECOND / 1_000_000;
        let media = |at: i64| {
            let gone = i128::from(at) * i128::from(1_000_000 + self.fast) / 1_000_000;
            u32::MAX.wrapping_add(timestamp(gone * i128::from(self.rate) / 1_000_000))
        };
        let mut times = Vec::new();
        let mut at = 10_000_000;
        for (way, since) in self.ways.into_iter().zip(self.since) {
            let report = SenderReport {
                ssrc: 1,
                ntp: ntp_time(wall(at)),
                rtp_timestamp: media(at),
            };
            clock.report(&report, Time::from_micros(at + way));
            let captured = at + since;
            let way = self.ways[0];
            let arrival = Time::from_micros(captured + way);
            let said = clock.captured(media(captured), None, [], arrival);
            times.push((captured, said.as_micros()));
            at += since + 5_000_000;
        }
        times
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(5000) })]

    #[test]
    fn r5_nothing_is_dated_later_than_it_was(
        rate in prop::sample::select(vec![8_000_u32, 48_000, 90_000]),
        fast in -500..=500_i64,
        ahead in -ERROR..=ERROR,
        far in any::<i32>(),
        follows_utc: bool,
        ways in prop::array::uniform8(0..=WORST),
        since in prop::array::uniform8(0..15_000_000_i64),
    ) {
        let ahead = if follows_utc { ahead } else { far.into() };
        let sender = Sender { rate, fast, ahead, follows_utc, ways, since };
        let times = sender.times();
        // No more than the worst delay or the clock's error on both sides is taken off, and what a clock can be wrong in the 60 seconds for which a report counts.
        let least = WORST.max(2 * ERROR) + 60_000 + 30_000 + 200;
        for (captured, said) in &times {
            prop_assert!(said <= captured, "{} after {}", said, captured);
            prop_assert!(*said >= captured - least, "{} far before {}", said, captured);
        }
        // Dated by arrival, it would not hold.
        prop_assert!(times.iter().all(|(captured, said)| captured + ways[0] >= *said));
    }
}

#[test]
fn control_a_faster_clock_or_a_longer_way_than_stated_dates_too_late() {
    let sender = Sender {
        rate: 90_000,
        fast: 0,
        ahead: 0,
        follows_utc: false,
        ways: [WORST; 8],
        since: [10_000_000; 8],
    };
    let is_late = |sender: Sender| {
        sender
            .times()
            .iter()
            .any(|(captured, said)| said > captured)
    };
    assert!(!is_late(sender));
    let ways = [WORST + 200_000; 8];
    assert!(is_late(Sender { ways, ..sender }));
    assert!(is_late(Sender {
        fast: 2_000,
        ..sender
    }));
    let sender = Sender {
        follows_utc: true,
        ..sender
    };
    assert!(!is_late(sender));
    let ahead = ERROR + 50_000;
    assert!(is_late(Sender { ahead, ..sender }));
}

#[test]
fn r1_a_clock_without_a_rate_is_none_and_extremes_do_no_harm() {
    let sender = SenderClock::Unrelated;
    let clock = CaptureClock::new(0, sender, Duration::MAX);
    assert!(matches!(clock, Err(Error::Empty(_))), "{clock:?}");
    let start = NtpTime::from_bits(1 << 63);
    let error = Duration::ZERO;
    let exact = SenderClock::Synchronized { start, error };
    for (sender, worst) in [(sender, Duration::ZERO), (exact, Duration::MAX)] {
        let clock = CaptureClock::new(8_000, sender, worst);
        assert!(matches!(clock, Err(Error::Empty(_))), "{clock:?}");
    }
    let error = Duration::MAX;
    for sender in [sender, SenderClock::Synchronized { start, error }] {
        for worst in [Duration::from_nanos(1), Duration::MAX] {
            for rate in [1, u32::MAX] {
                let mut clock = CaptureClock::new(rate, sender, worst).unwrap();
                for (ntp, rtp_timestamp) in [(1, 0), (u64::MAX, u32::MAX), (1 << 63, 1 << 31)] {
                    let ntp = NtpTime::from_bits(ntp);
                    let report = SenderReport {
                        ssrc: 1,
                        ntp,
                        rtp_timestamp,
                    };
                    clock.report(&report, Time::START);
                    for clock_offset in [None, Some(i64::MIN), Some(i64::MAX)] {
                        let captured = ntp;
                        let absolute = AbsoluteCaptureTime {
                            captured,
                            clock_offset,
                        };
                        for rtp in [0, 1 << 31, u32::MAX] {
                            let arrival = Time::from_micros(1);
                            let at = clock.captured(rtp, Some(absolute), [], arrival);
                            assert!(at <= arrival || at.as_micros() == i64::MAX);
                        }
                    }
                }
            }
        }
    }
}

#[test]
fn times_of_ntp_are_those_of_rfc_5905() {
    // Figure 4 of RFC 5905: 1 January 1970, and the first day of the next era.
    assert_eq!(
        NtpTime::from_unix(Duration::ZERO).to_bits(),
        2_208_988_800 << 32
    );
    let next_era = Duration::new(2_085_978_496, 500_000_000);
    assert_eq!(NtpTime::from_unix(next_era).to_bits(), 1 << 31);
}
