//! The words of groups, each brought up to date from a few words of those who changed.
//!
//! A group's people are divided into parts, these into larger ones, and so on. Each part has the words that all in it have in common. When somebody's consent
//! changes, the parts that they are in are asked again, each from those within it: in a group of ten thousand five of them.
//! Nothing is counted, so nothing can be counted wrongly: somebody who is named twice is in two parts, and who has left has an empty word, whoever sits there now.

use alloc::{boxed::Box, collections::BTreeMap, sync::Arc, vec::Vec};

use crate::{
    shared::{group::Group, publisher::Words, table::Table, word::Word},
    types::{
        ids::Participant,
        kind::{Kind, Kinds},
    },
};

/// How many people, or parts, a part has at most.
#[cfg(not(any(framegate_loom, framegate_shuttle)))]
const WIDTH: usize = 8;
/// In the models, so that few people are in several parts.
#[cfg(any(framegate_loom, framegate_shuttle))]
const WIDTH: usize = 2;

/// The groups of a meeting.
#[derive(Default)]
pub(crate) struct Groups {
    all: BTreeMap<u32, Parts>,
    next: u32,
    /// Which part of which group is recounted next.
    turn: (u32, usize),
}

struct Parts {
    group: Group,
    /// The words of the smallest parts, of those made of these, and so on to the one that is all of the group.
    levels: Vec<Box<[Words]>>,
    /// A recount found something else: the group stays closed.
    is_wrong: bool,
}

impl Groups {
    /// Takes a group up, and returns its number.
    pub(crate) fn add(&mut self, table: &Arc<Table>, people: &[Participant]) -> (u32, Group) {
        let group = Group::new(table, people);
        let mut parts = Parts {
            group: group.clone(),
            levels: Vec::new(),
            is_wrong: false,
        };
        let mut count = people.len();
        while parts.levels.is_empty() || count > 1 {
            count = count.div_ceil(WIDTH);
            let level = core::iter::repeat_n([Word::EMPTY; Kind::COUNT], count);
            parts.levels.push(level.collect());
        }
        parts.update_all(Kinds::all());
        let number = self.next;
        self.next = self.next.wrapping_add(1);
        self.all.insert(number, parts);
        (number, group)
    }

    /// Lets go of the groups that nobody has a handle of any more, and returns them with their numbers.
    pub(crate) fn let_go(&mut self) -> impl Iterator<Item = (u32, Group)> {
        let all = self.all.iter();
        let unused = all.filter(|(_, parts)| parts.group.is_unused());
        let unused: Vec<_> = unused.map(|(number, _)| *number).collect();
        let unused = unused.into_iter();
        unused.filter_map(|number| Some((number, self.all.remove(&number)?.group)))
    }

    /// Publishes the words of a group in which the person at a place has changed. Call it after theirs have been published.
    pub(crate) fn update(&mut self, (number, place): (u32, u32), kinds: Kinds) {
        if let Some(parts) = self.all.get_mut(&number) {
            parts.update(place as usize, kinds);
        }
    }

    /// The same of all groups, when anybody may have changed.
    pub(crate) fn update_all(&mut self, kinds: Kinds) {
        for parts in self.all.values_mut() {
            parts.update_all(kinds);
        }
    }

    /// Asks one part of one group once more, a different one each time. A group that has other words than its people have in common is closed for good.
    pub(crate) fn recount(&mut self) {
        let (number, part) = self.turn;
        let Some((&number, parts)) = self.all.range_mut(number..).next() else {
            self.turn = (0, 0);
            return;
        };
        let part = if number == self.turn.0 { part } else { 0 };
        self.turn = match parts.recount(part) {
            Some(true) => (number, part + 1),
            Some(false) => {
                parts.close();
                (number.wrapping_add(1), 0)
            }
            None => (number.wrapping_add(1), 0),
        };
    }
}

impl Parts {
    fn update(&mut self, place: usize, kinds: Kinds) {
        let mut index = place / WIDTH;
        for level in 0..self.levels.len() {
            if !self.renew(level, index, kinds) {
                return;
            }
            index /= WIDTH;
        }
        self.publish(kinds);
    }

    fn update_all(&mut self, kinds: Kinds) {
        for level in 0..self.levels.len() {
            let count = self.levels.get(level).map_or(0, |level| level.len());
            for index in 0..count {
                self.renew(level, index, kinds);
            }
        }
        self.publish(kinds);
    }

    /// Asks a part again. Returns whether it has changed.
    fn renew(&mut self, level: usize, index: usize, kinds: Kinds) -> bool {
        let mut has_changed = false;
        for kind in Kind::each(kinds) {
            let word = self.in_common(level, index, kind);
            let part = self.levels.get_mut(level);
            let part = part.and_then(|parts| parts.get_mut(index));
            if let Some(kept) = part.and_then(|words| words.get_mut(kind as usize)) {
                has_changed |= *kept != word;
                *kept = word;
            }
        }
        has_changed
    }

    /// What all within a part have in common.
    fn in_common(&self, level: usize, index: usize, kind: Kind) -> Word {
        let begin = index * WIDTH;
        let Some(below) = level.checked_sub(1) else {
            let people = self.group.people();
            let end = people.len().min(begin + WIDTH);
            let within = people.get(begin..end).unwrap_or_default();
            return self.group.table().meet(within, kind);
        };
        let below = self.levels.get(below).map_or(&[][..], |level| level);
        let end = below.len().min(begin + WIDTH);
        let within = below.get(begin..end).unwrap_or_default().iter();
        let words = within.map(|words| words.get(kind as usize).copied());
        let common = words.reduce(|one, other| Some(one?.meet(other?)));
        common.flatten().unwrap_or(Word::EMPTY)
    }

    fn publish(&self, kinds: Kinds) {
        let all = self.levels.last().and_then(|all| all.first());
        for kind in Kind::each(kinds) {
            let word = all.and_then(|words| words.get(kind as usize));
            let word = word.filter(|_| !self.is_wrong);
            self.group
                .publish(kind, word.copied().unwrap_or(Word::EMPTY));
        }
    }

    /// Whether a part, by its number, has the words that it must have; none if there is no such part.
    fn recount(&self, part: usize) -> Option<bool> {
        let mut index = part;
        for (level, parts) in self.levels.iter().enumerate() {
            if let Some(words) = parts.get(index) {
                let mut words = Kind::ALL.into_iter().zip(words);
                let is_right =
                    words.all(|(kind, word)| *word == self.in_common(level, index, kind));
                return Some(is_right && self.has_published());
            }
            index -= parts.len();
        }
        None
    }

    fn has_published(&self) -> bool {
        let all = self.levels.last().and_then(|all| all.first());
        let words = all.into_iter().flatten();
        let mut words = Kind::ALL.into_iter().zip(words);
        words.all(|(kind, word)| self.group.word(self.group.table(), kind) == *word)
    }

    fn close(&mut self) {
        self.is_wrong = true;
        self.publish(Kinds::all());
    }
}

#[cfg(test)]
impl Groups {
    /// A planted fault: a group has the words that it would have if its former member were the next one to sit there.
    pub(crate) fn take_for(&mut self, number: u32, former: Participant, next: Participant) {
        let parts = self.all.get_mut(&number).expect("a group");
        let is = |who: &Participant| if *who == former { next } else { *who };
        let taken: Vec<_> = parts.group.people().iter().map(is).collect();
        let taken = Group::new(parts.group.table(), &taken);
        let own = core::mem::replace(&mut parts.group, taken);
        parts.update_all(Kinds::all());
        parts.group = own;
        parts.publish(Kinds::all());
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        shared::{
            publisher::{Publisher, Uses},
            table::Effective,
        },
        types::{
            cells::Cells,
            ids::Life,
            purpose::Purposes,
            time::{Millis, NEVER},
            verdict::Reason,
        },
    };

    const ROOM: u16 = 80;

    /// What somebody in a seat does.
    #[derive(Clone, Copy, Debug)]
    enum Act {
        Agrees(Millis, Millis),
        Withdraws,
        /// And somebody else takes the seat, and agrees.
        Leaves(Millis),
        Ticks,
    }

    /// A mistake in bringing a group up to date.
    #[derive(Clone, Copy, Debug, PartialEq)]
    enum Fault {
        MissedLeave,
        /// The group takes whoever sits there now for its own.
        ReusedSeat,
        /// Of somebody who is named twice only the first place is updated.
        DoubleMember,
        /// What changes nothing but an end is not looked at.
        KeptEnd,
    }

    struct Room {
        publisher: Publisher,
        uses: Vec<Uses>,
        sitting: Vec<Participant>,
        stays: u32,
        groups: Groups,
        group: Group,
        number: u32,
    }

    impl Room {
        fn new(places: &[u16]) -> Self {
            let table = Arc::new(Table::new(ROOM, Life(1)));
            let sitting: Vec<_> = (0..ROOM).map(|slot| table.participant(slot, 1)).collect();
            for who in &sitting {
                table.occupy(*who);
            }
            let people: Vec<_> = places
                .iter()
                .map(|slot| sitting[usize::from(*slot)])
                .collect();
            let mut groups = Groups::default();
            let (number, group) = groups.add(&table, &people);
            Self {
                publisher: Publisher::new(table),
                uses: (0..ROOM).map(|_| Uses::default()).collect(),
                sitting,
                stays: 1,
                groups,
                group,
                number,
            }
        }

        fn publish(&mut self, slot: u16, effective: Effective, fault: Option<Fault>) {
            let uses = &mut self.uses[usize::from(slot)];
            let (kinds, cells) = (Kinds::AUDIO, Cells::new(Kinds::AUDIO, Purposes::RECORD));
            let before = self
                .publisher
                .table()
                .word(self.sitting[usize::from(slot)], Kind::Audio);
            let word = self
                .publisher
                .publish(slot, uses, [(cells, effective)].into_iter(), kinds)
                [Kind::Audio as usize];
            let is_of_ends = before.purposes() == word.purposes() && before.since() == word.since();
            if !(fault == Some(Fault::KeptEnd) && is_of_ends) {
                self.regroup(slot, fault);
            }
            let entries = self.publisher.table().generation() + 1;
            assert!(self.publisher.table().complete(entries.into()));
        }

        fn regroup(&mut self, slot: u16, fault: Option<Fault>) {
            let people = self.group.people().to_vec();
            let mut places = (0..).zip(people).filter(|(_, who)| who.slot == slot);
            let first = places.next();
            let rest = places.filter(|_| fault != Some(Fault::DoubleMember));
            for (place, _) in first.into_iter().chain(rest) {
                self.groups.update((self.number, place), Kinds::AUDIO);
            }
        }

        fn act(&mut self, slot: u16, act: Act, fault: Option<Fault>) {
            let closed = |reason| Effective::Closed(reason);
            match act {
                Act::Agrees(since, until) => {
                    self.publish(slot, Effective::Held { since, until }, fault);
                }
                Act::Withdraws => self.publish(slot, closed(Reason::Withdrawn), fault),
                Act::Leaves(since) => {
                    if fault == Some(Fault::MissedLeave) {
                        let uses = &mut self.uses[usize::from(slot)];
                        let all = [(Cells::ALL, closed(Reason::Absent))];
                        self.publisher
                            .publish(slot, uses, all.into_iter(), Kinds::all());
                    } else {
                        self.publish(slot, closed(Reason::Absent), fault);
                    }
                    self.stays += 1;
                    let former = self.sitting[usize::from(slot)];
                    let next = self.publisher.table().participant(slot, self.stays);
                    self.sitting[usize::from(slot)] = next;
                    self.publisher.table().occupy(next);
                    let until = NEVER;
                    if fault == Some(Fault::MissedLeave) {
                        return;
                    }
                    self.publish(slot, Effective::Held { since, until }, fault);
                    if fault == Some(Fault::ReusedSeat) {
                        self.groups.take_for(self.number, former, next);
                    }
                }
                Act::Ticks => self.groups.recount(),
            }
        }

        /// What all in the group have in common, asked of each.
        fn plainly(&self) -> Word {
            let table = self.publisher.table();
            let words = self
                .group
                .people()
                .iter()
                .map(|who| table.word(*who, Kind::Audio));
            words.reduce(Word::meet).unwrap_or(Word::EMPTY)
        }

        fn word(&self) -> Word {
            self.group.word(self.publisher.table(), Kind::Audio)
        }
    }

    fn acts() -> impl Strategy<Value = Vec<(u16, Act)>> {
        let act = prop_oneof![
            6 => (0..9_u32, prop_oneof![Just(NEVER), 1_u32 << 16..9 << 16]).prop_map(|(since, until)| Act::Agrees(since, until)),
            1 => Just(Act::Withdraws),
            1 => (0..9_u32).prop_map(Act::Leaves),
            1 => Just(Act::Ticks),
        ];
        proptest::collection::vec((0..ROOM, act), 1..60)
    }

    /// So that mostly everybody agrees, the first acts are that.
    fn room(places: &[u16]) -> Room {
        let mut room = Room::new(places);
        for slot in 0..ROOM {
            room.act(slot, Act::Agrees(1, NEVER), None);
        }
        room
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn r4_a_groups_word_is_what_its_people_have_in_common(
            places in proptest::collection::vec(0..ROOM, 1..150),
            acts in acts(),
        ) {
            let mut room = room(&places);
            prop_assert!(!room.word().purposes().is_empty());
            for (slot, act) in acts {
                room.act(slot, act, None);
                prop_assert_eq!(room.word(), room.plainly());
            }
        }
    }

    /// Each mistake makes a group wider than its people are, and a recount closes the group for good.
    #[test]
    fn planted_faults_are_found_by_the_plain_way_and_by_recounting() {
        // Named twice, in two parts.
        let places: Vec<_> = (0..ROOM).chain([3]).collect();
        let end = 2 << 16;
        for (fault, act) in [
            (Fault::MissedLeave, Act::Leaves(1)),
            (Fault::ReusedSeat, Act::Leaves(1)),
            (Fault::DoubleMember, Act::Withdraws),
            (Fault::KeptEnd, Act::Agrees(1, end)),
        ] {
            let mut room = room(&places);
            room.act(3, act, None);
            assert_eq!(room.word(), room.plainly(), "{act:?}");

            let mut room = self::room(&places);
            let open = room.word();
            room.act(3, act, Some(fault));
            let is_wider = room.word() != room.plainly();
            assert!(is_wider || fault == Fault::DoubleMember, "{fault:?}");
            for _ in 0..20 {
                room.groups.recount();
            }
            assert_eq!(room.word(), Word::EMPTY, "{fault:?}");
            // Whatever happens then.
            room.act(3, Act::Agrees(1, NEVER), None);
            room.act(5, Act::Agrees(1, NEVER), None);
            assert_eq!(room.word(), Word::EMPTY, "{fault:?}");
            assert_ne!(open, Word::EMPTY);
        }
    }
}
