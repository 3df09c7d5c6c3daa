//! Reading JSON (RFC 8259) piece by piece, without allocating and to a bounded depth.
//!
//! Checking a text and hiding values of it go by the same reader, so that nothing can be a value to one and not to the other.

use alloc::{string::String, sync::Arc, vec::Vec};
use core::cmp::Ordering;

use crate::media::utf8;

/// Objects and arrays inside each other; a text with more is malformed.
const MAX_DEPTH: u32 = u128::BITS;

/// A piece of a text that tells something.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    /// Its bytes; those of a string with its quotes.
    pub(crate) start: usize,
    pub(crate) end: usize,
    pub(crate) form: Form,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    Key,
    String,
    /// A number, or `true`, `false` or `null`.
    Other,
}

/// It is no JSON, or too deep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Whether this is JSON in UTF-8.
pub(crate) fn is_valid(text: &[u8]) -> bool {
    let mut reader = Reader::new();
    while let Ok(token) = reader.next(text) {
        if token.is_none() {
            return utf8::is_valid(text);
        }
    }
    false
}

/// The keys that tell what a value is and nothing else, sorted by length and then by bytes: most are told apart by their length alone.
pub(crate) type Keys = Arc<[String]>;

pub(crate) fn keys(mut keys: Vec<String>) -> Keys {
    keys.sort_unstable_by(|a, b| order(a, b.as_bytes()));
    keys.into()
}

fn order(known: &str, key: &[u8]) -> Ordering {
    let by_length = known.len().cmp(&key.len());
    by_length.then_with(|| known.as_bytes().cmp(key))
}

/// Whether a token is one of these keys, spelt without escapes.
pub(crate) fn is_one_of(keys: &[String], token: Token, text: &[u8]) -> bool {
    let Token { start, end, form } = token;
    let inside = text.get(start + 1..end.saturating_sub(1));
    let found = |key: &[u8]| keys.binary_search_by(|known| order(known, key));
    form == Form::Key && inside.is_some_and(|key| found(key).is_ok())
}

/// Where in a text it is, and what may come there. What was read may be overwritten meanwhile.
#[derive(Clone, Copy)]
pub(crate) struct Reader {
    at: usize,
    /// A bit for each that is open, the innermost lowest: whether it is an object.
    objects: u128,
    depth: u32,
    expects: Expects,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Expects {
    Value,
    /// Or the end of the array that has just begun.
    FirstValue,
    Key,
    /// Or the end of the object that has just begun.
    FirstKey,
    /// A comma, or the end of what is open.
    Next,
}

use Expects::{FirstKey, FirstValue, Key, Next, Value};

impl Reader {
    pub(crate) const fn new() -> Self {
        Self {
            at: 0,
            objects: 0,
            depth: 0,
            expects: Value,
        }
    }

    /// The next token; none at the end of a text that is JSON.
    pub(crate) fn next(&mut self, text: &[u8]) -> Result<Option<Token>, Malformed> {
        loop {
            self.skip_whitespace(text);
            let Some(byte) = text.get(self.at) else {
                let is_end = self.expects == Next && self.depth == 0;
                return if is_end { Ok(None) } else { Err(Malformed) };
            };
            match (self.expects, byte) {
                (Key | FirstKey, b'"') => {
                    let key = self.token(Form::Key, string(text, self.at)?);
                    self.skip_whitespace(text);
                    if text.get(self.at) != Some(&b':') {
                        return Err(Malformed);
                    }
                    self.at += 1;
                    self.expects = Value;
                    return Ok(Some(key));
                }
                (Value | FirstValue, b'{') => self.open(true)?,
                (Value | FirstValue, b'[') => self.open(false)?,
                (Value | FirstValue, b'"') => {
                    return Ok(Some(self.token(Form::String, string(text, self.at)?)));
                }
                (Value, _) => return Ok(Some(self.token(Form::Other, other(text, self.at)?))),
                (FirstValue, b']') | (FirstKey, b'}') => self.close()?,
                (FirstValue, _) => self.expects = Value,
                (Next, b',') if self.depth > 0 => {
                    self.at += 1;
                    self.expects = if self.is_in_object() { Key } else { Value };
                }
                (Next, b'}') if self.is_in_object() => self.close()?,
                (Next, b']') if !self.is_in_object() => self.close()?,
                _ => return Err(Malformed),
            }
        }
    }

    fn skip_whitespace(&mut self, text: &[u8]) {
        while let Some(b' ' | b'\t' | b'\n' | b'\r') = text.get(self.at) {
            self.at += 1;
        }
    }

    fn token(&mut self, form: Form, end: usize) -> Token {
        let start = self.at;
        self.at = end;
        self.expects = Next;
        Token { start, end, form }
    }

    fn is_in_object(&self) -> bool {
        self.objects & 1 == 1
    }

    fn open(&mut self, is_object: bool) -> Result<(), Malformed> {
        if self.depth == MAX_DEPTH {
            return Err(Malformed);
        }
        self.at += 1;
        self.depth += 1;
        self.objects = self.objects << 1 | u128::from(is_object);
        self.expects = if is_object { FirstKey } else { FirstValue };
        Ok(())
    }

    fn close(&mut self) -> Result<(), Malformed> {
        self.at += 1;
        self.depth = self.depth.checked_sub(1).ok_or(Malformed)?;
        self.objects >>= 1;
        self.expects = Next;
        Ok(())
    }
}

/// The end of a string that begins with the quote at `start` (§7).
fn string(text: &[u8], start: usize) -> Result<usize, Malformed> {
    let mut at = start + 1;
    loop {
        at += plain(text.get(at..).unwrap_or_default());
        match text.get(at) {
            Some(b'"') => return Ok(at + 1),
            Some(b'\\') => at += escape(text.get(at..).unwrap_or_default())?,
            _ => return Err(Malformed),
        }
    }
}

/// How many bytes at the beginning are neither quotes nor escapes nor control characters; eight are looked at together.
fn plain(text: &[u8]) -> usize {
    let (words, rest) = text.as_chunks();
    let mut plain = 0;
    for word in words {
        let ends = ends(u64::from_le_bytes(*word));
        if ends != 0 {
            return plain + ends.trailing_zeros() as usize / 8;
        }
        plain += 8;
    }
    let ends = |byte: &u8| (*byte < b' ') | (*byte == b'"') | (*byte == b'\\');
    plain + rest.iter().position(ends).unwrap_or(rest.len())
}

/// The highest bit of the first byte that is not plain is set, and none before.
fn ends(word: u64) -> u64 {
    const ONES: u64 = u64::from_le_bytes([1; 8]);
    const HIGHEST: u64 = u64::from_le_bytes([0x80; 8]);
    // Below some value, up to 0x80; what is borrowed reaches later bytes only.
    let is_below = |word: u64, least: u8| word.wrapping_sub(ONES * u64::from(least)) & !word;
    let is = |byte: u8| is_below(word ^ (ONES * u64::from(byte)), 1);
    (is_below(word, b' ') | is(b'"') | is(b'\\')) & HIGHEST
}

/// The length of an escape.
fn escape(text: &[u8]) -> Result<usize, Malformed> {
    match text {
        [
            _,
            b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't',
            ..,
        ] => Ok(2),
        [_, b'u', a, b, c, d, ..] if [a, b, c, d].iter().all(|digit| digit.is_ascii_hexdigit()) => {
            Ok(6)
        }
        _ => Err(Malformed),
    }
}

/// The end of a literal (§3) or a number (§6).
fn other(text: &[u8], start: usize) -> Result<usize, Malformed> {
    let rest = text.get(start..).unwrap_or_default();
    match rest {
        [b't', b'r', b'u', b'e', ..] | [b'n', b'u', b'l', b'l', ..] => return Ok(start + 4),
        [b'f', b'a', b'l', b's', b'e', ..] => return Ok(start + 5),
        _ => {}
    }
    let is = |at: usize, one_of: &[u8]| rest.get(at).is_some_and(|byte| one_of.contains(byte));
    // Past at least one digit.
    let digits = |from: usize| {
        let rest = rest.get(from..).unwrap_or_default();
        let count = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if count == 0 {
            Err(Malformed)
        } else {
            Ok(from + count)
        }
    };
    let mut at = usize::from(is(0, b"-"));
    at = if is(at, b"0") { at + 1 } else { digits(at)? };
    if is(at, b".") {
        at = digits(at + 1)?;
    }
    if is(at, b"eE") {
        at += 1;
        at = digits(at + usize::from(is(at, b"+-")))?;
    }
    Ok(start + at)
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec::Vec};

    use proptest::prelude::*;

    use super::*;

    /// What another reader says. It reads no deeper than one would want, nor looks at UTF-8 in strings.
    fn is_valid_to_another(text: &[u8]) -> bool {
        str::from_utf8(text).is_ok()
            && serde_json::from_slice::<serde::de::IgnoredAny>(text).is_ok()
    }

    const PIECES: [&str; 34] = [
        "{", "}", "[", "]", ",", ":", "\"", "\\", "\\u", "00e9", "\\n", "\\x", "a", "ß", "0", "1",
        "-", ".", "e", "E+", "true", "false", "null", "nul", " ", "\n", "\t", "\u{c}", "\u{1}",
        "\"k\":", "\"v\"", "[1,", "{}", "日",
    ];

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(65_536))]

        #[test]
        fn agrees_with_another_reader_on_anything(pieces in prop::collection::vec(prop::sample::select(&PIECES[..]), 0..12)) {
            let text = pieces.concat();
            prop_assert_eq!(is_valid(text.as_bytes()), is_valid_to_another(text.as_bytes()), "{:?}", text);
        }
    }

    #[test]
    fn agrees_with_another_reader_on_numbers_and_bytes() {
        let parts = ["", "-", "0", "1", "9", ".", "e", "E", "+", "a", "\""];
        let mut texts = Vec::from([alloc::string::String::new()]);
        for _ in 0..5 {
            let longer = |text: &alloc::string::String| parts.map(|part| format!("{text}{part}"));
            texts = texts.iter().flat_map(longer).collect();
        }
        for text in &texts {
            let is = is_valid(text.as_bytes());
            assert_eq!(is, is_valid_to_another(text.as_bytes()), "{text:?}");
        }
        for byte in 0..=u8::MAX {
            for text in [
                &[b'"', byte, b'"'][..],
                &[byte, b'1', byte],
                &[b'"', b'\\', byte, b'"'],
            ] {
                assert_eq!(is_valid(text), is_valid_to_another(text), "{text:?}");
            }
        }
    }

    /// Every byte at each place of a word, with every other before and after it.
    #[test]
    fn what_is_plain_ends_at_the_first_that_is_not() {
        for (place, byte) in (0..9).flat_map(|place| (0..=u8::MAX).map(move |byte| (place, byte))) {
            for other in [b'a', 0x7F, 0x80, 0xFF, b'!', b'#', b'[', b']', b' '] {
                let mut text = [other; 17];
                text[place] = byte;
                let ends = |byte: &u8| *byte < 0x20 || b"\"\\".contains(byte);
                assert_eq!(plain(&text), text.iter().position(ends).unwrap_or(17));
            }
        }
    }

    #[test]
    fn depth_is_bounded() {
        let nested = |depth: usize| format!("{}1{}", "[".repeat(depth), "]".repeat(depth));
        let objects = |depth: usize| format!("{}1{}", "{\"\":".repeat(depth), "}".repeat(depth));
        for text in [nested, objects].map(|of| [of(128), of(129)]) {
            assert_eq!(text.map(|text| is_valid(text.as_bytes())), [true, false]);
        }
    }

    #[test]
    fn keys_are_told_from_strings() {
        let text = br#"{"a" : ["b", {"c":"d"}], "\u0061":1}"#;
        let (mut reader, mut found) = (Reader::new(), Vec::new());
        while let Some(token) = reader.next(text).unwrap() {
            found.push((
                str::from_utf8(&text[token.start..token.end]).unwrap(),
                token.form,
            ));
        }
        let expected = [
            ("\"a\"", Form::Key),
            ("\"b\"", Form::String),
            ("\"c\"", Form::Key),
            ("\"d\"", Form::String),
            ("\"\\u0061\"", Form::Key),
            ("1", Form::Other),
        ];
        assert_eq!(found, expected);
    }
}
