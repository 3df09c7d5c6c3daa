//! A meeting to be opened.

use core::fmt;

use crate::{
    control::ledger::LedgerWriter,
    types::{instance::Instance, masked, wall_time::WallTime},
};

/// A meeting to be opened: [`Meeting::open`](crate::Meeting::open).
#[must_use]
pub struct MeetingOptions<'a> {
    pub(crate) id: &'a str,
    pub(crate) participants: usize,
    pub(crate) instance: Option<Instance>,
    pub(crate) started: Option<WallTime>,
    pub(crate) ledger: LedgerWriter,
}

impl<'a> MeetingOptions<'a> {
    /// Returns the options for a meeting of this id with room for `participants` people at a time, without a store: of its ledger only the head is kept.
    ///
    /// Under `std` its [`Instance`] is drawn, and the system's clock says when it started. Any other meeting may have the same id: evidence of the one is not taken for the other's.
    pub fn new(id: &'a str, participants: usize) -> Self {
        Self {
            id,
            participants,
            instance: None,
            started: None,
            ledger: LedgerWriter::default(),
        }
    }

    /// Sets the time of day at [`Time::START`](crate::Time::START), from which all times of the meeting have their dates.
    ///
    /// Under `std` it is by default the system's time when the meeting is opened, so that the client's times must count from then on.
    /// Set it if they count from another moment, if the client has a better clock, or if there is no `std`.
    /// The ledger, its receipts and all other exports have it; the gate does not ask for it.
    pub fn started(self, started: WallTime) -> Self {
        Self {
            started: Some(started),
            ..self
        }
    }

    /// Sets the writer of its ledger.
    pub fn ledger(self, ledger: LedgerWriter) -> Self {
        Self { ledger, ..self }
    }

    /// Sets an instance that must be known before, or that cannot be drawn as there is no `std`: 16 random bytes, never those of another meeting.
    ///
    /// Under `std` an instance that any meeting of this process has had is refused; without it, and in other processes, the caller makes sure.
    pub fn instance(self, instance: Instance) -> Self {
        Self {
            instance: Some(instance),
            ..self
        }
    }
}

impl fmt::Debug for MeetingOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeetingOptions")
            .field("id", &masked::Bytes(self.id.len()))
            .field("participants", &self.participants)
            .field("instance", &self.instance)
            .field("started", &self.started)
            .field("ledger", &self.ledger)
            .finish()
    }
}
