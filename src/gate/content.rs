//! The people and kinds in a frame that an outlet received, from which something may be derived (R8).

use crate::{
    gate::{
        frame::{Contributors, Frame},
        judge::Ruling,
        source::{Source, each_once},
        tap::Tap,
    },
    types::{
        ids::Participant,
        kind::{Kind, Kinds},
        region::{Region, RegionSet},
        tag::Tag,
        time::Time,
    },
};

/// The people and kinds in the part of a frame that an outlet received.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Content<'a> {
    frame: &'a Frame<'a>,
    owner: Option<Participant>,
    kind: Kind,
    /// The regions, or fields of a record, that were hidden.
    pub(crate) refused: RegionSet,
    /// Whether everything outside the regions was hidden, too.
    uncovered: bool,
}

impl Tap {
    /// Returns the content of a frame that is handed on by a ruling.
    #[inline]
    pub(super) fn content<'a>(&self, frame: &'a Frame<'a>, ruling: &Ruling) -> Content<'a> {
        let (refused, uncovered) = ruling.cut();
        Content {
            frame,
            owner: self.owner(),
            kind: self.kind,
            refused,
            uncovered,
        }
    }
}

impl<'a> Content<'a> {
    pub(super) fn hides(&self, region: usize) -> bool {
        u32::try_from(region).is_ok_and(|region| self.refused.contains(region))
    }

    fn regions(self) -> impl Iterator<Item = &'a Region> {
        let regions = self.frame.regions.iter().enumerate();
        regions.filter_map(move |(index, region)| (!self.hides(index)).then_some(region))
    }

    /// Returns everybody, some perhaps twice.
    pub(super) fn people(self) -> impl Iterator<Item = Participant> {
        let listed = match self.frame.contributors {
            Contributors::Owner => &[],
            Contributors::Complete(listed) | Contributors::Partial(listed) => listed,
            Contributors::Group(group) => group.people(),
        };
        let sources = self.frame.sources.iter().flat_map(|source| source.people);
        // If only regions are left, so are only their owners.
        let named = self.owner.into_iter().chain(listed.iter().copied());
        let named = named.filter(move |_| !self.uncovered);
        let owners = self.regions().map(|region| region.owner);
        named.chain(owners).chain(sources.copied())
    }

    /// Returns it as a source of something derived, with its people in `room`; none if that is too small.
    pub(super) fn source(self, tag: Tag, room: &mut [Participant]) -> Option<Source<'_>> {
        let (kinds, captured) = self.origin();
        Some(Source {
            tag,
            people: each_once(self.people(), room)?,
            kinds,
            captured,
        })
    }

    /// Returns all its kinds, and when its earliest part was captured.
    pub(super) fn origin(self) -> (Kinds, Time) {
        let of_regions = self.regions().filter_map(|region| region.kind);
        let of_sources = self.frame.sources.iter().map(Source::all_kinds);
        let kinds = of_regions.map(Kinds::from).chain(of_sources);
        let captures = self.regions().filter_map(|region| region.captured);
        let earliest = captures.fold(self.frame.captured, Time::min);
        (kinds.fold(self.kind.into(), Kinds::union), earliest)
    }
}
