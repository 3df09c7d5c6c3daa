//! A naive oracle: what is held is asked again for every millisecond, out of lists of what was said.

use std::collections::BTreeSet;

use framegate::{
    Authority, Digest, Kind, Purposes, Scope, Time,
    ledger::{Entry, Ledger, Line},
};

/// A millisecond of a kind.
pub type Instants = BTreeSet<(Kind, u32)>;

/// What a faulty oracle forgets; each must be found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// A child's own refusal stands.
    Refusal,
    /// A superseded notice stops covering.
    Superseding,
    /// Each lifts only their own restriction.
    Lift,
    /// A withdrawal recalls what had ended before.
    Recall,
    /// A crash in the middle of a line ends and recalls everything.
    Torn,
}

#[derive(Clone, Default)]
pub struct World {
    fault: Option<Fault>,
    present: bool,
    guardian: bool,
    /// Until when, under which notice.
    grants: Vec<(i64, Digest, Scope)>,
    refused: Vec<Scope>,
    /// Whose, and whether over everybody.
    restricted: Vec<(Authority, bool, Scope)>,
}

pub fn covers(scope: Scope, kind: Kind, purpose: Purposes) -> bool {
    scope.kinds.contains(kind.into()) && scope.purposes.contains(purpose)
}

impl World {
    pub fn holds(&self, kind: Kind, purpose: Purposes, millis: i64) -> bool {
        let covers = |scope: &Scope| covers(*scope, kind, purpose);
        let granted = |(until, _, scope): &(i64, Digest, Scope)| {
            covers(scope) && millis < until.div_euclid(1000)
        };
        self.present
            && self.grants.iter().any(granted)
            && !self.refused.iter().any(covers)
            && !self.restricted.iter().any(|(.., scope)| covers(scope))
    }

    fn withdraw(&mut self, scope: Scope) {
        let mut rest = Vec::new();
        for (until, notice, of) in self.grants.drain(..) {
            let other_kinds = Scope::new(of.kinds - scope.kinds, of.purposes);
            let other_purposes = Scope::new(of.kinds, of.purposes - scope.purposes);
            rest.push((until, notice, other_kinds));
            rest.push((until, notice, other_purposes));
        }
        self.grants = rest;
    }

    fn leave(&mut self) {
        self.present = false;
        self.grants.clear();
        self.refused.clear();
    }

    pub fn apply(&mut self, id: &str, line: &Line) {
        let Line { at, entry, .. } = line;
        let over_me = |who: &Option<String>| who.as_deref().is_none_or(|who| who == id);
        match entry {
            Entry::Joined { who, guardian, .. } if who == id => {
                self.present = true;
                self.guardian = guardian.is_some();
            }
            Entry::Left { who } if who == id => self.leave(),
            Entry::Ended {} => self.leave(),
            Entry::Granted { who, grant, .. } if who == id => {
                let until = grant.until.map_or(i64::MAX, Time::as_micros);
                self.grants.push((until, grant.notice, grant.scope));
            }
            Entry::Withdrew { who, by, scope } if who == id => {
                self.withdraw(*scope);
                let by_child = self.present && self.guardian && *by == Authority::Participant;
                if by_child && self.fault != Some(Fault::Refusal) {
                    self.refused.push(*scope);
                }
            }
            Entry::Resumed { torn: true } if self.fault != Some(Fault::Torn) => {
                self.withdraw(Scope::ALL);
            }
            Entry::Superseded { notice } if self.fault != Some(Fault::Superseding) => {
                // What had come to its end is as it was.
                let ended = |until: i64| until.div_euclid(1000) <= at.as_micros().div_euclid(1000);
                self.grants
                    .retain(|(until, of, _)| of != notice || ended(*until));
            }
            Entry::Restricted { who, by, scope } if over_me(who) => {
                self.restricted.push((*by, who.is_none(), *scope));
            }
            Entry::Lifted { who, by, scope } if over_me(who) => {
                let mut rest = Vec::new();
                for (whose, everybody, of) in self.restricted.drain(..) {
                    let own = (whose, everybody) == (*by, who.is_none());
                    if !own && self.fault != Some(Fault::Lift) {
                        rest.push((whose, everybody, of));
                        continue;
                    }
                    rest.push((
                        whose,
                        everybody,
                        Scope::new(of.kinds - scope.kinds, of.purposes),
                    ));
                    rest.push((
                        whose,
                        everybody,
                        Scope::new(of.kinds, of.purposes - scope.purposes),
                    ));
                }
                self.restricted = rest;
            }
            _ => {}
        }
    }
}

/// The milliseconds at which consent held for all `purposes`, and those of them that were recalled later.
pub fn released(
    ledger: &Ledger,
    id: &str,
    purposes: Purposes,
    end: i64,
    fault: Option<Fault>,
) -> (Instants, Instants) {
    let (mut held, mut recalled) = (Instants::new(), Instants::new());
    let mut world = World {
        fault,
        ..World::default()
    };
    for (index, line) in ledger.lines().iter().enumerate() {
        world.apply(id, line);
        let later = &ledger.lines()[index + 1..];
        let until = later.first().map_or(end, |next| next.at.as_micros());
        let (first, last) = (
            (line.at.as_micros() + 999).div_euclid(1000),
            until.div_euclid(1000),
        );
        for kind in [Kind::Audio, Kind::Video] {
            let recalls = |entry: &Entry| match entry {
                Entry::Withdrew { who, scope, .. } => {
                    who == id && purposes.iter().any(|purpose| covers(*scope, kind, purpose))
                }
                Entry::Resumed { torn } => *torn,
                _ => false,
            };
            let recalling = later.iter().position(|line| recalls(&line.entry));
            let is_recalled = match fault {
                Some(Fault::Recall) => recalling == Some(0),
                _ => recalling.is_some(),
            };
            for millis in first..=last {
                if purposes
                    .iter()
                    .all(|purpose| world.holds(kind, purpose, millis))
                {
                    let instant = (kind, u32::try_from(millis).expect("a time"));
                    held.insert(instant);
                    if is_recalled {
                        recalled.insert(instant);
                    }
                }
            }
        }
    }
    (held, recalled)
}
