//! Somebody withdraws when the meeting is over, or its process has gone: what must go then is what a plain replay says,
//! and a meeting that goes on has the same left as if they had withdrawn in it.

use std::time::{Duration, UNIX_EPOCH};

use framegate::{
    Authority, Entered, PastMeeting, Scope,
    ledger::{Device, Ledger, Store},
};

use crate::{
    common::Memory,
    keys::DEVICE,
    recall,
    resume::TORN,
    rules::Event,
    run::{Disagreement, ROOM, Run, agree},
    scripts::{Script, Step, When},
};

/// What a faulty oracle believes of what comes late; each must be found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// It recalls nothing.
    NothingIsRecalled,
    /// Whoever is still there when the process goes keeps what they agreed to.
    NothingIsClosed,
    /// A torn line is hidden by what comes after it.
    TheTornLineIsHidden,
}

impl Fault {
    pub const ALL: [Self; 3] = [
        Self::NothingIsRecalled,
        Self::NothingIsClosed,
        Self::TheTornLineIsHidden,
    ];
}

/// What comes late.
#[derive(Clone, Debug)]
pub struct Late {
    /// Whether the meeting ends first; otherwise its process goes.
    pub ends: bool,
    /// Whether its last line is torn.
    pub torn: bool,
    pub by: Authority,
    /// Whose stay it is of, modulo how many there were.
    pub who: usize,
    pub scope: Scope,
    /// A restriction over everybody, too.
    pub restricts: Option<Scope>,
}

pub fn check(script: &Script, late: &Late, fault: Option<Fault>) -> Result<(), Disagreement> {
    let has = |of| fault == Some(of);
    let mut run = Run::open(ROOM, None);
    run.prepare(script)?;
    for step in &script.steps {
        run.step(step)?;
    }
    if late.ends {
        run.step(&Step::End)?;
    }
    let who = late.who % run.stays();
    let earlier = run.meeting.head();
    let before = run.ledger.bytes();

    // The process goes, and somebody withdraws from what it left.
    let mut left = Memory::default();
    left.append(&before, true).expect("room");
    let half = if late.torn { TORN } else { &[] };
    let read = Ledger::read(&[&before[..], half].concat(), None, None).expect("a ledger");
    let store = Box::new(left.clone());
    let mut past = PastMeeting::of(
        crate::common::verified(&read),
        store,
        Some(Box::new(Device::new(&DEVICE).unwrap())),
    )
    .expect("what a meeting wrote");
    let now = (UNIX_EPOCH + Duration::from_hours(500_000)).into();
    let id = run.oracle.id(who).to_owned();
    if let Some(scope) = late.restricts {
        let restricted = past.restrict(Authority::Host, None, scope, now);
        agree("a restriction", &restricted, &Ok(Entered::InLedger))?;
    }
    let withdrawn = past.withdraw(late.by, &id, late.scope, now);
    agree("a late withdrawal", &withdrawn, &Ok(Entered::InLedger))?;
    let after = left.read();
    agree(
        "the ledger that it has",
        &past.ledger().lines(),
        &after.lines(),
    )?;

    // As if it had been done in the meeting.
    let goes_on = !run.oracle.is_over();
    if late.torn && !has(Fault::TheTornLineIsHidden) {
        if goes_on {
            run.step(&Step::Resume { torn: true })?;
        } else {
            run.oracle.note(0, Event::Resumed { torn: true });
        }
    }
    let at = When::Later(0);
    if goes_on && !has(Fault::NothingIsClosed) {
        if let Some(scope) = late.restricts {
            run.step(&Step::Restrict(Authority::Host, None, scope, at))?;
        }
        run.step(&Step::Withdraw(late.by, Some(who), late.scope, at))?;
    } else if !has(Fault::NothingIsRecalled) {
        let (by, stay, scope) = (late.by, who, late.scope);
        let withdrawn = Event::Withdrawn { by, stay, scope };
        run.oracle.note(0, withdrawn);
    }
    if has(Fault::NothingIsRecalled) && goes_on {
        run.oracle.forget_the_last();
    }
    run.ledger = left.clone();
    recall::compare(&run, Some(&earlier), None)?;
    if goes_on {
        run.has_the_consents_of(&left.bytes())?;
    }
    Ok(())
}
