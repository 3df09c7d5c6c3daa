//! The device that vouches for a ledger may hang, refuse, panic or sign something else: nobody who withdraws waits for it, no line does,
//! and the ledger verifies afterwards.

use std::{
    panic,
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use framegate::{
    Authority, Error, JoinOptions, Meeting, MeetingOptions, Participant, PastMeeting, PublicKey,
    Purposes, Reason, Scope, Tap, Time, Verdict, WallTime, Withdrawals,
    ledger::{
        Device, Entry, Ledger, LedgerFault, LedgerWriter, Signer, SignerError, Store, StoreError,
    },
};

use crate::{
    common::{self, Memory, SCOPE, agree, microphone, millis, notice, tap},
    waits::record,
};

const BY: Authority = Authority::Participant;
const SECRET: [u8; 32] = [7; 32];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Mood {
    Signs,
    Refuses,
    Panics,
    /// Something else than what it was asked to.
    SignsElse,
    /// With another key than it said.
    SignsByAnother,
    Hangs,
}

/// A device with a door, at which it stands while it hangs.
#[derive(Clone)]
struct Moody {
    mood: Arc<(Mutex<Mood>, Condvar)>,
    asked: Arc<AtomicUsize>,
}

impl Moody {
    fn new(mood: Mood) -> Self {
        Self {
            mood: Arc::new((Mutex::new(mood), Condvar::new())),
            asked: Arc::default(),
        }
    }

    fn turn(&self, mood: Mood) {
        *self.mood.0.lock().unwrap() = mood;
        self.mood.1.notify_all();
    }

    fn until_asked(&self, times: usize) {
        while self.asked.load(SeqCst) < times {
            thread::yield_now();
        }
    }
}

impl Signer for Moody {
    fn public_key(&self) -> PublicKey {
        Device::new(&SECRET).unwrap().public_key()
    }

    fn sign(&mut self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        self.asked.fetch_add(1, SeqCst);
        let hangs = |mood: &mut Mood| *mood == Mood::Hangs;
        let mood = self.mood.1.wait_while(self.mood.0.lock().unwrap(), hangs);
        let mood = *mood.unwrap();
        match mood {
            Mood::Signs | Mood::Hangs => Device::new(&SECRET).unwrap().sign(message),
            Mood::Refuses => Err(SignerError::new(std::io::Error::other("no card"))),
            Mood::Panics => panic::resume_unwind(Box::new(())),
            Mood::SignsElse => Device::new(&SECRET).unwrap().sign(&message[1..]),
            Mood::SignsByAnother => Device::new(&[8; 32]).unwrap().sign(message),
        }
    }
}

struct Scene {
    memory: Memory,
    device: Moody,
    meeting: Meeting,
    ana: Participant,
    tap: Tap,
}

fn scene(mood: Mood) -> Scene {
    let (memory, device) = (Memory::default(), Moody::new(mood));
    let writer = memory.writer().device(device.clone());
    let mut meeting = Meeting::open(MeetingOptions::new("test", 4).ledger(writer)).unwrap();
    let notice = meeting.show(notice()).unwrap();
    let ana = meeting
        .join(JoinOptions::adult("ana"), Time::START)
        .unwrap();
    agree(&mut meeting, notice, ana, SCOPE, millis(1));
    let mut tap = tap(&mut meeting, microphone(ana), Purposes::RECORD);
    assert_eq!(record(&mut tap, 2), Verdict::Whole);
    Scene {
        memory,
        device,
        meeting,
        ana,
        tap,
    }
}

/// How many entries there are, how many the device vouches for, and how often it signed.
fn vouched(memory: &Memory) -> (u64, u64, usize) {
    let key = Device::new(&SECRET).unwrap().public_key();
    let ledger = Ledger::read(&memory.bytes(), None, Some(&key)).unwrap();
    assert_eq!(ledger.clone().verify().map(drop), Ok(()));
    let signed = ledger.lines().iter();
    let signed = signed.filter(|line| matches!(line.entry, Entry::Signed { .. }));
    (ledger.head().entries, ledger.anchored(), signed.count())
}

fn withdraw(handle: &Withdrawals, who: Participant) -> framegate::Settling {
    handle.withdraw(BY, who, Scope::ALL, millis(4)).unwrap()
}

#[test]
fn r6_a_device_that_does_not_return_keeps_nobody_from_withdrawing() {
    let mut scene = scene(Mood::Hangs);
    let handle = scene.meeting.withdrawals();
    let counting = thread::spawn(move || {
        let counted = scene.meeting.count(millis(3));
        (scene.meeting, counted)
    });
    scene.device.until_asked(1);
    let settling = withdraw(&handle, scene.ana);
    assert_eq!(
        record(&mut scene.tap, 5),
        Verdict::Dropped(Reason::Withdrawn)
    );
    // Its line goes past the device, whoever asks.
    assert!(settling.is_settled());
    let everybody = handle.restrict(Authority::Host, None, Scope::ALL, millis(5));
    assert!(everybody.unwrap().wait(Duration::from_mins(1)));
    assert!(!counting.is_finished());
    let before = vouched(&scene.memory);
    assert_eq!((before.1, before.2), (0, 0));

    scene.device.turn(Mood::Signs);
    let (meeting, counted) = counting.join().unwrap();
    assert_eq!(counted, Ok(()));
    // What it had been asked for is not all any more, so it was asked again.
    assert_eq!(scene.device.asked.load(SeqCst), 2);
    let (entries, anchored, signed) = vouched(&scene.memory);
    assert_eq!((anchored, signed), (entries - 1, 1));
    assert_eq!(entries, before.0 + 1);
    drop(meeting);
}

#[test]
fn r6_an_end_is_in_force_and_settles_whatever_the_device_does() {
    for mood in [Mood::Hangs, Mood::Refuses, Mood::Panics] {
        let mut scene = scene(mood);
        let settling = scene.meeting.end();
        assert_eq!(record(&mut scene.tap, 5), Verdict::Dropped(Reason::Ended));
        assert_eq!(scene.device.asked.load(SeqCst), 0, "{mood:?}");
        assert!(settling.wait(Duration::from_mins(1)), "{mood:?}");
        scene.device.until_asked(1);
        assert_eq!(vouched(&scene.memory).2, 0, "{mood:?}");
        scene.device.turn(Mood::Signs);
        drop(settling);
        // At the latest then.
        drop(scene.meeting);
        let (entries, anchored, signed) = vouched(&scene.memory);
        assert_eq!((anchored, signed), (entries - 1, 1), "{mood:?}");
    }
}

#[test]
fn r10_a_signature_that_was_not_to_be_had_stays_due() {
    let moods = [
        Mood::Refuses,
        Mood::Panics,
        Mood::SignsElse,
        Mood::SignsByAnother,
    ];
    for mood in moods {
        let mut scene = scene(mood);
        let before = vouched(&scene.memory).0;
        let counted = scene.meeting.count(millis(3));
        assert_eq!(counted, Err(Error::Signer(SignerError::default())));
        let why = counted.unwrap_err().to_string();
        assert_eq!(why.contains("no card"), mood == Mood::Refuses, "{why}");
        // Lines go on without it, and it is asked again each time.
        scene.meeting.tick(millis(4));
        let more = scene.meeting.join(JoinOptions::adult("ben"), millis(5));
        assert!(more.is_ok());
        assert_eq!(vouched(&scene.memory), (before + 2, 0, 0), "{mood:?}");
        let asked = scene.device.asked.load(SeqCst);
        assert!(asked > 1);

        scene.device.turn(Mood::Signs);
        scene.meeting.tick(millis(6));
        assert_eq!(vouched(&scene.memory), (before + 3, before + 2, 1));
        // What is not due is not asked for.
        scene.meeting.tick(millis(7));
        assert_eq!(scene.device.asked.load(SeqCst), asked + 1);
    }

    // The control: a ledger with such a signature could not be read.
    let mut scene = scene(Mood::Signs);
    scene.meeting.count(millis(3)).unwrap();
    let text = String::from_utf8(scene.memory.bytes()).unwrap();
    let at = text.rfind("\"signature\":\"").unwrap() + 13;
    let digit = if &text[at..=at] == "0" { "1" } else { "0" };
    let wrong = [&text[..at], digit, &text[at + 1..]].concat();
    let refused = Ledger::read(wrong.as_bytes(), None, None).unwrap_err();
    assert_eq!(refused.what, LedgerFault::Signature);
}

#[test]
fn a_meeting_that_is_dropped_is_signed_then_if_it_can_be() {
    for mood in [Mood::Signs, Mood::Refuses] {
        let mut scene = scene(Mood::Refuses);
        assert!(scene.meeting.count(millis(3)).is_err());
        scene.device.turn(mood);
        drop(scene.meeting);
        let signed = usize::from(mood == Mood::Signs);
        assert_eq!(vouched(&scene.memory).2, signed);
        // It is let go of with the store.
        assert_eq!(Arc::strong_count(&scene.device.asked), 1);
    }
}

/// A store that ends the meeting as it is given somebody who joins.
struct Ends(Memory, Arc<Mutex<Option<Withdrawals>>>);

impl Store for Ends {
    fn append(&mut self, lines: &[u8], durable: bool) -> Result<(), StoreError> {
        let is_ben = String::from_utf8_lossy(lines).contains("\"ben\"");
        if let Some(handle) = self.1.lock().unwrap().take_if(|_| is_ben) {
            drop(handle.end());
        }
        self.0.append(lines, durable)
    }
}

#[test]
fn an_end_while_a_line_is_reserved_is_signed_behind_that() {
    let (memory, handle) = (Memory::default(), Arc::default());
    let store = Ends(memory.clone(), Arc::clone(&handle));
    let writer = LedgerWriter::new(Box::new(store)).device(Device::new(&SECRET).unwrap());
    let mut meeting = Meeting::open(MeetingOptions::new("test", 4).ledger(writer)).unwrap();
    *handle.lock().unwrap() = Some(meeting.withdrawals());
    let joined = meeting.join(JoinOptions::adult("ben"), millis(1));
    assert_eq!(joined, Err(Error::Ended));
    let (entries, anchored, signed) = vouched(&memory);
    assert_eq!((anchored, signed), (entries - 1, 1));
    drop(meeting);
}

/// A device that calls the meeting whose ledger it signs, and then drops it.
struct Calls(Arc<Mutex<Option<(Meeting, Participant)>>>);

impl Signer for Calls {
    fn public_key(&self) -> PublicKey {
        Device::new(&SECRET).unwrap().public_key()
    }

    fn sign(&mut self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        if let Some((meeting, who)) = self.0.lock().unwrap().take() {
            let settling = withdraw(&meeting.withdrawals(), who);
            assert!(settling.is_settled());
            drop(meeting);
        }
        Device::new(&SECRET).unwrap().sign(message)
    }
}

#[test]
fn r1_a_device_that_calls_and_drops_its_meeting_waits_for_nobody() {
    let (memory, own) = (Memory::default(), Arc::default());
    let writer = memory.writer().device(Calls(Arc::clone(&own)));
    let mut meeting = Meeting::open(MeetingOptions::new("test", 4).ledger(writer)).unwrap();
    let notice = meeting.show(notice()).unwrap();
    let ana = meeting
        .join(JoinOptions::adult("ana"), Time::START)
        .unwrap();
    agree(&mut meeting, notice, ana, SCOPE, millis(1));
    let mut tap = tap(&mut meeting, microphone(ana), Purposes::RECORD);
    let settling = meeting.end();
    *own.lock().unwrap() = Some((meeting, ana));
    assert!(settling.is_settled());
    assert!(own.lock().unwrap().is_none());
    assert_eq!(record(&mut tap, 4), Verdict::Dropped(Reason::Ended));
    assert_eq!(memory.read().verify().map(drop), Ok(()));
}

#[test]
fn r6_who_withdraws_after_the_meeting_needs_no_signature() {
    for mood in [Mood::Refuses, Mood::Panics, Mood::SignsElse] {
        let scene = scene(Mood::Signs);
        drop(scene.meeting);
        let (memory, device) = (scene.memory, Moody::new(mood));
        let ledger = common::verified(&memory.read());
        let store = Box::new(memory.clone());
        let signer = Box::new(device.clone());
        let mut past = PastMeeting::of(ledger, store, Some(signer)).unwrap();
        past.withdraw(BY, "ana", Scope::ALL, WallTime::now())
            .unwrap();
        let refused = past.sign(WallTime::now());
        assert_eq!(refused, Err(Error::Signer(SignerError::default())));
        assert_eq!(vouched(&memory).2, 0, "{mood:?}");
        device.turn(Mood::Signs);
        past.sign(WallTime::now()).unwrap();
        let (entries, anchored, signatures) = vouched(&memory);
        assert_eq!((anchored, signatures), (entries - 1, 1), "{mood:?}");
        // Once is enough.
        past.sign(WallTime::now()).unwrap();
        assert_eq!(vouched(&memory).2, 1);
    }
}

/// Refuses twice, and then signs.
struct Late(u32);

impl Signer for Late {
    fn public_key(&self) -> PublicKey {
        Device::new(&SECRET).unwrap().public_key()
    }

    fn sign(&mut self, message: &[u8]) -> Result<[u8; 64], SignerError> {
        self.0 += 1;
        if self.0 < 3 {
            return Err(SignerError::default());
        }
        Device::new(&SECRET).unwrap().sign(message)
    }
}

/// A signature of before that comes just when there are new counters is over them, too; one more would be of no count.
#[test]
fn r10_there_is_one_signature_for_each_count() {
    let memory = common::Memory::default();
    let writer = LedgerWriter::new(Box::new(memory.clone())).device(Late(0));
    let mut meeting = Meeting::open(MeetingOptions::new("late", 1).ledger(writer)).unwrap();
    let refused = meeting.count(Time::START);
    assert_eq!(refused, Err(Error::Signer(SignerError::default())));
    meeting.count(Time::START).unwrap();
    assert_eq!(vouched(&memory).2, 1);
    drop(meeting);
    assert_eq!(memory.read().verify().map(drop), Ok(()));
}
