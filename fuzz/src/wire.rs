//! Packets, streams and descriptions by anybody: what takes a tag gives it back, and is otherwise as it was.

use framegate::{
    Tag,
    archive::{Carried, Seal},
    wire::{
        WireError, obu, rtcp, rtp, sdp,
        sei::{self, Codec},
    },
};

use super::made;

const TAG: [u8; 16] = [1, 0, 1, 0, 0, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 9];

/// How many tags went in and came out again.
pub fn check(bytes: &[u8]) -> usize {
    let [choice, id, rest @ ..] = bytes else {
        return 0;
    };
    let tag = Tag::from_bytes(TAG).expect("a tag");
    let seal = (choice & 0x80 != 0).then_some(Seal::from_bytes([0; 16]));
    let carried = Carried { tag, seal };
    match choice & 0x0F {
        0 => packet(rest, *id, carried),
        1 => unit(
            rest,
            carried,
            &|unit, tag, room| sei::write(unit, Codec::H264, tag, room),
            &|unit| sei::read(unit, Codec::H264),
        ),
        2 => unit(
            rest,
            carried,
            &|unit, tag, room| sei::write(unit, Codec::Hevc, tag, room),
            &|unit| sei::read(unit, Codec::Hevc),
        ),
        3 => unit(
            rest,
            carried,
            &|unit, tag, room| obu::write(unit, tag, room),
            &obu::read,
        ),
        4 => description(rest),
        5 => reports(rest),
        // Put together piece by piece, as far as the bytes go.
        choice @ 8..=11 => made::check(choice, rest, carried).unwrap_or_default(),
        _ => 0,
    }
}

fn packet(packet: &[u8], id: u8, carried: Carried) -> usize {
    if let Ok(read) = rtp::Packet::parse(packet) {
        assert!(12 + 4 * read.csrcs().len() + read.payload().len() <= packet.len());
        let _ = read.absolute_capture_time(id);
    }
    let read = rtp::read(packet, id);
    let mut room = vec![0; 2 * packet.len() + 64];
    let Ok(tagged) = rtp::write(packet, id, carried, &mut room) else {
        return 0;
    };
    let tagged = tagged.to_vec();
    assert_eq!(rtp::read(&tagged, id), Ok(carried));
    // No other id has another tag than before; in the two-byte form there may be more ids than could be read in the one-byte form.
    for other in (1..=14).filter(|other| *other != id) {
        assert_eq!(rtp::read(&tagged, other), rtp::read(packet, other));
    }
    let mut again = vec![0; tagged.len()];
    assert_eq!(
        rtp::write(&tagged, id, carried, &mut again),
        Ok(&mut *tagged.clone())
    );
    if let Ok(before) = read {
        let mut room = vec![0; 2 * packet.len() + 64];
        let same = rtp::write(packet, id, before, &mut room).expect("it had one");
        assert_eq!(rtp::read(same, id), Ok(before));
    }
    1
}

type Write<'f> =
    &'f dyn for<'b> Fn(&[u8], Carried, &'b mut [u8]) -> Result<&'b mut [u8], WireError>;
type Read<'f> = &'f dyn Fn(&[u8]) -> Result<Carried, WireError>;

fn unit(unit: &[u8], carried: Carried, write: Write<'_>, read: Read<'_>) -> usize {
    let before = read(unit);
    let mut room = vec![0; unit.len() + 100];
    let Ok(tagged) = write(unit, carried, &mut room) else {
        return 0;
    };
    assert_eq!(before, Err(WireError::Absent));
    assert_eq!(read(tagged), Ok(carried));
    // Put in in one piece.
    let added = tagged.len() - unit.len();
    let same = unit
        .iter()
        .zip(&*tagged)
        .take_while(|(one, other)| one == other);
    let same = same.count();
    assert_eq!(tagged[same + added..], unit[same..]);
    1
}

/// What is read of a compound packet of RTCP is in it.
fn reports(bytes: &[u8]) -> usize {
    let Ok(compound) = rtcp::Compound::parse(bytes) else {
        return 0;
    };
    let (reports, goodbyes) = (
        compound.sender_reports().count(),
        compound.goodbyes().count(),
    );
    assert!(28 * reports + 4 * goodbyes <= bytes.len());
    0
}

fn description(bytes: &[u8]) -> usize {
    let Ok(text) = str::from_utf8(bytes) else {
        return 0;
    };
    for media in 0..3 {
        let _ = (
            sdp::Recording::read(text, media),
            sdp::Preference::read(text, media),
        );
    }
    let Some(id) = sdp::extension_id(text) else {
        return 0;
    };
    assert_eq!(sdp::extension_id(&sdp::extmap(id)), Some(id));
    1
}
