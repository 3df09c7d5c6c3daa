//! What is held against any bytes. Each module's `check` panics where it does not hold.
//!
//! The targets of `fuzz_targets/` call them with what libFuzzer makes up, `tests/corpus.rs` with what is in `corpus/`.

pub mod encoded;
pub mod frame;
pub mod json;
pub mod ledger;
mod made;
pub mod tag;
pub mod wire;
