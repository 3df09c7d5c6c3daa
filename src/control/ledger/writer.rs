//! What a meeting's ledger is written with: its store, its durability, its device.

use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::fmt;

use serde::{Deserialize, Serialize};

use super::{
    beside::Beside,
    caught::caught,
    entry::{Entry, Head, Line},
    events::{Events, Fault, Listener, Untold},
    queue::{Queue, Reservation},
    signer::{Signer, Voucher},
};
use crate::{
    shared::sync::{AtomicU64, Ordering::Release},
    types::{error::Error, store_error::StoreError},
};

/// Where a meeting's ledger is kept.
///
/// It may take its time: who grants, joins or opens something waits for it, and so does who asks whether a withdrawal has settled.
/// Who withdraws, leaves or restricts does not.
pub trait Store: Send {
    /// Appends whole lines; if `durable`, they must survive a crash of the machine.
    ///
    /// # Errors
    ///
    /// [`StoreError`]; nothing of the lines may be there any more when the next ones are appended. One that panics counts as one that returned it.
    fn append(&mut self, lines: &[u8], durable: bool) -> Result<(), StoreError>;

    /// What was left beside the ledger, by [`PastMeeting`](crate::PastMeeting), since this was last asked, so that the meeting enters it.
    /// It is asked at each call on a meeting that may enter something; what the ledger has already is not given.
    ///
    /// # Errors
    ///
    /// [`StoreError`] if something lies there that cannot be read, as it may be anybody's withdrawal: the meeting then closes everything.
    fn beside(&mut self) -> Result<Vec<Beside>, StoreError> {
        Ok(Vec::new())
    }
}

/// Which entries are made durable at once. Whatever lets something through always is, by being agreed to, lifted, or opened as a stream or an outlet,
/// and so is everything that narrows, and resuming.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Durability {
    /// Each.
    Each,
    /// Only those; the others when one of these comes.
    Batched,
}

/// A ledger that a meeting writes.
///
/// Without a store only its head is kept.
///
/// # Examples
///
/// ```
/// use framegate::{Meeting, MeetingOptions, ledger::{Device, Durability, FileStore, LedgerWriter}};
///
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("ledger.jsonl");
/// # let secret = [7; 32];
/// let writer = LedgerWriter::new(Box::new(FileStore::create(&path)?))
///     .durability(Durability::Batched)
///     .device(Device::new(&secret)?); // 32 random bytes that only this device has
/// let meeting = Meeting::open(MeetingOptions::new("standup", 100).ledger(writer))?;
/// # drop(meeting);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct LedgerWriter {
    store: Option<Box<dyn Store>>,
    durability: Durability,
    device: Option<Voucher>,
    event: Option<Listener>,
}

impl Default for LedgerWriter {
    fn default() -> Self {
        Self {
            store: None,
            durability: Durability::Each,
            device: None,
            event: None,
        }
    }
}

impl LedgerWriter {
    /// Returns a writer into a store. Each entry is durable at once.
    #[must_use]
    pub fn new(store: Box<dyn Store>) -> Self {
        Self {
            store: Some(store),
            ..Self::default()
        }
    }

    /// Sets another durability.
    #[must_use]
    pub fn durability(self, durability: Durability) -> Self {
        Self { durability, ..self }
    }

    /// Sets the key of a device, which signs all entries so far whenever taps are counted.
    #[must_use]
    pub fn device(self, device: impl Signer + 'static) -> Self {
        Self {
            device: Some(Voucher::new(Box::new(device))),
            ..self
        }
    }

    /// Calls `event` with each line once the store has taken it (without a store: at once), in their order, one at a time.
    ///
    /// It is called by the call that gave the store the line, on its thread: one on the meeting or on a [`Settling`](crate::Settling), or from the thread that
    /// [`Settling::wait`](crate::Settling::wait) made. No lock is held that anybody else waits for: if it takes its time, others go on, and their lines are told after it returns.
    /// From within it [`Withdrawals`](crate::Withdrawals) can be used. A panic in it is caught, and its line counts as told. Frames are no events: see [`Meeting::counters`](crate::Meeting::counters).
    ///
    /// # Examples
    ///
    /// ```
    /// use framegate::{Meeting, MeetingOptions, ledger::LedgerWriter};
    ///
    /// let (told, events) = std::sync::mpsc::channel();
    /// let writer = LedgerWriter::default().event(move |line| {
    ///     // The user interface, say, is elsewhere.
    ///     let _ = told.send((line.n, line.entry.name()));
    /// });
    /// let meeting = Meeting::open(MeetingOptions::new("standup", 100).ledger(writer))?;
    /// assert_eq!(events.try_recv(), Ok((0, "opened")));
    /// # drop(meeting);
    /// # Ok::<(), framegate::Error>(())
    /// ```
    #[must_use]
    pub fn event(self, event: impl FnMut(&Line) + Send + 'static) -> Self {
        Self {
            event: Some(Box::new(event)),
            ..self
        }
    }

    /// What writes it, after the entries of a ledger up to `head`.
    pub(crate) fn after(self, head: Head) -> Writing {
        let events = Events::to(self.event);
        let scribe = Scribe {
            untold: Untold::new(events.are_wanted()),
            store: self.store.map_or(Kept::Nowhere, Kept::By),
            durability: self.durability,
            backlog: Vec::new(),
            durable: Arc::new(AtomicU64::new(head.entries)),
        };
        Writing {
            untold: Untold::new(events.are_wanted()),
            scribe,
            queue: Queue::after(head),
            voucher: self.device,
            events,
        }
    }
}

/// What a ledger is written with, each part to go behind a lock of its own.
pub(crate) struct Writing {
    pub(crate) scribe: Scribe,
    pub(crate) queue: Queue,
    pub(crate) voucher: Option<Voucher>,
    pub(crate) events: Events,
    pub(crate) untold: Untold,
}

/// Gives a ledger's lines to its store, one caller at a time. Whoever holds it may have to wait for the store, so whoever narrows never does.
pub(crate) struct Scribe {
    store: Kept,
    durability: Durability,
    /// Lines that the store refused: it gets them again, before any other.
    backlog: Vec<u8>,
    /// Up to which ticket the entries are durable.
    durable: Arc<AtomicU64>,
    /// What the store has taken since this was last emptied.
    pub(crate) untold: Untold,
}

/// Where the lines go.
enum Kept {
    Nowhere,
    By(Box<dyn Store>),
    /// The meeting is gone, and its store with it.
    Closed,
}

impl Scribe {
    /// What is passed when all entries up to a ticket are durable.
    pub(crate) fn durable(&self) -> Arc<AtomicU64> {
        Arc::clone(&self.durable)
    }

    /// What was left beside the ledger since this was last asked.
    ///
    /// # Errors
    ///
    /// [`Error::Ledger`] if something lies there that cannot be read.
    pub(crate) fn beside(&mut self) -> Result<Vec<Beside>, Error> {
        let Kept::By(store) = &mut self.store else {
            return Ok(Vec::new());
        };
        let beside = caught(|| store.beside());
        beside.map_err(Error::Ledger)
    }

    /// Gives the store the lines of the queue that it does not have yet, up to a ticket.
    ///
    /// # Errors
    ///
    /// [`Error::Ledger`] if it does not take them; it gets them again the next time.
    pub(crate) fn write(&mut self, (lines, ticket): (Vec<u8>, u64)) -> Result<(), Error> {
        self.backlog.extend_from_slice(&lines);
        if !self.backlog.is_empty() {
            let appended = self.store.append(&self.backlog, true);
            appended.inspect_err(|_| self.untold.fail(Fault::Store))?;
            self.untold.add(&self.backlog);
            self.backlog.clear();
            self.durable.store(ticket, Release);
        }
        Ok(())
    }

    /// Gives the store the line that is reserved for an entry, after all that come before it.
    ///
    /// # Errors
    ///
    /// [`Error::Ledger`] if it does not take them; then it does not get the reserved one again.
    pub(crate) fn write_reserved(
        &mut self,
        lines: (Vec<u8>, u64),
        reserved: &Reservation,
        entry: &Entry,
    ) -> Result<(), Error> {
        // By itself: what narrows is not refused along with what widens.
        self.write(lines)?;
        let is_durable = self.durability == Durability::Each
            || matches!(
                entry,
                Entry::Granted { .. }
                    | Entry::Lifted { .. }
                    | Entry::StreamOpened { .. }
                    | Entry::OutletOpened { .. }
                    | Entry::Resumed { .. }
            );
        let appended = self.store.append(&reserved.line, is_durable);
        appended.inspect_err(|_| self.untold.fail(Fault::Store))?;
        self.untold.add(&reserved.line);
        if is_durable {
            self.durable.store(reserved.ticket, Release);
        }
        Ok(())
    }

    /// Lets go of the store, after offering it what it does not have yet.
    pub(crate) fn close(&mut self, lines: (Vec<u8>, u64)) {
        // What it does not take now was never said to be settled.
        let _ = self.write(lines);
        self.store = Kept::Closed;
    }
}

impl Kept {
    /// A store that panics counts as one that refuses.
    fn append(&mut self, lines: &[u8], durable: bool) -> Result<(), Error> {
        match self {
            Self::Nowhere => Ok(()),
            Self::Closed => Err(Error::Ledger(StoreError::default())),
            Self::By(store) => {
                let taken = caught(|| store.append(lines, durable));
                taken.map_err(Error::Ledger)
            }
        }
    }
}

impl fmt::Debug for LedgerWriter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LedgerWriter")
            .field("durability", &self.durability)
            .field("has_store", &self.store.is_some())
            .field("has_device", &self.device.is_some())
            .field("has_event", &self.event.is_some())
            .finish_non_exhaustive()
    }
}
