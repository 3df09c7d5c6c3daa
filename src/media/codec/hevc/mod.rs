//! HEVC access units, and black ones.

mod black;
mod quantiser;
mod sets;
mod tiles;

use super::{
    bits::{BitWriter, NalReader},
    cabac::{CabacEncoder, Context},
    header::{Header, Sequence, Size},
    nal::{self, Form, Set},
    resume::Dependency,
};
use crate::types::fault::Fault;

// Types of NAL units (§7.4.2.2).
const RASL: [u8; 2] = [8, 9];
const BLA: [u8; 3] = [16, 17, 18];
const IDR: [u8; 2] = [19, IDR_N_LP];
/// Without leading pictures.
const IDR_N_LP: u8 = 20;
const CRA: u8 = 21;
/// Intra random access points.
const IRAP: core::ops::Range<u8> = 16..24;
/// The first that is not a slice segment.
const VPS: u8 = 32;
const SPS: u8 = 33;
const PPS: u8 = 34;

/// What the slice segments of an access unit say of its picture.
struct Picture<'a> {
    dependency: Dependency,
    /// Of an IDR or BLA picture, the sequence parameter set that its first slice refers to, if all slices refer to sets in this access unit.
    sps: Option<NalReader<'a>>,
}

/// Reads an access unit in a byte stream (ITU-T H.265 annex B).
pub(super) fn read(unit: &[u8]) -> Option<Header> {
    read_units(nal::units(unit)?, || None)
}

/// Reads an access unit of a stream of which these parameter sets are known.
pub(super) fn read_with<'a>(
    units: impl Iterator<Item = &'a [u8]>,
    known: &(impl Iterator<Item = &'a [u8]> + Clone),
) -> Option<Header> {
    read_units(units, || {
        let mut sets = ParameterSets::new();
        for nal in known.clone() {
            let _ = sets.add(nal);
        }
        Some(sets)
    })
}

/// Reads an access unit in one pass over its NAL units. `known` returns the parameter sets that are known beforehand, if there are any.
#[inline]
fn read_units<'a>(
    units: impl Iterator<Item = &'a [u8]>,
    known: impl Fn() -> Option<ParameterSets<'a>>,
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
                let begun = || known().unwrap_or_else(ParameterSets::new);
                let _ = sets.get_or_insert_with(begun).add(nal);
            }
            (kind @ ..VPS, None) => {
                if IRAP.contains(&kind) && sets.is_none() {
                    sets = known();
                }
                picture = Some(first_slice(sets.as_ref(), nal));
            }
            (..VPS, Some(Picture { sps, .. }))
                if sps.is_some() && sps_of(sets.as_ref(), nal).is_none() =>
            {
                *sps = None;
            }
            _ => {}
        }
    }
    let delta = Header::delta(picture.is_some());
    Some(match picture {
        Some(Picture {
            dependency,
            sps: Some(sps),
        }) => Header {
            dependency,
            sequence: read_sps(sps).map_or(Sequence::Other, Sequence::Of),
            ..delta
        },
        Some(Picture {
            dependency: dependency @ (Dependency::Cra | Dependency::Rasl),
            ..
        }) => Header {
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

fn first_slice<'a>(sets: Option<&ParameterSets<'a>>, slice: &[u8]) -> Picture<'a> {
    let dependency = match nal_unit_type(slice) {
        kind if IDR.contains(&kind) => Dependency::Idr,
        kind if BLA.contains(&kind) => Dependency::Bla,
        CRA => Dependency::Cra,
        kind if RASL.contains(&kind) => Dependency::Rasl,
        _ => Dependency::Delta,
    };
    let sps = match dependency {
        Dependency::Idr | Dependency::Bla => sps_of(sets, slice),
        _ => None,
    };
    Picture { dependency, sps }
}

fn nal_unit_type(nal: &[u8]) -> u8 {
    nal.first().map_or(u8::MAX, |first| first >> 1 & 0x3F)
}

/// Whether `nuh_layer_id` is 0.
fn is_of_base_layer(nal: &[u8]) -> bool {
    matches!(nal, [first, second, ..] if first & 0x81 == 0 && second >> 3 == 0)
}

pub(super) fn is_slice(nal: &[u8]) -> bool {
    nal_unit_type(nal) < VPS
}

/// Returns the rank of a parameter set, and which one it is if that can be read; `None` for any other NAL unit.
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

/// Returns what a sequence parameter set says of the pictures.
pub(super) fn sequence(sps: &[u8]) -> Sequence {
    let size = payload(sps).and_then(read_sps);
    size.map_or(Sequence::Other, Sequence::Of)
}

/// The parameter sets before the first slice. If two have the same id, the later one counts.
struct ParameterSets<'a> {
    /// Which `vps_video_parameter_set_id` are there.
    vps: [bool; 16],
    /// By `sps_seq_parameter_set_id`, the `sps_video_parameter_set_id` that each refers to, and its payload.
    sps: [Option<(u32, NalReader<'a>)>; 16],
    /// By `pps_pic_parameter_set_id`, the `pps_seq_parameter_set_id` that each refers to.
    pps: [Option<u32>; 64],
}

impl<'a> ParameterSets<'a> {
    const fn new() -> Self {
        Self {
            vps: [false; 16],
            sps: [const { None }; 16],
            pps: [None; 64],
        }
    }

    /// Returns `None` for a set that cannot be referred to.
    fn add(&mut self, nal: &'a [u8]) -> Option<()> {
        let payload = payload(nal)?;
        let mut bits = payload.clone();
        match nal_unit_type(nal) {
            VPS => *self.vps.get_mut(bits.u(4)? as usize)? = true,
            SPS => {
                let vps_id = bits.u(4)?;
                skip_to_sps_id(&mut bits)?;
                let sps = self.sps.get_mut(bits.ue()? as usize)?;
                *sps = Some((vps_id, payload));
            }
            _ => {
                let sps_id = self.pps.get_mut(bits.ue()? as usize)?;
                *sps_id = bits.ue();
            }
        }
        Some(())
    }
}

/// Returns the sequence parameter set that a slice refers to, if it, the picture parameter set and the video parameter set are there.
fn sps_of<'a>(sets: Option<&ParameterSets<'a>>, slice: &[u8]) -> Option<NalReader<'a>> {
    let sets = sets?;
    let mut header = payload(slice)?;
    let _first_slice_segment_in_pic_flag = header.bit()?;
    if IRAP.contains(&nal_unit_type(slice)) {
        let _no_output_of_prior_pics_flag = header.bit()?;
    }
    let slice_pic_parameter_set_id = header.ue()?;
    let sps_id = *sets.pps.get(slice_pic_parameter_set_id as usize)?;
    let (vps_id, sps) = sets.sps.get(sps_id? as usize)?.as_ref()?;
    let has_vps = *sets.vps.get(*vps_id as usize)?;
    has_vps.then(|| sps.clone())
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

/// Reads a sequence parameter set (§7.3.2.2.1). Returns the size of its pictures if they are 8-bit 4:2:0 and shown in decoding order.
fn read_sps(mut sps: NalReader<'_>) -> Option<Size> {
    let _sps_video_parameter_set_id = sps.u(4)?;
    let sps_max_sub_layers_minus1 = skip_to_sps_id(&mut sps)?;
    let _sps_seq_parameter_set_id = sps.ue()?;
    let chroma_format_idc = sps.ue()?;
    if chroma_format_idc != 1 {
        return None;
    }
    let pic_width_in_luma_samples = sps.ue()?;
    let pic_height_in_luma_samples = sps.ue()?;
    let conformance_window_flag = sps.bit()?;
    let mut conf_win_offsets = [0; 4];
    if conformance_window_flag {
        for offset in &mut conf_win_offsets {
            *offset = sps.ue()?.checked_mul(2)?;
        }
    }
    let bit_depth_luma_minus8 = sps.ue()?;
    let bit_depth_chroma_minus8 = sps.ue()?;
    let _log2_max_pic_order_cnt_lsb_minus4 = sps.ue()?;
    let sps_sub_layer_ordering_info_present_flag = sps.bit()?;
    let orderings = if sps_sub_layer_ordering_info_present_flag {
        sps_max_sub_layers_minus1 + 1
    } else {
        1
    };
    let mut sps_max_num_reorder_pics = 0;
    for _ in 0..orderings {
        let _sps_max_dec_pic_buffering_minus1 = sps.ue()?;
        sps_max_num_reorder_pics = sps.ue()?;
        let _sps_max_latency_increase_plus1 = sps.ue()?;
    }
    let [left, right, top, bottom] = conf_win_offsets;
    let width = pic_width_in_luma_samples.checked_sub(left)?;
    let height = pic_height_in_luma_samples.checked_sub(top)?;
    let size = Size::new(width.checked_sub(right)?, height.checked_sub(bottom)?)?;
    let is_8_bit = bit_depth_luma_minus8 == 0 && bit_depth_chroma_minus8 == 0;
    (is_8_bit && sps_max_num_reorder_pics == 0).then_some(size)
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

/// Returns how many bytes a black picture of this many macroblocks takes at most.
pub(super) const fn room_for(macroblocks: usize) -> usize {
    macroblocks / 2 + 256
}

/// At this quantiser the first coefficient of a 16 by 16 transform is eight times what it adds to each sample (§8.6.4).
const SLICE_QP: i32 = 46;
/// The side of a coding tree block, which is not split, in samples.
const CTB_SIZE: u32 = 16;

/// Writes an access unit with its parameter sets and a black IDR picture. Returns its length, or `None` if the buffer is too short.
///
/// Each block is predicted from its neighbours. The first has none, so its prediction is 128, and it alone has a residual.
pub(super) fn write_black(size: Size, form: Form, buffer: &mut [u8]) -> Option<usize> {
    let [vps, sps, pps] = form.ids;
    let (width_in_ctbs, height_in_ctbs) = size.blocks(CTB_SIZE);
    let mut to = BitWriter::of_units(buffer, form.framing);
    write_vps(size, vps, &mut to);
    write_sps(size, (vps, sps), &mut to);
    write_pps((sps, pps), &mut to);

    // slice_segment_header() (§7.3.6.1)
    to.nal(&nal_header(IDR_N_LP));
    to.bit(true); // first_slice_segment_in_pic_flag
    to.bit(false); // no_output_of_prior_pics_flag
    to.ue(pps); // slice_pic_parameter_set_id
    to.ue(2); // slice_type: I
    to.se(0); // slice_qp_delta
    to.rbsp_trailing_bits(); // byte_alignment()

    // The contexts of an I slice (§9.3.4.2).
    let context = |init_value| Context::new(init_value, SLICE_QP);
    let [mut part_mode, mut prev_intra_luma_pred_flag] = [184, 184].map(context);
    let mut intra_chroma_pred_mode = context(63);
    let [mut cbf_chroma, mut cbf_luma] = [94, 141].map(context);
    let mut cabac = CabacEncoder::new(&mut to);
    for ctb in 0..width_in_ctbs * height_in_ctbs {
        // coding_unit() (§7.3.8.5) and transform_tree() (§7.3.8.8)
        cabac.decision(true, &mut part_mode); // part_mode: PART_2Nx2N
        cabac.decision(true, &mut prev_intra_luma_pred_flag); // prev_intra_luma_pred_flag
        cabac.bypass(1, 0b0); // mpm_idx: 0
        cabac.decision(false, &mut intra_chroma_pred_mode); // intra_chroma_pred_mode: 4
        cabac.decision(false, &mut cbf_chroma); // cbf_cb
        cabac.decision(false, &mut cbf_chroma); // cbf_cr
        cabac.decision(ctb == 0, &mut cbf_luma); // cbf_luma
        if ctb == 0 {
            write_residual(&mut cabac);
        }
        cabac.terminate(ctb + 1 == width_in_ctbs * height_in_ctbs); // end_of_slice_segment_flag
    }
    to.align();
    to.length()
}

/// `residual_coding()` of a block whose first coefficient is -14, and the others 0: 8 × -14 is the way from 128 down to 16 (§7.3.8.11).
fn write_residual(cabac: &mut CabacEncoder<'_, '_>) {
    let context = |init_value| Context::new(init_value, SLICE_QP);
    let [mut last_x, mut last_y] = [125, 125].map(context);
    let [mut greater1, mut greater2] = [92, 138].map(context);
    cabac.decision(false, &mut last_x); // last_sig_coeff_x_prefix: 0
    cabac.decision(false, &mut last_y); // last_sig_coeff_y_prefix: 0
    cabac.decision(true, &mut greater1); // coeff_abs_level_greater1_flag
    cabac.decision(true, &mut greater2); // coeff_abs_level_greater2_flag
    cabac.bypass(1, 0b1); // coeff_sign_flag
    // Four ones, and 7 in Exp-Golomb code of order 1 (§9.3.3.11).
    cabac.bypass(10, 0b11_1111_0001); // coeff_abs_level_remaining: 11
}

/// `nal_unit_header()` of the base layer (§7.3.1.2).
const fn nal_header(nal_unit_type: u8) -> [u8; 2] {
    const TEMPORAL_ID_PLUS1: u8 = 1;
    [nal_unit_type << 1, TEMPORAL_ID_PLUS1]
}

/// Writes a video parameter set (§7.3.2.1).
fn write_vps(size: Size, id: u32, to: &mut BitWriter<'_>) {
    to.nal(&nal_header(VPS));
    to.u(4, id); // vps_video_parameter_set_id
    to.bit(true); // vps_base_layer_internal_flag
    to.bit(true); // vps_base_layer_available_flag
    to.u(6, 0); // vps_max_layers_minus1
    to.u(3, 0); // vps_max_sub_layers_minus1
    to.bit(true); // vps_temporal_id_nesting_flag
    to.u(16, 0xFFFF); // vps_reserved_0xffff_16bits
    write_profile_tier_level(size, to);
    to.bit(true); // vps_sub_layer_ordering_info_present_flag
    to.ue(0); // vps_max_dec_pic_buffering_minus1
    to.ue(0); // vps_max_num_reorder_pics
    to.ue(0); // vps_max_latency_increase_plus1
    to.u(6, 0); // vps_max_layer_id
    to.ue(0); // vps_num_layer_sets_minus1
    to.bit(false); // vps_timing_info_present_flag
    to.bit(false); // vps_extension_flag
    to.rbsp_trailing_bits();
}

/// Writes a sequence parameter set (§7.3.2.2.1): blocks and transforms of 16 by 16, one picture kept, no reordering.
fn write_sps(size: Size, (vps_id, id): (u32, u32), to: &mut BitWriter<'_>) {
    let (width_in_ctbs, height_in_ctbs) = size.blocks(CTB_SIZE);
    let (width, height) = (CTB_SIZE * width_in_ctbs, CTB_SIZE * height_in_ctbs);
    to.nal(&nal_header(SPS));
    to.u(4, vps_id); // sps_video_parameter_set_id
    to.u(3, 0); // sps_max_sub_layers_minus1
    to.bit(true); // sps_temporal_id_nesting_flag
    write_profile_tier_level(size, to);
    to.ue(id); // sps_seq_parameter_set_id
    to.ue(1); // chroma_format_idc: 4:2:0
    to.ue(width); // pic_width_in_luma_samples
    to.ue(height); // pic_height_in_luma_samples
    to.bit(true); // conformance_window_flag
    to.ue(0); // conf_win_left_offset
    to.ue((width - size.width) / 2); // conf_win_right_offset
    to.ue(0); // conf_win_top_offset
    to.ue((height - size.height) / 2); // conf_win_bottom_offset
    to.ue(0); // bit_depth_luma_minus8
    to.ue(0); // bit_depth_chroma_minus8
    to.ue(4); // log2_max_pic_order_cnt_lsb_minus4
    to.bit(true); // sps_sub_layer_ordering_info_present_flag
    to.ue(0); // sps_max_dec_pic_buffering_minus1
    to.ue(0); // sps_max_num_reorder_pics
    to.ue(0); // sps_max_latency_increase_plus1
    to.ue(1); // log2_min_luma_coding_block_size_minus3
    to.ue(0); // log2_diff_max_min_luma_coding_block_size
    to.ue(0); // log2_min_luma_transform_block_size_minus2
    to.ue(2); // log2_diff_max_min_luma_transform_block_size
    to.ue(0); // max_transform_hierarchy_depth_inter
    to.ue(0); // max_transform_hierarchy_depth_intra
    to.bit(false); // scaling_list_enabled_flag
    to.bit(false); // amp_enabled_flag
    to.bit(false); // sample_adaptive_offset_enabled_flag
    to.bit(false); // pcm_enabled_flag
    to.ue(0); // num_short_term_ref_pic_sets
    to.bit(false); // long_term_ref_pics_present_flag
    to.bit(false); // sps_temporal_mvp_enabled_flag
    to.bit(false); // strong_intra_smoothing_enabled_flag
    to.bit(false); // vui_parameters_present_flag
    to.bit(false); // sps_extension_present_flag
    to.rbsp_trailing_bits();
}

/// Writes a picture parameter set (§7.3.2.3.1), without deblocking.
fn write_pps((sps_id, id): (u32, u32), to: &mut BitWriter<'_>) {
    to.nal(&nal_header(PPS));
    to.ue(id); // pps_pic_parameter_set_id
    to.ue(sps_id); // pps_seq_parameter_set_id
    to.bit(false); // dependent_slice_segments_enabled_flag
    to.bit(false); // output_flag_present_flag
    to.u(3, 0); // num_extra_slice_header_bits
    to.bit(false); // sign_data_hiding_enabled_flag
    to.bit(false); // cabac_init_present_flag
    to.ue(0); // num_ref_idx_l0_default_active_minus1
    to.ue(0); // num_ref_idx_l1_default_active_minus1
    to.se(SLICE_QP - 26); // init_qp_minus26
    to.bit(false); // constrained_intra_pred_flag
    to.bit(false); // transform_skip_enabled_flag
    to.bit(false); // cu_qp_delta_enabled_flag
    to.se(0); // pps_cb_qp_offset
    to.se(0); // pps_cr_qp_offset
    to.bit(false); // pps_slice_chroma_qp_offsets_present_flag
    to.bit(false); // weighted_pred_flag
    to.bit(false); // weighted_bipred_flag
    to.bit(false); // transquant_bypass_enabled_flag
    to.bit(false); // tiles_enabled_flag
    to.bit(false); // entropy_coding_sync_enabled_flag
    to.bit(false); // pps_loop_filter_across_slices_enabled_flag
    to.bit(true); // deblocking_filter_control_present_flag
    to.bit(false); // deblocking_filter_override_enabled_flag
    to.bit(true); // pps_deblocking_filter_disabled_flag
    to.bit(false); // pps_scaling_list_data_present_flag
    to.bit(false); // lists_modification_present_flag
    to.ue(0); // log2_parallel_merge_level_minus2
    to.bit(false); // slice_segment_header_extension_present_flag
    to.bit(false); // pps_extension_present_flag
    to.rbsp_trailing_bits();
}

/// `profile_tier_level(1, 0)` (§7.3.3): the main profile, progressive, of a level for the size (table A.8).
fn write_profile_tier_level(size: Size, to: &mut BitWriter<'_>) {
    let general_level_idc = match size.width * size.height {
        0..=552_960 => 90,
        552_961..=983_040 => 93,
        983_041..=2_228_224 => 123,
        2_228_225..=8_912_896 => 153,
        _ => 180,
    };
    to.u(2, 0); // general_profile_space
    to.bit(false); // general_tier_flag
    to.u(5, 1); // general_profile_idc: main
    for profile in 0..32 {
        to.bit(profile == 1 || profile == 2); // general_profile_compatibility_flag[profile]
    }
    to.bit(true); // general_progressive_source_flag
    to.bit(false); // general_interlaced_source_flag
    to.bit(false); // general_non_packed_constraint_flag
    to.bit(true); // general_frame_only_constraint_flag
    to.u(32, 0); // general_reserved_zero_43bits, the first 32
    to.u(11, 0); // general_reserved_zero_43bits, the others
    to.bit(false); // general_inbld_flag
    to.u(8, general_level_idc); // general_level_idc
}
