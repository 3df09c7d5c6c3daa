//! Waiting until the last release that consent no longer covers has ended, and the narrowing is durable (R6): see `shared/mod.rs`.

use alloc::{sync::Arc, vec::Vec};
use core::{fmt, time::Duration};

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

/// The frames that a tap had released when a narrowing settled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct TapRelease {
    /// The number of the tap, from 0 in the order of opening since the meeting was opened or resumed.
    pub tap: u32,
    /// The stream that the tap is from.
    pub stream: StreamId,
    /// The outlet that the tap leads into.
    pub outlet: OutletId,
    /// The number of frames released until then, whole or in part.
    pub released: u64,
    /// The capture time of the last of them; `None` before the first. Every frame that the tap released later was released under the narrowed consent.
    /// In a ledger's line it is never later than the line, even if the tap's clock had leapt.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last: Option<Time>,
    /// Whether a release that was under way when consent was narrowed has not ended yet.
    pub is_releasing: bool,
    /// Whether the tap was dropped, so that these are its last counts.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub is_closed: bool,
}

impl TapRelease {
    /// Returns it as the ledger has it at a time. The tap counts a frame before it stores when that was captured, and its clock may have leapt:
    /// every frame that it released by then was captured by then.
    pub(crate) fn by(self, at: Time) -> Self {
        let last = self.last.unwrap_or(at).min(at);
        Self {
            last: (self.released > 0).then_some(last),
            ..self
        }
    }
}

/// What is to become durable.
pub(crate) struct Entered {
    /// That of the last narrowing; none if there was none.
    ticket: Option<u64>,
    /// Whether it is this narrowing's own, which may have had nothing to enter.
    is_own: bool,
    /// The ticket up to which entries are durable so far.
    durable: Arc<AtomicU64>,
}

impl Entered {
    pub(crate) fn new(ticket: Option<u64>, is_own: bool, durable: Arc<AtomicU64>) -> Self {
        Self {
            ticket,
            is_own,
            durable,
        }
    }

    fn is_durable(&self) -> bool {
        let durable = self.durable.load(Acquire);
        self.ticket.is_none_or(|ticket| ticket <= durable)
    }

    pub(crate) fn own_ticket(&self) -> Option<u64> {
        self.ticket.filter(|_| self.is_own)
    }

    /// Returns whether it is of the ledger with this mark.
    pub(crate) fn is_of(&self, durable: &Arc<AtomicU64>) -> bool {
        Arc::ptr_eq(&self.durable, durable)
    }
}

/// Gives a ledger's store the lines that it does not have yet.
#[cfg(feature = "std")]
pub(crate) trait Drive: Send + Sync {
    /// Does so in this thread, unless another one does.
    fn drive(&self);

    /// Does so in a thread of its own, so that the caller need not wait for the store. Returns false if no thread can be made.
    fn drive_aside(self: Arc<Self>) -> bool;
}

/// A narrowing under way. It is in force at once; once it has settled, no release that was under way when it came is still going on.
///
/// It does not borrow the meeting and can be polled from any thread, outside any lock.
/// Asking it, and dropping it, offers the ledger's store the lines that it does not have yet, unless another thread is doing so.
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
    taps: Vec<TapMark>,
    entered: Entered,
    #[cfg(feature = "std")]
    ledger: Option<Arc<dyn Drive>>,
}

/// A tap's state, and its mark if a release was under way when consent was narrowed.
struct TapMark {
    state: Arc<TapState>,
    under_way: Option<u64>,
}

impl TapMark {
    fn is_releasing(&self) -> bool {
        self.under_way.is_some_and(|mark| self.state.mark() == mark)
    }
}

impl Settling {
    /// Reads the marks. Call it after all consent words have been published.
    pub(crate) fn begin<'t>(
        taps: impl Iterator<Item = &'t Arc<TapState>>,
        entered: Entered,
    ) -> Self {
        fence(SeqCst);
        let marked = taps.map(|state| {
            let mark = state.mark();
            TapMark {
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

    /// Names the ledger that is to have the entry.
    #[cfg(feature = "std")]
    pub(crate) fn in_ledger(mut self, ledger: Arc<dyn Drive>) -> Self {
        self.ledger = Some(ledger);
        self
    }

    /// Returns whether every release that was under way has ended, and the narrowing is durable in the ledger.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        #[cfg(feature = "std")]
        self.drive();
        self.has_settled()
    }

    fn has_settled(&self) -> bool {
        self.entered.is_durable() && !self.taps.iter().any(TapMark::is_releasing)
    }

    #[cfg(feature = "std")]
    fn drive(&self) {
        if let (false, Some(ledger)) = (self.entered.is_durable(), &self.ledger) {
            ledger.drive();
        }
    }

    /// Returns how many frames each tap that can carry whoever it is about has released, and whether a release that was under way when consent was narrowed has not ended yet.
    pub fn taps(&self) -> impl Iterator<Item = TapRelease> {
        self.taps.iter().map(|tap| {
            // Before the counters: "Counting" in `shared/mod.rs`.
            // One that was dropped in the middle of a release may still be handing on.
            let is_closed = tap.state.is_closed() && tap.state.mark().is_multiple_of(2);
            let is_releasing = tap.is_releasing();
            let Counters {
                whole, redacted, ..
            } = tap.state.counters();
            let last = tap.state.last();
            TapRelease {
                tap: tap.state.number,
                stream: tap.state.stream,
                outlet: tap.state.outlet,
                released: whole + redacted,
                last: last.in_range().then_some(last),
                is_releasing,
                is_closed,
            }
        })
    }

    /// Returns the taps that can carry whoever it is about.
    pub(crate) fn states(&self) -> impl Iterator<Item = &Arc<TapState>> {
        self.taps.iter().map(|tap| &tap.state)
    }

    pub(crate) fn entered(&self) -> &Entered {
        &self.entered
    }

    /// Waits until the narrowing has settled, for no longer than `timeout`, even if the ledger's store does not return. Returns whether it has.
    ///
    /// The store is offered the lines that it does not have yet in a thread that is made for it.
    #[cfg(feature = "std")]
    #[must_use]
    pub fn wait(&self, timeout: Duration) -> bool {
        let begun = std::time::Instant::now();
        let mut polls = Polls::default();
        while !self.has_settled() {
            if polls.is_to_offer() && !self.offer_aside() {
                // Without a thread more it is this one that waits.
                self.drive();
            }
            let left = timeout.saturating_sub(begun.elapsed());
            if left.is_zero() {
                return self.has_settled();
            }
            std::thread::sleep(polls.pause().min(left));
        }
        true
    }

    /// Waits until it has settled, asleep between one look and the next by the caller's own `sleep`, such as `tokio::time::sleep`.
    ///
    /// No tap ever wakes anybody: it is looked at after pauses that grow from 50 µs to 5 ms. The thread that polls it never waits for the ledger's store;
    /// under `std` the store is offered the lines that it does not have yet in a thread made for it, at first and after each second.
    /// Without `std` every call on the meeting that may enter something offers them.
    ///
    /// It waits as long as that takes, for ever if a release or the store never ends: put the caller's time-out around it.
    /// Dropping the future loses nothing, and another one goes on from there; dropping the [`Settling`] unsettled may wait for the store.
    ///
    /// # Examples
    ///
    /// ```
    /// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
    /// # mod tokio { pub mod time { pub async fn sleep(duration: std::time::Duration) { std::thread::sleep(duration) } } }
    /// use framegate::{Authority, Error, Meeting, Participant, Scope, Time};
    ///
    /// async fn withdraw(meeting: &mut Meeting, ada: Participant, scope: Scope, now: Time) -> Result<(), Error> {
    ///     let settling = meeting.withdraw(Authority::Participant, ada, scope, now)?;
    ///     settling.settled(tokio::time::sleep).await;
    ///     // Now, and not before, tell Ada that it is done.
    ///     Ok(())
    /// }
    /// # let scene::Scene { mut meeting, ada, scope, .. } = scene::scene();
    /// # let withdrawn = std::pin::pin!(withdraw(&mut meeting, ada, scope, Time::from_millis(5_000)));
    /// # let polled = withdrawn.poll(&mut std::task::Context::from_waker(std::task::Waker::noop()));
    /// # assert_eq!(polled, std::task::Poll::Ready(Ok::<(), Error>(())));
    /// ```
    pub async fn settled<F: Future<Output = ()>>(&self, mut sleep: impl FnMut(Duration) -> F) {
        let mut polls = Polls::default();
        while !self.has_settled() {
            #[cfg(feature = "std")]
            if polls.is_to_offer() {
                // If no thread can be made now, perhaps in a second.
                let _ = self.offer_aside();
            }
            sleep(polls.pause()).await;
        }
    }

    /// Offers the store its lines in a thread of its own. Returns false if no thread can be made.
    #[cfg(feature = "std")]
    fn offer_aside(&self) -> bool {
        match &self.ledger {
            Some(ledger) if !self.entered.is_durable() => Arc::clone(ledger).drive_aside(),
            _ => true,
        }
    }
}

/// The looks at a narrowing of somebody who waits for it.
struct Polls {
    pause: Duration,
    /// How long it is until the store is offered its lines again.
    #[cfg(feature = "std")]
    until_offer: Duration,
}

impl Default for Polls {
    fn default() -> Self {
        Self {
            pause: Self::SHORTEST,
            #[cfg(feature = "std")]
            until_offer: Duration::ZERO,
        }
    }
}

impl Polls {
    const SHORTEST: Duration = Duration::from_micros(50);
    const LONGEST: Duration = Duration::from_millis(5);

    /// Returns how long to sleep until the next look.
    fn pause(&mut self) -> Duration {
        let pause = self.pause;
        self.pause = (pause * 2).min(Self::LONGEST);
        #[cfg(feature = "std")]
        {
            self.until_offer = self.until_offer.saturating_sub(pause);
        }
        pause
    }

    /// Returns whether to offer the store its lines: at first, and after each second, as it may have refused them.
    #[cfg(feature = "std")]
    fn is_to_offer(&mut self) -> bool {
        let is_due = self.until_offer.is_zero();
        if is_due {
            self.until_offer = Duration::from_secs(1);
        }
        is_due
    }
}

#[cfg(feature = "std")]
impl Drop for Settling {
    fn drop(&mut self) {
        self.drive();
    }
}

impl fmt::Debug for Settling {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Settling")
            .field("taps", &self.taps.len())
            .finish_non_exhaustive()
    }
}
