//! The gate under a model checker: loom or shuttle, as `sync.rs` says. `bash ci/model/run`
//!
//! What runs is the code itself: table, groups, taps and settling. Only the meeting is left out; [`World`] publishes in its stead and in its order.
//! Each property is tried as it is, when nothing may be found, and with each of its planted faults, when something must be.
//! What is found is noted beside the model, so that an exploration goes on to its end and the notes order nothing in it.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::{cell::Cell, marker::PhantomData, sync::atomic as real};

#[cfg(framegate_loom)]
use loom::thread;
#[cfg(framegate_shuttle)]
use shuttle::thread;

use crate::{
    gate::{
        frame::{Contributors, Frame},
        tap::{StreamSource, Tap},
    },
    media::{
        grid::Samples,
        payload::{Format, Payload},
    },
    shared::{
        group::Group,
        settling::{Entered, Settling},
        sync::{AtomicBool, Ordering::Relaxed},
        table::{Effective, Passage, Table, Word},
        tap_state::TapState,
    },
    types::{
        ids::{Life, OutletId, Participant, StreamId},
        kind::Kind,
        purpose::Purposes,
        tag::Template,
        time::{NEVER, Time},
        verdict::{Reason, Verdict},
    },
};

mod locks;

/// What an exploration came to.
#[derive(Default)]
struct Notes {
    executions: real::AtomicU64,
    released: real::AtomicU64,
    found: real::AtomicU64,
}

impl Notes {
    fn found(&self, is_found: bool) {
        self.found
            .fetch_add(is_found.into(), real::Ordering::SeqCst);
    }

    fn released(&self) {
        self.released.fetch_add(1, real::Ordering::SeqCst);
    }
}

/// How much is tried of a model.
#[derive(Clone, Copy)]
#[cfg_attr(framegate_loom, expect(dead_code, reason = "loom needs no count"))]
enum Search {
    /// All of it.
    Every,
    /// All of it by loom; by shuttle, whose steps are finer, so many orders at random.
    EveryByLoom(usize),
    /// By loom as far as it goes with two switches forced in the middle of a thread's way; by shuttle so many orders at random.
    Some(usize),
}

/// Explores a model until something is found.
fn explore(search: Search, model: impl Fn(&Arc<Notes>) + Send + Sync + 'static) -> Arc<Notes> {
    let notes = Arc::new(Notes::default());
    let inner = Arc::clone(&notes);
    let execution = move || {
        if inner.found.load(real::Ordering::SeqCst) > 0 {
            // Ends the exploration, where no model is under way.
            std::panic::resume_unwind(Box::new("found"));
        }
        inner.executions.fetch_add(1, real::Ordering::SeqCst);
        model(&inner);
    };
    let exploration = core::panic::AssertUnwindSafe(|| check(search, execution));
    if let Err(panic) = std::panic::catch_unwind(exploration)
        && notes.found.load(real::Ordering::SeqCst) == 0
    {
        std::panic::resume_unwind(panic);
    }
    notes
}

#[cfg(framegate_loom)]
fn check(search: Search, execution: impl Fn() + Send + Sync + 'static) {
    let mut builder = loom::model::Builder::new();
    builder.preemption_bound = match search {
        Search::Every | Search::EveryByLoom(_) => None,
        Search::Some(_) => Some(2),
    };
    builder.max_branches = 100_000;
    builder.check(execution);
}

#[cfg(framegate_shuttle)]
fn check(search: Search, execution: impl Fn() + Send + Sync + 'static) {
    use shuttle::{
        Config, Runner,
        scheduler::{DfsScheduler, PctScheduler, RandomScheduler},
    };

    let mut config = Config::default();
    config.silence_warnings = true;
    // A slot is made on the stack, and shuttle's atomics are large.
    config.stack_size = 1 << 20;
    match search {
        Search::Every => {
            Runner::new(DfsScheduler::new(None, false), config).run(execution);
        }
        Search::EveryByLoom(count) | Search::Some(count) => {
            let execution = Arc::new(execution);
            let again = Arc::clone(&execution);
            let random = RandomScheduler::new_from_seed(1, count / 2);
            Runner::new(random, config.clone()).run(move || execution());
            let few_switches = PctScheduler::new_from_seed(1, 3, count / 2);
            Runner::new(few_switches, config).run(move || again());
        }
    }
}

/// Explores a model as it is, when nothing may be found, and with each of its planted faults, when something must be.
fn prove<F: Copy + core::fmt::Debug + Send + Sync + 'static>(
    name: &str,
    search: Search,
    faults: &[F],
    model: impl Fn(&Arc<Notes>, Option<F>) + Copy + Send + Sync + 'static,
) {
    let faults = faults.iter().copied().map(Some);
    for fault in core::iter::once(None).chain(faults) {
        let began = std::time::Instant::now();
        let notes = explore(search, move |notes| model(notes, fault));
        let [executions, released, found] = [&notes.executions, &notes.released, &notes.found]
            .map(|count| count.load(real::Ordering::SeqCst));
        let fault_name = fault.map_or("as it is".into(), |fault| std::format!("{fault:?}"));
        let outcome = if found > 0 { "FOUND" } else { "nothing found" };
        std::println!(
            "{name}, {fault_name}: {outcome} in {executions} executions with {released} releases, {:.1} s",
            began.elapsed().as_secs_f64(),
        );
        assert_eq!(found > 0, fault.is_some(), "{name}, {fault_name}");
        assert!(released > 0 || fault.is_some(), "{name} releases nothing");
    }
}

const KIND: Kind = Kind::Audio;
const PAYLOAD: Payload<'static> = Payload::Bytes(&[1; 4]);

/// The place of each among the purposes.
const RECORD: usize = 0;
const TRAIN: usize = 3;

/// The meeting's part.
struct World {
    table: Arc<Table>,
    /// Each with the owner of its stream.
    taps: Vec<(Participant, Arc<TapState>)>,
    groups: Vec<Group>,
}

const HELD: Effective = Effective::Held {
    since: 0,
    until: NEVER,
};
const WITHDRAWN: Effective = Effective::Closed(Reason::Withdrawn);

impl World {
    /// Slots with their first occupants, who have agreed to nothing.
    fn new<const N: usize>() -> (Self, [Participant; N]) {
        let table = Arc::new(Table::new(N as u16, Life(1)));
        let people = core::array::from_fn(|slot| table.participant(slot as u16, 1));
        let world = Self {
            table,
            taps: Vec::new(),
            groups: Vec::new(),
        };
        for who in people {
            world.occupy(who);
        }
        (world, people)
    }

    fn occupy(&self, who: Participant) {
        self.table.occupy(who);
        self.advance();
    }

    fn advance(&self) {
        let events = self.table.stamp().generation() + 1;
        assert!(self.table.complete(events.into()));
    }

    fn group(&mut self, people: &[Participant]) -> Group {
        let group = Group::new(&self.table, people);
        self.groups.push(group.clone());
        group
    }

    /// Publishes what somebody agrees to, without saying that it has.
    fn store(&self, who: Participant, effective: Effective, purpose: usize) {
        let word = self.store_in_slot(who, effective, purpose);
        let taps = self.taps.iter().filter(|(owner, _)| *owner == who);
        taps.for_each(|(_, tap)| tap.publish(word));
    }

    fn store_in_slot(&self, who: Participant, effective: Effective, purpose: usize) -> Word {
        let mut all = [Effective::Closed(Reason::NotGranted); 16];
        all[purpose] = effective;
        self.table.publish(who.slot, KIND, all)
    }

    fn regroup(&self) {
        for group in &self.groups {
            group.publish(KIND.into());
        }
    }

    /// An event, as `Meeting::apply` has it.
    fn publish(&self, who: Participant, effective: Effective) {
        self.store(who, effective, RECORD);
        self.regroup();
        self.advance();
    }

    fn tap(&self, source: StreamSource) -> Tap {
        let (stream, outlet) = (StreamId(0), OutletId(0));
        Tap {
            table: Arc::clone(&self.table),
            state: Arc::new(TapState::new(stream, outlet)),
            source,
            kind: KIND,
            asked: KIND,
            format: Format::pcm(Samples::S16, 1),
            is_text: false,
            keys: Arc::default(),
            purposes: Purposes::RECORD,
            blanks: false,
            encoded: None,
            template: Template::new(KIND, stream),
            not_sync: PhantomData::<Cell<()>>,
        }
    }

    /// Before anything that it is to see is published.
    fn own_tap(&mut self, owner: Participant) -> Tap {
        let tap = self.tap(StreamSource::Owned(owner));
        self.taps.push((owner, Arc::clone(&tap.state)));
        tap
    }
}

/// When frames are captured and released: long after consent began, so that a word tells; or in the same tick, so that only an interval does.
const BY_WORD: Time = Time::from_millis(1_000);
const BY_INTERVAL: Time = Time::START;

mod cut {
    //! After a withdrawal has settled nothing of that person is released (R6).

    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Fault {
        /// Neither side has its fence. With one memory that everybody sees at once there is no difference.
        #[cfg(framegate_loom)]
        WithoutFences,
        /// The tap reads consent before it marks its release.
        ReadBeforeMark,
        /// The withdrawal reads the marks before it has published.
        SettledFirst,
    }

    const FAULTS: &[Fault] = &[
        #[cfg(framegate_loom)]
        Fault::WithoutFences,
        Fault::ReadBeforeMark,
        Fault::SettledFirst,
    ];

    fn plant(fault: Option<Fault>) {
        #[cfg(framegate_loom)]
        crate::shared::sync::WITHOUT_FENCES.set(fault == Some(Fault::WithoutFences));
        #[cfg(framegate_shuttle)]
        let _ = fault;
    }

    /// A tap's thread. The read-modify-write sees the latest value; as it is relaxed it orders nothing.
    fn release(
        tap: &mut Tap,
        frame: &Frame<'_>,
        fault: Option<Fault>,
        settled: &AtomicBool,
        notes: &Notes,
    ) {
        let handed_on = || {
            notes.released();
            notes.found(settled.swap(false, Relaxed));
        };
        let now = frame.captured;
        if fault == Some(Fault::ReadBeforeMark) {
            let held = tap.decide(frame, now).purposes();
            let scope = tap.state.begin();
            if !held.is_empty() {
                scope.count(Verdict::Whole, now);
                handed_on();
            }
        } else {
            let _ = tap.admit(frame, PAYLOAD, now, |_| handed_on());
        }
    }

    /// The meeting's thread.
    fn withdraw(
        world: &World,
        who: Participant,
        taps: &[Arc<TapState>],
        fault: Option<Fault>,
        settled: &AtomicBool,
    ) {
        let settling = || Settling::begin(taps, Entered::new(None, Arc::default()));
        let settling = if fault == Some(Fault::SettledFirst) {
            let settling = settling();
            world.publish(who, WITHDRAWN);
            settling
        } else {
            world.publish(who, WITHDRAWN);
            settling()
        };
        for _ in 0..3 {
            if settling.is_settled() {
                settled.swap(true, Relaxed);
                break;
            }
            thread::yield_now();
        }
    }

    /// One who withdraws, while as many threads as there are taps release so many frames each.
    fn race(
        notes: &Arc<Notes>,
        fault: Option<Fault>,
        (world, who): (&World, Participant),
        taps: Vec<Tap>,
        (frames, now): (usize, Time),
        group: Option<&Group>,
    ) {
        plant(fault);
        let settled = Arc::new(AtomicBool::new(false));
        let states: Vec<_> = taps.iter().map(|tap| Arc::clone(&tap.state)).collect();
        let threads = taps.into_iter().map(|mut tap| {
            let (settled, notes, group) = (Arc::clone(&settled), Arc::clone(notes), group.cloned());
            thread::spawn(move || {
                let contributors = group
                    .as_ref()
                    .map_or(Contributors::Owner, Contributors::Group);
                let frame = Frame::new(now, contributors);
                for _ in 0..frames {
                    release(&mut tap, &frame, fault, &settled, &notes);
                }
            })
        });
        let threads: Vec<_> = threads.collect();
        withdraw(world, who, &states, fault, &settled);
        for thread in threads {
            thread.join().unwrap();
        }
    }

    fn of_one(notes: &Arc<Notes>, fault: Option<Fault>, taps: usize, frames: usize, now: Time) {
        let (mut world, [who]) = World::new();
        let taps = (0..taps).map(|_| world.own_tap(who)).collect();
        world.publish(who, HELD);
        race(notes, fault, (&world, who), taps, (frames, now), None);
    }

    #[test]
    fn a_cut_by_the_word() {
        prove(
            "cut, by the word",
            Search::EveryByLoom(20_000),
            FAULTS,
            |notes, fault| {
                of_one(notes, fault, 1, 1, BY_WORD);
            },
        );
    }

    #[test]
    fn a_cut_by_the_interval() {
        prove(
            "cut, by the interval",
            Search::EveryByLoom(20_000),
            FAULTS,
            |notes, fault| {
                of_one(notes, fault, 1, 1, BY_INTERVAL);
            },
        );
    }

    #[test]
    fn a_cut_between_two_frames() {
        prove(
            "cut, two frames",
            Search::EveryByLoom(20_000),
            FAULTS,
            |notes, fault| {
                of_one(notes, fault, 1, 2, BY_WORD);
            },
        );
    }

    #[test]
    fn a_cut_of_two_taps() {
        prove(
            "cut, two taps",
            Search::Some(20_000),
            FAULTS,
            |notes, fault| {
                of_one(notes, fault, 2, 1, BY_WORD);
            },
        );
    }

    #[test]
    fn a_cut_of_a_group() {
        prove(
            "cut, a group",
            Search::EveryByLoom(20_000),
            FAULTS,
            |notes, fault| {
                let (mut world, people) = World::new::<2>();
                for who in people {
                    world.publish(who, HELD);
                }
                let group = world.group(&people);
                let taps = [world.tap(StreamSource::Mix)].into();
                race(
                    notes,
                    fault,
                    (&world, people[1]),
                    taps,
                    (1, BY_WORD),
                    Some(&group),
                );
            },
        );
    }
}

mod snapshot {
    //! Nothing is cleared at a time when not all who are in it agreed (R4): one withdraws, then another agrees, who never agreed together.

    use super::*;

    #[derive(Clone, Copy, Debug)]
    enum Fault {
        /// No event has a generation, so that the check before and after compares nothing.
        WithoutGenerations,
    }

    const FAULTS: &[Fault] = &[Fault::WithoutGenerations];

    /// The meeting's thread.
    fn publish(world: &World, who: Participant, effective: Effective, fault: Option<Fault>) {
        match fault {
            Some(Fault::WithoutGenerations) => {
                world.store(who, effective, RECORD);
                world.regroup();
            }
            None => world.publish(who, effective),
        }
    }

    /// Whose frames they are: all in one list, or an owner and a group of the other.
    #[derive(Clone, Copy)]
    enum Together {
        List,
        Group,
        OwnerAndGroup,
    }

    fn race(notes: &Arc<Notes>, fault: Option<Fault>, together: Together, now: Time) {
        let (mut world, [first, second]) = World::new::<2>();
        // The first is read before the second.
        let (mut tap, group) = match together {
            Together::List => (world.tap(StreamSource::Mix), None),
            Together::Group => (
                world.tap(StreamSource::Mix),
                Some(world.group(&[first, second])),
            ),
            Together::OwnerAndGroup => (world.own_tap(first), Some(world.group(&[second]))),
        };
        world.publish(first, HELD);
        let thread = {
            let notes = Arc::clone(notes);
            thread::spawn(move || {
                let list = [first, second];
                let contributors = match &group {
                    Some(group) => Contributors::Group(group),
                    None => Contributors::Complete(&list),
                };
                let frame = Frame::new(now, contributors);
                let _ = tap.admit(&frame, PAYLOAD, now, |_| notes.found(true));
                // Nothing ever is, so that the end of the way counts.
                notes.released();
            })
        };
        publish(&world, first, WITHDRAWN, fault);
        publish(&world, second, HELD, fault);
        thread.join().unwrap();
    }

    #[test]
    fn b_a_list_by_the_words() {
        prove(
            "snapshot, list by the words",
            Search::EveryByLoom(20_000),
            FAULTS,
            |notes, fault| {
                race(notes, fault, Together::List, BY_WORD);
            },
        );
    }

    #[test]
    fn b_a_list_by_the_intervals() {
        prove(
            "snapshot, list by the intervals",
            Search::EveryByLoom(20_000),
            FAULTS,
            |notes, fault| {
                race(notes, fault, Together::List, BY_INTERVAL);
            },
        );
    }

    #[test]
    fn b_a_group() {
        // Its word is one load, so by it nothing could be found; its people are read one after the other.
        prove(
            "snapshot, group by the word",
            Search::EveryByLoom(20_000),
            &[] as &[Fault],
            |notes, fault| {
                race(notes, fault, Together::Group, BY_WORD);
            },
        );
        prove(
            "snapshot, group by the intervals",
            Search::EveryByLoom(20_000),
            FAULTS,
            |notes, fault| {
                race(notes, fault, Together::Group, BY_INTERVAL);
            },
        );
    }

    #[test]
    fn b_an_owner_and_a_group() {
        prove(
            "snapshot, owner and group by the words",
            Search::EveryByLoom(20_000),
            FAULTS,
            |notes, fault| {
                race(notes, fault, Together::OwnerAndGroup, BY_WORD);
            },
        );
        prove(
            "snapshot, owner and group by the intervals",
            Search::EveryByLoom(20_000),
            FAULTS,
            |notes, fault| {
                race(notes, fault, Together::OwnerAndGroup, BY_INTERVAL);
            },
        );
    }
}

mod reuse {
    //! A slot that was given to somebody else clears nothing of the old owner, and nothing for the old owner.

    use super::*;

    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Fault {
        /// The tap loads the occupant before the word.
        OccupantFirst,
        /// The meeting publishes what the new occupant agrees to before it says who that is.
        OccupantLast,
        /// The slot is given away before all in it was closed.
        GivenAwayOpen,
        /// A tap gets what the slot's occupant agrees to, whoever that is.
        TapOfTheSlot,
    }

    /// What a tap looks at.
    #[derive(Clone, Copy, PartialEq)]
    enum Of {
        /// Its own word.
        Tap,
        /// The slot's word, as for people who are listed.
        Slot,
        /// The slot's intervals.
        Interval,
    }

    /// A tap's thread: for what somebody's frame is cleared.
    fn look(
        tap: &Tap,
        (whose, others): (Participant, Purposes),
        of: Of,
        fault: Option<Fault>,
        notes: &Notes,
    ) {
        let held = match of {
            Of::Slot if fault == Some(Fault::OccupantFirst) => {
                let word = tap.table.word_by_occupant_first(whose, KIND);
                word.held(BY_WORD, BY_WORD)
            }
            Of::Tap => tap.state.word().held(BY_WORD, BY_WORD),
            Of::Slot => tap.table.word(whose, KIND).held(BY_WORD, BY_WORD),
            Of::Interval => {
                let passage = Passage::new(BY_INTERVAL, BY_INTERVAL).unwrap();
                let either = Purposes::RECORD | Purposes::TRAIN;
                tap.table.held(whose, KIND, passage, either)
            }
        };
        if !held.is_empty() {
            notes.released();
        }
        notes.found(held.intersects(others));
    }

    fn race(notes: &Arc<Notes>, fault: Option<Fault>, of: Of) {
        let (mut world, [old]) = World::new();
        let new = Participant { stay: 2, ..old };
        let [tap_of_old, tap_of_new] = [old, new].map(|owner| world.own_tap(owner));
        if fault == Some(Fault::TapOfTheSlot) {
            world.taps.push((new, Arc::clone(&tap_of_old.state)));
        }
        world.publish(old, HELD);
        let watch = |tap: Tap, whose, others| {
            let notes = Arc::clone(notes);
            thread::spawn(move || look(&tap, (whose, others), of, fault, &notes))
        };
        let of_old = watch(tap_of_old, old, Purposes::TRAIN);
        let leave = || world.publish(old, WITHDRAWN);
        let agree = || {
            world.store(new, HELD, TRAIN);
            world.advance();
        };
        if fault == Some(Fault::GivenAwayOpen) {
            world.occupy(new);
            let of_new = watch(tap_of_new, new, Purposes::RECORD);
            leave();
            of_new.join().unwrap();
        } else if fault == Some(Fault::OccupantLast) {
            leave();
            agree();
            world.occupy(new);
        } else {
            leave();
            world.occupy(new);
            let of_new = watch(tap_of_new, new, Purposes::RECORD);
            agree();
            of_new.join().unwrap();
        }
        of_old.join().unwrap();
    }

    fn reuse(name: &str, of: Of, faults: &[Fault]) {
        prove(name, Search::Some(20_000), faults, move |notes, fault| {
            race(notes, fault, of);
        });
    }

    #[test]
    fn c_a_slot_by_the_taps_word() {
        reuse("reuse, by the tap's word", Of::Tap, &[Fault::TapOfTheSlot]);
    }

    #[test]
    fn c_a_slot_by_its_word() {
        let faults = [
            Fault::OccupantFirst,
            Fault::OccupantLast,
            Fault::GivenAwayOpen,
        ];
        reuse("reuse, by the slot's word", Of::Slot, &faults);
    }

    #[test]
    fn c_a_slot_by_the_interval() {
        reuse(
            "reuse, by the interval",
            Of::Interval,
            &[Fault::GivenAwayOpen],
        );
    }
}

mod bound {
    //! A reader comes to its end however often consent changes meanwhile.

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
                world.advance();
            }
            thread.join().unwrap();
        });
    }
}
