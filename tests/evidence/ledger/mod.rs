//! Evidence that holds: the ledger, who can read it, what shows in it, and meetings that go on from it.

use std::{
    fs,
    path::Path,
    process::Command,
    sync::{Arc, Mutex},
};

use framegate::{
    Argument, Authority, Digest, Error, Grant, Instance, JoinOptions, Kind, Kinds, Meeting,
    MeetingOptions, Method, Notice, Object, OutletOptions, Participant, Payload, PublicKey,
    Purposes, Reason, Refusal, Scope, StreamOptions, Tap, TapRelease, Time, Verdict,
    format::Format,
    ledger::{
        Device, Durability, Entry, FileStore, Head, Ledger, LedgerError, LedgerFault, LedgerWriter,
        Store, StoreError,
    },
};
use serde_json::{Value, json};

use crate::common::{self, Memory, agree, canonical, judges::needs, microphone, millis, own};

const DEVICE: [u8; 32] = [7; 32];

fn notice(text: &str) -> Notice {
    Notice {
        digest: Digest::of(text),
        version: "1".into(),
        language: "en".into(),
        controller: "Example Conferencing".into(),
        scope: Scope::ALL,
    }
}

/// Somebody agrees to everything, in a meeting with a ledger.
fn meeting(writer: LedgerWriter) -> (Meeting, Digest, Participant) {
    let mut meeting = Meeting::open(MeetingOptions::new("m", 10).ledger(writer)).unwrap();
    let notice = meeting.show(notice("everything")).unwrap();
    let who = meeting.join(JoinOptions::adult("ana"), millis(1)).unwrap();
    agree(&mut meeting, notice, who, common::SCOPE, millis(2));
    (meeting, notice, who)
}

fn recorder(meeting: &mut Meeting, who: Participant) -> Tap {
    common::tap(meeting, microphone(who), Purposes::RECORD)
}

fn verdict(tap: &mut Tap, at: i64) -> Verdict {
    tap.admit(
        &own(millis(at)),
        Payload::Bytes(&[1; 2]),
        millis(at),
        |_| (),
    )
    .verdict()
}

/// A ledger of about a hundred entries, of every kind, ten in each round.
fn long_ledger(rounds: i64) -> Memory {
    let memory = Memory::default();
    let (mut meeting, everything, _) =
        meeting(memory.writer().device(Device::new(&DEVICE).unwrap()));
    meeting.third_party(Purposes::RECORD, "ACME Ltd").unwrap();
    let other = meeting.show(notice("everything, once more")).unwrap();
    for round in 0..rounds {
        let at = millis(10 + 10 * round);
        let id = format!("p{round}");
        let who = meeting.join(JoinOptions::adult(&id), at).unwrap();
        let _tap = recorder(&mut meeting, who);
        agree(&mut meeting, everything, who, common::SCOPE, at);
        let grant = Grant::new(other, Scope::ALL, Method::Typed).until(millis(12 + 10 * round));
        meeting
            .grant(Authority::Participant, who, &grant, at)
            .unwrap();
        let refused = meeting.grant(Authority::Host, who, &grant, at);
        assert_eq!(
            refused,
            Err(Error::Refused(Refusal::Overreach, Authority::Host))
        );
        let _ = meeting
            .restrict(Authority::Host, None, Scope::ALL, at)
            .unwrap();
        meeting.lift(Authority::Host, None, Scope::ALL, at).unwrap();
        meeting.tick(millis(19 + 10 * round));
        let _ = meeting
            .withdraw(Authority::Participant, who, Scope::ALL, at)
            .unwrap();
        let _ = meeting.leave(who, at).unwrap();
    }
    let _ = meeting.supersede(other, millis(120)).unwrap();
    meeting.count(millis(121)).unwrap();
    let _ = meeting.end();
    memory
}

fn keys(secret: [u8; 32]) -> (ed25519_dalek::SigningKey, PublicKey) {
    let key = ed25519_dalek::SigningKey::from_bytes(&secret);
    (key.clone(), PublicKey(key.verifying_key().to_bytes()))
}

#[test]
fn r10_every_change_is_an_entry_and_the_generation_counts_them() {
    let memory = long_ledger(10);
    let ledger = memory.read();
    assert!(ledger.lines().len() >= 100, "{}", ledger.lines().len());
    assert!(matches!(ledger.lines()[0].entry, Entry::Opened { .. }));
    let last = ledger.lines().last().map(|line| &line.entry);
    assert!(matches!(last, Some(Entry::Signed { .. })));
    let expired = |line: &&framegate::ledger::Line| matches!(line.entry, Entry::Expired { .. });
    assert_eq!(ledger.lines().iter().filter(expired).count(), 10);

    let memory = Memory::default();
    let (meeting, ..) = meeting(memory.writer());
    assert_eq!(meeting.generation(), meeting.head().entries);
    assert_eq!(memory.read().head(), meeting.head());
}

#[test]
fn any_bit_that_is_flipped_shows_against_a_head_kept_apart() {
    // Each bit of a byte in turn, or, where time is of no matter, every bit of a longer one.
    let every = std::env::var_os("FRAMEGATE_DEEP").is_some();
    let memory = long_ledger(if every { 10 } else { 2 });
    let bytes = memory.bytes();
    let head = memory.read().head();
    assert_eq!(
        Ledger::read(&bytes, Some(&head), None).unwrap().anchored(),
        head.entries
    );
    for index in 0..bytes.len() {
        for bit in (0..8).filter(|bit| every || *bit == index % 8) {
            let mut changed = bytes.clone();
            changed[index] ^= 1 << bit;
            let read = Ledger::read(&changed, Some(&head), None);
            assert!(read.is_err(), "bit {bit} of byte {index}");
        }
    }
}

#[test]
fn lines_that_are_cut_swapped_or_repeated_show_against_a_head_kept_apart() {
    let memory = long_ledger(if std::env::var_os("FRAMEGATE_DEEP").is_some() {
        10
    } else {
        2
    });
    let bytes = memory.bytes();
    let head = memory.read().head();
    for length in 0..bytes.len() {
        assert!(
            Ledger::read(&bytes[..length], Some(&head), None).is_err(),
            "cut at {length}"
        );
    }
    let lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    for index in 1..lines.len() {
        let mut swapped = lines.clone();
        swapped.swap(index - 1, index);
        let mut repeated = lines.clone();
        repeated.insert(index, lines[index]);
        let mut left_out = lines.clone();
        left_out.remove(index);
        for changed in [swapped, repeated, left_out] {
            assert!(
                Ledger::read(&changed.concat(), Some(&head), None).is_err(),
                "line {index}"
            );
        }
    }
}

#[test]
fn without_a_head_a_cut_ledger_is_consistent_and_unanchored() {
    let memory = long_ledger(10);
    let bytes = memory.bytes();
    let (_, device) = keys(DEVICE);
    let signed = Ledger::read(&bytes, None, Some(&device)).unwrap();
    assert_eq!(signed.anchored(), signed.head().entries - 1);
    let lines: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').collect();
    for count in 1..lines.len() {
        let cut = Ledger::read(&lines[..count].concat(), None, None).unwrap();
        assert_eq!((cut.head().entries, cut.anchored()), (count as u64, 0));
    }
    // The device's signature is as good as a head, and another device's is none.
    let (_, other) = keys([8; 32]);
    assert_eq!(
        Ledger::read(&bytes, None, Some(&other)).unwrap().anchored(),
        0
    );
    let torn = Ledger::read(&bytes[..bytes.len() - 1], None, None).unwrap();
    assert!(torn.torn());
    assert_eq!(torn.head().entries, signed.head().entries - 1);
}

/// A forger who computes all hashes anew is caught by the head, and what could not have happened by replaying it.
#[test]
fn r2_a_grant_by_the_host_cannot_be_resumed() {
    let memory = Memory::default();
    let (meeting, ..) = meeting(memory.writer());
    drop(meeting);
    let mut lines = memory.read().lines().to_vec();
    let mut forged = |forger| {
        let Some(Entry::Granted { by, .. }) = lines.last_mut().map(|line| &mut line.entry) else {
            panic!("a grant is last");
        };
        *by = forger;
        let mut bytes = Vec::new();
        for line in &lines {
            bytes.extend(serde_json::to_vec(line).unwrap());
            bytes.push(b'\n');
        }
        Ledger::read(&bytes, None, None)
    };
    // No such entry is anywhere.
    let error = forged(Authority::Host).unwrap_err();
    assert_eq!((error.line, error.what), (4, LedgerFault::NotAnEntry));
    // One of a guardian is, but not of somebody who has none.
    let forged = forged(Authority::Guardian).unwrap();
    let entries = forged.head().entries;
    let error = forged.verify().unwrap_err();
    assert_eq!(error.what, LedgerFault::Impossible);
    assert_eq!(error.line, entries);
}

#[test]
fn r1_nothing_is_opened_after_the_end() {
    let memory = Memory::default();
    let (mut meeting, _, who) = meeting(memory.writer());
    let granted = memory.read().lines().last().unwrap().entry.clone();
    let _ = meeting.end();
    let _ = meeting
        .withdraw(Authority::Participant, who, Scope::ALL, millis(9))
        .unwrap();
    let ledger = memory.read();
    assert_eq!(ledger.clone().verify().map(drop), Ok(()));

    let joined = json!({ "event": "joined", "who": "eva" });
    for entry in [serde_json::to_value(granted).unwrap(), joined] {
        let lines = ledger.lines().iter();
        let mut entries: Vec<_> = lines
            .map(|line| serde_json::to_value(&line.entry).unwrap())
            .collect();
        entries.push(entry);
        let error = ledger_of(&entries).verify().unwrap_err();
        assert_eq!(error.what, LedgerFault::Impossible);
        assert_eq!(error.line, entries.len() as u64);
    }
}

/// A ledger of these entries, all in order as far as hashes go.
fn ledger_of(entries: &[Value]) -> Ledger {
    read_of(entries).unwrap()
}

fn read_of(entries: &[Value]) -> Result<Ledger, LedgerError> {
    let mut bytes = Vec::new();
    let mut prev = Digest([0; 32]);
    for (n, entry) in entries.iter().enumerate() {
        let line = canonical(&json!({ "n": n, "prev": prev, "at": 0, "entry": entry }));
        prev = Digest::of(&line);
        bytes.extend_from_slice(line.as_bytes());
        bytes.push(b'\n');
    }
    Ledger::read(&bytes, None, None)
}

#[test]
fn a_meeting_has_an_instance_of_its_own_and_no_other_has_it() {
    let memory = Memory::default();
    let (first, ..) = meeting(memory.writer());
    let (second, ..) = meeting(LedgerWriter::default());
    assert_eq!(first.id(), second.id());
    assert_ne!(first.instance(), second.instance());
    assert_eq!(first.head().instance, first.instance());

    let open = |instance| {
        Meeting::open(
            MeetingOptions::new("m", 1)
                .instance(instance)
                .ledger(LedgerWriter::default()),
        )
    };
    let drawn = Instance::draw().unwrap();
    // What was not opened did not take it.
    let not = Meeting::open(
        MeetingOptions::new("", 1)
            .instance(drawn)
            .ledger(LedgerWriter::default()),
    );
    assert_eq!(not.err(), Some(Error::Empty(Argument::Id)));
    let known = open(drawn).unwrap();
    assert_eq!(known.instance(), drawn);
    drop(known);
    for used in [first.instance(), drawn] {
        assert_eq!(open(used).err(), Some(Error::RepeatedInstance));
    }
    let zeros = Instance::from_bytes([0; 16]);
    assert_eq!(zeros, Err(Error::Empty(Argument::Instance)));
    assert!(serde_json::from_value::<Instance>(json!("0".repeat(32))).is_err());

    // It goes on as the same, in another process, too: then nobody else may be opened as it.
    let resumed = Meeting::resume(&common::verified(&memory.read()), memory.writer()).unwrap();
    assert_eq!(resumed.instance(), first.instance());
    let elsewhere = [json!({
        "event": "opened", "format": 4, "instance": "e1".repeat(16), "meeting": "m", "started": 1, "participants": 1,
    })];
    let elsewhere = Meeting::resume(
        &common::verified(&ledger_of(&elsewhere)),
        LedgerWriter::default(),
    )
    .unwrap();
    assert_eq!(elsewhere.instance().to_bytes(), [0xE1; 16]);
    assert_eq!(
        open(elsewhere.instance()).err(),
        Some(Error::RepeatedInstance)
    );
}

#[test]
fn ledgers_of_other_formats_are_refused_by_name() {
    let read = |opened: Value| {
        let line = json!({ "n": 0, "prev": "0".repeat(64), "at": 0, "entry": opened });
        let line = canonical(&line);
        Ledger::read(format!("{line}\n").as_bytes(), None, None)
            .map(|ledger| ledger.head().instance)
            .map_err(|error| error.what)
    };
    let good = json!({
        "event": "opened", "format": 4, "instance": "0c".repeat(16), "meeting": "m", "started": 1, "participants": 1,
    });
    assert_eq!(
        read(good.clone()).unwrap(),
        Instance::from_bytes([12; 16]).unwrap()
    );
    let changed = |name: &str, value: Value| {
        let mut changed = good.clone();
        changed[name] = value;
        read(changed)
    };
    let former = Err(LedgerFault::FormerFormat);
    assert_eq!(
        read(json!({ "event": "opened", "meeting": "m", "participants": 1 })),
        former
    );
    assert_eq!(
        read(json!({
            "event": "opened", "format": 2, "instance": "0c".repeat(16), "meeting": "m", "participants": 1,
        })),
        former
    );
    for format in [1, 2, 3] {
        assert_eq!(changed("format", json!(format)), former);
    }
    // Whatever else a later one says in its first line.
    let later = Err(LedgerFault::LaterFormat);
    for format in [5_u64, 65_539, u64::MAX] {
        assert_eq!(changed("format", json!(format)), later, "{format}");
    }
    assert_eq!(
        read(json!({ "event": "opened", "format": 5, "people": [] })),
        later
    );
    let none = Err(LedgerFault::NotAnEntry);
    for (name, value) in [
        ("format", json!(0)),
        ("format", json!("4")),
        ("format", json!(-1)),
        ("instance", json!("0".repeat(32))),
        ("instance", json!("0c")),
        ("instance", Value::Null),
        // No date: one that was forgotten, and one that RFC 3339 cannot write.
        ("started", json!(0)),
        ("started", json!(-1)),
        ("started", json!(253_402_300_800_000_000_u64)),
        ("started", json!(1.5)),
        ("started", json!("2026-11-30T09:00:00Z")),
        ("started", Value::Null),
        ("more", json!(1)),
    ] {
        assert_eq!(changed(name, value.clone()), none, "{name}: {value}");
    }
    for name in ["instance", "started"] {
        let mut without = good.clone();
        without.as_object_mut().unwrap().remove(name);
        assert_eq!(read(without), none, "{name}");
    }
}

#[test]
fn a_head_of_another_meeting_is_told_apart() {
    let (mine, other) = (Memory::default(), Memory::default());
    let (_own, ..) = meeting(mine.writer());
    let (others, ..) = meeting(other.writer());
    let of_others = Head {
        hash: mine.read().head().hash,
        ..others.head()
    };
    let start = Head {
        entries: 0,
        hash: Digest([0; 32]),
        ..others.head()
    };
    for head in [others.head(), of_others, start] {
        let error = Ledger::read(&mine.bytes(), Some(&head), None).unwrap_err();
        assert_eq!((error.line, error.what), (1, LedgerFault::OtherMeeting));
    }
    // What a device vouches for is one meeting's.
    let own = Head {
        instance: mine.read().head().instance,
        ..others.head()
    };
    assert_ne!(own.message(), others.head().message());
}

#[test]
fn r1_what_could_not_have_been_opened_cannot_be_resumed() {
    let opened = |meeting, participants| {
        json!({
            "event": "opened", "format": 4, "instance": "0b".repeat(16),
            "meeting": meeting, "started": 1, "participants": participants,
        })
    };
    let joined = json!({ "event": "joined", "who": "ana" });
    let stream = |number: u16, owner| json!({ "event": "stream_opened", "stream": number, "kind": "audio", "owner": owner });
    let outlet = |number: u16, name, purposes| json!({ "event": "outlet_opened", "outlet": number, "name": name, "purposes": purposes, "blanks": "" });
    let resumed = |entries: &[Value]| {
        let resumed = read_of(entries)
            .and_then(Ledger::verify)
            .and_then(|ledger| Meeting::resume(&ledger, LedgerWriter::default()));
        resumed.map(drop).map_err(|error| (error.line, error.what))
    };
    let good = [
        opened("m", 1),
        joined,
        stream(0, "ana"),
        outlet(0, "recorder", "RECORD"),
    ];
    assert_eq!(resumed(&good), Ok(()));

    let (none, here) = (LedgerFault::NotAnEntry, LedgerFault::Impossible);
    let impossible = [
        (0, opened("", 1), none),
        (0, opened("m", 0), none),
        (2, stream(0, "eva"), here),
        (2, stream(1, "ana"), here),
        (3, outlet(0, "", "RECORD"), none),
        (3, outlet(0, "recorder", ""), here),
        (3, outlet(1, "recorder", "RECORD"), here),
        (3, outlet(0, "recorder", "0x200"), here),
    ];
    for (line, entry, what) in impossible {
        let mut bad = good.clone();
        bad[line] = entry;
        let expected = Err((line as u64 + 1, what));
        assert_eq!(resumed(&bad), expected, "{}", bad[line]);
    }
}

#[test]
fn r6_a_settled_cut_is_entered_with_the_last_frame_of_each_tap() {
    let memory = Memory::default();
    let (mut meeting, _, who) = meeting(memory.writer());
    let mut tap = recorder(&mut meeting, who);
    let idle = recorder(&mut meeting, who);
    assert_eq!(verdict(&mut tap, 5), Verdict::Whole);
    assert_eq!(verdict(&mut tap, 7), Verdict::Whole);

    // Withdrawn while a frame is being released.
    let mut settling = None;
    let frame = own(millis(8));
    let _ = tap.admit(&frame, Payload::Bytes(&[0; 4]), millis(8), |_| {
        let by = Authority::Participant;
        let withdrawn = meeting.withdraw(by, who, Scope::ALL, millis(8)).unwrap();
        assert!(!meeting.settled(&withdrawn, millis(9)).unwrap());
        settling = Some(withdrawn);
    });
    let settling = settling.expect("it was released");
    assert_eq!(verdict(&mut tap, 10), Verdict::Dropped(Reason::Withdrawn));
    assert!(meeting.settled(&settling, millis(11)).unwrap());
    drop(idle);

    let ledger = memory.read();
    assert_eq!(ledger.clone().verify().map(drop), Ok(()));
    let lines = ledger.lines().iter();
    let settled: Vec<_> = lines
        .filter_map(|line| match &line.entry {
            Entry::Settled { narrowing, taps } => Some((line.at, *narrowing, taps)),
            _ => None,
        })
        .collect();
    let [(_, unsettled, first), (at, narrowing, second)] = settled[..] else {
        panic!("{settled:?}");
    };
    let withdrew = &ledger.lines()[usize::try_from(narrowing).unwrap() - 1].entry;
    assert!(matches!(withdrew, Entry::Withdrew { .. }));
    assert_eq!((at, unsettled), (millis(11), narrowing));
    let told = |taps: &[TapRelease]| -> Vec<_> {
        let told = taps.iter();
        told.map(|tap| (tap.released, tap.last, tap.is_releasing))
            .collect()
    };
    let (last, none) = (Some(millis(8)), (0, None, false));
    assert_eq!(told(first), [(3, last, true), none]);
    assert_eq!(told(second), [(3, last, false), none]);

    let (mut other, ..) = self::meeting(LedgerWriter::default());
    let entries = other.head().entries;
    let refused = other.settled(&settling, millis(12));
    assert_eq!(
        refused,
        Err(Error::Unknown(Object::Settling)),
        "of another meeting"
    );
    assert_eq!(other.head().entries, entries);
}

#[test]
fn r10_a_failing_ledger_refuses_grants_and_never_withdrawals() {
    let memory = Memory::default();
    let (mut meeting, notice, who) = meeting(memory.writer());
    let mut tap = recorder(&mut meeting, who);
    assert_eq!(verdict(&mut tap, 5), Verdict::Whole);

    memory.fail(true);
    let settling = meeting
        .withdraw(Authority::Participant, who, Scope::ALL, millis(6))
        .unwrap();
    assert_eq!(verdict(&mut tap, 6), Verdict::Dropped(Reason::Withdrawn));
    assert!(!settling.is_settled(), "it is not durable");
    let grant = Grant::new(notice, common::SCOPE, Method::Clicked);
    let refused = meeting.grant(Authority::Participant, who, &grant, millis(7));
    assert_eq!(refused, Err(Error::Ledger(StoreError::default())));
    assert_eq!(verdict(&mut tap, 7), Verdict::Dropped(Reason::Withdrawn));
    assert_eq!(
        meeting.join(JoinOptions::adult("ben"), millis(7)),
        Err(Error::Ledger(StoreError::default()))
    );

    memory.fail(false);
    meeting.tick(millis(8));
    assert!(settling.is_settled());
    meeting
        .grant(Authority::Participant, who, &grant, millis(9))
        .unwrap();
    assert_eq!(verdict(&mut tap, 9), Verdict::Whole);
    let ledger = memory.read();
    assert_eq!(ledger.head(), meeting.head());
    let entries = ledger.lines().iter().rev().map(|line| &line.entry);
    let entries: Vec<_> = entries.take(2).collect();
    assert!(matches!(
        entries[..],
        [Entry::Granted { .. }, Entry::Withdrew { .. }]
    ));
}

#[test]
fn r6_a_withdrawal_works_after_leaving_and_after_the_end() {
    let memory = Memory::default();
    let (mut meeting, notice, who) = meeting(memory.writer());
    let _ = meeting.leave(who, millis(3)).unwrap();
    let again = meeting.join(JoinOptions::adult("ana"), millis(4)).unwrap();
    agree(&mut meeting, notice, again, common::SCOPE, millis(5));
    let mut tap = recorder(&mut meeting, again);
    assert_eq!(verdict(&mut tap, 6), Verdict::Whole);
    // It is the person who withdraws, by whichever stay.
    let _ = meeting
        .withdraw(Authority::Participant, who, Scope::ALL, millis(7))
        .unwrap();
    assert_eq!(verdict(&mut tap, 7), Verdict::Dropped(Reason::Withdrawn));
    let _ = meeting.end();
    let settling = meeting
        .withdraw(Authority::Participant, who, Scope::ALL, millis(8))
        .unwrap();
    assert!(settling.is_settled());
    let withdrew = |line: &&framegate::ledger::Line| matches!(line.entry, Entry::Withdrew { .. });
    assert_eq!(memory.read().lines().iter().filter(withdrew).count(), 2);
}

#[test]
fn r3_a_superseded_notice_stops_covering_until_people_agree_anew() {
    let memory = Memory::default();
    let (mut meeting, old, who) = meeting(memory.writer());
    let mut tap = recorder(&mut meeting, who);
    assert_eq!(verdict(&mut tap, 5), Verdict::Whole);
    let _ = meeting.supersede(old, millis(6)).unwrap();
    assert_eq!(verdict(&mut tap, 6), Verdict::Dropped(Reason::StaleNotice));
    let grant = Grant::new(old, common::SCOPE, Method::Clicked);
    let stale = meeting.grant(Authority::Participant, who, &grant, millis(7));
    assert_eq!(stale, Err(Error::StaleNotice));
    assert_eq!(
        meeting.show(notice("everything")),
        Err(Error::ConflictingNotice)
    );
    let renewed = meeting.show(notice("everything, renewed")).unwrap();
    agree(&mut meeting, renewed, who, common::SCOPE, millis(8));
    assert_eq!(verdict(&mut tap, 8), Verdict::Whole);
}

#[test]
fn r3_nobody_agrees_to_a_third_party_who_is_named_only_later() {
    let memory = Memory::default();
    let (mut meeting, notice, who) = meeting(memory.writer());
    let everything = Grant::new(notice, Scope::ALL, Method::Typed);
    let by = Authority::Participant;
    meeting.grant(by, who, &everything, millis(3)).unwrap();
    let nobody = Scope::new(Kinds::all(), Purposes::all() - Purposes::FIRST_PARTY);
    let of_nobody = Grant::new(notice, nobody, Method::Typed);
    let refused = meeting.grant(by, who, &of_nobody, millis(3));
    assert_eq!(refused, Err(Error::Empty(Argument::GrantScope)));

    let acme = meeting.third_party(Purposes::RECORD, "ACME Ltd").unwrap();
    let stream = meeting.open_stream(microphone(who)).unwrap();
    let outlet = OutletOptions::new("ACME's", acme).recipient("ACME Ltd");
    let outlet = meeting.open_outlet(outlet).unwrap();
    let mut tap = meeting.tap(stream, outlet).unwrap();
    assert_eq!(verdict(&mut tap, 4), Verdict::Dropped(Reason::NotGranted));

    // The notice that was shown before cannot have named them, however much it describes.
    let theirs = Grant::new(notice, Scope::new(Kinds::AUDIO, acme), Method::Typed);
    for beyond in [&theirs, &everything] {
        let refused = meeting.grant(by, who, beyond, millis(5));
        assert_eq!(refused, Err(Error::BeyondNotice));
    }
    assert_eq!(verdict(&mut tap, 5), Verdict::Dropped(Reason::NotGranted));
    let again = meeting
        .show(self::notice("everything, ACME Ltd's too"))
        .unwrap();
    let again = Grant::new(again, Scope::ALL, Method::Typed);
    meeting.grant(by, who, &again, millis(5)).unwrap();
    assert_eq!(verdict(&mut tap, 5), Verdict::Whole);

    // On the receipt it is as it was.
    let receipt = framegate::export::Receipt::of(&common::verified(&memory.read()), "ana").unwrap();
    let of_acme = |purposes: &[String]| purposes.iter().any(|name| name == "RECORD@ACME Ltd");
    let agreed = receipt.agreed.iter();
    let agreed: Vec<_> = agreed.map(|agreed| of_acme(&agreed.purposes)).collect();
    assert_eq!(agreed, [false, false, true]);
    let mut resumed =
        Meeting::resume(&common::verified(&memory.read()), LedgerWriter::default()).unwrap();
    let late = OutletOptions::new("ACME's", acme).recipient("ACME Ltd");
    assert!(resumed.open_outlet(late).is_ok());
}

#[test]
fn r3_identifying_somebody_needs_more_than_a_click() {
    let (mut meeting, notice, who) = meeting(LedgerWriter::default());
    let scope = Scope::new(Kinds::VIDEO, Purposes::IDENTIFY);
    for (method, allowed) in [
        (Method::Clicked, Err(Error::NotExplicit)),
        (Method::Typed, Ok(())),
        (Method::Spoken, Ok(())),
        (
            Method::Signed,
            Err(Error::Refused(Refusal::Unsigned, Authority::Participant)),
        ),
    ] {
        let grant = Grant::new(notice, scope, method);
        assert_eq!(
            meeting.grant(Authority::Participant, who, &grant, millis(3)),
            allowed
        );
    }
}

#[test]
fn a_meeting_goes_on_from_its_ledger_with_exactly_what_was_in_force() {
    let memory = Memory::default();
    let (mut meeting, notice, ana) = meeting(memory.writer());
    let ben = meeting.join(JoinOptions::adult("ben"), millis(3)).unwrap();
    agree(&mut meeting, notice, ben, common::SCOPE, millis(4));
    let _ = meeting
        .withdraw(Authority::Participant, ben, Scope::ALL, millis(5))
        .unwrap();
    let _ = meeting
        .restrict(
            Authority::Vendor,
            None,
            Scope::new(Kinds::all(), Purposes::TRAIN),
            millis(6),
        )
        .unwrap();
    let mut tap = recorder(&mut meeting, ana);
    let entries = meeting.generation();
    drop(meeting);
    assert_eq!(verdict(&mut tap, 7), Verdict::Dropped(Reason::Ended));

    let ledger = memory.read();
    let mut resumed = Meeting::resume(&common::verified(&ledger), memory.writer()).unwrap();
    assert_eq!((resumed.id(), resumed.generation()), ("m", entries + 1));
    // Whoever was there is there, under another handle.
    let people: Vec<_> = resumed.participants().collect();
    let [(first, new_ana), (second, new_ben)] = &people[..] else {
        panic!("{people:?}")
    };
    assert_eq!([&**first, &**second], ["ana", "ben"]);
    assert!(*new_ana != ana && *new_ben != ben);
    let (ana, ben) = (*new_ana, *new_ben);
    let mut of_ana = recorder(&mut resumed, ana);
    let mut of_ben = recorder(&mut resumed, ben);
    assert_eq!(verdict(&mut of_ana, 8), Verdict::Whole);
    assert_eq!(verdict(&mut of_ben, 8), Verdict::Dropped(Reason::Withdrawn));
    let mut train = common::tap(&mut resumed, microphone(ana), Purposes::TRAIN);
    assert_eq!(verdict(&mut train, 8), Verdict::Dropped(Reason::Restricted));
    // The time goes on, too: what is called at an earlier one counts as made at the last entry's.
    let late = resumed
        .join(JoinOptions::adult("eva"), Time::START)
        .unwrap();
    agree(&mut resumed, notice, late, common::SCOPE, Time::START);
    let mut of_late = recorder(&mut resumed, late);
    assert_eq!(
        verdict(&mut of_late, 5),
        Verdict::Dropped(Reason::CapturedEarlier)
    );
    drop(resumed);
    assert_eq!(
        memory.read().head().entries,
        memory.read().lines().len() as u64
    );

    let mut ended = Meeting::resume(&common::verified(&memory.read()), memory.writer()).unwrap();
    let _ = ended.end();
    let error = Meeting::resume(&common::verified(&memory.read()), memory.writer())
        .err()
        .unwrap();
    assert_eq!(error.what, LedgerFault::Ended);
}

#[test]
fn r1_after_a_torn_line_nobody_has_agreed_to_anything() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.jsonl");
    let store = FileStore::create(&path).unwrap();
    let (meeting, notice, _) = meeting(LedgerWriter::new(Box::new(store)));
    drop(meeting);
    assert!(FileStore::create(&path).is_err(), "it is there already");
    let whole = fs::read(&path).unwrap();
    let torn = [&whole[..], br#"{"n":4,"prev""#].concat();
    fs::write(&path, &torn).unwrap();

    let ledger = Ledger::read(&fs::read(&path).unwrap(), None, None).unwrap();
    assert!(ledger.torn());
    let store = FileStore::append_after(&path, &ledger).unwrap();
    assert_eq!(
        fs::read(folder.path().join("ledger.jsonl.torn")).unwrap(),
        torn[whole.len()..]
    );
    let mut resumed = Meeting::resume(
        &common::verified(&ledger),
        LedgerWriter::new(Box::new(store)),
    )
    .unwrap();
    let (_, who) = resumed.participants().next().unwrap();
    let mut tap = recorder(&mut resumed, who);
    assert_eq!(verdict(&mut tap, 10), Verdict::Dropped(Reason::Withdrawn));
    agree(&mut resumed, notice, who, common::SCOPE, millis(11));
    assert_eq!(verdict(&mut tap, 11), Verdict::Whole);
    let read = Ledger::read(&fs::read(&path).unwrap(), None, None).unwrap();
    assert!(!read.torn() && read.head() == resumed.head());
}

/// What a ledger's file is that was read, and changed since by somebody who asks for no lock.
/// What somebody does to a file.
type Hand = fn(&Path);

#[test]
fn a_file_that_is_not_what_was_read_is_not_written() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.jsonl");
    let write = || {
        let store = FileStore::create(&path).unwrap();
        drop(meeting(LedgerWriter::new(Box::new(store))));
        let bytes = fs::read(&path).unwrap();
        let ledger = Ledger::read(&bytes, None, None).unwrap();
        (bytes, ledger)
    };
    let (bytes, ledger) = write();
    let last = bytes.len() - 1;
    let lines = ledger.lines().len();
    let changed: Vec<u8> = [&bytes[..last - 5], b"x", &bytes[last - 4..]].concat();
    for (now, expected) in [
        (&bytes[..last], "Shorter"),
        (&bytes[..0], "Shorter"),
        (&changed, "Replaced"),
        (&[&bytes[..last], b"x"].concat(), "Replaced"),
        (&[&bytes[..], b"{}\n"].concat(), "GoneOn"),
        (&[&bytes[..], b"{}\n{\"n\""].concat(), "GoneOn"),
        // It may have been a withdrawal, which resuming would not say.
        (&[&bytes[..], b"{\"n\""].concat(), "GoneOn"),
    ] {
        fs::write(&path, now).unwrap();
        let error = FileStore::append_after(&path, &ledger).err().unwrap();
        assert_eq!(format!("{error:?}"), expected);
        assert_eq!(&fs::read(&path).unwrap(), now, "{expected}");
        assert!(!folder.path().join("ledger.jsonl.torn").exists());
    }
    fs::write(&path, &bytes).unwrap();
    drop(FileStore::append_after(&path, &ledger).unwrap());

    // Under a meeting's hands.
    let hands: [(&str, Hand); 3] = [
        ("cut", |path| {
            let bytes = fs::read(path).unwrap();
            fs::write(path, &bytes[..bytes.len() / 2]).unwrap();
        }),
        ("written to", |path| {
            let mut file = fs::OpenOptions::new().append(true).open(path).unwrap();
            std::io::Write::write_all(&mut file, b"{}\n").unwrap();
        }),
        ("deleted", |path| fs::remove_file(path).unwrap()),
    ];
    for (what, hand) in hands {
        let _ = fs::remove_file(&path);
        let store = FileStore::create(&path).unwrap();
        let (mut meeting, notice, who) = meeting(LedgerWriter::new(Box::new(store)));
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), lines);
        hand(&path);
        let left = fs::read(&path).ok();
        let grant = Grant::new(notice, common::SCOPE, Method::Clicked);
        let by = Authority::Participant;
        // Beside what has no name any more nobody can withdraw, so that all is over.
        let refused = match what {
            "deleted" => Error::Ended,
            _ => Error::Ledger(StoreError::default()),
        };
        assert_eq!(
            meeting.grant(by, who, &grant, millis(5)),
            Err(refused),
            "{what}"
        );
        let cut = meeting.withdraw(by, who, Scope::ALL, millis(6)).unwrap();
        assert!(!cut.is_settled(), "{what}");
        assert_eq!(fs::read(&path).ok(), left, "{what}");
    }
}

#[test]
fn hostile_lines_are_refused_with_their_number() {
    let memory = Memory::default();
    let (meeting, ..) = meeting(memory.writer());
    let whole = meeting.head();
    drop(meeting);
    let good = memory.bytes();
    for bad in [
        "\n".to_owned(),
        "{}\n".into(),
        "null\n".into(),
        "[".repeat(100_000) + "\n",
        format!(
            "{{\"n\":4,\"prev\":\"{}\",\"at\":0,\"entry\":{{\"event\":\"ended\"}}}}\n",
            "0".repeat(64)
        ),
        "\u{0}\n".into(),
    ] {
        let error = Ledger::read(&[&good[..], bad.as_bytes()].concat(), None, None).unwrap_err();
        assert_eq!(error.line, 5, "{bad:.20}");
    }
    let foreign_head = Head {
        entries: 2,
        hash: Digest([1; 32]),
        ..whole
    };
    let error = Ledger::read(&good, Some(&foreign_head), None).unwrap_err();
    assert_eq!(error.what, LedgerFault::Anchor);
    assert!(Ledger::read(b"", None, None).unwrap().verify().is_err());
}

/// A grant signed over the challenge that is in force.
fn signed(meeting: &Meeting, who: Participant, id: &str, grant: Grant, secret: [u8; 32]) -> Grant {
    use ed25519_dalek::Signer;
    let challenge = meeting.challenge(who).unwrap();
    let recipients = meeting.recipients(grant.scope.purposes);
    let message = grant.message(meeting.instance(), meeting.id(), id, &recipients, challenge);
    let signature = keys(secret).0.sign(&message).to_bytes();
    grant.signed(framegate::Signed {
        instance: meeting.instance(),
        meeting: meeting.id().into(),
        challenge,
        signature,
    })
}

#[test]
#[expect(clippy::too_many_lines, reason = "one story")]
fn r2_one_who_joined_with_a_key_agrees_by_signing_alone() {
    const SECRET: [u8; 32] = [1; 32];
    let memory = Memory::default();
    let (mut meeting, notice, _) = meeting(memory.writer());
    let (_, key) = keys(SECRET);
    let who = meeting
        .join(JoinOptions::adult("eva").key(key), millis(3))
        .unwrap();
    let (mut yesterday, ..) = self::meeting(LedgerWriter::default());
    let yesterdays = yesterday
        .join(JoinOptions::adult("eva").key(key), millis(3))
        .unwrap();
    let mut tap = recorder(&mut meeting, who);
    let plain = Grant::new(notice, common::SCOPE, Method::Signed);
    let by = Authority::Participant;
    let refused = |why| Err(Error::Refused(why, by));

    assert_eq!(
        meeting.grant(by, who, &plain, millis(4)),
        refused(Refusal::Unsigned)
    );
    let good = signed(&meeting, who, "eva", plain.clone(), SECRET);
    let by_another = signed(&meeting, who, "eva", plain.clone(), [2; 32]);
    assert_eq!(
        meeting.grant(by, who, &by_another, millis(4)),
        refused(Refusal::WrongSignature)
    );
    let for_another = signed(&meeting, who, "ana", plain.clone(), SECRET);
    assert_eq!(
        meeting.grant(by, who, &for_another, millis(4)),
        refused(Refusal::WrongSignature)
    );
    let wider = Grant {
        scope: Scope::new(Kinds::all(), Purposes::FIRST_PARTY),
        ..good.clone()
    };
    assert_eq!(
        meeting.grant(by, who, &wider, millis(4)),
        refused(Refusal::WrongSignature)
    );
    let longer = Grant {
        until: Some(millis(1000)),
        ..good.clone()
    };
    assert_eq!(
        meeting.grant(by, who, &longer, millis(4)),
        refused(Refusal::WrongSignature)
    );
    let mut foreign = good.clone();
    foreign.signed.as_mut().unwrap().meeting = "other".into();
    assert_eq!(
        meeting.grant(by, who, &foreign, millis(4)),
        refused(Refusal::ForeignMeeting)
    );
    let mut other_day = good.clone();
    other_day.signed.as_mut().unwrap().instance = Instance::draw().unwrap();
    assert_eq!(
        meeting.grant(by, who, &other_day, millis(4)),
        refused(Refusal::ForeignMeeting)
    );
    let mut relabelled = signed(&yesterday, yesterdays, "eva", plain.clone(), SECRET);
    relabelled.signed.as_mut().unwrap().instance = meeting.instance();
    relabelled.signed.as_mut().unwrap().challenge = meeting.challenge(who).unwrap();
    assert_eq!(
        meeting.grant(by, who, &relabelled, millis(4)),
        refused(Refusal::WrongSignature)
    );
    let host = meeting.grant(Authority::Host, who, &good, millis(4));
    assert_eq!(
        host,
        Err(Error::Refused(Refusal::Overreach, Authority::Host))
    );
    assert_eq!(verdict(&mut tap, 4), Verdict::Dropped(Reason::NotGranted));

    // Nor can one without a key seem to have signed.
    let keyless = meeting.join(JoinOptions::adult("kim"), millis(4)).unwrap();
    let unchecked = signed(&meeting, keyless, "kim", plain.clone(), SECRET);
    assert_eq!(
        meeting.grant(by, keyless, &unchecked, millis(4)),
        refused(Refusal::Keyless)
    );

    meeting.grant(by, who, &good, millis(5)).unwrap();
    assert_eq!(verdict(&mut tap, 5), Verdict::Whole);
    // Withdrawing needs no signature, and makes the old one worthless, held back or not.
    let held_back = signed(
        &meeting,
        who,
        "eva",
        plain.clone().until(millis(500)),
        SECRET,
    );
    let _ = meeting.withdraw(by, who, Scope::ALL, millis(6)).unwrap();
    for replayed in [&good, &held_back] {
        assert_eq!(
            meeting.grant(by, who, replayed, millis(7)),
            refused(Refusal::Replayed)
        );
    }
    assert_eq!(verdict(&mut tap, 7), Verdict::Dropped(Reason::Withdrawn));
    let renewed = signed(&meeting, who, "eva", plain.clone(), SECRET);
    meeting.grant(by, who, &renewed, millis(8)).unwrap();

    let _ = meeting.leave(who, millis(9)).unwrap();
    assert_eq!(
        meeting.join(JoinOptions::adult("eva"), millis(10)),
        Err(Error::WrongKey)
    );
    let (_, other) = keys([2; 32]);
    assert_eq!(
        meeting.join(JoinOptions::adult("eva").key(other), millis(10)),
        Err(Error::WrongKey)
    );
    let weak = PublicKey([0; 32]);
    assert_eq!(
        meeting.join(JoinOptions::adult("olu").key(weak), millis(10)),
        Err(Error::WrongKey)
    );
    let again = meeting
        .join(JoinOptions::adult("eva").key(key), millis(10))
        .unwrap();
    assert_eq!(
        meeting.grant(by, again, &renewed, millis(11)),
        refused(Refusal::Replayed)
    );

    let ledger = memory.read();
    let entries = ledger.lines();
    let refusals = entries
        .iter()
        .filter(|line| matches!(line.entry, Entry::Refused { .. }));
    assert_eq!(refusals.count(), 13);
    // Signatures are checked again when a meeting goes on.
    drop(meeting);
    assert!(Meeting::resume(&common::verified(&memory.read()), LedgerWriter::default()).is_ok());
}

#[test]
fn only_what_must_be_is_durable_at_once_when_batched() {
    #[derive(Clone, Default)]
    struct Syncs(Arc<Mutex<Vec<bool>>>);
    impl Store for Syncs {
        fn append(&mut self, _: &[u8], durable: bool) -> Result<(), StoreError> {
            self.0.lock().unwrap().push(durable);
            Ok(())
        }
    }
    let syncs = Syncs::default();
    let writer = LedgerWriter::new(Box::new(syncs.clone())).durability(Durability::Batched);
    let (mut meeting, _, who) = meeting(writer);
    meeting
        .open_outlet(OutletOptions::new("o", Purposes::RECORD))
        .unwrap();
    let stream = StreamOptions::owned(who, Kind::Audio, Format::OPAQUE);
    meeting.open_stream(stream).unwrap();
    let restricted = meeting.restrict(Authority::Host, None, Scope::ALL, millis(8));
    assert!(restricted.unwrap().is_settled());
    meeting
        .lift(Authority::Host, None, Scope::ALL, millis(8))
        .unwrap();
    let settling = meeting
        .withdraw(Authority::Participant, who, Scope::ALL, millis(9))
        .unwrap();
    assert!(settling.is_settled());
    // Opened, shown, joined, granted, an outlet, a stream, restricted, lifted, withdrew.
    assert_eq!(
        *syncs.0.lock().unwrap(),
        [false, false, false, true, true, true, true, true, true]
    );
}

fn python(script: &str, arguments: &[&Path]) -> bool {
    let python = Command::new("python3").arg(script).args(arguments).output();
    let output = python.expect("python3 is installed");
    print!("{}", String::from_utf8_lossy(&output.stdout));
    eprint!("{}", String::from_utf8_lossy(&output.stderr));
    output.status.success()
}

#[test]
fn a_dozen_lines_of_python_verify_the_chain() {
    needs!("python3");
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("ledger.jsonl");
    let bytes = long_ledger(10).bytes();
    fs::write(&path, &bytes).unwrap();
    let script = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/evidence/ledger/verify.py"
    );
    assert!(python(script, &[&path]));
    let torn = [&bytes[..], b"{\"n\":"].concat();
    fs::write(&path, torn).unwrap();
    assert!(python(script, &[&path]));
    // What another reader could take for the same, or for something else.
    let last = bytes[..bytes.len() - 1]
        .iter()
        .rposition(|byte| *byte == b'\n')
        .unwrap()
        + 1;
    let (before, line) = bytes.split_at(last);
    let line = str::from_utf8(line).unwrap();
    for other in [
        line.replacen("\"n\":", "\"n\": ", 1),
        line.replacen("{\"n\":", "{\"n\":1,\"n\":", 1),
        line.replacen("event", "\\u0065vent", 1),
    ] {
        assert_ne!(other, line);
        let other = [before, other.as_bytes()].concat();
        fs::write(&path, &other).unwrap();
        assert!(!python(script, &[&path]));
        assert!(Ledger::read(&other, None, None).is_err());
    }
    let mut changed = bytes;
    let middle = changed.len() / 2;
    changed[middle] ^= 1;
    fs::write(&path, &changed).unwrap();
    assert!(!python(script, &[&path]), "the control was not caught");
}

/// OpenSSL makes the key and the signature, knowing the documented form alone.
#[test]
fn r2_other_tools_sign_consent() {
    needs!("python3", "openssl");
    let folder = tempfile::tempdir().unwrap();
    let in_folder = |name: &str| folder.path().join(name);
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/evidence/ledger/sign.py");
    assert!(python(script, &[folder.path()]), "a key");
    let key = fs::read(in_folder("public")).unwrap();
    let key = PublicKey(key.try_into().unwrap());

    let memory = Memory::default();
    let (mut meeting, _, other) = meeting(memory.writer());
    let acme = meeting.third_party(Purposes::RECORD, "ACME Ltd").unwrap();
    let notice = meeting
        .show(self::notice("everything, ACME Ltd's too"))
        .unwrap();
    let who = meeting
        .join(JoinOptions::adult("zoë").key(key), millis(3))
        .unwrap();
    let by = Authority::Participant;
    let _ = meeting.withdraw(by, who, Scope::ALL, millis(3)).unwrap();
    let _ = meeting.withdraw(by, other, Scope::ALL, millis(3)).unwrap();
    let scope = Scope::new(Kinds::AUDIO | Kinds::CHAT, Purposes::RECORD | acme);
    let grant = Grant::new(notice, scope, Method::Signed)
        .at(millis(4))
        .until(millis(60_000));
    let challenge = meeting.challenge(who).unwrap();
    let request = serde_json::json!({
        "instance": meeting.instance(),
        "meeting": meeting.id(),
        "participant": "zoë",
        "notice": notice.to_string(),
        "kinds": scope.kinds.bits(),
        "purposes": scope.purposes.bits(),
        "recipients": meeting.recipients(scope.purposes),
        "method": "signed",
        "at": 4000,
        "until": 60_000_000,
    });
    // After a withdrawal of their own and somebody else's, and the entries between.
    fs::write(in_folder("ledger.jsonl"), memory.bytes()).unwrap();
    fs::write(in_folder("request.json"), request.to_string()).unwrap();
    assert!(python(script, &[folder.path()]), "a signature");
    assert_eq!(fs::read(in_folder("challenge")).unwrap(), challenge.0);
    let signature = fs::read(in_folder("signature"))
        .unwrap()
        .try_into()
        .unwrap();
    let grant = grant.signed(framegate::Signed {
        instance: meeting.instance(),
        meeting: "m".into(),
        challenge,
        signature,
    });
    meeting
        .grant(Authority::Participant, who, &grant, millis(5))
        .unwrap();
    let mut tap = recorder(&mut meeting, who);
    assert_eq!(verdict(&mut tap, 5), Verdict::Whole);
}
