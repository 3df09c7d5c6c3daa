//! Which formats can be dropped, blanked and redacted; what the gate cannot see; how many of each there can be.
//!
//! # Formats
//!
//! | of | payload | drop | blank | redact |
//! |---|---|---|---|---|
//! | audio | PCM: U8, S16, S32, F32; G.711 µ-law and A-law; interleaved or planar, any number of channels | yes | silence | by channel |
//! | video, screen | I420, I422, I444, NV12, NV21, YUY2, UYVY, P010, RGBA, BGRA, RGB24, GRAY8; limited and full range; up to 32,768 a side, odd sizes too; any stride | yes | black | by rectangle |
//! | chat, captions, notes, comments | UTF-8 text | yes | `*` for every byte | by span |
//! | whiteboard, polls, calendar, files' names | JSON text | yes | every value masked, and every key but those registered as structural | by span, over whole values |
//! | audio | Opus of any duration and number of channels, with redundant blocks (RED) or without | yes | silence of the same length | no |
//! | audio | AAC-LC, raw or in ADTS, of 7.35 to 96 kHz | yes | silence of the same length, for channel configurations 1 to 7 (mono to 7.1) | no |
//! | video, screen | H.264, HEVC, VP8, VP9, AV1 | yes, and what depends on it | black, for 4:2:0 of 8 bits without reordering, up to 4096×2304; of HEVC, VP9 and AV1 also of 10 bits; of VP9 and AV1 from 33×33 | no |
//! | encrypted media, HE-AAC and other profiles of AAC, other codecs, handles of GPU surfaces | opaque bytes | yes | no | no |
//! | telemetry, diagnostics, usage | records of up to 64 integers, against a schema | yes | zeros | fields out of range |
//!
//! Each constant and constructor of [`Format`] has its own limits, and [`Format::fits`] the kinds that it can be of.
//! A withheld frame that cannot be blanked is dropped, with the reason for which it was withheld; [`Tap::can_blank`] says which it will be.
//!
//! - Hiding a rectangle also hides every chroma sample that it overlaps, and what lies between the picture's rows and below the last. A whole picture is handed on with those bytes as they are ([`Plane`]).
//! - Masked text and JSON keep their length, and JSON stays valid: how long each value was can still be seen ([`Format::JSON`]).
//! - Hiding always means filling with one value: blurred or pixelated pictures can be recovered.
//! - A stream of derived data can have any of its kind's formats but records. Its sources come out of a release alone ([`Cleared::source`]).
//! - [`Kind::Unclassified`] can never be cleared.
//!
//! # Encoded streams
//!
//! After a withheld frame a stream resumes at an IDR picture with its parameter sets in the same access unit, in HEVC at a BLA picture too, at a keyframe of VP8 or VP9,
//! at a shown keyframe of AV1 that no operating point leaves out; never at an open group of pictures.
//! A predicted picture also waits if anyone in it lacked consent at any time since the last released picture was captured:
//! it may show what was captured in between, even if that was never offered.
//!
//! H.264 and HEVC are byte streams with start codes (annex B) or, with a [decoder configuration](crate::StreamOptions::decoder_config), length-prefixed units,
//! as in MP4 or from WebCodecs. A frame in the other form is malformed ([`faults`](super::faults)).
//! A payload without bytes is no frame of an encoded stream: browsers hand on such for silence (DTX), encoders for a picture that they leave out.
//! Nothing is handed on for it, the verdict is malformed, but it is not counted, has no fault, and the stream goes on as if it had never been offered.
//! Each layer of a simulcast is a stream of its own. Spatial layers in one superframe of VP9, or one temporal unit of AV1, are blanked as one picture, of the size of the highest.
//! Layers of VP9 that are frames of their own are best dropped if withheld, because each blanked one would become a picture; in AV1 only the highest is blanked.
//! H.264 and HEVC must be single-layer.
//!
//! An Opus packet is dated by the earliest audio that it can reproduce, through forward error correction or redundancy; if that is not known, it is withheld.
//!
//! | in an Opus packet | reaches back | |
//! |---|---|---|
//! | in-band forward error correction | one frame | dated |
//! | redundant blocks (RED) of Opus | their timestamp offset, and what they reach back themselves | dated |
//! | zero padding, scalable quality (QEXT, extension 124) | no | released |
//! | deep redundancy (DRED, extension 126, experimental version 12) | 1.08 s, and its offset if that is before its frame | dated; withheld while it reaches back to frames that named others, or to before the tap's first |
//! | other extensions, other versions, malformed ones; redundant blocks of other codecs | unknown | withheld |
//!
//! How much deep redundancy holds is not decoded: 26 latents of 40 ms, as many as libopus writes and reads, and 40 ms for what these look back.
//! An encoder is to be fed without a gap: what it holds from before one, it says was just before the packet.
//!
//! A frame of AAC-LC is dated by the earliest sample that its transform covers ([`Format::AAC`]).
//!
//! | in a frame of AAC | reaches back | |
//! |---|---|---|
//! | the transform of AAC-LC | one frame | dated |
//! | replicated bands (SBR), parametric stereo (PS), unannounced | less than one frame more | dated, unless the configuration says that there are none; announced: the stream cannot be opened |
//! | prediction (main profile), long-term prediction (LTP) | to the stream's beginning | malformed, by the profile, and by the first channel's flag |
//! | data stream elements, fill elements | not looked into | released with their frame |
//!
//! # What the gate cannot see
//!
//! All of this is the client's word. SECURITY.md has it by who could abuse it.
//!
//! - who is in a frame, and where: the gate finds no faces and voices;
//! - a second person at a shared microphone or camera, unless named, as [`Participant::UNKNOWN`] if need be;
//! - who is quoted: a person who repeats or shows another's words or picture, without a region for it;
//! - when a frame was captured;
//! - that a derived frame names all that it was made from;
//! - a mix whose sources are not listed: name them, or give [`Contributors::Partial`], which is withheld;
//! - who an id is, whether somebody is a child, and whose a key is;
//! - what happens behind an outlet.
//!
//! # Service data
//!
//! A [`Schema`] declares how many bits one person may send to one outlet in a minute. Budgets reset on the minute, so two minutes' worth can be sent back to back.
//! The gate cannot see what the integers mean, or whether values within their range carry a message; it bounds how much.
//!
//! # How many
//!
//! | what | at most |
//! |---|---|
//! | people at a time | 65,535, and as many as the meeting was opened for |
//! | pairs of a purpose and a third party | 7 in a meeting |
//! | streams, and outlets, each | 65,535 in a meeting |
//! | regions, and sources, of a frame, each | 64 ([`MAX_REGIONS`], [`MAX_SOURCES`]) |
//! | fields of a record | 64 ([`MAX_FIELDS`]) |
//! | nesting of JSON | 128 |
//! | time since the meeting's start | 49.7 days |
//! | a step of the clock without [`Meeting::advance`] | a day |

#[cfg(doc)]
use crate::{
    Cleared, Contributors, Kind, MAX_REGIONS, MAX_SOURCES, Meeting, Participant, Plane, Tap,
    format::{Format, MAX_FIELDS, Schema},
};
