use crate::{kind::Kind, kind::Kinds, purpose::Purposes, time::Time};

use super::Digest;

/// In whose name something is asked of a meeting.
///
/// Only the person opens, or the guardian of one who needs one; the others can only narrow (R2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Authority {
    /// The data subject.
    Participant,
    /// The guardian named when the data subject joined (GDPR Art. 8).
    Guardian,
    /// The meeting's host.
    Host,
    /// An administrator of the organisation.
    Administrator,
    /// The service's vendor.
    Vendor,
}

impl Authority {
    /// The name in lower case, as files and reports write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Participant => "participant",
            Self::Guardian => "guardian",
            Self::Host => "host",
            Self::Administrator => "administrator",
            Self::Vendor => "vendor",
        }
    }
}

/// Kinds × purposes: each of the kinds for each of the purposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Scope {
    /// The kinds.
    pub kinds: Kinds,
    /// The purposes.
    pub purposes: Purposes,
}

impl Scope {
    /// Every kind for every purpose, third parties' included.
    pub const ALL: Self = Self {
        kinds: Kinds::all(),
        purposes: Purposes::all(),
    };

    /// Each of `kinds` for each of `purposes`.
    #[must_use]
    pub const fn new(kinds: Kinds, purposes: Purposes) -> Self {
        Self { kinds, purposes }
    }

    pub(crate) fn contains(self, other: Self) -> bool {
        self.kinds.contains(other.kinds) && self.purposes.contains(other.purposes)
    }

    pub(crate) fn covers(self, kind: Kind, purpose: Purposes) -> bool {
        self.kinds.contains(kind.into()) && self.purposes.contains(purpose)
    }

    pub(crate) fn is_empty(self) -> bool {
        self.kinds.is_empty() || self.purposes.is_empty()
    }
}

/// How a person agreed. Silence, a box ticked beforehand and terms of service are no consent (GDPR Rec. 32) and have no word here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Method {
    /// They pressed a control that said so.
    Clicked,
    /// They wrote it.
    Typed,
    /// They said it.
    Spoken,
    /// They signed it.
    Signed,
}

/// One act of agreeing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
pub struct Grant {
    /// The notice that was shown.
    pub notice: Digest,
    /// What was agreed to: never more than the notice describes.
    pub scope: Scope,
    /// How.
    pub method: Method,
    /// When it ends by itself, if it does.
    pub until: Option<Time>,
}

impl Grant {
    /// An agreement to `scope` under `notice`, without an end.
    pub const fn new(notice: Digest, scope: Scope, method: Method) -> Self {
        Self {
            notice,
            scope,
            method,
            until: None,
        }
    }

    /// Ends by itself at `end`.
    pub const fn until(mut self, end: Time) -> Self {
        self.until = Some(end);
        self
    }
}
