//! Extensions in the padding of Opus packets (draft-ietf-mlcodec-opus-extension), as libopus 1.6 writes and reads them.
//!
//! Two of them are known, and what they can yield: scalable quality (QEXT), which refines the frame it is of, and deep redundancy (DRED), which holds earlier audio.
//! Any other makes the reach unknown. So does anything that is not well-formed, though decoders take what comes before it.

use super::silence::BLOCK_MICROS;

const PADDING: u8 = 0;
const SEPARATOR: u8 = 1;
const REPEAT: u8 = 2;
const QEXT: u8 = 124;
const DRED: u8 = 126;

/// Where a walk through the extensions of a packet is.
struct Walk<'a> {
    rest: &'a [u8],
    frame: u32,
    frames: u32,
    /// The duration of a frame in blocks of 2.5 ms.
    blocks: u32,
    reach: u32,
}

/// Returns how many microseconds a packet's padding reaches back before the packet, or `None` if that is unknown. `blocks` is a frame's duration in blocks of 2.5 ms.
#[inline(never)]
pub(super) fn reach(padding: &[u8], frames: u32, blocks: u32) -> Option<u32> {
    let mut walk = Walk {
        rest: padding,
        frame: 0,
        frames,
        blocks,
        reach: 0,
    };
    // What a repetition would repeat.
    let mut group = padding;
    while let Some((head, rest)) = walk.rest.split_first() {
        let before = walk.rest.len();
        walk.rest = rest;
        let is_marked = head & 1 != 0;
        match head >> 1 {
            PADDING if is_marked => {}
            PADDING => return walk.end(),
            SEPARATOR => {
                let step = if is_marked { take(&mut walk.rest)? } else { 1 };
                if step > 0 {
                    walk.frame += u32::from(step);
                    if walk.frame >= frames {
                        return None;
                    }
                    group = walk.rest;
                }
            }
            REPEAT => {
                group = group.get(..group.len().checked_sub(before)?)?;
                walk.repeat(group, is_marked)?;
                if !is_marked {
                    walk.frame += 1;
                    if walk.frame >= frames {
                        return walk.end();
                    }
                }
                group = walk.rest;
            }
            _ => walk.extension(*head, walk.frame)?,
        }
    }
    Some(walk.reach)
}

impl Walk<'_> {
    /// Nothing is read from here on. Encoders leave zeros there.
    fn end(&self) -> Option<u32> {
        let is_zero = self.rest.iter().all(|byte| *byte == 0);
        is_zero.then_some(self.reach)
    }

    /// Takes the extensions of a group once more for each later frame: payloads alone, under the heads in the group.
    ///
    /// Unless another extension follows, the very last one has no length, and takes the rest.
    fn repeat(&mut self, group: &[u8], goes_on: bool) -> Option<()> {
        for frame in self.frame + 1..self.frames {
            let mut left = group;
            while let Some(head) = next(&mut left) {
                let is_last = !goes_on && frame + 1 == self.frames && next(&mut { left }).is_none();
                self.extension(if is_last { head & !1 } else { head }, frame)?;
            }
        }
        Some(())
    }

    /// Takes the payload of an extension.
    fn extension(&mut self, head: u8, frame: u32) -> Option<()> {
        let payload = take_payload(head, &mut self.rest)?;
        let reach = match head >> 1 {
            QEXT => 0,
            DRED => reach_of_dred(payload, frame * self.blocks)?,
            _ => return None,
        };
        self.reach = self.reach.max(reach);
        Some(())
    }
}

/// Returns the head of the next extension in a group that is repeated. Padding and separators that go no further are not repeated.
fn next(group: &mut &[u8]) -> Option<u8> {
    loop {
        let head = take(group)?;
        match head >> 1 {
            PADDING => {}
            SEPARATOR => drop(take(group)?),
            _ => {
                take_payload(head, group)?;
                return Some(head);
            }
        }
    }
}

/// Takes the payload of a long extension: as long as its length says, a sum that goes on behind each 255, or all that is left.
///
/// Short ones, of ids below 32, are all unknown.
fn take_payload<'a>(head: u8, rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    let mut length = 0;
    let mut more = head & 1 != 0;
    if !more {
        length = rest.len();
    }
    while more {
        let part = take(rest)?;
        length += usize::from(part);
        more = part == u8::MAX;
    }
    let payload;
    (payload, *rest) = rest.split_at_checked(length)?;
    Some(payload)
}

pub(super) fn take(rest: &mut &[u8]) -> Option<u8> {
    let (first, after) = rest.split_first()?;
    *rest = after;
    Some(*first)
}

/// Returns how many microseconds deep redundancy reaches back; it is of a frame that begins so many blocks after the packet.
///
/// How many latents it holds only entropy decoding could say, so these are as many as libopus writes and reads. They end as long before the packet as the offset says.
/// One that ends within the packet counts as ending with its begin: behind a pause libopus 1.6.1 writes an offset that leaves the pause out,
/// but what it holds is never older than its buffer of as many latents.
fn reach_of_dred(payload: &[u8], begin: u32) -> Option<u32> {
    /// Experimental, and its version.
    const MARK: [u8; 2] = [b'D', 12];
    /// 26 latents of 40 ms, and one for what the features that they code look back, and for the encoder's delay.
    const LONGEST_MICROS: u32 = 27 * 40_000;
    /// The offset of what begins with the packet, in blocks.
    const ZERO: u32 = 16;
    let &[first, second, third, ..] = payload.strip_prefix(&MARK)? else {
        return None;
    };
    // The range coder's first symbols are bits, as each has a power of two of equally likely values: quantizers (4 and 3),
    // whether the offset is long, its upper 8 bits if so, and its lower 5.
    let (upper, lower) = if first & 1 == 0 {
        (0, second >> 3)
    } else {
        (second, third >> 3)
    };
    let offset = u32::from(upper) << 5 | u32::from(lower);
    let blocks = offset.saturating_sub(ZERO + begin);
    Some(blocks * BLOCK_MICROS + LONGEST_MICROS)
}
