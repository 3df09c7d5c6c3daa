//! Bit readers and writers for headers, with the descriptors of the specifications as names (H.264 §7.2, H.265 §7.2).
//!
//! `u(n)` is `L(n)` in VP8 and `f(n)` in VP9 and AV1.

use core::{iter::Copied, slice};

use super::nal::{Framing, Unescaped};

/// Reads bits, the most significant of each byte first. Every method returns `None` past the end.
#[derive(Clone)]
pub(super) struct Bits<B> {
    bytes: B,
    byte: u8,
    left: u32,
}

/// Reads plain bytes.
pub(super) type BitReader<'a> = Bits<Copied<slice::Iter<'a, u8>>>;
/// Reads the payload of a NAL unit, without its emulation prevention bytes.
pub(super) type NalReader<'a> = Bits<Unescaped<'a>>;

impl<'a> BitReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self::of(bytes.iter().copied())
    }
}

impl<'a> NalReader<'a> {
    pub(super) fn new(payload: &'a [u8]) -> Self {
        Self::of(Unescaped::new(payload))
    }
}

impl<B: Iterator<Item = u8>> Bits<B> {
    fn of(bytes: B) -> Self {
        Self {
            bytes,
            byte: 0,
            left: 0,
        }
    }

    /// `u(1)`, a flag.
    pub(super) fn bit(&mut self) -> Option<bool> {
        if self.left == 0 {
            self.byte = self.bytes.next()?;
            self.left = u8::BITS;
        }
        self.left = self.left.saturating_sub(1);
        Some(self.byte.unbounded_shr(self.left) & 1 == 1)
    }

    /// `u(n)`, an unsigned integer of `n` bits, at most 32.
    pub(super) fn u(&mut self, n: u32) -> Option<u32> {
        (0..n).try_fold(0, |value, _| Some(value << 1 | u32::from(self.bit()?)))
    }

    pub(super) fn skip(&mut self, n: u32) -> Option<()> {
        (0..n).try_for_each(|_| self.bit().map(drop))
    }

    /// Goes on at the next byte, unless it is at the beginning of one; `byte_alignment()` in AAC.
    pub(super) fn align(&mut self) {
        self.left = 0;
    }

    /// `ue(v)`, an unsigned integer in Exp-Golomb code (H.264 §9.1); `uvlc()` in AV1.
    pub(super) fn ue(&mut self) -> Option<u32> {
        let mut leading_zeros = 0;
        while !self.bit()? {
            leading_zeros += 1;
            if leading_zeros == u32::BITS {
                return None;
            }
        }
        let rest = self.u(leading_zeros)?;
        let base = 1u32.unbounded_shl(leading_zeros).wrapping_sub(1);
        Some(base.wrapping_add(rest))
    }

    /// `se(v)`, a signed integer in Exp-Golomb code (H.264 §9.1.1).
    pub(super) fn se(&mut self) -> Option<i32> {
        let code = self.ue()?;
        let size = i32::try_from(code.div_ceil(2)).ok()?;
        Some(if code % 2 == 1 { size } else { -size })
    }
}

/// Writes bits into a buffer, and counts on if it is too short.
pub(super) struct BitWriter<'a> {
    buffer: &'a mut [u8],
    length: usize,
    /// The last bits, not yet a byte.
    bits: u64,
    held: u32,
    /// Inside a NAL unit, how many zero bytes came last: after two of them, a 3 is inserted to prevent a false start code.
    zeros: Option<u32>,
    framing: Framing,
    /// Where the NAL unit begins, behind its length.
    unit: Option<usize>,
}

impl<'a> BitWriter<'a> {
    pub(super) fn new(buffer: &'a mut [u8]) -> Self {
        Self::of_units(buffer, Framing::StartCodes)
    }

    pub(super) fn of_units(buffer: &'a mut [u8], framing: Framing) -> Self {
        Self {
            buffer,
            length: 0,
            bits: 0,
            held: 0,
            zeros: None,
            framing,
            unit: None,
        }
    }

    /// Begins a NAL unit with this header.
    pub(super) fn nal(&mut self, header: &[u8]) {
        self.end_unit();
        self.zeros = None;
        let before: &[u8] = match self.framing {
            Framing::StartCodes => &[0, 0, 0, 1],
            // Its length, when it is known.
            Framing::Lengths(size) => [0; 4].get(..size).unwrap_or_default(),
        };
        self.unit = Some(self.length.saturating_add(before.len()));
        for byte in before.iter().chain(header) {
            self.byte(*byte);
        }
        self.zeros = Some(0);
    }

    /// Writes the length of the NAL unit that ends here before it. If it does not fit there, it is as if the buffer were too short.
    fn end_unit(&mut self) {
        let (Framing::Lengths(size), Some(start)) = (self.framing, self.unit.take()) else {
            return;
        };
        let length = self.length.saturating_sub(start);
        for (place, byte) in (0..size).zip(length.to_le_bytes()) {
            let at = start.saturating_sub(place + 1);
            if let Some(room) = self.buffer.get_mut(at) {
                *room = byte;
            }
        }
        let bits = u32::try_from(size).map_or(0, |size| u8::BITS * size);
        if length.checked_shr(bits).unwrap_or(0) != 0 {
            self.length = usize::MAX;
        }
    }

    /// `u(n)`, an unsigned integer of `n` bits, at most 32.
    pub(super) fn u(&mut self, n: u32, value: u32) {
        let mask = 1u64.unbounded_shl(n).wrapping_sub(1);
        self.bits = self.bits.unbounded_shl(n) | u64::from(value) & mask;
        self.held += n;
        while self.held >= u8::BITS {
            self.held -= u8::BITS;
            let [.., byte] = self.bits.unbounded_shr(self.held).to_be_bytes();
            self.byte(byte);
        }
    }

    /// `u(1)`, a flag.
    pub(super) fn bit(&mut self, value: bool) {
        self.u(1, value.into());
    }

    /// `ue(v)`, an unsigned integer in Exp-Golomb code (H.264 §9.1).
    pub(super) fn ue(&mut self, value: u32) {
        let code = value.saturating_add(1);
        let bits = u32::BITS - code.leading_zeros();
        self.u(bits.saturating_sub(1), 0);
        self.u(bits, code);
    }

    /// `se(v)`, a signed integer in Exp-Golomb code (H.264 §9.1.1).
    pub(super) fn se(&mut self, value: i32) {
        let twice = value.unsigned_abs().saturating_mul(2);
        self.ue(twice.saturating_sub((value > 0).into()));
    }

    /// A one, then zeros up to the end of the byte (H.264 §7.3.2.11); `byte_alignment()` in H.265, `trailing_bits()` in AV1.
    pub(super) fn rbsp_trailing_bits(&mut self) {
        self.bit(true);
        self.align();
    }

    /// Zeros up to the end of the byte; `byte_alignment()` in AV1, `trailing_bits()` in VP9.
    pub(super) fn align(&mut self) {
        self.u((u8::BITS - self.held) % u8::BITS, 0);
    }

    /// Ones up to the end of the byte.
    pub(super) fn align_with_ones(&mut self) {
        self.u((u8::BITS - self.held) % u8::BITS, u32::MAX);
    }

    fn byte(&mut self, byte: u8) {
        if let Some(zeros) = self.zeros {
            let is_escaped = zeros >= 2 && byte <= 3;
            if is_escaped {
                self.put(3);
            }
            let before = if is_escaped { 0 } else { zeros };
            self.zeros = Some(if byte == 0 { before + 1 } else { 0 });
        }
        self.put(byte);
    }

    fn put(&mut self, byte: u8) {
        if let Some(place) = self.buffer.get_mut(self.length) {
            *place = byte;
        }
        self.length = self.length.saturating_add(1);
    }

    /// Returns how many whole bytes there are, whether they fit or not.
    pub(super) const fn count(&self) -> usize {
        self.length
    }

    /// Returns how many bytes were written, or `None` if the buffer was too short.
    pub(super) fn length(mut self) -> Option<usize> {
        self.end_unit();
        (self.length <= self.buffer.len()).then_some(self.length)
    }
}
