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
        // What is said of one thing is said as it is of the same thing elsewhere.
        _ => {
            let mut pieces_of_one = pieces(&lines[one]);
            let at = values(&pieces_of_one);
            if !at.is_empty() {
                let at = at[below(at.len())];
                let name = pieces_of_one[at - 2].clone();
                let mut others: Vec<_> =
                    lines.iter().flat_map(|line| of_name(line, &name)).collect();
                if name == b"by" {
                    others.extend(AUTHORITIES.map(<[u8]>::to_vec));
                }
                pieces_of_one[at] = others.swap_remove(below(others.len()));
                lines[one] = pieces_of_one.join(&b'"');
            }
        }
    }
    Some(lines.concat())
}

/// What is before, between and after quotation marks, in turn.
fn pieces(line: &[u8]) -> Vec<Vec<u8>> {
    let pieces = line.split(|byte| *byte == b'"');
    pieces.map(<[u8]>::to_vec).collect()
}

/// Which pieces are the texts that fields have.
fn values(pieces: &[Vec<u8>]) -> Vec<usize> {
    let is_value = |at: &usize| pieces[at - 1] == b":";
    (3..pieces.len()).step_by(2).filter(is_value).collect()
}

/// The texts of a field of this name.
fn of_name(line: &[u8], name: &[u8]) -> Vec<Vec<u8>> {
    let pieces = pieces(line);
    let at = values(&pieces).into_iter();
    let at = at.filter(|at| pieces[at - 2] == name);
    at.map(|at| pieces[at].clone()).collect()
}
