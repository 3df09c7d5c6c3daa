use serde::{Deserialize, Deserializer, Serialize, de::Error};

use crate::{derived::Source, group::Group, kind::Kind, time::Time};

/// A data subject in a meeting: one stay of theirs, from joining to leaving.
// Laid out as the C interface has it, which tells in the padding which meeting it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(C)]
pub struct Participant {
    /// Which of the slot's occupants; never 0.
    pub(crate) stay: u32,
    pub(crate) slot: u16,
}

impl Participant {
    /// Somebody who did not join: a voice in the room, a face behind a colleague. Nothing of theirs is ever cleared.
    pub const UNKNOWN: Self = Self {
        slot: u16::MAX,
        stay: 0,
    };
}

/// A stream's number in its meeting, up to 65,534.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct StreamId(#[serde(deserialize_with = "stream_number")] pub(crate) u16);

fn stream_number<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u16, D::Error> {
    let number = u16::deserialize(deserializer)?;
    let is_valid = StreamId(number).is_valid();
    is_valid
        .then_some(number)
        .ok_or_else(|| D::Error::custom("no stream has this number"))
}

impl StreamId {
    /// The number, as tags carry it.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }

    pub(crate) const fn is_valid(self) -> bool {
        self.0 != u16::MAX
    }
}

/// An outlet's number in its meeting.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OutletId(pub(crate) u16);

impl OutletId {
    /// The number, from 0 in the order of opening.
    #[must_use]
    pub const fn number(self) -> u16 {
        self.0
    }
}

/// Who is in a frame, and whether that is everybody (R4).
///
/// ePrivacy Directive Art. 5(1) asks for the consent of all users concerned, so a frame whose list is not complete is withheld.
#[derive(Clone, Copy, Debug)]
pub enum Contributors<'a> {
    /// The stream's owner and nobody else. Incomplete on a stream without an owner.
    Owner,
    /// These are all, beside the stream's owner if it has one. Incomplete if empty.
    ///
    /// On a composite these are its members.
    Complete(&'a [Participant]),
    /// The people of a group, as if they were listed.
    Group(&'a Group),
    /// There may be others: withheld.
    Partial(&'a [Participant]),
}

impl<'a> Contributors<'a> {
    /// The contributing sources of an RTP packet.
    ///
    /// A packet can name 15 at most (RFC 3550 §5.1), so a list of 15 may be cut short and counts as partial.
    #[must_use]
    pub const fn from_csrcs(sources: &'a [Participant]) -> Self {
        if sources.len() < 15 {
            Self::Complete(sources)
        } else {
            Self::Partial(sources)
        }
    }
}

/// Where in a frame a region lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
pub enum Area {
    /// A rectangle of a picture, in luma samples. What lies outside the picture is clipped; it must not be all.
    Rectangle {
        /// Its left edge.
        x: u32,
        /// Its upper edge.
        y: u32,
        /// Its width, at least 1.
        width: u32,
        /// Its height, at least 1.
        height: u32,
    },
    /// A channel of audio, counted from 0.
    Channel(u16),
    /// Bytes of a text, from `start` to before `end`, on boundaries of code points. Of JSON wherever it likes: it takes whole values.
    Span {
        /// The first byte.
        start: u32,
        /// The byte after the last.
        end: u32,
    },
}

/// A part of a frame, and whose it is.
///
/// Regions add people and never replace them: on an owned or mixed stream everybody else must still agree to the whole frame.
/// Only on a composite does what a region covers belong to the owners of the regions over it alone.
#[derive(Clone, Copy, Debug)]
pub struct Region {
    pub(crate) owner: Participant,
    pub(crate) area: Area,
    pub(crate) kind: Option<Kind>,
    pub(crate) captured: Option<Time>,
}

impl Region {
    /// `owner`'s part of a frame.
    #[must_use]
    pub const fn new(owner: Participant, area: Area) -> Self {
        Self {
            owner,
            area,
            kind: None,
            captured: None,
        }
    }

    /// The region is of another kind than its stream: a face on a shared screen is that person's [`Kind::Video`]. Both kinds must clear.
    #[must_use]
    pub const fn kind(mut self, kind: Kind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// The region shows something captured earlier than the frame: a quotation was written when its original was.
    #[must_use]
    pub const fn captured(mut self, captured: Time) -> Self {
        self.captured = Some(captured);
        self
    }
}

/// The most regions that a frame may have; with more it is withheld.
pub const MAX_REGIONS: usize = 64;

/// What is known of a frame beside its payload.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    pub(crate) captured: Time,
    pub(crate) contributors: Contributors<'a>,
    pub(crate) regions: &'a [Region],
    pub(crate) sources: &'a [Source<'a>],
    pub(crate) keyframe: Option<bool>,
}

impl<'a> Frame<'a> {
    /// A frame whose earliest sample was captured at `captured`.
    #[must_use]
    pub const fn new(captured: Time, contributors: Contributors<'a>) -> Self {
        Self {
            captured,
            contributors,
            regions: &[],
            sources: &[],
            keyframe: None,
        }
    }

    /// Whether the client holds it for a keyframe. Its own header must say so too for a stream to go on from it; it alone does where this is not said.
    #[must_use]
    pub const fn keyframe(mut self, keyframe: bool) -> Self {
        self.keyframe = Some(keyframe);
        self
    }

    /// Whether it names nobody but the stream's owner.
    #[inline]
    pub(crate) const fn is_of_owner_alone(&self) -> bool {
        matches!(self.contributors, Contributors::Owner) && self.is_of_contributors_alone()
    }

    /// Whether everybody in it is in all of it, and is named as a contributor.
    #[inline]
    pub(crate) const fn is_of_contributors_alone(&self) -> bool {
        self.regions.is_empty() && self.sources.is_empty()
    }

    /// With parts that are somebody's: at most [`MAX_REGIONS`], in any order, overlapping or not.
    #[must_use]
    pub const fn regions(mut self, regions: &'a [Region]) -> Self {
        self.regions = regions;
        self
    }
}
