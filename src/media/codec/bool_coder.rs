//! The boolean entropy encoder of VP8 and VP9 (RFC 6386 §7.3).

/// Writes booleans, each by the probability in 256ths that it is false, into a buffer.
pub(super) struct BoolEncoder<'a> {
    buffer: &'a mut [u8],
    length: usize,
    range: u32,
    bottom: u32,
    /// Shifts until the next byte is complete.
    bit_count: u32,
}

impl<'a> BoolEncoder<'a> {
    pub(super) fn new(buffer: &'a mut [u8]) -> Self {
        Self {
            buffer,
            length: 0,
            range: 255,
            bottom: 0,
            bit_count: 24,
        }
    }

    /// `B(p)`, a boolean that is false with the probability `p`.
    pub(super) fn bool(&mut self, p: u8, value: bool) {
        let split = 1 + ((self.range.saturating_sub(1) * u32::from(p)) >> 8);
        if value {
            self.bottom = self.bottom.wrapping_add(split);
            self.range = self.range.saturating_sub(split);
        } else {
            self.range = split;
        }
        let shifts = self.range.leading_zeros().saturating_sub(24);
        for _ in 0..shifts {
            self.range <<= 1;
            self.shift();
        }
    }

    /// `L(n)`, an unsigned integer of `n` bits, each of even probability.
    pub(super) fn literal(&mut self, n: u32, value: u32) {
        for bit in (0..n).rev() {
            self.bool(128, value.unbounded_shr(bit) & 1 == 1);
        }
    }

    fn shift(&mut self) {
        if self.bottom & 1 << 31 != 0 {
            self.carry();
        }
        self.bottom <<= 1;
        self.bit_count = self.bit_count.saturating_sub(1);
        if self.bit_count == 0 {
            let [byte, ..] = self.bottom.to_be_bytes();
            if let Some(place) = self.buffer.get_mut(self.length) {
                *place = byte;
            }
            self.length = self.length.saturating_add(1);
            self.bottom &= 0x00FF_FFFF;
            self.bit_count = 8;
        }
    }

    fn carry(&mut self) {
        let written = self.buffer.get_mut(..self.length).unwrap_or_default();
        for byte in written.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                return;
            }
        }
    }

    /// Flushes the encoder. Returns how many bytes were written, or `None` if the buffer was too short.
    pub(super) fn finish(mut self) -> Option<usize> {
        for _ in 0..32 {
            self.shift();
        }
        (self.length <= self.buffer.len()).then_some(self.length)
    }
}
