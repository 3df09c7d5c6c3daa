use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Digest, Signed};
use crate::{
    kind::{Kind, Kinds},
    purpose::Purposes,
    time::Time,
};

/// Kinds × purposes: each of the kinds for each of the purposes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
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

    /// Where no kinds are named, of all; where no purposes are, for all: what whoever withdraws means.
    pub(crate) fn or_everything(self) -> Self {
        let Self { kinds, purposes } = self;
        Self {
            kinds: if kinds.is_empty() {
                Kinds::all()
            } else {
                kinds
            },
            purposes: if purposes.is_empty() {
                Purposes::all()
            } else {
                purposes
            },
        }
    }

    pub(crate) fn contains(self, other: Self) -> bool {
        self.kinds.contains(other.kinds) && self.purposes.contains(other.purposes)
    }

    pub(crate) fn covers(self, kind: Kind, purpose: Purposes) -> bool {
        self.kinds.contains(kind.into()) && self.purposes.contains(purpose)
    }

    /// Whether there is something that both cover.
    pub(crate) fn meets(self, other: Self) -> bool {
        self.kinds.intersects(other.kinds) && self.purposes.intersects(other.purposes)
    }

    /// What is left without `other`, in two parts of which either may be empty.
    pub(crate) fn without(self, other: Self) -> [Self; 2] {
        [
            Self::new(self.kinds - other.kinds, self.purposes),
            Self::new(self.kinds & other.kinds, self.purposes - other.purposes),
        ]
    }

    /// Each kind with each purpose.
    // A list and not an iterator: the compiler would specialise the loops over it for minutes.
    pub(crate) fn cells(self) -> Vec<(Kind, Purposes)> {
        let mut cells = Vec::new();
        for kind in Kind::each(self.kinds) {
            let purposes = Purposes::each().filter(|purpose| self.purposes.contains(*purpose));
            cells.extend(purposes.map(|purpose| (kind, purpose)));
        }
        cells
    }

    pub(crate) fn is_empty(self) -> bool {
        self.kinds.is_empty() || self.purposes.is_empty()
    }
}

/// How a person agreed. Silence, pre-ticked boxes and terms of service are not consent (GDPR Rec. 32) and have no variant here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Method {
    /// They pressed a control that said so.
    Clicked,
    /// They wrote it.
    Typed,
    /// They said it.
    Spoken,
    /// They signed it, with the key that they joined with: without a signature it is refused ([`Refusal::Unsigned`](crate::Refusal::Unsigned)).
    Signed,
}

impl Method {
    /// The name in lower case, as files and signatures write it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Clicked => "clicked",
            Self::Typed => "typed",
            Self::Spoken => "spoken",
            Self::Signed => "signed",
        }
    }

    /// Whether it is a statement of the person's own, as recognising who somebody is needs (GDPR Art. 9(2)(a)); a click is none.
    #[must_use]
    pub const fn is_explicit(self) -> bool {
        !matches!(self, Self::Clicked)
    }
}

/// One act of agreeing.
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::{Authority, Grant, Method, Time};
///
/// # let scene::Scene { mut meeting, ben, scope, notice, .. } = scene::scene();
/// // Ben said yes a moment ago, for half an hour.
/// let grant = Grant::new(notice, scope, Method::Spoken)
///     .at(Time::from_millis(59_000))
///     .until(Time::from_millis(60_000 + 30 * 60_000));
/// meeting.grant(Authority::Participant, ben, &grant, Time::from_millis(60_000))?;
/// # Ok::<(), framegate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Grant {
    /// The notice that was shown.
    pub notice: Digest,
    /// What was agreed to: never more than the notice describes, and no third party's purpose that the meeting names only later.
    pub scope: Scope,
    /// How.
    pub method: Method,
    /// When the person agreed, if that was before the meeting is told. The grant holds only from when it is told, and only if the person agreed
    /// in this stay, after the notice was shown and after anything of it was withdrawn last ([`Refusal::AgreedEarlier`](crate::Refusal::AgreedEarlier)).
    ///
    /// Without it they agree now: whoever tells of it later than it was, as over a network, says when it was.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Time>,
    /// When it ends by itself, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// The person's signature, which one who joined with a key must give.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signed: Option<Signed>,
}

impl Grant {
    /// An agreement to `scope` under `notice`, without an end.
    pub const fn new(notice: Digest, scope: Scope, method: Method) -> Self {
        Self {
            notice,
            scope,
            method,
            at: None,
            until: None,
            signed: None,
        }
    }

    /// The person agreed at `time`.
    pub const fn at(mut self, time: Time) -> Self {
        self.at = Some(time);
        self
    }

    /// Ends by itself at `end`.
    pub const fn until(mut self, end: Time) -> Self {
        self.until = Some(end);
        self
    }

    /// With the person's signature.
    pub fn signed(mut self, signed: Signed) -> Self {
        self.signed = Some(signed);
        self
    }
}
