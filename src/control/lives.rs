//! Which line of a ledger can follow which: while the meeting goes on, after its end, and when its process has gone.

use alloc::vec::Vec;

use crate::{
    control::{
        consent::PublicKey,
        ledger::{Entry, Line},
        register::Register,
        traffic::Traffic,
    },
    types::{time::Time, wall_time::WallTime},
};

/// What the lines so far say of where they were written.
pub(crate) struct Lives {
    phase: Phase,
    has_ended: bool,
    last: Option<Last>,
    /// Of the present phase, if it has signed.
    device: Option<PublicKey>,
    /// Whether counters were entered that nobody has signed since.
    is_counted: bool,
    /// The narrowings since the meeting was opened or resumed: the number of entries with each, and how many taps were known by then.
    narrowings: Vec<(u64, usize)>,
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
    wall: Option<WallTime>,
    is_count: bool,
    is_end: bool,
    is_narrowing: bool,
}

impl Lives {
    pub(crate) fn new() -> Self {
        Self {
            phase: Phase::Live,
            has_ended: false,
            last: None,
            device: None,
            is_counted: false,
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
            (Phase::Past, Some(wall)) => is_at_once && self.may_by_day(line, last, wall),
            (Phase::Live, None) => self.may_live(line, last, register),
            // Resumed, or left beside the ledger.
            (Phase::Live, Some(_)) => match line.entry {
                Entry::Resumed { .. } => is_at_once,
                Entry::Signed { .. } => false,
                _ => true,
            },
        }
    }

    /// When the meeting has gone: what is signed is the withdrawal or restriction just before.
    fn may_by_day(&self, line: &Line, last: &Last, wall: WallTime) -> bool {
        match &line.entry {
            Entry::Signed { device, .. } => {
                last.is_narrowing && last.wall == Some(wall) && self.is_by(device)
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
                let known = self.narrowings.iter().rev();
                let mut known = known.skip_while(|(entries, _)| entries > narrowing);
                let known = known.next().filter(|(entries, _)| entries == narrowing);
                let is_open = !self.has_ended || taps.len() <= self.traffic.taps();
                is_open
                    && known
                        .is_some_and(|(_, fewest)| self.traffic.may_settle(taps, *fewest, line.at))
            }
            Entry::Signed { device, .. } => {
                let is_due = if self.has_ended {
                    last.is_end && line.at == last.at
                } else {
                    self.is_counted
                };
                is_due && self.is_by(device)
            }
            Entry::Ended {} => last.is_count && line.at == last.at,
            _ => true,
        }
    }

    /// Whether it is the device that has signed before, if one has.
    fn is_by(&self, device: &PublicKey) -> bool {
        self.device.is_none_or(|known| known == *device)
    }

    /// Applies a line that may be, of this index, after the register has.
    pub(crate) fn apply(&mut self, index: u64, line: &Line, register: &Register) {
        let entry = &line.entry;
        match entry {
            Entry::Resumed { .. } => {
                self.device = None;
                self.is_counted = false;
                self.phase = if line.wall.is_some() {
                    Phase::Past
                } else {
                    self.narrowings.clear();
                    self.traffic.begin();
                    Phase::Live
                };
            }
            Entry::Counted { .. } => self.is_counted = true,
            Entry::Signed { device, .. } => {
                self.device = Some(*device);
                self.is_counted = false;
            }
            Entry::Ended {} => self.has_ended = true,
            _ => {}
        }
        self.traffic.apply(index, entry, register);
        if entry.is_narrowing() {
            self.narrowings.push((index + 1, self.traffic.taps()));
        }
        self.last = Some(Last {
            at: line.at,
            wall: line.wall,
            is_count: matches!(entry, Entry::Counted { .. }),
            is_end: matches!(entry, Entry::Ended {}),
            is_narrowing: entry.is_narrowing(),
        });
    }
}
