//! Meetings: opened, resumed, ended, closed; and what each call on one goes through.

use alloc::boxed::Box;
use core::cell::Cell;
use std::{
    sync::{Mutex, PoisonError},
    thread_local,
};

use super::{
    boundary::{caught, status},
    handle::{Handle, Objects},
    ledger::LEDGERS,
    memory::{In, List, Out, Text, plain, sized},
    people::Person,
    settling::{Under, give},
    status::Status,
    store::{Append, Event, Events, Teller, User},
};
use crate::{
    consent::Digest,
    ids::Participant,
    ledger::{Durability, Head, Ledger, LedgerWriter},
    meeting::Meeting,
    time::Time,
};

pub(super) static MEETINGS: Objects<Shared> = Objects::new(1);

/// A meeting that threads take turns with.
pub(super) struct Shared {
    /// None once it panicked or was closed.
    gate: Mutex<Option<Gate>>,
    events: Option<Events>,
}

pub(super) struct Gate {
    pub(super) meeting: Meeting,
}

thread_local! {
    /// Whether this thread is in a call on a meeting; then the store's callback has called.
    static INSIDE: Cell<bool> = const { Cell::new(false) };
}

/// A call on a meeting under way on this thread.
struct Inside;

impl Inside {
    fn enter() -> Result<Self, Status> {
        if INSIDE.replace(true) {
            Err(Status::Busy)
        } else {
            Ok(Self)
        }
    }
}

impl Drop for Inside {
    fn drop(&mut self) {
        INSIDE.set(false);
    }
}

impl Shared {
    fn new(meeting: Meeting, events: Option<Events>) -> Self {
        Self {
            gate: Mutex::new(Some(Gate { meeting })),
            events,
        }
    }

    fn call<R>(&self, call: impl FnOnce(&mut Gate) -> Result<R, Status>) -> Result<R, Status> {
        let done = {
            let _inside = Inside::enter()?;
            let mut gate = self.gate.lock().unwrap_or_else(PoisonError::into_inner);
            let done = caught(|| gate.as_mut().map_or(Err(Status::Handle), call));
            if matches!(done, Err(Status::Panic)) {
                // What it was about to change may be half done. Dropped, it closes all its taps.
                let _ = caught(|| {
                    *gate = None;
                    Ok(())
                });
            }
            done
        };
        if let Some(events) = &self.events {
            events.tell();
        }
        done
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
}

/// How far a ledger goes.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct HeadOut {
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
plain!(HeadOut, DigestOut, [u8; 32]);

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
            entries: head.entries,
            hash: head.hash.into(),
        }
    }
}

impl From<HeadOut> for Head {
    fn from(head: HeadOut) -> Self {
        Self {
            entries: head.entries,
            hash: head.hash.into(),
        }
    }
}

impl MeetingOptions<'_> {
    /// The ledger's writer, of a new ledger or of one that is gone on with.
    fn writer(&self, ledger: Option<&Ledger>) -> Result<(LedgerWriter, Option<Events>), Status> {
        let durability = match self.durability {
            0 => Durability::Each,
            1 => Durability::Batched,
            _ => return Err(Status::Number),
        };
        if self.reserved != 0 {
            return Err(Status::Number);
        }
        let secret = self.device_secret.optional()?;
        let append = (self.append, self.append_user);
        let event = (self.event, self.event_user);
        let (store, events) = Teller::new(self.ledger, ledger, append, event)?;
        let writer = LedgerWriter::new(Box::new(store)).durability(durability);
        let writer = match secret {
            Some(secret) => writer.device(secret),
            None => writer,
        };
        Ok((writer, events))
    }
}

/// Gives a meeting that was opened to the caller, and tells of its first entry.
fn open(
    out: Out<'_, Handle<Shared>>,
    opened: impl FnOnce() -> Result<(Meeting, Option<Events>), Status>,
) -> Result<(), Status> {
    let out = out.room()?;
    let (meeting, events) = {
        let _inside = Inside::enter()?;
        opened()?
    };
    let handle = MEETINGS.insert(Shared::new(meeting, events))?;
    out.put(handle);
    if let Some(events) = &MEETINGS.get(handle)?.events {
        events.tell();
    }
    Ok(())
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_open(
    options: In<'_, MeetingOptions<'_>>,
    meeting: Out<'_, Handle<Shared>>,
) -> i32 {
    status(|| {
        let options = options.sized()?;
        open(meeting, || {
            let id = options.id.get()?;
            if id.is_empty() || options.participants == 0 {
                return Err(Status::Empty);
            }
            let room = usize::try_from(options.participants).map_err(|_| Status::Full)?;
            if room > usize::from(u16::MAX) {
                return Err(Status::Full);
            }
            let (writer, events) = options.writer(None)?;
            Ok((Meeting::open_with(id, room, writer)?, events))
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_resume(
    ledger: Handle<Ledger>,
    options: In<'_, MeetingOptions<'_>>,
    meeting: Out<'_, Handle<Shared>>,
) -> i32 {
    status(|| {
        let options = options.sized()?;
        let ledger = LEDGERS.get(ledger)?;
        open(meeting, || {
            let (writer, events) = options.writer(Some(&ledger))?;
            Ok((Meeting::resume(&ledger, writer)?, events))
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_end(
    meeting: Handle<Shared>,
    settling: Out<'_, Handle<Under>>,
) -> i32 {
    status(|| {
        let ended = call(meeting, |gate| Ok(gate.meeting.end()))?;
        give(settling, ended)
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_close(meeting: Handle<Shared>) -> i32 {
    status(|| {
        let closed = {
            let _inside = Inside::enter()?;
            let shared = MEETINGS.remove(meeting)?;
            let mut gate = shared.gate.lock().unwrap_or_else(PoisonError::into_inner);
            gate.take()
        };
        drop(closed);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_id(
    meeting: Handle<Shared>,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    status(|| {
        let list = List::new(buffer, capacity, length)?;
        call(meeting, |gate| list.put(gate.meeting.id().as_bytes()))
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_generation(
    meeting: Handle<Shared>,
    generation: Out<'_, u64>,
) -> i32 {
    status(|| {
        let room = generation.room()?;
        call(meeting, |gate| {
            room.put(gate.meeting.generation());
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_head(meeting: Handle<Shared>, head: Out<'_, HeadOut>) -> i32 {
    status(|| {
        let room = head.room()?;
        call(meeting, |gate| {
            room.put(gate.meeting.head().into());
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
    status(|| {
        let list = List::new(buffer, capacity, length)?;
        list.put(&Head::from(*head.get()?).message())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_next_deadline(
    meeting: Handle<Shared>,
    deadline: Out<'_, i64>,
) -> i32 {
    status(|| {
        let room = deadline.room()?;
        call(meeting, |gate| {
            let next = gate.meeting.next_deadline();
            room.put(next.map_or(i64::MAX, Time::as_micros));
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_tick(meeting: Handle<Shared>, now: i64) -> i32 {
    status(|| {
        call(meeting, |gate| {
            gate.meeting.tick(Time::from_micros(now));
            Ok(())
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_closes_the_meeting() {
        let shared = Shared::new(Meeting::open("m", 1).unwrap(), None);
        let generation = |gate: &mut Gate| Ok(gate.meeting.generation());
        assert_eq!(shared.call(generation), Ok(1));
        let panics = shared.call(|_| -> Result<(), Status> { panic!("planted") });
        assert_eq!(panics, Err(Status::Panic));
        assert_eq!(shared.call(generation), Err(Status::Handle));
        assert!(!INSIDE.get());
    }

    #[test]
    fn a_call_from_within_a_call_is_refused() {
        let shared = Shared::new(Meeting::open("m", 1).unwrap(), None);
        let inner = shared.call(|_| Ok(shared.call(|_| Ok(()))));
        assert_eq!(inner, Ok(Err(Status::Busy)));
        assert_eq!(shared.call(|_| Ok(())), Ok(()));
    }
}
