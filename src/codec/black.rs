//! Black pictures of a stream's own size, each an access unit or frame of its own.

use alloc::{boxed::Box, vec};

use super::{Codec, Sequence, Size, h264, hevc, vp8, vp9};

/// What stands in for the pictures of a stream: first one that is black and starts afresh, then others that repeat it, or of HEVC the same.
pub(super) struct Black {
    codec: Codec,
    sequence: Sequence,
    room: Box<[u8]>,
    /// What is written in the room.
    written: Option<Written>,
    /// How many came since the first; none if something else did.
    since_first: Option<u32>,
}

#[derive(Clone, Copy)]
struct Written {
    size: Size,
    first: usize,
    repeated: usize,
}

impl Black {
    pub(super) fn new(codec: Codec) -> Self {
        let room = match codec {
            Codec::H264 => h264::room_for(Size::MOST_MACROBLOCKS),
            Codec::Hevc => hevc::room_for(Size::MOST_MACROBLOCKS),
            Codec::Vp8 => vp8::room_for(Size::MOST_MACROBLOCKS),
            Codec::Vp9 => vp9::room_for(Size::MOST_MACROBLOCKS),
            _ => 0,
        };
        Self {
            codec,
            sequence: Sequence::Other,
            room: vec![0; room].into(),
            written: None,
            since_first: None,
        }
    }

    /// What the stream's frames are from now on.
    pub(super) fn go_on_as(&mut self, sequence: Sequence) {
        if sequence != Sequence::Same {
            self.sequence = sequence;
        }
    }

    /// A frame of the stream itself was handed on.
    pub(super) fn interrupt(&mut self) {
        self.since_first = None;
    }

    /// The next one, if there is one of the stream's size.
    pub(super) fn next(&mut self) -> Option<&[u8]> {
        let Sequence::Of(size) = self.sequence else {
            return None;
        };
        let first = match self.written {
            Some(written) if written.size == size => written.first,
            _ => self.write(size)?,
        };
        let number = self.since_first.map_or(0, |before| before.wrapping_add(1));
        self.since_first = Some(number);
        if number == 0 || self.codec == Codec::Hevc {
            return self.room.get(..first);
        }
        let (_, rest) = self.room.split_at_mut_checked(first)?;
        match self.codec {
            Codec::H264 => {
                let length = h264::write_repeated(size, number, rest)?;
                rest.get(..length)
            }
            _ => rest.get(..self.written?.repeated),
        }
    }

    /// Writes what does not change from one to the next; gives the length of the first.
    fn write(&mut self, size: Size) -> Option<usize> {
        self.since_first = None;
        self.written = None;
        let (first, repeated) = match self.codec {
            Codec::H264 => (h264::write_black(size, &mut self.room)?, 0),
            Codec::Hevc => (hevc::write_black(size, &mut self.room)?, 0),
            Codec::Vp8 => {
                let first = vp8::write_black(size, &mut self.room)?;
                let (_, rest) = self.room.split_at_mut_checked(first)?;
                (first, vp8::write_repeated(size, rest)?)
            }
            Codec::Vp9 => {
                let first = vp9::write_black(size, &mut self.room)?;
                let repeated = vp9::REPEATED;
                let (_, rest) = self.room.split_at_mut_checked(first)?;
                rest.get_mut(..repeated.len())?.copy_from_slice(&repeated);
                (first, repeated.len())
            }
            _ => return None,
        };
        self.written = Some(Written {
            size,
            first,
            repeated,
        });
        Some(first)
    }
}
