//! One act of agreeing.

use serde::{Deserialize, Serialize};

use super::{scope::Scope, signature::Signed};
use crate::types::{digest::Digest, time::Time, word::words};

/// How a person agreed. Silence, pre-ticked boxes and terms of service are not consent (GDPR Rec. 32) and have no variant here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
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

words! { Method, "method": Clicked = "clicked", Typed = "typed", Spoken = "spoken", Signed = "signed" }

impl Method {
    /// Returns whether the method is an explicit statement, as [`Purposes::IDENTIFY`](crate::Purposes::IDENTIFY) needs (GDPR Art. 9(2)(a)); a click is none.
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
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct Grant {
    /// The notice that was shown.
    pub notice: Digest,
    /// What was agreed to: never more than the notice describes, and no third party's purpose that the meeting names only later.
    pub scope: Scope,
    /// How.
    pub method: Method,
    /// When the person agreed, if that was before this call. The grant holds only from the call on, and only if the person agreed
    /// in this stay, after the notice was shown and after anything of it was withdrawn last ([`Refusal::AgreedEarlier`](crate::Refusal::AgreedEarlier)).
    ///
    /// Without it they agree now: a client that reports later than the person agreed, as over a network, sets it.
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
    /// Returns an agreement to `scope` under `notice`, without an end, made when it is entered.
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

    /// Sets when the person agreed.
    pub const fn at(mut self, time: Time) -> Self {
        self.at = Some(time);
        self
    }

    /// Sets when the agreement ends by itself: it holds before `end`, and no longer at `end`.
    pub const fn until(mut self, end: Time) -> Self {
        self.until = Some(end);
        self
    }

    /// Adds the person's signature over [`Grant::message`].
    pub fn signed(mut self, signed: Signed) -> Self {
        self.signed = Some(signed);
        self
    }
}
