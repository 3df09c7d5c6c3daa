#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|bytes: &[u8]| {
    framegate_fuzz::ledger::check(bytes);
});

// Mostly whole lines and words are moved, as bytes that change seldom come to a line that is read.
fuzz_mutator!(
    |bytes: &mut [u8], size: usize, max_size: usize, seed: u32| {
        let changed = if seed.is_multiple_of(4) {
            None
        } else {
            changed(&bytes[..size], seed / 4)
        };
        let Some(changed) = changed else {
            return fuzzer_mutate(bytes, size, max_size);
        };
        let size = changed.len().min(max_size);
        bytes[..size].copy_from_slice(&changed[..size]);
        size
    }
);

const AUTHORITIES: [&[u8]; 5] = [
    b"participant",
    b"guardian",
    b"host",
    b"administrator",
    b"vendor",
];

/// Lines among which one was moved or changed; none if there is but one.
fn changed(bytes: &[u8], seed: u32) -> Option<Vec<u8>> {
    let lines = bytes.split_inclusive(|byte| *byte == b'\n');
    let mut lines: Vec<_> = lines.map(<[u8]>::to_vec).collect();
    let mut random = seed as usize;
    let mut below = |count: usize| {
        let drawn = random % count;
        random /= count;
        drawn
    };
    let what = below(8);
    if lines.len() < 2 {
        return None;
    }
    let (one, other) = (below(lines.len()), below(lines.len()));
    match what {
        0 => lines.swap(one, other),
        1 => lines.insert(other, lines[one].clone()),
        2 => {
            lines.remove(one);
        }
        // Its bytes change, and the others stay.
        3 | 4 => {
            let line = &mut lines[one];
            let length = line.len();
            line.resize(length + 64, 0);
            let length = fuzzer_mutate(line, length, length + 64);
            line.truncate(length);
        }
        // Something in quotation marks takes another's place.
        _ => {
            let mut words: Vec<_> = AUTHORITIES.iter().map(|word| word.to_vec()).collect();
            words.extend(pieces(&lines[other]).into_iter().skip(1).step_by(2));
            let mut pieces = pieces(&lines[one]);
            let count = pieces.len() / 2;
            if count > 0 {
                pieces[2 * below(count) + 1] = words.swap_remove(below(words.len()));
            }
            lines[one] = pieces.join(&b'"');
        }
    }
    Some(lines.concat())
}

/// What is before, between and after quotation marks, in turn.
fn pieces(line: &[u8]) -> Vec<Vec<u8>> {
    let pieces = line.split(|byte| *byte == b'"');
    pieces.map(<[u8]>::to_vec).collect()
}
