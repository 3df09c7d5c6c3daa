//! Open bitstream units (OBUs) of AV1 in the low-overhead format (AV1 specification §5.2 and §5.3).

pub(crate) struct Obu<'a> {
    pub(crate) kind: u8,
    pub(crate) content: &'a [u8],
    /// The bits of its temporal and its spatial layer, as in `operating_point_idc` (§6.4.1). Zero without an extension: it is in every operating point.
    pub(super) layers: u32,
}

/// The lower bits of `operating_point_idc`, for temporal layers; those of the four spatial layers come above them.
pub(super) const TEMPORAL_LAYERS: u32 = 8;

/// Splits off the first unit. Returns it and the rest.
pub(crate) fn open(units: &[u8]) -> Option<(Obu<'_>, &[u8])> {
    let (header, mut rest) = units.split_first()?;
    let (has_extension, has_size) = (header & 4 != 0, header & 2 != 0);
    if header & 0x81 != 0 {
        return None;
    }
    let mut layers = 0;
    if has_extension {
        let (extension, after) = rest.split_first()?;
        let (temporal, spatial) = (extension >> 5, extension >> 3 & 3);
        layers = 1 << temporal | 1 << (TEMPORAL_LAYERS + u32::from(spatial));
        rest = after;
    }
    let (content, rest) = if has_size {
        let (size, rest) = leb128(rest)?;
        rest.split_at_checked(size)?
    } else {
        (rest, &[][..])
    };
    let unit = Obu {
        kind: header >> 3,
        content,
        layers,
    };
    Some((unit, rest))
}

/// Splits off a `leb128()`, an integer below 2³² in up to eight bytes (§4.10.5). Returns it and the rest.
pub(crate) fn leb128(bytes: &[u8]) -> Option<(usize, &[u8])> {
    let mut number = 0;
    let mut rest = bytes;
    for at in 0..8 {
        let (byte, after) = rest.split_first()?;
        rest = after;
        number |= u64::from(byte & 0x7F) << (7 * at);
        if byte & 0x80 == 0 {
            let number = u32::try_from(number).ok()?;
            return Some((number.try_into().ok()?, rest));
        }
    }
    None
}
