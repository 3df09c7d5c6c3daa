//! Ledgers that were tampered with: reading one never panics, and a meeting that goes on from one clears exactly what its lines say.

use std::{fs, sync::LazyLock};

use framegate::{
    Authority, Digest, Grant, Instance, JoinOptions, Kinds, Meeting, MeetingOptions, Method,
    Notice, Purposes, Scope, Signed, WallTime,
    ledger::{Beside, Device, Entry, FileStoreError, Ledger, LedgerFault, LedgerWriter, Line},
};
use proptest::{prelude::*, sample::Index, test_runner::Config};
use serde_json::Value;

use crate::common::{
    self, Memory, SCOPE, agree, canonical, forged::goes_on, microphone, millis, rechained, replay,
};

/// A few people in a meeting in which every kind of entry comes about but the end, which cannot be gone on from.
fn real() -> Memory {
    let memory = Memory::default();
    let writer = memory.writer().device(Device::new(&[7; 32]).unwrap());
    let mut meeting = Meeting::open(MeetingOptions::new("hostile", 6).ledger(writer)).unwrap();
    let notice = |text: &str| Notice {
        digest: Digest::of(text),
        version: "1".into(),
        language: "en".into(),
        controller: "Example Conferencing".into(),
        scope: Scope::ALL,
    };
    meeting
        .third_party(Purposes::RECORD, "Example Ltd")
        .unwrap();
    let everything = meeting.show(notice("everything")).unwrap();
    let renewed = meeting.show(notice("renewed")).unwrap();
    let by = Authority::Participant;
    let ana = meeting.join(JoinOptions::adult("ana"), millis(1)).unwrap();
    let ben = meeting.join(JoinOptions::adult("ben"), millis(2)).unwrap();
    let eva = meeting
        .join(JoinOptions::with_guardian("eva", "ana"), millis(3))
        .unwrap();
    agree(&mut meeting, everything, ana, SCOPE, millis(4));
    agree(&mut meeting, renewed, ben, SCOPE, millis(5));
    let short = Grant::new(renewed, Scope::ALL, Method::Typed);
    let short = short.at(millis(5)).until(millis(7));
    meeting.grant(by, ana, &short, millis(6)).unwrap();
    assert!(meeting.grant(by, eva, &short, millis(6)).is_err());
    let guardian = Authority::Guardian;
    meeting.grant(guardian, eva, &short, millis(6)).unwrap();
    meeting.tick(millis(8));
    let _tap = common::tap(&mut meeting, microphone(ben), Purposes::RECORD);
    let audio = Scope::new(Kinds::AUDIO, Purposes::TRAIN);
    let host = Authority::Host;
    let _ = meeting.restrict(host, Some(ana), audio, millis(9)).unwrap();
    let _ = meeting.restrict(host, None, audio, millis(9)).unwrap();
    meeting.lift(host, None, audio, millis(10)).unwrap();
    let _ = meeting.withdraw(by, ben, audio, millis(11)).unwrap();
    let _ = meeting.leave(eva, millis(12)).unwrap();
    let _ = meeting.supersede(renewed, millis(13)).unwrap();
    meeting.count(millis(14)).unwrap();
    drop(meeting);
    let mut meeting = Meeting::resume(&common::verified(&memory.read()), memory.writer()).unwrap();
    let (_, ben) = meeting.participants().nth(1).unwrap();
    agree(
        &mut meeting,
        everything,
        ben,
        Scope::new(Kinds::CHAT, Purposes::RECORD),
        millis(15),
    );
    memory
}

static LINES: LazyLock<Vec<Value>> = LazyLock::new(|| {
    let bytes = real().bytes();
    let lines = bytes.split(|byte| *byte == b'\n');
    let lines = lines.filter(|line| !line.is_empty());
    lines
        .map(|line| serde_json::from_slice(line).unwrap())
        .collect()
});

fn any_value() -> impl Strategy<Value = Value> {
    let numbers = [
        -1,
        0,
        1,
        2,
        15_000,
        65_535,
        65_536,
        i64::MAX,
        i64::MIN,
        4_294_967_295_000,
    ];
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        proptest::sample::select(numbers.to_vec()).prop_map(Value::from),
        Just(Value::from(u64::MAX)),
        Just(Value::from(1.5)),
        proptest::sample::select(vec![
            "", "ana", "ben", "eva", "host", "guardian", "typed", "\u{0}"
        ])
        .prop_map(Value::from),
        Just(Value::from("0".repeat(64))),
        Just(Value::Array(Vec::new())),
        Just(serde_json::json!({})),
        (1..200_usize)
            .prop_map(|depth| (0..depth).fold(Value::Null, |inner, _| Value::Array(vec![inner]))),
    ]
}

/// What a forger changes of what a ledger says.
#[derive(Clone, Debug)]
enum Forgery {
    Remove(Index),
    Swap(Index, Index),
    Repeat(Index, Index),
    Replace(Index, Index, Value),
    /// Another line's value, of the same place or another one.
    Take(Index, Index, Index),
    AddField(Index, String),
}

fn forgery() -> impl Strategy<Value = Forgery> {
    let index = any::<Index>;
    prop_oneof![
        index().prop_map(Forgery::Remove),
        (index(), index()).prop_map(|(one, other)| Forgery::Swap(one, other)),
        (index(), index()).prop_map(|(one, other)| Forgery::Repeat(one, other)),
        (index(), index(), any_value()).prop_map(|(line, at, by)| Forgery::Replace(line, at, by)),
        (index(), index(), index()).prop_map(|(line, from, at)| Forgery::Take(line, from, at)),
        (index(), "[a-z]{1,8}").prop_map(|(line, name)| Forgery::AddField(line, name)),
    ]
}

fn forge(lines: &mut Vec<Value>, forgery: &Forgery) {
    if lines.is_empty() {
        return;
    }
    let count = lines.len();
    match forgery {
        Forgery::Remove(at) => {
            lines.remove(at.index(count));
        }
        Forgery::Swap(one, other) => {
            // With their times in place, or nothing that is swapped would be read.
            let (one, other) = (one.index(count), other.index(count));
            lines.swap(one, other);
            let (low, high) = lines.split_at_mut(one.max(other));
            if let (Some(low), Some(high)) = (low.get_mut(one.min(other)), high.first_mut())
                && let (Some(low), Some(high)) = (low.get_mut("at"), high.get_mut("at"))
            {
                std::mem::swap(low, high);
            }
        }
        Forgery::Repeat(from, to) => {
            let mut line = lines[from.index(count)].clone();
            let to = to.index(count);
            if let (Some(time), Some(at)) = (line.get_mut("at"), lines[to].get("at")) {
                *time = at.clone();
            }
            lines.insert(to, line);
        }
        Forgery::Replace(line, at, by) => {
            let line = &mut lines[line.index(count)];
            let mut all = Vec::new();
            common::paths(line, "", &mut all);
            if let Some(place) = line.pointer_mut(&all[at.index(all.len())]) {
                *place = by.clone();
            }
        }
        Forgery::Take(line, from, at) => {
            let from = lines[from.index(count)].clone();
            let line = &mut lines[line.index(count)];
            let mut all = Vec::new();
            common::paths(line, "", &mut all);
            let path = &all[at.index(all.len())];
            if let (Some(place), Some(value)) = (line.pointer_mut(path), from.pointer(path)) {
                *place = value.clone();
            }
        }
        Forgery::AddField(line, name) => {
            let line = &mut lines[line.index(count)];
            if let Some(Value::Object(entry)) = line.get_mut("entry") {
                entry.insert(name.clone(), Value::Null);
            }
        }
    }
}

/// So many cases, or as many as the environment variable `PROPTEST_CASES` asks for, if that is more.
fn config(cases: u32) -> Config {
    let default = Config::default();
    Config {
        cases: cases.max(default.cases),
        failure_persistence: None,
        ..default
    }
}

proptest! {
    #![proptest_config(config(4000))]

    #[test]
    fn any_bytes_are_read_or_refused(bytes: Vec<u8>) {
        goes_on(&bytes).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn bytes_flipped_cut_and_spliced_are_refused_or_what_was_there(
        flips in proptest::collection::vec((any::<Index>(), any::<u8>()), 0..4),
        splice in any::<[Index; 3]>(),
        does_splice: bool,
    ) {
        let mut bytes = rechained(&LINES);
        for (at, to) in flips {
            let at = at.index(bytes.len());
            bytes[at] = to;
        }
        if does_splice {
            let [from, to, at] = splice.map(|index| index.index(bytes.len()));
            let piece = bytes[from.min(to)..from.max(to)].to_vec();
            bytes.splice(at..at, piece);
        }
        goes_on(&bytes).map_err(TestCaseError::fail)?;
    }

    #[test]
    fn forged_ledgers_are_refused_or_clear_what_they_say(
        forgeries in proptest::collection::vec(forgery(), 1..4),
        length in any::<Index>(),
        torn: bool,
    ) {
        let mut lines = LINES.clone();
        // The device's signature holds for nothing that is forged.
        lines.retain(|line| line["entry"]["event"] != "signed");
        for forgery in &forgeries {
            forge(&mut lines, forgery);
        }
        lines.truncate(1 + length.index(lines.len().max(1)));
        let mut bytes = rechained(&lines);
        if torn {
            bytes.extend_from_slice(br#"{"n":"#);
        }
        goes_on(&bytes).map_err(TestCaseError::fail)?;
    }
}

/// Whether a line is refused after those before it.
fn refused(before: &[u8], line: &str) -> bool {
    Ledger::read(&[before, line.as_bytes(), b"\n"].concat(), None, None).is_err()
}

#[test]
fn every_field_of_every_entry_refuses_other_types_repeated_and_unknown_names() {
    let mut kinds = Vec::new();
    let bytes = real().bytes();
    let text = str::from_utf8(&bytes).unwrap();
    let mut length = 0;
    for text in text.lines() {
        let before = &bytes[..length];
        length += text.len() + 1;
        assert!(!refused(before, text), "the line itself is fine: {text}");
        let line: Value = serde_json::from_str(text).unwrap();
        kinds.push(line["entry"]["event"].to_string());

        let mut all = Vec::new();
        common::paths(&line, "", &mut all);
        for path in all {
            // A type that is no field's.
            let mut wrong = line.clone();
            *wrong.pointer_mut(&path).unwrap() = serde_json::json!(1.5);
            assert!(refused(before, &canonical(&wrong)), "{path} of {text}");
            // A number past all types, and nesting past any stack.
            let mut marked = line.clone();
            *marked.pointer_mut(&path).unwrap() = "MARK".into();
            for value in [
                "9".repeat(400),
                "[".repeat(10_000),
                "{\"a\":".repeat(10_000),
            ] {
                let bad = canonical(&marked).replace("\"MARK\"", &value);
                assert!(refused(before, &bad), "{path} of {text}");
            }
            if line.pointer(&path).is_some_and(Value::is_object) {
                let mut more = line.clone();
                more.pointer_mut(&path).unwrap()["unknown"] = Value::Null;
                assert!(refused(before, &canonical(&more)), "{path} of {text}");
            }
            // The same name twice.
            if let Some((parent, key)) = path.rsplit_once('/')
                && key.parse::<usize>().is_err()
            {
                let value = line.pointer(&path).unwrap();
                let mut marked = line.clone();
                marked.pointer_mut(parent).unwrap()["MARK"] = value.clone();
                let twice = canonical(&marked).replace("\"MARK\":", &format!("\"{key}\":"));
                assert!(refused(before, &twice), "{path} of {text}");
            }
        }
    }
    kinds.sort_unstable();
    kinds.dedup();
    // All but the end.
    assert_eq!(kinds.len(), 17, "{kinds:?}");
}

/// Other spellings of a line that say the same, as far as JSON and names go, each with what it is.
fn spellings(text: &str) -> Vec<(&'static str, String)> {
    let value: Value = serde_json::from_str(text).unwrap();
    let prev = value["prev"].as_str().unwrap();
    let mut all = vec![
        ("a space before", format!(" {text}")),
        ("a space after", format!("{text} ")),
        ("a carriage return", format!("{text}\r")),
        ("spaces after colons", text.replace("\":", "\": ")),
        ("spaces after commas", text.replace(",\"", ", \"")),
        ("another order", value.to_string()),
        (
            "a number with a fraction",
            text.replacen(",\"prev", ".0,\"prev", 1),
        ),
        (
            "a number with an exponent",
            text.replacen(",\"prev", "e0,\"prev", 1),
        ),
        (
            "a key with an escape",
            text.replacen("\"n\"", "\"\\u006e\"", 1),
        ),
        ("a key twice", text.replacen("{\"n\"", "{\"n\":0,\"n\"", 1)),
        (
            "a name with an escape",
            text.replacen("\"ana\"", "\"\\u0061na\"", 1),
        ),
        ("a solidus with an escape", text.replacen('/', "\\/", 1)),
        (
            "no time of day, as null",
            text.replacen(",\"entry\"", ",\"wall\":null,\"entry\"", 1),
        ),
        (
            "upper case digits",
            text.replacen(prev, &prev.to_uppercase(), 1),
        ),
        ("sets without spaces", text.replace(" | ", "|")),
        (
            "kinds as a number",
            text.replacen("\"AUDIO\"", "\"0x1\"", 1),
        ),
        (
            "purposes in another order",
            text.replacen("RECORD | TRAIN", "TRAIN | RECORD", 1),
        ),
        (
            "purposes twice",
            text.replacen("\"TRAIN\"", "\"TRAIN | TRAIN\"", 1),
        ),
        (
            "an option as null",
            text.replacen("\"who\":\"ana\"}", "\"who\":\"ana\",\"guardian\":null}", 1),
        ),
        ("everybody left out", text.replacen("\"who\":null,", "", 1)),
    ];
    // The line, and what is in it, as arrays.
    let whole = ["n", "prev", "at", "wall", "entry"];
    let whole: Vec<_> = whole.iter().map(|key| value[key].clone()).collect();
    let mut arrays = vec![Value::from(whole).to_string()];
    for (key, fields) in [("scope", 2), ("grant", 3), ("notice", 5)] {
        let mut array = value.clone();
        let Some(of) = array["entry"].get_mut(key).filter(|of| of.is_object()) else {
            continue;
        };
        let names = [
            "digest",
            "version",
            "language",
            "controller",
            "notice",
            "scope",
            "method",
            "kinds",
            "purposes",
        ];
        let values = names.iter().filter_map(|name| of.get(*name).cloned());
        let values: Vec<_> = values.collect();
        if values.len() == fields {
            *of = values.into();
            arrays.push(canonical(&array));
        }
    }
    all.extend(arrays.into_iter().map(|array| ("an array", array)));
    all.retain(|(_, other)| other != text);
    all
}

/// A line is read as the bytes that are written, and no others, whatever a reader of JSON makes of them.
#[test]
fn what_is_read_has_one_form() {
    let bytes = real().bytes();
    let text = str::from_utf8(&bytes).unwrap();
    let mut same = std::collections::BTreeSet::new();
    let mut length = 0;
    for text in text.lines() {
        let before = &bytes[..length];
        length += text.len() + 1;
        let line: Line = serde_json::from_str(text).unwrap();
        assert_eq!(serde_json::to_string(&line).unwrap(), text);
        for (what, other) in spellings(text) {
            let read = Ledger::read(&[before, other.as_bytes(), b"\n"].concat(), None, None);
            let error = read.unwrap_err();
            if serde_json::from_str::<Line>(&other).is_ok_and(|other| other == line) {
                assert_eq!(error.what, LedgerFault::NotCanonical, "{what}: {other}");
                same.insert(what);
            }
        }
    }
    // The control: a reader that takes whatever serde takes would have read these.
    assert!(same.len() >= 12, "{same:?}");
}

/// The same of what lies beside, and nothing there that the ledger could not take up.
#[test]
fn what_lies_beside_has_one_form() {
    let folder = tempfile::tempdir().unwrap();
    let (path, beside) = (
        folder.path().join("ledger"),
        folder.path().join("ledger.withdrawals"),
    );
    let memory = real();
    fs::write(&path, memory.bytes()).unwrap();
    let head = memory.read().head();
    let scope = Scope::new(Kinds::AUDIO | Kinds::CHAT, Purposes::RECORD);
    let (who, by) = ("ana".to_owned(), Authority::Participant);
    let withdrew = |who: &String| Entry::Withdrew {
        who: who.clone(),
        by,
        scope,
    };
    let line = |wall, entry: &Entry| {
        let entry = entry.clone();
        let wall = WallTime::from_micros(wall).unwrap();
        serde_json::to_string(&Beside { wall, head, entry }).unwrap()
    };
    let read = |line: &str| {
        fs::write(&beside, format!("{line}\n")).unwrap();
        Ledger::read_file(&path, None, None).map(|ledger| ledger.beside().len())
    };
    let good = line(7, &withdrew(&who));
    let last = 253_402_300_799_999_999_u64;
    assert_eq!(read(&good).unwrap(), 1);
    assert_eq!(read(&line(last, &withdrew(&who))).unwrap(), 1);
    for bad in [
        format!(" {good}"),
        format!("{good}\r"),
        good.replace(" | ", "|"),
        good.replace("\"wall\":7,", "\"wall\":7,\"wall\":7,"),
        serde_json::from_str::<Value>(&good).unwrap().to_string(),
        // No line of a ledger can have that time of day, or be of nobody.
        good.replace("\"wall\":7,", &format!("\"wall\":{},", last + 1)),
        line(7, &withdrew(&String::new())),
        line(7, &Entry::Left { who }),
        line(
            7,
            &Entry::Restricted {
                who: None,
                by,
                scope,
            },
        ),
    ] {
        assert!(
            matches!(read(&bad), Err(FileStoreError::Beside { line: 1 })),
            "{bad}"
        );
    }
}

#[test]
fn an_end_with_unknown_names_is_refused() {
    let end = |json: &str| serde_json::from_str::<Entry>(json);
    assert_eq!(end(r#"{"event":"ended"}"#).unwrap(), Entry::Ended {});
    let written = serde_json::to_string(&Entry::Ended {}).unwrap();
    assert_eq!(written, r#"{"event":"ended"}"#);
    assert!(end(r#"{"event":"ended","unknown":null}"#).is_err());
}

#[test]
fn a_signature_with_unknown_names_is_refused() {
    let signed = Signed {
        instance: Instance::from_bytes([9; 16]).unwrap(),
        meeting: "hostile".into(),
        challenge: Digest::of("challenge"),
        signature: [7; 64],
    };
    let mut value = serde_json::to_value(&signed).unwrap();
    assert_eq!(
        serde_json::from_value::<Signed>(value.clone()).unwrap(),
        signed
    );
    value["unknown"] = Value::Null;
    assert!(serde_json::from_value::<Signed>(value).is_err());
}

// ---------------------------------------------------------------------------------------------------------------------
// Controls

#[test]
fn a_good_part_of_the_forged_ledgers_is_gone_on_with() {
    use proptest::{strategy::ValueTree, test_runner::TestRunner};
    let mut runner = TestRunner::deterministic();
    let mut count = 0;
    for _ in 0..500 {
        let mut lines = LINES.clone();
        lines.retain(|line| line["entry"]["event"] != "signed");
        forge(
            &mut lines,
            &forgery().new_tree(&mut runner).unwrap().current(),
        );
        count += usize::from(goes_on(&rechained(&lines)).unwrap());
    }
    assert!(count >= 50, "{count} of 500");
}

#[test]
fn the_check_finds_what_is_cleared_against_the_lines() {
    let ledger = real().read();
    let mut without = ledger.lines().to_vec();
    without.retain(|line| !matches!(line.entry, Entry::Granted { .. }));
    let mut meeting = Meeting::resume(&common::verified(&ledger), LedgerWriter::default()).unwrap();
    assert_eq!(replay::check(&mut meeting, ledger.lines(), false), Ok(()));
    assert!(replay::check(&mut meeting, &without, false).is_err());
}
