//! The events of a meeting in words.

use crate::{
    input::{Entry, Event, Restriction, Scope},
    layout::{Millis, Sign},
    outcome::Outcome,
    people::Person,
    quoted::quoted,
};

/// Something that may have changed what outlets get.
pub struct Mark {
    pub at: Millis,
    pub text: String,
}

/// Everything that happened or came to its end, in order of time.
pub fn marks(outcome: &Outcome) -> Vec<Mark> {
    let mut marks = Vec::<Mark>::new();
    let mut joining = Vec::new();
    for (index, Entry { at, event }) in outcome.timeline.iter().enumerate() {
        if let Event::Join(who) = event {
            joining.push(id(outcome, *who));
            let next = outcome.timeline.get(index + 1);
            // Those who come together make one mark.
            if next.is_none_or(|next| next.at != *at || !matches!(next.event, Event::Join(_))) {
                let verb = if joining.len() == 1 { "joins" } else { "join" };
                let text = format!("{} {verb}", joining.join(", "));
                marks.push(Mark { at: *at, text });
                joining.clear();
            }
        } else if let Some(text) = tell(outcome, index, event) {
            marks.push(Mark { at: *at, text });
        }
    }
    marks.extend(ends(outcome));
    marks.sort_by_key(|mark| mark.at);
    marks
}

fn tell(outcome: &Outcome, index: usize, event: &Event) -> Option<String> {
    let is_refused = outcome.refused.iter().any(|refusal| refusal.entry == index);
    Some(match event {
        Event::Join(_) | Event::Open(_) => return None,
        Event::Leave(who) => format!("{} leaves", id(outcome, *who)),
        Event::Grant {
            who,
            scope,
            sign: Some(Sign::Forged),
            ..
        } if is_refused => format!(
            "somebody signs in the name of {} for {}: refused",
            id(outcome, *who),
            scope.purposes,
        ),
        Event::Grant { by, who, scope, .. } if is_refused => format!(
            "{} tries to agree for {} to {}: refused",
            by.name(),
            id(outcome, *who),
            scope.purposes,
        ),
        Event::Grant {
            who,
            scope,
            until,
            sign,
            ..
        } => {
            let signing = sign.map_or("", |_| ", signing,");
            let until = until.map(|until| format!(", until {} s", seconds(until)));
            format!(
                "{}{signing} agrees to {}{}",
                id(outcome, *who),
                in_words(scope),
                until.unwrap_or_default(),
            )
        }
        Event::Withdraw(who, scope) => {
            format!("{} withdraws {}", id(outcome, *who), in_words(scope))
        }
        Event::Restrict(Restriction { by, who, scope }) => {
            let whom = who.map_or_else(|| "everybody".into(), |who| id(outcome, who));
            format!("{} restricts {} of {whom}", by.name(), in_words(scope))
        }
        Event::Lift(Restriction { by, who, scope }) => {
            let whom = who.map_or_else(|| "everybody".into(), |who| id(outcome, who));
            format!("{} lifts {} of {whom}", by.name(), in_words(scope))
        }
        Event::Supersede(notice) => {
            let notice = quoted(&outcome.notices[*notice]);
            format!("notice {notice} is superseded: what was agreed to under it ends")
        }
    })
}

/// When what somebody agreed to for a time came to its end.
fn ends(outcome: &Outcome) -> impl Iterator<Item = Mark> {
    let entries = outcome.timeline.iter().enumerate();
    entries.filter_map(|(index, entry)| match &entry.event {
        Event::Grant {
            who,
            scope,
            until: Some(until),
            ..
        } if until.time() <= outcome.end
            && !outcome.refused.iter().any(|refusal| refusal.entry == index) =>
        {
            let who = id(outcome, *who);
            let text = format!(
                "end of what {who} agreed to at {} s: {}",
                seconds(entry.at),
                scope.purposes
            );
            Some(Mark { at: *until, text })
        }
        _ => None,
    })
}

fn in_words(Scope { kinds, purposes }: &Scope) -> String {
    format!("{purposes} for {kinds}")
}

fn id(outcome: &Outcome, who: usize) -> String {
    quoted(outcome.people.id(Person::Known(who)))
}

/// A time in seconds.
pub fn seconds(at: Millis) -> f64 {
    f64::from(at.0) / 1000.0
}
