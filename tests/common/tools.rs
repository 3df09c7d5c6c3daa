//! Other people's encoders and decoders.

use std::{
    ffi::{OsStr, OsString},
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
};

/// The recordings that ship with the meeting example.
pub fn standup(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("examples/meeting/standup")
        .join(file)
}

/// What a program of Debian's prints. It must be there, and succeed.
pub fn run<I: AsRef<OsStr>>(program: &str, arguments: impl IntoIterator<Item = I>) -> Vec<u8> {
    let output = try_to_run(program, arguments);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{program}: {said}");
    output.stdout
}

pub fn try_to_run<I: AsRef<OsStr>>(
    program: &str,
    arguments: impl IntoIterator<Item = I>,
) -> Output {
    let output = Command::new(program).args(arguments).output();
    output.unwrap_or_else(|error| panic!("the tests need {program}: {error}"))
}

/// The words of a command line in which `{}` at the end of one stands for a path.
pub fn words(line: &str, paths: &[&Path]) -> Vec<OsString> {
    let mut paths = paths.iter();
    let words = line.split_whitespace();
    words
        .map(|word| match word.strip_suffix("{}") {
            Some(before) => [before.as_ref(), paths.next().unwrap().as_os_str()]
                .into_iter()
                .collect(),
            None => word.into(),
        })
        .collect()
}

/// A folder in which a file can be put for other programs to read.
pub struct Folder(tempfile::TempDir);

impl Folder {
    pub fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    pub fn file(&self, name: &str, bytes: &[u8]) -> PathBuf {
        let path = self.path(name);
        fs::write(&path, bytes).unwrap();
        path
    }
}
