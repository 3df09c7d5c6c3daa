//! Evidence: append-only, each line bound to the one before.
//!
//! A ledger is JSON Lines. Each line is an object of `n`, counted from 0, `prev`, the SHA-256 of the line before in hexadecimal digits
//! (over its bytes without the line feed; of the first line 64 zeros), `at`, in microseconds since the meeting's start, and `entry`.
//! Changing a line changes its hash, and so every line after it has to change; a [`Head`] that was kept apart reveals that.

mod entry;
#[cfg(feature = "std")]
mod file;
mod read;
mod writer;

pub use entry::{Entry, Head, Line, TapCount};
#[cfg(feature = "std")]
pub use file::{FileStore, FileStoreError};
pub use read::{Ledger, LedgerError, LedgerFault};
pub use writer::{Durability, LedgerWriter, Store, StoreError};
