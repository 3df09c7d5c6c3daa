//! Notices, grants, withdrawals, restrictions.

use super::{
    answer::{Buffer, Late, answer},
    gate::{Gate, Shared, call, narrow},
    memory::{Handle, In, Out, Text, sized},
    settling::Settling,
    status::Status,
    words::{DigestOut, InstanceInOut, Person, ScopeIn, authority, method, time},
};
use framegate::{Authority, Digest, Grant, Notice, Participant, Scope, Signed, Time};

/// What people are shown.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct NoticeIn<'c> {
    pub(super) size: u32,
    pub(super) scope: ScopeIn,
    pub(super) digest: DigestOut,
    pub(super) version: Text<'c>,
    pub(super) language: Text<'c>,
    pub(super) controller: Text<'c>,
}

/// A signature.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct SignedIn<'c> {
    pub(super) size: u32,
    pub(super) reserved: u32,
    pub(super) instance: InstanceInOut,
    pub(super) meeting: Text<'c>,
    pub(super) challenge: DigestOut,
    pub(super) signature: [u8; 64],
}

/// One act of agreeing.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct GrantIn<'c> {
    pub(super) size: u32,
    pub(super) scope: ScopeIn,
    pub(super) notice: DigestOut,
    pub(super) method: u32,
    pub(super) reserved: u32,
    pub(super) at: i64,
    pub(super) until: i64,
    pub(super) signature: In<'c, SignedIn<'c>>,
}

sized!(NoticeIn<'_>, SignedIn<'_>, GrantIn<'_>);

impl GrantIn<'_> {
    /// The grant without its signature.
    fn unsigned(&self) -> Result<Grant, Status> {
        let method = method(self.method).filter(|_| self.reserved == 0);
        let mut grant = Grant::new(
            self.notice.into(),
            self.scope.into(),
            method.ok_or(Status::Number)?,
        );
        (grant.at, grant.until) = (time(self.at), time(self.until));
        Ok(grant)
    }

    fn get(&self) -> Result<Grant, Status> {
        let grant = self.unsigned()?;
        if self.signature.is_null() {
            return Ok(grant);
        }
        let signed = self.signature.sized()?;
        if signed.reserved != 0 {
            return Err(Status::Number);
        }
        Ok(grant.signed(Signed {
            instance: signed.instance.get()?,
            meeting: signed.meeting.get()?.into(),
            challenge: signed.challenge.into(),
            signature: signed.signature,
        }))
    }
}

impl Gate {
    fn whom(&self, whom: In<'_, Person>) -> Result<Option<Participant>, Status> {
        whom.optional()?.map(|who| self.person(*who)).transpose()
    }
}

#[unsafe(no_mangle)]
extern "C" fn framegate_digest_of(text: Text<'_>, digest: Out<'_, DigestOut>) -> i32 {
    answer(digest, |room| {
        room.put(Digest::of(text.get()?));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_show(meeting: Handle<Shared>, notice: In<'_, NoticeIn<'_>>) -> i32 {
    answer((), |()| {
        let from = notice.sized()?;
        let notice = Notice {
            digest: from.digest.into(),
            version: from.version.get()?.into(),
            language: from.language.get()?.into(),
            controller: from.controller.get()?.into(),
            scope: from.scope.into(),
        };
        // A digest that was never made.
        if notice.digest == Digest([0; 32]) {
            return Err(Status::Empty);
        }
        call(meeting, |gate| Ok(gate.meeting.show(notice).map(drop)?))
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_supersede(
    meeting: Handle<Shared>,
    notice: In<'_, DigestOut>,
    now: i64,
    settling: Out<'_, Handle<Settling>>,
) -> i32 {
    answer(Late(settling), |settling| {
        let notice = Digest::from(*notice.get()?);
        narrow(meeting, None, settling, |withdrawals| {
            withdrawals.supersede(notice, Time::from_micros(now))
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_grant(
    meeting: Handle<Shared>,
    authority: u32,
    who: Person,
    grant: In<'_, GrantIn<'_>>,
    now: i64,
) -> i32 {
    answer((), |()| {
        let authority = self::authority(authority).ok_or(Status::Number)?;
        let grant = grant.sized()?.get()?;
        call(meeting, |gate| {
            let who = gate.person(who)?;
            Ok(gate
                .meeting
                .grant(authority, who, &grant, Time::from_micros(now))?)
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_challenge(
    meeting: Handle<Shared>,
    who: Person,
    challenge: Out<'_, DigestOut>,
) -> i32 {
    answer(challenge, |room| {
        call(meeting, |gate| {
            let challenge = gate.meeting.challenge(gate.person(who)?);
            room.put(challenge.ok_or(Status::UnknownParticipant)?);
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_grant_message(
    meeting: Handle<Shared>,
    who: Person,
    grant: In<'_, GrantIn<'_>>,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    let buffer: Buffer<'_, u8> = (buffer, capacity, length);
    answer(buffer, |list| {
        let grant = grant.sized()?.unsigned()?;
        call(meeting, |gate| {
            let id = gate.id(who)?;
            let challenge = gate.meeting.challenge(gate.person(who)?);
            let challenge = challenge.ok_or(Status::UnknownParticipant)?;
            let recipients = gate.meeting.recipients(grant.scope.purposes);
            let (instance, meeting) = (gate.meeting.instance(), gate.meeting.id());
            list.put(&grant.message(instance, meeting, &id, &recipients, challenge))
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_withdraw(
    meeting: Handle<Shared>,
    authority: u32,
    who: Person,
    scope: ScopeIn,
    now: i64,
    settling: Out<'_, Handle<Settling>>,
) -> i32 {
    answer(Late(settling), |settling| {
        // Whoever asks for it, it is closed; one who cannot be named is the vendor's software at the least.
        let authority = self::authority(authority).unwrap_or(Authority::Vendor);
        narrow(meeting, Some(who), settling, |withdrawals| {
            withdrawals.withdraw(authority, who, scope.into(), Time::from_micros(now))
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_restrict(
    meeting: Handle<Shared>,
    authority: u32,
    whom: In<'_, Person>,
    scope: ScopeIn,
    now: i64,
    settling: Out<'_, Handle<Settling>>,
) -> i32 {
    answer(Late(settling), |settling| {
        let authority = self::authority(authority).ok_or(Status::Number)?;
        let scope = Scope::from(scope);
        let whom = whom.optional()?.copied();
        narrow(meeting, whom, settling, |withdrawals| {
            withdrawals.restrict(authority, whom, scope, Time::from_micros(now))
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_lift(
    meeting: Handle<Shared>,
    authority: u32,
    whom: In<'_, Person>,
    scope: ScopeIn,
    now: i64,
) -> i32 {
    answer((), |()| {
        let authority = self::authority(authority).ok_or(Status::Number)?;
        let scope = Scope::from(scope);
        call(meeting, |gate| {
            let whom = gate.whom(whom)?;
            let now = Time::from_micros(now);
            Ok(gate.meeting.lift(authority, whom, scope, now)?)
        })
    })
}
