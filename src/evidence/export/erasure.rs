//! What must go after a withdrawal.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::{
    moment::Moment,
    outlet::{self, Range},
    purpose,
};
use crate::{
    control::{ledger::Head, verified::VerifiedLedger},
    types::{
        ids::OutletId,
        masked,
        wall_time::{WallTime, date},
    },
};

/// What must be erased because a person's consent to it has been withdrawn (GDPR Art. 17(1)(b); the recipients must be notified, Art. 19).
///
/// What recalls: a withdrawal by the person, their guardian or whoever asked for it; a child's own refusal; and resuming from a ledger
/// whose last line was torn, which may have been a withdrawal. It recalls all that was ever released under what it covers,
/// in earlier stays too, and for good: agreeing again does not bring it back. For an outlet with several purposes, withdrawing one is enough,
/// as it may only have what is cleared for all of them (R3).
///
/// What does not: the end that was agreed to, a restriction, a superseded notice, leaving, and the meeting's end.
/// All these stop later frames and withdraw nothing: what was released before was lawful and stays so (Art. 7(3)).
/// A withdrawal after any of them still recalls.
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::{Authority, Scope, Time, export::ErasureList};
///
/// # let mut scene = scene::scene();
/// let now = Time::from_millis(5_000);
/// let settling = scene.meeting.withdraw(Authority::Participant, scene.ada, Scope::ALL, now)?;
/// assert!(scene.meeting.settled(&settling, now)?);
///
/// let list = ErasureList::of(&scene.ledger(), "ada").expect("she joined");
/// assert_eq!(list.outlets[0].name, "recorder");
/// let until = list.outlets[0].ranges[0].range.until.expect("it ended");
/// assert_eq!(until.micros, Time::from_millis(5_001)); // exclusive
/// # Ok::<(), framegate::Error>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ErasureList {
    /// The person's id.
    pub who: String,
    /// The time of day at the meeting's start, as RFC 3339 writes it.
    #[serde(with = "date")]
    pub started: WallTime,
    /// The head of the ledger that this was made from.
    pub head: Head,
    /// The outlets that something must go from.
    pub outlets: Vec<Erasure>,
}

masked::debug!(ErasureList);

/// What must go from one outlet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Erasure {
    /// The outlet's number.
    pub outlet: OutletId,
    /// Its name.
    pub name: String,
    /// The third party to whom it leads, who is to be notified; none for the controller's own.
    pub recipient: Option<String>,
    /// Its purposes, by name.
    pub purposes: Vec<String>,
    /// What must go.
    pub ranges: Vec<Recalled>,
}

/// A time whose frames must go, and since when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Recalled {
    /// The time; one of the receipt's too.
    #[serde(flatten)]
    pub range: Range,
    /// When it was first recalled; of what was withdrawn without a call on the meeting the time of the entry before.
    pub recalled_at: Moment,
}

impl ErasureList {
    /// Returns the erasure list of one person, by id, over all their stays (GDPR Art. 17, 19); `None` for somebody who never joined.
    #[must_use]
    pub fn of(ledger: &VerifiedLedger, id: &str) -> Option<Self> {
        let history = ledger.history(id)?;
        let started = ledger.started();
        let ledger = ledger.ledger();
        let named = purpose::all(ledger);
        let erasures = outlet::declared(ledger).map(|outlet| Erasure {
            outlet: outlet.outlet,
            name: outlet.name.into(),
            recipient: outlet.recipient.cloned(),
            purposes: purpose::names(&named, outlet.purposes),
            ranges: outlet
                .released(history)
                .iter()
                .filter_map(|(kind, span)| {
                    Some(Recalled {
                        range: Range::new(started, *kind, span),
                        recalled_at: Moment::new(started, span.recalled?),
                    })
                })
                .collect(),
        });
        Some(Self {
            who: id.into(),
            started,
            head: ledger.head,
            outlets: erasures
                .filter(|outlet| !outlet.ranges.is_empty())
                .collect(),
        })
    }
}
