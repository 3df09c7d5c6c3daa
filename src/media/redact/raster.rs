//! Planes: rows of groups of samples, each tile of which stays or goes.

use core::ops::Range;

use super::{Cut, area::Tile};
use crate::media::{
    grid::{Fill, Grid},
    payload::{Extent, Plane, PlaneMut},
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

/// Overwrites what lies between a plane's rows and below the last one: decoders repeat the picture's edge there, and a crop shows its surroundings.
#[inline]
pub(super) fn cover_slack(plane: &mut PlaneMut<'_>, grid: &Grid, fill: Fill, extent: Extent) {
    let Extent { width, height } = extent.sampled(grid.sampling);
    let (width, rows) = (grid.group.saturating_mul(width as usize), height as usize);
    if plane.stride != width || plane.data.len() != rows.saturating_mul(width) {
        cover_beside(plane, width, rows, fill);
    }
}

#[inline(never)]
fn cover_beside(plane: &mut PlaneMut<'_>, width: usize, rows: usize, fill: Fill) {
    for (at, row) in plane.data.chunks_mut(plane.stride.max(1)).enumerate() {
        let beside = if at < rows { width } else { 0 };
        cover(row.get_mut(beside..).unwrap_or_default(), fill);
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
    let lines = Lines::new(tile, grid, [plane.stride; 2]);
    let data = plane.data.get_mut(lines.bytes).unwrap_or_default();
    let mut rows = data.chunks_exact_mut(lines.stride.max(1));
    for row in &mut rows {
        if let Some(hidden) = row.get_mut(..lines.width) {
            cover(hidden, fill);
        }
    }
    cover(rows.into_remainder(), fill);
}

fn transfer(from: &Plane<'_>, to: &mut PlaneMut<'_>, grid: &Grid, tile: &Tile) {
    let lines = Lines::new(tile, grid, [from.stride, to.stride]);
    let data = from.data.get(lines.bytes).unwrap_or_default();
    let rows = data.chunks(lines.stride.max(1));
    let lines = Lines::new(tile, grid, [to.stride, from.stride]);
    let data = to.data.get_mut(lines.bytes).unwrap_or_default();
    for (from, to) in rows.zip(data.chunks_mut(lines.stride.max(1))) {
        if let (Some(from), Some(to)) = (from.get(..lines.width), to.get_mut(..lines.width)) {
            to.copy_from_slice(from);
        }
    }
}

/// Where in a plane a tile's rows are.
struct Lines {
    /// From the first byte of the first to the last of the last.
    bytes: Range<usize>,
    /// From one to the next.
    stride: usize,
    width: usize,
}

impl Lines {
    /// Whole rows without a gap between them, neither here nor in the `other` plane, are one: no call for each of them.
    fn new(tile: &Tile, grid: &Grid, [stride, other]: [usize; 2]) -> Self {
        let (left, right) = (tile.columns.start, tile.columns.end);
        let (left, right) = (
            left.saturating_mul(grid.group),
            right.saturating_mul(grid.group),
        );
        let at = |row: usize, column: usize| row.saturating_mul(stride).saturating_add(column);
        let bytes = at(tile.rows.start, left)..at(tile.rows.end.saturating_sub(1), right);
        let width = right.saturating_sub(left);
        let is_one = width == stride && stride == other;
        Self {
            stride: if is_one { bytes.len() } else { stride },
            width: if is_one { bytes.len() } else { width },
            bytes,
        }
    }
}
