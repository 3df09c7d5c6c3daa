//! A frame through one of the gate's three doors, and what the outlet gets to see.

use framegate::{Admission, Cleared, Frame, Payload, PayloadMut, Plane, PlaneMut, Tap, Time};

use crate::{
    content::{Content, plane_size},
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
}

impl Memory {
    fn new(content: &Content, gap: usize) -> Self {
        match content {
            Content::Sound(bytes) | Content::Text(bytes) | Content::Record(bytes) => {
                Self::Bytes(bytes.clone())
            }
            Content::Picture {
                width,
                height,
                planes,
            } => Self::Planes([0, 1, 2].map(|plane| {
                let (across, _) = plane_size(plane, *width, *height);
                let rows = planes[plane].chunks(across).collect::<Vec<_>>();
                Rows {
                    data: rows.join(&vec![7; gap][..]),
                    stride: across + gap,
                }
            })),
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
        }
    }
}

/// Passes a frame through a tap. The answer is what the gate did, in the oracle's words, and what it gave as a source.
pub fn pass(
    tap: &mut Tap,
    door: Door,
    frame: &Frame<'_>,
    content: &Content,
    gap: usize,
    room: bool,
    now: Time,
) -> Result<(Expected, Option<Kept>), Disagreement> {
    let mut memory = Memory::new(content, gap);
    let mut buffer = memory.other(room);
    let like = content.clone();
    let release = |cleared: Cleared<'_>| {
        let tag = cleared.tag().to_bytes();
        (read(cleared.payload(), &like), tag, Kept::of(&cleared))
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
fn read(payload: &Payload<'_>, like: &Content) -> Option<Content> {
    match (payload, like) {
        (Payload::Bytes(bytes), Content::Sound(_)) => Some(Content::Sound(bytes.to_vec())),
        (Payload::Bytes(bytes), Content::Text(_)) => Some(Content::Text(bytes.to_vec())),
        (Payload::Bytes(bytes), Content::Record(_)) => Some(Content::Record(bytes.to_vec())),
        (Payload::Planes(planes), Content::Picture { width, height, .. }) => {
            let planes = [0, 1, 2].map(|plane| {
                let (across, down) = plane_size(plane, *width, *height);
                let Plane { data, stride } = planes[plane];
                let rows = data.chunks(stride).take(down);
                rows.flat_map(|row| row[..across].to_vec()).collect()
            });
            Some(Content::Picture {
                width: *width,
                height: *height,
                planes,
            })
        }
        _ => None,
    }
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
