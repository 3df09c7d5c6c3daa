//! Consent records after ISO/IEC TS 27560:2023.
//!
//! The specification names fields and leaves their arrangement to implementers (6.3.2.2), so this is its own schema, [`SCHEMA`]:
//! header, processing, parties and events. The names are those of the specification's clauses 6.3.3 to 6.3.7,
//! as the guide of the W3C's Data Privacy Vocabularies and Controls Community Group lists them
//! ("Consent Records and Receipts as per ISO/IEC TS 27560:2023 using DPV"). Times are RFC 3339.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use serde::{Deserialize, Serialize};

use super::{
    moment::Moment,
    purpose::{self, Named},
};
use crate::{
    control::{
        agreed::{Course, Turn},
        consent::{Method, Notice},
        ledger::{Entry, Ledger},
        verified::VerifiedLedger,
    },
    types::{authority::Authority, kind::Kind, masked, purpose::Purposes, wall_time::WallTime},
};

/// The schema's name.
pub const SCHEMA: &str = "framegate consent record 1";

/// What the record must say and no ledger knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct Particulars {
    /// The controller's address.
    pub address: String,
    /// How to reach the controller.
    pub contact: String,
    /// Where what is released is stored.
    pub storage_locations: Vec<String>,
    /// How long it is kept.
    pub retention_period: String,
    /// Whose law applies.
    pub jurisdiction: String,
    /// How to withdraw, which must be as easy as agreeing (GDPR Art. 7(3)).
    pub withdrawal_method: String,
}

/// What one person agreed to under one notice, and how all of it ended.
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::export::ts27560::{ConsentRecord, Particulars};
///
/// # let ledger = scene::scene().ledger();
/// let particulars = Particulars {
///     address: "1 Example Street".into(),
///     contact: "privacy@example.com".into(),
///     storage_locations: vec!["EU".into()],
///     retention_period: "30 days".into(),
///     jurisdiction: "EU".into(),
///     withdrawal_method: "the switch in the meeting's window".into(),
/// };
/// let records = ConsentRecord::all(&ledger, "ada", &particulars).expect("she joined");
/// assert_eq!(records.len(), 1);
/// ```
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConsentRecord {
    /// [`SCHEMA`].
    pub schema_version: &'static str,
    /// The hash of the ledger's line in which they first agreed to this under this notice, a full stop, and the number of the record among those
    /// of this line, from 1.
    pub record_id: String,
    /// The person's id.
    pub pii_principal_id: String,
    /// To what.
    pub pii_processing: PiiProcessing,
    /// The controller, the person, and whoever else acted or receives.
    pub parties: Vec<Party>,
    /// What happened, in the order of the ledger.
    pub events: Vec<Event>,
}

masked::debug!(ConsentRecord, Party);

/// Clause 6.3.4.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PiiProcessing {
    /// What was shown.
    pub privacy_notice: Notice,
    /// In which language, as a BCP 47 tag.
    pub language: String,
    /// What it is for, each by itself.
    pub purposes: Vec<Purpose>,
}

/// One purpose, clauses 6.3.4.4 to 6.3.4.18.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Purpose {
    /// Its name: `RECORD`, or a third party's `RECORD@ACME Ltd`.
    pub purpose: String,
    /// `consent`.
    pub lawful_basis: &'static str,
    /// The kinds of data.
    pub pii_information: Vec<PiiInformation>,
    /// Who decides, by `party_id`.
    pub pii_controllers: Vec<String>,
    /// How the data were collected.
    pub collection_method: &'static str,
    /// Where they are stored.
    pub storage_locations: Vec<String>,
    /// How long they are kept.
    pub retention_period: String,
    /// Whose law applies.
    pub jurisdiction: String,
    /// The third parties who receive them, by `party_id`.
    pub recipient_third_parties: Vec<String>,
    /// How to withdraw.
    pub withdrawal_method: String,
}

/// Clause 6.3.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PiiInformation {
    /// The kind.
    pub pii_type: Kind,
    /// `biometric` if it is used to recognise who somebody is (GDPR Art. 9(1)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub special_pii_category: Option<&'static str>,
}

/// Clause 6.3.6.
#[derive(Clone, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Party {
    /// What the record calls them.
    pub party_id: String,
    /// Their name, as far as the ledger knows it.
    pub party_name: String,
    /// What they do.
    pub party_role: &'static str,
    /// Their address, if it is the controller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party_address: Option<String>,
    /// How to reach them, if it is the controller.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub party_contact: Option<String>,
}

/// Clause 6.3.7.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// When.
    pub event_time: String,
    /// Until when it holds, if it ends by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub validity_duration: Option<String>,
    /// Who did it.
    pub entity_id: &'static str,
    /// What kind of consent it is: `expressed`, or `explicit` (GDPR Art. 9(2)(a)).
    pub event_type: &'static str,
    /// What it has come to.
    pub event_state: State,
}

/// The states that a ledger knows of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// They agreed. What restrictions, leaving and the meeting's end do to it, which withdraw nothing, a [`Receipt`](super::Receipt) says.
    Given,
    /// They or their guardian withdrew it, the child itself refused, or the ledger's last line was torn, which may have been a withdrawal.
    Withdrawn,
    /// It came to the end that they had agreed to, or its notice was superseded.
    Expired,
}

impl ConsentRecord {
    /// Returns the records of one person, by id, in the order in which they agreed; `None` for somebody who never joined.
    ///
    /// There is one record for each notice, or several if parts of its scope have different events.
    /// All that a record lists is in force if its last event is [`State::Given`], and nothing of that otherwise.
    #[must_use]
    pub fn all(ledger: &VerifiedLedger, id: &str, particulars: &Particulars) -> Option<Vec<Self>> {
        let history = ledger.history(id)?;
        let started = ledger.started();
        let ledger = ledger.ledger();
        let source = Source {
            ledger,
            named: purpose::all(ledger),
            particulars,
            started,
        };
        let mut records: Vec<Self> = Vec::new();
        for course in history.agreed.courses() {
            records.extend(source.record(id, &course, &records));
        }
        Some(records)
    }
}

/// What records are made from.
struct Source<'a> {
    ledger: &'a Ledger,
    named: Vec<Named<'a>>,
    particulars: &'a Particulars,
    started: WallTime,
}

impl Source<'_> {
    fn record(&self, id: &str, course: &Course, others: &[ConsentRecord]) -> Option<ConsentRecord> {
        let mut entries = self.ledger.lines.iter().map(|line| &line.entry);
        let notice = entries.find_map(|entry| match entry {
            Entry::Shown { notice } if notice.digest == course.notice => Some(notice),
            _ => None,
        })?;
        let first = course.turns.iter().find_map(|turn| match turn {
            Turn::Given(index) => Some(*index),
            _ => None,
        });
        let hash = self.ledger.hash(first?).to_string();
        let same = |other: &&ConsentRecord| other.record_id.starts_with(&hash);
        let number = others.iter().filter(same).count() + 1;
        let purposes = self.purposes(course, notice);
        Some(ConsentRecord {
            schema_version: SCHEMA,
            record_id: format!("{hash}.{number}"),
            pii_principal_id: id.into(),
            parties: self.parties(id, &purposes, notice),
            pii_processing: PiiProcessing {
                privacy_notice: notice.clone(),
                language: notice.language.clone(),
                purposes,
            },
            events: self.events(course),
        })
    }

    fn purposes(&self, course: &Course, notice: &Notice) -> Vec<Purpose> {
        let particulars = self.particulars;
        let of = |named: &Named<'_>| {
            let cells = course
                .cells
                .iter()
                .filter(|(_, purpose)| *purpose == named.bit);
            let information = cells.map(|(kind, _)| PiiInformation {
                pii_type: *kind,
                special_pii_category: (named.purpose == Purposes::IDENTIFY).then_some("biometric"),
            });
            Purpose {
                purpose: named.name(),
                lawful_basis: "consent",
                pii_information: information.collect(),
                pii_controllers: [notice.controller.clone()].into(),
                collection_method: "in the meeting",
                storage_locations: particulars.storage_locations.clone(),
                retention_period: particulars.retention_period.clone(),
                jurisdiction: particulars.jurisdiction.clone(),
                recipient_third_parties: named.recipient.map(String::from).into_iter().collect(),
                withdrawal_method: particulars.withdrawal_method.clone(),
            }
        };
        let purposes = self.named.iter().map(of);
        purposes
            .filter(|purpose| !purpose.pii_information.is_empty())
            .collect()
    }

    fn parties(&self, id: &str, purposes: &[Purpose], notice: &Notice) -> Vec<Party> {
        let party = |name: &str, party_role| Party {
            party_id: name.into(),
            party_name: name.into(),
            party_role,
            party_address: None,
            party_contact: None,
        };
        let mut parties: Vec<Party> = Vec::new();
        parties.push(Party {
            party_address: Some(self.particulars.address.clone()),
            party_contact: Some(self.particulars.contact.clone()),
            ..party(&notice.controller, "pii_controller")
        });
        parties.push(party(id, "pii_principal"));
        let recipients = purposes
            .iter()
            .flat_map(|purpose| &purpose.recipient_third_parties);
        for recipient in recipients {
            let third = party(recipient, "third_party");
            if !parties.contains(&third) {
                parties.push(third);
            }
        }
        parties
    }

    fn events(&self, course: &Course) -> Vec<Event> {
        let time = |at| Moment::from_millis(self.started, at).date.to_string();
        let mut event_type = "expressed";
        let event = |turn: &Turn| {
            let (event_time, entity_id, event_state) = match *turn {
                Turn::Given(index) => {
                    let line = self.ledger.lines.get(index)?;
                    let Entry::Granted { by, grant, .. } = &line.entry else {
                        return None;
                    };
                    event_type = consent_type(grant.method);
                    return Some(Event {
                        event_time: time(grant.at.unwrap_or(line.at).floor()),
                        validity_duration: grant.until.map(|end| time(end.floor())),
                        entity_id: entity(*by),
                        event_type,
                        event_state: State::Given,
                    });
                }
                Turn::Withdrawn { at, wall, by } => {
                    let wall = wall.map(|wall| wall.to_string());
                    let at = wall.unwrap_or_else(|| time(at.floor()));
                    (at, by.map_or(CONTROLLER, entity), State::Withdrawn)
                }
                Turn::Expired(at) => (time(at), CONTROLLER, State::Expired),
            };
            Some(Event {
                event_time,
                validity_duration: None,
                entity_id,
                event_type,
                event_state,
            })
        };
        course.turns.iter().filter_map(event).collect()
    }
}

const CONTROLLER: &str = "pii_controller";

fn entity(by: Authority) -> &'static str {
    match by {
        Authority::Participant => "pii_principal",
        other => other.name(),
    }
}

fn consent_type(method: Method) -> &'static str {
    if method.is_explicit() {
        "explicit"
    } else {
        "expressed"
    }
}
