//! Text from outside as people read it: ids, third parties, names of meetings, notices, outlets and streams.
//!
//! Whoever chose such a text must not be able to pass it for something else: for a program's own words, for two names, for another line.
//! So it stands in quotes, which a program's own words never do, and what could not be seen, or would move or cover its neighbours, is escaped.
//! Letters that merely look alike, such as those of Latin and Cyrillic, stay as they are: which of them is meant is told by JSON alone.

use std::ops::RangeInclusive;

/// A text in quotes, in one line. Two texts that differ are never quoted alike.
///
/// Like Rust's own literals, it has `\"`, `\\` and `\u{…}`; of several spaces, and of those at its ends, each is escaped that could go unseen.
pub fn quoted(text: &str) -> String {
    let mut quoted = String::from('"');
    let mut before = ' ';
    let mut rest = text.chars();
    while let Some(character) = rest.next() {
        let is_between = before != ' ' && !rest.as_str().is_empty();
        match character {
            '"' | '\\' => quoted.extend(['\\', character]),
            _ if is_plain(character) && (character != ' ' || is_between) => quoted.push(character),
            _ => quoted.extend(character.escape_unicode()),
        }
        before = character;
    }
    quoted + "\""
}

/// A line that others worded, such as an error that quotes what it was about: it stays one line, and nothing in it is unseen or moves what is beside it.
pub fn printable(line: &str) -> String {
    let mut printable = String::new();
    for character in line.chars() {
        if is_plain(character) {
            printable.push(character);
        } else {
            printable.extend(character.escape_unicode());
        }
    }
    printable
}

/// Whether a character shows, as itself, and where it stands.
pub fn is_plain(character: char) -> bool {
    // Controls, format characters, spaces but for ' ', combining marks, private use and what is unassigned are escaped in Rust's literals, too.
    let is_shown =
        matches!(character, '"' | '\'' | '\\') || character.escape_debug().eq([character]);
    is_shown && !ESCAPED.iter().any(|range| range.contains(&character))
}

const ESCAPED: [RangeInclusive<char>; 11] = [
    // Letters and numbers that are written from right to left, and turn around what is beside them.
    '\u{590}'..='\u{8ff}',
    '\u{fb1d}'..='\u{fdff}',
    '\u{fe70}'..='\u{feff}',
    '\u{10800}'..='\u{10fff}',
    '\u{1e800}'..='\u{1efff}',
    // Letters and symbols that show nothing.
    '\u{115f}'..='\u{1160}',
    '\u{2800}'..='\u{2800}',
    '\u{3164}'..='\u{3164}',
    '\u{ffa0}'..='\u{ffa0}',
    '\u{1d159}'..='\u{1d159}',
    // What tables are ruled with.
    '\u{2500}'..='\u{257f}',
];
