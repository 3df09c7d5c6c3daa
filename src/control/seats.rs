//! Who is in a meeting, and what is published of each.
//!
//! A seat is a slot of the consent table. Finding somebody, by handle or by id, takes no longer in a large meeting, and neither does finding whose consent ends next.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
    sync::Arc,
    vec::Vec,
};
use core::{
    ops::Range,
    // Not of `sync.rs`: nothing is ordered by it.
    sync::atomic::{AtomicU16, Ordering::Relaxed},
};

use crate::{
    control::{
        consent::{self, Act, Challenge, Consents, PublicKey, Restrictions, Scope},
        serial::Stays,
    },
    shared::{
        publisher::{Publisher, Uses, Words},
        table::{Effective, Table},
        tap_state::TapState,
    },
    types::{
        authority::Authority,
        cells::Cells,
        digest::Digest,
        ids::Participant,
        kind::{Kind, Kinds},
        time::{Millis, Time},
        verdict::Reason,
    },
};

/// All seats that were ever taken, in the order of their slots.
pub(crate) struct Seats {
    all: Vec<Seat>,
    publisher: Publisher,
    numbers: Stays,
    /// Those that nobody has.
    free: BTreeSet<u16>,
    /// All who ever joined.
    people: BTreeMap<Arc<str>, Person>,
    /// The ids of all stays that there were, in the order of joining, which is that of their numbers.
    ids: Vec<(Participant, Arc<str>)>,
    /// When consents end by themselves: of each seat with such consents the first end.
    ends: BTreeSet<(Millis, u16)>,
    /// Those of which nothing is published yet.
    held: Vec<usize>,
    /// That of whoever was looked for last, who is mostly looked for once more. It orders nothing.
    recent: AtomicU16,
}

/// Somebody who is or was in the meeting.
struct Person {
    /// Their present stay, or their last one.
    last: Participant,
    is_present: bool,
    /// The numbers of the taps of their own alone, while they are not there.
    alone: Vec<u32>,
}

/// Where a participant's consent is published, and who has it.
#[derive(Default)]
struct Seat {
    /// How many stays it has had.
    stays: u32,
    stay: Option<Stay>,
    uses: Uses,
    /// The seat's entry among the ends.
    end: Option<Millis>,
    /// Whether what changes is not to be published yet.
    is_held: bool,
    /// The groups that somebody is in who sits or sat here, by number, and their places in each.
    groups: Vec<(u32, u32)>,
}

/// A person who is in the meeting.
pub(crate) struct Stay {
    pub(crate) participant: Participant,
    pub(crate) id: Arc<str>,
    guardian: Option<String>,
    pub(super) key: Option<PublicKey>,
    pub(super) challenge: Challenge,
    pub(super) joined: Time,
    /// What was withdrawn last, and when.
    pub(super) withdrew: Vec<(Scope, Time)>,
    pub(crate) consents: Consents,
    /// The taps of their streams, each with the kind that it is of.
    taps: Vec<(Kind, Arc<TapState>)>,
    /// The numbers of those of their own alone, of earlier stays, too.
    alone: Vec<u32>,
}

impl Stay {
    /// The only one who can agree for them (R2).
    pub(super) fn who_consents(&self) -> Authority {
        consent::who_consents(self.guardian.is_some())
    }

    /// Whoever withdraws, it is closed; by a child's own refusal until they leave.
    pub(super) fn withdraw(&mut self, at: Time, by: Authority, scope: Scope) {
        self.withdrew.retain(|(of, _)| !scope.contains(*of));
        self.withdrew.push((scope, at));
        if (self.who_consents(), by) == (Authority::Guardian, Authority::Participant) {
            self.consents.apply(at, scope, Act::Refused);
        }
        self.consents.apply(at, scope, Act::Withdrew);
    }
}

/// Somebody who joins.
pub(super) struct Joining<'j> {
    pub(super) at: Time,
    pub(super) id: &'j str,
    pub(super) guardian: Option<String>,
    pub(super) key: Option<PublicKey>,
}

impl Seats {
    pub(super) fn new(table: &Arc<Table>, numbers: Stays) -> Self {
        let room = usize::from(table.room());
        Self {
            all: Vec::with_capacity(room),
            publisher: Publisher::new(Arc::clone(table)),
            numbers,
            free: BTreeSet::new(),
            people: BTreeMap::new(),
            ids: Vec::with_capacity(room),
            ends: BTreeSet::new(),
            held: Vec::new(),
            recent: AtomicU16::new(0),
        }
    }

    /// The id of a stay, present or past.
    pub(super) fn id(&self, who: Participant) -> Option<&str> {
        if let Some(stay) = self.stay(who) {
            self.recent.store(who.slot, Relaxed);
            return Some(&stay.id);
        }
        let ids = &self.ids;
        let index = ids.binary_search_by_key(&who.stay, |(participant, _)| participant.stay);
        let (participant, id) = ids.get(index.ok()?)?;
        (*participant == who).then_some(id)
    }

    /// The ids of all stays, and which stay it is, in the order of joining.
    pub(super) fn stays(&self) -> impl Iterator<Item = (&str, Participant)> {
        self.ids.iter().map(|(who, id)| (&**id, *who))
    }

    /// Whether somebody of this id ever joined.
    pub(super) fn has_been(&self, id: &str) -> bool {
        self.people.contains_key(id)
    }

    /// The present stay of an id, or the last one.
    pub(super) fn last(&self, id: &str) -> Option<Participant> {
        self.people.get(id).map(|person| person.last)
    }

    /// Who is there.
    pub(super) fn present(&self) -> impl Iterator<Item = &Stay> {
        self.all.iter().filter_map(|seat| seat.stay.as_ref())
    }

    /// The stay of this handle, if that person is there.
    pub(super) fn stay(&self, who: Participant) -> Option<&Stay> {
        let seat = self.all.get(usize::from(who.slot))?;
        seat.stay.as_ref().filter(|stay| stay.participant == who)
    }

    /// The stay of somebody who is there, by id, and which of its seat's stays it is, from 1.
    pub(super) fn stay_of(&self, id: &str) -> Option<(u32, &Stay)> {
        let seat = self.all.get(self.seat_of(id)?)?;
        Some((seat.stays, seat.stay.as_ref()?))
    }

    fn seat_of(&self, id: &str) -> Option<usize> {
        let recent = usize::from(self.recent.load(Relaxed));
        let sits_there = |seat: &Seat| seat.stay.as_ref().is_some_and(|stay| &*stay.id == id);
        if self.all.get(recent).is_some_and(sits_there) {
            return Some(recent);
        }
        let person = self.people.get(id).filter(|person| person.is_present)?;
        self.recent.store(person.last.slot, Relaxed);
        Some(person.last.slot.into())
    }

    /// The numbers of the taps of somebody's own alone, of all their stays.
    pub(super) fn alone_of(&self, id: &str) -> &[u32] {
        match self.stay_of(id) {
            Some((_, stay)) => &stay.alone,
            None => self.people.get(id).map_or(&[], |person| &person.alone),
        }
    }

    /// The same to be changed; none of one who never joined.
    pub(super) fn alone_of_mut(&mut self, id: &str) -> Option<&mut Vec<u32>> {
        match self.seat_of(id) {
            Some(index) => {
                let stay = self.all.get_mut(index)?.stay.as_mut()?;
                Some(&mut stay.alone)
            }
            None => self.people.get_mut(id).map(|person| &mut person.alone),
        }
    }

    /// Whether one more can join.
    pub(super) fn has_room(&self) -> bool {
        self.free_slot().is_some() && !self.numbers.is_exhausted()
    }

    /// Whether what somebody's consents would be, when an act is applied to some of them, can be published.
    pub(super) fn has_room_for(&self, at: Time, id: &str, scope: Scope, act: Act) -> bool {
        let seat = self.seat_of(id).and_then(|index| self.all.get(index));
        let Some((seat, stay)) = seat.and_then(|seat| Some((seat, seat.stay.as_ref()?))) else {
            return true;
        };
        let has_room = |more| {
            let slot = stay.participant.slot;
            self.publisher.has_room(slot, seat.uses, more)
        };
        // Mostly there is room for more than there can be.
        has_room(stay.consents.most_intervals())
            || has_room(stay.consents.intervals_after(at, scope, act))
    }

    fn free_slot(&self) -> Option<u16> {
        self.free.first().copied().or_else(|| {
            let next = u16::try_from(self.all.len()).ok()?;
            (next < self.publisher.table().room()).then_some(next)
        })
    }

    /// When the first consent ends by itself of those that have not ended yet.
    pub(super) fn next_end(&self) -> Option<Millis> {
        self.ends.first().map(|(end, _)| *end)
    }

    /// Who has consents that came to their end by themselves.
    pub(super) fn expired(&self, at: Time) -> Vec<String> {
        let ended = self.ends.range(..=(at.floor(), u16::MAX));
        let mut slots: Vec<_> = ended.map(|(_, slot)| *slot).collect();
        slots.sort_unstable();
        let seats = slots.into_iter();
        let seats = seats.filter_map(|slot| self.all.get(usize::from(slot)));
        let stays = seats.filter_map(|seat| seat.stay.as_ref());
        stays.map(|stay| String::from(&*stay.id)).collect()
    }

    /// The places of somebody, or of whoever sat where they do, in groups.
    pub(super) fn groups_of(&self, who: Participant) -> &[(u32, u32)] {
        let seat = self.all.get(usize::from(who.slot));
        seat.map_or(&[], |seat| &seat.groups)
    }

    /// Somebody has a place in a group.
    pub(super) fn enter_group(&mut self, who: Participant, group: u32, place: u32) {
        if let Some(seat) = self.all.get_mut(usize::from(who.slot)) {
            seat.groups.push((group, place));
        }
    }

    /// A group is no more.
    pub(super) fn leave_group(&mut self, who: Participant, group: u32) {
        if let Some(seat) = self.all.get_mut(usize::from(who.slot)) {
            seat.groups.retain(|(of, _)| *of != group);
        }
    }

    /// Publishes to a tap what somebody agrees to, from now until they leave. Of one who has left it stays closed.
    pub(super) fn publish_to(&mut self, tap: &Arc<TapState>, who: Participant, kind: Kind) {
        let Self {
            all: seats,
            publisher,
            ..
        } = self;
        if let Some(seat) = seats.get_mut(usize::from(who.slot))
            && let Some(stay) = &mut seat.stay
            && stay.participant == who
        {
            stay.taps.retain(|(_, tap)| !tap.is_closed());
            stay.taps.push((kind, Arc::clone(tap)));
            seat.publish(publisher, kind.into());
        }
    }

    /// Changes the consents of a person, or of everybody who is there, and publishes those to the kinds that it was about.
    pub(super) fn change(&mut self, who: Option<&str>, mut act: impl FnMut(&mut Stay) -> Kinds) {
        let range = self.range(who);
        let Self {
            all: seats,
            publisher,
            ends,
            ..
        } = self;
        for seat in seats.get_mut(range).into_iter().flatten() {
            let Some(stay) = &mut seat.stay else {
                continue;
            };
            let kinds = act(stay);
            let slot = stay.participant.slot;
            let end = stay.consents.next_end();
            if seat.end != end {
                if let Some(former) = seat.end {
                    ends.remove(&(former, slot));
                }
                ends.extend(end.map(|end| (end, slot)));
                seat.end = end;
            }
            seat.publish(publisher, kinds);
        }
    }

    /// Publishes nothing of a person, or of everybody who is there, until [`release`](Self::release).
    pub(super) fn hold(&mut self, who: Option<&str>) {
        let seats = self.range(who);
        for index in seats {
            if let Some(seat) = self.all.get_mut(index) {
                seat.is_held = true;
                self.held.push(index);
            }
        }
    }

    /// Publishes what came of it since.
    pub(super) fn release(&mut self) {
        let Self {
            all: seats,
            publisher,
            held,
            ..
        } = self;
        for index in held.drain(..) {
            if let Some(seat) = seats.get_mut(index) {
                seat.is_held = false;
                seat.publish(publisher, Kinds::all());
            }
        }
    }

    fn range(&self, who: Option<&str>) -> Range<usize> {
        match who.map(|who| self.seat_of(who)) {
            Some(Some(index)) => index..index + 1,
            Some(None) => 0..0,
            None => 0..self.all.len(),
        }
    }

    /// The stays of a person, or of everybody.
    pub(super) fn stays_mut(&mut self, who: Option<&str>) -> impl Iterator<Item = &mut Stay> {
        let range = self.range(who);
        let seats = self.all.get_mut(range).into_iter().flatten();
        seats.filter_map(|seat| seat.stay.as_mut())
    }

    /// Gives somebody a seat, under what they are restricted in. Nothing happens if there is none.
    pub(super) fn join(&mut self, joining: Joining<'_>, restrictions: &Restrictions) {
        let (Some(slot), Some(number)) = (self.free_slot(), self.numbers.next()) else {
            return;
        };
        let index = usize::from(slot);
        if !self.free.remove(&slot) {
            self.all.push(Seat::default());
        }
        let Some(seat) = self.all.get_mut(index) else {
            return;
        };
        let Joining {
            at,
            id,
            guardian,
            key,
        } = joining;
        let table = self.publisher.table();
        let participant = table.participant(slot, number);
        let known = self.people.remove_entry(id);
        let (id, alone) = known.map_or_else(
            || (id.into(), Vec::new()),
            |(id, person)| (id, person.alone),
        );
        let mut consents = Consents::NONE;
        for (by, scope) in restrictions.of(&id) {
            consents.apply(at, scope, Act::Restricted(by));
        }
        seat.stays += 1;
        seat.stay = Some(Stay {
            participant,
            id: Arc::clone(&id),
            guardian,
            key,
            challenge: Digest([0; 32]),
            joined: at,
            withdrew: Vec::new(),
            consents,
            taps: Vec::new(),
            alone,
        });
        table.occupy(participant);
        seat.publish(&mut self.publisher, Kinds::all());
        self.ids.push((participant, Arc::clone(&id)));
        let person = Person {
            last: participant,
            is_present: true,
            alone: Vec::new(),
        };
        self.people.insert(id, person);
    }

    /// Closes everything of somebody who leaves.
    pub(super) fn leave(&mut self, at: Time, who: &str) {
        self.change(Some(who), |stay| {
            stay.consents.apply(at, Scope::ALL, Act::Left);
            Kinds::all()
        });
        let Some(person) = self.people.get_mut(who) else {
            return;
        };
        // Their seat may be somebody else's by now.
        if !core::mem::take(&mut person.is_present) {
            return;
        }
        let slot = person.last.slot;
        if let Some(seat) = self.all.get_mut(usize::from(slot)) {
            if let Some(stay) = seat.stay.take() {
                person.alone = stay.alone;
            }
            if seat.stays < u32::MAX {
                self.free.insert(slot);
            }
        }
    }

    /// The meeting is over: everything is closed for good.
    pub(super) fn close(&mut self) {
        for seat in &mut self.all {
            let Some(stay) = seat.close(&mut self.publisher) else {
                continue;
            };
            if let Some(person) = self.people.get_mut(&stay.id) {
                person.is_present = false;
                person.alone = stay.alone;
            }
        }
        self.ends.clear();
    }
}

impl Seat {
    fn publish(&mut self, publisher: &mut Publisher, kinds: Kinds) {
        if let (Some(stay), false) = (&self.stay, self.is_held) {
            let consents = stay.consents.alike();
            let slot = stay.participant.slot;
            let words = publisher.publish(slot, &mut self.uses, consents, kinds);
            stay.publish_to_taps(&words, kinds);
        }
    }

    /// Returns who sat there.
    fn close(&mut self, publisher: &mut Publisher) -> Option<Stay> {
        self.end = None;
        let stay = self.stay.take()?;
        let ended = [(Cells::ALL, Effective::Closed(Reason::Ended))];
        let (slot, kinds) = (stay.participant.slot, Kinds::all());
        let words = publisher.publish(slot, &mut self.uses, ended.into_iter(), kinds);
        stay.publish_to_taps(&words, kinds);
        Some(stay)
    }
}

impl Stay {
    fn publish_to_taps(&self, words: &Words, kinds: Kinds) {
        for (kind, tap) in &self.taps {
            if kinds.contains((*kind).into())
                && let Some(word) = words.get(*kind as usize)
            {
                tap.publish(*word);
            }
        }
    }
}
