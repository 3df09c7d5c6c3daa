//! A second reader of ledgers, in Python, written from `schema/ledger.md` alone: it reads, refuses and understands the same as the library,
//! of random meetings and of what a forger makes of their lines.

mod scenes;

use std::{
    collections::BTreeSet,
    fmt::Write as _,
    io::Write as _,
    path::Path,
    process::{Command, Stdio},
};

use framegate::{
    PublicKey,
    export::Receipt,
    ledger::{Entry, Head, Ledger},
};
use scenes::{Rng, meeting};
use serde_json::{Value, json};

use crate::common::{self, canonical, judges::needs, rechained};

/// A ledger, and what is known of it from elsewhere.
#[derive(Clone)]
struct Case {
    ledger: Vec<u8>,
    head: Option<Head>,
    device: Option<PublicKey>,
}

impl Case {
    fn new(ledger: Vec<u8>) -> Self {
        Self {
            ledger,
            head: None,
            device: None,
        }
    }

    fn to_json(&self) -> Value {
        let hex = self.ledger.iter().fold(String::new(), |mut hex, byte| {
            write!(hex, "{byte:02x}").unwrap();
            hex
        });
        let mut case = json!({ "ledger": hex });
        if let Some(head) = self.head {
            case["head"] = serde_json::to_value(head).unwrap();
        }
        if let Some(device) = self.device {
            case["device"] = serde_json::to_value(device).unwrap();
        }
        case
    }

    /// What the library says of it.
    fn said(&self) -> Value {
        let read = Ledger::read(&self.ledger, self.head.as_ref(), self.device.as_ref());
        let ledger = match read {
            Ok(ledger) => ledger,
            Err(error) => return json!({ "refused": ["read", error.line] }),
        };
        let ledger = match ledger.verify() {
            Ok(ledger) => ledger,
            Err(error) => return json!({ "refused": ["verify", error.line] }),
        };
        let people: BTreeSet<_> = ledger
            .ledger()
            .lines()
            .iter()
            .filter_map(|line| match &line.entry {
                Entry::Joined { who, .. } => Some(who),
                _ => None,
            })
            .collect();
        let mut all = Vec::new();
        for who in people {
            for held in Receipt::of(&ledger, who).unwrap().held {
                let (kind, stay) = (held.kind, held.stay);
                let (since, until, ended) = (
                    common::ms(held.since),
                    held.until.map(common::ms),
                    held.ended,
                );
                let purposes = held.purposes.iter();
                all.extend(
                    purposes.map(|purpose| json!([who, stay, kind, purpose, since, until, ended])),
                );
            }
        }
        json!({ "anchored": ledger.ledger().anchored(), "held": all })
    }
}

/// With what is held in one order.
fn sorted(mut said: Value) -> Value {
    if let Some(held) = said.get_mut("held").and_then(Value::as_array_mut) {
        held.sort_by_key(Value::to_string);
    }
    said
}

/// What the reader in Python says of each, perhaps with a fault.
fn python(cases: &[Case], plant: Option<&str>) -> Vec<Value> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut python = Command::new("python3");
    python.arg(root.join("tests/evidence/reader/read.py"));
    python.args(plant.into_iter().flat_map(|plant| ["--plant", plant]));
    let python = python.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn();
    let mut python = python.expect("python3");
    let mut input = python.stdin.take().unwrap();
    let lines: Vec<_> = cases
        .iter()
        .map(|case| case.to_json().to_string())
        .collect();
    let writer = std::thread::spawn(move || input.write_all(lines.join("\n").as_bytes()));
    let output = python.wait_with_output().unwrap();
    // One that fails stops reading.
    let _ = writer.join().unwrap();
    assert!(output.status.success(), "{:?}", output.status);
    let printed = String::from_utf8(output.stdout).unwrap();
    let said: Vec<Value> = printed
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    assert_eq!(said.len(), cases.len());
    said
}

/// What the library says of each.
fn library(cases: &[Case]) -> Vec<Value> {
    cases.iter().map(|case| sorted(case.said())).collect()
}

/// Of which cases Python says something else than is said.
fn differences(cases: &[Case], said: &[Value], plant: Option<&str>) -> Vec<(usize, Value)> {
    let theirs = python(cases, plant).into_iter().map(sorted).enumerate();
    theirs.filter(|(at, theirs)| said[*at] != *theirs).collect()
}

fn agree(cases: &[Case]) {
    let said = library(cases);
    let differences = differences(cases, &said, None);
    let shown = differences.iter().take(3).map(|(at, theirs)| {
        let ledger = String::from_utf8_lossy(&cases[*at].ledger);
        format!("{ledger}\nthe library: {}\nPython: {theirs}\n", said[*at])
    });
    let shown: Vec<_> = shown.collect();
    assert!(
        shown.is_empty(),
        "{} of {}\n{}",
        differences.len(),
        cases.len(),
        shown.join("\n")
    );
}

/// Of some cases, how many are accepted.
fn accepted(cases: &[Case]) -> usize {
    let said = cases.iter().map(Case::said);
    said.filter(|said| said.get("held").is_some()).count()
}

/// Random meetings, with what their ledgers are read against.
fn real(count: u64) -> Vec<Case> {
    let mut cases = Vec::new();
    for seed in 0..count {
        let mut rng = Rng::new(seed);
        let bytes = meeting(&mut rng);
        let mut case = Case::new(bytes);
        cases.push(case.clone());
        let Ok(ledger) = Ledger::read(&case.ledger, None, None) else {
            continue;
        };
        // A head that was kept: this one, an earlier one, or another's.
        let at = rng.below(ledger.lines().len() as u64 + 1);
        let hash = match at {
            0 => framegate::Digest([0; 32]),
            at => usize::try_from(at)
                .ok()
                .and_then(|at| ledger.lines().get(at))
                .map_or(ledger.head().hash, |line| line.prev),
        };
        case.head = Some(Head {
            entries: at + u64::from(rng.below(8) == 0),
            hash,
            ..ledger.head()
        });
        case.device = (rng.below(2) == 0).then(scenes::device);
        cases.push(case);
    }
    cases
}

#[test]
fn python_reads_random_meetings_as_the_library_does() {
    needs!("python3");
    let cases = real(400);
    let accepted = accepted(&cases);
    assert!(accepted > 450, "{accepted} of {}", cases.len());
    let mut events = BTreeSet::new();
    for case in &cases {
        let text = String::from_utf8_lossy(&case.ledger);
        let whole = text
            .lines()
            .filter_map(|line| serde_json::from_str(line).ok());
        events.extend(whole.map(|line: Value| line["entry"]["event"].to_string()));
    }
    assert_eq!(events.len(), 19, "{events:?}");
    agree(&cases);
}

/// A ledger of these entries at these times, after a notice of sound for recording.
fn by_hand(entries: &[(u64, Value)]) -> Case {
    let opened = json!({"event": "opened", "format": 4, "instance": "0b".repeat(16), "meeting": "m", "started": 1, "participants": 2});
    let notice = json!({"digest": "0d".repeat(32), "version": "1", "language": "en", "controller": "Example", "scope": scope()});
    let begin = [
        (0, opened),
        (0, json!({"event": "shown", "notice": notice})),
    ];
    let lines = begin.iter().chain(entries);
    let lines: Vec<_> = lines
        .map(|(at, entry)| json!({"at": at, "entry": entry}))
        .collect();
    Case::new(rechained(&lines))
}

fn scope() -> Value {
    json!({"kinds": "AUDIO", "purposes": "RECORD"})
}

fn granted(by: &str, agreed: u64) -> Value {
    let grant =
        json!({"notice": "0d".repeat(32), "scope": scope(), "method": "typed", "at": agreed});
    json!({"event": "granted", "who": "ana", "by": by, "grant": grant})
}

/// The clock of a meeting that goes on stands, until any line has a later time: also one that tells of nobody.
#[test]
fn python_knows_what_time_it_was_after_a_crash() {
    needs!("python3");
    let between = [
        json!({"event": "stream_opened", "stream": 0, "kind": "audio"}),
        json!({"event": "counted", "taps": []}),
        json!({"event": "joined", "who": "ben"}),
    ];
    let mut cases = Vec::new();
    for between in between {
        for crashes in 0..3 {
            for agreed in [999, 1000, 1001, 1999, 2000, 2001, 2999, 3000] {
                let mut entries = vec![(1000, json!({"event": "joined", "who": "ana"}))];
                let resumed = json!({"event": "resumed", "torn": false});
                entries.extend(vec![(1000, resumed); crashes]);
                entries.push((2000, between.clone()));
                entries.push((3000, granted("participant", agreed)));
                cases.push(by_hand(&entries));
            }
        }
    }
    // All but who agreed before they came, or, after a crash, before the first later time.
    assert_eq!(accepted(&cases), 3 * (7 + 4 + 4));
    agree(&cases);
}

/// A child's own refusal, and what the guardian agrees to afterwards.
fn refused_by_a_child() -> Vec<Case> {
    let by = ["participant", "guardian", "vendor"];
    let case = |by| {
        let withdrew = json!({"event": "withdrew", "who": "ana", "by": by, "scope": scope()});
        by_hand(&[
            (
                1000,
                json!({"event": "joined", "who": "ana", "guardian": "gus"}),
            ),
            (2000, withdrew),
            (3000, granted("guardian", 3000)),
        ])
    };
    by.map(case).into()
}

#[test]
fn python_knows_that_a_childs_refusal_stands() {
    needs!("python3");
    let cases = refused_by_a_child();
    let held = cases
        .iter()
        .map(|case| case.said()["held"].as_array().unwrap().len());
    assert_eq!(held.collect::<Vec<_>>(), [0, 1, 1]);
    agree(&cases);
}

/// Two people with streams of theirs alone, and one that can carry both: what settles tells of each tap by its number, until it is closed.
fn alone() -> Case {
    let stream = |number: u16, owner: Option<&str>| {
        let mut opened = json!({"event": "stream_opened", "stream": number, "kind": "audio"});
        if let Some(owner) = owner {
            opened["owner"] = owner.into();
            opened["alone"] = true.into();
        }
        opened
    };
    let outlet = json!({"event": "outlet_opened", "outlet": 0, "name": "o", "purposes": "RECORD", "blanks": "AUDIO"});
    let mut of_ben = granted("participant", 1000);
    of_ben["who"] = "ben".into();
    let count = |taps: &[(u16, u64)]| {
        let taps = taps.iter().map(|(stream, whole)| {
            let frames = json!({"seen": whole + 2, "whole": whole, "redacted": 0, "blanked": 1, "dropped": 1});
            json!({"stream": stream, "outlet": 0, "frames": frames})
        });
        json!({"event": "counted", "taps": taps.collect::<Vec<_>>()})
    };
    let settled = |narrowing: u64, taps: &[(u32, u16, u64, bool)]| {
        let taps = taps.iter().map(|(tap, stream, released, is_closed)| {
            let mut tap = json!({"tap": tap, "stream": stream, "outlet": 0, "released": released, "is_releasing": false});
            if *released > 0 {
                tap["last"] = 1000.into();
            }
            if *is_closed {
                tap["is_closed"] = true.into();
            }
            tap
        });
        json!({"event": "settled", "narrowing": narrowing, "taps": taps.collect::<Vec<_>>()})
    };
    let withdrew =
        |who: &str| json!({"event": "withdrew", "who": who, "by": "participant", "scope": scope()});
    let restricted = json!({"event": "restricted", "who": null, "by": "host", "scope": scope()});
    let lines = [
        json!({"event": "joined", "who": "ana"}),
        json!({"event": "joined", "who": "ben"}),
        stream(0, Some("ana")),
        stream(1, Some("ben")),
        stream(2, None),
        outlet,
        granted("participant", 1000),
        of_ben,
        count(&[(0, 2), (1, 0)]),
        withdrew("ana"),
        // Ben has two; of the second no line has told yet.
        settled(12, &[(0, 0, 3, true), (3, 2, 1, false)]),
        count(&[(0, 3), (1, 1), (1, 0), (2, 1)]),
        restricted,
        settled(15, &[(1, 1, 1, false), (2, 1, 0, false), (3, 2, 1, false)]),
        withdrew("ben"),
        settled(17, &[(1, 1, 1, true), (2, 1, 0, false), (3, 2, 1, false)]),
        json!({"event": "left", "who": "ana"}),
        settled(19, &[(3, 2, 1, true)]),
        withdrew("ana"),
        settled(21, &[]),
        count(&[(0, 3), (1, 1), (1, 0), (2, 1)]),
        json!({"event": "ended"}),
    ];
    by_hand(&lines.map(|entry| (1000, entry)))
}

#[test]
fn python_knows_whom_a_tap_can_carry() {
    needs!("python3");
    let case = alone();
    assert_eq!(accepted(std::slice::from_ref(&case)), 1);
    let cases = forgeries(&case.ledger);
    let accepted = accepted(&cases);
    assert!(
        cases.len() > 500 && accepted > 20,
        "{accepted} of {}",
        cases.len()
    );
    agree(&cases);
}

fn parsed(bytes: &[u8]) -> Vec<Value> {
    let text = str::from_utf8(bytes).unwrap();
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

/// A value wrong by one, in each way that there is.
fn wrong_by_one(value: &Value) -> Vec<Value> {
    match value {
        Value::Null => vec![json!("ana")],
        Value::Bool(truth) => vec![json!(!truth)],
        Value::Number(number) => {
            let number = number.as_i64().unwrap_or(i64::MAX);
            [
                number.saturating_sub(1),
                number.saturating_add(1),
                number.saturating_add(1000),
            ]
            .map(Value::from)
            .into()
        }
        Value::String(text) => {
            let mut others = vec![Value::Null, json!(""), json!(format!("{text}x"))];
            let names = [
                &["participant", "guardian", "host", "administrator", "vendor"][..],
                &["clicked", "typed", "spoken", "signed"],
                &[
                    "overreach",
                    "agreed_earlier",
                    "unsigned",
                    "keyless",
                    "foreign_meeting",
                    "replayed",
                    "wrong_signature",
                ],
                &["audio", "video", "chat", "telemetry", "unclassified"],
                &["AUDIO", "AUDIO | VIDEO", "CHAT", ""],
                &[
                    "RECORD",
                    "TRAIN",
                    "RECORD | TRAIN",
                    "RECORD | IDENTIFY",
                    "0x200",
                    "0x400",
                    "",
                ],
                &["ana", "ben", "zoë", "eva \"\\\n"],
            ];
            for set in names.into_iter().filter(|set| set.contains(&text.as_str())) {
                others.extend(
                    set.iter()
                        .filter(|name| *name != text)
                        .map(|name| json!(name)),
                );
            }
            if text.len() >= 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit()) {
                let digit = if text.ends_with('0') { "1" } else { "0" };
                others.push(json!(format!("{}{digit}", &text[..text.len() - 1])));
            }
            others
        }
        Value::Array(values) => {
            let mut others = vec![json!([&values[..], values].concat())];
            others.extend((!values.is_empty()).then(|| json!(values[1..])));
            let mut turned = values.clone();
            turned.reverse();
            others.push(turned.into());
            others
        }
        Value::Object(fields) => {
            let mut others = Vec::new();
            for key in fields.keys() {
                let mut less = fields.clone();
                less.remove(key);
                others.push(less.into());
            }
            others
        }
    }
}

/// Every line with every field wrong by one, left out, twice and swapped with the next, as a forger writes them who computes all hashes anew.
fn forgeries(ledger: &[u8]) -> Vec<Case> {
    let lines = parsed(ledger);
    let mut all = Vec::new();
    let mut add = |lines: &[Value]| all.push(Case::new(rechained(lines)));
    for (at, line) in lines.iter().enumerate() {
        let mut fields = Vec::new();
        common::paths(line, "", &mut fields);
        fields.retain(|path| !["", "/n", "/prev"].contains(&path.as_str()));
        for path in fields {
            for wrong in wrong_by_one(line.pointer(&path).unwrap()) {
                let mut forged = lines.clone();
                *forged[at].pointer_mut(&path).unwrap() = wrong;
                add(&forged);
            }
        }
        let mut fewer = lines.clone();
        fewer.remove(at);
        add(&fewer);
        let mut twice = lines.clone();
        twice.insert(at, line.clone());
        add(&twice);
        if at + 1 < lines.len() {
            let mut swapped = lines.clone();
            swapped.swap(at, at + 1);
            let time = swapped[at + 1]["at"].take();
            let later = std::mem::replace(&mut swapped[at]["at"], time);
            swapped[at + 1]["at"] = later;
            add(&swapped);
        }
    }
    all
}

/// Ledgers as somebody who does not compute hashes changes them, and lines in other forms.
fn tampered(ledger: &[u8], rng: &mut Rng) -> Vec<Case> {
    let mut all = Vec::new();
    let mut at = |of: usize| usize::try_from(rng.below(of as u64)).unwrap();
    for _ in 0..30 {
        let mut bytes = ledger.to_vec();
        let place = at(bytes.len());
        bytes[place] = u8::try_from(at(256)).unwrap();
        all.push(Case::new(bytes));
        let mut bytes = ledger.to_vec();
        bytes.truncate(at(ledger.len()));
        all.push(Case::new(bytes));
    }
    // The last line in other spellings.
    let text = str::from_utf8(ledger).unwrap().trim_end_matches('\n');
    let (before, last) = text.rsplit_once('\n').unwrap();
    let value: Value = serde_json::from_str(last).unwrap();
    assert_eq!(canonical(&value), last);
    for other in [
        format!(" {last}"),
        format!("{last}\r"),
        last.replace("\":", "\": "),
        last.replace(" | ", "|"),
        last.replacen("{\"n\":", "{\"n\":0,\"n\":", 1),
        last.replacen("\"event\"", "\"\\u0065vent\"", 1),
        last.replacen(",\"prev\"", ".0,\"prev\"", 1),
        last.replacen(",\"prev\"", "e0,\"prev\"", 1),
        last.replacen("\"entry\":{", "\"entry\":{\"more\":null,", 1),
        last.replacen("\"entry\":", "\"wall\":null,\"entry\":", 1),
        last.replacen("\"entry\":", "\"wall\":0,\"entry\":", 1),
        value.to_string(),
        "[".repeat(20_000),
        "9".repeat(20_000),
        "\u{feff}".to_owned() + last,
        last.replace("\"event\":\"", "\"event\":\"\\ud800"),
        String::new(),
    ] {
        all.push(Case::new(format!("{before}\n{other}\n").into_bytes()));
    }
    all
}

fn hostile() -> Vec<Case> {
    let mut cases = Vec::new();
    let mut seen = BTreeSet::new();
    for seed in 1000.. {
        let mut rng = Rng::new(seed);
        let ledger = meeting(&mut rng);
        let ledger = ledger[..=ledger.iter().rposition(|byte| *byte == b'\n').unwrap()].to_vec();
        // Of meetings in which something happens that did not before.
        let events = parsed(&ledger).into_iter();
        let events: BTreeSet<_> = events
            .map(|line| line["entry"]["event"].to_string())
            .collect();
        let new = events.difference(&seen).count();
        if new > 0 && seed < 1020 || seed == 1020 || seen.len() < 19 && new > 0 {
            seen.extend(events);
            cases.extend(forgeries(&ledger));
            cases.extend(tampered(&ledger, &mut rng));
        }
        if seen.len() == 19 && seed >= 1020 {
            return cases;
        }
    }
    unreachable!()
}

#[test]
fn python_refuses_what_the_library_refuses_and_for_the_same_line() {
    needs!("python3");
    let cases = hostile();
    let accepted = accepted(&cases);
    assert!(
        cases.len() > 4000 && accepted > 300,
        "{accepted} of {}",
        cases.len()
    );
    agree(&cases);
}

#[test]
fn a_reader_with_a_fault_is_found() {
    needs!("python3");
    let mut cases = real(60);
    cases.extend(hostile().into_iter().step_by(9));
    cases.extend(refused_by_a_child());
    cases.extend(forgeries(&alone().ledger));
    let said = library(&cases);
    for plant in [
        "any form",
        "a millisecond",
        "no refusals of children",
        "no challenge",
        "lifts all",
        "names that come later",
        "any reason",
        "any end",
        "any life",
        "any number",
        "any tap",
        "no end of taps",
    ] {
        // The first that it is found in is enough.
        let mut some = cases.chunks(100).zip(said.chunks(100));
        let is_found = some.any(|(cases, said)| !differences(cases, said, Some(plant)).is_empty());
        assert!(is_found, "{plant}");
    }
}
