//! Methods and parties mean what they say (R2, R3): what is explicit, what is signed, and who somebody agreed to.

use std::collections::HashMap;

use ed25519_dalek::{Signer, SigningKey};
use framegate::{
    Argument, Authority, Digest, Error, Grant, JoinOptions, Kinds, Meeting, Method, Notice,
    OutletOptions, Participant, Payload, PublicKey, Purposes, Reason, Refusal, Scope, Signed,
    Verdict,
    export::Receipt,
    ledger::{Ledger, LedgerError, LedgerFault, LedgerWriter},
};
use serde_json::Value;

use crate::common::{self, Memory, microphone, millis, own, rechained};

const BY: Authority = Authority::Participant;
const ACME: &str = "ACME Ltd";
const METHODS: [Method; 4] = [
    Method::Clicked,
    Method::Typed,
    Method::Spoken,
    Method::Signed,
];

fn notice(text: &str, purposes: Purposes) -> Notice {
    Notice {
        digest: Digest::of(text),
        scope: Scope::new(Kinds::all(), purposes),
        ..common::notice()
    }
}

fn secret() -> SigningKey {
    SigningKey::from_bytes(&[1; 32])
}

/// A meeting with four third parties' purposes, a notice over everything, one person without a key and one with.
fn meeting(memory: &Memory) -> (Meeting, Vec<(Purposes, Purposes)>, Digest, [Participant; 2]) {
    let mut meeting = common::open("parties", 4, memory.writer());
    let own = [Purposes::RECORD, Purposes::IDENTIFY, Purposes::TRAIN];
    let pairs = own.map(|purpose| (meeting.third_party(purpose, ACME).unwrap(), purpose));
    let other = meeting.third_party(Purposes::IDENTIFY, "B").unwrap();
    let all = own.map(|purpose| (purpose, purpose));
    let pairs = all.into_iter().chain(pairs);
    let pairs = pairs.chain([(other, Purposes::IDENTIFY)]).collect();
    let notice = meeting.show(common::notice()).unwrap();
    let key = PublicKey(secret().verifying_key().to_bytes());
    let people = [
        JoinOptions::adult("ann"),
        JoinOptions::adult("eva").key(key),
    ];
    let people = people.map(|join| meeting.join(join, millis(1)).unwrap());
    (meeting, pairs, notice, people)
}

fn signed(meeting: &Meeting, who: Participant, id: &str, grant: Grant) -> Grant {
    let (instance, challenge) = (meeting.instance(), meeting.challenge(who).unwrap());
    let recipients = meeting.recipients(grant.scope.purposes);
    let message = grant.message(instance, meeting.id(), id, &recipients, challenge);
    grant.signed(Signed {
        instance,
        meeting: meeting.id().into(),
        challenge,
        signature: secret().sign(&message).to_bytes(),
    })
}

/// A ledger whose last line is another, as its writer could have made it.
fn with_last(ledger: &[u8], change: impl FnOnce(&mut Value)) -> Ledger {
    read_with_last(ledger, change).unwrap()
}

fn read_with_last(ledger: &[u8], change: impl FnOnce(&mut Value)) -> Result<Ledger, LedgerError> {
    let text = str::from_utf8(ledger).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let mut lines: Vec<Value> = lines.collect();
    change(&mut lines.last_mut().unwrap()["entry"]);
    Ledger::read(&rechained(&lines), None, None)
}

/// Every set of two purposes or one, by every method: live, and in a ledger in which the method was another.
/// How often it is not as expected by somebody to whom only the controller can recognise anybody, or whoever can.
fn clicks(knows_third_parties: bool) -> usize {
    let mut found = 0;
    let memory = Memory::default();
    let (_, pairs, ..) = meeting(&memory);
    for (one, its) in &pairs {
        for (other, others) in &pairs {
            let identifies = [(one, its), (other, others)].iter().any(|(bit, purpose)| {
                **purpose == Purposes::IDENTIFY
                    && (knows_third_parties || **bit == Purposes::IDENTIFY)
            });
            let memory = Memory::default();
            let (mut meeting, _, notice, [ann, _]) = meeting(&memory);
            let scope = Scope::new(Kinds::AUDIO, *one | *other);
            let typed = Grant::new(notice, scope, Method::Typed);
            meeting.grant(BY, ann, &typed, millis(2)).unwrap();
            let ledger = memory.bytes();
            for method in METHODS {
                let granted = meeting.grant(BY, ann, &Grant::new(notice, scope, method), millis(2));
                let expected = match method {
                    Method::Clicked if identifies => Err(Error::NotExplicit),
                    Method::Signed => Err(Error::Refused(Refusal::Unsigned, BY)),
                    _ => Ok(()),
                };
                let forged = with_last(&ledger, |entry| {
                    entry["grant"]["method"] = method.name().into();
                });
                let verified = forged.verify().is_ok();
                found += usize::from(granted != expected);
                found += usize::from(verified != expected.is_ok());
            }
        }
    }
    found
}

#[test]
fn r3_a_click_identifies_nobody_to_anybody() {
    assert_eq!(clicks(true), 0);
    let memory = Memory::default();
    let (mut meeting, pairs, notice, [ann, _]) = meeting(&memory);
    let (acme, _) = pairs[4];
    let stream = meeting.open_stream(microphone(ann)).unwrap();
    let outlet = OutletOptions::new("acme", acme).recipient(ACME);
    let outlet = meeting.open_outlet(outlet).unwrap();
    let mut tap = meeting.tap(stream, outlet).unwrap();
    let scope = Scope::new(Kinds::AUDIO, acme);
    for (method, at, verdict) in [
        (Method::Clicked, 3, Verdict::Dropped(Reason::NotGranted)),
        (Method::Spoken, 4, Verdict::Whole),
    ] {
        let _ = meeting.grant(BY, ann, &Grant::new(notice, scope, method), millis(at));
        let (frame, now) = (own(millis(at)), millis(at));
        let came = tap.admit(&frame, Payload::Bytes(&[1; 2]), now, |_| ());
        assert_eq!(came.verdict(), verdict);
    }
}

/// The control: to whom only the controller's own IDENTIFY is one.
#[test]
fn a_click_that_identifies_to_third_parties_shows() {
    assert!(clicks(false) > 10);
}

#[test]
fn r2_what_is_said_to_be_signed_is_signed() {
    for purposes in [Purposes::RECORD, Purposes::IDENTIFY] {
        let memory = Memory::default();
        let (mut meeting, _, notice, [ann, eva]) = meeting(&memory);
        let scope = Scope::new(Kinds::AUDIO, purposes);
        let said = Grant::new(notice, scope, Method::Signed);
        for who in [ann, eva] {
            let granted = meeting.grant(BY, who, &said, millis(2));
            assert_eq!(granted, Err(Error::Refused(Refusal::Unsigned, BY)));
        }
        // The control: what is signed opens, and is one by any method.
        for method in METHODS.into_iter().filter(|method| method.is_explicit()) {
            let grant = Grant::new(notice, scope, method);
            let grant = signed(&meeting, eva, "eva", grant);
            meeting.grant(BY, eva, &grant, millis(3)).unwrap();
        }
        memory.read().verify().unwrap();
        let forged = with_last(&memory.bytes(), |entry| {
            entry["who"] = "ann".into();
            entry["grant"]["method"] = "signed".into();
            entry["grant"].as_object_mut().unwrap().remove("signed");
        });
        assert_eq!(forged.verify().unwrap_err().what, LedgerFault::Impossible);
    }
}

#[test]
fn r3_a_bit_without_a_name_is_nobody() {
    let memory = Memory::default();
    let mut meeting = common::open("nameless", 4, memory.writer());
    let ann = meeting.join(JoinOptions::adult("ann"), millis(1)).unwrap();
    let bit = Purposes::from_bits_retain(1 << 9);
    let empty = Err(Error::Empty(Argument::NoticeScope));
    assert_eq!(meeting.show(notice("of nobody", bit)), empty);
    for recipient in [None, Some("EVIL")] {
        let outlet = OutletOptions::new("outlet", bit | Purposes::RECORD);
        let outlet = recipient.map_or(outlet, |name| {
            OutletOptions::new("outlet", bit).recipient(name)
        });
        let opened = meeting.open_outlet(outlet);
        assert_eq!(opened.err(), Some(Error::ForeignPurpose));
    }
    // Beside RECORD, it is RECORD alone that is described and agreed to.
    let mixed = meeting
        .show(notice("mixed", bit | Purposes::RECORD))
        .unwrap();
    let asked =
        |notice, purposes| Grant::new(notice, Scope::new(Kinds::AUDIO, purposes), Method::Typed);
    let of_both = asked(mixed, bit | Purposes::RECORD);
    meeting.grant(BY, ann, &of_both, millis(2)).unwrap();
    let before = memory.bytes();
    assert_eq!(meeting.third_party(Purposes::TRAIN, "EVIL"), Ok(bit));
    let beyond = Err(Error::BeyondNotice);
    assert_eq!(
        meeting.grant(BY, ann, &asked(mixed, bit), millis(3)),
        beyond
    );
    assert_eq!(meeting.grant(BY, ann, &of_both, millis(3)), beyond);
    let anew = meeting.show(notice("of nobody", bit)).unwrap();
    meeting
        .grant(BY, ann, &asked(anew, bit), millis(4))
        .unwrap();
    let ledger = memory.read();
    ledger.clone().verify().unwrap();
    let agreed = Receipt::of(&common::verified(&ledger), "ann")
        .unwrap()
        .agreed;
    let names: Vec<_> = agreed.into_iter().map(|agreed| agreed.purposes).collect();
    assert_eq!(
        names,
        [vec!["RECORD".to_owned()], vec!["TRAIN@EVIL".to_owned()]]
    );
    // A ledger in which a notice of nobody was shown does not verify, nor one in which the mixed one covers what was named later.
    let shown = r#"{"event":"shown","notice":null}"#;
    let mut shown: Value = serde_json::from_str(shown).unwrap();
    shown["notice"] = serde_json::to_value(notice("of nobody", bit)).unwrap();
    let forged = with_last(&before, |entry| *entry = shown);
    assert_eq!(forged.verify().unwrap_err().what, LedgerFault::Impossible);
    let forged = with_last(&memory.bytes(), |entry| {
        entry["grant"]["notice"] = Digest::of("mixed").to_string().into();
    });
    assert_eq!(forged.verify().unwrap_err().what, LedgerFault::Impossible);
}

/// The recipients in a signed message, as anybody reads them who knows the form.
fn recipients_of(message: &[u8]) -> Vec<(String, String)> {
    let mut fields = Vec::new();
    let mut rest = message;
    while let Some((length, after)) = rest.split_first_chunk() {
        let (field, after) = after.split_at(u32::from_be_bytes(*length) as usize);
        fields.push(field);
        rest = after;
    }
    let lines = str::from_utf8(fields[7]).unwrap().split_terminator('\n');
    let pair = |line: &str| {
        let (purpose, recipient) = line.split_once('@').expect("a pair");
        (purpose.to_owned(), recipient.to_owned())
    };
    lines.map(pair).collect()
}

fn message(meeting: &Meeting, recipients: &[String], purposes: Purposes) -> Vec<u8> {
    let scope = Scope::new(Kinds::AUDIO, purposes);
    let grant = Grant::new(Digest::of("x"), scope, Method::Typed);
    grant.message(meeting.instance(), "m", "ann", recipients, Digest([0; 32]))
}

#[test]
fn r3_a_list_of_recipients_is_read_back_as_it_was() {
    let controls = (0..=char::MAX as u32).filter_map(char::from_u32);
    let controls: Vec<_> = controls.filter(|c| c.is_control()).collect();
    assert_eq!(controls.len(), 65);
    let mut meeting = common::open("m", 2, LedgerWriter::default());
    for control in controls {
        for name in [format!("A{control}TRAIN@B"), control.to_string()] {
            let named = meeting.third_party(Purposes::RECORD, &name);
            assert_eq!(named, Err(Error::ControlCharacter), "{name:?}");
        }
    }
    // Nor is a ledger read that has one.
    let memory = Memory::default();
    let mut other = common::open("m", 2, memory.writer());
    other.third_party(Purposes::RECORD, "A").unwrap();
    memory.read().verify().unwrap();
    let forged = read_with_last(&memory.bytes(), |entry| {
        entry["recipient"] = "A\nTRAIN@B".into();
    });
    assert_eq!(forged.unwrap_err().what, LedgerFault::NotAnEntry);

    let names = [
        "A",
        "B",
        "A@B",
        "TRAIN@B",
        "A TRAIN@B",
        "@",
        " ",
        "é",
        "\\n",
        "A\u{2028}B",
    ];
    let purposes = [Purposes::RECORD, Purposes::TRAIN, Purposes::REVIEW];
    let mut messages: HashMap<Vec<u8>, Vec<(String, String)>> = HashMap::new();
    for (one, first) in names
        .iter()
        .flat_map(|name| purposes.map(|purpose| (purpose, *name)))
    {
        for (two, second) in names
            .iter()
            .flat_map(|name| purposes.map(|purpose| (purpose, *name)))
        {
            let mut meeting = common::open("m", 2, LedgerWriter::default());
            let pairs = [(one, first), (two, second)];
            let bits = pairs.map(|(purpose, name)| meeting.third_party(purpose, name).unwrap());
            let asked = bits[0] | bits[1];
            let message = message(&other, &meeting.recipients(asked), asked);
            let name = |purpose: Purposes| purpose.iter_names().next().unwrap().0.to_owned();
            let mut list: Vec<_> = pairs
                .map(|(purpose, to)| (name(purpose), to.to_owned()))
                .into();
            list.dedup();
            assert_eq!(recipients_of(&message), list);
            let same = messages.insert(message, list.clone());
            assert!(same.is_none_or(|same| same == list));
        }
    }
    // The control: with a line feed two lists were one.
    let [one, two] = [
        ["RECORD@A", "TRAIN@B\nREVIEW@C"],
        ["RECORD@A\nTRAIN@B", "REVIEW@C"],
    ]
    .map(|list| message(&other, &list.map(String::from), Purposes::all()));
    assert_eq!(one, two);
}
