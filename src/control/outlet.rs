//! A destination of frames to be opened.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use crate::types::{kind::Kinds, purpose::Purposes};

/// A declared destination of frames.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct OutletOptions {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) recipient: Option<String>,
    pub(crate) purposes: Purposes,
    #[serde(default = "Kinds::empty")]
    pub(crate) blanks: Kinds,
}

impl OutletOptions {
    /// Returns the options for an outlet of the controller's own. It gets only what is cleared for *all* of `purposes`.
    pub fn new(name: &str, purposes: Purposes) -> Self {
        Self {
            name: name.into(),
            recipient: None,
            purposes,
            blanks: Kinds::empty(),
        }
    }

    /// Makes it a third party's outlet: all its purposes must be pairs with this recipient, as named by [`Meeting::third_party`](crate::Meeting::third_party).
    pub fn recipient(mut self, recipient: &str) -> Self {
        self.recipient = Some(recipient.into());
        self
    }

    /// Replaces withheld frames of these kinds by empty ones of the same form, if their format has such: [`Format`](crate::format::Format) lists them, and
    /// [`Tap::admit`](crate::Tap::admit) blanks encoded frames alone. Frames of other kinds, and those withheld for a fault, are dropped.
    pub const fn blank(mut self, kinds: Kinds) -> Self {
        self.blanks = kinds;
        self
    }
}
