//! NAL units of HEVC.

// Types (§7.4.2.2).
pub(super) const RASL: [u8; 2] = [8, 9];
pub(super) const BLA: [u8; 3] = [16, 17, 18];
pub(super) const IDR: [u8; 2] = [19, IDR_N_LP];
/// Without leading pictures.
pub(super) const IDR_N_LP: u8 = 20;
pub(super) const CRA: u8 = 21;
/// Intra random access points.
pub(super) const IRAP: core::ops::Range<u8> = 16..24;
/// The first that is not a slice segment.
pub(super) const VPS: u8 = 32;
pub(super) const SPS: u8 = 33;
pub(super) const PPS: u8 = 34;

/// `nal_unit_header()` of the base layer (§7.3.1.2).
pub(super) const fn nal_header(nal_unit_type: u8) -> [u8; 2] {
    const TEMPORAL_ID_PLUS1: u8 = 1;
    [nal_unit_type << 1, TEMPORAL_ID_PLUS1]
}
