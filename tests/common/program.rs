//! Running the example, and what is in folders.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::LazyLock,
};

use serde_json::Value;

/// Files by their path, with `/` between its parts.
pub type Folder = BTreeMap<String, Vec<u8>>;

pub fn read_folder(folder: &Path) -> Folder {
    let mut files = Folder::new();
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        let name = path.file_name().unwrap().to_str().expect("a plain name");
        if path.is_dir() {
            let inside = read_folder(&path);
            files.extend(
                inside
                    .into_iter()
                    .map(|(path, file)| (format!("{name}/{path}"), file)),
            );
        } else {
            files.insert(name.into(), fs::read(&path).expect("a file"));
        }
    }
    files
}

fn cargo(arguments: &[&str]) -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    cargo
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments);
    cargo
}

/// Gates a meeting as a user would.
pub fn cargo_run(input: &Path, out: &Path) -> Output {
    cargo(&["run", "--quiet", "--locked", "--example", "meeting", "--"])
        .arg("--input")
        .arg(input)
        .arg("--out")
        .arg(out)
        .output()
        .expect("cargo runs")
}

/// Gates a meeting without asking cargo every time.
pub fn gate(input: &Path, out: &Path) -> Output {
    program()
        .arg("--input")
        .arg(input)
        .arg("--out")
        .arg(out)
        .output()
        .expect("the example runs")
}

pub fn program() -> Command {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| build("meeting"));
    Command::new(&*PROGRAM)
}

/// The example that reads a ledger.
pub fn reader() -> Command {
    static PROGRAM: LazyLock<PathBuf> = LazyLock::new(|| build("ledger"));
    Command::new(&*PROGRAM)
}

fn build(example: &str) -> PathBuf {
    let messages = cargo(&["build", "--quiet", "--locked", "--example", example])
        .arg("--message-format=json")
        .output()
        .expect("cargo builds");
    assert!(messages.status.success(), "{messages:?}");
    let path = messages
        .stdout
        .split(|byte| *byte == b'\n')
        .filter_map(|message| serde_json::from_slice::<Value>(message).ok())
        .filter(|message| message["target"]["name"] == example)
        .find_map(|message| message["executable"].as_str().map(PathBuf::from));
    path.expect("an executable")
}

pub fn succeeded(output: &Output) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{}: {said}", output.status);
}
