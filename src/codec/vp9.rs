//! VP9 frames, or superframes of several, and black ones (VP9 bitstream and decoding process specification, version 0.6).

use super::{
    Header, Sequence, Size,
    arithmetic::BoolWriter,
    bits::{BitReader, BitWriter},
};

const SYNC_CODE: u32 = 0x49_83_42;

/// Reads what is not compressed of the first frame (§6.2).
pub(super) fn read(frame: &[u8]) -> Option<Header> {
    let mut bits = BitReader::new(frame);
    if bits.number(2)? != 2 {
        return None;
    }
    let profile = bits.number(1)? | bits.number(1)? << 1;
    if profile == 3 && bits.flag()? {
        return None;
    }
    let is_repeated = bits.flag()?;
    if is_repeated {
        return Some(Header::inner(true));
    }
    let is_inner = bits.flag()?;
    let is_shown = bits.flag()?;
    let _is_resilient = bits.flag()?;
    if is_inner {
        // What is not shown is in front of what is, in a superframe.
        return Some(Header::inner(is_shown || is_superframe(frame)));
    }
    if bits.number(24)? != SYNC_CODE {
        return None;
    }
    let size = if profile == 0 { size(&mut bits) } else { None };
    Some(Header {
        is_shown: is_shown || is_superframe(frame),
        ..Header::start(size.map_or(Sequence::Other, Sequence::Of))
    })
}

/// The size of a keyframe of 8-bit 4:2:0.
fn size(bits: &mut BitReader<'_>) -> Option<Size> {
    const RGB: u32 = 7;
    if bits.number(3)? == RGB {
        return None;
    }
    let _range = bits.flag()?;
    let (width, height) = (bits.number(16)? + 1, bits.number(16)? + 1);
    Size::new(width, height)
}

/// Whether an index of several frames is at the end (annex B).
fn is_superframe(frame: &[u8]) -> bool {
    frame.last().is_some_and(|last| last & 0xE0 == 0xC0)
}

/// The frame that shows the first of those that are kept once more: after a black keyframe, which all of them are, a black one.
pub(super) const REPEATED: [u8; 1] = [0x88];

/// The most bytes of black pictures: all headers, and a byte for each block of 16 by 16, of which few are smaller than 64 by 64.
pub(super) const fn room_for(macroblocks: usize) -> usize {
    macroblocks / 4 + 512
}

/// A block of 8 by 8 is the smallest; this many of them a side are a largest block.
const LARGEST: u32 = 8;
/// Beyond it a picture has several tiles.
const WIDEST: u32 = 4096;
/// Quantisers are told by their place in a table; at this one the first coefficient is multiplied by 925.
const QUANTISER: u32 = 245;

/// Writes a black keyframe; gives its length. None for those so small that the first block is not a largest one, and for very wide ones.
///
/// Each block is predicted from the mean of those before it; before the first there are none, which means 128, and so it alone has a difference.
pub(super) fn write_black(size: Size, room: &mut [u8]) -> Option<usize> {
    const HALF: u32 = 4 * LARGEST;
    if size.width <= HALF || size.height <= HALF || size.width > WIDEST {
        return None;
    }
    let (head, body) = room.split_at_mut_checked(HEAD)?;
    let mut to = BoolWriter::new(body);
    to.number(0, 1);
    // Transforms as large as the blocks are; no probability changes.
    to.number(0b110, 3);
    to.number(0, 4);
    for _ in 0..3 {
        to.flag(false, 252);
    }
    let compressed = to.finish()?;
    let (_, blocks) = body.split_at_mut_checked(compressed)?;
    let mut to = BoolWriter::new(blocks);
    to.number(0, 1);
    Blocks::new(size).write(&mut to);
    let blocks = to.finish()?;
    write_head(size, compressed, head)?;
    Some(HEAD + compressed + blocks)
}

const HEAD: usize = 14;

/// What is not compressed of a keyframe that is shown (§6.2).
fn write_head(size: Size, compressed: usize, head: &mut [u8]) -> Option<()> {
    let mut to = BitWriter::new(head);
    // The first profile, a keyframe, shown, resilient, so that probabilities stay as they are.
    to.number(0b1000_0011, 8);
    to.number(SYNC_CODE, 24);
    // No colour space is said, in limited range.
    to.number(0, 4);
    to.number(size.width - 1, 16);
    to.number(size.height - 1, 16);
    to.number(0, 3);
    // No filter over edges.
    to.number(0, 10);
    to.number(QUANTISER, 8);
    to.number(0, 4);
    // One tile, which of a small picture goes without saying.
    let (across, _) = size.blocks(8 * LARGEST);
    to.number(0, if across < 8 { 1 } else { 2 });
    to.number(u32::try_from(compressed).ok()?, 16);
    to.fill();
    to.length().filter(|length| *length == HEAD).map(drop)
}

/// The blocks of a picture, as they are divided at its right and lower edge.
struct Blocks {
    across: u32,
    down: u32,
    /// Of each column of 8 samples, and each row of a row of largest blocks: which sizes are larger than the block before, as bits.
    above: [u8; (WIDEST / 8) as usize],
    left: [u8; LARGEST as usize],
}

impl Blocks {
    fn new(size: Size) -> Self {
        let (across, down) = size.blocks(8);
        Self {
            across,
            down,
            above: [0; (WIDEST / 8) as usize],
            left: [0; LARGEST as usize],
        }
    }

    fn write(mut self, to: &mut BoolWriter<'_>) {
        for row in (0..self.down).step_by(LARGEST as usize) {
            self.left = [0; LARGEST as usize];
            for column in (0..self.across).step_by(LARGEST as usize) {
                self.divide(row, column, LARGEST, to);
            }
        }
    }

    /// A square of so many times 8 samples: one block if its middle is in the picture, half of it if that is, or four squares (§6.4.3).
    fn divide(&mut self, row: u32, column: u32, side: u32, to: &mut BoolWriter<'_>) {
        if row >= self.down || column >= self.across {
            return;
        }
        let half = side / 2;
        let [whole, upper, left] = self.undivided(row, column, side);
        match (row + half < self.down, column + half < self.across) {
            (true, true) => {
                to.flag(false, whole);
                self.block((row, column), side, (side, side), to);
            }
            (false, true) => {
                to.flag(false, upper);
                self.block((row, column), side, (side, half), to);
            }
            (true, false) => {
                to.flag(false, left);
                self.block((row, column), side, (half, side), to);
            }
            (false, false) => {
                for (down, across) in [(0, 0), (0, half), (half, 0), (half, half)] {
                    self.divide(row + down, column + across, half, to);
                }
            }
        }
    }

    /// How probable it is that a square is one block, or is halved, by whether those above and to the left are smaller (§10.4).
    fn undivided(&self, row: u32, column: u32, side: u32) -> [u8; 3] {
        #[rustfmt::skip]
        const UNDIVIDED: [[[u8; 3]; 4]; 4] = [
            [[158, 97, 94], [93, 24, 99], [85, 119, 44], [62, 59, 67]],
            [[149, 53, 53], [94, 20, 48], [83, 53, 24], [52, 18, 18]],
            [[150, 40, 39], [78, 12, 26], [67, 33, 11], [24, 7, 5]],
            [[174, 35, 49], [68, 11, 27], [57, 15, 9], [12, 3, 3]],
        ];
        let order = side.trailing_zeros();
        let is_smaller = |before: Option<&u8>| before.map_or(0, |before| before >> order & 1);
        let above = is_smaller(self.above.get(column as usize));
        let left = is_smaller(self.left.get((row % LARGEST) as usize));
        let by_size = UNDIVIDED.get(order as usize).copied().unwrap_or_default();
        by_size
            .get(usize::from(2 * left + above))
            .copied()
            .unwrap_or_default()
    }

    fn block(
        &mut self,
        (row, column): (u32, u32),
        side: u32,
        (width, height): (u32, u32),
        to: &mut BoolWriter<'_>,
    ) {
        /// How probable it is that there are coefficients, by how many of the two blocks before have none.
        const COEFFICIENTS: [u8; 3] = [192, 128, 64];
        let is_first = (row, column) == (0, 0);
        let above_has_none = row > LARGEST || row > 0 && column >= LARGEST;
        let left_has_none = column > LARGEST || column > 0 && row >= LARGEST;
        let without = usize::from(above_has_none) + usize::from(left_has_none);
        to.flag(
            !is_first,
            COEFFICIENTS.get(without).copied().unwrap_or_default(),
        );
        // Luma and chroma from the mean.
        to.flag(false, 137);
        to.flag(false, 144);
        if is_first {
            write_difference(to);
        }
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

/// The difference from 128 to 16 as a mean in the first of four transforms, and no other coefficient: 31 × 925 / 256 is 112 (§8.6.2).
fn write_difference(to: &mut BoolWriter<'_>) {
    /// In a category of 19 to 34, by four bits.
    const MEAN: u32 = 31;
    const CATEGORY: [(bool, u8); 7] = [
        (true, 17),
        (true, 38),
        (true, 140),
        (true, 221),
        (true, 242),
        (false, 255),
        (true, 240),
    ];
    for (decision, no) in CATEGORY {
        to.flag(decision, no);
    }
    for (bit, no) in [(3, 176), (2, 155), (1, 140), (0, 135)] {
        to.flag((MEAN - 19) >> bit & 1 == 1, no);
    }
    to.flag(true, 128);
    // That is all of it, and there is nothing in the other three, nor in chroma.
    for no in [1, 7, 7, 17, 181, 181] {
        to.flag(false, no);
    }
}
