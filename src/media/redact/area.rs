use core::ops::Range;

use crate::{
    media::{
        grid::{Sampling, Shared},
        payload::{Extent, Format, Layout, Payload},
    },
    types::region::{Area, MAX_REGIONS, Region},
};

/// What is to be taken out of a frame.
pub(crate) struct Cut<'a> {
    /// All of its regions; each lies in the frame.
    pub(crate) regions: &'a [Region],
    /// A bit for each region that goes, or for each field of a record.
    pub(crate) refused: u64,
    /// Whether what no region covers goes too.
    pub(crate) uncovered: bool,
    pub(crate) extent: Extent,
}

/// Samples from `x0` to before `x1` in the rows from `y0` to before `y1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rect {
    x0: u32,
    y0: u32,
    x1: u32,
    y1: u32,
}

/// A rectangle of samples of a plane that all stay or all go.
#[derive(Clone, Debug)]
pub(crate) struct Tile {
    pub(crate) rows: Range<usize>,
    pub(crate) columns: Range<usize>,
    pub(crate) stays: bool,
}

impl Rect {
    fn is_empty(self) -> bool {
        self.x0 >= self.x1 || self.y0 >= self.y1
    }

    /// The samples of a plane that share anything with this rectangle.
    fn outwards(self, sampling: Sampling) -> Self {
        Self {
            x0: self.x0 / sampling.across.get(),
            y0: self.y0 / sampling.down.get(),
            x1: self.x1.div_ceil(sampling.across.get()),
            y1: self.y1.div_ceil(sampling.down.get()),
        }
    }

    /// The samples of a plane that share nothing with what lies outside of this rectangle and inside the frame.
    fn inwards(self, sampling: Sampling, extent: Extent) -> Self {
        let end = |end: u32, side: u32, by: Shared| {
            if end == side {
                end.div_ceil(by.get())
            } else {
                end / by.get()
            }
        };
        Self {
            x0: self.x0.div_ceil(sampling.across.get()),
            y0: self.y0.div_ceil(sampling.down.get()),
            x1: end(self.x1, extent.width, sampling.across),
            y1: end(self.y1, extent.height, sampling.down),
        }
    }
}

/// Where in a frame of this extent an area lies; rectangles are clipped to it.
fn rect(area: Area, extent: Extent) -> Rect {
    let (x0, y0, x1, y1) = match area {
        Area::Rectangle {
            x,
            y,
            width,
            height,
        } => (x, y, x.saturating_add(width), y.saturating_add(height)),
        Area::Channel(channel) => (channel.into(), 0, u32::from(channel) + 1, u32::MAX),
        Area::Span { start, end } => (start, 0, end, 1),
    };
    Rect {
        x0,
        y0,
        x1: x1.min(extent.width),
        y1: y1.min(extent.height),
    }
}

/// Whether an area is a part of this payload: of its format, not empty, not outside, and not through a code point.
pub(crate) fn locate(area: Area, format: Format, payload: &Payload<'_>, extent: Extent) -> bool {
    if matches!(format.0, Layout::Opaque | Layout::Encoded(_)) {
        // It has no parts to be seen, so its regions only say who is in it.
        return true;
    }
    let rect = rect(area, extent);
    !rect.is_empty()
        && match (format.0, area, payload) {
            (Layout::Pcm { .. }, Area::Channel(_), _)
            | (Layout::Picture { .. }, Area::Rectangle { .. }, _) => true,
            // Its values are taken whole, wherever it begins and ends.
            (Layout::Json, Area::Span { end, .. }, _) => end <= extent.width,
            (Layout::Utf8, Area::Span { start, end }, Payload::Bytes(bytes)) => {
                end <= extent.width && is_boundary(bytes, start) && is_boundary(bytes, end)
            }
            _ => false,
        }
}

/// In valid UTF-8, whether no code point lies on both sides of this byte's beginning.
fn is_boundary(text: &[u8], index: u32) -> bool {
    const CONTINUATION: Range<u8> = 0x80..0xC0;
    text.get(index as usize)
        .is_none_or(|byte| !CONTINUATION.contains(byte))
}

impl Cut<'_> {
    pub(crate) fn takes_nothing(&self) -> bool {
        self.refused == 0 && !self.uncovered
    }

    /// Whether anything stays of a plane.
    pub(crate) fn leaves_something(&self, sampling: Sampling) -> bool {
        let Extent { width, height } = self.extent.sampled(sampling);
        self.with_edges(sampling, |edges| {
            intervals(edges.down, height).any(|(_, above)| {
                intervals(edges.across, width).any(|(_, over)| self.lets_stay(over & above))
            })
        })
    }

    /// Calls `part` with tiles of a plane, which together are all of it: from above downwards, and side by side from left to right.
    ///
    /// A sample that stands for several stays only if all of them do.
    pub(crate) fn tiles(&self, sampling: Sampling, mut part: impl FnMut(Tile)) {
        let Extent { width, height } = self.extent.sampled(sampling);
        self.with_edges(sampling, |edges| {
            for (rows, above) in intervals(edges.down, height) {
                let rows = rows.start as usize..rows.end as usize;
                let mut parts = intervals(edges.across, width)
                    .map(|(columns, over)| (columns, self.lets_stay(over & above)))
                    .peekable();
                while let Some((mut columns, stays)) = parts.next() {
                    while let Some((next, _)) = parts.next_if(|(_, next)| *next == stays) {
                        columns.end = next.end;
                    }
                    part(Tile {
                        rows: rows.clone(),
                        columns: columns.start as usize..columns.end as usize,
                        stays,
                    });
                }
            }
        });
    }

    /// Whether what lies under these regions stays.
    fn lets_stay(&self, over: u64) -> bool {
        (over & self.refused == 0) & ((over != 0) | !self.uncovered)
    }

    /// Finds once where in a plane regions begin and end, in a row and in a column, so that no row has to search for it.
    fn with_edges<R>(&self, sampling: Sampling, then: impl FnOnce(Edges<'_>) -> R) -> R {
        // Most frames have few regions, and room for many takes as long to clear as a short text to hide.
        const FEW: usize = 4;
        let (mut few, mut many);
        let room: &mut [u64] = if self.regions.len() <= FEW {
            few = [NO_EDGE; 4 * FEW];
            &mut few
        } else {
            many = [NO_EDGE; 4 * MAX_REGIONS];
            &mut many
        };
        let (across, down) = room.split_at_mut(room.len() / 2);
        for (index, rect) in self.rects(sampling) {
            for (room, places) in [
                (&mut *across, [rect.x0, rect.x1]),
                (&mut *down, [rect.y0, rect.y1]),
            ] {
                for place in places {
                    insert(room, edge(place, index));
                }
            }
        }
        then(Edges { across, down })
    }

    /// Which samples of a plane each region makes stay or go, of those that make a difference, and the region's index.
    ///
    /// One that goes takes every sample that shares anything with it; one that stays keeps those only that share nothing with its outside.
    fn rects(&self, sampling: Sampling) -> impl Iterator<Item = (u64, Rect)> {
        let regions = (0..64).zip(self.regions);
        regions.filter_map(move |(index, region)| {
            let rect = rect(region.area, self.extent);
            let rect = if self.refused & (1 << index) != 0 {
                rect.outwards(sampling)
            } else if self.uncovered {
                rect.inwards(sampling, self.extent)
            } else {
                return None;
            };
            (!rect.is_empty()).then_some((index, rect))
        })
    }
}

/// Where regions begin and end, sorted, in a row and in a column, and [`NO_EDGE`] in the places that are left.
struct Edges<'a> {
    across: &'a [u64],
    down: &'a [u64],
}

/// The bits of an edge that are its region's index.
const INDEX_BITS: u32 = MAX_REGIONS.trailing_zeros();
const _: () = assert!(MAX_REGIONS == u64::BITS as usize);

/// The beginning or the end of a region, so that edges are sorted by their place.
fn edge(place: u32, region: u64) -> u64 {
    (u64::from(place) << INDEX_BITS) | region
}

/// Beyond all edges.
const NO_EDGE: u64 = u64::MAX;

/// Puts an edge in its place among sorted ones; there are few, and this cannot panic.
fn insert(edges: &mut [u64], mut edge: u64) {
    for place in edges {
        if edge < *place {
            core::mem::swap(place, &mut edge);
            if edge == NO_EDGE {
                return;
            }
        }
    }
}

/// From 0 to `end`, the ranges between one edge and the next, each with a bit for every region over it.
fn intervals(edges: &[u64], end: u32) -> impl Iterator<Item = (Range<u32>, u64)> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a place has 32 bits, and beyond all edges they are ones"
    )]
    let place = |edge: u64| (edge >> INDEX_BITS) as u32;
    let mut edges = edges.iter().copied().peekable();
    let (mut start, mut over) = (0, 0u64);
    core::iter::from_fn(move || {
        if start >= end {
            return None;
        }
        while let Some(edge) = edges.next_if(|edge| place(*edge) <= start) {
            over ^= 1 << (edge % u64::from(u64::BITS));
        }
        let next = edges.peek().map_or(end, |edge| place(*edge).min(end));
        let range = start..next;
        start = next;
        Some((range, over))
    })
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use proptest::prelude::*;

    use super::*;
    use crate::Participant;

    const SAMPLINGS: [Sampling; 4] = [
        Sampling::new(Shared::ByOne, Shared::ByOne),
        Sampling::new(Shared::ByTwo, Shared::ByTwo),
        Sampling::new(Shared::ByTwo, Shared::ByOne),
        Sampling::new(Shared::ByOne, Shared::ByTwo),
    ];

    /// A frame of some size, and regions that lie in it at least in part.
    fn regions(most: usize) -> impl Strategy<Value = (Extent, Vec<Region>, u64, bool)> {
        let side = || prop_oneof![1u32..4, 4u32..9, Just(u32::MAX)];
        let place = (any::<u32>(), any::<u32>(), side(), side());
        let extent = (1u32..24, 1u32..12).prop_map(|(width, height)| Extent { width, height });
        let places = prop::collection::vec(place, 0..=most);
        let refused = prop_oneof![Just(0), any::<u64>(), (0u32..64).prop_map(|bit| 1 << bit)];
        (extent, places, refused, any::<bool>()).prop_map(|(extent, places, refused, uncovered)| {
            let region = |(x, y, width, height)| {
                let (x, y) = (x % extent.width, y % extent.height);
                let area = Area::Rectangle {
                    x,
                    y,
                    width,
                    height,
                };
                Region::new(Participant::UNKNOWN, area)
            };
            let regions: Vec<_> = places.into_iter().map(region).collect();
            // No bit is set that no region has.
            let last = u32::try_from(regions.len()).unwrap();
            let refused = refused & 1u64.unbounded_shl(last).wrapping_sub(1);
            (extent, regions, refused, uncovered)
        })
    }

    /// Whether a sample of the frame stays, by every region in turn.
    fn stays(cut: &Cut<'_>, x: u32, y: u32) -> bool {
        let (mut covered, mut refused) = (false, false);
        for (index, region) in cut.regions.iter().enumerate() {
            let Rect { x0, y0, x1, y1 } = rect(region.area, cut.extent);
            let covers = (x0..x1).contains(&x) && (y0..y1).contains(&y);
            covered |= covers;
            refused |= covers && cut.refused >> index & 1 == 1;
        }
        !refused && (covered || !cut.uncovered)
    }

    /// Against every sample of the frame, one by one.
    fn agrees_sample_by_sample(cut: &Cut<'_>) -> Result<(), TestCaseError> {
        let extent = cut.extent;
        let all = || (0..extent.height).flat_map(|y| (0..extent.width).map(move |x| (x, y)));
        let something = cut.leaves_something(Sampling::ONE);
        prop_assert_eq!(something, all().any(|(x, y)| stays(cut, x, y)));
        for sampling in SAMPLINGS {
            let Extent { width, height } = extent.sampled(sampling);
            let mut found = vec![None; (width * height) as usize];
            cut.tiles(sampling, |tile| {
                for y in tile.rows {
                    for x in tile.columns.clone() {
                        let before = found[y * width as usize + x].replace(tile.stays);
                        assert_eq!(before, None, "no sample is in two tiles");
                    }
                }
            });
            prop_assert_eq!(cut.leaves_something(sampling), found.contains(&Some(true)));
            for (place, found) in (0..).zip(found) {
                let (x, y) = (place % width, place / width);
                let shares = |&(lx, ly): &(u32, u32)| {
                    (lx / sampling.across.get(), ly / sampling.down.get()) == (x, y)
                };
                let all_stay = all().filter(shares).all(|(x, y)| stays(cut, x, y));
                let meets_nothing =
                    sampling.across.get() * sampling.down.get() == 1 || !cut.uncovered;
                // Where two regions meet inside a sample it may go though either would let it stay.
                if meets_nothing {
                    prop_assert_eq!(found, Some(all_stay));
                } else {
                    prop_assert!(found.is_some() && (all_stay || found == Some(false)));
                }
            }
        }
        Ok(())
    }

    proptest! {
        #[test]
        fn r4_what_stays_agrees_sample_by_sample((extent, regions, refused, uncovered) in regions(5)) {
            agrees_sample_by_sample(&Cut { regions: &regions, refused, uncovered, extent })?;
        }

        #[test]
        fn r4_what_stays_agrees_with_as_many_regions_as_may_be((extent, regions, refused, uncovered) in regions(MAX_REGIONS)) {
            agrees_sample_by_sample(&Cut { regions: &regions, refused, uncovered, extent })?;
        }
    }
}
