//! A meeting of a few frames, made from nothing, to be broken in one way at a time.

use std::{fs, path::Path};

use serde_json::{Value, json};

use crate::common::program::Folder;

/// What recordings say beside the media, in a chunk of a WAV and before each picture of a Y4M.
pub const NOTE: &[u8] = b"seat-by-the-window";
const INFO: &[u8] = b"INFOICMT\x12\0\0\0seat-by-the-window";

pub struct Small {
    pub meeting: Value,
    /// The recordings; a `meeting.json` among them takes the place of the one above.
    pub files: Folder,
}

impl Small {
    pub fn new() -> Self {
        let files = [
            ("ann.wav", pcm(1, 16, 880)),
            ("cal.wav", pcm(1, 16, 960)),
            ("room.wav", pcm(1, 16, 480)),
            ("panel.wav", floats(2, 960)),
            (
                "camera.y4m",
                y4m("W8 H4 F50:1 Ip C420jpeg", 8 * 4 * 3 / 2, 4),
            ),
            ("chat.jsonl", chat()),
        ];
        Self {
            meeting: meeting(),
            files: files.map(|(name, file)| (name.into(), file)).into(),
        }
    }

    pub fn write(&self, folder: &Path) {
        fs::create_dir(folder).unwrap();
        fs::write(folder.join("meeting.json"), self.meeting.to_string()).unwrap();
        for (name, file) in &self.files {
            fs::write(folder.join(name), file).unwrap();
        }
    }

    pub fn file(&mut self, name: &str) -> &mut Vec<u8> {
        self.files.get_mut(name).expect("known")
    }

    /// Lets something happen at the end.
    pub fn then(&mut self, entry: Value) {
        self.timeline().push(entry);
    }

    pub fn timeline(&mut self) -> &mut Vec<Value> {
        self.meeting["timeline"].as_array_mut().unwrap()
    }

    pub fn stream(&mut self, name: &str) -> &mut Value {
        let streams = self.meeting["streams"].as_array_mut().unwrap();
        let mut streams = streams.iter_mut();
        streams.find(|stream| stream["name"] == name).unwrap()
    }

    /// Takes a stream's opening out of the timeline.
    pub fn opening(&mut self, stream: &str) -> Value {
        let timeline = self.timeline();
        let position = timeline.iter().position(|entry| entry["stream"] == stream);
        timeline.remove(position.unwrap())
    }

    /// Adds a line to the chat.
    pub fn write_message(&mut self, message: &Value) {
        let line = format!("{message}\n");
        self.file("chat.jsonl").extend(line.bytes());
    }
}

fn meeting() -> Value {
    let notice = |id, purposes: Value| {
        json!({
            "id": id, "version": "1", "language": "en", "controller": "Example Conferencing",
            "text": format!("Of {id}."), "kinds": "all", "purposes": purposes,
        })
    };
    json!({
        "meeting": "small",
        "people": ["ann", "ben", "cal"],
        "notices": [notice("everything", json!("all")), notice("the shop", json!(["RECORD@Shop Inc"]))],
        "outlets": [
            {"name": "keeper", "purposes": ["RECORD"], "blank": "all"},
            {"name": "shop", "purposes": ["RECORD"], "recipient": "Shop Inc"},
        ],
        "streams": [
            {"name": "ann-mic", "kind": "audio", "file": "ann.wav", "owner": "ann"},
            {"name": "cal-mic", "kind": "audio", "file": "cal.wav", "owner": "cal"},
            {"name": "room", "kind": "audio", "file": "room.wav", "mix": ["ann", "unknown"]},
            {"name": "panel", "kind": "audio", "file": "panel.wav", "composite": [
                {"owner": "ann", "channel": 0}, {"owner": "ben", "channel": 1},
            ]},
            {"name": "camera", "kind": "video", "file": "camera.y4m", "composite": [
                {"owner": "ann", "rect": [0, 0, 4, 4]}, {"owner": "unknown", "rect": [4, 0, 2, 4]},
            ]},
            {"name": "chat", "kind": "chat", "file": "chat.jsonl", "authors": true},
        ],
        "timeline": [
            {"at": 0, "event": "join", "who": "ann"},
            {"at": 0, "event": "join", "who": "ben"},
            {"at": 0, "event": "join", "who": "cal"},
            {"at": 0, "event": "grant", "who": "ann", "notice": "everything",
                "kinds": "all", "purposes": "all", "method": "spoken"},
            {"at": 0, "event": "grant", "who": "ann", "notice": "the shop",
                "kinds": "all", "purposes": ["RECORD@Shop Inc"], "method": "clicked"},
            {"at": 0, "event": "grant", "who": "cal", "notice": "everything",
                "kinds": "all", "purposes": "all", "method": "typed"},
            {"at": 0, "event": "open", "stream": "ann-mic"},
            {"at": 0, "event": "open", "stream": "cal-mic"},
            {"at": 0, "event": "open", "stream": "room"},
            {"at": 0, "event": "open", "stream": "panel"},
            {"at": 0, "event": "open", "stream": "camera"},
            {"at": 0, "event": "open", "stream": "chat"},
            {"at": 60, "event": "leave", "who": "cal"},
            {"at": 100, "event": "join", "who": "cal"},
        ],
    })
}

/// What cal says is quoted by ann.
fn chat() -> Vec<u8> {
    let messages = [
        json!({"at": 10, "author": "ann", "text": "Grüße 👋"}),
        json!({"at": 20, "author": "cal", "text": "hi"}),
        json!({"at": 30, "author": "ann", "text": "“hi” — ça va?", "quotes": [
            {"owner": "cal", "start": 3, "end": 5, "at": 20},
        ]}),
        json!({"at": 70, "author": "ben", "text": "no"}),
        json!({"at": 110, "author": "cal", "text": "back"}),
        json!({"at": 110, "author": "unknown", "text": "who?"}),
    ];
    let lines = messages.map(|message| format!("{message}\n"));
    lines.concat().into_bytes()
}

/// Whole numbers without a zero among them.
pub fn pcm(channels: u16, bits: u16, samples: usize) -> Vec<u8> {
    let bytes = samples * usize::from(channels) * usize::from(bits / 8);
    let data: Vec<_> = (1..=251_u8).cycle().take(bytes).collect();
    wav(1, channels, bits, &data)
}

/// Numbers of every sort, with those among them that arithmetic would change.
fn floats(channels: u16, samples: usize) -> Vec<u8> {
    let odd = [-0.0, f32::NAN, f32::INFINITY, f32::MIN_POSITIVE / 4.0, 0.25];
    let count = samples * usize::from(channels);
    let data = odd.into_iter().cycle().take(count);
    wav(
        3,
        channels,
        32,
        &data.flat_map(f32::to_le_bytes).collect::<Vec<_>>(),
    )
}

/// At 8 kHz.
fn wav(encoding: u16, channels: u16, bits: u16, data: &[u8]) -> Vec<u8> {
    let rate = 8000_u32;
    let step = channels * bits / 8;
    let length = u32::try_from(data.len()).unwrap();
    let file = u32::try_from(52 + INFO.len() + data.len()).unwrap();
    [
        &b"RIFF"[..],
        &(file - 8).to_le_bytes(),
        b"WAVEfmt ",
        &16_u32.to_le_bytes(),
        &encoding.to_le_bytes(),
        &channels.to_le_bytes(),
        &rate.to_le_bytes(),
        &(rate * u32::from(step)).to_le_bytes(),
        &step.to_le_bytes(),
        &bits.to_le_bytes(),
        b"LIST",
        &u32::try_from(INFO.len()).unwrap().to_le_bytes(),
        INFO,
        b"data",
        &length.to_le_bytes(),
        data,
    ]
    .concat()
}

/// Pictures of so many bytes, none of which is that of black.
pub fn y4m(parameters: &str, bytes: usize, pictures: usize) -> Vec<u8> {
    let content: Vec<_> = (130..=250_u8).cycle().take(bytes).collect();
    let picture = [b"FRAME X", NOTE, b"\n", &content].concat();
    let header = format!("YUV4MPEG2 {parameters}\n");
    [header.into_bytes(), picture.repeat(pictures)].concat()
}
