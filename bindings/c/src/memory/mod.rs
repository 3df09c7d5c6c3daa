//! What comes from outside: addresses, callbacks, and handles of what is freed. All unsafe code of this package is in this folder.
//!
//! A value of a type of `read` or `write` is made by a C caller alone. What a caller must ensure stands at the head of `framegate.h`;
//! each SAFETY quotes the words that it relies on, and `layout.rs` checks that they stand there.
//! What can be checked is checked here: null, alignment, sizes, lengths, UTF-8.

mod callback;
#[cfg(unix)]
mod forking;
mod place;
pub(super) mod plain;
mod read;
mod write;

#[cfg(unix)]
pub(super) use forking::handle_forks;
pub(super) use {callback::*, place::*, plain::*, read::*, write::*};
