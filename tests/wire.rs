//! Tags on their way, with the tools of others as judges: tshark reads the packets, ffmpeg makes them and decodes the streams.
//!
//! `wire/rtp.rs` is about header extensions, `wire/streams.rs` about encoded streams, `wire/sdp.rs` about session descriptions;
//! `wire/packets.rs` makes packets, `wire/tshark.rs` has them read.

mod common;

#[path = "wire/packets.rs"]
mod packets;
#[path = "wire/rtp.rs"]
mod rtp;
#[path = "wire/sdp.rs"]
mod sdp;
#[path = "wire/streams.rs"]
mod streams;
#[path = "wire/tshark.rs"]
mod tshark;

use std::process::Command;

use framegate::{Carried, Format, Instance, MeetingKey, Purposes, Subject, Subjects, Tag};

/// The tag of a frame that a meeting cleared.
fn tag() -> Tag {
    let (mut meeting, notice, [who]) = common::meeting();
    let at = common::millis(1000);
    common::agree(&mut meeting, notice, who, common::SCOPE, at);
    let mut tap = common::tap(&mut meeting, common::microphone(who), Purposes::RECORD);
    let now = common::millis(0x0102_0304);
    let admission = tap.admit(&common::own(now), [0; 640][..].into(), now, |cleared| {
        cleared.tag()
    });
    admission.output.expect("a released frame")
}

/// The tag alone, and with a seal.
fn both() -> [Carried; 2] {
    let tag = tag();
    let subjects = [Subject {
        id: "0",
        kinds: framegate::Kinds::empty(),
    }];
    let subjects = Subjects::new(&subjects).expect("one");
    let key = MeetingKey::new(&[7; 32], Instance::draw().unwrap())
        .unwrap()
        .stream(tag);
    let seal = Some(key.seal(tag, subjects, key.digest(Format::OPAQUE, b"payload")));
    [tag.into(), Carried { tag, seal }]
}

/// The bytes that travel.
fn bytes(carried: Carried) -> Vec<u8> {
    let mut bytes = carried.tag.to_bytes().to_vec();
    bytes.extend(carried.seal.iter().flat_map(|seal| seal.to_bytes()));
    bytes
}

/// What a tool prints; it must be there and must not fail.
fn run(tool: &str, arguments: &[&str]) -> Vec<u8> {
    let output = Command::new(tool).args(arguments).output();
    let output = output.unwrap_or_else(|error| panic!("{tool}: {error}; .ci/run installs it"));
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{tool} {arguments:?}: {errors}");
    output.stdout
}
