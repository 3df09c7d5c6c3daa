//! Sealed frames as an archive has them: what travels with a frame, who is in it, and many of them at once.

use alloc::vec::Vec;

use super::{
    answer::{Struct, answer},
    memory::{Elements, In, Out, Text, plain, sized},
    status::Status,
    tag::TagOut,
    words::InstanceInOut,
};
use framegate::{
    Kinds,
    archive::{Archived, Carried, PayloadDigest, Seal, Subject, Subjects},
};

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

/// What was released of a frame.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct ArchivedIn<'c> {
    pub(super) size: u32,
    pub(super) reserved: u32,
    pub(super) instance: InstanceInOut,
    pub(super) carried: In<'c, CarriedInOut>,
    pub(super) subjects: In<'c, SubjectIn<'c>>,
    pub(super) subject_count: usize,
    pub(super) digest: In<'c, PayloadDigestOut>,
}

plain!(SealOut, PayloadDigestOut);
sized!(CarriedInOut, SubjectIn<'_>, ArchivedIn<'_>);

impl SealOut {
    pub(super) const NONE: Self = Self { bytes: [0; 16] };
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

/// What is made of a frame whose people's ids are no text, or not in order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Unnamed {
    /// It is nobody's, so never cleared.
    TreatAsUnknown,
    /// Nothing is sealed for somebody who is not in it.
    Refused,
}

/// So many at once, so that an archive of any size takes no more room than these: as many as fit the words of a bitmap.
pub(super) const AT_ONCE: usize = 1024;

/// Calls with the frames of an archive, some at a time, and the index of the first of them.
pub(super) fn for_each_batch<'c>(
    frames: In<'c, ArchivedIn<'c>>,
    count: usize,
    unnamed: Unnamed,
    mut call: impl FnMut(usize, &[Archived<'_>]) -> Result<(), Status>,
) -> Result<(), Status> {
    if count == 0 {
        return call(0, &[]);
    }
    let frames = frames.elements(count)?;
    let mut subjects = Vec::new();
    let mut ends = Vec::new();
    for first in (0..count).step_by(AT_ONCE) {
        let some = first..count.min(first + AT_ONCE);
        subjects.clear();
        ends.clear();
        for index in some.clone() {
            let frame = frames.get(index)?;
            match People::new(frame.subjects, frame.subject_count) {
                Ok(people) => subjects.extend(people.iter()),
                Err(Status::Utf8 | Status::Order | Status::Number)
                    if unnamed == Unnamed::TreatAsUnknown => {}
                Err(status) => return Err(status),
            }
            ends.push(subjects.len());
        }
        let mut rest = &subjects[..];
        let mut begin = 0;
        let mut archived = Vec::with_capacity(some.len());
        for (index, end) in some.zip(&ends) {
            let (own, others) = rest.split_at_checked(end - begin).ok_or(Status::Length)?;
            (rest, begin) = (others, *end);
            let frame = frames.get(index)?;
            if frame.reserved != 0 {
                return Err(Status::Number);
            }
            let carried = if frame.carried.is_null() {
                None
            } else {
                frame.carried.sized()?.get().ok()
            };
            archived.push(Archived {
                instance: frame.instance.get()?,
                carried,
                subjects: Subjects::new(own).ok_or(Status::Order)?,
                digest: frame.digest.optional()?.map(|digest| digest.get()),
            });
        }
        call(first, &archived)?;
    }
    Ok(())
}

/// As many frames, or none if memory has no room for so many.
pub(super) fn possible(count: usize) -> usize {
    let most = isize::MAX.unsigned_abs() / size_of::<ArchivedIn<'_>>();
    if count <= most { count } else { 0 }
}
