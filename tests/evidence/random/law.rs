//! What stood after each line of a ledger, told line by line, for one person, one kind and one purpose at a time.

use std::{cell::RefCell, collections::BTreeMap, rc::Rc};

use framegate::{Kind, Purposes, Scope};

use super::{
    lines::{self, Act, Line},
    meetings::CHILD,
};

/// The end of what has none.
pub const NEVER: i64 = u32::MAX as i64;

/// A consent that has held since a millisecond, without a break, until another one if nothing comes before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Held {
    pub since: i64,
    pub until: i64,
}

/// After so many lines, from none of them to all.
pub type Story = Rc<Vec<Option<Held>>>;

pub struct Law {
    pub lines: Vec<Line>,
    stories: RefCell<BTreeMap<(String, Kind, u16), Story>>,
}

impl Law {
    pub fn of(ledger: &[u8]) -> Self {
        Self {
            lines: lines::read(ledger),
            stories: RefCell::default(),
        }
    }

    /// What there is in it that is seldom.
    pub fn traits(&self) -> Vec<&'static str> {
        let mut traits = Vec::new();
        let mut joined: Vec<&str> = Vec::new();
        for line in &self.lines {
            traits.extend(match &line.act {
                Act::Resumed { torn: true } => Some("a line that was torn"),
                Act::Resumed { torn: false } if !line.past => Some("another process"),
                Act::Withdrew { .. } if line.past => Some("a withdrawal past the meeting"),
                Act::Withdrew { who, by, .. } if who == CHILD && by == "participant" => {
                    Some("a child's own refusal")
                }
                Act::Joined { who, .. } if joined.contains(&who.as_str()) => Some("several stays"),
                Act::Superseded { .. } => Some("a superseded notice"),
                Act::Lifted { .. } => Some("a lift"),
                Act::Expired { .. } => Some("an end that came"),
                Act::Ended => Some("an ended meeting"),
                Act::StreamOpened { alone: true, .. } => Some("a stream of its owner alone"),
                _ => None,
            });
            if let Act::Joined { who, .. } = &line.act {
                joined.push(who);
            }
        }
        traits
    }

    /// Everybody who ever joined.
    pub fn people(&self) -> Vec<&str> {
        let mut people: Vec<&str> = Vec::new();
        for line in &self.lines {
            if let Act::Joined { who, .. } = &line.act
                && !people.contains(&who.as_str())
            {
                people.push(who);
            }
        }
        people
    }

    /// The outlets in the order of opening: with which line, for what.
    pub fn outlets(&self) -> impl Iterator<Item = (usize, Purposes)> {
        let lines = self.lines.iter().enumerate();
        lines.filter_map(|(index, line)| match line.act {
            Act::OutletOpened { purposes } => Some((index, purposes)),
            _ => None,
        })
    }

    /// The streams in the order of opening: with which line, of which kind, whose.
    pub fn streams(&self) -> impl Iterator<Item = (usize, Kind, Option<&str>)> {
        let lines = self.lines.iter().enumerate();
        lines.filter_map(|(index, line)| match &line.act {
            Act::StreamOpened { kind, owner, .. } => Some((index, *kind, owner.as_deref())),
            _ => None,
        })
    }

    /// What stood of somebody's consent to a kind for one purpose.
    pub fn story(&self, who: &str, kind: Kind, purpose: Purposes) -> Story {
        let key = (who.to_owned(), kind, purpose.bits());
        let mut stories = self.stories.borrow_mut();
        let story = stories.entry(key).or_insert_with(|| {
            let mut cell = Cell::new(who, kind, purpose);
            let mut story = vec![None];
            for line in &self.lines {
                cell.follow(line);
                story.push(cell.held());
            }
            Rc::new(story)
        });
        Rc::clone(story)
    }
}

struct Grant {
    since: i64,
    until: i64,
    notice: String,
}

struct Cell<'a> {
    who: &'a str,
    kind: Kind,
    purpose: Purposes,
    present: bool,
    has_guardian: bool,
    /// A child's own refusal stands until they leave (R2).
    refused: bool,
    /// By whom, and whether with everybody: each lifts only their own (R2).
    restricted: Vec<(String, bool)>,
    /// What was agreed to and neither withdrawn nor superseded; grants add up.
    grants: Vec<Grant>,
    since: i64,
    /// How many purposes have a name; nobody agrees to one that has none.
    named: u32,
}

impl<'a> Cell<'a> {
    fn new(who: &'a str, kind: Kind, purpose: Purposes) -> Self {
        Self {
            who,
            kind,
            purpose,
            present: false,
            has_guardian: false,
            refused: false,
            restricted: Vec::new(),
            grants: Vec::new(),
            since: NEVER,
            named: 9,
        }
    }

    fn covers(&self, scope: Scope) -> bool {
        scope.kinds.contains(self.kind.into()) && scope.purposes.contains(self.purpose)
    }

    fn is_me(&self, whom: Option<&str>) -> bool {
        whom.is_none_or(|whom| whom == self.who)
    }

    fn until(&self) -> i64 {
        self.grants
            .iter()
            .map(|grant| grant.until)
            .max()
            .unwrap_or(0)
    }

    fn held(&self) -> Option<Held> {
        let held = Held {
            since: self.since,
            until: self.until(),
        };
        let stands = self.present && !self.refused && self.restricted.is_empty();
        (stands && held.since < held.until).then_some(held)
    }

    fn follow(&mut self, line: &Line) {
        match &line.act {
            Act::Joined { who, guardian } if who == self.who => {
                self.present = true;
                self.has_guardian = *guardian;
            }
            Act::Left { who } if who == self.who => self.go(),
            Act::Ended => self.go(),
            Act::Granted {
                who,
                notice,
                scope,
                until,
            } if who == self.who
                && self.covers(*scope)
                && self.purpose.bits().trailing_zeros() < self.named =>
            {
                // R5: starts round up, ends down; what finds nothing that still runs begins anew.
                if self.until() <= line.floor() {
                    self.grants.clear();
                    self.since = line.ceil();
                }
                self.grants.push(Grant {
                    since: line.ceil(),
                    until: until.map_or(NEVER, |until| until.div_euclid(1000)),
                    notice: notice.clone(),
                });
            }
            Act::Withdrew { who, by, scope } if who == self.who && self.covers(*scope) => {
                self.grants.clear();
                self.refused |= self.present && self.has_guardian && by == "participant";
            }
            Act::Resumed { torn: true, .. } => self.grants.clear(),
            // Whatever is released from now on is released after the end.
            Act::Expired { who, scopes }
                if who == self.who && scopes.iter().any(|scope| self.covers(*scope)) =>
            {
                self.grants.retain(|grant| line.floor() < grant.until);
            }
            Act::Superseded { notice } => self.supersede(line, notice),
            Act::Restricted { whom, by, scope }
                if self.is_me(whom.as_deref()) && self.covers(*scope) =>
            {
                self.restricted.push((by.clone(), whom.is_none()));
            }
            Act::Lifted { whom, by, scope }
                if self.is_me(whom.as_deref()) && self.covers(*scope) =>
            {
                let before = self.restricted.len();
                self.restricted
                    .retain(|own| *own != (by.clone(), whom.is_none()));
                if before > 0 && self.restricted.is_empty() {
                    self.since = self.since.max(line.ceil());
                }
            }
            Act::Named { .. } => self.named += 1,
            _ => {}
        }
    }

    /// R3: what another notice covers goes on, but no further back than that if it is of this very millisecond. What had ended by itself has ended.
    fn supersede(&mut self, line: &Line, notice: &str) {
        let now = line.floor();
        let is_about = |grant: &Grant| grant.notice == notice;
        if self.until() <= now || !self.grants.iter().any(is_about) {
            return;
        }
        self.grants
            .retain(|grant| !is_about(grant) && now < grant.until);
        let begun = self.grants.iter().map(|grant| grant.since).min();
        self.since = self
            .since
            .max(begun.filter(|begun| now < *begun).unwrap_or(0));
    }

    fn go(&mut self) {
        self.present = false;
        self.refused = false;
        self.grants.clear();
    }
}
