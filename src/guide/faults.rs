//! Why nothing comes out: which frames are withheld for which reason, and what to do about a fault.
//!
//! [`Tap::reasons`] counts a tap's frames by verdict and [`Reason`]; [`Meeting::reasons`] does for every tap.
//! A reason such as [`Reason::NotGranted`] or [`Reason::Withdrawn`] is somebody's decision, and there is nothing to repair.
//! With [`Reason::Malformed`], [`Reason::Incomplete`] and [`Reason::AwaitsKeyframe`] the client may be at fault. [`Tap::last_fault`] says how:
//!
//! ```
//! # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
//! use framegate::{Contributors, Fault, Frame, Reason, Time, Verdict};
//!
//! # let scene::Scene { meeting: _meeting, mut tap, .. } = scene::scene();
//! // A buffer of 16-bit samples that was cut within a sample.
//! let (samples, now) = ([0_u8; 641], Time::from_millis(100));
//! let frame = Frame::new(now, Contributors::Owner);
//! let admission = tap.admit(&frame, samples[..].into(), now, |_| unreachable!("it was dropped"));
//!
//! let why = Verdict::Dropped(Reason::Malformed);
//! assert_eq!((admission.verdict(), tap.reasons().get(why)), (why, 1));
//! let fault = tap.last_fault().expect("a fault");
//! assert_eq!(fault, Fault::PartialSample);
//! println!("{fault}"); // part of a sample: the length must be a multiple of …
//! ```
//!
//! A fault stays until the next one, so it can be asked for now and then rather than after every frame.
//!
//! # Blank or not
//!
//! [`Tap::can_blank`] says whether withheld frames go to the outlet blank. A stream of H.264 in 4:4:4 or with B-frames, for example, has no blank frames, and is dropped instead;
//! to have it blanked, let the encoder make 4:2:0 without reordering ([`limits`](super::limits)).
//!
//! # Faults
//!
//! | fault | its name | what to do |
//! |---|---|---|
//! | [`Planes`](Fault::Planes) | planes instead of bytes | the stream's format takes one run of bytes |
//! | [`Bytes`](Fault::Bytes) | bytes instead of planes | a raw picture comes as its planes, each with its stride |
//! | [`Empty`](Fault::Empty) | empty payload | do not offer frames without content |
//! | [`TooLong`](Fault::TooLong) | payload too long | split it into frames of less than 4 GiB |
//! | [`PartialSample`](Fault::PartialSample) | part of a sample | the length must be a multiple of the bytes of a sample times the channels |
//! | [`MissingPlane`](Fault::MissingPlane) | missing plane | pass every plane of the stream's pixel format |
//! | [`ExtraPlane`](Fault::ExtraPlane) | plane too many | leave the planes empty that the stream's pixel format does not have |
//! | [`Stride`](Fault::Stride) | stride too small | the stride is in bytes and at least a row's width |
//! | [`PlaneTooSmall`](Fault::PlaneTooSmall) | plane too small | check the stream's width and height, the strides and the planes' lengths |
//! | [`ChromaRoundedDown`](Fault::ChromaRoundedDown) | chroma rounded down | half an odd width or height is rounded up, (width + 1) / 2 |
//! | [`Buffer`](Fault::Buffer) | buffer does not fit | the buffer must be as long as the payload, or have planes for the stream's size, and not overlap with the payload |
//! | [`NotUtf8`](Fault::NotUtf8) | not UTF-8 | convert the text to UTF-8, and cut it only between characters |
//! | [`NotJson`](Fault::NotJson) | not JSON | pass one whole JSON text in UTF-8, nested at most 128 deep |
//! | [`RecordLength`](Fault::RecordLength) | length of a record | pass eight bytes for each field of the schema |
//! | [`RecordOfOthers`](Fault::RecordOfOthers) | record of others | a record is its owner's alone: name nobody else, and no regions |
//! | [`TooManyRegions`](Fault::TooManyRegions) | too many regions | a frame has at most 64 regions: merge those of one person |
//! | [`TooManySources`](Fault::TooManySources) | too many sources | a frame has at most 64 sources: meet some of them first |
//! | [`AreaKind`](Fault::AreaKind) | area of another format | rectangles are of raw pictures, channels of PCM, spans of text; records have none |
//! | [`EmptyArea`](Fault::EmptyArea) | empty area | a region covers at least one pixel or byte; a span ends after its start |
//! | [`AreaOutside`](Fault::AreaOutside) | area outside the frame | rectangles are in luma samples of the stream's size, spans in bytes of this text |
//! | [`NoSuchChannel`](Fault::NoSuchChannel) | no such channel | channels count from 0 |
//! | [`SplitCharacter`](Fault::SplitCharacter) | split character | a span begins and ends between characters of UTF-8, in bytes |
//! | [`NoOwner`](Fault::NoOwner) | stream without owner | list everybody who is in the frame |
//! | [`NobodyNamed`](Fault::NobodyNamed) | nobody named | name everybody who is in the frame, the unknown as unknown |
//! | [`NotDerived`](Fault::NotDerived) | sources on a stream that is not derived | open the stream for derived data, or name contributors |
//! | [`NoSources`](Fault::NoSources) | derived data without sources | name the sources that came out of releases |
//! | [`LengthPrefixed`](Fault::LengthPrefixed) | length-prefixed units | open the stream with the encoder's decoder configuration, or put a start code, 00 00 00 01, in the place of each length |
//! | [`NoStartCode`](Fault::NoStartCode) | no start code | pass a whole access unit that begins with a start code; put RTP payloads together first |
//! | [`UnitHeader`](Fault::UnitHeader) | header of a unit | the unit is damaged, encrypted or of another codec: check the stream's format |
//! | [`Layer`](Fault::Layer) | further layer | send each layer as a stream of its own, or a single layer |
//! | [`NoParameterSets`](Fault::NoParameterSets) | keyframe without parameter sets | repeat the parameter sets, or the sequence header, before every keyframe, in the same frame |
//! | [`SeveralFrames`](Fault::SeveralFrames) | several frames in one | offer each access unit, or temporal unit, as a frame of its own |
//! | [`OpenGroup`](Fault::OpenGroup) | open group of pictures | have the encoder close its groups of pictures, with IDR pictures |
//! | [`FrameHeader`](Fault::FrameHeader) | frame header | the frame is damaged, encrypted, of another codec or still in RTP payloads: check the stream's format |
//! | [`UnitSize`](Fault::UnitSize) | size of a unit | the frame is cut off, or the sizes in it are wrong, or of more or fewer bytes than the decoder configuration says |
//! | [`NoUnitSize`](Fault::NoUnitSize) | unit without a size | pass units with sizes (low-overhead format, AV1 §5.2); RTP payloads leave them out |
//! | [`LengthDelimited`](Fault::LengthDelimited) | length-delimited units | pass the low-overhead format (AV1 §5.2), not annex B |
//! | [`OpusPacket`](Fault::OpusPacket) | packet of Opus | pass one packet a frame, of 120 ms at most, without Ogg pages or RTP headers |
//! | [`OpusStreams`](Fault::OpusStreams) | number of Opus streams | open the stream with as many streams as its packets have |
//! | [`OpusRedundancy`](Fault::OpusRedundancy) | redundant Opus | pass whole RED payloads, or open the stream as plain Opus |
//! | [`DeniedKeyframe`](Fault::DeniedKeyframe) | keyframe said to be none | leave the hint out, or say so of no keyframe |
//! | [`Struct`](Fault::Struct) | struct | set its size, its enumerations, counts within their limits, and pointers to as much as they say |
//! | [`OthersNamed`](Fault::OthersNamed) | others named | open the stream as its owner's (`owned`) if others can be in its frames |
//! | [`StartCode`](Fault::StartCode) | start code in place of a length | open the stream without the decoder configuration record, or have the encoder write lengths |
//! | [`Adts`](Fault::Adts) | ADTS header before raw AAC | open the stream without the decoder configuration, or leave the header out |
//! | [`NoAdts`](Fault::NoAdts) | no ADTS header | open a stream of raw AAC with its decoder configuration, or pass frames of ADTS |
//! | [`AacProfile`](Fault::AacProfile) | profile of AAC | have the encoder make AAC-LC |
//! | [`AacFrame`](Fault::AacFrame) | frame of AAC | the frame is damaged, encrypted or of other channels than the decoder configuration or its header says |

#[cfg(doc)]
use crate::{Fault, Meeting, Reason, Tap};
