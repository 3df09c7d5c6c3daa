//! The library as it was then: its own streams are the nearest to those of an owner alone.

use framegate::{Authority, Kind, Meeting, Participant, Scope, Settling, Stream, Time};
pub use framegate::{
    Format, Join, LedgerWriter, Outlet as OutletOptions, OutletId as Outlet, Store, StoreError,
};

pub fn open(room: usize, ledger: LedgerWriter) -> Meeting {
    Meeting::open_with("room", room, ledger).expect("a meeting")
}

/// A stream of its owner, as there were none of nobody else.
pub const fn stream(owner: Participant, kind: Kind) -> Stream {
    Stream::owned(owner, kind, Format::OPAQUE)
}

pub fn leave(meeting: &mut Meeting, who: Participant, now: Time) -> Settling {
    meeting.leave(who, now)
}

pub fn withdraw(meeting: &mut Meeting, who: Participant, scope: Scope, now: Time) -> Settling {
    meeting.withdraw(Authority::Participant, who, scope, now)
}
