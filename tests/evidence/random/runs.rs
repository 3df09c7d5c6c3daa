//! Times in which consent to a kind held for some purposes, and by when all was captured that was released in them.

use framegate::{Kind, Purposes};

use super::{
    clearing::each_purpose,
    law::{Law, NEVER},
    lines::{Act, Line},
};

/// One of them.
#[derive(Clone, Copy, Debug)]
pub struct Run {
    pub since: i64,
    /// Until when, exclusive, by what was agreed; `NEVER` without an end.
    pub agreed: i64,
    /// When it ended: with the millisecond after the one in which it was cut.
    pub until: i64,
    /// Before when all was captured that went before the cut had settled.
    pub settled: i64,
    /// After how many lines it stood first, and with which line it had ended, if it has.
    pub first: usize,
    pub closed: Option<usize>,
    /// Whether a crash came while it stood; then it may be said to have gone on.
    pub is_vague: bool,
    /// Whether anything of it was withdrawn, then or later.
    pub is_recalled: bool,
}

impl Run {
    fn stands_after(&self, lines: usize) -> bool {
        self.first <= lines && self.closed.is_none_or(|closed| lines <= closed)
    }

    /// While both held.
    fn and(self, other: Self) -> Self {
        Self {
            since: self.since.max(other.since),
            agreed: self.agreed.min(other.agreed),
            until: self.until.min(other.until),
            settled: self.settled.min(other.settled),
            first: self.first.max(other.first),
            closed: self.closed.into_iter().chain(other.closed).min(),
            is_vague: self.is_vague || other.is_vague,
            is_recalled: self.is_recalled || other.is_recalled,
        }
    }
}

impl Law {
    /// While consent held for all of some purposes, in the order of the lines.
    pub fn runs(&self, who: &str, kind: Kind, purposes: Purposes) -> Vec<Run> {
        let each = each_purpose(purposes).map(|purpose| self.runs_of_one(who, kind, purpose));
        let each: Vec<_> = each.collect();
        let mut runs: Vec<Run> = Vec::new();
        for lines in 0..=self.lines.len() {
            let stands = |runs: &Vec<Run>| runs.iter().copied().find(|run| run.stands_after(lines));
            let all: Option<Vec<Run>> = each.iter().map(stands).collect();
            // It is the first time that just these stand together.
            let together = all.and_then(|all| all.into_iter().reduce(Run::and));
            runs.extend(together.filter(|run| run.first == lines));
        }
        runs
    }

    fn runs_of_one(&self, who: &str, kind: Kind, purpose: Purposes) -> Vec<Run> {
        let story = self.story(who, kind, purpose);
        let mut runs: Vec<Run> = Vec::new();
        for (lines, held) in story.iter().enumerate() {
            let Some(held) = *held else {
                continue;
            };
            let last = runs
                .last_mut()
                .filter(|run| run.stands_after(lines) && run.since == held.since);
            if let Some(run) = last {
                // By a notice that was superseded; what was on its way then had the end from before.
                if held.until < run.agreed {
                    let before = run.agreed.min(self.settled(who, run.first, lines - 1));
                    run.settled = run.settled.max(before);
                }
                run.agreed = held.until;
            } else {
                runs.push(Run {
                    since: held.since,
                    agreed: held.until,
                    until: 0,
                    settled: 0,
                    first: lines,
                    closed: None,
                    is_vague: false,
                    is_recalled: false,
                });
            }
            if let Some(run) = runs.last_mut() {
                let goes_on = story
                    .get(lines + 1)
                    .is_none_or(|next| next.is_some_and(|next| next.since == held.since));
                run.closed = (!goes_on).then_some(lines);
            }
        }
        for run in &mut runs {
            self.end(who, run);
            let mut later = self.lines.iter().skip(run.first);
            run.is_recalled = later.any(|line| line.withdraws(who, kind, purpose));
        }
        runs
    }

    /// Says when it ended.
    fn end(&self, who: &str, run: &mut Run) {
        let cut = run
            .closed
            .filter(|line| self.lines[*line].floor() < run.agreed);
        let (mut until, mut settled) = (run.agreed, run.agreed);
        if let Some(line) = cut {
            run.is_vague = self.has_crashed(run.first, line);
            if !run.is_vague {
                until = self.lines[line].floor() + 1;
            }
            settled = settled.min(self.settled(who, run.first, line));
        }
        run.until = until;
        run.settled = run.settled.max(settled);
    }

    /// Whether a process went after so many lines and before what a line says.
    fn has_crashed(&self, first: usize, line: usize) -> bool {
        self.lines[first..=line].iter().any(Line::is_resumed)
    }

    /// Before when all of somebody was captured that was on its way at a line: the next one tells whose time is no earlier than any tap's that can carry them.
    /// After a crash none does, as nobody knows how long the process had gone on.
    fn settled(&self, who: &str, first: usize, line: usize) -> i64 {
        if self.has_crashed(first, line) {
            return NEVER;
        }
        let mut later = self
            .lines
            .iter()
            .skip(line + 1)
            .take_while(|line| !line.is_resumed());
        let has_alone = self.has_alone(who, line);
        let next = later.find(|next| match next.act {
            _ if !has_alone => next.is_of_taps(),
            // It looks at the taps that there were then.
            Act::Settled { narrowing } => line <= narrowing && self.lines[narrowing].is_about(who),
            _ => next.is_about(who),
        });
        next.map_or(NEVER, |line| line.floor() + 1)
    }

    /// Whether somebody has a stream alone by a line.
    fn has_alone(&self, who: &str, line: usize) -> bool {
        let before = self.lines[..line].iter().rev();
        let mut before = before.take_while(|line| !line.is_resumed());
        before.any(|line| {
            matches!(&line.act, Act::StreamOpened { owner: Some(owner), alone: true, .. } if owner == who)
        })
    }
}
