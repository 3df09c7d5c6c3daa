use alloc::sync::Arc;

use crate::{
    ids::Life,
    ledger::{Entry, Ledger, LedgerError, LedgerFault},
    register::Register,
    serial::Stays,
    table::Table,
};

/// What a ledger's entries come to, each of them judged as it was when it was made.
/// The people have handles of this life, numbered as `stays` says.
pub(crate) fn replay(
    ledger: &Ledger,
    life: Life,
    stays: Stays,
) -> Result<(Arc<Table>, Register), LedgerError> {
    let impossible = |index: usize| LedgerError {
        line: index as u64 + 1,
        what: LedgerFault::Impossible,
    };
    let Some(Entry::Opened {
        meeting,
        participants,
    }) = ledger.lines.first().map(|line| &line.entry)
    else {
        return Err(impossible(0));
    };
    let table = Arc::new(Table::new(*participants, life));
    let mut register = Register::new(meeting, &table, stays);
    for (index, line) in ledger.lines.iter().enumerate() {
        let may = register.may(line.at, &line.entry);
        may.map_err(|_| impossible(index))?;
        register.apply(line.at, &line.entry);
        register.renew(&line.entry, ledger.hash(index));
        if !table.advance() {
            return Err(impossible(index));
        }
    }
    Ok((table, register))
}

impl Ledger {
    /// Judges every entry by the rules: that each grant was the person's own to give, or their guardian's, under a notice that was shown
    /// and covered it, and signed over their challenge if they joined with a key; that nobody lifted what they could not restrict; and so on.
    ///
    /// [`Ledger::read`] says that nothing was changed; this says that nothing was made up by whoever wrote it.
    ///
    /// # Errors
    ///
    /// [`LedgerError`] with [`LedgerFault::Impossible`] for the first entry that could not have been made.
    pub fn verify(&self) -> Result<(), LedgerError> {
        replay(self, Life(0), Stays::OfReplay(0)).map(drop)
    }
}
