//! HEVC access units, and black ones.

mod black;
mod blocks;
mod quantiser;
mod sets;
mod tiles;
mod unit;

pub(super) use black::{room, write_black};
pub(super) use sets::{Template, rewrite};

use super::{
    bits::NalReader,
    header::Header,
    nal::{self, Set},
    resume::Dependency,
};
use crate::types::fault::Fault;
use unit::{BLA, CRA, IDR, IRAP, PPS, RASL, SPS, VPS};

/// What the slice segments of an access unit say of its picture.
struct Picture {
    dependency: Dependency,
    /// Whether it is an IDR or BLA picture all of whose slices refer to sets that are there.
    is_refresh: bool,
}

/// Reads an access unit in a byte stream (ITU-T H.265 annex B).
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
        for nal in known.clone() {
            // One that cannot be read cannot be referred to.
            let _ = sets.add(nal);
        }
    })
}

/// Reads an access unit in one pass over its NAL units. `known` adds the parameter sets that are known beforehand, if there are any.
#[inline]
fn read_units<'a>(
    units: impl Iterator<Item = &'a [u8]>,
    known: impl Fn(&mut Option<ParameterSets>),
) -> Option<Header> {
    let mut sets = None;
    let mut picture = None;
    for nal in units {
        // A further layer may depend on earlier frames even if the base layer does not.
        if !is_of_base_layer(nal) {
            return None;
        }
        match (nal_unit_type(nal), &mut picture) {
            (VPS | SPS | PPS, None) => {
                // One that cannot be read cannot be referred to.
                if sets.is_none() {
                    known(&mut sets);
                }
                let _ = sets.get_or_insert_with(ParameterSets::new).add(nal);
            }
            (kind @ ..VPS, None) => {
                if IRAP.contains(&kind) && sets.is_none() {
                    known(&mut sets);
                }
                picture = Some(first_slice(sets.as_ref(), nal));
            }
            (..VPS, Some(Picture { is_refresh, .. })) if *is_refresh => {
                *is_refresh = has_sets(sets.as_ref(), nal);
            }
            _ => {}
        }
    }
    let delta = Header::delta(picture.is_some());
    Some(match picture {
        Some(Picture {
            dependency,
            is_refresh,
        }) if is_refresh || matches!(dependency, Dependency::Cra | Dependency::Rasl) => Header {
            dependency,
            ..delta
        },
        _ => delta,
    })
}

/// Returns why an access unit of these NAL units cannot be read.
#[cold]
pub(super) fn fault<'a>(mut units: impl Iterator<Item = &'a [u8]>) -> Fault {
    match units.find(|nal| !is_of_base_layer(nal)) {
        Some(&[first, _, ..]) if first & 0x80 == 0 => Fault::Layer,
        _ => Fault::UnitHeader,
    }
}

/// Returns why the stream does not resume at an access unit of these NAL units, if there is an IDR or BLA picture in it.
#[cold]
pub(super) fn stall<'a>(units: impl Iterator<Item = &'a [u8]>) -> Option<Fault> {
    let is_refresh = |kind| IDR.contains(&kind) || BLA.contains(&kind);
    let mut slices = units.map(nal_unit_type).filter(|kind| *kind < VPS);
    if is_refresh(slices.next()?) {
        Some(Fault::NoParameterSets)
    } else {
        slices.any(is_refresh).then_some(Fault::SeveralFrames)
    }
}

fn first_slice(sets: Option<&ParameterSets>, slice: &[u8]) -> Picture {
    let dependency = match nal_unit_type(slice) {
        kind if IDR.contains(&kind) => Dependency::Idr,
        kind if BLA.contains(&kind) => Dependency::Bla,
        CRA => Dependency::Cra,
        kind if RASL.contains(&kind) => Dependency::Rasl,
        _ => Dependency::Delta,
    };
    let is_refresh =
        matches!(dependency, Dependency::Idr | Dependency::Bla) && has_sets(sets, slice);
    Picture {
        dependency,
        is_refresh,
    }
}

fn nal_unit_type(nal: &[u8]) -> u8 {
    nal.first().map_or(u8::MAX, |first| first >> 1 & 0x3F)
}

/// Whether `nuh_layer_id` is 0.
fn is_of_base_layer(nal: &[u8]) -> bool {
    matches!(nal, [first, second, ..] if first & 0x81 == 0 && second >> 3 == 0)
}

#[inline]
pub(super) fn is_slice(nal: &[u8]) -> bool {
    nal_unit_type(nal) < VPS
}

/// Returns the rank of a parameter set, and which one it is if that can be read; `None` for any other NAL unit.
#[inline]
pub(super) fn parameter_set(nal: &[u8]) -> Option<(usize, Option<Set>)> {
    let rank = usize::from(nal_unit_type(nal)).checked_sub(VPS.into())?;
    let count = *[16, 16, 64].get(rank)?;
    let id = || {
        let mut bits = payload(nal)?;
        match rank {
            0 => bits.u(4),
            1 => {
                bits.skip(4)?;
                skip_to_sps_id(&mut bits)?;
                bits.ue()
            }
            _ => bits.ue(),
        }
    };
    let set = id().filter(|id| *id < count).map(|id| Set { rank, id });
    Some((rank, set.filter(|_| is_of_base_layer(nal))))
}

/// Returns the id of the sequence parameter set that a picture parameter set refers to, or of the video parameter set that a sequence parameter set does.
#[inline]
pub(super) fn refers_to(set: &[u8]) -> Option<u32> {
    let mut bits = payload(set)?;
    match nal_unit_type(set) {
        SPS => bits.u(4),
        PPS => {
            let _pps_pic_parameter_set_id = bits.ue()?;
            bits.ue()
        }
        _ => None,
    }
}

/// Returns the id of the picture parameter set that a slice refers to.
pub(super) fn slice_pps(slice: &[u8]) -> Option<u32> {
    let mut header = payload(slice)?;
    let _first_slice_segment_in_pic_flag = header.bit()?;
    if IRAP.contains(&nal_unit_type(slice)) {
        let _no_output_of_prior_pics_flag = header.bit()?;
    }
    header.ue()
}

/// The parameter sets before the first slice. If two have the same id, the later one counts.
struct ParameterSets {
    /// Which `vps_video_parameter_set_id` are there.
    vps: [bool; 16],
    /// By `sps_seq_parameter_set_id`, the `sps_video_parameter_set_id` that each refers to.
    sps: [Option<u32>; 16],
    /// By `pps_pic_parameter_set_id`, the `pps_seq_parameter_set_id` that each refers to.
    pps: [Option<u32>; 64],
}

impl ParameterSets {
    const fn new() -> Self {
        Self {
            vps: [false; 16],
            sps: [None; 16],
            pps: [None; 64],
        }
    }

    /// Returns `None` for a set that cannot be referred to.
    fn add(&mut self, nal: &[u8]) -> Option<()> {
        let mut bits = payload(nal)?;
        match nal_unit_type(nal) {
            VPS => *self.vps.get_mut(bits.u(4)? as usize)? = true,
            SPS => {
                let vps_id = bits.u(4)?;
                skip_to_sps_id(&mut bits)?;
                let sps = self.sps.get_mut(bits.ue()? as usize)?;
                *sps = Some(vps_id);
            }
            _ => {
                let sps_id = self.pps.get_mut(bits.ue()? as usize)?;
                *sps_id = bits.ue();
            }
        }
        Some(())
    }
}

/// Whether the picture parameter set that a slice refers to, and those that it refers to, are there.
fn has_sets(sets: Option<&ParameterSets>, slice: &[u8]) -> bool {
    let has_vps = || {
        let sets = sets?;
        let sps_id = *sets.pps.get(slice_pps(slice)? as usize)?;
        let vps_id = *sets.sps.get(sps_id? as usize)?;
        sets.vps.get(vps_id? as usize).copied()
    };
    has_vps().unwrap_or(false)
}

fn payload(nal: &[u8]) -> Option<NalReader<'_>> {
    nal.get(2..).map(NalReader::new)
}

/// Skips from behind `sps_video_parameter_set_id` to `sps_seq_parameter_set_id`. Returns `sps_max_sub_layers_minus1`.
fn skip_to_sps_id(sps: &mut NalReader<'_>) -> Option<u32> {
    let sps_max_sub_layers_minus1 = sps.u(3)?;
    let _sps_temporal_id_nesting_flag = sps.bit()?;
    skip_profile_tier_level(sps, sps_max_sub_layers_minus1)?;
    Some(sps_max_sub_layers_minus1)
}

/// `profile_tier_level(1, maxNumSubLayersMinus1)` (§7.3.3)
fn skip_profile_tier_level(sps: &mut NalReader<'_>, max_sub_layers_minus1: u32) -> Option<()> {
    const PROFILE_BITS: u32 = 88;
    const LEVEL_BITS: u32 = 8;
    sps.skip(PROFILE_BITS + LEVEL_BITS)?;
    let mut present = 0;
    for _ in 0..max_sub_layers_minus1 {
        let sub_layer_profile_present_flag = sps.bit()?;
        if sub_layer_profile_present_flag {
            present += PROFILE_BITS;
        }
        let sub_layer_level_present_flag = sps.bit()?;
        if sub_layer_level_present_flag {
            present += LEVEL_BITS;
        }
    }
    if max_sub_layers_minus1 > 0 {
        // reserved_zero_2bits, up to eight of them.
        sps.skip(2 * 8u32.saturating_sub(max_sub_layers_minus1))?;
    }
    sps.skip(present)
}
