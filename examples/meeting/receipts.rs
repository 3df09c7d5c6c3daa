//! `receipts/`: what the ledger says to each person, for machines and as a page to read.

use std::{fmt::Write, fs, io, path::Path};

use framegate::{export::Receipt, ledger::Ledger};

use crate::{
    error::Problem,
    input::{LEDGER, RECEIPTS},
    outcome::Outcome,
    report,
};

/// Writes a receipt for everybody who joined, from the ledger as it was written.
pub fn write(outcome: &Outcome, results: &Path) -> Result<(), Problem> {
    let ledger = results.join(LEDGER);
    let bytes = fs::read(&ledger).map_err(|error| Problem::unreadable(&ledger, &error))?;
    let read = Ledger::read(&bytes, Some(&outcome.head), None)
        .and_then(Ledger::verify)
        .map_err(|error| Problem::unwritable(&ledger, &io::Error::other(error)))?;

    let folder = results.join(RECEIPTS);
    fs::create_dir(&folder).map_err(|error| Problem::unwritable(&folder, &error))?;
    for id in outcome.people.ids() {
        if let Some(receipt) = Receipt::of(&read, id) {
            let name = file_name(id);
            let path = folder.join(format!("{name}.json"));
            report::write_json(&receipt, &path)
                .map_err(|error| Problem::unwritable(&path, &error))?;
            let path = folder.join(format!("{name}.html"));
            fs::write(&path, receipt.to_html())
                .map_err(|error| Problem::unwritable(&path, &error))?;
        }
    }
    Ok(())
}

/// An id may have characters that a file's name may not: they are written as in a URL.
fn file_name(id: &str) -> String {
    let mut name = String::new();
    for character in id.chars() {
        if character.is_alphanumeric() || "-_.@".contains(character) {
            name.push(character);
        } else {
            let mut bytes = [0; 4];
            for byte in character.encode_utf8(&mut bytes).bytes() {
                // Writing to a string does not fail.
                let _ = write!(name, "%{byte:02X}");
            }
        }
    }
    name
}
