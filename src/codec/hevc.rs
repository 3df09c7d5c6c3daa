//! HEVC access units in a byte stream (ITU-T H.265 annex B).

use super::{Header, Sequence, bits::BitReader, nal, resume::Position};

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
    let is_valid = |unit: &[u8]| matches!(unit, [first, _, ..] if first & 0x80 == 0);
    let mut before = before_slices(unit);
    let slice = nal::units(unit)?.find(|unit| is_slice(unit));
    if !before.all(is_valid) || !slice.is_none_or(is_valid) {
        return None;
    }
    let Some(slice) = slice else {
        return Some(Header::inner(false));
    };
    let has_parameters = has_parameters(unit, slice) == Some(true);
    let position = match kind(slice) {
        kind if IDR.contains(&kind) && has_parameters => Position::Start,
        kind if BLA.contains(&kind) && has_parameters => Position::StartButForLeading,
        CRA => Position::Renewal,
        kind if RASL.contains(&kind) => Position::Leading,
        _ => Position::Inner,
    };
    let starts = matches!(position, Position::Start | Position::StartButForLeading);
    Some(Header {
        position,
        sequence: if starts {
            Sequence::Other
        } else {
            Sequence::Same
        },
        ..Header::inner(true)
    })
}

fn kind(unit: &[u8]) -> u8 {
    unit.first().map_or(u8::MAX, |first| first >> 1 & 0x3F)
}

/// Of the layer that needs no other.
fn is_of_base(unit: &[u8]) -> bool {
    matches!(unit, [first, second, ..] if first & 1 == 0 && second >> 3 == 0)
}

fn is_slice(unit: &[u8]) -> bool {
    kind(unit) < VPS
}

fn before_slices(unit: &[u8]) -> impl Iterator<Item = &[u8]> {
    let units = nal::units(unit).into_iter().flatten();
    units.take_while(|unit| !is_slice(unit))
}

/// Whether the picture's, the sequence's and the stream's parameter sets that a slice refers to come before it in the same access unit.
fn has_parameters(unit: &[u8], slice: &[u8]) -> Option<bool> {
    let all = |of_kind: u8| {
        let units = before_slices(unit).filter(move |unit| kind(unit) == of_kind);
        units.filter(|unit| is_of_base(unit)).filter_map(content)
    };
    if !is_of_base(slice) {
        return Some(false);
    }
    let mut header = content(slice)?;
    let _is_first = header.flag()?;
    if IRAP.contains(&kind(slice)) {
        header.skip(1)?;
    }
    let pps_id = header.unsigned()?;
    // Of several with one number the last counts.
    let sps_id =
        all(PPS).filter_map(|mut pps| (pps.unsigned()? == pps_id).then(|| pps.unsigned())?);
    let sps_id = sps_id.last()?;
    let vps_id = all(SPS).filter_map(|mut sps| {
        let vps_id = sps.number(4)?;
        let layers = sps.number(3)?;
        sps.skip(1)?;
        skip_profile(&mut sps, layers)?;
        (sps.unsigned()? == sps_id).then_some(vps_id)
    });
    let vps_id = vps_id.last()?;
    Some(all(VPS).any(|mut vps| vps.number(4) == Some(vps_id)))
}

fn content(unit: &[u8]) -> Option<BitReader<'_>> {
    unit.get(2..).map(BitReader::of_nal)
}

/// What decoders are able to decode it, and of so many further temporal layers alike (§7.3.3).
fn skip_profile(sps: &mut BitReader<'_>, layers: u32) -> Option<()> {
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
