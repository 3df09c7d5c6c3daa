//! Streams, of content and of records.

use alloc::vec::Vec;

use super::{
    answer::answer,
    format::{self, FormatIn},
    gate::{Gate, Shared, call},
    memory::{Handle, In, Out, Text, plain, sized},
    status::Status,
    words::{Person, kind},
};
use framegate::{
    Stream, binding,
    format::{Field, Format, MAX_FIELDS, Schema},
};

/// A registered source.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct StreamOut {
    pub(super) meeting: u64,
    pub(super) number: u16,
    pub(super) reserved: [u16; 3],
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
    pub(super) layout: u32,
    pub(super) full_range: u32,
    pub(super) width: u32,
    pub(super) height: u32,
    pub(super) bits_per_minute: u32,
    pub(super) fields: In<'c, FieldIn<'c>>,
    pub(super) field_count: usize,
    pub(super) structural_keys: In<'c, Text<'c>>,
    pub(super) structural_key_count: usize,
    pub(super) decoder_config: In<'c, u8>,
    pub(super) decoder_config_length: usize,
}

// Whose a stream is, as C numbers it.
pub(super) const OWNED: u32 = 1;
pub(super) const MIX: u32 = 2;
pub(super) const COMPOSITE: u32 = 3;
pub(super) const DERIVED: u32 = 4;
pub(super) const RECORDS: u32 = 5;
pub(super) const ALONE: u32 = 6;

plain!(StreamOut);
sized!(FieldIn<'_>, StreamOptions<'_>);

impl From<Stream> for StreamOut {
    fn from(stream: Stream) -> Self {
        let (meeting, number) = binding::stream_numbers(stream);
        Self {
            meeting,
            number,
            reserved: [0; 3],
        }
    }
}

impl Gate {
    /// A stream of this meeting.
    pub(super) fn stream(&self, stream: StreamOut) -> Result<Stream, Status> {
        let own = binding::stream(&self.meeting, stream.meeting, stream.number);
        own.filter(|_| stream.reserved == [0; 3])
            .ok_or(Status::Foreign)
    }
}

impl StreamOptions<'_> {
    fn format(&self) -> Result<Format, Status> {
        format::format(&FormatIn {
            format: self.format,
            channels: self.channels,
            layout: self.layout,
            full_range: self.full_range,
            width: self.width,
            height: self.height,
        })
    }

    fn keys(&self) -> Result<Vec<&str>, Status> {
        let keys = self.structural_keys.array(self.structural_key_count)?;
        keys.iter().map(|key| key.get()).collect()
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

    fn stream(&self, gate: &Gate) -> Result<framegate::StreamOptions, Status> {
        let kind = kind(self.kind).ok_or(Status::Number)?;
        let stream = match self.r#type {
            OWNED => Ok(framegate::StreamOptions::owned(
                gate.person(self.owner)?,
                kind,
                self.format()?,
            )),
            ALONE => Ok(framegate::StreamOptions::alone(
                gate.person(self.owner)?,
                kind,
                self.format()?,
            )),
            MIX => Ok(framegate::StreamOptions::mix(kind, self.format()?)),
            COMPOSITE => Ok(framegate::StreamOptions::composite(kind, self.format()?)),
            DERIVED => Ok(framegate::StreamOptions::derived(kind, self.format()?)),
            RECORDS => Ok(framegate::StreamOptions::records(
                gate.person(self.owner)?,
                kind,
                self.schema()?,
            )),
            _ => Err(Status::Number),
        };
        let stream = stream?.structural_keys(self.keys()?);
        let config = self.decoder_config.array(self.decoder_config_length)?;
        Ok(if config.is_empty() {
            stream
        } else {
            stream.decoder_config(config)
        })
    }
}

#[unsafe(no_mangle)]
extern "C" fn framegate_stream_open(
    meeting: Handle<Shared>,
    options: In<'_, StreamOptions<'_>>,
    stream: Out<'_, StreamOut>,
) -> i32 {
    answer(stream, |room| {
        let options = options.sized()?;
        call(meeting, |gate| {
            let stream = options.stream(gate)?;
            let stream = gate.meeting.open_stream(stream)?;
            room.put(stream);
            Ok(())
        })
    })
}
