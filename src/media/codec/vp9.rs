//! VP9 frames, or superframes of several, and black ones (VP9 bitstream and decoding process specification, version 0.6).

use core::mem;

use super::{
    bits::{BitReader, BitWriter},
    blocks::{self, Block, BlockWriter, Partition, Square},
    bool_coder::BoolEncoder,
    header::{Depth, Header, Sequence, Size},
};

const FRAME_MARKER: u32 = 2;
const FRAME_SYNC_CODE: u32 = 0x49_83_42;

/// Reads the `uncompressed_header()` of the first frame (§6.2).
pub(super) fn read(frame: &[u8]) -> Option<Header> {
    let mut bits = BitReader::new(frame);
    let frame_marker = bits.u(2)?;
    if frame_marker != FRAME_MARKER {
        return None;
    }
    let profile_low_bit = bits.u(1)?;
    let profile_high_bit = bits.u(1)?;
    let profile = profile_low_bit | profile_high_bit << 1;
    if profile == 3 {
        let reserved_zero = bits.bit()?;
        if reserved_zero {
            return None;
        }
    }
    let show_existing_frame = bits.bit()?;
    if show_existing_frame {
        return Some(Header::delta(true).with_pictures_within());
    }
    let is_delta = bits.bit()?;
    let show_frame = bits.bit()?;
    let _error_resilient_mode = bits.bit()?;
    // In a superframe, a frame that is not shown precedes the one that is.
    let is_shown = show_frame || is_superframe(frame);
    if is_delta {
        return Some(Header::delta(is_shown).with_pictures_within());
    }
    if bits.u(24)? != FRAME_SYNC_CODE {
        return None;
    }
    Some(Header {
        is_shown,
        ..Header::keyframe(Sequence::Within)
    })
}

/// The pictures of a stream, as the headers of its frames tell them.
#[derive(Default)]
pub(super) struct Pictures {
    /// `None` for any but 4:2:0 in 8 or 10 bits.
    depth: Option<Depth>,
    /// The sizes of the reference frames, as far as known.
    sizes: [Option<Size>; 8],
}

impl Pictures {
    /// Reads a frame or superframe. Returns the pictures like the last one in it that is shown or a keyframe: of several spatial layers, the highest.
    #[cold]
    pub(super) fn read(&mut self, frame: &[u8]) -> Sequence {
        let mut sequence = Sequence::Same;
        let mut rest = frame;
        for length in frame_lengths(frame) {
            let read = rest.split_at_checked(length).and_then(|(frame, after)| {
                rest = after;
                self.read_frame(frame)
            });
            match read {
                Some((size, true)) => sequence = Sequence::new(size, self.depth),
                Some((_, false)) => {}
                None => return self.forget(),
            }
        }
        sequence
    }

    /// What a frame changes that is not read is not known.
    fn forget(&mut self) -> Sequence {
        let known = mem::take(self);
        // Before the first keyframe nothing is.
        if known.sizes == [None; 8] {
            Sequence::Same
        } else {
            Sequence::Other
        }
    }

    /// Reads the `uncompressed_header()` up to the frame's size (§6.2). Returns that, and whether the frame is shown or a keyframe.
    fn read_frame(&mut self, frame: &[u8]) -> Option<(Size, bool)> {
        let mut bits = BitReader::new(frame);
        let _frame_marker = bits.u(2)?;
        let profile_low_bit = bits.u(1)?;
        let profile_high_bit = bits.u(1)?;
        let profile = profile_low_bit | profile_high_bit << 1;
        if profile == 3 {
            let _reserved_zero = bits.bit()?;
        }
        let show_existing_frame = bits.bit()?;
        if show_existing_frame {
            let frame_to_show_map_idx = bits.u(3)?;
            return Some((self.size_of(frame_to_show_map_idx)?, true));
        }
        let is_delta = bits.bit()?;
        let show_frame = bits.bit()?;
        let error_resilient_mode = bits.bit()?;
        let intra_only = is_delta && !show_frame && bits.bit()?;
        if is_delta && !error_resilient_mode {
            let _reset_frame_context = bits.u(2)?;
        }
        let mut refresh_frame_flags = 0xFF;
        let size = if is_delta && !intra_only {
            refresh_frame_flags = bits.u(8)?;
            self.frame_size_with_refs(&mut bits)?
        } else {
            if bits.u(24)? != FRAME_SYNC_CODE {
                return None;
            }
            let depth = self.depth;
            if !intra_only || profile > 0 {
                self.color_config(profile, &mut bits)?;
            }
            if intra_only {
                self.depth = depth;
            }
            if intra_only {
                refresh_frame_flags = bits.u(8)?;
            }
            frame_size(&mut bits)?
        };
        for (at, kept) in self.sizes.iter_mut().enumerate() {
            if refresh_frame_flags >> at & 1 == 1 {
                *kept = Some(size);
            }
        }
        Some((size, show_frame || !is_delta))
    }

    /// `color_config()` (§6.2.2)
    fn color_config(&mut self, profile: u32, bits: &mut BitReader<'_>) -> Option<()> {
        const CS_RGB: u32 = 7;
        let ten_or_twelve_bit = profile >= 2 && bits.bit()?;
        let color_space = bits.u(3)?;
        if color_space != CS_RGB {
            let _color_range = bits.bit()?;
            if profile & 1 == 1 {
                let _subsampling = bits.u(2)?;
            }
        }
        if profile & 1 == 1 {
            let _reserved_zero = bits.bit()?;
        }
        self.depth = match profile {
            _ if color_space == CS_RGB => None,
            0 => Some(Depth::Eight),
            2 if !ten_or_twelve_bit => Some(Depth::Ten),
            _ => None,
        };
        Some(())
    }

    fn size_of(&self, reference: u32) -> Option<Size> {
        self.sizes.get(reference as usize).copied().flatten()
    }

    /// `ref_frame_idx`, and `frame_size_with_refs()` (§6.2.5)
    fn frame_size_with_refs(&self, bits: &mut BitReader<'_>) -> Option<Size> {
        let mut ref_frame_idx = [0; 3];
        for reference in &mut ref_frame_idx {
            *reference = bits.u(3)?;
            let _ref_frame_sign_bias = bits.bit()?;
        }
        for reference in ref_frame_idx {
            let found_ref = bits.bit()?;
            if found_ref {
                return self.size_of(reference);
            }
        }
        frame_size(bits)
    }
}

/// `frame_size()` (§6.2.3)
fn frame_size(bits: &mut BitReader<'_>) -> Option<Size> {
    let frame_width_minus_1 = bits.u(16)?;
    let frame_height_minus_1 = bits.u(16)?;
    Some(Size {
        width: frame_width_minus_1 + 1,
        height: frame_height_minus_1 + 1,
    })
}

/// Returns the lengths of the frames in a superframe (annex B), or that of the one frame.
fn frame_lengths(frame: &[u8]) -> impl Iterator<Item = usize> {
    let superframe = || {
        let marker = frame.last().filter(|_| is_superframe(frame))?;
        let frames_in_superframe = usize::from(marker & 7) + 1;
        let bytes_per_size = usize::from(marker >> 3 & 3) + 1;
        let index = frame
            .len()
            .checked_sub(2 + bytes_per_size * frames_in_superframe)?;
        let [first, sizes @ .., _] = frame.get(index..)? else {
            return None;
        };
        (first == marker).then_some(sizes.chunks_exact(bytes_per_size))
    };
    let sizes = superframe();
    let is_one = sizes.is_none();
    let size = |bytes: &[u8]| {
        let size = bytes.iter().rev();
        size.fold(0, |size, byte| size << 8 | usize::from(*byte))
    };
    let sizes = sizes.into_iter().flatten().map(size);
    sizes
        .filter(|size| *size > 0)
        .chain(is_one.then_some(frame.len()))
}

/// Whether the frame ends with a superframe index (annex B).
fn is_superframe(frame: &[u8]) -> bool {
    frame.last().is_some_and(|last| last & 0xE0 == 0xC0)
}

/// Returns a frame with `show_existing_frame` that shows reference 0, which is black after a black keyframe, as all references are.
pub(super) const fn repeated(depth: Depth) -> [u8; 1] {
    match depth {
        Depth::Eight => [0x88],
        Depth::Ten => [0x98],
    }
}

/// An index; at this one the DC coefficient is multiplied by 925, or by 3702 in 10 bits.
const BASE_Q_IDX: u32 = 245;

/// Writes a black keyframe. Returns its length, or `None` for very small and very wide ones, and if the buffer is too short.
///
/// Each block is predicted from the mean of its neighbours. The first has none, so its prediction is 128, and it alone has a residual.
pub(super) fn write_black(size: Size, depth: Depth, buffer: &mut [u8]) -> Option<usize> {
    let (head, body) = buffer.split_at_mut_checked(UNCOMPRESSED_HEADER)?;
    let header_size = write_compressed_header(body)?;
    let (_, tile) = body.split_at_mut_checked(header_size)?;
    let mut to = BoolEncoder::new(tile);
    to.literal(1, 0); // marker_bit
    blocks::divide(size, &mut to)?;
    let mut length = to.finish()?;
    // Padding, as the last byte of a frame is not to look like that of a superframe index (§9.2.3).
    if is_superframe(tile.get(..length)?) {
        *tile.get_mut(length)? = 0;
        length += 1;
    }
    write_uncompressed_header(size, depth, header_size, head)?;
    Some(UNCOMPRESSED_HEADER + header_size + length)
}

/// `compressed_header()` (§6.3)
fn write_compressed_header(buffer: &mut [u8]) -> Option<usize> {
    const ALLOW_32X32: u32 = 3;
    let mut to = BoolEncoder::new(buffer);
    to.literal(1, 0); // marker_bit
    to.literal(2, ALLOW_32X32); // tx_mode
    to.literal(1, 0); // tx_mode_select
    for _tx_size in 0..4 {
        to.literal(1, 0); // update_probs
    }
    for _skip_context in 0..3 {
        to.bool(252, false); // update_prob
    }
    to.finish()
}

/// Bytes of the uncompressed header of a keyframe.
const UNCOMPRESSED_HEADER: usize = 14;

/// `uncompressed_header()` of a keyframe that is shown (§6.2)
fn write_uncompressed_header(
    size: Size,
    depth: Depth,
    header_size: usize,
    header: &mut [u8],
) -> Option<()> {
    let is_deep = depth == Depth::Ten;
    let mut to = BitWriter::new(header);
    to.u(2, FRAME_MARKER); // frame_marker
    to.bit(false); // profile_low_bit
    to.bit(is_deep); // profile_high_bit
    to.bit(false); // show_existing_frame
    to.bit(false); // frame_type: KEY_FRAME
    to.bit(true); // show_frame
    to.bit(true); // error_resilient_mode
    to.u(24, FRAME_SYNC_CODE); // frame_sync_code
    if is_deep {
        to.bit(false); // ten_or_twelve_bit
    }
    to.u(3, 0); // color_space: CS_UNKNOWN
    to.bit(false); // color_range
    to.u(16, size.width - 1); // frame_width_minus_1
    to.u(16, size.height - 1); // frame_height_minus_1
    to.bit(false); // render_and_frame_size_different
    to.u(2, 0); // frame_context_idx
    to.u(6, 0); // loop_filter_level
    to.u(3, 0); // loop_filter_sharpness
    to.bit(false); // loop_filter_delta_enabled
    to.u(8, BASE_Q_IDX); // base_q_idx
    to.bit(false); // delta_coded, of Y DC
    to.bit(false); // delta_coded, of UV DC
    to.bit(false); // delta_coded, of UV AC
    to.bit(false); // segmentation_enabled
    // Narrower pictures cannot have several tile columns.
    let (sb64_cols, _) = size.blocks(64);
    if sb64_cols >= 8 {
        to.bit(false); // increment_tile_cols_log2
    }
    to.bit(false); // tile_rows_log2
    to.u(16, u32::try_from(header_size).ok()?); // header_size_in_bytes
    to.align(); // trailing_bits()
    let length = to.length();
    length
        .filter(|length| *length == UNCOMPRESSED_HEADER)
        .map(drop)
}

impl BlockWriter for BoolEncoder<'_> {
    fn partition(&mut self, square: Square) {
        /// The probabilities of `PARTITION_NONE`, and of halves where the lower or the right one is outside of the picture (§10.4).
        #[rustfmt::skip]
        const PROBS: [[[u8; 3]; 4]; 4] = [
            [[158, 97, 94], [93, 24, 99], [85, 119, 44], [62, 59, 67]],
            [[149, 53, 53], [94, 20, 48], [83, 53, 24], [52, 18, 18]],
            [[150, 40, 39], [78, 12, 26], [67, 33, 11], [24, 7, 5]],
            [[174, 35, 49], [68, 11, 27], [57, 15, 9], [12, 3, 3]],
        ];
        let by_context = PROBS.get(square.order).copied().unwrap_or_default();
        let probs = by_context.get(square.context).copied().unwrap_or_default();
        let [none, horizontal, vertical] = probs;
        let p = match square.partition {
            Partition::None => none,
            Partition::Horizontal => horizontal,
            Partition::Vertical => vertical,
        };
        self.bool(p, false); // partition
    }

    fn block(&mut self, block: Block) {
        const SKIP_PROBS: [u8; 3] = [192, 128, 64];
        let skip_prob = SKIP_PROBS.get(block.skip_context).copied();
        self.bool(skip_prob.unwrap_or_default(), !block.is_first); // skip
        self.bool(137, false); // default_intra_mode: DC_PRED
        self.bool(144, false); // default_uv_mode: DC_PRED
        if block.is_first {
            write_residual(self);
        }
    }
}

/// `residual()` of a block of which only the first DC coefficient is not zero: 31 × 925 / 256 is 112, the way from 128 down to 16 (§8.6.2);
/// in 10 bits 31 × 3702 / 256 is 448, the way from 512 down to 64.
fn write_residual(to: &mut BoolEncoder<'_>) {
    const DC: u32 = 31;
    /// The lowest value of `DCT_VAL_CAT4`.
    const CATEGORY: u32 = 19;
    to.bool(17, true); // more_coefs
    // token: DCT_VAL_CAT4, by the branches that lead to it
    to.bool(38, true);
    to.bool(140, true);
    to.bool(221, true);
    to.bool(242, true);
    to.bool(255, false);
    to.bool(240, true);
    for (bit, p) in [(3, 176), (2, 155), (1, 140), (0, 135)] {
        to.bool(p, (DC - CATEGORY) >> bit & 1 == 1); // extra bits
    }
    to.bool(128, true); // sign_bit
    to.bool(1, false); // more_coefs
    // The other three transforms of luma, and those of U and V.
    to.bool(7, false); // more_coefs
    to.bool(7, false); // more_coefs
    to.bool(17, false); // more_coefs
    to.bool(181, false); // more_coefs
    to.bool(181, false); // more_coefs
}

#[cfg(test)]
mod tests {
    use std::{env, vec, vec::Vec};

    use super::*;

    const fn size(width: u32, height: u32) -> Size {
        Size { width, height }
    }

    fn header(write: impl FnOnce(&mut BitWriter<'_>)) -> Vec<u8> {
        let mut buffer = [0; 32];
        let mut to = BitWriter::new(&mut buffer);
        to.u(2, FRAME_MARKER);
        write(&mut to);
        to.align();
        let length = to.length().unwrap();
        buffer[..length].to_vec()
    }

    fn write_size(size: Size, to: &mut BitWriter<'_>) {
        to.u(16, size.width - 1);
        to.u(16, size.height - 1);
    }

    /// A keyframe with these bits of `color_config()`.
    fn key(profile: u32, color: &[bool], size: Size) -> Vec<u8> {
        header(|to| {
            to.bit(profile & 1 == 1);
            to.bit(profile & 2 == 2);
            if profile == 3 {
                to.bit(false);
            }
            to.u(4, 0b0010); // shown
            to.u(24, FRAME_SYNC_CODE);
            for bit in color {
                to.bit(*bit);
            }
            write_size(size, to);
        })
    }

    fn plain_key(size: Size) -> Vec<u8> {
        key(0, &[false; 4], size)
    }

    /// A frame that refers to these three references, is of the size of one of them or of its own, and replaces some.
    fn inter(
        show_frame: bool,
        references: [u32; 3],
        size: Result<usize, Size>,
        refresh_frame_flags: u32,
    ) -> Vec<u8> {
        header(|to| {
            to.u(4, 0b0001); // profile, show_existing_frame, frame_type
            to.bit(show_frame);
            to.bit(false); // error_resilient_mode
            if !show_frame {
                to.bit(false); // intra_only
            }
            to.u(2, 0); // reset_frame_context
            to.u(8, refresh_frame_flags);
            for reference in references {
                to.u(3, reference);
                to.bit(false);
            }
            match size {
                Ok(at) => {
                    for other in 0..=at {
                        to.bit(other == at); // found_ref
                    }
                }
                Err(size) => {
                    to.u(3, 0);
                    write_size(size, to);
                }
            }
        })
    }

    fn intra_only(size: Size, refresh_frame_flags: u32) -> Vec<u8> {
        header(|to| {
            to.u(4, 0b0001);
            to.u(5, 0b00_100); // show_frame, error_resilient_mode, intra_only, reset_frame_context
            to.u(24, FRAME_SYNC_CODE);
            to.u(8, refresh_frame_flags);
            write_size(size, to);
        })
    }

    fn existing(reference: u32) -> Vec<u8> {
        header(|to| {
            to.u(3, 0b001);
            to.u(3, reference);
        })
    }

    fn superframe(frames: &[Vec<u8>]) -> Vec<u8> {
        let marker = 0xC0 | u8::try_from(frames.len() - 1).unwrap();
        let mut all = frames.concat();
        all.push(marker);
        all.extend(
            frames
                .iter()
                .map(|frame| u8::try_from(frame.len()).unwrap()),
        );
        all.push(marker);
        all
    }

    #[test]
    fn the_size_shown_is_that_of_the_frame_its_references_or_the_highest_layer() {
        let [small, middle, large] = [size(88, 72), size(176, 144), size(352, 288)];
        let mut pictures = Pictures::default();
        // Before the first keyframe nothing is known.
        let frame = inter(true, [0, 1, 2], Ok(0), 1);
        assert_eq!(pictures.read(&frame), Sequence::Same);
        for (frame, expected) in [
            (plain_key(small), small),
            (inter(true, [0, 1, 2], Ok(2), 0), small),
            (inter(true, [0, 1, 2], Err(middle), 0b10), middle),
            (inter(true, [0, 0, 1], Ok(2), 0b100), middle),
            (existing(2), middle),
            (existing(0), small),
            (superframe(&[intra_only(large, 0b1000), existing(3)]), large),
            (
                superframe(&[
                    plain_key(small),
                    inter(true, [0; 3], Err(middle), 2),
                    inter(true, [1; 3], Err(large), 4),
                ]),
                large,
            ),
            (
                superframe(&[
                    inter(true, [0; 3], Ok(0), 1),
                    inter(true, [1; 3], Ok(0), 2),
                    inter(true, [2; 3], Ok(1), 4),
                ]),
                large,
            ),
            (inter(true, [1; 3], Ok(0), 1), middle),
        ] {
            assert_eq!(pictures.read(&frame), Sequence::Of(expected), "{frame:x?}");
        }
        // Of what is not shown, the last size stays.
        let hidden = inter(false, [0; 3], Err(size(350, 286)), 1);
        assert_eq!(pictures.read(&hidden), Sequence::Same);
        // Control: after a frame that is not read no size of a reference is taken for known.
        assert_eq!(pictures.read(&hidden[..5]), Sequence::Other);
        assert_eq!(pictures.read(&existing(0)), Sequence::Same);
    }

    #[test]
    fn only_pictures_in_420_of_8_or_10_bits_have_black_ones() {
        let size = size(64, 64);
        let cases = [
            (0, &[false; 4][..], Sequence::Of(size)),
            (0, &[true, true, true], Sequence::Other), // RGB
            (1, &[false; 7], Sequence::Other),
            (2, &[false; 5], Sequence::Deep(size)),
            (2, &[true, false, false, false, false], Sequence::Other), // 12 bits
            (3, &[false; 8], Sequence::Other),
        ];
        for (profile, color, expected) in cases {
            let frame = key(profile, color, size);
            assert_eq!(Pictures::default().read(&frame), expected, "{profile}");
        }
    }

    /// As decoders have it.
    fn looks_like_a_superframe(frame: &[u8]) -> bool {
        matches!(frame, [.., 0b1100_0000..=0b1101_1111])
    }

    /// Sizes have the same blocks, and so the same last byte, up to the next multiple of 8. With `FRAMEGATE_DEEP` set every size is looked at all the same.
    #[test]
    fn no_black_frame_looks_like_a_superframe() {
        let depths = [Depth::Eight, Depth::Ten];
        let is_deep = env::var_os("FRAMEGATE_DEEP").is_some();
        let (step, longest) = if is_deep { (1, 8192) } else { (8, 1024) };
        let sides = || (33..=longest).step_by(step);
        let of_width = |width| sides().map_while(move |height| Size::new(width, height));
        let mut buffer = vec![0; blocks::room_for(Size::MOST_MACROBLOCKS)];
        let (mut count, mut padded) = (0, 0);
        for size in sides()
            .take_while(|width| *width <= 4096)
            .flat_map(of_width)
        {
            // The blocks are the same in both.
            let depth = depths[count as usize % depths.len()];
            let length = write_black(size, depth, &mut buffer).unwrap();
            let frame = &buffer[..length];
            assert!(!looks_like_a_superframe(frame), "{size:?}");
            count += 1;
            // Control: without its padding it would be found out.
            padded +=
                u32::from(frame.ends_with(&[0]) && looks_like_a_superframe(&frame[..length - 1]));
        }
        assert!(!looks_like_a_superframe(&repeated(Depth::Eight)));
        assert!(!looks_like_a_superframe(&repeated(Depth::Ten)));
        assert!(count > 15_000 && padded > count / 20, "{padded} of {count}");
    }

    #[test]
    fn control_of_this_size_one_would() {
        let size = Size::new(160, 90).unwrap();
        let mut buffer = [0; 512];
        let length = write_black(size, Depth::Eight, &mut buffer).unwrap();
        let (frame, padding) = buffer[..length].split_at(length - 1);
        assert_eq!((padding, looks_like_a_superframe(frame)), (&[0][..], true));
        // Not without room for it.
        assert_eq!(
            write_black(size, Depth::Eight, &mut buffer[..length - 1]),
            None
        );
    }
}
