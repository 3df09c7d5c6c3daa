//! What of a payload every honest transport leaves alone: what a seal is over, so that it holds where the frame arrives.

use crate::{
    evidence::{
        archive::PayloadDigest,
        seal::StreamKey,
        wire::{obu, sei},
    },
    media::{
        codec::Codec,
        format::{Format, Layout},
    },
};

impl StreamKey {
    /// Returns the digest of a payload that is one run of bytes, in its canonical form: the head of `seal.rs` has a table of these.
    ///
    /// It is the same whether this library's tag still rides in the frame or not, and whether the transport took out the temporal delimiters of AV1
    /// or wrote start codes and sizes anew. For any format but H.264, HEVC and AV1, and for a payload that is no picture, it is that of [`StreamKey::digest_pieces`].
    ///
    /// It allocates nothing, and can be called inside a release.
    #[must_use]
    pub fn digest(&self, format: Format, payload: &[u8]) -> PayloadDigest {
        self.digest_fed(|put| {
            let is_of_its_format = match format.0 {
                Layout::Encoded(Codec::H264) => sei::canonical(payload, sei::Codec::H264, put),
                Layout::Encoded(Codec::Hevc) => sei::canonical(payload, sei::Codec::Hevc, put),
                Layout::Encoded(Codec::Av1) => obu::canonical(payload, put),
                _ => false,
            };
            if !is_of_its_format {
                put(payload);
            }
        })
    }
}
