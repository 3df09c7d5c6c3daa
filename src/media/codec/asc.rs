//! The configuration of a stream of AAC (`AudioSpecificConfig`, ISO/IEC 14496-3 §1.6.2.1).

use core::iter;

use super::bits::BitReader;

/// The `audioObjectType` of AAC-LC.
pub(super) const AAC_LC: u32 = 2;
/// That of spectral band replication, in an extension.
const SBR: u32 = 5;
const SYNC_EXTENSION: u32 = 0x2B7;

/// In Hz, by their index (§1.6.3.4, table 1.18).
pub(super) const RATES: [u32; 13] = [
    96_000, 88_200, 64_000, 48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8000,
    7350,
];
/// The index of a rate that is written out.
const OTHER_RATE: u32 = 15;

/// What the frames of a stream have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Configuration {
    /// The `channelConfiguration`, from 1 to 7; 0 if the channels are told otherwise.
    pub(super) channels: u8,
    /// How many microseconds before its capture time the earliest sound in a frame was captured.
    pub(super) reach: u32,
}

impl Configuration {
    /// Of frames of so many samples of a channel.
    ///
    /// The first half of a frame's transform covers the samples that the frame before added (§4.6.11). What SBR adds lies in a frame unannounced
    /// and lags less than a frame behind it: it begins 6 time slots of 32 samples before it, parametric stereo another 6, and their filter is 320 samples long (§4.6.18).
    pub(super) fn new(channels: u8, samples: u32, rate: u32, is_without_sbr: bool) -> Self {
        let frames = if is_without_sbr { 1 } else { 2 };
        let reach = (frames * samples * 1_000_000).div_ceil(rate.max(1));
        Self { channels, reach }
    }
}

/// Reads a configuration of AAC-LC. Returns `None` for anything else: other profiles may predict a frame from earlier ones without end,
/// and bands that are replicated by announcement (HE-AAC) are not supported.
pub(crate) fn read(config: &[u8]) -> Option<Configuration> {
    let mut bits = BitReader::new(config);
    if bits.u(5)? != AAC_LC {
        return None;
    }
    let rate = match bits.u(4)? {
        OTHER_RATE => bits.u(24)?,
        index => *RATES.get(usize::try_from(index).ok()?)?,
    };
    let channels = u8::try_from(bits.u(4)?).ok()?;
    let samples = if bits.bit()? { 960 } else { 1024 };
    let depends_on_core = bits.bit()?;
    let is_extended = bits.bit()?;
    let [.., slowest] = RATES;
    let [fastest, ..] = RATES;
    if depends_on_core || is_extended || channels > 7 || !(slowest..=fastest).contains(&rate) {
        return None;
    }
    if channels == 0 {
        program_config_element(&mut bits)?;
    }
    let is_without_sbr = is_without_sbr(bits)?;
    Some(Configuration::new(channels, samples, rate, is_without_sbr))
}

/// Whether the end of a configuration says that there is no SBR. `None` if it says that there is, or anything else.
fn is_without_sbr(mut bits: BitReader<'_>) -> Option<bool> {
    let mut ahead = bits.clone();
    let is_said = ahead.u(11) == Some(SYNC_EXTENSION);
    if is_said {
        bits = ahead;
        if bits.u(5)? != SBR {
            return None;
        }
    }
    // The flag, if there is one. Decoders look for the extension in all that follows.
    let mut rest = iter::from_fn(|| bits.bit());
    (!is_said || rest.next() == Some(false)).then_some(())?;
    rest.all(|bit| !bit).then_some(is_said)
}

/// Reads past the channels of a program, of AAC-LC alone (§4.5.1.2).
pub(super) fn program_config_element(bits: &mut BitReader<'_>) -> Option<()> {
    bits.skip(4)?;
    if bits.u(2)? + 1 != AAC_LC {
        return None;
    }
    bits.skip(4)?;
    let mut elements = |n| bits.u(n);
    let channels = elements(4)? + elements(4)? + elements(4)?;
    let further = elements(2)? + elements(3)?;
    let coupled = elements(4)?;
    for mixdown in [4, 4, 3] {
        if bits.bit()? {
            bits.skip(mixdown)?;
        }
    }
    bits.skip(5 * channels + 4 * further + 5 * coupled)?;
    bits.align();
    let comment = bits.u(8)?;
    bits.skip(8 * comment)
}
