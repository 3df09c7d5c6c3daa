//! Something that is timed beside its floor.

use std::{
    env,
    time::{Duration, Instant},
};

use criterion::{BenchmarkGroup, Throughput, measurement::WallTime};
use framegate::Time;

pub type Group<'a> = BenchmarkGroup<'a, WallTime>;

/// A minute after everybody agreed.
pub const NOW: Time = Time::from_millis(60_000);

/// What a line's ratio is to be.
#[derive(Clone, Copy)]
pub enum Budget {
    /// It takes so many times its floor.
    AtMost(f64),
    /// It is so many times as fast as its floor.
    AtLeast(f64),
}

/// Something that is done, and its floor.
pub struct Line<'a> {
    pub name: &'a str,
    /// As many as are hidden, or copied; 0 of a decision.
    pub bytes: usize,
    /// How many are timed at once, after `prepare`.
    pub batch: u32,
    pub prepare: &'a mut dyn FnMut(),
    pub budget: Option<Budget>,
    pub floor: (&'a str, &'a mut dyn FnMut(usize)),
    pub run: &'a mut dyn FnMut(usize),
}

fn timed(batch: u32, run: &mut dyn FnMut(usize)) -> Duration {
    let start = Instant::now();
    for index in 0..batch as usize {
        run(index);
    }
    start.elapsed()
}

impl Line<'_> {
    pub fn measure(mut self, group: &mut Group<'_>) {
        if self.bytes > 0 {
            group.throughput(Throughput::Bytes(self.bytes as u64));
        }
        let floor = format!("{}: floor: {}", self.name, self.floor.0);
        let runs = [
            (floor.as_str(), &mut self.floor.1),
            (self.name, &mut self.run),
        ];
        for (name, run) in runs {
            group.bench_function(name, |bencher| {
                bencher.iter_custom(|count| {
                    let mut left = u32::try_from(count).expect("fewer than 2^32 turns");
                    let mut total = Duration::ZERO;
                    while left > 0 {
                        let batch = left.min(self.batch);
                        (self.prepare)();
                        total += timed(batch, run);
                        left -= batch;
                    }
                    total
                });
            });
        }
        // Each is only to be run once.
        let is_test = env::args().any(|argument| argument == "--test");
        if !is_test {
            self.print_ratio();
        }
    }

    /// A row of a table in Markdown: the best of many turns, one after the other, so that what else the machine does hits both.
    fn print_ratio(&mut self) {
        let (mut floor, mut run) = (Duration::MAX, Duration::MAX);
        for _ in 0..2000 {
            (self.prepare)();
            floor = floor.min(timed(self.batch, self.floor.1));
            (self.prepare)();
            run = run.min(timed(self.batch, self.run));
        }
        let each = |all: Duration| all.as_secs_f64() * 1e9 / f64::from(self.batch);
        let (run, floor) = (each(run), each(floor));
        print_times((self.name, run), (self.floor.0, floor), self.budget);
    }
}

/// A row of what takes so many ns, and its floor.
pub fn print_times((what, took): (&str, f64), (floor, least): (&str, f64), budget: Option<Budget>) {
    let (took_ns, least_ns) = (format!("{took:.1} ns"), format!("{least:.1} ns"));
    print_row((what, &took_ns), (floor, &least_ns), took / least, budget);
}

/// A row of the table, in Markdown, of what takes so many times as much as its floor.
pub fn print_row(
    (what, takes): (&str, &str),
    (floor, floor_takes): (&str, &str),
    times: f64,
    budget: Option<Budget>,
) {
    let met = |is: bool| if is { "met" } else { "missed" };
    let judged = match budget {
        Some(Budget::AtMost(most)) => {
            format!("{times:.2} × | ≤ {most} × | {}", met(times <= most))
        }
        Some(Budget::AtLeast(least)) => {
            let faster = times.recip();
            format!(
                "{faster:.2} × as fast | ≥ {least} × | {}",
                met(faster >= least)
            )
        }
        None => format!("{times:.2} × | |"),
    };
    println!("| {what} | {takes} | {floor} | {floor_takes} | {judged} |");
}
