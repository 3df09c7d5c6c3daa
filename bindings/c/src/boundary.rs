//! Where a call comes in: nothing that unwinds goes out.

use std::panic::{AssertUnwindSafe, catch_unwind};

use super::status::Status;

/// A call, by its status.
///
/// Whatever it changes is behind a lock that knows of panics, or is a tap's, which holds nothing half done:
/// a release that unwinds has ended.
#[inline]
pub(super) fn status(call: impl FnOnce() -> Result<(), Status>) -> i32 {
    match caught(call) {
        Ok(()) => 0,
        Err(status) => status as i32,
    }
}

/// What a call gives, [`Status::Panic`] if it panics.
#[inline]
pub(super) fn caught<R>(call: impl FnOnce() -> Result<R, Status>) -> Result<R, Status> {
    catch_unwind(AssertUnwindSafe(call)).unwrap_or_else(|panic| {
        // Dropping it could panic once more.
        core::mem::forget(panic);
        Err(Status::Panic)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_status() {
        assert_eq!(status(|| panic!("planted")), -14);
        assert_eq!(status(|| Err(Status::Null)), -1);
        assert_eq!(status(|| Ok(())), 0);
    }
}
