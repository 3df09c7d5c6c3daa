//! Frames of AAC-LC (ISO/IEC 14496-3): raw ones, whose configuration is apart, and those in ADTS, whose header has it (§1.A.3.2).

use super::{
    aac_silence::{
        AacSilence, AdtsHead, DATA, FILL, HEADER, LFE, PAIR, PROGRAM_CONFIG, SINGLE, SYNCWORD,
    },
    asc::{self, AAC_LC, Configuration, RATES},
    bits::BitReader,
    header::Header,
    silence::Silence,
};
use crate::types::fault::Fault;

/// Every frame of ADTS has as many samples of a channel.
const SAMPLES: u32 = 1024;

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

// Inlined, it would keep other codecs' readers from being so.
#[inline(never)]
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

#[inline(never)]
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
