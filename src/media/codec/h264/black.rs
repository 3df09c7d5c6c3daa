//! Black pictures of H.264: an IDR picture, and others that repeat it.

use super::{
    sets::Template,
    unit::{IDR_SLICE, SLICE},
};
use crate::media::codec::{
    bits::BitWriter,
    cabac::{CabacEncoder, Context},
    header::Size,
};

/// More than the bytes of a black picture beside one for each macroblock, and of the one that repeats it.
const BESIDE: usize = 2048;

/// Returns how many bytes a black picture and one that repeats it take at most.
pub(in crate::media::codec) const fn room() -> usize {
    Size::MOST_MACROBLOCKS + BESIDE
}

/// At this quantiser the first `Intra16x16DCLevel` coefficient is four times what it adds to each sample (§8.5.10).
const SLICE_QP: i32 = 40;
/// 4 × -28 is the way from 128 down to 16.
const LEVEL: u32 = 28;

/// Writes a black IDR picture. Each macroblock is predicted from its neighbours. The first has none, so its prediction is 128, and it alone has a residual, or samples
/// if residuals are scaled by lists.
pub(in crate::media::codec) fn write_idr(sets: &Template, idr_pic_id: u16, to: &mut BitWriter<'_>) {
    const NAL_HEADER: u8 = 3 << 5 | IDR_SLICE;
    const I: u32 = 7;
    to.nal(&[NAL_HEADER]);
    write_slice_header(sets, I, (0, Some(idr_pic_id)), to);
    if sets.is_cabac {
        write_idr_in_cabac(sets, to);
    } else {
        write_idr_in_cavlc(sets, to);
    }
}

/// Writes the slice data of pictures that repeat the one before, in CABAC: the same bytes for each. Nothing in CAVLC.
pub(in crate::media::codec) fn write_skips(sets: &Template, to: &mut BitWriter<'_>) {
    if !sets.is_cabac {
        return;
    }
    let mut mb_skip_flag = Context::of((23, 33), sets.init_qp);
    let mut cabac = CabacEncoder::new(to);
    let macroblocks = sets.width_in_mbs * sets.height_in_mbs;
    for macroblock in 1..=macroblocks {
        cabac.decision(true, &mut mb_skip_flag); // mb_skip_flag
        cabac.terminate(macroblock == macroblocks); // end_of_slice_flag
    }
    to.align();
}

/// Writes a picture that repeats the one before: the black one, or the `frame_num - 1`th after that.
pub(in crate::media::codec) fn write_repeated(
    sets: &Template,
    frame_num: u32,
    skips: &[u8],
    to: &mut BitWriter<'_>,
) {
    const NAL_HEADER: u8 = 2 << 5 | SLICE;
    const P: u32 = 5;
    to.nal(&[NAL_HEADER]);
    write_slice_header(sets, P, (frame_num, None), to);
    if sets.is_cabac {
        to.align_with_ones(); // cabac_alignment_one_bit
        for byte in skips {
            to.u(8, (*byte).into());
        }
    } else {
        to.ue(sets.width_in_mbs * sets.height_in_mbs); // mb_skip_run
        to.rbsp_trailing_bits();
    }
}

/// `slice_header()` (§7.3.3)
fn write_slice_header(
    sets: &Template,
    slice_type: u32,
    (frame_num, idr_pic_id): (u32, Option<u16>),
    to: &mut BitWriter<'_>,
) {
    to.ue(0); // first_mb_in_slice
    to.ue(slice_type);
    to.ue(sets.pic_parameter_set_id);
    to.u(sets.frame_num_bits, frame_num); // frame_num
    if let Some(idr_pic_id) = idr_pic_id {
        to.ue(idr_pic_id.into());
    }
    if let Some(bits) = sets.pic_order_cnt_lsb_bits {
        to.u(bits, frame_num.wrapping_mul(2)); // pic_order_cnt_lsb
        if sets.bottom_field_pic_order_in_frame_present {
            to.se(0); // delta_pic_order_cnt_bottom
        }
    }
    if sets.redundant_pic_cnt_present {
        to.ue(0); // redundant_pic_cnt
    }
    if idr_pic_id.is_some() {
        to.bit(false); // no_output_of_prior_pics_flag
        to.bit(false); // long_term_reference_flag
        to.se(SLICE_QP - sets.init_qp); // slice_qp_delta
    } else {
        to.bit(!sets.has_one_default_reference); // num_ref_idx_active_override_flag
        if !sets.has_one_default_reference {
            to.ue(0); // num_ref_idx_l0_active_minus1
        }
        to.bit(false); // ref_pic_list_modification_flag_l0
        if sets.weighted_pred {
            to.ue(0); // luma_log2_weight_denom
            to.ue(0); // chroma_log2_weight_denom
            to.bit(false); // luma_weight_l0_flag
            to.bit(false); // chroma_weight_l0_flag
        }
        to.bit(false); // adaptive_ref_pic_marking_mode_flag
        if sets.is_cabac {
            to.ue(0); // cabac_init_idc
        }
        to.se(0); // slice_qp_delta
    }
    if sets.deblocking_filter_control_present {
        to.ue(1); // disable_deblocking_filter_idc
    }
}

/// Whether the macroblocks above and to the left of one are in the picture.
#[derive(Clone, Copy)]
struct Neighbours {
    above: bool,
    left: bool,
    /// Whether one of them is the first macroblock.
    is_first_among_them: bool,
}

impl Neighbours {
    const fn has_none(self) -> bool {
        !self.above && !self.left
    }
}

/// Returns the neighbours of each macroblock, in raster scan.
fn macroblocks(sets: &Template) -> impl Iterator<Item = Neighbours> {
    let width = sets.width_in_mbs;
    (0..sets.height_in_mbs).flat_map(move |y| {
        (0..width).map(move |x| Neighbours {
            above: y > 0,
            left: x > 0,
            is_first_among_them: x + y == 1,
        })
    })
}

/// `slice_data()` (§7.3.4) in CAVLC (§9.2).
fn write_idr_in_cavlc(sets: &Template, to: &mut BitWriter<'_>) {
    for macroblock in macroblocks(sets) {
        if macroblock.has_none() && sets.is_scaled {
            to.ue(25); // mb_type: I_PCM
            to.align(); // pcm_alignment_zero_bit
            write_samples(to);
            continue;
        }
        to.ue(3); // mb_type: I_16x16_2_0_0
        to.ue(0); // intra_chroma_pred_mode: DC
        to.se(0); // mb_qp_delta
        // Samples count as 16 coefficients in each block.
        if macroblock.has_none() {
            write_residual_in_cavlc(to);
        } else if macroblock.is_first_among_them && sets.is_scaled {
            to.u(6, 0b00_0011); // coeff_token: TotalCoeff 0
        } else {
            to.u(1, 0b1); // coeff_token: TotalCoeff 0
        }
    }
    to.rbsp_trailing_bits();
}

/// `pcm_sample_luma` and `pcm_sample_chroma`
fn write_samples(to: &mut BitWriter<'_>) {
    const LUMA: u32 = 16;
    const CHROMA: u32 = 128;
    for sample in 0..16 * 16 + 2 * 8 * 8 {
        to.u(8, if sample < 16 * 16 { LUMA } else { CHROMA });
    }
}

/// An `Intra16x16DCLevel` block whose first coefficient is -[`LEVEL`].
fn write_residual_in_cavlc(to: &mut BitWriter<'_>) {
    /// The lowest levelCode of 15 zeros and a 12-bit suffix.
    const ESCAPE: u32 = 30;
    // Odd as it is negative, and one less as a level that is no trailing one cannot be 1 here.
    let level_code = 2 * (LEVEL - 1) - 1;
    to.u(6, 0b00_0101); // coeff_token: TotalCoeff 1, TrailingOnes 0
    to.u(16, 1); // level_prefix: 15
    to.u(12, level_code - ESCAPE); // level_suffix
    to.u(1, 0b1); // total_zeros: 0
}

/// `slice_data()` (§7.3.4) in CABAC (§9.3).
fn write_idr_in_cabac(sets: &Template, to: &mut BitWriter<'_>) {
    // The contexts of an I slice, by tables 9-12 to 9-25.
    let context = |m_n| Context::of(m_n, SLICE_QP);
    let mut mb_type_first = [(20, -15), (2, 54), (3, 74)].map(context);
    let [
        mut luma_coded,
        mut chroma_coded,
        mut mode_high,
        mut mode_low,
    ] = [(-28, 127), (-23, 104), (-1, 54), (7, 51)].map(context);
    let [mut mb_qp_delta, mut intra_chroma_pred_mode] = [(0, 41), (-9, 83)].map(context);
    let mut coded_block_flag = [(-17, 123), (-12, 115), (-16, 122), (-11, 115)].map(context);
    to.align_with_ones(); // cabac_alignment_one_bit
    let mut cabac = CabacEncoder::new(to);
    let mut last = sets.width_in_mbs * sets.height_in_mbs;
    for macroblock in macroblocks(sets) {
        let Neighbours {
            above,
            left,
            is_first_among_them,
        } = macroblock;
        let [neither, one, both] = &mut mb_type_first;
        let first = match (above, left) {
            (false, false) => neither,
            (true, true) => both,
            _ => one,
        };
        cabac.decision(true, first); // mb_type: none of I_NxN
        let is_samples = macroblock.has_none() && sets.is_scaled;
        cabac.terminate(is_samples); // mb_type: I_PCM
        if is_samples {
            let to = cabac.end();
            to.align(); // pcm_alignment_zero_bit
            write_samples(to);
            cabac = CabacEncoder::new(to);
        } else {
            cabac.decision(false, &mut luma_coded); // mb_type: I_16x16_2_0_0
            cabac.decision(false, &mut chroma_coded);
            cabac.decision(true, &mut mode_high);
            cabac.decision(false, &mut mode_low);
            cabac.decision(false, &mut intra_chroma_pred_mode); // intra_chroma_pred_mode: DC
            cabac.decision(false, &mut mb_qp_delta); // mb_qp_delta: 0
            // What is outside of the picture counts as coded, and so do the samples and the residual of the first.
            let [of_neither, of_left, of_above, of_both] = &mut coded_block_flag;
            let context = match (!left || is_first_among_them, !above || is_first_among_them) {
                (false, false) => of_neither,
                (true, false) => of_left,
                (false, true) => of_above,
                (true, true) => of_both,
            };
            cabac.decision(macroblock.has_none(), context); // coded_block_flag
            if macroblock.has_none() {
                write_residual_in_cabac(&mut cabac);
            }
        }
        last -= 1;
        cabac.terminate(last == 0); // end_of_slice_flag
    }
    cabac.end().align();
}

/// `residual_block_cabac()` (§7.3.5.3.3) of an `Intra16x16DCLevel` block whose first coefficient is -[`LEVEL`].
fn write_residual_in_cabac(cabac: &mut CabacEncoder<'_, '_>) {
    let context = |m_n| Context::of(m_n, SLICE_QP);
    let [mut significant, mut last] = [(-7, 93), (24, 0)].map(context);
    let [mut first_bin, mut further_bins] = [(-6, 42), (0, 58)].map(context);
    cabac.decision(true, &mut significant); // significant_coeff_flag
    cabac.decision(true, &mut last); // last_significant_coeff_flag
    // coeff_abs_level_minus1: a prefix of 14 ones, and 27 - 14 = 13 in Exp-Golomb code of order 0, 1 + 2 + 4 + 6 (§9.3.2.3).
    cabac.decision(true, &mut first_bin);
    for _ in 1..14 {
        cabac.decision(true, &mut further_bins);
    }
    cabac.bypass(7, 0b111_0110);
    cabac.bypass(1, 0b1); // coeff_sign_flag
}
