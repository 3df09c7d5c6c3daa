//! The field: everybody who decides.

use std::hash::RandomState;

use dashmap::DashMap;
use rustc_hash::FxBuildHasher;

use crate::{
    casbin::Casbin,
    cedar::Cedar,
    contender::{Contender, Kept, Shared},
    gate::{Admitted, Batched, Single},
    left_right::LeftRight,
    maps::{Hasher, Locked, Maps, ParkingLot},
    rego::Rego,
    scene::{Consents, Intervals, Key, Scene},
    swaps::{Cached, Swapped},
};

pub struct Entrant {
    pub name: String,
    /// The crate that it is of, as `Cargo.lock` has it; none of the standard library.
    pub package: Option<&'static str>,
    /// How many times as long as framegate it takes at least.
    pub least: Option<f64>,
    pub open: Open,
}

type Open = fn(&Scene, &Consents) -> Box<dyn Contender>;

const MAP: f64 = 6.0;
const STANDARD_MAP: f64 = 9.0;

/// framegate comes first.
pub fn all() -> Vec<Entrant> {
    let gate = Some("framegate");
    let mut all = vec![
        shared::<Single>("`Tap::decide`", gate, None),
        shared::<Batched>("`Tap::decide_batch`, 64 at a time", gate, None),
        shared::<Admitted>("`Tap::admit`", gate, None),
    ];
    all.extend(maps::<RandomState>(""));
    // The maps at their fastest; a participant's number is not an attacker's to choose.
    all.extend(maps::<FxBuildHasher>(", FxHash"));
    all.extend([
        engine("Cedar", "cedar-policy", 1000.0, |_, consents| {
            Box::new(Cedar::new(consents))
        }),
        engine("Rego", "regorus", 350.0, |_, consents| {
            Box::new(Rego::new(consents))
        }),
        engine("Casbin", "casbin", 6000.0, |_, consents| {
            Box::new(Casbin::new(consents))
        }),
    ]);
    all
}

fn maps<H: Hasher>(hasher: &str) -> [Entrant; 7] {
    type Papaya<H> = papaya::HashMap<Key, Intervals, H>;
    let name = |name: &str| format!("{name}{hasher}");
    [
        shared::<Maps<Locked<H>>>(&name("`RwLock<HashMap>`"), None, Some(STANDARD_MAP)),
        shared::<Maps<ParkingLot<H>>>(&name("`RwLock<HashMap>`"), Some("parking_lot"), Some(MAP)),
        shared::<Maps<DashMap<Key, Intervals, H>>>(&name("`DashMap`"), Some("dashmap"), Some(MAP)),
        shared::<Maps<Swapped<H>>>(&name("`ArcSwap<HashMap>`"), Some("arc-swap"), Some(MAP)),
        shared::<Cached<H>>(&name("`Cache` of it"), Some("arc-swap"), Some(MAP)),
        shared::<Maps<Papaya<H>>>(&name("`papaya::HashMap`"), Some("papaya"), Some(MAP)),
        shared::<LeftRight<H>>(&name("left-right `HashMap`"), Some("left-right"), Some(MAP)),
    ]
}

fn shared<S: Shared + 'static>(
    name: &str,
    package: Option<&'static str>,
    least: Option<f64>,
) -> Entrant {
    Entrant {
        name: name.into(),
        package,
        least,
        open: |scene, consents| Box::new(Kept::<S>::open(scene, consents)),
    }
}

fn engine(name: &str, package: &'static str, least: f64, open: Open) -> Entrant {
    Entrant {
        name: name.into(),
        package: Some(package),
        least: Some(least),
        open,
    }
}
