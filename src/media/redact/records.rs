//! Records: integers, of which some fields are hidden.

use super::Cut;
use crate::media::format::{INTEGER, NO_VALUE};

pub(super) fn hide(record: &mut [u8], cut: &Cut<'_>) {
    for (index, integer) in (0..).zip(record.chunks_exact_mut(INTEGER)) {
        if cut.refused.contains(index) {
            integer.fill(NO_VALUE);
        }
    }
}

pub(super) fn copy(from: &[u8], to: &mut [u8], cut: &Cut<'_>) {
    let from = from.chunks_exact(INTEGER);
    for (index, (from, to)) in (0..).zip(from.zip(to.chunks_exact_mut(INTEGER))) {
        if cut.refused.contains(index) {
            to.fill(NO_VALUE);
        } else {
            to.copy_from_slice(from);
        }
    }
}
