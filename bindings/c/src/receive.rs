//! What is received: packets taken apart, when they were captured, and who is in them.

use std::sync::{Mutex, TryLockError};

use core::time::Duration;

use super::{
    answer::{Buffer, Each, List, Struct, answer},
    frame,
    handle::HotObjects,
    memory::{Handle, In, Out, Plain, plain, sized},
    status::Status,
    wire::extension,
    words::Person,
};
use framegate::{
    Contributors, Time,
    receive::{CaptureClock, SenderClock, SourceMap},
    wire::{
        rtcp::{Compound, NtpTime, SenderReport},
        rtp::{AbsoluteCaptureTime, Packet},
    },
};

/// Each is used by one thread at a time, so nobody ever waits: a call that overlaps with another is an error.
type Alone<T> = Mutex<T>;

pub(super) static CAPTURE_CLOCKS: HotObjects<Alone<CaptureClock>, 10> = HotObjects::new();
pub(super) static SOURCE_MAPS: HotObjects<Alone<SourceMap>, 11> = HotObjects::new();

/// The most sources that contribute to a packet (RFC 3550 §5.1).
const MOST_CSRCS: usize = 15;

/// The most people that can be named in a packet.
#[cfg(test)]
pub(super) const MAX_CONTRIBUTORS: usize = SourceMap::ROOM.len();

/// A packet of RTP, as far as it says what a frame is to say.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct PacketInOut<'c> {
    pub(super) size: u32,
    pub(super) ssrc: u32,
    pub(super) timestamp: u32,
    pub(super) csrc_count: u32,
    pub(super) csrcs: [u32; MOST_CSRCS],
    pub(super) sequence_number: u16,
    pub(super) payload_type: u8,
    pub(super) marker: u8,
    pub(super) capture_time: u64,
    pub(super) clock_offset: i64,
    pub(super) has_clock_offset: u32,
    pub(super) reserved: u32,
    pub(super) payload: In<'c, u8>,
    pub(super) payload_length: usize,
}

/// What a sender says of its clocks.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct SenderReportInOut {
    pub(super) ntp: u64,
    pub(super) ssrc: u32,
    pub(super) rtp_timestamp: u32,
}

/// How a stream is dated.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct CaptureClockOptions {
    pub(super) size: u32,
    pub(super) rate: u32,
    pub(super) sender: u32,
    pub(super) reserved: u32,
    pub(super) start: u64,
    pub(super) error: i64,
    pub(super) worst_delay: i64,
}

plain!(SenderReportInOut);
sized!(PacketInOut<'_>, CaptureClockOptions);

pub(super) const SYNCHRONIZED: u32 = 1;
pub(super) const UNRELATED: u32 = 2;

impl<'c> PacketInOut<'c> {
    fn csrcs(&self) -> Result<&[u32], Status> {
        let count = usize::try_from(self.csrc_count).map_err(|_| Status::Length)?;
        self.csrcs.get(..count).ok_or(Status::Length)
    }

    fn capture_time(&self) -> Result<Option<AbsoluteCaptureTime>, Status> {
        let clock_offset = match (self.has_clock_offset, self.reserved) {
            (0, 0) => None,
            (1, 0) => Some(self.clock_offset),
            _ => return Err(Status::Number),
        };
        let captured = NtpTime::from_bits(self.capture_time);
        Ok((self.capture_time != 0).then_some(AbsoluteCaptureTime {
            captured,
            clock_offset,
        }))
    }

    fn of(packet: &Packet<'c>, size: u32, absolute: Option<AbsoluteCaptureTime>) -> Self {
        let mut csrcs = [0; MOST_CSRCS];
        for (place, csrc) in csrcs.iter_mut().zip(packet.csrcs()) {
            *place = csrc;
        }
        let clock_offset = absolute.and_then(|absolute| absolute.clock_offset);
        Self {
            size,
            ssrc: packet.ssrc(),
            timestamp: packet.timestamp(),
            csrc_count: packet.csrcs().map(|_| 1).sum(),
            csrcs,
            sequence_number: packet.sequence_number(),
            payload_type: packet.payload_type(),
            marker: packet.marker().into(),
            capture_time: absolute.map_or(0, |absolute| absolute.captured.to_bits()),
            clock_offset: clock_offset.unwrap_or(0),
            has_clock_offset: clock_offset.is_some().into(),
            reserved: 0,
            payload: In::shown(packet.payload()),
            payload_length: packet.payload().len(),
        }
    }
}

impl From<SenderReport> for SenderReportInOut {
    fn from(report: SenderReport) -> Self {
        Self {
            ntp: report.ntp.to_bits(),
            ssrc: report.ssrc,
            rtp_timestamp: report.rtp_timestamp,
        }
    }
}

impl CaptureClockOptions {
    fn clock(&self) -> Result<CaptureClock, Status> {
        let sender = match (self.sender, self.reserved) {
            (SYNCHRONIZED, 0) => SenderClock::Synchronized {
                start: NtpTime::from_bits(self.start),
                error: duration(self.error)?,
            },
            (UNRELATED, 0) => SenderClock::Unrelated,
            _ => return Err(Status::Number),
        };
        let worst_delay = duration(self.worst_delay)?;
        Ok(CaptureClock::new(self.rate, sender, worst_delay)?)
    }
}

fn duration(micros: i64) -> Result<Duration, Status> {
    let micros = u64::try_from(micros).map_err(|_| Status::Length)?;
    Ok(Duration::from_micros(micros))
}

/// Does something with an object that no other call is using.
fn alone<T: Send + 'static, const OF: u8, R>(
    objects: &'static HotObjects<Alone<T>, OF>,
    handle: Handle<Alone<T>>,
    call: impl FnOnce(&mut T) -> R,
) -> Result<R, Status> {
    match objects.get(handle)?.try_lock() {
        Ok(mut object) => Ok(call(&mut object)),
        Err(TryLockError::WouldBlock) => Err(Status::InUse),
        Err(TryLockError::Poisoned(_)) => Err(Status::Panic),
    }
}

/// Writes all, or nothing but how many there are.
fn put<T: Plain, I: Iterator<Item = T>>(
    list: &List<'_, T>,
    all: impl Fn() -> I,
) -> Result<(), Status> {
    let count = all().count();
    list.length.put(count);
    if count > list.room.count {
        return Err(Status::ShortBuffer);
    }
    for (index, one) in all().enumerate() {
        list.room.put_at(index, one);
    }
    Ok(())
}

#[unsafe(no_mangle)]
extern "C" fn framegate_rtp_parse<'c>(
    packet: In<'c, u8>,
    length: usize,
    capture_time_id: u32,
    parsed: Out<'_, PacketInOut<'c>>,
) -> i32 {
    answer(Struct(parsed), |out| {
        let id = match capture_time_id {
            0 => None,
            id => Some(extension(id)?),
        };
        let packet = Packet::parse(packet.array(length)?).map_err(|_| Status::WireFormat)?;
        let absolute = id.and_then(|id| packet.absolute_capture_time(id));
        *out = PacketInOut::of(&packet, out.size, absolute);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_rtcp_parse(
    packet: In<'_, u8>,
    length: usize,
    reports: Out<'_, SenderReportInOut>,
    report_capacity: usize,
    report_count: Out<'_, usize>,
    goodbyes: Out<'_, u32>,
    goodbye_capacity: usize,
    goodbye_count: Out<'_, usize>,
) -> i32 {
    let reports: Buffer<'_, _> = (reports, report_capacity, report_count);
    let goodbyes: Buffer<'_, _> = (goodbyes, goodbye_capacity, goodbye_count);
    answer((Each(reports), Each(goodbyes)), |(reports, goodbyes)| {
        let compound = Compound::parse(packet.array(length)?).map_err(|_| Status::WireFormat)?;
        let own = || compound.sender_reports().map(SenderReportInOut::from);
        let done = put(&reports, own);
        put(&goodbyes, || compound.goodbyes())?;
        done
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_capture_clock_open(
    options: In<'_, CaptureClockOptions>,
    clock: Out<'_, Handle<Alone<CaptureClock>>>,
) -> i32 {
    answer(clock, |room| {
        let clock = options.sized()?.clock()?;
        room.put(CAPTURE_CLOCKS.insert(Alone::new(clock))?);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_capture_clock_close(clock: Handle<Alone<CaptureClock>>) -> i32 {
    answer((), |()| CAPTURE_CLOCKS.remove(clock).map(drop))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_capture_clock_report(
    clock: Handle<Alone<CaptureClock>>,
    report: In<'_, SenderReportInOut>,
    arrival: i64,
) -> i32 {
    answer((), |()| {
        let report = report.get()?;
        let report = SenderReport {
            ssrc: report.ssrc,
            ntp: NtpTime::from_bits(report.ntp),
            rtp_timestamp: report.rtp_timestamp,
        };
        alone(&CAPTURE_CLOCKS, clock, |clock| {
            clock.report(&report, Time::from_micros(arrival));
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_capture_clock_captured(
    clock: Handle<Alone<CaptureClock>>,
    packet: In<'_, PacketInOut<'_>>,
    arrival: i64,
    captured: Out<'_, i64>,
) -> i32 {
    answer(captured, |room| {
        let packet = packet.sized()?;
        let (csrcs, absolute) = (packet.csrcs()?, packet.capture_time()?);
        let csrcs = csrcs.iter().copied();
        let arrival = Time::from_micros(arrival);
        let captured = alone(&CAPTURE_CLOCKS, clock, |clock| {
            clock.captured(packet.timestamp, absolute, csrcs, arrival)
        })?;
        room.put(captured.as_micros());
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_source_map_open(
    capacity: u32,
    map: Out<'_, Handle<Alone<SourceMap>>>,
) -> i32 {
    answer(map, |room| {
        let capacity = u16::try_from(capacity)
            .ok()
            .filter(|capacity| *capacity > 0);
        let map = SourceMap::new(capacity.ok_or(Status::Length)?);
        room.put(SOURCE_MAPS.insert(Alone::new(map))?);
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_source_map_close(map: Handle<Alone<SourceMap>>) -> i32 {
    answer((), |()| SOURCE_MAPS.remove(map).map(drop))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_source_map_assign(
    map: Handle<Alone<SourceMap>>,
    ssrc: u32,
    who: Person,
    from: i64,
) -> i32 {
    answer((), |()| {
        let from = Time::from_micros(from);
        Ok(alone(&SOURCE_MAPS, map, |map| {
            map.assign(ssrc, who, from)
        })??)
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_source_map_assign_mixer(
    map: Handle<Alone<SourceMap>>,
    ssrc: u32,
    from: i64,
) -> i32 {
    answer((), |()| {
        let from = Time::from_micros(from);
        Ok(alone(&SOURCE_MAPS, map, |map| {
            map.assign_mixer(ssrc, from)
        })??)
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_source_map_end(map: Handle<Alone<SourceMap>>, ssrc: u32, at: i64) -> i32 {
    answer((), |()| {
        alone(&SOURCE_MAPS, map, |map| {
            map.end(ssrc, Time::from_micros(at));
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_source_map_contributors(
    map: Handle<Alone<SourceMap>>,
    packet: In<'_, PacketInOut<'_>>,
    captured: i64,
    arrival: i64,
    people: Out<'_, Person>,
    capacity: usize,
    count: Out<'_, usize>,
    contributors: Out<'_, u32>,
) -> i32 {
    let outs = (Each((people, capacity, count)), Each(contributors));
    answer(outs, |(people, contributors)| {
        let packet = packet.sized()?;
        let csrcs = packet.csrcs()?.iter().copied();
        let (captured, arrival) = (Time::from_micros(captured), Time::from_micros(arrival));
        let mut room = SourceMap::ROOM;
        let (number, named) = alone(&SOURCE_MAPS, map, |map| {
            match map.contributors(packet.ssrc, csrcs, captured, arrival, &mut room) {
                Contributors::Complete(all) => (frame::COMPLETE, all),
                Contributors::Partial(some) => (frame::PARTIAL, some),
                _ => (frame::PARTIAL, &[][..]),
            }
        })?;
        people.put(named)?;
        contributors.put(number);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calls_that_overlap_are_refused() {
        let map = SOURCE_MAPS.insert(Alone::new(SourceMap::new(1))).unwrap();
        let held = SOURCE_MAPS.get(map).unwrap().try_lock().unwrap();
        let ended = alone(&SOURCE_MAPS, map, |map| map.end(1, Time::START));
        assert_eq!(ended, Err(Status::InUse));
        drop(held);
        let ended = alone(&SOURCE_MAPS, map, |map| map.end(1, Time::START));
        assert_eq!(ended, Ok(()));
    }
}
