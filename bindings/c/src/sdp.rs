//! What session descriptions say of tags and of recording.

use super::{
    answer::answer,
    memory::{Out, Text, Truth},
    status::Status,
    wire::extension,
};
use framegate::{
    Purposes,
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

#[unsafe(no_mangle)]
extern "C" fn framegate_sdp_extmap(
    id: u32,
    buffer: Out<'_, u8>,
    capacity: usize,
    length: Out<'_, usize>,
) -> i32 {
    answer((buffer, capacity, length), |list| {
        list.put(sdp::extmap(extension(id)?).as_bytes())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_sdp_extension_id(part: Text<'_>, id: Out<'_, u32>) -> i32 {
    answer(id, |room| {
        let id = sdp::extension_id(part.get()?);
        room.put(u32::from(id.ok_or(Status::ExtensionId)?));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_recording_of(agreed: u16, recording: Out<'_, u32>) -> i32 {
    answer(recording, |room| {
        let recording = Recording::of(Purposes::from_bits_retain(agreed));
        room.put(recording_number(recording));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_recording_line(recording: u32, line: Out<'_, Text<'static>>) -> i32 {
    answer(line, |room| {
        let recording = match recording {
            ON => Recording::On,
            OFF => Recording::Off,
            PAUSED => Recording::Paused,
            _ => return Err(Status::Number),
        };
        room.put(Text::of(recording.line()));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_recording_read(
    description: Text<'_>,
    media: usize,
    recording: Out<'_, u32>,
) -> i32 {
    answer(recording, |room| {
        let read = Recording::read(description.get()?, media);
        room.put(read.map_or(0, recording_number));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_preference_of(agreed: u16, preference: Out<'_, u32>) -> i32 {
    answer(preference, |room| {
        let preference = Preference::of(Purposes::from_bits_retain(agreed));
        room.put(preference_number(preference));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_preference_line(preference: u32, line: Out<'_, Text<'static>>) -> i32 {
    answer(line, |room| {
        let preference = self::preference(preference).ok_or(Status::Number)?;
        room.put(Text::of(preference.line()));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_preference_read(
    description: Text<'_>,
    media: usize,
    preference: Out<'_, u32>,
) -> i32 {
    answer(preference, |room| {
        let preference = Preference::read(description.get()?, media);
        room.put(preference_number(preference));
        Ok(())
    })
}

#[unsafe(no_mangle)]
extern "C" fn framegate_preference_permits(preference: u32, permits: Out<'_, Truth>) -> i32 {
    answer(permits, |room| {
        let preference = self::preference(preference);
        room.put(preference.is_some_and(|preference| !preference.is_refusal()));
        Ok(())
    })
}
