//! Who restricts, and the restrictions that those who join later come under.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use super::scope::Scope;
use crate::types::authority::Authority;

/// One who restricts, and whom: a lift takes back only what the same one restricted in the same way.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Restrainer {
    by: Authority,
    everybody: bool,
}

impl Restrainer {
    /// None for the participant and the guardian, who withdraw instead.
    pub(crate) const fn new(by: Authority, everybody: bool) -> Option<Self> {
        match by {
            Authority::Participant | Authority::Guardian => None,
            Authority::Host | Authority::Administrator | Authority::Vendor => {
                Some(Self { by, everybody })
            }
        }
    }

    /// A bit of its own.
    pub(crate) const fn bit(self) -> u8 {
        let shift = if self.everybody { 3 } else { 0 };
        1 << (self.by as u8 + shift)
    }
}

/// The restrictions in force, for those who join later.
#[derive(Default)]
pub(crate) struct Restrictions {
    of_everybody: Vec<Restriction>,
    of_people: BTreeMap<String, Vec<Restriction>>,
}

#[derive(Clone, Copy)]
struct Restriction {
    by: Restrainer,
    scope: Scope,
}

impl Restrictions {
    pub(crate) fn restrict(&mut self, by: Restrainer, id: Option<&str>, scope: Scope) {
        let restrictions = match id {
            None => &mut self.of_everybody,
            Some(id) => self.of_people.entry(id.into()).or_default(),
        };
        let known = |other: &Restriction| other.by == by && other.scope.contains(scope);
        if !scope.is_empty() && !restrictions.iter().any(known) {
            restrictions.push(Restriction { by, scope });
        }
    }

    pub(crate) fn lift(&mut self, by: Restrainer, id: Option<&str>, scope: Scope) {
        let restrictions = match id {
            None => Some(&mut self.of_everybody),
            Some(id) => self.of_people.get_mut(id),
        };
        let Some(restrictions) = restrictions else {
            return;
        };
        let lifted: Vec<_> = restrictions
            .extract_if(.., |other| other.by == by)
            .collect();
        for restriction in lifted {
            let rest = restriction.scope.without(scope).into_iter();
            let rest = rest.filter(|scope| !scope.is_empty());
            restrictions.extend(rest.map(|scope| Restriction { by, scope }));
        }
    }

    /// What a person of this id joins under.
    pub(crate) fn of(&self, id: &str) -> impl Iterator<Item = (Restrainer, Scope)> {
        let theirs = self.of_people.get(id).into_iter().flatten();
        let all = self.of_everybody.iter().chain(theirs);
        all.map(|restriction| (restriction.by, restriction.scope))
    }
}
