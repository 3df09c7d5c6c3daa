//! The arithmetic coder of AV1 (AV1 specification §8.2): symbols whose probabilities do not change.

/// Writes symbols into bytes that are there already.
pub(super) struct SymbolWriter<'a> {
    room: &'a mut [u8],
    length: usize,
    low: u32,
    range: u32,
    /// Shifts until the next byte is complete.
    missing: u32,
}

/// A symbol among several, by how probable they are, in 32,768ths.
#[derive(Clone, Copy)]
pub(super) struct Among {
    /// How probable the symbols before it are, and how probable with it.
    pub(super) before: u16,
    pub(super) with: u16,
    /// How many come after it.
    pub(super) after: u32,
}

/// The sum of all probabilities.
const ALL: u16 = 1 << 15;

impl Among {
    /// The first of so many symbols.
    pub(super) const fn first(with: u16, of: u32) -> Self {
        Self {
            before: 0,
            with,
            after: of.saturating_sub(1),
        }
    }

    /// The last.
    pub(super) const fn last(before: u16) -> Self {
        Self {
            before,
            with: ALL,
            after: 0,
        }
    }
}

impl<'a> SymbolWriter<'a> {
    pub(super) fn new(room: &'a mut [u8]) -> Self {
        Self {
            room,
            length: 0,
            low: 0,
            range: 1 << 15,
            missing: 9,
        }
    }

    pub(super) fn symbol(
        &mut self,
        Among {
            before,
            with,
            after,
        }: Among,
    ) {
        /// No symbol is less probable.
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

    /// A one is as probable as a zero.
    pub(super) fn flag(&mut self, flag: bool) {
        self.symbol(if flag {
            Among::last(1 << 14)
        } else {
            Among::first(1 << 14, 2)
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

    /// Puts what is complete of `low`, of which 16 bits are not; it may carry into what was put before.
    fn put_top(&mut self) {
        let top = self.low >> 16;
        self.low &= 0xFFFF;
        self.missing = u8::BITS;
        let [.., carry, byte] = top.to_be_bytes();
        if carry > 0 {
            let written = self.room.get_mut(..self.length).unwrap_or_default();
            for byte in written.iter_mut().rev() {
                *byte = byte.wrapping_add(1);
                if *byte != 0 {
                    break;
                }
            }
        }
        if let Some(place) = self.room.get_mut(self.length) {
            *place = byte;
        }
        self.length = self.length.saturating_add(1);
    }

    /// Writes what is left, and gives the number of bytes; none if there was not enough room.
    pub(super) fn finish(mut self) -> Option<usize> {
        const REST: u32 = 0x3FFF;
        self.low = (self.low.wrapping_add(REST) & !REST) | (REST + 1);
        // Of its bits the upper two are left, behind those that are missing to a byte.
        for _ in 0..self.missing + if self.missing < 2 { u8::BITS } else { 0 } {
            self.shift();
        }
        (self.length <= self.room.len()).then_some(self.length)
    }
}
