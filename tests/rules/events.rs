//! Each line of the ledger is told once the store has it: all of them, in their order, whatever the listener or the store does meanwhile.

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicUsize, Ordering::SeqCst},
    },
    thread,
    time::Duration,
};

use framegate::{
    Authority, JoinOptions, Meeting, MeetingOptions, Purposes, Reason, Scope, Time, Verdict,
    Withdrawals,
    ledger::{Device, LedgerWriter, Line},
};

use crate::{
    common::{Memory, SCOPE, agree, microphone, millis, notice, tap},
    waits::{Slow, record},
};

const BY: Authority = Authority::Participant;

#[derive(Clone, Default)]
struct Told(Arc<Mutex<Vec<Line>>>);

impl Told {
    fn listener(&self) -> impl FnMut(&Line) + Send + 'static {
        let told = Arc::clone(&self.0);
        move |line| told.lock().unwrap().push(line.clone())
    }

    fn lines(&self) -> Vec<Line> {
        self.0.lock().unwrap().clone()
    }
}

fn open(writer: LedgerWriter) -> Meeting {
    Meeting::open(MeetingOptions::new("test", 9).ledger(writer)).unwrap()
}

#[test]
fn r10_each_line_is_told_once_the_store_has_it() {
    let (memory, told) = (Memory::default(), Told::default());
    let device = Device::new(&[7; 32]).unwrap();
    let mut meeting = open(memory.writer().device(device).event(told.listener()));
    let is_told = |what: &str| {
        assert_eq!(told.lines(), memory.read().lines(), "{what}");
    };
    is_told("opened");
    let notice = meeting.show(notice()).unwrap();
    let ana = meeting
        .join(JoinOptions::adult("ana"), Time::START)
        .unwrap();
    agree(&mut meeting, notice, ana, SCOPE, millis(1));
    is_told("agreed");
    // What the store does not take is not told, until it does.
    memory.fail(true);
    let settling = meeting.withdraw(BY, ana, Scope::ALL, millis(2)).unwrap();
    assert!(!settling.is_settled());
    assert!(meeting.join(JoinOptions::adult("ben"), millis(3)).is_err());
    is_told("refused");
    memory.fail(false);
    assert!(settling.is_settled());
    assert_eq!(told.lines().last().unwrap().entry.name(), "withdrew");
    is_told("settled");
    meeting.count(millis(4)).unwrap();
    is_told("counted");
    drop(meeting.end());
    is_told("ended");
    drop(meeting);
    let lines = told.lines();
    assert_eq!(lines.last().unwrap().entry.name(), "signed");
    // As the ledger has them in `event`.
    for line in lines {
        let entry = serde_json::to_value(&line.entry).unwrap();
        assert_eq!(entry["event"], line.entry.name());
    }
    // Without a store, too.
    let told = Told::default();
    drop(open(LedgerWriter::default().event(told.listener())).end());
    let names: Vec<_> = told.lines().iter().map(|line| line.entry.name()).collect();
    assert_eq!(names, ["opened", "counted", "ended"]);
}

#[test]
fn r6_a_listener_that_does_not_return_keeps_nobody_waiting() {
    let (memory, told) = (Memory::default(), Told::default());
    let door = Arc::new((Mutex::new(false), Condvar::new()));
    let inside = Arc::new(AtomicUsize::new(0));
    let mut keep = told.listener();
    let (at, here) = (Arc::clone(&door), Arc::clone(&inside));
    let mut meeting = open(memory.writer().event(move |line| {
        here.fetch_add(1, SeqCst);
        drop(at.1.wait_while(at.0.lock().unwrap(), |shut| *shut).unwrap());
        keep(line);
    }));
    let notice = meeting.show(notice()).unwrap();
    let [ana, ben] = ["ana", "ben"].map(|id| {
        let who = meeting.join(JoinOptions::adult(id), Time::START).unwrap();
        agree(&mut meeting, notice, who, SCOPE, millis(1));
        who
    });
    let mut of_ana = tap(&mut meeting, microphone(ana), Purposes::RECORD);
    let handle = meeting.withdrawals();
    *door.0.lock().unwrap() = true;
    let before = inside.load(SeqCst);
    let waiting = thread::spawn(move || {
        let joined = meeting.join(JoinOptions::adult("eva"), millis(3));
        (meeting, joined.is_ok())
    });
    while inside.load(SeqCst) == before {
        thread::yield_now();
    }
    let settling = handle.withdraw(BY, ana, Scope::ALL, millis(4)).unwrap();
    assert_eq!(record(&mut of_ana, 5), Verdict::Dropped(Reason::Withdrawn));
    assert!(settling.is_settled());
    let settling = handle.leave(ben, millis(5)).unwrap();
    assert!(settling.wait(Duration::from_mins(1)));
    assert!(!waiting.is_finished());
    assert_eq!(told.lines().len() + 3, memory.read().lines().len());
    *door.0.lock().unwrap() = false;
    door.1.notify_all();
    let (meeting, is_joined) = waiting.join().unwrap();
    assert!(is_joined);
    // By whoever was telling already.
    assert_eq!(told.lines(), memory.read().lines());
    drop(meeting);
}

#[test]
fn a_listener_may_narrow_panic_and_drop_the_meeting() {
    let (memory, told) = (Memory::default(), Told::default());
    let own: Arc<Mutex<Option<(Meeting, Withdrawals)>>> = Arc::default();
    let (mut keep, inner) = (told.listener(), Arc::clone(&own));
    let mut meeting = open(memory.writer().event(move |line| {
        keep(line);
        if line.entry.name() == "restricted"
            && let Some((meeting, handle)) = inner.lock().unwrap().take()
        {
            let settling = handle.supersede(notice().digest, millis(5)).unwrap();
            assert!(settling.is_settled());
            drop(meeting);
            std::panic::resume_unwind(Box::new(()));
        }
    }));
    meeting.show(notice()).unwrap();
    let handle = meeting.withdrawals();
    *own.lock().unwrap() = Some((meeting, handle.clone()));
    let settling = handle.restrict(Authority::Host, None, Scope::ALL, millis(3));
    // On a thread that is made for it.
    assert!(settling.unwrap().wait(Duration::from_mins(1)));
    while Arc::strong_count(&told.0) > 1 && told.lines().len() < 4 {
        thread::yield_now();
    }
    let names: Vec<_> = told.lines().iter().map(|line| line.entry.name()).collect();
    assert_eq!(names, ["opened", "shown", "restricted", "superseded"]);
    assert_eq!(told.lines(), memory.read().lines());
}

#[test]
fn r10_what_many_threads_enter_is_told_in_its_order() {
    for _ in 0..20 {
        let (slow, told) = (Slow::default(), Told::default());
        let writer = LedgerWriter::new(Box::new(slow.clone())).event(told.listener());
        let mut meeting = open(writer);
        let people: Vec<_> = (0..4)
            .map(|id| {
                let id = id.to_string();
                meeting.join(JoinOptions::adult(&id), Time::START).unwrap()
            })
            .collect();
        let handle = meeting.withdrawals();
        thread::scope(|scope| {
            for who in people {
                let handle = handle.clone();
                scope.spawn(move || {
                    for at in 0..20 {
                        let settling = handle.withdraw(BY, who, Scope::ALL, millis(at));
                        assert!(settling.unwrap().wait(Duration::from_mins(1)));
                    }
                });
            }
            for at in 0..20 {
                meeting.tick(millis(at));
                let _ = meeting.show(framegate::Notice {
                    version: at.to_string(),
                    digest: framegate::Digest::of(&at.to_string()),
                    ..notice()
                });
            }
        });
        drop(meeting);
        let lines = slow.memory.read().lines().to_vec();
        assert!(lines.len() > 100);
        assert_eq!(told.lines(), lines);
    }
}
