//! Frames of sound that are silent: packets of Opus, and whichever else.

use super::aac_silence::AacSilence;

/// The duration of a block in microseconds.
pub(super) const BLOCK_MICROS: u32 = 2500;
/// The maximum duration of a packet, 120 ms (RFC 6716 §3.2.5), in blocks of 2.5 ms.
pub(super) const LONGEST: u32 = 48;

/// A CELT frame whose silence flag, the first range-coded symbol, is set (RFC 6716 §4.3).
const SILENT_FRAME: [u8; 2] = [0xFF, 0xFE];
/// The length of the longest silent packet in bytes.
pub(super) const LONGEST_SILENCE: usize = 3 + SILENT_FRAME.len() * LONGEST as usize;

/// A silent frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Silence {
    Opus(OpusSilence),
    Aac(AacSilence),
}

impl Silence {
    /// Writes the frame. Returns its length, or `None` if there is none, or the buffer is too short.
    pub(super) fn write(self, room: &mut [u8]) -> Option<usize> {
        match self {
            Self::Opus(silence) => silence.write(room),
            Self::Aac(silence) => silence.write(room),
        }
    }
}

/// A packet of silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct OpusSilence {
    /// Its duration in blocks of 2.5 ms.
    pub(super) blocks: u32,
    pub(super) stereo: bool,
    pub(super) streams: u8,
    /// The block header in front of a redundant packet.
    pub(super) payload_type: Option<u8>,
}

impl OpusSilence {
    /// Writes the packet. Returns its length, or `None` if the buffer is too short.
    ///
    /// The packet has frames, as after empty ones a decoder may conceal the loss by continuing the last audio (RFC 6716 §3.2.1).
    fn write(self, room: &mut [u8]) -> Option<usize> {
        const OTHERS: u8 = 3;
        // Full band, with the longest frames that divide the duration.
        let size = self.blocks.trailing_zeros().min(3);
        let count = u8::try_from(self.blocks >> size).ok()?;
        let size = u8::try_from(size).ok()?;
        let toc = (28 + size) << 3 | u8::from(self.stereo) << 2;

        let length = room.len();
        let mut room = room.iter_mut();
        let mut put = |byte| room.next().map(|place| *place = byte);
        if let Some(payload_type) = self.payload_type {
            put(payload_type)?;
        }
        for left in (0..self.streams).rev() {
            if count == 1 {
                put(toc)?;
            } else {
                put(toc | OTHERS)?;
                put(count)?;
            }
            if left > 0 {
                put(SILENT_FRAME.len().try_into().ok()?)?;
            }
            for _ in 0..count {
                SILENT_FRAME.into_iter().try_for_each(&mut put)?;
            }
        }
        Some(length - room.len())
    }
}
