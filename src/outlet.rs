use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::{kind::Kinds, purpose::Purposes};

/// A declared destination of frames.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Outlet {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) recipient: Option<String>,
    pub(crate) purposes: Purposes,
    #[serde(default = "Kinds::empty")]
    pub(crate) blanks: Kinds,
}

impl Outlet {
    /// The controller's own; it gets what is cleared for *all* of `purposes`.
    pub fn new(name: &str, purposes: Purposes) -> Self {
        Self {
            name: name.into(),
            recipient: None,
            purposes,
            blanks: Kinds::empty(),
        }
    }

    /// A third party's; its purposes are pairs with this recipient, as [`Meeting::third_party`](crate::Meeting::third_party) names them.
    pub fn recipient(mut self, recipient: &str) -> Self {
        self.recipient = Some(recipient.into());
        self
    }

    /// Withheld frames of these kinds are replaced by empty ones of the same form; those of other kinds are dropped.
    pub const fn blank(mut self, kinds: Kinds) -> Self {
        self.blanks = kinds;
        self
    }
}
