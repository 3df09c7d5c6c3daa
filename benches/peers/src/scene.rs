//! The meeting that all contenders decide about: who agreed to what, and a fixed set of frames.

use std::{array, collections::BTreeMap, hint::black_box};

use fastrand::Rng;
use framegate::{Kind, Kinds, Purposes, Time};

pub const PEOPLE: u16 = 100;
pub const KINDS: [Kind; 3] = [Kind::Audio, Kind::Video, Kind::Chat];

/// Those that people are asked about. The places of their bits are their places in [`Intervals`].
pub const PURPOSES: [(Purposes, &str); 4] = [
    (Purposes::RECORD, "record"),
    (Purposes::TRANSCRIBE, "transcribe"),
    (Purposes::ASSIST, "assist"),
    (Purposes::TRAIN, "train"),
];

/// What each outlet is for.
pub const OUTLETS: [Purposes; 6] = [
    Purposes::RECORD,
    Purposes::TRANSCRIBE,
    Purposes::ASSIST,
    Purposes::TRAIN,
    Purposes::RECORD.union(Purposes::TRAIN),
    Purposes::TRANSCRIBE.union(Purposes::ASSIST),
];

/// When all frames are released: a tap's time never goes back, so a second round could not be released earlier than the first.
pub const NOW: Time = Time::from_millis(60_000);

/// How many frames of a stream come one after the other: as many as there are bits to say which are cleared.
pub const RUN: usize = 64;

const RUNS: usize = 256;

/// Later than any frame, and still a number of milliseconds in 32 bits, which is all that casbin has.
pub const NEVER: Time = Time::from_millis(i32::MAX as i64);

pub struct Scene {
    pub acts: Vec<Act>,
    pub runs: Vec<Run>,
}

/// Somebody agrees or withdraws.
#[derive(Clone, Copy)]
pub struct Act {
    pub at: Time,
    pub who: u16,
    pub kinds: Kinds,
    pub purposes: Purposes,
    pub what: What,
}

#[derive(Clone, Copy)]
pub enum What {
    Agrees,
    AgreesUntil(Time),
    Withdraws,
}

/// Frames of one stream on their way into one outlet.
#[derive(Clone)]
pub struct Run {
    pub number: usize,
    pub owner: u16,
    pub kind: Kind,
    pub outlet: usize,
    /// Those of the outlet.
    pub purposes: Purposes,
    pub captured: [Time; RUN],
    pub released: Time,
}

pub type Key = (u16, Kind);

/// What the peers keep.
pub type Consents = BTreeMap<Key, Intervals>;

/// Since when and until when a person agrees to a kind, for each purpose.
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Intervals(pub [Interval; PURPOSES.len()]);

#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Interval {
    pub since: Time,
    pub until: Time,
}

impl Interval {
    /// Holds nothing.
    pub const NONE: Self = Self {
        since: NEVER,
        until: Time::START,
    };

    const fn holds(self, captured: Time, released: Time) -> bool {
        self.since.as_micros() <= captured.as_micros()
            && released.as_micros() < self.until.as_micros()
    }
}

impl Intervals {
    pub const NONE: Self = Self([Interval::NONE; PURPOSES.len()]);

    /// The rule, as the peers have it that are but maps.
    #[inline]
    pub fn clear(&self, purposes: Purposes, captured: Time, released: Time) -> bool {
        let mut wanted = purposes.bits();
        while wanted != 0 {
            match self.0.get(wanted.trailing_zeros() as usize) {
                Some(interval) if interval.holds(captured, released) => wanted &= wanted - 1,
                _ => return false,
            }
        }
        true
    }
}

impl Run {
    /// The frames that are cleared, as bits from the lowest.
    ///
    /// The compiler is kept from seeing that one frame is much like the next.
    #[inline]
    pub fn bits(&self, mut is_cleared: impl FnMut(&Self, Time) -> bool) -> u64 {
        (0..)
            .zip(&self.captured)
            .fold(0, |bits, (place, captured)| {
                bits | u64::from(is_cleared(black_box(self), *captured)) << place
            })
    }
}

impl Scene {
    pub fn new() -> Self {
        let mut random = Rng::with_seed(20_230_807);
        let mut acts: Vec<_> = (0..PEOPLE)
            .flat_map(|who| acts_of(who, &mut random))
            .collect();
        acts.sort_by_key(|act| act.at);
        let runs = (0..RUNS).map(|number| run(number, &mut random)).collect();
        Self { acts, runs }
    }

    /// What the acts come to.
    pub fn consents(&self) -> Consents {
        let keys = (0..PEOPLE).flat_map(|who| KINDS.map(|kind| (who, kind)));
        let mut consents: Consents = keys.map(|key| (key, Intervals::NONE)).collect();
        for act in &self.acts {
            for kind in KINDS {
                let intervals = consents.get_mut(&(act.who, kind));
                let intervals = intervals.filter(|_| act.kinds.contains(kind.into()));
                let each = intervals.into_iter().flat_map(|all| &mut all.0);
                for ((purpose, _), interval) in PURPOSES.iter().zip(each) {
                    if act.purposes.contains(*purpose) {
                        *interval = interval.after(act);
                    }
                }
            }
        }
        consents
    }
}

impl Scene {
    /// Whether nothing of what a run's owner agreed to for its kind changes while its frames are on their way, nor just before or after.
    pub fn is_settled(&self, run: &Run) -> bool {
        let margin = 1_000_000;
        let (from, to) = (run.captured[0].as_micros(), run.released.as_micros());
        let is_apart = |time: Time| {
            let at = time.as_micros();
            at + margin <= from || to + margin <= at
        };
        let mut acts = self.acts.iter();
        acts.all(|act| {
            let is_other = act.who != run.owner || !act.kinds.contains(run.kind.into());
            let ends_apart = match act.what {
                What::AgreesUntil(end) => is_apart(end),
                What::Agrees | What::Withdraws => true,
            };
            is_other || is_apart(act.at) && ends_apart
        })
    }
}

impl Interval {
    fn after(self, act: &Act) -> Self {
        let until = match act.what {
            What::Agrees => NEVER,
            What::AgreesUntil(end) => end,
            What::Withdraws => return Self::NONE,
        };
        if self.holds(act.at, act.at) {
            let until = self.until.max(until);
            Self { until, ..self }
        } else {
            let since = act.at;
            Self { since, until }
        }
    }
}

/// Most agree to most things early; some of that ends by itself, some is withdrawn, some of which is agreed to again.
fn acts_of(who: u16, random: &mut Rng) -> Vec<Act> {
    let mut acts = Vec::new();
    let mut act = |random: &mut Rng, from: i64, to: i64, what| {
        let kinds = KINDS.into_iter().filter(|_| random.u8(..100) < 90);
        let kinds = kinds.map(Kinds::from).collect();
        let purposes = PURPOSES
            .into_iter()
            .filter(|_| random.u8(..100) < 80)
            .map(|(purpose, _)| purpose)
            .collect();
        let act = Act {
            at: Time::from_millis(random.i64(from..to)),
            who,
            kinds,
            purposes,
            what,
        };
        if !kinds.is_empty() && !purposes.is_empty() {
            acts.push(act);
        }
        act
    };
    let chance = random.u8(..100);
    if chance < 10 {
        return acts;
    }
    let what = if chance < 25 {
        What::AgreesUntil(Time::from_millis(random.i64(50_000..70_000)))
    } else {
        What::Agrees
    };
    act(random, 0, 20_000, what);
    if random.u8(..100) < 20 {
        let left = act(random, 20_000, 57_000, What::Withdraws);
        if random.bool() {
            let back = left.at.as_micros() / 1000;
            act(random, back + 500, back + 2_500, What::Agrees);
        }
    }
    acts
}

fn run(number: usize, random: &mut Rng) -> Run {
    let last = NOW.as_micros() / 1000 - random.i64(0..4_000);
    let first = last - 20 * (RUN as i64 - 1);
    let mut captured = (first..).step_by(20).map(Time::from_millis);
    let outlet = random.usize(..OUTLETS.len());
    Run {
        number,
        owner: random.u16(..PEOPLE),
        kind: KINDS[random.usize(..KINDS.len())],
        outlet,
        purposes: OUTLETS[outlet],
        captured: array::from_fn(|_| captured.next().unwrap_or(NOW)),
        released: NOW,
    }
}
