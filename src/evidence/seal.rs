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
//! Seals of the first kind, which were bound to a meeting's id, no longer verify: they could not be distinguished from those of the next meeting of that id.
//!
//! Whoever can verify a seal can make one, so it proves nothing to outsiders, nor to one who has the secret against another who has it:
//! it keeps tags right on their way between those who have it. What people agreed to is proved by the ledger, which the device signs.

use core::fmt;

use hkdf::Hkdf;
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use crate::{
    evidence::archive::{Archived, Carried, PayloadDigest, Seal, Subject, Subjects},
    types::{argument::Argument, error::Error, instance::Instance, tag::Tag},
};

const LABEL: &[u8; 16] = b"framegate seal 2";
const STREAM_LABEL: &[u8; 18] = b"framegate stream 2";
const DIGEST_LABEL: &[u8; 18] = b"framegate digest 2";

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
    /// Returns the key of a meeting, derived from a secret: 32 random bytes that the client shares with those who verify, and nobody else has.
    ///
    /// Several meetings may have the same secret; a seal of one does not hold in another.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] if all bytes are zero, because anybody could make such seals.
    pub fn new(secret: &[u8; 32], instance: Instance) -> Result<Self, Error> {
        if secret.ct_eq(&[0; 32]).into() {
            return Err(Error::Empty(Argument::Secret));
        }
        Ok(Self {
            streams: Hkdf::new(Some(LABEL), secret),
            instance,
        })
    }

    /// Returns the instance of the key's meeting.
    #[must_use]
    pub const fn instance(&self) -> Instance {
        self.instance
    }

    /// Returns the key for the stream of a tag. Tags of several streams have a key of their own.
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

    /// Seals many frames, in their order, and returns the seals: as many as there is room for. A frame without a tag or a digest, or of another meeting, gets none.
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
    /// Returns the digest of bytes as they are, in pieces: the rows of a picture, one plane after the other, or bytes in canonical form already.
    /// For a payload in one piece there is [`StreamKey::digest`].
    ///
    /// It allocates nothing, and can be called inside a release.
    #[must_use]
    pub fn digest_pieces<'p>(&self, pieces: impl IntoIterator<Item = &'p [u8]>) -> PayloadDigest {
        self.digest_fed(|put| pieces.into_iter().for_each(put))
    }

    /// The digest of what is put in.
    pub(crate) fn digest_fed(&self, feed: impl FnOnce(&mut dyn FnMut(&[u8]))) -> PayloadDigest {
        let mut mac = self.digests.clone();
        feed(&mut |piece| mac.update(piece));
        PayloadDigest::from_bytes(mac.finalize().into_bytes().into())
    }

    /// Returns the seal of a frame: over its tag, everybody in it, and its payload's digest.
    ///
    /// It allocates nothing, and can be called inside a release.
    #[must_use]
    pub fn seal(&self, tag: Tag, subjects: Subjects<'_>, digest: PayloadDigest) -> Seal {
        self.seal_each(tag, subjects.get().iter().copied(), digest)
    }

    /// The same for people who are given one by one, in the order of [`Subjects`].
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
        mac.update(&digest.to_bytes());
        let mut seal = [0; 16];
        for (byte, of_mac) in seal.iter_mut().zip(mac.finalize().into_bytes()) {
            *byte = of_mac;
        }
        Seal::from_bytes(seal)
    }

    /// Returns whether a seal is of this tag, these people and the payload of this digest. It compares in constant time.
    ///
    /// That the payload at hand has this digest, the caller must check, too: [`StreamKey::digest`].
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
