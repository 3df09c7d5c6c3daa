//! Meetings: opened, resumed, ended, closed; and what each call on one goes through.

use alloc::{boxed::Box, sync::Arc};
use std::sync::{Mutex, MutexGuard, PoisonError, TryLockError};

use super::{
    boundary::caught,
    callbacks::{self, Callbacks},
    handle::{Handle, Objects},
    ledger::LEDGERS,
    memory::{In, Late, Out, Outs, Room, Text, answer, plain, sized},
    people::Person,
    settling::{Under, give},
    status::Status,
    store::{Append, Event, Events, Teller, User},
};
use framegate::{
    Digest, Error, Instance, Meeting, Participant, Settling, Time, Withdrawals,
    binding::{CloseBeside, Knows, is_in_store},
    ledger::{Device, Durability, Head, Ledger, LedgerWriter, VerifiedLedger},
};

pub(super) static MEETINGS: Objects<Shared> = Objects::new(1);

/// A meeting that threads take turns with.
pub(super) struct Shared {
    /// None once it panicked or was closed.
    gate: Mutex<Option<Gate>>,
    /// With which threads narrow without waiting for their turn, from within a callback, too.
    withdrawals: Withdrawals,
    callbacks: Arc<Callbacks>,
    events: Option<Arc<Events>>,
}

pub(super) struct Gate {
    pub(super) meeting: Meeting,
}

impl Shared {
    fn new(meeting: Meeting, callbacks: Arc<Callbacks>, events: Option<Arc<Events>>) -> Self {
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
    fn close(&self) -> Result<(), Status> {
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
            let is_called_elsewhere = !life.is_appending_here();
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
    settling: <Late<'_, Handle<Under>> as Outs>::Rooms,
    narrow: impl FnOnce(&Withdrawals) -> Result<Settling, Error>,
) -> Result<(), Status> {
    let shared = MEETINGS.get(meeting)?;
    give(settling, shared.narrow(who, narrow)?, shared.events.clone())
}

/// How a meeting is opened.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct MeetingOptions<'c> {
    pub(super) size: u32,
    pub(super) participants: u32,
    pub(super) id: Text<'c>,
    pub(super) ledger: Text<'c>,
    pub(super) append: Append,
    pub(super) append_user: User,
    pub(super) event: Event,
    pub(super) event_user: User,
    pub(super) device_secret: In<'c, [u8; 32]>,
    pub(super) durability: u32,
    pub(super) reserved: u32,
    pub(super) instance: In<'c, InstanceInOut>,
}

/// Which meeting it is.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct InstanceInOut {
    pub(super) bytes: [u8; 16],
}

/// How far a ledger goes.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct HeadOut {
    pub(super) instance: InstanceInOut,
    pub(super) entries: u64,
    pub(super) hash: DigestOut,
}

/// A SHA-256.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct DigestOut {
    pub(super) bytes: [u8; 32],
}

sized!(MeetingOptions<'_>);
plain!(HeadOut, InstanceInOut, DigestOut, [u8; 32]);

impl From<Digest> for DigestOut {
    fn from(digest: Digest) -> Self {
        Self { bytes: digest.0 }
    }
}

impl From<DigestOut> for Digest {
    fn from(digest: DigestOut) -> Self {
        Self(digest.bytes)
    }
}

impl From<Head> for HeadOut {
    fn from(head: Head) -> Self {
        Self {
            instance: head.instance.into(),
            entries: head.entries,
            hash: head.hash.into(),
        }
    }
}

impl HeadOut {
    /// The head, unless nothing was told there: every ledger has an instance and an entry.
    pub(super) fn of_a_ledger(self) -> Result<Head, Status> {
        if self.entries == 0 {
            return Err(Status::Anchor);
        }
        Ok(Head {
            instance: self.instance.get()?,
            entries: self.entries,
            hash: self.hash.into(),
        })
    }
}

impl From<Instance> for InstanceInOut {
    fn from(instance: Instance) -> Self {
        Self {
            bytes: instance.to_bytes(),
        }
    }
}

impl InstanceInOut {
    /// Not zeros, as where it was forgotten.
    pub(super) fn get(self) -> Result<Instance, Status> {
        Ok(Instance::from_bytes(self.bytes)?)
    }
}

/// The key of a device, if there is one.
pub(super) fn device_of(secret: In<'_, [u8; 32]>) -> Result<Option<Device>, Status> {
    Ok(secret.optional()?.map(Device::new).transpose()?)
}

impl MeetingOptions<'_> {
    /// The ledger's writer, of a new ledger or of one that is gone on with.
    fn writer(
        &self,
        ledger: Option<&Ledger>,
        callbacks: &Arc<Callbacks>,
    ) -> Result<(LedgerWriter, Option<Arc<Events>>), Status> {
        let durability = match self.durability {
            0 => Durability::Each,
            1 => Durability::Batched,
            _ => return Err(Status::Number),
        };
        if self.reserved != 0 {
            return Err(Status::Number);
        }
        let device = device_of(self.device_secret)?;
        let append = (self.append, self.append_user);
        let event = (self.event, self.event_user);
        let (store, events) = Teller::new(self.ledger, ledger, append, event, callbacks)?;
        let writer = LedgerWriter::new(Box::new(store)).durability(durability);
        let writer = match device {
            Some(device) => writer.device(device),
            None => writer,
        };
        Ok((writer, events))
    }
}

/// Gives a meeting that was opened to the caller, and tells of its first entry.
fn open(
    out: &Room<'_, Handle<Shared>>,
    opened: impl FnOnce(&Arc<Callbacks>) -> Result<(Meeting, Option<Arc<Events>>), Status>,
) -> Result<(), Status> {
    let callbacks = Arc::default();
    if is_in_store() {
        return Err(Status::Busy);
    }
    let (meeting, events) = opened(&callbacks)?;
    let handle = MEETINGS.insert(Shared::new(meeting, callbacks, events))?;
    out.put(handle);
    // Another thread may have closed it already.
    if let Some(events) = MEETINGS
        .get(handle)
        .ok()
        .as_ref()
        .and_then(|meeting| meeting.events.as_ref())
    {
        events.tell();
    }
    Ok(())
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_open(
    options: In<'_, MeetingOptions<'_>>,
    meeting: Out<'_, Handle<Shared>>,
) -> i32 {
    answer(meeting, |meeting| {
        let options = options.sized()?;
        open(&meeting, |callbacks| {
            let id = options.id.get()?;
            if id.is_empty() || options.participants == 0 {
                return Err(Status::Empty);
            }
            let room = usize::try_from(options.participants).map_err(|_| Status::Full)?;
            if room > usize::from(u16::MAX) {
                return Err(Status::Full);
            }
            let instance = match options.instance.optional()? {
                Some(instance) => instance.get()?,
                None => Instance::draw()?,
            };
            let (writer, events) = options.writer(None, callbacks)?;
            let meeting = Meeting::open(
                framegate::MeetingOptions::new(id, room)
                    .instance(instance)
                    .ledger(writer),
            )?;
            Ok((meeting, events))
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_resume(
    ledger: Handle<VerifiedLedger>,
    options: In<'_, MeetingOptions<'_>>,
    meeting: Out<'_, Handle<Shared>>,
) -> i32 {
    answer(meeting, |meeting| {
        let options = options.sized()?;
        let ledger = LEDGERS.get(ledger)?;
        open(&meeting, |callbacks| {
            let (writer, events) = options.writer(Some(ledger.ledger()), callbacks)?;
            Ok((Meeting::resume(&ledger, writer)?, events))
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_end(
    meeting: Handle<Shared>,
    settling: Out<'_, Handle<Under>>,
) -> i32 {
    answer(Late(settling), |settling| {
        narrow(meeting, None, settling, |withdrawals| Ok(withdrawals.end()))
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_close(meeting: Handle<Shared>) -> i32 {
    answer((), |()| MEETINGS.remove(meeting)?.close())
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_id(
    meeting: Handle<Shared>,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    answer((buffer, capacity, length), |list| {
        call(meeting, |gate| list.put(gate.meeting.id().as_bytes()))
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_instance(
    meeting: Handle<Shared>,
    instance: Out<'_, InstanceInOut>,
) -> i32 {
    answer(instance, |room| {
        call(meeting, |gate| {
            room.put(gate.meeting.instance());
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_generation(
    meeting: Handle<Shared>,
    generation: Out<'_, u64>,
) -> i32 {
    answer(generation, |room| {
        call(meeting, |gate| {
            room.put(gate.meeting.generation());
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_head(meeting: Handle<Shared>, head: Out<'_, HeadOut>) -> i32 {
    answer(head, |room| {
        call(meeting, |gate| {
            room.put(gate.meeting.head());
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_head_message(
    head: In<'_, HeadOut>,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    answer((buffer, capacity, length), |list| {
        list.put(&head.get()?.of_a_ledger()?.message())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_next_deadline(
    meeting: Handle<Shared>,
    deadline: Out<'_, i64>,
) -> i32 {
    answer(deadline, |room| {
        call(meeting, |gate| {
            let next = gate.meeting.next_deadline();
            room.put(next.map_or(i64::MAX, Time::as_micros));
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_advance(meeting: Handle<Shared>, now: i64) -> i32 {
    answer((), |()| {
        call(meeting, |gate| {
            Ok(gate.meeting.advance(Time::from_micros(now))?)
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_tick(meeting: Handle<Shared>, now: i64) -> i32 {
    answer((), |()| {
        call(meeting, |gate| {
            gate.meeting.tick(Time::from_micros(now));
            Ok(())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use framegate::{
        Authority, Scope,
        ledger::{Store, StoreError},
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
