//! The gate under a model checker: loom or shuttle, as `sync.rs` says. `bash ci/model/run`
//!
//! What runs is the code itself: table, publisher, groups, taps and settling. Only the meeting is left out; [`World`] publishes in its stead and in its order.
//! Each property is tried as it is, when nothing may be found, and with each of its planted faults, when something must be.
//! What is found is noted beside the model, so that an exploration goes on to its end and the notes order nothing in it.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::{cell::RefCell, sync::atomic as real};

#[cfg(framegate_loom)]
use loom::thread;
#[cfg(framegate_shuttle)]
use shuttle::thread;

use crate::{
    control::groups::Groups,
    gate::{
        frame::{Contributors, Frame},
        tap::{StreamSource, Tap, TapParts},
    },
    media::{
        format::{Format, Samples},
        payload::Payload,
    },
    shared::{
        group::Group,
        publisher::{Publisher, Uses},
        settling::{Entered, Settling},
        sync::{AtomicBool, Ordering::Relaxed},
        table::{Effective, Passage, Table},
        tap_state::TapState,
    },
    types::{
        cells::Cells,
        ids::{Life, OutletId, Participant, StreamId},
        kind::Kind,
        purpose::Purposes,
        time::{NEVER, Time},
        verdict::{Reason, Verdict},
    },
};

mod alone;
mod bound;
mod cut;
mod groups;
mod intervals;
mod locks;
mod reuse;
mod snapshot;

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

/// The meeting's part.
struct World {
    table: Arc<Table>,
    /// Each with the owner of its stream.
    taps: Vec<(Participant, Arc<TapState>)>,
    written: RefCell<Written>,
}

/// What the one writer knows of what it wrote.
struct Written {
    publisher: Publisher,
    /// Of each slot.
    uses: Vec<Uses>,
    groups: Groups,
    /// The places in groups, by slot.
    places: Vec<(u16, (u32, u32))>,
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
        let written = Written {
            publisher: Publisher::new(Arc::clone(&table)),
            uses: [Uses::default(); N].into(),
            groups: Groups::default(),
            places: Vec::new(),
        };
        let world = Self {
            table,
            taps: Vec::new(),
            written: RefCell::new(written),
        };
        for who in people {
            world.occupy(who);
        }
        (world, people)
    }

    fn occupy(&self, who: Participant) {
        self.table.occupy(who);
        self.complete();
    }

    fn complete(&self) {
        let events = self.table.stamp().generation() + 1;
        assert!(self.table.complete(events.into()));
    }

    fn group(&self, people: &[Participant]) -> Group {
        let mut written = self.written.borrow_mut();
        let (number, group) = written.groups.add(&self.table, people);
        let places = (0..).zip(people);
        let places = places.map(|(place, who)| (who.slot, (number, place)));
        written.places.extend(places);
        group
    }

    /// Publishes what somebody agrees to, without saying that it has.
    fn store(&self, who: Participant, effective: Effective, purposes: Purposes) {
        self.store_all(who, &[(purposes, effective)]);
    }

    fn store_all(&self, who: Participant, consents: &[(Purposes, Effective)]) {
        let mut written = self.written.borrow_mut();
        let Written {
            publisher, uses, ..
        } = &mut *written;
        let given = consents
            .iter()
            .fold(Purposes::empty(), |all, of| all | of.0);
        let others = (!given, Effective::Closed(Reason::NotGranted));
        let all = consents.iter().copied().chain([others]);
        let all = all.map(|(purposes, effective)| (Cells::new(KIND.into(), purposes), effective));
        let uses = &mut uses[usize::from(who.slot)];
        let words = publisher.publish(who.slot, uses, all, KIND.into());
        let taps = self.taps.iter().filter(|(owner, _)| *owner == who);
        taps.for_each(|(_, tap)| tap.publish(words[KIND as usize]));
    }

    /// A planted fault: intervals of somebody that no state names any more are free at once.
    fn forget_resting(&self, who: Participant) {
        let mut written = self.written.borrow_mut();
        written.uses[usize::from(who.slot)].forget_resting();
    }

    /// A planted fault: the groups of somebody take whoever sits there next for them.
    fn take_for(&self, former: Participant, next: Participant) {
        let mut written = self.written.borrow_mut();
        let Written { groups, places, .. } = &mut *written;
        for (_, (number, _)) in places.iter().filter(|(slot, _)| *slot == former.slot) {
            groups.take_for(*number, former, next);
        }
    }

    /// Brings the groups up to date in which somebody is, or whoever sat where they do, at the places that are looked at.
    fn regroup(&self, who: Participant, is_looked_at: impl Fn(u32) -> bool) {
        let mut written = self.written.borrow_mut();
        let Written { groups, places, .. } = &mut *written;
        let places = places.iter().filter(|(slot, _)| *slot == who.slot);
        for (_, place) in places.filter(|(_, (_, place))| is_looked_at(*place)) {
            groups.update(*place, KIND.into());
        }
    }

    /// An event, as `State::publish` has it.
    fn publish(&self, who: Participant, effective: Effective) {
        self.store(who, effective, Purposes::RECORD);
        self.regroup(who, |_| true);
        self.complete();
    }

    fn tap(&self, source: StreamSource) -> Tap {
        let state = TapState::new(0, StreamId(0), OutletId(0));
        self.tap_of(source, Arc::new(state))
    }

    fn tap_of(&self, source: StreamSource, state: Arc<TapState>) -> Tap {
        Tap::new(TapParts {
            table: Arc::clone(&self.table),
            state,
            source,
            kind: KIND,
            format: Format::pcm(Samples::S16, 1),
            keys: Arc::default(),
            purposes: Purposes::RECORD,
            config: None,
            blanks: false,
        })
    }

    /// Before anything that it is to see is published.
    fn own_tap(&mut self, owner: Participant) -> Tap {
        let alone = false;
        let tap = self.tap(StreamSource::Owned { owner, alone });
        self.taps.push((owner, Arc::clone(&tap.state)));
        tap
    }
}

/// A narrowing that may have settled. The read-modify-writes see the latest value; as they are relaxed they order nothing.
#[derive(Clone)]
struct Narrowing {
    has_settled: Arc<AtomicBool>,
    notes: Arc<Notes>,
}

impl Narrowing {
    fn new(notes: &Arc<Notes>) -> Self {
        Self {
            has_settled: Arc::new(AtomicBool::new(false)),
            notes: Arc::clone(notes),
        }
    }

    /// Whatever taps hand on is no longer to be handed on once it has settled.
    fn handed_on(&self) {
        self.notes.released();
        self.notes.found(self.has_settled.swap(false, Relaxed));
    }

    /// Looks a few times whether it has settled.
    fn settle(&self, settling: &Settling) {
        for _ in 0..3 {
            if settling.is_settled() {
                self.has_settled.swap(true, Relaxed);
                break;
            }
            thread::yield_now();
        }
    }
}

/// What has been published so far is to settle, as far as these taps are concerned.
fn settling<'t>(taps: impl IntoIterator<Item = &'t Arc<TapState>>) -> Settling {
    Settling::begin(taps.into_iter(), Entered::new(None, true, Arc::default()))
}

/// When frames are captured and released: long after consent began, so that a word tells; or in the same tick, so that only an interval does.
const BY_WORD: Time = Time::from_millis(1_000);
const BY_INTERVAL: Time = Time::START;
