//! The words that all of the crate shares. No atomics, no I/O but drawing a meeting's instance and reading the time of day.

pub(crate) mod argument;
pub(crate) mod authority;
pub(crate) mod cause;
pub(crate) mod cells;
pub(crate) mod digest;
pub(crate) mod error;
pub(crate) mod fault;
pub(crate) mod hex;
pub(crate) mod ids;
pub(crate) mod instance;
pub(crate) mod kind;
pub(crate) mod masked;
pub(crate) mod purpose;
pub(crate) mod refusal;
pub(crate) mod region;
pub(crate) mod signer_error;
pub(crate) mod store_error;
pub(crate) mod tag;
pub(crate) mod time;
pub(crate) mod verdict;
pub(crate) mod wall_time;
pub(crate) mod word;
