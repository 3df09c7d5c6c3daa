//! NAL units in a byte stream (H.264 and H.265 annex B).

/// The units of an access unit, one after the other; each goes on to the end of all, as its own end is not looked for.
///
/// None if it does not begin with one, as where each has its length before it.
pub(super) fn units(stream: &[u8]) -> Option<Units<'_>> {
    let is_stream = matches!(stream, [0, 0, 1, ..] | [0, 0, 0, 1, ..]);
    is_stream.then_some(Units(stream))
}

/// What comes behind the start codes that were found; the next is not looked for before it is asked for, as slices are long.
#[derive(Clone)]
pub(super) struct Units<'a>(&'a [u8]);

/// Where the next start code begins.
#[inline]
pub(crate) fn start_code(stream: &[u8]) -> Option<usize> {
    stream.windows(3).position(|bytes| bytes == [0, 0, 1])
}

impl<'a> Iterator for Units<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<Self::Item> {
        let code = start_code(self.0)?;
        self.0 = self.0.get(code.checked_add(3)?..)?;
        Some(self.0)
    }
}
