use super::Cut;
use crate::payload::Samples;

/// Every byte of a silent sample, signed or floating point.
pub(super) const SILENCE: u8 = 0;

pub(super) fn hide(samples: Samples, interleaved: &mut [u8], cut: &Cut<'_>) {
    let size = samples.bytes();
    for (channel, stays) in channels(cut) {
        if !stays {
            for sample in interleaved
                .chunks_exact_mut(size)
                .skip(channel)
                .step_by(step(cut))
            {
                sample.fill(SILENCE);
            }
        }
    }
}

pub(super) fn copy(samples: Samples, from: &[u8], to: &mut [u8], cut: &Cut<'_>) {
    let size = samples.bytes();
    for (channel, stays) in channels(cut) {
        let from = from.chunks_exact(size).skip(channel).step_by(step(cut));
        let to = to.chunks_exact_mut(size).skip(channel).step_by(step(cut));
        for (from, to) in from.zip(to) {
            if stays {
                to.copy_from_slice(from);
            } else {
                to.fill(SILENCE);
            }
        }
    }
}

fn channels(cut: &Cut<'_>) -> impl Iterator<Item = (usize, bool)> {
    (0..cut.extent.width).map(|channel| (channel as usize, cut.stays(channel, 0)))
}

/// Samples from one of a channel to its next.
fn step(cut: &Cut<'_>) -> usize {
    (cut.extent.width as usize).max(1)
}
