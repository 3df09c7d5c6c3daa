//! What something was derived from: a caption from voices, a summary from captions, a statistic from records (R8).

use crate::{
    frame::{Contributors, Frame, Participant, Region},
    kind::{Kind, Kinds},
    purpose::Purposes,
    tag::Tag,
    time::Time,
    verdict::{Reason, Verdict},
};

/// The most sources that a frame may have; with more it is withheld. Join the tags of more frames by [`Tag::meet`], and name everybody.
pub const MAX_SOURCES: usize = 64;

/// A frame, or several joined, that something was derived from.
///
/// Inside a release [`Cleared::source`](crate::Cleared::source) makes one of what the outlet received; all of it can be kept and put together again later.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// As it came with the frame, or of a bare decision about it; of several frames their [`Tag::meet`]. What was not released is no source.
    pub tag: Tag,
    /// Everybody who was in it, the owner of its stream too; somebody, or it counts as incomplete.
    pub people: &'a [Participant],
    /// What it was made of, beside the kind of its tag. All of them, if the tag says several, or it counts as incomplete.
    pub kinds: Kinds,
    /// When its earliest part was captured, if that was before its tag's time.
    pub captured: Time,
}

impl<'a> Source<'a> {
    /// A frame of one kind, with these people, in which nothing was captured earlier than it.
    #[must_use]
    pub fn new(tag: Tag, people: &'a [Participant]) -> Self {
        Self {
            tag,
            people,
            kinds: tag.kind().map_or(Kinds::empty(), Kinds::from),
            captured: tag.captured(),
        }
    }

    pub(crate) fn all_kinds(&self) -> Kinds {
        self.tag
            .kind()
            .map_or(self.kinds, |kind| self.kinds | kind.into())
    }

    /// When it was captured, by its tag and by what is said of it.
    fn captures(&self) -> [Time; 2] {
        let (tagged, said) = (self.tag.captured(), self.captured);
        [
            tagged,
            if said.in_range() {
                said.min(tagged)
            } else {
                said
            },
        ]
    }

    fn is_complete(&self) -> bool {
        let least = if self.tag.kind().is_some() { 1 } else { 2 };
        !self.people.is_empty() && self.all_kinds().bits().count_ones() >= least
    }
}

impl<'a> Frame<'a> {
    /// A frame of a stream of derived data, made from these sources and from nothing else. It counts as captured when the earliest of them was.
    ///
    /// It is withheld without sources, with more than [`MAX_SOURCES`], and on any other stream.
    #[must_use]
    pub fn derived(sources: &'a [Source<'a>]) -> Self {
        let times = || sources.iter().flat_map(Source::captures);
        let earliest = times().min().unwrap_or(Time::START);
        // One that is out of range would otherwise be hidden by the others.
        let out_of_range = times().find(|time| !time.in_range());
        let mut frame = Self::new(out_of_range.unwrap_or(earliest), Contributors::Partial(&[]));
        frame.sources = sources;
        frame
    }

    /// When its sources were captured.
    pub(crate) fn captures_of_sources(&self) -> impl Iterator<Item = Time> {
        self.sources.iter().flat_map(Source::captures)
    }

    /// Whether there are sources, and it is said of each who was in it and what it was.
    pub(crate) fn has_complete_sources(&self) -> bool {
        !self.sources.is_empty() && self.sources.iter().all(Source::is_complete)
    }

    /// The purposes that all sources were cleared for, of those `wanted`, and why not for the others. Without sources, all of them.
    pub(crate) fn cleared_by_sources(&self, wanted: Purposes) -> (Purposes, Option<Reason>) {
        let (mut cleared, mut reason) = (wanted, None);
        for Source { tag, .. } in self.sources {
            cleared &= tag.purposes();
            let withheld = tag.verdict().reason();
            let withheld = withheld.filter(|_| !tag.verdict().is_released());
            reason = Reason::strongest(reason, withheld);
        }
        let beyond = (cleared != wanted).then_some(Reason::BeyondSource);
        (cleared, Reason::strongest(reason, beyond))
    }

    /// Why a source had gone in part, if one had: what is made of it is in part for the same reason (R8).
    #[inline]
    pub(crate) fn in_part_by_sources(&self) -> Option<Reason> {
        let sources = self.sources.iter().map(|source| source.tag.verdict());
        let released = sources.filter(|verdict| verdict.is_released());
        released.map(Verdict::reason).fold(None, Reason::strongest)
    }

    /// Who must agree as somebody in a source, and under which kinds: the source's and the frame's own.
    pub(crate) fn people_of_sources(
        &self,
        own: Kind,
    ) -> impl Iterator<Item = (Participant, Kind)> + use<'a> {
        self.sources.iter().flat_map(move |source| {
            let kinds = source.all_kinds() | own.into();
            let people = source.people.iter();
            people.flat_map(move |who| Kind::each(kinds).map(|kind| (*who, kind)))
        })
    }
}

/// Who and what is in that which an outlet received of a frame.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content<'a> {
    pub(crate) frame: &'a Frame<'a>,
    pub(crate) owner: Option<Participant>,
    pub(crate) kind: Kind,
    /// A bit for each region, or field of a record, that was hidden.
    pub(crate) refused: u64,
    /// Whether what no region covers was hidden too.
    pub(crate) uncovered: bool,
}

impl<'a> Content<'a> {
    pub(crate) fn hides(&self, region: usize) -> bool {
        let bit = u32::try_from(region).map_or(0, |region| 1u64.unbounded_shl(region));
        self.refused & bit != 0
    }

    fn regions(self) -> impl Iterator<Item = &'a Region> {
        let regions = self.frame.regions.iter().enumerate();
        regions.filter_map(move |(index, region)| (!self.hides(index)).then_some(region))
    }

    /// Everybody, some perhaps twice.
    fn people(self) -> impl Iterator<Item = Participant> {
        let listed = match self.frame.contributors {
            Contributors::Owner => &[],
            Contributors::Complete(listed) | Contributors::Partial(listed) => listed,
            Contributors::Group(group) => group.people(),
        };
        let sources = self.frame.sources.iter().flat_map(|source| source.people);
        // Where only regions are left, so are only their owners.
        let named = self.owner.into_iter().chain(listed.iter().copied());
        let named = named.filter(move |_| !self.uncovered);
        let owners = self.regions().map(|region| region.owner);
        named.chain(owners).chain(sources.copied())
    }

    /// As a source of something derived, its people in `room`; none if that is too small.
    pub(crate) fn source(self, tag: Tag, room: &mut [Participant]) -> Option<Source<'_>> {
        let mut count = 0;
        for who in self.people() {
            let (known, free) = room.split_at_mut_checked(count)?;
            if !known.contains(&who) {
                *free.first_mut()? = who;
                count += 1;
            }
        }
        let of_regions = self.regions().filter_map(|region| region.kind);
        let of_sources = self.frame.sources.iter().map(Source::all_kinds);
        let kinds = of_regions.map(Kinds::from).chain(of_sources);
        let captures = self.regions().filter_map(|region| region.captured);
        Some(Source {
            tag,
            people: room.get(..count)?,
            kinds: kinds.fold(self.kind.into(), Kinds::union),
            captured: captures.fold(self.frame.captured, Time::min),
        })
    }
}
