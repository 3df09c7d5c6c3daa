//! The words that most calls share: people, digests, heads, scopes, times, authorities.

use super::{
    memory::{In, plain},
    status::Status,
};
use framegate::{
    Authority, Digest, Instance, Kind, Kinds, Method, Participant, Purposes, Scope, Time, binding,
    ledger::{Device, Head},
};

/// A participant, as C passes one.
pub(super) type Person = Participant;

/// Kinds × purposes.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct ScopeIn {
    pub(super) kinds: u16,
    pub(super) purposes: u16,
}

/// Which meeting it is.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct InstanceInOut {
    pub(super) bytes: [u8; 16],
}

/// How far a ledger goes.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct HeadOut {
    pub(super) instance: InstanceInOut,
    pub(super) entries: u64,
    pub(super) hash: DigestOut,
}

/// A SHA-256.
#[derive(Clone, Copy)]
#[repr(C)]
pub(super) struct DigestOut {
    pub(super) bytes: [u8; 32],
}

plain!(Person, ScopeIn, HeadOut, InstanceInOut, DigestOut);

/// A list of people.
pub(super) fn participants(people: In<'_, Person>, count: usize) -> Result<&[Participant], Status> {
    if count > usize::from(u16::MAX) {
        return Err(Status::Length);
    }
    people.array(count)
}

impl From<ScopeIn> for Scope {
    fn from(scope: ScopeIn) -> Self {
        Self::new(
            Kinds::from_bits_retain(scope.kinds),
            Purposes::from_bits_retain(scope.purposes),
        )
    }
}

/// A time that may be none.
pub(super) fn time(micros: i64) -> Option<Time> {
    (micros != i64::MAX).then(|| Time::from_micros(micros))
}

pub(super) fn authority(number: u32) -> Option<Authority> {
    match number {
        1 => Some(Authority::Participant),
        2 => Some(Authority::Guardian),
        3 => Some(Authority::Host),
        4 => Some(Authority::Administrator),
        5 => Some(Authority::Vendor),
        _ => None,
    }
}

pub(super) fn method(number: u32) -> Option<Method> {
    match number {
        1 => Some(Method::Clicked),
        2 => Some(Method::Typed),
        3 => Some(Method::Spoken),
        4 => Some(Method::Signed),
        _ => None,
    }
}

impl From<Digest> for DigestOut {
    fn from(digest: Digest) -> Self {
        Self { bytes: digest.0 }
    }
}

impl From<DigestOut> for Digest {
    fn from(digest: DigestOut) -> Self {
        Self(digest.bytes)
    }
}

impl From<Head> for HeadOut {
    fn from(head: Head) -> Self {
        Self {
            instance: head.instance.into(),
            entries: head.entries,
            hash: head.hash.into(),
        }
    }
}

impl HeadOut {
    /// The head, unless it is empty: every ledger has an instance and an entry.
    pub(super) fn of_a_ledger(self) -> Result<Head, Status> {
        if self.entries == 0 {
            return Err(Status::Anchor);
        }
        Ok(Head {
            instance: self.instance.get()?,
            entries: self.entries,
            hash: self.hash.into(),
        })
    }
}

impl From<Instance> for InstanceInOut {
    fn from(instance: Instance) -> Self {
        Self {
            bytes: instance.to_bytes(),
        }
    }
}

impl InstanceInOut {
    /// Not zeros, as where it was forgotten.
    pub(super) fn get(self) -> Result<Instance, Status> {
        Ok(Instance::from_bytes(self.bytes)?)
    }
}

/// The key of a device, if there is one.
pub(super) fn device_of(secret: In<'_, [u8; 32]>) -> Result<Option<Device>, Status> {
    Ok(secret.optional()?.map(Device::new).transpose()?)
}

/// The kind of this number; 0 is none, so that none is meant by forgetting it.
pub(super) fn kind(number: u32) -> Option<Kind> {
    binding::kind(u8::try_from(number.checked_sub(1)?).ok()?)
}

pub(super) fn kind_number(kind: Kind) -> u32 {
    kind as u32 + 1
}
