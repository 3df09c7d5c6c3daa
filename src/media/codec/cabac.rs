//! The arithmetic coder of HEVC (ITU-T H.265 §9.3), which learns how probable each decision is.

use super::bits::BitWriter;

/// What was learnt of a decision.
#[derive(Clone, Copy)]
pub(super) struct Context {
    /// The larger, the surer.
    state: u8,
    probable: bool,
}

impl Context {
    /// As a table of the standard has it, for a slice with this quantiser (§9.3.2.2).
    pub(super) fn new(initial: u8, quantiser: i32) -> Self {
        let (slope, offset) = (i32::from(initial >> 4), i32::from(initial & 15));
        let state = (((slope * 5 - 45) * quantiser.clamp(0, 51)) >> 4) + 8 * offset - 16;
        let state = state.clamp(1, 126);
        let probable = state > 63;
        let sure = if probable { state - 64 } else { 63 - state };
        Self {
            state: u8::try_from(sure).unwrap_or_default(),
            probable,
        }
    }
}

/// Writes decisions.
pub(super) struct CabacWriter<'w, 'a> {
    to: &'w mut BitWriter<'a>,
    low: u32,
    range: u32,
    is_first: bool,
    /// Bits that wait for a carry.
    outstanding: u32,
}

impl<'w, 'a> CabacWriter<'w, 'a> {
    pub(super) fn new(to: &'w mut BitWriter<'a>) -> Self {
        Self {
            to,
            low: 0,
            range: 510,
            is_first: true,
            outstanding: 0,
        }
    }

    pub(super) fn decide(&mut self, decision: bool, context: &mut Context) {
        let state = usize::from(context.state);
        let quarter = (self.range >> 6 & 3) as usize;
        let less = LESS_PROBABLE.get(4 * state + quarter).copied().unwrap_or(2);
        self.range = self.range.saturating_sub(less.into());
        if decision == context.probable {
            context.state = if context.state < 62 {
                context.state + 1
            } else {
                context.state
            };
        } else {
            self.low += self.range;
            self.range = less.into();
            context.probable ^= context.state == 0;
            context.state = AFTER_LESS_PROBABLE.get(state).copied().unwrap_or_default();
        }
        self.renormalise();
    }

    /// Bits that are as probable as not.
    pub(super) fn bypass(&mut self, number: u32, bits: u32) {
        for bit in (0..bits).rev() {
            self.low <<= 1;
            if number.unbounded_shr(bit) & 1 == 1 {
                self.low += self.range;
            }
            match self.low {
                1024.. => {
                    self.put(true);
                    self.low -= 1024;
                }
                512.. => {
                    self.low -= 512;
                    self.outstanding += 1;
                }
                _ => self.put(false),
            }
        }
    }

    /// Whether it is the end. If so, nothing may follow but zeros, the last bit being a one.
    pub(super) fn end(&mut self, is_end: bool) {
        self.range = self.range.saturating_sub(2);
        if is_end {
            self.low += self.range;
            self.range = 2;
        }
        self.renormalise();
        if is_end {
            self.put(self.low >> 9 & 1 == 1);
            self.to.number(self.low >> 7 & 3 | 1, 2);
        }
    }

    fn renormalise(&mut self) {
        let shifts = self.range.leading_zeros().saturating_sub(23);
        for _ in 0..shifts {
            match self.low {
                512.. => {
                    self.low -= 512;
                    self.put(true);
                }
                256.. => {
                    self.low -= 256;
                    self.outstanding += 1;
                }
                _ => self.put(false),
            }
            self.range <<= 1;
            self.low <<= 1;
        }
    }

    fn put(&mut self, bit: bool) {
        if self.is_first {
            self.is_first = false;
        } else {
            self.to.flag(bit);
        }
        for _ in 0..core::mem::take(&mut self.outstanding) {
            self.to.flag(!bit);
        }
    }
}

/// The part of the range that is for the less probable, by state and by the range's quarter (table 9-52).
const LESS_PROBABLE: [u8; 256] = [
    128, 176, 208, 240, 128, 167, 197, 227, 128, 158, 187, 216, 123, 150, 178, 205, 116, 142, 169,
    195, 111, 135, 160, 185, 105, 128, 152, 175, 100, 122, 144, 166, 95, 116, 137, 158, 90, 110,
    130, 150, 85, 104, 123, 142, 81, 99, 117, 135, 77, 94, 111, 128, 73, 89, 105, 122, 69, 85, 100,
    116, 66, 80, 95, 110, 62, 76, 90, 104, 59, 72, 86, 99, 56, 69, 81, 94, 53, 65, 77, 89, 51, 62,
    73, 85, 48, 59, 69, 80, 46, 56, 66, 76, 43, 53, 63, 72, 41, 50, 59, 69, 39, 48, 56, 65, 37, 45,
    54, 62, 35, 43, 51, 59, 33, 41, 48, 56, 32, 39, 46, 53, 30, 37, 43, 50, 29, 35, 41, 48, 27, 33,
    39, 45, 26, 31, 37, 43, 24, 30, 35, 41, 23, 28, 33, 39, 22, 27, 32, 37, 21, 26, 30, 35, 20, 24,
    29, 33, 19, 23, 27, 31, 18, 22, 26, 30, 17, 21, 25, 28, 16, 20, 23, 27, 15, 19, 22, 25, 14, 18,
    21, 24, 14, 17, 20, 23, 13, 16, 19, 22, 12, 15, 18, 21, 12, 14, 17, 20, 11, 14, 16, 19, 11, 13,
    15, 18, 10, 12, 15, 17, 10, 12, 14, 16, 9, 11, 13, 15, 9, 11, 12, 14, 8, 10, 12, 14, 8, 9, 11,
    13, 7, 9, 11, 12, 7, 9, 10, 12, 7, 8, 10, 11, 6, 8, 9, 11, 6, 7, 9, 10, 6, 7, 8, 9, 2, 2, 2, 2,
];

/// The state after it came (table 9-53).
const AFTER_LESS_PROBABLE: [u8; 64] = [
    0, 0, 1, 2, 2, 4, 4, 5, 6, 7, 8, 9, 9, 11, 11, 12, 13, 13, 15, 15, 16, 16, 18, 18, 19, 19, 21,
    21, 22, 22, 23, 24, 24, 25, 26, 26, 27, 27, 28, 29, 29, 30, 30, 30, 31, 32, 32, 33, 33, 33, 34,
    34, 35, 35, 35, 36, 36, 36, 37, 37, 37, 38, 38, 63,
];
