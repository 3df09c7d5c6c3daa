//! Tags: 16 bytes, read, taken apart, joined.

use super::{
    answer::{Struct, answer},
    memory::{In, Out, Text, plain, sized},
    status::Status,
    words::{kind, kind_number},
};
use framegate::{Kind, Reason, StreamId, Tag, Verdict, binding};

/// A region's kind where it is its stream's, and a tag's where it is several.
pub(super) const NO_KIND: u32 = 255;

/// A tag as it travels, or all zeros.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct TagOut {
    pub(super) bytes: [u8; 16],
}

/// What a tag says.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct TagFields {
    pub(super) size: u32,
    pub(super) verdict: i32,
    pub(super) reason: u32,
    pub(super) kind: u32,
    pub(super) purposes: u16,
    pub(super) stream: u16,
    pub(super) generation: u32,
    pub(super) captured: i64,
}

plain!(TagOut);
sized!(TagFields);

impl TagOut {
    /// No tag, so no consent.
    pub(super) const NONE: Self = Self { bytes: [0; 16] };

    #[inline]
    pub(super) fn get(self) -> Result<Tag, Status> {
        Ok(Tag::from_bytes(self.bytes)?)
    }
}

impl From<Tag> for TagOut {
    #[inline]
    fn from(tag: Tag) -> Self {
        Self {
            bytes: tag.to_bytes(),
        }
    }
}

/// A verdict's number, which is also that of a tag's treatment.
pub(super) fn verdict(verdict: Verdict) -> i32 {
    match verdict {
        Verdict::Dropped(_) => 0,
        Verdict::Whole => 1,
        Verdict::Redacted(_) => 2,
        Verdict::Blanked(_) => 3,
    }
}

impl TagFields {
    fn new(tag: Tag, size: u32) -> Self {
        Self {
            size,
            verdict: verdict(tag.verdict()),
            reason: tag.verdict().reason().map_or(0, |reason| reason as u32),
            kind: tag.kind().map_or(NO_KIND, kind_number),
            purposes: tag.purposes().bits(),
            stream: tag.stream().map_or(u16::MAX, StreamId::number),
            generation: tag.generation(),
            captured: tag.captured().as_micros(),
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn framegate_tag_read(bytes: In<'_, u8>, length: usize, tag: Out<'_, TagOut>) -> i32 {
    answer(tag, |room| {
        let bytes = bytes.array(length)?;
        let bytes = bytes.try_into().map_err(|_| Status::Length)?;
        room.put(Tag::from_bytes(bytes)?);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_tag_get(tag: TagOut, fields: Out<'_, TagFields>) -> i32 {
    answer(Struct(fields), |out| {
        *out = TagFields::new(tag.get()?, out.size);
        Ok(())
    })
}

/// Joins two tags; none is there if one of them is none.
fn join(a: TagOut, b: TagOut, tag: Out<'_, TagOut>, join: impl FnOnce(Tag, Tag) -> Tag) -> i32 {
    answer(tag, |room| {
        room.put(join(a.get()?, b.get()?));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_tag_meet(a: TagOut, b: TagOut, tag: Out<'_, TagOut>) -> i32 {
    join(a, b, tag, Tag::meet)
}

#[unsafe(no_mangle)]
extern "C" fn framegate_tag_meet_across_meetings(
    a: TagOut,
    b: TagOut,
    tag: Out<'_, TagOut>,
) -> i32 {
    join(a, b, tag, Tag::meet_across_meetings)
}

#[unsafe(no_mangle)]
extern "C" fn framegate_kind_name(kind: u32) -> Text<'static> {
    Text::of(self::kind(kind).map_or("unknown", Kind::name))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_reason_name(reason: u32) -> Text<'static> {
    let reason = u8::try_from(reason).ok().and_then(binding::reason);
    Text::of(reason.map_or("unknown", Reason::name))
}
