//! JSON without what nobody agreed to: as long as it was, JSON still, and telling nothing of what is hidden but its length.

use framegate::{
    Area, Contributors, Error, Format, Frame, Kind, Payload, Purposes, Reason, Region,
    StreamOptions, Time, Verdict,
};
use proptest::{
    prelude::*,
    sample::select,
    test_runner::{RngSeed, TestRunner},
};
use serde_json::Value;

use crate::common::{SCOPE, agree, meeting, own, tap};

const NOW: Time = Time::from_millis(1);
const KEYS: [&str; 3] = ["type", "x", "größe"];

// ---------------------------------------------------------------------------------------------------------------------
// Texts of which it is known what is where

/// A piece of a text.
#[derive(Clone, Debug)]
enum Piece {
    /// What is neither key nor value.
    Between(&'static str),
    Key(String),
    Value(String),
}

#[derive(Clone, Debug)]
enum Node {
    Leaf(String),
    Array(Vec<Node>),
    Object(Vec<(String, Node)>),
}

impl Node {
    fn pieces(&self, pieces: &mut Vec<Piece>) {
        match self {
            Self::Leaf(text) => pieces.push(Piece::Value(text.clone())),
            Self::Array(nodes) => {
                pieces.push(Piece::Between("["));
                for (index, node) in nodes.iter().enumerate() {
                    if index > 0 {
                        pieces.push(Piece::Between(","));
                    }
                    node.pieces(pieces);
                }
                pieces.push(Piece::Between("]"));
            }
            Self::Object(members) => {
                pieces.push(Piece::Between("{"));
                for (index, (key, node)) in members.iter().enumerate() {
                    if index > 0 {
                        pieces.push(Piece::Between(","));
                    }
                    pieces.push(Piece::Key(key.clone()));
                    pieces.push(Piece::Between(":"));
                    node.pieces(pieces);
                }
                pieces.push(Piece::Between("}"));
            }
        }
    }
}

fn string() -> impl Strategy<Value = String> {
    let part = select(vec![
        "a",
        "ß",
        "日",
        " ",
        ",",
        "]",
        "\\\"",
        "\\\\",
        "\\n",
        "\\u00e9",
        "\\ud83d\\ude42",
        "a long word",
    ]);
    let parts = prop::collection::vec(part, 0..8);
    parts.prop_map(|parts| format!("\"{}\"", parts.concat()))
}

fn node() -> impl Strategy<Value = Node> {
    let number = prop_oneof![
        any::<i64>().prop_map(|number| number.to_string()),
        any::<f32>()
            .prop_filter("JSON has no others", |number| number.is_finite())
            .prop_map(|number| format!("{number:?}")),
        "-?(0|[1-9][0-9]{0,20})(\\.[0-9]{1,20})?([eE][+-]?[0-9])?",
    ];
    let literal = select(vec!["true", "false", "null", "0"]).prop_map(str::to_owned);
    let leaf = prop_oneof![number, string(), literal].prop_map(Node::Leaf);
    let listed = select(&KEYS[..]).prop_map(|key| format!("\"{key}\""));
    // The first of these is how one of the others could be spelt, too.
    let key = prop_oneof![Just("\"\\u0078\"".to_owned()), listed, string()];
    leaf.prop_recursive(4, 24, 5, move |node| {
        prop_oneof![
            prop::collection::vec(node.clone(), 0..5).prop_map(Node::Array),
            prop::collection::vec((key.clone(), node), 0..5).prop_map(Node::Object),
        ]
    })
}

/// With blanks here and there.
fn text() -> impl Strategy<Value = Vec<Piece>> {
    let blanks = prop::collection::vec(select(vec!["", "", " ", "\n\t", "\r "]), 1..8);
    (node(), blanks).prop_map(|(node, blanks)| {
        let mut pieces = Vec::new();
        node.pieces(&mut pieces);
        let mut blanks = blanks.into_iter().map(Piece::Between).cycle();
        let pieces = pieces
            .into_iter()
            .flat_map(|piece| [blanks.next().unwrap(), piece]);
        pieces.collect()
    })
}

impl Piece {
    fn text(&self) -> &str {
        match self {
            Self::Between(text) => text,
            Self::Key(text) | Self::Value(text) => text,
        }
    }

    /// What it becomes if it is hidden.
    fn hidden(&self) -> String {
        let text = self.text();
        let is_string = text.starts_with('"');
        match self {
            Self::Between(_) => text.to_owned(),
            Self::Key(_) if KEYS.contains(&text.trim_matches('"')) => text.to_owned(),
            _ if is_string => format!("\"{}\"", "*".repeat(text.len() - 2)),
            _ if text.len() > 15 => format!("0.{}", "0".repeat(text.len() - 2)),
            _ => "1".repeat(text.len()),
        }
    }
}

fn whole(pieces: &[Piece]) -> String {
    pieces.iter().map(Piece::text).collect()
}

// ---------------------------------------------------------------------------------------------------------------------
// What the gate makes of them

/// Copied, and where it was.
fn treat(text: &str, areas: &[(Area, bool)], is_composite: bool) -> (Verdict, String) {
    let (mut meeting, notice, people) = meeting();
    let [agrees, refuses] = people;
    agree(&mut meeting, notice, agrees, SCOPE, Time::START);
    let stream = if is_composite {
        StreamOptions::composite(Kind::Whiteboard, Format::JSON)
    } else {
        StreamOptions::owned(agrees, Kind::Whiteboard, Format::JSON)
    };
    let mut tap = tap(&mut meeting, stream.structural_keys(KEYS), Purposes::RECORD);
    let region = |(area, is): &(Area, bool)| Region::new(if *is { agrees } else { refuses }, *area);
    let regions: Vec<_> = areas.iter().map(region).collect();
    let who = if is_composite {
        Contributors::Complete(&people)
    } else {
        Contributors::Owner
    };
    let frame = Frame::new(NOW, who).regions(&regions);
    let (mut changed, mut copied) = (text.to_owned().into_bytes(), vec![0xAA; text.len()]);
    let in_place = tap.admit_in_place(&frame, (&mut changed[..]).into(), NOW, |_| ());
    let payload = Payload::Bytes(text.as_bytes());
    let into = tap.admit_into(&frame, payload, (&mut copied[..]).into(), NOW, |_| ());
    assert_eq!(in_place.verdict(), into.verdict());
    assert_eq!(changed, copied);
    (in_place.verdict(), String::from_utf8(changed).unwrap())
}

/// Of which values are where, and of what form.
fn shape(value: &Value) -> String {
    match value {
        Value::String(_) => "s".to_owned(),
        Value::Array(values) => format!("[{}]", values.iter().map(shape).collect::<String>()),
        // Hidden keys may have become the same, so that the reader keeps the last of them.
        Value::Object(_) => "o".to_owned(),
        Value::Number(_) | Value::Bool(_) | Value::Null => "n".to_owned(),
    }
}

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

const WITHOUT: Verdict = Verdict::Redacted(Reason::NotGranted);
const EMPTY: Verdict = Verdict::Blanked(Reason::NotGranted);

/// What is left of a text, told piece by piece; and how many values.
fn told(pieces: &[Piece], stays: impl Fn(usize) -> bool) -> (String, usize) {
    let (mut left, mut at, mut values) = (String::new(), 0, 0);
    for piece in pieces {
        let end = at + piece.text().len();
        if (at..end).all(&stays) {
            left += piece.text();
            values += usize::from(matches!(piece, Piece::Value(_)));
        } else {
            left += &piece.hidden();
        }
        at = end;
    }
    (left, values)
}

fn agrees_piece_by_piece(
    pieces: &[Piece],
    places: &[(u32, u32, bool)],
    is_composite: bool,
    fault: Option<fn(&str) -> String>,
) -> Result<(), TestCaseError> {
    let text = whole(pieces);
    let length = u32::try_from(text.len()).unwrap();
    let area = |(start, bytes, agrees): &(u32, u32, bool)| {
        let start = start % length;
        let end = (start + bytes).min(length);
        (Area::Span { start, end }, *agrees)
    };
    let areas: Vec<_> = places.iter().map(area).collect();
    let stays = |at: usize| {
        let covers = |area: Area| matches!(area, Area::Span { start, end } if (start as usize..end as usize).contains(&at));
        let over: Vec<_> = areas.iter().filter(|(area, _)| covers(*area)).collect();
        over.iter().all(|(_, agrees)| *agrees) && !(is_composite && over.is_empty())
    };
    let is_refused = is_composite || areas.iter().any(|(_, agrees)| !agrees);
    let (left, values) = told(pieces, stays);
    let expected = match (is_refused, values) {
        (false, _) => (Verdict::Whole, text.clone()),
        (true, 0) => (EMPTY, told(pieces, |_| false).0),
        _ => (WITHOUT, left),
    };
    let (verdict, left) = treat(&text, &areas, is_composite);
    let left = fault.map_or(left.clone(), |fault| fault(&left));
    prop_assert_eq!(left.len(), text.len());
    prop_assert_eq!(shape(&read(&left)), shape(&read(&text)));
    prop_assert_eq!((verdict, left), expected);
    Ok(())
}

/// A text, spans of it with whether their owner agrees, and whether it is of several people.
fn cases() -> impl Strategy<Value = (Vec<Piece>, Vec<(u32, u32, bool)>, bool)> {
    let places = prop::collection::vec((any::<u32>(), 1_u32..40, any::<bool>()), 0..6);
    (text(), places, any::<bool>())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn r4_what_is_left_agrees_piece_by_piece((pieces, places, is_composite) in cases()) {
        agrees_piece_by_piece(&pieces, &places, is_composite, None)?;
    }

    /// Two texts that differ in nothing but their values, which are as long, come to the same.
    #[test]
    fn what_is_hidden_shows_no_more_than_its_length(pieces in text()) {
        let other = |piece: &Piece| match piece {
            Piece::Value(text) if text.starts_with('"') => Piece::Value(format!("\"{}\"", "x".repeat(text.len() - 2))),
            Piece::Value(text) => Piece::Value(format!("-{}", "9".repeat(text.len() - 1))),
            Piece::Key(text) if !KEYS.contains(&text.trim_matches('"')) => Piece::Key(format!("\"{}\"", "k".repeat(text.len() - 2))),
            same => same.clone(),
        };
        let mut others: Vec<_> = pieces.iter().map(other).collect();
        for piece in &mut others {
            if matches!(piece, Piece::Value(text) if text == "-") {
                *piece = Piece::Value("7".to_owned());
            }
        }
        let all = |text: &str| [(Area::Span { start: 0, end: text.len().try_into().unwrap() }, false)];
        let [one, other] = [whole(&pieces), whole(&others)];
        prop_assert_eq!(treat(&one, &all(&one), false), treat(&other, &all(&other), false));
    }
}

#[test]
fn control_what_shows_a_value_or_is_no_json_is_found() {
    let faults: [fn(&str) -> String; 3] = [
        |text| text.replacen('*', "s", 1),
        |text| text.replacen("11", "01", 1),
        |text| format!("{text} "),
    ];
    for fault in faults {
        let mut runner = TestRunner::new(ProptestConfig {
            failure_persistence: None,
            rng_seed: RngSeed::Fixed(1),
            ..ProptestConfig::with_cases(1024)
        });
        let found = runner.run(&cases(), |(pieces, places, is_composite)| {
            agrees_piece_by_piece(&pieces, &places, is_composite, Some(fault))
        });
        assert!(found.is_err());
    }
}

/// A stroke on a whiteboard, with a span of it hidden or all of it.
#[test]
fn values_are_masked_whole_wherever_a_span_cuts_them() {
    let text = r#"{"type":"stroke","x":[12,-3.5,true],"by":"Eva","n":null,"big":123456789012345678,"":""}"#;
    let masked = r#"{"type":"******","x":[11,1111,1111],"**":"***","*":1111,"***":0.0000000000000000,"":""}"#;
    let all = Area::Span {
        start: 0,
        end: text.len().try_into().unwrap(),
    };
    assert_eq!(
        treat(text, &[(all, false)], false),
        (EMPTY, masked.to_owned())
    );
    for (part, from, to) in [
        // A byte of a string, the end of one number with the beginning of the next, a literal, a key, what lies between.
        ("tro", "\"stroke\"", "\"******\""),
        ("2,-", "12,-3.5", "11,1111"),
        ("ru", "true", "1111"),
        ("\"Eva\"", "\"Eva\"", "\"***\""),
        ("by\":", "\"by\"", "\"**\""),
        ("y\":\"E", "\"by\":\"Eva\"", "\"**\":\"***\""),
        ("ype\"", "", ""),
        (",", "", ""),
        ("[12,-3.5,true]", "[12,-3.5,true]", "[11,1111,1111]"),
        ("6789", "123456789012345678", "0.0000000000000000"),
    ] {
        let start = text.find(part).unwrap();
        let end = start + part.len();
        let [start, end] = [start, end].map(|at| at.try_into().unwrap());
        let left = treat(text, &[(Area::Span { start, end }, false)], false);
        assert_eq!(left, (WITHOUT, text.replacen(from, to, 1)), "{part}");
    }
}

/// The same key twice is two values, and a span is over the one that it is over.
#[test]
fn of_what_is_there_twice_each_is_by_itself() {
    let text = r#"{"a":1,"a":2,"x":{"a":3}}"#;
    let span = |start, end| (Area::Span { start, end }, false);
    let left = treat(text, &[span(11, 12), span(17, 18)], false);
    assert_eq!(left, (WITHOUT, r#"{"a":1,"a":1,"x":{"a":3}}"#.to_owned()));
}

#[test]
fn r1_what_is_no_json_is_withheld() {
    let (mut meeting, notice, [agrees]) = meeting();
    agree(&mut meeting, notice, agrees, SCOPE, Time::START);
    let mut tap = tap(
        &mut meeting,
        StreamOptions::owned(agrees, Kind::Poll, Format::JSON),
        Purposes::RECORD,
    );
    let mut verdict = |text: &[u8], areas: &[Area]| {
        let regions: Vec<_> = areas
            .iter()
            .map(|area| Region::new(agrees, *area))
            .collect();
        let frame = own(NOW).regions(&regions);
        let mut place = text.to_vec();
        let place = tap.admit_in_place(&frame, (&mut place[..]).into(), NOW, |_| ());
        let whole = tap.admit(&frame, Payload::Bytes(text), NOW, |_| ());
        assert_eq!(place.verdict(), whole.verdict());
        whole.verdict()
    };
    let deep = |depth| [vec![b'['; depth], vec![b']'; depth]].concat();
    assert_eq!(verdict(&deep(128), &[]), Verdict::Whole);
    let malformed = Verdict::Dropped(Reason::Malformed);
    assert_eq!(verdict(&deep(129), &[]), malformed);
    for text in [
        &b""[..],
        b" ",
        b"{",
        b"}",
        b"[1",
        b"[1,]",
        b"[,1]",
        b"{\"a\"}",
        b"{\"a\":}",
        b"{\"a\":1,}",
        b"{a:1}",
        b"[1}",
        b"{\"a\":1]",
        b"01",
        b"1.",
        b".5",
        b"+1",
        b"1e",
        b"-",
        b"tru",
        b"True",
        b"NaN",
        b"1 2",
        b"\"",
        b"\"\\x\"",
        b"\"\\u12g4\"",
        b"\"\n\"",
        b"\"\xFF\"",
        b"\"\xED\xA0\x80\"",
        b"\xEF\xBB\xBF1",
        b"'a'",
        b"[1]//",
        b"\0",
        b"1\0",
    ] {
        assert_eq!(verdict(text, &[]), malformed, "{}", text.escape_ascii());
    }
    let span = |start, end| Area::Span { start, end };
    for (area, fits) in [
        (span(0, 7), true),
        (span(1, 2), true),
        (span(3, 3), false),
        (span(4, 3), false),
        (span(0, 8), false),
        (span(7, 8), false),
        (span(0, u32::MAX), false),
        (Area::Channel(0), false),
        (
            Area::Rectangle {
                x: 0,
                y: 0,
                width: 1,
                height: 1,
            },
            false,
        ),
    ] {
        let expected = if fits { Verdict::Whole } else { malformed };
        assert_eq!(
            verdict("[\"日\",]".replace(",]", "]").as_bytes(), &[area]),
            expected,
            "{area:?}"
        );
    }
}

#[test]
fn keys_of_what_is_no_json_are_an_error() {
    let (mut meeting, _, [who]) = meeting();
    for format in [Format::UTF8, Format::OPAQUE, Format::i420(2, 2)] {
        let stream = StreamOptions::owned(who, Kind::File, format).structural_keys(["type"]);
        assert_eq!(meeting.open_stream(stream), Err(Error::Format));
    }
    let stream = StreamOptions::owned(who, Kind::Poll, Format::JSON).structural_keys(["type"]);
    assert!(meeting.open_stream(stream).is_ok());
}
