//! The hot half: one call for every frame, on a media thread.

use alloc::sync::Arc;
use core::{cell::Cell, marker::PhantomData};

use crate::{
    derived::{self, Content, MAX_SOURCES},
    frame::{Contributors, Frame, MAX_REGIONS, Participant, Region},
    kind::Kind,
    payload::{Extent, Format, Payload, PayloadMut},
    purpose::Purposes,
    records::Records,
    redact::{self, Cut},
    release::{Counters, TapState},
    table::{Passage, Slot, Table},
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
    /// Those of the outlet; never empty, as an empty set would clear everything.
    pub(crate) purposes: Purposes,
    /// Whether the outlet takes empty frames for those of this kind that are withheld.
    pub(crate) blanks: bool,
    pub(crate) template: Template,
    pub(crate) not_sync: PhantomData<Cell<()>>,
}

/// Whose a stream is.
#[derive(Clone)]
pub(crate) enum Source {
    Owned(Participant, Arc<Slot>),
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
    payload: Payload<'a>,
    tag: Tag,
    content: Content<'a>,
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
enum Ruling {
    Whole,
    /// Only without some of its parts.
    InPart {
        refused: u64,
        uncovered: bool,
        reason: Reason,
    },
    Withheld(Reason),
}

impl Tap {
    /// Hands a frame on as it is, without copying, or drops it.
    ///
    /// A frame that could only go in part is dropped, and nothing is blanked: both would have to change or to copy the payload.
    /// `now` is the time of release; the largest that the tap has seen counts.
    #[inline]
    pub fn admit<R>(
        &mut self,
        frame: &Frame<'_>,
        payload: Payload<'_>,
        now: Time,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        let now = self.advance(now);
        let scope = self.state.begin();
        let extent = self.format.extent(&payload);
        let (generation, ruling) = self.rule(frame, &payload, extent, now);
        let verdict = match ruling {
            Ruling::Whole => Verdict::Whole,
            Ruling::InPart { reason, .. } | Ruling::Withheld(reason) => Verdict::Dropped(reason),
        };
        let verdict = self.afford(verdict, now);
        scope.count(verdict);
        let tag = self.tag_as(verdict, self.purposes, frame, generation);
        let output = (verdict == Verdict::Whole).then(|| {
            release(Cleared {
                payload,
                tag,
                content: self.content(frame, &Ruling::Whole),
            })
        });
        Admission { tag, output }
    }

    /// Copies what is cleared of a frame into `buffer` and hands that on; what is withheld never leaves the client's own buffer.
    ///
    /// `buffer` is of the stream's format and, except for pictures, exactly as long as `payload`; otherwise the frame is dropped.
    /// Of a dropped frame the buffer is wiped. `now` as in [`Tap::admit`].
    #[inline]
    pub fn admit_into<R>(
        &mut self,
        frame: &Frame<'_>,
        payload: Payload<'_>,
        mut buffer: PayloadMut<'_>,
        now: Time,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        let now = self.advance(now);
        let scope = self.state.begin();
        let extent = self
            .format
            .extent(&payload)
            .filter(|_| self.format.is_room_for(&payload, &buffer));
        let (generation, ruling) = self.rule(frame, &payload, extent, now);
        let verdict = self.treat(
            &ruling,
            frame.regions,
            extent,
            Some(&payload),
            &mut buffer,
            now,
        );
        scope.count(verdict);
        self.hand_on(verdict, &ruling, frame, generation, &buffer, release)
    }

    /// Redacts or blanks a frame where it is and hands it on.
    ///
    /// For a payload that nobody else reads: the call itself must have a copy of its own, and so must other taps.
    /// A dropped frame's payload is wiped. `now` as in [`Tap::admit`].
    #[inline]
    pub fn admit_in_place<R>(
        &mut self,
        frame: &Frame<'_>,
        mut payload: PayloadMut<'_>,
        now: Time,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        let now = self.advance(now);
        let scope = self.state.begin();
        let extent = self.format.extent(&payload.as_payload());
        let (generation, ruling) = self.rule(frame, &payload.as_payload(), extent, now);
        let verdict = self.treat(&ruling, frame.regions, extent, None, &mut payload, now);
        scope.count(verdict);
        self.hand_on(verdict, &ruling, frame, generation, &payload, release)
    }

    /// The bare decision: for which purposes everybody in the frame agrees to all of it, whatever the outlet's are.
    ///
    /// It releases nothing and is not counted; what it says may no longer hold when it returns.
    #[inline]
    pub fn tag(&mut self, frame: &Frame<'_>, now: Time) -> Tag {
        let now = self.advance(now);
        let generation = self.table.generation();
        let surely = self.surely_held_by_owner(frame, now);
        if !surely.is_empty() {
            let whole = Verdict::Whole;
            return self.template.tag(whole, surely, frame.captured, generation);
        }
        let (generation, decided) = self.consistently(|| self.decide(frame, now));
        match decided {
            Ok(held) => self.tag_as(Verdict::Whole, held, frame, generation),
            Err(reason) => self.tag_as(
                Verdict::Dropped(reason),
                Purposes::empty(),
                frame,
                generation,
            ),
        }
    }

    /// How many frames came, and what became of them.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.state.counters()
    }

    /// The time of release: the largest that the tap has seen, or `now` if that is out of range.
    #[inline]
    fn advance(&self, now: Time) -> Time {
        if now.in_range() {
            self.state.advance(now)
        } else {
            now
        }
    }

    #[inline]
    fn rule(
        &self,
        frame: &Frame<'_>,
        payload: &Payload<'_>,
        extent: Option<Extent>,
        now: Time,
    ) -> (u64, Ruling) {
        let generation = self.table.generation();
        if extent.is_some()
            && self
                .surely_held_by_owner(frame, now)
                .contains(self.purposes)
        {
            return (generation, Ruling::Whole);
        }
        let (generation, ruling) = self.consistently(|| self.judge(frame, payload, extent, now));
        (generation, ruling.unwrap_or_else(Ruling::Withheld))
    }

    /// What surely holds of a frame in which there is nobody but the stream's owner; nothing of any other frame.
    #[inline]
    fn surely_held_by_owner(&self, frame: &Frame<'_>, now: Time) -> Purposes {
        match (
            &self.source,
            frame.contributors,
            frame.regions,
            Passage::new(frame.captured, now),
        ) {
            (Source::Owned(owner, slot), Contributors::Owner, [], Some(passage))
                if self.kind.never_cleared_as_bytes().is_none() =>
            {
                slot.surely_held(*owner, self.kind, passage)
            }
            _ => Purposes::empty(),
        }
    }

    /// Judges until no event was completed meanwhile, twice at most, and says up to which event that applies.
    fn consistently<T>(&self, judge: impl Fn() -> Result<T, Reason>) -> (u64, Result<T, Reason>) {
        let mut before = self.table.generation();
        for _ in 0..2 {
            let judged = judge();
            let after = self.table.generation();
            if before == after {
                return (before, judged);
            }
            before = after;
        }
        (before, Err(Reason::Contended))
    }

    /// The whole of R4 and R5 for a frame with a payload. An error is why it is withheld.
    fn judge(
        &self,
        frame: &Frame<'_>,
        payload: &Payload<'_>,
        extent: Option<Extent>,
        now: Time,
    ) -> Result<Ruling, Reason> {
        let passage = self.passage(frame, now)?;
        let extent = extent.ok_or(Reason::Malformed)?;
        let located = |region: &Region| redact::locate(region.area, self.format, payload, extent);
        if !self.is_well_formed(frame) || !frame.regions.iter().all(located) {
            return Err(Reason::Malformed);
        }
        self.never_cleared().map_or(Ok(()), Err)?;

        let (_, mut reason) = frame.cleared_by_sources(self.purposes);
        for (who, kind) in self.named(frame)? {
            let (_, refusal) = self.consent(who, kind, passage, self.purposes);
            reason = Reason::strongest(reason, refusal);
        }
        let is_composite = matches!(self.source, Source::Composite);
        if let (Some(reason), false) = (reason, is_composite) {
            return Err(reason);
        }
        if let (Source::Records(_, records), Payload::Bytes(record)) = (&self.source, payload) {
            return judge_record(records, record);
        }
        let mut refused = 0;
        for (index, region) in (0..).zip(frame.regions) {
            if let (_, Some(refusal)) = self.consent_to(region, passage, self.purposes)? {
                refused |= 1u64.unbounded_shl(index);
                reason = Reason::strongest(reason, Some(refusal));
            }
        }
        let Some(reason) = reason else {
            return Ok(Ruling::Whole);
        };
        let cut = Cut {
            regions: frame.regions,
            refused,
            uncovered: is_composite,
            extent,
        };
        if cut.leaves_something() {
            Ok(Ruling::InPart {
                refused,
                uncovered: is_composite,
                reason,
            })
        } else {
            Err(reason)
        }
    }

    /// The purposes that everybody in the frame agrees to, for all of it. An error is why there are none.
    fn decide(&self, frame: &Frame<'_>, now: Time) -> Result<Purposes, Reason> {
        let passage = self.passage(frame, now)?;
        if !self.is_well_formed(frame) {
            return Err(Reason::Malformed);
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
            and(self.consent_to(region, passage, Purposes::all())?);
        }
        match strongest {
            Some(reason) if held.is_empty() => Err(reason),
            _ => Ok(held),
        }
    }

    fn passage(&self, frame: &Frame<'_>, now: Time) -> Result<Passage, Reason> {
        if self.table.has_ended() {
            return Err(Reason::Ended);
        }
        let passage = Passage::new(frame.captured, now).ok_or(Reason::Time)?;
        frame
            .regions
            .iter()
            .try_for_each(|region| earlier(passage, region).map(drop))?;
        // An earlier source does not excuse one that would be captured after its release.
        let mut captures = frame.captures_of_sources();
        if captures.all(|captured| Passage::new(captured, now).is_some()) {
            Ok(passage)
        } else {
            Err(Reason::Time)
        }
    }

    /// Whether a frame of the stream may have such regions, sources and contributors.
    fn is_well_formed(&self, frame: &Frame<'_>) -> bool {
        let others = |owner: Participant| match frame.contributors {
            Contributors::Owner => false,
            Contributors::Complete(listed) | Contributors::Partial(listed) => {
                listed.iter().any(|who| *who != owner)
            }
        };
        // A record of somebody else would not count towards their own budget.
        let is_of_others = match self.source {
            Source::Records(owner, _) => !frame.regions.is_empty() || others(owner),
            _ => false,
        };
        frame.regions.len() <= MAX_REGIONS && frame.sources.len() <= MAX_SOURCES && !is_of_others
    }

    /// Why nothing of the stream is ever cleared.
    fn never_cleared(&self) -> Option<Reason> {
        match self.source {
            Source::Records(..) => self.kind.never_cleared(),
            _ => self.kind.never_cleared_as_bytes(),
        }
    }

    fn owner(&self) -> Option<Participant> {
        match self.source {
            Source::Owned(owner, _) | Source::Records(owner, _) => Some(owner),
            Source::Mix | Source::Composite | Source::Derived => None,
        }
    }

    /// Everybody who is named for all of the frame, and under which kind: the owner always, the listed, those in its sources.
    fn named<'f>(
        &self,
        frame: &Frame<'f>,
    ) -> Result<impl Iterator<Item = (Participant, Kind)> + use<'f>, Reason> {
        let (owner, own) = (self.owner(), self.kind);
        let listed: &[Participant] = match (&self.source, frame.contributors) {
            (Source::Derived, _) if frame.has_complete_sources() => &[],
            (Source::Derived, _) => return Err(Reason::Incomplete),
            (_, Contributors::Owner) if owner.is_some() => &[],
            (_, Contributors::Complete(listed)) if !listed.is_empty() => listed,
            _ => return Err(Reason::Incomplete),
        };
        let named = owner.into_iter().chain(listed.iter().copied());
        let named = named.map(move |who| (who, own));
        Ok(named.chain(frame.people_of_sources(own)))
    }

    /// Those of `wanted` that a region's owner agrees to, under the stream's kind and the region's own, and why not to the others.
    fn consent_to(
        &self,
        region: &Region,
        passage: Passage,
        wanted: Purposes,
    ) -> Result<(Purposes, Option<Reason>), Reason> {
        let passage = earlier(passage, region)?;
        let consent = |kind| self.consent(region.owner, kind, passage, wanted);
        let (held, reason) = consent(self.kind);
        let Some(kind) = region.kind else {
            return Ok((held, reason));
        };
        let (held_too, reason_too) = match kind.never_cleared_as_bytes() {
            Some(reason) => (Purposes::empty(), Some(reason)),
            None => consent(kind),
        };
        Ok((held & held_too, Reason::strongest(reason, reason_too)))
    }

    /// Those of `wanted` that a person agrees to, and why not to the others.
    fn consent(
        &self,
        who: Participant,
        kind: Kind,
        passage: Passage,
        wanted: Purposes,
    ) -> (Purposes, Option<Reason>) {
        if let Some(reason) = kind.never_cleared() {
            return (Purposes::empty(), Some(reason));
        }
        match self.table.slot(who) {
            Some(slot) if slot.surely_held(who, kind, passage).contains(wanted) => (wanted, None),
            Some(slot) => slot.held(who, kind, passage, wanted),
            None => (Purposes::empty(), Some(Reason::Unknown)),
        }
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
                Some(from) => redact::copy(self.format, from, buffer, &cut),
                None => redact::hide(self.format, buffer, &cut),
            };
            if done {
                return verdict;
            }
        }
        let reason = verdict.reason().unwrap_or(Reason::Malformed);
        if self.blanks && !reason.is_fault() && redact::blank(self.format, buffer) {
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
        generation: u64,
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

    /// A frame's tag, and of what is derived, what its sources' tags make of it.
    #[inline]
    fn tag_as(
        &self,
        verdict: Verdict,
        cleared: Purposes,
        frame: &Frame<'_>,
        generation: u64,
    ) -> Tag {
        let own = self
            .template
            .tag(verdict, cleared, frame.captured, generation);
        let sources = frame.sources.iter();
        sources.fold(own, |tag, source| tag.inheriting(source.tag))
    }
}

/// A record without the fields that are out of their range.
fn judge_record(records: &Records, record: &[u8]) -> Result<Ruling, Reason> {
    let (refused, reason) = (records.schema.out_of_range(record), Reason::OutOfRange);
    if refused == 0 {
        Ok(Ruling::Whole)
    } else if refused.count_ones() as usize == records.schema.fields().len() {
        Err(reason)
    } else {
        Ok(Ruling::InPart {
            refused,
            uncovered: false,
            reason,
        })
    }
}

/// A quotation must have been cleared since its original was captured.
fn earlier(passage: Passage, region: &Region) -> Result<Passage, Reason> {
    match region.captured {
        Some(captured) => passage.since(captured).ok_or(Reason::Time),
        None => Ok(passage),
    }
}
