//! Consent inside a vCon, the container of a conversation: the consent attachment of `draft-howe-vcon-consent-00`,
//! and that of `draft-howe-vcon-lawful-basis-02`, which replaces it.
//!
//! Both are about one party and one dialog, here what one outlet got, and about purposes without kinds.
//! So a purpose is granted only if consent to it held for all that the outlet may have of the person, of each kind, and has not been withdrawn.
//! All other purposes are listed too, as not granted. Either attachment must be protected by the vCon's own signature, as the drafts say.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use serde::{Deserialize, Serialize};

use super::{
    moment::Moment,
    outlet,
    purpose::{self, Named},
    standing::Standing,
};
use crate::{
    control::{
        consent::Method,
        ledger::{Entry, Head, Line},
        verified::VerifiedLedger,
    },
    types::{
        digest::Digest,
        ids::OutletId,
        purpose::Purposes,
        time::{Millis, NEVER},
        wall_time::WallTime,
    },
};

/// Which party and dialog of the vCon an attachment is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct Dialog {
    /// The person's index in `parties`.
    pub party: u32,
    /// The index in `dialog` of what the outlet got.
    pub dialog: u32,
    /// The outlet.
    pub outlet: OutletId,
}

/// The attachment of `draft-howe-vcon-consent-00`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Consent {
    /// `consent`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// As of when this holds: the ledger's last entry (RFC 3339, as all times here).
    pub start: String,
    /// When the first of what is granted ends by itself; null if nothing does.
    pub expiration: Option<String>,
    /// The person's index in `parties`.
    pub party: u32,
    /// The index in `dialog`.
    pub dialog: u32,
    /// Each purpose.
    pub consents: Vec<Purpose>,
    /// What shows it.
    pub proof: Vec<Proof>,
}

/// One purpose. The draft names the same twice, in "Granular Consent Management" and in "Consent Objects"; so does this.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Purpose {
    /// The purpose: `recording`, `transcription` and `analysis` as the draft calls them, the others by their own names,
    /// a third party's as `recording@ACME Ltd`.
    pub purpose: String,
    /// The same.
    pub consent: String,
    /// How it stands.
    pub status: Status,
    /// Whether it is granted.
    pub value: bool,
    /// Since when.
    pub timestamp: String,
}

/// How consent to a purpose stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum Status {
    /// Granted.
    Granted,
    /// Not granted, or not for all that was released.
    Denied,
    /// Withdrawn.
    Revoked,
    /// Ended by itself, or its notice was superseded.
    Expired,
}

/// A line of the ledger in which somebody agreed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Proof {
    /// `framegate_ledger`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The hash of the line.
    pub value: Digest,
    /// When they agreed.
    pub timestamp: String,
}

/// The attachment of `draft-howe-vcon-lawful-basis-02`, "Attachment Container".
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::export::vcon::{Dialog, LawfulBasis};
///
/// # let scene = scene::scene();
/// let dialog = Dialog { party: 0, dialog: 0, outlet: scene.recorder.id() };
/// let attachment = LawfulBasis::of(&scene.ledger(), "ada", &dialog).expect("she joined");
/// let json = serde_json::to_string(&attachment)?;
/// # let _ = json;
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LawfulBasis {
    /// `lawful_basis`; also to be named in the vCon's `extensions`.
    pub purpose: &'static str,
    /// As of when this holds: the ledger's last entry.
    pub start: String,
    /// The person's index in `parties`.
    pub party: u32,
    /// The index in `dialog`.
    pub dialog: u32,
    /// `json`.
    pub encoding: &'static str,
    /// What it says.
    pub body: Body,
}

/// "Lawful Basis Body Structure".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Body {
    /// `consent` (GDPR Art. 6(1)(a)); the gate knows no other.
    pub lawful_basis: &'static str,
    /// When the first of what is granted ends by itself; null if nothing does.
    pub expiration: Option<String>,
    /// Each purpose.
    pub purpose_grants: Vec<PurposeGrant>,
    /// What shows it.
    pub proof_mechanisms: Vec<ProofMechanism>,
}

/// "Purpose Grant Objects".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct PurposeGrant {
    /// The purpose, named as in [`Purpose`].
    pub purpose: String,
    /// Whether it is granted.
    pub granted: bool,
    /// Since when it has been granted, or not granted.
    pub granted_at: String,
}

/// "Proof Mechanism Objects".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ProofMechanism {
    /// `external_system`: the ledger is no part of the vCon, and its signatures are no COSE.
    pub proof_type: &'static str,
    /// When they agreed.
    pub timestamp: String,
    /// Where.
    pub proof_data: ProofData,
}

/// Where in which ledger somebody agreed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ProofData {
    /// How far the ledger goes.
    pub ledger: Head,
    /// The number of the entry.
    pub entry: u64,
    /// The hash of its line.
    pub hash: Digest,
    /// How they agreed.
    pub method: Method,
    /// The notice that was shown.
    pub notice: Digest,
}

impl Consent {
    /// Returns the attachment for one person, by id; `None` for somebody who never joined, and for an unknown outlet.
    #[must_use]
    pub fn of(ledger: &VerifiedLedger, id: &str, of: &Dialog) -> Option<Self> {
        let state = State::of(ledger, id, of)?;
        let consents = state.purposes.iter().map(|(purpose, standing)| Purpose {
            purpose: purpose.clone(),
            consent: purpose.clone(),
            status: match standing {
                Standing::Granted { .. } => Status::Granted,
                Standing::Expired { .. } => Status::Expired,
                Standing::Denied => Status::Denied,
                Standing::Revoked { .. } => Status::Revoked,
            },
            value: is_granted(standing),
            timestamp: state.time_of(standing),
        });
        let proof = state.proofs.iter().map(|(at, proof)| Proof {
            kind: "framegate_ledger",
            value: proof.hash,
            timestamp: state.date(*at),
        });
        Some(Self {
            kind: "consent",
            start: state.date(state.now),
            expiration: state.expiration(),
            party: of.party,
            dialog: of.dialog,
            consents: consents.collect(),
            proof: proof.collect(),
        })
    }
}

impl LawfulBasis {
    /// Returns the attachment for one person, by id; `None` for somebody who never joined, and for an unknown outlet.
    #[must_use]
    pub fn of(ledger: &VerifiedLedger, id: &str, of: &Dialog) -> Option<Self> {
        let state = State::of(ledger, id, of)?;
        let grants = state
            .purposes
            .iter()
            .map(|(purpose, standing)| PurposeGrant {
                purpose: purpose.clone(),
                granted: is_granted(standing),
                granted_at: state.time_of(standing),
            });
        let proofs = state.proofs.iter().map(|(at, proof)| ProofMechanism {
            proof_type: "external_system",
            timestamp: state.date(*at),
            proof_data: *proof,
        });
        Some(Self {
            purpose: "lawful_basis",
            start: state.date(state.now),
            party: of.party,
            dialog: of.dialog,
            encoding: "json",
            body: Body {
                lawful_basis: "consent",
                expiration: state.expiration(),
                purpose_grants: grants.collect(),
                proof_mechanisms: proofs.collect(),
            },
        })
    }
}

/// What both attachments say.
struct State {
    started: WallTime,
    /// When the ledger's last entry was made.
    now: Millis,
    purposes: Vec<(String, Standing)>,
    /// When they agreed, and where.
    proofs: Vec<(Millis, ProofData)>,
}

impl State {
    fn of(ledger: &VerifiedLedger, id: &str, of: &Dialog) -> Option<Self> {
        let history = ledger.history(id)?;
        let lines = ledger.lines_of(history);
        let started = ledger.started();
        let ledger = ledger.ledger();
        let outlet = outlet::declared(ledger).find(|outlet| outlet.outlet == of.outlet)?;
        let named = purpose::all(ledger);
        let standing =
            |named: &Named<'_>| (label(named), Standing::of(history, &outlet, named.bit));
        let proof = |(index, line): (usize, &Line)| {
            let Entry::Granted { grant, .. } = &line.entry else {
                return None;
            };
            let data = ProofData {
                ledger: ledger.head,
                entry: line.n,
                hash: ledger.hash(index),
                method: grant.method,
                notice: grant.notice,
            };
            Some((line.at.floor(), data))
        };
        Some(Self {
            started,
            now: ledger.lines.last()?.at.floor(),
            purposes: named.iter().map(standing).collect(),
            proofs: lines.filter_map(proof).collect(),
        })
    }

    fn date(&self, at: Millis) -> String {
        Moment::from_millis(self.started, at).date.to_string()
    }

    fn time_of(&self, standing: &Standing) -> String {
        let at = match standing {
            Standing::Granted { since, .. } => *since,
            Standing::Expired { at } | Standing::Revoked { at } => *at,
            Standing::Denied => self.now,
        };
        self.date(at)
    }

    fn expiration(&self) -> Option<String> {
        let ends = self
            .purposes
            .iter()
            .filter_map(|(_, standing)| match standing {
                Standing::Granted { until, .. } if *until < NEVER => Some(*until),
                _ => None,
            });
        ends.min().map(|end| self.date(end))
    }
}

fn is_granted(standing: &Standing) -> bool {
    matches!(standing, Standing::Granted { .. })
}

fn label(named: &Named<'_>) -> String {
    let name = match named.purpose {
        Purposes::RECORD => "recording",
        Purposes::TRANSCRIBE => "transcription",
        Purposes::ANALYTICS => "analysis",
        Purposes::ASSIST => "assist",
        Purposes::TRAIN => "train",
        Purposes::REVIEW => "review",
        Purposes::PUBLISH => "publish",
        Purposes::DERIVE => "derive",
        Purposes::IDENTIFY => "identify",
        _ => "unknown",
    };
    match named.recipient {
        Some(recipient) => format!("{name}@{recipient}"),
        None => name.into(),
    }
}
