//! Timing, on a machine that has other things to do.
//!
//! All take turns, round by round, with batches that are short beside what a scheduler gives at a time.
//! What disturbs some of them changes no median; what slows the machine for a while slows all alike.

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use crate::{
    contender::Contender,
    scene::{RUN, Run},
};

const BATCH: Duration = Duration::from_micros(300);

/// Nanoseconds a frame, for each round.
pub struct Samples(Vec<f64>);

impl Samples {
    pub fn of(samples: impl IntoIterator<Item = f64>) -> Self {
        Self(samples.into_iter().collect())
    }

    pub fn median(&self) -> f64 {
        let mut sorted = self.0.clone();
        sorted.sort_by(f64::total_cmp);
        sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
    }

    /// How many times as long as `other` it takes: the median of the rounds' ratios.
    pub fn over(&self, other: &Self) -> f64 {
        let pairs = self.0.iter().zip(&other.0);
        Self::of(pairs.map(|(own, other)| own / other)).median()
    }
}

/// One of those that take turns.
struct Lane<'c> {
    contender: &'c mut dyn Contender,
    /// How many runs are a batch.
    batch: usize,
    next: usize,
    samples: Vec<f64>,
}

pub fn take_turns(
    contenders: &mut [Box<dyn Contender>],
    runs: &[Run],
    rounds: usize,
) -> Vec<Samples> {
    let mut lanes: Vec<_> = contenders
        .iter_mut()
        .map(|contender| Lane {
            batch: batch_of(&mut **contender, runs),
            contender: &mut **contender,
            next: 0,
            samples: Vec::with_capacity(rounds),
        })
        .collect();
    for _ in 0..rounds {
        for lane in &mut lanes {
            let of = lane.batch;
            lane.samples.push(time(lane.contender, runs, lane.next, of));
            lane.next = (lane.next + of) % runs.len();
        }
    }
    lanes
        .into_iter()
        .map(|lane| Samples(lane.samples))
        .collect()
}

/// How many runs make a batch: at least one, at most all of them.
pub fn batch_of(contender: &mut dyn Contender, runs: &[Run]) -> usize {
    let each = (0..5).map(|_| time(contender, runs, 0, runs.len().min(8)));
    let run = Samples::of(each).median() * RUN as f64;
    let fit = BATCH.as_nanos() as f64 / run;
    (fit as usize).clamp(1, runs.len())
}

/// How many nanoseconds a frame takes, over a number of runs.
///
/// All of them are decided once before, so that nobody pays for what those before left in the caches.
pub fn time(contender: &mut dyn Contender, runs: &[Run], first: usize, count: usize) -> f64 {
    let mut decide = || {
        let runs = runs.iter().cycle().skip(first).take(count);
        let start = Instant::now();
        black_box(runs.fold(0, |bits, run| bits ^ contender.decide(run)));
        start.elapsed()
    };
    decide();
    decide().as_nanos() as f64 / (count * RUN) as f64
}
