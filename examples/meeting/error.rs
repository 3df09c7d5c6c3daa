//! What is wrong, where, and what helps.

use std::{
    fmt::{self, Display, Write as _},
    io,
    path::{Path, PathBuf},
};

use crate::quoted::printable;

/// Why a meeting could not be gated, told in one line.
#[derive(Debug)]
pub struct Problem {
    file: PathBuf,
    place: Option<String>,
    what: String,
    remedy: String,
}

impl Problem {
    /// Something about a file as a whole.
    pub fn new(file: &Path, what: impl Display, remedy: impl Display) -> Self {
        Self {
            file: file.into(),
            place: None,
            what: what.to_string(),
            remedy: remedy.to_string(),
        }
    }

    /// Where in the file.
    pub fn at(mut self, place: impl Display) -> Self {
        self.place = Some(place.to_string());
        self
    }

    /// A file or folder that could not be read.
    pub fn unreadable(file: &Path, error: &io::Error) -> Self {
        let remedy = match error.kind() {
            io::ErrorKind::InvalidData => "save it as UTF-8",
            _ => "check that it is there and may be read",
        };
        Self::new(file, error, remedy)
    }

    /// A file that ends where it should not.
    pub fn cut_short(file: &Path) -> Self {
        Self::new(file, "the file ends too early", "copy or record it again")
    }

    /// A file or folder that could not be written.
    pub fn unwritable(file: &Path, error: &impl Display) -> Self {
        Self::new(file, error, "check the folder's permissions and free space")
    }

    /// JSON that is not of the layout. `first_line` is the number of the line where it begins.
    pub fn json(file: &Path, error: &serde_json::Error, first_line: usize) -> Self {
        let what = error.to_string();
        let what = what
            .rsplit_once(" at line ")
            .map_or(&*what, |(what, _)| what);
        let line = first_line + error.line().saturating_sub(1);
        Self::new(
            file,
            what,
            "compare it with the layout in examples/meeting/README.md",
        )
        .at(format_args!("line {line}, column {}", error.column()))
    }
}

impl Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut line = format!("{}: ", self.file.display());
        if let Some(place) = &self.place {
            write!(line, "{place}: ")?;
        }
        write!(line, "{}; {}", self.what, self.remedy)?;
        // Names come from the input: a line break in one must not make two lines of this.
        f.write_str(&printable(&line))
    }
}
