//! A frame through one of the gate's three doors, and what the outlet gets to see.

use framegate::{Admission, Cleared, Frame, Payload, Tap, Time, format::Samples};

use crate::{
    common::layout::{Memory, Rows},
    content::{Content, Format, plane_sizes, sample},
    rules::{Door, Expected},
    run::{Disagreement, agree},
    sources::Kept,
};

/// A payload as it lies in memory, of a picture with a gap after each row but the last.
fn memory(content: &Content, gap: usize, format: Format) -> Memory {
    match (content, format) {
        (Content::Sound(samples, bytes), Format::PlanarSound(_)) => {
            Memory::Bytes(planar(*samples, bytes))
        }
        (
            Content::Picture {
                width,
                height,
                pixels,
                range,
                planes,
            },
            _,
        ) => {
            let sizes = plane_sizes(*pixels, *range, *width, *height);
            let rows = sizes.iter().zip(planes).map(|((row, _), bytes)| Rows {
                before: 0,
                stride: row + gap,
                memory: bytes
                    .chunks(*row)
                    .collect::<Vec<_>>()
                    .join(&vec![7; gap][..]),
            });
            Memory::Planes(rows.collect())
        }
        _ => Memory::Bytes(content.bytes()),
    }
}

/// Of the same size, full of something else; too small without room.
fn other(memory: &Memory, room: bool) -> Memory {
    let mut other = memory.clone();
    other.fill(0xEE);
    if !room {
        match &mut other {
            Memory::Bytes(bytes) => {
                bytes.pop();
            }
            Memory::Planes(planes) => planes.iter_mut().for_each(|rows| {
                rows.memory.pop();
            }),
        }
    }
    other
}

fn is_zero(memory: &Memory) -> bool {
    memory.bytes().iter().all(|byte| *byte == 0)
}

/// Passes a frame through a tap. The answer is what the gate did, in the oracle's words, and what it gave as a source.
pub fn pass(
    tap: &mut Tap,
    door: Door,
    frame: &Frame<'_>,
    (content, format): (&Content, Format),
    gap: usize,
    room: bool,
    now: Time,
) -> Result<(Expected, Option<Kept>), Disagreement> {
    let mut memory = memory(content, gap, format);
    let mut buffer = other(&memory, room);
    let like = content.clone();
    let release = |cleared: Cleared<'_>| {
        let tag = cleared.tag().to_bytes();
        (
            read(cleared.payload(), &like, format),
            tag,
            Kept::of(&cleared),
        )
    };
    let Admission { tag, output } = match door {
        Door::Admit => tap.admit(frame, memory.payload(), now, |cleared| {
            let is_the_same = same_memory(cleared.payload(), &memory.payload());
            let (content, tag, source) = release(cleared);
            // R7: what goes whole is not copied.
            (is_the_same.then_some(content).flatten(), tag, source)
        }),
        Door::Into => tap.admit_into(frame, memory.payload(), buffer.payload_mut(), now, release),
        Door::InPlace => tap.admit_in_place(frame, memory.payload_mut(), now, release),
    };
    match (&output, door) {
        (None, Door::Into) => agree("the buffer is wiped", &is_zero(&buffer), &true)?,
        (None, Door::InPlace) => agree("the payload is wiped", &is_zero(&memory), &true)?,
        _ => {}
    }
    let (content, source) = match output {
        None => (None, None),
        Some((content, tag_inside, source)) => {
            agree("the tag inside the release", &tag_inside, &tag.to_bytes())?;
            agree("the payload has its form", &content.is_some(), &true)?;
            (content, source)
        }
    };
    let received = Expected {
        verdict: tag.verdict(),
        tag: tag.to_bytes(),
        content,
    };
    Ok((received, source))
}

/// What an outlet sees of a payload that should be of the form of another; none if it is not.
fn read(payload: &Payload<'_>, like: &Content, format: Format) -> Option<Content> {
    match (payload, like) {
        (Payload::Bytes(bytes), Content::Sound(samples, _)) => Some(Content::Sound(
            *samples,
            match format {
                Format::PlanarSound(_) => interleaved(*samples, bytes),
                _ => bytes.to_vec(),
            },
        )),
        (Payload::Bytes(bytes), Content::Json(_)) => Some(Content::Json(bytes.to_vec())),
        (Payload::Bytes(bytes), Content::Text(_)) => Some(Content::Text(bytes.to_vec())),
        (Payload::Bytes(bytes), Content::Record(_)) => Some(Content::Record(bytes.to_vec())),
        (Payload::Bytes(bytes), Content::Opaque(_)) => Some(Content::Opaque(bytes.to_vec())),
        (
            Payload::Planes(planes),
            Content::Picture {
                width,
                height,
                pixels,
                range,
                ..
            },
        ) => {
            let sizes = plane_sizes(*pixels, *range, *width, *height);
            let planes = sizes.iter().zip(planes).map(|((row, rows), plane)| {
                let rows = plane.data.chunks(plane.stride).take(*rows);
                rows.flat_map(|bytes| bytes[..*row].to_vec()).collect()
            });
            Some(Content::Picture {
                width: *width,
                height: *height,
                pixels: *pixels,
                range: *range,
                planes: planes.collect(),
            })
        }
        _ => None,
    }
}

/// Of stereo, one channel after the other. What is no whole number of samples stays as it is.
pub fn planar(samples: Samples, interleaved: &[u8]) -> Vec<u8> {
    let (size, _) = sample(samples);
    let samples = interleaved.chunks(size);
    if !interleaved.len().is_multiple_of(2 * size) {
        return interleaved.to_vec();
    }
    let channel = |first| samples.clone().skip(first).step_by(2).flatten();
    channel(0).chain(channel(1)).copied().collect()
}

fn interleaved(samples: Samples, planar: &[u8]) -> Vec<u8> {
    let (size, _) = sample(samples);
    let (left, right) = planar.split_at(planar.len() / 2);
    let both = left.chunks(size).zip(right.chunks(size));
    both.flat_map(|(left, right)| [left, right].concat())
        .collect()
}

fn same_memory(a: &Payload<'_>, b: &Payload<'_>) -> bool {
    match (a, b) {
        (Payload::Bytes(a), Payload::Bytes(b)) => std::ptr::eq(*a, *b),
        (Payload::Planes(a), Payload::Planes(b)) => {
            let mut planes = a.iter().zip(b);
            planes.all(|(a, b)| std::ptr::eq(a.data, b.data) || a.data.is_empty())
        }
        _ => false,
    }
}
