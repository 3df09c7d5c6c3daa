//! Encoded frames as large as a call has them, with headers and nothing behind them; measured here and counted by `ci/hot`.

/// 20 ms of speech.
pub fn opus() -> Vec<u8> {
    [&[0xF8][..], &[0x55; 79]].concat()
}

/// A keyframe of VP8, and one that depends on it.
pub fn vp8() -> [Vec<u8>; 2] {
    let key = [0x50, 1, 0, 0x9D, 1, 0x2A, 128, 2, 104, 1];
    [filled(&key, 8000), filled(&[0x51, 1, 0], 1200)]
}

const SPS: [u8; 13] = [
    0, 0, 0, 1, 0x67, 0x42, 0xC0, 0x1F, 0xF4, 0x0A, 0x02, 0xFC, 0x80,
];
const PPS: [u8; 8] = [0, 0, 0, 1, 0x68, 0xCE, 0x3C, 0x80];
const IDR: [u8; 7] = [0, 0, 0, 1, 0x65, 0x88, 0x84];

/// Likewise of H.264, with the parameter sets before it.
pub fn h264() -> [Vec<u8>; 2] {
    let key = [&SPS[..], &PPS, &IDR].concat();
    [
        filled(&key, 8000),
        filled(&[0, 0, 0, 1, 0x41, 0x9A, 0x24], 1200),
    ]
}

/// A keyframe of as many slices as parameter sets, a thousand: what somebody sends to keep the gate busy.
#[allow(dead_code, reason = "it is counted, not measured")]
pub fn h264_of_many() -> Vec<u8> {
    [SPS.to_vec(), PPS.repeat(1000), IDR.repeat(1000)].concat()
}

fn filled(head: &[u8], length: usize) -> Vec<u8> {
    let mut frame = head.to_vec();
    frame.resize(length, 0x55);
    frame
}
