use alloc::vec::Vec;

use super::{Restrainer, Scope};
use crate::{
    kind::Kind,
    purpose::Purposes,
    time::{Millis, NEVER, Time},
    verdict::Reason,
};

/// What can happen to a person's consent to one kind for one purpose.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Act {
    /// They came into the meeting.
    Joined,
    /// They agreed, perhaps with an end.
    Granted { until: Option<Time> },
    /// They refused, or withdrew.
    Withdrew,
    /// A notice under which they agreed was superseded. What they agreed to under others began at `begun` and goes on until `rest`.
    Superseded { begun: Millis, rest: Millis },
    /// Somebody who has a guardian refused for themselves.
    Refused,
    /// Somebody narrowed it.
    Restricted(Restrainer),
    /// The same took that back.
    Lifted(Restrainer),
    /// What they agreed to came to its end by itself.
    Expired,
    /// They left the meeting.
    Left,
}

/// One stay's consent to one kind for one purpose: what all acts so far come to.
#[derive(Clone, Copy, Debug)]
struct Consent {
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

/// What there is of a consent, beside the time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effective {
    /// It holds without a break from `since` to before `until`.
    Held { since: Millis, until: Millis },
    /// It does not hold.
    Closed(Reason),
}

impl Consent {
    /// Nothing holds that was not granted (R1; GDPR Art. 6(1)(a), 25(2)).
    const NONE: Self = Self {
        since: NEVER,
        until: 0,
        restricted: 0,
        refused: false,
        otherwise: Reason::NotGranted,
    };

    /// The consent after an act that was published at a time, no earlier than the acts before it.
    #[must_use]
    fn after(self, at: Time, act: Act) -> Self {
        match act {
            Act::Joined => Self::NONE,
            // Grants add up: a shorter one shortens nothing. One that finds nothing still granted begins anew (R5).
            Act::Granted { until } => {
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
            // Withdrawing ends whatever was granted before (R6; GDPR Art. 7(3)).
            Act::Withdrew => Self {
                since: NEVER,
                until: 0,
                otherwise: Reason::Withdrawn,
                ..self
            },
            // A superseded notice stops covering; what another notice covers goes on (R3; GDPR Art. 4(11), "informed").
            Act::Superseded { begun, rest } if at.floor() < self.until => {
                if at.floor() < rest {
                    Self {
                        // One that began in this very millisecond does not reach back to where the other stopped.
                        since: if at.floor() < begun {
                            begun
                        } else {
                            self.since
                        },
                        until: rest,
                        ..self
                    }
                } else {
                    Self {
                        since: NEVER,
                        until: 0,
                        otherwise: Reason::StaleNotice,
                        ..self
                    }
                }
            }
            // A child's own refusal stands for as long as they stay, whatever the guardian agrees to (R2; GDPR Art. 8).
            Act::Refused => Self {
                refused: true,
                ..self
            },
            // A restriction suspends. Each lifts only its own; after the last, consent begins anew (R2, R5).
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
            // An end that has come stays so: what is agreed to afterwards begins anew.
            Act::Expired if self.until <= at.floor() => Self {
                since: NEVER,
                until: 0,
                ..self
            },
            // Leaving closes everything (R6).
            Act::Left => Self {
                otherwise: Reason::Absent,
                ..Self::NONE
            },
            Act::Superseded { .. } | Act::Expired => self,
        }
    }

    /// The end that is still to be noted, if what was granted has one.
    fn end(self) -> Option<Millis> {
        (self.since < self.until && self.until < NEVER).then_some(self.until)
    }

    fn effective(self) -> Effective {
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
}

/// One stay's consent to every kind for every purpose: the law is applied to each by itself (R3).
pub(crate) struct Consents([[Consent; 16]; 16]);

impl Consents {
    pub(crate) const NONE: Self = Self([[Consent::NONE; 16]; 16]);

    /// Applies an act to all that it covers.
    pub(crate) fn apply(&mut self, at: Time, scope: Scope, act: Act) {
        for (kind, of_kind) in Kind::ALL.into_iter().zip(&mut self.0) {
            for (purpose, consent) in Purposes::each().zip(of_kind) {
                if scope.covers(kind, purpose) {
                    *consent = consent.after(at, act);
                }
            }
        }
    }

    /// The first end of those that have not been noted yet.
    pub(crate) fn next_end(&self) -> Option<Millis> {
        self.0
            .iter()
            .flatten()
            .filter_map(|consent| consent.end())
            .min()
    }

    /// What has come to an end by `now`, the purposes of each kind together.
    pub(crate) fn expired(&self, now: Millis) -> Vec<Scope> {
        let of_kind = |(kind, of_kind): (Kind, &[Consent; 16])| {
            let ended = |consent: &Consent| consent.end().is_some_and(|end| end <= now);
            let purposes = Purposes::each()
                .zip(of_kind)
                .filter(|(_, consent)| ended(consent));
            Scope::new(kind.into(), purposes.map(|(purpose, _)| purpose).collect())
        };
        let of_kinds = Kind::ALL.into_iter().zip(&self.0).map(of_kind);
        of_kinds.filter(|scope| !scope.is_empty()).collect()
    }

    /// Each kind, and what its purposes come to in the order of their bits.
    pub(crate) fn effective(&self) -> impl Iterator<Item = (Kind, [Effective; 16])> {
        let of_kind = |of_kind: &[Consent; 16]| of_kind.map(Consent::effective);
        Kind::ALL.into_iter().zip(self.0.iter().map(of_kind))
    }
}
