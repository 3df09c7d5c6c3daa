//! The results, and whether they agree with what went in.

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::OnceLock,
};

use framegate::ledger::{Entry, Head, Ledger};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    formats::{Wav, Y4m},
    source::{Frame, Outlet, Source, Stream, json_lines, list, text},
};
use crate::common::program::Folder;

/// What a check finds: an error says what does not hold.
pub type Check = Result<(), String>;

pub struct Results {
    pub files: Folder,
    /// Those of the controller's `tags.jsonl`, read once.
    lines: OnceLock<Vec<Line>>,
}

/// A line of `tags.jsonl`.
#[derive(Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    pub stream: String,
    pub frame: usize,
    pub outlet: String,
    pub captured: u64,
    pub verdict: String,
    pub reason: Option<String>,
    pub tag: String,
}

/// The fields of a tag.
#[derive(Debug)]
pub struct Tag {
    version: u8,
    kind: u8,
    treatment: u8,
    reason: u8,
    purposes: u16,
    stream: u16,
    captured: u32,
    generation: u32,
}

const KINDS: [(&str, u8); 3] = [("audio", 0), ("video", 1), ("chat", 3)];
const TREATMENTS: [(&str, u8); 4] = [
    ("dropped", 0),
    ("whole", 1),
    ("redacted", 2),
    ("blanked", 3),
];
const REASONS: [(&str, u8); 9] = [
    ("incomplete", 16),
    ("unknown", 17),
    ("absent", 18),
    ("restricted", 32),
    ("withdrawn", 33),
    ("stale notice", 34),
    ("expired", 35),
    ("not granted", 36),
    ("captured earlier", 37),
];
/// The first bit of purposes that are a third party's.
const THIRD_PARTY: u16 = 1 << 9;

fn number(names: &[(&str, u8)], name: &str) -> Option<u8> {
    let found = names.iter().find(|(known, _)| *known == name);
    found.map(|(_, number)| *number)
}

/// An error with what it is about, unless it holds.
fn holds(holds: bool, what: impl FnOnce() -> String) -> Check {
    if holds { Ok(()) } else { Err(what()) }
}

impl Line {
    pub fn tag(&self) -> Result<Tag, String> {
        let wrong = || format!("{:?} is not 16 bytes in hexadecimal", self.tag);
        if self.tag.len() != 32 || !self.tag.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(wrong());
        }
        let [a, b, c, d, ..] = u128::from_str_radix(&self.tag, 16)
            .map_err(|_| wrong())?
            .to_be_bytes();
        let field = |begin: usize, end: usize| {
            u32::from_str_radix(&self.tag[2 * begin..2 * end], 16).map_err(|_| wrong())
        };
        let short =
            |begin, end| u16::try_from(field(begin, end)?).map_err(|error| error.to_string());
        Ok(Tag {
            version: a,
            kind: b,
            treatment: c,
            reason: d,
            purposes: short(4, 6)?,
            stream: short(6, 8)?,
            captured: field(8, 12)?,
            generation: field(12, 16)?,
        })
    }

    pub fn is_released(&self) -> bool {
        self.verdict == "whole" || self.verdict == "redacted"
    }

    fn check_tag(&self, stream: &Stream, outlet: &Outlet) -> Check {
        let tag = self.tag()?;
        let reason = match &self.reason {
            None => Some(0),
            Some(reason) => number(&REASONS, reason),
        };
        let purposes_agree = match (self.is_released(), &outlet.recipient) {
            (false, _) => tag.purposes == 0,
            (true, None) => tag.purposes != 0 && tag.purposes < THIRD_PARTY,
            (true, Some(_)) => tag.purposes >= THIRD_PARTY,
        };
        let agrees = tag.version == 1
            && Some(tag.kind) == number(&KINDS, &stream.kind)
            && Some(tag.treatment) == number(&TREATMENTS, &self.verdict)
            && Some(tag.reason) == reason
            && (tag.treatment == 1) == (tag.reason == 0)
            && purposes_agree
            && u64::from(tag.captured) == self.captured;
        holds(agrees, || format!("{tag:?} in {self:?}"))
    }
}

impl Results {
    pub fn new(files: Folder) -> Self {
        Self {
            files,
            lines: OnceLock::new(),
        }
    }

    /// Every frame and outlet.
    pub fn lines(&self) -> &[Line] {
        self.lines.get_or_init(|| self.read_lines("tags.jsonl"))
    }

    fn read_lines(&self, path: &str) -> Vec<Line> {
        let file = str::from_utf8(&self.files[path]).expect("UTF-8");
        let lines = file.lines().map(serde_json::from_str);
        lines.map(|line| line.expect("a line of tags")).collect()
    }

    /// The lines of one stream and outlet, in order.
    pub fn tap(&self, stream: &str, outlet: &str) -> Vec<&Line> {
        let lines = self.lines().iter();
        lines
            .filter(|line| line.stream == stream && line.outlet == outlet)
            .collect()
    }

    pub fn verdicts(&self, stream: &str, outlet: &str) -> Vec<String> {
        let lines = self.tap(stream, outlet).into_iter();
        lines.map(|line| line.verdict.clone()).collect()
    }

    /// What an outlet received of a stream; none where it got nothing.
    pub fn received(&self, stream: &Stream, outlet: &str) -> Option<&[u8]> {
        let file = self.files.get(&format!("{outlet}/{}", stream.file));
        file.map(Vec::as_slice)
    }

    pub fn wav(&self, stream: &Stream, outlet: &str) -> Wav {
        Wav::parse(self.received(stream, outlet).expect("a WAV")).expect("a WAV")
    }

    pub fn y4m(&self, stream: &Stream, outlet: &str) -> Y4m {
        Y4m::parse(self.received(stream, outlet).expect("a Y4M")).expect("a Y4M")
    }

    /// Everything an outlet has.
    pub fn outlet(&self, outlet: &str) -> impl Iterator<Item = (&String, &Vec<u8>)> {
        let begin = format!("{outlet}/");
        let files = self.files.iter();
        files.filter(move |(path, _)| path.starts_with(&begin))
    }

    pub fn report(&self) -> Value {
        serde_json::from_slice(&self.files["report.json"]).expect("JSON")
    }

    /// The ledger, verified up to its head.
    pub fn ledger(&self) -> Result<Ledger, String> {
        let head: Head = serde_json::from_slice(&self.files["head.json"]).expect("a head");
        let ledger = Ledger::read(&self.files["ledger.jsonl"], Some(&head), None);
        ledger.map_err(|error| error.to_string())
    }

    /// The ledger's final counters are what the tags say, by tap in the order of opening.
    pub fn check_counted(&self, ledger: &Ledger) -> Check {
        let mut entries = ledger.lines().iter().rev().map(|line| &line.entry);
        let (Some(Entry::Ended {}), Some(Entry::Counted { taps })) =
            (entries.next(), entries.next())
        else {
            return Err("the ledger does not end with the counters".into());
        };
        let mut names = Vec::new();
        for line in self.lines() {
            let number = (line.tag()?.stream, line.stream.clone());
            if !names.contains(&number) {
                names.push(number);
            }
        }
        names.sort();
        let outlets = list(&self.report()["outlets"])
            .map(text)
            .collect::<Vec<_>>();
        let expected = names.iter().flat_map(|(_, stream)| {
            outlets.iter().map(move |outlet| {
                let verdicts = self.verdicts(stream, outlet);
                let verdict = |name| verdicts.iter().filter(|it| *it == name).count();
                ["whole", "redacted", "blanked", "dropped"].map(|name| verdict(name) as u64)
            })
        });
        let counted = taps.iter().map(|tap| tap.frames);
        let counted = counted.map(|it| [it.whole, it.redacted, it.blanked, it.dropped]);
        holds(counted.eq(expected), || format!("counted {taps:?}"))
    }

    /// Of sound that is not a composite: what is withheld is silent or not there, and the rest is as it went in.
    pub fn check_sound(&self, stream: &Stream, outlet: &str) -> Check {
        let about = |what: &str| format!("{} in {outlet}: {what}", stream.name);
        let source = stream.wav();
        let mut expected = Vec::new();
        let lines = self.tap(&stream.name, outlet);
        holds(lines.len() == stream.frames.len(), || about("lines"))?;
        for (line, frame) in lines.iter().zip(source.frames()) {
            match &*line.verdict {
                "whole" => expected.extend(frame),
                "blanked" => expected.resize(expected.len() + frame.len(), 0),
                "dropped" => {}
                other => return Err(about(other)),
            }
        }
        let Some(received) = self.received(stream, outlet) else {
            return holds(expected.is_empty(), || about("is missing"));
        };
        let received = Wav::parse(received).map_err(|error| about(&error))?;
        let form = |wav: &Wav| (wav.samples, wav.channels, wav.rate);
        holds(form(&received) == form(source), || about("another form"))?;
        holds(!expected.is_empty(), || about("is there, though empty"))?;
        holds(received.data == expected, || about("other samples"))
    }

    /// Of a gallery whose tiles cover it: the tiles of those who are not cleared are black, the rest is as it went in.
    pub fn check_gallery(
        &self,
        stream: &Stream,
        outlet: &str,
        is_cleared: impl Fn(&str, &Frame) -> bool,
    ) -> Check {
        let about = |what: &str| format!("{} in {outlet}: {what}", stream.name);
        let source = stream.y4m();
        let file = self.received(stream, outlet).ok_or(about("is missing"))?;
        let received = Y4m::parse(file).map_err(|error| about(&error))?;
        holds(received.header == source.header, || about("another header"))?;
        let content = received.pictures.iter().map(Vec::len);
        let length = content.fold(received.header.len() + 1, |length, picture| {
            length + "FRAME\n".len() + picture
        });
        holds(file.len() == length, || about("more than pictures"))?;
        let mut pictures = received.pictures.iter();
        for line in self.tap(&stream.name, outlet) {
            if line.verdict == "dropped" {
                continue;
            }
            let frame = &stream.frames[line.frame];
            let refused = stream.composite.iter().filter_map(|part| {
                let owner = part["owner"].as_str()?;
                (!is_cleared(owner, frame)).then(|| rect(part))
            });
            let expected = source.blackened(&source.pictures[line.frame], refused);
            let picture = pictures.next().ok_or(about("too few pictures"))?;
            holds(*picture == expected, || {
                about(&format!("picture {}", line.frame))
            })?;
        }
        holds(pictures.next().is_none(), || about("too many pictures"))
    }

    /// A chat: what is withheld is asterisks or not there, and the rest is as it went in.
    pub fn check_chat(
        &self,
        stream: &Stream,
        outlet: &str,
        is_cleared: impl Fn(&str, &Frame) -> bool,
    ) -> Check {
        let messages = stream.messages().iter().zip(&stream.frames);
        let mut expected = Vec::new();
        for (line, (message, frame)) in self.tap(&stream.name, outlet).iter().zip(messages) {
            let text = message["text"].as_str().expect("a text");
            match &*line.verdict {
                "whole" => expected.push(message.clone()),
                "redacted" => {
                    let mut message = message.clone();
                    let (left, masked): (Vec<_>, Vec<_>) =
                        list(&message["quotes"]).cloned().partition(|quote| {
                            is_cleared(quote["owner"].as_str().expect("an owner"), frame)
                        });
                    let text = masked
                        .iter()
                        .fold(text.to_owned(), |text, quote| asterisks(&text, quote));
                    message["text"] = text.into();
                    message["quotes"] = left.clone().into();
                    if left.is_empty() {
                        message.as_object_mut().expect("an object").remove("quotes");
                    }
                    expected.push(message);
                }
                "blanked" => {
                    expected.push(json!({"at": message["at"], "text": "*".repeat(text.len())}));
                }
                _ => {}
            }
        }
        let received = self.received(stream, outlet);
        let received = received.map(json_lines).unwrap_or_default();
        holds(received == expected, || {
            format!("{outlet} received {received:?}, not {expected:?}")
        })
    }

    /// Every frame and outlet has one line, an outlet has those of what it received, and each tag says what its line says.
    pub fn check_tags(&self, source: &Source) -> Check {
        let lines = self.lines();
        holds(
            lines.len() == source.frames() * source.outlets.len(),
            || format!("{} lines", lines.len()),
        )?;
        let key = |line: &Line| (line.stream.clone(), line.frame, line.outlet.clone());
        let distinct: BTreeSet<_> = lines.iter().map(key).collect();
        holds(distinct.len() == lines.len(), || "a line twice".into())?;

        for (stream, outlet) in source.taps() {
            let tap = self.tap(&stream.name, &outlet.name);
            let about = || format!("{} in {}", stream.name, outlet.name);
            holds(tap.len() == stream.frames.len(), about)?;
            for (index, (line, frame)) in tap.iter().zip(&stream.frames).enumerate() {
                let agrees = line.frame == index && line.captured == frame.captured;
                holds(agrees, || format!("{line:?} of frame {index}"))?;
                line.check_tag(stream, outlet)?;
            }
        }
        for outlet in &source.outlets {
            let own = self.read_lines(&format!("{}/tags.jsonl", outlet.name));
            let received = lines
                .iter()
                .filter(|line| line.outlet == outlet.name && line.verdict != "dropped");
            holds(own.iter().eq(received), || {
                format!("tags of {}", outlet.name)
            })?;
        }

        let mut streams = BTreeMap::new();
        let mut latest = 0;
        for line in lines {
            let tag = line.tag()?;
            let number = *streams.entry(&line.stream).or_insert(tag.stream);
            let agrees = number == tag.stream && latest <= tag.generation;
            holds(agrees, || format!("{tag:?} in {line:?}"))?;
            latest = tag.generation;
        }
        let numbers: BTreeSet<_> = streams.values().collect();
        holds(numbers.len() == streams.len(), || format!("{streams:?}"))
    }

    /// The report counts what the tags say.
    pub fn check_report(&self, source: &Source) -> Check {
        let report = self.report();
        let lines = self.lines();
        holds(report["frames"] == source.frames(), || {
            format!("{} frames", report["frames"])
        })?;
        let outlets: Vec<_> = source.outlets.iter().map(|outlet| &outlet.name).collect();
        holds(report["outlets"] == json!(outlets), || {
            format!("outlets {}", report["outlets"])
        })?;

        let mut counts = BTreeMap::<String, u64>::new();
        for line in lines {
            let stream = source.stream(&line.stream);
            let case = json!([
                stream.frames[line.frame].people(),
                stream.kind,
                line.outlet,
                line.verdict,
                line.reason,
            ]);
            *counts.entry(case.to_string()).or_default() += 1;
        }
        let mut reported = BTreeMap::new();
        for row in list(&report["counts"]) {
            let case = ["participants", "kind", "outlet", "verdict", "reason"].map(|key| &row[key]);
            let frames = row["frames"].as_u64().ok_or("no count")?;
            let twice = reported.insert(json!(case).to_string(), frames);
            holds(twice.is_none(), || format!("{row} twice"))?;
        }
        holds(reported == counts, || {
            format!("counts {reported:?}, not {counts:?}")
        })?;
        holds(reported.values().sum::<u64>() == lines.len() as u64, || {
            "the counts do not add up".into()
        })?;

        let taps = source.taps().map(|(stream, outlet)| {
            let verdicts = self.verdicts(&stream.name, &outlet.name);
            let count = |verdict| verdicts.iter().filter(|it| *it == verdict).count();
            json!({
                "stream": stream.name, "outlet": outlet.name, "seen": verdicts.len(),
                "whole": count("whole"), "redacted": count("redacted"),
                "blanked": count("blanked"), "dropped": count("dropped"), "keyframes_wanted": 0,
            })
        });
        let taps: Vec<_> = taps.collect();
        holds(report["taps"] == json!(taps), || {
            format!("taps {}, not {}", report["taps"], json!(taps))
        })
    }
}

/// The tile of an entry of a composite.
pub fn rect(part: &Value) -> [usize; 4] {
    serde_json::from_value(part["rect"].clone()).expect("a rectangle")
}

/// A text with a quotation masked.
fn asterisks(text: &str, quote: &Value) -> String {
    let [start, end] = ["start", "end"].map(|key| {
        let offset = quote[key].as_u64().expect("an offset");
        usize::try_from(offset).expect("an offset")
    });
    let (before, after) = (&text[..start], &text[end..]);
    format!("{before}{}{after}", "*".repeat(end - start))
}

/// Whether every element of an XML text is closed in order.
pub fn check_xml(mut text: &str) -> Check {
    let mut open = Vec::new();
    while let Some((before, rest)) = text.split_once('<') {
        let stray = before.contains('>') || (open.is_empty() && !before.trim().is_empty());
        holds(!stray, || format!("stray text {before:?}"))?;
        for entity in before.split('&').skip(1) {
            let name = entity.split_once(';').map(|(name, _)| name);
            let is_known =
                name.is_some_and(|name| ["amp", "lt", "gt", "quot", "apos"].contains(&name));
            holds(is_known, || format!("a stray & before {entity:?}"))?;
        }
        let (element, rest) = rest.split_once('>').ok_or("an element without end")?;
        holds(element.matches('"').count() % 2 == 0, || element.into())?;
        if let Some(name) = element.strip_prefix('/') {
            holds(open.pop() == Some(name), || {
                format!("{element} out of order")
            })?;
        } else if !element.ends_with('/') {
            open.extend(element.split_whitespace().next());
        }
        text = rest;
    }
    let complete = open.is_empty() && text.trim().is_empty();
    holds(complete, || format!("{open:?} left open, then {text:?}"))
}
