//! A slot that was given to somebody else clears nothing of the old owner, and nothing for the old owner.

use super::*;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// The tap loads the occupant before the word.
    OccupantFirst,
    /// The meeting publishes what the new occupant agrees to before it says who that is.
    OccupantLast,
    /// The slot is given away before all in it was closed.
    GivenAwayOpen,
    /// A tap gets what the slot's occupant agrees to, whoever that is.
    TapOfTheSlot,
}

/// What a tap looks at.
#[derive(Clone, Copy, PartialEq)]
enum Of {
    /// Its own word.
    Tap,
    /// The slot's word, as for people who are listed.
    Slot,
    /// The slot's intervals.
    Interval,
}

/// A tap's thread: for what somebody's frame is cleared.
fn look(
    tap: &Tap,
    (whose, others): (Participant, Purposes),
    of: Of,
    fault: Option<Fault>,
    notes: &Notes,
) {
    let held = match of {
        Of::Slot if fault == Some(Fault::OccupantFirst) => {
            let word = tap.table.word_by_occupant_first(whose, KIND);
            word.held(BY_WORD, BY_WORD)
        }
        Of::Tap => tap.state.word().held(BY_WORD, BY_WORD),
        Of::Slot => tap.table.word(whose, KIND).held(BY_WORD, BY_WORD),
        Of::Interval => {
            let passage = Passage::new(BY_INTERVAL, BY_INTERVAL).unwrap();
            let either = Purposes::RECORD | Purposes::TRAIN;
            tap.table.consent(whose, KIND, passage, either).0
        }
    };
    if !held.is_empty() {
        notes.released();
    }
    notes.found(held.intersects(others));
}

fn race(notes: &Arc<Notes>, fault: Option<Fault>, of: Of) {
    let (mut world, [old]) = World::new();
    let new = Participant { stay: 2, ..old };
    let [tap_of_old, tap_of_new] = [old, new].map(|owner| world.own_tap(owner));
    if fault == Some(Fault::TapOfTheSlot) {
        world.taps.push((new, Arc::clone(&tap_of_old.state)));
    }
    world.publish(old, HELD);
    let watch = |tap: Tap, whose, others| {
        let notes = Arc::clone(notes);
        thread::spawn(move || look(&tap, (whose, others), of, fault, &notes))
    };
    let of_old = watch(tap_of_old, old, Purposes::TRAIN);
    let leave = || world.publish(old, WITHDRAWN);
    let agree = || {
        world.store(new, HELD, Purposes::TRAIN);
        world.complete();
    };
    if fault == Some(Fault::GivenAwayOpen) {
        world.occupy(new);
        let of_new = watch(tap_of_new, new, Purposes::RECORD);
        leave();
        of_new.join().unwrap();
    } else if fault == Some(Fault::OccupantLast) {
        leave();
        agree();
        world.occupy(new);
    } else {
        leave();
        world.occupy(new);
        let of_new = watch(tap_of_new, new, Purposes::RECORD);
        agree();
        of_new.join().unwrap();
    }
    of_old.join().unwrap();
}

fn reuse(name: &str, of: Of, faults: &[Fault]) {
    prove(name, Search::Some(20_000), faults, move |notes, fault| {
        race(notes, fault, of);
    });
}

#[test]
fn c_a_slot_by_the_taps_word() {
    reuse("reuse, by the tap's word", Of::Tap, &[Fault::TapOfTheSlot]);
}

#[test]
fn c_a_slot_by_its_word() {
    let faults = [
        Fault::OccupantFirst,
        Fault::OccupantLast,
        Fault::GivenAwayOpen,
    ];
    reuse("reuse, by the slot's word", Of::Slot, &faults);
}

#[test]
fn c_a_slot_by_the_interval() {
    reuse(
        "reuse, by the interval",
        Of::Interval,
        &[Fault::OccupantLast, Fault::GivenAwayOpen],
    );
}
