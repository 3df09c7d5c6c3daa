//! What one person agreed to, and what may have been released under it.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::{
    moment::Moment,
    outlet::{self, Range},
    purpose::{self, Named},
};
use crate::{
    control::{
        consent::{Grant, Method, Notice, Scope},
        history::{Ending, History, Interval, Span},
        ledger::{Entry, Head, Ledger, Line},
        verified::VerifiedLedger,
    },
    types::{
        authority::Authority,
        digest::Digest,
        ids::{OutletId, StreamId},
        kind::Kind,
        masked,
        purpose::Purposes,
        refusal::Refusal,
        time::Time,
        wall_time::{WallTime, date},
    },
};

/// What the ledger says to one person: what was agreed to, by whom, how and under which notice, and what may have been released under it
/// (GDPR Art. 7(1), 15(1)).
///
/// It names the ledger's head, so whoever keeps it can show later that the ledger was changed or cut off before that entry.
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::export::Receipt;
///
/// # let ledger = scene::scene().ledger();
/// let receipt = Receipt::of(&ledger, "ada").expect("she joined");
/// assert_eq!(receipt.agreed[0].purposes, ["RECORD"]);
/// let json = serde_json::to_string_pretty(&receipt)?;
/// # let _ = json;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Receipt {
    /// The meeting's id.
    pub meeting: String,
    /// The time of day at its start, as RFC 3339 writes it. All dates are by this.
    #[serde(with = "date")]
    pub started: WallTime,
    /// The person's id.
    pub who: String,
    /// The head of the ledger that this was made from.
    pub head: Head,
    /// How many of the ledger's last entries neither an anchor nor a device's signature vouched for when it was read.
    pub unanchored: u64,
    /// What was agreed to, in the order of agreeing.
    pub agreed: Vec<Agreement>,
    /// Attempts to agree for them that were refused.
    pub refused: Vec<Attempt>,
    /// What they, or somebody for them, refused or withdrew.
    pub withdrawn: Vec<Withdrawal>,
    /// What others narrowed over them or over everybody, and what they took back of it.
    pub restricted: Vec<Restriction>,
    /// When consent held, and why it ended.
    pub held: Vec<Held>,
    /// What may have been released under it.
    pub released: Vec<Released>,
}

masked::debug!(Receipt);

/// One act of agreeing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Agreement {
    /// The number of the ledger's entry.
    pub entry: u64,
    /// The hash of its line.
    pub hash: Digest,
    /// When it was entered; consent holds from then on.
    pub at: Moment,
    /// When they agreed, if that was earlier.
    pub agreed_at: Option<Moment>,
    /// When it ends by itself, if it does.
    pub until: Option<Moment>,
    /// Who agreed: they, or their guardian.
    pub by: Authority,
    /// How.
    pub method: Method,
    /// Whether it carries a signature that was checked.
    pub signed: bool,
    /// To what.
    pub scope: Scope,
    /// The purposes in it by name: `RECORD`, `RECORD@ACME Ltd`.
    pub purposes: Vec<String>,
    /// The notice that was shown, with its digest, version, language and controller.
    pub notice: Notice,
}

/// An attempt to agree by somebody who could not, or not in this way. It had no effect.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Attempt {
    /// The number of the ledger's entry.
    pub entry: u64,
    /// When.
    pub at: Moment,
    /// Who tried.
    pub by: Authority,
    /// To what.
    pub scope: Scope,
    /// Under which notice.
    pub notice: Digest,
    /// Why not.
    pub why: Refusal,
}

/// A refusal or a withdrawal.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Withdrawal {
    /// The number of the ledger's entry; none while it lies beside the ledger, which has not taken it up yet.
    pub entry: Option<u64>,
    /// When. Of what was withdrawn without a call on the meeting `micros` is the time of the entry before, and `date` the time of day by the clock of whoever withdrew.
    pub at: Moment,
    /// Whether it was withdrawn without a call on the meeting ([`PastMeeting`](crate::PastMeeting)).
    pub past: bool,
    /// Who asked for it.
    pub by: Authority,
    /// Of what.
    pub scope: Scope,
}

/// A restriction, or the end of one.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Restriction {
    /// The number of the ledger's entry.
    pub entry: u64,
    /// When.
    pub at: Moment,
    /// Whose it is.
    pub by: Authority,
    /// Of what.
    pub scope: Scope,
    /// Whether it was over everybody.
    pub everybody: bool,
    /// Whether it was taken back.
    pub lifted: bool,
}

/// A time in which consent held without a break.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Held {
    /// In which of their stays, from 1.
    pub stay: u32,
    /// To which kind.
    pub kind: Kind,
    /// For which purposes, by name.
    pub purposes: Vec<String>,
    /// From when on, in whole milliseconds.
    pub since: Moment,
    /// Until when, exclusive and rounded up; `None` while it holds without an end, or if a crash ended it at an unknown time.
    pub until: Option<Moment>,
    /// Why it ended; none while it holds, or if its end has not come.
    pub ended: Option<Ending>,
    /// The digests of the notices that covered it.
    pub notices: Vec<Digest>,
}

/// What may have been released to an outlet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Released {
    /// The outlet's number.
    pub outlet: OutletId,
    /// Its name.
    pub name: String,
    /// The third party to whom it leads; none for the controller's own.
    pub recipient: Option<String>,
    /// Its purposes, by name.
    pub purposes: Vec<String>,
    /// When consent held for *all* its purposes.
    pub ranges: Vec<Range>,
    /// The frames of the person's own streams that had gone to it by the last count, if taps were ever counted. The person may be in other frames too.
    pub frames: Option<Frames>,
}

/// How many frames were released.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "two counts")]
pub struct Frames {
    /// As they were.
    pub whole: u64,
    /// In part.
    pub redacted: u64,
}

impl Receipt {
    /// Returns the receipt of one person, by id, over all their stays; `None` for somebody who never joined.
    #[must_use]
    pub fn of(ledger: &VerifiedLedger, id: &str) -> Option<Self> {
        let history = ledger.history(id)?;
        let lines = ledger.lines_of(history);
        let started = ledger.started();
        let ledger = ledger.ledger();
        let Some(Entry::Opened { meeting, .. }) = ledger.lines.first().map(|line| &line.entry)
        else {
            return None;
        };
        let named = purpose::all(ledger);
        let mut receipt = Self {
            meeting: meeting.clone(),
            started,
            who: id.into(),
            head: ledger.head,
            unanchored: ledger.unanchored(),
            agreed: Vec::new(),
            refused: Vec::new(),
            withdrawn: Vec::new(),
            restricted: Vec::new(),
            held: held(started, history, &named),
            released: released((started, ledger), id, history, &named),
        };
        let mut notices = BTreeMap::new();
        for (index, line) in lines {
            match &line.entry {
                Entry::Shown { notice } => {
                    notices.insert(notice.digest, notice);
                }
                Entry::Granted { by, grant, .. } => {
                    if let Some(notice) = notices.get(&grant.notice) {
                        let hash = ledger.hash(index);
                        let agreement =
                            Agreement::new((started, line), hash, *by, grant, notice, &named);
                        receipt.agreed.push(agreement);
                    }
                }
                _ => receipt.take(line),
            }
        }
        let at = ledger.lines.last().map_or(Time::START, |line| line.at);
        for beside in &ledger.beside {
            if let Entry::Withdrew { who, by, scope } = &beside.entry
                && who == id
            {
                let (micros, date) = (at, beside.wall);
                receipt.withdrawn.push(Withdrawal {
                    entry: None,
                    at: Moment { micros, date },
                    past: true,
                    by: *by,
                    scope: *scope,
                });
            }
        }
        Some(receipt)
    }

    /// Takes in what is reported unchanged.
    fn take(&mut self, line: &Line) {
        let (entry, at) = (line.n, Moment::new(self.started, line.at));
        match &line.entry {
            Entry::Refused { by, grant, why, .. } => self.refused.push(Attempt {
                entry,
                at,
                by: *by,
                scope: grant.scope,
                notice: grant.notice,
                why: *why,
            }),
            Entry::Withdrew { by, scope, .. } => self.withdrawn.push(Withdrawal {
                entry: Some(entry),
                at: Moment {
                    date: line.wall.unwrap_or(at.date),
                    ..at
                },
                past: line.wall.is_some(),
                by: *by,
                scope: *scope,
            }),
            Entry::Restricted { who, by, scope } | Entry::Lifted { who, by, scope } => {
                self.restricted.push(Restriction {
                    entry,
                    at,
                    by: *by,
                    scope: *scope,
                    everybody: who.is_none(),
                    lifted: matches!(line.entry, Entry::Lifted { .. }),
                });
            }
            _ => {}
        }
    }
}

impl Agreement {
    fn new(
        (started, line): (WallTime, &Line),
        hash: Digest,
        by: Authority,
        grant: &Grant,
        notice: &Notice,
        named: &[Named<'_>],
    ) -> Self {
        let moment = |at| Moment::new(started, at);
        Self {
            entry: line.n,
            hash,
            at: moment(line.at),
            agreed_at: grant.at.map(moment),
            until: grant.until.map(moment),
            by,
            method: grant.method,
            signed: grant.signed.is_some(),
            scope: grant.scope,
            purposes: purpose::names_at(named, line.n, grant.scope.purposes),
            notice: notice.clone(),
        }
    }
}

/// The consents in the order of time, those of a kind together that went the same way.
fn held(started: WallTime, history: &History, named: &[Named<'_>]) -> Vec<Held> {
    let mut together: Vec<(&Interval, Purposes)> = Vec::new();
    let not_empty = |interval: &&Interval| interval.span.since < interval.span.until;
    for interval in history.intervals.iter().filter(not_empty) {
        let way = |of: &Interval| (of.stay, of.kind, of.span.opened, of.span.until, of.ended);
        let same = |(other, _): &&mut (&Interval, Purposes)| {
            way(other) == way(interval) && other.notices == interval.notices
        };
        match together.iter_mut().find(same) {
            Some((_, purposes)) => *purposes |= interval.purpose,
            None => together.push((interval, interval.purpose)),
        }
    }
    together.sort_by_key(|(interval, purposes)| {
        let Span { since, opened, .. } = interval.span;
        (since, opened, interval.kind, purposes.bits())
    });
    let held = together.into_iter().map(|(interval, purposes)| Held {
        stay: interval.stay,
        kind: interval.kind,
        purposes: purpose::names(named, purposes),
        since: Moment::from_millis(started, interval.span.since),
        until: Moment::of_end(started, interval.span.until),
        ended: interval.ended,
        notices: interval.notices.clone(),
    });
    held.collect()
}

fn released(
    (started, ledger): (WallTime, &Ledger),
    id: &str,
    history: &History,
    named: &[Named<'_>],
) -> Vec<Released> {
    let counted = counted(ledger, id);
    let all = outlet::declared(ledger).map(|outlet| {
        let spans = outlet.released(history);
        Released {
            outlet: outlet.outlet,
            name: outlet.name.into(),
            recipient: outlet.recipient.cloned(),
            purposes: purpose::names(named, outlet.purposes),
            ranges: spans
                .iter()
                .map(|(kind, span)| Range::new(started, *kind, span))
                .collect(),
            frames: counted.get(&outlet.outlet).copied(),
        }
    });
    let any = |frames: Frames| frames != Frames::default();
    all.filter(|outlet| !outlet.ranges.is_empty() || outlet.frames.is_some_and(any))
        .collect()
}

/// What went from somebody's own streams to each outlet, by the last entry that counts these.
fn counted(ledger: &Ledger, id: &str) -> BTreeMap<OutletId, Frames> {
    let mut own = Vec::new();
    let mut last: BTreeMap<(StreamId, OutletId), Frames> = BTreeMap::new();
    for line in &ledger.lines {
        match &line.entry {
            Entry::StreamOpened { stream, owner, .. } if owner.as_deref() == Some(id) => {
                own.push(*stream);
            }
            Entry::Counted { taps } => {
                let taps = || taps.iter().filter(|tap| own.contains(&tap.stream));
                for tap in taps() {
                    last.insert((tap.stream, tap.outlet), Frames::default());
                }
                // A stream may have several taps into one outlet.
                for tap in taps() {
                    let frames = last.entry((tap.stream, tap.outlet)).or_default();
                    frames.add(tap.frames.whole, tap.frames.redacted);
                }
            }
            _ => {}
        }
    }
    let mut counted: BTreeMap<OutletId, Frames> = BTreeMap::new();
    for ((_, outlet), frames) in last {
        counted
            .entry(outlet)
            .or_default()
            .add(frames.whole, frames.redacted);
    }
    counted
}

impl Frames {
    fn add(&mut self, whole: u64, redacted: u64) {
        self.whole = self.whole.saturating_add(whole);
        self.redacted = self.redacted.saturating_add(redacted);
    }
}
