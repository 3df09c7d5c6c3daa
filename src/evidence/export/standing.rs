//! Whether what an outlet got may still be used for a purpose.

use alloc::vec::Vec;

use super::outlet::{self, Declared};
use crate::{
    control::{
        history::{Ending, History, Interval, Span},
        verified::VerifiedLedger,
    },
    types::{
        ids::OutletId,
        kind::Kind,
        purpose::Purposes,
        time::{Millis, NEVER},
    },
};

/// How somebody's consent to a purpose stands, over all that an outlet may have of theirs. In the order of precedence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Standing {
    /// It held for everything that was released, and has not been withdrawn.
    Granted { since: Millis, until: Millis },
    /// It ended by itself, or its notice is stale.
    Expired { at: Millis },
    /// It did not hold for everything that was released.
    Denied,
    /// It was withdrawn.
    Revoked { at: Millis },
}

impl Standing {
    /// How one person's consent stands. What nothing can be said of is denied (R1).
    pub(crate) fn of(history: &History, outlet: &Declared<'_>, purpose: Purposes) -> Self {
        let released = outlet.released(history);
        let each = released
            .iter()
            .map(|(kind, span)| Self::of_span(history, *kind, span, purpose));
        each.reduce(Self::and).unwrap_or(Self::Denied)
    }

    fn and(self, other: Self) -> Self {
        match (self, other) {
            (
                Self::Granted { since, until },
                Self::Granted {
                    since: from,
                    until: to,
                },
            ) => Self::Granted {
                since: since.min(from),
                until: until.min(to),
            },
            _ => self.max(other),
        }
    }

    fn of_span(history: &History, kind: Kind, span: &Span, purpose: Purposes) -> Self {
        let intervals = history.of_cell(kind, purpose);
        let meets = |interval: &&Interval| interval.span.and(*span).is_some();
        let each = intervals
            .filter(meets)
            .map(|interval| match interval.span.recalled {
                Some(at) => Self::Revoked { at: at.floor() },
                None if interval.is_stale
                    || interval.ended == Some(Ending::Expired)
                    || interval.agreed_end <= history.end =>
                {
                    let at = interval.span.until;
                    Self::Expired { at }
                }
                None if covers(interval, span) => Self::Granted {
                    since: interval.span.since,
                    until: interval.agreed_end,
                },
                None => Self::Denied,
            });
        each.reduce(Self::and).unwrap_or(Self::Denied)
    }
}

/// Whether a consent held for all of a span, as far as the ledger goes.
fn covers(interval: &Interval, span: &Span) -> bool {
    let whole = &interval.span;
    let lasts = interval.ended.is_none();
    whole.since <= span.since
        && whole.opened <= span.opened
        && (lasts
            || span.closed <= whole.closed
                && span.until <= whole.until
                && span.settled <= whole.settled)
}

/// Whether everybody who ever joined agreed to a purpose, for good and for all that the outlet has of them, in every stay until its end,
/// and nobody has withdrawn. No if nobody joined, or if there is no such outlet.
pub(crate) fn everybody(ledger: &VerifiedLedger, outlet: OutletId, purpose: Purposes) -> bool {
    let mut outlets = outlet::declared(ledger.ledger());
    let Some(outlet) = outlets.find(|declared| declared.outlet == outlet) else {
        return false;
    };
    let mut joined = ledger.histories().peekable();
    joined.peek().is_some() && joined.all(|(_, history)| agreed(history, &outlet, purpose))
}

fn agreed(history: &History, outlet: &Declared<'_>, purpose: Purposes) -> bool {
    let lasts = |interval: &&Interval| {
        let to_the_end = matches!(
            interval.ended,
            None | Some(Ending::Left | Ending::MeetingEnded)
        );
        interval.purpose == purpose
            && to_the_end
            && interval.agreed_end == NEVER
            && interval.span.recalled.is_none()
            && !interval.is_stale
    };
    let lasting: Vec<_> = history.intervals.iter().filter(lasts).collect();
    let mut stays = 1..=history.stays;
    stays.all(|stay| lasting.iter().any(|interval| interval.stay == stay))
        && matches!(
            Standing::of(history, outlet, purpose),
            Standing::Granted { until: NEVER, .. }
        )
}
