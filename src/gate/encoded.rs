//! Frames of encoded streams: each is handed on as it came, or withheld, perhaps with a blank frame of the tap's own in its place.

use crate::{
    gate::{
        cleared::{Admission, Cleared},
        frame::{Contributors, Frame},
        judge::Ruling,
        tap::Tap,
    },
    media::{
        codec::{Coded, ParsedFrame},
        payload::{Extent, Payload, PayloadMut},
        redact,
    },
    shared::tap_state::ReleaseGuard,
    types::{
        fault::Fault,
        time::Time,
        verdict::{Reason, Verdict},
    },
};

/// An encoded frame as a door received it, and the room for it if the door was given some.
pub(super) enum Payloads<'p, 'a> {
    Shared(&'p Payload<'p>),
    Copied(&'p Payload<'p>, &'p mut PayloadMut<'a>),
    Owned(&'p mut PayloadMut<'a>),
}

impl Payloads<'_, '_> {
    /// Returns the frame, if it is bytes and there is exactly as much room for it.
    fn bytes(&self) -> Option<&[u8]> {
        match self {
            Self::Shared(Payload::Bytes(frame)) => Some(frame),
            Self::Owned(PayloadMut::Bytes(frame)) => Some(frame),
            Self::Copied(Payload::Bytes(frame), PayloadMut::Bytes(room)) => {
                (frame.len() == room.len()).then_some(frame)
            }
            _ => None,
        }
    }

    /// Returns whether a frame came that has no bytes.
    fn is_empty(&self) -> bool {
        matches!(self.as_payload(), Payload::Bytes([]))
    }

    /// Returns whatever came.
    fn as_payload(&self) -> Payload<'_> {
        match self {
            Self::Shared(frame) | Self::Copied(frame, _) => **frame,
            Self::Owned(frame) => frame.as_payload(),
        }
    }

    /// Returns the frame in the outlet's memory, copied if there is exactly as much room for it.
    fn handed_on(&mut self) -> Payload<'_> {
        match self {
            Self::Shared(frame) => **frame,
            Self::Copied(frame, room) => {
                if let (Payload::Bytes(frame), PayloadMut::Bytes(room)) = (frame, &mut *room)
                    && frame.len() == room.len()
                {
                    room.copy_from_slice(frame);
                }
                room.as_payload()
            }
            Self::Owned(frame) => frame.as_payload(),
        }
    }

    /// Leaves nothing of a withheld frame in the outlet's memory, nor of what was there before.
    fn wipe(&mut self) {
        match self {
            Self::Shared(_) => {}
            Self::Copied(_, room) | Self::Owned(room) => redact::wipe(room),
        }
    }
}

impl Tap {
    /// Admits a frame of an encoded stream, under a release.
    #[inline(never)]
    pub(super) fn admit_encoded<R>(
        &self,
        guard: &ReleaseGuard<'_>,
        frame: &Frame<'_>,
        mut payloads: Payloads<'_, '_>,
        now: Time,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        let encoded = self.encoded.as_deref();
        let mut encoded = encoded.and_then(|encoded| encoded.try_borrow_mut().ok());
        let mut encoded = encoded.as_deref_mut();
        let bytes = payloads.bytes();
        let read = bytes.and_then(|bytes| encoded.as_mut()?.read(bytes, frame.keyframe));
        // Media from before its capture time that it can yield is judged with the rest of it.
        // So is everything a picture may be predicted from: all since the last one that went through, whether it was offered or not.
        let (reach, last) = match &read {
            Some(read) => (read.reach(), read.reaches_back_to()),
            None if payloads.is_empty() => return self.pass_over(frame, &mut payloads),
            None => (0, Time::NEVER),
        };
        let sent = frame.captured;
        let captured = sent.earlier(reach);
        // A frame that is captured after its release is out of time, however far it reaches back.
        let since = if captured <= now {
            captured.min(last)
        } else {
            captured
        };
        let frame = &Frame { captured, ..*frame };
        let payload = Payload::Bytes(bytes.unwrap_or_default());
        let extent = read.map(|_| Extent::ONE);
        let (generation, word) = self.word(self.kind, frame.contributors, &self.state, since);
        let is_fast = self.judge_fast(word, since, frame, extent, now);
        // What is judged so has no regions and sources.
        let is_of_owner = matches!(frame.contributors, Contributors::Owner);
        if !(is_of_owner && (is_fast || frame.is_of_owner_alone())) {
            // Later frames that do not name them may hold sound of this one.
            if let Some(encoded) = &mut encoded {
                encoded.name_others(sent);
            }
        }
        let (generation, ruling) = if is_fast {
            (generation, Ruling::Whole)
        } else {
            self.judge_since_slow(since, frame, &payload, extent, now, encoded.as_deref_mut())
        };
        let mut verdict = match &mut encoded {
            Some(encoded) => encoded.follow(read.as_ref(), captured, ruling.unchanged()),
            None => Verdict::Dropped(Reason::Malformed),
        };
        let handed_on = if verdict.is_released() {
            Some(payloads.handed_on())
        } else {
            let blank;
            (verdict, blank) = self.withhold(verdict, frame, &mut payloads, read.as_ref(), encoded);
            blank.map(Payload::Bytes)
        };
        guard.count(verdict, frame.captured);
        let tag = self.tag_as(verdict, self.purposes, frame, generation);
        let output = handed_on.map(|payload| {
            release(Cleared {
                payload,
                tag,
                content: self.content(frame, &ruling),
            })
        });
        Admission { tag, output }
    }

    /// Hands nothing on, and counts nothing: a frame without bytes is none, and the stream is as it was.
    #[cold]
    #[inline(never)]
    fn pass_over<R>(&self, frame: &Frame<'_>, payloads: &mut Payloads<'_, '_>) -> Admission<R> {
        payloads.wipe();
        let verdict = Verdict::Dropped(Reason::Malformed);
        Admission {
            tag: self.tag_as(verdict, self.purposes, frame, self.table.generation()),
            output: None,
        }
    }

    /// Leaves nothing of a withheld frame, and finds its fault. Returns the verdict, and the blank frame if there is one.
    #[inline(never)]
    fn withhold<'e>(
        &self,
        verdict: Verdict,
        frame: &Frame<'_>,
        payloads: &mut Payloads<'_, '_>,
        read: Option<&ParsedFrame>,
        mut encoded: Option<&'e mut Coded>,
    ) -> (Verdict, Option<&'e [u8]>) {
        self.note(match (verdict.reason(), payloads.bytes()) {
            (Some(Reason::AwaitsKeyframe), Some(bytes)) => {
                let encoded = encoded.as_deref_mut();
                encoded.and_then(|encoded| encoded.stall(bytes, frame.keyframe))
            }
            (Some(Reason::Malformed), bytes) if read.is_none() => {
                let payload = payloads.as_payload();
                let fits = bytes.is_some() || !matches!(payload, Payload::Bytes([_, ..]));
                let fault = fits.then(|| match (encoded.as_deref(), bytes) {
                    (Some(encoded), Some(bytes @ [_, ..])) => Some(encoded.fault(bytes)),
                    _ => self.format.fault(&payload),
                });
                fault.unwrap_or(Some(Fault::Buffer))
            }
            _ => None,
        });
        payloads.wipe();
        let reason = verdict.reason().filter(|reason| !reason.is_fault());
        let blank = encoded.filter(|_| self.blanks).zip(reason);
        let blanked = blank.and_then(|(encoded, reason)| {
            let blank = encoded.blank(read)?;
            Some((Verdict::Blanked(reason), Some(blank)))
        });
        blanked.unwrap_or((verdict, None))
    }

    /// Judges an encoded frame by everything that is known, since the time back to which it reaches; and if that withholds it, by itself.
    #[inline(never)]
    fn judge_since_slow(
        &self,
        since: Time,
        frame: &Frame<'_>,
        payload: &Payload<'_>,
        extent: Option<Extent>,
        now: Time,
        encoded: Option<&mut Coded>,
    ) -> (u32, Ruling) {
        let back = Frame {
            captured: since,
            ..*frame
        };
        let judged = self.judge_slow(&back, payload, extent, now);
        if since == frame.captured || judged.1.unchanged().is_released() {
            return judged;
        }
        // By itself it may be cleared, and only lack the pictures that it is predicted from.
        if let Some(encoded) = encoded {
            encoded.interrupt();
        }
        self.judge_slow(frame, payload, extent, now)
    }
}
