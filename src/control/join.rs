//! Joining: who comes, and who consents for them.

use core::fmt;

use crate::{control::consent::PublicKey, types::masked};

/// Somebody who comes into a meeting, and who agrees for them: there is no default.
///
/// Ids are the client's names for people, unique in the meeting. The client must make sure that an id stands for the right person.
#[derive(Clone, Copy)]
#[must_use]
pub struct JoinOptions<'a> {
    pub(crate) id: &'a str,
    pub(crate) guardian: Option<&'a str>,
    pub(crate) key: Option<PublicKey>,
}

impl<'a> JoinOptions<'a> {
    /// Returns the options for an adult, who agrees for themselves.
    pub const fn adult(id: &'a str) -> Self {
        Self {
            id,
            guardian: None,
            key: None,
        }
    }

    /// Returns the options for somebody for whom `guardian`, another person's id, agrees (GDPR Art. 8).
    /// Either withdraws, and what the person themselves refuses stays closed while they stay.
    ///
    /// Without a [key](JoinOptions::key), both who the guardian is and that they agreed rest on the client's word: the ledger proves only
    /// that the client said so, and a receipt has the agreement as not signed. With a key, only its holder agrees, and the ledger proves that they did;
    /// the client must make sure at joining that the key is the guardian's.
    ///
    /// The guardian is bound to the id: as long as the meeting lasts, the id joins neither with another guardian nor without one.
    pub const fn with_guardian(id: &'a str, guardian: &'a str) -> Self {
        Self {
            id,
            guardian: Some(guardian),
            key: None,
        }
    }

    /// Requires that agreements are signed with this key (Ed25519), by the person or, if they have one, their guardian, from now on and whenever this id joins again.
    ///
    /// Without a key the client is trusted to say what people agreed to. The client must make sure that the key is the person's.
    pub const fn key(mut self, key: PublicKey) -> Self {
        self.key = Some(key);
        self
    }
}

impl fmt::Debug for JoinOptions<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let length = |id: &str| masked::Bytes(id.len());
        f.debug_struct("JoinOptions")
            .field("id", &length(self.id))
            .field("guardian", &self.guardian.map(length))
            .field("key", &self.key)
            .finish()
    }
}
