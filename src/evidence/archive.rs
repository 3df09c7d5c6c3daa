//! What an archive has of a frame: its tag and seal, who is in it, and the keyed digest of its payload.

use core::fmt;

use serde::{Deserialize, Serialize};
use subtle::ConstantTimeEq;

use crate::types::{
    instance::Instance,
    kind::Kinds,
    masked,
    tag::{Tag, TagError},
};

/// The MAC that binds a tag to its meeting, its people and its payload: [`StreamKey::seal`](crate::archive::StreamKey::seal).
///
/// Seals are compared in constant time.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seal(#[serde(with = "crate::types::hex")] [u8; 16]);

impl Seal {
    /// Returns a seal as it was received; [`StreamKey::verify`](crate::archive::StreamKey::verify) checks it.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// Returns the seal's 16 bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 16] {
        self.0
    }
}

impl PartialEq for Seal {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for Seal {}

impl fmt::Display for Seal {
    /// 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:032x}", u128::from_be_bytes(self.0))
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A keyed digest of a canonical payload: [`StreamKey::digest`](crate::archive::StreamKey::digest).
///
/// It can stand in an archive beside a tag and its seal. Without the meeting's secret it reveals nothing about the payload.
/// Digests are compared in constant time.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PayloadDigest(#[serde(with = "crate::types::hex")] [u8; 32]);

impl PayloadDigest {
    /// Returns a digest as it was kept. Compare it with [`StreamKey::digest`](crate::archive::StreamKey::digest) of the payload at hand.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// Returns the digest's 32 bytes.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; 32] {
        self.0
    }
}

impl PartialEq for PayloadDigest {
    fn eq(&self, other: &Self) -> bool {
        self.0.ct_eq(&other.0).into()
    }
}

impl Eq for PayloadDigest {}

impl fmt::Display for PayloadDigest {
    /// 64 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for PayloadDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// What travels with a frame: its tag, and the seal if it has one. 16 bytes, or 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct Carried {
    /// The tag.
    pub tag: Tag,
    /// Its seal, if it has one. A tag without a seal is only its writer's word.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Seal>,
}

impl From<Tag> for Carried {
    fn from(tag: Tag) -> Self {
        Self { tag, seal: None }
    }
}

impl Carried {
    /// The most bytes.
    pub(crate) const MAX: usize = 32;

    /// Its bytes, as [`Carried::from_bytes`] reads them.
    pub(crate) fn to_bytes(self, room: &mut [u8; Self::MAX]) -> &[u8] {
        let (tag, seal) = room.split_at_mut(16);
        tag.copy_from_slice(&self.tag.to_bytes());
        if let Some(own) = self.seal {
            seal.copy_from_slice(&own.to_bytes());
        }
        let length = if self.seal.is_some() { 32 } else { 16 };
        room.get(..length).unwrap_or_default()
    }

    /// Reads a tag of 16 bytes, or one with its seal of 32.
    ///
    /// # Errors
    ///
    /// [`TagError`] for any other length, and for bytes that are no tag.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, TagError> {
        let length = TagError::Length(bytes.len());
        let (tag, seal) = bytes.split_first_chunk().ok_or(length)?;
        let seal = match seal {
            [] => None,
            seal => Some(Seal(seal.try_into().map_err(|_| length)?)),
        };
        let tag = Tag::from_bytes(*tag)?;
        Ok(Self { tag, seal })
    }
}

/// Somebody in a frame, by the id that they joined with.
#[derive(Clone, Copy, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct Subject<'a> {
    /// The id.
    pub id: &'a str,
    /// What they are in it as, beside the kind of the frame's tag: a face on a shared screen is [`Video`](crate::Kind::Video), and of what was derived
    /// from several kinds, those that are theirs.
    pub kinds: Kinds,
}

impl fmt::Debug for Subject<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Subject")
            .field("id", &masked::Bytes(self.id.len()))
            .field("kinds", &self.kinds)
            .finish()
    }
}

impl Subject<'_> {
    /// The kinds under which they must have agreed to a frame with this tag; none if that is not known.
    pub(crate) fn kinds_with(&self, tag: Tag) -> Kinds {
        tag.kinds_with(self.kinds)
    }
}

/// Everybody in a frame, its stream's owner too, in the order of their ids and each once.
///
/// Of a frame in part it is those who are in what is left: [`Cleared::source`](crate::Cleared::source).
#[derive(Clone, Copy, Debug)]
pub struct Subjects<'a>(&'a [Subject<'a>]);

impl<'a> Subjects<'a> {
    /// Nobody is known. Such a frame is never cleared.
    pub const NONE: Self = Self(&[]);

    /// Returns the people of a frame, sorted; `None` unless each id is larger than the one before, byte by byte.
    #[must_use]
    pub fn new(subjects: &'a [Subject<'a>]) -> Option<Self> {
        let sorted = subjects.is_sorted_by(|one, next| one.id < next.id);
        sorted.then_some(Self(subjects))
    }

    pub(crate) const fn get(self) -> &'a [Subject<'a>] {
        self.0
    }
}

/// A released frame as an archive keeps it.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct Archived<'a> {
    /// The meeting's instance.
    pub instance: Instance,
    /// Its tag with the seal; `None` if there is no tag, or one that does not parse.
    pub carried: Option<Carried>,
    /// Who is in it.
    pub subjects: Subjects<'a>,
    /// The digest of its payload: [`StreamKey::digest`](crate::archive::StreamKey::digest). Without it no seal is made or checked.
    pub digest: Option<PayloadDigest>,
}
