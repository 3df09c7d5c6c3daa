//! The consent table, as its one writer writes it.

use alloc::{sync::Arc, vec::Vec};

use crate::{
    shared::{
        sync::{
            AtomicU64,
            Ordering::{Relaxed, Release},
        },
        table::{Effective, FEW, HELD, MORE, Table},
        word::Word,
    },
    types::{
        cells::Cells,
        kind::{Kind, Kinds, set_bits},
        purpose::Purposes,
        time::Millis,
        verdict::Reason,
    },
};

/// The writer of a table: which parts of its pool are free.
pub(crate) struct Publisher {
    table: Arc<Table>,
    free: Vec<u32>,
    /// Those that were given back in this event.
    resting: Vec<u32>,
    event: u32,
    /// How many were ever used.
    used: u32,
}

/// Which of a slot's intervals are in use, by a bit for each.
#[derive(Clone, Copy, Default)]
pub(crate) struct Uses {
    named: u64,
    /// Those that no state names any more since this event. A tap may still have read a state that does; at the next event it would notice that.
    resting: u64,
    event: u32,
}

#[cfg(all(test, any(framegate_loom, framegate_shuttle)))]
impl Uses {
    /// A planted fault against the fifth point in `shared/mod.rs`: intervals that no state names any more rest no longer.
    pub(crate) fn forget_resting(&mut self) {
        self.event = self.event.wrapping_sub(1);
    }
}

type States = [[u8; Purposes::COUNT]; Kind::COUNT];

/// A word for each kind.
pub(crate) type Words = [Word; Kind::COUNT];

impl Publisher {
    pub(crate) fn new(table: Arc<Table>) -> Self {
        Self {
            table,
            free: Vec::new(),
            resting: Vec::new(),
            event: 0,
            used: 0,
        }
    }

    pub(crate) fn table(&self) -> &Arc<Table> {
        &self.table
    }

    /// Returns whether a slot has room for so many intervals more.
    pub(crate) fn has_room(&self, slot: u16, uses: Uses, more: usize) -> bool {
        let has_more = self
            .table
            .slot(slot)
            .is_some_and(|slot| slot.more.load(Relaxed) != 0);
        // By the event to come those that rest are free.
        let is_free = !self.free.is_empty() || !self.resting.is_empty() || self.has_unused();
        let has_more = has_more || is_free;
        let room = if has_more { FEW + MORE } else { FEW };
        uses.named.count_ones() as usize + more <= room
    }

    fn has_unused(&self) -> bool {
        (self.used as usize) < self.table.pool.len()
    }

    /// Publishes what a slot's consents come to, each cell once, as far as these kinds are concerned. Returns their words.
    ///
    /// What there is no interval for is closed. That is never so of what was granted if there was [room](Self::has_room).
    pub(crate) fn publish(
        &mut self,
        slot: u16,
        uses: &mut Uses,
        consents: impl Iterator<Item = (Cells, Effective)>,
        kinds: Kinds,
    ) -> Words {
        self.begin(uses);
        let mut states = [[0_u8; Purposes::COUNT]; Kind::COUNT];
        let mut words = [Word::EMPTY; Kind::COUNT];
        let mut named = 0;
        for (cells, effective) in consents {
            let number = match effective {
                Effective::Held { since, until } => self.interval(slot, uses, (since, until)),
                Effective::Closed(_) => None,
            };
            named |= number.map_or(0, |number| 1 << number);
            let state = match (effective, number) {
                (_, Some(number)) => HELD | number,
                (Effective::Closed(reason), None) if (reason as u8) < HELD => reason as u8,
                _ => Reason::NotGranted as u8,
            };
            let asked = cells
                .each()
                .filter(|(kind, _)| kinds.contains((*kind).into()));
            for (kind, purposes) in asked {
                let (Some(states), Some(word)) =
                    (states.get_mut(kind as usize), words.get_mut(kind as usize))
                else {
                    continue;
                };
                for bit in set_bits(purposes.bits()) {
                    if let Some(of_it) = states.get_mut(bit) {
                        *of_it = state;
                    }
                }
                // A kind that is never cleared has no word.
                if let (Effective::Held { since, until }, Some(_), None) =
                    (effective, number, kind.never_cleared())
                {
                    *word = word.and(purposes, since, until);
                }
            }
        }
        uses.resting |= uses.named & !named;
        uses.named = named;
        for kind in Kind::each(kinds) {
            self.store(slot, kind, &states, &words);
        }
        self.take_back(slot, *uses);
        words
    }

    fn store(&self, slot: u16, kind: Kind, states: &States, words: &Words) {
        let kept = self.table.slot(slot);
        let kept = kept.and_then(|kept| kept.states.get(kind as usize));
        let states = states.get(kind as usize).into_iter().flatten();
        for (kept, state) in kept.into_iter().flatten().zip(states) {
            kept.store(*state, Release);
        }
        let cell = self.table.cells(kind).get(usize::from(slot));
        if let (Some(cell), Some(word)) = (cell, words.get(kind as usize)) {
            cell.word.store(word.to_bits(), Release);
        }
    }

    /// What rested in an earlier event is free now.
    fn begin(&mut self, uses: &mut Uses) {
        let event = self.table.stamp().event();
        if self.event != event {
            self.event = event;
            self.free.append(&mut self.resting);
        }
        if uses.event != event {
            uses.event = event;
            uses.resting = 0;
        }
    }

    /// Takes a slot's part of the pool back if it needs none any more.
    fn take_back(&mut self, slot: u16, uses: Uses) {
        if let (Some(slot), 0) = (self.table.slot(slot), uses.named >> FEW)
            && let Some(part) = slot.more.load(Relaxed).checked_sub(1)
        {
            slot.more.store(0, Release);
            self.resting.push(part);
        }
    }

    /// Returns the number of an interval of the slot: one that is in use already, or a free one that it is written to.
    fn interval(
        &mut self,
        slot: u16,
        uses: &mut Uses,
        (since, until): (Millis, Millis),
    ) -> Option<u8> {
        let packed = u64::from(since) << 32 | u64::from(until);
        let is_it = |number: &u8| {
            let kept = self.kept(slot, *number);
            kept.is_some_and(|kept| kept.load(Relaxed) == packed)
        };
        let in_use = (0..64).filter(|number| (uses.named >> number) & 1 != 0);
        if let Some(number) = in_use.into_iter().find(is_it) {
            return Some(number);
        }
        let number = u8::try_from((uses.named | uses.resting).trailing_ones()).ok()?;
        if usize::from(number) >= FEW {
            self.have_more(slot)?;
        }
        self.kept(slot, number)?.store(packed, Release);
        uses.named |= 1 << number;
        Some(number)
    }

    fn kept(&self, slot: u16, number: u8) -> Option<&AtomicU64> {
        let slot = self.table.slot(slot)?;
        self.table.interval(slot, number)
    }

    /// Gives a slot a part of the pool, unless it has one. None if there is none left.
    fn have_more(&mut self, slot: u16) -> Option<()> {
        let slot = self.table.slot(slot)?;
        if slot.more.load(Relaxed) != 0 {
            return Some(());
        }
        let part = match self.free.pop() {
            Some(part) => part,
            None if self.has_unused() => {
                self.used += 1;
                self.used - 1
            }
            None => return None,
        };
        slot.more.store(part + 1, Release);
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{
        shared::table::Passage,
        types::{ids::Life, time::Time},
    };

    const KIND: Kind = Kind::Audio;

    /// What a few purposes of three people come to next, one person in each event.
    fn events() -> impl Strategy<Value = Vec<(u16, u16, Effective)>> {
        let effective = prop_oneof![
            4 => (0..50_u32, 50..99_u32).prop_map(|(since, until)| Effective::Held { since, until }),
            1 => Just(Effective::Closed(Reason::Withdrawn)),
            1 => Just(Effective::Closed(Reason::Restricted)),
        ];
        let one = (
            0..3_u16,
            prop_oneof![Just(u16::MAX), 1..64_u16, any::<u16>()],
            effective,
        );
        proptest::collection::vec(one, 1..120)
    }

    fn exactly(consent: Effective, passage: Passage) -> Option<Reason> {
        let (captured, released) = (passage.captured.floor(), passage.released.floor());
        match consent {
            Effective::Closed(reason) => Some(reason),
            Effective::Held { until, .. } if released >= until => Some(Reason::Expired),
            Effective::Held { since, .. } if captured < since => Some(Reason::CapturedEarlier),
            Effective::Held { .. } => None,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(512))]

        #[test]
        fn r5_taps_read_what_was_published(events in events(), at in 0..99_i64, later in 0..99_i64) {
            let table = Arc::new(Table::new(3, Life(1)));
            let people = [0, 1, 2].map(|slot| table.participant(slot, 1));
            for who in people {
                table.occupy(who);
            }
            let mut publisher = Publisher::new(Arc::clone(&table));
            let mut uses = [Uses::default(); 3];
            let mut consents = [[Effective::Closed(Reason::NotGranted); Purposes::COUNT]; 3];
            let passage = Passage::new(Time::from_millis(at), Time::from_millis(at + later));
            let passage = passage.expect("a time");
            for (slot, purposes, effective) in events {
                let place = usize::from(slot);
                let mut cells = Vec::new();
                for (purpose, consent) in Purposes::each().zip(&mut consents[place]) {
                    if Purposes::from_bits_retain(purposes).contains(purpose) {
                        *consent = effective;
                    }
                    cells.push((Cells::new(KIND.into(), purpose), *consent));
                }
                publisher.publish(slot, &mut uses[place], cells.into_iter(), KIND.into());
                assert!(table.complete(u64::from(table.generation()) + 1));
                for (who, consents) in people.iter().zip(consents) {
                    let all = Purposes::all();
                    let (mut held, mut strongest) = (Purposes::empty(), None);
                    for (purpose, consent) in Purposes::each().zip(consents) {
                        match exactly(consent, passage) {
                            None => held |= purpose,
                            reason => strongest = Reason::strongest(strongest, reason),
                        }
                    }
                    prop_assert_eq!(table.consent(*who, KIND, passage, all), (held, strongest));
                    prop_assert_eq!(table.refusal(*who, KIND, passage, all), strongest);
                    prop_assert_eq!(table.held(*who, KIND, passage, all), held);
                    let word = table.word(*who, KIND).held(passage.captured, passage.released);
                    prop_assert!(held.contains(word));
                }
            }
        }
    }

    /// Everybody may have intervals of their own, and only so many some more; what is given back is there for others from the next event on.
    #[test]
    fn a_pool_that_is_used_up_refuses_what_is_new_and_closes_nothing() {
        let room = 600;
        let table = Arc::new(Table::new(room, Life(1)));
        let mut publisher = Publisher::new(Arc::clone(&table));
        let mut uses: Vec<_> = (0..room).map(|_| Uses::default()).collect();
        let held = |since| Effective::Held { since, until: 99 };
        // Each purpose of two kinds has an interval of its own.
        let many = |first: u32| {
            let kinds = [Kind::Audio, Kind::Video].into_iter();
            let cells = kinds.flat_map(|kind| {
                Purposes::each().map(move |purpose| Cells::new(kind.into(), purpose))
            });
            (first..)
                .zip(cells)
                .map(|(since, cells)| (cells, held(since)))
        };
        let kinds = Kinds::AUDIO | Kinds::VIDEO;
        let mut publish = |publisher: &mut Publisher, slot: u16, count: usize| {
            let uses = &mut uses[usize::from(slot)];
            let words = publisher.publish(slot, uses, many(1).take(count), kinds);
            assert!(table.complete(u64::from(table.generation()) + 1));
            let held = words
                .iter()
                .map(|word| word.purposes().bits().count_ones() as usize);
            (held.sum::<usize>(), *uses)
        };
        let parts = u16::try_from(table.pool.len()).expect("a few");
        for slot in 0..parts {
            assert_eq!(publish(&mut publisher, slot, 32).0, 32);
        }
        let (held, uses) = publish(&mut publisher, parts, FEW);
        assert_eq!(held, FEW);
        assert!(!publisher.has_room(parts, uses, 1));
        // If it is tried all the same, what is new is closed, and nothing else.
        assert_eq!(publish(&mut publisher, parts, 32).0, FEW);

        assert_eq!(publish(&mut publisher, 0, 1).0, 1);
        assert!(publisher.has_room(parts, uses, 1));
        assert_eq!(publish(&mut publisher, parts, 32).0, 32);
    }
}
