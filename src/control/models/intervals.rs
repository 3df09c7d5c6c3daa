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

/// How the interval that recording had is written again.
#[derive(Clone, Copy)]
struct Reuse {
    /// In the event in which recording ends; otherwise in the next one.
    is_at_once: bool,
    /// It is in the pool, and somebody else gets it.
    is_in_pool: bool,
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
    // In the pool, as training has the one interval that the slot has of its own.
    let in_pool = |first| {
        [
            (Purposes::TRAIN, since(90)),
            (Purposes::RECORD, since(first)),
        ]
    };
    if reuse.is_in_pool {
        world.store_all(who, &in_pool(50));
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
    if !reuse.is_at_once {
        world.complete();
    }
    if reuse.is_in_pool {
        // Which gives the part of the pool back.
        world.store(who, WITHDRAWN, Purposes::RECORD);
        world.store_all(other, &in_pool(0));
    } else {
        world.store(who, since(0), Purposes::TRAIN);
    }
    world.complete();
    thread.join().unwrap();
}

fn prove_of(name: &str, fault: Fault, (is_at_once, is_in_pool): (bool, bool)) {
    let search = Search::EveryByLoom(20_000);
    let reuse = Reuse {
        is_at_once,
        is_in_pool,
    };
    prove(name, search, &[fault], move |notes, fault| {
        race(notes, fault, reuse);
    });
}

#[test]
fn f_an_interval_in_one_event() {
    let fault = Fault::WithoutRest;
    prove_of("intervals, in one event", fault, (true, false));
    prove_of("intervals, of the pool in one event", fault, (true, true));
}

#[test]
fn f_an_interval_in_the_next_event() {
    let fault = Fault::WithoutStamps;
    prove_of("intervals, in the next event", fault, (false, false));
    prove_of(
        "intervals, of the pool in the next event",
        fault,
        (false, true),
    );
}
