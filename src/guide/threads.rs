//! What runs where, and what waits for what.
//!
//! **One tap, one thread at a time. Every release ends. Withdraw, wait until it has settled, then tell the person.**
//!
//! | type | threads |
//! |---|---|
//! | [`Tap`] | `Send`, not `Sync`: it moves to the media thread and stays there. None of its calls waits for anything |
//! | [`Meeting`] | `Send`: most calls take `&mut self`, and those that widen or register wait for the ledger's store |
//! | [`Withdrawals`] | `Send`, `Sync`, `Clone`: narrows from any thread, and waits for nobody |
//! | [`Settling`] | polled or waited for on any thread, without the meeting |
//! | [`Group`], [`KeptSource`], [`Lineage`] | go to any thread |
//!
//! # The two halves
//!
//! A change of consent reaches a tap through atomic words; the tap takes no lock, so no media thread ever waits for the control half, and a slow ledger never holds up a frame.
//! The other way round, a withdrawal marks nothing on the media threads: it publishes, and then looks which taps are in the middle of a release.
//!
//! ```
//! # use framegate::{
//! #     Authority, Contributors, Digest, Frame, Grant, JoinOptions, Kind, Kinds, Meeting, MeetingOptions, Method,
//! #     format::Format,
//! # };
//! # use framegate::{Notice, OutletOptions, Purposes, Scope, StreamOptions, Time, Verdict, format::Samples};
//! use std::{thread, time::Duration};
//!
//! # let mut meeting = Meeting::open(MeetingOptions::new("standup", 100))?;
//! # let ada = meeting.join(JoinOptions::adult("ada"), Time::START)?;
//! # let scope = Scope::new(Kinds::AUDIO, Purposes::RECORD);
//! # let (version, language, controller) = ("1".into(), "en".into(), "Example Ltd".into());
//! # let notice = meeting.show(Notice { digest: Digest::of("…"), version, language, controller, scope })?;
//! # meeting.grant(Authority::Participant, ada, &Grant::new(notice, scope, Method::Clicked), Time::START)?;
//! # let microphone = meeting.open_stream(StreamOptions::owned(ada, Kind::Audio, Format::pcm(Samples::S16, 1)))?;
//! # let recorder = meeting.open_outlet(OutletOptions::new("recorder", Purposes::RECORD))?;
//! let mut tap = meeting.tap(microphone, recorder)?;
//! let media = thread::spawn(move || {
//!     for captured in (0..1_000).step_by(20) {
//!         let frame = Frame::new(Time::from_millis(captured), Contributors::Owner);
//!         let now = Time::from_millis(captured + 20);
//!         tap.admit(&frame, [0_u8; 640][..].into(), now, |cleared| drop(cleared));
//!     }
//!     tap // comes back with its counters
//! });
//!
//! // On the thread of the user interface:
//! let withdrawals = meeting.withdrawals();
//! let settling = withdrawals.withdraw(Authority::Participant, ada, scope, Time::from_millis(500))?;
//! // On another, as it blocks:
//! assert!(settling.wait(Duration::from_secs(5)));
//!
//! let tap = media.join().expect("the media thread ended");
//! let counters = tap.counters();
//! assert_eq!(counters.seen, counters.whole + counters.dropped);
//! # Ok::<(), framegate::Error>(())
//! ```
//!
//! # What waits
//!
//! - [`Meeting::grant`], [`join`](Meeting::join), [`show`](Meeting::show), [`open_stream`](Meeting::open_stream) and all else that may let something through
//!   wait until the ledger's store has it. With [`FileStore`] that is a write to the disk.
//! - [`Withdrawals`], and [`Meeting::withdraw`], [`leave`](Meeting::leave), [`restrict`](Meeting::restrict), [`supersede`](Meeting::supersede), [`end`](Meeting::end)
//!   return without waiting for the store. While another thread has the meeting for a call that waits, use [`Withdrawals`].
//! - [`Settling::wait`] blocks; [`Settling::is_settled`] offers the store what it does not have yet, and may block as long as that takes, and so may dropping a [`Settling`].
//! - [`Settling::settled`] is for an asynchronous program: it sleeps by the runtime's own clock (`settling.settled(tokio::time::sleep).await`), and no poll of it waits for the store.
//!
//! An entry in a [`FileStore`] is durable before the call that needs it returns: one `fdatasync` each, some milliseconds on a disk, and as long as the disk takes if it is busy.
//! So what waits belongs on a thread for it (`spawn_blocking`, a worker of one's own), never on a user interface's or an executor's.
//!
//! Without `std` there are no locks, no [`Withdrawals`], [`Settling::wait`] or [`FileStore`], and a call that narrows gives the store its line before it returns.
//!
//! A withdrawal that was made within a release on the same thread cannot settle before that release ends: do not wait for it there.
//!
//! # Events and metrics
//!
//! [`LedgerWriter::event`](crate::ledger::LedgerWriter::event) calls a listener with each line once the ledger has it, outside every lock that others wait for.
//! With the feature `tracing` each is told to `tracing`, too, by its name, number and time. Nothing is told of frames, as the hot half tells nobody anything.
//! For metrics, poll [`Meeting::counters`] every second or so, and give the differences to whatever exports them:
//!
//! ```
//! # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
//! # let scene::Scene { meeting, .. } = scene::scene();
//! for (stream, outlet, counters) in meeting.counters() {
//!     println!("{stream:?} {outlet:?} released={} withheld={}", counters.whole + counters.redacted, counters.blanked + counters.dropped);
//! }
//! ```
//!
//! # The device's key
//!
//! A [`Signer`](crate::ledger::Signer) may take its time, as a TPM does, or ask a person first. It is asked by calls that wait anyway, one thread at a time,
//! and nobody who withdraws waits for it: a narrowing settles without the signature, which stays due until it is given.
//!
//! # Panics and forks
//!
//! A closure that panics ends its release as any other does. A release that never ends, in C, makes its tap withhold from then on.
//! A process that forks must not use a tap or a meeting in the child: see [`Tap`].

#[cfg(doc)]
use crate::{Group, KeptSource, Lineage, Meeting, Settling, Tap, Withdrawals, ledger::FileStore};
