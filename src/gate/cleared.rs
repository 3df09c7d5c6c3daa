//! What comes out of a door: the frame as an outlet receives it, and the result for the caller.

use crate::{
    gate::{content::Content, source::Source},
    media::payload::Payload,
    types::{ids::Participant, tag::Tag, verdict::Verdict},
};

/// The result of admitting a frame.
#[derive(Clone, Copy, Debug)]
#[must_use]
#[expect(clippy::exhaustive_structs, reason = "taken apart by its fields")]
pub struct Admission<R> {
    /// The frame's tag.
    pub tag: Tag,
    /// The closure's return value; `None` if the frame was dropped, and the closure not called.
    pub output: Option<R>,
}

impl<R> Admission<R> {
    /// Returns what the gate did with the frame.
    pub fn verdict(&self) -> Verdict {
        self.tag.verdict()
    }
}

/// A frame as an outlet receives it: a payload with only the cleared part left, and its tag. Only the gate makes one.
#[derive(Debug)]
pub struct Cleared<'a> {
    pub(super) payload: Payload<'a>,
    pub(super) tag: Tag,
    pub(crate) content: Content<'a>,
}

impl<'a> Cleared<'a> {
    /// Returns the frame's content: as it was, without the parts of everybody who did not agree, or empty. [`Tag::verdict`] says which.
    #[must_use]
    pub const fn payload(&self) -> &Payload<'a> {
        &self.payload
    }

    /// Returns the content if it is one run of bytes, such as audio, text or an encoded frame; `None` if it is the planes of a raw picture.
    #[must_use]
    pub const fn bytes(&self) -> Option<&'a [u8]> {
        match self.payload {
            Payload::Bytes(bytes) => Some(bytes),
            Payload::Planes(_) => None,
        }
    }

    /// Returns whether the frame's region of this index (for a record, the field) was hidden, so that metadata about it can be left out too.
    #[must_use]
    pub fn hides(&self, region: usize) -> bool {
        !self.tag.verdict().is_released() || self.content.hides(region)
    }

    /// Returns the source to name for anything derived from this (R8): its tag, the people in the part that is left, its kinds,
    /// and when its earliest part was captured.
    ///
    /// The people are written to `room`. Returns `None` if `room` is too small, or if this is only a blank frame.
    #[must_use]
    pub fn source<'r>(&self, room: &'r mut [Participant]) -> Option<Source<'r>> {
        let released = self.tag.verdict().is_released();
        self.content.source(self.tag, room).filter(|_| released)
    }

    /// Returns the frame's tag.
    #[must_use]
    pub const fn tag(&self) -> Tag {
        self.tag
    }
}
