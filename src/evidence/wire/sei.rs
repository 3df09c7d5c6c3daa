//! The tag inside a stream of H.264 or HEVC: supplemental enhancement information, user data unregistered
//! (ITU-T H.264 §D.1.7, H.265 §D.2.7: payload type 5), under this library's [`UUID`].
//!
//! Decoders skip it, so the picture is unaffected; transcoders drop it. Streams are read and written in the byte stream format
//! (Annex B of both), one access unit at a time.

use serde::{Deserialize, Serialize};

use super::{Cursor, Tags, UUID, WireError};
use crate::{
    evidence::archive::Carried,
    media::codec::nal::{Unescaped, start_code},
    types::tag::TagError,
};

/// Which of the two it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(
    clippy::exhaustive_enums,
    reason = "a tag goes into each codec in its own way"
)]
pub enum Codec {
    /// ITU-T H.264.
    H264,
    /// ITU-T H.265.
    Hevc,
}

/// What a NAL unit is to a tag.
enum Role {
    Sei,
    /// Of the coded picture itself, before which the tag has its place.
    Picture,
    Other,
}

const USER_DATA_UNREGISTERED: usize = 5;
/// With which the payload of a NAL unit ends.
const TRAILING: u8 = 0x80;

impl Codec {
    fn role(self, header: u8) -> Role {
        match self {
            // A prefix (14) belongs to the slice after it.
            Self::H264 => match header & 0x1F {
                6 => Role::Sei,
                1..=5 | 14 | 20 | 21 => Role::Picture,
                _ => Role::Other,
            },
            Self::Hevc => match header >> 1 & 0x3F {
                39 => Role::Sei,
                0..=31 => Role::Picture,
                _ => Role::Other,
            },
        }
    }

    /// How long a NAL unit's header is.
    const fn header(self) -> usize {
        match self {
            Self::H264 => 1,
            Self::Hevc => 2,
        }
    }
}

/// Reads the tag of an access unit, perhaps with its seal.
///
/// # Errors
///
/// [`WireError::Absent`], [`WireError::Several`], [`WireError::Tag`], [`WireError::Malformed`] for supplemental information that does not fit its unit.
pub fn read(unit: &[u8], codec: Codec) -> Result<Carried, WireError> {
    look(unit, codec)?.0.found()
}

/// Copies an access unit to `buffer`, with a tag before its picture and otherwise unchanged. Returns the part of `buffer` that was written.
///
/// # Errors
///
/// [`WireError::Several`] if there is a tag already, [`WireError::Malformed`] for a unit that has no picture or is not of the format,
/// [`WireError::NoRoom`].
pub fn write<'b>(
    unit: &[u8],
    codec: Codec,
    carried: Carried,
    buffer: &'b mut [u8],
) -> Result<&'b mut [u8], WireError> {
    let (tags, picture) = look(unit, codec)?;
    tags.none()?;
    let Start { at, header } = picture.ok_or(WireError::Malformed)?;
    let (before, after) = unit.split_at_checked(at).ok_or(WireError::Malformed)?;
    let mut room = [0; Carried::MAX];
    let own = carried.to_bytes(&mut room);
    // At most 48, so that one byte says it.
    let size = u8::try_from(UUID.len() + own.len()).unwrap_or(u8::MAX);

    let mut out = Cursor::new(buffer);
    out.put(before);
    out.put(&[0, 0, 0, 1]);
    match codec {
        Codec::H264 => out.put(&[6]),
        // Of the picture's own temporal sub-layer, else it would be of another access unit (H.265 §7.4.2.2).
        Codec::Hevc => {
            let second = unit.get(header + 1).ok_or(WireError::Malformed)?;
            out.put(&[39 << 1, second & 0x07]);
        }
    }
    let kind = [5, size];
    let payload = kind.iter().chain(&UUID).chain(own).chain(&[TRAILING]);
    let mut zeros = 0;
    for byte in payload {
        // Emulation prevention (H.264 §7.4.1, H.265 §7.4.2).
        if zeros == 2 && *byte <= 3 {
            out.put(&[3]);
            zeros = 0;
        }
        zeros = if *byte == 0 { zeros + 1 } else { 0 };
        out.put(&[*byte]);
    }
    out.put(after);
    out.finish()
}

/// Puts an access unit without its tag, each NAL unit behind a start code of one form; says whether it is a byte stream, else nothing is put.
pub(crate) fn canonical(unit: &[u8], codec: Codec, put: &mut dyn FnMut(&[u8])) -> bool {
    let mut next = start(unit, 0);
    let before = next.as_ref().and_then(|first| unit.get(..first.at));
    if !before.is_some_and(|before| before.iter().all(|byte| *byte == 0)) {
        return false;
    }
    let mut is_before_picture = true;
    while let Some(Start { header, .. }) = next {
        next = start(unit, header);
        let end = next.as_ref().map_or(unit.len(), |next| next.at);
        let nal = without_zeros(unit.get(header..end).unwrap_or_default());
        match nal.first().map(|first| codec.role(*first)) {
            Some(Role::Picture) => is_before_picture = false,
            Some(Role::Sei) if is_before_picture && is_carrier(nal, codec) => continue,
            _ => {}
        }
        put(&[0, 0, 0, 1]);
        put(nal);
    }
    true
}

/// Whether supplemental information is a tag and nothing else.
fn is_carrier(nal: &[u8], codec: Codec) -> bool {
    let mut tags = Tags::default();
    let payload = nal.get(codec.header()..).unwrap_or_default();
    messages(payload, &mut tags) == Ok(1) && tags.found().is_ok()
}

/// Zeros after a unit belong to the byte stream.
fn without_zeros(unit: &[u8]) -> &[u8] {
    let zeros = unit.iter().rev().take_while(|byte| **byte == 0).count();
    unit.get(..unit.len() - zeros).unwrap_or_default()
}

/// Where a NAL unit begins: its start code with the zero before it, and its header.
struct Start {
    at: usize,
    header: usize,
}

/// The tags of an access unit, and where its picture begins. What comes after that is not looked at.
fn look(unit: &[u8], codec: Codec) -> Result<(Tags, Option<Start>), WireError> {
    let mut tags = Tags::default();
    let mut next = start(unit, 0);
    while let Some(nal) = next {
        let first = *unit.get(nal.header).ok_or(WireError::Malformed)?;
        match codec.role(first) {
            Role::Picture => return Ok((tags, Some(nal))),
            Role::Sei => {
                next = start(unit, nal.header);
                let end = next.as_ref().map_or(unit.len(), |next| next.at);
                let payload = unit.get(nal.header + codec.header()..end);
                messages(payload.ok_or(WireError::Malformed)?, &mut tags)?;
            }
            Role::Other => next = start(unit, nal.header),
        }
    }
    Ok((tags, None))
}

/// The next start code.
fn start(unit: &[u8], from: usize) -> Option<Start> {
    let rest = unit.get(from..)?;
    let code = start_code(rest)?;
    let zero = code.checked_sub(1).and_then(|before| rest.get(before)) == Some(&0);
    Some(Start {
        at: from + code - usize::from(zero),
        header: from + code + 3,
    })
}

/// Takes the tags out of the messages of one NAL unit (H.264 §7.3.2.3, H.265 §7.3.5), and says how many messages there are.
fn messages(payload: &[u8], tags: &mut Tags) -> Result<usize, WireError> {
    let mut rest = Unescaped::new(without_zeros(payload));
    let mut all = 0;
    while !rest.clone().eq([TRAILING]) {
        all += 1;
        let kind = number(&mut rest)?;
        let size = number(&mut rest)?;
        let mut message = rest.by_ref().take(size);
        if kind != USER_DATA_UNREGISTERED {
            if message.count() < size {
                return Err(WireError::Malformed);
            }
            continue;
        }
        let mut uuid = [0; 16];
        let mut count = 0;
        for (to, byte) in uuid.iter_mut().zip(message.by_ref()) {
            *to = byte;
            count += 1;
        }
        let mut bytes = [0; Carried::MAX];
        let mut length = 0;
        for byte in message {
            if let Some(to) = bytes.get_mut(length) {
                *to = byte;
            }
            length += 1;
        }
        if count + length < size {
            return Err(WireError::Malformed);
        }
        if count == UUID.len() && uuid == UUID {
            let own = bytes.get(..length).ok_or(TagError::Length(length));
            tags.add_read(own.and_then(Carried::from_bytes));
        }
    }
    Ok(all)
}

/// A number as kinds and sizes of messages are written: 255 for as long as more follows.
fn number(rest: &mut Unescaped<'_>) -> Result<usize, WireError> {
    let mut number = 0_usize;
    loop {
        let byte = rest.next().ok_or(WireError::Malformed)?;
        number = number.saturating_add(byte.into());
        if byte < u8::MAX {
            return Ok(number);
        }
    }
}
