//! An agreement is of this stay, after its notice was shown and after the last withdrawal of it (R5), and of this meeting.

use ed25519_dalek::{Signer, SigningKey};
use framegate::{
    Authority, Digest, Error, Grant, Instance, JoinOptions, Kinds, Meeting, Method, Participant,
    Payload, PublicKey, Purposes, Reason, Refusal, Scope, Signed, Time, Verdict,
    ledger::{Ledger, LedgerFault},
};
use serde_json::Value;

use crate::common::{self, Memory, microphone, millis, own, rechained};

const BY: Authority = Authority::Participant;
/// TRAIN of audio, which is asked for.
const ASKED: Scope = Scope::new(Kinds::AUDIO, Purposes::TRAIN);
/// When the meeting is told of it.
const TOLD: i64 = 9;

fn refused(why: Refusal) -> Result<(), Error> {
    Err(Error::Refused(why, BY))
}

/// What happened before somebody agreed, each at its millisecond.
#[derive(Clone, Copy, Debug)]
struct Past {
    shown: i64,
    joined: i64,
    /// When they were there once more.
    again: Option<i64>,
    withdrew: Option<(i64, Scope)>,
}

impl Past {
    /// Everything that can be, in either order.
    fn all() -> Vec<Self> {
        let others = Scope::new(Kinds::VIDEO, Purposes::TRAIN);
        let wider = Scope::new(Kinds::AUDIO | Kinds::CHAT, Purposes::all());
        let mut all = Vec::new();
        for (shown, joined) in [(1, 2), (2, 1), (5, 1), (1, 1)] {
            for again in [None, Some(4), Some(6)] {
                for withdrew in [None, Some(3), Some(7)] {
                    for scope in [ASKED, others, wider] {
                        let withdrew = withdrew.map(|at| (at, scope));
                        all.push(Self {
                            shown,
                            joined,
                            again,
                            withdrew,
                        });
                    }
                }
            }
        }
        all
    }

    /// Whether what was agreed to at some time, in microseconds, opens: clause by clause, one of which may be left out.
    fn opens(&self, agreed: i64, without: Option<usize>) -> bool {
        let micros = |ms: i64| 1000 * ms;
        let told = agreed == micros(TOLD);
        let begun = micros(self.again.unwrap_or(self.joined));
        let withdrew = self.withdrew.filter(|(at, scope)| {
            let is_of_it =
                scope.kinds.intersects(ASKED.kinds) && scope.purposes.intersects(ASKED.purposes);
            is_of_it && micros(*at) >= begun
        });
        let clauses = [
            agreed >= begun,
            agreed >= micros(self.shown),
            withdrew.is_none_or(|(at, _)| agreed > micros(at)),
        ];
        let clauses = clauses.into_iter().enumerate();
        told || clauses
            .filter(|(clause, _)| Some(*clause) != without)
            .all(|(_, holds)| holds)
    }

    /// A meeting in which that happened; who is there at last.
    fn meeting(&self, memory: &Memory) -> (Meeting, Digest, Participant) {
        let mut meeting = common::open("m", 3, memory.writer());
        let (mut notice, mut who) = (None, None);
        for at in 1..TOLD {
            let now = millis(at);
            if at == self.joined || Some(at) == self.again {
                if let Some(before) = who {
                    let _ = meeting.leave(before, now).unwrap();
                }
                who = Some(meeting.join(JoinOptions::adult("ann"), now).unwrap());
            }
            if at == self.shown {
                meeting.advance(now).unwrap();
                notice = Some(meeting.show(common::notice()).unwrap());
            }
            if let Some((_, scope)) = self.withdrew.filter(|(when, _)| *when == at) {
                let _ = meeting.withdraw(BY, who.unwrap(), scope, now).unwrap();
            }
        }
        (meeting, notice.unwrap(), who.unwrap())
    }
}

/// Every microsecond that matters.
fn moments() -> impl Iterator<Item = i64> {
    let around = (0..TOLD).flat_map(|at| [1000 * at - 1, 1000 * at, 1000 * at + 1]);
    around.filter(|at| *at >= 0).chain([1000 * TOLD])
}

/// The ledger with another time of agreeing in its last line, as its writer could have made it.
fn with_time(ledger: &[u8], agreed: i64) -> Ledger {
    let text = str::from_utf8(ledger).unwrap();
    let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
    let mut lines: Vec<Value> = lines.collect();
    lines.last_mut().unwrap()["entry"]["grant"]["at"] = agreed.into();
    Ledger::read(&rechained(&lines), None, None).unwrap()
}

/// How often a meeting, or who verifies its ledger, does not say what is expected.
fn disagreements(without: Option<usize>) -> usize {
    let mut found = 0;
    for past in Past::all() {
        let memory = Memory::default();
        let (mut meeting, notice, who) = past.meeting(&memory);
        let grant = Grant::new(notice, ASKED, Method::Clicked);
        let mut opened = Vec::new();
        for agreed in moments() {
            let told = grant.clone().at(Time::from_micros(agreed));
            let granted = meeting.grant(BY, who, &told, millis(TOLD));
            if granted.is_err() {
                assert_eq!(granted, refused(Refusal::AgreedEarlier), "{past:?}");
            }
            opened.push(granted.is_ok());
        }
        memory.read().verify().unwrap();
        let memory = Memory::default();
        let (mut meeting, notice, who) = past.meeting(&memory);
        let grant = Grant::new(notice, ASKED, Method::Clicked);
        meeting.grant(BY, who, &grant, millis(TOLD)).unwrap();
        let ledger = memory.bytes();
        for (agreed, live) in moments().zip(opened) {
            let expected = past.opens(agreed, without);
            let verified = with_time(&ledger, agreed).verify();
            if let Err(error) = &verified {
                assert_eq!(error.what, LedgerFault::Impossible);
            }
            found += usize::from(live != expected) + usize::from(verified.is_ok() != expected);
        }
    }
    found
}

#[test]
fn r5_only_what_was_agreed_in_this_stay_after_notice_and_withdrawal_opens() {
    assert_eq!(disagreements(None), 0);
}

/// The control: each clause left out shows.
#[test]
fn each_clause_of_r5_shows_when_it_is_left_out() {
    for clause in 0..3 {
        assert!(disagreements(Some(clause)) > 0, "clause {clause}");
    }
}

fn heard(meeting: &mut Meeting, who: Participant, at: i64) -> Verdict {
    let mut tap = common::tap(meeting, microphone(who), Purposes::TRAIN);
    let (frame, now) = (own(millis(at)), millis(at));
    tap.admit(&frame, Payload::Bytes(&[1; 2]), now, |_| ())
        .verdict()
}

/// A click that was overtaken on its way by the withdrawal, as a person sees it.
#[test]
fn r5_a_click_that_a_withdrawal_has_overtaken_opens_nothing() {
    let (mut meeting, notice, [ann]) = common::meeting();
    let click = |agreed| Grant::new(notice, ASKED, Method::Clicked).at(millis(agreed));
    let _ = meeting.withdraw(BY, ann, Scope::ALL, millis(2000)).unwrap();
    let late = meeting.grant(BY, ann, &click(1500), millis(3000));
    assert_eq!(late, refused(Refusal::AgreedEarlier));
    assert_eq!(
        heard(&mut meeting, ann, 3100),
        Verdict::Dropped(Reason::Withdrawn)
    );
    meeting.grant(BY, ann, &click(2500), millis(3200)).unwrap();
    assert_eq!(heard(&mut meeting, ann, 3300), Verdict::Whole);
}

/// Nobody knows at which of the meeting's times what happened that was entered while it was gone, or was torn off.
#[test]
fn r5_what_happened_before_a_meeting_went_on_was_over_when_its_time_goes_on() {
    for torn in [false, true] {
        let memory = Memory::default();
        let mut meeting = common::open("m", 3, memory.writer());
        let notice = meeting.show(common::notice()).unwrap();
        let ann = meeting.join(JoinOptions::adult("ann"), millis(1)).unwrap();
        let _ = meeting.withdraw(BY, ann, ASKED, millis(2)).unwrap();
        drop(meeting);
        let half = if torn { &b"{\"n\":"[..] } else { b"" };
        let ledger = Ledger::read(&[&memory.bytes()[..], half].concat(), None, None).unwrap();
        let mut meeting = Meeting::resume(&common::verified(&ledger), memory.writer()).unwrap();
        let (_, ann) = meeting.participants().next().unwrap();
        // Agreed at 5 ms, perhaps before the meeting had gone.
        let early = Grant::new(notice, ASKED, Method::Clicked).at(millis(5));
        let late = early.clone().at(millis(9));
        for again in [&early, &early] {
            let granted = meeting.grant(BY, ann, again, millis(8));
            assert_eq!(granted, refused(Refusal::AgreedEarlier));
        }
        // That was entered at 8 ms, when the meeting surely went on.
        meeting.grant(BY, ann, &late, millis(10)).unwrap();
        assert_eq!(heard(&mut meeting, ann, 11), Verdict::Whole);
        memory.read().verify().unwrap();
    }
}

/// Signed as a person's device does it.
fn signed(
    meeting: &Meeting,
    who: Participant,
    id: &str,
    grant: Grant,
    secret: &SigningKey,
) -> Grant {
    let (instance, challenge) = (meeting.instance(), meeting.challenge(who).unwrap());
    let recipients = meeting.recipients(grant.scope.purposes);
    let message = grant.message(instance, meeting.id(), id, &recipients, challenge);
    let signature = secret.sign(&message).to_bytes();
    grant.signed(Signed {
        instance,
        meeting: meeting.id().into(),
        challenge,
        signature,
    })
}

/// A meeting whose first lines are as last week's but for the instance.
fn weekly(memory: &Memory, key: PublicKey) -> (Meeting, Digest, Participant) {
    let mut meeting = common::open("weekly", 3, memory.writer());
    let notice = meeting.show(common::notice()).unwrap();
    let ann = JoinOptions::adult("ann").key(key);
    let ann = meeting.join(ann, Time::START).unwrap();
    (meeting, notice, ann)
}

#[test]
fn r2_a_signature_of_last_week_opens_nothing_this_week() {
    let secret = SigningKey::from_bytes(&[1; 32]);
    let key = PublicKey(secret.verifying_key().to_bytes());
    let (last, this) = (Memory::default(), Memory::default());
    let (mut before, notice, ann) = weekly(&last, key);
    let grant = Grant::new(notice, ASKED, Method::Signed);
    let of_last_week = signed(&before, ann, "ann", grant.clone(), &secret);
    before.grant(BY, ann, &of_last_week, millis(1)).unwrap();

    let (mut meeting, _, ann) = weekly(&this, key);
    let relabelled = |instance: Instance, challenge| {
        let mut grant = of_last_week.clone();
        let signed = grant.signed.as_mut().unwrap();
        (signed.instance, signed.challenge) = (instance, challenge);
        grant
    };
    let (here, there) = (meeting.instance(), before.instance());
    let present = meeting.challenge(ann).unwrap();
    let past = of_last_week.signed.as_ref().unwrap().challenge;
    assert_ne!(past, present);
    for (grant, why) in [
        (relabelled(there, past), Refusal::ForeignMeeting),
        (relabelled(there, present), Refusal::ForeignMeeting),
        (relabelled(here, past), Refusal::Replayed),
        (relabelled(here, present), Refusal::WrongSignature),
    ] {
        let granted = meeting.grant(BY, ann, &grant, millis(1));
        assert_eq!(granted, refused(why));
    }
    // Nor is it evidence there: last week's line in this week's ledger.
    let lines = |memory: &Memory| {
        let bytes = memory.bytes();
        let text = str::from_utf8(&bytes).unwrap();
        let lines = text.lines().map(|line| serde_json::from_str(line).unwrap());
        lines.collect::<Vec<Value>>()
    };
    let granted = lines(&last).pop().unwrap();
    let transplanted = [lines(&this), vec![granted]].concat();
    let transplanted = Ledger::read(&rechained(&transplanted), None, None).unwrap();
    let error = transplanted.verify().unwrap_err();
    assert_eq!(error.what, LedgerFault::Impossible);
    // The control: where it was made it is.
    last.read().verify().unwrap();
    let right = signed(&meeting, ann, "ann", grant, &secret);
    meeting.grant(BY, ann, &right, millis(2)).unwrap();
    this.read().verify().unwrap();
}
