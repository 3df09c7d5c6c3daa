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
        "a meeting writes this ledger, in this process or another: only when that meeting is dropped, or its process has gone, may another one go on"
    )]
    Held,
    /// Its file system has no locks.
    #[error(
        "this file cannot be locked, so a second writer would not show: keep the ledger where files can be locked ({0})"
    )]
    NoLock(io::Error),
    /// It is shorter than what was read.
    #[error(
        "the file is shorter than the ledger that was read: something was cut off, or it is another file"
    )]
    Shorter,
    /// It is not what was read.
    #[error("the file does not hold the ledger that was read: the ledger was replaced, or changed")]
    Replaced,
    /// There is more in it than what was read.
    #[error("the ledger has gone on since it was read: read it again, and go on from that")]
    GoneOn,
    /// What is in it is no ledger.
    #[error(transparent)]
    Ledger(#[from] LedgerError),
    /// What lies beside it cannot be read.
    #[error(
        "line {line} beside the ledger, in the file that ends in .withdrawals, is no withdrawal: it may have been anybody's, so read it, and enter by hand what it was"
    )]
    Beside {
        /// The line, from 1.
        line: u64,
    },
    /// Withdrawals lie beside a ledger that is new.
    #[error(
        "withdrawals from another ledger lie beside this one, in the file that ends in .withdrawals: move both ledgers' files apart"
    )]
    Leftover,
    /// Somebody else writes it, perhaps by another of its names, beside which they would look for withdrawals.
    #[error(
        "a meeting writes this ledger, and its file has several names: remove those by which that meeting did not open it"
    )]
    SeveralNames,
}
