//! VP9 frames, or superframes of several (VP9 bitstream and decoding process specification, version 0.6).

use super::{Header, Sequence, bits::BitReader};

const SYNC_CODE: u32 = 0x49_83_42;

/// Reads what is not compressed of the first frame (§6.2).
pub(super) fn read(frame: &[u8]) -> Option<Header> {
    let mut bits = BitReader::new(frame);
    if bits.number(2)? != 2 {
        return None;
    }
    let profile = bits.number(1)? | bits.number(1)? << 1;
    if profile == 3 && bits.flag()? {
        return None;
    }
    let is_repeated = bits.flag()?;
    if is_repeated {
        return Some(Header::inner(true));
    }
    let is_inner = bits.flag()?;
    let is_shown = bits.flag()?;
    let _is_resilient = bits.flag()?;
    if is_inner {
        // What is not shown is in front of what is, in a superframe.
        return Some(Header::inner(is_shown || is_superframe(frame)));
    }
    if bits.number(24)? != SYNC_CODE {
        return None;
    }
    Some(Header {
        is_shown: is_shown || is_superframe(frame),
        ..Header::start(Sequence::Other)
    })
}

/// Whether an index of several frames is at the end (annex B).
fn is_superframe(frame: &[u8]) -> bool {
    frame.last().is_some_and(|last| last & 0xE0 == 0xC0)
}
