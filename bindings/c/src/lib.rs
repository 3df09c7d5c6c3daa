//! The C ABI: every function of `include/framegate.h`, which says what each does, on which threads, and what its caller owes.
//!
//! Addresses from outside are followed in `memory/` alone; other unsafe code is in `handle.rs`, `store.rs` and `fork.rs`.
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

mod archive;
mod boundary;
mod callbacks;
#[cfg(unix)]
mod fork;
mod frame;
mod grant;
mod group;
mod handle;
#[cfg(test)]
mod layout;
mod ledger;
mod meeting;
mod memory;
mod past;
mod people;
mod sdp;
mod seal;
mod settling;
mod source;
mod status;
mod store;
mod stream;
mod tag;
mod tap;
mod wire;

/// The version of the interface: `FRAMEGATE_ABI_VERSION`.
const ABI_VERSION: u32 = 3;

#[unsafe(no_mangle)]
extern "C" fn framegate_abi_version() -> u32 {
    ABI_VERSION
}

#[unsafe(no_mangle)]
extern "C" fn framegate_version_string() -> memory::Text<'static> {
    memory::Text::of(env!("CARGO_PKG_VERSION"))
}
