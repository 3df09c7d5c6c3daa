//! The scope in which a tap releases a frame; `settling.rs` waits until the last one of a person is over (R6).

use serde::{Deserialize, Serialize};

use crate::{
    shared::{
        sync::{
            AtomicBool, AtomicU64,
            Ordering::{Acquire, Relaxed, Release, SeqCst},
            fence,
        },
        table::Word,
    },
    types::{
        ids::{OutletId, StreamId},
        time::Time,
        verdict::Verdict,
    },
};

/// What a tap and its meeting have together. The meeting writes the word, the tap the rest.
#[repr(align(64))]
pub(crate) struct TapState {
    pub(crate) stream: StreamId,
    pub(crate) outlet: OutletId,
    /// What the owner of its stream agrees to; empty if it has none, and from when they leave.
    word: AtomicU64,
    /// How many releases have begun and ended together: odd while one is under way.
    mark: AtomicU64,
    /// The largest time that was passed to it; out of range once that leapt.
    latest: AtomicU64,
    /// Whether it was passed a time so far ahead of the meeting's that it withholds from then on.
    has_leapt: AtomicBool,
    /// When the last frame that it released was captured; out of range before the first.
    last: AtomicU64,
    seen: AtomicU64,
    whole: AtomicU64,
    redacted: AtomicU64,
    blanked: AtomicU64,
    dropped: AtomicU64,
}

/// How many frames a tap saw, and what became of them. Whenever no frame is being admitted, `seen` is the sum of the others (R10).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Counters {
    /// Frames that came to the tap.
    pub seen: u64,
    /// Handed on as they were.
    pub whole: u64,
    /// Handed on in part.
    pub redacted: u64,
    /// Withheld, with an empty frame in their place.
    pub blanked: u64,
    /// Withheld.
    pub dropped: u64,
}

impl Counters {
    /// The same, read while a frame was being counted: that one was not yet seen, or what became of it is known.
    pub(crate) fn without_what_is_under_way(self) -> Self {
        let released = self.whole.wrapping_add(self.redacted);
        let withheld = self.blanked.wrapping_add(self.dropped);
        Self {
            seen: released.wrapping_add(withheld),
            ..self
        }
    }
}

impl TapState {
    pub(crate) fn new(stream: StreamId, outlet: OutletId) -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            stream,
            outlet,
            word: AtomicU64::new(Word::EMPTY.to_bits()),
            mark: zero(),
            latest: AtomicU64::new(Time::START.to_bits()),
            has_leapt: AtomicBool::new(false),
            last: AtomicU64::new(u64::MAX),
            seen: zero(),
            whole: zero(),
            redacted: zero(),
            blanked: zero(),
            dropped: zero(),
        }
    }

    /// Publishes what the owner agrees to. For the meeting alone.
    pub(crate) fn publish(&self, word: Word) {
        self.word.store(word.to_bits(), Release);
    }

    #[inline]
    pub(crate) fn word(&self) -> Word {
        Word::from_bits(self.word.load(Acquire))
    }

    /// Passes a time on to the tap, and gives the largest that it was passed; or the time itself if that is out of range.
    #[inline]
    pub(crate) fn advance(&self, now: Time) -> Time {
        if !now.in_range() {
            return now;
        }
        let latest = self.latest().max(now);
        self.pass(latest);
        latest
    }

    /// Passes on the largest time that the tap was passed.
    #[inline]
    pub(crate) fn pass(&self, latest: Time) {
        self.latest.store(latest.to_bits(), Relaxed);
    }

    #[inline]
    pub(crate) fn latest(&self) -> Time {
        Time::from_bits(self.latest.load(Relaxed))
    }

    /// Closes the tap for good: its clock cannot be right. For the meeting alone.
    ///
    /// No time is later than what it leaves behind, so nothing is cleared any more. If the tap is just passing on a time of its own,
    /// that one stays until the meeting looks again.
    pub(crate) fn close_by_clock(&self) {
        self.has_leapt.store(true, Release);
        self.latest.store(u64::MAX, Relaxed);
    }

    pub(crate) fn has_leapt(&self) -> bool {
        self.has_leapt.load(Acquire)
    }

    /// How many releases have begun and ended; odd while one is under way.
    pub(crate) fn mark(&self) -> u64 {
        self.mark.load(Acquire)
    }

    /// When the last frame that it released was captured; out of range before the first.
    pub(crate) fn last(&self) -> Time {
        Time::from_bits(self.last.load(Relaxed))
    }

    /// Begins a release. Whoever reads consent in this scope sees every withdrawal that has settled.
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
        Counters {
            seen: self.seen.load(Relaxed),
            whole: self.whole.load(Relaxed),
            redacted: self.redacted.load(Relaxed),
            blanked: self.blanked.load(Relaxed),
            dropped: self.dropped.load(Relaxed),
        }
    }
}

/// Only the tap's own thread counts, so no locked instruction is needed.
#[inline]
fn increment(counter: &AtomicU64) {
    counter.store(counter.load(Relaxed).wrapping_add(1), Relaxed);
}

/// A release under way; it ends when this is dropped, by a panic too.
pub(crate) struct ReleaseGuard<'a>(&'a TapState);

impl ReleaseGuard<'_> {
    #[inline]
    pub(crate) fn count(&self, verdict: Verdict, captured: Time) {
        increment(&self.0.seen);
        increment(match verdict {
            Verdict::Whole => &self.0.whole,
            Verdict::Redacted(_) => &self.0.redacted,
            Verdict::Blanked(_) => &self.0.blanked,
            Verdict::Dropped(_) => &self.0.dropped,
        });
        if verdict.is_released() {
            self.0.last.store(captured.to_bits(), Relaxed);
        }
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
