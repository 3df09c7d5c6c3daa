//! Which time is the time of capture, for whoever sends, receives, forwards, records or writes down; and who is in a packet.
//!
//! A frame is released only if everybody in it had agreed *when it was captured* (R5). So a time of capture that is too late clears what was said before the person agreed,
//! and a person who is left out is not asked. Both are the client's word: the gate sees neither clocks nor networks.
//!
//! ```text
//!  said    "… off the record …"  |  "yes, you may train on this"
//!                                |
//!  captured ─────A───────────────|──B────────────>   the sender's clock
//!                 \              |   \
//!                  \  the way: encoder, network, jitter buffer
//!                   \            |     \
//!  arrived ──────────\───────────|──A───\────B───>   the receiver's clock
//!                             the grant
//!
//!  A was said before the grant and arrives after it. Dated by its arrival it passes.
//! ```
//!
//! **Too early is safe, too late leaks.** If the time is not known exactly, the earliest that it can have been is the one to give.
//!
//! # The time, by who gives it
//!
//! | who | time of capture |
//! |---|---|
//! | a sender, of an own microphone or camera | that of the capture callback, as the operating system says it of the *first* sample in the buffer; if it says that of the last, less the buffer's length |
//! | a sender, behind an own encoder | that of the first sample that went into the encoder for this packet, less its look-ahead (for Opus 6.5 ms, [RFC 7845 §4.2](https://www.rfc-editor.org/rfc/rfc7845#section-4.2) calls it pre-skip) |
//! | a receiver: an SFU's bot, a notetaker, a second client | [`CaptureClock::captured`], from sender reports and abs-capture-time; never the arrival, and not the time at which a decoder or a jitter buffer gave the frame out |
//! | a recorder that reads files | the file's own time of the packet, brought to the meeting's clock by when the recording began; if that is known to a second only, a second less |
//! | captions, summaries | when the words were *said*: [`Frame::derived`] from the sound they were made of. A caption that is finished two seconds after the words is not two seconds younger |
//! | a quotation | the frame's own, and the original's by [`Region::captured`] |
//!
//! A word that is recognised over several packets of sound has all of them as its sources. A speech recogniser that runs elsewhere and sends text alone gives times relative to the sound that it was sent:
//! keep the [`KeptSource`] of each packet until its words have come back.
//!
//! # Received media
//!
//! A receiver has four things to date a packet by, from the best to the worst.
//!
//! ```text
//!                        capture clock         sender's clock        meeting's clock
//!  abs-capture-time      10:00:03.200 ──offset──> 10:00:03.700 ─┐
//!                                                               ├─ Synchronized: less the start, less the error
//!  sender report         RTP 48,000 = 10:00:03.000 ─────────────┤
//!   + (RTP of packet − 48,000) / rate                           └─ Unrelated: arrival of the report, less the worst delay
//!  nothing               arrival of the packet, less the worst delay
//! ```
//!
//! [`CaptureClock`] does this arithmetic, for one SSRC. It takes the earliest of what the last two reports and abs-capture-time say. A claim that a packet was captured after it arrived is proven wrong,
//! and the worst delay stands for it. The result is a bound, and never later than the arrival.
//!
//! - **[`SenderClock::Synchronized`]** needs both clocks to follow UTC: an own service whose machines run NTP or PTP. Phones and home computers do not promise that.
//!   `error` is the sum of what both may be wrong by. If a server on the way writes the reports by its own clock, as many SFUs do, they date media by when they passed the *server*: then the longest way
//!   from a sender to that server is part of `error`, too. So is what a sender keeps before it sends if it dates a sample by when it sends it, as FFmpeg does.
//! - **[`SenderClock::Unrelated`]** needs nothing. Its cost is the worst delay: so much longer media are withheld after a grant.
//! - **A mixer** keeps its own time (RFC 3550 §7.1). Its reports say when it mixed, not when anybody spoke, so of a packet with contributing sources they count for nothing unless abs-capture-time speaks of the one
//!   who is in it.
//!
//! ## The worst delay
//!
//! The worst delay is the longest that it takes from the capture of a sample to the arrival of its packet here. It is a sum:
//!
//! | part | as much as |
//! |---|---|
//! | capture and encoder | 20 to 120 ms: the device's buffer, the frame's length, look-ahead; some frames for a video encoder that looks ahead |
//! | the sender's queue | what its pacer may hold back, in libwebrtc some 2 s of video |
//! | the network, with retransmissions | the largest round trip that the call puts up with, 1.5 times |
//! | servers | each jitter buffer and each queue on the way, at its largest |
//!
//! 2 s is a cautious choice for a conference over the Internet. Too much costs no more than that media are withheld so much longer after each grant. Too little leaks, if there are no reports.
//! If the client drops packets that were longer on their way, as a jitter buffer does, its limit is a worst case that holds.
//!
//! # Packets are no frames
//!
//! A tap takes what a decoder would take: whole access units, frames, temporal units, packets of Opus. An RTP payload of video is a part of such with a header of its own, and an encoded
//! stream of parts is withheld as malformed. So first [take the packet apart](crate::wire::rtp::Packet), put payloads together (*depacketize*: RFC 6184 for H.264, RFC 7741 for VP8, RFC 9628 for VP9), and offer the frame;
//! it has the time of its first packet. Offer frames **in the order in which they are decoded**: a packet that overtook another on the way has a frame complete too early, and
//! a receiver's encoded transform gets it so. A picture that comes after the keyframe that follows it passes for one that is predicted from that keyframe. A jitter buffer before the tap has them in order.
//! Payloads that are not put together, as in an SFU, can only be [`Format::OPAQUE`], without keyframes; so can encrypted media.
//!
//! # Who is in a packet
//!
//! ```text
//!  packet                        SourceMap                        contributors
//!  SSRC 0x9999 ────────────────> a mixer: nobody             ┐
//!  CSRC 0x1234 ────────────────> Ada, from 1.0 s             ├─> Complete([Ada, UNKNOWN])
//!  CSRC 0x5678 ────────────────> in no entry: UNKNOWN        ┘    withheld: somebody in it is not known
//! ```
//!
//! [`SourceMap`] has who held which number from when to when, one for each transport, fed by signalling. Some traps, all of which it withholds at:
//!
//! - **A number that nobody announced** is [`Participant::UNKNOWN`], and named. Left out, the rest would pass for all.
//! - **A number that changes hands.** Servers that forward the loudest speakers send them under a few numbers. A packet that was on its way meanwhile names both, because nobody knows from which side of the change it is;
//!   if the time of the change is not known exactly, [end](SourceMap::end) the number at the earliest it can have been, and assign it at the latest.
//! - **A mixer without a list**, or with 15, the most that fit, is a partial list (R4).
//! - **BYE, and two sources with one number** (RFC 3550 §6.6, §8.2): [`SourceMap::end`].
//!
//! # Put together
//!
//! ```
//! # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
//! use std::time::Duration;
//!
//! use framegate::{
//!     Frame, Kind, Participant, StreamOptions, Tap, Time,
//!     format::Format,
//!     receive::{CaptureClock, SenderClock, SourceMap},
//!     wire::{rtcp::Compound, rtp::Packet},
//! };
//!
//! /// The id that abs-capture-time was negotiated under.
//! const CAPTURE_TIME: u8 = 3;
//!
//! /// What the thread of one received stream has.
//! struct Receiver {
//!     tap: Tap,
//!     clock: CaptureClock,
//!     sources: SourceMap,
//! }
//!
//! impl Receiver {
//!     /// A packet that was decrypted, and when it arrived by the meeting's clock.
//!     fn received(&mut self, bytes: &[u8], arrival: Time) {
//!         if let Ok(compound) = Compound::parse(bytes) {
//!             for report in compound.sender_reports() {
//!                 self.clock.report(&report, arrival);
//!             }
//!             for ssrc in compound.goodbyes() {
//!                 self.sources.end(ssrc, arrival);
//!             }
//!         } else if let Ok(packet) = Packet::parse(bytes) {
//!             let absolute = packet.absolute_capture_time(CAPTURE_TIME);
//!             let captured = self.clock.captured(packet.timestamp(), absolute, packet.csrcs(), arrival);
//!             let mut room = SourceMap::ROOM;
//!             let people = self.sources.contributors(packet.ssrc(), packet.csrcs(), captured, arrival, &mut room);
//!             let frame = Frame::new(captured, people);
//!             self.tap.admit(&frame, packet.payload().into(), arrival, |cleared| {
//!                 // To the outlet.
//! #               let _ = cleared;
//!             });
//!         }
//!     }
//! }
//!
//! # let scene::Scene { mut meeting, recorder, ada, .. } = scene::scene();
//! let sound = meeting.open_stream(StreamOptions::mix(Kind::Audio, Format::OPUS))?;
//! let mut sources = SourceMap::new(100);
//! sources.assign(0x1234, ada, Time::START)?;
//! let mut receiver = Receiver {
//!     tap: meeting.tap(sound, recorder)?,
//!     clock: CaptureClock::new(48_000, SenderClock::Unrelated, Duration::from_secs(2))?,
//!     sources,
//! };
//! let packet = [0x80, 96, 0, 1, 0, 0, 3, 192, 0, 0, 0x12, 0x34, 0, 0, 0, 0];
//! receiver.received(&packet, Time::from_millis(5_000));
//! # Ok::<(), framegate::Error>(())
//! ```

#[cfg(doc)]
use crate::{
    Frame, KeptSource, Participant, Region,
    format::Format,
    receive::{CaptureClock, SenderClock, SourceMap},
};
