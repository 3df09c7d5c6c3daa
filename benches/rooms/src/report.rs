//! Tables in Markdown.

use std::collections::BTreeMap;

use crate::{
    acts::Act,
    rounds::{LARGE, SMALL, Took},
};

/// How many times as long as in the small room an act may take in the large one.
const GROWTH: f64 = 2.0;
/// What a person may take of memory, in bytes.
const BYTES: usize = 1536;

/// How many times as fast as the build before an act is to be in the large room.
const fn goal(act: Act) -> f64 {
    match act {
        Act::Join | Act::Leave => 25.0,
        Act::Restrict | Act::Supersede => 3.0,
        _ => 100.0,
    }
}

/// Whether it is about everybody.
const fn is_of_all(act: Act) -> bool {
    matches!(act, Act::Restrict | Act::Supersede)
}

/// What each act took in each room where it was quietest, in µs.
#[derive(Default)]
pub struct Quietest(BTreeMap<(Act, usize), f64>);

impl Quietest {
    pub fn keep(&mut self, round: Vec<Took>) {
        for took in round {
            let least = self.0.entry((took.act, took.people)).or_insert(f64::MAX);
            *least = least.min(took.micros);
        }
    }

    fn get(&self, act: Act, people: usize) -> Option<f64> {
        self.0.get(&(act, people)).copied()
    }
}

/// So many times, and whether that is few enough.
pub fn at_most(times: f64, most: f64) -> String {
    format!("{times:.2} × | ≤ {most} ×, {}", met(times <= most))
}

fn at_least(times: f64, least: f64) -> String {
    format!("{times:.1} × | ≥ {least} ×, {}", met(times >= least))
}

const fn met(is: bool) -> &'static str {
    if is { "met" } else { "missed" }
}

/// What a person takes, now and before.
pub fn print_bytes(what: &str, now: usize, before: Option<usize>) {
    let before = before.map(|bytes| bytes.to_string()).unwrap_or_default();
    let met = met(now <= BYTES);
    println!("| {what} | {now} | {before} | ≤ {BYTES}, {met} |");
}

pub fn print_acts(now: &Quietest, before: &Quietest) {
    println!(
        "\n| µs a call | {SMALL} people | {LARGE} | growth | goal | ef5fbcf, {SMALL} | {LARGE} | gain | goal |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    let acts = Act::ALL.into_iter();
    for act in acts.clone().filter(|act| !is_of_all(*act)) {
        print_act(act, now, before);
    }
    println!(
        "\n| µs for each person in it | {SMALL} people | {LARGE} | growth | goal | ef5fbcf, {SMALL} | {LARGE} | gain | goal |"
    );
    println!("|---|---|---|---|---|---|---|---|---|");
    for act in acts.filter(|act| is_of_all(*act)) {
        print_act(act, now, before);
    }
}

fn print_act(act: Act, now: &Quietest, before: &Quietest) {
    let each = |of: &Quietest, people: usize| {
        let divisor = if is_of_all(act) { people } else { 1 };
        of.get(act, people).map(|micros| micros / divisor as f64)
    };
    let (Some(small), Some(large)) = (each(now, SMALL), each(now, LARGE)) else {
        return;
    };
    let growth = at_most(large / small, GROWTH);
    print!("| {act} | {small:.2} | {large:.2} | {growth} |");
    if let (Some(small), Some(before)) = (each(before, SMALL), each(before, LARGE)) {
        let faster = at_least(before / large, goal(act));
        println!(" {small:.2} | {before:.2} | {faster} |");
    } else {
        println!(" | | | |");
    }
}
