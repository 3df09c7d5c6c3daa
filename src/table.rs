//! The consent table: where the two halves meet.
//!
//! A [`Slot`] holds one participant's consent. For every kind it has a *word*, for the common case in one load,
//! and for every kind and purpose an *interval*, exact to the millisecond.
//!
//! # Orderings
//!
//! There is one writer, the meeting; taps read. Every event narrows or widens, never both, and ends with a new generation.
//!
//! 1. Words, intervals, occupants and the generation are stored with Release and loaded with Acquire,
//!    so whoever sees a value sees all that was stored before it.
//! 2. One word is one person's consent to one kind for all purposes at one instant, so a decision by one word needs nothing else.
//! 3. Several loads are no snapshot: one person withdraws, then another grants, and a reader in between sees both agree, who never did.
//!    A reader of several words or intervals therefore loads the generation before and after.
//!    If it is the same, no event was completed in between; at most one was under way, and as that one only narrows or only widens,
//!    what the reader saw cleared is cleared by the state before it or by the state after it.
//! 4. An occupant is loaded *after* the word or interval: a word of the slot's next occupant was stored after that occupant's number,
//!    so who sees the one sees the other, and does not take it for the previous occupant's.
//! 5. A group's word is one load like a person's. It is stored after its people's words and before the generation,
//!    so that it is of the state before an event or of that after it, and beside other words the third point holds for it too.
//! 6. The generation that a tag carries is loaded before the words and stored after them, so the tag names no event that it did not see.

use alloc::{boxed::Box, sync::Arc};

use crate::{
    consent::Effective,
    frame::Participant,
    kind::Kind,
    purpose::Purposes,
    sync::{
        AtomicBool, AtomicU32, AtomicU64,
        Ordering::{Acquire, Release},
    },
    time::{Millis, NEVER, Time},
    verdict::Reason,
};

pub(crate) struct Table {
    slots: Box<[Arc<Slot>]>,
    generation: AtomicU32,
    ended: AtomicBool,
}

/// On cache lines of its own, so that a change of one person's consent does not slow the frames of another.
#[repr(align(64))]
pub(crate) struct Slot {
    /// The stay that has the slot; 0 before the first.
    occupant: AtomicU32,
    words: Words,
    intervals: [[AtomicU64; PURPOSES]; KINDS],
}

const KINDS: usize = 16;
const PURPOSES: usize = 16;

/// The time that a frame spends between capture and release, when consent must hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passage {
    pub(crate) captured: Time,
    pub(crate) released: Time,
}

impl Passage {
    /// None if a time is out of range, or the frame would be captured after its release.
    pub(crate) fn new(captured: Time, released: Time) -> Option<Self> {
        (captured.in_range() && released.in_range() && captured <= released)
            .then_some(Self { captured, released })
    }

    /// Of something shown in the frame that was captured at `captured`, if that is earlier. None if it is out of range.
    pub(crate) fn since(self, captured: Time) -> Option<Self> {
        captured.in_range().then(|| Self {
            captured: self.captured.min(captured),
            ..self
        })
    }
}

impl Table {
    pub(crate) fn new(participants: u16) -> Self {
        Self {
            slots: (0..participants).map(|_| Arc::new(Slot::new())).collect(),
            generation: AtomicU32::new(0),
            ended: AtomicBool::new(false),
        }
    }

    pub(crate) fn slots(&self) -> &[Arc<Slot>] {
        &self.slots
    }

    #[inline]
    pub(crate) fn slot(&self, participant: Participant) -> Option<&Arc<Slot>> {
        self.slots.get(usize::from(participant.slot))
    }

    #[inline]
    pub(crate) fn generation(&self) -> u32 {
        self.generation.load(Acquire)
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Acquire)
    }

    /// The purposes that all of them surely agreed to throughout, by a load for each: perhaps too few, never too many.
    /// Not a snapshot: see the module's third point.
    #[inline]
    pub(crate) fn surely_held(
        &self,
        people: &[Participant],
        kind: Kind,
        captured: Time,
        released: Time,
    ) -> Purposes {
        let mut held = Purposes::all();
        for who in people {
            let Some(slot) = self.slot(*who) else {
                return Purposes::empty();
            };
            held &= slot.word(*who, kind).held(captured, released);
        }
        held
    }

    /// What all of them agree to. For the writer alone.
    pub(crate) fn meet(&self, people: &[Participant], kind: Kind) -> Word {
        let word = |who: &Participant| {
            let slot = self.slot(*who)?;
            (slot.occupant.load(Acquire) == who.stay).then(|| slot.words.load(kind))
        };
        let mut words = people.iter().map(|who| word(who).unwrap_or(Word::EMPTY));
        let first = words.next().unwrap_or(Word::EMPTY);
        words.fold(first, Word::meet)
    }

    /// Completes an event. After the last that a tag can name everything is closed, since no change would show any more.
    pub(crate) fn advance(&self) {
        match self.generation().checked_add(1) {
            Some(next) => self.generation.store(next, Release),
            None => self.end(),
        }
    }

    /// Closes everything for good.
    pub(crate) fn end(&self) {
        self.ended.store(true, Release);
        for slot in &self.slots {
            for kind in Kind::ALL {
                slot.publish(kind, [Effective::Closed(Reason::Ended); PURPOSES]);
            }
        }
    }
}

impl Slot {
    fn new() -> Self {
        let closed = pack(Effective::Closed(Reason::NotGranted));
        Self {
            occupant: AtomicU32::new(0),
            words: Words::new(),
            intervals: core::array::from_fn(|_| core::array::from_fn(|_| AtomicU64::new(closed))),
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the compiler sees that it is in bounds"
    )]
    fn intervals(&self, kind: Kind) -> &[AtomicU64; PURPOSES] {
        &self.intervals[kind as usize % KINDS]
    }

    /// Gives the slot, in which everything is closed, to a new stay.
    pub(crate) fn occupy(&self, participant: Participant) {
        self.occupant.store(participant.stay, Release);
    }

    /// Publishes the consent to one kind, for each purpose in the order of their bits.
    pub(crate) fn publish(&self, kind: Kind, effective: [Effective; PURPOSES]) {
        let mut word = Word::EMPTY;
        let intervals = self.intervals(kind).iter().zip(effective);
        for (purpose, (interval, effective)) in Purposes::each().zip(intervals) {
            interval.store(pack(effective), Release);
            if let Effective::Held { since, until } = effective {
                word = word.and(purpose, since, until);
            }
        }
        self.words.publish(kind, word);
    }

    /// What surely holds of a kind, as it is now; nothing if the slot is somebody else's.
    #[inline]
    pub(crate) fn word(&self, who: Participant, kind: Kind) -> Word {
        let word = self.words.load(kind);
        if self.occupant.load(Acquire) == who.stay {
            word
        } else {
            Word::EMPTY
        }
    }

    /// Those of `wanted` that held throughout, and the strongest reason why the others did not.
    /// Not a snapshot: see the module's third point.
    #[expect(
        clippy::indexing_slicing,
        reason = "the compiler sees that it is in bounds"
    )]
    pub(crate) fn held(
        &self,
        who: Participant,
        kind: Kind,
        passage: Passage,
        wanted: Purposes,
    ) -> (Purposes, Option<Reason>) {
        let (captured, released) = (passage.captured.floor(), passage.released.floor());
        let (mut held, mut strongest) = (Purposes::empty(), None);
        let intervals = self.intervals(kind);
        let mut left = wanted.bits();
        while left != 0 {
            let bit = left.trailing_zeros() as usize % PURPOSES;
            let (purpose, interval) = (Purposes::from_bits_retain(1 << bit), &intervals[bit]);
            left &= left - 1;
            let reason = match unpack(interval.load(Acquire)) {
                Effective::Closed(reason) => Some(reason),
                Effective::Held { until, .. } if released >= until => Some(Reason::Expired),
                Effective::Held { since, .. } if captured < since => Some(Reason::CapturedEarlier),
                Effective::Held { .. } => {
                    held |= purpose;
                    None
                }
            };
            strongest = Reason::strongest(strongest, reason);
        }
        if self.occupant.load(Acquire) == who.stay {
            (held, strongest)
        } else {
            (Purposes::empty(), Some(Reason::Absent))
        }
    }
}

#[cfg(all(test, any(framegate_loom, framegate_shuttle)))]
impl Slot {
    /// A planted fault against the module's fourth point: the occupant before the word.
    pub(crate) fn held_by_occupant_first(
        &self,
        who: Participant,
        kind: Kind,
        captured: Time,
        released: Time,
    ) -> Purposes {
        let is_theirs = self.occupant.load(Acquire) == who.stay;
        let held = self.words.load(kind).held(captured, released);
        if is_theirs { held } else { Purposes::empty() }
    }
}

/// An interval: since when in the upper half, until when in the lower; or [`NEVER`], and the reason.
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
fn unpack(interval: u64) -> Effective {
    match ((interval >> 32) as Millis, interval as Millis) {
        (NEVER, reason) => {
            Effective::Closed(Reason::from_number(reason as u8).unwrap_or(Reason::NotGranted))
        }
        (since, until) => Effective::Held { since, until },
    }
}

/// What is held of each kind, by one load.
pub(crate) struct Words([AtomicU64; KINDS]);

impl Words {
    pub(crate) fn new() -> Self {
        Self(core::array::from_fn(|_| AtomicU64::new(Word::EMPTY.0)))
    }

    #[inline]
    #[expect(
        clippy::indexing_slicing,
        reason = "the compiler sees that it is in bounds"
    )]
    fn of(&self, kind: Kind) -> &AtomicU64 {
        &self.0[kind as usize % KINDS]
    }

    #[inline]
    pub(crate) fn load(&self, kind: Kind) -> Word {
        Word(self.of(kind).load(Acquire))
    }

    pub(crate) fn publish(&self, kind: Kind, word: Word) {
        self.of(kind).store(word.0, Release);
    }
}

/// What is held of one kind, all of it from one time to another: the purposes in bits 0–15,
/// in 16–39 the tick in which the last of them began, in 40–63 the last tick in which none had ended.
///
/// A tick is 2¹⁸ µs, so 24 bits outlast the range of [`Time`]. Beginnings are rounded up and ends down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(u64);

const TICK: u32 = 18;
const TICKS: u64 = (1 << 24) - 1;

impl Word {
    /// Covers nothing: it ends before it begins.
    pub(crate) const EMPTY: Self = Self(0);

    /// With a purpose more, if there is a whole tick in which it is held.
    fn and(self, purpose: Purposes, since: Millis, until: Millis) -> Self {
        let begun = (u64::from(since) * 1000).div_ceil(1 << TICK);
        let Some(last) = ((u64::from(until) * 1000) >> TICK).checked_sub(1) else {
            return self;
        };
        let purposes = self.0 & 0xFFFF | u64::from(purpose.bits());
        let begun = begun.max(self.0 >> 16 & TICKS);
        let last = if self == Self::EMPTY {
            last
        } else {
            last.min(self.0 >> 40)
        };
        Self(last << 40 | begun << 16 | purposes)
    }

    /// What is held by both.
    fn meet(self, other: Self) -> Self {
        let purposes = self.0 & other.0 & 0xFFFF;
        if purposes == 0 {
            return Self::EMPTY;
        }
        let begun = (self.0 >> 16 & TICKS).max(other.0 >> 16 & TICKS);
        let last = (self.0 >> 40).min(other.0 >> 40);
        Self(last << 40 | begun << 16 | purposes)
    }

    /// Whether a frame was captured no earlier than all had begun, and is released before any ended. Perhaps not told of one within a tick of either.
    ///
    /// Each bound is compared with what is beside it in the word as its lower bits, which saves masking it:
    /// that makes the beginning later and the end earlier than they are, by less than a tick.
    /// A time that is negative is larger than any in range, and past the range nothing is held.
    #[inline]
    #[expect(clippy::cast_sign_loss, reason = "negative times become large ones")]
    fn covers(self, captured: Time, released: Time) -> bool {
        let (captured, released) = (captured.as_micros() as u64, released.as_micros() as u64);
        captured <= released && released < self.0 >> 22 && self.0 << 24 <= captured << 22
    }

    /// The purposes that surely held throughout: perhaps too few, never too many.
    #[inline]
    pub(crate) fn held(self, captured: Time, released: Time) -> Purposes {
        if self.covers(captured, released) {
            self.purposes()
        } else {
            Purposes::empty()
        }
    }

    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        reason = "the lowest 16 bits are the purposes"
    )]
    fn purposes(self) -> Purposes {
        Purposes::from_bits_retain(self.0 as u16)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Times about the bounds of a consent, and anywhere.
    fn time(bound: Millis) -> impl Strategy<Value = i64> {
        let bound = i64::from(bound) * 1000;
        prop_oneof![
            (-2_i64 << TICK..2_i64 << TICK).prop_map(move |by| bound + by),
            any::<i64>(),
            0..5_000_000_000_000_i64,
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(20_000))]

        #[test]
        fn r5_a_word_covers_nothing_that_an_interval_does_not(
            (since, until, captured, released) in (any::<Millis>(), any::<Millis>())
                .prop_flat_map(|(since, until)| (Just(since), Just(until), time(since), time(until))),
            more in proptest::option::of((any::<Millis>(), any::<Millis>())),
        ) {
            let mut word = Word::EMPTY.and(Purposes::RECORD, since, until);
            if let Some((since, until)) = more {
                word = word.and(Purposes::TRAIN, since, until);
            }
            let (captured, released) = (Time::from_micros(captured), Time::from_micros(released));
            let exact = |(since, until): (Millis, Millis)| {
                Passage::new(captured, released).is_some()
                    && since <= captured.floor()
                    && released.floor() < until
            };
            if word.covers(captured, released) {
                let held = word.purposes();
                prop_assert!(!held.contains(Purposes::RECORD) || exact((since, until)));
                prop_assert!(!held.contains(Purposes::TRAIN) || more.is_some_and(exact));
            }
            // Two ticks from each bound there is no doubt.
            let far = |from: i64, to: i64| to.checked_sub(from).is_some_and(|far| far >= 2_i64 << TICK);
            let (begun, ended) = (Time::from_millis(since.into()), Time::from_millis(until.into()));
            if more.is_none()
                && exact((since, until))
                && far(begun.as_micros(), captured.as_micros())
                && far(released.as_micros(), ended.as_micros())
            {
                prop_assert!(word.covers(captured, released));
                prop_assert_eq!(word.purposes(), Purposes::RECORD);
            }
        }
    }
}
