//! Which frames the check before training clears: exactly those that can have been released under a consent that nobody has withdrawn.
//! And which ones an erasure list names: those, and whatever else may have been released.

use framegate::{
    Authority, Instance, JoinOptions, Kind, Kinds, Meeting, PastMeeting, Purposes, Scope,
    StreamOptions, Tag, Verdict,
    archive::{Archived, Carried, Finding, Seals, Subject, Subjects, Verifier},
    export::{ErasureList, Receipt},
    format::Format,
    ledger::{Entry, Ledger},
};
use proptest::{
    prelude::*,
    test_runner::{RngAlgorithm, TestError, TestRng, TestRunner},
};

use crate::{
    common,
    export::ledger::*,
    export::oracle::{World, covers},
    export::scripts::*,
};

const TRAIN: Purposes = Purposes::TRAIN;
const SEVERAL: u16 = u16::MAX;

/// A whole frame's tag.
fn tag(kind: Kind, stream: u16, purposes: Purposes, captured: u32, generation: u32) -> Tag {
    let mut bytes = [1, kind as u8, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
    bytes[4..6].copy_from_slice(&purposes.bits().to_be_bytes());
    bytes[6..8].copy_from_slice(&stream.to_be_bytes());
    bytes[8..12].copy_from_slice(&captured.to_be_bytes());
    bytes[12..].copy_from_slice(&generation.to_be_bytes());
    Tag::from_bytes(bytes).expect("a tag")
}

/// What is found of a frame with one person in it, whoever sealed it.
fn found(verifier: &Verifier, instance: Instance, id: &str, tag: Tag) -> Finding {
    found_as(verifier, instance, (id, Kinds::empty()), tag)
}

/// The same with one person in it as these kinds, too.
fn found_as(
    verifier: &Verifier,
    instance: Instance,
    (id, kinds): (&str, Kinds),
    tag: Tag,
) -> Finding {
    let subjects = [Subject { id, kinds }];
    let frame = Archived {
        instance,
        carried: Some(Carried::from(tag)),
        subjects: Subjects::new(&subjects).expect("subjects"),
        digest: None,
    };
    let (mut cleared, mut findings) = ([0], [Finding::NoTag]);
    verifier.verify_batch(
        &[frame],
        tag.purposes(),
        Seals::DryRun,
        &mut cleared,
        &mut findings,
    );
    assert_eq!(cleared[0] == 1, findings[0] == Finding::Cleared);
    findings[0]
}

/// Ada's microphone, a model that learns from it, and her agreement at 1 s with the line of index 6.
fn learning(after: impl IntoIterator<Item = (i64, Entry)>) -> Ledger {
    let book = Book::new().with([
        (0, joined("ada")),
        (0, stream(0, Kind::Audio, Some("ada"))),
        (0, outlet(0, "model", TRAIN)),
        (1000, granted("ada", grant(Kinds::AUDIO, TRAIN))),
    ]);
    book.with(after).read()
}

fn restricted() -> Entry {
    Entry::Restricted {
        who: None,
        by: Authority::Host,
        scope: Scope::new(Kinds::AUDIO, TRAIN),
    }
}

#[test]
fn r5_nothing_is_cleared_that_was_captured_after_consent_had_ended_by_the_ledger() {
    let late = || (60_000, joined("bob"));
    let mut other = until(grant(Kinds::AUDIO, TRAIN), 5000);
    other.notice = notice(1).digest;
    let cases = [
        (
            "the meeting's end",
            learning([(10_000, counted(&[])), (10_000, Entry::Ended {})]),
        ),
        ("leaving", learning([(10_000, left("ada")), late()])),
        ("a restriction", learning([(10_000, restricted()), late()])),
        (
            "another notice",
            learning([(10_000, superseded(0)), late()]),
        ),
        (
            "another notice, and a third one whose end has come",
            learning([
                (2000, granted("ada", other)),
                (10_000, superseded(0)),
                late(),
            ]),
        ),
    ];
    for (what, ledger) in cases {
        let verifier = Verifier::new(&common::verified(&ledger));
        let found = |captured| {
            // Of before the line that ended it: a frame may have been on its way.
            let tag = tag(Kind::Audio, 0, TRAIN, captured, 7);
            found(&verifier, ledger.head().instance, "ada", tag)
        };
        for captured in [1000, 9999, 10_000] {
            assert_eq!(found(captured), Finding::Cleared, "{what}: {captured}");
        }
        for captured in [0, 999, 10_001, 30_000, 3_456_000_000] {
            assert_eq!(found(captured), Finding::Inconsistent, "{what}: {captured}");
        }
    }
}

#[test]
fn r5_an_end_that_was_put_off_clears_nothing_of_before_that() {
    let lasting = |end| granted("ada", until(grant(Kinds::AUDIO, Purposes::ASSIST), end));
    let ledger = learning([
        (1000, outlet(1, "assistant", Purposes::ASSIST)),
        (1000, lasting(5000)),
        (4000, lasting(9000)),
    ]);
    let verifier = Verifier::new(&common::verified(&ledger));
    let found = |captured, generation| {
        let tag = tag(Kind::Audio, 0, Purposes::ASSIST, captured, generation);
        found(&verifier, ledger.head().instance, "ada", tag)
    };
    for (captured, generation) in [(4999, 9), (4999, 10), (5000, 10), (8999, 10)] {
        assert_eq!(found(captured, generation), Finding::Cleared, "{captured}");
    }
    for (captured, generation) in [(5000, 9), (8999, 9), (9000, 10)] {
        assert_eq!(
            found(captured, generation),
            Finding::Inconsistent,
            "{captured}"
        );
    }
}

#[test]
fn r3_what_is_tagged_with_the_purposes_of_no_outlet_of_its_time_is_inconsistent() {
    let ledger = learning([
        (1000, granted("ada", grant(Kinds::AUDIO, Purposes::all()))),
        (2000, outlet(1, "recorder", RECORD)),
        (3000, outlet(2, "both", BOTH)),
    ]);
    let verifier = Verifier::new(&common::verified(&ledger));
    let found = |number, purposes, generation| {
        let tag = tag(Kind::Audio, number, purposes, 4000, generation);
        found(&verifier, ledger.head().instance, "ada", tag)
    };
    let both = BOTH;
    for (number, purposes, generation, finding) in [
        (0, TRAIN, 10, Finding::Cleared),
        (0, RECORD, 10, Finding::Cleared),
        (0, both, 10, Finding::Cleared),
        (0, Purposes::ANALYTICS, 10, Finding::Inconsistent),
        (0, TRAIN | Purposes::ANALYTICS, 10, Finding::Inconsistent),
        // Before the line with which its outlet was declared.
        (0, both, 9, Finding::Inconsistent),
        (0, RECORD, 9, Finding::Cleared),
        (0, RECORD, 8, Finding::Inconsistent),
        // What frames of several outlets have in common is what each of them has.
        (SEVERAL, RECORD, 9, Finding::Cleared),
        (SEVERAL, TRAIN, 8, Finding::Cleared),
        (SEVERAL, both, 9, Finding::Inconsistent),
        (SEVERAL, Purposes::ANALYTICS, 10, Finding::Inconsistent),
    ] {
        assert_eq!(
            found(number, purposes, generation),
            finding,
            "{purposes:?} at {generation}"
        );
    }
}

#[test]
fn r8_what_is_relabelled_as_derived_is_cleared_no_sooner_than_its_source() {
    let ledger = learning([(12_000, counted(&[])), (12_000, Entry::Ended {})]);
    let verifier = Verifier::new(&common::verified(&ledger));
    for (generation, captured, finding) in [
        (7, 5000, Finding::Cleared),
        (7, 999, Finding::Inconsistent),
        // Nobody was there, or had agreed.
        (1, 5000, Finding::Inconsistent),
        (6, 5000, Finding::Inconsistent),
        (6, 1000, Finding::Inconsistent),
        (7, 12_001, Finding::Inconsistent),
    ] {
        let tag = tag(Kind::Audio, SEVERAL, TRAIN, captured, generation);
        let found = found(&verifier, ledger.head().instance, "ada", tag);
        assert_eq!(found, finding, "{captured} of {generation}");
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Crashes, in real meetings

/// What was released of Ada's every second from the first to the eighth, before the meeting's process went without another line.
fn crashed() -> (common::Memory, Vec<Tag>) {
    let memory = common::Memory::default();
    let mut meeting = common::open("standup", 4, memory.writer());
    let notice = meeting.show(common::notice()).unwrap();
    let ada = meeting
        .join(JoinOptions::adult("ada"), common::millis(0))
        .unwrap();
    let stream = StreamOptions::owned(ada, Kind::Audio, Format::OPAQUE);
    let mut tap = common::tap(&mut meeting, stream, TRAIN);
    let scope = Scope::new(Kinds::AUDIO, TRAIN);
    common::agree(&mut meeting, notice, ada, scope, common::millis(1000));
    let mut released = Vec::new();
    for second in 1..=8 {
        let (at, now) = (
            common::millis(second * 1000),
            common::millis(second * 1000 + 20),
        );
        let admission = tap.admit(&common::own(at), (&[1][..]).into(), now, |_| ());
        assert_eq!(admission.verdict(), Verdict::Whole);
        released.push(admission.tag);
    }
    (memory, released)
}

/// Which of the released frames an erasure list does not name.
fn forgotten(ledger: &Ledger, released: &[Tag]) -> Vec<i64> {
    let list = ErasureList::of(&common::verified(ledger), "ada").expect("a list");
    let ranges: Vec<_> = list
        .outlets
        .iter()
        .flat_map(|outlet| &outlet.ranges)
        .collect();
    let receipt = Receipt::of(&common::verified(ledger), "ada").expect("a receipt");
    let told: Vec<_> = receipt
        .released
        .iter()
        .flat_map(|outlet| &outlet.ranges)
        .collect();
    let captured = released.iter().map(|tag| tag.captured().as_micros() / 1000);
    let is_in = |range: &framegate::export::Range, at: &i64| {
        let settled = range.settled.map_or(i64::MAX, |end| common::ms(end).into());
        (i64::from(common::ms(range.since))..settled).contains(at)
    };
    let is_forgotten = |at: &i64| {
        !ranges.iter().any(|recalled| is_in(&recalled.range, at))
            || !told.iter().any(|range| is_in(range, at))
    };
    captured.filter(is_forgotten).collect()
}

#[test]
fn r6_what_was_released_up_to_a_crash_is_erased_whatever_the_clock_says_afterwards() {
    for told in [-1, 1000, 4000, 9000] {
        let (memory, released) = crashed();
        let mut meeting =
            Meeting::resume(&common::verified(&memory.read()), memory.writer()).unwrap();
        let (_, ada) = meeting.stays().next().unwrap();
        let scope = Scope::new(Kinds::AUDIO, TRAIN);
        let settling = meeting
            .withdraw(Authority::Participant, ada, scope, common::millis(told))
            .unwrap();
        meeting.settled(&settling, common::millis(told)).unwrap();
        meeting.count(common::millis(told)).unwrap();
        assert_eq!(forgotten(&memory.read(), &released), [0; 0], "told {told}");
        let ledger = memory.read();
        let verifier = Verifier::new(&common::verified(&ledger));
        for tag in released {
            assert_eq!(
                found(&verifier, ledger.head().instance, "ada", tag),
                Finding::Recalled
            );
        }
    }
}

#[test]
fn r6_what_is_withdrawn_where_the_meeting_is_gone_reaches_up_to_the_crash() {
    let (memory, released) = crashed();
    let mut past = PastMeeting::of(
        common::verified(&memory.read()),
        Box::new(memory.clone()),
        None,
    )
    .unwrap();
    let scope = Scope::new(Kinds::AUDIO, TRAIN);
    past.withdraw(
        Authority::Participant,
        "ada",
        scope,
        std::time::UNIX_EPOCH.into(),
    )
    .unwrap();
    assert_eq!(forgotten(past.ledger(), &released), [0; 0]);
    let meeting = Meeting::resume(&common::verified(past.ledger()), memory.writer()).unwrap();
    drop(meeting);
    assert_eq!(forgotten(&memory.read(), &released), [0; 0]);
}

#[test]
fn r5_what_was_released_up_to_a_crash_is_cleared_by_its_stream_and_generation_alone() {
    let (memory, released) = crashed();
    let mut meeting = Meeting::resume(&common::verified(&memory.read()), memory.writer()).unwrap();
    let (_, ada) = meeting.stays().next().unwrap();
    let stream = StreamOptions::owned(ada, Kind::Audio, Format::OPAQUE);
    meeting.open_stream(stream).unwrap();
    let restricted = meeting.restrict(Authority::Host, None, Scope::ALL, common::millis(4000));
    drop(restricted.unwrap());
    let ledger = memory.read();
    let verifier = Verifier::new(&common::verified(&ledger));
    let instance = ledger.head().instance;
    for tag in released {
        assert_eq!(found(&verifier, instance, "ada", tag), Finding::Cleared);
    }
    let restricted = u32::try_from(ledger.lines().len()).unwrap() - 1;
    for (stream, captured, generation, finding) in [
        // The second stream was opened after the crash.
        (1, 4000, restricted, Finding::Cleared),
        (1, 4001, restricted, Finding::Inconsistent),
        (1, 4000, restricted + 1, Finding::Inconsistent),
        (1, 4000, restricted - 1, Finding::Inconsistent),
        (0, 4001, restricted - 2, Finding::Cleared),
        // With lines that were lost with it.
        (0, 4001, restricted + 1, Finding::Cleared),
    ] {
        let tag = tag(Kind::Audio, stream, TRAIN, captured, generation);
        assert_eq!(
            found(&verifier, instance, "ada", tag),
            finding,
            "{stream}: {captured} of {generation}"
        );
    }
}

/// Lines that were lost with a crash had the numbers of others that were written afterwards, under a clock that was behind.
#[test]
fn r6_agreeing_again_after_a_crash_clears_nothing_of_before_it_whatever_lines_were_lost() {
    let resumed = || (1000, Entry::Resumed { torn: false });
    let again = || (1001, granted("ada", grant(Kinds::AUDIO, TRAIN)));
    let opened = |number| (1001, stream(number, Kind::Audio, Some("ada")));
    let withdrew = || (1000, withdrew("ada", Kinds::AUDIO, TRAIN));
    let withdrawn = learning([resumed(), withdrew(), again(), opened(1)]);
    let kept = learning([resumed(), (1001, joined("bob")), again(), opened(1)]);
    for (ledger, former, present) in [
        (withdrawn, Finding::Recalled, Finding::Recalled),
        (kept, Finding::Cleared, Finding::Cleared),
    ] {
        let verifier = Verifier::new(&common::verified(&ledger));
        let found = |stream, captured, generation| {
            let tag = tag(Kind::Audio, stream, TRAIN, captured, generation);
            found(&verifier, ledger.head().instance, "ada", tag)
        };
        // Of before the crash, with four lines that were lost.
        assert_eq!(found(0, 5000, 11), former);
        // Of the stream that was opened after it.
        assert_eq!(found(1, 5000, 11), Finding::Cleared);
        // A derived frame does not tell of which of the two.
        assert_eq!(found(SEVERAL, 5000, 11), present);
    }
}

#[test]
fn r6_a_derived_frame_is_of_before_a_crash_only_where_consent_reached_then() {
    let lasting = |at, end| {
        (
            at,
            granted("ada", until(grant(Kinds::AUDIO, Purposes::ASSIST), end)),
        )
    };
    let ledger = learning([
        (1000, outlet(1, "assistant", Purposes::ASSIST)),
        lasting(1000, 3000),
        (1000, Entry::Resumed { torn: false }),
        lasting(1001, 9000),
        (1002, withdrew("ada", Kinds::AUDIO, Purposes::ASSIST)),
        lasting(1003, 9000),
    ]);
    let verifier = Verifier::new(&common::verified(&ledger));
    for (captured, finding) in [
        (2999, Finding::Recalled),
        (3000, Finding::Cleared),
        (8999, Finding::Cleared),
        (9000, Finding::Inconsistent),
    ] {
        let tag = tag(Kind::Audio, SEVERAL, Purposes::ASSIST, captured, 13);
        let found = found(&verifier, ledger.head().instance, "ada", tag);
        assert_eq!(found, finding, "{captured}");
    }
}

/// Consent that begins within a millisecond holds from the next one on, when what had been released before was captured earlier.
#[test]
fn r8_what_is_agreed_to_within_a_millisecond_covers_nothing_that_was_derived_before() {
    let mut book = Book::new().with([
        (0, joined("ada")),
        (0, stream(0, Kind::Audio, Some("ada"))),
        (0, outlet(0, "model", TRAIN)),
        (1000, granted("ada", grant(Kinds::AUDIO, TRAIN))),
    ]);
    book.enter(1_000_500, &granted("ada", grant(Kinds::CAPTION, TRAIN)));
    let ledger = book.read();
    let verifier = Verifier::new(&common::verified(&ledger));
    let kinds = Kinds::AUDIO | Kinds::CAPTION;
    for (generation, finding) in [(7, Finding::Inconsistent), (8, Finding::Cleared)] {
        let caption = tag(Kind::Caption, SEVERAL, TRAIN, 1001, generation);
        let found = found_as(&verifier, ledger.head().instance, ("ada", kinds), caption);
        assert_eq!(found, finding, "{generation}");
    }
}

/// A caption of the very millisecond in which it was agreed to has the generation of what was said, of before; but not of before a crash.
#[test]
fn r8_what_is_agreed_to_after_a_crash_covers_nothing_that_was_derived_before_it() {
    let captions = || (1000, granted("ada", grant(Kinds::CAPTION, TRAIN)));
    for (lines, finding) in [
        (vec![captions()], Finding::Cleared),
        (
            vec![(1000, Entry::Resumed { torn: false }), captions()],
            Finding::Inconsistent,
        ),
    ] {
        let ledger = learning(lines);
        let verifier = Verifier::new(&common::verified(&ledger));
        let kinds = Kinds::AUDIO | Kinds::CAPTION;
        let caption = tag(Kind::Caption, SEVERAL, TRAIN, 1000, 7);
        let found = found_as(&verifier, ledger.head().instance, ("ada", kinds), caption);
        assert_eq!(found, finding);
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// Any ledger, every generation, at every edge, against brute force

/// What a faulty brute force takes for right; each must be found out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    /// What was captured a millisecond before consent began, or after it had ended, is not cleared.
    Start,
    End,
    /// Nothing is cleared that was captured after the line that ended consent.
    Cut,
    /// A crash comes some time after the line before.
    Crash,
    /// What is withdrawn later is recalled.
    Recall,
}

/// What can be said of a frame of this generation for one purpose, as far as the ledger goes.
#[derive(Clone, Copy, Default)]
struct Lawful {
    /// It can have been released.
    can: bool,
    /// Also by a tap whose time did not lag behind the ledger's.
    surely: bool,
    /// It must go again.
    recalled: bool,
}

fn lawful(
    ledger: &Ledger,
    worlds: &[World],
    (kind, purpose): (Kind, Purposes),
    (captured, generation): (i64, usize),
    fault: Option<Fault>,
) -> Lawful {
    let holds = |line: usize, millis: i64| worlds[line].holds(kind, purpose, millis);
    let at = |line: usize| ledger.lines()[line].at.as_micros();
    // The gate had applied the lines up to this one. It was held, from the line on with which it had begun anew.
    let seen = generation - 1;
    let end = if fault == Some(Fault::End) {
        captured - 1
    } else {
        captured
    };
    if !holds(seen, end) {
        return Lawful::default();
    }
    let goes_on_at = |line: usize| {
        let stood = at(line).div_euclid(1000);
        holds(line - 1, captured) && (holds(line - 1, stood) || !holds(line, stood))
    };
    let mut began = seen;
    while began > 0 && goes_on_at(began) {
        began -= 1;
    }
    let since = (at(began) + 999).div_euclid(1000) - i64::from(fault == Some(Fault::Start));
    if captured < since {
        return Lawful::default();
    }
    let later = generation..ledger.lines().len();
    for line in later.clone() {
        let resumed = matches!(ledger.lines()[line].entry, Entry::Resumed { .. });
        if resumed && fault != Some(Fault::Crash) {
            break;
        }
        let stood = at(line).div_euclid(1000);
        if !holds(line, captured)
            && holds(line - 1, stood)
            && captured > stood
            && fault != Some(Fault::Cut)
        {
            return Lawful::default();
        }
        if !holds(line, stood) {
            break;
        }
    }
    let recalls = |line: usize| match &ledger.lines()[line].entry {
        Entry::Withdrew { who, scope, .. } => who == "ada" && covers(*scope, kind, purpose),
        Entry::Resumed { torn } => *torn,
        _ => false,
    };
    let stood = at(seen).div_euclid(1000);
    // What was agreed to in the very millisecond in which another notice is superseded begins anew.
    let begins_anew = |line: usize| {
        let of = at(line).div_euclid(1000);
        let is = |line: usize, is: fn(&Entry) -> bool| is(&ledger.lines()[line].entry);
        let mut before = (0..line).rev().take_while(|line| at(*line) > of * 1000);
        is(line, |entry| matches!(entry, Entry::Superseded { .. }))
            && before.any(|line| is(line, |entry| matches!(entry, Entry::Granted { .. })))
    };
    Lawful {
        can: true,
        surely: holds(seen, end.max(stood)) && !(0..ledger.lines().len()).any(begins_anew),
        recalled: fault != Some(Fault::Recall) && later.clone().any(recalls),
    }
}

struct Opened {
    number: u16,
    kind: Kind,
    line: usize,
    /// The line with which another process went on. Nothing came of the stream after it.
    gone: usize,
}

fn streams(ledger: &Ledger) -> Vec<Opened> {
    let mut streams: Vec<Opened> = Vec::new();
    for (line, entry) in ledger.lines().iter().map(|line| &line.entry).enumerate() {
        match entry {
            Entry::StreamOpened { stream, kind, .. } => streams.push(Opened {
                number: stream.number(),
                kind: *kind,
                line,
                gone: usize::MAX,
            }),
            Entry::Resumed { .. } => {
                for stream in &mut streams {
                    stream.gone = stream.gone.min(line);
                }
            }
            _ => {}
        }
    }
    streams
}

fn compare(steps: &[(i64, Step)], torn: bool, fault: Option<Fault>) -> Result<(), TestCaseError> {
    let (book, _) = book(steps, torn);
    let ledger = book.read();
    let verifier = Verifier::new(&common::verified(&ledger));
    let mut world = World::default();
    let mut worlds = Vec::new();
    for line in ledger.lines() {
        world.apply("ada", line);
        worlds.push(world.clone());
    }
    let streams = streams(&ledger);
    let outlets = [RECORD, BOTH, PAIR];
    let mut edges = Vec::new();
    for line in ledger.lines() {
        edges.push(line.at.as_micros().div_euclid(1000));
        if let Entry::Granted { grant, .. } = &line.entry {
            edges.extend(grant.until.map(|end| end.as_micros().div_euclid(1000)));
        }
    }
    edges.sort_unstable();
    edges.dedup();
    for generation in 1..=ledger.lines().len() {
        for captured in edges
            .iter()
            .flat_map(|edge| edge - 1..=edge + 2)
            .filter(|at| *at >= 0)
        {
            let open = streams.iter().filter(|stream| stream.line < generation);
            for (stream, purposes) in open.flat_map(|stream| outlets.map(|outlet| (stream, outlet)))
            {
                let Opened { number, kind, .. } = *stream;
                let each = purposes.iter().map(|purpose| {
                    lawful(
                        &ledger,
                        &worlds,
                        (kind, purpose),
                        (captured, generation.min(stream.gone)),
                        fault,
                    )
                });
                let each: Vec<_> = each.collect();
                let can = each.iter().all(|each| each.can);
                let surely = can && each.iter().all(|each| each.surely);
                let recalled = each.iter().any(|each| each.recalled);
                let (at, of) = (
                    u32::try_from(captured).unwrap(),
                    u32::try_from(generation).unwrap(),
                );
                let found = found(
                    &verifier,
                    ledger.head().instance,
                    "ada",
                    tag(kind, number, purposes, at, of),
                );
                let right = match found {
                    Finding::Cleared => can && !recalled,
                    Finding::Recalled => !can || recalled,
                    Finding::Inconsistent => !surely,
                    _ => false,
                };
                prop_assert!(
                    right,
                    "{kind:?} for {purposes:?} at {captured} of {generation}: {found:?}"
                );
            }
        }
    }
    Ok(())
}

fn config(cases: u32) -> ProptestConfig {
    let default = ProptestConfig::default();
    ProptestConfig {
        cases: cases.max(default.cases),
        failure_persistence: None,
        ..default
    }
}

proptest! {
    #![proptest_config(config(500))]

    #[test]
    fn r5_exactly_what_can_have_been_released_is_cleared((steps, torn) in scripts()) {
        compare(&steps, torn, None)?;
    }
}

#[test]
fn control_a_brute_force_that_takes_something_for_right_is_found_out() {
    for fault in [
        Fault::Start,
        Fault::End,
        Fault::Cut,
        Fault::Crash,
        Fault::Recall,
    ] {
        let rng = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
        let mut runner = TestRunner::new_with_rng(config(2000), rng);
        let run = runner.run(&scripts(), |(steps, torn)| {
            compare(&steps, torn, Some(fault))
        });
        assert!(matches!(run, Err(TestError::Fail(..))), "{fault:?}");
    }
}
