//! The acts of the control half, one after the other in one room, as it takes long to fill.

use crate::{acts::Act, room::Room};

const ACTS: [(&str, Act); 7] = [
    ("join", Act::Join),
    ("grant", Act::Grant),
    ("withdraw", Act::Withdraw),
    ("tick", Act::Tick),
    ("tick_due", Act::TickDue),
    ("next_deadline", Act::NextDeadline),
    ("leave", Act::Leave),
];

/// Does each so many times in a room of so many, and prints its name.
pub fn all(people: usize, count: usize) {
    let mut room = Room::full(people);
    for (name, act) in ACTS {
        for turn in 0..count {
            act.run(&mut room, turn, &mut |act| {
                act_done(&mut || {
                    act();
                    look_through(people);
                });
            });
        }
        println!("{name}");
        act_counted();
    }
}

/// What is counted: an act without what comes before and after it.
#[unsafe(no_mangle)]
#[inline(never)]
fn act_done(act: &mut dyn FnMut()) {
    act();
}

/// Here what was counted of one act is written.
#[unsafe(no_mangle)]
#[inline(never)]
fn act_counted() {
    std::hint::black_box(());
}

#[cfg(not(feature = "control"))]
const fn look_through(_people: usize) {}

/// The control: a look at everybody.
#[cfg(feature = "control")]
fn look_through(people: usize) {
    for at in 0..100 * people {
        std::hint::black_box(at);
    }
}
