//! What outlives a meeting: seals, the check before training, what a ledger says, and tags on the wire.

pub(crate) mod archive;
pub(crate) mod canonical;
pub mod export;
pub(crate) mod seal;
pub(crate) mod verify;
pub mod wire;
