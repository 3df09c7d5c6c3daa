//! Runs of bytes, in rows without a gap: one of text or of channels one after the other, or one for each sample of interleaved channels.

use super::{Cut, raster};
use crate::media::{
    grid::Grid,
    payload::{Plane, PlaneMut},
};

pub(super) fn hide(bytes: &mut [u8], grid: &Grid, cut: &Cut<'_>) {
    if let Some(mask) = Mask::new(grid, cut) {
        // Of two channels and the like the mask stays in registers.
        let (words, bytes) = match mask.word() {
            Some(_) => bytes.as_chunks_mut(),
            None => (&mut [][..], bytes),
        };
        let (kept, hidden) = mask.word().unwrap_or_default();
        for word in words {
            *word = (u64::from_ne_bytes(*word) & kept | hidden).to_ne_bytes();
        }
        for bytes in bytes.chunks_mut(mask.length.max(1)) {
            let masks = mask.kept.iter().zip(&mask.hidden);
            for (byte, (kept, hidden)) in bytes.iter_mut().zip(masks) {
                *byte = *byte & kept | hidden;
            }
        }
    } else {
        let stride = row_bytes(grid, cut);
        let mut plane = PlaneMut {
            data: bytes,
            stride,
        };
        raster::hide(&mut plane, grid, [grid.byte(); 4], cut);
    }
}

pub(super) fn copy(from: &[u8], to: &mut [u8], grid: &Grid, cut: &Cut<'_>) {
    if let Some(mask) = Mask::new(grid, cut) {
        let ((words, from), (words_to, to)) = match mask.word() {
            Some(_) => (from.as_chunks(), to.as_chunks_mut()),
            None => ((&[][..], from), (&mut [][..], to)),
        };
        let (kept, hidden) = mask.word().unwrap_or_default();
        for (from, to) in words.iter().zip(words_to) {
            *to = (u64::from_ne_bytes(*from) & kept | hidden).to_ne_bytes();
        }
        let length = mask.length.max(1);
        for (from, to) in from.chunks(length).zip(to.chunks_mut(length)) {
            let masks = mask.kept.iter().zip(&mask.hidden);
            for ((from, to), (kept, hidden)) in from.iter().zip(to).zip(masks) {
                *to = from & kept | hidden;
            }
        }
    } else {
        let stride = row_bytes(grid, cut);
        let (from, mut to) = (Plane { data: from, stride }, PlaneMut { data: to, stride });
        raster::copy(&from, &mut to, grid, [grid.byte(); 4], cut);
    }
}

fn row_bytes(grid: &Grid, cut: &Cut<'_>) -> usize {
    grid.group.saturating_mul(cut.extent.width as usize)
}

/// Which bytes of so many rows stay, all ones, and what those that go become. A channel is in all rows.
///
/// A channel is a few bytes here and there; ands and ors over all bytes are far fewer instructions, as the compiler makes vectors of them.
struct Mask {
    kept: [u8; Self::ROOM],
    hidden: [u8; Self::ROOM],
    row: usize,
    length: usize,
}

impl Mask {
    /// Long enough that few bytes are left over for the end of a vectorised loop.
    const ROOM: usize = 256;

    /// None of one row, and where a row is longer.
    fn new(grid: &Grid, cut: &Cut<'_>) -> Option<Self> {
        let row = row_bytes(grid, cut);
        if cut.extent.height < 2 || row == 0 || row > Self::ROOM {
            return None;
        }
        let (group, silence) = (grid.group, grid.byte());
        let (mut kept, mut hidden) = ([0; Self::ROOM], [silence; Self::ROOM]);
        cut.tiles(grid.sampling, |tile| {
            let run = tile.columns.start * group..tile.columns.end * group;
            if let (true, Some(kept), Some(hidden)) =
                (tile.stays, kept.get_mut(run.clone()), hidden.get_mut(run))
            {
                kept.fill(u8::MAX);
                hidden.fill(0);
            }
        });
        let length = repeat(&mut kept, row);
        repeat(&mut hidden, row);
        Some(Self {
            kept,
            hidden,
            row,
            length,
        })
    }

    /// Both for eight bytes, if so many are a whole number of rows.
    fn word(&self) -> Option<(u64, u64)> {
        let first =
            |mask: &[u8; Self::ROOM]| mask.first_chunk().map(|word| u64::from_ne_bytes(*word));
        let is_whole = size_of::<u64>().is_multiple_of(self.row);
        first(&self.kept)
            .zip(first(&self.hidden))
            .filter(|_| is_whole)
    }
}

/// Repeats the first so many bytes as often as there is room for. How many are used then.
fn repeat(bytes: &mut [u8], mut length: usize) -> usize {
    while let Some((first, rest)) = bytes.split_at_mut_checked(length) {
        let Some(next) = rest.get_mut(..length) else {
            break;
        };
        next.copy_from_slice(first);
        length *= 2;
    }
    length
}
