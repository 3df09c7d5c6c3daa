//! Ledgers, sealed tags, tags on the wire, and the check before training.
//!
//! # The ledger
//!
//! A meeting that is given a store ([`LedgerWriter`]) writes a ledger: JSON Lines, each with the SHA-256 of the line before. `schema/ledger.md` describes it for
//! readers without the library: every line, what verifying proves, and what it does not prove. Each line has one form, byte for byte; one whose JSON was written anew is refused.
//!
//! - A widening is durable in it before it takes effect; a narrowing takes effect at once, and settles only once it is durable there.
//! - The chain by itself is merely consistent: anybody with the file can write another. A [`Head`] that is kept apart, or a [`Device`]'s signature, reveals any later change before it.
//! - Its first line has the meeting's [`Instance`]. Evidence of one meeting is refused by another's ledger, key or head, also if both have the same id.
//! - A ledger in a file has one writer: [`FileStore`] locks it, and refuses to go on after lines that it has not read.
//! - People can withdraw when the meeting is over or its process has gone: [`PastMeeting`] enters that in the ledger, or beside it while another process has it, and
//!   [`Ledger::read_file`] reads both.
//!
//! Somebody who joins with an Ed25519 key agrees by signing and in no other way: neither the host nor the operator of the client can do it for them, and a signature
//! made before a withdrawal opens nothing. [`Grant::message`] returns the bytes to sign. Withdrawing never needs a signature.
//!
//! # Sealed tags
//!
//! A [`Tag`] says what the gate did, and by itself only that somebody wrote it. A [`Seal`], 16 bytes of HMAC-SHA-256, binds it to the meeting's instance, the people in the frame and
//! those bytes of the payload that honest transports leave alone ([`StreamKey::digest`]).
//!
//! **Whoever can verify a seal can make one.** It protects tags between those who share the secret, and proves nothing to others; for that there is the ledger,
//! signed with people's keys and the device's. A tag that the ledger does not support is rejected, whoever sealed it.
//!
//! # On the wire
//!
//! | where | module |
//! |---|---|
//! | RTP: a header extension (RFC 8285), 16 bytes in the one-byte form, sealed 32 in the two-byte form | [`wire::rtp`] |
//! | H.264, HEVC: user data (SEI) that decoders skip | [`wire::sei`] |
//! | AV1: metadata that decoders skip | [`wire::obu`] |
//! | session descriptions: `a=extmap`, SIPREC's `a=record` and `a=recordpref` (RFC 7866) | [`wire::sdp`] |
//!
//! Any receiver on the way may drop them. An absent tag, one that does not parse and one that is not verified all mean no consent.
//!
//! # Before training, and after a withdrawal
//!
//! [`Verifier::verify_batch`] checks which of many archived frames may be used for a purpose, and why the others may not: tag, seal and ledger have to agree.
//! [`Verifier::recheck`] finds by a newer ledger the frames that must go now (GDPR Art. 17); a ledger that does not go on from the earlier one is refused.
//! A frame that was released in the same instant as a grant may count as earlier, and is then not cleared.
//!
//! From a clone of the repository:
//!
//! ```sh
//! openssl rand -hex 32 > target/secret
//! cargo run --release --example meeting -- --seal target/secret   # leaves an archive for each outlet
//! cargo run --release --manifest-path examples/verify/Cargo.toml -- \
//!   --archive target/meeting/speech-model/archive.jsonl --ledger target/meeting/ledger.jsonl --secret target/secret
//! ```
//!
//! The last lists the frames that may be trained on, and why the others may not. With `--out DIR` it leaves the filtered archive as JSON Lines and Parquet, and what is to be erased;
//! with `--recheck --head DIR/head.json` it looks at that archive again by a newer ledger. JSON schemas of all these files are in `schema/`.

#[cfg(doc)]
use crate::{
    Grant, Instance, PastMeeting, Tag,
    archive::{Seal, StreamKey, Verifier},
    ledger::{Device, FileStore, Head, Ledger, LedgerWriter},
    wire,
};
