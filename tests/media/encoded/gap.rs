//! What is shown only while consent has a hole, and is not offered then, cannot be read in any picture that is released later.

use std::{collections::HashMap, fs, iter};

use framegate::{
    Area, Authority, Contributors, Decision, Digest, Frame, Grant, JoinOptions, Kind, Kinds,
    Meeting, Method, Notice, OutletOptions, Participant, Payload, Purposes, Region, Scope,
    StreamOptions as Options, Tap, Time, Verdict,
};

use super::{
    gate::{DOORS, Sent, send, wants_keyframe},
    video::{Codec, Picture, Stream},
};
use crate::common::{self, judges::needs, meeting, millis, tools::Folder};

const SIZE: (usize, usize) = (128, 96);
/// The pictures that show the mark, and the one with which the next keyframe comes.
const SHOWN: std::ops::Range<usize> = 20..40;
const KEYFRAME: usize = 50;
const PICTURES: usize = 60;
const INTERVAL: i64 = 40;
const SCOPE: Scope = Scope::new(Kinds::VIDEO, Purposes::RECORD);

/// Whether the mark has this sample: letters of a kind.
fn is_marked(x: usize, y: usize) -> bool {
    (24..104).contains(&x)
        && (24..72).contains(&y)
        && ((x / 8).is_multiple_of(2) || y / 16 % 3 == 1)
}

/// How bright the scene is, which does not move: as noise, so that a picture of it is cheaper predicted than drawn anew.
fn scene(x: usize, y: usize) -> u8 {
    let number = u32::try_from(y * SIZE.0 + x).unwrap();
    let mixed = number
        .wrapping_mul(0x9E37_79B1)
        .rotate_left(13)
        .wrapping_mul(0x85EB_CA6B);
    72 + (mixed >> 24) as u8 % 96
}

/// A still scene in which a mark shows up for a while, in one group of pictures.
fn stream(codec: Codec) -> Stream {
    let folder = Folder::new();
    let (width, height) = SIZE;
    let mut file = format!("YUV4MPEG2 W{width} H{height} F25:1 C420\n").into_bytes();
    for at in 0..PICTURES {
        file.extend(b"FRAME\n");
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let lift = if SHOWN.contains(&at) { 40 } else { 0 };
        file.extend(places.map(|(x, y)| scene(x, y) + if is_marked(x, y) { lift } else { 0 }));
        file.extend(iter::repeat_n(128, width * height / 2));
    }
    let from = folder.file("scene.y4m", &file);
    // In the last three each picture refers to the one before it, and can be decoded where another is there instead.
    let more = match codec {
        Codec::H264 | Codec::Hevc => "-crf 20",
        Codec::Vp8 => "-b:v 2M -cpu-used 16 -error-resilient 1",
        Codec::Vp9 => "-b:v 2M -error-resilient 1",
        Codec::Av1 => "-b:v 2M -aom-params cdf-update-mode=0:frame-parallel=1",
    };
    let stream = Stream::encoded_from(&from, codec, SIZE, KEYFRAME, more);
    fs::remove_file(from).unwrap();
    let keys = stream
        .frames
        .iter()
        .enumerate()
        .filter(|(_, frame)| frame.is_key);
    let keys: Vec<_> = keys.map(|(at, _)| at).collect();
    assert_eq!(
        (stream.frames.len(), &keys[..]),
        (PICTURES, &[0, KEYFRAME][..]),
        "{codec:?}"
    );
    stream
}

/// How much brighter or darker the mark's samples are than the scene has them, beside all others: what somebody would read.
fn contrast(picture: &Picture) -> f64 {
    let (width, height) = SIZE;
    let mean = |marked| {
        let places = (0..height).flat_map(|y| (0..width).map(move |x| (x, y)));
        let places: Vec<_> = places
            .filter(|(x, y)| is_marked(*x, *y) == marked)
            .collect();
        let differs =
            |(x, y): &(usize, usize)| f64::from(picture[y * width + x]) - f64::from(scene(*x, *y));
        #[expect(clippy::cast_precision_loss, reason = "a few thousand")]
        let count = places.len() as f64;
        places.iter().map(differs).sum::<f64>() / count
    };
    (mean(true) - mean(false)).abs()
}

/// How well the mark can be read in the picture in which it can be read best.
fn readable(stream: &Stream, received: &[&[u8]]) -> f64 {
    // What it does not have it makes up, and goes on.
    let pictures = stream.decoded_by_ffmpeg(received, "-v quiet").unwrap();
    assert_eq!(pictures.len(), received.len());
    pictures.iter().map(contrast).fold(0.0, f64::max)
}

/// Somebody reads what stands out by so much, of 256.
const SEEN: f64 = 8.0;
const UNSEEN: f64 = 2.0;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hole {
    Withdrawn,
    Restricted,
    Expired,
    Superseded,
    /// Of somebody in a mix, who leaves and joins again.
    Left,
}

const HOLES: [Hole; 5] = [
    Hole::Withdrawn,
    Hole::Restricted,
    Hole::Expired,
    Hole::Superseded,
    Hole::Left,
];

fn agree(meeting: &mut Meeting, notice: Digest, who: Participant, at: Time, until: Option<Time>) {
    let mut grant = Grant::new(notice, SCOPE, Method::Clicked);
    if let Some(until) = until {
        grant = grant.until(until);
    }
    let by = Authority::Participant;
    meeting.grant(by, who, &grant, at).unwrap();
}

fn begin(hole: Hole, meeting: &mut Meeting, notice: Digest, who: Participant, at: Time) {
    let settling = match hole {
        Hole::Withdrawn => meeting
            .withdraw(Authority::Participant, who, SCOPE, at)
            .unwrap(),
        Hole::Restricted => meeting.restrict(Authority::Host, None, SCOPE, at).unwrap(),
        Hole::Expired => return,
        Hole::Superseded => meeting.supersede(notice, at).unwrap(),
        Hole::Left => meeting.leave(who, at).unwrap(),
    };
    assert!(settling.is_settled());
}

fn end(hole: Hole, meeting: &mut Meeting, notice: Digest, who: &mut Participant, at: Time) {
    match hole {
        Hole::Withdrawn | Hole::Expired => agree(meeting, notice, *who, at, None),
        Hole::Restricted => meeting.lift(Authority::Host, None, SCOPE, at).unwrap(),
        Hole::Superseded => {
            let digest = Digest::of("Once more.");
            let renewed = Notice {
                digest,
                ..common::notice()
            };
            let notice = meeting.show(renewed).unwrap();
            agree(meeting, notice, *who, at, None);
        }
        Hole::Left => {
            *who = meeting.join(JoinOptions::adult("back"), at).unwrap();
            agree(meeting, notice, *who, at, None);
        }
    }
}

/// What an outlet receives of a stream whose consent has a hole while the mark is shown; the pictures of the hole are offered, or not.
fn received(stream: &Stream, hole: Hole, blanks: bool, is_offered: bool) -> Vec<Vec<u8>> {
    let (mut meeting, notice, [mut who]) = meeting();
    let format = stream.codec.format();
    let options = match hole {
        Hole::Left => Options::mix(Kind::Video, format),
        _ => Options::owned(who, Kind::Video, format),
    };
    let kinds = if blanks { Kinds::all() } else { Kinds::empty() };
    let id = meeting.open_stream(options).unwrap();
    let outlet = OutletOptions::new("outlet", Purposes::RECORD).blank(kinds);
    let outlet = meeting.open_outlet(outlet).unwrap();
    let mut tap = meeting.tap(id, outlet).unwrap();
    let at = |index: usize| millis(1000 + INTERVAL * i64::try_from(index).unwrap());
    let until = (hole == Hole::Expired).then_some(at(SHOWN.start));
    agree(&mut meeting, notice, who, at(0), until);
    let mut received = Vec::new();
    for (index, frame) in stream.frames.iter().enumerate() {
        let now = at(index);
        if index == SHOWN.start {
            begin(hole, &mut meeting, notice, who, now);
        } else if index == SHOWN.end {
            end(hole, &mut meeting, notice, &mut who, now);
        }
        if SHOWN.contains(&index) && !is_offered {
            continue;
        }
        let sent = Sent {
            bytes: &frame.bytes,
            captured: now,
            keyframe: None,
        };
        let listed = [who];
        let contributors = match hole {
            Hole::Left => Contributors::Complete(&listed),
            _ => Contributors::Owner,
        };
        let gated = send(&mut tap, contributors, &sent, now, DOORS[index % 3]);
        let goes = !(SHOWN.start..KEYFRAME).contains(&index);
        assert_eq!(
            gated.verdict == Verdict::Whole,
            goes,
            "{hole:?} {index} {:?}",
            gated.verdict
        );
        let awaits = (SHOWN.end..KEYFRAME).contains(&index);
        assert_eq!(gated.wants_keyframe, awaits, "{hole:?} {index}");
        received.extend(gated.bytes.filter(|_| gated.verdict.is_released()));
    }
    received
}

#[test]
fn r5_what_only_a_hole_shows_cannot_be_read_in_what_is_released() {
    needs!("ffmpeg", "ffprobe");
    for codec in [Codec::H264, Codec::Hevc, Codec::Vp8, Codec::Vp9, Codec::Av1] {
        let stream = stream(codec);
        let bytes = |range: std::ops::Range<usize>| {
            stream.frames[range].iter().map(|frame| &frame.bytes[..])
        };

        // The control: the same without looking back, as a decoder shows it.
        let leaked: Vec<_> = bytes(0..SHOWN.start)
            .chain(bytes(SHOWN.end..KEYFRAME))
            .collect();
        let seen = readable(&stream, &leaked);
        assert!(seen > SEEN, "{codec:?}: the test would not see it: {seen}");

        let mut judged = HashMap::new();
        for (hole, blanks) in HOLES
            .iter()
            .flat_map(|hole| [(*hole, false), (*hole, true)])
        {
            for is_offered in [false, true] {
                let received = received(&stream, hole, blanks, is_offered);
                let seen = judged.entry(received).or_insert_with_key(|received| {
                    let received: Vec<_> = received.iter().map(Vec::as_slice).collect();
                    readable(&stream, &received)
                });
                assert!(
                    *seen < UNSEEN,
                    "{codec:?} {hole:?} {blanks} {is_offered}: {seen}"
                );
            }
        }
    }
}

/// How a client says who is in a picture.
#[derive(Clone, Copy, Debug)]
enum Named {
    List,
    Group,
    Region,
    Partial,
}

/// How it asks whether a picture would go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    One,
    Batch,
    /// Not at all: the control.
    Never,
}

/// Whether the first picture after others went that were asked about, refused and not offered, as somebody else was in them.
fn goes_after_refused(
    stream: &Stream,
    named: Named,
    owned: bool,
    asks: Asks,
    other: Option<Scope>,
) -> bool {
    let (mut meeting, notice, [who, other_one]) = meeting();
    let format = stream.codec.format();
    let options = if owned {
        Options::owned(who, Kind::Video, format)
    } else {
        Options::mix(Kind::Video, format)
    };
    let id = meeting.open_stream(options).unwrap();
    let outlet = meeting
        .open_outlet(OutletOptions::new("outlet", Purposes::RECORD))
        .unwrap();
    let mut tap = meeting.tap(id, outlet).unwrap();
    let at = |index: usize| millis(1000 + INTERVAL * i64::try_from(index).unwrap());
    agree(&mut meeting, notice, who, at(0), None);
    if let Some(scope) = other {
        let grant = Grant::new(notice, scope, Method::Clicked);
        meeting
            .grant(Authority::Participant, other_one, &grant, at(0))
            .unwrap();
    }
    let (alone, both) = ([who], [who, other_one]);
    let group = meeting.group(&both).unwrap();
    let regions = [Region::new(
        other_one,
        Area::Rectangle {
            x: 0,
            y: 0,
            width: 8,
            height: 8,
        },
    )];
    let offer = |index: usize, tap: &mut Tap| {
        let frame = Frame::new(at(index), Contributors::Complete(&alone));
        let payload = Payload::Bytes(&stream.frames[index].bytes);
        tap.admit(&frame, payload, at(index), |_| ()).verdict()
    };
    for index in 0..SHOWN.start {
        assert_eq!(offer(index, &mut tap), Verdict::Whole);
    }
    for index in SHOWN {
        let frame = match named {
            Named::List => Frame::new(at(index), Contributors::Complete(&both)),
            Named::Group => Frame::new(at(index), Contributors::Group(&group)),
            Named::Region => {
                Frame::new(at(index), Contributors::Complete(&alone)).regions(&regions)
            }
            Named::Partial => Frame::new(at(index), Contributors::Partial(&alone)),
        };
        let said = match asks {
            Asks::One => tap.decide(&frame, at(index)),
            Asks::Batch => tap.decide_batch(&[frame], at(index), &mut [Decision::default()])[0],
            Asks::Never => continue,
        };
        assert!(!said.purposes().contains(Purposes::RECORD), "{named:?}");
    }
    let verdict = offer(SHOWN.end, &mut tap);
    assert_eq!(wants_keyframe(&mut tap), verdict != Verdict::Whole);
    assert_eq!(offer(KEYFRAME, &mut tap), Verdict::Whole);
    verdict == Verdict::Whole
}

#[test]
fn r5_what_was_refused_and_not_offered_is_not_predicted_from() {
    needs!("ffmpeg", "ffprobe");
    let stream = stream(Codec::Vp8);
    let to_another_purpose = Scope::new(Kinds::VIDEO, Purposes::TRAIN);
    for named in [Named::List, Named::Group, Named::Region, Named::Partial] {
        for owned in [true, false] {
            for other in [None, Some(to_another_purpose)] {
                for asks in [Asks::One, Asks::Batch, Asks::Never] {
                    let goes = goes_after_refused(&stream, named, owned, asks, other);
                    // Nobody can tell who was in what was never spoken of.
                    assert_eq!(
                        goes,
                        asks == Asks::Never,
                        "{named:?} {owned} {other:?} {asks:?}"
                    );
                }
            }
        }
    }
}
