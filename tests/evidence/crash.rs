//! A process that writes a ledger is killed again and again, and each time the meeting goes on from what is left.
//!
//! The child does what a script says, which both processes make up from the same number, and reports each step once the call has returned.
//! So the parent knows what the ledger must hold line for line: all steps that were reported, and at most the one that was under way.
//!
//! Two processes at a time try to go on with one ledger, and are killed, while they recover too: no line that was reported is ever lost.

use std::{
    env,
    fs::{self, File, OpenOptions},
    io::{BufRead, BufReader, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    thread,
    time::{Duration, Instant},
};

use framegate::{
    Authority, Digest, Grant, JoinOptions, Kinds, Meeting, MeetingOptions, Method, Notice,
    Participant, Purposes, Scope,
    ledger::{
        Durability, Entry, FileStore, FileStoreError, Head, Ledger, LedgerWriter, Store, StoreError,
    },
};

use serde_json::json;

use crate::common::{Memory, millis, rechained, replay, verified};

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
    let mut meeting =
        Meeting::open(MeetingOptions::new("crash", IDS.len()).ledger(writer)).unwrap();
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
            Step::Join(who) => {
                people[who] = meeting.join(JoinOptions::adult(IDS[who]), now).unwrap();
            }
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
            self.0.write_all(part).map_err(StoreError::new)?;
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
        .args([
            "crash::the_child",
            "--exact",
            "--nocapture",
            "--test-threads=1",
        ])
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
    let mut lines = ledger.lines().iter();
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
    let store = FileStore::append_after(path, ledger).map_err(|error| error.to_string())?;
    let writer = LedgerWriter::new(Box::new(store)).durability(Durability::Batched);
    let verified = ledger.clone().verify();
    let resumed = verified.and_then(|ledger| Meeting::resume(&ledger, writer));
    let mut meeting = resumed.map_err(|error| error.to_string())?;
    replay::check(&mut meeting, ledger.lines(), ledger.torn())?;
    let head = meeting.head();
    drop(meeting);
    let after = Ledger::read(&fs::read(path).unwrap(), Some(&head), None);
    let after = after.map_err(|error| error.to_string())?;
    if after.torn() || !after.lines().starts_with(ledger.lines()) {
        return Err("going on changed what was there".into());
    }
    let resumed = Entry::Resumed {
        torn: ledger.torn(),
    };
    match after.lines().get(ledger.lines().len()) {
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
        if ledger.lines().is_empty() {
            continue;
        }
        resume(&path, &ledger).unwrap_or_else(|error| panic!("kill {seed}, {way}: {error}"));
        let set_aside = fs::read(aside(&path)).unwrap_or_default();
        let whole = usize::try_from(ledger.length()).unwrap();
        assert_eq!(set_aside, bytes[whole..], "kill {seed}, {way}");
        torn += usize::from(ledger.torn());
        steps += reported.unwrap_or(0);
        unreported += usize::from(ledger.lines().len() > 2 + reported.unwrap_or(0));
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
            assert_eq!(ledger.torn(), !whole || !rest.is_empty(), "{written} bytes");
            assert_eq!(ledger.lines().len() == STEPS + 2, whole, "{written} bytes");
            resume(&path, &ledger).unwrap_or_else(|error| panic!("{written} bytes: {error}"));
        }
        fs::remove_file(aside(&path)).unwrap();
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Two processes

/// So often two processes are started on one ledger, and killed.
const TURNS: u64 = 60;
const HEAD: &str = "head";

/// How a ledger is gone on with; an error, in words, if it cannot be now.
type Open = fn(&Path, &Ledger) -> Result<Box<dyn Store>, String>;

fn locked(path: &Path, ledger: &Ledger) -> Result<Box<dyn Store>, String> {
    match FileStore::append_after(path, ledger) {
        Ok(store) => Ok(Box::new(store)),
        Err(error @ (FileStoreError::Held | FileStoreError::GoneOn)) => Err(error.to_string()),
        Err(error) => panic!("{error}"),
    }
}

/// As if no lock were needed.
#[allow(clippy::unnecessary_wraps, reason = "as the other")]
fn unlocked(path: &Path, ledger: &Ledger) -> Result<Box<dyn Store>, String> {
    Ok(Box::new(Unlocked::open(path, ledger)))
}

/// Goes on without a lock: what is beyond the ledger that was read is a torn line to it.
struct Unlocked {
    file: File,
    at: u64,
}

impl Unlocked {
    fn open(path: &Path, ledger: &Ledger) -> Self {
        let file = OpenOptions::new()
            .read(true)
            .write(true)
            .open(path)
            .unwrap();
        file.set_len(ledger.length()).unwrap();
        let at = ledger.length();
        Self { file, at }
    }
}

impl Store for Unlocked {
    fn append(&mut self, lines: &[u8], _: bool) -> Result<(), StoreError> {
        let mut write = || {
            self.file.seek(SeekFrom::Start(self.at))?;
            self.file.write_all(lines)
        };
        write().map_err(StoreError::new)?;
        self.at += lines.len() as u64;
        Ok(())
    }
}

/// Goes on with a ledger as soon as it can, and withdraws and agrees by turns, reporting after each step how far the ledger then went.
fn go_on(path: &Path, open: Open, steps: usize, mut report: impl FnMut(Head)) {
    let mut meeting = loop {
        // Read without a lock, as whoever stands by does.
        let Ok(ledger) = Ledger::read(&fs::read(path).unwrap(), None, None) else {
            continue;
        };
        match open(path, &ledger) {
            Ok(store) => match Meeting::resume(&verified(&ledger), LedgerWriter::new(store)) {
                Ok(meeting) => break meeting,
                Err(error) => panic!("{error}"),
            },
            Err(_) => thread::yield_now(),
        }
    };
    report(meeting.head());
    let (_, who) = meeting.participants().next().unwrap();
    let grant = Grant::new(Digest::of(TEXT), Scope::ALL, Method::Clicked);
    let by = Authority::Participant;
    for step in 0..steps {
        let now = millis(i64::try_from(step).unwrap());
        if step % 2 == 0 {
            let settling = meeting.withdraw(by, who, Scope::ALL, now).unwrap();
            // What did not get to the file is not reported.
            if !settling.is_settled() {
                return;
            }
        } else if meeting.grant(by, who, &grant, now).is_err() {
            return;
        }
        report(meeting.head());
    }
}

/// Not a test but one of the two processes.
#[test]
fn the_standby() {
    let Some(path) = env::var_os("FRAMEGATE_STANDBY_LEDGER") else {
        return;
    };
    let open = match env::var("FRAMEGATE_STANDBY_WAY").unwrap().as_str() {
        "locked" => locked,
        _ => unlocked as Open,
    };
    let mut parent = std::io::stderr();
    let mut report = |what: &str| parent.write_all(format!("{HEAD} {what}\n").as_bytes());
    report("").unwrap();
    go_on(Path::new(&path), open, usize::MAX, |head| {
        let head = serde_json::to_string(&head).unwrap();
        report(&head).unwrap();
    });
}

/// One of the two, and the thread that reads what it reports, after its start.
fn stand_by(path: &Path, way: &str) -> (Child, thread::JoinHandle<Vec<Head>>) {
    let mut child = Command::new(env::current_exe().unwrap())
        .args([
            "crash::the_standby",
            "--exact",
            "--nocapture",
            "--test-threads=1",
        ])
        .env("FRAMEGATE_STANDBY_LEDGER", path)
        .env("FRAMEGATE_STANDBY_WAY", way)
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut reports = BufReader::new(child.stderr.take().unwrap()).lines();
    reports.next().unwrap().unwrap();
    let rest = thread::spawn(move || {
        let heads = reports.map_while(Result::ok).filter_map(|line| {
            let head = line.strip_prefix(HEAD)?;
            serde_json::from_str(head).ok()
        });
        heads.collect()
    });
    (child, rest)
}

/// A ledger with somebody in it, for others to go on with.
fn begin(path: &Path) {
    let store = FileStore::create(path).unwrap();
    let mut meeting =
        Meeting::open(MeetingOptions::new("crash", 1).ledger(LedgerWriter::new(Box::new(store))))
            .unwrap();
    let notice = Notice {
        digest: Digest::of(TEXT),
        version: "1".into(),
        language: "en".into(),
        controller: "Example Conferencing".into(),
        scope: Scope::ALL,
    };
    meeting.show(notice).unwrap();
    meeting.join(JoinOptions::adult("ana"), millis(0)).unwrap();
}

/// Whether a ledger has every line that was reported.
fn has_all(bytes: &[u8], heads: &[Head]) -> Result<Ledger, String> {
    let ledger = Ledger::read(bytes, None, None).map_err(|error| error.to_string())?;
    for head in heads {
        let next = usize::try_from(head.entries).unwrap();
        let hash = match ledger.lines().get(next) {
            Some(next) => next.prev,
            None => ledger.head().hash,
        };
        if ledger.head().entries < head.entries || hash != head.hash {
            return Err(format!("line {} was reported, and is lost", head.entries));
        }
    }
    Ok(ledger)
}

/// Starts two at a time on a ledger and kills them one after the other, so often. How many lines were reported, how often after a torn line,
/// and how often by the second once the first had been killed.
fn take_turns(path: &Path, way: &str, turns: u64) -> Result<(usize, usize, usize), String> {
    begin(path);
    let mut all = Vec::new();
    let (mut torn, mut taken_over) = (0, 0);
    for turn in 0..turns {
        let mut random = Script::new(turn);
        let delay = |random: &mut Script, end| Duration::from_micros(random.below(end));
        if turn % 3 == 0 {
            // As of a process that was killed in the middle of a line.
            let mut file = OpenOptions::new().append(true).open(path).unwrap();
            file.write_all(&br#"{"n":123456789,"prev":""#[..=usize::try_from(turn % 20).unwrap()])
                .unwrap();
            torn += 1;
        }
        let (mut first, first_reports) = stand_by(path, way);
        let (mut second, second_reports) = stand_by(path, way);
        // Every other time so early that it still recovers.
        let end = if turn % 2 == 0 { 500 } else { 20_000 };
        thread::sleep(delay(&mut random, end));
        first.kill().unwrap();
        first.wait().unwrap();
        thread::sleep(delay(&mut random, 40_000));
        second.kill().unwrap();
        second.wait().unwrap();
        all.extend(first_reports.join().unwrap());
        let of_second = second_reports.join().unwrap();
        taken_over += usize::from(!of_second.is_empty());
        all.extend(of_second);
        let bytes = fs::read(path).map_err(|error| error.to_string())?;
        has_all(&bytes, &all).map_err(|error| format!("turn {turn}: {error}"))?;
    }
    Ok((all.len(), torn, taken_over))
}

#[test]
fn r6_of_two_processes_that_go_on_with_a_ledger_one_writes_and_no_line_is_lost() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger");
    let started = Instant::now();
    let (lines, torn, taken_over) = take_turns(&path, "locked", TURNS).unwrap();
    println!(
        "{lines} lines reported, {torn} torn, {taken_over} times by the second, {:?}",
        started.elapsed()
    );
    assert!(
        lines >= 50 && taken_over >= 5,
        "{lines} lines, {taken_over}"
    );
    // Everybody who recovered a torn line said so.
    let ledger = Ledger::read(&fs::read(&path).unwrap(), None, None).unwrap();
    ledger.clone().verify().unwrap();
    let told = ledger
        .lines()
        .iter()
        .filter(|line| line.entry == Entry::Resumed { torn: true });
    assert!(told.count() + usize::from(ledger.torn()) >= torn);
}

#[test]
fn two_processes_without_a_lock_are_found_out() {
    // Whether they meet is up to the scheduler: a machine that is busy may keep one waiting for the other for all turns.
    let is_lost = (0..20).any(|_| {
        let folder = tempfile::tempdir().unwrap();
        take_turns(&folder.path().join("ledger"), "unlocked", TURNS).is_err()
    });
    assert!(is_lost);
}

/// A standby reads the ledger, whoever writes it withdraws, and the standby goes on, with what it has by then: whether the withdrawal stays.
///
/// `first` is what it does before the withdrawal, `then` what it does after, once the other has gone.
fn fail_over<T>(
    path: &Path,
    first: impl FnOnce(&Path, &Ledger) -> T,
    then: impl FnOnce(T, &Path, &Ledger) -> Result<Box<dyn Store>, FileStoreError>,
) -> Result<(), String> {
    let store = FileStore::create(path).unwrap();
    let mut old =
        Meeting::open(MeetingOptions::new("m", 9).ledger(LedgerWriter::new(Box::new(store))))
            .unwrap();
    let ana = old.join(JoinOptions::adult("ana"), millis(0)).unwrap();
    let ledger = Ledger::read(&fs::read(path).unwrap(), None, None).unwrap();
    let begun = first(path, &ledger);
    let cut = old
        .withdraw(Authority::Participant, ana, Scope::ALL, millis(2))
        .unwrap();
    assert!(cut.is_settled());
    drop(old);
    let settled = fs::read(path).unwrap();
    if let Ok(store) = then(begun, path, &ledger) {
        let mut standby = Meeting::resume(&verified(&ledger), LedgerWriter::new(store)).unwrap();
        for id in ["ben", "eva", "olu"] {
            standby.join(JoinOptions::adult(id), millis(3)).unwrap();
        }
    }
    let after = fs::read(path).unwrap();
    if after.starts_with(&settled) {
        Ok(())
    } else {
        Err("a whole line is lost".into())
    }
}

#[test]
fn r6_what_was_entered_since_a_ledger_was_read_is_no_torn_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name);
    let open = |(), path: &Path, ledger: &Ledger| {
        let store = FileStore::append_after(path, ledger);
        assert!(matches!(store, Err(FileStoreError::GoneOn)));
        Ok(Box::new(store?) as Box<dyn Store>)
    };
    fail_over(&path("late"), |_, _| (), open).unwrap();
    // While the other still has it.
    let held = |path: &Path, ledger: &Ledger| {
        let store = FileStore::append_after(path, ledger);
        assert!(matches!(store, Err(FileStoreError::Held)));
    };
    fail_over(&path("held"), held, open).unwrap();
    assert!(!aside(&path("late")).exists() && !aside(&path("held")).exists());

    // Controls: without a lock, and with one that is taken after the tail was read.
    let no_lock = |path: &Path, ledger: &Ledger| Unlocked::open(path, ledger);
    let as_it_is = |store: Unlocked, _: &Path, _: &Ledger| Ok(Box::new(store) as Box<dyn Store>);
    assert!(fail_over(&path("no lock"), no_lock, as_it_is).is_err());
    let tail = |path: &Path, ledger: &Ledger| {
        let mut file = File::open(path).unwrap();
        file.seek(SeekFrom::Start(ledger.length())).unwrap();
        let mut tail = Vec::new();
        file.read_to_end(&mut tail).unwrap();
        tail
    };
    let lock = |tail: Vec<u8>, path: &Path, ledger: &Ledger| {
        assert_eq!(tail, b"");
        let store = Unlocked::open(path, ledger);
        store.file.try_lock().unwrap();
        Ok(Box::new(store) as Box<dyn Store>)
    };
    assert!(fail_over(&path("tail first"), tail, lock).is_err());
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
        assert_eq!(ledger.torn(), cut < last);
    }
}

#[test]
fn going_on_with_more_or_less_than_was_in_force_is_found_out() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = whole().bytes();
    let ledger = Ledger::read(&bytes, None, None).unwrap();
    let goes_on =
        |ledger: &Ledger| Meeting::resume(&verified(ledger), LedgerWriter::default()).unwrap();
    assert_eq!(
        replay::check(&mut goes_on(&ledger), ledger.lines(), false),
        Ok(())
    );

    // As if a torn line were of no matter.
    assert!(replay::check(&mut goes_on(&ledger), ledger.lines(), true).is_err());
    // As if the last grant were not there.
    let is_grant = |line: &framegate::ledger::Line| matches!(line.entry, Entry::Granted { .. });
    let grants = (0..ledger.lines().len()).filter(|n| is_grant(&ledger.lines()[*n]));
    let found = grants.filter(|n| {
        let mut lines: Vec<_> = ledger.lines().iter().map(|line| json!(line)).collect();
        lines.remove(*n);
        let without = Ledger::read(&rechained(&lines), None, None).unwrap();
        replay::check(&mut goes_on(&without), ledger.lines(), false).is_err()
    });
    assert!(found.count() > 0);

    let torn = [&bytes[..], br#"{"n":"#].concat();
    let path = in_file(&folder, &torn);
    let ledger = Ledger::read(&torn, None, None).unwrap();
    assert!(resume(&path, &ledger).is_ok());
    assert_eq!(fs::read(aside(&path)).unwrap(), br#"{"n":"#);
}
