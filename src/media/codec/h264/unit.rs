//! NAL units of H.264.

// Types (§7.4.1).
pub(super) const SLICE: u8 = 1;
pub(super) const IDR_SLICE: u8 = 5;
pub(super) const SPS: u8 = 7;
pub(super) const PPS: u8 = 8;
/// Slices of a further layer or view (annexes G, H and I).
pub(super) const EXTENSION_SLICES: [u8; 2] = [20, 21];
