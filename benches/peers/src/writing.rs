//! What readers notice of a writer who changes other people's consent flat out.
//!
//! A writer on another core also takes of what both cores share, so readers are compared beside a writer who changes a twin that nobody reads.

use std::{
    fs,
    hash::RandomState,
    hint::spin_loop,
    sync::atomic::{
        AtomicU8, AtomicUsize,
        Ordering::{Acquire, Relaxed, Release},
    },
    thread,
    time::{Duration, Instant},
};

use dashmap::DashMap;

use crate::{
    contender::{Contender, Shared, Writer},
    gate::Single,
    left_right::LeftRight,
    maps::{Locked, Maps, ParkingLot},
    measure::{Samples, batch_of, time},
    scene::{Intervals, KINDS, Key, PEOPLE, PURPOSES, Run, Scene},
    swaps::{Cached, Swapped},
};

pub struct Readers {
    pub name: &'static str,
    pub package: Option<&'static str>,
    pub alone: Samples,
    pub beside_twin: Samples,
    pub beside_writer: Samples,
    /// Changes a second.
    pub changes: f64,
}

const ROUNDS: usize = 80;
const BATCHES: usize = 5;
const LONGEST: Duration = Duration::from_secs(10);
const PATIENCE: Duration = Duration::from_millis(60);

/// Whose frames are read; the others' consent changes.
const READ: u16 = PEOPLE / 2;

const NOTHING: u8 = 0;
const TWIN: u8 = 1;
const WHAT_IS_READ: u8 = 2;
const STOP: u8 = 3;

/// `expected` is what is cleared of each run.
pub fn all(scene: &Scene, expected: &[u64]) -> Vec<Readers> {
    type Dash = DashMap<Key, Intervals>;
    type Papaya = papaya::HashMap<Key, Intervals>;
    type Std = RandomState;
    let runs = scene.runs.iter().zip(expected);
    let runs: Vec<_> = runs
        .filter(|(run, bits)| run.owner < READ && **bits == u64::MAX && scene.is_settled(run))
        .map(|(run, _)| run.clone())
        .collect();
    let (scene, runs) = (scene, &runs[..]);
    vec![
        readers::<Single>("`Tap::decide`", Some("framegate"), scene, runs),
        readers::<Maps<Locked<Std>>>("`RwLock<HashMap>`", None, scene, runs),
        readers::<Maps<ParkingLot<Std>>>("`RwLock<HashMap>`", Some("parking_lot"), scene, runs),
        readers::<Maps<Dash>>("`DashMap`", Some("dashmap"), scene, runs),
        readers::<Maps<Swapped<Std>>>("`ArcSwap<HashMap>`", Some("arc-swap"), scene, runs),
        readers::<Cached<Std>>("`Cache` of it", Some("arc-swap"), scene, runs),
        readers::<Maps<Papaya>>("`papaya::HashMap`", Some("papaya"), scene, runs),
        readers::<LeftRight<Std>>("left-right `HashMap`", Some("left-right"), scene, runs),
    ]
}

/// What the two threads say to each other, each on a cache line of its own.
#[derive(Default)]
struct Signals {
    wanted: Line<AtomicU8>,
    current: Line<AtomicU8>,
    changes: Line<AtomicUsize>,
}

#[derive(Default)]
#[repr(align(128))]
struct Line<T>(T);

fn readers<S: Shared>(
    name: &'static str,
    package: Option<&'static str>,
    scene: &Scene,
    runs: &[Run],
) -> Readers {
    let consents = scene.consents();
    let (mut reader, writer) = S::open(scene, &consents);
    let (_twin_reader, twin) = S::open(scene, &consents);
    let signals = Signals::default();
    thread::scope(|scope| {
        scope.spawn(|| write(writer, twin, &signals));
        let readers = read(name, package, &mut reader, runs, &signals);
        signals.wanted.0.store(STOP, Release);
        readers
    })
}

fn write(mut writer: impl Writer, mut twin: impl Writer, signals: &Signals) {
    for count in 0.. {
        let wanted = signals.wanted.0.load(Acquire);
        signals.current.0.store(wanted, Release);
        match wanted {
            NOTHING => thread::sleep(Duration::from_micros(20)),
            TWIN => change(&mut twin, count),
            WHAT_IS_READ => change(&mut writer, count),
            _ => return,
        }
        signals.changes.0.store(count, Release);
    }
}

/// Everybody of the others in turn, kind by kind and purpose by purpose, first agrees and then withdraws.
fn change(writer: &mut impl Writer, count: usize) {
    let mut left = count;
    let mut of = |number: usize| {
        let digit = left % number;
        left /= number;
        digit
    };
    let who = READ + of(usize::from(PEOPLE - READ)) as u16;
    let (kind, purpose) = (KINDS[of(KINDS.len())], of(PURPOSES.len()));
    writer.change(who, kind, purpose, of(2) == 0);
}

fn read(
    name: &'static str,
    package: Option<&'static str>,
    reader: &mut impl Contender,
    runs: &[Run],
    signals: &Signals,
) -> Readers {
    let batch = batch_of(reader, runs).div_ceil(2);
    let (mut alone, mut beside_twin, mut beside_writer) = (vec![], vec![], vec![]);
    let mut rates = vec![];
    let begun = Instant::now();
    while alone.len() < ROUNDS && begun.elapsed() < LONGEST {
        let mut round = |wanted: u8| {
            signals.wanted.0.store(wanted, Release);
            while signals.current.0.load(Acquire) != wanted {
                spin_loop();
            }
            let (start, first) = (Instant::now(), signals.changes.0.load(Relaxed));
            let mut batches = vec![];
            while batches.len() < BATCHES && start.elapsed() < PATIENCE {
                let interrupted = interruptions();
                let before = signals.changes.0.load(Relaxed);
                let taken = time(reader, runs, 0, batch);
                // A writer who had to wait for a core meanwhile was none, and a reader who had to measured that.
                let is_beside = signals.changes.0.load(Relaxed) != before;
                if (wanted == NOTHING || is_beside) && interruptions() == interrupted {
                    batches.push(taken);
                }
            }
            let median = Samples::of(batches).median();
            let changes = signals.changes.0.load(Relaxed) - first;
            (median, changes as f64 / start.elapsed().as_secs_f64())
        };
        let (free, _) = round(NOTHING);
        let (elsewhere, _) = round(TWIN);
        let (here, rate) = round(WHAT_IS_READ);
        if elsewhere.is_finite() && here.is_finite() {
            alone.push(free);
            beside_twin.push(elsewhere);
            beside_writer.push(here);
            rates.push(rate);
        }
    }
    Readers {
        name,
        package,
        alone: Samples::of(alone),
        beside_twin: Samples::of(beside_twin),
        beside_writer: Samples::of(beside_writer),
        changes: Samples::of(rates).median(),
    }
}

/// How often something else was given this thread's core, waiting for a lock not counted.
fn interruptions() -> Option<u64> {
    let status = fs::read_to_string("/proc/thread-self/status").ok()?;
    let (_, count) = status.split_once("nonvoluntary_ctxt_switches:")?;
    count.trim().parse().ok()
}
