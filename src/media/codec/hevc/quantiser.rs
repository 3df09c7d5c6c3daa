//! The coefficient that takes a predicted block down to black.

/// The quantiser of a slice, and the first coefficient of a luma block that has no other, by which each of its samples goes from the middle of the range, which is
/// predicted from no neighbour, down to black.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Quantiser {
    /// `SliceQpY`
    pub(super) slice_qp: i32,
    /// The coefficient's absolute value, by the binary logarithm of the block's side less 3: it is negative.
    levels: [u32; 3],
}

/// The way from the middle of the range to black in 8 bits.
const DOWN: i32 = 128 - 16;

impl Quantiser {
    /// `scaling` is the coefficient's `ScalingFactor` in blocks of 8, 16 and 32 a side. Returns `None` if none is exact in all.
    pub(super) fn new(scaling: [u32; 3], bit_depth: u32) -> Option<Self> {
        (0..=51).rev().find_map(|slice_qp| {
            let mut levels = [0; 3];
            for ((log2, scale), level) in (3..).zip(scaling).zip(&mut levels) {
                let scaled = Scaled {
                    log2,
                    scale: i32::try_from(scale).ok()?,
                    bit_depth,
                };
                *level = scaled.level(slice_qp)?;
            }
            Some(Self { slice_qp, levels })
        })
    }

    /// Returns the coefficient's absolute value in a block of this side, a binary logarithm from 3 to 5. It is at least 3.
    pub(super) fn level(self, log2: u32) -> u32 {
        let [of_8, of_16, of_32] = self.levels;
        match log2 {
            ..=3 => of_8,
            4 => of_16,
            _ => of_32,
        }
    }
}

/// How coefficients of a block are scaled.
struct Scaled {
    log2: u32,
    scale: i32,
    bit_depth: u32,
}

impl Scaled {
    /// Returns the absolute value that leads to black, if there is one.
    fn level(&self, slice_qp: i32) -> Option<u32> {
        /// What the coefficient is scaled to: 64 / 2^7, then 64 / 2^(20 - `bit_depth`) of it are in each sample (§8.6.4.2).
        const TARGET: i64 = 128 * DOWN as i64;
        const LEVEL_SCALE: [i32; 6] = [40, 45, 51, 57, 64, 72];
        let qp = slice_qp + 6 * (i32::try_from(self.bit_depth).ok()? - 8);
        let index = usize::try_from(qp % 6).ok()?;
        let step = i64::from(self.scale * LEVEL_SCALE.get(index)?) << (qp / 6);
        let shift = self.bit_depth + self.log2 - 5;
        let level = ((TARGET << shift) + step / 2) / step.max(1);
        let residual = self.residual(-level * step, shift);
        let is_exact = residual == -i64::from(DOWN) << (self.bit_depth - 8);
        u32::try_from(level)
            .ok()
            .filter(|level| *level >= 3 && is_exact)
    }

    /// What such a coefficient adds to each sample (§8.6.4.2), before it is shifted.
    fn residual(&self, coefficient: i64, shift: u32) -> i64 {
        let rounded = |value: i64, shift: u32| (value + (1 << (shift - 1))) >> shift;
        let column = rounded(64 * rounded(coefficient, shift), 7);
        rounded(64 * column, 20 - self.bit_depth)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn almost_every_scale_has_an_exact_coefficient() {
        for (bit_depth, most) in [(8, 0), (10, 40)] {
            let is_there = |scale: &u32| Quantiser::new([*scale; 3], bit_depth).is_some();
            assert!(is_there(&16));
            let without = (1..=255).filter(|scale| !is_there(scale)).count();
            assert!(without <= most, "{bit_depth}: {without}");
        }
    }

    #[test]
    fn control_the_next_coefficient_is_not_exact() {
        for (bit_depth, log2) in [(8, 3), (8, 5), (10, 4)] {
            let flat = Scaled {
                log2,
                scale: 16,
                bit_depth,
            };
            let shift = bit_depth + log2 - 5;
            let qp = 46 + 6 * (i32::try_from(bit_depth).unwrap() - 8);
            let step = (16 * 64) << (qp / 6);
            let level = i64::from(flat.level(46).unwrap());
            let down = -i64::from(DOWN) << (bit_depth - 8);
            assert_eq!(flat.residual(-level * step, shift), down);
            assert_ne!(flat.residual(-(level + 1) * step, shift), down);
            assert_ne!(flat.residual(-(level - 1) * step, shift), down);
        }
    }
}
