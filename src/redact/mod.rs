//! Hiding a frame, or parts of it. Knows formats and areas, nothing of consent.
//!
//! What is hidden is overwritten with one value: a blurred or pixelated picture can be recovered, a filled one cannot.

mod area;
mod audio;
mod records;
mod text;
mod video;

pub(crate) use area::{Cut, locate};
use zeroize::Zeroize;

use crate::payload::{Format, Layout, Payload, PayloadMut};

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
pub(crate) fn blank(format: Format, payload: &mut PayloadMut<'_>) -> bool {
    match (format.0, payload) {
        (Layout::Pcm { .. }, PayloadMut::Bytes(bytes)) => bytes.fill(audio::SILENCE),
        (Layout::Utf8, PayloadMut::Bytes(bytes)) => bytes.fill(text::MASK),
        (Layout::Record { .. }, PayloadMut::Bytes(bytes)) => bytes.fill(records::NO_VALUE),
        (Layout::I420 { .. }, PayloadMut::Planes(planes)) => {
            for (plane, black) in planes.iter_mut().zip(video::BLACK) {
                plane.data.fill(black);
            }
        }
        _ => return false,
    }
    true
}

/// Overwrites the parts that `cut` takes out, and leaves the others as they are. False where the format has no parts to take out.
pub(crate) fn hide(format: Format, payload: &mut PayloadMut<'_>, cut: &Cut<'_>) -> bool {
    match (format.0, payload) {
        _ if cut.takes_nothing() => {}
        (Layout::Pcm { samples, .. }, PayloadMut::Bytes(bytes)) => audio::hide(samples, bytes, cut),
        (Layout::Utf8, PayloadMut::Bytes(bytes)) => text::hide(bytes, cut),
        (Layout::Record { .. }, PayloadMut::Bytes(bytes)) => records::hide(bytes, cut),
        (Layout::I420 { .. }, PayloadMut::Planes(planes)) => video::hide(planes, cut),
        _ => return false,
    }
    true
}

/// Copies the parts that `cut` leaves, and fills the others in `to`. False where the format has no parts to take out, or `to` is not like `from`.
pub(crate) fn copy(
    format: Format,
    from: &Payload<'_>,
    to: &mut PayloadMut<'_>,
    cut: &Cut<'_>,
) -> bool {
    match (format.0, from, to) {
        (_, Payload::Bytes(from), PayloadMut::Bytes(to))
            if cut.takes_nothing() && from.len() == to.len() =>
        {
            to.copy_from_slice(from);
        }
        (Layout::Pcm { samples, .. }, Payload::Bytes(from), PayloadMut::Bytes(to)) => {
            audio::copy(samples, from, to, cut);
        }
        (Layout::Utf8, Payload::Bytes(from), PayloadMut::Bytes(to)) => text::copy(from, to, cut),
        (Layout::Record { .. }, Payload::Bytes(from), PayloadMut::Bytes(to)) => {
            records::copy(from, to, cut);
        }
        (Layout::I420 { .. }, Payload::Planes(from), PayloadMut::Planes(to)) => {
            video::copy(from, to, cut);
        }
        _ => return false,
    }
    true
}
