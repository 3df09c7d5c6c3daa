//! Kinds × purposes.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use crate::types::{
    kind::{Kind, Kinds},
    purpose::Purposes,
};

/// Kinds × purposes: each of the kinds for each of the purposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct Scope {
    /// The kinds.
    pub kinds: Kinds,
    /// The purposes.
    pub purposes: Purposes,
}

impl Scope {
    /// Every kind for every purpose, third parties' included.
    pub const ALL: Self = Self {
        kinds: Kinds::all(),
        purposes: Purposes::all(),
    };

    /// Returns the scope of each of `kinds` for each of `purposes`.
    #[must_use]
    pub const fn new(kinds: Kinds, purposes: Purposes) -> Self {
        Self { kinds, purposes }
    }

    /// Returns the scope with an empty set replaced by everything, as a withdrawal means it.
    pub(crate) fn or_everything(self) -> Self {
        let Self { kinds, purposes } = self;
        Self {
            kinds: if kinds.is_empty() {
                Kinds::all()
            } else {
                kinds
            },
            purposes: if purposes.is_empty() {
                Purposes::all()
            } else {
                purposes
            },
        }
    }

    pub(crate) fn contains(self, other: Self) -> bool {
        self.kinds.contains(other.kinds) && self.purposes.contains(other.purposes)
    }

    pub(crate) fn covers(self, kind: Kind, purpose: Purposes) -> bool {
        self.kinds.contains(kind.into()) && self.purposes.contains(purpose)
    }

    /// Whether there is something that both cover.
    pub(crate) fn meets(self, other: Self) -> bool {
        self.kinds.intersects(other.kinds) && self.purposes.intersects(other.purposes)
    }

    /// What is left without `other`, in two parts of which either may be empty.
    pub(crate) fn without(self, other: Self) -> [Self; 2] {
        [
            Self::new(self.kinds - other.kinds, self.purposes),
            Self::new(self.kinds & other.kinds, self.purposes - other.purposes),
        ]
    }

    /// Each kind with each purpose.
    // A list and not an iterator: the compiler would specialise the loops over it for minutes.
    pub(crate) fn cells(self) -> Vec<(Kind, Purposes)> {
        let mut cells = Vec::new();
        for kind in Kind::each(self.kinds) {
            let purposes = Purposes::each().filter(|purpose| self.purposes.contains(*purpose));
            cells.extend(purposes.map(|purpose| (kind, purpose)));
        }
        cells
    }

    pub(crate) fn is_empty(self) -> bool {
        self.kinds.is_empty() || self.purposes.is_empty()
    }
}
