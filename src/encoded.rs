//! Encoded frames through a tap: handed on as they came, or withheld, with a blank one of the tap's own in their place.

use crate::{
    frame::Frame,
    payload::{Extent, Payload, PayloadMut},
    redact,
    tap::{Admission, Batch, Cleared},
    verdict::{Reason, Verdict},
};

/// Where a frame is, and where it is to be.
pub(crate) enum Place<'p, 'a> {
    Where(&'p Payload<'p>),
    Into(&'p Payload<'p>, &'p mut PayloadMut<'a>),
    InPlace(&'p mut PayloadMut<'a>),
}

impl Place<'_, '_> {
    /// The frame, if it is bytes and there is as much room for it.
    fn frame(&self) -> Option<&[u8]> {
        match self {
            Self::Where(Payload::Bytes(frame)) => Some(frame),
            Self::InPlace(PayloadMut::Bytes(frame)) => Some(frame),
            Self::Into(Payload::Bytes(frame), PayloadMut::Bytes(room)) => {
                (frame.len() == room.len()).then_some(frame)
            }
            _ => None,
        }
    }

    /// The frame where it is to be, there being as much room for it.
    fn handed_on(&mut self) -> Payload<'_> {
        match self {
            Self::Where(frame) => **frame,
            Self::Into(frame, room) => {
                if let (Payload::Bytes(frame), PayloadMut::Bytes(room)) = (frame, &mut *room)
                    && frame.len() == room.len()
                {
                    room.copy_from_slice(frame);
                }
                room.as_payload()
            }
            Self::InPlace(frame) => frame.as_payload(),
        }
    }

    /// Leaves nothing of a withheld frame, nor of what was there before.
    fn wipe(&mut self) {
        match self {
            Self::Where(_) => {}
            Self::Into(_, room) | Self::InPlace(room) => redact::wipe(room),
        }
    }
}

impl Batch<'_> {
    /// Admits a frame to a tap of an encoded stream.
    #[inline(never)]
    pub(crate) fn admit_encoded<R>(
        &mut self,
        frame: &Frame<'_>,
        mut place: Place<'_, '_>,
        release: impl FnOnce(Cleared<'_>) -> R,
    ) -> Admission<R> {
        let (tap, now) = (self.tap, self.now);
        let encoded = tap.encoded.as_deref();
        let mut encoded = encoded.and_then(|encoded| encoded.try_borrow_mut().ok());
        let mut encoded = encoded.as_deref_mut();
        let bytes = place.frame();
        let read = bytes.and_then(|bytes| encoded.as_mut()?.read(bytes, frame.keyframe));

        // What it can yield of before its capture is judged with the rest of it.
        let reach = read.map_or(0, |read| read.reach());
        let frame = &Frame {
            captured: frame.captured.earlier(reach),
            ..*frame
        };
        let payload = Payload::Bytes(bytes.unwrap_or_default());
        let extent = read.map(|_| Extent::ONE);
        let (generation, ruling) = tap.rule(frame, &payload, extent, now);
        let mut verdict = match &mut encoded {
            Some(encoded) => encoded.follow(read.as_ref(), ruling.unchanged()),
            None => Verdict::Dropped(Reason::Malformed),
        };
        let handed_on = if verdict.is_released() {
            Some(place.handed_on())
        } else {
            place.wipe();
            let reason = verdict.reason().filter(|reason| !reason.is_fault());
            let blank = encoded.filter(|_| tap.blanks).zip(reason);
            blank.and_then(|(encoded, reason)| {
                let blank = encoded.blank(read.as_ref())?;
                verdict = Verdict::Blanked(reason);
                Some(Payload::Bytes(blank))
            })
        };
        self.scope.count(verdict, frame.captured);
        let tag = tap.tag_as(verdict, tap.purposes, frame, generation);
        let output = handed_on.map(|payload| {
            release(Cleared {
                payload,
                tag,
                content: tap.content(frame, &ruling),
            })
        });
        Admission { tag, output }
    }
}
