//! Participants: joining, leaving, finding.

use alloc::{string::String, vec::Vec};

use super::{
    answer::{Late, answer},
    gate::{Gate, Shared, call, narrow},
    memory::{Handle, In, Out, Text, plain, sized},
    settling::Settling,
    status::Status,
    words::{Person, ScopeIn, authority},
};
use framegate::{Authority, Consent, PublicKey, Time};

/// How somebody joins.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct JoinOptions<'c> {
    pub(super) size: u32,
    pub(super) agrees: u32,
    pub(super) id: Text<'c>,
    pub(super) guardian: Text<'c>,
    pub(super) key: In<'c, [u8; 32]>,
}

sized!(JoinOptions<'_>);

/// Consent that is in force.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct ConsentOut {
    pub(super) scope: ScopeIn,
    pub(super) reserved: u32,
    pub(super) since: i64,
    pub(super) until: i64,
}

plain!(ConsentOut);

impl From<Consent> for ConsentOut {
    fn from(consent: Consent) -> Self {
        Self {
            scope: ScopeIn {
                kinds: consent.scope.kinds.bits(),
                purposes: consent.scope.purposes.bits(),
            },
            reserved: 0,
            since: consent.since.as_micros(),
            until: consent.until.map_or(i64::MAX, Time::as_micros),
        }
    }
}

impl Gate {
    /// The id of somebody who is there.
    pub(super) fn id(&self, who: Person) -> Result<String, Status> {
        let who = self.person(who)?;
        self.meeting.id_of(who).ok_or(Status::UnknownParticipant)
    }
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_join(
    meeting: Handle<Shared>,
    join: In<'_, JoinOptions<'_>>,
    now: i64,
    participant: Out<'_, Person>,
) -> i32 {
    answer(participant, |room| {
        let from = join.sized()?;
        let (id, guardian) = (from.id.get()?, from.guardian.get()?);
        let mut join = match (authority(from.agrees), guardian) {
            (Some(Authority::Participant), "") => framegate::JoinOptions::adult(id),
            (Some(Authority::Guardian), "") => return Err(Status::Empty),
            (Some(Authority::Guardian), guardian) => {
                framegate::JoinOptions::with_guardian(id, guardian)
            }
            _ => return Err(Status::Number),
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
    settling: Out<'_, Handle<Settling>>,
) -> i32 {
    answer(Late(settling), |settling| {
        narrow(meeting, Some(who), settling, |withdrawals| {
            withdrawals.leave(who, Time::from_micros(now))
        })
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
            let who = gate.meeting.find(id).ok_or(Status::UnknownParticipant)?;
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
    answer((participants, capacity, count), |list| {
        call(meeting, |gate| {
            let there = gate.meeting.participants();
            let all: Vec<_> = there.map(|(_, who)| who).collect();
            list.put(&all)
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_consents(
    meeting: Handle<Shared>,
    who: Person,
    consents: Out<'_, ConsentOut>,
    capacity: usize,
    count: Out<'_, usize>,
) -> i32 {
    answer((consents, capacity, count), |list| {
        call(meeting, |gate| {
            let consents = gate.meeting.consents(gate.person(who)?)?;
            let all: Vec<_> = consents.into_iter().map(ConsentOut::from).collect();
            list.put(&all)
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_id_of(
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
