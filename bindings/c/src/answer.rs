//! Where answers go. All of a call's are closed before anything else is looked at, so that none of an earlier call outlives an error.
//!
//! What is closed is zeros: no handle, no number, no truth, no tag, no text. A list and a buffer say that they are empty,
//! and are zeros after an error.

use super::{
    boundary::status,
    memory::{Out, Plain, Room, Sized32, zeroed},
    status::Status,
};

/// Out parameters: none, one or several.
pub(super) trait Outs: Copy {
    /// Where the answers are written.
    type Rooms;

    /// Closes all of them that can be written to, and says whether all can that must.
    fn open(self) -> Result<Self::Rooms, Status>;

    /// After an error: what was left as it was because it is long is closed, too.
    fn abandon(self) {}
}

/// A call with out parameters.
pub(super) fn answer<O: Outs>(outs: O, call: impl FnOnce(O::Rooms) -> Result<(), Status>) -> i32 {
    let done = status(|| call(outs.open()?));
    if done < 0 {
        outs.abandon();
    }
    done
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
pub(super) struct Optional<'c, T>(pub(super) Out<'c, T>);

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

/// One value of a call that takes effect even if its answer has no room; the missing room is reported last.
#[derive(Clone, Copy)]
pub(super) struct Late<'c, T>(pub(super) Out<'c, T>);

impl<'c, T: Plain> Outs for Late<'c, T> {
    type Rooms = Result<Room<'c, T>, Status>;

    fn open(self) -> Result<Self::Rooms, Status> {
        Ok(Optional(self.0).open())
    }
}

/// So many values.
#[derive(Clone, Copy)]
pub(super) struct Array<'c, T>(pub(super) Out<'c, T>, pub(super) usize);

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
pub(super) struct Struct<'c, T>(pub(super) Out<'c, T>);

impl<'c, T: Sized32> Outs for Struct<'c, T> {
    type Rooms = &'c mut T;

    fn open(self) -> Result<&'c mut T, Status> {
        self.0.open_sized()
    }
}

/// Where an array of unknown length goes, or a text; for how many there is room; and where it is said how many there are.
pub(super) type Buffer<'c, T> = (Out<'c, T>, usize, Out<'c, usize>);

/// Room for an array of unknown length, and where it is said how long that is.
pub(super) struct List<'c, T> {
    pub(super) room: Room<'c, T>,
    pub(super) length: Room<'c, usize>,
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
    pub(super) fn put(self, all: &[T]) -> Result<(), Status> {
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
pub(super) struct Each<O>(pub(super) O);

several!(A: a, B: b);
several!(A: a, B: b, C: c);

#[cfg(test)]
mod tests {
    use super::*;
    use core::marker::PhantomData;

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
