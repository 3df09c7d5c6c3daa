//! The library as the acts use it: what else they use has the same names in the build before.

use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use framegate::{
    Authority, Instance, Kind, Meeting, MeetingOptions, Participant, Scope, Settling,
    StreamOptions, Time, WallTime,
};
pub use framegate::{
    JoinOptions as Join, Outlet, OutletOptions,
    format::Format,
    ledger::{LedgerWriter, Store, StoreError},
};

/// A meeting that is the same whenever the program runs: its lines are as long.
pub fn open(room: usize, ledger: LedgerWriter) -> Meeting {
    static LAST: AtomicU64 = AtomicU64::new(1);
    let number = u128::from(LAST.fetch_add(1, Relaxed));
    let instance = Instance::from_bytes(number.to_le_bytes()).expect("not 0");
    let started: WallTime = "2026-11-28T12:00:00Z".parse().expect("a date");
    let options = MeetingOptions::new("room", room)
        .instance(instance)
        .started(started);
    Meeting::open(options.ledger(ledger)).expect("a meeting")
}

/// A stream of nobody but its owner.
pub const fn stream(owner: Participant, kind: Kind) -> StreamOptions {
    StreamOptions::alone(owner, kind, Format::OPAQUE)
}

pub fn leave(meeting: &mut Meeting, who: Participant, now: Time) -> Settling {
    meeting.leave(who, now).expect("somebody of this meeting")
}

pub fn withdraw(meeting: &mut Meeting, who: Participant, scope: Scope, now: Time) -> Settling {
    let settling = meeting.withdraw(Authority::Participant, who, scope, now);
    settling.expect("somebody of this meeting")
}
