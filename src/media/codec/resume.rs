//! Where a stream can resume after a withheld frame, and how far back prediction reaches.

use crate::types::time::Time;

/// What a frame depends on, and what depends on it, in the terms of HEVC and WebRTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Dependency {
    /// Neither depends on a frame nor is depended on: audio.
    Independent,
    /// An instantaneous decoding refresh: neither it nor any later frame depends on an earlier one.
    /// An IDR picture of H.264 or HEVC with its parameter sets; a keyframe of VP8 or VP9; a shown keyframe of AV1 with its sequence header.
    Idr,
    /// Broken link access (HEVC): the same, except for RASL pictures that lead it, which depend on earlier frames.
    Bla,
    /// Clean random access (HEVC): it does not depend on earlier frames, but RASL pictures that lead it do.
    Cra,
    /// A delta frame: it depends on earlier frames, and later ones may depend on it. Every codec's frames of no other sort.
    Delta,
    /// A random access skipped leading picture (HEVC): it depends on frames before the last CRA or BLA picture. Only others of its sort depend on it.
    Rasl,
}

/// Whether the frames that the next one depends on were released. At first none was.
pub(super) struct Continuity {
    /// The capture time of the last released frame; [`Time::NEVER`] at first and after a withheld one.
    last: Time,
    /// Whether RASL pictures lack what they depend on.
    lacks_rasl: bool,
    wants_keyframe: bool,
    /// Whether a frame was released before the first that was withheld since then.
    went_on: bool,
}

impl Dependency {
    /// Applies the client's hint: a frame that is said to be no keyframe is taken for a delta frame.
    pub(super) fn with_hint(self, keyframe: Option<bool>) -> Self {
        match self {
            Self::Idr | Self::Bla | Self::Cra if keyframe == Some(false) => Self::Delta,
            dependency => dependency,
        }
    }
}

impl Continuity {
    pub(super) const fn new() -> Self {
        Self {
            last: Time::NEVER,
            lacks_rasl: false,
            wants_keyframe: false,
            went_on: false,
        }
    }

    /// Returns the capture time of the last released frame if this one may be predicted from it, or from frames since then that were never offered;
    /// else [`Time::NEVER`].
    pub(super) fn reaches_back_to(&self, dependency: Dependency) -> Time {
        match dependency {
            Dependency::Independent | Dependency::Idr | Dependency::Bla => Time::NEVER,
            Dependency::Cra | Dependency::Delta | Dependency::Rasl => self.last,
        }
    }

    /// Whether all frames since the last keyframe were released, so that a delta frame can be.
    pub(super) fn is_intact(&self) -> bool {
        self.last != Time::NEVER
    }

    /// Returns whether a frame that consent clears has what it depends on, and counts it as released if so.
    pub(super) fn accepts(&mut self, dependency: Dependency, captured: Time) -> bool {
        self.wants_keyframe = false;
        match dependency {
            Dependency::Independent => return true,
            Dependency::Idr | Dependency::Bla => {
                self.lacks_rasl = dependency == Dependency::Bla;
            }
            _ if !self.is_intact() => {
                self.wants_keyframe = true;
                return false;
            }
            Dependency::Rasl if self.lacks_rasl => return false,
            Dependency::Cra => self.lacks_rasl = false,
            Dependency::Delta | Dependency::Rasl => {}
        }
        self.last = captured;
        true
    }

    /// Notes that a frame was withheld for any other reason.
    pub(super) fn interrupt(&mut self) {
        *self = Self {
            went_on: self.went_on || self.is_intact(),
            ..Self::new()
        };
    }

    /// Returns whether a frame was released since this was asked last, before one that was withheld.
    pub(super) fn take_went_on(&mut self) -> bool {
        core::mem::take(&mut self.went_on)
    }

    /// Whether the last frame was withheld only because it depends on frames that were not released.
    pub(super) fn wants_keyframe(&self) -> bool {
        self.wants_keyframe
    }
}
