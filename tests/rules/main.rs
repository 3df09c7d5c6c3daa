//! What may be released and what may not, rule by rule: the tests' names begin with the rule's.

#![cfg(feature = "std")]

mod agreed;
mod alone;
mod bad_input;
mod clock;
#[path = "../common/mod.rs"]
mod common;
mod composition;
mod debug;
mod derived;
mod events;
mod faults;
mod foreign;
mod guardian;
mod lineage;
mod misuse;
mod parties;
mod records;
mod rooms;
mod settled;
mod signers;
mod threads;
mod untouched;
mod waits;
