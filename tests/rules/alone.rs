//! Streams of their owner alone: whoever else is named, in whatever way, the frame is withheld.

use framegate::{
    Area, Contributors, Fault, Frame, KeptSource, Kind, Meeting, Participant, Payload, Purposes,
    Reason, Region, StreamOptions, Tap, Verdict,
    format::{Field, Format, Samples, Schema},
};

use crate::common::{SCOPE, agree, meeting, microphone, millis, own, tap};

const RECORD: Purposes = Purposes::RECORD;
const SAMPLES: Payload<'_> = Payload::Bytes(&[7; 8]);
const MALFORMED: Verdict = Verdict::Dropped(Reason::Malformed);

fn headset(owner: Participant) -> StreamOptions {
    StreamOptions::alone(owner, Kind::Audio, Format::pcm(Samples::S16, 2))
}

fn records(owner: Participant) -> StreamOptions {
    let field = Field {
        name: "lost".into(),
        unit: "packets".into(),
        range: 0..=255,
    };
    let schema = Schema::new(vec![field], 1_000_000).unwrap();
    StreamOptions::records(owner, Kind::Telemetry, schema)
}

/// Three people who have agreed to everything, of whom nothing would be withheld for want of consent.
fn agreed() -> (Meeting, [Participant; 3]) {
    let (mut meeting, notice, people) = meeting();
    for who in people {
        agree(&mut meeting, notice, who, SCOPE, millis(0));
    }
    (meeting, people)
}

/// A frame of somebody's microphone that was released.
fn heard(meeting: &mut Meeting, who: Participant) -> KeptSource {
    let mut tap = tap(meeting, microphone(who), RECORD);
    let admission = tap.admit(
        &own(millis(1)),
        Payload::Bytes(&[1; 4]),
        millis(1),
        |cleared| {
            let mut room = [Participant::UNKNOWN; 1];
            cleared.source(&mut room).map(|source| source.keep())
        },
    );
    admission.output.flatten().expect("it is released")
}

/// What comes of a frame that stays as it is; through each other door and for the bare decision it must be for the same reason.
fn verdict(tap: &mut Tap, frame: &Frame<'_>) -> Verdict {
    let now = millis(5);
    let whole = tap.admit(frame, SAMPLES, now, |_| ()).verdict();
    let (mut copy, mut buffer) = ([0; 8], [7; 8]);
    let to = (&mut copy[..]).into();
    let copied = tap.admit_into(frame, SAMPLES, to, now, |_| ()).verdict();
    let in_place = tap.admit_in_place(frame, (&mut buffer[..]).into(), now, |_| ());
    let reasons = [copied, in_place.verdict()].map(Verdict::reason);
    assert_eq!(reasons, [whole.reason(); 2]);
    assert_eq!(tap.decide(frame, now).verdict(), whole);
    if whole == MALFORMED {
        assert_eq!([copied, in_place.verdict()], [whole; 2]);
        assert_eq!((copy, buffer), ([0; 8], [0; 8]));
    }
    whole
}

#[test]
fn r4_on_a_stream_of_its_owner_alone_nobody_else_is_named() {
    let (mut meeting, [who, other, third]) = agreed();
    let (theirs, with_other, of_other) = ([who, who], [who, other], [other]);
    let unknown = [Participant::UNKNOWN];
    let group = |meeting: &mut Meeting, people: &[Participant]| meeting.group(people).unwrap();
    let own_group = group(&mut meeting, &theirs);
    let of_both = group(&mut meeting, &[third, who]);
    let part = |owner| [Region::new(owner, Area::Channel(1))];
    let (own_part, others_part, nobodys) = (part(who), part(other), part(Participant::UNKNOWN));
    let both_parts = [own_part[0], others_part[0]];
    let (own_voice, others_voice) = (heard(&mut meeting, who), heard(&mut meeting, other));
    let of_own = [own_voice.as_source()];
    let of_both_voices = [own_voice.as_source(), others_voice.as_source()];
    let listed = |list| Frame::new(millis(2), Contributors::Complete(list));
    let partly = |list| Frame::new(millis(2), Contributors::Partial(list));
    let grouped = |group| Frame::new(millis(2), Contributors::Group(group));
    let incomplete = Verdict::Dropped(Reason::Incomplete);
    for (what, frame, expected) in [
        ("the owner", own(millis(2)), Verdict::Whole),
        ("a list of the owner", listed(&theirs), Verdict::Whole),
        ("a group of the owner", grouped(&own_group), Verdict::Whole),
        (
            "a part of the owner's",
            own(millis(2)).regions(&own_part),
            Verdict::Whole,
        ),
        // As on every stream.
        ("an empty list", listed(&[]), incomplete),
        ("a partial list of the owner", partly(&theirs), incomplete),
        ("the owner as a source", Frame::derived(&of_own), incomplete),
        ("a list with another", listed(&with_other), MALFORMED),
        ("a list of another", listed(&of_other), MALFORMED),
        ("a list of nobody known", listed(&unknown), MALFORMED),
        (
            "a partial list with another",
            partly(&with_other),
            MALFORMED,
        ),
        ("a group with another", grouped(&of_both), MALFORMED),
        (
            "a part of another's",
            own(millis(2)).regions(&others_part),
            MALFORMED,
        ),
        (
            "a part of nobody known",
            own(millis(2)).regions(&nobodys),
            MALFORMED,
        ),
        (
            "parts of both",
            listed(&theirs).regions(&both_parts),
            MALFORMED,
        ),
        (
            "another among the sources",
            Frame::derived(&of_both_voices),
            MALFORMED,
        ),
    ] {
        let mut tap = tap(&mut meeting, headset(who), RECORD);
        assert_eq!(verdict(&mut tap, &frame), expected, "{what}");
        let fault = (expected == MALFORMED).then_some(Fault::OthersNamed);
        let told = tap.last_fault().filter(|_| expected != incomplete);
        assert_eq!(told, fault, "{what}");
        // The control: of the same person's stream that can carry others, none is malformed.
        let shared = StreamOptions::owned(who, Kind::Audio, Format::pcm(Samples::S16, 2));
        let mut shared = crate::common::tap(&mut meeting, shared, RECORD);
        let control = shared.decide(&frame, millis(5)).verdict();
        assert_ne!(control, MALFORMED, "{what}");
    }
}

#[test]
fn r4_others_who_agree_are_withheld_on_it_all_the_same_and_one_who_is_back_is_another() {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, SCOPE, millis(0));
    let mut before = tap(&mut meeting, headset(who), RECORD);
    let _ = meeting.leave(who, millis(1)).unwrap();
    let again = meeting
        .join(framegate::JoinOptions::adult("0"), millis(1))
        .unwrap();
    agree(&mut meeting, notice, again, SCOPE, millis(1));
    let list = [again];
    let frame = Frame::new(millis(2), Contributors::Complete(&list));
    assert_eq!(verdict(&mut before, &frame), MALFORMED);
    assert_eq!(before.last_fault(), Some(Fault::OthersNamed));
    let absent = before.decide(&own(millis(2)), millis(5)).verdict();
    assert_eq!(absent, Verdict::Dropped(Reason::Absent));
    let mut after = tap(&mut meeting, headset(again), RECORD);
    assert_eq!(verdict(&mut after, &frame), Verdict::Whole);
}

#[test]
fn r4_too_much_of_others_is_too_much_first() {
    let (mut meeting, [who, other, _]) = agreed();
    let parts = [Region::new(other, Area::Channel(0)); 65];
    let mut tap = tap(&mut meeting, headset(who), RECORD);
    assert_eq!(
        verdict(&mut tap, &own(millis(2)).regions(&parts)),
        MALFORMED
    );
    assert_eq!(tap.last_fault(), Some(Fault::TooManyRegions));
    let voice = heard(&mut meeting, other);
    let sources = [voice.as_source(); 65];
    assert_eq!(verdict(&mut tap, &Frame::derived(&sources)), MALFORMED);
    assert_eq!(tap.last_fault(), Some(Fault::TooManySources));
}

#[test]
fn r9_a_record_made_from_others_is_malformed() {
    let (mut meeting, [who, other, _]) = agreed();
    let voices = [who, other].map(|who| heard(&mut meeting, who));
    let [own_voice, others_voice] = &voices;
    for (sources, reason, fault) in [
        (
            [own_voice.as_source()],
            Reason::Incomplete,
            Fault::NotDerived,
        ),
        (
            [others_voice.as_source()],
            Reason::Malformed,
            Fault::RecordOfOthers,
        ),
    ] {
        let mut tap = tap(&mut meeting, records(who), RECORD);
        assert_eq!(
            verdict(&mut tap, &Frame::derived(&sources)),
            Verdict::Dropped(reason)
        );
        assert_eq!(tap.last_fault(), Some(fault));
    }
}
