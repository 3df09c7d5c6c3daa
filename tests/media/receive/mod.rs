//! When received media were captured, and by whom: beside plain arithmetic and plain lists, each with planted faults, and through a tap.

mod clock;
mod gate;
mod packets;
mod sources;

use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::TestRunner,
};

/// The same cases every time.
fn cases<S: Strategy>(strategy: &S, count: usize) -> Vec<S::Value> {
    let mut runner = TestRunner::deterministic();
    let mut case = || strategy.new_tree(&mut runner).unwrap().current();
    std::iter::repeat_with(&mut case).take(count).collect()
}
