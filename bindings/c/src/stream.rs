//! Streams, outlets, third parties.

use alloc::vec::Vec;

use super::{
    handle::Handle,
    meeting::{Gate, Shared, call},
    memory::{In, Out, Text, answer, plain, sized},
    people::Person,
    status::Status,
};
use framegate::{
    ColorRange, Field, Format, Kind, Kinds, MAX_FIELDS, Outlet, PixelFormat, Purposes, Samples,
    Schema, Stream, binding,
};

/// A registered source.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct StreamOut {
    pub(super) meeting: u64,
    pub(super) number: u16,
    pub(super) reserved: [u16; 3],
}

/// A declared destination.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct OutletOut {
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

// How the samples of several channels are stored. Of one it need not be said.
const UNSAID: u32 = 0;
pub(super) const INTERLEAVED: u32 = 1;
pub(super) const PLANAR: u32 = 2;

/// How audio is stored, from 1 on.
pub(super) const SAMPLES: [Samples; 6] = [
    Samples::U8,
    Samples::S16,
    Samples::S32,
    Samples::F32,
    Samples::MuLaw,
    Samples::ALaw,
];

pub(super) const UTF8: u32 = 16;
pub(super) const JSON: u32 = 17;
pub(super) const OPAQUE: u32 = 18;

/// How pictures are, from this number on.
pub(super) const PICTURES: u32 = 32;

pub(super) const PIXELS: [PixelFormat; 12] = [
    PixelFormat::I420,
    PixelFormat::I422,
    PixelFormat::I444,
    PixelFormat::Nv12,
    PixelFormat::Nv21,
    PixelFormat::Yuy2,
    PixelFormat::Uyvy,
    PixelFormat::P010,
    PixelFormat::Rgba,
    PixelFormat::Bgra,
    PixelFormat::Rgb24,
    PixelFormat::Gray8,
];

/// How encoded frames are, from this number on.
pub(super) const ENCODED: u32 = 64;

pub(super) const CODECS: [(&str, Format); 7] = [
    ("OPUS", Format::OPUS),
    ("OPUS_RED", Format::OPUS_RED),
    ("H264", Format::H264),
    ("HEVC", Format::HEVC),
    ("VP8", Format::VP8),
    ("VP9", Format::VP9),
    ("AV1", Format::AV1),
];

pub(super) const OPUS_MULTISTREAM: u32 = 71;

plain!([u16; 3], StreamOut, OutletOut);
sized!(FieldIn<'_>, StreamOptions<'_>, OutletOptions<'_>);

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

impl From<Outlet> for OutletOut {
    fn from(outlet: Outlet) -> Self {
        let (meeting, number) = binding::outlet_numbers(outlet);
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

    /// An outlet of this meeting.
    pub(super) fn outlet(&self, outlet: OutletOut) -> Result<Outlet, Status> {
        let own = binding::outlet(&self.meeting, outlet.meeting, outlet.number);
        own.filter(|_| outlet.reserved == [0; 3])
            .ok_or(Status::Foreign)
    }
}

/// The kind of this number; 0 is none, so that none is meant by forgetting it.
pub(super) fn kind(number: u32) -> Option<Kind> {
    binding::kind(u8::try_from(number.checked_sub(1)?).ok()?)
}

pub(super) fn kind_number(kind: Kind) -> u32 {
    kind as u32 + 1
}

/// The format of this number if its payloads have a canonical form other than their bytes.
pub(super) fn canonical(number: u32) -> Result<Option<Format>, Status> {
    let codec = nth(&CODECS, number, ENCODED).map(|(_, format)| format);
    let is_other = matches!(number, UTF8 | JSON | OPAQUE | OPUS_MULTISTREAM)
        || nth(&SAMPLES, number, 1).is_some()
        || nth(&PIXELS, number, PICTURES).is_some();
    match codec {
        Some(Format::H264 | Format::HEVC | Format::AV1) => Ok(codec),
        Some(_) => Ok(None),
        None => is_other.then_some(None).ok_or(Status::Number),
    }
}

impl StreamOptions<'_> {
    fn format(&self) -> Result<Format, Status> {
        match self.format {
            UTF8 => return Ok(Format::UTF8),
            JSON => return Ok(Format::JSON),
            OPAQUE => return Ok(Format::OPAQUE),
            OPUS_MULTISTREAM => {
                let streams = u8::try_from(self.channels).map_err(|_| Status::Format)?;
                return Ok(Format::opus_multistream(streams));
            }
            _ => {}
        }
        if let Some((_, format)) = nth(&CODECS, self.format, ENCODED) {
            return Ok(format);
        }
        if let Some(samples) = nth(&SAMPLES, self.format, 1) {
            let channels = u16::try_from(self.channels).map_err(|_| Status::Format)?;
            return match self.layout {
                UNSAID if channels <= 1 => Ok(Format::pcm(samples, channels)),
                INTERLEAVED => Ok(Format::pcm(samples, channels)),
                PLANAR => Ok(Format::planar_pcm(samples, channels)),
                _ => Err(Status::Number),
            };
        }
        let pixels = nth(&PIXELS, self.format, PICTURES).ok_or(Status::Number)?;
        let range = match self.full_range {
            0 => ColorRange::Limited,
            1 => ColorRange::Full,
            _ => return Err(Status::Number),
        };
        Ok(Format::picture(pixels, range, self.width, self.height))
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
        Ok(stream?.structural_keys(self.keys()?))
    }
}

/// The one of a list whose first has this number.
fn nth<T: Copy>(list: &[T], number: u32, first: u32) -> Option<T> {
    let index = usize::try_from(number.checked_sub(first)?).ok()?;
    list.get(index).copied()
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

#[unsafe(no_mangle)]
extern "C" fn framegate_outlet_open(
    meeting: Handle<Shared>,
    options: In<'_, OutletOptions<'_>>,
    outlet: Out<'_, OutletOut>,
) -> i32 {
    answer(outlet, |room| {
        let options = options.sized()?;
        let purposes = Purposes::from_bits_retain(options.purposes);
        let blanks = Kinds::from_bits_retain(options.blanks);
        let outlet = framegate::OutletOptions::new(options.name.get()?, purposes).blank(blanks);
        let outlet = match options.recipient.get()? {
            "" => outlet,
            recipient => outlet.recipient(recipient),
        };
        call(meeting, |gate| {
            let outlet = gate.meeting.open_outlet(outlet)?;
            room.put(outlet);
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
    answer(pair, |room| {
        let recipient = recipient.get()?;
        let purpose = Purposes::from_bits_retain(purpose);
        call(meeting, |gate| {
            room.put(gate.meeting.third_party(purpose, recipient)?.bits());
            Ok(())
        })
    })
}
