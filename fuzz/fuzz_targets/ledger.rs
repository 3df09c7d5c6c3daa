#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target, fuzzer_mutate};

fuzz_target!(|bytes: &[u8]| {
    framegate_fuzz::ledger::check(bytes);
});

// Half of the time whole lines are moved, as bytes that change seldom come to a line that is read.
fuzz_mutator!(
    |bytes: &mut [u8], size: usize, max_size: usize, seed: u32| {
        if seed % 2 == 0 {
            return fuzzer_mutate(bytes, size, max_size);
        }
        let mut lines: Vec<Vec<u8>> = bytes[..size]
            .split_inclusive(|byte| *byte == b'\n')
            .map(<[u8]>::to_vec)
            .collect();
        let count = lines.len();
        if count < 2 {
            return fuzzer_mutate(bytes, size, max_size);
        }
        let [one, other] = [seed >> 3, seed >> 17].map(|random| random as usize % count);
        match seed >> 1 & 3 {
            0 => lines.swap(one, other),
            1 => lines.insert(other, lines[one].clone()),
            2 => {
                lines.remove(one);
            }
            // One line's bytes change, and the others stay.
            _ => {
                let line = &mut lines[one];
                let length = line.len();
                line.resize(length + 64, 0);
                let length = fuzzer_mutate(line, length, length + 64);
                line.truncate(length);
            }
        }
        let changed = lines.concat();
        let size = changed.len().min(max_size);
        bytes[..size].copy_from_slice(&changed[..size]);
        size
    }
);
