//! What `Debug` shows of ids, keys and payloads: how long they are. Logs are kept where consent does not reach.

use core::fmt;

use serde::Serialize;
use serde_json::Value;

/// A length in bytes, for what is not shown.
pub(crate) struct Bytes(pub(crate) usize);

impl fmt::Debug for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<{} bytes>", self.0)
    }
}

/// The members that hold ids, of people and of meetings.
const IDS: [&str; 7] = [
    "meeting",
    "who",
    "guardian",
    "owner",
    "pii_principal_id",
    "party_id",
    "party_name",
];

/// The members that hold keys, of people and of devices, in hexadecimal digits.
const KEYS: [&str; 2] = ["key", "device"];

/// Writes data as JSON, with the ids and keys in it by their lengths.
pub(crate) fn write(data: &impl Serialize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let mut value = serde_json::to_value(data).map_err(|_| fmt::Error)?;
    mask(&mut value);
    fmt::Display::fmt(&value, f)
}

fn mask(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(id) if IDS.contains(&name.as_str()) => {
                        *id = alloc::format!("{:?}", Bytes(id.len()));
                    }
                    Value::String(key) if KEYS.contains(&name.as_str()) => {
                        *key = alloc::format!("{:?}", Bytes(key.len() / 2));
                    }
                    _ => mask(member),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(mask),
        _ => {}
    }
}

/// Implements `Debug` for data with ids or keys in it.
macro_rules! debug {
    ($($type:ty),*) => {$(
        impl core::fmt::Debug for $type {
            fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                $crate::types::masked::write(self, f)
            }
        }
    )*};
}

pub(crate) use debug;
