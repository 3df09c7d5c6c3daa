//! A source of frames to be opened.

use alloc::{string::String, vec::Vec};

use crate::{
    media::format::{Format, Layout, Schema},
    types::{ids::Participant, kind::Kind},
};

/// A registered source of frames.
#[derive(Clone, Debug)]
#[must_use]
pub struct StreamOptions {
    pub(crate) owner: Owner,
    pub(crate) kind: Kind,
    pub(crate) format: Format,
    pub(crate) schema: Option<Schema>,
    pub(crate) keys: Vec<String>,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum Owner {
    One(Participant),
    Mix,
    Composite,
    Derived,
}

impl StreamOptions {
    /// One person's; they count in every frame of it.
    pub const fn owned(owner: Participant, kind: Kind, format: Format) -> Self {
        Self::new(Owner::One(owner), kind, format)
    }

    /// Service data about one person: records of integers (R9). It is the only form in which telemetry, diagnostics and usage are released.
    ///
    /// Its frames name nobody else and have no regions.
    pub fn records(owner: Participant, kind: Kind, schema: Schema) -> Self {
        let fields = schema.fields().len();
        Self {
            schema: Some(schema),
            ..Self::owned(owner, kind, Format(Layout::Record { fields }))
        }
    }

    /// Several people's, inseparably: each frame says whose.
    pub const fn mix(kind: Kind, format: Format) -> Self {
        Self::new(Owner::Mix, kind, format)
    }

    /// A stream of several people's, side by side: a gallery, or a channel for each person. Each frame names its members and, by regions, says what is whose.
    ///
    /// What regions cover belongs to the owners of all the regions over it; the rest belongs to all members.
    pub const fn composite(kind: Kind, format: Format) -> Self {
        Self::new(Owner::Composite, kind, format)
    }

    /// A stream made from frames of other streams: captions, embeddings, summaries, statistics (R8).
    /// Each of its frames says from which: [`Frame::derived`](crate::Frame::derived).
    ///
    /// A frame is cleared for no more than each of its sources was, and needs consent to its own kind as well as to theirs.
    pub const fn derived(kind: Kind, format: Format) -> Self {
        Self::new(Owner::Derived, kind, format)
    }

    const fn new(owner: Owner, kind: Kind, format: Format) -> Self {
        Self {
            owner,
            kind,
            format,
            schema: None,
            keys: Vec::new(),
        }
    }

    /// Lists the keys of a [`Format::JSON`] stream that say what values are and nothing about anybody.
    /// These are never hidden; all other keys are hidden as values are.
    ///
    /// A key counts as listed only if it is spelt without escapes. A stream of any other format cannot be opened with keys.
    pub fn structural_keys<K: Into<String>>(mut self, keys: impl IntoIterator<Item = K>) -> Self {
        self.keys = keys.into_iter().map(Into::into).collect();
        self
    }
}
