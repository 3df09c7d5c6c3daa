//! Joining: who comes, and who consents for them.

use core::fmt;

use crate::{control::consent::PublicKey, types::masked};

/// Somebody who comes into a meeting, and who agrees for them: there is no default.
///
/// Ids are the client's names for people, unique in the meeting. That an id is who it says is the client's to make sure.
#[derive(Clone, Copy)]
#[must_use]
pub struct JoinOptions<'a> {
    pub(crate) id: &'a str,
    pub(crate) guardian: Option<&'a str>,
    pub(crate) key: Option<PublicKey>,
}

impl<'a> JoinOptions<'a> {
    /// An adult, who agrees for themselves.
    pub const fn adult(id: &'a str) -> Self {
        Self {
            id,
            guardian: None,
            key: None,
        }
    }

    /// Somebody for whom `guardian`, another person's id, agrees (GDPR Art. 8).
    /// Either withdraws, and what the person themselves refuses stays closed while they stay.
    ///
    /// Without a [key](JoinOptions::key), that somebody is the guardian and what they agreed to is the word of whoever runs the client, who could name
    /// anybody, themselves too: the ledger then proves that this was said, and a receipt has such an agreement as not signed. With a key only
    /// whoever holds it agrees, and the ledger proves that they did; that it is the guardian's is for the client to make sure at joining.
    ///
    /// The guardian is bound to the id: as long as the meeting lasts, it joins with no other, nor without one.
    pub const fn with_guardian(id: &'a str, guardian: &'a str) -> Self {
        Self {
            id,
            guardian: Some(guardian),
            key: None,
        }
    }

    /// Requires whoever agrees for them to sign with this key, from now on and whenever this id joins again.
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
