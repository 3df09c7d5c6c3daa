//! Ledgers by a forger who computes all hashes anew, and what must hold of them.

use framegate::{
    Meeting,
    ledger::{Entry, Ledger, LedgerWriter},
};

use super::replay;

/// No panic, and if a meeting goes on it clears what the lines say. Whether it did.
///
/// # Errors
///
/// What is not as the lines say.
pub fn goes_on(bytes: &[u8]) -> Result<bool, String> {
    let Ok(ledger) = Ledger::read(bytes, None, None) else {
        return Ok(false);
    };
    if ledger.head().entries != ledger.lines().len() as u64 {
        return Err(format!(
            "{:?} of {} lines",
            ledger.head(),
            ledger.lines().len()
        ));
    }
    if ledger.torn() != (ledger.length() < bytes.len() as u64) {
        return Err(format!("{} of {} bytes", ledger.length(), bytes.len()));
    }
    // Room for everybody takes 144 MB.
    if let Some(Entry::Opened { participants, .. }) = ledger.lines().first().map(|line| &line.entry)
        && *participants > 100
    {
        return Ok(false);
    }
    let Ok(mut meeting) = ledger
        .clone()
        .verify()
        .and_then(|ledger| Meeting::resume(&ledger, LedgerWriter::default()))
    else {
        return Ok(false);
    };
    replay::check(&mut meeting, ledger.lines(), ledger.torn())?;
    Ok(true)
}
