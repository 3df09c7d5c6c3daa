//! What somebody agreed to under each notice, and how it ended: whether they withdrew it, and whether it came to its end.
//!
//! Unlike what *held*, it outlives leaving and the meeting, and a restriction does not end it: it is what the controller may still point to.

use alloc::{collections::BTreeMap, vec::Vec};

use crate::{
    control::{
        consent::Scope,
        ledger::{Entry, Line},
        seats::Stay,
    },
    types::{
        authority::Authority,
        digest::Digest,
        kind::Kind,
        purpose::Purposes,
        time::{Millis, NEVER, Time},
        wall_time::WallTime,
    },
};

/// All that one person agreed to.
#[derive(Debug, Default)]
pub(crate) struct Agreements {
    /// The notices, in the order in which they were first agreed to.
    notices: Vec<Digest>,
    /// By the number of the notice, and the purpose's bit.
    of: BTreeMap<(usize, Kind, u16), Agreement>,
}

/// To one kind for one purpose under one notice.
#[derive(Debug)]
struct Agreement {
    stands: bool,
    until: Millis,
    turns: Vec<Turn>,
}

/// What happened to an agreement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Turn {
    /// They agreed, with the ledger's line of this index.
    Given(usize),
    /// It was withdrawn.
    Withdrawn {
        at: Time,
        /// The time of day, of what was entered without a call on the meeting.
        wall: Option<WallTime>,
        /// Who asked for it; `None` for a torn line, which may have been anybody's withdrawal.
        by: Option<Authority>,
    },
    /// The end that they had agreed to came, or the notice was superseded.
    Expired(Millis),
}

/// What went the same way under one notice.
pub(crate) struct Course {
    pub(crate) notice: Digest,
    pub(crate) cells: Vec<(Kind, Purposes)>,
    pub(crate) turns: Vec<Turn>,
}

impl Agreements {
    /// Takes in a line, once it has been applied to whoever is there.
    pub(super) fn take(&mut self, index: usize, line: &Line, stay: Option<&Stay>) {
        let (at, wall) = (line.at, line.wall);
        self.expire(at.floor());
        match &line.entry {
            Entry::Granted { grant, .. } => {
                let Some(stay) = stay else {
                    return;
                };
                let until = grant.until.map_or(NEVER, Time::floor);
                for (kind, purpose) in grant.scope.cells() {
                    // What a child refuses never stands.
                    if stay
                        .consents
                        .stands(kind, purpose, grant.notice, at.floor())
                    {
                        self.give(grant.notice, (kind, purpose), index, until);
                    }
                }
            }
            Entry::Withdrew { by, scope, .. } => {
                let by = Some(*by);
                self.withdraw(*scope, Turn::Withdrawn { at, wall, by });
            }
            Entry::Resumed { torn: true } => {
                self.withdraw(Scope::ALL, Turn::Withdrawn { at, wall, by: None });
            }
            Entry::Superseded { notice } => {
                let notice = self.notices.iter().position(|known| known == notice);
                let agreements = self
                    .of
                    .iter_mut()
                    .filter(|((of, ..), _)| Some(*of) == notice);
                agreements.for_each(|(_, agreement)| agreement.expire(at.floor()));
            }
            _ => {}
        }
    }

    /// Takes in that the ledger ends here.
    pub(super) fn finish(&mut self, at: Time, torn: bool) {
        self.expire(at.floor());
        if torn {
            let (wall, by) = (None, None);
            self.withdraw(Scope::ALL, Turn::Withdrawn { at, wall, by });
        }
    }

    fn give(&mut self, notice: Digest, cell: (Kind, Purposes), index: usize, until: Millis) {
        let known = self.notices.iter().position(|known| *known == notice);
        let notice = known.unwrap_or_else(|| {
            self.notices.push(notice);
            self.notices.len() - 1
        });
        let (kind, purpose) = cell;
        let agreement = self.of.entry((notice, kind, purpose.bits()));
        let agreement = agreement.or_insert(Agreement {
            stands: false,
            until: 0,
            turns: Vec::new(),
        });
        agreement.until = if agreement.stands {
            agreement.until.max(until)
        } else {
            until
        };
        agreement.stands = true;
        agreement.turns.push(Turn::Given(index));
    }

    /// What had come to its end is withdrawn as well, as it is recalled (GDPR Art. 17(1)(b)).
    fn withdraw(&mut self, scope: Scope, turn: Turn) {
        for ((_, kind, purpose), agreement) in &mut self.of {
            let is_withdrawn = matches!(agreement.turns.last(), Some(Turn::Withdrawn { .. }));
            if scope.covers(*kind, Purposes::from_bits_retain(*purpose)) && !is_withdrawn {
                agreement.stands = false;
                agreement.turns.push(turn);
            }
        }
    }

    fn expire(&mut self, now: Millis) {
        for agreement in self.of.values_mut() {
            if agreement.until <= now {
                agreement.expire(agreement.until);
            }
        }
    }

    /// The agreements under each notice, those together that went the same way.
    pub(crate) fn courses(&self) -> Vec<Course> {
        let mut courses: Vec<Course> = Vec::new();
        for ((notice, kind, purpose), agreement) in &self.of {
            let Some(notice) = self.notices.get(*notice) else {
                continue;
            };
            let cell = (*kind, Purposes::from_bits_retain(*purpose));
            let same =
                |course: &&mut Course| course.notice == *notice && course.turns == agreement.turns;
            match courses.iter_mut().find(same) {
                Some(course) => course.cells.push(cell),
                None => courses.push(Course {
                    notice: *notice,
                    cells: [cell].into(),
                    turns: agreement.turns.clone(),
                }),
            }
        }
        courses
    }
}

impl Agreement {
    fn expire(&mut self, at: Millis) {
        if core::mem::take(&mut self.stands) {
            self.turns.push(Turn::Expired(at));
        }
    }
}
