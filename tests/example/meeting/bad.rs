//! Ways to break a small meeting, each of which must be refused.

use serde_json::json;

use crate::small::{Small, pcm, y4m};

/// What is wrong, the file that is to be named for it, and how to make it so.
pub type Bad = (&'static str, &'static str, fn(&mut Small));

pub const MEETING: &str = "meeting.json";

const SECRET: &str = "0101010101010101010101010101010101010101010101010101010101010101";

pub const RECORDINGS: [Bad; 15] = [
    ("a missing file", "ann.wav", |small| {
        small.files.remove("ann.wav");
    }),
    ("an empty WAV", "ann.wav", |small| {
        small.file("ann.wav").clear();
    }),
    ("a WAV cut in its header", "ann.wav", |small| {
        small.file("ann.wav").truncate(20);
    }),
    ("a WAV cut in its samples", "ann.wav", |small| {
        small.file("ann.wav").truncate(1001);
    }),
    ("a WAV of 24 bit", "ann.wav", |small| {
        *small.file("ann.wav") = pcm(1, 24, 960);
    }),
    ("a WAV of 8 bit", "ann.wav", |small| {
        *small.file("ann.wav") = pcm(1, 8, 960);
    }),
    ("a WAV that is none", "ann.wav", |small| {
        *small.file("ann.wav") = y4m("W8 H4 F50:1 C420jpeg", 48, 1);
    }),
    ("an empty Y4M", "camera.y4m", |small| {
        small.file("camera.y4m").clear();
    }),
    ("a Y4M cut in a picture", "camera.y4m", |small| {
        let cut = small.file("camera.y4m").len() - 7;
        small.file("camera.y4m").truncate(cut);
    }),
    ("a Y4M cut in a picture's header", "camera.y4m", |small| {
        small.file("camera.y4m").extend(b"FRA");
    }),
    ("a Y4M of 4:2:2", "camera.y4m", |small| {
        *small.file("camera.y4m") = y4m("W8 H4 F50:1 C422", 64, 4);
    }),
    ("a Y4M of 4:4:4", "camera.y4m", |small| {
        *small.file("camera.y4m") = y4m("W8 H4 F50:1 C444", 96, 4);
    }),
    ("a Y4M of odd width", "camera.y4m", |small| {
        *small.file("camera.y4m") = y4m("W7 H4 F50:1 C420jpeg", 44, 4);
    }),
    ("a Y4M of odd height", "camera.y4m", |small| {
        *small.file("camera.y4m") = y4m("W8 H5 F50:1 C420jpeg", 64, 4);
    }),
    ("a Y4M of 10 bit", "camera.y4m", |small| {
        *small.file("camera.y4m") = y4m("W8 H4 F50:1 C420p10", 96, 4);
    }),
];

pub const CHATS: [Bad; 12] = [
    ("a missing chat", "chat.jsonl", |small| {
        small.files.remove("chat.jsonl");
    }),
    ("a message that is no JSON", "chat.jsonl", |small| {
        small.file("chat.jsonl").extend(b"{\"at\": 120,\n");
    }),
    ("a message that is not UTF-8", "chat.jsonl", |small| {
        small.file("chat.jsonl").extend(b"\xff\n");
    }),
    ("an unknown key of a message", "chat.jsonl", |small| {
        small.write_message(&json!({"at": 120, "author": "ann", "text": "a", "to": "ben"}));
    }),
    ("an unknown key of a quote", "chat.jsonl", |small| {
        let quote = json!({"owner": "ben", "start": 0, "end": 1, "of": "ben"});
        small.write_message(&json!({"at": 120, "author": "ann", "text": "a", "quotes": [quote]}));
    }),
    ("a stranger who writes", "chat.jsonl", |small| {
        small.write_message(&json!({"at": 120, "author": "eve", "text": "a"}));
    }),
    ("a stranger who is quoted", "chat.jsonl", |small| {
        quote(small, "eve", 0, 1);
    }),
    ("a quote outside the text", "chat.jsonl", |small| {
        quote(small, "ben", 3, 5);
    }),
    (
        "a quote that ends before it begins",
        "chat.jsonl",
        |small| quote(small, "ben", 3, 1),
    ),
    ("a quote that cuts a character", "chat.jsonl", |small| {
        quote(small, "ben", 0, 2);
    }),
    ("words said after their message", "chat.jsonl", |small| {
        small.write_message(&json!({"at": 120, "said": 121, "author": "ann", "text": "a"}));
    }),
    ("messages out of order", "chat.jsonl", |small| {
        small.write_message(&json!({"at": 5, "author": "ann", "text": "a"}));
    }),
];

/// Adds a message of four bytes, the second and third of which are one character, that quotes somebody.
fn quote(small: &mut Small, owner: &str, start: u32, end: u32) {
    let quote = json!({"owner": owner, "start": start, "end": end});
    small.write_message(&json!({"at": 120, "author": "ann", "text": "aéb", "quotes": [quote]}));
}

pub const MEETINGS: [Bad; 57] = [
    ("JSON that ends early", MEETING, |small| {
        let json = small.meeting.to_string();
        let cut = json[..json.len() / 2].into();
        small.files.insert(MEETING.into(), cut);
    }),
    ("JSON of something else", MEETING, |small| {
        small.meeting = json!([]);
    }),
    ("an unknown key", MEETING, |small| {
        small.meeting["title"] = json!("a");
    }),
    ("a start that is no date", MEETING, |small| {
        small.meeting["started"] = json!("yesterday");
    }),
    ("a start on a day that is not", MEETING, |small| {
        small.meeting["started"] = json!("2026-02-29T09:00:00Z");
    }),
    ("a start that was forgotten", MEETING, |small| {
        small.meeting["started"] = json!("1970-01-01T00:00:00Z");
    }),
    (
        "captions that do not say when they were said",
        MEETING,
        |small| small.stream("chat")["kind"] = json!("caption"),
    ),
    ("an unknown key of a notice", MEETING, |small| {
        small.meeting["notices"][0]["title"] = json!("a");
    }),
    ("an unknown key of an outlet", MEETING, |small| {
        small.meeting["outlets"][0]["drop"] = json!("all");
    }),
    ("an unknown key of a stream", MEETING, |small| {
        small.stream("ann-mic")["gain"] = json!(1);
    }),
    ("an unknown key of a composite", MEETING, |small| {
        small.stream("panel")["composite"][0]["gain"] = json!(1);
    }),
    ("an unknown key of a join", MEETING, |small| {
        small.timeline()[0]["as"] = json!("host");
    }),
    ("an unknown key of a grant", MEETING, |small| {
        small.timeline()[3]["from"] = json!(0);
    }),
    ("a kind in a leave", MEETING, |small| {
        small.then(json!({"at": 200, "event": "leave", "who": "ann", "kinds": "all"}));
    }),
    ("an unknown key of a withdrawal", MEETING, |small| {
        small.then(json!({"at": 200, "event": "withdraw", "who": "ann", "until": 300}));
    }),
    ("an unknown key of a restriction", MEETING, |small| {
        small.then(json!({"at": 200, "event": "restrict", "by": "host", "whom": "ann"}));
    }),
    ("an unknown key of a lift", MEETING, |small| {
        small.then(json!({"at": 200, "event": "lift", "by": "host", "until": 300}));
    }),
    ("two answers to whose a stream is", MEETING, |small| {
        small.stream("ann-mic")["mix"] = json!(["ann", "ben"]);
    }),
    ("two places of a part", MEETING, |small| {
        small.stream("panel")["composite"][0]["rect"] = json!([0, 0, 2, 2]);
    }),
    ("an unknown event", MEETING, |small| {
        small.then(json!({"at": 200, "event": "agree", "who": "ann"}));
    }),
    ("an unknown event with a line break", MEETING, |small| {
        small.then(json!({"at": 200, "event": "agree\nfor all", "who": "ann"}));
    }),
    ("an event with a stranger", MEETING, |small| {
        small.then(json!({"at": 200, "event": "withdraw", "who": "eve"}));
    }),
    ("a stranger with a line break", MEETING, |small| {
        small.then(json!({"at": 200, "event": "withdraw", "who": "eve\nmallory\r\u{85}"}));
    }),
    ("a restriction of a stranger", MEETING, |small| {
        small.then(json!({"at": 200, "event": "restrict", "by": "host", "who": "eve"}));
    }),
    ("a stranger who owns", MEETING, |small| {
        small.stream("ann-mic")["owner"] = json!("eve");
    }),
    ("a stranger in a mix", MEETING, |small| {
        small.stream("room")["mix"] = json!(["eve"]);
    }),
    ("a stranger in a composite", MEETING, |small| {
        small.stream("panel")["composite"][0]["owner"] = json!("eve");
    }),
    ("a timeline out of order", MEETING, |small| {
        small.then(json!({"at": 50, "event": "withdraw", "who": "ann"}));
    }),
    ("a negative time", MEETING, |small| {
        small.timeline()[0]["at"] = json!(-1);
    }),
    ("a part of a millisecond", MEETING, |small| {
        small.timeline()[0]["at"] = json!(0.5);
    }),
    ("an unknown purpose", MEETING, |small| {
        small.meeting["outlets"][0]["purposes"] = json!(["SELL"]);
    }),
    ("an unknown kind", MEETING, |small| {
        small.stream("ann-mic")["kind"] = json!("smell");
    }),
    ("an outlet's purpose with a recipient", MEETING, |small| {
        small.meeting["outlets"][1]["purposes"] = json!(["RECORD@Shop Inc"]);
    }),
    ("an unknown notice", MEETING, |small| {
        small.timeline()[3]["notice"] = json!("nothing");
    }),
    ("a grant beyond its notice", MEETING, |small| {
        small.timeline()[3]["notice"] = json!("the shop");
    }),
    ("a grant of somebody who is not there", MEETING, |small| {
        small.timeline().rotate_left(1);
    }),
    ("a grant that ends before it begins", MEETING, |small| {
        let mut grant = small.timeline()[3].clone();
        grant["at"] = json!(200);
        grant["until"] = json!(150);
        small.then(grant);
    }),
    ("a person twice", MEETING, |small| {
        small.meeting["people"] = json!(["ann", "ben", "cal", "ann"]);
    }),
    ("an outlet twice", MEETING, |small| {
        small.meeting["outlets"][1]["name"] = json!("keeper");
    }),
    ("a person called unknown", MEETING, |small| {
        small.meeting["people"] = json!(["ann", "ben", "cal", "unknown"]);
    }),
    (
        "a stream of somebody who has not joined",
        MEETING,
        |small| {
            let opening = small.opening("ann-mic");
            small.timeline().insert(0, opening);
        },
    ),
    ("a stream of somebody who has left", MEETING, |small| {
        let mut opening = small.opening("cal-mic");
        opening["at"] = json!(80);
        let position = small.timeline().len() - 1;
        small.timeline().insert(position, opening);
    }),
    ("a stream that is not opened", MEETING, |small| {
        small.opening("ann-mic");
    }),
    ("a stream that is not there", MEETING, |small| {
        small.then(json!({"at": 200, "event": "open", "stream": "ben-mic"}));
    }),
    ("a tile outside the picture", MEETING, |small| {
        small.stream("camera")["composite"][0]["rect"] = json!([4, 0, 6, 4]);
    }),
    ("a channel that is not there", MEETING, |small| {
        small.stream("panel")["composite"][1]["channel"] = json!(2);
    }),
    ("a file outside the folder", MEETING, |small| {
        small.stream("ann-mic")["file"] = json!("../ann.wav");
    }),
    ("an outlet outside the results", MEETING, |small| {
        small.meeting["outlets"][0]["name"] = json!("../keeper");
    }),
    ("an outlet with the name of a result", MEETING, |small| {
        small.meeting["outlets"][0]["name"] = json!("ledger.jsonl");
    }),
    ("an unknown key of a person", MEETING, |small| {
        small.meeting["people"][0] = json!({"id": "ann", "signs_with": SECRET, "name": "Ann"});
    }),
    ("a key of too few digits", MEETING, |small| {
        small.meeting["people"][0] = json!({"id": "ann", "signs_with": &SECRET[1..]});
    }),
    ("a key that is not hexadecimal", MEETING, |small| {
        small.meeting["people"][0] = json!({"id": "ann", "signs_with": SECRET.replace('1', "é")});
    }),
    ("a signature of somebody without a key", MEETING, |small| {
        small.timeline()[3]["sign"] = json!("own");
    }),
    ("an unknown signature", MEETING, |small| {
        small.meeting["people"][0] = json!({"id": "ann", "signs_with": SECRET});
        small.timeline()[3]["sign"] = json!("well");
    }),
    ("an unknown notice superseded", MEETING, |small| {
        small.then(json!({"at": 200, "event": "supersede", "notice": "nothing"}));
    }),
    ("a notice superseded twice", MEETING, |small| {
        small.then(json!({"at": 200, "event": "supersede", "notice": "everything"}));
        small.then(json!({"at": 200, "event": "supersede", "notice": "everything"}));
    }),
    ("a grant under a superseded notice", MEETING, |small| {
        let mut grant = small.timeline()[3].clone();
        grant["at"] = json!(200);
        small.then(json!({"at": 200, "event": "supersede", "notice": "everything"}));
        small.then(grant);
    }),
];
