//! The hot half: one call for every frame, on a media thread.

use alloc::{boxed::Box, sync::Arc};
use core::{
    cell::{Cell, RefCell},
    marker::PhantomData,
};

#[cfg(feature = "capi")]
use crate::frame::{OutletId, StreamId};
use crate::{
    codec::Coded,
    derived::{self, Content},
    encoded::Place,
    frame::{Contributors, Frame, Participant, Region},
    json::Keys,
    kind::Kind,
    payload::{Extent, Format, Payload, PayloadMut},
    purpose::Purposes,
    records::Records,
    redact::{self, Cut},
    release::{Counters, Scope, TapState},
    table::{Table, Word},
    tag::{Tag, Template},
    time::Time,
    verdict::{Reason, Verdict},
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

/// What became of a frame.
#[derive(Clone, Copy, Debug)]
#[must_use]
pub struct Admission<R> {
    /// The frame's tag.
    pub tag: Tag,
    /// What the closure returned; none if the frame was dropped, and the closure not called.
    pub output: Option<R>,
}

impl<R> Admission<R> {
    /// What the gate did with the frame.
    pub fn verdict(&self) -> Verdict {
        self.tag.verdict()
    }
}

/// What an outlet receives: a payload in which only what was cleared is left, and its tag. Only the gate makes one.
#[derive(Debug)]
pub struct Cleared<'a> {
    pub(crate) payload: Payload<'a>,
    pub(crate) tag: Tag,
    pub(crate) content: Content<'a>,
}

impl<'a> Cleared<'a> {
    /// The frame's content: as it was, without the parts of those who did not agree, or empty. [`Tag::verdict`] says which.
    #[must_use]
    pub const fn payload(&self) -> &Payload<'a> {
        &self.payload
    }

    /// The content of a frame of audio, text or opaque bytes; none of a picture.
    #[must_use]
    pub const fn bytes(&self) -> Option<&'a [u8]> {
        match self.payload {
            Payload::Bytes(bytes) => Some(bytes),
            Payload::Planes(_) => None,
        }
    }

    /// Whether the frame's region of this index was hidden, so that what is said of it elsewhere can be left out too. Of a record, the field of this index.
    #[must_use]
    pub fn hides(&self, region: usize) -> bool {
        !self.tag.verdict().is_released() || self.content.hides(region)
    }

    /// A bit for each region, or field of a record, that was hidden; all of a frame that was withheld.
    #[cfg(feature = "capi")]
    pub(crate) fn hidden(&self) -> u64 {
        if self.tag.verdict().is_released() {
            self.content.refused
        } else {
            u64::MAX
        }
    }

    /// What is to be named as the source of something derived from this (R8): its tag, the people who are in what is left of it, its kinds, its earliest part.
    ///
    /// The people are written to `room`. None if that is too small, or if this is but an empty frame.
    #[must_use]
    pub fn source<'r>(&self, room: &'r mut [Participant]) -> Option<derived::Source<'r>> {
        let released = self.tag.verdict().is_released();
        self.content.source(self.tag, room).filter(|_| released)
    }

    /// The frame's tag.
    #[must_use]
    pub const fn tag(&self) -> Tag {
        self.tag
    }
}

/// What consent makes of a frame, before it is known what can be done about it.
pub(crate) enum Ruling {
    Whole,
    /// Only without some of its parts; of what is derived from frames in part, perhaps none of its own (R8).
    InPart {
        refused: u64,
        uncovered: bool,
        reason: Reason,
    },
    Withheld(Reason),
}

impl Ruling {
    /// What becomes of a frame that is not to be changed.
    #[inline]
    pub(crate) fn unchanged(&self) -> Verdict {
        match *self {
            Self::Whole => Verdict::Whole,
            Self::InPart {
                refused: 0,
                uncovered: false,
                reason,
            } => Verdict::Redacted(reason),
            Self::InPart { reason, .. } | Self::Withheld(reason) => Verdict::Dropped(reason),
        }
    }
}

impl Tap {
    /// Hands a frame on as it is, without copying, or drops it.
    ///
    /// A frame that could only go in part is dropped, and none is blanked: both would have to change or to copy the payload.
    /// Only an encoded one is blanked if the outlet says so, as its blank frame is the tap's own and elsewhere.
    /// `now` is the time of release; the largest that the tap has seen counts.
    #[inline]
    pub fn admit<R>(
        &mut self,
        frame: &Frame<'_>,
        payload: Payload<'_>,
        now: Time,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        self.batch(now, |batch| batch.admit(frame, payload, release))
    }

    /// Copies what is cleared of a frame into `buffer` and hands that on; what is withheld never leaves the client's own buffer.
    ///
    /// `buffer` is of the stream's format and, except for pictures, exactly as long as `payload`; otherwise the frame is dropped.
    /// Of a dropped frame the buffer is wiped, and of a blanked encoded one, as that is the tap's own. `now` as in [`Tap::admit`].
    #[inline]
    pub fn admit_into<R>(
        &mut self,
        frame: &Frame<'_>,
        payload: Payload<'_>,
        buffer: PayloadMut<'_>,
        now: Time,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        self.batch(now, |batch| {
            batch.admit_into(frame, payload, buffer, release)
        })
    }

    /// Redacts or blanks a frame where it is and hands it on.
    ///
    /// For a payload that nobody else reads: the call itself must have a copy of its own, and so must other taps.
    /// A dropped frame's payload is wiped, and a blanked encoded one's. `now` as in [`Tap::admit`].
    #[inline]
    pub fn admit_in_place<R>(
        &mut self,
        frame: &Frame<'_>,
        payload: PayloadMut<'_>,
        now: Time,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        self.batch(now, |batch| batch.admit_in_place(frame, payload, release))
    }

    /// Many frames under one release, which costs its fence only once. `now` as in [`Tap::admit`].
    ///
    /// Each is judged by itself, by what consent is at that moment; a withdrawal settles after the whole batch.
    #[inline]
    pub fn batch<R>(&mut self, now: Time, release: impl FnOnce(&mut Batch<'_>) -> R) -> R {
        release(&mut self.begin(now))
    }

    #[inline]
    pub(crate) fn begin(&self, now: Time) -> Batch<'_> {
        let now = self.state.advance(now);
        let scope = self.state.begin();
        Batch {
            tap: self,
            scope,
            now,
        }
    }

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

    /// The tag of a frame that one load shows to be whole.
    #[inline]
    fn surely_whole(&self, frame: &Frame<'_>, payload: &Payload<'_>, now: Time) -> Option<Tag> {
        let generation = self.table.generation();
        let word = self.word_of_one(frame.contributors, &self.state);
        let is_whole = frame.is_of_contributors_alone()
            && word.held(frame.captured, now).contains(self.purposes)
            && self.format.extent(payload).is_some()
            && self.is_legible(payload);
        is_whole.then(|| {
            self.template
                .whole(self.purposes, frame.captured, generation)
        })
    }

    /// Whether a payload that is to be text is. That takes longer than all else, so what is withheld without regard to its regions is not looked through.
    #[inline]
    pub(crate) fn is_legible(&self, payload: &Payload<'_>) -> bool {
        !self.is_text || self.format.is_legible(payload)
    }

    /// What becomes of a frame that is not to be changed.
    #[inline(never)]
    fn whole_or_dropped(
        &self,
        frame: &Frame<'_>,
        payload: &Payload<'_>,
        now: Time,
    ) -> (Verdict, Tag) {
        let extent = self.format.extent(payload);
        let (generation, ruling) = self.rule(frame, payload, extent, now);
        let verdict = self.afford(ruling.unchanged(), now);
        let tag = self.tag_as(verdict, self.purposes, frame, generation);
        (verdict, tag)
    }

    /// Makes of `buffer` what the outlet may have of the frame: copied from `from`, or where it is.
    fn treat(
        &self,
        ruling: &Ruling,
        regions: &[Region],
        extent: Option<Extent>,
        from: Option<&Payload<'_>>,
        buffer: &mut PayloadMut<'_>,
        now: Time,
    ) -> Verdict {
        let (refused, uncovered, verdict) = match *ruling {
            Ruling::Whole => (0, false, Verdict::Whole),
            Ruling::InPart {
                refused,
                uncovered,
                reason,
            } => (refused, uncovered, Verdict::Redacted(reason)),
            Ruling::Withheld(reason) => (0, false, Verdict::Dropped(reason)),
        };
        let verdict = self.afford(verdict, now);
        if let (true, Some(extent)) = (verdict.is_released(), extent) {
            let cut = Cut {
                regions,
                refused,
                uncovered,
                extent,
            };
            let done = match from {
                Some(from) => redact::copy(self.format, &self.keys, from, buffer, &cut),
                None => redact::hide(self.format, &self.keys, buffer, &cut),
            };
            if done {
                return verdict;
            }
        }
        let reason = verdict.reason().unwrap_or(Reason::Malformed);
        if self.blanks && !reason.is_fault() && redact::blank(self.format, &self.keys, from, buffer)
        {
            return Verdict::Blanked(reason);
        }
        redact::wipe(buffer);
        Verdict::Dropped(reason)
    }

    fn hand_on<R>(
        &self,
        verdict: Verdict,
        ruling: &Ruling,
        frame: &Frame<'_>,
        generation: u32,
        buffer: &PayloadMut<'_>,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        let tag = self.tag_as(verdict, self.purposes, frame, generation);
        let handed_on = !matches!(verdict, Verdict::Dropped(_));
        let output = handed_on.then(|| {
            release(Cleared {
                payload: buffer.as_payload(),
                tag,
                content: self.content(frame, ruling),
            })
        });
        Admission { tag, output }
    }

    /// A record that is over budget is withheld instead.
    #[inline]
    fn afford(&self, verdict: Verdict, now: Time) -> Verdict {
        match &self.source {
            Source::Records(_, records) if verdict.is_released() => {
                records.take(now).err().map_or(verdict, Verdict::Dropped)
            }
            _ => verdict,
        }
    }

    #[inline]
    pub(crate) fn content<'a>(&self, frame: &'a Frame<'a>, ruling: &Ruling) -> Content<'a> {
        let (refused, uncovered) = match *ruling {
            Ruling::InPart {
                refused, uncovered, ..
            } => (refused, uncovered),
            Ruling::Whole | Ruling::Withheld(_) => (0, false),
        };
        Content {
            frame,
            owner: self.owner(),
            kind: self.kind,
            refused,
            uncovered,
        }
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

/// A release under way, in which frames are admitted one after the other: [`Tap::batch`].
pub struct Batch<'a> {
    pub(crate) tap: &'a Tap,
    pub(crate) scope: Scope<'a>,
    pub(crate) now: Time,
}

#[cfg(feature = "capi")]
impl Tap {
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

#[cfg(feature = "capi")]
impl Batch<'_> {
    /// The release goes on until [`Tap::end`].
    #[inline]
    pub(crate) fn leave_open(self) {
        self.scope.leave_open();
    }
}

impl Batch<'_> {
    /// As [`Tap::admit`].
    #[inline]
    pub fn admit<R>(
        &mut self,
        frame: &Frame<'_>,
        payload: Payload<'_>,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        let (tap, now) = (self.tap, self.now);
        let (verdict, tag) = match tap.surely_whole(frame, &payload, now) {
            Some(tag) => (Verdict::Whole, tag),
            None if tap.encoded.is_some() => {
                return self.admit_encoded(frame, Place::Shared(&payload), release);
            }
            None => tap.whole_or_dropped(frame, &payload, now),
        };
        self.scope.count(verdict, frame.captured);
        let output = verdict.is_released().then(|| {
            release(Cleared {
                payload,
                tag,
                content: tap.content(frame, &Ruling::Whole),
            })
        });
        Admission { tag, output }
    }

    /// As [`Tap::admit_into`].
    #[inline]
    pub fn admit_into<R>(
        &mut self,
        frame: &Frame<'_>,
        payload: Payload<'_>,
        mut buffer: PayloadMut<'_>,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        let (tap, now) = (self.tap, self.now);
        if tap.encoded.is_some() {
            return self.admit_encoded(frame, Place::Copied(&payload, &mut buffer), release);
        }
        let extent = tap
            .format
            .extent(&payload)
            .filter(|_| tap.format.is_room_for(&payload, &buffer));
        let (generation, ruling) = tap.rule(frame, &payload, extent, now);
        let from = Some(&payload);
        let verdict = tap.treat(&ruling, frame.regions, extent, from, &mut buffer, now);
        self.scope.count(verdict, frame.captured);
        tap.hand_on(verdict, &ruling, frame, generation, &buffer, release)
    }

    /// As [`Tap::admit_in_place`].
    #[inline]
    pub fn admit_in_place<R>(
        &mut self,
        frame: &Frame<'_>,
        mut payload: PayloadMut<'_>,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        let (tap, now) = (self.tap, self.now);
        if tap.encoded.is_some() {
            return self.admit_encoded(frame, Place::Owned(&mut payload), release);
        }
        let seen = payload.as_payload();
        let extent = tap.format.extent(&seen);
        let (generation, ruling) = tap.rule(frame, &seen, extent, now);
        let verdict = tap.treat(&ruling, frame.regions, extent, None, &mut payload, now);
        self.scope.count(verdict, frame.captured);
        tap.hand_on(verdict, &ruling, frame, generation, &payload, release)
    }
}
