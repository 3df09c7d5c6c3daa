//! Made-up meetings: what people do in them, and which frames come when.

use std::fmt::Debug;

use framegate::{
    Area, Authority, Kind, Kinds, Method, Purposes, Scope,
    format::{ColorRange, PixelFormat, Samples},
};
use proptest::{collection::vec, option, prelude::*, sample::select};

use crate::{
    content::{Content, Format, JSON, plane_sizes, sample},
    records::{CONSTANT, SINGLE, TRIPLE},
    rules::{Door, Whose, in_range},
};

/// Who there may be.
/// The last has a guardian.
pub const IDS: [&str; 4] = ["ana", "ben", "eva", "olu"];
/// So many of them are there from the beginning.
pub const GROUPED: usize = 3;
/// The texts of the notices.
pub const EVERYTHING: &str = "everything";
/// Another that describes everything.
pub const RENEWED: &str = "everything, in other words";
pub const RECORDING: &str = "recording";
/// Of a third party alone that may get its name later.
pub const TO_COME: &str = "a third party to come";
const FIFTH: Purposes = Purposes::from_bits_retain(1 << 11);
/// What else is written of each meeting, notice, outlet and third party.
pub const MEETING: &str = "oracle";
/// The time of day at its start, in microseconds since 1970.
pub const STARTED: u64 = 1_772_442_000_000_000;
pub const VERSION: &str = "1";
pub const LANGUAGE: &str = "en";
pub const CONTROLLER: &str = "Example";
pub const GUARDIAN: &str = "their guardian";
pub const OUTLET: &str = "outlet";
pub const RECIPIENT: &str = "Example Ltd";
/// The first two pairs of a purpose and a third party.
pub const THIRD: Purposes = Purposes::from_bits_retain(1 << 9);
const FOURTH: Purposes = Purposes::from_bits_retain(1 << 10);
/// The first time that is out of range.
const LIMIT: i64 = 4_294_967_295_000;

#[derive(Clone, Debug)]
pub struct Script {
    pub streams: Vec<ScriptedStream>,
    pub outlets: Vec<(Purposes, Kinds)>,
    /// Of those who are there from the beginning.
    pub keys: [ScriptedKey; GROUPED],
    pub steps: Vec<Step>,
}

/// What somebody joins with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScriptedKey {
    /// Whatever their id joined with before, if it did.
    AsBefore,
    None,
    Number(u8),
    /// One with which nobody can join.
    Bad(u8),
}

/// How what somebody agrees to is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Signing {
    /// As it must be: not at all by those without a key.
    Rightly,
    Not,
    /// By somebody else's key.
    ByAnother(u8),
    /// Not quite what is asked.
    Changed(Part),
    /// Over the challenge before, or one before that.
    Earlier(usize),
    OfAnotherMeeting,
    /// Of one of the same id.
    OfAnotherInstance,
    /// A bit of the signature is another.
    Damaged(usize),
}

/// What of a grant can be another when it is signed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    Instance,
    Meeting,
    Participant,
    Notice,
    Kinds,
    Purposes,
    Recipients,
    Method,
    At,
    Until,
    Challenge,
}

pub type ScriptedStream = (ScriptedOwner, Kind, Format);

/// A time, in microseconds around the present, which is 5 ms at first.
#[derive(Clone, Copy, Debug)]
pub enum When {
    /// The present moves on by so much.
    Later(i64),
    /// So long ago.
    Ago(i64),
    /// In so long.
    In(i64),
    /// Whatever the present is.
    At(i64),
}

impl When {
    /// In microseconds since the meeting's start, which may move the present on.
    pub fn at(self, present: &mut i64) -> i64 {
        match self {
            Self::Later(by) => {
                *present += by;
                *present
            }
            Self::Ago(by) => (*present - by).max(0),
            Self::In(by) => *present + by,
            Self::At(time) if in_range(time) => time,
            // The gate does not keep which one it was.
            Self::At(_) => i64::MAX,
        }
    }
}

/// Somebody by the number of their stay, modulo how many there were; none for somebody unknown.
pub type Who = Option<usize>;
/// The last stay, or stream, that there is by then.
pub const NEWEST: usize = usize::MAX;

#[derive(Clone, Copy, Debug)]
pub enum ScriptedOwner {
    Stay(usize),
    /// One person, and nobody else.
    Alone(usize),
    Mix,
    Composite,
    /// Made from other streams' frames.
    Derived,
}

impl ScriptedOwner {
    /// Whose a stream of one stay is: records are always of one person alone.
    pub fn whose(self, stay: usize, format: Format) -> Whose {
        match (self, format) {
            (Self::Alone(_), _) | (_, Format::Record(_)) => Whose::Alone(stay),
            _ => Whose::Owned(stay),
        }
    }
}

#[derive(Clone, Debug)]
pub enum Step {
    /// Nothing happens.
    Pass(When),
    Join(&'static str, ScriptedKey, When),
    Leave(Who, When),
    Show(&'static str),
    Grant {
        by: Authority,
        who: Who,
        notice: &'static str,
        scope: Scope,
        method: Method,
        at: Option<When>,
        until: Option<When>,
        signing: Signing,
        now: When,
    },
    Supersede(&'static str, When),
    Tick(When),
    /// So much time has truly passed.
    Advance(When),
    Count(When),
    Withdraw(Authority, Who, Scope, When),
    Restrict(Authority, Option<Who>, Scope, When),
    Lift(Authority, Option<Who>, Scope, When),
    ThirdParty(Purposes),
    OpenStream(ScriptedOwner, Kind, Format),
    OpenOutlet(Purposes, Kinds),
    Frame(ScriptedFrame),
    /// The meeting is dropped, and goes on from its ledger. That may end in half a line.
    Resume {
        torn: bool,
    },
    End,
}

#[derive(Clone, Debug)]
pub struct ScriptedFrame {
    /// Modulo how many there are.
    pub stream: usize,
    pub outlet: usize,
    pub captured: When,
    pub contributors: ScriptedContributors,
    pub regions: Vec<ScriptedRegion>,
    pub length: usize,
    /// Bytes between the rows of a picture.
    pub gap: usize,
    pub damage: Damage,
    /// None for the bare decision.
    pub door: Option<Door>,
    /// What it is made from, on a derived stream.
    pub sources: Vec<ScriptedSource>,
    /// Made from these on another stream; or not, on a derived one.
    pub misplaced: bool,
    pub now: When,
}

/// A frame that came so many frames before, and perhaps another joined with it.
#[derive(Clone, Copy, Debug)]
pub struct ScriptedSource {
    pub back: usize,
    pub also: Option<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Damage {
    None,
    Payload,
    OtherFormat,
    Buffer,
}

#[derive(Clone, Debug)]
pub enum ScriptedContributors {
    Owner,
    Complete(Vec<Who>),
    Partial(Vec<Who>),
    /// The contributing sources of a packet.
    Csrcs(Vec<Who>),
    /// A group that is registered for it; if that fails, a list.
    Group(Vec<Who>),
    /// A group that an earlier frame came with.
    SameGroup(usize),
    /// A group of another meeting, by the numbers of their stays there.
    ForeignGroup(Vec<usize>),
}

#[derive(Clone, Debug)]
pub struct ScriptedRegion {
    pub owner: Who,
    /// Two corners, each to be fitted into the frame.
    pub corners: [u32; 4],
    /// An area that is not of this frame.
    pub amiss: bool,
    pub kind: Option<Kind>,
    pub captured: Option<When>,
}

/// What a notice describes.
pub fn notice_scope(text: &str) -> Scope {
    match text {
        RECORDING => Scope::new(Kinds::all(), Purposes::RECORD),
        TO_COME => Scope::new(Kinds::all(), FIFTH),
        _ => Scope::ALL,
    }
}

/// Meetings of about 30 steps.
pub fn scripts() -> impl Strategy<Value = Script> {
    (
        streams(),
        vec(scripted_outlet(), 1..=2),
        [first_key(), first_key(), first_key()],
        vec(any_steps(), 18..=26),
    )
        .prop_map(|(streams, outlets, keys, steps)| {
            let mut steps = steps.concat();
            for step in &mut steps {
                if let Step::Frame(frame) = step {
                    frame.leave_others_out(&streams);
                }
            }
            Script {
                streams,
                outlets,
                keys,
                steps,
            }
        })
}

fn first_key() -> impl Strategy<Value = ScriptedKey> {
    prop_oneof![
        3 => Just(ScriptedKey::None),
        2 => (0..4_u8).prop_map(ScriptedKey::Number),
    ]
}

fn scripted_key() -> impl Strategy<Value = ScriptedKey> {
    prop_oneof![
        5 => Just(ScriptedKey::AsBefore),
        2 => Just(ScriptedKey::None),
        3 => (0..4_u8).prop_map(ScriptedKey::Number),
        1 => (0..4_u8).prop_map(ScriptedKey::Bad),
    ]
}

/// In a wrong way.
pub fn wrong_signing() -> impl Strategy<Value = Signing> {
    let parts = [
        Part::Instance,
        Part::Meeting,
        Part::Participant,
        Part::Notice,
        Part::Kinds,
        Part::Purposes,
        Part::Recipients,
        Part::Method,
        Part::At,
        Part::Until,
        Part::Challenge,
    ];
    prop_oneof![
        2 => Just(Signing::Not),
        1 => (0..3_u8).prop_map(Signing::ByAnother),
        4 => one_of(&parts).prop_map(Signing::Changed),
        3 => one_of(&[0, 0, 1, 2]).prop_map(Signing::Earlier),
        1 => Just(Signing::OfAnotherMeeting),
        1 => Just(Signing::OfAnotherInstance),
        1 => (0..512_usize).prop_map(Signing::Damaged),
    ]
}

fn signing() -> impl Strategy<Value = Signing> {
    prop_oneof![2 => Just(Signing::Rightly), 1 => wrong_signing()]
}

/// Which of a script's streams is a derived one, which two are of records, and which others there are at least.
pub const DERIVED: usize = 0;
pub const RECORDS: [usize; 2] = [1, 2];
const ORDINARY: [usize; 2] = [3, 4];

fn streams() -> impl Strategy<Value = Vec<ScriptedStream>> {
    let first = (derived_stream(), records(), records());
    (first, vec(scripted_stream(), 2..=3)).prop_map(|((derived, first, second), others)| {
        [vec![derived, first, second], others].concat()
    })
}

/// Those in which time passes steadily, the same for everybody.
pub fn steady_scripts() -> impl Strategy<Value = Script> {
    scripts().prop_map(|mut script| {
        for step in &mut script.steps {
            if let Some(now) = step.now_mut()
                && !matches!(now, When::Later(_))
            {
                *now = When::Later(0);
            }
        }
        script
    })
}

impl Step {
    /// The time that is given with it.
    pub fn now_mut(&mut self) -> Option<&mut When> {
        match self {
            Self::Pass(now)
            | Self::Join(_, _, now)
            | Self::Leave(_, now)
            | Self::Grant { now, .. }
            | Self::Supersede(_, now)
            | Self::Tick(now)
            | Self::Advance(now)
            | Self::Count(now)
            | Self::Withdraw(_, _, _, now)
            | Self::Restrict(_, _, _, now)
            | Self::Lift(_, _, _, now)
            | Self::Frame(ScriptedFrame { now, .. }) => Some(now),
            Self::Show(_)
            | Self::ThirdParty(_)
            | Self::OpenStream(..)
            | Self::OpenOutlet(..)
            | Self::Resume { .. }
            | Self::End => None,
        }
    }

    /// Nothing happens instead, at the same time.
    pub fn omit(&mut self) {
        if let Some(&mut now) = self.now_mut() {
            *self = Self::Pass(now);
        }
    }
}

/// Somebody agrees to everything.
pub fn agreement(stay: usize, now: When) -> Step {
    agreement_by(Authority::Participant, stay, now)
}

fn agreement_by(by: Authority, stay: usize, now: When) -> Step {
    Step::Grant {
        by,
        who: Some(stay),
        notice: EVERYTHING,
        scope: Scope::ALL,
        method: Method::Typed,
        at: None,
        until: None,
        signing: Signing::Rightly,
        now,
    }
}

/// The same, told now of an earlier time.
pub fn agreement_agreed(by: Authority, stay: usize, agreed: When) -> Step {
    let mut told = agreement_by(by, stay, When::Later(0));
    if let Step::Grant { at, .. } = &mut told {
        *at = Some(agreed);
    }
    told
}

/// One step, or two that rarely come together by chance: leaving and coming back, a restriction and its end.
fn any_steps() -> impl Strategy<Value = Vec<Step>> {
    let reconnect =
        (0..IDS.len(), scripted_key(), now(), now()).prop_map(|(stay, key, left, joined)| {
            vec![
                Step::Leave(Some(stay), left),
                Step::Join(IDS[stay], key, joined),
            ]
        });
    // A child refuses, and the guardian agrees afterwards.
    let overruled =
        (0..8_usize, scope(), now(), now()).prop_map(|(stay, scope, refused, agreed)| {
            let guardian = Authority::Guardian;
            vec![
                Step::Withdraw(Authority::Participant, Some(stay), scope, refused),
                agreement_by(guardian, stay, agreed),
            ]
        });
    // They withdraw or come back, and what they signed before is brought once more.
    let held_back = (0..8_usize, scope(), 0..3_u8, now(), now()).prop_map(
        |(stay, scope, what, since, again)| {
            let by = if stay % IDS.len() == GROUPED {
                Authority::Guardian
            } else {
                Authority::Participant
            };
            let mut replayed = agreement_by(by, stay, again);
            if let Step::Grant { signing, .. } = &mut replayed {
                *signing = Signing::Earlier(0);
            }
            let mut steps = match what {
                0 => vec![
                    Step::Leave(Some(stay), since),
                    Step::Join(IDS[stay % IDS.len()], ScriptedKey::AsBefore, since),
                ],
                _ => vec![Step::Withdraw(by, Some(stay), scope, since)],
            };
            steps.push(replayed);
            steps
        },
    );
    // What they agreed to arrives late: after a withdrawal, when they have come back, or perhaps before its notice was shown.
    let overtaken = (
        0..8_usize,
        scope(),
        0..4_u8,
        one_of(&[0, 1, 999, 1000, 1001, 3000]),
    )
        .prop_map(|(stay, scope, what, back)| {
            let by = if stay % IDS.len() == GROUPED {
                Authority::Guardian
            } else {
                Authority::Participant
            };
            let now = When::Later(0);
            let (mut steps, stay) = match what {
                0 => {
                    let joined = Step::Join(IDS[stay % IDS.len()], ScriptedKey::AsBefore, now);
                    (vec![Step::Leave(Some(stay), now), joined], NEWEST)
                }
                1 => (vec![Step::Show(RECORDING)], stay),
                _ => (vec![Step::Withdraw(by, Some(stay), scope, now)], stay),
            };
            let arrives = When::Later(1000);
            steps.push(Step::Pass(arrives));
            let mut agreed = agreement_agreed(by, stay, When::Ago(back));
            if let (1, Step::Grant { notice, scope, .. }) = (what, &mut agreed) {
                *notice = RECORDING;
                scope.purposes = Purposes::RECORD;
            }
            steps.push(agreed);
            steps
        });
    let whom = option::weighted(0.5, who());
    let suspend =
        (restrainer(), whom, scope(), now(), now()).prop_map(|(by, whom, scope, since, until)| {
            vec![
                Step::Restrict(by, whom, scope, since),
                Step::Lift(by, whom, scope, until),
            ]
        });
    prop_oneof![
        40 => any_step().prop_map(|step| vec![step]).boxed(),
        1 => reconnect,
        1 => overruled,
        1 => guardianship().boxed(),
        1 => held_back,
        2 => overtaken.boxed(),
        1 => suspend,
        // All of them inside each other are too much for a thread's stack.
        1 => derivation().boxed(),
        1 => gathering().boxed(),
        1 => measurements().boxed(),
        1 => measurements_after_a_return().boxed(),
    ]
}

/// Somebody who has a guardian comes in the place of another. Somebody agrees for them, mostly the guardian, and they are heard.
fn guardianship() -> impl Strategy<Value = Vec<Step>> {
    let key = prop_oneof![
        1 => Just(ScriptedKey::None),
        3 => (0..4_u8).prop_map(ScriptedKey::Number),
    ];
    let by = prop_oneof![
        6 => Just(Authority::Guardian),
        1 => one_of(&[Authority::Participant, Authority::Host]),
    ];
    let heard = (scripted_frame(), one_of(&ORDINARY)).prop_map(|(frame, stream)| {
        Step::Frame(ScriptedFrame {
            stream,
            captured: When::Ago(0),
            contributors: ScriptedContributors::Complete(vec![Some(NEWEST)]),
            regions: Vec::new(),
            misplaced: false,
            now: When::Later(1000),
            ..frame
        })
    });
    (0..GROUPED, key, by, signing(), heard).prop_map(|(left, key, by, as_signed, heard)| {
        let later = When::Later(0);
        let mut agreed = agreement_by(by, NEWEST, later);
        if let Step::Grant { signing, .. } = &mut agreed {
            *signing = as_signed;
        }
        let id = IDS[GROUPED];
        vec![
            Step::Leave(Some(left), later),
            Step::Join(id, key, later),
            agreed,
            heard,
        ]
    })
}

/// Records of one stream in a minute, then of it or another: in the same minute, in the next, or at last a late one.
fn measurements() -> impl Strategy<Value = Vec<Step>> {
    let [one, other] = RECORDS;
    let passes = one_of(&[0, 0, MINUTE]).prop_map(|by| Step::Pass(When::Later(by)));
    let is_late = proptest::bool::ANY;
    let records = (
        vec(record(one), 1..=4),
        passes,
        vec(record(one), 0..=1),
        record(other),
        is_late,
    );
    records.prop_map(|(mut steps, passes, then, mut last, is_late)| {
        if let (Step::Frame(frame), true) = (&mut last, is_late) {
            // After the agreement, so that it can be cleared.
            frame.captured = When::Ago(MINUTE - 2000);
            frame.now = frame.captured;
        }
        steps.splice(0..0, agreements(&[0, 1]));
        steps.push(passes);
        steps.extend(then);
        steps.push(last);
        steps
    })
}

/// Somebody comes back, to send more records than they may.
fn measurements_after_a_return() -> impl Strategy<Value = Vec<Step>> {
    let again = records()
        .prop_map(|(_, kind, format)| Step::OpenStream(ScriptedOwner::Alone(NEWEST), kind, format));
    let records = (
        vec(record(RECORDS[0]), 1..=3),
        again,
        vec(record(NEWEST), 1..=2),
    );
    records.prop_map(|(before, again, after)| {
        let now = When::Later(0);
        let mut steps = agreements(&[0]);
        steps.extend(before);
        let back = Step::Join(IDS[0], ScriptedKey::AsBefore, now);
        steps.extend([Step::Leave(Some(0), now), back, again]);
        steps.extend(agreements(&[NEWEST]));
        steps.extend(after);
        steps
    })
}

/// A frame as a stream of records has it.
fn record(stream: usize) -> impl Strategy<Value = Step> {
    (scripted_frame(), one_of(&[0, 0, 0, 1])).prop_map(move |(frame, outlet)| {
        Step::Frame(ScriptedFrame {
            stream,
            outlet,
            captured: When::Ago(0),
            contributors: ScriptedContributors::Owner,
            regions: Vec::new(),
            misplaced: false,
            now: When::Later(0),
            ..frame
        })
    })
}

/// They agree, in time for what is captured next.
fn agreements(stays: &[usize]) -> Vec<Step> {
    let agreements = stays.iter().map(|&stay| agreement(stay, When::Later(0)));
    let passes = Step::Pass(When::Later(1000));
    agreements.chain([passes]).collect()
}

/// Everybody agrees, somebody is heard, and after something else a caption of it comes.
fn derivation() -> impl Strategy<Value = Vec<Step>> {
    let heard = prop_oneof![6 => one_of(&ORDINARY), 1 => one_of(&RECORDS)];
    let heard = (scripted_frame(), heard).prop_map(|(frame, stream)| ScriptedFrame {
        stream,
        captured: When::Ago(0),
        contributors: ScriptedContributors::Complete(vec![Some(frame.length % 3)]),
        now: When::Later(0),
        ..frame
    });
    let of_it = ScriptedSource {
        back: 0,
        also: None,
    };
    let made = scripted_frame().prop_map(move |frame| ScriptedFrame {
        stream: DERIVED,
        sources: if frame.length > 0 {
            vec![of_it]
        } else {
            frame.sources
        },
        regions: Vec::new(),
        misplaced: false,
        now: When::Later(0),
        ..frame
    });
    (heard, vec(any_step(), 0..=1), made, 0..8_u8).prop_map(
        |(heard, mut between, mut made, how)| {
            // Often for another outlet than it was heard for.
            if made.gap > 0 {
                made.outlet = heard.outlet + 1;
            }
            let mut steps = agreements(&[0, 1, 2]);
            match how {
                // Of two that were heard for different outlets, which may have nothing in common.
                0 => {
                    let (outlet, door) = (heard.outlet + 1, Some(Door::Admit));
                    let heard = ScriptedFrame {
                        door,
                        ..heard.clone()
                    };
                    steps.push(Step::Frame(ScriptedFrame { outlet, ..heard }));
                    between.clear();
                    made.sources = vec![ScriptedSource {
                        back: 0,
                        also: Some(1),
                    }];
                }
                // At a time at which it had not been heard yet.
                1 => (made.captured, made.now) = (When::Ago(2000), When::Ago(1000)),
                _ => {}
            }
            steps.push(Step::Frame(heard));
            steps.extend(between);
            steps.push(Step::Frame(made));
            steps
        },
    )
}

/// Everybody agrees, and a group of them is in a frame, and once more after something else: often after one of them has left.
fn gathering() -> impl Strategy<Value = Vec<Step>> {
    let leave = (0..GROUPED).prop_map(|stay| Step::Leave(Some(stay), When::Later(0)));
    let between = prop_oneof![any_step(), leave];
    let frame = |contributors: ScriptedContributors| {
        (scripted_frame(), one_of(&ORDINARY)).prop_map(move |(frame, stream)| {
            Step::Frame(ScriptedFrame {
                stream,
                captured: When::Ago(0),
                contributors: contributors.clone(),
                misplaced: false,
                now: When::Later(0),
                ..frame
            })
        })
    };
    let people = vec((0..GROUPED).prop_map(Some), 1..=3);
    let first = people.prop_flat_map(move |people| frame(ScriptedContributors::Group(people)));
    let again = frame(ScriptedContributors::SameGroup(NEWEST));
    (first, between, again).prop_map(|(first, between, again)| {
        let mut steps = agreements(&[0, 1, 2]);
        steps.extend([first, between, again]);
        steps
    })
}

/// Something that is about one person only. What is agreed to lasts for a while.
pub fn act(who: Who) -> impl Strategy<Value = Step> {
    let now = When::Later(0);
    let until = option::of(one_of(&[2000, 3000, 5200]).prop_map(When::In));
    let agreed = (scope(), until).prop_map(move |(scope, until)| Step::Grant {
        by: Authority::Participant,
        who,
        notice: EVERYTHING,
        scope,
        method: Method::Typed,
        at: None,
        until,
        signing: Signing::Rightly,
        now,
    });
    prop_oneof![
        4 => agreed,
        2 => (withdrawer(), scope()).prop_map(move |(by, scope)| Step::Withdraw(by, who, scope, now)),
        1 => (restrainer(), scope()).prop_map(move |(by, scope)| Step::Restrict(by, Some(who), scope, now)),
        2 => (restrainer(), scope()).prop_map(move |(by, scope)| Step::Lift(by, Some(who), scope, now)),
    ]
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        60 => scripted_frame().prop_map(Step::Frame),
        45 => grant(),
        10 => (withdrawer(), who(), scope(), now())
            .prop_map(|(by, who, scope, now)| Step::Withdraw(by, who, scope, now)),
        6 => (restrainer(), option::weighted(0.5, who()), scope(), now())
            .prop_map(|(by, whom, scope, now)| Step::Restrict(by, whom, scope, now)),
        8 => (restrainer(), option::weighted(0.5, who()), scope(), now())
            .prop_map(|(by, whom, scope, now)| Step::Lift(by, whom, scope, now)),
        7 => (one_of(&IDS), scripted_key(), now()).prop_map(|(id, key, now)| Step::Join(id, key, now)),
        4 => (who(), now()).prop_map(|(who, now)| Step::Leave(who, now)),
        3 => one_of(&[EVERYTHING, RECORDING, RENEWED, TO_COME]).prop_map(Step::Show),
        2 => (one_of(&[RENEWED, RENEWED, RENEWED, EVERYTHING, RECORDING]), now())
            .prop_map(|(text, now)| Step::Supersede(text, now)),
        4 => now().prop_map(Step::Tick),
        2 => now().prop_map(Step::Count),
        1 => Just(Step::Pass(When::Later(MINUTE))),
        1 => one_of(&[Purposes::RECORD, Purposes::TRAIN, Purposes::REVIEW]).prop_map(Step::ThirdParty),
        1 => scripted_stream()
            .prop_map(|(owner, kind, format)| Step::OpenStream(owner, kind, format)),
        1 => any_stream().prop_map(|(owner, kind, format)| Step::OpenStream(owner, kind, format)),
        1 => scripted_outlet().prop_map(|(purposes, blanks)| Step::OpenOutlet(purposes, blanks)),
        1 => Just(Step::End),
    ]
}

fn grant() -> impl Strategy<Value = Step> {
    let by = prop_oneof![
        24 => Just(Authority::Participant),
        4 => Just(Authority::Guardian),
        2 => Just(Authority::Host),
        1 => one_of(&[Authority::Administrator, Authority::Vendor]),
    ];
    let notice = prop_oneof![
        12 => Just(EVERYTHING),
        4 => Just(RENEWED),
        2 => Just(RECORDING),
        1 => one_of(&["never shown", TO_COME]),
    ];
    let method = prop_oneof![
        8 => one_of(&[Method::Typed, Method::Spoken, Method::Signed]),
        1 => Just(Method::Clicked),
    ];
    let until = prop_oneof![
        20 => one_of(&[1, 300, 999, 1000, 1500, 3000, 5200]).prop_map(When::In),
        3 => one_of(&[TICK - 1000, TICK, 2 * TICK, 3 * TICK + 1]).prop_map(When::In),
        1 => one_of(&[0, 1000]).prop_map(When::Ago),
        1 => bad_time(),
    ];
    let at = prop_oneof![
        8 => one_of(&[0, 1, 1000, 4000]).prop_map(When::Ago),
        1 => Just(When::In(1000)),
        1 => bad_time(),
    ];
    (
        (by, who(), notice, method, signing()),
        scope(),
        option::weighted(0.1, at),
        option::weighted(0.4, until),
        now(),
    )
        .prop_map(
            |((by, who, notice, method, signing), scope, at, until, now)| Step::Grant {
                by,
                who,
                notice,
                scope,
                method,
                at,
                until,
                signing,
                now,
            },
        )
}

/// The present, mostly.
pub fn now() -> impl Strategy<Value = When> {
    prop_oneof![
        30 => one_of(&[0, 0, 0, 1, 400, 999, 1000, 1001, 2300]).prop_map(When::Later),
        5 => one_of(&[1, 700, 1000, 2000]).prop_map(When::Ago),
        1 => bad_time(),
    ]
}

/// Before the meeting, or too late; the last is only just in time.
fn bad_time() -> impl Strategy<Value = When> {
    prop_oneof![
        8 => one_of(&[-1, i64::MIN, LIMIT, i64::MAX]),
        1 => Just(LIMIT - 1),
    ]
    .prop_map(When::At)
}

pub fn one_of<T: Clone + Debug + 'static>(these: &[T]) -> impl Strategy<Value = T> + use<T> {
    select(these.to_vec())
}

pub fn who() -> impl Strategy<Value = Who> {
    prop_oneof![40 => (0_usize..12).prop_map(Some), 1 => Just(None)]
}

pub fn withdrawer() -> impl Strategy<Value = Authority> {
    prop_oneof![
        6 => Just(Authority::Participant),
        2 => Just(Authority::Guardian),
        1 => Just(Authority::Host),
    ]
}

pub fn restrainer() -> impl Strategy<Value = Authority> {
    prop_oneof![
        6 => Just(Authority::Host),
        3 => Just(Authority::Administrator),
        1 => one_of(&[Authority::Vendor, Authority::Participant, Authority::Guardian]),
    ]
}

pub fn scope() -> impl Strategy<Value = Scope> {
    let some = Kinds::AUDIO | Kinds::VIDEO | Kinds::SCREEN | Kinds::CHAT;
    let kinds = prop_oneof![
        3 => Just(Kinds::all()),
        2 => Just(some),
        1 => one_of(&[Kinds::TELEMETRY, Kinds::all() - Kinds::TELEMETRY]),
        3 => one_of(&[Kinds::AUDIO, Kinds::VIDEO, Kinds::CHAT, Kinds::VIDEO | Kinds::SCREEN]),
        1 => one_of(&[Kinds::CAPTION, Kinds::all() - Kinds::CAPTION]),
    ];
    let purposes = prop_oneof![
        3 => Just(Purposes::all()),
        // Also for recognising somebody, but by no third party.
        1 => Just(Purposes::FIRST_PARTY),
        2 => Just(Purposes::RECORD | Purposes::TRAIN),
        2 => one_of(&[Purposes::RECORD, Purposes::TRAIN, THIRD, THIRD | FOURTH]),
    ];
    (kinds, purposes).prop_map(|(kinds, purposes)| Scope::new(kinds, purposes))
}

/// In microseconds.
const MINUTE: i64 = 60_000_000;

/// The gate decides faster until so long, rounded to so much, before an end.
const TICK: i64 = 65_536_000;

pub const SOUND: Format = Format::Sound(Samples::S16);
pub const EVEN: Format = Format::Picture {
    width: 4,
    height: 4,
    pixels: PixelFormat::I420,
    range: ColorRange::Limited,
};
pub const ODD: Format = Format::Picture {
    width: 5,
    height: 3,
    pixels: PixelFormat::Nv12,
    range: ColorRange::Limited,
};

fn scripted_stream() -> impl Strategy<Value = ScriptedStream> {
    let owner = prop_oneof![
        3 => (0_usize..3).prop_map(ScriptedOwner::Stay),
        3 => (0_usize..3).prop_map(ScriptedOwner::Alone),
        2 => Just(ScriptedOwner::Mix),
        5 => Just(ScriptedOwner::Composite),
    ];
    let kind = prop_oneof![
        7 => Just((Kind::Audio, SOUND)),
        3 => Just((Kind::Audio, Format::PlanarSound(Samples::S16))),
        6 => Just((Kind::Video, EVEN)),
        4 => Just((Kind::Screen, ODD)),
        7 => Just((Kind::Chat, Format::Text)),
        3 => Just((Kind::Chat, Format::Json)),
        1 => one_of(&[Kind::Unclassified, Kind::Telemetry, Kind::Diagnostic, Kind::Usage])
            .prop_map(|kind| (kind, Format::Text)),
    ];
    (owner, kind).prop_map(|(owner, (kind, format))| (owner, kind, format))
}

/// Of which the kind need not be one that the format can be of.
fn any_stream() -> impl Strategy<Value = ScriptedStream> {
    let formats = [
        SOUND,
        Format::PlanarSound(Samples::S16),
        EVEN,
        ODD,
        Format::Text,
        Format::Json,
        Format::Record(SINGLE),
    ];
    let owner = (0_usize..3, proptest::bool::ANY).prop_map(|(stay, alone)| {
        if alone {
            ScriptedOwner::Alone(stay)
        } else {
            ScriptedOwner::Stay(stay)
        }
    });
    (owner, one_of(&Kind::ALL), one_of(&formats))
}

fn derived_stream() -> impl Strategy<Value = ScriptedStream> {
    let kind = prop_oneof![
        16 => Just((Kind::Caption, Format::Text)),
        4 => Just((Kind::Audio, SOUND)),
        1 => one_of(&[Kind::Usage, Kind::Unclassified]).prop_map(|kind| (kind, Format::Text)),
    ];
    kind.prop_map(|(kind, format)| (ScriptedOwner::Derived, kind, format))
}

fn records() -> impl Strategy<Value = ScriptedStream> {
    let owner = one_of(&[0, 0, 0, 1]).prop_map(ScriptedOwner::Alone);
    let kind = prop_oneof![
        20 => one_of(&[Kind::Telemetry, Kind::Diagnostic, Kind::Usage]),
        1 => Just(Kind::Unclassified),
    ];
    let declared = one_of(&[SINGLE, SINGLE, TRIPLE, CONSTANT]).prop_map(Format::Record);
    (owner, kind, declared)
}

fn scripted_outlet() -> impl Strategy<Value = (Purposes, Kinds)> {
    let purposes = prop_oneof![
        3 => Just(Purposes::RECORD),
        2 => Just(Purposes::RECORD | Purposes::TRAIN),
        1 => Just(THIRD),
    ];
    let blanks = prop_oneof![
        Just(Kinds::empty()),
        Just(Kinds::all()),
        Just(Kinds::AUDIO | Kinds::SCREEN),
    ];
    (purposes, blanks)
}

pub fn scripted_frame() -> impl Strategy<Value = ScriptedFrame> {
    let captured = prop_oneof![
        40 => one_of(&[0, 0, 0, 1, 600, 1000, 2500, 4000]).prop_map(When::Ago),
        1 => one_of(&[1, 1000]).prop_map(When::In),
        1 => bad_time(),
    ];
    let contributors = prop_oneof![
        8 => Just(ScriptedContributors::Owner),
        12 => vec(who(), 1..=3).prop_map(ScriptedContributors::Complete),
        1 => Just(ScriptedContributors::Complete(Vec::new())),
        1 => vec(who(), 0..=2).prop_map(ScriptedContributors::Partial),
        3 => vec(who(), 0..=3).prop_map(ScriptedContributors::Group),
        3 => (0_usize..4).prop_map(ScriptedContributors::SameGroup),
        1 => vec(0..GROUPED, 1..=2).prop_map(ScriptedContributors::ForeignGroup),
    ];
    let regions = prop_oneof![
        80 => vec(scripted_region(), 0..=3),
        1 => scripted_region().prop_map(|region| vec![region; 64]),
        1 => scripted_region().prop_map(|region| vec![region; 65]),
    ];
    let damage = prop_oneof![
        40 => Just(Damage::None),
        1 => Just(Damage::Payload),
        1 => Just(Damage::OtherFormat),
        1 => Just(Damage::Buffer),
    ];
    let doors = [
        None,
        Some(Door::Admit),
        Some(Door::Into),
        Some(Door::InPlace),
    ];
    let form = (0_usize..4, 0_usize..3, damage, one_of(&doors));
    // Those of records and the derived one less often than the others.
    let stream = prop_oneof![
        6 => one_of(&ORDINARY),
        1 => Just(DERIVED),
        1 => one_of(&RECORDS),
        2 => 5_usize..15,
    ];
    let made_from = (scripted_sources(), proptest::bool::weighted(0.03));
    (
        (stream, made_from),
        0_usize..6,
        captured,
        contributors,
        regions,
        form,
        now(),
    )
        .prop_map(
            |((stream, made_from), outlet, captured, contributors, regions, form, now)| {
                let (length, gap, damage, door) = form;
                let (sources, misplaced) = made_from;
                // Mostly without what a record must not have.
                let (contributors, regions) = if RECORDS.contains(&stream) && gap > 0 {
                    (ScriptedContributors::Owner, Vec::new())
                } else {
                    (contributors, regions)
                };
                ScriptedFrame {
                    stream,
                    outlet,
                    captured,
                    contributors,
                    regions,
                    length,
                    gap,
                    damage,
                    door,
                    sources,
                    misplaced,
                    now,
                }
            },
        )
}

pub fn scripted_source() -> impl Strategy<Value = ScriptedSource> {
    (0_usize..4, option::weighted(0.15, 0_usize..4))
        .prop_map(|(back, also)| ScriptedSource { back, also })
}

fn scripted_sources() -> impl Strategy<Value = Vec<ScriptedSource>> {
    prop_oneof![
        60 => vec(scripted_source(), 1..=2),
        1 => Just(Vec::new()),
        1 => scripted_source().prop_map(|source| vec![source; 64]),
        1 => scripted_source().prop_map(|source| vec![source; 65]),
    ]
}

pub fn scripted_region() -> impl Strategy<Value = ScriptedRegion> {
    let kind = prop_oneof![
        8 => one_of(&[Kind::Video, Kind::Audio, Kind::Chat]),
        1 => one_of(&[Kind::Unclassified, Kind::Usage]),
    ];
    let captured = prop_oneof![
        20 => one_of(&[0, 1000, 3000, 5000]).prop_map(When::Ago),
        2 => Just(When::In(1000)),
        1 => bad_time(),
    ];
    (
        who(),
        [0_u32..6, 0..6, 0..6, 0..6],
        proptest::bool::weighted(0.03),
        option::weighted(0.25, kind),
        option::weighted(0.25, captured),
    )
        .prop_map(|(owner, corners, amiss, kind, captured)| ScriptedRegion {
            owner,
            corners,
            amiss,
            kind,
            captured,
        })
}

impl ScriptedFrame {
    /// Names mostly nobody but the owner, if it comes to a stream of their own alone: otherwise hardly any such frame would be released.
    fn leave_others_out(&mut self, streams: &[ScriptedStream]) {
        let Some((ScriptedOwner::Alone(owner), ..)) = streams.get(self.stream) else {
            return;
        };
        if self.gap == 0 {
            return;
        }
        for region in &mut self.regions {
            region.owner = Some(*owner);
        }
        match &mut self.contributors {
            ScriptedContributors::Complete(list)
            | ScriptedContributors::Partial(list)
            | ScriptedContributors::Csrcs(list)
            | ScriptedContributors::Group(list) => list.fill(Some(*owner)),
            ScriptedContributors::SameGroup(_) => {
                self.contributors = ScriptedContributors::Owner;
            }
            ScriptedContributors::Owner | ScriptedContributors::ForeignGroup(_) => {}
        }
    }

    /// Bytes of which none is what takes the place of withheld ones.
    pub fn content(&self, format: Format) -> Content {
        let mut content = match format {
            Format::Json => Content::Json(JSON[self.length % JSON.len()].into()),
            Format::Sound(samples) | Format::PlanarSound(samples) => {
                let bytes = 2 * sample(samples).0 * (1 + self.length);
                Content::Sound(samples, (1..=bytes).map(low_byte).collect())
            }
            Format::Opaque => Content::Opaque((1..=1 + self.length).map(low_byte).collect()),
            Format::Record(declared) => {
                Content::Record(declared.record(3 * self.length + self.gap))
            }
            Format::Text => {
                let texts = ["ok", "gruß dich", "日本 1", "🙂🙂"];
                Content::Text(texts[self.length % texts.len()].into())
            }
            Format::Picture {
                width,
                height,
                pixels,
                range,
            } => {
                let sizes = plane_sizes(pixels, range, width, height);
                let plane = |(plane, (row, rows)): (usize, (usize, usize))| {
                    let byte = |at| 140 + low_byte(at) + 30 * low_byte(plane);
                    (0..row * rows).map(byte).collect()
                };
                Content::Picture {
                    width,
                    height,
                    pixels,
                    range,
                    planes: sizes.into_iter().enumerate().map(plane).collect(),
                }
            }
        };
        match self.damage {
            Damage::None | Damage::Buffer => {}
            Damage::Payload => match &mut content {
                Content::Sound(_, bytes) => bytes.truncate(3 * (self.length % 2)),
                Content::Text(bytes) | Content::Json(bytes) => bytes.push(0xFF),
                Content::Record(bytes) => bytes.push(0),
                Content::Opaque(bytes) => bytes.clear(),
                Content::Picture { planes, .. } => {
                    let plane = self.length % planes.len();
                    planes[plane].truncate(1);
                }
            },
            Damage::OtherFormat => {
                content = match format {
                    Format::Picture { .. } => Content::Text(vec![b'a'; 16]),
                    _ => Content::Picture {
                        width: 4,
                        height: 4,
                        pixels: PixelFormat::I420,
                        range: ColorRange::Limited,
                        planes: vec![vec![200; 16], vec![200; 4], vec![200; 4]],
                    },
                }
            }
        }
        content
    }
}

fn low_byte(number: usize) -> u8 {
    number.to_le_bytes()[0]
}

impl ScriptedRegion {
    pub fn area(&self, content: &Content, even: bool) -> Area {
        let [left, top, right, bottom] = self.corners;
        let (left, right) = (left.min(right), left.max(right));
        let (top, bottom) = (top.min(bottom), top.max(bottom));
        match content {
            Content::Sound(..) if self.amiss => Area::Channel(2),
            Content::Sound(..) | Content::Record(_) | Content::Opaque(_) => {
                Area::Channel(u16::from(self.corners[0] > 2))
            }
            Content::Json(_) => Area::Span {
                start: left,
                end: right,
            },
            Content::Text(_) if self.amiss => Area::Span {
                start: left,
                end: right,
            },
            Content::Text(bytes) => {
                let text = String::from_utf8_lossy(bytes);
                let boundaries = text.char_indices().map(|(at, _)| at).chain([bytes.len()]);
                let boundaries = boundaries.collect::<Vec<_>>();
                let boundary = |corner: u32| {
                    let at = boundaries[(corner as usize).min(boundaries.len() - 1)];
                    u32::try_from(at).expect("a short text")
                };
                let first = (left as usize).min(boundaries.len() - 2);
                Area::Span {
                    start: boundary(u32::try_from(first).expect("a short text")),
                    end: boundary(right.max(left + 1)),
                }
            }
            Content::Picture { .. } if self.amiss => Area::Rectangle {
                x: left,
                y: top,
                width: right - left,
                height: bottom.wrapping_sub(4),
            },
            Content::Picture { .. } => {
                let grid = |corner: u32| if even { corner / 2 * 2 } else { corner };
                let (x, y) = (grid(left.min(3)), grid(top.min(2)));
                Area::Rectangle {
                    x,
                    y,
                    width: (grid(right) - x.min(grid(right))).max(if even { 2 } else { 1 }),
                    height: (grid(bottom) - y.min(grid(bottom))).max(if even { 2 } else { 1 }),
                }
            }
        }
    }
}
