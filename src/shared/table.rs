//! The consent table, as taps read it. A slot holds one participant's consent: for every kind a *word*, for the common case in one load,
//! and exact to the millisecond for every kind and purpose a *state*, which says why it is closed, or which *interval* it has.
//! A person's consents mostly begin and end together, so that a slot has a few intervals; who needs more gets them from a pool.
//!
//! A tap of one person's stream has a word of its own beside them, which is closed for good when that person leaves.
//!
//! All memory orderings are argued in `shared/mod.rs`.

use alloc::boxed::Box;
use core::array;

use crate::{
    shared::{
        sync::{
            AtomicBool, AtomicU8, AtomicU32, AtomicU64,
            Ordering::{Acquire, Release},
        },
        word::Word,
    },
    types::{
        ids::{Life, Participant},
        kind::{Kind, set_bits},
        purpose::Purposes,
        time::{Millis, Time},
        verdict::Reason,
    },
};

pub(crate) struct Table {
    /// For each kind a cell for every slot: those of people who are often in a frame together are close together.
    cells: [Box<[Cell]>; Kind::COUNT],
    slots: Box<[Slot]>,
    /// For those whose consents began or ended at many different times.
    pub(super) pool: Box<[[AtomicU64; MORE]]>,
    stamp: AtomicU64,
    /// The stamp's lower half, for readers that need no more.
    generation: AtomicU32,
    ended: AtomicBool,
    /// The meeting of its participants, as [`Life::short`] tells meetings apart.
    meeting: u16,
}

pub(super) struct Cell {
    pub(super) word: AtomicU64,
    /// The stay that has the slot; 0 before the first.
    occupant: AtomicU32,
}

/// One participant's consent, exact to the millisecond.
pub(super) struct Slot {
    /// Of each kind a byte for each purpose, in the order of their bits: with [`HELD`] the number of its interval, without it the reason why it is closed.
    pub(super) states: [[AtomicU8; Purposes::COUNT]; Kind::COUNT],
    /// A beginning in the upper half, an end in the lower.
    pub(super) intervals: [AtomicU64; FEW],
    /// The part of the pool with further ones, from 1; 0 for none.
    pub(super) more: AtomicU32,
    /// The stay that has the slot, as its cells have it.
    occupant: AtomicU32,
}

/// How many intervals a slot has of its own, and how many more from the pool.
#[cfg(not(any(framegate_loom, framegate_shuttle)))]
pub(super) const FEW: usize = 15;
#[cfg(not(any(framegate_loom, framegate_shuttle)))]
pub(super) const MORE: usize = 49;
/// In the models, so that few consents come to the pool.
#[cfg(any(framegate_loom, framegate_shuttle))]
pub(super) const FEW: usize = 1;
#[cfg(any(framegate_loom, framegate_shuttle))]
pub(super) const MORE: usize = 1;

pub(super) const HELD: u8 = 1 << 7;

/// A number that every event changes. The lower half is the generation: the number of the ledger's entries that are applied, without a gap.
/// The upper half is the number of events, since a narrowing is applied before a line that was reserved earlier.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Stamp(u64);

impl Stamp {
    /// Returns the generation, as tags carry it.
    #[inline]
    pub(crate) const fn generation(self) -> u32 {
        (self.0 & LOWER) as u32
    }

    /// Returns the number of events before, as far as 32 bits tell.
    pub(super) const fn event(self) -> u32 {
        (self.0 >> 32) as u32
    }

    /// Returns the stamp after another event.
    fn next(self, entries: u32) -> Self {
        let events = (self.0 >> 32).wrapping_add(1);
        Self(events << 32 | u64::from(entries))
    }
}

const LOWER: u64 = 0xFFFF_FFFF;

/// One consent, to one purpose and kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effective {
    /// It holds without a break from `since` to before `until`.
    Held { since: Millis, until: Millis },
    /// It does not hold.
    Closed(Reason),
}

/// The time from a frame's capture to its release, in which consent must hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passage {
    pub(crate) captured: Time,
    pub(crate) released: Time,
}

impl Passage {
    /// Returns none if a time is out of range, or the frame would be captured after its release.
    pub(crate) fn new(captured: Time, released: Time) -> Option<Self> {
        (captured.in_range() && released.in_range() && captured <= released)
            .then_some(Self { captured, released })
    }

    /// Returns the passage of something in the frame that was captured at `captured`, if that is earlier. None if it is out of range.
    pub(crate) fn since(self, captured: Time) -> Option<Self> {
        captured.in_range().then(|| Self {
            captured: self.captured.min(captured),
            ..self
        })
    }
}

impl Table {
    pub(crate) fn new(participants: u16, life: Life) -> Self {
        let closed = || AtomicU8::new(Reason::NotGranted as u8);
        let states = || array::from_fn(|_| array::from_fn(|_| closed()));
        let slot = || Slot {
            states: states(),
            intervals: array::from_fn(|_| AtomicU64::new(0)),
            more: AtomicU32::new(0),
            occupant: AtomicU32::new(0),
        };
        let more = || array::from_fn(|_| AtomicU64::new(0));
        let room = usize::from(participants);
        // One in eight can need more at a time; in a small meeting everybody.
        let pool = room.min(64.max(room / 8));
        let cell = || Cell {
            word: AtomicU64::new(Word::EMPTY.to_bits()),
            occupant: AtomicU32::new(0),
        };
        Self {
            cells: array::from_fn(|_| (0..participants).map(|_| cell()).collect()),
            slots: (0..room).map(|_| slot()).collect(),
            pool: (0..pool).map(|_| more()).collect(),
            stamp: AtomicU64::new(0),
            generation: AtomicU32::new(0),
            ended: AtomicBool::new(false),
            meeting: life.short(),
        }
    }

    /// Returns the participant with this stay in a slot.
    pub(crate) fn participant(&self, slot: u16, stay: u32) -> Participant {
        Participant {
            stay,
            slot,
            meeting: self.meeting,
        }
    }

    /// Returns the number of participants it has room for.
    pub(crate) fn room(&self) -> u16 {
        u16::try_from(self.slots.len()).unwrap_or(u16::MAX)
    }

    #[inline]
    #[expect(
        clippy::indexing_slicing,
        reason = "the compiler sees that it is in bounds"
    )]
    pub(super) fn cells(&self, kind: Kind) -> &[Cell] {
        &self.cells[kind as usize % Kind::COUNT]
    }

    pub(super) fn slot(&self, slot: u16) -> Option<&Slot> {
        self.slots.get(usize::from(slot))
    }

    /// Returns what somebody's consent to a kind comes to.
    #[inline]
    #[expect(
        clippy::indexing_slicing,
        reason = "the compiler sees that it is in bounds"
    )]
    fn exact(&self, slot: u16, kind: Kind) -> Option<Exact<'_>> {
        let slot = self.slot(slot)?;
        Some(Exact {
            slot,
            states: &slot.states[kind as usize % Kind::COUNT],
        })
    }

    /// Returns an interval of a slot, by number.
    pub(super) fn interval<'t>(&'t self, slot: &'t Slot, number: u8) -> Option<&'t AtomicU64> {
        let number = usize::from(number);
        let Some(further) = number.checked_sub(FEW) else {
            return slot.intervals.get(number);
        };
        let part = slot.more.load(Acquire).checked_sub(1)?;
        self.pool.get(part as usize)?.get(further)
    }

    #[inline]
    pub(crate) fn generation(&self) -> u32 {
        self.generation.load(Acquire)
    }

    #[inline]
    pub(crate) fn stamp(&self) -> Stamp {
        Stamp(self.stamp.load(Acquire))
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Acquire)
    }

    /// Returns the word of somebody's consent to a kind, as it is now; empty if the slot is somebody else's.
    #[inline]
    pub(crate) fn word(&self, who: Participant, kind: Kind) -> Word {
        let cell = self.cells(kind).get(usize::from(who.slot));
        let word = cell.map(|cell| (cell.word(), cell.occupant.load(Acquire)));
        match word {
            Some((word, occupant)) if occupant == who.stay => word,
            _ => Word::EMPTY,
        }
    }

    /// Returns the word of the consent that all of them have in common, for a frame captured at `captured`, by a load for each: perhaps with too early an end.
    /// Empty if somebody's began later, and for nobody. Not a snapshot: see the third point in `shared/mod.rs`.
    #[inline]
    pub(crate) fn word_of_all(&self, people: &[Participant], kind: Kind, captured: Time) -> Word {
        let cells = self.cells(kind);
        let mut common = Word::from_bits(u64::MAX);
        for who in people {
            let Some(cell) = cells.get(usize::from(who.slot)) else {
                return Word::EMPTY;
            };
            let word = cell.word();
            if cell.occupant.load(Acquire) != who.stay || !word.has_begun(captured) {
                return Word::EMPTY;
            }
            common.0 &= word.0;
        }
        if people.is_empty() || common.purposes().is_empty() {
            Word::EMPTY
        } else {
            common
        }
    }

    /// Returns those of `wanted` that somebody consents to throughout the passage, and the strongest reason why not to the others.
    /// Not a snapshot: see the third point in `shared/mod.rs`.
    #[expect(
        clippy::inline_always,
        reason = "some callers need only a part of the answer"
    )]
    #[inline(always)]
    pub(crate) fn consent(
        &self,
        who: Participant,
        kind: Kind,
        passage: Passage,
        wanted: Purposes,
    ) -> (Purposes, Option<Reason>) {
        let Some(exact) = self.exact(who.slot, kind) else {
            return (Purposes::empty(), Some(Reason::Unknown));
        };
        let answer = exact.ask(passage, wanted, exact.own());
        let (held, strongest) =
            answer.unwrap_or_else(|| self.ask_by_pool(who, kind, passage, wanted));
        let consent = (Purposes::from_bits_retain(held), reason(strongest));
        match self.mistaken(exact.slot, who) {
            None => consent,
            reason => (Purposes::empty(), reason),
        }
    }

    /// Returns those of `wanted` that somebody consents to throughout the passage; perhaps none. Not a snapshot: see the third point in `shared/mod.rs`.
    pub(crate) fn held(
        &self,
        who: Participant,
        kind: Kind,
        passage: Passage,
        wanted: Purposes,
    ) -> Purposes {
        let Some(exact) = self.exact(who.slot, kind) else {
            return Purposes::empty();
        };
        let answer = exact.ask(passage, wanted, exact.own());
        let (held, _) = answer.unwrap_or_else(|| self.ask_by_pool(who, kind, passage, wanted));
        if exact.slot.occupant.load(Acquire) == who.stay {
            Purposes::from_bits_retain(held)
        } else {
            Purposes::empty()
        }
    }

    /// Returns the strongest reason why somebody does not consent to all of these throughout the passage; none if they do. Not a snapshot: see the third point in `shared/mod.rs`.
    /// For frames that go only if everything is consented to, this is shorter than [`Table::consent`].
    #[expect(
        clippy::inline_always,
        reason = "a call would take longer than the few loads"
    )]
    #[inline(always)]
    pub(crate) fn refusal(
        &self,
        who: Participant,
        kind: Kind,
        passage: Passage,
        wanted: Purposes,
    ) -> Option<Reason> {
        let Some(exact) = self.exact(who.slot, kind) else {
            return Some(Reason::Unknown);
        };
        let answer = exact.ask(passage, wanted, exact.own());
        let (_, strongest) = answer.unwrap_or_else(|| self.ask_by_pool(who, kind, passage, wanted));
        let strongest = reason(strongest);
        self.mistaken(exact.slot, who).or(strongest)
    }

    /// Returns what [`Exact::ask`] does of somebody who has intervals in the pool.
    #[cold]
    #[inline(never)]
    fn ask_by_pool(
        &self,
        who: Participant,
        kind: Kind,
        passage: Passage,
        wanted: Purposes,
    ) -> (u16, u8) {
        let answer = self.exact(who.slot, kind).and_then(|exact| {
            let any = |number| self.interval(exact.slot, number);
            exact.ask(passage, wanted, any)
        });
        answer.unwrap_or((0, Reason::NotGranted as u8))
    }

    /// Returns a reason if the values loaded from a slot before are not this participant's.
    #[inline]
    fn mistaken(&self, slot: &Slot, who: Participant) -> Option<Reason> {
        if slot.occupant.load(Acquire) == who.stay {
            None
        } else if who.meeting == self.meeting {
            Some(Reason::Absent)
        } else {
            Some(Reason::Unknown)
        }
    }

    /// Returns the word of the consent that all of them have in common. For the writer alone.
    pub(crate) fn meet(&self, people: &[Participant], kind: Kind) -> Word {
        let words = people.iter().map(|who| self.word(*who, kind));
        words.reduce(Word::meet).unwrap_or(Word::EMPTY)
    }

    /// Gives a slot, in which everything is closed, to a new stay.
    pub(crate) fn occupy(&self, participant: Participant) {
        for cells in &self.cells {
            if let Some(cell) = cells.get(usize::from(participant.slot)) {
                cell.occupant.store(participant.stay, Release);
            }
        }
        if let Some(slot) = self.slot(participant.slot) {
            slot.occupant.store(participant.stay, Release);
        }
    }

    /// Completes an event, after which the first `entries` entries of the ledger are applied, without a gap. Returns whether a tag can name that number.
    /// If not, everything must be closed, since no change would show any more.
    #[must_use]
    pub(crate) fn complete(&self, entries: u64) -> bool {
        let next = u32::try_from(entries)
            .ok()
            .map(|entries| self.stamp().next(entries));
        if let Some(next) = next {
            self.stamp.store(next.0, Release);
            self.generation.store(next.generation(), Release);
        }
        next.is_some()
    }

    /// Notes that the meeting has ended. The caller closes everything, too.
    pub(crate) fn end(&self) {
        self.ended.store(true, Release);
    }
}

impl Cell {
    #[inline]
    fn word(&self) -> Word {
        Word::from_bits(self.word.load(Acquire))
    }
}

#[cfg(all(test, any(framegate_loom, framegate_shuttle)))]
impl Table {
    /// A planted fault against the sixth point in `shared/mod.rs`: the occupant before the word.
    pub(crate) fn word_by_occupant_first(&self, who: Participant, kind: Kind) -> Word {
        let cell = &self.cells(kind)[usize::from(who.slot)];
        let is_theirs = cell.occupant.load(Acquire) == who.stay;
        let word = cell.word();
        if is_theirs { word } else { Word::EMPTY }
    }
}

/// One person's consent to one kind, as far as it is in their slot. An interval that a state names stays as it is until an event later than the one after which none names it.
struct Exact<'t> {
    slot: &'t Slot,
    states: &'t [AtomicU8; Purposes::COUNT],
}

/// The number of no reason, which is larger than that of any.
const NO_REASON: u8 = u8::MAX;

/// Returns a reason by its number; none if there is none.
#[inline]
fn reason(number: u8) -> Option<Reason> {
    (number < NO_REASON).then(|| Reason::from_number(number).unwrap_or(Reason::NotGranted))
}

impl<'t> Exact<'t> {
    /// Returns how the slot's own intervals are found.
    #[inline]
    fn own(&self) -> impl Fn(u8) -> Option<&'t AtomicU64> + use<'t> {
        let intervals = &self.slot.intervals;
        move |number| intervals.get(usize::from(number))
    }

    /// Returns those of `wanted` that are held throughout the passage by intervals that are found so, and the number of the strongest reason why not the others.
    /// None if an interval is not found.
    #[expect(
        clippy::inline_always,
        reason = "some callers need only a part of the answer"
    )]
    #[inline(always)]
    #[expect(
        clippy::indexing_slicing,
        reason = "the compiler sees that it is in bounds"
    )]
    fn ask(
        &self,
        passage: Passage,
        wanted: Purposes,
        find: impl Fn(u8) -> Option<&'t AtomicU64>,
    ) -> Option<(u16, u8)> {
        let (captured, released) = (passage.captured.floor(), passage.released.floor());
        let (mut held, mut strongest) = (0, NO_REASON);
        for bit in set_bits(wanted.bits()) {
            let state = self.states[bit].load(Acquire);
            let mut why = state;
            if state & HELD != 0 {
                let (since, until) = halves(find(state & !HELD)?.load(Acquire));
                if since <= captured && released < until {
                    held |= 1 << bit;
                    continue;
                }
                why = if released < until {
                    Reason::CapturedEarlier as u8
                } else {
                    Reason::Expired as u8
                };
            }
            // The strongest has the smallest number.
            strongest = strongest.min(why);
        }
        Some((held, strongest))
    }
}

/// Returns an interval's beginning and end.
#[expect(
    clippy::cast_possible_truncation,
    reason = "each half is taken by itself"
)]
const fn halves(interval: u64) -> (Millis, Millis) {
    ((interval >> 32) as Millis, interval as Millis)
}
