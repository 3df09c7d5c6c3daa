//! The meeting's clock, and how it goes on when its process does not: a steady clock that begins at 0 again opens nothing, and what came to its end meanwhile has ended.

use framegate::{
    Argument, Authority, Error, Grant, Meeting, MeetingOptions, Method, Purposes, Reason, Scope,
    Tap, Time, Verdict, WallTime, ledger::Ledger,
};
use proptest::{
    prelude::*,
    test_runner::{RngAlgorithm, TestError, TestRng, TestRunner},
};

use crate::common::{self, Memory, SCOPE, microphone, millis, own, started};

const BY: Authority = Authority::Participant;
const SECOND: u64 = 1_000_000;

fn seconds(seconds: i64) -> Time {
    millis(seconds * 1000)
}

/// The time of day so many seconds after the meeting's start.
fn wall(seconds: i64) -> WallTime {
    let started = started().as_micros();
    WallTime::from_micros(started.saturating_add_signed(seconds * SECOND.cast_signed())).unwrap()
}

/// A meeting of which ana agreed at 1 s, to be recorded until 60 s and to training without end, and that crashed at 30 s.
fn crashed() -> Memory {
    let memory = Memory::default();
    let mut meeting = common::open("m", 3, memory.writer());
    let notice = meeting.show(common::notice()).unwrap();
    let ana = meeting
        .join(framegate::JoinOptions::adult("ana"), Time::START)
        .unwrap();
    for (purposes, until) in [
        (Purposes::RECORD, Some(60)),
        (Purposes::ASSIST, Some(20)),
        (Purposes::TRAIN, None),
    ] {
        let scope = Scope::new(SCOPE.kinds, purposes);
        let grant = Grant::new(notice, scope, Method::Clicked);
        let grant = match until {
            Some(until) => grant.until(seconds(until)),
            None => grant,
        };
        meeting.grant(BY, ana, &grant, seconds(1)).unwrap();
    }
    meeting.count(seconds(30)).unwrap();
    memory
}

fn resumed(memory: &Memory) -> Meeting {
    Meeting::resume(&common::verified(&memory.read()), memory.writer()).unwrap()
}

/// A tap for one purpose.
fn tap(meeting: &mut Meeting, purposes: Purposes) -> Tap {
    let (_, ana) = meeting.participants().next().unwrap();
    common::tap(meeting, microphone(ana), purposes)
}

/// What comes of a frame that goes out as soon as it was captured.
fn verdict(tap: &mut Tap, now: Time) -> Verdict {
    let admission = tap.admit(&own(now), (&[0; 2][..]).into(), now, |_| ());
    admission.verdict()
}

#[test]
fn r5_the_clock_is_the_largest_time_that_any_call_or_tap_was_given() {
    let (mut meeting, notice, [ana]) = common::meeting();
    assert_eq!(meeting.clock(), Time::START);
    common::agree(&mut meeting, notice, ana, SCOPE, seconds(3));
    assert_eq!(meeting.clock(), seconds(3));
    meeting.tick(seconds(2));
    assert_eq!(meeting.clock(), seconds(3));
    let mut tap = common::tap(&mut meeting, microphone(ana), Purposes::RECORD);
    let mut other = common::tap(&mut meeting, microphone(ana), Purposes::RECORD);
    assert_eq!(verdict(&mut tap, millis(4567)), Verdict::Whole);
    // Also what only a tap was given, and to look at it changes nothing.
    for _ in 0..2 {
        assert_eq!(meeting.clock(), millis(4567));
    }
    let _ = tap.decide(&own(seconds(4)), Time::from_micros(4_567_891));
    assert_eq!(meeting.clock(), Time::from_micros(4_567_891));
    // Another thread, too.
    let _ = meeting
        .withdrawals()
        .withdraw(BY, ana, SCOPE, seconds(5))
        .unwrap();
    assert_eq!(meeting.clock(), seconds(5));

    // What is out of range or leaps moves nothing, and a tap that leapt is out of it.
    let day = seconds(24 * 60 * 60);
    for wrong in [
        Time::from_micros(-1),
        Time::from_micros(i64::MAX),
        seconds(24 * 60 * 60 + 6),
    ] {
        meeting.tick(wrong);
        assert!(!verdict(&mut other, wrong).is_released());
        assert_eq!(meeting.clock(), seconds(5), "{wrong:?}");
    }
    // The meeting looks, and closes it.
    meeting.tick(seconds(5));
    meeting.tick(day);
    assert_eq!(meeting.clock(), day);
    assert_eq!(verdict(&mut other, day), Verdict::Dropped(Reason::Clock));
    meeting.advance(seconds(3 * 24 * 60 * 60)).unwrap();
    assert_eq!(meeting.clock(), seconds(3 * 24 * 60 * 60));
}

#[test]
fn r5_a_clock_that_begins_again_releases_nothing() {
    let memory = crashed();
    let mut meeting = resumed(&memory);
    assert_eq!(meeting.clock(), seconds(30));
    // To training she agreed without an end, and everything comes before that.
    let mut train = tap(&mut meeting, Purposes::TRAIN);
    for now in [0, 1, 500, 999] {
        let dropped = Verdict::Dropped(Reason::CapturedEarlier);
        assert_eq!(verdict(&mut train, millis(now)), dropped, "{now}");
    }
    // What had ended before the crash has, though no line says so and the frame's own time is before the end.
    let mut assist = tap(&mut meeting, Purposes::ASSIST);
    for now in [0, 2_000, 10_000, 19_999] {
        assert!(!verdict(&mut assist, millis(now)).is_released(), "{now}");
    }
    // The control: by the meeting's clock.
    assert_eq!(verdict(&mut train, meeting.clock()), Verdict::Whole);
}

#[test]
fn r5_after_resuming_the_time_goes_on_by_the_time_of_day() {
    for (now, record) in [
        (31, Verdict::Whole),
        (59, Verdict::Whole),
        (60, Verdict::Dropped(Reason::Expired)),
        (3600, Verdict::Dropped(Reason::Expired)),
        (3 * 24 * 60 * 60, Verdict::Dropped(Reason::Expired)),
    ] {
        let memory = crashed();
        let mut meeting = resumed(&memory);
        let base = meeting.time_at(wall(now));
        assert_eq!(base, seconds(now));
        meeting.advance(base).unwrap();
        let mut train = tap(&mut meeting, Purposes::TRAIN);
        let mut recorder = tap(&mut meeting, Purposes::RECORD);
        // At once, and from there on by a steady clock that begins at 0.
        assert_eq!(verdict(&mut train, base), Verdict::Whole, "{now}");
        assert_eq!(verdict(&mut recorder, base), record, "{now}");
        for steady in [1, 20_000, 999_999] {
            let later = Time::from_micros(base.as_micros() + steady);
            assert_eq!(verdict(&mut train, later), Verdict::Whole, "{now}");
        }
        // Consent that still held when it went on ends when it was to.
        let end = seconds(60).max(base);
        assert!(!verdict(&mut recorder, end).is_released(), "{now}");
        assert!(meeting.next_deadline().is_some());
        meeting.tick(end);
        assert_eq!(meeting.next_deadline(), None);
    }
}

#[test]
fn r5_a_time_of_day_that_was_set_back_does_not_set_the_meeting_back() {
    let memory = crashed();
    let mut meeting = resumed(&memory);
    for now in [i64::MIN / 2_000_000, -1, 0, 29, 30] {
        let wall = if now < -1 {
            WallTime::from_micros(0).unwrap()
        } else {
            wall(now)
        };
        assert_eq!(meeting.time_at(wall), seconds(30), "{now}");
    }
    meeting.advance(meeting.time_at(wall(-5))).unwrap();
    assert_eq!(meeting.clock(), seconds(30));
    let mut train = tap(&mut meeting, Purposes::TRAIN);
    let base = meeting.time_at(wall(-5));
    assert_eq!(verdict(&mut train, base), Verdict::Whole);
    // While it goes on, too.
    meeting.tick(seconds(40));
    assert_eq!(meeting.time_at(wall(35)), seconds(40));
}

#[test]
fn r1_a_meeting_of_more_than_49_days_ago_goes_on_at_no_time() {
    let memory = crashed();
    let mut meeting = resumed(&memory);
    let last = 4_294_967; // 2³² − 1 ms, in whole seconds
    assert_eq!(meeting.time_at(wall(last)), seconds(last));
    let late = meeting.time_at(wall(last + 1));
    assert_eq!(late, Time::from_micros(i64::MAX));
    assert_eq!(meeting.advance(late), Err(Error::Time));
    let mut train = tap(&mut meeting, Purposes::TRAIN);
    assert!(!verdict(&mut train, late).is_released());
}

#[test]
fn a_start_is_the_systems_unless_it_is_given_and_never_forgotten() {
    let before = WallTime::now();
    let meeting = Meeting::open(MeetingOptions::new("m", 1)).unwrap();
    assert!((before..=WallTime::now()).contains(&meeting.started()));
    let options = MeetingOptions::new("m", 1).started(wall(7));
    let memory = Memory::default();
    let meeting = Meeting::open(options.ledger(memory.writer())).unwrap();
    assert_eq!(meeting.started(), wall(7));
    drop(meeting);
    assert_eq!(common::verified(&memory.read()).started(), wall(7));
    assert_eq!(resumed(&memory).started(), wall(7));

    let none = WallTime::from_micros(0).unwrap();
    let forgotten = Meeting::open(MeetingOptions::new("m", 1).started(none));
    let error = forgotten.err().unwrap();
    assert_eq!(error, Error::Empty(Argument::Started));
    assert!(error.to_string().contains("the meeting's start"), "{error}");
}

#[test]
fn r10_a_ledgers_date_is_in_the_chain() {
    let memory = crashed();
    let text = String::from_utf8(memory.bytes()).unwrap();
    let date = format!("\"started\":{}", started().as_micros());
    assert_eq!(text.matches(&date).count(), 1);
    let other = format!("\"started\":{}", started().as_micros() + 1);
    let changed = Ledger::read(text.replace(&date, &other).as_bytes(), None, None);
    assert_eq!(changed.unwrap_err().line, 2);
    // The control.
    assert!(Ledger::read(text.as_bytes(), None, None).is_ok());
}

// ---------------------------------------------------------------------------------------------------------------------
// Any meeting, against plain arithmetic

/// What could be wrong with the arithmetic.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// The time in which no process was there does not count.
    NoGap,
    /// A time of day that was set back sets the meeting back.
    SetBack,
    /// Milliseconds for microseconds.
    Unit,
    /// Times of taps do not count.
    NoTaps,
    /// A time that is out of range is cut to the last one.
    Cut,
}

/// Compares with times in microseconds: when calls and a tap were, and the time of day, from the meeting's start on.
fn compare(
    (calls, frames, wall): &(Vec<i64>, Vec<i64>, i64),
    fault: Option<Fault>,
) -> Result<(), TestCaseError> {
    let has = |of| fault == Some(of);
    let (mut meeting, notice, [ana]) = common::meeting();
    common::agree(&mut meeting, notice, ana, SCOPE, Time::START);
    let mut tap = common::tap(&mut meeting, microphone(ana), Purposes::RECORD);
    let mut clock = 0;
    for (call, frame) in calls.iter().zip(frames) {
        meeting.tick(Time::from_micros(*call));
        let _ = verdict(&mut tap, Time::from_micros(*frame));
        clock = clock.max(*call);
        if !has(Fault::NoTaps) {
            clock = clock.max(*frame);
        }
    }
    prop_assert_eq!(meeting.clock().as_micros(), clock);
    let gap = if has(Fault::Unit) { wall / 1000 } else { *wall };
    let expected = match gap {
        _ if has(Fault::NoGap) => clock,
        _ if has(Fault::SetBack) => gap.max(0),
        gap if gap >= 4_294_967_295_000 && has(Fault::Cut) => 4_294_967_294_999,
        gap if gap >= 4_294_967_295_000 => i64::MAX,
        gap => gap.max(clock),
    };
    let of_day = started().as_micros().saturating_add_signed(*wall);
    let at = meeting.time_at(WallTime::from_micros(of_day).unwrap());
    prop_assert_eq!(at.as_micros(), expected);
    // And back: the date of a time of the meeting is the time of day then.
    if (0..4_294_967_295_000).contains(wall) {
        let date = meeting.started().after(Time::from_micros(*wall));
        prop_assert_eq!(date.as_micros(), of_day);
    }
    Ok(())
}

fn times() -> impl Strategy<Value = (Vec<i64>, Vec<i64>, i64)> {
    let hour = 3_600_000_000_i64;
    let some = || prop::collection::vec(0..hour, 0..4);
    let wall = prop_oneof![-hour..2 * hour, -hour..60 * 24 * hour];
    (some(), some(), wall)
}

fn config(cases: u32) -> ProptestConfig {
    ProptestConfig {
        cases,
        failure_persistence: None,
        ..ProptestConfig::default()
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn r5_the_time_at_a_time_of_day_is_plain_arithmetic(times in times()) {
        compare(&times, None)?;
    }
}

#[test]
fn control_arithmetic_that_is_wrong_is_found_out() {
    for fault in [
        Fault::NoGap,
        Fault::SetBack,
        Fault::Unit,
        Fault::NoTaps,
        Fault::Cut,
    ] {
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(config(2000), rng);
        let run = runner.run(&times(), |times| compare(&times, Some(fault)));
        assert!(matches!(run, Err(TestError::Fail(..))), "{fault:?}");
    }
}
