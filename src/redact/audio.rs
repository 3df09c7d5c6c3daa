use core::ops::Range;

use super::Cut;
use crate::payload::{Samples, Sampling};

/// Every byte of a silent sample, signed or floating point.
pub(super) const SILENCE: u8 = 0;

pub(super) fn hide(samples: Samples, interleaved: &mut [u8], cut: &Cut<'_>) {
    if let Some(mask) = Mask::new(samples, cut) {
        for bytes in interleaved.chunks_mut(mask.length.max(1)) {
            for (byte, kept) in bytes.iter_mut().zip(&mask.kept) {
                *byte &= kept;
            }
        }
        return;
    }
    each_run(samples, cut, |run, frame, stays| {
        if !stays {
            for bytes in interleaved.chunks_exact_mut(frame.max(1)) {
                if let Some(hidden) = bytes.get_mut(run.clone()) {
                    hidden.fill(SILENCE);
                }
            }
        }
    });
}

pub(super) fn copy(samples: Samples, from: &[u8], to: &mut [u8], cut: &Cut<'_>) {
    if let Some(mask) = Mask::new(samples, cut) {
        let length = mask.length.max(1);
        for (from, to) in from.chunks(length).zip(to.chunks_mut(length)) {
            for ((from, to), kept) in from.iter().zip(to).zip(&mask.kept) {
                *to = from & kept;
            }
        }
        return;
    }
    each_run(samples, cut, |run, frame, stays| {
        let frame = frame.max(1);
        for (from, to) in from.chunks_exact(frame).zip(to.chunks_exact_mut(frame)) {
            match (from.get(run.clone()), to.get_mut(run.clone())) {
                (Some(from), Some(to)) if stays => to.copy_from_slice(from),
                (_, Some(to)) => to.fill(SILENCE),
                _ => {}
            }
        }
    });
}

/// Calls `part` with each run of bytes in a sample of all channels that stay or go alike, with the bytes of such a sample, and with whether they stay.
fn each_run(samples: Samples, cut: &Cut<'_>, mut part: impl FnMut(Range<usize>, usize, bool)) {
    let size = samples.bytes();
    let frame = size * cut.extent.width as usize;
    cut.tiles(Sampling::ONE, |tile| {
        let Range { start, end } = tile.columns;
        part(start * size..end * size, frame, tile.stays);
    });
}

/// Which bytes of so many samples of all channels stay, all ones, and which go, as silence is zero.
///
/// A channel is two or four bytes here and there; ands over all bytes are far fewer instructions, as the compiler makes vectors of them.
struct Mask {
    kept: [u8; Self::ROOM],
    length: usize,
}

impl Mask {
    /// Long enough that few bytes are left over for the end of a vectorised loop.
    const ROOM: usize = 256;

    /// None for so many channels that one sample of all of them is longer.
    fn new(samples: Samples, cut: &Cut<'_>) -> Option<Self> {
        let mut kept = [SILENCE; Self::ROOM];
        let mut length = samples.bytes() * cut.extent.width as usize;
        if length == 0 || length > Self::ROOM {
            return None;
        }
        each_run(samples, cut, |run, _, stays| {
            if let (true, Some(kept)) = (stays, kept.get_mut(run)) {
                kept.fill(u8::MAX);
            }
        });
        while let Some((first, rest)) = kept.split_at_mut_checked(length) {
            let Some(next) = rest.get_mut(..length) else {
                break;
            };
            next.copy_from_slice(first);
            length *= 2;
        }
        Some(Self { kept, length })
    }
}
