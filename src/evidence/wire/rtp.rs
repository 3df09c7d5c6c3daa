//! The tag as an RTP header extension (RFC 8285).
//!
//! A tag of 16 bytes fits the one-byte form; with its seal, 32 bytes, it needs the two-byte form. A packet has one form for all its extensions,
//! so the others in it are written in the two-byte form too then; where some packets of a stream have one form and some the other,
//! `a=extmap-allow-mixed` must have been agreed ([`sdp::ALLOW_MIXED`](super::sdp::ALLOW_MIXED)).
//!
//! Write the tag before SRTP protects the packet; SRTP authenticates header extensions, but encrypts them only with RFC 6904 or RFC 9335.

use super::{Cursor, Tags, WireError};
use crate::{
    evidence::archive::Carried,
    media::rtp::{Extension, Form, HAS_EXTENSION, ONE_BYTE, TWO_BYTE},
};

pub use crate::media::rtp::{AbsoluteCaptureTime, Malformed, Packet};

/// The largest id, and the most bytes, that an extension of the one-byte form can have.
const ONE_BYTE_MAX: (u8, usize) = (14, 16);

/// Reads the tag of a packet that was sent under this id, perhaps with its seal.
///
/// # Errors
///
/// [`WireError::Malformed`] for bytes that are no RTP packet, or one whose extensions do not fit; [`WireError::Absent`], [`WireError::Several`],
/// [`WireError::Tag`].
pub fn read(packet: &[u8], id: u8) -> Result<Carried, WireError> {
    let mut tags = Tags::default();
    for element in Packet::parse(packet)?.elements() {
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
    let packet = Packet::parse(packet)?;
    let mut room = [0; Carried::MAX];
    let own = carried.to_bytes(&mut room);
    if id == 0 {
        return Err(WireError::Id);
    }
    let before = packet.block().unwrap_or(Extension {
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
    let (first, others) = packet.header().split_first().ok_or(WireError::Malformed)?;
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
    out.put(packet.rest());

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
    let mut elements = before.elements();
    for element in elements.by_ref() {
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
