//! The consent to a frame, as the table has it: of everybody in it (R4), from capture to release (R5), under every kind it is of.

use crate::{
    gate::{
        frame::{Contributors, Frame},
        source::MAX_SOURCES,
        tap::{StreamSource, Tap},
    },
    shared::{
        table::{Passage, Stamp},
        tap_state::TapState,
        word::Word,
    },
    types::{
        ids::Participant,
        kind::Kind,
        purpose::Purposes,
        region::{MAX_REGIONS, Region},
        time::Time,
        verdict::Reason,
    },
};

/// By words: one load a person, exact except close to the beginning or the end of a consent.
impl Tap {
    /// Returns the word of a frame without regions or sources that one load gives: of its owner alone, or of a group alone. Empty for every other frame.
    ///
    /// `state` is the tap's own, which would otherwise be looked up once more after an atomic load.
    #[inline]
    pub(super) fn word_of_one(
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

    /// Returns the word of a frame without regions or sources, captured at `captured`, by several loads if necessary; and the generation, loaded before it.
    #[expect(
        clippy::inline_always,
        reason = "of what the caller knows of the contributors little is left"
    )]
    #[inline(always)]
    pub(super) fn word(
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
            (Contributors::Group(group), StreamSource::Owned { .. }) => {
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

    /// Returns the word of others and of the owner, if there is one; empty if an event came in between, as it would be no snapshot then:
    /// see the third point in `shared/mod.rs`.
    #[inline]
    fn with_owner(&self, others: Word, stamp: Stamp) -> Word {
        let all = match self.source {
            StreamSource::Mix | StreamSource::Composite => others,
            StreamSource::Owned { alone: false, .. } => others.meet(self.state.word()),
            StreamSource::Owned { alone: true, .. }
            | StreamSource::Never
            | StreamSource::Records(..)
            | StreamSource::Derived => Word::EMPTY,
        };
        if self.table.stamp() == stamp {
            all
        } else {
            Word::EMPTY
        }
    }

    /// Asks until no event was completed meanwhile, twice at most. Returns up to which event the answer applies, too.
    #[cold]
    #[inline(never)]
    pub(crate) fn consistently<T>(
        &self,
        ask: impl Fn() -> Result<T, Reason>,
    ) -> (u32, Result<T, Reason>) {
        let mut before = self.table.stamp();
        for _ in 0..2 {
            let answer = ask();
            let after = self.table.stamp();
            if before == after {
                return (before.generation(), answer);
            }
            before = after;
        }
        (before.generation(), Err(Reason::Contended))
    }
}

/// By intervals, exact to the millisecond.
impl Tap {
    /// Returns the time from a capture to a release, or why no frame passes then.
    pub(super) fn passage_since(&self, captured: Time, now: Time) -> Result<Passage, Reason> {
        if self.table.has_ended() {
            return Err(Reason::Ended);
        }
        Passage::new(captured, now).ok_or_else(|| self.untimely())
    }

    /// Returns why no frame passes at such a time.
    #[cold]
    fn untimely(&self) -> Reason {
        if self.state.has_leapt() {
            Reason::Clock
        } else {
            Reason::Time
        }
    }

    /// Returns the time from a frame's capture to its release, or why it does not pass then, or something in it.
    pub(super) fn passage(&self, frame: &Frame<'_>, now: Time) -> Result<Passage, Reason> {
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

    /// Returns whether a frame of the stream may have such regions, sources and contributors.
    pub(super) fn is_well_formed(&self, frame: &Frame<'_>) -> bool {
        if frame.is_of_owner_alone() {
            return true;
        }
        let is_of_others = match self.source {
            StreamSource::Owned { owner, alone } => alone && frame.names_others(owner),
            // A record of somebody else would not count towards their own budget.
            StreamSource::Records(owner, _) => {
                !frame.regions.is_empty() || frame.names_others(owner)
            }
            _ => false,
        };
        frame.regions.len() <= MAX_REGIONS && frame.sources.len() <= MAX_SOURCES && !is_of_others
    }

    /// Returns why nothing of the stream is ever cleared, if so.
    pub(super) fn never_cleared(&self) -> Option<Reason> {
        match self.source {
            StreamSource::Records(..) => self.kind.never_cleared(),
            _ => self.kind.never_cleared_as_bytes(),
        }
    }

    /// Returns everybody who is named for all of the frame, each with a kind: the owner, the listed, and the people in its sources.
    pub(super) fn named<'f>(
        &self,
        frame: &Frame<'f>,
    ) -> Result<impl Iterator<Item = (Participant, Kind)> + use<'f>, Reason> {
        let (owner, own) = (self.owner(), self.kind);
        let listed: &[Participant] = match (&self.source, frame.contributors) {
            (StreamSource::Derived, _) if frame.has_complete_sources() => &[],
            (StreamSource::Derived, _) => return Err(self.incomplete(frame)),
            (_, Contributors::Owner) if owner.is_some() => &[],
            (_, Contributors::Complete(listed)) if !listed.is_empty() => listed,
            (_, Contributors::Group(group)) if group.is_of(&self.table) => group.people(),
            (_, Contributors::Group(_)) => return Err(Reason::Unknown),
            _ => return Err(self.incomplete(frame)),
        };
        let named = owner.into_iter().chain(listed.iter().copied());
        let named = named.map(move |who| (who, own));
        Ok(named.chain(frame.people_of_sources(own)))
    }

    /// Returns those of `wanted` that a region's owner consents to, under the stream's kind and the region's own, and why not to the others.
    pub(super) fn consent_to_region(
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

    /// Returns all purposes that the stream's owner consents to, or why there is none.
    pub(super) fn consent_to_any(
        &self,
        who: Participant,
        passage: Passage,
    ) -> Result<Purposes, Reason> {
        if let Some(reason) = self.kind.never_cleared() {
            return Err(reason);
        }
        // Of the others none is held.
        let wanted = self.state.word().purposes();
        let held = self.table.held(who, self.kind, passage, wanted);
        if held.is_empty() {
            self.ask_once_more(who, passage)
        } else {
            Ok(held)
        }
    }

    /// Returns the same, by one walk over the intervals of all purposes: the reason is of the same loads as the answer.
    #[inline(never)]
    fn ask_once_more(&self, who: Participant, passage: Passage) -> Result<Purposes, Reason> {
        match self.table.consent(who, self.kind, passage, Purposes::all()) {
            (held, reason) if held.is_empty() => Err(reason.unwrap_or(Reason::NotGranted)),
            (held, _) => Ok(held),
        }
    }

    /// Returns why a person does not consent to all of these; none if they do.
    pub(super) fn refusal(
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

    /// Returns those of `wanted` that a person consents to, and why not to the others: by one load if they consent to all, else by the intervals.
    pub(super) fn consent(
        &self,
        who: Participant,
        kind: Kind,
        passage: Passage,
        wanted: Purposes,
    ) -> (Purposes, Option<Reason>) {
        if let Some(reason) = kind.never_cleared() {
            return (Purposes::empty(), Some(reason));
        }
        let word = self.table.word(who, kind);
        if word
            .held(passage.captured, passage.released)
            .contains(wanted)
        {
            (wanted, None)
        } else {
            self.table.consent(who, kind, passage, wanted)
        }
    }
}

/// Returns the passage of a region: a quotation must have been cleared since its original was captured.
fn earlier(passage: Passage, region: &Region) -> Result<Passage, Reason> {
    match region.captured {
        Some(captured) => passage.since(captured).ok_or(Reason::Time),
        None => Ok(passage),
    }
}
