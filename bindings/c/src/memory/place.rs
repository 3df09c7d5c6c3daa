//! Places of objects that are found without a lock.

use alloc::boxed::Box;
use core::{
    ptr,
    sync::atomic::{
        AtomicPtr,
        Ordering::{Acquire, Release},
    },
};

/// A place for an object. All of it is zeros while it is empty.
pub(crate) struct Place<T>(AtomicPtr<T>);

impl<T> Place<T> {
    pub(crate) const fn empty() -> Self {
        Self(AtomicPtr::new(ptr::null_mut()))
    }

    /// The object there, if there is one.
    #[inline]
    pub(crate) fn get<'c>(&self) -> Option<&'c T> {
        // SAFETY: null, or it came from a box in `put`, and `take` alone frees it: "Closing a tap, a group, a stream key, a capture clock or a
        // source map must not overlap with a call that uses it."
        unsafe { self.0.load(Acquire).as_ref() }
    }

    /// Puts an object there. What was there before stays in memory, as if it had been forgotten.
    pub(crate) fn put(&self, object: T) {
        self.0.store(Box::into_raw(Box::new(object)), Release);
    }

    /// Takes the object away.
    pub(crate) fn take(&self) -> Option<Box<T>> {
        let object = self.0.swap(ptr::null_mut(), Release);
        // SAFETY: it came from a box in `put`, and nobody else has taken it since, as it is swapped for null. No call uses it: "Closing a tap, a group, a
        // stream key, a capture clock or a source map must not overlap with a call that uses it."
        (!object.is_null()).then(|| unsafe { Box::from_raw(object) })
    }

    /// Leaves the object where nobody finds it, for good.
    pub(crate) fn forget(&self) {
        self.0.store(ptr::null_mut(), Release);
    }
}
