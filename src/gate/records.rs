//! A tap's stream of records, and the budget that it takes from (R9).

use alloc::sync::Arc;

use crate::{
    media::schema::Schema,
    shared::budget::Budget,
    types::{time::Time, verdict::Reason},
};

/// What a tap knows of its stream's records.
#[derive(Clone)]
pub(crate) struct Records {
    pub(crate) schema: Schema,
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

    /// Takes a record's share of its owner's budget. An error is why it cannot be had.
    pub(crate) fn take(&self, now: Time) -> Result<(), Reason> {
        let limit = self.schema.bits_per_minute();
        self.budget.take(self.cost, limit, now)
    }
}
