//! NAL units in the byte stream format (H.264 and H.265 annex B).

use core::slice;

/// Iterates over the NAL units of an access unit. Each slice extends to the end of the access unit, as the unit's own end is not searched for.
///
/// Returns `None` unless it begins with a start code, with any number of zeros before it, for example if NAL units have their length before them.
pub(super) fn units(stream: &[u8]) -> Option<Units<'_>> {
    let is_stream = matches!(stream, [0, 0, 1, ..] | [0, 0, 0, 1, ..]) || has_leading_zeros(stream);
    is_stream.then_some(Units(stream))
}

/// Whether more zeros are before the first start code: `leading_zero_8bits`, at the head of a byte stream (annex B, B.1.1).
#[cold]
fn has_leading_zeros(stream: &[u8]) -> bool {
    stream.starts_with(&[0; 3]) && stream.iter().find(|byte| **byte != 0) == Some(&1)
}

pub(super) struct Units<'a>(&'a [u8]);

/// Two zeros in a row are rare, so this many places are searched for them at once.
const PLACES: usize = 64;
type Run = [u8; PLACES + 1];

/// Returns the index of the next start code.
pub(crate) fn start_code(stream: &[u8]) -> Option<usize> {
    let mut from = 0;
    loop {
        let rest = stream.get(from..)?;
        // The last run overlaps the one before.
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

/// Without a branch for each byte, so that it is vectorised.
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

/// The payload of a NAL unit without its emulation prevention bytes: a 3 after two zeros (H.264 §7.4.1, H.265 §7.4.2).
#[derive(Clone)]
pub(crate) struct Unescaped<'a> {
    bytes: slice::Iter<'a, u8>,
    zeros: u32,
}

impl<'a> Unescaped<'a> {
    pub(crate) fn new(payload: &'a [u8]) -> Self {
        Self {
            bytes: payload.iter(),
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

    /// A start code at each index, among bytes that are similar.
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
