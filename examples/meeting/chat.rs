//! Chat and captions in JSON Lines, message by message.

use std::{
    fs::File,
    io::{self, BufRead, BufWriter, Write},
    ops::Range,
    path::Path,
};

use framegate::{Area, Cleared, MAX_REGIONS, Time, Verdict};
use serde::Serialize;

use crate::{
    error::Problem,
    layout::{self, Millis, Quote},
    media::{self, Stored},
    people::{People, Person},
};

/// A message whose author and quotations are somebody's.
pub struct Message {
    written: layout::Message,
    pub author: Person,
    /// Whose each quotation is.
    owners: Vec<Person>,
}

/// A chat that is being read.
pub struct Reader {
    messages: Vec<Message>,
    read: usize,
}

/// A chat that is being written.
pub struct Writer {
    file: BufWriter<File>,
    /// How long the file is.
    length: u64,
}

impl Message {
    /// The quotations: whose, where, and when the words were first written.
    pub fn quotes(&self) -> impl Iterator<Item = (Person, Area, Option<Time>)> {
        let quotes = self.owners.iter().zip(&self.written.quotes);
        quotes.map(|(owner, quote)| {
            let (start, end) = (quote.start, quote.end);
            (
                *owner,
                Area::Span { start, end },
                quote.at.map(Millis::time),
            )
        })
    }
}

impl Reader {
    /// Reads a chat that was opened at `opened`. It is short, so all of it is read and checked at once.
    pub fn open(path: &Path, opened: Time, people: &People) -> Result<Self, Problem> {
        let mut messages = Vec::<Message>::new();
        for (line, text) in (1..).zip(media::open(path)?.lines()) {
            let place = format_args!("line {line}").to_string();
            let text = text.map_err(|error| Problem::unreadable(path, &error).at(&place))?;
            let written: layout::Message =
                serde_json::from_str(&text).map_err(|error| Problem::json(path, &error, line))?;
            let earliest = messages
                .last()
                .map_or(opened, |before| before.written.at.time());
            if written.at.time() < earliest {
                let what = format!(
                    "`at` is {}, before the message above or before the stream was opened",
                    written.at.0
                );
                return Err(Problem::new(path, what, "put messages in order of time").at(place));
            }
            let message = Message::new(written, people).map_err(|(key, what, remedy)| {
                Problem::new(path, what, remedy).at(format_args!("{place}, {key}"))
            })?;
            messages.push(message);
        }
        Ok(Self { messages, read: 0 })
    }

    pub fn read(&mut self, bytes: &mut Vec<u8>) -> Option<Range<Time>> {
        let message = &self.messages.get(self.read)?.written;
        self.read += 1;
        bytes.extend_from_slice(message.text.as_bytes());
        // What was said before somebody agreed stays so, however late its words come.
        Some(message.captured().time()..message.at.time())
    }

    /// Whether every message says when its words were said.
    pub fn is_dated(&self) -> bool {
        let mut messages = self.messages.iter();
        messages.all(|message| message.written.said.is_some())
    }

    /// The one that was read last.
    pub fn message(&self) -> Option<&Message> {
        self.messages.get(self.read.checked_sub(1)?)
    }
}

impl Message {
    /// Checks a message; of a bad one says at which key, what, and what helps.
    fn new(
        written: layout::Message,
        people: &People,
    ) -> Result<Self, (String, String, &'static str)> {
        let person = |id: &str, key: &str| {
            people.person(id).ok_or_else(|| {
                let what = format!("nobody of the id {id:?} is among `people`");
                (key.to_owned(), what, "add it there, or write \"unknown\"")
            })
        };
        let author = person(&written.author, "author")?;
        if written.text.is_empty() {
            let what = "a message without a text".to_owned();
            return Err(("text".into(), what, "leave the message out"));
        }
        if written.said.is_some_and(|said| said > written.at) {
            let what = "`said` is after the message itself".to_owned();
            let remedy = "give the time of its first word, on the clock of `at`";
            return Err(("said".into(), what, remedy));
        }
        if written.quotes.len() > MAX_REGIONS {
            let what = format!("more than {MAX_REGIONS} quotes");
            return Err(("quotes".into(), what, "split the message"));
        }
        let mut owners = Vec::new();
        for (index, quote) in written.quotes.iter().enumerate() {
            let key = format!("quotes[{index}]");
            owners.push(person(&quote.owner, &key)?);
            if quote.words(written.text.as_bytes()).is_empty()
                || written.text.get(quote.range()).is_none()
            {
                let what = format!(
                    "{}..{} is no part of a text of {} bytes, or cuts a character",
                    quote.start,
                    quote.end,
                    written.text.len()
                );
                return Err((key, what, "count in bytes, from one character to another"));
            }
            if quote.at.is_some_and(|at| at > written.at) {
                let what = "`at` is after the message itself".to_owned();
                return Err((key, what, "give the time of the words quoted"));
            }
        }
        Ok(Self {
            written,
            author,
            owners,
        })
    }
}

impl layout::Message {
    fn captured(&self) -> Millis {
        self.said.unwrap_or(self.at)
    }
}

impl Quote {
    fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    fn words<'a>(&self, text: &'a [u8]) -> &'a [u8] {
        text.get(self.range()).unwrap_or_default()
    }
}

/// What an outlet receives of a message.
#[derive(Serialize)]
struct Released<'a> {
    at: Millis,
    #[serde(skip_serializing_if = "Option::is_none")]
    said: Option<Millis>,
    #[serde(skip_serializing_if = "Option::is_none")]
    author: Option<&'a str>,
    text: &'a str,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    quotes: Vec<&'a Quote>,
}

impl Writer {
    pub fn create(path: &Path) -> io::Result<Self> {
        let file = BufWriter::new(File::create_new(path)?);
        Ok(Self { file, length: 0 })
    }

    /// Who wrote and who is quoted is told only as far as the words themselves are.
    pub fn write(&mut self, cleared: &Cleared<'_>, message: &Message) -> io::Result<Stored> {
        let text = cleared.bytes().unwrap_or_default();
        let written = &message.written;
        let blanked = matches!(cleared.tag().verdict(), Verdict::Blanked(_));
        let quotes = written.quotes.iter().enumerate();
        let shown = quotes.filter(|(index, _)| !cleared.hides(*index));
        let released = Released {
            at: written.at,
            said: written.said.filter(|_| !blanked),
            author: (!blanked).then_some(&*written.author),
            text: str::from_utf8(text).map_err(io::Error::other)?,
            quotes: shown.map(|(_, quote)| quote).collect(),
        };
        let bytes = serde_json::to_vec(&released)?;
        self.file.write_all(&bytes)?;
        self.file.write_all(b"\n")?;
        let start = self.length;
        self.length += bytes.len() as u64 + 1;
        Ok(Stored { start, bytes })
    }

    pub fn finish(mut self) -> io::Result<()> {
        self.file.flush()
    }
}
