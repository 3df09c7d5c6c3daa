//! What of an archive must go, as plainly as it can be told: whatever somebody in it has withdrawn since.

use std::collections::BTreeMap;

use framegate::{
    Kind, Kinds, Purposes, Scope, Tag,
    archive::{Archived, Carried, Finding, MeetingKey, Seals, Subject, Subjects, Verifier},
    ledger::Ledger,
};
use proptest::{sample::Index, test_runner::TestCaseError};

use crate::{
    derived,
    rules::{Contributors, Event, Frame, Oracle, Person, Stream},
    run::{Disagreement, ROOM, Run, agree},
    scripts::{Script, Step, When},
};

/// What a faulty oracle believes; each must be found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// Agreeing again saves what had been recalled.
    AgreeingSaves,
    /// Only who is in it as the kind of its tag counts.
    OnlyTheTagsKind,
    /// Only what goes on when somebody withdraws is recalled.
    EarlierStaysAreForgotten,
    /// A torn line recalls nothing.
    TornLinesRecallNothing,
    /// Whoever is first in it counts.
    OnlyTheFirstCounts,
}

impl Fault {
    pub const ALL: [Self; 5] = [
        Self::AgreeingSaves,
        Self::OnlyTheTagsKind,
        Self::EarlierStaysAreForgotten,
        Self::TornLinesRecallNothing,
        Self::OnlyTheFirstCounts,
    ];
}

/// What an outlet keeps of a frame.
pub struct Kept {
    tag: Tag,
    /// Their ids, and as what they are in it.
    people: BTreeMap<String, Kinds>,
    /// How much had happened when it was released, and when the first of its sources was.
    events: usize,
}

impl Kept {
    pub fn new(tag: Tag, people: Vec<(Person, Kind)>, oracle: &Oracle) -> Self {
        let mut by_id = BTreeMap::new();
        for (who, kind) in people {
            let id = oracle.id(who.expect("somebody who joined")).to_owned();
            *by_id.entry(id).or_insert(Kinds::empty()) |= kind.into();
        }
        // Before it was released, or before the first of what it was made from was: what is made of something that must go must go.
        let events = usize::try_from(tag.generation()).expect("not so many") - 1;
        Self {
            tag,
            people: by_id,
            events,
        }
    }
}

impl Oracle {
    /// Who is in what an outlet received of a frame, and as what.
    pub fn people(
        &self,
        said: &Frame,
        stream: &Stream,
        left: &derived::Source,
        hidden: &[bool],
    ) -> Vec<(Person, Kind)> {
        if let Contributors::Sources(sources) = &said.contributors {
            let people = self.named_by_sources(stream, sources);
            return people.expect("it was released");
        }
        let all = left.people.iter().map(|&who| (who, stream.kind));
        let shown = said.regions.iter().zip(hidden);
        let shown = shown.filter(|(_, is_hidden)| !**is_hidden);
        let of_regions = shown.filter_map(|(region, _)| Some((region.owner, region.kind?)));
        all.chain(of_regions).collect()
    }

    /// Whether a frame must go by what has happened since.
    fn must_go(&self, kept: &Kept, fault: Option<Fault>) -> bool {
        let has = |of| fault == Some(of);
        let most = if has(Fault::OnlyTheFirstCounts) {
            1
        } else {
            usize::MAX
        };
        let in_it = |id: &str, scope: &Scope| {
            let named = kept.people.iter().take(most);
            let mut own = named.filter(|(who, _)| *who == id);
            own.any(|(_, kinds)| {
                let kinds = match kept.tag.kind() {
                    Some(kind) if has(Fault::OnlyTheTagsKind) => kind.into(),
                    _ => *kinds,
                };
                scope.kinds.intersects(kinds) && scope.purposes.intersects(kept.tag.purposes())
            })
        };
        let mut is_recalled = false;
        let mut have_left = Vec::new();
        for (_, event) in &self.events[kept.events..] {
            match event {
                Event::Left { stay } => have_left.push(self.id(*stay)),
                Event::Withdrawn { stay, scope, .. } => {
                    let forgotten =
                        has(Fault::EarlierStaysAreForgotten) && have_left.contains(&self.id(*stay));
                    is_recalled |= !forgotten && in_it(self.id(*stay), scope);
                }
                Event::Resumed { torn } if !has(Fault::TornLinesRecallNothing) => {
                    is_recalled |= torn;
                }
                Event::Granted { stay, grant, .. }
                    if has(Fault::AgreeingSaves) && in_it(self.id(*stay), &grant.scope) =>
                {
                    is_recalled = false;
                }
                _ => {}
            }
        }
        is_recalled
    }
}

impl Oracle {
    /// Whether somebody withdrew between a crash and a derived frame, which does not tell of which process it is: it may go, too.
    /// `tests/evidence/random/` says when exactly.
    fn may_be_former(&self, kept: &Kept) -> bool {
        let before = self.events.iter().take(kept.events);
        let mut since_crash =
            before.skip_while(|(_, event)| !matches!(event, Event::Resumed { .. }));
        kept.tag.stream().is_none()
            && since_crash.any(|(_, event)| {
                matches!(
                    event,
                    Event::Withdrawn { .. } | Event::Resumed { torn: true }
                )
            })
    }
}

/// Runs a script up to a step and checks the archive, then to the end, where everybody withdraws something, and checks it again.
pub fn check_at(
    script: &Script,
    at: usize,
    torn: Option<bool>,
    fault: Option<Fault>,
) -> Result<(), Disagreement> {
    let mut run = Run::open(ROOM, None);
    run.prepare(script)?;
    let (before, after) = script.steps.split_at(at);
    for step in before {
        run.step(step)?;
    }
    let earlier = run.meeting.head();
    compare(&run, None, fault)?;
    if let Some(torn) = torn.filter(|_| !run.oracle.is_over()) {
        run.step(&Step::Resume { torn })?;
    }
    for step in after {
        run.step(step)?;
    }
    let train = Scope::new(Kinds::all(), Purposes::TRAIN);
    let by = framegate::Authority::Participant;
    run.step(&Step::Withdraw(by, Some(0), train, When::Later(5000)))?;
    compare(&run, Some(&earlier), fault)
}

pub fn check(
    script: &Script,
    at: Index,
    torn: Option<bool>,
    fault: Option<Fault>,
) -> Result<(), TestCaseError> {
    Ok(check_at(script, at.index(script.steps.len()), torn, fault)?)
}

/// Seals everything that is kept and has it checked, by the ledger as it is now.
pub fn compare(
    run: &Run,
    earlier: Option<&framegate::ledger::Head>,
    fault: Option<Fault>,
) -> Result<(), Disagreement> {
    let ledger = Ledger::read(&run.ledger.bytes(), earlier, None).expect("a ledger");
    let verifier = Verifier::new(&crate::common::verified(&ledger));
    let key = MeetingKey::new(&[1; 32], run.meeting.instance()).unwrap();
    let subjects: Vec<Vec<_>> = run.archive.iter().map(subjects).collect();
    let frames: Vec<_> = run
        .archive
        .iter()
        .zip(&subjects)
        .map(|(kept, subjects)| {
            let (tag, subjects) = (kept.tag, Subjects::new(subjects).expect("in order"));
            let stream = key.stream(tag);
            let digest = stream.digest_pieces([&b"payload"[..]]);
            let seal = Some(stream.seal(tag, subjects, digest));
            let carried = Some(Carried { tag, seal });
            Archived {
                instance: key.instance(),
                carried,
                subjects,
                digest: Some(digest),
            }
        })
        .collect();
    let expected: Vec<_> = run
        .archive
        .iter()
        .map(|kept| {
            if run.oracle.must_go(kept, fault) {
                Finding::Recalled
            } else {
                Finding::Cleared
            }
        })
        .collect();

    // What may go, went if it was found so.
    let expected = |findings: &[Finding]| -> Vec<Finding> {
        let all = run.archive.iter().zip(&expected).zip(findings);
        all.map(|((kept, expected), found)| match found {
            Finding::Recalled if run.oracle.may_be_former(kept) => Finding::Recalled,
            _ => *expected,
        })
        .collect()
    };

    let mut findings = vec![Finding::NoTag; frames.len()];
    let mut bitmap = vec![u64::MAX; frames.len().div_ceil(64)];
    if let Some(earlier) = earlier {
        let stay = verifier.recheck(earlier, &frames, &mut bitmap, &mut findings);
        check_bitmap(stay.expect("it goes on"), &bitmap, &findings)?;
        agree("what must go", &findings, &expected(&findings))?;
    }
    for purpose in Purposes::FIRST_PARTY {
        let seals = Seals::Checked(&key);
        let count = verifier.verify_batch(&frames, purpose, seals, &mut bitmap, &mut findings);
        check_bitmap(count, &bitmap, &findings)?;
        let by_purpose = run.archive.iter().zip(expected(&findings));
        let by_purpose = by_purpose.map(|(kept, expected)| {
            if kept.tag.purposes().contains(purpose) {
                expected
            } else {
                Finding::OtherPurpose
            }
        });
        agree("what may be used", &findings, &by_purpose.collect())?;
    }
    Ok(())
}

fn check_bitmap(count: usize, bitmap: &[u64], findings: &[Finding]) -> Result<(), Disagreement> {
    let is_set = |at: usize| bitmap[at / 64] >> (at % 64) & 1 == 1;
    let set: Vec<_> = (0..64 * bitmap.len()).filter(|at| is_set(*at)).collect();
    let cleared = (0..findings.len()).filter(|at| findings[*at] == Finding::Cleared);
    agree("the bitmap", &set, &cleared.collect())?;
    agree("how many", &count, &set.len())
}

fn subjects(kept: &Kept) -> Vec<Subject<'_>> {
    let people = kept.people.iter();
    people
        .map(|(id, kinds)| Subject { id, kinds: *kinds })
        .collect()
}
