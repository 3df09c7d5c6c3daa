#![doc = include_str!("../README.md")]
#![no_std]
#![forbid(unsafe_code)]
#![deny(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
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
#[cfg(any(feature = "std", test))]
extern crate std;

mod consent;
mod derived;
mod error;
mod frame;
mod kind;
mod meeting;
mod payload;
mod purpose;
mod records;
mod redact;
mod release;
mod schema;
mod table;
mod tag;
mod tap;
mod time;
mod verdict;

pub use consent::{Authority, Digest, Grant, Method, Notice, Scope};
pub use derived::{MAX_SOURCES, Source};
pub use error::Error;
pub use frame::{Area, Contributors, Frame, MAX_REGIONS, Participant, Region, StreamId};
pub use kind::{Kind, Kinds};
pub use meeting::{Join, Meeting, Outlet, OutletId, Stream};
pub use payload::{Format, Payload, PayloadMut, Plane, PlaneMut, Samples};
pub use purpose::Purposes;
pub use release::{Counters, Settling};
pub use schema::{Field, MAX_FIELDS, Schema};
pub use tag::{Tag, TagError};
pub use tap::{Admission, Cleared, Tap};
pub use time::Time;
pub use verdict::{Reason, Verdict};
