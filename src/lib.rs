//! A consent gate for conferencing media.
//!
//! The gate stands between a meeting's media and every pipeline that would train on it, keep it or pass it on. It tags each frame of audio, video, chat,
//! screen, whiteboard or telemetry with its consent state, and drops or redacts the frame before such a pipeline sees a byte of it.
//! The call itself goes on untouched: a person can refuse one pipeline and go on talking.
//!
//! # Model
//!
//! A meeting has two halves, which meet in a table of atomic words.
//!
//! - The **control half** is [`Meeting`]. People [join](Meeting::join), are [shown](Meeting::show) a [`Notice`], [grant](Meeting::grant) and
//!   [withdraw](Meeting::withdraw). It works out what each person's consent is worth at the moment, publishes it, and enters every change in a ledger
//!   ([`LedgerWriter`](ledger::LedgerWriter)). It may allocate, lock and write files, so it belongs off the media threads.
//! - The **hot half** is [`Tap`]: one stream into one outlet, on the thread that handles the stream's frames. Each frame is offered to
//!   [`Tap::admit`] or one of its siblings, and comes out in a closure as [`Cleared`], or does not. It does not allocate, lock, call the system, log, panic or read a clock.
//!
//! | word | meaning |
//! |---|---|
//! | [`Participant`] | a person (data subject) in one stay in this meeting |
//! | [`Kind`] | what a frame is: audio, video, chat, telemetry … |
//! | [`Purposes`] | what a frame may be used for; no purpose implies another |
//! | [`Scope`] | kinds × purposes: what a notice describes, and what is granted, withdrawn or restricted |
//! | [`Authority`] | in whose name something is asked; only a participant or a guardian can grant |
//! | stream | a registered source of frames, of one person or of several: [`StreamOptions`] |
//! | outlet | a declared destination with its purposes: [`OutletOptions`] |
//! | [`Verdict`], [`Reason`] | whole, redacted, blanked or dropped, and why not whole |
//! | [`Tag`] | the verdict in 16 bytes, which travel with the frame |
//! | [`Settling`] | a withdrawal under way: in force at once, settled when the last release that it found under way has ended and the ledger's store has its line |
//!
//! The rules R1 to R10, which documentation and tests quote by their numbers, are in the README.
//!
//! # Getting started
//!
//! 1. Open the meeting, with room for as many people as can be there at a time.
//! 2. Let a person join.
//! 3. Show them a notice: a grant covers no more than it describes.
//! 4. Register the stream that carries them, and the outlet where it may go.
//! 5. Open a tap from the one to the other, and move it to the media thread.
//! 6. When the person agrees, grant.
//! 7. Offer each frame, with the time of its capture and who is in it.
//! 8. When the person withdraws, withdraw; once it has settled, tell them.
//!
//! ```
//! use framegate::{
//!     Authority, Contributors, Digest, Frame, Grant, JoinOptions, Kind, Kinds, Meeting, MeetingOptions, Method,
//!     Notice, OutletOptions, Purposes, Reason, Scope, StreamOptions, Time, Verdict, format::{Format, Samples},
//! };
//!
//! // 1, 2
//! let mut meeting = Meeting::open(MeetingOptions::new("standup", 100))?;
//! let ada = meeting.join(JoinOptions::adult("ada"), Time::START)?;
//! // 3
//! let scope = Scope::new(Kinds::AUDIO, Purposes::RECORD);
//! let notice = meeting.show(Notice {
//!     digest: Digest::of("We record what you say."),
//!     version: "1".into(),
//!     language: "en".into(),
//!     controller: "Example Ltd".into(),
//!     scope,
//! })?;
//! // 4
//! let sound = Format::pcm(Samples::S16, 1);
//! let microphone = meeting.open_stream(StreamOptions::owned(ada, Kind::Audio, sound))?;
//! let recorder = meeting.open_outlet(OutletOptions::new("recorder", Purposes::RECORD))?;
//! // 5
//! let mut tap = meeting.tap(microphone, recorder)?;
//! let mut recording = Vec::new();
//! let mut offer = |captured: i64| {
//!     let samples = [0_u8; 640]; // 20 ms
//!     let frame = Frame::new(Time::from_millis(captured), Contributors::Owner);
//!     let now = Time::from_millis(captured + 20);
//!     let admission = tap.admit(&frame, samples[..].into(), now, |cleared| {
//!         recording.extend_from_slice(cleared.bytes().unwrap_or_default());
//!     });
//!     admission.verdict()
//! };
//! assert_eq!(offer(500), Verdict::Dropped(Reason::NotGranted));
//! // 6
//! let grant = Grant::new(notice, scope, Method::Clicked);
//! meeting.grant(Authority::Participant, ada, &grant, Time::from_millis(1_000))?;
//! // 7
//! assert_eq!(offer(1_000), Verdict::Whole);
//! // 8
//! let settling = meeting.withdraw(Authority::Participant, ada, scope, Time::from_millis(2_000))?;
//! assert_eq!(offer(2_000), Verdict::Dropped(Reason::Withdrawn));
//! assert!(settling.is_settled());
//! assert_eq!(recording.len(), 640);
//! # Ok::<(), framegate::Error>(())
//! ```
//!
//! [`guide::getting_started`] goes on from there: ledgers, third parties, guardians, resuming after a crash, receipts.
//!
//! # The four calls of a tap
//!
//! | call | copies | a frame of which only a part is cleared | a withheld frame |
//! |---|---|---|---|
//! | [`Tap::admit`] | nothing | dropped | dropped; an encoded one blanked or dropped, as the outlet is configured |
//! | [`Tap::admit_into`] | what is cleared, into a buffer of the outlet's own | redacted | blanked or dropped, as the outlet is configured |
//! | [`Tap::admit_in_place`] | nothing; for a buffer that nobody else reads | redacted | blanked or dropped, as the outlet is configured; a dropped payload is zeroed |
//! | [`Tap::decide`] | releases nothing: says for which purposes the frame is cleared at the moment | not reported | not reported |
//!
//! [`Tap::batch`] admits many frames in one release, and [`Tap::decide_batch`] decides about many.
//! What an outlet receives is handed to a closure, the *release*, and cannot outlive it: [`guide::buffers_and_queues`].
//!
//! # Threads
//!
//! **One tap, one thread at a time. Every release ends. Withdraw, wait until it has settled, then tell the person.**
//!
//! A [`Tap`] is `Send` and not `Sync`. [`Settling`] and, under `std`, [`Withdrawals`] work on any thread without the meeting, and
//! withdrawing waits for nobody (without `std`, for the ledger's store): [`guide::threads`].
//!
//! # Features
//!
//! - `std` (default): drawing a meeting's [`Instance`] ([`Meeting::open`]), ledgers in files ([`FileStore`](ledger::FileStore)), withdrawing from other threads ([`Withdrawals`])
//!   and after the meeting ([`PastMeeting`]), waiting with a time-out ([`Settling::wait`]). Without it the crate is `no_std` with `alloc`. No verdict changes.
//! - `tracing`: tells [`tracing`](https://docs.rs/tracing) of each entry in the ledger, under the target `framegate`: its name, number and time, nothing of whom it is about.
//!   A store or a signer that fails is a warning. Nothing is told of frames: poll [`Meeting::counters`] for those.
//! - `binding`: what the package of the C interface needs beside the public items; not for others, and not stable.
//!
//! # Guide
//!
//! The pages of [`guide`]: [getting started](guide::getting_started), [threads](guide::threads), [buffers and queues](guide::buffers_and_queues),
//! [time and people](guide::time_and_people), [limits](guide::limits), [faults](guide::faults), [evidence](guide::evidence), [performance](guide::performance).
#![no_std]
#![forbid(unsafe_code)]
#![warn(clippy::exhaustive_enums, clippy::exhaustive_structs)]
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
#[cfg(any(doc, doctest))]
pub mod guide;
mod media;
mod shared;
mod types;

pub use control::consent::{Challenge, Consent, Grant, Method, Notice, PublicKey, Scope, Signed};
pub use control::join::JoinOptions;
pub use control::meeting::Meeting;
pub use control::options::MeetingOptions;
pub use control::outlet::OutletOptions;
#[cfg(feature = "std")]
pub use control::past::{Entered, PastMeeting};
pub use control::stream::StreamOptions;
#[cfg(feature = "std")]
pub use control::withdrawals::Withdrawals;
pub use evidence::{export, wire};
pub use gate::admission::Batch;
pub use gate::cleared::{Admission, Cleared};
pub use gate::decide::Decision;
pub use gate::frame::{Contributors, Frame};
pub use gate::lineage::Lineage;
pub use gate::source::{KeptSource, MAX_SOURCES, Source};
pub use gate::tap::Tap;
pub use media::payload::{Payload, PayloadMut, Plane, PlaneMut};
pub use shared::group::Group;
pub use shared::settling::{Settling, TapRelease};
pub use shared::tap_state::{Counters, ReasonCounters};
pub use types::argument::{Argument, Object, Resource};
pub use types::authority::Authority;
pub use types::digest::Digest;
pub use types::error::Error;
pub use types::fault::Fault;
pub use types::ids::{Outlet, OutletId, Participant, Stream, StreamId};
pub use types::instance::Instance;
pub use types::kind::{Kind, Kinds};
pub use types::purpose::Purposes;
pub use types::refusal::Refusal;
pub use types::region::{Area, MAX_REGIONS, Region};
pub use types::tag::{Tag, TagError};
pub use types::time::Time;
pub use types::verdict::{Reason, Verdict};
pub use types::wall_time::{WallTime, WallTimeError};
pub use types::word::UnknownWord;

/// What the payloads of a stream look like.
pub mod format {
    pub use crate::media::format::{
        ColorRange, Field, Format, MAX_FIELDS, PixelFormat, Samples, Schema,
    };
}

/// When received media were captured, and by whom.
pub mod receive {
    pub use crate::gate::receive::{
        clock::{CaptureClock, SenderClock},
        sources::SourceMap,
    };
}

/// The evidence that a meeting writes, and where it is kept.
pub mod ledger {
    pub use crate::control::ledger::{
        Beside, Device, Durability, Entry, Head, Ledger, LedgerError, LedgerFault, LedgerWriter,
        Line, Signer, Store, TapCount,
    };
    #[cfg(feature = "std")]
    pub use crate::control::ledger::{FileStore, FileStoreError};
    pub use crate::control::verified::VerifiedLedger;
    pub use crate::types::signer_error::SignerError;
    pub use crate::types::store_error::StoreError;
}

/// Released frames that are kept: sealed tags, and the check before anybody trains on them.
pub mod archive {
    pub use crate::evidence::archive::{Archived, Carried, PayloadDigest, Seal, Subject, Subjects};
    pub use crate::evidence::seal::{MeetingKey, StreamKey};
    pub use crate::evidence::verify::{Finding, Seals, Verifier};
}

/// The README's example is compiled and run, too.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
pub struct Readme;
