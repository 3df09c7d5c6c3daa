//! The taps of a meeting, and whom each can carry.
//!
//! Any stream may carry anybody, as regions, lists, groups and sources come with each frame: whatever is done about a person looks at the taps of all streams,
//! but for those of other people's that were opened as their owner's alone.

use alloc::{collections::BTreeMap, string::String, sync::Arc, vec::Vec};

use crate::{
    control::ledger::{Entry, TapCount},
    shared::{settling::TapRelease, tap_state::TapState},
    types::{
        argument::Resource,
        error::Error,
        ids::{OutletId, StreamId},
    },
};

/// All taps that were opened, in that order.
#[derive(Default)]
pub(crate) struct Taps {
    all: Vec<Known>,
    /// The numbers of those that can carry anybody.
    shared: Vec<u32>,
    /// The numbers of the others, by their owners' ids.
    alone: BTreeMap<String, Vec<u32>>,
}

struct Known {
    state: Arc<TapState>,
    /// Whether a line of the ledger says that it was closed.
    is_told: bool,
}

/// Whom something is about.
#[derive(Clone, Copy)]
pub(crate) enum Whom<'w> {
    Nobody,
    One(&'w str),
    Everybody,
}

impl<'w> Whom<'w> {
    /// Whom an entry is about: whose consent it can change, or whose frames it counts.
    pub(crate) fn of(entry: &'w Entry) -> Self {
        match entry {
            Entry::Counted { .. } => Self::Everybody,
            entry if entry.touches().is_empty() => Self::Nobody,
            entry => entry.whom().map_or(Self::Everybody, Self::One),
        }
    }
}

impl Taps {
    /// Opens a tap: of its owner alone, by id, or one that can carry anybody.
    pub(crate) fn open(
        &mut self,
        stream: StreamId,
        outlet: OutletId,
        alone: Option<&str>,
    ) -> Result<Arc<TapState>, Error> {
        let number = u32::try_from(self.all.len()).map_err(|_| Error::Full(Resource::Taps))?;
        let state = Arc::new(TapState::new(number, stream, outlet));
        self.all.push(Known {
            state: Arc::clone(&state),
            is_told: false,
        });
        match alone {
            None => self.shared.push(number),
            Some(owner) => match self.alone.get_mut(owner) {
                Some(numbers) => numbers.push(number),
                None => {
                    self.alone.insert(owner.into(), [number].into());
                }
            },
        }
        Ok(state)
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<TapState>> {
        self.all.iter().map(|known| &known.state)
    }

    /// Those that can carry whoever something is about, in the order of opening; without those of which a line says that they were closed.
    pub(crate) fn of(&self, whom: Whom<'_>) -> impl Iterator<Item = &Arc<TapState>> {
        let (everybody, one) = match whom {
            Whom::Everybody => (&self.all[..], None),
            Whom::One(id) => (&[][..], self.alone.get(id)),
            Whom::Nobody => (&[][..], None),
        };
        let shared = match whom {
            Whom::Everybody => &[],
            Whom::One(_) | Whom::Nobody => &self.shared[..],
        };
        let everybody = everybody.iter().filter(|known| !known.is_told);
        let numbers = merged(shared, one.map_or(&[], |alone| alone));
        let some = numbers.filter_map(|number| self.all.get(number as usize));
        everybody.chain(some).map(|known| &known.state)
    }

    /// Whether a line of the ledger says that a tap was closed.
    pub(crate) fn is_told(&self, number: u32) -> bool {
        let known = self.all.get(number as usize);
        known.is_none_or(|known| known.is_told)
    }

    /// A line of the ledger says of these taps how far they came. Those that are closed are not looked at any more.
    pub(crate) fn tell(&mut self, taps: &[TapRelease]) {
        let closed = taps.iter().filter(|tap| tap.is_closed);
        let mut are_closed = false;
        for TapRelease { tap, .. } in closed {
            if let Some(known) = self.all.get_mut(*tap as usize) {
                known.is_told = true;
                are_closed = true;
            }
        }
        if are_closed {
            let all = &self.all;
            let is_open = |number: &u32| {
                let known = all.get(*number as usize);
                known.is_some_and(|known| !known.is_told)
            };
            self.shared.retain(is_open);
            for numbers in self.alone.values_mut() {
                numbers.retain(is_open);
            }
        }
    }

    /// The counters of every tap.
    pub(crate) fn counts(&self) -> Vec<TapCount> {
        let counts = self.iter().map(|tap| TapCount {
            stream: tap.stream,
            outlet: tap.outlet,
            frames: tap.counters(),
        });
        counts.collect()
    }
}

/// Two lists of numbers, each in order, as one in order.
fn merged<'n>(mut one: &'n [u32], mut other: &'n [u32]) -> impl Iterator<Item = u32> + use<'n> {
    core::iter::from_fn(move || {
        let next = match (one.split_first(), other.split_first()) {
            (Some((first, _)), Some((second, rest))) if second < first => {
                other = rest;
                second
            }
            (Some((first, rest)), _) => {
                one = rest;
                first
            }
            (None, Some((second, rest))) => {
                other = rest;
                second
            }
            (None, None) => return None,
        };
        Some(*next)
    })
}
