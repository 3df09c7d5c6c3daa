use core::fmt;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error};

use crate::types::{
    hex,
    ids::StreamId,
    kind::{Kind, Kinds},
    purpose::Purposes,
    time::{Millis, Time},
    verdict::{Reason, Verdict},
};

/// The consent state of one frame: 16 bytes that travel with it.
///
/// | bytes, big-endian | field |
/// |---|---|
/// | 0 | version, 1 |
/// | 1 | kind; 255: several |
/// | 2 | treatment: 0 dropped, 1 whole, 2 redacted in part, 3 blanked |
/// | 3 | reason: 0 for a whole frame, else why it is not |
/// | 4–5 | purposes cleared; 0 unless whole or redacted |
/// | 6–7 | stream; 65,535: several |
/// | 8–11 | capture time, milliseconds since the meeting's start; 2³² − 1: out of range |
/// | 12–15 | consent generation: how many entries of the ledger the verdict surely took into account |
///
/// An absent tag, or one that does not parse, means no consent. In files it is 32 hexadecimal digits.
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::{Contributors, Frame, Kind, Purposes, Tag, Time, Verdict};
///
/// # let scene::Scene { meeting: _meeting, mut tap, .. } = scene::scene();
/// let frame = Frame::new(Time::from_millis(100), Contributors::Owner);
/// let admission = tap.admit(&frame, [0_u8; 640][..].into(), Time::from_millis(120), |_| ());
///
/// let bytes = admission.tag.to_bytes(); // travels with the frame
/// let tag = Tag::from_bytes(bytes)?;
/// assert_eq!((tag.verdict(), tag.kind()), (Verdict::Whole, Some(Kind::Audio)));
/// assert_eq!(tag.purposes(), Purposes::RECORD);
/// assert!(Tag::from_bytes([0; 16]).is_err()); // no tag, so no consent
/// # Ok::<(), framegate::TagError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag {
    /// Bytes 0–7.
    what: u64,
    /// Bytes 8–15.
    when: u64,
}

/// These bytes are no tag, so there is no consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[cfg_attr(
    feature = "binding",
    expect(clippy::exhaustive_enums, reason = "a new case must get a status")
)]
#[cfg_attr(not(feature = "binding"), non_exhaustive)]
pub enum TagError {
    /// Of another version.
    #[error("unknown tag version {0}: this library reads version 1")]
    Version(u8),
    /// Not what this library writes.
    #[error("invalid tag: treat it as no consent")]
    Invalid,
    /// A tag of this many bytes, which are neither 16 nor, with a seal, 32.
    #[error("a tag of {0} bytes: it has 16, or 32 with its seal")]
    Length(usize),
}

const VERSION: u8 = 1;
/// In the place of a kind.
const SEVERAL: u8 = u8::MAX;

/// The treatment of a frame that is handed on as it was.
const WHOLE: u64 = 1;

/// Where in a tag's halves its fields are.
const KIND: u64 = 0xFF << 48;
/// Treatment, reason and purposes.
const TREATED: u64 = 0xFFFF_FFFF << 16;
const STREAM: u64 = 0xFFFF;
const CAPTURED: u64 = 0xFFFF_FFFF << 32;
const GENERATION: u64 = 0xFFFF_FFFF;

/// What of a tag does not change from frame to frame of a tap, as long as they are whole.
#[derive(Clone, Copy)]
pub(crate) struct Template {
    what: u64,
}

impl Template {
    pub(crate) const fn new(kind: Kind, stream: StreamId) -> Self {
        Self {
            what: (VERSION as u64) << 56 | (kind as u64) << 48 | WHOLE << 40 | stream.0 as u64,
        }
    }

    /// Of a frame that is whole, captured at a time in range.
    #[inline]
    pub(crate) fn whole(self, cleared: Purposes, captured: Time, generation: u32) -> Tag {
        Tag {
            what: self.what | u64::from(cleared.bits()) << 16,
            when: u64::from(captured.floor()) << 32 | u64::from(generation),
        }
    }

    pub(crate) fn tag(
        self,
        verdict: Verdict,
        cleared: Purposes,
        captured: Time,
        generation: u32,
    ) -> Tag {
        Tag {
            what: self.what,
            when: u64::from(captured.floor()) << 32 | u64::from(generation),
        }
        .treated(verdict, cleared)
    }
}

impl Tag {
    /// Of nothing that was released, of no stream, at no time.
    pub(crate) fn withheld(reason: Reason) -> Self {
        let template = Template::new(Kind::Unclassified, StreamId(u16::MAX));
        let never = Time::from_micros(-1);
        template.tag(Verdict::Dropped(reason), Purposes::empty(), never, 0)
    }

    /// Returns the tag for data derived from two frames (R8). It clears no more than either of theirs.
    ///
    /// - Purposes: those for which both were cleared.
    /// - Capture and generation: the earlier.
    /// - Kind and stream: several, if they differ.
    /// - Treatment: whole if both are, else redacted if both were released, in either case with a purpose in common; blanked if both were; else dropped.
    /// - Reason: the one with the smallest number; [`Reason::Disjoint`] if both were whole but have no purpose in common.
    ///
    /// The order in which several tags are joined does not matter, nor how often each is joined.
    /// Both must be of the same meeting; for tags of different meetings there is [`Tag::meet_across_meetings`].
    #[must_use]
    pub fn meet(self, other: Self) -> Self {
        let both = self.purposes() & other.purposes();
        let reason = Reason::strongest(self.verdict().reason(), other.verdict().reason());
        let is_blanked = |tag: Self| matches!(tag.verdict(), Verdict::Blanked(_));
        let verdict = match reason {
            None if both.is_empty() => Verdict::Dropped(Reason::Disjoint),
            None => Verdict::Whole,
            // Nothing is cleared of what was not released.
            Some(reason) if !both.is_empty() => Verdict::Redacted(reason),
            Some(reason) if is_blanked(self) && is_blanked(other) => Verdict::Blanked(reason),
            Some(reason) => Verdict::Dropped(reason),
        };
        self.inheriting(other).treated(verdict, both)
    }

    /// Returns the tag for data derived from frames of two meetings.
    ///
    /// As [`Tag::meet`], but without the purposes that a meeting names: the same bit stands for a different third party in another meeting.
    /// Clocks, streams and generations cannot be compared either, so the tag is of several streams, captured at the start, of generation 0.
    #[must_use]
    pub fn meet_across_meetings(self, other: Self) -> Self {
        self.outside_its_meeting().meet(other.outside_its_meeting())
    }

    fn outside_its_meeting(self) -> Self {
        let tag = Self {
            what: self.what | STREAM,
            when: 0,
        };
        let cleared = self.purposes() & Purposes::FIRST_PARTY;
        let verdict = match self.verdict() {
            Verdict::Whole if cleared.is_empty() => Verdict::Dropped(Reason::Disjoint),
            Verdict::Redacted(reason) if cleared.is_empty() => Verdict::Dropped(reason),
            verdict => verdict,
        };
        tag.treated(verdict, cleared)
    }

    /// The same treatment, of something that comes from another frame as well.
    pub(crate) fn inheriting(self, source: Self) -> Self {
        let several = |mask: u64| {
            if (self.what ^ source.what) & mask == 0 {
                0
            } else {
                mask
            }
        };
        let earlier = |mask: u64| (self.when & mask).min(source.when & mask);
        Self {
            what: self.what | several(KIND) | several(STREAM),
            when: earlier(CAPTURED) | earlier(GENERATION),
        }
    }

    fn treated(self, verdict: Verdict, cleared: Purposes) -> Self {
        let (treatment, reason) = match verdict {
            Verdict::Dropped(reason) => (0, reason as u64),
            Verdict::Whole => (WHOLE, 0),
            Verdict::Redacted(reason) => (2, reason as u64),
            Verdict::Blanked(reason) => (3, reason as u64),
        };
        let cleared = if verdict.is_released() {
            cleared.bits()
        } else {
            0
        };
        Self {
            what: self.what & !TREATED | treatment << 40 | reason << 32 | u64::from(cleared) << 16,
            ..self
        }
    }

    /// Returns the frame's kind; `None` if it was derived from frames of several.
    #[must_use]
    pub fn kind(self) -> Option<Kind> {
        Kind::from_number(self.byte(1))
    }

    /// These kinds and the frame's own.
    pub(crate) fn kinds_with(self, others: Kinds) -> Kinds {
        self.kind().map_or(others, |kind| others | kind.into())
    }

    /// Returns what the gate did with the frame.
    pub fn verdict(self) -> Verdict {
        let reason = Reason::from_number(self.byte(3));
        match (self.byte(2), reason) {
            (1, None) => Verdict::Whole,
            (2, Some(reason)) => Verdict::Redacted(reason),
            (3, Some(reason)) => Verdict::Blanked(reason),
            (_, reason) => Verdict::Dropped(reason.unwrap_or(Reason::Malformed)),
        }
    }

    /// Returns the purposes for which the frame, or its remaining part, was cleared: those of its outlet.
    #[must_use]
    pub fn purposes(self) -> Purposes {
        let [.., high, low, _, _] = self.what.to_be_bytes();
        Purposes::from_bits_retain(u16::from_be_bytes([high, low]))
    }

    /// Returns the stream that the frame came from; `None` if it was derived from frames of several.
    #[must_use]
    pub fn stream(self) -> Option<StreamId> {
        let stream = StreamId(u16::from_be_bytes(self.stream_bytes()));
        stream.is_valid().then_some(stream)
    }

    /// Bytes 6–7.
    pub(crate) fn stream_bytes(self) -> [u8; 2] {
        let [.., high, low] = self.what.to_be_bytes();
        [high, low]
    }

    /// Returns the capture time, rounded down to a millisecond.
    #[must_use]
    pub fn captured(self) -> Time {
        Time::from_floor((self.when >> 32) as Millis)
    }

    /// Returns how many entries of the ledger the verdict surely took into account: [`Meeting::generation`](crate::Meeting::generation).
    #[must_use]
    pub fn generation(self) -> u32 {
        let [.., a, b, c, d] = self.when.to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    /// Returns the tag's 16 bytes, big-endian.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        (u128::from(self.what) << 64 | u128::from(self.when)).to_be_bytes()
    }

    /// Reads a tag from its 16 bytes.
    ///
    /// # Errors
    ///
    /// [`TagError`] for every 16 bytes that [`Tag::to_bytes`] cannot have written.
    pub fn from_bytes(bytes: [u8; 16]) -> Result<Self, TagError> {
        let (what, when) = bytes.split_at(8);
        let half = |half: &[u8]| half.iter().fold(0, |all, byte| all << 8 | u64::from(*byte));
        let tag = Self {
            what: half(what),
            when: half(when),
        };
        if tag.byte(0) != VERSION {
            return Err(TagError::Version(tag.byte(0)));
        }
        // Whatever the accessor had to put right cannot have been written, so it does not come out the same.
        let rewritten = tag.treated(tag.verdict(), tag.purposes());
        let possible = match tag.verdict() {
            Verdict::Redacted(reason) => reason.is_of_a_part(),
            Verdict::Blanked(reason) => !reason.is_fault(),
            Verdict::Whole | Verdict::Dropped(_) => true,
        };
        let withheld = matches!(tag.verdict(), Verdict::Dropped(_));
        let released = tag.verdict().is_released();
        let never_cleared = tag.kind().and_then(Kind::never_cleared).is_some();
        if rewritten == tag
            && possible
            && (tag.kind().is_some() || tag.byte(1) == SEVERAL)
            && released != tag.purposes().is_empty()
            && (withheld || (tag.captured().in_range() && !never_cleared))
        {
            Ok(tag)
        } else {
            Err(TagError::Invalid)
        }
    }

    #[inline]
    const fn byte(self, index: u32) -> u8 {
        (self.what >> (56 - 8 * index)).to_be_bytes()[7]
    }
}

impl Serialize for Tag {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        hex::serialize(&self.to_bytes(), serializer)
    }
}

impl<'de> Deserialize<'de> for Tag {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_bytes(hex::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}

impl fmt::Display for Tag {
    /// The 16 bytes as 32 hexadecimal digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:016x}{:016x}", self.what, self.when)
    }
}

impl fmt::Debug for Tag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tag")
            .field("kind", &self.kind())
            .field("verdict", &self.verdict())
            .field("purposes", &self.purposes())
            .field("stream", &self.stream())
            .field("captured", &self.captured())
            .field("generation", &self.generation())
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString, vec::Vec};

    use proptest::prelude::*;

    use super::*;

    fn reason(is: impl Fn(Reason) -> bool) -> impl Strategy<Value = Reason> {
        let reasons = (0..=u8::MAX).filter_map(Reason::from_number);
        prop::sample::select(reasons.filter(|reason| is(*reason)).collect::<Vec<_>>())
    }

    /// Everything that the gate can write.
    fn tags() -> impl Strategy<Value = Tag> {
        let verdict = prop_oneof![
            Just(Verdict::Whole),
            reason(Reason::is_of_a_part).prop_map(Verdict::Redacted),
            reason(|reason| !reason.is_fault()).prop_map(Verdict::Blanked),
            reason(|_| true).prop_map(Verdict::Dropped),
        ];
        let kind = prop::sample::select(&Kind::ALL[..]);
        let rest = (1u16.., 0..u16::MAX, any::<i64>(), any::<u32>());
        (verdict, kind, rest)
            .prop_map(
                |(verdict, kind, (purposes, stream, captured, generation))| {
                    let purposes = Purposes::from_bits_retain(purposes);
                    // Seldom out of range where it must not be.
                    let captured = match verdict {
                        Verdict::Dropped(_) => captured >> 20,
                        _ => (captured & i64::MAX) >> 21,
                    };
                    Template::new(kind, StreamId(stream)).tag(
                        verdict,
                        purposes,
                        Time::from_micros(captured),
                        generation,
                    )
                },
            )
            .prop_filter("handed on though never cleared", |tag| {
                matches!(tag.verdict(), Verdict::Dropped(_))
                    || (tag.kind() != Some(Kind::Unclassified) && tag.captured().in_range())
            })
    }

    /// What is derived from frames that the gate has seen, from what is derived from those, and so on.
    fn derived_tags() -> impl Strategy<Value = Tag> {
        prop::collection::vec((tags(), any::<bool>()), 1..5).prop_map(|tags| {
            let join = |a: Tag, b: Tag, across| {
                if across {
                    a.meet_across_meetings(b)
                } else {
                    a.meet(b)
                }
            };
            tags.into_iter()
                .reduce(|(a, across), (b, next)| (join(a, b, across), next))
                .unwrap()
                .0
        })
    }

    fn same_or_narrower(a: Tag, b: Tag) -> bool {
        b.purposes().contains(a.purposes())
            && a.captured() <= b.captured()
            && a.generation() <= b.generation()
            && (b.kind() == a.kind() || a.kind().is_none())
            && (b.stream() == a.stream() || a.stream().is_none())
    }

    proptest! {
        #[test]
        fn r1_reads_what_it_writes_and_nothing_else(tag in prop_oneof![tags(), derived_tags()]) {
            let bytes = tag.to_bytes();
            prop_assert_eq!(Tag::from_bytes(bytes), Ok(tag));
            prop_assert_eq!(tag.to_string(), bytes.map(|byte| std::format!("{byte:02x}")).concat());
            for (index, value) in (0..16).flat_map(|index| (0..=u8::MAX).map(move |value| (index, value))) {
                let mut changed = bytes;
                changed[index] = value;
                if let Ok(other) = Tag::from_bytes(changed) {
                    prop_assert_eq!(other.to_bytes(), changed);
                    prop_assert_eq!(other == tag, changed == bytes);
                    prop_assert_eq!(other.verdict().is_released(), !other.purposes().is_empty());
                }
            }
        }

        #[test]
        fn r8_joining_tags_is_a_meet(a in derived_tags(), b in derived_tags(), c in derived_tags()) {
            prop_assert_eq!(a.meet(a), a);
            prop_assert_eq!(a.meet(b), b.meet(a));
            prop_assert_eq!(a.meet(b).meet(c), a.meet(b.meet(c)));
            let across = Tag::meet_across_meetings;
            prop_assert_eq!(across(a, b), across(b, a));
            prop_assert_eq!(across(across(a, b), c), across(a, across(b, c)));
        }

        #[test]
        fn r8_joined_tags_clear_no_more_than_any(chain in prop::collection::vec(derived_tags(), 2..=6)) {
            let joined = chain.iter().copied().reduce(Tag::meet).unwrap();
            let across = chain.iter().copied().reduce(Tag::meet_across_meetings).unwrap();
            prop_assert!(Purposes::FIRST_PARTY.contains(across.purposes()));
            for source in chain {
                prop_assert!(same_or_narrower(joined, source));
                prop_assert!(same_or_narrower(across, joined));
                prop_assert!(source.verdict().is_released() || !joined.verdict().is_released());
            }
            prop_assert_eq!(Tag::from_bytes(joined.to_bytes()), Ok(joined));
            prop_assert_eq!(Tag::from_bytes(across.to_bytes()), Ok(across));
        }

        #[test]
        fn any_sixteen_bytes_are_refused_or_come_out_the_same(bytes: [u8; 16]) {
            let bytes = [&[VERSION][..], &bytes[1..]].concat().try_into().unwrap();
            if let Ok(tag) = Tag::from_bytes(bytes) {
                prop_assert_eq!(tag.to_bytes(), bytes);
            }
        }
    }

    #[test]
    fn the_bytes_are_where_the_table_says() {
        let tag = Template::new(Kind::Chat, StreamId(0x0102)).tag(
            Verdict::Redacted(Reason::NotGranted),
            Purposes::RECORD | Purposes::IDENTIFY,
            Time::from_micros(0x0A0B_0C0D * 1000 + 999),
            0x1122_3344,
        );
        assert_eq!(tag.to_string(), "01030224010101020a0b0c0d11223344");
        assert_eq!(Tag::from_bytes([0; 16]), Err(TagError::Version(0)));
    }

    #[test]
    fn r8_a_meet_field_by_field() {
        let tag = |kind, stream, verdict, purposes, millis, generation| {
            let captured = Time::from_millis(millis);
            Template::new(kind, StreamId(stream)).tag(verdict, purposes, captured, generation)
        };
        let (record, train) = (Purposes::RECORD, Purposes::TRAIN);
        let in_part = Verdict::Redacted(Reason::NotGranted);
        let whole = tag(Kind::Audio, 1, Verdict::Whole, record | train, 9, 3);
        let redacted = tag(Kind::Audio, 2, in_part, record, 7, 4);
        let joined = whole.meet(redacted);
        assert_eq!(joined, tag(Kind::Audio, u16::MAX, in_part, record, 7, 3));
        assert_eq!((joined.kind(), joined.stream()), (Some(Kind::Audio), None));

        let captions = tag(Kind::Caption, 1, Verdict::Whole, train, 9, 3);
        assert_eq!(whole.meet(captions).kind(), None);
        assert_eq!(
            captions.meet(redacted).verdict(),
            Verdict::Dropped(Reason::NotGranted)
        );
        let recorded = tag(Kind::Caption, 1, Verdict::Whole, record, 9, 3);
        assert_eq!(
            captions.meet(recorded).verdict(),
            Verdict::Dropped(Reason::Disjoint)
        );
    }
}
