//! Parts of frames.

use serde::{Deserialize, Serialize};

use crate::types::{ids::Participant, kind::Kind, time::Time};

/// Where in a frame a region lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase", deny_unknown_fields)]
#[expect(
    clippy::exhaustive_enums,
    reason = "whoever renders regions has to handle each form"
)]
pub enum Area {
    /// A rectangle of a picture, in luma samples. It is clipped to the picture and must not lie wholly outside it.
    Rectangle {
        /// Its left edge.
        x: u32,
        /// Its upper edge.
        y: u32,
        /// Its width, at least 1.
        width: u32,
        /// Its height, at least 1.
        height: u32,
    },
    /// A channel of audio, counted from 0.
    Channel(u16),
    /// Bytes of a text, from `start` up to but not including `end`, on code point boundaries. In JSON it may begin and end anywhere, as it takes whole values.
    Span {
        /// The first byte.
        start: u32,
        /// The byte after the last.
        end: u32,
    },
}

/// A part of a frame, and whose it is.
///
/// Regions add people and never replace them: on an owned or mixed stream everybody else must still agree to the whole frame.
/// Only on a composite does what a region covers belong to the owners of the regions over it alone.
///
/// # Examples
///
/// ```
/// # mod scene { include!(concat!(env!("CARGO_MANIFEST_DIR"), "/src/guide/scene.rs")); }
/// use framegate::{Area, Contributors, Frame, Kind, Region, Time};
///
/// # let scene::Scene { ada, ben, .. } = scene::scene();
/// // Ada shares her screen, on which Ben's camera is to be seen, and a picture of hers from a minute ago.
/// let regions = [
///     Region::new(ben, Area::Rectangle { x: 0, y: 0, width: 320, height: 180 }).kind(Kind::Video),
///     Region::new(ada, Area::Rectangle { x: 0, y: 180, width: 320, height: 180 })
///         .kind(Kind::Video)
///         .captured(Time::from_millis(40_000)),
/// ];
/// let frame = Frame::new(Time::from_millis(100_000), Contributors::Owner).regions(&regions);
/// # let _ = frame;
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Region {
    pub(crate) owner: Participant,
    pub(crate) area: Area,
    pub(crate) kind: Option<Kind>,
    pub(crate) captured: Option<Time>,
}

impl Region {
    /// Returns the part `area` of a frame, which is `owner`'s.
    #[must_use]
    pub const fn new(owner: Participant, area: Area) -> Self {
        Self {
            owner,
            area,
            kind: None,
            captured: None,
        }
    }

    /// Gives the region a kind other than its stream's: a face on a shared screen is that person's [`Kind::Video`]. Both kinds must clear.
    #[must_use]
    pub const fn kind(mut self, kind: Kind) -> Self {
        self.kind = Some(kind);
        self
    }

    /// Says that the region shows something captured earlier than the frame: a quotation counts as captured when its original was.
    #[must_use]
    pub const fn captured(mut self, captured: Time) -> Self {
        self.captured = Some(captured);
        self
    }
}

/// The most regions that a frame may have; with more it is withheld.
pub const MAX_REGIONS: usize = 64;

/// A set of a frame's regions, or of a record's fields, by index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct RegionSet(u64);

const _: () = assert!(MAX_REGIONS == u64::BITS as usize);

impl RegionSet {
    pub(crate) const EMPTY: Self = Self(0);

    /// Without effect from [`MAX_REGIONS`] on.
    pub(crate) const fn insert(&mut self, index: u32) {
        self.0 |= 1u64.unbounded_shl(index);
    }

    /// Inserts an index, or removes it if it is there.
    pub(crate) const fn toggle(&mut self, index: u32) {
        self.0 ^= 1u64.unbounded_shl(index);
    }

    pub(crate) const fn contains(self, index: u32) -> bool {
        self.0 & 1u64.unbounded_shl(index) != 0
    }

    pub(crate) const fn intersection(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    pub(crate) const fn intersects(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// Returns the bit of each index.
    #[cfg(feature = "binding")]
    pub(crate) const fn to_bits(self) -> u64 {
        self.0
    }

    pub(crate) const fn len(self) -> usize {
        self.0.count_ones() as usize
    }
}
