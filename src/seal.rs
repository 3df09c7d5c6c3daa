//! Sealed tags: a tag with a MAC, so that whoever trains on a frame can tell whether its tag was forged, relabelled or moved from another frame.
//!
//! A seal is the first 16 bytes of an HMAC-SHA-256 (RFC 2104, RFC 4868 §2.1.1) over the concatenation of:
//!
//! | field | bytes |
//! |---|---|
//! | what it is | `framegate seal 1` |
//! | meeting id | its length in bytes, 64 bits big-endian, and UTF-8 |
//! | tag | 16 |
//! | number of people | 64 bits, big-endian |
//! | each of them, in the order of their ids' bytes | the id's length in bytes, 64 bits big-endian; the id in UTF-8; the kinds, 16 bits big-endian |
//! | payload | to the end |
//!
//! Its key is 64 bytes of HKDF-SHA-256 (RFC 5869) from the meeting's secret, with `framegate seal 1` as the salt, and for `info` `framegate stream 1`,
//! the stream's number as in the tag, 16 bits big-endian, and the meeting's id.
//!
//! Whoever can verify a seal can make one, so it proves nothing to outsiders, nor to one who has the secret against another who has it:
//! it keeps tags right on their way between those who have it. What people agreed to is proved by the ledger, which the device signs.

use core::fmt;

use alloc::string::String;
use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    kind::Kinds,
    tag::{Tag, TagError},
};

const LABEL: &[u8; 16] = b"framegate seal 1";
const STREAM_LABEL: &[u8; 18] = b"framegate stream 1";

/// The MAC that binds a tag to its meeting, its people and its payload: [`StreamKey::seal`].
///
/// Seals are compared in constant time.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seal(#[serde(with = "crate::hex")] [u8; 16]);

impl Seal {
    /// A seal as it was received. Whether it holds, [`StreamKey::verify`] tells.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The 16 bytes.
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

/// What travels with a frame: its tag, and the seal if it has one. 16 bytes, or 32.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Carried {
    /// The tag.
    pub tag: Tag,
    /// Its seal. A tag without one says only what whoever wrote it says.
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
    /// [`TagError`] for any other length, and for what is no tag.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Subject<'a> {
    /// The id.
    pub id: &'a str,
    /// What they are in it as, beside the kind of the frame's tag: a face on a shared screen is [`Video`](crate::Kind::Video), and of what was derived
    /// from several kinds, those that are theirs.
    pub kinds: Kinds,
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
    /// Nobody is known. A frame of nobody's is never cleared.
    pub const NONE: Self = Self(&[]);

    /// None unless each id is larger than the one before, byte by byte.
    #[must_use]
    pub fn new(subjects: &'a [Subject<'a>]) -> Option<Self> {
        let ascending = |[one, next]: &[Subject<'_>; 2]| one.id < next.id;
        let sorted = subjects.array_windows().all(ascending);
        sorted.then_some(Self(subjects))
    }

    pub(crate) const fn get(self) -> &'a [Subject<'a>] {
        self.0
    }
}

/// What was released of a frame, as it is kept: what an archive has of it.
#[derive(Clone, Copy, Debug)]
pub struct Archived<'a> {
    /// Its tag with the seal; none if there is none, or if it does not parse.
    pub carried: Option<Carried>,
    /// Who is in it.
    pub subjects: Subjects<'a>,
    /// Its payload as it was sealed.
    pub payload: &'a [u8],
}

/// What a meeting's tags are sealed with, for all its streams. It is wiped when it is dropped.
pub struct MeetingKey {
    /// Keyed with what was extracted from the secret.
    streams: Hkdf<Sha256>,
    meeting: String,
}

/// What the tags of one stream are sealed with. It is wiped when it is dropped.
pub struct StreamKey {
    /// Keyed, and with what all seals of the meeting begin with.
    begun: Hmac<Sha256>,
}

impl MeetingKey {
    /// The key of a meeting of this id, from its secret: 32 random bytes that the client and those who verify share, and nobody else has.
    #[must_use]
    pub fn new(secret: &[u8; 32], meeting: &str) -> Self {
        Self {
            streams: Hkdf::new(Some(LABEL), secret),
            meeting: meeting.into(),
        }
    }

    pub(crate) fn meeting(&self) -> &str {
        &self.meeting
    }

    /// The key for the stream of a tag; for what is of several streams there is one more.
    #[must_use]
    pub fn stream(&self, tag: Tag) -> StreamKey {
        let mut key = Zeroizing::new([0; 64]);
        let info = [
            &STREAM_LABEL[..],
            &tag.stream_bytes(),
            self.meeting.as_bytes(),
        ];
        let expanded = self.streams.expand_multi_info(&info, &mut *key);
        debug_assert!(expanded.is_ok(), "two blocks can be had");
        StreamKey::begin(&key, &self.meeting)
    }

    /// Seals many frames, in their order; as many as there is room for. What has no tag gets no seal.
    pub fn seal_batch<'s>(
        &self,
        frames: &[Archived<'_>],
        seals: &'s mut [Option<Seal>],
    ) -> &'s [Option<Seal>] {
        let mut keys = StreamKeys::new(self);
        let mut count = 0;
        for (frame, seal) in frames.iter().zip(seals.iter_mut()) {
            *seal = frame
                .carried
                .map(|Carried { tag, .. }| keys.of(tag).seal(tag, frame.subjects, [frame.payload]));
            count += 1;
        }
        seals.get(..count).unwrap_or_default()
    }
}

impl StreamKey {
    /// With a key of the size of a block, so that it need not be hashed or padded (RFC 2104 §2).
    fn begin(key: &[u8; 64], meeting: &str) -> Self {
        let mut begun = Hmac::<Sha256>::new(key.into());
        begun.update(LABEL);
        update_sized(&mut begun, meeting.as_bytes());
        Self { begun }
    }

    /// The seal of a frame: of its tag, of everybody in it, and of its payload, which may be in pieces, as the rows of a picture are.
    ///
    /// Allocates nothing, and can be called inside a release.
    #[must_use]
    pub fn seal<'p>(
        &self,
        tag: Tag,
        subjects: Subjects<'_>,
        payload: impl IntoIterator<Item = &'p [u8]>,
    ) -> Seal {
        self.seal_each(tag, subjects.get().iter().copied(), payload)
    }

    /// The same of people who are told one by one, in the order of [`Subjects`].
    pub(crate) fn seal_each<'s, 'p>(
        &self,
        tag: Tag,
        subjects: impl ExactSizeIterator<Item = Subject<'s>>,
        payload: impl IntoIterator<Item = &'p [u8]>,
    ) -> Seal {
        let mut mac = self.begun.clone();
        mac.update(&tag.to_bytes());
        mac.update(&(subjects.len() as u64).to_be_bytes());
        for Subject { id, kinds } in subjects {
            update_sized(&mut mac, id.as_bytes());
            mac.update(&kinds.bits().to_be_bytes());
        }
        for piece in payload {
            mac.update(piece);
        }
        let mut seal = [0; 16];
        for (byte, of_mac) in seal.iter_mut().zip(mac.finalize().into_bytes()) {
            *byte = of_mac;
        }
        Seal(seal)
    }

    /// Whether a seal is of this tag, these people and this payload.
    #[must_use]
    pub fn verify<'p>(
        &self,
        seal: Seal,
        tag: Tag,
        subjects: Subjects<'_>,
        payload: impl IntoIterator<Item = &'p [u8]>,
    ) -> bool {
        self.seal(tag, subjects, payload) == seal
    }
}

fn update_sized(mac: &mut Hmac<Sha256>, field: &[u8]) {
    mac.update(&(field.len() as u64).to_be_bytes());
    mac.update(field);
}

/// The keys of one stream after the other: frames of a stream mostly come together.
pub(crate) struct StreamKeys<'k> {
    meeting: &'k MeetingKey,
    last: Option<([u8; 2], StreamKey)>,
}

impl<'k> StreamKeys<'k> {
    pub(crate) const fn new(meeting: &'k MeetingKey) -> Self {
        Self {
            meeting,
            last: None,
        }
    }

    pub(crate) fn of(&mut self, tag: Tag) -> &StreamKey {
        let stream = tag.stream_bytes();
        let last = self.last.take().filter(|(known, _)| *known == stream);
        let (_, key) = self
            .last
            .insert(last.unwrap_or_else(|| (stream, self.meeting.stream(tag))));
        key
    }
}

impl fmt::Debug for MeetingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("MeetingKey")
            .field("meeting", &self.meeting)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamKey").finish_non_exhaustive()
    }
}
