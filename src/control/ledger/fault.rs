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
    #[error("invalid ledger: the line is not an entry; read a copy that is as it was written")]
    NotAnEntry,
    /// An entry, but not byte for byte as it is written, so that others could read something else in it.
    #[error(
        "invalid ledger: the line is not in canonical form, as after another program rewrote its JSON; read a copy that is as it was written"
    )]
    NotCanonical,
    /// Its number or hash is not the one that follows from the line before.
    #[error(
        "invalid ledger: the line does not follow from the line before, as lines were changed, moved or left out; read a copy that is as it was written"
    )]
    Broken,
    /// Its time is earlier than that of the line before, or out of range.
    #[error(
        "invalid ledger: the time is earlier than that of the line before, or out of range; read a copy that is as it was written"
    )]
    Time,
    /// A device's signature that does not hold.
    #[error(
        "invalid ledger: the device's signature does not verify; read a copy that is as it was written"
    )]
    Signature,
    /// The meeting has ended, and cannot be resumed.
    #[error("meeting ended: its ledger cannot be resumed; withdraw with `PastMeeting`")]
    Ended,
    /// The ledger cannot be written on.
    #[error("ledger cannot be continued: open a new one")]
    Unwritable,
    /// An entry that could not have been made there, by the rules.
    #[error("invalid ledger: the entry breaks the rules, so it was made up; rely on nothing in it")]
    Impossible,
    /// A ledger of format 1, which does not say which meeting of its id it is, so that evidence of others could pass for its own,
    /// of format 2, which does not say when that was, or of format 3, which does not say which tap a settled line names, nor whose alone a stream is.
    #[error(
        "ledger of format 1, 2 or 3, which does not say which meeting it is of, when that was, or which taps can carry whom: read it with the version that wrote it"
    )]
    FormerFormat,
    /// A ledger of a format that is newer than this library.
    #[error("ledger of a later format: read it with a version as new as the one that wrote it")]
    LaterFormat,
    /// The ledger of another meeting, perhaps of the same id.
    #[error(
        "ledger of another meeting than the head's: pass the ledger with the head's instance in its first line"
    )]
    OtherMeeting,
    /// Not what the head that was kept apart says, or too short for it.
    #[error(
        "the ledger does not have this head: entries were changed or cut off, or the head is another ledger's; read the ledger that the head is of, as it was written"
    )]
    Anchor,
}

/// What is wrong with a first line that says it is of this format; those of the first say nothing.
pub(super) fn of_format(format: Option<u64>) -> LedgerFault {
    match format {
        None | Some(1..=3) => LedgerFault::FormerFormat,
        Some(format) if format > FORMAT.into() => LedgerFault::LaterFormat,
        Some(_) => LedgerFault::NotAnEntry,
    }
}
