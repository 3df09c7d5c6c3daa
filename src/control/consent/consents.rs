//! What one person consents to, for each kind and purpose, as each act of theirs and of others changes it.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{
    rules::{Act, ConsentState},
    scope::Scope,
};
use crate::{
    shared::table::Effective,
    types::{
        digest::Digest,
        kind::{Kind, Kinds},
        purpose::Purposes,
        time::{Millis, NEVER, Time},
    },
};

/// Consent that is in force, without a break since it began: [`Meeting::consents`](crate::Meeting::consents).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Consent {
    /// Each of these kinds for each of these purposes.
    pub scope: Scope,
    /// When it began: what was captured earlier is not covered.
    pub since: Time,
    /// When it ends by itself; `None` if it does not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

/// One stay's consents: to every kind for every purpose.
pub(crate) struct Consents {
    of_kinds: [[ConsentState; Purposes::COUNT]; Kind::COUNT],
    /// What was agreed to and not withdrawn, under notices that have not been superseded.
    standing: Vec<StandingGrant>,
}

/// A grant, or what a withdrawal has left of it.
struct StandingGrant {
    notice: Digest,
    scope: Scope,
    since: Millis,
    until: Millis,
}

impl Consents {
    pub(crate) const NONE: Self = Self {
        of_kinds: [[ConsentState::NONE; Purposes::COUNT]; Kind::COUNT],
        standing: Vec::new(),
    };

    /// Applies an act to all that it covers.
    pub(crate) fn apply(&mut self, at: Time, scope: Scope, act: Act) {
        match act {
            Act::Granted { notice, until } => self.stand(
                at,
                StandingGrant {
                    notice,
                    scope,
                    since: at.ceil(),
                    until: until.map_or(NEVER, Time::floor),
                },
            ),
            Act::Withdrew => self.standing = self.without(scope),
            _ => {}
        }
        for (kind, of_kind) in Kind::ALL.into_iter().zip(&mut self.of_kinds) {
            for (purpose, consent) in Purposes::each().zip(of_kind) {
                if scope.covers(kind, purpose) {
                    *consent = consent.after(at, act);
                }
            }
        }
    }

    /// A notice is superseded: what was agreed to under it goes on only as far as what was agreed to under others covers it.
    /// Gives the kinds that this is about.
    pub(crate) fn supersede(&mut self, at: Time, notice: Digest) -> Kinds {
        let of_notice = |standing: &mut StandingGrant| standing.notice == notice;
        let stale: Vec<_> = self.standing.extract_if(.., of_notice).collect();
        let mut kinds = Kinds::empty();
        for StandingGrant { scope, .. } in stale {
            for (kind, purpose) in scope.cells() {
                let act = Act::Superseded {
                    begun: self
                        .covering(kind, purpose)
                        .map(|other| other.since)
                        .min()
                        .unwrap_or(NEVER),
                    rest: self
                        .covering(kind, purpose)
                        .map(|other| other.until)
                        .max()
                        .unwrap_or(0),
                };
                self.apply(at, Scope::new(kind.into(), purpose), act);
            }
            kinds |= scope.kinds;
        }
        kinds
    }

    fn covering(&self, kind: Kind, purpose: Purposes) -> impl Iterator<Item = &StandingGrant> {
        let covers = move |standing: &&StandingGrant| {
            standing.scope.covers(kind, purpose) && standing.since < standing.until
        };
        self.standing.iter().filter(covers)
    }

    fn stand(&mut self, at: Time, new: StandingGrant) {
        // What the old one says as well need not be kept twice; a beginning that is earlier is worth keeping.
        let says_no_more = |old: &StandingGrant| {
            old.notice == new.notice && old.scope.contains(new.scope) && old.until >= new.until
        };
        self.standing.retain(|old| at.floor() < old.until);
        if !self.standing.iter().any(says_no_more) {
            self.standing.push(new);
        }
    }

    /// What stands when this much is withdrawn.
    fn without(&mut self, scope: Scope) -> Vec<StandingGrant> {
        let standing = core::mem::take(&mut self.standing);
        let rest = standing.into_iter().flat_map(|standing| {
            let rests = standing.scope.without(scope).into_iter();
            let rests = rests.filter(|rest| !rest.is_empty());
            rests.map(move |scope| StandingGrant { scope, ..standing })
        });
        rest.collect()
    }

    /// The notices under which there was agreement to a kind for a purpose beyond `at`, as far as it stands.
    pub(crate) fn notices(
        &self,
        kind: Kind,
        purpose: Purposes,
        at: Millis,
    ) -> impl Iterator<Item = Digest> {
        let beyond = move |standing: &&StandingGrant| {
            standing.scope.covers(kind, purpose) && at < standing.until
        };
        self.standing
            .iter()
            .filter(beyond)
            .map(|standing| standing.notice)
    }

    /// Whether what was agreed to under a notice stands beyond `at`, and no refusal of a child's own is in its way.
    pub(crate) fn stands(&self, kind: Kind, purpose: Purposes, notice: Digest, at: Millis) -> bool {
        let of_kind = self.of_kinds.get(kind as usize).into_iter().flatten();
        let mut cells = Purposes::each().zip(of_kind);
        let is_refused = cells.any(|(of, consent)| of == purpose && consent.is_refused());
        !is_refused && self.notices(kind, purpose, at).any(|of| of == notice)
    }

    /// The purposes for which a kind is held, those included whose end nobody has noted yet.
    pub(crate) fn held(&self, kind: Kind) -> Purposes {
        let of_kind = self.of_kinds.get(kind as usize).into_iter().flatten();
        let is_held =
            |consent: &ConsentState| matches!(consent.effective(), Effective::Held { .. });
        let held = Purposes::each()
            .zip(of_kind)
            .filter(|(_, consent)| is_held(consent));
        held.map(|(purpose, _)| purpose).collect()
    }

    /// Whether anything of a scope is held.
    pub(crate) fn holds(&self, scope: Scope) -> bool {
        self.effective().any(|(kind, of_kind)| {
            let mut of_kind = Purposes::each().zip(of_kind);
            of_kind.any(|(purpose, effective)| {
                scope.covers(kind, purpose) && matches!(effective, Effective::Held { .. })
            })
        })
    }

    /// Returns what is in force at `now`, kinds and purposes together that are so equally long.
    pub(crate) fn in_force(&self, now: Millis) -> Vec<Consent> {
        let mut found = Vec::new();
        let kinds = self.effective();
        for (kind, of_kind) in kinds.filter(|(kind, _)| kind.never_cleared().is_none()) {
            let mut of_this_kind = Vec::new();
            for (purpose, effective) in Purposes::each().zip(of_kind) {
                if let Effective::Held { since, until } = effective
                    && (since..until).contains(&now)
                {
                    let is_same = |other: &&mut (Purposes, _)| other.1 == (since, until);
                    match of_this_kind.iter_mut().find(is_same) {
                        Some((purposes, _)) => *purposes |= purpose,
                        None => of_this_kind.push((purpose, (since, until))),
                    }
                }
            }
            for (purposes, (since, until)) in of_this_kind {
                let consent = Consent {
                    scope: Scope::new(kind.into(), purposes),
                    since: Time::from_millis(since.into()),
                    until: (until < NEVER).then_some(Time::from_millis(until.into())),
                };
                let is_same = |other: &&mut Consent| {
                    let kinds = other.scope.kinds;
                    **other
                        == Consent {
                            scope: Scope::new(kinds, purposes),
                            ..consent
                        }
                };
                match found.iter_mut().find(is_same) {
                    Some(Consent { scope, .. }) => scope.kinds |= kind.into(),
                    None => found.push(consent),
                }
            }
        }
        found
    }

    /// The first end of those that have not been noted yet.
    pub(crate) fn next_end(&self) -> Option<Millis> {
        let of_kinds = self.of_kinds.iter().flatten();
        of_kinds.filter_map(|consent| consent.end()).min()
    }

    /// What has come to an end by `now`, the purposes of each kind together.
    pub(crate) fn expired(&self, now: Millis) -> Vec<Scope> {
        let of_kind = |(kind, of_kind): (Kind, &[ConsentState; Purposes::COUNT])| {
            let ended = |consent: &ConsentState| consent.end().is_some_and(|end| end <= now);
            let purposes = Purposes::each()
                .zip(of_kind)
                .filter(|(_, consent)| ended(consent));
            Scope::new(kind.into(), purposes.map(|(purpose, _)| purpose).collect())
        };
        let of_kinds = Kind::ALL.into_iter().zip(&self.of_kinds).map(of_kind);
        of_kinds.filter(|scope| !scope.is_empty()).collect()
    }

    /// Each kind, and what its purposes come to in the order of their bits.
    pub(crate) fn effective(&self) -> impl Iterator<Item = (Kind, [Effective; Purposes::COUNT])> {
        let of_kind =
            |of_kind: &[ConsentState; Purposes::COUNT]| of_kind.map(ConsentState::effective);
        Kind::ALL.into_iter().zip(self.of_kinds.iter().map(of_kind))
    }
}
