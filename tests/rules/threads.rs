//! Taps on threads of their own, while consent changes. Under change the gate may be stricter than the rules, never wider.

use std::{
    sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering::SeqCst},
    thread,
    time::Duration,
};

use framegate::{
    Authority, Contributors, Format, Frame, Kind, Payload, Purposes, Reason, Samples, Scope,
    StreamOptions, Time, Verdict,
};

use crate::common::{self, agree, meeting, microphone, millis, own, tap};

const SAMPLES: [u8; 4] = [1; 4];

/// After a withdrawal has settled nothing of that person is released on any thread.
#[test]
fn r6_a_settled_withdrawal_cuts() {
    let (mut meeting, notice, [who]) = meeting();
    let clock = AtomicI64::new(0);
    let cut = AtomicBool::new(true);
    let over = AtomicBool::new(false);
    let released = AtomicU64::new(0);
    let taps: Vec<_> = (0..2)
        .map(|_| tap(&mut meeting, microphone(who), Purposes::RECORD))
        .collect();
    thread::scope(|threads| {
        for mut tap in taps {
            let (clock, cut, over, released) = (&clock, &cut, &over, &released);
            threads.spawn(move || {
                while !over.load(SeqCst) {
                    let now = Time::from_micros(clock.load(SeqCst));
                    let _ = tap.admit(&own(now), Payload::Bytes(&SAMPLES), now, |_| {
                        assert!(
                            !cut.load(SeqCst),
                            "released after the withdrawal had settled"
                        );
                        released.fetch_add(1, SeqCst);
                    });
                }
                let counters = tap.counters();
                assert_eq!(counters.seen, counters.whole + counters.dropped);
            });
        }
        for round in 1..=2_000 {
            clock.store(round * 2_000, SeqCst);
            cut.store(false, SeqCst);
            agree(
                &mut meeting,
                notice,
                who,
                common::SCOPE,
                Time::from_micros(round * 2_000),
            );
            let before = released.load(SeqCst);
            for _ in 0..1_000 {
                if released.load(SeqCst) > before {
                    break;
                }
                thread::yield_now();
            }
            let settling = meeting
                .withdraw(Authority::Participant, who, Scope::ALL, millis(round * 2))
                .unwrap();
            assert!(settling.wait(Duration::from_mins(1)));
            cut.store(true, SeqCst);
        }
        over.store(true, SeqCst);
    });
    assert!(released.load(SeqCst) > 0);
}

/// A release that does not end keeps a withdrawal from settling, and is named.
#[test]
fn r6_settling_waits_for_a_release_under_way() {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, common::SCOPE, Time::START);
    let mut tap = tap(&mut meeting, microphone(who), Purposes::RECORD);
    let mut settling = None;
    let admission = tap.admit(&own(millis(1)), Payload::Bytes(&SAMPLES), millis(1), |_| {
        let settling = settling.insert(
            meeting
                .withdraw(Authority::Participant, who, Scope::ALL, millis(1))
                .unwrap(),
        );
        assert!(!settling.wait(Duration::from_millis(1)));
        assert_eq!(settling.taps().filter(|tap| tap.is_releasing).count(), 1);
    });
    assert_eq!(admission.verdict(), Verdict::Whole);
    assert!(settling.unwrap().is_settled());
    let after = tap.admit(&own(millis(1)), Payload::Bytes(&SAMPLES), millis(2), |_| ());
    assert_eq!(after.verdict(), Verdict::Dropped(Reason::Withdrawn));
}

/// Two people take turns in agreeing, all in one millisecond, so a mix of both can never be released.
#[test]
fn r4_who_never_agreed_at_the_same_time_is_never_released_together() {
    let (mut meeting, notice, people) = meeting::<2>();
    let stream = StreamOptions::mix(Kind::Audio, Format::pcm(Samples::S16, 1));
    let mut taps = [
        tap(&mut meeting, stream.clone(), Purposes::RECORD),
        tap(&mut meeting, stream, Purposes::RECORD),
    ];
    let over = AtomicBool::new(false);
    let now = Time::START;
    thread::scope(|threads| {
        for (tap, list) in taps.iter_mut().zip([people, [people[1], people[0]]]) {
            let over = &over;
            threads.spawn(move || {
                let frame = Frame::new(now, Contributors::Complete(&list));
                while !over.load(SeqCst) {
                    let _ = tap.admit(&frame, Payload::Bytes(&SAMPLES), now, |_| {
                        panic!("released though the two never agreed together")
                    });
                    assert!(!tap.decide(&frame, now).verdict().is_released());
                }
            });
        }
        for round in 0..200_000 {
            let who = people[round % 2];
            agree(&mut meeting, notice, who, common::SCOPE, now);
            let _ = meeting
                .withdraw(Authority::Participant, who, Scope::ALL, now)
                .unwrap();
        }
        over.store(true, SeqCst);
    });
}

/// Two people withdraw and agree again at random, while taps release their own frames and those of both.
#[test]
fn r6_random_withdrawals_under_load() {
    let (admissions, withdrawals) = if is_deep() {
        (10_000_000, 10_000)
    } else {
        (100_000, 200)
    };
    let (mut meeting, notice, people) = meeting::<2>();
    let group = meeting.group(&people).unwrap();
    let mix = || StreamOptions::mix(Kind::Audio, Format::pcm(Samples::S16, 1));
    let both = [
        Contributors::Complete(&people),
        Contributors::Group(&group),
        Contributors::Owner,
        Contributors::Owner,
    ];
    let taps = [mix(), mix(), microphone(people[0]), microphone(people[1])];
    let taps = taps.map(|stream| tap(&mut meeting, stream, Purposes::RECORD));
    let whose = [0..2, 0..2, 0..1, 1..2];

    let clock = AtomicI64::new(0);
    // From when a withdrawal has settled to just before the next grant.
    let settled = [const { AtomicBool::new(true) }; 2];
    let over = AtomicBool::new(false);
    let [admitted, released] = [const { AtomicU64::new(0) }; 2];
    thread::scope(|threads| {
        for ((mut tap, whose), contributors) in taps.into_iter().zip(whose).zip(both) {
            let (clock, settled, over) = (&clock, &settled, &over);
            let (admitted, released) = (&admitted, &released);
            threads.spawn(move || {
                while !over.load(SeqCst) {
                    let now = Time::from_micros(clock.load(SeqCst));
                    let frame = Frame::new(now, contributors);
                    let _ = tap.admit(&frame, Payload::Bytes(&SAMPLES), now, |_| {
                        let is_cut = |who: &AtomicBool| who.load(SeqCst);
                        assert!(
                            !settled[whose.clone()].iter().any(is_cut),
                            "released after a withdrawal had settled"
                        );
                        released.fetch_add(1, SeqCst);
                    });
                    admitted.fetch_add(1, SeqCst);
                }
                let counters = tap.counters();
                assert_eq!(counters.seen, counters.whole + counters.dropped);
            });
        }
        let (mut random, mut withdrawn) = (1_u64, 0);
        while withdrawn < withdrawals || admitted.load(SeqCst) < admissions {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            let (who, pause) = ((random >> 20) as usize % 2, random >> 30 & 0xFF);
            // Sometimes long enough that one load tells, sometimes not.
            let later = if random >> 40 & 1 == 0 {
                1_000
            } else {
                600_000
            };
            let now = Time::from_micros(clock.fetch_add(later, SeqCst) + later);
            if settled[who].swap(false, SeqCst) {
                agree(&mut meeting, notice, people[who], common::SCOPE, now);
            } else {
                let by = Authority::Participant;
                let settling = meeting.withdraw(by, people[who], Scope::ALL, now).unwrap();
                assert!(settling.wait(Duration::from_mins(1)));
                settled[who].store(true, SeqCst);
                withdrawn += 1;
            }
            for _ in 0..pause {
                std::hint::spin_loop();
            }
            thread::yield_now();
        }
        over.store(true, SeqCst);
    });
    let (admitted, released) = (admitted.into_inner(), released.into_inner());
    println!("{admitted} admitted, {released} released");
    assert!(released > 0);
}

/// `bash ci/deep` goes on for longer.
fn is_deep() -> bool {
    std::env::var_os("FRAMEGATE_DEEP").is_some()
}
