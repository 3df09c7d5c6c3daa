use super::Cut;
use crate::payload::{I420, Plane, PlaneMut};

/// Black in Y, U and V, limited range (ITU-R BT.601 §2.5.3). There is no fourth plane.
pub(super) const BLACK: [u8; 4] = [16, 128, 128, 0];

pub(super) fn hide(planes: &mut [PlaneMut<'_>; 4], cut: &Cut<'_>) {
    for ((plane, sampling), black) in planes.iter_mut().zip(I420).zip(BLACK) {
        let Some(sampling) = sampling else { continue };
        let height = cut.extent.sampled(sampling).height;
        for (y, row) in (0..height).zip(plane.data.chunks_mut(plane.stride.max(1))) {
            cut.runs(y, sampling, |run, stays| {
                if let (false, Some(hidden)) = (stays, row.get_mut(run)) {
                    hidden.fill(black);
                }
            });
        }
    }
}

pub(super) fn copy(from: &[Plane<'_>; 4], to: &mut [PlaneMut<'_>; 4], cut: &Cut<'_>) {
    for (((from, to), sampling), black) in from.iter().zip(to).zip(I420).zip(BLACK) {
        let Some(sampling) = sampling else { continue };
        let height = cut.extent.sampled(sampling).height;
        let rows = from
            .data
            .chunks(from.stride.max(1))
            .zip(to.data.chunks_mut(to.stride.max(1)));
        for (y, (from, to)) in (0..height).zip(rows) {
            cut.runs(y, sampling, |run, stays| {
                if let (Some(from), Some(to)) = (from.get(run.clone()), to.get_mut(run)) {
                    if stays {
                        to.copy_from_slice(from);
                    } else {
                        to.fill(black);
                    }
                }
            });
        }
    }
}
