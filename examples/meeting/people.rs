//! Whom a meeting is about.

use ed25519_dalek::SigningKey;

use crate::layout;

/// Somebody who may be in a frame.
///
/// Ordered as `people` in `meeting.json`, the unknown last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Person {
    /// One of the people, by position.
    Known(usize),
    /// Somebody else.
    Unknown,
}

/// Everybody who may join.
pub struct People(Vec<Entry>);

/// One of them.
struct Entry {
    id: String,
    key: Option<SigningKey>,
}

impl People {
    /// What stands for an id where nobody knows who it is.
    pub const UNKNOWN: &str = "unknown";

    /// People of these ids, which are distinct and none of them [`Self::UNKNOWN`].
    pub fn new(people: &[layout::Person]) -> Self {
        let entry = |person: &layout::Person| Entry {
            id: person.id().to_owned(),
            key: person
                .secret()
                .map(|secret| SigningKey::from_bytes(&secret.0)),
        };
        Self(people.iter().map(entry).collect())
    }

    /// How many they are.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// Everybody's id.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        self.0.iter().map(|entry| &*entry.id)
    }

    /// One of them, by position.
    pub fn known(&self, id: &str) -> Option<usize> {
        self.0.iter().position(|known| known.id == id)
    }

    /// One of them, or the unknown.
    pub fn person(&self, id: &str) -> Option<Person> {
        if id == Self::UNKNOWN {
            Some(Person::Unknown)
        } else {
            self.known(id).map(Person::Known)
        }
    }

    /// A person's id.
    pub fn id(&self, person: Person) -> &str {
        match person {
            Person::Known(position) => &self.0[position].id,
            Person::Unknown => Self::UNKNOWN,
        }
    }

    /// What one of them, by position, signs with, if they do.
    pub fn key(&self, who: usize) -> Option<&SigningKey> {
        self.0[who].key.as_ref()
    }
}
