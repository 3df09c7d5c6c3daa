//! A withdrawal beside a grant that waits for its store (R5, R6): state, queue and scribe themselves, with the store at each moment anywhere.

use alloc::string::String;
use std::sync::{Mutex, PoisonError};

use super::*;
use crate::{
    control::{
        consent::{Grant, Method, Notice, Scope},
        core::Core,
        ledger::{Entry, Head, Ledger, LedgerWriter, Store},
        register::Register,
        serial::Stays,
    },
    types::{
        authority::Authority, digest::Digest, instance::Instance, store_error::StoreError,
        wall_time::WallTime,
    },
};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    /// The withdrawal closes the words, and leaves the register as it was.
    WordsOnly,
    /// The grant publishes what was to hold when its line was reserved, whatever was withdrawn since.
    NotAgain,
}

/// What the store has, and whether it was given the grant, whose line is then reserved.
#[derive(Clone)]
struct Kept {
    lines: Arc<Mutex<Vec<u8>>>,
    has_grant: Arc<AtomicBool>,
}

impl Kept {
    fn text(&self) -> String {
        let lines = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        String::from_utf8_lossy(&lines).into_owned()
    }
}

impl Store for Kept {
    fn append(&mut self, lines: &[u8], _: bool) -> Result<(), StoreError> {
        let is_grant = String::from_utf8_lossy(lines).contains(GRANTED);
        self.has_grant.fetch_or(is_grant, Relaxed);
        let mut kept = self.lines.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(lines);
        Ok(())
    }
}

const GRANTED: &str = "\"granted\"";
const WITHDREW: &str = "\"withdrew\"";
const ID: &str = "ana";
const AT: Time = Time::from_millis(1);

/// A meeting of one person, who has agreed to nothing yet, and what they are to agree to.
fn opened(kept: &Kept) -> (Core, Participant, Entry) {
    let instance = Instance::from_bytes([1; 16]).unwrap();
    let table = Arc::new(Table::new(1, Life(1)));
    let register = Register::new(instance, "m", &table, Stays::OfReplay(0));
    let writer = LedgerWriter::new(Box::new(kept.clone()));
    let begin = (Head::before(instance), Time::START);
    let mut core = Core::new(table, register, writer, begin);
    let notice = Notice {
        digest: Digest([1; 32]),
        version: "1".into(),
        language: "en".into(),
        controller: "x".into(),
        scope: Scope::new(KIND.into(), Purposes::RECORD),
    };
    let granted = Entry::Granted {
        who: ID.into(),
        by: Authority::Participant,
        grant: Grant::new(notice.digest, notice.scope, Method::Typed),
    };
    let before = [
        Entry::Opened {
            format: Ledger::FORMAT,
            instance,
            meeting: "m".into(),
            started: WallTime::from_micros(1).unwrap(),
            participants: 1,
        },
        Entry::Joined {
            who: ID.into(),
            guardian: None,
            key: None,
        },
        Entry::Shown { notice },
    ];
    for entry in before {
        core.enter_first(Time::START, entry).unwrap();
    }
    let who = core
        .state
        .lock()
        .register
        .people()
        .next()
        .unwrap()
        .1
        .participant;
    (core, who, granted)
}

fn is_open(core: &Core, who: Participant) -> bool {
    let word = core.state.lock().table.word(who, KIND);
    !word.held(BY_WORD, BY_WORD).is_empty()
}

/// The withdrawal's thread. Whether it came when the grant was with the store already, so that it is the later one.
fn withdraw(
    core: &Core,
    who: Participant,
    kept: &Kept,
    fault: Option<Fault>,
    notes: &Notes,
) -> bool {
    let is_later = kept.has_grant.load(Relaxed);
    if fault == Some(Fault::WordsOnly) {
        let state = core.state.lock();
        let mut publisher = Publisher::new(Arc::clone(&state.table));
        let closed = [(Cells::ALL, WITHDRAWN)].into_iter();
        publisher.publish(who.slot, &mut Uses::default(), closed, KIND.into());
        return is_later;
    }
    let withdrawn =
        core.narrow(|state| state.withdraw(Authority::Participant, who, Scope::ALL, AT));
    let settling = withdrawn.unwrap();
    notes.found(is_later && is_open(core, who));
    if settling.is_settled() {
        notes.found(!kept.text().contains(WITHDREW));
    }
    is_later
}

fn race(notes: &Arc<Notes>, fault: Option<Fault>) {
    let kept = Kept {
        lines: Arc::default(),
        has_grant: Arc::new(AtomicBool::new(false)),
    };
    let (core, who, granted) = opened(&kept);
    let thread = {
        let (core, kept, notes) = (core.clone(), kept.clone(), Arc::clone(notes));
        thread::spawn(move || withdraw(&core, who, &kept, fault, &notes))
    };
    let mut own = core.clone();
    let entered = own.enter_first(AT, granted.clone());
    if fault == Some(Fault::NotAgain) {
        own.state.lock().register.apply(AT, &granted);
    } else if entered.is_ok() {
        notes.released();
    }
    let is_later = thread.join().unwrap();
    let is_open = is_open(&core, who);
    notes.found(is_later && is_open);
    if fault.is_none() {
        // What is live is what the ledger says.
        own.flush();
        let text = kept.text();
        notes.found(is_open != (text.rfind(GRANTED) > text.rfind(WITHDREW)));
    }
}

#[test]
fn e_a_withdrawal_beside_a_grant() {
    prove(
        "locks",
        Search::Some(20_000),
        &[Fault::WordsOnly, Fault::NotAgain],
        race,
    );
}
