//! What comes from outside as addresses: the only place where they are followed.
//!
//! A value of a type of this module is made by a C caller alone, who by the header's head owes that an address which is not null leads to
//! as many bytes as is said, initialised where they are read, unchanged and not written to by others as long as the call lasts.
//! That is what every SAFETY below stands on; all that can be checked is checked here: null, alignment, sizes, lengths, UTF-8.

use core::{marker::PhantomData, mem::MaybeUninit, ops::Range, slice, str};

use super::status::Status;

/// A type that C lays out likewise and of which every pattern of bits is a value.
///
/// # Safety
///
/// It is `repr(C)` or a number, and consists of such types, addresses and callbacks that may be null; padding aside.
pub(super) unsafe trait Plain: Copy {}

/// A struct that begins with its size, a `u32`.
///
/// # Safety
///
/// The `u32` is its first member.
pub(super) unsafe trait Sized32: Plain {}

/// Declares [`Plain`] types: all of the members of each are such.
macro_rules! plain {
    ($($type:ty),*) => {
        // SAFETY: all of its members are plain.
        $(unsafe impl $crate::memory::Plain for $type {})*
    };
}

/// Declares structs that begin with their size; what else they consist of is plain.
macro_rules! sized {
    ($($type:ty),*) => {
        $crate::memory::plain!($($type),*);
        $(
            const _: () = assert!(core::mem::offset_of!($type, size) == 0);
            // SAFETY: its first member is its size, as is asserted above.
            unsafe impl $crate::memory::Sized32 for $type {}
        )*
    };
}

mod out;

pub(super) use {out::*, plain, sized};

plain!(u8, u16, u32, u64, i64, usize);

/// Where a `T`, or an array of them, is to be read; or null.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct In<'c, T>(*const T, PhantomData<&'c T>);

/// Where a `T`, or an array of them, is to be written; or null.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Out<'c, T>(*mut T, PhantomData<&'c T>);

/// Text, or bytes, with a length.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct Text<'c> {
    pub(super) data: In<'c, u8>,
    pub(super) length: usize,
}

plain!(Text<'_>, Truth);

/// A `bool` of C, which is 0 or 1.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct Truth(u8);

impl From<bool> for Truth {
    fn from(truth: bool) -> Self {
        Self(truth.into())
    }
}

/// The most bytes of anything.
const MOST: usize = isize::MAX.unsigned_abs();

/// The most bytes of a struct, of whatever later header.
const LARGEST: u32 = 4096;

fn check<T>(address: *const T) -> Result<(), Status> {
    if address.is_null() {
        Err(Status::Null)
    } else if address.is_aligned() {
        Ok(())
    } else {
        Err(Status::Misaligned)
    }
}

fn check_array<T>(address: *const T, count: usize, each: usize) -> Result<(), Status> {
    if count.checked_mul(each).is_none_or(|bytes| bytes > MOST) {
        return Err(Status::Length);
    }
    if count == 0 { Ok(()) } else { check(address) }
}

impl<'c, T: Plain> In<'c, T> {
    pub(super) fn is_null(self) -> bool {
        self.0.is_null()
    }

    /// What is there.
    #[inline]
    pub(super) fn get(self) -> Result<&'c T, Status> {
        check(self.0)?;
        // SAFETY: aligned, not null, and by the caller's word a `T`; whatever its bits are, they are a value.
        Ok(unsafe { &*self.0 })
    }

    /// What is there, or none.
    pub(super) fn optional(self) -> Result<Option<&'c T>, Status> {
        if self.is_null() {
            Ok(None)
        } else {
            self.get().map(Some)
        }
    }

    /// So many of them. Of none the address is not looked at.
    #[inline]
    pub(super) fn array(self, count: usize) -> Result<&'c [T], Status> {
        check_array(self.0, count, size_of::<T>())?;
        if count == 0 {
            return Ok(&[]);
        }
        // SAFETY: aligned, not null, no longer than anything may be, and by the caller's word so many.
        Ok(unsafe { slice::from_raw_parts(self.0, count) })
    }
}

impl<'c, T: Sized32> In<'c, T> {
    /// The struct that is there. One of a later header is longer, and what is beyond must be 0.
    #[inline]
    pub(super) fn sized(self) -> Result<&'c T, Status> {
        self.elements(1)?.get(0)
    }

    /// So many of them, one after the other, all of the size of the first. There is one at least.
    #[inline]
    pub(super) fn elements(self, count: usize) -> Result<Elements<'c, T>, Status> {
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
fn size_at<T: Sized32>(address: *const T) -> Result<u32, Status> {
    check(address)?;
    // SAFETY: aligned, not null, and begins with a `u32`.
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
pub(super) struct Elements<'c, T> {
    first: *const T,
    size: u32,
    count: usize,
    call: PhantomData<&'c T>,
}

impl<'c, T: Sized32> Elements<'c, T> {
    /// The struct of this index.
    #[inline]
    pub(super) fn get(&self, index: usize) -> Result<&'c T, Status> {
        if index >= self.count {
            return Err(Status::Length);
        }
        // SAFETY: there are `count` of `size` bytes by the caller's word, which is in range for an offset.
        let at = unsafe { self.first.byte_add(index * self.size as usize) };
        // SAFETY: it is the address of one of them.
        unsafe { self.at(at) }
    }

    /// All, if they are just as long as this library's; each is still to say so.
    #[inline]
    pub(super) fn as_slice(&self) -> Option<&'c [T]> {
        // SAFETY: aligned, not null, and by the caller's word so many, one right after the other.
        (self.size == size::<T>()).then(|| unsafe { slice::from_raw_parts(self.first, self.count) })
    }

    /// The struct there.
    ///
    /// # Safety
    ///
    /// It is the address of one of these.
    #[inline]
    unsafe fn at(&self, at: *const T) -> Result<&'c T, Status> {
        // SAFETY: there are `size` bytes by the caller's word; aligned, as the first is and sizes are multiples of the alignment.
        let said = unsafe { *at.cast::<u32>() };
        if said != self.size || (said != size::<T>() && !self.is_known(at)) {
            return Err(Status::Size);
        }
        // SAFETY: aligned, not null, at least as long as a `T`, and whatever its bits are, they are a value.
        Ok(unsafe { &*at })
    }

    /// Whether there is nothing in it, of a later header's, that this library does not know.
    #[cold]
    fn is_known(&self, at: *const T) -> bool {
        let (known, size) = (size_of::<T>(), self.size as usize);
        // SAFETY: `size` bytes are there by the caller's word, and `size` is not less than `known`.
        let rest = unsafe { slice::from_raw_parts(at.cast::<u8>().add(known), size - known) };
        rest.iter().all(|byte| *byte == 0)
    }
}

impl<T: Plain> Out<'_, T> {
    pub(super) fn is_null(self) -> bool {
        self.0.is_null()
    }
}

impl<'c, T: Plain> Out<'c, T> {
    /// So many that are there and may be changed.
    #[inline]
    pub(super) fn array(self, count: usize) -> Result<&'c mut [T], Status> {
        check_array(self.0.cast_const(), count, size_of::<T>())?;
        if count == 0 {
            return Ok(&mut []);
        }
        // SAFETY: aligned, not null, no longer than anything may be, and by the caller's word so many, of values, and nobody else's as long as the call lasts.
        Ok(unsafe { slice::from_raw_parts_mut(self.0, count) })
    }
}

impl<'c, T: Sized32> Out<'c, T> {
    /// So many of them, one after the other, all of the size of the first.
    #[inline]
    pub(super) fn elements(self, count: usize) -> Result<ElementsMut<'c, T>, Status> {
        let elements = In(self.0.cast_const(), PhantomData).elements(count)?;
        for index in 0..count {
            // Not what is beyond: it is for a later library to write.
            // SAFETY: there are `count` of `size` bytes by the caller's word, each aligned as the first is.
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
pub(super) struct ElementsMut<'c, T> {
    first: *mut T,
    size: u32,
    count: usize,
    call: PhantomData<&'c T>,
}

impl<'c, T: Sized32> ElementsMut<'c, T> {
    /// The struct of this index.
    #[inline]
    pub(super) fn get<'e>(&'e mut self, index: usize) -> Result<&'e mut T, Status>
    where
        'c: 'e,
    {
        if index >= self.count {
            return Err(Status::Length);
        }
        // SAFETY: there are `count` of `size` bytes by the caller's word, each aligned, at least as long as a `T`, and read by nobody else;
        // the borrow of `self` sees to it that there is one reference at a time.
        Ok(unsafe { &mut *self.first.byte_add(index * self.size as usize) })
    }
}

impl<'c> Text<'c> {
    /// A text that is there for good.
    pub(super) fn of(text: &'static str) -> Self {
        Self {
            data: In(text.as_ptr(), PhantomData),
            length: text.len(),
        }
    }

    /// The text.
    pub(super) fn get(self) -> Result<&'c str, Status> {
        str::from_utf8(self.data.array(self.length)?).map_err(|_| Status::Utf8)
    }
}

/// So many bytes that are only read; none where that cannot be.
#[inline]
pub(super) fn bytes(data: In<'_, u8>, length: usize) -> Option<&[u8]> {
    data.array(length).ok()
}

/// So many bytes that may be changed; none where that cannot be.
#[inline]
pub(super) fn bytes_mut(data: Out<'_, u8>, length: usize) -> Option<&mut [u8]> {
    data.array(length).ok()
}

/// The addresses of so many bytes.
pub(super) fn span(data: *const u8, length: usize) -> Range<usize> {
    data.addr()..data.addr().saturating_add(length)
}

impl<T> In<'_, T> {
    pub(super) const NULL: Self = Self(core::ptr::null(), PhantomData);

    /// Where something is that the caller is to read, and nobody here.
    pub(super) fn shown(there: &[T]) -> Self {
        Self(there.as_ptr(), PhantomData)
    }

    pub(super) fn address(self) -> *const T {
        self.0
    }
}

impl<'c, T> Out<'c, T> {
    pub(super) fn address(self) -> *mut T {
        self.0
    }

    pub(super) fn read_only(self) -> In<'c, T> {
        In(self.0.cast_const(), PhantomData)
    }
}

/// What a struct says is its size.
#[expect(clippy::cast_possible_truncation, reason = "some hundred bytes")]
pub(super) const fn size<T>() -> u32 {
    size_of::<T>() as u32
}

/// A value of which all bytes are 0.
pub(super) fn zeroed<T: Plain>() -> T {
    // SAFETY: every pattern of bits is a value of a plain type.
    unsafe { MaybeUninit::zeroed().assume_init() }
}
