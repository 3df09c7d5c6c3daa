//! Where a C caller's ledger goes, and who is told of its lines.

use alloc::{sync::Arc, vec::Vec};
use core::ffi::c_void;
use std::{
    path::Path,
    sync::{Mutex, PoisonError},
};

use super::{
    callbacks::Callbacks,
    memory::{Text, plain},
    status::Status,
};
use framegate::{Beside, FileStore, Ledger, Store, StoreError, binding::is_in_store};

/// Appends lines to a caller's own store.
pub(super) type Append = Option<unsafe extern "C" fn(*mut c_void, *const u8, usize, i32) -> i32>;
/// Is told of a line.
pub(super) type Event = Option<unsafe extern "C" fn(*mut c_void, *const u8, usize)>;

/// What a callback is passed as it was given.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(super) struct User(*mut c_void);

plain!(User, Append, Event);

// SAFETY: it is only handed back to the caller, who is told by the header on which threads that is.
unsafe impl Send for User {}
// SAFETY: likewise.
unsafe impl Sync for User {}

/// Where lines go.
enum Sink {
    Nowhere,
    File(FileStore),
    Caller(
        unsafe extern "C" fn(*mut c_void, *const u8, usize, i32) -> i32,
        User,
    ),
}

/// The lines that a sink took and that are to be told.
type Lines = Arc<Mutex<Vec<u8>>>;

/// A ledger's store for the meeting.
pub(super) struct Teller {
    sink: Sink,
    callbacks: Arc<Callbacks>,
    lines: Option<Lines>,
}

/// Tells what a meeting's store took.
pub(super) struct Events {
    lines: Lines,
    callbacks: Arc<Callbacks>,
    event: unsafe extern "C" fn(*mut c_void, *const u8, usize),
    user: User,
}

impl Teller {
    /// The store, new or, of a file, after the ledger that was read from it; and whom to tell.
    pub(super) fn new(
        path: Text<'_>,
        after: Option<&Ledger>,
        append: (Append, User),
        event: (Event, User),
        callbacks: &Arc<Callbacks>,
    ) -> Result<(Self, Option<Arc<Events>>), Status> {
        let sink = match (path.get()?, append) {
            ("", (None, _)) => Sink::Nowhere,
            ("", (Some(append), user)) => Sink::Caller(append, user),
            (_, (Some(_), _)) => return Err(Status::TwoStores),
            (path, (None, _)) => {
                let file = match after {
                    Some(ledger) => FileStore::append_after(Path::new(path), ledger),
                    None => FileStore::create(Path::new(path)),
                };
                Sink::File(file?)
            }
        };
        let events = event.0.map(|call| {
            Arc::new(Events {
                lines: Lines::default(),
                callbacks: Arc::clone(callbacks),
                event: call,
                user: event.1,
            })
        });
        let lines = events.as_ref().map(|events| Arc::clone(&events.lines));
        let teller = Self {
            sink,
            callbacks: Arc::clone(callbacks),
            lines,
        };
        Ok((teller, events))
    }
}

impl Store for Teller {
    fn append(&mut self, lines: &[u8], durable: bool) -> Result<(), StoreError> {
        match &mut self.sink {
            Sink::Nowhere => {}
            Sink::File(file) => file.append(lines, durable)?,
            Sink::Caller(append, user) => {
                let _under_way = self.callbacks.append().ok_or(StoreError)?;
                // SAFETY: the caller gave it for this, with this `user`; the lines are there until it returns.
                let taken = unsafe { append(user.0, lines.as_ptr(), lines.len(), durable.into()) };
                if taken != 0 {
                    return Err(StoreError);
                }
            }
        }
        if let Some(told) = &self.lines {
            let mut told = told.lock().unwrap_or_else(PoisonError::into_inner);
            told.extend_from_slice(lines);
        }
        Ok(())
    }

    fn beside(&mut self) -> Result<Vec<Beside>, StoreError> {
        match &mut self.sink {
            Sink::File(file) => file.beside(),
            Sink::Nowhere | Sink::Caller(..) => Ok(Vec::new()),
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
                // SAFETY: the caller gave it for this, with this `user`; the line is there until it returns.
                unsafe { (self.event)(self.user.0, line.as_ptr(), line.len()) }
            }
        }
    }
}
