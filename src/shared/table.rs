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
            AtomicBool, AtomicU32, AtomicU64,
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
    pub(super) states: [[AtomicU64; 2]; Kind::COUNT],
    /// A beginning in the upper half, an end in the lower.
    pub(super) intervals: [AtomicU64; FEW],
    /// The part of the pool with further ones, from 1; 0 for none.
    pub(super) more: AtomicU32,
}

/// How many intervals a slot has of its own, and how many more from the pool.
pub(super) const FEW: usize = 15;
pub(super) const MORE: usize = 49;

pub(super) const HELD: u8 = 1 << 7;
/// The low bit of each byte.
pub(super) const LOWS: u64 = 0x0101_0101_0101_0101;

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
    #[expect(clippy::cast_possible_truncation, reason = "it is the upper half")]
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
        let closed = u64::from(Reason::NotGranted as u8) * LOWS;
        let states = || array::from_fn(|_| array::from_fn(|_| AtomicU64::new(closed)));
        let slot = || Slot {
            states: states(),
            intervals: array::from_fn(|_| AtomicU64::new(0)),
            more: AtomicU32::new(0),
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
        let states = &slot.states[kind as usize % Kind::COUNT];
        Some(Exact {
            table: self,
            slot,
            states: [states[0].load(Acquire), states[1].load(Acquire)],
        })
    }

    /// Returns an interval of a slot, by number.
    #[inline]
    pub(super) fn interval<'t>(&'t self, slot: &'t Slot, number: u8) -> Option<&'t AtomicU64> {
        let number = usize::from(number);
        match slot.intervals.get(number) {
            None => self.further_interval(slot, number - FEW),
            own => own,
        }
    }

    #[cold]
    #[inline(never)]
    fn further_interval(&self, slot: &Slot, number: usize) -> Option<&AtomicU64> {
        let part = slot.more.load(Acquire).checked_sub(1)?;
        self.pool.get(part as usize)?.get(number)
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
        let cell = self.cells(kind).get(usize::from(who.slot));
        let (Some(cell), Some(exact)) = (cell, self.exact(who.slot, kind)) else {
            return (Purposes::empty(), Some(Reason::Unknown));
        };
        let consent = exact.ask(passage, wanted);
        match self.mistaken(cell, who) {
            None => consent,
            reason => (Purposes::empty(), reason),
        }
    }

    /// Returns all purposes that somebody consents to throughout the passage; perhaps none. Not a snapshot: see the third point in `shared/mod.rs`.
    pub(crate) fn held(&self, who: Participant, kind: Kind, passage: Passage) -> Purposes {
        let cell = self.cells(kind).get(usize::from(who.slot));
        let (Some(cell), Some(exact)) = (cell, self.exact(who.slot, kind)) else {
            return Purposes::empty();
        };
        let (captured, released) = (passage.captured.floor(), passage.released.floor());
        let mut held = 0;
        // The others are closed.
        for bit in set_bits(cell.word().purposes().bits()) {
            let is_held = exact
                .interval(bit)
                .is_some_and(|(since, until)| since <= captured && released < until);
            held |= u16::from(is_held) << bit;
        }
        if cell.occupant.load(Acquire) == who.stay {
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
        let cell = self.cells(kind).get(usize::from(who.slot));
        let (Some(cell), Some(exact)) = (cell, self.exact(who.slot, kind)) else {
            return Some(Reason::Unknown);
        };
        let (captured, released) = (passage.captured.floor(), passage.released.floor());
        let refusal = |bit: usize| match exact.effective(bit) {
            Effective::Closed(reason) => Some(reason),
            Effective::Held { until, .. } if released >= until => Some(Reason::Expired),
            Effective::Held { since, .. } if captured < since => Some(Reason::CapturedEarlier),
            Effective::Held { .. } => None,
        };
        let strongest = set_bits(wanted.bits()).filter_map(refusal).min();
        self.mistaken(cell, who).or(strongest)
    }

    /// Returns a reason if the values loaded from a cell's slot before are not this participant's.
    #[inline]
    fn mistaken(&self, cell: &Cell, who: Participant) -> Option<Reason> {
        if cell.occupant.load(Acquire) == who.stay {
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
    /// A planted fault against the fourth point in `shared/mod.rs`: the occupant before the word.
    pub(crate) fn word_by_occupant_first(&self, who: Participant, kind: Kind) -> Word {
        let cell = &self.cells(kind)[usize::from(who.slot)];
        let is_theirs = cell.occupant.load(Acquire) == who.stay;
        let word = cell.word();
        if is_theirs { word } else { Word::EMPTY }
    }
}

/// What was loaded of one person's consent to one kind. The intervals that it names stay as they are until an event later than the one that names others.
struct Exact<'t> {
    table: &'t Table,
    slot: &'t Slot,
    states: [u64; 2],
}

impl Exact<'_> {
    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "each byte is taken by itself"
    )]
    fn state(&self, bit: usize) -> u8 {
        let [first, second] = self.states;
        let states = if bit < 8 { first } else { second };
        (states >> (bit % 8 * 8)) as u8
    }

    /// Returns the interval of a purpose by its bit; none if it is closed.
    #[inline]
    fn interval(&self, bit: usize) -> Option<(Millis, Millis)> {
        let state = self.state(bit);
        if state & HELD == 0 {
            return None;
        }
        let interval = self.table.interval(self.slot, state & !HELD)?;
        Some(halves(interval.load(Acquire)))
    }

    #[expect(
        clippy::inline_always,
        reason = "its callers are cold, and the compiler would call it from there, which takes longer than it does"
    )]
    #[inline(always)]
    fn effective(&self, bit: usize) -> Effective {
        match self.interval(bit) {
            Some((since, until)) => Effective::Held { since, until },
            None => {
                let reason = Reason::from_number(self.state(bit));
                Effective::Closed(reason.unwrap_or(Reason::NotGranted))
            }
        }
    }

    /// Returns those of `wanted` that are held throughout the passage, and the strongest reason why not the others.
    #[expect(
        clippy::inline_always,
        reason = "some callers need only a part of the answer"
    )]
    #[inline(always)]
    fn ask(&self, passage: Passage, wanted: Purposes) -> (Purposes, Option<Reason>) {
        let (captured, released) = (passage.captured.floor(), passage.released.floor());
        let (mut held, mut strongest) = (0, None);
        for bit in set_bits(wanted.bits()) {
            let why = match self.effective(bit) {
                Effective::Held { since, until } if since <= captured && released < until => {
                    held |= 1 << bit;
                    continue;
                }
                Effective::Closed(reason) => reason,
                Effective::Held { until, .. } if released >= until => Reason::Expired,
                Effective::Held { .. } => Reason::CapturedEarlier,
            };
            strongest = Reason::strongest(strongest, Some(why));
        }
        (Purposes::from_bits_retain(held), strongest)
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
