//! Withdrawing when the meeting is over, or its process has gone.

use alloc::boxed::Box;
use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use super::{
    answer::{Each, Late, Optional, Outs, answer},
    export::{in_json, receipt_of},
    handle::Objects,
    ledger::report_line,
    memory::{Handle, In, Out, Text},
    status::Status,
    words::{ScopeIn, authority, device_of},
};
use framegate::{Authority, Entered, Error, PastMeeting, WallTime, ledger::FileStoreError};

/// A ledger in which people withdraw; threads take turns.
type Past = Mutex<Box<PastMeeting>>;

pub(super) static PASTS: Objects<Past> = Objects::new(9);

/// Where something was entered.
pub(super) const IN_LEDGER: u32 = 1;
pub(super) const BESIDE: u32 = 2;

#[unsafe(no_mangle)]
extern "C" fn framegate_past_meeting_open(
    path: Text<'_>,
    device_secret: In<'_, [u8; 32]>,
    past: Out<'_, Handle<Past>>,
    line: Out<'_, u64>,
) -> i32 {
    answer((Each(past), Each(Optional(line))), |(room, line)| {
        let path = path.get()?;
        let device = device_of(device_secret)?.map(|device| Box::new(device) as _);
        let opened = report_line(&line, PastMeeting::open(Path::new(path), device))?;
        room.put(PASTS.insert(Mutex::new(Box::new(opened)))?);
        Ok(())
    })
}

/// Narrows in any case, and says where that was entered, to who asked.
fn narrow(
    past: Handle<Past>,
    entered: <Late<'_, u32> as Outs>::Rooms,
    narrow: impl FnOnce(&mut PastMeeting) -> Result<Entered, Error>,
) -> Result<(), Status> {
    let past = PASTS.get(past)?;
    let mut past = past.lock().unwrap_or_else(PoisonError::into_inner);
    let place = match narrow(&mut past)? {
        Entered::InLedger => IN_LEDGER,
        Entered::Beside => BESIDE,
    };
    entered?.put(place);
    Ok(())
}

#[unsafe(no_mangle)]
extern "C" fn framegate_past_meeting_withdraw(
    past: Handle<Past>,
    authority: u32,
    who: Text<'_>,
    scope: ScopeIn,
    entered: Out<'_, u32>,
) -> i32 {
    answer(Late(entered), |entered| {
        // As in a meeting that goes on.
        let authority = self::authority(authority).unwrap_or(Authority::Vendor);
        let who = who.get()?;
        narrow(past, entered, |past| {
            past.withdraw(authority, who, scope.into(), WallTime::now())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_past_meeting_restrict(
    past: Handle<Past>,
    authority: u32,
    who: In<'_, Text<'_>>,
    scope: ScopeIn,
    entered: Out<'_, u32>,
) -> i32 {
    answer(Late(entered), |entered| {
        let authority = self::authority(authority).ok_or(Status::Number)?;
        let who = who.optional()?.map(|who| who.get()).transpose()?;
        narrow(past, entered, |past| {
            past.restrict(authority, who, scope.into(), WallTime::now())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_past_meeting_receipt(
    past: Handle<Past>,
    who: Text<'_>,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    answer((buffer, capacity, length), |list| {
        let past = PASTS.get(past)?;
        let past = past.lock().unwrap_or_else(PoisonError::into_inner);
        let ledger = past
            .ledger()
            .clone()
            .verify()
            .map_err(FileStoreError::from)?;
        list.put(&in_json(&receipt_of(&ledger, who)?)?)
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_past_meeting_close(past: Handle<Past>) -> i32 {
    answer((), |()| PASTS.remove(past).map(drop))
}
