//! What is written to a caller's memory.

use core::{marker::PhantomData, mem::MaybeUninit, slice};

use super::{
    plain::{Plain, Sized32, zeroed},
    read::{In, LARGEST, check, check_array, size_at},
};
use crate::status::Status;

/// Where a `T`, or an array of them, is to be written; or null.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct Out<'c, T>(pub(crate) *mut T, pub(crate) PhantomData<&'c T>);

impl<T: Plain> Out<'_, T> {
    pub(crate) fn is_null(self) -> bool {
        self.0.is_null()
    }
}

impl<'c, T: Plain> Out<'c, T> {
    /// So many that are there and may be changed.
    #[inline]
    pub(crate) fn array(self, count: usize) -> Result<&'c mut [T], Status> {
        check_array(self.0.cast_const(), count, size_of::<T>())?;
        if count == 0 {
            return Ok(&mut []);
        }
        // SAFETY: aligned, not null and no longer than anything may be; it "leads to as many bytes as its type or its length states, initialised if they
        // are read", and "what the library writes to overlaps nothing else that is passed".
        Ok(unsafe { slice::from_raw_parts_mut(self.0, count) })
    }
}

impl<'c, T: Sized32> Out<'c, T> {
    /// So many of them, one after the other, all of the size of the first.
    #[inline]
    pub(crate) fn elements(self, count: usize) -> Result<ElementsMut<'c, T>, Status> {
        let elements = In(self.0.cast_const(), PhantomData).elements(count)?;
        for index in 0..count {
            // Not what is beyond: it is for a later library to write.
            // SAFETY: "in an array all have the same size", and each begins with it, aligned as the first is.
            let said = unsafe {
                *elements
                    .first
                    .byte_add(index * elements.size as usize)
                    .cast::<u32>()
            };
            if said != elements.size {
                return Err(Status::Size);
            }
        }
        Ok(ElementsMut {
            first: self.0,
            size: elements.size,
            count,
            call: PhantomData,
        })
    }
}

/// Structs one after the other, to be written over.
pub(crate) struct ElementsMut<'c, T> {
    first: *mut T,
    size: u32,
    count: usize,
    call: PhantomData<&'c T>,
}

impl<'c, T: Sized32> ElementsMut<'c, T> {
    /// The struct of this index.
    #[inline]
    pub(crate) fn get<'e>(&'e mut self, index: usize) -> Result<&'e mut T, Status>
    where
        'c: 'e,
    {
        if index >= self.count {
            return Err(Status::Length);
        }
        // SAFETY: "in an array all have the same size", each is aligned and at least as long as a `T`; "what the library writes to overlaps nothing
        // else that is passed", and by the borrow of `self` there is one reference at a time.
        Ok(unsafe { &mut *self.first.byte_add(index * self.size as usize) })
    }
}

impl<'c, T> Out<'c, T> {
    pub(crate) fn address(self) -> *mut T {
        self.0
    }

    pub(crate) fn read_only(self) -> In<'c, T> {
        In(self.0.cast_const(), PhantomData)
    }
}

/// So many bytes that may be changed; none where that cannot be.
#[inline]
pub(crate) fn bytes_mut(data: Out<'_, u8>, length: usize) -> Option<&mut [u8]> {
    data.array(length).ok()
}

/// Room that was checked.
pub(crate) struct Room<'c, T> {
    first: *mut T,
    pub(crate) count: usize,
    call: PhantomData<&'c T>,
}

impl<T: Plain> Room<'_, T> {
    /// Writes the first value, if there is room for one.
    #[inline]
    pub(crate) fn put(&self, value: impl Into<T>) {
        self.put_at(0, value);
    }

    /// Writes the one of this index.
    #[inline]
    pub(crate) fn put_at(&self, index: usize, value: impl Into<T>) {
        if index < self.count {
            // SAFETY: aligned and not null; it "leads to as many bytes as its type or its length states", which are `count` of these.
            unsafe { self.first.add(index).write(value.into()) }
        }
    }

    /// All of it, which may not have been written yet.
    #[inline]
    pub(crate) fn slots(&mut self) -> &mut [MaybeUninit<T>] {
        if self.count == 0 {
            return &mut [];
        }
        // SAFETY: aligned and not null; it "leads to as many bytes as its type or its length states", and "what the library writes to overlaps
        // nothing else that is passed".
        unsafe { slice::from_raw_parts_mut(self.first.cast(), self.count) }
    }

    /// Whether there is room for one at least.
    pub(crate) fn is_wanted(&self) -> bool {
        self.count > 0
    }

    pub(crate) fn close(&self) {
        for index in 0..self.count {
            self.put_at(index, zeroed::<T>());
        }
    }
}

impl<'c, T: Plain> Out<'c, T> {
    /// Room for this many values. If there are none, the address is ignored.
    #[inline]
    pub(crate) fn rooms(self, count: usize) -> Result<Room<'c, T>, Status> {
        check_array(self.0, count, size_of::<T>())?;
        Ok(Room {
            first: self.0,
            count,
            call: PhantomData,
        })
    }
}

impl<'c, T: Sized32> Out<'c, T> {
    /// The struct there, whose size the caller has set: zeros after that, as far as the caller says it goes.
    pub(crate) fn open_sized(self) -> Result<&'c mut T, Status> {
        check(self.0.cast_const())?;
        // SAFETY: aligned and not null; "structs that may grow begin with their size", a `u32`.
        let said = unsafe { *self.0.cast::<u32>() };
        // SAFETY: "structs that may grow begin with their size": as many bytes are there.
        unsafe { close_rest(self.0.cast(), said, size_of::<T>()) };
        size_at(self.0.cast_const())?;
        // SAFETY: aligned, not null and at least as long as a `T`, and whatever its bits are, they are a value; "what the library writes to overlaps
        // nothing else that is passed".
        Ok(unsafe { &mut *self.0 })
    }
}

/// Zeros after the size of a struct, as far as it says it goes and this library knows it.
///
/// # Safety
///
/// As many bytes are there as it says, unless it says more than any struct has.
unsafe fn close_rest(first: *mut u8, said: u32, known: usize) {
    const SIZE: usize = size_of::<u32>();
    let end = if said > LARGEST {
        0
    } else {
        known.min(said as usize)
    };
    if end > SIZE {
        // SAFETY: by this function's own condition.
        unsafe { first.add(SIZE).write_bytes(0, end - SIZE) };
    }
}

impl<T: Sized32> Out<'_, T> {
    /// Closes each of so many structs that can be: one that says a wrong size as far as it goes, and the others as `close` does.
    ///
    /// They lie as far apart as the first says. If that is no size, or none of this library's, those count too that lie as far apart as
    /// this library's do and say so: the first may be the odd one. More than `most` are as many as there are without an odd one among them,
    /// as so many may be a mistake.
    #[cold]
    pub(crate) fn close_elements(self, count: usize, most: usize, close: impl Fn(&mut T)) {
        let known = size_of::<T>();
        let apart = size_at(self.0.cast_const()).map_or(known, |size| size as usize);
        if count > most {
            self.close_each(
                count,
                apart,
                |said| (said as usize == apart).then_some(true),
                &close,
            );
            return;
        }
        self.close_each(count, apart, |_| Some(true), &close);
        if apart != known {
            self.close_each(count, known, |said| Some(said as usize == known), &close);
        }
    }

    /// Closes those of so many that `is_one` says are such by their size, up to where it says none.
    fn close_each(
        self,
        count: usize,
        apart: usize,
        is_one: impl Fn(u32) -> Option<bool>,
        close: impl Fn(&mut T),
    ) {
        if check_array(self.0, count, apart).is_err() {
            return;
        }
        for index in 0..count {
            // SAFETY: "in an array all have the same size", so there are `count` of them at least so far apart, each aligned as the first is.
            let at = unsafe { self.0.byte_add(index * apart) };
            // SAFETY: "structs that may grow begin with their size".
            let said = unsafe { *at.cast::<u32>() };
            let known = size_of::<T>();
            match is_one(said) {
                Some(true) => {}
                Some(false) => continue,
                None => break,
            }
            if said as usize >= known && said <= LARGEST {
                // SAFETY: aligned and at least as long as a `T`, and whatever its bits are, they are a value; "what the library writes to overlaps nothing
                // else that is passed".
                close(unsafe { &mut *at });
            } else {
                // SAFETY: "structs that may grow begin with their size": as many bytes are there.
                unsafe { close_rest(at.cast(), said, known) };
            }
        }
    }
}
