//! Groups that frames come with, of this meeting and of another.

use framegate::{
    Authority, Digest, Grant, Group, JoinOptions, Meeting, Method, Notice, Participant, Scope,
    Time, ledger::LedgerWriter,
};

use crate::{
    rules::{Contributors, Person},
    run::ROOM,
    scripts::{CONTROLLER, EVERYTHING, GROUPED, IDS, LANGUAGE, VERSION},
};

/// A group as the gate knows it, and what it is in the oracle's words.
#[derive(Clone, Debug)]
pub struct Grouped {
    /// None if it could not be registered.
    pub gate: Option<Group>,
    pub said: Contributors,
}

impl Grouped {
    pub fn new(gate: Option<Group>, people: Vec<Person>) -> Self {
        let said = match gate {
            Some(_) => Contributors::Group(people),
            None => Contributors::Complete(people),
        };
        Self { gate, said }
    }

    /// Its meeting is gone. One that is made of its ledger is another.
    pub fn estrange(&mut self) {
        if let Contributors::Group(people) = &mut self.said {
            self.said = Contributors::ForeignGroup(people.split_off(0));
        }
    }
}

/// Another meeting, in which everybody has agreed to everything.
pub struct Others {
    meeting: Meeting,
    people: Vec<Participant>,
}

impl Others {
    pub fn gather() -> Self {
        let mut meeting = crate::common::open("another", ROOM, LedgerWriter::default());
        let notice = Notice {
            digest: Digest::of(EVERYTHING),
            version: VERSION.to_owned(),
            language: LANGUAGE.to_owned(),
            controller: CONTROLLER.to_owned(),
            scope: Scope::ALL,
        };
        let notice = meeting.show(notice).expect("a notice");
        let grant = Grant::new(notice, Scope::ALL, Method::Typed);
        let mut join = |id| {
            let who = meeting.join(JoinOptions::adult(id), Time::START)?;
            meeting.grant(Authority::Participant, who, &grant, Time::START)?;
            Ok::<_, framegate::Error>(who)
        };
        let people = IDS[..GROUPED].iter().map(|id| join(id).expect("somebody"));
        let people = people.collect();
        Self { meeting, people }
    }

    /// Those of these numbers.
    pub fn group(&mut self, stays: &[usize]) -> Grouped {
        let people = stays.iter().map(|&stay| self.people[stay]);
        let group = self.meeting.group(&people.collect::<Vec<_>>());
        Grouped {
            gate: Some(group.expect("a group")),
            said: Contributors::ForeignGroup(stays.iter().copied().map(Some).collect()),
        }
    }
}
