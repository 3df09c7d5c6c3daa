//! What consent makes of a frame: everybody in it (R4), from capture to release (R5), under every kind it is of.

use crate::{
    gate::{
        frame::{Contributors, Frame},
        records::Records,
        source::MAX_SOURCES,
        tap::{StreamSource, Tap},
    },
    media::{
        payload::{Extent, Payload},
        redact::{self, Cut},
    },
    shared::{
        table::{Passage, Stamp, Word},
        tap_state::TapState,
    },
    types::{
        ids::Participant,
        kind::Kind,
        purpose::Purposes,
        region::{MAX_REGIONS, Region},
        time::Time,
        verdict::{Reason, Verdict},
    },
};

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
    /// What consent makes of a frame with a payload, and up to which event that applies.
    #[inline]
    pub(crate) fn rule(
        &self,
        frame: &Frame<'_>,
        payload: &Payload<'_>,
        extent: Option<Extent>,
        now: Time,
    ) -> (u32, Ruling) {
        let captured = frame.captured;
        let (generation, word) = self.word(self.kind, frame.contributors, &self.state, captured);
        if self.is_whole_by(word, captured, frame, payload, extent, now) {
            (generation, Ruling::Whole)
        } else {
            self.rule_otherwise(frame, payload, extent, now)
        }
    }

    /// Whether a frame that reaches back to some time is whole by this word.
    #[expect(
        clippy::inline_always,
        reason = "each caller knows most of what it asks"
    )]
    #[inline(always)]
    pub(crate) fn is_whole_by(
        &self,
        word: Word,
        since: Time,
        frame: &Frame<'_>,
        payload: &Payload<'_>,
        extent: Option<Extent>,
        now: Time,
    ) -> bool {
        extent.is_some()
            && frame.is_of_contributors_alone()
            && word.held(since, now).contains(self.purposes)
            && self.is_legible(payload)
    }

    /// Whether a payload that is to be text is. That takes longer than all else, so what is withheld without regard to its regions is not looked through.
    #[inline]
    pub(crate) fn is_legible(&self, payload: &Payload<'_>) -> bool {
        !self.is_text || self.format.is_legible(payload)
    }

    /// The same, by all that there is of consent.
    #[inline(never)]
    pub(crate) fn rule_otherwise(
        &self,
        frame: &Frame<'_>,
        payload: &Payload<'_>,
        extent: Option<Extent>,
        now: Time,
    ) -> (u32, Ruling) {
        let (generation, ruling) = match &self.source {
            StreamSource::Owned(owner) if frame.is_of_owner_alone() => {
                self.judge_by_owner(*owner, frame.captured, extent, now)
            }
            _ => self.consistently(|| self.judge(frame, payload, extent, now)),
        };
        let ruling = match ruling {
            Err(reason) => Ruling::Withheld(reason),
            Ok(_) if frame.regions.is_empty() && !self.is_legible(payload) => {
                Ruling::Withheld(Reason::Malformed)
            }
            Ok(ruling) => ruling,
        };
        (generation, ruling)
    }

    /// What its owner alone makes of a frame, and up to which event that applies. An error is why it is withheld.
    #[inline]
    fn judge_by_owner(
        &self,
        owner: Participant,
        captured: Time,
        extent: Option<Extent>,
        now: Time,
    ) -> (u32, Result<Ruling, Reason>) {
        let fault = match extent {
            Some(_) => self.kind.never_cleared(),
            None => Some(Reason::Malformed),
        };
        let (generation, agrees) = self.consistently(|| {
            let passage = self.passage_since(captured, now)?;
            let refusal = || self.table.refusal(owner, self.kind, passage, self.purposes);
            fault.or_else(refusal).map_or(Ok(()), Err)
        });
        (generation, agrees.map(|()| Ruling::Whole))
    }

    /// For which purposes everybody in a frame agrees to all of it, and up to which event that applies. An error is why for none.
    #[cold]
    pub(crate) fn decide_exactly(
        &self,
        frame: &Frame<'_>,
        now: Time,
    ) -> (u32, Result<Purposes, Reason>) {
        match &self.source {
            StreamSource::Owned(owner) if frame.is_of_owner_alone() => self.consistently(|| {
                let passage = self.passage_since(frame.captured, now)?;
                self.owners_consent(*owner, passage)
            }),
            _ => self.decide_for_all(frame, now),
        }
    }

    /// The same of a frame that may have others in it than its owner.
    #[cold]
    fn decide_for_all(&self, frame: &Frame<'_>, now: Time) -> (u32, Result<Purposes, Reason>) {
        let (generation, held) = self.consistently(|| self.held_by_all(frame, now));
        let purposes = held.unwrap_or(Purposes::empty());
        // What others refuse of an encoded stream may be predicted from, though it is never offered.
        if self.encoded.is_some() && !purposes.contains(self.purposes) {
            self.interrupt();
        }
        (generation, held)
    }

    /// What everybody agrees to of a frame without regions or sources, if one load tells it: of its owner alone, or of a group alone.
    ///
    /// `state` is the tap's own, which would otherwise be looked up once more after an atomic load.
    #[inline]
    pub(crate) fn word_of_one(
        &self,
        kind: Kind,
        contributors: Contributors<'_>,
        state: &TapState,
    ) -> Word {
        match (contributors, &self.source) {
            (Contributors::Owner, _) => state.word(),
            (Contributors::Group(group), StreamSource::Mix | StreamSource::Composite) => {
                group.word(&self.table, kind)
            }
            _ => Word::EMPTY,
        }
    }

    /// The same if several loads do, of a frame captured at a time; and the generation that was loaded before.
    #[expect(
        clippy::inline_always,
        reason = "of what the caller knows of the contributors little is left"
    )]
    #[inline(always)]
    pub(crate) fn word(
        &self,
        kind: Kind,
        contributors: Contributors<'_>,
        state: &TapState,
        captured: Time,
    ) -> (u32, Word) {
        match (contributors, &self.source) {
            (Contributors::Complete(people), _) => {
                let stamp = self.table.stamp();
                let others = self.table.word_of_all(people, kind, captured);
                (stamp.generation(), self.with_owner(others, stamp))
            }
            (Contributors::Group(group), StreamSource::Owned(_)) => {
                let (generation, stamp) = (self.table.generation(), self.table.stamp());
                let others = group.word(&self.table, kind);
                (generation, self.with_owner(others, stamp))
            }
            _ => {
                let generation = self.table.generation();
                (generation, self.word_of_one(kind, contributors, state))
            }
        }
    }

    /// What others agree to, and the owner if there is one, unless an event came in between.
    /// Without that it would be no snapshot: see the third point in `shared/mod.rs`.
    #[inline]
    fn with_owner(&self, others: Word, stamp: Stamp) -> Word {
        let all = match self.source {
            StreamSource::Mix | StreamSource::Composite => others,
            StreamSource::Owned(_) => others.meet(self.state.word()),
            StreamSource::Never | StreamSource::Records(..) | StreamSource::Derived => Word::EMPTY,
        };
        if self.table.stamp() == stamp {
            all
        } else {
            Word::EMPTY
        }
    }

    /// Judges until no event was completed meanwhile, twice at most, and says up to which event that applies.
    #[cold]
    #[inline(never)]
    pub(crate) fn consistently<T>(
        &self,
        judge: impl Fn() -> Result<T, Reason>,
    ) -> (u32, Result<T, Reason>) {
        let mut before = self.table.stamp();
        for _ in 0..2 {
            let judged = judge();
            let after = self.table.stamp();
            if before == after {
                return (before.generation(), judged);
            }
            before = after;
        }
        (before.generation(), Err(Reason::Contended))
    }

    /// The whole of R4 and R5 for a frame with a payload that is not of its owner alone. An error is why it is withheld.
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
        let is_legible = frame.regions.is_empty() || self.is_legible(payload);
        if !is_legible || !self.is_well_formed(frame) || !frame.regions.iter().all(located) {
            return Err(Reason::Malformed);
        }
        self.never_cleared().map_or(Ok(()), Err)?;

        let (_, mut reason) = frame.cleared_by_sources(self.purposes);
        for (who, kind) in self.named(frame)? {
            let refusal = self.refusal(who, kind, passage, self.purposes);
            reason = Reason::strongest(reason, refusal);
        }
        let is_composite = matches!(self.source, StreamSource::Composite);
        if let (Some(reason), false) = (reason, is_composite) {
            return Err(reason);
        }
        if let (StreamSource::Records(_, records), Payload::Bytes(record)) = (&self.source, payload)
        {
            return judge_record(records, record);
        }
        let mut refused = 0;
        for (index, region) in (0..).zip(frame.regions) {
            if let (_, Some(refusal)) = self.consent_to_region(region, passage, self.purposes)? {
                refused |= 1u64.unbounded_shl(index);
                reason = Reason::strongest(reason, Some(refusal));
            }
        }
        let in_part = frame.in_part_by_sources();
        let Some(reason) = reason else {
            // Nothing of it is hidden, but perhaps of what it was made from.
            return Ok(in_part.map_or(Ruling::Whole, |reason| Ruling::InPart {
                refused: 0,
                uncovered: false,
                reason,
            }));
        };
        let cut = Cut {
            regions: frame.regions,
            refused,
            uncovered: is_composite,
            extent,
        };
        if redact::leaves_something(self.format, payload, &cut) {
            Ok(Ruling::InPart {
                refused,
                uncovered: is_composite,
                reason: in_part.map_or(reason, |other| reason.min(other)),
            })
        } else {
            Err(reason)
        }
    }

    fn held_by_all(&self, frame: &Frame<'_>, now: Time) -> Result<Purposes, Reason> {
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
            and(self.consent_to_region(region, passage, Purposes::all())?);
        }
        if held.is_empty() {
            Err(strongest.unwrap_or(Reason::NotGranted))
        } else {
            Ok(held)
        }
    }

    fn passage_since(&self, captured: Time, now: Time) -> Result<Passage, Reason> {
        if self.table.has_ended() {
            return Err(Reason::Ended);
        }
        Passage::new(captured, now).ok_or_else(|| self.untimely())
    }

    /// Why no frame passes at such a time.
    #[cold]
    fn untimely(&self) -> Reason {
        if self.state.has_leapt() {
            Reason::Clock
        } else {
            Reason::Time
        }
    }

    fn passage(&self, frame: &Frame<'_>, now: Time) -> Result<Passage, Reason> {
        let passage = self.passage_since(frame.captured, now)?;
        if frame.is_of_owner_alone() {
            return Ok(passage);
        }
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
            Contributors::Group(group) => group.people().iter().any(|who| *who != owner),
        };
        // A record of somebody else would not count towards their own budget.
        let is_of_others = match self.source {
            StreamSource::Records(owner, _) => !frame.regions.is_empty() || others(owner),
            _ => false,
        };
        frame.regions.len() <= MAX_REGIONS && frame.sources.len() <= MAX_SOURCES && !is_of_others
    }

    /// Why nothing of the stream is ever cleared.
    fn never_cleared(&self) -> Option<Reason> {
        match self.source {
            StreamSource::Records(..) => self.kind.never_cleared(),
            _ => self.kind.never_cleared_as_bytes(),
        }
    }

    pub(crate) fn owner(&self) -> Option<Participant> {
        match self.source {
            StreamSource::Owned(owner) | StreamSource::Records(owner, _) => Some(owner),
            StreamSource::Mix
            | StreamSource::Composite
            | StreamSource::Derived
            | StreamSource::Never => None,
        }
    }

    /// Everybody who is named for all of the frame, and under which kind: the owner always, the listed, those in its sources.
    fn named<'f>(
        &self,
        frame: &Frame<'f>,
    ) -> Result<impl Iterator<Item = (Participant, Kind)> + use<'f>, Reason> {
        let (owner, own) = (self.owner(), self.kind);
        let listed: &[Participant] = match (&self.source, frame.contributors) {
            (StreamSource::Derived, _) if frame.has_complete_sources() => &[],
            (StreamSource::Derived, _) => return Err(Reason::Incomplete),
            (_, Contributors::Owner) if owner.is_some() => &[],
            (_, Contributors::Complete(listed)) if !listed.is_empty() => listed,
            (_, Contributors::Group(group)) if group.is_of(&self.table) => group.people(),
            (_, Contributors::Group(_)) => return Err(Reason::Unknown),
            _ => return Err(Reason::Incomplete),
        };
        let named = owner.into_iter().chain(listed.iter().copied());
        let named = named.map(move |who| (who, own));
        Ok(named.chain(frame.people_of_sources(own)))
    }

    /// Those of `wanted` that a region's owner agrees to, under the stream's kind and the region's own, and why not to the others.
    fn consent_to_region(
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

    /// What a person agrees to, or why to nothing.
    fn owners_consent(&self, who: Participant, passage: Passage) -> Result<Purposes, Reason> {
        if let Some(reason) = self.kind.never_cleared() {
            return Err(reason);
        }
        let (table, all) = (&self.table, Purposes::all());
        let held = table.held(who, self.kind, passage, all);
        if held.is_empty() {
            // There is one, unless they agreed meanwhile.
            let refusal = table.refusal(who, self.kind, passage, all);
            Err(refusal.unwrap_or(Reason::Contended))
        } else {
            Ok(held)
        }
    }

    /// Why a person does not agree to all of these; none if they do.
    fn refusal(
        &self,
        who: Participant,
        kind: Kind,
        passage: Passage,
        wanted: Purposes,
    ) -> Option<Reason> {
        let word = || {
            let word = self.table.word(who, kind);
            word.held(passage.captured, passage.released)
        };
        match kind.never_cleared() {
            None if word().contains(wanted) => None,
            None => self.table.refusal(who, kind, passage, wanted),
            reason => reason,
        }
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
        match self.refusal(who, kind, passage, wanted) {
            None => (wanted, None),
            reason => (self.table.held(who, kind, passage, wanted), reason),
        }
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
