//! From an empty program to receipts, step by step.
//!
//! The first page of the [crate](crate#getting-started) has the shortest whole program. Here is each step by itself, with what it is for.
//!
//! # Open a meeting with a ledger
//!
//! [`Meeting::open`] keeps only the ledger's head. To have evidence, give it a store:
//!
//! ```
//! use framegate::{Meeting, MeetingOptions, ledger::{FileStore, LedgerWriter}};
//!
//! # let folder = std::env::temp_dir().join(format!("framegate-guide-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let path = folder.join("opened.jsonl");
//! # let _ = std::fs::remove_file(&path);
//! let store = FileStore::create(&path)?; // a new file, which must not be there yet
//! let meeting = Meeting::open(MeetingOptions::new("standup", 100).ledger(LedgerWriter::new(Box::new(store))))?;
//!
//! // Keep this apart from the ledger: it shows later whether the ledger was changed or cut off.
//! let head = meeting.head();
//! assert_eq!(head.entries, 1);
//! # drop(meeting);
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! The meeting's id is a name, and tomorrow's standup has it too. Its evidence is bound to its [`Instance`], drawn when it is opened.
//! The room is for people who are there at the same time; memory for the consent table is allocated at once.
//!
//! All times are [`Time`]s since the meeting's start, from one steady clock of the client. When that was in the world is in the ledger's first line, so that
//! receipts and exports have dates: the system's time when the meeting is opened, or what [`MeetingOptions::started`](crate::MeetingOptions::started) says.
//!
//! # Let people in
//!
//! [`JoinOptions::adult`] is somebody who agrees for themselves, [`JoinOptions::with_guardian`] somebody for whom a guardian agrees (GDPR Art. 8).
//! With [`JoinOptions::key`], agreeing takes a signature with that key; otherwise the client is trusted to report what the person did.
//! Joining opens nothing.
//!
//! An id is in the meeting once. A person with a phone and a laptop joins once, with one stream for each microphone and camera, and
//! [leaves](Meeting::leave) when the last of their devices has gone.
//!
//! # Show a notice, and ask
//!
//! In this order: name third parties, [show](Meeting::show) the notice, ask the person, [grant](Meeting::grant).
//! A notice describes only third parties that were named before it was shown.
//!
//! ```
//! use framegate::{
//!     Authority, Digest, Grant, JoinOptions, Kinds, Meeting, MeetingOptions, Method, Notice, Purposes, Scope, Time,
//! };
//!
//! let mut meeting = Meeting::open(MeetingOptions::new("standup", 100))?;
//! let ada = meeting.join(JoinOptions::adult("ada"), Time::START)?;
//! let acme = meeting.third_party(Purposes::RECORD, "ACME Ltd")?; // a purpose of its own
//! let text = "We transcribe what you say, and ACME Ltd records it.";
//! let scope = Scope::new(Kinds::AUDIO, Purposes::TRANSCRIBE | acme);
//! let notice = meeting.show(Notice {
//!     digest: Digest::of(text),
//!     version: "1".into(),
//!     language: "en".into(),
//!     controller: "Example Ltd".into(),
//!     scope,
//! })?;
//!
//! // Each purpose has a control of its own on the screen. Ada agrees to one of the two, for an hour.
//! let transcribing = Scope::new(Kinds::AUDIO, Purposes::TRANSCRIBE);
//! let grant = Grant::new(notice, transcribing, Method::Clicked).until(Time::from_millis(3_600_000));
//! meeting.grant(Authority::Participant, ada, &grant, Time::from_millis(5_000))?;
//!
//! // Nobody else can agree for her; the attempt is in the ledger.
//! assert!(meeting.grant(Authority::Host, ada, &grant, Time::from_millis(5_000)).is_err());
//! # Ok::<(), framegate::Error>(())
//! ```
//!
//! The ledger has the digest of the notice's text, not the text. Keep the text, byte for byte, as long as the ledger.
//!
//! # Register streams and outlets, and lead the one into the other
//!
//! | stream | whose frames |
//! |---|---|
//! | [`StreamOptions::owned`] | one person's, in whose frames others may be, too |
//! | [`StreamOptions::alone`] | one person's and nobody else's, such as a headset's microphone: what large rooms should use wherever it is true |
//! | [`StreamOptions::mix`] | several people's, inseparably |
//! | [`StreamOptions::composite`] | several people's, side by side: a gallery, or a channel for each |
//! | [`StreamOptions::derived`] | made from frames of other streams: captions, summaries |
//! | [`StreamOptions::records`] | one person's service data |
//!
//! An outlet has all purposes that its receiver needs at once: it gets what is cleared for *all* of them.
//! Two receivers with different purposes are two outlets. [`OutletOptions::blank`] says for which kinds a withheld frame is replaced by an empty one.
//!
//! # Offer every frame
//!
//! [`Frame::new`] takes the time of capture of the frame's earliest sample and the [`Contributors`]: [`Owner`](Contributors::Owner),
//! [`Complete`](Contributors::Complete) with a list, [`Group`](Contributors::Group), or [`Partial`](Contributors::Partial), which is withheld.
//! Parts of a frame that are somebody's are [`Region`]s.
//!
//! ```
//! # use framegate::{
//! #     Authority, Digest, Grant, JoinOptions, Kinds, Meeting, MeetingOptions, Method, Notice, Purposes, Scope,
//! #     Time,
//! # };
//! use framegate::{
//!     Area, Contributors, Frame, Kind, OutletOptions, PayloadMut, Region, StreamOptions, Verdict, format::Format,
//! };
//!
//! # let mut meeting = Meeting::open(MeetingOptions::new("standup", 100))?;
//! # let ada = meeting.join(JoinOptions::adult("ada"), Time::START)?;
//! # let ben = meeting.join(JoinOptions::adult("ben"), Time::START)?;
//! # let scope = Scope::new(Kinds::CHAT, Purposes::ASSIST);
//! # let (version, language, controller) = ("1".into(), "en".into(), "Example Ltd".into());
//! # let notice = meeting.show(Notice { digest: Digest::of("…"), version, language, controller, scope })?;
//! # meeting.grant(Authority::Participant, ada, &Grant::new(notice, scope, Method::Clicked), Time::START)?;
//! // Ada agreed to live AI features on what she writes; Ben did not. Ada quotes Ben.
//! let chat = meeting.open_stream(StreamOptions::owned(ada, Kind::Chat, Format::UTF8))?;
//! let assistant = meeting.open_outlet(OutletOptions::new("assistant", Purposes::ASSIST))?;
//! let mut tap = meeting.tap(chat, assistant)?;
//!
//! let message = "> see you at nine\nFine!";
//! let quotation = [Region::new(ben, Area::Span { start: 2, end: 17 })];
//! let written = Time::from_millis(1_000);
//! let frame = Frame::new(written, Contributors::Owner).regions(&quotation);
//! let mut buffer = vec![0; message.len()];
//! let admission = tap.admit_into(
//!     &frame,
//!     message.as_bytes().into(),
//!     PayloadMut::from(&mut buffer[..]),
//!     written,
//!     |cleared| String::from_utf8_lossy(cleared.bytes().unwrap_or_default()).into_owned(),
//! );
//! assert!(matches!(admission.verdict(), Verdict::Redacted(_)));
//! assert_eq!(admission.output.as_deref(), Some("> ***************\nFine!"));
//! # Ok::<(), framegate::Error>(())
//! ```
//!
//! # Withdraw
//!
//! [`Meeting::withdraw`], or from any thread [`Withdrawals::withdraw`], is in force when it returns. It returns a [`Settling`], which says when the last release
//! that was under way has ended and the ledger has it; only then tell the person that it is done. [`Meeting::settled`] enters in the ledger how far each tap had come.
//!
//! # End the meeting, and go on after a crash
//!
//! [`Meeting::end`] closes everything for good and enters the final counters. A meeting that was dropped, or whose process crashed, can be
//! [resumed](Meeting::resume) from its ledger, with exactly the consents that were in force.
//!
//! A steady clock usually begins anew with the process, and the meeting's time must not: new frames would have times before the recorded grants,
//! and be dropped as [`CapturedEarlier`](crate::Reason::CapturedEarlier). [`Meeting::time_at`] says where the time goes on: at the ledger's
//! [start](Meeting::started) plus what has passed since by the time of day, and never before the meeting's [clock](Meeting::clock), the time of the last line.
//! [`Meeting::advance`] announces that, as it may have been a day and more. The steady clock counts from there:
//!
//! ```
//! use framegate::{JoinOptions, Meeting, MeetingOptions, Time, WallTime, ledger::{FileStore, Ledger, LedgerWriter}};
//!
//! # let folder = std::env::temp_dir().join(format!("framegate-guide-resumed-{}", std::process::id()));
//! # std::fs::create_dir_all(&folder)?;
//! # let path = folder.join("ledger.jsonl");
//! # let _ = std::fs::remove_file(&path);
//! # let store = FileStore::create(&path)?;
//! # let mut meeting = Meeting::open(MeetingOptions::new("standup", 100).ledger(LedgerWriter::new(Box::new(store))))?;
//! # meeting.join(JoinOptions::adult("ada"), Time::from_millis(60_000))?;
//! # let head = meeting.head();
//! # drop(meeting);
//! let ledger = Ledger::read_file(&path, Some(&head), None)?;
//! let ledger = ledger.verify()?;
//! let store = FileStore::append_after(&path, ledger.ledger())?;
//! let mut meeting = Meeting::resume(&ledger, LedgerWriter::new(Box::new(store)))?;
//!
//! // Handles from before the crash are unknown.
//! let (id, ada) = meeting.participants().next().ok_or("nobody is there")?;
//! assert_eq!(id, "ada");
//!
//! let base = meeting.time_at(WallTime::now());
//! let begun = std::time::Instant::now();
//! meeting.advance(base)?;
//! let now = || Time::from_micros(base.as_micros() + begun.elapsed().as_micros() as i64);
//! assert!(now() >= Time::from_millis(60_000));
//! # let _ = ada;
//! # drop(meeting);
//! # std::fs::remove_dir_all(&folder)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! So consent that was to end while no process was there has ended. If the time of day was set back meanwhile, the meeting's time is not, and consent with an end
//! lasts longer by the world's clock. If it was set ahead, the meeting's clock is ahead for good, and consent ends earlier: check the time of day first where it may be wrong.
//! A meeting that started 49.7 days ago has no more time, and `advance` fails.
//!
//! Streams, outlets and taps are opened again. A tap of a resumed meeting takes no time for earlier than the last line's, so that consent that had ended before
//! the crash has ended for a clock that begins at 0, too.
//!
//! # Give everyone their receipt
//!
//! [`Receipt::of`](crate::export::Receipt::of) a ledger says what one person agreed to and what may have been released under it, as data that goes to JSON, and
//! with [`Receipt::to_html`](crate::export::Receipt::to_html) as a page. [`ErasureList::of`](crate::export::ErasureList::of) says what must go after a withdrawal.
//! After the meeting, people withdraw by [`PastMeeting`]. The program `cargo run --example ledger` makes receipts in JSON and withdraws; the meeting example makes the pages, `examples/verify` erasure lists.

#[cfg(doc)]
use crate::{
    Contributors, Frame, Instance, JoinOptions, Meeting, OutletOptions, PastMeeting, Region,
    Settling, StreamOptions, Time, Withdrawals,
};
