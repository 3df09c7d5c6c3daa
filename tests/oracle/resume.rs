//! A meeting, and the one that its ledger makes of it.

use std::{collections::BTreeSet, iter};

use framegate::{
    Contributors, Frame, Kind, Meeting, OutletOptions, Participant, Purposes, StreamOptions, Time,
    Verdict,
    format::Format,
    ledger::{Device, Entry, Ledger, LedgerError, LedgerFault},
};

use crate::{
    common::Memory,
    keys::DEVICE,
    run::{Disagreement, Run, agree},
};

/// What comes of half a line.
pub const TORN: &[u8] = b"{\"n\":";

/// One question to a meeting, and the answer.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Consent {
    who: String,
    kind: Kind,
    captured_ms: i64,
    released_ms: i64,
    purposes: Purposes,
    verdict: Verdict,
}

/// The meeting that a ledger makes, which goes on in a store.
pub fn resumed(ledger: &[u8], torn: bool, store: &Memory) -> Result<Meeting, LedgerError> {
    let half = if torn { TORN } else { &[] };
    let ledger = Ledger::read(&[ledger, half].concat(), None, None)?;
    Meeting::resume(
        &crate::common::verified(&ledger),
        store.writer().device(Device::new(&DEVICE).unwrap()),
    )
}

impl Run {
    /// A ledger makes the same meeting as this one, or none if this one has ended.
    pub fn resumes_from(&mut self, ledger: &[u8]) -> Result<(), Disagreement> {
        match resumed(ledger, false, &Memory::default()) {
            Ok(mut meeting) => self.is_as(&mut meeting),
            Err(LedgerError { what, .. }) => {
                agree("why it is not resumed", &what, &LedgerFault::Ended)?;
                agree(
                    "a meeting that is not resumed is over",
                    &self.is_over(),
                    &true,
                )
            }
        }
    }

    /// The meeting that a ledger makes has the same people and consents as this one, whatever else is in the ledger.
    #[cfg(feature = "std")]
    pub fn has_the_consents_of(&mut self, ledger: &[u8]) -> Result<(), Disagreement> {
        let resumed = resumed(ledger, false, &Memory::default());
        let mut resumed = resumed.expect("it has not ended");
        agree("who is there", &ids(&resumed), &ids(&self.meeting))?;
        self.has_consents_of(&mut resumed)
    }

    fn has_consents_of(&mut self, resumed: &mut Meeting) -> Result<(), Disagreement> {
        let questions = self.questions();
        let live = consents(&mut self.meeting, &questions);
        for (resumed, live) in consents(resumed, &questions).iter().zip(&live) {
            agree("a consent after resuming and before", resumed, live)?;
        }
        Ok(())
    }

    fn is_as(&mut self, resumed: &mut Meeting) -> Result<(), Disagreement> {
        agree("who is there", &ids(resumed), &ids(&self.meeting))?;
        // The new one has an entry more: that it was resumed.
        let generations = (resumed.generation(), self.meeting.generation() + 1);
        self.has_consents_of(resumed)?;
        agree("generation of the resumed", &generations.0, &generations.1)?;
        agree(
            "next_deadline of the resumed",
            &resumed.next_deadline(),
            &self.meeting.next_deadline(),
        )?;
        let challenges = |meeting: &Meeting| {
            let people = present(meeting).into_iter();
            let challenges = people.map(|(_, who)| meeting.challenge(who));
            challenges.collect::<Vec<_>>()
        };
        agree(
            "challenges of the resumed",
            &challenges(resumed),
            &challenges(&self.meeting),
        )
    }

    /// If the last line is torn, nobody's consent is left.
    pub fn holds_nothing_after_a_torn_line(&mut self) -> Result<(), Disagreement> {
        let Ok(mut meeting) = resumed(&self.ledger.bytes(), true, &Memory::default()) else {
            return agree(
                "a meeting that is not resumed is over",
                &self.is_over(),
                &true,
            );
        };
        agree(
            "a deadline after a torn line",
            &meeting.next_deadline(),
            &None,
        )?;
        agree("who is there", &ids(&meeting), &ids(&self.meeting))?;
        let held = consents(&mut meeting, &self.questions());
        let held = held
            .into_iter()
            .find(|consent| !consent.purposes.is_empty());
        agree("a consent after a torn line", &held, &None)
    }

    fn is_over(&mut self) -> bool {
        let outlet = OutletOptions::new("late", Purposes::RECORD);
        self.meeting.open_outlet(outlet).is_err()
    }

    /// Captures and releases from the last line on, in milliseconds: at, just before and just after whatever is in the ledger began or ended.
    fn questions(&self) -> Vec<(i64, i64)> {
        let ledger = self.ledger.read();
        let times = ledger.lines().iter().flat_map(|line| {
            let until = match &line.entry {
                Entry::Granted { grant, .. } => grant.until,
                _ => None,
            };
            iter::once(line.at).chain(until)
        });
        let present_ms = self.present / 1000;
        let millis = times.map(|time| time.as_micros() / 1000);
        let around = millis.chain([present_ms]).flat_map(|ms| ms - 1..=ms + 1);
        let times: BTreeSet<i64> = around.filter(|ms| *ms >= 0).collect();

        // At each time by itself, since the time before, and since any time until now and what is still to come.
        let times = times.into_iter().collect::<Vec<_>>();
        let now = times.partition_point(|ms| *ms < present_ms);
        let questions = (0..times.len()).flat_map(|release| {
            let first = if release < now {
                release.saturating_sub(1)
            } else {
                0
            };
            (first..=release).map(move |capture| (capture, release))
        });
        // No tap of a resumed meeting releases anything before its ledger's last line.
        let last = ledger.lines().last().map_or(0, |line| line.at.as_micros());
        questions
            .map(|(capture, release)| (times[capture], times[release]))
            .filter(|(_, release)| *release >= last / 1000)
            .collect()
    }
}

fn present(meeting: &Meeting) -> Vec<(String, Participant)> {
    meeting.participants().collect()
}

fn ids(meeting: &Meeting) -> Vec<String> {
    present(meeting).into_iter().map(|(id, _)| id).collect()
}

/// What each person who is there agrees to, asked in that order.
fn consents(meeting: &mut Meeting, questions: &[(i64, i64)]) -> Vec<Consent> {
    // After the end there are no taps, and nobody is there.
    let Ok(outlet) = meeting.open_outlet(OutletOptions::new("any", Purposes::RECORD)) else {
        return Vec::new();
    };
    let people = present(meeting);
    let mut consents = Vec::new();
    for kind in Kind::ALL {
        let stream = meeting
            .open_stream(StreamOptions::mix(kind, Format::OPAQUE))
            .expect("a stream");
        let mut tap = meeting.tap(stream, outlet).expect("a tap");
        for &(captured_ms, released_ms) in questions {
            for (id, who) in &people {
                let list = [*who];
                let frame = Frame::new(
                    Time::from_millis(captured_ms),
                    Contributors::Complete(&list),
                );
                let tag = tap.decide(&frame, Time::from_millis(released_ms));
                consents.push(Consent {
                    who: id.clone(),
                    kind,
                    captured_ms,
                    released_ms,
                    purposes: tag.purposes(),
                    verdict: tag.verdict(),
                });
            }
        }
    }
    consents
}
