use alloc::sync::Arc;

use crate::{
    control::{
        ledger::{Entry, Ledger, LedgerError, LedgerFault},
        lives::Lives,
        register::Register,
        serial::Stays,
    },
    shared::table::Table,
    types::ids::Life,
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
        instance,
        meeting,
        participants,
        ..
    }) = ledger.lines.first().map(|line| &line.entry)
    else {
        return Err(impossible(0));
    };
    let table = Arc::new(Table::new(*participants, life));
    let mut register = Register::new(*instance, meeting, &table, stays);
    let mut lives = Lives::new();
    for (index, line) in ledger.lines.iter().enumerate() {
        let may = register.may(line.at, &line.entry);
        may.map_err(|_| impossible(index))?;
        if !lives.may(line, &register) {
            return Err(impossible(index));
        }
        register.apply(line.at, &line.entry);
        register.renew(&line.entry, ledger.hash(index));
        lives.apply(index as u64, line, &register);
        if !table.complete(index as u64 + 1) {
            return Err(impossible(index));
        }
    }
    Ok((table, register))
}

impl Ledger {
    /// Judges every entry by the rules: that each grant was the person's own to give, or their guardian's, under a notice that was shown
    /// and covered it, and signed over their challenge if they joined with a key; that nobody lifted what they could not restrict;
    /// that what was refused would have been, and what expired had come to its end; that counters add up, never shrink, and tell of frames
    /// only where somebody had agreed to it; that what settled was a narrowing; and so on.
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
