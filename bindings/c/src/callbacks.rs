//! A meeting's callbacks that are under way, and closing the meeting beside them.
//!
//! When closing has returned, no callback of the meeting begins any more, and, if it was not called from within a callback, none is under way.
//! From within one it waits for nothing, since what it would wait for may be waiting for it: for its own return, or for its own thread's lock.

use alloc::vec::Vec;
use core::{cell::Cell, ptr};
use std::{
    sync::{Condvar, Mutex, MutexGuard, PoisonError},
    thread_local,
};

thread_local! {
    /// How many callbacks are under way on this thread, of any meeting.
    static DEPTH: Cell<usize> = const { Cell::new(0) };
}

/// Whether this thread is in a callback, of whatever meeting.
pub(super) fn is_inside() -> bool {
    DEPTH.get() > 0
}

/// A thread, as long as it is there. Unlike `std::thread::current` it leaves nothing in the thread that would keep the library from being unloaded.
#[derive(Clone, Copy, PartialEq, Eq)]
struct Thread(usize);

impl Thread {
    fn this() -> Self {
        DEPTH.with(|depth| Self(ptr::from_ref(depth).addr()))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Which {
    Append,
    Sign,
    Event,
}

/// The callbacks of one meeting.
#[derive(Default)]
pub(super) struct Callbacks {
    life: Mutex<Life>,
    /// Told when one has returned.
    returned: Condvar,
}

#[derive(Default)]
pub(super) struct Life {
    /// Whether no event begins any more, and who is in a call shuts the meeting when that returns.
    is_closing: bool,
    /// Whether no callback at all begins any more.
    is_closed: bool,
    under_way: Vec<(Thread, Which)>,
}

impl Callbacks {
    pub(super) fn life(&self) -> MutexGuard<'_, Life> {
        self.life.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// For appending lines; none once the meeting is closed.
    pub(super) fn append(&self) -> Option<UnderWay<'_>> {
        let mut life = self.life();
        (!life.is_closed).then(|| self.begin(&mut life, Which::Append))
    }

    /// For signing; none once the meeting is closed.
    pub(super) fn sign(&self) -> Option<UnderWay<'_>> {
        let mut life = self.life();
        (!life.is_closed).then(|| self.begin(&mut life, Which::Sign))
    }

    /// For telling an event; none once the meeting is closing.
    pub(super) fn event(&self) -> Option<UnderWay<'_>> {
        let mut life = self.life();
        (!life.is_closing).then(|| self.begin(&mut life, Which::Event))
    }

    fn begin(&self, life: &mut Life, which: Which) -> UnderWay<'_> {
        DEPTH.set(DEPTH.get() + 1);
        life.under_way.push((Thread::this(), which));
        UnderWay { of: self, which }
    }

    /// No callback begins any more, and none is under way when this returns. Not from within one.
    pub(super) fn close(&self) {
        let mut life = self.life();
        life.close();
        while !life.under_way.is_empty() {
            let waited = self.returned.wait(life);
            life = waited.unwrap_or_else(PoisonError::into_inner);
        }
    }
}

impl Life {
    /// No event begins any more.
    pub(super) fn begin_closing(&mut self) {
        self.is_closing = true;
    }

    pub(super) fn is_closing(&self) -> bool {
        self.is_closing
    }

    /// No callback begins any more.
    pub(super) fn close(&mut self) {
        self.is_closing = true;
        self.is_closed = true;
    }

    /// Whether this thread appends or signs, so that the call on the meeting that is under way is its own.
    pub(super) fn is_asked_here(&self) -> bool {
        let this = Thread::this();
        let mut own = self.under_way.iter().filter(|(thread, _)| *thread == this);
        own.any(|(_, which)| *which != Which::Event)
    }

    /// Whether another thread is in a callback.
    pub(super) fn is_elsewhere(&self) -> bool {
        let this = Thread::this();
        self.under_way.iter().any(|(thread, _)| *thread != this)
    }
}

/// A callback under way on this thread.
pub(super) struct UnderWay<'c> {
    of: &'c Callbacks,
    which: Which,
}

impl Drop for UnderWay<'_> {
    fn drop(&mut self) {
        DEPTH.set(DEPTH.get().saturating_sub(1));
        let own = (Thread::this(), self.which);
        let mut life = self.of.life();
        if let Some(at) = life.under_way.iter().rposition(|one| *one == own) {
            life.under_way.remove(at);
        }
        self.of.returned.notify_all();
    }
}
