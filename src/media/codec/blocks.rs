//! How VP9 and AV1 divide a picture into blocks: as little as they can.
//!
//! The largest is 64 by 64 samples. One that reaches out of the picture is halved, if its middle is in the picture one way, or divided into four.

use super::Size;

/// A block of 8 by 8 is the smallest; this many of them a side are a largest block.
const LARGEST: u32 = 8;
/// Beyond it a picture has several tiles.
const WIDEST: u32 = 4096;

/// The most bytes of black pictures: all headers, and a byte for each block of 16 by 16, of which few are smaller than 64 by 64.
pub(super) const fn room_for(macroblocks: usize) -> usize {
    macroblocks / 4 + 512
}

/// Where a picture's blocks are written.
pub(super) trait BlockWriter {
    /// That a square is kept as whole as it can be.
    fn keep(&mut self, square: Square);
    fn block(&mut self, block: Block);
}

/// A square of 8 samples to the power of two a side.
#[derive(Clone, Copy)]
pub(super) struct Square {
    pub(super) order: usize,
    /// Whether what is above it (1) and to the left (2) is smaller.
    pub(super) context: usize,
    pub(super) kept: Kept,
}

#[derive(Clone, Copy)]
pub(super) enum Kept {
    Whole,
    Upper,
    Left,
}

#[derive(Clone, Copy)]
pub(super) struct Block {
    pub(super) is_first: bool,
    /// How many of the two before it, above and to the left, are not the first.
    pub(super) others: usize,
    /// In samples.
    pub(super) longest_side: u32,
}

/// Writes a picture's blocks, the first of which is a largest one. None for pictures so small that it is not, and for very wide ones.
pub(super) fn divide(size: Size, to: &mut impl BlockWriter) -> Option<()> {
    const HALF: u32 = 4 * LARGEST;
    if size.width <= HALF || size.height <= HALF || size.width > WIDEST {
        return None;
    }
    let (across, down) = size.blocks(8);
    let mut blocks = Blocks {
        across,
        down,
        above: [0; (WIDEST / 8) as usize],
        left: [0; LARGEST as usize],
    };
    for row in (0..down).step_by(LARGEST as usize) {
        blocks.left = [0; LARGEST as usize];
        for column in (0..across).step_by(LARGEST as usize) {
            blocks.divide(row, column, LARGEST, to);
        }
    }
    Some(())
}

struct Blocks {
    across: u32,
    down: u32,
    /// Of each column of 8 samples, and each row of a row of largest blocks: which sizes are larger than the block before, as bits.
    above: [u8; (WIDEST / 8) as usize],
    left: [u8; LARGEST as usize],
}

impl Blocks {
    fn divide(&mut self, row: u32, column: u32, side: u32, to: &mut impl BlockWriter) {
        if row >= self.down || column >= self.across {
            return;
        }
        let half = side / 2;
        let kept = match (row + half < self.down, column + half < self.across) {
            (true, true) => Kept::Whole,
            (false, true) => Kept::Upper,
            (true, false) => Kept::Left,
            (false, false) => {
                for (down, across) in [(0, 0), (0, half), (half, 0), (half, half)] {
                    self.divide(row + down, column + across, half, to);
                }
                return;
            }
        };
        let order = side.trailing_zeros();
        let is_smaller = |before: Option<&u8>| before.map_or(0, |before| before >> order & 1);
        let above = is_smaller(self.above.get(column as usize));
        let left = is_smaller(self.left.get((row % LARGEST) as usize));
        to.keep(Square {
            order: order as usize,
            context: usize::from(2 * left + above),
            kept,
        });
        let (width, height) = match kept {
            Kept::Whole => (side, side),
            Kept::Upper => (side, half),
            Kept::Left => (half, side),
        };
        let is_below_another = row > LARGEST || row > 0 && column >= LARGEST;
        let is_beside_another = column > LARGEST || column > 0 && row >= LARGEST;
        to.block(Block {
            is_first: (row, column) == (0, 0),
            others: usize::from(is_below_another) + usize::from(is_beside_another),
            longest_side: 8 * width.max(height),
        });
        let larger =
            |side: u32| u8::try_from(0xF & 0xE << side.trailing_zeros()).unwrap_or_default();
        let at = |from: u32| from as usize..(from + side) as usize;
        if let Some(above) = self.above.get_mut(at(column)) {
            above.fill(larger(width));
        }
        if let Some(left) = self.left.get_mut(at(row % LARGEST)) {
            left.fill(larger(height));
        }
    }
}
