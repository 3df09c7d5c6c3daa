//! The bare decision: for which purposes a frame is cleared, without releasing it.

use crate::{
    gate::{
        frame::{Contributors, Frame},
        tap::Tap,
    },
    shared::table::Word,
    types::{
        ids::Participant,
        purpose::Purposes,
        tag::Tag,
        time::Time,
        verdict::{Reason, Verdict},
    },
};
use core::fmt;

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
    /// What consent makes of the frame: whole if something is agreed to, else dropped, and why;
    /// redacted if nothing of it would be hidden, but something of what it was derived from was.
    pub fn verdict(self) -> Verdict {
        self.0.verdict()
    }

    /// The purposes that everybody in the frame agrees to, whatever the outlet's are; none if it is dropped.
    #[must_use]
    pub fn purposes(self) -> Purposes {
        self.0.purposes()
    }

    /// When the frame was captured, or the earliest of its sources; rounded down to a millisecond.
    #[must_use]
    pub fn captured(self) -> Time {
        self.0.captured()
    }

    /// How many entries of the ledger it surely took into account: [`Meeting::generation`](crate::Meeting::generation).
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
    /// It releases nothing and is not counted; what it says may no longer hold when it returns.
    /// It sees no payload, so it does not know how far back an encoded frame reaches or what it depends on.
    /// Of an encoded stream, a frame that is not cleared for the outlet's purposes counts as withheld, since it may not be offered then:
    /// what is predicted from it waits for a keyframe.
    #[inline]
    pub fn decide(&mut self, frame: &Frame<'_>, now: Time) -> Decision {
        Decision(self.tag_by_words(frame, now))
    }

    #[expect(
        clippy::inline_always,
        reason = "of a frame that is made for the call only what its contributors need is left"
    )]
    #[inline(always)]
    fn tag_by_words(&self, frame: &Frame<'_>, now: Time) -> Tag {
        let captured = frame.captured;
        match frame.contributors {
            _ if !frame.is_of_contributors_alone() => self.tag_exactly(frame, now),
            Contributors::Complete(people) => self.tag_of_list(people, captured, now),
            contributors => self.tag_of(contributors, captured, now),
        }
    }

    #[inline(never)]
    fn tag_of_any(&self, frame: &Frame<'_>, now: Time) -> Tag {
        self.tag_by_words(frame, now)
    }

    #[inline(never)]
    fn tag_of_list(&self, people: &[Participant], captured: Time, now: Time) -> Tag {
        self.tag_of(Contributors::Complete(people), captured, now)
    }

    /// Takes the parts instead of a frame, so that one that is made for the call is in memory only if the slow way needs it.
    #[expect(
        clippy::inline_always,
        reason = "of what the caller knows of the contributors little is left"
    )]
    #[inline(always)]
    fn tag_of(&self, contributors: Contributors<'_>, captured: Time, now: Time) -> Tag {
        match self.surely_tagged(contributors, captured, now) {
            Some(tag) => tag,
            None => self.tag_exactly(&Frame::new(captured, contributors), now),
        }
    }

    /// The same where the words tell it.
    #[expect(
        clippy::inline_always,
        reason = "of what the caller knows of the contributors little is left"
    )]
    #[inline(always)]
    pub(crate) fn surely_tagged(
        &self,
        contributors: Contributors<'_>,
        captured: Time,
        now: Time,
    ) -> Option<Tag> {
        let state = &*self.state;
        let (generation, word) = self.word(self.asked, contributors, state, captured);
        if state.latest() <= now && word.covers(captured, now) {
            state.pass(now);
            Some(self.template.whole(word.purposes(), captured, generation))
        } else {
            None
        }
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
            *place = Decision(decisions.tag(frame));
            count += 1;
        }
        room.get(..count).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn decisions(&self, now: Time) -> Decisions<'_> {
        Decisions {
            tap: self,
            now: self.state.advance(now),
            generation: self.table.generation(),
            word: self.state.word(),
        }
    }

    #[inline(never)]
    pub(crate) fn tag_exactly(&self, frame: &Frame<'_>, now: Time) -> Tag {
        let now = self.state.advance(now);
        match self.decide_exactly(frame, now) {
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
    pub fn tag(&self, frame: &Frame<'_>) -> Tag {
        let owners = frame.is_of_owner_alone().then_some(frame.captured);
        let whole = owners.and_then(|captured| self.surely_whole(captured));
        whole.unwrap_or_else(|| self.tap.tag_of_any(frame, self.now))
    }

    /// Returns the tag of a frame of the stream's owner alone, if it is whole by that one load.
    #[must_use]
    #[inline]
    pub fn surely_whole(&self, captured: Time) -> Option<Tag> {
        let template = self.tap.template;
        let covers = self.word.covers(captured, self.now);
        covers.then(|| template.whole(self.word.purposes(), captured, self.generation))
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
