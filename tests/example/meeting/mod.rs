//! The examples `meeting` and `ledger`, judged by what it writes: the shipped meeting, a small one, and bad input.
//!
//! The results are read back by readers of the test's own, `formats.rs`, and compared with what went in.
//! `results.rs` has the checks; each is also run over results that were spoilt, and must fail.

mod bad;
mod formats;
mod results;
mod source;

use std::{
    fs,
    ops::Range,
    path::{Path, PathBuf},
    process::Output,
    sync::LazyLock,
};

use framegate::{
    Authority, Digest, Grant, JoinOptions, Kinds, Meeting, MeetingOptions, Method, Notice,
    Purposes, Scope, Tag, Time,
    export::Receipt,
    ledger::{Entry, FileStore, LedgerWriter},
};
use serde_json::json;
use tempfile::TempDir;

use bad::{Bad, MEETING};
use formats::{Rect, Samples};
use results::{Check, Results, check_xml, rect};
use source::{Frame, Media, Source, list};

pub use source::json_lines;

use crate::{
    common::program::{Folder, cargo_run, gate, program, read_folder, reader, succeeded},
    small::{NOTE, Small},
};

// ---------------------------------------------------------------------------------------------------------------------
// The shipped meeting

/// The shipped meeting, gated once for all tests.
struct Shipped {
    before: Folder,
    after: Folder,
    source: Source,
    results: Results,
}

static SHIPPED: LazyLock<Shipped> = LazyLock::new(|| {
    let before = read_folder(&standup());
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    succeeded(&cargo_run(&standup(), &out));
    Shipped {
        source: Source::new(&before),
        results: Results::new(read_folder(&out)),
        after: read_folder(&standup()),
        before,
    }
});

fn standup() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("examples/meeting/standup")
}

const OUTLETS: [&str; 3] = ["recorder", "acme-archive", "speech-model"];
const PEOPLE: [&str; 4] = ["reader", "dealer", "operator", "operadora"];
const NEVER: u64 = u64::MAX;
const NONE: Range<u64> = NEVER..NEVER;
/// When the host keeps video from the speech model.
const NO_VIDEO: Range<u64> = 8000..9500;

/// When the notice of the training is superseded.
const STALE: u64 = 11_200;

/// When somebody agrees to what an outlet is for, as the story tells it.
fn agreements(who: &str, outlet: &str) -> [Range<u64>; 2] {
    match (who, outlet) {
        ("reader", "speech-model") => [300..10_000, 10_500..STALE],
        ("reader", _) => [300..NEVER, NONE],
        ("operator", _) => [500..6000, NONE],
        ("operadora", "recorder" | "acme-archive") => [700..NEVER, NONE],
        _ => [NONE, NONE],
    }
}

/// Whether somebody's part of a frame may go to an outlet: from its capture to its release they agree, and nobody restricts it.
fn may_go(who: &str, outlet: &str, kind: &str, frame: &Frame) -> bool {
    let is_agreed = agreements(who, outlet)
        .iter()
        .any(|times| times.start <= frame.captured && frame.released < times.end);
    let is_restricted = (outlet, kind) == ("speech-model", "video")
        && frame.captured < NO_VIDEO.end
        && NO_VIDEO.start <= frame.released;
    is_agreed && !is_restricted
}

/// What is to become of a frame.
fn expected_verdict(source: &Source, stream: &str, outlet: &str, frame: &Frame) -> &'static str {
    let kind = &*source.stream(stream).kind;
    let outlet = source.outlet(outlet);
    let may_go = |who: &String| may_go(who, &outlet.name, kind, frame);
    let whole = frame.whole.iter().all(may_go);
    if whole && frame.parts.iter().all(may_go) {
        "whole"
    } else if (whole && !frame.whole.is_empty()) || frame.parts.iter().any(may_go) {
        "redacted"
    } else if outlet.blanked_kinds.iter().any(|blanked| blanked == kind) {
        "blanked"
    } else {
        "dropped"
    }
}

/// The sound of the shipped meeting in every outlet.
fn check_all_sound(results: &Results) -> Check {
    let mut taps = SHIPPED.source.taps();
    taps.try_for_each(|(stream, outlet)| match stream.media {
        Media::Audio(_) => results.check_sound(stream, &outlet.name),
        Media::Video(_) | Media::Chat(_) => Ok(()),
    })
}

fn check_all_galleries(results: &Results) -> Check {
    let gallery = SHIPPED.source.stream("gallery");
    OUTLETS.into_iter().try_for_each(|outlet| {
        let is_cleared = |who: &str, frame: &Frame| may_go(who, outlet, "video", frame);
        results.check_gallery(gallery, outlet, is_cleared)
    })
}

fn check_all_chats(results: &Results) -> Check {
    let chat = SHIPPED.source.stream("chat");
    OUTLETS.into_iter().try_for_each(|outlet| {
        let is_cleared = |who: &str, frame: &Frame| may_go(who, outlet, "chat", frame);
        results.check_chat(chat, outlet, is_cleared)
    })
}

/// Runs of three words of what somebody wrote, so that a quotation of a part is found too.
fn phrases(who: &str) -> Vec<String> {
    let chat = SHIPPED.source.stream("chat").messages().iter();
    let texts = chat
        .filter(|message| message["author"] == who)
        .filter_map(|message| message["text"].as_str());
    let phrases = texts.flat_map(|text| {
        let words: Vec<_> = text.split(' ').collect();
        let phrases = words.windows(3).map(|words| words.join(" "));
        phrases.collect::<Vec<_>>()
    });
    phrases.collect()
}

fn contains(file: &[u8], phrase: &str) -> bool {
    let mut windows = file.windows(phrase.len());
    windows.any(|window| window[0] == phrase.as_bytes()[0] && window == phrase.as_bytes())
}

/// None of the words somebody wrote are in what an outlet received.
fn check_no_words(results: &Results, who: &str, outlet: &str) -> Check {
    for (path, file) in results.outlet(outlet) {
        if let Some(phrase) = phrases(who).iter().find(|phrase| contains(file, phrase)) {
            return Err(format!("{path} has {phrase:?}"));
        }
    }
    Ok(())
}

#[test]
fn each_verdict_is_what_the_story_says() {
    let Shipped {
        source, results, ..
    } = &*SHIPPED;
    for line in results.lines() {
        let frame = &source.stream(&line.stream).frames[line.frame];
        let expected = expected_verdict(source, &line.stream, &line.outlet, frame);
        assert_eq!(line.verdict, expected, "{line:?}");
    }
}

#[test]
fn r1_withheld_sound_is_silent_or_missing_and_the_rest_is_untouched() {
    check_all_sound(&SHIPPED.results).unwrap();

    let mut received = [0, 0];
    for (stream, outlet) in SHIPPED.source.taps() {
        if matches!(stream.media, Media::Audio(_)) && outlet.name != "recorder" {
            let is_there = SHIPPED.results.received(stream, &outlet.name).is_some();
            received[usize::from(is_there)] += 1;
        }
    }
    assert_eq!(received, [5, 5], "what got nothing, and what got something");
}

/// A withheld frame of the recorder's that was not silent when it went in: its number and where its bytes are.
fn withheld_voice(stream: &str) -> (usize, Range<usize>) {
    let wav = SHIPPED.source.stream(stream).wav();
    let mut begin = 0;
    for (line, frame) in SHIPPED
        .results
        .tap(stream, "recorder")
        .iter()
        .zip(wav.frames())
    {
        let bytes = begin..begin + frame.len();
        begin = bytes.end;
        if line.verdict == "blanked" && frame.iter().any(|byte| *byte != 0) {
            return (line.frame, bytes);
        }
    }
    panic!("{stream} is silent wherever it is withheld");
}

#[test]
fn r1_voices_are_withheld_and_not_only_silence() {
    for stream in ["dealer-mic", "operator-mic", "room-mix"] {
        let (frame, bytes) = withheld_voice(stream);
        let stream = SHIPPED.source.stream(stream);
        let received = SHIPPED.results.wav(stream, "recorder");
        let length = received.data.len();
        assert_eq!(length, stream.wav().data.len(), "{}", stream.name);
        assert!(
            received.data[bytes].iter().all(|byte| *byte == 0),
            "{frame}"
        );
    }
}

#[test]
fn r4_the_mix_with_somebody_who_refuses_is_withheld_from_all() {
    for outlet in OUTLETS {
        let lines = SHIPPED.results.tap("room-mix", outlet);
        assert_eq!(lines.len(), 600);
        assert!(lines.iter().all(|line| !line.is_released()), "{outlet}");
    }
}

#[test]
fn r4_a_gallery_loses_the_tiles_of_those_who_do_not_agree_and_nothing_else() {
    check_all_galleries(&SHIPPED.results).unwrap();
}

#[test]
fn r6_tiles_go_black_by_refusal_and_withdrawal() {
    const DEALER: Rect = [80, 0, 80, 60];
    const OPERATOR: Rect = [0, 60, 80, 60];

    let gallery = SHIPPED.source.stream("gallery");
    let (source, recorded) = (gallery.y4m(), SHIPPED.results.y4m(gallery, "recorder"));
    assert_eq!(recorded.pictures.len(), source.pictures.len());
    for (index, frame) in gallery.frames.iter().enumerate() {
        let (before, after) = (&source.pictures[index], &recorded.pictures[index]);
        assert!(!source.is_black(before, DEALER) && !source.is_black(before, OPERATOR));
        assert!(recorded.is_black(after, DEALER), "picture {index}");
        if frame.captured >= 700 && frame.released < 6000 {
            let others_stay = source.blackened(before, [DEALER]);
            assert!(*after == others_stay, "picture {index}");
        }
        if frame.released >= 6000 {
            assert!(recorded.is_black(after, OPERATOR), "picture {index}");
            let others_stay = source.blackened(before, [DEALER, OPERATOR]);
            assert!(*after == others_stay, "picture {index}");
        }
    }
}

#[test]
fn r4_a_message_loses_the_words_it_quotes_and_nothing_else() {
    check_all_chats(&SHIPPED.results).unwrap();

    let chat = SHIPPED.source.stream("chat");
    let written = chat.messages()[4]["text"].as_str().unwrap();
    for outlet in OUTLETS {
        let received = SHIPPED.results.received(chat, outlet).unwrap();
        let received = source::json_lines(received);
        let message = received.iter().find(|message| message["at"] == 4700);
        let text = message.unwrap()["text"].as_str().unwrap();
        assert_eq!(text.len(), written.len());
        assert_eq!(text[..13], written[..13]);
        assert_eq!(text[13..48], "*".repeat(35));
        assert_eq!(text[48..], written[48..]);
    }
}

#[test]
fn r1_no_word_of_who_never_agreed_is_in_any_outlet() {
    for outlet in OUTLETS {
        check_no_words(&SHIPPED.results, "dealer", outlet).unwrap();
    }
    check_no_words(&SHIPPED.results, "operadora", "speech-model").unwrap();
    let quoted = "please keep me out of the recording";
    assert!(contains(&SHIPPED.before["chat.jsonl"], quoted));
    for file in SHIPPED.results.files.values() {
        assert!(!contains(file, quoted));
    }
}

#[test]
fn r3_agreeing_to_a_recording_is_not_agreeing_to_training() {
    let Shipped {
        source, results, ..
    } = &*SHIPPED;
    for mic in ["operadora-mic", "dealer-mic"] {
        assert_eq!(results.received(source.stream(mic), "speech-model"), None);
    }
    let gallery = source.stream("gallery");
    let received = results.y4m(gallery, "speech-model");
    let refused = gallery
        .composite
        .iter()
        .filter(|part| part["owner"] == "operadora" || part["owner"] == "dealer");
    for rect in refused.map(rect) {
        let mut pictures = received.pictures.iter();
        assert!(pictures.all(|picture| received.is_black(picture, rect)));
    }
    let chat = results.received(source.stream("chat"), "speech-model");
    for message in source::json_lines(chat.unwrap()) {
        let author = message["author"].as_str().unwrap();
        assert!(["reader", "operator"].contains(&author), "{message}");
    }
}

#[test]
fn r2_what_the_host_restricts_is_withheld() {
    let lines = SHIPPED.results.tap("gallery", "speech-model");
    let frames = &SHIPPED.source.stream("gallery").frames;
    let restricted = frames
        .iter()
        .zip(lines)
        .filter(|(frame, _)| frame.captured < NO_VIDEO.end && frame.released > NO_VIDEO.start);
    let mut seen = 0;
    for (frame, line) in restricted {
        assert_eq!(line.verdict, "dropped", "{line:?}");
        // Of the one during which it is lifted, other reasons are left.
        let is_lifted = frame.released >= NO_VIDEO.end;
        assert_eq!(line.reason.as_deref() == Some("restricted"), !is_lifted);
        seen += 1;
    }
    assert_eq!(seen, 8);
}

#[test]
fn r2_attempts_to_agree_for_others_are_refused_and_told() {
    let report = SHIPPED.results.report();
    let refused: Vec<_> = list(&report["refused"]).collect();
    let told = refused
        .iter()
        .map(|attempt| json!([attempt["at"], attempt["by"], attempt["who"], attempt["why"]]));
    let expected = [
        json!([2000, "host", "dealer", "overreach"]),
        json!([2000, "host", "dealer", "overreach"]),
        json!([2000, "host", "operadora", "overreach"]),
        json!([3000, "participant", "operadora", "wrong_signature"]),
    ];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    assert_eq!(report["started"], "2026-03-02T09:00:00.000Z");
    assert_eq!(refused[3]["date"], "2026-03-02T09:00:03.000Z");
    for attempt in refused {
        assert!(attempt["error"].as_str().is_some_and(|why| !why.is_empty()));
    }
}

#[test]
fn r6_consent_ends_when_it_was_to_end() {
    let taps = ["reader-mic", "gallery", "chat"].map(|stream| {
        let frames = &SHIPPED.source.stream(stream).frames;
        (frames, SHIPPED.results.tap(stream, "speech-model"))
    });
    for (frames, lines) in taps {
        let late: Vec<_> = frames
            .iter()
            .zip(lines)
            .filter(|(frame, _)| (10_000..10_500).contains(&frame.released))
            .collect();
        assert!(!late.is_empty());
        assert!(late.iter().all(|(_, line)| line.verdict == "dropped"));
    }
}

#[test]
fn r3_a_superseded_notice_covers_nothing_more() {
    let frames = &SHIPPED.source.stream("reader-mic").frames;
    let lines = SHIPPED.results.tap("reader-mic", "speech-model");
    let agreed_again = frames
        .iter()
        .zip(lines)
        .filter(|(frame, _)| frame.captured >= 10_500);
    for (frame, line) in agreed_again {
        let expected = (frame.released >= STALE).then_some("stale notice");
        assert_eq!(line.reason.as_deref(), expected, "{line:?}");
    }
}

#[test]
fn r10_every_frame_and_outlet_has_a_tag_that_agrees() {
    let Shipped {
        source, results, ..
    } = &*SHIPPED;
    results.check_tags(source).unwrap();

    for line in results.lines() {
        let bytes = u128::from_str_radix(&line.tag, 16).unwrap().to_be_bytes();
        let tag = Tag::from_bytes(bytes).expect("a tag");
        assert_eq!(tag.verdict().name(), line.verdict);
    }
}

#[test]
fn r10_the_report_counts_what_the_tags_say() {
    SHIPPED.results.check_report(&SHIPPED.source).unwrap();
    assert_eq!(SHIPPED.results.report()["meeting"], "standup");
}

#[test]
fn r10_the_ledger_verifies_and_tells_what_happened() {
    let ledger = SHIPPED.results.ledger().unwrap();
    assert_eq!(ledger.anchored(), ledger.head().entries);
    assert!(!ledger.torn());
    SHIPPED.results.check_counted(&ledger).unwrap();

    let expired = ledger.lines().iter().find_map(|line| match &line.entry {
        Entry::Expired { who, .. } => Some((who.as_str(), line.at.as_micros() / 1000)),
        _ => None,
    });
    assert_eq!(expired, Some(("reader", 10_000)));
    let refused = |line: &&framegate::ledger::Line| matches!(line.entry, Entry::Refused { .. });
    assert_eq!(ledger.lines().iter().filter(refused).count(), 4);
    let signed = ledger.lines().iter().find_map(|line| match &line.entry {
        Entry::Granted { who, grant, .. } if grant.signed.is_some() => Some(who.as_str()),
        _ => None,
    });
    assert_eq!(signed, Some("operadora"));
}

#[test]
fn the_timeline_names_every_stream_and_outlet() {
    let svg = str::from_utf8(&SHIPPED.results.files["timeline.svg"]).unwrap();
    assert!(svg.starts_with("<svg"));
    assert!(svg.trim_end().ends_with("</svg>"));
    check_xml(svg).unwrap();
    for (stream, outlet) in SHIPPED.source.taps() {
        for name in [&stream.name, &outlet.name] {
            let is_a_label = |line: &str| line.trim() == *name;
            assert!(svg.lines().any(is_a_label), "{name}");
        }
    }
}

#[test]
fn the_results_are_what_the_layout_says_and_nothing_else() {
    let mut expected = [
        "head.json",
        "ledger.jsonl",
        "report.json",
        "tags.jsonl",
        "timeline.svg",
    ]
    .map(String::from)
    .to_vec();
    for who in PEOPLE {
        expected.extend(["json", "html"].map(|form| format!("receipts/{who}.{form}")));
    }
    for outlet in OUTLETS {
        expected.push(format!("{outlet}/tags.jsonl"));
    }
    for (stream, outlet) in SHIPPED.source.taps() {
        let verdicts = SHIPPED.results.verdicts(&stream.name, &outlet.name);
        if verdicts.iter().any(|verdict| verdict != "dropped") {
            expected.push(format!("{}/{}", outlet.name, stream.file));
        }
    }
    expected.sort();
    assert!(SHIPPED.results.files.keys().eq(&expected), "{expected:?}");
}

#[test]
fn the_source_is_left_as_it_was() {
    assert!(SHIPPED.before == SHIPPED.after);
}

#[test]
fn a_second_run_replaces_the_first_and_gives_the_same() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    succeeded(&gate(&standup(), &out));
    fs::write(out.join("tags.jsonl"), "of another run").unwrap();
    fs::write(out.join("recorder/stale.wav"), "of another run").unwrap();
    fs::remove_file(out.join("timeline.svg")).unwrap();

    succeeded(&gate(&standup(), &out));
    let again = read_folder(&out);
    assert!(again.keys().eq(SHIPPED.results.files.keys()));
    // Each run is a meeting of its own, and only its evidence says which.
    let others = again
        .iter()
        .filter(|(name, file)| SHIPPED.results.files.get(*name) != Some(file));
    for (name, _) in others {
        let is_evidence = ["head.json", "ledger.jsonl"].contains(&&**name);
        assert!(is_evidence || name.starts_with("receipts/"), "{name}");
    }
    assert!(again["ledger.jsonl"] != SHIPPED.results.files["ledger.jsonl"]);
    assert!(
        read_folder(folder.path())
            .keys()
            .all(|path| path.starts_with("out/"))
    );
}

/// Reads the shipped meeting's ledger with another head and the ledger itself changed.
fn read_ledger(head: &[u8], change: impl FnOnce(&mut Vec<u8>)) -> (PathBuf, Output) {
    let folder = TempDir::new().unwrap();
    let paths = ["ledger.jsonl", "head.json"].map(|name| folder.path().join(name));
    let mut ledger = SHIPPED.results.files["ledger.jsonl"].clone();
    change(&mut ledger);
    fs::write(&paths[0], ledger).unwrap();
    fs::write(&paths[1], head).unwrap();
    let output = reader()
        .arg(&paths[0])
        .arg("--head")
        .arg(&paths[1])
        .output();
    let [ledger, _] = paths;
    (ledger, output.unwrap())
}

#[test]
fn r10_the_ledgers_reader_tells_who_agreed_to_what() {
    let head = &SHIPPED.results.files["head.json"];
    let (_, output) = read_ledger(head, |_| {});
    succeeded(&output);
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.contains("All of it is what the head says."), "{told}");
    assert!(
        told.contains(", started 2026-03-02T09:00:00.000Z."),
        "{told}"
    );
    let withdrew = told.lines().find(|row| row.contains("withdrew")).unwrap();
    assert!(withdrew.contains("2026-03-02T09:00:06.000Z"), "{withdrew}");
    for (line, words) in [
        (20, ["reader", "agreed", "TRAIN", "clicked", "10 s"]),
        (
            23,
            [
                "\"operadora\"",
                "agreed",
                "RECORD@\"ACME Ltd\"",
                "signed",
                "\"1\" (",
            ],
        ),
        (
            25,
            ["dealer", "host was refused", "DERIVE", "clicked", "\"1\" ("],
        ),
        (
            28,
            ["operator", "withdrew", "every purpose", "every kind", "6 s"],
        ),
        (31, ["reader", "came to its end", "TRAIN", "chat", "10 s"]),
    ] {
        let begin = format!("│ {line} ");
        let row = told.lines().find(|row| row.starts_with(&begin)).unwrap();
        for word in words {
            assert!(row.contains(word), "{word} in {row}");
        }
    }
}

#[test]
fn r3_the_ledgers_reader_has_nobody_agree_to_who_was_named_later() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("ledger.jsonl");
    let store = FileStore::create(&path).unwrap();
    let writer = LedgerWriter::new(Box::new(store));
    let mut meeting = Meeting::open(MeetingOptions::new("m", 4).ledger(writer)).unwrap();
    let ann = meeting
        .join(JoinOptions::adult("ann"), Time::START)
        .unwrap();
    let bit = Purposes::from_bits_retain(1 << 9);
    let scope = Scope::new(Kinds::AUDIO, Purposes::RECORD | bit);
    let agrees = |meeting: &mut Meeting, text| {
        let notice = Notice {
            digest: Digest::of(text),
            version: text.into(),
            language: "en".into(),
            controller: "Example".into(),
            scope,
        };
        let notice = meeting.show(notice).unwrap();
        let grant = Grant::new(notice, scope, Method::Typed);
        let by = Authority::Participant;
        meeting.grant(by, ann, &grant, Time::START).unwrap();
    };
    agrees(&mut meeting, "before");
    meeting.third_party(Purposes::TRAIN, "EVIL").unwrap();
    agrees(&mut meeting, "after");
    drop(meeting);
    let output = reader().arg(&path).output().unwrap();
    succeeded(&output);
    let told = String::from_utf8(output.stdout).unwrap();
    let rows = told.lines().filter(|row| row.contains("agreed"));
    let rows: Vec<_> = rows.map(|row| row.contains("TRAIN@\"EVIL\"")).collect();
    assert_eq!(rows, [false, true], "{told}");
}

#[test]
fn r10_everybody_has_the_receipt_that_the_ledgers_reader_shows() {
    let folder = TempDir::new().unwrap();
    let ledger = folder.path().join("ledger.jsonl");
    let head = folder.path().join("head.json");
    fs::write(&ledger, &SHIPPED.results.files["ledger.jsonl"]).unwrap();
    fs::write(&head, &SHIPPED.results.files["head.json"]).unwrap();
    let show = |who| {
        let reader = &mut reader();
        let reader = reader.arg(&ledger).arg("--head").arg(&head);
        reader.args(["--who", who]).output().unwrap()
    };
    for (who, agreed) in PEOPLE.into_iter().zip([3, 0, 2, 1]) {
        let shown = show(who);
        succeeded(&shown);
        let written = &SHIPPED.results.files[&format!("receipts/{who}.json")];
        assert!(shown.stdout == *written, "{who}");
        let receipt: serde_json::Value = serde_json::from_slice(written).unwrap();
        assert_eq!(list(&receipt["agreed"]).count(), agreed, "{who}");
        let receipt: Receipt = serde_json::from_slice(written).unwrap();
        let page = &SHIPPED.results.files[&format!("receipts/{who}.html")];
        assert!(receipt.to_html().as_bytes() == *page, "{who}");
    }
    let stranger = show("eve\u{1b}");
    assert_eq!(stranger.status.code(), Some(2));
    let said = String::from_utf8(stranger.stderr).unwrap();
    assert!(said.ends_with(" never joined\n") && !said.contains('\u{1b}'));
}

#[test]
fn r10_a_ledger_that_does_not_verify_is_told_in_one_line() {
    let head = &SHIPPED.results.files["head.json"];
    let is_told = |(ledger, output): (PathBuf, Output), what: &str| {
        assert_eq!(output.status.code(), Some(2));
        assert!(output.stdout.is_empty());
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said, format!("{}: {what}\n", ledger.display()));
    };
    let sooner = replace(r#""at":6000000"#, r#""at":5000000"#);
    let changed = read_ledger(head, sooner);
    is_told(
        changed,
        "line 29: invalid ledger: the line does not follow from the line before, as lines were changed, moved or left out; read a copy that is as it was written",
    );
    let cut = read_ledger(head, |ledger| {
        let end = ledger
            .trim_ascii_end()
            .iter()
            .rposition(|byte| *byte == b'\n');
        ledger.truncate(end.unwrap() + 1);
    });
    is_told(
        cut,
        "line 35: the ledger does not have this head: entries were changed or cut off, or the head is another ledger's; read the ledger that the head is of, as it was written",
    );
    let none = br#"{"instance":"00000000000000000000000000000001","entries":0,"hash":"0000000000000000000000000000000000000000000000000000000000000000"}"#;
    is_told(read_ledger(none, Vec::clear), "line 1: there is no entry");
}

// ---------------------------------------------------------------------------------------------------------------------
// Controls: each check finds what was spoilt

/// The results with a file of them changed.
fn spoilt(path: &str, change: impl FnOnce(&mut Vec<u8>)) -> Results {
    let mut files = SHIPPED.results.files.clone();
    change(files.get_mut(path).expect("a result"));
    Results::new(files)
}

/// Replaces a text in a file once.
fn replace<'a>(from: &'a str, to: &'a str) -> impl FnOnce(&mut Vec<u8>) + 'a {
    move |file| {
        let text = str::from_utf8(file).unwrap();
        assert!(text.contains(from), "{from} is not there");
        *file = text.replacen(from, to, 1).into_bytes();
    }
}

#[test]
fn control_one_sample_of_a_withheld_frame_is_found() {
    let (_, bytes) = withheld_voice("dealer-mic");
    let header = SHIPPED.results.files["recorder/dealer.wav"].len()
        - SHIPPED.source.stream("dealer-mic").wav().data.len();
    let leaking = spoilt("recorder/dealer.wav", |file| {
        file[header + bytes.start] ^= 1;
    });
    let error = check_all_sound(&leaking).unwrap_err();
    assert_eq!(error, "dealer-mic in recorder: other samples");
}

#[test]
fn control_one_sample_of_a_released_frame_is_found() {
    let changed = spoilt("speech-model/reader.wav", |file| {
        *file.last_mut().unwrap() ^= 1;
    });
    let error = check_all_sound(&changed).unwrap_err();
    assert_eq!(error, "reader-mic in speech-model: other samples");
}

#[test]
fn control_a_recording_of_somebody_who_refused_is_found() {
    let mut files = SHIPPED.results.files.clone();
    let voice = SHIPPED.before["dealer.wav"].clone();
    files.insert("speech-model/dealer.wav".into(), voice);
    assert!(check_all_sound(&Results::new(files)).is_err());
}

#[test]
fn control_one_sample_of_a_black_tile_is_found() {
    let gallery = SHIPPED.source.stream("gallery").y4m();
    let (_, chroma) = gallery.positions([80, 0, 80, 60]);
    let size = gallery.pictures[0].len();
    let leaking = spoilt("recorder/gallery.y4m", |file| {
        let last_picture = file.len() - size;
        file[last_picture + chroma[0]] ^= 1;
    });
    let error = check_all_galleries(&leaking).unwrap_err();
    assert_eq!(error, "gallery in recorder: picture 59");
}

#[test]
fn control_words_that_stayed_are_found() {
    let leaking = spoilt("recorder/chat.jsonl", replace("***", "out"));
    assert!(check_all_chats(&leaking).is_err());

    let quoting = spoilt("acme-archive/chat.jsonl", replace("demo", "keep me out"));
    check_no_words(&quoting, "dealer", "acme-archive").unwrap_err();
}

#[test]
fn control_tags_that_disagree_are_found() {
    let changes = [
        (
            "tags.jsonl",
            r#""verdict":"whole""#,
            r#""verdict":"redacted""#,
        ),
        ("tags.jsonl", r#""captured":300"#, r#""captured":301"#),
        (
            "tags.jsonl",
            r#""reason":"withdrawn""#,
            r#""reason":"expired""#,
        ),
        ("tags.jsonl", r#""tag":"01000100"#, r#""tag":"01000108"#),
        (
            "tags.jsonl",
            r#""tag":"010001000001"#,
            r#""tag":"010001000000"#,
        ),
        (
            "tags.jsonl",
            r#""tag":"010001000001"#,
            r#""tag":"010001000200"#,
        ),
        ("recorder/tags.jsonl", r#""frame":7"#, r#""frame":8"#),
    ];
    for (path, from, to) in changes {
        let wrong = spoilt(path, replace(from, to));
        let error = wrong.check_tags(&SHIPPED.source).unwrap_err();
        // What is wrong with a line is found in it, not only by comparison with another.
        let found = if path == "tags.jsonl" {
            "Line"
        } else {
            path.split('/').next().unwrap()
        };
        assert!(error.contains(found), "{to}: {error}");
    }
    let short = spoilt("tags.jsonl", |file| {
        let end = file.iter().position(|byte| *byte == b'\n').unwrap();
        file.drain(..=end);
    });
    assert!(short.check_tags(&SHIPPED.source).is_err());
}

#[test]
fn control_a_report_that_disagrees_is_found() {
    let changes = [
        (r#""frames": 585"#, r#""frames": 584"#),
        (r#""whole": 585"#, r#""whole": 584"#),
        (r#""reason": "captured earlier""#, r#""reason": "expired""#),
        (r#""seen": 600"#, r#""seen": 601"#),
    ];
    for (from, to) in changes {
        let wrong = spoilt("report.json", replace(from, to));
        assert!(wrong.check_report(&SHIPPED.source).is_err(), "{to}");
    }
}

#[test]
fn control_a_changed_ledger_is_found() {
    let narrower = replace(
        r#""event":"withdrew","who":"operator""#,
        r#""event":"withdrew","who":"reader""#,
    );
    let changed = spoilt("ledger.jsonl", narrower);
    assert!(changed.ledger().is_err());
    let short = spoilt("ledger.jsonl", |file| {
        let end = file
            .trim_ascii_end()
            .iter()
            .rposition(|byte| *byte == b'\n');
        file.truncate(end.unwrap() + 1);
    });
    assert!(short.ledger().is_err());
    let miscounted = spoilt("tags.jsonl", replace("dropped", "blanked"));
    let ledger = miscounted.ledger().unwrap();
    assert!(miscounted.check_counted(&ledger).is_err());
}

#[test]
fn control_a_broken_picture_is_found() {
    assert!(check_xml("<svg><text>a</text></svg>").is_ok());
    for broken in [
        "<svg><text>a</svg>",
        "<svg>",
        "<svg></svg>a",
        "<svg a=\"></svg>",
        "<svg>a & b</svg>",
    ] {
        assert!(check_xml(broken).is_err(), "{broken}");
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// A small meeting

/// Gates a small meeting that must be accepted.
fn gated(small: &Small) -> (Source, Results) {
    let folder = TempDir::new().unwrap();
    let [input, out] = ["input", "out"].map(|name| folder.path().join(name));
    small.write(&input);
    succeeded(&gate(&input, &out));
    let source = Source::new(&read_folder(&input));
    (source, Results::new(read_folder(&out)))
}

static SMALL: LazyLock<(Source, Results)> = LazyLock::new(|| gated(&Small::new()));

/// Verdicts and reasons as a short text, for example `whole 2, blanked absent 4`.
fn runs(results: &Results, stream: &str, outlet: &str) -> String {
    let lines = results.tap(stream, outlet);
    let runs = lines
        .chunk_by(|a, b| (&a.verdict, &a.reason) == (&b.verdict, &b.reason))
        .map(|run| match &run[0].reason {
            Some(reason) => format!("{} {reason} {}", run[0].verdict, run.len()),
            None => format!("{} {}", run[0].verdict, run.len()),
        });
    runs.collect::<Vec<_>>().join(", ")
}

#[test]
fn a_small_meeting_is_gated() {
    let (source, results) = &*SMALL;
    results.check_tags(source).unwrap();
    results.check_report(source).unwrap();
    for (stream, outlet) in source.taps() {
        if matches!(stream.name.as_str(), "ann-mic" | "cal-mic" | "room") {
            results.check_sound(stream, &outlet.name).unwrap();
        }
    }
    assert_eq!(source.stream("ann-mic").frames.len(), 6, "the last is half");
    assert_eq!(runs(results, "ann-mic", "keeper"), "whole 6");
    assert_eq!(runs(results, "ann-mic", "shop"), "whole 6");
}

#[test]
fn r6_who_leaves_and_comes_back_begins_anew() {
    let (_, results) = &*SMALL;
    assert_eq!(
        runs(results, "cal-mic", "keeper"),
        "whole 2, blanked absent 4"
    );
    assert_eq!(
        runs(results, "chat", "keeper"),
        "whole 3, blanked not granted 2, blanked unknown 1",
        "cal's last message too, which came after the return"
    );
}

#[test]
fn r3_all_purposes_are_not_a_third_partys() {
    let (source, results) = &*SMALL;
    assert_eq!(
        runs(results, "cal-mic", "shop"),
        "dropped not granted 2, dropped absent 4"
    );
    assert_eq!(
        runs(results, "chat", "shop"),
        "whole 1, dropped not granted 1, redacted not granted 1, dropped not granted 2, dropped unknown 1"
    );
    let chat = source.stream("chat");
    let is_cleared = |who: &str, _: &Frame| who == "ann";
    results.check_chat(chat, "shop", is_cleared).unwrap();
    let is_cleared = |who: &str, _: &Frame| who == "ann" || who == "cal";
    results.check_chat(chat, "keeper", is_cleared).unwrap();
}

#[test]
fn r4_a_mix_with_the_unknown_is_never_cleared() {
    let (_, results) = &*SMALL;
    assert_eq!(runs(results, "room", "keeper"), "blanked unknown 3");
    assert_eq!(runs(results, "room", "shop"), "dropped unknown 3");
}

#[test]
fn r4_of_a_composite_the_channel_of_who_refuses_is_silent() {
    let (source, results) = &*SMALL;
    let panel = source.stream("panel");
    for outlet in ["keeper", "shop"] {
        assert_eq!(runs(results, "panel", outlet), "redacted not granted 6");
        let received = results.wav(panel, outlet);
        assert_eq!((received.samples, received.channels), (Samples::F32, 2));
        let expected = panel.wav().data.chunks(8);
        let expected: Vec<_> = expected
            .flat_map(|both| [&both[..4], &[0; 4]].concat())
            .collect();
        assert!(received.data == expected, "{outlet}");
    }
}

#[test]
fn r4_what_no_entry_of_a_composite_covers_belongs_to_all() {
    let (source, results) = &*SMALL;
    let camera = source.stream("camera");
    for outlet in ["keeper", "shop"] {
        assert_eq!(runs(results, "camera", outlet), "redacted unknown 4");
        let received = results.y4m(camera, outlet);
        let pictures = camera.y4m().pictures.iter();
        let expected = pictures.map(|picture| camera.y4m().blackened(picture, [[4, 0, 4, 4]]));
        assert!(received.pictures.iter().eq(&expected.collect::<Vec<_>>()));
    }
}

#[test]
fn pictures_in_full_range_are_blanked_in_full_range() {
    let mut small = Small::new();
    let camera = small.file("camera.y4m");
    let end = camera.iter().position(|byte| *byte == b'\n').unwrap();
    camera.splice(end..end, *b" XCOLORRANGE=FULL");
    let (source, results) = gated(&small);
    let camera = source.stream("camera").y4m();
    for outlet in ["keeper", "shop"] {
        let received = results.y4m(source.stream("camera"), outlet);
        for (picture, sent) in received.pictures.iter().zip(&camera.pictures) {
            assert_eq!(*picture, camera.blackened(sent, [[4, 0, 4, 4]]));
            assert_eq!(picture[4], 0, "{outlet}");
        }
    }
}

#[test]
fn r1_what_recordings_say_beside_the_media_stays_behind() {
    let note = str::from_utf8(NOTE).unwrap();
    for file in ["ann.wav", "camera.y4m"] {
        assert!(contains(Small::new().file(file), note));
    }
    let (_, results) = &*SMALL;
    for (path, file) in &results.files {
        assert!(!contains(file, note), "{path}");
    }
}

#[test]
fn a_name_does_not_break_the_timeline() {
    let mut small = Small::new();
    small.meeting["meeting"] = json!("</svg>");
    small.stream("room")["name"] = json!("<b>&\"'");
    for entry in small.timeline() {
        if entry["stream"] == "room" {
            entry["stream"] = json!("<b>&\"'");
        }
    }
    let (source, results) = gated(&small);
    check_xml(str::from_utf8(&results.files["timeline.svg"]).unwrap()).unwrap();
    results.check_tags(&source).unwrap();
}

#[test]
fn r1_a_meeting_in_which_nobody_agrees_gives_nothing() {
    let mut small = Small::new();
    small.timeline().retain(|entry| entry["event"] != "grant");
    let (source, results) = gated(&small);
    for line in results.lines() {
        assert!(!line.is_released(), "{line:?}");
    }
    let shop: Vec<_> = results.outlet("shop").collect();
    assert_eq!(shop, [(&"shop/tags.jsonl".to_owned(), &Vec::new())]);
    let camera = results.y4m(source.stream("camera"), "keeper");
    let mut pictures = camera.pictures.iter();
    assert!(pictures.all(|picture| camera.is_black(picture, camera.all())));
    let panel = results.wav(source.stream("panel"), "keeper");
    assert!(panel.data.iter().all(|byte| *byte == 0));
}

// ---------------------------------------------------------------------------------------------------------------------
// Bad input

/// A run was refused in one line which names the file and what helps.
fn check_refusal(output: &Output, file: &Path) -> Check {
    let said = String::from_utf8_lossy(&output.stderr);
    let problem = said.strip_suffix('\n').unwrap_or_default();
    let remedy = problem.rsplit_once("; ").map(|(_, remedy)| remedy.trim());
    let is_refusal = output.status.code() == Some(2)
        && !problem.is_empty()
        && !problem.contains(char::is_control)
        && problem.starts_with(&*file.to_string_lossy())
        && remedy.is_some_and(|remedy| !remedy.is_empty());
    if is_refusal {
        Ok(())
    } else {
        Err(format!("{}: {said:?}", output.status))
    }
}

/// Breaks a small meeting in one way and gates it: a refusal, and nothing left behind.
fn check_bad((_, file, spoil): Bad) -> Check {
    let folder = TempDir::new().unwrap();
    let [input, results] = ["input", "results"].map(|name| folder.path().join(name));
    let mut small = Small::new();
    spoil(&mut small);
    small.write(&input);
    fs::create_dir(&results).unwrap();
    let before = read_folder(&input);

    let output = gate(&input, &results.join("out"));
    check_refusal(&output, &input.join(file))?;
    let left = fs::read_dir(&results).unwrap().count();
    if left > 0 || read_folder(&input) != before {
        return Err("something was left behind".into());
    }
    Ok(())
}

fn all_are_refused(bad: impl IntoIterator<Item = Bad>) {
    let errors = bad
        .into_iter()
        .filter_map(|bad| Some((bad.0, check_bad(bad).err()?)));
    let errors: Vec<_> = errors.collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn bad_recordings_are_refused() {
    all_are_refused(bad::RECORDINGS);
}

#[test]
fn bad_chats_are_refused() {
    all_are_refused(bad::CHATS);
}

#[test]
fn bad_meetings_are_refused() {
    all_are_refused(bad::MEETINGS);
}

#[test]
fn control_what_is_not_refused_is_found() {
    assert!(check_bad(("nothing", MEETING, |_| {})).is_err());
    let elsewhere = ("in another file", "ann.wav", bad::MEETINGS[2].2);
    assert!(check_bad(elsewhere).is_err());
}

#[test]
fn a_folder_without_a_meeting_is_refused() {
    let folder = TempDir::new().unwrap();
    let out = folder.path().join("out");
    for input in [folder.path().to_owned(), folder.path().join("nowhere")] {
        check_refusal(&gate(&input, &out), &input.join(MEETING)).unwrap();
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);
    }
}

/// A folder with a small meeting in `input`.
fn small_folder() -> TempDir {
    let folder = TempDir::new().unwrap();
    Small::new().write(&folder.path().join("input"));
    folder
}

/// Gates `input` of a folder into `out`, which is refused and changes nothing.
fn is_refused(folder: &Path, out: &Path, names: &Path) {
    let before = read_folder(folder);
    let entries = || fs::read_dir(folder).unwrap().count();
    let count = entries();
    check_refusal(&gate(&folder.join("input"), out), names).unwrap();
    assert!(read_folder(folder) == before);
    assert_eq!(entries(), count);
}

#[test]
fn an_output_that_holds_something_else_is_left_alone() {
    let folder = small_folder();
    let out = folder.path().join("out");

    fs::create_dir(&out).unwrap();
    fs::write(out.join("thesis.txt"), "years of work").unwrap();
    is_refused(folder.path(), &out, &out);

    fs::remove_dir_all(&out).unwrap();
    fs::write(&out, "a file").unwrap();
    is_refused(folder.path(), &out, &out);

    fs::remove_file(&out).unwrap();
    succeeded(&gate(&folder.path().join("input"), &out));
    fs::write(out.join("thesis.txt"), "years of work").unwrap();
    is_refused(folder.path(), &out, &out);
}

#[test]
fn an_output_in_the_input_is_refused() {
    let folder = small_folder();
    let input = folder.path().join("input");
    for out in [input.clone(), input.join("out")] {
        is_refused(folder.path(), &out, &out);
    }
}

#[test]
fn a_bad_meeting_leaves_an_earlier_result() {
    let folder = small_folder();
    let out = folder.path().join("out");
    let recording = folder.path().join("input/camera.y4m");
    succeeded(&gate(&folder.path().join("input"), &out));
    let whole = fs::read(&recording).unwrap();
    fs::write(&recording, &whole[..whole.len() - 1]).unwrap();
    is_refused(folder.path(), &out, &recording);
}

#[test]
fn help_tells_the_arguments() {
    let help = program().arg("--help").output().unwrap();
    succeeded(&help);
    let help = String::from_utf8(help.stdout).unwrap();
    assert!(help.contains("--input") && help.contains("--out"), "{help}");
}
