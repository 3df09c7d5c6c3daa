//! The tag as an RTP header extension (RFC 8285).
//!
//! A tag of 16 bytes fits the one-byte form; with its seal, 32 bytes, it needs the two-byte form. A packet has one form for all its extensions,
//! so the others in it are written in the two-byte form too then; where some packets of a stream have one form and some the other,
//! `a=extmap-allow-mixed` must have been agreed ([`sdp::ALLOW_MIXED`](super::sdp::ALLOW_MIXED)).
//!
//! Write the tag before SRTP protects the packet; SRTP authenticates header extensions, but encrypts them only with RFC 6904 or RFC 9335.

use super::{Cursor, Tags, WireError};
use crate::evidence::archive::Carried;

/// A packet's parts, one after the other.
struct Packet<'p> {
    /// The fixed header and the list of contributing sources.
    header: &'p [u8],
    extension: Option<Extension<'p>>,
    /// Payload and padding.
    rest: &'p [u8],
}

#[derive(Clone, Copy)]
struct Extension<'p> {
    form: Form,
    block: &'p [u8],
}

/// How extensions are written, or a block that is not of RFC 8285.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    OneByte,
    /// With the four bits that applications may use.
    TwoByte(u8),
    Foreign,
}

const ONE_BYTE: u16 = 0xBEDE;
const TWO_BYTE: u16 = 0x1000;

/// The largest id, and the most bytes, that an extension of the one-byte form can have.
const ONE_BYTE_MAX: (u8, usize) = (14, 16);

impl<'p> Packet<'p> {
    fn parse(packet: &'p [u8]) -> Result<Self, WireError> {
        let [first, kind, ..] = packet else {
            return Err(WireError::Malformed);
        };
        // Version 2, and none of the numbers that are RTCP's where both share a port (RFC 5761 §4).
        let is_rtcp = matches!(kind & 0x7F, 64..=95);
        if first >> 6 != 2 || is_rtcp {
            return Err(WireError::Malformed);
        }
        let sources = usize::from(first & 0x0F);
        let (header, rest) = split(packet, 12 + 4 * sources)?;
        if first & HAS_EXTENSION == 0 {
            return Ok(Self {
                header,
                extension: None,
                rest,
            });
        }
        let (&[a, b, c, d], rest) = rest.split_first_chunk().ok_or(WireError::Malformed)?;
        let words = usize::from(u16::from_be_bytes([c, d]));
        let (block, rest) = split(rest, 4 * words)?;
        let form = match u16::from_be_bytes([a, b]) {
            ONE_BYTE => Form::OneByte,
            profile if profile & 0xFFF0 == TWO_BYTE => Form::TwoByte(b & 0x0F),
            _ => Form::Foreign,
        };
        Ok(Self {
            header,
            extension: Some(Extension { form, block }),
            rest,
        })
    }
}

const HAS_EXTENSION: u8 = 0x10;

fn split(bytes: &[u8], at: usize) -> Result<(&[u8], &[u8]), WireError> {
    bytes.split_at_checked(at).ok_or(WireError::Malformed)
}

/// One extension of a block.
struct Element<'p> {
    id: u8,
    data: &'p [u8],
    /// All of it as it was written, and the padding before it.
    written: &'p [u8],
}

/// The extensions of a block, and then what nobody is to read: padding, or from an id on that ends the reading.
struct Elements<'p> {
    form: Form,
    rest: &'p [u8],
}

impl<'p> Iterator for Elements<'p> {
    type Item = Result<Element<'p>, WireError>;

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
            return Some(Err(WireError::Malformed));
        };
        self.rest = rest;
        Some(Ok(element))
    }
}

/// Reads the tag of a packet that was sent under this id, perhaps with its seal.
///
/// # Errors
///
/// [`WireError::Malformed`] for bytes that are no RTP packet, or one whose extensions do not fit; [`WireError::Absent`], [`WireError::Several`],
/// [`WireError::Tag`].
pub fn read(packet: &[u8], id: u8) -> Result<Carried, WireError> {
    let Some(Extension { form, block }) = Packet::parse(packet)?.extension else {
        return Err(WireError::Absent);
    };
    let mut tags = Tags::default();
    for element in (Elements { form, rest: block }) {
        let element = element?;
        if element.id == id {
            tags.add(element.data);
        }
    }
    tags.found()
}

/// Copies a packet to `buffer`, with a tag under the id negotiated with [`sdp::extmap`](super::sdp::extmap): 1 to 14 for the one-byte form,
/// up to 255 for the two-byte form. Returns the part of `buffer` that was written.
///
/// A tag that was there before is replaced. All other extensions, contributing sources, payload and padding are as they were.
///
/// # Errors
///
/// [`WireError::Malformed`] for bytes that are no RTP packet, [`WireError::Id`], [`WireError::Foreign`], [`WireError::NoRoom`].
pub fn write<'b>(
    packet: &[u8],
    id: u8,
    carried: Carried,
    buffer: &'b mut [u8],
) -> Result<&'b mut [u8], WireError> {
    let Packet {
        header,
        extension,
        rest,
    } = Packet::parse(packet)?;
    let mut room = [0; Carried::MAX];
    let own = carried.to_bytes(&mut room);
    if id == 0 {
        return Err(WireError::Id);
    }
    let before = extension.unwrap_or(Extension {
        form: Form::OneByte,
        block: &[],
    });
    let fits_one_byte = id <= ONE_BYTE_MAX.0 && own.len() <= ONE_BYTE_MAX.1;
    let form = match before.form {
        Form::OneByte if fits_one_byte => Form::OneByte,
        Form::OneByte => Form::TwoByte(0),
        Form::TwoByte(bits) => Form::TwoByte(bits),
        Form::Foreign => return Err(WireError::Foreign),
    };

    let mut out = Cursor::new(buffer);
    let (first, others) = header.split_first().ok_or(WireError::Malformed)?;
    out.put(&[first | HAS_EXTENSION]);
    out.put(others);
    let begun = out.written;
    out.put(&[0; 4]);
    let unread = copy_others(before, form, id, &mut out)?;
    put_element(form, id, own, &mut out);
    out.put(unread);
    let written = out.written - begun;
    let padding = written.next_multiple_of(4) - written;
    out.put([0; 3].get(..padding).unwrap_or_default());
    let words = (out.written - begun) / 4 - 1;
    out.put(rest);

    let out = out.finish()?;
    let profile = match form {
        Form::TwoByte(bits) => TWO_BYTE | u16::from(bits),
        Form::OneByte | Form::Foreign => ONE_BYTE,
    };
    let words = u16::try_from(words).map_err(|_| WireError::Malformed)?;
    let [a, b] = profile.to_be_bytes();
    let [c, d] = words.to_be_bytes();
    if let Some(place) = out.get_mut(begun..begun + 4) {
        place.copy_from_slice(&[a, b, c, d]);
    }
    Ok(out)
}

/// Writes the extensions of other ids. Gives what comes after them that nobody is to read.
fn copy_others<'p>(
    before: Extension<'p>,
    form: Form,
    id: u8,
    out: &mut Cursor<'_>,
) -> Result<&'p [u8], WireError> {
    let mut elements = Elements {
        form: before.form,
        rest: before.block,
    };
    for element in elements.by_ref() {
        let element = element?;
        if element.id == id {
            continue;
        }
        if form == before.form {
            out.put(element.written);
        } else {
            put_element(form, element.id, element.data, out);
        }
    }
    let unread = elements.rest;
    if unread.iter().all(|byte| *byte == 0) {
        return Ok(&[]);
    }
    // In the two-byte form it would be read.
    if form == before.form {
        Ok(unread)
    } else {
        Err(WireError::Foreign)
    }
}

fn put_element(form: Form, id: u8, data: &[u8], out: &mut Cursor<'_>) {
    // Both fit: of the one-byte form that was made sure of before, and no element is longer than 32 bytes or what one byte could say before.
    let length = u8::try_from(data.len()).unwrap_or(u8::MAX);
    match form {
        Form::TwoByte(_) => out.put(&[id, length]),
        Form::OneByte | Form::Foreign => out.put(&[id << 4 | length.wrapping_sub(1) & 0x0F]),
    }
    out.put(data);
}
