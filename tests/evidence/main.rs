//! Ledgers, seals and what follows from them: who can read them, what shows in them, and who goes on from them.

mod anchors;
mod clearing;
#[path = "../common/mod.rs"]
mod common;
mod crash;
mod export;
mod hostile;
mod impossible;
mod known;
mod ledger;
mod past;
mod random;
mod reader;
mod schema;
mod seal;
mod serde;
mod verify;
