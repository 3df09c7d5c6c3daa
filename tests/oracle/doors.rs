//! A frame through one of the gate's three doors, and what the outlet gets to see.

use framegate::{Admission, Cleared, Frame, Payload, PayloadMut, Plane, PlaneMut, Tap, Time};

use crate::{
    content::{Content, Format, plane_size},
    rules::{Door, Expected},
    run::{Disagreement, agree},
    sources::Kept,
};

/// Rows with a gap after each but the last.
#[derive(Clone)]
struct Rows {
    data: Vec<u8>,
    stride: usize,
}

/// A payload as it lies in memory.
#[derive(Clone)]
enum Memory {
    Bytes(Vec<u8>),
    Planes([Rows; 3]),
    /// Y, and U and V by turns.
    Nv12([Rows; 2]),
}

impl Memory {
    fn new(content: &Content, gap: usize, format: Format) -> Self {
        match (content, format) {
            (Content::Sound(bytes), Format::PlanarSound) => Self::Bytes(planar(bytes)),
            (
                Content::Sound(bytes)
                | Content::Text(bytes)
                | Content::Json(bytes)
                | Content::Record(bytes),
                _,
            ) => Self::Bytes(bytes.clone()),
            (
                Content::Picture {
                    width,
                    height,
                    planes,
                },
                _,
            ) => {
                let rows = |samples: &[u8], across: usize| Rows {
                    data: samples
                        .chunks(across)
                        .collect::<Vec<_>>()
                        .join(&vec![7; gap][..]),
                    stride: across + gap,
                };
                let across = |plane| plane_size(plane, *width, *height).0;
                let [y, u, v] = planes;
                if let Format::Picture { is_nv12: true, .. } = format {
                    let both: Vec<_> = u.iter().zip(v).flat_map(|(u, v)| [*u, *v]).collect();
                    Self::Nv12([rows(y, across(0)), rows(&both, 2 * across(1))])
                } else {
                    Self::Planes([0, 1, 2].map(|plane| rows(&planes[plane], across(plane))))
                }
            }
        }
    }

    /// Of the same size, full of something else; too small without room.
    fn other(&self, room: bool) -> Self {
        let mut other = self.clone();
        for bytes in other.all_bytes_mut() {
            bytes.fill(0xEE);
            if !room {
                bytes.pop();
            }
        }
        other
    }

    fn all_bytes_mut(&mut self) -> Vec<&mut Vec<u8>> {
        match self {
            Self::Bytes(bytes) => vec![bytes],
            Self::Planes(planes) => planes.iter_mut().map(|rows| &mut rows.data).collect(),
            Self::Nv12(planes) => planes.iter_mut().map(|rows| &mut rows.data).collect(),
        }
    }

    fn is_zero(&mut self) -> bool {
        let mut bytes = self.all_bytes_mut().into_iter().flatten();
        bytes.all(|byte| *byte == 0)
    }

    fn payload(&self) -> Payload<'_> {
        match self {
            Self::Bytes(bytes) => Payload::Bytes(bytes),
            Self::Planes(planes) => {
                let [y, u, v] = planes.each_ref().map(|rows| Plane {
                    data: &rows.data,
                    stride: rows.stride,
                });
                Payload::i420(y, u, v)
            }
            Self::Nv12(planes) => {
                let [y, uv] = planes.each_ref().map(|rows| Plane {
                    data: &rows.data,
                    stride: rows.stride,
                });
                Payload::semi_planar(y, uv)
            }
        }
    }

    fn payload_mut(&mut self) -> PayloadMut<'_> {
        match self {
            Self::Bytes(bytes) => PayloadMut::Bytes(bytes),
            Self::Planes(planes) => {
                let [y, u, v] = planes.each_mut().map(|rows| PlaneMut {
                    data: &mut rows.data,
                    stride: rows.stride,
                });
                PayloadMut::i420(y, u, v)
            }
            Self::Nv12(planes) => {
                let [y, uv] = planes.each_mut().map(|rows| PlaneMut {
                    data: &mut rows.data,
                    stride: rows.stride,
                });
                PayloadMut::semi_planar(y, uv)
            }
        }
    }
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
    let mut memory = Memory::new(content, gap, format);
    let mut buffer = memory.other(room);
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
        (None, Door::Into) => agree("the buffer is wiped", &buffer.is_zero(), &true)?,
        (None, Door::InPlace) => agree("the payload is wiped", &memory.is_zero(), &true)?,
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
        (Payload::Bytes(bytes), Content::Sound(_)) if format == Format::PlanarSound => {
            Some(Content::Sound(interleaved(bytes)))
        }
        (Payload::Bytes(bytes), Content::Json(_)) => Some(Content::Json(bytes.to_vec())),
        (Payload::Bytes(bytes), Content::Sound(_)) => Some(Content::Sound(bytes.to_vec())),
        (Payload::Bytes(bytes), Content::Text(_)) => Some(Content::Text(bytes.to_vec())),
        (Payload::Bytes(bytes), Content::Record(_)) => Some(Content::Record(bytes.to_vec())),
        (Payload::Planes(planes), Content::Picture { width, height, .. }) => {
            let samples = |plane: usize, of: usize, each: usize| -> Vec<u8> {
                let (across, down) = plane_size(of, *width, *height);
                let Plane { data, stride } = planes[plane];
                let rows = data.chunks(stride).take(down);
                rows.flat_map(|row| row[..across * each].to_vec()).collect()
            };
            let planes = if let Format::Picture { is_nv12: true, .. } = format {
                let both = samples(1, 1, 2);
                let by_turns = |first: usize| both.iter().skip(first).step_by(2).copied().collect();
                [samples(0, 0, 1), by_turns(0), by_turns(1)]
            } else {
                [0, 1, 2].map(|plane| samples(plane, plane, 1))
            };
            Some(Content::Picture {
                width: *width,
                height: *height,
                planes,
            })
        }
        _ => None,
    }
}

/// Of 16-bit stereo, one channel after the other. What is no whole number of samples stays as it is.
pub fn planar(interleaved: &[u8]) -> Vec<u8> {
    let samples = interleaved.chunks(2);
    if !interleaved.len().is_multiple_of(4) {
        return interleaved.to_vec();
    }
    let channel = |first| samples.clone().skip(first).step_by(2).flatten();
    channel(0).chain(channel(1)).copied().collect()
}

fn interleaved(planar: &[u8]) -> Vec<u8> {
    let (left, right) = planar.split_at(planar.len() / 2);
    let both = left.chunks(2).zip(right.chunks(2));
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
