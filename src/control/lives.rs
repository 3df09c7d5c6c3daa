//! Which line of a ledger can follow which: while the meeting goes on, after its end, and when its process has gone.

use alloc::{string::String, vec::Vec};

use crate::{
    control::{
        consent::PublicKey,
        ledger::{Entry, Line},
        register::Register,
        traffic::{Narrowing, Traffic},
    },
    types::time::Time,
};

/// What the lines so far say of where they were written.
pub(crate) struct Lives {
    phase: Phase,
    has_ended: bool,
    last: Option<Last>,
    /// Of the present phase, if it has signed.
    device: Option<PublicKey>,
    /// Whether something was entered that the device signs, and it has not since: the counters, and when the meeting has gone what narrows.
    is_unsigned: bool,
    /// Those since the meeting was opened or resumed, in the order of lines.
    narrowings: Vec<Narrowing>,
    traffic: Traffic,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Phase {
    /// A meeting writes.
    Live,
    /// Nobody but [`PastMeeting`](crate::PastMeeting).
    Past,
}

/// The line before.
struct Last {
    at: Time,
    is_count: bool,
}

impl Lives {
    pub(crate) fn new() -> Self {
        Self {
            phase: Phase::Live,
            has_ended: false,
            last: None,
            device: None,
            is_unsigned: false,
            narrowings: Vec::new(),
            traffic: Traffic::default(),
        }
    }

    /// Whether a line can follow, beside what consent asks of it.
    pub(crate) fn may(&self, line: &Line, register: &Register) -> bool {
        let Some(last) = &self.last else {
            return line.at == Time::START;
        };
        let is_at_once = line.at == last.at;
        match (self.phase, line.wall) {
            (Phase::Past, None) => {
                matches!(line.entry, Entry::Resumed { .. }) && is_at_once && !self.has_ended
            }
            (Phase::Past, Some(_)) => is_at_once && self.may_sign(&line.entry),
            (Phase::Live, None) => self.may_live(line, last, register),
            // Resumed, or left beside the ledger.
            (Phase::Live, Some(_)) => match line.entry {
                Entry::Resumed { .. } => is_at_once,
                Entry::Signed { .. } => false,
                _ => true,
            },
        }
    }

    /// Whether a signature is due, and by the device that has signed before, if one has; any other entry is none.
    fn may_sign(&self, entry: &Entry) -> bool {
        match entry {
            Entry::Signed { device, .. } => {
                self.is_unsigned && self.device.is_none_or(|known| known == *device)
            }
            _ => true,
        }
    }

    fn may_live(&self, line: &Line, last: &Last, register: &Register) -> bool {
        match &line.entry {
            Entry::Resumed { .. } => line.at == last.at && !self.has_ended,
            // Of a handle, and those of earlier stays restrict nothing.
            Entry::Restricted { who, .. } => {
                let is_there = |who: &str| register.stay(who).is_some();
                !self.has_ended && who.as_deref().is_none_or(is_there)
            }
            Entry::Counted { taps } => self.traffic.may_count(taps),
            Entry::Settled { narrowing, taps } => {
                let known = with_entries(&self.narrowings, *narrowing);
                let is_open = !self.has_ended || self.traffic.knows(taps);
                is_open && known.is_some_and(|known| self.traffic.may_settle(taps, known, line.at))
            }
            Entry::Ended {} => last.is_count && line.at == last.at,
            entry => self.may_sign(entry),
        }
    }

    /// Applies a line that may be, of this index, after the register has.
    pub(crate) fn apply(&mut self, index: u64, line: &Line, register: &Register) {
        let entry = &line.entry;
        match entry {
            Entry::Resumed { .. } => {
                self.device = None;
                self.is_unsigned = false;
                self.phase = if line.wall.is_some() {
                    Phase::Past
                } else {
                    self.narrowings.clear();
                    self.traffic.begin();
                    Phase::Live
                };
            }
            Entry::Counted { .. } => self.is_unsigned = true,
            Entry::Signed { device, .. } => {
                self.device = Some(*device);
                self.is_unsigned = false;
            }
            Entry::Ended {} => self.has_ended = true,
            Entry::Settled { narrowing, taps } => {
                if let Some(known) = with_entries(&self.narrowings, *narrowing) {
                    self.traffic.settle(index, taps, known);
                }
            }
            _ => {}
        }
        self.traffic.apply(index, entry, register);
        if entry.is_narrowing() {
            self.narrowings.push(Narrowing {
                line: index,
                whom: entry.whom().map(String::from),
            });
            self.is_unsigned |= self.phase == Phase::Past;
        }
        self.last = Some(Last {
            at: line.at,
            is_count: matches!(entry, Entry::Counted { .. }),
        });
    }
}

/// The one of these narrowings with which there were so many entries.
fn with_entries(narrowings: &[Narrowing], entries: u64) -> Option<&Narrowing> {
    let line = entries.checked_sub(1)?;
    let known = narrowings.binary_search_by_key(&line, |known| known.line);
    narrowings.get(known.ok()?)
}
