//! Seals, from their definition: `src/evidence/seal.rs` has it.

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

pub const SECRET: [u8; 32] = [0x5A; 32];

fn mac(key: &[u8], parts: &[&[u8]]) -> [u8; 32] {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("keys of any length");
    for part in parts {
        mac.update(part);
    }
    mac.finalize().into_bytes().into()
}

/// RFC 5869, two blocks of it.
fn derived(label: &[u8], stream: &[u8], instance: [u8; 16]) -> [u8; 64] {
    let extracted = mac(b"framegate seal 2", &[&SECRET]);
    let info = [label, stream, &instance].concat();
    let first = mac(&extracted, &[&info, &[1]]);
    let second = mac(&extracted, &[&first, &info, &[2]]);
    [first, second].concat().try_into().expect("64 bytes")
}

/// The keyed digest of a payload, and the seal over it, the tag, and everybody in it, in the order of their ids.
pub fn sealed(
    instance: [u8; 16],
    tag: [u8; 16],
    subjects: &[(&str, u16)],
    payload: &[u8],
) -> ([u8; 32], [u8; 16]) {
    let key = |label| derived(label, &tag[6..8], instance);
    let digest = mac(&key(b"framegate digest 2"), &[payload]);
    let mut message = [&b"framegate seal 2"[..], &instance, &tag].concat();
    message.extend((subjects.len() as u64).to_be_bytes());
    for (id, kinds) in subjects {
        message.extend((id.len() as u64).to_be_bytes());
        message.extend(id.as_bytes());
        message.extend(kinds.to_be_bytes());
    }
    let seal = mac(&key(b"framegate stream 2"), &[&message, &digest]);
    (digest, seal[..16].try_into().expect("16 bytes"))
}
