//! Participants: joining, leaving, finding.

use core::{mem::offset_of, slice};

use super::{
    grant::authority,
    handle::Handle,
    meeting::{Gate, Shared, call},
    memory::{In, Late, Out, Text, answer, plain, sized, zeroed},
    settling::{Under, give},
    status::Status,
};
use crate::{authority::Authority, consent::PublicKey, ids::Participant, join::Join, time::Time};

/// A participant, and their meeting's number in what is padding of [`Participant`].
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(C)]
pub(super) struct Person {
    pub(super) stay: u32,
    pub(super) slot: u16,
    pub(super) meeting: u16,
}

/// Somebody who comes in.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct JoinIn<'c> {
    pub(super) size: u32,
    pub(super) agrees: u32,
    pub(super) id: Text<'c>,
    pub(super) guardian: Text<'c>,
    pub(super) key: In<'c, [u8; 32]>,
}

plain!(Person);
sized!(JoinIn<'_>);

impl Person {
    pub(super) fn new(who: Participant, meeting: u16) -> Self {
        Self {
            stay: who.stay,
            slot: who.slot,
            meeting,
        }
    }

    /// The participant if they are of this meeting, or unknown to every one.
    pub(super) fn in_meeting(self, meeting: u16) -> Option<Participant> {
        let who = Participant {
            stay: self.stay,
            slot: self.slot,
        };
        (self.meeting == meeting || who == Participant::UNKNOWN).then_some(who)
    }
}

const _: () = assert!(
    size_of::<Person>() == size_of::<Participant>()
        && align_of::<Person>() == align_of::<Participant>()
        && offset_of!(Person, stay) == offset_of!(Participant, stay)
        && offset_of!(Person, slot) == offset_of!(Participant, slot)
);

impl Person {
    /// The same people, without their meeting.
    #[inline]
    pub(super) fn participants(people: &[Self]) -> &[Participant] {
        // SAFETY: both are laid out likewise, as is asserted above; the meeting is padding of a participant, and all bits are values.
        unsafe { slice::from_raw_parts(people.as_ptr().cast(), people.len()) }
    }

    /// Room for so many participants.
    pub(super) fn participants_mut(
        room: Out<'_, Self>,
        capacity: usize,
    ) -> Result<&mut [Participant], Status> {
        // What was never written is no participant yet.
        for slot in room.rooms(capacity)?.slots() {
            slot.write(zeroed());
        }
        let people = room.array(capacity)?;
        let (first, count) = (people.as_mut_ptr(), people.len());
        // SAFETY: both are laid out likewise, as is asserted above; the meeting is padding of a participant, and all bits are values.
        Ok(unsafe { slice::from_raw_parts_mut(first.cast(), count) })
    }

    /// Writes the meeting of so many participants beside them.
    pub(super) fn show(room: Out<'_, Self>, count: usize, meeting: u16) {
        if let Ok(people) = room.array(count) {
            for who in people {
                who.meeting = meeting;
            }
        }
    }
}

impl Gate {
    fn show(&self, who: Participant) -> Person {
        Person::new(who, self.number)
    }

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
    answer(participant, |room| {
        let from = join.sized()?;
        let (id, guardian) = (from.id.get()?, from.guardian.get()?);
        let mut join = match (authority(from.agrees), guardian) {
            (Some(Authority::Participant), "") => Join::adult(id),
            (Some(Authority::Guardian), "") => return Err(Status::Empty),
            (Some(Authority::Guardian), guardian) => Join::with_guardian(id, guardian),
            _ => return Err(Status::Number),
        };
        if let Some(key) = from.key.optional()? {
            join = join.key(PublicKey(*key));
        }
        call(meeting, |gate| {
            let who = gate.meeting.join(join, Time::from_micros(now))?;
            room.put(gate.show(who));
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
    answer(Late(settling), |settling| {
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
    answer(participant, |room| {
        let id = id.get()?;
        call(meeting, |gate| {
            let mut there = gate.meeting.participants();
            let found = there.find(|(other, _)| *other == id);
            let (_, who) = found.ok_or(Status::UnknownParticipant)?;
            room.put(gate.show(who));
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
    answer((participants, capacity, count), |list| {
        call(meeting, |gate| {
            let there = gate.meeting.participants();
            let all: alloc::vec::Vec<_> = there.map(|(_, who)| gate.show(who)).collect();
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
    answer((buffer, capacity, length), |list| {
        call(meeting, |gate| list.put(gate.id(who)?.as_bytes()))
    })
}
