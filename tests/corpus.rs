//! What fuzzing found worth keeping, once more: `fuzz/` has the checks and the inputs, and `bash ci/fuzz` goes on from them.

#![cfg(feature = "std")]

#[path = "../fuzz/src/lib.rs"]
mod fuzz;

use std::{collections::BTreeSet, fs, path::Path};

use framegate::{Reason, Verdict};

/// The inputs that are kept for a target.
fn corpus(target: &str) -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/corpus");
    let files = fs::read_dir(folder.join(target)).unwrap();
    let paths = files.map(|file| file.unwrap().path());
    paths.map(|path| fs::read(path).unwrap()).collect()
}

#[test]
fn what_is_read_from_json_is_written_as_it_was() {
    let read = corpus("json").into_iter();
    let read = read.filter(|bytes| fuzz::json::check(bytes) > 0).count();
    assert!(read >= 20, "{read}");
}

#[test]
fn ledgers_clear_what_they_say() {
    let gone_on = corpus("ledger").into_iter();
    let gone_on = gone_on.filter(|bytes| fuzz::ledger::check(bytes)).count();
    assert!(gone_on >= 7, "{gone_on}");
}

#[test]
fn tags_are_read_as_they_are_written_and_join_to_no_more() {
    let read = corpus("tag").into_iter();
    let read: usize = read.map(|bytes| fuzz::tag::check(&bytes)).sum();
    assert!(read >= 20, "{read}");
}

#[test]
fn what_takes_a_tag_gives_it_back() {
    let taken = corpus("wire").into_iter();
    let taken: usize = taken.map(|bytes| fuzz::wire::check(&bytes)).sum();
    assert!(taken >= 36, "{taken}");
}

#[test]
fn frames_show_no_more_than_was_agreed_to() {
    let seen = corpus("frame").into_iter();
    let seen = seen.flat_map(|bytes| fuzz::frame::check(&bytes));
    let names: BTreeSet<_> = seen.map(Verdict::name).collect();
    assert_eq!(names.len(), 4, "{names:?}");
}

#[test]
fn encoded_frames_go_on_from_keyframes_alone() {
    // With decoder configurations.
    let configured = corpus("encoded").into_iter();
    let configured = configured.filter(|bytes| bytes.first().is_some_and(|format| *format >= 8));
    let released = configured.filter(|bytes| {
        let seen = fuzz::encoded::check(bytes);
        seen.contains(&Verdict::Whole) && seen.iter().any(|seen| seen.name() == "blanked")
    });
    assert!(released.count() >= 8);

    let seen = corpus("encoded").into_iter();
    let seen = seen.flat_map(|bytes| fuzz::encoded::check(&bytes));
    let seen: Vec<_> = seen.collect();
    let names: BTreeSet<_> = seen.iter().map(|verdict| verdict.name()).collect();
    assert_eq!(names.len(), 3, "{names:?}");
    for reason in [
        Reason::AwaitsKeyframe,
        Reason::ReachesBack,
        Reason::Malformed,
    ] {
        let withheld = seen
            .iter()
            .filter(|verdict| verdict.reason() == Some(reason));
        assert!(withheld.count() > 0, "{reason:?}");
    }
}
