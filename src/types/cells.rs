//! Sets of cells: a cell is one kind for one purpose.

use core::ops::{BitAnd, Sub};

use crate::types::{
    kind::{Kind, Kinds},
    purpose::Purposes,
};

/// Any cells: of each kind its purposes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cells([Purposes; Kind::COUNT]);

impl Cells {
    pub(crate) const NONE: Self = Self([Purposes::empty(); Kind::COUNT]);
    pub(crate) const ALL: Self = Self([Purposes::all(); Kind::COUNT]);

    /// Returns each of `kinds` for each of `purposes`.
    pub(crate) fn new(kinds: Kinds, purposes: Purposes) -> Self {
        Self(Kind::ALL.map(|kind| {
            if kinds.contains(kind.into()) {
                purposes
            } else {
                Purposes::empty()
            }
        }))
    }

    /// Returns the purposes of a kind.
    #[expect(
        clippy::indexing_slicing,
        reason = "the compiler sees that it is in bounds"
    )]
    pub(crate) fn of(&self, kind: Kind) -> Purposes {
        self.0[kind as usize % Kind::COUNT]
    }

    pub(crate) fn contains(&self, kind: Kind, purpose: Purposes) -> bool {
        self.of(kind).contains(purpose)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.0.iter().all(Purposes::is_empty)
    }

    pub(crate) fn insert(&mut self, other: &Self) {
        for (purposes, more) in self.0.iter_mut().zip(other.0) {
            *purposes |= more;
        }
    }

    /// Returns each kind of which there are cells, with its purposes.
    pub(crate) fn each(&self) -> impl Iterator<Item = (Kind, Purposes)> {
        let of_kinds = Kind::ALL.into_iter().zip(self.0);
        of_kinds.filter(|(_, purposes)| !purposes.is_empty())
    }
}

impl BitAnd for Cells {
    type Output = Self;

    fn bitand(mut self, other: Self) -> Self {
        for (purposes, others) in self.0.iter_mut().zip(other.0) {
            *purposes &= others;
        }
        self
    }
}

impl Sub for Cells {
    type Output = Self;

    fn sub(mut self, other: Self) -> Self {
        for (purposes, others) in self.0.iter_mut().zip(other.0) {
            *purposes -= others;
        }
        self
    }
}
