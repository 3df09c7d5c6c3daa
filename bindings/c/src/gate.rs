//! What each call on a meeting goes through: the lock, calls from within callbacks, closing.

use alloc::sync::Arc;
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use super::{
    answer::{Late, Outs},
    boundary::caught,
    callbacks::{self, Callbacks},
    handle::Objects,
    memory::Handle,
    settling::{self, return_settling},
    status::Status,
    store::Events,
    words::Person,
};
use framegate::{
    Error, Meeting, Participant, Settling, Withdrawals,
    binding::{CloseBeside, Knows, is_in_store},
};

pub(super) static MEETINGS: Objects<Shared> = Objects::new(1);

/// A meeting that threads take turns with.
pub(super) struct Shared {
    /// None once it panicked or was closed.
    gate: Mutex<Option<Gate>>,
    /// With which threads narrow without waiting for their turn, from within a callback, too.
    withdrawals: Withdrawals,
    callbacks: Arc<Callbacks>,
    pub(super) events: Option<Arc<Events>>,
}

pub(super) struct Gate {
    pub(super) meeting: Meeting,
}

impl Shared {
    pub(super) fn new(
        meeting: Meeting,
        callbacks: Arc<Callbacks>,
        events: Option<Arc<Events>>,
    ) -> Self {
        Self {
            withdrawals: meeting.withdrawals(),
            gate: Mutex::new(Some(Gate { meeting })),
            callbacks,
            events,
        }
    }

    fn call<R>(&self, call: impl FnOnce(&mut Gate) -> Result<R, Status>) -> Result<R, Status> {
        // It could be the meeting whose call has called the store.
        if is_in_store() {
            return Err(Status::Busy);
        }
        let done = {
            let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
            let done = caught(|| gate.as_mut().map_or(Err(Status::Handle), call));
            if matches!(done, Err(Status::Panic)) {
                // What it was about to change may be half done. Dropped, it closes all its taps.
                let _ = caught(|| {
                    *gate = None;
                    Ok(())
                });
            }
            self.leave(gate);
            done
        };
        if let Some(events) = &self.events {
            events.tell();
        }
        done
    }

    /// Narrows, and waits for nobody.
    fn narrow(
        &self,
        who: Option<Person>,
        narrow: impl FnOnce(&Withdrawals) -> Result<Settling, Error>,
    ) -> Result<Settling, Status> {
        if self.callbacks.life().is_closing() {
            return Err(Status::Handle);
        }
        let is_own = |who| self.withdrawals.knows(who) || who == Participant::UNKNOWN;
        if who.is_some_and(|who| !is_own(who)) {
            return Err(Status::Foreign);
        }
        caught(|| Ok(narrow(&self.withdrawals)?))
    }

    /// Lets the next one in; if the meeting was to be closed meanwhile, shuts it first.
    fn leave(&self, mut gate: MutexGuard<'_, Option<Gate>>) {
        // Whoever closes it looks under the same lock whether somebody is in a call.
        let mut life = self.callbacks.life();
        let closed = if life.is_closing() {
            life.close();
            gate.take()
        } else {
            None
        };
        drop(gate);
        drop(life);
        drop(closed);
    }

    /// Shuts all taps for good. When this has returned, no callback begins any more; nor is one under way, if this is not from within one.
    pub(super) fn close(&self) -> Result<(), Status> {
        // Whatever is to be waited for, no tap releases meanwhile.
        self.withdrawals.shut();
        if callbacks::is_inside() {
            return self.close_without_waiting();
        }
        let closed = {
            let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
            gate.take()
        };
        drop(closed);
        self.callbacks.close();
        Ok(())
    }

    /// As far as that can be had at once: a call that is under way shuts it when it returns.
    fn close_without_waiting(&self) -> Result<(), Status> {
        let mut life = self.callbacks.life();
        life.begin_closing();
        let gate = match self.gate.try_lock() {
            Ok(gate) => Some(gate),
            Err(TryLockError::Poisoned(gate)) => Some(gate.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        };
        let Some(mut gate) = gate else {
            let is_called_elsewhere = !life.is_asked_here();
            // What another thread is entering, a withdrawal perhaps, it still enters.
            if !is_called_elsewhere {
                life.close();
            }
            return still_called(is_called_elsewhere || life.is_elsewhere());
        };
        let closed = gate.take();
        drop(gate);
        drop(life);
        // What was entered and is not in the store yet goes there.
        self.withdrawals.close_without_waiting();
        drop(closed);
        let mut life = self.callbacks.life();
        let is_elsewhere = life.is_elsewhere();
        if !is_elsewhere {
            life.close();
        }
        still_called(is_elsewhere)
    }
}

/// What closing answers while another thread is in a callback, or may begin one.
fn still_called(is_still_called: bool) -> Result<(), Status> {
    if is_still_called {
        Err(Status::StillCalled)
    } else {
        Ok(())
    }
}

impl Gate {
    /// Somebody of this meeting, or unknown to every one.
    pub(super) fn person(&self, who: Person) -> Result<Participant, Status> {
        let is_own = self.meeting.knows(who) || who == Participant::UNKNOWN;
        is_own.then_some(who).ok_or(Status::Foreign)
    }
}

/// A call on a meeting.
pub(super) fn call<R>(
    meeting: Handle<Shared>,
    call: impl FnOnce(&mut Gate) -> Result<R, Status>,
) -> Result<R, Status> {
    MEETINGS.get(meeting)?.call(call)
}

/// A call that narrows, and gives the narrowing to the caller: it waits for no other call on the meeting.
pub(super) fn narrow(
    meeting: Handle<Shared>,
    who: Option<Person>,
    settling: <Late<'_, Handle<settling::Settling>> as Outs>::Rooms,
    narrow: impl FnOnce(&Withdrawals) -> Result<Settling, Error>,
) -> Result<(), Status> {
    let shared = MEETINGS.get(meeting)?;
    return_settling(settling, shared.narrow(who, narrow)?, shared.events.clone())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{boxed::Box, vec::Vec};
    use framegate::{
        Authority, Scope, Time,
        ledger::{LedgerWriter, Store, StoreError},
    };

    #[test]
    fn a_panic_closes_the_meeting() {
        let shared = Shared::new(
            Meeting::open(framegate::MeetingOptions::new("m", 1)).unwrap(),
            Arc::default(),
            None,
        );
        let generation = |gate: &mut Gate| Ok(gate.meeting.generation());
        assert_eq!(shared.call(generation), Ok(1));
        let panics = shared.call(|_| -> Result<(), Status> { panic!("planted") });
        assert_eq!(panics, Err(Status::Panic));
        assert_eq!(shared.call(generation), Err(Status::Handle));
    }

    /// Calls the meeting whose ledger it keeps.
    struct Calls(Arc<Mutex<Option<Arc<Shared>>>>, Arc<Mutex<Vec<Status>>>);

    impl Store for Calls {
        fn append(&mut self, _: &[u8], _: bool) -> Result<(), StoreError> {
            if let Some(shared) = &*self.0.lock().unwrap() {
                let inner = shared.call(|_| Ok(()));
                self.1.lock().unwrap().extend(inner.err());
            }
            Ok(())
        }
    }

    #[test]
    fn a_call_from_within_the_store_is_refused() {
        let (of, refused) = (Arc::default(), Arc::default());
        let store = Calls(Arc::clone(&of), Arc::clone(&refused));
        let writer = LedgerWriter::new(Box::new(store));
        let meeting = Meeting::open(framegate::MeetingOptions::new("m", 1).ledger(writer)).unwrap();
        let shared = Arc::new(Shared::new(meeting, Arc::default(), None));
        *of.lock().unwrap() = Some(Arc::clone(&shared));
        let now = Time::from_micros(0);
        // Whoever offers the store its line: a call on the meeting, and a settling beside it.
        let counted = shared.call(|gate| Ok(gate.meeting.count(now)?));
        assert_eq!(counted, Ok(()));
        let narrowed = shared.narrow(None, |of| {
            of.restrict(Authority::Host, None, Scope::ALL, now)
        });
        drop(narrowed.map_err(drop).unwrap());
        assert_eq!(*refused.lock().unwrap(), [Status::Busy, Status::Busy]);
        assert_eq!(shared.call(|_| Ok(())), Ok(()));
        *of.lock().unwrap() = None;
    }
}
