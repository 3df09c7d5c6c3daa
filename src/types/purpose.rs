use alloc::string::String;

use serde::{Deserialize, Serialize};

bitflags::bitflags! {
    /// A set of purposes. None implies another.
    ///
    /// The nine named ones are the controller's own (first party).
    /// The other seven bits are a meeting's to name, one for each pair of a purpose and a third-party recipient:
    /// [`Meeting::third_party`](crate::Meeting::third_party).
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
    #[serde(transparent)]
    pub struct Purposes: u16 {
        /// Keep a recording.
        const RECORD = 1 << 0;
        /// Write down what is said.
        const TRANSCRIBE = 1 << 1;
        /// Features that use machine learning during the meeting: summaries, translation, answers.
        const ASSIST = 1 << 2;
        /// Train or improve machine learning models.
        const TRAIN = 1 << 3;
        /// Measure how people take part.
        const ANALYTICS = 1 << 4;
        /// Let people outside the meeting listen, look or read.
        const REVIEW = 1 << 5;
        /// Display or redistribute.
        const PUBLISH = 1 << 6;
        /// Make something new from the content.
        const DERIVE = 1 << 7;
        /// Recognise who somebody is by face or voice (GDPR Art. 9).
        const IDENTIFY = 1 << 8;

        const _ = !0;
    }
}

impl Purposes {
    /// All purposes of the controller itself.
    pub const FIRST_PARTY: Self = Self::from_bits_retain(FIRST_THIRD_PARTY_BIT - 1);

    /// The number of purposes.
    pub(crate) const COUNT: usize = u16::BITS as usize;

    /// Returns each purpose by itself, in the order of their bits.
    pub(crate) fn each() -> impl Iterator<Item = Self> {
        (0..u16::BITS).map(|bit| Self::from_bits_retain(1 << bit))
    }

    /// `PURPOSE@RECIPIENT`, as people read it.
    pub(crate) fn with_recipient(self, recipient: &str) -> String {
        let mut name: String = self.iter_names().map(|(name, _)| name).collect();
        name.push('@');
        name.push_str(recipient);
        name
    }

    pub(crate) const fn is_single(self) -> bool {
        self.bits().is_power_of_two()
    }

    /// The `index`-th pair of a purpose and a third party; none past the seventh.
    pub(crate) const fn third_party(index: usize) -> Option<Self> {
        if index < THIRD_PARTY_BITS {
            Some(Self::from_bits_retain(FIRST_THIRD_PARTY_BIT << index))
        } else {
            None
        }
    }
}

/// Whether somebody outside can have this name: it has no control characters, as what is signed ends each name with a line feed,
/// and people read one name as one.
pub(crate) fn is_recipient(name: &str) -> bool {
    !name.is_empty() && !name.contains(char::is_control)
}

const FIRST_THIRD_PARTY_BIT: u16 = 1 << 9;
const THIRD_PARTY_BITS: usize = 7;
