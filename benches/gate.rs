//! Deciding, and redacting beside the floor of each: a bare atomic load, a fill or a copy of as many bytes.

#[path = "../tests/common/mod.rs"]
mod common;

use std::{
    cell::RefCell,
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering::Acquire},
    time::{Duration, Instant},
};

use common::{
    SCOPE, agree, meeting, microphone, millis, own, picture, picture_bytes, picture_mut, tap,
};
use criterion::{
    BenchmarkGroup, Criterion, Throughput, criterion_group, criterion_main, measurement::WallTime,
};
use framegate::{
    Area, Authority, Contributors, Format, Frame, Kind, Meeting, Participant, Payload, Purposes,
    Region, Samples, Scope, Stream, Time,
};

const OPUS_FRAME: [u8; 80] = [0; 80];

fn deciding(criterion: &mut Criterion) {
    let (mut meeting, notice, people) = meeting::<15>();
    for who in people {
        agree(&mut meeting, notice, who, SCOPE, Time::START);
    }
    let now = millis(60_000);
    let mut group = criterion.benchmark_group("deciding");

    let word = AtomicU64::new(1);
    group.bench_function("floor: an atomic load", |bencher| {
        bencher.iter(|| black_box(&word).load(Acquire));
    });

    let mut one = tap(&mut meeting, microphone(people[0]), Purposes::RECORD);
    group.bench_function("a frame of one person", |bencher| {
        bencher.iter(|| one.tag(black_box(&own(now)), now));
    });

    let stream = Stream::owned(people[0], Kind::Audio, Format::OPAQUE);
    let mut encoded = tap(&mut meeting, stream, Purposes::RECORD);
    group.bench_function("admitting a frame of one person", |bencher| {
        bencher.iter(|| {
            let payload = Payload::Bytes(black_box(&OPUS_FRAME));
            encoded.admit(black_box(&own(now)), payload, now, |cleared| {
                black_box(cleared.tag())
            })
        });
    });

    let stream = Stream::mix(Kind::Audio, Format::OPAQUE);
    let mut mix = tap(&mut meeting, stream, Purposes::RECORD);
    group.bench_function("admitting a mix of 15", |bencher| {
        let frame = Frame::new(now, Contributors::Complete(&people));
        bencher.iter(|| {
            let payload = Payload::Bytes(black_box(&OPUS_FRAME));
            mix.admit(black_box(&frame), payload, now, |cleared| {
                black_box(cleared.tag())
            })
        });
    });

    let _ = meeting.withdraw(Authority::Participant, people[0], Scope::ALL, now);
    agree(&mut meeting, notice, people[0], SCOPE, now);
    group.bench_function("admitting just after a change", |bencher| {
        bencher.iter(|| {
            let payload = Payload::Bytes(black_box(&OPUS_FRAME));
            encoded.admit(black_box(&own(now)), payload, now, |cleared| {
                black_box(cleared.tag())
            })
        });
    });
}

/// Something that is redacted, and its floor.
struct Line<'a> {
    name: &'a str,
    /// As many as are hidden, or copied.
    bytes: usize,
    /// How many are timed at once, after `prepare`.
    batch: u32,
    prepare: &'a mut dyn FnMut(),
    floor: (&'a str, &'a mut dyn FnMut(usize)),
    redact: &'a mut dyn FnMut(usize),
}

fn timed(batch: u32, run: &mut dyn FnMut(usize)) -> Duration {
    let start = Instant::now();
    for index in 0..batch as usize {
        run(index);
    }
    start.elapsed()
}

impl Line<'_> {
    fn measure(mut self, group: &mut BenchmarkGroup<'_, WallTime>) {
        group.throughput(Throughput::Bytes(self.bytes as u64));
        let floor = format!("{}: floor: {}", self.name, self.floor.0);
        let runs = [
            (floor.as_str(), &mut self.floor.1),
            (self.name, &mut self.redact),
        ];
        for (name, run) in runs {
            group.bench_function(name, |bencher| {
                bencher.iter_custom(|count| {
                    let mut left = u32::try_from(count).expect("fewer than 2^32 turns");
                    let mut total = Duration::ZERO;
                    while left > 0 {
                        let batch = left.min(self.batch);
                        (self.prepare)();
                        total += timed(batch, run);
                        left -= batch;
                    }
                    total
                });
            });
        }
        self.print_ratio();
    }

    /// The best of many turns, floor and redaction one after the other, so that what else the machine does hits both.
    fn print_ratio(&mut self) {
        let (mut floor, mut redact) = (Duration::MAX, Duration::MAX);
        for _ in 0..2000 {
            (self.prepare)();
            floor = floor.min(timed(self.batch, self.floor.1));
            (self.prepare)();
            redact = redact.min(timed(self.batch, self.redact));
        }
        let each = |batch: Duration| batch.as_secs_f64() * 1e9 / f64::from(self.batch);
        println!(
            "ratio: {}: {:.2} x {} ({:.0} ns beside {:.0} ns)",
            self.name,
            floor.as_secs_f64() / redact.as_secs_f64(),
            self.floor.0,
            each(redact),
            each(floor),
        );
    }
}

const NOW: Time = Time::from_millis(60_000);
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

fn redacting(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("redacting");
    blanking_sound(&mut group);
    silencing_a_channel(&mut group);
    blanking_pictures(&mut group);
    copying(&mut group);
    masking(&mut group);
}

/// A meeting with one who agrees to everything, and one who agrees to nothing.
fn two() -> (Meeting, Participant, Participant) {
    let (mut meeting, notice, [agrees, refuses]) = meeting();
    agree(&mut meeting, notice, agrees, SCOPE, Time::START);
    (meeting, agrees, refuses)
}

fn blanking_sound(group: &mut BenchmarkGroup<'_, WallTime>) {
    let (mut meeting, _, refuses) = two();
    let stream = Stream::owned(refuses, Kind::Audio, Format::pcm(Samples::S16, 2));
    let mut tap = tap(&mut meeting, stream, Purposes::RECORD);
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
            floor: ("memset", &mut |_| black_box(&mut filled[..]).fill(0)),
            redact: &mut |_| {
                let _ = tap.admit_in_place(&own(NOW), (&mut pcm[..]).into(), NOW, |_| ());
            },
        }
        .measure(group);
    }
}

fn silencing_a_channel(group: &mut BenchmarkGroup<'_, WallTime>) {
    let (mut meeting, agrees, refuses) = two();
    let stream = Stream::owned(agrees, Kind::Audio, Format::pcm(Samples::S16, 2));
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
            floor: ("memset of the channel", &mut |_| {
                black_box(&mut filled[..]).fill(0);
            }),
            redact: &mut |_| {
                let frame = own(NOW).regions(&regions);
                let _ = tap.admit_in_place(&frame, (&mut pcm[..]).into(), NOW, |_| ());
            },
        }
        .measure(group);
    }
}

fn blanking_pictures(group: &mut BenchmarkGroup<'_, WallTime>) {
    let (mut meeting, agrees, refuses) = two();
    let format = Format::i420(1920, 1080);
    let bytes = picture_bytes(WIDTH, HEIGHT);
    let (mut filled, mut image) = (vec![200u8; bytes], vec![200u8; bytes]);

    let stream = Stream::owned(refuses, Kind::Video, format);
    let mut blank = tap(&mut meeting, stream, Purposes::RECORD);
    Line {
        name: "blanking 1080p",
        bytes,
        batch: 3,
        prepare: &mut || {},
        floor: ("memset", &mut |_| black_box(&mut filled[..]).fill(16)),
        redact: &mut |_| {
            let payload = picture_mut(&mut image, WIDTH, HEIGHT);
            let _ = blank.admit_in_place(&own(NOW), payload, NOW, |_| ());
        },
    }
    .measure(group);

    let stream = Stream::owned(agrees, Kind::Video, format);
    let mut rectangle = tap(&mut meeting, stream, Purposes::RECORD);
    let regions = [Region::new(refuses, RECTANGLE)];
    let covered = picture_bytes(640, 360);
    Line {
        name: "blacking out 640x360 of 1080p",
        bytes: covered,
        batch: 30,
        prepare: &mut || {},
        floor: ("memset", &mut |_| {
            black_box(&mut filled[..covered]).fill(16);
        }),
        redact: &mut |_| {
            let frame = own(NOW).regions(&regions);
            let payload = picture_mut(&mut image, WIDTH, HEIGHT);
            let _ = rectangle.admit_in_place(&frame, payload, NOW, |_| ());
        },
    }
    .measure(group);
}

fn copying(group: &mut BenchmarkGroup<'_, WallTime>) {
    let (mut meeting, agrees, refuses) = two();
    let pcm = vec![1u8; PCM_20_MS];
    let (mut copied, mut buffer) = (pcm.clone(), pcm.clone());
    let stream = Stream::owned(agrees, Kind::Audio, Format::pcm(Samples::S16, 2));
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
            floor: ("memcpy of all", &mut |_| {
                black_box(&mut copied[..]).copy_from_slice(black_box(&pcm));
            }),
            redact: &mut |_| {
                let (frame, from) = (own(NOW).regions(regions), Payload::Bytes(&pcm));
                let _ = sound.admit_into(&frame, from, (&mut buffer[..]).into(), NOW, |_| ());
            },
        }
        .measure(group);
    }

    let image = vec![200u8; picture_bytes(WIDTH, HEIGHT)];
    let (mut copied, mut buffer) = (image.clone(), image.clone());
    let stream = Stream::owned(agrees, Kind::Video, Format::i420(1920, 1080));
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
            floor: ("memcpy of all", &mut |_| {
                black_box(&mut copied[..]).copy_from_slice(black_box(&image));
            }),
            redact: &mut |_| {
                let (frame, from) = (own(NOW).regions(regions), picture(&image, WIDTH, HEIGHT));
                let into = picture_mut(&mut buffer, WIDTH, HEIGHT);
                let _ = camera.admit_into(&frame, from, into, NOW, |_| ());
            },
        }
        .measure(group);
    }
}

fn masking(group: &mut BenchmarkGroup<'_, WallTime>) {
    let (mut meeting, agrees, refuses) = two();
    let stream = Stream::owned(refuses, Kind::Chat, Format::UTF8);
    let mut blank = tap(&mut meeting, stream, Purposes::RECORD);
    let stream = Stream::owned(agrees, Kind::Chat, Format::UTF8);
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
            floor: ("char by char", &mut char_by_char),
            redact: &mut mask,
        }
        .measure(group);
        Line {
            name: &format!("filling 4 KB for {language}"),
            bytes,
            batch: 4,
            prepare: &mut prepare,
            floor: ("memset", &mut |_| black_box(&mut filled[..]).fill(b'*')),
            redact: &mut mask,
        }
        .measure(group);
        let end = original.floor_char_boundary(2016);
        assert_eq!(end, 2016, "the quotation ends between two characters");
        Line {
            name: &format!("masking a quotation in 4 KB of {language}"),
            bytes: end,
            batch: 4,
            prepare: &mut prepare,
            floor: ("memset of the quotation", &mut |_| {
                black_box(&mut filled[..end]).fill(b'*');
            }),
            redact: &mut |index| {
                let frame = own(NOW).regions(&regions);
                let payload = &mut copies.borrow_mut()[index][..];
                let _ = quote.admit_in_place(&frame, payload.into(), NOW, |_| ());
            },
        }
        .measure(group);
    }
}

criterion_group!(benches, deciding, redacting);
criterion_main!(benches);
