//! AV1 temporal units as consecutive OBUs, and black ones (AV1 bitstream and decoding process specification §5).

use core::mem;

use super::{
    bits::{BitReader, BitWriter},
    blocks::{self, Block, BlockWriter, Partition, Square},
    header::{Depth, Header, Sequence, Size},
    obu::{self, Obu, TEMPORAL_LAYERS},
    range_coder::{RangeEncoder, Symbol},
};
use crate::types::fault::Fault;

const OBU_SEQUENCE_HEADER: u8 = 1;
const OBU_TEMPORAL_DELIMITER: u8 = 2;
const OBU_FRAME_HEADER: u8 = 3;
const OBU_FRAME: u8 = 6;
/// Values of `frame_type` (§6.8.2).
const KEY_FRAME: u32 = 0;
const INTRA_ONLY_FRAME: u32 = 2;
const SWITCH_FRAME: u32 = 3;

pub(super) fn read(unit: &[u8]) -> Option<Header> {
    let (_first, _) = unit.split_first()?;
    let mut rest = unit;
    let mut sequence = None;
    while !rest.is_empty() {
        let obu;
        (obu, rest) = obu::open(rest)?;
        match obu.kind {
            OBU_SEQUENCE_HEADER => sequence = Some(obu.content),
            OBU_FRAME_HEADER | OBU_FRAME => return read_frame_header(&obu, sequence),
            _ => {}
        }
    }
    Some(Header::delta(false).with_pictures_within())
}

/// Returns why a temporal unit cannot be read.
#[cold]
pub(super) fn fault(unit: &[u8]) -> Fault {
    let mut rest = unit;
    while let Some((obu, after)) = obu::open(rest) {
        // Whatever comes behind the first frame header is not read.
        if matches!(obu.kind, OBU_FRAME_HEADER | OBU_FRAME) {
            return Fault::FrameHeader;
        }
        rest = after;
    }
    if rest.first().is_some_and(|header| header & 0x81 != 0) {
        Fault::UnitHeader
    } else {
        Fault::UnitSize
    }
}

/// Returns why the stream does not resume at a temporal unit, if there is a keyframe that is shown in it.
#[cold]
pub(super) fn stall(unit: &[u8]) -> Option<Fault> {
    const HAS_SIZE: u8 = 2;
    const SHOWN_KEYFRAME: u8 = 0b0001_0000;
    let (mut rest, mut has_sequence) = (unit, false);
    while let Some((obu, after)) = obu::open(rest) {
        let header = rest.first().copied().unwrap_or_default();
        match obu.kind {
            OBU_FRAME_HEADER | OBU_FRAME => {
                // show_existing_frame, frame_type and show_frame
                let first = obu.content.first()?;
                let is_keyframe = first & 0b1111_0000 == SHOWN_KEYFRAME;
                return match (is_keyframe, has_sequence) {
                    (false, _) => begins_another(after).then_some(Fault::SeveralFrames),
                    (true, false) => Some(Fault::NoParameterSets),
                    (true, true) => Some(Fault::Layer),
                };
            }
            _ if header & HAS_SIZE == 0 => return Some(Fault::NoUnitSize),
            kind => has_sequence |= kind == OBU_SEQUENCE_HEADER,
        }
        rest = after;
    }
    None
}

/// Whether there is another temporal unit behind a frame.
fn begins_another(mut rest: &[u8]) -> bool {
    while let Some((obu, after)) = obu::open(rest) {
        if obu.kind == OBU_TEMPORAL_DELIMITER {
            return true;
        }
        rest = after;
    }
    false
}

/// Whether it is a temporal unit in the length-delimited format, in which all sizes add up (annex B).
#[cold]
pub(super) fn is_length_delimited(unit: &[u8]) -> bool {
    let sized = |bytes| {
        let (size, rest) = obu::leb128(bytes)?;
        rest.split_at_checked(size)
            .filter(|(part, _)| !part.is_empty())
    };
    let Some((mut frame_units, [])) = sized(unit) else {
        return false;
    };
    while !frame_units.is_empty() {
        let Some((mut obus, after)) = sized(frame_units) else {
            return false;
        };
        frame_units = after;
        while !obus.is_empty() {
            match sized(obus) {
                Some(([header, ..], after)) if header & 0x81 == 0 => obus = after,
                _ => return false,
            }
        }
    }
    true
}

/// Reads the first frame's `uncompressed_header()` (§5.9.2).
fn read_frame_header(frame: &Obu<'_>, sequence: Option<&[u8]>) -> Option<Header> {
    let mut header = BitReader::new(frame.content);
    let is_still =
        sequence.is_some_and(|sequence| is_reduced_still_picture(sequence) == Some(true));
    if is_still {
        return Some(Header::keyframe(Sequence::Within));
    }
    let show_existing_frame = header.bit()?;
    if show_existing_frame {
        return Some(Header::delta(true).with_pictures_within());
    }
    let frame_type = header.u(2)?;
    let show_frame = header.bit()?;
    // A decoder of an operating point that leaves this frame out would go on without it.
    let is_in_all_points = |sequence| {
        let points = read_operating_points(&mut BitReader::new(sequence));
        points.is_some_and(|points| frame.layers & !points.common_layers == 0)
    };
    Some(match sequence {
        // A keyframe that is shown later has frames around it that depend on earlier ones.
        Some(sequence) if frame_type == KEY_FRAME && show_frame && is_in_all_points(sequence) => {
            Header::keyframe(Sequence::Within)
        }
        // A temporal unit ends with a frame that is shown.
        _ => Header::delta(true).with_pictures_within(),
    })
}

/// Reads `reduced_still_picture_header`: the frame header of such a sequence does not say what the frame is (§5.5.1).
fn is_reduced_still_picture(sequence: &[u8]) -> Option<bool> {
    let mut sequence = BitReader::new(sequence);
    let _seq_profile = sequence.u(3)?;
    let _still_picture = sequence.bit()?;
    let reduced_still_picture_header = sequence.bit()?;
    Some(reduced_still_picture_header)
}

/// The first part of a sequence header.
struct OperatingPoints {
    decoder_model_info_present: bool,
    /// The `operating_point_idc` of the first, which decoders choose by themselves. 0 has every layer.
    first: u32,
    /// The layers in all operating points, as in `operating_point_idc`.
    common_layers: u32,
}

/// Reads a sequence header up to its operating points (§5.5.1).
fn read_operating_points(bits: &mut BitReader<'_>) -> Option<OperatingPoints> {
    let _seq_profile = bits.u(3)?;
    let _still_picture = bits.bit()?;
    let reduced_still_picture_header = bits.bit()?;
    if reduced_still_picture_header {
        let _seq_level_idx = bits.u(5)?;
        return Some(OperatingPoints {
            decoder_model_info_present: false,
            first: 0,
            common_layers: u32::MAX,
        });
    }
    let mut buffer_delay_length = None;
    let timing_info_present_flag = bits.bit()?;
    if timing_info_present_flag {
        let _num_units_in_display_tick = bits.u(32)?;
        let _time_scale = bits.u(32)?;
        let equal_picture_interval = bits.bit()?;
        if equal_picture_interval {
            let _num_ticks_per_picture_minus_1 = bits.ue()?;
        }
        let decoder_model_info_present_flag = bits.bit()?;
        if decoder_model_info_present_flag {
            let buffer_delay_length_minus_1 = bits.u(5)?;
            let _num_units_in_decoding_tick = bits.u(32)?;
            let _buffer_removal_time_length_minus_1 = bits.u(5)?;
            let _frame_presentation_time_length_minus_1 = bits.u(5)?;
            buffer_delay_length = Some(buffer_delay_length_minus_1 + 1);
        }
    }
    let initial_display_delay_present_flag = bits.bit()?;
    let mut points = OperatingPoints {
        decoder_model_info_present: buffer_delay_length.is_some(),
        first: 0,
        common_layers: u32::MAX,
    };
    let operating_points_cnt_minus_1 = bits.u(5)?;
    for number in 0..=operating_points_cnt_minus_1 {
        let operating_point_idc = bits.u(12)?;
        if number == 0 {
            points.first = operating_point_idc;
        }
        // Of an operating point with idc 0 every layer is a part.
        if operating_point_idc > 0 {
            points.common_layers &= operating_point_idc;
        }
        let seq_level_idx = bits.u(5)?;
        if seq_level_idx > 7 {
            let _seq_tier = bits.bit()?;
        }
        if let Some(n) = buffer_delay_length {
            let decoder_model_present_for_this_op = bits.bit()?;
            if decoder_model_present_for_this_op {
                let _decoder_buffer_delay = bits.u(n)?;
                let _encoder_buffer_delay = bits.u(n)?;
                let _low_delay_mode_flag = bits.bit()?;
            }
        }
        if initial_display_delay_present_flag {
            let initial_display_delay_present_for_this_op = bits.bit()?;
            if initial_display_delay_present_for_this_op {
                let _initial_display_delay_minus_1 = bits.u(4)?;
            }
        }
    }
    Some(points)
}

/// A sequence header, as far as the sizes of its frames depend on it.
#[derive(Clone, Copy)]
struct SequenceHeader {
    is_reduced_still: bool,
    /// The first `operating_point_idc`.
    layers: u32,
    /// `None` for pictures that have no black ones.
    depth: Option<Depth>,
    size: Size,
    size_bits: [u32; 2],
    /// The bits of `current_frame_id`, and of the distances to it, if there is one.
    frame_id_bits: Option<[u32; 2]>,
    seq_force_screen_content_tools: u32,
    seq_force_integer_mv: u32,
    order_hint_bits: u32,
}

/// `SELECT_SCREEN_CONTENT_TOOLS`, `SELECT_INTEGER_MV`: each frame says it.
const SELECT: u32 = 2;

/// Reads a sequence header (§5.5.1). Returns `None` for those with a decoder model.
fn read_sequence_header(sequence: &[u8]) -> Option<SequenceHeader> {
    const MAIN: u32 = 0;
    let seq_profile = BitReader::new(sequence).u(3)?;
    let is_reduced_still = is_reduced_still_picture(sequence)?;
    let mut bits = BitReader::new(sequence);
    let points = read_operating_points(&mut bits)?;
    if points.decoder_model_info_present {
        return None;
    }
    let frame_width_bits_minus_1 = bits.u(4)?;
    let frame_height_bits_minus_1 = bits.u(4)?;
    let size_bits = [frame_width_bits_minus_1 + 1, frame_height_bits_minus_1 + 1];
    let size = explicit_size(size_bits, &mut bits)?;
    let mut frame_id_bits = None;
    let frame_id_numbers_present_flag = !is_reduced_still && bits.bit()?;
    if frame_id_numbers_present_flag {
        let delta_frame_id_length_minus_2 = bits.u(4)?;
        let additional_frame_id_length_minus_1 = bits.u(3)?;
        let delta = delta_frame_id_length_minus_2 + 2;
        frame_id_bits = Some([delta + additional_frame_id_length_minus_1 + 1, delta]);
    }
    let _use_128x128_superblock = bits.bit()?;
    let _enable_filter_intra = bits.bit()?;
    let _enable_intra_edge_filter = bits.bit()?;
    let mut header = SequenceHeader {
        is_reduced_still,
        layers: points.first,
        depth: None,
        size,
        size_bits,
        frame_id_bits,
        seq_force_screen_content_tools: SELECT,
        seq_force_integer_mv: SELECT,
        order_hint_bits: 0,
    };
    if !is_reduced_still {
        header.read_tools(&mut bits)?;
    }
    let _enable_superres = bits.bit()?;
    let _enable_cdef = bits.bit()?;
    let _enable_restoration = bits.bit()?;
    let high_bitdepth = bits.bit()?;
    let mono_chrome = bits.bit()?;
    header.depth = match (seq_profile, mono_chrome) {
        (MAIN, false) if high_bitdepth => Some(Depth::Ten),
        (MAIN, false) => Some(Depth::Eight),
        _ => None,
    };
    Some(header)
}

/// A width and a height less one, of so many bits.
fn explicit_size([width, height]: [u32; 2], bits: &mut BitReader<'_>) -> Option<Size> {
    let width_minus_1 = bits.u(width)?;
    let height_minus_1 = bits.u(height)?;
    Some(Size {
        width: width_minus_1 + 1,
        height: height_minus_1 + 1,
    })
}

impl SequenceHeader {
    /// Reads from `enable_interintra_compound` to `order_hint_bits_minus_1`.
    fn read_tools(&mut self, bits: &mut BitReader<'_>) -> Option<()> {
        let _enable_interintra_compound = bits.bit()?;
        let _enable_masked_compound = bits.bit()?;
        let _enable_warped_motion = bits.bit()?;
        let _enable_dual_filter = bits.bit()?;
        let enable_order_hint = bits.bit()?;
        if enable_order_hint {
            let _enable_jnt_comp = bits.bit()?;
            let _enable_ref_frame_mvs = bits.bit()?;
        }
        let seq_choose_screen_content_tools = bits.bit()?;
        if !seq_choose_screen_content_tools {
            self.seq_force_screen_content_tools = bits.u(1)?;
        }
        if self.seq_force_screen_content_tools > 0 {
            let seq_choose_integer_mv = bits.bit()?;
            if !seq_choose_integer_mv {
                self.seq_force_integer_mv = bits.u(1)?;
            }
        }
        if enable_order_hint {
            let order_hint_bits_minus_1 = bits.u(3)?;
            self.order_hint_bits = order_hint_bits_minus_1 + 1;
        }
        Some(())
    }

    /// Whether decoders leave out a unit of these layers.
    const fn leaves_out(&self, layers: u32) -> bool {
        self.layers > 0 && layers & !self.layers != 0
    }

    const fn has_spatial_layers(&self) -> bool {
        self.layers >> TEMPORAL_LAYERS > 1
    }

    /// Whether a frame of these layers is the one that is shown of its temporal unit.
    const fn has_on_top(&self, layers: u32) -> bool {
        let top = (self.layers >> TEMPORAL_LAYERS).leading_zeros();
        !self.has_spatial_layers() || (layers >> TEMPORAL_LAYERS).leading_zeros() == top
    }
}

/// The pictures of a stream, as the headers of its frames tell them.
#[derive(Default)]
pub(super) struct Pictures {
    sequence: Option<SequenceHeader>,
    /// The sizes of the reference frames, as far as known.
    sizes: [Option<Size>; 8],
    /// A bit for each reference frame that is a keyframe.
    keys: u32,
}

impl Pictures {
    /// Reads a temporal unit. Returns the pictures like the one that it shows: of several spatial layers, the highest.
    #[cold]
    pub(super) fn read(&mut self, unit: &[u8]) -> Sequence {
        const SHOWN_KEYFRAME: u8 = 0b0001_0000;
        let mut shown = Sequence::Same;
        let mut rest = unit;
        let mut header = None;
        while let Some((obu, after)) = obu::open(rest) {
            rest = after;
            if obu.kind == OBU_SEQUENCE_HEADER {
                header = Some(obu.content);
            }
            let begins = || {
                let is_key = |first: &u8| first & 0b1111_0000 == SHOWN_KEYFRAME;
                obu.content.first().is_some_and(is_key)
                    || header.and_then(is_reduced_still_picture) == Some(true)
            };
            // It holds from a keyframe on that is shown.
            if let (OBU_FRAME_HEADER | OBU_FRAME, Some(content)) = (obu.kind, header)
                && begins()
            {
                header = None;
                self.sequence = read_sequence_header(content);
                if self.sequence.is_none() {
                    shown = Sequence::Other;
                }
            }
            match (obu.kind, self.sequence) {
                (OBU_FRAME_HEADER | OBU_FRAME, Some(sequence))
                    if !sequence.leaves_out(obu.layers) =>
                {
                    match self.read_frame(&sequence, obu.content) {
                        None => return self.forget(),
                        Some((_, false)) => {}
                        // Which of two is shown depends on the decoder, unless one is of a higher layer.
                        Some(_) if shown != Sequence::Same && !sequence.has_spatial_layers() => {
                            shown = Sequence::Other;
                        }
                        Some(_) if !sequence.has_on_top(obu.layers) => shown = Sequence::Other,
                        Some((size, true)) => shown = Sequence::new(size, sequence.depth),
                    }
                }
                _ => {}
            }
        }
        if rest.is_empty() {
            shown
        } else {
            self.forget()
        }
    }

    /// What a frame changes that is not read is not known.
    fn forget(&mut self) -> Sequence {
        let sizes = mem::take(&mut self.sizes);
        self.keys = 0;
        // Before the first keyframe nothing is.
        if sizes == [None; 8] {
            Sequence::Same
        } else {
            Sequence::Other
        }
    }

    /// Reads an `uncompressed_header()` up to the frame's size (§5.9.2), before any superres. Returns that, and whether the frame is shown.
    fn read_frame(&mut self, sequence: &SequenceHeader, header: &[u8]) -> Option<(Size, bool)> {
        const ALL_FRAMES: u32 = 0xFF;
        let mut bits = BitReader::new(header);
        if sequence.is_reduced_still {
            self.refresh(ALL_FRAMES, sequence.size, true);
            return Some((sequence.size, true));
        }
        let show_existing_frame = bits.bit()?;
        if show_existing_frame {
            let frame_to_show_map_idx = bits.u(3)?;
            let size = self.size_of(frame_to_show_map_idx)?;
            if self.keys >> frame_to_show_map_idx & 1 == 1 {
                self.refresh(ALL_FRAMES, size, true);
            }
            return Some((size, true));
        }
        let frame_type = bits.u(2)?;
        let show_frame = bits.bit()?;
        if !show_frame {
            let _showable_frame = bits.bit()?;
        }
        let is_key = frame_type == KEY_FRAME;
        if !is_key && self.sizes == [None; 8] {
            return None;
        }
        let is_intra = is_key || frame_type == INTRA_ONLY_FRAME;
        let is_switch = frame_type == SWITCH_FRAME;
        let refreshes_all = is_switch || is_key && show_frame;
        let error_resilient_mode = refreshes_all || bits.bit()?;
        let _disable_cdf_update = bits.bit()?;
        let allow_screen_content_tools = match sequence.seq_force_screen_content_tools {
            SELECT => bits.u(1)?,
            forced => forced,
        };
        if allow_screen_content_tools == 1 && sequence.seq_force_integer_mv == SELECT {
            let _force_integer_mv = bits.bit()?;
        }
        let [frame_id_bits, delta_frame_id_bits] = sequence.frame_id_bits.unwrap_or_default();
        let _current_frame_id = bits.u(frame_id_bits)?;
        let frame_size_override_flag = is_switch || bits.bit()?;
        let _order_hint = bits.u(sequence.order_hint_bits)?;
        if !(is_intra || error_resilient_mode) {
            let _primary_ref_frame = bits.u(3)?;
        }
        let refresh_frame_flags = if refreshes_all {
            ALL_FRAMES
        } else {
            bits.u(8)?
        };
        let may_lack_references = !is_intra || refresh_frame_flags != ALL_FRAMES;
        if may_lack_references && error_resilient_mode {
            bits.skip(8 * sequence.order_hint_bits)?; // ref_order_hint
        }
        let mut found = None;
        if !is_intra {
            let references = read_references(sequence, delta_frame_id_bits, &mut bits)?;
            if frame_size_override_flag && !error_resilient_mode {
                for reference in references {
                    let found_ref = bits.bit()?;
                    if found_ref {
                        found = Some(self.size_of(reference?)?);
                        break;
                    }
                }
            }
        }
        let size = match found {
            Some(size) => size,
            None if frame_size_override_flag => explicit_size(sequence.size_bits, &mut bits)?,
            None => sequence.size,
        };
        self.refresh(refresh_frame_flags, size, is_key);
        Some((size, show_frame))
    }

    fn size_of(&self, reference: u32) -> Option<Size> {
        self.sizes.get(reference as usize).copied().flatten()
    }

    fn refresh(&mut self, refresh_frame_flags: u32, size: Size, is_key: bool) {
        for (at, kept) in self.sizes.iter_mut().enumerate() {
            if refresh_frame_flags >> at & 1 == 1 {
                *kept = Some(size);
            }
        }
        self.keys &= !refresh_frame_flags;
        if is_key {
            self.keys |= refresh_frame_flags;
        }
    }
}

/// Reads `ref_frame_idx` of the seven references. Those that follow from order hints (§7.8) are not known.
fn read_references(
    sequence: &SequenceHeader,
    delta_frame_id_bits: u32,
    bits: &mut BitReader<'_>,
) -> Option<[Option<u32>; 7]> {
    let frame_refs_short_signaling = sequence.order_hint_bits > 0 && bits.bit()?;
    if frame_refs_short_signaling {
        let _last_frame_idx = bits.u(3)?;
        let _gold_frame_idx = bits.u(3)?;
    }
    let mut references = [None; 7];
    for reference in &mut references {
        if !frame_refs_short_signaling {
            *reference = Some(bits.u(3)?);
        }
        let _delta_frame_id_minus_1 = bits.u(delta_frame_id_bits)?;
    }
    Some(references)
}

/// The most superblocks of 64 by 64 in a tile (§5.9.15).
const MAX_TILE_SUPERBLOCKS: u32 = 2304;

impl Depth {
    /// An index at which the DC coefficient is multiplied by 1336, or by 3953 in 10 bits.
    const fn base_q_idx(self) -> u32 {
        match self {
            Self::Eight => 255,
            Self::Ten => 247,
        }
    }

    /// The first DC coefficient: 43 × 1336 / 4 / 128 is 112, the way from 128 down to 16 (§7.12.3 and §7.13.3);
    /// in 10 bits 58 × 3953 / 4 / 128 is 448, the way from 512 down to 64.
    const fn first_dc(self) -> u32 {
        match self {
            Self::Eight => 43,
            Self::Ten => 58,
        }
    }
}

/// Whether there is a black temporal unit of this size.
pub(super) fn can_write_black(size: Size) -> bool {
    let (sb_cols, sb_rows) = size.blocks(64);
    blocks::can_divide(size) && sb_cols * sb_rows <= MAX_TILE_SUPERBLOCKS
}

/// Writes a temporal unit with a sequence header and a black keyframe. Returns its length, or `None` for very small and very large pictures,
/// and if the buffer is too short.
///
/// Each block is predicted from the mean of its neighbours. The first has none, so its prediction is 128, and it alone has a residual.
/// Probabilities do not adapt.
pub(super) fn write_black(size: Size, depth: Depth, buffer: &mut [u8]) -> Option<usize> {
    if !can_write_black(size) {
        return None;
    }
    let mut start = [0; START];
    let start = write_start(size, depth, &mut start)?;
    let mut header = [0; FRAME_HEADER];
    let header = write_frame_header(size, depth, &mut header)?;

    let before = start.len() + 1 + OBU_SIZE + header.len();
    let (head, tile) = buffer.split_at_mut_checked(before)?;
    let mut to = Tile {
        symbols: RangeEncoder::new(tile),
        first_dc: depth.first_dc(),
    };
    blocks::divide(size, &mut to)?;
    let tile = to.symbols.finish()?;

    // obu_size as leb128() in two bytes
    let obu_size = u16::try_from(header.len() + tile).ok()?;
    let [low, high] = [obu_size & 0x7F | 0x80, obu_size >> 7].map(u8::try_from);
    let high = high.ok().filter(|high| *high < 0x80)?;
    let frame = [obu_header(OBU_FRAME), low.ok()?, high];
    let bytes = start.iter().chain(&frame).chain(header);
    head.iter_mut()
        .zip(bytes)
        .for_each(|(to, from)| *to = *from);
    Some(before + tile)
}

/// The most bytes before the frame, those of its header, and those of its `obu_size`.
const START: usize = 32;
const FRAME_HEADER: usize = 16;
const OBU_SIZE: usize = 2;

/// `obu_header()` with `obu_has_size_field` and without an extension (§5.3.2)
const fn obu_header(obu_type: u8) -> u8 {
    const OBU_HAS_SIZE_FIELD: u8 = 1 << 1;
    obu_type << 3 | OBU_HAS_SIZE_FIELD
}

/// Writes a temporal delimiter and a sequence header (§5.5.1) without optional tools.
fn write_start(size: Size, depth: Depth, buffer: &mut [u8; START]) -> Option<&[u8]> {
    const BEFORE: usize = 4;
    let (before, sequence) = buffer.split_at_mut_checked(BEFORE)?;
    // The lowest of levels 4.1, 5.1 and 6.1 that allows the size (§A.3).
    let is_within = |width, height, samples| {
        size.width <= width && size.height <= height && size.width * size.height <= samples
    };
    let seq_level_idx = if is_within(4096, 2304, 2_359_296) {
        9
    } else if is_within(8192, 4352, 8_912_896) {
        13
    } else {
        17
    };
    let mut to = BitWriter::new(sequence);
    to.u(3, 0); // seq_profile
    to.bit(false); // still_picture
    to.bit(false); // reduced_still_picture_header
    to.bit(false); // timing_info_present_flag
    to.bit(false); // initial_display_delay_present_flag
    to.u(5, 0); // operating_points_cnt_minus_1
    to.u(12, 0); // operating_point_idc[0]
    to.u(5, seq_level_idx); // seq_level_idx[0]
    to.bit(false); // seq_tier[0]
    to.u(4, 15); // frame_width_bits_minus_1
    to.u(4, 15); // frame_height_bits_minus_1
    to.u(16, size.width - 1); // max_frame_width_minus_1
    to.u(16, size.height - 1); // max_frame_height_minus_1
    to.bit(false); // frame_id_numbers_present_flag
    to.bit(false); // use_128x128_superblock
    to.bit(false); // enable_filter_intra
    to.bit(false); // enable_intra_edge_filter
    to.bit(false); // enable_interintra_compound
    to.bit(false); // enable_masked_compound
    to.bit(false); // enable_warped_motion
    to.bit(false); // enable_dual_filter
    to.bit(false); // enable_order_hint
    to.bit(false); // seq_choose_screen_content_tools
    to.u(1, 0); // seq_force_screen_content_tools
    to.bit(false); // enable_superres
    to.bit(false); // enable_cdef
    to.bit(false); // enable_restoration
    to.bit(depth == Depth::Ten); // high_bitdepth
    to.bit(false); // mono_chrome
    to.bit(false); // color_description_present_flag
    to.bit(false); // color_range
    to.u(2, 0); // chroma_sample_position: CSP_UNKNOWN
    to.bit(false); // separate_uv_delta_q
    to.bit(false); // film_grain_params_present
    to.rbsp_trailing_bits(); // trailing_bits()
    let length = to.length()?;
    let headers = [
        obu_header(OBU_TEMPORAL_DELIMITER),
        0,
        obu_header(OBU_SEQUENCE_HEADER),
        u8::try_from(length).ok()?,
    ];
    before.copy_from_slice(&headers);
    buffer.get(..BEFORE + length)
}

/// Writes the `uncompressed_header()` of a keyframe that is shown (§5.9.2).
fn write_frame_header(size: Size, depth: Depth, buffer: &mut [u8; FRAME_HEADER]) -> Option<&[u8]> {
    let (sb_cols, sb_rows) = size.blocks(64);
    let mut to = BitWriter::new(buffer);
    to.bit(false); // show_existing_frame
    to.u(2, 0); // frame_type: KEY_FRAME
    to.bit(true); // show_frame
    to.bit(true); // disable_cdf_update
    to.bit(false); // frame_size_override_flag
    to.bit(false); // render_and_frame_size_different
    // tile_info() (§5.9.15): one tile
    to.bit(true); // uniform_tile_spacing_flag
    if sb_cols > 1 {
        to.bit(false); // increment_tile_cols_log2
    }
    if sb_rows > 1 {
        to.bit(false); // increment_tile_rows_log2
    }
    // quantization_params() (§5.9.12)
    to.u(8, depth.base_q_idx()); // base_q_idx
    to.bit(false); // delta_coded, of DeltaQYDc
    to.bit(false); // delta_coded, of DeltaQUDc
    to.bit(false); // delta_coded, of DeltaQUAc
    to.bit(false); // using_qmatrix
    to.bit(false); // segmentation_enabled
    to.bit(false); // delta_q_present
    // loop_filter_params() (§5.9.11)
    to.u(6, 0); // loop_filter_level[0]
    to.u(6, 0); // loop_filter_level[1]
    to.u(3, 0); // loop_filter_sharpness
    to.bit(false); // loop_filter_delta_enabled
    to.bit(false); // tx_mode_select
    to.bit(false); // reduced_tx_set
    to.align(); // byte_alignment()
    let length = to.length()?;
    buffer.get(..length)
}

struct Tile<'a> {
    symbols: RangeEncoder<'a>,
    first_dc: u32,
}

/// The default distributions (§9.3), for coefficients those of large quantisers.
impl BlockWriter for Tile<'_> {
    fn partition(&mut self, square: Square) {
        /// The probabilities of `PARTITION_NONE`, and of halves where the lower or the right one is outside of the picture, by order and context.
        /// Squares of order 0 are never halved, as their middle is always inside.
        const NONE: [[u16; 4]; 4] = [
            [19132, 13928, 12522, 9896],
            [15597, 7925, 5414, 2662],
            [18462, 7689, 6015, 1394],
            [20137, 6732, 5945, 870],
        ];
        const HORIZONTAL: [[u16; 4]; 4] = [
            [0; 4],
            [23417, 13248, 21190, 11429],
            [23108, 10593, 14666, 4327],
            [22803, 8229, 10235, 1843],
        ];
        const VERTICAL: [[u16; 4]; 4] = [
            [0; 4],
            [21075, 18651, 8706, 7904],
            [22549, 15491, 8244, 3196],
            [23080, 12064, 7394, 1719],
        ];
        let (table, count) = match square.partition {
            Partition::None if square.order == 0 => (NONE, 4),
            Partition::None => (NONE, 10),
            Partition::Horizontal => (HORIZONTAL, 2),
            Partition::Vertical => (VERTICAL, 2),
        };
        let by_context = table.get(square.order).copied().unwrap_or_default();
        let probability = by_context.get(square.context).copied();
        self.symbols
            .symbol(Symbol::first(probability.unwrap_or_default(), count)); // partition
    }

    fn block(&mut self, block: Block) {
        /// The probabilities that `skip` is 0.
        const NO_SKIP: [u16; 3] = [31671, 16515, 4576];
        let no_skip = NO_SKIP.get(block.skip_context).copied().unwrap_or_default();
        let skip = if block.is_first {
            Symbol::first(no_skip, 2)
        } else {
            Symbol::last(no_skip)
        };
        // Chroma from luma is among the modes of blocks up to 32 by 32.
        let uv_mode = if block.longest_side > 32 {
            Symbol::first(22631, 13)
        } else {
            Symbol::first(10407, 14)
        };
        self.symbols.symbol(skip); // skip
        self.symbols.symbol(Symbol::first(15588, 13)); // intra_frame_y_mode: DC_PRED
        self.symbols.symbol(uv_mode); // uv_mode: DC_PRED
        if block.is_first {
            write_residual(self.first_dc, &mut self.symbols);
        }
    }
}

/// `residual()` of a block of which only the DC coefficient is not zero.
fn write_residual(dc: u32, to: &mut RangeEncoder<'_>) {
    to.symbol(Symbol::first(31539, 2)); // all_zero: 0
    to.symbol(Symbol::first(6698, 11)); // eob_pt_1024: 0
    to.symbol(Symbol::last(24977)); // coeff_base_eob: 2
    for _ in 0..4 {
        to.symbol(Symbol::last(22648)); // coeff_br: 3
    }
    to.symbol(Symbol::last(16000)); // dc_sign: 1
    // read_golomb(): as many zeros as there are bits after the first one, then the bits.
    let rest = dc.saturating_sub(14);
    let bits = u32::BITS - rest.leading_zeros();
    for bit in (0..2 * bits - 1).rev() {
        to.bit(rest.unbounded_shr(bit) & 1 == 1); // golomb_length_bit, golomb_data_bit
    }
    to.symbol(Symbol::last(4656)); // all_zero: 1, of U
    to.symbol(Symbol::last(4656)); // all_zero: 1, of V
}

#[cfg(test)]
mod tests {
    use std::{vec, vec::Vec};

    use super::*;

    const fn size(width: u32, height: u32) -> Size {
        Size { width, height }
    }

    /// A black temporal unit of this size, the first operating point of which has these layers.
    fn key(size: Size, operating_point_idc: u16) -> Vec<u8> {
        let mut buffer = [0; 1024];
        let length = write_black(size, Depth::Eight, &mut buffer).unwrap();
        let mut unit = buffer[..length].to_vec();
        // Behind 12 bits, those of the sequence header behind two OBU headers.
        let [high, low] = operating_point_idc.to_be_bytes();
        unit[5] |= high;
        unit[6] = low;
        unit
    }

    /// An inter frame that refers to these references in turn, is of the size of one of them or of its own, and replaces some.
    fn inter(
        spatial_id: u8,
        references: [u32; 7],
        size: Result<usize, Size>,
        refresh_frame_flags: u32,
    ) -> Vec<u8> {
        let mut buffer = [0; 32];
        let mut to = BitWriter::new(&mut buffer);
        to.u(4, 0b0011); // show_existing_frame, frame_type, show_frame
        to.bit(false); // error_resilient_mode
        to.bit(true); // disable_cdf_update
        to.bit(true); // frame_size_override_flag
        to.u(3, 0); // primary_ref_frame
        to.u(8, refresh_frame_flags);
        for reference in references {
            to.u(3, reference);
        }
        match size {
            Ok(at) => {
                for other in 0..=at {
                    to.bit(other == at); // found_ref
                }
            }
            Err(size) => {
                to.u(7, 0);
                to.u(16, size.width - 1);
                to.u(16, size.height - 1);
            }
        }
        to.align();
        let length = to.length().unwrap();
        let header = [
            obu_header(OBU_FRAME) | 4,
            spatial_id << 3,
            u8::try_from(length).unwrap(),
        ];
        [&header[..], &buffer[..length]].concat()
    }

    #[test]
    fn the_size_shown_is_that_of_the_frame_or_its_references() {
        let [small, large] = [size(88, 72), size(352, 288)];
        let mut pictures = Pictures::default();
        // Before the first sequence header nothing is known.
        let frame = inter(0, [0; 7], Ok(0), 1);
        assert_eq!(pictures.read(&frame), Sequence::Same);
        let mut references = [0; 7];
        references[6] = 5;
        for (unit, expected) in [
            (key(small, 0), small),
            (inter(0, [0; 7], Err(large), 1 << 5), large),
            (inter(0, references, Ok(5), 0), small),
            (inter(0, references, Ok(6), 0), large),
            // show_existing_frame, of reference 5, and of 4.
            (vec![obu_header(OBU_FRAME_HEADER), 1, 0b1101_0000], large),
            (vec![obu_header(OBU_FRAME_HEADER), 1, 0b1100_0000], small),
            // That was a keyframe shown again, which is in every reference then.
            (inter(0, references, Ok(6), 0), small),
        ] {
            assert_eq!(pictures.read(&unit), Sequence::Of(expected), "{unit:x?}");
        }
        // Control: after a frame that is not read no size of a reference is taken for known.
        let cut = [obu_header(OBU_FRAME), 1, 0b0011_0000];
        assert_eq!(pictures.read(&cut), Sequence::Other);
        assert_eq!(pictures.read(&frame), Sequence::Same);
    }

    #[test]
    fn of_spatial_layers_the_highest_in_the_first_operating_point_is_shown() {
        const TWO: u16 = 0x301;
        let [small, middle, large] = [size(88, 72), size(176, 144), size(352, 288)];
        let layer = |spatial_id, size| inter(spatial_id, [0; 7], Err(size), 1 << spatial_id);
        let units = [
            (
                [key(small, TWO), layer(1, middle)].concat(),
                Sequence::Of(middle),
            ),
            // A third is not in the operating point.
            (
                [key(small, TWO), layer(1, middle), layer(2, large)].concat(),
                Sequence::Of(middle),
            ),
            // One layer alone: the picture is shown with the other.
            (layer(0, small), Sequence::Other),
            (layer(1, middle), Sequence::Of(middle)),
            // Without layers, one of two frames would be shown, or both.
            ([key(small, 0), layer(1, middle)].concat(), Sequence::Other),
        ];
        let mut pictures = Pictures::default();
        for (unit, expected) in units {
            assert_eq!(pictures.read(&unit), expected, "{unit:x?}");
        }
    }
}
