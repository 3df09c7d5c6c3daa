//! Somebody's consent over time: the ledger gone through again by the same code as the gate's.

use alloc::{collections::BTreeMap, sync::Arc, vec::Vec};

use serde::{Deserialize, Serialize};

use super::agreed::Agreements;
use crate::{
    control::{
        ledger::{Entry, Ledger, Line},
        register::{Register, Stay},
        serial::Stays,
    },
    shared::table::{Effective, Table},
    types::{
        digest::Digest,
        ids::Life,
        kind::Kind,
        purpose::Purposes,
        time::{Millis, NEVER, Time},
    },
};

/// Why somebody's consent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ending {
    /// It came to the end that they had agreed to.
    Expired,
    /// They or their guardian withdrew it, or the child itself refused.
    Withdrawn,
    /// The notice that covered it was superseded.
    Superseded,
    /// It was restricted.
    Restricted,
    /// They left.
    Left,
    /// The ledger's last line was torn, and may have been a withdrawal.
    Torn,
    /// The meeting ended.
    MeetingEnded,
}

/// From when to when something held, by the ledger's lines and by time: what receipts and erasure lists go by, so that it errs on the wide side.
/// What may be used goes by [`Piece`]s, which are exact.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Span {
    /// The line with which it began, and the line with which it had ended; `usize::MAX` if it has not.
    pub(crate) opened: usize,
    pub(crate) closed: usize,
    pub(crate) since: Millis,
    pub(crate) until: Millis,
    /// Before when everything was captured that was released under it: also what was on its way when it was cut (R6), and whatever was released
    /// up to a crash, of which nobody knows when it came.
    pub(crate) settled: Millis,
    /// When it was recalled, if it was.
    pub(crate) recalled: Option<Time>,
}

impl Span {
    /// While both held, and recalled with either.
    pub(crate) fn and(self, other: Self) -> Option<Self> {
        let both = Self {
            opened: self.opened.max(other.opened),
            closed: self.closed.min(other.closed),
            since: self.since.max(other.since),
            until: self.until.min(other.until),
            settled: self.settled.min(other.settled),
            recalled: self.recalled.into_iter().chain(other.recalled).min(),
        };
        (both.opened < both.closed && both.since < both.settled).then_some(both)
    }
}

/// What held of a consent as of some of the ledger's lines, exactly: nothing that was captured at `until` or later was released under it,
/// but for what was on its way when consent was cut.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Piece {
    /// The line from which on it held, and the line with which it had changed; `usize::MAX` if it has not.
    pub(crate) opened: usize,
    pub(crate) closed: usize,
    pub(crate) until: Millis,
}

/// One unbroken consent to one kind for one purpose.
#[derive(Clone, Debug)]
pub(crate) struct Interval {
    /// Which of the person's stays, from 1.
    pub(crate) stay: u32,
    pub(crate) kind: Kind,
    pub(crate) purpose: Purposes,
    pub(crate) span: Span,
    /// The end that was agreed to; `NEVER` if there is none.
    pub(crate) agreed_end: Millis,
    pub(crate) ended: Option<Ending>,
    /// The notices that covered it, in the order of agreeing.
    pub(crate) notices: Vec<Digest>,
    /// In the order of lines, each where the one before ends.
    pub(crate) pieces: Vec<Piece>,
    /// How many of these are of before the meeting's process last went.
    crashed: usize,
    /// Before when everything was captured that was released under an end which was shortened since.
    shortened: Millis,
}

impl Interval {
    fn new(
        index: usize,
        (stay, kind, purpose): (u32, Kind, Purposes),
        (since, until): (Millis, Millis),
    ) -> Self {
        Self {
            stay,
            kind,
            purpose,
            span: Span {
                opened: index,
                closed: usize::MAX,
                since,
                until,
                settled: until,
                recalled: None,
            },
            agreed_end: until,
            ended: None,
            notices: Vec::new(),
            pieces: Vec::from([Piece {
                opened: index,
                closed: usize::MAX,
                until,
            }]),
            crashed: 0,
            shortened: 0,
        }
    }

    /// Goes on until another end from a line on, at which everything that was on its way had been captured before `settled`.
    fn go_on(&mut self, index: usize, until: Millis, settled: Millis) {
        if until < self.span.until {
            self.shortened = self.shortened.max(self.span.until.min(settled));
            self.cut(until);
        }
        if until != self.span.until {
            self.piece(index, until);
        }
        self.span.until = until;
        self.span.settled = until.max(self.shortened);
        self.agreed_end = until;
    }

    /// The meeting's process went, some time after the line before this one, and the meeting goes on.
    fn crash(&mut self, index: usize) {
        self.piece(index, self.span.until);
        self.crashed = self.pieces.len() - 1;
    }

    /// Whatever was released since the last crash was captured before this.
    fn cut(&mut self, until: Millis) {
        for piece in self.pieces.iter_mut().skip(self.crashed) {
            piece.until = piece.until.min(until);
        }
    }

    fn piece(&mut self, index: usize, until: Millis) {
        self.close(index);
        self.pieces.push(Piece {
            opened: index,
            closed: usize::MAX,
            until,
        });
    }

    fn close(&mut self, index: usize) {
        if let Some(last) = self.pieces.last_mut() {
            last.closed = index;
        }
    }
}

/// All consents of one person's, in the order in which they ended.
pub(crate) struct History {
    pub(crate) intervals: Vec<Interval>,
    /// How many stays there were.
    pub(crate) stays: u32,
    /// The lines that say something of them, or of everybody.
    pub(crate) lines: Vec<usize>,
    /// The notices that were superseded.
    pub(crate) superseded: Vec<Digest>,
    /// What they agreed to under each notice, and what became of it.
    pub(crate) agreed: Agreements,
    /// The time of the last line.
    pub(crate) end: Millis,
}

impl History {
    /// None for somebody who never joined.
    pub(crate) fn of(ledger: &Ledger, id: &str) -> Option<Self> {
        let Some(Entry::Opened {
            instance, meeting, ..
        }) = ledger.lines.first().map(|line| &line.entry)
        else {
            return None;
        };
        let table = Arc::new(Table::new(1, Life(0)));
        let mut register = Register::new(*instance, meeting, &table, Stays::OfReplay(0));
        let mut replay = Replay {
            ledger,
            open: BTreeMap::new(),
            is_past: false,
            history: Self {
                intervals: Vec::new(),
                stays: 0,
                lines: Vec::new(),
                superseded: Vec::new(),
                agreed: Agreements::default(),
                end: ledger.lines.last().map_or(0, |line| line.at.floor()),
            },
        };
        let beside = ledger.beside.iter().map(|beside| Line {
            n: ledger.head.entries,
            prev: ledger.head.hash,
            at: ledger.lines.last().map_or(Time::START, |line| line.at),
            wall: Some(beside.wall),
            entry: beside.entry.clone(),
        });
        let beside: Vec<_> = beside.collect();
        for (index, line) in ledger.lines.iter().chain(&beside).enumerate() {
            if let Entry::Resumed { .. } = line.entry {
                replay.is_past = line.wall.is_some();
            }
            replay.is_past |= index >= ledger.lines.len();
            // What could not have happened did not: a host's grant, a guardian's for an adult.
            if !concerns(&line.entry, id) {
                register.pass(line.at);
            } else if register.may(line.at, &line.entry).is_ok() {
                register.apply(line.at, &line.entry);
                register.renew(&line.entry, ledger.hash(index));
                replay.note(index, line, register.stay(id));
            }
        }
        let history = replay.finish();
        (history.stays > 0).then_some(history)
    }

    /// The consents to a kind for a purpose.
    pub(crate) fn of_cell(&self, kind: Kind, purpose: Purposes) -> impl Iterator<Item = &Interval> {
        let of_cell =
            move |interval: &&Interval| (interval.kind, interval.purpose) == (kind, purpose);
        self.intervals.iter().filter(of_cell)
    }
}

/// Whether an entry can change somebody's consent, or says something of them.
fn concerns(entry: &Entry, id: &str) -> bool {
    match entry {
        Entry::Joined { who, .. }
        | Entry::Left { who }
        | Entry::Granted { who, .. }
        | Entry::Withdrew { who, .. }
        | Entry::Expired { who, .. } => who == id,
        Entry::Refused { who, .. } => who.as_deref() == Some(id),
        Entry::Restricted { who, .. } | Entry::Lifted { who, .. } => {
            who.as_deref().is_none_or(|who| who == id)
        }
        Entry::Resumed { .. }
        | Entry::Shown { .. }
        | Entry::Superseded { .. }
        | Entry::Named { .. }
        | Entry::Ended {} => true,
        Entry::Opened { .. }
        | Entry::StreamOpened { .. }
        | Entry::OutletOpened { .. }
        | Entry::Settled { .. }
        | Entry::Counted { .. }
        | Entry::Signed { .. } => false,
    }
}

/// Whether an entry's time is no earlier than any that a tap had seen.
fn has_taps_time(entry: &Entry) -> bool {
    !matches!(
        entry,
        Entry::Opened { .. }
            | Entry::Shown { .. }
            | Entry::Named { .. }
            | Entry::StreamOpened { .. }
            | Entry::OutletOpened { .. }
            | Entry::Signed { .. }
    )
}

/// The first millisecond after a time: what was captured up to then was captured before it.
pub(crate) fn after(at: Time) -> Millis {
    at.floor().saturating_add(1)
}

struct Replay<'a> {
    ledger: &'a Ledger,
    /// What holds now, by kind and purpose.
    open: BTreeMap<(Kind, u16), Interval>,
    /// Whether the entries are of after the meeting's process had gone, or lie beside the ledger: then their times say nothing of the meeting's.
    is_past: bool,
    history: History,
}

impl Replay<'_> {
    /// Takes down what an entry has made of the consents of whoever it is about.
    fn note(&mut self, index: usize, line: &Line, stay: Option<(u32, &Stay)>) {
        self.history.lines.push(index);
        self.history.agreed.take(index, line, stay);
        if let Entry::Superseded { notice } = &line.entry {
            self.history.superseded.push(*notice);
        }
        if let Entry::Resumed { .. } = line.entry {
            self.open.values_mut().for_each(|open| open.crash(index));
        }
        match stay {
            Some((number, stay)) => {
                self.history.stays = number;
                for (kind, effective) in stay.consents.effective() {
                    for (purpose, effective) in Purposes::each().zip(effective) {
                        self.note_cell(index, line, (number, stay), (kind, purpose), effective);
                    }
                }
            }
            None => {
                for interval in core::mem::take(&mut self.open).into_values() {
                    self.close(index, line, interval);
                }
            }
        }
        self.recall(line);
    }

    fn note_cell(
        &mut self,
        index: usize,
        line: &Line,
        (number, stay): (u32, &Stay),
        (kind, purpose): (Kind, Purposes),
        effective: Effective,
    ) {
        let cell = (kind, purpose.bits());
        let Effective::Held { since, until } = effective else {
            if let Some(interval) = self.open.remove(&cell) {
                self.close(index, line, interval);
            }
            return;
        };
        let goes_on = |open: &Interval| (open.stay, open.span.since) == (number, since);
        if !self.open.get(&cell).is_some_and(goes_on) {
            if let Some(interval) = self.open.remove(&cell) {
                self.close(index, line, interval);
            }
        } else if !matches!(line.entry, Entry::Granted { .. } | Entry::Superseded { .. }) {
            return;
        }
        let settled = self.settled(index);
        let interval = self
            .open
            .entry(cell)
            .or_insert_with(|| Interval::new(index, (number, kind, purpose), (since, until)));
        let settled = if interval.crashed > 0 { NEVER } else { settled };
        interval.go_on(index, until, settled);
        for notice in stay.consents.notices(kind, purpose, line.at.floor()) {
            if !interval.notices.contains(&notice) {
                interval.notices.push(notice);
            }
        }
    }

    fn close(&mut self, index: usize, line: &Line, mut interval: Interval) {
        interval.close(index);
        interval.span.closed = index;
        if interval.span.until <= line.at.floor() {
            interval.ended = Some(Ending::Expired);
        } else {
            interval.ended = Some(match line.entry {
                Entry::Superseded { .. } => Ending::Superseded,
                Entry::Restricted { .. } => Ending::Restricted,
                Entry::Left { .. } => Ending::Left,
                Entry::Resumed { .. } => Ending::Torn,
                Entry::Ended {} => Ending::MeetingEnded,
                _ => Ending::Withdrawn,
            });
            // A crash comes some time after the last entry, and until then it held.
            if interval.ended != Some(Ending::Torn) && !self.is_past {
                interval.cut(after(line.at));
                let span = &mut interval.span;
                span.until = span.until.min(after(line.at));
                if interval.crashed == 0 {
                    let settled = span.settled.min(self.settled(index));
                    span.settled = settled.max(interval.shortened);
                }
            }
        }
        self.history.intervals.push(interval);
    }

    /// Before when everything was captured that was on its way at a line: no later than the next time that takes the taps' into account.
    /// After a crash none does.
    fn settled(&self, index: usize) -> Millis {
        let later = self.ledger.lines.iter().skip(index + 1);
        let mut before_crash =
            later.take_while(|line| !matches!(line.entry, Entry::Resumed { .. }));
        before_crash
            .find(|line| has_taps_time(&line.entry))
            .map_or(NEVER, |line| after(line.at))
    }

    /// What is withdrawn is recalled for good, whenever it was released: also what had ended otherwise, in an earlier stay too.
    fn recall(&mut self, line: &Line) {
        let recalls = |interval: &Interval| match &line.entry {
            Entry::Withdrew { scope, .. } => scope.covers(interval.kind, interval.purpose),
            Entry::Resumed { torn } => *torn,
            _ => false,
        };
        for interval in &mut self.history.intervals {
            if recalls(interval) {
                interval.span.recalled.get_or_insert(line.at);
            }
        }
    }

    fn finish(mut self) -> History {
        let last = self.ledger.lines.last();
        let end = last.map_or(Time::START, |line| line.at);
        self.history.agreed.finish(end, self.ledger.torn);
        for mut interval in core::mem::take(&mut self.open).into_values() {
            if interval.span.until <= end.floor() {
                interval.ended = Some(Ending::Expired);
            } else if self.ledger.torn {
                interval.ended = Some(Ending::Torn);
            }
            self.history.intervals.push(interval);
        }
        // Resuming from it recalls everything.
        if self.ledger.torn {
            for interval in &mut self.history.intervals {
                interval.span.recalled.get_or_insert(end);
            }
        }
        self.history
    }
}
