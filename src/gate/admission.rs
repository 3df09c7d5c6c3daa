//! Frames admitted to an outlet: whole, in part, blanked, or not at all.

use crate::{
    gate::{
        content::Content,
        frame::Frame,
        judge::Ruling,
        source::Source,
        tap::{StreamSource, Tap},
    },
    media::{
        codec::Coded,
        payload::{Extent, Payload, PayloadMut},
        redact::{self, Cut},
    },
    shared::tap_state::ReleaseGuard,
    types::{
        ids::Participant,
        region::Region,
        tag::Tag,
        time::Time,
        verdict::{Reason, Verdict},
    },
};
use core::fmt;

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
    payload: Payload<'a>,
    tag: Tag,
    pub(crate) content: Content<'a>,
}

impl<'a> Cleared<'a> {
    /// The frame's content: as it was, without the parts of those who did not agree, or empty. [`Tag::verdict`] says which.
    #[must_use]
    pub const fn payload(&self) -> &Payload<'a> {
        &self.payload
    }

    /// Returns the content if it is one run of bytes, such as audio, text or an encoded frame; `None` if it is the planes of a raw picture.
    #[must_use]
    pub const fn bytes(&self) -> Option<&'a [u8]> {
        match self.payload {
            Payload::Bytes(bytes) => Some(bytes),
            Payload::Planes(_) => None,
        }
    }

    /// Returns whether the frame's region of this index (for a record, the field) was hidden, so that metadata about it can be left out too.
    #[must_use]
    pub fn hides(&self, region: usize) -> bool {
        !self.tag.verdict().is_released() || self.content.hides(region)
    }

    /// Returns what to name as the source of anything derived from this (R8): its tag, the people in what is left of it, its kinds,
    /// and when its earliest part was captured.
    ///
    /// The people are written to `room`. Returns `None` if `room` is too small, or if this is only a blank frame.
    #[must_use]
    pub fn source<'r>(&self, room: &'r mut [Participant]) -> Option<Source<'r>> {
        let released = self.tag.verdict().is_released();
        self.content.source(self.tag, room).filter(|_| released)
    }

    /// The frame's tag.
    #[must_use]
    pub const fn tag(&self) -> Tag {
        self.tag
    }
}

/// A release under way, in which frames are admitted one after the other: [`Tap::batch`].
pub struct Batch<'a> {
    tap: &'a Tap,
    pub(crate) release: ReleaseGuard<'a>,
    now: Time,
}

impl Tap {
    /// Hands a frame on as it is, without copying, or drops it.
    ///
    /// A frame that could go only in part is dropped, and no raw frame is blanked: either would mean changing or copying the payload.
    /// Only an encoded frame is blanked, if the outlet says so, as its blank frame lies in the tap's own memory.
    ///
    /// Offer every picture of an encoded stream, also those that will be withheld. A predicted picture needs the consent of everybody in it
    /// without a break since the last one that went through was captured (R5), so one that follows on pictures from before a new grant waits for a keyframe,
    /// whether those were offered or not. But the gate knows who is in a picture only if it is offered: it cannot see that one that never came
    /// shows somebody who is not named in those that follow, nor that it was captured before the keyframe that it comes after.
    ///
    /// `now` is the time of release; if the tap has seen a later time, that one counts.
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
    /// `buffer` must be of the stream's format and, except for pictures, exactly as long as `payload`; otherwise the frame is dropped.
    /// The buffer is wiped if the frame is dropped, and also if an encoded frame is blanked, as its blank frame lies in the tap's own memory.
    /// `now` as in [`Tap::admit`].
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

    /// Hands a frame on, redacted or blanked in place where it has to be.
    ///
    /// For a payload that nobody else reads: the call itself must have a copy of its own, and so must other taps.
    /// The payload of a dropped frame is wiped, and so is that of a blanked encoded frame. `now` as in [`Tap::admit`].
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

    /// Admits many frames under one release, so that its memory fence is paid for only once. `now` as in [`Tap::admit`].
    ///
    /// Each frame is judged by itself, by consent as it is at that moment; a withdrawal settles only after the whole batch.
    #[inline]
    pub fn batch<R>(&mut self, now: Time, release: impl FnOnce(&mut Batch<'_>) -> R) -> R {
        release(&mut self.begin(now))
    }

    #[inline]
    pub(crate) fn begin(&self, now: Time) -> Batch<'_> {
        let now = self.state.advance(now);
        let release = self.state.begin();
        Batch {
            tap: self,
            release,
            now,
        }
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
        self.release.count(verdict, frame.captured);
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
        self.release.count(verdict, frame.captured);
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
        self.release.count(verdict, frame.captured);
        tap.hand_on(verdict, &ruling, frame, generation, &payload, release)
    }

    /// A frame of an encoded stream: handed on as it came, or withheld, with a blank one of the tap's own in its place.
    #[inline(never)]
    fn admit_encoded<R>(
        &mut self,
        frame: &Frame<'_>,
        mut place: Place<'_, '_>,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        let (tap, now) = (self.tap, self.now);
        let encoded = tap.encoded.as_deref();
        let mut encoded = encoded.and_then(|encoded| encoded.try_borrow_mut().ok());
        let mut encoded = encoded.as_deref_mut();
        let bytes = place.frame();
        let read = bytes.and_then(|bytes| encoded.as_mut()?.read(bytes, frame.keyframe));

        // Media from before its capture time that it can yield is judged with the rest of it.
        // So is what a picture may be predicted from: all since the last one that went through, whether it was offered or not.
        let (reach, last) = match &read {
            Some(read) => (read.reach(), read.reaches_back_to()),
            None => (0, Time::NEVER),
        };
        let captured = frame.captured.earlier(reach);
        // One that is captured after its release is out of time, however far it reaches back.
        let since = if captured <= now {
            captured.min(last)
        } else {
            captured
        };
        let frame = &Frame { captured, ..*frame };
        let payload = Payload::Bytes(bytes.unwrap_or_default());
        let extent = read.map(|_| Extent::ONE);
        let (generation, word) = tap.word(tap.kind, frame.contributors, &tap.state, since);
        let (generation, ruling) = if tap.is_whole_by(word, since, frame, &payload, extent, now) {
            (generation, Ruling::Whole)
        } else {
            tap.rule_since(since, frame, &payload, extent, now, encoded.as_deref_mut())
        };
        let mut verdict = match &mut encoded {
            Some(encoded) => encoded.follow(read.as_ref(), captured, ruling.unchanged()),
            None => Verdict::Dropped(Reason::Malformed),
        };
        let handed_on = if verdict.is_released() {
            Some(place.handed_on())
        } else {
            place.wipe();
            let reason = verdict.reason().filter(|reason| !reason.is_fault());
            let blank = encoded.filter(|_| tap.blanks).zip(reason);
            blank.and_then(|(encoded, reason)| {
                let blank = encoded.blank(read.as_ref())?;
                verdict = Verdict::Blanked(reason);
                Some(Payload::Bytes(blank))
            })
        };
        self.release.count(verdict, frame.captured);
        let tag = tap.tag_as(verdict, tap.purposes, frame, generation);
        let output = handed_on.map(|payload| {
            release(Cleared {
                payload,
                tag,
                content: tap.content(frame, &ruling),
            })
        });
        Admission { tag, output }
    }
}

impl Tap {
    /// The tag of a frame that one load shows to be whole.
    #[inline]
    fn surely_whole(&self, frame: &Frame<'_>, payload: &Payload<'_>, now: Time) -> Option<Tag> {
        let generation = self.table.generation();
        let word = self.word_of_one(self.kind, frame.contributors, &self.state);
        let is_whole = frame.is_of_contributors_alone()
            && word.held(frame.captured, now).contains(self.purposes)
            && self.format.extent(payload).is_some()
            && self.is_legible(payload);
        is_whole.then(|| {
            self.template
                .whole(self.purposes, frame.captured, generation)
        })
    }

    /// What consent makes of an encoded frame that reaches back to some time.
    #[inline(never)]
    fn rule_since(
        &self,
        since: Time,
        frame: &Frame<'_>,
        payload: &Payload<'_>,
        extent: Option<Extent>,
        now: Time,
        encoded: Option<&mut Coded>,
    ) -> (u32, Ruling) {
        let back = Frame {
            captured: since,
            ..*frame
        };
        let ruled = self.rule_otherwise(&back, payload, extent, now);
        if since == frame.captured || ruled.1.unchanged().is_released() {
            return ruled;
        }
        // By itself it may be cleared, and only lack what it is predicted from.
        if let Some(encoded) = encoded {
            encoded.interrupt();
        }
        self.rule_otherwise(frame, payload, extent, now)
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
            StreamSource::Records(_, records) if verdict.is_released() => {
                records.take(now).err().map_or(verdict, Verdict::Dropped)
            }
            _ => verdict,
        }
    }

    #[inline]
    fn content<'a>(&self, frame: &'a Frame<'a>, ruling: &Ruling) -> Content<'a> {
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
}

/// Where an encoded frame is, and where it is to be.
enum Place<'p, 'a> {
    Shared(&'p Payload<'p>),
    Copied(&'p Payload<'p>, &'p mut PayloadMut<'a>),
    Owned(&'p mut PayloadMut<'a>),
}

impl Place<'_, '_> {
    /// The frame, if it is bytes and there is as much room for it.
    fn frame(&self) -> Option<&[u8]> {
        match self {
            Self::Shared(Payload::Bytes(frame)) => Some(frame),
            Self::Owned(PayloadMut::Bytes(frame)) => Some(frame),
            Self::Copied(Payload::Bytes(frame), PayloadMut::Bytes(room)) => {
                (frame.len() == room.len()).then_some(frame)
            }
            _ => None,
        }
    }

    /// The frame where it is to be, there being as much room for it.
    fn handed_on(&mut self) -> Payload<'_> {
        match self {
            Self::Shared(frame) => **frame,
            Self::Copied(frame, room) => {
                if let (Payload::Bytes(frame), PayloadMut::Bytes(room)) = (frame, &mut *room)
                    && frame.len() == room.len()
                {
                    room.copy_from_slice(frame);
                }
                room.as_payload()
            }
            Self::Owned(frame) => frame.as_payload(),
        }
    }

    /// Leaves nothing of a withheld frame, nor of what was there before.
    fn wipe(&mut self) {
        match self {
            Self::Shared(_) => {}
            Self::Copied(_, room) | Self::Owned(room) => redact::wipe(room),
        }
    }
}

impl fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("tap", self.tap)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
