//! Parameter sets of HEVC, written anew for the black pictures under them.

use super::{
    blocks::Blocks,
    quantiser::Quantiser,
    tiles::Tiles,
    unit::{PPS, SPS, VPS, nal_header},
};
use crate::media::codec::{bits::BitWriter, header::Size, rewrite::Rewriter};

/// What the slices of black pictures need to know of their parameter sets.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Template {
    pub(super) pps_id: u32,
    pub(super) blocks: Blocks,
    pub(super) slice: SliceFlags,
    pub(super) unit: UnitFlags,
    pub(super) tiles: Tiles,
    /// Whether a slice header says where its substreams begin.
    pub(super) has_entry_points: bool,
    /// `entropy_coding_sync_enabled_flag`: each row of coding tree blocks is a substream.
    pub(super) has_row_streams: bool,
    pub(super) init_qp: i32,
    pub(super) quantiser: Quantiser,
}

/// Which fields a slice header has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each stands for a field")]
pub(super) struct SliceFlags {
    pub(super) num_extra_slice_header_bits: u32,
    pub(super) output_flag_present: bool,
    pub(super) sample_adaptive_offset_enabled: bool,
    pub(super) slice_chroma_qp_offsets_present: bool,
    pub(super) chroma_qp_offset_list_enabled: bool,
    pub(super) deblocking_filter_override_enabled: bool,
    /// `pps_loop_filter_across_slices_enabled_flag`, if there is a filter.
    pub(super) loop_filter_across_slices_enabled: bool,
    pub(super) slice_segment_header_extension_present: bool,
}

/// Which fields coding units and transform units have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct UnitFlags {
    pub(super) transquant_bypass_enabled: bool,
    /// `Log2MinIpcmCbSizeY` and `Log2MaxIpcmCbSizeY`, if `pcm_enabled_flag` is set.
    pub(super) pcm: Option<(u32, u32)>,
    pub(super) cu_qp_delta_enabled: bool,
    /// `Log2MaxTransformSkipSize`, if `transform_skip_enabled_flag` is set.
    pub(super) max_transform_skip: Option<u32>,
}

/// What a sequence parameter set says.
struct Sps {
    blocks: Blocks,
    bit_depth: u32,
    sample_adaptive_offset_enabled: bool,
    pcm: Option<(u32, u32)>,
    scaling_list_enabled: bool,
    scaling: Scaling,
}

/// How the first luma coefficient of an intra block is scaled, by the binary logarithm of the block's side less 2: `ScalingFactor[sizeId][0][0][0]`.
type Scaling = [u32; 4];
/// If there are no lists, and by the default lists (tables 7-5 and 7-6).
const FLAT: Scaling = [16; 4];

/// The length of a sub-layer's list.
type SubLayers = u32;

/// Writes the parameter sets of a picture anew: NAL units, up to the end of each. Returns what its slices need, and whether they have lists of numbers at the
/// encoder's choice; `None` if there are no black pictures under them.
pub(crate) fn rewrite(
    [vps, sps, pps]: [&[u8]; 3],
    to: &mut BitWriter<'_>,
) -> Option<(Template, bool)> {
    let vps_has_lists = rewrite_vps(begin(VPS, vps, to)?)?;
    let (sps, sps_has_lists) = rewrite_sps(begin(SPS, sps, to)?)?;
    let (template, pps_has_lists) = rewrite_pps(&sps, begin(PPS, pps, to)?)?;
    let has_lists = vps_has_lists || sps_has_lists || pps_has_lists;
    Some((template, has_lists))
}

/// Begins a set anew, if it is one of this type.
fn begin<'r, 'w, 'a>(
    nal_unit_type: u8,
    unit: &'r [u8],
    to: &'w mut BitWriter<'a>,
) -> Option<Rewriter<'r, 'w, 'a>> {
    let header = nal_header(nal_unit_type);
    let payload = unit.strip_prefix(&header)?;
    Some(Rewriter::new(&header, payload, to))
}

/// `video_parameter_set_rbsp()` (§7.3.2.1). Returns whether it has lists.
fn rewrite_vps(mut vps: Rewriter<'_, '_, '_>) -> Option<bool> {
    let _vps_video_parameter_set_id = vps.u(4)?;
    vps.only(1, 1)?; // vps_base_layer_internal_flag
    vps.only(1, 1)?; // vps_base_layer_available_flag
    vps.only(6, 0)?; // vps_max_layers_minus1
    let sub_layers = vps.u(3)?; // vps_max_sub_layers_minus1
    let _vps_temporal_id_nesting_flag = vps.bit()?;
    vps.only(16, 0xFFFF)?; // vps_reserved_0xffff_16bits
    rewrite_profile_tier_level(&mut vps, sub_layers)?;
    let _max_num_reorder_pics = rewrite_ordering_info(&mut vps, sub_layers)?;
    vps.only(6, 0)?; // vps_max_layer_id
    let vps_num_layer_sets_minus1 = vps.ue(1023)?;
    if vps_num_layer_sets_minus1 > 0 {
        vps.note_lists();
    }
    for _ in 0..vps_num_layer_sets_minus1 {
        let _layer_id_included_flag = vps.bit()?;
    }
    let vps_timing_info_present_flag = vps.bit()?;
    if vps_timing_info_present_flag {
        rewrite_timing_info(&mut vps)?;
        let vps_num_hrd_parameters = vps.ue(1)?;
        if vps_num_hrd_parameters > 0 {
            let _hrd_layer_set_idx = vps.ue(vps_num_layer_sets_minus1)?;
            rewrite_hrd_parameters(&mut vps, sub_layers)?;
        }
    }
    vps.only(1, 0)?; // vps_extension_flag
    vps.end()
}

/// `profile_tier_level(1, maxNumSubLayersMinus1)` (§7.3.3)
fn rewrite_profile_tier_level(set: &mut Rewriter<'_, '_, '_>, sub_layers: SubLayers) -> Option<()> {
    const LEVEL_BITS: u32 = 8;
    rewrite_profile(set)?;
    let _general_level_idc = set.u(LEVEL_BITS)?;
    let mut present = [(false, false); 8];
    for layer in present.iter_mut().take(sub_layers as usize) {
        // sub_layer_profile_present_flag and sub_layer_level_present_flag
        *layer = (set.bit()?, set.bit()?);
    }
    if sub_layers > 0 {
        set.only(2 * 8u32.checked_sub(sub_layers)?, 0)?; // reserved_zero_2bits
    }
    for (has_profile, has_level) in present {
        if has_profile {
            rewrite_profile(set)?;
        }
        if has_level {
            let _sub_layer_level_idc = set.u(LEVEL_BITS)?;
        }
    }
    Some(())
}

/// The first 88 bits of it: main, main 10, main still picture or of the format range extensions.
fn rewrite_profile(set: &mut Rewriter<'_, '_, '_>) -> Option<()> {
    const PROFILES: core::ops::RangeInclusive<u32> = 1..=4;
    set.only(2, 0)?; // profile_space
    let _tier_flag = set.bit()?;
    let profile_idc = set.u(5)?;
    for profile in 0..32 {
        let profile_compatibility_flag = set.bit()?;
        if profile_compatibility_flag && !PROFILES.contains(&profile) {
            return None;
        }
    }
    let _progressive_source_flag = set.bit()?;
    let _interlaced_source_flag = set.bit()?;
    let _non_packed_constraint_flag = set.bit()?;
    let _frame_only_constraint_flag = set.bit()?;
    // From max_12bit_constraint_flag to lower_bit_rate_constraint_flag, or reserved.
    let _constraint_flags = set.u(9)?;
    set.only(32, 0)?; // the first of reserved_zero_34bits
    set.only(2, 0)?;
    set.only(1, 0)?; // inbld_flag
    PROFILES.contains(&profile_idc).then_some(())
}

/// Returns `max_num_reorder_pics` of the highest sub-layer.
fn rewrite_ordering_info(set: &mut Rewriter<'_, '_, '_>, sub_layers: SubLayers) -> Option<u32> {
    let sub_layer_ordering_info_present_flag = set.bit()?;
    let others = if sub_layer_ordering_info_present_flag {
        sub_layers
    } else {
        0
    };
    let mut max_num_reorder_pics = 0;
    for _ in 0..=others {
        let max_dec_pic_buffering_minus1 = set.ue(15)?;
        max_num_reorder_pics = set.ue(max_dec_pic_buffering_minus1)?;
        let _max_latency_increase_plus1 = set.ue(u32::MAX)?;
    }
    Some(max_num_reorder_pics)
}

/// From `num_units_in_tick` to `num_ticks_poc_diff_one_minus1`.
fn rewrite_timing_info(set: &mut Rewriter<'_, '_, '_>) -> Option<()> {
    let _num_units_in_tick = set.u(32)?;
    let _time_scale = set.u(32)?;
    let poc_proportional_to_timing_flag = set.bit()?;
    if poc_proportional_to_timing_flag {
        let _num_ticks_poc_diff_one_minus1 = set.ue(u32::MAX)?;
    }
    Some(())
}

/// `hrd_parameters(1, maxNumSubLayersMinus1)` (§E.2.2)
fn rewrite_hrd_parameters(set: &mut Rewriter<'_, '_, '_>, sub_layers: SubLayers) -> Option<()> {
    set.note_lists();
    let nal_hrd_parameters_present_flag = set.bit()?;
    let vcl_hrd_parameters_present_flag = set.bit()?;
    let mut sub_pic_hrd_params_present_flag = false;
    if nal_hrd_parameters_present_flag || vcl_hrd_parameters_present_flag {
        sub_pic_hrd_params_present_flag = set.bit()?;
        if sub_pic_hrd_params_present_flag {
            let _tick_divisor_minus2 = set.u(8)?;
            let _du_cpb_removal_delay_increment_length_minus1 = set.u(5)?;
            let _sub_pic_cpb_params_in_pic_timing_sei_flag = set.bit()?;
            let _dpb_output_delay_du_length_minus1 = set.u(5)?;
        }
        let _bit_rate_scale = set.u(4)?;
        let _cpb_size_scale = set.u(4)?;
        if sub_pic_hrd_params_present_flag {
            let _cpb_size_du_scale = set.u(4)?;
        }
        let _initial_cpb_removal_delay_length_minus1 = set.u(5)?;
        let _au_cpb_removal_delay_length_minus1 = set.u(5)?;
        let _dpb_output_delay_length_minus1 = set.u(5)?;
    }
    let schedules =
        u32::from(nal_hrd_parameters_present_flag) + u32::from(vcl_hrd_parameters_present_flag);
    for _ in 0..=sub_layers {
        let fixed_pic_rate_general_flag = set.bit()?;
        let fixed_pic_rate_within_cvs_flag = fixed_pic_rate_general_flag || set.bit()?;
        let mut low_delay_hrd_flag = false;
        if fixed_pic_rate_within_cvs_flag {
            let _elemental_duration_in_tc_minus1 = set.ue(2047)?;
        } else {
            low_delay_hrd_flag = set.bit()?;
        }
        let cpb_cnt_minus1 = if low_delay_hrd_flag { 0 } else { set.ue(31)? };
        // sub_layer_hrd_parameters() (§E.2.3)
        for _ in 0..schedules * (cpb_cnt_minus1 + 1) {
            let _bit_rate_value_minus1 = set.ue(u32::MAX)?;
            let _cpb_size_value_minus1 = set.ue(u32::MAX)?;
            if sub_pic_hrd_params_present_flag {
                let _cpb_size_du_value_minus1 = set.ue(u32::MAX)?;
                let _bit_rate_du_value_minus1 = set.ue(u32::MAX)?;
            }
            let _cbr_flag = set.bit()?;
        }
    }
    Some(())
}

/// `seq_parameter_set_rbsp()` (§7.3.2.2.1)
fn rewrite_sps(mut sps: Rewriter<'_, '_, '_>) -> Option<(Sps, bool)> {
    let _sps_video_parameter_set_id = sps.u(4)?;
    let sub_layers = sps.u(3)?; // sps_max_sub_layers_minus1
    let _sps_temporal_id_nesting_flag = sps.bit()?;
    rewrite_profile_tier_level(&mut sps, sub_layers)?;
    let _sps_seq_parameter_set_id = sps.ue(15)?;
    let chroma_format_idc = sps.ue(3)?;
    if chroma_format_idc != 1 {
        return None;
    }
    let (width, height) = rewrite_size(&mut sps)?;
    let bit_depth_luma_minus8 = sps.ue(2)?;
    let bit_depth_chroma_minus8 = sps.ue(2)?;
    if bit_depth_luma_minus8 == 1 || bit_depth_chroma_minus8 != bit_depth_luma_minus8 {
        return None;
    }
    let log2_max_pic_order_cnt_lsb_minus4 = sps.ue(12)?;
    // A black IDR picture is shown in its own place if all others are.
    let _max_num_reorder_pics =
        Some(rewrite_ordering_info(&mut sps, sub_layers)?).filter(|pictures| *pictures == 0)?;
    let blocks = rewrite_blocks(&mut sps, width, height)?;
    let scaling_list_enabled = sps.bit()?;
    let mut scaling = FLAT;
    if scaling_list_enabled {
        let sps_scaling_list_data_present_flag = sps.bit()?;
        if sps_scaling_list_data_present_flag {
            scaling = rewrite_scaling_list_data(&mut sps)?;
        }
    }
    let _amp_enabled_flag = sps.bit()?;
    let sample_adaptive_offset_enabled = sps.bit()?;
    let pcm_enabled_flag = sps.bit()?;
    let mut pcm = None;
    if pcm_enabled_flag {
        let _pcm_sample_bit_depths_minus1 = sps.u(8)?;
        let min = sps.ue(2)? + 3; // log2_min_pcm_luma_coding_block_size_minus3
        let max = sps.ue(2)? + min; // log2_diff_max_min_pcm_luma_coding_block_size
        let _pcm_loop_filter_disabled_flag = sps.bit()?;
        pcm = Some((min, max));
    }
    rewrite_short_term_ref_pic_sets(&mut sps)?;
    let long_term_ref_pics_present_flag = sps.bit()?;
    if long_term_ref_pics_present_flag {
        let num_long_term_ref_pics_sps = sps.ue(32)?;
        if num_long_term_ref_pics_sps > 0 {
            sps.note_lists();
        }
        for _ in 0..num_long_term_ref_pics_sps {
            let _lt_ref_pic_poc_lsb_sps = sps.u(log2_max_pic_order_cnt_lsb_minus4 + 4)?;
            let _used_by_curr_pic_lt_sps_flag = sps.bit()?;
        }
    }
    let _sps_temporal_mvp_enabled_flag = sps.bit()?;
    let _strong_intra_smoothing_enabled_flag = sps.bit()?;
    let vui_parameters_present_flag = sps.bit()?;
    if vui_parameters_present_flag {
        rewrite_vui_parameters(&mut sps, sub_layers)?;
    }
    let sps_extension_present_flag = sps.bit()?;
    if sps_extension_present_flag {
        rewrite_sps_extensions(&mut sps)?;
    }
    let has_lists = sps.end()?;
    let sps = Sps {
        blocks,
        bit_depth: bit_depth_luma_minus8 + 8,
        sample_adaptive_offset_enabled,
        pcm,
        scaling_list_enabled,
        scaling,
    };
    Some((sps, has_lists))
}

/// From `pic_width_in_luma_samples` to the conformance window. Returns the picture's width and height.
fn rewrite_size(sps: &mut Rewriter<'_, '_, '_>) -> Option<(u32, u32)> {
    let width = sps.ue(Size::LONGEST_SIDE)?;
    let height = sps.ue(Size::LONGEST_SIDE)?;
    let conformance_window_flag = sps.bit()?;
    let mut conf_win_offsets = [0; 4];
    if conformance_window_flag {
        for offset in &mut conf_win_offsets {
            *offset = 2 * sps.ue(Size::LONGEST_SIDE)?;
        }
    }
    let [left, right, top, bottom] = conf_win_offsets;
    let shown = |side: u32, before, after| side.checked_sub(before)?.checked_sub(after);
    let _shown = Size::new(shown(width, left, right)?, shown(height, top, bottom)?)?;
    Size::new(width, height).map(|_| (width, height))
}

/// From `log2_min_luma_coding_block_size_minus3` to `max_transform_hierarchy_depth_intra`.
fn rewrite_blocks(sps: &mut Rewriter<'_, '_, '_>, width: u32, height: u32) -> Option<Blocks> {
    let min_coding = sps.ue(3)? + 3; // log2_min_luma_coding_block_size_minus3
    let ctb = sps.ue(3)? + min_coding; // log2_diff_max_min_luma_coding_block_size
    let min_transform = sps.ue(3)? + 2; // log2_min_luma_transform_block_size_minus2
    let max_transform = sps.ue(3)? + min_transform; // log2_diff_max_min_luma_transform_block_size
    let most = ctb.checked_sub(min_transform)?;
    let _max_transform_hierarchy_depth_inter = sps.ue(most)?;
    let max_transform_hierarchy_depth_intra = sps.ue(most)?;
    let is_whole = |side: u32| side.trailing_zeros() >= min_coding;
    // An intra block of 4 by 4 has a transform of its own, of which no coefficient alone is flat.
    let is_valid = (4..=6).contains(&ctb)
        && min_transform < min_coding
        && (3..=ctb.min(5)).contains(&max_transform)
        && is_whole(width)
        && is_whole(height);
    is_valid.then_some(Blocks {
        width,
        height,
        min_coding,
        ctb,
        min_transform,
        max_transform,
        max_transform_hierarchy_depth_intra,
    })
}

/// `scaling_list_data()` (§7.3.4)
fn rewrite_scaling_list_data(set: &mut Rewriter<'_, '_, '_>) -> Option<Scaling> {
    set.note_lists();
    let mut scaling = FLAT;
    for (size_id, scale) in (0..).zip(&mut scaling) {
        // By three in the largest, and the distances between them, too.
        let (matrices, most_coefficients) = (if size_id == 3 { 2 } else { 6 }, 64);
        for matrix in 0..matrices {
            let scaling_list_pred_mode_flag = set.bit()?;
            if !scaling_list_pred_mode_flag {
                let _scaling_list_pred_matrix_id_delta = set.ue(matrix)?;
                continue;
            }
            let mut coefficient = 8;
            if size_id > 1 {
                coefficient += set.se(-7..=247)?; // scaling_list_dc_coef_minus8
                if matrix == 0 {
                    *scale = u32::try_from(coefficient).ok()?;
                }
            }
            for place in 0..most_coefficients.min(16 << (2 * size_id)) {
                let scaling_list_delta_coef = set.se(-128..=127)?;
                coefficient = (coefficient + scaling_list_delta_coef).rem_euclid(256);
                if coefficient == 0 {
                    return None;
                }
                if (matrix, place) == (0, 0) && size_id <= 1 {
                    *scale = u32::try_from(coefficient).ok()?;
                }
            }
        }
    }
    Some(scaling)
}

/// The most sets of reference pictures that count as no list: more than real-time encoders have.
const FEW_REF_PIC_SETS: u32 = 16;

/// From `num_short_term_ref_pic_sets` on, each `st_ref_pic_set(stRpsIdx)` (§7.3.7).
fn rewrite_short_term_ref_pic_sets(sps: &mut Rewriter<'_, '_, '_>) -> Option<()> {
    const MOST: u32 = 1 << 15;
    let num_short_term_ref_pic_sets = sps.ue(64)?;
    if num_short_term_ref_pic_sets > FEW_REF_PIC_SETS {
        sps.note_lists();
    }
    let mut last = RefPicSet::EMPTY;
    for index in 0..num_short_term_ref_pic_sets {
        let mut set = RefPicSet::EMPTY;
        let inter_ref_pic_set_prediction_flag = index > 0 && sps.bit()?;
        if inter_ref_pic_set_prediction_flag {
            let delta_rps_sign = sps.bit()?;
            let abs_delta_rps = i32::try_from(sps.ue(MOST - 1)? + 1).ok()?;
            let delta_rps = if delta_rps_sign {
                -abs_delta_rps
            } else {
                abs_delta_rps
            };
            for delta_poc in last.iter().chain([0]) {
                let used_by_curr_pic_flag = sps.bit()?;
                let use_delta_flag = used_by_curr_pic_flag || sps.bit()?;
                let delta_poc = delta_poc + delta_rps;
                if use_delta_flag && delta_poc != 0 {
                    set.push(delta_poc)?;
                }
            }
            set.sort();
        } else {
            let num_negative_pics = sps.ue(16)?;
            let num_positive_pics = sps.ue(16)?;
            for (pictures, sign) in [(num_negative_pics, -1), (num_positive_pics, 1)] {
                let mut delta_poc = 0;
                for _ in 0..pictures {
                    let step = i32::try_from(sps.ue(MOST - 1)? + 1).ok()?; // delta_poc_s0_minus1, delta_poc_s1_minus1
                    let _used_by_curr_pic_flag = sps.bit()?;
                    delta_poc += sign * step;
                    set.push(delta_poc)?;
                }
            }
        }
        last = set;
    }
    Some(())
}

/// The distances of a picture's references in output order: those before it, then those behind it, the nearest first of each.
struct RefPicSet {
    delta_pocs: [i32; 16],
    length: usize,
}

impl RefPicSet {
    const EMPTY: Self = Self {
        delta_pocs: [0; 16],
        length: 0,
    };

    fn iter(&self) -> impl Iterator<Item = i32> {
        self.delta_pocs.into_iter().take(self.length)
    }

    /// Returns `None` for more than there may be.
    fn push(&mut self, delta_poc: i32) -> Option<()> {
        *self.delta_pocs.get_mut(self.length)? = delta_poc;
        self.length += 1;
        Some(())
    }

    fn sort(&mut self) {
        if let Some(pushed) = self.delta_pocs.get_mut(..self.length) {
            pushed.sort_unstable_by_key(|delta_poc| (*delta_poc > 0, delta_poc.unsigned_abs()));
        }
    }
}

/// `vui_parameters()` (§E.2.1)
fn rewrite_vui_parameters(sps: &mut Rewriter<'_, '_, '_>, sub_layers: SubLayers) -> Option<()> {
    sps.vui_parameters_up_to_chroma_loc()?;
    let _neutral_chroma_indication_flag = sps.bit()?;
    sps.only(1, 0)?; // field_seq_flag
    let _frame_field_info_present_flag = sps.bit()?;
    let default_display_window_flag = sps.bit()?;
    if default_display_window_flag {
        for _ in 0..4 {
            let _def_disp_win_offset = sps.ue(Size::LONGEST_SIDE)?;
        }
    }
    let vui_timing_info_present_flag = sps.bit()?;
    if vui_timing_info_present_flag {
        rewrite_timing_info(sps)?;
        let vui_hrd_parameters_present_flag = sps.bit()?;
        if vui_hrd_parameters_present_flag {
            rewrite_hrd_parameters(sps, sub_layers)?;
        }
    }
    let bitstream_restriction_flag = sps.bit()?;
    if bitstream_restriction_flag {
        let _tiles_fixed_structure_flag = sps.bit()?;
        let _motion_vectors_over_pic_boundaries_flag = sps.bit()?;
        let _restricted_ref_pic_lists_flag = sps.bit()?;
        let _min_spatial_segmentation_idc = sps.ue(4095)?;
        let _max_bytes_per_pic_denom = sps.ue(16)?;
        let _max_bits_per_min_cu_denom = sps.ue(16)?;
        let _log2_max_mv_length_horizontal = sps.ue(16)?;
        let _log2_max_mv_length_vertical = sps.ue(16)?;
    }
    Some(())
}

/// Takes `sps_range_extension()` alone (§7.3.2.2.2). What it changes in black pictures are coefficients of more bits, which must be off.
fn rewrite_sps_extensions(sps: &mut Rewriter<'_, '_, '_>) -> Option<()> {
    let sps_range_extension_flag = sps.bit()?;
    sps.only(7, 0)?; // other_extensions
    if sps_range_extension_flag {
        let _transform_skip_rotation_enabled_flag = sps.bit()?;
        let _transform_skip_context_enabled_flag = sps.bit()?;
        let _implicit_rdpcm_enabled_flag = sps.bit()?;
        let _explicit_rdpcm_enabled_flag = sps.bit()?;
        sps.only(1, 0)?; // extended_precision_processing_flag
        let _intra_smoothing_disabled_flag = sps.bit()?;
        let _high_precision_offsets_enabled_flag = sps.bit()?;
        let _persistent_rice_adaptation_enabled_flag = sps.bit()?;
        sps.only(1, 0)?; // cabac_bypass_alignment_enabled_flag
    }
    Some(())
}

/// `pic_parameter_set_rbsp()` (§7.3.2.3.1)
fn rewrite_pps(sps: &Sps, mut pps: Rewriter<'_, '_, '_>) -> Option<(Template, bool)> {
    let pps_id = pps.ue(63)?;
    let _pps_seq_parameter_set_id = pps.ue(15)?;
    let _dependent_slice_segments_enabled_flag = pps.bit()?;
    let output_flag_present = pps.bit()?;
    let num_extra_slice_header_bits = pps.u(3)?;
    let _sign_data_hiding_enabled_flag = pps.bit()?;
    let _cabac_init_present_flag = pps.bit()?;
    let _num_ref_idx_l0_default_active_minus1 = pps.ue(14)?;
    let _num_ref_idx_l1_default_active_minus1 = pps.ue(14)?;
    let init_qp_minus26 = pps.se(-38..=25)?;
    let _constrained_intra_pred_flag = pps.bit()?;
    let transform_skip_enabled_flag = pps.bit()?;
    let cu_qp_delta_enabled = pps.bit()?;
    if cu_qp_delta_enabled {
        let _diff_cu_qp_delta_depth =
            pps.ue(sps.blocks.ctb.checked_sub(sps.blocks.min_coding)?)?;
    }
    let _pps_cb_qp_offset = pps.se(-12..=12)?;
    let _pps_cr_qp_offset = pps.se(-12..=12)?;
    let slice_chroma_qp_offsets_present = pps.bit()?;
    let _weighted_pred_flag = pps.bit()?;
    let _weighted_bipred_flag = pps.bit()?;
    let transquant_bypass_enabled = pps.bit()?;
    let tiles_enabled_flag = pps.bit()?;
    let has_row_streams = pps.bit()?; // entropy_coding_sync_enabled_flag
    let tiles = if tiles_enabled_flag {
        rewrite_tiles(&mut pps, &sps.blocks)?
    } else {
        Tiles::new(&sps.blocks, 1, 1, Some)?
    };
    // The main profiles have one of both.
    if tiles_enabled_flag && has_row_streams {
        return None;
    }
    let pps_loop_filter_across_slices_enabled_flag = pps.bit()?;
    let deblocking = rewrite_deblocking(&mut pps)?;
    let pps_scaling_list_data_present_flag = pps.bit()?;
    let mut scaling = sps.scaling;
    if pps_scaling_list_data_present_flag {
        scaling = rewrite_scaling_list_data(&mut pps)?;
    }
    if pps_scaling_list_data_present_flag && !sps.scaling_list_enabled {
        return None;
    }
    let _lists_modification_present_flag = pps.bit()?;
    let _log2_parallel_merge_level_minus2 = pps.ue(4)?;
    let slice_segment_header_extension_present = pps.bit()?;
    let pps_extension_present_flag = pps.bit()?;
    let mut extension = PpsExtension::default();
    if pps_extension_present_flag {
        extension = rewrite_pps_extensions(&mut pps, transform_skip_enabled_flag)?;
    }
    let has_lists = pps.end()?;
    let [_, scaling @ ..] = scaling;
    let quantiser = Quantiser::new(scaling, sps.bit_depth)?;
    let template = Template {
        pps_id,
        blocks: sps.blocks,
        slice: SliceFlags {
            num_extra_slice_header_bits,
            output_flag_present,
            sample_adaptive_offset_enabled: sps.sample_adaptive_offset_enabled,
            slice_chroma_qp_offsets_present,
            chroma_qp_offset_list_enabled: extension.chroma_qp_offset_list_enabled,
            deblocking_filter_override_enabled: deblocking.is_override_enabled,
            loop_filter_across_slices_enabled: pps_loop_filter_across_slices_enabled_flag
                && !deblocking.is_disabled,
            slice_segment_header_extension_present,
        },
        unit: UnitFlags {
            transquant_bypass_enabled,
            pcm: sps.pcm,
            cu_qp_delta_enabled,
            max_transform_skip: transform_skip_enabled_flag
                .then_some(2 + extension.log2_max_transform_skip_block_size_minus2),
        },
        tiles,
        has_entry_points: tiles_enabled_flag || has_row_streams,
        has_row_streams,
        init_qp: 26 + init_qp_minus26,
        quantiser,
    };
    Some((template, has_lists))
}

/// From `num_tile_columns_minus1` to `loop_filter_across_tiles_enabled_flag`.
fn rewrite_tiles(pps: &mut Rewriter<'_, '_, '_>, blocks: &Blocks) -> Option<Tiles> {
    let columns = pps.ue(Tiles::MOST_COLUMNS - 1)? + 1; // num_tile_columns_minus1
    let rows = pps.ue(Tiles::MOST_ROWS - 1)? + 1; // num_tile_rows_minus1
    let uniform_spacing_flag = pps.bit()?;
    let tiles = Tiles::new(blocks, columns, rows, |alike| {
        if uniform_spacing_flag {
            return Some(alike);
        }
        // column_width_minus1 and row_height_minus1
        Some(pps.ue(Size::LONGEST_SIDE)? + 1)
    })?;
    let _loop_filter_across_tiles_enabled_flag = pps.bit()?;
    Some(tiles)
}

#[derive(Default)]
struct Deblocking {
    is_override_enabled: bool,
    is_disabled: bool,
}

/// From `deblocking_filter_control_present_flag` to `pps_tc_offset_div2`.
fn rewrite_deblocking(pps: &mut Rewriter<'_, '_, '_>) -> Option<Deblocking> {
    let deblocking_filter_control_present_flag = pps.bit()?;
    if !deblocking_filter_control_present_flag {
        return Some(Deblocking::default());
    }
    let is_override_enabled = pps.bit()?; // deblocking_filter_override_enabled_flag
    let is_disabled = pps.bit()?; // pps_deblocking_filter_disabled_flag
    if !is_disabled {
        let _pps_beta_offset_div2 = pps.se(-6..=6)?;
        let _pps_tc_offset_div2 = pps.se(-6..=6)?;
    }
    Some(Deblocking {
        is_override_enabled,
        is_disabled,
    })
}

#[derive(Default)]
struct PpsExtension {
    log2_max_transform_skip_block_size_minus2: u32,
    chroma_qp_offset_list_enabled: bool,
}

/// Takes `pps_range_extension()` alone (§7.3.2.3.2).
fn rewrite_pps_extensions(
    pps: &mut Rewriter<'_, '_, '_>,
    transform_skip_enabled_flag: bool,
) -> Option<PpsExtension> {
    let mut extension = PpsExtension::default();
    let pps_range_extension_flag = pps.bit()?;
    pps.only(7, 0)?; // other_extensions
    if pps_range_extension_flag {
        if transform_skip_enabled_flag {
            extension.log2_max_transform_skip_block_size_minus2 = pps.ue(3)?;
        }
        pps.only(1, 0)?; // cross_component_prediction_enabled_flag
        extension.chroma_qp_offset_list_enabled = pps.bit()?;
        if extension.chroma_qp_offset_list_enabled {
            let _diff_cu_chroma_qp_offset_depth = pps.ue(3)?;
            let chroma_qp_offset_list_len_minus1 = pps.ue(5)?;
            for _ in 0..=chroma_qp_offset_list_len_minus1 {
                let _cb_qp_offset_list = pps.se(-12..=12)?;
                let _cr_qp_offset_list = pps.se(-12..=12)?;
            }
        }
        let _log2_sao_offset_scale_luma = pps.ue(0)?;
        let _log2_sao_offset_scale_chroma = pps.ue(0)?;
    }
    Some(extension)
}
