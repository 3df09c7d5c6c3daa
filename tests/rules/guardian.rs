//! Who agrees for somebody who has a guardian (R2, GDPR Art. 8).

use ed25519_dalek::{Signer, SigningKey};
use framegate::{
    Authority, Digest, Error, Grant, JoinOptions, Kinds, Meeting, MeetingOptions, Method, Payload,
    PublicKey, Purposes, Reason, Refusal, Scope, Signed, Time, Verdict,
    export::Receipt,
    ledger::{Entry, Ledger, Line},
};
use sha2::{Digest as _, Sha256};

use crate::common::{self, Memory, meeting, microphone, millis, own, tap};

const RECORD: Scope = Scope::new(Kinds::AUDIO, Purposes::RECORD);

#[test]
fn r2_only_the_guardian_agrees_either_withdraws_and_the_own_refusal_stands() {
    let (mut meeting, notice, [_]) = meeting();
    let child = JoinOptions::with_guardian("child", "guardian");
    let child = meeting.join(child, Time::START).unwrap();
    let mut tap = tap(&mut meeting, microphone(child), Purposes::RECORD);
    let mut verdict_at = |at| {
        tap.admit(
            &own(millis(at)),
            Payload::Bytes(&[0; 2]),
            millis(at),
            |_| (),
        )
        .verdict()
    };
    let grant = Grant::new(notice, RECORD, Method::Clicked);

    for by in [
        Authority::Participant,
        Authority::Host,
        Authority::Administrator,
        Authority::Vendor,
    ] {
        let before = meeting.generation();
        let refused = meeting.grant(by, child, &grant, millis(1));
        assert_eq!(refused, Err(Error::Refused(Refusal::Overreach, by)));
        assert_eq!(meeting.generation(), before + 1);
    }
    assert_eq!(verdict_at(1), Verdict::Dropped(Reason::NotGranted));

    let guardian = Authority::Guardian;
    meeting.grant(guardian, child, &grant, millis(2)).unwrap();
    assert_eq!(verdict_at(2), Verdict::Whole);
    let _ = meeting
        .withdraw(guardian, child, RECORD, millis(3))
        .unwrap();
    assert_eq!(verdict_at(3), Verdict::Dropped(Reason::Withdrawn));
    meeting.grant(guardian, child, &grant, millis(4)).unwrap();
    assert_eq!(verdict_at(4), Verdict::Whole);
    let _ = meeting
        .withdraw(Authority::Participant, child, RECORD, millis(5))
        .unwrap();
    assert_eq!(verdict_at(5), Verdict::Dropped(Reason::Withdrawn));
    meeting.grant(guardian, child, &grant, millis(6)).unwrap();
    assert_eq!(verdict_at(6), Verdict::Dropped(Reason::Withdrawn));
}

#[test]
fn r2_an_adult_has_no_guardian() {
    let (mut meeting, notice, [adult]) = meeting();
    let grant = Grant::new(notice, RECORD, Method::Clicked);
    let refused = meeting.grant(Authority::Guardian, adult, &grant, Time::START);
    assert_eq!(
        refused,
        Err(Error::Refused(Refusal::Overreach, Authority::Guardian))
    );
    let own = JoinOptions::with_guardian("child", "child");
    assert_eq!(meeting.join(own, Time::START), Err(Error::OwnGuardian));
}

/// Whoever runs the client can name anybody as a guardian, and say what they agreed to: without a key that is all that the ledger proves.
#[test]
fn r2_a_guardian_without_a_key_is_the_clients_word_and_with_one_the_keys() {
    let memory = Memory::default();
    let mut meeting =
        Meeting::open(MeetingOptions::new("guarded", 4).ledger(memory.writer())).unwrap();
    let notice = meeting.show(common::notice()).unwrap();
    let grant = Grant::new(notice, RECORD, Method::Clicked);
    let guardian = Authority::Guardian;
    let bob = JoinOptions::with_guardian("bob", "the-host");
    let bob = meeting.join(bob, millis(1)).unwrap();
    meeting.grant(guardian, bob, &grant, millis(2)).unwrap();
    // It cannot seem to be more.
    let seeming = Grant::new(notice, RECORD, Method::Signed);
    let unsigned = Err(Error::Refused(Refusal::Unsigned, guardian));
    let granted = meeting.grant(guardian, bob, &seeming, millis(2));
    assert_eq!(granted, unsigned);

    let secret = SigningKey::from_bytes(&[5; 32]);
    let key = PublicKey(secret.verifying_key().to_bytes());
    let guarded = JoinOptions::with_guardian("kid", "mother");
    let kid = meeting.join(guarded.key(key), millis(3)).unwrap();
    let granted = meeting.grant(guardian, kid, &grant, millis(4));
    assert_eq!(granted, unsigned);
    let challenge = meeting.challenge(kid).unwrap();
    let instance = meeting.instance();
    let message = grant.message(instance, "guarded", "kid", &[], challenge);
    let signed = grant.clone().signed(Signed {
        instance,
        meeting: "guarded".into(),
        challenge,
        signature: secret.sign(&message).to_bytes(),
    });
    meeting.grant(guardian, kid, &signed, millis(5)).unwrap();
    // The key stays with the id, as the guardian does.
    let _ = meeting.leave(kid, millis(6)).unwrap();
    let without = meeting.join(guarded, millis(7));
    assert_eq!(without, Err(Error::WrongKey));

    let ledger = memory.read();
    ledger.clone().verify().unwrap();
    for (who, is_signed) in [("bob", false), ("kid", true)] {
        let agreed = Receipt::of(&common::verified(&ledger), who).unwrap().agreed;
        let agreed: Vec<_> = agreed.iter().map(|one| (one.by, one.signed)).collect();
        assert_eq!(agreed, [(guardian, is_signed)]);
    }
}

/// As a key is: or whoever runs the client makes an adult of a child, or a guardian of anybody, by letting them come in again.
#[test]
fn r2_a_guardian_is_bound_to_the_id_as_long_as_the_meeting_lasts() {
    let memory = Memory::default();
    let mut meeting =
        Meeting::open(MeetingOptions::new("guarded", 4).ledger(memory.writer())).unwrap();
    let child = JoinOptions::with_guardian("child", "mother");
    let others = [
        JoinOptions::adult("child"),
        JoinOptions::with_guardian("child", "bot"),
    ];
    let wrong = Err(Error::WrongGuardian);
    for at in [1, 3] {
        let who = meeting.join(child, millis(at)).unwrap();
        let _ = meeting.leave(who, millis(at + 1)).unwrap();
        for other in others {
            assert_eq!(meeting.join(other, millis(at + 1)), wrong);
        }
    }
    // One who came as an adult before may have a guardian from now on.
    let adult = meeting.join(JoinOptions::adult("eva"), millis(5)).unwrap();
    let _ = meeting.leave(adult, millis(6)).unwrap();
    let guarded = JoinOptions::with_guardian("eva", "father");
    meeting.join(guarded, millis(7)).unwrap();
    drop(meeting);

    let ledger = memory.read();
    ledger.clone().verify().unwrap();
    let mut resumed = Meeting::resume(&common::verified(&ledger), memory.writer()).unwrap();
    for other in others {
        assert_eq!(resumed.join(other, millis(8)), wrong);
    }
    resumed.join(child, millis(8)).unwrap();
    drop(resumed);

    // Nor does a ledger verify in which that happened.
    let text = String::from_utf8(memory.bytes()).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let mut lines: Vec<Line> = lines.collect();
    let joined = lines
        .iter_mut()
        .rev()
        .find_map(|line| match &mut line.entry {
            Entry::Joined { guardian, .. } => Some(guardian),
            _ => None,
        });
    *joined.unwrap() = None;
    let mut prev = Digest([0; 32]);
    let mut forged = Vec::new();
    for line in &mut lines {
        line.prev = prev;
        let bytes = serde_json::to_vec(line).unwrap();
        prev = Digest(Sha256::digest(&bytes).into());
        forged.extend(bytes.into_iter().chain(*b"\n"));
    }
    let forged = Ledger::read(&forged, None, None).unwrap();
    assert!(forged.verify().is_err());
}
