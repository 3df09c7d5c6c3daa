//! What other vocabularies say of an outlet: nothing is granted or allowed that did not stand for all that went there.

use framegate::{
    Kind, Kinds, OutletId, Purposes,
    export::{
        aipref,
        cawg::{self, Permission, TrainingMining},
        vcon,
    },
    ledger::{Entry, Ledger, VerifiedLedger},
};

use super::{
    chance::Chance,
    clearing::{Frame, each_kind},
    faults::Fault,
    law::{Law, NEVER},
    lines::{Act, Line},
    meetings::Told,
    runs::Run,
    verifying::told_of,
};

/// As vCons call them.
const NAMES: [(&str, Purposes); 4] = [
    ("recording", Purposes::RECORD),
    ("train", Purposes::TRAIN),
    ("assist", Purposes::ASSIST),
    ("analysis", Purposes::ANALYTICS),
];

/// A day on which milliseconds of a meeting can be told from its times of day.
pub const STARTED_MILLIS: u64 = 1_700_000_000_000;

pub fn check(
    told: &Told,
    bytes: &[u8],
    law: &Law,
    seed: u64,
    fault: Option<Fault>,
) -> Result<(), String> {
    let ledger = Ledger::read(bytes, None, None).and_then(Ledger::verify);
    let ledger = ledger.map_err(|error| error.to_string())?;
    let outlets = outlets(&ledger);
    // One of them, as each takes its time.
    let Some(index) = Chance::new(seed).index(&outlets) else {
        return Ok(());
    };
    let outlet = outlets[index];
    for (what, is_allowed, purpose) in uses(&ledger, outlet) {
        if is_allowed || fault == Some(Fault::AllAllowed) {
            everybody_stands(told, law, outlet.number(), purpose)
                .map_err(|why| format!("{what} of {outlet:?}: {why}"))?;
        }
    }
    for who in law.people() {
        attachments(told, &ledger, law, who, outlet, fault)
            .map_err(|what| format!("vCon of {who}, {outlet:?}: {what}"))?;
    }
    Ok(())
}

fn outlets(ledger: &VerifiedLedger) -> Vec<OutletId> {
    let lines = ledger.ledger().lines().iter();
    let outlets = lines.filter_map(|line| match line.entry {
        Entry::OutletOpened { outlet, .. } => Some(outlet),
        _ => None,
    });
    outlets.collect()
}

/// What is said of each use, and the purpose that it is of.
fn uses(ledger: &VerifiedLedger, outlet: OutletId) -> [(&'static str, bool, Purposes); 5] {
    let uses = TrainingMining::of(ledger, outlet).data.entries;
    let is_allowed = |of: cawg::Entry| of.permission == Permission::Allowed;
    let preference = aipref::preference(ledger, outlet);
    [
        ("train-ai=y", preference == "train-ai=y", Purposes::TRAIN),
        (
            "generative training",
            is_allowed(uses.ai_generative_training),
            Purposes::TRAIN,
        ),
        ("training", is_allowed(uses.ai_training), Purposes::TRAIN),
        ("inference", is_allowed(uses.ai_inference), Purposes::ASSIST),
        ("mining", is_allowed(uses.data_mining), Purposes::ANALYTICS),
    ]
}

/// What is said of the first outlets that is seldom said.
pub fn traits(ledger: &[u8]) -> Vec<&'static str> {
    let ledger = Ledger::read(ledger, None, None).and_then(Ledger::verify);
    let ledger = ledger.expect("a ledger");
    let mut traits = Vec::new();
    for outlet in outlets(&ledger).into_iter().take(2) {
        let allowed = uses(&ledger, outlet)
            .into_iter()
            .filter(|(_, is_allowed, _)| *is_allowed);
        traits.extend(allowed.map(|(what, ..)| what));
        let dialog = vcon::Dialog {
            party: 0,
            dialog: 0,
            outlet,
        };
        let consent = vcon::Consent::of(&ledger, "ana", &dialog);
        let consents = consent.into_iter().flat_map(|consent| consent.consents);
        traits.extend(
            consents
                .filter(|one| one.value)
                .map(|_| "a purpose that is granted"),
        );
    }
    traits
}

/// Whether a use may be allowed to whoever gets an outlet's output: everybody agreed to it, without an end, for all that went there.
fn everybody_stands(told: &Told, law: &Law, outlet: u16, purpose: Purposes) -> Result<(), String> {
    for who in law.people() {
        stands(told, law, who, outlet, purpose)?;
        let mut runs = Vec::new();
        // To any kind: people agree to some of which these meetings have no streams.
        for kind in Kind::ALL {
            runs.extend(law.runs(who, kind, purpose));
        }
        let has_end = |run: &Run| run.agreed < NEVER;
        if runs.iter().all(has_end) {
            return Err(format!("{who} agreed to nothing of it without an end"));
        }
    }
    Ok(())
}

/// Whether somebody's consent to a purpose stands for every frame of theirs that went to an outlet.
fn stands(told: &Told, law: &Law, who: &str, outlet: u16, purpose: Purposes) -> Result<(), String> {
    let end = law.lines.last().map_or(0, Line::floor);
    for of in told
        .frames
        .iter()
        .filter(|of| of.outlet == Some(outlet) && of.had_lines <= law.lines.len())
    {
        let frame = Frame {
            tag: of.tag,
            people: &of.people,
        };
        let captured = of.tag.captured().as_micros() / 1000;
        for (_, kind) in frame.cells().filter(|(id, _)| *id == who) {
            let describe = |why: &str| {
                Err(format!(
                    "{why}, {kind} of {who}: {}",
                    told_of(of.tag, &of.people)
                ))
            };
            // Some consent to it, of then or of before it was made something else, covers it.
            let runs = law.runs(who, kind, purpose);
            let covers = |run: &&Run| {
                run.first <= of.had_lines
                    && run.since <= captured
                    && captured < run.settled
                    && run.closed.is_none_or(|closed| of.after <= closed)
            };
            let Some(run) = runs.iter().find(covers) else {
                return describe("never agreed to");
            };
            if run.is_recalled {
                return describe("withdrawn");
            }
            if run.agreed <= end {
                return describe("expired");
            }
            let cut = run.closed.map(|line| &law.lines[line].act);
            if matches!(cut, Some(Act::Superseded { .. })) {
                return describe("superseded");
            }
        }
    }
    Ok(())
}

/// RFC 3339, to the millisecond; of this century.
pub fn day(millis: i64) -> String {
    let all = STARTED_MILLIS.cast_signed() + millis;
    let (mut days, of_day) = (all.div_euclid(86_400_000), all.rem_euclid(86_400_000));
    let is_leap = |year: i64| year % 4 == 0;
    let mut year = 1970;
    while days >= 365 + i64::from(is_leap(year)) {
        days -= 365 + i64::from(is_leap(year));
        year += 1;
    }
    let mut month = 1;
    for length in [
        31,
        28 + i64::from(is_leap(year)),
        31,
        30,
        31,
        30,
        31,
        31,
        30,
        31,
        30,
        31,
    ] {
        if days < length {
            break;
        }
        days -= length;
        month += 1;
    }
    let (hour, minute) = (of_day / 3_600_000, of_day / 60_000 % 60);
    let (second, milli) = (of_day / 1000 % 60, of_day % 1000);
    format!(
        "{year:04}-{month:02}-{:02}T{hour:02}:{minute:02}:{second:02}.{milli:03}Z",
        days + 1
    )
}

fn attachments(
    told: &Told,
    ledger: &VerifiedLedger,
    law: &Law,
    who: &str,
    outlet: OutletId,
    fault: Option<Fault>,
) -> Result<(), String> {
    let dialog = vcon::Dialog {
        party: 0,
        dialog: 0,
        outlet,
    };
    let consent = vcon::Consent::of(ledger, who, &dialog).ok_or("none of somebody who joined")?;
    let basis = vcon::LawfulBasis::of(ledger, who, &dialog).ok_or("none of somebody who joined")?;
    let late = i64::from(fault == Some(Fault::SinceLate));
    let mut ends = Vec::new();
    for (name, purpose) in NAMES {
        let said = consent
            .consents
            .iter()
            .find(|said| said.purpose == name)
            .ok_or("a purpose is missing")?;
        let also = basis
            .body
            .purpose_grants
            .iter()
            .find(|said| said.purpose == name)
            .ok_or("a purpose is missing")?;
        let granted = said.status == vcon::Status::Granted;
        if said.value != granted || also.granted != granted {
            return Err(format!("{name} is granted and is not"));
        }
        let runs = under(law, who, outlet, purpose);
        let end = law.lines.last().map_or(0, Line::floor)
            + i64::from(fault == Some(Fault::GrantedAtTheEnd));
        if !granted {
            continue;
        }
        stands(told, law, who, outlet.number(), purpose)?;
        if let Some(run) = runs.iter().find(|run| run.is_recalled || run.agreed <= end) {
            return Err(format!(
                "{name} is granted, for all that may be there, of it {run:?}"
            ));
        }
        let since = runs
            .iter()
            .map(|run| run.since)
            .min()
            .ok_or(format!("{name} is granted, and nothing is there"))?;
        for said in [&said.timestamp, &also.granted_at] {
            if *said != day(since + late) {
                return Err(format!(
                    "{name} is granted since {said}, not {}",
                    day(since)
                ));
            }
        }
        ends.extend(runs.iter().map(|run| run.agreed).filter(|end| *end < NEVER));
    }
    // Third parties' purposes may end, too, and others that no outlet here has.
    let expected = ends
        .iter()
        .min()
        .map(|end| day(end + i64::from(fault == Some(Fault::ExpirationLate))));
    for said in [&consent.expiration, &basis.body.expiration] {
        let is_early = match (said, &expected) {
            (Some(said), Some(expected)) => {
                said <= expected && (said == expected || day_of_any(law, who, said))
            }
            (None, Some(_)) => false,
            (Some(said), None) => day_of_any(law, who, said),
            (None, None) => true,
        };
        if !is_early {
            return Err(format!("expires {said:?}, not {expected:?}"));
        }
    }
    Ok(())
}

/// Whether it is the end of anything that somebody agreed to for another purpose.
fn day_of_any(law: &Law, who: &str, said: &str) -> bool {
    let others = (0..16).map(|bit| Purposes::from_bits_retain(1 << bit));
    let others = others.filter(|other| NAMES.iter().all(|(_, own)| own != other));
    let mut runs =
        others.flat_map(|other| kinds().flat_map(move |kind| law.runs(who, kind, other)));
    runs.any(|run| run.agreed < NEVER && day(run.agreed) == said)
}

/// All but those of which nothing is ever released.
fn kinds() -> impl Iterator<Item = Kind> {
    each_kind(Kinds::all() - Kinds::UNCLASSIFIED)
}

/// The consents to a purpose of which something may be in an outlet.
fn under(law: &Law, who: &str, outlet: OutletId, purpose: Purposes) -> Vec<Run> {
    let (line, purposes) = law
        .outlets()
        .nth(outlet.number().into())
        .expect("an outlet of the ledger");
    let mut all = Vec::new();
    for kind in kinds() {
        let released = law.runs(who, kind, purposes);
        let released: Vec<_> = released
            .iter()
            .filter(|run| run.closed.is_none_or(|closed| line < closed))
            .collect();
        for run in law.runs(who, kind, purpose) {
            if run.since >= run.settled {
                continue;
            }
            let meets = |other: &&&Run| {
                run.since.max(other.since) < run.settled.min(other.settled)
                    && other.closed.is_none_or(|closed| run.first <= closed)
                    && run.closed.is_none_or(|closed| other.first <= closed)
            };
            if released.iter().any(|other| meets(&other)) {
                all.push(run);
            }
        }
    }
    all
}
