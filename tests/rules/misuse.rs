//! Mistakes that compile, and what comes of them: MISUSE.md lists them. None of them releases more than people agreed to.

use std::{
    fs, mem,
    panic::{AssertUnwindSafe, catch_unwind},
    path::Path,
    thread,
};

use framegate::{
    Area, Argument, Authority, Contributors, Digest, Error, Frame, Grant, JoinOptions, Kind, Kinds,
    Meeting, Method, Notice, OutletOptions, Participant, Payload, PayloadMut, Purposes, Reason,
    Refusal, Region, Scope, StreamOptions, Tap, Time, Verdict,
    format::{Field, Format, Samples, Schema},
    ledger::{LedgerWriter, StoreError},
};

use crate::common::{
    self, Memory, SCOPE, agree, meeting, microphone, millis, notice, own, picture, picture_mut, tap,
};

const BY: Authority = Authority::Participant;
const NOT_GRANTED: Verdict = Verdict::Dropped(Reason::NotGranted);

fn admit(tap: &mut Tap, frame: &Frame<'_>, now: Time) -> Verdict {
    tap.admit(frame, Payload::Bytes(&[1; 4]), now, |_| ())
        .verdict()
}

fn record(tap: &mut Tap, at: i64) -> Verdict {
    admit(tap, &own(millis(at)), millis(at))
}

/// Somebody who agreed at 10 ms that all of theirs is recorded and trained with, and their microphone's tap.
fn agreed() -> (Meeting, Digest, Participant, Tap) {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, SCOPE, millis(10));
    let tap = tap(&mut meeting, microphone(who), Purposes::RECORD);
    (meeting, notice, who, tap)
}

// ---------------------------------------------------------------------------------------------------------------------
// Times

#[test]
fn r5_milliseconds_where_microseconds_are_asked_for_are_too_early() {
    let (mut meeting, notice, who, mut tap) = agreed();
    // Captured at 5 s, said in the unit of the wrong constructor.
    let captured = Time::from_micros(5000);
    let earlier = Verdict::Dropped(Reason::CapturedEarlier);
    assert_eq!(admit(&mut tap, &own(captured), millis(5020)), earlier);
    // Of both, which is before anybody agreed.
    let mut early = common::tap(&mut meeting, microphone(who), Purposes::RECORD);
    let now = Time::from_micros(5020);
    assert_eq!(admit(&mut early, &own(captured), now), earlier);
    // Of the release alone: captured after it.
    let mut fresh = common::tap(&mut meeting, microphone(who), Purposes::RECORD);
    let late = admit(&mut fresh, &own(millis(5000)), now);
    assert_eq!(late, Verdict::Dropped(Reason::Time));
    // An end that is long past, and a withdrawal that is.
    let grant = Grant::new(notice, SCOPE, Method::Clicked).until(Time::from_micros(60));
    assert_eq!(
        meeting.grant(BY, who, &grant, millis(5030)),
        Err(Error::Time)
    );
    assert_eq!(record(&mut tap, 5030), Verdict::Whole);
    let settling = meeting.withdraw(BY, who, SCOPE, Time::from_micros(5040));
    assert!(settling.unwrap().is_settled());
    let withdrawn = Verdict::Dropped(Reason::Withdrawn);
    assert_eq!(record(&mut tap, 5040), withdrawn);
}

#[test]
fn r1_capture_and_release_swapped_is_captured_after_its_release() {
    let (_meeting, _, _, mut tap) = agreed();
    let swapped = admit(&mut tap, &own(millis(40)), millis(20));
    assert_eq!(swapped, Verdict::Dropped(Reason::Time));
    assert_eq!(
        admit(&mut tap, &own(millis(20)), millis(40)),
        Verdict::Whole
    );
}

#[test]
fn r5_an_earlier_release_time_brings_nothing_back() {
    let (mut meeting, notice, [who]) = meeting();
    let grant = Grant::new(notice, SCOPE, Method::Clicked).until(millis(50));
    meeting.grant(BY, who, &grant, Time::START).unwrap();
    let mut tap = tap(&mut meeting, microphone(who), Purposes::RECORD);
    // Without `tick` ever being called.
    let expired = Verdict::Dropped(Reason::Expired);
    assert_eq!(record(&mut tap, 49), Verdict::Whole);
    assert_eq!(record(&mut tap, 50), expired);
    assert_eq!(record(&mut tap, 49), expired);
}

#[test]
fn r5_agreed_earlier_is_agreed_from_now_on() {
    let (mut meeting, notice, [who]) = meeting();
    let mut tap = tap(&mut meeting, microphone(who), Purposes::RECORD);
    let grant = Grant::new(notice, SCOPE, Method::Clicked).at(millis(10));
    meeting.grant(BY, who, &grant, millis(1000)).unwrap();
    let buffered = admit(&mut tap, &own(millis(500)), millis(1001));
    assert_eq!(buffered, Verdict::Dropped(Reason::CapturedEarlier));
    assert_eq!(record(&mut tap, 1001), Verdict::Whole);
}

// ---------------------------------------------------------------------------------------------------------------------
// Who

#[test]
fn r6_withdrawing_with_the_handle_of_an_earlier_stay_reaches_this_one() {
    let (mut meeting, notice, before, _) = agreed();
    let _ = meeting.leave(before, millis(20)).unwrap();
    let again = meeting.join(JoinOptions::adult("0"), millis(30)).unwrap();
    agree(&mut meeting, notice, again, SCOPE, millis(30));
    let mut tap = tap(&mut meeting, microphone(again), Purposes::RECORD);
    assert_eq!(record(&mut tap, 40), Verdict::Whole);
    // Nothing else takes the old one.
    let grant = Grant::new(notice, SCOPE, Method::Clicked);
    let unknown = Error::UnknownParticipant;
    assert_eq!(
        meeting.grant(BY, before, &grant, millis(40)),
        Err(unknown.clone())
    );
    let restricted = meeting.restrict(Authority::Host, Some(before), SCOPE, millis(40));
    assert_eq!(restricted.err(), Some(unknown.clone()));
    assert_eq!(meeting.group(&[before]).err(), Some(unknown));
    let both = [again, before];
    let frame = Frame::new(millis(41), Contributors::Complete(&both));
    let absent = Verdict::Dropped(Reason::Absent);
    assert_eq!(admit(&mut tap, &frame, millis(41)), absent);
    // Leaving with it is to have left: the stay that goes on is another.
    assert!(meeting.leave(before, millis(42)).unwrap().is_settled());
    assert_eq!(record(&mut tap, 43), Verdict::Whole);
    let settling = meeting.withdraw(BY, before, Scope::ALL, millis(44));
    assert!(settling.unwrap().is_settled());
    assert_eq!(record(&mut tap, 45), Verdict::Dropped(Reason::Withdrawn));
}

#[test]
fn r2_ids_that_look_alike_are_different_people() {
    let (mut meeting, notice, [_]) = meeting();
    let ana = meeting
        .join(JoinOptions::adult("ana"), Time::START)
        .unwrap();
    agree(&mut meeting, notice, ana, SCOPE, Time::START);
    for id in ["Ana", "ana ", "ana\0", "an\u{e1}"] {
        let other = meeting.join(JoinOptions::adult(id), Time::START).unwrap();
        assert_ne!(other, ana);
        let mut of_other = tap(&mut meeting, microphone(other), Purposes::RECORD);
        assert_eq!(record(&mut of_other, 1), NOT_GRANTED, "{id:?}");
        let _ = meeting.leave(other, millis(1)).unwrap();
    }
    let twice = meeting.join(JoinOptions::adult("ana"), millis(1));
    assert_eq!(twice, Err(Error::AlreadyJoined));
    let nobody = meeting.join(JoinOptions::with_guardian("kid", ""), millis(1));
    assert_eq!(nobody, Err(Error::Empty(Argument::Id)));
}

#[test]
fn r2_a_guardian_agrees_for_their_child_alone_and_a_child_not_at_all() {
    let (mut meeting, notice, [_]) = meeting();
    let parent = meeting
        .join(JoinOptions::adult("parent"), Time::START)
        .unwrap();
    let child = JoinOptions::with_guardian("kid", "parent");
    let kid = meeting.join(child, Time::START).unwrap();
    let mut of_kid = tap(&mut meeting, microphone(kid), Purposes::RECORD);
    let grant = Grant::new(notice, SCOPE, Method::Clicked);
    let guardian = Authority::Guardian;
    // Whose consent it is, and who says so, confused.
    for (by, who) in [(guardian, parent), (BY, kid)] {
        let refused = meeting.grant(by, who, &grant, millis(1));
        assert_eq!(refused, Err(Error::Refused(Refusal::Overreach, by)));
    }
    // What the parent agrees to for themselves is no consent of the child's.
    meeting.grant(BY, parent, &grant, millis(2)).unwrap();
    assert_eq!(record(&mut of_kid, 3), NOT_GRANTED);
}

#[test]
fn r4_one_who_came_after_the_group_was_made_is_named_beside_it_or_not_at_all() {
    let (mut meeting, notice, [ana]) = meeting();
    agree(&mut meeting, notice, ana, SCOPE, Time::START);
    let group = meeting.group(&[ana]).unwrap();
    let ben = meeting.join(JoinOptions::adult("ben"), millis(1)).unwrap();
    let mix = StreamOptions::mix(Kind::Audio, Format::OPAQUE);
    let mut tap = tap(&mut meeting, mix, Purposes::RECORD);
    let frame = Frame::new(millis(2), Contributors::Group(&group));
    assert_eq!(admit(&mut tap, &frame, millis(2)), Verdict::Whole);
    // Who is in it is fixed. A group of those who are there is another.
    let both = meeting.group(&[ana, ben]).unwrap();
    let frame = Frame::new(millis(3), Contributors::Group(&both));
    assert_eq!(admit(&mut tap, &frame, millis(3)), NOT_GRANTED);
    // Of one of whom somebody has left nothing goes, whoever has come back.
    let _ = meeting.leave(ana, millis(4)).unwrap();
    let ana = meeting.join(JoinOptions::adult("0"), millis(5)).unwrap();
    agree(&mut meeting, notice, ana, SCOPE, millis(5));
    let frame = Frame::new(millis(6), Contributors::Group(&group));
    let absent = Verdict::Dropped(Reason::Absent);
    assert_eq!(admit(&mut tap, &frame, millis(6)), absent);
}

#[test]
fn r4_nobody_else_is_the_owner_alone_and_not_an_empty_list() {
    let (mut meeting, _, _, mut tap) = agreed();
    let frame = Frame::new(millis(20), Contributors::Complete(&[]));
    let incomplete = Verdict::Dropped(Reason::Incomplete);
    assert_eq!(admit(&mut tap, &frame, millis(20)), incomplete);
    for stream in [StreamOptions::mix, StreamOptions::composite] {
        let mut tap = common::tap(
            &mut meeting,
            stream(Kind::Audio, Format::OPAQUE),
            Purposes::RECORD,
        );
        assert_eq!(record(&mut tap, 20), incomplete);
    }
}

// ---------------------------------------------------------------------------------------------------------------------
// For what

#[test]
fn r3_purposes_of_one_outlet_are_all_asked_for() {
    let (mut meeting, notice, [who]) = meeting();
    let recording = Scope::new(Kinds::all(), Purposes::RECORD);
    agree(&mut meeting, notice, who, recording, Time::START);
    for (purposes, verdict) in [
        (Purposes::RECORD, Verdict::Whole),
        (Purposes::RECORD | Purposes::TRAIN, NOT_GRANTED),
        // Nothing is implied by what was agreed to.
        (Purposes::DERIVE, NOT_GRANTED),
        (Purposes::IDENTIFY, NOT_GRANTED),
        (Purposes::TRANSCRIBE, NOT_GRANTED),
        (Purposes::PUBLISH, NOT_GRANTED),
    ] {
        let mut tap = tap(&mut meeting, microphone(who), purposes);
        assert_eq!(record(&mut tap, 1), verdict, "{purposes:?}");
    }
}

#[test]
fn r3_outlets_of_one_name_are_as_many() {
    let (mut meeting, notice, [who]) = meeting();
    let training = Scope::new(Kinds::all(), Purposes::TRAIN);
    agree(&mut meeting, notice, who, training, Time::START);
    let stream = meeting.open_stream(microphone(who)).unwrap();
    let mut verdict = |purposes| {
        let outlet = OutletOptions::new("outlet", purposes);
        let outlet = meeting.open_outlet(outlet).unwrap();
        record(&mut meeting.tap(stream, outlet).unwrap(), 1)
    };
    assert_eq!(verdict(Purposes::TRAIN), Verdict::Whole);
    assert_eq!(verdict(Purposes::RECORD), NOT_GRANTED);
}

#[test]
fn r3_agreeing_to_everything_by_a_click_is_refused() {
    let (mut meeting, notice, [who]) = meeting();
    let first_party = Scope::new(Kinds::AUDIO, Purposes::FIRST_PARTY);
    for scope in [Scope::ALL, first_party] {
        let grant = Grant::new(notice, scope, Method::Clicked);
        let refused = meeting.grant(BY, who, &grant, millis(1));
        assert_eq!(refused, Err(Error::NotExplicit));
    }
    let mut tap = tap(&mut meeting, microphone(who), Purposes::RECORD);
    assert_eq!(record(&mut tap, 2), NOT_GRANTED);
}

#[test]
fn r3_a_third_partys_bit_means_nothing_before_it_has_its_name() {
    let (mut meeting, ..) = meeting::<1>();
    let unnamed = Purposes::from_bits_retain(1 << 9);
    for outlet in [
        OutletOptions::new("theirs", unnamed),
        OutletOptions::new("theirs", unnamed).recipient("ACME Ltd"),
    ] {
        assert_eq!(meeting.open_outlet(outlet), Err(Error::ForeignPurpose));
    }
    let acme = meeting.third_party(Purposes::TRAIN, "ACME Ltd").unwrap();
    assert_eq!(acme, unnamed);
    // Another party's, or the same in other letters.
    for recipient in ["Emca Ltd", "acme ltd"] {
        let outlet = OutletOptions::new("theirs", acme).recipient(recipient);
        assert_eq!(meeting.open_outlet(outlet), Err(Error::ForeignPurpose));
    }
}

#[test]
fn r3_the_same_text_shown_again_is_the_same_notice() {
    let (mut meeting, shown, [who]) = meeting();
    assert_eq!(meeting.show(notice()), Ok(shown));
    // A notice by the digest of a text that nobody showed.
    let grant = Grant::new(Digest::of("We record."), SCOPE, Method::Clicked);
    assert_eq!(
        meeting.grant(BY, who, &grant, millis(1)),
        Err(Error::UnknownNotice)
    );
    // Its scope is what its text describes, so a narrow one is kept to.
    let narrow = Scope::new(Kinds::AUDIO, Purposes::RECORD);
    let text = Digest::of("We record sound.");
    let describes = Notice {
        digest: text,
        scope: narrow,
        ..notice()
    };
    meeting.show(describes).unwrap();
    let grant = Grant::new(text, SCOPE, Method::Clicked);
    assert_eq!(
        meeting.grant(BY, who, &grant, millis(1)),
        Err(Error::BeyondNotice)
    );
}

// ---------------------------------------------------------------------------------------------------------------------
// By whom

#[test]
fn r2_a_lift_takes_back_ones_own_and_only_where_it_was() {
    let (mut meeting, _, who, mut tap) = agreed();
    let host = Authority::Host;
    let restricted = Verdict::Dropped(Reason::Restricted);
    let everybody = meeting.restrict(host, None, SCOPE, millis(20));
    assert!(everybody.unwrap().is_settled());
    // Another authority's lift, and one for a person where it was for everybody.
    for (by, whom) in [
        (Authority::Administrator, None),
        (Authority::Vendor, None),
        (host, Some(who)),
    ] {
        meeting.lift(by, whom, SCOPE, millis(21)).unwrap();
        assert_eq!(record(&mut tap, 22), restricted, "{by:?} {whom:?}");
    }
    for by in [BY, Authority::Guardian] {
        let refused = meeting.lift(by, None, SCOPE, millis(22));
        assert_eq!(refused, Err(Error::NotARestrainer(by)));
    }
    meeting.lift(host, None, SCOPE, millis(30)).unwrap();
    // What was captured before it stays withheld.
    let buffered = admit(&mut tap, &own(millis(25)), millis(31));
    assert_eq!(buffered, Verdict::Dropped(Reason::CapturedEarlier));
    assert_eq!(record(&mut tap, 31), Verdict::Whole);
    // A host's own consent cannot be had by lifting what was never restricted.
    let _ = meeting.withdraw(BY, who, SCOPE, millis(32)).unwrap();
    meeting.lift(host, None, Scope::ALL, millis(33)).unwrap();
    assert_eq!(record(&mut tap, 34), Verdict::Dropped(Reason::Withdrawn));
}

#[test]
fn r10_a_grant_that_failed_and_is_tried_again_begins_then() {
    let memory = Memory::default();
    let mut meeting = common::open("test", 2, memory.writer());
    let notice = meeting.show(notice()).unwrap();
    let who = meeting
        .join(JoinOptions::adult("ana"), Time::START)
        .unwrap();
    let mut tap = tap(&mut meeting, microphone(who), Purposes::RECORD);
    let grant = Grant::new(notice, SCOPE, Method::Clicked);
    memory.fail(true);
    let failed = meeting.grant(BY, who, &grant, millis(10));
    assert_eq!(failed, Err(Error::Ledger(StoreError::default())));
    // Whoever does not look at it has not agreed.
    assert_eq!(record(&mut tap, 20), NOT_GRANTED);
    memory.fail(false);
    meeting.grant(BY, who, &grant, millis(30)).unwrap();
    let between = admit(&mut tap, &own(millis(20)), millis(31));
    assert_eq!(between, Verdict::Dropped(Reason::CapturedEarlier));
    assert_eq!(record(&mut tap, 31), Verdict::Whole);
}

// ---------------------------------------------------------------------------------------------------------------------
// Releases

#[test]
fn r6_a_sink_that_panics_ends_its_release() {
    let (mut meeting, _, who, mut tap) = agreed();
    let (frame, payload) = (own(millis(20)), Payload::Bytes(&[1; 4]));
    let sink = AssertUnwindSafe(|| tap.admit(&frame, payload, millis(20), |_| resume_unwind()));
    assert!(catch_unwind(sink).is_err());
    let batch = AssertUnwindSafe(|| {
        tap.batch(millis(20), |batch| {
            let _ = batch.admit(&frame, payload, |_| resume_unwind());
        });
    });
    assert!(catch_unwind(batch).is_err());
    // It is counted, the tap goes on, and a withdrawal settles.
    assert_eq!(tap.counters().whole, 2);
    assert_eq!(record(&mut tap, 21), Verdict::Whole);
    let settling = meeting.withdraw(BY, who, SCOPE, millis(22)).unwrap();
    assert!(settling.is_settled());
    assert_eq!(record(&mut tap, 22), Verdict::Dropped(Reason::Withdrawn));
}

/// Without a word on the standard error.
fn resume_unwind() {
    std::panic::resume_unwind(Box::new("a sink"))
}

#[test]
fn r6_a_settling_that_nobody_keeps_or_asks_is_in_force() {
    let ways: [fn(framegate::Settling); 2] = [drop, mem::forget];
    for way in ways {
        let (mut meeting, _, who, mut tap) = agreed();
        way(meeting.withdraw(BY, who, SCOPE, millis(20)).unwrap());
        assert_eq!(record(&mut tap, 20), Verdict::Dropped(Reason::Withdrawn));
    }
    // Nor is anything open because a meeting is never dropped: withdrawing goes on by its handle.
    let (meeting, _, who, mut tap) = agreed();
    let handle = meeting.withdrawals();
    mem::forget(meeting);
    assert!(
        handle
            .withdraw(BY, who, SCOPE, millis(20))
            .unwrap()
            .is_settled()
    );
    assert_eq!(record(&mut tap, 20), Verdict::Dropped(Reason::Withdrawn));
}

#[test]
fn r6_each_frame_of_a_batch_is_judged_by_itself_and_when_it_comes() {
    let (mut meeting, _, who, mut tap) = agreed();
    let payload = Payload::Bytes(&[1; 4]);
    let mut released = Vec::new();
    let settling = tap.batch(millis(30), |batch| {
        for at in [5, 20, 40, 25] {
            let _ = batch.admit(&own(millis(at)), payload, |_| released.push(at));
        }
        let settling = meeting.withdraw(BY, who, SCOPE, millis(30)).unwrap();
        let _ = batch.admit(&own(millis(26)), payload, |_| released.push(26));
        assert!(!settling.is_settled(), "before the batch has ended");
        settling
    });
    assert_eq!(released, [20, 25]);
    assert!(settling.is_settled());
    let counters = tap.counters();
    assert_eq!((counters.seen, counters.whole, counters.dropped), (5, 2, 3));
}

#[test]
fn r6_a_tap_that_moves_to_another_thread_is_reached_there() {
    let (mut meeting, _, who, mut tap) = agreed();
    let mut tap = thread::spawn(move || {
        assert_eq!(record(&mut tap, 20), Verdict::Whole);
        tap
    })
    .join()
    .unwrap();
    let handle = meeting.withdrawals();
    // Another tap of the same stream is closed with it.
    let mut another = common::tap(&mut meeting, microphone(who), Purposes::TRAIN);
    thread::spawn(move || handle.withdraw(BY, who, Scope::ALL, millis(30)).map(drop))
        .join()
        .unwrap()
        .unwrap();
    for tap in [&mut tap, &mut another] {
        assert_eq!(record(tap, 30), Verdict::Dropped(Reason::Withdrawn));
    }
}

#[test]
fn r7_admit_never_redacts_and_a_dropped_frame_calls_no_sink() {
    let (mut meeting, notice, [ana, ben]) = meeting();
    agree(&mut meeting, notice, ana, SCOPE, Time::START);
    let format = Format::pcm(Samples::U8, 2);
    let gallery = StreamOptions::composite(Kind::Audio, format);
    let mut composite = tap(&mut meeting, gallery, Purposes::RECORD);
    let mut mix = tap(
        &mut meeting,
        StreamOptions::mix(Kind::Audio, format),
        Purposes::RECORD,
    );
    let people = [ana, ben];
    let regions = [
        Region::new(ana, Area::Channel(0)),
        Region::new(ben, Area::Channel(1)),
    ];
    let frame = Frame::new(millis(1), Contributors::Complete(&people)).regions(&regions);
    let payload = Payload::Bytes(&[7; 4]);
    let dropped = composite.admit(&frame, payload, millis(1), |_| unreachable!());
    assert_eq!(dropped.verdict(), NOT_GRANTED);
    assert!(dropped.output.is_none());
    let mut buffer = [9; 4];
    let part = composite.admit_into(&frame, payload, (&mut buffer[..]).into(), millis(1), |_| ());
    assert_eq!(part.verdict(), Verdict::Redacted(Reason::NotGranted));
    assert_eq!(buffer, [7, 128, 7, 128]);
    // On a mix regions take nobody out.
    let blanked = mix.admit_into(&frame, payload, (&mut buffer[..]).into(), millis(1), |_| ());
    assert_eq!(blanked.verdict(), Verdict::Blanked(Reason::NotGranted));
    assert_eq!(buffer, [128; 4]);
}

// ---------------------------------------------------------------------------------------------------------------------
// Where

const WIDTH: usize = 16;
const HEIGHT: usize = 8;

/// What is left of a gallery of which ana, who agreed, has the left half, and ben the right, if it is told by these parts.
fn told(parts: &[(usize, [u32; 4])], members: usize) -> (Verdict, Vec<u8>) {
    let (mut meeting, notice, people) = meeting::<2>();
    agree(&mut meeting, notice, people[0], SCOPE, Time::START);
    let format = Format::i420(16, 8);
    let gallery = StreamOptions::composite(Kind::Video, format);
    let mut tap = tap(&mut meeting, gallery, Purposes::RECORD);
    let regions: Vec<_> = parts
        .iter()
        .map(|&(who, [x, y, width, height])| {
            let area = Area::Rectangle {
                x,
                y,
                width,
                height,
            };
            Region::new(people[who], area)
        })
        .collect();
    let frame = Frame::new(millis(1), Contributors::Complete(&people[..members])).regions(&regions);
    let bytes = common::picture_bytes(WIDTH, HEIGHT);
    let (data, mut copy) = (vec![200; bytes], vec![0; bytes]);
    let payload = picture(&data, WIDTH, HEIGHT);
    let buffer = picture_mut(&mut copy, WIDTH, HEIGHT);
    let verdict = tap
        .admit_into(&frame, payload, buffer, millis(1), |_| ())
        .verdict();
    (verdict, copy)
}

/// Whether any luma sample of ben's half is there.
fn shows_ben(copy: &[u8]) -> bool {
    copy[..WIDTH * HEIGHT]
        .chunks(WIDTH)
        .any(|row| row[WIDTH / 2..].contains(&200))
}

#[test]
fn r4_rectangles_told_wrongly_show_no_tile_of_who_did_not_agree() {
    let (ana, ben) = (0, 1);
    let malformed = Verdict::Dropped(Reason::Malformed);
    let redacted = Verdict::Redacted(Reason::NotGranted);
    // As it is.
    let (verdict, copy) = told(&[(ana, [0, 0, 8, 8]), (ben, [8, 0, 8, 8])], 2);
    assert_eq!((verdict, copy[0], shows_ben(&copy)), (redacted, 200, false));
    for (what, parts) in [
        // x and y by turns: ben's would lie below the picture.
        ("swapped", &[(ana, [0, 0, 8, 8]), (ben, [0, 8, 8, 8])][..]),
        // Two corners for a corner and a size, where nothing is left of the one.
        ("an empty one", &[(ana, [0, 0, 8, 8]), (ben, [8, 0, 8, 0])]),
    ] {
        let (verdict, copy) = told(parts, 2);
        assert_eq!(verdict, malformed, "{what}");
        assert!(!shows_ben(&copy), "{what}");
    }
    for (what, parts) in [
        // What no part covers is everybody's.
        ("only ana's told", &[(ana, [0, 0, 8, 8])][..]),
        ("only ben's told", &[(ben, [8, 0, 8, 8])]),
        ("too small", &[(ana, [0, 0, 8, 8]), (ben, [8, 0, 2, 2])]),
        // Where two lie, both must agree.
        ("corners", &[(ana, [0, 0, 8, 8]), (ben, [8, 0, 16, 8])]),
        (
            "over each other",
            &[(ana, [0, 0, 16, 8]), (ben, [8, 0, 8, 8])],
        ),
    ] {
        let (verdict, copy) = told(parts, 2);
        assert!(!matches!(verdict, Verdict::Whole), "{what}: {verdict:?}");
        assert!(!shows_ben(&copy), "{what}: {verdict:?}");
    }
}

#[test]
fn r1_sizes_strides_and_channels_that_do_not_fit() {
    let malformed = Verdict::Dropped(Reason::Malformed);
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, SCOPE, Time::START);
    let bytes = common::picture_bytes(WIDTH, HEIGHT);
    let data = vec![1; bytes];
    // Width and height by turns.
    let turned = Format::i420(8, 16);
    let stream = StreamOptions::owned(who, Kind::Video, turned);
    let mut camera = tap(&mut meeting, stream, Purposes::RECORD);
    let payload = picture(&data, WIDTH, HEIGHT);
    let verdict = camera.admit(&own(millis(1)), payload, millis(1), |_| ());
    assert_eq!(verdict.verdict(), malformed);
    // All of it as one run of bytes.
    let verdict = camera.admit(&own(millis(1)), Payload::Bytes(&data), millis(1), |_| ());
    assert_eq!(verdict.verdict(), malformed);
    // A channel counted from 1, and the samples of three channels said to be of two.
    let stereo = StreamOptions::owned(who, Kind::Audio, Format::pcm(Samples::S16, 2));
    let mut stereo = tap(&mut meeting, stereo, Purposes::RECORD);
    let second = [Region::new(who, Area::Channel(2))];
    let frame = own(millis(1)).regions(&second);
    assert_eq!(admit(&mut stereo, &frame, millis(1)), malformed);
    let three = Payload::Bytes(&[1; 6]);
    let verdict = stereo.admit(&own(millis(1)), three, millis(1), |_| ());
    assert_eq!(verdict.verdict(), malformed);
    // Planes to copy into where the frame is bytes, or the other way round.
    let mut copy = vec![7; bytes];
    let planes: PayloadMut<'_> = picture_mut(&mut copy, WIDTH, HEIGHT);
    let verdict = stereo.admit_into(
        &own(millis(1)),
        Payload::Bytes(&[1; 4]),
        planes,
        millis(1),
        |_| (),
    );
    assert_eq!(verdict.verdict(), malformed);
    assert_eq!(stereo.counters().whole + camera.counters().whole, 0);
}

// ---------------------------------------------------------------------------------------------------------------------
// The end

#[test]
fn r1_nothing_begins_anew_after_the_end() {
    let memory = Memory::default();
    let mut meeting = common::open("test", 4, memory.writer());
    let notice = meeting.show(notice()).unwrap();
    let who = meeting
        .join(JoinOptions::adult("ana"), Time::START)
        .unwrap();
    agree(&mut meeting, notice, who, SCOPE, Time::START);
    let stream = meeting.open_stream(microphone(who)).unwrap();
    let outlet = OutletOptions::new("outlet", Purposes::RECORD);
    let outlet = meeting.open_outlet(outlet).unwrap();
    let mut tap = meeting.tap(stream, outlet).unwrap();
    assert_eq!(record(&mut tap, 1), Verdict::Whole);
    let _ = meeting.end();
    let grant = Grant::new(notice, SCOPE, Method::Clicked);
    let ended = Error::Ended;
    assert_eq!(
        meeting.grant(BY, who, &grant, millis(2)),
        Err(ended.clone())
    );
    assert_eq!(meeting.tap(stream, outlet).err(), Some(ended.clone()));
    assert_eq!(
        meeting.lift(Authority::Host, None, SCOPE, millis(2)),
        Err(ended)
    );
    assert_eq!(record(&mut tap, 2), Verdict::Dropped(Reason::Ended));
    // Buffered before the end, admitted after it.
    let buffered = admit(&mut tap, &own(millis(1)), millis(3));
    assert_eq!(buffered, Verdict::Dropped(Reason::Ended));
    drop(meeting);
    let resumed = Meeting::resume(&common::verified(&memory.read()), LedgerWriter::default());
    assert!(resumed.is_err());
}

#[test]
fn r5_after_a_resumption_what_was_buffered_before_the_crash_is_of_nobody() {
    let memory = Memory::default();
    let mut meeting = common::open("test", 4, memory.writer());
    let notice = meeting.show(notice()).unwrap();
    let before = meeting
        .join(JoinOptions::adult("ana"), Time::START)
        .unwrap();
    agree(&mut meeting, notice, before, SCOPE, Time::START);
    let mut old = tap(&mut meeting, microphone(before), Purposes::RECORD);
    assert_eq!(record(&mut old, 1), Verdict::Whole);
    drop(meeting);
    let mut resumed =
        Meeting::resume(&common::verified(&memory.read()), LedgerWriter::default()).unwrap();
    // The tap of the meeting before, a new one for the old handle, and the new handle.
    assert_eq!(record(&mut old, 2), Verdict::Dropped(Reason::Ended));
    let unknown = Some(Error::UnknownParticipant);
    assert_eq!(resumed.open_stream(microphone(before)).err(), unknown);
    let withdrawn = resumed.withdraw(BY, before, Scope::ALL, millis(2));
    assert_eq!(withdrawn.err(), unknown);
    let (_, again) = resumed.participants().next().unwrap();
    let mut new = tap(&mut resumed, microphone(again), Purposes::RECORD);
    assert_eq!(record(&mut new, 2), Verdict::Whole);
}

// ---------------------------------------------------------------------------------------------------------------------
// More that is told wrongly

#[test]
fn r5_a_part_told_to_be_later_than_its_frame_is_as_early_as_that() {
    let (mut meeting, notice, [ana, ben]) = meeting();
    agree(&mut meeting, notice, ana, SCOPE, Time::START);
    agree(&mut meeting, notice, ben, SCOPE, millis(10));
    let format = Format::pcm(Samples::U8, 2);
    let gallery = StreamOptions::composite(Kind::Audio, format);
    let mut tap = tap(&mut meeting, gallery, Purposes::RECORD);
    let people = [ana, ben];
    let mut admit = |captured: Time| {
        let regions = [
            Region::new(ana, Area::Channel(0)),
            Region::new(ben, Area::Channel(1)).captured(millis(20)),
        ];
        let frame = Frame::new(captured, Contributors::Complete(&people)).regions(&regions);
        let mut buffer = [9; 4];
        let into = (&mut buffer[..]).into();
        let admission = tap.admit_into(&frame, Payload::Bytes(&[7; 4]), into, millis(30), |_| ());
        (admission.verdict(), buffer)
    };
    let (early, kept) = admit(millis(5));
    assert!(!matches!(early, Verdict::Whole), "{early:?}");
    assert!(kept[1] != 7 && kept[3] != 7, "{early:?} {kept:?}");
    assert_eq!(admit(millis(15)), (Verdict::Whole, [7; 4]));
}

#[test]
fn r3_a_third_party_without_a_name_is_none() {
    let (mut meeting, notice, [who]) = meeting();
    let empty = OutletOptions::new("theirs", Purposes::RECORD).recipient("");
    assert!(meeting.open_outlet(empty).is_err());
    // Nor does a purpose stand for those of third parties, either way.
    let acme = meeting.third_party(Purposes::RECORD, "ACME Ltd").unwrap();
    let text = Digest::of("We record, and so does ACME Ltd.");
    let shown = Notice {
        digest: text,
        ..common::notice()
    };
    meeting.show(shown).unwrap();
    let outlet = OutletOptions::new("theirs", acme).recipient("ACME Ltd");
    let outlet = meeting.open_outlet(outlet).unwrap();
    let stream = meeting.open_stream(microphone(who)).unwrap();
    let mut theirs = meeting.tap(stream, outlet).unwrap();
    let mut own = tap(&mut meeting, microphone(who), Purposes::RECORD);
    agree(&mut meeting, notice, who, SCOPE, Time::START);
    assert_eq!(record(&mut own, 1), Verdict::Whole);
    assert_eq!(record(&mut theirs, 1), NOT_GRANTED);
    let both = Scope::new(Kinds::all(), Purposes::RECORD | acme);
    agree(&mut meeting, text, who, both, millis(2));
    assert_eq!(record(&mut theirs, 3), Verdict::Whole);
    let only_theirs = Scope::new(Kinds::all(), acme);
    let _ = meeting.withdraw(BY, who, only_theirs, millis(4)).unwrap();
    let withdrawn = Verdict::Dropped(Reason::Withdrawn);
    assert_eq!(record(&mut theirs, 5), withdrawn);
    assert_eq!(record(&mut own, 5), Verdict::Whole);
}

#[test]
fn r6_withdrawing_by_a_handle_of_a_meeting_that_is_gone_is_an_error_with_nothing_open() {
    let (meeting, _, who, mut tap) = agreed();
    let handle = meeting.withdrawals();
    drop(meeting);
    assert_eq!(record(&mut tap, 20), Verdict::Dropped(Reason::Ended));
    let late = handle.withdraw(BY, who, Scope::ALL, millis(20));
    assert_eq!(late.err(), Some(Error::Ended));
}

#[test]
fn r9_a_range_that_is_turned_round_is_none() {
    let (first, last) = (255, 1);
    let field = Field {
        name: "lost".into(),
        unit: "packets".into(),
        range: first..=last,
    };
    assert!(Schema::new(vec![field], 60).is_err());
}

#[test]
fn r5_a_clock_moved_on_by_mistake_opens_nothing() {
    let (mut meeting, notice, who, mut tap) = agreed();
    let days = millis(40 * 24 * 3_600_000);
    meeting.advance(days).unwrap();
    // What is agreed to from now on begins when the meeting's clock says, whatever the taps say.
    let _ = meeting.withdraw(BY, who, SCOPE, millis(20)).unwrap();
    agree(&mut meeting, notice, who, SCOPE, millis(30));
    let early = record(&mut tap, 40);
    assert!(!early.is_released(), "{early:?}");
}

// ---------------------------------------------------------------------------------------------------------------------
// The list

/// The tests of MISUSE.md that are not where it says.
fn missing(list: &str) -> Vec<String> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let (mut file, mut missing) = (String::new(), Vec::new());
    let rows = list.lines().filter(|line| line.starts_with("| "));
    let held = rows.filter_map(|row| row.trim_end_matches(" |").rsplit(" | ").next());
    for name in held.flat_map(|held| held.split('`').skip(1).step_by(2)) {
        let is_test = |at: char| at.is_ascii_lowercase() || at.is_ascii_digit() || at == '_';
        if name.contains('/') {
            file = fs::read_to_string(root.join(name)).unwrap_or_default();
        } else if name.chars().all(is_test) && !defines(&file, name) {
            missing.push(name.into());
        }
    }
    missing
}

/// Whether a function is there: `fn name(`, `void name(`, `def name(` and so on, and not a call of it.
fn defines(file: &str, name: &str) -> bool {
    let called = format!("{name}(");
    file.lines().any(|line| {
        line.split_once(&called).is_some_and(|(before, _)| {
            let before = before.trim_start();
            let word = before.split_whitespace().last().unwrap_or_default();
            before.ends_with(' ') && ["fn", "void", "def", "int", "bool"].contains(&word)
        })
    })
}

#[test]
fn every_test_that_the_list_names_is_there() {
    let list = fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("MISUSE.md")).unwrap();
    assert_eq!(missing(&list), [""; 0]);
    // The control.
    let planted = list.replace("`r1_times`", "`r1_time`");
    assert_eq!(missing(&planted), ["r1_time"]);
}
