//! Receipts, erasure lists and others' vocabularies, out of ledgers written by hand.

pub mod ledger;
pub mod oracle;
pub mod scripts;

use framegate::{
    Authority, Grant, Kind, Kinds, Method, Purposes, Refusal, Scope,
    export::{
        Ending, ErasureList, Frames, Range, Receipt, aipref,
        cawg::TrainingMining,
        ts27560::{ConsentRecord, Particulars, State},
        vcon::{Consent, Dialog, LawfulBasis},
    },
    ledger::{Entry, Ledger, LedgerFault, VerifiedLedger},
};
use ledger::*;
use oracle::{Fault, Instants, released};
use proptest::{
    prelude::*,
    test_runner::{RngAlgorithm, TestError, TestRng, TestRunner},
};
use scripts::*;
use serde_json::{Value, json, to_value};

use crate::common::{self, ms};

const TRAIN: Purposes = Purposes::TRAIN;

/// Ranges as numbers: since, until, settled.
type Numbers = (u32, Option<u32>, Option<u32>);

fn numbers(range: &Range) -> Numbers {
    (ms(range.since), range.until.map(ms), range.settled.map(ms))
}

fn verified(ledger: &Ledger) -> VerifiedLedger {
    ledger.clone().verify().expect("a ledger that verifies")
}

fn receipt(ledger: &Ledger) -> Receipt {
    Receipt::of(&verified(ledger), "ada").expect("a receipt")
}

/// What must go of Ada's, by outlet.
fn erased(ledger: &Ledger) -> Vec<(u16, Vec<Numbers>)> {
    let list = ErasureList::of(&verified(ledger), "ada").expect("a list");
    let of = |ranges: Vec<_>| ranges.iter().map(numbers).collect();
    let outlets = list.outlets.into_iter();
    outlets
        .map(|outlet| {
            let ranges = outlet.ranges.iter().map(|recalled| recalled.range);
            (outlet.outlet.number(), of(ranges.collect()))
        })
        .collect()
}

/// Ada agrees to recording her voice at 1 s, into outlet 0.
fn recorded() -> Book {
    Book::new().with([
        (0, outlet(0, "recorder", RECORD)),
        (0, joined("ada")),
        (1000, granted("ada", grant(Kinds::AUDIO, RECORD))),
    ])
}

// ---------------------------------------------------------------------------------------------------------------------
// Receipts

#[test]
fn r2_a_receipt_says_who_agreed_how_and_under_what_and_who_tried() {
    let book = recorded().with([
        (
            1500,
            Entry::Refused {
                who: Some("ada".into()),
                by: Authority::Host,
                grant: grant(AV, TRAIN),
                why: Refusal::Overreach,
            },
        ),
        (
            2000,
            Entry::Restricted {
                who: None,
                by: Authority::Administrator,
                scope: Scope::new(Kinds::VIDEO, Purposes::all()),
            },
        ),
    ]);
    let ledger = book.read();
    let receipt = receipt(&ledger);
    assert_eq!(
        (&*receipt.meeting, &*receipt.who, receipt.head),
        ("standup", "ada", ledger.head())
    );
    let [agreed] = &receipt.agreed[..] else {
        panic!()
    };
    assert_eq!((agreed.entry, agreed.hash), (5, ledger.lines()[6].prev));
    assert_eq!(
        (agreed.by, agreed.method, agreed.signed),
        (Authority::Participant, Method::Typed, false)
    );
    assert_eq!(
        (&agreed.notice, &agreed.purposes[..]),
        (&notice(0), &["RECORD".to_owned()][..])
    );
    let [tried] = &receipt.refused[..] else {
        panic!()
    };
    assert_eq!(
        (tried.by, tried.why, tried.scope),
        (Authority::Host, Refusal::Overreach, Scope::new(AV, TRAIN))
    );
    let [restricted] = &receipt.restricted[..] else {
        panic!()
    };
    assert!(restricted.everybody && !restricted.lifted);
    assert!(Receipt::of(&verified(&ledger), "bob").is_none());
}

#[test]
fn r2_nobody_elses_grant_is_on_a_receipt() {
    let book = Book::new().with([
        (0, outlet(0, "recorder", RECORD)),
        (0, joined("ada")),
        (
            1000,
            granted_by(Authority::Guardian, "ada", grant(AV, RECORD)),
        ),
    ]);
    // There is none of a ledger that has one.
    let error = book.read().verify().unwrap_err();
    assert_eq!((error.line, error.what), (6, LedgerFault::Impossible));
}

#[test]
fn r3_an_outlet_of_two_purposes_may_have_what_was_agreed_to_for_both() {
    let book = Book::new().with([
        (0, outlet(0, "learner", BOTH)),
        (0, joined("ada")),
        (1000, granted("ada", grant(AV, RECORD))),
        (2000, granted("ada", grant(Kinds::AUDIO, TRAIN))),
        (5000, withdrew("ada", AV, RECORD)),
        (6000, withdrew("ada", AV, TRAIN)),
    ]);
    let receipt = receipt(&book.read());
    let [released] = &receipt.released[..] else {
        panic!()
    };
    let [range] = &released.ranges[..] else {
        panic!()
    };
    assert_eq!(
        (range.kind, numbers(range)),
        (Kind::Audio, (2000, Some(5001), Some(6001)))
    );
}

#[test]
fn r3_consents_of_which_one_began_after_the_other_was_cut_let_nothing_through() {
    let book = Book::new().with([
        (0, outlet(0, "learner", BOTH)),
        (0, joined("ada")),
        (1000, granted("ada", grant(AV, RECORD))),
        (5000, withdrew("ada", AV, RECORD)),
        (5000, granted("ada", grant(AV, TRAIN))),
        (6000, counted(&[])),
    ]);
    assert!(receipt(&book.read()).released.is_empty());
}

#[test]
fn r5_what_held_is_told_with_its_end() {
    let book = Book::new().with([
        (0, joined("ada")),
        (1000, granted("ada", until(grant(Kinds::AUDIO, BOTH), 3000))),
        (4000, granted("ada", grant(Kinds::AUDIO, RECORD))),
        (5000, left("ada")),
        (6000, joined("ada")),
        (7000, granted("ada", grant(Kinds::AUDIO, RECORD))),
    ]);
    let held = receipt(&book.read()).held;
    let told: Vec<_> = held
        .iter()
        .map(|held| {
            (
                held.stay,
                held.purposes.join(" "),
                ms(held.since),
                held.until.map(ms),
                held.ended,
            )
        })
        .collect();
    assert_eq!(
        told,
        [
            (
                1,
                "RECORD TRAIN".into(),
                1000,
                Some(3000),
                Some(Ending::Expired)
            ),
            (1, "RECORD".into(), 4000, Some(5001), Some(Ending::Left)),
            (2, "RECORD".into(), 7000, None, None),
        ]
    );
}

#[test]
fn r10_a_receipt_counts_what_went_from_ones_own_streams() {
    let book = recorded().with([
        (1000, joined("bob")),
        (1000, granted("bob", grant(Kinds::AUDIO, RECORD))),
        (1000, stream(0, Kind::Audio, Some("ada"))),
        (1000, stream(1, Kind::Audio, Some("bob"))),
        (2000, counted(&[(0, 0, 1, 1), (1, 0, 100, 100)])),
        (
            3000,
            counted(&[(0, 0, 10, 2), (1, 0, 100, 100), (0, 0, 5, 0)]),
        ),
        // After a crash the meeting has other streams and outlets.
        (3000, Entry::Resumed { torn: false }),
        (3000, stream(2, Kind::Audio, Some("ada"))),
        (3000, outlet(1, "recorder", RECORD)),
        (4000, counted(&[(2, 1, 7, 0), (2, 1, 4, 0)])),
    ]);
    let receipt = receipt(&book.read());
    let frames: Vec<_> = receipt.released.iter().map(|one| one.frames).collect();
    let of = |whole, redacted| Some(Frames { whole, redacted });
    assert_eq!(frames, [of(15, 2), of(11, 0)]);
}

#[test]
fn a_third_partys_purpose_is_told_by_name() {
    let book = Book::naming("ACME Ltd").with([
        (0, outlet_to(Some("ACME Ltd"), 0, "cloud", PAIR)),
        (0, joined("ada")),
        (1000, granted("ada", grant(AV, PAIR | TRAIN))),
        (2000, withdrew("ada", AV, PAIR)),
        (3000, counted(&[])),
        (3000, Entry::Ended {}),
    ]);
    let ledger = book.read();
    let receipt = receipt(&ledger);
    assert_eq!(receipt.agreed[0].purposes, ["TRAIN", "RECORD@ACME Ltd"]);
    let list = ErasureList::of(&verified(&ledger), "ada").expect("a list");
    assert_eq!(list.outlets[0].recipient.as_deref(), Some("ACME Ltd"));
    assert_eq!(list.outlets[0].purposes, ["RECORD@ACME Ltd"]);
}

// ---------------------------------------------------------------------------------------------------------------------
// Erasure

#[test]
fn r6_what_was_released_before_a_withdrawal_must_go() {
    let book = recorded().with([(5000, withdrew("ada", Kinds::AUDIO, RECORD))]);
    // Nothing later tells when the cut had settled.
    assert_eq!(erased(&book.read()), [(0, vec![(1000, Some(5001), None)])]);
    let book = book.with([(5000, stream(0, Kind::Chat, None)), (5020, counted(&[]))]);
    assert_eq!(
        erased(&book.read()),
        [(0, vec![(1000, Some(5001), Some(5021))])]
    );
}

/// Ada withdraws at 5 s, with line 10, and Bob did before, with line 8; a line comes 20 ms later, and at 6 s all is counted.
fn withdrawn(before: &[Entry], next: Entry) -> Book {
    let mut more = vec![
        (2000, joined("bob")),
        (2000, withdrew("bob", Kinds::AUDIO, RECORD)),
        (2000, withdrew("ada", Kinds::VIDEO, RECORD)),
        (5000, withdrew("ada", Kinds::AUDIO, RECORD)),
        (5020, next),
        (6000, counted(&[])),
    ];
    let before = before.iter().map(|entry| (1500, entry.clone()));
    more.splice(0..0, before);
    recorded().with(more)
}

/// By which time everything was captured that was on its way when Ada withdrew.
fn settles(book: &Book) -> u32 {
    let [(0, ranges)] = &erased(&book.read())[..] else {
        panic!("one outlet");
    };
    let [(1000, Some(5001), Some(settled))] = ranges[..] else {
        panic!("{ranges:?}");
    };
    settled
}

/// Whoever acts looks at the taps that can carry anybody, but at those of Ada alone only if it is about her or about everybody:
/// the time of other lines says nothing of what her taps had released.
#[test]
fn r6_what_a_tap_of_hers_alone_released_late_is_on_the_list() {
    // One more line, so that the numbers of the others are the same.
    let (open, alone) = ([stream(0, Kind::Audio, Some("ada"))], [alone(0)]);
    let by_host = |who: Option<&str>| Entry::Lifted {
        who: who.map(String::from),
        by: Authority::Host,
        scope: Scope::new(Kinds::VIDEO, RECORD),
    };
    let refused = |who: Option<&str>| Entry::Refused {
        who: who.map(String::from),
        by: Authority::Host,
        grant: grant(Kinds::AUDIO, RECORD),
        why: Refusal::Overreach,
    };
    let of_others = [
        joined("eve"),
        left("bob"),
        granted("bob", grant(Kinds::AUDIO, RECORD)),
        withdrew("bob", Kinds::AUDIO, RECORD),
        restricted(Some("bob")),
        by_host(Some("bob")),
        refused(Some("bob")),
        refused(None),
        // Of Bob's withdrawal, and of one of Ada's: a tap that she opened since was not looked at.
        settled(9),
        settled(10),
    ];
    for next in of_others {
        let book = withdrawn(&alone, next.clone());
        // A frame captured at 5.5 s on her own stream, and counted late, is on it.
        assert_eq!(settles(&book), 6001, "{next:?}");
        let book = withdrawn(&open, next.clone());
        assert_eq!(settles(&book), 5021, "{next:?}");
    }
    let of_hers = [
        left("ada"),
        granted("ada", grant(Kinds::VIDEO, RECORD)),
        withdrew("ada", Kinds::AUDIO, RECORD),
        restricted(Some("ada")),
        by_host(Some("ada")),
        refused(Some("ada")),
        restricted(None),
        by_host(None),
        superseded(1),
        counted(&[]),
        settled(11),
    ];
    for next in of_hers {
        for before in [&open, &alone] {
            let book = withdrawn(before, next.clone());
            assert_eq!(settles(&book), 5021, "{next:?}");
        }
    }
    // What is not about anybody looks at no tap of hers, and at some at none at all.
    for next in [
        stream(1, Kind::Chat, None),
        outlet(1, "other", RECORD),
        Entry::Shown { notice: notice(0) },
    ] {
        for before in [&open, &alone] {
            assert_eq!(settles(&withdrawn(before, next.clone())), 6001, "{next:?}");
        }
    }
}

#[test]
fn r6_somebody_without_streams_alone_needs_no_line_of_their_own() {
    let of_bob = Entry::StreamOpened {
        stream: stream_id(0),
        kind: Kind::Audio,
        owner: Some("bob".into()),
        alone: true,
    };
    // Somebody else has a stream alone; she opens one only afterwards; she had one before the meeting went on.
    let book = withdrawn(&[joined("bob"), of_bob, left("bob")], joined("eve"));
    assert_eq!(settles(&book), 5021);
    let book = withdrawn(&[], alone(0));
    assert_eq!(settles(&book), 6001);
    let resumed = Entry::Resumed { torn: false };
    let agreed = granted("ada", grant(Kinds::VIDEO, RECORD));
    let before = [
        alone(0),
        resumed.clone(),
        outlet(1, "camera", RECORD),
        agreed,
    ];
    let book = recorded().with(before.map(|entry| (1500, entry)));
    let book = book.with([
        (5000, withdrew("ada", Kinds::VIDEO, RECORD)),
        (5020, joined("eve")),
        (6000, counted(&[])),
    ]);
    let of_camera = erased(&book.read());
    assert_eq!(of_camera[1], (1, vec![(1500, Some(5001), Some(5021))]));
    // After the process had gone nobody knows, whatever is about her.
    let book = recorded().with([
        (1500, alone(0)),
        (5000, withdrew("ada", Kinds::AUDIO, RECORD)),
        (5000, resumed),
        (5020, withdrew("ada", Kinds::AUDIO, RECORD)),
    ]);
    assert_eq!(erased(&book.read()), [(0, vec![(1000, Some(5001), None)])]);
}

#[test]
fn r6_agreeing_again_saves_nothing_that_was_recalled() {
    let book = recorded().with([
        (5000, withdrew("ada", Kinds::AUDIO, RECORD)),
        (6000, granted("ada", grant(Kinds::AUDIO, RECORD))),
        (9000, counted(&[])),
        (9000, Entry::Ended {}),
    ]);
    assert_eq!(
        erased(&book.read()),
        [(0, vec![(1000, Some(5001), Some(6001))])]
    );
}

#[test]
fn r6_whoever_withdraws_it_only_what_is_withdrawn_goes() {
    for by in [Authority::Participant, Authority::Guardian, Authority::Host] {
        let book = Book::new().with([
            (0, outlet(0, "recorder", RECORD)),
            (0, outlet(1, "learner", BOTH)),
            (0, joined("ada")),
            (1000, granted("ada", grant(AV, BOTH))),
            (2000, withdrew_by(by, "ada", Kinds::VIDEO, TRAIN)),
            (3000, counted(&[])),
        ]);
        assert_eq!(
            erased(&book.read()),
            [(1, vec![(1000, Some(2001), Some(3001))])]
        );
    }
}

#[test]
fn r6_a_withdrawal_after_the_end_reaches_every_stay() {
    let book = recorded().with([
        (2000, left("ada")),
        (3000, joined("ada")),
        (4000, granted("ada", grant(Kinds::AUDIO, RECORD))),
        (5000, counted(&[])),
        (5000, Entry::Ended {}),
    ]);
    assert_eq!(erased(&book.read()), []);
    let book = book.with([(5000, withdrew("ada", Kinds::AUDIO, RECORD))]);
    let ranges = vec![
        (1000, Some(2001), Some(3001)),
        (4000, Some(5001), Some(5001)),
    ];
    assert_eq!(erased(&book.read()), [(0, ranges)]);
}

#[test]
fn r6_an_end_a_restriction_another_notice_and_leaving_recall_nothing() {
    let ends = [
        left("ada"),
        superseded(0),
        Entry::Ended {},
        Entry::Resumed { torn: false },
        Entry::Restricted {
            who: Some("ada".into()),
            by: Authority::Host,
            scope: Scope::ALL,
        },
    ];
    for end in ends {
        let goes_on = end != Entry::Ended {};
        let later = |millis| goes_on.then(|| (millis, counted(&[])));
        let book = recorded().with([(5000, counted(&[])), (5000, end)]);
        let book = book.with(later(6000));
        assert_eq!(erased(&book.read()), []);
        let book = book.with([(7000, withdrew("ada", Kinds::AUDIO, RECORD))]);
        let book = book.with(later(7000));
        assert_eq!(erased(&book.read()).len(), 1);
    }
    let book = Book::new().with([
        (0, outlet(0, "recorder", RECORD)),
        (0, joined("ada")),
        (1000, granted("ada", until(grant(AV, RECORD), 3000))),
        (5000, counted(&[])),
    ]);
    assert_eq!(erased(&book.read()), []);
}

#[test]
fn r6_a_torn_ledger_recalls_everything_until_the_crash_whenever_that_was() {
    let book = recorded().with([(2000, left("ada")), (3000, joined("ada"))]);
    let book = book.with([(4000, granted("ada", grant(Kinds::AUDIO, RECORD)))]);
    let before = (1000, Some(2001), Some(3001));
    assert_eq!(
        erased(&book.read_torn()),
        [(0, vec![before, (4000, None, None)])]
    );
    let book = book.with([(4000, Entry::Resumed { torn: true })]);
    assert_eq!(
        erased(&book.read()),
        [(0, vec![before, (4000, None, None)])]
    );
    let book = book.with([(9000, joined("bob"))]);
    assert_eq!(
        erased(&book.read()),
        [(0, vec![before, (4000, None, None)])],
        "bob's is not ada's"
    );
}

#[test]
fn r2_a_childs_own_refusal_recalls_what_the_guardian_agreed_to() {
    let agreed = |millis| {
        (
            millis,
            granted_by(Authority::Guardian, "ada", grant(AV, RECORD)),
        )
    };
    let book = Book::new().with([
        (0, outlet(0, "recorder", RECORD)),
        (0, joined_with_guardian("ada", "gus")),
        agreed(1000),
        (2000, withdrew("ada", Kinds::AUDIO, RECORD)),
        agreed(3000),
        (4000, counted(&[])),
        (4000, Entry::Ended {}),
    ]);
    let ledger = book.read();
    assert_eq!(erased(&ledger), [(0, vec![(1000, Some(2001), Some(3001))])]);
    let ranges = &receipt(&ledger).released[0].ranges;
    let of = |kind| {
        ranges
            .iter()
            .filter(move |range| range.kind == kind)
            .map(numbers)
            .collect::<Vec<_>>()
    };
    assert_eq!(of(Kind::Audio), [(1000, Some(2001), Some(3001))]);
    assert_eq!(of(Kind::Video), [(1000, Some(4001), None)]);
}

#[test]
fn what_had_ended_before_an_outlet_was_there_never_went_into_it() {
    let book = recorded().with([
        (2000, withdrew("ada", Kinds::AUDIO, RECORD)),
        (3000, outlet(1, "late", RECORD)),
    ]);
    let released = receipt(&book.read()).released;
    assert_eq!(
        released
            .iter()
            .map(|outlet| &*outlet.name)
            .collect::<Vec<_>>(),
        ["recorder"]
    );
}

// ---------------------------------------------------------------------------------------------------------------------
// Any ledger, against the oracle

fn instants<'a>(ranges: impl IntoIterator<Item = &'a Range>, end: i64) -> Instants {
    let end = u32::try_from(end / 1000).expect("a time") + 1;
    let of = |range: &Range| {
        let kind = range.kind;
        (ms(range.since)..range.until.map_or(end, ms).min(end)).map(move |millis| (kind, millis))
    };
    let av = |(kind, _): &(Kind, u32)| [Kind::Audio, Kind::Video].contains(kind);
    ranges.into_iter().flat_map(of).filter(av).collect()
}

/// Compares what the ledger says of a script with the oracle: to the millisecond; a crash alone may have come later than the ledger tells.
fn compare(steps: &[(i64, Step)], torn: bool, fault: Option<Fault>) -> Result<(), TestCaseError> {
    let (book, end) = book(steps, torn);
    let ledger = book.read();
    let (Some(receipt), Some(list)) = (
        Receipt::of(&verified(&ledger), "ada"),
        ErasureList::of(&verified(&ledger), "ada"),
    ) else {
        return Err(TestCaseError::reject("she never joined"));
    };
    for (number, purposes) in [(0, RECORD), (1, BOTH), (2, PAIR)] {
        let outlet = outlet_id(number);
        let ranges = receipt
            .released
            .iter()
            .filter(|released| released.outlet == outlet);
        let ranges: Vec<_> = ranges
            .flat_map(|released| released.ranges.clone())
            .collect();
        let gone = list
            .outlets
            .iter()
            .filter(|erasure| erasure.outlet == outlet);
        let gone = gone.flat_map(|erasure| &erasure.ranges);
        let gone: Vec<_> = gone.map(|recalled| recalled.range).collect();
        prop_assert!(
            gone.iter().all(|range| ranges.contains(range)),
            "only what may have been released"
        );
        let settles = |range: &Range| {
            let until = range.until.map_or(u32::MAX, ms);
            range.settled.is_none_or(|settled| until <= ms(settled))
        };
        prop_assert!(ranges.iter().all(settles));

        let (held, recalled) = released(&ledger, "ada", purposes, end, fault);
        let (may, must) = (instants(&ranges, end), instants(&gone, end));
        prop_assert!(
            held.is_subset(&may),
            "never too little: {:?}",
            held.difference(&may).next()
        );
        prop_assert!(
            recalled.is_subset(&must),
            "never too little: {:?}",
            recalled.difference(&must).next()
        );
        if !torn {
            prop_assert_eq!(held, may);
            prop_assert_eq!(recalled, must);
        }
    }
    Ok(())
}

fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    let cases = cases.max(default.cases);
    ProptestConfig {
        cases,
        max_global_rejects: cases,
        failure_persistence: None,
        ..default
    }
}

proptest! {
    #![proptest_config(config(2000))]

    #[test]
    fn r6_the_ledger_and_the_oracle_agree_on_what_was_released_and_what_must_go((steps, torn) in scripts()) {
        compare(&steps, torn, None)?;
    }
}

#[test]
fn control_an_oracle_that_forgets_something_is_found_out() {
    for fault in [
        Fault::Refusal,
        Fault::Superseding,
        Fault::Lift,
        Fault::Recall,
        Fault::Torn,
    ] {
        let mut runner = TestRunner::new_with_rng(
            config(5000),
            TestRng::deterministic_rng(RngAlgorithm::ChaCha),
        );
        let run = runner.run(&scripts(), |(steps, torn)| {
            compare(&steps, torn, Some(fault))
        });
        assert!(matches!(run, Err(TestError::Fail(..))), "{fault:?}");
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Others' vocabularies

fn dialog() -> Dialog {
    Dialog {
        party: 0,
        dialog: 0,
        outlet: outlet_id(0),
    }
}

/// The uses that an assertion allows, after checking that it has the shape of the specification's schema.
fn allowed(ledger: &Ledger) -> Vec<String> {
    let assertion = to_value(TrainingMining::of(&verified(ledger), outlet_id(0))).expect("JSON");
    let mut shape = assertion.clone();
    let entries = shape["data"]["entries"].as_object_mut().expect("entries");
    assert_eq!(entries.len(), 4);
    let mut allowed = Vec::new();
    for (key, entry) in entries {
        let entry = entry.take();
        assert!([json!({"use": "allowed"}), json!({"use": "notAllowed"})].contains(&entry));
        if entry["use"] == "allowed" {
            allowed.push(key.clone());
        }
    }
    let entries = json!({
        "cawg.ai_generative_training": null, "cawg.ai_training": null, "cawg.ai_inference": null, "cawg.data_mining": null,
    });
    assert_eq!(
        shape,
        json!({ "label": "cawg.training-mining", "data": { "entries": entries } })
    );
    let train = allowed.contains(&"cawg.ai_generative_training".to_owned());
    assert_eq!(
        aipref::preference(&verified(ledger), outlet_id(0)),
        if train { "train-ai=y" } else { "train-ai=n" }
    );
    allowed
}

/// Two people whose voices are recorded, and who agree to more.
fn two(ada: Purposes, bob: Purposes) -> Book {
    Book::new().with([
        (0, outlet(0, "recorder", RECORD)),
        (0, joined("ada")),
        (0, joined("bob")),
        (1000, granted("ada", grant(Kinds::AUDIO, RECORD | ada))),
        (1000, granted("bob", grant(Kinds::AUDIO, RECORD | bob))),
    ])
}

#[test]
fn r3_a_use_is_allowed_only_if_everybody_agreed_to_its_own_purpose() {
    let all = Purposes::FIRST_PARTY;
    assert!(
        allowed(
            &Book::new()
                .with([(0, outlet(0, "recorder", RECORD))])
                .read()
        )
        .is_empty()
    );
    assert!(allowed(&Book::new().read()).is_empty());
    assert_eq!(
        allowed(&two(all, TRAIN).read()),
        ["cawg.ai_generative_training", "cawg.ai_training"]
    );
    assert_eq!(
        allowed(&two(Purposes::ASSIST, all).read()),
        ["cawg.ai_inference"]
    );
    assert_eq!(
        allowed(&two(Purposes::ANALYTICS, all).read()),
        ["cawg.data_mining"]
    );
    assert!(
        allowed(&two(all - TRAIN - Purposes::ASSIST - Purposes::ANALYTICS, all).read()).is_empty()
    );
    assert_eq!(allowed(&two(all, all).read()).len(), 4);
    let quiet = two(all, all).with([(2000, joined("eve"))]);
    assert!(allowed(&quiet.read()).is_empty(), "she agreed to nothing");
}

#[test]
fn r6_a_use_is_allowed_only_while_everybody_still_agrees() {
    let all = Purposes::FIRST_PARTY;
    let harmless = [
        left("ada"),
        Entry::Ended {},
        Entry::Resumed { torn: false },
        superseded(1),
    ];
    for entry in harmless {
        let book = two(all, all).with([(2000, counted(&[])), (2000, entry)]);
        assert_eq!(allowed(&book.read()).len(), 4);
    }
    let restricted = Entry::Restricted {
        who: None,
        by: Authority::Host,
        scope: Scope::ALL,
    };
    let ends = [
        withdrew("ada", AV, all),
        Entry::Resumed { torn: true },
        superseded(0),
        restricted,
    ];
    for entry in ends {
        let book = two(all, all).with([(2000, counted(&[])), (2000, entry)]);
        assert!(allowed(&book.read()).is_empty());
    }
    let left_first = two(all, all).with([(2000, left("ada")), (3000, withdrew("ada", AV, all))]);
    assert!(allowed(&left_first.read()).is_empty());
    let came_back = two(all, all).with([(2000, left("ada")), (3000, joined("ada"))]);
    assert!(allowed(&came_back.read()).is_empty());
    let again = |grant| came_back.clone().with([(4000, granted("ada", grant))]);
    let mut other_notice = grant(Kinds::AUDIO, TRAIN);
    other_notice.notice = notice(1).digest;
    let train = ["cawg.ai_generative_training", "cawg.ai_training"];
    assert_eq!(allowed(&again(other_notice.clone()).read()), train);
    let ending = until(other_notice.clone(), 9000);
    assert!(allowed(&again(ending).read()).is_empty());
    let stale = again(other_notice).with([(5000, left("ada")), (6000, superseded(1))]);
    assert!(allowed(&stale.read()).is_empty());
    assert!(allowed(&two(all, all).read_torn()).is_empty());
}

#[test]
fn r5_a_use_is_allowed_only_if_all_of_the_output_is_covered() {
    let late =
        two(TRAIN, Purposes::empty()).with([(2000, granted("bob", grant(Kinds::AUDIO, TRAIN)))]);
    assert!(
        allowed(&late.read()).is_empty(),
        "a second of bob was recorded before"
    );
    let ending = two(TRAIN, Purposes::empty()).with([(
        1000,
        granted("bob", until(grant(Kinds::AUDIO, TRAIN), 9000)),
    )]);
    assert!(allowed(&ending.read()).is_empty(), "the end will come");
}

/// The keys of an object.
fn keys(value: &Value) -> Vec<&str> {
    value
        .as_object()
        .expect("an object")
        .keys()
        .map(String::as_str)
        .collect()
}

fn sorted<const N: usize>(mut keys: [&str; N]) -> [&str; N] {
    keys.sort_unstable();
    keys
}

/// Ada's voice: recording stands, training was withdrawn, transcription ended, analysis came late.
fn mixed() -> Ledger {
    let all = RECORD | TRAIN;
    let book = Book::new().with([
        (0, outlet(0, "recorder", RECORD)),
        (0, joined("ada")),
        (
            1000,
            granted(
                "ada",
                until(grant(Kinds::AUDIO, Purposes::TRANSCRIBE), 5000),
            ),
        ),
        (
            1000,
            granted(
                "ada",
                until(grant(Kinds::AUDIO, Purposes::ASSIST), 3_600_000),
            ),
        ),
        (1000, granted("ada", grant(Kinds::AUDIO, all))),
        (
            2000,
            granted("ada", grant(Kinds::AUDIO, Purposes::ANALYTICS)),
        ),
        (4000, withdrew("ada", Kinds::AUDIO, TRAIN)),
        (5500, counted(&[])),
    ]);
    book.read()
}

#[test]
fn a_vcon_consent_attachment_has_the_drafts_fields() {
    let ledger = mixed();
    let value = to_value(Consent::of(&verified(&ledger), "ada", &dialog())).expect("JSON");
    assert_eq!(
        keys(&value),
        sorted([
            "type",
            "start",
            "expiration",
            "party",
            "dialog",
            "consents",
            "proof"
        ])
    );
    assert_eq!(value["type"], "consent");
    assert_eq!(value["start"], "2025-01-02T12:00:05.500Z");
    assert_eq!(value["expiration"], "2025-01-02T13:00:00.000Z");
    let of = |purpose: &str| {
        let consents = value["consents"].as_array().expect("consents");
        let mut found = consents
            .iter()
            .filter(|consent| consent["purpose"] == purpose);
        let (Some(consent), None) = (found.next(), found.next()) else {
            panic!("{purpose}")
        };
        assert_eq!(
            keys(consent),
            sorted(["purpose", "consent", "status", "value", "timestamp"])
        );
        assert_eq!(
            (&consent["consent"], &consent["value"]),
            (&json!(purpose), &json!(consent["status"] == "granted"))
        );
        json!([consent["status"], consent["timestamp"]])
    };
    assert_eq!(
        of("recording"),
        json!(["granted", "2025-01-02T12:00:01.000Z"])
    );
    assert_eq!(of("assist"), json!(["granted", "2025-01-02T12:00:01.000Z"]));
    assert_eq!(of("train"), json!(["revoked", "2025-01-02T12:00:04.000Z"]));
    assert_eq!(
        of("analysis"),
        json!(["denied", "2025-01-02T12:00:05.500Z"])
    );
    assert_eq!(
        of("identify"),
        json!(["denied", "2025-01-02T12:00:05.500Z"])
    );
    assert_eq!(
        of("transcription"),
        json!(["expired", "2025-01-02T12:00:05.000Z"])
    );
    let proofs = value["proof"].as_array().expect("proofs");
    assert_eq!(proofs.len(), 4);
    let hash = ledger.lines()[6].prev.to_string();
    assert_eq!(
        proofs[0],
        json!({ "type": "framegate_ledger", "value": hash, "timestamp": "2025-01-02T12:00:01.000Z" })
    );
    assert!(Consent::of(&verified(&ledger), "bob", &dialog()).is_none());
    assert!(
        Consent::of(
            &verified(&ledger),
            "ada",
            &Dialog {
                outlet: outlet_id(1),
                ..dialog()
            }
        )
        .is_none()
    );
}

#[test]
fn r5_a_purpose_is_granted_only_if_it_stood_by_the_first_line_of_what_is_recorded() {
    let agreed = |purposes| (1000, granted("ada", grant(Kinds::AUDIO, purposes)));
    for (first, second, status) in [
        (Purposes::ASSIST, RECORD, "granted"),
        (RECORD, Purposes::ASSIST, "denied"),
    ] {
        let book = Book::new().with([(0, outlet(0, "recorder", RECORD)), (0, joined("ada"))]);
        let ledger = book.with([agreed(first), agreed(second)]).read();
        let value = to_value(Consent::of(&verified(&ledger), "ada", &dialog())).expect("JSON");
        let mut consents = value["consents"].as_array().expect("consents").iter();
        let assist = consents.find(|consent| consent["purpose"] == "assist");
        assert_eq!(assist.expect("a purpose")["status"], status);
    }
}

#[test]
fn a_vcon_lawful_basis_attachment_has_the_drafts_fields() {
    let ledger = mixed();
    let value = to_value(LawfulBasis::of(&verified(&ledger), "ada", &dialog())).expect("JSON");
    assert_eq!(
        keys(&value),
        sorted(["purpose", "start", "party", "dialog", "encoding", "body"])
    );
    assert_eq!(
        (&value["purpose"], &value["encoding"]),
        (&json!("lawful_basis"), &json!("json"))
    );
    let body = &value["body"];
    assert_eq!(
        keys(body),
        sorted([
            "lawful_basis",
            "expiration",
            "purpose_grants",
            "proof_mechanisms"
        ])
    );
    assert_eq!(body["lawful_basis"], "consent");
    let grants = body["purpose_grants"].as_array().expect("grants");
    assert_eq!(
        grants[0],
        json!({ "purpose": "recording", "granted": true, "granted_at": "2025-01-02T12:00:01.000Z" })
    );
    assert_eq!(
        grants[3],
        json!({ "purpose": "train", "granted": false, "granted_at": "2025-01-02T12:00:04.000Z" })
    );
    assert_eq!(grants.len(), 9);
    let proof = &body["proof_mechanisms"][0];
    assert_eq!(
        keys(proof),
        sorted(["proof_type", "timestamp", "proof_data"])
    );
    assert_eq!(proof["proof_type"], "external_system");
    assert_eq!(
        proof["proof_data"]["ledger"],
        to_value(ledger.head()).expect("JSON")
    );
    let open = two(TRAIN, TRAIN).read();
    let value = to_value(LawfulBasis::of(&verified(&open), "ada", &dialog())).expect("JSON");
    assert_eq!(value["body"]["expiration"], Value::Null);
}

#[test]
fn a_consent_record_has_the_fields_of_ts_27560() {
    let particulars = Particulars {
        address: "1 Example Street".into(),
        contact: "privacy@example.com".into(),
        storage_locations: vec!["EU".into()],
        retention_period: "P1Y".into(),
        jurisdiction: "IE".into(),
        withdrawal_method: "the same menu".into(),
    };
    let book = Book::naming("ACME Ltd").with([
        (0, joined("ada")),
        (
            1000,
            granted("ada", grant(AV, RECORD | PAIR | Purposes::IDENTIFY)),
        ),
        (2000, withdrew("ada", AV, RECORD)),
        (3000, superseded(0)),
    ]);
    let ledger = book.read();
    let records = ConsentRecord::all(&verified(&ledger), "ada", &particulars).unwrap();
    let records = to_value(records).expect("JSON");
    let records = records.as_array().expect("records");
    let [withdrawn, record] = &records[..] else {
        panic!("what was withdrawn, and what came to its end: {records:?}")
    };
    assert_eq!(
        keys(record),
        sorted([
            "schema_version",
            "record_id",
            "pii_principal_id",
            "pii_processing",
            "parties",
            "events"
        ])
    );
    let hash = ledger.lines()[6].prev;
    let ids = records.iter().map(|record| record["record_id"].clone());
    assert_eq!(
        ids.collect::<Vec<_>>(),
        [format!("{hash}.1"), format!("{hash}.2")]
    );
    let processing = &record["pii_processing"];
    assert_eq!(
        keys(processing),
        sorted(["privacy_notice", "language", "purposes"])
    );
    assert_eq!(
        processing["privacy_notice"]["digest"],
        json!(notice(0).digest)
    );
    let purposes = processing["purposes"].as_array().expect("purposes");
    let name = |purpose: &Value| purpose["purpose"].clone();
    assert_eq!(
        purposes.iter().map(name).collect::<Vec<_>>(),
        ["IDENTIFY", "RECORD@ACME Ltd"]
    );
    assert_eq!(
        purposes[1],
        json!({
            "purpose": "RECORD@ACME Ltd", "lawful_basis": "consent",
            "pii_information": [{ "pii_type": "audio" }, { "pii_type": "video" }],
            "pii_controllers": ["Example Ltd"], "collection_method": "in the meeting",
            "storage_locations": ["EU"], "retention_period": "P1Y", "jurisdiction": "IE",
            "recipient_third_parties": ["ACME Ltd"], "withdrawal_method": "the same menu",
        })
    );
    let biometric = json!({ "pii_type": "audio", "special_pii_category": "biometric" });
    assert_eq!(purposes[0]["pii_information"][0], biometric);
    assert_eq!(
        record["parties"],
        json!([
            { "party_id": "Example Ltd", "party_name": "Example Ltd", "party_role": "pii_controller",
              "party_address": "1 Example Street", "party_contact": "privacy@example.com" },
            { "party_id": "ada", "party_name": "ada", "party_role": "pii_principal" },
            { "party_id": "ACME Ltd", "party_name": "ACME Ltd", "party_role": "third_party" },
        ])
    );
    let event = |time: &str, entity: &str, state: &str| json!({ "event_time": time, "entity_id": entity, "event_type": "explicit", "event_state": state });
    let given = event("2025-01-02T12:00:01.000Z", "pii_principal", "given");
    assert_eq!(
        record["events"],
        json!([
            given,
            event("2025-01-02T12:00:03.000Z", "pii_controller", "expired"),
        ])
    );
    let purposes = &withdrawn["pii_processing"]["purposes"];
    assert_eq!(purposes[0]["purpose"], json!("RECORD"));
    assert_eq!(purposes.as_array().map(Vec::len), Some(1));
    assert_eq!(
        withdrawn["events"],
        json!([
            given,
            event("2025-01-02T12:00:02.000Z", "pii_principal", "withdrawn"),
        ])
    );
}

/// The states of each record of Ada's, in order.
fn states(ledger: &Ledger) -> Vec<(String, Vec<&'static str>)> {
    let particulars = Particulars {
        address: String::new(),
        contact: String::new(),
        storage_locations: Vec::new(),
        retention_period: String::new(),
        jurisdiction: String::new(),
        withdrawal_method: String::new(),
    };
    let records = ConsentRecord::all(&verified(ledger), "ada", &particulars).expect("records");
    let of = |record: &ConsentRecord| {
        let states = record.events.iter().map(|event| match event.event_state {
            State::Given => "given",
            State::Withdrawn => "withdrawn",
            State::Expired => "expired",
            _ => unreachable!("a state that is not told of here"),
        });
        let version = record.pii_processing.privacy_notice.version.clone();
        (version, states.collect())
    };
    records.iter().map(of).collect()
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn r3_a_consent_record_ends_as_given_only_if_all_that_it_lists_still_stands() {
    let learning = |lines: Vec<(i64, Entry)>| {
        let agreed = (1000, granted("ada", grant(Kinds::AUDIO, TRAIN)));
        let book = Book::new().with([(0, joined("ada")), (0, outlet(0, "model", TRAIN)), agreed]);
        book.with(lines)
    };
    let later = || (20_000, joined("bob"));
    let restricted = Entry::Restricted {
        who: None,
        by: Authority::Host,
        scope: Scope::new(Kinds::AUDIO, TRAIN),
    };
    let other = |mut grant: Grant| {
        grant.notice = notice(1).digest;
        granted("ada", grant)
    };
    let record = |version: &str, states: &[&'static str]| (version.to_owned(), states.to_vec());
    let first = |states| vec![record("0", states)];
    let audio = |purposes| grant(Kinds::AUDIO, purposes);
    let cases: Vec<(&str, Ledger, _)> = vec![
        (
            "it stands",
            learning(vec![later()]).read(),
            first(&["given"]),
        ),
        (
            "she left, which withdraws nothing",
            learning(vec![(10_000, left("ada")), later()]).read(),
            first(&["given"]),
        ),
        (
            "it was restricted, which withdraws nothing",
            learning(vec![(10_000, restricted.clone()), later()]).read(),
            first(&["given"]),
        ),
        (
            "restricted, then superseded",
            learning(vec![(10_000, restricted), (11_000, superseded(0)), later()]).read(),
            first(&["given", "expired"]),
        ),
        (
            "left, then superseded",
            learning(vec![
                (10_000, left("ada")),
                (11_000, superseded(0)),
                later(),
            ])
            .read(),
            first(&["given", "expired"]),
        ),
        (
            "left, then withdrawn",
            learning(vec![
                (10_000, left("ada")),
                (11_000, withdrew("ada", Kinds::AUDIO, TRAIN)),
            ])
            .read(),
            first(&["given", "withdrawn"]),
        ),
        (
            "a torn line, and gone on",
            learning(vec![(1000, Entry::Resumed { torn: true })]).read(),
            first(&["given", "withdrawn"]),
        ),
        (
            "a torn line",
            learning(vec![]).read_torn(),
            first(&["given", "withdrawn"]),
        ),
        (
            "of two notices one is superseded",
            learning(vec![
                (3000, other(audio(TRAIN))),
                (11_000, superseded(0)),
                later(),
            ])
            .read(),
            vec![record("0", &["given", "expired"]), record("1", &["given"])],
        ),
        (
            "its end came, and it was withdrawn afterwards",
            learning(vec![
                (2000, granted("ada", until(audio(RECORD), 3000))),
                (9000, withdrew("ada", Kinds::AUDIO, RECORD)),
            ])
            .read(),
            vec![
                record("0", &["given", "expired", "withdrawn"]),
                record("0", &["given"]),
            ],
        ),
        (
            "its end was put off, and came",
            learning(vec![
                (2000, other(until(audio(RECORD), 3000))),
                (2500, other(until(audio(RECORD), 4000))),
                (4000, counted(&[])),
            ])
            .read(),
            vec![
                record("0", &["given"]),
                record("1", &["given", "given", "expired"]),
            ],
        ),
        (
            "its end has not come",
            learning(vec![
                (2000, other(until(audio(RECORD), 4000))),
                (3999, counted(&[])),
            ])
            .read(),
            vec![record("0", &["given"]), record("1", &["given"])],
        ),
        (
            "some of it was withdrawn, and agreed to again",
            learning(vec![
                (2000, granted("ada", audio(RECORD | Purposes::ASSIST))),
                (3000, withdrew("ada", Kinds::AUDIO, BOTH)),
                (4000, granted("ada", audio(RECORD))),
            ])
            .read(),
            vec![
                record("0", &["given", "withdrawn", "given"]),
                record("0", &["given"]),
                record("0", &["given", "withdrawn"]),
            ],
        ),
    ];
    for (what, ledger, expected) in cases {
        ledger.clone().verify().expect("a ledger that verifies");
        let told = states(&ledger);
        assert_eq!(told, expected, "{what}");
    }
}

#[test]
fn r2_what_a_child_refuses_is_never_given() {
    let by = |by| (by, Scope::new(Kinds::AUDIO, TRAIN));
    let (guardian, scope) = by(Authority::Guardian);
    let agreed = |at| {
        (
            at,
            granted_by(guardian, "ada", grant(scope.kinds, scope.purposes)),
        )
    };
    let refused = |at| (at, withdrew("ada", scope.kinds, scope.purposes));
    let child = || Book::new().with([(0, joined_with_guardian("ada", "gus"))]);
    let ledger = child()
        .with([agreed(1000), refused(2000), agreed(3000)])
        .read();
    assert_eq!(
        states(&ledger),
        [("0".to_owned(), vec!["given", "withdrawn"])]
    );
    let ledger = child().with([refused(1000), agreed(3000)]).read();
    assert_eq!(states(&ledger), []);
}

#[test]
fn everything_is_json() {
    let value = to_value(receipt(&mixed())).expect("JSON");
    let held = &value["held"][0];
    assert_eq!(held["purposes"], json!(["TRANSCRIBE"]));
    assert_eq!(held["kind"], "audio");
    let list =
        to_value(ErasureList::of(&verified(&two(TRAIN, TRAIN).read()), "ada")).expect("JSON");
    assert_eq!(list["outlets"], json!([]));
    assert_eq!(keys(&list), sorted(["who", "started", "head", "outlets"]));
}

/// Every time in a value with the date that stands beside it.
fn moments(value: &Value, all: &mut Vec<(i64, String)>) {
    if let (Some(micros), Some(date)) = (value["micros"].as_i64(), value["date"].as_str()) {
        assert_eq!(keys(value), sorted(["micros", "date"]));
        all.push((micros, date.into()));
    }
    match value {
        Value::Object(fields) => fields.values().for_each(|field| moments(field, all)),
        Value::Array(values) => values.iter().for_each(|value| moments(value, all)),
        _ => {}
    }
}

/// What is wrong with the dates of an export of a meeting that started at noon on 2025-01-02, and took less than half a day.
fn wrong_date(export: &Value) -> Option<String> {
    let mut all = Vec::new();
    moments(export, &mut all);
    assert!(all.len() > 1, "{export}");
    let mut all = all.into_iter();
    let wrong = all.find(|(micros, date)| {
        let (second, micro) = (micros / 1_000_000, micros % 1_000_000);
        let (hour, minute) = (12 + second / 3600, second / 60 % 60);
        let fraction = match micro % 1000 {
            0 => format!("{:03}", micro / 1000),
            _ => format!("{micro:06}"),
        };
        *date
            != format!(
                "2025-01-02T{hour:02}:{minute:02}:{:02}.{fraction}Z",
                second % 60
            )
    });
    wrong.map(|wrong| format!("{wrong:?}"))
}

#[test]
fn r10_exports_have_the_dates_of_the_ledger() {
    let book = recorded().with([(5000, withdrew("ada", Kinds::AUDIO, RECORD))]);
    let ledger = verified(&book.read());
    let list = ErasureList::of(&ledger, "ada");
    let of_ada = to_value(receipt(ledger.ledger())).unwrap();
    for export in [
        to_value(receipt(&mixed())).unwrap(),
        of_ada.clone(),
        to_value(list).unwrap(),
    ] {
        assert_eq!(export["started"], "2025-01-02T12:00:00.000Z");
        assert_eq!(wrong_date(&export), None);
    }
    assert_eq!(ledger.started(), common::started());

    // The control: a date that is a millisecond off.
    let text = of_ada.to_string();
    let at = text.find("\"date\":\"").unwrap() + "\"date\":\"2025-01-02T12:00:00.00".len();
    let (before, after) = text.split_at(at);
    let digit = if after.starts_with('0') { "1" } else { "0" };
    let spoilt = [before, digit, &after[1..]].concat();
    assert!(wrong_date(&serde_json::from_str(&spoilt).unwrap()).is_some());
}
