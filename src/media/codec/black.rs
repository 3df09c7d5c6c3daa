//! Black pictures of a stream's own size, each an access unit or frame of its own.

use alloc::{boxed::Box, vec};

use super::{Codec, Sequence, Size, av1, blocks, h264, hevc, vp8, vp9};

/// What stands in for the pictures of a stream: first one that is black and starts afresh, then others that repeat it, or of HEVC and AV1 the same.
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
            Codec::Vp9 | Codec::Av1 => blocks::room_for(Size::MOST_MACROBLOCKS),
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
        if number == 0 || matches!(self.codec, Codec::Hevc | Codec::Av1) {
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
            Codec::Av1 => (av1::write_black(size, &mut self.room)?, 0),
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

#[cfg(test)]
mod tests {
    use super::*;

    const CODECS: [Codec; 5] = [Codec::H264, Codec::Hevc, Codec::Vp8, Codec::Vp9, Codec::Av1];

    fn sizes() -> impl Iterator<Item = Size> {
        let sides = [1, 16, 33, 65, 151, 1080, 1152, 2304, 4081, 4096, 8192];
        let all = sides
            .into_iter()
            .flat_map(move |width| sides.map(|height| (width, height)));
        all.filter_map(|(width, height)| Size::new(width, height))
    }

    #[test]
    fn there_is_room_for_pictures_of_every_size() {
        for codec in CODECS {
            let mut black = Black::new(codec);
            for size in sizes() {
                black.go_on_as(Sequence::Of(size));
                let has_large_blocks = size.width.min(size.height) > 32 && size.width <= 4096;
                let is_of_large_blocks = matches!(codec, Codec::Vp9 | Codec::Av1);
                let is_one_tile = size.width.div_ceil(64) * size.height.div_ceil(64) <= 2304;
                let first = black.next().map(<[u8]>::to_vec);
                assert_eq!(
                    first.is_some(),
                    (has_large_blocks || !is_of_large_blocks)
                        && (is_one_tile || codec != Codec::Av1),
                    "{codec:?} {size:?}"
                );
                let Some(first) = first else { continue };
                for _ in 0..2 {
                    let header = codec.read(black.next().unwrap()).unwrap();
                    assert_ne!(header.position, crate::media::codec::Position::Alone);
                }
                // It reads as what it was written as.
                let header = codec.read(&first).unwrap();
                let expected = (crate::media::codec::Position::Start, Sequence::Of(size));
                // These know even sizes only.
                let is_odd = size.width % 2 + size.height % 2 > 0;
                if !(is_odd && matches!(codec, Codec::H264 | Codec::Hevc)) {
                    assert_eq!((header.position, header.sequence), expected, "{codec:?}");
                }
            }
        }
        assert!(sizes().count() > 80);
        assert_eq!(Size::new(4097, 2304), None);
        assert_eq!(Size::new(8193, 16), None);
    }

    #[test]
    fn control_without_room_there_is_none() {
        type Writer = fn(Size, &mut [u8]) -> Option<usize>;
        let size = Size::new(320, 240).unwrap();
        let writers: [Writer; 5] = [
            h264::write_black,
            hevc::write_black,
            vp8::write_black,
            vp9::write_black,
            av1::write_black,
        ];
        for write in writers {
            let length = write(size, &mut [0; 4096]).unwrap();
            for room in [0, 1, 10, length / 2, length - 1] {
                assert_eq!(write(size, &mut vec![0; room]), None);
            }
        }
    }
}
