//! Who agrees for somebody who has a guardian (R2, GDPR Art. 8).

mod common;

use common::{meeting, microphone, millis, own, tap};
use framegate::{
    Authority, Error, Grant, Join, Kinds, Method, Payload, Purposes, Reason, Refusal, Scope, Time,
    Verdict,
};

const RECORD: Scope = Scope::new(Kinds::AUDIO, Purposes::RECORD);

#[test]
fn r2_only_the_guardian_agrees_either_withdraws_and_the_own_refusal_stands() {
    let (mut meeting, notice, [_]) = meeting();
    let child = Join::with_guardian("child", "guardian");
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
    let own = Join::with_guardian("child", "child");
    assert_eq!(meeting.join(own, Time::START), Err(Error::OwnGuardian));
}
