//! What a ledger says to people and to other systems: pure functions over a [`VerifiedLedger`](crate::ledger::VerifiedLedger).
//!
//! A [`Receipt`] shows somebody what they agreed to and how it was used (GDPR Art. 7(1), 15), an [`ErasureList`] says what must go
//! once they have withdrawn (Art. 7(3), 17(1)(b), 19). Both err on the side of naming too much.
//! The modules speak other standards' vocabularies; what these cannot express is denied, never assumed.
//!
//! All have dates: the ledger's first line says [when the meeting started](crate::ledger::VerifiedLedger::started), whoever exports it says nothing of that.
//! Times are [`Moment`]s, and intervals of them are half-open.

pub mod aipref;
pub mod cawg;
mod erasure;
mod moment;
mod outlet;
mod page;
mod purpose;
mod receipt;
mod standing;
pub mod ts27560;
pub mod vcon;

pub use crate::control::history::Ending;
pub use erasure::{Erasure, ErasureList, Recalled};
pub use moment::Moment;
pub use outlet::Range;
pub use receipt::{Agreement, Attempt, Frames, Held, Receipt, Released, Restriction, Withdrawal};
