//! VP8 frames (RFC 6386), and black ones.

use super::{
    bool_coder::BoolEncoder,
    header::{Header, Sequence, Size},
};

const TAG: usize = 3;
const KEY: usize = 7;
const START_CODE: [u8; 3] = [0x9D, 0x01, 0x2A];

/// Reads the uncompressed data chunk (§9.1).
pub(super) fn read(frame: &[u8]) -> Option<Header> {
    let (&[first, middle, last], rest) = frame.split_first_chunk::<TAG>()?;
    let is_delta = first & 1 == 1;
    let is_shown = first & 0x10 != 0;
    let partition = u32::from_le_bytes([first, middle, last, 0]) >> 5;
    let partition = usize::try_from(partition).ok()?;
    if is_delta {
        let header = Header::delta(is_shown);
        return (partition <= rest.len()).then_some(header);
    }
    let (&[a, b, c, ref size @ ..], rest) = rest.split_first_chunk::<KEY>()?;
    let &[width, wider, height, higher] = size;
    // The upper two bits are a hint for scaling.
    let samples = |bytes| u32::from(u16::from_le_bytes(bytes) & 0x3FFF);
    let (width, height) = (samples([width, wider]), samples([height, higher]));
    let is_valid = [a, b, c] == START_CODE && width > 0 && height > 0 && partition <= rest.len();
    let sequence = Size::new(width, height).map_or(Sequence::Other, Sequence::Of);
    is_valid.then_some(Header {
        is_shown,
        ..Header::keyframe(sequence)
    })
}

/// Returns how many bytes a black keyframe and a frame that repeats it take at most: their headers, and less than a byte for each macroblock.
pub(super) const fn room_for(macroblocks: usize) -> usize {
    macroblocks + 512
}

/// The probability that a macroblock has coefficients, in 256ths.
const PROB_SKIP_FALSE: u8 = 1;
/// An index; at this one the Y2 block's DC coefficient is multiplied by 2 × 138 (§14.1).
const Y_AC_QI: u32 = 120;

/// Writes a black keyframe. Returns its length, or `None` if the buffer is too short.
///
/// Each macroblock is predicted from its neighbours. The first has none, so its prediction is 128, and it alone has a residual.
pub(super) fn write_black(size: Size, buffer: &mut [u8]) -> Option<usize> {
    let (head, body) = buffer.split_at_mut_checked(TAG + KEY)?;
    // Frame header (§19.2)
    let mut to = BoolEncoder::new(body);
    to.literal(1, 0); // color_space
    to.literal(1, 0); // clamping_type
    write_segmentation_to_quant_indices(&mut to);
    to.literal(1, 1); // refresh_entropy_probs
    write_token_prob_update(&mut to);
    to.literal(1, 1); // mb_no_skip_coeff
    to.literal(8, PROB_SKIP_FALSE.into()); // prob_skip_false

    let (width_in_mbs, height_in_mbs) = size.blocks(16);
    for macroblock in 0..width_in_mbs * height_in_mbs {
        // macroblock_header() (§19.3)
        to.bool(PROB_SKIP_FALSE, macroblock > 0); // mb_skip_coeff
        // intra_y_mode: DC_PRED (§11.2)
        to.bool(145, true);
        to.bool(156, false);
        to.bool(163, false);
        to.bool(142, false); // intra_uv_mode: DC_PRED
    }
    let first_part_size = to.finish()?;

    let (_, residual) = body.split_at_mut_checked(first_part_size)?;
    let mut to = BoolEncoder::new(residual);
    write_residual(&mut to);
    let residual = to.finish()?;

    let bytes = |side: u32| u16::try_from(side).ok().map(u16::to_le_bytes);
    let ([width, wider], [height, higher]) = (bytes(size.width)?, bytes(size.height)?);
    let tag = frame_tag(false, first_part_size)?;
    let sides = [width, wider, height, higher];
    let bytes = tag.iter().chain(&START_CODE).chain(&sides);
    head.iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = *from);
    Some(TAG + KEY + first_part_size + residual)
}

/// Writes a frame that repeats the one before it. Returns its length, or `None` if the buffer is too short.
pub(super) fn write_repeated(size: Size, buffer: &mut [u8]) -> Option<usize> {
    const PROB_INTRA: u8 = 1;
    const PROB_LAST: u8 = 255;
    let (head, body) = buffer.split_at_mut_checked(TAG)?;
    // Frame header (§19.2)
    let mut to = BoolEncoder::new(body);
    write_segmentation_to_quant_indices(&mut to);
    to.literal(1, 0); // refresh_golden_frame
    to.literal(1, 0); // refresh_alternate_frame
    to.literal(2, 0); // copy_buffer_to_golden
    to.literal(2, 0); // copy_buffer_to_alternate
    to.literal(1, 0); // sign_bias_golden
    to.literal(1, 0); // sign_bias_alternate
    to.literal(1, 1); // refresh_entropy_probs
    to.literal(1, 1); // refresh_last
    write_token_prob_update(&mut to);
    to.literal(1, 1); // mb_no_skip_coeff
    to.literal(8, PROB_SKIP_FALSE.into()); // prob_skip_false
    to.literal(8, PROB_INTRA.into()); // prob_intra
    to.literal(8, PROB_LAST.into()); // prob_last
    to.literal(8, 128); // prob_gf
    to.literal(1, 0); // intra_16x16_prob_update_flag
    to.literal(1, 0); // intra_chroma_prob_update_flag
    for p in MV_UPDATE_PROBS {
        to.bool(p, false); // mv_prob_update_flag
    }

    let (width_in_mbs, height_in_mbs) = size.blocks(16);
    for row in 0..height_in_mbs {
        for column in 0..width_in_mbs {
            // By how many of the macroblocks above, to the left, and between have no motion (§16.3).
            let mode_context = match (row, column) {
                (0, 0) => 7,
                (0, _) | (_, 0) => 135,
                _ => 234,
            };
            // macroblock_header() (§19.3)
            to.bool(PROB_SKIP_FALSE, true); // mb_skip_coeff
            to.bool(PROB_INTRA, true); // is_inter_mb
            to.bool(PROB_LAST, false); // mb_ref_frame_sel1: the last frame
            to.bool(mode_context, false); // mv_mode: mv_zero
        }
    }
    let first_part_size = to.finish()?;
    let (_, residual) = body.split_at_mut_checked(first_part_size)?;
    let residual = BoolEncoder::new(residual).finish()?;
    let tag = frame_tag(true, first_part_size)?;
    head.iter_mut().zip(tag).for_each(|(to, from)| *to = from);
    Some(TAG + first_part_size + residual)
}

/// The frame tag (§9.1) of a frame of version 0 that is shown.
fn frame_tag(is_delta: bool, first_part_size: usize) -> Option<[u8; TAG]> {
    const SHOW_FRAME: u32 = 1 << 4;
    let first_part_size = u32::try_from(first_part_size).ok()?;
    let tag = first_part_size << 5 | SHOW_FRAME | u32::from(is_delta);
    let [first, middle, last, beyond] = tag.to_le_bytes();
    (beyond == 0).then_some([first, middle, last])
}

/// Writes what a frame header has between `clamping_type` and the reference updates (§9.3 to §9.6).
fn write_segmentation_to_quant_indices(to: &mut BoolEncoder<'_>) {
    to.literal(1, 0); // segmentation_enabled
    to.literal(1, 0); // filter_type
    to.literal(6, 0); // loop_filter_level
    to.literal(3, 0); // sharpness_level
    to.literal(1, 0); // loop_filter_adj_enable
    to.literal(2, 0); // log2_nbr_of_dct_partitions
    to.literal(7, Y_AC_QI); // y_ac_qi
    to.literal(1, 0); // y_dc_delta_present
    to.literal(1, 0); // y2_dc_delta_present
    to.literal(1, 0); // y2_ac_delta_present
    to.literal(1, 0); // uv_dc_delta_present
    to.literal(1, 0); // uv_ac_delta_present
}

/// Writes the coefficients of a macroblock of which only Y2's DC is not zero: 26 × 276 / 64 is 112, the way from 128 down to 16 (§13 and §14.3).
fn write_residual(to: &mut BoolEncoder<'_>) {
    const DC: u32 = 26;
    /// The lowest value of `dct_cat4`.
    const CATEGORY: u32 = 19;
    // token: dct_cat4, by the branches that lead to it
    to.bool(198, true);
    to.bool(35, true);
    to.bool(237, true);
    to.bool(223, true);
    to.bool(162, true);
    to.bool(145, false);
    to.bool(155, true);
    for (bit, p) in [(3, 176), (2, 155), (1, 140), (0, 135)] {
        to.bool(p, (DC - CATEGORY) >> bit & 1 == 1); // extra bits
    }
    to.bool(128, true); // sign
    to.bool(81, false); // token: dct_eob
    for _luma in 0..16 {
        to.bool(253, false); // token: dct_eob
    }
    for _chroma in 0..8 {
        to.bool(253, false); // token: dct_eob
    }
}

/// `token_prob_update()` without an update (§13.4)
fn write_token_prob_update(to: &mut BoolEncoder<'_>) {
    let (pairs, _) = COEFF_UPDATE_PROBS.as_chunks::<2>();
    for [before, p] in pairs {
        for _ in 0..*before {
            to.bool(255, false); // coeff_prob_update_flag
        }
        to.bool(*p, false); // coeff_prob_update_flag
    }
    for _ in 0..LAST_COEFF_UPDATE_PROBS {
        to.bool(255, false); // coeff_prob_update_flag
    }
}

/// `coeff_update_probs` (§13.4) in pairs: how many entries of 255, and the entry after them.
const COEFF_UPDATE_PROBS: [u8; 316] = [
    33, 176, 0, 246, 9, 223, 0, 241, 0, 252, 8, 249, 0, 253, 0, 253, 9, 244, 0, 252, 8, 234, 0,
    254, 0, 254, 8, 253, 11, 246, 0, 254, 8, 239, 0, 253, 0, 254, 8, 254, 1, 254, 9, 248, 0, 254,
    8, 251, 1, 254, 20, 253, 0, 254, 8, 251, 0, 254, 0, 254, 8, 254, 1, 254, 9, 254, 0, 253, 1,
    254, 6, 250, 1, 254, 1, 254, 6, 254, 43, 217, 10, 225, 0, 252, 0, 241, 0, 253, 2, 254, 4, 234,
    0, 250, 0, 241, 0, 250, 0, 253, 1, 253, 0, 254, 4, 254, 9, 223, 0, 254, 0, 254, 8, 238, 0, 253,
    0, 254, 0, 254, 8, 248, 0, 254, 8, 249, 0, 254, 21, 253, 9, 247, 0, 254, 21, 253, 0, 254, 8,
    252, 22, 254, 0, 254, 8, 253, 22, 254, 0, 253, 8, 250, 10, 254, 43, 186, 0, 251, 0, 250, 8,
    234, 0, 251, 0, 244, 0, 254, 7, 251, 0, 251, 0, 243, 0, 253, 0, 254, 1, 254, 5, 253, 0, 254, 8,
    236, 0, 253, 0, 254, 8, 251, 0, 253, 0, 253, 0, 254, 0, 254, 7, 254, 0, 254, 8, 254, 0, 254, 0,
    254, 20, 254, 9, 254, 0, 254, 9, 254, 21, 254, 120, 248, 10, 250, 0, 254, 0, 252, 0, 254, 7,
    248, 0, 254, 0, 249, 0, 253, 8, 253, 0, 253, 8, 246, 0, 253, 0, 253, 8, 252, 0, 254, 0, 251, 0,
    254, 0, 254, 7, 254, 0, 252, 8, 248, 0, 254, 0, 253, 8, 253, 1, 254, 0, 254, 8, 251, 0, 254, 8,
    245, 0, 251, 0, 254, 8, 253, 0, 253, 0, 254, 9, 251, 0, 253, 8, 252, 0, 253, 0, 254, 9, 254,
    10, 252, 9, 249, 1, 254, 10, 254, 10, 253, 8, 250, 32, 254,
];
/// How many entries of 255 come after the last pair.
const LAST_COEFF_UPDATE_PROBS: u8 = 21;

/// `mv_update_probs`, of the row and of the column (§17.2).
const MV_UPDATE_PROBS: [u8; 38] = [
    237, 246, 253, 253, 254, 254, 254, 254, 254, 254, 254, 254, 254, 254, 250, 250, 252, 254, 254,
    231, 243, 245, 253, 254, 254, 254, 254, 254, 254, 254, 254, 254, 254, 251, 251, 254, 254, 254,
];
