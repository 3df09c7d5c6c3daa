//! Runs streams through the gate: those that crates and Debian packages bring, and those that real encoders make here with unusual options.
//!
//! Each is gated three times: with consent to all of it, and with its middle third withheld, dropped and blanked. What is released then is decoded
//! by two decoders and compared picture by picture with what they show ungated. What deviates must be in the table of `docs/streams.md`.
//!
//! The controls, for each codec: a withheld frame that is let through, and a blank that is not black.

mod codec;
mod encoders;
mod gate;
mod judge;
mod shown;
mod stream;

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::ExitCode,
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
};

use codec::{CODECS, Codec};
use judge::{Outcome, judge};
use stream::{NO_FRAMES, Stream};

/// A row of the table: streams, by their names with `*` for anything, and what is seen of them.
struct Known {
    stream: String,
    kind: String,
    is_seen: bool,
}

fn known(table: &Path) -> Vec<Known> {
    let text = fs::read_to_string(table).unwrap();
    let row = |line: &str| {
        let mut cells = line.strip_prefix("| `")?.split("` | ");
        let stream = cells.next()?.into();
        let kind = cells.next()?.trim_start_matches('`').into();
        cells.next().map(|_| Known {
            stream,
            kind,
            is_seen: false,
        })
    };
    text.lines().filter_map(row).collect()
}

impl Known {
    fn is_of(&self, stream: &str, kind: &str) -> bool {
        let mut parts = self.stream.split('*');
        let mut rest = parts.next().and_then(|begins| stream.strip_prefix(begins));
        for part in parts {
            rest = rest
                .and_then(|rest| rest.split_once(part))
                .map(|(_, rest)| rest);
        }
        let is_stream = rest.is_some_and(|rest| rest.is_empty() || self.stream.ends_with('*'));
        is_stream && kind == self.kind
    }
}

/// The files below these folders, with names that are the same wherever they are.
fn files(folder: &Path, name: &str, found: &mut Vec<(String, PathBuf)>) {
    const ENDS: [&str; 13] = [
        "264", "h264", "h265", "vp8", "vp9", "av1", "ivf", "webm", "mkv", "mp4", "ts", "mov",
        "pcap",
    ];
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut entries: Vec<_> = entries.map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let file = path.file_name().unwrap().to_string_lossy().into_owned();
        let name = format!("{name}/{file}");
        let end = path
            .extension()
            .map(|end| end.to_string_lossy().into_owned());
        if path.is_dir() {
            files(&path, &name, found);
        } else if end.is_some_and(|end| ENDS.contains(&&end[..])) {
            found.push((name, path));
        }
    }
}

#[derive(Default)]
struct Count {
    brought: usize,
    made: usize,
    frames: usize,
    by_two: usize,
    can_blank: usize,
    whole: usize,
    dropped: usize,
    blanked: usize,
    deviating: usize,
}

fn main() -> ExitCode {
    let mut arguments = env::args().skip(1);
    let (Some(from), Some(table)) = (arguments.next(), arguments.next()) else {
        eprintln!("streams PICTURES TABLE [FOLDER ...]");
        return ExitCode::FAILURE;
    };
    let only = env::var("STREAMS_ONLY").unwrap_or_default();
    let mut brought = Vec::new();
    for folder in arguments {
        let folder = Path::new(&folder);
        let name = folder.file_name().unwrap().to_string_lossy();
        files(folder, &name, &mut brought);
    }
    let recipes = encoders::recipes().len();
    let (next, done) = (AtomicUsize::new(0), Mutex::new(Vec::new()));
    let work = || {
        loop {
            let at = next.fetch_add(1, Ordering::SeqCst);
            let (name, stream) = if at < recipes {
                let name = &encoders::recipes()[at].0;
                if !name.contains(&only) {
                    continue;
                }
                stream::made(at, Path::new(&from)).unwrap()
            } else {
                let Some((name, path)) = brought.get(at - recipes) else {
                    return;
                };
                if !name.contains(&only) {
                    continue;
                }
                match stream::brought(name, path) {
                    Some(stream) => (name.clone(), stream),
                    None => continue,
                }
            };
            let result = stream.map(|stream| {
                let outcome = judge(&stream);
                (stream, outcome)
            });
            let mut done = done.lock().unwrap();
            eprintln!("{}: {name}", done.len() + 1);
            done.push((at, name, result));
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(work);
        }
    });
    let mut done = done.into_inner().unwrap();
    done.sort_by_key(|(at, ..)| *at);

    let mut known = known(Path::new(&table));
    let mut failures = 0;
    let mut counts: [Count; 5] = Default::default();
    let mut controls: [Option<&Stream>; 5] = Default::default();
    for (at, name, result) in &done {
        let kinds = match result {
            Ok((stream, outcome)) => {
                count(
                    &mut counts[stream.codec as usize],
                    stream,
                    outcome,
                    *at < recipes,
                );
                if outcome.deviations.is_empty() && outcome.by_two && outcome.can_blank {
                    controls[stream.codec as usize].get_or_insert(stream);
                }
                outcome.deviations.clone()
            }
            Err(error) if error == NO_FRAMES && *at >= recipes => Vec::new(),
            Err(error) => {
                println!("{name}: {error}");
                vec!["not read".into()]
            }
        };
        for kind in kinds {
            let rows = known.iter_mut().filter(|row| row.is_of(name, &kind));
            let mut is_known = false;
            for row in rows {
                (row.is_seen, is_known) = (true, true);
            }
            failures += usize::from(!is_known);
            let note = if is_known {
                "known"
            } else {
                "NOT IN THE TABLE"
            };
            println!("{note}: {name}: {kind}");
        }
    }
    for row in known.iter().filter(|row| !row.is_seen && only.is_empty()) {
        println!("NO LONGER SEEN: {}: {}", row.stream, row.kind);
        failures += 1;
    }
    for (codec, control) in CODECS.iter().zip(controls) {
        let Some(stream) = control else {
            println!("{codec:?}: no stream without a deviation for the controls");
            failures += usize::from(only.is_empty());
            continue;
        };
        for plant in judge::unseen(stream) {
            println!("{codec:?}: {plant:?} in {} was not seen", stream.name);
            failures += 1;
        }
    }
    print(&counts);
    println!("{failures} failures");
    if failures == 0 {
        ExitCode::SUCCESS
    } else {
        ExitCode::FAILURE
    }
}

fn count(count: &mut Count, stream: &Stream, outcome: &Outcome, is_made: bool) {
    count.made += usize::from(is_made);
    count.brought += usize::from(!is_made);
    count.frames += stream.frames.len();
    count.by_two += usize::from(outcome.by_two);
    count.can_blank += usize::from(outcome.can_blank);
    count.whole += outcome.whole;
    count.dropped += outcome.dropped;
    count.blanked += outcome.blanked;
    count.deviating += usize::from(!outcome.deviations.is_empty());
}

fn print(counts: &[Count; 5]) {
    println!(
        "codec  brought  made  frames  by two decoders  can be blanked  whole  dropped  blanked  deviating"
    );
    for (codec, count) in CODECS.iter().zip(counts) {
        let codec: &Codec = codec;
        println!(
            "{:5} {:8} {:5} {:7} {:16} {:15} {:6} {:8} {:8} {:10}",
            format!("{codec:?}"),
            count.brought,
            count.made,
            count.frames,
            count.by_two,
            count.can_blank,
            count.whole,
            count.dropped,
            count.blanked,
            count.deviating
        );
    }
}
