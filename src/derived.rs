//! What something was derived from: a caption from voices, a summary from captions, a statistic from records (R8).

use crate::{ids::Participant, kind::Kinds, tag::Tag, time::Time};

/// The most sources that a frame may have; with more it is withheld. Join the tags of more frames by [`Tag::meet`], and name everybody.
pub const MAX_SOURCES: usize = 64;

/// A frame, or several joined, that something was derived from.
///
/// Inside a release [`Cleared::source`](crate::Cleared::source) makes one of what the outlet received; all of it can be kept and put together again later.
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    /// The tag that came with the frame, or from a bare decision about it; for several frames their [`Tag::meet`]. What was not released cannot be a source.
    pub tag: Tag,
    /// Everybody who was in it, including its stream's owner. If empty, the source counts as incomplete.
    pub people: &'a [Participant],
    /// The kinds that it was made from, besides its tag's. If the tag says several, all kinds must be given, or the source counts as incomplete.
    pub kinds: Kinds,
    /// When its earliest part was captured, if that was before its tag's time.
    pub captured: Time,
}

impl<'a> Source<'a> {
    /// A frame of one kind, with these people, in which nothing was captured earlier than it.
    #[must_use]
    pub fn new(tag: Tag, people: &'a [Participant]) -> Self {
        Self {
            tag,
            people,
            kinds: tag.kind().map_or(Kinds::empty(), Kinds::from),
            captured: tag.captured(),
        }
    }

    pub(crate) fn all_kinds(&self) -> Kinds {
        self.tag.kinds_with(self.kinds)
    }

    /// When it was captured, by its tag and by what is said of it.
    pub(crate) fn captures(&self) -> [Time; 2] {
        let (tagged, said) = (self.tag.captured(), self.captured);
        [
            tagged,
            if said.in_range() {
                said.min(tagged)
            } else {
                said
            },
        ]
    }

    pub(crate) fn is_complete(&self) -> bool {
        let least = if self.tag.kind().is_some() { 1 } else { 2 };
        !self.people.is_empty() && self.all_kinds().bits().count_ones() >= least
    }
}
