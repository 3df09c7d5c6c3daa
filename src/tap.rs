//! A stream into an outlet, and the bare decision about its frames.

use alloc::{boxed::Box, sync::Arc};
use core::{
    cell::{Cell, RefCell},
    marker::PhantomData,
};

#[cfg(feature = "capi")]
use crate::frame::{OutletId, StreamId};
use crate::{
    codec::Coded,
    frame::{Contributors, Frame, Participant},
    json::Keys,
    kind::Kind,
    payload::Format,
    purpose::Purposes,
    records::Records,
    release::{Counters, TapState},
    table::{Table, Word},
    tag::{Tag, Template},
    time::Time,
    verdict::Verdict,
};

/// One stream into one outlet.
///
/// It lives on the thread that has the stream's frames. No call of it allocates, takes a lock or makes a system call.
/// The frame's payload is handed on inside a closure, the release, and so cannot outlive it; a sink that goes on by itself puts its queue *before* the tap.
pub struct Tap {
    pub(crate) table: Arc<Table>,
    pub(crate) state: Arc<TapState>,
    pub(crate) source: Source,
    pub(crate) kind: Kind,
    pub(crate) format: Format,
    /// Whether that is text, which would otherwise be found out for every frame.
    pub(crate) is_text: bool,
    /// Those of JSON that are never hidden.
    pub(crate) keys: Keys,
    /// Those of the outlet; never empty, as an empty set would clear everything.
    pub(crate) purposes: Purposes,
    /// Whether the outlet takes empty frames for those of this kind that are withheld.
    pub(crate) blanks: bool,
    /// Of a stream of encoded frames. Never borrowed when a call begins.
    pub(crate) encoded: Option<Box<RefCell<Coded>>>,
    pub(crate) template: Template,
    pub(crate) not_sync: PhantomData<Cell<()>>,
}

/// Whose a stream is.
#[derive(Clone)]
pub(crate) enum Source {
    Owned(Participant),
    /// Anybody's, of a kind whose bytes are never cleared.
    Never,
    /// One person's service data.
    Records(Participant, Records),
    Mix,
    Composite,
    Derived,
}

impl Tap {
    /// The bare decision: for which purposes everybody in the frame agrees to all of it, whatever the outlet's are.
    ///
    /// It releases nothing and is not counted; what it says may no longer hold when it returns.
    /// It sees no payload, so of an encoded frame it does not know how far that reaches back, nor what it depends on.
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

    /// Not of a frame, so that one that is made for the call need not be in memory unless it is looked at once more.
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
        let generation = table.generation();
        let word = self.word(contributors, state, captured, generation);
        if state.latest() <= now && word.covers(captured, now) {
            state.pass(now);
            Some(self.template.whole(word.purposes(), captured, generation))
        } else {
            None
        }
    }

    /// The bare decisions about many frames, in their order, into `tags`; of as many as there is room for.
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

    /// Whether blank frames are its own, each good until the next one.
    #[cfg(feature = "capi")]
    pub(crate) fn makes_blanks(&self) -> bool {
        self.blanks && self.encoded.is_some()
    }

    /// Whether the last frame was cleared and yet withheld, as it may depend on one that was: the sender is to be asked for a keyframe
    /// (RFC 4585 §6.3.1, RFC 5104 §3.5.1), or nothing is released until the next one comes by itself.
    #[must_use]
    pub fn wants_keyframe(&self) -> bool {
        let encoded = self.encoded.as_deref();
        encoded.is_some_and(|encoded| {
            let encoded = encoded.try_borrow();
            encoded.is_ok_and(|encoded| encoded.wants_keyframe())
        })
    }

    /// How many frames came, and what became of them.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.state.counters()
    }

    /// A frame's tag, and of what is derived, what its sources' tags make of it.
    #[inline]
    pub(crate) fn tag_as(
        &self,
        verdict: Verdict,
        cleared: Purposes,
        frame: &Frame<'_>,
        generation: u32,
    ) -> Tag {
        let own = self
            .template
            .tag(verdict, cleared, frame.captured, generation);
        let sources = frame.sources.iter();
        sources.fold(own, |tag, source| tag.inheriting(source.tag))
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

#[cfg(feature = "capi")]
impl Tap {
    /// Frames were withheld without being read, and so is what may depend on them.
    #[cold]
    pub(crate) fn interrupt(&self) {
        let encoded = self.encoded.as_deref();
        if let Some(Ok(mut encoded)) = encoded.map(RefCell::try_borrow_mut) {
            encoded.interrupt();
        }
    }

    /// Ends a release that was left open.
    #[inline]
    pub(crate) fn end(&self) {
        self.state.end();
    }

    /// From which stream, into which outlet.
    pub(crate) fn leads(&self) -> (StreamId, OutletId) {
        (self.state.stream, self.state.outlet)
    }
}
