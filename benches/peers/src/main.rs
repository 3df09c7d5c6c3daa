//! The same decision by other means: maps under locks and without, policy engines; and beside them what encrypting a frame takes.
//!
//! With `--check` it only looks whether all of them agree.

mod agreement;
mod casbin;
mod cedar;
mod contender;
mod encryption;
mod field;
mod gate;
mod left_right;
mod maps;
mod measure;
mod rego;
mod report;
mod scene;
mod swaps;
mod writing;

use std::{env, error::Error};

use contender::{Contender, Floor, Kept};
use encryption::Encryption;
use gate::{Admitted, Single};
use measure::take_turns;
use scene::{Run, Scene};

const ROUNDS: usize = 400;

fn main() -> Result<(), Box<dyn Error>> {
    let only_check = match env::args().nth(1).as_deref() {
        None => false,
        Some("--check") => true,
        Some(other) => return Err(format!("{other}: --check, or nothing").into()),
    };
    let (scene, field) = (Scene::new(), field::all());
    let expected = agreement::check(&scene, &field)?;
    let (frames, cleared) = agreement::count(&expected);
    println!(
        "{frames} frames, {cleared} of them cleared: all agree, and one changed consent is noticed of each.\n"
    );
    if only_check {
        return Ok(());
    }

    let consents = scene.consents();
    let open = |entrant: &field::Entrant| (entrant.open)(&scene, &consents);
    let mut contenders: Vec<_> = field.iter().map(open).collect();
    contenders.push(Box::new(Floor));
    let runs = scene.runs.iter().zip(&expected);
    let runs = runs.filter(|(run, bits)| **bits == u64::MAX && scene.is_settled(run));
    let settled: Vec<Run> = runs.map(|(run, _)| run.clone()).collect();
    let on_settled = take_turns(&mut contenders, &settled, ROUNDS);
    let on_all = take_turns(&mut contenders, &scene.runs, ROUNDS);
    let table = report::decisions(&field, &on_settled, &on_all);
    println!("{}\n", table.ok_or("nobody decided")?);

    let mut contenders: [Box<dyn Contender>; 3] = [
        Box::new(Encryption::new()),
        Box::new(Kept::<Admitted>::open(&scene, &consents)),
        Box::new(Kept::<Single>::open(&scene, &consents)),
    ];
    let names = [
        ("encrypted (AES-GCM-128)", "sframe"),
        ("admitted (`Tap::admit`)", "framegate"),
        ("decided about (`Tap::decide`)", "framegate"),
    ];
    let samples = take_turns(&mut contenders, &settled, ROUNDS);
    let table = report::encryption(&names, &samples);
    println!("{}\n", table.ok_or("nothing was encrypted")?);

    println!("{}\n", report::writing(&writing::all(&scene, &expected)));
    println!("{}", report::machine());
    Ok(())
}
