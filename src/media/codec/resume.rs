//! Where a stream goes on after a frame of it was withheld, and since when what a frame is predicted from was captured.

use crate::types::time::Time;

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
pub(super) struct Resume {
    /// When the last frame was captured that was handed on; never at first, and after one was withheld.
    last: Time,
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
    pub(super) const fn new() -> Self {
        Self {
            last: Time::NEVER,
            lacks_leading: false,
            wants_keyframe: false,
        }
    }

    /// When the last frame was captured that was handed on, if this one may be predicted from it, or from others since then that never came; else never.
    pub(super) fn reaches_back_to(&self, position: Position) -> Time {
        match position {
            Position::Alone | Position::Start | Position::StartButForLeading => Time::NEVER,
            Position::Renewal | Position::Inner | Position::Leading => self.last,
        }
    }

    /// Whether a frame can be handed on if nothing else is against it.
    pub(super) fn passes(&mut self, position: Position, captured: Time) -> bool {
        self.wants_keyframe = false;
        match position {
            Position::Alone => return true,
            Position::Start | Position::StartButForLeading => {
                self.lacks_leading = position == Position::StartButForLeading;
            }
            _ if self.last == Time::NEVER => {
                self.wants_keyframe = true;
                return false;
            }
            Position::Leading if self.lacks_leading => return false,
            Position::Renewal => self.lacks_leading = false,
            Position::Inner | Position::Leading => {}
        }
        self.last = captured;
        true
    }

    /// A frame is withheld for another reason.
    pub(super) fn withhold(&mut self) {
        *self = Self::new();
    }

    pub(super) fn wants_keyframe(&self) -> bool {
        self.wants_keyframe
    }
}
