//! Calls of what is the caller's own: a ledger's store and its device's signer. A panic of theirs counts as a refusal.

#[cfg(feature = "std")]
std::thread_local! {
    /// How many calls of stores and signers, of whatever meeting, are under way on this thread.
    static DEPTH: core::cell::Cell<usize> = const { core::cell::Cell::new(0) };
}

/// Whether this thread is in a call of a store or a signer, of whatever meeting: then waiting for one could be for ever.
#[cfg(feature = "std")]
pub(crate) fn is_in_store() -> bool {
    DEPTH.get() > 0
}

#[cfg(feature = "std")]
pub(super) fn caught<R, E: Default>(call: impl FnOnce() -> Result<R, E>) -> Result<R, E> {
    DEPTH.set(DEPTH.get() + 1);
    let done = std::panic::catch_unwind(core::panic::AssertUnwindSafe(call));
    DEPTH.set(DEPTH.get() - 1);
    done.unwrap_or_else(|panic| {
        // Dropping what it panicked with could panic once more.
        core::mem::forget(panic);
        Err(E::default())
    })
}

#[cfg(not(feature = "std"))]
pub(super) fn caught<R, E: Default>(call: impl FnOnce() -> Result<R, E>) -> Result<R, E> {
    call()
}
