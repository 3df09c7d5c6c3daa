//! Narrowings under way.

use alloc::{sync::Arc, vec::Vec};
use core::time::Duration;

use super::{
    handle::{Handle, Objects},
    meeting::{Shared, call},
    memory::{Late, Out, Outs, Truth, answer, plain},
    status::Status,
    store::Events,
};
use framegate::{Error, Settling, TapRelease, Time};

/// A narrowing under way, and who is told of what is entered as it settles.
pub(super) struct Under {
    settling: Settling,
    events: Option<Arc<Events>>,
}

impl Under {
    /// Asks it, which may offer the store its line.
    fn ask(&self, ask: impl FnOnce(&Settling) -> bool) -> bool {
        let answer = ask(&self.settling);
        if let Some(events) = &self.events {
            events.tell();
        }
        answer
    }
}

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
pub(super) fn give(
    room: <Late<'_, Handle<Under>> as Outs>::Rooms,
    settling: Settling,
    events: Option<Arc<Events>>,
) -> Result<(), Status> {
    let under = Under { settling, events };
    match room {
        Ok(room) if room.is_wanted() => {
            room.put(SETTLINGS.insert(under)?);
            Ok(())
        }
        unwanted => {
            let _ = under.ask(Settling::is_settled);
            unwanted.map(drop)
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn framegate_settling_is_settled(
    settling: Handle<Under>,
    settled: Out<'_, Truth>,
) -> i32 {
    answer(settled, |room| {
        room.put(SETTLINGS.get(settling)?.ask(Settling::is_settled));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_settling_wait(
    settling: Handle<Under>,
    milliseconds: u32,
    settled: Out<'_, Truth>,
) -> i32 {
    answer(settled, |room| {
        let timeout = Duration::from_millis(milliseconds.into());
        let under = SETTLINGS.get(settling)?;
        room.put(under.ask(|settling| settling.wait(timeout)));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_settling_taps(
    settling: Handle<Under>,
    taps: Out<'_, TapReleaseOut>,
    capacity: usize,
    count: Out<'_, usize>,
) -> i32 {
    answer((taps, capacity, count), |list| {
        let under = SETTLINGS.get(settling)?;
        let taps: Vec<_> = under.settling.taps().map(TapReleaseOut::from).collect();
        list.put(&taps)
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_settled(
    meeting: Handle<Shared>,
    settling: Handle<Under>,
    now: i64,
    settled: Out<'_, Truth>,
) -> i32 {
    answer(settled, |room| {
        let under = SETTLINGS.get(settling)?;
        call(meeting, |gate| {
            let now = Time::from_micros(now);
            let settled = gate.meeting.settled(&under.settling, now);
            room.put(settled.map_err(|error| match error {
                Error::Unknown(_) => Status::Foreign,
                error => error.into(),
            })?);
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_settling_close(settling: Handle<Under>) -> i32 {
    answer((), |()| {
        let under = SETTLINGS.remove(settling)?;
        let _ = under.ask(Settling::is_settled);
        Ok(())
    })
}
