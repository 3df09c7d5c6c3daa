//! Which call to use, which time is the time of capture, and where to put queues, mixers, encoders and encryption.
//!
//! # Where the gate belongs
//!
//! ```text
//!  capture ─> [mixer] ─> [encoder] ─┬─> encryption ─> network        the call: never gated
//!                                   └─> queue ─> TAP ─> outlet        a pipeline of one's own
//!
//!  network ─> decryption ─> depacketizer ─┬─> decoder ─> screen      the call: never gated
//!                                         └─> queue ─> TAP ─> outlet  a notetaker, a recorder
//! ```
//!
//! - **Where frames are in the clear**: before end-to-end encryption (`SFrame`) when sending, after decryption when receiving. An encrypted frame is
//!   [`Format::OPAQUE`]: whole or dropped.
//! - **Where frames are complete**: an encoded format takes whole access units, frames, temporal units or packets of Opus. RTP payloads of video are parts of such; put them together first.
//! - **Before a mixer, if possible**: each person's stream by itself can be withheld by itself. A mix is withheld as soon as one of those in it has not agreed.
//! - **Queue before the tap**: a frame that an outlet was handed is released, and no withdrawal reaches it any more. A jitter buffer, a channel to another task, a batch for a model
//!   belong before [`Tap::admit`]; the closure does no more than it must.
//!
//! In an asynchronous program that means: the channel brings frames *to* the tap, and the task at its end admits each as it takes it out, writing within the release.
//! A closure that only does `try_send(bytes.to_vec())` has released the frame: the withdrawal settles, the person is told, and what is in that channel is written afterwards.
//! `examples/tokio/` has both, with a test that counts what each keeps: of 50 frames that wait as somebody withdraws, none arrives from a queue before the gate,
//! and all 50 from one behind it.
//!
//! # Which call
//!
//! [`Tap::admit`] hands on the client's own payload, without a copy, and so can neither redact nor, unless it is encoded, blank.
//! [`Tap::admit_into`] copies the cleared part into a buffer of the outlet's; the rest never leaves the client's.
//! [`Tap::admit_in_place`] changes the client's payload. It is for a buffer that nobody else reads: use it for one tap only, the last to see the buffer.
//!
//! All of them call the closure within the call, at most once. [`Admission::output`] is what the closure returned.
//!
//! # Samples as bytes
//!
//! A payload is bytes. The byte order of PCM samples makes no difference to the gate; crates such as `bytemuck` turn a slice of `i16` or `f32` into one of `u8` without a copy.
//! Pictures are [`Payload::Planes`] with the stride of each plane.
//!
//! # Which time is the time of capture
//!
//! R5 asks for consent from capture to release, so a time of capture that is too late clears what was said before the person agreed.
//! It is the time of the *earliest* sample that the payload can yield, on the meeting's clock. If it is not known exactly, take an earlier one, never a later one.
//!
//! | source | time of capture |
//! |---|---|
//! | own microphone or camera | that of the capture callback, less the length of the buffer if the callback gives its end |
//! | an own encoder | that of the first sample that went into it, less its look-ahead |
//! | a received stream with the abs-capture-time header extension, or with RTCP sender reports | the sender's time of capture, brought to the receiver's clock; less the error that this may have, and for Opus less the overlap with the packet before |
//! | a received stream without either | the time of arrival, less an upper bound of the time on the way and in buffers. If there is none, the frame is not to be vouched for: give a time out of range, and it is withheld |
//! | a caption | when its first word was *said*, not when the recogniser gave it. Words of a second speaker are a region of theirs; if it is derived from frames, see below |
//! | something quoted | the frame's own; the region has the original's, by [`Region::captured`] |
//! | something derived | nothing to say: it is that of the earliest source ([`Frame::derived`]) |
//!
//! In-band forward error correction, redundant blocks and deep redundancy of Opus reach further back; the gate reads them and accounts for them itself.
//!
//! # Contributing sources of RTP
//!
//! A mixer lists who is in a packet as CSRCs. [`SourceMap`](crate::receive::SourceMap) makes contributors of them: [`time_and_people`](super::time_and_people).
//!
//! # Keyframes
//!
//! After a withheld frame an encoded stream resumes only at a frame that by its own header starts afresh. If one is withheld for want of that alone,
//! [`Tap::keyframe_request`] says when to ask the sender for one: once, and again at intervals, so that a loop that asks it after every frame does not flood the sender.
//! Offer every picture, also those that will be withheld: the gate knows who is in a picture only if it is offered.

#[cfg(doc)]
use crate::{Admission, Contributors, Frame, Participant, Payload, Region, Tap, format::Format};
