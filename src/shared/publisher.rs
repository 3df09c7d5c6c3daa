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
        let has_more = has_more || !self.free.is_empty() || self.has_unused();
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
        self.begin(slot, uses);
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
    fn begin(&mut self, slot: u16, uses: &mut Uses) {
        let event = self.table.stamp().event();
        if uses.event == event {
            return;
        }
        uses.event = event;
        uses.resting = 0;
        if let (Some(slot), 0) = (self.table.slot(slot), uses.named >> FEW)
            && let Some(part) = slot.more.load(Relaxed).checked_sub(1)
        {
            slot.more.store(0, Release);
            self.free.push(part);
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
            None if (self.used as usize) < self.table.pool.len() => {
                self.used += 1;
                self.used - 1
            }
            None => return None,
        };
        slot.more.store(part + 1, Release);
        Some(())
    }
}
