//! The bare decision: for which purposes a frame is cleared, without releasing it.

use crate::{
    frame::{Contributors, Frame},
    ids::Participant,
    purpose::Purposes,
    table::Word,
    tag::Tag,
    tap::Tap,
    time::Time,
    verdict::Verdict,
};

impl Tap {
    /// Returns the bare decision: for which purposes everybody in the frame agrees to all of it, whatever the outlet's purposes are.
    ///
    /// It releases nothing and is not counted; what it says may no longer hold when it returns.
    /// It sees no payload, so it does not know how far back an encoded frame reaches or what it depends on.
    #[inline]
    pub fn tag(&mut self, frame: &Frame<'_>, now: Time) -> Tag {
        self.tag_by_words(frame, now)
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
        let (table, state) = (&*self.table, &*self.state);
        let stamp = table.stamp();
        let word = self.word(contributors, state, captured, stamp);
        if state.latest() <= now && word.covers(captured, now) {
            state.pass(now);
            Some(
                self.template
                    .whole(word.purposes(), captured, stamp.generation()),
            )
        } else {
            None
        }
    }

    /// Writes the bare decisions about `frames` to `tags`, in the same order, for as many as there is room for. Returns the tags written.
    #[inline]
    pub fn tags<'t>(&mut self, frames: &[Frame<'_>], now: Time, tags: &'t mut [Tag]) -> &'t [Tag] {
        let decisions = self.decisions(now);
        let mut count = 0;
        for (frame, tag) in frames.iter().zip(tags.iter_mut()) {
            *tag = decisions.tag(frame);
            count += 1;
        }
        tags.get(..count).unwrap_or_default()
    }

    #[inline]
    pub(crate) fn decisions(&self, now: Time) -> Decisions<'_> {
        Decisions {
            tap: self,
            now: self.state.advance(now),
            generation: self.table.stamp().generation(),
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
pub(crate) struct Decisions<'a> {
    tap: &'a Tap,
    now: Time,
    generation: u32,
    word: Word,
}

impl Decisions<'_> {
    #[inline]
    pub(crate) fn tag(&self, frame: &Frame<'_>) -> Tag {
        let owners = frame.is_of_owner_alone().then_some(frame.captured);
        let whole = owners.and_then(|captured| self.surely_whole(captured));
        whole.unwrap_or_else(|| self.tap.tag_of_any(frame, self.now))
    }

    /// The tag of a frame of the stream's owner alone, if it is whole by that one load.
    #[inline]
    pub(crate) fn surely_whole(&self, captured: Time) -> Option<Tag> {
        let template = self.tap.template;
        let covers = self.word.covers(captured, self.now);
        covers.then(|| template.whole(self.word.purposes(), captured, self.generation))
    }
}
