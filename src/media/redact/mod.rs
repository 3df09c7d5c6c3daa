//! Hiding a frame, or parts of it. Knows formats and areas, nothing of consent.
//!
//! What is hidden is overwritten with one value: a blurred or pixelated picture can be recovered, a filled one cannot.

mod area;
mod json;
mod raster;
mod records;
mod rows;

use alloc::string::String;

pub(crate) use area::{Cut, locate};
use zeroize::{Zeroize, optimization_barrier};

use crate::media::{
    grid::Sampling,
    payload::{Format, Layout, Payload, PayloadMut},
};

/// Overwrites all of a buffer, in a way that the compiler does not leave out.
pub(crate) fn wipe(payload: &mut PayloadMut<'_>) {
    match payload {
        PayloadMut::Bytes(bytes) => bytes.zeroize(),
        PayloadMut::Planes(planes) => {
            for plane in planes {
                plane.data.zeroize();
            }
        }
    }
}

/// Overwrites all of a buffer with an empty frame: silence, black, asterisks. False where the format has none.
///
/// One of JSON is made of the frame itself, which is copied `from` elsewhere or is there already.
pub(crate) fn blank(
    format: Format,
    keys: &[String],
    from: Option<&Payload<'_>>,
    payload: &mut PayloadMut<'_>,
) -> bool {
    match (format.0, &mut *payload) {
        (Layout::Json, PayloadMut::Bytes(text)) => {
            let from = match from {
                Some(Payload::Bytes(from)) => Some(*from),
                Some(Payload::Planes(_)) => return false,
                None => None,
            };
            if !json::blank(from, text, keys) {
                return false;
            }
        }
        (Layout::Picture { pixels, range, .. }, PayloadMut::Planes(planes)) => {
            for (plane, grid) in planes.iter_mut().zip(pixels.grids()) {
                raster::blank(plane, grid.fill(range));
            }
        }
        (_, PayloadMut::Bytes(bytes)) => {
            let Some(grid) = format.grid_of(bytes.len()) else {
                return false;
            };
            bytes.fill(grid.byte());
        }
        _ => return false,
    }
    // Whether or not anybody reads the buffer after this.
    optimization_barrier(payload);
    true
}

/// Whether anything that can be seen is left of a frame without what `cut` takes out.
pub(crate) fn leaves_something(format: Format, payload: &Payload<'_>, cut: &Cut<'_>) -> bool {
    let finest = match (format.0, payload) {
        (Layout::Json, Payload::Bytes(text)) => return json::leaves_something(text, cut),
        (Layout::Picture { pixels, .. }, _) => pixels.grids().first().map(|grid| grid.sampling),
        _ => None,
    };
    cut.leaves_something(finest.unwrap_or(Sampling::ONE))
}

/// Overwrites the parts that `cut` takes out and, of a picture, what lies beside it; leaves the others as they are. False where the format has no parts to take out.
pub(crate) fn hide(
    format: Format,
    keys: &[String],
    payload: &mut PayloadMut<'_>,
    cut: &Cut<'_>,
) -> bool {
    match (format.0, &mut *payload) {
        _ if cut.takes_nothing() => {}
        (Layout::Picture { pixels, range, .. }, PayloadMut::Planes(planes)) => {
            for (plane, grid) in planes.iter_mut().zip(pixels.grids()) {
                raster::hide(plane, grid, grid.fill(range), cut);
                raster::cover_slack(plane, grid, grid.fill(range), cut.extent);
            }
        }
        (Layout::Record { .. }, PayloadMut::Bytes(bytes)) => records::hide(bytes, cut),
        (Layout::Json, PayloadMut::Bytes(text)) => {
            if !json::hide(text, keys, cut) {
                return false;
            }
        }
        (_, PayloadMut::Bytes(bytes)) => {
            let Some(grid) = format.grid_of(bytes.len()) else {
                return false;
            };
            rows::hide(bytes, &grid, cut);
        }
        _ => return false,
    }
    optimization_barrier(payload);
    true
}

/// Copies the parts that `cut` leaves, and fills the others in `to` and, of a picture of which something goes, what lies beside it. False where the format has no parts to take out, or `to` is not like `from`.
pub(crate) fn copy(
    format: Format,
    keys: &[String],
    from: &Payload<'_>,
    to: &mut PayloadMut<'_>,
    cut: &Cut<'_>,
) -> bool {
    match (format.0, from, to) {
        (Layout::Picture { pixels, range, .. }, Payload::Planes(from), PayloadMut::Planes(to)) => {
            for ((from, to), grid) in from.iter().zip(to).zip(pixels.grids()) {
                raster::copy(from, to, grid, grid.fill(range), cut);
                if !cut.takes_nothing() {
                    raster::cover_slack(to, grid, grid.fill(range), cut.extent);
                }
            }
        }
        (_, Payload::Bytes(from), PayloadMut::Bytes(to)) if from.len() != to.len() => return false,
        (_, Payload::Bytes(from), PayloadMut::Bytes(to)) if cut.takes_nothing() => {
            to.copy_from_slice(from);
        }
        (Layout::Record { .. }, Payload::Bytes(from), PayloadMut::Bytes(to)) => {
            records::copy(from, to, cut);
        }
        (Layout::Json, Payload::Bytes(from), PayloadMut::Bytes(to)) => {
            return json::copy(from, to, keys, cut);
        }
        (_, Payload::Bytes(from), PayloadMut::Bytes(to)) => {
            let Some(grid) = format.grid_of(from.len()) else {
                return false;
            };
            rows::copy(from, to, &grid, cut);
        }
        _ => return false,
    }
    true
}
