//! A ledger's lines in their order, before its store has them.
//!
//! A narrowing enters its line and goes on. A widening *reserves* a line, waits for the store to have it, and only then takes effect, or gives it up.
//! What is entered meanwhile waits for that, since its line follows from the other or takes its place.

use alloc::vec::Vec;

use super::entry::{Entry, Head, line_after};
use crate::types::{
    digest::Digest, error::Error, store_error::StoreError, time::Time, wall_time::WallTime,
};

/// The lines of a ledger that is being written.
pub(crate) struct Queue {
    /// Up to the last line that has a number.
    head: Head,
    /// The lines that have a number and are not with the store yet.
    lines: Vec<u8>,
    reserved: Option<Reserved>,
    /// How many entries were ever queued, those that were given up left out unless others had come after them.
    tickets: u64,
    /// The tickets of those.
    given_up: Vec<u64>,
    /// That of the last that narrowed, if something did.
    last_narrowing: Option<u64>,
}

/// Something that was entered, and when; `wall` is the time of day of what was left beside the ledger.
#[derive(Clone)]
pub(crate) struct Queued {
    pub(crate) at: Time,
    pub(crate) wall: Option<WallTime>,
    pub(crate) entry: Entry,
}

/// A widening whose line the store is being given, and what was entered meanwhile.
struct Reserved {
    head: Head,
    since: Vec<Queued>,
}

/// A line for the store, after all that are in the queue.
pub(crate) struct Reservation {
    pub(super) line: Vec<u8>,
    pub(super) ticket: u64,
}

impl Queue {
    /// Continues after this many entries.
    pub(crate) fn after(head: Head) -> Self {
        Self {
            head,
            lines: Vec::new(),
            reserved: None,
            tickets: head.entries,
            given_up: Vec::new(),
            last_narrowing: None,
        }
    }

    /// How far the lines go that have a number.
    pub(crate) fn head(&self) -> Head {
        self.head
    }

    /// Enters what holds already, and gives the hash of its line, or none as long as a line before it is only reserved.
    pub(crate) fn push(&mut self, queued: &Queued) -> Option<Digest> {
        self.tickets += 1;
        if queued.entry.is_narrowing() {
            self.last_narrowing = Some(self.tickets);
        }
        if let Some(reserved) = &mut self.reserved {
            reserved.since.push(queued.clone());
            return None;
        }
        self.number(queued)
    }

    /// Numbers an entry, and gives the hash of its line.
    fn number(&mut self, Queued { at, wall, entry }: &Queued) -> Option<Digest> {
        let (line, head) = line_after(self.head, *at, *wall, entry)?;
        self.lines.extend_from_slice(&line);
        self.head = head;
        Some(head.hash)
    }

    /// Reserves the next line for what is to hold once the store has it. There is one at a time.
    pub(crate) fn reserve(&mut self, at: Time, entry: &Entry) -> Result<Reservation, Error> {
        let (line, head) = line_after(self.head, at, None, entry)
            .ok_or_else(|| Error::Ledger(StoreError::default()))?;
        self.tickets += 1;
        self.reserved = Some(Reserved {
            head,
            since: Vec::new(),
        });
        Ok(Reservation {
            line,
            ticket: self.tickets,
        })
    }

    /// The store has the reserved line. Gives its hash, and what was entered since, which is still to be numbered by [`Queue::renumber`].
    pub(crate) fn keep(&mut self) -> Option<(Digest, Vec<Queued>)> {
        let Reserved { head, since } = self.reserved.take()?;
        self.head = head;
        Some((head.hash, since))
    }

    /// The store does not have the reserved line, and is not to have it. Returns what was entered since, too.
    pub(crate) fn give_up(&mut self) -> Vec<Queued> {
        let Some(Reserved { since, .. }) = self.reserved.take() else {
            return Vec::new();
        };
        if since.is_empty() {
            self.tickets -= 1;
        } else {
            self.given_up.push(self.tickets - since.len() as u64);
        }
        since
    }

    /// Numbers what was entered while a line was reserved, in that order.
    pub(crate) fn renumber(&mut self, queued: &Queued) -> Option<Digest> {
        self.number(queued)
    }

    /// Whether a line is reserved, and its place not known yet.
    pub(crate) fn has_reserved(&self) -> bool {
        self.reserved.is_some()
    }

    /// Whether the store does not have some line yet that has a number.
    #[cfg(feature = "std")]
    pub(crate) fn is_waiting(&self) -> bool {
        !self.lines.is_empty()
    }

    /// Takes the lines that the store does not have yet, and up to which ticket that is.
    pub(crate) fn take(&mut self) -> (Vec<u8>, u64) {
        let since = self.reserved.as_ref();
        let waiting = since.map_or(0, |reserved| reserved.since.len() as u64 + 1);
        (core::mem::take(&mut self.lines), self.tickets - waiting)
    }

    /// The ticket up to which everything must be durable for all that narrowed to be; none if nothing did since this was begun.
    pub(crate) fn last_narrowing(&self) -> Option<u64> {
        self.last_narrowing
    }

    /// Up to how many entries the ledger goes with the one of this ticket.
    pub(crate) fn entries_up_to(&self, ticket: u64) -> u64 {
        let given_up = self.given_up.iter().filter(|other| **other <= ticket);
        ticket - given_up.count() as u64
    }
}
