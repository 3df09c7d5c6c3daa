//! H.264 access units, and black ones.

use super::{
    bits::{BitWriter, NalReader},
    header::{Header, Sequence, Size},
    nal::{self, Form, Set},
};
use crate::types::fault::Fault;

const SLICE: u8 = 1;
const IDR_SLICE: u8 = 5;
const SPS: u8 = 7;
const PPS: u8 = 8;
/// Slices of a further layer or view (annexes G, H and I).
const EXTENSION_SLICES: [u8; 2] = [20, 21];

/// More than the bytes of a black picture beside one for each macroblock.
const PARAMETERS: usize = 128;
/// The most bytes of a picture that repeats the one before.
const REPEATED: usize = 32;

/// What the slices of an access unit say of its picture.
struct Picture<'a> {
    /// Of an IDR picture, the sequence parameter set that its first slice refers to, if all slices refer to sets in this access unit.
    idr_sps: Option<&'a [u8]>,
}

/// Reads an access unit in a byte stream (ITU-T H.264 annex B).
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
        known.clone().for_each(|nal| sets.add(nal));
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
            (SPS | PPS, None) => {
                let begun = || known().unwrap_or_else(ParameterSets::new);
                sets.get_or_insert_with(begun).add(nal);
            }
            (IDR_SLICE, None) => {
                if sets.is_none() {
                    sets = known();
                }
                let idr_sps = sps_of(sets.as_ref(), nal);
                picture = Some(Picture { idr_sps });
            }
            (SLICE..IDR_SLICE, None) => picture = Some(Picture { idr_sps: None }),
            (SLICE..=IDR_SLICE, Some(Picture { idr_sps }))
                if idr_sps.is_some() && sps_of(sets.as_ref(), nal).is_none() =>
            {
                *idr_sps = None;
            }
            _ => {}
        }
    }
    Some(match picture {
        Some(Picture { idr_sps: Some(sps) }) => {
            Header::keyframe(read_sps(sps).map_or(Sequence::Other, Sequence::Of))
        }
        Some(Picture { idr_sps: None }) => Header::delta(true),
        None => Header::delta(false),
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
pub(super) fn is_slice(nal: &[u8]) -> bool {
    let kind = nal_unit_type(nal);
    (SLICE..=IDR_SLICE).contains(&kind) || EXTENSION_SLICES.contains(&kind)
}

/// Returns the rank of a parameter set, and which one it is if that can be read; `None` for any other NAL unit.
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

/// Returns what a sequence parameter set says of the pictures.
pub(super) fn sequence(sps: &[u8]) -> Sequence {
    let size = sps.get(1..).and_then(read_sps);
    size.map_or(Sequence::Other, Sequence::Of)
}

/// The parameter sets before the first slice. If two have the same id, the later one counts.
struct ParameterSets<'a> {
    /// By `seq_parameter_set_id`, the payload of each.
    sps: [Option<&'a [u8]>; 32],
    /// By `pic_parameter_set_id`, the `seq_parameter_set_id` that each refers to.
    pps: [Option<u32>; 256],
}

impl<'a> ParameterSets<'a> {
    const fn new() -> Self {
        Self {
            sps: [None; 32],
            pps: [None; 256],
        }
    }

    #[inline]
    fn add(&mut self, nal: &'a [u8]) {
        let payload = nal.get(1..).unwrap_or_default();
        let mut bits = NalReader::new(payload);
        if nal_unit_type(nal) == SPS {
            // Behind profile_idc, the constraint flags and level_idc.
            let id = bits.skip(24).and_then(|()| bits.ue());
            if let Some(sps) = id.and_then(|id| self.sps.get_mut(id as usize)) {
                *sps = Some(payload);
            }
        } else {
            let id = bits.ue();
            if let Some(sps_id) = id.and_then(|id| self.pps.get_mut(id as usize)) {
                *sps_id = bits.ue();
            }
        }
    }
}

/// Returns the payload of the sequence parameter set that a slice refers to, if it and the picture parameter set are there.
#[inline]
fn sps_of<'a>(sets: Option<&ParameterSets<'a>>, slice: &[u8]) -> Option<&'a [u8]> {
    let sets = sets?;
    let mut header = NalReader::new(slice.get(1..)?);
    let _first_mb_in_slice = header.ue()?;
    let _slice_type = header.ue()?;
    let pic_parameter_set_id = header.ue()?;
    let seq_parameter_set_id = *sets.pps.get(pic_parameter_set_id as usize)?;
    *sets.sps.get(seq_parameter_set_id? as usize)?
}

/// Reads a sequence parameter set (§7.3.2.1.1). Returns the size of its pictures if they are 8-bit 4:2:0, progressive, and shown in decoding order.
fn read_sps(sps: &[u8]) -> Option<Size> {
    /// The profiles whose sets say `chroma_format_idc`.
    const HIGH: [u32; 13] = [100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135];
    const BASELINE: u32 = 66;
    let mut sps = NalReader::new(sps);
    let profile_idc = sps.u(8)?;
    let _constraint_flags = sps.u(8)?;
    let _level_idc = sps.u(8)?;
    let _seq_parameter_set_id = sps.ue()?;
    if HIGH.contains(&profile_idc) {
        let chroma_format_idc = sps.ue()?;
        let bit_depth_luma_minus8 = sps.ue()?;
        let bit_depth_chroma_minus8 = sps.ue()?;
        let _qpprime_y_zero_transform_bypass_flag = sps.bit()?;
        if (
            chroma_format_idc,
            bit_depth_luma_minus8,
            bit_depth_chroma_minus8,
        ) != (1, 0, 0)
        {
            return None;
        }
        let seq_scaling_matrix_present_flag = sps.bit()?;
        if seq_scaling_matrix_present_flag {
            for list in 0..8 {
                let seq_scaling_list_present_flag = sps.bit()?;
                if seq_scaling_list_present_flag {
                    skip_scaling_list(&mut sps, if list < 6 { 16 } else { 64 })?;
                }
            }
        }
    }
    let _log2_max_frame_num_minus4 = sps.ue()?;
    let pic_order_cnt_type = sps.ue()?;
    match pic_order_cnt_type {
        0 => {
            let _log2_max_pic_order_cnt_lsb_minus4 = sps.ue()?;
        }
        1 => {
            let _delta_pic_order_always_zero_flag = sps.bit()?;
            let _offset_for_non_ref_pic = sps.se()?;
            let _offset_for_top_to_bottom_field = sps.se()?;
            let num_ref_frames_in_pic_order_cnt_cycle = sps.ue()?;
            for _ in 0..num_ref_frames_in_pic_order_cnt_cycle.min(255) {
                let _offset_for_ref_frame = sps.se()?;
            }
        }
        _ => {}
    }
    let _max_num_ref_frames = sps.ue()?;
    let _gaps_in_frame_num_value_allowed_flag = sps.bit()?;
    let pic_width_in_mbs_minus1 = sps.ue()?;
    let pic_height_in_map_units_minus1 = sps.ue()?;
    let frame_mbs_only_flag = sps.bit()?;
    let _direct_8x8_inference_flag = sps.bit()?;
    let frame_cropping_flag = sps.bit()?;
    let mut crop_offsets = [0; 4];
    if frame_cropping_flag {
        for offset in &mut crop_offsets {
            *offset = sps.ue()?.checked_mul(2)?;
        }
    }
    let [left, right, top, bottom] = crop_offsets;
    let cropped = |in_mbs_minus1: u32, before, after| {
        let coded = in_mbs_minus1.checked_add(1)?.checked_mul(16)?;
        coded.checked_sub(before)?.checked_sub(after)
    };
    let width = cropped(pic_width_in_mbs_minus1, left, right)?;
    let height = cropped(pic_height_in_map_units_minus1, top, bottom)?;
    let size = Size::new(width, height)?;
    let in_decoding_order = pic_order_cnt_type == 2
        || profile_idc == BASELINE
        || read_max_num_reorder_frames(&mut sps) == Some(0);
    (frame_mbs_only_flag && in_decoding_order).then_some(size)
}

/// `scaling_list()` (§7.3.2.1.1.1)
fn skip_scaling_list(sps: &mut NalReader<'_>, length: u32) -> Option<()> {
    let (mut last_scale, mut next_scale) = (8i32, 8);
    for _ in 0..length {
        if next_scale != 0 {
            let delta_scale = sps.se()?;
            next_scale = last_scale.wrapping_add(delta_scale).rem_euclid(256);
        }
        if next_scale != 0 {
            last_scale = next_scale;
        }
    }
    Some(())
}

/// Reads `max_num_reorder_frames`, the number of pictures that may precede one in decoding order and follow it in output order, if it is there (§E.1.1).
fn read_max_num_reorder_frames(sps: &mut NalReader<'_>) -> Option<u32> {
    const EXTENDED_SAR: u32 = 255;
    let vui_parameters_present_flag = sps.bit()?;
    if !vui_parameters_present_flag {
        return None;
    }
    let aspect_ratio_info_present_flag = sps.bit()?;
    if aspect_ratio_info_present_flag {
        let aspect_ratio_idc = sps.u(8)?;
        if aspect_ratio_idc == EXTENDED_SAR {
            let _sar_width = sps.u(16)?;
            let _sar_height = sps.u(16)?;
        }
    }
    let overscan_info_present_flag = sps.bit()?;
    if overscan_info_present_flag {
        let _overscan_appropriate_flag = sps.bit()?;
    }
    let video_signal_type_present_flag = sps.bit()?;
    if video_signal_type_present_flag {
        let _video_format = sps.u(3)?;
        let _video_full_range_flag = sps.bit()?;
        let colour_description_present_flag = sps.bit()?;
        if colour_description_present_flag {
            let _colour_primaries = sps.u(8)?;
            let _transfer_characteristics = sps.u(8)?;
            let _matrix_coefficients = sps.u(8)?;
        }
    }
    let chroma_loc_info_present_flag = sps.bit()?;
    if chroma_loc_info_present_flag {
        let _chroma_sample_loc_type_top_field = sps.ue()?;
        let _chroma_sample_loc_type_bottom_field = sps.ue()?;
    }
    let timing_info_present_flag = sps.bit()?;
    if timing_info_present_flag {
        let _num_units_in_tick = sps.u(32)?;
        let _time_scale = sps.u(32)?;
        let _fixed_frame_rate_flag = sps.bit()?;
    }
    let nal_hrd_parameters_present_flag = sps.bit()?;
    if nal_hrd_parameters_present_flag {
        skip_hrd_parameters(sps)?;
    }
    let vcl_hrd_parameters_present_flag = sps.bit()?;
    if vcl_hrd_parameters_present_flag {
        skip_hrd_parameters(sps)?;
    }
    if nal_hrd_parameters_present_flag || vcl_hrd_parameters_present_flag {
        let _low_delay_hrd_flag = sps.bit()?;
    }
    let _pic_struct_present_flag = sps.bit()?;
    let bitstream_restriction_flag = sps.bit()?;
    if !bitstream_restriction_flag {
        return None;
    }
    let _motion_vectors_over_pic_boundaries_flag = sps.bit()?;
    let _max_bytes_per_pic_denom = sps.ue()?;
    let _max_bits_per_mb_denom = sps.ue()?;
    let _log2_max_mv_length_horizontal = sps.ue()?;
    let _log2_max_mv_length_vertical = sps.ue()?;
    sps.ue()
}

/// `hrd_parameters()` (§E.1.2)
fn skip_hrd_parameters(sps: &mut NalReader<'_>) -> Option<()> {
    let cpb_cnt_minus1 = sps.ue()?;
    let _bit_rate_scale = sps.u(4)?;
    let _cpb_size_scale = sps.u(4)?;
    for _ in 0..=cpb_cnt_minus1.min(31) {
        let _bit_rate_value_minus1 = sps.ue()?;
        let _cpb_size_value_minus1 = sps.ue()?;
        let _cbr_flag = sps.bit()?;
    }
    let _initial_cpb_removal_delay_length_minus1 = sps.u(5)?;
    let _cpb_removal_delay_length_minus1 = sps.u(5)?;
    let _dpb_output_delay_length_minus1 = sps.u(5)?;
    let _time_offset_length = sps.u(5)?;
    Some(())
}

/// Returns how many bytes black pictures of this many macroblocks take.
pub(super) const fn room_for(macroblocks: usize) -> usize {
    macroblocks + PARAMETERS + REPEATED
}

/// The bits of `frame_num`.
const FRAME_NUM_BITS: u32 = 16;
/// At this quantiser the first `Intra16x16DCLevel` coefficient is four times what it adds to each sample (§8.5.10).
const SLICE_QP: i32 = 40;

/// Writes an access unit with its parameter sets and a black IDR picture. Returns its length, or `None` if the buffer is too short.
///
/// Each macroblock is predicted from its neighbours. The first has none, so its prediction is 128, and it alone has a residual.
pub(super) fn write_black(size: Size, form: Form, buffer: &mut [u8]) -> Option<usize> {
    const NAL_HEADER: u8 = 3 << 5 | IDR_SLICE;
    let [_, sps, pps] = form.ids;
    let (width_in_mbs, height_in_mbs) = size.blocks(16);
    let mut to = BitWriter::of_units(buffer, form.framing);
    write_sps(size, sps, &mut to);
    write_pps(sps, pps, &mut to);

    // slice_header() (§7.3.3)
    to.nal(&[NAL_HEADER]);
    to.ue(0); // first_mb_in_slice
    to.ue(7); // slice_type: I
    to.ue(pps); // pic_parameter_set_id
    to.u(FRAME_NUM_BITS, 0); // frame_num
    // It must differ from that of an IDR picture of the stream's own that comes next.
    to.ue(255); // idr_pic_id
    to.bit(false); // no_output_of_prior_pics_flag
    to.bit(false); // long_term_reference_flag
    to.se(0); // slice_qp_delta
    to.ue(1); // disable_deblocking_filter_idc

    for macroblock in 0..width_in_mbs * height_in_mbs {
        // macroblock_layer() (§7.3.5)
        to.ue(3); // mb_type: I_16x16_2_0_0
        to.ue(0); // intra_chroma_pred_mode: DC
        to.se(0); // mb_qp_delta
        if macroblock == 0 {
            write_residual(&mut to);
        } else {
            to.u(1, 0b1); // coeff_token: TotalCoeff 0
        }
    }
    to.rbsp_trailing_bits();
    to.length()
}

/// Writes an `Intra16x16DCLevel` block whose first coefficient is -28, in CAVLC (§9.2): 4 × -28 is the way from 128 down to 16.
fn write_residual(to: &mut BitWriter<'_>) {
    const LEVEL: u32 = 28;
    /// The lowest levelCode of 15 zeros and a 12-bit suffix.
    const ESCAPE: u32 = 30;
    // Odd as it is negative, and one less as a level that is no trailing one cannot be 1 here.
    let level_code = 2 * (LEVEL - 1) - 1;
    to.u(6, 0b00_0101); // coeff_token: TotalCoeff 1, TrailingOnes 0
    to.u(16, 1); // level_prefix: 15
    to.u(12, level_code - ESCAPE); // level_suffix
    to.u(1, 0b1); // total_zeros: 0
}

/// Writes an access unit that repeats the picture before it: the black one, or the `frame_num - 1`th after that.
pub(super) fn write_repeated(
    size: Size,
    form: Form,
    frame_num: u32,
    buffer: &mut [u8],
) -> Option<usize> {
    const NAL_HEADER: u8 = 2 << 5 | SLICE;
    let [.., pps] = form.ids;
    let (width_in_mbs, height_in_mbs) = size.blocks(16);
    let mut to = BitWriter::of_units(buffer, form.framing);
    // slice_header() (§7.3.3)
    to.nal(&[NAL_HEADER]);
    to.ue(0); // first_mb_in_slice
    to.ue(5); // slice_type: P
    to.ue(pps); // pic_parameter_set_id
    to.u(FRAME_NUM_BITS, frame_num); // frame_num
    to.bit(false); // num_ref_idx_active_override_flag
    to.bit(false); // ref_pic_list_modification_flag_l0
    to.bit(false); // adaptive_ref_pic_marking_mode_flag
    to.se(0); // slice_qp_delta
    to.ue(1); // disable_deblocking_filter_idc

    // slice_data() (§7.3.4)
    to.ue(width_in_mbs * height_in_mbs); // mb_skip_run
    to.rbsp_trailing_bits();
    to.length()
}

/// Writes a sequence parameter set (§7.3.2.1.1) in constrained baseline profile, with one reference frame and no reordering.
fn write_sps(size: Size, id: u32, to: &mut BitWriter<'_>) {
    const NAL_HEADER: u8 = 3 << 5 | SPS;
    let (width_in_mbs, height_in_mbs) = size.blocks(16);
    // Enough for 56 pictures a second (table A-1).
    let level_idc = match width_in_mbs * height_in_mbs {
        0..=396 => 30,
        397..=1620 => 31,
        1621..=3600 => 32,
        3601..=8704 => 42,
        _ => 52,
    };
    to.nal(&[NAL_HEADER]);
    to.u(8, 66); // profile_idc
    to.bit(true); // constraint_set0_flag
    to.bit(true); // constraint_set1_flag
    to.bit(false); // constraint_set2_flag
    to.bit(false); // constraint_set3_flag
    to.bit(false); // constraint_set4_flag
    to.bit(false); // constraint_set5_flag
    to.u(2, 0); // reserved_zero_2bits
    to.u(8, level_idc); // level_idc
    to.ue(id); // seq_parameter_set_id
    to.ue(FRAME_NUM_BITS - 4); // log2_max_frame_num_minus4
    to.ue(2); // pic_order_cnt_type
    to.ue(1); // max_num_ref_frames
    to.bit(false); // gaps_in_frame_num_value_allowed_flag
    to.ue(width_in_mbs - 1); // pic_width_in_mbs_minus1
    to.ue(height_in_mbs - 1); // pic_height_in_map_units_minus1
    to.bit(true); // frame_mbs_only_flag
    to.bit(true); // direct_8x8_inference_flag
    to.bit(true); // frame_cropping_flag
    to.ue(0); // frame_crop_left_offset
    to.ue((16 * width_in_mbs - size.width) / 2); // frame_crop_right_offset
    to.ue(0); // frame_crop_top_offset
    to.ue((16 * height_in_mbs - size.height) / 2); // frame_crop_bottom_offset
    to.bit(true); // vui_parameters_present_flag

    // vui_parameters() (§E.1.1)
    to.bit(false); // aspect_ratio_info_present_flag
    to.bit(false); // overscan_info_present_flag
    to.bit(false); // video_signal_type_present_flag
    to.bit(false); // chroma_loc_info_present_flag
    to.bit(false); // timing_info_present_flag
    to.bit(false); // nal_hrd_parameters_present_flag
    to.bit(false); // vcl_hrd_parameters_present_flag
    to.bit(false); // pic_struct_present_flag
    to.bit(true); // bitstream_restriction_flag
    to.bit(true); // motion_vectors_over_pic_boundaries_flag
    to.ue(0); // max_bytes_per_pic_denom
    to.ue(0); // max_bits_per_mb_denom
    to.ue(15); // log2_max_mv_length_horizontal
    to.ue(15); // log2_max_mv_length_vertical
    to.ue(0); // max_num_reorder_frames
    to.ue(1); // max_dec_frame_buffering
    to.rbsp_trailing_bits();
}

/// Writes a picture parameter set (§7.3.2.2).
fn write_pps(sps_id: u32, id: u32, to: &mut BitWriter<'_>) {
    const NAL_HEADER: u8 = 3 << 5 | PPS;
    to.nal(&[NAL_HEADER]);
    to.ue(id); // pic_parameter_set_id
    to.ue(sps_id); // seq_parameter_set_id
    to.bit(false); // entropy_coding_mode_flag
    to.bit(false); // bottom_field_pic_order_in_frame_present_flag
    to.ue(0); // num_slice_groups_minus1
    to.ue(0); // num_ref_idx_l0_default_active_minus1
    to.ue(0); // num_ref_idx_l1_default_active_minus1
    to.bit(false); // weighted_pred_flag
    to.u(2, 0); // weighted_bipred_idc
    to.se(SLICE_QP - 26); // pic_init_qp_minus26
    to.se(0); // pic_init_qs_minus26
    to.se(0); // chroma_qp_index_offset
    to.bit(true); // deblocking_filter_control_present_flag
    to.bit(false); // constrained_intra_pred_flag
    to.bit(false); // redundant_pic_cnt_present_flag
    to.rbsp_trailing_bits();
}
