//! Withdrawals while somebody else writes the ledger: they lie in a file beside it until its writer enters them.

use serde::{Deserialize, Serialize};

use super::entry::{Entry, Head};
use crate::types::wall_time::WallTime;

/// A withdrawal or a restriction that was made while a running meeting had the ledger, and lies beside it for that meeting to enter. It holds all the same.
///
/// The file's name is the ledger's with `.withdrawals`; each of its lines is one of these in JSON, in one form as the ledger's lines are. Lines are only ever added to it:
/// the ledger has taken up a line if one of its own has the same `wall`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::exhaustive_structs, reason = "made by its fields")]
pub struct Beside {
    /// When it was made.
    pub wall: WallTime,
    /// How far the ledger went when it was made.
    pub head: Head,
    /// What: [`Entry::Withdrew`] or [`Entry::Restricted`].
    pub entry: Entry,
}
