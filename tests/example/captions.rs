//! Captions: words are as old as their first one was said, whenever the recogniser gave them (R5, R8).

use std::fs;

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::{
    common::program::{gate, read_folder, succeeded},
    meeting::json_lines,
};

/// What came of each line of captions in the outlet that drops, and what both outlets received. Ann agreed at the start, Bob at 4 s.
fn gated(lines: &[Value]) -> Result<(Vec<String>, [Vec<Value>; 2]), String> {
    gated_as("caption", lines)
}

fn gated_as(kind: &str, lines: &[Value]) -> Result<(Vec<String>, [Vec<Value>; 2]), String> {
    let grant = |who, at| {
        json!({
            "at": at, "event": "grant", "who": who, "notice": "n", "kinds": "all", "purposes": ["RECORD"], "method": "clicked",
        })
    };
    let meeting = json!({
        "meeting": "m",
        "people": ["ann", "bob"],
        "notices": [{
            "id": "n", "version": "1", "language": "en", "controller": "Example Ltd", "text": "We record.",
            "kinds": "all", "purposes": ["RECORD"],
        }],
        "outlets": [
            {"name": "drop", "purposes": ["RECORD"]},
            {"name": "blank", "purposes": ["RECORD"], "blank": ["caption", "chat"]},
        ],
        "streams": [{"name": "cap", "kind": kind, "file": "cap.jsonl", "authors": true}],
        "timeline": [
            {"at": 0, "event": "join", "who": "ann"},
            {"at": 0, "event": "join", "who": "bob"},
            grant("ann", 0),
            {"at": 0, "event": "open", "stream": "cap"},
            grant("bob", 4000),
        ],
    });
    let folder = TempDir::new().unwrap();
    let (input, out) = (folder.path().join("in"), folder.path().join("out"));
    fs::create_dir(&input).unwrap();
    fs::write(input.join("meeting.json"), meeting.to_string()).unwrap();
    let lines: Vec<_> = lines.iter().map(|line| format!("{line}\n")).collect();
    fs::write(input.join("cap.jsonl"), lines.concat()).unwrap();
    let output = gate(&input, &out);
    if !output.status.success() {
        return Err(String::from_utf8(output.stderr).unwrap());
    }
    succeeded(&output);
    let results = read_folder(&out);
    let received = |outlet| {
        let file = results.get(&format!("{outlet}/cap.jsonl"));
        file.map(|file| json_lines(file)).unwrap_or_default()
    };
    let tags = json_lines(&results["tags.jsonl"]);
    let of_drop = tags.iter().filter(|tag| tag["outlet"] == "drop");
    let told = of_drop.map(|tag| {
        let reason = tag["reason"].as_str();
        let verdict = tag["verdict"].as_str().unwrap();
        reason.map_or_else(|| verdict.into(), |reason| format!("{verdict} {reason}"))
    });
    Ok((told.collect(), [received("drop"), received("blank")]))
}

const EARLY: &str = "said from 3000 to 3900, before bob agreed";

#[test]
fn r5_words_said_before_somebody_agreed_stay_out_however_late_their_caption_comes() {
    let lines = [
        json!({"at": 5000, "said": 3000, "author": "bob", "text": EARLY}),
        json!({"at": 5100, "said": 3999, "author": "bob", "text": "begun before"}),
        json!({"at": 5200, "said": 4000, "author": "bob", "text": "said since"}),
        json!({"at": 5300, "said": 1000, "author": "ann", "text": "of ann"}),
    ];
    let (told, [dropped, blanked]) = gated(&lines).unwrap();
    let early = "dropped captured earlier";
    assert_eq!(told, [early, early, "whole", "whole"]);
    assert_eq!(dropped, lines[2..]);
    // Nor does a blank one say when it was said.
    let blank = |line: &Value| {
        let text = line["text"].as_str().unwrap();
        json!({"at": line["at"], "text": "*".repeat(text.len())})
    };
    let expected = [
        blank(&lines[0]),
        blank(&lines[1]),
        lines[2].clone(),
        lines[3].clone(),
    ];
    assert_eq!(blanked, expected);

    // The control: dated by when they came, all of it would go through.
    let late: Vec<_> = lines
        .iter()
        .cloned()
        .map(|mut line| {
            line["said"] = line["at"].clone();
            line
        })
        .collect();
    let (told, _) = gated(&late).unwrap();
    assert_eq!(told, ["whole"; 4]);
}

#[test]
fn r1_a_caption_that_does_not_say_when_it_was_said_is_an_error() {
    let line = json!({"at": 5000, "author": "bob", "text": EARLY});
    let said = gated(std::slice::from_ref(&line)).unwrap_err();
    assert!(
        said.contains("`said`") && said.contains("cap.jsonl"),
        "{said}"
    );
    // A message is sent as it is.
    let (told, _) = gated_as("chat", &[line]).unwrap();
    assert_eq!(told, ["whole"]);
    for kind in ["caption", "chat"] {
        let late = json!({"at": 5000, "said": 5001, "author": "ann", "text": "to come"});
        let said = gated_as(kind, &[late]).unwrap_err();
        assert!(said.contains("`said` is after"), "{said}");
    }
}

#[test]
fn r4_a_second_speakers_words_in_a_caption_are_theirs() {
    // "Yes. No." of which ann said the first word.
    let line = |said, at| {
        json!({
            "at": 6000, "said": said, "author": "ann", "text": "Yes. No.",
            "quotes": [{"owner": "bob", "start": 5, "end": 8, "at": at}],
        })
    };
    let lines = [line(3000, 3500), line(4500, 3500), line(4500, 4600)];
    let (told, [dropped, _]) = gated(&lines).unwrap();
    let masked = "redacted captured earlier";
    assert_eq!(told, [masked, masked, "whole"]);
    let texts: Vec<_> = dropped.iter().map(|line| &line["text"]).collect();
    assert_eq!(texts, ["Yes. ***", "Yes. ***", "Yes. No."]);
    assert!(dropped[0].get("quotes").is_none());
}
