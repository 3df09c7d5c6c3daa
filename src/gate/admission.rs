//! The doors of a tap: frames are handed on whole, in part or blanked, or dropped.

use crate::{
    gate::{
        cleared::{Admission, Cleared},
        encoded::Payloads,
        frame::{Contributors, Frame},
        judge::Ruling,
        tap::{StreamSource, Tap},
    },
    media::{
        payload::{Extent, Payload, PayloadMut},
        redact::{self, Cut},
    },
    shared::tap_state::ReleaseGuard,
    types::{
        tag::Tag,
        time::Time,
        verdict::{Reason, Verdict},
    },
};
use core::fmt;

/// A release under way, in which frames are admitted one after the other: [`Tap::batch`].
pub struct Batch<'a> {
    tap: &'a Tap,
    pub(crate) release: ReleaseGuard<'a>,
    now: Time,
}

impl Tap {
    /// Hands a frame on as it is, without copying, or drops it.
    ///
    /// A frame that could go only in part is dropped, and no raw frame is blanked: either would mean changing or copying the payload.
    /// Only an encoded frame is blanked, if the outlet says so, as its blank frame lies in the tap's own memory.
    ///
    /// Offer every picture of an encoded stream, also those that will be withheld. A predicted picture needs the consent of everybody in it
    /// without a break since the last one that went through was captured (R5), so one that follows on pictures from before a new grant waits for a keyframe,
    /// whether those were offered or not. But the gate knows who is in a picture only if it is offered: it cannot see that one that never came
    /// shows somebody who is not named in those that follow, nor that it was captured before the keyframe that it comes after.
    ///
    /// `now` is the time of release; if the tap has seen a later time, that one counts.
    #[inline]
    pub fn admit<R>(
        &mut self,
        frame: &Frame<'_>,
        payload: Payload<'_>,
        now: Time,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        self.batch(now, |batch| batch.admit(frame, payload, release))
    }

    /// Copies the cleared part of a frame into `buffer` and hands that on; the rest never leaves the client's own buffer.
    ///
    /// `buffer` must be of the stream's format and, except for pictures, exactly as long as `payload`; otherwise the frame is dropped.
    /// The buffer is wiped if the frame is dropped, and also if an encoded frame is blanked, as its blank frame lies in the tap's own memory.
    /// `now` as in [`Tap::admit`].
    #[inline]
    pub fn admit_into<R>(
        &mut self,
        frame: &Frame<'_>,
        payload: Payload<'_>,
        buffer: PayloadMut<'_>,
        now: Time,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        self.batch(now, |batch| {
            batch.admit_into(frame, payload, buffer, release)
        })
    }

    /// Hands a frame on, redacted or blanked in place if necessary.
    ///
    /// For a payload that nobody else reads: the call itself must have a copy of its own, and so must other taps.
    /// The payload of a dropped frame is wiped, and so is that of a blanked encoded frame. `now` as in [`Tap::admit`].
    #[inline]
    pub fn admit_in_place<R>(
        &mut self,
        frame: &Frame<'_>,
        payload: PayloadMut<'_>,
        now: Time,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        self.batch(now, |batch| batch.admit_in_place(frame, payload, release))
    }

    /// Admits many frames under one release, so that its memory fence is paid for only once. `now` as in [`Tap::admit`].
    ///
    /// Each frame is judged by itself, by consent as it is at that moment; a withdrawal settles only after the whole batch.
    #[inline]
    pub fn batch<R>(&mut self, now: Time, release: impl FnOnce(&mut Batch<'_>) -> R) -> R {
        release(&mut self.begin(now))
    }

    #[inline]
    pub(crate) fn begin(&self, now: Time) -> Batch<'_> {
        let now = self.state.observe(now);
        let release = self.state.begin();
        Batch {
            tap: self,
            release,
            now,
        }
    }
}

impl Batch<'_> {
    /// Hands a frame on as it is, or drops it: as [`Tap::admit`].
    #[inline]
    pub fn admit<R>(
        &mut self,
        frame: &Frame<'_>,
        payload: Payload<'_>,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        let (tap, now) = (self.tap, self.now);
        let fast = if tap.is_plain {
            tap.admit_fast(frame, &payload, now)
        } else if tap.encoded.is_some() {
            let payloads = Payloads::Shared(&payload);
            return tap.admit_encoded(&self.release, frame, payloads, now, release);
        } else {
            None
        };
        let (verdict, tag) = match fast {
            Some(tag) => {
                self.release.count_whole(frame.captured);
                (Verdict::Whole, tag)
            }
            None => self.admit_slow(frame, &payload),
        };
        let output = verdict.is_released().then(|| {
            release(Cleared {
                payload,
                tag,
                content: tap.content(frame, &Ruling::Whole),
            })
        });
        Admission { tag, output }
    }

    /// Copies the cleared part of a frame into `buffer` and hands that on: as [`Tap::admit_into`].
    #[inline]
    pub fn admit_into<R>(
        &mut self,
        frame: &Frame<'_>,
        payload: Payload<'_>,
        mut buffer: PayloadMut<'_>,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        let (tap, now) = (self.tap, self.now);
        if tap.encoded.is_some() {
            let payloads = Payloads::Copied(&payload, &mut buffer);
            return tap.admit_encoded(&self.release, frame, payloads, now, release);
        }
        let extent = tap
            .format
            .extent(&payload)
            .filter(|_| tap.format.is_room_for(&payload, &buffer));
        let (generation, ruling) = tap.judge(frame, &payload, extent, now);
        let target = Target {
            from: Some(&payload),
            to: &mut buffer,
        };
        let verdict = tap.render(&ruling, frame, extent, target, now);
        self.release.count(verdict, frame.captured);
        tap.hand_on(verdict, &ruling, frame, generation, &buffer, release)
    }

    /// Hands a frame on, redacted or blanked in place if necessary: as [`Tap::admit_in_place`].
    #[inline]
    pub fn admit_in_place<R>(
        &mut self,
        frame: &Frame<'_>,
        mut payload: PayloadMut<'_>,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        let (tap, now) = (self.tap, self.now);
        if tap.encoded.is_some() {
            let payloads = Payloads::Owned(&mut payload);
            return tap.admit_encoded(&self.release, frame, payloads, now, release);
        }
        let seen = payload.as_payload();
        let extent = tap.format.extent(&seen);
        let (generation, ruling) = tap.judge(frame, &seen, extent, now);
        let target = Target {
            from: None,
            to: &mut payload,
        };
        let verdict = tap.render(&ruling, frame, extent, target, now);
        self.release.count(verdict, frame.captured);
        tap.hand_on(verdict, &ruling, frame, generation, &payload, release)
    }

    /// Admits any raw frame that is not to be changed, as it is or not at all, and counts it.
    #[inline(never)]
    fn admit_slow(&self, frame: &Frame<'_>, payload: &Payload<'_>) -> (Verdict, Tag) {
        let (tap, now) = (self.tap, self.now);
        let extent = tap.format.extent(payload);
        let (generation, ruling) = match frame.contributors {
            // The fast way has asked that word.
            Contributors::Owner if tap.is_plain => tap.judge_slow(frame, payload, extent, now),
            _ => tap.judge(frame, payload, extent, now),
        };
        let verdict = tap.afford(ruling.unchanged(), now);
        self.release.count(verdict, frame.captured);
        let tag = tap.tag_as(verdict, tap.purposes, frame, generation);
        (verdict, tag)
    }
}

/// The memory in which a frame is rendered for the outlet.
struct Target<'p, 'a> {
    /// The frame, if it is to be copied; `None` if it is in `to` already.
    from: Option<&'p Payload<'p>>,
    to: &'p mut PayloadMut<'a>,
}

impl Tap {
    /// Admits a plain frame of the stream's owner alone, or of a group alone, if one load shows that everybody in it consents to all of it.
    /// Leaves every other frame to [`Batch::admit_slow`].
    #[inline]
    fn admit_fast(&self, frame: &Frame<'_>, payload: &Payload<'_>, now: Time) -> Option<Tag> {
        let generation = self.table.generation();
        let word = self.word_of_one(self.kind, frame.contributors, &self.state);
        let is_whole = frame.is_of_contributors_alone()
            && word.held(frame.captured, now).contains(self.purposes)
            && self.format.extent(payload).is_some();
        is_whole.then(|| {
            self.template
                .whole(self.purposes, frame.captured, generation)
        })
    }

    /// Renders a frame by its ruling: leaves in the target the part that the outlet may have, a blank frame, or nothing.
    fn render(
        &self,
        ruling: &Ruling,
        frame: &Frame<'_>,
        extent: Option<Extent>,
        Target { from, to }: Target<'_, '_>,
        now: Time,
    ) -> Verdict {
        let verdict = self.afford(ruling.verdict(), now);
        if let (true, Some(extent)) = (verdict.is_released(), extent) {
            let (refused, uncovered) = ruling.cut();
            let cut = Cut {
                regions: frame.regions,
                refused,
                uncovered,
                extent,
            };
            let done = match from {
                Some(from) => redact::copy(self.format, &self.keys, from, to, &cut),
                None => redact::hide(self.format, &self.keys, to, &cut),
            };
            if done {
                return verdict;
            }
        }
        let reason = verdict.reason().unwrap_or(Reason::Malformed);
        if self.blanks && !reason.is_fault() && redact::blank(self.format, &self.keys, from, to) {
            return Verdict::Blanked(reason);
        }
        redact::wipe(to);
        Verdict::Dropped(reason)
    }

    fn hand_on<R>(
        &self,
        verdict: Verdict,
        ruling: &Ruling,
        frame: &Frame<'_>,
        generation: u32,
        buffer: &PayloadMut<'_>,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        let tag = self.tag_as(verdict, self.purposes, frame, generation);
        let handed_on = !matches!(verdict, Verdict::Dropped(_));
        let output = handed_on.then(|| {
            release(Cleared {
                payload: buffer.as_payload(),
                tag,
                content: self.content(frame, ruling),
            })
        });
        Admission { tag, output }
    }

    /// Withholds a record that is over budget.
    #[inline]
    fn afford(&self, verdict: Verdict, now: Time) -> Verdict {
        match &self.source {
            StreamSource::Records(_, records) if verdict.is_released() => {
                records.take(now).err().map_or(verdict, Verdict::Dropped)
            }
            _ => verdict,
        }
    }
}

impl fmt::Debug for Batch<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Batch")
            .field("tap", self.tap)
            .field("now", &self.now)
            .finish_non_exhaustive()
    }
}
