//! Streams, outlets, third parties.

use alloc::vec::Vec;

use super::{
    boundary::status,
    handle::Handle,
    meeting::{Gate, Shared, call},
    memory::{In, Out, Text, plain, sized},
    people::Person,
    status::Status,
};
use crate::{
    frame::{OutletId, StreamId},
    kind::{Kind, Kinds},
    outlet::Outlet,
    payload::{Format, Samples},
    purpose::Purposes,
    schema::{Field, MAX_FIELDS, Schema},
    stream::Stream,
};

/// A registered source.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct StreamOut {
    pub(super) meeting: u16,
    pub(super) number: u16,
}

/// A declared destination.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct OutletOut {
    pub(super) meeting: u16,
    pub(super) number: u16,
}

/// An integer of a record.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct FieldIn<'c> {
    pub(super) size: u32,
    pub(super) reserved: u32,
    pub(super) name: Text<'c>,
    pub(super) unit: Text<'c>,
    pub(super) minimum: i64,
    pub(super) maximum: i64,
}

/// A source of frames.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct StreamOptions<'c> {
    pub(super) size: u32,
    pub(super) r#type: u32,
    pub(super) owner: Person,
    pub(super) kind: u32,
    pub(super) format: u32,
    pub(super) channels: u32,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) bits_per_minute: u32,
    pub(super) fields: In<'c, FieldIn<'c>>,
    pub(super) field_count: usize,
}

/// A destination of frames.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct OutletOptions<'c> {
    pub(super) size: u32,
    pub(super) purposes: u16,
    pub(super) blanks: u16,
    pub(super) name: Text<'c>,
    pub(super) recipient: Text<'c>,
}

// Whose a stream is, as C numbers it.
pub(super) const OWNED: u32 = 1;
pub(super) const MIX: u32 = 2;
pub(super) const COMPOSITE: u32 = 3;
pub(super) const DERIVED: u32 = 4;
pub(super) const RECORDS: u32 = 5;

// What payloads look like.
pub(super) const PCM_S16: u32 = 1;
pub(super) const PCM_F32: u32 = 2;
pub(super) const I420: u32 = 3;
pub(super) const UTF8: u32 = 4;
pub(super) const OPAQUE: u32 = 5;

plain!(StreamOut, OutletOut);
sized!(FieldIn<'_>, StreamOptions<'_>, OutletOptions<'_>);

impl Gate {
    pub(super) fn stream(&self, stream: StreamOut) -> Result<StreamId, Status> {
        let is_own = stream.meeting == self.number;
        is_own
            .then_some(StreamId(stream.number))
            .ok_or(Status::Foreign)
    }

    pub(super) fn outlet(&self, outlet: OutletOut) -> Result<OutletId, Status> {
        let is_own = outlet.meeting == self.number;
        is_own
            .then_some(OutletId(outlet.number))
            .ok_or(Status::Foreign)
    }
}

pub(super) fn kind(number: u32) -> Option<Kind> {
    Kind::from_number(u8::try_from(number).ok()?)
}

impl StreamOptions<'_> {
    fn format(&self) -> Result<Format, Status> {
        let channels = u16::try_from(self.channels);
        match self.format {
            PCM_S16 => Ok(Format::pcm(
                Samples::S16,
                channels.map_err(|_| Status::Format)?,
            )),
            PCM_F32 => Ok(Format::pcm(
                Samples::F32,
                channels.map_err(|_| Status::Format)?,
            )),
            I420 => Ok(Format::i420(self.width, self.height)),
            UTF8 => Ok(Format::UTF8),
            OPAQUE => Ok(Format::OPAQUE),
            _ => Err(Status::Number),
        }
    }

    fn schema(&self) -> Result<Schema, Status> {
        if self.field_count > MAX_FIELDS {
            return Err(Status::Full);
        }
        let mut fields = Vec::new();
        if self.field_count > 0 {
            let elements = self.fields.elements(self.field_count)?;
            for index in 0..self.field_count {
                let field = elements.get(index)?;
                if field.reserved != 0 {
                    return Err(Status::Number);
                }
                fields.push(Field {
                    name: field.name.get()?.into(),
                    unit: field.unit.get()?.into(),
                    range: field.minimum..=field.maximum,
                });
            }
        }
        Ok(Schema::new(fields, self.bits_per_minute)?)
    }

    fn stream(&self, gate: &Gate) -> Result<Stream, Status> {
        let kind = kind(self.kind).ok_or(Status::Number)?;
        match self.r#type {
            OWNED => Ok(Stream::owned(
                gate.person(self.owner)?,
                kind,
                self.format()?,
            )),
            MIX => Ok(Stream::mix(kind, self.format()?)),
            COMPOSITE => Ok(Stream::composite(kind, self.format()?)),
            DERIVED => Ok(Stream::derived(kind, self.format()?)),
            RECORDS => Ok(Stream::records(
                gate.person(self.owner)?,
                kind,
                self.schema()?,
            )),
            _ => Err(Status::Number),
        }
    }
}

#[unsafe(no_mangle)]
extern "C" fn framegate_stream_open(
    meeting: Handle<Shared>,
    options: In<'_, StreamOptions<'_>>,
    stream: Out<'_, StreamOut>,
) -> i32 {
    status(|| {
        let (room, options) = (stream.room()?, options.sized()?);
        call(meeting, |gate| {
            let stream = options.stream(gate)?;
            let stream = gate.meeting.open_stream(stream)?;
            room.put(StreamOut {
                meeting: gate.number,
                number: stream.number(),
            });
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_outlet_open(
    meeting: Handle<Shared>,
    options: In<'_, OutletOptions<'_>>,
    outlet: Out<'_, OutletOut>,
) -> i32 {
    status(|| {
        let (room, options) = (outlet.room()?, options.sized()?);
        let purposes = Purposes::from_bits_retain(options.purposes);
        let blanks = Kinds::from_bits_retain(options.blanks);
        let outlet = Outlet::new(options.name.get()?, purposes).blank(blanks);
        let outlet = match options.recipient.get()? {
            "" => outlet,
            recipient => outlet.recipient(recipient),
        };
        call(meeting, |gate| {
            let outlet = gate.meeting.open_outlet(outlet)?;
            room.put(OutletOut {
                meeting: gate.number,
                number: outlet.number(),
            });
            Ok(())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_third_party(
    meeting: Handle<Shared>,
    purpose: u16,
    recipient: Text<'_>,
    pair: Out<'_, u16>,
) -> i32 {
    status(|| {
        let (room, recipient) = (pair.room()?, recipient.get()?);
        let purpose = Purposes::from_bits_retain(purpose);
        call(meeting, |gate| {
            room.put(gate.meeting.third_party(purpose, recipient)?.bits());
            Ok(())
        })
    })
}
