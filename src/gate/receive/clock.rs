//! The media clock of a received stream, brought to the meeting's.

use core::{num::NonZeroU32, time::Duration};

use crate::{
    media::{ntp::NtpTime, rtcp::SenderReport, rtp::AbsoluteCaptureTime},
    types::{argument::Argument, error::Error, time::Time},
};

/// How the clock by which a sender writes its reports compares with the meeting's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum SenderClock {
    /// Both follow UTC.
    Synchronized {
        /// UTC at the meeting's start.
        start: NtpTime,
        /// By how much a time of the sender's can seem later here than it was: the error of both clocks, and, if the reports are made by a server that forwards
        /// the stream and puts its own times into them, the longest that media are on the way to that server.
        error: Duration,
    },
    /// Nothing is known of the sender's clock. A report then counts as sent the worst delay before it arrived, whatever time is in it.
    Unrelated,
}

/// Turns the RTP timestamps of one received stream into times of capture, for [`Frame::new`](crate::Frame::new).
///
/// A time of capture that is too late clears what was said before the person agreed (R5), so the result is a bound: media were captured then or later.
/// Each thing that is known dates a packet by itself, and the earliest counts:
///
/// - The last two **sender reports** ([`CaptureClock::report`]), by how far the media clock has gone on since. Two, so that one that came late, or was
///   written after the sender's clock was set, dates nothing later than the one before it. A report counts for a minute.
/// - The header extension **abs-capture-time** of the packet or, for a minute, of an earlier one, with the offset of its clock. Without an offset, in this
///   packet or before, its clock could be any.
/// - **Arrival less the worst delay**, if neither is there; if the packet lists a contributing source, so that the reports are a mixer's, which keeps its own time
///   (RFC 3550 §7.1), and abs-capture-time does not speak of that source; and if it lists several, as abs-capture-time speaks of the first of them alone.
///
/// Nothing is captured after it arrived. A claim that says so is proven wrong and could be wrong by any amount, so that it is not cut to the arrival: the arrival less
/// the worst delay stands for it. The result is never later than the arrival. For a media clock that is fast or slow, a thousandth of the time since a report is taken off.
///
/// It belongs to the thread that receives the stream; it neither allocates nor reads a clock. Use another for each SSRC, and a new one if the stream's clock rate changes
/// or its timestamps begin anew.
///
/// # Examples
///
/// ```
/// use std::time::Duration;
///
/// use framegate::{
///     Time,
///     receive::{CaptureClock, SenderClock},
///     wire::rtcp::{NtpTime, SenderReport},
/// };
///
/// let worst = Duration::from_millis(800);
/// let mut clock = CaptureClock::new(48_000, SenderClock::Unrelated, worst)?;
/// // Nothing is known but the arrival.
/// let arrival = Time::from_millis(5_000);
/// assert_eq!(clock.captured(960, None, [], arrival), Time::from_millis(4_200));
///
/// let ntp = NtpTime::from_unix(Duration::from_secs(1_790_000_000));
/// let report = SenderReport { ssrc: 1, ntp, rtp_timestamp: 960 };
/// clock.report(&report, Time::from_millis(5_010));
/// // 20 ms after the report was written, which was at 4,210 or later.
/// let captured = clock.captured(1_920, None, [], Time::from_millis(5_300));
/// assert_eq!(captured, Time::from_micros(4_229_980));
/// # Ok::<(), framegate::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct CaptureClock {
    rate: NonZeroU32,
    sender: SenderClock,
    /// In microseconds, as all that is counted here.
    worst_delay: i64,
    /// The last first.
    reports: [Option<Mark>; 2],
    absolute: Option<Absolute>,
}

/// At `ntp` by the sender's wall clock, its media clock stood at `rtp`.
#[derive(Clone, Copy, Debug)]
struct Mark {
    rtp: u32,
    ntp: NtpTime,
    arrival: i64,
}

/// What abs-capture-time said last.
#[derive(Clone, Copy, Debug)]
struct Absolute {
    /// Whose it is: that of the first contributing source, or else the sender's.
    system: Option<u32>,
    clock_offset: Option<i64>,
    /// By the sender's clock. None while no offset is known.
    mark: Option<Mark>,
}

/// For how long something counts that the sender said.
const MINUTE: i64 = 60_000_000;

/// Each clock is taken to be right to 500 in a million (MAXFREQ of RFC 5905), so two of them beside each other to one in this.
const DRIFT: i64 = 1_000;

impl CaptureClock {
    /// Returns a clock for a stream whose RTP timestamps count `rate_hz` a second: 90,000 for video, 48,000 for Opus, 8,000 for G.711, and for G.722 (RFC 3551 §4.5.2).
    ///
    /// `worst_delay` is the longest that it takes from the capture of a sample, by anybody who can be heard or seen in the stream, to its arrival, and
    /// the longest that a report is on its way: the time in the sender's buffers and encoder, in the network, in servers and mixers. Something that was longer on its way
    /// is dated too late if nothing else dates it.
    ///
    /// # Errors
    ///
    /// [`Error::Empty`] for a rate, a delay or an error of 0.
    pub fn new(rate_hz: u32, sender: SenderClock, worst_delay: Duration) -> Result<Self, Error> {
        let rate = NonZeroU32::new(rate_hz).ok_or(Error::Empty(Argument::ClockRate))?;
        if let SenderClock::Synchronized { error, .. } = sender
            && error.is_zero()
        {
            return Err(Error::Empty(Argument::ClockError));
        }
        if worst_delay.is_zero() {
            return Err(Error::Empty(Argument::WorstDelay));
        }
        Ok(Self {
            rate,
            sender,
            worst_delay: micros(worst_delay),
            reports: [None; 2],
            absolute: None,
        })
    }

    /// Takes a sender report of the stream, which arrived at `arrival`.
    ///
    /// A report by a sender without a wall clock (NTP time 0), one that came twice, and one whose arrival is out of range, are as if they had not come.
    pub fn report(&mut self, report: &SenderReport, arrival: Time) {
        let mark = Mark {
            rtp: report.rtp_timestamp,
            ntp: report.ntp,
            arrival: arrival.as_micros(),
        };
        let is_repeated = |known: &Mark| (known.rtp, known.ntp) == (mark.rtp, mark.ntp);
        let is_known = self.reports.iter().flatten().any(is_repeated);
        if arrival.in_range() && mark.ntp.to_bits() != 0 && !is_known {
            let [last, _] = self.reports;
            self.reports = [Some(mark), last];
        }
    }

    /// Returns when a packet's earliest sample was captured, at the earliest: never later than `arrival`, and out of range, so that the frame is withheld, if
    /// that may have been before the meeting's start, or if the arrival is out of range.
    ///
    /// Timestamp, abs-capture-time if there is one, and contributing sources are the packet's; a frame in several packets has those of its first.
    /// A codec may reach further back than the sample that the timestamp is of, as Opus does by the overlap with the packet before; take that off.
    #[must_use]
    pub fn captured(
        &mut self,
        rtp_timestamp: u32,
        absolute: Option<AbsoluteCaptureTime>,
        csrcs: impl IntoIterator<Item = u32>,
        arrival: Time,
    ) -> Time {
        if !arrival.in_range() {
            return Time::NEVER;
        }
        let arrival = arrival.as_micros();
        let mut csrcs = csrcs.into_iter();
        let (system, is_of_several) = (csrcs.next(), csrcs.next().is_some());
        if let Some(absolute) = absolute {
            self.heard(rtp_timestamp, absolute, system, arrival);
        }
        let worst = arrival.saturating_sub(self.worst_delay);
        // Nothing is captured after it arrived.
        let believed = |claim| if claim > arrival { worst } else { claim };
        let by_absolute = self.by_absolute(rtp_timestamp, system, arrival);
        let is_dated = match (system, self.absolute) {
            (None, None) => self.reports(arrival).next().is_some(),
            _ => by_absolute.is_some() && !is_of_several,
        };
        let by_reports = self.reports(arrival).map(|report| {
            self.sent(report)
                .saturating_add(self.since(report.rtp, rtp_timestamp))
        });
        let claims = by_reports.chain(by_absolute).map(believed);
        let earliest = claims.chain((!is_dated).then_some(worst)).min();
        earliest.map_or(Time::NEVER, Time::from_micros)
    }

    /// Keeps what abs-capture-time says.
    fn heard(&mut self, rtp: u32, said: AbsoluteCaptureTime, system: Option<u32>, arrival: i64) {
        let known = self.absolute.filter(|known| known.system == system);
        let before = known.and_then(|known| known.clock_offset);
        let clock_offset = said.clock_offset.or(before);
        let mark = clock_offset.map(|offset| Mark {
            rtp,
            // Capture clock = sender's clock + offset.
            ntp: said.captured.earlier(offset),
            arrival,
        });
        self.absolute = Some(Absolute {
            system,
            clock_offset,
            mark,
        });
    }

    /// When a packet was captured by what abs-capture-time said last of the system that captured it.
    fn by_absolute(&self, rtp: u32, system: Option<u32>, arrival: i64) -> Option<i64> {
        let known = self.absolute.filter(|known| known.system == system)?;
        let mark = known.mark.filter(|mark| is_fresh(mark, arrival))?;
        let captured = match self.sender {
            SenderClock::Synchronized { start, error } => on(start, error, mark.ntp),
            SenderClock::Unrelated => {
                let reports = self.reports(arrival);
                let by_each = reports.map(|report| {
                    let since = mark.ntp.micros_since(report.ntp);
                    self.sent(report).saturating_add(less_drift(since))
                });
                by_each.min()?
            }
        };
        Some(captured.saturating_add(self.since(mark.rtp, rtp)))
    }

    /// The reports that still count.
    fn reports(&self, arrival: i64) -> impl Iterator<Item = &Mark> {
        let reports = self.reports.iter().flatten();
        reports.filter(move |report| is_fresh(report, arrival))
    }

    /// When the sender wrote a report, at the earliest.
    fn sent(&self, report: &Mark) -> i64 {
        match self.sender {
            SenderClock::Synchronized { start, error } => on(start, error, report.ntp),
            SenderClock::Unrelated => report.arrival.saturating_sub(self.worst_delay),
        }
    }

    /// How long after a timestamp another is, at the least; negative if it is before.
    #[expect(
        clippy::cast_possible_wrap,
        reason = "timestamps begin again; at most half the circle apart"
    )]
    fn since(&self, from: u32, to: u32) -> i64 {
        let ticks = i64::from(to.wrapping_sub(from) as i32);
        less_drift((ticks * 1_000_000).div_euclid(self.rate.get().into()))
    }
}

/// A time of a sender that follows UTC, at the earliest.
fn on(start: NtpTime, error: Duration, time: NtpTime) -> i64 {
    time.micros_since(start).saturating_sub(micros(error))
}

/// A time that passed by one clock, as the least that it can be by another.
fn less_drift(since: i64) -> i64 {
    let drift = since.unsigned_abs().div_ceil(DRIFT.unsigned_abs());
    since.saturating_sub_unsigned(drift)
}

fn is_fresh(mark: &Mark, arrival: i64) -> bool {
    (arrival - mark.arrival).abs() <= MINUTE
}

/// Rounded up.
fn micros(duration: Duration) -> i64 {
    let part = !duration.subsec_nanos().is_multiple_of(1_000);
    i64::try_from(duration.as_micros() + u128::from(part)).unwrap_or(i64::MAX)
}
