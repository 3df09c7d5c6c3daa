//! People who are in many frames together, with one word for all of them.

use alloc::{boxed::Box, sync::Arc};

use crate::{
    shared::{
        sync::{
            AtomicU64,
            Ordering::{Acquire, Release},
        },
        table::Table,
        word::Word,
    },
    types::{ids::Participant, kind::Kind},
};

/// People who are in many frames together, as in a gallery or a large mix: [`Meeting::group`](crate::Meeting::group).
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::{Contributors, Frame, Kind, Reason, StreamOptions, Time, Verdict, format::{Format, Samples}};
///
/// # let scene::Scene { mut meeting, ada, ben, recorder, .. } = scene::scene();
/// let mix = meeting.open_stream(StreamOptions::mix(Kind::Audio, Format::pcm(Samples::S16, 1)))?;
/// let mut tap = meeting.tap(mix, recorder)?;
/// let both = meeting.group(&[ada, ben])?;
/// let frame = Frame::new(Time::from_millis(100), Contributors::Group(&both));
/// let admission = tap.admit(&frame, [0_u8; 640][..].into(), Time::from_millis(120), |_| ());
/// // Ada agreed to be recorded, Ben did not.
/// assert_eq!(admission.verdict(), Verdict::Dropped(Reason::NotGranted));
/// # Ok::<(), framegate::Error>(())
/// ```
#[derive(Clone)]
pub struct Group(Arc<Members>);

struct Members {
    table: Arc<Table>,
    people: Box<[Participant]>,
    /// The consent that all of them have in common, for each kind.
    words: [AtomicU64; Kind::ALL.len()],
}

impl Group {
    /// A group that is closed until its words are published.
    pub(crate) fn new(table: &Arc<Table>, people: &[Participant]) -> Self {
        Self(Arc::new(Members {
            table: Arc::clone(table),
            people: people.into(),
            words: Default::default(),
        }))
    }

    pub(crate) fn table(&self) -> &Arc<Table> {
        &self.0.table
    }

    /// Returns the people in the group.
    #[must_use]
    pub fn people(&self) -> &[Participant] {
        &self.0.people
    }

    /// Publishes the consent that all of them have in common to a kind. Call it after each person's has been published.
    pub(crate) fn publish(&self, kind: Kind, word: Word) {
        self.0.of(kind).store(word.to_bits(), Release);
    }

    /// Returns whether the caller has the only handle of it.
    pub(crate) fn is_unused(&self) -> bool {
        Arc::strong_count(&self.0) == 1
    }

    /// Returns whether it is of this meeting.
    pub(crate) fn is_of(&self, table: &Arc<Table>) -> bool {
        Arc::ptr_eq(&self.0.table, table)
    }

    /// Returns the consent that all of them have in common, by one load; none in another meeting.
    #[inline]
    pub(crate) fn word(&self, table: &Arc<Table>, kind: Kind) -> Word {
        if self.is_of(table) {
            Word::from_bits(self.0.of(kind).load(Acquire))
        } else {
            Word::EMPTY
        }
    }
}

impl Members {
    #[inline]
    #[expect(
        clippy::indexing_slicing,
        reason = "the compiler sees that it is in bounds"
    )]
    fn of(&self, kind: Kind) -> &AtomicU64 {
        &self.words[kind as usize % Kind::ALL.len()]
    }
}

impl core::fmt::Debug for Group {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_tuple("Group").field(&self.people()).finish()
    }
}
