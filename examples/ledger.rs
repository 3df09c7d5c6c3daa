//! Verifies a meeting's ledger, and tells who agreed to what.
//!
//! `cargo run --release --example ledger` takes the one that the example `meeting` left behind; `-- --help` tells the rest.
//! `cargo run --release --example ledger -- withdraw LEDGER --who ID` withdraws what somebody agreed to, when the meeting is over or its process has gone too.

use std::{
    collections::HashMap,
    fmt::Display,
    fs,
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
    time::SystemTime,
};

use clap::{Args, Parser, Subcommand};
use comfy_table::{ContentArrangement, Table, presets::UTF8_FULL_CONDENSED};
use framegate::{
    Authority, Digest, Entered, Entry, Grant, Head, Kind, Kinds, Ledger, Line, PastMeeting,
    PublicKey, Purposes, Scope, Time, export::Receipt,
};

/// Verifies a meeting's ledger and every grant in it, and tells who agreed to what, when, how, under which notice and until when.
///
/// For a ledger that does not verify, it prints one line with the number of the first bad line, and exits with status 2.
#[derive(Parser)]
#[command(args_conflicts_with_subcommands = true)]
struct Arguments {
    #[command(subcommand)]
    act: Option<Act>,
    /// The ledger, in JSON Lines [default: target/meeting/ledger.jsonl of the repository]
    #[arg(
        default_value = concat!(env!("CARGO_MANIFEST_DIR"), "/target/meeting/ledger.jsonl"),
        hide_default_value = true
    )]
    ledger: PathBuf,
    /// The ledger's head, as it was kept apart from the ledger: `{"entries": …, "hash": "…"}`
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
    /// For which purposes, separated by commas, a third party's as the ledger has it: RECORD@ACME Ltd [default: all]
    #[arg(long, value_delimiter = ',')]
    purposes: Vec<String>,
    /// It is their guardian who withdraws
    #[arg(long)]
    guardian: bool,
    /// The secret key of the device that signed the ledger, 64 hexadecimal digits in a file, to sign the withdrawal, too
    #[arg(long, value_name = "FILE")]
    secret: Option<PathBuf>,
}

/// How wide the table may get, in columns of a terminal.
const WIDTH: u16 = 140;

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
            let _ = writeln!(io::stderr(), "{}", plain(&problem));
            ExitCode::from(2)
        }
    }
}

fn tell(arguments: &Arguments) -> Result<String, String> {
    let head = arguments.head.as_deref().map(read_head).transpose()?;
    let path = &arguments.ledger;
    let ledger = Ledger::read_file(path, head.as_ref(), arguments.device.as_ref());
    let ledger = ledger.map_err(|error| problem(path, error))?;
    if ledger.lines.is_empty() {
        return Err(problem(path, "line 1: there is no entry"));
    }
    ledger.verify().map_err(|error| problem(path, error))?;
    let told = match &arguments.who {
        None => format!("{}\n{}\n", verified(&ledger, arguments), table(&ledger)),
        Some(who) => receipt(path, &ledger, who)?,
    };
    Ok(told)
}

fn receipt(path: &Path, ledger: &Ledger, who: &str) -> Result<String, String> {
    let receipt = Receipt::of(ledger, who);
    let receipt = receipt.ok_or_else(|| problem(path, format_args!("{who:?} never joined")))?;
    let json = serde_json::to_string_pretty(&receipt);
    Ok(json.map_err(|error| problem(path, error))? + "\n")
}

fn withdraw(asked: &Withdrawal) -> Result<String, String> {
    let path = &asked.ledger;
    let secret = asked.secret.as_deref().map(read_secret).transpose()?;
    let past = PastMeeting::open(path, secret.as_ref());
    let mut past = past.map_err(|error| problem(path, error))?;
    let names = Names::new(past.ledger());
    let kinds = asked.kinds.iter().map(|name| kind(name).map(Kinds::from));
    let purposes = asked.purposes.iter().map(|name| names.purpose(name));
    let scope = Scope::new(
        kinds.collect::<Result<_, _>>()?,
        purposes.collect::<Result<_, _>>()?,
    );
    let by = if asked.guardian {
        Authority::Guardian
    } else {
        Authority::Participant
    };
    let entered = past.withdraw(by, &asked.who, scope, SystemTime::now());
    match entered.map_err(|error| problem(path, format_args!("{:?}: {error}", asked.who)))? {
        Entered::InLedger => {}
        Entered::Beside => {
            let _ = writeln!(
                io::stderr(),
                "Another process has the ledger: the withdrawal lies beside it, and counts, until that one takes it up."
            );
        }
    }
    receipt(path, past.ledger(), &asked.who)
}

fn kind(name: &str) -> Result<Kind, String> {
    let mut kinds = Kind::ALL.into_iter();
    let kind = kinds.find(|kind| kind.name().eq_ignore_ascii_case(name));
    kind.ok_or_else(|| {
        let names = Kind::ALL.map(Kind::name).join(", ");
        format!("there is no kind {name:?}: one of {names}")
    })
}

fn read_secret(path: &Path) -> Result<[u8; 32], String> {
    let digits = String::from_utf8_lossy(&read(path)?).trim().to_owned();
    // A digest is 32 bytes, too.
    let secret: Result<Digest, _> = serde_json::from_value(digits.into());
    let secret = secret.map_err(|_| problem(path, "not 64 hexadecimal digits"))?;
    Ok(secret.0)
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| problem(path, error))
}

fn read_head(path: &Path) -> Result<Head, String> {
    serde_json::from_slice(&read(path)?).map_err(|error| problem(path, error))
}

fn key(digits: &str) -> Result<PublicKey, String> {
    let key = serde_json::from_value(digits.into());
    key.map_err(|_| "not 64 hexadecimal digits".into())
}

fn problem(path: &Path, error: impl Display) -> String {
    format!("{}: {error}", path.display())
}

/// How far a ledger can be relied on, in a few lines.
fn verified(ledger: &Ledger, arguments: &Arguments) -> String {
    let entries = ledger.head.entries;
    let meeting = ledger.lines.first().map(|line| &line.entry);
    let mut told = Vec::new();
    if let Some(Entry::Opened {
        instance, meeting, ..
    }) = meeting
    {
        told.push(format!("Meeting \"{}\", {instance}.", plain(meeting)));
    }
    told.push(format!(
        "{entries} entries, and each line follows from the one before."
    ));
    let is_grant = |line: &&Line| matches!(line.entry, Entry::Granted { .. });
    told.push(format!(
        "{} grants, and each was the person's own to give, or their guardian's, and signed if they joined with a key.",
        ledger.lines.iter().filter(is_grant).count()
    ));
    let anchor = match (&arguments.head, &arguments.device) {
        (None, None) => None,
        (Some(_), None) => Some("the head says"),
        (None, Some(_)) => Some("the device signed"),
        (Some(_), Some(_)) => Some("the head says or the device signed"),
    };
    told.push(match (anchor, entries - ledger.anchored) {
        (None, _) => {
            "No --head or --device was given: had all of it been written anew, it would not show."
                .into()
        }
        (Some(anchor), 0) => format!("All of it is what {anchor}."),
        (Some(anchor), after) => format!(
            "The first {} are what {anchor}; of the {after} after them no more can be said.",
            ledger.anchored
        ),
    });
    if !ledger.beside.is_empty() {
        told.push(format!(
            "{} withdrawals or restrictions lie beside it, and count: the process that has the ledger has not taken them up yet.",
            ledger.beside.len()
        ));
    }
    if ledger.torn {
        told.push("The last line is torn, as a crash leaves one behind, and is left out.".into());
    }
    let has_ended = |line: &Line| matches!(line.entry, Entry::Ended {});
    if !ledger.lines.iter().any(has_ended) {
        told.push("The meeting has not ended.".into());
    }
    told.join("\n")
}

/// Everything that changed somebody's consent, or was to.
fn table(ledger: &Ledger) -> Table {
    let names = Names::new(ledger);
    let mut table = Table::new();
    table.load_style(UTF8_FULL_CONDENSED);
    table.set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(WIDTH);
    table.set_header([
        "line", "at", "who", "what", "to what", "how", "notice", "until",
    ]);
    for line in &ledger.lines {
        for row in names.rows(line.n, &line.entry) {
            let at = match line.wall {
                Some(wall) => time_of_day(wall),
                None => seconds(line.at),
            };
            let at = [(line.n + 1).to_string(), at];
            table.add_row(at.into_iter().chain(row.map(|cell| plain(&cell))));
        }
    }
    for beside in &ledger.beside {
        for row in names.rows(u64::MAX, &beside.entry) {
            let at = ["beside".into(), time_of_day(beside.wall)];
            table.add_row(at.into_iter().chain(row.map(|cell| plain(&cell))));
        }
    }
    table
}

/// What numbers and digests stand for.
struct Names<'a> {
    /// Pairs of a purpose and a third party, by bit, each with the line that named it.
    pairs: HashMap<Purposes, (u64, String)>,
    /// The notices' versions.
    notices: HashMap<Digest, &'a str>,
}

/// Who, what, to what, how, under which notice, until when.
type Row = [String; 6];

impl<'a> Names<'a> {
    fn new(ledger: &'a Ledger) -> Self {
        let mut names = Self {
            pairs: HashMap::new(),
            notices: HashMap::new(),
        };
        for line in &ledger.lines {
            match &line.entry {
                Entry::Named {
                    purpose,
                    recipient,
                    pair,
                } => {
                    let own: String = purpose.iter_names().map(|(name, _)| name).collect();
                    let name = format!("{own}@{recipient}");
                    names.pairs.insert(*pair, (line.n, name));
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
        let pair = self.pairs.iter().find(|(_, (_, of))| of == name);
        let pair = pair.map(|(pair, _)| *pair);
        let purpose = Purposes::from_name(name).or(pair);
        purpose.ok_or_else(|| {
            let all = Purposes::all()
                .iter_names()
                .map(|(name, _)| name.to_owned());
            let all: Vec<_> = all
                .chain(self.pairs.values().map(|(_, name)| name.clone()))
                .collect();
            format!("there is no purpose {name:?}: one of {}", all.join(", "))
        })
    }

    fn rows(&self, line: u64, entry: &'a Entry) -> Vec<Row> {
        let or_everybody = |who: &'a Option<String>| who.as_deref().unwrap_or("everybody");
        match entry {
            Entry::Granted { who, by, grant } => {
                vec![self.granted(line, who, format!("agreed{}", on_behalf(*by)), grant)]
            }
            Entry::Refused {
                who,
                by,
                grant,
                why,
            } => {
                let who = who.as_deref().unwrap_or("nobody of the meeting's");
                let what = format!("{} was refused: {}", by.name(), why.explanation());
                vec![self.granted(line, who, what, grant)]
            }
            Entry::Withdrew { who, by, scope } => {
                let what = format!("withdrew{}", on_behalf(*by));
                vec![self.narrowed(who, &what, *scope)]
            }
            Entry::Restricted { who, by, scope } => {
                let what = format!("{} restricts", by.name());
                vec![self.narrowed(or_everybody(who), &what, *scope)]
            }
            Entry::Lifted { who, by, scope } => {
                let what = format!("{} lifts", by.name());
                vec![self.narrowed(or_everybody(who), &what, *scope)]
            }
            Entry::Expired { who, scopes } => {
                let row = |alike: &[Scope]| {
                    let kinds = alike.iter().map(|scope| scope.kinds).collect();
                    let scope = Scope::new(kinds, alike[0].purposes);
                    self.narrowed(who, "came to its end", scope)
                };
                let alike = scopes.chunk_by(|a, b| a.purposes == b.purposes);
                alike.map(row).collect()
            }
            Entry::Superseded { notice } => {
                let mut row = bare("everybody", "notice superseded");
                row[4] = self.notice(notice);
                vec![row]
            }
            Entry::Left { who } => vec![bare(who, "left, which ends all of theirs")],
            Entry::Resumed { torn: true } => {
                vec![bare("everybody", "a torn line, which ends everything")]
            }
            _ => Vec::new(),
        }
    }

    fn granted(&self, line: u64, who: &str, what: String, grant: &Grant) -> Row {
        // Nobody agreed to a third party that got its name only later.
        let later = self.pairs.iter().filter(|(_, (named, _))| *named > line);
        let later: Purposes = later.map(|(pair, _)| *pair).collect();
        let scope = Scope::new(grant.scope.kinds, grant.scope.purposes - later);
        [
            who.to_owned(),
            what,
            self.scope(scope),
            grant.method.name().to_owned(),
            self.notice(&grant.notice),
            grant.until.map(seconds).unwrap_or_default(),
        ]
    }

    fn narrowed(&self, who: &str, what: &str, scope: Scope) -> Row {
        let mut row = bare(who, what);
        row[2] = self.scope(scope);
        row
    }

    /// A notice's version and the first digits of its digest.
    fn notice(&self, digest: &Digest) -> String {
        let version = self.notices.get(digest).copied().unwrap_or("unknown");
        format!("{version} ({:.8})", digest.to_string())
    }

    fn scope(&self, Scope { kinds, purposes }: Scope) -> String {
        format!("{} for {}", self.purposes(purposes), in_words(kinds))
    }

    fn purposes(&self, purposes: Purposes) -> String {
        if purposes.is_all() {
            return "every purpose".into();
        }
        let each = (0..u16::BITS).map(|bit| Purposes::from_bits_retain(1 << bit));
        let contained = each.filter(|purpose| purposes.contains(*purpose));
        let name = |purpose: Purposes| match purpose.iter_names().next() {
            Some((name, _)) => name.to_owned(),
            None => self
                .pairs
                .get(&purpose)
                .map(|(_, name)| name.clone())
                .unwrap_or_default(),
        };
        let names = contained.map(name).filter(|name| !name.is_empty());
        names.collect::<Vec<_>>().join(", ")
    }
}

fn bare(who: &str, what: &str) -> Row {
    let mut row = Row::default();
    row[0].push_str(who);
    row[1].push_str(what);
    row
}

/// Who it was that agreed or withdrew, if not the person.
fn on_behalf(by: Authority) -> String {
    match by {
        Authority::Participant => String::new(),
        other => format!(", by the {}", other.name()),
    }
}

fn in_words(kinds: Kinds) -> String {
    if kinds.is_all() {
        return "every kind".into();
    }
    let contained = Kind::ALL
        .into_iter()
        .filter(|kind| kinds.contains((*kind).into()));
    contained.map(Kind::name).collect::<Vec<_>>().join(", ")
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

/// A time of day in seconds since 1970.
fn time_of_day(micros: u64) -> String {
    format!("1970 + {}.{:06} s", micros / 1_000_000, micros % 1_000_000)
}

/// A text whose control characters do nothing to a terminal, since the ledger says it.
fn plain(text: &str) -> String {
    let escaped = |character: char| match character {
        character if character.is_control() => character.escape_default().collect(),
        character => String::from(character),
    };
    text.chars().map(escaped).collect()
}
