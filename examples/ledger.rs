//! Verifies a meeting's ledger, and tells who agreed to what.
//!
//! `cargo run --release --example ledger` takes the one that the example `meeting` left behind; `-- --help` tells the rest.
//! `cargo run --release --example ledger -- withdraw LEDGER --who ID` withdraws what somebody agreed to, when the meeting is over or its process has gone too.

#[path = "common/quoted.rs"]
mod quoted;

use std::{
    collections::HashMap,
    fmt::{Display, Write as _},
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::{Args, Parser, Subcommand};
use comfy_table::{
    ColumnConstraint, ContentArrangement, Table, Width, presets::UTF8_FULL_CONDENSED,
};
use framegate::{
    Authority, Digest, Entered, Grant, Kind, Kinds, PastMeeting, PublicKey, Purposes, Scope, Time,
    UnknownWord, WallTime,
    export::Receipt,
    ledger::{Device, Entry, FileStoreError, Head, Ledger, Line, VerifiedLedger},
};

use crate::quoted::{is_plain, printable, quoted};

/// Verifies a meeting's ledger and every grant in it, and tells who agreed to what, when, how, under which notice and until when.
///
/// For a ledger that does not verify, it prints one line with the number of the first bad line, and exits with status 2.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    act: Option<Act>,
    /// The ledger, in JSON Lines [default: target/meeting/ledger.jsonl of the repository]
    #[arg(default_value = OF_THE_EXAMPLE, hide_default_value = true)]
    ledger: PathBuf,
    /// The ledger's head, as it was kept apart from the ledger: `{"instance": "…", "entries": …, "hash": "…"}`
    #[arg(long, value_name = "HEAD.json")]
    head: Option<PathBuf>,
    /// The public key of the device that wrote it, 64 hexadecimal digits: its signatures then vouch for what is before them
    #[arg(long, value_name = "KEY", value_parser = key)]
    device: Option<PublicKey>,
    /// Shows what the ledger says to this person instead, their receipt, in JSON
    #[arg(long, value_name = "ID")]
    who: Option<String>,
}

#[derive(Subcommand)]
enum Act {
    /// Withdraws what somebody agreed to, for all of their stays, and prints their receipt
    ///
    /// The meeting may be over or its process gone. If another process has the ledger, the withdrawal lies beside it until that one takes it up,
    /// and counts meanwhile.
    Withdraw(Withdrawal),
}

#[derive(Args)]
struct Withdrawal {
    /// The ledger, in JSON Lines
    ledger: PathBuf,
    /// Whose consent it is
    #[arg(long, value_name = "ID")]
    who: String,
    /// Of which kinds, separated by commas [default: all]
    #[arg(long, value_delimiter = ',')]
    kinds: Vec<String>,
    /// For which purposes, separated by commas, a third party's by its name: RECORD@ACME Ltd, or, as the table has it, RECORD@"ACME Ltd" [default: all]
    #[arg(long)]
    purposes: Option<String>,
    /// It is their guardian who withdraws
    #[arg(long)]
    guardian: bool,
    /// The secret key of the device that signed the ledger, 64 hexadecimal digits in a file, to sign the withdrawal, too
    #[arg(long, value_name = "FILE")]
    secret: Option<PathBuf>,
}

/// The ledger that the example `meeting` leaves.
const OF_THE_EXAMPLE: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/meeting/ledger.jsonl");

/// How wide the table is to be, in columns of a terminal. Text from outside is never broken into lines, so it may make it wider.
const WIDTH: u16 = 140;
/// How wide a list of purposes and kinds is to be.
const SCOPE: usize = 40;
/// The least that is left for what happened.
const WHAT: u16 = 24;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let told = match &arguments.act {
        Some(Act::Withdraw(withdrawal)) => withdraw(withdrawal),
        None => tell(&arguments),
    };
    match told {
        Ok(told) => {
            // Whoever closed the pipe has read enough.
            let _ = io::stdout().write_all(told.as_bytes());
            ExitCode::SUCCESS
        }
        Err(problem) => {
            let _ = writeln!(io::stderr(), "{}", printable(&problem));
            ExitCode::from(2)
        }
    }
}

fn tell(arguments: &Arguments) -> Result<String, String> {
    let head = arguments.head.as_deref().map(read_head).transpose()?;
    let path = &arguments.ledger;
    let ledger = Ledger::read_file(path, head.as_ref(), arguments.device.as_ref());
    let ledger = ledger.map_err(|error| unread(path, &error))?;
    if ledger.lines().is_empty() {
        return Err(problem(path, "line 1: there is no entry"));
    }
    let verified = ledger.verify().map_err(|error| problem(path, error))?;
    let told = match &arguments.who {
        None => format!("{}\n{}\n", reliance(&verified, arguments), table(&verified)),
        Some(who) => receipt(path, &verified, who)?,
    };
    Ok(told)
}

fn receipt(path: &Path, ledger: &VerifiedLedger, who: &str) -> Result<String, String> {
    let receipt = Receipt::of(ledger, who);
    let receipt =
        receipt.ok_or_else(|| problem(path, format_args!("{} never joined", quoted(who))))?;
    let json = serde_json::to_string_pretty(&receipt);
    let json = json.map_err(|error| problem(path, error))? + "\n";
    Ok(json.chars().map(in_json).collect())
}

/// A character of a document of JSON, of which what does not show is in a string, as JSON escapes it.
fn in_json(character: char) -> String {
    if is_plain(character) || character == '\n' {
        return character.into();
    }
    let mut units = [0; 2];
    let mut escaped = String::new();
    for unit in character.encode_utf16(&mut units) {
        // Writing to a string does not fail.
        let _ = write!(escaped, "\\u{unit:04x}");
    }
    escaped
}

fn withdraw(asked: &Withdrawal) -> Result<String, String> {
    let path = &asked.ledger;
    let device = asked.secret.as_deref().map(read_device).transpose()?;
    let device = device.map(|device| Box::new(device) as _);
    let past = PastMeeting::open(path, device);
    let mut past = past.map_err(|error| unread(path, &error))?;
    let names = Names::new(past.ledger());
    let kinds = asked.kinds.iter().map(|name| kind(name).map(Kinds::from));
    let purposes = asked.purposes.iter().flat_map(|list| listed(list));
    let purposes = purposes.map(|name| names.purpose(name));
    let scope = Scope::new(
        kinds.collect::<Result<_, _>>()?,
        purposes.collect::<Result<_, _>>()?,
    );
    let by = if asked.guardian {
        Authority::Guardian
    } else {
        Authority::Participant
    };
    let entered = past.withdraw(by, &asked.who, scope, WallTime::now());
    match entered.map_err(|error| problem(path, format_args!("{}: {error}", quoted(&asked.who))))? {
        Entered::InLedger => {}
        Entered::Beside => {
            let _ = writeln!(
                io::stderr(),
                "Another process has the ledger: the withdrawal lies beside it, and counts, until that one takes it up."
            );
        }
    }
    let ledger = past.ledger().clone().verify();
    receipt(
        path,
        &ledger.map_err(|error| problem(path, error))?,
        &asked.who,
    )
}

/// Names that are separated by commas. In quotes a comma is a name's own.
fn listed(names: &str) -> impl Iterator<Item = &str> {
    let (mut is_quoted, mut is_escaped) = (false, false);
    names.split(move |character| {
        let is_own = std::mem::replace(&mut is_escaped, false);
        match character {
            '\\' => is_escaped = !is_own && is_quoted,
            '"' if !is_own => is_quoted = !is_quoted,
            _ => {}
        }
        character == ',' && !is_quoted
    })
}

fn kind(name: &str) -> Result<Kind, String> {
    let kind = name.to_ascii_lowercase().parse();
    kind.map_err(|error: UnknownWord| format!("--kinds: {} is {error}", quoted(name)))
}

fn read_device(path: &Path) -> Result<Device, String> {
    let digits = String::from_utf8_lossy(&read(path)?).trim().to_owned();
    // A digest is 32 bytes, too.
    let secret: Result<Digest, _> = serde_json::from_value(digits.into());
    let secret = secret.map_err(|_| {
        problem(
            path,
            "not 64 hexadecimal digits; give --secret the file with the device's secret key",
        )
    })?;
    Device::new(&secret.0).map_err(|error| problem(path, error))
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| unread(path, &error.into()))
}

fn read_head(path: &Path) -> Result<Head, String> {
    serde_json::from_slice(&read(path)?).map_err(|error| {
        problem(
            path,
            format_args!("{error}; give --head the file in which the ledger's head was kept"),
        )
    })
}

fn key(digits: &str) -> Result<PublicKey, String> {
    let key = serde_json::from_value(digits.into());
    key.map_err(|_| "not 64 hexadecimal digits".into())
}

fn unread(path: &Path, error: &FileStoreError) -> String {
    let remedy = match error {
        FileStoreError::Io(_) if path == Path::new(OF_THE_EXAMPLE) => {
            "; run the example `meeting` first, or name another ledger"
        }
        FileStoreError::Io(_) => "; check that it is there and may be read",
        _ => "",
    };
    problem(path, format_args!("{error}{remedy}"))
}

fn problem(path: &Path, error: impl Display) -> String {
    format!("{}: {error}", path.display())
}

/// How far a ledger can be relied on, in a few lines.
fn reliance(verified: &VerifiedLedger, arguments: &Arguments) -> String {
    let ledger = verified.ledger();
    let entries = ledger.head().entries;
    let meeting = ledger.lines().first().map(|line| &line.entry);
    let mut told = Vec::new();
    if let Some(Entry::Opened {
        instance, meeting, ..
    }) = meeting
    {
        let (meeting, started) = (quoted(meeting), verified.started());
        told.push(format!("Meeting {meeting}, {instance}, started {started}."));
    }
    told.push(format!(
        "{entries} entries, and each line follows from the one before."
    ));
    let is_grant = |line: &&Line| matches!(line.entry, Entry::Granted { .. });
    told.push(format!(
        "{} grants, and each was the person's own to give, or their guardian's, and signed if they joined with a key.",
        ledger.lines().iter().filter(is_grant).count()
    ));
    let anchor = match (&arguments.head, &arguments.device) {
        (None, None) => None,
        (Some(_), None) => Some("the head says"),
        (None, Some(_)) => Some("the device signed"),
        (Some(_), Some(_)) => Some("the head says or the device signed"),
    };
    told.push(match (anchor, entries - ledger.anchored()) {
        (None, _) => {
            "No --head or --device was given: had all of it been written anew, it would not show."
                .into()
        }
        (Some(anchor), 0) => format!("All of it is what {anchor}."),
        (Some(anchor), after) => format!(
            "The first {} are what {anchor}; of the {after} after them no more can be said.",
            ledger.anchored()
        ),
    });
    if !ledger.beside().is_empty() {
        told.push(format!(
            "{} withdrawals or restrictions lie beside it, and count: the process that has the ledger has not taken them up yet.",
            ledger.beside().len()
        ));
    }
    if ledger.torn() {
        told.push("The last line is torn, as a crash leaves one behind, and is left out.".into());
    }
    let has_ended = |line: &Line| matches!(line.entry, Entry::Ended {});
    if !ledger.lines().iter().any(has_ended) {
        told.push("The meeting has not ended.".into());
    }
    told.join("\n")
}

/// Everything that changed somebody's consent, or was to.
fn table(verified: &VerifiedLedger) -> Table {
    let (ledger, started) = (verified.ledger(), verified.started());
    let names = Names::new(ledger);
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(WIDTH);
    table.set_header([
        "line", "date", "at", "who", "what", "to what", "how", "notice", "until",
    ]);
    // What happened is told in words of this program, which alone may go on in another line.
    for (column, place) in table.column_iter_mut().zip(0..) {
        column.set_constraint(match place {
            4 => ColumnConstraint::LowerBoundary(Width::Fixed(WHAT)),
            _ => ColumnConstraint::ContentWidth,
        });
    }
    for line in ledger.lines() {
        for row in names.rows(line.n, &line.entry) {
            let date = line.wall.unwrap_or_else(|| started.after(line.at));
            let at = line
                .wall
                .map_or_else(|| seconds(line.at), |_| String::new());
            let at = [(line.n + 1).to_string(), date.to_string(), at];
            table.add_row(at.into_iter().chain(row));
        }
    }
    for beside in ledger.beside() {
        for row in names.rows(u64::MAX, &beside.entry) {
            let at = ["beside".into(), beside.wall.to_string(), String::new()];
            table.add_row(at.into_iter().chain(row));
        }
    }
    table
}

/// What numbers and digests stand for.
struct Names<'a> {
    /// Pairs of a purpose and a third party, by bit, each with the line that named it.
    pairs: HashMap<Purposes, (u64, Pair<'a>)>,
    /// The notices' versions.
    notices: HashMap<Digest, &'a str>,
}

/// A purpose and a third party.
struct Pair<'a> {
    purpose: String,
    recipient: &'a str,
}

impl Pair<'_> {
    fn name(&self) -> String {
        format!("{}@{}", self.purpose, quoted(self.recipient))
    }

    /// Whether it is asked for by this name. What is in quotes stands for what they enclose alone.
    fn is(&self, name: &str) -> bool {
        let bare = name.strip_prefix(&*self.purpose);
        let bare = bare.and_then(|name| name.strip_prefix('@'));
        name == self.name()
            || bare.is_some_and(|bare| bare == self.recipient && !bare.starts_with('"'))
    }
}

/// Who, what, to what, how, under which notice, until when.
type Row = [String; 6];

impl<'a> Names<'a> {
    fn new(ledger: &'a Ledger) -> Self {
        let mut names = Self {
            pairs: HashMap::new(),
            notices: HashMap::new(),
        };
        for line in ledger.lines() {
            match &line.entry {
                Entry::Named {
                    purpose,
                    recipient,
                    pair,
                } => {
                    let purpose = purpose.iter_names().map(|(name, _)| name).collect();
                    let pair_of = Pair { purpose, recipient };
                    names.pairs.insert(*pair, (line.n, pair_of));
                }
                Entry::Shown { notice } => {
                    names.notices.insert(notice.digest, &notice.version);
                }
                _ => {}
            }
        }
        names
    }

    fn purpose(&self, name: &str) -> Result<Purposes, String> {
        let pair = self.pairs.iter().find(|(_, (_, pair))| pair.is(name));
        let pair = pair.map(|(pair, _)| *pair);
        let purpose = Purposes::from_name(name).or(pair);
        purpose.ok_or_else(|| {
            let all = Purposes::all()
                .iter_names()
                .map(|(name, _)| name.to_owned());
            let all: Vec<_> = all
                .chain(self.pairs.values().map(|(_, pair)| pair.name()))
                .collect();
            let name = quoted(name);
            format!(
                "--purposes: {name} is not a purpose; there are: {}",
                all.join(", ")
            )
        })
    }

    fn rows(&self, line: u64, entry: &'a Entry) -> Vec<Row> {
        let or = |who: &Option<String>, else_: &str| {
            let who = who.as_deref().map(quoted);
            who.unwrap_or_else(|| else_.into())
        };
        let or_everybody = |who| or(who, "everybody");
        match entry {
            Entry::Granted { who, by, grant } => {
                let what = format!("agreed{}", on_behalf(*by));
                vec![self.granted(line, quoted(who), what, grant)]
            }
            Entry::Refused {
                who,
                by,
                grant,
                why,
            } => {
                let who = or(who, "nobody of the meeting's");
                let what = format!("{} was refused: {}", by.name(), why.explanation());
                vec![self.granted(line, who, what, grant)]
            }
            Entry::Withdrew { who, by, scope } => {
                let what = format!("withdrew{}", on_behalf(*by));
                vec![self.narrowed(quoted(who), what, *scope)]
            }
            Entry::Restricted { who, by, scope } => {
                let what = format!("{} restricts", by.name());
                vec![self.narrowed(or_everybody(who), what, *scope)]
            }
            Entry::Lifted { who, by, scope } => {
                let what = format!("{} lifts", by.name());
                vec![self.narrowed(or_everybody(who), what, *scope)]
            }
            Entry::Expired { who, scopes } => {
                let row = |alike: &[Scope]| {
                    let kinds = alike.iter().map(|scope| scope.kinds).collect();
                    let scope = Scope::new(kinds, alike[0].purposes);
                    self.narrowed(quoted(who), "came to its end".into(), scope)
                };
                let alike = scopes.chunk_by(|a, b| a.purposes == b.purposes);
                alike.map(row).collect()
            }
            Entry::Superseded { notice } => {
                let mut row = bare("everybody".into(), "notice superseded".into());
                row[4] = self.notice(notice);
                vec![row]
            }
            Entry::Left { who } => {
                let what = "left, which ends all of theirs";
                vec![bare(quoted(who), what.into())]
            }
            Entry::Resumed { torn: true } => {
                let what = "a torn line, which ends everything";
                vec![bare("everybody".into(), what.into())]
            }
            _ => Vec::new(),
        }
    }

    fn granted(&self, line: u64, who: String, what: String, grant: &Grant) -> Row {
        let mut purposes = grant.scope.purposes;
        let named = |before: bool| {
            let pairs = self.pairs.iter();
            let pairs = pairs.filter(move |(_, (named, _))| (*named <= line) == before);
            pairs.map(|(pair, _)| *pair).collect::<Purposes>()
        };
        // Nobody agreed to a third party that got its name only later, or none at all.
        if !purposes.is_all() || !named(false).is_empty() {
            let own = Purposes::all().iter_names().map(|(_, purpose)| purpose);
            purposes &= own.collect::<Purposes>() | named(true);
        }
        let scope = Scope::new(grant.scope.kinds, purposes);
        [
            who,
            what,
            self.scope(scope),
            grant.method.name().to_owned(),
            self.notice(&grant.notice),
            grant.until.map(seconds).unwrap_or_default(),
        ]
    }

    fn narrowed(&self, who: String, what: String, scope: Scope) -> Row {
        let mut row = bare(who, what);
        row[2] = self.scope(scope);
        row
    }

    /// A notice's version and the first digits of its digest.
    fn notice(&self, digest: &Digest) -> String {
        let version = self.notices.get(digest).copied().map(quoted);
        let version = version.unwrap_or_else(|| "unknown".into());
        format!("{version} ({:.8})", digest.to_string())
    }

    /// In lines that end between two names.
    fn scope(&self, Scope { kinds, purposes }: Scope) -> String {
        let mut words = separated(self.purposes(purposes));
        words.push("for".into());
        words.extend(separated(in_words(kinds)));
        let (mut told, mut width) = (String::new(), 0);
        for word in words {
            let wide = word.chars().count();
            if width > 0 {
                let is_full = width + 1 + wide > SCOPE;
                told.push(if is_full { '\n' } else { ' ' });
                width = if is_full { 0 } else { width + 1 };
            }
            told += &word;
            width += wide;
        }
        told
    }

    fn purposes(&self, purposes: Purposes) -> Vec<String> {
        if purposes.is_all() {
            return vec!["every purpose".into()];
        }
        let each = (0..u16::BITS).map(|bit| Purposes::from_bits_retain(1 << bit));
        let contained = each.filter(|purpose| purposes.contains(*purpose));
        let name = |purpose: Purposes| match purpose.iter_names().next() {
            Some((name, _)) => name.to_owned(),
            None => self.pairs.get(&purpose).map_or_else(
                || format!("{:#x} without a name", purpose.bits()),
                |(_, pair)| pair.name(),
            ),
        };
        contained.map(name).collect()
    }
}

/// Names with commas between them.
fn separated(mut names: Vec<String>) -> Vec<String> {
    let before_last = names.len().saturating_sub(1);
    names[..before_last]
        .iter_mut()
        .for_each(|name| name.push(','));
    names
}

fn bare(who: String, what: String) -> Row {
    let mut row = Row::default();
    (row[0], row[1]) = (who, what);
    row
}

/// Who it was that agreed or withdrew, if not the person.
fn on_behalf(by: Authority) -> String {
    match by {
        Authority::Participant => String::new(),
        other => format!(", by the {}", other.name()),
    }
}

fn in_words(kinds: Kinds) -> Vec<String> {
    if kinds.is_all() {
        return vec!["every kind".into()];
    }
    let contained = Kind::ALL
        .into_iter()
        .filter(|kind| kinds.contains((*kind).into()));
    contained.map(|kind| kind.name().into()).collect()
}

fn seconds(time: Time) -> String {
    let micros = time.as_micros();
    let digits = format!(
        "{}.{:06}",
        micros / 1_000_000,
        micros.unsigned_abs() % 1_000_000
    );
    format!("{} s", digits.trim_end_matches('0').trim_end_matches('.'))
}
