//! Evidence: append-only, each line bound to the one before.
//!
//! A ledger is JSON Lines. Each line is an object of `n`, counted from 0, `prev`, the SHA-256 of the line before in hexadecimal digits
//! (over its bytes without the line feed; of the first line 64 zeros), `at`, in microseconds since the meeting's start, and `entry`.
//! The first one says of which format the ledger is, 2, and which meeting: its [`Instance`](crate::Instance), 16 random bytes in hexadecimal digits.
//! Ledgers of format 1, which had neither, are refused, as are later ones.
//! What was entered without a call on a meeting has `wall`, too, the time of day in microseconds since 1970.
//! Changing a line changes its hash, and so every line after it has to change; a [`Head`] that was kept apart reveals that.

mod beside;
mod entry;
#[cfg(feature = "std")]
mod file;
#[cfg(feature = "std")]
mod place;
mod queue;
mod read;
#[cfg(feature = "std")]
mod watch;
mod writer;

pub use beside::Beside;
pub use entry::{Entry, Head, Line, TapCount};
#[cfg(feature = "std")]
pub use file::{FileStore, FileStoreError};
#[cfg(feature = "std")]
pub(crate) use place::Place;
pub(crate) use queue::{Queue, Queued, Reservation};
#[cfg(feature = "std")]
pub(crate) use read::WALL_END;
pub use read::{Ledger, LedgerError, LedgerFault};
#[cfg(feature = "std")]
pub(crate) use watch::leave;
pub(crate) use writer::Scribe;
#[cfg(feature = "std")]
pub(crate) use writer::is_in_store;
pub use writer::{Device, Durability, LedgerWriter, Store, StoreError};
