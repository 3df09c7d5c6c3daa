//! Consent records: what the last event says holds of all that a record lists, and every event is of the moment in which it happened.

use std::time::Duration;

use framegate::{
    Kind, Purposes,
    export::ts27560::{ConsentRecord, Event, Particulars, State},
    ledger::{Ledger, VerifiedLedger},
};

use super::{
    exporting::day,
    faults::Fault,
    law::Law,
    lines::{Act, Line},
};

fn records(ledger: &VerifiedLedger, who: &str) -> Vec<ConsentRecord> {
    let particulars = Particulars {
        address: "1 Example Street".into(),
        contact: "privacy@example.org".into(),
        storage_locations: Vec::new(),
        retention_period: "a year".into(),
        jurisdiction: "EU".into(),
        withdrawal_method: "a click".into(),
    };
    ConsentRecord::all(ledger, who, &particulars).expect("somebody who joined")
}

pub fn check(bytes: &[u8], law: &Law, fault: Option<Fault>) -> Result<(), String> {
    let ledger = Ledger::read(bytes, None, None).and_then(Ledger::verify);
    let ledger = ledger.map_err(|error| error.to_string())?;
    for who in law.people() {
        for record in records(&ledger, who) {
            let notice = record.pii_processing.privacy_notice.digest.to_string();
            let mut events = &record.events[..];
            let last = events.last().ok_or("a record without events")?;
            if fault == Some(Fault::LastEventForgotten) && last.event_state != State::Given {
                events = &events[..events.len() - 1];
            }
            let describe = |what: &str| {
                Err(format!(
                    "record of {who} under {notice}: {what}: {events:?}"
                ))
            };
            for event in events {
                if !law.happened(who, &notice, event, fault) {
                    return describe("never happened");
                }
            }
            let is_given = events
                .last()
                .is_some_and(|last| last.event_state == State::Given);
            for purpose in &record.pii_processing.purposes {
                let bit = law
                    .purpose(&purpose.purpose)
                    .ok_or("a purpose without a name")?;
                for information in &purpose.pii_information {
                    if law.stands_agreed(who, information.pii_type, bit, &notice) != is_given {
                        return describe(&format!(
                            "{} of {}",
                            purpose.purpose, information.pii_type
                        ));
                    }
                }
            }
        }
    }
    Ok(())
}

impl Law {
    /// A purpose by its name.
    fn purpose(&self, name: &str) -> Option<Purposes> {
        let own = Purposes::all().iter_names().find(|(own, _)| *own == name);
        let mut acts = self.lines.iter().map(|line| &line.act);
        let third = || {
            acts.find_map(|act| match act {
                Act::Named { name: of, pair } if of == name => Some(*pair),
                _ => None,
            })
        };
        own.map(|(_, purpose)| purpose).or_else(third)
    }

    /// Whether what somebody agreed to under a notice stands in the end: they have not withdrawn it, a child has not refused it itself,
    /// it has not come to its end, and the notice is not superseded. Restrictions, leaving and the meeting's end withdraw nothing.
    fn stands_agreed(&self, who: &str, kind: Kind, purpose: Purposes, notice: &str) -> bool {
        let end = self.lines.last().map_or(0, Line::floor);
        let (mut stands, mut is_child, mut refused, mut present) = (false, false, false, false);
        let mut named = 9;
        for line in &self.lines {
            match &line.act {
                Act::Joined { who: id, guardian } if id == who => {
                    (is_child, refused, present) = (*guardian, false, true);
                }
                Act::Left { who: id } if id == who => present = false,
                Act::Granted {
                    who: id,
                    notice: of,
                    scope,
                    until,
                } if id == who && of == notice => {
                    let covers =
                        scope.kinds.contains(kind.into()) && scope.purposes.contains(purpose);
                    let has_come = until.is_some_and(|until| until.div_euclid(1000) <= end);
                    let has_name = purpose.bits().trailing_zeros() < named;
                    stands |= covers && has_name && !refused && !has_come;
                }
                Act::Superseded { notice: of } if of == notice => stands = false,
                Act::Named { .. } => named += 1,
                _ => {}
            }
            if line.withdraws(who, kind, purpose) {
                stands = false;
                let own = matches!(&line.act, Act::Withdrew { by, .. } if by == "participant");
                refused |= is_child && present && own;
            }
        }
        stands
    }

    /// Whether an event is that of a line, to the millisecond.
    fn happened(&self, who: &str, notice: &str, event: &Event, fault: Option<Fault>) -> bool {
        let late = i64::from(fault == Some(Fault::EventLate));
        let is_then = |millis: i64| event.event_time == day(millis + late);
        let millis = |micros: i64| micros.div_euclid(1000);
        self.lines
            .iter()
            .any(|line| match (&line.act, event.event_state) {
                (
                    Act::Granted {
                        who: id,
                        notice: of,
                        until,
                        ..
                    },
                    State::Given,
                ) => {
                    let ends = until.map(|until| day(millis(until)));
                    id == who
                        && of == notice
                        && is_then(line.floor())
                        && event.validity_duration == ends
                }
                (
                    Act::Granted {
                        who: id,
                        notice: of,
                        until: Some(until),
                        ..
                    },
                    State::Expired,
                ) => id == who && of == notice && is_then(millis(*until)),
                (Act::Superseded { notice: of }, State::Expired) => {
                    of == notice && is_then(line.floor())
                }
                (Act::Withdrew { who: id, .. }, State::Withdrawn) => {
                    id == who && (is_then(line.floor()) || line.past && event.event_time == WALL)
                }
                (Act::Resumed { torn: true }, State::Withdrawn) => {
                    is_then(line.floor()) || line.past
                }
                _ => false,
            })
    }
}

/// When people withdraw from meetings that are past, in these tests.
pub const PAST: Duration = Duration::from_secs(1_700_000_000);
const WALL: &str = "2023-11-14T22:13:20.000Z";
