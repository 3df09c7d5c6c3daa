//! The facts about a frame beside its payload.

#[cfg(feature = "binding")]
use crate::types::region::{Area, MAX_REGIONS};
use crate::{
    gate::source::Source,
    shared::group::Group,
    types::{
        ids::Participant,
        kind::Kind,
        purpose::Purposes,
        region::Region,
        time::Time,
        verdict::{Reason, Verdict},
    },
};

/// The people in a frame, and whether the list is complete (R4).
///
/// ePrivacy Directive Art. 5(1) asks for the consent of all users concerned, so a frame whose list is not complete is withheld.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Contributors<'a> {
    /// The stream's owner and nobody else. Incomplete on a stream without an owner.
    Owner,
    /// These people, the stream's owner if it has one, and nobody else. Incomplete if empty.
    ///
    /// On a composite these are its members.
    Complete(&'a [Participant]),
    /// The people of a group, as if they were listed.
    Group(&'a Group),
    /// There may be others: withheld.
    Partial(&'a [Participant]),
}

impl<'a> Contributors<'a> {
    /// Returns the contributing sources of an RTP packet.
    ///
    /// A packet can name 15 at most (RFC 3550 §5.1), so a list of 15 may be cut short and counts as partial.
    #[must_use]
    pub const fn from_csrcs(sources: &'a [Participant]) -> Self {
        if sources.len() < 15 {
            Self::Complete(sources)
        } else {
            Self::Partial(sources)
        }
    }
}

/// The facts about a frame beside its payload: when it was captured, and who is in it.
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::{Contributors, Frame, Time};
///
/// # let scene::Scene { ada, ben, .. } = scene::scene();
/// // A mix of the two, in the client's judgement a keyframe or not: for sound it makes no difference.
/// let people = [ada, ben];
/// let mixed = Frame::new(Time::from_millis(100), Contributors::Complete(&people));
///
/// // An encoded picture of the stream's owner alone.
/// let picture = Frame::new(Time::from_millis(133), Contributors::Owner).keyframe(true);
/// # let _ = (mixed, picture);
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    pub(crate) captured: Time,
    pub(crate) contributors: Contributors<'a>,
    pub(crate) regions: &'a [Region],
    pub(crate) sources: &'a [Source<'a>],
    pub(crate) keyframe: Option<bool>,
}

impl<'a> Frame<'a> {
    /// Returns a frame whose earliest sample was captured at `captured`.
    #[must_use]
    pub const fn new(captured: Time, contributors: Contributors<'a>) -> Self {
        Self {
            captured,
            contributors,
            regions: &[],
            sources: &[],
            keyframe: None,
        }
    }

    /// Says whether the client takes the frame for a keyframe. A stream resumes from it only if its own header agrees;
    /// if this is not called, the header alone decides.
    #[must_use]
    pub const fn keyframe(mut self, keyframe: bool) -> Self {
        self.keyframe = Some(keyframe);
        self
    }

    /// Returns whether it names nobody but the stream's owner.
    #[inline]
    pub(crate) const fn is_of_owner_alone(&self) -> bool {
        matches!(self.contributors, Contributors::Owner) && self.is_of_contributors_alone()
    }

    /// Returns whether it has neither regions nor sources, so that everybody in it is a contributor to all of it.
    #[inline]
    pub(crate) const fn is_of_contributors_alone(&self) -> bool {
        self.regions.is_empty() && self.sources.is_empty()
    }

    /// Adds parts that are somebody's: at most [`MAX_REGIONS`](crate::MAX_REGIONS), in any order, overlapping or not.
    #[must_use]
    pub const fn regions(mut self, regions: &'a [Region]) -> Self {
        self.regions = regions;
        self
    }
}

/// A place that is taken by nothing.
#[cfg(feature = "binding")]
const NOWHERE: Region = Region::new(Participant::UNKNOWN, Area::Channel(0));

/// More than a frame may have.
#[cfg(feature = "binding")]
static UNREADABLE: [Region; MAX_REGIONS + 1] = [NOWHERE; MAX_REGIONS + 1];

/// Frames of a binding that cannot be read.
#[cfg(feature = "binding")]
impl Frame<'static> {
    /// Returns a frame that is malformed on whatever stream, in the place of one that cannot be read.
    pub(crate) fn unreadable(captured: Time) -> Self {
        Self::new(captured, Contributors::Owner).regions(&UNREADABLE)
    }
}

#[cfg(feature = "binding")]
impl Frame<'_> {
    pub(crate) fn is_unreadable(&self) -> bool {
        core::ptr::eq(self.regions, UNREADABLE.as_slice())
    }
}

/// Frames of derived data (R8).
impl<'a> Frame<'a> {
    /// Returns a frame of a stream of derived data, made from these sources and from nothing else. It counts as captured when the earliest of them was.
    ///
    /// It is withheld if it has no sources or more than [`MAX_SOURCES`](crate::MAX_SOURCES), and on any stream that is not derived.
    #[must_use]
    pub fn derived(sources: &'a [Source<'a>]) -> Self {
        let times = || sources.iter().flat_map(Source::captures);
        let earliest = times().min().unwrap_or(Time::START);
        // One that is out of range would otherwise be hidden by the others.
        let out_of_range = times().find(|time| !time.in_range());
        let mut frame = Self::new(out_of_range.unwrap_or(earliest), Contributors::Partial(&[]));
        frame.sources = sources;
        frame
    }

    /// Returns when its sources were captured.
    pub(crate) fn captures_of_sources(&self) -> impl Iterator<Item = Time> {
        self.sources.iter().flat_map(Source::captures)
    }

    /// Returns whether there are sources, and each names its people and kinds.
    pub(crate) fn has_complete_sources(&self) -> bool {
        !self.sources.is_empty() && self.sources.iter().all(Source::is_complete)
    }

    /// Returns whether it names anybody but this person: as a contributor, a region's owner or in a source.
    pub(crate) fn names_others(&self, owner: Participant) -> bool {
        let listed: &[Participant] = match self.contributors {
            Contributors::Owner => &[],
            Contributors::Complete(listed) | Contributors::Partial(listed) => listed,
            Contributors::Group(group) => group.people(),
        };
        let of_regions = self.regions.iter().map(|region| &region.owner);
        let of_sources = self.sources.iter().flat_map(|source| source.people);
        let mut named = listed.iter().chain(of_regions).chain(of_sources);
        named.any(|who| *who != owner)
    }

    /// Returns those of `wanted` for which all sources were cleared, and why not the others. Without sources, all of them.
    pub(crate) fn cleared_by_sources(&self, wanted: Purposes) -> (Purposes, Option<Reason>) {
        let (mut cleared, mut reason) = (wanted, None);
        for Source { tag, .. } in self.sources {
            cleared &= tag.purposes();
            let withheld = tag.verdict().reason();
            let withheld = withheld.filter(|_| !tag.verdict().is_released());
            reason = Reason::strongest(reason, withheld);
        }
        let beyond = (cleared != wanted).then_some(Reason::BeyondSource);
        (cleared, Reason::strongest(reason, beyond))
    }

    /// Returns why a source had gone in part, if one had: a frame made of it is in part for the same reason (R8).
    #[inline]
    pub(crate) fn in_part_by_sources(&self) -> Option<Reason> {
        let sources = self.sources.iter().map(|source| source.tag.verdict());
        let released = sources.filter(|verdict| verdict.is_released());
        released.map(Verdict::reason).fold(None, Reason::strongest)
    }

    /// Returns everybody in the sources who must consent, each with every kind for which they must: the source's and the frame's own.
    pub(crate) fn people_of_sources(
        &self,
        own: Kind,
    ) -> impl Iterator<Item = (Participant, Kind)> + use<'a> {
        self.sources.iter().flat_map(move |source| {
            let kinds = source.all_kinds() | own.into();
            let people = source.people.iter();
            people.flat_map(move |who| Kind::each(kinds).map(|kind| (*who, kind)))
        })
    }
}
