//! What becomes of handles when the process forks: the child has none of them.
//!
//! A child has a copy of all consent as it was at that moment, and no withdrawal in the parent reaches it; it must not go on releasing.
//! So POSIX's handlers of `fork` close, in the child and before anything else runs there, what the parent had opened.
//! While it forks, the locks of all tables are held, so that none of them is half changed in the child or locked for good by a thread
//! that is not there. Nothing else is waited for: those locks are never held while a caller's code runs.

use alloc::{boxed::Box, vec::Vec};
use core::{
    cell::Cell,
    ffi::c_int,
    mem::ManuallyDrop,
    sync::atomic::{
        AtomicBool,
        Ordering::{Acquire, Release},
    },
};
use std::thread_local;

use super::{
    archive::VERIFIERS,
    group::GROUPS,
    ledger::LEDGERS,
    meeting::MEETINGS,
    past::PASTS,
    seal::{MEETING_KEYS, STREAM_KEYS},
    settling::SETTLINGS,
    source::PROVING_KEY,
    status::Status,
    tap::TAPS,
};
use framegate::binding::forget_parent;

/// A table of handles, or what sources are proved by.
pub(super) trait Table: Sync {
    /// Takes its lock.
    fn hold(&'static self) -> Box<dyn Held>;
}

/// A table whose lock is held.
pub(super) trait Held {
    /// In a child: nothing that is in it is the child's.
    fn leave(&mut self);
}

static TABLES: [&dyn Table; 10] = [
    &MEETINGS,
    &SETTLINGS,
    &LEDGERS,
    &PASTS,
    &TAPS,
    &GROUPS,
    &MEETING_KEYS,
    &STREAM_KEYS,
    &VERIFIERS,
    &PROVING_KEY,
];

type Locks = ManuallyDrop<Vec<Box<dyn Held>>>;

thread_local! {
    /// The locks while this thread forks. It needs no destructor, which would keep the library from being unloaded.
    static HELD: Cell<Option<Locks>> = const { Cell::new(None) };
}

fn release(each: impl FnMut(&mut Box<dyn Held>)) {
    let mut held = HELD
        .take()
        .map(ManuallyDrop::into_inner)
        .unwrap_or_default();
    held.iter_mut().for_each(each);
}

// The handlers may be there twice, if two threads made their first call at once: what the first of them did the second finds done.

extern "C" fn before() {
    let locks = HELD.take();
    let hold = || ManuallyDrop::new(TABLES.iter().map(|table| table.hold()).collect());
    HELD.set(Some(locks.unwrap_or_else(hold)));
}

extern "C" fn in_parent() {
    release(|_| ());
}

extern "C" fn in_child() {
    forget_parent();
    release(|table| table.leave());
}

type Handler = extern "C" fn();

unsafe extern "C" {
    // POSIX.1-2024. The C library takes the handlers of a library out when that is unloaded.
    fn pthread_atfork(
        prepare: Option<Handler>,
        parent: Option<Handler>,
        child: Option<Handler>,
    ) -> c_int;
}

/// Sees to it that a child has nothing of what is opened from now on.
pub(super) fn watch() -> Result<(), Status> {
    static IS_WATCHED: AtomicBool = AtomicBool::new(false);
    if IS_WATCHED.load(Acquire) {
        return Ok(());
    }
    // SAFETY: declared as POSIX has it; all three are functions that take and give nothing, and are there as long as the library is.
    if unsafe { pthread_atfork(Some(before), Some(in_parent), Some(in_child)) } != 0 {
        return Err(Status::Full);
    }
    IS_WATCHED.store(true, Release);
    Ok(())
}
