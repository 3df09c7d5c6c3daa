//! A reader comes to its end however often consent changes meanwhile.

use core::cell::Cell;

use super::*;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// It judges until nothing has changed.
    Loops,
}

#[test]
fn d_two_judgements_at_most() {
    prove("bound", Search::Every, &[Fault::Loops], |notes, fault| {
        let (mut world, [who]) = World::new();
        let tap = world.own_tap(who);
        world.publish(who, HELD);
        let notes = Arc::clone(notes);
        let thread = thread::spawn(move || {
            let judgements = Cell::new(0);
            let judge = || {
                judgements.set(judgements.get() + 1);
                Ok(tap.table.word(who, KIND).held(BY_WORD, BY_WORD))
            };
            loop {
                let (_, judged) = tap.consistently(judge);
                let is_contended = judged == Err(Reason::Contended);
                if judged.is_ok() {
                    notes.released();
                }
                if fault.is_none() || !is_contended {
                    break;
                }
            }
            notes.found(judgements.get() > 2);
        });
        for _ in 0..3 {
            world.complete();
        }
        thread.join().unwrap();
    });
}
