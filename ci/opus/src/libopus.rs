//! libopus, as far as it is needed: one channel at 48 kHz.

use std::ptr::null;

use opusic_sys as sys;

/// Samples a second.
pub const RATE: i32 = 48_000;
/// The most samples that a packet has.
const MOST: usize = 5760;
/// A packet of silence, which a decoder takes for its first.
const SILENCE: [u8; 3] = [0xF8, 0xFF, 0xFE];

/// How a stream is encoded.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options {
    /// In samples.
    pub frame: usize,
    pub bitrate: i32,
    /// In units of 10 ms.
    pub deep: i32,
    pub quality: bool,
    pub fec: bool,
    pub dtx: bool,
}

pub fn encode(samples: &[i16], options: Options) -> Vec<Vec<u8>> {
    let mut error = 0;
    // SAFETY: the encoder is made, used and destroyed here; each frame is as long as libopus is told, and so is the room.
    unsafe {
        let encoder = sys::opus_encoder_create(RATE, 1, sys::OPUS_APPLICATION_VOIP, &raw mut error);
        assert_eq!(error, 0);
        for (request, value) in [
            (sys::OPUS_SET_BITRATE_REQUEST, options.bitrate),
            (sys::OPUS_SET_PACKET_LOSS_PERC_REQUEST, 40),
            (sys::OPUS_SET_COMPLEXITY_REQUEST, 10),
            (sys::OPUS_SET_DRED_DURATION_REQUEST, options.deep),
            (sys::OPUS_SET_QEXT_REQUEST, options.quality.into()),
            (sys::OPUS_SET_INBAND_FEC_REQUEST, options.fec.into()),
            (sys::OPUS_SET_DTX_REQUEST, options.dtx.into()),
        ] {
            assert_eq!(
                sys::opus_encoder_ctl(encoder, request, value),
                0,
                "{request}"
            );
        }
        let mut room = [0; 8000];
        let most = i32::try_from(room.len()).unwrap();
        let length = i32::try_from(options.frame).unwrap();
        let packets = samples.chunks_exact(options.frame).map(|frame| {
            let length = sys::opus_encode(encoder, frame.as_ptr(), length, room.as_mut_ptr(), most);
            room[..usize::try_from(length).unwrap()].to_vec()
        });
        let packets = packets.collect();
        sys::opus_encoder_destroy(encoder);
        packets
    }
}

/// A decoder, with what it needs for deep redundancy.
pub struct Decoder {
    decoder: *mut sys::OpusDecoder,
    model: *mut sys::OpusDREDDecoder,
    deep: *mut sys::OpusDRED,
}

impl Decoder {
    pub fn new() -> Self {
        let mut error = [0; 3];
        // SAFETY: each is made once, and freed in `drop` alone.
        let this = unsafe {
            Self {
                decoder: sys::opus_decoder_create(RATE, 1, &raw mut error[0]),
                model: sys::opus_dred_decoder_create(&raw mut error[1]),
                deep: sys::opus_dred_alloc(&raw mut error[2]),
            }
        };
        assert_eq!(error, [0; 3]);
        this
    }

    /// Forgets what it has heard; a packet of silence is its first.
    fn reset(&mut self) {
        // SAFETY: the decoder lives as long as this.
        unsafe {
            assert_eq!(
                sys::opus_decoder_ctl(self.decoder, sys::OPUS_RESET_STATE),
                0
            );
            assert_eq!(
                sys::opus_decoder_ctl(self.decoder, sys::OPUS_SET_COMPLEXITY_REQUEST, 10),
                0
            );
        }
        for _ in 0..3 {
            self.decode(Some(&SILENCE), MOST, false);
        }
    }

    /// Decodes a packet, the time before it, or a loss. Returns the loudest sample.
    pub fn decode(&mut self, packet: Option<&[u8]>, room: usize, before: bool) -> u16 {
        let mut samples = [0; MOST];
        let (at, length) = packet.map_or((null(), 0), |packet| (packet.as_ptr(), packet.len()));
        let (length, room) = (i32::try_from(length).unwrap(), i32::try_from(room).unwrap());
        assert!(usize::try_from(room).unwrap() <= MOST);
        // SAFETY: the packet is as long as libopus is told, and there is room for the longest.
        let count = unsafe {
            sys::opus_decode(
                self.decoder,
                at,
                length,
                samples.as_mut_ptr(),
                room,
                before.into(),
            )
        };
        loudest(&samples[..usize::try_from(count).unwrap()])
    }

    /// From where to where before the packet its deep redundancy says that it is of, in samples; none if it has none.
    pub fn deep(&mut self, packet: &[u8]) -> Option<(i32, i32)> {
        let (length, mut end) = (i32::try_from(packet.len()).unwrap(), 0);
        // SAFETY: what is passed lives as long as this; the packet is as long as libopus is told.
        let start = unsafe {
            let (model, deep) = (self.model, self.deep);
            sys::opus_dred_parse(
                model,
                deep,
                packet.as_ptr(),
                length,
                3 * RATE,
                RATE,
                &raw mut end,
                0,
            )
        };
        assert!(start >= 0, "{start}");
        (start > 0).then_some((start, end))
    }

    /// The loudest of all that one packet can yield to a decoder that has heard nothing: of itself, of the frame before it, and of what its deep redundancy holds.
    pub fn all_of(&mut self, packet: &[u8], frame: usize) -> u16 {
        self.reset();
        let mut most = self.decode(Some(packet), MOST, false);
        self.reset();
        most = most.max(self.decode(Some(packet), frame, true));
        if let Some((start, _)) = self.deep(packet) {
            self.reset();
            most = most.max(self.lost(start));
        }
        most
    }

    /// Fills a loss as long as deep redundancy that was read reaches back, and somewhat more.
    fn lost(&mut self, start: i32) -> u16 {
        const STEP: i32 = RATE / 50;
        let mut samples = [0; STEP as usize];
        let mut most = 0;
        for at in (0..=start / STEP + 4).rev() {
            // SAFETY: redundancy was read; there is room for as many samples as libopus is told.
            let count = unsafe {
                sys::opus_decoder_dred_decode(
                    self.decoder,
                    self.deep,
                    at * STEP,
                    samples.as_mut_ptr(),
                    STEP,
                )
            };
            assert_eq!(count, STEP);
            most = most.max(loudest(&samples));
        }
        most
    }
}

impl Drop for Decoder {
    fn drop(&mut self) {
        // SAFETY: made in `new`, and not used any more.
        unsafe {
            sys::opus_decoder_destroy(self.decoder);
            sys::opus_dred_decoder_destroy(self.model);
            sys::opus_dred_free(self.deep);
        }
    }
}

fn loudest(samples: &[i16]) -> u16 {
    let loud = samples.iter().map(|sample| sample.unsigned_abs());
    loud.max().unwrap_or_default()
}
