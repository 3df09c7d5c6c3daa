//! What session descriptions say of tags and of recording.

use super::{
    boundary::{number, status},
    memory::{List, Out, Text},
    status::Status,
    wire::extension,
};
use crate::{
    purpose::Purposes,
    wire::sdp::{self, Preference, Recording},
};

pub(super) const ON: u32 = 1;
pub(super) const OFF: u32 = 2;
pub(super) const PAUSED: u32 = 3;
pub(super) const NO_PREFERENCE: u32 = 4;

fn recording_number(recording: Recording) -> u32 {
    match recording {
        Recording::On => ON,
        Recording::Off => OFF,
        Recording::Paused => PAUSED,
    }
}

fn preference_number(preference: Preference) -> u32 {
    match preference {
        Preference::On => ON,
        Preference::Off => OFF,
        Preference::Pause => PAUSED,
        Preference::NoPreference => NO_PREFERENCE,
    }
}

/// Of an unknown number none.
fn preference(number: u32) -> Option<Preference> {
    match number {
        ON => Some(Preference::On),
        OFF => Some(Preference::Off),
        PAUSED => Some(Preference::Pause),
        NO_PREFERENCE => Some(Preference::NoPreference),
        _ => None,
    }
}

/// They are four at the most.
fn small(number: u32) -> Result<i32, Status> {
    i32::try_from(number).map_err(|_| Status::Number)
}

#[unsafe(no_mangle)]
extern "C" fn framegate_sdp_extmap(
    id: u32,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    status(|| {
        let list = List::new(buffer, capacity, length)?;
        list.put(sdp::extmap(extension(id)?).as_bytes())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_sdp_extension_id(part: Text<'_>) -> i32 {
    number(|| {
        let id = sdp::extension_id(part.get()?);
        Ok(id.ok_or(Status::ExtensionId)?.into())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_recording_of(agreed: u16) -> u32 {
    recording_number(Recording::of(Purposes::from_bits_retain(agreed)))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_recording_line(recording: u32) -> Text<'static> {
    Text::of(match recording {
        ON => Recording::On.line(),
        OFF => Recording::Off.line(),
        PAUSED => Recording::Paused.line(),
        _ => "",
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_recording_read(description: Text<'_>, media: usize) -> i32 {
    number(|| {
        let read = Recording::read(description.get()?, media);
        small(read.map_or(0, recording_number))
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_preference_of(agreed: u16) -> u32 {
    preference_number(Preference::of(Purposes::from_bits_retain(agreed)))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_preference_line(preference: u32) -> Text<'static> {
    Text::of(self::preference(preference).map_or("", Preference::line))
}

#[unsafe(no_mangle)]
extern "C" fn framegate_preference_read(description: Text<'_>, media: usize) -> i32 {
    number(|| {
        small(preference_number(Preference::read(
            description.get()?,
            media,
        )))
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_preference_is_refusal(preference: u32) -> i32 {
    self::preference(preference)
        .is_none_or(Preference::is_refusal)
        .into()
}
