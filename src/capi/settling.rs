//! Narrowings under way.

use alloc::vec::Vec;
use core::time::Duration;

use super::{
    boundary::{number, status},
    handle::{Handle, Objects},
    meeting::{Shared, call},
    memory::{List, Out, plain},
    status::Status,
};
use crate::{
    settling::{Settling, TapRelease},
    time::Time,
};

/// A narrowing under way.
pub(super) type Under = Settling;

pub(super) static SETTLINGS: Objects<Under> = Objects::new(2);

/// How far a tap had come.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct TapReleaseOut {
    pub(super) stream: u16,
    pub(super) outlet: u16,
    pub(super) releasing: u32,
    pub(super) released: u64,
    pub(super) last: i64,
}

plain!(TapReleaseOut);

impl From<TapRelease> for TapReleaseOut {
    fn from(tap: TapRelease) -> Self {
        Self {
            stream: tap.stream.number(),
            outlet: tap.outlet.number(),
            releasing: tap.is_releasing.into(),
            released: tap.released,
            last: tap.last.map_or(i64::MAX, Time::as_micros),
        }
    }
}

/// Gives a narrowing to the caller, if they want to wait for it. What is wrong there is told only once it is made.
pub(super) fn give(out: Out<'_, Handle<Under>>, settling: Settling) -> Result<(), Status> {
    if out.is_null() {
        return Ok(());
    }
    let room = out.room()?;
    let handle = SETTLINGS.insert(settling);
    room.put(*handle.as_ref().unwrap_or(&Handle::NONE));
    handle.map(drop)
}

#[unsafe(no_mangle)]
extern "C" fn framegate_settling_is_settled(settling: Handle<Under>) -> i32 {
    number(|| Ok(SETTLINGS.get(settling)?.is_settled().into()))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_settling_wait(settling: Handle<Under>, milliseconds: u32) -> i32 {
    number(|| {
        let timeout = Duration::from_millis(milliseconds.into());
        Ok(SETTLINGS.get(settling)?.wait(timeout).into())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_settling_taps(
    settling: Handle<Under>,
    taps: Out<'_, TapReleaseOut>,
    capacity: usize,
    count: Out<'_, usize>,
) -> i32 {
    status(|| {
        let list = List::new(taps, capacity, count)?;
        let settling = SETTLINGS.get(settling)?;
        let taps: Vec<_> = settling.taps().map(TapReleaseOut::from).collect();
        list.put(&taps)
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_settled(
    meeting: Handle<Shared>,
    settling: Handle<Under>,
    now: i64,
) -> i32 {
    number(|| {
        let settling = SETTLINGS.get(settling)?;
        call(meeting, |gate| {
            let now = Time::from_micros(now);
            Ok(gate.meeting.settled(&settling, now)?.into())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_settling_close(settling: Handle<Under>) -> i32 {
    status(|| SETTLINGS.remove(settling).map(drop))
}
