use core::fmt;

use crate::{
    frame::StreamId,
    kind::Kind,
    purpose::Purposes,
    time::Time,
    verdict::{Reason, Verdict},
};

/// The consent state of one frame: 16 bytes that travel with it.
///
/// | bytes, big-endian | field |
/// |---|---|
/// | 0 | version, 1 |
/// | 1 | kind |
/// | 2 | treatment: 0 dropped, 1 whole, 2 redacted in part, 3 blanked |
/// | 3 | reason: 0 for a whole frame, else why it is not |
/// | 4–5 | purposes cleared; 0 unless whole or redacted |
/// | 6–7 | stream |
/// | 8–11 | capture time, milliseconds since the meeting's start |
/// | 12–15 | consent generation: the change of consent up to which the verdict surely applied |
///
/// An absent tag, or one that does not parse, means no consent.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Tag {
    /// Bytes 0–7.
    what: u64,
    /// Bytes 8–15.
    when: u64,
}

/// These bytes are no tag, so there is no consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TagError {
    /// Of another version.
    #[error("a tag of version {0}, not 1")]
    Version(u8),
    /// Not what this library writes.
    #[error("not a tag that can be written")]
    Invalid,
}

const VERSION: u8 = 1;

/// What of a tag does not change from frame to frame of a tap.
#[derive(Clone, Copy)]
pub(crate) struct Template {
    what: u64,
}

impl Template {
    pub(crate) const fn new(kind: Kind, stream: StreamId) -> Self {
        Self {
            what: (VERSION as u64) << 56 | (kind as u64) << 48 | stream.0 as u64,
        }
    }

    #[inline]
    pub(crate) fn tag(
        self,
        verdict: Verdict,
        cleared: Purposes,
        captured: Time,
        generation: u64,
    ) -> Tag {
        let (treatment, reason) = match verdict {
            Verdict::Dropped(reason) => (0, reason as u64),
            Verdict::Whole => (1, 0),
            Verdict::Redacted(reason) => (2, reason as u64),
            Verdict::Blanked(reason) => (3, reason as u64),
        };
        let cleared = if verdict.is_released() {
            cleared.bits()
        } else {
            0
        };
        let generation = u32::try_from(generation).unwrap_or(u32::MAX);
        Tag {
            what: self.what | treatment << 40 | reason << 32 | u64::from(cleared) << 16,
            when: u64::from(captured.floor()) << 32 | u64::from(generation),
        }
    }
}

impl Tag {
    /// The frame's kind.
    #[must_use]
    pub fn kind(self) -> Kind {
        Kind::from_number(self.byte(1)).unwrap_or(Kind::Unclassified)
    }

    /// What the gate did with the frame.
    pub fn verdict(self) -> Verdict {
        let reason = Reason::from_number(self.byte(3));
        match (self.byte(2), reason) {
            (1, None) => Verdict::Whole,
            (2, Some(reason)) => Verdict::Redacted(reason),
            (3, Some(reason)) => Verdict::Blanked(reason),
            (_, reason) => Verdict::Dropped(reason.unwrap_or(Reason::Malformed)),
        }
    }

    /// The purposes for which the frame, or what was left of it, was cleared: of an admitted frame those of its outlet, of a bare decision all that held.
    #[must_use]
    pub fn purposes(self) -> Purposes {
        let [.., high, low, _, _] = self.what.to_be_bytes();
        Purposes::from_bits_retain(u16::from_be_bytes([high, low]))
    }

    /// The stream that the frame came from.
    #[must_use]
    pub fn stream(self) -> StreamId {
        let [.., high, low] = self.what.to_be_bytes();
        StreamId(u16::from_be_bytes([high, low]))
    }

    /// The capture time, rounded down to a millisecond.
    #[must_use]
    pub fn captured(self) -> Time {
        Time::from_millis(i64::from(
            u32::try_from(self.when >> 32).unwrap_or(u32::MAX),
        ))
    }

    /// How many changes of consent the verdict surely took into account.
    #[must_use]
    pub fn generation(self) -> u32 {
        let [.., a, b, c, d] = self.when.to_be_bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    /// The 16 bytes.
    #[must_use]
    pub fn to_bytes(self) -> [u8; 16] {
        (u128::from(self.what) << 64 | u128::from(self.when)).to_be_bytes()
    }

    /// Reads a tag.
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
        // Whatever the accessors had to put right cannot have been written, so it does not come out the same.
        let rewritten = Template::new(tag.kind(), tag.stream()).tag(
            tag.verdict(),
            tag.purposes(),
            tag.captured(),
            u64::from(tag.generation()),
        );
        let possible = match tag.verdict() {
            Verdict::Redacted(reason) => reason.is_of_a_part(),
            Verdict::Blanked(reason) => !reason.is_fault(),
            Verdict::Whole | Verdict::Dropped(_) => true,
        };
        let withheld = matches!(tag.verdict(), Verdict::Dropped(_));
        let released = tag.verdict().is_released();
        if rewritten == tag
            && possible
            && tag.stream().is_valid()
            && released != tag.purposes().is_empty()
            && (withheld || (tag.captured().in_range() && tag.kind().never_cleared().is_none()))
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
    use alloc::string::ToString;

    use proptest::prelude::*;

    use super::*;

    fn reason() -> impl Strategy<Value = Reason> {
        any::<u8>().prop_filter_map("no such reason", Reason::from_number)
    }

    /// Everything that the gate can write.
    fn tags() -> impl Strategy<Value = Tag> {
        let verdict = prop_oneof![
            Just(Verdict::Whole),
            reason().prop_filter_map("of a part", |reason| reason
                .is_of_a_part()
                .then_some(Verdict::Redacted(reason))),
            reason().prop_filter_map("no fault", |reason| (!reason.is_fault())
                .then_some(Verdict::Blanked(reason))),
            reason().prop_map(Verdict::Dropped),
        ];
        let kind = (0u8..16).prop_filter_map("no such kind", Kind::from_number);
        let rest = (1u16.., 0..u16::MAX, any::<i64>(), any::<u64>());
        (verdict, kind, rest)
            .prop_map(
                |(verdict, kind, (purposes, stream, captured, generation))| {
                    let purposes = Purposes::from_bits_retain(purposes);
                    Template::new(kind, StreamId(stream)).tag(
                        verdict,
                        purposes,
                        Time::from_micros(captured >> 20),
                        generation >> 20,
                    )
                },
            )
            .prop_filter("handed on though never cleared", |tag| {
                matches!(tag.verdict(), Verdict::Dropped(_))
                    || (tag.kind().never_cleared().is_none() && tag.captured().in_range())
            })
    }

    proptest! {
        #[test]
        fn r1_reads_what_it_writes_and_nothing_else(tag in tags()) {
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
}
