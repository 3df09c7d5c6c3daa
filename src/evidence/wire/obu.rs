//! The tag inside a stream of AV1: a metadata OBU of a type that anybody may use (AV1 §5.8.1, §6.7.1: 6 to 31), under this library's [`UUID`].
//!
//! Decoders skip it, so the picture is unaffected; but ffmpeg 5.1 stops at metadata of such a type in a bare file of OBUs.
//! Streams are read and written in the low-overhead format (§5.2), one temporal unit at a time.

use super::{Cursor, Tags, UUID, WireError};
use crate::{
    evidence::archive::Carried,
    media::codec::obu::{leb128, open},
};

/// The type of the metadata, which others may use too; the UUID tells.
pub const METADATA_TYPE: u8 = 27;

const TEMPORAL_DELIMITER: u8 = 2;
const METADATA: u8 = 5;
const HAS_EXTENSION: u8 = 0x04;
const HAS_SIZE: u8 = 0x02;
/// With which metadata ends (§5.3.4).
const TRAILING: u8 = 0x80;

/// Reads the tag of a temporal unit, perhaps with its seal.
///
/// # Errors
///
/// [`WireError::Absent`], [`WireError::Several`], [`WireError::Tag`], [`WireError::Malformed`] for OBUs that do not fit.
pub fn read(unit: &[u8]) -> Result<Carried, WireError> {
    look(unit)?.0.found()
}

/// Copies a temporal unit to `buffer`, with a tag before its first frame and otherwise unchanged. Returns the part of `buffer` that was written.
///
/// # Errors
///
/// [`WireError::Several`] if there is a tag already, [`WireError::Malformed`] for a unit that has no frame or is not of the format,
/// [`WireError::NoRoom`].
pub fn write<'b>(
    unit: &[u8],
    carried: Carried,
    buffer: &'b mut [u8],
) -> Result<&'b mut [u8], WireError> {
    let (tags, frame) = look(unit)?;
    tags.none()?;
    let frame = frame.ok_or(WireError::Malformed)?;
    let (before, after) = unit.split_at_checked(frame).ok_or(WireError::Malformed)?;
    let mut room = [0; Carried::MAX];
    let own = carried.to_bytes(&mut room);
    // At most 50, so that one byte says it.
    let size = u8::try_from(1 + UUID.len() + own.len() + 1).unwrap_or(u8::MAX);

    let mut out = Cursor::new(buffer);
    out.put(before);
    out.put(&[METADATA << 3 | HAS_SIZE, size, METADATA_TYPE]);
    out.put(&UUID);
    out.put(own);
    out.put(&[TRAILING]);
    out.put(after);
    out.finish()
}

/// Puts a temporal unit without its delimiters and its tag, each OBU with its size in as few bytes as that takes;
/// says whether it is of the format, else nothing is put.
pub(crate) fn canonical(unit: &[u8], put: &mut dyn FnMut(&[u8])) -> bool {
    let mut rest = unit;
    while !rest.is_empty() {
        let Some((_, next)) = open(rest) else {
            return false;
        };
        rest = next;
    }
    let mut is_before_frame = true;
    let mut rest = unit;
    while let Some((obu, next)) = open(rest) {
        is_before_frame &= !is_of_frame(obu.kind);
        let is_tag = obu.kind == METADATA && is_before_frame && is_carrier(obu.content);
        if obu.kind != TEMPORAL_DELIMITER && !is_tag {
            put_obu(rest, obu.content, put);
        }
        rest = next;
    }
    true
}

fn put_obu(unit: &[u8], content: &[u8], put: &mut dyn FnMut(&[u8])) {
    if let Some((header, rest)) = unit.split_first() {
        put(&[header | HAS_SIZE]);
        if header & HAS_EXTENSION != 0 {
            put(rest.get(..1).unwrap_or_default());
        }
    }
    let mut size = content.len();
    while size > 0x7F {
        put(&[size.to_le_bytes()[0] | 0x80]);
        size >>= 7;
    }
    put(&[size.to_le_bytes()[0]]);
    put(content);
}

/// Frames, their headers and tiles.
const fn is_of_frame(kind: u8) -> bool {
    matches!(kind, 3 | 4 | 6 | 7 | 8)
}

/// Whether metadata is a tag.
fn is_carrier(content: &[u8]) -> bool {
    let mut tags = Tags::default();
    metadata(content, &mut tags).is_ok() && tags.found().is_ok()
}

/// The tags of a temporal unit, and where its first frame begins. What comes after that is not looked at.
fn look(unit: &[u8]) -> Result<(Tags, Option<usize>), WireError> {
    let mut tags = Tags::default();
    let mut rest = unit;
    while !rest.is_empty() {
        let (obu, next) = open(rest).ok_or(WireError::Malformed)?;
        match obu.kind {
            kind if is_of_frame(kind) => return Ok((tags, Some(unit.len() - rest.len()))),
            METADATA => metadata(obu.content, &mut tags)?,
            _ => {}
        }
        rest = next;
    }
    Ok((tags, None))
}

fn metadata(payload: &[u8], tags: &mut Tags) -> Result<(), WireError> {
    let (kind, content) = leb128(payload).ok_or(WireError::Malformed)?;
    let own = content
        .split_first_chunk()
        .filter(|(uuid, _)| **uuid == UUID);
    if let Some((_, content)) = own.filter(|_| kind == usize::from(METADATA_TYPE)) {
        let zeros = content.iter().rev().take_while(|byte| **byte == 0).count();
        let content = content.get(..content.len() - zeros).unwrap_or_default();
        tags.add(content.strip_suffix(&[TRAILING]).unwrap_or_default());
    }
    Ok(())
}
