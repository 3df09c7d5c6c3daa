//! Where answers go. All of a call's are closed before anything else is looked at, so that none of an earlier call outlives an error.
//!
//! What is closed is zeros: no handle, no number, no truth, no tag, no text. A list and a buffer say that they are empty,
//! and are zeros after an error.

use core::{marker::PhantomData, mem::MaybeUninit, slice};

use super::{LARGEST, Out, Plain, Sized32, check, check_array, size_at, zeroed};
use crate::{boundary::status, status::Status};

/// Out parameters: none, one or several.
pub(crate) trait Outs: Copy {
    /// Where the answers are written.
    type Rooms;

    /// Closes all of them that can be written to, and says whether all can that must.
    fn open(self) -> Result<Self::Rooms, Status>;

    /// After an error: what was left as it was because it is long is closed, too.
    fn abandon(self) {}
}

/// A call with out parameters.
pub(crate) fn answer<O: Outs>(outs: O, call: impl FnOnce(O::Rooms) -> Result<(), Status>) -> i32 {
    let done = status(|| call(outs.open()?));
    if done < 0 {
        outs.abandon();
    }
    done
}

/// Room that was checked.
pub(crate) struct Room<'c, T> {
    first: *mut T,
    count: usize,
    call: PhantomData<&'c T>,
}

impl<T: Plain> Room<'_, T> {
    /// Writes the first of it, if there is room for one.
    #[inline]
    pub(crate) fn put(&self, value: impl Into<T>) {
        self.put_at(0, value);
    }

    /// Writes the one of this index.
    #[inline]
    pub(crate) fn put_at(&self, index: usize, value: impl Into<T>) {
        if index < self.count {
            // SAFETY: aligned, not null, and by the caller's word there is room for `count` of them.
            unsafe { self.first.add(index).write(value.into()) }
        }
    }

    /// All of it, which may not have been written yet.
    #[inline]
    pub(crate) fn slots(&mut self) -> &mut [MaybeUninit<T>] {
        if self.count == 0 {
            return &mut [];
        }
        // SAFETY: aligned, not null, by the caller's word room for so many, and nobody else's as long as the call lasts.
        unsafe { slice::from_raw_parts_mut(self.first.cast(), self.count) }
    }

    /// Whether there is room for one at least.
    pub(crate) fn is_wanted(&self) -> bool {
        self.count > 0
    }

    fn close(&self) {
        for index in 0..self.count {
            self.put_at(index, zeroed::<T>());
        }
    }
}

impl<'c, T: Plain> Out<'c, T> {
    /// Room for so many. Of none the address is not looked at.
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

/// One value, which must have room.
impl<'c, T: Plain> Outs for Out<'c, T> {
    type Rooms = Room<'c, T>;

    #[inline]
    fn open(self) -> Result<Room<'c, T>, Status> {
        let room = self.rooms(1)?;
        room.put(zeroed::<T>());
        Ok(room)
    }
}

/// One value, for which there may be no room.
#[derive(Clone, Copy)]
pub(crate) struct Optional<'c, T>(pub(crate) Out<'c, T>);

impl<'c, T: Plain> Outs for Optional<'c, T> {
    type Rooms = Room<'c, T>;

    #[inline]
    fn open(self) -> Result<Room<'c, T>, Status> {
        if self.0.is_null() {
            self.0.rooms(0)
        } else {
            self.0.open()
        }
    }
}

/// One value of a call that does what it is for even where its answer has no room. That is told last.
#[derive(Clone, Copy)]
pub(crate) struct Late<'c, T>(pub(crate) Out<'c, T>);

impl<'c, T: Plain> Outs for Late<'c, T> {
    type Rooms = Result<Room<'c, T>, Status>;

    fn open(self) -> Result<Self::Rooms, Status> {
        Ok(Optional(self.0).open())
    }
}

/// So many values.
#[derive(Clone, Copy)]
pub(crate) struct Array<'c, T>(pub(crate) Out<'c, T>, pub(crate) usize);

impl<'c, T: Plain> Outs for Array<'c, T> {
    type Rooms = Room<'c, T>;

    fn open(self) -> Result<Room<'c, T>, Status> {
        let room = self.0.rooms(self.1)?;
        room.close();
        Ok(room)
    }

    fn abandon(self) {
        if let Ok(room) = self.0.rooms(self.1) {
            room.close();
        }
    }
}

/// A struct that begins with its size, which the caller has set.
#[derive(Clone, Copy)]
pub(crate) struct Struct<'c, T>(pub(crate) Out<'c, T>);

impl<'c, T: Sized32> Outs for Struct<'c, T> {
    type Rooms = &'c mut T;

    fn open(self) -> Result<&'c mut T, Status> {
        check(self.0.0)?;
        // SAFETY: aligned, not null, and begins with its size.
        let said = unsafe { *self.0.0.cast::<u32>() };
        // SAFETY: by the caller's word so many bytes are there.
        unsafe { close_rest(self.0.0.cast(), said, size_of::<T>()) };
        size_at(self.0.0.cast_const())?;
        // SAFETY: aligned, not null, at least as long as a `T` and its bits are a value; nobody else's as long as the call lasts.
        Ok(unsafe { &mut *self.0.0 })
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
        // SAFETY: so many bytes are there by the caller's word.
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
            // SAFETY: there are `count` of them by the caller's word, at least so far apart, each aligned as the first is.
            let at = unsafe { self.0.byte_add(index * apart) };
            // SAFETY: so many bytes are there, whatever they are.
            let said = unsafe { *at.cast::<u32>() };
            let known = size_of::<T>();
            match is_one(said) {
                Some(true) => {}
                Some(false) => continue,
                None => break,
            }
            if said as usize >= known && said <= LARGEST {
                // SAFETY: aligned, as long as a `T` at least, and whatever its bits are, they are a value; nobody else's as long as the call lasts.
                close(unsafe { &mut *at });
            } else {
                // SAFETY: as many bytes are there as it says.
                unsafe { close_rest(at.cast(), said, known) };
            }
        }
    }
}

/// Where an array of unknown length goes, or a text; for how many there is room; and where it is said how many there are.
pub(crate) type Buffer<'c, T> = (Out<'c, T>, usize, Out<'c, usize>);

/// Room for an array of unknown length, and where it is said how long that is.
pub(crate) struct List<'c, T> {
    pub(crate) room: Room<'c, T>,
    pub(crate) length: Room<'c, usize>,
}

/// The length is 0 at first. What the buffer has is left there until it is known that there is an error.
impl<'c, T: Plain> Outs for Buffer<'c, T> {
    type Rooms = List<'c, T>;

    fn open(self) -> Result<List<'c, T>, Status> {
        let (first, capacity, length) = self;
        let length = Optional(length).open();
        Ok(List {
            room: first.rooms(capacity)?,
            length: length?,
        })
    }

    fn abandon(self) {
        Array(self.0, self.1).abandon();
    }
}

impl<T: Plain> List<'_, T> {
    /// Writes all, or nothing but how many there are.
    pub(crate) fn put(self, all: &[T]) -> Result<(), Status> {
        self.length.put(all.len());
        if all.len() > self.room.count {
            return Err(Status::ShortBuffer);
        }
        for (index, one) in all.iter().enumerate() {
            self.room.put_at(index, *one);
        }
        Ok(())
    }
}

impl Outs for () {
    type Rooms = ();

    fn open(self) -> Result<(), Status> {
        Ok(())
    }
}

macro_rules! several {
    ($($out:ident: $name:ident),*) => {
        impl<$($out: Outs),*> Outs for ($(Each<$out>,)*) {
            type Rooms = ($($out::Rooms,)*);

            #[inline]
            fn open(self) -> Result<Self::Rooms, Status> {
                let ($(Each($name),)*) = self;
                // Each is closed before the first that is wrong ends it.
                let ($($name,)*) = ($($name.open(),)*);
                Ok(($($name?,)*))
            }

            fn abandon(self) {
                let ($(Each($name),)*) = self;
                $($name.abandon();)*
            }
        }
    };
}

/// One of several out parameters.
#[derive(Clone, Copy)]
pub(crate) struct Each<O>(pub(crate) O);

several!(A: a, B: b);
several!(A: a, B: b, C: c);

#[cfg(test)]
mod tests {
    use super::*;

    fn at<T>(value: &mut T) -> Out<'_, T> {
        Out(value, PhantomData)
    }

    #[test]
    fn all_are_closed_before_the_first_error() {
        let (mut number, mut line, mut length, mut text) = (7_u64, 8_u64, 9_usize, [b'x'; 4]);
        let nowhere = Out(core::ptr::null_mut::<u64>(), PhantomData);
        let text_at = Out(text.as_mut_ptr(), PhantomData);
        let buffer: Buffer<'_, u8> = (text_at, 3, at(&mut length));
        let outs = (Each(nowhere), Each(Optional(at(&mut line))), Each(buffer));
        assert_eq!(answer(outs, |_| Ok(())), Status::Null as i32);
        assert_eq!((line, length, text), (0, 0, *b"\0\0\0x"));
        assert_eq!(answer(at(&mut number), |_| Err(Status::Full)), -53);
        assert_eq!(number, 0);
        let done = answer(at(&mut number), |room| {
            room.put(3_u64);
            Ok(())
        });
        assert_eq!((done, number), (0, 3));
    }

    #[test]
    fn what_is_done_in_any_case_is_told_last() {
        let mut number = 7_u64;
        let odd = Out(at(&mut number).0.wrapping_byte_add(1), PhantomData);
        let mut done = false;
        let told = answer(Late(odd), |room| {
            done = true;
            room.map(|room| room.put(1_u64))
        });
        assert_eq!((told, done, number), (Status::Misaligned as i32, true, 7));
    }
}
