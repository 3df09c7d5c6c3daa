//! What `Debug` shows: of ids, keys and payloads only how long they are. And words as text, which are read as they are written.

use std::{
    fmt::{Debug, Display},
    str::FromStr,
};

use framegate::{
    Area, Authority, Contributors, Frame, Grant, Instance, JoinOptions, Kind, Kinds, Meeting,
    MeetingOptions, Method, OutletOptions, Payload, PayloadMut, Plane, PlaneMut, PublicKey,
    Purposes, Reason, Refusal, Region, Scope, Signed, StreamOptions, Time, UnknownWord, Verdict,
    archive::{Finding, MeetingKey, PayloadDigest, Subject, Subjects, Verifier},
    export::{ErasureList, Receipt, ts27560},
    format::Format,
    ledger::{Device, Entry, LedgerWriter},
};
use serde::Serialize;

use crate::common::{Memory, millis, notice};

/// An id, a key and a payload that are found wherever they show.
const ID: &str = "planted-id-of-somebody";
const KEY: [u8; 32] = *b"planted-key-of-thirty-two-bytes!";
const PAYLOAD: &[u8] = b"planted-payload-of-a-frame";

/// What of the planted shows in a text, as text, as hexadecimal digits or as a list of numbers.
fn shows(text: &str) -> Vec<&'static str> {
    let compact: String = text.split_whitespace().collect();
    let found = |secret: &[u8]| {
        let hex: Vec<_> = secret.iter().map(|byte| format!("{byte:02x}")).collect();
        let list: Vec<_> = secret.iter().map(u8::to_string).collect();
        let plain = String::from_utf8_lossy(secret).into_owned();
        [plain, hex.concat(), list.join(",")]
            .iter()
            .any(|form| compact.contains(&form.split_whitespace().collect::<String>()))
    };
    let secrets = [
        ("id", ID.as_bytes()),
        ("key", &KEY[..]),
        ("payload", PAYLOAD),
    ];
    let shown = secrets.into_iter().filter(|(_, secret)| found(secret));
    shown.map(|(name, _)| name).collect()
}

fn hides(value: &impl Debug) {
    for text in [format!("{value:?}"), format!("{value:#?}")] {
        assert_eq!(shows(&text), Vec::<&str>::new(), "{text}");
    }
}

#[expect(
    clippy::too_many_lines,
    reason = "one meeting, and all that comes of it"
)]
#[test]
fn nothing_that_identifies_or_opens_is_shown() {
    let memory = Memory::default();
    let device = Device::new(&KEY).unwrap();
    let instance = Instance::from_bytes([7; 16]).unwrap();
    let writer = LedgerWriter::new(Box::new(memory.clone())).device(device.clone());
    hides(&writer);
    let mut meeting =
        Meeting::open(MeetingOptions::new(ID, 9).instance(instance).ledger(writer)).unwrap();
    let now = millis(1);
    let join = JoinOptions::with_guardian(ID, "a guardian").key(PublicKey(KEY));
    hides(&join);
    let join = JoinOptions::with_guardian(ID, "a guardian");
    let who = meeting.join(join, now).unwrap();
    let digest = meeting.show(notice()).unwrap();
    let scope = Scope::new(Kinds::CHAT, Purposes::RECORD);
    let signed = Signed {
        instance,
        meeting: ID.into(),
        challenge: digest,
        signature: [1; 64],
    };
    hides(&signed);
    let grant = Grant::new(digest, scope, Method::Clicked);
    hides(&grant.clone().signed(signed));
    hides(&meeting.grant(Authority::Host, who, &grant, now));
    meeting
        .grant(Authority::Guardian, who, &grant, now)
        .unwrap();
    let stream = StreamOptions::owned(who, Kind::Chat, Format::UTF8);
    hides(&stream);
    let stream = meeting.open_stream(stream).unwrap();
    let outlet = OutletOptions::new("archive", Purposes::RECORD);
    let outlet = meeting.open_outlet(outlet).unwrap();
    let mut tap = meeting.tap(stream, outlet).unwrap();
    let frame = Frame::new(millis(2), Contributors::Owner);
    let payload = Payload::Bytes(PAYLOAD);
    hides(&payload);
    let mut bytes = PAYLOAD.to_vec();
    hides(&PayloadMut::Bytes(&mut bytes));
    let planes = [Plane {
        data: PAYLOAD,
        stride: 3,
    }; 4];
    hides(&Payload::Planes(planes));
    hides(&PlaneMut {
        data: &mut bytes,
        stride: 3,
    });
    let tag = tap.batch(millis(3), |batch| {
        hides(batch);
        let admission = batch.admit(&frame, payload, |cleared| hides(&cleared));
        assert_eq!(admission.tag.verdict(), Verdict::Whole);
        hides(&admission);
        admission.tag
    });
    hides(&tap);
    hides(&Region::new(who, Area::Channel(0)));
    hides(&who);
    let withdrawals = meeting.withdrawals();
    hides(&withdrawals);
    hides(
        &meeting
            .withdraw(Authority::Participant, who, Scope::ALL, millis(4))
            .unwrap(),
    );
    hides(&meeting);
    let ledger = memory.read();
    hides(&ledger);
    hides(&ledger.lines());
    let ledger = ledger.verify().unwrap();
    hides(&ledger);
    hides(&Verifier::new(&ledger));
    hides(&Receipt::of(&ledger, ID).unwrap());
    hides(&ErasureList::of(&ledger, ID).unwrap());
    let particulars = ts27560::Particulars {
        address: "1 Main Street".into(),
        contact: "privacy@example.org".into(),
        storage_locations: vec!["EU".into()],
        retention_period: "P1Y".into(),
        jurisdiction: "EU".into(),
        withdrawal_method: "in the meeting".into(),
    };
    let records = ts27560::ConsentRecord::all(&ledger, ID, &particulars).unwrap();
    hides(&records);
    hides(&records[0].parties);
    let key = MeetingKey::new(&KEY, instance).unwrap();
    hides(&key);
    let stream_key = key.stream(tag);
    hides(&stream_key);
    let subject = [Subject {
        id: ID,
        kinds: Kinds::CHAT,
    }];
    hides(&subject);
    hides(&Subjects::new(&subject).unwrap());
    hides(&PublicKey(KEY));
    hides(&Entry::Joined {
        who: ID.into(),
        guardian: Some(ID.into()),
        key: Some(PublicKey(KEY)),
    });
    hides(&Entry::Signed {
        device: PublicKey(KEY),
        signature: [1; 64],
    });
    hides(&device);
    hides(&PayloadDigest::from_bytes([3; 32]));

    // Controls.
    assert_eq!(shows(&format!("{ID:?}")), ["id"]);
    assert_eq!(shows(&format!("{KEY:?}")), ["key"]);
    assert_eq!(shows(&format!("{PAYLOAD:#?}")), ["payload"]);
    assert_eq!(shows(&framegate::Digest(KEY).to_string()), ["key"]);
}

fn is_word<T>(value: T)
where
    T: Copy + Debug + Display + PartialEq + FromStr<Err = UnknownWord> + Serialize,
{
    let word = value.to_string();
    assert_eq!(word.parse::<T>().unwrap(), value);
    // In files it is the same.
    assert_eq!(serde_json::to_value(value).unwrap(), word);
    let wrong = format!("{word} ").parse::<T>().unwrap_err();
    assert!(wrong.words().contains(&word.as_str()));
    assert!(wrong.to_string().contains(&word), "{wrong}");
    assert!(word.to_uppercase().parse::<T>().is_err());
}

#[test]
fn words_are_read_as_they_are_written() {
    Kind::ALL.into_iter().for_each(is_word);
    [
        Authority::Participant,
        Authority::Guardian,
        Authority::Host,
        Authority::Administrator,
        Authority::Vendor,
    ]
    .into_iter()
    .for_each(is_word);
    [
        Method::Clicked,
        Method::Typed,
        Method::Spoken,
        Method::Signed,
    ]
    .into_iter()
    .for_each(is_word);
    [
        Reason::Ended,
        Reason::NotGranted,
        Reason::ReachesBack,
        Reason::Disjoint,
    ]
    .into_iter()
    .for_each(is_word);
    [
        Refusal::Overreach,
        Refusal::AgreedEarlier,
        Refusal::WrongSignature,
    ]
    .into_iter()
    .for_each(is_word);
    [
        Finding::Cleared,
        Finding::NoTag,
        Finding::OtherPurpose,
        Finding::OtherMeeting,
    ]
    .into_iter()
    .for_each(is_word);
    assert_eq!(Verdict::Whole.to_string(), "whole");
    assert_eq!(
        Verdict::Dropped(Reason::NotGranted).to_string(),
        "dropped (not granted)"
    );
    let wrong = "sound".parse::<Kind>().unwrap_err().to_string();
    assert!(
        wrong.starts_with("not a kind; there are: audio, video, "),
        "{wrong}"
    );
    assert_eq!(Time::START, millis(0));
}
