//! The guide's table of what is blanked, row by row: src/guide/blanks.rs

use framegate::{Kind, Reason, Verdict};

use super::{
    but_for_three, can_blank,
    gate::{Door, gate},
    sent,
    video::{Codec, Encoded, Stream},
};
use crate::{
    common::judges::needs,
    oracle_encoded::frames::{bits, golomb, golombs, units},
};

const GUIDE: &str = include_str!("../../../src/guide/blanks.rs");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Outcome {
    Blanked,
    Known,
    Dropped,
}

#[derive(Debug)]
struct Row<'a> {
    codec: Codec,
    outcome: Outcome,
    tried: &'a str,
}

fn rows(guide: &str) -> Vec<Row<'_>> {
    let lines = guide.lines().filter_map(|line| line.strip_prefix("//! | "));
    let rows = lines.skip(1).map(|line| {
        let cells: Vec<_> = line.split('|').map(str::trim).collect();
        let [codec, _, outcome, _, tried, ""] = cells[..] else {
            panic!("five cells: {line}")
        };
        let codec = match codec {
            "H.264" => Codec::H264,
            "HEVC" => Codec::Hevc,
            "VP8" => Codec::Vp8,
            "VP9" => Codec::Vp9,
            "AV1" => Codec::Av1,
            _ => panic!("a codec: {line}"),
        };
        let outcome = match outcome {
            "blanked" => Outcome::Blanked,
            "known" => Outcome::Known,
            "dropped" => Outcome::Dropped,
            _ => panic!("an outcome: {line}"),
        };
        Row {
            codec,
            outcome,
            tried,
        }
    });
    rows.collect()
}

/// A keyframe of a sequence that no encoder makes, by the words of the table.
fn by_hand(name: &str) -> Vec<u8> {
    let (mut profile, mut order, mut groups, mut size) = (66, golombs(&[2]), 0, [3, 2]);
    match name {
        "none of these" => {}
        "slice groups" => groups = 1,
        // No offsets, and none in a cycle.
        "order type 1" => order = format!("{}0{}", golomb(1), golombs(&[0, 0, 0])),
        "extended" => profile = 88,
        "large" => size = [300, 300],
        _ => panic!("no such sequence: {name}"),
    }
    // Id, counters, order; one reference and no gaps; the size, progressive, neither cropped nor with more to say.
    let sps = format!(
        "{}{order}{}0{}11001",
        golombs(&[0, 0]),
        golomb(1),
        golombs(&size)
    );
    let sps = [&[0x67, profile, 0, 0x1F], &bits(&sps)[..]].concat();
    // Interleaved groups of a macroblock each.
    let groups = golomb(groups) + if groups > 0 { "1 1 1" } else { "" };
    let pps = format!(
        "{}00{groups}{}000{}000 1",
        golombs(&[0, 0]),
        golombs(&[0; 2]),
        golombs(&[0; 3])
    );
    let pps = [&[0x68], &bits(&pps)[..]].concat();
    let slice = [&[0x65], &bits(&(golombs(&[0, 7, 0]) + "1"))[..], &[0xAB]].concat();
    units(&[&sps, &pps, &slice])
}

fn stream(row: &Row<'_>) -> Stream {
    let options = row.tried.trim_matches('`');
    let size = options.strip_prefix("-s ").map(|size| {
        let (width, height) = size.split_once('x').unwrap();
        (width.parse().unwrap(), height.parse().unwrap())
    });
    let options = if size.is_some() { "" } else { options };
    Stream::encoded(row.codec, size.unwrap_or((160, 120)), 6, options)
}

/// What becomes of a keyframe that is withheld first, and whether one like it can be blanked behind one that was released.
fn outcome(row: &Row<'_>) -> Option<Outcome> {
    let stream = match row.tried.strip_prefix("by hand: ") {
        None => stream(row),
        Some(name) => {
            let bytes = by_hand(name.trim_matches('`'));
            let mut stream = Stream::encoded(row.codec, (64, 48), 6, "-frames:v 12");
            stream.frames = (0..12)
                .map(|_| Encoded {
                    bytes: bytes.clone(),
                    is_key: true,
                })
                .collect();
            stream
        }
    };
    let gated = gate(
        Kind::Video,
        row.codec.format(),
        &sent(&stream),
        &but_for_three(&stream),
        true,
        Door::Admit,
    );
    let verdicts: Vec<_> = gated.iter().map(|gated| gated.verdict).collect();
    assert_eq!(verdicts[0], Verdict::Whole, "{row:?}");
    let [before, first] = can_blank(&stream);
    assert!(
        before.is_none() || row.tried.starts_with("by hand"),
        "{row:?}"
    );
    match (first?, verdicts[8]) {
        (true, Verdict::Blanked(Reason::Withdrawn)) => Some(Outcome::Blanked),
        (false, Verdict::Blanked(Reason::Withdrawn)) => Some(Outcome::Known),
        (false, Verdict::Dropped(Reason::Withdrawn)) => Some(Outcome::Dropped),
        _ => None,
    }
}

#[test]
fn the_table_says_what_is_blanked() {
    needs!("ffmpeg", "ffprobe");
    let rows = rows(GUIDE);
    for codec in [Codec::H264, Codec::Hevc, Codec::Vp8, Codec::Vp9, Codec::Av1] {
        assert!(rows.iter().any(|row| row.codec == codec), "{codec:?}");
    }
    for row in &rows {
        assert_eq!(outcome(row), Some(row.outcome), "{row:?}");
    }
}

#[test]
fn control_a_table_that_says_otherwise_is_seen() {
    needs!("ffmpeg", "ffprobe");
    let line = "| H.264 | any | dropped | | `-profile:v baseline` |";
    let other = format!("//! | a | b |\n//! |---|\n//! {line}");
    let rows = rows(&other);
    assert_ne!(outcome(&rows[0]), Some(rows[0].outcome));
    // What is made by hand is dropped for its own sake.
    let plain = Row {
        codec: Codec::H264,
        outcome: Outcome::Blanked,
        tried: "by hand: `none of these`",
    };
    assert_eq!(outcome(&plain), Some(Outcome::Blanked));
}
