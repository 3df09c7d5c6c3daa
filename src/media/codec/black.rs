//! Black frames of a stream's own size.

use alloc::{boxed::Box, vec};

use super::{
    av1, blocks,
    header::{Codec, Depth, Sequence, Size},
    vp8, vp9,
};

/// Writes the black frames that replace a stream's withheld ones: a keyframe, then frames that repeat it. In AV1 all are the same keyframe.
pub(super) struct Black {
    codec: Codec,
    /// The same as before, as long as there was none.
    sequence: Sequence,
    pictures: Pictures,
    buffer: Box<[u8]>,
    written: Option<Written>,
    /// The number of black frames since the black keyframe; `None` if the stream's own frames came after it.
    since_keyframe: Option<u32>,
}

/// What the frames of a stream say of its pictures.
enum Pictures {
    Vp9(vp9::Pictures),
    Av1(av1::Pictures),
    /// Their headers say it.
    Other,
}

/// The frames in the buffer.
#[derive(Clone, Copy)]
struct Written {
    sequence: Sequence,
    /// The length of the keyframe, and of the frame behind it that repeats it.
    keyframe: usize,
    repeated: usize,
}

impl Black {
    pub(super) fn new(codec: Codec) -> Self {
        let length = match codec {
            Codec::Vp8 => vp8::room_for(Size::MOST_MACROBLOCKS),
            Codec::Vp9 | Codec::Av1 => blocks::room_for(Size::MOST_MACROBLOCKS),
            _ => 0,
        };
        Self {
            codec,
            sequence: Sequence::Same,
            pictures: match codec {
                Codec::Vp9 => Pictures::Vp9(vp9::Pictures::default()),
                Codec::Av1 => Pictures::Av1(av1::Pictures::default()),
                _ => Pictures::Other,
            },
            buffer: vec![0; length].into(),
            written: None,
            since_keyframe: None,
        }
    }

    /// Reads what a frame says of the pictures from now on, beyond its header.
    pub(super) fn learn(&mut self, frame: &[u8], header: Sequence) {
        let sequence = match &mut self.pictures {
            _ if header != Sequence::Within => header,
            Pictures::Vp9(pictures) => pictures.read(frame),
            Pictures::Av1(pictures) => pictures.read(frame),
            Pictures::Other => Sequence::Other,
        };
        self.set_sequence(sequence);
    }

    /// Sets the sequence of the stream's frames from now on.
    fn set_sequence(&mut self, sequence: Sequence) {
        if sequence != Sequence::Same {
            self.sequence = sequence;
        }
    }

    /// Returns whether there are black frames of the stream's sequence; `None` before its first.
    pub(super) fn is_possible(&self) -> Option<bool> {
        match self.sequence {
            Sequence::Same => None,
            Sequence::Other | Sequence::Within => Some(false),
            Sequence::Of(size) | Sequence::Deep(size) => Some(match self.codec {
                Codec::Vp8 => true,
                Codec::Vp9 => blocks::can_divide(size),
                Codec::Av1 => av1::can_write_black(size),
                _ => false,
            }),
        }
    }

    /// Notes that a frame of the stream itself was released.
    pub(super) fn interrupt(&mut self) {
        self.since_keyframe = None;
    }

    /// Returns the next black frame, or `None` if the stream's sequence has none.
    pub(super) fn next(&mut self) -> Option<&[u8]> {
        let (size, depth) = match self.sequence {
            Sequence::Of(size) => (size, Depth::Eight),
            Sequence::Deep(size) => (size, Depth::Ten),
            _ => return None,
        };
        let keyframe = match self.written {
            Some(written) if written.sequence == self.sequence => written.keyframe,
            _ => self.write(size, depth)?,
        };
        let number = self
            .since_keyframe
            .map_or(0, |before| before.wrapping_add(1));
        self.since_keyframe = Some(number);
        if number == 0 || self.codec == Codec::Av1 {
            return self.buffer.get(..keyframe);
        }
        let (_, rest) = self.buffer.split_at_mut_checked(keyframe)?;
        rest.get(..self.written?.repeated)
    }

    /// Writes the keyframe and the frame that repeats it. Returns the keyframe's length.
    fn write(&mut self, size: Size, depth: Depth) -> Option<usize> {
        self.since_keyframe = None;
        self.written = None;
        let (keyframe, repeated) = match self.codec {
            Codec::Av1 => (av1::write_black(size, depth, &mut self.buffer)?, 0),
            Codec::Vp8 => {
                let keyframe = vp8::write_black(size, &mut self.buffer)?;
                let (_, rest) = self.buffer.split_at_mut_checked(keyframe)?;
                (keyframe, vp8::write_repeated(size, rest)?)
            }
            Codec::Vp9 => {
                let keyframe = vp9::write_black(size, depth, &mut self.buffer)?;
                let repeated = vp9::repeated(depth);
                let (_, rest) = self.buffer.split_at_mut_checked(keyframe)?;
                rest.get_mut(..repeated.len())?.copy_from_slice(&repeated);
                (keyframe, repeated.len())
            }
            _ => return None,
        };
        self.written = Some(Written {
            sequence: self.sequence,
            keyframe,
            repeated,
        });
        Some(keyframe)
    }
}

#[cfg(test)]
mod tests {
    use std::{format, string::String};

    use sha2::{Digest, Sha256};

    use super::*;
    use crate::media::codec::{Dependency, header::Header};

    const CODECS: [Codec; 3] = [Codec::Vp8, Codec::Vp9, Codec::Av1];

    fn read(codec: Codec, frame: &[u8]) -> Option<Header> {
        match codec {
            Codec::Vp8 => vp8::read(frame),
            Codec::Vp9 => vp9::read(frame),
            _ => av1::read(frame),
        }
    }

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
            assert_eq!((black.is_possible(), black.next()), (None, None));
            black.set_sequence(Sequence::Other);
            assert_eq!((black.is_possible(), black.next()), (Some(false), None));
            for size in sizes() {
                black.set_sequence(Sequence::Of(size));
                let has_large_blocks = size.width.min(size.height) > 32 && size.width <= 4096;
                let is_of_large_blocks = matches!(codec, Codec::Vp9 | Codec::Av1);
                let is_one_tile = size.width.div_ceil(64) * size.height.div_ceil(64) <= 2304;
                let is_possible = black.is_possible();
                let first = black.next().map(<[u8]>::to_vec);
                assert_eq!(is_possible, Some(first.is_some()), "{codec:?} {size:?}");
                assert_eq!(
                    first.is_some(),
                    (has_large_blocks || !is_of_large_blocks)
                        && (is_one_tile || codec != Codec::Av1),
                    "{codec:?} {size:?}"
                );
                let Some(first) = first else { continue };
                for _ in 0..2 {
                    let header = read(codec, black.next().unwrap()).unwrap();
                    assert_ne!(header.dependency, Dependency::Independent);
                }
                // It reads as a keyframe of its size.
                let header = read(codec, &first).unwrap();
                let expected = (Dependency::Idr, Sequence::Of(size));
                let mut reader = Black::new(codec);
                reader.learn(&first, header.sequence);
                assert_eq!((header.dependency, reader.sequence), expected, "{codec:?}");
            }
        }
        assert!(sizes().count() > 80);
        assert_eq!(Size::new(4097, 2304), None);
        assert_eq!(Size::new(8193, 16), None);
    }

    #[test]
    fn those_of_ten_bits_read_as_such() {
        for codec in [Codec::Vp9, Codec::Av1] {
            let mut black = Black::new(codec);
            let mut written = vec![];
            for sequence in [Sequence::Of, Sequence::Deep] {
                let sequence = sequence(Size::new(320, 240).unwrap());
                black.set_sequence(sequence);
                assert_eq!(black.is_possible(), Some(true));
                // The keyframe, as the sequence is another, and what repeats it.
                for dependency in [Dependency::Idr, Dependency::Delta] {
                    let frame = black.next().unwrap().to_vec();
                    let header = read(codec, &frame).unwrap();
                    let is_new = dependency == Dependency::Idr || codec == Codec::Av1;
                    assert_eq!(header.dependency == Dependency::Idr, is_new, "{codec:?}");
                    let mut reader = Black::new(codec);
                    reader.learn(&frame, header.sequence);
                    let expected = if is_new { sequence } else { Sequence::Same };
                    assert_eq!(reader.sequence, expected, "{codec:?}");
                    written.push(frame);
                }
            }
            // Control: they are not the same bytes.
            assert_ne!(written[..2], written[2..]);
        }
    }

    /// The keyframe and the two frames after it, of every size that has them.
    #[test]
    fn their_bytes_stay_the_same() {
        let digest = |codec| {
            let mut black = Black::new(codec);
            let mut all = vec![];
            for size in sizes() {
                black.set_sequence(Sequence::Of(size));
                for _ in 0..3 {
                    let bytes = black.next().unwrap_or_default();
                    all.extend(bytes.len().to_be_bytes());
                    all.extend(bytes);
                }
            }
            let digest = Sha256::digest(&all);
            let hex = |hex, byte: &u8| format!("{hex}{byte:02x}");
            digest.iter().fold(String::new(), hex)
        };
        let expected = [
            "021559d4f6bb5ed513cf761cd6f2524b0493109ca5b68da21069049c8a3cb9d0",
            "e888fae33df06ffe8d0c599ecbaabc746021e4961cef568e33ed34a78b3db909",
            "7fece8c0aa97982f899848187b2b050f1505d0eeecba686650cbdb8ad2db9c99",
        ];
        assert_eq!(CODECS.map(digest), expected);
    }

    #[test]
    fn control_without_room_there_is_none() {
        type Writer = fn(Size, &mut [u8]) -> Option<usize>;
        let size = Size::new(320, 240).unwrap();
        let writers: [Writer; 3] = [
            vp8::write_black,
            |size, buffer| vp9::write_black(size, Depth::Eight, buffer),
            |size, buffer| av1::write_black(size, Depth::Ten, buffer),
        ];
        for write in writers {
            let length = write(size, &mut [0; 4096]).unwrap();
            for room in [0, 1, 10, length / 2, length - 1] {
                assert_eq!(write(size, &mut vec![0; room]), None);
            }
        }
    }
}
