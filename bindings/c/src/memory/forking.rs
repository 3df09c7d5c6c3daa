//! The C library's handlers of `fork`.

use core::ffi::c_int;

use crate::status::Status;

type Handler = extern "C" fn();

unsafe extern "C" {
    // POSIX.1-2024. The C library takes the handlers of a library out when that is unloaded.
    // Safe: it is declared as POSIX has it, and takes functions that are there as long as the library is.
    safe fn pthread_atfork(
        prepare: Option<Handler>,
        parent: Option<Handler>,
        child: Option<Handler>,
    ) -> c_int;
}

/// Lets `before` be called before each fork, and after it `in_parent` or `in_child`.
pub(crate) fn handle_forks(
    before: Handler,
    in_parent: Handler,
    in_child: Handler,
) -> Result<(), Status> {
    match pthread_atfork(Some(before), Some(in_parent), Some(in_child)) {
        0 => Ok(()),
        _ => Err(Status::Full),
    }
}
