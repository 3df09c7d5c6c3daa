//! The entries of a ledger, its lines and its head.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use crate::{
    control::consent::{Grant, Notice, PublicKey, Scope},
    shared::{settling::TapRelease, tap_state::Counters},
    types::{
        authority::Authority,
        digest::Digest,
        ids::{OutletId, StreamId},
        instance::Instance,
        kind::{Kind, Kinds},
        masked,
        purpose::Purposes,
        refusal::Refusal,
        time::Time,
        wall_time::WallTime,
    },
};

/// The format of ledgers as the first line has it.
pub(super) const FORMAT: u16 = 4;

/// What happened. People are named by their ids, which are unique among those present.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Entry {
    /// The meeting began: always the first entry.
    Opened {
        /// Of which format the ledger is: [`Ledger::FORMAT`](crate::ledger::Ledger::FORMAT).
        format: u16,
        /// Which meeting it is.
        instance: Instance,
        /// Its id, which another meeting may have, too.
        meeting: String,
        /// The time of day at its start, by the client's clock.
        started: WallTime,
        /// For how many participants at a time there is room.
        participants: u16,
    },
    /// The meeting went on after a crash. If the ledger's last line was torn, everybody's consent ended, as that line may have been a withdrawal.
    Resumed {
        /// Whether it was.
        torn: bool,
    },
    /// Somebody came in.
    Joined {
        /// Their id.
        who: String,
        /// The id of who agrees for them, if they have a guardian.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        guardian: Option<String>,
        /// The key that agreements must be signed with, if there is one.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        key: Option<PublicKey>,
    },
    /// Somebody went, and everything of theirs closed.
    Left {
        /// Their id.
        who: String,
    },
    /// A notice was shown.
    Shown {
        /// It.
        notice: Notice,
    },
    /// A notice stopped covering.
    Superseded {
        /// The digest of its text.
        notice: Digest,
    },
    /// Somebody agreed.
    Granted {
        /// Whose consent it is.
        who: String,
        /// Who agreed: they, or their guardian.
        by: Authority,
        /// To what.
        grant: Grant,
    },
    /// Somebody tried to agree who could not, or not in this way. Nothing changed.
    Refused {
        /// Whose consent it would have been; `None` if they were not in the meeting.
        who: Option<String>,
        /// Who tried.
        by: Authority,
        /// To what.
        grant: Grant,
        /// Why not.
        why: Refusal,
    },
    /// Somebody refused, or withdrew.
    Withdrew {
        /// Whose consent it is.
        who: String,
        /// Who withdrew.
        by: Authority,
        /// What.
        scope: Scope,
    },
    /// A restriction began.
    Restricted {
        /// Over whom; none for everybody.
        who: Option<String>,
        /// Whose restriction it is.
        by: Authority,
        /// Of what.
        scope: Scope,
    },
    /// A restriction was taken back.
    Lifted {
        /// Over whom; none for everybody.
        who: Option<String>,
        /// Whose restriction it was.
        by: Authority,
        /// Of what.
        scope: Scope,
    },
    /// What somebody had agreed to came to its end by itself.
    Expired {
        /// Whose consent it was.
        who: String,
        /// To what.
        scopes: Vec<Scope>,
    },
    /// A pair of a purpose and a third party got its bit.
    Named {
        /// The purpose.
        purpose: Purposes,
        /// The third party.
        recipient: String,
        /// The bit.
        pair: Purposes,
    },
    /// A stream was registered.
    StreamOpened {
        /// Its number.
        stream: StreamId,
        /// Its kind.
        kind: Kind,
        /// Its owner's id; none for a mix or a composite.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        owner: Option<String>,
        /// Whether its frames name nobody but its owner.
        #[serde(default, skip_serializing_if = "core::ops::Not::not")]
        alone: bool,
    },
    /// A destination was declared.
    OutletOpened {
        /// Its number.
        outlet: OutletId,
        /// Its name.
        name: String,
        /// The third party to whom it leads; none for the controller's own.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        recipient: Option<String>,
        /// Its purposes.
        purposes: Purposes,
        /// The kinds for which it takes empty frames in place of withheld ones.
        blanks: Kinds,
    },
    /// A narrowing had settled, or was given up on while some tap was still in a release.
    Settled {
        /// The number of entries once the narrowing was entered, itself included.
        narrowing: u64,
        /// How far each tap had come that can carry whoever it is about, in the order of opening: those of all streams but of other people's
        /// [alone](crate::StreamOptions::alone), and without those of which an earlier line says that they are closed.
        taps: Vec<TapRelease>,
    },
    /// What went through each tap so far.
    Counted {
        /// The taps, in the order of opening.
        taps: Vec<TapCount>,
    },
    /// The client's device vouches for all entries before this one.
    Signed {
        /// The device's key.
        device: PublicKey,
        /// Its Ed25519 signature over [`Head::message`] of the entries before.
        #[serde(with = "crate::types::hex")]
        signature: [u8; 64],
    },
    /// The meeting ended, and everything closed for good.
    // Not a unit, of which serde would pass over unknown fields.
    Ended {},
}

masked::debug!(Entry);

impl Entry {
    /// Returns its name, as a ledger's line has it in `event`.
    #[must_use]
    pub const fn name(&self) -> &'static str {
        match self {
            Self::Opened { .. } => "opened",
            Self::Resumed { .. } => "resumed",
            Self::Joined { .. } => "joined",
            Self::Left { .. } => "left",
            Self::Shown { .. } => "shown",
            Self::Superseded { .. } => "superseded",
            Self::Granted { .. } => "granted",
            Self::Refused { .. } => "refused",
            Self::Withdrew { .. } => "withdrew",
            Self::Restricted { .. } => "restricted",
            Self::Lifted { .. } => "lifted",
            Self::Expired { .. } => "expired",
            Self::Named { .. } => "named",
            Self::StreamOpened { .. } => "stream_opened",
            Self::OutletOpened { .. } => "outlet_opened",
            Self::Settled { .. } => "settled",
            Self::Counted { .. } => "counted",
            Self::Signed { .. } => "signed",
            Self::Ended {} => "ended",
        }
    }

    /// Whether it is what a [`Settling`](crate::Settling) is about.
    pub(crate) const fn is_narrowing(&self) -> bool {
        matches!(
            self,
            Self::Withdrew { .. }
                | Self::Left { .. }
                | Self::Restricted { .. }
                | Self::Superseded { .. }
                | Self::Ended {}
        )
    }

    /// Whether it can have narrowed what somebody of this id agreed to.
    pub(crate) fn narrows(&self, id: &str) -> bool {
        match self {
            Self::Withdrew { who, .. } | Self::Left { who } => who == id,
            Self::Restricted { who, .. } => who.as_deref().is_none_or(|who| who == id),
            Self::Superseded { .. } | Self::Ended {} => true,
            _ => false,
        }
    }

    /// Whose consent it can have changed; none for everybody's.
    pub(crate) fn whom(&self) -> Option<&str> {
        match self {
            Self::Joined { who, .. }
            | Self::Left { who }
            | Self::Granted { who, .. }
            | Self::Withdrew { who, .. }
            | Self::Expired { who, .. } => Some(who),
            Self::Restricted { who, .. } | Self::Lifted { who, .. } => who.as_deref(),
            _ => None,
        }
    }

    /// The kinds of which it can have changed somebody's consent.
    pub(crate) fn touches(&self) -> Kinds {
        match self {
            Self::Granted { grant, .. } => grant.scope.kinds,
            Self::Withdrew { scope, .. }
            | Self::Restricted { scope, .. }
            | Self::Lifted { scope, .. } => scope.kinds,
            Self::Resumed { .. }
            | Self::Joined { .. }
            | Self::Left { .. }
            | Self::Superseded { .. }
            | Self::Expired { .. }
            | Self::Ended {} => Kinds::all(),
            Self::Opened { .. }
            | Self::Shown { .. }
            | Self::Refused { .. }
            | Self::Named { .. }
            | Self::StreamOpened { .. }
            | Self::OutletOpened { .. }
            | Self::Settled { .. }
            | Self::Counted { .. }
            | Self::Signed { .. } => Kinds::empty(),
        }
    }
}

/// The counters of one tap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct TapCount {
    /// From which stream.
    pub stream: StreamId,
    /// Into which outlet.
    pub outlet: OutletId,
    /// How much.
    pub frames: Counters,
}

/// How far a ledger goes. Keep it apart from the ledger, to see later that nothing was changed or cut off.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct Head {
    /// Of which meeting the ledger is.
    pub instance: Instance,
    /// How many entries there are.
    pub entries: u64,
    /// The hash of the last one's line.
    pub hash: Digest,
}

impl Head {
    /// Of no meeting yet.
    pub(super) const NONE: Self = Self::before(Instance::NONE);

    /// Before the first entry of a meeting.
    pub(crate) const fn before(instance: Instance) -> Self {
        Self {
            instance,
            entries: 0,
            hash: Digest([0; 32]),
        }
    }

    /// Returns the bytes that a device signs to vouch for the head: `framegate head 2`, the 16 bytes of the meeting's instance, the number of entries as 64 bits big-endian,
    /// the 32 bytes of the hash.
    #[must_use]
    pub fn message(&self) -> Vec<u8> {
        let (instance, entries) = (self.instance.to_bytes(), self.entries.to_be_bytes());
        [&b"framegate head 2"[..], &instance, &entries, &self.hash.0].concat()
    }
}

/// A [`Line`] to be written, of an entry that somebody else has.
#[derive(Serialize)]
struct LineRef<'e> {
    n: u64,
    prev: Digest,
    at: Time,
    #[serde(skip_serializing_if = "Option::is_none")]
    wall: Option<WallTime>,
    entry: &'e Entry,
}

/// The line after a head, with its line feed, and the head that it makes.
pub(crate) fn line_after(
    head: Head,
    at: Time,
    wall: Option<WallTime>,
    entry: &Entry,
) -> Option<(Vec<u8>, Head)> {
    let line = LineRef {
        n: head.entries,
        prev: head.hash,
        at,
        wall,
        entry,
    };
    let mut line = serde_json::to_vec(&line).ok()?;
    let head = Head {
        entries: head.entries + 1,
        hash: Digest::of_bytes(&line),
        ..head
    };
    line.push(b'\n');
    Some((line, head))
}

/// One line of a ledger.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct Line {
    /// Its number, from 0.
    pub n: u64,
    /// The hash of the line before.
    pub prev: Digest,
    /// When it happened.
    pub at: Time,
    /// The time of day of what was entered without a call on the meeting. A meeting that had gone by then has no time
    /// of its own any more, so that `at` is the last entry's. Only resuming, withdrawing, restricting and signing have it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wall: Option<WallTime>,
    /// What happened.
    pub entry: Entry,
}
