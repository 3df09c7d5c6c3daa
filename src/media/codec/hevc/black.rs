//! Black pictures of HEVC, under the parameter sets of the stream.
//!
//! Each block is predicted from its neighbours. The first of a tile has none, so its prediction is the middle of the range, and it alone has a residual.

use super::{
    blocks::Blocks,
    sets::Template,
    tiles::Tile,
    unit::{IDR_N_LP, nal_header},
};
use crate::media::codec::{
    bits::BitWriter,
    cabac::{CabacEncoder, Context},
    header::Size,
};

/// Returns how many bytes a black picture takes at most, without parameter sets: less than half of one for each macroblock, beside its header and entry points.
pub(crate) const fn room() -> usize {
    Size::MOST_MACROBLOCKS / 2 + 4096
}

/// The bits of an entry point.
const OFFSET_BITS: u32 = 16;

/// Writes a black IDR picture: one slice.
pub(crate) fn write_black(template: &Template, to: &mut BitWriter<'_>) {
    let streams = template.substreams().count();
    // slice_segment_header() (§7.3.6.1)
    let slice = &template.slice;
    to.nal(&nal_header(IDR_N_LP));
    to.bit(true); // first_slice_segment_in_pic_flag
    to.bit(false); // no_output_of_prior_pics_flag
    to.ue(template.pps_id); // slice_pic_parameter_set_id
    to.u(slice.num_extra_slice_header_bits, 0); // slice_reserved_flag
    to.ue(2); // slice_type: I
    if slice.output_flag_present {
        to.bit(true); // pic_output_flag
    }
    if slice.sample_adaptive_offset_enabled {
        to.bit(false); // slice_sao_luma_flag
        to.bit(false); // slice_sao_chroma_flag
    }
    to.se(template.quantiser.slice_qp - template.init_qp); // slice_qp_delta
    if slice.slice_chroma_qp_offsets_present {
        to.se(0); // slice_cb_qp_offset
        to.se(0); // slice_cr_qp_offset
    }
    if slice.chroma_qp_offset_list_enabled {
        to.bit(false); // cu_chroma_qp_offset_enabled_flag
    }
    if slice.deblocking_filter_override_enabled {
        to.bit(false); // deblocking_filter_override_flag
    }
    if slice.loop_filter_across_slices_enabled {
        to.bit(true); // slice_loop_filter_across_slices_enabled_flag
    }
    if template.has_entry_points {
        write_entry_points(template, streams, to);
    }
    if slice.slice_segment_header_extension_present {
        to.ue(0); // slice_segment_header_extension_length
    }
    to.rbsp_trailing_bits(); // byte_alignment()

    let mut picture = Picture::new(template);
    for (number, stream) in (1..).zip(template.substreams()) {
        picture.write(&stream, number == streams, to);
    }
}

/// From `num_entry_point_offsets` on: how long each substream is but the last.
fn write_entry_points(template: &Template, streams: usize, to: &mut BitWriter<'_>) {
    let offsets = streams.saturating_sub(1);
    to.ue(u32::try_from(offsets).unwrap_or(u32::MAX)); // num_entry_point_offsets
    if offsets == 0 {
        return;
    }
    to.ue(OFFSET_BITS - 1); // offset_len_minus1
    let mut picture = Picture::new(template);
    for stream in template.substreams().take(offsets) {
        // Like any, it begins behind a byte other than zero, and so ends it.
        let mut counter = BitWriter::new(&mut []);
        counter.nal(&[]);
        let before = counter.count();
        picture.write(&stream, false, &mut counter);
        let length = counter.count().saturating_sub(before + 1);
        to.u(OFFSET_BITS, u32::try_from(length).unwrap_or(u32::MAX)); // entry_point_offset_minus1
    }
}

/// A part of a picture that is a stream of arithmetic coding by itself: a tile, or a row.
struct Substream {
    tile: Tile,
    /// In coding tree blocks.
    rows: core::ops::Range<u32>,
}

impl Template {
    /// Returns them in decoding order.
    fn substreams(&self) -> impl Iterator<Item = Substream> {
        self.tiles.iter().flat_map(|tile| {
            let (count, height) = if self.has_row_streams {
                (tile.height, 1)
            } else {
                (1, tile.height)
            };
            (0..count).map(move |number| {
                let row = tile.y + number * height;
                Substream {
                    tile,
                    rows: row..row + height,
                }
            })
        })
    }
}

/// The contexts of an I slice.
#[derive(Clone, Copy)]
struct Contexts {
    split_cu_flag: [Context; 3],
    cu_transquant_bypass_flag: Context,
    part_mode: Context,
    prev_intra_luma_pred_flag: Context,
    intra_chroma_pred_mode: Context,
    /// By the block's size, the largest first.
    split_transform_flag: [Context; 3],
    cbf_chroma: Context,
    /// Of a block that is smaller than its coding unit, and of one that is not.
    cbf_luma: [Context; 2],
    cu_qp_delta_abs: Context,
    transform_skip_flag: Context,
    /// `last_sig_coeff_x_prefix` and `last_sig_coeff_y_prefix` by the block's size, the smallest of 8 by 8.
    last_sig_coeff_prefix: [[Context; 2]; 3],
    coeff_abs_level_greater1_flag: Context,
    coeff_abs_level_greater2_flag: Context,
}

impl Contexts {
    /// By `initType` 0 (§9.3.2.2).
    fn new(slice_qp: i32) -> Self {
        let context = |init_value| Context::new(init_value, slice_qp);
        Self {
            split_cu_flag: [139, 141, 157].map(context),
            cu_transquant_bypass_flag: context(154),
            part_mode: context(184),
            prev_intra_luma_pred_flag: context(184),
            intra_chroma_pred_mode: context(63),
            split_transform_flag: [153, 138, 138].map(context),
            cbf_chroma: context(94),
            cbf_luma: [111, 141].map(context),
            cu_qp_delta_abs: context(154),
            transform_skip_flag: context(139),
            last_sig_coeff_prefix: [125, 125, 111].map(|init_value| [context(init_value); 2]),
            coeff_abs_level_greater1_flag: context(92),
            coeff_abs_level_greater2_flag: context(138),
        }
    }
}

/// The side of the smallest coding block, as a binary logarithm.
const SMALLEST: u32 = 3;
/// How many of them are in the side of the largest.
const IN_LARGEST: u32 = 8;
const IN_LONGEST: usize = (Size::LONGEST_SIDE >> SMALLEST) as usize;

/// A picture, as far as it is written.
struct Picture<'t> {
    template: &'t Template,
    contexts: Contexts,
    /// As they were behind the second block of the row above.
    row_contexts: Option<Contexts>,
    /// `CtDepth` of the blocks above, by columns of 8 samples, and of those to the left, by rows in a coding tree block.
    above: [u8; IN_LONGEST],
    left: [u8; IN_LARGEST as usize],
    /// Whether the next block is the first of its tile.
    is_first: bool,
}

/// A coding block.
#[derive(Clone, Copy)]
struct Block {
    x: u32,
    y: u32,
    /// The binary logarithm of its side.
    log2: u32,
    depth: u8,
    has_left: bool,
    has_above: bool,
}

impl<'t> Picture<'t> {
    fn new(template: &'t Template) -> Self {
        Self {
            template,
            contexts: Contexts::new(template.quantiser.slice_qp),
            row_contexts: None,
            above: [0; IN_LONGEST],
            left: [0; IN_LARGEST as usize],
            is_first: true,
        }
    }

    /// `slice_segment_data()` of a substream (§7.3.8.1).
    fn write(&mut self, stream: &Substream, is_last: bool, to: &mut BitWriter<'_>) {
        let fresh = || Contexts::new(self.template.quantiser.slice_qp);
        self.contexts = self.row_contexts.unwrap_or_else(fresh);
        let Tile { x, y, width, .. } = stream.tile;
        self.is_first = stream.rows.start == y;
        let ctb = self.template.blocks.ctb;
        let mut cabac = CabacEncoder::new(to);
        for row in stream.rows.clone() {
            for column in x..x + width {
                let block = Block {
                    x: column << ctb,
                    y: row << ctb,
                    log2: ctb,
                    depth: 0,
                    has_left: column > x,
                    has_above: row > y,
                };
                self.write_quadtree(block, &mut cabac);
                if self.template.has_row_streams && column == x + 1 {
                    self.row_contexts = Some(self.contexts);
                }
                let is_end = row + 1 == stream.rows.end && column + 1 == x + width;
                cabac.terminate(is_last && is_end); // end_of_slice_segment_flag
            }
        }
        if !is_last {
            cabac.terminate(true); // end_of_subset_one_bit
        }
        to.align();
    }

    /// `coding_quadtree()` (§7.3.8.4), divided only at the edges of the picture.
    fn write_quadtree(&mut self, block: Block, cabac: &mut CabacEncoder<'_, '_>) {
        let Blocks {
            width,
            height,
            min_coding,
            ..
        } = self.template.blocks;
        let Block { x, y, log2, .. } = block;
        if x >= width || y >= height {
            return;
        }
        let side = 1 << log2;
        if x + side > width || y + side > height {
            let half = side / 2;
            for (down, across) in [(0, 0), (0, half), (half, 0), (half, half)] {
                let part = Block {
                    x: x + across,
                    y: y + down,
                    log2: log2 - 1,
                    depth: block.depth + 1,
                    has_left: block.has_left || across > 0,
                    has_above: block.has_above || down > 0,
                };
                self.write_quadtree(part, cabac);
            }
            return;
        }
        let column = (x >> SMALLEST) as usize;
        let row = (y >> SMALLEST) % IN_LARGEST;
        if log2 > min_coding {
            let is_deeper = |depth: Option<&u8>| depth.is_some_and(|depth| *depth > block.depth);
            let left = block.has_left && is_deeper(self.left.get(row as usize));
            let above = block.has_above && is_deeper(self.above.get(column));
            let context = usize::from(left) + usize::from(above);
            if let Some(context) = self.contexts.split_cu_flag.get_mut(context) {
                cabac.decision(false, context); // split_cu_flag
            }
        }
        self.write_unit(log2, cabac);
        let smallest = (side >> SMALLEST) as usize;
        let (rows, columns) = (self.left.iter_mut(), self.above.iter_mut());
        let beside = rows.skip(row as usize).take(smallest);
        let below = columns.skip(column).take(smallest);
        beside.chain(below).for_each(|depth| *depth = block.depth);
    }

    /// `coding_unit()` (§7.3.8.5)
    fn write_unit(&mut self, log2: u32, cabac: &mut CabacEncoder<'_, '_>) {
        let Template { unit, blocks, .. } = self.template;
        let contexts = &mut self.contexts;
        if unit.transquant_bypass_enabled {
            cabac.decision(false, &mut contexts.cu_transquant_bypass_flag); // cu_transquant_bypass_flag
        }
        if log2 == blocks.min_coding {
            cabac.decision(true, &mut contexts.part_mode); // part_mode: PART_2Nx2N
        }
        if unit
            .pcm
            .is_some_and(|(min, max)| (min..=max).contains(&log2))
        {
            cabac.terminate(false); // pcm_flag
        }
        cabac.decision(true, &mut contexts.prev_intra_luma_pred_flag); // prev_intra_luma_pred_flag
        cabac.bypass(1, 0b0); // mpm_idx: 0
        cabac.decision(false, &mut contexts.intra_chroma_pred_mode); // intra_chroma_pred_mode: 4
        self.write_transform_tree(log2, 0, cabac);
    }

    /// `transform_tree()` (§7.3.8.8), divided only into the largest transforms.
    fn write_transform_tree(&mut self, log2: u32, depth: u32, cabac: &mut CabacEncoder<'_, '_>) {
        let Blocks {
            min_transform,
            max_transform,
            max_transform_hierarchy_depth_intra,
            ..
        } = self.template.blocks;
        let contexts = &mut self.contexts;
        if log2 <= max_transform
            && log2 > min_transform
            && depth < max_transform_hierarchy_depth_intra
        {
            let size = 5u32.saturating_sub(log2) as usize;
            if let Some(context) = contexts.split_transform_flag.get_mut(size) {
                cabac.decision(false, context); // split_transform_flag
            }
        }
        if depth == 0 {
            cabac.decision(false, &mut contexts.cbf_chroma); // cbf_cb
            cabac.decision(false, &mut contexts.cbf_chroma); // cbf_cr
        }
        if log2 > max_transform {
            for _ in 0..4 {
                self.write_transform_tree(log2 - 1, depth + 1, cabac);
            }
            return;
        }
        let [of_part, of_whole] = &mut contexts.cbf_luma;
        let context = if depth == 0 { of_whole } else { of_part };
        cabac.decision(self.is_first, context); // cbf_luma
        if core::mem::take(&mut self.is_first) {
            self.write_residual(log2, cabac);
        }
    }

    /// `transform_unit()` of a block whose first coefficient is not 0, but the others are (§7.3.8.10 to §7.3.8.12).
    fn write_residual(&mut self, log2: u32, cabac: &mut CabacEncoder<'_, '_>) {
        let Template {
            unit, quantiser, ..
        } = self.template;
        let contexts = &mut self.contexts;
        if unit.cu_qp_delta_enabled {
            cabac.decision(false, &mut contexts.cu_qp_delta_abs); // cu_qp_delta_abs: 0
        }
        if unit.max_transform_skip.is_some_and(|most| log2 <= most) {
            cabac.decision(false, &mut contexts.transform_skip_flag); // transform_skip_flag
        }
        let size = log2.saturating_sub(SMALLEST) as usize;
        if let Some([last_x, last_y]) = contexts.last_sig_coeff_prefix.get_mut(size) {
            cabac.decision(false, last_x); // last_sig_coeff_x_prefix: 0
            cabac.decision(false, last_y); // last_sig_coeff_y_prefix: 0
        }
        cabac.decision(true, &mut contexts.coeff_abs_level_greater1_flag); // coeff_abs_level_greater1_flag
        cabac.decision(true, &mut contexts.coeff_abs_level_greater2_flag); // coeff_abs_level_greater2_flag
        cabac.bypass(1, 0b1); // coeff_sign_flag
        write_remaining(quantiser.level(log2).saturating_sub(3), cabac); // coeff_abs_level_remaining
    }
}

/// Ones up to four; from then on the rest in Exp-Golomb code of order 1 (§9.3.3.11, §9.3.3.5).
fn write_remaining(value: u32, cabac: &mut CabacEncoder<'_, '_>) {
    let Some(mut rest) = value.checked_sub(4) else {
        cabac.bypass(value + 1, u32::MAX - 1);
        return;
    };
    cabac.bypass(4, 0b1111);
    let mut order = 1;
    while rest >> order > 0 {
        cabac.bypass(1, 0b1);
        rest -= 1 << order;
        order += 1;
    }
    cabac.bypass(1, 0b0);
    cabac.bypass(order, rest);
}

#[cfg(test)]
mod tests {
    use std::vec;

    use super::*;
    use crate::media::codec::hevc::{
        quantiser::Quantiser,
        sets::{SliceFlags, UnitFlags},
        tiles::Tiles,
    };

    /// With every field that a slice can have.
    fn template(blocks: Blocks, [columns, rows]: [u32; 2], has_row_streams: bool) -> Template {
        Template {
            pps_id: 63,
            blocks,
            slice: SliceFlags {
                num_extra_slice_header_bits: 7,
                output_flag_present: true,
                sample_adaptive_offset_enabled: true,
                slice_chroma_qp_offsets_present: true,
                chroma_qp_offset_list_enabled: true,
                deblocking_filter_override_enabled: true,
                loop_filter_across_slices_enabled: true,
                slice_segment_header_extension_present: true,
            },
            unit: UnitFlags {
                transquant_bypass_enabled: true,
                pcm: Some((3, 5)),
                cu_qp_delta_enabled: true,
                max_transform_skip: Some(5),
            },
            tiles: Tiles::new(&blocks, columns, rows, Some).unwrap(),
            has_entry_points: true,
            has_row_streams,
            init_qp: -12,
            quantiser: Quantiser::new([16; 3], 8).unwrap(),
        }
    }

    #[test]
    fn there_is_room_for_pictures_of_every_size() {
        let sizes = [
            (4096, 2304),
            (2304, 4096),
            (8192, 1152),
            (1152, 8192),
            (64, 8192),
            (8, 8192),
            (8192, 8),
            (4088, 2296),
        ];
        let mut room = vec![0; room()];
        for (width, height) in sizes {
            for (min_coding, ctb, max_transform) in
                [(3, 4, 3), (4, 4, 4), (3, 6, 3), (3, 6, 5), (3, 5, 4)]
            {
                let blocks = Blocks {
                    width,
                    height,
                    min_coding,
                    ctb,
                    min_transform: 2,
                    max_transform,
                    max_transform_hierarchy_depth_intra: 4,
                };
                if [width, height]
                    .iter()
                    .any(|side| side % (1 << min_coding) > 0)
                {
                    continue;
                }
                let (across, down) = blocks.in_ctbs();
                for (tiles, has_row_streams) in [
                    ([1, 1], false),
                    ([1, 1], true),
                    ([across.min(20), down.min(22)], false),
                ] {
                    let mut to = BitWriter::new(&mut room);
                    write_black(&template(blocks, tiles, has_row_streams), &mut to);
                    let length = to.length();
                    assert!(length.is_some(), "{blocks:?} {tiles:?} {has_row_streams}");
                }
            }
        }
    }

    #[test]
    fn control_without_room_there_is_none() {
        let blocks = Blocks {
            width: 320,
            height: 240,
            min_coding: 3,
            ctb: 4,
            min_transform: 2,
            max_transform: 4,
            max_transform_hierarchy_depth_intra: 0,
        };
        let length = |room: &mut [u8]| {
            let mut to = BitWriter::new(room);
            write_black(&template(blocks, [1, 1], true), &mut to);
            to.length()
        };
        let whole = length(&mut [0; 4096]).unwrap();
        for room in [0, 1, 10, whole / 2, whole - 1] {
            assert_eq!(length(&mut vec![0; room]), None);
        }
    }
}
