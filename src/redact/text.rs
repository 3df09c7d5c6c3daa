use core::ops::Range;

use super::Cut;
use crate::payload::Sampling;

/// Every byte of hidden text, whatever it was: the length in bytes stays, and neither script nor words show.
pub(super) const MASK: u8 = b'*';

const BYTE: Sampling = Sampling { across: 1, down: 1 };

pub(super) fn hide(text: &mut [u8], cut: &Cut<'_>) {
    cut.runs(0, BYTE, |run: Range<usize>, stays| {
        if let (false, Some(hidden)) = (stays, text.get_mut(run)) {
            hidden.fill(MASK);
        }
    });
}

pub(super) fn copy(from: &[u8], to: &mut [u8], cut: &Cut<'_>) {
    cut.runs(0, BYTE, |run: Range<usize>, stays| {
        if let (Some(from), Some(to)) = (from.get(run.clone()), to.get_mut(run)) {
            if stays {
                to.copy_from_slice(from);
            } else {
                to.fill(MASK);
            }
        }
    });
}
