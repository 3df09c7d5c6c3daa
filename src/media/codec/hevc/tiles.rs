//! Tiles: rectangles of coding tree blocks, each decoded by itself.

use super::blocks::Blocks;

/// The columns and rows of tiles: their widths and heights in coding tree blocks; behind the last, zeros.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tiles {
    columns: [u16; Self::MOST_COLUMNS as usize],
    rows: [u16; Self::MOST_ROWS as usize],
}

/// A rectangle, in coding tree blocks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Tile {
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
}

impl Tiles {
    // Of any level (table A.8).
    pub(super) const MOST_COLUMNS: u32 = 20;
    pub(super) const MOST_ROWS: u32 = 22;

    /// `next` returns the next column's width, then the next row's height, and is given what it is if all are alike; the last of each is what is left.
    /// Returns `None` if nothing is.
    pub(super) fn new(
        blocks: &Blocks,
        columns: u32,
        rows: u32,
        mut next: impl FnMut(u32) -> Option<u32>,
    ) -> Option<Self> {
        let (width, height) = blocks.in_ctbs();
        Some(Self {
            columns: divide(width, columns, &mut next)?,
            rows: divide(height, rows, &mut next)?,
        })
    }

    /// Iterates over them in decoding order.
    pub(super) fn iter(&self) -> impl Iterator<Item = Tile> {
        places(self.rows).flat_map(|(y, height)| {
            places(self.columns).map(move |(x, width)| Tile {
                x,
                y,
                width,
                height,
            })
        })
    }
}

/// Divides a side into so many parts (§6.5.1).
fn divide<const MOST: usize>(
    side: u32,
    count: u32,
    next: &mut impl FnMut(u32) -> Option<u32>,
) -> Option<[u16; MOST]> {
    let mut parts = [0; MOST];
    let mut left = side;
    for (part, place) in parts.iter_mut().zip(1..=count) {
        let alike = place * side / count - (place - 1) * side / count;
        let length = if place == count { left } else { next(alike)? };
        left = left.checked_sub(length).filter(|_| length > 0)?;
        *part = u16::try_from(length).ok()?;
    }
    (left == 0).then_some(parts)
}

/// Where each part begins, and its length.
fn places<const MOST: usize>(parts: [u16; MOST]) -> impl Iterator<Item = (u32, u32)> + Clone {
    let mut end = 0;
    let parts = parts.into_iter().take_while(|part| *part > 0);
    parts.map(u32::from).map(move |part| {
        end += part;
        (end - part, part)
    })
}

#[cfg(test)]
mod tests {
    use std::vec::Vec;

    use super::*;

    /// A picture of five blocks by three, the last of which are cut off.
    const BLOCKS: Blocks = Blocks {
        width: 5 * 64 - 8,
        height: 3 * 64 - 56,
        min_coding: 3,
        ctb: 6,
        min_transform: 2,
        max_transform: 5,
        max_transform_hierarchy_depth_intra: 0,
    };

    fn sizes(tiles: &Tiles) -> Vec<[u32; 4]> {
        let sides = |tile: Tile| [tile.x, tile.y, tile.width, tile.height];
        tiles.iter().map(sides).collect()
    }

    #[test]
    fn tiles_are_alike_or_as_they_are_said_to_be() {
        let one = Tiles::new(&BLOCKS, 1, 1, Some).unwrap();
        assert_eq!(sizes(&one), [[0, 0, 5, 3]]);
        let alike = Tiles::new(&BLOCKS, 2, 2, Some).unwrap();
        let expected = [[0, 0, 2, 1], [2, 0, 3, 1], [0, 1, 2, 2], [2, 1, 3, 2]];
        assert_eq!(sizes(&alike), expected);
        let mut said = [1, 2, 2].into_iter();
        let other = Tiles::new(&BLOCKS, 3, 2, |_| said.next()).unwrap();
        let expected = [[0, 0, 1, 2], [1, 0, 2, 2], [3, 0, 2, 2]];
        assert_eq!(sizes(&other)[..3], expected);
        assert_eq!(sizes(&other)[5], [3, 2, 2, 1]);
    }

    #[test]
    fn more_than_there_is_cannot_be_divided() {
        for (columns, rows, next) in [(6, 1, 1), (2, 1, 5), (2, 1, 0), (1, 2, 3), (1, 2, u32::MAX)]
        {
            assert_eq!(Tiles::new(&BLOCKS, columns, rows, |_| Some(next)), None);
        }
        assert_eq!(Tiles::new(&BLOCKS, 2, 1, |_| None), None);
    }
}
