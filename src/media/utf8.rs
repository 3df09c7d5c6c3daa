//! Whether bytes are UTF-8. A text is looked through before every release, and that takes longer than all the rest of it, so it goes by vectors.

/// Long enough that the ends of the vectorised loops do not count.
const BLOCK: usize = 256;
/// A code point that reaches into a block begins at most this many bytes before it.
const BEFORE: usize = 3;

type Window = [u8; BEFORE + BLOCK];

/// Whether this is UTF-8 (RFC 3629 §4).
pub(crate) fn is_valid(text: &[u8]) -> bool {
    if text.is_ascii() {
        return true;
    }
    let (Some(first), Some(mut rest)) = (text.first_chunk::<BLOCK>(), text.get(BLOCK - BEFORE..))
    else {
        // For a line of chat the blocks would cost more than they save.
        return core::str::from_utf8(text).is_ok();
    };
    // Before the beginning and after the end there are zeros, in which no code point begins or goes on.
    let mut window = [0; BEFORE + BLOCK];
    if let Some(room) = window.last_chunk_mut() {
        *room = *first;
    }
    let mut is_valid = is_valid_block(&window);
    while let Some(window) = rest.first_chunk() {
        is_valid &= is_valid_block(window);
        rest = rest.get(BLOCK..).unwrap_or_default();
    }
    let mut window = [0; BEFORE + BLOCK];
    for (to, from) in window.iter_mut().zip(rest) {
        *to = *from;
    }
    is_valid & is_valid_block(&window)
}

/// Whether all bytes but the first few are as those before them ask for.
fn is_valid_block(window: &Window) -> bool {
    let highest = window.iter().fold(0, |highest, byte| (*byte).max(highest));
    match highest {
        ..0x80 => true,
        0x80..0xE0 => is_of_two_bytes_at_most(window),
        0xE0.. => is_of_four_bytes_at_most(window),
    }
}

// In the two that follow, the highest bit of `wrong` is set once a byte goes on with a code point and should not, or the other way round.
// `least` is below 2 once there was a C0 or C1, which would be longer than needed.

fn is_of_two_bytes_at_most(window: &Window) -> bool {
    let (mut wrong, mut least) = (0, u8::MAX);
    for four in window.windows(4) {
        let [_, _, before, byte] = four else {
            continue;
        };
        wrong |= before.saturating_sub(0x40) ^ goes_on(*byte);
        least = least.min(byte ^ 0xC0);
    }
    (wrong < 0x80) & (least >= 2)
}

fn is_of_four_bytes_at_most(window: &Window) -> bool {
    let (mut wrong, mut least, mut highest, mut outside) = (0, u8::MAX, 0, 0);
    for four in window.windows(4) {
        let [third, second, before, byte] = four else {
            continue;
        };
        let due =
            before.saturating_sub(0x40) | second.saturating_sub(0x60) | third.saturating_sub(0x70);
        wrong |= due ^ goes_on(*byte);
        least = least.min(byte ^ 0xC0);
        highest = highest.max(*byte);
        // Of four leading bytes, not all that may go on may follow.
        let is = |lead: u8, then: u8| if *before == lead { then } else { 0 };
        let low = is(0xE0, 0xA0) | is(0xF0, 0x90);
        let high = u8::MAX ^ is(0xED, 0xFF ^ 0x9F) ^ is(0xF4, 0xFF ^ 0x8F);
        outside |= low.saturating_sub(*byte) | byte.saturating_sub(high);
    }
    (wrong < 0x80) & (least >= 2) & (highest < 0xF5) & (outside == 0)
}

/// The highest bit is set if the byte is not a code point's first.
fn goes_on(byte: u8) -> u8 {
    byte & !(byte << 1)
}

#[cfg(test)]
mod tests {
    use alloc::{string::String, vec::Vec};

    use proptest::prelude::*;

    use super::*;

    /// The first and the last of each length, and those beside the surrogates.
    const CHARS: &[char] = &[
        'x',
        '\u{80}',
        '\u{7FF}',
        '\u{800}',
        '\u{FFF}',
        '\u{D7FF}',
        '\u{E000}',
        '\u{FFFF}',
        '\u{10000}',
        '\u{10FFFF}',
    ];

    /// Text of so few or so many of these that each way is taken, with bytes in it that belong to none, and cut off anywhere.
    fn bytes() -> impl Strategy<Value = Vec<u8>> {
        let text = (1..=CHARS.len()).prop_flat_map(|kinds| {
            let char = prop_oneof![Just('x'), prop::sample::select(&CHARS[..kinds])];
            prop::collection::vec(char, 0..3 * BLOCK)
        });
        let wrong = prop::collection::vec((any::<prop::sample::Index>(), 0x70u8..), 0..3);
        (text, wrong, 0usize..4).prop_map(|(text, wrong, cut)| {
            let mut bytes = text.into_iter().collect::<String>().into_bytes();
            bytes.truncate(bytes.len().saturating_sub(cut));
            for (at, byte) in wrong {
                if !bytes.is_empty() {
                    let at = at.index(bytes.len());
                    bytes[at] = byte;
                }
            }
            bytes
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn agrees_with_the_standard_library(bytes in bytes()) {
            prop_assert_eq!(is_valid(&bytes), core::str::from_utf8(&bytes).is_ok());
        }
    }

    /// Every pair of bytes, followed as the first of them asks for or not, at every place around the edges of blocks.
    #[test]
    fn agrees_on_all_beginnings_at_the_edges_of_blocks() {
        let mut text = [b'x'; 2 * BLOCK + 8];
        for place in (BLOCK - 5..BLOCK + 2).chain([0, 1, 2 * BLOCK - 2, 2 * BLOCK + 4]) {
            for first in 0x7F..=u8::MAX {
                for second in 0x7F..=u8::MAX {
                    for rest in [*b"xx", [0x80, b'x'], [0xBF, 0xBF], [0x80, 0xC2]] {
                        text[place..place + 4].copy_from_slice(&[first, second, rest[0], rest[1]]);
                        let is_ok = core::str::from_utf8(&text).is_ok();
                        assert_eq!(is_valid(&text), is_ok, "{first:x} {second:x} {rest:x?}");
                    }
                }
            }
            text[place..place + 4].fill(b'x');
        }
    }
}
