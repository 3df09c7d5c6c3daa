//! Planes: rows of groups of samples, each tile of which stays or goes.

use core::ops::Range;

use super::{Cut, area::Tile};
use crate::{
    grid::{Fill, Grid},
    payload::{Plane, PlaneMut},
};

/// Overwrites all of a plane, what lies between its rows as well.
pub(super) fn blank(plane: &mut PlaneMut<'_>, fill: Fill) {
    if plane.stride.is_multiple_of(fill.len()) {
        cover(plane.data, fill);
    } else {
        for row in plane.data.chunks_mut(plane.stride.max(1)) {
            cover(row, fill);
        }
    }
}

pub(super) fn hide(plane: &mut PlaneMut<'_>, grid: &Grid, fill: Fill, cut: &Cut<'_>) {
    cut.tiles(grid.sampling, |tile| {
        if !tile.stays {
            cover_tile(plane, grid, &tile, fill);
        }
    });
}

pub(super) fn copy(
    from: &Plane<'_>,
    to: &mut PlaneMut<'_>,
    grid: &Grid,
    fill: Fill,
    cut: &Cut<'_>,
) {
    cut.tiles(grid.sampling, |tile| {
        if tile.stays {
            transfer(from, to, grid, &tile);
        } else {
            cover_tile(to, grid, &tile, fill);
        }
    });
}

/// Overwrites whole groups.
fn cover(bytes: &mut [u8], fill: Fill) {
    let [first, ..] = fill;
    if fill == [first; 4] {
        bytes.fill(first);
    } else {
        let (fours, rest) = bytes.as_chunks_mut();
        fours.fill(fill);
        for (byte, fill) in rest.iter_mut().zip(fill) {
            *byte = fill;
        }
    }
}

fn cover_tile(plane: &mut PlaneMut<'_>, grid: &Grid, tile: &Tile, fill: Fill) {
    let (bytes, stride, columns) = lines(tile, grid, [plane.stride; 2], plane.data.len());
    let data = plane.data.get_mut(bytes).unwrap_or_default();
    for row in data.chunks_mut(stride.max(1)) {
        if let Some(hidden) = row.get_mut(columns.clone()) {
            cover(hidden, fill);
        }
    }
}

fn transfer(from: &Plane<'_>, to: &mut PlaneMut<'_>, grid: &Grid, tile: &Tile) {
    let (bytes, stride, columns) = lines(tile, grid, [from.stride, to.stride], from.data.len());
    let data = from.data.get(bytes).unwrap_or_default();
    let rows = data.chunks(stride.max(1));
    let (bytes, stride, _) = lines(tile, grid, [to.stride, from.stride], to.data.len());
    let data = to.data.get_mut(bytes).unwrap_or_default();
    for (from, to) in rows.zip(data.chunks_mut(stride.max(1))) {
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
    grid: &Grid,
    [stride, other]: [usize; 2],
    length: usize,
) -> (Range<usize>, usize, Range<usize>) {
    let Range { start, end } = tile.rows;
    let bytes = start.saturating_mul(stride)..end.saturating_mul(stride).min(length);
    let Range { start, end } = tile.columns;
    let columns = start.saturating_mul(grid.group)..end.saturating_mul(grid.group);
    if columns == (0..stride) && stride == other {
        let line = bytes.len();
        (bytes, line, 0..line)
    } else {
        (bytes, stride, columns)
    }
}
