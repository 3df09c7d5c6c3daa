//! `tags.jsonl`: a line for each frame.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::{Path, PathBuf},
};

use framegate::{Reason, Tag};
use serde::{Serialize, Serializer};

use crate::{error::Problem, input::TAGS};

/// A `tags.jsonl` that is being written.
pub struct Tags {
    path: PathBuf,
    file: BufWriter<File>,
}

/// One frame into one outlet.
pub struct Line<'a> {
    pub stream: &'a str,
    pub frame: u64,
    pub outlet: &'a str,
    pub tag: Tag,
}

impl Tags {
    pub fn create(folder: &Path) -> Result<Self, Problem> {
        let path = folder.join(TAGS);
        match File::create_new(&path) {
            Ok(file) => Ok(Self {
                path,
                file: BufWriter::new(file),
            }),
            Err(error) => Err(Problem::unwritable(&path, &error)),
        }
    }

    pub fn append(&mut self, line: &Line<'_>) -> Result<(), Problem> {
        serde_json::to_writer(&mut self.file, line)
            .map_err(io::Error::from)
            .and_then(|()| self.file.write_all(b"\n"))
            .map_err(|error| Problem::unwritable(&self.path, &error))
    }

    pub fn finish(mut self) -> Result<(), Problem> {
        self.file
            .flush()
            .map_err(|error| Problem::unwritable(&self.path, &error))
    }
}

impl Serialize for Line<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Keys<'a> {
            stream: &'a str,
            frame: u64,
            outlet: &'a str,
            captured: i64,
            verdict: &'static str,
            reason: Option<&'static str>,
            tag: String,
        }
        let verdict = self.tag.verdict();
        let keys = Keys {
            stream: self.stream,
            frame: self.frame,
            outlet: self.outlet,
            captured: self.tag.captured().as_micros() / 1000,
            verdict: verdict.name(),
            reason: verdict.reason().map(Reason::name),
            tag: self.tag.to_string(),
        };
        keys.serialize(serializer)
    }
}
