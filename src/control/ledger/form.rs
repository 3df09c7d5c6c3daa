//! The one form in which a line is written, and what of it holds whatever the lines before it say: all that `schema/ledger.schema.json` says.

use alloc::string::String;

use serde::Serialize;

use super::{
    beside::Beside,
    entry::{Entry, FORMAT, Line},
    fault::{LedgerFault, of_format},
};
use crate::{
    control::consent::{Grant, Restrainer},
    types::{
        authority::Authority,
        purpose::{Purposes, is_recipient},
        time::Time,
    },
};

/// Whether bytes are those that a value is written in. What is read from any others could be read otherwise by somebody else:
/// keys that are there twice, arrays for objects, null for what is left out, sets by other names.
pub(super) fn is_written_so<T: Serialize>(value: &T, bytes: &[u8]) -> bool {
    serde_json::to_vec(value).is_ok_and(|written| written == bytes)
}

impl Line {
    /// What is wrong with it by itself.
    pub(super) fn form(&self) -> Result<(), LedgerFault> {
        if !self.at.in_range() {
            return Err(LedgerFault::Time);
        }
        let has_wall = matches!(
            self.entry,
            Entry::Resumed { .. }
                | Entry::Withdrew { .. }
                | Entry::Restricted { .. }
                | Entry::Signed { .. }
        );
        if self.wall.is_some() && !has_wall {
            return Err(LedgerFault::Impossible);
        }
        self.entry.form()
    }
}

impl Beside {
    /// Whether it is one by itself, so that the ledger can take it up.
    #[cfg(feature = "std")]
    pub(super) fn has_form(&self) -> bool {
        let narrows = matches!(
            self.entry,
            Entry::Withdrew { .. } | Entry::Restricted { .. }
        );
        narrows && self.entry.form().is_ok()
    }
}

impl Entry {
    fn form(&self) -> Result<(), LedgerFault> {
        if let Self::Opened { format, .. } = self
            && *format != FORMAT
        {
            return Err(of_format(Some((*format).into())));
        }
        if self.is_formed() {
            Ok(())
        } else {
            Err(LedgerFault::NotAnEntry)
        }
    }

    fn is_formed(&self) -> bool {
        let is_some = |id: &Option<String>| id.as_ref().is_none_or(|id| !id.is_empty());
        let in_range = |time: Option<Time>| time.is_none_or(Time::in_range);
        match self {
            Self::Opened {
                meeting,
                started,
                participants,
                ..
            } => !meeting.is_empty() && !started.is_forgotten() && *participants > 0,
            Self::Joined { who, guardian, .. } => !who.is_empty() && is_some(guardian),
            Self::Left { who } | Self::Withdrew { who, .. } => !who.is_empty(),
            Self::Granted { who, by, grant } => {
                let Grant { at, until, .. } = grant;
                let agrees = matches!(by, Authority::Participant | Authority::Guardian);
                !who.is_empty() && agrees && in_range(*at) && in_range(*until)
            }
            // Also with times that are out of range: it is what somebody tried.
            Self::Refused { who, .. } => is_some(who),
            Self::Restricted { who, by, .. } | Self::Lifted { who, by, .. } => {
                is_some(who) && Restrainer::new(*by, who.is_none()).is_some()
            }
            Self::Expired { who, scopes } => !who.is_empty() && !scopes.is_empty(),
            Self::Named {
                purpose,
                recipient,
                pair,
            } => {
                let own = Purposes::FIRST_PARTY;
                let is_own = purpose.is_single() && own.contains(*purpose);
                let is_pair = pair.is_single() && !own.contains(*pair);
                is_own && is_pair && is_recipient(recipient)
            }
            Self::StreamOpened { owner, alone, .. } => {
                is_some(owner) && (!alone || owner.is_some())
            }
            Self::OutletOpened {
                name, recipient, ..
            } => !name.is_empty() && recipient.as_deref().is_none_or(is_recipient),
            Self::Settled { taps, .. } => taps.iter().all(|tap| in_range(tap.last)),
            Self::Resumed { .. }
            | Self::Shown { .. }
            | Self::Superseded { .. }
            | Self::Counted { .. }
            | Self::Signed { .. }
            | Self::Ended {} => true,
        }
    }
}
