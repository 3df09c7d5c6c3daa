//! Whether all decide alike: what decides otherwise is no peer.

use crate::{
    contender::Contender,
    field::Entrant,
    scene::{Consents, Interval, RUN, Run, Scene},
};

/// What framegate says to every frame, if everybody else says the same.
///
/// # Errors
///
/// Who does not, and of which stream.
pub fn check(scene: &Scene, field: &[Entrant]) -> Result<Vec<u64>, String> {
    let consents = scene.consents();
    let (gate, _) = field.split_first().ok_or("nobody is there")?;
    let expected = decide(&mut *(gate.open)(scene, &consents), scene);
    for entrant in field {
        let decided = decide(&mut *(entrant.open)(scene, &consents), scene);
        if let Some(run) = differing(scene, &expected, &decided) {
            let (name, package) = (&entrant.name, entrant.package.unwrap_or("std"));
            let (owner, kind) = (run.owner, run.kind);
            return Err(format!(
                "{package}, {name}: decides otherwise about {kind} of {owner} for {:?}",
                run.purposes
            ));
        }
    }
    control(scene, &consents, &expected, field)?;
    Ok(expected)
}

/// With one consent changed, each of the others must be found out.
fn control(
    scene: &Scene,
    consents: &Consents,
    expected: &[u64],
    field: &[Entrant],
) -> Result<(), String> {
    let is_cleared = |(_, bits): &(&Run, &u64)| **bits == u64::MAX;
    let mut runs = scene.runs.iter().zip(expected);
    let (run, _) = runs.find(is_cleared).ok_or("nothing is cleared")?;
    let mut changed = consents.clone();
    let intervals = changed.get_mut(&(run.owner, run.kind));
    let place = run.purposes.bits().trailing_zeros() as usize;
    *intervals
        .and_then(|all| all.0.get_mut(place))
        .ok_or("nobody agreed to what is cleared")? = Interval::NONE;
    // framegate is told what people do, not what that comes to.
    let is_peer = |entrant: &&Entrant| entrant.package != Some("framegate");
    for entrant in field.iter().filter(is_peer) {
        let decided = decide(&mut *(entrant.open)(scene, &changed), scene);
        if differing(scene, expected, &decided).is_none() {
            return Err(format!("{}: the control was not caught", entrant.name));
        }
    }
    Ok(())
}

fn decide(contender: &mut dyn Contender, scene: &Scene) -> Vec<u64> {
    let runs = scene.runs.iter();
    runs.map(|run| contender.decide(run)).collect()
}

fn differing<'s>(scene: &'s Scene, expected: &[u64], decided: &[u64]) -> Option<&'s Run> {
    let pairs = expected.iter().zip(decided);
    let mut runs = scene.runs.iter().zip(pairs);
    runs.find_map(|(run, (expected, decided))| (expected != decided).then_some(run))
}

/// How many frames there are, and how many are cleared.
pub fn count(expected: &[u64]) -> (usize, u32) {
    let cleared = expected.iter().map(|bits| bits.count_ones()).sum();
    (expected.len() * RUN, cleared)
}
