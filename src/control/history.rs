//! Everybody's consent over time, taken down while a ledger is gone through by the same code as the gate's.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

use serde::{Deserialize, Serialize};

use crate::{
    control::{
        agreed::Agreements,
        ledger::{Entry, Ledger, Line},
        register::Register,
        seats::Stay,
        taps::Whom,
    },
    shared::table::Effective,
    types::{
        digest::Digest,
        kind::Kind,
        purpose::Purposes,
        time::{Millis, NEVER, Time},
    },
};

/// Why somebody's consent ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
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
    /// Whether one of these was superseded, before it ended or after.
    pub(crate) is_stale: bool,
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
            is_stale: false,
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
#[derive(Debug, Default)]
pub(crate) struct History {
    pub(crate) intervals: Vec<Interval>,
    /// How many stays there were.
    pub(crate) stays: u32,
    /// The lines that say something of them alone.
    pub(crate) lines: Vec<usize>,
    /// What they agreed to under each notice, and how it ended.
    pub(crate) agreed: Agreements,
    /// The time of the last line.
    pub(crate) end: Millis,
    /// What holds now, by kind and purpose; nothing once the ledger was gone through.
    open: BTreeMap<(Kind, u16), Interval>,
}

/// The histories of all who ever joined.
#[derive(Debug)]
pub(crate) struct Histories {
    pub(crate) people: BTreeMap<String, History>,
    /// The lines that say something of everybody.
    pub(crate) of_everybody: Vec<usize>,
}

/// Whom an entry says something of, whose consent it may have changed.
fn about(entry: &Entry) -> Whom<'_> {
    match entry {
        Entry::Joined { who, .. }
        | Entry::Left { who }
        | Entry::Granted { who, .. }
        | Entry::Withdrew { who, .. }
        | Entry::Expired { who, .. } => Whom::One(who),
        Entry::Refused { who, .. } => who.as_deref().map_or(Whom::Nobody, Whom::One),
        Entry::Restricted { who, .. } | Entry::Lifted { who, .. } => {
            who.as_deref().map_or(Whom::Everybody, Whom::One)
        }
        Entry::Resumed { .. }
        | Entry::Shown { .. }
        | Entry::Superseded { .. }
        | Entry::Named { .. }
        | Entry::Ended {} => Whom::Everybody,
        Entry::Opened { .. }
        | Entry::StreamOpened { .. }
        | Entry::OutletOpened { .. }
        | Entry::Settled { .. }
        | Entry::Counted { .. }
        | Entry::Signed { .. } => Whom::Nobody,
    }
}

/// Whether an entry's time is no earlier than any that a tap had seen which can carry anybody.
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

/// Before when everything was captured that was on its way at each line: no later than the next time that takes the taps' into account.
/// After a crash none does.
fn settled(lines: &[Line]) -> Vec<Millis> {
    let mut next = NEVER;
    let settled = lines.iter().rev().map(|line| {
        let at_next = match &line.entry {
            Entry::Resumed { .. } => NEVER,
            entry if has_taps_time(entry) => after(line.at),
            _ => next,
        };
        core::mem::replace(&mut next, at_next)
    });
    let mut settled: Vec<_> = settled.collect();
    settled.reverse();
    settled
}

/// The lines whose times are no earlier than any that somebody's own taps had seen, those of their streams alone.
#[derive(Default)]
struct Looks {
    /// Each is of all such taps that there were by then.
    lines: Vec<usize>,
    /// Of those that there were at a narrowing: the narrowing, and the first line at which it, or a later one, was settled.
    settled: Vec<(usize, usize)>,
}

impl Looks {
    /// Puts them in order.
    fn sort(&mut self) {
        self.settled.sort_unstable();
        let mut first = usize::MAX;
        for (_, line) in self.settled.iter_mut().rev() {
            first = first.min(*line);
            *line = first;
        }
    }

    /// The first after a line that looked at all taps of then; beyond every line if there is none.
    fn next(&self, index: usize) -> usize {
        let next = next(&self.lines, index);
        let settled = self
            .settled
            .partition_point(|(narrowing, _)| *narrowing < index);
        let settled = self.settled.get(settled).map(|(_, line)| *line);
        next.min(settled.unwrap_or(usize::MAX))
    }
}

/// The first of some lines after one; beyond every line if there is none.
fn next(lines: &[usize], index: usize) -> usize {
    let next = lines.partition_point(|line| *line <= index);
    lines.get(next).copied().unwrap_or(usize::MAX)
}

/// Before when everything was captured that was on its way.
///
/// Every act looks at the taps that can carry anybody, but at those of somebody alone only if it is about them or about everybody.
struct Bounds<'l> {
    lines: &'l [Line],
    /// For whoever has no stream alone.
    settled: Vec<Millis>,
    of_everybody: Looks,
    of_one: BTreeMap<&'l str, Looks>,
    /// After these nobody knows what the process that had gone came to.
    resumed: Vec<usize>,
    /// Who has streams alone by now.
    alone: BTreeSet<String>,
}

impl<'l> Bounds<'l> {
    fn new(lines: &'l [Line]) -> Self {
        let mut bounds = Self {
            lines,
            settled: settled(lines),
            of_everybody: Looks::default(),
            of_one: BTreeMap::new(),
            resumed: Vec::new(),
            alone: BTreeSet::new(),
        };
        for (index, line) in lines.iter().enumerate() {
            match &line.entry {
                Entry::Resumed { .. } => bounds.resumed.push(index),
                Entry::Counted { .. } => bounds.of_everybody.lines.push(index),
                Entry::Settled { narrowing, .. } => {
                    let narrowing = usize::try_from(*narrowing).ok();
                    let narrowing = narrowing.and_then(|entries| entries.checked_sub(1));
                    let narrowed = narrowing.and_then(|narrowing| lines.get(narrowing));
                    let looks = narrowed.and_then(|line| bounds.looks(about(&line.entry)));
                    if let (Some(narrowing), Some(looks)) = (narrowing, looks) {
                        looks.settled.push((narrowing, index));
                    }
                }
                entry if has_taps_time(entry) => {
                    if let Some(looks) = bounds.looks(about(entry)) {
                        looks.lines.push(index);
                    }
                }
                _ => {}
            }
        }
        bounds.of_everybody.sort();
        bounds.of_one.values_mut().for_each(Looks::sort);
        bounds
    }

    fn looks(&mut self, about: Whom<'l>) -> Option<&mut Looks> {
        match about {
            Whom::Nobody => None,
            Whom::One(who) => Some(self.of_one.entry(who).or_default()),
            Whom::Everybody => Some(&mut self.of_everybody),
        }
    }

    /// Takes the next line.
    fn take(&mut self, entry: &Entry) {
        match entry {
            Entry::StreamOpened {
                owner: Some(owner),
                alone: true,
                ..
            } => {
                self.alone.insert(owner.clone());
            }
            // Streams are opened anew.
            Entry::Resumed { .. } => self.alone.clear(),
            _ => {}
        }
    }

    /// Before when everything of somebody was captured that was on its way at a line, the last that was taken.
    fn settled(&self, who: &str, index: usize) -> Millis {
        if !self.alone.contains(who) {
            return self.settled.get(index).copied().unwrap_or(NEVER);
        }
        let own = self.of_one.get(who);
        let own = own.map_or(usize::MAX, |looks| looks.next(index));
        let first = own.min(self.of_everybody.next(index));
        let is_known = first < next(&self.resumed, index);
        let line = self.lines.get(first).filter(|_| is_known);
        line.map_or(NEVER, |line| after(line.at))
    }
}

/// Takes down everybody's history while a ledger's lines are gone through.
pub(crate) struct Recorder<'l> {
    ledger: &'l Ledger,
    bounds: Bounds<'l>,
    /// Whether the entries are of after the meeting's process had gone, or lie beside the ledger: then their times say nothing of the meeting's.
    is_past: bool,
    superseded: Vec<Digest>,
    histories: Histories,
}

impl<'l> Recorder<'l> {
    pub(crate) fn new(ledger: &'l Ledger) -> Self {
        Self {
            ledger,
            bounds: Bounds::new(&ledger.lines),
            is_past: false,
            superseded: Vec::new(),
            histories: Histories {
                people: BTreeMap::new(),
                of_everybody: Vec::new(),
            },
        }
    }

    /// Takes down what an entry that may be has made of the consents of whoever it is about, once it was applied.
    pub(crate) fn take(&mut self, index: usize, line: &Line, register: &Register) {
        match &line.entry {
            Entry::Resumed { .. } => self.is_past = line.wall.is_some(),
            Entry::Superseded { notice } => self.superseded.push(*notice),
            Entry::Joined { who, .. } => {
                self.histories.people.entry(who.clone()).or_default().stays += 1;
            }
            _ => {}
        }
        self.is_past |= index >= self.ledger.lines.len();
        self.bounds.take(&line.entry);
        let (bounds, is_past) = (&self.bounds, self.is_past);
        let now = |who: &str| Now {
            index,
            line,
            settled: bounds.settled(who, index),
            is_past,
        };
        match about(&line.entry) {
            Whom::Nobody => {}
            Whom::One(who) => {
                if let Some(history) = self.histories.people.get_mut(who) {
                    history.lines.push(index);
                    history.note(&now(who), register.stay(who).map(|(_, stay)| stay));
                }
            }
            Whom::Everybody => {
                self.histories.of_everybody.push(index);
                if !line.entry.touches().is_empty() {
                    for (who, history) in &mut self.histories.people {
                        history.note(&now(who), register.stay(who).map(|(_, stay)| stay));
                    }
                }
            }
        }
    }

    pub(crate) fn finish(mut self) -> Histories {
        let last = self.ledger.lines.last();
        let end = last.map_or(Time::START, |line| line.at);
        for history in self.histories.people.values_mut() {
            history.finish(end, self.ledger.torn);
            for interval in &mut history.intervals {
                let mut notices = interval.notices.iter();
                interval.is_stale = notices.any(|notice| self.superseded.contains(notice));
            }
        }
        self.histories
    }
}

/// A line that is taken down.
struct Now<'l> {
    index: usize,
    line: &'l Line,
    /// Before when everything of theirs was captured that was on its way at it.
    settled: Millis,
    is_past: bool,
}

impl History {
    /// The consents to a kind for a purpose.
    pub(crate) fn of_cell(&self, kind: Kind, purpose: Purposes) -> impl Iterator<Item = &Interval> {
        let of_cell =
            move |interval: &&Interval| (interval.kind, interval.purpose) == (kind, purpose);
        self.intervals.iter().filter(of_cell)
    }

    fn note(&mut self, now: &Now<'_>, stay: Option<&Stay>) {
        let entry = &now.line.entry;
        self.agreed.take(now.index, now.line, stay);
        if let Entry::Resumed { .. } = entry {
            let open = self.open.values_mut();
            open.for_each(|open| open.crash(now.index));
        }
        match stay {
            Some(stay) => {
                let touched = entry.touches();
                let of_kinds = stay.consents.effective();
                for (kind, effective) in
                    of_kinds.filter(|(kind, _)| touched.contains((*kind).into()))
                {
                    for (purpose, effective) in Purposes::each().zip(effective) {
                        self.note_cell(now, stay, (kind, purpose), effective);
                    }
                }
            }
            None => {
                for interval in core::mem::take(&mut self.open).into_values() {
                    self.close(now, interval);
                }
            }
        }
        self.recall(now.line);
    }

    fn note_cell(
        &mut self,
        now: &Now<'_>,
        stay: &Stay,
        (kind, purpose): (Kind, Purposes),
        effective: Effective,
    ) {
        let cell = (kind, purpose.bits());
        let Effective::Held { since, until } = effective else {
            if let Some(interval) = self.open.remove(&cell) {
                self.close(now, interval);
            }
            return;
        };
        let number = self.stays;
        let goes_on = |open: &Interval| (open.stay, open.span.since) == (number, since);
        if !self.open.get(&cell).is_some_and(goes_on) {
            if let Some(interval) = self.open.remove(&cell) {
                self.close(now, interval);
            }
        } else if !matches!(
            now.line.entry,
            Entry::Granted { .. } | Entry::Superseded { .. }
        ) {
            return;
        }
        let new = || Interval::new(now.index, (number, kind, purpose), (since, until));
        let interval = self.open.entry(cell).or_insert_with(new);
        let settled = if interval.crashed > 0 {
            NEVER
        } else {
            now.settled
        };
        interval.go_on(now.index, until, settled);
        for notice in stay.consents.notices(kind, purpose, now.line.at.floor()) {
            if !interval.notices.contains(&notice) {
                interval.notices.push(notice);
            }
        }
    }

    fn close(&mut self, now: &Now<'_>, mut interval: Interval) {
        let line = now.line;
        interval.close(now.index);
        interval.span.closed = now.index;
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
            if interval.ended != Some(Ending::Torn) && !now.is_past {
                interval.cut(after(line.at));
                let span = &mut interval.span;
                span.until = span.until.min(after(line.at));
                if interval.crashed == 0 {
                    let settled = span.settled.min(now.settled);
                    span.settled = settled.max(interval.shortened);
                }
            }
        }
        self.intervals.push(interval);
    }

    /// What is withdrawn is recalled for good, whenever it was released: also what had ended otherwise, in an earlier stay too.
    fn recall(&mut self, line: &Line) {
        let recalls = |interval: &Interval| match &line.entry {
            Entry::Withdrew { scope, .. } => scope.covers(interval.kind, interval.purpose),
            Entry::Resumed { torn } => *torn,
            _ => false,
        };
        for interval in &mut self.intervals {
            if recalls(interval) {
                interval.span.recalled.get_or_insert(line.at);
            }
        }
    }

    /// Takes in that the ledger ends here.
    fn finish(&mut self, end: Time, torn: bool) {
        self.end = end.floor();
        self.agreed.finish(end, torn);
        for mut interval in core::mem::take(&mut self.open).into_values() {
            if interval.span.until <= end.floor() {
                interval.ended = Some(Ending::Expired);
            } else if torn {
                interval.ended = Some(Ending::Torn);
            }
            self.intervals.push(interval);
        }
        // Resuming from it recalls everything.
        if torn {
            for interval in &mut self.intervals {
                interval.span.recalled.get_or_insert(end);
            }
        }
    }
}
