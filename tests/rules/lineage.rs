//! A lineage beside plain sets: everybody, every kind, the earliest capture, the meet of the tags; and once it is short of room, nothing at all (R8).

use std::collections::BTreeSet;

use framegate::{
    Contributors, Frame, Kind, Kinds, Lineage, Participant, Payload, Purposes, Reason, Source,
    StreamOptions, Tag, Tap, Verdict, format::Format,
};
use proptest::{collection::vec, prelude::*, strategy::ValueTree, test_runner::TestRunner};

use crate::common::{SCOPE, agree, meeting, millis, tap};

const PEOPLE: usize = 8;
const TEXT: Payload<'_> = Payload::Bytes(b"text");
const KINDS: [Kind; 3] = [Kind::Chat, Kind::Note, Kind::Comment];
const OUTLETS: [Purposes; 2] = [Purposes::RECORD, Purposes::RECORD.union(Purposes::TRAIN)];

/// A fault planted in the plain sets.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    DropsTheOneBeyond,
    ForgetsAKind,
    KeepsTheLaterCapture,
    KeepsTheWiderTag,
    KeepsWhatWasCleared,
    StaysShortForEver,
}

const FAULTS: [Fault; 6] = [
    Fault::DropsTheOneBeyond,
    Fault::ForgetsAKind,
    Fault::KeepsTheLaterCapture,
    Fault::KeepsTheWiderTag,
    Fault::KeepsWhatWasCleared,
    Fault::StaysShortForEver,
];

/// What happens to a lineage.
#[derive(Clone, Debug)]
enum Step {
    /// A frame of these people goes to it, of a kind and captured at a millisecond, within its release or as a source of its own.
    Frame {
        people: Vec<usize>,
        kind: usize,
        outlet: usize,
        captured: i64,
        is_kept: bool,
    },
    /// Something is derived of what there is, and goes to it in turn.
    Caption,
    Clear,
}

struct Plain {
    room: usize,
    people: BTreeSet<usize>,
    kinds: Kinds,
    captured: Option<i64>,
    tag: Option<Tag>,
    is_short: bool,
    fault: Option<Fault>,
}

impl Plain {
    fn new(room: usize, fault: Option<Fault>) -> Self {
        Self {
            room,
            people: BTreeSet::new(),
            kinds: Kinds::empty(),
            captured: None,
            tag: None,
            is_short: false,
            fault,
        }
    }

    fn add(&mut self, people: &[usize], kinds: Kinds, captured: i64, tag: Tag) {
        for who in people {
            let is_known = self.people.contains(who);
            if !is_known && self.people.len() == self.room {
                self.is_short |= self.fault != Some(Fault::DropsTheOneBeyond);
            } else {
                self.people.insert(*who);
            }
        }
        if self.fault != Some(Fault::ForgetsAKind) || self.tag.is_none() {
            self.kinds |= kinds;
        }
        let both = self
            .captured
            .map_or([captured; 2], |before| [before, captured]);
        self.captured = if self.fault == Some(Fault::KeepsTheLaterCapture) {
            both.into_iter().max()
        } else {
            both.into_iter().min()
        };
        self.tag = match self.tag {
            Some(before) if self.fault == Some(Fault::KeepsTheWiderTag) => Some(before),
            Some(before) => Some(before.meet(tag)),
            None => Some(tag),
        };
    }

    fn clear(&mut self) {
        let (room, fault) = (self.room, self.fault);
        let is_short = self.is_short && fault == Some(Fault::StaysShortForEver);
        if fault != Some(Fault::KeepsWhatWasCleared) {
            *self = Self {
                is_short,
                ..Self::new(room, fault)
            };
        }
    }

    /// None if nothing may be derived of it.
    fn told(&self) -> Option<(BTreeSet<usize>, Kinds, i64, [u8; 16])> {
        let tag = self.tag.filter(|_| !self.is_short)?;
        Some((
            self.people.clone(),
            self.kinds,
            self.captured?,
            tag.to_bytes(),
        ))
    }
}

fn step() -> impl Strategy<Value = Step> {
    let frame = (
        vec(0..PEOPLE, 1..4),
        0..3_usize,
        0..2_usize,
        0..1_000_i64,
        any::<bool>(),
    );
    let frame = frame.prop_map(|(people, kind, outlet, captured, is_kept)| Step::Frame {
        people,
        kind,
        outlet,
        captured,
        is_kept,
    });
    prop_oneof![8 => frame, 1 => Just(Step::Caption), 1 => Just(Step::Clear)]
}

fn caption(tap: &mut Tap, source: Source<'_>) -> Verdict {
    let now = millis(1_000);
    tap.admit(&Frame::derived(&[source]), TEXT, now, |_| ())
        .verdict()
}

/// What the lineage and the plain sets disagree about.
fn check(room: usize, steps: &[Step], fault: Option<Fault>) -> Result<(), TestCaseError> {
    let (mut meeting, notice, people) = meeting::<PEOPLE>();
    for who in people {
        agree(&mut meeting, notice, who, SCOPE, millis(0));
    }
    let mut taps = OUTLETS.map(|purposes| {
        KINDS.map(|kind| {
            tap(
                &mut meeting,
                StreamOptions::mix(kind, Format::UTF8),
                purposes,
            )
        })
    });
    let captions = StreamOptions::derived(Kind::Caption, Format::UTF8);
    let mut captions = tap(&mut meeting, captions, Purposes::RECORD);
    let index = |who: &Participant| people.iter().position(|known| known == who).unwrap();

    let mut lineage = Lineage::new(room);
    let mut plain = Plain::new(room, fault);
    for step in steps {
        match step {
            Step::Frame {
                people: named,
                kind,
                outlet,
                captured,
                is_kept,
            } => {
                let listed = named.iter().map(|&who| people[who]).collect::<Vec<_>>();
                let frame = Frame::new(millis(*captured), Contributors::Complete(&listed));
                let tap = &mut taps[*outlet][*kind];
                let admission = tap.admit(&frame, TEXT, millis(1_000), |cleared| {
                    if *is_kept {
                        let mut room = people;
                        lineage.add_source(&cleared.source(&mut room).unwrap());
                    } else {
                        lineage.add(&cleared);
                    }
                });
                prop_assert_eq!(admission.verdict(), Verdict::Whole);
                plain.add(named, KINDS[*kind].into(), *captured, admission.tag);
            }
            Step::Caption => {
                let source = [lineage.source()];
                let mut derived = Lineage::new(PEOPLE);
                let frame = Frame::derived(&source);
                let admission =
                    captions.admit(&frame, TEXT, millis(1_000), |cleared| derived.add(&cleared));
                let is_released = admission.verdict().is_released();
                prop_assert_eq!(is_released, plain.told().is_some());
                if is_released {
                    lineage.add_source(&derived.source());
                    let people = plain.people.iter().copied().collect::<Vec<_>>();
                    let kinds = plain.kinds | Kinds::CAPTION;
                    plain.add(&people, kinds, plain.captured.unwrap(), admission.tag);
                }
            }
            Step::Clear => {
                lineage.clear();
                plain.clear();
            }
        }
        let source = lineage.source();
        let told = (!source.people().is_empty()).then(|| {
            let people = source.people().iter().map(index).collect::<BTreeSet<_>>();
            assert_eq!(people.len(), source.people().len(), "each once");
            let captured = source.captured().as_micros() / 1_000;
            (people, source.kinds(), captured, source.tag().to_bytes())
        });
        prop_assert_eq!(&told, &plain.told());
        let verdict = caption(&mut captions, source);
        if told.is_some() {
            prop_assert_eq!(verdict, Verdict::Whole);
        } else {
            prop_assert_eq!(verdict, Verdict::Dropped(Reason::Incomplete));
            prop_assert!(!source.tag().verdict().is_released());
        }
    }
    Ok(())
}

proptest! {
    #[test]
    fn r8_a_lineage_is_all_that_was_added_or_nothing(room in 0..PEOPLE + 1, steps in vec(step(), 1..24)) {
        check(room, &steps, None)?;
    }
}

#[test]
fn a_lineage_beside_plain_sets_tells_planted_faults() {
    let scripts = (0..PEOPLE + 1, vec(step(), 1..24));
    for fault in FAULTS {
        let mut runner = TestRunner::deterministic();
        let found = (0..500).any(|_| {
            let (room, steps) = scripts.new_tree(&mut runner).unwrap().current();
            check(room, &steps, Some(fault)).is_err()
        });
        assert!(found, "{fault:?}");
    }
}

#[test]
fn r8_what_was_blanked_adds_nothing_and_what_is_incomplete_adds_that() {
    let (mut meeting, notice, [ana, ben]) = meeting();
    agree(&mut meeting, notice, ana, SCOPE, millis(0));
    let chat = |who| StreamOptions::owned(who, Kind::Chat, Format::UTF8);
    let [mut of_ana, mut of_ben] =
        [ana, ben].map(|who| tap(&mut meeting, chat(who), Purposes::RECORD));
    let mut captions = tap(
        &mut meeting,
        StreamOptions::derived(Kind::Caption, Format::UTF8),
        Purposes::RECORD,
    );
    let mut lineage = Lineage::new(4);
    let say = |tap: &mut Tap, lineage: &mut Lineage| {
        let mut buffer = *b"text";
        let frame = Frame::new(millis(5), Contributors::Owner);
        let admission =
            tap.admit_in_place(&frame, (&mut buffer[..]).into(), millis(5), |cleared| {
                lineage.add(&cleared);
            });
        admission.verdict()
    };
    assert!(matches!(
        say(&mut of_ben, &mut lineage),
        Verdict::Blanked(_)
    ));
    let incomplete = Verdict::Dropped(Reason::Incomplete);
    assert_eq!(caption(&mut captions, lineage.source()), incomplete);
    assert_eq!(say(&mut of_ana, &mut lineage), Verdict::Whole);
    assert_eq!(lineage.source().people(), [ana]);
    assert_eq!(caption(&mut captions, lineage.source()), Verdict::Whole);
    // An empty one, and one that was short of room.
    let mut short = Lineage::new(0);
    for _ in 0..2 {
        let mut whole = Lineage::new(4);
        assert_eq!(say(&mut of_ana, &mut whole), Verdict::Whole);
        whole.add_source(&short.source());
        assert_eq!(caption(&mut captions, whole.source()), incomplete);
        whole.clear();
        assert_eq!(say(&mut of_ana, &mut whole), Verdict::Whole);
        assert_eq!(caption(&mut captions, whole.source()), Verdict::Whole);
        assert_eq!(say(&mut of_ana, &mut short), Verdict::Whole);
    }
    let shown = format!("{short:?}");
    assert!(shown.contains("is_short: true"), "{shown}");
}
