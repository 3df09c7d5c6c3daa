//! The consent table. A slot holds one participant's consent: for every kind a *word*, for the common case in one load,
//! and for every kind and purpose an *interval*, exact to the millisecond.
//!
//! A tap of one person's stream has a word of its own beside them, which is closed for good when that person leaves.
//!
//! All memory orderings are argued in `shared/mod.rs`.

use alloc::boxed::Box;
use core::array;
#[cfg(feature = "binding")]
use core::ops::RangeInclusive;

use crate::{
    shared::sync::{
        AtomicBool, AtomicU32, AtomicU64,
        Ordering::{Acquire, Release},
    },
    types::{
        ids::{Life, Participant},
        kind::{Kind, set_bits},
        purpose::Purposes,
        time::{Millis, NEVER, Time},
        verdict::Reason,
    },
};

pub(crate) struct Table {
    /// For each kind a cell for every slot: those of people who are often in a frame together are close together.
    cells: [Box<[Cell]>; Kind::COUNT],
    intervals: Box<[Intervals]>,
    stamp: AtomicU64,
    /// The stamp's lower half, for readers that need no more.
    generation: AtomicU32,
    ended: AtomicBool,
    /// The meeting of its participants, as [`Life::short`] tells meetings apart.
    meeting: u16,
}

struct Cell {
    word: AtomicU64,
    /// The stay that has the slot; 0 before the first.
    occupant: AtomicU32,
}

type Intervals = [[AtomicU64; Purposes::COUNT]; Kind::COUNT];

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
        let closed = pack(Effective::Closed(Reason::NotGranted));
        let intervals = || array::from_fn(|_| array::from_fn(|_| AtomicU64::new(closed)));
        let cell = || Cell {
            word: AtomicU64::new(Word::EMPTY.to_bits()),
            occupant: AtomicU32::new(0),
        };
        Self {
            cells: array::from_fn(|_| (0..participants).map(|_| cell()).collect()),
            intervals: (0..participants).map(|_| intervals()).collect(),
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
        u16::try_from(self.intervals.len()).unwrap_or(u16::MAX)
    }

    #[inline]
    #[expect(
        clippy::indexing_slicing,
        reason = "the compiler sees that it is in bounds"
    )]
    fn cells(&self, kind: Kind) -> &[Cell] {
        &self.cells[kind as usize % Kind::COUNT]
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the compiler sees that it is in bounds"
    )]
    fn intervals(&self, slot: u16, kind: Kind) -> Option<&[AtomicU64; Purposes::COUNT]> {
        let intervals = self.intervals.get(usize::from(slot))?;
        Some(&intervals[kind as usize % Kind::COUNT])
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
    /// Loads each interval once. Not a snapshot: see the third point in `shared/mod.rs`.
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
        let (Some(cell), Some(intervals)) = (cell, self.intervals(who.slot, kind)) else {
            return (Purposes::empty(), Some(Reason::Unknown));
        };
        let consent = ask(intervals, passage, wanted);
        match self.mistaken(cell, who) {
            None => consent,
            reason => (Purposes::empty(), reason),
        }
    }

    /// Returns all purposes that somebody consents to throughout the passage; perhaps none. Not a snapshot: see the third point in `shared/mod.rs`.
    #[expect(
        clippy::indexing_slicing,
        reason = "the compiler sees that it is in bounds"
    )]
    pub(crate) fn held(&self, who: Participant, kind: Kind, passage: Passage) -> Purposes {
        let cell = self.cells(kind).get(usize::from(who.slot));
        let (Some(cell), Some(intervals)) = (cell, self.intervals(who.slot, kind)) else {
            return Purposes::empty();
        };
        let (captured, released) = (passage.captured.floor(), passage.released.floor());
        let mut held = 0;
        // Of the others no interval is open.
        for bit in set_bits(cell.word().purposes().bits()) {
            let (since, until) = halves(intervals[bit].load(Acquire));
            // A closed one begins when no frame is captured.
            held |= u16::from(since <= captured && released < until) << bit;
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
    #[expect(
        clippy::indexing_slicing,
        reason = "the compiler sees that it is in bounds"
    )]
    pub(crate) fn refusal(
        &self,
        who: Participant,
        kind: Kind,
        passage: Passage,
        wanted: Purposes,
    ) -> Option<Reason> {
        let cell = self.cells(kind).get(usize::from(who.slot));
        let (Some(cell), Some(intervals)) = (cell, self.intervals(who.slot, kind)) else {
            return Some(Reason::Unknown);
        };
        let (captured, released) = (passage.captured.floor(), passage.released.floor());
        let refusal = |bit: usize| match unpack(intervals[bit].load(Acquire)) {
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

    /// Publishes a slot's consent to one kind, for each purpose in the order of their bits. Returns the word of it.
    pub(crate) fn publish(
        &self,
        slot: u16,
        kind: Kind,
        effective: [Effective; Purposes::COUNT],
    ) -> Word {
        let mut word = Word::EMPTY;
        let intervals = self.intervals(slot, kind).into_iter().flatten();
        for (purpose, (interval, effective)) in Purposes::each().zip(intervals.zip(effective)) {
            interval.store(pack(effective), Release);
            // A kind that is never cleared has no word.
            if let (Effective::Held { since, until }, None) = (effective, kind.never_cleared()) {
                word = word.and(purpose, since, until);
            }
        }
        if let Some(cell) = self.cells(kind).get(usize::from(slot)) {
            cell.word.store(word.to_bits(), Release);
        }
        word
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

/// Returns those of `wanted` that these intervals hold throughout the passage, and the strongest reason why not the others.
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
    intervals: &[AtomicU64; Purposes::COUNT],
    passage: Passage,
    wanted: Purposes,
) -> (Purposes, Option<Reason>) {
    let (captured, released) = (passage.captured.floor(), passage.released.floor());
    let (mut held, mut strongest) = (0, None);
    for bit in set_bits(wanted.bits()) {
        let interval = intervals[bit].load(Acquire);
        let (since, until) = halves(interval);
        // A closed one begins when no frame is captured.
        if since <= captured && released < until {
            held |= 1 << bit;
        } else {
            let why = match unpack(interval) {
                Effective::Closed(reason) => reason,
                Effective::Held { until, .. } if released >= until => Reason::Expired,
                Effective::Held { .. } => Reason::CapturedEarlier,
            };
            strongest = Reason::strongest(strongest, Some(why));
        }
    }
    (Purposes::from_bits_retain(held), strongest)
}

/// Returns an interval: its beginning in the upper half, its end in the lower; if closed, [`NEVER`] and the reason.
fn pack(effective: Effective) -> u64 {
    let (since, until) = match effective {
        Effective::Held { since, until } => (since, until),
        Effective::Closed(reason) => (NEVER, Millis::from(reason as u8)),
    };
    u64::from(since) << 32 | u64::from(until)
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "each half is taken by itself"
)]
const fn halves(interval: u64) -> (Millis, Millis) {
    ((interval >> 32) as Millis, interval as Millis)
}

#[expect(
    clippy::inline_always,
    reason = "its callers are cold, and the compiler would call it from there, which takes longer than it does"
)]
#[inline(always)]
fn unpack(interval: u64) -> Effective {
    match halves(interval) {
        (NEVER, reason) => {
            let reason = u8::try_from(reason).ok().and_then(Reason::from_number);
            Effective::Closed(reason.unwrap_or(Reason::NotGranted))
        }
        (since, until) => Effective::Held { since, until },
    }
}

/// The purposes consented to for one kind, all of them from one time to another: in the upper half the millisecond in which the last of them began,
/// in bits 16–31 the purposes, in the lower 16 the tick in which the first of them ends.
///
/// A tick is 2¹⁶ ms, so that 16 bits span the range of [`Time`]; ends are rounded down.
/// Within a tick of an end, and between several beginnings, only the intervals answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(u64);

const SINCE: u32 = 32;
const HELD: u32 = 16;
/// From a time's bits to its tick.
const TICK: u32 = 48;
const TICKS: u64 = 0xFFFF;

impl Word {
    /// The word that covers nothing: it has ended when the meeting begins.
    pub(crate) const EMPTY: Self = Self(0);

    fn new(since: u64, purposes: Purposes, end: u64) -> Self {
        Self(since << SINCE | u64::from(purposes.bits()) << HELD | end)
    }

    pub(crate) const fn to_bits(self) -> u64 {
        self.0
    }

    #[inline]
    pub(crate) const fn from_bits(bits: u64) -> Self {
        Self(bits)
    }

    fn since(self) -> u64 {
        self.0 >> SINCE
    }

    fn end(self) -> u64 {
        self.0 & TICKS
    }

    /// Returns the word with one purpose more.
    fn and(self, purpose: Purposes, since: Millis, until: Millis) -> Self {
        let of_it = Self::new(since.into(), purpose, u64::from(until >> (TICK - SINCE)));
        if self == Self::EMPTY {
            of_it
        } else {
            self.narrowest(of_it, self.purposes() | purpose)
        }
    }

    /// Returns the word of the purposes that both hold.
    pub(crate) fn meet(self, other: Self) -> Self {
        match self.purposes() & other.purposes() {
            both if both.is_empty() => Self::EMPTY,
            both => self.narrowest(other, both),
        }
    }

    fn narrowest(self, other: Self, purposes: Purposes) -> Self {
        let (since, end) = (self.since().max(other.since()), self.end().min(other.end()));
        Self::new(since, purposes, end)
    }

    /// Returns whether a frame was captured when all had begun, and is released before any ended.
    ///
    /// The whole word is compared with the capture, though only its upper half is a time, so a consent that began in the frame's own millisecond does not count.
    /// A time out of range is later than every end.
    #[inline]
    pub(crate) fn covers(self, captured: Time, released: Time) -> bool {
        captured <= released && self.outlasts(released) && self.has_begun(captured)
    }

    /// Returns the captures that it covers, in microseconds, if they are released at `released`; none if it has ended by then.
    /// A capture is sooner compared with them than made a [`Time`].
    #[cfg(feature = "binding")]
    #[inline]
    pub(crate) fn captures(self, released: i64) -> Option<RangeInclusive<i64>> {
        // The purposes are more than the microseconds of a millisecond, so it covers nothing of the one in which it began.
        let first = (i64::from((self.0 >> SINCE) as Millis) + 1) * 1000;
        let outlasts = self.outlasts(Time::from_micros(released));
        outlasts.then_some(first..=released)
    }

    /// Returns whether none had ended at a time.
    #[inline]
    fn outlasts(self, released: Time) -> bool {
        released.to_bits() >> TICK < self.end()
    }

    /// Returns whether all had begun at a time.
    #[inline]
    fn has_begun(self, captured: Time) -> bool {
        self.0 <= captured.to_bits()
    }

    /// Returns the purposes that held throughout; none if the word does not cover that time.
    #[inline]
    pub(crate) fn held(self, captured: Time, released: Time) -> Purposes {
        if self.covers(captured, released) {
            self.purposes()
        } else {
            Purposes::empty()
        }
    }

    /// Returns the purposes of the word, all of which hold throughout the time that it covers; at least one, unless it is empty.
    #[inline]
    #[expect(clippy::cast_possible_truncation, reason = "16 bits are the purposes")]
    pub(crate) fn purposes(self) -> Purposes {
        Purposes::from_bits_retain((self.0 >> HELD) as u16)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Times about the bounds of a consent, and anywhere.
    fn time(bound: Millis) -> impl Strategy<Value = i64> {
        let bound = i64::from(bound) * 1000;
        let tick = 1_i64 << (TICK - SINCE);
        prop_oneof![
            (-2000_i64..2000).prop_map(move |by| bound + by),
            (-2000 * tick..2000 * tick).prop_map(move |by| bound + by),
            any::<i64>(),
            0..5_000_000_000_000_i64,
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn r5_what_a_word_covers_the_intervals_do_too(
            (since, until, captured, released) in (any::<Millis>(), any::<Millis>())
                .prop_flat_map(|(since, until)| (Just(since), Just(until), time(since), time(until))),
            more in proptest::option::of((any::<Millis>(), any::<Millis>())),
        ) {
            let mut word = Word::EMPTY.and(Purposes::RECORD, since, until);
            if let Some((since, until)) = more {
                word = word.and(Purposes::TRAIN, since, until);
            }
            #[cfg(feature = "binding")]
            let micros = (captured, released);
            let (captured, released) = (Time::from_micros(captured), Time::from_micros(released));
            let exact = |(since, until): (Millis, Millis)| {
                Passage::new(captured, released).is_some()
                    && since <= captured.floor()
                    && released.floor() < until
            };
            if word.covers(captured, released) {
                let held = word.purposes();
                prop_assert!(held.contains(Purposes::RECORD) && exact((since, until)));
                prop_assert_eq!(held.contains(Purposes::TRAIN), more.is_some());
                prop_assert!(more.is_none_or(exact));
            }
            #[cfg(feature = "binding")]
            {
                let captures = word.captures(micros.1);
                let contains = captures.is_some_and(|captures| captures.contains(&micros.0));
                prop_assert_eq!(contains, word.covers(captured, released));
            }
            // A millisecond after the one and a tick before the other there is no doubt.
            let tick = |time: Millis| time >> (TICK - SINCE);
            if more.is_none()
                && exact((since, until))
                && since < captured.floor()
                && tick(released.floor()) < tick(until)
            {
                prop_assert!(word.covers(captured, released));
                prop_assert_eq!(word.purposes(), Purposes::RECORD);
            }
        }
    }
}
