//! Redacting beside filling or copying as many bytes.

use std::{cell::RefCell, hint::black_box};

use criterion::Criterion;
use framegate::{
    Area, Kind, Meeting, Participant, Payload, PayloadMut, PlaneMut, Purposes, Region,
    StreamOptions, Tap, Time,
    format::{ColorRange, Format, PixelFormat, Samples},
};

use crate::{
    common::{SCOPE, agree, meeting, own, picture, picture_bytes, picture_mut, tap},
    line::{Budget::AtLeast, Group, Line, NOW},
};

/// 48 kHz, two channels of 16 bits.
const PCM_20_MS: usize = 960 * 2 * 2;
const PCM_1_S: usize = 50 * PCM_20_MS;
const WIDTH: usize = 1920;
const HEIGHT: usize = 1080;
const RECTANGLE: Area = Area::Rectangle {
    x: 320,
    y: 180,
    width: 640,
    height: 360,
};

pub fn redacting(criterion: &mut Criterion) {
    let group = &mut criterion.benchmark_group("redacting");
    blanking_sound(group);
    silencing_a_channel(group);
    blanking_pictures(group);
    copying(group);
    masking(group);
    masking_json(group);
}

/// A meeting with one who agrees to everything, and one who agrees to nothing.
fn two() -> (Meeting, Participant, Participant) {
    let (mut meeting, notice, [agrees, refuses]) = meeting();
    agree(&mut meeting, notice, agrees, SCOPE, Time::START);
    (meeting, agrees, refuses)
}

fn blanking_sound(group: &mut Group<'_>) {
    let (mut meeting, _, refuses) = two();
    let mut tap = || {
        let stream = StreamOptions::owned(refuses, Kind::Audio, Format::pcm(Samples::S16, 2));
        RefCell::new(tap(&mut meeting, stream, Purposes::RECORD))
    };
    let (long, short) = (tap(), tap());
    let blank = |tap: &RefCell<Tap>, pcm: &mut [u8]| {
        let _ = tap
            .borrow_mut()
            .admit_in_place(&own(NOW), pcm.into(), NOW, |_| ());
    };
    // Of one sample almost all is the decision and the release.
    let lengths = [
        ("blanking one sample of PCM", 4, 1000),
        ("blanking 20 ms of PCM", PCM_20_MS, 1000),
        ("blanking 1 s of PCM", PCM_1_S, 20),
    ];
    for (name, bytes, batch) in lengths {
        let (mut filled, mut pcm) = (vec![1u8; bytes], vec![1u8; bytes]);
        Line {
            name,
            bytes,
            batch,
            prepare: &mut || {},
            budget: (bytes >= PCM_20_MS).then_some(AtLeast(0.95)),
            floor: ("memset", &mut |_| black_box(&mut filled[..]).fill(0)),
            run: &mut |_| blank(&long, &mut pcm),
        }
        .measure(group);
    }
    // Deciding and releasing take as long for any frame, and of so short a one nearly as long as filling it.
    let (mut filled, mut pcm) = (vec![1u8; PCM_20_MS], vec![1u8; PCM_20_MS]);
    let pcm_dropped = pcm.clone();
    Line {
        name: "blanking 20 ms of PCM, decision and all",
        bytes: PCM_20_MS,
        batch: 1000,
        prepare: &mut || {},
        budget: Some(AtLeast(0.95)),
        floor: ("dropping it, and memset", &mut |_| {
            let payload = Payload::Bytes(black_box(&pcm_dropped));
            let _ = short.borrow_mut().admit(&own(NOW), payload, NOW, |_| ());
            black_box(&mut filled[..]).fill(0);
        }),
        run: &mut |_| blank(&long, &mut pcm),
    }
    .measure(group);
}

fn silencing_a_channel(group: &mut Group<'_>) {
    let (mut meeting, agrees, refuses) = two();
    let stream = StreamOptions::owned(agrees, Kind::Audio, Format::pcm(Samples::S16, 2));
    let mut tap = tap(&mut meeting, stream, Purposes::RECORD);
    let regions = [Region::new(refuses, Area::Channel(1))];
    let lengths = [
        ("silencing a channel of two, 20 ms", PCM_20_MS, 1000),
        ("silencing a channel of two, 1 s", PCM_1_S, 20),
    ];
    for (name, bytes, batch) in lengths {
        let (mut filled, mut pcm) = (vec![1u8; bytes / 2], vec![1u8; bytes]);
        Line {
            name,
            bytes: bytes / 2,
            batch,
            prepare: &mut || {},
            budget: None,
            floor: ("memset of the channel", &mut |_| {
                black_box(&mut filled[..]).fill(0);
            }),
            run: &mut |_| {
                let frame = own(NOW).regions(&regions);
                let _ = tap.admit_in_place(&frame, (&mut pcm[..]).into(), NOW, |_| ());
            },
        }
        .measure(group);
    }
}

/// Of a cache.
const LINE: usize = 64;

/// As what clients' pictures lie in begins with a cache line.
fn aligned(memory: &mut [u8], bytes: usize) -> &mut [u8] {
    let start = memory.as_ptr().align_offset(LINE);
    &mut memory[start..start + bytes]
}

/// Formats, each with its bytes a pixel, twice, as planes of one run of bytes.
type Pixels = (
    &'static str,
    PixelFormat,
    usize,
    fn(&mut [u8]) -> PayloadMut<'_>,
);

const PIXELS: [Pixels; 3] = [
    ("I420", PixelFormat::I420, 3, |bytes| {
        picture_mut(bytes, WIDTH, HEIGHT)
    }),
    ("NV12", PixelFormat::Nv12, 3, |bytes| {
        let (y, uv) = bytes.split_at_mut(WIDTH * HEIGHT);
        let plane = |data| PlaneMut {
            data,
            stride: WIDTH,
        };
        PayloadMut::semi_planar(plane(y), plane(uv))
    }),
    ("RGBA", PixelFormat::Rgba, 8, |data| {
        PayloadMut::packed(PlaneMut {
            data,
            stride: 4 * WIDTH,
        })
    }),
];

fn blanking_pictures(group: &mut Group<'_>) {
    let (mut meeting, agrees, refuses) = two();
    let regions = [Region::new(refuses, RECTANGLE)];
    for (name, pixels, halves, payload) in PIXELS {
        let format = Format::picture(pixels, ColorRange::Limited, 1920, 1080);
        let bytes = WIDTH * HEIGHT * halves / 2;
        let (mut filled, mut image) = (vec![200u8; bytes + LINE], vec![200u8; bytes + LINE]);
        let (filled, image) = (aligned(&mut filled, bytes), aligned(&mut image, bytes));

        let stream = StreamOptions::owned(refuses, Kind::Video, format);
        let mut blank = tap(&mut meeting, stream, Purposes::RECORD);
        let least = if pixels == PixelFormat::Rgba {
            0.75
        } else {
            0.95
        };
        Line {
            name: &format!("blanking 1080p, {name}"),
            bytes,
            batch: 3,
            prepare: &mut || {},
            budget: Some(AtLeast(least)),
            floor: ("memset", &mut |_| black_box(&mut filled[..]).fill(16)),
            run: &mut |_| {
                let _ = blank.admit_in_place(&own(NOW), payload(image), NOW, |_| ());
            },
        }
        .measure(group);

        let stream = StreamOptions::owned(agrees, Kind::Video, format);
        let mut rectangle = tap(&mut meeting, stream, Purposes::RECORD);
        let covered = 640 * 360 * halves / 2;
        Line {
            name: &format!("blacking out 640x360 of 1080p, {name}"),
            bytes: covered,
            batch: 30,
            prepare: &mut || {},
            budget: Some(AtLeast(0.62)),
            floor: ("memset", &mut |_| {
                black_box(&mut filled[..covered]).fill(16);
            }),
            run: &mut |_| {
                let frame = own(NOW).regions(&regions);
                let _ = rectangle.admit_in_place(&frame, payload(image), NOW, |_| ());
            },
        }
        .measure(group);
        if pixels == PixelFormat::I420 {
            // What the memory makes of rows that do not lie beside each other.
            let image = RefCell::new(image);
            Line {
                name: "blacking out 640x360 of 1080p, row by row",
                bytes: covered,
                batch: 30,
                prepare: &mut || {},
                budget: None,
                floor: ("memset of each row", &mut |_| {
                    let mut image = image.borrow_mut();
                    let PayloadMut::Planes(planes) = payload(&mut image) else {
                        unreachable!()
                    };
                    for (plane, shared) in planes.into_iter().zip([1, 2, 2]) {
                        let rows = plane.data.chunks_mut(plane.stride);
                        for row in rows.skip(180 / shared).take(360 / shared) {
                            let (start, width) = (320 / shared, 640 / shared);
                            black_box(&mut row[start..start + width]).fill(16);
                        }
                    }
                }),
                run: &mut |_| {
                    let frame = own(NOW).regions(&regions);
                    let mut image = image.borrow_mut();
                    let payload = payload(&mut image);
                    let _ = rectangle.admit_in_place(&frame, payload, NOW, |_| ());
                },
            }
            .measure(group);
        }
    }
}

fn copying(group: &mut Group<'_>) {
    let (mut meeting, agrees, refuses) = two();
    let pcm = vec![1u8; PCM_20_MS];
    let (mut copied, mut buffer) = (pcm.clone(), pcm.clone());
    let stream = StreamOptions::owned(agrees, Kind::Audio, Format::pcm(Samples::S16, 2));
    let mut sound = tap(&mut meeting, stream, Purposes::RECORD);
    let channel = [Region::new(refuses, Area::Channel(1))];
    let parts: [(&str, &[Region]); 2] = [
        ("copying 20 ms of PCM", &[]),
        ("copying 20 ms of PCM without a channel of two", &channel),
    ];
    for (name, regions) in parts {
        Line {
            name,
            bytes: PCM_20_MS,
            batch: 1000,
            prepare: &mut || {},
            budget: None,
            floor: ("memcpy of all", &mut |_| {
                black_box(&mut copied[..]).copy_from_slice(black_box(&pcm));
            }),
            run: &mut |_| {
                let (frame, from) = (own(NOW).regions(regions), Payload::Bytes(&pcm));
                let _ = sound.admit_into(&frame, from, (&mut buffer[..]).into(), NOW, |_| ());
            },
        }
        .measure(group);
    }

    let image = vec![200u8; picture_bytes(WIDTH, HEIGHT)];
    let (mut copied, mut buffer) = (image.clone(), image.clone());
    let stream = StreamOptions::owned(agrees, Kind::Video, Format::i420(1920, 1080));
    let mut camera = tap(&mut meeting, stream, Purposes::RECORD);
    let rectangle = [Region::new(refuses, RECTANGLE)];
    let parts: [(&str, &[Region]); 2] = [
        ("copying 1080p", &[]),
        ("copying 1080p without 640x360 of it", &rectangle),
    ];
    for (name, regions) in parts {
        Line {
            name,
            bytes: image.len(),
            batch: 2,
            prepare: &mut || {},
            budget: None,
            floor: ("memcpy of all", &mut |_| {
                black_box(&mut copied[..]).copy_from_slice(black_box(&image));
            }),
            run: &mut |_| {
                let (frame, from) = (own(NOW).regions(regions), picture(&image, WIDTH, HEIGHT));
                let into = picture_mut(&mut buffer, WIDTH, HEIGHT);
                let _ = camera.admit_into(&frame, from, into, NOW, |_| ());
            },
        }
        .measure(group);
    }
}

fn masking(group: &mut Group<'_>) {
    let (mut meeting, agrees, refuses) = two();
    let stream = StreamOptions::owned(refuses, Kind::Chat, Format::UTF8);
    let mut blank = tap(&mut meeting, stream, Purposes::RECORD);
    let stream = StreamOptions::owned(agrees, Kind::Chat, Format::UTF8);
    let mut quote = tap(&mut meeting, stream, Purposes::RECORD);
    let quotation = Area::Span {
        start: 0,
        end: 2016,
    };
    let regions = [Region::new(refuses, quotation)];

    let texts = [
        (
            "English",
            "the quick brown fox jumps over a lazy dog, twice a day. ",
        ),
        (
            "German",
            "zwölf Boxkämpfer jagen Viktor quer überm großen Deich. ",
        ),
        ("Japanese", "同意がなければ会議の音声はどこにも渡さない"),
    ];
    for (language, text) in texts {
        let original = text.repeat(4096 / text.len() + 1);
        let bytes = original.len();
        // Masked text would be looked through faster than the original: each is masked once, and then restored.
        let copies = RefCell::new(vec![original.clone().into_bytes(); 4]);
        let mut filled = original.clone().into_bytes();
        let mut prepare = || {
            for copy in copies.borrow_mut().iter_mut() {
                copy.copy_from_slice(original.as_bytes());
            }
        };
        let mut mask = |index: usize| {
            let payload = &mut copies.borrow_mut()[index][..];
            let _ = blank.admit_in_place(&own(NOW), payload.into(), NOW, |_| ());
        };
        let mut char_by_char = |index: usize| {
            let copies = copies.borrow();
            let text = str::from_utf8(black_box(&copies[index])).unwrap();
            black_box(text.chars().map(|_| '*').collect::<String>());
        };
        Line {
            name: &format!("masking 4 KB of {language}"),
            bytes,
            batch: 4,
            prepare: &mut prepare,
            budget: Some(AtLeast(40.0)),
            floor: ("char by char", &mut char_by_char),
            run: &mut mask,
        }
        .measure(group);
        Line {
            name: &format!("filling 4 KB for {language}"),
            bytes,
            batch: 4,
            prepare: &mut prepare,
            budget: None,
            floor: ("memset", &mut |_| black_box(&mut filled[..]).fill(b'*')),
            run: &mut mask,
        }
        .measure(group);
        let end = original.floor_char_boundary(2016);
        assert_eq!(end, 2016, "the quotation ends between two characters");
        Line {
            name: &format!("masking a quotation in 4 KB of {language}"),
            bytes: end,
            batch: 4,
            prepare: &mut prepare,
            budget: None,
            floor: ("memset of the quotation", &mut |_| {
                black_box(&mut filled[..end]).fill(b'*');
            }),
            run: &mut |index| {
                let frame = own(NOW).regions(&regions);
                let payload = &mut copies.borrow_mut()[index][..];
                let _ = quote.admit_in_place(&frame, payload.into(), NOW, |_| ());
            },
        }
        .measure(group);
    }
}

/// Beside a reader that only checks: what it takes to find the values.
fn masking_json(group: &mut Group<'_>) {
    let (mut meeting, _, refuses) = two();
    let stream = StreamOptions::owned(refuses, Kind::Poll, Format::JSON);
    let stream = stream.structural_keys(["choice", "time"]);
    let mut poll = tap(&mut meeting, stream, Purposes::RECORD);
    let vote = r#"{"choice":"Zwölf","time":60000,"by":{"name":"Eva"},"again":false}"#;
    let original = format!("[{}]", [vote; 60].join(","));
    let copies = RefCell::new(vec![original.clone().into_bytes(); 4]);
    Line {
        name: "masking 4 KB of JSON",
        bytes: original.len(),
        batch: 4,
        prepare: &mut || {
            for copy in copies.borrow_mut().iter_mut() {
                copy.copy_from_slice(original.as_bytes());
            }
        },
        budget: None,
        floor: ("serde_json, checking only", &mut |index| {
            let copies = copies.borrow();
            let text = black_box(&copies[index][..]);
            black_box(serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok());
        }),
        run: &mut |index| {
            let payload = &mut copies.borrow_mut()[index][..];
            let _ = poll.admit_in_place(&own(NOW), payload.into(), NOW, |_| ());
        },
    }
    .measure(group);
}
