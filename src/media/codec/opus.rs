//! Opus packets (RFC 6716), several streams in one (RFC 7845), and redundant ones (RFC 2198).

use super::Header;

/// The most that a packet may last, 120 ms (RFC 6716 §3.2.5), in blocks of 2.5 ms.
const LONGEST: u32 = 48;
const BLOCK_MICROS: u32 = 2500;
/// The most bytes of a frame (RFC 6716 §3.2.1).
const MOST_BYTES: usize = 1275;

/// A frame of CELT that says that it is silent, as the first bits of its range coder do (RFC 6716 §4.3).
const SILENT_FRAME: [u8; 2] = [0xFF, 0xFE];
/// The bytes of the longest silent packet.
pub(super) const LONGEST_SILENCE: usize = 3 + SILENT_FRAME.len() * LONGEST as usize;

/// A packet of silence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Silence {
    /// How many blocks of 2.5 ms it lasts.
    blocks: u32,
    stereo: bool,
    streams: u8,
    /// What stands in front of a redundant packet.
    payload_type: Option<u8>,
}

/// What a packet of one stream says of itself.
#[derive(Clone, Copy)]
struct Packet {
    blocks: u32,
    stereo: bool,
    reach: Option<u32>,
}

pub(super) fn read(packet: &[u8], streams: u8) -> Option<Header> {
    let (first, mut rest) = parse(packet, streams > 1)?;
    let mut reach = first.reach;
    for left in (0..streams.saturating_sub(1)).rev() {
        let packet;
        (packet, rest) = parse(rest, left > 0)?;
        if packet.blocks != first.blocks {
            return None;
        }
        reach = later(reach, packet.reach);
    }
    let silence = Silence {
        blocks: first.blocks,
        stereo: first.stereo,
        streams,
        payload_type: None,
    };
    Some(Header::audio(reach, silence))
}

/// A packet behind copies of earlier ones, each in a block of its own.
///
/// The headers of all blocks come first: of an earlier one its payload type, by how much it is earlier, and its length;
/// of the packet itself the payload type alone.
pub(super) fn read_redundant(payload: &[u8]) -> Option<Header> {
    /// Of the clock of Opus (RFC 7587 §4.1), in kHz.
    const RATE: u32 = 48;
    const GOES_ON: u8 = 0x80;
    let earlier = payload
        .chunks(4)
        .take_while(|head| head.first().is_some_and(|first| first & GOES_ON != 0));
    let heads = earlier.clone().count().checked_mul(4)?;
    let (own, mut blocks) = payload.split_at_checked(heads)?.1.split_first()?;

    let mut reach = Some(0);
    for head in earlier {
        let &[kind, high, middle, low] = head else {
            return None;
        };
        let offset = u32::from(high) << 6 | u32::from(middle >> 2);
        let length = usize::from(middle & 3) << 8 | usize::from(low);
        let block;
        (block, blocks) = blocks.split_at_checked(length)?;
        if block.is_empty() {
            continue;
        }
        // How far another codec reaches is not known.
        let packet = parse(block, false).filter(|_| kind & !GOES_ON == *own);
        let packets = packet.and_then(|(packet, _)| packet.reach);
        let offset = (offset * 1000).div_ceil(RATE);
        reach = later(reach, packets.map(|packets| packets + offset));
    }
    let (packet, _) = parse(blocks, false)?;
    let silence = Silence {
        blocks: packet.blocks,
        stereo: packet.stereo,
        streams: 1,
        payload_type: Some(*own),
    };
    Some(Header::audio(later(reach, packet.reach), silence))
}

fn later(a: Option<u32>, b: Option<u32>) -> Option<u32> {
    Some(a?.max(b?))
}

/// A packet and what follows it; only where it says its own length can anything (RFC 6716 §3.2 and appendix B).
fn parse(packet: &[u8], is_delimited: bool) -> Option<(Packet, &[u8])> {
    let (toc, mut rest) = packet.split_first()?;
    let (mut count, mut is_vbr, mut padding) = (1, false, 0);
    match toc & 3 {
        0 => {}
        code @ (1 | 2) => (count, is_vbr) = (2, code == 2),
        _ => {
            let frames = take(&mut rest)?;
            (count, is_vbr) = (usize::from(frames & 0x3F), frames & 0x80 != 0);
            let mut more = frames & 0x40 != 0;
            while more {
                let length = take(&mut rest)?;
                more = length == u8::MAX;
                padding += usize::from(length) - usize::from(more);
            }
        }
    }
    let blocks = blocks_of(*toc) * u32::try_from(count).ok()?;
    if count == 0 || blocks > LONGEST {
        return None;
    }

    // All lengths but the last one are there, or one for all.
    let (mut first, mut before) = (None, 0);
    for _ in 1..if is_vbr { count } else { 1 } {
        let length = take_length(&mut rest)?;
        first.get_or_insert(length);
        before += length;
    }
    let others = if is_vbr { 1 } else { count };
    let last = if is_delimited {
        take_length(&mut rest)?
    } else {
        let all = rest.len().checked_sub(padding)?.checked_sub(before)?;
        if !all.is_multiple_of(others) {
            return None;
        }
        all.checked_div(others)?
    };
    let first = first.unwrap_or(last);
    if last > MOST_BYTES {
        return None;
    }
    let (frames, rest) = rest.split_at_checked(before + last * others)?;
    let (padding, rest) = rest.split_at_checked(padding)?;

    let stereo = toc & 4 != 0;
    let frame = frames.get(..first)?;
    // Padding is zero but for what extends Opus: earlier sound, in one of them.
    let reach = padding.iter().all(|byte| *byte == 0);
    let reach = reach.then(|| {
        if has_earlier(*toc, frame) {
            blocks_of(*toc) * BLOCK_MICROS
        } else {
            0
        }
    });
    let packet = Packet {
        blocks,
        stereo,
        reach,
    };
    Some((packet, rest))
}

fn take(rest: &mut &[u8]) -> Option<u8> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    Some(*first)
}

fn take_length(rest: &mut &[u8]) -> Option<usize> {
    match take(rest)? {
        short @ 0..252 => Some(short.into()),
        long => Some(usize::from(long) + 4 * usize::from(take(rest)?)),
    }
}

const fn configuration(toc: u8) -> u8 {
    toc >> 3
}

/// How long a frame lasts (RFC 6716 §3.1, table 2).
const fn blocks_of(toc: u8) -> u32 {
    match (configuration(toc), configuration(toc) & 3) {
        (12 | 14, _) => 4,
        (13 | 15, _) => 8,
        (..12, 3) => 24,
        (..12, size) => 4 << size,
        (_, size) => 1 << size,
    }
}

/// Whether a packet's first frame has the one before once more, coded with fewer bits (LBRR, RFC 6716 §4.2.4).
///
/// It begins with a bit for each 20 ms, whether somebody speaks, and then this one; a second channel likewise.
fn has_earlier(toc: u8, frame: &[u8]) -> bool {
    let Some(first) = frame.first().filter(|_| configuration(toc) < 16) else {
        return false;
    };
    let spoken = blocks_of(toc).div_ceil(8);
    let flag = |bit: u32| (first << bit) & 0x80 != 0;
    flag(spoken) || toc & 4 != 0 && flag(2 * spoken + 1)
}

impl Silence {
    /// Writes the packet; none if there is no room.
    ///
    /// Not a packet without frames: after one a decoder may go on with the last that it heard (RFC 6716 §3.2.1).
    pub(super) fn write(self, room: &mut [u8]) -> Option<usize> {
        const OTHERS: u8 = 3;
        // Full band, the longest frames of which so many make the packet.
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
