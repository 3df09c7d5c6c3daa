//! What is wrong with a frame, and what to do about it.

use core::fmt;

use crate::types::word::names;

macro_rules! faults {
    ($($(#[$doc:meta])* $fault:ident = $number:literal, $name:literal, $remedy:literal;)*) => {
        /// What was wrong with a frame, if the client rather than somebody's consent was the cause: [`Tap::last_fault`](crate::Tap::last_fault).
        ///
        /// Displayed, it names the remedy. Numbers are never reused.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[repr(u8)]
        #[non_exhaustive]
        pub enum Fault { $($(#[$doc])* $fault = $number,)* }

        names! { Fault, "fault": $($fault = $name,)* }

        impl Fault {
            /// All of them, by number.
            pub const ALL: &'static [Self] = &[$(Self::$fault),*];

            /// Returns what to do about it.
            #[must_use]
            pub const fn remedy(self) -> &'static str {
                match self { $(Self::$fault => $remedy,)* }
            }
        }
    };
}

impl fmt::Display for Fault {
    /// Such as `empty payload: do not offer frames without content`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.name(), self.remedy())
    }
}

faults! {
    /// Planes came, and the format takes one run of bytes.
    Planes = 1, "planes instead of bytes", "the stream's format takes one run of bytes";
    /// One run of bytes came, and the format is a raw picture.
    Bytes = 2, "bytes instead of planes", "a raw picture comes as its planes, each with its stride";
    /// There are no bytes.
    Empty = 3, "empty payload", "do not offer frames without content";
    /// More bytes, or samples of a channel, than 32 bits count.
    TooLong = 4, "payload too long", "split it into frames of less than 4 GiB";
    /// The length is no multiple of a sample of every channel, such as 641 bytes of 16-bit stereo.
    PartialSample = 5, "part of a sample", "the length must be a multiple of the bytes of a sample times the channels";
    /// Fewer planes than the pixel format has.
    MissingPlane = 6, "missing plane", "pass every plane of the stream's pixel format";
    /// More planes than the pixel format has.
    ExtraPlane = 7, "plane too many", "leave the planes empty that the stream's pixel format does not have";
    /// A stride smaller than a row.
    Stride = 8, "stride too small", "the stride is in bytes and at least a row's width";
    /// A plane that ends before its last row does.
    PlaneTooSmall = 9, "plane too small", "check the stream's width and height, the strides and the planes' lengths";
    /// Chroma of a picture with an odd side, in a plane for half of it rounded down.
    ChromaRoundedDown = 10, "chroma rounded down", "half an odd width or height is rounded up, (width + 1) / 2";
    /// The buffer for the copy is of another form or size than the payload.
    Buffer = 11, "buffer does not fit", "the buffer must be as long as the payload, or have planes for the stream's size, and not overlap with the payload";
    /// A text that is not UTF-8 (RFC 3629).
    NotUtf8 = 12, "not UTF-8", "convert the text to UTF-8, and cut it only between characters";
    /// A text that is not JSON (RFC 8259), or with more than 128 levels.
    NotJson = 13, "not JSON", "pass one whole JSON text in UTF-8, nested at most 128 deep";
    /// A record of another length than its schema's.
    RecordLength = 14, "length of a record", "pass eight bytes for each field of the schema";
    /// A record with regions, or one that names others than its owner.
    RecordOfOthers = 15, "record of others", "a record is its owner's alone: name nobody else, and no regions";
    /// More regions than [`MAX_REGIONS`](crate::MAX_REGIONS).
    TooManyRegions = 16, "too many regions", "a frame has at most 64 regions: merge those of one person";
    /// More sources than [`MAX_SOURCES`](crate::MAX_SOURCES).
    TooManySources = 17, "too many sources", "a frame has at most 64 sources: meet some of them first";
    /// An area that the format has not.
    AreaKind = 18, "area of another format", "rectangles are of raw pictures, channels of PCM, spans of text; records have none";
    /// A rectangle or span of no size.
    EmptyArea = 19, "empty area", "a region covers at least one pixel or byte; a span ends after its start";
    /// A rectangle wholly outside the picture, or a span beyond the text's end.
    AreaOutside = 20, "area outside the frame", "rectangles are in luma samples of the stream's size, spans in bytes of this text";
    /// A channel that the stream has not.
    NoSuchChannel = 21, "no such channel", "channels count from 0";
    /// A span that begins or ends within a character.
    SplitCharacter = 22, "split character", "a span begins and ends between characters of UTF-8, in bytes";
    /// [`Contributors::Owner`](crate::Contributors::Owner) on a stream without an owner.
    NoOwner = 23, "stream without owner", "list everybody who is in the frame";
    /// A list, or a group, of nobody.
    NobodyNamed = 24, "nobody named", "name everybody who is in the frame, the unknown as unknown";
    /// Sources on a stream that is not of derived data.
    NotDerived = 25, "sources on a stream that is not derived", "open the stream for derived data, or name contributors";
    /// A frame of derived data without its sources.
    NoSources = 26, "derived data without sources", "name the sources that came out of releases";
    /// NAL units with their lengths before them (ISO/IEC 14496-15: `avcC`, `hvcC`), as from MP4, `WebCodecs`, `VideoToolbox` or Media Foundation.
    LengthPrefixed = 27, "length-prefixed units", "open the stream with the encoder's decoder configuration, or put a start code, 00 00 00 01, in the place of each length";
    /// No start code at the beginning (ITU-T H.264 and H.265, annex B).
    NoStartCode = 28, "no start code", "pass a whole access unit that begins with a start code; put RTP payloads together first";
    /// A unit whose header is cut off, or has a bit set that must be zero.
    UnitHeader = 29, "header of a unit", "the unit is damaged, encrypted or of another codec: check the stream's format";
    /// A further layer or view, which the gate does not follow.
    Layer = 30, "further layer", "send each layer as a stream of its own, or a single layer";
    /// A keyframe without the parameter sets, or the sequence header, that it needs.
    NoParameterSets = 31, "keyframe without parameter sets", "repeat the parameter sets, or the sequence header, before every keyframe, in the same frame";
    /// A keyframe behind another picture in the same payload, or a frame of ADTS behind another.
    SeveralFrames = 32, "several frames in one", "offer each access unit, or temporal unit, as a frame of its own";
    /// A keyframe at the head of an open group of pictures (a CRA picture of HEVC), whose leading pictures depend on earlier ones.
    OpenGroup = 33, "open group of pictures", "have the encoder close its groups of pictures, with IDR pictures";
    /// A frame header that is none of the codec's, or cut off.
    FrameHeader = 34, "frame header", "the frame is damaged, encrypted, of another codec or still in RTP payloads: check the stream's format";
    /// A unit that ends beyond the frame: of AV1, or of H.264 or HEVC behind its length. A frame of ADTS of another length than it says.
    UnitSize = 35, "size of a unit", "the frame is cut off, or the sizes in it are wrong, or of more or fewer bytes than the decoder configuration says";
    /// A unit of AV1 without a size, before others.
    NoUnitSize = 36, "unit without a size", "pass units with sizes (low-overhead format, AV1 §5.2); RTP payloads leave them out";
    /// AV1 in the length-delimited format (AV1 annex B).
    LengthDelimited = 37, "length-delimited units", "pass the low-overhead format (AV1 §5.2), not annex B";
    /// Not a packet of Opus (RFC 6716 §3).
    OpusPacket = 38, "packet of Opus", "pass one packet a frame, of 120 ms at most, without Ogg pages or RTP headers";
    /// A packet of Opus with other streams than the format says (RFC 7845 §5.1.1).
    OpusStreams = 39, "number of Opus streams", "open the stream with as many streams as its packets have";
    /// Not redundant Opus (RFC 2198).
    OpusRedundancy = 40, "redundant Opus", "pass whole RED payloads, or open the stream as plain Opus";
    /// A keyframe of which the client said that it is none.
    DeniedKeyframe = 41, "keyframe said to be none", "leave the hint out, or say so of no keyframe";
    /// A struct of the C interface that could not be read.
    Struct = 42, "struct", "set its size, its enumerations, counts within their limits, and pointers to as much as they say";
    /// A frame that names somebody else, of a stream of its owner [alone](crate::StreamOptions::alone).
    OthersNamed = 43, "others named", "open the stream as its owner's (`owned`) if others can be in its frames";
    /// A start code where the stream's decoder configuration record says that NAL units have their lengths before them: a byte stream (annex B), in whole or in a unit.
    StartCode = 44, "start code in place of a length", "open the stream without the decoder configuration record, or have the encoder write lengths";
    /// A header of ADTS before AAC of which the stream's decoder configuration says that it is raw.
    Adts = 45, "ADTS header before raw AAC", "open the stream without the decoder configuration, or leave the header out";
    /// AAC without a header of ADTS (ISO/IEC 14496-3 §1.A.3.2): raw, in LATM, or none.
    NoAdts = 46, "no ADTS header", "open a stream of raw AAC with its decoder configuration, or pass frames of ADTS";
    /// AAC of another profile than AAC-LC, whose frames are predicted from earlier ones.
    AacProfile = 47, "profile of AAC", "have the encoder make AAC-LC";
    /// A frame of AAC that begins as none of its channels does (ISO/IEC 14496-3 §4.4.2.1).
    AacFrame = 48, "frame of AAC", "the frame is damaged, encrypted or of other channels than the decoder configuration or its header says";
}

#[cfg(test)]
mod tests {
    use std::{collections::HashSet, string::ToString};

    use super::*;

    #[test]
    fn each_has_a_number_a_name_and_a_remedy_of_its_own() {
        let names: HashSet<_> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        let remedies: HashSet<_> = Fault::ALL.iter().map(|fault| fault.remedy()).collect();
        assert_eq!(
            (names.len(), remedies.len()),
            (Fault::ALL.len(), Fault::ALL.len())
        );
        for (number, fault) in (1..).zip(Fault::ALL) {
            assert_eq!(*fault as u8, number, "{fault}");
            assert_eq!(fault.name().parse(), Ok(*fault));
            assert!(fault.to_string().starts_with(fault.name()));
        }
    }
}
