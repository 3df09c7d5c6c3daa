//! What can have gone through a meeting's taps, as far as its ledger's lines tell: frames go where somebody agreed to it, and are counted upwards.
//!
//! A ledger does not say when a tap was opened, only of which stream and outlet it can be, and in which order taps were.
//! For what has an owner this is exact but for the time within a millisecond; of other streams it asks that somebody agreed.

use alloc::{
    collections::BTreeMap,
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
    /// In the order of opening, those that lines have counted.
    taps: Vec<Tap>,
    /// The last line at which there were no others.
    all: u64,
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
}

struct Outlet {
    line: u64,
    purposes: Purposes,
    blanks: Kinds,
}

struct Tap {
    stream: StreamId,
    outlet: OutletId,
    /// As counted last.
    counted: Counters,
    /// How many it had released by the last line that counted it, and which line.
    released: u64,
    told: u64,
    /// The line that closed that by which a frame was cleared that was counted only later; there is one at most for each such line.
    late: u64,
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
        self.all = 0;
        self.people
            .values_mut()
            .for_each(|person| person.streams.clear());
    }

    /// How many taps the lines have counted.
    pub(crate) fn taps(&self) -> usize {
        self.taps.len()
    }

    /// Whether taps can have been counted so: all of them, as all is counted under one lock.
    pub(crate) fn may_count(&self, taps: &[TapCount]) -> bool {
        taps.len() >= self.taps.len()
            && taps.iter().enumerate().all(|(index, tap)| {
                let known = self.known(index, tap.stream, tap.outlet);
                known.is_some_and(|known| self.may_have(&known, tap.frames))
            })
    }

    /// Whether taps can have come so far when a narrowing settled, at which there were at least `fewest`.
    pub(crate) fn may_settle(&self, taps: &[TapRelease], fewest: usize, at: Time) -> bool {
        taps.len() >= fewest
            && taps.iter().enumerate().all(|(index, tap)| {
                let known = self.known(index, tap.stream, tap.outlet);
                let is_timely = match tap.last {
                    Some(captured) => tap.released > 0 && captured <= at,
                    None => tap.released == 0,
                };
                is_timely && known.is_some_and(|known| self.may_release(&known, tap.released))
            })
    }

    /// The tap of this index, if it can be of this stream into this outlet.
    fn known(&self, index: usize, stream: StreamId, outlet: OutletId) -> Option<Tap> {
        let (from, to) = (self.streams.get(&stream)?, self.outlets.get(&outlet)?);
        let Some(tap) = self.taps.get(index) else {
            let opened = from.line.max(to.line).max(self.all);
            return Some(Tap {
                stream,
                outlet,
                counted: Counters::default(),
                released: 0,
                told: opened,
                late: opened,
            });
        };
        let is_it = (tap.stream, tap.outlet) == (stream, outlet);
        is_it.then_some(Tap { ..*tap })
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
        is_no_less
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
        more == 0
            || self
                .until(tap)
                .is_some_and(|until| until > tap.told || (more == 1 && until > tap.late))
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
        index: usize,
        mut tap: Tap,
        (released, counted): (u64, Option<Counters>),
    ) {
        if released > tap.released
            && let Some(until) = self.until(&tap)
            && until <= tap.told
        {
            tap.late = tap.late.max(until);
        }
        tap.counted = counted.unwrap_or(tap.counted);
        tap.released = released;
        tap.told = line;
        match self.taps.get_mut(index) {
            Some(known) => *known = tap,
            None => self.taps.push(tap),
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
                ..
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
                let kind = *kind;
                self.streams.insert(*stream, Stream { line, kind, held });
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
                for (index, tap) in taps.iter().enumerate() {
                    if let Some(known) = self.known(index, tap.stream, tap.outlet) {
                        let released = tap.frames.whole.saturating_add(tap.frames.redacted);
                        self.tell(line, index, known, (released, Some(tap.frames)));
                    }
                }
                self.all = line;
            }
            Entry::Settled { narrowing, taps } => {
                let narrowed = narrowing.saturating_sub(1);
                for (index, tap) in taps.iter().enumerate() {
                    if let Some(mut known) = self.known(index, tap.stream, tap.outlet) {
                        // What was under way then is over and counted.
                        if !tap.is_releasing {
                            known.late = known.late.max(narrowed);
                        }
                        self.tell(line, index, known, (tap.released, None));
                    }
                }
                self.all = self.all.max(narrowed);
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
