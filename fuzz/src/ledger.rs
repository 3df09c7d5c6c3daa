//! Ledgers, as they come and by a forger who knows how lines are chained.

#[allow(dead_code, reason = "not all of it is needed here")]
#[path = "../../tests/common/canonical.rs"]
mod canonical;
#[path = "../../tests/common/forged.rs"]
mod forged;
#[path = "../../tests/common/replay.rs"]
mod replay;

use framegate::{
    OutletId,
    export::{
        ErasureList, Receipt, aipref,
        cawg::TrainingMining,
        ts27560::{ConsentRecord, Particulars},
        vcon,
    },
    ledger::{Entry, Ledger},
};
use serde_json::Value;

/// A meeting that goes on from these lines clears what they say, and they can be exported. Whether one goes on, from them or from what a forger made of them.
pub fn check(bytes: &[u8]) -> bool {
    goes_on(bytes) || goes_on(&forge(bytes))
}

fn goes_on(bytes: &[u8]) -> bool {
    export(bytes);
    forged::goes_on(bytes).unwrap_or_else(|difference| panic!("{difference}"))
}

/// Whatever is JSON, with or without numbers and hashes, each line in order and after the one before, without the signatures, which cannot hold.
///
/// What comes after the last line feed stays, torn.
fn forge(bytes: &[u8]) -> Vec<u8> {
    let mut pieces: Vec<_> = bytes.split(|byte| *byte == b'\n').collect();
    let torn = pieces.pop().unwrap_or_default();
    let mut lines: Vec<Value> = Vec::new();
    for piece in pieces {
        let Ok(mut line) = serde_json::from_slice::<Value>(piece) else {
            continue;
        };
        if line["entry"]["event"] == "signed" {
            continue;
        }
        let before = lines.last().and_then(|line| line["at"].as_i64());
        if let (Some(at), Some(before)) = (line["at"].as_i64(), before)
            && at < before
        {
            line["at"] = before.into();
        }
        lines.push(line);
    }
    [&canonical::rechained(&lines), torn].concat()
}

/// No panic.
fn export(bytes: &[u8]) {
    let Ok(verified) = Ledger::read(bytes, None, None).and_then(Ledger::verify) else {
        return;
    };
    let ledger = verified.ledger();
    let particulars = Particulars {
        address: "1 Example Street".into(),
        contact: "privacy@example.com".into(),
        storage_locations: vec!["EU".into()],
        retention_period: "P1Y".into(),
        jurisdiction: "NL".into(),
        withdrawal_method: "in the meeting".into(),
    };
    let outlets: Vec<OutletId> = ledger
        .lines()
        .iter()
        .filter_map(|line| match line.entry {
            Entry::OutletOpened { outlet, .. } => Some(outlet),
            _ => None,
        })
        .take(1)
        .collect();
    for outlet in &outlets {
        let _ = aipref::preference(&verified, *outlet);
        let _ = TrainingMining::of(&verified, *outlet);
    }
    let joined = ledger.lines().iter().filter_map(|line| match &line.entry {
        Entry::Joined { who, .. } => Some(who),
        _ => None,
    });
    for who in joined.take(1) {
        let _ = Receipt::of(&verified, who);
        let _ = ConsentRecord::all(&verified, who, &particulars);
        let _ = ErasureList::of(&verified, who);
        for outlet in &outlets {
            let dialog = vcon::Dialog {
                party: 0,
                dialog: 0,
                outlet: *outlet,
            };
            let _ = vcon::Consent::of(&verified, who, &dialog);
            let _ = vcon::LawfulBasis::of(&verified, who, &dialog);
        }
    }
}
