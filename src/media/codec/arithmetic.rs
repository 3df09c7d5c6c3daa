//! The arithmetic coder of VP8 and VP9 (RFC 6386 §7.3).

/// Writes decisions, each with how probable a no is, in 256ths, into bytes that are there already.
pub(super) struct BoolWriter<'a> {
    room: &'a mut [u8],
    length: usize,
    range: u32,
    bottom: u32,
    /// Shifts until the next byte is complete.
    left: u32,
}

impl<'a> BoolWriter<'a> {
    pub(super) fn new(room: &'a mut [u8]) -> Self {
        Self {
            room,
            length: 0,
            range: 255,
            bottom: 0,
            left: 24,
        }
    }

    pub(super) fn flag(&mut self, decision: bool, no: u8) {
        let split = 1 + ((self.range.saturating_sub(1) * u32::from(no)) >> 8);
        if decision {
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

    /// A number of so many bits, each as probable as not.
    pub(super) fn number(&mut self, number: u32, bits: u32) {
        for bit in (0..bits).rev() {
            self.flag(number.unbounded_shr(bit) & 1 == 1, 128);
        }
    }

    fn shift(&mut self) {
        if self.bottom & 1 << 31 != 0 {
            self.carry();
        }
        self.bottom <<= 1;
        self.left = self.left.saturating_sub(1);
        if self.left == 0 {
            let [byte, ..] = self.bottom.to_be_bytes();
            if let Some(place) = self.room.get_mut(self.length) {
                *place = byte;
            }
            self.length = self.length.saturating_add(1);
            self.bottom &= 0x00FF_FFFF;
            self.left = 8;
        }
    }

    fn carry(&mut self) {
        let written = self.room.get_mut(..self.length).unwrap_or_default();
        for byte in written.iter_mut().rev() {
            *byte = byte.wrapping_add(1);
            if *byte != 0 {
                return;
            }
        }
    }

    /// Writes what is left, and gives the number of bytes; none if there was not enough room.
    pub(super) fn finish(mut self) -> Option<usize> {
        for _ in 0..32 {
            self.shift();
        }
        (self.length <= self.room.len()).then_some(self.length)
    }
}
