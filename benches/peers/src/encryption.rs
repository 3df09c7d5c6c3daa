//! What a client pays for each frame already: `SFrame` (RFC 9605) with AES-GCM-128.

use std::hint::black_box;

use sframe::{
    CipherSuite,
    frame::{MediaFrameView, MonotonicCounter},
    key::EncryptionKey,
};

use crate::{contender::Contender, gate::OPUS_FRAME, scene::Run};

pub struct Encryption {
    key: EncryptionKey,
    counter: MonotonicCounter,
    room: Vec<u8>,
}

impl Encryption {
    pub fn new() -> Self {
        let suite = CipherSuite::AesGcm128Sha256;
        let key = EncryptionKey::derive_from(suite, 1_u64, "sixteen bytes at least");
        Self {
            key: key.expect("the suite is supported"),
            counter: MonotonicCounter::default(),
            room: Vec::new(),
        }
    }
}

impl Contender for Encryption {
    /// Nothing is decided; each frame is encrypted.
    fn decide(&mut self, run: &Run) -> u64 {
        run.bits(|_, _| {
            let frame = MediaFrameView::try_new(&mut self.counter, black_box(&OPUS_FRAME));
            let frame = frame.expect("the counter has not run out");
            let encrypted = frame.encrypt_into(&self.key, &mut self.room);
            black_box(encrypted).is_ok()
        })
    }
}
