//! The examples `meeting` and `ledger`, as programs: what goes in, and what comes out.

#![cfg(feature = "std")]

mod captions;
#[path = "../common/mod.rs"]
mod common;
mod containers;
mod meeting;
mod small;
mod spoofed;
