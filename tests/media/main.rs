//! What is left of payloads, in every format, raw and encoded, and tags on their way; with other people's decoders as judges.

#![cfg(feature = "std")]

mod aac;
#[path = "../common/mod.rs"]
mod common;
mod encoded;
mod json;
mod judges;
mod opus;
mod oracle_encoded;
mod raw;
mod receive;
mod wire;
