//! A group's word is no wider than what all of its people have in common (R4), whoever leaves, sits down or shortens a consent meanwhile.

use super::*;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// A group is not brought up to date with one of its people who leaves.
    MissedLeave,
    /// A group takes whoever sits there next for one of its people.
    ReusedSeat,
    /// A group is not brought up to date with an end that was shortened.
    KeptEnd,
}

/// A tick that is over at [`AFTER_END`].
const END: u32 = 2 << 16;
const AFTER_END: Time = Time::from_millis(3 << 16);

/// One of the people of a group narrows, and so on; meanwhile a tap admits a frame of the group.
fn race(
    notes: &Arc<Notes>,
    (world, group): (&World, Group),
    now: Time,
    narrow: impl FnOnce(),
    go_on: impl FnOnce(),
) {
    let narrowing = Narrowing::new(notes);
    let mut tap = world.tap(StreamSource::Mix);
    let state = Arc::clone(&tap.state);
    let thread = {
        let narrowing = narrowing.clone();
        thread::spawn(move || {
            let frame = Frame::new(now, Contributors::Group(&group));
            let _ = tap.admit(&frame, PAYLOAD, now, |_| narrowing.handed_on());
        })
    };
    narrow();
    narrowing.settle(&settling([&state]));
    go_on();
    thread.join().unwrap();
}

/// People who have all agreed, and the group of these places.
fn of_places<const N: usize>(places: &[usize]) -> (World, [Participant; N], Group) {
    let (world, people) = World::new();
    for who in people {
        world.publish(who, HELD);
    }
    let people_of_places: Vec<_> = places.iter().map(|place| people[*place]).collect();
    let group = world.group(&people_of_places);
    (world, people, group)
}

/// An event after which groups are brought up to date, unless that is the fault.
fn publish(world: &World, who: Participant, effective: Effective, is_missed: bool) {
    world.store(who, effective, Purposes::RECORD);
    world.regroup(who, |_| !is_missed);
    world.complete();
}

#[test]
fn g_one_leaves_and_another_sits_down() {
    let faults = [Fault::MissedLeave, Fault::ReusedSeat];
    prove(
        "groups, a leave",
        Search::Some(20_000),
        &faults,
        |notes, fault| {
            // The third is a part of their own.
            let (world, [.., old], group) = of_places::<3>(&[0, 1, 2]);
            let new = Participant { stay: 2, ..old };
            let leave = || {
                let absent = Effective::Closed(Reason::Absent);
                publish(&world, old, absent, fault == Some(Fault::MissedLeave));
            };
            let sit_down = || {
                world.occupy(new);
                world.store(new, HELD, Purposes::RECORD);
                world.regroup(new, |_| true);
                if fault == Some(Fault::ReusedSeat) {
                    world.take_for(old, new);
                }
                world.complete();
            };
            race(notes, (&world, group), BY_WORD, leave, sit_down);
        },
    );
}

#[test]
fn g_an_end_is_shortened() {
    let faults = [Fault::KeptEnd];
    prove(
        "groups, an end",
        Search::EveryByLoom(20_000),
        &faults,
        |notes, fault| {
            let (world, [.., who], group) = of_places::<3>(&[0, 1, 2]);
            let shorten = || {
                let shorter = Effective::Held {
                    since: 0,
                    until: END,
                };
                publish(&world, who, shorter, fault == Some(Fault::KeptEnd));
            };
            race(notes, (&world, group), AFTER_END, shorten, || ());
        },
    );
}

/// Somebody is in two parts, and only one of the two is brought up to date. Nothing can be found: the group's word is what its parts have in common,
/// and one part alone that has the narrower word makes the group as narrow. An outdated part can only keep a group closed that would be open.
/// If places were counted, as those who agree, one that was missed would be one who agreed for good.
#[test]
fn g_one_of_two_places_is_missed() {
    for missed in [0, 2] {
        let name = std::format!("groups, place {missed} missed");
        let faults: &[Fault] = &[];
        prove(
            &name,
            Search::EveryByLoom(20_000),
            faults,
            move |notes, _| {
                let (world, [who, _], group) = of_places::<2>(&[0, 1, 0]);
                let withdraw = || {
                    world.store(who, WITHDRAWN, Purposes::RECORD);
                    world.regroup(who, |place| place != missed);
                    world.complete();
                };
                race(notes, (&world, group), BY_WORD, withdraw, || ());
            },
        );
    }
}
