//! Whole rooms of ever more people, and a tap beside them.

use std::{
    hint::black_box,
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicI64, Ordering::Relaxed},
    },
    thread,
    time::{Duration, Instant},
};

use framegate::{Contributors, Frame, Participant, Tap, Time};

use crate::{report::at_most, room::Room};

const SIZES: [usize; 5] = [10, 100, 1_000, 10_000, 60_000];
/// The size that the largest is compared with.
const BASE: usize = 1_000;
/// A row that would take longer, if each person took more by as many as there are more people, is left out.
const LONGEST: Duration = Duration::from_secs(90);
/// A row of few people is taken so long again and again, and each act's quietest time kept.
const ENOUGH: Duration = Duration::from_millis(500);

const ACTS: [&str; 6] = [
    "join",
    "agree",
    "restricted",
    "superseded",
    "withdraw",
    "leave",
];
type Took = [Duration; ACTS.len()];

/// So many decisions are timed at once.
const GROUP: u32 = 64;
const IDLE: u32 = 200_000;
const MOST_GROUPS: usize = 2_000_000;
const ROUNDS: usize = 5;
/// A tap is measured beside the largest room whose lifetime is no longer.
const QUICK: Duration = Duration::from_secs(2);

/// Everybody joins, agrees, is restricted and superseded, withdraws and leaves.
fn lifetime(room: &mut Room, people: usize) -> Took {
    let ids: Vec<_> = (0..people).map(|_| room.next_id()).collect();
    let join = timed(|| {
        for id in &ids {
            let who = room.join(id);
            room.people.push(who);
        }
    });
    let agree = each(room, Room::agree);
    let restricted = timed(|| room.restrict());
    room.lift();
    let notice = room.show();
    let superseded = timed(|| room.supersede(notice));
    each(room, Room::agree);
    let withdraw = each(room, Room::withdraw);
    let leave = each(room, Room::leave);
    room.people.clear();
    [join, agree, restricted, superseded, withdraw, leave]
}

fn each(room: &mut Room, act: fn(&mut Room, Participant)) -> Duration {
    timed(|| {
        for at in 0..room.people.len() {
            act(room, room.people[at]);
        }
    })
}

fn timed(run: impl FnOnce()) -> Duration {
    let start = Instant::now();
    run();
    start.elapsed()
}

/// Prints what each act takes for each person, in µs, in rooms of ever more. Returns the largest room whose lifetime is short.
pub fn print() -> usize {
    let acts = ACTS.join(" | ");
    println!("\n| room | {acts} | all | over the row before |");
    println!("|---|{}---|---|", "---|".repeat(ACTS.len()));
    let (mut before, mut base, mut quick) = (None::<Row>, None, SIZES[0]);
    for people in SIZES {
        if let Some(fewer) = before
            && fewer
                .whole
                .mul_f64((people as f64 / fewer.people as f64).powi(2))
                > LONGEST
        {
            println!(
                "| {people} | left out: if growth is quadratic it takes longer than {LONGEST:?} |"
            );
            continue;
        }
        let row = Row::measure(people);
        let columns = row.each.map(|micros| format!("{micros:.2}")).join(" | ");
        let growth = before.map(|fewer| format!("{:.2} ×", row.all() / fewer.all()));
        let growth = growth.unwrap_or_default();
        println!("| {people} | {columns} | {:.2} | {growth} |", row.all());
        if people == BASE {
            base = Some(row);
        }
        if row.whole < QUICK {
            quick = people;
        }
        before = Some(row);
    }
    if let (Some(base), Some(last)) = (base, before) {
        let growth = at_most(last.all() / base.all(), 2.0);
        println!(
            "\n| {} over {BASE}, for each person | {growth} |",
            last.people
        );
    }
    quick
}

/// A room of so many.
#[derive(Clone, Copy)]
struct Row {
    people: usize,
    /// The quietest lifetime.
    whole: Duration,
    /// What each act took for each person, in µs, where it was quietest.
    each: [f64; ACTS.len()],
}

impl Row {
    fn measure(people: usize) -> Self {
        let start = Instant::now();
        let mut quietest = [Duration::MAX; ACTS.len()];
        let mut whole = Duration::MAX;
        while start.elapsed() < ENOUGH {
            let took = lifetime(&mut Room::open(people), people);
            whole = whole.min(took.iter().sum());
            for (least, this) in quietest.iter_mut().zip(took) {
                *least = this.min(*least);
            }
        }
        Self {
            people,
            whole,
            each: quietest.map(|took| took.as_secs_f64() * 1e6 / people as f64),
        }
    }

    fn all(&self) -> f64 {
        self.each.iter().sum()
    }
}

/// Prints what somebody's tap takes for a decision while so many others live through the same in its meeting, beside when nobody does anything.
///
/// Two threads of one core slow each other down whatever they do, so the same is measured beside another meeting's.
pub fn print_beside(people: usize) {
    let mut rooms = [(); 2].map(|()| Room::open(people + 1));
    let [room, other] = &mut rooms;
    let id = room.next_id();
    let owner = room.join(&id);
    room.agree(owner);
    let [mut tap, _video] = room.tap(owner);
    // What the others agree to is superseded, and not what the owner did.
    for room in [&mut *room, other] {
        room.show();
    }
    let clock = Arc::clone(&room.clock);
    room.now();
    let mut quietest = [f64::MAX; 3];
    for _ in 0..ROUNDS {
        let mut groups = 0..IDLE;
        let idle = median(&mut tap, &clock, || groups.next().is_some());
        let mut beside = |room: &mut Room| {
            let is_over = AtomicBool::new(false);
            thread::scope(|threads| {
                let reader = threads.spawn(|| median(&mut tap, &clock, || !is_over.load(Relaxed)));
                lifetime(room, people);
                is_over.store(true, Relaxed);
                reader.join().expect("a median")
            })
        };
        let medians = [idle, beside(room), beside(other)];
        for (least, this) in quietest.iter_mut().zip(medians) {
            *least = this.min(*least);
        }
    }
    let [idle, writing, elsewhere] = quietest;
    println!("\n| a tap decides, median | ns | over idle | goal |\n|---|---|---|---|");
    println!("| while nobody does anything | {idle:.2} | | |");
    let beside = at_most(writing / idle, 1.05);
    println!("| while {people} people join, agree and so on | {writing:.2} | {beside} |");
    let times = elsewhere / idle;
    println!("| while they do in another meeting | {elsewhere:.2} | {times:.2} × | |");
}

/// What a decision takes in the middle of all groups, in ns.
fn median(tap: &mut Tap, clock: &AtomicI64, mut goes_on: impl FnMut() -> bool) -> f64 {
    let mut times = Vec::with_capacity(MOST_GROUPS);
    while goes_on() {
        let now = Time::from_millis(clock.load(Relaxed));
        let took = timed(|| {
            for _ in 0..GROUP {
                let frame = Frame::new(black_box(now), Contributors::Owner);
                black_box(tap.decide(&frame, now));
            }
        });
        if times.len() < MOST_GROUPS {
            times.push(took);
        }
    }
    times.sort_unstable();
    times[times.len() / 2].as_secs_f64() * 1e9 / f64::from(GROUP)
}
