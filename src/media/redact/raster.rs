//! Planes: rows of units, in tiles that stay or are hidden.

use core::ops::Range;

use super::{Cut, area::Tile};
use crate::media::{
    format::{Fill, PlaneLayout},
    payload::{Extent, Plane, PlaneMut},
};

/// Overwrites all of a plane, the slack between its rows included.
pub(super) fn blank(plane: &mut PlaneMut<'_>, fill: Fill) {
    if plane.stride.is_multiple_of(fill.len()) {
        cover(plane.data, fill);
    } else {
        for row in plane.data.chunks_mut(plane.stride.max(1)) {
            cover(row, fill);
        }
    }
}

/// Overwrites a plane's slack: decoders repeat the picture's edge there, and in a crop it shows the surroundings.
#[inline]
pub(super) fn cover_slack(
    plane: &mut PlaneMut<'_>,
    layout: &PlaneLayout,
    fill: Fill,
    extent: Extent,
) {
    let Extent { width, height } = layout.subsampling.plane_extent(extent);
    let (width, rows) = (
        layout.unit_bytes.saturating_mul(width as usize),
        height as usize,
    );
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

pub(super) fn hide(plane: &mut PlaneMut<'_>, layout: &PlaneLayout, fill: Fill, cut: &Cut<'_>) {
    cut.tiles(layout.subsampling, |tile| {
        if !tile.stays {
            cover_tile(plane, layout, &tile, fill);
        }
    });
}

pub(super) fn copy(
    from: &Plane<'_>,
    to: &mut PlaneMut<'_>,
    layout: &PlaneLayout,
    fill: Fill,
    cut: &Cut<'_>,
) {
    cut.tiles(layout.subsampling, |tile| {
        if tile.stays {
            transfer(from, to, layout, &tile);
        } else {
            cover_tile(to, layout, &tile, fill);
        }
    });
}

/// Overwrites whole units.
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

fn cover_tile(plane: &mut PlaneMut<'_>, layout: &PlaneLayout, tile: &Tile, fill: Fill) {
    let lines = Lines::new(tile, layout, [plane.stride; 2]);
    let data = plane.data.get_mut(lines.bytes).unwrap_or_default();
    let mut rows = data.chunks_exact_mut(lines.stride.max(1));
    for row in &mut rows {
        if let Some(hidden) = row.get_mut(..lines.width) {
            cover(hidden, fill);
        }
    }
    cover(rows.into_remainder(), fill);
}

fn transfer(from: &Plane<'_>, to: &mut PlaneMut<'_>, layout: &PlaneLayout, tile: &Tile) {
    let lines = Lines::new(tile, layout, [from.stride, to.stride]);
    let data = from.data.get(lines.bytes).unwrap_or_default();
    let rows = data.chunks(lines.stride.max(1));
    let lines = Lines::new(tile, layout, [to.stride, from.stride]);
    let data = to.data.get_mut(lines.bytes).unwrap_or_default();
    for (from, to) in rows.zip(data.chunks_mut(lines.stride.max(1))) {
        if let (Some(from), Some(to)) = (from.get(..lines.width), to.get_mut(..lines.width)) {
            to.copy_from_slice(from);
        }
    }
}

/// The place of a tile's rows in a plane.
struct Lines {
    /// From the first byte of the first row to the last byte of the last.
    bytes: Range<usize>,
    /// Bytes from one row to the next.
    stride: usize,
    width: usize,
}

impl Lines {
    /// Joins whole rows without slack, here and in the `other` plane, into one, so that they take one call.
    fn new(tile: &Tile, layout: &PlaneLayout, [stride, other]: [usize; 2]) -> Self {
        let (left, right) = (tile.columns.start, tile.columns.end);
        let (left, right) = (
            left.saturating_mul(layout.unit_bytes),
            right.saturating_mul(layout.unit_bytes),
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
