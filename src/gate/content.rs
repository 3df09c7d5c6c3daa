//! Who and what is in what an outlet received, which may become something derived (R8).

use crate::{
    gate::{
        frame::{Contributors, Frame},
        source::{Source, each_once},
    },
    types::{
        ids::Participant,
        kind::{Kind, Kinds},
        region::Region,
        tag::Tag,
        time::Time,
    },
};

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
        let of_regions = self.regions().filter_map(|region| region.kind);
        let of_sources = self.frame.sources.iter().map(Source::all_kinds);
        let kinds = of_regions.map(Kinds::from).chain(of_sources);
        let captures = self.regions().filter_map(|region| region.captured);
        Some(Source {
            tag,
            people: each_once(self.people(), room)?,
            kinds: kinds.fold(self.kind.into(), Kinds::union),
            captured: captures.fold(self.frame.captured, Time::min),
        })
    }
}
