//! Frames of AAC-LC (ISO/IEC 14496-3): raw ones, whose configuration is apart, and those in ADTS, whose header has it (§1.A.3.2).

use super::{
    asc::{self, AAC_LC, Configuration, RATES},
    bits::{BitReader, BitWriter},
    header::Header,
    silence::Silence,
};
use crate::types::fault::Fault;

/// Every frame of ADTS has as many samples of a channel.
const SAMPLES: u32 = 1024;
const SYNCWORD: u32 = 0xFFF;
/// The length of a header without a check of errors, in bytes.
const HEADER: usize = 7;

// Syntactic elements (§4.5.2.1, table 4.85).
const SINGLE: u32 = 0;
const PAIR: u32 = 1;
const LFE: u32 = 3;
const DATA: u32 = 4;
const PROGRAM_CONFIG: u32 = 5;
const FILL: u32 = 6;
const END: u32 = 7;

/// The number of scale factor bands that the largest table has (§4.5.4, table 4.129 and others).
const MOST_BANDS: u32 = 51;
const EIGHT_SHORT: u32 = 2;

/// A frame of ADTS.
#[derive(Clone, Copy)]
struct Adts<'a> {
    is_mpeg2: bool,
    /// The `audioObjectType`.
    profile: u32,
    rate_index: u8,
    rate: u32,
    channels: u8,
    /// The frame's length, as it says.
    length: usize,
    /// Whether there are several raw data blocks in it.
    is_several: bool,
    /// What is behind the header; `None` if this is cut off.
    block: Option<&'a [u8]>,
}

pub(super) fn read_adts(frame: &[u8]) -> Option<Header> {
    let adts = Adts::read(frame)?;
    if adts.profile != AAC_LC || adts.length != frame.len() || is_predicted(&adts)? {
        return None;
    }
    // Whether there is SBR a header does not say.
    let configuration = Configuration::new(adts.channels, SAMPLES, adts.rate, false);
    let silence = AacSilence {
        channels: if adts.is_several { 0 } else { adts.channels },
        adts: Some(AdtsHead {
            is_mpeg2: adts.is_mpeg2,
            rate_index: adts.rate_index,
        }),
    };
    Some(Header::audio(
        Some(configuration.reach),
        Silence::Aac(silence),
    ))
}

pub(super) fn read_raw(frame: &[u8], configuration: Configuration) -> Option<Header> {
    if is_block_predicted(frame, configuration.channels)? {
        return None;
    }
    let silence = AacSilence {
        channels: configuration.channels,
        adts: None,
    };
    Some(Header::audio(
        Some(configuration.reach),
        Silence::Aac(silence),
    ))
}

/// Returns why a frame of ADTS cannot be read.
#[cold]
pub(super) fn fault_adts(frame: &[u8]) -> Fault {
    let Some(adts) = Adts::read(frame) else {
        return Fault::NoAdts;
    };
    let behind = frame.get(adts.length..).unwrap_or_default();
    match is_predicted(&adts) {
        _ if adts.profile != AAC_LC => Fault::AacProfile,
        _ if Adts::read(behind).is_some() => Fault::SeveralFrames,
        _ if adts.length != frame.len() => Fault::UnitSize,
        Some(true) => Fault::AacProfile,
        _ => Fault::AacFrame,
    }
}

/// Returns why a raw frame cannot be read.
#[cold]
pub(super) fn fault_raw(frame: &[u8], configuration: Configuration) -> Fault {
    match is_block_predicted(frame, configuration.channels) {
        _ if Adts::read(frame).is_some() => Fault::Adts,
        Some(true) => Fault::AacProfile,
        _ => Fault::AacFrame,
    }
}

impl<'a> Adts<'a> {
    /// Reads a header. `None` if it is none, or of a sampling rate that there is not.
    fn read(frame: &'a [u8]) -> Option<Self> {
        let mut bits = BitReader::new(frame);
        if bits.u(12)? != SYNCWORD {
            return None;
        }
        let is_mpeg2 = bits.bit()?;
        if bits.u(2)? != 0 {
            return None;
        }
        let is_unprotected = bits.bit()?;
        let profile = bits.u(2)? + 1;
        let rate_index = u8::try_from(bits.u(4)?).ok()?;
        let rate = *RATES.get(usize::from(rate_index))?;
        bits.skip(1)?;
        let channels = u8::try_from(bits.u(3)?).ok()?;
        bits.skip(4)?;
        let length = usize::try_from(bits.u(13)?).ok()?;
        bits.skip(11)?;
        let further = usize::try_from(bits.u(2)?).ok()?;
        // Where each further block begins, and a checksum.
        let check = if is_unprotected { 0 } else { 2 + 2 * further };
        Some(Self {
            is_mpeg2,
            profile,
            rate_index,
            rate,
            channels,
            length,
            is_several: further > 0,
            block: frame.get(HEADER + check..),
        })
    }
}

fn is_predicted(adts: &Adts<'_>) -> Option<bool> {
    is_block_predicted(adts.block?, adts.channels)
}

/// Reads a `raw_data_block` up to the first channel's window. Returns whether that is predicted from earlier frames, as in no frame of AAC-LC;
/// `None` if it is no block of such channels.
fn is_block_predicted(block: &[u8], channels: u8) -> Option<bool> {
    let mut bits = BitReader::new(block);
    loop {
        match (bits.u(3)?, channels) {
            (DATA, _) => {
                bits.skip(4)?;
                let is_aligned = bits.bit()?;
                let mut bytes = bits.u(8)?;
                if bytes == 255 {
                    bytes += bits.u(8)?;
                }
                if is_aligned {
                    bits.align();
                }
                bits.skip(8 * bytes)?;
            }
            (FILL, _) => {
                let mut bytes = bits.u(4)?;
                if bytes == 15 {
                    bytes = 14 + bits.u(8)?;
                }
                bits.skip(8 * bytes)?;
            }
            (PROGRAM_CONFIG, _) => asc::program_config_element(&mut bits)?,
            (PAIR, 0 | 2) => {
                bits.skip(4)?;
                // Without a common window each channel has its own.
                let is_common = bits.bit()?;
                bits.skip(if is_common { 0 } else { 8 })?;
                return is_window_predicted(&mut bits);
            }
            (SINGLE, 0 | 1 | 3..) | (LFE, 0) => {
                bits.skip(4 + 8)?;
                return is_window_predicted(&mut bits);
            }
            _ => return None,
        }
    }
}

/// `ics_info`.
fn is_window_predicted(bits: &mut BitReader<'_>) -> Option<bool> {
    if bits.bit()? {
        return None;
    }
    let sequence = bits.u(2)?;
    bits.skip(1)?;
    if sequence == EIGHT_SHORT {
        bits.skip(4 + 7)?;
        return Some(false);
    }
    let bands = bits.u(6)?;
    let is_predicted = bits.bit()?;
    (bands <= MOST_BANDS).then_some(is_predicted)
}

/// A silent frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct AacSilence {
    /// The `channelConfiguration`; 0 if there is no silent frame.
    channels: u8,
    adts: Option<AdtsHead>,
}

/// What a header of ADTS says of the stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct AdtsHead {
    is_mpeg2: bool,
    rate_index: u8,
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
