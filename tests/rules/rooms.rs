//! Large rooms: whose taps an act looks at and a line names, and how much of what began and ended at different times there is room for.

use framegate::{
    Authority, Contributors, Error, Frame, Grant, JoinOptions, Kind, Kinds, Meeting, Method,
    OutletOptions, Participant, Purposes, Resource, Scope, StreamOptions, Tap, Time,
    format::{Format, Samples},
    ledger::{Entry, LedgerWriter},
};

use crate::common::{Memory, SCOPE, agree, millis, notice, open, own};

const ONE: [u8; 2] = [1; 2];

fn alone(owner: Participant) -> StreamOptions {
    StreamOptions::alone(owner, Kind::Audio, Format::pcm(Samples::S16, 1))
}

fn admits(tap: &mut Tap, captured: Time, now: Time) -> bool {
    let admission = tap.admit(&own(captured), ONE[..].into(), now, |_| ());
    admission.output.is_some()
}

/// The last line's numbers of taps, and which of these are closed.
fn settled(kept: &Memory) -> Vec<(u32, bool)> {
    let ledger = kept.read();
    let lines = ledger.lines().iter().rev();
    let settled = lines.filter_map(|line| match &line.entry {
        Entry::Settled { taps, .. } => Some(taps),
        _ => None,
    });
    let taps = settled.map(|taps| taps.iter().map(|tap| (tap.tap, tap.is_closed)).collect());
    taps.into_iter().next().expect("a settled line")
}

#[test]
fn r6_a_settled_line_names_the_taps_that_can_carry_the_person_and_closed_ones_once() {
    let kept = Memory::default();
    let mut meeting = open("room", 3, kept.writer());
    let notice = meeting.show(notice()).unwrap();
    let [ana, ben] =
        ["ana", "ben"].map(|id| meeting.join(JoinOptions::adult(id), Time::START).unwrap());
    for who in [ana, ben] {
        agree(&mut meeting, notice, who, SCOPE, Time::START);
    }
    let outlet = meeting
        .open_outlet(OutletOptions::new("o", Purposes::RECORD))
        .unwrap();
    let mut tap = |options| {
        let stream = meeting.open_stream(options).unwrap();
        meeting.tap(stream, outlet).unwrap()
    };
    let of_ana = tap(alone(ana));
    let mut of_ben = tap(alone(ben));
    let mix = tap(StreamOptions::mix(
        Kind::Audio,
        Format::pcm(Samples::S16, 1),
    ));
    let owned = tap(StreamOptions::owned(
        ben,
        Kind::Audio,
        Format::pcm(Samples::S16, 1),
    ));
    let another_of_ana = tap(alone(ana));

    let withdraw = |meeting: &mut Meeting, who, at| {
        let by = Authority::Participant;
        let settling = meeting.withdraw(by, who, SCOPE, at).unwrap();
        let taps: Vec<_> = settling.taps().map(|tap| tap.tap).collect();
        assert!(meeting.settled(&settling, at).unwrap());
        taps
    };
    assert!(admits(&mut of_ben, millis(100), millis(100)));
    assert_eq!(withdraw(&mut meeting, ana, millis(50)), [0, 2, 3, 4]);
    let open = |number| (number, false);
    assert_eq!(settled(&kept), [0, 2, 3, 4].map(open));
    assert_eq!(meeting.clock(), millis(100), "it looks at every tap");

    drop((another_of_ana, mix));
    assert_eq!(withdraw(&mut meeting, ben, millis(60)), [1, 2, 3]);
    assert_eq!(settled(&kept), [open(1), (2, true), open(3)]);
    assert_eq!(withdraw(&mut meeting, ana, millis(70)), [0, 3, 4]);
    assert_eq!(settled(&kept), [open(0), open(3), (4, true)]);
    assert_eq!(withdraw(&mut meeting, ana, millis(80)), [0, 3]);

    let restricted = meeting
        .restrict(Authority::Host, None, SCOPE, millis(90))
        .unwrap();
    assert!(meeting.settled(&restricted, millis(90)).unwrap());
    assert_eq!(settled(&kept), [0, 1, 3].map(open), "of everybody");

    // Whoever has left already enters nothing again.
    let settling = meeting.leave(ana, millis(95)).unwrap();
    assert!(meeting.settled(&settling, millis(95)).unwrap());
    let before = meeting.head();
    let settling = meeting.leave(ana, millis(96)).unwrap();
    assert!(meeting.settled(&settling, millis(96)).unwrap());
    assert_eq!(meeting.head(), before);

    assert!(meeting.end().is_settled());
    drop((of_ana, of_ben, owned));
    // Dropped, the store has its ledger judged by the rules.
}

/// A grant begins when it is published, as late as the taps are that can carry the person, whoever else's tap has gone further.
#[test]
fn r5_another_persons_tap_moves_nobodys_time() {
    let mut meeting = open("room", 3, LedgerWriter::default());
    let notice = meeting.show(notice()).unwrap();
    let [ana, ben] =
        ["ana", "ben"].map(|id| meeting.join(JoinOptions::adult(id), Time::START).unwrap());
    agree(&mut meeting, notice, ana, SCOPE, Time::START);
    let outlet = meeting
        .open_outlet(OutletOptions::new("o", Purposes::RECORD))
        .unwrap();
    let mut tap = |owner| {
        let stream = meeting.open_stream(alone(owner)).unwrap();
        meeting.tap(stream, outlet).unwrap()
    };
    let [mut of_ana, mut of_ben] = [ana, ben].map(&mut tap);
    assert!(admits(&mut of_ana, millis(5_000), millis(5_000)));

    agree(&mut meeting, notice, ben, SCOPE, millis(1_000));
    assert!(!admits(&mut of_ben, millis(999), millis(1_500)));
    assert!(admits(&mut of_ben, millis(1_000), millis(1_500)));

    // Their own, however, does: what was captured before it was published never becomes theirs to give.
    let by = Authority::Participant;
    assert!(
        meeting
            .withdraw(by, ben, SCOPE, millis(1_600))
            .unwrap()
            .is_settled()
    );
    assert!(!admits(&mut of_ben, millis(2_000), millis(2_000)));
    agree(&mut meeting, notice, ben, SCOPE, millis(1_700));
    assert!(!admits(&mut of_ben, millis(1_999), millis(2_100)));
    assert!(admits(&mut of_ben, millis(2_000), millis(2_100)));
}

/// Sixteen consents of as many beginnings.
fn agree_one_by_one(meeting: &mut Meeting, who: Participant, at: i64) -> Vec<Result<(), Error>> {
    let first_party: Vec<_> = [
        Purposes::RECORD,
        Purposes::TRANSCRIBE,
        Purposes::ASSIST,
        Purposes::TRAIN,
        Purposes::ANALYTICS,
        Purposes::REVIEW,
        Purposes::PUBLISH,
        Purposes::DERIVE,
    ]
    .into();
    let kinds = [Kinds::AUDIO, Kinds::VIDEO].into_iter();
    let scopes = kinds.flat_map(|kinds| {
        let scopes = first_party.iter();
        scopes.map(move |purpose| Scope::new(kinds, *purpose))
    });
    let grants = (at..).zip(scopes).map(|(at, scope)| {
        let grant = Grant::new(notice().digest, scope, Method::Clicked);
        meeting.grant(Authority::Participant, who, &grant, millis(at))
    });
    grants.collect()
}

#[test]
fn r6_where_there_is_no_room_for_more_times_a_grant_is_refused_and_never_a_withdrawal() {
    let mut meeting = open("room", 70, LedgerWriter::default());
    meeting.show(notice()).unwrap();
    let people: Vec<_> = (0..65)
        .map(|id: usize| {
            let id = id.to_string();
            meeting.join(JoinOptions::adult(&id), Time::START).unwrap()
        })
        .collect();
    let (last, others) = people.split_last().expect("people");
    for (at, who) in (0..).zip(others) {
        let granted = agree_one_by_one(&mut meeting, *who, at * 20);
        assert!(granted.iter().all(Result::is_ok), "{granted:?}");
    }
    let granted = agree_one_by_one(&mut meeting, *last, 2_000);
    let (sixteenth, others) = granted.split_last().expect("grants");
    assert!(others.iter().all(Result::is_ok), "{others:?}");
    assert_eq!(*sixteenth, Err(Error::Full(Resource::Consents)));
    let before = meeting.head();
    let again = Grant::new(
        notice().digest,
        Scope::new(Kinds::VIDEO, Purposes::DERIVE),
        Method::Clicked,
    );
    let by = Authority::Participant;
    let refused = meeting.grant(by, *last, &again, millis(2_100));
    assert_eq!(refused, Err(Error::Full(Resource::Consents)));
    assert_eq!(meeting.head(), before, "nothing is entered");

    // What was agreed to is held as before, and whatever narrows does.
    let held = |meeting: &Meeting, who| meeting.consents(who).unwrap().len();
    assert_eq!(held(&meeting, *last), 15);
    let settling = meeting
        .restrict(Authority::Host, None, Scope::ALL, millis(2_200))
        .unwrap();
    assert!(settling.is_settled());
    assert_eq!(held(&meeting, *last), 0);
    meeting
        .lift(Authority::Host, None, Scope::ALL, millis(2_300))
        .unwrap();
    for who in &people {
        let mut consents = meeting.consents(*who).unwrap().into_iter();
        assert!(consents.all(|consent| consent.since == millis(2_300)));
    }
    // So there is room again.
    assert_eq!(meeting.grant(by, *last, &again, millis(2_400)), Ok(()));
    let everything = Scope::new(Kinds::empty(), Purposes::empty());
    let settling = meeting.withdraw(by, *last, everything, millis(2_500));
    assert!(settling.unwrap().is_settled());
    assert_eq!(held(&meeting, *last), 0);
}

/// Nobody's frame is somebody else's because they have the same seat, or the same id.
#[test]
fn r1_who_comes_back_has_another_handle_and_the_earlier_one_stays_closed() {
    let mut meeting = open("room", 1, LedgerWriter::default());
    let notice = meeting.show(notice()).unwrap();
    let outlet = meeting
        .open_outlet(OutletOptions::new("o", Purposes::RECORD))
        .unwrap();
    let mut before = None;
    for (at, id) in [(0, "ana"), (100, "ben"), (200, "ana")] {
        let who = meeting.join(JoinOptions::adult(id), millis(at)).unwrap();
        assert_eq!(meeting.find(id), Some(who));
        agree(&mut meeting, notice, who, SCOPE, millis(at));
        let stream = meeting.open_stream(alone(who)).unwrap();
        let mut tap = meeting.tap(stream, outlet).unwrap();
        assert!(admits(&mut tap, millis(at + 10), millis(at + 10)));
        if let Some(former) = before.as_mut() {
            assert!(!admits(former, millis(at + 20), millis(at + 20)));
        }
        assert!(meeting.leave(who, millis(at + 50)).unwrap().is_settled());
        assert!(!admits(&mut tap, millis(at + 60), millis(at + 60)));
        assert_eq!(meeting.find(id), Some(who));
        assert_eq!(meeting.id_of(who), None);
        before = Some(tap);
    }
}

/// A list that names only the owner is theirs alone.
#[test]
fn r4_the_owner_may_be_listed() {
    let mut meeting = open("room", 1, LedgerWriter::default());
    let notice = meeting.show(notice()).unwrap();
    let ana = meeting
        .join(JoinOptions::adult("ana"), Time::START)
        .unwrap();
    agree(&mut meeting, notice, ana, SCOPE, Time::START);
    let mut tap = crate::common::tap(&mut meeting, alone(ana), Purposes::RECORD);
    let twice = [ana, ana];
    let frame = Frame::new(millis(20), Contributors::Complete(&twice));
    let admission = tap.admit(&frame, ONE[..].into(), millis(20), |_| ());
    assert!(admission.output.is_some());
}
