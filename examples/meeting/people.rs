//! Whom a meeting is about.

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
pub struct People(Vec<String>);

impl People {
    /// What stands for an id where nobody knows who it is.
    pub const UNKNOWN: &str = "unknown";

    /// People of these ids, which are distinct and none of them [`Self::UNKNOWN`].
    pub const fn new(ids: Vec<String>) -> Self {
        Self(ids)
    }

    /// How many they are.
    pub const fn len(&self) -> usize {
        self.0.len()
    }

    /// One of them, by position.
    pub fn known(&self, id: &str) -> Option<usize> {
        self.0.iter().position(|known| known == id)
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
            Person::Known(position) => &self.0[position],
            Person::Unknown => Self::UNKNOWN,
        }
    }
}
