//! Conformance scripts: meetings with what must come of each step, to be replayed in any language.
//!
//! Those that are checked in are in `tests/conformance/scripts/`. With `FRAMEGATE_WRITE=again` the same meetings are written anew, with `chosen` others are
//! chosen, and with a number as many others are made up and written to `target/conformance/`.

mod encoded;
mod form;
#[expect(dead_code, reason = "its own test makes it up by chance")]
#[path = "../../media/oracle_encoded/frames.rs"]
mod frames;
mod made;
#[expect(dead_code, reason = "its own test plants faults in it, and blanks")]
#[path = "../../media/oracle_encoded/model.rs"]
mod model;
mod player;
#[expect(dead_code, reason = "its own test plants faults in it")]
#[path = "../../conformance/replay.rs"]
mod replay;
mod seal;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
};

use player::{Written, play};
use proptest::{
    strategy::{Strategy, ValueTree},
    test_runner::{Config, RngSeed, TestRunner},
};
use serde_json::Value;
use sha2::{Digest as _, Sha256};

use crate::{
    common::ordered,
    fixed_meetings, goes_on,
    rules::Fault,
    scripts::{Script, scripts},
};

/// Where those are that are checked in.
const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/conformance/scripts");
/// Where those go that are made up beside them.
const OTHERS: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/target/conformance");
/// How many there are.
const SCRIPTS: usize = 185;
/// In so many meetings features are looked for; in later ones only planted faults that none of these tells.
const MEETINGS: usize = 400;
/// How many steps those have that only add to the number of scripts.
const SHORT: usize = 10;

/// The keys of a script in their order; others come last.
const KEYS: &str = "step at tap by who type owner kind format name id guardian key channels planar width height bits_per_minute      instance started participants device notice version language controller scope method agreed until signed meeting challenge signature purpose recipient      purposes blanks secret subjects pieces stream outlet torn people sources frames captured contributors regions rectangle channel span payload row stride      bytes short as expect error verdict reason tag output source digest seal keyframe_request agreed refused withdrawn";

/// A meeting by its name.
struct Meeting {
    name: String,
    what: What,
}

enum What {
    Script {
        script: Script,
        /// Whether frames that follow each other come together.
        batches: bool,
        /// How many of those that an outlet gets are sealed.
        seals: usize,
    },
    /// A stream of the encoded format of this number.
    Encoded(usize),
}

impl Meeting {
    /// One of those that are made up by chance, by its number, so many steps long. Some go on from their ledger.
    fn new(number: usize, length: usize, script: &Script) -> Self {
        let mut script = script.clone();
        if number.is_multiple_of(4) {
            let middle = script.steps.len() / 2;
            goes_on(&mut script, middle, number.is_multiple_of(8));
        }
        script.steps.truncate(length);
        Self {
            name: format!("meeting-{number:04}-{length:02}"),
            what: What::Script {
                script,
                batches: number % 3 == 1,
                seals: 0,
            },
        }
    }

    /// Those that are written by hand.
    fn made() -> impl Iterator<Item = Self> {
        let scripts = made::all().into_iter().map(|(name, script)| {
            let (batches, seals) = (false, 2);
            let what = What::Script {
                script,
                batches,
                seals,
            };
            Self { name, what }
        });
        let encoded = encoded::FORMATS.iter().enumerate().map(|(at, name)| Self {
            name: format!("format-{name}"),
            what: What::Encoded(at),
        });
        scripts.chain(encoded)
    }

    /// None if what it says leaves something open. The name says which instance it is.
    fn write(&self, name: &str, fault: Option<Fault>) -> Option<Written> {
        let digest = Sha256::digest(["framegate conformance ", name].concat());
        let instance = digest[..16].try_into().expect("32 bytes");
        match &self.what {
            What::Script {
                script,
                batches,
                seals,
            } => play(script, instance, *batches, *seals, fault),
            What::Encoded(format) => Some(encoded::play(*format, instance, fault)),
        }
    }

    fn text(&self, fault: Option<Fault>) -> Option<String> {
        let written = self.write(&self.name, fault)?;
        Some(text(&written))
    }

    /// Whether an oracle with this fault writes something else.
    fn tells(&self, fault: Fault, right: &str) -> bool {
        self.text(Some(fault)).is_some_and(|faulty| faulty != right)
    }
}

/// One step a line, and one line of the ledger a line, as it is.
fn text(written: &Written) -> String {
    let steps = written.steps.iter().map(|step| ordered(step, KEYS));
    format!(
        "{{\"format\":1,\n\"meeting\":{},\n\"steps\":[\n{}\n],\n\"ledger\":[\n{}\n]}}\n",
        ordered(&written.meeting, KEYS),
        steps.collect::<Vec<_>>().join(",\n"),
        written.ledger.join(",\n"),
    )
}

/// What a script has: steps with their keys, answers, formats, and what comes of frames by which door.
fn features(script: &str) -> BTreeSet<String> {
    let script = serde_json::from_str::<Value>(script).expect("JSON");
    let mut features = BTreeSet::new();
    for step in script["steps"].as_array().expect("steps") {
        let name = step["step"].as_str().expect("a name");
        let fields = step.as_object().expect("fields");
        features.insert(format!("step {name}"));
        features.extend(fields.keys().map(|key| format!("{name} {key}")));
        if let Some(error) = step["expect"]["error"].as_str() {
            features.insert(format!("{name}: {error}"));
            features.insert(format!("error {error}"));
        }
        if let Some(format) = step["format"]["name"].as_str() {
            features.insert(format!("format {format}"));
            features.insert(format!("{format} of {}", step["type"]));
        }
        let frames = step["frames"].as_array().into_iter().flatten();
        for frame in frames.clone() {
            let form = frame["contributors"]
                .as_object()
                .and_then(|form| form.keys().next());
            features.insert(format!("{name} of {form:?}"));
            features.extend(
                frame
                    .as_object()
                    .expect("fields")
                    .keys()
                    .map(|key| format!("{name} frame {key}")),
            );
            for region in frame["regions"].as_array().into_iter().flatten() {
                let fields = region.as_object().expect("fields").keys();
                features.extend(fields.map(|key| format!("{name} region {key}")));
            }
        }
        if frames.count() > 1 {
            features.insert(format!("{name} of several"));
        }
        for answer in step["expect"]["frames"].as_array().into_iter().flatten() {
            let [verdict, reason] =
                ["verdict", "reason"].map(|key| answer[key].as_str().unwrap_or(""));
            features.insert(format!("{name} {verdict} {reason}").trim().to_owned());
            features.insert(format!("reason {reason}"));
        }
    }
    features
}

/// Meetings that together have all features of those that are looked at, and tell all planted faults, none longer than it takes.
fn chosen() -> BTreeMap<String, String> {
    let (mut seen, mut hidden) = (BTreeSet::new(), told_by_scripts());
    let (mut chosen, mut others) = (BTreeMap::new(), Vec::new());
    for meeting in Meeting::made() {
        let text = meeting.text(None).expect("one that leaves nothing open");
        seen.extend(features(&text));
        chosen.insert(meeting.name, text);
    }
    for (number, script) in fixed_meetings().enumerate() {
        if number >= MEETINGS && hidden.is_empty() {
            break;
        }
        let of = |length| Meeting::new(number, length, &script);
        let whole = of(99);
        let Some(right) = whole.text(None) else {
            continue;
        };
        let mut new: BTreeSet<_> = features(&right).difference(&seen).cloned().collect();
        if number >= MEETINGS {
            new.clear();
        }
        let told = hidden
            .iter()
            .copied()
            .filter(|&fault| whole.tells(fault, &right));
        let told: Vec<_> = told.collect();
        let serves = |length: usize| {
            let meeting = of(length);
            meeting.text(None).is_some_and(|text| {
                features(&text).is_superset(&new)
                    && told.iter().all(|&fault| meeting.tells(fault, &text))
            })
        };
        if new.is_empty() && told.is_empty() {
            if number < MEETINGS {
                others.push((number, script));
            }
            continue;
        }
        let lengths: Vec<_> = (1..=script.steps.len() + 6).collect();
        let length = 1 + lengths.partition_point(|&length| !serves(length));
        let meeting = of(length);
        let text = meeting
            .text(None)
            .expect("the beginning of one that leaves nothing open");
        seen.extend(features(&text));
        hidden.retain(|fault| !told.contains(fault));
        chosen.insert(meeting.name, text);
    }
    println!(
        "{} of {MEETINGS} meetings have {} features; hidden are {hidden:?}",
        chosen.len(),
        seen.len()
    );
    for (number, script) in &others {
        if chosen.len() < SCRIPTS {
            let meeting = Meeting::new(*number, SHORT, script);
            chosen.extend(meeting.text(None).map(|text| (meeting.name, text)));
        }
    }
    chosen
}

/// As many others, of a seed.
fn seeded(seed: u64) -> BTreeMap<String, String> {
    let config = Config {
        rng_seed: RngSeed::Fixed(seed),
        ..Config::default()
    };
    let (mut runner, scripts) = (TestRunner::new(config), scripts());
    let write = |number| {
        let script = scripts.new_tree(&mut runner).expect("a script").current();
        let meeting = Meeting::new(number, script.steps.len(), &script);
        let name = format!("seed-{seed}-{number:04}");
        Some((name.clone(), text(&meeting.write(&name, None)?)))
    };
    (0..SCRIPTS).filter_map(write).collect()
}

fn write(how: &str) {
    let (folder, scripts) = match how {
        "again" => {
            let mut again = BTreeMap::new();
            each_checked_in(|meeting, _| {
                let text = meeting.text(None).expect("one that leaves nothing open");
                again.insert(meeting.name.clone(), text);
            });
            (FOLDER, again)
        }
        "chosen" => (FOLDER, chosen()),
        seed => (
            OTHERS,
            seeded(seed.parse().expect("again, chosen or a number")),
        ),
    };
    fs::create_dir_all(folder).expect("a folder");
    for old in fs::read_dir(folder).expect("a folder") {
        fs::remove_file(old.expect("a file").path()).expect("a file that can go");
    }
    for (name, text) in &scripts {
        fs::write(format!("{folder}/{name}.json"), text).expect("a file");
    }
    println!("{} scripts written to {folder}", scripts.len());
}

/// Calls with each meeting of which a script is checked in, and that script; and with those that are written by hand.
fn each_checked_in(mut call: impl FnMut(&Meeting, &str)) {
    let files = fs::read_dir(FOLDER).expect("a folder of scripts");
    let read = files.map(|file| {
        let path = file.expect("a file").path();
        let name = path
            .file_stem()
            .and_then(|name| name.to_str())
            .expect("a name");
        (name.to_owned(), fs::read_to_string(&path).expect("text"))
    });
    let scripts: BTreeMap<_, _> = read.collect();
    for meeting in Meeting::made() {
        let text = scripts.get(&meeting.name);
        call(&meeting, text.map_or("", String::as_str));
    }
    let numbers = scripts.iter().filter_map(|(name, text)| {
        let (number, length) = name.strip_prefix("meeting-")?.split_once('-')?;
        Some((number.parse().ok()?, (length.parse().ok()?, text)))
    });
    let numbers: BTreeMap<usize, (usize, &String)> = numbers.collect();
    let last = numbers.keys().last().map_or(0, |last| last + 1);
    for (number, script) in fixed_meetings().take(last).enumerate() {
        if let Some((length, text)) = numbers.get(&number) {
            call(&Meeting::new(number, *length, &script), text);
        }
    }
}

#[test]
fn conformance_scripts_are_what_the_oracle_writes() {
    if let Ok(how) = env::var("FRAMEGATE_WRITE") {
        return write(&how);
    }
    let mut count = 0;
    each_checked_in(|meeting, text| {
        count += 1;
        assert!(
            meeting.text(None).as_deref() == Some(text),
            "{} is stale: FRAMEGATE_WRITE=again cargo test --test oracle conformance",
            meeting.name
        );
    });
    let files = fs::read_dir(FOLDER).expect("a folder of scripts");
    assert_eq!(count, files.count(), "no script but those");
}

const STEPS: &str = "join leave show supersede grant withdraw restrict lift advance tick count third_party stream outlet tap group meet \
     decide admit admit_into admit_in_place resume end state seal receipt";
const ERRORS: &str = "overreach agreed_earlier unsigned keyless foreign_meeting replayed wrong_signature beyond_notice unknown_notice \
     stale_notice not_explicit wrong_key conflicting_notice unknown_participant already_joined not_a_restrainer empty time format full ended";
const FORMATS: &str = "pcm_u8 pcm_s16 pcm_s32 pcm_f32 pcm_mu_law pcm_a_law utf8 json opaque record i420 i422 i444 nv12 nv21 yuy2 uyvy p010 \
     rgba bgra rgb24 gray8 opus opus_red h264 hevc vp8 vp9 av1";

/// Whatever a step can be and answer, and whatever can come of a frame, is in some script.
#[test]
fn conformance_scripts_have_everything() {
    let mut found = BTreeSet::new();
    each_checked_in(|_, text| found.extend(features(text)));
    let words = |words: &'static str, of: &str| {
        let all = words.split_whitespace().map(|word| format!("{of} {word}"));
        all.collect::<Vec<_>>()
    };
    let mut needed = BTreeSet::from_iter(words(STEPS, "step"));
    needed.extend(words(ERRORS, "error"));
    needed.extend(words(FORMATS, "format"));
    let of_people = [
        "unknown",
        "absent",
        "restricted",
        "withdrawn",
        "expired",
        "not granted",
        "captured earlier",
        "stale notice",
    ];
    let of_frames = [
        "ended",
        "time",
        "malformed",
        "unclassified",
        "free bytes",
        "incomplete",
        "clock",
        "beyond its source",
        "over budget",
        "out of range",
        "awaits keyframe",
        "reaches back",
    ];
    for door in ["admit", "admit_into", "admit_in_place"] {
        needed.insert(format!("{door} whole"));
        needed.insert(format!("{door} of several"));
        needed.extend(
            of_people
                .iter()
                .chain(&of_frames[..5])
                .map(|reason| format!("{door} dropped {reason}")),
        );
    }
    for door in ["admit_into", "admit_in_place"] {
        needed.extend(
            of_people
                .iter()
                .map(|reason| format!("{door} redacted {reason}")),
        );
        needed.extend(
            of_people
                .iter()
                .map(|reason| format!("{door} blanked {reason}")),
        );
    }
    needed.extend(
        of_people
            .iter()
            .chain(&of_frames)
            .map(|reason| format!("reason {reason}")),
    );
    let missing: Vec<_> = needed.difference(&found).collect();
    assert!(
        missing.is_empty(),
        "no script has {missing:#?}: FRAMEGATE_WRITE=chosen cargo test --test oracle conformance"
    );
}

/// The faults that a script can tell: none has the counters by reason.
fn told_by_scripts() -> Vec<Fault> {
    let mut faults = Fault::ALL.to_vec();
    faults.retain(|&fault| fault != Fault::CountsEveryFrameAsNotGranted);
    faults
}

/// A script of an oracle with a planted fault comes out otherwise through the library.
#[test]
fn conformance_scripts_tell_planted_faults() {
    let mut hidden = told_by_scripts();
    each_checked_in(|meeting, text| {
        hidden.retain(|&fault| {
            if !meeting.tells(fault, text) {
                return true;
            }
            // There is one meeting of an instance in a process.
            let name = format!("{fault:?} {}", meeting.name);
            let faulty = meeting.write(&name, Some(fault)).expect("a script");
            let faulty = serde_json::from_str(&self::text(&faulty)).expect("JSON");
            replay::replay(&faulty, None).is_ok()
        });
    });
    assert!(hidden.is_empty(), "no script tells {hidden:?}");
}
