//! NAL units in a byte stream (H.264 and H.265 annex B).

use core::slice;

/// The units of an access unit, one after the other; each goes on to the end of all, as its own end is not looked for.
///
/// None if it does not begin with one, as where each has its length before it.
pub(super) fn units(stream: &[u8]) -> Option<Units<'_>> {
    let is_stream = matches!(stream, [0, 0, 1, ..] | [0, 0, 0, 1, ..]);
    is_stream.then_some(Units(stream))
}

/// What comes behind the start codes that were found; the next is not looked for before it is asked for.
#[derive(Clone)]
pub(super) struct Units<'a>(&'a [u8]);

/// Two zeros are rare in what is encoded: so many places without are passed over at once.
const PLACES: usize = 64;
type Run = [u8; PLACES + 1];

/// Where the next start code begins.
pub(crate) fn start_code(stream: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = stream.get(from..)?;
        // The last ones are some of those before, too.
        let run = rest.first_chunk().or_else(|| stream.last_chunk());
        if run.is_none_or(has_two_zeros) {
            let mut places = rest.windows(3).take(PLACES);
            if let Some(at) = places.position(|bytes| bytes == [0, 0, 1]) {
                return from.checked_add(at);
            }
        }
        from = from.checked_add(PLACES)?;
    }
}

/// Without a branch for each byte, so that many are looked at together.
fn has_two_zeros(run: &Run) -> bool {
    let [places @ .., _] = run;
    let [_, next @ ..] = run;
    let pairs = places.iter().zip(next);
    pairs.fold(u8::MAX, |least, (one, next)| least.min(one | next)) == 0
}

impl<'a> Iterator for Units<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let code = start_code(self.0)?;
        self.0 = self.0.get(code.checked_add(3)?..)?;
        Some(self.0)
    }
}

/// The units before the first slice.
pub(super) fn before_slices(
    stream: &[u8],
    is_slice: impl Fn(&[u8]) -> bool,
) -> impl Iterator<Item = &[u8]> {
    let units = units(stream).into_iter().flatten();
    units.take_while(move |unit| !is_slice(unit))
}

/// A unit's content without the bytes that prevent emulation: a 3 after two zeros (H.264 §7.4.1.1, H.265 §7.4.2.1).
#[derive(Clone)]
pub(crate) struct Unescaped<'a> {
    bytes: slice::Iter<'a, u8>,
    zeros: u32,
}

impl<'a> Unescaped<'a> {
    pub(crate) fn new(content: &'a [u8]) -> Self {
        Self {
            bytes: content.iter(),
            zeros: 0,
        }
    }
}

impl Iterator for Unescaped<'_> {
    type Item = u8;

    fn next(&mut self) -> Option<u8> {
        let mut byte = *self.bytes.next()?;
        if self.zeros >= 2 && byte == 3 {
            self.zeros = 0;
            byte = *self.bytes.next()?;
        }
        self.zeros = if byte == 0 {
            self.zeros.saturating_add(1)
        } else {
            0
        };
        Some(byte)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A start code at each place, behind others that are none.
    #[test]
    fn start_codes_are_found_wherever_they_are() {
        for (length, place) in (0..140).flat_map(|length| (0..140).map(move |at| (length, at))) {
            for other in [[7, 7, 7], [0, 7, 1], [0, 0, 2], [0, 0, 0], [1, 1, 0]] {
                let mut stream: alloc::vec::Vec<_> =
                    other.into_iter().cycle().take(length).collect();
                if let Some(code) = stream.get_mut(place..place + 3) {
                    code.copy_from_slice(&[0, 0, 1]);
                }
                let expected = stream.windows(3).position(|bytes| bytes == [0, 0, 1]);
                assert_eq!(start_code(&stream), expected, "{stream:?}");
            }
        }
    }
}
