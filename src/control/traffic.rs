//! What can have gone through a meeting's taps, as far as its ledger's lines tell: frames go where somebody agreed to it, and are counted upwards.
//!
//! A ledger does not say when a tap was opened, only of which stream and outlet it can be, and in which order taps were.
//! For what has an owner this is exact but for the time within a millisecond; of other streams it asks that somebody agreed.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    control::{
        consent::Consents,
        ledger::{Entry, TapCount},
        register::Register,
    },
    shared::{settling::TapRelease, tap_state::Counters},
    types::{
        ids::{OutletId, StreamId},
        kind::{Kind, Kinds},
        purpose::Purposes,
        time::Time,
    },
};

/// Lines are named by their index.
#[derive(Default)]
pub(crate) struct Traffic {
    /// Who is there, by id.
    people: BTreeMap<String, Person>,
    /// What anybody agreed to, of each kind.
    of_kinds: [Held; Kind::COUNT],
    streams: BTreeMap<StreamId, Stream>,
    outlets: BTreeMap<OutletId, Outlet>,
    /// By number, those that lines have told of.
    taps: BTreeMap<u32, Tap>,
    /// The first number of which no line has told.
    next: u32,
    /// Those of everybody's streams, those of each person's alone, and all of them.
    shared: TapSet,
    alone: BTreeMap<String, TapSet>,
    all: TapSet,
}

/// A line that narrowed.
pub(crate) struct Narrowing {
    pub(crate) line: u64,
    /// Whom it is about; none for everybody.
    pub(crate) whom: Option<String>,
}

/// Taps that can carry the same people.
#[derive(Default)]
struct TapSet {
    /// How many streams there are of somebody alone.
    streams: usize,
    /// The taps that no line said to be closed: the line that told of each first, and its number.
    open: BTreeSet<(u64, u32)>,
    /// The last line at which there were no others than were told, and above which numbers others can be.
    told: u64,
    below: u32,
}

impl TapSet {
    /// At a line there were no other taps than those that were told, up to this number.
    fn tell(&mut self, line: u64, last: Option<u32>) {
        self.told = self.told.max(line);
        self.below = self
            .below
            .max(last.map_or(0, |last| last.saturating_add(1)));
    }
}

struct Person {
    held: [Purposes; Kind::COUNT],
    streams: Vec<StreamId>,
}

struct Stream {
    line: u64,
    kind: Kind,
    /// What its owner agreed to; none if it has none.
    held: Option<Held>,
    /// The owner, if it is theirs alone.
    alone: Option<String>,
}

struct Outlet {
    line: u64,
    purposes: Purposes,
    blanks: Kinds,
}

struct Tap {
    stream: StreamId,
    outlet: OutletId,
    /// The line that told of it first.
    first: u64,
    /// As counted last.
    counted: Counters,
    /// How many it had released by the last line that counted it, and which line.
    released: u64,
    told: u64,
    /// The line that closed that by which a frame was cleared that was counted only later; there is one at most for each such line.
    late: u64,
    /// Whether a line said that it is closed, and whether one has counted it since.
    is_closed: bool,
    is_final: bool,
}

/// Sets of purposes that were held, and until when.
#[derive(Default)]
struct Held(Vec<Set>);

struct Set {
    of: Purposes,
    /// How many people hold them.
    people: u32,
    /// The line since which nobody does.
    until: u64,
}

impl Held {
    fn begin(&mut self, of: Purposes) {
        match self.0.iter_mut().find(|held| held.of == of) {
            _ if of.is_empty() => {}
            Some(held) => held.people += 1,
            None => self.0.push(Set {
                of,
                people: 1,
                until: 0,
            }),
        }
    }

    fn end(&mut self, of: Purposes, line: u64) {
        if let Some(held) = self.0.iter_mut().find(|held| held.of == of) {
            held.people = held.people.saturating_sub(1);
            if held.people == 0 {
                held.until = line;
            }
        }
    }

    /// The line until which somebody held all of these at once, if anybody ever did; beyond every line if somebody does.
    fn until(&self, all: Purposes) -> Option<u64> {
        let held = self.0.iter().filter(|held| held.of.contains(all));
        held.map(|held| {
            if held.people > 0 {
                u64::MAX
            } else {
                held.until
            }
        })
        .max()
    }
}

impl Stream {
    /// Up to which line its frames can have been cleared for all of these; none if never.
    fn until(&self, all: Purposes, of_kinds: &[Held; Kind::COUNT]) -> Option<u64> {
        let held = match &self.held {
            // R9: free bytes of service data are never cleared; records have an owner.
            None if self.kind.never_cleared_as_bytes().is_some() => return None,
            _ if self.kind.never_cleared().is_some() => return None,
            Some(held) => held,
            None => of_kinds.get(self.kind as usize)?,
        };
        held.until(all)
    }
}

impl Traffic {
    /// A new life of the meeting begins, in which streams, outlets and taps are opened anew.
    pub(crate) fn begin(&mut self) {
        self.streams.clear();
        self.outlets.clear();
        self.taps.clear();
        self.next = 0;
        self.shared = TapSet::default();
        self.alone.clear();
        self.all = TapSet::default();
        self.people
            .values_mut()
            .for_each(|person| person.streams.clear());
    }

    /// Whether lines have told of all these taps.
    pub(crate) fn knows(&self, taps: &[TapRelease]) -> bool {
        taps.iter().all(|tap| self.taps.contains_key(&tap.tap))
    }

    /// Whether taps can have been counted so: all of them, as all is counted under one lock.
    pub(crate) fn may_count(&self, taps: &[TapCount]) -> bool {
        let last = self.taps.last_key_value().map(|(last, _)| *last);
        let is_all = last.is_none_or(|last| (last as usize) < taps.len());
        is_all
            && (0..).zip(taps).all(|(number, tap)| {
                let known = self.known(number, tap.stream, tap.outlet);
                known.is_some_and(|known| self.may_have(&known, tap.frames))
            })
    }

    /// Whether taps can have come so far when a narrowing settled: all that can carry whoever it was about, and no others.
    pub(crate) fn may_settle(&self, taps: &[TapRelease], narrowing: &Narrowing, at: Time) -> bool {
        let whom = narrowing.whom.as_deref();
        let is_ascending = taps.is_sorted_by(|one, next| one.tap < next.tap);
        is_ascending
            && !self.leaves_out(taps, narrowing)
            && (self.may_skip(whom) || !self.skips(taps))
            && taps.iter().all(|tap| {
                let is_timely = match tap.last {
                    Some(captured) => tap.released > 0 && captured <= at,
                    None => tap.released == 0,
                };
                let known = self.known(tap.tap, tap.stream, tap.outlet);
                let may = |known: &Tap| {
                    !known.is_closed
                        && self.can_carry(known, whom)
                        && self.may_release(known, tap.released)
                };
                is_timely && known.as_ref().is_some_and(may)
            })
    }

    /// Whether a tap is missing that can carry whoever a narrowing was about, that lines before it have told of, and none since that it is closed.
    fn leaves_out(&self, taps: &[TapRelease], narrowing: &Narrowing) -> bool {
        let names = |number| taps.binary_search_by_key(&number, |tap| tap.tap).is_ok();
        // No more of them are looked at than the line names, and one.
        let leaves_out = |group: &TapSet| {
            let known = group.open.range(..(narrowing.line, 0));
            known.into_iter().any(|(_, number)| !names(*number))
        };
        match &narrowing.whom {
            None => leaves_out(&self.all),
            Some(who) => leaves_out(&self.shared) || self.alone.get(who).is_some_and(leaves_out),
        }
    }

    /// Whether taps of which no line has told can have lower numbers than those of a line about somebody: other people's alone.
    fn may_skip(&self, whom: Option<&str>) -> bool {
        let own = |who| self.alone.get(who).map_or(0, |own| own.streams);
        whom.is_some_and(|who| self.all.streams > own(who))
    }

    /// Whether a line names a tap of a higher number than one of which none has told.
    fn skips(&self, taps: &[TapRelease]) -> bool {
        let mut next = self.next;
        for tap in taps {
            if tap.tap > next {
                return true;
            }
            if tap.tap == next {
                next = self.next_after(next);
            }
        }
        false
    }

    /// The first number after one of which no line has told.
    fn next_after(&self, number: u32) -> u32 {
        let mut next = number.saturating_add(1);
        while self.taps.contains_key(&next) && next < u32::MAX {
            next += 1;
        }
        next
    }

    /// Whether somebody can be in frames of a tap, or anybody of several people.
    fn can_carry(&self, tap: &Tap, whom: Option<&str>) -> bool {
        let stream = self.streams.get(&tap.stream);
        stream.is_some_and(|stream| match (&stream.alone, whom) {
            (Some(owner), Some(whom)) => owner == whom,
            _ => true,
        })
    }

    /// The tap of this number, if it can be of this stream into this outlet.
    fn known(&self, number: u32, stream: StreamId, outlet: OutletId) -> Option<Tap> {
        let (from, to) = (self.streams.get(&stream)?, self.outlets.get(&outlet)?);
        if let Some(tap) = self.taps.get(&number) {
            let is_it = (tap.stream, tap.outlet) == (stream, outlet);
            return is_it.then_some(Tap { ..*tap });
        }
        let group = match &from.alone {
            None => &self.shared,
            Some(owner) => self.alone.get(owner)?,
        };
        let told = group.told.max(self.all.told);
        let opened = from.line.max(to.line).max(told);
        // A line that should have told of it did not.
        if number < group.below.max(self.all.below) {
            return None;
        }
        Some(Tap {
            stream,
            outlet,
            first: u64::MAX,
            counted: Counters::default(),
            released: 0,
            told: opened,
            late: opened,
            is_closed: false,
            is_final: false,
        })
    }

    fn may_have(&self, tap: &Tap, now: Counters) -> bool {
        let before = tap.counted;
        let is_no_less = now.whole >= before.whole
            && now.redacted >= before.redacted
            && now.blanked >= before.blanked
            && now.dropped >= before.dropped;
        let sum = [now.redacted, now.blanked, now.dropped]
            .into_iter()
            .try_fold(now.whole, u64::checked_add);
        let (from, to) = (self.streams.get(&tap.stream), self.outlets.get(&tap.outlet));
        let (Some(from), Some(to)) = (from, to) else {
            return false;
        };
        let may_blank = now.blanked == 0 || to.blanks.contains(from.kind.into());
        let is_as_closed = !tap.is_final || now == before;
        is_no_less
            && is_as_closed
            && may_blank
            && sum == Some(now.seen)
            && self.may_release(tap, now.whole.saturating_add(now.redacted))
    }

    /// Whether a tap can have released this many frames by now, whole or in part.
    fn may_release(&self, tap: &Tap, released: u64) -> bool {
        let Some(more) = released.checked_sub(tap.released) else {
            return false;
        };
        // One frame may have been cleared before what closed it, and be counted only after others were.
        let may_be_more = |until| until > tap.told || (more == 1 && until > tap.late);
        more == 0 || (!tap.is_closed && self.until(tap).is_some_and(may_be_more))
    }

    /// The line until which frames can have been cleared for a tap.
    fn until(&self, tap: &Tap) -> Option<u64> {
        let (from, to) = (
            self.streams.get(&tap.stream)?,
            self.outlets.get(&tap.outlet)?,
        );
        from.until(to.purposes, &self.of_kinds)
    }

    fn tell(
        &mut self,
        line: u64,
        number: u32,
        mut tap: Tap,
        (released, counted): (u64, Option<Counters>),
    ) {
        if released > tap.released
            && let Some(until) = self.until(&tap)
            && until <= tap.told
        {
            tap.late = tap.late.max(until);
        }
        tap.is_final |= tap.is_closed && counted.is_some();
        tap.counted = counted.unwrap_or(tap.counted);
        tap.released = released;
        tap.told = line;
        let known = (tap.first, number);
        tap.first = tap.first.min(line);
        let (is_closed, now) = (tap.is_closed, (tap.first, number));
        for group in self.groups_of(tap.stream) {
            group.open.remove(&known);
            if !is_closed {
                group.open.insert(now);
            }
        }
        self.taps.insert(number, tap);
        if number == self.next {
            self.next = self.next_after(number);
        }
    }

    /// Those that the taps of a stream are in.
    fn groups_of(&mut self, stream: StreamId) -> impl Iterator<Item = &mut TapSet> {
        let own = match self.streams.get(&stream).map(|stream| &stream.alone) {
            Some(Some(owner)) => self.alone.get_mut(owner),
            Some(None) => Some(&mut self.shared),
            None => None,
        };
        [own, Some(&mut self.all)].into_iter().flatten()
    }

    /// Applies a line that may be, of how far taps had come when a narrowing settled.
    pub(crate) fn settle(&mut self, line: u64, taps: &[TapRelease], narrowing: &Narrowing) {
        for tap in taps {
            if let Some(mut known) = self.known(tap.tap, tap.stream, tap.outlet) {
                // What was under way then is over and counted.
                if !tap.is_releasing {
                    known.late = known.late.max(narrowing.line);
                }
                known.is_closed = tap.is_closed;
                self.tell(line, tap.tap, known, (tap.released, None));
            }
        }
        let last = taps.last().map(|tap| tap.tap);
        match &narrowing.whom {
            None => self.all.tell(narrowing.line, last),
            Some(who) => {
                self.shared.tell(narrowing.line, last);
                if let Some(own) = self.alone.get_mut(who) {
                    own.tell(narrowing.line, last);
                }
            }
        }
    }

    /// Applies a line that may be, after the register has.
    pub(crate) fn apply(&mut self, line: u64, entry: &Entry, register: &Register) {
        match entry {
            Entry::Joined { who, .. } => {
                let person = Person {
                    held: [Purposes::empty(); Kind::COUNT],
                    streams: Vec::new(),
                };
                self.people.insert(who.clone(), person);
            }
            Entry::StreamOpened {
                stream,
                kind,
                owner,
                alone,
            } => {
                let held = owner.as_ref().map(|owner| {
                    let mut held = Held::default();
                    if let Some(person) = self.people.get_mut(owner) {
                        person.streams.push(*stream);
                        let of = person.held.get(*kind as usize);
                        held.begin(of.copied().unwrap_or(Purposes::empty()));
                    }
                    held
                });
                let alone = owner.clone().filter(|_| *alone);
                if let Some(owner) = &alone {
                    self.alone.entry(owner.clone()).or_default().streams += 1;
                    self.all.streams += 1;
                }
                let opened = Stream {
                    line,
                    kind: *kind,
                    held,
                    alone,
                };
                self.streams.insert(*stream, opened);
            }
            Entry::OutletOpened {
                outlet,
                purposes,
                blanks,
                ..
            } => {
                let (purposes, blanks) = (*purposes, *blanks);
                let opened = Outlet {
                    line,
                    purposes,
                    blanks,
                };
                self.outlets.insert(*outlet, opened);
            }
            Entry::Counted { taps } => {
                let mut last = None;
                for (number, tap) in (0..).zip(taps) {
                    last = Some(number);
                    if let Some(known) = self.known(number, tap.stream, tap.outlet) {
                        let released = tap.frames.whole.saturating_add(tap.frames.redacted);
                        self.tell(line, number, known, (released, Some(tap.frames)));
                    }
                }
                self.all.tell(line, last);
            }
            _ => {}
        }
        let kinds = entry.touches();
        match entry.whom() {
            _ if kinds.is_empty() => {}
            Some(who) => {
                let stay = register.stay(who);
                self.hold(line, kinds, who, stay.map(|(_, stay)| &stay.consents));
            }
            None => {
                for (who, stay) in register.people() {
                    self.hold(line, kinds, who, Some(&stay.consents));
                }
            }
        }
        match entry {
            Entry::Left { who } => {
                self.people.remove(who);
            }
            Entry::Ended {} => {
                let people: Vec<_> = self.people.keys().map(ToString::to_string).collect();
                for who in people {
                    self.hold(line, Kinds::all(), &who, None);
                }
            }
            _ => {}
        }
    }

    /// What somebody agrees to since a line; nothing if they are gone.
    fn hold(&mut self, line: u64, kinds: Kinds, who: &str, consents: Option<&Consents>) {
        let Some(person) = self.people.get_mut(who) else {
            return;
        };
        for kind in Kind::each(kinds) {
            let now = consents.map_or(Purposes::empty(), |consents| consents.held(kind));
            let Some(before) = person.held.get_mut(kind as usize) else {
                continue;
            };
            let before = core::mem::replace(before, now);
            if before == now {
                continue;
            }
            let theirs = person.streams.iter();
            for stream in theirs {
                if let Some(stream) = self.streams.get_mut(stream)
                    && stream.kind == kind
                    && let Some(held) = &mut stream.held
                {
                    held.end(before, line);
                    held.begin(now);
                }
            }
            if let Some(held) = self.of_kinds.get_mut(kind as usize) {
                held.end(before, line);
                held.begin(now);
            }
        }
    }
}
