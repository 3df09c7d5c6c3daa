//! What the bindings in this repository are made of, beside the public interface. No part of that, and not bound by its versions.
//!
//! A binding passes handles as numbers, and begins a release in one call and ends it in another. What it owes for that stands with each function.

use core::{mem::offset_of, time::Duration};

pub use crate::gate::decide::Decisions;
use crate::{
    control::{ledger, meeting::Meeting, serial, withdrawals::Withdrawals},
    evidence::{
        archive::{PayloadDigest, Seal, Subject},
        seal::StreamKey,
    },
    gate::{admission::Batch, cleared::Cleared, frame::Frame, source::Source, tap::Tap},
    types::{
        fault::Fault,
        ids::{Life, Outlet, OutletId, Participant, Stream, StreamId},
        kind::{Kind, Kinds},
        purpose::Purposes,
        tag::{Tag, Template},
        time::Time,
        verdict::{Reason, Verdict},
    },
};

/// Returns whether this thread is within a call on a store.
#[must_use]
pub fn is_in_store() -> bool {
    ledger::is_in_store()
}

/// Makes the child of a fork another process: its handles are none of its parent's.
#[cfg(unix)]
pub fn forget_parent() {
    serial::forget();
}

/// Returns the kind of a number, as tags have it.
#[must_use]
pub fn kind(number: u8) -> Option<Kind> {
    Kind::from_number(number)
}

/// Returns the reason of a number, as tags have it.
#[must_use]
pub fn reason(number: u8) -> Option<Reason> {
    Reason::from_number(number)
}

/// Returns a tag that clears nothing and is of the stream of this number.
#[must_use]
pub fn withheld_tag(stream: u16) -> Tag {
    let dropped = Verdict::Dropped(Reason::Malformed);
    let template = Template::new(Kind::Unclassified, StreamId(stream));
    template.tag(dropped, Purposes::empty(), Time::from_micros(-1), 0)
}

/// Returns a frame that is malformed on whatever stream, in the place of one that cannot be read: its fault is [`Fault::Struct`].
#[must_use]
pub fn unreadable_frame(captured: Time) -> Frame<'static> {
    Frame::unreadable(captured)
}

/// What a handle of a person consists of, laid out as in C: names, offsets and sizes in bytes.
pub const PARTICIPANT: [(&str, usize, usize); 3] = [
    ("stay", offset_of!(Participant, stay), size_of::<u32>()),
    ("slot", offset_of!(Participant, slot), size_of::<u16>()),
    (
        "meeting",
        offset_of!(Participant, meeting),
        size_of::<u16>(),
    ),
];

/// Returns what a handle of a person consists of: stay, slot, meeting.
#[must_use]
pub fn participant_numbers(who: Participant) -> (u32, u16, u16) {
    (who.stay, who.slot, who.meeting)
}

/// Returns the outlet number that a ledger has.
#[must_use]
pub fn outlet_id(number: u16) -> OutletId {
    OutletId(number)
}

/// Returns what a stream's handle consists of: its meeting's life and its number.
#[must_use]
pub fn stream_numbers(stream: Stream) -> (u64, u16) {
    (stream.life.0, stream.id.0)
}

/// Returns what an outlet's handle consists of: its meeting's life and its number.
#[must_use]
pub fn outlet_numbers(outlet: Outlet) -> (u64, u16) {
    (outlet.life.0, outlet.id.0)
}

/// Returns the handle of a stream, if its life is this meeting's.
#[must_use]
pub fn stream(meeting: &Meeting, life: u64, number: u16) -> Option<Stream> {
    let (life, id) = (Life(life), StreamId(number));
    meeting.is_of(life).then_some(Stream { life, id })
}

/// Returns the handle of an outlet, if its life is this meeting's.
#[must_use]
pub fn outlet(meeting: &Meeting, life: u64, number: u16) -> Option<Outlet> {
    let (life, id) = (Life(life), OutletId(number));
    meeting.is_of(life).then_some(Outlet { life, id })
}

/// What a source consists of (R8). Only what came out of a release may be made one: a binding proves that by itself.
#[derive(Clone, Copy, Debug)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct SourceParts<'a> {
    /// The tag of what was released.
    pub tag: Tag,
    /// Everybody in it.
    pub people: &'a [Participant],
    /// All its kinds.
    pub kinds: Kinds,
    /// The earliest time at which anything of it was captured.
    pub captured: Time,
}

impl<'a> From<Source<'a>> for SourceParts<'a> {
    fn from(source: Source<'a>) -> Self {
        let Source {
            tag,
            people,
            kinds,
            captured,
        } = source;
        Self {
            tag,
            people,
            kinds,
            captured,
        }
    }
}

impl<'a> SourceParts<'a> {
    /// Makes a source of parts that the binding gave out for one.
    #[must_use]
    pub fn into_source(self) -> Source<'a> {
        let Self {
            tag,
            people,
            kinds,
            captured,
        } = self;
        Source {
            tag,
            people,
            kinds,
            captured,
        }
    }
}

/// A tap that is called through a shared reference. The binding owes that no two threads are in a call on it.
pub trait SharedTap {
    /// Begins a release.
    fn begin(&self, now: Time) -> Batch<'_>;
    /// Ends a release that [`OpenBatch::leave_open`] left open.
    fn end(&self);
    /// Notes that frames were withheld without being read, so that what may depend on them is withheld, too.
    fn interrupt(&self);
    /// Returns the purposes and the generation of a whole frame of the stream's owner alone, captured so many microseconds after the meeting's start,
    /// if one load shows that something is agreed to.
    fn decide_owner_fast(&self, captured: i64, now: i64) -> Option<(Purposes, u32)>;
    /// Returns the bare decision about any frame, by everything there is of consent.
    fn decide_slow(&self, frame: &Frame<'_>, now: Time) -> Tag;
    /// Makes bare decisions about many frames.
    fn decisions(&self, now: Time) -> Decisions<'_>;
    /// Returns whether blank frames are the tap's own, each good until the next one.
    fn makes_blanks(&self) -> bool;
    /// As [`Tap::keyframe_request`].
    fn request_keyframe(&self, now: Time, least: Duration) -> bool;
    /// Notes a fault of a frame that the binding could not read.
    fn note_fault(&self, fault: Fault);
    /// Returns from which stream it leads into which outlet.
    fn leads(&self) -> (StreamId, OutletId);
}

impl SharedTap for Tap {
    #[inline]
    fn begin(&self, now: Time) -> Batch<'_> {
        Self::begin(self, now)
    }

    #[inline]
    fn end(&self) {
        self.state.end();
    }

    fn interrupt(&self) {
        Self::interrupt(self);
    }

    #[inline]
    fn decide_owner_fast(&self, captured: i64, now: i64) -> Option<(Purposes, u32)> {
        Self::decide_owner_fast(self, captured, now)
    }

    fn decide_slow(&self, frame: &Frame<'_>, now: Time) -> Tag {
        Self::decide_slow(self, frame, now)
    }

    #[inline]
    fn decisions(&self, now: Time) -> Decisions<'_> {
        Self::decisions(self, now)
    }

    #[inline]
    fn makes_blanks(&self) -> bool {
        Self::makes_blanks(self)
    }

    fn request_keyframe(&self, now: Time, least: Duration) -> bool {
        Self::request_keyframe(self, now, least)
    }

    fn note_fault(&self, fault: Fault) {
        self.state.set_fault(fault);
    }

    fn leads(&self) -> (StreamId, OutletId) {
        (self.state.stream, self.state.outlet)
    }
}

/// A release that goes on after the call that began it.
pub trait OpenBatch {
    /// Leaves the release under way until [`SharedTap::end`].
    fn leave_open(self);
}

impl OpenBatch for Batch<'_> {
    #[inline]
    fn leave_open(self) {
        self.release.leave_open();
    }
}

/// What is hidden of a frame, as a number.
pub trait HiddenBits {
    /// Returns a bit for each region, or field of a record, that was hidden; all of a frame that was withheld.
    fn hidden(&self) -> u64;
}

impl HiddenBits for Cleared<'_> {
    #[inline]
    fn hidden(&self) -> u64 {
        if self.tag().verdict().is_released() {
            self.content.refused.to_bits()
        } else {
            u64::MAX
        }
    }
}

/// Whom a meeting knows.
pub trait Knows {
    /// Returns whether somebody is, or was, in the meeting.
    fn knows(&self, who: Participant) -> bool;
}

impl Knows for Meeting {
    fn knows(&self, who: Participant) -> bool {
        self.core.state.read().register.id(who).is_some()
    }
}

impl Knows for Withdrawals {
    fn knows(&self, who: Participant) -> bool {
        self.core.state.read().register.id(who).is_some()
    }
}

/// Closing a meeting from beside it.
pub trait CloseBeside {
    /// Closes everything for good, before the meeting itself is dropped.
    fn shut(&self);
    /// Closes everything for good, and lets go of the store without waiting for whoever has it.
    fn close_without_waiting(&self);
}

impl CloseBeside for Withdrawals {
    fn shut(&self) {
        self.core.state.lock().close();
    }

    fn close_without_waiting(&self) {
        self.core.close_without_waiting();
    }
}

/// Sealing for people who come one by one.
pub trait SealEach {
    /// Returns the seal of a tag, people in the order of [`Subjects`](crate::archive::Subjects), and a payload's digest.
    fn seal_each<'s>(
        &self,
        tag: Tag,
        subjects: impl ExactSizeIterator<Item = Subject<'s>>,
        digest: PayloadDigest,
    ) -> Seal;
}

impl SealEach for StreamKey {
    fn seal_each<'s>(
        &self,
        tag: Tag,
        subjects: impl ExactSizeIterator<Item = Subject<'s>>,
        digest: PayloadDigest,
    ) -> Seal {
        Self::seal_each(self, tag, subjects, digest)
    }
}
