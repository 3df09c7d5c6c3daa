//! The check before training: what of an archive may be used, what not and why, and what must go.
//!
//! It reads an archive as `--example meeting -- --seal FILE` writes it, or the Parquet that this program makes of one, and the meeting's ledger.

mod archive;
mod columns;
#[path = "../../common/quoted.rs"]
mod quoted;
mod rows;

use std::{
    collections::{BTreeMap, BTreeSet},
    error::Error,
    fmt::{self, Write as _},
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use framegate::{
    Purposes,
    archive::{Finding, MeetingKey, Seals, Verifier},
    export::ErasureList,
    ledger::{Head, Ledger, VerifiedLedger},
};

use crate::{
    archive::Archive,
    quoted::{printable, quoted},
    rows::Row,
};

/// Tells what of an archive may be used for a purpose. Without a secret nothing may: a tag that is not verified is no consent.
#[derive(Parser)]
struct Arguments {
    /// The archive, .jsonl or .parquet; payloads are found beside it
    #[arg(long)]
    archive: PathBuf,
    /// The meeting's ledger, the newest there is
    #[arg(long)]
    ledger: PathBuf,
    /// A head of the ledger that was kept apart: the ledger must go on from it
    #[arg(long, value_name = "FILE")]
    head: Option<PathBuf>,
    /// The purposes it is to be used for, separated by commas
    #[arg(long, value_parser = purposes, default_value = "TRAIN")]
    purpose: Purposes,
    /// The meeting's secret that its tags are sealed with, 64 hexadecimal digits in a file
    #[arg(long, value_name = "FILE")]
    secret: Option<PathBuf>,
    /// Take tags at their word, to see what would be cleared; writes nothing
    #[arg(long, conflicts_with_all = ["secret", "recheck"])]
    dry_run: bool,
    /// The archive was cleared earlier, at the head in --head: tell what must go now
    #[arg(long, requires = "head", conflicts_with = "secret")]
    recheck: bool,
    /// Where the filtered archive and the erasure list go, a new folder
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

fn purposes(names: &str) -> Result<Purposes, String> {
    let purpose = |name| Purposes::from_name(name).ok_or_else(|| format!("no purpose {name:?}"));
    names.split(',').map(purpose).collect()
}

fn main() -> ExitCode {
    match verify(&Arguments::parse()) {
        Ok(said) => {
            // Whoever closed the pipe has read enough.
            let _ = io::stdout().write_all(said.as_bytes());
            ExitCode::SUCCESS
        }
        Err(error) => {
            let _ = writeln!(io::stderr(), "{}", printable(&error.to_string()));
            ExitCode::from(2)
        }
    }
}

/// Where it went wrong goes with every error.
fn named<T, E: std::fmt::Display>(path: &Path, result: Result<T, E>) -> Result<T, Box<dyn Error>> {
    result.map_err(|error| format!("{}: {error}", path.display()).into())
}

/// Looks at an archive, writes what is asked for, and says what was found.
fn verify(arguments: &Arguments) -> Result<String, Box<dyn Error>> {
    let head = arguments.head.as_deref().map(read_head).transpose()?;
    let ledger = named(
        &arguments.ledger,
        Ledger::read_file(&arguments.ledger, head.as_ref(), None),
    )?;
    let ledger = named(&arguments.ledger, ledger.verify())?;
    let verifier = Verifier::new(&ledger);
    let archive = Archive::read(&arguments.archive)?;
    let key = arguments
        .secret
        .as_deref()
        .map(|path| key(path, ledger.ledger()));
    let key = key.transpose()?;

    let subjects = archive.subjects();
    // Without the secret no digest can be made of the media.
    let media = key.as_ref().map(|key| (key, archive.payloads()));
    let media = media.as_ref().map(|(key, payloads)| (*key, payloads));
    let frames = archive.frames(&subjects, media);
    let mut bits = vec![0; frames.len().div_ceil(64)];
    let mut findings = vec![Finding::NoTag; frames.len()];
    match (&head, &key) {
        (Some(head), _) if arguments.recheck => {
            verifier.recheck(head, &frames, &mut bits, &mut findings)?;
        }
        (_, Some(key)) => {
            let seals = Seals::Checked(key);
            verifier.verify_batch(&frames, arguments.purpose, seals, &mut bits, &mut findings);
        }
        // A seal that nobody can check is none.
        (_, None) => {
            let seals = Seals::DryRun;
            verifier.verify_batch(&frames, arguments.purpose, seals, &mut bits, &mut findings);
            if !arguments.dry_run {
                let unsealed = findings
                    .iter_mut()
                    .filter(|found| **found == Finding::Cleared);
                unsealed.for_each(|found| *found = Finding::Unsealed);
            }
        }
    }
    if let Some(out) = arguments.out.as_deref().filter(|_| !arguments.dry_run) {
        write(out, &archive, &findings, &ledger)?;
    }
    Ok(summary(arguments, &archive, &findings)?)
}

fn read_head(path: &Path) -> Result<Head, Box<dyn Error>> {
    let text = named(path, fs::read(path))?;
    named(path, serde_json::from_slice(&text))
}

/// The key of the ledger's meeting.
fn key(path: &Path, ledger: &Ledger) -> Result<MeetingKey, Box<dyn Error>> {
    let digits = named(path, fs::read_to_string(path))?;
    // A digest is 32 bytes, too.
    let secret: framegate::Digest = named(path, serde_json::from_value(digits.trim().into()))?;
    named(path, MeetingKey::new(&secret.0, ledger.head().instance))
}

fn summary(
    arguments: &Arguments,
    archive: &Archive,
    findings: &[Finding],
) -> Result<String, fmt::Error> {
    let mut counts = BTreeMap::<Finding, usize>::new();
    let mut by_stream = BTreeMap::<(&str, Finding), usize>::new();
    for (row, finding) in archive.rows.iter().zip(findings) {
        *counts.entry(*finding).or_default() += 1;
        *by_stream.entry((&row.stream, *finding)).or_default() += 1;
    }
    let cleared = counts.get(&Finding::Cleared).copied().unwrap_or_default();
    let verb = if arguments.recheck { "stay" } else { "be used" };
    let mut said = format!("{cleared} of {} frames may {verb}.\n", findings.len());
    if arguments.dry_run {
        said += "This was a dry run: no seal was looked at, and nothing may be used by it.\n";
    }
    for (finding, count) in counts {
        let (name, meaning) = (finding.name(), meaning(finding));
        writeln!(said, "{count:>8}  {name:<14} {meaning}")?;
    }
    writeln!(said)?;
    for ((stream, finding), count) in by_stream {
        let (stream, name) = (quoted(stream), finding.name());
        writeln!(said, "{count:>8}  {stream}: {name}")?;
    }
    Ok(said)
}

fn meaning(finding: Finding) -> &'static str {
    match finding {
        Finding::Cleared => "everybody in it agreed, and nobody has withdrawn",
        Finding::NoTag => "there is no tag, or none that can be read",
        Finding::Withheld => "it was not released",
        Finding::OtherPurpose => "it was released for something else",
        Finding::Unnamed => "it is not said who is in it, and as what",
        Finding::Unsealed => "nothing vouches for its tag; give --secret",
        Finding::Forged => "tag, people or payload are not what was sealed",
        Finding::Inconsistent => "the ledger does not bear it out",
        Finding::Recalled => "consent was withdrawn since: it must go",
        Finding::OtherMeeting => "it is of another meeting than the ledger: take its own",
    }
}

/// Leaves what may be used, what must go, and the head up to which this was known.
fn write(
    out: &Path,
    archive: &Archive,
    findings: &[Finding],
    ledger: &VerifiedLedger,
) -> Result<(), Box<dyn Error>> {
    named(out, fs::create_dir(out))?;
    let found = || archive.rows.iter().zip(findings);
    let cleared = found().filter(|(_, finding)| **finding == Finding::Cleared);
    let cleared: Vec<Row> = cleared.map(|(row, _)| archive.absolute(row)).collect();
    archive::write_lines(&out.join("archive.jsonl"), cleared.iter())?;
    columns::write(&out.join("archive.parquet"), &cleared)?;

    let gone = found().filter(|(_, finding)| **finding != Finding::Cleared);
    let gone = gone.map(|(row, finding)| rows::Found {
        finding: *finding,
        row: archive.absolute(row),
    });
    archive::write_lines(&out.join("erase.jsonl"), gone)?;
    let ids = archive
        .rows
        .iter()
        .flat_map(|row| &row.people)
        .map(|who| &who.id);
    let ids: BTreeSet<_> = ids.collect();
    let lists: Vec<_> = ids
        .into_iter()
        .filter_map(|id| ErasureList::of(ledger, id))
        .collect();
    let lists = lists.iter().filter(|list| !list.outlets.is_empty());
    archive::write_lines(&out.join("recalled.jsonl"), lists)?;
    archive::write_lines(
        &out.join("head.json"),
        [&ledger.ledger().head()].into_iter(),
    )
}
