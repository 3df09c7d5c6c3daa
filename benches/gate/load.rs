//! A meeting of a thousand, what it takes of memory, and what a tap notices of the rest.

use std::{
    alloc::{GlobalAlloc, Layout, System},
    hint::black_box,
    sync::atomic::{
        AtomicUsize,
        Ordering::{Acquire, Relaxed, SeqCst},
    },
    thread,
    time::Instant,
};

use criterion::Criterion;
use framegate::{
    Authority, Contributors, Digest, Frame, JoinOptions, Kind, Meeting, MeetingOptions,
    OutletOptions, Participant, Payload, Purposes, Scope, StreamOptions, Tap, Time, format::Format,
};

use crate::{
    common::{SCOPE, agree, notice, own, tap},
    line::{Budget::AtMost, Line, NOW, print_row, print_times},
};

const PEOPLE: u16 = 1000;
pub const OPUS_FRAME: [u8; 80] = [0; 80];
/// So many are timed at once, as the clock itself takes as long as a few.
const GROUP: u32 = 16;
const GROUPS: usize = 20_000;
const ROUNDS: usize = 15;
const TAIL_ROUNDS: usize = 100;
/// How often consent changes meanwhile.
const CHANGES: usize = 20_000;

/// Counts the bytes that are allocated.
struct Counting;

static ALLOCATED: AtomicUsize = AtomicUsize::new(0);

// SAFETY: every call is passed on to the system's allocator as it came.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        ALLOCATED.fetch_add(layout.size(), Relaxed);
        // SAFETY: the caller keeps the same contract.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        ALLOCATED.fetch_sub(layout.size(), Relaxed);
        // SAFETY: the caller keeps the same contract.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static COUNTING: Counting = Counting;

/// What is made, and the bytes that it keeps, for each person.
fn kept<T>(run: impl FnOnce() -> T) -> (T, f64) {
    let before = ALLOCATED.load(Relaxed);
    let made = run();
    let bytes = ALLOCATED.load(Relaxed).saturating_sub(before);
    let bytes = u32::try_from(bytes).expect("less than 4 GB");
    (made, f64::from(bytes) / f64::from(PEOPLE))
}

pub fn load(criterion: &mut Criterion) {
    let group = &mut criterion.benchmark_group("load");
    let ((mut meeting, digest), table) = kept(opened);
    let (people, agreed) = kept(|| joined(&mut meeting, digest));
    let (mut taps, streams) = kept(|| microphones(&mut meeting, &people));
    let memory = |name, bytes: f64, floor: (&str, f64), budget| {
        let bytes_of = |bytes: f64| format!("{bytes:.0} B");
        let floor_bytes = bytes_of(floor.1);
        print_row(
            (name, &bytes_of(bytes)),
            (floor.0, &floor_bytes),
            bytes / floor.1,
            budget,
        );
    };
    let (budget, most) = ("budget", 2560.0);
    memory(
        "consent table, for each of 1000 people",
        table,
        (budget, most),
        Some(AtMost(1.0)),
    );
    let per_person = ("consent table", table);
    memory("what each agreed to", agreed, per_person, None);
    memory("a stream and a tap for each", streams, per_person, None);

    let everybody = meeting.group(&people).expect("a group");
    let gallery = StreamOptions::composite(Kind::Video, Format::OPAQUE);
    let mut gallery = tap(&mut meeting, gallery, Purposes::RECORD);
    let mut one = taps.pop().expect("a tap of each");
    Line {
        name: "admitting a frame of each of 1000 people, and their gallery",
        bytes: 0,
        batch: 20,
        prepare: &mut || {},
        budget: None,
        floor: ("as many frames of one person", &mut |_| {
            for _ in 0..=PEOPLE {
                admit(&mut one, Contributors::Owner);
            }
        }),
        run: &mut |_| {
            for tap in &mut taps {
                admit(tap, Contributors::Owner);
            }
            admit(&mut gallery, Contributors::Group(&everybody));
        },
    }
    .measure(group);

    tail(&mut one);
    beside_a_writer(one, meeting, digest, &people);
}

/// The slowest admissions, and as many loads as take about as long, timed in turn.
///
/// What an admission itself does now and then it does in every round, so the quietest round shows that and the least of the machine.
fn tail(tap: &mut Tap) {
    let (mut admissions, mut loads) = (Times::new(), Times::new());
    let mut rounds = [const { Vec::new() }; 2];
    let mut link = 0;
    for _ in 0..TAIL_ROUNDS {
        admissions.clear();
        loads.clear();
        for _ in 0..GROUPS {
            admissions.time(|| admit(tap, Contributors::Owner));
            loads.time(|| link = chain(link));
        }
        for (rounds, times) in rounds.iter_mut().zip([&mut admissions, &mut loads]) {
            rounds.push((times.at(999), times.at(500)));
        }
    }
    let unsteadiness = |(slow, median): &(f64, f64)| slow / median;
    for rounds in &mut rounds {
        rounds.sort_by(|one, other| unsteadiness(one).total_cmp(&unsteadiness(other)));
    }
    let [admissions, loads] = rounds;
    let row =
        |name, (slow, median), budget| print_times((name, slow), ("half of them", median), budget);
    row(
        "admitting, all but one in a thousand, quietest round",
        admissions[0],
        Some(AtMost(1.5)),
    );
    let middle = TAIL_ROUNDS / 2;
    row(
        "admitting, all but one in a thousand, middle round",
        admissions[middle],
        None,
    );
    row(
        "as long of atomic loads, all but one in a thousand, middle round",
        loads[middle],
        None,
    );
}

/// As many loads as take about as long as an admission, each waiting for the one before: what else the machine does shows here too.
fn chain(from: usize) -> usize {
    static NEXT: [AtomicUsize; 2] = [AtomicUsize::new(1), AtomicUsize::new(0)];
    (0..8).fold(from, |at, _| NEXT[at % 2].load(Acquire))
}

/// A meeting of a thousand before anybody is there.
pub fn opened() -> (Meeting, Digest) {
    let mut meeting =
        Meeting::open(MeetingOptions::new("large", PEOPLE.into())).expect("a meeting");
    let digest = meeting.show(notice()).expect("a notice");
    (meeting, digest)
}

/// All of them, who all agree.
pub fn joined(meeting: &mut Meeting, digest: Digest) -> Vec<Participant> {
    let join = |at: u16| {
        let who = meeting.join(JoinOptions::adult(&at.to_string()), Time::START);
        let who = who.expect("room");
        agree(meeting, digest, who, SCOPE, Time::START);
        who
    };
    (0..PEOPLE).map(join).collect()
}

fn microphones(meeting: &mut Meeting, people: &[Participant]) -> Vec<Tap> {
    let outlet = OutletOptions::new("recorder", Purposes::RECORD);
    let outlet = meeting.open_outlet(outlet).expect("an outlet");
    let microphone = |who: &Participant| {
        let stream = StreamOptions::owned(*who, Kind::Audio, Format::OPAQUE);
        let stream = meeting.open_stream(stream).expect("a stream");
        meeting.tap(stream, outlet).expect("a tap")
    };
    people.iter().map(microphone).collect()
}

pub fn admit(tap: &mut Tap, contributors: Contributors<'_>) {
    let payload = Payload::Bytes(black_box(&OPUS_FRAME));
    let frame = Frame::new(black_box(NOW), contributors);
    let _ = tap.admit(&frame, payload, NOW, |cleared| {
        black_box(cleared.tag());
    });
}

/// What one of 16 took, in ns.
///
/// They are kept in the same memory each time: a page that is touched first would be among the slowest.
struct Times(Vec<f64>);

impl Times {
    fn new() -> Self {
        Self(Vec::with_capacity(GROUPS))
    }

    fn clear(&mut self) {
        self.0.clear();
    }

    fn time(&mut self, mut run: impl FnMut()) {
        let start = Instant::now();
        for _ in 0..GROUP {
            run();
        }
        let each = start.elapsed().as_secs_f64() * 1e9 / f64::from(GROUP);
        self.0.push(each);
    }

    /// What so many in a thousand took at most.
    fn at(&mut self, in_thousand: usize) -> f64 {
        let Self(all) = self;
        all.sort_by(f64::total_cmp);
        all[all.len() * in_thousand / 1000]
    }
}

/// Somebody decides about one person's frames while everybody else's consent changes without a pause.
///
/// Two threads of one core slow each other down whatever they do, so the same is measured beside a writer to a meeting of its own.
fn beside_a_writer(mut reader: Tap, mut meeting: Meeting, digest: Digest, people: &[Participant]) {
    let (mut other, other_digest) = opened();
    let others = joined(&mut other, other_digest);
    let mut decide = || {
        black_box(reader.decide(&own(black_box(NOW)), NOW));
    };
    let mut times = Times::new();
    let mut medians = [const { Vec::new() }; 3];
    for _ in 0..ROUNDS {
        times.clear();
        for _ in 0..GROUPS {
            times.time(&mut decide);
        }
        medians[0].push(times.at(500));
        let (_, people) = people.split_last().expect("people");
        let mut beside = |meeting: &mut Meeting, digest, people: &[Participant]| {
            let left = AtomicUsize::new(CHANGES);
            thread::scope(|threads| {
                threads.spawn(|| change(&left, meeting, digest, people));
                times.clear();
                while left.load(SeqCst) == CHANGES {}
                // Once at least, however busy the machine is.
                loop {
                    times.time(&mut decide);
                    if left.load(SeqCst) == 0 {
                        break;
                    }
                }
                times.at(500)
            })
        };
        medians[1].push(beside(&mut meeting, digest, people));
        medians[2].push(beside(&mut other, other_digest, &others));
    }
    let [alone, writing, elsewhere] = medians.map(|mut medians| {
        medians.sort_by(f64::total_cmp);
        medians[medians.len() / 2]
    });
    print_times(
        ("deciding while others' consent changes, median", writing),
        ("alone", alone),
        Some(AtMost(1.05)),
    );
    print_times(
        ("deciding while others' consent changes, median", writing),
        ("beside changes in another meeting", elsewhere),
        None,
    );
}

/// One after the other withdraws and agrees again, as often as is left.
fn change(left: &AtomicUsize, meeting: &mut Meeting, digest: Digest, people: &[Participant]) {
    for who in people.iter().cycle().take(CHANGES) {
        let _ = meeting
            .withdraw(Authority::Participant, *who, Scope::ALL, NOW)
            .unwrap();
        agree(meeting, digest, *who, SCOPE, NOW);
        left.fetch_sub(1, SeqCst);
    }
}
