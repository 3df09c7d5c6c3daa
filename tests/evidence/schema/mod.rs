//! The JSON schemas of `schema/`, against what the library and the example write and read, and against the same with something spoilt.

use std::{
    fs,
    io::Write,
    path::Path,
    process::{Command, Stdio},
    sync::LazyLock,
    time::UNIX_EPOCH,
};

use framegate::{
    Authority, Grant, JoinOptions, Kind, Kinds, Meeting, MeetingOptions, Method, PastMeeting,
    Purposes, Scope, StreamOptions, WallTime,
    ledger::{Device, Ledger, LedgerFault, Line},
};
use serde_json::{Value, json};
use tempfile::TempDir;

use crate::common::{self, judges::needs, program};

#[derive(Clone)]
struct Case {
    schema: &'static str,
    instance: Value,
}

/// What Python's jsonschema says of each.
fn valid(cases: &[Case]) -> Vec<bool> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut python = Command::new("python3")
        .arg(root.join("tests/evidence/schema/check.py"))
        .arg(root.join("schema"))
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3");
    let mut input = python.stdin.take().unwrap();
    let lines = cases.iter().map(|case| {
        let Case { schema, instance } = case;
        json!({ "schema": schema, "instance": instance }).to_string()
    });
    let lines = lines.collect::<Vec<_>>().join("\n");
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = python.wait_with_output().unwrap();
    writer.join().unwrap().unwrap();
    assert!(output.status.success(), "jsonschema; .ci/run installs it");
    let printed = String::from_utf8(output.stdout).unwrap();
    let said: Vec<_> = printed.lines().map(|line| line == "true").collect();
    assert_eq!(said.len(), cases.len());
    said
}

fn lines(path: &Path) -> Vec<Value> {
    let text = fs::read_to_string(path).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// What the shipped meeting comes with and leaves behind, and a ledger with the entries that it does not have.
static REAL: LazyLock<Vec<Case>> = LazyLock::new(|| {
    let folder = TempDir::new().unwrap();
    let (secret, out) = (folder.path().join("secret"), folder.path().join("out"));
    fs::write(&secret, "ab".repeat(32)).unwrap();
    let standup = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/meeting/standup");
    let gated = program::program()
        .arg("--input")
        .arg(&standup)
        .arg("--out")
        .arg(&out)
        .arg("--seal")
        .arg(&secret)
        .output()
        .unwrap();
    program::succeeded(&gated);
    let mut cases = Vec::new();
    let mut add = |schema, instances: Vec<Value>| {
        assert!(!instances.is_empty());
        let case = |instance| Case { schema, instance };
        cases.extend(instances.into_iter().map(case));
    };
    let meeting: Value =
        serde_json::from_slice(&fs::read(standup.join("meeting.json")).unwrap()).unwrap();
    let mut encoded = meeting.clone();
    encoded["streams"][0]["codec"] = "opus".into();
    add("meeting", vec![encoded, meeting]);
    add(
        "report",
        vec![serde_json::from_slice(&fs::read(out.join("report.json")).unwrap()).unwrap()],
    );
    // Each tenth: they are much alike.
    let tenth = |lines: Vec<Value>| lines.into_iter().step_by(10).collect();
    add("tag", tenth(lines(&out.join("tags.jsonl"))));
    add("archive", tenth(lines(&out.join("recorder/archive.jsonl"))));
    add("ledger", lines(&out.join("ledger.jsonl")));
    add("ledger", other_entries());
    cases
});

/// A meeting with a guardian, a key, a device, withdrawals that settled, and a crash.
fn other_entries() -> Vec<Value> {
    let memory = common::Memory::default();
    let mut meeting = Meeting::open(
        MeetingOptions::new("other", 3)
            .ledger(memory.writer().device(Device::new(&[9; 32]).unwrap())),
    )
    .unwrap();
    let pair = meeting.third_party(Purposes::RECORD, "ACME Ltd").unwrap();
    let notice = meeting.show(common::notice()).unwrap();
    let at = common::millis;
    let child = meeting
        .join(JoinOptions::with_guardian("child", "parent"), at(0))
        .unwrap();
    let scope = Scope::new(Kinds::AUDIO | Kinds::CHAT, Purposes::RECORD | pair);
    let grant = Grant::new(notice, scope, Method::Spoken)
        .at(at(500))
        .until(at(9000));
    meeting
        .grant(Authority::Guardian, child, &grant, at(1000))
        .unwrap();
    let microphone = common::microphone(child);
    let mut tap = common::tap(&mut meeting, microphone, Purposes::RECORD);
    let _ = tap.admit(
        &common::own(at(2000)),
        [0; 640][..].into(),
        at(2000),
        |_| (),
    );
    let mix = StreamOptions::mix(Kind::Screen, framegate::format::Format::OPAQUE);
    meeting.open_stream(mix).unwrap();
    let withdrawal = meeting
        .withdraw(Authority::Participant, child, Scope::ALL, at(3000))
        .unwrap();
    assert!(meeting.settled(&withdrawal, at(3001)).unwrap());
    let _ = meeting
        .restrict(Authority::Vendor, Some(child), scope, at(3002))
        .unwrap();
    meeting.count(at(4000)).unwrap();
    let _ = meeting.leave(child, at(5000)).unwrap();
    drop(meeting);
    let mut meeting = Meeting::resume(&common::verified(&memory.read()), memory.writer()).unwrap();
    let _ = meeting.end();
    let mut past = PastMeeting::of(
        common::verified(&memory.read()),
        Box::new(memory.clone()),
        Some(Box::new(Device::new(&[9; 32]).unwrap())),
    )
    .unwrap();
    past.withdraw(Authority::Guardian, "child", Scope::ALL, UNIX_EPOCH.into())
        .unwrap();
    past.restrict(Authority::Host, None, scope, WallTime::now())
        .unwrap();
    let text = String::from_utf8(memory.bytes()).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn what_is_written_is_of_its_schema() {
    needs!("jsonschema");
    for (case, valid) in REAL.iter().zip(valid(&REAL)) {
        assert!(valid, "{}: {}", case.schema, case.instance);
    }
    let entries = REAL.iter().filter(|case| case.schema == "ledger");
    let events: std::collections::BTreeSet<_> = entries
        .map(|case| case.instance["entry"]["event"].to_string())
        .collect();
    assert_eq!(events.len(), 19, "{events:?}");
}

/// The paths of everything in a value.
fn places(value: &Value, path: &str, places: &mut Vec<String>) {
    places.push(path.to_owned());
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                self::places(value, &format!("{path}/{}", key.replace('/', "~1")), places);
            }
        }
        Value::Array(array) => {
            for (at, value) in array.iter().enumerate().take(20) {
                self::places(value, &format!("{path}/{at}"), places);
            }
        }
        _ => {}
    }
}

/// Each with one thing that is not of its type, one more key, or, where it must be there, one key less.
fn spoilt() -> Vec<Case> {
    let optional = [
        "guardian",
        "key",
        "owner",
        "recipient",
        "until",
        "at",
        "signed",
        "last",
        "by",
        "sign",
        "blank",
        "kinds",
        "purposes",
        "who",
        "signs_with",
        "codec",
    ];
    let mut cases = Vec::new();
    let mut seen = std::collections::BTreeSet::new();
    for Case { schema, instance } in REAL.iter() {
        let mut all = Vec::new();
        places(instance, "", &mut all);
        for path in all {
            let mut wrong = instance.clone();
            let place = wrong.pointer_mut(&path).unwrap();
            let event = &instance["entry"]["event"];
            // Once for each place in what looks alike.
            let digits = |part: &str| part.chars().all(|digit| digit.is_ascii_digit());
            let shape: Vec<_> = path.split('/').filter(|part| !digits(part)).collect();
            if !seen.insert((
                *schema,
                event.to_string(),
                shape.join("/"),
                place.is_object(),
            )) {
                continue;
            }
            let mut add = |change: &dyn Fn(&mut Value)| {
                let mut instance = instance.clone();
                change(instance.pointer_mut(&path).unwrap());
                cases.push(Case { schema, instance });
            };
            add(&|value| *value = json!({"not": "this"}));
            add(&|value| *value = json!(-1.5));
            if let Value::Object(object) = &*place {
                add(&|value| value["unheard_of"] = json!(1));
                // Of a recording the date need not be known; of a ledger and a report it is there.
                let may_lack =
                    |key: &str| optional.contains(&key) || (*schema, key) == ("meeting", "started");
                for key in object.keys().filter(|key| !may_lack(key)) {
                    add(&|value| drop(value.as_object_mut().unwrap().remove(key)));
                }
            }
        }
    }
    cases
}

#[test]
fn what_is_spoilt_is_refused() {
    needs!("jsonschema");
    let cases = spoilt();
    assert!(cases.len() > 500, "{}", cases.len());
    for (case, valid) in cases.iter().zip(valid(&cases)) {
        assert!(!valid, "{}: {}", case.schema, case.instance);
    }
}

#[test]
fn what_does_not_go_together_is_refused() {
    needs!("jsonschema");
    let find = |schema: &str, like: &str| {
        let mut cases = REAL.iter().filter(|case| case.schema == schema);
        let case = cases.find(|case| case.instance.to_string().contains(like));
        case.unwrap_or_else(|| panic!("{like}")).clone()
    };
    let changed = |schema, like: &str, place: &str, value: Value| {
        let mut case = find(schema, like);
        *case.instance.pointer_mut(place).unwrap() = value;
        case
    };
    let digits = |case: &Case, at: usize, digits: &str| {
        let mut tag = case.instance["tag"].as_str().unwrap().to_owned();
        tag.replace_range(at..at + digits.len(), digits);
        let mut case = case.clone();
        case.instance["tag"] = tag.into();
        case
    };
    let (whole, dropped) = (find("tag", "\"whole\""), find("tag", "\"dropped\""));
    let cases = [
        digits(&whole, 0, "02"),
        digits(&whole, 2, "10"),
        digits(&whole, 4, "04"),
        digits(&whole, 6, "21"),
        digits(&whole, 8, "0000"),
        digits(&dropped, 8, "0001"),
        digits(&dropped, 6, "00"),
        changed("tag", "\"whole\"", "/verdict", json!("dropped")),
        changed("tag", "\"whole\"", "/reason", json!("withdrawn")),
        changed("tag", "\"dropped\"", "/reason", Value::Null),
        changed("archive", "tag", "/verdict", json!("blanked")),
        changed("archive", "tag", "/people", json!([])),
        changed("archive", "tag", "/seal", json!("00")),
        changed("ledger", "granted", "/entry/by", json!("host")),
        changed("ledger", "restricted", "/entry/by", json!("participant")),
        changed("ledger", "granted", "/entry/grant/method", json!("silence")),
        changed(
            "ledger",
            "granted",
            "/entry/grant/scope/purposes",
            json!("EVERYTHING"),
        ),
        changed(
            "ledger",
            "granted",
            "/entry/grant/scope/kinds",
            json!("AUDIO | "),
        ),
        changed("ledger", "named", "/entry/pair", json!("0x100")),
        changed("ledger", "joined", "/at", json!(-1)),
        changed("ledger", "\"wall\"", "/wall", json!(-1)),
        changed(
            "ledger",
            "\"wall\"",
            "/wall",
            json!(253_402_300_800_000_000_u64),
        ),
        changed("ledger", "\"wall\"", "/entry", json!({"event": "ended"})),
        changed("ledger", "joined", "/at", json!(4_294_967_295_000_u64)),
        changed("ledger", "joined", "/prev", json!("00")),
        changed(
            "meeting",
            "timeline",
            "/outlets/0/purposes",
            json!(["RECORD@ACME Ltd"]),
        ),
        changed(
            "meeting",
            "timeline",
            "/timeline/0/at",
            json!(4_294_967_295_u64),
        ),
        changed("meeting", "timeline", "/streams/0/owner", json!("")),
        changed("meeting", "timeline", "/streams/0/codec", json!("mp3")),
        changed("report", "counts", "/counts/0/frames", json!(0)),
    ];
    for (case, valid) in cases.iter().zip(valid(&cases)) {
        assert!(!valid, "{}: {}", case.schema, case.instance);
    }
}

#[test]
fn a_line_of_a_ledger_is_read_as_it_was_written() {
    for case in REAL.iter().filter(|case| case.schema == "ledger") {
        let line: Line = serde_json::from_value(case.instance.clone()).unwrap();
        assert_eq!(serde_json::to_value(&line).unwrap(), case.instance);
        let written = serde_json::to_string(&line).unwrap();
        assert_eq!(common::canonical(&case.instance), written);
    }
}

/// Whether the library takes a value for a line, by itself: what is wrong with it is only that it does not follow from the one before.
fn is_read(line: &Value) -> bool {
    let opened = json!({
        "n": 0, "prev": "0".repeat(64), "at": 0,
        "entry": {"event": "opened", "format": 4, "instance": "0b".repeat(16), "meeting": "m", "started": 1, "participants": 1},
    });
    let lines = [&opened, line].map(common::canonical);
    let read = Ledger::read((lines.join("\n") + "\n").as_bytes(), None, None);
    read.unwrap_err().what == LedgerFault::Broken
}

/// A line for each entry, with all that it can have.
fn entries() -> Vec<Value> {
    let (digest, signature) = ("0d".repeat(32), "5e".repeat(64));
    let scope = json!({"kinds": "AUDIO | CHAT", "purposes": "RECORD | TRAIN | 0x600"});
    let grant = json!({
        "notice": digest, "scope": scope, "method": "signed", "at": 4, "until": 5,
        "signed": {"instance": "0b".repeat(16), "meeting": "m", "challenge": digest, "signature": signature},
    });
    let notice = json!({"digest": digest, "version": "1", "language": "en", "controller": "Example", "scope": scope});
    let released = json!({"tap": 4, "stream": 0, "outlet": 1, "released": 2, "last": 3, "is_releasing": false, "is_closed": true});
    let frames = json!({"seen": 10, "whole": 1, "redacted": 2, "blanked": 3, "dropped": 4});
    let entries = [
        json!({"event": "opened", "format": 4, "instance": "0b".repeat(16), "meeting": "m", "started": 1, "participants": 9}),
        json!({"event": "resumed", "torn": true}),
        json!({"event": "joined", "who": "ana", "guardian": "gus", "key": digest}),
        json!({"event": "left", "who": "ana"}),
        json!({"event": "shown", "notice": notice}),
        json!({"event": "superseded", "notice": digest}),
        json!({"event": "granted", "who": "ana", "by": "guardian", "grant": grant}),
        json!({"event": "refused", "who": "ana", "by": "vendor", "grant": grant, "why": "overreach"}),
        json!({"event": "withdrew", "who": "ana", "by": "guardian", "scope": scope}),
        json!({"event": "restricted", "who": "ana", "by": "host", "scope": scope}),
        json!({"event": "lifted", "who": null, "by": "administrator", "scope": scope}),
        json!({"event": "expired", "who": "ana", "scopes": [scope]}),
        json!({"event": "named", "purpose": "TRAIN", "recipient": "ACME Ltd", "pair": "0x200"}),
        json!({"event": "stream_opened", "stream": 0, "kind": "audio", "owner": "ana", "alone": true}),
        json!({"event": "outlet_opened", "outlet": 0, "name": "cloud", "recipient": "ACME Ltd", "purposes": "0x200", "blanks": "VIDEO"}),
        json!({"event": "settled", "narrowing": 7, "taps": [released]}),
        json!({"event": "counted", "taps": [{"stream": 0, "outlet": 1, "frames": frames}]}),
        json!({"event": "signed", "device": digest, "signature": signature}),
        json!({"event": "ended"}),
    ];
    let line = |entry: &Value| json!({"n": 3, "prev": digest, "at": 6, "entry": entry});
    let mut lines: Vec<Value> = entries.iter().map(line).collect();
    for timed in ["resumed", "withdrew", "restricted", "signed", "granted"] {
        let mut of = lines
            .iter()
            .filter(|line| line["entry"]["event"] == timed)
            .cloned();
        let mut line = of.next().unwrap();
        line["wall"] = 1_700_000_000_000_000_u64.into();
        lines.push(line);
    }
    lines
}

/// What anything is changed to.
fn others(value: &Value) -> Vec<Value> {
    let mut others = vec![
        Value::Null,
        json!(true),
        json!([]),
        json!({}),
        json!([value]),
        json!({"0": value}),
        json!(1.5),
        json!(i64::MIN),
        json!(-1),
    ];
    let bounds = [
        1 << 16,
        1 << 32,
        u64::from(u32::MAX) * 1000,
        253_402_300_800_000_000,
        1 << 63,
        u64::MAX,
    ];
    let around = bounds.iter().flat_map(|bound| [bound - 1, *bound]);
    others.extend([0, 1, 2, 3].into_iter().chain(around).map(Value::from));
    // One more than any number here.
    others.push(serde_json::from_str("18446744073709551616").unwrap());
    let texts = "|x|a\nb|x\n|\0|\u{7f}|\u{85}|\u{a0}|\u{2028}|\u{200b}|\"\\/|\u{1f600}";
    others.extend(texts.split('|').map(Value::from));
    let sets = "AUDIO;VIDEO | AUDIO;AUDIO | VIDEO;AUDIO|VIDEO;AUDIO | AUDIO;AUDIO | ; | AUDIO;audio;AUDIO | 0x2;0x1;RECORD;TRAIN | RECORD;\
        RECORD | TRAIN;RECORD|TRAIN;RECORD | RECORD;RECORD | 0x200;0x200 | RECORD;0x100;0x200;0x400;0x8000;0x0200;0x300;0x600;0xfe00;0xFE00;\
        0x10000;0x200 | 0x400;EVERYTHING;IDENTIFY | 0xa00;UNCLASSIFIED;0x0;0x";
    others.extend(sets.split(';').map(Value::from));
    let names = "participant guardian host administrator vendor Participant clicked typed spoken signed silence overreach agreed_earlier unsigned \
        keyless foreign_meeting replayed wrong_signature because audio unclassified usage Audio faces";
    others.extend(names.split(' ').map(Value::from));
    others.extend([16, 31, 32, 33, 63, 64, 65, 128].map(|digits| Value::from("0".repeat(digits))));
    match value {
        Value::Object(fields) => {
            others.push(fields.values().cloned().collect());
            let mut more = value.clone();
            more["unheard_of"] = Value::Null;
            others.push(more);
            for key in fields.keys() {
                let mut less = value.clone();
                less.as_object_mut().unwrap().remove(key);
                others.push(less);
            }
        }
        Value::String(text) => {
            let mut shorter = text.clone();
            shorter.pop();
            let longer = [text.to_uppercase(), format!("{text}\n"), format!("{text}0")];
            others.extend(longer.into_iter().chain([shorter]).map(Value::from));
        }
        Value::Array(values) => others.push([&values[..], values].concat().into()),
        _ => {}
    }
    others
}

/// Every line with each of its values changed to each other, those of the line itself once.
fn changed() -> Vec<Case> {
    let mut cases = Vec::new();
    for (at, line) in entries().into_iter().enumerate() {
        let mut all = Vec::new();
        places(&line, "", &mut all);
        // With a time of day, it is that one which is looked at.
        let has_wall = line.get("wall").is_some();
        all.retain(|path| match path.as_str() {
            "/n" | "/prev" | "/at" => at == 1,
            path => !has_wall || path == "/wall",
        });
        for path in all {
            for other in others(line.pointer(&path).unwrap()) {
                let mut instance = line.clone();
                *instance.pointer_mut(&path).unwrap() = other;
                let schema = "ledger";
                cases.push(Case { schema, instance });
            }
        }
        let schema = "ledger";
        cases.push(Case {
            schema,
            instance: line,
        });
    }
    cases
}

/// The same, each with whether the schema takes it.
static CHANGED: LazyLock<Vec<(Case, bool)>> = LazyLock::new(|| {
    let cases = changed();
    let valid = valid(&cases);
    cases.into_iter().zip(valid).collect()
});

/// On which lines the schema and a reader differ.
fn differences<'a>(
    cases: impl IntoIterator<Item = &'a (Case, bool)>,
    reads: impl Fn(&Value) -> bool,
) -> Vec<&'a Value> {
    let cases = cases.into_iter();
    let differ = cases.filter(|(case, valid)| *valid != reads(&case.instance));
    differ.map(|(case, _)| &case.instance).collect()
}

#[test]
fn the_schema_of_a_ledger_takes_exactly_what_the_library_reads() {
    needs!("jsonschema");
    let read = CHANGED.iter().filter(|(case, _)| is_read(&case.instance));
    let read = read.count();
    assert!(
        read > 500 && CHANGED.len() > 8000,
        "{read} of {}",
        CHANGED.len()
    );
    let differences = differences(&*CHANGED, is_read);
    let shown: Vec<_> = differences
        .iter()
        .take(20)
        .map(ToString::to_string)
        .collect();
    assert!(
        shown.is_empty(),
        "{} lines, as\n{}",
        differences.len(),
        shown.join("\n")
    );
}

/// The control: what serde takes for a line is other than that, and so is what a reader takes that knows of no control characters.
#[test]
fn a_reader_of_other_lines_is_found() {
    needs!("jsonschema");
    let any = differences(&*CHANGED, |line| {
        serde_json::from_value::<Line>(line.clone()).is_ok()
    });
    let paths = ["/entry/who", "/entry/scope/kinds", "/entry/participants"];
    for path in paths {
        assert!(
            any.iter().any(|line| line.pointer(path).is_some()),
            "{path}"
        );
    }
    let named = CHANGED
        .iter()
        .filter(|(case, _)| case.instance["entry"]["event"] == "named");
    let careless = |line: &Value| {
        let mut line = line.clone();
        if let Some(Value::String(name)) = line.pointer_mut("/entry/recipient") {
            name.retain(|letter| !letter.is_control());
        }
        is_read(&line)
    };
    assert!(!differences(named, careless).is_empty());
}
