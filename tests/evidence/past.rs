//! Withdrawing when the meeting has ended, its process has gone, or another one has the ledger.

use std::{
    fs::{self, OpenOptions},
    io::Write,
    path::{Path, PathBuf},
    time::{Duration, UNIX_EPOCH},
};

use framegate::{
    Authority, Digest, Entered, Error, Grant, JoinOptions, Kinds, Meeting, MeetingOptions, Method,
    Notice, OutletOptions, Participant, PastMeeting, Purposes, Reason, Scope, Tag, Tap, Time,
    Verdict, WallTime,
    archive::{Archived, Carried, Finding, Subject, Subjects, Verifier},
    export::{
        ErasureList, Receipt,
        vcon::{Consent, Dialog, Status},
    },
    ledger::{
        Device, Entry, FileStore, FileStoreError, Head, Ledger, LedgerWriter, Store, StoreError,
    },
};

use crate::common::{self, Memory, SCOPE, agree, microphone, millis, notice, own, program};

const SECRET: [u8; 32] = [7; 32];
const AUDIO: Scope = Scope::new(Kinds::AUDIO, Purposes::RECORD);
const BY: Authority = Authority::Participant;

/// A time of day.
fn wall(seconds: u64) -> WallTime {
    WallTime::from_micros((1_800_000_000 + seconds) * 1_000_000).unwrap()
}

/// A meeting whose ledger is in a file, in which ana and bo agreed at 1 s, and what was released of ana's microphone since.
struct Scene {
    meeting: Meeting,
    notice: Digest,
    ana: Participant,
    tap: Tap,
    tags: Vec<Tag>,
}

fn writer(path: &Path) -> LedgerWriter {
    LedgerWriter::new(Box::new(FileStore::create(path).unwrap()))
}

fn scene(writer: LedgerWriter) -> Scene {
    let mut meeting = Meeting::open(MeetingOptions::new("late", 4).ledger(writer)).unwrap();
    let notice = meeting.show(notice()).unwrap();
    let [ana, bo] =
        ["ana", "bo"].map(|id| meeting.join(JoinOptions::adult(id), Time::START).unwrap());
    for who in [ana, bo] {
        agree(&mut meeting, notice, who, SCOPE, millis(1000));
    }
    let tap = common::tap(&mut meeting, microphone(ana), Purposes::RECORD);
    let mut scene = Scene {
        meeting,
        notice,
        ana,
        tap,
        tags: Vec::new(),
    };
    scene.release(10);
    scene
}

impl Scene {
    /// Frames of 20 ms each, from 1.1 s on.
    fn release(&mut self, count: i64) {
        for frame in 0..count {
            let at = millis(1100 + 20 * frame);
            let admission = self.tap.admit(&own(at), (&[1; 80][..]).into(), at, |_| ());
            assert_eq!(admission.verdict(), Verdict::Whole);
            self.tags.push(admission.tag);
        }
    }

    fn verdict(&mut self, at: i64) -> Verdict {
        let at = millis(at);
        let admission = self.tap.admit(&own(at), (&[1; 80][..]).into(), at, |_| ());
        admission.verdict()
    }
}

/// How many of the frames are found how.
fn found(ledger: &Ledger, earlier: &Head, tags: &[Tag]) -> Vec<Finding> {
    let subject = [Subject {
        id: "ana",
        kinds: Kinds::empty(),
    }];
    let subjects = Subjects::new(&subject).unwrap();
    let frames = tags.iter().map(|tag| Archived {
        carried: Some(Carried {
            tag: *tag,
            seal: None,
        }),
        instance: ledger.head().instance,
        subjects,
        digest: None,
    });
    let frames: Vec<_> = frames.collect();
    let mut findings = vec![Finding::NoTag; frames.len()];
    let verifier = Verifier::new(&common::verified(ledger));
    let mut stays = vec![0; 1];
    verifier
        .recheck(earlier, &frames, &mut stays, &mut findings)
        .unwrap();
    findings
}

fn all(finding: Finding) -> Vec<Finding> {
    vec![finding; 10]
}

fn read(path: &Path) -> Ledger {
    let ledger = Ledger::read_file(path, None, None).unwrap();
    ledger.clone().verify().unwrap();
    ledger
}

fn withdrawals(ledger: &Ledger) -> usize {
    let lines = ledger.lines().iter();
    let is_withdrawal = |entry: &Entry| matches!(entry, Entry::Withdrew { .. });
    lines.filter(|line| is_withdrawal(&line.entry)).count()
}

struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn ledger(&self) -> PathBuf {
        self.0.path().join("ledger.jsonl")
    }

    fn beside(&self) -> PathBuf {
        self.0.path().join("ledger.jsonl.withdrawals")
    }
}

#[test]
fn r6_a_withdrawal_after_the_end_or_a_crash_recalls_all_that_was_released() {
    for (ends, leaves) in [(false, false), (false, true), (true, false), (true, true)] {
        let folder = Folder::new();
        let path = folder.ledger();
        let mut scene = scene(writer(&path));
        if leaves {
            let _ = scene.meeting.leave(scene.ana, millis(2000));
        }
        if ends {
            let _ = scene.meeting.end();
        }
        let Scene { meeting, tags, .. } = scene;
        let head = meeting.head();
        drop(meeting);
        let case = format!("ends: {ends}, leaves: {leaves}");
        assert_eq!(found(&read(&path), &head, &tags), all(Finding::Cleared));

        let mut past = PastMeeting::open(&path, None).unwrap();
        // The control: somebody else's.
        let entered = past.withdraw(BY, "bo", AUDIO, wall(0)).unwrap();
        assert_eq!(entered, Entered::InLedger);
        let others = found(past.ledger(), &head, &tags);
        assert_eq!(others, all(Finding::Cleared), "{case}");
        assert_eq!(
            ErasureList::of(&common::verified(&read(&path)), "ana")
                .unwrap()
                .outlets,
            []
        );
        past.withdraw(BY, "ana", AUDIO, wall(1)).unwrap();
        // A later one, too, whose line is no sign that ana's frames had all been released before.
        past.withdraw(BY, "ana", Scope::ALL, wall(2)).unwrap();
        assert_eq!(past.ledger(), &read(&path), "{case}");
        drop(past);

        let ledger = read(&path);
        let findings = found(&ledger, &head, &tags);
        assert_eq!(findings, all(Finding::Recalled), "{case}");
        let erasure = ErasureList::of(&common::verified(&ledger), "ana").unwrap();
        let ranges = &erasure.outlets[0].ranges;
        let covered = |at: u32| {
            ranges.iter().any(|recalled| {
                let range = &recalled.range;
                common::ms(range.since) <= at
                    && range.settled.is_none_or(|settled| at < common::ms(settled))
            })
        };
        assert!(tags.iter().all(|tag| {
            let at = tag.captured().as_micros() / 1000;
            covered(u32::try_from(at).unwrap())
        }));
        let receipt = Receipt::of(&common::verified(&ledger), "ana").unwrap();
        let told = receipt.withdrawn.iter();
        let walls = told.map(|withdrawal| (withdrawal.past, withdrawal.at.date));
        let expected = [1, 2].map(|second| (true, wall(second)));
        assert!(walls.eq(expected), "{case}");
        assert_eq!(receipt.unanchored, ledger.head().entries);
    }
}

#[test]
fn r6_who_left_before_a_crash_is_found_after_it_and_withdraws() {
    let folder = Folder::new();
    let path = folder.0.path().join("crashed.jsonl");
    let mut scene = scene(writer(&folder.ledger()));
    let (head, former) = (scene.meeting.head(), scene.ana);
    let _ = scene.meeting.leave(scene.ana, millis(2000));
    // As the file was when the process died.
    fs::copy(folder.ledger(), &path).unwrap();
    let ledger = read(&path);
    let store = FileStore::append_after(&path, &ledger).unwrap();
    let mut resumed = Meeting::resume(
        &common::verified(&ledger),
        LedgerWriter::new(Box::new(store)),
    )
    .unwrap();
    assert!(resumed.participants().all(|(id, _)| id != "ana"));
    let (_, ana) = resumed.stays().find(|(id, _)| id == "ana").unwrap();
    let mut withdraw = |who| resumed.withdraw(BY, who, SCOPE, millis(3000)).map(drop);
    // The handle from before is nobody's here.
    assert_eq!(withdraw(former), Err(Error::UnknownParticipant));
    // The control.
    assert_eq!(
        ErasureList::of(&common::verified(&read(&path)), "ana")
            .unwrap()
            .outlets,
        []
    );
    withdraw(ana).unwrap();
    let ledger = read(&path);
    let recalled = &ErasureList::of(&common::verified(&ledger), "ana")
        .unwrap()
        .outlets[0];
    assert_eq!(recalled.ranges[0].range.since.micros, millis(1000));
    assert_eq!(found(&ledger, &head, &scene.tags), all(Finding::Recalled));
}

#[test]
fn r6_what_was_withdrawn_after_a_crash_stays_closed_when_the_meeting_goes_on() {
    let folder = Folder::new();
    let path = folder.ledger();
    let before = scene(writer(&path));
    let notice = before.notice;
    drop(before);
    let mut past = PastMeeting::open(&path, None).unwrap();
    past.withdraw(BY, "ana", AUDIO, wall(0)).unwrap();
    past.restrict(Authority::Host, Some("bo"), AUDIO, wall(1))
        .unwrap();
    // Nobody goes on while it is open.
    let ledger = read(&path);
    let held = FileStore::append_after(&path, &ledger);
    assert!(matches!(held, Err(FileStoreError::Held)));
    drop(past);
    let store = FileStore::append_after(&path, &ledger).unwrap();
    let mut resumed = Meeting::resume(
        &common::verified(&ledger),
        LedgerWriter::new(Box::new(store)),
    )
    .unwrap();
    let people: Vec<_> = resumed.participants().map(|(_, who)| who).collect();
    let mut taps: Vec<_> = people
        .iter()
        .map(|who| common::tap(&mut resumed, microphone(*who), Purposes::RECORD))
        .collect();
    let mut verdicts = |at: i64| {
        let at = millis(at);
        let admit = |tap: &mut Tap| tap.admit(&own(at), (&[1; 80][..]).into(), at, |_| ());
        let verdicts = taps.iter_mut().map(|tap| admit(tap).verdict());
        verdicts.collect::<Vec<_>>()
    };
    let closed = [Reason::Withdrawn, Reason::Restricted].map(Verdict::Dropped);
    assert_eq!(verdicts(5000), closed);
    // Whoever withdrew may agree again.
    agree(&mut resumed, notice, people[0], SCOPE, millis(6000));
    assert_eq!(verdicts(6000), [Verdict::Whole, closed[1]]);
}

/// A line that was torn may have been a withdrawal, which withdrawing something else must not hide.
#[test]
fn r1_a_torn_line_is_still_told_after_a_withdrawal() {
    for ends in [false, true] {
        let folder = Folder::new();
        let path = folder.ledger();
        let mut scene = scene(writer(&path));
        if ends {
            let _ = scene.meeting.end();
        }
        let head = scene.meeting.head();
        drop(scene.meeting);
        let mut file = OpenOptions::new().append(true).open(&path).unwrap();
        file.write_all(br#"{"n":"#).unwrap();
        let mut past = PastMeeting::open(&path, None).unwrap();
        past.withdraw(BY, "bo", AUDIO, wall(0)).unwrap();
        drop(past);
        let ledger = read(&path);
        assert!(!ledger.torn());
        let findings = found(&ledger, &head, &scene.tags);
        assert_eq!(findings, all(Finding::Recalled), "ends: {ends}");
    }
}

/// A ledger has one place, by whatever name whoever withdraws, the meeting or a verifier came to it.
#[cfg(unix)]
#[test]
fn r6_a_withdrawal_beside_a_ledger_is_found_by_every_name_of_it() {
    use std::os::unix::fs::symlink;
    let (plain, link) = ("ledger.jsonl", "latest.jsonl");
    for (meetings, theirs) in [(plain, link), (link, plain), (link, link)] {
        let folder = Folder::new();
        let at = |name: &str| folder.0.path().join(name);
        let mut scene = scene(writer(&at(plain)));
        symlink(at(plain), at(link)).unwrap();
        drop(scene.meeting);
        let ledger = read(&at(meetings));
        let store = FileStore::append_after(&at(meetings), &ledger).unwrap();
        scene.meeting = Meeting::resume(
            &common::verified(&ledger),
            LedgerWriter::new(Box::new(store)),
        )
        .unwrap();
        let ana = scene.meeting.participants().next().unwrap().1;
        scene.tap = common::tap(&mut scene.meeting, microphone(ana), Purposes::RECORD);
        let head = scene.meeting.head();

        let mut past = PastMeeting::open(&at(theirs), None).unwrap();
        let entered = past.withdraw(BY, "ana", AUDIO, wall(0)).unwrap();
        assert_eq!(entered, Entered::Beside);
        for name in [plain, link] {
            let findings = found(&read(&at(name)), &head, &scene.tags);
            assert_eq!(findings, all(Finding::Recalled), "{name}");
        }
        assert_eq!(scene.verdict(2000), Verdict::Whole);
        scene.meeting.tick(millis(2000));
        assert_eq!(scene.verdict(2001), Verdict::Dropped(Reason::Withdrawn));
    }
}

/// What was restricted beside a ledger suspends what comes, not what taps had released by the time at which it is taken up.
#[test]
fn r6_what_lies_beside_is_taken_up_no_earlier_than_what_was_released() {
    let folder = Folder::new();
    let path = folder.ledger();
    let mut scene = scene(writer(&path));
    let late = scene.tap.admit(
        &own(millis(9000)),
        (&[1; 80][..]).into(),
        millis(9000),
        |_| (),
    );
    assert_eq!(late.verdict(), Verdict::Whole);
    let mut past = PastMeeting::open(&path, None).unwrap();
    let entered = past
        .restrict(Authority::Host, None, AUDIO, wall(0))
        .unwrap();
    assert_eq!(entered, Entered::Beside);
    scene.meeting.group(&[scene.ana]).unwrap();
    let ledger = read(&path);
    let head = ledger.head();
    let restricted = ledger
        .lines()
        .iter()
        .find(|line| matches!(line.entry, Entry::Restricted { .. }));
    assert_eq!(restricted.map(|line| line.at), Some(millis(9000)));
    assert_eq!(found(&ledger, &head, &[late.tag]), [Finding::Cleared]);
}

/// What was restricted while the meeting was gone did not stand for what was recorded once it went on.
#[test]
fn r2_what_was_restricted_after_a_crash_is_granted_for_nothing_that_comes() {
    for (restricts, status) in [(false, Status::Granted), (true, Status::Denied)] {
        let folder = Folder::new();
        let path = folder.ledger();
        let Scene { meeting, tap, .. } = scene(writer(&path));
        drop((meeting, tap));
        if restricts {
            let train = Scope::new(Kinds::AUDIO, Purposes::TRAIN);
            let mut past = PastMeeting::open(&path, None).unwrap();
            past.restrict(Authority::Host, None, train, wall(0))
                .unwrap();
        }
        let ledger = read(&path);
        let store = FileStore::append_after(&path, &ledger).unwrap();
        drop(
            Meeting::resume(
                &common::verified(&ledger),
                LedgerWriter::new(Box::new(store)),
            )
            .unwrap(),
        );
        let ledger = read(&path);
        let outlet = ledger.lines().iter().find_map(|line| match line.entry {
            Entry::OutletOpened { outlet, .. } => Some(outlet),
            _ => None,
        });
        let dialog = Dialog {
            party: 0,
            dialog: 0,
            outlet: outlet.unwrap(),
        };
        let consent = Consent::of(&common::verified(&ledger), "ana", &dialog).unwrap();
        let mut purposes = consent.consents.iter();
        let train = purposes.find(|purpose| purpose.purpose == "train");
        assert_eq!(train.unwrap().status, status);
    }
}

/// Where a meeting's ledger is no more what it was opened by, somebody may have withdrawn beside another name of it.
#[cfg(unix)]
#[test]
fn r1_a_ledger_that_is_renamed_replaced_or_has_several_names_opens_nothing() {
    type Act = fn(&Path, &Path);
    let acts: [(&str, Act); 3] = [
        ("renamed", |from, to| fs::rename(from, to).unwrap()),
        ("replaced", |from, to| {
            fs::rename(from, to).unwrap();
            fs::copy(to, from).map(drop).unwrap();
        }),
        ("deleted", |from, _| fs::remove_file(from).unwrap()),
    ];
    for (what, act) in acts {
        let folder = Folder::new();
        let (path, other) = (folder.ledger(), folder.0.path().join("other"));
        let mut scene = scene(writer(&path));
        let mut past = PastMeeting::open(&path, None).unwrap();
        act(&path, &other);
        // By its former name nothing can be left there, so that it is not said to be.
        assert_eq!(
            past.withdraw(BY, "ana", AUDIO, wall(0)),
            Err(Error::Ledger(StoreError::default()))
        );
        assert!(!folder.beside().exists(), "{what}");
        if what == "renamed" {
            let mut past = PastMeeting::open(&other, None).unwrap();
            let entered = past.withdraw(BY, "ana", AUDIO, wall(0)).unwrap();
            assert_eq!(entered, Entered::Beside);
        }
        // The meeting's next call finds that out.
        scene.meeting.tick(millis(2000));
        assert_eq!(scene.verdict(2001), Verdict::Dropped(Reason::Ended));
        let join = scene.meeting.join(JoinOptions::adult("eva"), millis(2002));
        assert_eq!(join, Err(Error::Ended), "{what}");
        // What is withdrawn of it now is in no ledger that anybody reads.
        let mut settling = scene
            .meeting
            .withdraw(BY, scene.ana, AUDIO, millis(2003))
            .unwrap();
        assert!(!settling.is_settled(), "{what}");
        settling = scene.meeting.end();
        assert!(!settling.is_settled(), "{what}");
    }

    let folder = Folder::new();
    let (path, other) = (folder.ledger(), folder.0.path().join("other"));
    let scene = scene(writer(&path));
    fs::hard_link(&path, &other).unwrap();
    for name in [&path, &other] {
        let opened = PastMeeting::open(name, None).map(drop);
        let is_refused = matches!(opened, Err(FileStoreError::SeveralNames));
        assert!(is_refused, "{opened:?}");
    }
    drop(scene.meeting);
    // Nobody else writes it: there is but one ledger.
    let mut past = PastMeeting::open(&other, None).unwrap();
    let entered = past.withdraw(BY, "ana", AUDIO, wall(0)).unwrap();
    assert_eq!(entered, Entered::InLedger);
    assert_eq!(withdrawals(&read(&path)), 1);
}

/// By every call that is neither a narrowing nor a look.
#[test]
fn r6_what_lies_beside_is_taken_up_by_every_call() {
    type Call = fn(&mut Scene) -> Result<(), Error>;
    let calls: [(&str, Call); 12] = [
        ("tick", |scene| {
            scene.meeting.tick(millis(2000));
            Ok(())
        }),
        ("advance", |scene| scene.meeting.advance(millis(2000))),
        ("join", |scene| {
            let eva = JoinOptions::adult("eva");
            scene.meeting.join(eva, millis(2000)).map(drop)
        }),
        ("show", |scene| {
            let another = Notice {
                digest: Digest::of("another"),
                ..notice()
            };
            scene.meeting.show(another).map(drop)
        }),
        ("grant", |scene| {
            let grant = Grant::new(scene.notice, SCOPE, Method::Clicked);
            let bo = scene.meeting.participants().last().unwrap().1;
            scene.meeting.grant(BY, bo, &grant, millis(2000))
        }),
        ("lift", |scene| {
            let by = Authority::Host;
            scene.meeting.lift(by, None, Scope::ALL, millis(2000))
        }),
        ("third_party", |scene| {
            let purpose = Purposes::RECORD;
            scene.meeting.third_party(purpose, "ACME").map(drop)
        }),
        ("group", |scene| scene.meeting.group(&[scene.ana]).map(drop)),
        ("open_stream", |scene| {
            let stream = microphone(scene.ana);
            scene.meeting.open_stream(stream).map(drop)
        }),
        ("open_outlet", |scene| {
            let outlet = OutletOptions::new("another", Purposes::RECORD);
            scene.meeting.open_outlet(outlet).map(drop)
        }),
        ("count", |scene| scene.meeting.count(millis(2000))),
        ("a settling that is asked", |scene| {
            let by = Authority::Host;
            let scope = Scope::new(Kinds::CHAT, Purposes::TRAIN);
            let settling = scene.meeting.restrict(by, None, scope, millis(2000))?;
            assert!(settling.is_settled());
            Ok(())
        }),
    ];
    for (what, call) in calls {
        let folder = Folder::new();
        let path = folder.ledger();
        let mut scene = scene(writer(&path));
        let mut past = PastMeeting::open(&path, None).unwrap();
        let entered = past.withdraw(BY, "ana", AUDIO, wall(0)).unwrap();
        assert_eq!(entered, Entered::Beside);
        assert_eq!(scene.verdict(1999), Verdict::Whole, "{what}");
        call(&mut scene).unwrap();
        let closed = Verdict::Dropped(Reason::Withdrawn);
        assert_eq!(scene.verdict(2001), closed, "{what}");
    }
}

#[test]
fn r6_past_a_meeting_that_has_the_ledger_a_withdrawal_lies_beside_and_is_taken_up() {
    let folder = Folder::new();
    let path = folder.ledger();
    let mut scene = scene(writer(&path));
    let head = scene.meeting.head();
    let lines = read(&path).lines().len();

    let mut past = PastMeeting::open(&path, None).unwrap();
    let entered = past.withdraw(BY, "ana", AUDIO, wall(0)).unwrap();
    assert_eq!(entered, Entered::Beside);
    let unknown = past.withdraw(BY, "nobody", AUDIO, wall(0));
    assert_eq!(unknown, Err(Error::UnknownParticipant));

    // Whoever reads both knows; the ledger alone does not say so yet.
    let ledger = read(&path);
    assert_eq!((ledger.lines().len(), ledger.beside().len()), (lines, 1));
    assert_eq!(past.ledger(), &ledger);
    let findings = found(&ledger, &head, &scene.tags);
    assert_eq!(findings, all(Finding::Recalled));
    let alone = Ledger::read(&fs::read(&path).unwrap(), None, None).unwrap();
    let findings = found(&alone, &head, &scene.tags);
    assert_eq!(findings, all(Finding::Cleared), "the control");
    let receipt = Receipt::of(&common::verified(&ledger), "ana").unwrap();
    assert_eq!(receipt.withdrawn.len(), 1);
    assert_eq!(receipt.withdrawn[0].entry, None);
    assert_eq!(
        ErasureList::of(&common::verified(&ledger), "ana")
            .unwrap()
            .outlets
            .len(),
        1
    );

    // The meeting's next call closes it, and enters it once.
    assert_eq!(scene.verdict(2000), Verdict::Whole);
    scene.meeting.tick(millis(2000));
    assert!(!scene.verdict(2001).is_released());
    scene.meeting.tick(millis(2002));
    let ledger = read(&path);
    assert_eq!(withdrawals(&ledger), 1);
    assert_eq!(ledger.beside(), []);
    let last = ledger.lines().last().unwrap();
    assert_eq!(last.wall, Some(wall(0)));
    assert_eq!(last.at, millis(2000));
    let findings = found(&ledger, &head, &scene.tags);
    assert_eq!(findings, all(Finding::Recalled));

    // What comes later is not passed over, and what is there already not entered again, after a crash either.
    past.withdraw(BY, "ana", Scope::ALL, wall(1)).unwrap();
    past.restrict(Authority::Vendor, None, AUDIO, wall(2))
        .unwrap();
    drop(scene.meeting);
    let ledger = read(&path);
    assert_eq!(ledger.beside().len(), 2);
    let store = FileStore::append_after(&path, &ledger).unwrap();
    let resumed = Meeting::resume(
        &common::verified(&ledger),
        LedgerWriter::new(Box::new(store)),
    )
    .unwrap();
    drop(resumed);
    let ledger = read(&path);
    assert_eq!((withdrawals(&ledger), ledger.beside().len()), (2, 0));
    // The one that reads the ledger alone finds what lies beside, too.
    let alone = Ledger::read(&fs::read(&path).unwrap(), None, None).unwrap();
    let meanwhile = PastMeeting::open(&path, None).unwrap();
    let mut second = PastMeeting::open(&path, None).unwrap();
    let entered = second.withdraw(BY, "bo", AUDIO, wall(3)).unwrap();
    assert_eq!(entered, Entered::Beside);
    drop(meanwhile);
    let store = FileStore::append_after(&path, &alone).unwrap();
    drop(
        Meeting::resume(
            &common::verified(&alone),
            LedgerWriter::new(Box::new(store)),
        )
        .unwrap(),
    );
    let ledger = read(&path);
    assert_eq!((withdrawals(&ledger), ledger.beside().len()), (3, 0));

    // So does a past meeting.
    let mut meanwhile = PastMeeting::open(&path, None).unwrap();
    second.withdraw(BY, "bo", Scope::ALL, wall(4)).unwrap();
    meanwhile.withdraw(BY, "bo", AUDIO, wall(5)).unwrap();
    let ledger = read(&path);
    assert_eq!((withdrawals(&ledger), ledger.beside().len()), (5, 0));
    assert_eq!(meanwhile.ledger(), &ledger);
}

#[test]
fn r1_what_lies_beside_and_cannot_be_read_closes_everything() {
    let folder = Folder::new();
    let path = folder.ledger();
    let mut scene = scene(writer(&path));
    let mut options = OpenOptions::new();
    let options = options.append(true).create(true);
    let mut beside = options.open(folder.beside()).unwrap();
    // Half a line is of somebody who has not done yet.
    beside.write_all(br#"{"wall":"#).unwrap();
    scene.meeting.tick(millis(2000));
    assert_eq!(scene.verdict(2000), Verdict::Whole);
    assert_eq!(read(&path).beside(), []);
    // Whoever comes next does not make it whole.
    let mut past = PastMeeting::open(&path, None).unwrap();
    past.withdraw(BY, "bo", AUDIO, wall(0)).unwrap();
    scene.meeting.tick(millis(2001));
    assert_eq!(scene.verdict(2001), Verdict::Whole);
    assert_eq!(withdrawals(&read(&path)), 1);

    beside.write_all(b"{\"wall\":0}\n").unwrap();
    scene.meeting.tick(millis(2002));
    assert!(!scene.verdict(2002).is_released());
    let unreadable = Err(FileStoreError::Beside { line: 2 });
    let error = |result: Result<_, FileStoreError>| format!("{result:?}");
    assert_eq!(
        error(Ledger::read_file(&path, None, None)),
        error(unreadable)
    );
    drop(scene.meeting);
    let ledger = Ledger::read(&fs::read(&path).unwrap(), None, None).unwrap();
    let store = FileStore::append_after(&path, &ledger);
    assert!(matches!(store, Err(FileStoreError::Beside { line: 2 })));
    let past = PastMeeting::open(&path, None);
    assert!(matches!(past, Err(FileStoreError::Beside { line: 2 })));

    // Nor does a new ledger begin with another's.
    fs::remove_file(&path).unwrap();
    let new = FileStore::create(&path);
    assert!(matches!(new, Err(FileStoreError::Leftover)));
}

/// A store that has room for so many lines more.
struct Full(Memory, usize);

impl Store for Full {
    fn append(&mut self, lines: &[u8], durable: bool) -> Result<(), StoreError> {
        self.1 = self.1.checked_sub(1).ok_or_else(StoreError::default)?;
        self.0.append(lines, durable)
    }
}

#[test]
fn r10_a_past_meeting_says_what_did_not_get_into_the_ledger() {
    let memory = Memory::default();
    let scene = scene(memory.writer());
    let head = scene.meeting.head();
    drop(scene.meeting);
    for room in 0..3 {
        let before = memory.bytes();
        let store = Box::new(Full(memory.clone(), room));
        let mut past = PastMeeting::of(common::verified(&memory.read()), store, None).unwrap();
        let entered = past.withdraw(BY, "ana", AUDIO, wall(0));
        let expected = if room < 2 {
            (Err(Error::Ledger(StoreError::default())), Finding::Cleared)
        } else {
            (Ok(Entered::InLedger), Finding::Recalled)
        };
        let findings = found(past.ledger(), &head, &scene.tags);
        assert_eq!((entered, findings), (expected.0, all(expected.1)), "{room}");
        assert_eq!(past.ledger(), &memory.read(), "{room}");
        assert!(memory.bytes().starts_with(&before));
    }
}

#[test]
fn r2_of_a_past_meeting_nothing_can_be_widened_and_nothing_empty_is_nothing() {
    for has_ended in [false, true] {
        nothing_is_widened(has_ended);
    }
}

fn nothing_is_widened(has_ended: bool) {
    let memory = Memory::default();
    let mut scene = scene(memory.writer());
    if has_ended {
        let _ = scene.meeting.end();
    }
    drop(scene.meeting);
    let mut past = PastMeeting::of(
        common::verified(&memory.read()),
        Box::new(memory.clone()),
        None,
    )
    .unwrap();
    for by in [Authority::Participant, Authority::Guardian] {
        let refused = past.restrict(by, None, AUDIO, wall(0));
        assert_eq!(refused, Err(Error::NotARestrainer(by)));
    }
    for empty in [
        Scope::new(Kinds::AUDIO, Purposes::empty()),
        Scope::new(Kinds::empty(), Purposes::TRAIN),
    ] {
        let refused = past.restrict(Authority::Host, None, empty, wall(0));
        assert!(matches!(refused, Err(Error::Empty(_))), "{refused:?}");
    }
    let nobody = past.restrict(Authority::Host, Some("nobody"), AUDIO, wall(0));
    assert_eq!(nobody, Err(Error::UnknownParticipant));
    assert_eq!(past.ledger(), &memory.read(), "nothing was entered");
    let none = (Kinds::empty(), Purposes::empty());
    for (scope, expected) in [
        (Scope::new(none.0, none.1), Scope::ALL),
        (
            Scope::new(Kinds::AUDIO, none.1),
            Scope::new(Kinds::AUDIO, Purposes::all()),
        ),
        (
            Scope::new(none.0, Purposes::TRAIN),
            Scope::new(Kinds::all(), Purposes::TRAIN),
        ),
    ] {
        // Before 1970 there is no time of day, and it is not refused for that.
        let now = UNIX_EPOCH - Duration::from_secs(1);
        past.withdraw(BY, "ana", scope, now.into()).unwrap();
        let line = past.ledger().lines().last().unwrap();
        let who = String::from("ana");
        let by = BY;
        let scope = expected;
        assert_eq!(line.entry, Entry::Withdrew { who, by, scope });
        assert_eq!(line.wall.map(WallTime::as_micros), Some(0));
    }
}

#[test]
fn the_device_signs_again_or_it_is_told_what_nothing_vouches_for() {
    let memory = Memory::default();
    let mut scene = scene(memory.writer().device(Device::new(&SECRET).unwrap()));
    let _ = scene.meeting.end();
    drop(scene.meeting);
    let device = memory
        .read()
        .lines()
        .iter()
        .find_map(|line| match line.entry {
            Entry::Signed { device, .. } => Some(device),
            _ => None,
        });
    let read = || Ledger::read(&memory.bytes(), None, device.as_ref()).unwrap();
    let store = || Box::new(memory.clone());
    // The signature itself.
    assert_eq!(
        Receipt::of(&common::verified(&read()), "ana")
            .unwrap()
            .unanchored,
        1
    );
    let mut past = PastMeeting::of(common::verified(&read()), store(), None).unwrap();
    past.withdraw(BY, "ana", AUDIO, wall(0)).unwrap();
    for ledger in [past.ledger(), &read()] {
        assert_eq!(
            Receipt::of(&common::verified(ledger), "ana")
                .unwrap()
                .unanchored,
            3
        );
        assert_eq!(Verifier::new(&common::verified(ledger)).unanchored(), 3);
    }
    let mut past = PastMeeting::of(
        common::verified(&read()),
        store(),
        Some(Box::new(Device::new(&SECRET).unwrap())),
    )
    .unwrap();
    past.withdraw(BY, "ana", Scope::ALL, wall(1)).unwrap();
    for ledger in [past.ledger(), &read()] {
        assert_eq!(Verifier::new(&common::verified(ledger)).unanchored(), 1);
        let last = ledger.lines().last().unwrap();
        assert!(matches!(last.entry, Entry::Signed { .. }));
    }
}

/// What has a time of day and cannot have one is no ledger's.
#[test]
fn nothing_that_widens_has_a_time_of_day() {
    let memory = Memory::default();
    let scene = scene(memory.writer());
    drop(scene.meeting);
    let text = String::from_utf8(memory.bytes()).unwrap();
    let last = text.lines().count() - 1;
    for (index, line) in text.lines().enumerate() {
        let with = line.replacen("\"entry\"", "\"wall\":5,\"entry\"", 1);
        let before: String = text.split_inclusive('\n').take(index).collect();
        let ledger = format!("{before}{with}\n");
        let error = Ledger::read(ledger.as_bytes(), None, None).unwrap_err();
        assert_eq!(error.line, index as u64 + 1, "of {last}");
    }
}

fn withdraw(path: &Path, rest: &[&str]) -> (bool, String, String) {
    let mut program = program::reader();
    let output = program
        .arg("withdraw")
        .arg(path)
        .args(rest)
        .output()
        .unwrap();
    let text = |bytes| String::from_utf8(bytes).unwrap();
    (
        output.status.success(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn the_example_withdraws_and_prints_the_receipt() {
    let folder = Folder::new();
    let path = folder.ledger();
    let mut scene = scene(writer(&path));
    let acme = scene.meeting.third_party(Purposes::RECORD, "ACME Ltd");
    let acme = acme.unwrap();
    let head = scene.meeting.head();
    let of_ana = ["--who", "ana", "--kinds", "audio,chat"];
    let purposes = ["--purposes", "TRAIN,RECORD@ACME Ltd"];

    // While the meeting goes on.
    let (done, receipt, said) = withdraw(&path, &[&of_ana[..], &purposes[..]].concat());
    assert!(done && said.contains("beside"), "{said}");
    let receipt: Receipt = serde_json::from_str(&receipt).unwrap();
    let scope = Scope::new(Kinds::AUDIO | Kinds::CHAT, Purposes::TRAIN | acme);
    assert_eq!(receipt.withdrawn[0].scope, scope);
    assert_eq!(receipt.withdrawn[0].entry, None);
    let told = program::reader().arg(&path).output().unwrap().stdout;
    let told = String::from_utf8(told).unwrap();
    assert!(told.contains("1 withdrawals") && told.contains("beside"));
    scene.meeting.tick(millis(3000));
    let findings = found(&read(&path), &head, &scene.tags);
    assert_eq!(findings, all(Finding::Cleared), "of another purpose");
    let _ = scene.meeting.end();
    drop(scene.meeting);

    // After it.
    for (wrong, why) in [
        (&["--who", "eva"][..], "unknown participant"),
        (&["--who", "ana", "--kinds", "voice"], "--kinds: \"voice\""),
        (
            &["--who", "ana", "--purposes", "ALL"],
            "--purposes: \"ALL\"",
        ),
    ] {
        let before = fs::read(&path).unwrap();
        let (done, _, said) = withdraw(&path, wrong);
        assert!(!done && said.contains(why), "{said}");
        assert_eq!(fs::read(&path).unwrap(), before);
    }
    let (done, receipt, said) = withdraw(&path, &["--who", "ana"]);
    assert!(done && said.is_empty(), "{said}");
    let receipt: Receipt = serde_json::from_str(&receipt).unwrap();
    let ledger = read(&path);
    assert_eq!(receipt.withdrawn[1].scope, Scope::ALL);
    let now = WallTime::now().as_micros();
    let date = receipt.withdrawn[1].at.date.as_micros();
    assert!(now.abs_diff(date) < 60_000_000);
    assert_eq!(
        Receipt::of(&common::verified(&ledger), "ana").unwrap(),
        receipt
    );
    let findings = found(&ledger, &head, &scene.tags);
    assert_eq!(findings, all(Finding::Recalled));
}
