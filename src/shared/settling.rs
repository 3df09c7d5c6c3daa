//! Waiting until the last release that consent no longer covers is over, and the narrowing is durable (R6).
//!
//! A tap marks its release *before* it reads consent; a narrowing publishes *before* it reads the marks; between the two each has a full fence.
//! So either the tap sees the narrowing and withholds, or the narrowing sees the mark and waits until that release has ended.

use alloc::{sync::Arc, vec::Vec};
use core::fmt;

use serde::{Deserialize, Serialize};

use crate::{
    shared::{
        sync::{
            AtomicU64,
            Ordering::{Acquire, SeqCst},
            fence,
        },
        tap_state::{Counters, TapState},
    },
    types::{
        ids::{OutletId, StreamId},
        time::Time,
    },
};

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
    /// A ledger's line has none that is later than itself, whatever a clock that leapt said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Time>,
    /// Whether a release that was under way when consent was narrowed has not ended yet.
    pub is_releasing: bool,
}

impl TapRelease {
    /// As the ledger has it at a time. The tap counts a frame and then says when it was captured, and its clock may have leapt:
    /// what it released by then was captured by then.
    pub(crate) fn by(self, at: Time) -> Self {
        let last = self.last.unwrap_or(at).min(at);
        Self {
            last: (self.released > 0).then_some(last),
            ..self
        }
    }
}

/// An entry that is to become durable.
pub(crate) struct Entered {
    /// None where nothing was.
    ticket: Option<u64>,
    /// Up to which ticket entries are durable so far.
    durable: Arc<AtomicU64>,
}

impl Entered {
    pub(crate) fn new(ticket: Option<u64>, durable: Arc<AtomicU64>) -> Self {
        Self { ticket, durable }
    }

    fn is_durable(&self) -> bool {
        let durable = self.durable.load(Acquire);
        self.ticket.is_none_or(|ticket| ticket <= durable)
    }

    pub(crate) fn ticket(&self) -> Option<u64> {
        self.ticket
    }

    /// Whether it is of the ledger that has this mark.
    pub(crate) fn is_of(&self, durable: &Arc<AtomicU64>) -> bool {
        Arc::ptr_eq(&self.durable, durable)
    }
}

/// Gives a ledger's store what it does not have yet.
#[cfg(feature = "std")]
pub(crate) trait Drive: Send + Sync {
    /// In this thread, unless another one is doing so.
    fn drive(&self);

    /// In a thread of its own, so that whoever asks need not wait for the store.
    fn drive_aside(self: Arc<Self>);
}

/// A narrowing under way. It is in force at once; once it has settled, no release that was under way when it came is still going on.
///
/// It does not borrow the meeting and can be polled from any thread, outside any lock.
/// Whoever asks it, and whoever drops it, offers the ledger's store what that does not have yet, unless another thread is doing so.
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use std::time::Duration;
///
/// use framegate::{Authority, Time};
///
/// # let scene::Scene { mut meeting, ada, scope, .. } = scene::scene();
/// let now = Time::from_millis(5_000);
/// let settling = meeting.withdraw(Authority::Participant, ada, scope, now)?;
/// if settling.wait(Duration::from_secs(1)) {
///     // Now, and not before, tell Ada that it is done.
/// } else {
///     for tap in settling.taps().filter(|tap| tap.is_releasing) {
///         eprintln!("{:?} is still handing a frame to {:?}", tap.stream, tap.outlet);
///     }
/// }
/// assert!(meeting.settled(&settling, now)?); // and the ledger has how far each tap had come
/// # Ok::<(), framegate::Error>(())
/// ```
#[must_use = "frames that were being released when consent was narrowed may still be on their way until this has settled"]
pub struct Settling {
    taps: Vec<Tap>,
    entered: Entered,
    #[cfg(feature = "std")]
    ledger: Option<Arc<dyn Drive>>,
}

/// A tap, and its mark if a release was under way.
struct Tap {
    state: Arc<TapState>,
    under_way: Option<u64>,
}

impl Tap {
    fn is_releasing(&self) -> bool {
        self.under_way.is_some_and(|mark| self.state.mark() == mark)
    }
}

impl Settling {
    /// After all consent words have been published.
    pub(crate) fn begin(taps: &[Arc<TapState>], entered: Entered) -> Self {
        fence(SeqCst);
        let marked = taps.iter().map(|state| {
            let mark = state.mark();
            Tap {
                state: Arc::clone(state),
                under_way: (mark % 2 == 1).then_some(mark),
            }
        });
        Self {
            taps: marked.collect(),
            entered,
            #[cfg(feature = "std")]
            ledger: None,
        }
    }

    /// With the ledger that is to have it.
    #[cfg(feature = "std")]
    pub(crate) fn in_ledger(mut self, ledger: Arc<dyn Drive>) -> Self {
        self.ledger = Some(ledger);
        self
    }

    /// Whether every release that was under way has ended, and the narrowing is durable in the ledger.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        #[cfg(feature = "std")]
        self.drive();
        self.has_settled()
    }

    fn has_settled(&self) -> bool {
        self.entered.is_durable() && !self.taps.iter().any(Tap::is_releasing)
    }

    #[cfg(feature = "std")]
    fn drive(&self) {
        if let (false, Some(ledger)) = (self.entered.is_durable(), &self.ledger) {
            ledger.drive();
        }
    }

    /// How far each tap has come, and whether it is still in a release that was under way when consent was narrowed.
    pub fn taps(&self) -> impl Iterator<Item = TapRelease> {
        self.taps.iter().map(|tap| {
            // Read before the counters, so that once a release has ended, the counters include it.
            let is_releasing = tap.is_releasing();
            let Counters {
                whole, redacted, ..
            } = tap.state.counters();
            let last = tap.state.last();
            TapRelease {
                stream: tap.state.stream,
                outlet: tap.state.outlet,
                released: whole + redacted,
                last: last.in_range().then_some(last),
                is_releasing,
            }
        })
    }

    pub(crate) fn entered(&self) -> &Entered {
        &self.entered
    }

    /// Waits until it has settled, for no longer than `timeout`, even if the ledger's store does not return; says whether it has.
    ///
    /// The store is offered what it does not have yet in a thread that is made for it.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn wait(&self, timeout: core::time::Duration) -> bool {
        let begun = std::time::Instant::now();
        if let (false, Some(ledger)) = (self.entered.is_durable(), &self.ledger) {
            Arc::clone(ledger).drive_aside();
        }
        while !self.has_settled() {
            if begun.elapsed() >= timeout {
                return false;
            }
            std::thread::sleep(POLL);
        }
        true
    }
}

#[cfg(feature = "std")]
impl Drop for Settling {
    fn drop(&mut self) {
        self.drive();
    }
}

#[cfg(feature = "std")]
const POLL: core::time::Duration = core::time::Duration::from_micros(50);

impl fmt::Debug for Settling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settling")
            .field("taps", &self.taps.len())
            .finish_non_exhaustive()
    }
}
