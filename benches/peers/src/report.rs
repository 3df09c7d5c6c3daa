//! Markdown.

use std::fs;

use comfy_table::{Table, presets::ASCII_MARKDOWN};
use jiff::Timestamp;

use crate::{field::Entrant, measure::Samples, writing::Readers};

/// Of the library, on readers beside a writer.
const MOST: f64 = 1.05;

/// `settled` is of frames that are cleared and whose owner's consent did not change meanwhile, `mixed` of all; the first of each is the gate's, the last of the loop alone.
///
/// Budgets are of the former: most frames are like that.
pub fn decisions(field: &[Entrant], settled: &[Samples], mixed: &[Samples]) -> Option<Table> {
    let mut table = table(&[
        "decided by",
        "crate",
        "ns, settled",
        "ratio",
        "ns, all",
        "ratio",
        "at least",
        "met",
    ]);
    let (first, first_mixed) = (settled.first()?, mixed.first()?);
    for (entrant, (settled, mixed)) in field.iter().zip(settled.iter().zip(mixed)) {
        let (ratio, mixed_ratio) = (settled.over(first), mixed.over(first_mixed));
        let least = entrant.least;
        let met = least.map(|least| yes(ratio >= least));
        table.add_row([
            entrant.name.clone(),
            of(entrant.package),
            number(settled.median()),
            number(ratio),
            number(mixed.median()),
            number(mixed_ratio),
            least.map(|least| format!("{least}")).unwrap_or_default(),
            met.unwrap_or_default(),
        ]);
    }
    let (floor, mixed_floor) = (settled.last()?, mixed.last()?);
    table.add_row([
        "nothing: the loop alone".to_owned(),
        String::new(),
        number(floor.median()),
        number(floor.over(first)),
        number(mixed_floor.median()),
        number(mixed_floor.over(first_mixed)),
    ]);
    Some(table)
}

pub fn encryption(names: &[(&str, &'static str)], samples: &[Samples]) -> Option<Table> {
    let mut table = table(&[
        "a 20 ms Opus frame of 120 bytes",
        "crate",
        "ns",
        "of SFrame",
    ]);
    let sframe = samples.first()?;
    for ((name, package), samples) in names.iter().zip(samples) {
        table.add_row([
            (*name).to_owned(),
            of(Some(*package)),
            number(samples.median()),
            format!("{:.1} %", 100.0 * samples.over(sframe)),
        ]);
    }
    Some(table)
}

pub fn writing(all: &[Readers]) -> Table {
    let mut table = table(&[
        "read by",
        "crate",
        "ns, nobody writes",
        "ns, a twin is written",
        "ns, it is written",
        "ratio to the twin",
        "changes a second",
        "at most",
        "met",
    ]);
    for readers in all {
        let ratio = readers.beside_writer.over(&readers.beside_twin);
        let is_gate = readers.package == Some("framegate");
        let (most, met) = (MOST.to_string(), yes(ratio <= MOST));
        table.add_row([
            readers.name.to_owned(),
            of(readers.package),
            number(readers.alone.median()),
            number(readers.beside_twin.median()),
            number(readers.beside_writer.median()),
            number(ratio),
            number(readers.changes),
            if is_gate { most } else { String::new() },
            if is_gate { met } else { String::new() },
        ]);
    }
    table
}

/// What it was measured on, with and when.
pub fn machine() -> String {
    let cpus = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let is_model = |line: &&str| line.starts_with("model name");
    let model = cpus.lines().find(is_model);
    let model = model.and_then(|line| line.split_once(": "));
    let model = model.map_or("an unknown processor", |(_, model)| model);
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let date = Timestamp::now().strftime("%Y-%m-%d");
    let compiler = env!("COMPILER");
    format!("{model}, {cores} cores; {compiler}; {date}")
}

fn table(header: &[&str]) -> Table {
    let mut table = Table::new();
    table.load_style(ASCII_MARKDOWN).set_header(header);
    table
}

/// A crate and its version, as it was built; of several the newest, which is this package's own.
fn of(package: Option<&str>) -> String {
    let Some(package) = package else {
        return "std".into();
    };
    let lock = include_str!("../Cargo.lock");
    let entry = format!("name = \"{package}\"\nversion = \"");
    let version = lock
        .rsplit_once(&entry)
        .and_then(|(_, rest)| rest.split('"').next());
    format!("{package} {}", version.unwrap_or("?"))
}

/// Three figures; none if the machine was too busy to measure anything.
fn number(number: f64) -> String {
    if number.is_nan() {
        "–".into()
    } else if number < 10.0 {
        format!("{number:.2}")
    } else if number < 100.0 {
        format!("{number:.1}")
    } else {
        format!("{number:.0}")
    }
}

fn yes(met: bool) -> String {
    if met { "yes" } else { "no" }.into()
}
