//! What was wrong with a frame, found once it was withheld, and never on the way of one that is released.

use crate::{
    gate::{
        frame::{Contributors, Frame},
        source::MAX_SOURCES,
        tap::{StreamSource, Tap},
    },
    media::{
        payload::{Extent, Payload},
        redact,
    },
    types::{fault::Fault, region::MAX_REGIONS, verdict::Reason},
};

impl Tap {
    /// Returns what was wrong with the last frame that had a fault: one that was withheld as [`Reason::Malformed`], one that was withheld as
    /// [`Reason::Incomplete`] because its contributors are none that such a stream can have, or one at which an encoded stream was meant to resume,
    /// and which was withheld as [`Reason::AwaitsKeyframe`].
    ///
    /// It stays when frames without a fault come; `None` before the first. A mistake of the client's is usually in every frame, so that one is enough.
    #[must_use]
    pub fn last_fault(&self) -> Option<Fault> {
        self.state.fault()
    }

    pub(super) fn note(&self, fault: Option<Fault>) {
        if let Some(fault) = fault {
            self.state.set_fault(fault);
        }
    }

    /// Notes why a payload has no extent, or none that there is room for. Returns the reason for withholding it.
    #[cold]
    #[inline(never)]
    pub(super) fn without_extent(&self, payload: &Payload<'_>) -> Reason {
        // An encoded frame's is found where it is withheld.
        if self.encoded.is_none() {
            let fault = self.format.fault(payload).unwrap_or(Fault::Buffer);
            self.note(Some(fault));
        }
        Reason::Malformed
    }

    /// Notes that a text is not valid. Returns the reason for withholding it.
    #[cold]
    #[inline(never)]
    pub(super) fn invalid_text(&self) -> Reason {
        self.note(Some(self.format.fault_of_text()));
        Reason::Malformed
    }

    /// Notes why a frame is not well-formed, by its regions, sources and contributors. Returns the reason for withholding it.
    #[cold]
    #[inline(never)]
    pub(super) fn ill_formed(&self, frame: &Frame<'_>) -> Reason {
        #[cfg(feature = "binding")]
        if frame.is_unreadable() {
            self.note(Some(Fault::Struct));
            return Reason::Malformed;
        }
        self.note(Some(match self.source {
            _ if frame.regions.len() > MAX_REGIONS => Fault::TooManyRegions,
            _ if frame.sources.len() > MAX_SOURCES => Fault::TooManySources,
            StreamSource::Records(..) => Fault::RecordOfOthers,
            _ => Fault::OthersNamed,
        }));
        Reason::Malformed
    }

    /// Notes why a frame is malformed, its extent aside. Returns the reason for withholding it.
    #[cold]
    #[inline(never)]
    pub(super) fn malformed(
        &self,
        frame: &Frame<'_>,
        payload: &Payload<'_>,
        extent: Extent,
    ) -> Reason {
        if !self.is_well_formed(frame) {
            return self.ill_formed(frame);
        }
        if self.is_text && !self.format.text_is_valid(payload) {
            return self.invalid_text();
        }
        let fault = |area| redact::fault(area, self.format, payload, extent);
        self.note(frame.regions.iter().find_map(|region| fault(region.area)));
        Reason::Malformed
    }

    /// Notes whether a frame names contributors that such a stream cannot have. Returns the reason for withholding it.
    #[cold]
    #[inline(never)]
    pub(super) fn incomplete(&self, frame: &Frame<'_>) -> Reason {
        let is_derived = matches!(self.source, StreamSource::Derived);
        self.note(match frame.contributors {
            _ if is_derived => Some(Fault::NoSources),
            _ if !frame.sources.is_empty() => Some(Fault::NotDerived),
            Contributors::Owner => Some(Fault::NoOwner),
            Contributors::Complete(_) => Some(Fault::NobodyNamed),
            // The client has said so.
            Contributors::Group(_) | Contributors::Partial(_) => None,
        });
        Reason::Incomplete
    }
}
