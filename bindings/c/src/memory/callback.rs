//! A caller's callbacks.

use core::ffi::c_void;

use super::plain::plain;

/// What a callback is passed as it was given.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct User(*mut c_void);

// SAFETY: it is only handed back to the caller: "a callback may be called on any thread that calls the library".
unsafe impl Send for User {}
// SAFETY: it is only handed back to the caller: "a callback may be called on any thread that calls the library".
unsafe impl Sync for User {}

type AppendFn = unsafe extern "C" fn(*mut c_void, *const u8, usize, i32) -> i32;
type SignFn = unsafe extern "C" fn(*mut c_void, *const u8, usize, *mut u8) -> i32;
type EventFn = unsafe extern "C" fn(*mut c_void, *const u8, usize);

/// Appends lines to a caller's own store, or null.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct Append(Option<AppendFn>);

/// Signs with a key that a caller has elsewhere, or null.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct Sign(Option<SignFn>);

/// Is passed each line of a ledger, or null.
#[derive(Clone, Copy)]
#[repr(transparent)]
pub(crate) struct Event(Option<EventFn>);

plain!(User, Append, Sign, Event);

/// A caller's store, with its `user`.
pub(crate) struct AppendCallback(AppendFn, User);

/// A caller's signer, with its `user`.
pub(crate) struct SignCallback(SignFn, User);

/// Where a caller reads a ledger's lines, with its `user`.
pub(crate) struct EventCallback(EventFn, User);

impl Append {
    pub(crate) fn with(self, user: User) -> Option<AppendCallback> {
        Some(AppendCallback(self.0?, user))
    }
}

impl Sign {
    pub(crate) fn with(self, user: User) -> Option<SignCallback> {
        Some(SignCallback(self.0?, user))
    }
}

impl Event {
    pub(crate) fn with(self, user: User) -> Option<EventCallback> {
        Some(EventCallback(self.0?, user))
    }
}

impl AppendCallback {
    /// Passes lines on, and returns what the caller answers: 0 once they are stored.
    pub(crate) fn call(&self, lines: &[u8], durable: bool) -> i32 {
        let Self(append, user) = self;
        // SAFETY: "a callback and its `user` must stay valid until framegate_meeting_close() has returned", and none begins later; the lines are there until it returns.
        unsafe { append(user.0, lines.as_ptr(), lines.len(), durable.into()) }
    }
}

impl SignCallback {
    /// Passes a message on, and returns its signature; none if the caller answers that there is none.
    pub(crate) fn call(&self, message: &[u8]) -> Option<[u8; 64]> {
        let Self(sign, user) = self;
        let mut signature = [0; 64];
        // SAFETY: "a callback and its `user` must stay valid until framegate_meeting_close() has returned", and none begins later;
        // the message, and the 64 bytes for the signature, are there until it returns.
        let done = unsafe {
            sign(
                user.0,
                message.as_ptr(),
                message.len(),
                signature.as_mut_ptr(),
            )
        };
        (done == 0).then_some(signature)
    }
}

impl EventCallback {
    pub(crate) fn call(&self, line: &[u8]) {
        let Self(event, user) = self;
        // SAFETY: "a callback and its `user` must stay valid until framegate_meeting_close() has returned", and none begins later; the line is there until it returns.
        unsafe { event(user.0, line.as_ptr(), line.len()) }
    }
}
