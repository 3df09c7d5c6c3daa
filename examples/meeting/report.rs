//! The counts: as JSON for machines, as a table for people.

use std::{collections::BTreeMap, fs, io, path::Path, time::Duration};

use comfy_table::{CellAlignment, Table, presets::UTF8_FULL_CONDENSED};
use framegate::{Counters, Kind, Reason, Refusal};
use serde::Serialize;

use crate::{
    layout::{By, Millis},
    outcome::{Case, Lane, Outcome},
    people::{People, Person},
    quoted::{printable, quoted},
};

/// `report.json`.
#[derive(Serialize)]
struct Report<'a> {
    meeting: &'a str,
    started: String,
    frames: u64,
    outlets: &'a [String],
    refused: Vec<Refused<'a>>,
    counts: Vec<Count<'a>>,
    taps: Vec<Tap<'a>>,
}

#[derive(Serialize)]
struct Refused<'a> {
    at: Millis,
    date: String,
    by: By,
    who: &'a str,
    why: Refusal,
    error: String,
}

#[derive(Serialize)]
struct Count<'a> {
    participants: Vec<&'a str>,
    kind: &'static str,
    outlet: &'a str,
    verdict: &'static str,
    reason: Option<&'static str>,
    frames: u64,
}

#[derive(Serialize)]
struct Tap<'a> {
    stream: &'a str,
    outlet: &'a str,
    seen: u64,
    whole: u64,
    redacted: u64,
    blanked: u64,
    dropped: u64,
    keyframes_wanted: u64,
}

/// Writes `report.json`.
pub fn write(outcome: &Outcome, path: &Path) -> io::Result<()> {
    let report = Report {
        meeting: &outcome.meeting,
        started: outcome.started.to_string(),
        frames: outcome.frames,
        outlets: &outcome.outlets,
        refused: refused(outcome),
        counts: counts(outcome),
        taps: taps(outcome),
    };
    write_json(&report, path)
}

/// Writes a file of JSON.
pub fn write_json(content: &impl Serialize, path: &Path) -> io::Result<()> {
    let mut json = serde_json::to_string_pretty(content)?;
    json.push('\n');
    fs::write(path, json)
}

fn refused(outcome: &Outcome) -> Vec<Refused<'_>> {
    let refused = outcome.refused.iter().map(|refusal| Refused {
        at: refusal.at,
        date: outcome.started.after(refusal.at.time()).to_string(),
        by: refusal.by,
        who: outcome.people.id(Person::Known(refusal.who)),
        why: refusal.why,
        error: refusal.error.to_string(),
    });
    refused.collect()
}

fn counts<'a>(outcome: &'a Outcome) -> Vec<Count<'a>> {
    let count = |(case, frames): (&'a Case, &u64)| Count {
        participants: ids(&outcome.people, &case.people),
        kind: case.kind.name(),
        outlet: &outcome.outlets[case.outlet],
        verdict: case.verdict,
        reason: case.reason.map(Reason::name),
        frames: *frames,
    };
    outcome.counts.iter().map(count).collect()
}

fn ids<'a>(people: &'a People, persons: &[Person]) -> Vec<&'a str> {
    let mut ids: Vec<_> = persons.iter().map(|person| people.id(*person)).collect();
    ids.sort_unstable();
    ids
}

fn taps<'a>(outcome: &'a Outcome) -> Vec<Tap<'a>> {
    let tap = |lane: &'a Lane| {
        let Lane {
            stream,
            outlet,
            counters,
            keyframes_wanted,
            ..
        } = lane;
        Tap {
            stream,
            outlet: &outcome.outlets[*outlet],
            seen: counters.seen,
            whole: counters.whole,
            redacted: counters.redacted,
            blanked: counters.blanked,
            dropped: counters.dropped,
            keyframes_wanted: *keyframes_wanted,
        }
    };
    outcome.lanes.iter().map(tap).collect()
}

/// What happened, in a few lines; `folder` is where it can be looked up.
pub fn summary(outcome: &Outcome, folder: &Path) -> String {
    let medians = outcome.times.iter().map(|(kind, times)| {
        let micros = median(times).as_secs_f64() * 1e6;
        format!("{kind} {micros:.1} µs")
    });
    format!(
        "Meeting {}: {} frames, each offered to {} outlets.\n\
         Attempts to agree that were refused: {}.\n\
         {}\n\
         Median time in the gate for a frame: {}.\n\
         Results are in {}; see timeline.svg there.\n",
        quoted(&outcome.meeting),
        outcome.frames,
        outcome.outlets.len(),
        outcome.refused.len(),
        table(outcome),
        medians.collect::<Vec<_>>().join(", "),
        printable(&folder.display().to_string()),
    )
}

fn table(outcome: &Outcome) -> Table {
    let mut sums = BTreeMap::<(usize, Kind), [u64; 5]>::new();
    for lane in &outcome.lanes {
        let Counters {
            seen,
            whole,
            redacted,
            blanked,
            dropped,
        } = lane.counters;
        let sum = sums.entry((lane.outlet, lane.kind)).or_default();
        for (sum, count) in sum
            .iter_mut()
            .zip([seen, whole, redacted, blanked, dropped])
        {
            *sum += count;
        }
    }
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_header([
        "outlet", "kind", "frames", "whole", "redacted", "blanked", "dropped",
    ]);
    for ((outlet, kind), counts) in sums {
        let names = [quoted(&outcome.outlets[outlet]), kind.to_string()];
        table.add_row(
            names
                .into_iter()
                .chain(counts.map(|count| count.to_string())),
        );
    }
    for column in table.column_iter_mut().skip(2) {
        column.set_cell_alignment(CellAlignment::Right);
    }
    table
}

fn median(times: &[Duration]) -> Duration {
    let mut times = times.to_vec();
    let middle = times.len() / 2;
    if times.is_empty() {
        return Duration::ZERO;
    }
    *times.select_nth_unstable(middle).1
}
