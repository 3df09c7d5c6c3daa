//! Tags in packets and in encoded streams.

use super::{
    answer::{Buffer, Optional, answer},
    archived::CarriedInOut,
    format,
    memory::{In, Out, span},
    status::Status,
};
use framegate::{
    archive::Carried,
    format::Format,
    wire::{WireError, obu, rtp, sei},
};

/// What a tag is in, or is written into.
type Bytes<'c> = (In<'c, u8>, usize);

fn read<W>(
    (from, length): Bytes<'_>,
    with: Result<W, Status>,
    carried: Out<'_, CarriedInOut>,
    read: impl FnOnce(&[u8], W) -> Result<Carried, WireError>,
) -> i32 {
    CarriedInOut::tell(carried, || Ok(read(from.array(length)?, with?)?))
}

fn write<W>(
    (from, from_length): Bytes<'_>,
    with: Result<W, Status>,
    carried: In<'_, CarriedInOut>,
    (buffer, capacity, length): Buffer<'_, u8>,
    write: impl for<'b> FnOnce(&[u8], W, Carried, &'b mut [u8]) -> Result<&'b mut [u8], WireError>,
) -> i32 {
    // The buffer is left as it is, as it may overlap what is read.
    answer(Optional(length), |room| {
        let (with, carried) = (with?, carried.sized()?.get()?);
        let read = span(from.address(), from_length);
        let written = span(buffer.address().cast_const(), capacity);
        if read.start < written.end && written.start < read.end {
            return Err(Status::Overlap);
        }
        let (from, buffer) = (from.array(from_length)?, buffer.array(capacity)?);
        let (needed, done) = match write(from, with, carried, buffer) {
            Ok(written) => (written.len(), Ok(())),
            Err(WireError::NoRoom(needed)) => (needed, Err(Status::ShortBuffer)),
            Err(error) => return Err(error.into()),
        };
        room.put(needed);
        done
    })
}

/// The id of an extension.
pub(super) fn extension(id: u32) -> Result<u8, Status> {
    let id = u8::try_from(id).ok().filter(|id| *id > 0);
    id.ok_or(Status::ExtensionId)
}

fn codec(format: u32) -> Result<sei::Codec, Status> {
    let mut encoded = (format::ENCODED..).zip(format::CODECS);
    match encoded.find(|(number, _)| *number == format) {
        Some((_, (_, Format::H264))) => Ok(sei::Codec::H264),
        Some((_, (_, Format::HEVC))) => Ok(sei::Codec::Hevc),
        _ => Err(Status::Number),
    }
}

#[unsafe(no_mangle)]
extern "C" fn framegate_rtp_read(
    packet: In<'_, u8>,
    length: usize,
    id: u32,
    carried: Out<'_, CarriedInOut>,
) -> i32 {
    read((packet, length), extension(id), carried, rtp::read)
}

#[unsafe(no_mangle)]
extern "C" fn framegate_rtp_write(
    packet: In<'_, u8>,
    packet_length: usize,
    id: u32,
    carried: In<'_, CarriedInOut>,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    let (packet, buffer) = ((packet, packet_length), (buffer, capacity, length));
    write(packet, extension(id), carried, buffer, rtp::write)
}

#[unsafe(no_mangle)]
extern "C" fn framegate_sei_read(
    unit: In<'_, u8>,
    length: usize,
    format: u32,
    carried: Out<'_, CarriedInOut>,
) -> i32 {
    read((unit, length), codec(format), carried, sei::read)
}

#[unsafe(no_mangle)]
extern "C" fn framegate_sei_write(
    unit: In<'_, u8>,
    unit_length: usize,
    format: u32,
    carried: In<'_, CarriedInOut>,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    let (unit, buffer) = ((unit, unit_length), (buffer, capacity, length));
    write(unit, codec(format), carried, buffer, sei::write)
}

#[unsafe(no_mangle)]
extern "C" fn framegate_obu_read(
    unit: In<'_, u8>,
    length: usize,
    carried: Out<'_, CarriedInOut>,
) -> i32 {
    read((unit, length), Ok(()), carried, |unit, ()| obu::read(unit))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_obu_write(
    unit: In<'_, u8>,
    unit_length: usize,
    carried: In<'_, CarriedInOut>,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    let (unit, buffer) = ((unit, unit_length), (buffer, capacity, length));
    write(
        unit,
        Ok(()),
        carried,
        buffer,
        |unit, (), carried, buffer| obu::write(unit, carried, buffer),
    )
}
