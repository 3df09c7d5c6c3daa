//! Ledgers that were judged by the rules, once: what is made of a ledger is made of one of these.

use alloc::{string::String, sync::Arc};
use core::fmt;

use crate::{
    control::{
        history::{Histories, History, Recorder},
        ledger::{Entry, Ledger, LedgerError, LedgerFault, Line},
        lives::Lives,
        register::Register,
        serial::Stays,
    },
    shared::table::Table,
    types::{ids::Life, wall_time::WallTime},
};

/// A ledger whose every entry was judged by the rules: only [`Ledger::verify`] makes one, and nothing changes it.
///
/// It holds what each person agreed to over time, so that receipts, erasure lists, [`Verifier`](crate::archive::Verifier) and other exports
/// judge nothing again. That takes some KB for each person who ever joined.
pub struct VerifiedLedger {
    ledger: Ledger,
    started: WallTime,
    histories: Histories,
}

impl fmt::Debug for VerifiedLedger {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VerifiedLedger").field(&self.ledger).finish()
    }
}

impl Ledger {
    /// Checks every entry by the rules: that each grant was the person's own to give, or their guardian's, under a notice that was shown
    /// and covered it, and signed over their challenge if they joined with a key; that nobody lifted what they could not restrict;
    /// that every refusal was right, and every expired consent had come to its end; that counters add up, never shrink, and count frames
    /// only if somebody had agreed to them; that only a narrowing settled; and so on.
    ///
    /// [`Ledger::read`] shows that nothing was changed; this shows that its writer made nothing up.
    /// Withdrawals [beside](Ledger::beside) the ledger count as entered, if they can be.
    ///
    /// # Errors
    ///
    /// [`LedgerError`] with [`LedgerFault::Impossible`] for the first entry that could not have been made.
    pub fn verify(self) -> Result<VerifiedLedger, LedgerError> {
        let histories = judge(&self)?;
        let Some(Entry::Opened { started, .. }) = self.lines.first().map(|line| &line.entry) else {
            return Err(impossible(0));
        };
        Ok(VerifiedLedger {
            started: *started,
            ledger: self,
            histories,
        })
    }
}

fn judge(ledger: &Ledger) -> Result<Histories, LedgerError> {
    let mut replay = Replay::new(ledger, Life(0), Stays::OfReplay(0))?;
    let mut lives = Lives::new();
    let mut recorder = Recorder::new(ledger);
    for (index, line) in ledger.lines.iter().enumerate() {
        let may = replay.register.check(line.at, &line.entry).is_ok();
        if !may || !lives.may(line, &replay.register) {
            return Err(impossible(index));
        }
        replay.apply(index, line)?;
        lives.apply(index as u64, line, &replay.register);
        recorder.take(index, line, &replay.register);
    }
    let mut register = replay.register;
    for (index, line) in (ledger.lines.len()..).zip(ledger.lines_beside()) {
        // What could not have happened did not.
        if register.check(line.at, &line.entry).is_ok() {
            register.apply(line.at, &line.entry);
            recorder.take(index, &line, &register);
        }
    }
    Ok(recorder.finish())
}

impl VerifiedLedger {
    /// Returns the ledger as it was read.
    #[must_use]
    pub const fn ledger(&self) -> &Ledger {
        &self.ledger
    }

    /// Returns the time of day at the meeting's start, as its first line has it: the date of each [`Time`](crate::Time) of the ledger is so much later.
    ///
    /// It is the client's word, as all of the ledger is ([`MeetingOptions::started`](crate::MeetingOptions::started)).
    #[must_use]
    pub const fn started(&self) -> WallTime {
        self.started
    }

    #[cfg(feature = "std")]
    pub(crate) fn into_ledger(self) -> Ledger {
        self.ledger
    }

    /// The consents of somebody by id. None for somebody who never joined.
    pub(crate) fn history(&self, id: &str) -> Option<&History> {
        self.histories.people.get(id)
    }

    /// Everybody who ever joined.
    pub(crate) fn histories(&self) -> impl Iterator<Item = (&String, &History)> {
        self.histories.people.iter()
    }

    /// The lines that say something of somebody, or of everybody, in their order.
    pub(crate) fn lines_of(&self, history: &History) -> impl Iterator<Item = (usize, &Line)> {
        let mut indices = [&history.lines[..], &self.histories.of_everybody].concat();
        indices.sort_unstable();
        let lines = indices.into_iter();
        lines.filter_map(|index| Some((index, self.ledger.lines.get(index)?)))
    }

    /// Who is there and what they agree to after the last line. The people have handles of this life, numbered as `stays` says.
    ///
    /// # Errors
    ///
    /// [`LedgerError`] for somebody's joining if there is no number left for it.
    pub(crate) fn register(
        &self,
        life: Life,
        stays: Stays,
    ) -> Result<(Arc<Table>, Register), LedgerError> {
        let mut replay = Replay::new(&self.ledger, life, stays)?;
        for (index, line) in self.ledger.lines.iter().enumerate() {
            replay.apply(index, line)?;
        }
        Ok((replay.table, replay.register))
    }
}

/// A ledger's lines as they are gone through.
struct Replay<'l> {
    ledger: &'l Ledger,
    table: Arc<Table>,
    register: Register,
}

impl<'l> Replay<'l> {
    fn new(ledger: &'l Ledger, life: Life, stays: Stays) -> Result<Self, LedgerError> {
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
        let register = Register::new(*instance, meeting, &table, stays);
        Ok(Self {
            ledger,
            table,
            register,
        })
    }

    /// Applies the next line, of this index, that may be.
    fn apply(&mut self, index: usize, line: &Line) -> Result<(), LedgerError> {
        self.register.apply(line.at, &line.entry);
        self.register
            .rotate_challenges(&line.entry, self.ledger.hash(index));
        let is_there = match &line.entry {
            Entry::Joined { who, .. } => self.register.stay(who).is_some(),
            _ => true,
        };
        if is_there && self.table.complete(index as u64 + 1) {
            Ok(())
        } else {
            Err(impossible(index))
        }
    }
}

fn impossible(index: usize) -> LedgerError {
    LedgerError {
        line: index as u64 + 1,
        what: LedgerFault::Impossible,
    }
}
