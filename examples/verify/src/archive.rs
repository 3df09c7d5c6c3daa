//! An archive, in JSON Lines or Parquet, and the payloads that it points to.

use std::{
    collections::BTreeMap,
    error::Error,
    fs::{self, File},
    io::{BufRead, BufReader, BufWriter, Write},
    path::{Path, PathBuf},
};

use framegate::{
    StreamId,
    archive::{Archived, Carried, MeetingKey, StreamKey, Subject, Subjects},
    format::Format,
};
use serde::Serialize;

use crate::{columns, named, rows::Row};

pub struct Archive {
    /// Where its payloads are.
    folder: PathBuf,
    pub rows: Vec<Row>,
}

/// The files that payloads are in. A file that cannot be read is empty, so that no seal over it holds.
pub type Payloads = BTreeMap<String, Vec<u8>>;

impl Archive {
    pub fn read(path: &Path) -> Result<Self, Box<dyn Error>> {
        let is_parquet = path
            .extension()
            .is_some_and(|extension| extension == "parquet");
        let rows = if is_parquet {
            named(path, columns::read(path))?
        } else {
            let lines = BufReader::new(named(path, File::open(path))?).lines();
            let row = |line: std::io::Result<String>| {
                named(path, serde_json::from_str(&named(path, line)?))
            };
            lines.map(row).collect::<Result<_, _>>()?
        };
        let folder = path.parent().unwrap_or(Path::new("")).into();
        Ok(Self { folder, rows })
    }

    pub fn payloads(&self) -> Payloads {
        let mut payloads = Payloads::new();
        for row in &self.rows {
            if !payloads.contains_key(&row.file) {
                let file = fs::read(self.folder.join(&row.file)).unwrap_or_default();
                payloads.insert(row.file.clone(), file);
            }
        }
        payloads
    }

    pub fn subjects(&self) -> Vec<Vec<Subject<'_>>> {
        self.rows
            .iter()
            .map(|row| {
                let people = row.people.iter();
                people
                    .map(|who| Subject {
                        id: &who.id,
                        kinds: who.kinds,
                    })
                    .collect()
            })
            .collect()
    }

    pub fn frames<'a>(
        &'a self,
        subjects: &'a [Vec<Subject<'a>>],
        media: Option<(&MeetingKey, &Payloads)>,
    ) -> Vec<Archived<'a>> {
        // Frames of a stream mostly come together.
        let mut last: Option<(Option<StreamId>, StreamKey)> = None;
        let frame = |(row, subjects): (&'a Row, &'a Vec<Subject<'a>>)| {
            // What stands in the row is of no use where the media can be looked at.
            let digest = media.map_or(row.digest, |(key, payloads)| {
                let tag = row.tag?;
                let known = last.take().filter(|(stream, _)| *stream == tag.stream());
                let (_, stream) =
                    last.insert(known.unwrap_or_else(|| (tag.stream(), key.stream(tag))));
                let bytes = |at: u64| usize::try_from(at).unwrap_or(usize::MAX);
                let file = payloads.get(&row.file).map_or(&[][..], Vec::as_slice);
                let payload = file.get(bytes(row.start)..bytes(row.end));
                let format = row.format.unwrap_or(Format::OPAQUE);
                Some(stream.digest(format, payload.unwrap_or_default()))
            });
            Archived {
                instance: row.instance,
                carried: row.tag.map(|tag| Carried {
                    tag,
                    seal: row.seal,
                }),
                subjects: Subjects::new(subjects).unwrap_or(Subjects::NONE),
                digest,
            }
        };
        self.rows.iter().zip(subjects).map(frame).collect()
    }

    /// A row that can be read from anywhere.
    pub fn absolute(&self, row: &Row) -> Row {
        let path = self.folder.join(&row.file);
        let path = std::path::absolute(&path).unwrap_or(path);
        Row {
            file: path.to_string_lossy().into_owned(),
            ..row.clone()
        }
    }
}

/// A line of JSON for each.
pub fn write_lines<T: Serialize>(
    path: &Path,
    items: impl Iterator<Item = T>,
) -> Result<(), Box<dyn Error>> {
    let mut file = BufWriter::new(named(path, File::create_new(path))?);
    for item in items {
        let line = serde_json::to_string(&item)?;
        named(path, writeln!(file, "{line}"))?;
    }
    named(path, file.flush())
}
