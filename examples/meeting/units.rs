//! Frames as Matroska and MP4 have them, and as the gate takes them.
//!
//! There NAL units have their lengths before them and the parameter sets are beside the track (ISO/IEC 14496-15), and what begins a temporal unit
//! of AV1 is left out. Here they are a byte stream in which each picture that starts afresh has all that it needs.

use crate::encoded::Codec;

const START_CODE: [u8; 4] = [0, 0, 0, 1];
const IDR: u8 = 5;
const SEQUENCE_PARAMETERS: u8 = 7;
const TEMPORAL_DELIMITER: [u8; 2] = [0x12, 0];

/// How a track has its frames.
pub enum Framing {
    Sound,
    /// As the gate takes them.
    Plain,
    TemporalUnits,
    Units(Units),
}

/// NAL units of H.264 with lengths of so many bytes.
pub struct Units {
    length: usize,
    /// The parameter sets, as a byte stream.
    sets: Vec<u8>,
}

impl Framing {
    /// By a codec and what the container keeps of its decoder's configuration. None if that is malformed.
    pub fn new(codec: Codec, config: &[u8]) -> Option<Self> {
        match codec {
            Codec::Opus => Some(Self::Sound),
            Codec::Vp8 | Codec::Vp9 => Some(Self::Plain),
            Codec::Av1 => Some(Self::TemporalUnits),
            Codec::H264 => Units::new(config).map(Self::Units),
        }
    }

    /// A frame as the gate takes it. None if it is malformed.
    pub fn plain(&self, frame: Vec<u8>) -> Option<Vec<u8>> {
        match self {
            Self::TemporalUnits if !frame.starts_with(&TEMPORAL_DELIMITER) => {
                Some([&TEMPORAL_DELIMITER, &frame[..]].concat())
            }
            Self::Units(units) => units.byte_stream(&frame),
            Self::Sound | Self::Plain | Self::TemporalUnits => Some(frame),
        }
    }
}

impl Units {
    /// `avcC` (§5.3.3.1).
    fn new(config: &[u8]) -> Option<Self> {
        let (head, mut rest) = config.split_at_checked(5)?;
        let mut sets = Vec::new();
        for mask in [0x1F, 0xFF] {
            let count = take(&mut rest, 1)? & mask;
            for _ in 0..count {
                append_unit(&mut rest, 2, &mut sets)?;
            }
        }
        Some(Self {
            length: usize::from(head[4] & 3) + 1,
            sets,
        })
    }

    fn byte_stream(&self, mut frame: &[u8]) -> Option<Vec<u8>> {
        let mut stream = Vec::new();
        let mut has_sets = false;
        while !frame.is_empty() {
            let start = stream.len();
            let first = append_unit(&mut frame, self.length, &mut stream)?;
            match first & 0x1F {
                SEQUENCE_PARAMETERS => has_sets = true,
                IDR if !has_sets => {
                    stream.splice(start..start, self.sets.iter().copied());
                    has_sets = true;
                }
                _ => {}
            }
        }
        Some(stream)
    }
}

/// Takes a number of so many bytes.
fn take(rest: &mut &[u8], bytes: usize) -> Option<usize> {
    let (number, after) = rest.split_at_checked(bytes)?;
    *rest = after;
    Some(
        number
            .iter()
            .fold(0, |all, byte| all << 8 | usize::from(*byte)),
    )
}

/// Takes a unit with its length before it, and appends it with a start code; gives its first byte.
fn append_unit(rest: &mut &[u8], length: usize, stream: &mut Vec<u8>) -> Option<u8> {
    let length = take(rest, length)?;
    let (unit, after) = rest.split_at_checked(length)?;
    *rest = after;
    stream.extend(START_CODE);
    stream.extend(unit);
    unit.first().copied()
}
