//! A file of JSON Lines.

use std::{
    fs::File,
    io::{self, BufWriter, Write},
    path::PathBuf,
};

use serde::Serialize;

use crate::error::Problem;

/// A file that is being written, a document a line.
pub struct JsonLines {
    path: PathBuf,
    file: BufWriter<File>,
}

impl JsonLines {
    pub fn create(path: PathBuf) -> Result<Self, Problem> {
        match File::create_new(&path) {
            Ok(file) => Ok(Self {
                path,
                file: BufWriter::new(file),
            }),
            Err(error) => Err(Problem::unwritable(&path, &error)),
        }
    }

    pub fn append(&mut self, line: &impl Serialize) -> Result<(), Problem> {
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
