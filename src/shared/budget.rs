//! How much service data of one person may tell one outlet in a minute (R9).

use crate::{
    shared::sync::{
        AtomicU64,
        Ordering::{AcqRel, Acquire},
    },
    types::{time::Time, verdict::Reason},
};

/// The bits that went in the present minute, counted by all taps of a person into an outlet.
///
/// The minute in the upper half, the bits in the lower, so that both change together. Nothing else is read by it, so no more order is needed.
pub(crate) struct Budget(AtomicU64);

/// Beside the minute, which takes fewer bits: something may have gone in it, and in those after it.
const UNKNOWN: u64 = 1 << 63;

/// Other threads can come in between so often before a record is withheld.
const ATTEMPTS: usize = 4;

impl Budget {
    pub(crate) fn new() -> Self {
        Self(AtomicU64::new(0))
    }

    /// Of a meeting that goes on from a ledger whose last entry was made at `at`. It does not say how much went, nor how long after that.
    pub(crate) fn resumed_at(at: Time) -> Self {
        Self(AtomicU64::new(
            UNKNOWN | minute(at) << 32 | u64::from(u32::MAX),
        ))
    }

    /// Takes `cost` bits at `now`, so that no more than `limit` go in a minute. An error is why not; then nothing is taken.
    ///
    /// To a tap that lags behind, the minute of the others is the present one.
    /// After a crash, it is not known what went before, and so nothing goes in the first minute that is asked for.
    pub(crate) fn take(&self, cost: u32, limit: u32, now: Time) -> Result<(), Reason> {
        let minute = minute(now);
        let mut seen = self.0.load(Acquire);
        if seen & UNKNOWN != 0 {
            return Err(self.begin(seen, minute));
        }
        for _ in 0..ATTEMPTS {
            let (latest, spent) = (seen >> 32, seen & u64::from(u32::MAX));
            let spent = if minute > latest { 0 } else { spent } + u64::from(cost);
            if spent > limit.into() {
                return Err(Reason::OverBudget);
            }
            let next = minute.max(latest) << 32 | spent;
            match self.0.compare_exchange(seen, next, AcqRel, Acquire) {
                Ok(_) => return Ok(()),
                Err(other) => seen = other,
            }
        }
        Err(Reason::Contended)
    }

    /// Takes all that there may have been in the first minute that is asked for. If another thread does so at the same time, either's will do.
    #[cold]
    fn begin(&self, seen: u64, minute: u64) -> Reason {
        let latest = (seen & !UNKNOWN) >> 32;
        let all = minute.max(latest) << 32 | u64::from(u32::MAX);
        match self.0.compare_exchange(seen, all, AcqRel, Acquire) {
            Ok(_) => Reason::OverBudget,
            Err(_) => Reason::Contended,
        }
    }
}

fn minute(time: Time) -> u64 {
    u64::from(time.floor() / 60_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(minute: i64) -> Time {
        Time::from_millis(60_000 * minute)
    }

    #[test]
    fn r9_no_more_goes_in_a_minute_than_was_declared() {
        let budget = Budget::new();
        let over = Err(Reason::OverBudget);
        assert_eq!(budget.take(60, 100, begin(0)), Ok(()));
        assert_eq!(budget.take(41, 100, begin(0)), over);
        let last = Time::from_micros(begin(1).as_micros() - 1);
        assert_eq!(budget.take(40, 100, last), Ok(()));
        assert_eq!(budget.take(1, 100, last), over);
        assert_eq!(budget.take(100, 100, begin(1)), Ok(()));
        // Who lags behind, or has a larger limit, does not begin anew.
        assert_eq!(budget.take(1, 100, begin(0)), over);
        assert_eq!(budget.take(1, 101, begin(0)), Ok(()));
        assert_eq!(budget.take(u32::MAX, 101, begin(2)), over);
        let end = Time::from_millis(i64::from(u32::MAX) - 1);
        assert_eq!(budget.take(1, 1, end), Ok(()));
    }

    #[test]
    fn r9_nothing_goes_in_the_first_minute_after_a_crash() {
        let over = Err(Reason::OverBudget);
        for (first, rest) in [(1, 4), (3, 4), (5, 6)] {
            let budget = Budget::resumed_at(begin(3));
            for minute in [begin(first), begin(first), begin(rest - 1)] {
                assert_eq!(budget.take(1, u32::MAX, minute), over);
            }
            assert_eq!(budget.take(1, 1, begin(rest)), Ok(()));
        }
    }

    #[test]
    fn r9_threads_share_it() {
        const LIMIT: u32 = 10_000;
        let budget = Budget::new();
        let take = || (0..LIMIT).filter(|_| budget.take(1, LIMIT, begin(0)).is_ok());
        let taken = std::thread::scope(|scope| {
            let threads = [(); 4].map(|()| scope.spawn(|| take().count()));
            threads.map(|thread| thread.join().unwrap())
        });
        let taken = taken.into_iter().sum::<usize>();
        assert!(taken <= LIMIT as usize, "{taken}");
        assert_eq!(budget.0.into_inner(), taken as u64);
    }
}
