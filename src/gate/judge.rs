//! Judging a frame with a payload by consent: one ruling, which the doors carry out.
//!
//! The fast way answers by words. The slow way answers for every frame, by intervals and for everything in it, and tells why a frame is withheld.

use crate::{
    gate::{
        frame::Frame,
        records::Records,
        tap::{StreamSource, Tap},
    },
    media::{
        payload::{Extent, Payload},
        redact::{self, Cut},
    },
    shared::word::Word,
    types::{
        ids::Participant,
        region::{Region, RegionSet},
        time::Time,
        verdict::{Reason, Verdict},
    },
};

/// A decision about a frame by consent alone, before it is known whether its parts can be hidden.
pub(super) enum Ruling {
    Whole,
    /// Only without some of its parts.
    InPart {
        /// The regions, or fields of a record, that are to be hidden.
        refused: RegionSet,
        /// Whether everything outside the regions is to be hidden, too.
        uncovered: bool,
        reason: Reason,
    },
    /// As it is, but in part all the same, because something that it was derived from was (R8).
    Inherited(Reason),
    Withheld(Reason),
}

impl Ruling {
    /// Returns the verdict on a frame whose parts can be hidden.
    #[inline]
    pub(super) fn verdict(&self) -> Verdict {
        match *self {
            Self::Whole => Verdict::Whole,
            Self::InPart { reason, .. } | Self::Inherited(reason) => Verdict::Redacted(reason),
            Self::Withheld(reason) => Verdict::Dropped(reason),
        }
    }

    /// Returns the verdict on a frame that is not to be changed.
    #[inline]
    pub(super) fn unchanged(&self) -> Verdict {
        match *self {
            Self::Whole => Verdict::Whole,
            Self::Inherited(reason) => Verdict::Redacted(reason),
            Self::InPart { reason, .. } | Self::Withheld(reason) => Verdict::Dropped(reason),
        }
    }

    /// Returns the parts to hide of a frame that is not withheld: regions, and whether everything outside them, too.
    #[inline]
    pub(super) fn cut(&self) -> (RegionSet, bool) {
        match *self {
            Self::InPart {
                refused, uncovered, ..
            } => (refused, uncovered),
            Self::Whole | Self::Inherited(_) | Self::Withheld(_) => (RegionSet::EMPTY, false),
        }
    }
}

impl Tap {
    /// Judges a frame, fast if possible. Returns up to which event the ruling applies, too.
    #[inline]
    pub(super) fn judge(
        &self,
        frame: &Frame<'_>,
        payload: &Payload<'_>,
        extent: Option<Extent>,
        now: Time,
    ) -> (u32, Ruling) {
        let captured = frame.captured;
        let (generation, word) = self.word(self.kind, frame.contributors, &self.state, captured);
        if self.judge_fast(word, captured, frame, extent, now) {
            (generation, self.judge_text(payload))
        } else {
            self.judge_slow(frame, payload, extent, now)
        }
    }

    /// Returns whether a frame is well-formed, without regions or sources, and by this word everybody consents to all of it,
    /// since the time back to which it reaches. It is whole then, if its text is valid. Leaves every other frame to [`Tap::judge_slow`].
    #[expect(
        clippy::inline_always,
        reason = "each caller knows most of what it asks"
    )]
    #[inline(always)]
    pub(super) fn judge_fast(
        &self,
        word: Word,
        since: Time,
        frame: &Frame<'_>,
        extent: Option<Extent>,
        now: Time,
    ) -> bool {
        extent.is_some()
            && frame.is_of_contributors_alone()
            && word.held(since, now).contains(self.purposes)
    }

    /// Judges a frame that consent would release whole, by its text.
    #[inline]
    fn judge_text(&self, payload: &Payload<'_>) -> Ruling {
        if self.text_is_valid(payload) {
            Ruling::Whole
        } else {
            Ruling::Withheld(self.invalid_text())
        }
    }

    /// Returns whether a text payload is valid; true for every other format. Expensive, so callers ask it only of a frame that consent would release,
    /// or that has regions, and only once.
    #[inline]
    fn text_is_valid(&self, payload: &Payload<'_>) -> bool {
        !self.is_text || self.format.text_is_valid(payload)
    }

    /// Judges any frame, by everything there is of consent. Returns up to which event the ruling applies, too.
    #[inline(never)]
    pub(super) fn judge_slow(
        &self,
        frame: &Frame<'_>,
        payload: &Payload<'_>,
        extent: Option<Extent>,
        now: Time,
    ) -> (u32, Ruling) {
        let (generation, ruling) = match &self.source {
            StreamSource::Owned { owner, .. } if frame.is_of_owner_alone() => match extent {
                Some(_) => self.judge_owner_slow(*owner, frame.captured, now),
                None => self.judge_without_extent(frame.captured, payload, now),
            },
            _ => self.consistently(|| self.judge_all_slow(frame, payload, extent, now)),
        };
        let ruling = match ruling {
            Err(reason) => Ruling::Withheld(reason),
            Ok(_) if frame.regions.is_empty() && !self.text_is_valid(payload) => {
                Ruling::Withheld(self.invalid_text())
            }
            Ok(ruling) => ruling,
        };
        (generation, ruling)
    }

    /// Judges a frame whose payload is none of the stream's format. The error is why it is withheld.
    #[cold]
    #[inline(never)]
    fn judge_without_extent(
        &self,
        captured: Time,
        payload: &Payload<'_>,
        now: Time,
    ) -> (u32, Result<Ruling, Reason>) {
        self.consistently(|| {
            self.passage_since(captured, now)?;
            Err(self.without_extent(payload))
        })
    }

    /// Judges a well-formed frame of its owner alone, but for its text. An error is why it is withheld.
    #[expect(
        clippy::inline_always,
        reason = "a call would take longer than what it does beside the loads"
    )]
    #[inline(always)]
    fn judge_owner_slow(
        &self,
        owner: Participant,
        captured: Time,
        now: Time,
    ) -> (u32, Result<Ruling, Reason>) {
        let fault = self.kind.never_cleared();
        let (generation, consents) = self.consistently(|| {
            let passage = self.passage_since(captured, now)?;
            let refusal = || self.table.refusal(owner, self.kind, passage, self.purposes);
            fault.or_else(refusal).map_or(Ok(()), Err)
        });
        (generation, consents.map(|()| Ruling::Whole))
    }

    /// Judges a frame of several people, or with regions or sources: the whole of R4 and R5. An error is why it is withheld.
    fn judge_all_slow(
        &self,
        frame: &Frame<'_>,
        payload: &Payload<'_>,
        extent: Option<Extent>,
        now: Time,
    ) -> Result<Ruling, Reason> {
        let passage = self.passage(frame, now)?;
        let extent = extent.ok_or_else(|| self.without_extent(payload))?;
        let located = |region: &Region| redact::locate(region.area, self.format, payload, extent);
        // Without regions the text is looked through last.
        let is_text = frame.regions.is_empty() || self.text_is_valid(payload);
        if !is_text || !self.is_well_formed(frame) || !frame.regions.iter().all(located) {
            return Err(self.malformed(frame, payload, extent));
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
        let mut refused = RegionSet::EMPTY;
        for (index, region) in (0..).zip(frame.regions) {
            if let (_, Some(refusal)) = self.consent_to_region(region, passage, self.purposes)? {
                refused.insert(index);
                reason = Reason::strongest(reason, Some(refusal));
            }
        }
        let in_part = frame.in_part_by_sources();
        let Some(reason) = reason else {
            // Nothing of it is hidden, but perhaps something of its sources was.
            return Ok(in_part.map_or(Ruling::Whole, Ruling::Inherited));
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
}

/// Judges a record: it goes without the fields that are out of their range.
fn judge_record(records: &Records, record: &[u8]) -> Result<Ruling, Reason> {
    let (refused, reason) = (records.schema.out_of_range(record), Reason::OutOfRange);
    if refused.is_empty() {
        Ok(Ruling::Whole)
    } else if refused.len() == records.schema.fields().len() {
        Err(reason)
    } else {
        Ok(Ruling::InPart {
            refused,
            uncovered: false,
            reason,
        })
    }
}
