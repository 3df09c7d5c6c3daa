//! Consent records after ISO/IEC TS 27560:2023.
//!
//! The specification names fields and leaves their arrangement to implementers (6.3.2.2), so this is its own schema, [`SCHEMA`]:
//! header, processing, parties and events. The names are those of the specification's clauses 6.3.3 to 6.3.7,
//! as the guide of the W3C's Data Privacy Vocabularies and Controls Community Group lists them
//! ("Consent Records and Receipts as per ISO/IEC TS 27560:2023 using DPV"). Times are RFC 3339.

use alloc::{string::String, vec::Vec};
use core::time::Duration;

use serde::{Deserialize, Serialize};

use super::{
    history::Ending,
    receipt::{Agreement, Receipt},
    wall::rfc3339,
};
use crate::{
    authority::Authority,
    consent::{Digest, Method, Notice},
    kind::Kind,
    purpose::Purposes,
};

/// The schema's name.
pub const SCHEMA: &str = "framegate consent record 1";

/// What the record must say and no ledger knows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Particulars {
    /// When the meeting started, since 1970-01-01T00:00:00Z, before the year 10000.
    pub started: Duration,
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

/// What one person agreed to under one notice, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ConsentRecord {
    /// [`SCHEMA`].
    pub schema_version: &'static str,
    /// The hash of the ledger's line in which they first agreed under this notice.
    pub record_id: Digest,
    /// The person's id.
    pub pii_principal_id: String,
    /// To what.
    pub pii_processing: PiiProcessing,
    /// The controller, the person, and whoever else acted or receives.
    pub parties: Vec<Party>,
    /// What happened, in the order of the ledger.
    pub events: Vec<Event>,
}

/// Clause 6.3.4.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
pub struct PiiInformation {
    /// The kind.
    pub pii_type: Kind,
    /// `biometric` if it is used to recognise who somebody is (GDPR Art. 9(1)).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub special_pii_category: Option<&'static str>,
}

/// Clause 6.3.6.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
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
pub enum State {
    /// They agreed.
    Given,
    /// They refused or withdrew, some of it at least.
    Withdrawn,
    /// It came to its end, or its notice was superseded.
    Expired,
}

impl ConsentRecord {
    /// A record for each notice that somebody agreed under, out of their receipt.
    #[must_use]
    pub fn all(receipt: &Receipt, particulars: &Particulars) -> Vec<Self> {
        let mut notices: Vec<&Notice> = Vec::new();
        for agreement in &receipt.agreed {
            if !notices.contains(&&agreement.notice) {
                notices.push(&agreement.notice);
            }
        }
        let record = |notice: &Notice| {
            let under = |agreement: &&Agreement| agreement.notice == *notice;
            let agreed: Vec<_> = receipt.agreed.iter().filter(under).collect();
            Some(Self {
                schema_version: SCHEMA,
                record_id: agreed.first()?.hash,
                pii_principal_id: receipt.who.clone(),
                pii_processing: PiiProcessing {
                    privacy_notice: notice.clone(),
                    language: notice.language.clone(),
                    purposes: purposes(&agreed, notice, particulars),
                },
                parties: parties(receipt, &agreed, notice, particulars),
                events: events(receipt, &agreed, notice, particulars.started),
            })
        };
        notices.into_iter().filter_map(record).collect()
    }
}

fn purposes(agreed: &[&Agreement], notice: &Notice, particulars: &Particulars) -> Vec<Purpose> {
    let mut purposes: Vec<Purpose> = Vec::new();
    for agreement in agreed {
        for name in &agreement.purposes {
            let identifies = Purposes::IDENTIFY
                .iter_names()
                .any(|(identify, _)| name.split('@').next() == Some(identify));
            let kinds = Kind::ALL
                .into_iter()
                .filter(|kind| agreement.scope.kinds.contains((*kind).into()));
            let information = kinds.map(|kind| PiiInformation {
                pii_type: kind,
                special_pii_category: identifies.then_some("biometric"),
            });
            if let Some(known) = purposes.iter_mut().find(|known| known.purpose == *name) {
                for kind in information {
                    if !known.pii_information.contains(&kind) {
                        known.pii_information.push(kind);
                    }
                }
                continue;
            }
            purposes.push(Purpose {
                purpose: name.clone(),
                lawful_basis: "consent",
                pii_information: information.collect(),
                pii_controllers: [notice.controller.clone()].into(),
                collection_method: "in the meeting",
                storage_locations: particulars.storage_locations.clone(),
                retention_period: particulars.retention_period.clone(),
                jurisdiction: particulars.jurisdiction.clone(),
                recipient_third_parties: recipient(name).map(String::from).into_iter().collect(),
                withdrawal_method: particulars.withdrawal_method.clone(),
            });
        }
    }
    purposes
}

/// The third party in a purpose's name.
fn recipient(purpose: &str) -> Option<&str> {
    purpose.split_once('@').map(|(_, recipient)| recipient)
}

fn parties(
    receipt: &Receipt,
    agreed: &[&Agreement],
    notice: &Notice,
    particulars: &Particulars,
) -> Vec<Party> {
    let party = |name: &str, party_role| Party {
        party_id: name.into(),
        party_name: name.into(),
        party_role,
        party_address: None,
        party_contact: None,
    };
    let mut parties: Vec<Party> = Vec::new();
    parties.push(Party {
        party_address: Some(particulars.address.clone()),
        party_contact: Some(particulars.contact.clone()),
        ..party(&notice.controller, "pii_controller")
    });
    parties.push(party(&receipt.who, "pii_principal"));
    let names = agreed.iter().flat_map(|agreement| &agreement.purposes);
    for name in names.filter_map(|name| recipient(name)) {
        let third = party(name, "third_party");
        if !parties.contains(&third) {
            parties.push(third);
        }
    }
    parties
}

fn events(
    receipt: &Receipt,
    agreed: &[&Agreement],
    notice: &Notice,
    started: Duration,
) -> Vec<Event> {
    let time = |at| rfc3339(started, at);
    let given = agreed.iter().map(|agreement| {
        let event = Event {
            event_time: time(agreement.agreed_at.unwrap_or(agreement.at).floor()),
            validity_duration: agreement.until.map(|end| time(end.floor())),
            entity_id: entity(agreement.by),
            event_type: consent_type(agreement.method),
            event_state: State::Given,
        };
        (agreement.at.floor(), event)
    });
    let event_type = agreed
        .last()
        .map_or("expressed", |agreement| consent_type(agreement.method));
    let concerns = |scope| agreed.iter().any(|agreement| agreement.scope.meets(scope));
    let withdrawn = receipt
        .withdrawn
        .iter()
        .filter(|withdrawal| concerns(withdrawal.scope));
    let withdrawn = withdrawn.map(|withdrawal| {
        let event = Event {
            event_time: match withdrawal.wall {
                Some(wall) => rfc3339(Duration::from_micros(wall), 0),
                None => time(withdrawal.at.floor()),
            },
            validity_duration: None,
            entity_id: entity(withdrawal.by),
            event_type,
            event_state: State::Withdrawn,
        };
        (withdrawal.at.floor(), event)
    });
    let mut ends = Vec::new();
    for held in &receipt.held {
        let is_end = matches!(held.ended, Some(Ending::Expired | Ending::Superseded));
        if let (true, true, Some(end)) =
            (is_end, held.notices.contains(&notice.digest), held.until_ms)
            && !ends.contains(&end)
        {
            ends.push(end);
        }
    }
    let expired = ends.into_iter().map(|end| {
        let event = Event {
            event_time: time(end),
            validity_duration: None,
            entity_id: "pii_controller",
            event_type,
            event_state: State::Expired,
        };
        (end, event)
    });
    let mut events: Vec<_> = given.chain(withdrawn).chain(expired).collect();
    events.sort_by_key(|(at, _)| *at);
    events.into_iter().map(|(_, event)| event).collect()
}

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
