//! Numbers that no two things of a process share: of stays and of meetings. So a handle of the one is none of the other, at no cost where it is looked at.

// Not those of `sync.rs`: a model checker's can be no statics, and nothing is ordered by these.
use core::sync::atomic::{AtomicU32, AtomicU64, Ordering::Relaxed};

use crate::types::ids::Life;

static STAYS: AtomicU64 = AtomicU64::new(0);
static LIVES: AtomicU64 = AtomicU64::new(0);
/// How often a process was forked to become this one, each being a child of the one before.
static FORKS: AtomicU32 = AtomicU32::new(0);

/// Begins anew, in a child of the process.
#[cfg(all(feature = "binding", unix))]
pub(crate) fn forget() {
    STAYS.store(0, Relaxed);
    LIVES.store(0, Relaxed);
    FORKS.fetch_add(1, Relaxed);
}

/// A process, which none of its children is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Process(u32);

impl Process {
    pub(crate) fn this() -> Self {
        Self(FORKS.load(Relaxed))
    }
}

/// From where stays are numbered.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stays {
    /// Anew in the process, for people whose handles are given out.
    OfProcess,
    /// After this many, for a ledger that is only replayed: it has nobody's handle.
    OfReplay(u32),
}

impl Stays {
    /// The number of the next stay; none after the last, as numbers are never used again.
    pub(crate) fn next(&mut self) -> Option<u32> {
        match self {
            Self::OfProcess => u32::try_from(draw(&STAYS, u32::MAX.into())?).ok(),
            Self::OfReplay(last) => {
                *last = last.checked_add(1)?;
                Some(*last)
            }
        }
    }

    /// Whether there is a next one.
    pub(crate) fn is_exhausted(self) -> bool {
        match self {
            Self::OfProcess => STAYS.load(Relaxed) >= u32::MAX.into(),
            Self::OfReplay(last) => last == u32::MAX,
        }
    }
}

impl Life {
    /// The next meeting's, or of one that is resumed.
    pub(crate) fn next() -> Self {
        // They last for ever; beyond the last one no two could be distinguished, and none is accepted.
        Self(draw(&LIVES, u64::MAX - 1).unwrap_or(u64::MAX))
    }
}

/// The number after the last one drawn; none after `limit`. The first is random, in the lower half.
fn draw(last: &AtomicU64, limit: u64) -> Option<u64> {
    let mut seen = last.load(Relaxed);
    loop {
        let next = match seen {
            0 => random() % (limit / 2) + 1,
            seen => seen.checked_add(1).filter(|next| *next <= limit)?,
        };
        match last.compare_exchange_weak(seen, next, Relaxed, Relaxed) {
            Ok(_) => return Some(next),
            Err(other) => seen = other,
        }
    }
}

/// So that a handle of another process, or of another copy of the library in this one, is none of this.
#[cfg(feature = "std")]
fn random() -> u64 {
    use core::hash::{BuildHasher, Hasher};
    // The second would be the same in every child of a fork.
    let of_process = || std::hash::RandomState::new().build_hasher().finish();
    getrandom::u64().unwrap_or_else(|_| of_process())
}

#[cfg(not(feature = "std"))]
fn random() -> u64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_drawn_once_and_never_again() {
        let last = AtomicU64::new(0);
        let first = draw(&last, 1000).unwrap();
        assert!((1..=500).contains(&first));
        let rest: Vec<_> = core::iter::from_fn(|| draw(&last, 1000)).collect();
        assert_eq!(rest, (first + 1..=1000).collect::<Vec<_>>());
        assert_eq!(draw(&last, 1000), None);
    }

    use std::vec::Vec;

    #[cfg(feature = "std")]
    #[test]
    fn they_begin_anywhere() {
        let begins = || draw(&AtomicU64::new(0), u64::MAX).unwrap();
        assert_ne!(begins(), begins());
    }
}
