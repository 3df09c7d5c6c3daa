//! Deciding, and redacting beside the floor of each: a bare atomic load, a fill of as many bytes.

#[path = "../tests/common/mod.rs"]
mod common;

use std::{
    hint::black_box,
    sync::atomic::{AtomicU64, Ordering::Acquire},
};

use common::{SCOPE, agree, meeting, microphone, millis, own, picture_bytes, picture_mut, tap};
use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use framegate::{
    Area, Authority, Contributors, Format, Frame, Kind, Payload, Purposes, Region, Samples, Scope,
    Stream, Time,
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

fn redacting(criterion: &mut Criterion) {
    const WIDTH: u32 = 1920;
    const HEIGHT: u32 = 1080;

    let (mut meeting, notice, [agrees, refuses]) = meeting();
    agree(&mut meeting, notice, agrees, SCOPE, Time::START);
    let now = millis(60_000);
    let mut group = criterion.benchmark_group("redacting");
    let mut bench = |name: &str, bytes: usize, redact: &mut dyn FnMut()| {
        group.throughput(Throughput::Bytes(bytes as u64));
        group.bench_function(name, |bencher| bencher.iter(&mut *redact));
    };

    // 20 ms at 48 kHz.
    let mut pcm = vec![1; 960 * 2 * 2];
    bench("floor: filling as much as PCM", pcm.len(), &mut || {
        black_box(&mut pcm[..]).fill(0);
    });
    let stream = Stream::owned(refuses, Kind::Audio, Format::pcm(Samples::S16, 2));
    let mut blank = tap(&mut meeting, stream, Purposes::RECORD);
    bench("blanking PCM", pcm.len(), &mut || {
        let _ = blank.admit_in_place(&own(now), (&mut pcm[..]).into(), now, |_| ());
    });
    let regions = [Region::new(refuses, Area::Channel(1))];
    let stream = Stream::owned(agrees, Kind::Audio, Format::pcm(Samples::S16, 2));
    let mut channel = tap(&mut meeting, stream, Purposes::RECORD);
    bench("silencing a channel of two", pcm.len() / 2, &mut || {
        let frame = own(now).regions(&regions);
        let _ = channel.admit_in_place(&frame, (&mut pcm[..]).into(), now, |_| ());
    });

    let (width, height) = (WIDTH as usize, HEIGHT as usize);
    let mut image = vec![200; picture_bytes(width, height)];
    bench("floor: filling as much as 1080p", image.len(), &mut || {
        black_box(&mut image[..]).fill(16);
    });
    let format = Format::i420(WIDTH, HEIGHT);
    let stream = Stream::owned(refuses, Kind::Video, format);
    let mut blank = tap(&mut meeting, stream, Purposes::RECORD);
    bench("blanking 1080p", image.len(), &mut || {
        let payload = picture_mut(&mut image, width, height);
        let _ = blank.admit_in_place(&own(now), payload, now, |_| ());
    });
    let area = Area::Rectangle {
        x: 320,
        y: 180,
        width: 640,
        height: 360,
    };
    let covered = picture_bytes(640, 360);
    bench(
        "floor: filling as much as the rectangle",
        covered,
        &mut || {
            black_box(&mut image[..covered]).fill(16);
        },
    );
    let regions = [Region::new(refuses, area)];
    let stream = Stream::owned(agrees, Kind::Video, format);
    let mut rectangle = tap(&mut meeting, stream, Purposes::RECORD);
    bench("blacking out 640x360 of 1080p", covered, &mut || {
        let frame = own(now).regions(&regions);
        let payload = picture_mut(&mut image, width, height);
        let _ = rectangle.admit_in_place(&frame, payload, now, |_| ());
    });

    let original: String =
        "Zwölf Boxkämpfer jagen Viktor quer über den großen Sylter Deich. ".repeat(61);
    bench(
        "floor: masking text char by char",
        original.len(),
        &mut || {
            let masked: String = black_box(&original).chars().map(|_| '*').collect();
            black_box(masked);
        },
    );
    let stream = Stream::owned(refuses, Kind::Chat, Format::UTF8);
    let mut blank = tap(&mut meeting, stream, Purposes::RECORD);
    let mut text = original.clone().into_bytes();
    bench("masking text", original.len(), &mut || {
        let _ = blank.admit_in_place(&own(now), (&mut text[..]).into(), now, |_| ());
    });
    let regions = [Region::new(
        refuses,
        Area::Span {
            start: 0,
            end: 2048,
        },
    )];
    let stream = Stream::owned(agrees, Kind::Chat, Format::UTF8);
    let mut quote = tap(&mut meeting, stream, Purposes::RECORD);
    let mut text = original.clone().into_bytes();
    bench("masking a quotation", 2048, &mut || {
        let frame = own(now).regions(&regions);
        let _ = quote.admit_in_place(&frame, (&mut text[..]).into(), now, |_| ());
    });
}

criterion_group!(benches, deciding, redacting);
criterion_main!(benches);
