//! Rooms of up to two thousand people: groups with somebody listed twice, with people who have left and with seats that others have taken, lists,
//! shared screens, and what is about everybody at once. Everything is compared with the oracle, tag for tag.

use std::sync::LazyLock;

use framegate::{Authority, Kind, Kinds, Method, Purposes};
use proptest::{collection::vec, option, prelude::*};

use crate::content::Format;
use crate::{
    rules::Fault,
    run::{Disagreement, Run},
    scripts::{
        EVEN, EVERYTHING, NEWEST, ODD, RENEWED, SOUND, ScriptedContributors, ScriptedFrame,
        ScriptedKey, ScriptedOwner, ScriptedStream, Signing, Step, When, Who, agreement, now,
        one_of, restrainer, scope, scripted_frame,
    },
};

/// The most people that there are at a time.
const LARGEST: usize = 2000;
/// So many ids more than people who are there at first.
const OTHERS: usize = 20;

static IDS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let numbers = 0..LARGEST + OTHERS;
    numbers.map(|number| format!("p{number}")).collect()
});

/// A room, as many as are in it at first, and what happens there.
#[derive(Clone, Debug)]
pub struct Room {
    pub people: usize,
    /// One in so many has not agreed to anything, of those who come last.
    reluctant: usize,
    steps: Vec<Step>,
}

/// Two mixes, a shared screen, a gallery, and two microphones of one person each, the one of them alone.
const STREAMS: [ScriptedStream; 6] = [
    (ScriptedOwner::Mix, Kind::Chat, Format::Text),
    (ScriptedOwner::Mix, Kind::Audio, SOUND),
    (ScriptedOwner::Stay(0), Kind::Screen, ODD),
    (ScriptedOwner::Composite, Kind::Video, EVEN),
    (ScriptedOwner::Alone(1), Kind::Audio, SOUND),
    (ScriptedOwner::Stay(1), Kind::Chat, Format::Text),
];

pub fn rooms() -> impl Strategy<Value = Room> {
    let people = prop_oneof![3 => 4..=60_usize, 3 => 61..=400_usize, 2 => 401..=LARGEST];
    people.prop_flat_map(|people| {
        let steps = vec(steps(people), 15..=30);
        (2..=20_usize, steps).prop_map(move |(reluctant, steps)| Room {
            people,
            reluctant,
            steps: steps.concat(),
        })
    })
}

/// Those who mostly stay and agree: groups of them go.
fn steady(people: usize) -> usize {
    people - people / 4
}

/// Runs a room through the gate and the oracle.
pub fn run(room: &Room, fault: Option<Fault>) -> Result<Run, Disagreement> {
    let mut run = Run::open(room.people, fault);
    let later = When::Later(0);
    for id in &IDS[..room.people] {
        run.act(&Step::Join(id, ScriptedKey::None, later))?;
    }
    run.act(&Step::ThirdParty(Purposes::RECORD))?;
    run.act(&Step::ThirdParty(Purposes::IDENTIFY))?;
    run.act(&Step::Show(EVERYTHING))?;
    run.act(&Step::Show(RENEWED))?;
    for (owner, kind, format) in STREAMS {
        run.act(&Step::OpenStream(owner, kind, format))?;
    }
    run.act(&Step::OpenOutlet(Purposes::RECORD, Kinds::empty()))?;
    let both = Purposes::RECORD | Purposes::TRAIN;
    run.act(&Step::OpenOutlet(both, Kinds::all()))?;
    for stay in 0..room.people {
        if stay < steady(room.people) || stay % room.reluctant > 0 {
            run.act(&agreement(stay, later))?;
        }
    }
    run.act(&Step::Pass(When::Later(1000)))?;
    run.check_state()?;
    for step in &room.steps {
        run.act(step)?;
        run.check_state()?;
    }
    run.check_counters()?;
    run.check_ledger()?;
    Ok(run)
}

/// Several steps that rarely come together by chance.
fn scenes(people: usize) -> impl Strategy<Value = Vec<Step>> {
    let leaving = steady(people)..people;
    // Their seat is free: they come back, or somebody new comes, and often agrees.
    let seat = (
        leaving,
        0..OTHERS,
        any::<bool>(),
        any::<bool>(),
        now(),
        frame(people),
    );
    let seat = seat.prop_map(move |(stay, other, is_back, agrees, now, frame)| {
        let id = &IDS[if is_back { stay } else { people + other }];
        let mut steps = vec![Step::Leave(Some(stay), now)];
        steps.extend([frame, Step::Join(id, ScriptedKey::None, now)]);
        if agrees {
            steps.push(agreement(NEWEST, When::Later(0)));
        }
        steps
    });
    // Somebody of a group withdraws, and agrees again, perhaps for a while.
    let ends = option::of(Just(When::In(3000)));
    let again = (0..people, scope(), ends, vec(frame(people), 3));
    let again = again.prop_map(|(stay, scope, ends, frames)| {
        let (by, later) = (Authority::Participant, When::Later(1000));
        let mut steps = vec![Step::Withdraw(by, Some(stay), scope, When::Later(0))];
        let agreed = under(EVERYTHING, agreement(stay, later), ends);
        let ended = Step::Pass(When::Later(3000));
        // A frame after the withdrawal, one while what was agreed to lasts, and one afterwards.
        let after = [vec![agreed, Step::Pass(later)], vec![ended], Vec::new()];
        for (frame, then) in frames.into_iter().zip(after) {
            steps.push(frame);
            steps.extend(then);
        }
        steps
    });
    // Restricted for everybody, and lifted.
    let pause = (restrainer(), scope(), frame(people), frame(people));
    let pause = pause.prop_map(|(by, scope, between, after)| {
        vec![
            Step::Restrict(by, None, scope, When::Later(0)),
            between,
            Step::Lift(by, None, scope, When::Later(1000)),
            Step::Pass(When::Later(1000)),
            after,
        ]
    });
    prop_oneof![3 => seat.boxed(), 3 => again.boxed(), 2 => pause.boxed()]
}

/// Several who agree at once.
fn agreements(people: usize) -> impl Strategy<Value = Vec<Step>> {
    // A notice goes, and some agree under another.
    let superseded = (
        one_of(&[RENEWED, RENEWED, EVERYTHING]),
        several(people),
        now(),
    );
    let superseded = superseded.prop_map(|(notice, some, now)| {
        let other = if notice == RENEWED {
            EVERYTHING
        } else {
            RENEWED
        };
        let renewed = some.into_iter().flatten();
        let renewed = renewed.map(|stay| under(other, agreement(stay, When::Later(0)), None));
        [Step::Supersede(notice, now)]
            .into_iter()
            .chain(renewed)
            .collect()
    });
    // A few agree for a while, and others under a notice of their own.
    let until = one_of(&[999, 1000, 3000, 5200, 65_536_000]).prop_map(When::In);
    let agreed = (
        few(people),
        scope(),
        one_of(&[EVERYTHING, RENEWED]),
        option::of(until),
        now(),
    );
    let agreed = agreed.prop_map(|(some, what, notice, until, now)| {
        let grants = some.into_iter().map(move |who| Step::Grant {
            by: Authority::Participant,
            who,
            notice,
            scope: what,
            method: Method::Typed,
            at: None,
            until,
            signing: Signing::Rightly,
            now,
        });
        grants.chain([Step::Pass(When::Later(1000))]).collect()
    });
    prop_oneof![1 => superseded.boxed(), 3 => agreed.boxed()]
}

/// One step, or several.
fn steps(people: usize) -> impl Strategy<Value = Vec<Step>> {
    let one = |step: BoxedStrategy<Step>| step.prop_map(|step| vec![step]);
    let by = Authority::Participant;
    let about_one = prop_oneof![
        (0..people, scope(), now()).prop_map(move |(who, scope, now)| Step::Withdraw(
            by,
            Some(who),
            scope,
            now
        )),
        (restrainer(), option::of(0..people), scope(), now())
            .prop_map(|(by, whom, scope, now)| Step::Restrict(by, whom.map(Some), scope, now)),
        (restrainer(), option::of(0..people), scope(), now())
            .prop_map(|(by, whom, scope, now)| Step::Lift(by, whom.map(Some), scope, now)),
        (0..people, now()).prop_map(|(who, now)| Step::Leave(Some(who), now)),
    ];
    let passes = prop_oneof![
        now().prop_map(Step::Tick),
        one_of(&[1000, 3000, 70_000_000]).prop_map(|by| Step::Tick(When::Later(by))),
        now().prop_map(Step::Count),
    ];
    prop_oneof![
        12 => one(frame(people).boxed()),
        8 => scenes(people),
        4 => agreements(people),
        2 => one(about_one.boxed()),
        3 => one(passes.boxed()),
    ]
}

/// The same under another notice.
fn under(other: &'static str, mut agreed: Step, ends: Option<When>) -> Step {
    if let Step::Grant { notice, until, .. } = &mut agreed {
        (*notice, *until) = (other, ends);
    }
    agreed
}

fn few(people: usize) -> impl Strategy<Value = Vec<Who>> {
    vec((0..people).prop_map(Some), 1..=6)
}

/// Everybody who mostly stays, or every second or third of them; perhaps with somebody twice, and with anybody else.
fn several(people: usize) -> impl Strategy<Value = Vec<Who>> {
    let some = (1..=steady(people), one_of(&[1, 1, 2, 3]));
    let more = vec((0..people).prop_map(Some), 0..=2);
    (
        some,
        option::weighted(0.3, 0..steady(people)),
        option::weighted(0.5, more),
    )
        .prop_map(|((count, by), twice, more)| {
            let some = (0..count).step_by(by).map(Some);
            let twice = twice.into_iter().map(Some);
            some.chain(twice)
                .chain(more.into_iter().flatten())
                .collect()
        })
}

/// A frame: of its owner, of a list, of a group that is made for it, or of one that was made before.
fn frame(people: usize) -> impl Strategy<Value = Step> {
    let contributors = prop_oneof![
        2 => Just(ScriptedContributors::Owner),
        3 => few(people).prop_map(ScriptedContributors::Complete),
        1 => several(people).prop_map(ScriptedContributors::Complete),
        3 => several(people).prop_map(ScriptedContributors::Group),
        8 => prop_oneof![Just(NEWEST), 0..6_usize].prop_map(ScriptedContributors::SameGroup),
    ];
    let owners = vec((0..people).prop_map(Some), 3);
    (scripted_frame(), 0..STREAMS.len(), contributors, owners).prop_map(
        |(frame, stream, contributors, owners)| {
            let (owner, ..) = STREAMS[stream];
            // Mostly such as the stream can have, or none would go.
            let contributors = match (owner, frame.gap) {
                (ScriptedOwner::Alone(_), 1..) => ScriptedContributors::Owner,
                _ => contributors,
            };
            let mut regions = frame.regions;
            for (region, owner) in regions.iter_mut().zip(&owners) {
                region.owner = *owner;
            }
            if !matches!(owner, ScriptedOwner::Stay(_) | ScriptedOwner::Composite) {
                regions.clear();
            }
            Step::Frame(ScriptedFrame {
                stream,
                contributors,
                regions,
                misplaced: false,
                ..frame
            })
        },
    )
}
