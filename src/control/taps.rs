//! The taps of a meeting, and whom each can carry.
//!
//! Any stream may carry anybody, as regions, lists, groups and sources come with each frame: whatever is done about a person looks at the taps of all streams,
//! but for those of other people's that were opened as their owner's alone.

use alloc::{sync::Arc, vec::Vec};

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
    /// The numbers of those that can carry anybody. The others' are with their owners.
    shared: Vec<u32>,
}

struct Known {
    state: Arc<TapState>,
    /// The owner's id, if it is theirs alone.
    alone: Option<Arc<str>>,
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
        alone: Option<Arc<str>>,
    ) -> Result<Arc<TapState>, Error> {
        let number = u32::try_from(self.all.len()).map_err(|_| Error::Full(Resource::Taps))?;
        let state = Arc::new(TapState::new(number, stream, outlet));
        if alone.is_none() {
            self.shared.push(number);
        }
        self.all.push(Known {
            state: Arc::clone(&state),
            alone,
            is_told: false,
        });
        Ok(state)
    }

    /// All of them.
    pub(crate) fn iter(&self) -> impl Iterator<Item = &Arc<TapState>> {
        self.all.iter().map(|known| &known.state)
    }

    /// Those that can carry whoever something is about, in the order of opening; without those of which a line says that they were closed.
    /// `alone` has the numbers of those of that one alone.
    pub(crate) fn of<'t>(
        &'t self,
        whom: Whom<'_>,
        alone: &'t [u32],
    ) -> impl Iterator<Item = &'t Arc<TapState>> + use<'t> {
        let (everybody, shared) = match whom {
            Whom::Everybody => (&self.all[..], &[][..]),
            Whom::One(_) | Whom::Nobody => (&[][..], &self.shared[..]),
        };
        let everybody = everybody.iter().filter(|known| !known.is_told);
        let some = merged(shared, alone).filter_map(|number| self.all.get(number as usize));
        everybody.chain(some).map(|known| &known.state)
    }

    /// Whether a line of the ledger says that a tap was closed.
    pub(crate) fn is_told(&self, number: u32) -> bool {
        let known = self.all.get(number as usize);
        known.is_none_or(|known| known.is_told)
    }

    /// A line of the ledger says of these taps how far they came. Those that are closed are not looked at any more.
    /// Returns the numbers of those of them that were somebody's alone, by the owners' ids.
    pub(crate) fn tell(&mut self, taps: &[TapRelease]) -> Vec<(Arc<str>, u32)> {
        let mut of_owners = Vec::new();
        let mut has_shared = false;
        for TapRelease { tap, .. } in taps.iter().filter(|tap| tap.is_closed) {
            if let Some(known) = self.all.get_mut(*tap as usize) {
                known.is_told = true;
                match &known.alone {
                    Some(owner) => of_owners.push((Arc::clone(owner), *tap)),
                    None => has_shared = true,
                }
            }
        }
        if has_shared {
            let all = &self.all;
            self.shared.retain(|number| {
                let known = all.get(*number as usize);
                known.is_some_and(|known| !known.is_told)
            });
        }
        of_owners
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
