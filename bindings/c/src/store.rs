//! Where a C caller's ledger goes, and the event callback for its lines.

use alloc::{sync::Arc, vec::Vec};
use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use super::{
    callbacks::Callbacks,
    memory::{Append, AppendCallback, Event, EventCallback, Text, User},
    status::Status,
};
use framegate::{
    binding::is_in_store,
    ledger::{Beside, FileStore, Ledger, Store, StoreError},
};

/// Where lines go.
enum Sink {
    Nowhere,
    File(FileStore),
    Caller(AppendCallback),
}

/// The lines that a sink took and that the event callback is still to receive.
type Lines = Arc<Mutex<Vec<u8>>>;

/// A ledger's store for the meeting.
pub(super) struct LedgerSink {
    sink: Sink,
    callbacks: Arc<Callbacks>,
    lines: Option<Lines>,
}

/// Passes what a meeting's store took to the event callback.
pub(super) struct Events {
    lines: Lines,
    callbacks: Arc<Callbacks>,
    event: EventCallback,
}

impl LedgerSink {
    /// The store, new or, of a file, after the ledger that was read from it; and the event callback.
    pub(super) fn new(
        path: Text<'_>,
        after: Option<&Ledger>,
        (append, append_user): (Append, User),
        (event, event_user): (Event, User),
        callbacks: &Arc<Callbacks>,
    ) -> Result<(Self, Option<Arc<Events>>), Status> {
        let sink = match (path.get()?, append.with(append_user)) {
            ("", None) => Sink::Nowhere,
            ("", Some(append)) => Sink::Caller(append),
            (_, Some(_)) => return Err(Status::TwoStores),
            (path, None) => {
                let file = match after {
                    Some(ledger) => FileStore::append_after(Path::new(path), ledger),
                    None => FileStore::create(Path::new(path)),
                };
                Sink::File(file?)
            }
        };
        let events = event.with(event_user).map(|event| {
            Arc::new(Events {
                lines: Lines::default(),
                callbacks: Arc::clone(callbacks),
                event,
            })
        });
        let lines = events.as_ref().map(|events| Arc::clone(&events.lines));
        let sink = Self {
            sink,
            callbacks: Arc::clone(callbacks),
            lines,
        };
        Ok((sink, events))
    }
}

impl Store for LedgerSink {
    fn append(&mut self, lines: &[u8], durable: bool) -> Result<(), StoreError> {
        match &mut self.sink {
            Sink::Nowhere => {}
            Sink::File(file) => file.append(lines, durable)?,
            Sink::Caller(append) => {
                let _under_way = self.callbacks.append().ok_or_else(StoreError::default)?;
                if append.call(lines, durable) != 0 {
                    return Err(StoreError::default());
                }
            }
        }
        if let Some(kept) = &self.lines {
            let mut kept = kept.lock().unwrap_or_else(PoisonError::into_inner);
            kept.extend_from_slice(lines);
        }
        Ok(())
    }

    fn beside(&mut self) -> Result<Vec<Beside>, StoreError> {
        match &mut self.sink {
            Sink::File(file) => file.beside(),
            Sink::Nowhere | Sink::Caller(_) => Ok(Vec::new()),
        }
    }
}

impl Events {
    /// Tells all that has come, up to where the meeting is closed. No lock is held meanwhile.
    ///
    /// Not from within a store: whoever has called it tells, once the line is taken.
    pub(super) fn tell(&self) {
        if is_in_store() {
            return;
        }
        let lines = {
            let mut lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
            core::mem::take(&mut *lines)
        };
        for line in lines.split(|byte| *byte == b'\n') {
            if !line.is_empty() {
                let Some(_under_way) = self.callbacks.event() else {
                    return;
                };
                self.event.call(line);
            }
        }
    }
}
