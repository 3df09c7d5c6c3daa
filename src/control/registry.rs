//! The streams of records, and the budgets of those who send them (R9).

use alloc::{string::String, sync::Arc, vec::Vec};

use crate::{
    gate::records::Records,
    media::schema::Schema,
    shared::budget::Budget,
    types::{
        ids::{OutletId, StreamId},
        time::Time,
    },
};

/// The streams of records, and the budget of everybody who sends them.
#[derive(Default)]
pub(crate) struct Registry {
    streams: Vec<(StreamId, String, Schema)>,
    /// By the person's id, so that coming back is no way to a new one.
    budgets: Vec<(String, OutletId, Arc<Budget>)>,
    /// When the ledger of a meeting that was resumed had its last entry.
    resumed: Option<Time>,
}

impl Registry {
    /// Of a meeting that goes on from a ledger whose last entry was made at `at`.
    pub(crate) fn resumed_at(at: Time) -> Self {
        Self {
            resumed: Some(at),
            ..Self::default()
        }
    }

    /// Registers a stream of somebody of this id.
    pub(crate) fn register(&mut self, stream: StreamId, id: &str, schema: Schema) {
        self.streams.push((stream, id.into(), schema));
    }

    /// What a tap needs, if the stream's frames are records.
    pub(crate) fn of(&mut self, stream: StreamId, outlet: OutletId) -> Option<Records> {
        let mut streams = self.streams.iter();
        let (_, id, schema) = streams.find(|(known, ..)| *known == stream)?;
        let mut known = self.budgets.iter();
        let known = known.find(|(whose, into, _)| whose == id && *into == outlet);
        let budget = if let Some((_, _, budget)) = known {
            Arc::clone(budget)
        } else {
            let budget = Arc::new(self.resumed.map_or_else(Budget::new, Budget::resumed_at));
            self.budgets.push((id.clone(), outlet, Arc::clone(&budget)));
            budget
        };
        Some(Records::new(schema.clone(), budget))
    }
}
