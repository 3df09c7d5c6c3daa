//! `tags.jsonl`: a line for each frame.

use framegate::{Reason, Tag};
use serde::{Serialize, Serializer};

/// One frame into one outlet.
pub struct Line<'a> {
    pub stream: &'a str,
    pub frame: u64,
    pub outlet: &'a str,
    pub tag: Tag,
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
