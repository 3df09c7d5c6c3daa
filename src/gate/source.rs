//! The sources of derived data: of a caption the voices, of a summary the captions, of a statistic the records (R8).

use alloc::boxed::Box;

use crate::types::{ids::Participant, kind::Kinds, tag::Tag, time::Time};

/// The most sources that a frame may have; with more it is withheld. Collect them in a [`Lineage`](crate::Lineage) then.
pub const MAX_SOURCES: usize = 64;

/// A frame, or several joined, from which other data was derived.
///
/// A source comes only out of a release, by [`Cleared::source`](crate::Cleared::source), or out of joining such sources, so that nothing withheld can be one;
/// one that comes back through the C interface proves it. Neither a tag nor a [`Decision`](crate::Decision) can be named as one:
///
/// ```compile_fail
/// fn forge<'a>(tag: framegate::Tag, people: &'a [framegate::Participant]) -> framegate::Source<'a> {
///     framegate::Source { tag, people, kinds: framegate::Kinds::AUDIO, captured: framegate::Time::START }
/// }
/// ```
///
/// ```compile_fail
/// fn derive(decision: framegate::Decision) {
///     let _ = framegate::Frame::derived(&[decision]);
/// }
/// ```
///
/// In another meeting it clears nothing, as its people are unknown there.
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::{
///     Authority, Contributors, Digest, Frame, Grant, Kind, Kinds, Method, Notice, Participant, Purposes, Scope,
///     StreamOptions, Time, Verdict, format::Format,
/// };
///
/// # let scene::Scene { mut meeting, ada, mut tap, recorder, .. } = scene::scene();
/// # let scope = Scope::new(Kinds::AUDIO | Kinds::CAPTION, Purposes::RECORD);
/// # let (version, language, controller) = ("2".into(), "en".into(), "Example Ltd".into());
/// # let notice = meeting.show(Notice { digest: Digest::of("And captions."), version, language, controller, scope })?;
/// # meeting.grant(Authority::Participant, ada, &Grant::new(notice, scope, Method::Clicked), Time::START)?;
/// // A recogniser makes a caption of what Ada said; her consent to that goes with it.
/// let captions = meeting.open_stream(StreamOptions::derived(Kind::Caption, Format::UTF8))?;
/// let mut captions = meeting.tap(captions, recorder)?;
///
/// let voice = Frame::new(Time::from_millis(100), Contributors::Owner);
/// let admission = tap.admit(&voice, [0_u8; 640][..].into(), Time::from_millis(120), |cleared| {
///     let mut people = [Participant::UNKNOWN; 8];
///     cleared.source(&mut people).map(|source| source.keep())
/// });
/// let kept = admission.output.flatten().expect("it was released");
///
/// let sources = [kept.as_source()];
/// let caption = Frame::derived(&sources);
/// let admission = captions.admit(&caption, b"Good morning"[..].into(), Time::from_millis(900), |_| ());
/// assert_eq!(admission.verdict(), Verdict::Whole);
/// # Ok::<(), framegate::Error>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Source<'a> {
    pub(crate) tag: Tag,
    pub(crate) people: &'a [Participant],
    pub(crate) kinds: Kinds,
    pub(crate) captured: Time,
}

/// A [`Source`] that can be kept, and sent to another thread: captions are made after the release.
///
/// It has no serialised form, as nothing that is read from elsewhere came out of a release of this meeting.
#[derive(Clone, Debug)]
pub struct KeptSource {
    tag: Tag,
    people: Box<[Participant]>,
    kinds: Kinds,
    captured: Time,
}

impl<'a> Source<'a> {
    /// Returns the tag that came with the frame; for several frames their [`Tag::meet`].
    #[must_use]
    pub const fn tag(&self) -> Tag {
        self.tag
    }

    /// Returns everybody in it, including its stream's owner.
    #[must_use]
    pub const fn people(&self) -> &'a [Participant] {
        self.people
    }

    /// Returns the kinds of what it was made from, its own included.
    #[must_use]
    pub fn kinds(&self) -> Kinds {
        self.all_kinds()
    }

    /// Returns when its earliest part was captured.
    #[must_use]
    pub fn captured(&self) -> Time {
        self.captured
    }

    /// Joins two sources of the same meeting: the meet of their tags, everybody in either, all kinds, and the earlier capture.
    ///
    /// The people are written to `room`. Returns `None` if `room` is too small.
    #[must_use]
    pub fn meet<'r>(&self, other: &Source<'_>, room: &'r mut [Participant]) -> Option<Source<'r>> {
        let people = self.people.iter().chain(other.people).copied();
        Some(Source {
            tag: self.tag.meet(other.tag),
            people: each_once(people, room)?,
            kinds: self.all_kinds() | other.all_kinds(),
            captured: self.captured.min(other.captured),
        })
    }

    /// Returns the same with its people in memory of its own. It allocates.
    #[must_use]
    pub fn keep(&self) -> KeptSource {
        KeptSource {
            tag: self.tag,
            people: self.people.into(),
            kinds: self.kinds,
            captured: self.captured,
        }
    }

    pub(crate) fn all_kinds(&self) -> Kinds {
        self.tag.kinds_with(self.kinds)
    }

    /// Returns when it was captured, by its tag and as stated.
    pub(crate) fn captures(&self) -> [Time; 2] {
        let (tagged, said) = (self.tag.captured(), self.captured);
        [
            tagged,
            if said.in_range() {
                said.min(tagged)
            } else {
                said
            },
        ]
    }

    pub(crate) fn is_complete(&self) -> bool {
        let least = if self.tag.kind().is_some() { 1 } else { 2 };
        !self.people.is_empty() && self.all_kinds().bits().count_ones() >= least
    }
}

impl KeptSource {
    /// Returns the source, to be named once more: [`Frame::derived`](crate::Frame::derived).
    #[must_use]
    pub const fn as_source(&self) -> Source<'_> {
        Source {
            tag: self.tag,
            people: &self.people,
            kinds: self.kinds,
            captured: self.captured,
        }
    }
}

/// Writes each of these people to `room` once. Returns none if that is too small.
pub(crate) fn each_once(
    people: impl Iterator<Item = Participant>,
    room: &mut [Participant],
) -> Option<&[Participant]> {
    let mut count = 0;
    for who in people {
        let (known, free) = room.split_at_mut_checked(count)?;
        if !known.contains(&who) {
            *free.first_mut()? = who;
            count += 1;
        }
    }
    room.get(..count)
}
