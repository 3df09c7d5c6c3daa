//! The folder of results: written aside, put in place as a whole.

use std::{
    ffi::OsStr,
    fs, io,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use tempfile::TempDir;

use crate::{
    error::Problem,
    input::{REPORT, RESULTS},
};

/// Results on their way. Dropped, they are gone without a trace.
pub struct Output {
    aside: TempDir,
    target: PathBuf,
}

impl Output {
    /// Begins results for `target`, of a meeting in the folder `input`.
    pub fn begin(target: &Path, input: &Path) -> Result<Self, Problem> {
        let unwritable = |error| Problem::unwritable(target, &error);
        let input = fs::canonicalize(input).map_err(|error| Problem::unreadable(input, &error))?;
        let absolute = std::path::absolute(target).map_err(unwritable)?;
        let (Some(parent), Some(name)) = (absolute.parent(), absolute.file_name()) else {
            let remedy = "name another folder with --out";
            return Err(Problem::new(target, "not the name of a folder", remedy));
        };
        let parent = resolve(parent).map_err(unwritable)?;
        let resolved = parent.join(name);
        if resolved.starts_with(&input) || input.starts_with(&resolved) {
            return Err(Problem::new(
                target,
                "the output and the input lie in one another",
                "name another folder with --out",
            ));
        }
        if fs::symlink_metadata(&resolved).is_ok() && !is_earlier_result(&resolved) {
            return Err(Problem::new(
                target,
                "there is something that is not a result of this program alone",
                "move it away, or name another folder with --out",
            ));
        }
        fs::create_dir_all(&parent).map_err(unwritable)?;
        let aside = tempfile::Builder::new()
            .prefix(".framegate-")
            .tempdir_in(&parent)
            .map_err(unwritable)?;
        let output = Self {
            aside,
            target: resolved,
        };
        fs::create_dir(output.folder()).map_err(unwritable)?;
        Ok(output)
    }

    /// Where to write until everything is.
    pub fn folder(&self) -> PathBuf {
        self.aside.path().join("results")
    }

    /// Puts the results in place, instead of an earlier one.
    pub fn finish(self) -> Result<(), Problem> {
        self.replace()
            .map_err(|error| Problem::unwritable(&self.target, &error))
    }

    fn replace(&self) -> io::Result<()> {
        let earlier = self.aside.path().join("earlier");
        let is_there = fs::symlink_metadata(&self.target).is_ok();
        if is_there {
            fs::rename(&self.target, &earlier)?;
        }
        fs::rename(self.folder(), &self.target).inspect_err(|_| {
            if is_there {
                // Nothing more can be done where this fails too.
                let _ = fs::rename(&earlier, &self.target);
            }
        })
    }
}

/// An absolute path without links, though its end need not exist yet.
fn resolve(path: &Path) -> io::Result<PathBuf> {
    match (fs::canonicalize(path), path.parent(), path.file_name()) {
        (Err(error), Some(parent), Some(name)) if error.kind() == io::ErrorKind::NotFound => {
            Ok(resolve(parent)?.join(name))
        }
        (resolved, ..) => resolved,
    }
}

/// Whether a folder holds a report and nothing beside what was written with it.
fn is_earlier_result(folder: &Path) -> bool {
    #[derive(Deserialize)]
    struct Report {
        outlets: Vec<String>,
    }

    let read = || -> io::Result<bool> {
        let is_folder = fs::symlink_metadata(folder)?.is_dir();
        let report: Report = serde_json::from_slice(&fs::read(folder.join(REPORT))?)?;
        let is_ours = |name: &OsStr| {
            RESULTS.iter().any(|own| name == *own)
                || report.outlets.iter().any(|outlet| name == &**outlet)
        };
        for entry in fs::read_dir(folder)? {
            if !is_ours(&entry?.file_name()) {
                return Ok(false);
            }
        }
        Ok(is_folder)
    };
    read().unwrap_or(false)
}
