//! Admitting encoded frames, whose headers are read, beside opaque ones.

use std::hint::black_box;

use criterion::Criterion;
use framegate::{Contributors, Kind, Payload, Purposes, StreamOptions, Tap, Time, format::Format};

use crate::{
    common::{SCOPE, agree, meeting, own, tap},
    frames,
    line::{Line, NOW},
    load,
};

pub fn encoded(criterion: &mut Criterion) {
    let group = &mut criterion.benchmark_group("encoded");
    let (mut meeting, notice, [who, other]) = meeting();
    agree(&mut meeting, notice, who, SCOPE, Time::START);
    let mut open = |who, format| {
        let stream = StreamOptions::owned(who, Kind::File, format);
        tap(&mut meeting, stream, Purposes::RECORD)
    };
    let mut opaque = open(who, Format::OPAQUE);
    let ([vp8, vp8_inner], [h264, h264_inner]) = (frames::vp8(), frames::h264());
    let admitted = [
        (
            "admitting a packet of Opus",
            Format::OPUS,
            frames::opus(),
            frames::opus(),
        ),
        (
            "admitting a frame of VP8, 1200 B",
            Format::VP8,
            vp8.clone(),
            vp8_inner,
        ),
        (
            "admitting a slice of H.264, 1200 B",
            Format::H264,
            h264.clone(),
            h264_inner,
        ),
    ];
    let blanked = [
        ("blanking a packet of Opus", Format::OPUS, frames::opus()),
        ("blanking a frame of VP8, 640x360", Format::VP8, vp8),
        (
            "blanking an access unit of H.264, 640x360",
            Format::H264,
            h264,
        ),
    ];
    let admitted = admitted.map(|(name, format, first, frame)| {
        let mut tap = open(who, format);
        admit(&mut tap, &first);
        (name, tap, frame)
    });
    let blanked = blanked.map(|(name, format, frame)| (name, open(other, format), frame));
    for (name, mut tap, frame) in admitted.into_iter().chain(blanked) {
        Line {
            name,
            bytes: 0,
            batch: 1000,
            prepare: &mut || {},
            budget: None,
            floor: ("admitting an opaque frame", &mut |_| {
                load::admit(&mut opaque, Contributors::Owner);
            }),
            run: &mut |_| admit(&mut tap, &frame),
        }
        .measure(group);
    }
}

fn admit(tap: &mut Tap, frame: &[u8]) {
    let payload = Payload::Bytes(black_box(frame));
    let _ = tap.admit(&own(black_box(NOW)), payload, NOW, |cleared| {
        black_box(cleared.tag());
    });
}
