//! What a ledger says of random meetings, beside every frame that was released in them and a plain telling of its lines.
//!
//! The meetings are real: people come, agree, withdraw and go, hosts restrict, notices are superseded, stores refuse, processes die
//! with a line half written, and others go on with what is left, by clocks that are right, late or behind.
//! The check before training, erasure lists, receipts and all exports must then say what the lines say, to the millisecond:
//!
//! - A frame is cleared if it can have been released and nobody in it has withdrawn anything of it since, and only then.
//! - Every frame is on the receipts of all who are in it, and whatever was withdrawn on their erasure lists; no list names what cannot have been released.
//! - No export says that something is granted which does not stand for all that went there.
//!
//! `meetings.rs` makes the meetings, `law.rs` tells what stood after each line, and the others are what must follow from it.
//! It shares no code with `src/`. With `FRAMEGATE_DEEP` set there are more meetings, with `FRAMEGATE_SEED` the one of this number.

mod agreeing;
mod chance;
mod clearing;
mod crashing;
mod disk;
mod erasing;
mod exporting;
mod faults;
mod frames;
mod law;
mod lines;
mod meetings;
mod opening;
mod probes;
mod recording;
mod runs;
mod verifying;

use std::{collections::BTreeMap, sync::LazyLock};

use chance::Chance;
use faults::{Fault, Of};
use law::Law;
use meetings::Told;

/// Meetings, and with `FRAMEGATE_DEEP` set.
const MEETINGS: u64 = 1000;
const DEEP: u64 = 20_000;
/// Within so many each planted fault is found.
const CONTROLS: u64 = 4000;

type Check = fn(&Told, &[u8], &Law, u64, Option<Fault>) -> Result<(), String>;

fn erases(
    told: &Told,
    ledger: &[u8],
    law: &Law,
    _: u64,
    fault: Option<Fault>,
) -> Result<(), String> {
    erasing::check(told, ledger, law, fault)
}

fn records(_: &Told, ledger: &[u8], law: &Law, _: u64, fault: Option<Fault>) -> Result<(), String> {
    recording::check(ledger, law, fault)
}

/// Looks at one meeting, after its end and as it was at some time before.
fn look(seed: u64, check: Check, fault: Option<Fault>) -> Result<(), String> {
    look_at(&meetings::run(seed), seed, check, fault)
}

fn look_at(told: &Told, seed: u64, check: Check, fault: Option<Fault>) -> Result<(), String> {
    let mut chance = Chance::new(seed ^ 0xBE61);
    for ledger in [
        lines::beginning(&told.ledger, &mut chance),
        told.ledger.clone(),
    ] {
        let law = Law::of(&ledger);
        if !law.lines.is_empty() {
            check(told, &ledger, &law, seed, fault)
                .map_err(|what| format!("{} lines: {what}", law.lines.len()))?;
        }
    }
    Ok(())
}

/// The meetings of all tests.
static TOLD: LazyLock<Vec<Told>> = LazyLock::new(|| (0..MEETINGS).map(meetings::run).collect());

fn look_at_all(check: Check) {
    let meetings = if std::env::var_os("FRAMEGATE_DEEP").is_some() {
        DEEP
    } else {
        MEETINGS
    };
    let (seeds, shared) = match std::env::var("FRAMEGATE_SEED") {
        Ok(seed) => {
            let seed: u64 = seed.parse().expect("a number");
            (seed..seed + 1, &[][..])
        }
        Err(_) => (0..meetings, &TOLD[..]),
    };
    let looked = |seed| match usize::try_from(seed).ok().and_then(|at| shared.get(at)) {
        Some(told) => look_at(told, seed, check, None),
        None => look(seed, check, None),
    };
    let failed: Vec<_> = seeds
        .filter_map(|seed| Some((seed, looked(seed).err()?)))
        .collect();
    let some = failed.iter().take(10);
    let told: Vec<_> = some
        .map(|(seed, what)| format!("FRAMEGATE_SEED={seed}: {what}"))
        .collect();
    assert!(
        failed.is_empty(),
        "{} of {meetings} meetings:\n{}",
        failed.len(),
        told.join("\n")
    );
}

#[test]
fn a_frame_is_cleared_if_it_can_have_been_released_and_nobody_withdrew() {
    look_at_all(verifying::check);
}

#[test]
fn lists_leave_out_no_frame_and_name_no_more() {
    look_at_all(erases);
}

#[test]
fn no_export_says_more_than_stands() {
    look_at_all(exporting::check);
}

#[test]
fn consent_records_end_with_what_stands() {
    look_at_all(records);
}

/// A check's own millisecond is found, each within so many meetings.
#[test]
fn every_planted_fault_is_found() {
    for fault in Fault::ALL {
        let check: Check = match fault.of() {
            Of::Clearing => verifying::check,
            Of::Erasing => erases,
            Of::Exporting => exporting::check,
            Of::Recording => records,
        };
        let found = (0..CONTROLS).find(|seed| {
            look(*seed, check, Some(fault)).is_err() && look(*seed, check, None).is_ok()
        });
        assert!(found.is_some(), "{fault:?}");
    }
}

/// Nothing is looked at in vain.
#[test]
fn the_meetings_come_to_all_that_is_looked_for() {
    let mut seen = BTreeMap::new();
    for told in &*TOLD {
        let law = Law::of(&told.ledger);
        for what in told.frames.iter().flat_map(|frame| frame.traits(&law)) {
            *seen.entry(what).or_insert(0) += 1;
        }
        for what in law
            .traits()
            .into_iter()
            .chain(exporting::traits(&told.ledger))
        {
            *seen.entry(what).or_insert(0) += 1;
        }
    }
    for (what, least) in [
        ("a frame", 5000),
        ("a frame in part", 50),
        ("a frame made of others", 500),
        ("a frame of several people", 300),
        ("a frame of lines that were lost", 50),
        ("a frame that was withdrawn", 1000),
        ("a frame captured before the line before it", 50),
        ("a frame captured after the line before it", 50),
        ("a frame to a third party", 30),
        ("a child's frame", 300),
        ("a line that was torn", 50),
        ("another process", 500),
        ("a withdrawal past the meeting", 100),
        ("a child's own refusal", 30),
        ("several stays", 50),
        ("a superseded notice", 100),
        ("a lift", 200),
        ("an end that came", 200),
        ("an ended meeting", 200),
        ("a stream of its owner alone", 500),
        ("train-ai=y", 10),
        ("inference", 1),
        ("a purpose that is granted", 100),
    ] {
        let count = seen.get(what).copied().unwrap_or(0);
        assert!(count >= least, "{what}: {count} in {seen:#?}");
    }
}
