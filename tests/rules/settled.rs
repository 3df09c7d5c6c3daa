//! Waiting in an asynchronous program: asleep by the program's own clock, never before the store, and nothing is lost by giving up.

use std::{
    cell::RefCell,
    pin::{Pin, pin},
    sync::atomic::Ordering::SeqCst,
    task::{Context, Poll, Waker},
    thread,
    time::{Duration, Instant},
};

use framegate::{Authority, Payload, Reason, Scope, Settling, Verdict, Withdrawals};

use crate::{
    common::{millis, own},
    waits::{Scene, record, scene},
};

const BY: Authority = Authority::Participant;

/// An executor that never waits by itself: each poll is the test's, and each sleep ends at the next.
fn poll(future: Pin<&mut impl Future<Output = ()>>) -> bool {
    let mut context = Context::from_waker(Waker::noop());
    future.poll(&mut context).is_ready()
}

/// Asleep until it is polled again.
async fn nap() {
    let mut has_slept = false;
    std::future::poll_fn(|_| {
        if std::mem::replace(&mut has_slept, true) {
            Poll::Ready(())
        } else {
            Poll::Pending
        }
    })
    .await;
}

/// Polls until it is ready, really asleep in between; that it is in the end is what the caller asks.
fn block_on(mut future: Pin<&mut impl Future<Output = ()>>) {
    let begun = Instant::now();
    while !poll(future.as_mut()) {
        assert!(begun.elapsed() < Duration::from_mins(1));
        thread::sleep(Duration::from_millis(1));
    }
}

fn withdraw(scene: &Scene, handle: &Withdrawals) -> Settling {
    let settling = handle.withdraw(BY, scene.people[0], Scope::ALL, millis(3));
    settling.unwrap()
}

#[test]
fn r6_no_poll_stands_before_a_store_that_does_not_return() {
    let mut scene = scene();
    let handle = scene.meeting.withdrawals();
    scene.slow.shut(true);
    let settling = withdraw(&scene, &handle);
    {
        let mut settled = pin!(settling.settled(|_| nap()));
        assert!(!poll(settled.as_mut()));
        scene.slow.until_somebody_waits();
        for _ in 0..100 {
            assert!(!poll(settled.as_mut()));
        }
        // Whoever gives up has lost nothing; nor do others wait who withdraw meanwhile.
        let other = handle.withdraw(BY, scene.people[1], Scope::ALL, millis(4));
        let other = other.unwrap();
        assert!(!poll(pin!(other.settled(|_| nap()))));
        for tap in &mut scene.taps {
            assert_eq!(record(tap, 5), Verdict::Dropped(Reason::Withdrawn));
        }
    }
    let mut settled = pin!(settling.settled(|_| nap()));
    assert!(!poll(settled.as_mut()));
    scene.slow.shut(false);
    block_on(settled);
    assert!(settling.is_settled());

    // The control: a poll that asks by itself stands there.
    scene.slow.shut(true);
    let settling = handle.restrict(Authority::Host, None, Scope::ALL, millis(6));
    let settling = settling.unwrap();
    let asking = thread::spawn(move || poll(pin!(async { assert!(settling.is_settled()) })));
    scene.slow.until_somebody_waits();
    assert!(!asking.is_finished());
    scene.slow.shut(false);
    assert!(asking.join().unwrap());
}

#[test]
fn r6_a_store_that_refused_is_asked_again() {
    let scene = scene();
    let handle = scene.meeting.withdrawals();
    for waits in [false, true] {
        scene.slow.refuses_next.store(true, SeqCst);
        let settling = withdraw(&scene, &handle);
        if waits {
            // For no time it is only asked once.
            assert!(!settling.wait(Duration::ZERO));
            assert!(settling.wait(Duration::from_mins(1)));
        } else {
            block_on(pin!(settling.settled(|_| nap())));
        }
        assert!(!scene.slow.refuses_next.load(SeqCst));
    }
    // By one who waits without giving up, too.
    scene.slow.refuses_next.store(true, SeqCst);
    assert!(withdraw(&scene, &handle).wait(Duration::from_mins(1)));
}

#[test]
fn r6_it_is_pending_until_the_last_release_has_ended() {
    let scene = scene();
    let (handle, ana) = (scene.meeting.withdrawals(), scene.people[0]);
    let [mut of_ana, _] = scene.taps;
    let mut kept = None;
    let now = millis(3);
    let released = of_ana.admit(&own(now), Payload::Bytes(&[1; 4]), now, |_| {
        let settling: &Settling = kept.insert(handle.withdraw(BY, ana, Scope::ALL, now).unwrap());
        let mut settling = pin!(settling.settled(|_| nap()));
        // However often it is looked at, also when the store has long had the line.
        (0..50).all(|_| {
            thread::sleep(Duration::from_millis(1));
            !poll(settling.as_mut())
        })
    });
    assert_eq!(released.output, Some(true));
    let settling = kept.unwrap();
    assert!(settling.is_settled());
    // What has settled is so at the first look.
    assert!(poll(pin!(settling.settled(|_| std::future::pending()))));
}

fn is_send(_: impl Send) {}

#[test]
fn pauses_grow_from_50_microseconds_to_5_milliseconds() {
    let scene = scene();
    let handle = scene.meeting.withdrawals();
    scene.slow.shut(true);
    let settling = withdraw(&scene, &handle);
    let pauses = RefCell::new(Vec::new());
    {
        let mut settled = pin!(settling.settled(|pause| {
            pauses.borrow_mut().push(pause);
            nap()
        }));
        while pauses.borrow().len() < 20 {
            assert!(!poll(settled.as_mut()));
        }
    }
    scene.slow.shut(false);
    let pauses = pauses.into_inner();
    assert_eq!(pauses[0], Duration::from_micros(50));
    assert!(pauses.is_sorted());
    assert_eq!(pauses.last(), Some(&Duration::from_millis(5)));
    // It goes to another thread with whatever runs it.
    is_send(settling.settled(|_| nap()));
}
