//! AV1 temporal units, as open bitstream units one after the other (AV1 bitstream and decoding process specification §5).

use super::{Header, Sequence, bits::BitReader};

const SEQUENCE_HEADER: u8 = 1;
const FRAME_HEADER: u8 = 3;
const FRAME: u8 = 6;

pub(super) fn read(unit: &[u8]) -> Option<Header> {
    let mut rest = unit;
    let mut sequence = None;
    while !rest.is_empty() {
        let (kind, content);
        (kind, content, rest) = open(rest)?;
        match kind {
            SEQUENCE_HEADER => sequence = Some(content),
            FRAME_HEADER | FRAME => return frame(content, sequence),
            _ => {}
        }
    }
    Some(Header::inner(false))
}

/// A unit's kind and content, and what comes after it (§5.3).
fn open(units: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (header, mut rest) = units.split_first()?;
    let (has_extension, has_size) = (header & 4 != 0, header & 2 != 0);
    if header & 0x81 != 0 {
        return None;
    }
    if has_extension {
        rest = rest.get(1..)?;
    }
    let (content, rest) = if has_size {
        let size = size(&mut rest)?;
        rest.split_at_checked(size)?
    } else {
        (rest, &[][..])
    };
    Some((header >> 3, content, rest))
}

/// A number in seven bits of each byte, the lowest first (§4.10.5).
fn size(rest: &mut &[u8]) -> Option<usize> {
    let mut size = 0u64;
    for index in 0..8 {
        let (byte, after) = rest.split_first()?;
        *rest = after;
        size |= u64::from(byte & 0x7F) << (7 * index);
        if byte & 0x80 == 0 {
            return u32::try_from(size).ok()?.try_into().ok();
        }
    }
    None
}

/// What the first frame's header says (§5.9.2).
fn frame(header: &[u8], sequence: Option<&[u8]>) -> Option<Header> {
    const KEY: u32 = 0;
    let mut header = BitReader::new(header);
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
    Some(match sequence {
        // One that is shown later has frames around it that depend on what came before.
        Some(_) if kind == KEY && is_shown => Header::start(Sequence::Other),
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
