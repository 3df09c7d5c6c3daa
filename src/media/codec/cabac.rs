//! The context-adaptive binary arithmetic encoder (CABAC) of H.264 and HEVC (ITU-T H.264 §9.3, H.265 §9.3).

use super::bits::BitWriter;

/// A context variable: how probable the next bin is.
#[derive(Clone, Copy)]
pub(super) struct Context {
    /// `pStateIdx`: the larger, the less probable is the other bin.
    state: u8,
    /// `valMps`, the most probable bin.
    mps: bool,
}

impl Context {
    /// Initialises it by its `initValue` and the slice's `SliceQpY` (H.265 §9.3.2.2).
    pub(super) fn new(init_value: u8, slice_qp: i32) -> Self {
        let (slope_idx, offset_idx) = (i32::from(init_value >> 4), i32::from(init_value & 15));
        Self::of((slope_idx * 5 - 45, (offset_idx << 3) - 16), slice_qp)
    }

    /// Initialises it by its `m` and `n`, and the slice's `SliceQPY` (H.264 §9.3.1.1).
    pub(super) fn of((m, n): (i32, i32), slice_qp: i32) -> Self {
        let state = ((m * slice_qp.clamp(0, 51)) >> 4) + n;
        let state = state.clamp(1, 126);
        let mps = state > 63;
        let state = if mps { state - 64 } else { 63 - state };
        Self {
            state: u8::try_from(state).unwrap_or_default(),
            mps,
        }
    }
}

/// Writes bins.
pub(super) struct CabacEncoder<'w, 'a> {
    to: &'w mut BitWriter<'a>,
    low: u32,
    range: u32,
    first_bit: bool,
    /// Bits that wait for a carry.
    bits_outstanding: u32,
}

impl<'w, 'a> CabacEncoder<'w, 'a> {
    pub(super) fn new(to: &'w mut BitWriter<'a>) -> Self {
        Self {
            to,
            low: 0,
            range: 510,
            first_bit: true,
            bits_outstanding: 0,
        }
    }

    /// Returns what it writes to, once it has ended.
    pub(super) fn end(self) -> &'w mut BitWriter<'a> {
        self.to
    }

    /// `EncodeDecision`
    pub(super) fn decision(&mut self, bin: bool, context: &mut Context) {
        let state = usize::from(context.state);
        let range_idx = (self.range >> 6 & 3) as usize;
        let lps = RANGE_TAB_LPS
            .get(4 * state + range_idx)
            .copied()
            .unwrap_or(2);
        self.range = self.range.saturating_sub(lps.into());
        if bin == context.mps {
            context.state = if context.state < 62 {
                context.state + 1
            } else {
                context.state
            };
        } else {
            self.low += self.range;
            self.range = lps.into();
            context.mps ^= context.state == 0;
            context.state = TRANS_IDX_LPS.get(state).copied().unwrap_or_default();
        }
        self.renormalise();
    }

    /// `EncodeBypass` for `n` bins of even probability.
    pub(super) fn bypass(&mut self, n: u32, bins: u32) {
        for bin in (0..n).rev() {
            self.low <<= 1;
            if bins.unbounded_shr(bin) & 1 == 1 {
                self.low += self.range;
            }
            match self.low {
                1024.. => {
                    self.put(true);
                    self.low -= 1024;
                }
                512.. => {
                    self.low -= 512;
                    self.bits_outstanding += 1;
                }
                _ => self.put(false),
            }
        }
    }

    /// `EncodeTerminate`. After a true bin only alignment with zeros may follow: the last bit written is `rbsp_stop_one_bit`.
    pub(super) fn terminate(&mut self, bin: bool) {
        self.range = self.range.saturating_sub(2);
        if bin {
            self.low += self.range;
            self.range = 2;
        }
        self.renormalise();
        if bin {
            self.put(self.low >> 9 & 1 == 1);
            self.to.u(2, self.low >> 7 & 3 | 1);
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
                    self.bits_outstanding += 1;
                }
                _ => self.put(false),
            }
            self.range <<= 1;
            self.low <<= 1;
        }
    }

    fn put(&mut self, bit: bool) {
        if self.first_bit {
            self.first_bit = false;
        } else {
            self.to.bit(bit);
        }
        for _ in 0..core::mem::take(&mut self.bits_outstanding) {
            self.to.bit(!bit);
        }
    }
}

/// `rangeTabLps`, by `pStateIdx` and `qRangeIdx` (table 9-52).
const RANGE_TAB_LPS: [u8; 256] = [
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

/// `transIdxLps`, by `pStateIdx` (table 9-53).
const TRANS_IDX_LPS: [u8; 64] = [
    0, 0, 1, 2, 2, 4, 4, 5, 6, 7, 8, 9, 9, 11, 11, 12, 13, 13, 15, 15, 16, 16, 18, 18, 19, 19, 21,
    21, 22, 22, 23, 24, 24, 25, 26, 26, 27, 27, 28, 29, 29, 30, 30, 30, 31, 32, 32, 33, 33, 33, 34,
    34, 35, 35, 35, 36, 36, 36, 37, 37, 37, 38, 38, 63,
];
