//! A tap's stream of records, and the budget that it takes from (R9).

use alloc::sync::Arc;

use crate::{
    media::format::Schema,
    shared::budget::Budget,
    types::{time::Time, verdict::Reason},
};

/// The schema of a stream's records, and the budget they are taken from.
#[derive(Clone)]
pub(crate) struct Records {
    pub(super) schema: Schema,
    cost: u32,
    budget: Arc<Budget>,
}

impl Records {
    pub(crate) fn new(schema: Schema, budget: Arc<Budget>) -> Self {
        Self {
            cost: schema.bits_per_record(),
            schema,
            budget,
        }
    }

    /// Takes a record's share of its owner's budget. An error is the reason for withholding it.
    pub(super) fn take(&self, now: Time) -> Result<(), Reason> {
        let limit = self.schema.bits_per_minute();
        self.budget.take(self.cost, limit, now)
    }
}
