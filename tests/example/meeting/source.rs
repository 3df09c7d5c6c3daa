//! The recorded meeting as it went in.

use serde_json::Value;

use super::formats::{Wav, Y4m};
use crate::common::program::Folder;

pub struct Source {
    pub outlets: Vec<Outlet>,
    pub streams: Vec<Stream>,
}

pub struct Outlet {
    pub name: String,
    pub recipient: Option<String>,
    pub blanked_kinds: Vec<String>,
}

pub struct Stream {
    pub name: String,
    pub kind: String,
    pub file: String,
    pub media: Media,
    pub frames: Vec<Frame>,
    /// Whose which part of a frame is, as `meeting.json` says it.
    pub composite: Vec<Value>,
}

pub enum Media {
    Audio(Wav),
    Video(Y4m),
    Chat(Vec<Value>),
}

/// When a frame was captured and when it came to the gate, in milliseconds, and whose it is.
pub struct Frame {
    pub captured: u64,
    pub released: u64,
    /// Whose it is as a whole, together.
    pub whole: Vec<String>,
    /// Whose its parts are, each one's by itself.
    pub parts: Vec<String>,
}

impl Frame {
    /// Everybody, in order of id.
    pub fn people(&self) -> Vec<String> {
        let mut people = [&*self.whole, &*self.parts].concat();
        people.sort();
        people.dedup();
        people
    }
}

impl Source {
    pub fn new(folder: &Folder) -> Self {
        let meeting: Value = serde_json::from_slice(&folder["meeting.json"]).expect("JSON");
        let outlets = list(&meeting["outlets"]).map(|outlet| Outlet {
            name: text(&outlet["name"]),
            recipient: outlet.get("recipient").map(text),
            blanked_kinds: list(&outlet["blank"]).map(text).collect(),
        });
        let streams = list(&meeting["streams"]).map(|stream| {
            let opened = list(&meeting["timeline"])
                .find(|entry| entry["event"] == "open" && entry["stream"] == stream["name"])
                .and_then(|entry| entry["at"].as_u64());
            Stream::new(stream, folder, opened.expect("a stream that is opened"))
        });
        Self {
            outlets: outlets.collect(),
            streams: streams.collect(),
        }
    }

    pub fn stream(&self, name: &str) -> &Stream {
        let mut streams = self.streams.iter();
        streams.find(|stream| stream.name == name).expect("known")
    }

    pub fn outlet(&self, name: &str) -> &Outlet {
        let mut outlets = self.outlets.iter();
        outlets.find(|outlet| outlet.name == name).expect("known")
    }

    pub fn frames(&self) -> usize {
        self.streams.iter().map(|stream| stream.frames.len()).sum()
    }

    /// Each stream with each outlet.
    pub fn taps(&self) -> impl Iterator<Item = (&Stream, &Outlet)> {
        let each = |stream| self.outlets.iter().map(move |outlet| (stream, outlet));
        self.streams.iter().flat_map(each)
    }
}

impl Stream {
    fn new(stream: &Value, folder: &Folder, opened: u64) -> Self {
        let file = text(&stream["file"]);
        let composite: Vec<_> = list(&stream["composite"]).cloned().collect();
        let owner = stream.get("owner").into_iter();
        let whole: Vec<_> = owner.chain(list(&stream["mix"])).map(text).collect();
        let parts: Vec<_> = composite.iter().map(|part| text(&part["owner"])).collect();
        let frame = |(captured, released): (usize, usize)| Frame {
            captured: opened + captured as u64,
            released: opened + released as u64,
            whole: whole.clone(),
            parts: parts.clone(),
        };

        let (media, frames) = match file.rsplit_once('.') {
            Some((_, "wav")) => {
                let wav = Wav::parse(&folder[&file]).expect("a WAV");
                let millis = wav.frames().enumerate().map(|(index, frame)| {
                    let length = frame.len() / wav.step() * 1000 / wav.rate;
                    (index * 20, index * 20 + length)
                });
                let frames = millis.map(frame).collect();
                (Media::Audio(wav), frames)
            }
            Some((_, "y4m")) => {
                let y4m = Y4m::parse(&folder[&file]).expect("a Y4M");
                let millis = |index: usize| index * 1000 * y4m.rate.1 / y4m.rate.0;
                let frames = (0..y4m.pictures.len())
                    .map(|index| frame((millis(index), millis(index + 1))))
                    .collect();
                (Media::Video(y4m), frames)
            }
            _ => {
                let messages = json_lines(&folder[&file]);
                let frames = messages.iter().map(message).collect();
                (Media::Chat(messages), frames)
            }
        };
        Self {
            name: text(&stream["name"]),
            kind: text(&stream["kind"]),
            file,
            media,
            frames,
            composite,
        }
    }

    pub fn wav(&self) -> &Wav {
        match &self.media {
            Media::Audio(wav) => wav,
            _ => panic!("{} is no sound", self.name),
        }
    }

    pub fn y4m(&self) -> &Y4m {
        match &self.media {
            Media::Video(y4m) => y4m,
            _ => panic!("{} is no video", self.name),
        }
    }

    pub fn messages(&self) -> &[Value] {
        match &self.media {
            Media::Chat(messages) => messages,
            _ => panic!("{} is no chat", self.name),
        }
    }
}

fn message(message: &Value) -> Frame {
    let at = message["at"].as_u64().expect("a time");
    Frame {
        captured: message["said"].as_u64().unwrap_or(at),
        released: at,
        whole: vec![text(&message["author"])],
        parts: list(&message["quotes"])
            .map(|quote| text(&quote["owner"]))
            .collect(),
    }
}

pub fn json_lines(file: &[u8]) -> Vec<Value> {
    let lines = str::from_utf8(file).expect("UTF-8").lines();
    lines
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect()
}

/// What a list holds; nothing where there is none.
pub fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

pub fn text(value: &Value) -> String {
    value.as_str().expect("a string").into()
}
