//! What of somebody's may have been released to an outlet.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::moment::Moment;
use crate::{
    control::{
        history::{History, Interval, Span},
        ledger::{Entry, Ledger},
    },
    types::{ids::OutletId, kind::Kind, purpose::Purposes, wall_time::WallTime},
};

/// A range of capture times whose frames may have been released: every released frame lies in one, but not every frame in one was released.
///
/// Frames go by their capture time, that of the earliest sample, in whole milliseconds. What was derived from them carries it too.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Range {
    /// Of which kind.
    pub kind: Kind,
    /// From when on.
    pub since: Moment,
    /// Until when, exclusive; `None` while it goes on, or if a crash came at an unknown time, after which an outlet got nothing.
    pub until: Option<Moment>,
    /// The same, including frames that were on their way when consent was cut and were released before the cut had settled (R6).
    /// `None` if the ledger has no later entry to tell by, or a crash came in between, before which the clock may have been ahead of
    /// whatever the ledger says afterwards; then it is all that the outlet got since.
    pub settled: Option<Moment>,
}

impl Range {
    pub(crate) fn new(started: WallTime, kind: Kind, span: &Span) -> Self {
        Self {
            kind,
            since: Moment::from_millis(started, span.since),
            until: Moment::of_end(started, span.until.max(span.since)),
            settled: Moment::of_end(started, span.settled),
        }
    }
}

/// An outlet as it was declared.
pub(crate) struct Declared<'a> {
    /// With which line.
    line: usize,
    pub(crate) outlet: OutletId,
    pub(crate) name: &'a str,
    pub(crate) recipient: Option<&'a String>,
    pub(crate) purposes: Purposes,
}

/// All outlets, in the order of opening.
pub(crate) fn declared(ledger: &Ledger) -> impl Iterator<Item = Declared<'_>> {
    let entries = ledger.lines.iter().map(|line| &line.entry).enumerate();
    entries.filter_map(|(line, entry)| match entry {
        Entry::OutletOpened {
            outlet,
            name,
            recipient,
            purposes,
            ..
        } => Some(Declared {
            line,
            outlet: *outlet,
            name,
            recipient: recipient.as_ref(),
            purposes: *purposes,
        }),
        _ => None,
    })
}

impl Declared<'_> {
    /// While somebody's consent held for *all* purposes of the outlet (R3), the spans of each kind in the order of time.
    pub(crate) fn released(&self, history: &History) -> Vec<(Kind, Span)> {
        let cleared = Kind::ALL
            .into_iter()
            .filter(|kind| *kind != Kind::Unclassified);
        let of_kind = |kind| {
            self.spans(history, kind)
                .into_iter()
                .map(move |span| (kind, span))
        };
        cleared.flat_map(of_kind).collect()
    }

    fn spans(&self, history: &History, kind: Kind) -> Vec<Span> {
        let mut purposes = Purposes::each().filter(|purpose| self.purposes.contains(*purpose));
        let spans = |purpose| {
            history
                .of_cell(kind, purpose)
                .map(|interval: &Interval| interval.span)
        };
        let Some(first) = purposes.next() else {
            return Vec::new();
        };
        // What had ended before the outlet was there never went into it.
        let mut all = purposes.fold(spans(first).collect(), |all: Vec<Span>, purpose| {
            let with = |span: Span| spans(purpose).filter_map(move |other| span.and(other));
            all.into_iter().flat_map(with).collect()
        });
        all.retain(|span| self.line < span.closed && span.since < span.settled);
        all
    }
}
