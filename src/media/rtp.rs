//! RTP packets: their header, its extensions and the payload (RFC 3550 §5, RFC 8285).

use crate::media::ntp::NtpTime;

/// Bytes that are no packet of RTP or RTCP, or one that is cut short or contradicts itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("malformed or truncated packet: pass one whole packet, decrypted")]
#[expect(clippy::exhaustive_structs, reason = "there is no more to say")]
pub struct Malformed;

/// A packet of RTP, taken apart.
///
/// What SRTP protects must have been decrypted before; in the payload of an encrypted packet, padding included, nothing means anything.
///
/// # Examples
///
/// ```
/// use framegate::wire::rtp::Packet;
///
/// let bytes = [0x82, 96, 0, 7, 0, 0, 3, 192, 0, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3, 0xF8, 0xFF, 0xFE];
/// let packet = Packet::parse(&bytes)?;
/// assert_eq!((packet.ssrc(), packet.timestamp()), (1, 960));
/// assert!(packet.csrcs().eq([2, 3]));
/// assert_eq!(packet.payload(), [0xF8, 0xFF, 0xFE]);
/// # Ok::<(), framegate::wire::rtp::Malformed>(())
/// ```
#[derive(Clone, Copy)]
pub struct Packet<'p> {
    fixed: [u8; FIXED],
    /// What `fixed` has, and the list of contributing sources.
    header: &'p [u8],
    extension: Option<Extension<'p>>,
    /// Payload and padding.
    rest: &'p [u8],
    payload: &'p [u8],
}

#[derive(Clone, Copy)]
pub(crate) struct Extension<'p> {
    pub(crate) form: Form,
    pub(crate) block: &'p [u8],
}

/// How extensions are written, or a block that is not of RFC 8285.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Form {
    OneByte,
    /// With the four bits that applications may use.
    TwoByte(u8),
    Foreign,
}

/// The length of the header before the contributing sources.
const FIXED: usize = 12;

pub(crate) const HAS_EXTENSION: u8 = 0x10;
const HAS_PADDING: u8 = 0x20;

pub(crate) const ONE_BYTE: u16 = 0xBEDE;
pub(crate) const TWO_BYTE: u16 = 0x1000;

impl<'p> Packet<'p> {
    /// Takes a packet apart.
    ///
    /// # Errors
    ///
    /// [`Malformed`] for another version than 2, a payload type that is RTCP's where both share a port (RFC 5761 §4), and header, extensions or padding
    /// that do not fit. Padding that is announced has at least the byte that counts it (RFC 3550 §5.1).
    pub fn parse(packet: &'p [u8]) -> Result<Self, Malformed> {
        let fixed @ [first, kind, ..] = packet.first_chunk::<FIXED>().ok_or(Malformed)?;
        let is_rtcp = matches!(kind & 0x7F, 64..=95);
        if first >> 6 != 2 || is_rtcp {
            return Err(Malformed);
        }
        let sources = usize::from(first & 0x0F);
        let (header, rest) = split(packet, FIXED + 4 * sources)?;
        let (extension, rest) = if first & HAS_EXTENSION == 0 {
            (None, rest)
        } else {
            let (extension, rest) = Extension::parse(rest)?;
            (Some(extension), rest)
        };
        let padding = match rest {
            _ if first & HAS_PADDING == 0 => 0,
            [.., 0] | [] => return Err(Malformed),
            [.., count] => usize::from(*count),
        };
        let end = rest.len().checked_sub(padding).ok_or(Malformed)?;
        let (payload, _) = split(rest, end)?;
        Ok(Self {
            fixed: *fixed,
            header,
            extension,
            rest,
            payload,
        })
    }

    /// Returns the marker bit, whose meaning is the payload format's.
    #[must_use]
    pub const fn marker(&self) -> bool {
        let [_, kind, ..] = self.fixed;
        kind & 0x80 != 0
    }

    /// Returns the payload type, at most 127.
    #[must_use]
    pub const fn payload_type(&self) -> u8 {
        let [_, kind, ..] = self.fixed;
        kind & 0x7F
    }

    /// Returns the sequence number.
    #[must_use]
    pub const fn sequence_number(&self) -> u16 {
        let [_, _, a, b, ..] = self.fixed;
        u16::from_be_bytes([a, b])
    }

    /// Returns the RTP timestamp, in units of the payload format's clock.
    #[must_use]
    pub const fn timestamp(&self) -> u32 {
        let [_, _, _, _, a, b, c, d, ..] = self.fixed;
        u32::from_be_bytes([a, b, c, d])
    }

    /// Returns the synchronization source (SSRC).
    #[must_use]
    pub const fn ssrc(&self) -> u32 {
        let [.., a, b, c, d] = self.fixed;
        u32::from_be_bytes([a, b, c, d])
    }

    /// Returns the contributing sources (CSRCs), at most 15. A mixer that has more lists 15 of them.
    #[must_use]
    pub fn csrcs(&self) -> impl ExactSizeIterator<Item = u32> + use<'p> {
        let sources = self.header.get(FIXED..).unwrap_or_default();
        let (sources, _) = sources.as_chunks();
        sources.iter().map(|source| u32::from_be_bytes(*source))
    }

    /// Returns the header extension of this id (RFC 8285). None if there is none, or several of the same id, none of which counts then.
    #[must_use]
    pub fn extension(&self, id: u8) -> Option<&'p [u8]> {
        let mut found = self.elements().filter(|element| element.id == id);
        let only = found.next()?;
        found.next().is_none().then_some(only.data)
    }

    /// Returns the time of capture that the header extension abs-capture-time says, by the id that it was negotiated under. None if there is none, or it has
    /// another length than 8 or 16 bytes.
    #[must_use]
    pub fn absolute_capture_time(&self, id: u8) -> Option<AbsoluteCaptureTime> {
        let (captured, offset) = self.extension(id)?.split_first_chunk()?;
        let clock_offset = match offset {
            [] => None,
            offset => Some(i64::from_be_bytes(offset.try_into().ok()?)),
        };
        let captured = NtpTime::from_bits(u64::from_be_bytes(*captured));
        Some(AbsoluteCaptureTime {
            captured,
            clock_offset,
        })
    }

    /// Returns the payload, without padding.
    #[must_use]
    pub const fn payload(&self) -> &'p [u8] {
        self.payload
    }

    pub(crate) const fn header(&self) -> &'p [u8] {
        self.header
    }

    pub(crate) const fn block(&self) -> Option<Extension<'p>> {
        self.extension
    }

    pub(crate) fn elements(&self) -> Elements<'p> {
        self.extension.map_or(Elements::NONE, Extension::elements)
    }

    /// Returns payload and padding.
    pub(crate) const fn rest(&self) -> &'p [u8] {
        self.rest
    }
}

impl core::fmt::Debug for Packet<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Packet")
            .field("ssrc", &self.ssrc())
            .field("sequence_number", &self.sequence_number())
            .field("timestamp", &self.timestamp())
            .field("payload_type", &self.payload_type())
            .field("payload", &self.payload.len())
            .finish_non_exhaustive()
    }
}

impl<'p> Extension<'p> {
    /// The block after the header, all of whose elements fit, and what comes after it.
    fn parse(rest: &'p [u8]) -> Result<(Self, &'p [u8]), Malformed> {
        let (&[a, b, c, d], rest) = rest.split_first_chunk().ok_or(Malformed)?;
        let words = usize::from(u16::from_be_bytes([c, d]));
        let (block, rest) = split(rest, 4 * words)?;
        let form = match u16::from_be_bytes([a, b]) {
            ONE_BYTE => Form::OneByte,
            profile if profile & 0xFFF0 == TWO_BYTE => Form::TwoByte(b & 0x0F),
            _ => Form::Foreign,
        };
        let extension = Self { form, block };
        let mut elements = extension.elements();
        elements.by_ref().for_each(drop);
        if elements.is_cut_short {
            return Err(Malformed);
        }
        Ok((extension, rest))
    }

    pub(crate) const fn elements(self) -> Elements<'p> {
        Elements {
            form: self.form,
            rest: self.block,
            is_cut_short: false,
        }
    }
}

fn split(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8]), Malformed> {
    bytes.split_at_checked(at).ok_or(Malformed)
}

/// One extension of a block.
pub(crate) struct Element<'p> {
    pub(crate) id: u8,
    pub(crate) data: &'p [u8],
    /// All of it as it was written, and the padding before it.
    pub(crate) written: &'p [u8],
}

/// The extensions of a block, and then what nobody is to read: padding, or from an id on that ends the reading.
pub(crate) struct Elements<'p> {
    form: Form,
    pub(crate) rest: &'p [u8],
    /// Whether the last did not fit, which no packet has that was taken apart.
    is_cut_short: bool,
}

impl Elements<'_> {
    const NONE: Self = Self {
        form: Form::Foreign,
        rest: &[],
        is_cut_short: false,
    };
}

impl<'p> Iterator for Elements<'p> {
    type Item = Element<'p>;

    fn next(&mut self) -> Option<Self::Item> {
        let padding = self.rest.iter().take_while(|byte| **byte == 0).count();
        let (_, unpadded) = self.rest.split_at_checked(padding)?;
        let (id, header, length) = match (self.form, unpadded) {
            // RFC 8285 §4.2: the length is ignored, and nothing after it is read. An id of 0 with a length is no padding, and ends it too.
            (Form::OneByte, [first, ..]) if matches!(first >> 4, 0 | 15) => return None,
            (Form::OneByte, [first, ..]) => (first >> 4, 1, usize::from(first & 0x0F) + 1),
            (Form::TwoByte(_), [id, length, ..]) => (*id, 2, usize::from(*length)),
            // Without its length, so that it does not fit.
            (Form::TwoByte(_), [id]) => (*id, 2, 0),
            (_, []) | (Form::Foreign, _) => return None,
        };
        let element = || {
            let (written, rest) = self.rest.split_at_checked(padding + header + length)?;
            let (_, data) = written.split_at_checked(padding + header)?;
            Some((Element { id, data, written }, rest))
        };
        let Some((element, rest)) = element() else {
            self.rest = &[];
            self.is_cut_short = true;
            return None;
        };
        self.rest = rest;
        Some(element)
    }
}

/// A time of capture as the header extension abs-capture-time says it (`http://www.webrtc.org/experiments/rtp-hdrext/abs-capture-time`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct AbsoluteCaptureTime {
    /// When the first frame in the packet was captured, by the clock of the system that captured it.
    pub captured: NtpTime,
    /// How much that clock is ahead of the one that the stream's sender reports are written by, as the sender estimates it: in units of 2⁻³² seconds.
    pub clock_offset: Option<i64>,
}
