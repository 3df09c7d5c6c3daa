//! Types that C lays out as Rust does, and of which every pattern of bits is a value.

use core::{marker::PhantomData, mem::MaybeUninit};

/// A type that has the same layout in C, and of which every pattern of bits is a value.
///
/// # Safety
///
/// It is `repr(C)` or a number, and consists of such types, addresses and callbacks that may be null; padding aside.
pub(crate) unsafe trait Plain: Copy {}

/// A struct that begins with its size, a `u32`.
///
/// # Safety
///
/// The `u32` is its first member.
pub(crate) unsafe trait Sized32: Plain {}

/// Declares [`Plain`] types: all of the members of each are such.
macro_rules! plain {
    ($($type:ty),*) => {
        // SAFETY: all of its members are plain.
        $(unsafe impl $crate::memory::plain::Plain for $type {})*
    };
}

/// Declares structs that begin with their size; what else they consist of is plain.
macro_rules! sized {
    ($($type:ty),*) => {
        $crate::memory::plain::plain!($($type),*);
        $(
            const _: () = assert!(core::mem::offset_of!($type, size) == 0);
            // SAFETY: its first member is its size, as is asserted above.
            unsafe impl $crate::memory::plain::Sized32 for $type {}
        )*
    };
}

pub(crate) use {plain, sized};

plain!(u8, u16, u32, u64, i64, usize, [u16; 3], [u8; 32]);

/// A `bool` of C, which is 0 or 1.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct Truth(u8);

plain!(Truth);

impl From<bool> for Truth {
    fn from(truth: bool) -> Self {
        Self(truth.into())
    }
}

/// A handle of a `T`, as C passes it.
#[repr(C)]
pub(crate) struct Handle<T> {
    pub(crate) number: u64,
    of: PhantomData<fn() -> T>,
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle<T> {}

// SAFETY: a number.
unsafe impl<T> Plain for Handle<T> {}

impl<T> Handle<T> {
    pub(crate) const fn new(number: u64) -> Self {
        Self {
            number,
            of: PhantomData,
        }
    }
}

/// The size of a struct, as its first member states it.
#[expect(clippy::cast_possible_truncation, reason = "some hundred bytes")]
pub(crate) const fn size<T>() -> u32 {
    size_of::<T>() as u32
}

/// A value of which all bytes are 0.
pub(crate) fn zeroed<T: Plain>() -> T {
    // SAFETY: every pattern of bits is a value of a plain type.
    unsafe { MaybeUninit::zeroed().assume_init() }
}
