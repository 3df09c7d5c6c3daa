//! Hides a frame, or parts of it. Knows formats and areas, nothing of consent.
//!
//! Hidden parts are overwritten with one value: a blurred or pixelated picture can be recovered, a filled one cannot.

mod area;
mod json;
mod raster;
mod records;
mod rows;

use alloc::string::String;

pub(crate) use area::{Cut, fault, locate};
use zeroize::{Zeroize, optimization_barrier};

use crate::media::{
    format::{Format, Layout, Subsampling},
    payload::{Payload, PayloadMut},
};

/// Zeroes all of a buffer, in a way that the compiler does not optimise out.
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

/// Overwrites all of a buffer with a blank frame: silence, black, asterisks. Returns false if the format has none.
///
/// A blank JSON text is made from the frame itself, which is copied from `from`, or is in the buffer already.
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
            for (plane, layout) in planes.iter_mut().zip(pixels.plane_layouts()) {
                raster::blank(plane, layout.fill(range));
            }
        }
        (_, PayloadMut::Bytes(bytes)) => {
            let Some(layout) = format.unit_layout(bytes.len()) else {
                return false;
            };
            bytes.fill(layout.fill_byte());
        }
        _ => return false,
    }
    // The client may never read the buffer again, which must not let the compiler skip the writes.
    optimization_barrier(payload);
    true
}

/// Whether anything perceptible stays of a frame without the parts in `cut`.
pub(crate) fn leaves_something(format: Format, payload: &Payload<'_>, cut: &Cut<'_>) -> bool {
    let finest = match (format.0, payload) {
        (Layout::Json, Payload::Bytes(text)) => return json::leaves_something(text, cut),
        (Layout::Picture { pixels, .. }, _) => pixels.plane_layouts().first(),
        _ => None,
    };
    cut.leaves_something(finest.map_or(Subsampling::NONE, |layout| layout.subsampling))
}

/// Overwrites the parts in `cut` and, in a picture, the slack; leaves the others unchanged. Returns false if the format has no parts to hide.
pub(crate) fn hide(
    format: Format,
    keys: &[String],
    payload: &mut PayloadMut<'_>,
    cut: &Cut<'_>,
) -> bool {
    match (format.0, &mut *payload) {
        _ if cut.takes_nothing() => {}
        (Layout::Picture { pixels, range, .. }, PayloadMut::Planes(planes)) => {
            for (plane, layout) in planes.iter_mut().zip(pixels.plane_layouts()) {
                raster::hide(plane, layout, layout.fill(range), cut);
                raster::cover_slack(plane, layout, layout.fill(range), cut.extent);
            }
        }
        (Layout::Record { .. }, PayloadMut::Bytes(bytes)) => records::hide(bytes, cut),
        (Layout::Json, PayloadMut::Bytes(text)) => {
            if !json::hide(text, keys, cut) {
                return false;
            }
        }
        (_, PayloadMut::Bytes(bytes)) => {
            let Some(layout) = format.unit_layout(bytes.len()) else {
                return false;
            };
            rows::hide(bytes, &layout, cut);
        }
        _ => return false,
    }
    optimization_barrier(payload);
    true
}

/// Copies a frame without the parts in `cut`, and fills those in `to`; in a picture of which anything is hidden, also the slack.
/// Returns false if the format has no parts to hide, or `to` differs in layout from `from`.
pub(crate) fn copy(
    format: Format,
    keys: &[String],
    from: &Payload<'_>,
    to: &mut PayloadMut<'_>,
    cut: &Cut<'_>,
) -> bool {
    match (format.0, from, to) {
        (Layout::Picture { pixels, range, .. }, Payload::Planes(from), PayloadMut::Planes(to)) => {
            for ((from, to), layout) in from.iter().zip(to).zip(pixels.plane_layouts()) {
                raster::copy(from, to, layout, layout.fill(range), cut);
                if !cut.takes_nothing() {
                    raster::cover_slack(to, layout, layout.fill(range), cut.extent);
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
            let Some(layout) = format.unit_layout(from.len()) else {
                return false;
            };
            rows::copy(from, to, &layout, cut);
        }
        _ => return false,
    }
    true
}
