//! Evidence: append-only, each line bound to the one before.
//!
//! `schema/ledger.md` tells whoever has never seen the library all that is needed to read, verify and understand a ledger;
//! what follows is only the form.
//!
//! A ledger is JSON Lines. Each line is an object of `n`, counted from 0, `prev`, the SHA-256 of the line before in hexadecimal digits
//! (over its bytes without the line feed; of the first line 64 zeros), `at`, in microseconds since the meeting's start, and `entry`.
//! The first one says of which format the ledger is, 4, which meeting: its [`Instance`](crate::Instance), 16 random bytes in hexadecimal digits,
//! and when it started: `started`, the time of day in microseconds since 1970. Ledgers of format 1, which had no instance, of 2, which had no date, and of 3, which did not say which taps can carry whom, are refused, as are later ones.
//! What was entered without a call on a meeting has `wall`, too, the time of day in microseconds since 1970.
//! What is written has one form, byte for byte, and nothing else is read: no spaces, all keys in their order, nothing left out or added,
//! sets in the order of their bits.
//! Changing a line changes its hash, and so every line after it has to change; a [`Head`] that was kept apart reveals that.

mod beside;
mod caught;
mod entry;
mod events;
mod fault;
#[cfg(feature = "std")]
mod file;
#[cfg(feature = "std")]
mod file_error;
mod form;
#[cfg(feature = "std")]
mod place;
mod queue;
mod read;
mod signer;
#[cfg(feature = "std")]
mod watch;
mod writer;

pub use beside::Beside;
#[cfg(feature = "std")]
pub(crate) use caught::is_in_store;
#[cfg(feature = "std")]
pub(crate) use entry::line_after;
pub use entry::{Entry, Head, Line, TapCount};
pub(crate) use events::{Events, Fault, Untold};
pub use fault::{LedgerError, LedgerFault};
#[cfg(feature = "std")]
pub use file::FileStore;
#[cfg(feature = "std")]
pub use file_error::FileStoreError;
#[cfg(feature = "std")]
pub(crate) use place::Place;
pub(crate) use queue::{Queue, Queued, Reservation};
pub use read::Ledger;
pub(crate) use signer::Voucher;
pub use signer::{Device, Signer};
#[cfg(feature = "std")]
pub(crate) use watch::leave;
pub use writer::{Durability, LedgerWriter, Store};
pub(crate) use writer::{Scribe, Writing};
