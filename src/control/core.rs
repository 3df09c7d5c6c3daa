//! A meeting's state, its ledger's store and its device, each behind a lock of its own.
//!
//! What narrows takes the state's lock alone: it publishes, queues its line and returns. What widens reserves its line, waits outside that lock until the
//! store has it, and publishes beneath whatever narrowed meanwhile. Only one widening is under way at a time, as the meeting is borrowed for it.

use alloc::sync::Arc;
#[cfg(feature = "std")]
use alloc::vec::Vec;

use crate::{
    control::{
        ledger::{Beside, Entry, Events, Fault, Head, LedgerWriter, Scribe, Voucher, Writing},
        lock::Lock,
        register::Register,
        serial::Process,
        state::{Signature, State},
    },
    shared::{settling::Settling, table::Table},
    types::{error::Error, time::Time},
};

/// A meeting's state, its ledger's store and its device, each behind its own lock. The state's is taken last, and never held while either is asked;
/// nobody has both of the others, so that a device that does not return keeps no line from the store.
#[cfg_attr(feature = "std", derive(Clone))]
pub(crate) struct Core {
    pub(crate) state: Lock<State>,
    scribe: Lock<Scribe>,
    /// Whoever has it tells what the store took.
    events: Lock<Events>,
    /// None once the meeting is gone.
    voucher: Lock<Option<Voucher>>,
    /// In which it was made. In a child of it nobody has a handle of the meeting, the ledger is not the child's to write, and whoever had a lock is not there.
    process: Process,
    /// Threads that were made for the store, while somebody waits no longer than they wish to.
    #[cfg(feature = "std")]
    threads: Lock<Vec<std::thread::JoinHandle<()>>>,
}

impl Core {
    pub(crate) fn new(
        table: Arc<Table>,
        register: Register,
        ledger: LedgerWriter,
        (head, latest): (Head, Time),
    ) -> Self {
        let Writing {
            scribe,
            queue,
            voucher,
            events,
            untold,
        } = ledger.after(head);
        let queue = (queue, untold, voucher.is_some());
        let begin = (scribe.durable(), latest);
        Self {
            state: Lock::new(State::new(table, register, queue, begin)),
            scribe: Lock::new(scribe),
            events: Lock::new(events),
            voucher: Lock::new(voucher),
            process: Process::this(),
            #[cfg(feature = "std")]
            threads: Lock::new(Vec::new()),
        }
    }

    /// Does what must be in the ledger before it holds. Waits for the store.
    pub(crate) fn enter_first(&mut self, at: Time, entry: Entry) -> Result<(), Error> {
        self.enter_first_of(at, |_| Some(entry))
    }

    /// The same with an entry that is made of the state at that moment, if there is one.
    pub(crate) fn enter_first_of(
        &mut self,
        at: Time,
        entry: impl FnOnce(&State) -> Option<Entry>,
    ) -> Result<(), Error> {
        let reserved = self.state.lock().reserve(at, entry)?;
        let Some((at, entry, reserved)) = reserved else {
            return Ok(());
        };
        let written = {
            let mut scribe = self.scribe.lock();
            let lines = self.state.lock().queue.take();
            let written = scribe.write_reserved(lines, &reserved, &entry);
            self.state.lock().untold.append(&mut scribe.untold);
            written
        };
        let done = {
            let mut state = self.state.lock();
            match written {
                Ok(()) => state.keep(at, &entry),
                Err(error) => {
                    state.give_up();
                    Err(error)
                }
            }
        };
        #[cfg(feature = "std")]
        self.hand_over();
        // Whoever ended the meeting meanwhile could not.
        let _ = self.vouch();
        self.tell();
        done
    }

    /// Enters what was left beside the ledger, offers the store what it does not have yet, and asks the device for a signature that is due; waits for them.
    pub(crate) fn flush(&mut self) {
        // The store gets what it does not take once more, and the device is asked once more.
        if self.take_up(&[]).is_ok() {
            let _ = self.vouch();
        }
        self.tell();
    }

    /// Has the device sign the counters that were entered, and waits for it.
    pub(crate) fn have_signed(&mut self) -> Result<(), Error> {
        {
            let mut state = self.state.lock();
            if state.signature == Signature::Wanted {
                state.owe_signature();
            }
        }
        let vouched = self.vouch();
        self.tell();
        vouched
    }

    /// Asks the device for a signature that is due, unless another thread does, and gives the store its line; waits for them.
    fn vouch(&mut self) -> Result<(), Error> {
        let is_entered = match self.voucher.try_lock() {
            Some(mut voucher) => sign(&mut self.state, &mut voucher)?,
            None => false,
        };
        if is_entered {
            let mut scribe = self.scribe.lock();
            let lines = self.state.lock().queue.take();
            let written = scribe.write(lines);
            self.state.lock().untold.append(&mut scribe.untold);
            written?;
        }
        Ok(())
    }

    /// The same with what was read beside the ledger before.
    pub(crate) fn take_up(&mut self, read: &[Beside]) -> Result<(), Error> {
        let mut scribe = self.scribe.lock();
        let beside = scribe.beside();
        let lines = self.state.lock().take_up(beside, read);
        let written = scribe.write(lines);
        self.state.lock().untold.append(&mut scribe.untold);
        written
    }

    /// Tells what the store has taken, with no lock that anybody waits for; nothing if another thread does, which then tells this, too.
    ///
    /// Not from within a store: whoever has called that tells, once the line is taken.
    fn tell(&mut self) {
        #[cfg(feature = "std")]
        if crate::control::ledger::is_in_store() {
            return;
        }
        // What comes between the last look with the lock and letting go of it is looked for once more.
        while !self.state.lock().untold.is_empty() {
            let Some(mut events) = self.events.try_lock() else {
                return;
            };
            let untold = self.state.lock().untold.take();
            events.tell(&untold);
        }
    }

    /// Closes everything for good, and lets go of the store. Waits for whoever has it, unless this thread is in a call of a store itself.
    pub(crate) fn close(&mut self) {
        if self.process != Process::this() {
            return;
        }
        self.state.lock().go();
        #[cfg(feature = "std")]
        if crate::control::ledger::is_in_store() {
            return self.let_go();
        }
        let written = {
            let mut scribe = self.scribe.lock();
            let lines = self.state.lock().queue.take();
            let written = scribe.write(lines);
            self.state.lock().untold.append(&mut scribe.untold);
            written
        };
        {
            let mut voucher = self.voucher.lock();
            if written.is_ok() {
                let _ = sign(&mut self.state, &mut voucher);
            }
            *voucher = None;
        }
        {
            let mut scribe = self.scribe.lock();
            let lines = self.state.lock().queue.take();
            scribe.close(lines);
            self.state.lock().untold.append(&mut scribe.untold);
        }
        #[cfg(feature = "std")]
        let threads = core::mem::take(&mut *self.threads.lock());
        #[cfg(feature = "std")]
        for thread in threads {
            // It catches whatever a store does.
            let _ = thread.join();
        }
        self.tell();
    }

    /// Whether a narrowing is of this meeting.
    pub(crate) fn has(&self, settling: &Settling) -> bool {
        settling.entered().is_of(&self.state.read().durable)
    }
}

/// Asks a device for its signature if that is due, and enters it. Returns whether there is one more line for the store.
///
/// The state is not locked meanwhile. If others narrow, the signature is not over all any more; it is asked for again, and after so many times it stays due.
fn sign(state: &mut Lock<State>, voucher: &mut Option<Voucher>) -> Result<bool, Error> {
    let Some(voucher) = voucher else {
        return Ok(false);
    };
    for _ in 0..3 {
        let Some(head) = state.lock().to_sign() else {
            return Ok(false);
        };
        let signed = voucher.signed(head).map_err(|error| {
            state.lock().untold.fail(Fault::Signer);
            Error::Signer(error)
        })?;
        if state.lock().enter_signature(head, signed) {
            return Ok(true);
        }
    }
    Ok(false)
}

#[cfg(feature = "std")]
impl Core {
    /// Narrows, and waits for nobody.
    pub(crate) fn narrow(
        &self,
        act: impl FnOnce(&mut State) -> Result<Settling, Error>,
    ) -> Result<Settling, Error> {
        let settling = {
            let mut state = self.state.lock();
            if state.is_gone {
                return Err(Error::Ended);
            }
            act(&mut state)?
        };
        Ok(settling.in_ledger(Arc::new(self.clone())))
    }

    /// The same of what cannot be refused.
    pub(crate) fn narrow_surely(&self, act: impl FnOnce(&mut State) -> Settling) -> Settling {
        let settling = act(&mut self.state.lock());
        settling.in_ledger(Arc::new(self.clone()))
    }

    /// Closes everything for good without waiting: lets go of the store, or leaves that to whoever has it.
    #[cfg(feature = "binding")]
    pub(crate) fn close_without_waiting(&self) {
        self.state.lock().go();
        self.let_go();
    }

    /// Gives the store what was entered while it was busy, as whoever narrowed then did not wait for it.
    fn hand_over(&self) {
        while self.state.lock().queue.is_waiting() {
            let Some(mut scribe) = self.scribe.try_lock() else {
                return;
            };
            let lines = self.state.lock().queue.take();
            let written = scribe.write(lines);
            self.state.lock().untold.append(&mut scribe.untold);
            if written.is_err() {
                return;
            }
        }
    }

    fn let_go(&self) {
        if let Some(mut voucher) = self.voucher.try_lock() {
            *voucher = None;
        }
        if let Some(mut scribe) = self.scribe.try_lock() {
            let lines = self.state.lock().queue.take();
            scribe.close(lines);
            self.state.lock().untold.append(&mut scribe.untold);
        }
    }
}

#[cfg(not(feature = "std"))]
impl Core {
    /// Narrows, and then offers the store what it does not have yet.
    pub(crate) fn narrow(
        &mut self,
        act: impl FnOnce(&mut State) -> Result<Settling, Error>,
    ) -> Result<Settling, Error> {
        let settling = act(&mut self.state.lock())?;
        self.flush();
        Ok(settling)
    }

    /// The same of what cannot be refused.
    pub(crate) fn narrow_surely(&mut self, act: impl FnOnce(&mut State) -> Settling) -> Settling {
        let settling = act(&mut self.state.lock());
        self.flush();
        settling
    }
}

#[cfg(feature = "std")]
impl crate::shared::settling::Drive for Core {
    fn drive(&self) {
        if self.process != Process::this() {
            return;
        }
        if let Some(mut scribe) = self.scribe.try_lock() {
            let beside = scribe.beside();
            let lines = self.state.lock().take_up(beside, &[]);
            let _ = scribe.write(lines);
            self.state.lock().untold.append(&mut scribe.untold);
        }
        let mut core = self.clone();
        if let Some(mut voucher) = self.voucher.try_lock() {
            // It is asked once more.
            let _ = sign(&mut core.state, &mut voucher);
        }
        self.hand_over();
        core.tell();
        // Whoever dropped the meeting meanwhile may not have waited for the store.
        if self.state.lock().is_gone {
            self.let_go();
        }
    }

    fn drive_aside(self: Arc<Self>) -> bool {
        let core = Arc::clone(&self);
        let drive = move || crate::shared::settling::Drive::drive(&*core);
        let mut threads = self.threads.lock();
        // None is made any more that closing would not wait for.
        if self.state.lock().is_gone {
            return true;
        }
        threads.retain(|thread| !thread.is_finished());
        let thread = std::thread::Builder::new().spawn(drive);
        let is_made = thread.is_ok();
        threads.extend(thread);
        is_made
    }
}
