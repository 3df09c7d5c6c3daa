#![doc = include_str!("../README.md")]
#![no_std]
#![cfg_attr(not(feature = "capi"), forbid(unsafe_code))]
#![deny(unsafe_code)]
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
#[cfg(any(feature = "std", test, framegate_loom, framegate_shuttle))]
extern crate std;

mod admission;
mod authority;
mod canonical;
#[cfg(feature = "capi")]
#[expect(unsafe_code, reason = "addresses from outside")]
mod capi;
mod codec;
mod consent;
mod content;
mod decide;
mod derived;
mod error;
pub mod export;
mod format;
mod frame;
mod group;
mod hex;
mod ids;
mod instance;
mod join;
mod json;
mod judge;
mod kind;
mod ledger;
mod lives;
mod lock;
mod meeting;
#[cfg(all(test, any(framegate_loom, framegate_shuttle)))]
mod models;
mod outlet;
#[cfg(feature = "std")]
mod past;
mod payload;
mod purpose;
mod records;
mod redact;
mod refusal;
mod region;
mod register;
mod release;
mod replay;
mod seal;
mod serial;
mod settling;
mod state;
mod stream;
mod sync;
mod table;
mod tag;
mod tap;
mod time;
mod traffic;
mod utf8;
mod verdict;
mod verify;
pub mod wire;
#[cfg(feature = "std")]
mod withdrawals;

pub use admission::{Admission, Batch, Cleared};
pub use authority::Authority;
pub use consent::{Challenge, Digest, Grant, Method, Notice, PublicKey, Scope, Signed};
pub use decide::Decision;
pub use derived::{KeptSource, MAX_SOURCES, Source};
pub use error::Error;
pub use format::{ColorRange, Field, Format, MAX_FIELDS, PixelFormat, Samples, Schema};
pub use frame::{Contributors, Frame};
pub use group::Group;
pub use ids::{Outlet, OutletId, Participant, Stream, StreamId};
pub use instance::Instance;
pub use join::Join;
pub use kind::{Kind, Kinds};
pub use ledger::{
    Beside, Device, Durability, Entry, Head, Ledger, LedgerError, LedgerFault, LedgerWriter, Line,
    Store, StoreError, TapCount,
};
#[cfg(feature = "std")]
pub use ledger::{FileStore, FileStoreError};
pub use meeting::Meeting;
pub use outlet::OutletOptions;
#[cfg(feature = "std")]
pub use past::{Entered, PastMeeting};
pub use payload::{Payload, PayloadMut, Plane, PlaneMut};
pub use purpose::Purposes;
pub use refusal::Refusal;
pub use region::{Area, MAX_REGIONS, Region};
pub use release::Counters;
pub use seal::{Archived, Carried, MeetingKey, PayloadDigest, Seal, StreamKey, Subject, Subjects};
pub use settling::{Settling, TapRelease};
pub use stream::StreamOptions;
pub use tag::{Tag, TagError};
pub use tap::Tap;
pub use time::Time;
pub use verdict::{Reason, Verdict};
pub use verify::{Finding, Seals, Verifier};
#[cfg(feature = "std")]
pub use withdrawals::Withdrawals;
