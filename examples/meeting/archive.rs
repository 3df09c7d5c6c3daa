//! `archive.jsonl`: what an outlet has of each frame, of which meeting it is, who is in it, and the seal that binds all to the tag.

use std::{fs, path::Path};

use framegate::{
    Instance, Kinds,
    archive::{MeetingKey, PayloadDigest, Seal, Subject, Subjects},
    format::Format,
};
use serde::Serialize;

use crate::{error::Problem, json_lines::JsonLines, layout::Secret, media::Stored, tags};

const ARCHIVE: &str = "archive.jsonl";

/// Reads a meeting's secret.
pub fn secret(path: &Path) -> Result<Secret, Problem> {
    let text = fs::read_to_string(path).map_err(|error| Problem::unreadable(path, &error))?;
    let secret = Secret::try_from(text.trim().to_owned());
    secret.map_err(|_| {
        let remedy = "make it with `openssl rand -hex 32`";
        Problem::new(path, "not 64 hexadecimal digits", remedy)
    })
}

/// An archive that is being written.
pub struct Archive(JsonLines);

#[derive(Serialize)]
struct Row<'a> {
    instance: Instance,
    #[serde(flatten)]
    line: tags::Line<'a>,
    people: Vec<Who<'a>>,
    /// Where the payload is: in which file beside the archive, from which byte to before which.
    file: &'a str,
    start: u64,
    end: u64,
    /// As what the payload is digested, if not as its bytes are.
    #[serde(skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
    digest: PayloadDigest,
    seal: Seal,
}

/// Somebody in a frame; of a recording always as of the stream's own kind.
#[derive(Serialize)]
struct Who<'a> {
    id: &'a str,
}

impl Archive {
    pub fn create(folder: &Path) -> Result<Self, Problem> {
        JsonLines::create(folder.join(ARCHIVE)).map(Self)
    }

    /// Seals a frame's tag over what the outlet has of the frame, and who is in it.
    pub fn append(
        &mut self,
        line: tags::Line<'_>,
        mut ids: Vec<&str>,
        file: &str,
        (format, stored): (Format, &Stored),
        key: &MeetingKey,
    ) -> Result<(), Problem> {
        ids.sort_unstable();
        ids.dedup();
        let kinds = Kinds::empty();
        let subjects: Vec<_> = ids.iter().map(|id| Subject { id, kinds }).collect();
        let subjects = Subjects::new(&subjects).unwrap_or(Subjects::NONE);
        let stream = key.stream(line.tag);
        let digest = stream.digest(format, &stored.bytes);
        let seal = stream.seal(line.tag, subjects, digest);
        let is_canonical = matches!(format, Format::H264 | Format::HEVC | Format::AV1);
        let row = Row {
            instance: key.instance(),
            line,
            people: ids.iter().map(|id| Who { id }).collect(),
            file,
            start: stored.start,
            end: stored.start + stored.bytes.len() as u64,
            format: is_canonical.then_some(format),
            digest,
            seal,
        };
        self.0.append(&row)
    }

    pub fn finish(self) -> Result<(), Problem> {
        self.0.finish()
    }
}
