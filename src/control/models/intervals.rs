//! An interval is written before any state names it, and not again while a state names it, nor in the event in which the last one stopped naming it:
//! no reader who came by a state finds another consent's times (R5).

use super::*;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// What no state names any more is written again in the same event, so that the stamps are the same before and after.
    WithoutRest,
    /// The reader compares no stamps, while the interval is written again in the next event.
    WithoutStamps,
}

/// In which event the interval is free that recording has.
#[derive(Clone, Copy, PartialEq)]
enum Reuse {
    /// That in which something else begins.
    AtOnce,
    /// The one before.
    Next,
    /// The one before; and it is in the pool, where somebody else gets it.
    InPool,
}

const fn since(since: u32) -> Effective {
    let until = NEVER;
    Effective::Held { since, until }
}

/// Recording began at 50, so nothing that was captured at 20 is ever recorded; training began at 0.
const EARLIER: Time = Time::from_millis(20);

/// A tap's thread.
fn record(mut tap: Tap, who: Participant, fault: Option<Fault>, notes: &Notes) {
    let is_recorded = if fault == Some(Fault::WithoutStamps) {
        let passage = Passage::new(EARLIER, EARLIER).unwrap();
        let refusal = tap.table.refusal(who, KIND, passage, Purposes::RECORD);
        refusal.is_none()
    } else {
        let frame = Frame::new(EARLIER, Contributors::Owner);
        let admission = tap.admit(&frame, PAYLOAD, EARLIER, |_| ());
        admission.verdict().is_released()
    };
    notes.found(is_recorded);
    // Nothing ever is, so that the end of the way counts.
    notes.released();
}

fn race(notes: &Arc<Notes>, fault: Option<Fault>, reuse: Reuse) {
    let (mut world, [who, other]) = World::new();
    let tap = world.own_tap(who);
    // Training has the one interval that the slot has of its own.
    let by_pool = |first| {
        [
            (Purposes::TRAIN, since(90)),
            (Purposes::RECORD, since(first)),
        ]
    };
    if reuse == Reuse::InPool {
        world.store_all(who, &by_pool(50));
    } else {
        world.store(who, since(50), Purposes::RECORD);
    }
    world.complete();
    let thread = {
        let notes = Arc::clone(notes);
        thread::spawn(move || record(tap, who, fault, &notes))
    };
    world.store(who, WITHDRAWN, Purposes::RECORD);
    if fault == Some(Fault::WithoutRest) {
        world.forget_resting(who);
    }
    match reuse {
        Reuse::AtOnce => world.store(who, since(0), Purposes::TRAIN),
        Reuse::Next => {
            world.complete();
            world.store(who, since(0), Purposes::TRAIN);
        }
        Reuse::InPool => {
            world.complete();
            world.store(who, WITHDRAWN, Purposes::RECORD);
            world.store_all(other, &by_pool(0));
        }
    }
    world.complete();
    thread.join().unwrap();
}

fn prove_of(name: &str, faults: &[Fault], reuse: Reuse) {
    let search = Search::EveryByLoom(20_000);
    prove(name, search, faults, move |notes, fault| {
        race(notes, fault, reuse);
    });
}

#[test]
fn f_an_interval_at_once() {
    let name = "intervals, in one event";
    prove_of(name, &[Fault::WithoutRest], Reuse::AtOnce);
}

#[test]
fn f_an_interval_in_the_next_event() {
    let name = "intervals, in the next event";
    prove_of(name, &[Fault::WithoutStamps], Reuse::Next);
}

#[test]
fn f_an_interval_of_the_pool() {
    let name = "intervals, of the pool";
    prove_of(name, &[Fault::WithoutStamps], Reuse::InPool);
}
