//! libfdk-aac's encoder and decoder.

use std::{ffi::c_void, ptr};

use fdk_aac_sys as fdk;

pub const CHANNELS: usize = 2;

/// What the encoder is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub name: &'static str,
    /// 2 is AAC-LC, 5 with SBR, 29 with parametric stereo, too.
    pub object_type: u32,
    pub rate: u32,
    pub bitrate: u32,
    pub is_adts: bool,
    pub has_checksums: bool,
    /// In a frame of ADTS.
    pub blocks: u32,
}

pub struct Stream {
    pub frames: Vec<Vec<u8>>,
    /// Its `AudioSpecificConfig`.
    pub config: Vec<u8>,
    /// How many samples of a channel a block has.
    pub samples: usize,
    /// How far the decoder's transform lags behind the encoder's input, in samples.
    pub delay: usize,
}

pub fn encode(options: Options, samples: &[i16]) -> Stream {
    unsafe {
        let mut encoder = ptr::null_mut();
        let channels = u32::try_from(CHANNELS).unwrap();
        assert_eq!(fdk::aacEncOpen(&mut encoder, 0, channels), 0);
        let transport = if options.is_adts {
            fdk::TRANSPORT_TYPE_TT_MP4_ADTS
        } else {
            fdk::TRANSPORT_TYPE_TT_MP4_RAW
        };
        for (parameter, value) in [
            (fdk::AACENC_PARAM_AACENC_AOT, options.object_type),
            (fdk::AACENC_PARAM_AACENC_SAMPLERATE, options.rate),
            (fdk::AACENC_PARAM_AACENC_CHANNELMODE, channels),
            (fdk::AACENC_PARAM_AACENC_BITRATE, options.bitrate),
            (
                fdk::AACENC_PARAM_AACENC_TRANSMUX,
                transport.try_into().unwrap(),
            ),
            // Unannounced.
            (fdk::AACENC_PARAM_AACENC_SIGNALING_MODE, 0),
            (
                fdk::AACENC_PARAM_AACENC_PROTECTION,
                options.has_checksums.into(),
            ),
            (fdk::AACENC_PARAM_AACENC_TPSUBFRAMES, options.blocks),
        ] {
            let set = fdk::aacEncoder_SetParam(encoder, parameter, value);
            assert_eq!(set, 0, "{parameter} of {options:?}");
        }
        let nothing = ptr::null();
        let begun = fdk::aacEncEncode(encoder, nothing, nothing, ptr::null(), ptr::null_mut());
        assert_eq!(begun, 0, "{options:?}");
        let mut info = std::mem::zeroed::<fdk::AACENC_InfoStruct>();
        assert_eq!(fdk::aacEncInfo(encoder, &mut info), 0);
        let block = info.frameLength as usize * CHANNELS;
        let mut frames = Vec::new();
        for samples in samples.chunks_exact(block) {
            let frame = step(encoder, samples);
            if !frame.is_empty() {
                frames.push(frame);
            }
        }
        fdk::aacEncClose(&mut encoder);
        Stream {
            frames,
            config: info.confBuf[..info.confSize as usize].to_vec(),
            samples: info.frameLength as usize,
            delay: info.nDelayCore as usize,
        }
    }
}

unsafe fn step(encoder: fdk::HANDLE_AACENCODER, samples: &[i16]) -> Vec<u8> {
    let mut frame = vec![0; 20_000];
    let mut from = samples.as_ptr().cast_mut().cast::<c_void>();
    let mut to = frame.as_mut_ptr().cast::<c_void>();
    let (mut from_kind, mut to_kind) = (
        fdk::AACENC_BufferIdentifier_IN_AUDIO_DATA as i32,
        fdk::AACENC_BufferIdentifier_OUT_BITSTREAM_DATA as i32,
    );
    let (mut from_size, mut to_size) = (i32::try_from(samples.len() * 2).unwrap(), 20_000);
    let (mut from_element, mut to_element) = (2, 1);
    let input = fdk::AACENC_BufDesc {
        numBufs: 1,
        bufs: &mut from,
        bufferIdentifiers: &mut from_kind,
        bufSizes: &mut from_size,
        bufElSizes: &mut from_element,
    };
    let output = fdk::AACENC_BufDesc {
        numBufs: 1,
        bufs: &mut to,
        bufferIdentifiers: &mut to_kind,
        bufSizes: &mut to_size,
        bufElSizes: &mut to_element,
    };
    let given = fdk::AACENC_InArgs {
        numInSamples: i32::try_from(samples.len()).unwrap(),
        numAncBytes: 0,
    };
    unsafe {
        let mut made = std::mem::zeroed::<fdk::AACENC_OutArgs>();
        let encoded = fdk::aacEncEncode(encoder, &input, &output, &given, &mut made);
        assert_eq!(encoded, 0);
        assert_eq!(made.numInSamples, given.numInSamples);
        frame.truncate(made.numOutBytes as usize);
    }
    frame
}

/// What the decoder makes of each frame, of so many blocks.
pub fn decode(config: Option<&[u8]>, blocks: u32, frames: &[Vec<u8>]) -> Vec<Vec<i16>> {
    let mut decoded = Vec::new();
    unsafe {
        let transport = match config {
            None => fdk::TRANSPORT_TYPE_TT_MP4_ADTS,
            Some(_) => fdk::TRANSPORT_TYPE_TT_MP4_RAW,
        };
        let decoder = fdk::aacDecoder_Open(transport, 1);
        assert!(!decoder.is_null());
        // They would delay and scale what is heard: a limiter, and concealment by the frames on both sides.
        for (parameter, value) in [
            (fdk::AACDEC_PARAM_AAC_PCM_LIMITER_ENABLE, 0),
            (fdk::AACDEC_PARAM_AAC_CONCEAL_METHOD, 1),
        ] {
            assert_eq!(fdk::aacDecoder_SetParam(decoder, parameter, value), 0);
        }
        if let Some(config) = config {
            let mut at = config.as_ptr().cast_mut();
            let length = u32::try_from(config.len()).unwrap();
            assert_eq!(fdk::aacDecoder_ConfigRaw(decoder, &mut at, &length), 0);
        }
        for frame in frames {
            let mut at = frame.as_ptr().cast_mut();
            let length = u32::try_from(frame.len()).unwrap();
            let mut left = length;
            let filled = fdk::aacDecoder_Fill(decoder, &mut at, &length, &mut left);
            assert_eq!((filled, left), (0, 0));
            let mut of_frame = Vec::new();
            let mut room = vec![0_i16; 8 * 2048];
            // Until it lacks the next frame, by which it tells whether this one is one.
            loop {
                let size = i32::try_from(room.len()).unwrap();
                let error = fdk::aacDecoder_DecodeFrame(decoder, room.as_mut_ptr(), size, 0);
                // Of frames of several blocks it loses every sixth.
                let is_lost =
                    blocks > 1 && error == fdk::AAC_DECODER_ERROR_AAC_DEC_TRANSPORT_SYNC_ERROR;
                if error == fdk::AAC_DECODER_ERROR_AAC_DEC_NOT_ENOUGH_BITS || is_lost {
                    break;
                }
                assert_eq!(error, 0, "{}", decoded.len());
                let info = *fdk::aacDecoder_GetStreamInfo(decoder);
                let samples = info.frameSize * info.numChannels;
                of_frame.extend(&room[..usize::try_from(samples).unwrap()]);
                if config.is_some() {
                    break;
                }
            }
            decoded.push(of_frame);
        }
        fdk::aacDecoder_Close(decoder);
    }
    decoded
}
