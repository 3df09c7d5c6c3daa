//! Opus packets (RFC 6716), several streams in one (RFC 7845), and redundant ones (RFC 2198).

use super::{
    extensions::{self, take},
    header::Header,
    silence::{BLOCK_MICROS, LONGEST, OpusSilence, Silence},
};
use crate::types::fault::Fault;

/// The maximum length of a frame in bytes (RFC 6716 §3.2.1).
const MOST_BYTES: usize = 1275;

/// The properties of a packet of one stream.
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
    let silence = OpusSilence {
        blocks: first.blocks,
        stereo: first.stereo,
        streams,
        payload_type: None,
    };
    Some(Header::audio(reach, Silence::Opus(silence)))
}

/// Returns why a packet cannot be read.
#[cold]
pub(super) fn fault(packet: &[u8], streams: u8) -> Fault {
    // A packet of one stream, or of several of which not all can be read.
    let is_of_others =
        streams > 1 && (parse(packet, false).is_some() || parse(packet, true).is_some());
    if is_of_others {
        Fault::OpusStreams
    } else {
        Fault::OpusPacket
    }
}

/// Reads a packet with copies of earlier ones before it, each in a block of its own (RFC 2198 §3).
///
/// The headers of all blocks come first: for an earlier packet its payload type, timestamp offset and block length; for the packet itself the payload type alone.
pub(super) fn read_redundant(payload: &[u8]) -> Option<Header> {
    /// The RTP clock of Opus in kHz (RFC 7587 §4.1).
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
        // The reach of another codec's packet is unknown.
        let packet = parse(block, false).filter(|_| kind & !GOES_ON == *own);
        let packets = packet.and_then(|(packet, _)| packet.reach);
        let offset = (offset * 1000).div_ceil(RATE);
        reach = later(reach, packets.map(|packets| packets + offset));
    }
    let (packet, _) = parse(blocks, false)?;
    let silence = OpusSilence {
        blocks: packet.blocks,
        stereo: packet.stereo,
        streams: 1,
        payload_type: Some(*own),
    };
    Some(Header::audio(
        later(reach, packet.reach),
        Silence::Opus(silence),
    ))
}

fn later(a: Option<u32>, b: Option<u32>) -> Option<u32> {
    Some(a?.max(b?))
}

/// Splits off a packet. Returns it and the rest, which is empty unless the packet is self-delimited (RFC 6716 §3.2 and appendix B).
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
    let frames = u32::try_from(count).ok()?;
    let blocks = blocks_of(*toc) * frames;
    if count == 0 || blocks > LONGEST {
        return None;
    }

    // The lengths of all frames but the last, or one for all frames.
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
    let (coded, rest) = rest.split_at_checked(before + last * others)?;
    let (padding, rest) = rest.split_at_checked(padding)?;

    let stereo = toc & 4 != 0;
    let frame = coded.get(..first)?;
    let mut reach = Some(if has_lbrr(*toc, frame) {
        blocks_of(*toc) * BLOCK_MICROS
    } else {
        0
    });
    // Padding is zero unless it holds extensions, one of which is earlier audio.
    if !padding.is_empty() {
        reach = later(reach, extensions::reach(padding, frames, blocks_of(*toc)));
    }
    let packet = Packet {
        blocks,
        stereo,
        reach,
    };
    Some((packet, rest))
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

/// Returns the duration of a frame (RFC 6716 §3.1, table 2).
const fn blocks_of(toc: u8) -> u32 {
    match (configuration(toc), configuration(toc) & 3) {
        (12 | 14, _) => 4,
        (13 | 15, _) => 8,
        (..12, 3) => 24,
        (..12, size) => 4 << size,
        (_, size) => 1 << size,
    }
}

/// Whether a packet's first frame repeats earlier audio at a lower bit rate (LBRR, RFC 6716 §4.2.3 and §4.2.4).
///
/// It begins, for each channel, with a voice activity flag for each 20 ms and the LBRR flag.
fn has_lbrr(toc: u8, frame: &[u8]) -> bool {
    let Some(first) = frame.first().filter(|_| configuration(toc) < 16) else {
        return false;
    };
    let vad_flags = blocks_of(toc).div_ceil(8);
    let flag = |bit: u32| (first << bit) & 0x80 != 0;
    flag(vad_flags) || toc & 4 != 0 && flag(2 * vad_flags + 1)
}
