//! Why a ledger's file cannot be written.

use std::io;

use super::fault::LedgerError;

/// Why a ledger's file cannot be written. Nothing in it was changed.
#[derive(Debug, thiserror::Error)]
#[cfg_attr(
    feature = "binding",
    expect(clippy::exhaustive_enums, reason = "a new case must get a status")
)]
#[cfg_attr(not(feature = "binding"), non_exhaustive)]
pub enum FileStoreError {
    /// The file system refused.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// A meeting, in this process or another, has the file.
    #[error(
        "ledger in use: a meeting in this process or another writes to it; drop that meeting, or wait until its process has gone"
    )]
    Held,
    /// Its file system has no locks.
    #[error(
        "the ledger's file cannot be locked, so that a second writer would not be noticed: use a file system that supports locks ({0})"
    )]
    NoLock(io::Error),
    /// The file is shorter than the ledger that was read.
    #[error(
        "the ledger's file is shorter than the ledger that was read: find out who cut it, or pass that ledger's own file"
    )]
    Shorter,
    /// The file does not begin with the ledger that was read.
    #[error(
        "the file does not contain the ledger that was read: it was replaced or changed; pass that ledger's own file"
    )]
    Replaced,
    /// The file has more lines than the ledger that was read.
    #[error(
        "the ledger's file has more entries than were read: read it again, and continue from that"
    )]
    GoneOn,
    /// The file's content is not a valid ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// A line of the `.withdrawals` file beside the ledger cannot be read.
    #[error(
        "line {line} of the ledger's .withdrawals file is not a withdrawal: read it, and enter by hand whose withdrawal it was"
    )]
    Beside {
        /// The line, from 1.
        line: u64,
    },
    /// Withdrawals lie beside a ledger that is new.
    #[error("a .withdrawals file of another ledger is beside the new ledger: move it away first")]
    Leftover,
    /// A meeting has the file, which has several names: that meeting would look for withdrawals beside the name by which it opened it.
    #[error(
        "the ledger's file has several names and a meeting writes to it: remove the names by which that meeting did not open it"
    )]
    SeveralNames,
}
