//! Random scripts of one person's meeting, and the ledgers that these come to.

use framegate::{Authority, Entry, Kind, Kinds, Purposes, Scope, Time};
use proptest::prelude::*;

use super::ledger::*;

pub const AV: Kinds = Kinds::AUDIO.union(Kinds::VIDEO);
pub const RECORD: Purposes = Purposes::RECORD;
pub const BOTH: Purposes = RECORD.union(Purposes::TRAIN);

#[derive(Clone, Debug)]
pub enum Step {
    Join {
        guardian: bool,
    },
    Leave,
    Grant {
        scope: Scope,
        notice: u8,
        lasting: Option<i64>,
    },
    Withdraw {
        by: Authority,
        scope: Scope,
    },
    Restrict {
        by: Authority,
        everybody: bool,
        scope: Scope,
    },
    Lift {
        by: Authority,
        everybody: bool,
        scope: Scope,
    },
    Supersede(u8),
    Resume,
    Count,
}

fn scopes() -> impl Strategy<Value = Scope> {
    let kinds = prop::sample::select(vec![Kinds::AUDIO, Kinds::VIDEO, AV]);
    let purposes = prop::sample::select(vec![RECORD, Purposes::TRAIN, BOTH, PAIR, Purposes::all()]);
    (kinds, purposes).prop_map(|(kinds, purposes)| Scope::new(kinds, purposes))
}

fn steps() -> impl Strategy<Value = Step> {
    let narrows = || prop::sample::select(vec![Authority::Host, Authority::Vendor]);
    let withdraws = prop::sample::select(vec![Authority::Participant, Authority::Guardian]);
    let lasting = prop::option::of(1..40_000i64);
    prop_oneof![
        3 => any::<bool>().prop_map(|guardian| Step::Join { guardian }),
        1 => Just(Step::Leave),
        6 => (scopes(), 0..2u8, lasting)
            .prop_map(|(scope, notice, lasting)| Step::Grant { scope, notice, lasting }),
        3 => (withdraws, scopes()).prop_map(|(by, scope)| Step::Withdraw { by, scope }),
        2 => (narrows(), any::<bool>(), scopes())
            .prop_map(|(by, everybody, scope)| Step::Restrict { by, everybody, scope }),
        2 => (narrows(), any::<bool>(), scopes())
            .prop_map(|(by, everybody, scope)| Step::Lift { by, everybody, scope }),
        1 => (0..2u8).prop_map(Step::Supersede),
        1 => Just(Step::Resume),
        1 => Just(Step::Count),
    ]
}

/// Only what can happen happens: nobody joins twice, nobody absent agrees, nobody agrees under a superseded notice.
pub fn book(steps: &[(i64, Step)], torn: bool) -> (Book, i64) {
    let mut book = Book::naming("ACME Ltd").with([
        (0, outlet(0, "recorder", RECORD)),
        (0, outlet(1, "learner", BOTH)),
        (0, outlet_to(Some("ACME Ltd"), 2, "cloud", PAIR)),
    ]);
    let mut streams = 0;
    let mut open = |book: &mut Book, at| {
        for kind in [Kind::Audio, Kind::Video] {
            book.enter(at, &stream(streams, kind, None));
            streams += 1;
        }
    };
    open(&mut book, 0);
    let (mut at, mut last, mut agrees, mut stale) = (0, 0, None, [false; 2]);
    let (mut has_been, mut is_guarded) = (false, false);
    for (pause, step) in steps {
        at += pause;
        let who = "ada".to_owned();
        let over = |everybody: bool| (!everybody).then(|| "ada".to_owned());
        let entry = match step.clone() {
            Step::Join { guardian } if agrees.is_none() => {
                // Whoever had a guardian once has that one.
                (has_been, is_guarded) = (true, is_guarded || guardian);
                agrees = Some(if is_guarded {
                    Authority::Guardian
                } else {
                    Authority::Participant
                });
                if is_guarded {
                    joined_with_guardian("ada", "gus")
                } else {
                    joined("ada")
                }
            }
            Step::Leave if agrees.take().is_some() => left("ada"),
            Step::Grant {
                scope,
                notice: number,
                lasting,
            } if !stale[usize::from(number)] => {
                let Some(by) = agrees else { continue };
                let mut grant = grant(scope.kinds, scope.purposes);
                grant.notice = notice(number).digest;
                grant.until = lasting.map(|lasting| Time::from_micros(at + lasting));
                granted_by(by, "ada", grant)
            }
            Step::Withdraw { by, scope } if has_been => Entry::Withdrew { who, by, scope },
            Step::Restrict {
                by,
                everybody,
                scope,
            } if agrees.is_some() => Entry::Restricted {
                who: over(everybody),
                by,
                scope,
            },
            Step::Lift {
                by,
                everybody,
                scope,
            } if agrees.is_some() => Entry::Lifted {
                who: over(everybody),
                by,
                scope,
            },
            Step::Supersede(number) if !stale[usize::from(number)] => {
                stale[usize::from(number)] = true;
                superseded(number)
            }
            Step::Resume => {
                // Its time is that of the line before.
                at = last;
                Entry::Resumed { torn }
            }
            Step::Count => counted(&[]),
            _ => continue,
        };
        book.enter(at, &entry);
        if let Entry::Resumed { .. } = entry {
            // Those of before are gone.
            open(&mut book, at);
        }
        last = at;
    }
    (book, at + 50_000)
}

pub fn scripts() -> impl Strategy<Value = (Vec<(i64, Step)>, bool)> {
    (
        prop::collection::vec((0..15_000i64, steps()), 0..30),
        any::<bool>(),
    )
}
