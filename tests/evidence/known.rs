//! Known answers, which the C interface comes to, too: `bindings/c/tests/known.h`.

use framegate::{
    Carried, Format, Instance, Kind, Kinds, MeetingKey, Subject, Subjects, Tag,
    wire::{WireError, obu, rtp, sei},
};

const KNOWN: &str = include_str!("../../bindings/c/tests/known.h");
const ID: u8 = 5;

fn known(name: &str) -> Vec<u8> {
    let define = format!("#define KNOWN_{name} \"");
    let (_, rest) = KNOWN.split_once(&define).expect("it is there");
    let (digits, _) = rest.split_once('"').expect("its end");
    let byte = |at| u8::from_str_radix(&digits[at..at + 2], 16).expect("digits");
    (0..digits.len()).step_by(2).map(byte).collect()
}

/// Alone and with its seal.
fn carried() -> [Carried; 2] {
    let tag = Tag::from_bytes(known("TAG").try_into().unwrap()).unwrap();
    let instance = Instance::from_bytes(known("INSTANCE").try_into().unwrap()).unwrap();
    let key = MeetingKey::new(&known("SECRET").try_into().unwrap(), instance)
        .unwrap()
        .stream(tag);
    let subjects = [("ann", Kinds::empty()), ("ben", Kind::Video.into())];
    let subjects = subjects.map(|(id, kinds)| Subject { id, kinds });
    let digest = key.digest(Format::OPUS, b"a voice");
    assert_eq!(digest.to_bytes()[..], known("DIGEST"));
    let seal = key.seal(tag, Subjects::new(&subjects).unwrap(), digest);
    assert_eq!(seal.to_bytes()[..], known("SEAL"));
    let sealed = Carried {
        tag,
        seal: Some(seal),
    };
    [tag.into(), sealed]
}

type Write<'w> = &'w dyn Fn(&[u8], Carried, &mut [u8]) -> Result<usize, WireError>;
type Read<'r> = &'r dyn Fn(&[u8]) -> Result<Carried, WireError>;

fn travels(plain: &str, written: [&str; 2], write: Write<'_>, read: Read<'_>) {
    let plain = known(plain);
    for (carried, written) in carried().into_iter().zip(written.map(known)) {
        let mut buffer = [0; 128];
        let length = write(&plain, carried, &mut buffer).unwrap();
        assert_eq!(buffer[..length], written);
        assert_eq!(read(&written), Ok(carried));
        // Control: another tag is another answer.
        let mut other = known("TAG");
        other[15] ^= 1;
        let other = Tag::from_bytes(other.try_into().unwrap()).unwrap();
        let length = write(
            &plain,
            Carried {
                tag: other,
                ..carried
            },
            &mut buffer,
        )
        .unwrap();
        assert_ne!(buffer[..length], written);
    }
    assert_eq!(read(&plain), Err(WireError::Absent));
}

#[test]
fn packets_and_units_are_as_known() {
    travels(
        "PACKET",
        ["RTP_ONE_BYTE", "RTP_TWO_BYTE"],
        &|packet, carried, buffer| Ok(rtp::write(packet, ID, carried, buffer)?.len()),
        &|packet| rtp::read(packet, ID),
    );
    for (codec, name) in [(sei::Codec::H264, "H264"), (sei::Codec::Hevc, "HEVC")] {
        travels(
            name,
            [&format!("{name}_TAGGED"), &format!("{name}_SEALED")],
            &|unit, carried, buffer| Ok(sei::write(unit, codec, carried, buffer)?.len()),
            &|unit| sei::read(unit, codec),
        );
    }
    travels(
        "AV1",
        ["AV1_TAGGED", "AV1_SEALED"],
        &|unit, carried, buffer| Ok(obu::write(unit, carried, buffer)?.len()),
        &|unit| obu::read(unit),
    );
}
