//! Where a stream goes on after a frame of it was withheld, and since when what a frame is predicted from was captured.

use crate::time::Time;

/// What a frame depends on, and what depends on it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Position {
    /// Nothing, either way: audio.
    Alone,
    /// It starts afresh: what follows depends on nothing before it.
    Start,
    /// So does this one, but for leading frames, which depend on what came before.
    StartButForLeading,
    /// It does not depend on what came before, and what follows may: leading frames.
    Renewal,
    /// Those before it, and it may be one of those on which others depend.
    Inner,
    /// Those before the last renewal. Only other leading frames depend on it.
    Leading,
}

/// Whether what comes next has what it depends on. At first it has not.
#[derive(Default)]
pub(super) struct Resume {
    /// When the last frame was captured that was handed on; none at first, and after one was withheld.
    last: Option<Time>,
    /// Whether leading frames have not.
    lacks_leading: bool,
    wants_keyframe: bool,
}

impl Position {
    /// Where the client says that a frame is no keyframe, it starts nothing and renews nothing.
    pub(super) fn said_to_be(self, keyframe: Option<bool>) -> Self {
        match self {
            Self::Start | Self::StartButForLeading | Self::Renewal if keyframe == Some(false) => {
                Self::Inner
            }
            position => position,
        }
    }
}

impl Resume {
    /// When the last frame was captured that was handed on, if this one may be predicted from it, or from others since then that never came.
    pub(super) fn reaches_back_to(&self, position: Position) -> Option<Time> {
        match position {
            Position::Alone | Position::Start | Position::StartButForLeading => None,
            Position::Renewal | Position::Inner | Position::Leading => self.last,
        }
    }

    /// Whether a frame can be handed on if nothing else is against it.
    pub(super) fn passes(&mut self, position: Position, captured: Time) -> bool {
        match position {
            Position::Start | Position::StartButForLeading => {
                self.last = Some(captured);
                self.lacks_leading = position == Position::StartButForLeading;
            }
            Position::Renewal if self.last.is_some() => self.lacks_leading = false,
            _ => {}
        }
        let goes_on = self.last.is_some() || position == Position::Alone;
        self.wants_keyframe = !goes_on;
        let passes = goes_on && !(position == Position::Leading && self.lacks_leading);
        if let (Some(last), true) = (&mut self.last, passes) {
            *last = captured;
        }
        passes
    }

    /// A frame is withheld for another reason.
    pub(super) fn withhold(&mut self) {
        *self = Self::default();
    }

    pub(super) fn wants_keyframe(&self) -> bool {
        self.wants_keyframe
    }
}
