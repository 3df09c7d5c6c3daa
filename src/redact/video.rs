use core::ops::Range;

use super::{Cut, area::Tile};
use crate::payload::{I420, Plane, PlaneMut};

/// Black in Y, U and V, limited range (ITU-R BT.601 §2.5.3). There is no fourth plane.
pub(super) const BLACK: [u8; 4] = [16, 128, 128, 0];

pub(super) fn hide(planes: &mut [PlaneMut<'_>; 4], cut: &Cut<'_>) {
    for ((plane, sampling), black) in planes.iter_mut().zip(I420).zip(BLACK) {
        let Some(sampling) = sampling else { continue };
        cut.tiles(sampling, |tile| {
            if !tile.stays {
                fill(plane, &tile, black);
            }
        });
    }
}

pub(super) fn copy(from: &[Plane<'_>; 4], to: &mut [PlaneMut<'_>; 4], cut: &Cut<'_>) {
    for (((from, to), sampling), black) in from.iter().zip(to).zip(I420).zip(BLACK) {
        let Some(sampling) = sampling else { continue };
        cut.tiles(sampling, |tile| {
            if tile.stays {
                transfer(from, to, &tile);
            } else {
                fill(to, &tile, black);
            }
        });
    }
}

fn fill(plane: &mut PlaneMut<'_>, tile: &Tile, black: u8) {
    let (bytes, stride, columns) = lines(tile, plane.stride, plane.stride, plane.data.len());
    let data = plane.data.get_mut(bytes).unwrap_or_default();
    for row in data.chunks_mut(stride.max(1)) {
        if let Some(hidden) = row.get_mut(columns.clone()) {
            hidden.fill(black);
        }
    }
}

fn transfer(from: &Plane<'_>, to: &mut PlaneMut<'_>, tile: &Tile) {
    let (bytes, stride, columns) = lines(tile, from.stride, to.stride, from.data.len());
    let rows = from
        .data
        .get(bytes)
        .unwrap_or_default()
        .chunks(stride.max(1));
    let (bytes, stride, _) = lines(tile, to.stride, from.stride, to.data.len());
    let into = to.data.get_mut(bytes).unwrap_or_default();
    for (from, to) in rows.zip(into.chunks_mut(stride.max(1))) {
        if let (Some(from), Some(to)) = (from.get(columns.clone()), to.get_mut(columns.clone())) {
            to.copy_from_slice(from);
        }
    }
}

/// The bytes of a plane that are a tile's rows, and how many make a line of it, and which of a line are in it.
///
/// Whole rows without a gap between them, neither here nor in the `other` plane, are one line: no call for each of them.
fn lines(
    tile: &Tile,
    stride: usize,
    other: usize,
    length: usize,
) -> (Range<usize>, usize, Range<usize>) {
    let Range { start, end } = tile.rows;
    let bytes = start.saturating_mul(stride)..end.saturating_mul(stride).min(length);
    let columns = tile.columns.clone();
    if columns == (0..stride) && stride == other {
        let line = bytes.len();
        (bytes, line, 0..line)
    } else {
        (bytes, stride, columns)
    }
}
