//! Two maps, one of which is read while the other is written.

use std::{collections::HashMap, marker::PhantomData};

use framegate::Kind;
use left_right::{Absorb, ReadHandle, WriteHandle};

use crate::{
    contender::{Contender, Shared, Writer},
    maps::{Hasher, collect, interval, set},
    scene::{Consents, Interval, Intervals, Key, Run, Scene},
};

pub struct LeftRight<H>(PhantomData<H>);

#[derive(Clone)]
pub struct Both<H>(HashMap<Key, Intervals, H>);

pub struct Change {
    key: Key,
    purpose: usize,
    interval: Interval,
}

pub struct Reader<H>(ReadHandle<Both<H>>);

pub struct LeftRightWriter<H: Hasher>(WriteHandle<Both<H>, Change>);

impl<H: Hasher> Absorb<Change> for Both<H> {
    fn absorb_first(&mut self, change: &mut Change, _: &Self) {
        let intervals = self.0.entry(change.key).or_insert(Intervals::NONE);
        set(intervals, change.purpose, change.interval);
    }

    fn sync_with(&mut self, first: &Self) {
        self.0.clone_from(&first.0);
    }
}

impl<H: Hasher> Shared for LeftRight<H> {
    type Reader = Reader<H>;
    type Writer = LeftRightWriter<H>;

    fn open(_: &Scene, consents: &Consents) -> (Self::Reader, Self::Writer) {
        let both = Both(collect(consents));
        let (mut writer, reader) = left_right::new_from_empty(both);
        writer.publish();
        (Reader(reader), LeftRightWriter(writer))
    }
}

impl<H: Hasher> Contender for Reader<H> {
    fn decide(&mut self, run: &Run) -> u64 {
        run.bits(|run, captured| {
            self.0.enter().is_some_and(|map| {
                let intervals = map.0.get(&(run.owner, run.kind));
                intervals.is_some_and(|all| all.clear(run.purposes, captured, run.released))
            })
        })
    }
}

impl<H: Hasher> Writer for LeftRightWriter<H> {
    fn change(&mut self, who: u16, kind: Kind, purpose: usize, agrees: bool) {
        self.0.append(Change {
            key: (who, kind),
            purpose,
            interval: interval(agrees),
        });
        self.0.publish();
    }
}
