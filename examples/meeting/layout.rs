//! The JSON of a recorded meeting, as `README.md` describes it.

use std::{fmt, marker::PhantomData};

use framegate::{Authority, Kind, Kinds, Method, Purposes, Time, WallTime, WallTimeError};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{SeqAccess, Visitor, value::SeqAccessDeserializer},
};

use crate::{encoded::Codec, quoted::quoted};

/// `meeting.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Meeting {
    #[serde(rename = "meeting")]
    pub id: String,
    pub started: Option<Date>,
    pub people: Vec<Person>,
    pub notices: Vec<Notice>,
    pub outlets: Vec<Outlet>,
    pub streams: Vec<Stream>,
    pub timeline: Vec<Entry>,
}

/// A time of day, as RFC 3339 writes it in UTC.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct Date(pub WallTime);

impl TryFrom<String> for Date {
    type Error = WallTimeError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse().map(Self)
    }
}

/// Somebody who may join.
#[derive(Deserialize)]
#[serde(
    untagged,
    expecting = "not an id, nor an object of `id` and 64 hexadecimal digits `signs_with`"
)]
pub enum Person {
    Id(String),
    Signing(Signing),
}

/// Somebody whose consent is signed.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signing {
    pub id: String,
    pub signs_with: Secret,
}

impl Person {
    pub fn id(&self) -> &str {
        match self {
            Self::Id(id) => id,
            Self::Signing(signing) => &signing.id,
        }
    }

    pub const fn secret(&self) -> Option<Secret> {
        match self {
            Self::Id(_) => None,
            Self::Signing(signing) => Some(signing.signs_with),
        }
    }
}

/// 32 bytes that not everybody knows: an Ed25519 secret key, for a recording has nobody to ask for a signature, or what tags are sealed with.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct Secret(pub [u8; 32]);

impl TryFrom<String> for Secret {
    type Error = &'static str;

    fn try_from(digits: String) -> Result<Self, Self::Error> {
        let value = |digit: &u8| u8::try_from(char::from(*digit).to_digit(16)?).ok();
        let byte = |[high, low]: &[u8; 2]| Some(value(high)? << 4 | value(low)?);
        let (pairs, rest) = digits.as_bytes().as_chunks();
        let bytes: Option<Vec<u8>> = pairs.iter().map(byte).collect();
        match (bytes.map(<[u8; 32]>::try_from), rest) {
            (Some(Ok(bytes)), []) => Ok(Self(bytes)),
            _ => Err("`signs_with` is not 64 hexadecimal digits"),
        }
    }
}

/// What people were shown.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Notice {
    pub id: String,
    pub version: String,
    pub language: String,
    pub controller: String,
    pub text: String,
    pub kinds: KindSet,
    pub purposes: PurposeSet,
}

/// A destination.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Outlet {
    pub name: String,
    pub purposes: PurposeSet,
    pub recipient: Option<String>,
    #[serde(default)]
    pub blank: KindSet,
}

/// What was recorded.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Stream {
    pub name: String,
    pub kind: KindName,
    pub file: String,
    pub codec: Option<Codec>,
    #[serde(flatten)]
    pub whose: Whose,
}

/// Whose a stream is.
#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Whose {
    Owner(String),
    Mix(Vec<String>),
    Composite(Vec<Part>),
    Authors(bool),
}

/// One person's part of a composite.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Part {
    pub owner: String,
    #[serde(flatten)]
    pub place: Place,
}

/// Where in a composite a part is.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Place {
    Rect([u32; 4]),
    Channel(u16),
}

/// Something that happened.
#[derive(Deserialize)]
pub struct Entry {
    pub at: Millis,
    #[serde(flatten)]
    pub event: Event,
}

/// What happened.
#[derive(Deserialize)]
#[serde(tag = "event", rename_all = "lowercase", deny_unknown_fields)]
pub enum Event {
    Join {
        who: String,
    },
    Leave {
        who: String,
    },
    Open {
        stream: String,
    },
    Grant {
        who: String,
        notice: String,
        kinds: KindSet,
        purposes: PurposeSet,
        method: MethodName,
        until: Option<Millis>,
        #[serde(default)]
        by: By,
        sign: Option<Sign>,
    },
    Withdraw {
        who: String,
        kinds: Option<KindSet>,
        purposes: Option<PurposeSet>,
    },
    Restrict(Restriction),
    Lift(Restriction),
    Supersede {
        notice: String,
    },
}

/// With which key an agreement is signed.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Sign {
    /// The person's.
    Own,
    /// Another.
    Forged,
}

/// What somebody other than the person narrows, or takes back.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Restriction {
    pub by: By,
    pub who: Option<String>,
    pub kinds: Option<KindSet>,
    pub purposes: Option<PurposeSet>,
}

/// A line of a chat, or of captions.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Message {
    /// When it was sent; of captions, when it came.
    pub at: Millis,
    /// When its first words were said.
    pub said: Option<Millis>,
    pub author: String,
    pub text: String,
    #[serde(default)]
    pub quotes: Vec<Quote>,
}

/// Somebody's words in another's message.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Quote {
    pub owner: String,
    pub start: u32,
    pub end: u32,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<Millis>,
}

/// Milliseconds since the meeting's start.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, Serialize)]
#[serde(try_from = "i64")]
pub struct Millis(pub u32);

impl Millis {
    pub fn time(self) -> Time {
        Time::from_millis(self.0.into())
    }
}

impl TryFrom<i64> for Millis {
    type Error = String;

    fn try_from(millis: i64) -> Result<Self, String> {
        match u32::try_from(millis) {
            // The library's times end one millisecond earlier than 32 bits.
            Ok(millis) if millis < u32::MAX => Ok(Self(millis)),
            _ => Err(format!(
                "{millis} is no time, which is whole milliseconds from 0 to {}",
                u32::MAX - 1
            )),
        }
    }
}

/// In whose name something is asked.
#[derive(Clone, Copy, Default, PartialEq, Eq, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    #[default]
    Participant,
    Host,
    Administrator,
    Vendor,
}

impl By {
    pub const fn authority(self) -> Authority {
        match self {
            Self::Participant => Authority::Participant,
            Self::Host => Authority::Host,
            Self::Administrator => Authority::Administrator,
            Self::Vendor => Authority::Vendor,
        }
    }

    pub const fn name(self) -> &'static str {
        match self {
            Self::Participant => "participant",
            Self::Host => "host",
            Self::Administrator => "administrator",
            Self::Vendor => "vendor",
        }
    }
}

/// How a person agreed.
#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MethodName {
    Clicked,
    Typed,
    Spoken,
    Signed,
}

impl MethodName {
    pub const fn method(self) -> Method {
        match self {
            Self::Clicked => Method::Clicked,
            Self::Typed => Method::Typed,
            Self::Spoken => Method::Spoken,
            Self::Signed => Method::Signed,
        }
    }
}

/// A kind, by name.
#[derive(Clone, Copy, Deserialize)]
#[serde(try_from = "String")]
pub struct KindName(pub Kind);

impl TryFrom<String> for KindName {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let kind = Kind::ALL.into_iter().find(|kind| kind.name() == name);
        kind.map(Self)
            .ok_or_else(|| format!("{name:?} is not a kind"))
    }
}

/// A list of kinds, or `"all"`.
#[derive(Clone, Copy)]
pub struct KindSet(pub Kinds);

impl Default for KindSet {
    fn default() -> Self {
        Self(Kinds::empty())
    }
}

impl<'de> Deserialize<'de> for KindSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let kinds = match all_or_list(deserializer)? {
            None => Kinds::all(),
            Some(list) => list
                .into_iter()
                .map(|KindName(kind)| Kinds::from(kind))
                .collect(),
        };
        Ok(Self(kinds))
    }
}

impl fmt::Display for KindSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.0.is_all() {
            return f.write_str("every kind");
        }
        let kinds = Kind::ALL
            .into_iter()
            .filter(|kind| self.0.contains((*kind).into()));
        f.write_str(&kinds.map(Kind::name).collect::<Vec<_>>().join(", "))
    }
}

/// `PURPOSE` or `PURPOSE@RECIPIENT`.
#[derive(Deserialize)]
#[serde(try_from = "String")]
struct Purpose {
    own: Purposes,
    recipient: Option<String>,
}

impl TryFrom<String> for Purpose {
    type Error = String;

    fn try_from(name: String) -> Result<Self, String> {
        let (own, recipient) = match name.split_once('@') {
            Some((own, recipient)) => (own, Some(recipient.to_owned())),
            None => (&*name, None),
        };
        match Purposes::from_name(own) {
            Some(own) => Ok(Self { own, recipient }),
            None => Err(format!("{name:?} is not a purpose")),
        }
    }
}

/// A list of purposes, or `"all"`, which means the controller's own.
#[derive(Clone)]
pub struct PurposeSet {
    pub own: Purposes,
    /// Pairs of a purpose and a third party.
    pub pairs: Vec<(Purposes, String)>,
}

impl PurposeSet {
    /// Every purpose, third parties' included.
    pub const EVERYTHING: Self = Self {
        own: Purposes::all(),
        pairs: Vec::new(),
    };
}

impl<'de> Deserialize<'de> for PurposeSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let mut set = Self {
            own: Purposes::empty(),
            pairs: Vec::new(),
        };
        match all_or_list(deserializer)? {
            None => set.own = Purposes::FIRST_PARTY,
            Some(list) => {
                for Purpose { own, recipient } in list {
                    match recipient {
                        Some(recipient) => set.pairs.push((own, recipient)),
                        None => set.own |= own,
                    }
                }
            }
        }
        Ok(set)
    }
}

impl fmt::Display for PurposeSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.own.is_all() {
            return f.write_str("every purpose");
        }
        let own = self.own.iter_names().map(|(name, _)| name.to_owned());
        let pairs = self.pairs.iter().flat_map(|(of, recipient)| {
            of.iter_names()
                .map(move |(name, _)| format!("{name}@{}", quoted(recipient)))
        });
        f.write_str(&own.chain(pairs).collect::<Vec<_>>().join(", "))
    }
}

/// Reads a list, or `"all"`, which gives none.
fn all_or_list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    struct AllOrList<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for AllOrList<T> {
        type Value = Option<Vec<T>>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a list or \"all\"")
        }

        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<Self::Value, E> {
            if text == "all" {
                Ok(None)
            } else {
                Err(E::invalid_value(serde::de::Unexpected::Str(text), &self))
            }
        }

        fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<Self::Value, A::Error> {
            Vec::deserialize(SeqAccessDeserializer::new(list)).map(Some)
        }
    }

    deserializer.deserialize_any(AllOrList(PhantomData))
}
