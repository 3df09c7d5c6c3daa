//! Keys, challenges and what is signed, once more from the documented forms: `src/control/consent/message.rs` and `signature.rs` beside it have them.
//!
//! It shares no code with the gate: messages are put together here, and signed and checked with `ed25519-dalek` itself.

use std::sync::LazyLock;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use framegate::{Method, Purposes};
use sha2::{Digest as _, Sha256};

use crate::{
    ledger::{method_name, purpose_name},
    rules::{Event, Fault, Grant, Oracle, Refusal, Signed},
    scripts::{MEETING, Part, ScriptedKey, Signing},
};

/// The device's secret key.
pub const DEVICE: [u8; 32] = [77; 32];
/// How many people's keys there are.
const KEYS: u8 = 4;
/// In the place of a challenge that there is not.
const NO_CHALLENGE: [u8; 32] = [0; 32];

/// Keys that nobody can join with.
const BAD: [[u8; 32]; 4] = [
    // Of order 4 and of order 1: anything can be signed with them.
    [0; 32],
    first_byte(1),
    // Of no point of the curve.
    first_byte(2),
    // Of order 2, as y = -1.
    {
        let mut bytes = [0xFF; 32];
        (bytes[0], bytes[31]) = (0xEC, 0x7F);
        bytes
    },
];

const fn first_byte(byte: u8) -> [u8; 32] {
    let mut bytes = [0; 32];
    bytes[0] = byte;
    bytes
}

fn secret(number: u8) -> &'static SigningKey {
    // Computing them anew would take a fifth of all time.
    static SECRETS: LazyLock<Vec<SigningKey>> = LazyLock::new(|| {
        let keys = (1..=KEYS).map(|byte| SigningKey::from_bytes(&[byte; 32]));
        keys.collect()
    });
    &SECRETS[usize::from(number % KEYS)]
}

fn public(number: u8) -> [u8; 32] {
    secret(number).verifying_key().to_bytes()
}

/// What the device signs of a ledger that has so many lines, the last of which has this hash.
pub fn vouched(instance: [u8; 16], lines: usize, hash: [u8; 32]) -> [u8; 64] {
    let lines = (lines as u64).to_be_bytes();
    let message = [&b"framegate head 2"[..], &instance, &lines, &hash].concat();
    SigningKey::from_bytes(&DEVICE).sign(&message).to_bytes()
}

pub fn device() -> [u8; 32] {
    SigningKey::from_bytes(&DEVICE).verifying_key().to_bytes()
}

/// What is signed, field by field.
struct Fields {
    instance: [u8; 16],
    meeting: String,
    participant: String,
    notice: [u8; 32],
    kinds: u16,
    purposes: u16,
    recipients: String,
    method: &'static str,
    at: Option<i64>,
    until: Option<i64>,
    challenge: [u8; 32],
}

impl Fields {
    fn message(&self) -> Vec<u8> {
        let time =
            |time: Option<i64>| time.map_or(Vec::new(), |micros| micros.to_be_bytes().to_vec());
        let fields = [
            b"framegate grant 2".to_vec(),
            self.instance.to_vec(),
            self.meeting.clone().into_bytes(),
            self.participant.clone().into_bytes(),
            self.notice.to_vec(),
            self.kinds.to_be_bytes().to_vec(),
            self.purposes.to_be_bytes().to_vec(),
            self.recipients.clone().into_bytes(),
            self.method.as_bytes().to_vec(),
            time(self.at),
            time(self.until),
            self.challenge.to_vec(),
        ];
        let with_length = |field: Vec<u8>| {
            let length = u32::try_from(field.len()).expect("a short field");
            [length.to_be_bytes().to_vec(), field].concat()
        };
        fields.into_iter().flat_map(with_length).collect()
    }

    fn change(&mut self, part: Part) {
        match part {
            Part::Instance => self.instance[0] ^= 1,
            Part::Meeting => self.meeting.push('2'),
            Part::Participant => self.participant.push('2'),
            Part::Notice => self.notice[0] ^= 1,
            Part::Kinds => self.kinds ^= 1,
            Part::Purposes => self.purposes ^= 1,
            Part::Recipients => self.recipients.push_str("RECORD@Somebody Ltd\n"),
            Part::Method => {
                let is_typed = self.method == "typed";
                self.method = if is_typed { "spoken" } else { "typed" };
            }
            Part::At => self.at = Some(self.at.unwrap_or(0) ^ 1),
            Part::Until => self.until = Some(self.until.unwrap_or(0) ^ 1),
            Part::Challenge => self.challenge[31] ^= 1,
        }
    }
}

impl Oracle {
    /// What somebody of this id joins with.
    pub fn scripted_key(&self, id: &str, key: ScriptedKey) -> Option<[u8; 32]> {
        match key {
            ScriptedKey::AsBefore => self.key_of_id(id),
            ScriptedKey::None => None,
            ScriptedKey::Number(number) => Some(public(number)),
            ScriptedKey::Bad(number) => Some(BAD[usize::from(number) % BAD.len()]),
        }
    }

    /// R2: the key that an id ever joined with, which stays its own.
    pub fn key_of_id(&self, id: &str) -> Option<[u8; 32]> {
        let from = if self.has(Fault::ResumingForgetsKeys) {
            let is_resumed = |(_, event): &(i64, Event)| matches!(event, Event::Resumed { .. });
            self.events.iter().rposition(is_resumed).unwrap_or(0)
        } else {
            0
        };
        self.events[from..]
            .iter()
            .rev()
            .find_map(|(_, event)| match event {
                Event::Joined { id: who, key, .. } if who == id => *key,
                _ => None,
            })
    }

    /// Why somebody of this id cannot join with this key, or without one.
    pub fn wrong_key(&self, id: &str, key: Option<[u8; 32]>) -> Option<Refusal> {
        let is_bad = key.is_some_and(|key| {
            !VerifyingKey::from_bytes(&key).is_ok_and(|key| {
                // A weak one has the same multiples as few others.
                !key.is_weak() || self.has(Fault::WeakKeysJoin)
            })
        });
        let known = self
            .key_of_id(id)
            .filter(|_| !self.has(Fault::RejoiningForgetsTheKey))
            .filter(|_| key.is_none() || !self.has(Fault::AnotherKeyRejoins));
        let is_other = known.is_some() && key != known;
        (is_bad || is_other).then_some(Refusal::WrongKey)
    }

    /// The challenges that an id has had, each from the line that made it.
    fn challenges(&self, id: &str) -> Vec<[u8; 32]> {
        let mut challenges = Vec::new();
        for (index, (_, event)) in self.events.iter().enumerate() {
            let renews = match event {
                Event::Joined { id: who, .. } => {
                    who == id
                        && (challenges.is_empty() || !self.has(Fault::JoiningRenewsNoChallenge))
                }
                Event::Withdrawn { stay, .. } => {
                    self.id(*stay) == id && !self.has(Fault::WithdrawingRenewsNoChallenge)
                }
                Event::Resumed { torn } => {
                    *torn && !challenges.is_empty() && !self.has(Fault::TornLinesRenewNoChallenge)
                }
                _ => false,
            };
            if renews {
                // The first line is the opening's.
                let line = self.lines[1 + index];
                let parts = [&b"framegate challenge 1"[..], &line, id.as_bytes()];
                challenges.push(Sha256::digest(parts.concat()).into());
            }
        }
        challenges
    }

    /// What somebody's signature must be over.
    pub fn challenge(&self, stay: usize) -> Option<[u8; 32]> {
        let stay = self.present(Some(stay))?;
        self.challenges(self.id(stay)).pop()
    }

    /// The names of the third parties' purposes in a set.
    fn recipients(&self, purposes: Purposes) -> String {
        let named = self.events.iter().filter_map(|(_, event)| match event {
            Event::Named { purpose, recipient } => Some((*purpose, recipient)),
            _ => None,
        });
        if self.has(Fault::SignaturesNameNoRecipients) {
            return String::new();
        }
        let named = named
            .zip(9..)
            .filter(|(_, bit)| purposes.bits() >> bit & 1 == 1);
        let words = named.flat_map(|((purpose, recipient), _)| {
            [purpose_name(purpose), "@", recipient.as_str(), "\n"]
        });
        words.collect()
    }

    fn fields(&self, id: &str, grant: &Grant, challenge: [u8; 32]) -> Fields {
        Fields {
            instance: self.instance,
            meeting: MEETING.to_owned(),
            participant: id.to_owned(),
            notice: Sha256::digest(grant.notice.as_bytes()).into(),
            kinds: grant.scope.kinds.bits(),
            purposes: grant.scope.purposes.bits(),
            recipients: self.recipients(grant.scope.purposes),
            method: method_name(grant.method),
            at: grant.at,
            until: grant
                .until
                .filter(|_| !self.has(Fault::SignaturesCoverNoEnd)),
            challenge,
        }
    }

    /// What comes with a grant, as somebody signs it who may not be the one who should.
    pub fn signed(&self, stay: Option<usize>, grant: &Grant, signing: Signing) -> Option<Signed> {
        // Whoever it is that is not there.
        let id = stay.map_or("nobody", |stay| self.id(stay));
        let key = stay.and_then(|stay| self.key(stay));
        let number = (0..KEYS).find(|number| Some(public(*number)) == key);
        let back = match signing {
            Signing::Not => return None,
            // Few sign who have no key.
            Signing::ByAnother(_) | Signing::Damaged(_) => 0,
            _ if number.is_none() => return None,
            Signing::Earlier(back) => 1 + back,
            _ => 0,
        };
        let challenge = self.challenges(id).into_iter().rev().nth(back);
        let challenge = challenge.unwrap_or(NO_CHALLENGE);
        let mut fields = self.fields(id, grant, challenge);
        match signing {
            Signing::Changed(part) => fields.change(part),
            Signing::OfAnotherMeeting => "another".clone_into(&mut fields.meeting),
            Signing::OfAnotherInstance => fields.instance[15] ^= 1,
            _ => {}
        }
        let number = number.unwrap_or(0);
        let secret = match signing {
            Signing::ByAnother(by) => secret(number + 1 + by % (KEYS - 1)),
            _ => secret(number),
        };
        let mut signature = secret.sign(&fields.message()).to_bytes();
        if let Signing::Damaged(bit) = signing {
            signature[bit / 8 % 64] ^= 1 << (bit % 8);
        }
        let (instance, meeting) = match signing {
            Signing::OfAnotherMeeting | Signing::OfAnotherInstance => {
                (fields.instance, fields.meeting)
            }
            _ => (self.instance, MEETING.to_owned()),
        };
        Some(Signed {
            instance,
            meeting,
            challenge,
            signature,
        })
    }

    /// R2: why what somebody agrees to opens nothing, for what is signed or is not.
    pub fn unsigned(&self, stay: usize, grant: &Grant) -> Option<Refusal> {
        let Some(key) = self.key(stay) else {
            let is_said_to_be = grant.method == Method::Signed && grant.signed.is_none();
            if is_said_to_be && !self.has(Fault::SigningNeedsNoSignature) {
                return Some(Refusal::Unsigned);
            }
            let is_refused = grant.signed.is_some() && !self.has(Fault::SignaturesNeedNoKey);
            return is_refused.then_some(Refusal::Keyless);
        };
        let Some(signed) = &grant.signed else {
            let opens = self.has(Fault::UnsignedGrantsOpen);
            return (!opens).then_some(Refusal::Unsigned);
        };
        if signed.meeting != MEETING && !self.has(Fault::AnotherMeetingsSignaturesOpen) {
            return Some(Refusal::ForeignMeeting);
        }
        let is_ours = signed.instance == self.instance;
        if !is_ours && !self.has(Fault::AnotherInstancesSignaturesOpen) {
            return Some(Refusal::ForeignMeeting);
        }
        let challenges = self.challenges(self.id(stay));
        let is_present = challenges.last() == Some(&signed.challenge);
        if !is_present && !self.has(Fault::ReplayedSignaturesOpen) {
            return Some(Refusal::Replayed);
        }
        let mut fields = self.fields(self.id(stay), grant, signed.challenge);
        fields.instance = signed.instance;
        fields.meeting.clone_from(&signed.meeting);
        let signature = Signature::from_bytes(&signed.signature);
        let has_signed = |key: &[u8; 32]| {
            VerifyingKey::from_bytes(key)
                .is_ok_and(|key| key.verify_strict(&fields.message(), &signature).is_ok())
        };
        let is_right = if self.has(Fault::AnybodysKeySigns) {
            (0..KEYS).any(|number| has_signed(&public(number)))
        } else {
            has_signed(&key) || self.has(Fault::AnySignatureOpens)
        };
        (!is_right).then_some(Refusal::WrongSignature)
    }

    /// The lines that the ledger has beside those that were read before.
    pub fn read_on(&mut self, ledger: &[u8]) {
        let lines = ledger.split(|&byte| byte == b'\n');
        // After the last line feed there is nothing.
        let lines = lines.filter(|line| !line.is_empty());
        let new = lines.skip(self.lines.len());
        let hashes = new.map(|line| <[u8; 32]>::from(Sha256::digest(line)));
        let hashes = hashes.collect::<Vec<_>>();
        self.lines.extend(hashes);
    }

    pub fn has_key(&self, stay: usize) -> bool {
        self.key(stay).is_some()
    }

    /// What somebody joined with in this stay.
    fn key(&self, stay: usize) -> Option<[u8; 32]> {
        let mut joined = self.events.iter().filter_map(|(_, event)| match event {
            Event::Joined { key, .. } => Some(*key),
            _ => None,
        });
        let key = joined.nth(stay).expect("a stay that began")?;
        // A resumed meeting has the keys of those who are there, too.
        let forgotten =
            self.has(Fault::ResumingForgetsKeys) && self.key_of_id(self.id(stay)).is_none();
        (!forgotten).then_some(key)
    }
}

#[test]
fn bad_keys_are_weak_or_no_points() {
    let keys = BAD.map(|bytes| VerifyingKey::from_bytes(&bytes));
    let is_weak = |key: &VerifyingKey| key.is_weak();
    assert_eq!(keys.iter().filter(|key| key.is_err()).count(), 1);
    assert_eq!(keys.iter().flatten().filter(|key| is_weak(key)).count(), 3);
}
