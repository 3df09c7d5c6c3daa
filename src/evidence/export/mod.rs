//! What a ledger says to people and to other systems: pure functions over a [`VerifiedLedger`](crate::ledger::VerifiedLedger).
//!
//! A [`Receipt`] shows somebody what they agreed to and how it was used (GDPR Art. 7(1), 15), an [`ErasureList`] says what must go
//! once they have withdrawn (Art. 7(3), 17(1)(b), 19). Both err on the side of naming too much.
//! The modules speak other standards' vocabularies; what these cannot express is denied, never assumed.
//!
//! Times that end in `_ms` are milliseconds since the meeting's start, and intervals of them are half-open.

pub mod aipref;
pub mod cawg;
mod erasure;
mod outlet;
mod page;
mod purpose;
mod receipt;
mod standing;
pub mod ts27560;
pub mod vcon;
mod wall;

pub use crate::control::history::Ending;
pub use erasure::{Erasure, ErasureList, Recalled};
pub use outlet::Range;
pub use receipt::{Agreement, Attempt, Frames, Held, Receipt, Released, Restriction, Withdrawal};
