//! A map from person and kind to intervals, under a lock or without one. A look-up a frame.

use std::{
    collections::HashMap,
    hash::BuildHasher,
    marker::PhantomData,
    sync::{Arc, PoisonError, RwLock},
};

use dashmap::DashMap;
use framegate::Kind;

use crate::{
    contender::{Contender, Shared, Writer},
    scene::{Consents, Interval, Intervals, Key, NEVER, NOW, Run, Scene},
};

/// A map that is read and written through a shared reference.
pub trait Map: Send + Sync + 'static {
    fn of(consents: &Consents) -> Self;
    fn is_cleared(&self, key: Key, clears: impl FnOnce(&Intervals) -> bool) -> bool;
    fn set(&self, key: Key, purpose: usize, interval: Interval);
}

/// What makes hashes of keys: the standard library's, or a fast one that an attacker could steer.
pub trait Hasher: BuildHasher + Default + Clone + Send + Sync + 'static {}

impl<H: BuildHasher + Default + Clone + Send + Sync + 'static> Hasher for H {}

pub struct Maps<M>(PhantomData<M>);

/// Of a map that both sides share.
pub struct Handle<M>(Arc<M>);

impl<M: Map> Shared for Maps<M> {
    type Reader = Handle<M>;
    type Writer = Handle<M>;

    fn open(_: &Scene, consents: &Consents) -> (Handle<M>, Handle<M>) {
        let map = Arc::new(M::of(consents));
        (Handle(Arc::clone(&map)), Handle(map))
    }
}

impl<M: Map> Contender for Handle<M> {
    fn decide(&mut self, run: &Run) -> u64 {
        run.bits(|run, captured| {
            self.0.is_cleared((run.owner, run.kind), |intervals| {
                intervals.clear(run.purposes, captured, run.released)
            })
        })
    }
}

impl<M: Map> Writer for Handle<M> {
    fn change(&mut self, who: u16, kind: Kind, purpose: usize, agrees: bool) {
        self.0.set((who, kind), purpose, interval(agrees));
    }
}

/// What a change comes to.
pub fn interval(agrees: bool) -> Interval {
    if agrees {
        Interval {
            since: NOW,
            until: NEVER,
        }
    } else {
        Interval::NONE
    }
}

pub fn set(intervals: &mut Intervals, purpose: usize, interval: Interval) {
    if let Some(place) = intervals.0.get_mut(purpose) {
        *place = interval;
    }
}

pub fn collect<M: FromIterator<(Key, Intervals)>>(consents: &Consents) -> M {
    consents.iter().map(|(key, all)| (*key, *all)).collect()
}

pub type Locked<H> = RwLock<HashMap<Key, Intervals, H>>;

impl<H: Hasher> Map for Locked<H> {
    fn of(consents: &Consents) -> Self {
        Self::new(collect(consents))
    }

    fn is_cleared(&self, key: Key, clears: impl FnOnce(&Intervals) -> bool) -> bool {
        let map = self.read().unwrap_or_else(PoisonError::into_inner);
        map.get(&key).is_some_and(clears)
    }

    fn set(&self, key: Key, purpose: usize, interval: Interval) {
        let mut map = self.write().unwrap_or_else(PoisonError::into_inner);
        set(map.entry(key).or_insert(Intervals::NONE), purpose, interval);
    }
}

pub type ParkingLot<H> = parking_lot::RwLock<HashMap<Key, Intervals, H>>;

impl<H: Hasher> Map for ParkingLot<H> {
    fn of(consents: &Consents) -> Self {
        Self::new(collect(consents))
    }

    fn is_cleared(&self, key: Key, clears: impl FnOnce(&Intervals) -> bool) -> bool {
        self.read().get(&key).is_some_and(clears)
    }

    fn set(&self, key: Key, purpose: usize, interval: Interval) {
        let mut map = self.write();
        set(map.entry(key).or_insert(Intervals::NONE), purpose, interval);
    }
}

impl<H: Hasher> Map for DashMap<Key, Intervals, H> {
    fn of(consents: &Consents) -> Self {
        collect(consents)
    }

    fn is_cleared(&self, key: Key, clears: impl FnOnce(&Intervals) -> bool) -> bool {
        self.get(&key).is_some_and(|intervals| clears(&intervals))
    }

    fn set(&self, key: Key, purpose: usize, interval: Interval) {
        let mut intervals = self.entry(key).or_insert(Intervals::NONE);
        set(&mut intervals, purpose, interval);
    }
}

impl<H: Hasher> Map for papaya::HashMap<Key, Intervals, H> {
    fn of(consents: &Consents) -> Self {
        collect(consents)
    }

    fn is_cleared(&self, key: Key, clears: impl FnOnce(&Intervals) -> bool) -> bool {
        self.pin().get(&key).is_some_and(clears)
    }

    fn set(&self, key: Key, purpose: usize, interval: Interval) {
        let with = |mut intervals| {
            set(&mut intervals, purpose, interval);
            intervals
        };
        let new = with(Intervals::NONE);
        self.pin().update_or_insert(key, |old| with(*old), new);
    }
}
