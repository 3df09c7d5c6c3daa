//! H.264 access units in a byte stream (ITU-T H.264 annex B), and black ones.

use super::{
    Header, Sequence, Size,
    bits::{BitWriter, NalReader},
    nal,
};

const SLICE: u8 = 1;
const IDR_SLICE: u8 = 5;
const SPS: u8 = 7;
const PPS: u8 = 8;
/// Slices of a layer above the one that needs no other, of another view, or of another view with depth (annexes G, H and I).
const OF_ANOTHER_LAYER: [u8; 2] = [20, 21];

/// More than a black picture has bytes beside one for each macroblock.
const PARAMETERS: usize = 128;
/// The bytes of a picture that repeats the one before.
const REPEATED: usize = 32;

pub(super) fn read(unit: &[u8]) -> Option<Header> {
    // A layer need not start afresh where the one below it does.
    if !nal::units(unit)?.all(is_of_base) {
        return None;
    }
    let mut slices = nal::units(unit)?.filter(|unit| is_slice(unit));
    let Some(slice) = slices.next() else {
        return Some(Header::inner(false));
    };
    if kind(slice) != IDR_SLICE {
        return Some(Header::inner(true));
    }
    let parameters = Parameters::of(unit);
    let are_there = |_: &&[u8]| slices.all(|slice| parameters.sequence_of(slice).is_some());
    Some(match parameters.sequence_of(slice).filter(are_there) {
        Some(sps) => Header::start(read_sps(sps).map_or(Sequence::Other, Sequence::Of)),
        None => Header::inner(true),
    })
}

fn kind(unit: &[u8]) -> u8 {
    unit.first().map_or(0, |header| header & 0x1F)
}

/// Whether it is a unit of the layer that needs no other.
fn is_of_base(unit: &[u8]) -> bool {
    let is_valid = unit.first().is_some_and(|header| header & 0x80 == 0);
    is_valid && !OF_ANOTHER_LAYER.contains(&kind(unit))
}

fn is_slice(unit: &[u8]) -> bool {
    (SLICE..=IDR_SLICE).contains(&kind(unit))
}

/// The parameter sets before the slices, read once, as there may be as many slices as sets. Of several with one number the last counts.
struct Parameters<'a> {
    /// The content of the sequences'.
    sequences: [Option<&'a [u8]>; 32],
    /// The sequence's to which each of the pictures' refers.
    pictures: [Option<u32>; 256],
}

impl<'a> Parameters<'a> {
    fn of(unit: &'a [u8]) -> Self {
        let (mut sequences, mut pictures) = ([None; 32], [None; 256]);
        for unit in nal::before_slices(unit, is_slice) {
            let content = unit.get(1..).unwrap_or_default();
            let mut bits = NalReader::new(content);
            match kind(unit) {
                SPS => {
                    let id = bits.skip(24).and_then(|()| bits.unsigned());
                    if let Some(sps) = id.and_then(|id| sequences.get_mut(id as usize)) {
                        *sps = Some(content);
                    }
                }
                PPS => {
                    let id = bits.unsigned();
                    if let Some(sps_id) = id.and_then(|id| pictures.get_mut(id as usize)) {
                        *sps_id = bits.unsigned();
                    }
                }
                _ => {}
            }
        }
        Self {
            sequences,
            pictures,
        }
    }

    /// The content of the sequence's to which a slice refers, if that and the picture's are there.
    fn sequence_of(&self, slice: &[u8]) -> Option<&'a [u8]> {
        let mut slice = NalReader::new(slice.get(1..)?);
        let (_first, _kind) = (slice.unsigned()?, slice.unsigned()?);
        let sps_id = self.pictures.get(slice.unsigned()? as usize)?;
        *self.sequences.get((*sps_id)? as usize)?
    }
}

/// The size of a sequence's pictures, if they are 8-bit 4:2:0, progressive, and shown in the order in which they come (§7.3.2.1.1).
fn read_sps(sps: &[u8]) -> Option<Size> {
    /// What has a format of its own (§7.3.2.1.1).
    const HIGH: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];
    const BASELINE: u32 = 66;
    let mut sps = NalReader::new(sps);
    let profile = sps.number(8)?;
    sps.skip(16)?;
    let _id = sps.unsigned()?;
    if HIGH.contains(&profile) {
        let (format, luma, chroma) = (sps.unsigned()?, sps.unsigned()?, sps.unsigned()?);
        let _lossless = sps.flag()?;
        if (format, luma, chroma) != (1, 0, 0) {
            return None;
        }
        if sps.flag()? {
            for list in 0..8 {
                if sps.flag()? {
                    skip_scaling_list(&mut sps, if list < 6 { 16 } else { 64 })?;
                }
            }
        }
    }
    let _frame_number = sps.unsigned()?;
    let order = sps.unsigned()?;
    match order {
        0 => drop(sps.unsigned()?),
        1 => {
            let _always_zero = sps.flag()?;
            let (_, _) = (sps.signed()?, sps.signed()?);
            for _ in 0..sps.unsigned()?.min(255) {
                sps.signed()?;
            }
        }
        _ => {}
    }
    let _references = sps.unsigned()?;
    let _gaps = sps.flag()?;
    let across = sps.unsigned()?.checked_add(1)?;
    let down = sps.unsigned()?.checked_add(1)?;
    let is_progressive = sps.flag()?;
    let _direct = sps.flag()?;
    let mut cropped = [0; 4];
    if sps.flag()? {
        for side in &mut cropped {
            *side = sps.unsigned()?.checked_mul(2)?;
        }
    }
    let [left, right, top, bottom] = cropped;
    let shown = |macroblocks: u32, before, after| {
        let samples = macroblocks.checked_mul(16)?.checked_sub(before)?;
        samples.checked_sub(after)
    };
    let size = Size::new(shown(across, left, right)?, shown(down, top, bottom)?)?;
    let in_order = order == 2 || profile == BASELINE || reordered(&mut sps) == Some(0);
    (is_progressive && in_order).then_some(size)
}

fn skip_scaling_list(sps: &mut NalReader<'_>, length: u32) -> Option<()> {
    let (mut last, mut next) = (8i32, 8);
    for _ in 0..length {
        if next != 0 {
            next = last.wrapping_add(sps.signed()?).rem_euclid(256);
        }
        last = if next == 0 { last } else { next };
    }
    Some(())
}

/// How many pictures may come before one and be shown after it, if that is said (§E.1.1).
fn reordered(sps: &mut NalReader<'_>) -> Option<u32> {
    if !sps.flag()? {
        return None;
    }
    if sps.flag()? && sps.number(8)? == 255 {
        sps.skip(32)?;
    }
    if sps.flag()? {
        sps.skip(1)?;
    }
    if sps.flag()? {
        sps.skip(4)?;
        if sps.flag()? {
            sps.skip(24)?;
        }
    }
    if sps.flag()? {
        let (_, _) = (sps.unsigned()?, sps.unsigned()?);
    }
    if sps.flag()? {
        sps.skip(65)?;
    }
    let mut has_model = false;
    for _ in 0..2 {
        if sps.flag()? {
            has_model = true;
            let count = sps.unsigned()?.min(31);
            sps.skip(8)?;
            for _ in 0..=count {
                let (_, _) = (sps.unsigned()?, sps.unsigned()?);
                sps.skip(1)?;
            }
            sps.skip(20)?;
        }
    }
    if has_model {
        sps.skip(1)?;
    }
    sps.skip(1)?;
    if !sps.flag()? {
        return None;
    }
    sps.skip(1)?;
    for _ in 0..4 {
        sps.unsigned()?;
    }
    sps.unsigned()
}

/// The bytes that black pictures of so many macroblocks take.
pub(super) const fn room_for(macroblocks: usize) -> usize {
    macroblocks + PARAMETERS + REPEATED
}

/// How many bits of it count the frames.
const FRAME_NUMBER: u32 = 16;
/// Baseline, and constrained so that every decoder has it.
const PROFILE: [u8; 2] = [66, 0xC0];
/// At this step of the quantiser the first coefficient of a macroblock's sixteen mean values is four times what it adds to each sample (§8.5.10).
const QUANTISER: i32 = 40;

/// Writes an access unit that is black and starts afresh.
///
/// Each macroblock is predicted from those before it; there are none before the first, for which that means 128, and so it alone has a difference.
pub(super) fn write_black(size: Size, room: &mut [u8]) -> Option<usize> {
    let (across, down) = size.blocks(16);
    let mut to = BitWriter::new(room);
    write_parameters(size, &mut to);
    to.nal(&[0x65]);
    for number in [0, 7, 0] {
        to.unsigned(number);
    }
    to.number(0, FRAME_NUMBER);
    // Unlike that of the stream's own, which has to differ.
    to.unsigned(255);
    to.number(0, 2);
    write_slice_end(&mut to);
    for macroblock in 0..across * down {
        // Predicted as a whole from the mean; chroma likewise; the same quantiser.
        to.unsigned(3);
        to.unsigned(0);
        to.signed(0);
        if macroblock == 0 {
            write_difference(&mut to);
        } else {
            // No coefficients.
            to.flag(true);
        }
    }
    to.trail();
    to.length()
}

/// Mean values of which the first is -28, in the code of §9.2: 4 × -28 is from 128 down to 16.
fn write_difference(to: &mut BitWriter<'_>) {
    const LEVEL: u32 = 28;
    /// Of a level that is written with 12 bits behind 15 zeros, the smallest in this code.
    const ESCAPED: u32 = 30;
    // One coefficient, which is not 1 or -1.
    to.number(0b00_0101, 6);
    // Odd for a negative one; one less in size, as it cannot be 1.
    let code = 2 * (LEVEL - 1) - 1;
    to.number(1, 16);
    to.number(code - ESCAPED, 12);
    // No zeros before it.
    to.flag(true);
}

/// Writes an access unit that repeats the one before, the black one or the `number`th after it.
pub(super) fn write_repeated(size: Size, number: u32, room: &mut [u8]) -> Option<usize> {
    let (across, down) = size.blocks(16);
    let mut to = BitWriter::new(room);
    to.nal(&[0x41]);
    for number in [0, 5, 0] {
        to.unsigned(number);
    }
    to.number(number, FRAME_NUMBER);
    // As many references as there are, in their order, kept as they come.
    to.number(0, 3);
    write_slice_end(&mut to);
    // All are skipped.
    to.unsigned(across * down);
    to.trail();
    to.length()
}

/// The quantiser as it is, and no filter over edges.
fn write_slice_end(to: &mut BitWriter<'_>) {
    to.signed(0);
    to.unsigned(1);
}

fn write_parameters(size: Size, to: &mut BitWriter<'_>) {
    let (across, down) = size.blocks(16);
    // Enough for 56 pictures a second (table A-1).
    let level = match across * down {
        0..=396 => 30,
        397..=1620 => 31,
        1621..=3600 => 32,
        3601..=8704 => 42,
        _ => 52,
    };
    to.nal(&[0x67]);
    to.bytes(&PROFILE);
    to.number(level, 8);
    to.unsigned(0);
    to.unsigned(FRAME_NUMBER - 4);
    // Shown in the order in which they come, with one reference, without gaps.
    to.unsigned(2);
    to.unsigned(1);
    to.flag(false);
    to.unsigned(across - 1);
    to.unsigned(down - 1);
    to.number(0b11, 2);
    to.flag(true);
    for cropped in [0, 16 * across - size.width, 0, 16 * down - size.height] {
        to.unsigned(cropped / 2);
    }
    // Of all that could be said of their use, that none is shown later than it comes.
    to.flag(true);
    to.number(0, 8);
    to.number(0b11, 2);
    for number in [0, 0, 15, 15, 0, 1] {
        to.unsigned(number);
    }
    to.trail();

    to.nal(&[0x68]);
    for number in [0, 0] {
        to.unsigned(number);
    }
    to.number(0, 2);
    for number in [0, 0, 0] {
        to.unsigned(number);
    }
    to.number(0, 3);
    to.signed(QUANTISER - 26);
    to.signed(0);
    to.signed(0);
    to.number(0b100, 3);
    to.trail();
}
