//! A narrowing about one person reads the shared taps and those that are theirs alone; that is all that can carry them (R6).

use super::*;
use crate::control::taps::{Taps, Whom};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// The narrowing does not read the tap that is the person's own alone.
    OwnNotRead,
    /// It does not read the shared one.
    SharedNotRead,
    /// A tap that is another person's alone carries whoever is named, as if it were shared.
    CarriesAnybody,
}

const ANA: &str = "ana";
const BEN: &str = "ben";

/// The tap that releases Ana's sound, by the number that its state has.
#[derive(Clone, Copy)]
enum Of {
    Shared,
    Ana,
    Ben,
}

fn race(notes: &Arc<Notes>, fault: Option<Fault>, of: Of) {
    let (mut world, [ana, ben]) = World::new();
    let mut taps = Taps::default();
    let states = [None, Some(ANA), Some(BEN)].map(|alone| {
        let opened = taps.open(StreamId(0), OutletId(0), alone.map(Arc::from));
        opened.unwrap()
    });
    let (owner, alone) = match of {
        Of::Shared => (ana, false),
        Of::Ana => (ana, true),
        Of::Ben => (ben, fault != Some(Fault::CarriesAnybody)),
    };
    let state = Arc::clone(&states[of as usize]);
    world.taps.push((owner, Arc::clone(&state)));
    let mut tap = world.tap_of(StreamSource::Owned { owner, alone }, state);
    for who in [ana, ben] {
        world.publish(who, HELD);
    }
    let narrowing = Narrowing::new(notes);
    let thread = {
        let (narrowing, notes) = (narrowing.clone(), Arc::clone(notes));
        thread::spawn(move || {
            let named = [ana];
            let contributors = match of {
                Of::Shared | Of::Ana => Contributors::Owner,
                Of::Ben => Contributors::Complete(&named),
            };
            let frame = Frame::new(BY_WORD, contributors);
            let _ = tap.admit(&frame, PAYLOAD, BY_WORD, |_| narrowing.handed_on());
            if owner == ben {
                // What is Ben's goes on, whatever Ana agrees to.
                let frame = Frame::new(BY_WORD, Contributors::Owner);
                let _ = tap.admit(&frame, PAYLOAD, BY_WORD, |_| notes.released());
            }
        })
    };
    world.publish(ana, WITHDRAWN);
    let left_out = match fault {
        Some(Fault::SharedNotRead) => Some(Of::Shared as u32),
        Some(Fault::OwnNotRead) => Some(Of::Ana as u32),
        Some(Fault::CarriesAnybody) | None => None,
    };
    let of_ana = [Of::Ana as u32];
    let read = taps.of(Whom::One(ANA), &of_ana);
    let settling = settling(read.filter(|tap| Some(tap.number) != left_out));
    // Ben's does not keep it waiting.
    notes.found(settling.taps().any(|tap| tap.tap == Of::Ben as u32));
    narrowing.settle(&settling);
    thread.join().unwrap();
}

fn prove_of(name: &str, fault: Fault, of: Of) {
    let search = Search::EveryByLoom(20_000);
    prove(name, search, &[fault], move |notes, fault| {
        race(notes, fault, of);
    });
}

#[test]
fn h_a_shared_tap() {
    prove_of("alone, a shared tap", Fault::SharedNotRead, Of::Shared);
}

#[test]
fn h_their_own_tap_alone() {
    prove_of("alone, their own tap", Fault::OwnNotRead, Of::Ana);
}

#[test]
fn h_another_persons_tap_alone() {
    prove_of("alone, another's tap", Fault::CarriesAnybody, Of::Ben);
}
