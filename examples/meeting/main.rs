//! Gates a recorded meeting: who agreed to what decides what each outlet gets.
//!
//! `cargo run --release --example meeting` takes the meeting that comes with the library; `-- --help` tells the rest.

mod archive;
mod audio;
mod chat;
mod encoded;
mod error;
mod feed;
mod gate;
mod input;
mod ivf;
mod json_lines;
mod layout;
mod matroska;
mod media;
mod mp4;
mod opus;
mod outcome;
mod output;
mod people;
#[path = "../common/quoted.rs"]
mod quoted;
mod receipts;
mod report;
mod story;
mod tags;
mod timeline;
mod units;
mod video;

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Parser;
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    error::Problem,
    input::{HEAD, Input, REPORT, TIMELINE},
    output::Output,
};

/// Gates a recorded meeting: each outlet gets what everybody concerned agreed to, and nothing else.
#[derive(Parser)]
struct Arguments {
    /// The recorded meeting, as examples/meeting/README.md describes it [default: the one in examples/meeting/standup]
    #[arg(
        long,
        value_name = "DIR",
        default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/meeting/standup"),
        hide_default_value = true
    )]
    input: PathBuf,
    /// Where the results go: a new folder, or an earlier result to replace [default: target/meeting of the repository]
    #[arg(
        long,
        value_name = "DIR",
        default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/target/meeting"),
        hide_default_value = true
    )]
    out: PathBuf,
    /// Seal the tags with the meeting's secret, 64 hexadecimal digits in this file, and write for each outlet an archive that examples/verify checks
    #[arg(long, value_name = "FILE")]
    seal: Option<PathBuf>,
}

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    match gate(&arguments) {
        Ok(summary) => {
            // Whoever closed the pipe has read enough; the results are in place.
            let _ = io::stdout().write_all(summary.as_bytes());
            ExitCode::SUCCESS
        }
        Err(problem) => {
            let _ = writeln!(io::stderr(), "{problem}");
            ExitCode::from(2)
        }
    }
}

/// Gates the meeting in one folder into another, and says what happened.
fn gate(Arguments { input, out, seal }: &Arguments) -> Result<String, Problem> {
    let secret = seal.as_deref().map(archive::secret).transpose()?;
    let (folder, input) = (input, Input::read(input)?);
    let output = Output::begin(out, folder)?;
    let results = output.folder();

    let progress = progress_bar(input.streams.iter().map(|stream| stream.bytes).sum());
    let outcome = gate::run(input, secret, &results, &progress);
    progress.finish_and_clear();
    let outcome = outcome?;

    let report = results.join(REPORT);
    report::write(&outcome, &report).map_err(|error| Problem::unwritable(&report, &error))?;
    let head = results.join(HEAD);
    report::write_json(&outcome.head, &head).map_err(|error| Problem::unwritable(&head, &error))?;
    receipts::write(&outcome, &results)?;
    let timeline = results.join(TIMELINE);
    timeline::write(&outcome, &timeline)
        .map_err(|error| Problem::unwritable(&timeline, &io::Error::other(error)))?;
    output.finish()?;
    Ok(report::summary(&outcome, &shown(out)))
}

/// Shown only where stderr is a terminal.
fn progress_bar(bytes: u64) -> ProgressBar {
    let style = ProgressStyle::with_template("{bar:40} {percent:>3} %  {bytes} of {total_bytes}")
        .unwrap_or_else(|_| ProgressStyle::default_bar());
    ProgressBar::new(bytes).with_style(style)
}

/// A path as short as it can be written from here.
fn shown(path: &Path) -> PathBuf {
    let here = std::env::current_dir().unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).to_owned()
}
