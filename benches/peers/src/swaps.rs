//! A map that is replaced as a whole.

use std::{collections::HashMap, marker::PhantomData, sync::Arc};

use arc_swap::{ArcSwap, Cache};
use framegate::Kind;

use crate::{
    contender::{Contender, Shared, Writer},
    maps::{Hasher, Map, collect, interval, set},
    scene::{Consents, Interval, Intervals, Key, Run, Scene},
};

type Whole<H> = HashMap<Key, Intervals, H>;

pub type Swapped<H> = ArcSwap<Whole<H>>;

impl<H: Hasher> Map for Swapped<H> {
    fn of(consents: &Consents) -> Self {
        Self::from_pointee(collect(consents))
    }

    fn is_cleared(&self, key: Key, clears: impl FnOnce(&Intervals) -> bool) -> bool {
        self.load().get(&key).is_some_and(clears)
    }

    fn set(&self, key: Key, purpose: usize, interval: Interval) {
        self.rcu(|map| {
            let mut map = Whole::clone(map);
            set(map.entry(key).or_insert(Intervals::NONE), purpose, interval);
            map
        });
    }
}

/// The same, of which each reader keeps what it saw last until there is something newer.
pub struct Cached<H>(PhantomData<H>);

pub struct CachedReader<H>(Cache<Arc<Swapped<H>>, Arc<Whole<H>>>);

pub struct CachedWriter<H>(Arc<Swapped<H>>);

impl<H: Hasher> Shared for Cached<H> {
    type Reader = CachedReader<H>;
    type Writer = CachedWriter<H>;

    fn open(_: &Scene, consents: &Consents) -> (Self::Reader, Self::Writer) {
        let map = Arc::new(Swapped::of(consents));
        let reader = Cache::new(Arc::clone(&map));
        (CachedReader(reader), CachedWriter(map))
    }
}

impl<H: Hasher> Contender for CachedReader<H> {
    fn decide(&mut self, run: &Run) -> u64 {
        run.bits(|run, captured| {
            let intervals = self.0.load().get(&(run.owner, run.kind));
            intervals.is_some_and(|all| all.clear(run.purposes, captured, run.released))
        })
    }
}

impl<H: Hasher> Writer for CachedWriter<H> {
    fn change(&mut self, who: u16, kind: Kind, purpose: usize, agrees: bool) {
        self.0.set((who, kind), purpose, interval(agrees));
    }
}
