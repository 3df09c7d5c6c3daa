//! The guide, of no code: how to use the gate, and what to know before.
//!
//! | page | what it answers |
//! |---|---|
//! | [`getting_started`] | how to open a meeting with a ledger, ask people, gate frames, go on after a crash, and write receipts |
//! | [`threads`] | what runs where, and what waits for what |
//! | [`buffers_and_queues`] | which call to use, which time is the time of capture, where to put queues, mixers, encoders and encryption |
//! | [`time_and_people`] | which time is `captured` for whoever sends, receives, forwards, records or captions; what the worst delay is; who is in an RTP packet |
//! | [`limits`] | which formats can be dropped, blanked and redacted; what the gate cannot see; how many of each there can be |
//! | [`blanks`] | which encoded streams can be blanked, by codec and configuration |
//! | [`faults`] | why nothing comes out, and what to do about it |
//! | [`evidence`] | ledgers, sealed tags, tags on the wire, and the check before training |
//! | [`performance`] | what costs what, and how to pay less |

pub mod blanks;
pub mod buffers_and_queues;
pub mod evidence;
pub mod faults;
pub mod getting_started;
pub mod limits;
pub mod performance;
pub mod threads;
pub mod time_and_people;
