//! A receipt as a page that people read.
//!
//! In the library and not in an example, since every client owes people a receipt that they can read (GDPR Art. 12(1)), and what is hard about it is the same for all:
//! whoever chose an id, an outlet's name or a third party's must not be able to change what the page says. So texts from outside stand in quotation marks,
//! in an element of their own that isolates their direction, with everything escaped that does not show; the page's own words never stand in quotation marks.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::fmt::{self, Write};

use super::{
    moment::Moment,
    receipt::{Agreement, Held, Receipt, Released},
};
use crate::{
    control::{
        consent::{Method, Scope},
        history::Ending,
    },
    types::{
        authority::Authority,
        kind::{Kind, Kinds},
        purpose::Purposes,
        time::Time,
    },
};

impl Receipt {
    /// Returns the receipt as an HTML page in English that stands alone: no scripts, no links, nothing to load. It can be read on a phone, and printed.
    ///
    /// All texts from outside are quoted and escaped. For another language, or a look of one's own, take the receipt's fields.
    ///
    /// # Examples
    ///
    /// ```
    /// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
    /// use framegate::export::Receipt;
    ///
    /// # let ledger = scene::scene().ledger();
    /// let receipt = Receipt::of(&ledger, "ada").expect("she joined");
    /// let page = receipt.to_html();
    /// assert!(page.starts_with("<!DOCTYPE html>"));
    /// ```
    #[must_use]
    pub fn to_html(&self) -> String {
        let mut page = Page(String::from(HEAD));
        page.facts(&[
            ("Person", quoted(&self.who)),
            ("Meeting", quoted(&self.meeting)),
            ("Started", self.started.to_string()),
            ("Meeting's instance", code(self.head.instance)),
            ("Entries in the ledger", self.head.entries.to_string()),
            ("Hash of the last entry", code(self.head.hash)),
            (
                "Entries that nothing vouches for",
                self.unanchored.to_string(),
            ),
        ]);
        page.words(
            "Dates are in UTC, as the clock of the meeting's software had them; below each are the hours, minutes and seconds since the meeting's start. Texts in quotation marks are names and words that others chose.",
        );
        let names = Names::of(self);
        page.table(
            "What you agreed to",
            [
                "When",
                "Who agreed",
                "How",
                "To what",
                "Notice shown",
                "Until",
            ],
            self.agreed.iter().map(agreed),
        );
        page.table(
            "What you, or somebody for you, refused or withdrew",
            ["When", "Who asked", "Of what"],
            self.withdrawn.iter().map(|withdrawal| {
                let at = if withdrawal.past {
                    date(withdrawal.at) + "<br>without a call on the meeting"
                } else {
                    moment(withdrawal.at)
                };
                [
                    at,
                    authority(withdrawal.by).into(),
                    names.scope(withdrawal.scope),
                ]
            }),
        );
        page.table(
            "What others restricted",
            ["When", "Who", "What happened", "Over whom", "Of what"],
            self.restricted.iter().map(|restriction| {
                let what = if restriction.lifted {
                    "lifted"
                } else {
                    "restricted"
                };
                let whom = if restriction.everybody {
                    "everybody"
                } else {
                    "you"
                };
                let (at, by) = (moment(restriction.at), authority(restriction.by));
                [
                    at,
                    by.into(),
                    what.into(),
                    whom.into(),
                    names.scope(restriction.scope),
                ]
            }),
        );
        page.table(
            "Attempts to agree for you that were refused",
            ["When", "Who tried", "To what", "Why it was refused"],
            self.refused.iter().map(|attempt| {
                let (at, by) = (moment(attempt.at), authority(attempt.by));
                let why = attempt.why.explanation();
                [at, by.into(), names.scope(attempt.scope), why.into()]
            }),
        );
        page.table(
            "When your consent held",
            ["Kind", "Purposes", "From", "Until", "Why it ended"],
            self.held.iter().map(held),
        );
        page.table(
            "What may have been released",
            [
                "Outlet",
                "Given to",
                "Purposes",
                "Captured from and until",
                "Frames of your own streams",
            ],
            self.released.iter().map(released),
        );
        page.0 += FOOT;
        page.0
    }
}

/// The page so far.
struct Page(String);

impl Page {
    fn facts(&mut self, facts: &[(&'static str, String)]) {
        self.0 += "<dl>\n";
        for (name, value) in facts {
            self.put(format_args!("<dt>{name}</dt><dd>{value}</dd>\n"));
        }
        self.0 += "</dl>\n";
    }

    fn words(&mut self, words: &'static str) {
        self.put(format_args!("<p>{words}</p>\n"));
    }

    /// Cells are the page's own words, or were escaped.
    fn table<const COLUMNS: usize>(
        &mut self,
        title: &'static str,
        columns: [&'static str; COLUMNS],
        rows: impl ExactSizeIterator<Item = [String; COLUMNS]>,
    ) {
        self.put(format_args!("<h2>{title}</h2>\n"));
        if rows.len() == 0 {
            return self.words("Nothing.");
        }
        self.0 += "<table>\n<thead><tr>";
        for column in columns {
            self.put(format_args!("<th scope=\"col\">{column}</th>"));
        }
        self.0 += "</tr></thead>\n<tbody>\n";
        for row in rows {
            self.0 += "<tr>";
            for (column, cell) in columns.iter().zip(row) {
                self.put(format_args!(
                    "<td data-column=\"{column}\"><div>{cell}</div></td>"
                ));
            }
            self.0 += "</tr>\n";
        }
        self.0 += "</tbody>\n</table>\n";
    }

    fn put(&mut self, pieces: fmt::Arguments<'_>) {
        // Writing to a string does not fail.
        let _ = self.0.write_fmt(pieces);
    }
}

/// A text from outside: in quotation marks and isolated, without anything that does not show, joins what is before it, or is markup.
fn quoted(text: &str) -> String {
    // The quotation marks are others.
    let escaped = text.escape_debug().to_string();
    let escaped = escaped.replace("\\'", "'").replace("\\\"", "\"");
    let mut quoted = String::from("<bdi>\u{201c}");
    for character in escaped.chars() {
        match character {
            '&' => quoted += "&amp;",
            '<' => quoted += "&lt;",
            '>' => quoted += "&gt;",
            '"' => quoted += "&quot;",
            '\'' => quoted += "&#39;",
            _ if is_left_over(character) => quoted.extend(character.escape_unicode()),
            _ => quoted.push(character),
        }
    }
    quoted + "\u{201d}</bdi>"
}

/// Whether Rust's own escapes leave it as it is, though it shows nothing or is this page's quotation mark.
fn is_left_over(character: char) -> bool {
    matches!(
        character,
        '\u{115f}'
            | '\u{1160}'
            | '\u{2800}'
            | '\u{3164}'
            | '\u{ffa0}'
            | '\u{1d159}'
            | '\u{201c}'
            | '\u{201d}'
    )
}

fn code(digits: impl fmt::Display) -> String {
    format!("<code>{digits}</code>")
}

/// Several, one below the other.
fn lines(items: impl IntoIterator<Item = String>) -> String {
    items.into_iter().collect::<Vec<_>>().join("<br>")
}

fn moment(at: Moment) -> String {
    lines([date(at), clock(at.micros)])
}

fn date(at: Moment) -> String {
    at.date.to_string()
}

fn clock(at: Time) -> String {
    let millis = u64::try_from(at.as_micros()).unwrap_or(u64::MAX) / 1000;
    let (seconds, rest) = (millis / 1000, millis % 1000);
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours}:{minutes:02}:{:02}.{rest:03}", seconds % 60)
}

fn authority(authority: Authority) -> &'static str {
    match authority {
        Authority::Participant => "you",
        Authority::Guardian => "your guardian",
        Authority::Host => "the host",
        Authority::Administrator => "an administrator",
        Authority::Vendor => "the vendor",
    }
}

fn method(agreement: &Agreement) -> &'static str {
    match (agreement.method, agreement.signed) {
        (Method::Clicked, false) => "by a click",
        (Method::Typed, false) => "in writing",
        (Method::Spoken, false) => "by saying so",
        (Method::Clicked, true) => "by a click, signed",
        (Method::Typed, true) => "in writing, signed",
        (Method::Spoken, true) => "by saying so, signed",
        (Method::Signed, _) => "signed",
    }
}

fn ending(ending: Ending) -> &'static str {
    match ending {
        Ending::Expired => "it came to its agreed end",
        Ending::Withdrawn => "it was withdrawn",
        Ending::Superseded => "its notice was superseded",
        Ending::Restricted => "it was restricted",
        Ending::Left => "you left",
        Ending::Torn => "the ledger was cut off by a crash",
        Ending::MeetingEnded => "the meeting ended",
    }
}

fn kinds(kinds: Kinds) -> String {
    if kinds == Kinds::all() {
        return "every kind".into();
    }
    let names: Vec<_> = Kind::each(kinds).map(Kind::name).collect();
    names.join(", ")
}

fn agreed(agreement: &Agreement) -> [String; 6] {
    let notice = &agreement.notice;
    let mut when = moment(agreement.at);
    if let Some(earlier) = agreement.agreed_at {
        when += "<br>agreed at ";
        when += &moment(earlier);
    }
    let purposes = agreement.purposes.iter().map(|name| quoted(name));
    let controller = format!("of {}", quoted(&notice.controller));
    let version = format!(
        "version {}, language {}",
        quoted(&notice.version),
        quoted(&notice.language)
    );
    [
        when,
        authority(agreement.by).into(),
        method(agreement).into(),
        lines(
            [kinds(agreement.scope.kinds) + " for"]
                .into_iter()
                .chain(purposes),
        ),
        lines([controller, version, code(notice.digest)]),
        agreement.until.map_or_else(|| "no end".into(), moment),
    ]
}

fn held(held: &Held) -> [String; 5] {
    let until = match (held.until, held.ended) {
        (Some(until), _) => moment(until),
        (None, Some(_)) => "not known".into(),
        (None, None) => "it still held".into(),
    };
    [
        held.kind.name().into(),
        lines(held.purposes.iter().map(|name| quoted(name))),
        moment(held.since),
        until,
        held.ended.map_or("", ending).into(),
    ]
}

fn released(released: &Released) -> [String; 5] {
    let recipient = released.recipient.as_ref();
    let ranges = released.ranges.iter().map(|range| {
        // Up to where frames may have been on their way when consent was cut.
        let end = range.settled.map_or_else(
            || "with no known end".into(),
            |end| format!("until {}", moment(end)),
        );
        let since = moment(range.since);
        format!("{}: from {since}<br>{end}", range.kind.name())
    });
    let frames = released.frames.map_or_else(
        || "not counted".into(),
        |frames| format!("{} whole, {} in part", frames.whole, frames.redacted),
    );
    [
        quoted(&released.name),
        recipient.map_or_else(|| "the controller".into(), |name| quoted(name)),
        lines(released.purposes.iter().map(|name| quoted(name))),
        lines(ranges),
        frames,
    ]
}

/// The names of purposes, as far as the receipt has them: those of third parties stand in what was agreed to alone.
struct Names<'r>(Vec<(Purposes, &'r str)>);

impl<'r> Names<'r> {
    fn of(receipt: &'r Receipt) -> Self {
        let mut names = Vec::new();
        for agreement in &receipt.agreed {
            let bits: Vec<_> = of_set(agreement.scope.purposes).collect();
            // Otherwise some of the set had no name.
            if bits.len() == agreement.purposes.len() {
                let known = agreement.purposes.iter().map(String::as_str);
                names.extend(bits.into_iter().zip(known));
            }
        }
        Self(names)
    }

    fn scope(&self, scope: Scope) -> String {
        let kinds = kinds(scope.kinds);
        if scope.purposes == Purposes::all() {
            return kinds + " for every purpose";
        }
        let purposes = of_set(scope.purposes).map(|bit| self.name(bit));
        lines([kinds + " for"].into_iter().chain(purposes))
    }

    fn name(&self, bit: Purposes) -> String {
        let mut known = self.0.iter();
        if let Some((_, name)) = known.find(|(of, _)| *of == bit) {
            return quoted(name);
        }
        match bit.iter_names().next() {
            Some((name, _)) => quoted(name),
            None => format!(
                "a third party's purpose, number {}",
                bit.bits().trailing_zeros()
            ),
        }
    }
}

fn of_set(purposes: Purposes) -> impl Iterator<Item = Purposes> {
    Purposes::each().filter(move |purpose| purposes.contains(*purpose))
}

// Whatever came to stand in the page unescaped, nothing is run and nothing loaded.
const HEAD: &str = r#"<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Receipt of consent</title>
<style>
:root { color-scheme: light dark; }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 70rem; margin: 0 auto; padding: 1rem; }
h2 { font-size: 1.2rem; margin: 2rem 0 .5rem; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .2rem 1rem; margin: 0; }
dt { font-weight: 600; }
dd { margin: 0; overflow-wrap: anywhere; }
bdi { white-space: pre-wrap; overflow-wrap: anywhere; }
td > div, dd { overflow: hidden; }
code { font-size: .8em; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; font-size: .95em; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border: 1px solid #999; }
@media screen and (max-width: 45rem) {
  dl { display: block; }
  table, tbody, tr, td { display: block; }
  thead { display: none; }
  tr { border: 1px solid #999; margin-bottom: .8rem; }
  td { border: 0; }
  td::before { content: attr(data-column); display: block; font-weight: 600; }
}
@media print {
  body { max-width: none; padding: 0; font-size: 9pt; }
  tr { break-inside: avoid; }
  h2 { break-after: avoid; }
}
</style>
</head>
<body>
<main>
<h1>Receipt of consent</h1>
"#;

const FOOT: &str = r"<h2>What the purposes mean</h2>
<dl>
<dt>RECORD</dt><dd>keep a recording</dd>
<dt>TRANSCRIBE</dt><dd>write down what is said</dd>
<dt>ASSIST</dt><dd>use machine learning during the meeting: summaries, translation, answers</dd>
<dt>TRAIN</dt><dd>train or improve machine learning models</dd>
<dt>ANALYTICS</dt><dd>measure how people take part</dd>
<dt>REVIEW</dt><dd>let people outside the meeting listen, look or read</dd>
<dt>PUBLISH</dt><dd>display or redistribute</dd>
<dt>DERIVE</dt><dd>make something new of it</dd>
<dt>IDENTIFY</dt><dd>recognise who somebody is by face or voice</dd>
</dl>
<p>A name behind @ is a third party, for whom it is.</p>
<h2>How to check this</h2>
<p>This page was made from the ledger of the meeting, a list of entries of which each has the hash of the one before. Keep it:
by the number of entries and the hash at its top anybody can tell later whether the ledger was changed or cut off before that entry.
For the last entries, as many as are said there, there was nothing to tell by when this page was made: no earlier head that was kept apart, and no signature of a device.</p>
<p>A frame that was released lies in one of the times above; not every frame in them was released. You may be in frames of other people's streams, too.</p>
</main>
</body>
</html>
";

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::*;
    use crate::{
        control::{consent::Notice, ledger::Head},
        evidence::export::{Attempt, Frames, Range, Restriction, Withdrawal},
        types::{digest::Digest, ids::OutletId, instance::Instance, refusal::Refusal},
    };

    /// Closes what it may be in and begins anew; turns lines around; joins what is before it; ends the quotation; shows nothing.
    const HOSTILE: &str = "\u{301}</bdi></td>\u{201d}<script>alert(\"1\")</script>&lt;'\u{202e}\u{2066}\n\u{0}\u{200b}\u{3164}\u{feff} x";

    fn receipt(text: &str) -> Receipt {
        let own = |of: &str| format!("{text}{of}");
        let scope = Scope::new(
            Kinds::AUDIO,
            Purposes::RECORD | Purposes::from_bits_retain(1 << 9),
        );
        let started = "2025-01-02T12:15:30Z".parse().unwrap();
        let moment = |micros| Moment::new(started, micros);
        let at = moment(Time::from_millis(3_723_004));
        let digest = Digest::of(text);
        Receipt {
            meeting: own("meeting"),
            started,
            who: own(""),
            head: Head {
                instance: Instance::from_bytes([7; 16]).unwrap(),
                entries: 9,
                hash: digest,
            },
            unanchored: 2,
            agreed: vec![Agreement {
                entry: 3,
                hash: digest,
                at,
                agreed_at: Some(moment(Time::START)),
                until: Some(at),
                by: Authority::Guardian,
                method: Method::Typed,
                signed: true,
                scope,
                purposes: vec!["RECORD".into(), own("RECORD@")],
                notice: Notice {
                    digest,
                    version: own("1"),
                    language: own("en"),
                    controller: own("controller"),
                    scope,
                },
            }],
            refused: vec![Attempt {
                entry: 4,
                at,
                by: Authority::Host,
                scope,
                notice: digest,
                why: Refusal::Overreach,
            }],
            withdrawn: vec![Withdrawal {
                entry: None,
                at,
                past: true,
                by: Authority::Participant,
                scope: Scope::ALL,
            }],
            restricted: vec![Restriction {
                entry: 5,
                at,
                by: Authority::Vendor,
                scope: Scope::new(Kinds::all(), Purposes::from_bits_retain(1 << 10)),
                everybody: true,
                lifted: false,
            }],
            held: vec![Held {
                stay: 1,
                kind: Kind::Audio,
                purposes: vec![own("RECORD@")],
                since: moment(Time::from_millis(1)),
                until: None,
                ended: Some(Ending::Torn),
                notices: vec![digest],
            }],
            released: vec![Released {
                outlet: OutletId(0),
                name: own("outlet"),
                recipient: Some(own("ACME")),
                purposes: vec![own("RECORD@")],
                ranges: vec![Range {
                    kind: Kind::Audio,
                    since: moment(Time::from_millis(1)),
                    until: Some(moment(Time::from_millis(2))),
                    settled: Some(moment(Time::from_millis(61_003))),
                }],
                frames: Some(Frames {
                    whole: 5,
                    redacted: 6,
                }),
            }],
        }
    }

    const VOID: [&str; 3] = ["meta", "br", "!DOCTYPE"];

    /// What is wrong with a page: markup that is not this module's, or does not close in order; a quotation that is not within one element; what does not show.
    fn wrong(page: &str) -> Option<String> {
        let hidden =
            |character: &char| *character != '\n' && !character.escape_debug().eq([*character]);
        let mut letters = page
            .chars()
            .filter(|character| !matches!(character, '"' | '\'' | '\\'));
        if let Some(hidden) = letters.find(hidden) {
            return Some(format!("{hidden:?}"));
        }
        let mut open: Vec<&str> = Vec::new();
        for (number, piece) in page.split('<').enumerate().skip(1) {
            let Some((tag, text)) = piece.split_once('>') else {
                return Some(format!("not closed: {piece}"));
            };
            let name = tag.split_ascii_whitespace().next().unwrap_or_default();
            match name.strip_prefix('/') {
                Some(name) if open.pop() != Some(name) => return Some(format!("/{name}")),
                Some(_) => {}
                None if VOID.contains(&name) => {}
                None => open.push(name),
            }
            let known = "html head title style body main h1 h2 p dl dt dd bdi code table thead tbody tr th td div";
            let is_known = known
                .split(' ')
                .any(|known| known == name.trim_start_matches('/'));
            if !is_known && !VOID.contains(&name) {
                return Some(format!("tag {number}: {name}"));
            }
            let is_quoted = text.starts_with('\u{201c}') && text.ends_with('\u{201d}');
            let marks = text.matches(['\u{201c}', '\u{201d}']).count();
            if open.last() == Some(&"bdi") && !(is_quoted && marks == 2) {
                return Some(text.into());
            }
            if open.last() != Some(&"bdi") && marks > 0 {
                return Some(text.into());
            }
        }
        (!open.is_empty()).then(|| format!("{open:?}"))
    }

    #[test]
    fn hostile_texts_stay_within_their_quotation() {
        for text in ["", "Ada", HOSTILE] {
            assert_eq!(wrong(&receipt(text).to_html()), None, "{text:?}");
        }
        let page = receipt(HOSTILE).to_html();
        assert_eq!(page.matches("&lt;script&gt;").count(), 11);
        // Another text makes the same elements: none of it is markup.
        let tags = |page: &str| page.matches('<').count();
        assert_eq!(tags(&page), tags(&receipt("Ada").to_html()));

        // Control: each piece of it is found where it stands unescaped.
        let page = receipt("PLANTED").to_html();
        for piece in [
            "<script>", "</bdi>", "<b>", "<", "\u{201d}", "\u{202e}", "\u{0}", "\u{200b}", "</td>",
        ] {
            for (at, _) in page.match_indices("PLANTED") {
                let (before, after) = page.split_at(at);
                let planted = [before, piece, after].concat();
                assert!(wrong(&planted).is_some(), "{piece:?} at {at}");
            }
        }
    }

    #[test]
    fn letters_of_all_scripts_stay_as_they_are() {
        for name in ["Åsa", "Νίκος", "דנה", "مريم", "अनीता", "陳 美玲"] {
            assert!(quoted(name).contains(name), "{name}");
        }
        assert_eq!(
            quoted(r#"O'Neil "\" \'"#),
            "<bdi>\u{201c}O&#39;Neil &quot;\\\\&quot; \\\\&#39;\u{201d}</bdi>"
        );
        assert_eq!(quoted("a  b\t"), "<bdi>\u{201c}a  b\\t\u{201d}</bdi>");
        assert_eq!(quoted("\u{301}"), "<bdi>\u{201c}\\u{301}\u{201d}</bdi>");
    }

    #[test]
    fn a_receipt_is_told_in_full() {
        let page = receipt("").to_html();
        for told in [
            "<dt>Entries that nothing vouches for</dt><dd>2</dd>",
            "<dt>Started</dt><dd>2025-01-02T12:15:30.000Z</dd>",
            "2025-01-02T13:17:33.004Z<br>1:02:03.004<br>agreed at 2025-01-02T12:15:30.000Z<br>0:00:00.000",
            "your guardian",
            "in writing, signed",
            "audio for<br><bdi>\u{201c}RECORD\u{201d}</bdi><br><bdi>\u{201c}RECORD@\u{201d}</bdi>",
            "2025-01-02T13:17:33.004Z<br>without a call on the meeting",
            "every kind for every purpose",
            "every kind for<br>a third party's purpose, number 10",
            "everybody",
            "the host",
            "only the participant, or their guardian if they have one, can consent",
            "not known",
            "the ledger was cut off by a crash",
            "audio: from 2025-01-02T12:15:30.001Z<br>0:00:00.001<br>until 2025-01-02T12:16:31.003Z<br>0:01:01.003",
            "5 whole, 6 in part",
        ] {
            assert!(page.contains(told), "{told}");
        }
        let nothing = Receipt {
            agreed: vec![],
            refused: vec![],
            withdrawn: vec![],
            restricted: vec![],
            held: vec![],
            released: vec![],
            ..receipt("")
        };
        let page = nothing.to_html();
        assert_eq!(wrong(&page), None);
        assert_eq!(page.matches("<p>Nothing.</p>").count(), 6);
    }
}
