//! What an encoder says of its stream beforehand: the parameter sets, and how the units of its frames are told apart.

use alloc::{boxed::Box, vec::Vec};

use super::{
    h264,
    header::{Codec, Header},
    hevc,
    nal::{self, Framing, Set, Split},
    unit_codec::UnitCodec,
};
use crate::types::fault::Fault;

/// The configuration of a decoder, as the receivers of one tap have it.
#[derive(Clone)]
pub(crate) struct DecoderConfig {
    codec: UnitCodec,
    framing: Framing,
    /// In the order of their ranks, each set once.
    sets: Vec<Known>,
}

/// A parameter set that receivers know beforehand.
#[derive(Clone)]
struct Known {
    set: Set,
    unit: Box<[u8]>,
    /// Whether it still counts: no frame that was offered had another in its place.
    holds: bool,
}

impl DecoderConfig {
    /// Reads a decoder configuration record (ISO/IEC 14496-15 §5.3.3.1, §8.3.3.1), or parameter sets in a byte stream.
    ///
    /// Returns `None` for anything else, and for other codecs than H.264 and HEVC.
    pub(crate) fn new(codec: Codec, bytes: &[u8]) -> Option<Self> {
        let codec = UnitCodec::new(codec)?;
        let mut config = Self {
            codec,
            framing: Framing::StartCodes,
            sets: Vec::new(),
        };
        if let Some(units) = Framing::StartCodes.units(bytes) {
            for unit in units {
                config.add_of_stream(unit)?;
            }
            // Without any, it says nothing.
            return (!config.sets.is_empty()).then_some(config);
        }
        let mut record = Record(bytes);
        match codec {
            UnitCodec::H264 => config.add_avc(&mut record)?,
            UnitCodec::Hevc => config.add_hevc(&mut record)?,
        }
        Some(config)
    }

    /// `AVCDecoderConfigurationRecord`. What high profiles have behind the sets repeats what these say.
    fn add_avc(&mut self, record: &mut Record<'_>) -> Option<()> {
        let [_configuration_version @ 1, _, _, _, sizes] = record.take()? else {
            return None;
        };
        self.framing = framing(sizes)?;
        let [sps] = record.take()?;
        for _ in 0..sps & 0x1F {
            self.add(record.unit()?, 1)?;
        }
        let [pps] = record.take()?;
        for _ in 0..pps {
            self.add(record.unit()?, 2)?;
        }
        Some(())
    }

    /// `HEVCDecoderConfigurationRecord`.
    fn add_hevc(&mut self, record: &mut Record<'_>) -> Option<()> {
        const VPS: u8 = 32;
        const SETS: usize = 3;
        let [_configuration_version @ 1] = record.take()? else {
            return None;
        };
        let _profile_to_frame_rate: [u8; 20] = record.take()?;
        let [sizes, arrays] = record.take()?;
        self.framing = framing(sizes)?;
        for _ in 0..arrays {
            let [kind, high, low] = record.take()?;
            let rank = usize::from((kind & 0x3F).checked_sub(VPS)?);
            for _ in 0..u16::from_be_bytes([high, low]) {
                let unit = record.unit()?;
                // Supplemental information says nothing of this kind.
                if rank < SETS {
                    self.add(unit, rank)?;
                }
            }
        }
        self.sets.sort_by_key(|known| known.set.rank);
        record.0.is_empty().then_some(())
    }

    fn add_of_stream(&mut self, unit: &[u8]) -> Option<()> {
        match self.codec.parameter_set(unit) {
            Some((rank, _)) => self.add(unit, rank),
            // Supplemental information or a delimiter, but no picture.
            None => (!unit.is_empty() && !self.codec.is_slice(unit)).then_some(()),
        }
    }

    /// Adds a parameter set of a rank, in the place of an earlier one of the same id.
    fn add(&mut self, unit: &[u8], rank: usize) -> Option<()> {
        let (_, set) = self.codec.parameter_set(unit)?;
        let set = set.filter(|set| set.rank == rank && nal::start_code(unit).is_none())?;
        self.sets.retain(|known| known.set != set);
        self.sets.push(Known {
            set,
            unit: unit.into(),
            holds: true,
        });
        Some(())
    }

    pub(super) fn framing(&self) -> Framing {
        self.framing
    }

    /// Returns the parameter sets that still count, and the unit of each.
    pub(super) fn sets(&self) -> impl Iterator<Item = (Set, &[u8])> {
        let known = self.sets.iter().filter(|known| known.holds);
        known.map(|known| (known.set, &*known.unit))
    }

    /// Whether one of the sets does not count any more.
    pub(super) fn has_lost_sets(&self) -> bool {
        self.sets.iter().any(|known| !known.holds)
    }

    /// Reads an access unit. What it has in the place of a known set counts from now on, whether it is released or not: receivers no longer know which they have.
    #[inline(never)]
    pub(super) fn read(&mut self, frame: &[u8]) -> Option<Header> {
        let (_first, _) = frame.split_first()?;
        for unit in self.framing.units(frame)? {
            // Some decoders would find further units behind it.
            if nal::start_code(unit).is_some() {
                return None;
            }
            if let Some((rank, set)) = self.codec.parameter_set(unit) {
                self.replace(unit, rank, set);
            }
        }
        let units = self.framing.units(frame)?;
        let known = self.sets.iter().filter(|known| known.holds);
        let known = known.map(|known| &*known.unit);
        match self.codec {
            UnitCodec::H264 => h264::read_with(units, &known),
            UnitCodec::Hevc => hevc::read_with(units, &known),
        }
    }

    /// Notes a parameter set in a frame. One that cannot be read may be any of its rank.
    fn replace(&mut self, unit: &[u8], rank: usize, set: Option<Set>) {
        if self.sets.iter().any(|known| *known.unit == *unit) {
            return;
        }
        let is_it = |known: &Known| set.map_or(known.set.rank == rank, |set| known.set == set);
        if !self.sets.iter().any(is_it) {
            return;
        }
        for known in &mut self.sets {
            // With a set decoders forget those that refer to it.
            if is_it(known) || known.set.rank > rank {
                known.holds = false;
            }
        }
    }

    /// Returns why an access unit cannot be read.
    #[cold]
    pub(super) fn fault(&self, frame: &[u8]) -> Fault {
        let has_start_code =
            |mut units: Split<'_>| units.any(|unit| nal::start_code(unit).is_some());
        match (self.framing, self.framing.units(frame)) {
            (Framing::StartCodes, _) if nal::is_length_prefixed(frame) => Fault::LengthPrefixed,
            (Framing::StartCodes, None) => Fault::NoStartCode,
            (Framing::Lengths(_), None) => Fault::StartCode,
            (Framing::Lengths(size), Some(_)) if !nal::is_in_lengths(frame, size) => {
                Fault::UnitSize
            }
            (_, Some(_)) if self.framing.units(frame).is_some_and(has_start_code) => {
                Fault::StartCode
            }
            (_, Some(units)) => match self.codec {
                UnitCodec::H264 => h264::fault(units),
                UnitCodec::Hevc => hevc::fault(units),
            },
        }
    }

    /// Returns why the stream does not resume at an access unit, if it looks like one at which it was meant to.
    #[cold]
    pub(super) fn stall(&self, frame: &[u8]) -> Option<Fault> {
        let units = self.framing.units(frame)?;
        // A length from 256 to 511, or of 1, looks like a start code.
        if self.framing == Framing::StartCodes && nal::is_length_prefixed(frame) {
            return Some(Fault::LengthPrefixed);
        }
        match self.codec {
            UnitCodec::H264 => h264::stall(units),
            UnitCodec::Hevc => hevc::stall(units),
        }
    }
}

/// Returns how units are told apart by `lengthSizeMinusOne`, the last two bits.
fn framing(sizes: u8) -> Option<Framing> {
    match usize::from(sizes & 0b11) + 1 {
        3 => None,
        size => Some(Framing::Lengths(size)),
    }
}

/// A record, read from the beginning. Every method returns `None` past the end.
struct Record<'a>(&'a [u8]);

impl<'a> Record<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (bytes, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*bytes)
    }

    /// A NAL unit behind its length in two bytes.
    fn unit(&mut self) -> Option<&'a [u8]> {
        let unit;
        (unit, self.0) = nal::split_at_length(self.0, 2)?;
        Some(unit)
    }
}
