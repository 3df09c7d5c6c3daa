//! The words of groups, each brought up to date from a few words of those who changed.
//!
//! A group's people are divided into parts, these into larger ones, and so on. Each part has the words that all in it have in common. When somebody's consent
//! changes, the parts that they are in are asked again, each from those within it: in a group of thousands three of them.
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
const WIDTH: usize = 32;

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
