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
//! 5. The generation that a tag carries is loaded before the words and stored after them, so the tag names no event that it did not see.

use alloc::{boxed::Box, sync::Arc};
use core::sync::atomic::{
    AtomicBool, AtomicU32, AtomicU64,
    Ordering::{Acquire, Release},
};

use crate::{
    consent::Effective,
    frame::Participant,
    kind::Kind,
    purpose::Purposes,
    time::{Millis, NEVER, Time},
    verdict::Reason,
};

pub(crate) struct Table {
    slots: Box<[Arc<Slot>]>,
    generation: AtomicU64,
    ended: AtomicBool,
}

/// On cache lines of its own, so that a change of one person's consent does not slow the frames of another.
#[repr(align(64))]
pub(crate) struct Slot {
    /// The stay that has the slot; 0 before the first.
    occupant: AtomicU32,
    words: [AtomicU64; KINDS],
    intervals: [[AtomicU64; PURPOSES]; KINDS],
}

const KINDS: usize = 16;
const PURPOSES: usize = 16;

/// The time that a frame spends between capture and release, when consent must hold.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Passage {
    captured: Time,
    released: Time,
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
            generation: AtomicU64::new(0),
            ended: AtomicBool::new(false),
        }
    }

    pub(crate) fn slots(&self) -> &[Arc<Slot>] {
        &self.slots
    }

    pub(crate) fn slot(&self, participant: Participant) -> Option<&Arc<Slot>> {
        self.slots.get(usize::from(participant.slot))
    }

    #[inline]
    pub(crate) fn generation(&self) -> u64 {
        self.generation.load(Acquire)
    }

    pub(crate) fn has_ended(&self) -> bool {
        self.ended.load(Acquire)
    }

    /// Completes an event.
    pub(crate) fn advance(&self) {
        self.generation.store(self.generation() + 1, Release);
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
            words: [const { AtomicU64::new(0) }; KINDS],
            intervals: core::array::from_fn(|_| core::array::from_fn(|_| AtomicU64::new(closed))),
        }
    }

    #[expect(
        clippy::indexing_slicing,
        reason = "the compiler sees that it is in bounds"
    )]
    fn word(&self, kind: Kind) -> &AtomicU64 {
        &self.words[kind as usize % KINDS]
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
        self.word(kind).store(word.0, Release);
    }

    /// The purposes that surely held throughout, by one load: perhaps too few, never too many.
    #[inline]
    pub(crate) fn surely_held(&self, who: Participant, kind: Kind, passage: Passage) -> Purposes {
        let word = Word(self.word(kind).load(Acquire));
        let same = self.occupant.load(Acquire) == who.stay;
        word.held(passage, same)
    }

    /// Those of `wanted` that held throughout, and the strongest reason why the others did not.
    /// Not a snapshot: see the module's third point.
    pub(crate) fn held(
        &self,
        who: Participant,
        kind: Kind,
        passage: Passage,
        wanted: Purposes,
    ) -> (Purposes, Option<Reason>) {
        let (captured, released) = (passage.captured.floor(), passage.released.floor());
        let (mut held, mut strongest) = (Purposes::empty(), None);
        for (purpose, interval) in Purposes::each().zip(self.intervals(kind)) {
            if !wanted.contains(purpose) {
                continue;
            }
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

/// What is held of one kind: purposes in bits 0–15, in 16–39 a tick by which all of them had begun, in 40–63 one by which none had ended.
///
/// A tick is 2¹⁸ µs, so 24 bits outlast the range of [`Time`]. Beginnings are rounded up and ends down.
#[derive(Clone, Copy)]
struct Word(u64);

const TICK: u32 = 18;
const TICKS: u64 = (1 << 24) - 1;

impl Word {
    const EMPTY: Self = Self(TICKS << 40);

    fn and(self, purpose: Purposes, since: Millis, until: Millis) -> Self {
        let begun = (u64::from(since) * 1000).div_ceil(1 << TICK);
        let ended = if until == NEVER {
            TICKS
        } else {
            (u64::from(until) * 1000) >> TICK
        };
        let begun = begun.max(self.0 >> 16 & TICKS);
        let ended = ended.min(self.0 >> 40);
        Self(ended << 40 | begun << 16 | self.0 & 0xFFFF | u64::from(purpose.bits()))
    }

    #[inline]
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the lowest 16 bits are the purposes; the times of a passage are in range"
    )]
    fn held(self, passage: Passage, same: bool) -> Purposes {
        let captured = passage.captured.as_micros() as u64 >> TICK;
        let released = passage.released.as_micros() as u64 >> TICK;
        let throughout = (captured >= self.0 >> 16 & TICKS) & (released < self.0 >> 40) & same;
        Purposes::from_bits_retain(self.0 as u16 & u16::from(throughout).wrapping_neg())
    }
}
