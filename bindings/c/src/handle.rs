//! Handles: numbers that stand for objects, and stand for nothing once these are closed.
//!
//! A handle is, from its upper end: 32 bits of generation; 8 bits of type, never 0; 24 bits of index. A place is used again under the next
//! generation, and not at all after the last of them.
//!
//! Each table draws its first generation at random. So a handle of another copy of the library in the process, or of another process,
//! stands for nothing here, but for a chance of one in 2³¹ for each time that its place was used.

use alloc::{boxed::Box, collections::VecDeque, sync::Arc, vec::Vec};
use core::sync::atomic::{AtomicU16, Ordering::Relaxed};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::{
    fork::{Held as HeldTable, Table, watch},
    memory::{Handle, Place},
    status::Status,
};

const TYPE: u32 = 24;
const GENERATION: u32 = 32;

/// The handle of an object of this type in this place; none where there can be no such place.
fn number(generation: u32, of: u8, index: usize) -> Option<u64> {
    let index = u64::try_from(index).ok()?;
    let fits = index < 1 << TYPE;
    fits.then_some(u64::from(generation) << GENERATION | u64::from(of) << TYPE | index)
}

/// The generations of the places of a table: all begin at the same, and each ends before it comes again.
struct Generations {
    /// None before it is drawn.
    first: Option<u32>,
}

impl Generations {
    const fn new() -> Self {
        Self { first: None }
    }

    fn first(&mut self) -> Result<u32, Status> {
        if let Some(first) = self.first {
            return Ok(first);
        }
        let drawn = getrandom::u32().map_err(|_| Status::Random)?;
        self.first = Some(drawn);
        Ok(drawn)
    }

    /// The one after that of a handle; none after the last.
    fn after(&self, handle: u64) -> Option<u32> {
        let next = u32::try_from(handle >> GENERATION).ok()?.wrapping_add(1);
        (Some(next) != self.first).then_some(next)
    }
}

fn index(handle: u64) -> usize {
    (handle & ((1 << TYPE) - 1)) as usize
}

/// The objects of one type of the control half. Each call that uses one keeps it until it returns.
pub(super) struct Objects<T> {
    of: u8,
    places: Mutex<Places<T>>,
}

struct Places<T> {
    generations: Generations,
    /// The last handle of each, and what it stands for.
    all: Vec<(u64, Option<Arc<T>>)>,
    /// Those that are free, the longest first.
    free: VecDeque<usize>,
    /// How many had their objects before the process was forked, and have had none since.
    inherited: usize,
}

impl<T> Places<T> {
    /// What is wrong with a handle that stands for nothing.
    fn missing(&self, handle: u64) -> Status {
        if index(handle) < self.inherited {
            Status::Forked
        } else {
            Status::Handle
        }
    }
}

impl<T: Send + Sync + 'static> Objects<T> {
    pub(super) const fn new(of: u8) -> Self {
        Self {
            of,
            places: Mutex::new(Places {
                generations: Generations::new(),
                all: Vec::new(),
                free: VecDeque::new(),
                inherited: 0,
            }),
        }
    }

    fn places(&self) -> MutexGuard<'_, Places<T>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn insert(&'static self, object: T) -> Result<Handle<T>, Status> {
        watch(self)?;
        let Places {
            generations,
            all: places,
            free,
            ..
        } = &mut *self.places();
        let first = generations.first()?;
        let at = free.pop_front().unwrap_or(places.len());
        let generation = match places.get(at) {
            Some((last, _)) => generations.after(*last),
            None => Some(first),
        };
        let handle = generation.and_then(|generation| number(generation, self.of, at));
        let handle = handle.ok_or(Status::Full)?;
        let place = (handle, Some(Arc::new(object)));
        match places.get_mut(at) {
            Some(free) => *free = place,
            None => places.push(place),
        }
        Ok(Handle::new(handle))
    }

    pub(super) fn get(&self, handle: Handle<T>) -> Result<Arc<T>, Status> {
        let places = self.places();
        match places.all.get(index(handle.number)) {
            Some((known, Some(object))) if *known == handle.number => Ok(Arc::clone(object)),
            _ => Err(places.missing(handle.number)),
        }
    }

    pub(super) fn remove(&self, handle: Handle<T>) -> Result<Arc<T>, Status> {
        let mut places = self.places();
        let at = index(handle.number);
        let object = match places.all.get_mut(at) {
            Some((known, object)) if *known == handle.number => object.take(),
            _ => None,
        };
        let object = object.ok_or_else(|| places.missing(handle.number))?;
        if places.generations.after(handle.number).is_some() {
            places.free.push_back(at);
        }
        Ok(object)
    }
}

impl<T: Send + Sync + 'static> Table for Objects<T> {
    fn hold(&'static self) -> Box<dyn HeldTable> {
        Box::new(self.places())
    }
}

impl<T> HeldTable for MutexGuard<'_, Places<T>> {
    fn leave(&mut self) {
        // What a thread was using that is not in the child stays for good; all else goes, and a ledger's file is closed with it.
        for (_, object) in &mut self.all {
            *object = None;
        }
        self.free.clear();
        self.inherited = self.all.len();
        self.generations = Generations::new();
    }
}

/// How many places there are for objects of one type of the hot half. What is not used takes no memory.
const HOT_PLACES: usize = 1 << 16;

/// The objects of one type, of this number, of the hot half, found without a lock. Closing one must not overlap with a call that uses it.
pub(super) struct HotObjects<T: 'static, const OF: u8> {
    // All of it is zeros before it is used, which take no room in a file.
    places: [Place<Held<T>>; HOT_PLACES],
    free: Mutex<Free>,
    /// How many had their objects before the process was forked, and have had none since.
    inherited: AtomicU16,
}

/// An object, under its handle.
struct Held<T> {
    handle: u64,
    object: T,
}

struct Free {
    generations: Generations,
    /// How many were ever used.
    used: u16,
    /// The last handles of those that are free, the longest first.
    last: VecDeque<u64>,
}

impl<T: Send + 'static, const OF: u8> HotObjects<T, OF> {
    #[expect(clippy::large_stack_arrays, reason = "of a static, made when compiled")]
    pub(super) const fn new() -> Self {
        Self {
            places: [const { Place::empty() }; HOT_PLACES],
            free: Mutex::new(Free {
                generations: Generations::new(),
                used: 0,
                last: VecDeque::new(),
            }),
            inherited: AtomicU16::new(0),
        }
    }

    #[inline]
    #[expect(
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        reason = "there are as many places as 16 bits have values"
    )]
    fn place(&self, handle: u64) -> &Place<Held<T>> {
        &self.places[usize::from(handle as u16)]
    }

    fn free(&self) -> MutexGuard<'_, Free> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn insert(&'static self, object: T) -> Result<Handle<T>, Status> {
        watch(self)?;
        let Free {
            generations,
            used,
            last,
        } = &mut *self.free();
        let first = generations.first()?;
        let (generation, at) = match last.pop_front() {
            Some(last) => (generations.after(last), index(last)),
            None if *used == u16::MAX => return Err(Status::Full),
            None => {
                *used += 1;
                (Some(first), usize::from(*used - 1))
            }
        };
        let handle = generation.and_then(|generation| number(generation, OF, at));
        let handle = handle.ok_or(Status::Full)?;
        self.place(handle).put(Held { handle, object });
        Ok(Handle::new(handle))
    }

    /// What a handle stands for, if it stands for something.
    #[inline]
    pub(super) fn find<'c>(&'static self, handle: Handle<T>) -> Option<&'c T> {
        match self.place(handle.number).get() {
            Some(held) if held.handle == handle.number => Some(&held.object),
            _ => None,
        }
    }

    #[inline]
    pub(super) fn get<'c>(&'static self, handle: Handle<T>) -> Result<&'c T, Status> {
        self.find(handle).ok_or_else(|| self.missing(handle))
    }

    /// What is wrong with a handle that stands for nothing.
    #[cold]
    pub(super) fn missing(&self, handle: Handle<T>) -> Status {
        if index(handle.number) < usize::from(self.inherited.load(Relaxed)) {
            Status::Forked
        } else {
            Status::Handle
        }
    }

    pub(super) fn remove(&'static self, handle: Handle<T>) -> Result<T, Status> {
        let mut free = self.free();
        self.get(handle)?;
        let held = self.place(handle.number).take().ok_or(Status::Handle)?;
        if free.generations.after(handle.number).is_some() {
            free.last.push_back(handle.number);
        }
        Ok(held.object)
    }
}

impl<T: Send + 'static, const OF: u8> Table for HotObjects<T, OF> {
    fn hold(&'static self) -> Box<dyn HeldTable> {
        Box::new((self, self.free()))
    }
}

impl<T: Send + 'static, const OF: u8> HeldTable
    for (&'static HotObjects<T, OF>, MutexGuard<'static, Free>)
{
    fn leave(&mut self) {
        let (objects, free) = self;
        // A thread that is not in the child may have been in the middle of using one, so they stay as they are for good, where nobody finds them.
        for place in objects.places.iter().take(free.used.into()) {
            place.forget();
        }
        free.last.clear();
        free.generations = Generations::new();
        objects.inherited.store(free.used, Relaxed);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static HOT: HotObjects<u32, 7> = HotObjects::new();

    #[test]
    fn a_handle_stands_for_one_object() {
        static OBJECTS: Objects<u32> = Objects::new(1);
        static OTHERS: Objects<u32> = Objects::new(2);
        let (objects, others) = (&OBJECTS, &OTHERS);
        let first = objects.insert(1).unwrap();
        let other = others.insert(9).unwrap();
        assert_eq!(*objects.get(first).unwrap(), 1);
        assert_eq!(objects.get(other), Err(Status::Handle));
        assert_eq!(objects.get(Handle::new(0)), Err(Status::Handle));
        assert_eq!(objects.remove(first).as_deref(), Ok(&1));
        assert_eq!(objects.remove(first), Err(Status::Handle));
        let second = objects.insert(2).unwrap();
        assert_eq!(index(second.number), index(first.number));
        assert_eq!(objects.get(first), Err(Status::Handle));
        assert_eq!(*objects.get(second).unwrap(), 2);
    }

    #[test]
    fn a_handle_of_the_hot_half_too() {
        let first = HOT.insert(1).unwrap();
        assert_eq!(HOT.get(first), Ok(&1));
        for wrong in [
            0,
            first.number + 1,
            first.number ^ 1 << TYPE,
            first.number + (1 << GENERATION),
            u64::MAX,
        ] {
            assert_eq!(HOT.get(Handle::new(wrong)), Err(Status::Handle));
            assert_eq!(HOT.remove(Handle::new(wrong)), Err(Status::Handle));
        }
        assert_eq!(HOT.remove(first), Ok(1));
        assert_eq!(HOT.get(first), Err(Status::Handle));
        assert_eq!(HOT.remove(first), Err(Status::Handle));
        let second = HOT.insert(2).unwrap();
        assert_eq!(index(second.number), index(first.number));
        assert_eq!(HOT.get(first), Err(Status::Handle));
        assert_eq!(HOT.get(second), Ok(&2));
    }

    #[test]
    fn a_place_is_given_up_before_a_generation_comes_again() {
        let generations = Generations { first: Some(7) };
        let last = number(6, 1, 0).unwrap();
        assert_eq!(generations.after(last), None);
        assert_eq!(generations.after(number(u32::MAX, 1, 0).unwrap()), Some(0));
        assert_eq!(number(0, 1, 1 << TYPE), None);
    }

    #[test]
    fn a_handle_of_another_copy_of_the_library_stands_for_nothing() {
        static ONE: Objects<u32> = Objects::new(1);
        static OTHER: Objects<u32> = Objects::new(1);
        static ALIKE: Objects<u32> = Objects::new(1);
        let (one, other) = (&ONE, &OTHER);
        let handle = one.insert(1).unwrap();
        let theirs = other.insert(2).unwrap();
        assert_eq!(one.get(theirs), Err(Status::Handle));
        assert_eq!(other.remove(handle), Err(Status::Handle));

        // Planted: copies that start alike.
        let alike = &ALIKE;
        alike.places().generations.first = one.places().generations.first;
        alike.insert(3).unwrap();
        assert_eq!(alike.get(handle).as_deref(), Ok(&3));
    }
}
