//! When a keyframe is asked for, against plain arithmetic.

use std::time::Duration;

use framegate::{Kind, StreamOptions, Tap, Time, format::Format};
use proptest::{
    prelude::*,
    test_runner::{Config, RngSeed, TestRunner},
};

use super::gate::tap;
use crate::common::{SCOPE, agree, meeting, own};

const KEYFRAME: [u8; 29] = [
    0, 0, 0, 1, 0x67, 0x42, 0xC0, 0x1F, 0xF4, 0x0A, 0x02, 0xFC, 0x80, 0, 0, 0, 1, 0x68, 0xCE, 0x3C,
    0x80, 0, 0, 0, 1, 0x65, 0x88, 0x84, 0x55,
];
const DELTA: [u8; 8] = [0, 0, 0, 1, 0x41, 0x9A, 0x24, 0x55];
/// What is left of a frame that came damaged.
const DAMAGED: [u8; 1] = [0x55];

/// A step in the life of a receiver; times are microseconds.
#[derive(Clone, Copy, Debug)]
enum Step {
    /// A frame comes, this much later than the last time; some clocks go back.
    Frame {
        is_key: bool,
        later: i64,
    },
    /// One is lost that nobody knows of: the picture after it depends on what never went through.
    Lost,
    Ask {
        later: i64,
        least: u32,
    },
}

/// What is planted in the model.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Level,
    IgnoresTheInterval,
    GoesBackWithTheClock,
    OffByOne,
    ForgetsAtAKeyframe,
}

const FAULTS: [Fault; 5] = [
    Fault::Level,
    Fault::IgnoresTheInterval,
    Fault::GoesBackWithTheClock,
    Fault::OffByOne,
    Fault::ForgetsAtAKeyframe,
];

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let later = || prop_oneof![4 => 0_i64..400, 1 => Just(1_i64), 1 => -1000_i64..0];
    let least = prop_oneof![Just(0_u32), Just(100), Just(300), Just(u32::MAX)];
    let step = prop_oneof![
        3 => (prop::bool::weighted(0.3), later()).prop_map(|(is_key, later)| Step::Frame { is_key, later }),
        1 => Just(Step::Lost),
        6 => (later(), least).prop_map(|(later, least)| Step::Ask { later, least }),
    ];
    prop::collection::vec(step, 1..60)
}

fn admit(tap: &mut Tap, bytes: &[u8], now: i64) -> bool {
    let now = Time::from_micros(now);
    let admission = tap.admit(&own(now), bytes.into(), now, |_| ());
    admission.verdict().is_released()
}

fn check(steps: &[Step], fault: Option<Fault>) -> Result<(), TestCaseError> {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, SCOPE, Time::START);
    let stream = StreamOptions::owned(who, Kind::Video, Format::H264);
    let mut tap = tap(&mut meeting, stream, false);
    // Late enough that no clock goes back before the meeting's start.
    let (mut now, mut latest) = (1_000_000_i64, 1_000_000_i64);
    let (mut goes_on, mut awaits) = (false, false);
    let (mut last, mut last_now): (Option<i64>, i64) = (None, 0);
    admit(&mut tap, &DAMAGED, latest);
    for step in steps {
        match *step {
            Step::Frame { is_key, later } => {
                now += later;
                latest = latest.max(now);
                goes_on |= is_key;
                awaits = !goes_on;
                if goes_on && fault == Some(Fault::ForgetsAtAKeyframe) {
                    last = None;
                }
                let bytes = if is_key { &KEYFRAME[..] } else { &DELTA };
                // Captured when it is released, whatever the clock does.
                prop_assert_eq!(admit(&mut tap, bytes, latest), goes_on);
            }
            Step::Lost => {
                (goes_on, awaits) = (false, false);
                admit(&mut tap, &DAMAGED, latest);
            }
            Step::Ask { later, least } => {
                now += later;
                let by_clock = now.max(latest);
                let is_due = match (last, fault) {
                    (None, _) | (_, Some(Fault::Level)) => true,
                    (Some(last), Some(Fault::IgnoresTheInterval)) => by_clock > last,
                    (Some(last), Some(Fault::OffByOne)) => by_clock > last + i64::from(least),
                    (Some(_), Some(Fault::GoesBackWithTheClock)) => {
                        (now - last_now).abs() >= i64::from(least)
                    }
                    (Some(last), _) => by_clock >= last + i64::from(least),
                };
                let expected = awaits && is_due;
                if expected {
                    (last, last_now) = (Some(by_clock), now);
                }
                let interval = Duration::from_micros(least.into());
                let got = tap.keyframe_request(Time::from_micros(now), interval);
                prop_assert_eq!(got, expected, "{:?}", step);
                // It has released nothing.
                prop_assert!(!awaits || !goes_on);
            }
        }
    }
    Ok(())
}

fn runner(cases: u32) -> TestRunner {
    TestRunner::new(Config {
        cases,
        rng_seed: RngSeed::Fixed(1),
        failure_persistence: None,
        max_shrink_iters: 0,
        ..Config::default()
    })
}

#[test]
fn a_keyframe_is_asked_for_once_and_again_after_the_interval() {
    runner(2000)
        .run(&steps(), |steps| check(&steps, None))
        .unwrap();
}

#[test]
fn control_each_fault_in_the_arithmetic_is_found() {
    for fault in FAULTS {
        let found = runner(2000).run(&steps(), |steps| check(&steps, Some(fault)));
        assert!(found.is_err(), "{fault:?}");
    }
}

#[test]
fn times_out_of_range_ask_for_nothing() {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, SCOPE, Time::START);
    let stream = StreamOptions::owned(who, Kind::Video, Format::H264);
    let mut tap = tap(&mut meeting, stream, false);
    assert!(!admit(&mut tap, &DELTA, 1000));
    for out in [-1, i64::MAX] {
        assert!(!tap.keyframe_request(Time::from_micros(out), Duration::ZERO));
    }
    let counters = tap.counters();
    assert!(tap.keyframe_request(Time::START, Duration::MAX));
    assert!(!tap.keyframe_request(Time::from_millis(1 << 31), Duration::MAX));
    // It counts nothing, and the frame after it is judged by its own time.
    assert_eq!(tap.counters(), counters);
    assert!(admit(&mut tap, &KEYFRAME, 2000));
    assert!(!tap.keyframe_request(Time::from_micros(3000), Duration::ZERO));
}
