//! What is derived from frames clears no more than they did (R8).

use framegate::{
    Area, Authority, Contributors, Digest, Format, Frame, KeptSource, Kind, Kinds, MAX_SOURCES,
    Meeting, Participant, Payload, Purposes, Reason, Region, Scope, Source, StreamOptions, Tag,
    Tap, Time, Verdict,
};
use proptest::{collection::vec, prelude::*};

use crate::common::{self, agree, meeting, microphone, millis, own, tap};

const SAMPLES: Payload<'_> = Payload::Bytes(&[1; 4]);
const TEXT: Payload<'_> = Payload::Bytes(b"text");
const RECORD: Purposes = Purposes::RECORD;

fn captions() -> StreamOptions {
    StreamOptions::derived(Kind::Caption, Format::UTF8)
}

/// A frame of somebody's microphone, as a source; none if it is withheld.
fn try_to_hear(
    meeting: &mut Meeting,
    who: Participant,
    purposes: Purposes,
    at: Time,
) -> Option<KeptSource> {
    let mut tap = tap(meeting, microphone(who), purposes);
    let admission = tap.admit(&own(at), SAMPLES, at, |cleared| {
        let mut room = [Participant::UNKNOWN; 1];
        cleared.source(&mut room).map(|source| source.keep())
    });
    admission.output.flatten()
}

fn heard(meeting: &mut Meeting, who: Participant, purposes: Purposes, at: Time) -> KeptSource {
    try_to_hear(meeting, who, purposes, at).expect("it is released")
}

fn derive(tap: &mut Tap, sources: &[Source<'_>], now: Time) -> Verdict {
    let admission = tap.admit(&Frame::derived(sources), TEXT, now, |_| ());
    admission.verdict()
}

fn scope(kinds: Kinds, purposes: Purposes) -> Scope {
    Scope::new(kinds, purposes)
}

/// Somebody who agreed to everything, and a caption of what they said at 5 ms.
fn caption() -> (Meeting, Digest, Participant, KeptSource, Tap) {
    let (mut meeting, notice, [who]) = meeting();
    agree(&mut meeting, notice, who, common::SCOPE, Time::START);
    let voice = heard(&mut meeting, who, RECORD, millis(5));
    let tap = tap(&mut meeting, captions(), RECORD);
    (meeting, notice, who, voice, tap)
}

#[test]
fn r8_a_caption_carries_the_meet_of_its_sources() {
    let (mut meeting, notice, [ana, ben]) = meeting();
    agree(&mut meeting, notice, ana, common::SCOPE, Time::START);
    agree(&mut meeting, notice, ben, common::SCOPE, Time::START);
    let first = heard(&mut meeting, ana, RECORD, millis(5));
    let second = heard(&mut meeting, ben, RECORD | Purposes::TRAIN, millis(9));
    let mut tap = tap(&mut meeting, captions(), RECORD);
    let sources = [second.as_source(), first.as_source()];
    let frame = Frame::derived(&sources);
    let admission = tap.admit(&frame, TEXT, millis(20), |cleared| {
        let mut room = [Participant::UNKNOWN; 2];
        assert!(cleared.source(&mut room[..1]).is_none());
        let source = cleared.source(&mut room).unwrap();
        assert_eq!(source.tag(), cleared.tag());
        assert_eq!(source.people(), [ben, ana]);
        assert_eq!(source.kinds(), Kinds::AUDIO | Kinds::CAPTION);
        assert_eq!(source.captured(), millis(5));
    });
    let tag = admission.tag;
    assert!(admission.output.is_some());
    assert_eq!((tag.verdict(), tag.purposes()), (Verdict::Whole, RECORD));
    assert_eq!((tag.kind(), tag.stream()), (None, None));
    assert_eq!(tag.captured(), millis(5));
    assert_eq!(tag.generation(), first.as_source().tag().generation());
    assert_eq!(Tag::from_bytes(tag.to_bytes()), Ok(tag));
    // Another order, another way.
    let mut room = [Participant::UNKNOWN; 2];
    let [second, first] = sources;
    assert!(first.meet(&second, &mut room[..1]).is_none());
    assert_eq!(first.meet(&first, &mut room).unwrap().people(), [ana]);
    let joined = first.meet(&second, &mut room).unwrap();
    assert_eq!(joined.tag(), first.tag().meet(second.tag()));
    assert_eq!(joined.people(), [ana, ben]);
    assert_eq!(
        (joined.kinds(), joined.captured()),
        (Kinds::AUDIO, millis(5))
    );
    assert_eq!(derive(&mut tap, &[joined], millis(20)), Verdict::Whole);
    assert_eq!(tap.decide(&frame, millis(20)).purposes(), RECORD);
}

/// The meet of a redacted tag and a whole one is redacted.
#[test]
fn r8_what_is_made_of_a_frame_in_part_is_tagged_so() {
    let (mut meeting, notice, [ana, ben]) = meeting();
    agree(&mut meeting, notice, ana, common::SCOPE, Time::START);
    let stereo = StreamOptions::composite(Kind::Audio, Format::pcm(framegate::Samples::S16, 2));
    let mut stereo = tap(&mut meeting, stereo, RECORD);
    let regions = [0, 1].map(|channel| {
        Region::new(
            [ana, ben][channel],
            Area::Channel(u16::try_from(channel).unwrap()),
        )
    });
    let list = [ana, ben];
    let frame = Frame::new(millis(5), Contributors::Complete(&list)).regions(&regions);
    let mut samples = [1; 4];
    let in_part = stereo.admit_in_place(&frame, (&mut samples[..]).into(), millis(5), |cleared| {
        let mut room = [Participant::UNKNOWN; 2];
        let source = cleared.source(&mut room).unwrap();
        assert_eq!(source.people(), [ana]);
        source.keep()
    });
    let redacted = Verdict::Redacted(Reason::NotGranted);
    assert_eq!(in_part.verdict(), redacted);
    let whole = heard(&mut meeting, ana, RECORD, millis(6));

    let mut tap = tap(&mut meeting, captions(), RECORD);
    let in_part = in_part.output.unwrap();
    let [of_parts, of_all] = [&in_part, &whole].map(KeptSource::as_source);
    assert_eq!(derive(&mut tap, &[of_all], millis(7)), Verdict::Whole);
    let sources = [of_parts, of_all];
    let frame = Frame::derived(&sources);
    let admission = tap.admit(&frame, TEXT, millis(8), |cleared| {
        let tag = cleared
            .source(&mut [Participant::UNKNOWN; 2])
            .unwrap()
            .tag();
        (cleared.bytes() == Some(b"text"), tag.verdict())
    });
    // It goes as it is: nothing of it is anybody's who did not agree.
    assert_eq!(admission.output, Some((true, redacted)));
    assert_eq!(
        (admission.verdict(), admission.tag.purposes()),
        (redacted, RECORD)
    );
    assert_eq!(Tag::from_bytes(admission.tag.to_bytes()), Ok(admission.tag));
    assert_eq!(tap.decide(&frame, millis(8)).verdict(), redacted);
    let mut buffer = [0; 4];
    let copied = tap.admit_into(&frame, TEXT, (&mut buffer[..]).into(), millis(8), |_| ());
    assert_eq!((copied.verdict(), &buffer), (redacted, b"text"));
    let counters = tap.counters();
    assert_eq!(
        (counters.seen, counters.whole, counters.redacted),
        (3, 1, 2)
    );
}

#[test]
fn r8_a_withheld_frame_is_no_source() {
    let (mut meeting, _, who, released, mut tap) = caption();
    let (mut refusing, _, [other]) = common::meeting();
    assert!(try_to_hear(&mut refusing, other, RECORD, millis(5)).is_none());
    let mut blanking = common::tap(&mut refusing, microphone(other), RECORD);
    let mut samples = [1; 4];
    let samples = (&mut samples[..]).into();
    let blanked = blanking.admit_in_place(&own(millis(5)), samples, millis(5), |cleared| {
        assert!(cleared.source(&mut [who; 9]).is_none());
    });
    assert!(matches!(blanked.verdict(), Verdict::Blanked(_)));
    // One that awaits a keyframe neither, whatever a bare decision says of it.
    let camera = StreamOptions::owned(who, Kind::Video, Format::VP8);
    let mut camera = common::tap(&mut meeting, camera, RECORD);
    let inner = Payload::Bytes(&[0x31, 0, 0, 1, 2, 3]);
    let dropped = camera.admit(&own(millis(5)), inner, millis(5), |cleared| {
        assert!(cleared.source(&mut [who; 9]).is_none());
    });
    assert_eq!(dropped.verdict().reason(), Some(Reason::AwaitsKeyframe));
    assert!(
        camera
            .decide(&own(millis(5)), millis(5))
            .verdict()
            .is_released()
    );
    // Nor does an outlet for which it was not cleared get it, whoever agrees now.
    let mut training = common::tap(&mut meeting, captions(), Purposes::TRAIN);
    let beyond = Verdict::Dropped(Reason::BeyondSource);
    let released = released.as_source();
    assert_eq!(derive(&mut training, &[released], millis(9)), beyond);
    let both = heard(&mut meeting, who, RECORD | Purposes::TRAIN, millis(9));
    let both = both.as_source();
    assert_eq!(derive(&mut training, &[both], millis(9)), Verdict::Whole);
    assert_eq!(derive(&mut training, &[both, released], millis(9)), beyond);
    // Joined with what was for another purpose alone, nothing is left of it.
    let only_training = heard(&mut meeting, who, Purposes::TRAIN, millis(9));
    let mut room = [who];
    let joined = released
        .meet(&only_training.as_source(), &mut room)
        .unwrap();
    let disjoint = Verdict::Dropped(Reason::BeyondSource);
    assert_eq!(joined.tag().verdict(), Verdict::Dropped(Reason::Disjoint));
    assert_eq!(derive(&mut tap, &[joined], millis(9)), disjoint);
}

/// The same people's numbers do not come up in another meeting.
#[test]
fn r8_a_source_of_another_meeting_is_withheld() {
    let (mut meeting, _, _, own_voice, mut tap) = caption();
    let (mut other, notice, [stranger]) = common::meeting();
    agree(&mut other, notice, stranger, common::SCOPE, Time::START);
    let _ = meeting.join(framegate::Join::adult("more"), millis(6));
    let foreign = heard(&mut other, stranger, RECORD, millis(5));
    let sources = [own_voice.as_source(), foreign.as_source()];
    let verdict = derive(&mut tap, &sources[..1], millis(9));
    assert_eq!(verdict, Verdict::Whole);
    for sources in [&sources[1..], &sources] {
        let verdict = derive(&mut tap, sources, millis(9));
        assert_eq!(verdict, Verdict::Dropped(Reason::Unknown));
    }
}

#[test]
fn r8_sources_that_do_not_say_everything_are_incomplete() {
    let (mut meeting, _, who, voice, mut tap) = caption();
    let source = voice.as_source();
    let incomplete = Verdict::Dropped(Reason::Incomplete);
    let now = millis(9);
    let mut check = |sources: &[_], verdict| {
        assert_eq!(derive(&mut tap, sources, now), verdict, "{sources:?}");
        let bare = tap.decide(&Frame::derived(sources), now).verdict();
        assert_eq!(bare, verdict, "{sources:?}");
    };
    check(&[source; MAX_SOURCES], Verdict::Whole);
    check(
        &[source; MAX_SOURCES + 1],
        Verdict::Dropped(Reason::Malformed),
    );
    check(&[], incomplete);
    let later = heard(&mut meeting, who, RECORD, millis(10));
    check(&[source, later.as_source()], Verdict::Dropped(Reason::Time));

    // One of several kinds says which.
    let mut text = common::tap(
        &mut meeting,
        StreamOptions::owned(who, Kind::Chat, Format::UTF8),
        RECORD,
    );
    let chat = text.admit(&own(now), TEXT, now, |cleared| {
        let mut room = [who];
        cleared.source(&mut room).unwrap().keep()
    });
    let mut room = [who];
    let several = source
        .meet(&chat.output.unwrap().as_source(), &mut room)
        .unwrap()
        .keep();
    assert_eq!(several.as_source().tag().kind(), None);
    assert_eq!(several.as_source().kinds(), Kinds::AUDIO | Kinds::CHAT);
    check(&[several.as_source()], Verdict::Whole);

    let people = [who];
    for contributors in [
        Contributors::Owner,
        Contributors::Complete(&people),
        Contributors::Partial(&people),
    ] {
        let frame = Frame::new(now, contributors);
        let admission = tap.admit(&frame, TEXT, now, |_| ());
        assert_eq!(admission.verdict(), incomplete, "{contributors:?}");
    }
    for stream in [
        StreamOptions::owned(who, Kind::Caption, Format::UTF8),
        StreamOptions::mix(Kind::Caption, Format::UTF8),
        StreamOptions::composite(Kind::Caption, Format::UTF8),
    ] {
        let mut ordinary = common::tap(&mut meeting, stream, RECORD);
        assert_eq!(derive(&mut ordinary, &[source], now), incomplete);
    }
    // Free bytes stay free bytes, whatever they were made from.
    let statistics = StreamOptions::derived(Kind::Usage, Format::OPAQUE);
    let mut statistics = common::tap(&mut meeting, statistics, RECORD);
    let free = Verdict::Dropped(Reason::FreeBytes);
    assert_eq!(derive(&mut statistics, &[source], now), free);
}

#[test]
fn r8_relabelling_clears_no_more() {
    let (mut meeting, notice, [ana, ben]) = meeting();
    // Each agrees to all kinds but voices, or to voices alone.
    let but_voices = scope(Kinds::all() - Kinds::AUDIO, RECORD);
    agree(&mut meeting, notice, ana, but_voices, Time::START);
    agree(
        &mut meeting,
        notice,
        ben,
        scope(Kinds::AUDIO, RECORD),
        Time::START,
    );
    assert!(try_to_hear(&mut meeting, ana, RECORD, millis(1)).is_none());
    let voice = heard(&mut meeting, ben, RECORD, millis(1));
    for kind in Kind::ALL {
        let mut tap = tap(
            &mut meeting,
            StreamOptions::derived(kind, Format::OPAQUE),
            RECORD,
        );
        // Under the source's kind and its own.
        assert_eq!(
            derive(&mut tap, &[voice.as_source()], millis(2)).is_released(),
            kind == Kind::Audio,
            "{kind:?}"
        );
    }
}

#[test]
fn r8_a_withdrawal_reaches_a_caption_in_a_buffer() {
    for withdrawn in [Kinds::AUDIO, Kinds::CAPTION, Kinds::all()] {
        let (mut meeting, notice, who, voice, mut tap) = caption();
        let buffered = [voice.as_source()];
        assert_eq!(derive(&mut tap, &buffered, millis(10)), Verdict::Whole);
        let scope = scope(withdrawn, RECORD);
        let settling = meeting
            .withdraw(Authority::Participant, who, scope, millis(11))
            .unwrap();
        assert!(settling.is_settled());
        assert_eq!(
            derive(&mut tap, &buffered, millis(12)),
            Verdict::Dropped(Reason::Withdrawn)
        );
        // Agreeing again does not heal the break.
        agree(&mut meeting, notice, who, common::SCOPE, millis(13));
        let earlier = Verdict::Dropped(Reason::CapturedEarlier);
        assert_eq!(derive(&mut tap, &buffered, millis(14)), earlier);
        let anew = heard(&mut meeting, who, RECORD, millis(15));
        let anew = anew.as_source();
        assert_eq!(derive(&mut tap, &[anew], millis(16)), Verdict::Whole);
        assert_eq!(derive(&mut tap, &[anew, buffered[0]], millis(16)), earlier);
    }
    // Another purpose, or another kind, makes no hole.
    let (mut meeting, _, who, voice, mut tap) = caption();
    for scope in [
        scope(Kinds::all(), Purposes::TRAIN),
        scope(Kinds::VIDEO, RECORD),
    ] {
        let _ = meeting
            .withdraw(Authority::Participant, who, scope, millis(11))
            .unwrap();
    }
    let buffered = [voice.as_source()];
    assert_eq!(derive(&mut tap, &buffered, millis(12)), Verdict::Whole);
    // Who has left agrees to nothing.
    let _ = meeting.leave(who, millis(13)).unwrap();
    let absent = Verdict::Dropped(Reason::Absent);
    assert_eq!(derive(&mut tap, &buffered, millis(13)), absent);
}

#[test]
fn r8_of_what_was_hidden_nothing_is_derived() {
    let (mut meeting, notice, [ana, ben]) = meeting();
    agree(&mut meeting, notice, ana, common::SCOPE, Time::START);
    let mut chat = tap(
        &mut meeting,
        StreamOptions::mix(Kind::Chat, Format::UTF8),
        RECORD,
    );
    let quote = Region::new(ben, Area::Span { start: 0, end: 2 });
    let quote = [quote.kind(Kind::Comment).captured(millis(3))];
    let authors = [ana];
    let frame = Frame::new(millis(9), Contributors::Complete(&authors)).regions(&quote);
    let mut room = [Participant::UNKNOWN; 4];
    let mut buffer = *b"text";
    let (people, kinds, captured) = chat
        .admit_into(
            &frame,
            TEXT,
            (&mut buffer[..]).into(),
            millis(9),
            |cleared| {
                let source = cleared.source(&mut room).unwrap();
                (source.people().to_vec(), source.kinds(), source.captured())
            },
        )
        .output
        .unwrap();
    assert_eq!(
        (people, kinds, captured),
        (vec![ana], Kinds::CHAT, millis(9))
    );

    agree(&mut meeting, notice, ben, common::SCOPE, millis(10));
    let quote = [quote[0].captured(millis(10))];
    let frame = Frame::new(millis(19), Contributors::Complete(&authors)).regions(&quote);
    let (people, kinds, captured) = chat
        .admit(&frame, TEXT, millis(19), |cleared| {
            let source = cleared.source(&mut room).unwrap();
            (source.people().to_vec(), source.kinds(), source.captured())
        })
        .output
        .unwrap();
    let quoted = Kinds::CHAT | Kinds::COMMENT;
    assert_eq!(
        (people, kinds, captured),
        (vec![ana, ben], quoted, millis(10))
    );
}

/// Of a gallery of which only tiles are left, nobody is in it whose tile is not.
#[test]
fn r8_of_a_composite_in_part_its_remaining_owners_are_the_source() {
    let (mut meeting, notice, [ana, ben]) = meeting();
    agree(&mut meeting, notice, ana, common::SCOPE, Time::START);
    let stream = StreamOptions::composite(Kind::Chat, Format::UTF8);
    let mut tap = tap(&mut meeting, stream, RECORD);
    let span = |who, start, end| Region::new(who, Area::Span { start, end });
    let regions = [span(ana, 0, 2), span(ben, 2, 4)];
    let members = [ben, ana];
    let frame = Frame::new(millis(9), Contributors::Complete(&members)).regions(&regions);
    let mut people = |now| {
        let mut buffer = *b"text";
        let mut room = [Participant::UNKNOWN; 2];
        let admission = tap.admit_into(&frame, TEXT, (&mut buffer[..]).into(), now, |cleared| {
            cleared.source(&mut room).unwrap().people().to_vec()
        });
        admission.output.unwrap()
    };
    assert_eq!(people(millis(9)), [ana]);
    agree(&mut meeting, notice, ben, common::SCOPE, millis(10));
    assert_eq!(people(millis(20)), [ana]);
    let frame = Frame::new(millis(20), Contributors::Complete(&members)).regions(&regions);
    let whole = tap.admit(&frame, TEXT, millis(20), |cleared| {
        cleared.source(&mut [ana; 2]).unwrap().people().to_vec()
    });
    assert_eq!(whole.output, Some(vec![ben, ana]));
}

/// The kinds of a chain of five derivations, after [`Kind::Audio`].
const CHAIN: [Kind; 5] = [
    Kind::Caption,
    Kind::Note,
    Kind::Comment,
    Kind::Whiteboard,
    Kind::File,
];

proptest! {
    /// Each is derived from the one before and from some people's voices.
    #[test]
    fn r8_no_chain_of_derivations_is_wider_than_its_sources(
        refused in vec((0_usize..3, 0_usize..6), 0..3),
        voices in proptest::array::uniform5(vec(0_usize..3, 0..3)),
        withdrawal in proptest::option::of((0_usize..3, 1_usize..5)),
    ) {
        let (mut meeting, notice, people) = meeting::<3>();
        let mut agreed = [Kinds::all(); 3];
        for (who, at) in refused {
            let kind = if at == 0 { Kind::Audio } else { CHAIN[at - 1] };
            agreed[who] -= kind.into();
        }
        for (who, kinds) in people.iter().zip(agreed) {
            agree(&mut meeting, notice, *who, scope(kinds, RECORD), Time::START);
        }
        // Who and what is in the one before, told by the test itself and by the gate.
        let (mut inside, mut kinds) = (Vec::<usize>::new(), Kinds::AUDIO);
        let mut told: Option<KeptSource> = None;
        for (level, (kind, mut voices)) in CHAIN.into_iter().zip(voices).enumerate() {
            let at = millis(10 + i64::try_from(level).unwrap());
            if let Some((who, when)) = withdrawal
                && when == level
            {
                let _ = meeting.withdraw(Authority::Participant, people[who], Scope::ALL, at).unwrap();
                agreed[who] = Kinds::empty();
            }
            if level == 0 {
                voices.push(0);
            }
            let heard = voices.iter().map(|&who| try_to_hear(&mut meeting, people[who], RECORD, at));
            let heard = heard.collect::<Vec<_>>();
            // Of what is withheld there is nothing to make anything from.
            let is_heard = heard.iter().zip(&voices).all(|(heard, &who)| heard.is_some() == agreed[who].contains(Kinds::AUDIO));
            prop_assert!(is_heard);
            voices.retain(|&who| agreed[who].contains(Kinds::AUDIO));
            let sources = heard.iter().flatten().chain(&told).map(KeptSource::as_source).collect::<Vec<_>>();
            if sources.is_empty() {
                break;
            }
            let mut tap = tap(&mut meeting, StreamOptions::derived(kind, Format::OPAQUE), RECORD);
            let mut room = [Participant::UNKNOWN; 3];
            let admission = tap.admit(&Frame::derived(&sources), TEXT, at, |cleared| {
                cleared.source(&mut room).unwrap().keep()
            });
            kinds |= kind.into();
            let old = inside.iter().all(|&who| agreed[who].contains(kinds));
            let new = voices.iter().all(|&who| agreed[who].contains(Kinds::AUDIO | kind.into()));
            prop_assert_eq!(admission.verdict() == Verdict::Whole, old && new);
            prop_assert_eq!(admission.verdict().is_released(), old && new);
            let Some(source) = admission.output else { break };
            prop_assert_eq!(source.as_source().captured(), millis(10));
            told = Some(source);
            inside.extend(voices);
        }
    }
}
