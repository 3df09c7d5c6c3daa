//! What is read from a caller's memory.

use core::{marker::PhantomData, ops::Range, slice, str};

use super::plain::{Plain, Sized32, plain, size};
use crate::status::Status;

/// Where a `T`, or an array of them, is to be read; or null.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct In<'c, T>(pub(super) *const T, pub(super) PhantomData<&'c T>);

/// Text, or bytes, with a length.
#[derive(Clone, Copy)]
#[repr(C)]
pub(crate) struct Text<'c> {
    pub(crate) data: In<'c, u8>,
    pub(crate) length: usize,
}

plain!(Text<'_>);

/// The most bytes of anything.
const MOST: usize = isize::MAX.unsigned_abs();

/// The most bytes of a struct, of whatever later header.
pub(super) const LARGEST: u32 = 4096;

pub(super) fn check<T>(address: *const T) -> Result<(), Status> {
    if address.is_null() {
        Err(Status::Null)
    } else if address.is_aligned() {
        Ok(())
    } else {
        Err(Status::Misaligned)
    }
}

pub(super) fn check_array<T>(address: *const T, count: usize, each: usize) -> Result<(), Status> {
    if count.checked_mul(each).is_none_or(|bytes| bytes > MOST) {
        return Err(Status::Length);
    }
    if count == 0 { Ok(()) } else { check(address) }
}

impl<'c, T: Plain> In<'c, T> {
    pub(crate) fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// What is there.
    #[inline]
    pub(crate) fn get(self) -> Result<&'c T, Status> {
        check(self.0)?;
        // SAFETY: aligned and not null; "a pointer that is not null leads to as many bytes as its type or its length states, initialised if they
        // are read; nobody changes them during the call". Whatever the bits are, they are a `T`.
        Ok(unsafe { &*self.0 })
    }

    /// What is there, or none.
    pub(crate) fn optional(self) -> Result<Option<&'c T>, Status> {
        if self.is_null() {
            Ok(None)
        } else {
            self.get().map(Some)
        }
    }

    /// So many of them. Of none the address is not looked at.
    #[inline]
    pub(crate) fn array(self, count: usize) -> Result<&'c [T], Status> {
        check_array(self.0, count, size_of::<T>())?;
        if count == 0 {
            return Ok(&[]);
        }
        // SAFETY: aligned, not null and no longer than anything may be; it "leads to as many bytes as its type or its length states".
        Ok(unsafe { slice::from_raw_parts(self.0, count) })
    }
}

impl<'c, T: Sized32> In<'c, T> {
    /// The struct that is there. One of a later header is longer, and what is beyond must be 0.
    #[inline]
    pub(crate) fn sized(self) -> Result<&'c T, Status> {
        self.elements(1)?.get(0)
    }

    /// So many of them, one after the other, all of the size of the first. There is one at least.
    #[inline]
    pub(crate) fn elements(self, count: usize) -> Result<Elements<'c, T>, Status> {
        let size = size_at(self.0)?;
        check_array(self.0, count, size as usize)?;
        Ok(Elements {
            first: self.0,
            size,
            count,
            call: PhantomData,
        })
    }
}

/// The size that a struct says it has, if it can be.
#[inline]
pub(super) fn size_at<T: Sized32>(address: *const T) -> Result<u32, Status> {
    check(address)?;
    // SAFETY: aligned and not null; "structs that may grow begin with their size", a `u32`.
    let size = unsafe { *address.cast::<u32>() };
    let fits = size as usize >= size_of::<T>() && size <= LARGEST;
    // In an array each must be aligned.
    if fits && (size as usize).is_multiple_of(align_of::<T>()) {
        Ok(size)
    } else {
        Err(Status::Size)
    }
}

/// Structs one after the other.
pub(crate) struct Elements<'c, T> {
    pub(super) first: *const T,
    pub(super) size: u32,
    count: usize,
    call: PhantomData<&'c T>,
}

impl<'c, T: Sized32> Elements<'c, T> {
    /// The struct of this index.
    #[inline]
    pub(crate) fn get(&self, index: usize) -> Result<&'c T, Status> {
        if index >= self.count {
            return Err(Status::Length);
        }
        // SAFETY: "in an array all have the same size", and it "leads to as many bytes as its type or its length states", which were checked to be
        // no more than an offset can be.
        let at = unsafe { self.first.byte_add(index * self.size as usize) };
        // SAFETY: it is the address of one of them.
        unsafe { self.at(at) }
    }

    /// All, if they are just as long as this library's; each is still to say so.
    #[inline]
    pub(crate) fn as_slice(&self) -> Option<&'c [T]> {
        // SAFETY: aligned and not null; "in an array all have the same size", which is that of a `T`, so that it is an array of `T`.
        (self.size == size::<T>()).then(|| unsafe { slice::from_raw_parts(self.first, self.count) })
    }

    /// The struct there.
    ///
    /// # Safety
    ///
    /// It is the address of one of these.
    #[inline]
    unsafe fn at(&self, at: *const T) -> Result<&'c T, Status> {
        // SAFETY: "structs that may grow begin with their size"; aligned, as the first is and the size is a multiple of the alignment.
        let said = unsafe { *at.cast::<u32>() };
        if said != self.size || (said != size::<T>() && !self.is_known(at)) {
            return Err(Status::Size);
        }
        // SAFETY: aligned, not null and at least as long as a `T`, as was just read; whatever its bits are, they are a value.
        Ok(unsafe { &*at })
    }

    /// Whether there is nothing in it, of a later header's, that this library does not know.
    #[cold]
    fn is_known(&self, at: *const T) -> bool {
        let (known, size) = (size_of::<T>(), self.size as usize);
        // SAFETY: "structs that may grow begin with their size", so `size` bytes are there, and `size` is not less than `known`.
        let rest = unsafe { slice::from_raw_parts(at.cast::<u8>().add(known), size - known) };
        rest.iter().all(|byte| *byte == 0)
    }
}

impl<'c> Text<'c> {
    /// A text that is there for good.
    pub(crate) fn of(text: &'static str) -> Self {
        Self {
            data: In(text.as_ptr(), PhantomData),
            length: text.len(),
        }
    }

    /// The text.
    pub(crate) fn get(self) -> Result<&'c str, Status> {
        str::from_utf8(self.data.array(self.length)?).map_err(|_| Status::Utf8)
    }
}

/// So many bytes that are only read; none where that cannot be.
#[inline]
pub(crate) fn bytes(data: In<'_, u8>, length: usize) -> Option<&[u8]> {
    data.array(length).ok()
}

/// The addresses of this many bytes.
pub(crate) fn span(data: *const u8, length: usize) -> Range<usize> {
    data.addr()..data.addr().saturating_add(length)
}

impl<T> In<'_, T> {
    pub(crate) const NULL: Self = Self(core::ptr::null(), PhantomData);

    /// Where something is that the caller is to read, and nobody here.
    pub(crate) fn shown(there: &[T]) -> Self {
        Self(there.as_ptr(), PhantomData)
    }

    pub(crate) fn address(self) -> *const T {
        self.0
    }
}
