//! A stream into an outlet: the facts about both that its tap holds, and the questions about it.
//!
//! The other calls of a tap are beside their answers: the doors in `admission.rs`, the bare decision in `decide.rs`.

use alloc::{boxed::Box, sync::Arc};
use core::{
    cell::{Cell, RefCell},
    fmt,
    marker::PhantomData,
    time::Duration,
};

use crate::{
    gate::{frame::Frame, records::Records},
    media::{
        codec::{Coded, DecoderConfig},
        format::{Format, Layout},
        json::Keys,
    },
    shared::{
        table::Table,
        tap_state::{Counters, ReasonCounters, TapState},
    },
    types::{
        ids::Participant,
        kind::Kind,
        purpose::Purposes,
        tag::{Tag, Template},
        time::Time,
        verdict::Verdict,
    },
};

/// One stream into one outlet.
///
/// A tap lives on the thread that handles the stream's frames. None of its calls allocates, takes a lock or makes a system call.
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
    pub(super) source: StreamSource,
    pub(super) kind: Kind,
    /// The kind under which the words of others are asked for a bare decision. For an encoded stream it is one of which nothing is ever cleared,
    /// so that the slow way finds every refusal, and heeds it.
    pub(super) asked: Kind,
    pub(super) format: Format,
    /// Whether the format is text, which would otherwise be found out for every frame.
    pub(super) is_text: bool,
    /// Whether it is neither text nor encoded, so that no frame has to be looked into.
    pub(super) is_plain: bool,
    /// The structural keys of JSON, which are never hidden.
    pub(super) keys: Keys,
    /// The outlet's purposes; never empty, as an empty set would clear everything.
    pub(super) purposes: Purposes,
    /// Whether the outlet takes blank frames for withheld ones of this kind.
    pub(super) blanks: bool,
    /// The decoding state of an encoded stream. Never borrowed when a call begins.
    pub(super) encoded: Option<Box<RefCell<Coded>>>,
    pub(super) template: Template,
    not_sync: PhantomData<Cell<()>>,
}

/// What a tap is made of.
pub(crate) struct TapParts {
    pub(crate) table: Arc<Table>,
    pub(crate) state: Arc<TapState>,
    pub(crate) source: StreamSource,
    pub(crate) kind: Kind,
    pub(crate) format: Format,
    /// The structural keys of JSON, which are never hidden.
    pub(crate) keys: Keys,
    /// What the encoder of an encoded stream said beforehand.
    pub(crate) config: Option<DecoderConfig>,
    /// The outlet's purposes; not empty.
    pub(crate) purposes: Purposes,
    /// Whether the outlet takes blank frames for withheld ones of this kind.
    pub(crate) blanks: bool,
}

/// The person or people a stream is from.
#[derive(Clone)]
pub(crate) enum StreamSource {
    Owned {
        owner: Participant,
        /// Whether nobody else may be in any frame.
        alone: bool,
    },
    /// Anybody, of a kind whose bytes are never cleared.
    Never,
    /// One person's service data.
    Records(Participant, Records),
    Mix,
    Composite,
    Derived,
}

impl Tap {
    pub(crate) fn new(parts: TapParts) -> Self {
        let TapParts {
            table,
            state,
            source,
            kind,
            format,
            keys,
            config,
            purposes,
            blanks,
        } = parts;
        let encoded = match format.0 {
            Layout::Encoded(codec) => {
                Some(Box::new(RefCell::new(Coded::new(codec, config, blanks))))
            }
            _ => None,
        };
        Self {
            asked: if encoded.is_some() {
                Kind::Unclassified
            } else {
                kind
            },
            is_text: format.is_text(),
            is_plain: !format.is_text() && encoded.is_none(),
            template: Template::new(kind, state.stream),
            table,
            state,
            source,
            kind,
            format,
            keys,
            purposes,
            blanks,
            encoded,
            not_sync: PhantomData,
        }
    }

    /// Returns whether frames of the stream go to the outlet blank when they are withheld for want of consent; `None` as long as that is not known,
    /// as before the first keyframe with its parameter sets. In an encoded stream it can change with every keyframe.
    ///
    /// It is false if the outlet does not take blank frames of this kind ([`OutletOptions::blank`](crate::OutletOptions::blank)),
    /// and if there are none of the format, or of such a sequence: [`Format`] says of which.
    /// Dropped all the same are frames that are withheld for a fault rather than for want of consent, such as malformed ones,
    /// frames that are not shown, RASL pictures of HEVC, frames of ADTS with several raw data blocks or a `channelConfiguration` of 0, and raw frames in [`Tap::admit`], which changes no payload.
    #[must_use]
    pub fn can_blank(&self) -> Option<bool> {
        if !self.blanks || self.never_cleared().is_some() {
            return Some(false);
        }
        match &self.encoded {
            None => Some(self.format.has_blanks()),
            Some(encoded) => encoded.try_borrow().ok()?.can_blank(),
        }
    }

    /// Returns whether to ask the sender for a keyframe now (RFC 4585 §6.3.1, RFC 5104 §3.5.1): the last frame was cleared by consent, but withheld because it
    /// may depend on a withheld or missing one ([`Reason::AwaitsKeyframe`](crate::Reason::AwaitsKeyframe)), and the last time that this returned true
    /// is at least `least` ago. Otherwise nothing is released until the next keyframe comes by itself.
    ///
    /// Call it after every frame. It is true once, then again every `least` until a keyframe has gone through, as requests get lost, and never sooner.
    /// Take about a round trip, as 500 ms: a request for each frame in between would flood the sender.
    ///
    /// `now` as in [`Tap::admit`]: if the tap has seen a later time, that one counts, and out of range it is false. It releases nothing.
    #[must_use]
    pub fn keyframe_request(&mut self, now: Time, least: Duration) -> bool {
        self.request_keyframe(now, least)
    }

    pub(crate) fn request_keyframe(&self, now: Time, least: Duration) -> bool {
        let now = now.max(self.state.latest());
        let is_due = |last: Time| now >= last.later(least);
        let asks =
            now.in_range() && self.wants_keyframe() && self.state.requested().is_none_or(is_due);
        if asks {
            self.state.set_requested(now);
        }
        asks
    }

    /// Returns whether the last frame was withheld for want of a keyframe alone.
    fn wants_keyframe(&self) -> bool {
        let encoded = self.encoded.as_deref();
        encoded.is_some_and(|encoded| {
            let encoded = encoded.try_borrow();
            encoded.is_ok_and(|encoded| encoded.wants_keyframe())
        })
    }

    /// Returns how many frames came, and how many of them were handed on, blanked or dropped.
    #[must_use]
    pub fn counters(&self) -> Counters {
        self.state.counters()
    }

    /// Returns the same by reason: what answers why an outlet's files are empty.
    #[must_use]
    pub fn reasons(&self) -> ReasonCounters {
        self.state.reasons()
    }

    /// Returns whether blank frames are the tap's own, each good until the next one.
    #[cfg(feature = "binding")]
    #[inline]
    pub(crate) fn makes_blanks(&self) -> bool {
        self.blanks && self.encoded.is_some()
    }

    /// Returns the stream's owner, if it is one person's.
    pub(super) fn owner(&self) -> Option<Participant> {
        match self.source {
            StreamSource::Owned { owner, .. } | StreamSource::Records(owner, _) => Some(owner),
            StreamSource::Mix
            | StreamSource::Composite
            | StreamSource::Derived
            | StreamSource::Never => None,
        }
    }

    /// Returns a frame's tag; a derived frame's inherits from the tags of its sources.
    #[inline]
    pub(super) fn tag_as(
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

    /// Notes that frames were withheld without being read, so that every frame that may depend on them is withheld too.
    #[cold]
    pub(crate) fn interrupt(&self) {
        let encoded = self.encoded.as_deref();
        if let Some(Ok(mut encoded)) = encoded.map(RefCell::try_borrow_mut) {
            encoded.interrupt();
        }
    }
}

impl Drop for Tap {
    fn drop(&mut self) {
        self.state.close();
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
