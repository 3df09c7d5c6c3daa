//! Taps: the hot half, one call for many frames.

use alloc::vec::Vec;
use core::{
    ops::Range,
    sync::atomic::{AtomicBool, Ordering::Relaxed},
    time::Duration,
};

use super::{
    answer::{Array, Buffer, Optional, Outs, Struct, answer},
    boundary::{caught, status},
    frame::{FrameIn, PayloadIn, PayloadInOut},
    gate::{Shared, call},
    handle::HotObjects,
    memory::{Elements, Handle, In, Out, Room, Text, Truth, plain, size, sized, zeroed},
    outlet::OutletOut,
    source::{PROVING_KEY, SourceIn},
    status::Status,
    stream::StreamOut,
    tag::{TagOut, verdict},
    words::Person,
};
use framegate::{
    Admission, Batch, Cleared, Contributors, Counters, Fault, Frame, OutletId, Payload, PayloadMut,
    Plane, PlaneMut, Purposes, Reason, StreamId, Tag, Tap, Time, Verdict,
    binding::{Decisions, HiddenBits, OpenBatch, SharedTap, unreadable_frame},
};

pub(super) static TAPS: HotObjects<OpenTap, 4> = HotObjects::new();

/// The most frames in one call.
pub(super) const MAX_FRAMES: usize = 1024;

/// A tap, and whether a release of it is under way.
pub(super) struct OpenTap {
    tap: Tap,
    releasing: AtomicBool,
}

/// What an outlet receives.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct ClearedOut<'c> {
    pub(super) size: u32,
    pub(super) verdict: i32,
    pub(super) tag: TagOut,
    pub(super) payload: PayloadIn<'c>,
    pub(super) hidden: u64,
    pub(super) room: Out<'c, Person>,
    pub(super) capacity: usize,
    pub(super) source: SourceIn<'c>,
}

/// A tap's frames by verdict.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct CountersOut {
    pub(super) size: u32,
    pub(super) stream: u16,
    pub(super) outlet: u16,
    pub(super) seen: u64,
    pub(super) whole: u64,
    pub(super) redacted: u64,
    pub(super) blanked: u64,
    pub(super) dropped: u64,
}

/// For what a frame could be released. It is not a tag, and not of a size of its own: it is written a million times a second.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct DecisionOut {
    pub(super) verdict: i32,
    pub(super) reason: u32,
    pub(super) purposes: u16,
    pub(super) reserved: u16,
    pub(super) generation: u32,
}

/// How many frames had a verdict for a reason.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct ReasonCountOut {
    pub(super) verdict: i32,
    pub(super) reason: u32,
    pub(super) count: u64,
}

impl ReasonCountOut {
    const NONE: Self = Self {
        verdict: 0,
        reason: 0,
        count: 0,
    };
}

/// As many as a tap can have: whole, and three verdicts for each reason.
pub(super) const MAX_REASON_COUNTS: usize = 128;

// Whether withheld frames of a stream can be blanked.
pub(super) const CAN_BLANK_UNKNOWN: u32 = 0;
pub(super) const CAN_BLANK_YES: u32 = 1;
pub(super) const CAN_BLANK_NO: u32 = 2;

plain!(DecisionOut, ReasonCountOut);
sized!(ClearedOut<'_>, CountersOut);

impl DecisionOut {
    /// No consent.
    const NONE: Self = Self {
        verdict: 0,
        reason: 0,
        purposes: 0,
        reserved: 0,
        generation: 0,
    };

    /// Of a whole frame; by constants and two numbers, as a million a second are written.
    #[inline]
    fn whole((purposes, generation): (Purposes, u32)) -> Self {
        Self {
            verdict: verdict(Verdict::Whole),
            reason: 0,
            purposes: purposes.bits(),
            reserved: 0,
            generation,
        }
    }
}

impl From<Tag> for DecisionOut {
    fn from(tag: Tag) -> Self {
        Self {
            verdict: verdict(tag.verdict()),
            reason: tag.verdict().reason().map_or(0, |reason| reason as u32),
            purposes: tag.purposes().bits(),
            reserved: 0,
            generation: tag.generation(),
        }
    }
}

impl ClearedOut<'_> {
    /// Nothing is released.
    fn close(&mut self, tag: TagOut) {
        self.verdict = 0;
        self.tag = tag;
        self.payload = PayloadIn::EMPTY;
        self.hidden = u64::MAX;
        self.source = zeroed();
    }

    /// What was handed on, for as long as the caller's memory is there.
    #[inline]
    fn fill(&mut self, cleared: &Cleared<'_>) {
        let tag = cleared.tag();
        self.verdict = verdict(tag.verdict());
        self.tag = tag.into();
        self.payload = PayloadIn::of(cleared.payload());
        self.hidden = cleared.hidden();
        self.source = zeroed();
        if !self.room.is_null() && tag.verdict().is_released() {
            self.name_source(cleared);
        }
    }

    /// What is to be named as the source of something derived from it, if the room for its people is enough.
    #[inline(never)]
    fn name_source(&mut self, cleared: &Cleared<'_>) {
        let people = people_mut(self.room, self.capacity);
        let Some(source) = people.ok().and_then(|room| cleared.source(room)) else {
            return;
        };
        self.source = SourceIn::of(source, self.room).unwrap_or(zeroed());
    }
}

/// Room for this many people; a place that was never written holds nobody.
fn people_mut(room: Out<'_, Person>, capacity: usize) -> Result<&mut [Person], Status> {
    for slot in room.rooms(capacity)?.slots() {
        slot.write(Person::UNKNOWN);
    }
    room.array(capacity)
}

impl CountersOut {
    fn new(stream: StreamId, outlet: OutletId, counters: Counters) -> Self {
        Self {
            size: size::<Self>(),
            stream: stream.number(),
            outlet: outlet.number(),
            seen: counters.seen,
            whole: counters.whole,
            redacted: counters.redacted,
            blanked: counters.blanked,
            dropped: counters.dropped,
        }
    }
}

/// The answers: each frame's outcome, and how many were handed on.
type Answers<'c> = (Out<'c, ClearedOut<'c>>, Out<'c, usize>);

/// What became of a frame, and the fault of what was passed for its payload.
type Admitted = (Admission<()>, Option<Fault>);

/// Admits many frames under one release, which goes on if something was handed on. After an error they are withheld.
#[inline]
fn admit<'c, P>(
    tap: Handle<OpenTap>,
    frames: In<'c, FrameIn<'c>>,
    payloads: Result<P, Status>,
    count: usize,
    now: i64,
    (cleared, handed_on): Answers<'c>,
    each: impl Fn(&P, usize, &mut Batch<'_>, &Frame<'_>, &mut ClearedOut<'c>) -> Admitted,
) -> i32 {
    let tap = TAPS.get(tap);
    let room = Optional(handed_on).open();
    let admitted = caught(|| {
        let room = room?;
        if count > MAX_FRAMES {
            return Err(Status::Length);
        }
        let mut out = cleared.elements(count)?;
        let (payloads, frames, tap) = (payloads?, frames.elements(count)?, tap?);
        if tap.releasing.load(Relaxed) {
            return Err(Status::Releasing);
        }
        if count > 1 && tap.tap.makes_blanks() {
            return Err(Status::Length);
        }
        let mut batch = tap.tap.begin(Time::from_micros(now));
        let mut handed_on = 0_usize;
        for index in 0..count {
            let out = out.get(index)?;
            let (admission, fault) = with_frame(frames.get(index), |frame| {
                each(&payloads, index, &mut batch, frame, out)
            });
            if let Some(fault) = fault
                && admission.verdict() == Verdict::Dropped(Reason::Malformed)
            {
                tap.tap.note_fault(fault);
            }
            match admission.output {
                Some(()) => handed_on += 1,
                None => out.close(admission.tag.into()),
            }
        }
        if handed_on > 0 {
            tap.releasing.store(true, Relaxed);
            batch.leave_open();
        }
        room.put(handed_on);
        Ok(())
    });
    match admitted {
        Ok(()) => 0,
        Err(status) => {
            withhold(cleared, count, tap.ok());
            status as i32
        }
    }
}

/// After an error nothing is released of any frame, and what depends on them is held back.
#[cold]
fn withhold(cleared: Out<'_, ClearedOut<'_>>, count: usize, tap: Option<&OpenTap>) {
    cleared.close_elements(count, MAX_FRAMES, |cleared| cleared.close(TagOut::NONE));
    if let Some(tap) = tap {
        tap.tap.interrupt();
    }
}

/// What cannot be read is malformed.
#[inline]
fn with_frame<R>(frame: Result<&FrameIn<'_>, Status>, call: impl FnOnce(&Frame<'_>) -> R) -> R {
    match frame {
        Ok(frame) => frame.with(call),
        Err(_) => call(&unreadable_frame(Time::START)),
    }
}

/// A picture without planes, which is malformed in every format, in the place of a payload that cannot be read. No bytes would be passed over in an encoded stream.
fn unreadable_payload<'a>() -> Payload<'a> {
    Payload::packed(Plane::default())
}

/// What cannot be read, or written to, is at fault for what comes of it.
fn fault_unless(is_readable: bool) -> Option<Fault> {
    (!is_readable).then_some(Fault::Struct)
}

#[unsafe(no_mangle)]
extern "C" fn framegate_tap_open(
    meeting: Handle<Shared>,
    stream: StreamOut,
    outlet: OutletOut,
    tap: Out<'_, Handle<OpenTap>>,
) -> i32 {
    answer(tap, |room| {
        PROVING_KEY.draw()?;
        let tap = call(meeting, |gate| {
            let (stream, outlet) = (gate.stream(stream)?, gate.outlet(outlet)?);
            Ok(OpenTap {
                tap: gate.meeting.tap(stream, outlet)?,
                releasing: AtomicBool::new(false),
            })
        })?;
        room.put(TAPS.insert(tap)?);
        Ok(())
    })
}

impl Drop for OpenTap {
    fn drop(&mut self) {
        self.end();
    }
}

impl OpenTap {
    /// Ends the release that is under way; says whether one was.
    #[inline]
    fn end(&self) -> bool {
        let was = self.releasing.load(Relaxed);
        if was {
            self.releasing.store(false, Relaxed);
            self.tap.end();
        }
        was
    }
}

#[unsafe(no_mangle)]
extern "C" fn framegate_tap_close(tap: Handle<OpenTap>) -> i32 {
    answer((), |()| TAPS.remove(tap).map(drop))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_tap_admit<'c>(
    tap: Handle<OpenTap>,
    frames: In<'c, FrameIn<'c>>,
    payloads: In<'c, PayloadIn<'c>>,
    count: usize,
    now: i64,
    cleared: Out<'c, ClearedOut<'c>>,
    handed_on: Out<'c, usize>,
) -> i32 {
    admit(
        tap,
        frames,
        payloads.elements(count),
        count,
        now,
        (cleared, handed_on),
        |payloads, index, batch, frame, place| {
            let payload = payloads.get(index).ok().and_then(PayloadIn::get);
            let fault = fault_unless(payload.is_some());
            let payload = payload.unwrap_or_else(unreadable_payload);
            let admission = batch.admit(frame, payload, |cleared| place.fill(&cleared));
            (admission, fault)
        },
    )
}

#[unsafe(no_mangle)]
extern "C" fn framegate_tap_admit_into<'c>(
    tap: Handle<OpenTap>,
    frames: In<'c, FrameIn<'c>>,
    payloads: In<'c, PayloadIn<'c>>,
    buffers: In<'c, PayloadInOut<'c>>,
    count: usize,
    now: i64,
    cleared: Out<'c, ClearedOut<'c>>,
    handed_on: Out<'c, usize>,
) -> i32 {
    let both = payloads.elements(count);
    let both = both.and_then(|payloads| Ok((payloads, buffers.elements(count)?)));
    admit(
        tap,
        frames,
        both,
        count,
        now,
        (cleared, handed_on),
        |(payloads, buffers), index, batch, frame, place| {
            let both = (payloads.get(index), buffers.get(index));
            let (payload, buffer, overlaps) = match both {
                (Ok(payload), Ok(buffer)) if !payload.overlaps(buffer) => {
                    (payload.get(), buffer.get(), false)
                }
                (Ok(_), Ok(_)) => (None, None, true),
                _ => (None, None, false),
            };
            let fault = if overlaps {
                Some(Fault::Buffer)
            } else {
                fault_unless(payload.is_some() && buffer.is_some())
            };
            let payload = payload.unwrap_or_else(unreadable_payload);
            let buffer = buffer.unwrap_or(PayloadMut::Bytes(&mut []));
            let admission =
                batch.admit_into(frame, payload, buffer, |cleared| place.fill(&cleared));
            (admission, fault)
        },
    )
}

#[unsafe(no_mangle)]
extern "C" fn framegate_tap_admit_in_place<'c>(
    tap: Handle<OpenTap>,
    frames: In<'c, FrameIn<'c>>,
    payloads: In<'c, PayloadInOut<'c>>,
    count: usize,
    now: i64,
    cleared: Out<'c, ClearedOut<'c>>,
    handed_on: Out<'c, usize>,
) -> i32 {
    admit(
        tap,
        frames,
        payloads.elements(count),
        count,
        now,
        (cleared, handed_on),
        |payloads, index, batch, frame, place| {
            let payload = payloads.get(index).ok().and_then(PayloadInOut::get);
            let fault = fault_unless(payload.is_some());
            let payload = payload.unwrap_or_else(|| PayloadMut::packed(PlaneMut::default()));
            let admission = batch.admit_in_place(frame, payload, |cleared| place.fill(&cleared));
            (admission, fault)
        },
    )
}

#[unsafe(no_mangle)]
extern "C" fn framegate_tap_end(tap: Handle<OpenTap>) -> i32 {
    answer((), |()| {
        let ended = TAPS.get(tap)?.end();
        ended.then_some(()).ok_or(Status::NotReleasing)
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_tap_keyframe_request(
    tap: Handle<OpenTap>,
    now: i64,
    least: u32,
    request: Out<'_, Truth>,
) -> i32 {
    answer(request, |room| {
        let least = Duration::from_millis(least.into());
        let tap = &TAPS.get(tap)?.tap;
        room.put(tap.request_keyframe(Time::from_micros(now), least));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_tap_can_blank(tap: Handle<OpenTap>, can_blank: Out<'_, u32>) -> i32 {
    answer(can_blank, |room| {
        room.put(match TAPS.get(tap)?.tap.can_blank() {
            None => CAN_BLANK_UNKNOWN,
            Some(true) => CAN_BLANK_YES,
            Some(false) => CAN_BLANK_NO,
        });
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_tap_last_fault(tap: Handle<OpenTap>, fault: Out<'_, u32>) -> i32 {
    answer(fault, |room| {
        let last = TAPS.get(tap)?.tap.last_fault();
        room.put(last.map_or(0, |fault| u32::from(fault as u8)));
        Ok(())
    })
}

/// The fault of this number.
fn fault_of(number: u32) -> Option<Fault> {
    let mut all = Fault::ALL.iter().copied();
    all.find(|fault| u32::from(*fault as u8) == number)
}

#[unsafe(no_mangle)]
extern "C" fn framegate_fault_name(fault: u32) -> Text<'static> {
    Text::of(fault_of(fault).map_or("unknown", Fault::name))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_fault_remedy(fault: u32) -> Text<'static> {
    Text::of(fault_of(fault).map_or("unknown", Fault::remedy))
}

// What tells most frames of one person makes no call, so there is nothing that could panic in it, and no frame on the stack.
#[unsafe(no_mangle)]
extern "C" fn framegate_tap_decide(
    tap: Handle<OpenTap>,
    captured: i64,
    now: i64,
    decision: Out<'_, DecisionOut>,
) -> i32 {
    let room = match decision.rooms(1) {
        Ok(room) => room,
        Err(status) => return status as i32,
    };
    let Some(open) = TAPS.find(tap) else {
        room.put(DecisionOut::NONE);
        return TAPS.missing(tap) as i32;
    };
    match open.tap.decide_owner_fast(captured, now) {
        Some(whole) => {
            room.put(DecisionOut::whole(whole));
            0
        }
        None => open.decide_slow(captured, now, &room),
    }
}

impl OpenTap {
    #[inline(never)]
    fn decide_slow(&self, captured: i64, now: i64, room: &Room<'_, DecisionOut>) -> i32 {
        room.put(DecisionOut::NONE);
        status(|| {
            let frame = Frame::new(Time::from_micros(captured), Contributors::Owner);
            room.put(self.tap.decide_slow(&frame, Time::from_micros(now)));
            Ok(())
        })
    }
}

#[unsafe(no_mangle)]
extern "C" fn framegate_tap_decide_batch<'c>(
    tap: Handle<OpenTap>,
    frames: In<'c, FrameIn<'c>>,
    count: usize,
    now: i64,
    decisions: Out<'c, DecisionOut>,
) -> i32 {
    let decided = status(|| {
        if count > MAX_FRAMES {
            return Err(Status::Length);
        }
        let mut room = decisions.rooms(count)?;
        let tap = TAPS.get(tap)?;
        if count == 0 {
            return Ok(());
        }
        let frames = frames.elements(count)?;
        let by_word = tap.tap.decisions(Time::from_micros(now));
        let (whole, captures) = (DecisionOut::whole(by_word.whole()), by_word.captures());
        let is_whole = |frame: &&FrameIn<'_>| {
            let captures = captures.as_ref();
            frame.is_of_owner_alone()
                && frame.has_known_hint()
                && captures.is_some_and(|captures| captures.contains(&frame.captured))
        };
        let owners = frames.as_slice().unwrap_or_default();
        let mut told = 0;
        for (_, slot) in owners.iter().take_while(is_whole).zip(room.slots()) {
            slot.write(whole);
            told += 1;
        }
        if told < count {
            decide_others(&frames, told..count, by_word, &room);
        }
        Ok(())
    });
    if decided < 0 {
        Array(decisions, count).abandon();
    }
    decided
}

/// Decides frames of which the one word does not tell that all are whole.
#[inline(never)]
fn decide_others(
    frames: &Elements<'_, FrameIn<'_>>,
    indices: Range<usize>,
    decisions: Decisions<'_>,
    room: &Room<'_, DecisionOut>,
) {
    for index in indices {
        let tag = with_frame(frames.get(index), |frame| decisions.decide(frame));
        room.put_at(index, tag);
    }
}

#[unsafe(no_mangle)]
extern "C" fn framegate_tap_counters(tap: Handle<OpenTap>, counters: Out<'_, CountersOut>) -> i32 {
    answer(Struct(counters), |out| {
        let tap = TAPS.get(tap)?;
        let (stream, outlet) = tap.tap.leads();
        let counters = CountersOut::new(stream, outlet, tap.tap.counters());
        // A later header's is longer, and keeps its size.
        *out = CountersOut {
            size: out.size,
            ..counters
        };
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_tap_reasons(
    tap: Handle<OpenTap>,
    counts: Out<'_, ReasonCountOut>,
    capacity: usize,
    count: Out<'_, usize>,
) -> i32 {
    let buffer: Buffer<'_, ReasonCountOut> = (counts, capacity, count);
    answer(buffer, |list| {
        let reasons = TAPS.get(tap)?.tap.reasons();
        let mut room = [ReasonCountOut::NONE; MAX_REASON_COUNTS];
        let mut used = 0;
        for (place, (of, frames)) in room.iter_mut().zip(reasons.counts()) {
            *place = ReasonCountOut {
                verdict: verdict(of),
                reason: of.reason().map_or(0, |reason| u32::from(reason as u8)),
                count: frames,
            };
            used += 1;
        }
        list.put(room.get(..used).unwrap_or_default())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_counters(
    meeting: Handle<Shared>,
    counters: Out<'_, CountersOut>,
    capacity: usize,
    count: Out<'_, usize>,
) -> i32 {
    let buffer: Buffer<'_, CountersOut> = (counters, capacity, count);
    answer(buffer, |list| {
        call(meeting, |gate| {
            let all = gate.meeting.counters();
            let all = all.map(|(stream, outlet, frames)| CountersOut::new(stream, outlet, frames));
            list.put(&all.collect::<Vec<_>>())
        })
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_meeting_count(meeting: Handle<Shared>, now: i64) -> i32 {
    answer((), |()| {
        call(meeting, |gate| {
            Ok(gate.meeting.count(Time::from_micros(now))?)
        })
    })
}
