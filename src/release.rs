//! The scope in which a tap releases a frame, and waiting until the last one of a person is over (R6).
//!
//! A tap marks its release *before* it reads consent; a withdrawal publishes *before* it reads the marks; between the two each has a full fence.
//! So either the tap sees the withdrawal and withholds, or the withdrawal sees the mark and waits until that release has ended.

use alloc::{sync::Arc, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    ids::{OutletId, StreamId},
    sync::{
        AtomicU64,
        Ordering::{Acquire, Relaxed, Release, SeqCst},
        fence,
    },
    table::Word,
    time::Time,
    verdict::Verdict,
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
    /// The largest time that was passed to it.
    latest: AtomicU64,
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

impl TapState {
    pub(crate) fn new(stream: StreamId, outlet: OutletId) -> Self {
        let zero = || AtomicU64::new(0);
        Self {
            stream,
            outlet,
            word: AtomicU64::new(Word::EMPTY.to_bits()),
            mark: zero(),
            latest: AtomicU64::new(Time::START.to_bits()),
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

    /// Begins a release. Whoever reads consent in this scope sees every withdrawal that has settled.
    #[inline]
    pub(crate) fn begin(&self) -> Scope<'_> {
        self.mark.store(self.mark.load(Relaxed) + 1, Relaxed);
        fence(SeqCst);
        Scope(self)
    }

    /// Ends a release that was left open.
    #[cfg(feature = "capi")]
    #[inline]
    pub(crate) fn end(&self) {
        drop(Scope(self));
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
pub(crate) struct Scope<'a>(&'a TapState);

impl Scope<'_> {
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

#[cfg(feature = "capi")]
impl Scope<'_> {
    /// The release goes on until [`TapState::end`].
    #[inline]
    pub(crate) fn leave_open(self) {
        core::mem::forget(self);
    }
}

impl Drop for Scope<'_> {
    #[inline]
    fn drop(&mut self) {
        self.0.mark.store(self.0.mark.load(Relaxed) + 1, Release);
    }
}

/// How far a tap had come when a narrowing settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TapRelease {
    /// From which stream.
    pub stream: StreamId,
    /// Into which outlet.
    pub outlet: OutletId,
    /// How many frames it had released, whole or in part.
    pub released: u64,
    /// When the last of them was captured; `None` before the first. Whatever the tap released later was released under the narrowed consent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Time>,
    /// Whether a release that was under way when consent was narrowed has not ended yet.
    pub is_releasing: bool,
}

/// A mark in a ledger.
pub(crate) struct Durable {
    entries: u64,
    /// How many entries are durable so far.
    durable: Arc<AtomicU64>,
}

impl Durable {
    /// It is passed when so many entries are durable.
    pub(crate) fn new(entries: u64, durable: Arc<AtomicU64>) -> Self {
        Self { entries, durable }
    }

    fn is_passed(&self) -> bool {
        self.durable.load(Acquire) >= self.entries
    }

    /// The number of entries up to it.
    pub(crate) fn entries(&self) -> u64 {
        self.entries
    }

    /// Whether it is in the same ledger.
    pub(crate) fn is_beside(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.durable, &other.durable)
    }
}

/// A narrowing under way. It is in force at once; once it has settled, no release that was under way when it came is still going on.
///
/// It does not borrow the meeting and can be polled from any thread, outside any lock.
#[must_use = "frames that were being released when consent was narrowed may still be on their way until this has settled"]
pub struct Settling {
    taps: Vec<Tap>,
    entered: Durable,
}

/// A tap, and its mark if a release was under way.
struct Tap {
    state: Arc<TapState>,
    under_way: Option<u64>,
}

impl Tap {
    fn is_releasing(&self) -> bool {
        self.under_way
            .is_some_and(|mark| self.state.mark.load(Acquire) == mark)
    }
}

impl Settling {
    /// After all consent words have been published.
    pub(crate) fn begin(taps: &[Arc<TapState>], entered: Durable) -> Self {
        fence(SeqCst);
        let marked = taps.iter().map(|state| {
            let mark = state.mark.load(Acquire);
            Tap {
                state: Arc::clone(state),
                under_way: (mark % 2 == 1).then_some(mark),
            }
        });
        Self {
            taps: marked.collect(),
            entered,
        }
    }

    /// Whether every release that was under way has ended, and the narrowing is durable in the ledger.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        !self.taps.iter().any(Tap::is_releasing) && self.entered.is_passed()
    }

    /// How far each tap has come, and whether it is still in a release that was under way when consent was narrowed.
    pub fn taps(&self) -> impl Iterator<Item = TapRelease> {
        self.taps.iter().map(|tap| {
            // Read before the counters, so that once a release has ended, the counters include it.
            let is_releasing = tap.is_releasing();
            let Counters {
                whole, redacted, ..
            } = tap.state.counters();
            let last = Time::from_bits(tap.state.last.load(Relaxed));
            TapRelease {
                stream: tap.state.stream,
                outlet: tap.state.outlet,
                released: whole + redacted,
                last: last.in_range().then_some(last),
                is_releasing,
            }
        })
    }

    pub(crate) fn entered(&self) -> &Durable {
        &self.entered
    }

    /// Waits until it has settled, for no longer than `timeout`; says whether it has.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn wait(&self, timeout: core::time::Duration) -> bool {
        let begun = std::time::Instant::now();
        while !self.is_settled() {
            if begun.elapsed() >= timeout {
                return false;
            }
            std::thread::sleep(POLL);
        }
        true
    }
}

#[cfg(feature = "std")]
const POLL: core::time::Duration = core::time::Duration::from_micros(50);
