//! Divides a frame into the parts that stay and those that are hidden.

use core::ops::Range;

use crate::{
    media::{
        format::{Format, Layout, Scale, Subsampling},
        payload::{Extent, Payload},
    },
    types::{
        fault::Fault,
        region::{Area, MAX_REGIONS, Region, RegionSet},
    },
};

/// The parts of a frame to hide.
pub(crate) struct Cut<'a> {
    /// All of its regions; each lies in the frame.
    pub(crate) regions: &'a [Region],
    /// The regions to hide, or the fields of a record.
    pub(crate) refused: RegionSet,
    /// Whether to hide everything outside of the regions too.
    pub(crate) uncovered: bool,
    pub(crate) extent: Extent,
}

/// The samples from `x0` up to but not including `x1` in the rows from `y0` up to but not including `y1`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Rect {
    x0: u32,
    y0: u32,
    x1: u32,
    y1: u32,
}

/// A rectangle of a plane's units that all stay or are all hidden.
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

    /// Returns the units of a plane that overlap this rectangle.
    fn outwards(self, subsampling: Subsampling) -> Self {
        let (x, y) = (subsampling.x.luma_samples(), subsampling.y.luma_samples());
        Self {
            x0: self.x0 / x,
            y0: self.y0 / y,
            x1: self.x1.div_ceil(x),
            y1: self.y1.div_ceil(y),
        }
    }

    /// Returns the units of a plane that overlap nothing of the frame outside of this rectangle.
    fn inwards(self, subsampling: Subsampling, extent: Extent) -> Self {
        let end = |end: u32, side: u32, scale: Scale| {
            if end == side {
                end.div_ceil(scale.luma_samples())
            } else {
                end / scale.luma_samples()
            }
        };
        Self {
            x0: self.x0.div_ceil(subsampling.x.luma_samples()),
            y0: self.y0.div_ceil(subsampling.y.luma_samples()),
            x1: end(self.x1, extent.width, subsampling.x),
            y1: end(self.y1, extent.height, subsampling.y),
        }
    }
}

/// Returns an area's place in a frame of this extent; rectangles are clipped to it.
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

/// Whether an area is a part of this payload: it fits the format, is not empty, not outside, and does not split a code point.
pub(crate) fn locate(area: Area, format: Format, payload: &Payload<'_>, extent: Extent) -> bool {
    if matches!(format.0, Layout::Opaque | Layout::Encoded(_)) {
        // The gate cannot see its parts, so its regions only say who is in it.
        return true;
    }
    let rect = rect(area, extent);
    !rect.is_empty()
        && match (format.0, area, payload) {
            (Layout::Pcm { .. }, Area::Channel(_), _)
            | (Layout::Picture { .. }, Area::Rectangle { .. }, _) => true,
            // Values are hidden whole, wherever it begins and ends.
            (Layout::Json, Area::Span { end, .. }, _) => end <= extent.width,
            (Layout::Utf8, Area::Span { start, end }, Payload::Bytes(bytes)) => {
                end <= extent.width && is_boundary(bytes, start) && is_boundary(bytes, end)
            }
            _ => false,
        }
}

/// Returns why an area is no part of a payload: the counterpart of [`locate`].
#[cold]
pub(crate) fn fault(
    area: Area,
    format: Format,
    payload: &Payload<'_>,
    extent: Extent,
) -> Option<Fault> {
    if locate(area, format, payload, extent) {
        return None;
    }
    Some(match (format.0, area) {
        (Layout::Pcm { .. }, Area::Channel(_)) => Fault::NoSuchChannel,
        (Layout::Picture { .. }, Area::Rectangle { width, height, .. }) => {
            if width == 0 || height == 0 {
                Fault::EmptyArea
            } else {
                Fault::AreaOutside
            }
        }
        (Layout::Utf8 | Layout::Json, Area::Span { start, end }) => {
            if start >= end {
                Fault::EmptyArea
            } else if end > extent.width {
                Fault::AreaOutside
            } else {
                Fault::SplitCharacter
            }
        }
        _ => Fault::AreaKind,
    })
}

/// Whether a code point of valid UTF-8 begins at this byte, or the text ends before it.
fn is_boundary(text: &[u8], index: u32) -> bool {
    const CONTINUATION: Range<u8> = 0x80..0xC0;
    text.get(index as usize)
        .is_none_or(|byte| !CONTINUATION.contains(byte))
}

impl Cut<'_> {
    pub(crate) fn takes_nothing(&self) -> bool {
        self.refused.is_empty() && !self.uncovered
    }

    /// Whether anything stays of a plane.
    pub(crate) fn leaves_something(&self, subsampling: Subsampling) -> bool {
        let Extent { width, height } = subsampling.plane_extent(self.extent);
        self.with_edges(subsampling, |edges| {
            intervals(edges.y, height).any(|(_, rows)| {
                intervals(edges.x, width)
                    .any(|(_, columns)| self.lets_stay(columns.intersection(rows)))
            })
        })
    }

    /// Calls `part` with tiles that together make up a plane: from top to bottom, and in each row from left to right.
    ///
    /// A unit stays only if all luma samples that share it do.
    pub(crate) fn tiles(&self, subsampling: Subsampling, mut part: impl FnMut(Tile)) {
        let Extent { width, height } = subsampling.plane_extent(self.extent);
        self.with_edges(subsampling, |edges| {
            for (rows, of_rows) in intervals(edges.y, height) {
                let rows = rows.start as usize..rows.end as usize;
                let mut parts = intervals(edges.x, width)
                    .map(|(columns, of_columns)| {
                        (columns, self.lets_stay(of_columns.intersection(of_rows)))
                    })
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

    /// Whether a unit that these regions cover stays.
    fn lets_stay(&self, covered_by: RegionSet) -> bool {
        !covered_by.intersects(self.refused) & (!covered_by.is_empty() | !self.uncovered)
    }

    /// Sorts the edges of all regions once for a plane, so that no row has to search for them.
    fn with_edges<R>(&self, subsampling: Subsampling, then: impl FnOnce(Edges<'_>) -> R) -> R {
        // Most frames have few regions, and clearing room for many takes as long as hiding a short text.
        const FEW: usize = 4;
        let (mut few, mut many);
        let room: &mut [u64] = if self.regions.len() <= FEW {
            few = [NO_EDGE; 4 * FEW];
            &mut few
        } else {
            many = [NO_EDGE; 4 * MAX_REGIONS];
            &mut many
        };
        let (x, y) = room.split_at_mut(room.len() / 2);
        for (index, rect) in self.rects(subsampling) {
            for (room, places) in [(&mut *x, [rect.x0, rect.x1]), (&mut *y, [rect.y0, rect.y1])] {
                for place in places {
                    insert(room, edge(place, index));
                }
            }
        }
        then(Edges { x, y })
    }

    /// Returns the index of each region that makes a difference, and the units of a plane that it covers.
    ///
    /// A hidden region covers every unit that overlaps it, one that stays only those that lie wholly inside.
    fn rects(&self, subsampling: Subsampling) -> impl Iterator<Item = (u32, Rect)> {
        let regions = (0..u64::BITS).zip(self.regions);
        regions.filter_map(move |(index, region)| {
            let rect = rect(region.area, self.extent);
            let rect = if self.refused.contains(index) {
                rect.outwards(subsampling)
            } else if self.uncovered {
                rect.inwards(subsampling, self.extent)
            } else {
                return None;
            };
            (!rect.is_empty()).then_some((index, rect))
        })
    }
}

/// The columns and the rows where regions begin and end, sorted, followed by [`NO_EDGE`] in unused places.
struct Edges<'a> {
    x: &'a [u64],
    y: &'a [u64],
}

/// The bits of an edge that are its region's index.
const INDEX_BITS: u32 = MAX_REGIONS.trailing_zeros();

/// The beginning or the end of a region, with its place in the upper bits, so that edges are sorted by it.
fn edge(place: u32, region: u32) -> u64 {
    (u64::from(place) << INDEX_BITS) | u64::from(region)
}

/// Sorted behind all edges.
const NO_EDGE: u64 = u64::MAX;

/// Inserts an edge among sorted ones. There are few, and this cannot panic.
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

/// Returns the ranges from one edge to the next, from 0 to `end`, each with the regions that cover it.
fn intervals(edges: &[u64], end: u32) -> impl Iterator<Item = (Range<u32>, RegionSet)> {
    #[expect(
        clippy::cast_possible_truncation,
        reason = "a place has 32 bits, and beyond all edges they are ones"
    )]
    let place = |edge: u64| (edge >> INDEX_BITS) as u32;
    let region = |edge: u64| (edge % (1 << INDEX_BITS)) as u32;
    let mut edges = edges.iter().copied().peekable();
    let (mut start, mut covered_by) = (0, RegionSet::EMPTY);
    core::iter::from_fn(move || {
        if start >= end {
            return None;
        }
        while let Some(edge) = edges.next_if(|edge| place(*edge) <= start) {
            covered_by.toggle(region(edge));
        }
        let next = edges.peek().map_or(end, |edge| place(*edge).min(end));
        let range = start..next;
        start = next;
        Some((range, covered_by))
    })
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use proptest::prelude::*;

    use super::*;
    use crate::Participant;

    const SUBSAMPLINGS: [Subsampling; 4] = [
        Subsampling::new(Scale::Full, Scale::Full),
        Subsampling::new(Scale::Half, Scale::Half),
        Subsampling::new(Scale::Half, Scale::Full),
        Subsampling::new(Scale::Full, Scale::Half),
    ];

    /// A frame of some size, and regions that lie in it at least in part.
    fn regions(most: usize) -> impl Strategy<Value = (Extent, Vec<Region>, RegionSet, bool)> {
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
            let mut set = RegionSet::EMPTY;
            for index in (0..).take(regions.len()) {
                if refused >> index & 1 == 1 {
                    set.insert(index);
                }
            }
            (extent, regions, set, uncovered)
        })
    }

    /// Whether a sample of the frame stays, by every region in turn.
    fn stays(cut: &Cut<'_>, x: u32, y: u32) -> bool {
        let (mut covered, mut refused) = (false, false);
        for (index, region) in (0..).zip(cut.regions) {
            let Rect { x0, y0, x1, y1 } = rect(region.area, cut.extent);
            let covers = (x0..x1).contains(&x) && (y0..y1).contains(&y);
            covered |= covers;
            refused |= covers && cut.refused.contains(index);
        }
        !refused && (covered || !cut.uncovered)
    }

    /// Against every sample of the frame, one by one.
    fn agrees_sample_by_sample(cut: &Cut<'_>) -> Result<(), TestCaseError> {
        let extent = cut.extent;
        let all = || (0..extent.height).flat_map(|y| (0..extent.width).map(move |x| (x, y)));
        let something = cut.leaves_something(Subsampling::NONE);
        prop_assert_eq!(something, all().any(|(x, y)| stays(cut, x, y)));
        for subsampling in SUBSAMPLINGS {
            let Extent { width, height } = subsampling.plane_extent(extent);
            let (x_scale, y_scale) = (subsampling.x.luma_samples(), subsampling.y.luma_samples());
            let mut found = vec![None; (width * height) as usize];
            cut.tiles(subsampling, |tile| {
                for y in tile.rows {
                    for x in tile.columns.clone() {
                        let before = found[y * width as usize + x].replace(tile.stays);
                        assert_eq!(before, None, "no sample is in two tiles");
                    }
                }
            });
            prop_assert_eq!(
                cut.leaves_something(subsampling),
                found.contains(&Some(true))
            );
            for (place, found) in (0..).zip(found) {
                let (x, y) = (place % width, place / width);
                let shares = |&(lx, ly): &(u32, u32)| (lx / x_scale, ly / y_scale) == (x, y);
                let all_stay = all().filter(shares).all(|(x, y)| stays(cut, x, y));
                let meets_nothing = x_scale * y_scale == 1 || !cut.uncovered;
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
