//! Times in which consent to a kind held for several purposes at once, and by when all was captured that was released in them.

use framegate::{Kind, Purposes};

use crate::{
    clearing::each_purpose,
    law::{Held, Law, NEVER},
    lines::Line,
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
    /// Whether a crash came while it stood, or some of it; then it may be said to have gone on.
    pub is_vague: bool,
    /// Whether anything of it was withdrawn, then or later.
    pub is_recalled: bool,
}

impl Law {
    /// In the order of the lines.
    pub fn runs(&self, who: &str, kind: Kind, purposes: Purposes) -> Vec<Run> {
        let stories: Vec<_> = each_purpose(purposes)
            .map(|purpose| self.story(who, kind, purpose))
            .collect();
        let at = |lines: usize| -> Option<Vec<Held>> {
            stories.iter().map(|story| story[lines]).collect()
        };
        let since = |all: &Vec<Held>| all.iter().map(|held| held.since).collect::<Vec<_>>();
        let mut runs = Vec::new();
        let mut first = 0;
        while first <= self.lines.len() {
            let Some(mut all) = at(first) else {
                first += 1;
                continue;
            };
            let mut closed = None;
            for lines in first + 1..=self.lines.len() {
                match at(lines) {
                    Some(next) if since(&next) == since(&all) => all = next,
                    _ => {
                        closed = Some(lines - 1);
                        break;
                    }
                }
            }
            let begun = stories.iter().map(|story| begun(story, first));
            let begun = begun.min().unwrap_or(first);
            runs.push(self.run((who, kind, purposes), &all, (begun, first), closed));
            first = closed.map_or(self.lines.len(), |closed| closed) + 1;
        }
        runs
    }

    fn run(
        &self,
        (who, kind, purposes): (&str, Kind, Purposes),
        all: &[Held],
        (begun, first): (usize, usize),
        closed: Option<usize>,
    ) -> Run {
        let since = all.iter().map(|held| held.since).max().unwrap_or(NEVER);
        let agreed = all.iter().map(|held| held.until).min().unwrap_or(0);
        let mut run = Run {
            since,
            agreed,
            until: agreed,
            settled: agreed,
            first,
            closed,
            is_vague: false,
            is_recalled: false,
        };
        let mut later = self.lines.iter().skip(first);
        run.is_recalled = later.any(|line| line.withdraws(who, kind, purposes));
        let cut = closed.map(|index| (index, &self.lines[index]));
        if let Some((index, line)) = cut.filter(|(_, line)| line.floor() < agreed) {
            // Nobody knows how long a process had gone on before it went.
            let crashed = |begun: usize| {
                let mut lines = self.lines[..=index].iter().skip(begun);
                lines.any(Line::is_resumed)
            };
            run.is_vague = crashed(begun);
            if !crashed(first) {
                run.until = line.floor() + 1;
                let after = self.lines[index + 1..].iter();
                let mut of_process = after.take_while(|line| !line.is_resumed());
                let next = of_process.find(|line| line.is_of_taps());
                run.settled = next.map_or(agreed, |next| agreed.min(next.floor() + 1));
            }
        }
        run
    }
}

/// After how many lines a consent had begun that stands after so many.
fn begun(story: &[Option<Held>], first: usize) -> usize {
    let since = |lines: &usize| story[*lines].map(|held| held.since);
    let before = (0..first)
        .rev()
        .take_while(|lines| since(lines) == since(&first));
    first - before.count()
}
