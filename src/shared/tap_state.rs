//! The atomics that a tap and its meeting have in common, and the release that a tap marks in them; `settling.rs` waits for its end (R6).

use core::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    shared::{
        sync::{
            AtomicBool, AtomicU64, Counter,
            Ordering::{Acquire, Relaxed, Release, SeqCst},
            fence,
        },
        word::Word,
    },
    types::{
        fault::Fault,
        ids::{OutletId, StreamId},
        time::Time,
        verdict::{Reason, Verdict},
    },
};

/// The state that a tap and its meeting have in common. The meeting writes the word, the tap the rest; a clock that leapt is the meeting's to close.
#[repr(align(64))]
pub(crate) struct TapState {
    /// From 0 in the order of opening.
    pub(crate) number: u32,
    pub(crate) stream: StreamId,
    pub(crate) outlet: OutletId,
    /// The consent of its stream's owner; empty if it has none, and from when they leave.
    word: AtomicU64,
    /// The number of releases that have begun plus those that have ended: odd while one is under way.
    mark: AtomicU64,
    /// The largest time that the tap was given; out of range once that leapt.
    latest: AtomicU64,
    /// Whether the tap was dropped.
    is_closed: AtomicBool,
    /// Whether the tap was given a time so far ahead of the meeting's that it withholds from then on.
    has_leapt: AtomicBool,
    /// The capture time of the last frame that it released; out of range before the first.
    last: AtomicU64,
    /// When the tap last asked for a keyframe; out of range before the first time.
    requested: Counter,
    /// What was wrong with the last frame that had a fault, by number; 0 before the first.
    fault: Counter,
    whole: Counter,
    redacted: ByReason<Counter>,
    blanked: ByReason<Counter>,
    dropped: ByReason<Counter>,
}

/// One for each reason, in the order of [`Reason::ALL`].
type ByReason<T> = [T; Reason::ALL.len()];

/// A tap's counts of frames. `seen` is the sum of the others (R10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct Counters {
    /// Frames that came to the tap. A payload without bytes is no frame of an encoded stream.
    pub seen: u64,
    /// Handed on as they were.
    pub whole: u64,
    /// Handed on in part.
    pub redacted: u64,
    /// Withheld, with a blank frame in their place.
    pub blanked: u64,
    /// Withheld.
    pub dropped: u64,
}

/// A tap's counts of frames, by what was done with them and why: [`Tap::reasons`](crate::Tap::reasons), [`Meeting::reasons`](crate::Meeting::reasons).
///
/// Every frame that came to the tap is counted once (R10).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ReasonCounters {
    whole: u64,
    redacted: ByReason<u64>,
    blanked: ByReason<u64>,
    dropped: ByReason<u64>,
}

impl ReasonCounters {
    /// Returns how many frames had this verdict, for this reason.
    #[must_use]
    pub fn get(&self, verdict: Verdict) -> u64 {
        let (counts, reason) = match verdict {
            Verdict::Whole => return self.whole,
            Verdict::Redacted(reason) => (&self.redacted, reason),
            Verdict::Blanked(reason) => (&self.blanked, reason),
            Verdict::Dropped(reason) => (&self.dropped, reason),
        };
        counts.get(reason.place()).copied().unwrap_or_default()
    }

    /// Returns each verdict that a frame had, and how many had it: whole, redacted, blanked, dropped, each by the reason's number.
    pub fn counts(&self) -> impl Iterator<Item = (Verdict, u64)> {
        type Named = fn(Reason) -> Verdict;
        let of = |counts: &ByReason<u64>, verdict: Named| {
            let reasons = Reason::ALL.map(verdict);
            reasons.into_iter().zip(*counts)
        };
        [(Verdict::Whole, self.whole)]
            .into_iter()
            .chain(of(&self.redacted, Verdict::Redacted))
            .chain(of(&self.blanked, Verdict::Blanked))
            .chain(of(&self.dropped, Verdict::Dropped))
            .filter(|(_, count)| *count > 0)
    }

    /// Returns the same without the reasons.
    #[must_use]
    pub fn totals(&self) -> Counters {
        Counters::of(
            self.whole,
            [&self.redacted, &self.blanked, &self.dropped].map(|counts| counts.iter().copied()),
        )
    }
}

impl fmt::Debug for ReasonCounters {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map().entries(self.counts()).finish()
    }
}

impl Counters {
    /// Adds up the counts of frames that were redacted, blanked and dropped.
    fn of<C: Iterator<Item = u64>>(whole: u64, others: [C; 3]) -> Self {
        let [redacted, blanked, dropped] = others.map(|counts| counts.fold(0, u64::wrapping_add));
        let released = whole.wrapping_add(redacted);
        let withheld = blanked.wrapping_add(dropped);
        Self {
            seen: released.wrapping_add(withheld),
            whole,
            redacted,
            blanked,
            dropped,
        }
    }
}

impl TapState {
    pub(crate) fn new(number: u32, stream: StreamId, outlet: OutletId) -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            number,
            stream,
            outlet,
            word: AtomicU64::new(Word::EMPTY.to_bits()),
            mark: zero(),
            latest: AtomicU64::new(Time::START.to_bits()),
            is_closed: AtomicBool::new(false),
            has_leapt: AtomicBool::new(false),
            last: AtomicU64::new(u64::MAX),
            requested: Counter::new(Time::NEVER.to_bits()),
            fault: Counter::default(),
            whole: Counter::default(),
            redacted: Default::default(),
            blanked: Default::default(),
            dropped: Default::default(),
        }
    }

    /// Publishes the owner's consent. For the meeting alone.
    pub(crate) fn publish(&self, word: Word) {
        self.word.store(word.to_bits(), Release);
    }

    #[inline]
    pub(crate) fn word(&self) -> Word {
        Word::from_bits(self.word.load(Acquire))
    }

    /// Notes a time that the tap was given. Returns the largest so far, or the time itself if that is out of range.
    #[inline]
    pub(crate) fn observe(&self, now: Time) -> Time {
        if !now.in_range() {
            return now;
        }
        let latest = self.latest().max(now);
        self.set_latest(latest);
        latest
    }

    /// Sets the largest time that the tap was given.
    #[inline]
    pub(crate) fn set_latest(&self, latest: Time) {
        self.latest.store(latest.to_bits(), Relaxed);
    }

    #[inline]
    pub(crate) fn latest(&self) -> Time {
        Time::from_bits(self.latest.load(Relaxed))
    }

    /// Closes the tap for good: its clock cannot be right. For the meeting alone.
    ///
    /// Leaves a latest time that no time reaches, so nothing is cleared any more. If the tap is just storing a time of its own,
    /// that one stays until the meeting looks again.
    pub(crate) fn close_by_clock(&self) {
        self.has_leapt.store(true, Release);
        self.latest.store(u64::MAX, Relaxed);
    }

    pub(crate) fn has_leapt(&self) -> bool {
        self.has_leapt.load(Acquire)
    }

    /// Notes that the tap was dropped: nothing of its state changes any more.
    pub(crate) fn close(&self) {
        self.is_closed.store(true, Release);
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.is_closed.load(Acquire)
    }

    /// Returns the number of releases that have begun plus those that have ended: odd while one is under way.
    pub(crate) fn mark(&self) -> u64 {
        self.mark.load(Acquire)
    }

    /// Returns the capture time of the last frame that it released; out of range before the first.
    pub(crate) fn last(&self) -> Time {
        Time::from_bits(self.last.load(Relaxed))
    }

    /// Returns when the tap last asked for a keyframe, if it has.
    pub(crate) fn requested(&self) -> Option<Time> {
        let last = Time::from_bits(self.requested.load(Relaxed));
        Some(last).filter(|last| last.in_range())
    }

    pub(crate) fn set_requested(&self, now: Time) {
        self.requested.store(now.to_bits(), Relaxed);
    }

    /// Returns what was wrong with the last frame that had a fault, if there was one.
    pub(crate) fn fault(&self) -> Option<Fault> {
        let number = usize::try_from(self.fault.load(Relaxed)).ok()?;
        Fault::ALL.get(number.checked_sub(1)?).copied()
    }

    pub(crate) fn set_fault(&self, fault: Fault) {
        self.fault.store(fault as u64, Relaxed);
    }

    /// Begins a release. Every load of consent while it is under way sees every withdrawal that has settled.
    #[inline]
    pub(crate) fn begin(&self) -> ReleaseGuard<'_> {
        self.mark.store(self.mark.load(Relaxed) + 1, Relaxed);
        fence(SeqCst);
        ReleaseGuard(self)
    }

    /// Ends a release that was left open.
    #[cfg(feature = "binding")]
    #[inline]
    pub(crate) fn end(&self) {
        drop(ReleaseGuard(self));
    }

    pub(crate) fn counters(&self) -> Counters {
        let others = [&self.redacted, &self.blanked, &self.dropped];
        let others = others.map(|counts| counts.iter().map(|count| count.load(Relaxed)));
        Counters::of(self.whole.load(Relaxed), others)
    }

    pub(crate) fn reasons(&self) -> ReasonCounters {
        let load = |counts: &ByReason<Counter>| counts.each_ref().map(|count| count.load(Relaxed));
        ReasonCounters {
            whole: self.whole.load(Relaxed),
            redacted: load(&self.redacted),
            blanked: load(&self.blanked),
            dropped: load(&self.dropped),
        }
    }
}

/// Counts one more. Only the tap's own thread does so, and no locked instruction is needed.
#[inline]
fn increment(counter: &Counter) {
    counter.store(counter.load(Relaxed).wrapping_add(1), Relaxed);
}

/// A release under way; it ends when this is dropped, by a panic too.
pub(crate) struct ReleaseGuard<'a>(&'a TapState);

impl ReleaseGuard<'_> {
    #[inline]
    pub(crate) fn count(&self, verdict: Verdict, captured: Time) {
        let (counts, reason) = match verdict {
            Verdict::Whole => return self.count_whole(captured),
            Verdict::Redacted(reason) => (&self.0.redacted, reason),
            Verdict::Blanked(reason) => (&self.0.blanked, reason),
            Verdict::Dropped(reason) => (&self.0.dropped, reason),
        };
        // Every reason has its place.
        counts.get(reason.place()).into_iter().for_each(increment);
        if verdict.is_released() {
            self.0.last.store(captured.to_bits(), Relaxed);
        }
    }

    #[inline]
    pub(crate) fn count_whole(&self, captured: Time) {
        increment(&self.0.whole);
        self.0.last.store(captured.to_bits(), Relaxed);
    }
}

#[cfg(feature = "binding")]
impl ReleaseGuard<'_> {
    /// The release goes on until [`TapState::end`].
    #[inline]
    pub(crate) fn leave_open(self) {
        core::mem::forget(self);
    }
}

impl Drop for ReleaseGuard<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.mark.store(self.0.mark.load(Relaxed) + 1, Release);
    }
}
