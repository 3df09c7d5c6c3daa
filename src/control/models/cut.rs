//! After a withdrawal has settled nothing of that person is released (R6).

use super::*;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// Neither side has its fence. With one memory that everybody sees at once there is no difference.
    #[cfg(framegate_loom)]
    WithoutFences,
    /// The tap reads consent before it marks its release.
    ReadBeforeMark,
    /// The withdrawal reads the marks before it has published.
    SettledFirst,
}

const FAULTS: &[Fault] = &[
    #[cfg(framegate_loom)]
    Fault::WithoutFences,
    Fault::ReadBeforeMark,
    Fault::SettledFirst,
];

fn plant(fault: Option<Fault>) {
    #[cfg(framegate_loom)]
    crate::shared::sync::WITHOUT_FENCES.set(fault == Some(Fault::WithoutFences));
    #[cfg(framegate_shuttle)]
    let _ = fault;
}

/// A tap's thread.
fn release(tap: &mut Tap, frame: &Frame<'_>, fault: Option<Fault>, narrowing: &Narrowing) {
    let now = frame.captured;
    if fault == Some(Fault::ReadBeforeMark) {
        let held = tap.decide(frame, now).purposes();
        let scope = tap.state.begin();
        if !held.is_empty() {
            scope.count(Verdict::Whole, now);
            narrowing.handed_on();
        }
    } else {
        let _ = tap.admit(frame, PAYLOAD, now, |_| narrowing.handed_on());
    }
}

/// The meeting's thread.
fn withdraw(
    world: &World,
    who: Participant,
    taps: &[Arc<TapState>],
    fault: Option<Fault>,
    narrowing: &Narrowing,
) {
    let settling = if fault == Some(Fault::SettledFirst) {
        let settling = settling(taps);
        world.publish(who, WITHDRAWN);
        settling
    } else {
        world.publish(who, WITHDRAWN);
        settling(taps)
    };
    narrowing.settle(&settling);
}

/// One who withdraws, while as many threads as there are taps release so many frames each.
fn race(
    notes: &Arc<Notes>,
    fault: Option<Fault>,
    (world, who): (&World, Participant),
    taps: Vec<Tap>,
    (frames, now): (usize, Time),
    group: Option<&Group>,
) {
    plant(fault);
    let narrowing = Narrowing::new(notes);
    let states: Vec<_> = taps.iter().map(|tap| Arc::clone(&tap.state)).collect();
    let threads = taps.into_iter().map(|mut tap| {
        let (narrowing, group) = (narrowing.clone(), group.cloned());
        thread::spawn(move || {
            let contributors = group
                .as_ref()
                .map_or(Contributors::Owner, Contributors::Group);
            let frame = Frame::new(now, contributors);
            for _ in 0..frames {
                release(&mut tap, &frame, fault, &narrowing);
            }
        })
    });
    let threads: Vec<_> = threads.collect();
    withdraw(world, who, &states, fault, &narrowing);
    for thread in threads {
        thread.join().unwrap();
    }
}

fn of_one(notes: &Arc<Notes>, fault: Option<Fault>, taps: usize, frames: usize, now: Time) {
    let (mut world, [who]) = World::new();
    let taps = (0..taps).map(|_| world.own_tap(who)).collect();
    world.publish(who, HELD);
    race(notes, fault, (&world, who), taps, (frames, now), None);
}

#[test]
fn a_cut_by_the_word() {
    prove(
        "cut, by the word",
        Search::EveryByLoom(20_000),
        FAULTS,
        |notes, fault| {
            of_one(notes, fault, 1, 1, BY_WORD);
        },
    );
}

#[test]
fn a_cut_by_the_interval() {
    prove(
        "cut, by the interval",
        Search::EveryByLoom(20_000),
        FAULTS,
        |notes, fault| {
            of_one(notes, fault, 1, 1, BY_INTERVAL);
        },
    );
}

#[test]
fn a_cut_between_two_frames() {
    prove(
        "cut, two frames",
        Search::EveryByLoom(20_000),
        FAULTS,
        |notes, fault| {
            of_one(notes, fault, 1, 2, BY_WORD);
        },
    );
}

#[test]
fn a_cut_of_two_taps() {
    prove(
        "cut, two taps",
        Search::Some(20_000),
        FAULTS,
        |notes, fault| {
            of_one(notes, fault, 2, 1, BY_WORD);
        },
    );
}

#[test]
fn a_cut_of_a_group() {
    prove(
        "cut, a group",
        Search::EveryByLoom(20_000),
        FAULTS,
        |notes, fault| {
            let (world, people) = World::new::<2>();
            for who in people {
                world.publish(who, HELD);
            }
            let group = world.group(&people);
            let taps = [world.tap(StreamSource::Mix)].into();
            race(
                notes,
                fault,
                (&world, people[1]),
                taps,
                (1, BY_WORD),
                Some(&group),
            );
        },
    );
}
