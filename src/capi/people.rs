//! Participants: joining, leaving, finding.

use super::{
    boundary::status,
    handle::Handle,
    meeting::{Gate, Shared, call},
    memory::{In, List, Out, Text, plain, sized},
    settling::{Under, give},
    status::Status,
};
use crate::{consent::PublicKey, ids::Participant, join::Join, time::Time};

/// A participant, as C passes one.
pub(super) type Person = Participant;

/// Somebody who comes in.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct JoinIn<'c> {
    pub(super) size: u32,
    pub(super) reserved: u32,
    pub(super) id: Text<'c>,
    pub(super) guardian: Text<'c>,
    pub(super) key: In<'c, [u8; 32]>,
}

plain!(Person);
sized!(JoinIn<'_>);

impl Gate {
    /// The id of somebody who is there.
    pub(super) fn id(&self, who: Person) -> Result<&str, Status> {
        let who = self.person(who)?;
        let mut there = self.meeting.participants();
        let found = there.find(|(_, other)| *other == who);
        found.map(|(id, _)| id).ok_or(Status::UnknownParticipant)
    }
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_join(
    meeting: Handle<Shared>,
    join: In<'_, JoinIn<'_>>,
    now: i64,
    participant: Out<'_, Person>,
) -> i32 {
    status(|| {
        let (room, from) = (participant.room()?, join.sized()?);
        if from.reserved != 0 {
            return Err(Status::Number);
        }
        let (id, guardian) = (from.id.get()?, from.guardian.get()?);
        let mut join = match guardian {
            "" => Join::adult(id),
            guardian => Join::with_guardian(id, guardian),
        };
        if let Some(key) = from.key.optional()? {
            join = join.key(PublicKey(*key));
        }
        call(meeting, |gate| {
            let who = gate.meeting.join(join, Time::from_micros(now))?;
            room.put(who);
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_leave(
    meeting: Handle<Shared>,
    who: Person,
    now: i64,
    settling: Out<'_, Handle<Under>>,
) -> i32 {
    status(|| {
        let left = call(meeting, |gate| {
            let who = gate.person(who)?;
            Ok(gate.meeting.leave(who, Time::from_micros(now)))
        })?;
        give(settling, left)
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_find(
    meeting: Handle<Shared>,
    id: Text<'_>,
    participant: Out<'_, Person>,
) -> i32 {
    status(|| {
        let (room, id) = (participant.room()?, id.get()?);
        call(meeting, |gate| {
            let mut there = gate.meeting.participants();
            let found = there.find(|(other, _)| *other == id);
            let (_, who) = found.ok_or(Status::UnknownParticipant)?;
            room.put(who);
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_participants(
    meeting: Handle<Shared>,
    participants: Out<'_, Person>,
    capacity: usize,
    count: Out<'_, usize>,
) -> i32 {
    status(|| {
        let list = List::new(participants, capacity, count)?;
        call(meeting, |gate| {
            let there = gate.meeting.participants();
            let all: alloc::vec::Vec<_> = there.map(|(_, who)| who).collect();
            list.put(&all)
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_participant_id(
    meeting: Handle<Shared>,
    who: Person,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    status(|| {
        let list = List::new(buffer, capacity, length)?;
        call(meeting, |gate| list.put(gate.id(who)?.as_bytes()))
    })
}
