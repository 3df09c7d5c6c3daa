//! Meetings: opened, resumed, ended, closed.

use alloc::{boxed::Box, sync::Arc};

use super::{
    answer::{Late, answer},
    callbacks::Callbacks,
    gate::{MEETINGS, Shared, call, narrow},
    ledger::LEDGERS,
    memory::{Append, Event, Handle, In, Out, Room, Sign, Text, Truth, User, sized},
    settling::{SETTLINGS, Settling},
    signer::CallersSigner,
    status::Status,
    store::{Events, LedgerSink},
    words::{HeadOut, InstanceInOut, device_of},
};
use framegate::{
    Error, Instance, Meeting, Time, WallTime,
    binding::is_in_store,
    ledger::{Durability, Ledger, LedgerWriter, VerifiedLedger},
};

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
    pub(super) started: u64,
    pub(super) sign: Sign,
    pub(super) sign_user: User,
    pub(super) device_key: In<'c, [u8; 32]>,
}

sized!(MeetingOptions<'_>);

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
        let sign = (self.sign, self.sign_user);
        let signer = CallersSigner::new(sign, self.device_key, callbacks)?;
        let append = (self.append, self.append_user);
        let event = (self.event, self.event_user);
        let (store, events) = LedgerSink::new(self.ledger, ledger, append, event, callbacks)?;
        let writer = LedgerWriter::new(Box::new(store)).durability(durability);
        let writer = match (device, signer) {
            (Some(_), Some(_)) => return Err(Status::TwoDevices),
            (Some(device), None) => writer.device(device),
            (None, Some(signer)) => writer.device(signer),
            (None, None) => writer,
        };
        Ok((writer, events))
    }
}

/// A time of day; a forgotten one is now.
pub(super) fn wall_time(micros: u64) -> Result<WallTime, Status> {
    match micros {
        0 => Ok(WallTime::now()),
        micros => WallTime::from_micros(micros).map_err(|_| Status::Time),
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
            let started = wall_time(options.started)?;
            let (writer, events) = options.writer(None, callbacks)?;
            let meeting = Meeting::open(
                framegate::MeetingOptions::new(id, room)
                    .instance(instance)
                    .started(started)
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
    settling: Out<'_, Handle<Settling>>,
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
extern "C" fn framegate_meeting_started(meeting: Handle<Shared>, started: Out<'_, u64>) -> i32 {
    answer(started, |room| {
        call(meeting, |gate| {
            room.put(gate.meeting.started().as_micros());
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_clock(meeting: Handle<Shared>, now: Out<'_, i64>) -> i32 {
    answer(now, |room| {
        call(meeting, |gate| {
            room.put(gate.meeting.clock().as_micros());
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_time_at(
    meeting: Handle<Shared>,
    wall: u64,
    time: Out<'_, i64>,
) -> i32 {
    answer(time, |room| {
        let wall = wall_time(wall)?;
        call(meeting, |gate| {
            let time = gate.meeting.time_at(wall);
            if time.as_micros() == i64::MAX {
                return Err(Status::Time);
            }
            room.put(time.as_micros());
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

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_settled(
    meeting: Handle<Shared>,
    settling: Handle<Settling>,
    now: i64,
    settled: Out<'_, Truth>,
) -> i32 {
    answer(settled, |room| {
        let settling = SETTLINGS.get(settling)?;
        call(meeting, |gate| {
            let now = Time::from_micros(now);
            let settled = gate.meeting.settled(settling.inner(), now);
            room.put(settled.map_err(|error| match error {
                Error::Unknown(_) => Status::Foreign,
                error => error.into(),
            })?);
            Ok(())
        })
    })
}
