//! A stream into an outlet.

use alloc::{boxed::Box, sync::Arc};
use core::fmt;
use core::{
    cell::{Cell, RefCell},
    marker::PhantomData,
};

use crate::{
    gate::{frame::Frame, records::Records},
    media::{codec::Coded, json::Keys, payload::Format},
    shared::{
        table::Table,
        tap_state::{Counters, TapState},
    },
    types::{
        ids::Participant,
        kind::Kind,
        purpose::Purposes,
        tag::{Tag, Template},
        verdict::Verdict,
    },
};

/// One stream into one outlet.
///
/// It lives on the thread that handles the stream's frames. None of its calls allocates, takes a lock or makes a system call.
/// The payload is handed on inside a closure, the release, and cannot outlive it; an asynchronous sink therefore puts its queue *before* the tap.
///
/// A process that forks (`fork` without `exec`) must not use a tap, a meeting or anything of theirs in the child. The child has a copy of all consent as it was,
/// which no withdrawal in the parent reaches any more, so that its copy of a tap would go on releasing.
/// In Rust nothing prevents that; `std::process::Command` is safe, as it runs another program. The C interface closes everything in the child.
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::{Contributors, Frame, Participant, Reason, Time, Verdict};
///
/// # let scene::Scene { meeting: _meeting, mut tap, .. } = scene::scene();
/// // Ada's microphone, into a recorder; she agreed to be recorded.
/// let samples = [0_u8; 640];
/// let (captured, now) = (Time::from_millis(100), Time::from_millis(120));
///
/// let frame = Frame::new(captured, Contributors::Owner);
/// let admission = tap.admit(&frame, samples[..].into(), now, |cleared| {
///     cleared.bytes().map_or(0, <[u8]>::len) // the outlet's own work
/// });
/// assert_eq!((admission.verdict(), admission.output), (Verdict::Whole, Some(640)));
///
/// // Somebody else is heard who never joined.
/// let people = [Participant::UNKNOWN];
/// let frame = Frame::new(captured, Contributors::Complete(&people));
/// let admission = tap.admit(&frame, samples[..].into(), now, |_| unreachable!("it was dropped"));
/// assert_eq!(admission.verdict(), Verdict::Dropped(Reason::Unknown));
///
/// let counters = tap.counters();
/// assert_eq!((counters.seen, counters.whole, counters.dropped), (2, 1, 1));
/// ```
pub struct Tap {
    pub(crate) table: Arc<Table>,
    pub(crate) state: Arc<TapState>,
    pub(crate) source: StreamSource,
    pub(crate) kind: Kind,
    /// Under which kind the words of others are asked for a bare decision: of an encoded stream one of which nothing is ever cleared,
    /// so that what is refused there is always found out exactly, and heeded.
    pub(crate) asked: Kind,
    pub(crate) format: Format,
    /// Whether that is text, which would otherwise be found out for every frame.
    pub(crate) is_text: bool,
    /// Those of JSON that are never hidden.
    pub(crate) keys: Keys,
    /// Those of the outlet; never empty, as an empty set would clear everything.
    pub(crate) purposes: Purposes,
    /// Whether the outlet takes empty frames for those of this kind that are withheld.
    pub(crate) blanks: bool,
    /// Of a stream of encoded frames. Never borrowed when a call begins.
    pub(crate) encoded: Option<Box<RefCell<Coded>>>,
    pub(crate) template: Template,
    pub(crate) not_sync: PhantomData<Cell<()>>,
}

/// Whose a stream is.
#[derive(Clone)]
pub(crate) enum StreamSource {
    Owned(Participant),
    /// Anybody's, of a kind whose bytes are never cleared.
    Never,
    /// One person's service data.
    Records(Participant, Records),
    Mix,
    Composite,
    Derived,
}

impl Tap {
    /// Returns whether the last frame was cleared by consent but withheld because it may depend on a withheld or missing frame
    /// ([`Reason::AwaitsKeyframe`](crate::Reason::AwaitsKeyframe)). Ask the sender for a keyframe then (RFC 4585 §6.3.1, RFC 5104 §3.5.1); otherwise nothing is released until the next one comes by itself.
    #[must_use]
    pub fn wants_keyframe(&self) -> bool {
        let encoded = self.encoded.as_deref();
        encoded.is_some_and(|encoded| {
            let encoded = encoded.try_borrow();
            encoded.is_ok_and(|encoded| encoded.wants_keyframe())
        })
    }

    /// How many frames came, and what became of them.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.state.counters()
    }

    /// A frame's tag, and of what is derived, what its sources' tags make of it.
    #[inline]
    pub(crate) fn tag_as(
        &self,
        verdict: Verdict,
        cleared: Purposes,
        frame: &Frame<'_>,
        generation: u32,
    ) -> Tag {
        let own = self
            .template
            .tag(verdict, cleared, frame.captured, generation);
        let sources = frame.sources.iter();
        sources.fold(own, |tag, source| tag.inheriting(source.tag))
    }

    /// Notes that frames were withheld without being read, so that whatever may depend on them is withheld too.
    #[cold]
    pub(crate) fn interrupt(&self) {
        let encoded = self.encoded.as_deref();
        if let Some(Ok(mut encoded)) = encoded.map(RefCell::try_borrow_mut) {
            encoded.interrupt();
        }
    }
}

impl fmt::Debug for Tap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Tap")
            .field("stream", &self.state.stream)
            .field("outlet", &self.state.outlet)
            .field("kind", &self.kind)
            .field("format", &self.format)
            .field("purposes", &self.purposes)
            .field("counters", &self.counters())
            .finish_non_exhaustive()
    }
}
