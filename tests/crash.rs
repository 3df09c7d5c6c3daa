//! A process that writes a ledger is killed again and again, and each time the meeting goes on from what is left.
//!
//! The child does what a script says, which both processes make up from the same number, and reports each step once the call has returned.
//! So the parent knows what the ledger must hold line for line: all steps that were reported, and at most the one that was under way.

#![cfg(feature = "std")]

mod common;
#[path = "common/replay.rs"]
mod replay;

use std::{
    env,
    fs::{self, File},
    io::{BufRead, BufReader, Write},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    thread,
    time::Duration,
};

use common::{Memory, millis};
use framegate::{
    Authority, Digest, Durability, Entry, FileStore, Grant, Join, Kinds, Ledger, LedgerWriter,
    Meeting, Method, Notice, Participant, Purposes, Scope, Store, StoreError,
};

const KILLS: u64 = 200;
const IDS: [&str; 4] = ["ana", "ben", "eva", "olu"];
const TEXT: &str = "everything";
const REPORT: &str = "acknowledged";

/// One entry of the script, the `n`-th at `n` milliseconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Join(usize),
    Leave(usize),
    Grant(usize, Scope, Option<i64>),
    Withdraw(usize, Scope),
}

/// What people do, without an end: each step one entry, mostly grants and withdrawals.
struct Script {
    random: u64,
    there: [bool; IDS.len()],
    now: i64,
}

impl Script {
    fn new(seed: u64) -> Self {
        Self {
            random: seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1,
            there: [false; IDS.len()],
            now: 0,
        }
    }

    /// A number below `end` (xorshift64*).
    fn below(&mut self, end: u64) -> u64 {
        self.random ^= self.random >> 12;
        self.random ^= self.random << 25;
        self.random ^= self.random >> 27;
        (self.random.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 33) % end
    }

    fn scope(&mut self) -> Scope {
        let kinds = [Kinds::all(), Kinds::AUDIO, Kinds::CHAT | Kinds::VIDEO];
        let purposes = [Purposes::all(), Purposes::RECORD, Purposes::TRAIN];
        let kinds = kinds[usize::try_from(self.below(3)).unwrap()];
        let purposes = purposes[usize::try_from(self.below(3)).unwrap()];
        Scope::new(kinds, purposes)
    }
}

impl Iterator for Script {
    type Item = Step;

    fn next(&mut self) -> Option<Step> {
        self.now += 1;
        let who = usize::try_from(self.below(IDS.len() as u64)).unwrap();
        if !self.there[who] {
            self.there[who] = true;
            return Some(Step::Join(who));
        }
        let scope = self.scope();
        Some(match self.below(10) {
            0 => {
                self.there[who] = false;
                Step::Leave(who)
            }
            1 => Step::Grant(who, scope, Some(self.now + 5)),
            2..6 => Step::Grant(who, scope, None),
            _ => Step::Withdraw(who, scope),
        })
    }
}

/// Whether an entry is that of a step.
fn is_of(entry: &Entry, step: Step) -> bool {
    match (entry, step) {
        (Entry::Joined { who, .. }, Step::Join(of)) | (Entry::Left { who }, Step::Leave(of)) => {
            who == IDS[of]
        }
        (Entry::Granted { who, by, grant }, Step::Grant(of, scope, until)) => {
            who == IDS[of]
                && *by == Authority::Participant
                && (grant.scope, grant.until) == (scope, until.map(millis))
        }
        (Entry::Withdrew { who, by, scope }, Step::Withdraw(of, expected)) => {
            who == IDS[of] && *by == Authority::Participant && *scope == expected
        }
        _ => false,
    }
}

/// Opens a meeting and does what the script says, `steps` of it, reporting after the opening and after each step how many were done.
fn perform(writer: LedgerWriter, seed: u64, steps: usize, mut report: impl FnMut(usize)) {
    let mut meeting = Meeting::open_with("crash", IDS.len(), writer).unwrap();
    let notice = Notice {
        digest: Digest::of(TEXT),
        version: "1".into(),
        language: "en".into(),
        controller: "Example Conferencing".into(),
        scope: Scope::ALL,
    };
    let notice = meeting.show(notice).unwrap();
    report(0);
    let mut people = [Participant::UNKNOWN; IDS.len()];
    for (done, step) in (1..).zip(Script::new(seed).take(steps)) {
        let now = millis(i64::try_from(done).unwrap());
        let by = Authority::Participant;
        match step {
            Step::Join(who) => people[who] = meeting.join(Join::adult(IDS[who]), now).unwrap(),
            Step::Leave(who) => assert!(meeting.leave(people[who], now).unwrap().is_settled()),
            Step::Grant(who, scope, until) => {
                let mut grant = Grant::new(notice, scope, Method::Typed);
                grant.until = until.map(millis);
                meeting.grant(by, people[who], &grant, now).unwrap();
            }
            Step::Withdraw(who, scope) => {
                assert!(
                    meeting
                        .withdraw(by, people[who], scope, now)
                        .unwrap()
                        .is_settled()
                );
            }
        }
        report(done);
    }
}

/// A store that writes a few bytes at a time, so that a kill mostly leaves a torn line behind.
struct Dribble(File);

impl Store for Dribble {
    fn append(&mut self, lines: &[u8], _: bool) -> Result<(), StoreError> {
        for part in lines.chunks(3) {
            self.0.write_all(part).map_err(|_| StoreError)?;
        }
        Ok(())
    }
}

fn writer(way: &str, path: &Path) -> LedgerWriter {
    let durability = match way {
        "each" => Durability::Each,
        "batched" => Durability::Batched,
        _ => return LedgerWriter::new(Box::new(Dribble(File::create_new(path).unwrap()))),
    };
    LedgerWriter::new(Box::new(FileStore::create(path).unwrap())).durability(durability)
}

/// Not a test but the process that is killed: it does nothing unless the test below starts it.
#[test]
fn the_child() {
    let Some(path) = env::var_os("FRAMEGATE_CRASH_LEDGER") else {
        return;
    };
    let seed = env::var("FRAMEGATE_CRASH_SEED").unwrap().parse().unwrap();
    let way = env::var("FRAMEGATE_CRASH_WAY").unwrap();
    // Past all buffers, and each report in one piece: what was reported has left the process.
    let mut parent = std::io::stderr();
    perform(writer(&way, Path::new(&path)), seed, usize::MAX, |done| {
        let report = format!("{REPORT} {done}\n");
        parent.write_all(report.as_bytes()).unwrap();
    });
}

/// Starts the child and kills it (on Unix by SIGKILL) so long after its first report, or so long after its start. How many steps it reported, if any.
fn kill(way: &str, path: &Path, seed: u64, delay: Duration, from_start: bool) -> Option<usize> {
    let mut child = Command::new(env::current_exe().unwrap())
        .args(["the_child", "--exact", "--nocapture", "--test-threads=1"])
        .env("FRAMEGATE_CRASH_LEDGER", path)
        .env("FRAMEGATE_CRASH_SEED", seed.to_string())
        .env("FRAMEGATE_CRASH_WAY", way)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reports = BufReader::new(child.stderr.take().unwrap()).lines();
    let mut first = None;
    if !from_start {
        first = Some(reports.next().unwrap().unwrap());
    }
    // Read on, or a full pipe would keep the child from going on.
    let rest = thread::spawn(move || reports.map_while(Result::ok).last());
    thread::sleep(delay);
    child.kill().unwrap();
    assert!(!child.wait().unwrap().success(), "it was killed");
    let last = rest.join().unwrap().or(first)?;
    let done = last.strip_prefix(REPORT).expect("a whole report");
    Some(done.trim().parse().unwrap())
}

/// Whether a ledger is what is left of the script after so many steps were reported.
fn check(bytes: &[u8], seed: u64, reported: Option<usize>) -> Result<Ledger, String> {
    let ledger = Ledger::read(bytes, None, None).map_err(|error| error.to_string())?;
    let mut lines = ledger.lines.iter();
    let opening = [lines.next(), lines.next()].map(|line| line.map(|line| &line.entry));
    match (opening, reported) {
        ([Some(Entry::Opened { .. }), Some(Entry::Shown { .. })], _) | ([_, None], None) => {}
        _ => return Err("the opening is lost".into()),
    }
    let steps = lines.len();
    let reported = reported.unwrap_or(0);
    if steps < reported {
        return Err(format!("{reported} steps were reported, {steps} are there"));
    }
    if steps > reported + 1 {
        return Err(format!("{steps} steps are there, {reported} were reported"));
    }
    for ((n, line), step) in (1..).zip(lines).zip(Script::new(seed)) {
        if line.at != millis(n) || !is_of(&line.entry, step) {
            return Err(format!("{line:?} instead of {step:?}"));
        }
    }
    Ok(ledger)
}

/// Goes on with a ledger in a file, and compares with what its lines say.
fn resume(path: &Path, ledger: &Ledger) -> Result<(), String> {
    let store = FileStore::append_after(path, ledger.length).map_err(|error| error.to_string())?;
    let writer = LedgerWriter::new(Box::new(store)).durability(Durability::Batched);
    let mut meeting = Meeting::resume(ledger, writer).map_err(|error| error.to_string())?;
    replay::check(&mut meeting, &ledger.lines, ledger.torn)?;
    let head = meeting.head();
    drop(meeting);
    let after = Ledger::read(&fs::read(path).unwrap(), Some(&head), None);
    let after = after.map_err(|error| error.to_string())?;
    if after.torn || !after.lines.starts_with(&ledger.lines) {
        return Err("going on changed what was there".into());
    }
    let resumed = Entry::Resumed { torn: ledger.torn };
    match after.lines.get(ledger.lines.len()) {
        Some(line) if line.entry == resumed => Ok(()),
        other => Err(format!("{other:?} instead of {resumed:?}")),
    }
}

fn aside(path: &Path) -> PathBuf {
    let mut aside = path.as_os_str().to_owned();
    aside.push(".torn");
    aside.into()
}

#[test]
fn r1_whenever_the_process_is_killed_exactly_what_was_in_force_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let mut torn = 0;
    let mut steps = 0;
    let mut unreported = 0;
    for seed in 0..KILLS {
        let path = folder.path().join(seed.to_string());
        let way = ["each", "batched", "dribble"][usize::try_from(seed % 3).unwrap()];
        let delay = Duration::from_micros(Script::new(seed).below(6000));
        let reported = kill(way, &path, seed, delay, seed % 10 == 0);
        // Killed before there was a ledger.
        let Ok(bytes) = fs::read(&path) else {
            assert_eq!(reported, None, "kill {seed}");
            continue;
        };
        let ledger = check(&bytes, seed, reported)
            .unwrap_or_else(|error| panic!("kill {seed}, {way}: {error}"));
        if ledger.lines.is_empty() {
            continue;
        }
        resume(&path, &ledger).unwrap_or_else(|error| panic!("kill {seed}, {way}: {error}"));
        let set_aside = fs::read(aside(&path)).unwrap_or_default();
        let whole = usize::try_from(ledger.length).unwrap();
        assert_eq!(set_aside, bytes[whole..], "kill {seed}, {way}");
        torn += usize::from(ledger.torn);
        steps += reported.unwrap_or(0);
        unreported += usize::from(ledger.lines.len() > 2 + reported.unwrap_or(0));
    }
    println!(
        "{KILLS} kills, {steps} steps reported, {unreported} more in a ledger, {torn} torn lines"
    );
    // Few enough to come about on any machine.
    assert!(torn >= 5 && steps >= 100, "{torn} torn, {steps} steps");
}

/// Wherever the process is killed while it takes the torn line's place, the ledger is torn, or says that it was.
#[test]
fn r1_killed_while_it_recovers_a_torn_ledger_stays_torn() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = whole().bytes();
    let last = bytes[..bytes.len() - 1]
        .iter()
        .rposition(|byte| *byte == b'\n');
    let (before, line) = bytes.split_at(last.unwrap() + 1);
    // Shorter and longer than the line that takes its place.
    for torn in [
        &line[..1],
        &line[..line.len() / 2],
        &[line, &[b'x'; 500]].concat(),
    ] {
        let torn: Vec<u8> = torn.iter().copied().filter(|byte| *byte != b'\n').collect();
        let path = in_file(&folder, &[before, &torn].concat());
        let ledger = check(&fs::read(&path).unwrap(), SEED, Some(STEPS - 1)).unwrap();
        resume(&path, &ledger).unwrap();
        let recovered = fs::read(&path).unwrap();
        let mut lines = recovered[before.len()..].split_inclusive(|byte| *byte == b'\n');
        let resumed = lines.next().unwrap();
        for written in 0..=resumed.len() {
            let rest = torn.get(written..).unwrap_or_default();
            let left = [before, &resumed[..written], rest].concat();
            let path = in_file(&folder, &left);
            let ledger = Ledger::read(&left, None, None).unwrap();
            let whole = written == resumed.len();
            assert_eq!(ledger.torn, !whole || !rest.is_empty(), "{written} bytes");
            assert_eq!(ledger.lines.len() == STEPS + 2, whole, "{written} bytes");
            resume(&path, &ledger).unwrap_or_else(|error| panic!("{written} bytes: {error}"));
        }
        fs::remove_file(aside(&path)).unwrap();
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Controls

const SEED: u64 = 1;
const STEPS: usize = 60;

fn whole() -> Memory {
    let memory = Memory::default();
    perform(memory.writer(), SEED, STEPS, |_| ());
    memory
}

fn in_file(folder: &tempfile::TempDir, bytes: &[u8]) -> PathBuf {
    let path = folder.path().join("ledger");
    fs::write(&path, bytes).unwrap();
    path
}

#[test]
fn a_ledger_that_lost_or_invented_something_is_found_out() {
    let bytes = whole().bytes();
    let lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    assert!(check(&bytes, SEED, Some(STEPS)).is_ok());
    assert!(
        check(&bytes, SEED, Some(STEPS - 1)).is_ok(),
        "one under way"
    );
    assert!(
        check(&bytes, SEED, Some(STEPS - 2)).is_err(),
        "never attempted"
    );
    assert!(
        check(&bytes, SEED + 1, Some(STEPS)).is_err(),
        "another script"
    );
    for lost in 0..lines.len() {
        let mut rest = lines.clone();
        rest.remove(lost);
        assert!(
            check(&rest.concat(), SEED, Some(STEPS)).is_err(),
            "line {lost}"
        );
    }
    let last = lines[lines.len() - 1].len();
    for cut in 1..=last {
        let torn = &bytes[..bytes.len() - cut];
        assert!(check(torn, SEED, Some(STEPS)).is_err(), "cut by {cut}");
        let ledger = check(torn, SEED, Some(STEPS - 1)).unwrap();
        assert_eq!(ledger.torn, cut < last);
    }
}

#[test]
fn going_on_with_more_or_less_than_was_in_force_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = whole().bytes();
    let ledger = Ledger::read(&bytes, None, None).unwrap();
    let goes_on = |ledger: &Ledger| Meeting::resume(ledger, LedgerWriter::default()).unwrap();
    assert_eq!(
        replay::check(&mut goes_on(&ledger), &ledger.lines, false),
        Ok(())
    );

    // As if a torn line were of no matter.
    assert!(replay::check(&mut goes_on(&ledger), &ledger.lines, true).is_err());
    // As if the last grant were not there.
    let is_grant = |line: &framegate::Line| matches!(line.entry, Entry::Granted { .. });
    let grants = (0..ledger.lines.len()).filter(|n| is_grant(&ledger.lines[*n]));
    let found = grants.filter(|n| {
        let mut without = ledger.clone();
        without.lines.remove(*n);
        replay::check(&mut goes_on(&without), &ledger.lines, false).is_err()
    });
    assert!(found.count() > 0);

    let torn = [&bytes[..], br#"{"n":"#].concat();
    let path = in_file(&folder, &torn);
    let ledger = Ledger::read(&torn, None, None).unwrap();
    assert!(resume(&path, &ledger).is_ok());
    assert_eq!(fs::read(aside(&path)).unwrap(), br#"{"n":"#);
}
