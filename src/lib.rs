#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
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

#[cfg(feature = "binding")]
#[doc(hidden)]
pub mod binding;
mod control;
mod evidence;
mod gate;
mod media;
mod shared;
mod types;

pub use control::consent::{Challenge, Grant, Method, Notice, PublicKey, Scope, Signed};
pub use control::join::Join;
pub use control::ledger::{
    Beside, Device, Durability, Entry, Head, Ledger, LedgerError, LedgerFault, LedgerWriter, Line,
    Store, StoreError, TapCount,
};
#[cfg(feature = "std")]
pub use control::ledger::{FileStore, FileStoreError};
pub use control::meeting::Meeting;
pub use control::outlet::OutletOptions;
#[cfg(feature = "std")]
pub use control::past::{Entered, PastMeeting};
pub use control::stream::StreamOptions;
pub use control::verified::VerifiedLedger;
#[cfg(feature = "std")]
pub use control::withdrawals::Withdrawals;
pub use evidence::archive::{Archived, Carried, PayloadDigest, Seal, Subject, Subjects};
pub use evidence::seal::{MeetingKey, StreamKey};
pub use evidence::verify::{Finding, Seals, Verifier};
pub use evidence::{export, wire};
pub use gate::admission::{Admission, Batch, Cleared};
pub use gate::decide::Decision;
pub use gate::frame::{Contributors, Frame};
pub use gate::source::{KeptSource, MAX_SOURCES, Source};
pub use gate::tap::Tap;
pub use media::grid::{ColorRange, PixelFormat, Samples};
pub use media::payload::{Format, Payload, PayloadMut, Plane, PlaneMut};
pub use media::schema::{Field, MAX_FIELDS, Schema};
pub use shared::group::Group;
pub use shared::settling::{Settling, TapRelease};
pub use shared::tap_state::Counters;
pub use types::authority::Authority;
pub use types::digest::Digest;
pub use types::error::Error;
pub use types::ids::{Outlet, OutletId, Participant, Stream, StreamId};
pub use types::instance::Instance;
pub use types::kind::{Kind, Kinds};
pub use types::purpose::Purposes;
pub use types::refusal::Refusal;
pub use types::region::{Area, MAX_REGIONS, Region};
pub use types::tag::{Tag, TagError};
pub use types::time::Time;
pub use types::verdict::{Reason, Verdict};
