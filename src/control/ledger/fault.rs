//! What can be wrong with a ledger.

use super::entry::FORMAT;

/// The ledger was changed, cut off or pieced together, or is not a ledger.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {what}")]
#[expect(clippy::exhaustive_structs, reason = "which line, and what")]
pub struct LedgerError {
    /// The line, from 1.
    pub line: u64,
    /// What is wrong with it.
    pub what: LedgerFault,
}

/// What can be wrong with a line of a ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(
    feature = "binding",
    expect(clippy::exhaustive_enums, reason = "a new case must get a status")
)]
#[cfg_attr(not(feature = "binding"), non_exhaustive)]
pub enum LedgerFault {
    /// Not one of the entries, or with something in it that no such entry can have, wherever it stands.
    #[error("not an entry")]
    NotAnEntry,
    /// An entry, but not byte for byte as it is written, so that others could read something else in it.
    #[error(
        "not in the one form in which lines are written: with spaces, other keys or another order of them, or changed by a program that writes JSON anew"
    )]
    NotCanonical,
    /// Its number or hash does not follow.
    #[error("does not follow from the line before")]
    Broken,
    /// Earlier than the line before, or out of range.
    #[error("the time is earlier than that of the line before, or out of range")]
    Time,
    /// A device's signature that does not hold.
    #[error("the device's signature does not hold")]
    Signature,
    /// The meeting has ended, and cannot be resumed.
    #[error("the meeting has ended")]
    Ended,
    /// The ledger cannot be written on.
    #[error("cannot be written on")]
    Unwritable,
    /// Something that could not happen there.
    #[error("cannot have happened here")]
    Impossible,
    /// A ledger of format 1, which does not say which meeting of its id it is, so that evidence of others could pass for its own.
    #[error(
        "a ledger of format 1, which names no instance of its meeting: only a framegate as old as the one that wrote it reads it"
    )]
    FormerFormat,
    /// A ledger of a format that is newer than this library.
    #[error("a ledger of a later format: read it with a framegate as new as the one that wrote it")]
    LaterFormat,
    /// The ledger of another meeting, perhaps of the same id.
    #[error(
        "the ledger of another meeting than the head's: take the one with the head's instance in its first line"
    )]
    OtherMeeting,
    /// Not what the head that was kept apart says, or too short for it.
    #[error("not the ledger that the head is of")]
    Anchor,
}

/// What is wrong with a first line that says it is of this format; those of the first say nothing.
pub(super) fn of_format(format: Option<u64>) -> LedgerFault {
    match format {
        None | Some(1) => LedgerFault::FormerFormat,
        Some(format) if format > FORMAT.into() => LedgerFault::LaterFormat,
        Some(_) => LedgerFault::NotAnEntry,
    }
}
