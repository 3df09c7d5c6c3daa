//! Narrowings under way.

use alloc::{sync::Arc, vec::Vec};
use core::time::Duration;

use super::{
    answer::{Late, Outs, answer},
    handle::Objects,
    memory::{Handle, Out, Truth, plain},
    status::Status,
    store::Events,
};
use framegate::{TapRelease, Time};

/// A narrowing under way, and the event callback for what is entered as it settles.
pub(super) struct Settling {
    settling: framegate::Settling,
    events: Option<Arc<Events>>,
}

impl Settling {
    pub(super) fn inner(&self) -> &framegate::Settling {
        &self.settling
    }

    /// Asks it, which may offer the store its line.
    fn ask(&self, ask: impl FnOnce(&framegate::Settling) -> bool) -> bool {
        let answer = ask(&self.settling);
        if let Some(events) = &self.events {
            events.tell();
        }
        answer
    }
}

pub(super) static SETTLINGS: Objects<Settling> = Objects::new(2);

/// How far a tap had come.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct TapReleaseOut {
    pub(super) tap: u32,
    pub(super) stream: u16,
    pub(super) outlet: u16,
    pub(super) releasing: u32,
    pub(super) closed: u32,
    pub(super) released: u64,
    pub(super) last: i64,
}

plain!(TapReleaseOut);

impl From<TapRelease> for TapReleaseOut {
    fn from(tap: TapRelease) -> Self {
        Self {
            tap: tap.tap,
            stream: tap.stream.number(),
            outlet: tap.outlet.number(),
            releasing: tap.is_releasing.into(),
            closed: tap.is_closed.into(),
            released: tap.released,
            last: tap.last.map_or(i64::MAX, Time::as_micros),
        }
    }
}

/// Returns a narrowing to the caller if they want to wait for it. An error of where it goes is returned once the narrowing is made.
pub(super) fn return_settling(
    room: <Late<'_, Handle<Settling>> as Outs>::Rooms,
    settling: framegate::Settling,
    events: Option<Arc<Events>>,
) -> Result<(), Status> {
    let settling = Settling { settling, events };
    match room {
        Ok(room) if room.is_wanted() => {
            room.put(SETTLINGS.insert(settling)?);
            Ok(())
        }
        unwanted => {
            let _ = settling.ask(framegate::Settling::is_settled);
            unwanted.map(drop)
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn framegate_settling_is_settled(
    settling: Handle<Settling>,
    settled: Out<'_, Truth>,
) -> i32 {
    answer(settled, |room| {
        room.put(
            SETTLINGS
                .get(settling)?
                .ask(framegate::Settling::is_settled),
        );
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_settling_wait(
    settling: Handle<Settling>,
    milliseconds: u32,
    settled: Out<'_, Truth>,
) -> i32 {
    answer(settled, |room| {
        let timeout = Duration::from_millis(milliseconds.into());
        let settling = SETTLINGS.get(settling)?;
        room.put(settling.ask(|settling| settling.wait(timeout)));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_settling_taps(
    settling: Handle<Settling>,
    taps: Out<'_, TapReleaseOut>,
    capacity: usize,
    count: Out<'_, usize>,
) -> i32 {
    answer((taps, capacity, count), |list| {
        let settling = SETTLINGS.get(settling)?;
        let taps: Vec<_> = settling.settling.taps().map(TapReleaseOut::from).collect();
        list.put(&taps)
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_settling_close(settling: Handle<Settling>) -> i32 {
    answer((), |()| {
        let settling = SETTLINGS.remove(settling)?;
        let _ = settling.ask(framegate::Settling::is_settled);
        Ok(())
    })
}
