//! NAL units in a byte stream (H.264 and H.265 annex B).

use core::iter;

/// The units of an access unit, one after the other; each goes on to the end of all, as its own end is not looked for.
///
/// None if it does not begin with one, as where each has its length before it.
pub(super) fn units(stream: &[u8]) -> Option<impl Iterator<Item = &[u8]> + Clone> {
    let ([0, 0, 1, first @ ..] | [0, 0, 0, 1, first @ ..]) = stream else {
        return None;
    };
    Some(iter::successors(Some(first), |unit| after(unit)))
}

/// What follows the next start code.
fn after(bytes: &[u8]) -> Option<&[u8]> {
    let at = bytes.windows(3).position(|bytes| bytes == [0, 0, 1])?;
    bytes.get(at.checked_add(3)?..)
}
