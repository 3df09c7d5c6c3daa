//! Open bitstream units of AV1, one after the other (low-overhead format, AV1 specification §5.2 and §5.3).

pub(crate) struct Obu<'a> {
    pub(crate) kind: u8,
    pub(crate) content: &'a [u8],
    /// The bits of its temporal and of its spatial layer in an operating point's number (§6.4.1). It is of all points if it says none.
    pub(super) layers: u32,
}

/// As many bits of an operating point's number are for temporal layers; four for spatial ones come above them.
pub(super) const TEMPORAL_LAYERS: u32 = 8;

/// The first unit, and what comes after it.
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

/// A number of up to eight bytes, seven bits each, the lowest first, and below 2³² (§4.10.5); and what comes after it.
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
