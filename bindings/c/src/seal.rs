//! Seals: the keys of a meeting and of its streams, and who is in a sealed frame.

use alloc::{boxed::Box, vec::Vec};

use super::{
    archive::{self, ArchivedIn},
    handle::{Handle, HotObjects, Objects},
    meeting::InstanceInOut,
    memory::{Array, Elements, In, Out, Struct, Text, Truth, answer, bytes, plain, sized},
    status::Status,
    stream,
    tag::TagOut,
};
use framegate::{
    Carried, Kinds, MeetingKey, PayloadDigest, Seal, StreamKey, Subject,
    binding::{SealEach, withheld_tag},
};

pub(super) static MEETING_KEYS: Objects<MeetingKey> = Objects::new(6);
/// Where it stays until it is wiped.
type Kept = Box<StreamKey>;

pub(super) static STREAM_KEYS: HotObjects<Kept, 7> = HotObjects::new();

/// A seal as it travels.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct SealOut {
    pub(super) bytes: [u8; 16],
}

/// A keyed digest of a payload.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct PayloadDigestOut {
    pub(super) bytes: [u8; 32],
}

/// What travels with a frame: its tag, and a seal if it has one.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct CarriedInOut {
    pub(super) size: u32,
    pub(super) sealed: u32,
    pub(super) tag: TagOut,
    pub(super) seal: SealOut,
}

/// Somebody in a frame.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct SubjectIn<'c> {
    pub(super) size: u32,
    pub(super) kinds: u32,
    pub(super) id: Text<'c>,
}

/// A part of a payload.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct PieceIn<'c> {
    pub(super) data: In<'c, u8>,
    pub(super) length: usize,
}

plain!(SealOut, PayloadDigestOut, PieceIn<'_>);
sized!(CarriedInOut, SubjectIn<'_>);

impl SealOut {
    const NONE: Self = Self { bytes: [0; 16] };
}

impl PayloadDigestOut {
    pub(super) const fn get(self) -> PayloadDigest {
        PayloadDigest::from_bytes(self.bytes)
    }
}

impl From<Seal> for SealOut {
    fn from(seal: Seal) -> Self {
        Self {
            bytes: seal.to_bytes(),
        }
    }
}

impl CarriedInOut {
    pub(super) fn get(&self) -> Result<Carried, Status> {
        let seal = match self.sealed {
            0 => None,
            1 => Some(Seal::from_bytes(self.seal.bytes)),
            _ => return Err(Status::Number),
        };
        let tag = self.tag.get()?;
        Ok(Carried { tag, seal })
    }

    /// A call that tells what was read, or that there is no tag.
    pub(super) fn tell(out: Out<'_, Self>, read: impl FnOnce() -> Result<Carried, Status>) -> i32 {
        answer(Struct(out), |out| {
            let Carried { tag, seal } = read()?;
            out.tag = tag.into();
            out.sealed = seal.is_some().into();
            out.seal = seal.map_or(SealOut::NONE, SealOut::from);
            Ok(())
        })
    }
}

/// Everybody in a frame, read one by one: a media thread has no room for them all.
pub(super) struct People<'c> {
    /// None if there is nobody.
    elements: Option<Elements<'c, SubjectIn<'c>>>,
    count: usize,
}

impl<'c> People<'c> {
    /// Checked: each of them can be read, and their ids are in order.
    pub(super) fn new(first: In<'c, SubjectIn<'c>>, count: usize) -> Result<Self, Status> {
        let elements = match count {
            0 => None,
            count => Some(first.elements(count)?),
        };
        let people = Self { elements, count };
        let mut before = None;
        for index in 0..count {
            let id = people.get(index)?.id;
            if before.is_some_and(|before| before >= id) {
                return Err(Status::Order);
            }
            before = Some(id);
        }
        Ok(people)
    }

    fn get(&self, index: usize) -> Result<Subject<'c>, Status> {
        let elements = self.elements.as_ref().ok_or(Status::Length)?;
        let subject = elements.get(index)?;
        let kinds = u16::try_from(subject.kinds).map_err(|_| Status::Number)?;
        Ok(Subject {
            id: subject.id.get()?,
            kinds: Kinds::from_bits_retain(kinds),
        })
    }

    pub(super) fn iter(&self) -> impl ExactSizeIterator<Item = Subject<'c>> {
        // Somebody who was there when this was checked; else the seal is of nobody's frame.
        let nobody = Subject {
            id: "",
            kinds: Kinds::empty(),
        };
        (0..self.count).map(move |index| self.get(index).unwrap_or(nobody))
    }
}

/// The pieces of a payload, checked: each can be read.
fn payload<'c>(
    pieces: In<'c, PieceIn<'c>>,
    count: usize,
) -> Result<impl Iterator<Item = &'c [u8]>, Status> {
    let pieces = pieces.array(count)?;
    for piece in pieces {
        piece.data.array(piece.length)?;
    }
    let read = |piece: &PieceIn<'c>| bytes(piece.data, piece.length).unwrap_or_default();
    Ok(pieces.iter().map(read))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_carried_read(
    bytes: In<'_, u8>,
    length: usize,
    carried: Out<'_, CarriedInOut>,
) -> i32 {
    CarriedInOut::tell(carried, || Ok(Carried::from_bytes(bytes.array(length)?)?))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_key_open(
    secret: In<'_, [u8; 32]>,
    instance: In<'_, InstanceInOut>,
    key: Out<'_, Handle<MeetingKey>>,
) -> i32 {
    answer(key, |room| {
        let key = MeetingKey::new(secret.get()?, instance.get()?.get()?)?;
        room.put(MEETING_KEYS.insert(key)?);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_key_close(key: Handle<MeetingKey>) -> i32 {
    answer((), |()| MEETING_KEYS.remove(key).map(drop))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_key_seal_batch<'c>(
    key: Handle<MeetingKey>,
    frames: In<'c, ArchivedIn<'c>>,
    count: usize,
    seals: Out<'_, SealOut>,
) -> i32 {
    answer(Array(seals, archive::possible(count)), |room| {
        let key = MEETING_KEYS.get(key)?;
        let mut made = Vec::new();
        archive::each(frames, count, archive::Unnamed::Refused, |first, frames| {
            made.clear();
            made.resize(frames.len(), None);
            for (index, seal) in (first..).zip(key.seal_batch(frames, &mut made)) {
                room.put_at(index, seal.map_or(SealOut::NONE, SealOut::from));
            }
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_stream_key_open(
    meeting: Handle<MeetingKey>,
    stream: u16,
    key: Out<'_, Handle<Kept>>,
) -> i32 {
    answer(key, |room| {
        let key = MEETING_KEYS.get(meeting)?.stream(withheld_tag(stream));
        room.put(STREAM_KEYS.insert(Box::new(key))?);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_stream_key_close(key: Handle<Kept>) -> i32 {
    answer((), |()| STREAM_KEYS.remove(key).map(drop))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_stream_key_digest<'c>(
    key: Handle<Kept>,
    format: u32,
    pieces: In<'c, PieceIn<'c>>,
    piece_count: usize,
    digest: Out<'_, PayloadDigestOut>,
) -> i32 {
    answer(digest, |room| {
        let key = STREAM_KEYS.get(key)?;
        let mut payload = payload(pieces, piece_count)?;
        let made = match (stream::canonical(format)?, piece_count) {
            (None, _) => key.digest_pieces(payload),
            // What is canonical of them can be told of the whole alone.
            (Some(format), 1) => key.digest(format, payload.next().unwrap_or_default()),
            (Some(_), _) => return Err(Status::Length),
        };
        room.put(PayloadDigestOut {
            bytes: made.to_bytes(),
        });
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_stream_key_seal<'c>(
    key: Handle<Kept>,
    tag: TagOut,
    subjects: In<'c, SubjectIn<'c>>,
    subject_count: usize,
    digest: In<'_, PayloadDigestOut>,
    seal: Out<'_, SealOut>,
) -> i32 {
    answer(seal, |room| {
        let (key, tag) = (STREAM_KEYS.get(key)?, tag.get()?);
        let people = People::new(subjects, subject_count)?;
        let digest = digest.get()?.get();
        room.put(key.seal_each(tag, people.iter(), digest));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_stream_key_verify<'c>(
    key: Handle<Kept>,
    seal: SealOut,
    tag: TagOut,
    subjects: In<'c, SubjectIn<'c>>,
    subject_count: usize,
    digest: In<'_, PayloadDigestOut>,
    holds: Out<'_, Truth>,
) -> i32 {
    answer(holds, |room| {
        let (key, tag) = (STREAM_KEYS.get(key)?, tag.get()?);
        let people = People::new(subjects, subject_count)?;
        let made = key.seal_each(tag, people.iter(), digest.get()?.get());
        room.put(made == Seal::from_bytes(seal.bytes));
        Ok(())
    })
}
