//! The purposes of a meeting by name.

use alloc::{string::String, vec::Vec};

use crate::{
    control::ledger::{Entry, Ledger},
    types::purpose::Purposes,
};

/// A purpose of the controller's own, or a pair of a purpose and a third party.
pub(crate) struct Named<'a> {
    /// Its bit.
    pub(crate) bit: Purposes,
    /// Since which entry it has it.
    pub(crate) entry: u64,
    /// What it is for, one of the controller's own.
    pub(crate) purpose: Purposes,
    pub(crate) recipient: Option<&'a str>,
}

/// The controller's own, then the pairs, in the order of their bits.
pub(crate) fn all(ledger: &Ledger) -> Vec<Named<'_>> {
    let own = Purposes::each().filter(|purpose| Purposes::FIRST_PARTY.contains(*purpose));
    let own = own.map(|purpose| Named {
        bit: purpose,
        entry: 0,
        purpose,
        recipient: None,
    });
    let pairs = ledger.lines.iter().filter_map(|line| match &line.entry {
        Entry::Named {
            purpose,
            recipient,
            pair,
        } => Some(Named {
            bit: *pair,
            entry: line.n,
            purpose: *purpose,
            recipient: Some(recipient),
        }),
        _ => None,
    });
    own.chain(pairs).collect()
}

/// The names of those in a set: `PURPOSE` or `PURPOSE@RECIPIENT`.
pub(crate) fn names(named: &[Named<'_>], purposes: Purposes) -> Vec<String> {
    let contained = named.iter().filter(|named| purposes.contains(named.bit));
    contained.map(Named::name).collect()
}

/// The names of those that had one at an entry, as nothing else can have been agreed to there.
pub(crate) fn names_at(named: &[Named<'_>], entry: u64, purposes: Purposes) -> Vec<String> {
    let known = named.iter().filter(|named| named.entry <= entry);
    let contained = known.filter(|named| purposes.contains(named.bit));
    contained.map(Named::name).collect()
}

impl Named<'_> {
    pub(crate) fn name(&self) -> String {
        match self.recipient {
            Some(recipient) => self.purpose.with_recipient(recipient),
            None => self.purpose.iter_names().map(|(name, _)| name).collect(),
        }
    }
}
