//! Frames and payloads as C tells of them. What cannot be read becomes what is surely withheld.

use super::{
    group::GROUPS,
    memory::{Handle, In, Out, bytes, bytes_mut, plain, size, sized, span},
    source::SourceIn,
    status::Status,
    tag::NO_KIND,
    words::{Person, kind, participants, time},
};
use framegate::{
    Area, Contributors, Frame, Group, Kinds, MAX_REGIONS, MAX_SOURCES, Participant, Payload,
    PayloadMut, Plane, PlaneMut, Region, Source, Time,
    binding::{SourceParts, unreadable_frame, withheld_tag},
};

/// What is known of a frame beside its payload.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct FrameIn<'c> {
    pub(super) size: u32,
    pub(super) contributors: u32,
    pub(super) captured: i64,
    pub(super) people: In<'c, Person>,
    pub(super) people_count: usize,
    pub(super) group: Handle<Group>,
    pub(super) regions: In<'c, RegionIn>,
    pub(super) region_count: usize,
    pub(super) sources: In<'c, SourceIn<'c>>,
    pub(super) source_count: usize,
    pub(super) keyframe: u32,
    pub(super) reserved: u32,
}

/// A part of a frame.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct RegionIn {
    pub(super) size: u32,
    pub(super) area: u32,
    pub(super) owner: Person,
    pub(super) x: u32,
    pub(super) y: u32,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) channel: u32,
    pub(super) start: u32,
    pub(super) end: u32,
    pub(super) kind: u32,
    pub(super) captured: i64,
}

/// Bytes, or a plane of a picture.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct PlaneIn<'c> {
    pub(super) data: In<'c, u8>,
    pub(super) length: usize,
    pub(super) stride: usize,
}

/// A frame's content.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct PayloadIn<'c> {
    pub(super) size: u32,
    pub(super) planes: u32,
    pub(super) plane: [PlaneIn<'c>; 4],
}

/// The same to write to.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct PlaneInOut<'c> {
    pub(super) data: Out<'c, u8>,
    pub(super) length: usize,
    pub(super) stride: usize,
}

/// The same to write to.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct PayloadInOut<'c> {
    pub(super) size: u32,
    pub(super) planes: u32,
    pub(super) plane: [PlaneInOut<'c>; 4],
}

plain!(PlaneIn<'_>, PlaneInOut<'_>);
sized!(FrameIn<'_>, RegionIn, PayloadIn<'_>, PayloadInOut<'_>);

// Who is in a frame, as C numbers it.
pub(super) const OWNER: u32 = 1;
pub(super) const COMPLETE: u32 = 2;
pub(super) const GROUP: u32 = 3;
pub(super) const PARTIAL: u32 = 4;
pub(super) const CSRCS: u32 = 5;
pub(super) const SOURCES: u32 = 6;

// Where a region lies.
pub(super) const RECTANGLE: u32 = 1;
pub(super) const CHANNEL: u32 = 2;
pub(super) const SPAN: u32 = 3;

// Whether the client holds it for a keyframe.
pub(super) const UNSAID: u32 = 0;
pub(super) const YES: u32 = 1;
pub(super) const NO: u32 = 2;

/// A place that is taken by nothing.
const NOWHERE: Region = Region::new(Participant::UNKNOWN, Area::Channel(0));

/// More than a frame may have.
static TOO_MANY: [Region; MAX_REGIONS + 1] = [NOWHERE; MAX_REGIONS + 1];

/// A frame with more regions than one may have, on whatever stream.
fn of_too_many_regions(captured: Time) -> Frame<'static> {
    Frame::new(captured, Contributors::Owner).regions(&TOO_MANY)
}

impl FrameIn<'_> {
    /// Whether it is of this size and names nobody but the stream's owner.
    #[inline]
    pub(super) fn is_of_owner_alone(&self) -> bool {
        // The three counts together are four instructions on x86-64, one by one six.
        let named = self.people_count | self.region_count | self.source_count;
        self.size == size::<Self>() && self.contributors == OWNER && named == 0
    }

    /// Whether the client's keyframe hint is one, and nothing is where nothing is known.
    #[inline]
    pub(super) fn has_known_hint(&self) -> bool {
        self.keyframe <= NO && self.reserved == 0
    }

    #[inline]
    fn captured(&self) -> Time {
        Time::from_micros(self.captured)
    }

    /// The frame, as a tap is to see it.
    #[inline]
    pub(super) fn with<R>(&self, call: impl FnOnce(&Frame<'_>) -> R) -> R {
        let owners = self
            .is_of_owner_alone()
            .then(|| self.with_hint(Frame::new(self.captured(), Contributors::Owner)));
        match owners {
            Some(Ok(frame)) => call(&frame),
            _ => self.with_parts(call),
        }
    }

    /// What is not given is not filled in: both lists together take 6 KB.
    #[inline(never)]
    fn with_parts<R>(&self, call: impl FnOnce(&Frame<'_>) -> R) -> R {
        match (self.region_count, self.source_count) {
            (0, 0) => self.with_lists(&[], &[], call),
            (_, 0) => self.with_regions(&[], call),
            _ => self.with_sources(call),
        }
    }

    #[inline(never)]
    fn with_sources<R>(&self, call: impl FnOnce(&Frame<'_>) -> R) -> R {
        let nothing = SourceParts {
            tag: withheld_tag(u16::MAX),
            people: &[],
            kinds: Kinds::empty(),
            captured: Time::from_micros(-1),
        };
        let mut room = [nothing.into_source(); MAX_SOURCES];
        match (self.sources(&mut room), self.region_count) {
            (Ok(sources), 0) => self.with_lists(&[], sources, call),
            (Ok(sources), _) => self.with_regions(sources, call),
            (Err(_), _) => call(&unreadable_frame(self.captured())),
        }
    }

    #[inline(never)]
    fn with_regions<R>(&self, sources: &[Source<'_>], call: impl FnOnce(&Frame<'_>) -> R) -> R {
        let mut room = [NOWHERE; MAX_REGIONS];
        match self.regions(&mut room) {
            Ok(regions) => self.with_lists(regions, sources, call),
            Err(_) if self.region_count > MAX_REGIONS => {
                call(&of_too_many_regions(self.captured()))
            }
            Err(_) => call(&unreadable_frame(self.captured())),
        }
    }

    #[inline]
    fn with_lists<R>(
        &self,
        regions: &[Region],
        sources: &[Source<'_>],
        call: impl FnOnce(&Frame<'_>) -> R,
    ) -> R {
        let captured = self.captured();
        let frame = self.contributors().and_then(|contributors| {
            let frame = match (self.contributors, sources) {
                (SOURCES, sources) => Frame::derived(sources),
                (_, []) => Frame::new(captured, contributors),
                _ => return Err(Status::Number),
            };
            self.with_hint(frame.regions(regions))
        });
        call(&frame.unwrap_or(unreadable_frame(captured)))
    }

    /// The frame with the client's keyframe hint.
    #[inline]
    fn with_hint<'f>(&self, frame: Frame<'f>) -> Result<Frame<'f>, Status> {
        match (self.keyframe, self.reserved) {
            (UNSAID, 0) => Ok(frame),
            (YES, 0) => Ok(frame.keyframe(true)),
            (NO, 0) => Ok(frame.keyframe(false)),
            _ => Err(Status::Number),
        }
    }

    fn contributors(&self) -> Result<Contributors<'_>, Status> {
        let people = participants(self.people, self.people_count)?;
        let names_more = self.people_count > 0;
        match self.contributors {
            // It says that there is nobody else, or nobody who is listed.
            OWNER | GROUP | SOURCES if names_more => Err(Status::Number),
            OWNER => Ok(Contributors::Owner),
            COMPLETE => Ok(Contributors::Complete(people)),
            GROUP => Ok(match GROUPS.get(self.group) {
                Ok(group) => Contributors::Group(group),
                // Of a group that is none nobody is known.
                Err(_) => Contributors::Complete(&[Participant::UNKNOWN]),
            }),
            CSRCS => Ok(Contributors::from_csrcs(people)),
            // PARTIAL, SOURCES, and what is not known.
            _ => Ok(Contributors::Partial(people)),
        }
    }

    fn regions<'r>(&self, room: &'r mut [Region]) -> Result<&'r [Region], Status> {
        let elements = self.regions.elements(self.region_count)?;
        let room = room.get_mut(..self.region_count).ok_or(Status::Length)?;
        for (index, region) in room.iter_mut().enumerate() {
            *region = elements.get(index)?.region()?;
        }
        Ok(room)
    }

    fn sources<'r, 'c: 'r>(
        &'c self,
        room: &'r mut [Source<'c>],
    ) -> Result<&'r [Source<'c>], Status> {
        let elements = self.sources.elements(self.source_count)?;
        let room = room.get_mut(..self.source_count).ok_or(Status::Length)?;
        for (index, source) in room.iter_mut().enumerate() {
            *source = elements.get(index)?.get()?;
        }
        Ok(room)
    }
}

/// Whether it was a negative number before it was passed without a sign.
fn is_negative(number: u32) -> bool {
    i32::try_from(number).is_err()
}

impl RegionIn {
    fn region(&self) -> Result<Region, Status> {
        let area = match self.area {
            // Else it would be all that is to the right or below, whoever's that is.
            RECTANGLE if is_negative(self.width) | is_negative(self.height) => {
                return Err(Status::Number);
            }
            RECTANGLE => Area::Rectangle {
                x: self.x,
                y: self.y,
                width: self.width,
                height: self.height,
            },
            CHANNEL => Area::Channel(u16::try_from(self.channel).map_err(|_| Status::Number)?),
            SPAN => Area::Span {
                start: self.start,
                end: self.end,
            },
            _ => return Err(Status::Number),
        };
        let mut region = Region::new(self.owner, area);
        if self.kind != NO_KIND {
            region = region.kind(kind(self.kind).ok_or(Status::Number)?);
        }
        if let Some(captured) = time(self.captured) {
            region = region.captured(captured);
        }
        Ok(region)
    }
}

impl<'c> PayloadIn<'c> {
    pub(super) const EMPTY: Self = Self {
        size: 0,
        planes: 0,
        plane: [PlaneIn {
            data: In::NULL,
            length: 0,
            stride: 0,
        }; 4],
    };

    /// The content, if it can be read.
    #[inline]
    pub(super) fn get(&self) -> Option<Payload<'c>> {
        let [first, ..] = &self.plane;
        match self.planes {
            0 => bytes(first.data, first.length).map(Payload::Bytes),
            1..=4 => self.picture(),
            _ => None,
        }
    }

    #[inline(never)]
    fn picture(&self) -> Option<Payload<'c>> {
        let mut planes = [Plane::default(); 4];
        let given = self.plane.iter().take(self.planes as usize);
        for (plane, from) in planes.iter_mut().zip(given) {
            *plane = Plane {
                data: bytes(from.data, from.length)?,
                stride: from.stride,
            };
        }
        Some(Payload::Planes(planes))
    }

    /// The same content, for the caller.
    pub(super) fn of(payload: &Payload<'_>) -> Self {
        let plane = |data: &[u8], stride| PlaneIn {
            data: In::shown(data),
            length: data.len(),
            stride,
        };
        let mut out = Self {
            size: size::<Self>(),
            ..Self::EMPTY
        };
        match payload {
            Payload::Bytes(bytes) => {
                let [first, ..] = &mut out.plane;
                *first = plane(bytes, 0);
            }
            Payload::Planes(planes) => {
                let used = (1..)
                    .zip(planes)
                    .filter(|(_, plane)| !plane.data.is_empty());
                out.planes = used.map(|(count, _)| count).max().unwrap_or(0);
                out.plane = planes.map(|from| {
                    if from.data.is_empty() {
                        PlaneIn {
                            data: In::NULL,
                            length: 0,
                            stride: 0,
                        }
                    } else {
                        plane(from.data, from.stride)
                    }
                });
            }
        }
        out
    }

    /// Whether something of it is in something of the other.
    pub(super) fn overlaps(&self, other: &PayloadInOut<'_>) -> bool {
        let spans = other.spans();
        let own = self.plane.iter();
        let mut own = own.map(|plane| span(plane.data.address(), plane.length));
        own.any(|own| {
            let mut others = spans.iter();
            others.any(|other| own.start < other.end && other.start < own.end)
        })
    }
}

impl<'c> PayloadInOut<'c> {
    fn spans(&self) -> [core::ops::Range<usize>; 4] {
        let span = |plane: &PlaneInOut<'_>| span(plane.data.address().cast_const(), plane.length);
        self.plane.each_ref().map(span)
    }

    /// The content, if it can be written to.
    pub(super) fn get(&self) -> Option<PayloadMut<'c>> {
        let [first, ..] = &self.plane;
        match self.planes {
            0 => bytes_mut(first.data, first.length).map(PayloadMut::Bytes),
            1..=4 => self.picture(),
            _ => None,
        }
    }

    #[inline(never)]
    fn picture(&self) -> Option<PayloadMut<'c>> {
        let spans = self.spans();
        let given = || spans.iter().take(self.planes as usize).enumerate();
        // Two of them over the same bytes could not both be written to.
        let disjoint = given().all(|(index, one)| {
            let mut later = given().skip(index + 1);
            later.all(|(_, other)| one.end <= other.start || other.end <= one.start)
        });
        if !disjoint {
            return None;
        }
        let mut planes: [PlaneMut<'c>; 4] = Default::default();
        let given = self.plane.iter().take(self.planes as usize);
        for (plane, from) in planes.iter_mut().zip(given) {
            *plane = PlaneMut {
                data: bytes_mut(from.data, from.length)?,
                stride: from.stride,
            };
        }
        Some(PayloadMut::Planes(planes))
    }
}
