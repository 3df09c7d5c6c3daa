//! Handles: numbers that stand for objects, and stand for nothing once these are closed.
//!
//! A handle is, from its upper end: 32 bits of generation, from 1; 8 bits of type; 24 bits of index. A place is used again under the next
//! generation, and not at all after the last.

use alloc::{boxed::Box, collections::VecDeque, sync::Arc, vec::Vec};
use core::{
    marker::PhantomData,
    ptr,
    sync::atomic::{
        AtomicPtr,
        Ordering::{Acquire, Release},
    },
};
use std::sync::{Mutex, MutexGuard, PoisonError};

use super::status::Status;

/// A handle of a `T`, as C passes it.
#[repr(C)]
pub(super) struct Handle<T> {
    number: u64,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle<T> {}

// SAFETY: a number.
unsafe impl<T> super::memory::Plain for Handle<T> {}

impl<T> Handle<T> {
    #[cfg(test)]
    const NONE: Self = Self::new(0);

    const fn new(number: u64) -> Self {
        Self {
            number,
            of: PhantomData,
        }
    }
}

const TYPE: u32 = 24;
const GENERATION: u32 = 32;

/// The handle of the next object in the place of one, or of the first of its type in this place; none after the last.
fn next(before: u64, of: u8, index: usize) -> Option<u64> {
    let generation = (before >> GENERATION) + 1;
    let index = u64::try_from(index).ok()?;
    let fits = u32::try_from(generation).is_ok() && index < 1 << TYPE;
    fits.then_some(generation << GENERATION | u64::from(of) << TYPE | index)
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
    places: Vec<(u64, Option<Arc<T>>)>,
    /// Those that are free, the longest first.
    free: VecDeque<usize>,
}

impl<T> Objects<T> {
    pub(super) const fn new(of: u8) -> Self {
        Self {
            of,
            places: Mutex::new(Places {
                places: Vec::new(),
                free: VecDeque::new(),
            }),
        }
    }

    fn places(&self) -> MutexGuard<'_, Places<T>> {
        self.places.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn insert(&self, object: T) -> Result<Handle<T>, Status> {
        let Places { places, free } = &mut *self.places();
        let at = free.pop_front().unwrap_or(places.len());
        let before = places.get(at).map_or(0, |(handle, _)| *handle);
        let handle = next(before, self.of, at).ok_or(Status::Full)?;
        let place = (handle, Some(Arc::new(object)));
        match places.get_mut(at) {
            Some(free) => *free = place,
            None => places.push(place),
        }
        Ok(Handle::new(handle))
    }

    pub(super) fn get(&self, handle: Handle<T>) -> Result<Arc<T>, Status> {
        match self.places().places.get(index(handle.number)) {
            Some((known, Some(object))) if *known == handle.number => Ok(Arc::clone(object)),
            _ => Err(Status::Handle),
        }
    }

    pub(super) fn remove(&self, handle: Handle<T>) -> Result<Arc<T>, Status> {
        let Places { places, free } = &mut *self.places();
        let at = index(handle.number);
        match places.get_mut(at) {
            Some((known, object)) if *known == handle.number => {
                let object = object.take().ok_or(Status::Handle)?;
                if next(*known, self.of, at).is_some() {
                    free.push_back(at);
                }
                Ok(object)
            }
            _ => Err(Status::Handle),
        }
    }
}

/// How many places there are for objects of one type of the hot half. What is not used takes no memory.
const HOT_PLACES: usize = 1 << 16;

/// The objects of one type, of this number, of the hot half, found without a lock. Closing one must not overlap with a call that uses it.
pub(super) struct HotObjects<T: 'static, const OF: u8> {
    // All of it is zeros before it is used, which take no room in a file.
    places: [AtomicPtr<Held<T>>; HOT_PLACES],
    free: Mutex<Option<Box<Free>>>,
}

/// An object, under its handle.
struct Held<T> {
    handle: u64,
    object: T,
}

#[derive(Default)]
struct Free {
    /// How many were ever used.
    used: u16,
    /// The last handles of those that are free, the longest first.
    last: VecDeque<u64>,
}

impl<T: Send + 'static, const OF: u8> HotObjects<T, OF> {
    #[expect(clippy::large_stack_arrays, reason = "of a static, made when compiled")]
    pub(super) const fn new() -> Self {
        Self {
            places: [const { AtomicPtr::new(ptr::null_mut()) }; HOT_PLACES],
            free: Mutex::new(None),
        }
    }

    #[inline]
    #[expect(
        clippy::indexing_slicing,
        clippy::cast_possible_truncation,
        reason = "there are as many places as 16 bits have values"
    )]
    fn place(&self, handle: u64) -> &AtomicPtr<Held<T>> {
        &self.places[usize::from(handle as u16)]
    }

    fn free(&self) -> MutexGuard<'_, Option<Box<Free>>> {
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub(super) fn insert(&self, object: T) -> Result<Handle<T>, Status> {
        let mut free = self.free();
        let Free { used, last } = &mut **free.get_or_insert_default();
        let (last, at) = match last.pop_front() {
            Some(last) => (last, index(last)),
            None if *used == u16::MAX => return Err(Status::Full),
            None => {
                *used += 1;
                (0, usize::from(*used - 1))
            }
        };
        let handle = next(last, OF, at).ok_or(Status::Full)?;
        let held = Box::new(Held { handle, object });
        self.place(handle).store(Box::into_raw(held), Release);
        Ok(Handle::new(handle))
    }

    #[inline]
    pub(super) fn get<'c>(&'static self, handle: Handle<T>) -> Result<&'c T, Status> {
        let held = self.place(handle.number).load(Acquire);
        // SAFETY: null, or it came from a box in `insert`, and `remove`, which alone frees it, has not taken it out;
        // by the caller's word that does not overlap with this call.
        match unsafe { held.as_ref() } {
            Some(held) if held.handle == handle.number => Ok(&held.object),
            _ => Err(Status::Handle),
        }
    }

    pub(super) fn remove(&'static self, handle: Handle<T>) -> Result<T, Status> {
        let mut free = self.free();
        self.get(handle)?;
        let held = self.place(handle.number).swap(ptr::null_mut(), Release);
        if next(handle.number, OF, index(handle.number)).is_some() {
            free.get_or_insert_default().last.push_back(handle.number);
        }
        // SAFETY: not null, as it was found; it came from a box in `insert`, nobody else has taken it out under this lock,
        // and by the caller's word no call uses it.
        let held = unsafe { Box::from_raw(held) };
        Ok(held.object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    static HOT: HotObjects<u32, 7> = HotObjects::new();

    #[test]
    fn a_handle_stands_for_one_object() {
        let objects = Objects::new(1);
        let others = Objects::new(2);
        let first = objects.insert(1).unwrap();
        let other = others.insert(9).unwrap();
        assert_eq!(*objects.get(first).unwrap(), 1);
        assert_eq!(objects.get(other), Err(Status::Handle));
        assert_eq!(objects.get(Handle::NONE), Err(Status::Handle));
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
    fn a_place_is_given_up_after_its_last_generation() {
        assert_eq!(next(u64::from(u32::MAX) << GENERATION, 1, 0), None);
        assert_eq!(next(0, 1, 1 << TYPE), None);
        assert!(next(u64::from(u32::MAX - 1) << GENERATION, 1, 0).is_some());
    }
}
