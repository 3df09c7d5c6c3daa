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
    /// What the file system says.
    #[error(transparent)]
    Io(#[from] io::Error),
    /// Somebody else writes it.
    #[error(
        "ledger in use: a meeting in this process or another writes to it; drop that meeting, or wait until its process has gone"
    )]
    Held,
    /// Its file system has no locks.
    #[error(
        "the ledger's file cannot be locked, so that a second writer would not be noticed: use a file system that supports locks ({0})"
    )]
    NoLock(io::Error),
    /// It is shorter than what was read.
    #[error(
        "the ledger's file is shorter than the ledger that was read: find out who cut it, or pass that ledger's own file"
    )]
    Shorter,
    /// It is not what was read.
    #[error(
        "the file does not contain the ledger that was read: it was replaced or changed; pass that ledger's own file"
    )]
    Replaced,
    /// There is more in it than what was read.
    #[error(
        "the ledger's file has more entries than were read: read it again, and continue from that"
    )]
    GoneOn,
    /// What is in it is no ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// What lies beside it cannot be read.
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
    /// Somebody else writes it, perhaps by another of its names, beside which they would look for withdrawals.
    #[error(
        "the ledger's file has several names and a meeting writes to it: remove the names by which that meeting did not open it"
    )]
    SeveralNames,
}
