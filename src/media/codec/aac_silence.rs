//! Frames of AAC-LC that are silent.

use super::{asc::AAC_LC, bits::BitWriter};

pub(super) const SYNCWORD: u32 = 0xFFF;
/// The length of a header without a check of errors, in bytes.
pub(super) const HEADER: usize = 7;

// Syntactic elements (§4.5.2.1, table 4.85).
pub(super) const SINGLE: u32 = 0;
pub(super) const PAIR: u32 = 1;
pub(super) const LFE: u32 = 3;
pub(super) const DATA: u32 = 4;
pub(super) const PROGRAM_CONFIG: u32 = 5;
pub(super) const FILL: u32 = 6;
const END: u32 = 7;

/// A silent frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AacSilence {
    /// The `channelConfiguration`; 0 if there is no silent frame.
    pub(super) channels: u8,
    pub(super) adts: Option<AdtsHead>,
}

/// What a header of ADTS says of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AdtsHead {
    pub(super) is_mpeg2: bool,
    pub(super) rate_index: u8,
}

impl AacSilence {
    /// The length of the longest in bytes.
    pub(super) const LONGEST: usize = HEADER + 24;

    /// Returns the elements of a frame, in their order (§1.6.3.5, table 1.19).
    const fn elements(self) -> &'static [u32] {
        match self.channels {
            1 => &[SINGLE],
            2 => &[PAIR],
            3 => &[SINGLE, PAIR],
            4 => &[SINGLE, PAIR, SINGLE],
            5 => &[SINGLE, PAIR, PAIR],
            6 => &[SINGLE, PAIR, PAIR, LFE],
            7 => &[SINGLE, PAIR, PAIR, PAIR, LFE],
            _ => &[],
        }
    }

    /// Writes the frame: all its channels have a long window with none of the scale factor bands (§4.5.2.3.4), so that the transform of zeros is zero.
    /// Returns its length, or `None` if there is none.
    pub(super) fn write(self, room: &mut [u8]) -> Option<usize> {
        let elements = self.elements();
        if elements.is_empty() {
            return None;
        }
        let mut bits = BitWriter::new(room);
        if let Some(head) = self.adts {
            let of_elements = elements.iter().map(|element| match *element {
                PAIR => 43,
                _ => 29,
            });
            let block = (of_elements.sum::<u32>() + 3).div_ceil(u8::BITS);
            bits.u(12, SYNCWORD);
            bits.bit(head.is_mpeg2);
            // Layer 0, without a checksum.
            bits.u(3, 1);
            bits.u(2, AAC_LC - 1);
            bits.u(4, head.rate_index.into());
            bits.u(1, 0);
            bits.u(3, self.channels.into());
            bits.u(4, 0);
            bits.u(13, block + 7);
            // Of a variable bit rate, with one block.
            bits.u(11, 0x7FF);
            bits.u(2, 0);
        }
        let mut tags = [0; 8];
        for element in elements {
            bits.u(3, *element);
            for (kind, tag) in (0..).zip(&mut tags) {
                if kind == *element {
                    bits.u(4, *tag);
                    *tag += 1;
                }
            }
            if *element == PAIR {
                // A common window, without stereo coding.
                bits.u(1, 1);
                bits.u(11, 0);
                bits.u(2, 0);
                bits.u(22, 0);
            } else {
                bits.u(22, 0);
            }
        }
        bits.u(3, END);
        bits.align();
        bits.length()
    }
}
