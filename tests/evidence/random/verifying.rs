//! The check before training, against what can have been released and what was withdrawn.

use framegate::{
    Instance, Purposes, Tag,
    archive::{Archived, Carried, Finding, MeetingKey, Seals, Subject, Subjects, Verifier},
    ledger::{Head, Ledger},
};

use super::{
    chance::Chance,
    clearing::Frame,
    faults::Fault,
    law::Law,
    lines,
    meetings::{People, Told},
    probes,
};

/// What the verifier finds of frames, each asked for all the purposes of its tag.
fn findings(
    verifier: &Verifier,
    frames: &[Frame<'_>],
    instance: Instance,
    sealed: bool,
    earlier: Option<&Head>,
) -> Vec<Finding> {
    let key = MeetingKey::new(&[1; 32], instance).expect("a key");
    let subjects: Vec<Vec<Subject<'_>>> =
        frames.iter().map(|frame| subjects(frame.people)).collect();
    let archived: Vec<_> = frames
        .iter()
        .zip(&subjects)
        .map(|(Frame { tag, .. }, subjects)| {
            let (tag, subjects) = (*tag, Subjects::new(subjects).expect("in order"));
            let (mut digest, mut seal) = (None, None);
            if sealed {
                let stream = key.stream(tag);
                let of_payload = stream.digest_pieces([&b"payload"[..]]);
                seal = Some(stream.seal(tag, subjects, of_payload));
                digest = Some(of_payload);
            }
            Archived {
                instance,
                carried: Some(Carried { tag, seal }),
                subjects,
                digest,
            }
        })
        .collect();
    let mut found = vec![Finding::NoTag; frames.len()];
    let mut bits = vec![u64::MAX; frames.len().div_ceil(64)];
    if let Some(earlier) = earlier {
        let count = verifier
            .recheck(earlier, &archived, &mut bits, &mut found)
            .expect("it goes on from there");
        agrees(count, &bits, &found);
        return found;
    }
    let seals = if sealed {
        Seals::Checked(&key)
    } else {
        Seals::DryRun
    };
    let mut all: Vec<Purposes> = frames.iter().map(|frame| frame.tag.purposes()).collect();
    all.sort_by_key(Purposes::bits);
    all.dedup();
    let mut of_wanted = found.clone();
    for wanted in all {
        let count = verifier.verify_batch(&archived, wanted, seals, &mut bits, &mut of_wanted);
        agrees(count, &bits, &of_wanted);
        for ((frame, all), of_wanted) in frames.iter().zip(&mut found).zip(&of_wanted) {
            if frame.tag.purposes() == wanted {
                *all = *of_wanted;
            }
        }
    }
    found
}

fn subjects(people: &People) -> Vec<Subject<'_>> {
    people
        .iter()
        .map(|(id, kinds)| Subject { id, kinds: *kinds })
        .collect()
}

fn agrees(count: usize, bits: &[u64], found: &[Finding]) {
    let is_set = |at: usize| bits[at / 64] >> (at % 64) & 1 == 1;
    let cleared = found
        .iter()
        .enumerate()
        .filter(|(_, found)| **found == Finding::Cleared);
    assert_eq!(count, cleared.clone().count());
    assert!((0..found.len()).all(|at| is_set(at) == (found[at] == Finding::Cleared)));
}

/// Whether the verifier says of the ledger, or of its beginning, what its lines say.
pub fn check(
    told: &Told,
    bytes: &[u8],
    law: &Law,
    seed: u64,
    fault: Option<Fault>,
) -> Result<(), String> {
    let ledger = Ledger::read(bytes, None, None).and_then(Ledger::verify);
    let ledger = ledger.map_err(|error| error.to_string())?;
    let verifier = Verifier::new(&ledger);
    let mut chance = Chance::new(!seed);
    let earlier = lines::beginning(bytes, &mut chance);
    let earlier = Ledger::read(&earlier, None, None).map_err(|error| error.to_string())?;
    let earlier = Some(earlier.head()).filter(|head| head.entries > 0);
    released(told, &verifier, law, earlier.as_ref(), fault)?;
    let probes = probes::probes(law, &told.frames, &mut chance);
    let frames: Vec<_> = probes
        .iter()
        .map(|probe| Frame {
            tag: probe.tag,
            people: &probe.people,
        })
        .collect();
    let found = findings(&verifier, &frames, told.instance, chance.one_in(2), None);
    for (frame, found) in frames.iter().zip(found) {
        let after = law.generation(frame);
        let expected =
            law.can_have_released(frame, fault) && !law.is_withdrawn(frame, after, fault);
        if (found == Finding::Cleared) != expected && !is_unnamed(frame, found) {
            return Err(format!(
                "made up, {found} where it should be cleared: {expected}: {}",
                told_of(frame.tag, frame.people),
                found = found.name()
            ));
        }
    }
    Ok(())
}

/// What is of several kinds must name two at least.
fn is_unnamed(frame: &Frame<'_>, found: Finding) -> bool {
    let kinds = frame
        .people
        .values()
        .fold(0, |all, kinds| all | kinds.bits());
    frame.tag.kind().is_none() && kinds.count_ones() < 2 && found == Finding::Unnamed
}

/// All that was released is cleared, but for what somebody withdrew.
fn released(
    told: &Told,
    verifier: &Verifier,
    law: &Law,
    earlier: Option<&Head>,
    fault: Option<Fault>,
) -> Result<(), String> {
    let lines = law.lines.len();
    let frames = told.frames.iter().map(|of| Frame {
        tag: of.tag,
        people: &of.people,
    });
    let frames: Vec<_> = frames.collect();
    let find = |sealed, earlier| findings(verifier, &frames, told.instance, sealed, earlier);
    let mut ways = vec![find(false, None), find(true, None)];
    ways.extend(earlier.map(|earlier| find(false, Some(earlier))));
    for found in ways {
        for ((of, frame), found) in told.frames.iter().zip(&frames).zip(found) {
            let withdrawn = law.is_withdrawn(frame, of.after, fault);
            let possible = law.can_have_released(frame, fault);
            let describe = || {
                format!(
                    "{}, after {} lines of {lines}, {}: {}",
                    found.name(),
                    of.after,
                    if of.is_lost {
                        "of which some were lost"
                    } else {
                        "all there"
                    },
                    told_of(of.tag, &of.people)
                )
            };
            if withdrawn && !matches!(found, Finding::Recalled | Finding::Inconsistent) {
                return Err(format!("withdrawn, but {}", describe()));
            }
            // Of what is tagged with lines that were lost, its stream says that it came before the crash; without one nothing is sure.
            // To what is of later lines the ledger does not reach yet.
            let is_beyond = frame.tag.generation() as usize > lines;
            let is_unsure = of.is_lost && (frame.tag.stream().is_none() || is_beyond);
            if is_unsure || withdrawn || lines < of.had_lines {
                if lines < of.after && found != Finding::Inconsistent {
                    return Err(format!("of later lines, but {}", describe()));
                }
                continue;
            }
            if !possible {
                return Err(format!(
                    "released, but by its lines it cannot have been: {}",
                    describe()
                ));
            }
            if found != Finding::Cleared {
                return Err(format!("released and not withdrawn, but {}", describe()));
            }
        }
    }
    Ok(())
}

pub fn told_of(tag: Tag, people: &People) -> String {
    format!("{tag:?} of {people:?}")
}
