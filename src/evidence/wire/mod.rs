//! Packets, and tags on their way: beside a frame in RTP, inside an encoded stream, and what a session description says of them.
//!
//! | module | where the tag is |
//! |---|---|
//! | [`rtp`] | a header extension of RTP (RFC 8285); the packet's sources, times and payload, too |
//! | [`rtcp`] | nowhere: sender reports and goodbyes, for [`receive`](crate::receive) |
//! | [`sei`] | user data in a stream of H.264 or HEVC |
//! | [`obu`] | metadata in a stream of AV1 |
//! | [`sdp`] | what is negotiated about the first, and a recording session's wishes (RFC 7866) |
//!
//! Any receiver on the way may drop these (RFC 3550 §5.3.1): an absent tag means no consent.
//! What is written here is not encrypted unless the transport does so, and without a [`Seal`](crate::archive::Seal) anybody can forge it.

pub mod obu;
pub mod rtp;
pub mod sdp;
pub mod sei;

use crate::{evidence::archive::Carried, media::rtp::Malformed, types::tag::TagError};

/// What RTCP says of a stream: when its media clock stood where, and who has gone (RFC 3550 §6).
pub mod rtcp {
    pub use crate::media::{
        ntp::NtpTime,
        rtcp::{Compound, SenderReport},
    };
}

/// Names this library's tags wherever a name is asked for: `ad4d781a-88da-53bc-aead-3084db63d801`, made of `framegate tag` (RFC 9562 §5.5).
pub const UUID: [u8; 16] = 0xad4d_781a_88da_53bc_aead_3084_db63_d801_u128.to_be_bytes();

/// Why a tag was not written or read. An unread tag means no consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(
    feature = "binding",
    expect(clippy::exhaustive_enums, reason = "a new case must get a status")
)]
#[cfg_attr(not(feature = "binding"), non_exhaustive)]
pub enum WireError {
    /// Not of the format, or cut short.
    #[error("malformed or truncated packet or unit")]
    Malformed,
    /// There is no tag.
    #[error("no tag present: treat it as no consent")]
    Absent,
    /// There are several, so none of them counts.
    #[error("several tags present: none counts")]
    Several,
    /// What is read is no tag.
    #[error(transparent)]
    Tag(#[from] TagError),
    /// Not an id that an extension can have.
    #[error("header extension id absent, ambiguous, or outside 1 to 255")]
    Id,
    /// There is already a header extension that is not of RFC 8285, or that ends in something only the one-byte form can have. A packet can have only one.
    #[error(
        "the packet has a header extension that is not of RFC 8285, or that cannot be in the two-byte form"
    )]
    Foreign,
    /// The buffer is too short; this many bytes are needed.
    #[error("buffer too short: {0} bytes are needed")]
    NoRoom(usize),
}

impl From<Malformed> for WireError {
    fn from(_: Malformed) -> Self {
        Self::Malformed
    }
}

/// Writes one piece after the other, and counts on where there is no more room.
struct Cursor<'b> {
    buffer: &'b mut [u8],
    written: usize,
}

impl<'b> Cursor<'b> {
    const fn new(buffer: &'b mut [u8]) -> Self {
        Self { buffer, written: 0 }
    }

    fn put(&mut self, bytes: &[u8]) {
        let end = self.written.saturating_add(bytes.len());
        if let Some(room) = self.buffer.get_mut(self.written..end) {
            room.copy_from_slice(bytes);
        }
        self.written = end;
    }

    /// What was written, or how much room it needs.
    fn finish(self) -> Result<&'b mut [u8], WireError> {
        let needed = WireError::NoRoom(self.written);
        self.buffer.get_mut(..self.written).ok_or(needed)
    }
}

/// What was found on the way through a packet or a unit.
#[derive(Default)]
struct Tags {
    last: Option<Result<Carried, TagError>>,
    several: bool,
}

impl Tags {
    fn add(&mut self, bytes: &[u8]) {
        self.add_read(Carried::from_bytes(bytes));
    }

    fn add_read(&mut self, read: Result<Carried, TagError>) {
        self.several |= self.last.replace(read).is_some();
    }

    /// The one.
    fn found(self) -> Result<Carried, WireError> {
        match self.last {
            _ if self.several => Err(WireError::Several),
            None => Err(WireError::Absent),
            Some(read) => Ok(read?),
        }
    }

    /// Nothing may be there yet.
    fn none(self) -> Result<(), WireError> {
        match self.last {
            None => Ok(()),
            Some(_) => Err(WireError::Several),
        }
    }
}
