use super::Cut;
use crate::payload::Sampling;

/// Every byte of hidden text, whatever it was: the length in bytes stays, and neither script nor words show.
pub(super) const MASK: u8 = b'*';

pub(super) fn hide(text: &mut [u8], cut: &Cut<'_>) {
    cut.tiles(Sampling::ONE, |tile| {
        if let (false, Some(hidden)) = (tile.stays, text.get_mut(tile.columns)) {
            hidden.fill(MASK);
        }
    });
}

pub(super) fn copy(from: &[u8], to: &mut [u8], cut: &Cut<'_>) {
    cut.tiles(Sampling::ONE, |tile| {
        let parts = from.get(tile.columns.clone()).zip(to.get_mut(tile.columns));
        match parts {
            Some((from, to)) if tile.stays => to.copy_from_slice(from),
            Some((_, to)) => to.fill(MASK),
            None => {}
        }
    });
}
