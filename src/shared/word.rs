//! One load of consent: all purposes of one kind, for one person or for people together.

#[cfg(feature = "binding")]
use core::ops::RangeInclusive;

use crate::types::{
    purpose::Purposes,
    time::{Millis, Time},
};

/// The purposes consented to for one kind, all of them from one time to another: in the upper half the millisecond in which the last of them began,
/// in bits 16–31 the purposes, in the lower 16 the tick in which the first of them ends.
///
/// A tick is 2¹⁶ ms, so that 16 bits span the range of [`Time`]; ends are rounded down.
/// Within a tick of an end, and between several beginnings, only the intervals answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Word(pub(super) u64);

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

    pub(crate) fn since(self) -> u64 {
        self.0 >> SINCE
    }

    fn end(self) -> u64 {
        self.0 & TICKS
    }

    /// Returns the word with more purposes.
    pub(super) fn and(self, purpose: Purposes, since: Millis, until: Millis) -> Self {
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
    pub(super) fn has_begun(self, captured: Time) -> bool {
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
    use crate::shared::table::Passage;

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
