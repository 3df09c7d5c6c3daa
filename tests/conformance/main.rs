//! The conformance scripts, replayed through the library's public items. `README.md` beside this file has their format.
//!
//! It shares no code with the oracle, which wrote them.

#![cfg(feature = "std")]

mod replay;

use std::{env, fs, path::PathBuf, process::Command};

use replay::{Fault, replay};
use serde_json::Value;

/// Those of the folder that the environment variable `FRAMEGATE_SCRIPTS` names, or those that are checked in.
fn scripts() -> Vec<(String, Value)> {
    let checked_in = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/scripts");
    let folder = env::var_os("FRAMEGATE_SCRIPTS").map_or(PathBuf::from(checked_in), PathBuf::from);
    let files = fs::read_dir(&folder).expect("a folder of scripts");
    let mut paths: Vec<_> = files.map(|file| file.expect("a file").path()).collect();
    paths.sort();
    let read = |path: &PathBuf| {
        let script = serde_json::from_slice(&fs::read(path).expect("a file")).expect("JSON");
        (path.display().to_string(), script)
    };
    paths.iter().map(read).collect()
}

#[test]
fn every_script_comes_out_as_it_says() {
    let scripts = scripts();
    let planted = env::var("FRAMEGATE_FAULT").ok();
    let planted = planted.map(|name| {
        let fault = Fault::ALL
            .into_iter()
            .find(|fault| format!("{fault:?}") == name);
        fault.expect("a fault")
    });
    let (mut steps, mut frames, mut lines) = (0, 0, 0);
    let mut differ = Vec::new();
    for (path, script) in &scripts {
        match replay(script, planted) {
            Ok(compared) => {
                steps += compared.steps;
                frames += compared.frames;
                lines += compared.lines;
            }
            Err(why) => differ.push(format!("{path}: {why}")),
        }
    }
    println!(
        "{} scripts, {steps} steps, {frames} frames, {lines} lines of ledgers compared",
        scripts.len()
    );
    assert!(differ.is_empty(), "{}", differ.join("\n"));
    assert!(steps > 0 && frames > 0 && lines > 0, "nothing was compared");
}

/// In a process of its own, as an instance is used once in each.
#[test]
fn a_fault_planted_in_the_replay_is_found() {
    let program = env::current_exe().expect("this program");
    for fault in Fault::ALL {
        let run = Command::new(&program)
            .args(["--exact", "every_script_comes_out_as_it_says"])
            .env("FRAMEGATE_FAULT", format!("{fault:?}"))
            .output()
            .expect("a process");
        let told = String::from_utf8_lossy(&run.stdout);
        assert!(told.contains("expected"), "{fault:?} was not found: {told}");
    }
}
