//! What something was derived from (R8), once more from the rule: who and what is in a frame that an outlet received,
//! and who must agree to what is made of it.

use framegate::{Kind, Kinds, Purposes, Reason, Verdict};

use crate::rules::{
    Contributors, Expected, Fault, Frame, Oracle, Person, Release, Stream, Tap, Whose, in_range,
    purposes_of, treatment,
};

/// A frame, or several joined, that another was made from.
#[derive(Clone, Debug)]
pub struct Source {
    pub verdict: Verdict,
    pub tag: [u8; 16],
    /// In the order of their numbers.
    pub people: Vec<Person>,
    /// Beside the kind of the tag.
    pub kinds: Kinds,
    /// As it is said, which can be later than the tag says.
    pub captured: i64,
}

/// More sources than that make a frame malformed.
const MOST: usize = 64;
/// In the place of a kind, and of each half of a stream's number.
const SEVERAL: u8 = 255;

impl Source {
    fn cleared(&self) -> Purposes {
        purposes_of(self.tag)
    }

    fn all_kinds(&self) -> Kinds {
        let of_tag = Kind::ALL.get(usize::from(self.tag[1]));
        of_tag.map_or(self.kinds, |&kind| self.kinds | kind.into())
    }

    /// In microseconds, from the milliseconds of its tag.
    fn tagged(&self) -> i64 {
        let milliseconds = self.tag[8..12].try_into().expect("four bytes");
        i64::from(u32::from_be_bytes(milliseconds)) * 1000
    }

    /// Everybody in it under each of its kinds.
    pub fn cells(&self) -> Vec<(Person, Kind)> {
        let kinds = Kind::ALL
            .into_iter()
            .filter(|&kind| self.all_kinds().contains(kind.into()));
        let cells = kinds.flat_map(|kind| self.people.iter().map(move |&who| (who, kind)));
        cells.collect()
    }

    fn earliest(&self) -> i64 {
        match (self.tagged(), self.captured) {
            (tagged, said) if in_range(tagged) && in_range(said) => tagged.min(said),
            (tagged, said) if in_range(said) => tagged,
            (_, said) => said,
        }
    }

    /// Both in one.
    pub fn joined(&self, other: &Self) -> Self {
        let both = self.cleared() & other.cleared();
        let reasons = [self.verdict.reason(), other.verdict.reason()];
        let verdicts = [self.verdict, other.verdict];
        let are_blanked = verdicts
            .iter()
            .all(|verdict| matches!(verdict, Verdict::Blanked(_)));
        let verdict = match reasons.into_iter().flatten().min() {
            None if both.is_empty() => Verdict::Dropped(Reason::Disjoint),
            None => Verdict::Whole,
            Some(reason) if !both.is_empty() => Verdict::Redacted(reason),
            Some(reason) if are_blanked => Verdict::Blanked(reason),
            Some(reason) => Verdict::Dropped(reason),
        };
        let mut tag = inheriting(self.tag, other.tag);
        [tag[2], tag[3]] = treatment(verdict);
        [tag[4], tag[5]] = both.bits().to_be_bytes();
        Self {
            verdict,
            tag,
            people: everybody_once(self.people.iter().chain(&other.people).copied()),
            kinds: self.all_kinds() | other.all_kinds(),
            captured: self.captured.min(other.captured),
        }
    }
}

/// A tag with what it gets from another: several kinds or streams where they differ, the earlier capture and generation.
fn inheriting(tag: [u8; 16], source: [u8; 16]) -> [u8; 16] {
    let mut left = tag;
    if tag[1] != source[1] {
        left[1] = SEVERAL;
    }
    if tag[6..8] != source[6..8] {
        left[6..8].fill(SEVERAL);
    }
    // Big-endian, so the smaller number has the smaller bytes.
    for number in [8..12, 12..16] {
        if source[number.clone()] < tag[number.clone()] {
            left[number.clone()].copy_from_slice(&source[number]);
        }
    }
    left
}

pub fn everybody_once(people: impl Iterator<Item = Person>) -> Vec<Person> {
    let mut people = people.collect::<Vec<_>>();
    people.sort_unstable();
    people.dedup();
    people
}

impl Frame {
    pub fn sources(&self) -> &[Source] {
        match &self.contributors {
            Contributors::Sources(sources) => sources,
            _ => &[],
        }
    }
}

impl Oracle {
    /// When a frame that was made from these counts as captured: when the earliest of them was.
    pub fn captured_with(&self, sources: &[Source]) -> i64 {
        let times = sources.iter().map(Source::earliest);
        if let Some(out) = times.clone().find(|time| !in_range(*time)) {
            return out;
        }
        let captured = if self.has(Fault::LatestSourceCounts) {
            times.max()
        } else {
            times.min()
        };
        captured.unwrap_or(0)
    }

    /// Whether no source is captured at an impossible time, or after the frame's release.
    pub fn sources_are_in_time(&self, frame: &Frame, released: i64) -> bool {
        let is_early = |time: i64| in_range(time) && time <= released;
        self.has(Fault::AnEarlierSourceExcuses)
            || frame
                .sources()
                .iter()
                .all(|source| is_early(source.tagged()) && is_early(source.earliest()))
    }

    pub fn has_too_many_sources(&self, frame: &Frame) -> bool {
        frame.sources().len() > MOST && !self.has(Fault::AnyNumberOfSources)
    }

    /// Who must agree to something that was made from these, and under which kinds. An error is why it cannot be said.
    pub fn named_by_sources(
        &self,
        stream: &Stream,
        sources: &[Source],
    ) -> Result<Vec<(Person, Kind)>, Reason> {
        // Only the gate makes a source, and it names somebody and a kind.
        if stream.whose != Whose::Derived || sources.is_empty() {
            return Err(Reason::Incomplete);
        }
        if self.has(Fault::ForgetsSourcesPeople) {
            return Ok(Vec::new());
        }
        let of_source = |source: &Source| {
            let kinds = if self.has(Fault::OnlyTheDerivedKind) {
                stream.kind.into()
            } else if self.has(Fault::OnlyTheSourcesKinds) {
                source.all_kinds()
            } else {
                source.all_kinds() | stream.kind.into()
            };
            let kinds = Kind::ALL
                .into_iter()
                .filter(move |&kind| kinds.contains(kind.into()));
            let people = source.people.clone();
            kinds.flat_map(move |kind| people.clone().into_iter().map(move |who| (who, kind)))
        };
        Ok(sources.iter().flat_map(of_source).collect())
    }

    /// Why something made from these is not cleared for all of these purposes, whoever agrees: a source was withheld, or not cleared for them.
    pub fn refused_by_sources(&self, frame: &Frame, purposes: Purposes) -> Option<Reason> {
        let refusal = |source: &Source| {
            let is_released = source.verdict.is_released();
            if !is_released && self.has(Fault::WithheldFramesAreSources) {
                return None;
            }
            let withheld = source.verdict.reason().filter(|_| !is_released);
            let is_beyond =
                !source.cleared().contains(purposes) && !self.has(Fault::RelabellingClearsMore);
            let beyond = is_beyond.then_some(Reason::BeyondSource);
            withheld.into_iter().chain(beyond).min()
        };
        frame.sources().iter().filter_map(refusal).min()
    }

    /// R8: a frame that goes is in part if one of those it was made from was; of all reasons the one with the smallest number counts.
    pub fn with_sources_parts(&self, verdict: Verdict, frame: &Frame) -> Verdict {
        let in_part = frame
            .sources()
            .iter()
            .filter_map(|source| match source.verdict {
                Verdict::Redacted(reason) => Some(reason),
                _ => None,
            });
        let reasons = verdict.reason().into_iter().chain(in_part);
        if !verdict.is_released() || self.has(Fault::WhatIsMadeOfPartsIsWhole) {
            return verdict;
        }
        reasons.min().map_or(Verdict::Whole, Verdict::Redacted)
    }

    /// A frame's tag with what it inherits.
    pub fn tag_with_sources(&self, tag: [u8; 16], frame: &Frame) -> [u8; 16] {
        let tags = frame.sources().iter().map(|source| source.tag);
        if self.has(Fault::SourcesLeaveNoTrace) {
            return tag;
        }
        tags.fold(tag, inheriting)
    }

    /// What is to be said of a frame where something is made from it: who and what is in that which an outlet received.
    ///
    /// Of one that was withheld it is what was said of it.
    pub fn source(&self, tap: &Tap, frame: &Frame, expected: &Expected) -> Source {
        let Tap { stream, .. } = tap;
        let cleared = purposes_of(expected.tag);
        let is_left = |region: &_| match self.release(tap, frame) {
            Release::At(released) => self
                .refused_region(stream, frame, region, cleared, released)
                .is_none(),
            Release::Never(_) => true,
        };
        let regions = frame.regions.iter();
        let regions = regions
            .filter(|region| is_left(region) || self.has(Fault::HiddenRegionsAreInherited))
            .filter(|_| !self.has(Fault::RegionsAreNotInherited))
            .collect::<Vec<_>>();

        // Of a composite in part, only regions are left.
        let in_part = matches!(expected.verdict, Verdict::Redacted(_));
        let only_regions = in_part
            && stream.whose == Whose::Composite
            && !self.has(Fault::HiddenMembersAreInherited);
        let named = match self.named(stream, frame) {
            Ok(named) if !only_regions => named.into_iter().map(|(who, _)| who).collect(),
            _ => Vec::new(),
        };
        let sources = frame.sources().iter();
        let sources = sources.filter(|_| !self.has(Fault::ForgetsSourcesOfSources));
        let owners = regions.iter().map(|region| region.owner);
        let further = sources.clone().flat_map(|source| source.people.clone());
        let kinds = regions
            .iter()
            .filter_map(|region| region.kind)
            .map(Kinds::from)
            .chain(sources.map(Source::all_kinds));
        let captures = regions.iter().filter_map(|region| region.captured);
        Source {
            verdict: expected.verdict,
            tag: expected.tag,
            people: everybody_once(named.into_iter().chain(owners).chain(further)),
            kinds: kinds.fold(stream.kind.into(), Kinds::union),
            captured: captures.fold(frame.captured, i64::min),
        }
    }
}
