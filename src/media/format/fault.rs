//! Why a payload is none of a format, found only once it was withheld: the counterpart of [`Format::extent`] and [`Format::text_is_valid`].

use super::{Format, INTEGER, Layout, PixelFormat, PlaneLayout};
use crate::{
    media::payload::{Extent, Payload, Plane},
    types::fault::Fault,
};

impl Format {
    /// Returns what is wrong with a payload, its text aside; none if nothing is. An encoded frame is one that could not be read.
    #[cold]
    pub(crate) fn fault(self, payload: &Payload<'_>) -> Option<Fault> {
        match (self.0, payload) {
            (
                Layout::Picture {
                    pixels,
                    width,
                    height,
                    ..
                },
                Payload::Planes(planes),
            ) => picture(planes, pixels, Extent { width, height }),
            (Layout::Picture { .. }, Payload::Bytes(_)) => Some(Fault::Bytes),
            (_, Payload::Planes(_)) => Some(Fault::Planes),
            (_, Payload::Bytes([])) => Some(Fault::Empty),
            (Layout::Encoded(codec), Payload::Bytes(frame)) => Some(codec.fault(frame)),
            _ if self.extent(payload).is_some() => None,
            (
                Layout::Pcm {
                    samples, channels, ..
                },
                Payload::Bytes(bytes),
            ) if !bytes
                .len()
                .is_multiple_of(samples.bytes() * usize::from(channels)) =>
            {
                Some(Fault::PartialSample)
            }
            (Layout::Record { fields }, Payload::Bytes(bytes)) => {
                (bytes.len() != fields * INTEGER).then_some(Fault::RecordLength)
            }
            _ => Some(Fault::TooLong),
        }
    }

    /// Returns what is wrong with a text that is not valid.
    #[cold]
    pub(crate) const fn fault_of_text(self) -> Fault {
        match self.0 {
            Layout::Json => Fault::NotJson,
            _ => Fault::NotUtf8,
        }
    }
}

/// Returns what is wrong with a picture's planes: with the first that does not fit.
fn picture(planes: &[Plane<'_>; 4], pixels: PixelFormat, extent: Extent) -> Option<Fault> {
    let layouts = pixels.plane_layouts();
    if planes.iter().all(|plane| plane.data.is_empty()) {
        return Some(Fault::Empty);
    }
    for (plane, layout) in planes.iter().zip(layouts) {
        if !layout.fits(plane, extent) {
            return Some(misfit(plane, layout, extent));
        }
    }
    let mut others = planes.iter().skip(layouts.len());
    others
        .any(|plane| !plane.data.is_empty())
        .then_some(Fault::ExtraPlane)
}

fn misfit(plane: &Plane<'_>, layout: &PlaneLayout, extent: Extent) -> Fault {
    // The same plane in a picture without the last column and row of an odd size.
    let even = Extent {
        width: extent.width & !1,
        height: extent.height & !1,
    };
    let is_subsampled = layout.subsampling.plane_extent(extent) != extent;
    if plane.data.is_empty() {
        Fault::MissingPlane
    } else if is_subsampled && even != extent && layout.fits(plane, even) {
        Fault::ChromaRoundedDown
    } else if plane.stride < layout.row(extent) {
        Fault::Stride
    } else {
        Fault::PlaneTooSmall
    }
}
