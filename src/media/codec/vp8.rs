//! VP8 frames (RFC 6386), and black ones.

use super::{Header, Sequence, Size, arithmetic::BoolWriter};

const TAG: usize = 3;
const KEY: usize = 7;
const START_CODE: [u8; 3] = [0x9D, 0x01, 0x2A];

/// Reads what is not compressed (§9.1).
pub(super) fn read(frame: &[u8]) -> Option<Header> {
    let (&[first, middle, last], rest) = frame.split_first_chunk::<TAG>()?;
    let is_inner = first & 1 == 1;
    let is_shown = first & 0x10 != 0;
    let partition = u32::from_le_bytes([first, middle, last, 0]) >> 5;
    let partition = usize::try_from(partition).ok()?;
    if is_inner {
        let header = Header::inner(is_shown);
        return (partition <= rest.len()).then_some(header);
    }
    let (&[a, b, c, ref size @ ..], rest) = rest.split_first_chunk::<KEY>()?;
    let &[width, wider, height, higher] = size;
    // The upper two bits only say how it is to be scaled.
    let samples = |bytes| u32::from(u16::from_le_bytes(bytes) & 0x3FFF);
    let (width, height) = (samples([width, wider]), samples([height, higher]));
    let is_valid = [a, b, c] == START_CODE && width > 0 && height > 0 && partition <= rest.len();
    let sequence = Size::new(width, height).map_or(Sequence::Other, Sequence::Of);
    is_valid.then_some(Header {
        is_shown,
        ..Header::start(sequence)
    })
}

/// The most bytes of black pictures of so many macroblocks: both with all headers, and each macroblock of the first in less than half a byte.
pub(super) const fn room_for(macroblocks: usize) -> usize {
    macroblocks + 512
}

/// How probable it is that a macroblock has coefficients: hardly.
const HARDLY: u8 = 1;
/// Quantisers are told by their place in a table; at this one the second order's mean is multiplied by 2 × 138 (§14.1).
const QUANTISER: u32 = 120;

/// Writes a black keyframe; gives its length.
///
/// Each macroblock is predicted from those before it; before the first there are none, which means 128, and so it alone has a difference.
pub(super) fn write_black(size: Size, room: &mut [u8]) -> Option<usize> {
    let (head, body) = room.split_at_mut_checked(TAG + KEY)?;
    let mut to = BoolWriter::new(body);
    // The colour space, and that samples are to be clamped.
    to.number(0, 2);
    write_start(&mut to);
    to.number(1, 1);
    write_no_updates(&mut to);
    to.number(1, 1);
    to.number(HARDLY.into(), 8);
    let (across, down) = size.blocks(16);
    for macroblock in 0..across * down {
        to.flag(macroblock > 0, HARDLY);
        // Luma and chroma from the mean (§11.2).
        for (decision, no) in [(true, 145), (false, 156), (false, 163), (false, 142)] {
            to.flag(decision, no);
        }
    }
    let partition = to.finish()?;

    let (_, coefficients) = body.split_at_mut_checked(partition)?;
    let mut to = BoolWriter::new(coefficients);
    write_difference(&mut to);
    let coefficients = to.finish()?;

    let bytes = |side: u32| u16::try_from(side).ok().map(u16::to_le_bytes);
    let ([width, wider], [height, higher]) = (bytes(size.width)?, bytes(size.height)?);
    let tag = tag(false, partition)?;
    let sides = [width, wider, height, higher];
    let bytes = tag.iter().chain(&START_CODE).chain(&sides);
    head.iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = *from);
    Some(TAG + KEY + partition + coefficients)
}

/// Writes a frame that repeats the one before; gives its length.
pub(super) fn write_repeated(size: Size, room: &mut [u8]) -> Option<usize> {
    let (head, body) = room.split_at_mut_checked(TAG)?;
    let mut to = BoolWriter::new(body);
    write_start(&mut to);
    // The other references stay, nothing is mirrored, probabilities go on, and it becomes the last.
    to.number(0, 8);
    to.number(0b11, 2);
    write_no_updates(&mut to);
    to.number(1, 1);
    to.number(HARDLY.into(), 8);
    // Hardly ever predicted within; nearly always from the last.
    for probability in [1, 255, 128] {
        to.number(probability, 8);
    }
    to.number(0, 2);
    for no in MOTION_UPDATES {
        to.flag(false, no);
    }
    let (across, down) = size.blocks(16);
    for row in 0..down {
        for column in 0..across {
            // How probable motion is by what is above, to the left, and between (§16.3).
            let moves = match (row, column) {
                (0, 0) => 7,
                (0, _) | (_, 0) => 135,
                _ => 234,
            };
            let decisions = [(true, HARDLY), (true, 1), (false, 255), (false, moves)];
            for (decision, no) in decisions {
                to.flag(decision, no);
            }
        }
    }
    let partition = to.finish()?;
    let (_, coefficients) = body.split_at_mut_checked(partition)?;
    let coefficients = BoolWriter::new(coefficients).finish()?;
    let tag = tag(true, partition)?;
    head.iter_mut().zip(tag).for_each(|(to, from)| *to = from);
    Some(TAG + partition + coefficients)
}

/// Of a frame that is shown, of the first version.
fn tag(is_inner: bool, partition: usize) -> Option<[u8; TAG]> {
    let partition = u32::try_from(partition).ok()?;
    let tag = partition << 5 | 0x10 | u32::from(is_inner);
    let [first, middle, last, beyond] = tag.to_le_bytes();
    (beyond == 0).then_some([first, middle, last])
}

/// No segments, no filter over edges, one partition of coefficients, and the quantiser for all (§9.3 to §9.6).
fn write_start(to: &mut BoolWriter<'_>) {
    to.number(0, 1);
    to.number(0, 10);
    to.number(0, 1);
    to.number(0, 2);
    to.number(QUANTISER, 7);
    to.number(0, 5);
}

/// The difference from 128 to 16 as a mean, and no other coefficient: 26 × 276 / 64 is 112 (§13 and §14.3).
fn write_difference(to: &mut BoolWriter<'_>) {
    /// In a category of 19 to 34, by four bits.
    const MEAN: u32 = 26;
    const CATEGORY: [(bool, u8); 7] = [
        (true, 198),
        (true, 35),
        (true, 237),
        (true, 223),
        (true, 162),
        (false, 145),
        (true, 155),
    ];
    for (decision, no) in CATEGORY {
        to.flag(decision, no);
    }
    for (bit, no) in [(3, 176), (2, 155), (1, 140), (0, 135)] {
        to.flag((MEAN - 19) >> bit & 1 == 1, no);
    }
    to.flag(true, 128);
    // That is all of it, and there is nothing in the others: of luma, of chroma.
    let ends = [(1, 81), (16, 253), (8, 253)];
    for no in ends
        .into_iter()
        .flat_map(|(count, no)| core::iter::repeat_n(no, count))
    {
        to.flag(false, no);
    }
}

/// That no probability of a coefficient changes (§13.4).
fn write_no_updates(to: &mut BoolWriter<'_>) {
    let (pairs, _) = UPDATES.as_chunks::<2>();
    for [before, no] in pairs {
        for _ in 0..*before {
            to.flag(false, 255);
        }
        to.flag(false, *no);
    }
    for _ in 0..LAST_UPDATES {
        to.flag(false, 255);
    }
}

/// How probable it is that none of them changes, one after the other: how often 255, and then what.
const UPDATES: [u8; 316] = [
    33, 176, 0, 246, 9, 223, 0, 241, 0, 252, 8, 249, 0, 253, 0, 253, 9, 244, 0, 252, 8, 234, 0,
    254, 0, 254, 8, 253, 11, 246, 0, 254, 8, 239, 0, 253, 0, 254, 8, 254, 1, 254, 9, 248, 0, 254,
    8, 251, 1, 254, 20, 253, 0, 254, 8, 251, 0, 254, 0, 254, 8, 254, 1, 254, 9, 254, 0, 253, 1,
    254, 6, 250, 1, 254, 1, 254, 6, 254, 43, 217, 10, 225, 0, 252, 0, 241, 0, 253, 2, 254, 4, 234,
    0, 250, 0, 241, 0, 250, 0, 253, 1, 253, 0, 254, 4, 254, 9, 223, 0, 254, 0, 254, 8, 238, 0, 253,
    0, 254, 0, 254, 8, 248, 0, 254, 8, 249, 0, 254, 21, 253, 9, 247, 0, 254, 21, 253, 0, 254, 8,
    252, 22, 254, 0, 254, 8, 253, 22, 254, 0, 253, 8, 250, 10, 254, 43, 186, 0, 251, 0, 250, 8,
    234, 0, 251, 0, 244, 0, 254, 7, 251, 0, 251, 0, 243, 0, 253, 0, 254, 1, 254, 5, 253, 0, 254, 8,
    236, 0, 253, 0, 254, 8, 251, 0, 253, 0, 253, 0, 254, 0, 254, 7, 254, 0, 254, 8, 254, 0, 254, 0,
    254, 20, 254, 9, 254, 0, 254, 9, 254, 21, 254, 120, 248, 10, 250, 0, 254, 0, 252, 0, 254, 7,
    248, 0, 254, 0, 249, 0, 253, 8, 253, 0, 253, 8, 246, 0, 253, 0, 253, 8, 252, 0, 254, 0, 251, 0,
    254, 0, 254, 7, 254, 0, 252, 8, 248, 0, 254, 0, 253, 8, 253, 1, 254, 0, 254, 8, 251, 0, 254, 8,
    245, 0, 251, 0, 254, 8, 253, 0, 253, 0, 254, 9, 251, 0, 253, 8, 252, 0, 253, 0, 254, 9, 254,
    10, 252, 9, 249, 1, 254, 10, 254, 10, 253, 8, 250, 32, 254,
];
/// And how often 255 after that.
const LAST_UPDATES: u8 = 21;

/// Likewise of a motion vector's, down and across (§17.2).
const MOTION_UPDATES: [u8; 38] = [
    237, 246, 253, 253, 254, 254, 254, 254, 254, 254, 254, 254, 254, 254, 250, 250, 252, 254, 254,
    231, 243, 245, 253, 254, 254, 254, 254, 254, 254, 254, 254, 254, 254, 251, 251, 254, 254, 254,
];
