//! Partitions a picture into the largest blocks that VP9 and AV1 allow.
//!
//! A superblock is 64 by 64 samples. A block that reaches beyond the picture's edge is halved if the other half is outside, or else split into four.

use super::header::Size;

/// The side of a superblock, in units of 8 samples, the side of the smallest block.
const LARGEST: u32 = 8;
/// Wider pictures have several tiles.
const WIDEST: u32 = 4096;

/// Returns how many bytes a black picture of this many macroblocks takes at most. Few blocks are smaller than 64 by 64 samples.
pub(super) const fn room_for(macroblocks: usize) -> usize {
    macroblocks / 4 + 512
}

/// Writes the syntax of a codec's blocks.
pub(super) trait BlockWriter {
    /// Writes how a square is partitioned.
    fn partition(&mut self, square: Square);
    fn block(&mut self, block: Block);
}

/// A square that is coded as one block.
#[derive(Clone, Copy)]
pub(super) struct Square {
    /// The binary logarithm of its side in units of 8 samples.
    pub(super) order: usize,
    /// Whether the block above it (1) and the one to its left (2) are smaller.
    pub(super) context: usize,
    pub(super) partition: Partition,
}

#[derive(Clone, Copy)]
pub(super) enum Partition {
    /// `PARTITION_NONE`
    None,
    /// `PARTITION_HORZ`; the lower half is outside the picture.
    Horizontal,
    /// `PARTITION_VERT`; the right half is outside the picture.
    Vertical,
}

#[derive(Clone, Copy)]
pub(super) struct Block {
    /// Whether it is the first, which alone has a residual.
    pub(super) is_first: bool,
    /// How many of the blocks above it and to its left have `skip` set: all but the first have.
    pub(super) skip_context: usize,
    /// In samples.
    pub(super) longest_side: u32,
}

/// Whether a picture has blocks: neither a very small one nor a very wide one has.
pub(super) const fn can_divide(size: Size) -> bool {
    const HALF: u32 = 4 * LARGEST;
    size.width > HALF && size.height > HALF && size.width <= WIDEST
}

/// Writes a picture's blocks, of which the first has 64 by 64 samples. Returns `None` for pictures too small for that, and for very wide ones.
pub(super) fn divide(size: Size, to: &mut impl BlockWriter) -> Option<()> {
    if !can_divide(size) {
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
    /// For each column of 8 samples, and each row of a row of superblocks: a bit for every order that is larger than the block there.
    above: [u8; (WIDEST / 8) as usize],
    left: [u8; LARGEST as usize],
}

impl Blocks {
    fn divide(&mut self, row: u32, column: u32, side: u32, to: &mut impl BlockWriter) {
        if row >= self.down || column >= self.across {
            return;
        }
        let half = side / 2;
        let partition = match (row + half < self.down, column + half < self.across) {
            (true, true) => Partition::None,
            (false, true) => Partition::Horizontal,
            (true, false) => Partition::Vertical,
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
        to.partition(Square {
            order: order as usize,
            context: usize::from(2 * left + above),
            partition,
        });
        let (width, height) = match partition {
            Partition::None => (side, side),
            Partition::Horizontal => (side, half),
            Partition::Vertical => (half, side),
        };
        let is_below_another = row > LARGEST || row > 0 && column >= LARGEST;
        let is_beside_another = column > LARGEST || column > 0 && row >= LARGEST;
        to.block(Block {
            is_first: (row, column) == (0, 0),
            skip_context: usize::from(is_below_another) + usize::from(is_beside_another),
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
