//! Tags on their way, with the tools of others as judges: tshark reads the packets, ffmpeg makes them and decodes the streams.
//!
//! `rtp.rs` is about header extensions, `streams.rs` about encoded streams, `sdp.rs` about session descriptions;
//! `packets.rs` makes packets, `tshark.rs` has them read.

pub mod packets;
mod rtp;
mod sdp;
mod streams;
pub mod tshark;

use framegate::{
    Instance, Purposes, Tag,
    archive::{Carried, MeetingKey, Subject, Subjects},
    format::Format,
};

use crate::common;

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
