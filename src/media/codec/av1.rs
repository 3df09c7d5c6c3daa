//! AV1 temporal units, as open bitstream units one after the other (AV1 bitstream and decoding process specification §5), and black ones.

use super::{
    Header, Sequence, Size,
    bits::{BitReader, BitWriter},
    blocks::{self, Block, BlockWriter, Kept, Square},
    obu::{self, Obu, TEMPORAL_LAYERS},
    symbols::{Among, SymbolWriter},
};

const SEQUENCE_HEADER: u8 = 1;
const TEMPORAL_DELIMITER: u8 = 2;
const FRAME_HEADER: u8 = 3;
const FRAME: u8 = 6;

pub(super) fn read(unit: &[u8]) -> Option<Header> {
    let mut rest = unit;
    let mut sequence = None;
    while !rest.is_empty() {
        let unit;
        (unit, rest) = obu::open(rest)?;
        match unit.kind {
            SEQUENCE_HEADER => sequence = Some(unit.content),
            FRAME_HEADER | FRAME => return frame(&unit, sequence),
            _ => {}
        }
    }
    Some(Header::inner(false))
}

/// What the first frame's header says (§5.9.2).
fn frame(unit: &Obu<'_>, sequence: Option<&[u8]>) -> Option<Header> {
    const KEY: u32 = 0;
    let mut header = BitReader::new(unit.content);
    let is_still = sequence.is_some_and(|sequence| is_still(sequence) == Some(true));
    if is_still {
        return Some(Header::start(Sequence::Other));
    }
    let is_repeated = header.flag()?;
    if is_repeated {
        return Some(Header::inner(true));
    }
    let kind = header.number(2)?;
    let is_shown = header.flag()?;
    // Who decodes a point that leaves it out goes on without it.
    let is_of_all = |sequence| {
        points(&mut BitReader::new(sequence))
            .is_some_and(|points| unit.layers & !points.common == 0)
    };
    Some(match sequence {
        // One that is shown later has frames around it that depend on what came before.
        Some(sequence) if kind == KEY && is_shown && is_of_all(sequence) => {
            let size = plain(sequence).and_then(|plain| plain.size_of_keyframe(&mut header));
            Header::start(size.map_or(Sequence::Other, Sequence::Of))
        }
        // Of several the last is shown.
        _ => Header::inner(true),
    })
}

/// Whether it is of one picture, whose header leaves out what it is (§5.5.1).
fn is_still(sequence: &[u8]) -> Option<bool> {
    let mut sequence = BitReader::new(sequence);
    let _profile = sequence.number(3)?;
    let (_is_still, is_reduced) = (sequence.flag()?, sequence.flag()?);
    Some(is_reduced)
}

/// What a sequence header says before it comes to the pictures.
struct Points {
    has_decoder_model: bool,
    has_layers: bool,
    /// The layers that are of all operating points.
    common: u32,
}

/// Reads a sequence header up to the size of its pictures (§5.5.1). None for that of one picture, which says less.
fn points(bits: &mut BitReader<'_>) -> Option<Points> {
    bits.skip(4)?;
    let is_reduced = bits.flag()?;
    if is_reduced {
        return None;
    }
    let mut delay = None;
    if bits.flag()? {
        bits.skip(64)?;
        if bits.flag()? {
            let _ticks = bits.unsigned()?;
        }
        if bits.flag()? {
            delay = Some(bits.number(5)? + 1);
            bits.skip(32 + 5 + 5)?;
        }
    }
    let has_display_delays = bits.flag()?;
    let mut points = Points {
        has_decoder_model: delay.is_some(),
        has_layers: false,
        common: u32::MAX,
    };
    for _ in 0..=bits.number(5)? {
        let layers = bits.number(12)?;
        points.has_layers |= layers >> TEMPORAL_LAYERS > 1;
        // Of the point without a number are all.
        if layers > 0 {
            points.common &= layers;
        }
        let level = bits.number(5)?;
        if level > 7 {
            bits.skip(1)?;
        }
        if let Some(delay) = delay
            && bits.flag()?
        {
            bits.skip(2 * delay + 1)?;
        }
        if has_display_delays && bits.flag()? {
            bits.skip(4)?;
        }
    }
    Some(points)
}

/// A sequence of pictures of 8-bit 4:2:0, one in each temporal unit.
struct Plain {
    size: Size,
    has_frame_ids: Option<u32>,
    /// 2 where each frame says it.
    screen_content: u32,
    integer_motion: u32,
}

/// Reads a sequence header (§5.5.1). None for any other sequence, and for those that time their decoder's buffers.
fn plain(sequence: &[u8]) -> Option<Plain> {
    const BY_FRAME: u32 = 2;
    let main_profile = BitReader::new(sequence).number(3)? == 0;
    let mut bits = BitReader::new(sequence);
    let points = points(&mut bits)?;
    let (width_bits, height_bits) = (bits.number(4)? + 1, bits.number(4)? + 1);
    let (width, height) = (bits.number(width_bits)? + 1, bits.number(height_bits)? + 1);
    let size = Size::new(width, height)?;
    let has_frame_ids = if bits.flag()? {
        let (difference, more) = (bits.number(4)? + 2, bits.number(3)? + 1);
        Some(difference + more)
    } else {
        None
    };
    bits.skip(7)?;
    let has_order = bits.flag()?;
    if has_order {
        bits.skip(2)?;
    }
    let chosen = |bits: &mut BitReader<'_>| {
        if bits.flag()? {
            Some(BY_FRAME)
        } else {
            bits.number(1)
        }
    };
    let screen_content = chosen(&mut bits)?;
    let integer_motion = if screen_content > 0 {
        chosen(&mut bits)?
    } else {
        BY_FRAME
    };
    if has_order {
        bits.skip(3)?;
    }
    bits.skip(3)?;
    let (is_deep, is_grey) = (bits.flag()?, bits.flag()?);
    let is_plain = main_profile && !points.has_layers && !points.has_decoder_model;
    (is_plain && !is_deep && !is_grey).then_some(Plain {
        size,
        has_frame_ids,
        screen_content,
        integer_motion,
    })
}

impl Plain {
    /// Reads on in the header of a keyframe that is shown (§5.9.2). None if it is of a size of its own.
    fn size_of_keyframe(self, header: &mut BitReader<'_>) -> Option<Size> {
        let _keeps_probabilities = header.flag()?;
        let screen_content = match self.screen_content {
            2 => header.number(1)?,
            said => said,
        };
        if screen_content == 1 && self.integer_motion == 2 {
            header.skip(1)?;
        }
        header.skip(self.has_frame_ids.unwrap_or_default())?;
        let has_own_size = header.flag()?;
        (!has_own_size).then_some(self.size)
    }
}

/// The most blocks of 64 by 64 in a tile (§5.9.15).
const LARGEST_TILE: u32 = 2304;
/// The largest of the quantisers, at which the first coefficient is multiplied by 1336.
const QUANTISER: u32 = 255;

/// Writes a temporal unit that is black, with a sequence header of its own; gives its length. None for very small and very large ones.
///
/// Each block is predicted from the mean of those before it; before the first there are none, which means 128, and so it alone has a difference.
/// Probabilities stay as they are at first.
pub(super) fn write_black(size: Size, room: &mut [u8]) -> Option<usize> {
    let (across, down) = size.blocks(64);
    if across * down > LARGEST_TILE {
        return None;
    }
    let mut start = [0; START];
    let start = write_start(size, &mut start)?;
    let mut header = [0; HEADER];
    let header = write_header(size, &mut header)?;

    let before = start.len() + 1 + LENGTH + header.len();
    let (head, tile) = room.split_at_mut_checked(before)?;
    let mut to = SymbolWriter::new(tile);
    blocks::divide(size, &mut to)?;
    let tile = to.finish()?;

    let length = u16::try_from(header.len() + tile).ok()?;
    let [low, high] = [length & 0x7F | 0x80, length >> 7].map(u8::try_from);
    let unit = [
        FRAME << 3 | 2,
        low.ok()?,
        high.ok().filter(|high| *high < 0x80)?,
    ];
    let bytes = start.iter().chain(&unit).chain(header);
    head.iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = *from);
    Some(before + tile)
}

/// How many bytes there are at most of what comes before the frame, and of its header; and how many say how long that is.
const START: usize = 32;
const HEADER: usize = 16;
const LENGTH: usize = 2;

/// A temporal delimiter and a sequence header, of which what is not used is left out.
fn write_start(size: Size, room: &mut [u8; START]) -> Option<&[u8]> {
    const BEFORE: usize = 4;
    let (before, sequence) = room.split_at_mut_checked(BEFORE)?;
    let mut to = BitWriter::new(sequence);
    to.number(0, 3 + 2 + 1 + 1);
    // One operating point, of all there is, and a level as large as it takes (§A.3).
    to.number(0, 5 + 12);
    let is_within = |width, height, samples| {
        size.width <= width && size.height <= height && size.width * size.height <= samples
    };
    let level = if is_within(4096, 2304, 2_359_296) {
        9
    } else if is_within(8192, 4352, 8_912_896) {
        13
    } else {
        17
    };
    to.number(level, 5);
    to.number(0, 1);
    to.number(0xFF, 8);
    to.number(size.width - 1, 16);
    to.number(size.height - 1, 16);
    // No frame ids, blocks of 64 by 64, and of all tools none.
    to.number(0, 1 + 7 + 1 + 2 + 3);
    // 8 bits of 4:2:0 in limited range, without film grain.
    to.number(0, 4 + 2 + 1 + 1);
    to.trail();
    let length = to.length()?;
    let unit = [
        TEMPORAL_DELIMITER << 3 | 2,
        0,
        SEQUENCE_HEADER << 3 | 2,
        u8::try_from(length).ok()?,
    ];
    before.copy_from_slice(&unit);
    room.get(..BEFORE + length)
}

/// The header of a keyframe that is shown.
fn write_header(size: Size, room: &mut [u8; HEADER]) -> Option<&[u8]> {
    let (across, down) = size.blocks(64);
    let mut to = BitWriter::new(room);
    to.number(0b0001, 4);
    // Probabilities do not change; the sequence's size, shown as it is.
    to.number(0b100, 3);
    // One tile, which of a small picture goes without saying.
    to.number(1, 1);
    to.number(0, u32::from(across > 1) + u32::from(down > 1));
    to.number(QUANTISER, 8);
    to.number(0, 4);
    // No segments, the same quantiser, no filter over edges, transforms as large as the blocks are.
    to.number(0, 2);
    to.number(0, 6 + 6 + 3 + 1);
    to.number(0, 2);
    to.fill();
    let length = to.length()?;
    room.get(..length)
}

/// Probabilities as they are at first (§9.3), those of the coefficients for large quantisers.
impl BlockWriter for SymbolWriter<'_> {
    fn keep(&mut self, square: Square) {
        /// That it is whole, by order and context; then that it is halved, but for the smallest, whose middle is always in the picture.
        const WHOLE: [[u16; 4]; 4] = [
            [19132, 13928, 12522, 9896],
            [15597, 7925, 5414, 2662],
            [18462, 7689, 6015, 1394],
            [20137, 6732, 5945, 870],
        ];
        const UPPER: [[u16; 4]; 4] = [
            [0; 4],
            [23417, 13248, 21190, 11429],
            [23108, 10593, 14666, 4327],
            [22803, 8229, 10235, 1843],
        ];
        const LEFT: [[u16; 4]; 4] = [
            [0; 4],
            [21075, 18651, 8706, 7904],
            [22549, 15491, 8244, 3196],
            [23080, 12064, 7394, 1719],
        ];
        let (table, of) = match square.kept {
            Kept::Whole if square.order == 0 => (WHOLE, 4),
            Kept::Whole => (WHOLE, 10),
            Kept::Upper => (UPPER, 2),
            Kept::Left => (LEFT, 2),
        };
        let by_context = table.get(square.order).copied().unwrap_or_default();
        let kept = by_context.get(square.context).copied().unwrap_or_default();
        self.symbol(Among::first(kept, of));
    }

    fn block(&mut self, block: Block) {
        /// How probable it is that there are coefficients, by how many of the two blocks before have none.
        const COEFFICIENTS: [u16; 3] = [31671, 16515, 4576];
        let coefficients = COEFFICIENTS.get(block.others).copied().unwrap_or_default();
        self.symbol(if block.is_first {
            Among::first(coefficients, 2)
        } else {
            Among::last(coefficients)
        });
        // Luma and chroma from the mean; the latter could also be from the former in blocks of at most 32 by 32.
        self.symbol(Among::first(15588, 13));
        self.symbol(if block.longest_side > 32 {
            Among::first(22631, 13)
        } else {
            Among::first(10407, 14)
        });
        if block.is_first {
            write_difference(self);
        }
    }
}

/// The difference from 128 to 16 as a mean, and no other coefficient: 43 × 1336 / 4 / 128 is 112 (§7.12.3 and §7.13.3).
fn write_difference(to: &mut SymbolWriter<'_>) {
    const MEAN: u32 = 43;
    // There is one coefficient, the first.
    to.symbol(Among::first(31539, 2));
    to.symbol(Among::first(6698, 11));
    // It is more than 2, more than 14, and negative.
    to.symbol(Among::last(24977));
    for _ in 0..4 {
        to.symbol(Among::last(22648));
    }
    to.symbol(Among::last(16000));
    // What it is more than 14, with as many zeros before it as there are bits after its first.
    let rest = MEAN - 14;
    let bits = u32::BITS - rest.leading_zeros();
    for bit in (0..2 * bits - 1).rev() {
        to.flag(rest.unbounded_shr(bit) & 1 == 1);
    }
    // There is none of chroma.
    to.symbol(Among::last(4656));
    to.symbol(Among::last(4656));
}
