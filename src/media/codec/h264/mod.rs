//! H.264 access units, and black ones.

mod black;
mod sets;

pub(super) use black::{room, write_idr, write_repeated, write_skips};
pub(super) use sets::{Template, rewrite};

use super::{
    bits::NalReader,
    header::{Header, Sequence},
    nal::{self, Set},
};
use crate::types::fault::Fault;

const SLICE: u8 = 1;
const IDR_SLICE: u8 = 5;
const SPS: u8 = 7;
const PPS: u8 = 8;
/// Slices of a further layer or view (annexes G, H and I).
const EXTENSION_SLICES: [u8; 2] = [20, 21];

/// Reads an access unit in a byte stream (ITU-T H.264 annex B).
pub(super) fn read(unit: &[u8]) -> Option<Header> {
    read_units(nal::units(unit)?, |_| {})
}

/// Reads an access unit of a stream of which these parameter sets are known.
pub(super) fn read_with<'a>(
    units: impl Iterator<Item = &'a [u8]>,
    known: &(impl Iterator<Item = &'a [u8]> + Clone),
) -> Option<Header> {
    read_units(units, |sets| {
        let sets = sets.insert(ParameterSets::new());
        known.clone().for_each(|nal| sets.add(nal));
    })
}

/// Reads an access unit in one pass over its NAL units. `known` adds the parameter sets that are known beforehand, if there are any.
#[inline]
fn read_units<'a>(
    units: impl Iterator<Item = &'a [u8]>,
    known: impl Fn(&mut Option<ParameterSets>),
) -> Option<Header> {
    let mut sets = None;
    // Of a picture, whether it is an IDR picture all of whose slices refer to sets that are there.
    let mut is_refresh = None;
    for nal in units {
        // A further layer may depend on earlier frames even if the base layer does not.
        if !is_of_base_layer(nal) {
            return None;
        }
        match (nal_unit_type(nal), is_refresh) {
            (SPS | PPS, None) => {
                if sets.is_none() {
                    known(&mut sets);
                }
                sets.get_or_insert_with(ParameterSets::new).add(nal);
            }
            (IDR_SLICE, None) => {
                if sets.is_none() {
                    known(&mut sets);
                }
                is_refresh = Some(has_sets(sets.as_ref(), nal));
            }
            (SLICE..IDR_SLICE, None) => is_refresh = Some(false),
            (SLICE..=IDR_SLICE, Some(true)) => {
                is_refresh = Some(has_sets(sets.as_ref(), nal));
            }
            _ => {}
        }
    }
    Some(match is_refresh {
        Some(true) => Header::keyframe(Sequence::Same),
        is_refresh => Header::delta(is_refresh.is_some()),
    })
}

/// Returns why an access unit of these NAL units cannot be read.
#[cold]
pub(super) fn fault<'a>(mut units: impl Iterator<Item = &'a [u8]>) -> Fault {
    match units.find(|nal| !is_of_base_layer(nal)) {
        Some(&[header, ..]) if header & 0x80 == 0 => Fault::Layer,
        _ => Fault::UnitHeader,
    }
}

/// Returns why the stream does not resume at an access unit of these NAL units, if there is an IDR picture in it.
#[cold]
pub(super) fn stall<'a>(units: impl Iterator<Item = &'a [u8]>) -> Option<Fault> {
    let mut slices = units
        .map(nal_unit_type)
        .filter(|kind| (SLICE..=IDR_SLICE).contains(kind));
    if slices.next()? == IDR_SLICE {
        Some(Fault::NoParameterSets)
    } else {
        slices
            .any(|kind| kind == IDR_SLICE)
            .then_some(Fault::SeveralFrames)
    }
}

fn nal_unit_type(nal: &[u8]) -> u8 {
    nal.first().map_or(0, |header| header & 0x1F)
}

fn is_of_base_layer(nal: &[u8]) -> bool {
    let is_valid = nal.first().is_some_and(|header| header & 0x80 == 0);
    is_valid && !EXTENSION_SLICES.contains(&nal_unit_type(nal))
}

/// Whether it is a slice, of the base layer or of another.
#[inline]
pub(super) fn is_slice(nal: &[u8]) -> bool {
    let kind = nal_unit_type(nal);
    (SLICE..=IDR_SLICE).contains(&kind) || EXTENSION_SLICES.contains(&kind)
}

/// Returns the rank of a parameter set, and which one it is if that can be read; `None` for any other NAL unit.
#[inline]
pub(super) fn parameter_set(nal: &[u8]) -> Option<(usize, Option<Set>)> {
    let mut bits = NalReader::new(nal.get(1..).unwrap_or_default());
    let (rank, id) = match nal_unit_type(nal) {
        SPS => (1, bits.skip(24).and_then(|()| bits.ue())),
        PPS => (2, bits.ue()),
        _ => return None,
    };
    let count = if rank == 1 { 32 } else { 256 };
    let set = id.filter(|id| *id < count).map(|id| Set { rank, id });
    Some((rank, set.filter(|_| is_of_base_layer(nal))))
}

/// Returns the id of the sequence parameter set that a picture parameter set refers to.
#[inline]
pub(super) fn refers_to(pps: &[u8]) -> Option<u32> {
    let mut pps = NalReader::new(pps.get(1..)?);
    let _pic_parameter_set_id = pps.ue()?;
    pps.ue()
}

/// What the header of a slice says, as far as that can be read without its sets.
pub(super) struct Slice {
    pub(super) is_b: bool,
    pub(super) pic_parameter_set_id: u32,
}

/// Reads the header of a slice, if it is one of the base layer.
pub(super) fn slice(nal: &[u8]) -> Option<Slice> {
    const B: u32 = 1;
    let kind = nal_unit_type(nal);
    let mut header = NalReader::new(nal.get(1..)?);
    let _first_mb_in_slice = header.ue()?;
    let slice_type = header.ue()?;
    (SLICE..=IDR_SLICE).contains(&kind).then_some(Slice {
        is_b: slice_type % 5 == B,
        pic_parameter_set_id: header.ue()?,
    })
}

/// Returns `idr_pic_id` of a slice of an IDR picture with such sets.
pub(super) fn idr_pic_id(nal: &[u8], sets: &Template) -> Option<u16> {
    let mut header = NalReader::new(nal.get(1..)?);
    let _first_mb_in_slice = header.ue()?;
    let _slice_type = header.ue()?;
    let _pic_parameter_set_id = header.ue()?;
    header.skip(sets.frame_num_bits)?;
    u16::try_from(header.ue()?).ok()
}

/// Which parameter sets are before the first slice.
struct ParameterSets {
    /// By `seq_parameter_set_id`.
    sps: [bool; 32],
    /// By `pic_parameter_set_id`, the `seq_parameter_set_id` that each refers to; the latest one of an id counts.
    pps: [Option<u32>; 256],
}

impl ParameterSets {
    const fn new() -> Self {
        Self {
            sps: [false; 32],
            pps: [None; 256],
        }
    }

    #[inline]
    fn add(&mut self, nal: &[u8]) {
        let mut bits = NalReader::new(nal.get(1..).unwrap_or_default());
        if nal_unit_type(nal) == SPS {
            // Behind profile_idc, the constraint flags and level_idc.
            let id = bits.skip(24).and_then(|()| bits.ue());
            if let Some(sps) = id.and_then(|id| self.sps.get_mut(id as usize)) {
                *sps = true;
            }
        } else {
            let id = bits.ue();
            if let Some(sps_id) = id.and_then(|id| self.pps.get_mut(id as usize)) {
                *sps_id = bits.ue();
            }
        }
    }
}

/// Whether the sequence and the picture parameter set that a slice refers to are there.
#[inline]
fn has_sets(sets: Option<&ParameterSets>, slice: &[u8]) -> bool {
    let find = || {
        let sets = sets?;
        let mut header = NalReader::new(slice.get(1..)?);
        let _first_mb_in_slice = header.ue()?;
        let _slice_type = header.ue()?;
        let pic_parameter_set_id = header.ue()?;
        let seq_parameter_set_id = *sets.pps.get(pic_parameter_set_id as usize)?;
        sets.sps.get(seq_parameter_set_id? as usize).copied()
    };
    find() == Some(true)
}
