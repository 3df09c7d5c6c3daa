//! Nothing is cleared at a time when not all who are in it agreed (R4): one withdraws, then another agrees, who never agreed together.

use super::*;

#[derive(Clone, Copy, Debug)]
enum Fault {
    /// No event has a generation, so that the check before and after compares nothing.
    WithoutGenerations,
}

const FAULTS: &[Fault] = &[Fault::WithoutGenerations];

/// The meeting's thread.
fn publish(world: &World, who: Participant, effective: Effective, fault: Option<Fault>) {
    match fault {
        Some(Fault::WithoutGenerations) => {
            world.store(who, effective, Purposes::RECORD);
            world.regroup(who, |_| true);
        }
        None => world.publish(who, effective),
    }
}

/// Whose frames they are: all in one list, or an owner and a group of the other.
#[derive(Clone, Copy)]
enum Together {
    List,
    Group,
    OwnerAndGroup,
}

fn race(notes: &Arc<Notes>, fault: Option<Fault>, together: Together, now: Time) {
    let (mut world, [first, second]) = World::new::<2>();
    // The first is read before the second.
    let (mut tap, group) = match together {
        Together::List => (world.tap(StreamSource::Mix), None),
        Together::Group => (
            world.tap(StreamSource::Mix),
            Some(world.group(&[first, second])),
        ),
        Together::OwnerAndGroup => (world.own_tap(first), Some(world.group(&[second]))),
    };
    world.publish(first, HELD);
    let thread = {
        let notes = Arc::clone(notes);
        thread::spawn(move || {
            let list = [first, second];
            let contributors = match &group {
                Some(group) => Contributors::Group(group),
                None => Contributors::Complete(&list),
            };
            let frame = Frame::new(now, contributors);
            let _ = tap.admit(&frame, PAYLOAD, now, |_| notes.found(true));
            // Nothing ever is, so that the end of the way counts.
            notes.released();
        })
    };
    publish(&world, first, WITHDRAWN, fault);
    publish(&world, second, HELD, fault);
    thread.join().unwrap();
}

#[test]
fn b_a_list_by_the_words() {
    prove(
        "snapshot, list by the words",
        Search::EveryByLoom(20_000),
        FAULTS,
        |notes, fault| {
            race(notes, fault, Together::List, BY_WORD);
        },
    );
}

#[test]
fn b_a_list_by_the_intervals() {
    prove(
        "snapshot, list by the intervals",
        Search::EveryByLoom(20_000),
        FAULTS,
        |notes, fault| {
            race(notes, fault, Together::List, BY_INTERVAL);
        },
    );
}

#[test]
fn b_a_group() {
    // Its word is one load, so by it nothing could be found; its people are read one after the other.
    prove(
        "snapshot, group by the word",
        Search::EveryByLoom(20_000),
        &[] as &[Fault],
        |notes, fault| {
            race(notes, fault, Together::Group, BY_WORD);
        },
    );
    prove(
        "snapshot, group by the intervals",
        Search::EveryByLoom(20_000),
        FAULTS,
        |notes, fault| {
            race(notes, fault, Together::Group, BY_INTERVAL);
        },
    );
}

#[test]
fn b_an_owner_and_a_group() {
    prove(
        "snapshot, owner and group by the words",
        Search::EveryByLoom(20_000),
        FAULTS,
        |notes, fault| {
            race(notes, fault, Together::OwnerAndGroup, BY_WORD);
        },
    );
    prove(
        "snapshot, owner and group by the intervals",
        Search::EveryByLoom(20_000),
        FAULTS,
        |notes, fault| {
            race(notes, fault, Together::OwnerAndGroup, BY_INTERVAL);
        },
    );
}
