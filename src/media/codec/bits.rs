//! Headers bit by bit: reading them, and writing those of blank frames.

use core::{iter::Copied, slice};

use super::nal::Unescaped;

/// Reads bits, the most significant of a byte first.
#[derive(Clone)]
pub(super) struct Bits<B> {
    bytes: B,
    byte: u8,
    left: u32,
}

/// Reads bits of bytes as they are.
pub(super) type BitReader<'a> = Bits<Copied<slice::Iter<'a, u8>>>;
/// Reads bits of a NAL unit's content.
pub(super) type NalReader<'a> = Bits<Unescaped<'a>>;

impl<'a> BitReader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self::of(bytes.iter().copied())
    }
}

impl<'a> NalReader<'a> {
    pub(super) fn new(content: &'a [u8]) -> Self {
        Self::of(Unescaped::new(content))
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

    pub(super) fn flag(&mut self) -> Option<bool> {
        if self.left == 0 {
            self.byte = self.bytes.next()?;
            self.left = u8::BITS;
        }
        self.left = self.left.saturating_sub(1);
        Some(self.byte.unbounded_shr(self.left) & 1 == 1)
    }

    /// A number of so many bits, at most 32.
    pub(super) fn number(&mut self, bits: u32) -> Option<u32> {
        (0..bits).try_fold(0, |number, _| Some(number << 1 | u32::from(self.flag()?)))
    }

    pub(super) fn skip(&mut self, bits: u32) -> Option<()> {
        (0..bits).try_for_each(|_| self.flag().map(drop))
    }

    /// A number in Exp-Golomb code, `ue(v)` (H.264 §9.1).
    pub(super) fn unsigned(&mut self) -> Option<u32> {
        let mut zeros = 0;
        while !self.flag()? {
            zeros += 1;
            if zeros == u32::BITS {
                return None;
            }
        }
        let rest = self.number(zeros)?;
        Some(1u32.unbounded_shl(zeros).wrapping_sub(1).wrapping_add(rest))
    }

    /// The same with a sign, `se(v)` (H.264 §9.1.1).
    pub(super) fn signed(&mut self) -> Option<i32> {
        let code = self.unsigned()?;
        let size = i32::try_from(code.div_ceil(2)).ok()?;
        Some(if code % 2 == 1 { size } else { -size })
    }
}

/// Writes bits into bytes that are there already.
pub(super) struct BitWriter<'a> {
    room: &'a mut [u8],
    length: usize,
    /// The last bits, not yet a byte.
    bits: u64,
    held: u32,
    /// In a NAL unit, how many zero bytes came last: after two of them a 3 goes before what would look like a start code.
    zeros: Option<u32>,
}

impl<'a> BitWriter<'a> {
    pub(super) fn new(room: &'a mut [u8]) -> Self {
        Self {
            room,
            length: 0,
            bits: 0,
            held: 0,
            zeros: None,
        }
    }

    /// Begins a NAL unit whose header is these bytes.
    pub(super) fn nal(&mut self, header: &[u8]) {
        self.zeros = None;
        for byte in [0, 0, 0, 1].iter().chain(header) {
            self.byte(*byte);
        }
        self.zeros = Some(0);
    }

    /// A number of so many bits, at most 32.
    pub(super) fn number(&mut self, number: u32, bits: u32) {
        let mask = 1u64.unbounded_shl(bits).wrapping_sub(1);
        self.bits = self.bits.unbounded_shl(bits) | u64::from(number) & mask;
        self.held += bits;
        while self.held >= u8::BITS {
            self.held -= u8::BITS;
            let [.., byte] = self.bits.unbounded_shr(self.held).to_be_bytes();
            self.byte(byte);
        }
    }

    pub(super) fn flag(&mut self, flag: bool) {
        self.number(flag.into(), 1);
    }

    pub(super) fn unsigned(&mut self, number: u32) {
        let code = number.saturating_add(1);
        let bits = u32::BITS - code.leading_zeros();
        self.number(0, bits.saturating_sub(1));
        self.number(code, bits);
    }

    pub(super) fn signed(&mut self, number: i32) {
        let twice = number.unsigned_abs().saturating_mul(2);
        self.unsigned(twice.saturating_sub((number > 0).into()));
    }

    /// A one, and then zeros until the last byte is full.
    pub(super) fn trail(&mut self) {
        self.flag(true);
        self.fill();
    }

    /// Zeros until the last byte is full.
    pub(super) fn fill(&mut self) {
        self.number(0, (u8::BITS - self.held) % u8::BITS);
    }

    /// Whole bytes, after whole bytes.
    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.byte(*byte);
        }
    }

    fn byte(&mut self, byte: u8) {
        if let Some(zeros) = self.zeros {
            let escaped = zeros >= 2 && byte <= 3;
            if escaped {
                self.put(3);
            }
            let before = if escaped { 0 } else { zeros };
            self.zeros = Some(if byte == 0 { before + 1 } else { 0 });
        }
        self.put(byte);
    }

    fn put(&mut self, byte: u8) {
        if let Some(place) = self.room.get_mut(self.length) {
            *place = byte;
        }
        self.length = self.length.saturating_add(1);
    }

    /// How many bytes were written; none if there was not enough room.
    pub(super) fn length(self) -> Option<usize> {
        (self.length <= self.room.len()).then_some(self.length)
    }
}
