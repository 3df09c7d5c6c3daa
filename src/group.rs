use alloc::{boxed::Box, sync::Arc};

use crate::{
    frame::Participant,
    kind::{Kind, Kinds},
    purpose::Purposes,
    table::{Table, Words},
    time::Time,
};

/// People who are in many frames together, as in a gallery or a large mix: [`Meeting::group`](crate::Meeting::group).
#[derive(Clone)]
pub struct Group(Arc<Members>);

struct Members {
    table: Arc<Table>,
    people: Box<[Participant]>,
    /// What all of them agree to.
    words: Words,
}

impl Group {
    pub(crate) fn new(table: &Arc<Table>, people: &[Participant]) -> Self {
        let group = Self(Arc::new(Members {
            table: Arc::clone(table),
            people: people.into(),
            words: Words::new(),
        }));
        group.publish(Kinds::all());
        group
    }

    /// Who is in it.
    #[must_use]
    pub fn people(&self) -> &[Participant] {
        &self.0.people
    }

    /// Publishes what all of them agree to of these kinds, after each of them has been published.
    pub(crate) fn publish(&self, kinds: Kinds) {
        for kind in Kind::each(kinds) {
            self.0
                .words
                .publish(kind, self.0.table.meet(self.people(), kind));
        }
    }

    /// Whether nobody has it but who asks.
    pub(crate) fn is_unused(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    /// Whether it is of this meeting.
    pub(crate) fn is_of(&self, table: &Arc<Table>) -> bool {
        Arc::ptr_eq(&self.0.table, table)
    }

    /// The purposes that all of them agreed to throughout, by one load; none where that does not tell.
    #[inline]
    pub(crate) fn held(
        &self,
        table: &Arc<Table>,
        kind: Kind,
        captured: Time,
        released: Time,
    ) -> Purposes {
        if self.is_of(table) {
            self.0.words.load(kind).held(captured, released)
        } else {
            Purposes::empty()
        }
    }
}

impl core::fmt::Debug for Group {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Group").field(&self.people()).finish()
    }
}
