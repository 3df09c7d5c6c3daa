//! Packets and units put together piece by piece, so that it is known what must be read of them, and where a tag must go in.

use arbitrary::{Arbitrary, Result, Unstructured};
use framegate::{
    Tag,
    archive::Carried,
    wire::{UUID, WireError, obu, rtp, sei},
};

/// What one of our elements, messages or metadata holds.
type Own = Vec<u8>;

/// What must be read where these are.
fn expected(own: &[Own]) -> core::result::Result<Carried, WireError> {
    match own {
        [] => Err(WireError::Absent),
        [one] => Ok(Carried::from_bytes(one)?),
        _ => Err(WireError::Several),
    }
}

fn up_to(from: &mut Unstructured<'_>, most: usize) -> Result<usize> {
    from.int_in_range(0..=most)
}

fn some_bytes(from: &mut Unstructured<'_>, most: usize) -> Result<Vec<u8>> {
    let length = up_to(from, most)?;
    (0..length).map(|_| u8::arbitrary(from)).collect()
}

/// A tag, with a seal or without; or nearly one.
fn own(from: &mut Unstructured<'_>, tag: Tag) -> Result<Own> {
    let mut own = tag.to_bytes().to_vec();
    match u8::arbitrary(from)? % 8 {
        0..=3 => {}
        4 | 5 => own.extend(<[u8; 16]>::arbitrary(from)?),
        6 => own[up_to(from, 15)?] ^= u8::arbitrary(from)?,
        _ => own = some_bytes(from, 40)?,
    }
    Ok(own)
}

/// How many tags went in and came out again.
pub fn check(choice: u8, bytes: &[u8], carried: Carried) -> Result<usize> {
    let from = &mut Unstructured::new(bytes);
    match choice & 0x03 {
        0 => packet(from, carried),
        1 => access_unit(from, carried, sei::Codec::H264),
        2 => access_unit(from, carried, sei::Codec::Hevc),
        _ => temporal_unit(from, carried),
    }
}

// ---- RTP ----

struct Packet {
    bytes: Vec<u8>,
    header: usize,
    /// Of the one-byte form, of the two-byte form, or of none that we know; none if there is no extension.
    form: Option<u8>,
    elements: Vec<(u8, Vec<u8>)>,
    /// Whether something follows that nobody is to read.
    has_end: bool,
    rest: Vec<u8>,
}

fn make_packet(from: &mut Unstructured<'_>, tag: Tag) -> Result<Packet> {
    let sources = up_to(from, 15)?;
    let kind = u8::arbitrary(from)? & 0xBF;
    let mut bytes = vec![0x80 | u8::try_from(sources).expect("few"), kind];
    bytes.extend((0..10).map(|at| at * 17));
    bytes.resize(12 + 4 * sources, 0xC5);
    let header = bytes.len();
    let form = match u8::arbitrary(from)? % 8 {
        0 => None,
        1 => Some(2),
        2..=4 => Some(0),
        _ => Some(1),
    };
    let (mut block, mut elements) = (Vec::new(), Vec::new());
    for _ in 0..up_to(from, 5)? {
        let data = own(from, tag)?;
        block.resize(block.len() + up_to(from, 3)?, 0);
        match form {
            Some(0) if (1..=16).contains(&data.len()) => {
                let id = from.int_in_range(1..=14)?;
                block.push(id << 4 | u8::try_from(data.len() - 1).expect("few"));
                elements.push((id, data.clone()));
            }
            Some(1) => {
                let id = from.int_in_range(1..=255)?;
                block.extend([id, u8::try_from(data.len()).expect("few")]);
                elements.push((id, data.clone()));
            }
            Some(2) => {}
            _ => continue,
        }
        block.extend(data);
    }
    let has_end = form == Some(0) && bool::arbitrary(from)?;
    if has_end {
        // An id of 15, or of 0 with a length.
        block.push(if bool::arbitrary(from)? { 0xF3 } else { 0x03 });
        block.extend(some_bytes(from, 24)?);
    }
    block.resize(block.len().next_multiple_of(4), 0);
    if let Some(form) = form {
        bytes[0] |= 0x10;
        bytes.extend([[0xBE, 0xDE], [0x10, 0x05], [0xAB, 0xCD]][usize::from(form)]);
        bytes.extend(u16::try_from(block.len() / 4).expect("few").to_be_bytes());
        bytes.extend(block);
    }
    let rest = some_bytes(from, 24)?;
    bytes.extend(&rest);
    Ok(Packet {
        bytes,
        header,
        form,
        elements,
        has_end,
        rest,
    })
}

fn packet(from: &mut Unstructured<'_>, carried: Carried) -> Result<usize> {
    let made = make_packet(from, carried.tag)?;
    let id = from.int_in_range(1..=255)?;
    let id = if bool::arbitrary(from)? {
        id % 14 + 1
    } else {
        id
    };
    let of = |id| {
        let own = made.elements.iter().filter(|(other, _)| *other == id);
        expected(&own.map(|(_, data)| data.clone()).collect::<Vec<_>>())
    };
    for any in 1..=255 {
        assert_eq!(rtp::read(&made.bytes, any), of(any));
    }
    let turns = made.form == Some(0) && (id > 14 || carried.seal.is_some());
    let mut room = vec![0; made.bytes.len() + 128];
    let written = rtp::write(&made.bytes, id, carried, &mut room);
    if made.form == Some(2) || (turns && made.has_end) {
        assert_eq!(written, Err(WireError::Foreign));
        return Ok(0);
    }
    let written = written.expect("a packet with room");
    for any in 1..=255 {
        let is = if any == id { Ok(carried) } else { of(any) };
        assert_eq!(rtp::read(written, any), is);
    }
    assert_eq!(written[0], made.bytes[0] | 0x10);
    assert_eq!(written[1..made.header], made.bytes[1..made.header]);
    assert!(written.ends_with(&made.rest));
    let words = usize::from(u16::from_be_bytes([
        written[made.header + 2],
        written[made.header + 3],
    ]));
    assert_eq!(written.len(), made.header + 4 + 4 * words + made.rest.len());
    Ok(1)
}

// ---- H.264 and HEVC ----

/// Prevents emulation as both standards say, told once more.
fn escaped(payload: &[u8]) -> Vec<u8> {
    let mut out: Vec<u8> = Vec::new();
    for byte in payload {
        if *byte <= 3 && out.ends_with(&[0, 0]) {
            out.push(3);
        }
        out.push(*byte);
    }
    out
}

fn number(mut number: usize, out: &mut Vec<u8>) {
    while number >= 255 {
        out.push(255);
        number -= 255;
    }
    out.push(u8::try_from(number).expect("less"));
}

fn access_unit(from: &mut Unstructured<'_>, carried: Carried, codec: sei::Codec) -> Result<usize> {
    let (mut unit, mut found, mut picture) = (Vec::new(), Vec::new(), None);
    for _ in 0..=up_to(from, 5)? {
        let begin = unit.len();
        unit.extend(if bool::arbitrary(from)? {
            &[0, 0, 0, 1][..]
        } else {
            &[0, 0, 1]
        });
        let kind = u8::arbitrary(from)? % 4;
        let header = match (codec, kind) {
            (sei::Codec::H264, 0 | 1) => vec![6],
            (sei::Codec::H264, 2) => vec![0x67],
            (sei::Codec::H264, _) => vec![0x65],
            (sei::Codec::Hevc, 0 | 1) => vec![39 << 1, 1],
            (sei::Codec::Hevc, 2) => vec![33 << 1, 1],
            (sei::Codec::Hevc, _) => vec![19 << 1, 1],
        };
        unit.extend(header);
        let mut payload = Vec::new();
        if kind <= 1 {
            for _ in 0..=up_to(from, 2)? {
                let mut message = own(from, carried.tag)?;
                let is_own = bool::arbitrary(from)?;
                let kind = if is_own { 5 } else { up_to(from, 600)? };
                if is_own {
                    if picture.is_none() {
                        found.push(message.clone());
                    }
                    message = [&UUID[..], &message].concat();
                } else if kind == 5 {
                    message.insert(0, !UUID[0]);
                }
                number(kind, &mut payload);
                number(message.len(), &mut payload);
                payload.extend(message);
            }
        } else {
            payload = some_bytes(from, 40)?;
        }
        payload.push(0x80);
        if kind == 3 && picture.is_none() {
            // With the zero before its start code, which may be of the unit before.
            let zeros = unit[begin..].iter().take_while(|byte| **byte == 0).count();
            let has_zero = zeros == 3 || unit[..begin].last() == Some(&0);
            let code = begin + zeros - 2;
            picture = Some(code - usize::from(has_zero));
        }
        unit.extend(escaped(&payload));
        unit.resize(unit.len() + up_to(from, 2)?, 0);
    }
    assert_eq!(sei::read(&unit, codec), expected(&found));
    let mut room = vec![0; unit.len() + 100];
    let written = sei::write(&unit, codec, carried, &mut room);
    Ok(goes_in(
        &unit,
        !found.is_empty(),
        picture,
        written,
        |unit| {
            assert_eq!(sei::read(unit, codec), Ok(carried));
        },
    ))
}

/// Whether a tag went in at its place, if it had one.
fn goes_in(
    unit: &[u8],
    has_own: bool,
    place: Option<usize>,
    written: core::result::Result<&mut [u8], WireError>,
    is_there: impl FnOnce(&[u8]),
) -> usize {
    match (has_own, place) {
        (true, _) => assert_eq!(written, Err(WireError::Several)),
        (false, None) => assert_eq!(written, Err(WireError::Malformed)),
        (false, Some(at)) => {
            let written = written.expect("a picture");
            is_there(written);
            assert_eq!(written[..at], unit[..at]);
            assert!(written.ends_with(&unit[at..]));
            return 1;
        }
    }
    0
}

// ---- AV1 ----

/// A number, perhaps longer than it need be.
fn leb128(from: &mut Unstructured<'_>, mut number: usize) -> Result<Vec<u8>> {
    let mut out = Vec::new();
    loop {
        out.push(u8::try_from(number & 0x7F).expect("seven bits"));
        number >>= 7;
        let more = number > 0 || (out.len() < 8 && u8::arbitrary(from)? % 8 == 0);
        if !more {
            return Ok(out);
        }
        *out.last_mut().expect("one") |= 0x80;
    }
}

fn temporal_unit(from: &mut Unstructured<'_>, carried: Carried) -> Result<usize> {
    let (mut unit, mut found, mut frame) = (Vec::new(), Vec::new(), None);
    let last = up_to(from, 5)?;
    for at in 0..=last {
        let kind = [2, 1, 5, 5, 5, 15, 3, 6][usize::from(u8::arbitrary(from)? % 8)];
        if matches!(kind, 3 | 6) {
            frame.get_or_insert(unit.len());
        }
        let mut payload = some_bytes(from, 24)?;
        if kind == 5 && bool::arbitrary(from)? {
            let own = own(from, carried.tag)?;
            payload = leb128(from, obu::METADATA_TYPE.into())?;
            payload.extend(UUID);
            payload.extend(&own);
            payload.push(0x80);
            payload.resize(payload.len() + up_to(from, 3)?, 0);
            if frame.is_none() {
                found.push(own);
            }
        } else if kind == 5 {
            payload.insert(0, 4);
        }
        let has_size = at < last || bool::arbitrary(from)?;
        let has_extension = bool::arbitrary(from)?;
        unit.push(kind << 3 | u8::from(has_extension) << 2 | u8::from(has_size) << 1);
        if has_extension {
            unit.push(0x08);
        }
        if has_size {
            unit.extend(leb128(from, payload.len())?);
        }
        unit.extend(payload);
    }
    assert_eq!(obu::read(&unit), expected(&found));
    let mut room = vec![0; unit.len() + 100];
    let written = obu::write(&unit, carried, &mut room);
    Ok(goes_in(&unit, !found.is_empty(), frame, written, |unit| {
        assert_eq!(obu::read(unit), Ok(carried));
    }))
}
