//! Handles when the process forks: the child has none of them.
//!
//! A child has a copy of all consent as it was at that moment, and no withdrawal in the parent reaches it; it must not go on releasing.
//! So POSIX's handlers of `fork` close, in the child and before anything else runs there, what the parent had opened.
//! While it forks, the locks of all tables are held, so that none of them is half changed in the child or locked for good by a thread
//! that is not there. Nothing else is waited for: those locks are never held while a caller's code runs.

use alloc::boxed::Box;

use super::status::Status;

/// A table of handles, or what sources are proved by. It is watched from before there is anything in it.
pub(super) trait Table: Sync {
    /// Takes its lock.
    fn hold(&'static self) -> Box<dyn Held>;
}

/// A table whose lock is held.
pub(super) trait Held {
    /// In a child: nothing that is in it is the child's.
    fn leave(&mut self);
}

/// Sees to it that a child has nothing of what is in this table from now on.
pub(super) fn watch(table: &'static dyn Table) -> Result<(), Status> {
    #[cfg(unix)]
    posix::watch(table)?;
    // Elsewhere no process forks.
    #[cfg(not(unix))]
    let _ = table;
    Ok(())
}

#[cfg(unix)]
mod posix {
    use alloc::vec::Vec;
    use core::{
        cell::Cell,
        mem::ManuallyDrop,
        ptr,
        sync::atomic::{
            AtomicBool,
            Ordering::{Acquire, Release},
        },
    };
    use std::{
        sync::{Mutex, MutexGuard, PoisonError},
        thread_local,
    };

    use super::{Box, Held, Status, Table};
    use crate::memory::handle_forks;
    use framegate::binding::forget_parent;

    type Tables = Vec<&'static dyn Table>;

    /// All tables that ever had something in them.
    static WATCHED: Mutex<Tables> = Mutex::new(Vec::new());

    fn watched() -> MutexGuard<'static, Tables> {
        WATCHED.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// The locks of all tables, and of the list of them, so that none is added meanwhile.
    struct Locks {
        tables: Vec<Box<dyn Held>>,
        _watched: MutexGuard<'static, Tables>,
    }

    impl Locks {
        fn take() -> Self {
            let watched = watched();
            Self {
                tables: watched.iter().map(|table| table.hold()).collect(),
                _watched: watched,
            }
        }
    }

    thread_local! {
        /// The locks while this thread forks. It needs no destructor, which would keep the library from being unloaded.
        static HELD: Cell<Option<ManuallyDrop<Locks>>> = const { Cell::new(None) };
    }

    fn held() -> Option<Locks> {
        HELD.take().map(ManuallyDrop::into_inner)
    }

    // The handlers may be there twice, if two threads made their first call at once: what the first of them did the second finds done.

    extern "C" fn before() {
        let locks = held().unwrap_or_else(Locks::take);
        HELD.set(Some(ManuallyDrop::new(locks)));
    }

    extern "C" fn in_parent() {
        drop(held());
    }

    extern "C" fn in_child() {
        forget_parent();
        if let Some(mut locks) = held() {
            locks.tables.iter_mut().for_each(|table| table.leave());
        }
    }

    pub(super) fn watch(table: &'static dyn Table) -> Result<(), Status> {
        static IS_HANDLED: AtomicBool = AtomicBool::new(false);
        if !IS_HANDLED.load(Acquire) {
            handle_forks(before, in_parent, in_child)?;
            IS_HANDLED.store(true, Release);
        }
        let mut watched = watched();
        if !watched.iter().any(|other| ptr::addr_eq(*other, table)) {
            watched.push(table);
        }
        Ok(())
    }
}
