//! A recorded meeting that has been checked: every name in it stands for something, and every file opens.

use std::{
    collections::HashSet,
    fmt::Display,
    fs,
    hash::Hash,
    path::{Component, Path, PathBuf},
};

use framegate::{Area, Kind, Kinds, MAX_REGIONS, Method, WallTime};

use crate::{
    encoded,
    error::Problem,
    layout::{self, By, Date, KindSet, Millis, Notice, Outlet, PurposeSet, Sign},
    media::Reader,
    people::{People, Person},
};

/// In an outlet's folder too.
pub const TAGS: &str = "tags.jsonl";
pub const REPORT: &str = "report.json";
pub const TIMELINE: &str = "timeline.svg";
pub const LEDGER: &str = "ledger.jsonl";
pub const HEAD: &str = "head.json";

pub const RECEIPTS: &str = "receipts";

/// What the folder of all results holds beside the outlets' folders.
pub const RESULTS: [&str; 6] = [TAGS, REPORT, TIMELINE, LEDGER, HEAD, RECEIPTS];

/// A meeting that can be gated.
pub struct Input {
    /// Its `meeting.json`.
    pub file: PathBuf,
    pub meeting: String,
    /// When it started; none if that is not known.
    pub started: Option<WallTime>,
    pub people: People,
    pub notices: Vec<Notice>,
    pub outlets: Vec<Outlet>,
    pub streams: Vec<Stream>,
    pub timeline: Vec<Entry>,
}

/// A recording and whose it is.
pub struct Stream {
    pub name: String,
    pub kind: Kind,
    /// What an outlet's copy is called.
    pub file: String,
    pub whose: Whose,
    pub reader: Reader,
    /// The size of the file.
    pub bytes: u64,
}

pub enum Whose {
    /// One of the people, by position.
    Owner(usize),
    Mix(Vec<Person>),
    Composite(Vec<(Person, Area)>),
    Authors,
}

/// Something that happened.
pub struct Entry {
    pub at: Millis,
    pub event: Event,
}

/// What happened. People, streams and notices are given by position.
pub enum Event {
    Join(usize),
    Leave(usize),
    Open(usize),
    Grant {
        by: By,
        who: usize,
        notice: usize,
        scope: Scope,
        method: Method,
        until: Option<Millis>,
        sign: Option<Sign>,
    },
    Withdraw(usize, Scope),
    Restrict(Restriction),
    Lift(Restriction),
    Supersede(usize),
}

pub struct Restriction {
    pub by: By,
    /// None for everybody.
    pub who: Option<usize>,
    pub scope: Scope,
}

/// Each of the kinds for each of the purposes.
pub struct Scope {
    pub kinds: KindSet,
    pub purposes: PurposeSet,
}

impl Scope {
    /// What an event narrows that does not say it.
    fn or_everything(kinds: Option<KindSet>, purposes: Option<PurposeSet>) -> Self {
        Self {
            kinds: kinds.unwrap_or(KindSet(Kinds::all())),
            purposes: purposes.unwrap_or(PurposeSet::EVERYTHING),
        }
    }
}

impl Input {
    /// Reads `meeting.json` in a folder and opens the recordings beside it.
    pub fn read(folder: &Path) -> Result<Self, Problem> {
        let file = folder.join("meeting.json");
        let json = fs::read_to_string(&file).map_err(|error| Problem::unreadable(&file, &error))?;
        let layout: layout::Meeting =
            serde_json::from_str(&json).map_err(|error| Problem::json(&file, &error, 1))?;

        let names = Names::new(&file, &layout)?;
        let timeline = layout
            .timeline
            .into_iter()
            .enumerate()
            .map(|(index, entry)| names.entry(index, entry))
            .collect::<Result<Vec<_>, _>>()?;
        names.check_order(&timeline)?;
        let streams = layout
            .streams
            .into_iter()
            .enumerate()
            .map(|(index, stream)| names.stream(index, stream, folder, &timeline))
            .collect::<Result<_, _>>()?;

        Ok(Self {
            people: names.people,
            file,
            meeting: layout.id,
            started: layout.started.map(|Date(started)| started),
            notices: layout.notices,
            outlets: layout.outlets,
            streams,
            timeline,
        })
    }
}

/// What the names in a `meeting.json` stand for.
struct Names<'a> {
    file: &'a Path,
    people: People,
    notices: Vec<String>,
    streams: Vec<String>,
}

impl<'a> Names<'a> {
    fn new(file: &'a Path, layout: &layout::Meeting) -> Result<Self, Problem> {
        let own = |name: &str| name.to_owned();
        let names = Self {
            file,
            people: People::new(&layout.people),
            notices: layout
                .notices
                .iter()
                .map(|notice| own(&notice.id))
                .collect(),
            streams: layout
                .streams
                .iter()
                .map(|stream| own(&stream.name))
                .collect(),
        };
        names.check_name("meeting", &layout.id)?;
        if layout.people.is_empty() {
            return Err(names.problem("people", "nobody is named", "name everybody who may join"));
        }
        names.check_distinct("people", layout.people.iter().map(layout::Person::id))?;
        names.check_distinct("notices", names.notices.iter())?;
        names.check_distinct("streams", names.streams.iter())?;
        if let Some(position) = names.people.known(People::UNKNOWN) {
            let what = "\"unknown\" stands for those who are not named here";
            return Err(names.problem(format_args!("people[{position}]"), what, "rename them"));
        }

        let files = || {
            let streams = layout.streams.iter();
            streams.map(|stream| encoded::copy_name(&stream.file, stream.codec))
        };
        // Some file systems do not tell upper case from lower.
        names.check_distinct(
            "streams' files, in lower case",
            files().map(|name| name.to_lowercase()),
        )?;
        for (index, name) in files().enumerate() {
            names.check_file_name(format_args!("streams[{index}].file"), &name, &[TAGS])?;
        }
        let outlets = || layout.outlets.iter().map(|outlet| &*outlet.name);
        names.check_distinct("outlets, in lower case", outlets().map(str::to_lowercase))?;
        for (index, name) in outlets().enumerate() {
            let place = format_args!("outlets[{index}].name");
            names.check_file_name(place, name, &RESULTS)?;
        }
        for (index, outlet) in layout.outlets.iter().enumerate() {
            if !outlet.purposes.pairs.is_empty() {
                return Err(names.problem(
                    format_args!("outlets[{index}].purposes"),
                    "a purpose with @",
                    "name the third party once, as `recipient`",
                ));
            }
        }
        Ok(names)
    }

    fn problem(&self, place: impl Display, what: impl Display, remedy: impl Display) -> Problem {
        Problem::new(self.file, what, remedy).at(place)
    }

    fn check_distinct<N: AsRef<str> + Eq + Hash>(
        &self,
        place: &str,
        names: impl Iterator<Item = N>,
    ) -> Result<(), Problem> {
        let mut seen = HashSet::new();
        for name in names {
            self.check_name(place, name.as_ref())?;
            let twice = format!("{:?} is there twice", name.as_ref());
            if !seen.insert(name) {
                return Err(self.problem(place, twice, "rename one"));
            }
        }
        Ok(())
    }

    fn check_name(&self, place: &str, name: &str) -> Result<(), Problem> {
        if name.is_empty() {
            return Err(self.problem(place, "an empty name", "give it one"));
        }
        if name.contains(char::is_control) {
            let what = format_args!("{name:?} has a control character");
            return Err(self.problem(place, what, "leave it out"));
        }
        Ok(())
    }

    fn check_file_name(
        &self,
        place: impl Display,
        name: &str,
        taken: &[&str],
    ) -> Result<(), Problem> {
        let mut components = Path::new(name).components();
        let is_plain = matches!(
            (components.next(), components.next()),
            (Some(Component::Normal(only)), None) if only == name
        );
        if !is_plain || name.contains(|c: char| c.is_control() || "/\\:*?\"<>|".contains(c)) {
            let what = format_args!("{name:?} is not a plain file name");
            return Err(self.problem(place, what, "use letters, digits, - and _"));
        }
        if taken.iter().any(|taken| taken.eq_ignore_ascii_case(name)) {
            let what = format_args!("{name:?} is the name of a result");
            return Err(self.problem(place, what, "choose another"));
        }
        Ok(())
    }

    fn known(&self, place: impl Display, id: &str) -> Result<usize, Problem> {
        self.people
            .known(id)
            .ok_or_else(|| self.stranger(place, id))
    }

    fn person(&self, place: impl Display, id: &str) -> Result<Person, Problem> {
        self.people
            .person(id)
            .ok_or_else(|| self.stranger(place, id))
    }

    fn stranger(&self, place: impl Display, id: &str) -> Problem {
        let what = format_args!("nobody of the id {id:?} is among `people`");
        self.problem(place, what, "add it there, or correct it")
    }

    fn entry(&self, index: usize, entry: layout::Entry) -> Result<Entry, Problem> {
        let layout::Entry { at, event } = entry;
        let place = Place(index, at);
        let find = |list: &str, names: &[String], name: &str| {
            let position = names.iter().position(|known| known == name);
            position.ok_or_else(|| {
                let what = format_args!("{name:?} is not among `{list}`");
                self.problem(place, what, "add it there, or correct it")
            })
        };
        let restriction = |restriction: layout::Restriction| {
            let layout::Restriction {
                by,
                who,
                kinds,
                purposes,
            } = restriction;
            Ok(Restriction {
                by,
                who: who.map(|who| self.known(place, &who)).transpose()?,
                scope: Scope::or_everything(kinds, purposes),
            })
        };
        let event = match event {
            layout::Event::Join { who } => Event::Join(self.known(place, &who)?),
            layout::Event::Leave { who } => Event::Leave(self.known(place, &who)?),
            layout::Event::Open { stream } => Event::Open(find("streams", &self.streams, &stream)?),
            layout::Event::Grant {
                who,
                notice,
                kinds,
                purposes,
                method,
                until,
                by,
                sign,
            } => {
                let who = self.known(place, &who)?;
                if sign.is_some() && self.people.key(who).is_none() {
                    let what = "nobody signs without a key";
                    return Err(self.problem(place, what, "add `signs_with` to the person"));
                }
                Event::Grant {
                    by,
                    who,
                    notice: find("notices", &self.notices, &notice)?,
                    scope: Scope { kinds, purposes },
                    method: method.method(),
                    until,
                    sign,
                }
            }
            layout::Event::Withdraw {
                who,
                kinds,
                purposes,
            } => Event::Withdraw(
                self.known(place, &who)?,
                Scope::or_everything(kinds, purposes),
            ),
            layout::Event::Restrict(narrowing) => Event::Restrict(restriction(narrowing)?),
            layout::Event::Lift(widening) => Event::Lift(restriction(widening)?),
            layout::Event::Supersede { notice } => {
                Event::Supersede(find("notices", &self.notices, &notice)?)
            }
        };
        Ok(Entry { at, event })
    }

    fn check_order(&self, timeline: &[Entry]) -> Result<(), Problem> {
        let mut opened = HashSet::new();
        let mut latest = Millis(0);
        for (index, Entry { at, event }) in timeline.iter().enumerate() {
            let place = Place(index, *at);
            if *at < latest {
                let what = format_args!("before the entry above, at {}", latest.0);
                return Err(self.problem(place, what, "put the timeline in order of time"));
            }
            latest = *at;
            if let Event::Open(stream) = event
                && !opened.insert(*stream)
            {
                let what = format_args!("{:?} is open already", self.streams[*stream]);
                return Err(self.problem(place, what, "open each stream once"));
            }
        }
        Ok(())
    }

    fn stream(
        &self,
        index: usize,
        stream: layout::Stream,
        folder: &Path,
        timeline: &[Entry],
    ) -> Result<Stream, Problem> {
        let place = |key: &str| format!("streams[{index}]{key}");
        let opened = timeline.iter().find_map(|Entry { at, event }| {
            matches!(event, Event::Open(open) if *open == index).then_some(*at)
        });
        let opened = opened.ok_or_else(|| {
            let what = format_args!("{:?} is never opened", stream.name);
            self.problem(place(""), what, "add an `open` to the timeline")
        })?;
        let path = folder.join(&stream.file);
        let reader = Reader::open(&path, stream.codec, opened.time(), &self.people)?;
        if stream.kind.0 == Kind::Caption
            && let Reader::Chat(captions) = &reader
            && !captions.is_dated()
        {
            let what = format_args!("a line of {:?} does not say when it was said", stream.file);
            let remedy = "write `said`, the time of its first word, beside `at`, when it came";
            return Err(self.problem(place(".kind"), what, remedy));
        }
        let bytes = path
            .metadata()
            .map_err(|error| Problem::unreadable(&path, &error))?
            .len();
        let whose = match stream.whose {
            layout::Whose::Owner(who) => Whose::Owner(self.owner(place(".owner"), &who)?),
            layout::Whose::Mix(people) => {
                let mut mix = Vec::new();
                for who in &people {
                    mix.push(self.person(place(".mix"), who)?);
                }
                Whose::Mix(mix)
            }
            layout::Whose::Composite(parts) => {
                let mut composite = Vec::new();
                for (part, layout::Part { owner, place: at }) in parts.into_iter().enumerate() {
                    let place = place(&format!(".composite[{part}]"));
                    let area = self.area(&place, at, &reader)?;
                    composite.push((self.person(place, &owner)?, area));
                }
                Whose::Composite(composite)
            }
            layout::Whose::Authors(true) => Whose::Authors,
            layout::Whose::Authors(false) => {
                let remedy = "write true, or whose the stream is";
                return Err(self.problem(place(".authors"), "false says nothing", remedy));
            }
        };
        match &whose {
            Whose::Mix(people) if people.is_empty() => {
                return Err(self.problem(place(".mix"), "nobody is named", "name everybody in it"));
            }
            Whose::Composite(parts) if !(1..=MAX_REGIONS).contains(&parts.len()) => {
                let what = format_args!("{} entries", parts.len());
                let remedy = format_args!("write 1 to {MAX_REGIONS}");
                return Err(self.problem(place(".composite"), what, remedy));
            }
            whose if matches!(whose, Whose::Authors) != matches!(reader, Reader::Chat(_)) => {
                let what = format_args!("{:?} and whose it is do not agree", stream.file);
                return Err(self.problem(place(""), what, "write `authors` for .jsonl, only"));
            }
            _ => {}
        }
        Ok(Stream {
            name: stream.name,
            kind: stream.kind.0,
            file: encoded::copy_name(&stream.file, stream.codec),
            whose,
            reader,
            bytes,
        })
    }

    fn owner(&self, place: String, id: &str) -> Result<usize, Problem> {
        if id == People::UNKNOWN {
            let what = "nobody can join as \"unknown\"";
            return Err(self.problem(place, what, "write \"mix\": [\"unknown\"] instead"));
        }
        self.known(place, id)
    }

    /// Where in a recording a part of a composite is.
    fn area(&self, place: &str, part: layout::Place, reader: &Reader) -> Result<Area, Problem> {
        match (part, reader) {
            (layout::Place::Rect([x, y, width, height]), Reader::Video(video)) => {
                let size = video.size();
                let ends_within = |start: u32, length: u32, side: u32| {
                    length > 0 && start.checked_add(length).is_some_and(|end| end <= side)
                };
                if ends_within(x, width, size.width) && ends_within(y, height, size.height) {
                    return Ok(Area::Rectangle {
                        x,
                        y,
                        width,
                        height,
                    });
                }
                let what = format_args!("[{x}, {y}, {width}, {height}] is not in the picture");
                let remedy = format_args!("it is {} by {}", size.width, size.height);
                Err(self.problem(place, what, remedy))
            }
            (layout::Place::Channel(channel), Reader::Audio(audio)) => {
                let channels = audio.channels();
                if channel < channels {
                    return Ok(Area::Channel(channel));
                }
                let what = format_args!("there is no channel {channel}");
                let remedy = format_args!("count from 0 to {}", channels - 1);
                Err(self.problem(place, what, remedy))
            }
            _ => {
                let what = "not a part of such a file";
                Err(self.problem(place, what, "write `rect` for .y4m, `channel` for .wav"))
            }
        }
    }
}

/// An entry of the timeline, as problems name it.
#[derive(Clone, Copy)]
pub struct Place(pub usize, pub Millis);

impl Display for Place {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "timeline[{}] at {} ms", self.0, self.1.0)
    }
}
