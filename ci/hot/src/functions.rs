//! The doors of a tap, as a client's own functions around them.

use framegate::{
    Cleared, Contributors, Decision, Frame, Group, Participant, Payload, PayloadMut, Tag, Tap,
    Time,
    receive::{CaptureClock, SourceMap},
    wire::{rtcp::Compound, rtp::Packet},
};

pub fn own(captured: Time) -> Frame<'static> {
    Frame::new(captured, Contributors::Owner)
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn hot_decide(tap: &mut Tap, captured: Time, now: Time) -> Decision {
    tap.decide(&own(captured), now)
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn hot_decide_list(
    tap: &mut Tap,
    people: &[Participant],
    captured: Time,
    now: Time,
) -> Decision {
    tap.decide(&Frame::new(captured, Contributors::Complete(people)), now)
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn hot_decide_group(tap: &mut Tap, group: &Group, captured: Time, now: Time) -> Decision {
    tap.decide(&Frame::new(captured, Contributors::Group(group)), now)
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn hot_decide_many(
    tap: &mut Tap,
    frames: &[Frame<'_>],
    now: Time,
    room: &mut [Decision],
) -> Option<Decision> {
    tap.decide_batch(frames, now, room).last().copied()
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn hot_admit(tap: &mut Tap, bytes: &[u8], captured: Time, now: Time) -> Tag {
    let admission = tap.admit(&own(captured), Payload::Bytes(bytes), now, sent);
    admission.tag
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn hot_admit_frame(tap: &mut Tap, frame: &Frame<'_>, bytes: &[u8], now: Time) -> Tag {
    tap.admit(frame, Payload::Bytes(bytes), now, sent).tag
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn hot_batch(tap: &mut Tap, frames: &[Frame<'_>], bytes: &[u8], now: Time) -> Option<Tag> {
    tap.batch(now, |batch| {
        let admit = |frame| batch.admit(frame, Payload::Bytes(bytes), sent).tag;
        frames.iter().map(admit).last()
    })
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn hot_in_place(tap: &mut Tap, frame: &Frame<'_>, payload: PayloadMut<'_>, now: Time) -> Tag {
    tap.admit_in_place(frame, payload, now, sent).tag
}

#[unsafe(no_mangle)]
#[inline(never)]
pub fn hot_into(
    tap: &mut Tap,
    frame: &Frame<'_>,
    payload: Payload<'_>,
    buffer: PayloadMut<'_>,
    now: Time,
) -> Tag {
    tap.admit_into(frame, payload, buffer, now, sent).tag
}

/// Takes a report and a packet apart. Returns when the packet was captured, if everybody in it is named.
#[unsafe(no_mangle)]
#[inline(never)]
pub fn hot_received(
    clock: &mut CaptureClock,
    sources: &SourceMap,
    [report, packet]: [&[u8]; 2],
    arrival: Time,
) -> Option<Time> {
    for report in Compound::parse(report).ok()?.sender_reports() {
        clock.report(&report, arrival);
    }
    let packet = Packet::parse(packet).ok()?;
    let absolute = packet.absolute_capture_time(3);
    let captured = clock.captured(packet.timestamp(), absolute, packet.csrcs(), arrival);
    let mut room = SourceMap::ROOM;
    let (ssrc, csrcs) = (packet.ssrc(), packet.csrcs());
    let is_named = matches!(
        sources.contributors(ssrc, csrcs, captured, arrival, &mut room),
        Contributors::Complete([_, ..])
    );
    is_named.then_some(captured)
}

/// As little as a sink can do.
#[cfg(not(feature = "control"))]
fn sent(cleared: Cleared<'_>) -> Tag {
    cleared.tag()
}

/// All that the hot half may not do: it allocates, takes a locked instruction, and can panic.
#[cfg(feature = "control")]
#[inline(always)]
fn sent(cleared: Cleared<'_>) -> Tag {
    use std::sync::atomic::{AtomicU64, Ordering::SeqCst};

    static SENT: AtomicU64 = AtomicU64::new(0);
    let bytes = cleared.bytes().expect("bytes").to_vec();
    SENT.fetch_add(std::hint::black_box(bytes)[0].into(), SeqCst);
    cleared.tag()
}
