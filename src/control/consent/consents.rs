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
        cells::Cells,
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
#[derive(Clone)]
pub(crate) struct Consents {
    /// Cells that all acts so far have made the same of, together: no cell in two of them, no two the same. Of a cell in none nothing was made yet.
    alike: Vec<Alike>,
    /// What was agreed to and not withdrawn, under notices that have not been superseded.
    standing: Vec<StandingGrant>,
}

#[derive(Clone)]
struct Alike {
    cells: Cells,
    state: ConsentState,
}

/// A grant, or what a withdrawal has left of it.
#[derive(Clone)]
struct StandingGrant {
    notice: Digest,
    scope: Scope,
    since: Millis,
    until: Millis,
}

impl Consents {
    pub(crate) const NONE: Self = Self {
        alike: Vec::new(),
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
        self.change(Cells::new(scope.kinds, scope.purposes), |state| {
            state.after(at, act)
        });
    }

    /// Makes something else of some cells.
    fn change(&mut self, cells: Cells, after: impl Fn(ConsentState) -> ConsentState) {
        let mut untouched = cells;
        let mut changed = Vec::new();
        self.alike.retain_mut(|alike| {
            let within = alike.cells & cells;
            if within.is_empty() {
                return true;
            }
            untouched = untouched - within;
            alike.cells = alike.cells - within;
            changed.push((within, after(alike.state)));
            !alike.cells.is_empty()
        });
        changed.push((untouched, after(ConsentState::NONE)));
        for (cells, state) in changed {
            if cells.is_empty() || state == ConsentState::NONE {
                continue;
            }
            if let Some(alike) = self.alike.iter_mut().find(|alike| alike.state == state) {
                alike.cells.insert(&cells);
            } else {
                // Most people agree once.
                self.alike.reserve_exact(1);
                self.alike.push(Alike { cells, state });
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
            kinds |= scope.kinds;
            if !self.standing.iter().any(|other| other.scope.meets(scope)) {
                let (begun, rest) = (NEVER, 0);
                self.apply(at, scope, Act::Superseded { begun, rest });
                continue;
            }
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
            self.standing.reserve_exact(1);
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
        let mut alike = self.alike.iter();
        let is_refused =
            alike.any(|alike| alike.cells.contains(kind, purpose) && alike.state.is_refused());
        !is_refused && self.notices(kind, purpose, at).any(|of| of == notice)
    }

    /// The purposes for which a kind is held, those included whose end nobody has noted yet.
    pub(crate) fn held(&self, kind: Kind) -> Purposes {
        let held = self.held_alike();
        held.map(|cells| cells.of(kind)).collect()
    }

    fn held_alike(&self) -> impl Iterator<Item = Cells> {
        let held = self
            .alike
            .iter()
            .filter(|alike| matches!(alike.state.effective(), Effective::Held { .. }));
        held.map(|alike| alike.cells)
    }

    /// Whether anything of a scope is held.
    pub(crate) fn holds(&self, scope: Scope) -> bool {
        let scope = Cells::new(scope.kinds, scope.purposes);
        self.held_alike().any(|cells| !(cells & scope).is_empty())
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
        self.alike
            .iter()
            .filter_map(|alike| alike.state.end())
            .min()
    }

    /// What has come to an end by `now`, the purposes of each kind together.
    pub(crate) fn expired(&self, now: Millis) -> Vec<Scope> {
        let mut ended = Cells::NONE;
        for Alike { cells, state } in &self.alike {
            if state.end().is_some_and(|end| end <= now) {
                ended.insert(cells);
            }
        }
        let of_kinds = ended.each();
        of_kinds
            .map(|(kind, purposes)| Scope::new(kind.into(), purposes))
            .collect()
    }

    /// How many intervals there would be that there are not yet, once an act was applied.
    pub(crate) fn intervals_after(&self, at: Time, scope: Scope, act: Act) -> usize {
        let mut after = self.clone();
        after.apply(at, scope, act);
        let is_new = |(_, effective): &(Cells, Effective)| {
            let is_held = matches!(effective, Effective::Held { .. });
            is_held && !self.alike().any(|(_, other)| other == *effective)
        };
        after.alike().filter(is_new).count()
    }

    /// The most intervals that an act can add.
    pub(crate) fn most_intervals(&self) -> usize {
        self.alike.len() + 1
    }

    /// What every cell comes to, those together that the same was made of.
    pub(crate) fn alike(&self) -> impl Iterator<Item = (Cells, Effective)> {
        let mut untouched = Cells::ALL;
        for alike in &self.alike {
            untouched = untouched - alike.cells;
        }
        let untouched = [(untouched, ConsentState::NONE.effective())];
        let alike = self.alike.iter();
        let alike = alike.map(|alike| (alike.cells, alike.state.effective()));
        alike.chain(untouched)
    }

    /// Each kind, and what its purposes come to in the order of their bits.
    pub(crate) fn effective(&self) -> impl Iterator<Item = (Kind, [Effective; Purposes::COUNT])> {
        let mut all = [[ConsentState::NONE.effective(); Purposes::COUNT]; Kind::COUNT];
        for (cells, effective) in self.alike() {
            for (of_kind, kind) in all.iter_mut().zip(Kind::ALL) {
                for (cell, purpose) in of_kind.iter_mut().zip(Purposes::each()) {
                    if cells.contains(kind, purpose) {
                        *cell = effective;
                    }
                }
            }
        }
        Kind::ALL.into_iter().zip(all)
    }
}
