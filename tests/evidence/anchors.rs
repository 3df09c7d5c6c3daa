//! What vouches for a ledger: a head that was kept apart, a device's key. They add up, and neither excuses the other.

use ed25519_dalek::SigningKey;
use framegate::{
    Argument, Authority, Digest, Error, JoinOptions, Meeting, PublicKey, Scope,
    ledger::{Device, Entry, Head, Ledger, LedgerFault},
};

use crate::common::{self, Memory, agree, millis};

/// The device's secret keys: of the one that signs, and of another.
const DEVICE: [u8; 32] = [7; 32];
const OTHER: [u8; 32] = [8; 32];

fn public(secret: [u8; 32]) -> PublicKey {
    PublicKey(SigningKey::from_bytes(&secret).verifying_key().to_bytes())
}

/// Somebody agrees, withdraws and goes, and the device signs in between.
fn honest() -> Memory {
    let memory = Memory::default();
    let writer = memory.writer().device(Device::new(&DEVICE).unwrap());
    let mut meeting = common::open("m", 4, writer);
    let notice = meeting.show(common::notice()).unwrap();
    let who = meeting.join(JoinOptions::adult("ana"), millis(1)).unwrap();
    agree(&mut meeting, notice, who, common::SCOPE, millis(2));
    meeting.count(millis(3)).unwrap();
    let person = Authority::Participant;
    let _ = meeting
        .withdraw(person, who, Scope::ALL, millis(4))
        .unwrap();
    meeting.count(millis(5)).unwrap();
    let _ = meeting.leave(who, millis(6)).unwrap();
    memory
}

fn lines(bytes: &[u8]) -> Vec<&[u8]> {
    bytes.split_inclusive(|byte| *byte == b'\n').collect()
}

/// The same up to some entry, and from then on written anew by whoever has the device's key. Or one who has another.
fn rewritten(honest: &[u8], from: usize, device: [u8; 32]) -> Vec<u8> {
    let kept = lines(honest)[..from].concat();
    let ledger = Ledger::read(&kept, None, None).unwrap();
    let memory = Memory::default();
    let mut meeting = Meeting::resume(
        &common::verified(&ledger),
        memory.writer().device(Device::new(&device).unwrap()),
    )
    .unwrap();
    for at in [7, 8] {
        meeting.count(millis(at)).unwrap();
    }
    [kept, memory.bytes()].concat()
}

fn head(ledger: &[u8], entries: usize) -> Head {
    let last = lines(ledger)[entries - 1];
    let last = str::from_utf8(last).unwrap().trim_end();
    Head {
        instance: Ledger::read(ledger, None, None).unwrap().head().instance,
        entries: entries as u64,
        hash: Digest::of(last),
    }
}

/// How many entries are vouched for; none if the ledger is not the one that was kept in mind.
fn vouched(
    ledger: &[u8],
    kept: Option<Head>,
    device: Option<PublicKey>,
    excuses: bool,
) -> Option<u64> {
    let read = Ledger::read(ledger, None, None).unwrap();
    let entries = read.lines();
    let signed = entries.iter().filter_map(|line| match &line.entry {
        Entry::Signed { device: by, .. } if Some(*by) == device => Some(line.n),
        _ => None,
    });
    let signed = signed.max().unwrap_or(0);
    let Some(kept) = kept else {
        return Some(signed);
    };
    let count = usize::try_from(kept.entries).unwrap();
    let is_in = count <= entries.len() && head(ledger, count) == kept;
    let is_excused = excuses && kept.entries <= signed;
    (is_in || is_excused).then_some(signed.max(kept.entries))
}

/// How often what is read is not what is expected, over each head and each key with each ledger.
fn disagreements(excuses: bool) -> usize {
    let honest = honest().bytes();
    let count = lines(&honest).len();
    let mut ledgers = vec![honest.clone()];
    for from in 1..count {
        ledgers.push(rewritten(&honest, from, DEVICE));
        ledgers.push(rewritten(&honest, from, OTHER));
    }
    let heads = (1..=count).map(|entries| Some(head(&honest, entries)));
    let heads: Vec<_> = heads.chain([None]).collect();
    let mut found = 0;
    for ledger in &ledgers {
        for kept in &heads {
            for device in [None, Some(public(DEVICE)), Some(public(OTHER))] {
                let read = Ledger::read(ledger, kept.as_ref(), device.as_ref());
                if let Err(error) = &read {
                    assert_eq!(error.what, LedgerFault::Anchor);
                    assert_eq!(Some(error.line), kept.map(|kept| kept.entries));
                }
                let read = read.ok().map(|ledger| ledger.anchored());
                found += usize::from(read != vouched(ledger, *kept, device, excuses));
            }
        }
    }
    found
}

#[test]
fn a_head_and_a_device_s_key_must_both_hold() {
    assert_eq!(disagreements(false), 0);
}

/// The control: a reader to whom the device's signature is as good as the head that was kept apart.
#[test]
fn a_device_that_excuses_another_head_shows() {
    assert!(disagreements(true) > 10);
}

#[test]
fn a_device_without_a_secret_signs_nothing() {
    let forgotten = Device::new(&[0; 32]).map(drop);
    assert_eq!(forgotten, Err(Error::Empty(Argument::DeviceSecret)));
    // The control: one bit is a secret, if a bad one.
    let mut secret = [0; 32];
    secret[31] = 1;
    let device = Device::new(&secret).unwrap();
    assert_eq!(device.public_key(), public(secret));
}
