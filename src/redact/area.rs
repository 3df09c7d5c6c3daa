use core::ops::Range;

use crate::{
    frame::{Area, Region},
    payload::{Extent, Format, Layout, Payload, Sampling},
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

impl Rect {
    const EMPTY: Self = Self {
        x0: 0,
        y0: 0,
        x1: 0,
        y1: 0,
    };

    fn covers(self, x: u32, y: u32) -> bool {
        (self.x0 <= x) & (x < self.x1) & (self.y0 <= y) & (y < self.y1)
    }

    /// The samples of a plane that share anything with this rectangle.
    fn outwards(self, sampling: Sampling) -> Self {
        Self {
            x0: self.x0 / sampling.across,
            y0: self.y0 / sampling.down,
            x1: self.x1.div_ceil(sampling.across),
            y1: self.y1.div_ceil(sampling.down),
        }
    }

    /// The samples of a plane that share nothing with what lies outside of this rectangle and inside the frame.
    fn inwards(self, sampling: Sampling, extent: Extent) -> Self {
        let end = |end: u32, side: u32, by: u32| {
            if end == side {
                end.div_ceil(by)
            } else {
                end / by
            }
        };
        Self {
            x0: self.x0.div_ceil(sampling.across),
            y0: self.y0.div_ceil(sampling.down),
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
        Area::Channel(channel) => (channel.into(), 0, u32::from(channel) + 1, 1),
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
    if format.0 == Layout::Opaque {
        // It has no parts to be seen, so its regions only say who is in it.
        return true;
    }
    let rect = rect(area, extent);
    let inside = rect.x0 < rect.x1 && rect.y0 < rect.y1;
    inside
        && match (format.0, area, payload) {
            (Layout::Pcm { .. }, Area::Channel(_), _)
            | (Layout::I420 { .. }, Area::Rectangle { .. }, _) => true,
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

    fn rects(&self) -> impl Iterator<Item = (Rect, bool)> {
        self.regions.iter().enumerate().map(|(index, region)| {
            let refused =
                self.refused & 1u64.unbounded_shl(u32::try_from(index).unwrap_or(u32::MAX)) != 0;
            (rect(region.area, self.extent), refused)
        })
    }

    /// Whether the sample at this place stays.
    pub(crate) fn stays(&self, x: u32, y: u32) -> bool {
        let (mut covered, mut refused) = (false, false);
        for (rect, goes) in self.rects() {
            let covers = rect.covers(x, y);
            covered |= covers;
            refused |= covers & goes;
        }
        !refused & (covered | !self.uncovered)
    }

    /// Whether any sample stays.
    ///
    /// If one does, then so does one that can go no further up, nor, there, further left: the beginning of the frame,
    /// of a region, or of what follows one.
    pub(crate) fn leaves_something(&self) -> bool {
        let xs =
            || core::iter::once(0).chain(self.rects().flat_map(|(rect, _)| [rect.x0, rect.x1]));
        let ys =
            || core::iter::once(0).chain(self.rects().flat_map(|(rect, _)| [rect.y0, rect.y1]));
        let inside = |x, y| x < self.extent.width && y < self.extent.height;
        ys().any(|y| xs().any(|x| inside(x, y) && self.stays(x, y)))
    }

    /// Calls `part` with each run of samples in a row of a plane, from left to right, and whether it stays.
    ///
    /// A sample that stands for several stays only if all of them do.
    pub(crate) fn runs(
        &self,
        y: u32,
        sampling: Sampling,
        mut part: impl FnMut(Range<usize>, bool),
    ) {
        let width = self.extent.sampled(sampling).width;
        let in_row = |rect: Rect| {
            if rect.y0 <= y && y < rect.y1 {
                rect
            } else {
                Rect::EMPTY
            }
        };
        let rects = || {
            self.rects().map(|(rect, refused)| {
                let covering = in_row(rect.inwards(sampling, self.extent));
                let refused = if refused {
                    in_row(rect.outwards(sampling))
                } else {
                    Rect::EMPTY
                };
                (covering, refused)
            })
        };
        let mut x = 0;
        while x < width {
            let (mut covered, mut refused, mut end) = (false, false, width);
            for (covering, refusing) in rects() {
                covered |= covering.covers(x, y);
                refused |= refusing.covers(x, y);
                for edge in [covering.x0, covering.x1, refusing.x0, refusing.x1] {
                    if edge > x {
                        end = end.min(edge);
                    }
                }
            }
            part(
                x as usize..end as usize,
                !refused & (covered | !self.uncovered),
            );
            x = end;
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use proptest::prelude::*;

    use super::*;
    use crate::{Participant, payload::I420};

    /// A frame of some size, and regions that lie in it at least in part.
    fn regions() -> impl Strategy<Value = (Extent, Vec<Region>, u64, bool)> {
        let place = (any::<u32>(), any::<u32>(), 1u32..9, 1u32..9);
        let extent = (1u32..12, 1u32..12).prop_map(|(width, height)| Extent { width, height });
        let places = prop::collection::vec(place, 0..5);
        (extent, places, any::<u64>(), any::<bool>()).prop_map(
            |(extent, places, refused, uncovered)| {
                let region = |(x, y, width, height)| {
                    let (x, y) = (x % extent.width, y % extent.height);
                    Region::new(
                        Participant::UNKNOWN,
                        Area::Rectangle {
                            x,
                            y,
                            width,
                            height,
                        },
                    )
                };
                (
                    extent,
                    places.into_iter().map(region).collect(),
                    refused,
                    uncovered,
                )
            },
        )
    }

    proptest! {
        /// Against every sample of the frame, one by one.
        #[test]
        fn r4_what_stays_agrees_sample_by_sample((extent, regions, refused, uncovered) in regions()) {
            let cut = Cut { regions: &regions, refused, uncovered, extent };
            let all = || (0..extent.height).flat_map(|y| (0..extent.width).map(move |x| (x, y)));
            prop_assert_eq!(cut.leaves_something(), all().any(|(x, y)| cut.stays(x, y)));
            for sampling in I420.into_iter().flatten() {
                let size = extent.sampled(sampling);
                for y in 0..size.height {
                    let mut stays = vec![None; size.width as usize];
                    cut.runs(y, sampling, |run, stay| stays[run].fill(Some(stay)));
                    for (x, stays) in (0..).zip(stays) {
                        let mut shared = all().filter(|&(lx, ly)| (lx / sampling.across, ly / sampling.down) == (x, y));
                        let all_stay = shared.all(|(x, y)| cut.stays(x, y));
                        // Where two regions meet inside a sample it may go though either would let it stay.
                        if sampling.across == 1 || !uncovered {
                            prop_assert_eq!(stays, Some(all_stay));
                        } else {
                            prop_assert!(stays.is_some() && (all_stay || stays == Some(false)));
                        }
                    }
                }
            }
        }
    }
}
