//! Tags inside encoded streams, which ffmpeg makes and decodes.

use std::{fs, path::Path};

use framegate::{
    Carried, TagError,
    wire::{
        UUID, WireError, obu,
        sei::{self, Codec},
    },
};

use super::{both, bytes, packets::shipped};
use crate::common::judges::needs;
use crate::common::tools::run;

/// Five seconds of the shipped gallery, encoded.
fn encoded(arguments: &[&str], format: &str) -> Vec<u8> {
    let input = shipped("gallery.y4m");
    let mut all = vec!["-v", "error", "-i", input.to_str().unwrap(), "-t", "5"];
    all.extend(arguments);
    all.extend(["-f", format, "-"]);
    run("ffmpeg", &all)
}

/// A hash of each decoded picture.
fn hashes(units: &[Vec<u8>], format: &str) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("stream");
    let stream = if format == "ivf" {
        ivf(units)
    } else {
        units.concat()
    };
    fs::write(&path, stream).unwrap();
    let arguments = |path: &Path| {
        let path = path.to_str().unwrap().to_owned();
        [
            "-v", "error", "-xerror", "-f", format, "-i", &path, "-f", "framemd5", "-",
        ]
        .map(String::from)
    };
    let arguments = arguments(&path);
    let printed = run("ffmpeg", arguments.each_ref().map(String::as_str));
    let printed = String::from_utf8(printed).unwrap();
    let lines = printed.lines().filter(|line| !line.starts_with('#'));
    lines
        .map(|line| line.rsplit(',').next().unwrap().trim().to_owned())
        .collect()
}

/// A byte stream cut before each access unit delimiter.
fn access_units(stream: &[u8], delimiter: &[u8]) -> Vec<Vec<u8>> {
    let code = [&[0, 0, 0, 1], delimiter].concat();
    let mut starts: Vec<_> = (0..stream.len())
        .filter(|at| stream[*at..].starts_with(&code))
        .collect();
    starts.push(stream.len());
    starts
        .windows(2)
        .map(|pair| stream[pair[0]..pair[1]].to_vec())
        .collect()
}

/// A stream of AV1 cut before each temporal delimiter.
fn temporal_units(stream: &[u8]) -> Vec<Vec<u8>> {
    let mut units: Vec<Vec<u8>> = Vec::new();
    let mut rest = stream;
    while !rest.is_empty() {
        assert_eq!(rest[0] & 0x06, 0x02, "with a size and no extension");
        let (mut size, mut at) = (0, 1);
        loop {
            size |= usize::from(rest[at] & 0x7F) << (7 * (at - 1));
            at += 1;
            if rest[at - 1] & 0x80 == 0 {
                break;
            }
        }
        if rest[0] >> 3 == 2 {
            units.push(Vec::new());
        }
        let (obu, next) = rest.split_at(at + size);
        units.last_mut().unwrap().extend(obu);
        rest = next;
    }
    units
}

/// Temporal units in a file, each with its length: ffmpeg reads no metadata of unregistered types where it has to find them by itself.
fn ivf(units: &[Vec<u8>]) -> Vec<u8> {
    let mut file = b"DKIF\0\0\x20\0AV01".to_vec();
    file.extend([[64, 1], [180, 0]].concat());
    file.extend(
        [5_u32, 1, u32::try_from(units.len()).unwrap(), 0]
            .map(u32::to_le_bytes)
            .concat(),
    );
    for (number, unit) in (0_u64..).zip(units) {
        file.extend(u32::try_from(unit.len()).unwrap().to_le_bytes());
        file.extend(number.to_le_bytes());
        file.extend(unit);
    }
    file
}

type Write = fn(&[u8], Carried, &mut [u8]) -> Result<usize, WireError>;
type Read = fn(&[u8]) -> Result<Carried, WireError>;

fn check(units: &[Vec<u8>], format: &str, write: Write, read: Read) {
    assert!(units.len() > 20, "{}", units.len());
    let untouched = hashes(units, format);
    assert_eq!(untouched.len(), units.len());
    for carried in both() {
        let mut buffer = vec![0; 1 << 20];
        let mut tagged = Vec::new();
        for unit in units {
            assert_eq!(read(unit), Err(WireError::Absent));
            let length = write(unit, carried, &mut buffer).unwrap();
            let written = &buffer[..length];
            assert_eq!(read(written), Ok(carried));
            // All that was there is there still: what was put in is in one piece.
            let same = unit.iter().zip(written).take_while(|(a, b)| a == b).count();
            let added = written.len() - unit.len();
            let after = unit.len() - same;
            assert_eq!(written[written.len() - after..], unit[same..]);
            assert!(added < 80, "{added}");
            // There is one already.
            assert_eq!(
                write(written, carried, &mut vec![0; 1 << 20]),
                Err(WireError::Several)
            );
            let error = WireError::NoRoom(length);
            assert_eq!(write(unit, carried, &mut vec![0; length - 1]), Err(error));
            tagged.push(written.to_vec());
        }
        assert_eq!(hashes(&tagged, format), untouched);
    }
    // The hashes do tell: without its last unit a stream is another.
    assert_ne!(hashes(&units[..units.len() - 1], format), untouched);
}

#[test]
fn ffmpeg_decodes_h264_with_tags_as_without() {
    needs!("ffmpeg");
    let stream = encoded(
        &["-c:v", "libx264", "-x264-params", "aud=1:bframes=2"],
        "h264",
    );
    let units = access_units(&stream, &[9]);
    check(
        &units,
        "h264",
        |unit, carried, buffer| sei::write(unit, Codec::H264, carried, buffer).map(|out| out.len()),
        |unit| sei::read(unit, Codec::H264),
    );
}

#[test]
fn ffmpeg_decodes_hevc_with_tags_as_without() {
    needs!("ffmpeg");
    let stream = encoded(
        &["-c:v", "libx265", "-x265-params", "aud=1:log-level=error"],
        "hevc",
    );
    let units = access_units(&stream, &[35 << 1, 1]);
    check(
        &units,
        "hevc",
        |unit, carried, buffer| sei::write(unit, Codec::Hevc, carried, buffer).map(|out| out.len()),
        |unit| sei::read(unit, Codec::Hevc),
    );
}

#[test]
fn ffmpeg_decodes_av1_with_tags_as_without() {
    needs!("ffmpeg");
    let stream = encoded(
        &["-c:v", "libaom-av1", "-cpu-used", "8", "-usage", "realtime"],
        "obu",
    );
    let units = temporal_units(&stream);
    check(
        &units,
        "ivf",
        |unit, carried, buffer| obu::write(unit, carried, buffer).map(|out| out.len()),
        obu::read,
    );
}

/// ffmpeg itself reads the message: it shows the bytes after the UUID.
#[test]
fn ffmpeg_reads_the_message_as_it_was_written() {
    needs!("ffmpeg");
    let stream = encoded(&["-c:v", "libx264", "-x264-params", "aud=1"], "h264");
    for carried in both() {
        let mut tagged = Vec::new();
        for unit in access_units(&stream, &[9]) {
            let mut buffer = vec![0; unit.len() + 100];
            tagged.extend_from_slice(sei::write(&unit, Codec::H264, carried, &mut buffer).unwrap());
        }
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("tagged.h264");
        fs::write(&path, tagged).unwrap();
        let shown = run(
            "ffmpeg",
            [
                "-v",
                "error",
                "-i",
                path.to_str().unwrap(),
                "-c",
                "copy",
                "-frames:v",
                "1",
                "-bsf:v",
                "trace_headers",
                "-f",
                "null",
                "-",
            ],
        );
        assert!(shown.is_empty());
        let traced = std::process::Command::new("ffmpeg")
            .args([
                "-v",
                "verbose",
                "-i",
                path.to_str().unwrap(),
                "-c",
                "copy",
                "-frames:v",
                "1",
            ])
            .args(["-bsf:v", "trace_headers", "-f", "null", "-"])
            .output()
            .unwrap();
        let traced = String::from_utf8_lossy(&traced.stderr).into_owned();
        // A line for each byte: its position, its name, its bits, and its value. The encoder has a message of its own before ours.
        let value = |name: &str| {
            let line = traced.lines().rev().find(|line| line.contains(name));
            let line = line.unwrap_or_else(|| panic!("{name} in {traced}"));
            line.rsplit(' ').next().unwrap().parse::<u8>().unwrap()
        };
        for (at, byte) in UUID.iter().enumerate() {
            assert_eq!(value(&format!(" uuid_iso_iec_11578[{at}] ")), *byte);
        }
        for (at, byte) in bytes(carried).iter().enumerate() {
            assert_eq!(value(&format!(" user_data_payload_byte[{at}] ")), *byte);
        }
    }
}

fn sei_unit(message: &[u8]) -> Vec<u8> {
    [&[0, 0, 1, 6][..], message, &[0x80, 0, 0, 1, 0x65, 0x88]].concat()
}

#[test]
fn messages_of_others_are_passed_over_and_what_does_not_fit_is_refused() {
    let [plain, sealed] = both();
    let own = [&UUID[..], &bytes(plain)].concat();
    // A tag has zeros that must not look like the start of a unit.
    let escape = |bytes: &[u8]| {
        let mut out = Vec::new();
        for byte in bytes {
            if out.ends_with(&[0, 0]) && *byte <= 3 {
                out.push(3);
            }
            out.push(*byte);
        }
        out
    };
    let message =
        |kind: u8, bytes: &[u8]| [&[kind, u8::try_from(bytes.len()).unwrap()], bytes].concat();
    let long = [&[255, 255, 4, 255, 1][..], &[9; 256]].concat();
    let others = [message(5, &[1; 20]), long, message(5, b"short")].concat();
    let read = |payload: &[u8]| sei::read(&sei_unit(&escape(payload)), Codec::H264);
    assert_eq!(
        read(&[others.clone(), message(5, &own)].concat()),
        Ok(plain)
    );
    assert_eq!(
        read(&[message(5, &own), others.clone()].concat()),
        Ok(plain)
    );
    assert_eq!(read(&others), Err(WireError::Absent));
    assert_eq!(read(&message(4, &own)), Err(WireError::Absent));
    let twice = [message(5, &own), message(5, &own)].concat();
    assert_eq!(read(&twice), Err(WireError::Several));
    let longer = message(5, &[&own[..], &[1; 40]].concat());
    assert!(matches!(
        read(&longer),
        Err(WireError::Tag(TagError::Length(_)))
    ));
    assert_eq!(
        read(&message(5, &own[..31])),
        Err(TagError::Length(15).into())
    );
    assert_eq!(read(&message(5, &UUID)), Err(TagError::Length(0).into()));
    for cut in 1..own.len() {
        let mut cut_short = message(5, &own);
        cut_short.truncate(2 + cut);
        assert_eq!(read(&cut_short), Err(WireError::Malformed), "{cut}");
    }
    // Without a picture there is nowhere to put it.
    let mut room = [0; 200];
    let no_picture = sei::write(&[0, 0, 1, 7, 1], Codec::H264, sealed, &mut room);
    assert_eq!(no_picture, Err(WireError::Malformed));
    assert_eq!(
        sei::write(b"", Codec::Hevc, sealed, &mut room),
        Err(WireError::Malformed)
    );
}

#[test]
fn obus_of_others_are_passed_over_and_what_does_not_fit_is_refused() {
    let [plain, sealed] = both();
    let own = |carried: Carried| [&UUID[..], &bytes(carried)].concat();
    let metadata = |kind: u8, content: &[u8]| {
        let size = u8::try_from(content.len() + 2).unwrap();
        [&[0x2A, size, kind], content, &[0x80]].concat()
    };
    let frame = [0x32, 2, 1, 1];
    let unit = |obus: &[Vec<u8>]| [&[0x12, 0][..], &obus.concat(), &frame].concat();
    let kind = obu::METADATA_TYPE;
    let others = [
        metadata(kind, b"of somebody else"),
        metadata(4, &[0xB5; 60]),
        metadata(26, &own(plain)),
    ]
    .concat();
    assert_eq!(
        obu::read(&unit(&[others.clone(), metadata(kind, &own(sealed))])),
        Ok(sealed)
    );
    assert_eq!(
        obu::read(&unit(std::slice::from_ref(&others))),
        Err(WireError::Absent)
    );
    let twice = [
        metadata(kind, &own(plain)),
        others,
        metadata(kind, &own(sealed)),
    ];
    assert_eq!(obu::read(&unit(&twice)), Err(WireError::Several));
    assert_eq!(
        obu::read(&unit(&[metadata(kind, &UUID)])),
        Err(TagError::Length(0).into())
    );
    // Behind a frame it is not looked for.
    let late = [&unit(&[])[..], &metadata(kind, &own(plain))].concat();
    assert_eq!(obu::read(&late), Err(WireError::Absent));
    // One that goes to the end has no size.
    let to_the_end = [&[0x12, 0, 0x28, kind][..], &own(plain), &[0x80]].concat();
    assert_eq!(obu::read(&to_the_end), Ok(plain));
    for malformed in [
        &[0x92, 0][..],
        &[0x12],
        &[0x2A, 9, 1],
        &[0x2A, 0x80],
        &[0x2A, 255, 255, 255, 255, 255, 255, 255, 255, 1],
        &[0x16],
        &[0x2A, 0],
    ] {
        assert_eq!(
            obu::read(malformed),
            Err(WireError::Malformed),
            "{malformed:?}"
        );
    }
    let mut room = [0; 200];
    assert_eq!(
        obu::write(&[0x12, 0], plain, &mut room),
        Err(WireError::Malformed)
    );
}
