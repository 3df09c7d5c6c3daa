//! What an auditor reads: no text from outside passes for another, or for a program's own words, and none is unseen or moves what is beside it.
//!
//! The tables that the example `ledger` prints are read back and compared with the ledger. What shows is judged by Python, too.

#[path = "../../examples/common/quoted.rs"]
mod quoted;

use std::{fs, path::Path, process::Command};

use framegate::{
    Authority, Digest, Grant, JoinOptions, Kind, Kinds, Meeting, MeetingOptions, Method, Notice,
    Purposes, Scope, Time,
    ledger::{Durability, Entry, FileStore, Ledger, LedgerWriter},
};
use proptest::{
    collection::vec,
    prelude::*,
    sample::select,
    test_runner::{Config, TestRunner},
};
use serde_json::json;
use tempfile::TempDir;

use quoted::{printable, quoted};

use crate::{
    common::{
        judges::needs,
        program::{gate, read_folder, reader, succeeded},
    },
    small::Small,
};

/// What no printed line may have in it, as it is written in Unicode's own tables.
fn is_unseen(character: char) -> bool {
    let always = character.is_control() && character != '\n';
    // Bidi_Control, zero-width, other default-ignorable code points.
    let directs = matches!(character, '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
    let is_narrow = matches!(character, '\u{ad}' | '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
        | '\u{200b}'..='\u{200d}' | '\u{2028}'..='\u{2029}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}'
        | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}' | '\u{1bca0}'..='\u{1bca3}'
        | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}');
    let is_space = character.is_whitespace() && !matches!(character, ' ' | '\n');
    let combines = matches!(character, '\u{300}'..='\u{36f}' | '\u{20d0}'..='\u{20ff}');
    let is_private = matches!(character, '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}');
    let turns =
        matches!(character, '\u{5be}'..='\u{5f4}' | '\u{620}'..='\u{64a}' | '\u{660}'..='\u{669}');
    always || directs || is_narrow || is_space || combines || is_private || turns
}

/// Reads one quoted text, and gives what comes after it.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('"')?;
    let mut read = String::new();
    loop {
        let mut characters = rest.chars();
        let character = characters.next()?;
        rest = characters.as_str();
        match character {
            '"' => return Some((read, rest)),
            '\\' if rest.starts_with("u{") => {
                let (digits, after) = rest[2..].split_once('}')?;
                read.push(char::from_u32(u32::from_str_radix(digits, 16).ok()?)?);
                rest = after;
            }
            '\\' => {
                let mut characters = rest.chars();
                read.push(characters.next().filter(|of| ['"', '\\'].contains(of))?);
                rest = characters.as_str();
            }
            other => read.push(other),
        }
    }
}

/// A purpose, and the third party whose it is.
type Named = (String, Option<String>);

/// What was said of whom, as a row of the table or an entry of the ledger has it. None: everybody.
#[derive(Debug, PartialEq)]
struct Row {
    line: u64,
    who: Option<String>,
    purposes: Vec<Named>,
    kinds: Vec<String>,
    notice: Option<String>,
}

/// The rows of a table, if each can be read in one way.
fn rows(told: &str) -> Option<Vec<Row>> {
    let mut cells = Vec::<Vec<String>>::new();
    for line in told.lines().filter(|line| line.starts_with('│')) {
        let line = line.strip_prefix('│')?.strip_suffix('│')?;
        let line: Vec<_> = line.split('┆').map(|cell| cell.trim().to_owned()).collect();
        if line[0].is_empty() {
            for (cell, more) in cells.last_mut()?.iter_mut().zip(line) {
                let both = [&**cell, &more].join(" ");
                both.trim().clone_into(cell);
            }
        } else {
            cells.push(line);
        }
    }
    // Below the names of the columns.
    cells.get(1..)?.iter().map(|cells| row(cells)).collect()
}

fn row(cells: &[String]) -> Option<Row> {
    let [line, _, _, who, _, scope, _, notice, _] = cells else {
        return None;
    };
    let who = if who == "everybody" {
        None
    } else {
        Some(unquoted(who).filter(|(_, rest)| rest.is_empty())?.0)
    };
    let notice = match &**notice {
        "" => None,
        notice => {
            let (version, rest) = unquoted(notice)?;
            let digest = rest.strip_prefix(" (")?.strip_suffix(')')?;
            (digest.len() == 8).then_some(Some(version))?
        }
    };
    let (purposes, kinds) = if scope.is_empty() {
        Default::default()
    } else {
        read_scope(scope)?
    };
    let line = line.parse().ok()?;
    Some(Row {
        line,
        who,
        purposes,
        kinds,
        notice,
    })
}

/// `A, B@"C" for D, E`.
fn read_scope(mut text: &str) -> Option<(Vec<Named>, Vec<String>)> {
    let mut purposes = Vec::new();
    loop {
        let end = if text.starts_with("0x") {
            text.find(" without a name")? + " without a name".len()
        } else {
            text.find(|of: char| !of.is_ascii_uppercase())?
        };
        let (name, rest) = text.split_at(end);
        let (recipient, rest) = match rest.strip_prefix('@') {
            Some(rest) => unquoted(rest).map(|(name, rest)| (Some(name), rest))?,
            None => (None, rest),
        };
        purposes.push((name.to_owned(), recipient));
        let Some(more) = rest.strip_prefix(", ") else {
            let kinds = rest.strip_prefix(" for ")?.split(", ");
            return Some((purposes, kinds.map(String::from).collect()));
        };
        text = more;
    }
}

/// The same rows out of the ledger.
fn expected(ledger: &Ledger) -> Vec<Row> {
    let mut pairs = Vec::new();
    let mut versions = Vec::new();
    let mut rows = Vec::new();
    for line in ledger.lines() {
        let (who, scope, notice) = match &line.entry {
            Entry::Named {
                purpose,
                recipient,
                pair,
            } => {
                pairs.push((*pair, *purpose, recipient.clone()));
                continue;
            }
            Entry::Shown { notice } => {
                versions.push((notice.digest, notice.version.clone()));
                continue;
            }
            Entry::Restricted { who, scope, .. } => (who.clone(), *scope, None),
            Entry::Granted { who, grant, .. } => {
                (Some(who.clone()), grant.scope, Some(grant.notice))
            }
            Entry::Left { who } => {
                let none = Scope::new(Kinds::empty(), Purposes::empty());
                (Some(who.clone()), none, None)
            }
            _ => continue,
        };
        let name = |purpose: Purposes| purpose.iter_names().next().map(|(name, _)| name.to_owned());
        let bits = (0..16).map(|bit| Purposes::from_bits_retain(1 << bit));
        let purposes = bits.filter(|bit| scope.purposes.contains(*bit)).map(|bit| {
            let pair = pairs.iter().find(|(pair, _, _)| *pair == bit);
            if let Some((_, purpose, recipient)) = pair {
                return (name(*purpose).unwrap(), Some(recipient.clone()));
            }
            let none = || format!("{:#x} without a name", bit.bits());
            (name(bit).unwrap_or_else(none), None)
        });
        let kinds = Kind::ALL
            .into_iter()
            .filter(|kind| scope.kinds.contains(Kinds::from(*kind)));
        let version = |digest| {
            versions
                .iter()
                .find(|(of, _)| *of == digest)
                .unwrap()
                .1
                .clone()
        };
        rows.push(Row {
            line: line.n + 1,
            who,
            purposes: purposes.collect(),
            kinds: kinds.map(|kind| kind.name().to_owned()).collect(),
            notice: notice.map(version),
        });
    }
    rows
}

/// Text of which people would make something else.
fn hostile() -> impl Strategy<Value = String> {
    let pieces = [
        "ann",
        "everybody",
        "host",
        "nobody of the meeting's",
        "X",
        "X, TRAIN",
        "RECORD@X",
        "TRAIN",
        " for audio",
        ", ",
        "@",
        " ",
        "  ",
        "\"",
        "'",
        "\\",
        "\\u{200b}",
        "|",
        "│",
        "┆",
        "\n",
        "\r",
        "\t",
        "\u{1b}[31m",
        "\u{9b}31m",
        "\0",
        "\u{202e}",
        "\u{202a}",
        "\u{2066}",
        "\u{2069}",
        "\u{200e}",
        "\u{200f}",
        "\u{61c}",
        "\u{200b}",
        "\u{200d}",
        "\u{2060}",
        "\u{feff}",
        "\u{a0}",
        "\u{3000}",
        "\u{ad}",
        "\u{301}",
        "\u{fe0f}",
        "\u{e0041}",
        "\u{3164}",
        "\u{e000}",
        "\u{378}",
        "\u{5d0}",
        "\u{627}",
        "\u{661}",
        "é",
        "日本",
        "ана",
        "a name that is as long as a line of a table or a picture, and then some more of it: everybody agrees to TRAIN for audio",
    ];
    vec(select(pieces.to_vec()), 1..7).prop_map(|pieces| pieces.concat())
}

fn runner(cases: u32) -> TestRunner {
    let config = Config {
        cases,
        failure_persistence: None,
        ..Config::default()
    };
    TestRunner::new_with_rng(
        config,
        proptest::test_runner::TestRng::deterministic_rng(
            proptest::test_runner::RngAlgorithm::ChaCha,
        ),
    )
}

/// A meeting of these people, with these third parties and notices of these versions.
fn meeting(path: &Path, people: &[String], recipients: &[String], versions: &[String]) -> Ledger {
    let store = FileStore::create(path).unwrap();
    let writer = LedgerWriter::new(Box::new(store)).durability(Durability::Batched);
    let mut meeting = Meeting::open(MeetingOptions::new("m\u{202e}", 100).ledger(writer)).unwrap();
    let mut purposes = vec![Purposes::RECORD, Purposes::TRAIN];
    for recipient in recipients {
        // One that has a line feed in it could not be signed for.
        if let Ok(pair) = meeting.third_party(Purposes::RECORD, recipient) {
            purposes.push(pair);
        }
    }
    let all: Purposes = purposes.iter().copied().collect();
    let mut notices = Vec::new();
    for (number, version) in versions.iter().enumerate() {
        let notice = Notice {
            digest: Digest::of(&number.to_string()),
            version: version.clone(),
            language: "en".into(),
            controller: "Example\u{202e}".into(),
            scope: Scope::new(Kinds::all(), all),
        };
        notices.push(meeting.show(notice).unwrap());
    }
    for (number, id) in people.iter().enumerate() {
        let Ok(who) = meeting.join(JoinOptions::adult(id), Time::START) else {
            continue;
        };
        let purpose = purposes[number % purposes.len()];
        let scope = Scope::new(Kinds::AUDIO | Kinds::CHAT, purpose | purposes[0]);
        let grant = Grant::new(notices[number % notices.len()], scope, Method::Clicked);
        let by = Authority::Participant;
        meeting.grant(by, who, &grant, Time::START).unwrap();
        let whom = (number % 3 > 0).then_some(who);
        // A seventh party that has no name yet.
        let nameless = Purposes::from_bits_retain(u16::from(number % 5 == 0) << 15);
        let scope = Scope::new(Kinds::VIDEO, purpose | nameless);
        let _ = meeting
            .restrict(Authority::Host, whom, scope, Time::START)
            .unwrap();
        if number % 4 == 0 {
            let _ = meeting.leave(who, Time::START);
        }
    }
    drop(meeting);
    Ledger::read(&fs::read(path).unwrap(), None, None).unwrap()
}

fn table(path: &Path) -> String {
    let output = reader().arg(path).output().unwrap();
    succeeded(&output);
    String::from_utf8(output.stdout).unwrap()
}

/// Whether what was told of a ledger is what it says, and nothing in it goes unseen.
fn is_told(told: &str, ledger: &Ledger) -> bool {
    !told.contains(is_unseen) && rows(told).is_some_and(|rows| rows == expected(ledger))
}

#[test]
fn each_row_of_the_table_is_read_in_one_way() {
    let texts = (vec(hostile(), 40), vec(hostile(), 6), vec(hostile(), 6));
    let told = runner(24).run(&texts, |(mut people, recipients, versions)| {
        people.push("everybody".into());
        let folder = TempDir::new().unwrap();
        let path = folder.path().join("ledger.jsonl");
        let ledger = meeting(&path, &people, &recipients, &versions);
        let told = table(&path);
        prop_assert!(is_told(&told, &ledger), "{told}");
        // Controls: one without its quotes, a mark that was let through, another third party.
        for (right, wrong) in [
            ("\"everybody\"", "everybody"),
            ("\"", "\u{200b}\""),
            ("TRAIN for", "RECORD@\"TRAIN\" for"),
        ] {
            prop_assert!(!is_told(&told.replacen(right, wrong, 1), &ledger));
        }
        Ok(())
    });
    told.unwrap();
}

#[test]
fn a_name_is_no_word_of_the_tables_no_other_name_and_no_second_purpose() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ledger.jsonl");
    let people = ["ann", "everybody", "bob\u{202e}expired", "ann\u{200b}"].map(String::from);
    let ledger = meeting(&path, &people, &["X, TRAIN".into()], &["1".into()]);
    let told = table(&path);
    assert!(is_told(&told, &ledger), "{told}");
    for shown in [
        "┆ everybody ",
        r#"┆ "everybody" "#,
        r#"┆ "ann" "#,
        r#"┆ "ann\u{200b}" "#,
        r#"┆ "bob\u{202e}expired" "#,
        r#"RECORD@"X, TRAIN" for"#,
        r#"Meeting "m\u{202e}", "#,
    ] {
        assert!(told.contains(shown), "{shown}: {told}");
    }
    // What it told before, of the third party and of two purposes alike.
    let before = told.replace(r#"RECORD@"X, TRAIN" for"#, "RECORD@X, TRAIN for");
    assert!(before != told && !is_told(&before, &ledger));

    // The receipt is the same document, and shows what is in it.
    let receipt = |who| {
        let output = reader().arg(&path).args(["--who", who]).output().unwrap();
        String::from_utf8([output.stdout, output.stderr].concat()).unwrap()
    };
    let shown = receipt("bob\u{202e}expired");
    assert!(
        !shown.contains(is_unseen) && shown.contains(r#""bob\u202eexpired""#),
        "{shown}"
    );
    let written =
        framegate::export::Receipt::of(&ledger.clone().verify().unwrap(), "bob\u{202e}expired")
            .unwrap();
    assert_eq!(
        serde_json::from_str::<serde_json::Value>(&shown).unwrap(),
        json!(written)
    );
    let unknown = receipt("eve\u{202e}\u{5d0}\n");
    assert!(
        unknown.ends_with(": \"eve\\u{202e}\\u{5d0}\\u{a}\" never joined\n"),
        "{unknown}"
    );
}

#[test]
fn a_third_party_whose_name_has_a_comma_is_withdrawn_by_that_name() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ledger.jsonl");
    let recipients = ["X, TRAIN", "X", "\"Y\""].map(String::from);
    let ledger = meeting(&path, &["ann".into()], &recipients, &["1".into()]);
    let pair = |name: &str| {
        let mut pairs = ledger.lines().iter().filter_map(|line| match &line.entry {
            Entry::Named {
                recipient, pair, ..
            } if recipient == name => Some(*pair),
            _ => None,
        });
        pairs.next().unwrap()
    };
    let withdraw = |purposes: &str| {
        let mut program = reader();
        let program =
            program
                .arg("withdraw")
                .arg(&path)
                .args(["--who", "ann", "--purposes", purposes]);
        let output = program.output().unwrap();
        let receipt: Option<framegate::export::Receipt> =
            serde_json::from_slice(&output.stdout).ok();
        receipt.map(|receipt| receipt.withdrawn.last().unwrap().scope.purposes)
    };
    assert_eq!(withdraw(r#"RECORD@"X, TRAIN""#), Some(pair("X, TRAIN")));
    assert_eq!(
        withdraw(r#"RECORD@X,RECORD@"X, TRAIN",TRAIN"#),
        Some(pair("X") | pair("X, TRAIN") | Purposes::TRAIN)
    );
    assert_eq!(withdraw("RECORD@X"), Some(pair("X")));
    assert_eq!(withdraw(r#"RECORD@"X""#), Some(pair("X")));
    assert_eq!(withdraw(r#"RECORD@"\"Y\"""#), Some(pair("\"Y\"")));
    for none in [
        "RECORD@X, TRAIN",
        r#"RECORD@"Y""#,
        r#"RECORD@"X, TRAIN"#,
        "",
        ",",
    ] {
        assert_eq!(withdraw(none), None, "{none}");
    }
}

/// The texts of a picture, each with how far to the right it begins.
fn texts(svg: &str) -> Vec<(u32, String)> {
    let texts = svg.split("<text x=\"").skip(1).map(|text| {
        let (x, rest) = text.split_once('"').unwrap();
        let (_, rest) = rest.split_once(">\n").unwrap();
        let (text, _) = rest.split_once("\n</text>").unwrap();
        let text = text
            .replace("&quot;", "\"")
            .replace("&apos;", "'")
            .replace("&lt;", "<");
        (
            x.parse().unwrap(),
            text.replace("&gt;", ">").replace("&amp;", "&"),
        )
    });
    texts.collect()
}

#[test]
fn the_timeline_tells_a_name_from_what_happened() {
    let long = format!("ann{} everybody agrees to TRAIN for audio", " x".repeat(20));
    let names = ["everybody", "bob\u{202e}", "x, ann", &long];
    let mut small = Small::new();
    let people = small.meeting["people"].as_array_mut().unwrap();
    people.extend(names.map(|name| json!(name)));
    for (at, name) in (200..).step_by(10).zip(names) {
        small.then(json!({"at": at, "event": "join", "who": name}));
    }
    let restrict = json!({"at": 300, "event": "restrict", "by": "host", "who": "everybody", "kinds": ["audio"], "purposes": ["TRAIN"]});
    small.then(restrict);
    small.meeting["meeting"] = json!("s\u{200b}\u{5d0}");
    small.meeting["outlets"][1]["recipient"] = json!("Shop\u{2066}, TRAIN");
    let with_pairs = small
        .meeting
        .to_string()
        .replace("RECORD@Shop Inc", "RECORD@Shop\u{2066}, TRAIN");
    small.meeting = serde_json::from_str(&with_pairs).unwrap();
    let folder = TempDir::new().unwrap();
    let [input, out] = ["input", "out"].map(|name| folder.path().join(name));
    small.write(&input);
    let output = gate(&input, &out);
    succeeded(&output);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(
        told.starts_with(r#"Meeting "s\u{200b}\u{5d0}": "#) && !told.contains(is_unseen),
        "{told}"
    );

    let files = read_folder(&out);
    let svg = str::from_utf8(&files["timeline.svg"]).unwrap();
    assert!(!svg.contains(is_unseen));
    // Lines that go on are told by where they begin.
    let mut marks = Vec::<String>::new();
    let texts = texts(svg);
    let columns = [(116, 140), (704, 728)];
    for (x, text) in &texts {
        if columns.iter().any(|(first, _)| first == x) && !text.is_empty() {
            marks.push(text.clone());
        } else if columns.iter().any(|(_, further)| further == x) {
            let mark = marks.last_mut().unwrap();
            *mark = [&**mark, text].join(" ");
        }
    }
    for expected in [
        r#""everybody" joins"#.into(),
        r#""bob\u{202e}" joins"#.into(),
        r#""x, ann" joins"#.into(),
        format!("{long:?} joins"),
        r#"host restricts TRAIN for audio of "everybody""#.into(),
        r#""ann" agrees to RECORD@"Shop\u{2066}, TRAIN" for every kind"#.into(),
    ] {
        assert!(marks.contains(&expected), "{expected}: {marks:#?}");
    }
    assert!(
        !marks.iter().any(|mark| mark.starts_with("everybody")),
        "{marks:#?}"
    );
}

#[test]
fn every_text_is_quoted_in_a_way_of_its_own() {
    let read = |text: &str| {
        let quoted = quoted(text);
        let (back, rest) = unquoted(&quoted).unwrap();
        assert!(rest.is_empty() && back == text, "{quoted}");
        assert!(
            !quoted.contains(is_unseen) && !quoted.contains(['\n', '│', '┆']),
            "{quoted}"
        );
        // Pictures show several spaces as one, and those at an end not at all.
        assert!(!quoted.contains("  ") && !quoted.starts_with("\" ") && !quoted.ends_with(" \""));
    };
    runner(5000)
        .run(&hostile(), |text| {
            read(&text);
            Ok(())
        })
        .unwrap();
    runner(5000)
        .run(&any::<String>(), |text| {
            read(&text);
            Ok(())
        })
        .unwrap();
    for number in 0..=u32::from(char::MAX) {
        if let Some(character) = char::from_u32(number) {
            read(&format!("a{character}b"));
            assert!(
                !printable(&format!("a{character}b")).contains(|of| is_unseen(of) || of == '\n')
            );
        }
    }
    // Control: literals as Rust writes them leave some as they are.
    let left = |text: &str| format!("{text:?}").contains(is_unseen);
    assert!(left("a\u{3164}") && left("a\u{5d0}"));
}

/// What Unicode's tables in Python say of each character that stands as it is.
const JUDGE: &str = r"
import sys, unicodedata
text = open(sys.argv[1], encoding='utf-8', newline='').read()
# U+1171E is a combining mark in former versions of Unicode, and takes up room.
unseen = [c for c in text if c not in ' \U0001171e' and (unicodedata.category(c) in ('Cc', 'Cf', 'Cs', 'Co', 'Zl', 'Zp', 'Zs', 'Mn', 'Me')
          or unicodedata.bidirectional(c) in ('R', 'AL', 'AN', 'LRE', 'LRO', 'RLE', 'RLO', 'PDF', 'LRI', 'RLI', 'FSI', 'PDI', 'BN'))]
print(len(text), [hex(ord(c)) for c in unseen[:20]])
sys.exit(bool(unseen) or len(text) < 100_000)
";

#[test]
fn python_sees_every_character_that_is_not_escaped() {
    needs!("python3");
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("characters");
    let sees = |text: &str| {
        fs::write(&path, text).unwrap();
        let judge = Command::new("python3")
            .args(["-c", JUDGE])
            .arg(&path)
            .output()
            .unwrap();
        let told = String::from_utf8_lossy(&judge.stdout).into_owned()
            + &String::from_utf8_lossy(&judge.stderr);
        (judge.status.success(), told)
    };
    let plain: String = ('\0'..=char::MAX)
        .filter(|character| quoted::is_plain(*character))
        .collect();
    let (sees_all, told) = sees(&plain);
    assert!(sees_all, "{told}");
    for control in [
        "\u{202e}",
        "\u{200b}",
        "\u{5d0}",
        "\u{301}",
        "\u{a0}",
        "\u{e0041}",
    ] {
        assert!(!sees(&format!("{plain}{control}")).0, "{control:?}");
    }
}
