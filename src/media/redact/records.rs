use super::Cut;
use crate::media::payload::{INTEGER, NO_VALUE};

pub(super) fn hide(record: &mut [u8], cut: &Cut<'_>) {
    for (index, integer) in (0..).zip(record.chunks_exact_mut(INTEGER)) {
        if refuses(cut, index) {
            integer.fill(NO_VALUE);
        }
    }
}

pub(super) fn copy(from: &[u8], to: &mut [u8], cut: &Cut<'_>) {
    let from = from.chunks_exact(INTEGER);
    for (index, (from, to)) in (0..).zip(from.zip(to.chunks_exact_mut(INTEGER))) {
        if refuses(cut, index) {
            to.fill(NO_VALUE);
        } else {
            to.copy_from_slice(from);
        }
    }
}

/// Of a record the bits are for its fields.
fn refuses(cut: &Cut<'_>, index: u32) -> bool {
    cut.refused & 1u64.unbounded_shl(index) != 0
}
