//! Meetings that are written by hand, for what those that are made up by chance do not come to: every raw format, clocks, lists of contributing sources.

use framegate::{
    Authority, Kind, Kinds, Purposes, Scope,
    format::{ColorRange, Samples},
};

use super::form::format_name;
use crate::{
    common::layout::{PIXELS, SAMPLES},
    content::Format,
    rules::Door,
    scripts::{
        Damage, EVERYTHING, GROUPED, RENEWED, Script, ScriptedContributors, ScriptedFrame,
        ScriptedKey, ScriptedOwner, ScriptedRegion, ScriptedSource, Step, When, Who, agreement,
    },
};

/// Each with its name.
pub fn all() -> Vec<(String, Script)> {
    let formats = formats()
        .into_iter()
        .map(|(name, kind, like)| (name, of_format(kind, like)));
    let others = [
        ("alone", alone()),
        ("clocks", clocks()),
        ("csrcs", csrcs()),
        ("reasons", reasons()),
        ("sources", sources()),
    ];
    let others = others.map(|(name, script)| (name.to_owned(), script));
    formats.chain(others).collect()
}

fn formats() -> Vec<(String, Kind, Format)> {
    let sound = SAMPLES
        .into_iter()
        .flat_map(|(samples, ..): (Samples, _, _)| {
            [Format::Sound(samples), Format::PlanarSound(samples)]
        });
    let sound = sound.map(|like| (Kind::Audio, like));
    let pictures = PIXELS.into_iter().enumerate().map(|(at, pixels)| {
        // Of each format one range; both have the same size.
        let range = [ColorRange::Full, ColorRange::Limited][at % 2];
        let (width, height) = (4, 4);
        (
            Kind::Video,
            Format::Picture {
                width,
                height,
                pixels,
                range,
            },
        )
    });
    let all = sound.chain(pictures).chain([(Kind::File, Format::Opaque)]);
    all.map(|(kind, like)| (format_name(like), kind, like))
        .collect()
}

/// Two of three agree to everything, and a frame comes that everybody is in.
fn script(streams: Vec<(ScriptedOwner, Kind, Format)>, then: Vec<Step>) -> Script {
    let agreed = [0, 1].map(|stay| agreement(stay, When::Later(0)));
    let steps = agreed.into_iter().chain([Step::Pass(When::Later(1000))]);
    Script {
        streams,
        outlets: vec![
            (Purposes::RECORD, Kinds::all()),
            (Purposes::RECORD, Kinds::empty()),
        ],
        keys: [ScriptedKey::None; GROUPED],
        steps: steps.chain(then).collect(),
    }
}

fn frame(stream: usize, door: Option<Door>) -> ScriptedFrame {
    ScriptedFrame {
        stream,
        outlet: 0,
        captured: When::Ago(0),
        contributors: ScriptedContributors::Owner,
        regions: Vec::new(),
        length: 1,
        gap: 1,
        damage: Damage::None,
        door,
        sources: Vec::new(),
        misplaced: false,
        now: When::Later(1000),
    }
}

/// The left half of a picture or the first channel is one's, the rest another's.
fn halves(owners: [Who; 2]) -> Vec<ScriptedRegion> {
    let corners = [[0, 0, 2, 4], [3, 0, 4, 4]];
    let region = |(owner, corners)| ScriptedRegion {
        owner,
        corners,
        amiss: false,
        kind: None,
        captured: None,
    };
    owners.into_iter().zip(corners).map(region).collect()
}

/// Whole, in part, faulty, and after a withdrawal.
fn of_format(kind: Kind, like: Format) -> Script {
    let (owned, composite) = (0, 1);
    let doors = [Door::Admit, Door::Into, Door::InPlace].map(Some);
    let mut frames = Vec::new();
    frames.extend(
        [None]
            .into_iter()
            .chain(doors)
            .map(|door| frame(owned, door)),
    );
    for door in doors {
        let mut in_part = frame(composite, door);
        in_part.contributors = ScriptedContributors::Complete(vec![Some(0), Some(1)]);
        in_part.regions = halves([Some(0), Some(2)]);
        frames.push(in_part);
    }
    let mut of_two = frame(owned, Some(Door::InPlace));
    of_two.regions = halves([Some(0), Some(2)]);
    frames.push(of_two);
    for damage in [Damage::Payload, Damage::OtherFormat, Damage::Buffer] {
        frames.push(ScriptedFrame {
            damage,
            ..frame(owned, Some(Door::Into))
        });
    }
    let mut steps: Vec<_> = frames.into_iter().map(Step::Frame).collect();
    let by = Authority::Participant;
    steps.push(Step::Withdraw(by, Some(0), Scope::ALL, When::Later(0)));
    for (outlet, door) in [(0, Door::Into), (0, Door::InPlace), (1, Door::Into)] {
        let withheld = frame(owned, Some(door));
        steps.push(Step::Frame(ScriptedFrame { outlet, ..withheld }));
    }
    let owners = [ScriptedOwner::Stay(0), ScriptedOwner::Composite];
    script(owners.map(|owner| (owner, kind, like)).to_vec(), steps)
}

/// In microseconds.
const DAY: i64 = 86_400_000_000;
const HOUR: i64 = DAY / 24;

/// A day and more has passed, which is announced or not; and it is told too late.
fn clocks() -> Script {
    let heard = |outlet, now| {
        let frame = frame(0, Some(Door::Admit));
        let captured = now;
        Step::Frame(ScriptedFrame {
            outlet,
            captured,
            now,
            ..frame
        })
    };
    let text = Format::Text;
    let steps = vec![
        heard(0, When::Later(1000)),
        Step::Tick(When::In(DAY + 1000)),
        Step::Join("olu", ScriptedKey::None, When::In(DAY + 1000)),
        Step::Advance(When::At(-1)),
        Step::Advance(When::Later(DAY + 1000)),
        heard(0, When::Later(0)),
        // Not announced: the tap leaps, and the meeting is told by its next call.
        heard(1, When::In(DAY + 1000)),
        Step::Tick(When::Later(1000)),
        heard(1, When::Later(1000)),
        heard(0, When::Later(0)),
        Step::End,
        Step::Advance(When::Later(1000)),
    ];
    script(vec![(ScriptedOwner::Stay(0), Kind::Chat, text)], steps)
}

/// On a stream of one person alone nobody else can be named; and what its tap is told moves the meeting when something is about that person or everybody.
fn alone() -> Script {
    let of = |stream, contributors, regions| ScriptedFrame {
        contributors,
        regions,
        now: When::Later(0),
        ..frame(stream, Some(Door::Into))
    };
    let (owner, both) = (vec![Some(0)], vec![Some(0), Some(1)]);
    let mut frames = Vec::new();
    for list in [owner, both] {
        frames.extend([
            of(0, ScriptedContributors::Complete(list.clone()), Vec::new()),
            of(0, ScriptedContributors::Partial(list.clone()), Vec::new()),
            of(0, ScriptedContributors::Csrcs(list.clone()), Vec::new()),
            of(0, ScriptedContributors::Group(list), Vec::new()),
        ]);
    }
    frames.push(of(0, ScriptedContributors::Owner, Vec::new()));
    let mut own = halves([Some(0), Some(0)]);
    frames.push(of(0, ScriptedContributors::Owner, own.clone()));
    own[1].owner = Some(1);
    frames.push(of(0, ScriptedContributors::Owner, own));
    let mut steps: Vec<_> = frames.into_iter().map(Step::Frame).collect();

    let heard_at = |now| {
        let ahead = of(1, ScriptedContributors::Owner, Vec::new());
        Step::Frame(ScriptedFrame { now, ..ahead })
    };
    let by = Authority::Participant;
    let later = When::Later(1000);
    let train = Scope::new(Kinds::all(), Purposes::TRAIN);
    let withdraw = |stay| Step::Withdraw(by, Some(stay), train, later);
    let host = Authority::Host;
    steps.extend([
        heard_at(When::In(HOUR)),
        // Nobody's, and another's: the tap is not read.
        Step::Tick(later),
        Step::Show(EVERYTHING),
        withdraw(0),
        Step::Restrict(host, Some(Some(0)), train, later),
        withdraw(1),
        heard_at(When::In(2 * HOUR)),
        Step::Restrict(host, None, train, later),
        heard_at(When::In(3 * HOUR)),
        Step::Count(later),
        heard_at(When::In(4 * HOUR)),
        Step::Supersede(RENEWED, later),
        // A tap that leaps is closed when it is read.
        heard_at(When::In(DAY + 5 * HOUR)),
        withdraw(0),
        heard_at(When::In(DAY + 5 * HOUR)),
        withdraw(1),
        heard_at(When::In(DAY + 5 * HOUR)),
    ]);
    let streams = [0, 1].map(|stay| (ScriptedOwner::Alone(stay), Kind::Chat, Format::Text));
    script(streams.to_vec(), steps)
}

/// The contributing sources of a packet are all that there are, unless it has as many as it can.
fn csrcs() -> Script {
    let heard = |people: usize| {
        let people = (0..people).map(|at| Some(at % 2)).collect();
        Step::Frame(ScriptedFrame {
            contributors: ScriptedContributors::Csrcs(people),
            ..frame(0, Some(Door::Admit))
        })
    };
    let mix = (ScriptedOwner::Mix, Kind::Chat, Format::Text);
    script(vec![mix], [0, 1, 2, 14, 15, 16].map(heard).to_vec())
}

/// As many sources as a frame can have, and one more, of which a bare decision is asked for: to a C program that is no frame, so that its tag would be another.
fn sources() -> Script {
    let made = |count, back, door| {
        let source = ScriptedSource { back, also: None };
        Step::Frame(ScriptedFrame {
            sources: vec![source; count],
            now: When::Later(0),
            ..frame(0, door)
        })
    };
    let text = Format::Text;
    script(
        vec![
            (ScriptedOwner::Derived, Kind::Caption, text),
            (ScriptedOwner::Stay(0), Kind::Chat, text),
        ],
        vec![
            Step::Frame(frame(1, Some(Door::Admit))),
            made(65, 0, None),
            made(64, 1, Some(Door::Admit)),
        ],
    )
}

/// One agrees all the time, and another does not, for every reason there is; by every door where that is something else.
fn reasons() -> Script {
    let now = When::Later(0);
    let grant = |stay, of: &'static str, ends: Option<When>| {
        let mut agreed = agreement(stay, now);
        if let Step::Grant { notice, until, .. } = &mut agreed {
            (*notice, *until) = (of, ends);
        }
        agreed
    };
    let (by, host, all) = (Authority::Participant, Authority::Host, Scope::ALL);
    // What happens before, and who is in the frames then, captured so long ago.
    let cases = [
        (vec![Step::Pass(When::Later(10_000))], None, 0),
        (Vec::new(), Some(2), 0),
        (
            vec![agreement(2, now), Step::Pass(When::Later(1000))],
            Some(2),
            5000,
        ),
        (
            vec![Step::Restrict(host, Some(Some(2)), all, now)],
            Some(2),
            0,
        ),
        (
            vec![
                grant(1, EVERYTHING, Some(When::In(2000))),
                Step::Pass(When::Later(3000)),
            ],
            Some(1),
            0,
        ),
        (
            vec![
                grant(1, RENEWED, None),
                Step::Supersede(RENEWED, When::Later(1000)),
            ],
            Some(1),
            0,
        ),
        (vec![Step::Withdraw(by, Some(1), all, now)], Some(1), 0),
        (vec![Step::Leave(Some(1), now)], Some(1), 0),
    ];
    let mut steps = vec![agreement(0, now)];
    for (before, other, ago) in cases {
        steps.extend(before);
        let doors = [Door::Into, Door::InPlace, Door::Admit].map(Some);
        for (at, outlet) in [(0, 0), (1, 0), (0, 1), (1, 1), (2, 1)] {
            steps.push(Step::Frame(ScriptedFrame {
                outlet,
                captured: When::Ago(ago),
                contributors: ScriptedContributors::Complete(vec![other]),
                now,
                ..frame(0, doors[at])
            }));
        }
        for door in &doors[..2] {
            steps.push(Step::Frame(ScriptedFrame {
                captured: When::Ago(ago),
                contributors: ScriptedContributors::Complete(vec![Some(0)]),
                regions: halves([Some(0), other]),
                now,
                ..frame(1, *door)
            }));
        }
    }
    let owners = [ScriptedOwner::Mix, ScriptedOwner::Composite];
    let sound = Format::Sound(Samples::S16);
    let streams = owners.map(|owner| (owner, Kind::Audio, sound)).to_vec();
    Script {
        steps,
        ..script(streams, Vec::new())
    }
}
