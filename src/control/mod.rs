//! The control half: who is there, what they agreed to, and what is published of it. Off the media threads; it may allocate.

pub(crate) mod agreed;
pub(crate) mod consent;
pub(crate) mod groups;
pub(crate) mod history;
pub(crate) mod join;
pub(crate) mod ledger;
pub(crate) mod lives;
pub(crate) mod lock;
pub(crate) mod meeting;
#[cfg(all(test, any(framegate_loom, framegate_shuttle)))]
pub(crate) mod models;
pub(crate) mod options;
pub(crate) mod outlet;
#[cfg(feature = "std")]
pub(crate) mod past;
pub(crate) mod register;
pub(crate) mod registry;
pub(crate) mod seats;
pub(crate) mod serial;
pub(crate) mod state;
pub(crate) mod stream;
pub(crate) mod taps;
pub(crate) mod traffic;
pub(crate) mod verified;
#[cfg(feature = "std")]
pub(crate) mod withdrawals;
