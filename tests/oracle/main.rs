//! Everything compared with a naive oracle of the rules, and the rules as properties.
//!
//! `rules.rs` is the oracle, `content.rs` says what is left of a payload, `ledger.rs` what must be in the ledger,
//! `scripts.rs` makes meetings up, `run.rs` runs them through the gate and the oracle side by side,
//! `rooms.rs` does the same with rooms of up to 2,000 people, `resume.rs` compares a meeting with the one that its ledger makes, `recall.rs` says what of an archive must go,
//! `late.rs` when somebody withdraws after the meeting, `shown.rs` what a user interface is told.

#[path = "../common/mod.rs"]
mod common;
mod conformance;
mod content;
mod derived;
mod doors;
mod groups;
mod keys;
#[cfg(feature = "std")]
mod late;
mod ledger;
mod recall;
mod records;
mod resume;
mod rooms;
mod rules;
mod run;
mod scripts;
mod shown;
mod sources;

use std::collections::{BTreeMap, HashSet};

use content::Format;
use framegate::{
    Authority, Contributors, Frame, Kind, Kinds, Payload, Purposes, Reason, Scope, Time, Verdict,
};
use proptest::{
    prelude::*,
    sample::Index,
    strategy::ValueTree,
    test_runner::{Config, RngSeed, TestRunner},
};
use rules::{Door, Fault};
use run::{Disagreement, Outcome, ROOM, Run, run};
use scripts::{
    DERIVED, Damage, RECORDS, Script, ScriptedContributors, ScriptedFrame, ScriptedKey,
    ScriptedOwner, Signing, Step, When, act, agreement, agreement_agreed, now, restrainer, scope,
    scripted_region, scripted_source, scripts, steady_scripts, who, withdrawer, wrong_signing,
};

/// Meetings that are compared with the oracle.
const MEETINGS: u32 = 4000;
/// Within so many each planted fault is found.
const FIXED_MEETINGS: u32 = 10_000;

/// So many cases, the same each time; or as many, and others each time, as the environment variable `PROPTEST_CASES` asks for, if that is more.
fn config(cases: u32) -> Config {
    let default = Config::default();
    let rng_seed = if default.cases > cases {
        default.rng_seed
    } else {
        RngSeed::Fixed(1)
    };
    let cases = default.cases.max(cases);
    Config {
        cases,
        rng_seed,
        max_global_rejects: cases,
        failure_persistence: None,
        ..default
    }
}

proptest! {
    #![proptest_config(config(MEETINGS))]

    #[test]
    fn the_gate_and_the_oracle_agree(script in scripts()) {
        run(&script, None)?;
    }
}

/// For every hundred meetings a room, which takes as long.
fn config_of_rooms() -> Config {
    let meetings = config(MEETINGS);
    Config {
        cases: meetings.cases / 100,
        max_shrink_iters: 200,
        ..meetings
    }
}

proptest! {
    #![proptest_config(config_of_rooms())]

    #[test]
    fn large_rooms_come_out_as_the_oracle_says(room in rooms::rooms()) {
        rooms::run(&room, None)?;
    }
}

/// The meeting goes on from its ledger, and then it is told of what people agreed to before or since.
fn goes_on(script: &mut Script, at: usize, torn: bool) {
    let agreed = |stay, ago| agreement_agreed(Authority::Participant, stay, When::Ago(ago));
    let passes = Step::Pass(When::Later(1000));
    let steps = [
        Step::Resume { torn },
        passes.clone(),
        agreed(0, 500),
        passes,
        agreed(1, 500),
        agreed(2, 1000),
    ];
    script.steps.splice(at..at, steps);
}

#[test]
fn every_call_that_is_given_a_time_moves_the_clock() {
    let late = Time::from_millis(9);
    let mut run = Run::open(ROOM, None);
    run.step(&Step::Join("ana", ScriptedKey::None, When::Later(0)))
        .expect("agreement");
    let (_, who) = run.meeting.participants().next().expect("ana");
    run.step(&Step::End).expect("agreement");
    assert!(
        run.meeting
            .lift(Authority::Host, None, Scope::ALL, late)
            .is_err()
    );
    let cut = run
        .meeting
        .withdraw(Authority::Participant, who, Scope::ALL, Time::START)
        .unwrap();
    assert!(cut.is_settled());
    assert_eq!(
        run.ledger.read().lines().last().map(|line| line.at),
        Some(late)
    );
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn a_resumed_meeting_goes_on_as_the_oracle_does(script in scripts(), at in any::<Index>(), torn: bool) {
        let mut script = script;
        let at = at.index(script.steps.len());
        goes_on(&mut script, at, torn);
        run(&script, None)?;
    }

    #[test]
    fn r5_a_resumed_meeting_has_exactly_the_consents_that_were_in_force(script in scripts(), end in any::<Index>()) {
        let mut script = script;
        script.steps.truncate(end.index(script.steps.len()));
        let mut run = run(&script, None)?;
        let ledger = run.ledger.bytes();
        run.resumes_from(&ledger)?;
        run.holds_nothing_after_a_torn_line()?;
    }
}

proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn what_of_an_archive_must_go_is_what_the_oracle_says(script in scripts(), at in any::<Index>(), torn: Option<bool>) {
        recall::check(&script, at, torn, None)?;
    }
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn what_somebody_consents_to_is_what_is_cleared_now(script in scripts(), at in any::<Index>(), torn: bool) {
        let mut script = script;
        let at = at.index(script.steps.len());
        goes_on(&mut script, at, torn);
        shown::check(&script, None)?;
    }
}

/// Something that comes when the meeting is over, or its process has gone.
#[cfg(feature = "std")]
fn late() -> impl Strategy<Value = late::Late> {
    let restricts = proptest::option::weighted(0.3, scope());
    let what = (withdrawer(), 0_usize..12, scope(), restricts);
    (any::<bool>(), proptest::bool::weighted(0.2), what).prop_map(
        |(ends, torn, (by, who, scope, restricts))| late::Late {
            ends,
            torn,
            by,
            who,
            scope,
            restricts,
        },
    )
}

#[cfg(feature = "std")]
proptest! {
    #![proptest_config(config(1000))]

    #[test]
    fn r6_what_is_withdrawn_late_is_withdrawn(script in scripts(), late in late()) {
        late::check(&script, &late, None)?;
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Controls

/// The same rooms each time.
fn fixed_rooms() -> impl Iterator<Item = rooms::Room> {
    let mut runner = TestRunner::deterministic();
    let rooms = rooms::rooms();
    (0..100).map(move |_| rooms.new_tree(&mut runner).expect("a room").current())
}

#[test]
fn rooms_tell_planted_faults() {
    let mut hidden = vec![
        Fault::ForgetsWhoLeft,
        Fault::GroupsForgetWhoLeft,
        Fault::ForgetsRestrictions,
        Fault::LiftHealsABreak,
        Fault::RegrantHealsABreak,
        Fault::WithdrawalDoesNothing,
        Fault::IgnoresEnds,
        Fault::RoundsEndsUp,
        Fault::SupersededNoticesCover,
        Fault::SupersedingEndsOtherNotices,
        Fault::OneContributorSuffices,
        Fault::EverybodysTapsAreRead,
        Fault::NobodysOwnTapsAreRead,
    ];
    for room in fixed_rooms() {
        hidden.retain(|&fault| rooms::run(&room, Some(fault)).is_ok());
        if hidden.is_empty() {
            return;
        }
    }
    panic!("no room disagrees with an oracle that has one of {hidden:?}");
}

/// Frames of groups of twenty and more, and why those are withheld that are.
#[test]
fn the_rooms_come_to_every_verdict_about_groups() {
    let mut unseen = HashSet::from([
        Verdict::Whole,
        Verdict::Dropped(Reason::Absent),
        Verdict::Dropped(Reason::Restricted),
        Verdict::Dropped(Reason::Withdrawn),
        Verdict::Dropped(Reason::Expired),
        Verdict::Dropped(Reason::NotGranted),
        Verdict::Dropped(Reason::StaleNotice),
        Verdict::Blanked(Reason::Absent),
    ]);
    let (mut largest, mut twice) = (0, 0);
    for room in fixed_rooms() {
        let run = rooms::run(&room, None).expect("agreement");
        for (people, is_twice, verdict) in run.of_groups {
            if people >= 20 {
                unseen.remove(&verdict);
            }
            if verdict.is_released() {
                largest = largest.max(people);
                twice += usize::from(is_twice);
            }
        }
        if unseen.is_empty() && largest > 500 && twice > 20 {
            return;
        }
    }
    panic!("{unseen:?}; released of {largest} at most, and {twice} with somebody twice");
}

#[cfg(feature = "std")]
#[test]
fn a_late_withdrawal_tells_planted_faults() {
    let mut runner = TestRunner::deterministic();
    let lates = late();
    for fault in late::Fault::ALL {
        let found = fixed_meetings().take(1000).any(|script| {
            let tree = lates.new_tree(&mut runner).expect("something late");
            late::check(&script, &tree.current(), Some(fault)).is_err()
        });
        assert!(found, "{fault:?}");
    }
}

#[test]
fn what_is_shown_tells_planted_faults() {
    for fault in shown::Fault::ALL {
        let found = fixed_meetings().any(|script| shown::check(&script, Some(fault)).is_err());
        assert!(found, "{fault:?}");
    }
}

#[test]
fn what_must_go_tells_planted_faults() {
    for fault in recall::Fault::ALL {
        let found = fixed_meetings().enumerate().any(|(number, script)| {
            let (at, torn) = (number * 7, (number % 2 == 0).then_some(true));
            let at = at % script.steps.len();
            recall::check_at(&script, at, torn, Some(fault)).is_err()
        });
        assert!(found, "{fault:?}");
    }
}

/// The same meetings each time.
fn fixed_meetings() -> impl Iterator<Item = Script> {
    let mut runner = TestRunner::deterministic();
    let scripts = scripts();
    (0..FIXED_MEETINGS).map(move |_| {
        let tree = scripts.new_tree(&mut runner);
        tree.expect("a script").current()
    })
}

#[test]
fn every_planted_fault_is_found() {
    let mut hidden = Fault::ALL.to_vec();
    for (number, mut script) in fixed_meetings().enumerate() {
        if number % 4 == 0 {
            let torn = number % 8 == 0;
            let middle = script.steps.len() / 2;
            goes_on(&mut script, middle, torn);
        }
        let before = hidden.len();
        hidden.retain(|&fault| run(&script, Some(fault)).is_ok());
        if hidden.len() < before {
            run(&script, None).expect("agreement without a fault");
        }
        if hidden.is_empty() {
            return;
        }
    }
    panic!("nothing disagrees with an oracle that has one of {hidden:?}");
}

#[test]
fn a_ledger_without_its_last_line_makes_another_meeting() {
    let without_last_line = |run: &mut Run| {
        let mut ledger = run.ledger.bytes();
        let before = ledger.len() - 1;
        let end = ledger[..before].iter().rposition(|&byte| byte == b'\n');
        ledger.truncate(end.map_or(0, |end| end + 1));
        run.resumes_from(&ledger)
    };
    let runs = fixed_meetings().take(100).map(|script| run(&script, None));
    let found = runs.filter_map(|run| {
        let mut run = run.expect("agreement");
        // Without it the same people are there, so that it takes their consents to tell.
        let (stay, scope) = (Some(0), Scope::ALL);
        let withdrawal = Step::Withdraw(Authority::Participant, stay, scope, When::Later(0));
        run.step(&withdrawal).expect("agreement");
        without_last_line(&mut run).err()
    });
    let found = found.map(|disagreement| disagreement.0).collect::<Vec<_>>();
    assert!(
        found.iter().any(|what| what.contains("consent")),
        "{found:?}"
    );
}

#[test]
fn the_meetings_come_to_every_verdict() {
    let faults = [
        Reason::Ended,
        Reason::Time,
        Reason::Malformed,
        Reason::Unclassified,
        Reason::FreeBytes,
        Reason::Incomplete,
    ];
    let of_people = [
        Reason::Unknown,
        Reason::Absent,
        Reason::Restricted,
        Reason::Withdrawn,
        Reason::Expired,
        Reason::NotGranted,
        Reason::CapturedEarlier,
    ];
    let of_records = [Reason::OverBudget, Reason::OutOfRange];
    // What is derived goes whole or not at all because of it.
    let of_sources = [Reason::BeyondSource];
    let mut unseen = HashSet::new();
    for door in [
        None,
        Some(Door::Admit),
        Some(Door::Into),
        Some(Door::InPlace),
    ] {
        unseen.insert((door, Verdict::Whole));
        // Of a bare decision, in which no purpose is left, it is hardly ever the only reason.
        let of_sources = of_sources.into_iter().filter(|_| door.is_some());
        let reasons = faults.into_iter().chain(of_people).chain(of_sources);
        let reasons = reasons.chain([Reason::StaleNotice]);
        // Nor is this, as nobody agrees to third parties without a name.
        let reasons = reasons.filter(|reason| door.is_some() || *reason != Reason::CapturedEarlier);
        unseen.extend(reasons.map(|reason| (door, Verdict::Dropped(reason))));
    }
    for door in [Some(Door::Admit), Some(Door::Into), Some(Door::InPlace)] {
        unseen.extend(of_records.map(|reason| (door, Verdict::Dropped(reason))));
    }
    for door in [Some(Door::Into), Some(Door::InPlace)] {
        unseen.insert((door, Verdict::Redacted(Reason::OutOfRange)));
        unseen.extend(of_sources.map(|reason| (door, Verdict::Blanked(reason))));
        unseen.extend(of_people.map(|reason| (door, Verdict::Redacted(reason))));
        unseen.extend(of_people.map(|reason| (door, Verdict::Blanked(reason))));
    }
    for script in fixed_meetings() {
        let outcomes = run(&script, None).expect("agreement").outcomes;
        for outcome in outcomes.iter().flatten() {
            unseen.remove(&(outcome.door, outcome.verdict));
        }
        if unseen.is_empty() {
            return;
        }
    }
    panic!("no meeting comes to {unseen:?}");
}

#[test]
fn the_meetings_come_to_every_refusal() {
    let mut answers = BTreeMap::new();
    for script in fixed_meetings().take(1500) {
        for (answer, count) in run(&script, None).expect("agreement").answers {
            *answers.entry(answer).or_insert(0) += count;
        }
    }
    for (least, answer) in [
        (1000, "Participant, without, Ok(())"),
        (500, "Participant, with a key, Ok(())"),
        (100, "Participant, without, Err(AgreedEarlier)"),
        (50, "Participant, with a key, Err(AgreedEarlier)"),
        (30, "Participant, with a key, Err(Unsigned)"),
        (100, "Participant, without, Err(Unsigned)"),
        (20, "Participant, with a key, Err(ForeignMeeting)"),
        (100, "Participant, with a key, Err(Replayed)"),
        (100, "Participant, with a key, Err(WrongSignature)"),
        (50, "Participant, without, Err(Keyless)"),
        (50, "Host, with a key, Err(Overreach)"),
        (10, "Administrator, with a key, Err(Overreach)"),
        (10, "Vendor, with a key, Err(Overreach)"),
        (20, "Guardian, with a key, Ok(())"),
        (5, "Guardian, with a key, Err(Unsigned)"),
        (5, "Guardian, with a key, Err(Replayed)"),
        (5, "Guardian, with a key, Err(WrongSignature)"),
        (100, "joining, with a key, Ok(())"),
        (50, "joining, with a key, Err(WrongKey)"),
        (10, "joining, without, Err(WrongKey)"),
    ] {
        let count = answers.get(answer).copied().unwrap_or(0);
        assert!(count >= least, "{answer}: {count} in {answers:#?}");
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// The rules

/// A script with some of its steps changed.
fn changed(script: &Script, change: impl FnMut(&mut Step)) -> Script {
    let mut script = script.clone();
    script.steps.iter_mut().for_each(change);
    script
}

/// A script with some of what is said of its frames changed.
fn reframed(script: &Script, mut change: impl FnMut(&mut ScriptedFrame)) -> Script {
    changed(script, |step| {
        if let Step::Frame(frame) = step {
            change(frame);
        }
    })
}

/// Of what was hidden for one purpose nothing is derived, so what is derived for it asks fewer people than for another.
fn without_derived_streams(script: &Script) -> Script {
    let mut script = reframed(script, |frame| frame.misplaced = false);
    for (owner, ..) in &mut script.streams {
        if matches!(owner, ScriptedOwner::Derived) {
            *owner = ScriptedOwner::Mix;
        }
    }
    script
}

/// What is not released leaves room for other records.
fn without_records(script: &Script) -> Script {
    let instead = |kind: &mut Kind, format: &mut Format| {
        if matches!(format, Format::Record(_)) {
            (*kind, *format) = (Kind::Chat, Format::Text);
        }
    };
    let mut script = changed(script, |step| {
        if let Step::OpenStream(_, kind, format) = step {
            instead(kind, format);
        }
    });
    for (_, kind, format) in &mut script.streams {
        instead(kind, format);
    }
    script
}

fn releases_nothing<'a>(outcomes: impl IntoIterator<Item = &'a Option<Outcome>>) -> bool {
    outcomes.into_iter().flatten().all(|outcome| {
        !outcome.verdict.is_released()
            && outcome.cleared.is_empty()
            && !outcome.shown.contains(&true)
    })
}

/// Whether no frame of a script is cleared more than the same frame of another.
fn is_within(narrower: &Script, wider: &Script) -> Result<bool, TestCaseError> {
    is_within_run(narrower, &run(wider, None)?)
}

fn is_within_run(narrower: &Script, wider: &Run) -> Result<bool, TestCaseError> {
    let narrower = run(narrower, None)?;
    let mut pairs = narrower.outcomes.iter().zip(&wider.outcomes);
    let same_frames = narrower.outcomes.len() == wider.outcomes.len();
    Ok(same_frames
        && pairs.all(|(narrower, wider)| match (narrower, wider) {
            (Some(narrower), Some(wider)) => narrower.is_within(wider),
            (narrower, _) => releases_nothing([narrower]),
        }))
}

/// What comes to the taps after `steps` that were added to a script: all its frames once more, at the present.
fn outcomes_after(
    script: &Script,
    steps: &[Step],
) -> Result<(Run, Vec<Option<Outcome>>), TestCaseError> {
    let mut run = run(script, None)?;
    for step in steps {
        run.step(step)?;
    }
    run.outcomes.clear();
    let again = reframed(script, |frame| frame.now = When::Later(0));
    for step in again
        .steps
        .iter()
        .filter(|step| matches!(step, Step::Frame(_)))
    {
        run.step(step)?;
    }
    run.check_ledger()?;
    let outcomes = run.outcomes.clone();
    Ok((run, outcomes))
}

/// The same meeting, to which nobody comes without a key.
fn with_keys(script: &Script) -> Script {
    let mut script = changed(script, |step| {
        if let Step::Join(_, key, _) = step {
            *key = match *key {
                ScriptedKey::None | ScriptedKey::AsBefore => ScriptedKey::Number(0),
                other => other,
            };
        }
    });
    script.keys = [0, 1, 2].map(ScriptedKey::Number);
    script
}

fn everybodys(step: impl Fn(usize) -> Step) -> Vec<Step> {
    // More than stays of a script; numbers beyond those that began mean one of them again.
    (0..32).map(step).collect()
}

/// Something that can only narrow.
fn narrowing() -> impl Strategy<Value = Step> {
    let same_time = || Just(When::Later(0));
    prop_oneof![
        (withdrawer(), who(), scope(), same_time())
            .prop_map(|(by, who, scope, now)| Step::Withdraw(by, who, scope, now)),
        (
            restrainer(),
            proptest::option::of(who()),
            scope(),
            same_time()
        )
            .prop_map(|(by, whom, scope, now)| Step::Restrict(by, whom, scope, now)),
    ]
}

/// Two acts, one soon after the other, somewhere in a meeting in which time passes steadily.
#[derive(Clone, Debug)]
struct Acts {
    script: Script,
    at: usize,
    steps: [Step; 2],
    gap: i64,
}

/// What became of the same frame with the acts in one order and in the other.
type Both = [Option<Outcome>; 2];

fn acts(first: usize, second: usize) -> impl Strategy<Value = Acts> {
    let steps = [act(Some(first)), act(Some(second))];
    let gap = proptest::sample::select(vec![0, 1, 400, 999, 1000, 1001, 2300]);
    let all_agree = any::<bool>();
    let parts = (steady_scripts(), any::<Index>(), steps, gap, all_agree);
    parts.prop_map(|(script, at, steps, gap, all_agree)| {
        // A record that is released in only one of the orders takes the place of another.
        let mut script = without_records(&script);
        let mut at = at.index(script.steps.len());
        if all_agree {
            let agreements = (0..3).map(|stay| agreement(stay, When::Later(0)));
            drop(script.steps.splice(at..at, agreements));
            at += 3;
        }
        Acts {
            script,
            at,
            steps,
            gap,
        }
    })
}

/// Of two of those who are there from the beginning.
fn acts_of_two() -> impl Strategy<Value = Acts> {
    let pairs = [(0, 1), (1, 2), (2, 0)];
    proptest::sample::select(pairs.to_vec()).prop_flat_map(|(first, second)| acts(first, second))
}

impl Acts {
    /// The frames that came after the two acts: those of which something was captured before both had been done, and the others.
    fn in_both_orders(&self) -> Result<(Vec<Both>, Vec<Both>), Disagreement> {
        let [first, second] = &self.steps;
        let (since, one) = self.outcomes(first, second)?;
        let (_, other) = self.outcomes(second, first)?;
        assert_eq!(one.len(), other.len(), "the same frames");
        // A consent begins with the next millisecond.
        let since_ms = (since + 999) / 1000;
        let is_earlier = |[one, _]: &Both| {
            one.as_ref()
                .is_some_and(|outcome| outcome.captured.div_euclid(1000) < since_ms)
        };
        let pairs = one.into_iter().zip(other).map(|(one, other)| [one, other]);
        Ok(pairs.partition(is_earlier))
    }

    /// When the second act was, and what became of the frames after it: all of the script once more, and the rest of the script.
    fn outcomes(
        &self,
        first: &Step,
        second: &Step,
    ) -> Result<(i64, Vec<Option<Outcome>>), Disagreement> {
        let (mut first, mut second) = (first.clone(), second.clone());
        // Whenever it begins, it ends at the same time.
        if let Step::Grant {
            until: Some(When::In(until)),
            ..
        } = &mut first
        {
            *until += self.gap;
        }
        if let Some(now) = second.now_mut() {
            *now = When::Later(self.gap);
        }

        let mut run = Run::open(ROOM, None);
        run.prepare(&self.script)?;
        let (before, rest) = self.script.steps.split_at(self.at);
        for step in before.iter().chain([&first, &second]) {
            run.step(step)?;
        }
        let since = run.present;
        run.outcomes.clear();
        run.step(&Step::Pass(When::Later(1000)))?;
        let again = reframed(&self.script, |frame| frame.now = When::Later(0));
        let is_frame = |step: &&Step| matches!(step, Step::Frame(_));
        for step in again.steps.iter().filter(is_frame).chain(rest) {
            run.step(step)?;
        }
        run.check_ledger()?;
        Ok((since, run.outcomes))
    }
}

#[test]
fn in_which_order_people_act_matters_to_one_person_and_to_what_is_captured_meanwhile() {
    let differ = |frames: &[Both]| frames.iter().filter(|[one, other]| one != other).count();
    let released = |frames: &[Both]| {
        let released = |outcome: &&Outcome| outcome.verdict.is_released();
        frames.iter().flatten().flatten().filter(released).count()
    };
    let mut runner = TestRunner::deterministic();
    let mut drawn = |acts: BoxedStrategy<Acts>| {
        let acts = (0..500).map(|_| acts.new_tree(&mut runner).expect("acts").current());
        let orders = acts.map(|acts| acts.in_both_orders().expect("agreement"));
        let (meanwhile, after): (Vec<_>, Vec<_>) = orders.unzip();
        (meanwhile.concat(), after.concat())
    };

    let (meanwhile, after) = drawn(acts_of_two().boxed());
    assert!(differ(&meanwhile) > 0, "what is captured meanwhile");
    assert!(released(&after) > 1000, "{} are released", released(&after));
    let (_, after) = drawn(acts(0, 0).boxed());
    assert!(differ(&after) > 0, "what one person does");
}

proptest! {
    #![proptest_config(config(300))]

    #[test]
    fn r1_nothing_is_released_before_anybody_agreed(script in scripts()) {
        let refused = changed(&script, |step| if matches!(step, Step::Grant { .. }) { step.omit() });
        prop_assert!(releases_nothing(&run(&refused, None)?.outcomes));
    }

    #[test]
    fn r1_what_is_amiss_is_withheld(script in scripts(), bad in proptest::sample::select(vec![-1, i64::MIN, i64::MAX])) {
        let late = reframed(&script, |frame| frame.now = When::At(bad));
        prop_assert!(releases_nothing(&run(&late, None)?.outcomes));
        let late = reframed(&script, |frame| frame.captured = When::At(bad));
        prop_assert!(releases_nothing(&run(&late, None)?.outcomes));
        let partial = reframed(&script, |frame| frame.contributors = ScriptedContributors::Partial(vec![Some(0)]));
        prop_assert!(releases_nothing(&run(&partial, None)?.outcomes));
        let stranger = reframed(&script, |frame| frame.contributors = ScriptedContributors::Complete(vec![None]));
        // Of a composite, parts that are another's may be left.
        let stranger = Script {
            streams: script.streams.iter().map(|&(owner, kind, format)| match owner {
                ScriptedOwner::Composite => (ScriptedOwner::Mix, kind, format),
                _ => (owner, kind, format),
            }).collect(),
            ..changed(&stranger, |step| if matches!(step, Step::OpenStream(..)) { *step = Step::Pass(When::Later(0)) })
        };
        prop_assert!(releases_nothing(&run(&stranger, None)?.outcomes));
        let damaged = reframed(&script, |frame| {
            frame.damage = Damage::Payload;
            frame.door = frame.door.or(Some(Door::Into));
        });
        prop_assert!(releases_nothing(&run(&damaged, None)?.outcomes));
    }

    #[test]
    fn r1_ending_or_dropping_the_meeting_closes_every_tap(script in scripts()) {
        let (run, outcomes) = outcomes_after(&script, &[Step::End])?;
        prop_assert!(releases_nothing(&outcomes));
        for mut tap in run.drop_meeting() {
            let frame = Frame::new(Time::START, Contributors::Owner);
            let admission = tap.admit(&frame, Payload::Bytes(b"four"), Time::START, |_| ());
            prop_assert_eq!(admission.verdict(), Verdict::Dropped(Reason::Ended));
        }
    }

    #[test]
    fn r1_a_dropped_meeting_is_over(script in scripts()) {
        for mut tap in run(&script, None)?.drop_meeting() {
            let frame = Frame::new(Time::START, Contributors::Owner);
            let admission = tap.admit(&frame, Payload::Bytes(b"four"), Time::START, |_| ());
            prop_assert_eq!(admission.verdict(), Verdict::Dropped(Reason::Ended));
        }
    }

    #[test]
    fn r2_only_the_person_opens(
        script in scripts(),
        other in proptest::sample::select(vec![
            Authority::Host, Authority::Administrator, Authority::Vendor,
        ]),
    ) {
        let overreached = changed(&script, |step| if let Step::Grant { by, .. } = step { *by = other });
        prop_assert!(releases_nothing(&run(&overreached, None)?.outcomes));
    }

    #[test]
    fn r2_whoever_has_a_key_agrees_by_signing_alone(script in scripts(), wrong in wrong_signing()) {
        let missigned = changed(&with_keys(&script), |step| if let Step::Grant { signing, .. } = step { *signing = wrong });
        prop_assert!(releases_nothing(&run(&missigned, None)?.outcomes));
    }

    #[test]
    fn r2_what_was_signed_before_a_withdrawal_opens_nothing_after_it(script in scripts(), time in now()) {
        let later = When::Later(0);
        let mut steps = everybodys(|stay| Step::Withdraw(Authority::Participant, Some(stay), Scope::ALL, time));
        steps.extend(everybodys(|stay| {
            let mut held_back = agreement(stay, later);
            if let Step::Grant { signing, .. } = &mut held_back {
                *signing = Signing::Earlier(0);
            }
            held_back
        }));
        let (_, outcomes) = outcomes_after(&with_keys(&script), &steps)?;
        prop_assert!(releases_nothing(&outcomes));
    }

    #[test]
    fn r2_each_lifts_only_its_own_restriction(script in scripts()) {
        let later = When::Later(0);
        let mut steps = vec![Step::Restrict(Authority::Host, None, Scope::ALL, later)];
        steps.push(Step::Lift(Authority::Administrator, None, Scope::ALL, later));
        steps.push(Step::Lift(Authority::Vendor, None, Scope::ALL, later));
        steps.extend(everybodys(|stay| Step::Lift(Authority::Host, Some(Some(stay)), Scope::ALL, later)));
        let (_, outcomes) = outcomes_after(&script, &steps)?;
        prop_assert!(releases_nothing(&outcomes));
    }

    #[test]
    fn r2_without_any_one_grant_nothing_more_is_cleared(script in steady_scripts()) {
        let wider = run(&script, None)?;
        for at in 0..script.steps.len() {
            if matches!(script.steps[at], Step::Grant { .. }) {
                let mut without = script.clone();
                without.steps[at].omit();
                prop_assert!(is_within_run(&without, &wider)?);
            }
        }
    }

    #[test]
    fn r3_each_purpose_by_itself(script in scripts()) {
        let (one, other) = (Purposes::RECORD, Purposes::TRAIN);
        let script = without_derived_streams(&without_records(&script));
        let with_outlet = |purposes| {
            let script = Script { outlets: vec![(purposes, Kinds::empty())], ..script.clone() };
            changed(&script, |step| match step {
                Step::OpenOutlet(..) => *step = Step::Pass(When::Later(0)),
                Step::Frame(frame) => frame.door = Some(Door::Into),
                _ => {}
            })
        };
        let [one, other, both] = [one, other, one | other].map(|purposes| run(&with_outlet(purposes), None));
        let (one, other, both) = (one?.outcomes, other?.outcomes, both?.outcomes);
        for ((one, other), both) in one.iter().flatten().zip(other.iter().flatten()).zip(both.iter().flatten()) {
            let each = one.shown.iter().zip(&other.shown).map(|(&one, &other)| one && other);
            prop_assert_eq!(&each.collect::<Vec<_>>(), &both.shown);
        }
    }

    #[test]
    fn r4_adding_a_contributor_or_region_never_clears_more(
        script in scripts(),
        contributor in who(),
        region in scripted_region(),
    ) {
        let wider = reframed(&script, |frame| {
            if let ScriptedContributors::Complete(list) = &mut frame.contributors
                && !list.is_empty()
            {
                list.push(contributor);
            }
        });
        prop_assert!(is_within(&wider, &script)?);

        // Of a composite, what a region covers belongs to its owner instead of everybody.
        let mut without_composites = changed(&script, |step| {
            if let Step::OpenStream(owner @ ScriptedOwner::Composite, ..) = step {
                *owner = ScriptedOwner::Mix;
            }
        });
        for (owner, ..) in &mut without_composites.streams {
            if matches!(owner, ScriptedOwner::Composite) {
                *owner = ScriptedOwner::Mix;
            }
        }
        let wider = reframed(&without_composites, |frame| frame.regions.push(region.clone()));
        prop_assert!(is_within(&wider, &without_composites)?);
    }

    #[test]
    fn r4_in_which_order_two_people_act_changes_nothing_of_what_is_captured_after_both(
        acts in acts_of_two(),
    ) {
        let (_, after) = acts.in_both_orders()?;
        for [one, other] in after {
            prop_assert_eq!(one, other);
        }
    }

    #[test]
    fn r5_an_earlier_capture_never_clears_more(script in steady_scripts(), by in 1_i64..4000) {
        let earlier = reframed(&script, |frame| {
            if let When::Ago(ago) = &mut frame.captured {
                *ago += by;
            }
        });
        prop_assert!(is_within(&earlier, &script)?);
    }

    #[test]
    fn r5_adding_an_end_never_clears_more(script in steady_scripts(), end in 1_i64..6000) {
        let wider = run(&script, None)?;
        for at in 0..script.steps.len() {
            let mut shorter = script.clone();
            if let Step::Grant { until: until @ None, .. } = &mut shorter.steps[at] {
                *until = Some(When::In(end));
                prop_assert!(is_within_run(&shorter, &wider)?);
            }
        }
    }

    #[test]
    fn r5_withdrawing_and_agreeing_again_at_once_is_a_break(script in steady_scripts()) {
        let later = When::Later(0);
        let mut steps = everybodys(|stay| Step::Withdraw(Authority::Participant, Some(stay), Scope::ALL, later));
        steps.extend(everybodys(|stay| agreement(stay, later)));
        let before = reframed(&script, |frame| {
            if let When::Ago(ago) = &mut frame.captured {
                *ago = (*ago).max(1000);
            }
        });
        let (_, outcomes) = outcomes_after(&before, &steps)?;
        prop_assert!(releases_nothing(&outcomes));
    }

    #[test]
    fn r6_a_withdrawal_cuts_whatever_was_captured_before(script in scripts(), time in now()) {
        let steps = everybodys(|stay| Step::Withdraw(Authority::Participant, Some(stay), Scope::ALL, time));
        let (_, outcomes) = outcomes_after(&script, &steps)?;
        prop_assert!(releases_nothing(&outcomes));
    }

    #[test]
    fn r6_leaving_closes_everything(script in scripts(), time in now()) {
        let steps = everybodys(|stay| Step::Leave(Some(stay), time));
        let (_, outcomes) = outcomes_after(&script, &steps)?;
        prop_assert!(releases_nothing(&outcomes));
    }

    #[test]
    fn r6_adding_a_withdrawal_or_restriction_never_clears_more(
        script in steady_scripts(),
        step in narrowing(),
        at in any::<Index>(),
    ) {
        let mut narrowed = script.clone();
        narrowed.steps.insert(at.index(script.steps.len()), step);
        prop_assert!(is_within(&narrowed, &script)?);
    }

    #[test]
    fn r6_adding_a_leave_never_clears_more(script in steady_scripts(), who in who(), at in any::<Index>()) {
        let at = at.index(script.steps.len());
        // A place that becomes free lets others in, and they may agree.
        let mut script = script;
        for step in &mut script.steps[at..] {
            if matches!(step, Step::Join(..)) {
                step.omit();
            }
        }
        let mut narrowed = script.clone();
        narrowed.steps.insert(at, Step::Leave(who, When::Later(0)));
        // A stream can be opened only for somebody who is there; those that are opened later have other numbers then.
        let opens_later = script.steps[at..].iter().any(|step| matches!(step, Step::OpenStream(..)));
        prop_assume!(!opens_later);
        prop_assert!(is_within(&narrowed, &script)?);
    }

    #[test]
    fn r8_adding_a_source_never_clears_more(script in scripts(), source in scripted_source()) {
        let wider = reframed(&script, |frame| {
            if !frame.sources.is_empty() {
                frame.sources.push(source);
            }
        });
        prop_assert!(is_within(&wider, &script)?);
    }

    #[test]
    fn r8_a_withdrawal_reaches_what_waits_to_be_derived(script in scripts(), time in now()) {
        let captions = Script {
            streams: script.streams.iter().map(|&(owner, kind, format)| match owner {
                ScriptedOwner::Derived => (owner, Kind::Caption, Format::Text),
                _ => (owner, kind, format),
            }).collect(),
            ..script
        };
        let mut run = run(&captions, None)?;
        // To captions everybody still agrees, but not to anything else.
        let others = Scope::new(Kinds::all() - Kinds::CAPTION, Purposes::all());
        for step in everybodys(|stay| Step::Withdraw(Authority::Participant, Some(stay), others, time)) {
            run.step(&step)?;
        }
        run.outcomes.clear();
        let waiting = reframed(&captions, |frame| (frame.stream, frame.now) = (DERIVED, When::Later(0)));
        for step in waiting.steps.iter().filter(|step| matches!(step, Step::Frame(_))) {
            run.step(step)?;
        }
        prop_assert!(releases_nothing(&run.outcomes));
    }

    #[test]
    fn r9_service_data_is_not_released_as_free_bytes(
        script in scripts(),
        service in proptest::sample::select(vec![Kind::Telemetry, Kind::Diagnostic, Kind::Usage, Kind::Unclassified]),
    ) {
        let mut script = changed(&without_records(&script), |step| if let Step::OpenStream(_, kind, _) = step { *kind = service });
        for (_, kind, _) in &mut script.streams {
            *kind = service;
        }
        prop_assert!(releases_nothing(&run(&script, None)?.outcomes));
    }

    #[test]
    fn r9_no_more_goes_in_a_minute_than_was_declared(script in steady_scripts()) {
        let (_, _, Format::Record(declared)) = script.streams[RECORDS[0]] else { unreachable!() };
        let mut script = changed(&script, |step| match step {
            Step::Pass(now) => *now = When::Later(0),
            Step::Frame(frame) => {
                (frame.stream, frame.outlet) = (RECORDS[0], 0);
                frame.door = frame.door.or(Some(Door::Into));
                frame.contributors = ScriptedContributors::Owner;
                frame.regions.clear();
            }
            _ => {}
        });
        let agreements = everybodys(|stay| agreement(stay, When::Later(0)));
        script.steps.splice(0..0, agreements);
        let run = run(&script, None)?;
        let released = run.outcomes.iter().flatten().filter(|outcome| outcome.verdict.is_released());
        prop_assert!(released.count() <= declared.records_per_minute());
    }

    #[test]
    fn r10_every_frame_is_counted_once(script in scripts()) {
        let run = run(&script, None)?;
        let counted = run.outcomes.iter().flatten().filter(|outcome| outcome.door.is_some());
        let verdicts = counted.map(|outcome| outcome.verdict).collect::<Vec<_>>();
        let count = |is: fn(&Verdict) -> bool| verdicts.iter().filter(|verdict| is(verdict)).count() as u64;
        let totals = run.totals();
        prop_assert_eq!(totals.seen, verdicts.len() as u64);
        prop_assert_eq!(totals.whole, count(|verdict| matches!(verdict, Verdict::Whole)));
        prop_assert_eq!(totals.redacted, count(|verdict| matches!(verdict, Verdict::Redacted(_))));
        prop_assert_eq!(totals.blanked, count(|verdict| matches!(verdict, Verdict::Blanked(_))));
        prop_assert_eq!(totals.dropped, count(|verdict| matches!(verdict, Verdict::Dropped(_))));
        prop_assert_eq!(totals.seen, totals.whole + totals.redacted + totals.blanked + totals.dropped);
    }
}
