//! Everything that something is being derived from, collected release by release (R8).

use alloc::{boxed::Box, vec};
use core::fmt;

use crate::{
    gate::{cleared::Cleared, source::Source},
    types::{
        ids::{Participant, StreamId},
        kind::{Kind, Kinds},
        purpose::Purposes,
        tag::{Tag, Template},
        time::Time,
        verdict::{Reason, Verdict},
    },
};

/// Collects the sources of a caption, a summary or a statistic, as many as there are: one source, with everybody in any of them.
///
/// All memory is allocated by [`new`](Self::new); adding allocates nothing, and so belongs into a release. It can be used again after [`clear`](Self::clear).
/// If there are more people than it has room for, nothing derived of it is cleared until then: its source names nobody and is incomplete, never a shorter list.
/// An empty one is incomplete, too ([`Reason::Incomplete`]).
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::{
///     Authority, Contributors, Digest, Frame, Grant, Kind, Kinds, Lineage, Method, Notice, Purposes, Scope, StreamOptions,
///     Time, Verdict, format::Format,
/// };
///
/// # let scene::Scene { mut meeting, ada, mut tap, recorder, .. } = scene::scene();
/// # let scope = Scope::new(Kinds::AUDIO | Kinds::CAPTION, Purposes::RECORD);
/// # let (version, language, controller) = ("2".into(), "en".into(), "Example Ltd".into());
/// # let notice = meeting.show(Notice { digest: Digest::of("And captions."), version, language, controller, scope })?;
/// # meeting.grant(Authority::Participant, ada, &Grant::new(notice, scope, Method::Clicked), Time::START)?;
/// let mut lineage = Lineage::new(100); // room for as many people as the meeting has
/// // A second of Ada's voice goes to a recogniser.
/// for captured in (0..1_000).step_by(20) {
///     let voice = Frame::new(Time::from_millis(captured), Contributors::Owner);
///     let now = Time::from_millis(captured + 20);
///     tap.admit(&voice, [0_u8; 640][..].into(), now, |cleared| lineage.add(&cleared));
/// }
/// // It makes a caption, which is dated by when she spoke.
/// let captions = meeting.open_stream(StreamOptions::derived(Kind::Caption, Format::UTF8))?;
/// let mut captions = meeting.tap(captions, recorder)?;
/// let sources = [lineage.source()];
/// assert_eq!(sources[0].captured(), Time::START);
/// let caption = Frame::derived(&sources);
/// let admission = captions.admit(&caption, b"Good morning"[..].into(), Time::from_millis(1_500), |_| ());
/// assert_eq!(admission.verdict(), Verdict::Whole);
/// lineage.clear(); // for the next caption
/// # Ok::<(), framegate::Error>(())
/// ```
pub struct Lineage {
    /// Those in the sources so far come first, each once, by their numbers.
    room: Box<[Participant]>,
    people: usize,
    /// Of all sources so far; none before the first.
    joined: Option<Joined>,
    /// Whether somebody was left out for want of room.
    is_short: bool,
}

#[derive(Clone, Copy)]
struct Joined {
    tag: Tag,
    kinds: Kinds,
    captured: Time,
}

impl Lineage {
    /// Returns an empty one with room for so many people.
    #[must_use]
    pub fn new(people: usize) -> Self {
        Self {
            room: vec![Participant::UNKNOWN; people].into(),
            people: 0,
            joined: None,
            is_short: false,
        }
    }

    /// Adds what an outlet received: everybody in the part that is left. A blank frame adds nothing, as there is nothing in it.
    pub fn add(&mut self, cleared: &Cleared<'_>) {
        if cleared.tag().verdict().is_released() {
            let (kinds, captured) = cleared.content.origin();
            self.join(cleared.tag(), kinds, captured);
            cleared.content.people().for_each(|who| self.insert(who));
        }
    }

    /// Adds a source that came out of a release before, or out of another lineage. One that is incomplete makes this one so.
    pub fn add_source(&mut self, source: &Source<'_>) {
        self.is_short |= !source.is_complete();
        self.join(source.tag, source.all_kinds(), source.captured);
        source.people.iter().for_each(|who| self.insert(*who));
    }

    /// Returns what was added, as one source: the meet of the tags, everybody, all kinds, the earliest capture.
    #[must_use]
    pub fn source(&self) -> Source<'_> {
        match (self.joined, self.room.get(..self.people)) {
            (Some(joined), Some(people)) if !self.is_short => Source {
                tag: joined.tag,
                people,
                kinds: joined.kinds,
                captured: joined.captured,
            },
            (joined, _) => {
                let captured = joined.map_or(Time::START, |joined| joined.captured);
                let verdict = Verdict::Dropped(Reason::Incomplete);
                let template = Template::new(Kind::Unclassified, StreamId(u16::MAX));
                Source {
                    tag: template.tag(verdict, Purposes::empty(), captured, 0),
                    people: &[],
                    kinds: Kinds::empty(),
                    captured,
                }
            }
        }
    }

    /// Forgets all of it.
    pub fn clear(&mut self) {
        self.people = 0;
        self.joined = None;
        self.is_short = false;
    }

    fn join(&mut self, tag: Tag, kinds: Kinds, captured: Time) {
        let kinds = tag.kinds_with(kinds);
        self.joined = Some(self.joined.map_or(
            Joined {
                tag,
                kinds,
                captured,
            },
            |before| Joined {
                tag: before.tag.meet(tag),
                kinds: before.kinds | kinds,
                captured: before.captured.min(captured),
            },
        ));
    }

    fn insert(&mut self, who: Participant) {
        let number = |who: &Participant| (who.stay, who.slot, who.meeting);
        let people = self.room.get(..self.people).unwrap_or_default();
        let Err(at) = people.binary_search_by_key(&number(&who), number) else {
            return;
        };
        // Those behind make room by one.
        if let Some(behind) = self.room.get_mut(at..=self.people) {
            behind.rotate_right(1);
            behind.iter_mut().take(1).for_each(|free| *free = who);
            self.people += 1;
        } else {
            self.is_short = true;
        }
    }
}

impl fmt::Debug for Lineage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Lineage")
            .field("people", &self.people)
            .field("room", &self.room.len())
            .field("is_short", &self.is_short)
            .finish_non_exhaustive()
    }
}
