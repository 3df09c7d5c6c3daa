//! Withdrawing waits for nobody: not for a store that never returns, whoever it is that it keeps; and a store may fail as it likes, at any entry.

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering::SeqCst},
        mpsc,
    },
    thread,
    time::Duration,
};

use framegate::{
    Argument, Authority, Digest, Error, Grant, JoinOptions, Kinds, Meeting, MeetingOptions, Method,
    OutletOptions, Participant, Payload, PublicKey, Purposes, Reason, Refusal, Scope, Settling,
    Signed, Tap, Time, Verdict,
    ledger::{Device, Durability, LedgerWriter, Store, StoreError},
};

use crate::common::{self, Memory, SCOPE, agree, microphone, millis, notice, own, tap};

const BY: Authority = Authority::Participant;

pub fn record(tap: &mut Tap, at: i64) -> Verdict {
    let (frame, payload) = (own(millis(at)), Payload::Bytes(&[1; 4]));
    tap.admit(&frame, payload, millis(at), |_| ()).verdict()
}

// ---------------------------------------------------------------------------------------------------------------------
// A store that does not return

/// A store in memory with a door: whoever writes while it is shut stands before it.
#[derive(Clone, Default)]
pub struct Slow {
    pub memory: Memory,
    door: Arc<(Mutex<bool>, Condvar)>,
    waiting: Arc<AtomicUsize>,
    pub refuses_next: Arc<AtomicBool>,
}

impl Slow {
    pub fn shut(&self, is_shut: bool) {
        *self.door.0.lock().unwrap() = is_shut;
        self.door.1.notify_all();
    }

    /// Waits until somebody stands before the door.
    pub fn until_somebody_waits(&self) {
        while self.waiting.load(SeqCst) == 0 {
            thread::yield_now();
        }
    }
}

impl Store for Slow {
    fn append(&mut self, lines: &[u8], durable: bool) -> Result<(), StoreError> {
        self.waiting.fetch_add(1, SeqCst);
        let shut = self
            .door
            .1
            .wait_while(self.door.0.lock().unwrap(), |shut| *shut);
        drop(shut);
        self.waiting.fetch_sub(1, SeqCst);
        if self.refuses_next.swap(false, SeqCst) {
            return Err(StoreError::default());
        }
        self.memory.append(lines, durable)
    }
}

/// Two people who agreed to everything, each with a tap of their own.
pub struct Scene {
    pub slow: Slow,
    pub meeting: Meeting,
    pub notice: Digest,
    pub people: [Participant; 2],
    pub taps: [Tap; 2],
}

pub fn scene() -> Scene {
    let slow = Slow::default();
    let writer = LedgerWriter::new(Box::new(slow.clone()));
    let mut meeting = Meeting::open(MeetingOptions::new("test", 4).ledger(writer)).unwrap();
    let notice = meeting.show(notice()).unwrap();
    let people = ["ana", "ben"].map(|id| {
        let who = meeting.join(JoinOptions::adult(id), Time::START).unwrap();
        agree(&mut meeting, notice, who, SCOPE, millis(1));
        who
    });
    let mut taps = people.map(|who| tap(&mut meeting, microphone(who), Purposes::RECORD));
    assert!(taps.iter_mut().all(|tap| record(tap, 2) == Verdict::Whole));
    Scene {
        slow,
        meeting,
        notice,
        people,
        taps,
    }
}

/// What somebody else's call does to the meeting while its store does not return.
type Widening = fn(&mut Meeting, Digest, [Participant; 2]) -> Result<(), Error>;

const WIDENINGS: [(&str, Widening); 8] = [
    ("join", |meeting, _, _| {
        meeting.join(JoinOptions::adult("eva"), millis(3)).map(drop)
    }),
    ("grant", |meeting, notice, [_, ben]| {
        meeting.grant(
            BY,
            ben,
            &Grant::new(notice, SCOPE, Method::Typed),
            millis(3),
        )
    }),
    ("lift", |meeting, _, _| {
        meeting.lift(Authority::Host, None, Scope::ALL, millis(3))
    }),
    ("show", |meeting, _, _| {
        let another = framegate::Notice {
            digest: Digest::of("another"),
            ..notice()
        };
        meeting.show(another).map(drop)
    }),
    ("third_party", |meeting, _, _| {
        meeting.third_party(Purposes::RECORD, "ACME").map(drop)
    }),
    ("open_stream", |meeting, _, [_, ben]| {
        meeting.open_stream(microphone(ben)).map(drop)
    }),
    ("open_outlet", |meeting, _, _| {
        let outlet = OutletOptions::new("another", Purposes::RECORD);
        meeting.open_outlet(outlet).map(drop)
    }),
    ("count", |meeting, _, _| meeting.count(millis(3))),
];

/// What is asked for meanwhile.
type Narrowing = fn(&framegate::Withdrawals, Participant) -> Result<Settling, Error>;

const NARROWINGS: [(&str, Narrowing, Reason); 3] = [
    (
        "withdraw",
        |handle, who| handle.withdraw(BY, who, Scope::ALL, millis(4)),
        Reason::Withdrawn,
    ),
    (
        "leave",
        |handle, who| handle.leave(who, millis(4)),
        Reason::Absent,
    ),
    (
        "restrict",
        |handle, who| handle.restrict(Authority::Host, Some(who), Scope::ALL, millis(4)),
        Reason::Restricted,
    ),
];

#[test]
fn r6_nobody_who_withdraws_waits_for_a_store_that_keeps_somebody_else() {
    for (other, widen) in WIDENINGS {
        for (what, narrow, reason) in NARROWINGS {
            let Scene {
                slow,
                mut meeting,
                notice,
                people,
                taps: [mut of_ana, mut of_ben],
            } = scene();
            let handle = meeting.withdrawals();
            slow.shut(true);
            let waiting = thread::spawn(move || {
                let result = widen(&mut meeting, notice, people);
                (meeting, result)
            });
            slow.until_somebody_waits();
            let settling = narrow(&handle, people[0]).unwrap();
            assert!(!waiting.is_finished(), "{what} during {other}");
            assert_eq!(
                record(&mut of_ana, 5),
                Verdict::Dropped(reason),
                "{what} during {other}"
            );
            assert_eq!(
                record(&mut of_ben, 5),
                Verdict::Whole,
                "{what} during {other}"
            );
            // It is not durable, so it has not settled; asking does not wait either.
            assert!(!settling.is_settled(), "{what} during {other}");
            assert!(
                !settling.wait(Duration::from_millis(1)),
                "{what} during {other}"
            );
            slow.shut(false);
            let (meeting, result) = waiting.join().unwrap();
            assert_eq!(result, Ok(()), "{what} during {other}");
            // Whoever waited above in vain may be giving the store the line just now.
            let minute = Duration::from_secs(60);
            assert!(settling.wait(minute), "{what} during {other}");
            assert_eq!(
                record(&mut of_ana, 6),
                Verdict::Dropped(reason),
                "{what} during {other}"
            );
            drop(meeting);
            let ledger = slow.memory.read();
            assert_eq!(
                ledger.clone().verify().map(drop),
                Ok(()),
                "{what} during {other}"
            );
        }
    }
}

#[test]
fn superseding_a_notice_and_ending_wait_for_nobody_either() {
    type Act = fn(&framegate::Withdrawals, Digest) -> Result<Settling, Error>;
    let acts: [(Act, Reason); 2] = [
        (
            |handle, notice| handle.supersede(notice, millis(4)),
            Reason::StaleNotice,
        ),
        (|handle, _| Ok(handle.end()), Reason::Ended),
    ];
    for (other, widen) in WIDENINGS {
        for (act, reason) in acts {
            let Scene {
                slow,
                mut meeting,
                notice,
                people,
                mut taps,
            } = scene();
            let handle = meeting.withdrawals();
            slow.shut(true);
            let waiting = thread::spawn(move || {
                let result = widen(&mut meeting, notice, people);
                (meeting, result)
            });
            slow.until_somebody_waits();
            let settling = act(&handle, notice).unwrap();
            assert!(!waiting.is_finished(), "{reason:?} during {other}");
            for tap in &mut taps {
                let verdict = record(tap, 5);
                assert_eq!(verdict, Verdict::Dropped(reason), "during {other}");
            }
            assert!(!settling.is_settled(), "{reason:?} during {other}");
            slow.shut(false);
            let (meeting, result) = waiting.join().unwrap();
            // Once it is over nothing is opened, though the store has the line.
            let expected = match (reason, other) {
                (Reason::Ended, _) => Err(Error::Ended),
                (_, "grant") => Err(Error::Overtaken),
                _ => Ok(()),
            };
            assert_eq!(result, expected, "{reason:?} during {other}");
            assert!(settling.is_settled(), "{reason:?} during {other}");
            for tap in &mut taps {
                assert_eq!(record(tap, 6), Verdict::Dropped(reason), "during {other}");
            }
            drop(meeting);
            let ledger = slow.memory.read();
            assert_eq!(
                ledger.clone().verify().map(drop),
                Ok(()),
                "{reason:?} during {other}"
            );
        }
    }
}

#[test]
fn r6_what_was_withdrawn_meanwhile_is_entered_by_the_call_that_kept_the_store_busy() {
    for accepts in [true, false] {
        let mut scene = scene();
        let (handle, ana) = (scene.meeting.withdrawals(), scene.people[0]);
        scene.slow.shut(true);
        let slow = scene.slow.clone();
        let waiting = thread::spawn(move || {
            let _ = scene.meeting.join(JoinOptions::adult("eva"), millis(3));
            scene.meeting
        });
        slow.until_somebody_waits();
        drop(handle.withdraw(BY, ana, Scope::ALL, millis(4)).unwrap());
        slow.refuses_next.store(!accepts, SeqCst);
        slow.shut(false);
        let meeting = waiting.join().unwrap();
        let text = String::from_utf8(slow.memory.bytes()).unwrap();
        assert!(text.contains(r#""withdrew""#), "{accepts}: {text}");
        assert_eq!(text.contains(r#""eva""#), accepts);
        drop(meeting);
    }
}

/// A store that drops the meeting whose ledger it keeps, when it is next called.
struct Drops {
    memory: Memory,
    meeting: Arc<Mutex<Option<Meeting>>>,
    dropped: Arc<AtomicBool>,
}

impl Store for Drops {
    fn append(&mut self, lines: &[u8], durable: bool) -> Result<(), StoreError> {
        let meeting = self.meeting.try_lock().ok().and_then(|mut of| of.take());
        self.dropped.fetch_or(meeting.is_some(), SeqCst);
        drop(meeting);
        self.memory.append(lines, durable)
    }
}

#[test]
fn r1_a_meeting_that_its_own_store_drops_is_closed_and_waits_for_nobody() {
    for by_waiting in [false, true] {
        let (memory, own) = (Memory::default(), Arc::default());
        let dropped = Arc::new(AtomicBool::new(false));
        let writer = LedgerWriter::new(Box::new(Drops {
            memory: memory.clone(),
            meeting: Arc::clone(&own),
            dropped: Arc::clone(&dropped),
        }));
        let mut meeting = Meeting::open(MeetingOptions::new("test", 4).ledger(writer)).unwrap();
        let notice = meeting.show(notice()).unwrap();
        let ana = meeting
            .join(JoinOptions::adult("ana"), Time::START)
            .unwrap();
        agree(&mut meeting, notice, ana, SCOPE, millis(1));
        let mut of_ana = tap(&mut meeting, microphone(ana), Purposes::RECORD);
        assert_eq!(record(&mut of_ana, 2), Verdict::Whole);
        let handle = meeting.withdrawals();
        *own.lock().unwrap() = Some(meeting);
        let everybody = handle.restrict(Authority::Host, None, Scope::ALL, millis(3));
        let settling = everybody.unwrap();
        if by_waiting {
            assert!(settling.wait(Duration::from_mins(1)));
        } else {
            assert!(settling.is_settled());
        }
        assert!(dropped.load(SeqCst));
        assert_eq!(record(&mut of_ana, 4), Verdict::Dropped(Reason::Ended));
        let late = handle.leave(ana, millis(5)).map(drop);
        assert_eq!(late, Err(Error::Ended));
        assert_eq!(memory.read().verify().map(drop), Ok(()));
    }
}

#[test]
fn r6_a_withdrawal_does_not_wait_for_its_own_line() {
    let Scene {
        slow,
        mut meeting,
        people: [ana, _],
        taps: [mut of_ana, _],
        ..
    } = scene();
    slow.shut(true);
    let settling = meeting.withdraw(BY, ana, Scope::ALL, millis(3)).unwrap();
    assert_eq!(record(&mut of_ana, 4), Verdict::Dropped(Reason::Withdrawn));
    // Whoever waits does so no longer than they said.
    assert!(!settling.wait(Duration::from_millis(5)));
    // Another thread is before the door by now, so asking does not wait.
    slow.until_somebody_waits();
    assert!(!settling.is_settled());
    slow.shut(false);
    assert!(settling.wait(Duration::from_mins(1)));
}

/// The consent of whoever withdraws while their grant is being written is as if they had agreed just before.
#[test]
fn r5_a_grant_is_published_beneath_what_narrowed_meanwhile() {
    let all = |who| Scope::new(Kinds::all(), who);
    // What is withdrawn meanwhile, what is left, and what the grant comes to.
    for (withdrawn, left, result) in [
        (Scope::ALL, Purposes::empty(), Err(Error::Overtaken)),
        (all(Purposes::RECORD), Purposes::TRAIN, Ok(())),
        (
            all(Purposes::REVIEW),
            Purposes::RECORD | Purposes::TRAIN,
            Ok(()),
        ),
    ] {
        let Scene {
            slow,
            mut meeting,
            notice,
            people: [ana, _],
            ..
        } = scene();
        drop(meeting.withdraw(BY, ana, Scope::ALL, millis(2)).unwrap());
        let mut taps = [Purposes::RECORD, Purposes::TRAIN]
            .map(|purpose| (purpose, tap(&mut meeting, microphone(ana), purpose)));
        let handle = meeting.withdrawals();
        slow.shut(true);
        let waiting = thread::spawn(move || {
            let grant = Grant::new(notice, SCOPE, Method::Typed);
            let result = meeting.grant(BY, ana, &grant, millis(3));
            (meeting, result)
        });
        slow.until_somebody_waits();
        let settling = handle.withdraw(BY, ana, withdrawn, millis(4)).unwrap();
        for (_, tap) in &mut taps {
            assert!(!record(tap, 5).is_released(), "before it is durable");
        }
        slow.shut(false);
        let (meeting, granted) = waiting.join().unwrap();
        assert_eq!(granted, result);
        assert!(settling.is_settled());
        for (purpose, tap) in &mut taps {
            assert_eq!(record(tap, 6).is_released(), left.contains(*purpose));
        }
        // And so it is after a crash.
        drop(meeting);
        let mut resumed = Meeting::resume(
            &common::verified(&slow.memory.read()),
            LedgerWriter::default(),
        )
        .unwrap();
        let (_, ana) = resumed.participants().next().unwrap();
        for purpose in [Purposes::RECORD, Purposes::TRAIN] {
            let mut tap = tap(&mut resumed, microphone(ana), purpose);
            assert_eq!(record(&mut tap, 7).is_released(), left.contains(purpose));
        }
    }
}

#[test]
fn a_handle_to_withdraw_with_outlives_the_meeting_and_says_so() {
    let Scene {
        meeting,
        people: [ana, _],
        taps: [mut of_ana, _],
        ..
    } = scene();
    let handle = meeting.withdrawals();
    drop(meeting);
    let refused = handle.withdraw(BY, ana, Scope::ALL, millis(3));
    assert_eq!(refused.err(), Some(Error::Ended));
    assert_eq!(record(&mut of_ana, 4), Verdict::Dropped(Reason::Ended));
}

// ---------------------------------------------------------------------------------------------------------------------
// A store that fails

/// A store that takes everything but the append of one number.
#[derive(Clone, Default)]
struct Moody {
    memory: Memory,
    appends: Arc<AtomicUsize>,
    fault: Option<(usize, bool)>,
    /// From that one on, until it is told otherwise.
    stays: Arc<AtomicBool>,
}

impl Store for Moody {
    fn append(&mut self, lines: &[u8], durable: bool) -> Result<(), StoreError> {
        let number = self.appends.fetch_add(1, SeqCst);
        let Some((at, panics)) = self.fault else {
            return self.memory.append(lines, durable);
        };
        if number == at || number > at && self.stays.load(SeqCst) {
            assert!(!panics, "{PLANTED}");
            return Err(StoreError::default());
        }
        self.memory.append(lines, durable)
    }
}

/// Acts of every kind, of which each may fail; what they come to does not matter here.
fn live(writer: LedgerWriter) -> Option<Meeting> {
    let mut meeting = Meeting::open(MeetingOptions::new("test", 4).ledger(writer)).ok()?;
    let _ = meeting.show(notice());
    for id in ["ana", "ben"] {
        let _ = meeting.join(JoinOptions::adult(id), millis(1));
    }
    let people: Vec<_> = meeting.participants().map(|(_, who)| who).collect();
    let grant = Grant::new(notice().digest, SCOPE, Method::Typed);
    for who in &people {
        let _ = meeting.grant(BY, *who, &grant, millis(2));
        let _ = meeting.open_stream(microphone(*who));
        let _ = meeting.open_outlet(OutletOptions::new("outlet", Purposes::RECORD));
    }
    let acts: [fn(&mut Meeting, Participant, &Grant); 8] = [
        |meeting, who, _| drop(meeting.withdraw(BY, who, Scope::ALL, millis(3))),
        |meeting, who, grant| {
            let brief = grant.clone().until(millis(4));
            let _ = meeting.grant(BY, who, &brief, millis(3));
        },
        |meeting, _, _| meeting.tick(millis(5)),
        |meeting, who, grant| {
            let _ = meeting.grant(Authority::Host, who, grant, millis(5));
        },
        |meeting, _, _| drop(meeting.restrict(Authority::Host, None, Scope::ALL, millis(6))),
        |meeting, _, _| {
            let _ = meeting.lift(Authority::Host, None, Scope::ALL, millis(7));
        },
        |meeting, _, grant| drop(meeting.supersede(grant.notice, millis(8))),
        |meeting, who, _| drop(meeting.leave(who, millis(9))),
    ];
    if let Some(ana) = people.first() {
        for act in acts {
            act(&mut meeting, *ana, &grant);
        }
    }
    let _ = meeting.count(millis(10));
    Some(meeting)
}

/// Whose frames go.
fn free(meeting: &mut Meeting, at: i64) -> Vec<String> {
    let people: Vec<_> = meeting.participants().collect();
    let of = people.into_iter().filter(|(_, who)| {
        let mut tap = tap(meeting, microphone(*who), Purposes::RECORD);
        record(&mut tap, at).is_released()
    });
    of.map(|(id, _)| id).collect()
}

/// The panics that are planted go without their message.
fn silence() {
    let usual = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if panic.payload_as_str() != Some(PLANTED) {
            usual(panic);
        }
    }));
}

const PLANTED: &str = "a planted panic";

/// However one append, or all from one on, comes out, at whichever entry: what is in the store verifies, nobody is freer after a crash than they were,
/// and once the store takes what it is given again, all that narrowed is in it.
#[test]
fn r10_a_store_fails_in_every_manner_at_every_entry() {
    silence();
    let all = Moody::default();
    drop(live(LedgerWriter::new(Box::new(all.clone()))).expect("a meeting"));
    let appends = all.appends.load(SeqCst);
    assert!(appends > 15, "{appends}");
    let mut narrowed_late = 0;
    for at in 0..appends {
        for panics in [false, true] {
            for stays in [false, true] {
                let store = Moody {
                    fault: Some((at, panics)),
                    ..Moody::default()
                };
                store.stays.store(stays, SeqCst);
                let context = format!("append {at}, panics {panics}, stays {stays}");
                let Some(mut meeting) = live(LedgerWriter::new(Box::new(store.clone()))) else {
                    assert_eq!(at, 0, "{context}");
                    continue;
                };
                let ledger = store.memory.read();
                assert_eq!(ledger.clone().verify().map(drop), Ok(()), "{context}");
                // The store comes back.
                store.stays.store(false, SeqCst);
                meeting.tick(millis(11));
                let late = store.memory.read();
                narrowed_late += late.lines().len() - ledger.lines().len();
                assert_eq!(late.clone().verify().map(drop), Ok(()), "{context}");
                assert_eq!(late.head(), meeting.head(), "{context}");
                let before = free(&mut meeting, 12);
                drop(meeting);
                let resumed = Meeting::resume(
                    &common::verified(&store.memory.read()),
                    LedgerWriter::default(),
                );
                let after = free(&mut resumed.expect(&context), 13);
                assert_eq!(after, before, "{context}");
            }
        }
    }
    assert!(
        narrowed_late > 0,
        "what narrowed while the store failed came later"
    );
}

#[test]
fn r2_a_signature_from_before_a_withdrawal_opens_nothing_though_the_store_panicked() {
    use ed25519_dalek::{Signer, SigningKey};
    silence();
    let key = SigningKey::from_bytes(&[9; 32]);
    for panics in [false, true] {
        let store = Moody {
            // From the withdrawal's line on.
            fault: Some((4, panics)),
            ..Moody::default()
        };
        let writer = LedgerWriter::new(Box::new(store.clone()));
        let mut meeting = Meeting::open(MeetingOptions::new("test", 2).ledger(writer)).unwrap();
        let notice = meeting.show(notice()).unwrap();
        let join = JoinOptions::adult("ana").key(PublicKey(key.verifying_key().to_bytes()));
        let ana = meeting.join(join, Time::START).unwrap();
        let grant = Grant::new(notice, SCOPE, Method::Signed);
        let challenge = meeting.challenge(ana).unwrap();
        let message = grant.message(meeting.instance(), "test", "ana", &[], challenge);
        let grant = grant.signed(Signed {
            instance: meeting.instance(),
            meeting: "test".into(),
            challenge,
            signature: key.sign(&message).to_bytes(),
        });
        meeting.grant(BY, ana, &grant, millis(1)).unwrap();
        let settling = meeting.withdraw(BY, ana, Scope::ALL, millis(2)).unwrap();
        assert!(!settling.is_settled());
        let mut tap = tap(&mut meeting, microphone(ana), Purposes::RECORD);
        assert_eq!(record(&mut tap, 3), Verdict::Dropped(Reason::Withdrawn));
        let replayed = meeting.grant(BY, ana, &grant, millis(4));
        assert_eq!(replayed, Err(Error::Refused(Refusal::Replayed, BY)));
        assert_eq!(record(&mut tap, 5), Verdict::Dropped(Reason::Withdrawn));
        assert!(settling.is_settled(), "the store has come back");
        assert_eq!(store.memory.read().verify().map(drop), Ok(()));
    }
}

#[test]
fn r6_a_withdrawal_that_the_store_refused_once_is_in_it_after_dropping() {
    let memory = Memory::default();
    let mut meeting =
        Meeting::open(MeetingOptions::new("test", 4).ledger(memory.writer())).unwrap();
    let notice = meeting.show(notice()).unwrap();
    let ana = meeting
        .join(JoinOptions::adult("ana"), Time::START)
        .unwrap();
    agree(&mut meeting, notice, ana, SCOPE, millis(1));
    memory.fail(true);
    let settling = meeting.withdraw(BY, ana, SCOPE, millis(2)).unwrap();
    assert!(!settling.is_settled());
    memory.fail(false);
    drop(meeting);
    let mut resumed =
        Meeting::resume(&common::verified(&memory.read()), LedgerWriter::default()).unwrap();
    let (_, ana) = resumed.participants().next().unwrap();
    let mut tap = tap(&mut resumed, microphone(ana), Purposes::RECORD);
    assert_eq!(record(&mut tap, 3), Verdict::Dropped(Reason::Withdrawn));
}

#[test]
fn r6_what_enters_nothing_settles_though_lines_are_batched() {
    let memory = Memory::default();
    let writer = memory.writer().durability(Durability::Batched);
    let mut meeting = Meeting::open(MeetingOptions::new("test", 4).ledger(writer)).unwrap();
    let ana = meeting.join(JoinOptions::adult("ana"), millis(1)).unwrap();
    let first = meeting.leave(ana, millis(2)).unwrap();
    // Not durable by itself.
    meeting.join(JoinOptions::adult("eva"), millis(3)).unwrap();
    let second = meeting.leave(ana, millis(4)).unwrap();
    let unknown = meeting
        .withdraw(BY, Participant::UNKNOWN, Scope::ALL, millis(5))
        .unwrap();
    for settling in [first, second, unknown] {
        assert!(settling.is_settled());
        assert!(settling.wait(Duration::ZERO));
    }
}

#[test]
fn r6_withdrawing_nothing_withdraws_everything_and_restricting_nothing_is_an_error() {
    let nothing = [
        Scope::new(Kinds::empty(), Purposes::empty()),
        Scope::new(Kinds::AUDIO, Purposes::empty()),
        Scope::new(Kinds::empty(), Purposes::RECORD),
    ];
    for scope in nothing {
        let Scene {
            mut meeting,
            people: [ana, _],
            taps: [mut of_ana, mut of_ben],
            ..
        } = scene();
        let refused = meeting.restrict(Authority::Host, None, scope, millis(3));
        assert_eq!(
            refused.err(),
            Some(Error::Empty(Argument::RestrictionScope))
        );
        let refused = meeting.lift(Authority::Host, None, scope, millis(3));
        assert_eq!(refused, Err(Error::Empty(Argument::RestrictionScope)));
        let settling = meeting.withdraw(BY, ana, scope, millis(3)).unwrap();
        assert!(settling.is_settled());
        assert_eq!(record(&mut of_ana, 4), Verdict::Dropped(Reason::Withdrawn));
        assert_eq!(record(&mut of_ben, 4), Verdict::Whole);
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// The clock

const DAY: i64 = 24 * 60 * 60 * 1000;

#[test]
fn one_wrong_clock_moves_nobody_elses() {
    let Scene {
        mut meeting,
        notice,
        people: [ana, ben],
        taps: [mut of_ana, mut of_ben],
        ..
    } = scene();
    // In seconds where milliseconds are asked for, say.
    let wrong = 40 * DAY;
    let _ = record(&mut of_ana, wrong);
    meeting.tick(millis(10));
    assert_eq!(record(&mut of_ana, 11), Verdict::Dropped(Reason::Clock));
    assert_eq!(record(&mut of_ben, 11), Verdict::Whole);
    // A call of the meeting's does not move it either: a withdrawal counts at the meeting's time, a grant is refused.
    drop(
        meeting
            .withdraw(BY, ben, Scope::ALL, millis(wrong))
            .unwrap(),
    );
    assert_eq!(record(&mut of_ben, 12), Verdict::Dropped(Reason::Withdrawn));
    let grant = Grant::new(notice, SCOPE, Method::Typed);
    assert_eq!(
        meeting.grant(BY, ben, &grant, millis(wrong)),
        Err(Error::Time)
    );
    assert_eq!(
        meeting.join(JoinOptions::adult("eva"), millis(wrong)),
        Err(Error::Time)
    );
    meeting.grant(BY, ben, &grant, millis(13)).unwrap();
    assert_eq!(record(&mut of_ben, 14), Verdict::Whole);
    let mut again = tap(&mut meeting, microphone(ana), Purposes::RECORD);
    assert_eq!(record(&mut again, 14), Verdict::Whole);

    // What has truly passed is announced, and then a tap may be there, too.
    assert_eq!(meeting.advance(millis(-1)), Err(Error::Time));
    meeting.advance(millis(wrong)).unwrap();
    assert_eq!(record(&mut again, wrong + 1), Verdict::Whole);
    meeting.tick(millis(wrong + 2));
    assert_eq!(record(&mut again, wrong + 3), Verdict::Whole);
    assert_eq!(
        record(&mut of_ana, wrong + 3),
        Verdict::Dropped(Reason::Clock)
    );
    // A day less a little is no leap.
    let _ = record(&mut again, wrong + DAY);
    meeting.tick(millis(wrong + 4));
    assert_eq!(record(&mut again, wrong + DAY), Verdict::Whole);
}

#[test]
fn a_handle_is_of_its_threads_and_clones() {
    fn anywhere<T: Send + Sync + Clone + 'static>(handle: T) -> T {
        handle
    }
    let Scene {
        meeting,
        people: [ana, ben],
        taps: [mut of_ana, mut of_ben],
        ..
    } = scene();
    let handle = anywhere(meeting.withdrawals());
    let (send, receive) = mpsc::channel();
    for who in [ana, ben] {
        let (handle, send) = (handle.clone(), send.clone());
        thread::spawn(move || send.send(handle.withdraw(BY, who, Scope::ALL, millis(3))));
    }
    for _ in 0..2 {
        assert!(
            receive
                .recv()
                .unwrap()
                .unwrap()
                .wait(Duration::from_mins(1))
        );
    }
    for tap in [&mut of_ana, &mut of_ben] {
        assert_eq!(record(tap, 4), Verdict::Dropped(Reason::Withdrawn));
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// What many threads wrote could have happened

/// A store that takes its time, and refuses now and then.
#[derive(Clone, Default)]
struct Fickle {
    memory: Memory,
    asked: Arc<AtomicUsize>,
}

impl Store for Fickle {
    fn append(&mut self, lines: &[u8], durable: bool) -> Result<(), StoreError> {
        let asked = self.asked.fetch_add(1, SeqCst);
        if asked.is_multiple_of(3) {
            thread::sleep(Duration::from_micros(100));
        }
        if asked % 11 == 10 {
            return Err(StoreError::default());
        }
        self.memory.append(lines, durable)
    }
}

/// Numbers that look random (Knuth's multiplier for 64 bits).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % limit
    }
}

/// What the threads have together.
#[derive(Default)]
struct Shared {
    micros: AtomicU64,
    people: Mutex<Vec<Participant>>,
    taps: Mutex<Vec<Tap>>,
    is_over: AtomicBool,
}

impl Shared {
    fn now(&self) -> Time {
        let micros = self.micros.fetch_add(150, SeqCst);
        Time::from_micros(i64::try_from(micros).unwrap())
    }

    fn somebody(&self, dice: &mut Dice) -> Option<Participant> {
        let people = self.people.lock().unwrap();
        let index = dice.below(people.len().max(1) as u64);
        people.get(usize::try_from(index).unwrap()).copied()
    }
}

const NOTICES: u64 = 8;

fn numbered(number: u64) -> framegate::Notice {
    framegate::Notice {
        digest: Digest::of(&number.to_string()),
        ..notice()
    }
}

/// What only the meeting does.
fn widen_at_random(
    meeting: &mut Meeting,
    shared: &Shared,
    dice: &mut Dice,
    settlings: &mut Vec<Settling>,
) -> Result<(), Error> {
    let now = shared.now();
    let Some(who) = shared.somebody(dice).filter(|_| dice.below(9) > 0) else {
        let id = format!("p{}", dice.below(6));
        let who = meeting.join(JoinOptions::adult(&id), now)?;
        shared.people.lock().unwrap().push(who);
        return Ok(());
    };
    let notice = Digest::of(&dice.below(NOTICES).to_string());
    match dice.below(10) {
        0 => meeting.count(now),
        1 => {
            meeting.tick(now);
            Ok(())
        }
        2 => {
            let stream = meeting.open_stream(microphone(who))?;
            let outlet = OutletOptions::new("outlet", Purposes::RECORD);
            let outlet = meeting.open_outlet(outlet.blank(Kinds::all()))?;
            let tap = meeting.tap(stream, outlet)?;
            shared.taps.lock().unwrap().push(tap);
            Ok(())
        }
        3 => match settlings.pop() {
            Some(settling) => meeting.settled(&settling, now).map(drop),
            None => Ok(()),
        },
        4 => meeting.lift(Authority::Host, None, Scope::ALL, now),
        5 => {
            settlings.push(meeting.leave(who, now)?);
            Ok(())
        }
        6 => meeting.show(numbered(dice.below(NOTICES))).map(drop),
        7 => {
            let grant = Grant::new(notice, SCOPE, Method::Clicked);
            meeting.grant(Authority::Host, who, &grant, now)
        }
        _ => {
            let later = |by: u64| Time::from_micros(now.as_micros() + i64::try_from(by).unwrap());
            let earlier = i64::try_from(dice.below(4000)).unwrap();
            let mut grant = Grant::new(notice, SCOPE, Method::Clicked);
            if dice.below(2) == 0 {
                grant = grant.until(later(500 + dice.below(20_000)));
            }
            if dice.below(2) == 0 {
                grant = grant.at(Time::from_micros((now.as_micros() - earlier).max(0)));
            }
            meeting.grant(BY, who, &grant, now)
        }
    }
}

fn narrow_at_random(
    handle: &framegate::Withdrawals,
    shared: &Shared,
    dice: &mut Dice,
) -> Result<Settling, Error> {
    let now = shared.now();
    let who = shared.somebody(dice).unwrap_or(Participant::UNKNOWN);
    match dice.below(8) {
        0 => handle.leave(who, now),
        1 => handle.restrict(Authority::Host, None, SCOPE, now),
        2 => handle.restrict(Authority::Vendor, Some(who), SCOPE, now),
        3 => handle.supersede(Digest::of(&dice.below(NOTICES).to_string()), now),
        _ => handle.withdraw(BY, who, Scope::ALL, now),
    }
}

fn written_by_many(seed: u64) -> Memory {
    let fickle = Fickle::default();
    let writer = LedgerWriter::new(Box::new(fickle.clone())).device(Device::new(&[7; 32]).unwrap());
    // What it refuses first is opening it.
    let mut meeting = Meeting::open(MeetingOptions::new("many", 4).ledger(writer)).unwrap();
    let handle = meeting.withdrawals();
    let shared = &Shared::default();
    thread::scope(|threads| {
        for number in 1..3 {
            let (handle, mut dice) = (handle.clone(), Dice(seed << 8 | number));
            threads.spawn(move || {
                while !shared.is_over.load(SeqCst) {
                    let settling = narrow_at_random(&handle, shared, &mut dice);
                    if dice.below(4) == 0 {
                        let _ = settling.map(|settling| settling.is_settled());
                    }
                    thread::sleep(Duration::from_micros(dice.below(400)));
                }
                drop(handle.end());
            });
            threads.spawn(move || {
                let mut taps = Vec::new();
                while !shared.is_over.load(SeqCst) {
                    taps.extend(shared.taps.lock().unwrap().pop());
                    for tap in &mut taps {
                        let now = shared.now();
                        let _ = tap.admit(&own(now), Payload::Bytes(&[1; 4]), now, |_| ());
                    }
                    thread::yield_now();
                }
            });
        }
        let (mut dice, mut settlings) = (Dice(seed), Vec::new());
        for number in 0..NOTICES {
            let _ = meeting.show(numbered(number));
        }
        for _ in 0..300 {
            let _ = widen_at_random(&mut meeting, shared, &mut dice, &mut settlings);
        }
        shared.is_over.store(true, SeqCst);
        for _ in 0..20 {
            let _ = widen_at_random(&mut meeting, shared, &mut dice, &mut settlings);
        }
    });
    drop(meeting);
    fickle.memory
}

/// What many threads do at once to a meeting whose store takes its time, and refuses some of it, is in its ledger as it can have happened.
#[test]
fn r10_a_ledger_that_many_threads_wrote_verifies() {
    let mut refused = 0;
    for seed in 0..40 {
        let ledger = written_by_many(seed).read();
        ledger.clone().verify().unwrap_or_else(|error| {
            let line = usize::try_from(error.line).unwrap();
            panic!("{seed}: {error}: {:#?}", &ledger.lines()[..line]);
        });
        let entries = || ledger.lines().iter().map(|line| &line.entry);
        assert!(entries().any(|entry| matches!(entry, framegate::ledger::Entry::Ended {})));
        refused += entries()
            .filter(|entry| matches!(entry, framegate::ledger::Entry::Refused { .. }))
            .count();
    }
    assert!(refused > 0);
}

/// Calls something of a meeting whose store does not return, does something else meanwhile, and lets the store go on.
fn meanwhile<R: Send + 'static>(
    slow: &Slow,
    mut meeting: Meeting,
    call: impl FnOnce(&mut Meeting) -> R + Send + 'static,
    act: impl FnOnce(),
) -> (Meeting, R) {
    slow.shut(true);
    let waiting = thread::spawn(move || {
        let result = call(&mut meeting);
        (meeting, result)
    });
    slow.until_somebody_waits();
    act();
    slow.shut(false);
    waiting.join().unwrap()
}

#[test]
fn r5_who_withdraws_of_an_earlier_stay_while_they_come_back_has_withdrawn() {
    let Scene {
        slow,
        mut meeting,
        notice,
        people: [ana, _],
        ..
    } = scene();
    let _ = meeting.leave(ana, millis(5)).unwrap();
    let handle = meeting.withdrawals();
    let (mut meeting, back) = meanwhile(
        &slow,
        meeting,
        |meeting| meeting.join(JoinOptions::adult("ana"), millis(10)).unwrap(),
        || drop(handle.withdraw(BY, ana, Scope::ALL, millis(20)).unwrap()),
    );
    let grant = Grant::new(notice, SCOPE, Method::Clicked);
    let early = meeting.grant(BY, back, &grant.clone().at(millis(15)), millis(30));
    assert_eq!(early, Err(Error::Refused(Refusal::AgreedEarlier, BY)));
    meeting
        .grant(BY, back, &grant.at(millis(25)), millis(30))
        .unwrap();
    drop(meeting);
    assert_eq!(slow.memory.read().verify().map(drop), Ok(()));
}

/// What ended before the store had it was never in force, and is noted as ended all the same, so that the ledger says the same to whoever reads it later.
#[test]
fn r5_what_ends_before_the_store_has_it_is_noted_as_ended() {
    let Scene {
        slow,
        mut meeting,
        notice,
        people: [_, ben],
        taps: [_, mut of_ben],
    } = scene();
    let until = |purpose, end| {
        let scope = Scope::new(Kinds::CHAT, purpose);
        Grant::new(notice, scope, Method::Clicked).until(millis(end))
    };
    let later = until(Purposes::ASSIST, 65);
    meeting.grant(BY, ben, &later, millis(3)).unwrap();
    let early = until(Purposes::REVIEW, 50);
    let (mut meeting, granted) = meanwhile(
        &slow,
        meeting,
        move |meeting| meeting.grant(BY, ben, &early, millis(4)),
        || assert_eq!(record(&mut of_ben, 60), Verdict::Whole),
    );
    assert_eq!(granted, Ok(()));
    meeting.tick(millis(70));
    drop(meeting);
    let ledger = slow.memory.read();
    assert_eq!(ledger.clone().verify().map(drop), Ok(()));
    let both = Scope::new(Kinds::CHAT, Purposes::ASSIST | Purposes::REVIEW);
    let expired = ledger.lines().iter().find_map(|line| match &line.entry {
        framegate::ledger::Entry::Expired { scopes, .. } => Some(scopes.clone()),
        _ => None,
    });
    assert_eq!(expired, Some(vec![both]));
}

/// A crash may hide a withdrawal of up to the next line's time; when that line was published tells nothing.
#[test]
fn r5_a_click_after_the_first_line_of_a_new_life_counts() {
    let Scene {
        slow,
        mut meeting,
        notice,
        people: [ana, _],
        ..
    } = scene();
    drop(meeting.withdraw(BY, ana, Scope::ALL, millis(5)).unwrap());
    drop(meeting);
    let ledger = slow.memory.read();
    let writer = LedgerWriter::new(Box::new(slow.clone()));
    let mut meeting = Meeting::resume(&common::verified(&ledger), writer).unwrap();
    let [ana, ben] = ["ana", "ben"].map(|id| {
        let mut there = meeting.participants();
        there.find(|(other, _)| other == id).unwrap().1
    });
    let mut of_ben = tap(&mut meeting, microphone(ben), Purposes::RECORD);
    let grant = Grant::new(notice, SCOPE, Method::Clicked);
    let again = grant.clone();
    let (mut meeting, granted) = meanwhile(
        &slow,
        meeting,
        move |meeting| meeting.grant(BY, ben, &again, millis(10)),
        || assert_eq!(record(&mut of_ben, 60), Verdict::Whole),
    );
    assert_eq!(granted, Ok(()));
    let click = grant.at(millis(30));
    assert_eq!(meeting.grant(BY, ana, &click, millis(61)), Ok(()));
    drop(meeting);
    assert_eq!(slow.memory.read().verify().map(drop), Ok(()));
}
