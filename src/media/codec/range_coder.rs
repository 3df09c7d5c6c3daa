//! The range encoder of AV1 (AV1 specification §8.2), for symbols whose probabilities do not adapt.

/// Writes symbols into a buffer.
pub(super) struct RangeEncoder<'a> {
    buffer: &'a mut [u8],
    length: usize,
    low: u32,
    range: u32,
    /// Shifts until the next byte is complete.
    missing: u32,
}

/// A symbol of an alphabet, by the cumulative distribution in 32,768ths.
#[derive(Clone, Copy)]
pub(super) struct Symbol {
    /// The probability of the symbols before it, and that of those and itself.
    pub(super) before: u16,
    pub(super) with: u16,
    /// The number of symbols after it.
    pub(super) after: u32,
}

/// The sum of all probabilities.
const ALL: u16 = 1 << 15;

impl Symbol {
    /// The first of `count` symbols.
    pub(super) const fn first(with: u16, count: u32) -> Self {
        Self {
            before: 0,
            with,
            after: count.saturating_sub(1),
        }
    }

    /// The last one.
    pub(super) const fn last(before: u16) -> Self {
        Self {
            before,
            with: ALL,
            after: 0,
        }
    }
}

impl<'a> RangeEncoder<'a> {
    pub(super) fn new(buffer: &'a mut [u8]) -> Self {
        Self {
            buffer,
            length: 0,
            low: 0,
            range: 1 << 15,
            missing: 9,
        }
    }

    pub(super) fn symbol(
        &mut self,
        Symbol {
            before,
            with,
            after,
        }: Symbol,
    ) {
        /// `EC_MIN_PROB`
        const LEAST: u32 = 4;
        let range = self.range;
        let above = |probable: u16, after: u32| {
            let rest = u32::from(ALL.saturating_sub(probable)) >> 6;
            (((range >> 8) * rest) >> 1) + LEAST * after
        };
        let bottom = above(with, after);
        let top = if before == 0 {
            range
        } else {
            above(before, after + 1)
        };
        self.low = self.low.wrapping_add(range.saturating_sub(top));
        self.normalize(top.saturating_sub(bottom));
    }

    /// `L(1)`, a bit of even probability.
    pub(super) fn bit(&mut self, value: bool) {
        self.symbol(if value {
            Symbol::last(1 << 14)
        } else {
            Symbol::first(1 << 14, 2)
        });
    }

    fn normalize(&mut self, range: u32) {
        let shift = range.leading_zeros().saturating_sub(16);
        self.range = range.unbounded_shl(shift);
        for _ in 0..shift {
            self.shift();
        }
    }

    fn shift(&mut self) {
        self.low = self.low.unbounded_shl(1);
        self.missing = self.missing.saturating_sub(1);
        if self.missing == 0 {
            self.put_top();
        }
    }

    /// Writes the byte above the lower 16 bits of `low`, and its carry into the bytes before it.
    fn put_top(&mut self) {
        let top = self.low >> 16;
        self.low &= 0xFFFF;
        self.missing = u8::BITS;
        let [.., carry, byte] = top.to_be_bytes();
        if carry > 0 {
            let written = self.buffer.get_mut(..self.length).unwrap_or_default();
            for byte in written.iter_mut().rev() {
                *byte = byte.wrapping_add(1);
                if *byte != 0 {
                    break;
                }
            }
        }
        if let Some(place) = self.buffer.get_mut(self.length) {
            *place = byte;
        }
        self.length = self.length.saturating_add(1);
    }

    /// Flushes the encoder. Returns how many bytes were written, or `None` if the buffer was too short.
    pub(super) fn finish(mut self) -> Option<usize> {
        const REST: u32 = 0x3FFF;
        self.low = (self.low.wrapping_add(REST) & !REST) | (REST + 1);
        // Two bits are left to write, behind those that complete a byte.
        for _ in 0..self.missing + if self.missing < 2 { u8::BITS } else { 0 } {
            self.shift();
        }
        (self.length <= self.buffer.len()).then_some(self.length)
    }
}
