//! A frame in an archive.

use framegate::{
    Instance, Kinds, Tag,
    archive::{Finding, PayloadDigest, Seal},
    format::Format,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

/// A frame: its tag, who is in it, where its payload is.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Of which meeting it is.
    pub instance: Instance,
    /// The stream's name, and how many frames came before it.
    pub stream: String,
    pub frame: u64,
    pub outlet: String,
    /// None if there is none, or none that can be read.
    pub tag: Option<Tag>,
    /// In the order of their ids.
    pub people: Vec<Who>,
    /// The file, beside the archive, and the bytes in it from one to before another.
    pub file: String,
    pub start: u64,
    pub end: u64,
    /// As what the payload is digested: one that has a canonical form. None: as its bytes are.
    pub format: Option<Format>,
    /// None if there is none, or none that can be read.
    pub digest: Option<PayloadDigest>,
    pub seal: Option<Seal>,
}

/// Somebody in a frame.
#[derive(Clone, Debug, PartialEq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Who {
    pub id: String,
    /// As what, beside the kind of the frame's tag.
    #[serde(default = "Kinds::empty", skip_serializing_if = "Kinds::is_empty")]
    pub kinds: Kinds,
}

/// A frame that may not be used, and why.
#[derive(Serialize)]
pub struct Found {
    pub finding: Finding,
    #[serde(flatten)]
    pub row: Row,
}

/// As a line of JSON, which may say more.
#[derive(Deserialize, Serialize)]
struct Line {
    /// Archives of before there were instances have none, and are refused.
    instance: Option<Instance>,
    stream: String,
    frame: u64,
    outlet: String,
    /// What the tag says, for who reads along: it does not count.
    #[serde(skip_deserializing)]
    captured: Option<i64>,
    #[serde(skip_deserializing)]
    verdict: Option<&'static str>,
    #[serde(skip_deserializing)]
    reason: Option<&'static str>,
    /// Text that may not be a tag.
    #[serde(default)]
    tag: Option<String>,
    people: Vec<Who>,
    file: String,
    start: u64,
    end: u64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    format: Option<Format>,
    #[serde(default)]
    digest: Option<String>,
    #[serde(default)]
    seal: Option<String>,
}

/// Why an archive of before there were instances is refused.
pub const NO_MEETING: &str = "a row that does not say of which meeting it is, as archives of the first kind: it cannot be told from another's, and must be archived anew";

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let row = self.clone();
        let line = Line {
            instance: Some(self.instance),
            format: self.format,
            digest: self.digest.map(|digest| digest.to_string()),
            captured: self.tag.map(|tag| tag.captured().as_micros() / 1000),
            verdict: self.tag.map(|tag| tag.verdict().name()),
            reason: self
                .tag
                .and_then(|tag| Some(tag.verdict().reason()?.name())),
            tag: self.tag.map(|tag| tag.to_string()),
            seal: self.seal.map(|seal| seal.to_string()),
            stream: row.stream,
            frame: row.frame,
            outlet: row.outlet,
            people: row.people,
            file: row.file,
            start: row.start,
            end: row.end,
        };
        line.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Row {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let line = Line::deserialize(deserializer)?;
        let mut people = line.people;
        people.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(Self {
            instance: line.instance.ok_or_else(|| D::Error::custom(NO_MEETING))?,
            stream: line.stream,
            frame: line.frame,
            outlet: line.outlet,
            tag: line
                .tag
                .and_then(|tag| serde_json::from_value(tag.into()).ok()),
            people,
            file: line.file,
            start: line.start,
            end: line.end,
            format: line.format,
            digest: line
                .digest
                .and_then(|digest| serde_json::from_value(digest.into()).ok()),
            seal: line
                .seal
                .and_then(|seal| serde_json::from_value(seal.into()).ok()),
        })
    }
}
