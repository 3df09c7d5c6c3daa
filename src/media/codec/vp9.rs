//! VP9 frames, or superframes of several, and black ones (VP9 bitstream and decoding process specification, version 0.6).

use super::{
    Header, Sequence, Size,
    arithmetic::BoolWriter,
    bits::{BitReader, BitWriter},
    blocks::{self, Block, BlockWriter, Kept, Square},
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

/// Quantisers are told by their place in a table; at this one the first coefficient is multiplied by 925.
const QUANTISER: u32 = 245;

/// Writes a black keyframe; gives its length. None for very small and very wide ones.
///
/// Each block is predicted from the mean of those before it; before the first there are none, which means 128, and so it alone has a difference.
pub(super) fn write_black(size: Size, room: &mut [u8]) -> Option<usize> {
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
    blocks::divide(size, &mut to)?;
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
    let (across, _) = size.blocks(64);
    to.number(0, if across < 8 { 1 } else { 2 });
    to.number(u32::try_from(compressed).ok()?, 16);
    to.fill();
    to.length().filter(|length| *length == HEAD).map(drop)
}

impl BlockWriter for BoolWriter<'_> {
    /// How probable it is that a square is one block, or is halved, by whether those above and to the left are smaller (§10.4).
    fn keep(&mut self, square: Square) {
        #[rustfmt::skip]
        const KEPT: [[[u8; 3]; 4]; 4] = [
            [[158, 97, 94], [93, 24, 99], [85, 119, 44], [62, 59, 67]],
            [[149, 53, 53], [94, 20, 48], [83, 53, 24], [52, 18, 18]],
            [[150, 40, 39], [78, 12, 26], [67, 33, 11], [24, 7, 5]],
            [[174, 35, 49], [68, 11, 27], [57, 15, 9], [12, 3, 3]],
        ];
        let by_context = KEPT.get(square.order).copied().unwrap_or_default();
        let kept = by_context.get(square.context).copied().unwrap_or_default();
        let [whole, upper, left] = kept;
        let no = match square.kept {
            Kept::Whole => whole,
            Kept::Upper => upper,
            Kept::Left => left,
        };
        self.flag(false, no);
    }

    fn block(&mut self, block: Block) {
        /// How probable it is that there are coefficients, by how many of the two blocks before have none.
        const COEFFICIENTS: [u8; 3] = [192, 128, 64];
        let coefficients = COEFFICIENTS.get(block.others).copied().unwrap_or_default();
        self.flag(!block.is_first, coefficients);
        // Luma and chroma from the mean.
        self.flag(false, 137);
        self.flag(false, 144);
        if block.is_first {
            write_difference(self);
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
