//! Sealed tags: a tag with a MAC, so that whoever trains on a frame can tell whether its tag was forged, relabelled, moved from another frame or from
//! another meeting. This is seal 2, and here it is defined.
//!
//! A seal is the first 16 bytes of an HMAC-SHA-256 (RFC 2104, RFC 4868 §2.1.1) over the concatenation of:
//!
//! | field | bytes |
//! |---|---|
//! | what it is | `framegate seal 2` |
//! | the meeting's [instance](crate::Instance) | 16 |
//! | tag | 16 |
//! | number of people | 64 bits, big-endian |
//! | each of them, in the order of their ids' bytes | the id's length in bytes, 64 bits big-endian; the id in UTF-8; the kinds, 16 bits big-endian |
//! | digest of the payload | 32 |
//!
//! The digest is the HMAC-SHA-256 over the canonical payload, with a key of its own. It can be kept beside the tag, so that a seal is checked without
//! the media, and nobody without the secret can find out by it what was said: a short message would be found by trying all if it were a hash alone.
//!
//! Canonical is what every honest transport leaves alone:
//!
//! | format | its canonical payload |
//! |---|---|
//! | H.264, HEVC in a byte stream | each NAL unit behind the four bytes `00 00 00 01`, without zeros after it; not those before the picture that have only [this library's tag](crate::evidence::wire::sei) |
//! | AV1 | each OBU with its size, in as few bytes as that takes; no temporal delimiters, nor [this library's tag](crate::evidence::wire::obu) before the frame |
//! | all others, and what is not of its format | the bytes as they were released; of a picture its rows, one plane after the other |
//!
//! Both keys are 64 bytes of HKDF-SHA-256 (RFC 5869) from the meeting's secret, with `framegate seal 2` as the salt. `info` is, for seals,
//! `framegate stream 2`, the stream's number as in the tag, 16 bits big-endian, and the 16 bytes of the instance; for digests the same
//! with `framegate digest 2` in the place of `framegate stream 2`.
//!
//! Seals of the first kind, which were bound to a meeting's id, hold no more: they were not told apart from those of the next meeting of that id.
//!
//! Whoever can verify a seal can make one, so it proves nothing to outsiders, nor to one who has the secret against another who has it:
//! it keeps tags right on their way between those who have it. What people agreed to is proved by the ledger, which the device signs.

use core::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::types::{
    error::Error,
    instance::Instance,
    kind::Kinds,
    masked,
    tag::{Tag, TagError},
};

const LABEL: &[u8; 16] = b"framegate seal 2";
const STREAM_LABEL: &[u8; 18] = b"framegate stream 2";
const DIGEST_LABEL: &[u8; 18] = b"framegate digest 2";

/// The MAC that binds a tag to its meeting, its people and its payload: [`StreamKey::seal`].
///
/// Seals are compared in constant time.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Seal(#[serde(with = "crate::types::hex")] [u8; 16]);

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

/// A keyed digest of a canonical payload: [`StreamKey::digest`].
///
/// It can stand in an archive beside a tag and its seal, and says nothing of the payload to whoever does not have the meeting's secret.
/// Digests are compared in constant time.
#[derive(Clone, Copy, Serialize, Deserialize)]
#[serde(transparent)]
pub struct PayloadDigest(#[serde(with = "crate::types::hex")] [u8; 32]);

impl PayloadDigest {
    /// A digest as it was kept. Whether it is of a payload, [`StreamKey::digest`] of that payload tells.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The 32 bytes.
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
#[derive(Clone, Copy, PartialEq, Eq)]
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
    /// Nobody is known. A frame of nobody's is never cleared.
    pub const NONE: Self = Self(&[]);

    /// None unless each id is larger than the one before, byte by byte.
    #[must_use]
    pub fn new(subjects: &'a [Subject<'a>]) -> Option<Self> {
        let sorted = subjects.is_sorted_by(|one, next| one.id < next.id);
        sorted.then_some(Self(subjects))
    }

    pub(crate) const fn get(self) -> &'a [Subject<'a>] {
        self.0
    }
}

/// What was released of a frame, as it is kept: what an archive has of it.
#[derive(Clone, Copy, Debug)]
pub struct Archived<'a> {
    /// Of which meeting it is.
    pub instance: Instance,
    /// Its tag with the seal; none if there is none, or if it does not parse.
    pub carried: Option<Carried>,
    /// Who is in it.
    pub subjects: Subjects<'a>,
    /// The digest of its payload, which whoever has the media and the secret can make again: [`StreamKey::digest`]. Without it no seal is checked.
    pub digest: Option<PayloadDigest>,
}

/// What a meeting's tags are sealed with, for all its streams. It is wiped when it is dropped.
pub struct MeetingKey {
    /// Keyed with what was extracted from the secret.
    streams: Hkdf<Sha256>,
    instance: Instance,
}

/// What the tags of one stream are sealed with. It is wiped when it is dropped.
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::{
///     Contributors, Frame, Kinds, Time, archive::{MeetingKey, Subject, Subjects}, format::{Format, Samples},
/// };
///
/// # let mut scene = scene::scene();
/// # let secret = [7; 32];
/// let key = MeetingKey::new(&secret, scene.meeting.instance())?; // 32 random bytes that those who verify share
/// let ada = [Subject { id: "ada", kinds: Kinds::AUDIO }];
/// let subjects = Subjects::new(&ada).expect("in the order of ids");
/// let frame = Frame::new(Time::from_millis(100), Contributors::Owner);
/// let samples = [1_u8; 640];
/// let tag = scene.tap.admit(&frame, samples[..].into(), Time::from_millis(120), |cleared| cleared.tag()).tag;
///
/// let stream = key.stream(tag);
/// let format = Format::pcm(Samples::S16, 1);
/// let digest = stream.digest(format, &samples);
/// let seal = stream.seal(tag, subjects, digest);
/// assert!(stream.verify(seal, tag, subjects, digest));
/// assert!(!stream.verify(seal, tag, subjects, stream.digest(format, &[2; 640])));
/// # Ok::<(), framegate::Error>(())
/// ```
pub struct StreamKey {
    /// Keyed, and with what all seals of the meeting begin with.
    begun: Hmac<Sha256>,
    /// Keyed.
    digests: Hmac<Sha256>,
}

impl MeetingKey {
    /// The key of a meeting, from a secret: 32 random bytes that the client and those who verify share, and nobody else has.
    ///
    /// Several meetings may have the same secret; what is sealed in one does not hold in another.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] if all bytes are zero, as where they were forgotten: anybody could make such seals.
    pub fn new(secret: &[u8; 32], instance: Instance) -> Result<Self, Error> {
        if secret.ct_eq(&[0; 32]).into() {
            return Err(Error::Empty("secret"));
        }
        Ok(Self {
            streams: Hkdf::new(Some(LABEL), secret),
            instance,
        })
    }

    /// Which meeting's it is.
    #[must_use]
    pub const fn instance(&self) -> Instance {
        self.instance
    }

    /// The key for the stream of a tag; for what is of several streams there is one more.
    #[must_use]
    pub fn stream(&self, tag: Tag) -> StreamKey {
        let (stream, instance) = (tag.stream_bytes(), self.instance.to_bytes());
        let keyed = |label: &[u8; 18]| {
            let mut key = Zeroizing::new([0; 64]);
            let info = [&label[..], &stream, &instance];
            let expanded = self.streams.expand_multi_info(&info, &mut *key);
            debug_assert!(expanded.is_ok(), "two blocks can be had");
            // Of the size of a block, so that it need not be hashed or padded (RFC 2104 §2).
            Hmac::<Sha256>::new((&*key).into())
        };
        let mut begun = keyed(STREAM_LABEL);
        begun.update(LABEL);
        begun.update(&instance);
        StreamKey {
            begun,
            digests: keyed(DIGEST_LABEL),
        }
    }

    /// Seals many frames, in their order; as many as there is room for. What has no tag or no digest gets no seal, nor what is of another meeting.
    pub fn seal_batch<'s>(
        &self,
        frames: &[Archived<'_>],
        seals: &'s mut [Option<Seal>],
    ) -> &'s [Option<Seal>] {
        let mut keys = StreamKeys::new(self);
        let mut count = 0;
        for (frame, seal) in frames.iter().zip(seals.iter_mut()) {
            let is_ours = frame.instance == self.instance;
            let whole = frame.carried.zip(frame.digest).filter(|_| is_ours);
            *seal = whole.map(|(Carried { tag, .. }, digest)| {
                keys.of(tag).seal(tag, frame.subjects, digest)
            });
            count += 1;
        }
        seals.get(..count).unwrap_or_default()
    }
}

impl StreamKey {
    /// The digest of bytes as they are, in pieces: of the rows of a picture, one plane after the other, or of what is canonical already.
    /// Of a payload in one piece there is [`StreamKey::digest`].
    ///
    /// Allocates nothing, and can be called inside a release.
    #[must_use]
    pub fn digest_pieces<'p>(&self, pieces: impl IntoIterator<Item = &'p [u8]>) -> PayloadDigest {
        self.digest_fed(|put| pieces.into_iter().for_each(put))
    }

    /// The digest of what is put in.
    pub(crate) fn digest_fed(&self, feed: impl FnOnce(&mut dyn FnMut(&[u8]))) -> PayloadDigest {
        let mut mac = self.digests.clone();
        feed(&mut |piece| mac.update(piece));
        PayloadDigest(mac.finalize().into_bytes().into())
    }

    /// The seal of a frame: of its tag, of everybody in it, and of its payload by its digest.
    ///
    /// Allocates nothing, and can be called inside a release.
    #[must_use]
    pub fn seal(&self, tag: Tag, subjects: Subjects<'_>, digest: PayloadDigest) -> Seal {
        self.seal_each(tag, subjects.get().iter().copied(), digest)
    }

    /// The same of people who are told one by one, in the order of [`Subjects`].
    pub(crate) fn seal_each<'s>(
        &self,
        tag: Tag,
        subjects: impl ExactSizeIterator<Item = Subject<'s>>,
        digest: PayloadDigest,
    ) -> Seal {
        let mut mac = self.begun.clone();
        mac.update(&tag.to_bytes());
        mac.update(&(subjects.len() as u64).to_be_bytes());
        for Subject { id, kinds } in subjects {
            update_sized(&mut mac, id.as_bytes());
            mac.update(&kinds.bits().to_be_bytes());
        }
        mac.update(&digest.0);
        let mut seal = [0; 16];
        for (byte, of_mac) in seal.iter_mut().zip(mac.finalize().into_bytes()) {
            *byte = of_mac;
        }
        Seal(seal)
    }

    /// Whether a seal is of this tag, these people and the payload of this digest.
    ///
    /// Whether a payload at hand has this digest, is to be looked at besides.
    #[must_use]
    pub fn verify(
        &self,
        seal: Seal,
        tag: Tag,
        subjects: Subjects<'_>,
        digest: PayloadDigest,
    ) -> bool {
        self.seal(tag, subjects, digest) == seal
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
            .field("instance", &self.instance)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for StreamKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("StreamKey").finish_non_exhaustive()
    }
}
