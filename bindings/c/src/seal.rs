//! Seals: the keys of a meeting and of its streams.

use alloc::{boxed::Box, vec::Vec};

use super::{
    answer::{Array, answer},
    archived::{
        ArchivedIn, CarriedInOut, PayloadDigestOut, People, SealOut, SubjectIn, Unnamed,
        for_each_batch, possible,
    },
    format,
    handle::{HotObjects, Objects},
    memory::{Handle, In, Out, Truth, bytes, plain},
    status::Status,
    tag::TagOut,
    words::InstanceInOut,
};
use framegate::{
    archive::{Carried, MeetingKey, Seal, StreamKey},
    binding::{SealEach, withheld_tag},
};

pub(super) static MEETING_KEYS: Objects<MeetingKey> = Objects::new(6);
/// Boxed, so that a key stays in one place until it is zeroed.
pub(super) static STREAM_KEYS: HotObjects<Box<StreamKey>, 7> = HotObjects::new();

/// A part of a payload.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct PieceIn<'c> {
    pub(super) data: In<'c, u8>,
    pub(super) length: usize,
}

plain!(PieceIn<'_>);

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
    answer(Array(seals, possible(count)), |room| {
        let key = MEETING_KEYS.get(key)?;
        let mut made = Vec::new();
        for_each_batch(frames, count, Unnamed::Refused, |first, frames| {
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
    key: Out<'_, Handle<Box<StreamKey>>>,
) -> i32 {
    answer(key, |room| {
        let key = MEETING_KEYS.get(meeting)?.stream(withheld_tag(stream));
        room.put(STREAM_KEYS.insert(Box::new(key))?);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_stream_key_close(key: Handle<Box<StreamKey>>) -> i32 {
    answer((), |()| STREAM_KEYS.remove(key).map(drop))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_stream_key_digest<'c>(
    key: Handle<Box<StreamKey>>,
    format: u32,
    pieces: In<'c, PieceIn<'c>>,
    piece_count: usize,
    digest: Out<'_, PayloadDigestOut>,
) -> i32 {
    answer(digest, |room| {
        let key = STREAM_KEYS.get(key)?;
        let mut payload = payload(pieces, piece_count)?;
        let made = match (format::canonical(format)?, piece_count) {
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
    key: Handle<Box<StreamKey>>,
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
    key: Handle<Box<StreamKey>>,
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
