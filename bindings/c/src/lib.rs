//! The C ABI: every function of `include/framegate.h`, which says what each does, on which threads, and what its caller owes.
//!
//! All unsafe code is in `memory/`, where addresses from outside are followed; `ci/house` checks that. Elsewhere the word stands in
//! `#[unsafe(no_mangle)]` alone, which exports a function by its name.
//! Each call checks what it is given before it changes anything, and none lets a panic out.

#![deny(clippy::undocumented_unsafe_blocks, unsafe_op_in_unsafe_fn)]
#![deny(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::todo,
    clippy::unimplemented,
    clippy::unreachable,
    clippy::unwrap_used
)]
#![cfg_attr(
    test,
    allow(
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic,
        clippy::unwrap_used
    )
)]

extern crate alloc;

mod answer;
mod archive;
mod archived;
mod boundary;
mod callbacks;
mod export;
mod fork;
mod format;
mod frame;
mod gate;
mod grant;
mod group;
mod handle;
#[cfg(test)]
mod layout;
mod ledger;
mod meeting;
mod memory;
mod outlet;
mod past;
mod people;
mod receive;
mod sdp;
mod seal;
mod settling;
mod signer;
mod source;
mod status;
mod store;
mod stream;
mod tag;
mod tap;
mod wire;
mod words;

/// The version of the interface: `FRAMEGATE_ABI_VERSION`.
const ABI_VERSION: u32 = 5;

#[unsafe(no_mangle)]
extern "C" fn framegate_abi_version() -> u32 {
    ABI_VERSION
}

#[unsafe(no_mangle)]
extern "C" fn framegate_version_string() -> memory::Text<'static> {
    memory::Text::of(env!("CARGO_PKG_VERSION"))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_error_message(status: i32) -> memory::Text<'static> {
    memory::Text::of(status::message(status))
}
