//! Hiding a frame, or parts of it. Knows formats and areas, nothing of consent.
//!
//! What is hidden is overwritten with one value: a blurred or pixelated picture can be recovered, a filled one cannot.

mod area;
mod audio;
mod records;
mod text;
mod video;

pub(crate) use area::{Cut, locate};
use zeroize::{Zeroize, optimization_barrier};

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
    match (format.0, &mut *payload) {
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
    // Whether or not anybody reads the buffer after this.
    optimization_barrier(payload);
    true
}

/// Overwrites the parts that `cut` takes out, and leaves the others as they are. False where the format has no parts to take out.
pub(crate) fn hide(format: Format, payload: &mut PayloadMut<'_>, cut: &Cut<'_>) -> bool {
    match (format.0, &mut *payload) {
        _ if cut.takes_nothing() => {}
        (Layout::Pcm { samples, .. }, PayloadMut::Bytes(bytes)) => audio::hide(samples, bytes, cut),
        (Layout::Utf8, PayloadMut::Bytes(bytes)) => text::hide(bytes, cut),
        (Layout::Record { .. }, PayloadMut::Bytes(bytes)) => records::hide(bytes, cut),
        (Layout::I420 { .. }, PayloadMut::Planes(planes)) => video::hide(planes, cut),
        _ => return false,
    }
    optimization_barrier(payload);
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

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

    use proptest::prelude::*;

    use super::*;
    use crate::{
        Participant,
        frame::{Area, Region},
        payload::{Extent, I420, Plane, PlaneMut, Samples},
    };

    const OLD: u8 = 0xAA;

    fn regions(areas: Vec<Area>) -> Vec<Region> {
        let region = |area| Region::new(Participant::UNKNOWN, area);
        areas.into_iter().map(region).collect()
    }

    /// A bit for each region, of as many as there are.
    fn bits(refused: u64, regions: &[Region]) -> u64 {
        let last = u32::try_from(regions.len()).unwrap();
        refused & 1u64.unbounded_shl(last).wrapping_sub(1)
    }

    /// Whether a region is over a sample, and whether one that goes is.
    fn stays(cut: &Cut<'_>, covers: impl Fn(Area) -> bool) -> bool {
        let over = |index: &usize| covers(cut.regions[*index].area);
        let mut over = (0..cut.regions.len()).filter(over).peekable();
        let is_covered = over.peek().is_some();
        over.all(|index| cut.refused >> index & 1 == 0) && (is_covered || !cut.uncovered)
    }

    fn content(bytes: usize) -> Vec<u8> {
        (1..=251).cycle().take(bytes).collect()
    }

    fn agrees_on_bytes(
        format: Format,
        bytes: usize,
        cut: &Cut<'_>,
        kept: impl Fn(usize) -> Option<u8>,
    ) -> Result<(), TestCaseError> {
        let original = content(bytes);
        let expected = original.iter().enumerate();
        let expected: Vec<_> = expected
            .map(|(at, byte)| kept(at).unwrap_or(*byte))
            .collect();
        let mut hidden = original.clone();
        prop_assert!(hide(format, &mut (&mut hidden[..]).into(), cut));
        prop_assert_eq!(&hidden, &expected);
        let mut copied = vec![OLD; bytes];
        let from = Payload::Bytes(&original);
        prop_assert!(copy(format, &from, &mut (&mut copied[..]).into(), cut));
        prop_assert_eq!(&copied, &expected);
        Ok(())
    }

    /// Few channels, and more than there is a mask for.
    fn channels() -> impl Strategy<Value = u16> {
        prop_oneof![1u16..9, 60u16..70, 120u16..140]
    }

    proptest! {
        #[test]
        fn sound_agrees_sample_by_sample(
            channels in channels(),
            length in 1usize..200,
            is_long in any::<bool>(),
            places in prop::collection::vec(any::<u16>(), 1..64),
            refused in any::<u64>(),
            uncovered in any::<bool>(),
        ) {
            let samples = if is_long { Samples::F32 } else { Samples::S16 };
            let regions = regions(places.iter().map(|at| Area::Channel(at % channels)).collect());
            let cut = Cut {
                refused: bits(refused, &regions),
                regions: &regions,
                uncovered,
                extent: Extent { width: channels.into(), height: 1 },
            };
            let bytes = length * usize::from(channels) * samples.bytes();
            let format = Format::pcm(samples, channels);
            agrees_on_bytes(format, bytes, &cut, |at| {
                let channel = at / samples.bytes() % usize::from(channels);
                let stays = stays(&cut, |area| matches!(area, Area::Channel(at) if usize::from(at) == channel));
                (!stays).then_some(0)
            })?;
        }

        #[test]
        fn text_agrees_byte_by_byte(
            length in 1u32..300,
            places in prop::collection::vec((any::<u32>(), 1u32..40), 1..64),
            refused in any::<u64>(),
            uncovered in any::<bool>(),
        ) {
            let span = |(start, bytes): (u32, u32)| {
                let start = start % length;
                Area::Span { start, end: (start + bytes).min(length) }
            };
            let regions = regions(places.into_iter().map(span).collect());
            let cut = Cut {
                refused: bits(refused, &regions),
                regions: &regions,
                uncovered,
                extent: Extent { width: length, height: 1 },
            };
            agrees_on_bytes(Format::UTF8, length as usize, &cut, |at| {
                let stays = stays(&cut, |area| matches!(area, Area::Span { start, end } if (start as usize..end as usize).contains(&at)));
                (!stays).then_some(b'*')
            })?;
        }

        /// Planes with and without a gap between rows, and with more or nothing after the last.
        #[test]
        fn pictures_agree_sample_by_sample(
            (width, height) in (1u32..20, 1u32..20),
            gaps in [0usize..3, 0usize..3],
            after in 0usize..3,
            places in prop::collection::vec((any::<u32>(), any::<u32>(), 1u32..12, 1u32..12), 1..8),
            refused in any::<u64>(),
        ) {
            let area = |(x, y, width_of, height_of)| Area::Rectangle { x: x % width, y: y % height, width: width_of, height: height_of };
            let regions = regions(places.into_iter().map(area).collect());
            let extent = Extent { width, height };
            let cut = Cut { refused: bits(refused, &regions), regions: &regions, uncovered: false, extent };
            let goes = |x: u32, y: u32| !stays(&cut, |area| match area {
                Area::Rectangle { x: left, y: top, width, height } => {
                    (left..left + width).contains(&x) && (top..top + height).contains(&y)
                }
                _ => false,
            });
            let sizes = I420.map(|sampling| sampling.map(|sampling| (sampling, extent.sampled(sampling))));
            let room = |gap: usize| sizes.map(|size| size.map_or((0, 0), |(_, size)| {
                let stride = size.width as usize + gap;
                (stride, stride * (size.height as usize - 1) + size.width as usize + after)
            }));
            let (from_room, to_room) = (room(gaps[0]), room(gaps[1]));
            let original = from_room.map(|(_, bytes)| content(bytes));
            // What a sample becomes, and all that lies between and after the rows stays as it was.
            let expect = |mut before: [Vec<u8>; 4], (strides, is_copy): ([usize; 4], bool)| {
                for (plane, size) in sizes.iter().enumerate() {
                    let Some((sampling, size)) = size else { continue };
                    for (y, x) in (0..size.height).flat_map(|y| (0..size.width).map(move |x| (y, x))) {
                        let across = x * sampling.across.get()..((x + 1) * sampling.across.get()).min(width);
                        let mut down = y * sampling.down.get()..((y + 1) * sampling.down.get()).min(height);
                        let goes = down.any(|y| across.clone().any(|x| goes(x, y)));
                        let (x, y) = (x as usize, y as usize);
                        let at = y * strides[plane] + x;
                        if goes {
                            before[plane][at] = video::BLACK[plane];
                        } else if is_copy {
                            before[plane][at] = original[plane][y * from_room[plane].0 + x];
                        }
                    }
                }
                before
            };
            let format = Format::i420(width, height);

            let mut hidden = original.clone();
            let mut index = 0;
            let planes = hidden.each_mut().map(|data| {
                index += 1;
                PlaneMut { data, stride: from_room[index - 1].0 }
            });
            prop_assert!(hide(format, &mut PayloadMut::Planes(planes), &cut));
            let strides = from_room.map(|(stride, _)| stride);
            prop_assert_eq!(hidden, expect(original.clone(), (strides, false)));

            let old = to_room.map(|(_, bytes)| vec![OLD; bytes]);
            let mut copied = old.clone();
            let mut index = 0;
            let into = copied.each_mut().map(|data| {
                index += 1;
                PlaneMut { data, stride: to_room[index - 1].0 }
            });
            let mut index = 0;
            let from = original.each_ref().map(|data| {
                index += 1;
                Plane { data, stride: from_room[index - 1].0 }
            });
            prop_assert!(copy(format, &Payload::Planes(from), &mut PayloadMut::Planes(into), &cut));
            let strides = to_room.map(|(stride, _)| stride);
            prop_assert_eq!(copied, expect(old, (strides, true)));
        }
    }
}
