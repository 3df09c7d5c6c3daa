//! Who restricts, and the restrictions that those who join later come under.

use alloc::{string::String, vec::Vec};

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
pub(crate) struct Restrictions(Vec<Restriction>);

struct Restriction {
    by: Restrainer,
    /// None for everybody.
    id: Option<String>,
    scope: Scope,
}

impl Restrictions {
    pub(crate) fn restrict(&mut self, by: Restrainer, id: Option<&str>, scope: Scope) {
        let known = |other: &Restriction| other.is_like(by, id) && other.scope.contains(scope);
        if !scope.is_empty() && !self.0.iter().any(known) {
            self.0.push(Restriction {
                by,
                id: id.map(String::from),
                scope,
            });
        }
    }

    pub(crate) fn lift(&mut self, by: Restrainer, id: Option<&str>, scope: Scope) {
        let (lifted, mut rest): (Vec<_>, Vec<_>) = core::mem::take(&mut self.0)
            .into_iter()
            .partition(|restriction| restriction.is_like(by, id));
        for restriction in lifted {
            for scope in restriction.scope.without(scope) {
                if !scope.is_empty() {
                    let id = restriction.id.clone();
                    rest.push(Restriction { by, id, scope });
                }
            }
        }
        self.0 = rest;
    }

    /// What a person of this id joins under.
    pub(crate) fn of(&self, id: &str) -> impl Iterator<Item = (Restrainer, Scope)> {
        self.0
            .iter()
            .filter(move |restriction| restriction.id.as_deref().is_none_or(|other| other == id))
            .map(|restriction| (restriction.by, restriction.scope))
    }
}

impl Restriction {
    fn is_like(&self, by: Restrainer, id: Option<&str>) -> bool {
        self.by == by && self.id.as_deref() == id
    }
}
