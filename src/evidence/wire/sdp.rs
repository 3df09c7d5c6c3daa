//! What a session description says of tags and of recording (RFC 8866, lines without their ends).
//!
//! For SIPREC (RFC 7866), an attribute of a media description overrides the session's, which holds for media that have none.

use alloc::{format, string::String};

use serde::{Deserialize, Serialize};

use crate::types::purpose::Purposes;

/// Names the header extension of [`rtp`](super::rtp): the [`UUID`](super::UUID) as a URN (RFC 9562 §4).
pub const URI: &str = "urn:uuid:ad4d781a-88da-53bc-aead-3084db63d801";

/// Says that packets of a stream may have extensions of the one-byte form or of the two-byte form (RFC 8285 §6).
pub const ALLOW_MIXED: &str = "a=extmap-allow-mixed";

/// Returns the line that offers the header extension under an id, from 1 to 14, or to 255 for the two-byte form alone (RFC 8285 §5).
#[must_use]
pub fn extmap(id: u8) -> String {
    format!("a=extmap:{id} {URI}")
}

/// Returns the id under which a part of a description has the header extension; `None` if it has none, several, or an invalid one.
#[must_use]
pub fn extension_id(part: &str) -> Option<u8> {
    let ids = part.lines().filter_map(|line| {
        let (id, uri) = line.strip_prefix("a=extmap:")?.split_once(' ')?;
        (uri.split(' ').next() == Some(URI)).then_some(id)
    });
    let mut ids = ids.map(|id| {
        // A direction may follow.
        let id = id.split_once('/').map_or(id, |(id, _)| id);
        id.parse().ok().filter(|id| *id > 0)
    });
    let id = ids.next()??;
    ids.next().is_none().then_some(id)
}

/// Whether somebody is being recorded: `a=record` (RFC 7866 §7.1.2).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "RFC 7866 has these")]
pub enum Recording {
    /// They are.
    On,
    /// They are not.
    Off,
    /// They are not at the moment.
    Paused,
}

/// Whether somebody wishes to be recorded: `a=recordpref` (RFC 7866 §7.3.2).
///
/// A recorder need not honour it; the gate keeps it from recording anybody it should not.
/// A wish is not consent, as it is not given under a notice. If it is a no, withdraw from the meeting what it refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "RFC 7866 has these")]
pub enum Preference {
    /// They wish to be.
    On,
    /// They wish not to be.
    Off,
    /// They wish not to be at the moment.
    Pause,
    /// They do not say.
    NoPreference,
}

impl Recording {
    /// Returns the state to announce for somebody who agreed to these purposes for a medium, if only the gate's output is recorded.
    #[must_use]
    pub const fn of(agreed: Purposes) -> Self {
        if agreed.contains(Purposes::RECORD) {
            Self::On
        } else {
            Self::Off
        }
    }

    /// Returns the attribute as a line, without its end.
    #[must_use]
    pub const fn line(self) -> &'static str {
        match self {
            Self::On => "a=record:on",
            Self::Off => "a=record:off",
            Self::Paused => "a=record:paused",
        }
    }

    /// Reads the state of a description's media description of this number, from 0, or else of the session; `None` if there is none, or an unknown one.
    #[must_use]
    pub fn read(description: &str, media: usize) -> Option<Self> {
        match attribute(description, media, "record")? {
            "on" => Some(Self::On),
            "off" => Some(Self::Off),
            "paused" => Some(Self::Paused),
            _ => None,
        }
    }
}

impl Preference {
    /// Returns the preference of somebody who agreed to these purposes for a medium. Without RECORD among them, they prefer not to be recorded.
    #[must_use]
    pub const fn of(agreed: Purposes) -> Self {
        if agreed.contains(Purposes::RECORD) {
            Self::On
        } else {
            Self::Off
        }
    }

    /// Returns the attribute as a line, without its end.
    #[must_use]
    pub const fn line(self) -> &'static str {
        match self {
            Self::On => "a=recordpref:on",
            Self::Off => "a=recordpref:off",
            Self::Pause => "a=recordpref:pause",
            Self::NoPreference => "a=recordpref:nopreference",
        }
    }

    /// Reads the preference of a description's media description of this number, from 0, or else of the session. An unknown one counts as a refusal.
    #[must_use]
    pub fn read(description: &str, media: usize) -> Self {
        match attribute(description, media, "recordpref") {
            None | Some("nopreference") => Self::NoPreference,
            Some("on") => Self::On,
            Some("pause") => Self::Pause,
            Some(_) => Self::Off,
        }
    }

    /// Returns whether it refuses recording: withdraw [`Purposes::RECORD`] then.
    #[must_use]
    pub const fn is_refusal(self) -> bool {
        matches!(self, Self::Off | Self::Pause)
    }
}

/// The value of an attribute of a media description, or else of the session. Of several the last counts.
fn attribute<'d>(description: &'d str, media: usize, name: &str) -> Option<&'d str> {
    let mut part = None;
    let (mut of_session, mut of_media) = (None, None);
    for line in description.lines() {
        if line.starts_with("m=") {
            part = Some(part.map_or(0, |part: usize| part + 1));
        }
        let attribute = line
            .strip_prefix("a=")
            .and_then(|line| line.split_once(':'));
        if let Some((_, value)) = attribute.filter(|(is, _)| *is == name) {
            match part {
                None => of_session = Some(value),
                Some(part) if part == media => of_media = Some(value),
                Some(_) => {}
            }
        }
    }
    of_media.or(of_session)
}
