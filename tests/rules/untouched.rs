//! The call is not touched (R7): refusing costs nothing, what goes whole is not copied, and what is withheld stays with the client.

use framegate::{
    Area, Authority, Cleared, Contributors, Format, Frame, Kind, Kinds, Meeting, Participant,
    Payload, PayloadMut, Purposes, Reason, Region, Samples, Scope, StreamOptions, Tap, Time,
    Verdict,
};

use crate::common::{self, agree, meeting, microphone, millis, own, tap};

/// Two channels, four samples of each.
const SENT: [u8; 16] = [7; 16];

/// One who agreed and one who did not, each in a channel of a composite's.
fn room() -> (Meeting, Tap, [Participant; 2]) {
    let (mut meeting, notice, people) = meeting();
    agree(&mut meeting, notice, people[0], common::SCOPE, Time::START);
    let stereo = StreamOptions::composite(Kind::Audio, Format::pcm(Samples::S16, 2));
    let tap = tap(&mut meeting, stereo, Purposes::RECORD);
    (meeting, tap, people)
}

fn regions([ana, ben]: [Participant; 2]) -> [Region; 2] {
    [
        Region::new(ana, Area::Channel(0)),
        Region::new(ben, Area::Channel(1)),
    ]
}

#[test]
fn r7_a_whole_frame_is_handed_on_where_it_is() {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, common::SCOPE, Time::START);
    let mut tap = tap(&mut meeting, microphone(who), Purposes::RECORD);
    let is_there = |cleared: Cleared<'_>| std::ptr::eq(cleared.bytes().unwrap(), &SENT[..]);
    let admission = tap.admit(&own(millis(1)), Payload::Bytes(&SENT), millis(1), is_there);
    assert_eq!(admission.output, Some(true));
    // A copy is elsewhere.
    let mut buffer = [0; 16];
    let (sent, into) = (Payload::Bytes(&SENT), (&mut buffer[..]).into());
    let admission = tap.admit_into(&own(millis(1)), sent, into, millis(1), is_there);
    assert_eq!((admission.output, buffer), (Some(false), SENT));
}

#[test]
fn r7_of_what_is_withheld_no_byte_leaves_the_clients_buffer() {
    let (_meeting, mut tap, people) = room();
    let regions = regions(people);
    let frame = Frame::new(millis(1), Contributors::Complete(&people)).regions(&regions);
    let mut buffer = [9; 16];
    let into = PayloadMut::from(&mut buffer[..]);
    let admission = tap.admit_into(&frame, Payload::Bytes(&SENT), into, millis(1), |_| ());
    assert_eq!(admission.verdict(), Verdict::Redacted(Reason::NotGranted));
    assert_eq!(buffer, [7, 7, 0, 0, 7, 7, 0, 0, 7, 7, 0, 0, 7, 7, 0, 0]);

    // Blanked, and dropped: nothing of it is there, nor of what was there before.
    let all = Frame::new(millis(1), Contributors::Complete(&people));
    for (frame, blanked) in [
        (all, true),
        (Frame::new(millis(-1), Contributors::Owner), false),
    ] {
        let mut buffer = [9; 16];
        let into = PayloadMut::from(&mut buffer[..]);
        let admission = tap.admit_into(&frame, Payload::Bytes(&SENT), into, millis(1), |_| ());
        assert_eq!(admission.output.is_some(), blanked);
        assert_eq!(buffer, [0; 16]);
    }
}

#[test]
fn r7_refusing_one_pipeline_leaves_the_others_as_they_were() {
    let (mut meeting, notice, [ana, ben]) = meeting();
    agree(&mut meeting, notice, ana, common::SCOPE, Time::START);
    agree(&mut meeting, notice, ben, common::SCOPE, Time::START);
    let purposes = [Purposes::RECORD, Purposes::TRAIN];
    let mut anas = purposes.map(|purpose| tap(&mut meeting, microphone(ana), purpose));
    let mut bens = purposes.map(|purpose| tap(&mut meeting, microphone(ben), purpose));
    let verdicts = |taps: &mut [Tap; 2], at| {
        taps.each_mut().map(|tap| {
            let admission = tap.admit(&own(millis(at)), Payload::Bytes(&SENT), millis(at), |_| ());
            admission.verdict()
        })
    };
    assert_eq!(verdicts(&mut anas, 1), [Verdict::Whole; 2]);
    let train = Scope::new(Kinds::all(), Purposes::TRAIN);
    let _ = meeting
        .withdraw(Authority::Participant, ana, train, millis(2))
        .unwrap();
    // What was captured before goes on, too.
    for at in [1, 2, 3] {
        let withdrawn = Verdict::Dropped(Reason::Withdrawn);
        assert_eq!(verdicts(&mut anas, at), [Verdict::Whole, withdrawn]);
        assert_eq!(verdicts(&mut bens, at), [Verdict::Whole; 2]);
    }
}
