//! The bare decision: for which purposes a frame is cleared, without releasing it.
//!
//! The fast way answers by words. The slow way answers for every frame, by intervals and for everything in it, and tells why a frame is withheld.

use crate::{
    gate::{
        frame::{Contributors, Frame},
        tap::{StreamSource, Tap},
    },
    shared::word::Word,
    types::{
        ids::Participant,
        purpose::Purposes,
        tag::Tag,
        time::Time,
        verdict::{Reason, Verdict},
    },
};
use core::fmt;
#[cfg(feature = "binding")]
use core::ops::RangeInclusive;

/// The bare decision about a frame: [`Tap::decide`].
///
/// It is no [`Tag`] and cannot become one: nothing was released, so nothing can travel with it, be sealed or be named as a source.
///
/// ```compile_fail
/// fn travels(decision: framegate::Decision) -> [u8; 16] {
///     decision.to_bytes()
/// }
/// ```
///
/// ```compile_fail
/// fn becomes_a_tag(decision: framegate::Decision) -> framegate::Tag {
///     decision.into()
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Decision(Tag);

impl Decision {
    /// Returns the verdict by consent alone: whole if something is agreed to, else dropped, and why;
    /// redacted if nothing of it would be hidden, but something was of a frame that it was derived from.
    pub fn verdict(self) -> Verdict {
        self.0.verdict()
    }

    /// Returns the purposes that everybody in the frame agrees to, whatever the outlet's are; none if it is dropped.
    #[must_use]
    pub fn purposes(self) -> Purposes {
        self.0.purposes()
    }

    /// Returns when the frame was captured, or the earliest of its sources; rounded down to a millisecond.
    #[must_use]
    pub fn captured(self) -> Time {
        self.0.captured()
    }

    /// Returns how many entries of the ledger it surely took into account: [`Meeting::generation`](crate::Meeting::generation).
    #[must_use]
    pub fn generation(self) -> u32 {
        self.0.generation()
    }
}

impl Default for Decision {
    /// Dropped as malformed, to fill the room for [`Tap::decide_batch`] with.
    fn default() -> Self {
        Self(Tag::withheld(Reason::Malformed))
    }
}

impl Tap {
    /// Returns the bare decision: for which purposes everybody in the frame agrees to all of it, whatever the outlet's purposes are.
    ///
    /// It releases nothing and is not counted; it may no longer hold when it returns.
    /// It sees no payload, so it does not know how far back an encoded frame reaches or what it depends on.
    /// Of an encoded stream, a frame that is not cleared for the outlet's purposes counts as withheld, since it may not be offered then:
    /// every frame predicted from it waits for a keyframe.
    #[inline]
    pub fn decide(&mut self, frame: &Frame<'_>, now: Time) -> Decision {
        Decision(self.decide_frame(frame, now))
    }

    /// Writes the bare decisions about `frames` to `room`, in the same order, for as many as there is room for. Returns those written.
    #[inline]
    pub fn decide_batch<'r>(
        &mut self,
        frames: &[Frame<'_>],
        now: Time,
        room: &'r mut [Decision],
    ) -> &'r [Decision] {
        let decisions = self.decisions(now);
        let mut count = 0;
        for (frame, place) in frames.iter().zip(room.iter_mut()) {
            *place = Decision(decisions.decide(frame));
            count += 1;
        }
        room.get(..count).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn decisions(&self, now: Time) -> Decisions<'_> {
        Decisions {
            tap: self,
            now: self.state.observe(now),
            generation: self.table.generation(),
            word: self.state.word(),
        }
    }

    /// Decides a frame, fast if possible. One with regions or sources goes the slow way at once.
    #[expect(
        clippy::inline_always,
        reason = "of a frame that is made for the call only what its contributors need is left"
    )]
    #[inline(always)]
    fn decide_frame(&self, frame: &Frame<'_>, now: Time) -> Tag {
        let captured = frame.captured;
        match frame.contributors {
            _ if !frame.is_of_contributors_alone() => self.decide_slow(frame, now),
            Contributors::Complete(people) => self.decide_list(people, captured, now),
            contributors => self.decide_contributors(contributors, captured, now),
        }
    }

    /// Decides a frame, fast if possible, in the midst of others.
    #[inline(never)]
    fn decide_out_of_line(&self, frame: &Frame<'_>, now: Time) -> Tag {
        self.decide_frame(frame, now)
    }

    /// Decides a frame of listed people, whose words are loaded one by one. Not inlined, so that the loop is there only once.
    #[inline(never)]
    fn decide_list(&self, people: &[Participant], captured: Time, now: Time) -> Tag {
        self.decide_contributors(Contributors::Complete(people), captured, now)
    }

    /// Decides a frame without regions or sources, fast if possible.
    ///
    /// Takes the fields instead of a `Frame`, so that callers need not build one on the fast path.
    #[expect(
        clippy::inline_always,
        reason = "of what the caller knows of the contributors little is left"
    )]
    #[inline(always)]
    fn decide_contributors(
        &self,
        contributors: Contributors<'_>,
        captured: Time,
        now: Time,
    ) -> Tag {
        match self.decide_fast(contributors, captured, now) {
            Some(tag) => tag,
            None => self.decide_slow(&Frame::new(captured, contributors), now),
        }
    }

    /// Decides a frame without regions or sources, if the words of its contributors show that everybody consents to something.
    /// Leaves every other frame to [`Tap::decide_slow`]: close to the beginning or the end of a consent, without consent, or at a time before the tap's latest.
    #[expect(
        clippy::inline_always,
        reason = "of what the caller knows of the contributors little is left"
    )]
    #[inline(always)]
    pub(crate) fn decide_fast(
        &self,
        contributors: Contributors<'_>,
        captured: Time,
        now: Time,
    ) -> Option<Tag> {
        let state = &*self.state;
        let (generation, word) = self.word(self.asked, contributors, state, captured);
        if state.latest() <= now && word.covers(captured, now) {
            state.set_latest(now);
            Some(self.template.whole(word.purposes(), captured, generation))
        } else {
            None
        }
    }

    /// Returns the purposes and the generation of a whole frame of the stream's owner alone, if one load shows that something is agreed to.
    /// Leaves every other frame to [`Tap::decide_slow`].
    ///
    /// Takes microseconds: whoever needs no tag need not divide for its capture time.
    #[cfg(feature = "binding")]
    #[inline]
    pub(crate) fn decide_owner_fast(&self, captured: i64, now: i64) -> Option<(Purposes, u32)> {
        let state = &*self.state;
        let (generation, word) = (self.table.generation(), state.word());
        let released = Time::from_micros(now);
        let covered = word.captures(now)?;
        if state.latest() <= released && covered.contains(&captured) {
            state.set_latest(released);
            Some((word.purposes(), generation))
        } else {
            None
        }
    }

    /// Decides any frame, by everything there is of consent, and tells why one is dropped.
    #[inline(never)]
    pub(crate) fn decide_slow(&self, frame: &Frame<'_>, now: Time) -> Tag {
        let now = self.state.observe(now);
        match self.purposes_slow(frame, now) {
            (generation, Ok(held)) => {
                let in_part = frame.in_part_by_sources();
                let verdict = in_part.map_or(Verdict::Whole, Verdict::Redacted);
                self.tag_as(verdict, held, frame, generation)
            }
            (generation, Err(reason)) => {
                let dropped = Verdict::Dropped(reason);
                self.tag_as(dropped, Purposes::empty(), frame, generation)
            }
        }
    }

    /// Returns the purposes of a decision, and up to which event they apply. An error is why there is none.
    #[cold]
    fn purposes_slow(&self, frame: &Frame<'_>, now: Time) -> (u32, Result<Purposes, Reason>) {
        match &self.source {
            StreamSource::Owned { owner, .. } if frame.is_of_owner_alone() => {
                self.consistently(|| {
                    let passage = self.passage_since(frame.captured, now)?;
                    self.consent_to_any(*owner, passage)
                })
            }
            _ => self.purposes_of_all_slow(frame, now),
        }
    }

    /// Returns the same for a frame that may have others in it than its owner.
    #[cold]
    fn purposes_of_all_slow(
        &self,
        frame: &Frame<'_>,
        now: Time,
    ) -> (u32, Result<Purposes, Reason>) {
        let (generation, held) = self.consistently(|| self.common_purposes(frame, now));
        let purposes = held.unwrap_or(Purposes::empty());
        // Later frames of an encoded stream may be predicted from one that others refuse, though it is never offered.
        if self.encoded.is_some() && !purposes.contains(self.purposes) {
            self.interrupt();
        }
        (generation, held)
    }

    /// Returns the purposes that everybody in a frame consents to for all of it, or why there is none.
    fn common_purposes(&self, frame: &Frame<'_>, now: Time) -> Result<Purposes, Reason> {
        let passage = self.passage(frame, now)?;
        if !self.is_well_formed(frame) {
            return Err(self.ill_formed(frame));
        }
        self.never_cleared().map_or(Ok(()), Err)?;
        let (mut held, mut strongest) = frame.cleared_by_sources(Purposes::all());
        let mut and = |(purposes, reason)| {
            held &= purposes;
            strongest = Reason::strongest(strongest, reason);
        };
        for (who, kind) in self.named(frame)? {
            and(self.consent(who, kind, passage, Purposes::all()));
        }
        for region in frame.regions {
            and(self.consent_to_region(region, passage, Purposes::all())?);
        }
        if held.is_empty() {
            Err(strongest.unwrap_or(Reason::NotGranted))
        } else {
            Ok(held)
        }
    }
}

/// Bare decisions about many frames by one load.
#[derive(Clone, Copy)]
pub struct Decisions<'a> {
    tap: &'a Tap,
    now: Time,
    generation: u32,
    word: Word,
}

impl Decisions<'_> {
    /// Returns the tag of a frame.
    #[must_use]
    #[inline]
    pub fn decide(&self, frame: &Frame<'_>) -> Tag {
        let captured = frame.captured;
        if frame.is_of_owner_alone() && self.word.covers(captured, self.now) {
            let template = self.tap.template;
            template.whole(self.word.purposes(), captured, self.generation)
        } else {
            self.tap.decide_out_of_line(frame, self.now)
        }
    }

    /// Returns the captures, in microseconds, of those frames of the stream's owner alone that are whole by the one load, if any is.
    /// Leaves every other frame to [`Decisions::decide`].
    #[cfg(feature = "binding")]
    #[must_use]
    #[inline]
    pub fn captures(&self) -> Option<RangeInclusive<i64>> {
        self.word.captures(self.now.as_micros())
    }

    /// Returns the purposes and the generation of those frames.
    #[cfg(feature = "binding")]
    #[must_use]
    #[inline]
    pub fn whole(&self) -> (Purposes, u32) {
        (self.word.purposes(), self.generation)
    }
}

impl fmt::Debug for Decisions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Decisions")
            .field("tap", self.tap)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
