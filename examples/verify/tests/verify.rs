//! The program over archives: of the meeting that ships with the library, and of a small one whose people withdraw later.

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Output},
    sync::LazyLock,
};

use framegate::{
    Authority, Contributors, Digest, Frame, Grant, JoinOptions, Kind, Kinds, Meeting,
    MeetingOptions, Method, Notice, OutletOptions, Participant, Purposes, Scope, StreamOptions,
    Time,
    archive::{Carried, MeetingKey, Subject, Subjects},
    format::Format,
    ledger::{FileStore, Head, LedgerWriter},
};
use serde_json::{Value, json};
use tempfile::TempDir;

const SECRET: [u8; 32] = [0xC5; 32];

/// A folder with a secret in it.
fn folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    fs::write(
        folder.path().join("secret"),
        format!("{}\n", "c5".repeat(32)),
    )
    .unwrap();
    folder
}

/// The shipped meeting, gated and sealed once for all tests.
static SHIPPED: LazyLock<TempDir> = LazyLock::new(|| {
    let folder = folder();
    let output = Command::new(env!("CARGO"))
        .current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/../.."))
        .args(["run", "--quiet", "--locked", "--example", "meeting", "--"])
        .arg("--seal")
        .arg(folder.path().join("secret"))
        .arg("--out")
        .arg(folder.path().join("meeting"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    folder
});

fn verify(archive: &Path, ledger: &Path, more: &[&str]) -> Output {
    let program = Command::new(env!("CARGO_BIN_EXE_framegate-verify"))
        .arg("--archive")
        .arg(archive)
        .arg("--ledger")
        .arg(ledger)
        .args(more)
        .output();
    program.unwrap()
}

/// What it prints first: how many of how many may be used.
fn said(output: &Output) -> String {
    assert!(output.status.success(), "{output:?}");
    let text = String::from_utf8_lossy(&output.stdout);
    text.lines().next().unwrap().to_owned()
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn the_shipped_meeting_is_split_into_what_may_be_used_and_what_must_go() {
    let (root, out) = (SHIPPED.path(), TempDir::new().unwrap());
    let (meeting, secret) = (root.join("meeting"), root.join("secret"));
    let (ledger, head) = (meeting.join("ledger.jsonl"), meeting.join("head.json"));
    let archive = meeting.join("speech-model/archive.jsonl");
    let first = out.path().join("first");
    let options = ["--secret", text(&secret), "--head", text(&head)];
    let output = verify(
        &archive,
        &ledger,
        &[&options[..], &["--out", text(&first)]].concat(),
    );
    let (all, cleared) = (lines(&archive), lines(&first.join("archive.jsonl")));
    let gone = lines(&first.join("erase.jsonl"));
    assert!(!cleared.is_empty() && !gone.is_empty());
    assert_eq!(
        said(&output),
        format!("{} of {} frames may be used.", cleared.len(), all.len())
    );
    assert_eq!(cleared.len() + gone.len(), all.len());
    // The operator withdrew, the reader did not.
    assert!(gone.iter().all(|row| row["finding"] == "recalled"));
    let is_in = |row: &Value, id: &str| {
        row["people"]
            .as_array()
            .unwrap()
            .contains(&json!({"id": id}))
    };
    assert!(gone.iter().all(|row| is_in(row, "operator")));
    assert!(
        cleared.iter().any(|row| is_in(row, "reader"))
            && !cleared.iter().any(|row| is_in(row, "operator"))
    );

    // Parquet is the same archive; what was cleared stays cleared.
    let (parquet, second) = (first.join("archive.parquet"), out.path().join("second"));
    let output = verify(
        &parquet,
        &ledger,
        &[&options[..], &["--out", text(&second)]].concat(),
    );
    assert_eq!(
        said(&output),
        format!("{0} of {0} frames may be used.", cleared.len())
    );
    assert_eq!(lines(&second.join("archive.jsonl")), cleared);
    assert!(lines(&second.join("erase.jsonl")).is_empty());
    let python = Command::new("python3")
        .arg(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/columns.py"))
        .args([first.join("archive.jsonl"), parquet])
        .output()
        .unwrap();
    assert!(python.status.success(), "{python:?}");
    assert_eq!(
        String::from_utf8_lossy(&python.stdout).trim(),
        cleared.len().to_string()
    );
}

#[test]
fn nothing_unverified_may_be_used() {
    let root = SHIPPED.path();
    let (meeting, secret) = (root.join("meeting"), root.join("secret"));
    let ledger = meeting.join("ledger.jsonl");
    let archive = meeting.join("recorder/archive.jsonl");
    let all = lines(&archive).len();
    let find = |archive: &Path, more: &[&str]| said(&verify(archive, &ledger, more));
    let record = ["--purpose", "RECORD"];
    let nothing = format!("0 of {all} frames may be used.");
    assert_eq!(find(&archive, &record), nothing);
    let with_secret = [&record[..], &["--secret", text(&secret)]].concat();
    let cleared = find(&archive, &with_secret);
    assert_ne!(cleared, nothing);
    // Of nobody's consent to another purpose.
    assert_eq!(
        find(&archive, &["--secret", text(&secret), "--purpose", "TRAIN"]),
        nothing
    );
    // A dry run tells the same, and writes nothing.
    let out = TempDir::new().unwrap();
    let dry = out.path().join("dry");
    assert_eq!(
        find(
            &archive,
            &[&record[..], &["--dry-run", "--out", text(&dry)]].concat()
        ),
        cleared
    );
    assert!(!dry.exists());
    let wrong = out.path().join("wrong");
    fs::write(&wrong, "5c".repeat(32)).unwrap();
    assert_eq!(
        find(&archive, &["--purpose", "RECORD", "--secret", text(&wrong)]),
        nothing
    );
    for bad in [
        vec!["--purpose", "EVERYTHING"],
        vec!["--secret", text(&ledger)],
        vec!["--secret", "/nowhere"],
        vec!["--recheck"],
    ] {
        let output = verify(&archive, &ledger, &bad);
        assert_eq!(output.status.code(), Some(2), "{bad:?}");
    }
}

/// A small meeting, its archive, and the head when it ended.
struct Small {
    folder: TempDir,
    meeting: Meeting,
    people: [Participant; 2],
    rows: Vec<Value>,
}

impl Small {
    fn new() -> Self {
        let folder = folder();
        let store = FileStore::create(&folder.path().join("ledger.jsonl")).unwrap();
        let writer = LedgerWriter::new(Box::new(store));
        let mut meeting = Meeting::open(MeetingOptions::new("small", 2).ledger(writer)).unwrap();
        let scope = Scope::new(Kinds::AUDIO, Purposes::TRAIN);
        let digest = Digest::of("We train on what you say.");
        let (version, language, controller) = ("1".into(), "en".into(), "Example Ltd".into());
        let notice = Notice {
            digest,
            version,
            language,
            controller,
            scope,
        };
        meeting.show(notice).unwrap();
        let outlet = meeting
            .open_outlet(OutletOptions::new("model", Purposes::TRAIN))
            .unwrap();
        let key = MeetingKey::new(&SECRET, meeting.instance()).unwrap();
        let (mut rows, mut payload) = (Vec::new(), Vec::new());
        let people = [("ana", 100), ("bo", 1000)].map(|(id, begun)| {
            let who = meeting.join(JoinOptions::adult(id), Time::START).unwrap();
            let grant = Grant::new(digest, scope, Method::Clicked);
            meeting.grant(Authority::Participant, who, &grant, Time::START).unwrap();
            let stream = StreamOptions::owned(who, Kind::Audio, Format::OPAQUE);
            let stream = meeting.open_stream(stream).unwrap();
            let mut tap = meeting.tap(stream, outlet).unwrap();
            for frame in 0..20 {
                let now = Time::from_millis(begun + 20 * frame);
                let bytes = format!("{id} {frame}");
                let admission = tap.admit(&Frame::new(now, Contributors::Owner), bytes.as_bytes().into(), now, |_| ());
                let tag = admission.tag;
                let subjects = [Subject { id, kinds: Kinds::empty() }];
                let subjects = Subjects::new(&subjects).unwrap();
                let stream = key.stream(tag);
                let digest = stream.digest(Format::OPAQUE, bytes.as_bytes());
                let seal = Some(stream.seal(tag, subjects, digest));
                let carried = Carried { tag, seal };
                let start = payload.len();
                payload.extend(bytes.as_bytes());
                rows.push(json!({
                    "instance": key.instance(), "digest": digest, "stream": id, "frame": frame, "outlet": "model", "tag": carried.tag, "seal": carried.seal,
                    "people": [{"id": id}], "file": "payload", "start": start, "end": payload.len(),
                }));
            }
            who
        });
        fs::write(folder.path().join("payload"), payload).unwrap();
        assert!(meeting.end().is_settled());
        let small = Self {
            folder,
            meeting,
            people,
            rows,
        };
        small.write(&small.rows);
        small
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, rows: &[Value]) {
        let lines: Vec<_> = rows.iter().map(Value::to_string).collect();
        fs::write(self.path("archive.jsonl"), lines.join("\n")).unwrap();
    }

    fn verify(&self, archive: &str, more: &[&str]) -> Output {
        verify(&self.path(archive), &self.path("ledger.jsonl"), more)
    }

    fn found(&self) -> String {
        let secret = self.path("secret");
        said(&self.verify("archive.jsonl", &["--secret", text(&secret)]))
    }
}

#[test]
fn a_later_withdrawal_reaches_what_was_cleared() {
    let mut small = Small::new();
    let (secret, out) = (small.path("secret"), small.path("out"));
    let output = small.verify(
        "archive.jsonl",
        &["--secret", text(&secret), "--out", text(&out)],
    );
    assert_eq!(said(&output), "40 of 40 frames may be used.");
    let head = out.join("head.json");
    let earlier: Head = serde_json::from_slice(&fs::read(&head).unwrap()).unwrap();
    assert_eq!(earlier, small.meeting.head());
    let before = fs::read(small.path("ledger.jsonl")).unwrap();

    // After the meeting's end.
    let later = Time::from_millis(3_600_000);
    let settling = small
        .meeting
        .withdraw(Authority::Participant, small.people[1], Scope::ALL, later)
        .unwrap();
    assert!(settling.is_settled());
    let again = small.path("again");
    let recheck = ["--recheck", "--head", text(&head), "--out", text(&again)];
    let output = small.verify("out/archive.parquet", &recheck);
    assert_eq!(said(&output), "20 of 40 frames may stay.");
    let gone = lines(&again.join("erase.jsonl"));
    assert!(
        gone.len() == 20
            && gone
                .iter()
                .all(|row| row["stream"] == "bo" && row["finding"] == "recalled")
    );
    assert!(
        lines(&again.join("archive.jsonl"))
            .iter()
            .all(|row| row["stream"] == "ana")
    );
    let recalled = lines(&again.join("recalled.jsonl"));
    assert_eq!((recalled.len(), &recalled[0]["who"]), (1, &json!("bo")));

    // With the ledger of before, the newer head shows that something was cut off.
    fs::write(small.path("ledger.jsonl"), before).unwrap();
    let head = again.join("head.json");
    let output = small.verify("out/archive.jsonl", &["--recheck", "--head", text(&head)]);
    assert_eq!(output.status.code(), Some(2), "{output:?}");
}

#[test]
fn what_was_changed_is_found() {
    let small = Small::new();
    assert_eq!(small.found(), "40 of 40 frames may be used.");
    let spoilt = |key: &str, value: Value| {
        let mut rows = small.rows.clone();
        rows[7][key] = value;
        small.write(&rows);
        small.found()
    };
    for (key, value) in [
        ("tag", json!("00")),
        ("tag", Value::Null),
        ("tag", small.rows[8]["tag"].clone()),
        ("seal", Value::Null),
        ("seal", small.rows[8]["seal"].clone()),
        ("people", json!([])),
        ("people", json!([{"id": "bo"}])),
        ("people", json!([{"id": "ana"}, {"id": "bo"}])),
        ("people", json!([{"id": "ana"}, {"id": "ana"}])),
        ("people", json!([{"id": "ana", "kinds": "VIDEO"}])),
        ("start", json!(0)),
        ("end", json!(1_u64 << 40)),
        ("file", json!("elsewhere")),
    ] {
        assert_eq!(
            spoilt(key, value.clone()),
            "39 of 40 frames may be used.",
            "{key}: {value}"
        );
    }
    let own = small.rows[7]["instance"].as_str().unwrap();
    let digit = if own.starts_with('7') { "8" } else { "7" };
    let other = spoilt("instance", json!(format!("{digit}{}", &own[1..])));
    assert_eq!(other, "39 of 40 frames may be used.");
    // The media are there, so that what the row says of them does not count.
    let zeros = json!("0".repeat(64));
    assert_eq!(spoilt("digest", zeros), "40 of 40 frames may be used.");
    // What the tag is not read for does not matter.
    assert_eq!(
        spoilt("verdict", json!("dropped")),
        "40 of 40 frames may be used."
    );
    let mut payload = fs::read(small.path("payload")).unwrap();
    payload[0] ^= 1;
    fs::write(small.path("payload"), payload).unwrap();
    assert_eq!(small.found(), "39 of 40 frames may be used.");
}

/// Two meetings of the same id, people and secret: what is kept of one is told apart from the other's, and what says of none is refused.
#[test]
fn an_archive_belongs_to_one_meeting() {
    let (mut monday, tuesday) = (Small::new(), Small::new());
    let (secret, head) = (monday.path("secret"), tuesday.path("head.json"));
    let heads = serde_json::to_string(&tuesday.meeting.head()).unwrap();
    fs::write(&head, heads).unwrap();
    let out = monday.path("out");
    let checked = ["--secret", text(&secret), "--out", text(&out)];
    let output = monday.verify("archive.jsonl", &checked);
    assert_eq!(said(&output), "40 of 40 frames may be used.");
    let (by, later) = (Authority::Participant, Time::from_millis(5000));
    for who in monday.people {
        assert!(
            monday
                .meeting
                .withdraw(by, who, Scope::ALL, later)
                .unwrap()
                .is_settled()
        );
    }
    for archive in ["archive.jsonl", "out/archive.parquet"] {
        for (more, verb) in [
            (&["--secret", text(&secret)][..], "be used"),
            (&["--dry-run"], "be used"),
            (&["--recheck", "--head", text(&head)], "stay"),
        ] {
            let output = verify(&monday.path(archive), &tuesday.path("ledger.jsonl"), more);
            assert_eq!(said(&output), format!("0 of 40 frames may {verb}."));
            let printed = String::from_utf8_lossy(&output.stdout).into_owned();
            assert!(printed.contains("40  other meeting"), "{printed}");
        }
    }
    // Nor does Monday's ledger go on from Tuesday's head.
    let output = monday.verify("archive.jsonl", &["--recheck", "--head", text(&head)]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("another meeting"));
    // An archive of before there were instances.
    let mut rows = monday.rows.clone();
    rows[3].as_object_mut().unwrap().remove("instance");
    monday.write(&rows);
    let output = monday.verify("archive.jsonl", &["--dry-run"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("does not say of which meeting"));
}

/// A stream's name, and what an error quotes, is no other line of what is printed.
#[test]
fn what_is_printed_cannot_be_spoofed() {
    let small = Small::new();
    let name = "bo: withheld\n      20  ana: cleared\u{202e}\u{200b}\u{5d0}";
    let mut rows = small.rows.clone();
    for row in &mut rows {
        if row["stream"] == "bo" {
            row["stream"] = json!(name);
        }
    }
    small.write(&rows);
    let output = small.verify("archive.jsonl", &["--dry-run"]);
    let printed = String::from_utf8(output.stdout).unwrap();
    let streams: Vec<_> = printed.lines().rev().take(2).collect();
    let escaped = r"bo: withheld\u{a} \u{20}\u{20}\u{20}\u{20}\u{20}20 \u{20}ana: cleared\u{202e}\u{200b}\u{5d0}";
    assert_eq!(streams[0], format!("      20  \"{escaped}\": cleared"));
    assert_eq!(streams[1], "      20  \"ana\": cleared");
    rows[3]["people"][0]["\u{202e}\n"] = json!(1);
    small.write(&rows);
    let output = small.verify("archive.jsonl", &["--dry-run"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(
        said.contains(r"unknown field `\u{202e}\u{a}`") && said.lines().count() == 1,
        "{said}"
    );
}
