//! HEVC access units in a byte stream (ITU-T H.265 annex B), and black ones.

use super::{
    Header, Sequence, Size,
    bits::{BitWriter, NalReader},
    cabac::{CabacWriter, Context},
    nal,
    resume::Position,
};

/// Random access skipped leading pictures, which depend on what came before the picture that they lead (§7.4.2.2).
const RASL: [u8; 2] = [8, 9];
/// Broken link access: a clean random access whose leading pictures of that kind have lost what they depend on.
const BLA: [u8; 3] = [16, 17, 18];
const IDR: [u8; 2] = [19, 20];
/// Clean random access.
const CRA: u8 = 21;
/// Of pictures from which decoding can begin.
const IRAP: core::ops::Range<u8> = 16..24;
/// The first that is not of a slice.
const VPS: u8 = 32;
const SPS: u8 = 33;
const PPS: u8 = 34;

pub(super) fn read(unit: &[u8]) -> Option<Header> {
    // A layer need not start afresh where the one below it does.
    if !nal::units(unit)?.all(is_of_base) {
        return None;
    }
    let mut slices = nal::units(unit)?.filter(|unit| is_slice(unit));
    let Some(slice) = slices.next() else {
        return Some(Header::inner(false));
    };
    let position = match kind(slice) {
        kind if IDR.contains(&kind) => Position::Start,
        kind if BLA.contains(&kind) => Position::StartButForLeading,
        CRA => Position::Renewal,
        kind if RASL.contains(&kind) => Position::Leading,
        _ => Position::Inner,
    };
    let inner = Header::inner(true);
    if !matches!(position, Position::Start | Position::StartButForLeading) {
        return Some(Header { position, ..inner });
    }
    let parameters = Parameters::of(unit);
    let are_there = |_: &NalReader<'_>| slices.all(|slice| parameters.sequence_of(slice).is_some());
    Some(match parameters.sequence_of(slice).filter(are_there) {
        Some(sps) => Header {
            position,
            sequence: read_sps(sps).map_or(Sequence::Other, Sequence::Of),
            ..inner
        },
        None => inner,
    })
}

fn kind(unit: &[u8]) -> u8 {
    unit.first().map_or(u8::MAX, |first| first >> 1 & 0x3F)
}

/// Whether it is a unit of the layer that needs no other.
fn is_of_base(unit: &[u8]) -> bool {
    matches!(unit, [first, second, ..] if first & 0x81 == 0 && second >> 3 == 0)
}

fn is_slice(unit: &[u8]) -> bool {
    kind(unit) < VPS
}

/// The parameter sets before the slices, read once, as there may be as many slices as sets. Of several with one number the last counts.
struct Parameters<'a> {
    /// Whether the streams' are there.
    streams: [bool; 16],
    /// The stream's to which each of the sequences' refers, and its content.
    sequences: [Option<(u32, NalReader<'a>)>; 16],
    /// The sequence's to which each of the pictures' refers.
    pictures: [Option<u32>; 64],
}

impl<'a> Parameters<'a> {
    fn of(unit: &'a [u8]) -> Self {
        let mut all = Self {
            streams: [false; 16],
            sequences: [const { None }; 16],
            pictures: [None; 64],
        };
        for unit in nal::before_slices(unit, is_slice) {
            all.add(unit);
        }
        all
    }

    /// None if it is no parameter set, or one that cannot be referred to.
    fn add(&mut self, unit: &'a [u8]) -> Option<()> {
        let content = content(unit)?;
        let mut bits = content.clone();
        match kind(unit) {
            VPS => *self.streams.get_mut(bits.number(4)? as usize)? = true,
            SPS => {
                let vps_id = bits.number(4)?;
                skip_to_id(&mut bits)?;
                let sps = self.sequences.get_mut(bits.unsigned()? as usize)?;
                *sps = Some((vps_id, content));
            }
            PPS => {
                let sps_id = self.pictures.get_mut(bits.unsigned()? as usize)?;
                *sps_id = bits.unsigned();
            }
            _ => {}
        }
        Some(())
    }

    /// The content of the sequence's to which a slice refers, if that, the picture's and the stream's are there.
    fn sequence_of(&self, slice: &[u8]) -> Option<NalReader<'a>> {
        let mut header = content(slice)?;
        let _is_first = header.flag()?;
        if IRAP.contains(&kind(slice)) {
            header.skip(1)?;
        }
        let sps_id = self.pictures.get(header.unsigned()? as usize)?;
        let sps = self.sequences.get((*sps_id)? as usize)?;
        let (vps_id, sps) = sps.as_ref()?;
        let is_there = self.streams.get(*vps_id as usize)?;
        is_there.then(|| sps.clone())
    }
}

/// From behind the number of the stream's parameter set to its own; how many further temporal layers there are.
fn skip_to_id(sps: &mut NalReader<'_>) -> Option<u32> {
    let layers = sps.number(3)?;
    sps.skip(1)?;
    skip_profile(sps, layers)?;
    Some(layers)
}

/// The size of a sequence's pictures, if they are 8-bit 4:2:0, and shown in the order in which they come (§7.3.2.2.1).
fn read_sps(mut sps: NalReader<'_>) -> Option<Size> {
    sps.skip(4)?;
    let layers = skip_to_id(&mut sps)?;
    let _id = sps.unsigned()?;
    if sps.unsigned()? != 1 {
        return None;
    }
    let (width, height) = (sps.unsigned()?, sps.unsigned()?);
    let mut cropped = [0; 4];
    if sps.flag()? {
        for side in &mut cropped {
            *side = sps.unsigned()?.checked_mul(2)?;
        }
    }
    let [left, right, top, bottom] = cropped;
    let depths = (sps.unsigned()?, sps.unsigned()?);
    let _order = sps.unsigned()?;
    let of_each = sps.flag()?;
    let mut reordered = 0;
    for _ in 0..if of_each { layers + 1 } else { 1 } {
        let _buffered = sps.unsigned()?;
        reordered = sps.unsigned()?;
        let _latency = sps.unsigned()?;
    }
    let width = width.checked_sub(left)?.checked_sub(right)?;
    let height = height.checked_sub(top)?.checked_sub(bottom)?;
    (depths == (0, 0) && reordered == 0).then_some(Size::new(width, height)?)
}

fn content(unit: &[u8]) -> Option<NalReader<'_>> {
    unit.get(2..).map(NalReader::new)
}

/// What decoders are able to decode it, and of so many further temporal layers alike (§7.3.3).
fn skip_profile(sps: &mut NalReader<'_>, layers: u32) -> Option<()> {
    const PROFILE: u32 = 88;
    const LEVEL: u32 = 8;
    sps.skip(PROFILE + LEVEL)?;
    let mut said = 0;
    for _ in 0..layers {
        said += if sps.flag()? { PROFILE } else { 0 };
        said += if sps.flag()? { LEVEL } else { 0 };
    }
    if layers > 0 {
        sps.skip(2 * 8u32.saturating_sub(layers))?;
    }
    sps.skip(said)
}

/// The bytes that a black picture of so many macroblocks takes at most.
pub(super) const fn room_for(macroblocks: usize) -> usize {
    macroblocks / 2 + 256
}

/// At this quantiser, the first coefficient of 16 by 16 is eight times what it adds to each sample (§8.6.4).
const QUANTISER: i32 = 46;
/// Of the largest and only blocks, in samples.
const BLOCK: u32 = 16;

/// Writes an access unit that is black and starts afresh; gives its length.
///
/// Each block is predicted from those before it; before the first there are none, which means 128, and so it alone has a difference.
pub(super) fn write_black(size: Size, room: &mut [u8]) -> Option<usize> {
    let (across, down) = size.blocks(BLOCK);
    let mut to = BitWriter::new(room);
    write_parameters(size, &mut to);
    to.nal(&[0x28, 1]);
    to.number(0b10, 2);
    for number in [0, 2] {
        to.unsigned(number);
    }
    to.signed(0);
    to.trail();

    let context = |initial| Context::new(initial, QUANTISER);
    let [mut part, mut mode, mut chroma_mode] = [184, 184, 63].map(context);
    let [mut chroma, mut luma] = [94, 141].map(context);
    let mut write = CabacWriter::new(&mut to);
    for block in 0..across * down {
        // Not divided; predicted in the most probable way, chroma likewise.
        write.decide(true, &mut part);
        write.decide(true, &mut mode);
        write.bypass(0, 1);
        write.decide(false, &mut chroma_mode);
        write.decide(false, &mut chroma);
        write.decide(false, &mut chroma);
        write.decide(block == 0, &mut luma);
        if block == 0 {
            write_difference(&mut write);
        }
        write.end(block + 1 == across * down);
    }
    to.fill();
    to.length()
}

/// Coefficients of which the first is -14 and the others are nothing: 8 × -14 is from 128 down to 16 (§7.3.8.11).
fn write_difference(write: &mut CabacWriter<'_, '_>) {
    let [mut across, mut down, mut above_one, mut above_two] =
        [125, 125, 92, 138].map(|initial| Context::new(initial, QUANTISER));
    // The last one is the first.
    write.decide(false, &mut across);
    write.decide(false, &mut down);
    write.decide(true, &mut above_one);
    write.decide(true, &mut above_two);
    // Negative; and 11 above 3, as four ones and then 7 in Exp-Golomb code of order one.
    write.bypass(1, 1);
    write.bypass(0b11_1111_0001, 10);
}

fn write_parameters(size: Size, to: &mut BitWriter<'_>) {
    let (across, down) = size.blocks(BLOCK);
    // The stream's.
    to.nal(&[0x40, 1]);
    to.number(0b11 << 9, 15);
    to.number(0x1_FFFF, 17);
    write_profile(size, to);
    to.flag(true);
    write_order(to);
    to.number(0, 6);
    to.unsigned(0);
    to.number(0, 2);
    to.trail();

    // The sequence's.
    to.nal(&[0x42, 1]);
    to.number(1, 8);
    write_profile(size, to);
    for number in [0, 1, BLOCK * across, BLOCK * down] {
        to.unsigned(number);
    }
    to.flag(true);
    for cropped in [
        0,
        BLOCK * across - size.width,
        0,
        BLOCK * down - size.height,
    ] {
        to.unsigned(cropped / 2);
    }
    for number in [0, 0, 4] {
        to.unsigned(number);
    }
    to.flag(true);
    write_order(to);
    // Blocks of 16 by 16, transformed as they are.
    for number in [1, 0, 0, 2, 0, 0] {
        to.unsigned(number);
    }
    to.number(0, 4);
    to.unsigned(0);
    to.number(0, 5);
    to.trail();

    // The picture's.
    to.nal(&[0x44, 1]);
    for number in [0, 0] {
        to.unsigned(number);
    }
    to.number(0, 7);
    for number in [0, 0] {
        to.unsigned(number);
    }
    to.signed(QUANTISER - 26);
    to.number(0, 3);
    for _ in 0..2 {
        to.signed(0);
    }
    to.number(0, 7);
    // No filter over edges.
    to.number(0b101, 3);
    to.number(0, 2);
    to.unsigned(0);
    to.number(0, 2);
    to.trail();
}

/// One picture is kept, and shown as it comes.
fn write_order(to: &mut BitWriter<'_>) {
    for _ in 0..3 {
        to.unsigned(0);
    }
}

/// The main profile, progressive, of a level for the size (table A.8).
fn write_profile(size: Size, to: &mut BitWriter<'_>) {
    let level = match size.width * size.height {
        0..=552_960 => 90,
        552_961..=983_040 => 93,
        983_041..=2_228_224 => 123,
        2_228_225..=8_912_896 => 153,
        _ => 180,
    };
    to.number(1, 8);
    to.number(0b0110 << 28, 32);
    to.number(0b1001, 4);
    to.number(0, 32);
    to.number(0, 12);
    to.number(level, 8);
}
