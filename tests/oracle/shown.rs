//! What a user interface is told that somebody consents to: that which is cleared now, and nothing else.

use framegate::{Consent, Error, Kind, Participant, Purposes};

use crate::{
    rules::Oracle,
    run::{Disagreement, ROOM, Run, agree},
    scripts::Script,
};

/// A fault planted in what is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    ForgetsAPurpose,
    ForgetsAKind,
    TellsOfAnotherPurpose,
    KeepsWhatWasToldBefore,
    BeginsEarlier,
    EndsLater,
    NeverEnds,
}

impl Fault {
    pub const ALL: [Self; 7] = [
        Self::ForgetsAPurpose,
        Self::ForgetsAKind,
        Self::TellsOfAnotherPurpose,
        Self::KeepsWhatWasToldBefore,
        Self::BeginsEarlier,
        Self::EndsLater,
        Self::NeverEnds,
    ];

    fn plant(self, told: &mut Vec<Consent>, before: &[Consent]) {
        if self == Self::KeepsWhatWasToldBefore {
            if told.is_empty() {
                told.extend(before);
            }
            return;
        }
        let Some(consent) = told.first_mut() else {
            return;
        };
        let Consent {
            scope,
            since,
            until,
            ..
        } = consent;
        let later = |time: framegate::Time, by| framegate::Time::from_micros(time.as_micros() + by);
        match self {
            Self::ForgetsAPurpose => scope.purposes -= Purposes::RECORD,
            Self::ForgetsAKind => scope.kinds -= Kind::Audio.into(),
            Self::TellsOfAnotherPurpose => scope.purposes |= Purposes::REVIEW,
            Self::KeepsWhatWasToldBefore => {}
            Self::BeginsEarlier => *since = later(*since, -1000),
            Self::EndsLater => *until = until.map(|until| later(until, 1000)),
            Self::NeverEnds => *until = None,
        }
    }
}

/// Runs a script, and after each step asks what somebody consents to: everybody in turn.
pub fn check(script: &Script, fault: Option<Fault>) -> Result<(), Disagreement> {
    let mut run = Run::open(ROOM, None);
    run.prepare(script)?;
    let mut before = Vec::new();
    for (number, step) in script.steps.iter().enumerate() {
        run.step(step)?;
        let people = run.people();
        let stay = number % people.len();
        let mut told = run.meeting.consents(people[stay]).expect("it is theirs");
        if let Some(fault) = fault {
            fault.plant(&mut told, &before);
        }
        is_as_cleared(&run.oracle, stay, &told)?;
        if !told.is_empty() {
            before = told;
        }
        let nobody = run.meeting.consents(Participant::UNKNOWN);
        agree(
            "nobody's consents",
            &nobody,
            &Err(Error::UnknownParticipant),
        )?;
    }
    Ok(())
}

fn is_as_cleared(oracle: &Oracle, stay: usize, told: &[Consent]) -> Result<(), Disagreement> {
    let now = oracle.clock_ms_of(stay);
    for kind in Kind::ALL {
        for purpose in (0..16).map(|bit| Purposes::from_bits_retain(1 << bit)) {
            let clears =
                |captured, released| oracle.clears(Some(stay), kind, purpose, (captured, released));
            let of_this = |consent: &&Consent| {
                let scope = consent.scope;
                scope.kinds.contains(kind.into()) && scope.purposes.contains(purpose)
            };
            let mut told = told.iter().filter(of_this);
            let (consent, again) = (told.next(), told.next());
            let what = format!("{kind:?} for {purpose:?} of stay {stay} at {now} ms");
            agree(&what, &consent.is_some(), &clears(now, now))?;
            agree(&format!("{what}, once more"), &again, &None)?;
            let Some(consent) = consent else {
                continue;
            };
            let since = consent.since.as_micros() / 1000;
            let reaches_back = (clears(since, now), since > 0 && clears(since - 1, now));
            agree(
                &format!("{what}, since {since}"),
                &reaches_back,
                &(true, false),
            )?;
            if let Some(until) = consent.until {
                let until = until.as_micros() / 1000;
                let lasts = (clears(now, until - 1), clears(now, until));
                agree(&format!("{what}, until {until}"), &lasts, &(true, false))?;
            } else {
                let lasts = clears(now, i64::from(u32::MAX) - 1);
                agree(&format!("{what}, for ever"), &lasts, &true)?;
            }
        }
    }
    Ok(())
}
