//! Parameter sets of H.264, written anew for the black pictures under them.

use crate::media::codec::{bits::BitWriter, header::Size, rewrite::Rewriter};

/// What the slices of black pictures need to know of their parameter sets.
#[expect(clippy::struct_excessive_bools, reason = "flags of the specification")]
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::media::codec) struct Template {
    pub(super) width_in_mbs: u32,
    pub(super) height_in_mbs: u32,
    pub(super) pic_parameter_set_id: u32,
    pub(super) frame_num_bits: u32,
    /// The bits of `pic_order_cnt_lsb`, if `pic_order_cnt_type` is 0.
    pub(super) pic_order_cnt_lsb_bits: Option<u32>,
    pub(super) bottom_field_pic_order_in_frame_present: bool,
    pub(super) redundant_pic_cnt_present: bool,
    pub(super) deblocking_filter_control_present: bool,
    pub(super) weighted_pred: bool,
    pub(in crate::media::codec) has_references: bool,
    pub(super) has_one_default_reference: bool,
    pub(super) is_cabac: bool,
    pub(super) init_qp: i32,
    /// Whether a residual is scaled by lists of the encoder's own.
    pub(super) is_scaled: bool,
    /// Whether it is signalled that pictures are shown in decoding order; else a B slice shows that they may not be.
    pub(in crate::media::codec) is_in_order: bool,
}

/// What a sequence parameter set says.
struct Sps {
    size: Size,
    frame_num_bits: u32,
    pic_order_cnt_lsb_bits: Option<u32>,
    has_references: bool,
    has_scaling_lists: bool,
    is_in_order: bool,
}

/// Writes the parameter sets of a picture anew: NAL units, up to the end of each. Returns what its slices need, and whether they have lists of numbers at the
/// encoder's choice; `None` if there are no black pictures under them.
pub(in crate::media::codec) fn rewrite(
    [sps, pps]: [&[u8]; 2],
    to: &mut BitWriter<'_>,
) -> Option<(Template, bool)> {
    let (sps, has_lists) = rewrite_sps(sps, to)?;
    let (template, has_more_lists) = rewrite_pps(&sps, pps, to)?;
    Some((template, has_lists || has_more_lists))
}

/// Begins a set anew, with the header that it has: `nal_ref_idc` and `nal_unit_type`.
fn begin<'r, 'w, 'a>(unit: &'r [u8], to: &'w mut BitWriter<'a>) -> Option<Rewriter<'r, 'w, 'a>> {
    let (header, payload) = unit.split_first()?;
    Some(Rewriter::new(&[*header], payload, to))
}

/// `seq_parameter_set_data()` (§7.3.2.1.1)
fn rewrite_sps(unit: &[u8], to: &mut BitWriter<'_>) -> Option<(Sps, bool)> {
    const BASELINE: u32 = 66;
    const EXTENDED: u32 = 88;
    /// The profiles whose sets say `chroma_format_idc`; those of further views and layers aside.
    const HIGH: [u32; 5] = [100, 110, 122, 244, 44];
    const MULTILAYER: [u32; 8] = [83, 86, 118, 128, 138, 139, 134, 135];
    let mut sps = begin(unit, to)?;
    let profile_idc = sps.u(8)?;
    let _constraint_flags = sps.u(6)?;
    sps.only(2, 0)?; // reserved_zero_2bits
    let _level_idc = sps.u(8)?;
    let _seq_parameter_set_id = sps.ue(31)?;
    if profile_idc == EXTENDED || MULTILAYER.contains(&profile_idc) {
        return None;
    }
    let mut has_scaling_lists = false;
    if HIGH.contains(&profile_idc) {
        let chroma_format_idc = sps.ue(3)?;
        let _bit_depth_luma_minus8 = sps.ue(0)?;
        let _bit_depth_chroma_minus8 = sps.ue(0)?;
        if chroma_format_idc != 1 {
            return None;
        }
        let _qpprime_y_zero_transform_bypass_flag = sps.bit()?;
        let seq_scaling_matrix_present_flag = sps.bit()?;
        if seq_scaling_matrix_present_flag {
            has_scaling_lists = true;
            rewrite_scaling_lists(&mut sps, 8)?;
        }
    }
    let log2_max_frame_num_minus4 = sps.ue(12)?;
    let pic_order_cnt_type = sps.ue(2)?;
    let pic_order_cnt_lsb_bits = match pic_order_cnt_type {
        0 => Some(sps.ue(12)? + 4), // log2_max_pic_order_cnt_lsb_minus4
        2 => None,
        _ => return None,
    };
    let max_num_ref_frames = sps.ue(16)?;
    let _gaps_in_frame_num_value_allowed_flag = sps.bit()?;
    let pic_width_in_mbs = sps.ue(Size::LONGEST_SIDE / 16)?.checked_add(1)?;
    let pic_height_in_map_units = sps.ue(Size::LONGEST_SIDE / 16)?.checked_add(1)?;
    sps.only(1, 1)?; // frame_mbs_only_flag
    let _direct_8x8_inference_flag = sps.bit()?;
    let frame_cropping_flag = sps.bit()?;
    let mut crop_offsets = [0; 4];
    if frame_cropping_flag {
        for offset in &mut crop_offsets {
            *offset = 2 * sps.ue(Size::LONGEST_SIDE)?;
        }
    }
    let [left, right, top, bottom] = crop_offsets;
    let cropped =
        |in_mbs: u32, before, after| (16 * in_mbs).checked_sub(before)?.checked_sub(after);
    let _shown = Size::new(
        cropped(pic_width_in_mbs, left, right)?,
        cropped(pic_height_in_map_units, top, bottom)?,
    )?;
    let size = Size::new(16 * pic_width_in_mbs, 16 * pic_height_in_map_units)?;
    let vui_parameters_present_flag = sps.bit()?;
    let max_num_reorder_frames = if vui_parameters_present_flag {
        rewrite_vui_parameters(&mut sps)?
    } else {
        None
    };
    let is_in_order = pic_order_cnt_type == 2 || profile_idc == BASELINE;
    let sps_data = Sps {
        size,
        frame_num_bits: log2_max_frame_num_minus4 + 4,
        pic_order_cnt_lsb_bits,
        has_references: max_num_ref_frames > 0,
        has_scaling_lists,
        is_in_order: is_in_order || max_num_reorder_frames == Some(0),
    };
    let may_be_in_order = is_in_order || max_num_reorder_frames.unwrap_or(0) == 0;
    let has_lists = sps.end()?;
    may_be_in_order.then_some((sps_data, has_lists))
}

/// `vui_parameters()` (§E.1.1). Returns `max_num_reorder_frames`, the number of pictures that may precede one in decoding order and follow it in output order,
/// if it is there.
#[expect(clippy::option_option, reason = "one that cannot be read is neither")]
fn rewrite_vui_parameters(sps: &mut Rewriter<'_, '_, '_>) -> Option<Option<u32>> {
    sps.vui_parameters_up_to_chroma_loc()?;
    let timing_info_present_flag = sps.bit()?;
    if timing_info_present_flag {
        let _num_units_in_tick = sps.u(32)?;
        let _time_scale = sps.u(32)?;
        let _fixed_frame_rate_flag = sps.bit()?;
    }
    let nal_hrd_parameters_present_flag = sps.bit()?;
    if nal_hrd_parameters_present_flag {
        rewrite_hrd_parameters(sps)?;
    }
    let vcl_hrd_parameters_present_flag = sps.bit()?;
    if vcl_hrd_parameters_present_flag {
        rewrite_hrd_parameters(sps)?;
    }
    if nal_hrd_parameters_present_flag || vcl_hrd_parameters_present_flag {
        let _low_delay_hrd_flag = sps.bit()?;
    }
    let _pic_struct_present_flag = sps.bit()?;
    let bitstream_restriction_flag = sps.bit()?;
    if !bitstream_restriction_flag {
        return Some(None);
    }
    let _motion_vectors_over_pic_boundaries_flag = sps.bit()?;
    let _max_bytes_per_pic_denom = sps.ue(16)?;
    let _max_bits_per_mb_denom = sps.ue(16)?;
    let _log2_max_mv_length_horizontal = sps.ue(16)?;
    let _log2_max_mv_length_vertical = sps.ue(16)?;
    let max_num_reorder_frames = sps.ue(16)?;
    let _max_dec_frame_buffering = sps.ue(16)?;
    Some(Some(max_num_reorder_frames))
}

/// `hrd_parameters()` (§E.1.2)
fn rewrite_hrd_parameters(sps: &mut Rewriter<'_, '_, '_>) -> Option<()> {
    let cpb_cnt_minus1 = sps.ue(31)?;
    if cpb_cnt_minus1 > 0 {
        sps.note_lists();
    }
    let _bit_rate_scale = sps.u(4)?;
    let _cpb_size_scale = sps.u(4)?;
    for _ in 0..=cpb_cnt_minus1 {
        let _bit_rate_value_minus1 = sps.ue(u32::MAX)?;
        let _cpb_size_value_minus1 = sps.ue(u32::MAX)?;
        let _cbr_flag = sps.bit()?;
    }
    let _initial_cpb_removal_delay_length_minus1 = sps.u(5)?;
    let _cpb_removal_delay_length_minus1 = sps.u(5)?;
    let _dpb_output_delay_length_minus1 = sps.u(5)?;
    let _time_offset_length = sps.u(5)?;
    Some(())
}

/// So many lists, each if it is present: six of 16 numbers, the others of 64 (§7.3.2.1.1.1).
fn rewrite_scaling_lists(set: &mut Rewriter<'_, '_, '_>, count: u32) -> Option<()> {
    set.note_lists();
    for list in 0..count {
        let scaling_list_present_flag = set.bit()?;
        if !scaling_list_present_flag {
            continue;
        }
        let (mut last_scale, mut next_scale) = (8i32, 8);
        for _ in 0..if list < 6 { 16 } else { 64 } {
            if next_scale != 0 {
                let delta_scale = set.se(-128..=127)?;
                next_scale = last_scale.wrapping_add(delta_scale).rem_euclid(256);
            }
            if next_scale != 0 {
                last_scale = next_scale;
            }
        }
    }
    Some(())
}

/// `pic_parameter_set_rbsp()` (§7.3.2.2)
fn rewrite_pps(sps: &Sps, unit: &[u8], to: &mut BitWriter<'_>) -> Option<(Template, bool)> {
    let mut pps = begin(unit, to)?;
    let pic_parameter_set_id = pps.ue(255)?;
    let _seq_parameter_set_id = pps.ue(31)?;
    let is_cabac = pps.bit()?; // entropy_coding_mode_flag
    let bottom_field_pic_order_in_frame_present = pps.bit()?;
    let _num_slice_groups_minus1 = pps.ue(0)?;
    let num_ref_idx_l0_default_active_minus1 = pps.ue(31)?;
    let _num_ref_idx_l1_default_active_minus1 = pps.ue(31)?;
    let weighted_pred = pps.bit()?;
    let _weighted_bipred_idc = pps.u(2)?;
    let pic_init_qp_minus26 = pps.se(-26..=25)?;
    let _pic_init_qs_minus26 = pps.se(-26..=25)?;
    let _chroma_qp_index_offset = pps.se(-12..=12)?;
    let deblocking_filter_control_present = pps.bit()?;
    let _constrained_intra_pred_flag = pps.bit()?;
    let redundant_pic_cnt_present = pps.bit()?;
    let mut is_scaled = sps.has_scaling_lists;
    if pps.has_more() {
        let transform_8x8_mode_flag = pps.bit()?;
        let pic_scaling_matrix_present_flag = pps.bit()?;
        if pic_scaling_matrix_present_flag {
            is_scaled = true;
            rewrite_scaling_lists(&mut pps, if transform_8x8_mode_flag { 8 } else { 6 })?;
        }
        let _second_chroma_qp_index_offset = pps.se(-12..=12)?;
    }
    let has_lists = pps.end()?;
    let (width_in_mbs, height_in_mbs) = sps.size.blocks(16);
    let template = Template {
        width_in_mbs,
        height_in_mbs,
        pic_parameter_set_id,
        frame_num_bits: sps.frame_num_bits,
        pic_order_cnt_lsb_bits: sps.pic_order_cnt_lsb_bits,
        bottom_field_pic_order_in_frame_present,
        redundant_pic_cnt_present,
        deblocking_filter_control_present,
        weighted_pred,
        has_references: sps.has_references,
        has_one_default_reference: num_ref_idx_l0_default_active_minus1 == 0,
        is_cabac,
        init_qp: 26 + pic_init_qp_minus26,
        is_scaled,
        is_in_order: sps.is_in_order,
    };
    Some((template, has_lists))
}
