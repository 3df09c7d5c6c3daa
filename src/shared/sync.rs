//! The atomics and locks of all that threads share. Two model checkers can stand in for them, so that the models (`control/models.rs`) try the code itself.
//!
//! - `--cfg framegate_loom`: loom, which tries the orders of steps that matter and, for each load, every value that the memory orderings allow.
//!   A `SeqCst` fence it takes as C11 does, and a little more strongly: all that came before one is seen after every later one.
//!   A release and a withdrawal need no more (`shared/mod.rs`): of two threads that store, fence and load, one sees the other's store.
//!   `SeqCst` loads and stores it would take as `AcqRel`; there are none here.
//! - `--cfg framegate_shuttle`: shuttle, which tries orders of steps with one memory that everybody sees at once; a fence does nothing there.

/// A number that a tap only tells: no release is decided by it, so the models need not try the orders in which it is seen.
pub(crate) use core::sync::atomic::AtomicU64 as Counter;
#[cfg(not(any(framegate_loom, framegate_shuttle)))]
pub(crate) use core::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering, fence};
#[cfg(framegate_loom)]
use loom::sync::atomic as checked;
#[cfg(framegate_loom)]
pub(crate) use loom::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
#[cfg(framegate_loom)]
pub(crate) use loom::sync::{Mutex, MutexGuard};
#[cfg(framegate_shuttle)]
use shuttle::sync::atomic as checked;
#[cfg(framegate_shuttle)]
pub(crate) use shuttle::sync::atomic::{AtomicBool, AtomicU8, AtomicU32, AtomicU64, Ordering};
#[cfg(framegate_shuttle)]
pub(crate) use shuttle::sync::{Mutex, MutexGuard};

#[cfg(all(feature = "std", not(any(framegate_loom, framegate_shuttle))))]
pub(crate) use std::sync::{Mutex, MutexGuard};

#[cfg(all(framegate_loom, framegate_shuttle))]
compile_error!("loom or shuttle, not both");

#[cfg(any(framegate_loom, framegate_shuttle))]
std::thread_local! {
    /// A planted fault: the fences do nothing.
    pub(crate) static WITHOUT_FENCES: core::cell::Cell<bool> = const { core::cell::Cell::new(false) };
}

#[cfg(any(framegate_loom, framegate_shuttle))]
pub(crate) fn fence(order: Ordering) {
    if !WITHOUT_FENCES.get() {
        checked::fence(order);
    }
}
