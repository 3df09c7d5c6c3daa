//! Where encoded streams may be released, against a model that shares no code with `src/` and knows of each frame what it is, as it was made so.
//!
//! The model has no state: it looks back at what became of all frames before.

pub mod frames;
mod holes;
mod model;

use framegate::{
    Area, Authority, Cleared, Contributors, Digest, Frame, Kind, Kinds, Meeting, OutletOptions,
    Participant, Payload, Purposes, Reason, Region, StreamOptions, Tap, Time, Verdict,
    format::Format,
};
use frames::{Made, Nature, all, streams};
use model::{Fate, Fault, Model};
use proptest::{
    prelude::*,
    sample::{Index, select},
    strategy::ValueTree,
    test_runner::{RngSeed, TestError, TestRunner},
};

use crate::{
    common::{self, SCOPE, meeting, millis, own, tap},
    encoded::gate::wants_keyframe,
};

/// A frame is sent: which, what the client says of it, and what changes before; if it is buffered, for so many milliseconds.
#[derive(Clone, Debug)]
struct Step {
    frame: Index,
    keyframe: Option<bool>,
    changes_mind: bool,
    hole: Option<Hole>,
    buffered: i64,
}

/// What is there for a moment between two frames, in which others were captured that are never offered.
#[derive(Clone, Copy, Debug)]
enum Hole {
    Withdrawn,
    Restricted,
}

#[derive(Clone, Debug)]
struct Script {
    format: Format,
    frames: Vec<Made>,
    blanks: bool,
    steps: Vec<Step>,
}

fn scripts() -> impl Strategy<Value = Script> {
    let step = (
        any::<Index>(),
        select(vec![None, None, None, Some(true), Some(false)]),
        prop::bool::weighted(0.15),
        prop::option::weighted(0.1, select(vec![Hole::Withdrawn, Hole::Restricted])),
        select(vec![0, 0, 0, 0, 15, 45]),
    );
    let step = step.prop_map(|(frame, keyframe, changes_mind, hole, buffered)| Step {
        frame,
        keyframe,
        changes_mind,
        hole,
        buffered,
    });
    let steps = prop::collection::vec(step, 1..60);
    (streams(), any::<bool>(), steps).prop_map(|((format, frames), blanks, steps)| Script {
        format,
        frames,
        blanks,
        steps,
    })
}

/// Between two frames, and between a hole and the next frame.
const INTERVAL: i64 = 20;
const AFTER_A_HOLE: i64 = 10;

/// Consent is gone and there again in the same moment.
fn dig(meeting: &mut Meeting, notice: Digest, who: Participant, hole: Hole, at: Time) {
    match hole {
        Hole::Withdrawn => {
            let _ = meeting.withdraw(Authority::Participant, who, SCOPE, at);
            common::agree(meeting, notice, who, SCOPE, at);
        }
        Hole::Restricted => {
            let _ = meeting.restrict(Authority::Host, Some(who), SCOPE, at);
            meeting.lift(Authority::Host, Some(who), SCOPE, at).unwrap();
        }
    }
}

/// What a tap says of the frames that came.
fn seen(tap: &mut Tap) -> impl PartialEq + std::fmt::Debug + use<> {
    let wants_keyframe = wants_keyframe(tap);
    (
        tap.counters(),
        tap.reasons(),
        tap.last_fault(),
        tap.can_blank(),
        wants_keyframe,
    )
}

/// Sends a script through the gate and the model.
fn check(script: &Script, fault: Option<Fault>) -> Result<(), TestCaseError> {
    let (mut meeting, notice, [who, other]) = meeting();
    let kinds = if script.blanks {
        Kinds::all()
    } else {
        Kinds::empty()
    };
    let mut tap = |who, id: &str| {
        let stream = StreamOptions::owned(who, Kind::File, script.format);
        let stream = meeting.open_stream(stream).unwrap();
        let outlet = OutletOptions::new(id, Purposes::RECORD).blank(kinds);
        let outlet = meeting.open_outlet(outlet).unwrap();
        meeting.tap(stream, outlet).unwrap()
    };
    let (mut tap, mut sink) = (tap(who, "outlet"), tap(other, "sink"));
    common::agree(&mut meeting, notice, other, SCOPE, millis(0));
    let mut model = Model::new(fault);
    let mut after_a_blank = false;
    for (at, step) in (1..).zip(&script.steps) {
        let now = 1000 + INTERVAL * at;
        if let (Some(hole), Some(agreed)) = (step.hole, &mut model.agreed) {
            let then = now - AFTER_A_HOLE;
            dig(&mut meeting, notice, who, hole, millis(then));
            *agreed = then;
        }
        if step.changes_mind && model.agreed.take().is_none() {
            common::agree(&mut meeting, notice, who, SCOPE, millis(now));
            model.agreed = Some(now);
        } else if step.changes_mind {
            let _ = meeting
                .withdraw(Authority::Participant, who, SCOPE, millis(now))
                .unwrap();
        }
        let made = step.frame.get(&script.frames);
        let captured = now - step.buffered;
        let mut frame = own(millis(captured));
        if let Some(keyframe) = step.keyframe {
            frame = frame.keyframe(keyframe);
        }
        let received = |cleared: Cleared<'_>| cleared.bytes().unwrap().to_vec();
        let before = seen(&mut tap);
        let admission = tap.admit(&frame, made.bytes[..].into(), millis(now), received);
        let verdict = admission.verdict();

        let fate = model.fate(made, step.keyframe, captured);
        if fate == Fate::Unseen {
            prop_assert!(admission.output.is_none() && seen(&mut tap) == before);
            continue;
        }
        let is_blank = script.blanks && model.can_be_blanked(made);
        let expected = match (fate, is_blank) {
            (Fate::Released, _) => "whole",
            (_, true) => "blanked",
            (_, false) => "dropped",
        };
        prop_assert_eq!(
            verdict.name(),
            expected,
            "{} {:?} {:?}: {:?}",
            at,
            fate,
            verdict,
            made
        );
        let reason = verdict.reason();
        let awaits = matches!(fate, Fate::Awaits | Fate::LeadsNowhere);
        prop_assert_eq!(reason == Some(Reason::AwaitsKeyframe), awaits);
        prop_assert_eq!(
            reason == Some(Reason::ReachesBack),
            fate == Fate::ReachesBack
        );
        let is_wanted = fate == Fate::Awaits && !model.has(Fault::NoKeyframeIsAskedFor);
        prop_assert_eq!(wants_keyframe(&mut tap), is_wanted);
        let can_blank = model.can_blank(script.blanks, made, tap.can_blank());
        prop_assert_eq!(tap.can_blank(), can_blank, "{} {:?}", at, made);

        let starts = matches!(
            made.nature,
            Nature::Fresh | Nature::BrokenLink | Nature::Sound(_)
        );
        prop_assert!(
            !after_a_blank || verdict != Verdict::Whole || starts,
            "it goes on from a black picture"
        );
        if admission.output.is_some() {
            after_a_blank = verdict != Verdict::Whole;
        }

        // What the outlet has is a stream again, of which nothing is missing.
        if let Some(received) = admission.output {
            prop_assert_eq!(received == made.bytes, verdict == Verdict::Whole);
            let said = step.keyframe.filter(|_| verdict == Verdict::Whole);
            let frame = own(millis(now));
            let frame = said.map_or(frame, |said| frame.keyframe(said));
            let again = sink.admit(&frame, received[..].into(), millis(now), |_| ());
            let reaches = again.verdict().reason() == Some(Reason::ReachesBack);
            prop_assert!(
                again.verdict() == Verdict::Whole || reaches,
                "{:?}",
                again.verdict()
            );
        }
    }
    Ok(())
}

/// So many cases, the same each time; or as many, and others each time, as the environment variable `PROPTEST_CASES` asks for, if that is more.
fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: default.cases.max(cases),
        rng_seed: if default.cases > cases {
            default.rng_seed
        } else {
            RngSeed::Fixed(1)
        },
        failure_persistence: None,
        ..default
    }
}

const STREAMS: u32 = 5000;

#[test]
fn the_gate_and_the_model_agree() {
    let run = TestRunner::new(config(STREAMS)).run(&scripts(), |script| check(&script, None));
    run.unwrap_or_else(|error| panic!("{error}"));
}

#[test]
fn control_every_fault_of_the_model_is_found() {
    let faults = [
        Fault::WhatTheClientSaysOpens,
        Fault::WhatTheClientSaysIsIgnored,
        Fault::GoesOnAnywhere,
        Fault::GoesOnAtARenewal,
        Fault::ABrokenLinkStartsNothing,
        Fault::WhatLeadsALinkIsReleased,
        Fault::WhatLeadsHoldsBackTheRest,
        Fault::TheMalformedIsPassedOver,
        Fault::ReachIsIgnored,
        Fault::APredictedPictureIsJudgedByItself,
        Fault::AHoleIsWithheldForConsent,
        Fault::AnUnknownReachIsNone,
        Fault::WithheldKeyframesSayNoSize,
        Fault::TheUnshownIsBlanked,
        Fault::WhatLeadsIsBlanked,
        Fault::TheMalformedIsBlanked,
        Fault::NothingIsWithheld,
        Fault::NoKeyframeIsAskedFor,
    ];
    for fault in faults {
        let config = ProptestConfig {
            max_shrink_iters: 0,
            ..config(STREAMS)
        };
        let run = TestRunner::new(config).run(&scripts(), |script| check(&script, Some(fault)));
        assert!(matches!(run, Err(TestError::Fail(..))), "{fault:?}");
    }
}

/// The streams that are made up have all that the rules speak of, released and withheld.
#[test]
fn every_frame_that_is_made_comes_to_every_fate_that_it_can_have() {
    let mut seen = std::collections::BTreeMap::<String, u32>::new();
    let mut runner = TestRunner::new(config(STREAMS));
    for _ in 0..STREAMS {
        let script = scripts().new_tree(&mut runner).unwrap().current();
        let mut model = Model::new(None);
        for (at, step) in (1..).zip(&script.steps) {
            let now = 1000 + INTERVAL * at;
            if let (Some(_), Some(agreed)) = (step.hole, &mut model.agreed) {
                *agreed = now - AFTER_A_HOLE;
            }
            if step.changes_mind {
                model.agreed = model.agreed.xor(Some(now));
            }
            let made = step.frame.get(&script.frames);
            let fate = model.fate(made, step.keyframe, now - step.buffered);
            *seen
                .entry(format!("{:?} {fate:?}", made.nature))
                .or_default() += 1;
        }
    }
    for expected in [
        "Fresh Released",
        "Fresh Withheld",
        "Fresh Awaits",
        "BrokenLink Released",
        "BrokenLink Awaits",
        "Renewal Released",
        "Renewal Awaits",
        "Inner Released",
        "Inner Withheld",
        "Inner Awaits",
        "Leading Released",
        "Leading LeadsNowhere",
        "Leading Awaits",
        "Malformed Withheld",
        "Nothing Unseen",
        "Sound(Some(0)) Released",
        "Sound(Some(60)) Released",
        "Sound(Some(60)) Withheld",
        "Sound(None) ReachesBack",
        "Sound(None) Withheld",
    ] {
        let count = seen.get(expected).copied().unwrap_or_default();
        assert!(count > 10, "{expected}: {count} of {seen:?}");
    }
}

/// Encoded and opaque frames have no parts that could be hidden: a region only says who is in them, and one who refuses withholds the whole frame.
#[test]
fn r4_who_is_in_a_part_is_in_all_of_it() {
    let starts = |made: &Made| matches!(made.nature, Nature::Fresh | Nature::Sound(Some(0)));
    let encoded = all().into_iter().map(|(format, frames)| {
        let start = frames.into_iter().find(starts).unwrap();
        (format, start.bytes)
    });
    let areas = [
        Area::Channel(0),
        Area::Span { start: 0, end: 1 },
        Area::Rectangle {
            x: 0,
            y: 0,
            width: 1,
            height: 1,
        },
    ];
    for (format, bytes) in encoded.chain([(Format::OPAQUE, vec![7; 9])]) {
        let (mut meeting, notice, [agrees, refuses]) = meeting();
        common::agree(&mut meeting, notice, agrees, SCOPE, millis(0));
        for (area, owner, is_composite) in areas.iter().flat_map(|area| {
            [
                (*area, agrees, false),
                (*area, refuses, false),
                (*area, agrees, true),
                (*area, refuses, true),
            ]
        }) {
            let stream = if is_composite {
                StreamOptions::composite(Kind::File, format)
            } else {
                StreamOptions::owned(agrees, Kind::File, format)
            };
            let mut tap = tap(&mut meeting, stream, Purposes::RECORD);
            let regions = [Region::new(owner, area)];
            let members = [agrees];
            let contributors = if is_composite {
                Contributors::Complete(&members)
            } else {
                Contributors::Owner
            };
            let frame = Frame::new(millis(1), contributors).regions(&regions);
            let is_whole = owner == agrees;
            let kept = |cleared: Cleared<'_>| cleared.bytes() == Some(&bytes[..]);
            let payload = || Payload::Bytes(&bytes);
            let (mut changed, mut copied) = (bytes.clone(), bytes.clone());
            for admission in [
                tap.admit(&frame, payload(), millis(2), kept),
                tap.admit_into(&frame, payload(), (&mut copied[..]).into(), millis(2), kept),
                tap.admit_in_place(&frame, (&mut changed[..]).into(), millis(2), kept),
            ] {
                let verdict = admission.verdict();
                assert_eq!(
                    verdict == Verdict::Whole,
                    is_whole,
                    "{format:?} {area:?} {verdict:?}"
                );
                assert_eq!(
                    verdict.is_released(),
                    is_whole,
                    "{format:?} {area:?} {verdict:?}"
                );
                assert_ne!(
                    admission.output,
                    Some(!is_whole),
                    "{format:?} {area:?} {verdict:?}"
                );
            }
        }
    }
}
