//! The rules as code, in their order: who may open, what each act makes of a consent, what that comes to.
//!
//! A consent is one person's, to one kind for one purpose, in one stay. Every rule is applied to each by itself (R3).
//! R4, everyone in the frame, is the taps'; R7 to R10 are about other things than consent.

use super::{grant::Grant, notice::Shown, restriction::Restrainer, scope::Scope};
use crate::{
    shared::table::Effective,
    types::{
        argument::Argument,
        authority::Authority,
        digest::Digest,
        error::Error,
        time::{Millis, NEVER, Time},
        verdict::Reason,
    },
};

/// What all acts so far have made of a consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ConsentState {
    /// When what was granted began, and when it ends by itself.
    since: Millis,
    until: Millis,
    /// A bit for each who restricts it.
    restricted: u8,
    /// Whether it is closed whatever a guardian agrees to.
    refused: bool,
    /// Why nothing is held, where it is neither granted nor restricted.
    otherwise: Reason,
}

/// What can happen to a consent.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// The person, or their guardian, agreed, perhaps with an end.
    Granted { notice: Digest, until: Option<Time> },
    /// Somebody who has a guardian refused for themselves.
    Refused,
    /// Somebody narrowed it.
    Restricted(Restrainer),
    /// The same took that back.
    Lifted(Restrainer),
    /// A notice under which they agreed was superseded. What they agreed to under others began at `begun` and goes on until `rest`.
    Superseded { begun: Millis, rest: Millis },
    /// What they agreed to came to its end by itself.
    Expired,
    /// They refused, or withdrew.
    Withdrew,
    /// They left the meeting.
    Left,
}

/// **R1 Closed by default.** Nothing holds that was not granted (GDPR Art. 6(1)(a), 25(2)).
impl ConsentState {
    pub(super) const NONE: Self = Self {
        since: NEVER,
        until: 0,
        restricted: 0,
        refused: false,
        otherwise: Reason::NotGranted,
    };
}

/// **R2 Only the person opens**: they themselves, or for one who has a guardian the guardian alone (GDPR Art. 4(11), 7(1), 8).
pub(crate) const fn who_consents(has_guardian: bool) -> Authority {
    if has_guardian {
        Authority::Guardian
    } else {
        Authority::Participant
    }
}

/// **R3 Each purpose by itself**, and specific, informed, unambiguous (GDPR Art. 4(11), 6(1)(a), 7, 9(2)(a)):
/// why a grant that is made at `at`, under the notice that was shown, if it was, cannot open anything.
///
/// `specific` is what the grant covers of purposes that have a name, and whether one of them is to recognise somebody, be it by a third party.
/// The notice describes no more than those that had a name when it was shown.
pub(crate) fn check_notice(
    shown: Option<&Shown>,
    grant: &Grant,
    (specific, identifies): (Scope, bool),
    at: Time,
) -> Result<(), Error> {
    let shown = shown.ok_or(Error::UnknownNotice)?;
    if shown.is_superseded {
        return Err(Error::StaleNotice);
    }
    if !shown.notice.scope.contains(grant.scope) || !shown.describes.contains(specific) {
        return Err(Error::BeyondNotice);
    }
    if grant.scope.is_empty() {
        return Err(Error::Empty(Argument::GrantScope));
    }
    if identifies && !grant.method.is_explicit() {
        return Err(Error::NotExplicit);
    }
    let in_future = |end: Time| end.in_range() && at < end;
    let in_past = |time: Time| time.in_range() && time <= at;
    if grant.until.is_none_or(in_future) && grant.at.is_none_or(in_past) {
        Ok(())
    } else {
        Err(Error::Time)
    }
}

/// **R2, R3, R5, R6**: what an act makes of a consent.
impl ConsentState {
    /// The consent after an act that was published at a time, no earlier than the acts before it.
    #[must_use]
    pub(super) fn after(self, at: Time, act: Act) -> Self {
        match act {
            // R2, R5: grants add up, and a shorter one shortens nothing. One that finds nothing still granted begins anew.
            Act::Granted { until, .. } => {
                let until = until.map_or(NEVER, Time::floor);
                let goes_on = at.floor() < self.until;
                Self {
                    since: if goes_on { self.since } else { at.ceil() },
                    until: if goes_on {
                        until.max(self.until)
                    } else {
                        until
                    },
                    otherwise: Reason::Expired,
                    ..self
                }
            }
            // R2: a child's own refusal stands for as long as they stay, whatever the guardian agrees to (GDPR Art. 8).
            Act::Refused => Self {
                refused: true,
                ..self
            },
            // R2: a restriction suspends. Each lifts only its own; after the last, consent begins anew (R5).
            Act::Restricted(by) => Self {
                restricted: self.restricted | by.bit(),
                ..self
            },
            Act::Lifted(by) if self.restricted == by.bit() => Self {
                since: self.since.max(at.ceil()),
                restricted: 0,
                ..self
            },
            Act::Lifted(by) => Self {
                restricted: self.restricted & !by.bit(),
                ..self
            },
            // R3: a superseded notice stops covering (GDPR Art. 4(11), "informed"); what another notice covers goes on.
            Act::Superseded { .. } if self.until <= at.floor() => self,
            Act::Superseded { rest, .. } if rest <= at.floor() => Self {
                since: NEVER,
                until: 0,
                otherwise: Reason::StaleNotice,
                ..self
            },
            Act::Superseded { begun, rest } => Self {
                // What began in this very millisecond does not reach back to where the other stopped.
                since: if at.floor() < begun {
                    begun
                } else {
                    self.since
                },
                until: rest,
                ..self
            },
            // R5: an end that has come stays so: what is agreed to afterwards begins anew.
            Act::Expired if self.until <= at.floor() => Self {
                since: NEVER,
                until: 0,
                ..self
            },
            Act::Expired => self,
            // R6: withdrawing ends whatever was granted before (GDPR Art. 7(3)).
            Act::Withdrew => Self {
                since: NEVER,
                until: 0,
                otherwise: Reason::Withdrawn,
                ..self
            },
            // R6: leaving closes everything.
            Act::Left => Self {
                otherwise: Reason::Absent,
                ..Self::NONE
            },
        }
    }
}

/// **R5 Granted from capture to release**: what the acts come to. A tap compares it with a frame's times.
impl ConsentState {
    pub(super) fn effective(self) -> Effective {
        if self.restricted != 0 {
            Effective::Closed(Reason::Restricted)
        } else if self.refused {
            Effective::Closed(Reason::Withdrawn)
        } else if self.since < self.until {
            Effective::Held {
                since: self.since,
                until: self.until,
            }
        } else {
            Effective::Closed(self.otherwise)
        }
    }

    /// Whether a child's own refusal closes it.
    pub(super) const fn is_refused(self) -> bool {
        self.refused
    }

    /// The end that is still to be noted, if what was granted has one: also of what was published, or suspended, until it was over.
    pub(super) fn end(self) -> Option<Millis> {
        (0 < self.until && self.until < NEVER).then_some(self.until)
    }
}
